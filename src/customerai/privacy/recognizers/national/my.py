"""Numbers of people in Malaysia."""

from __future__ import annotations

from typing import Final

from stdnum.my import nric

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "MY",
        "MY_NRIC",
        "any",
        r"\d{6}-\d{2}-\d{4}",
        "ic|nric|mykad|kad pengenalan",
        valid=nric.is_valid,
        checksum="date",
        alone=0.8,
        beside=0.97,
    ),
)
