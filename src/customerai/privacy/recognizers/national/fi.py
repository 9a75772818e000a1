"""Numbers of people in Finland."""

from __future__ import annotations

from typing import Final

from stdnum.fi import hetu

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "FI",
        "FI_PERSONAL_IDENTITY_CODE",
        "any",
        r"\d{6}[-+ABCDEFUVWXY]\d{3}[\dA-Y]",
        "hetu|henkil[oö]tunnus|personbeteckning|identity code",
        valid=hetu.is_valid,
        checksum="mod31",
        alone=0.97,
        beside=1.0,
    ),
)
