"""Numbers of people in Sweden."""

from __future__ import annotations

from typing import Final

from stdnum.se import personnummer

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "SE",
        "SE_PERSONNUMMER",
        "dashed",
        r"(?:19|20)?\d{6}[-+]\d{4}",
        "personnummer|samordningsnummer|personal number|pnr",
        valid=personnummer.is_valid,
        checksum="luhn",
        alone=0.85,
        beside=1.0,
    ),
    NationalId(
        "SE",
        "SE_PERSONNUMMER",
        "bare",
        r"(?:19|20)?\d{10}",
        "personnummer|samordningsnummer|personal number",
        valid=personnummer.is_valid,
        checksum="luhn",
        beside=1.0,
    ),
)
