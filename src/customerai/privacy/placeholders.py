"""Numbered stand-ins such as `[PERSON_1]`, and the way back, also on a stream."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from customerai.privacy.operators import AppliedSpan, apply
from customerai.privacy.recognizers.spans import Span

LITERAL: Final = "LITERAL"
"""Type of the stand-in for text that a user typed and that looks like a stand-in in use."""

_SHAPE: Final = re.compile(r"\[([A-Z][A-Z0-9_]{0,63})_([1-9][0-9]{0,8})\]")
_TYPE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_BY_DIGITS: Final = frozenset(
    {
        "ACCOUNT_NUMBER",
        "CREDIT_CARD",
        "ID_NUMBER",
        "IN_AADHAAR",
        "PHONE_NUMBER",
        "UK_NHS",
        "US_BANK_NUMBER",
        "US_ITIN",
        "US_SSN",
    }
)


class InvalidEntityType(ValueError):
    """An entity type that cannot stand inside a placeholder: not `[A-Z][A-Z0-9_]*`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One placeholder and what it stands for.

    Attributes:
        placeholder: for example `[PERSON_1]`.
        type: the entity type, `PERSON`.
        value: the exact text it stands for. Where it equals `placeholder`, a user typed that very
            text, and the number is never given to anything else.
        identity: the placeholder of the first value that is the same but for case, blanks and
            (for phone numbers, cards and accounts) signs.
    """

    placeholder: str
    type: str
    value: str
    identity: str


class PlaceholderBook:
    """The placeholders of one conversation: the same type and text always get the same one.

    "John" and "JOHN" get two numbers, since each must come back as it was; `Entry.identity`
    says that they are one.

    Args:
        entries: those of earlier turns.

    Raises:
        InvalidEntityType: an entry's type.
    """

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries: dict[str, Entry] = {}
        self._by_value: dict[tuple[str, str], str] = {}
        self._identities: dict[tuple[str, str], str] = {}
        self._highest: dict[str, int] = {}
        self._new: list[Entry] = []
        for entry in entries:
            self._add(entry)

    def entries(self) -> list[Entry]:
        """All entries, in the order in which they came."""
        return list(self._entries.values())

    def new_entries(self) -> list[Entry]:
        """The entries that were not given to the constructor."""
        return list(self._new)

    def mapping(self) -> dict[str, str]:
        """Placeholder to value, as `restore` and `StreamRestorer` take it."""
        return {entry.placeholder: entry.value for entry in self._entries.values()}

    def placeholder(self, entity: str, value: str) -> str:
        """The stand-in for a value; a new one when this exact text is new.

        Raises:
            InvalidEntityType: the type cannot stand inside a placeholder.
        """
        known = self._by_value.get((entity, value))
        if known is not None:
            return known
        if not _TYPE.fullmatch(entity):
            raise InvalidEntityType("an entity type is not of the form [A-Z][A-Z0-9_]*")
        number = self._highest.get(entity, 0) + 1
        while (name := f"[{entity}_{number}]") in self._entries:
            number += 1
        return self._issue(name, entity, value)

    def same_entity(self, one: str, other: str) -> bool:
        """Whether two placeholders of this book stand for forms of one value."""
        first, second = self._entries.get(one), self._entries.get(other)
        return first is not None and second is not None and first.identity == second.identity

    def anonymize(
        self,
        text: str,
        spans: Iterable[Span],
        choose: Callable[[Span, str], str | None] | None = None,
    ) -> tuple[str, list[AppliedSpan]]:
        """The text with placeholders for its spans; `restore` gives back exactly `text`.

        What the user typed in the shape of a placeholder is kept, and its number reserved, when
        the number is free; when it already stands for something it is hidden like a value
        (type `LITERAL`), so that no restoration puts another's data there.

        Args:
            spans: sorted and disjoint, as `resolver.resolve` gives them.
            choose: what else stands for a value; None where it is a placeholder.

        Raises:
            OverlappingSpans: they are not, or one reaches outside the text.
            InvalidEntityType: a span's type cannot stand inside a placeholder.
        """
        ordered = list(spans)
        if "[" in text:
            ordered = self._with_literals(text, ordered)

        def stand_in(span: Span, value: str) -> str:
            chosen = None if choose is None else choose(span, value)
            return self.placeholder(span.type, value) if chosen is None else chosen

        return apply(text, ordered, stand_in)

    def _with_literals(self, text: str, spans: list[Span]) -> list[Span]:
        starts = [span.start for span in spans]
        literals: list[Span] = []
        for match in _SHAPE.finditer(text):
            after = bisect_left(starts, match.end())
            if after and spans[after - 1].end > match.start():
                continue  # a span breaks it up, or hides it
            known = self._entries.get(match[0])
            if known is None:
                self._issue(match[0], match[1], match[0])
            elif known.value != match[0]:
                literals.append(Span(LITERAL, match.start(), match.end(), 1.0, "placeholders"))
        return sorted([*spans, *literals], key=lambda span: span.start)

    def _issue(self, name: str, entity: str, value: str) -> str:
        identity = self._identities.get((entity, normalized(entity, value)), name)
        entry = Entry(placeholder=name, type=entity, value=value, identity=identity)
        self._add(entry)
        self._new.append(entry)
        return name

    def _add(self, entry: Entry) -> None:
        shape = _SHAPE.fullmatch(entry.placeholder)
        if shape is None:
            raise InvalidEntityType("a placeholder is not of the form [TYPE_number]")
        self._entries[entry.placeholder] = entry
        if entry.value == entry.placeholder:
            return  # reserved: stands for itself and is never handed out
        self._by_value.setdefault((entry.type, entry.value), entry.placeholder)
        self._identities.setdefault(
            (entry.type, normalized(entry.type, entry.value)), entry.identity
        )
        self._highest[entry.type] = max(self._highest.get(entry.type, 0), int(shape[2]))


def normalized(entity: str, value: str) -> str:
    """The form in which two writings of one value are equal: case, blanks and signs aside."""
    if entity in _BY_DIGITS:
        digits = "".join(char for char in value if char.isalnum())
        if digits:
            return digits.casefold()
    return " ".join(value.casefold().split())


def restore(text: str, mapping: Mapping[str, str]) -> str:
    """The text with every placeholder of the mapping replaced by its value, in one pass.

    Only exact placeholders count; unknown ones, and such as values bring in, stay as they are.
    """
    if "[" not in text:
        return text
    return _SHAPE.sub(lambda match: mapping.get(match[0], match[0]), text)


class StreamRestorer:
    """`restore` for text that comes in chunks cut anywhere.

    It holds back only an end that could be the beginning of a placeholder of the mapping.
    """

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self._mapping = dict(mapping)
        self._names = sorted(self._mapping)
        self._held = ""

    def feed(self, chunk: str) -> str:
        """What can be shown now, placeholders restored."""
        text = self._held + chunk
        at = text.rfind("[")
        if at >= 0 and self._begins_a_name(text[at:]):
            self._held = text[at:]
            text = text[:at]
        else:
            self._held = ""
        return restore(text, self._mapping)

    def finish(self) -> str:
        """What was held back, now that nothing follows."""
        text, self._held = self._held, ""
        return text

    def _begins_a_name(self, tail: str) -> bool:
        at = bisect_left(self._names, tail)
        return (
            at < len(self._names) and self._names[at] != tail and self._names[at].startswith(tail)
        )
