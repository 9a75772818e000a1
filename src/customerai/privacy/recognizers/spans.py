"""What a recognizer gives: spans of text with a type, a score and, if asked, a reason.

Explaining a span. `Span.reason` says which pattern of the recognizer matched, which word of our
own lists beside it raised the score, which checksum held and what the score was before. It never
holds a piece of the text. Spans of a learned model and of recognizers from elsewhere may have
none; then `recognizer` and `score` are all there is to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, runtime_checkable

PROVEN: Final = 0.95
"""Score from which a span is proven (a checksum holds, or a closed grammar such as an e-mail's).

A learned model never claims it, so what is proven wins wherever the two overlap.
"""


GUESS: Final = 0.4
"""Score below which a span is a last guess: it takes only what no other span wants."""


@dataclass(frozen=True)
class Reason:
    """Why a span was taken.

    Attributes:
        pattern: the name of the pattern or list, such as `us_ssn.dashed`.
        context: the word of our lists, or of the tenant's own, that stood near; "": none was
            needed or none was there.
        checksum: the rule that held, such as `luhn` or `mod97`; "": the kind has none, or it
            did not hold.
        before: the score that the pattern has without context and checksum, in [0, 1].
    """

    pattern: str
    context: str = ""
    checksum: str = ""
    before: float = 0.0


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text that is personal data.

    Attributes:
        type: the entity's name; Presidio's where Presidio has one.
        start: offset of the first character, in Unicode code points.
        end: offset after the last character, in Unicode code points.
        score: belief that it is what `type` says, in [0, 1].
        recognizer: the name of the recognizer that found it.
        reason: why; None where the recognizer cannot say. Not part of equality.
    """

    type: str
    start: int
    end: int
    score: float
    recognizer: str
    reason: Reason | None = field(default=None, compare=False)


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
