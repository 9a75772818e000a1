"""Numbers of people in Croatia."""

from __future__ import annotations

from typing import Final

from stdnum.hr import oib

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "HR",
        "HR_OIB",
        "any",
        r"\d{11}",
        "oib",
        valid=oib.is_valid,
        checksum="mod11-10",
        beside=1.0,
    ),
)
