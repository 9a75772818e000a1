"""Numbers of people in the states of former Yugoslavia."""

from __future__ import annotations

from typing import Final

from stdnum.si import emso

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "RS",
        "RS_JMBG",
        "any",
        r"[0-3]\d[01]\d{10}",
        "jmbg|emso|emšo|матични број",
        valid=emso.is_valid,
        checksum="mod11",
        beside=1.0,
    ),
)
