"""How stand-ins are put into a text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from customerai.privacy.operators.errors import OverlappingSpans
from customerai.privacy.recognizers.spans import Span


@dataclass(frozen=True, slots=True)
class AppliedSpan:
    """Where a span lay in the old text and where its stand-in lies in the new one.

    All offsets are Unicode code points, ends exclusive. It holds no text.
    """

    type: str
    start: int
    end: int
    new_start: int
    new_end: int
    score: float
    recognizer: str


def apply(
    text: str, spans: Iterable[Span], choose: Callable[[Span, str], str]
) -> tuple[str, list[AppliedSpan]]:
    """The text with each span replaced by what `choose(span, value)` gives for it.

    Args:
        spans: sorted and disjoint, as `resolver.resolve` gives them.

    Raises:
        OverlappingSpans: they are not, or one reaches outside the text.
    """
    pieces: list[str] = []
    applied: list[AppliedSpan] = []
    done = length = 0
    for span in spans:
        if not done <= span.start < span.end <= len(text):
            raise OverlappingSpans(f"span {span.start}..{span.end} is out of order")
        stand_in = choose(span, text[span.start : span.end])
        pieces += (text[done : span.start], stand_in)
        new_start = length + span.start - done
        length = new_start + len(stand_in)
        applied.append(
            AppliedSpan(
                type=span.type,
                start=span.start,
                end=span.end,
                new_start=new_start,
                new_end=length,
                score=span.score,
                recognizer=span.recognizer,
            )
        )
        done = span.end
    pieces.append(text[done:])
    return "".join(pieces), applied
