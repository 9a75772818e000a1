"""Numbers of people in Iceland."""

from __future__ import annotations

from typing import Final

from stdnum.is_ import kennitala

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "IS",
        "IS_KENNITALA",
        "any",
        r"[0-7]\d[01]\d{3}-?\d{4}",
        "kennitala|kt",
        valid=kennitala.is_valid,
        checksum="mod11",
        beside=1.0,
    ),
)
