"""Numbers of people in Greece."""

from __future__ import annotations

from typing import Final

from stdnum.gr import amka

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "GR",
        "GR_AMKA",
        "any",
        r"\d{11}",
        "amka|αμκα",
        valid=amka.is_valid,
        checksum="luhn",
        beside=1.0,
    ),
)
