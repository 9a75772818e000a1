"""Numbers of people in Argentina."""

from __future__ import annotations

from typing import Final

from stdnum.ar import cuit, dni

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "AR",
        "AR_CUIT",
        "dashed",
        r"\d{2}-\d{8}-\d",
        "cuit|cuil",
        valid=cuit.is_valid,
        checksum="mod11",
        alone=0.9,
        beside=1.0,
    ),
    NationalId(
        "AR",
        "AR_CUIT",
        "bare",
        r"\d{11}",
        "cuit|cuil",
        valid=cuit.is_valid,
        checksum="mod11",
        beside=1.0,
    ),
    NationalId(
        "AR",
        "AR_DNI",
        "any",
        r"\d{1,2}\.?\d{3}\.?\d{3}",
        "dni|documento nacional|documento de identidad",
        valid=dni.is_valid,
        beside=0.75,
    ),
)
