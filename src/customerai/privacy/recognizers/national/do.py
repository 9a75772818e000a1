"""Numbers of people in the Dominican Republic."""

from __future__ import annotations

from typing import Final

from stdnum.do import cedula

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "DO",
        "DO_CEDULA",
        "any",
        r"\d{3}-?\d{7}-?\d",
        "c[eé]dula",
        valid=cedula.is_valid,
        checksum="luhn",
        beside=1.0,
    ),
)
