"""Numbers of people in Austria."""

from __future__ import annotations

from typing import Final

from stdnum.at import vnr

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "AT",
        "AT_SVNR",
        "any",
        r"\d{4}[ -]?\d{6}",
        "sv-?nummer|sozialversicherungsnummer|versicherungsnummer|svnr|sv-?nr",
        valid=vnr.is_valid,
        checksum="mod11",
        beside=1.0,
    ),
)
