"""Names, places, organizations and more by a learned model, and the gate that spares it work."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, Protocol

from customerai.privacy.recognizers.spans import GUESS, PROVEN, Span
from customerai.privacy.recognizers.words import common_words, is_common, word_set


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


_MODEL_CAP: Final = PROVEN - 0.05  # a model never claims a proof
# Least score of the surest word of a span.
_LEAST: Final = {
    "PERSON": 0.4,
    "LOCATION": 0.4,
    "ORGANIZATION": 0.5,
    "TITLE": 0.5,
    "NRP": 0.5,
}
# Patterns know these better: the model only fills what they leave.
_FILLING: Final = {
    "DATE_TIME": 0.5,
    "AGE": 0.5,
    "PHONE_NUMBER": 0.5,
    "EMAIL_ADDRESS": 0.5,
    "ID_NUMBER": 0.5,
}
# A word that customers do not use every day is a name on slighter grounds: rare names would else be
# found less often than frequent ones.
_LEAST_RARE: Final = {"PERSON": 0.04, "LOCATION": 0.15}
_LEAST_IN_SPAN: Final = 0.3  # of a word beside surer ones
_NUMBERS: Final = frozenset({"PHONE_NUMBER", "EMAIL_ADDRESS", "ID_NUMBER"})
_GAP: Final = re.compile(r"[ \t]{0,2}")
_PLACE_GAP: Final = re.compile(r"[ \t]{0,2}|[ \t]{0,2}\r?\n[ \t]{0,4}")
_ENDS_WITH_POINT: Final = re.compile(r"(?:\.\w|\b(?:Inc|Ltd|Co|Corp|Jr|Sr|St|\w))\.", re.IGNORECASE)


# What the model takes for a name and is none: contractions without their apostrophe, continents.
_NOBODY: Final = word_set(
    "ve ive im id ill ll dont didnt cant wont isnt wasnt doesnt couldnt wouldnt hasnt havent "
    "youre theyre thats whats lets europe asia africa america antarctica"
)


class NameRecognizer:
    """PERSON, LOCATION, ORGANIZATION, TITLE, NRP, and numbers and dates that patterns leave.

    Neighbouring words of one label become one span. The model's numbers and dates are guesses
    (`spans.GUESS`): they give way to every pattern.

    Args:
        tagger: the token classifier.
        gated: whether messages of everyday words alone skip the classifier.
    """

    name = "name_model"
    entities = frozenset({*_LEAST, *_FILLING})

    def __init__(self, tagger: Tagger, *, gated: bool = True) -> None:
        self._tagger = tagger
        self._gated = gated

    @property
    def version(self) -> str:
        """Changes with the model and with the rules here."""
        return f"3+{self._tagger.version}{'' if self._gated else '+open'}"

    def find(self, text: str) -> list[Span]:
        """The spans of one text."""
        return self.find_many([text])[0]

    def find_many(self, texts: Sequence[str]) -> list[list[Span]]:
        """The spans of each text; the model sees them in batches."""
        found: list[list[Span]] = [[] for _ in texts]
        asked = [at for at, text in enumerate(texts) if not self._gated or may_hold_name(text)]
        if asked:
            tagged = self._tagger.tag([texts[at] for at in asked])
            for at, words in zip(asked, tagged, strict=True):
                found[at] = list(self._spans(texts[at], words))
        return found

    def _spans(self, text: str, words: Sequence[TaggedWord]) -> Iterator[Span]:
        kept = [word for word in words if word.score >= _LEAST_IN_SPAN or _rare_name(text, word)]
        for group in _groups(text, kept):
            label = group[0].label
            score = max(word.score for word in group)
            if score < _LEAST.get(label, _FILLING.get(label, 1.0)):
                if not any(_rare_name(text, word) for word in group):
                    continue
                score = GUESS
            start, end = _trimmed(text, group[0].start, group[-1].end)
            if start == end or text[start:end].casefold() in _NOBODY:
                continue
            if label in _NUMBERS and not any(map(str.isdigit, text[start:end])):
                continue
            top = _MODEL_CAP if label in _LEAST else GUESS - 0.01
            yield Span(label, start, end, min(score, top), self.name)


def _rare_name(text: str, word: TaggedWord) -> bool:
    if word.score < _LEAST_RARE.get(word.label, 1.0):
        return False
    value = text[word.start : word.end]
    return len(value) > 1 and value.isalpha() and not is_common(value)


def _groups(text: str, words: Sequence[TaggedWord]) -> Iterator[list[TaggedWord]]:
    """Runs of words of one label with nothing but blanks between them."""
    group: list[TaggedWord] = []
    for word in words:
        if group and word.label == group[-1].label:
            gap = _PLACE_GAP if word.label == "LOCATION" else _GAP
            if gap.fullmatch(text, group[-1].end, word.start):
                group.append(word)
                continue
        if group:
            yield group
        group = [word]
    if group:
        yield group


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without the signs at either end, but for the point of an abbreviation."""
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        if text[end - 1] == "." and _ENDS_WITH_POINT.search(text, max(start, end - 6), end):
            break
        end -= 1
    return start, end


_PLACEHOLDER: Final = re.compile(r"\[[A-Z][A-Z_]{1,40}(?:_\d{1,6})?\]")
_LETTERS: Final = re.compile(r"([^\W\d_]+(?:'(?!s\b)[^\W\d_]+)*)(?:'s)?")  # without "'s"
_DIGIT: Final = re.compile(r"\d")
# A capital that begins no sentence, and is not the word "I".
_CAPITAL_INSIDE: Final = re.compile(r"[^\s.!?:\"“(][ \t]+(?!I(?:\b|['’]))[^\W\d_a-zà-ÿ]")
# Everyday words that are also names, places, or tell a time: they do not pass the gate.
_TELLING: Final = word_set(
    "alexa america april august basil bell benz booth bush canton carrier chase cherry "
    "chevrolet church cook corona costa dias forbes ford french german israel june kim king "
    "lane lee lord lucky mac mayo mercedes mesa miles minh moon nordstrom olive olympia orlando "
    "pope romaine rush sears song soo sparks sun suzuki swift tata wells wheeler winter wise "
    "wild yaa afghanistan aires arizona asia australia bangkok barcelona belgium british buenos "
    "cancun chi chile cuba denmark denver detroit egypt emirates europe finland germany greece "
    "iceland indonesia jamaica korea lisbon los manhattan melbourne miami nashville norway nyc "
    "paso pittsburgh portland portugal reno rome sweden switzerland tampa tel thailand tokyo uk "
    "uruguay vancouver vietnam english tomorrow tonight evening noon midnight o'clock oclock "
    "quarter half three four five six seven eight nine ten eleven twelve fifteen twenty thirty "
    "forty forty-five years old age aged "
)


@cache
def _passing() -> frozenset[str]:
    return common_words() - _TELLING


def may_hold_name(text: str) -> bool:
    """Whether a text is worth the model: anything but everyday words, placeholders and numbers.

    Digits beside letters ask for the model as well; digits alone are the patterns' affair.
    """
    if "[" in text:
        text = _PLACEHOLDER.sub(" ", text)
    words = _LETTERS.findall(text.lower().replace("’", "'"))
    if not words:
        return False
    if not _passing().issuperset(words) or _DIGIT.search(text):
        return True
    return _CAPITAL_INSIDE.search(text) is not None
