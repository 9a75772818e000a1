"""Numbers of people in India."""

from __future__ import annotations

from typing import Final

from stdnum.in_ import aadhaar, epic, gstin

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "IN",
        "IN_AADHAAR",
        "spaced",
        r"[2-9]\d{3} \d{4} \d{4}|[2-9]\d{3}-\d{4}-\d{4}",
        "aadh?aar(?: card| number| no)?|uidai|uid|आधार",
        valid=aadhaar.is_valid,
        checksum="verhoeff",
        alone=0.9,
        beside=1.0,
        unproven=0.6,
    ),
    NationalId(
        "IN",
        "IN_AADHAAR",
        "bare",
        r"[2-9]\d{11}",
        "aadh?aar(?: card| number| no)?|uidai|uid|आधार",
        valid=aadhaar.is_valid,
        checksum="verhoeff",
        beside=1.0,
        unproven=0.6,
    ),
    NationalId(
        "IN",
        "IN_PAN",
        "any",
        r"[A-Z]{3}[ABCFGHLJPTK][A-Z]\d{4}[A-Z]",
        "pan(?: card| number| no)?|permanent account(?: number)?|income tax",
        beside=1.0,
    ),
    NationalId(
        "IN",
        "IN_GSTIN",
        "any",
        r"[0-3]\d[A-Z]{3}[ABCFGHLJPTK][A-Z]\d{4}[A-Z][1-9A-Z]Z[\dA-Z]",
        "gst(?:in)?(?: number| no)?",
        valid=gstin.is_valid,
        checksum="mod36",
        alone=0.97,
        beside=1.0,
    ),
    NationalId(
        "IN",
        "IN_VOTER",
        "any",
        r"[A-Z]{3}\d{7}",
        "voter(?: id)?(?: card)?|epic|election card",
        valid=epic.is_valid,
        checksum="luhn",
        beside=1.0,
        unproven=0.7,
    ),
    NationalId(
        "IN",
        "IN_PASSPORT",
        "any",
        r"[A-PR-WY][1-9]\d ?\d{4}[1-9]",
        "passport(?: number| no)?",
        beside=0.8,
    ),
    NationalId(
        "IN",
        "IN_VEHICLE_REGISTRATION",
        "any",
        r"(?:AN|AP|AR|AS|BR|CG|CH|DD|DL|GA|GJ|HP|HR|JH|JK|KA|KL|LA|LD|MH|ML|MN|MP|MZ|NL|OD|OR|"
        r"PB|PY|RJ|SK|TN|TR|TS|UK|UP|WB)[ -]?\d{1,2}[ -]?[A-Z]{1,3}[ -]?\d{4}",
        "vehicle|car|bike|scooter|registration|reg(?: number| no)?|number plate|rc",
        beside=0.85,
    ),
)
