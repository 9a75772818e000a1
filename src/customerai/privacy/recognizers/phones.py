"""Telephone numbers of all regions, as people write and say them in chat."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

import phonenumbers

from customerai.privacy.recognizers.checksums import digits_of
from customerai.privacy.recognizers.context import ContextWords, is_amount
from customerai.privacy.recognizers.gate import hint_of
from customerai.privacy.recognizers.rules import Found, Rule, RuleRecognizer, pattern_rule
from customerai.privacy.recognizers.spans import Reason, Span

REGIONS: Final = (
    "US",
    "GB",
    "DE",
    "FR",
    "ES",
    "IN",
    "IT",
    "BR",
    "MX",
    "AU",
    "NL",
    "PL",
    "SE",
    "IE",
    "AT",
    "CH",
    "BE",
    "PT",
    "NO",
    "DK",
    "FI",
    "CZ",
    "GR",
    "HU",
    "RO",
    "TR",
    "ZA",
    "JP",
    "KR",
    "CN",
    "SG",
    "HK",
    "NZ",
    "IL",
    "AR",
    "CL",
    "CO",
    "AE",
    "RU",
)

_DASH: Final = "[-./]"
_CANDIDATE: Final = re.compile(
    r"(?<![\w$€£¥₹%#])(?:\+[ \t]?|00)?(?:\(\+?\d{1,5}\)|\d+(?!\d))"
    rf"(?:[ \t]?{_DASH}?[ \t]?(?:\(\d{{1,5}}\)|\d+(?!\d))){{0,14}}"
    r"(?:[ \t]?,?[ \t]?(?:x|ext\.?|extn\.?|extension|poste|durchwahl|int\.|anexo|ramal|doorkies)"
    r"[ \t]?\d{1,6})?(?![^\W_])",
    re.IGNORECASE,
)
# Six digits with what may stand between them; what has less is not looked at.
_HINT: Final = re.compile(r"\d(?:[ \t]?[-./()]{0,3}[ \t]?\(?\d){5}")
_WORDS: Final = ContextWords(
    r"phones?|tel(?:ephone)?|telefon(?:o|nummer)?|teléfono|téléphone|mobile|móvil|handy(?:nummer)?|"
    r"mobil(?:e|nummer)?|cell(?:phone)?|celular|fax|whats\s?app|call(?:ed)?(?: me)?|dial|sms|"
    r"text(?: me)?|contact(?: number)?|cellulare|portable|telemóvel|telefone|rufnummer|gsm|"
    r"reach(?: me)?|ring|landline|hotline|office|ph|appelez|llámame|rufen sie|ligue|chiamami|"
    r"(?:my|the|your) number|number is|phonenumber|viber|telegram|signal"
)
_NOT_PHONE: Final = ContextWords(
    r"orders?|invoice|ticket|account|acct|a/c|card|policy|claim|reference|ref|booking|tracking|"
    r"confirmation|serial|passport|licen[cs]e|ssn|social|routing|transaction|pin|id|visa|iban|"
    r"version|model|zip|imei|isbn|sku|part|bestellnummer|rechnung|pedido|commande|konto|"
    r"kundennummer|build|release|timestamp"
)
_AMERICAN: Final = re.compile(r"\+?1?\W{0,2}\(?[2-9]\d\d\)?\W{1,3}\d{3}\W{1,2}\d{4}(?:\D.*)?")
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:[.,]\d{3})+|(?!0\d{2,4}\.\d{5})\d+\.\d+")
_DATE_LIKE: Final = re.compile(
    r"(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}.*|\d{1,2}([-/.])\d{1,2}\1(?:19|20)?\d\d(?:\s.*)?|"
    r"\d{1,2} \d{1,2} (?:19|20)\d\d|"
    r"(?:19|20)\d\d\W{1,3}(?:19|20)\d\d"
)
_SECONDS: Final = re.compile(r"1[0-9]\d{8}")  # since 1970, from 2001 to 2033
_ABROAD: Final = re.compile(r"00[1-9][\d ()/.-]{9}")
_GROUP: Final = re.compile(r"\d+")
_MAX_GROUPS: Final = 7
_LEAST_DIGITS: Final = 6  # beside a word for phones
_MIN_DIGITS: Final = 7
_SURE_DIGITS: Final = 8  # without such a word, brackets or a leading zero
_DOTTED_DIGITS: Final = 9
_LONGEST: Final = 80
_TRIED: Final = 4  # regions, the likeliest first, whose plan is asked for a number in no known form
_MAX_DIGITS: Final = 15  # ITU-T E.164
_EXTENSION: Final = re.compile(r"[ \t]?,?[ \t]?(?:x|e|poste|d|int|a|r).*", re.IGNORECASE)
_BARE_LENGTHS: Final = (10, 11, 12)
_DIGIT_WORDS: Final = "zero|oh|one|two|three|four|five|six|seven|eight|nine"
_SPOKEN: Final = re.compile(
    rf"(?<!\w)(?:(?:double|triple)[ -])?(?:{_DIGIT_WORDS})"
    rf"(?:[ ,.-]{{1,3}}(?:(?:double|triple)[ -])?(?:{_DIGIT_WORDS}|o)){{5,18}}(?!\w)",
    re.IGNORECASE,
)


class PhoneNumbers:
    """Tells whether a candidate is a telephone number.

    Args:
        regions: ISO 3166 codes whose national forms are known without a country code.
    """

    def __init__(self, regions: Sequence[str] = REGIONS) -> None:
        self._regions = tuple(regions)

    def find(self, text: str) -> list[Span]:
        """The telephone numbers of a text, written in digits."""
        spans: list[Span] = []
        for match in _CANDIDATE.finditer(text):
            start, end = match.span()
            if end - start >= _MIN_DIGITS and (end - start) < _LONGEST:
                found = self._found(text, match[0], start, end)
                if found is not None:
                    spans.append(Span("PHONE_NUMBER", start, end, found[0], "phone", found[1]))
        return spans

    def _found(self, text: str, raw: str, start: int, end: int) -> Found | None:
        main = _EXTENSION.sub("", raw)
        digits = digits_of(main)
        if not _LEAST_DIGITS <= len(digits) <= _MAX_DIGITS:
            return None
        if raw[0] == "+" or raw.startswith("(+") or _ABROAD.match(raw):
            return _DIALLED_ABROAD if _dialled(_with_plus(main), None) else _ABROAD_SHAPE
        if _THOUSANDS.fullmatch(raw) or _DATE_LIKE.fullmatch(raw) or is_amount(text, start, end):
            return None
        word = _WORDS.word_near(text, start, end)
        if word and not _NOT_PHONE.before(text, start, reach=24):
            return 0.85, Reason("phone.beside_word", word, before=0.46)
        if len(digits) < _MIN_DIGITS:
            return None
        grouped = not main.strip().isdigit()
        if grouped and _AMERICAN.fullmatch(raw):
            return _AMERICAN_SHAPE
        if _NOT_PHONE.before(text, start):
            return None
        if raw != main:
            return _WITH_EXTENSION
        if grouped:
            return self._in_groups(main)
        if _SECONDS.fullmatch(digits):
            return None
        if len(digits) in _BARE_LENGTHS and any(
            _dialled(main, region) for region in self._near(digits)[:_TRIED]
        ):
            return _BARE
        return None

    def _in_groups(self, main: str) -> Found | None:
        groups = _GROUP.findall(main)
        if len(groups) > _MAX_GROUPS:
            return None
        if "(" in main:
            return _PARENTHESES
        digits = "".join(groups)
        if "." in main and len(digits) < _DOTTED_DIGITS:
            return None  # a version
        near = self._near(digits) if len(digits) >= _SURE_DIGITS else []
        written = " ".join(groups)
        for region in near:
            if _shapes(region).fullmatch(written) and _dialled(digits, region):
                return 0.65, Reason(f"phone.national.{region.lower()}", before=0.65)
        if main[0] == "0":
            return _TRUNK
        return _GROUPED if any(_dialled(digits, region) for region in near[:_TRIED]) else None

    def _near(self, digits: str) -> list[str]:
        """The regions in whose numbering plan the digits may be, by length and beginning."""
        return [one for one in self._regions if _may_be(one).fullmatch(digits)]


_DIALLED_ABROAD: Final = (
    0.9,
    Reason("phone.international", checksum="numbering_plan", before=0.75),
)
_ABROAD_SHAPE: Final = (0.75, Reason("phone.international", before=0.75))
_AMERICAN_SHAPE: Final = (0.8, Reason("phone.american", before=0.8))
_WITH_EXTENSION: Final = (0.7, Reason("phone.extension", before=0.7))
_PARENTHESES: Final = (0.7, Reason("phone.area_in_parentheses", before=0.7))
_TRUNK: Final = (0.6, Reason("phone.trunk_zero", before=0.6))
_GROUPED: Final = (0.5, Reason("phone.grouped", checksum="numbering_plan", before=0.3))
_BARE: Final = (0.52, Reason("phone.bare", checksum="numbering_plan", before=0.3))


def _with_plus(number: str) -> str:
    return "+" + number[2:] if number.startswith("00") else number


@cache
def _may_be(region: str) -> re.Pattern[str]:
    """What a national number of a region looks like, with or without its trunk prefix."""
    plan = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    if plan is None or plan.general_desc is None:
        raise ValueError(f"{region} is no region of the telephone plan")
    prefix = plan.national_prefix or ""
    return re.compile(rf"(?:{prefix})?(?:{plan.general_desc.national_number_pattern})")


def _dialled(number: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False


@cache
def _shapes(region: str) -> re.Pattern[str]:
    """The groups in which a region writes its national numbers, with single blanks between."""
    plan = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    if plan is None:
        raise ValueError(f"{region} is no region of the telephone plan")
    shapes = sorted({one.pattern.replace(")(", ") (") for one in plan.number_format if one.pattern})
    return re.compile(rf"(?:{plan.national_prefix or ''} ?)?(?:{'|'.join(shapes) or '(?!)'})")


def _spoken(text: str, match: re.Match[str]) -> Found | None:
    word = _WORDS.word_near(text, match.start(), match.end())
    return (0.75 if word else 0.5), Reason("phone.spoken", word, before=0.5)


def phone_recognizer(regions: Sequence[str] = REGIONS) -> RuleRecognizer:
    """PHONE_NUMBER: international, in a region's grouping, spoken, or near a word for phones.

    Amounts, dates, decimals and time stamps are left to others.

    Args:
        regions: ISO 3166 codes whose national forms are known without a country code.
    """
    return RuleRecognizer(
        "phone",
        "2+" + ",".join(regions),
        [
            Rule(
                "phone.number",
                frozenset({"PHONE_NUMBER"}),
                hint_of(_HINT),
                PhoneNumbers(regions).find,
                needs_digit=True,
            ),
            pattern_rule("phone.spoken", "PHONE_NUMBER", _SPOKEN, 0.5, judge=_spoken),
        ],
    )


PHONE: Final = phone_recognizer()
