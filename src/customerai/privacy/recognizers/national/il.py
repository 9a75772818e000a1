"""Numbers of people in Israel."""

from __future__ import annotations

from typing import Final

from stdnum.il import idnr

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "IL",
        "IL_ID",
        "any",
        r"\d{8}-?\d",
        r"teudat zehut|israeli id|תעודת זהות|ת\.ז\.",
        valid=idnr.is_valid,
        checksum="luhn",
        beside=1.0,
    ),
)
