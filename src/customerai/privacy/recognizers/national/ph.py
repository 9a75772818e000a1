"""Numbers of people in the Philippines."""

from __future__ import annotations

from typing import Final

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "PH",
        "PH_SSS",
        "any",
        r"\d{2}-\d{7}-\d",
        "sss(?: number| no)?|social security system",
        beside=0.9,
    ),
    NationalId(
        "PH",
        "PH_TIN",
        "any",
        r"\d{3}-\d{3}-\d{3}(?:-\d{3,5})?",
        "tin",
        beside=0.85,
    ),
)
