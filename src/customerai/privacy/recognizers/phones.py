"""Telephone numbers as people write them in chat."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import phonenumbers

from customerai.privacy.recognizers.checksums import digits_of
from customerai.privacy.recognizers.context import ANY_DIGIT, ContextWords, is_amount
from customerai.privacy.recognizers.spans import Span

REGIONS: Final = ("US", "GB", "DE", "FR", "ES", "IN", "IT", "BR", "MX", "AU", "NL", "PL", "SE")

_BLANK: Final = r"[ \t\u00a0\u2000-\u200a\u202f]"
_DASH: Final = r"[-\u2010-\u2015\u2212./]"
_CANDIDATE: Final = re.compile(
    rf"(?<![\w$€£¥₹%#])(?:\+{_BLANK}?|00)?(?:\(\+?\d{{1,5}}\)|\d+(?!\d))"
    rf"(?:{_BLANK}?{_DASH}?{_BLANK}?(?:\(\d{{1,5}}\)|\d+(?!\d))){{0,14}}"
    rf"(?:{_BLANK}?(?:x|ext\.?|extension){_BLANK}?\d{{1,6}})?(?![^\W_])",
    re.IGNORECASE,
)
_WORDS: Final = ContextWords(
    r"phones?|tel(?:ephone)?|telefon(?:o|nummer)?|teléfono|téléphone|mobile|móvil|handy(?:nummer)?|"
    r"cell(?:phone)?|fax|whats\s?app|call(?:ed)?(?: me)?|dial|sms|text(?: me)?|contact(?: number)?|"
    r"reach(?: me)?|ring|landline|hotline|office|ph|"
    r"(?:my|the|your) number|number is|phonenumber"
)
_NOT_PHONE: Final = ContextWords(
    r"orders?|invoice|ticket|account|acct|a/c|card|policy|claim|reference|ref|booking|tracking|"
    r"confirmation|serial|passport|licen[cs]e|ssn|social|routing|transaction|pin|id|visa|iban|"
    r"version|model|zip|imei"
)
_AMERICAN: Final = re.compile(r"\+?1?\W{0,2}\(?[2-9]\d\d\)?\W{1,3}\d{3}\W{1,2}\d{4}(?:\D.*)?")
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:[.,]\d{3})+|\d+\.\d+")
_DATE_LIKE: Final = re.compile(
    r"(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}.*|\d{1,2}([-/.])\d{1,2}\1(?:19|20)?\d\d|"
    r"(?:19|20)\d\d\W{1,3}(?:19|20)\d\d"
)
_ABROAD: Final = re.compile(r"00[1-9][\d ()/.-]{9}")
_GROUP: Final = re.compile(r"\d+")
_MAX_GROUPS: Final = 7
_MIN_DIGITS: Final = 7
_MAX_DIGITS: Final = 15  # ITU-T E.164
_EXTENSION: Final = re.compile(r"[x(]?ext.*|x.*", re.IGNORECASE)
_BARE_LENGTHS: Final = (10, 11, 12)


class PhoneRecognizer:
    """PHONE_NUMBER: written internationally, in a country's grouping, or near a word for phones.

    A number that is dialled in one of `regions` scores higher. Amounts, dates, decimals and time
    stamps are left to others.
    """

    name = "phone"
    version = "1"
    entities = frozenset({"PHONE_NUMBER"})

    def __init__(self, regions: Sequence[str] = REGIONS) -> None:
        self._regions = tuple(regions)

    def find(self, text: str) -> list[Span]:
        """The telephone numbers of a text."""
        if not ANY_DIGIT.search(text):
            return []
        spans: list[Span] = []
        for match in _CANDIDATE.finditer(text):
            if match.end() - match.start() < _MIN_DIGITS:
                continue
            score = self._score(text, match)
            if score:
                spans.append(Span("PHONE_NUMBER", match.start(), match.end(), score, self.name))
        return spans

    def _score(self, text: str, match: re.Match[str]) -> float:
        raw = match[0]
        main = _EXTENSION.sub("", raw)
        digits = digits_of(main)
        if not _MIN_DIGITS <= len(digits) <= _MAX_DIGITS:
            return 0.0
        start, end = match.span()
        if raw.startswith("+") or _ABROAD.match(raw):
            return 0.9 if _dialled(main, None) else 0.75
        if _THOUSANDS.fullmatch(raw) or _DATE_LIKE.fullmatch(raw) or is_amount(text, start, end):
            return 0.0
        beside = _WORDS.near(text, start, end)
        if beside and not _NOT_PHONE.before(text, start, reach=24):
            return 0.85
        grouped = not main.strip().isdigit()
        if _AMERICAN.fullmatch(raw) and grouped:
            return 0.8
        if _NOT_PHONE.before(text, start):
            return 0.0
        if grouped:
            if "(" in raw:
                return 0.7
            if raw.startswith("0") or raw != main:
                return 0.65
            if len(_GROUP.findall(main)) > _MAX_GROUPS:
                return 0.0
            return 0.6 if self._dialled_somewhere(main) else 0.46
        if raw != main:
            return 0.7
        if len(digits) in _BARE_LENGTHS and self._dialled_somewhere(main):
            return 0.5
        return 0.0

    def _dialled_somewhere(self, number: str) -> bool:
        return any(_dialled(number, region) for region in self._regions)


def _dialled(number: str, region: str | None) -> bool:
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(parsed)
