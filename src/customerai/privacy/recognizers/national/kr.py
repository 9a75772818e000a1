"""Numbers of people in South Korea."""

from __future__ import annotations

from typing import Final

from stdnum.exceptions import InvalidComponent
from stdnum.kr import brn, rrn

from customerai.privacy.recognizers.checksums import digits_of
from customerai.privacy.recognizers.national.kinds import NationalId


def rrn_valid(value: str) -> bool:
    """Whether thirteen digits begin with a birth date; since October 2020 there is no checksum."""
    compact = digits_of(value)
    try:
        return rrn.get_birth_date(compact) is not None
    except InvalidComponent:
        return False


KINDS: Final = (
    NationalId(
        "KR",
        "KR_RRN",
        "dashed",
        r"\d{2}[01]\d[0-3]\d-[1-8]\d{6}",
        "주민등록번호|주민번호|외국인등록번호|resident registration(?: number)?|rrn",
        valid=rrn_valid,
        checksum="date",
        alone=0.85,
        beside=1.0,
    ),
    NationalId(
        "KR",
        "KR_RRN",
        "bare",
        r"\d{2}[01]\d[0-3]\d[1-8]\d{6}",
        "주민등록번호|주민번호|외국인등록번호|resident registration(?: number)?|rrn",
        valid=rrn_valid,
        checksum="date",
        beside=1.0,
    ),
    NationalId(
        "KR",
        "KR_BRN",
        "any",
        r"\d{3}-\d{2}-\d{5}",
        "사업자등록번호|business registration(?: number)?|brn",
        valid=brn.is_valid,
        checksum="mod10",
        beside=1.0,
    ),
    NationalId(
        "KR",
        "KR_PASSPORT",
        "any",
        r"[MSRODG]\d{3}[A-Z\d]\d{4}",
        "여권(?:번호)?|passport(?: number| no)?",
        beside=0.8,
    ),
    NationalId(
        "KR",
        "KR_DRIVER_LICENSE",
        "any",
        r"[12]\d-\d{2}-\d{6}-\d{2}",
        "운전면허(?:번호)?|driver'?s? licen[cs]e",
        alone=0.6,
        beside=0.9,
    ),
)
