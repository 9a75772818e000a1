"""Numbers of people in the United Kingdom."""

from __future__ import annotations

from typing import Final

from stdnum.gb import nhs, utr

from customerai.privacy.recognizers.national.kinds import NationalId

_UNUSED: Final = frozenset({"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})


def nino_valid(value: str) -> bool:
    """Whether the prefix is one that HMRC allots (NIM39110)."""
    return value[:2].upper() not in _UNUSED


def licence_valid(value: str) -> bool:
    """Whether five letters of a surname, filled up with nines, begin a DVLA driver number."""
    name = value[:5].upper()
    return name[0] != "9" and not name.rstrip("9").count("9")


KINDS: Final = (
    NationalId(
        "GB",
        "UK_NHS",
        "any",
        r"\d{3}[ -]?\d{3}[ -]?\d{4}",
        "nhs(?: number| no)?|national health(?: service)?",
        valid=nhs.is_valid,
        checksum="mod11",
        beside=1.0,
        unproven=0.6,
    ),
    NationalId(
        "GB",
        "UK_NINO",
        "any",
        r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]",
        "nino|national insurance(?: number| no)?|ni (?:number|no)",
        valid=nino_valid,
        alone=0.9,
        beside=1.0,
    ),
    NationalId(
        "GB",
        "UK_UTR",
        "any",
        r"\d{5} ?\d{5}K?",
        "utr|unique taxpayer(?: reference)?",
        valid=utr.is_valid,
        checksum="mod11",
        beside=1.0,
    ),
    NationalId(
        "GB",
        "UK_DRIVER_LICENSE",
        "any",
        r"[A-Z9]{5} ?\d[0156]\d(?:[012]\d|3[01])\d ?[A-Z9]{2}[A-Z\d] ?[A-Z]{2}(?: ?\d{2})?",
        "driving licen[cs]e|dvla|licen[cs]e number",
        valid=licence_valid,
        alone=0.9,
        beside=1.0,
    ),
    NationalId(
        "GB",
        "UK_PASSPORT",
        "any",
        r"[A-Z]?\d{8,9}",
        "(?:british|uk) passport(?: number| no)?",
        beside=0.85,
    ),
    NationalId(
        "GB",
        "UK_VEHICLE_REGISTRATION",
        "any",
        r"[A-HJ-PR-Y][A-Z]\d{2} ?[A-Z]{3}",
        "reg(?:istration)?(?: number| plate| no)?|number plate|vehicle|my car|v5c?",
        beside=0.8,
    ),
)
