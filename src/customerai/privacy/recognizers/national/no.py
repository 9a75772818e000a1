"""Numbers of people in Norway."""

from __future__ import annotations

from typing import Final

from stdnum.no import fodselsnummer

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "NO",
        "NO_FODSELSNUMMER",
        "spaced",
        r"[0-7]\d[0-5]\d{3} \d{5}",
        "f[oø]dselsnummer|personnummer|fnr",
        valid=fodselsnummer.is_valid,
        checksum="mod11",
        alone=0.9,
        beside=1.0,
    ),
    NationalId(
        "NO",
        "NO_FODSELSNUMMER",
        "bare",
        r"[0-7]\d[0-5]\d{8}",
        "f[oø]dselsnummer|personnummer|fnr",
        valid=fodselsnummer.is_valid,
        checksum="mod11",
        beside=1.0,
    ),
)
