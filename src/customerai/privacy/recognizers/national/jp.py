"""Numbers of people in Japan."""

from __future__ import annotations

from typing import Final

from customerai.privacy.recognizers.checksums import digits_of
from customerai.privacy.recognizers.national.kinds import NationalId


def my_number_valid(value: str) -> bool:
    """Whether twelve digits end in their check digit (Ordinance 85 of 2014, article 5)."""
    digits = [int(digit) for digit in reversed(digits_of(value))]
    total = sum(
        digit * (place + 1 if place <= 6 else place - 5)  # noqa: PLR2004 - the rule's own bound
        for place, digit in enumerate(digits[1:], 1)
    )
    rest = total % 11
    return digits[0] == (0 if rest <= 1 else 11 - rest)


KINDS: Final = (
    NationalId(
        "JP",
        "JP_MY_NUMBER",
        "any",
        r"\d{4}[ -]?\d{4}[ -]?\d{4}",
        "my number|マイナンバー|個人番号",
        valid=my_number_valid,
        checksum="mod11",
        beside=1.0,
    ),
)
