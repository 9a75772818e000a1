"""Numbers of people in Vietnam."""

from __future__ import annotations

from typing import Final

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "VN",
        "VN_CCCD",
        "any",
        r"0\d{11}",
        "cccd|c[aă]n c[uư][oớ]c|cmnd",
        beside=0.85,
    ),
)
