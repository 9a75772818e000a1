"""Numbers of people in Romania."""

from __future__ import annotations

from typing import Final

from stdnum.ro import cnp

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "RO",
        "RO_CNP",
        "any",
        r"[1-9]\d{2}[01]\d[0-3]\d{7}",
        "cnp|cod numeric personal",
        valid=cnp.is_valid,
        checksum="mod11",
        alone=0.6,
        beside=1.0,
    ),
)
