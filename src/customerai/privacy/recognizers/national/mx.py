"""Numbers of people in Mexico."""

from __future__ import annotations

from typing import Final

from stdnum.mx import curp, rfc

from customerai.privacy.recognizers.national.kinds import NationalId


def rfc_valid(value: str) -> bool:
    """Whether a taxpayer's code holds a date and ends in its check digit."""
    return bool(rfc.is_valid(value, validate_check_digits=True))


KINDS: Final = (
    NationalId(
        "MX",
        "MX_CURP",
        "any",
        r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z\d]\d",
        "curp",
        valid=curp.is_valid,
        checksum="mod10",
        alone=0.97,
        beside=1.0,
    ),
    NationalId(
        "MX",
        "MX_RFC",
        "any",
        r"[A-ZÑ&]{3,4}\d{2}[01]\d[0-3]\d[A-Z\d]{2}[\dA]",
        "rfc",
        valid=rfc_valid,
        checksum="mod11",
        alone=0.85,
        beside=1.0,
        unproven=0.6,
    ),
)
