"""Numbers of people in New Zealand."""

from __future__ import annotations

from typing import Final

from stdnum.nz import ird

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "NZ",
        "NZ_IRD",
        "any",
        r"\d{2,3}-?\d{3}-?\d{3}",
        "ird(?: number| no)?|inland revenue",
        valid=ird.is_valid,
        checksum="mod11",
        beside=1.0,
    ),
)
