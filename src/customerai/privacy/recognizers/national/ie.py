"""Numbers of people in Ireland."""

from __future__ import annotations

from typing import Final

from stdnum.ie import pps

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "IE",
        "IE_PPS",
        "any",
        r"\d{7}[A-W][A-IW]?",
        "ppsn?(?: number| no)?|personal public service",
        valid=pps.is_valid,
        checksum="mod23",
        alone=0.85,
        beside=1.0,
        unproven=0.6,
    ),
)
