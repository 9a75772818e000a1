"""Numbers of people in Denmark."""

from __future__ import annotations

from typing import Final

from stdnum.dk import cpr

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "DK",
        "DK_CPR",
        "dashed",
        r"[0-3]\d[01]\d{3}-\d{4}",
        "cpr(?:-?nr|-?nummer)?|personnummer",
        valid=cpr.is_valid,
        checksum="date",
        alone=0.75,
        beside=1.0,
    ),
    NationalId(
        "DK",
        "DK_CPR",
        "bare",
        r"[0-3]\d[01]\d{7}",
        "cpr(?:-?nr|-?nummer)?|personnummer",
        valid=cpr.is_valid,
        checksum="date",
        beside=0.95,
    ),
)
