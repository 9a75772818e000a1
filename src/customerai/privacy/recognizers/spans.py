"""What a recognizer gives: spans of text with a type and a score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

PROVEN: Final = 0.95
"""Score from which a span is proven (a checksum holds, or a closed grammar such as an e-mail's).

A learned model never claims it, so what is proven wins wherever the two overlap.
"""


GUESS: Final = 0.4
"""Score below which a span is a last guess: it takes only what no other span wants."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text that is personal data.

    Attributes:
        type: the entity's name; Presidio's where Presidio has one.
        start: offset of the first character, in Unicode code points.
        end: offset after the last character, in Unicode code points.
        score: belief that it is what `type` says, in [0, 1].
        recognizer: the name of the recognizer that found it.
    """

    type: str
    start: int
    end: int
    score: float
    recognizer: str


class Recognizer(Protocol):
    """Finds spans of its entity types in one text.

    `version` changes whenever the same text may give other spans.
    """

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def entities(self) -> frozenset[str]: ...

    def find(self, text: str) -> list[Span]: ...


@runtime_checkable
class BatchRecognizer(Protocol):
    """A recognizer that is quicker over many texts at once, as a learned model is."""

    def find_many(self, texts: Sequence[str]) -> list[list[Span]]: ...
