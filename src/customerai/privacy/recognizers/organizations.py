"""Organizations by the form of their names."""

from __future__ import annotations

import re
from typing import Final

from customerai.privacy.recognizers.rules import any_of
from customerai.privacy.recognizers.spans import Span
from customerai.privacy.recognizers.words import is_common

_CAPITAL: Final = r"(?-i:[A-ZÀ-Þ][\w&'’-]{0,30})"
_LINK: Final = r"(?:\s(?:of|the|and|&|de|for|und|et|y)\s|,\s|\s|-)"
_SUFFIX: Final = (
    r"(?:Inc|Incorporated|Corp|Corporation|Co|Company|LLC|LLP|PLC|Ltd|Limited|GmbH|AG|KG|OHG|"
    r"e\.V|SE|"
    r"S\.?A|SARL|SAS|S\.?L|S\.?p\.?A|S\.?r\.?l|B\.?V|N\.?V|A/S|ApS|AB|AS|ASA|Oy|Oyj|Pty|Group|"
    r"Holdings?|"
    r"Partners|Associates|Bank|Bancorp|Insurance|University|College|Institute|Hospital|Clinic|"
    r"Foundation|Society|Association|Ministry|Agency|Airlines|Airways|Hotels?|Restaurant|School|"
    r"Records|Motors|Systems|Technologies|Solutions|Industries|Pharmaceuticals|Consulting|Church|"
    r"and Sons|& Sons|Stiftung|Verlag|Eurl|Kft|Zrt|Sp\. z o\.?o)"
)
_WITH_SUFFIX: Final = re.compile(
    rf"(?<![\w@.]){_CAPITAL}(?:{_LINK}{_CAPITAL}){{0,4}}?[ ,]{{1,2}}(?-i:{_SUFFIX})(?![\w@])\.?"
)
_HEAD: Final = re.compile(
    rf"(?<![\w@.])(?-i:University|Bank|Ministry|Department|Institute|College|Church|Museum|"
    rf"Republic)"
    rf"\sof\s(?:the\s)?{_CAPITAL}(?:\s{_CAPITAL}){{0,2}}"
)
_PAIR: Final = re.compile(
    rf"(?<![\w@.]){_CAPITAL}(?:, {_CAPITAL})? (?:and|&) (?:Sons|Partners|Co)\b\.?"
)
_WORK: Final = re.compile(
    rf"\b(?:works?|worked|working|employed|job|employee|ceo|cto|cfo|founder|director|manager|"
    rf"engineer|analyst|president|chairman|intern)\b[\w ]{{0,16}}?\b(?:at|for|of|with|by)\s+"
    rf"(?P<org>{_CAPITAL}(?:[ -]{_CAPITAL}){{0,3}}(?:, {_CAPITAL} and {_CAPITAL})?)",
    re.IGNORECASE,
)
_WORK_HINT: Final = re.compile(
    r"work|employ|job|ceo|cto|cfo|founder|director|manager|engineer|analyst|president|chairman|"
    r"intern",
    re.IGNORECASE,
)
_HINT: Final = re.compile(rf"(?<=[ ,])(?:{_SUFFIX})(?![\w@])|\sof\s")


class OrganizationRecognizer:
    """ORGANIZATION: names with a legal form or a head noun, and employers after "works for"."""

    name = "organization"
    version = "1"
    entities = frozenset({"ORGANIZATION"})
    hint = any_of((_WITH_SUFFIX, _HEAD, _PAIR, _WORK))

    def find(self, text: str) -> list[Span]:
        """The organizations of a text."""
        spans: list[Span] = []
        if _HINT.search(text):
            for pattern in (_WITH_SUFFIX, _HEAD, _PAIR):
                spans += [
                    Span("ORGANIZATION", match.start(), match.end(), 0.7, self.name)
                    for match in pattern.finditer(text)
                ]
        if _WORK_HINT.search(text):
            spans += [
                Span("ORGANIZATION", match.start("org"), match.end("org"), 0.55, self.name)
                for match in _WORK.finditer(text)
            ]
        return spans


_UNKNOWN: Final = re.compile(
    r"(?<=[a-z0-9,:;)][ ])(?-i:[A-ZÀ-Þ])[\w&]*[a-zà-ÿ][\w&]*(?:[ -](?-i:[A-ZÀ-Þ])"
    r"[\w&]*[a-zà-ÿ][\w&]*){0,3}"
)
_UNKNOWN_HINT: Final = re.compile(r"[a-z0-9,:;)] [A-ZÀ-Þ]")
_UNKNOWN_SCORE: Final = 0.36  # below every other recognizer, so that a person or place prevails


class CapitalRecognizer:
    """ORGANIZATION as a last guess: capitals inside a sentence on words that are not everyday ones.

    Persons and places among them are taken by their own recognizers, which rank higher; what is
    left is mostly names of companies, products and small towns.
    """

    name = "capital"
    version = "1"
    entities = frozenset({"ORGANIZATION"})
    hint = any_of((_UNKNOWN,))

    def find(self, text: str) -> list[Span]:
        """The unexplained capitalized words of a text."""
        if not _UNKNOWN_HINT.search(text):
            return []
        return [
            Span("ORGANIZATION", match.start(), match.end(), _UNKNOWN_SCORE, self.name)
            for match in _UNKNOWN.finditer(text)
            if not all(map(is_common, re.split(r"[ -]", match[0])))
        ]
