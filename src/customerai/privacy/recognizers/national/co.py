"""Numbers of people in Colombia."""

from __future__ import annotations

from typing import Final

from stdnum.co import nit

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "CO",
        "CO_NIT",
        "any",
        r"\d{3}\.?\d{3}\.?\d{3}-?\d",
        "nit",
        valid=nit.is_valid,
        checksum="mod11",
        beside=1.0,
    ),
    NationalId(
        "CO",
        "CO_CEDULA",
        "any",
        r"\d{1,3}(?:\.?\d{3}){2,3}",
        "c[eé]dula(?: de ciudadan[ií]a)?",
        beside=0.75,
    ),
)
