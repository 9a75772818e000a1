"""Rules: what one pattern finds, and what tells whether it can occur at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from customerai.privacy.recognizers.gate import hint_of, needs_digit
from customerai.privacy.recognizers.spans import Reason, Span

Found = tuple[float, Reason]
Judge = Callable[[str, "re.Match[str]"], "Found | None"]
Accept = Callable[[str, "re.Match[str]"], bool]


@dataclass(frozen=True)
class Rule:
    """One way in which an entity is written.

    Attributes:
        name: its name, such as `us_ssn.dashed`; shown when a span is explained.
        entities: the types that it may give.
        hint: RE2 expression; a text without it holds nothing for this rule. "": every text may.
        find: its spans in a normalized text.
        needs_digit: a text without a digit holds nothing for it.
        beside_word: its hint is the word that must stand near, not the pattern.
    """

    name: str
    entities: frozenset[str]
    hint: str
    find: Callable[[str], list[Span]]
    needs_digit: bool = False
    beside_word: bool = False


class RuleRecognizer:
    """A recognizer that is nothing but rules, so that one pass tells which of them are needed."""

    def __init__(self, name: str, version: str, rules: Iterable[Rule]) -> None:
        self.name = name
        self.version = version
        self.rules = tuple(rules)
        self.entities: frozenset[str] = frozenset().union(*(one.entities for one in self.rules))

    def find(self, text: str) -> list[Span]:
        """The spans of all rules; the registry asks the rules one by one instead."""
        return [span for rule in self.rules for span in rule.find(text)]


@runtime_checkable
class HintedRecognizer(Protocol):
    """A recognizer that is asked only about texts in which its hint occurs (`any_of` makes one)."""

    @property
    def name(self) -> str: ...

    @property
    def entities(self) -> frozenset[str]: ...

    @property
    def hint(self) -> str: ...

    def find(self, text: str) -> list[Span]: ...


def pattern_rule(
    name: str,
    entity: str,
    pattern: re.Pattern[str],
    score: float,
    *,
    group: int | str = 0,
    accept: Accept | None = None,
    judge: Judge | None = None,
    checksum: str = "",
    hint: str | None = None,
    whole: int = 0,
) -> Rule:
    """The rule that every match of a pattern is an entity.

    Args:
        name: `recognizer.pattern`.
        score: of every span, unless `judge` says otherwise.
        group: the part of a match that is the span; matches without it are left out.
        accept: whether a match is taken.
        judge: score and reason of a match; None: it is not taken.
        checksum: what `accept` proves, for the explanation.
        hint: RE2 expression in place of the one that is derived from the pattern.
        whole: the pattern is to match a whole text of at most so many characters; 0: any part.
    """
    recognizer = name.partition(".")[0]
    reason = Reason(name, checksum=checksum, before=score)

    def matches(text: str) -> Iterable[re.Match[str]]:
        if not whole:
            return pattern.finditer(text)
        match = pattern.fullmatch(text) if len(text) <= whole else None
        return () if match is None else (match,)

    def find(text: str) -> list[Span]:
        spans: list[Span] = []
        for match in matches(text):
            start, end = match.span(group)
            if start < 0:
                continue
            if judge is not None:
                found = judge(text, match)
                if found is not None:
                    spans.append(Span(entity, start, end, found[0], recognizer, found[1]))
            elif accept is None or accept(text, match):
                spans.append(Span(entity, start, end, score, recognizer, reason))
        return spans

    if hint is None:
        hint = rf"{hint_of(pattern)}\z" if whole else hint_of(pattern)
    return Rule(name, frozenset({entity}), hint, find, needs_digit(pattern))


def any_of(patterns: Sequence[re.Pattern[str]]) -> str:
    """The hint that one of several patterns may occur."""
    return "|".join(f"(?:{hint_of(pattern)})" for pattern in patterns)
