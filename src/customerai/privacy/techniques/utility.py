"""What a release lost: how much was generalized, how much was left out.

References:
    Bayardo and Agrawal, Data privacy through optimal k-anonymization, ICDE 2005 (discernibility).
    Xu et al., Utility-based anonymization using local recoding, KDD 2006 (normalized certainty
    penalty, NCP).
    LeFevre, DeWitt and Ramakrishnan, Mondrian multidimensional k-anonymity, ICDE 2006 (average
    class size over k).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from customerai.privacy.techniques.classes import Classes


@dataclass(frozen=True)
class Utility:
    """The price of a release.

    Attributes:
        suppressed: rows that were left out.
        suppressed_share: the same as a share of all rows.
        information_loss: mean NCP over quasi-identifiers and rows, a row left out counting 1; in
            [0, 1], 0 when nothing changed.
        loss_by_column: mean NCP of each quasi-identifier over the rows that are kept.
        discernibility: sum of squared class sizes, and the number of all rows for each left out.
        average_class: mean class size over k; None without k or without rows.
    """

    rows: int
    suppressed: int
    suppressed_share: float
    information_loss: float
    loss_by_column: Mapping[str, float]
    discernibility: int
    average_class: float | None


def utility_of(
    kept: Classes, *, rows: int, loss_by_column: Mapping[str, float], k: int | None
) -> Utility:
    """The price of keeping the rows of `kept` out of `rows`, generalized at that loss."""
    suppressed = rows - kept.rows
    share = suppressed / rows if rows else 0.0
    column = sum(loss_by_column.values()) / len(loss_by_column) if loss_by_column else 0.0
    return Utility(
        rows=rows,
        suppressed=suppressed,
        suppressed_share=share,
        information_loss=column * (1.0 - share) + share,
        loss_by_column=dict(loss_by_column),
        discernibility=int((kept.sizes.astype(np.int64) ** 2).sum()) + suppressed * rows,
        average_class=kept.rows / kept.count / k if k and kept.count else None,
    )
