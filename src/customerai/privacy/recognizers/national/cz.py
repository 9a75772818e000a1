"""Numbers of people in Czechia."""

from __future__ import annotations

from typing import Final

from stdnum.cz import rc

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "CZ",
        "CZ_RC",
        "slashed",
        r"\d{6}/\d{4}",
        r"rodn[eé] [cč][ií]slo|r\.[cč]\.|birth number",
        valid=rc.is_valid,
        checksum="mod11",
        alone=0.9,
        beside=1.0,
    ),
    NationalId(
        "CZ",
        "CZ_RC",
        "any",
        r"\d{6}/?\d{3,4}",
        r"rodn[eé] [cč][ií]slo|r\.[cč]\.|birth number",
        valid=rc.is_valid,
        checksum="mod11",
        beside=1.0,
    ),
)
