"""Explicit dates and times: days of birth, appointments, arrivals. Not "today" or "next week"."""

from __future__ import annotations

import re
from typing import Final

from customerai.privacy.recognizers.context import ANY_DIGIT, ContextWords
from customerai.privacy.recognizers.spans import Span

_MONTHS: Final = (
    # English, German, Spanish, French, Italian, Portuguese; then their short forms.
    r"january|february|march|april|may|june|july|august|september|october|november|december|"
    r"januar|februar|märz|maerz|mai|juni|juli|oktober|dezember|"
    r"enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|"
    r"janvier|février|fevrier|mars|avril|juin|juillet|août|aout|septembre|octobre|novembre|"
    r"décembre|decembre|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre|"
    r"janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|dezembro|"
    r"jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
)
_MONTH: Final = rf"(?:{_MONTHS})\b\.?"
_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])"
_ORDINAL: Final = rf"{_DAY}(?:\s?(?:st|nd|rd|th|er|º|ª)\b|\.)?"
_YEAR: Final = r"(?:(?:1[89]|20)\d\d)"
_WEEKDAY: Final = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun)"
_CLOCK: Final = (
    r"(?:(?:[01]?\d|2[0-3])[:.][0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?\s?(?:[ap]\.?\s?m\b\.?)?|"
    r"(?:1[0-2]|0?[1-9])\s?(?:[ap]\.m\.|[ap]\.?m\b|o'?\s?clock\b))"
)
_ZONE: Final = r"(?:\s?(?:Z|UTC|GMT|[A-Z]{2,4}T)\b|\s?[+-]\d{2}:?\d{2}\b)?"

_WRITTEN: Final = re.compile(
    rf"(?<![\w])(?:{_WEEKDAY},?\s+)?(?:the\s+)?(?:"
    rf"{_ORDINAL}\s?(?:of\s+|de\s+|-)?{_MONTH}(?:,?(?:\s|-|\s+(?:of|de)\s+)\s?(?:{_YEAR}|"
    rf"'?\d\d\b))?|"
    rf"{_MONTH}\s?(?:the\s+)?{_ORDINAL}(?:\s?(?:-|–|to|and|&)\s?{_ORDINAL})?(?:\s*,?\s*{_YEAR})?|"
    rf"{_MONTH},?\s+(?:of\s+)?{_YEAR})(?![\w])",
    re.IGNORECASE,
)
_MONTH_HINT: Final = re.compile(
    r"jan|feb|f[eé]v|m[aä]r|apr|abr|avr|ma[yigj]|jun|jul|jui|aug|ago|a[ou][uû]t|sep|set|o[ckut]t|"
    r"out|nov|de[czc]|d[eé]c|di[cz]|gen|giu|lug|ene",
    re.IGNORECASE,
)
_NUMERIC: Final = re.compile(
    r"(?<![\w/.-])(?:"
    r"(?P<y>(?:1[89]|20)\d\d)(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})"
    rf"(?:[T ]{_CLOCK}{_ZONE})?|"
    r"(?P<a>\d{1,2})(?P<t>\s?[-/.]\s?)(?P<b>\d{1,2})(?P=t)(?P<c>(?:1[89]|20)?\d\d)"
    rf"(?:,?\s{_CLOCK}{_ZONE})?"
    r")(?![\w/-]|\.\d)"
)
_SHORT: Final = re.compile(r"(?<![\w/.$€£-])(\d{1,2})/(\d{1,2})(?![\w/%-]|\.\d)")
_MONTH_YEAR: Final = re.compile(
    r"(?<![\w/.-])(?:0?[1-9]|1[0-2])[/-](?:(?:19|20)\d\d|\d\d)(?![\w/-])"
)
_TIME: Final = re.compile(rf"(?<![\w:.$€£]){_CLOCK}(?![\w:]|\.\d)", re.IGNORECASE)
_DOTTED: Final = re.compile(r"\d{1,2}\.\d\d")
_WORD_TIME: Final = re.compile(
    r"\b(?:(?:half|quarter|ten|twenty|five)\s(?:past|to)\s)?(?:one|two|three|four|five|six|seven|"
    r"eight|nine|ten|eleven|twelve)(?:\s(?:fifteen|thirty|forty\s?five))?\s"
    r"(?:[ap]\.?m\b\.?|o'?\s?clock\b)",
    re.IGNORECASE,
)
_WEEKDAY_ALONE: Final = re.compile(
    r"\b(?:on|next|this|last|by|until|till|from|for|meet|every|coming)\s(?P<lower>(?:mon|tues|"
    r"wednes|thurs|"
    r"fri|satur|sun)day)\b|(?-i:\b(?P<capital>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b)",
    re.IGNORECASE,
)
_WEEKDAY_HINT: Final = re.compile(r"day\b")
_WORD_TIME_HINT: Final = re.compile(r"clock|[ap]\.?m\b", re.IGNORECASE)
_YEAR_ALONE: Final = re.compile(
    rf"\b(?:in|since|during|from|until|till|by|of|year|around|before|after|born|circa|and|to)\s"
    rf"(?P<year>{_YEAR})(?:s\b)?(?![\w/%.,:-]*\d)(?!\s?[$€£%])",
    re.IGNORECASE,
)
_COMPACT: Final = re.compile(r"(?<!\d)\d{8}(?!\d)|(?<!\d)\d{6}(?!\d)")
_BIRTH: Final = ContextWords(
    r"born|birth(?:day|date)?|date of birth|d\.?o\.?b\.?|geboren|geburts\w+|nacimiento|naissance"
)
_DATE_WORDS: Final = ContextWords(
    r"on|by|for|from|until|till|to|dated?|expir\w+|exp|due|since|before|after|arriv\w+|depart\w+|"
    r"check\s?(?:in|out)|born|birth\w*|dob|d\.o\.b\.?|between"
)
_EXPIRY: Final = ContextWords(
    r"exp(?:\.|iry|ires?|iring|iration)?|valid (?:thru|until|through|till)"
)
_ALONE: Final = 0.95
_MAX_MONTH: Final = 12
_MAX_DAY: Final = 31


class DateTimeRecognizer:
    """DATE_TIME: calendar dates in figures or words, and times of day."""

    name = "date_time"
    version = "1"
    entities = frozenset({"DATE_TIME"})

    def find(self, text: str) -> list[Span]:
        """The dates and times of a text."""
        spans: list[Span] = []
        if ANY_DIGIT.search(text):
            if _MONTH_HINT.search(text):
                spans += self._all(text, _WRITTEN, 0.9)
            if "/" in text or "-" in text or "." in text:
                spans += self._numeric(text)
            spans += [
                span
                for span in self._all(text, _TIME, 0.75)
                if not _DOTTED.fullmatch(text, span.start, span.end)
            ]
            spans += [
                Span("DATE_TIME", match.start("year"), match.end(), 0.5, self.name)
                for match in _YEAR_ALONE.finditer(text)
            ]
            if _BIRTH.within(text):
                spans += [
                    Span("DATE_TIME", match.start(), match.end(), 0.8, self.name)
                    for match in _COMPACT.finditer(text)
                    if _BIRTH.before(text, match.start())
                ]
        if _WEEKDAY_HINT.search(text):
            for match in _WEEKDAY_ALONE.finditer(text):
                group = match.lastgroup or "lower"
                spans.append(
                    Span("DATE_TIME", match.start(group), match.end(group), 0.45, self.name)
                )
        if _WORD_TIME_HINT.search(text):
            spans += self._all(text, _WORD_TIME, 0.7)
        return spans

    def _all(self, text: str, pattern: re.Pattern[str], score: float) -> list[Span]:
        return [
            Span("DATE_TIME", match.start(), match.end(), score, self.name)
            for match in pattern.finditer(text)
        ]

    def _numeric(self, text: str) -> list[Span]:
        spans: list[Span] = []
        for match in _NUMERIC.finditer(text):
            if match["y"]:
                good = int(match["m"]) <= _MAX_MONTH and int(match["d"]) <= _MAX_DAY
            else:
                low, high = sorted((int(match["a"]), int(match["b"])))
                good = 0 < low <= _MAX_MONTH and 0 < high <= _MAX_DAY
            if good:
                spans.append(Span("DATE_TIME", match.start(), match.end(), _ALONE, self.name))
        if "/" in text or "-" in text:
            for match in _SHORT.finditer(text):
                low, high = sorted((int(match[1]), int(match[2])))
                if 0 < low <= _MAX_MONTH < _MAX_DAY and 0 < high <= _MAX_DAY and high > 2:  # noqa: PLR2004
                    if match[0] == "24/7":
                        continue
                    if _DATE_WORDS.before(text, match.start(), reach=16):
                        spans.append(Span("DATE_TIME", match.start(), match.end(), 0.6, self.name))
            if _EXPIRY.within(text):
                spans += [
                    Span("DATE_TIME", match.start(), match.end(), 0.7, self.name)
                    for match in _MONTH_YEAR.finditer(text)
                    if _EXPIRY.near(text, match.start(), match.end())
                ]
        return spans


_AGE: Final = re.compile(
    r"(?<![\w.$€£/:-])(?P<age>\d{1,3})(?:\s*[-–]?\s*(?:years?|yrs?|y/?o|year|months?|"
    r"weeks?)\s*[-–]?\s*"
    r"(?:old|of age)\b|\s?y\.?/?o\.?\b|\s?años\b|\s?Jahre alt\b|\s?ans\b)|"
    r"\b(?:aged|age(?:\s?(?:is|:|=|of))?|turn(?:ed|ing|s)?|"
    r"alter)\s*:?\s*(?P<aged>\d{1,3})\b(?![:.,/]\d|\s?%)|"
    r"\bi(?:'|’)?\s?a?m\s+(?:(?:only|just|now|already|almost|nearly)\s+)?(?P<am>[1-9]\d)"
    r"(?=\s*(?:[.,;!?]\s|[.,;!?]?$|and\b|but\b|years?\b|female|male|man|woman|m\b|f\b))|"
    r"\b(?:he|she|who|him|her)\s?(?:'s|’s|is|was)\s+(?:(?:only|just|now|"
    r"already)\s+)?(?P<is>[1-9]\d)"
    r"(?=\s*(?:[.,;!?]\s|[.,;!?]?$|and\b|but\b|years?\b))",
    re.IGNORECASE,
)
_MAX_AGE: Final = 120


class AgeRecognizer:
    """AGE: a number of years that a person is said to be."""

    name = "age"
    version = "1"
    entities = frozenset({"AGE"})

    def find(self, text: str) -> list[Span]:
        """The ages of a text; the span is the number alone or with its "years old"."""
        if not ANY_DIGIT.search(text):
            return []
        spans: list[Span] = []
        for match in _AGE.finditer(text):
            group = match.lastgroup or "age"
            if int(match[group]) <= _MAX_AGE:
                spans.append(Span("AGE", match.start(group), match.end(group), 0.8, self.name))
        return spans
