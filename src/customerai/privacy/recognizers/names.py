"""Names, places and identifiers by a learned model, with a filter for what only looks like one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Protocol

from customerai.privacy.recognizers.context import ContextWords
from customerai.privacy.recognizers.spans import PROVEN, Span
from customerai.privacy.recognizers.words import is_common


class TaggedWord(Protocol):
    """One word that a model holds for personal data."""

    @property
    def label(self) -> str: ...

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...

    @property
    def score(self) -> float: ...


class Tagger(Protocol):
    """Labels the suspicious words of each text, in order; `ml.tagger.TokenTagger` is one."""

    @property
    def version(self) -> str: ...

    def tag(self, texts: Sequence[str]) -> Sequence[Sequence[TaggedWord]]: ...


_PERSON: Final = frozenset({"GIVEN_NAME", "SURNAME"})
_PLACE: Final = frozenset(
    {"BUILDING_NUMBER", "STREET_NAME", "SECONDARY_ADDRESS", "CITY", "STATE", "ZIP_CODE"}
)
_NUMBERS: Final = {
    "BANK_ACCOUNT": "US_BANK_NUMBER",
    "DRIVERS_LICENSE": "US_DRIVER_LICENSE",
    "EMAIL": "EMAIL_ADDRESS",
    "GOVERNMENT_ID": "ID_NUMBER",
    "PASSPORT": "US_PASSPORT",
    "PHONE": "PHONE_NUMBER",
    "ROUTING_NUMBER": "ABA_ROUTING_NUMBER",
    "TAX_ID": "ID_NUMBER",
    "URL": "URL",
}
_MODEL_CAP: Final = PROVEN - 0.05  # a model never claims a proof
_GAP: Final = {
    "PERSON": re.compile(r"\.?[ \t]{0,2}|[ \t]?['’-][ \t]?|[ \t][A-Z]\.?[ \t]"),
    "LOCATION": re.compile(r"[\s,.#-]{0,4}"),
}
_NEXT_CAPITAL: Final = re.compile(r"[ \t](?P<word>[A-ZÀ-Þ][^\W\d_]{1,30}(?:['’-][^\W\d_]+)*)")
_CUES_OF_PLACE: Final = re.compile(
    r"(?:\b(?:in|from|to|near|at|of|live|city|town|around|visit|visiting|state|"
    r"country)\s(?:the\s)?|,\s?|^)$",
    re.IGNORECASE,
)

# Least score of a word: with a capital, in lower case, and when it is an everyday word.
_NAME_CAPITAL: Final = 0.4
_NAME_LOWER: Final = 0.6
_NAME_COMMON: Final = 0.985
_PLACE_CAPITAL: Final = 0.4
_PLACE_LOWER: Final = 0.6
_NUMBER_LEAST: Final = 0.6


class NameRecognizer:
    """PERSON, LOCATION and numbers by a token classifier.

    Neighbouring words of one kind become one span: given and family name one PERSON; house
    number, street, flat, city, state and code one LOCATION.
    """

    name = "name_model"
    entities = frozenset({"PERSON", "LOCATION", *_NUMBERS.values()})

    def __init__(self, tagger: Tagger) -> None:
        self._tagger = tagger

    @property
    def version(self) -> str:
        """Changes with the model and with the rules here."""
        return f"1+{self._tagger.version}"

    def find(self, text: str) -> list[Span]:
        """The spans of one text."""
        return self.find_many([text])[0]

    def find_many(self, texts: Sequence[str]) -> list[list[Span]]:
        """The spans of each text; the model sees them in batches."""
        tagged = self._tagger.tag(texts)
        return [self._spans(text, words) for text, words in zip(texts, tagged, strict=True)]

    def _spans(self, text: str, words: Sequence[TaggedWord]) -> list[Span]:
        spans: list[Span] = []
        for kind, group in _groups(text, words):
            if kind == "PERSON":
                spans += self._person(text, group)
            elif kind == "LOCATION":
                spans += self._place(text, group)
            else:
                spans += self._number(text, kind, group)
        return spans

    def _person(self, text: str, group: list[TaggedWord]) -> list[Span]:
        good = [word for word in group if _good_name(text, word)]
        if not good:
            return []
        # A doubtful word between or beside two good ones belongs to the name: "Will Smith".
        start, end = good[0].start, good[-1].end
        for word in group:
            if text[word.start].isupper() and word.score > 0.5:  # noqa: PLR2004
                start, end = min(start, word.start), max(end, word.end)
        follower = _NEXT_CAPITAL.match(text, end)
        if follower is not None and not is_common(follower["word"]):
            end = follower.end("word")
        score = min(max(word.score for word in good), _MODEL_CAP)
        return [Span("PERSON", start, end, score, self.name)]

    def _place(self, text: str, group: list[TaggedWord]) -> list[Span]:
        labels = {word.label for word in group}
        street = "STREET_NAME" in labels
        good = [
            word
            for word in group
            if _good_place(text, word, in_address=street or len(labels) > 2)  # noqa: PLR2004
        ]
        if not good:
            return []
        kept = {word.label for word in good}
        if kept == {"ZIP_CODE"} and not _zip_meant(text, good[0].start, good[-1].end):
            return []
        if max(word.score for word in good) < _PLACE_LOWER and text[good[0].start].islower():
            return []
        if kept <= {"BUILDING_NUMBER", "SECONDARY_ADDRESS"}:
            return []
        score = min(max(word.score for word in good), _MODEL_CAP)
        return [Span("LOCATION", good[0].start, good[-1].end, score, self.name)]

    def _number(self, text: str, kind: str, group: list[TaggedWord]) -> list[Span]:
        start, end = group[0].start, group[-1].end
        score = max(word.score for word in group)
        value = text[start:end]
        digits = sum(char.isdigit() for char in value)
        if score < _NUMBER_LEAST or (digits < 4 and kind not in {"URL", "EMAIL_ADDRESS"}):  # noqa: PLR2004
            return []
        if kind in {"URL", "EMAIL_ADDRESS"} and not ("." in value or "@" in value):
            return []
        return [Span(kind, start, end, min(score, 0.55), self.name)]


def _groups(text: str, words: Sequence[TaggedWord]) -> list[tuple[str, list[TaggedWord]]]:
    """Runs of words of one kind with nothing but a joint between them."""
    groups: list[tuple[str, list[TaggedWord]]] = []
    for word in words:
        kind = _kind(word.label)
        if kind is None:
            continue
        if groups and groups[-1][0] == kind:
            gap = _GAP.get(kind, _GAP["LOCATION"])
            if gap.fullmatch(text, groups[-1][1][-1].end, word.start):
                groups[-1][1].append(word)
                continue
        groups.append((kind, [word]))
    return groups


def _kind(label: str) -> str | None:
    if label in _PERSON:
        return "PERSON"
    if label in _PLACE:
        return "LOCATION"
    return _NUMBERS.get(label)


def _good_name(text: str, word: TaggedWord) -> bool:
    value = text[word.start : word.end]
    if len(value) < 2 or not value[0].isalpha():  # noqa: PLR2004
        return False
    capital = value[0].isupper()
    if is_common(value):
        first = not text[: word.start].strip(" \"'(")
        return capital and not first and word.score >= _NAME_COMMON
    return word.score >= (_NAME_CAPITAL if capital else _NAME_LOWER)


_ZIP_WORDS: Final = ContextWords(
    r"zip\s?(?:code)?|post(?:al)?\s?code|pin\s?code|city|state|address|live|street|area|town"
)
_BARE_WORDS: Final = 4


def _zip_meant(text: str, start: int, end: int) -> bool:
    """Whether a code without a place beside it is one: five signs, said so or a short reply."""
    if end - start <= _BARE_WORDS:
        return False
    return len(text.split()) <= _BARE_WORDS or _ZIP_WORDS.near(text, start, end)


def _good_place(text: str, word: TaggedWord, *, in_address: bool) -> bool:
    if in_address:
        return True
    value = text[word.start : word.end]
    if word.label == "ZIP_CODE":
        return sum(char.isdigit() for char in value) >= 4 and word.score >= _PLACE_LOWER  # noqa: PLR2004
    if word.label in {"BUILDING_NUMBER", "SECONDARY_ADDRESS"}:
        return True
    if len(value) < 2 and word.label != "STREET_NAME":  # noqa: PLR2004
        return False
    if is_common(value):
        return False
    return word.score >= (_PLACE_CAPITAL if value[0].isupper() else _PLACE_LOWER)
