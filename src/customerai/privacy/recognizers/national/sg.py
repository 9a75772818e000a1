"""Numbers of people in Singapore."""

from __future__ import annotations

from typing import Final

from stdnum.sg import uen

from customerai.privacy.recognizers.national.kinds import NationalId

_WEIGHTS: Final = (2, 7, 6, 5, 4, 3, 2)
_LETTERS: Final = {
    **dict.fromkeys("ST", "JZIHGFEDCBA"),
    **dict.fromkeys("FG", "XWUTRQPNMLK"),
    "M": "KLJNPQRTUWX",
}


def nric_valid(value: str) -> bool:
    """Whether the last letter is that of the weighted sum (as ICA's numbers show)."""
    value = value.upper()
    total = sum(int(d) * w for d, w in zip(value[1:8], _WEIGHTS, strict=True))
    total += {"T": 4, "G": 4, "M": 3}.get(value[0], 0)
    place = 10 - total % 11 if value[0] == "M" else total % 11
    return _LETTERS[value[0]][place] == value[8]


KINDS: Final = (
    NationalId(
        "SG",
        "SG_NRIC_FIN",
        "any",
        r"[STFGM]\d{7}[A-Z]",
        "nric|fin|identity card|singpass",
        valid=nric_valid,
        checksum="mod11",
        alone=0.96,
        beside=1.0,
        unproven=0.6,
    ),
    NationalId(
        "SG",
        "SG_UEN",
        "any",
        r"\d{8,9}[A-Z]|[TSR]\d{2}[A-Z]{2}\d{4}[A-Z]",
        "uen|unique entity(?: number)?",
        valid=uen.is_valid,
        checksum="mod11",
        beside=1.0,
    ),
)
