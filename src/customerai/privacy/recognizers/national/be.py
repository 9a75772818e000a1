"""Numbers of people in Belgium."""

from __future__ import annotations

from typing import Final

from stdnum.be import nn, vat

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "BE",
        "BE_NN",
        "dotted",
        r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}",
        "rijksregister(?:nummer)?|registre national|national number|insz|niss",
        valid=nn.is_valid,
        checksum="mod97",
        alone=0.97,
        beside=1.0,
    ),
    NationalId(
        "BE",
        "BE_NN",
        "bare",
        r"\d{11}|\d{6}[ -]\d{3}[ -]\d{2}",
        "rijksregister(?:nummer)?|registre national|num[eé]ro national|national number|insz|niss",
        valid=nn.is_valid,
        checksum="mod97",
        beside=1.0,
    ),
    NationalId(
        "BE",
        "BE_VAT",
        "any",
        r"BE ?[01]\d{3}\.?\d{3}\.?\d{3}",
        "btw|tva|vat|ondernemingsnummer",
        valid=vat.is_valid,
        checksum="mod97",
        alone=0.9,
        beside=1.0,
    ),
)
