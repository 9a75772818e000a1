"""Hides a value wherever it stands in a conversation once it was found anywhere in it; pure.

A recognizer sees one text at a time: it knows the name in "My name is Ada" and may miss it in
"ok ada". What a session has hidden before is known, and an exact repetition needs no model.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from customerai.privacy.recognizers.spans import PROVEN, Span
from customerai.privacy.recognizers.words import is_common

RECOGNIZER: Final = "known_value"
# Days, cuisines and titles recur without being about the same person or place.
_NOT_IDENTIFYING: Final = frozenset({"DATE_TIME", "NRP", "TITLE", "AGE", "LITERAL"})
_LEAST_CHARS: Final = 3
_SCORE: Final = 0.5
_MOST_VALUES: Final = 2000


def repetitions(
    texts: Sequence[str], found: Sequence[Sequence[Span]], known: Iterable[tuple[str, str]]
) -> list[list[Span]]:
    """The spans of each text with exact repetitions of known values added.

    A value keeps the type under which it was first known, unless a checksum or a closed grammar
    says otherwise: the same person does not turn into an organization in the next message.

    Args:
        found: the spans of each text, sorted and disjoint.
        known: values of the session with their entity types.

    Returns:
        Sorted and disjoint spans; what `found` covers is covered.
    """
    values: dict[str, str] = {}
    for value, entity in known:
        _note(values, value, entity)
    for text, spans in zip(texts, found, strict=True):
        for span in spans:
            _note(values, text[span.start : span.end], span.type)
    if not values:
        return [list(spans) for spans in found]
    longest_first = sorted(values, key=lambda value: (-len(value), value))[:_MOST_VALUES]
    pattern = re.compile(
        r"(?<!\w)(?:" + "|".join(re.escape(value) for value in longest_first) + r")(?!\w)"
    )
    return [
        _with_matches(text, spans, pattern, values)
        for text, spans in zip(texts, found, strict=True)
    ]


def _note(values: dict[str, str], value: str, entity: str) -> None:
    if (
        entity not in _NOT_IDENTIFYING
        and len(value) >= _LEAST_CHARS
        and value[0].isalnum()
        and not is_common(value)
    ):
        values.setdefault(value, entity)


def _with_matches(
    text: str, spans: Sequence[Span], pattern: re.Pattern[str], values: Mapping[str, str]
) -> list[Span]:
    ordered = [_as_known(text, span, values) for span in spans]
    starts = [span.start for span in ordered]
    added = []
    for match in pattern.finditer(text):
        after = bisect_left(starts, match.end())
        if after and ordered[after - 1].end > match.start():
            continue  # hidden already, in whole or in part
        added.append(Span(values[match[0]], match.start(), match.end(), _SCORE, RECOGNIZER))
    return sorted([*ordered, *added], key=lambda span: span.start) if added else ordered


def _as_known(text: str, span: Span, values: Mapping[str, str]) -> Span:
    entity = values.get(text[span.start : span.end], span.type)
    return span if entity == span.type or span.score >= PROVEN else replace(span, type=entity)
