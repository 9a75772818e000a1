"""Numbers of people in China."""

from __future__ import annotations

from typing import Final

from stdnum.cn import ric

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "CN",
        "CN_RIC",
        "any",
        r"[1-9]\d{5}(?:18|19|20)\d{2}[01]\d[0-3]\d{4}[\dX]",
        "身份证(?:号码?)?|居民身份证|resident id(?:entity)?",
        valid=ric.is_valid,
        checksum="mod11-2",
        alone=0.96,
        beside=1.0,
    ),
)
