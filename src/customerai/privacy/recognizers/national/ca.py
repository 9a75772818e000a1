"""Numbers of people in Canada."""

from __future__ import annotations

from typing import Final

from stdnum.ca import sin

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "CA",
        "CA_SIN",
        "any",
        r"\d{3}[ -]?\d{3}[ -]?\d{3}",
        "sin|sin number|social insurance(?: number)?|num[eé]ro d'assurance sociale|nas",
        valid=sin.is_valid,
        checksum="luhn",
        beside=1.0,
        unproven=0.6,
    ),
)
