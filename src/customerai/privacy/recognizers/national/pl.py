"""Numbers of people in Poland."""

from __future__ import annotations

from typing import Final

from stdnum.pl import nip, pesel

from customerai.privacy.recognizers.national.kinds import NationalId

_WEIGHTS: Final = (7, 3, 1, 9, 7, 3, 1, 7, 3)


def card_valid(value: str) -> bool:
    """Whether the first digit of an identity card's number is its check digit."""
    compact = value.replace(" ", "").upper()
    total = sum(int(char, 36) * w for char, w in zip(compact, _WEIGHTS, strict=True))
    return total % 10 == 0


KINDS: Final = (
    NationalId(
        "PL",
        "PL_PESEL",
        "any",
        r"\d{11}",
        "pesel",
        valid=pesel.is_valid,
        checksum="mod10",
        beside=1.0,
        unproven=0.6,
    ),
    NationalId(
        "PL",
        "PL_NIP",
        "any",
        r"\d{3}-?\d{3}-?\d{2}-?\d{2}",
        "nip",
        valid=nip.is_valid,
        checksum="mod11",
        beside=1.0,
    ),
    NationalId(
        "PL",
        "PL_ID_CARD",
        "any",
        r"[A-Z]{3} ?\d{6}",
        "dow[oó]d(?: osobisty| osobistego)?|id card",
        valid=card_valid,
        checksum="mod10",
        beside=1.0,
    ),
)
