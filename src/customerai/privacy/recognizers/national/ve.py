"""Numbers of people in Venezuela."""

from __future__ import annotations

from typing import Final

from stdnum.ve import rif

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "VE",
        "VE_RIF",
        "any",
        r"[VEJPG]-?\d{8}-?\d",
        "rif",
        valid=rif.is_valid,
        checksum="mod11",
        alone=0.6,
        beside=1.0,
    ),
)
