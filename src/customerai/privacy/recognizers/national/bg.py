"""Numbers of people in Bulgaria."""

from __future__ import annotations

from typing import Final

from stdnum.bg import egn

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "BG",
        "BG_EGN",
        "any",
        r"\d{10}",
        "egn|егн|единен граждански номер",
        valid=egn.is_valid,
        checksum="mod11",
        beside=1.0,
    ),
)
