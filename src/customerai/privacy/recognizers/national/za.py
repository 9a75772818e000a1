"""Numbers of people in South Africa."""

from __future__ import annotations

from typing import Final

from stdnum.za import idnr

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "ZA",
        "ZA_ID",
        "any",
        r"\d{6} ?\d{4} ?[01]\d{2}",
        "sa id|south african id|id number|identity number|id no",
        valid=idnr.is_valid,
        checksum="luhn",
        alone=0.7,
        beside=1.0,
    ),
)
