"""Numbers of people in the United States."""

from __future__ import annotations

import re
from typing import Final

from stdnum.us import ein

from customerai.privacy.recognizers.checksums import digits_of, luhn_valid
from customerai.privacy.recognizers.national.kinds import NationalId


def ssn_valid(value: str) -> bool:
    """Whether nine digits can be a Social Security number (SSA, numbers since June 2011)."""
    digits = digits_of(value)
    area = digits[:3]
    return (
        area not in {"000", "666"} and area < "900" and digits[3:5] != "00" and digits[5:] != "0000"
    )


def itin_valid(value: str) -> bool:
    """Whether nine digits can be a taxpayer number (IRS: 9xx, group 50-65, 70-88, 90-92, 94-99)."""
    digits = digits_of(value)
    group = int(digits[3:5])
    return digits[0] == "9" and (
        50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or 94 <= group <= 99  # noqa: PLR2004
    )


def licence_like(value: str) -> bool:
    """Whether a driving licence of some state may look like that: 5 to 19 signs, 3 digits."""
    return 5 <= len(re.sub(r"[\W_]", "", value)) <= 19 and len(digits_of(value)) > 2  # noqa: PLR2004


def npi_valid(value: str) -> bool:
    """Whether the Luhn sum with the prefix 80840 holds (CMS, National Provider Identifier)."""
    return luhn_valid("80840" + value)


def dea_valid(value: str) -> bool:
    """Whether the last digit is that of the DEA's sum: odd places and twice the even places."""
    digits = [int(digit) for digit in value[2:]]
    return (sum(digits[0:6:2]) + 2 * sum(digits[1:6:2])) % 10 == digits[6]


KINDS: Final = (
    NationalId(
        "US",
        "US_SSN",
        "grouped",
        r"\d{3}-\d{2}-\d{4}|\d{3}\.\d{2}\.\d{4}|\d{3} \d{2} \d{4}",
        "ssns?|ss#|ssid|social(?: security)?(?: number| no| #)?",
        valid=ssn_valid,
        alone=0.85,
        beside=1.0,
        unproven=0.6,
    ),
    NationalId(
        "US",
        "US_SSN",
        "bare",
        r"\d{9}",
        "ssn|ss#|social security(?: number)?|social(?: number)?",
        valid=ssn_valid,
        beside=0.9,
        unproven=0.6,
    ),
    NationalId(
        "US",
        "US_ITIN",
        "grouped",
        r"9\d{2}[- ]\d{2}[- ]\d{4}",
        "itin|individual taxpayer|taxpayer|tax id",
        valid=itin_valid,
        alone=0.86,
        beside=1.0,
    ),
    NationalId(
        "US",
        "US_ITIN",
        "bare",
        r"9\d{8}",
        "itin|taxpayer(?: id)?",
        valid=itin_valid,
        beside=1.0,
    ),
    NationalId(
        "US",
        "US_EIN",
        "any",
        r"\d{2}-\d{7}",
        "ein|employer identification(?: number)?|federal tax id|fein",
        valid=ein.is_valid,
        beside=0.9,
    ),
    NationalId(
        "US",
        "US_PASSPORT",
        "any",
        r"[A-Z]?\d{8,9}",
        "passports?(?: number| no)?|travel document",
        beside=0.8,
    ),
    NationalId(
        "US",
        "US_DRIVER_LICENSE",
        "any",
        r"(?!(?:is|no|was|my|in|it|its|dl|for|the|on|of|to|as)\b)[A-Z]{0,3}[ -]?[\d*][\dA-Z*]{1,14}"
        r"(?:[ -][\d*]{2,7}){0,3}",
        r"driv(?:er|ing|ers|er's|er’s)\s?'?s?\s?(?:licen[cs]e|permit)(?: number)?|"
        r"licen[cs]e (?:number|no|#)|dl(?: number| no|#)|d\.l\.|my licen[cs]e",
        valid=licence_like,
        beside=0.75,
    ),
    NationalId(
        "US",
        "US_MBI",
        "any",
        r"[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d-?[AC-HJKMNP-RT-Y]{2}\d{2}",
        "medicare(?: number| id| beneficiary)?|mbi",
        alone=0.85,
        beside=1.0,
    ),
    NationalId(
        "US",
        "US_NPI",
        "any",
        r"[12]\d{9}",
        "npi|national provider(?: identifier)?",
        valid=npi_valid,
        checksum="luhn",
        beside=1.0,
    ),
    NationalId(
        "US",
        "MEDICAL_LICENSE",
        "any",
        r"[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}",
        "dea(?: number| no| registration)?|medical licen[cs]e|prescriber",
        valid=dea_valid,
        checksum="mod10",
        alone=0.5,
        beside=1.0,
    ),
)
