"""Numbers of people in Pakistan."""

from __future__ import annotations

from typing import Final

from stdnum.pk import cnic

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "PK",
        "PK_CNIC",
        "any",
        r"\d{5}-\d{7}-\d",
        "cnic|nadra|id card",
        valid=cnic.is_valid,
        checksum="province",
        alone=0.85,
        beside=1.0,
    ),
)
