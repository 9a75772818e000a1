"""Numbers of people in Peru."""

from __future__ import annotations

from typing import Final

from stdnum.pe import ruc

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "PE",
        "PE_RUC",
        "any",
        r"[12]\d{10}",
        "ruc",
        valid=ruc.is_valid,
        checksum="mod11",
        beside=1.0,
    ),
    NationalId(
        "PE",
        "PE_DNI",
        "any",
        r"\d{8}(?:-[\dA-K])?",
        "dni|documento nacional",
        beside=0.75,
    ),
)
