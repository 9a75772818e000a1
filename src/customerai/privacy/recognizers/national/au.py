"""Numbers of people in Australia."""

from __future__ import annotations

from typing import Final

from stdnum.au import abn, acn, tfn

from customerai.privacy.recognizers.checksums import digits_of
from customerai.privacy.recognizers.national.kinds import NationalId

_WEIGHTS: Final = (1, 3, 7, 9, 1, 3, 7, 9)


def medicare_valid(value: str) -> bool:
    """Whether the ninth digit is the weighted sum of the first eight, modulo 10.

    Services Australia, Medicare card number check digit.
    """
    digits = digits_of(value)
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return total % 10 == int(digits[8])


KINDS: Final = (
    NationalId(
        "AU",
        "AU_ABN",
        "spaced",
        r"\d{2} \d{3} \d{3} \d{3}",
        "abn|australian business number",
        valid=abn.is_valid,
        checksum="mod89",
        alone=0.85,
        beside=1.0,
    ),
    NationalId(
        "AU",
        "AU_ABN",
        "bare",
        r"\d{11}",
        "abn|australian business number",
        valid=abn.is_valid,
        checksum="mod89",
        beside=1.0,
    ),
    NationalId(
        "AU",
        "AU_ACN",
        "any",
        r"\d{3} ?\d{3} ?\d{3}",
        "acn|australian company number",
        valid=acn.is_valid,
        checksum="mod10",
        beside=1.0,
    ),
    NationalId(
        "AU",
        "AU_TFN",
        "any",
        r"\d{3} ?\d{3} ?\d{2,3}",
        "tfn|tax file(?: number)?",
        valid=tfn.is_valid,
        checksum="mod11",
        beside=1.0,
    ),
    NationalId(
        "AU",
        "AU_MEDICARE",
        "any",
        r"[2-6]\d{3} ?\d{5} ?\d(?:[ /-]?\d)?",
        "medicare(?: card)?(?: number| no)?",
        valid=medicare_valid,
        checksum="mod10",
        beside=1.0,
    ),
)
