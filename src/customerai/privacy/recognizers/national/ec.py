"""Numbers of people in Ecuador."""

from __future__ import annotations

from typing import Final

from stdnum.ec import ci

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "EC",
        "EC_CI",
        "any",
        r"\d{9}-?\d",
        "c[eé]dula|ci",
        valid=ci.is_valid,
        checksum="luhn",
        beside=1.0,
    ),
)
