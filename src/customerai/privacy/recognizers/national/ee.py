"""Numbers of people in Estonia."""

from __future__ import annotations

from typing import Final

from stdnum.ee import ik

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "EE",
        "EE_IK",
        "any",
        r"[1-8]\d{10}",
        "isikukood|personal(?: identification)? code",
        valid=ik.is_valid,
        checksum="mod11",
        beside=1.0,
    ),
)
