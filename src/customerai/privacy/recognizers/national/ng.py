"""Numbers of people in Nigeria."""

from __future__ import annotations

from typing import Final

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "NG",
        "NG_NIN",
        "any",
        r"\d{11}",
        "nin|national identification number",
        beside=0.85,
    ),
    NationalId(
        "NG",
        "NG_BVN",
        "any",
        r"22\d{9}",
        "bvn|bank verification number",
        beside=0.9,
    ),
)
