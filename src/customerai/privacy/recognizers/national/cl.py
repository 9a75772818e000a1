"""Numbers of people in Chile."""

from __future__ import annotations

from typing import Final

from stdnum.cl import rut

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "CL",
        "CL_RUT",
        "dotted",
        r"\d{1,2}\.\d{3}\.\d{3}-[\dK]",
        "rut|run",
        valid=rut.is_valid,
        checksum="mod11",
        alone=0.96,
        beside=1.0,
    ),
    NationalId(
        "CL",
        "CL_RUT",
        "bare",
        r"\d{7,8}-[\dK]",
        "rut|run",
        valid=rut.is_valid,
        checksum="mod11",
        alone=0.55,
        beside=1.0,
    ),
)
