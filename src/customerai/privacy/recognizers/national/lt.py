"""Numbers of people in Lithuania."""

from __future__ import annotations

from typing import Final

from stdnum.lt import asmens

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "LT",
        "LT_ASMENS",
        "any",
        r"[1-6]\d{10}",
        "asmens kodas|personal code",
        valid=asmens.is_valid,
        checksum="mod11",
        beside=1.0,
    ),
)
