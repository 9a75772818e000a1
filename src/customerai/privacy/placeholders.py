"""The stand-ins of one conversation: numbered, such as `[PERSON_1]`, or of any other text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from customerai.privacy.operators.applying import AppliedSpan, apply
from customerai.privacy.operators.encrypting import TOKEN
from customerai.privacy.operators.pseudonym import plain_form
from customerai.privacy.operators.surrogates import parts
from customerai.privacy.recognizers.spans import Span
from customerai.privacy.restoring import (
    PLACEHOLDER,
    Restorer,
    StreamRestorer,
    restore,
    written_placeholders,
)

__all__ = [
    "LITERAL",
    "Entry",
    "InvalidEntityType",
    "PlaceholderBook",
    "StreamRestorer",
    "normalized",
    "restore",
]

LITERAL: Final = "LITERAL"
"""Type of the stand-in for text that a user typed and that looks like a stand-in in use."""

LONGEST_STAND_IN: Final = 96
"""Characters that the vault has room for."""

_TYPE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_NAKED: Final = re.compile(r"[A-Z][A-Z0-9_]*_[0-9]+")
# A number that a user types in another writing is kept free for these types even before one of
# them is in use: those that conversations have most.
_USUAL: Final = frozenset(
    {
        "ACCOUNT_NUMBER", "AGE", "CREDIT_CARD", "DATE_TIME", "EMAIL_ADDRESS", "IBAN_CODE",
        "ID_NUMBER", "IP_ADDRESS", "LOCATION", "NRP", "ORDER_NUMBER", "ORGANIZATION", "PERSON",
        "PHONE_NUMBER", "TITLE", "URL", "US_SSN", "USERNAME", LITERAL,
    }
)  # fmt: skip
_LEAST_SIGNS: Final = 3
_LEAST_DIGITS: Final = 5


class InvalidEntityType(ValueError):
    """An entity type that cannot stand inside a placeholder: not `[A-Z][A-Z0-9_]*`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One stand-in and what it stands for.

    Attributes:
        placeholder: for example `[PERSON_1]`, or a surrogate such as `Emma Clark`.
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

    @property
    def is_numbered(self) -> bool:
        """Whether the stand-in is `[TYPE_number]`."""
        return PLACEHOLDER.fullmatch(self.placeholder) is not None

    @property
    def is_reserved(self) -> bool:
        """Whether a user typed it, so that it stands for itself and is never handed out."""
        return self.value == self.placeholder


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
        self._others: dict[tuple[str, str], str] = {}
        self._finder: tuple[int, Restorer] | None = None
        self._restorers: tuple[int, Restorer, Restorer] | None = None
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

    def stand_in(self, entity: str, value: str, make: Callable[[], str]) -> str | None:
        """A stand-in of any other text that restores to the value; the known one if there is one.

        Args:
            make: gives a new one.

        Returns:
            None where what was made is in use, too long or too short to be told from other text,
            so that a placeholder is to stand there.
        """
        known = self._others.get((entity, value))
        if known is not None:
            return known
        made = make()
        if made in self._entries or made == value or not _is_distinct(entity, made):
            return None
        return self._issue(made, entity, value)

    def reserve(self, word: str) -> None:
        """Keep a word that a user typed from ever standing for something."""
        if word not in self._entries and not _NAKED.fullmatch(word):
            self._issue(word, LITERAL, word)

    def pairs(self) -> Iterator[tuple[str, str, str]]:
        """Type, value and stand-in of each value that has one other than a placeholder."""
        for (entity, value), made in self._others.items():
            yield entity, value, made

    def restorer(
        self, *, tolerant: bool = False, decrypt: Callable[[str], str | None] | None = None
    ) -> Restorer:
        """What puts the values back: exactly in texts of ours, tolerantly in a model's."""
        return Restorer(
            self.mapping(),
            parts=parts(self.pairs()) if tolerant else None,
            tolerant=tolerant,
            decrypt=decrypt,
        )

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
        """The text with stand-ins for its spans; `restore` gives back exactly `text`.

        What the user typed in the shape of a placeholder is kept, and its number reserved, when
        the number is free; when it already stands for something it is hidden like a value
        (type `LITERAL`), so that no restoration puts another's data there. The same goes for
        other stand-ins in use and for encrypted tokens.

        Args:
            spans: sorted and disjoint, as `resolver.resolve` gives them.
            choose: what else stands for a value (text that `stand_in` gave, or such as nobody
                restores); None where it is a placeholder.

        Raises:
            OverlappingSpans: they are not, or one reaches outside the text.
            InvalidEntityType: a span's type cannot stand inside a placeholder.
        """
        ordered = list(spans)
        with_literals = self._with_literals(text, ordered)
        safe, applied, back = self._applied(text, with_literals, choose)
        if not self._others or self._restores(safe, back):
            return safe, applied
        # A neighbour makes a stand-in unreadable: placeholders are readable everywhere.

        def numbered(span: Span, value: str) -> str | None:
            chosen = None if choose is None else choose(span, value)
            return None if chosen == self._others.get((span.type, value)) else chosen

        safe, applied, _ = self._applied(text, self._with_literals(text, ordered), numbered)
        return safe, applied

    def _applied(
        self, text: str, spans: list[Span], choose: Callable[[Span, str], str | None] | None
    ) -> tuple[str, list[AppliedSpan], str]:
        """The safe text, its spans, and what a restorer must make of it."""
        back: list[str] = []

        def stand_in(span: Span, value: str) -> str:
            chosen = None if choose is None or span.type == LITERAL else choose(span, value)
            if chosen is None:
                back.append(value)
                return self.placeholder(span.type, value)
            remembered = self._others.get((span.type, value)) == chosen
            back.append(value if remembered else chosen)
            return chosen

        safe, applied = apply(text, spans, stand_in)
        values = iter(back)
        return safe, applied, apply(text, spans, lambda _span, _value: next(values))[0]

    def _restores(self, safe: str, back: str) -> bool:
        if self._restorers is None or self._restorers[0] != len(self._entries):
            self._restorers = (
                len(self._entries),
                self.restorer(),
                self.restorer(tolerant=True),
            )
        return all(each.restore(safe) == back for each in self._restorers[1:])

    def _with_literals(self, text: str, spans: list[Span]) -> list[Span]:
        literals: list[Span] = []
        # Between the spans, since a value beside it will no longer be there.
        done = 0
        for start, end in [*((span.start, span.end) for span in spans), (len(text), len(text))]:
            literals += self._typed(text[done:start], done, spans)
            done = end
        return sorted([*spans, *literals], key=lambda span: span.start) if literals else spans

    def _typed(self, text: str, offset: int, spans: list[Span]) -> list[Span]:
        """Where a restorer would put something although we put no stand-in there."""
        places: list[tuple[int, int]] = []
        for start, end, name in written_placeholders(text):
            known = self._entries.get(name)
            if known is None:
                entity = name[1:-1].rpartition("_")[0]
                asked = any(span.type == entity for span in spans)
                if text[start:end] == name or entity in _USUAL or entity in self._highest or asked:
                    self._issue(name, entity, name)
            elif not known.is_reserved:
                places.append((start, end))
        places += [match.span() for match in TOKEN.finditer(text)] if "{{ENC:" in text else []
        if self._others:
            places += [(match.start, match.end) for match in self._words().matches(text)]
        literals: list[Span] = []
        done = 0
        for start, end in sorted(places, key=lambda place: (place[0], -place[1])):
            if start >= done:
                span = Span(LITERAL, offset + start, offset + end, 1.0, "placeholders")
                literals.append(span)
                done = end
        return literals

    def _words(self) -> Restorer:
        """Finds what a tolerant reader takes for one of the stand-ins that are no placeholders."""
        if self._finder is None or self._finder[0] != len(self._others):
            words = {made: value for (_, value), made in self._others.items()}
            restorer = Restorer(words, parts=parts(self.pairs()), tolerant=True)
            self._finder = (len(self._others), restorer)
        return self._finder[1]

    def _issue(self, name: str, entity: str, value: str) -> str:
        identity = self._identities.get((entity, normalized(entity, value)), name)
        entry = Entry(placeholder=name, type=entity, value=value, identity=identity)
        self._add(entry)
        self._new.append(entry)
        return name

    def _add(self, entry: Entry) -> None:
        shape = PLACEHOLDER.fullmatch(entry.placeholder)
        if not entry.placeholder or _NAKED.fullmatch(entry.placeholder):
            raise InvalidEntityType("a placeholder is not of the form [TYPE_number]")
        self._entries[entry.placeholder] = entry
        if entry.is_reserved:
            return  # stands for itself and is never handed out
        self._identities.setdefault(
            (entry.type, normalized(entry.type, entry.value)), entry.identity
        )
        if shape is None:
            self._others.setdefault((entry.type, entry.value), entry.placeholder)
            return
        self._by_value.setdefault((entry.type, entry.value), entry.placeholder)
        self._highest[entry.type] = max(self._highest.get(entry.type, 0), int(shape[2]))


normalized = plain_form


def _is_distinct(entity: str, text: str) -> bool:
    """Whether a text is told from others well enough to be looked for in a model's words.

    A bare "34" would be found in "34 days".
    """
    letters = sum(map(str.isalpha, text))
    digits = sum(map(str.isdecimal, text))
    if len(text) > LONGEST_STAND_IN or letters + digits < _LEAST_SIGNS or text != text.strip():
        return False
    if _NAKED.fullmatch(text) or (entity == "DATE_TIME" and not digits):
        return False
    return letters > 0 or digits >= _LEAST_DIGITS
