"""Numbers of people in the Netherlands."""

from __future__ import annotations

from typing import Final

from stdnum.nl import bsn

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "NL",
        "NL_BSN",
        "any",
        r"\d{3}[. ]?\d{3}[. ]?\d{3}|\d{4}[. ]\d{2}[. ]\d{3}",
        "bsn|burgerservicenummer|sofinummer|burgerservice",
        valid=bsn.is_valid,
        checksum="mod11",
        beside=1.0,
        unproven=0.6,
    ),
)
