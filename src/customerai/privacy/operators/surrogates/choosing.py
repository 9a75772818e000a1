"""Chooses among candidates by a key, and never what is real, used or in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from customerai.privacy.operators.errors import NoStandIn
from customerai.privacy.operators.scope import digest, number

WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ATTEMPTS: Final = 40


class Choice:
    """The choices of one session.

    Attributes:
        words: each real word (case folded) and the word that stands for it, in capitalised form;
            no two share one.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.words: dict[str, str] = {}
        self._used: set[str] = set()
        self._real: set[str] = set()
        self._texts: list[str] = []
        self._taken: dict[str, str] = {}

    def learn(self, value: str, stand_in: str) -> None:
        """Take over a pair that was chosen before."""
        self.take(value, stand_in)
        for real, word in aligned(value, stand_in):
            self.words.setdefault(real.casefold(), capital(word))
            self._used.add(word.casefold())

    def take(self, value: str, stand_in: str) -> None:
        """Take over a pair whose words do not stand for each other."""
        self._taken[stand_in.casefold()] = value.casefold()
        self.avoid(value)

    def avoid(self, text: str) -> None:
        """Never choose what stands in this text."""
        folded = text.casefold()
        self._texts.append(folded)
        self._real.update(WORD.findall(folded))

    def number(self, *about: str) -> int:
        """A number in [0, 2**128)."""
        return number(self._key, *about)

    def digits(self, count: int, *about: str) -> str:
        """That many decimal digits."""
        row = ""
        while len(row) < count:
            part = int.from_bytes(digest(self._key, "digits", str(len(row)), *about), "big")
            row += f"{part:077d}"[-60:]
        return row[:count]

    def one_of(self, options: Sequence[str], *about: str) -> str:
        """One of the options; used ones too."""
        return options[self.number(*about) % len(options)]

    def word(self, real: str, pool: Sequence[str], role: str) -> str:
        """The word for a real one: the same for the same word, and for no other.

        Raises:
            NoStandIn: all of the pool are in use or in a text.
        """
        folded = real.casefold()
        known = self.words.get(folded)
        if known is not None:
            return known
        start = self.number("word", role, folded)
        for at in range(len(pool)):
            chosen = pool[(start + at) % len(pool)]
            key = chosen.casefold()
            if key not in self._used and key not in self._real and key != folded:
                self._used.add(key)
                self.words[folded] = capital(chosen)
                return self.words[folded]
        raise NoStandIn("the list of names is used up")

    def accept(self, value: str, candidates: Iterable[str]) -> str:
        """The first candidate that is neither the value, nor in use, nor in a text.

        Raises:
            NoStandIn: none of the first forty is.
        """
        real = value.casefold()
        for candidate, _ in zip(candidates, range(_ATTEMPTS), strict=False):
            folded = candidate.casefold()
            # Another writing of one value has another writing of one stand-in.
            free = self._taken.get(folded, real) == real
            if folded != real and free and not self._occurs(folded):
                self._taken[folded] = real
                return candidate
        raise NoStandIn("no stand-in is free")

    def _occurs(self, folded: str) -> bool:
        return any(folded in text for text in self._texts)


def aligned(value: str, stand_in: str) -> list[tuple[str, str]]:
    """The words of a value with those that stand for them, where they differ; [] if not alike."""
    real, chosen = WORD.findall(value), WORD.findall(stand_in)
    if len(real) != len(chosen):
        return []
    return [
        (one, other)
        for one, other in zip(real, chosen, strict=True)
        if one.casefold() != other.casefold() and len(one) > 1 and len(other) > 1
    ]


def capital(word: str) -> str:
    """The word with a capital first letter; the others as they are, small if all were capital."""
    return word[:1].upper() + (word[1:].lower() if word.isupper() else word[1:])


def cased(like: str, word: str) -> str:
    """The word in small letters or capitals as `like` is; otherwise as it is."""
    if like.islower():
        return word.lower()
    if like.isupper() and len(like) > 1:
        return word.upper()
    return word


def row(words: str) -> tuple[str, ...]:
    """The words of a text in which `|` stands between them."""
    return tuple(words.split("|"))
