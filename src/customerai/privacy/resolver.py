"""Turns the overlapping spans of many recognizers into one clean list that hides as much."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from customerai.privacy.recognizers.spans import GUESS, PROVEN, Span

# What may stand between two parts of one entity of that type.
_JOINTS: Final = {
    "LOCATION": re.compile(r"[\s,]{0,4}"),
    "PERSON": re.compile(r"[ \t]{0,2}"),
    "DATE_TIME": re.compile(r",?[ \t]{0,2}"),
}
_EDGE: Final = " \t\r\n\f\v.,;:!?()\"'"


def resolve(text: str, spans: Iterable[Span], *, min_score: float = 0.0) -> list[Span]:
    """The spans to act on: sorted, disjoint, and covering whatever the given spans covered.

    Spans of one type that overlap become one. Where two types overlap, the proven one
    (`spans.PROVEN`) keeps its place, else the longer, else the higher score, and a guess
    (`spans.GUESS`) gives way to all; of the other the parts outside stay, without blanks and
    sentence marks at their edges. Parts of one place or one person side by side are joined.

    Args:
        text: the text that the offsets are of.
        spans: in any order; the result does not depend on it.
        min_score: spans with a lower score are dropped first.

    Raises:
        ValueError: a span is empty or reaches outside the text.
    """
    kept = [span for span in spans if span.score >= min_score]
    for span in kept:
        if not 0 <= span.start < span.end <= len(text):
            raise ValueError(f"span {span.start}..{span.end} is not inside the text")
    if not kept:
        return []
    if len(kept) == 1:
        return kept
    free: list[Span] = []
    for cluster in _clusters(_union(kept)):
        free += cluster if len(cluster) == 1 else _give_way(text, cluster)
    return _join(text, free)


def _tier(span: Span) -> int:
    return 0 if span.score >= PROVEN else 1 if span.score >= GUESS else 2


def _rank(span: Span) -> tuple[int, int, float, int, str, str]:
    """Sorts the spans that keep their place first; ties end by position and name."""
    return (
        _tier(span),
        span.start - span.end,
        -span.score,
        span.start,
        span.type,
        span.recognizer,
    )


def _union(spans: list[Span]) -> list[Span]:
    """Spans of one type and one tier (proven, found, guessed) that overlap, as one.

    A proven span is not widened by a guess: it stays exact and the guess gives way to it.
    """
    last: dict[tuple[str, int], int] = {}
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, s.end, s.type, s.score, s.recognizer)):
        key = (span.type, _tier(span))
        index = last.get(key)
        if index is None or span.start >= merged[index].end:
            last[key] = len(merged)
            merged.append(span)
            continue
        before = merged[index]
        best = min(before, span, key=_rank)
        score = max(before.score, span.score)
        merged[index] = replace(
            best, start=before.start, end=max(before.end, span.end), score=score
        )
    return merged


def _clusters(spans: list[Span]) -> Iterator[list[Span]]:
    """The spans, sorted, in groups that have no character in common with another group."""
    spans.sort(key=lambda span: span.start)
    cluster: list[Span] = []
    end = 0
    for span in spans:
        if cluster and span.start >= end:
            yield cluster
            cluster = []
        cluster.append(span)
        end = max(end, span.end)
    if cluster:
        yield cluster


def _give_way(text: str, spans: list[Span]) -> list[Span]:
    """Disjoint spans, sorted: each takes what those of better rank have left free."""
    taken: list[Span] = []
    starts: list[int] = []
    for span in sorted(spans, key=_rank):
        first = max(bisect_right(starts, span.start) - 1, 0)
        last = bisect_left(starts, span.end)
        for part in _rest(text, span, taken[first:last]):
            at = bisect_left(starts, part.start)
            starts.insert(at, part.start)
            taken.insert(at, part)
    return taken


def _rest(text: str, span: Span, taken: list[Span]) -> list[Span]:
    """The parts of a span that none of the taken spans, sorted and disjoint, covers."""
    over = [other for other in taken if other.start < span.end and span.start < other.end]
    if not over:
        return [span]
    parts: list[Span] = []
    start = span.start
    for other in over:
        if other.start > start:
            parts += _trimmed(text, replace(span, start=start, end=other.start))
        start = max(start, other.end)
    if start < span.end:
        parts += _trimmed(text, replace(span, start=start))
    return parts


def _trimmed(text: str, span: Span) -> list[Span]:
    start, end = span.start, span.end
    while start < end and text[start] in _EDGE:
        start += 1
    while start < end and text[end - 1] in _EDGE:
        end -= 1
    return [replace(span, start=start, end=end)] if start < end else []


def _join(text: str, spans: list[Span]) -> list[Span]:
    """Neighbouring parts of one place, or of one person, as one span."""
    joined: list[Span] = []
    for span in spans:
        before = joined[-1] if joined else None
        if (
            before is not None
            and before.type == span.type
            and (joint := _JOINTS.get(span.type)) is not None
            and joint.fullmatch(text, before.end, span.start)
        ):
            best = min(before, span, key=_rank)
            joined[-1] = replace(
                best,
                start=before.start,
                end=span.end,
                score=max(before.score, span.score),
            )
        else:
            joined.append(span)
    return joined
