"""Numbers of people in Switzerland."""

from __future__ import annotations

from typing import Final

from stdnum.ch import ssn

from customerai.privacy.recognizers.checksums import digits_of
from customerai.privacy.recognizers.national.kinds import NationalId


def swiss_valid(value: str) -> bool:
    """Whether thirteen digits that begin with 756 end in their EAN-13 check digit."""
    return bool(ssn.is_valid(digits_of(value)))


KINDS: Final = (
    NationalId(
        "CH",
        "CH_AHV",
        "any",
        r"756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}",
        "ahv(?:-nummer|-nr)?|avs|sozialversicherungsnummer",
        valid=swiss_valid,
        checksum="ean13",
        alone=0.97,
        beside=1.0,
    ),
)
