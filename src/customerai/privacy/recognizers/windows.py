"""Long texts in pieces, so that the time is linear in the length whatever the pattern."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from customerai.privacy.recognizers.spans import Span

WINDOW: Final = 16_384
MARGIN: Final = 2_560
"""Overlap of two pieces: more than the longest pattern (a link) and the context of any."""


def in_windows(text: str, find: Callable[[str], list[Span]]) -> list[Span]:
    """What `find` gives for a text, which it sees in overlapping pieces when the text is long.

    Each piece answers for what lies in or reaches into its middle; a span longer than the overlap
    comes in parts that overlap and are joined later.
    """
    if len(text) <= WINDOW + MARGIN:
        return find(text)
    spans: list[Span] = []
    step = WINDOW - 2 * MARGIN
    for start in range(0, len(text), step):
        end = min(start + WINDOW, len(text))
        low = start + MARGIN if start else 0
        high = end - MARGIN if end < len(text) else end
        spans += [
            replace(span, start=span.start + start, end=span.end + start)
            for span in find(text[start:end])
            if span.end + start > low and span.start + start < high
        ]
        if end == len(text):
            break
    return spans
