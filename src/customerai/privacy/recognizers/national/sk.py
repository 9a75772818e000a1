"""Numbers of people in Slovakia."""

from __future__ import annotations

from typing import Final

from stdnum.sk import rc

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "SK",
        "SK_RC",
        "any",
        r"\d{6}/?\d{3,4}",
        "rodn[eé] [cč][ií]slo",
        valid=rc.is_valid,
        checksum="mod11",
        beside=1.0,
    ),
)
