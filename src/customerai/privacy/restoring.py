"""Puts values back where their stand-ins stand: in whole texts and in streams cut anywhere.

Two readings. *Exact*, for texts that we wrote: a stand-in counts as it was written, letter for
letter. *Tolerant*, for what a model wrote: a placeholder counts whatever was done to its case,
brackets and markup, and a surrogate also in capitals, in small letters and in parts ("Emma" of
"Emma Clark"). In both only stand-ins of the mapping count, and what a value brings in is not read
again.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from customerai.privacy.operators.encrypting import LONGEST_TOKEN, TOKEN

PLACEHOLDER: Final = re.compile(r"\[([A-Z][A-Z0-9_]{0,63})_([1-9][0-9]{0,8})\]")
"""A numbered placeholder as we write it: its type and its number."""

_OPENING: Final = ("[", "［", "【", "〔", "<", "&#91;", "&#x5b;", "&lbrack;", "&lsqb;", "&lt;")
_CLOSING: Final = ("]", "］", "】", "〕", ">", "&#93;", "&#x5d;", "&rbrack;", "&rsqb;", "&gt;")
_UNIT: Final = r"(?:[A-Za-z0-9]|\\{0,2}[_-]|[ \u00a0]|&#95;)"
_MARKS: Final = r"[*`~_]{0,3}"
_BLANK: Final = r"[ \u00a0]?"
_MOST_UNITS: Final = 90  # a type of 64 characters, nine digits and some blanks


def _either(literals: Iterable[str]) -> str:
    return "(?:" + "|".join(re.escape(literal) for literal in literals) + ")"


def _beginnings(literals: Iterable[str]) -> list[str]:
    """The beginnings of literals that are not whole, longest first."""
    return sorted({each[:at] for each in literals for at in range(1, len(each))}, reverse=True)


_BRACKETED: Final = re.compile(
    rf"(?P<escaped>\\{{1,2}})?{_either(_OPENING)}{_BLANK}{_MARKS}"
    rf"(?P<body>[A-Za-z]{_UNIT}{{1,{_MOST_UNITS}}})"
    rf"{_MARKS}{_BLANK}(?(escaped)\\{{1,2}}){_either(_CLOSING)}"
)
_BRACKETED_BEGINS: Final = re.compile(
    rf"(?:\\{{1,2}}|(?P<escaped>\\{{1,2}})?(?:{_either(_beginnings(_OPENING))}|"
    rf"{_either(_OPENING)}{_BLANK}{_MARKS}"
    rf"(?P<body>(?:[A-Za-z]{_UNIT}{{0,{_MOST_UNITS}}}(?:\\{{1,2}}|&(?:#(?:95?)?)?)?)?)"
    rf"{_MARKS}{_BLANK}\\{{0,2}}{_either(_beginnings(_CLOSING))}?))\Z"
)
_BARE: Final = re.compile(rf"(?<!\w)(?P<body>[A-Z](?:[A-Z0-9]|\\?_){{2,{_MOST_UNITS}}})(?!\w)")
_BARE_BEGINS: Final = re.compile(
    rf"(?<!\w)(?P<body>[A-Z](?:[A-Z0-9]|\\?_){{0,{_MOST_UNITS}}})\\?\Z"
)
_SEPARATORS: Final = re.compile(r"&#95;|&(?:#(?:95?)?)?\Z|[^A-Za-z0-9]+")
_LONGEST_WRITING: Final = 5 * _MOST_UNITS + 40
_WORD_BEGINS: Final = re.compile(r"(?<!\w)\S")
_TOKEN_BEGINS: Final = re.compile(
    r"\{(?:\{(?:E(?:N(?:C(?::(?:[A-Z][A-Z0-9_]{0,63}(?::[A-Za-z0-9_-]{0,8192}\}?)?)?)?)?)?)?)?\Z"
)


@dataclass(frozen=True)
class Match:
    """A stand-in in a text (code points, end exclusive) and the value to put there."""

    start: int
    end: int
    value: str


class _Finder(Protocol):
    """Finds stand-ins of one kind."""

    def search(self, text: str, at: int) -> Match | None:
        """The first stand-in from `at` on; the character before `at` is looked at, too."""
        ...

    def undecided(self, text: str, at: int) -> int:
        """Where, from `at` on, begins what more text could make a stand-in; the end if nowhere."""
        ...


class Restorer:
    """Restores the stand-ins of one session.

    Args:
        mapping: stand-in (placeholder or other) to value; one that stands for itself is left.
        parts: surrogate word in small letters to the word it stands for; tolerant only.
        tolerant: read as a model writes; see the module.
        decrypt: the value behind an encrypted token, or None where it is not ours.
    """

    def __init__(
        self,
        mapping: Mapping[str, str],
        *,
        parts: Mapping[str, str] | None = None,
        tolerant: bool = False,
        decrypt: Callable[[str], str | None] | None = None,
    ) -> None:
        placeholders: dict[str, str] = {}
        others: dict[str, str] = {}
        for stand_in, value in mapping.items():
            if stand_in != value:
                named = PLACEHOLDER.fullmatch(stand_in) is not None
                (placeholders if named else others)[stand_in] = value
        self._finders: list[_Finder] = []
        if placeholders:
            if tolerant:
                self._finders += (_Bracketed(placeholders), _Bare(placeholders))
            else:
                self._finders.append(_Placeholders(placeholders))
        if tolerant:
            others = _as_models_write(others, parts or {})
        if others:
            self._finders.append(_Words(others))
        if decrypt is not None:
            self._finders.append(_Tokens(decrypt))

    def restore(self, text: str) -> str:
        """The text with every stand-in replaced, in one pass."""
        pieces: list[str] = []
        done = 0
        for match in self.matches(text):
            pieces += (text[done : match.start], match.value)
            done = match.end
        pieces.append(text[done:])
        return "".join(pieces)

    def matches(self, text: str) -> list[Match]:
        """The stand-ins of a whole text, in order, none overlapping another."""
        found, _ = self.split(text, 0, whole=True)
        return found

    def stream(self) -> StreamRestorer:
        """A restorer for one text that comes in chunks."""
        return StreamRestorer(self)

    def split(self, text: str, at: int, *, whole: bool) -> tuple[list[Match], int]:
        """The stand-ins from `at` on that are decided, and where the rest begins that is not.

        Args:
            whole: nothing follows the text, so all is decided.
        """
        matches: list[Match] = []
        ahead = [finder.search(text, at) for finder in self._finders]
        held = self._held(text, at, whole=whole)
        while True:
            first: Match | None = None
            for match in ahead:
                if match is not None and (
                    first is None or (match.start, -match.end) < (first.start, -first.end)
                ):
                    first = match
            if first is None or first.start >= held:
                return matches, held
            matches.append(first)
            at = first.end
            for which, match in enumerate(ahead):
                if match is not None and match.start < at:
                    ahead[which] = self._finders[which].search(text, at)
            if held < at:
                held = self._held(text, at, whole=whole)

    def _held(self, text: str, at: int, *, whole: bool) -> int:
        if whole:
            return len(text)
        return min((finder.undecided(text, at) for finder in self._finders), default=len(text))


class StreamRestorer:
    """`Restorer.restore` for text that comes in chunks cut anywhere; the result is the same.

    It holds back only an end that could be the beginning of a stand-in of the mapping, at most as
    many characters as the longest has.
    """

    def __init__(self, restorer: Restorer | Mapping[str, str]) -> None:
        self._restorer = restorer if isinstance(restorer, Restorer) else Restorer(restorer)
        self._before = ""  # the character that was shown last, as it came
        self._held = ""

    @property
    def held(self) -> int:
        """How many characters are held back."""
        return len(self._held)

    def feed(self, chunk: str) -> str:
        """What can be shown now, stand-ins restored."""
        return "".join(piece for piece, _ in self.pieces(chunk))

    def finish(self) -> str:
        """What was held back, now that nothing follows."""
        return "".join(piece for piece, _ in self.pieces("", whole=True))

    def pieces(self, chunk: str, *, whole: bool = False) -> list[tuple[str, str | None]]:
        """What can be shown now: text as it came with None, or a value with its stand-in."""
        text = self._before + self._held + chunk
        done = len(self._before)
        matches, rest = self._restorer.split(text, done, whole=whole)
        shown: list[tuple[str, str | None]] = []
        for match in matches:
            shown.append((text[done : match.start], None))
            shown.append((match.value, text[match.start : match.end]))
            done = match.end
        shown.append((text[done:rest], None))
        self._before = text[rest - 1 : rest] if rest else ""
        self._held = text[rest:]
        return shown


class ByteStreamRestorer:
    """A stream of UTF-8 bytes cut at any byte; what is no UTF-8 passes as it is."""

    def __init__(self, restorer: Restorer) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._stream = restorer.stream()

    def feed(self, chunk: bytes) -> bytes:
        """What can be shown now."""
        return _bytes(self._stream.feed(self._decoder.decode(chunk)))

    def finish(self) -> bytes:
        """What was held back, now that nothing follows."""
        last = self._stream.feed(self._decoder.decode(b"", final=True))
        return _bytes(last + self._stream.finish())


def restore(text: str, mapping: Mapping[str, str]) -> str:
    """The text with every stand-in of the mapping replaced by its value, read exactly.

    Unknown placeholders, and such as values bring in, stay as they are.
    """
    return Restorer(mapping).restore(text)


def written_placeholders(text: str) -> list[tuple[int, int, str]]:
    """All that a tolerant reader could take for a placeholder: start, end and `[TYPE_NUMBER]`.

    The types are upper case, with `_` wherever blanks or signs stood between words.
    """
    found = []
    for pattern in (_BRACKETED, _BARE) if any(map(str.isdecimal, text)) else ():
        for match in pattern.finditer(text):
            body = re.sub(r"&#95;|[^A-Za-z0-9]+", "_", match["body"]).strip("_").upper()
            name = re.sub(r"_*(?=[1-9][0-9]*\Z)", "_", body, count=1)
            if PLACEHOLDER.fullmatch(f"[{name}]"):
                found.append((match.start(), match.end(), f"[{name}]"))
    return sorted(found)


class _Placeholders:
    """Placeholders exactly as we write them."""

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self._mapping = mapping
        self._names = sorted(mapping)

    def search(self, text: str, at: int) -> Match | None:
        for match in PLACEHOLDER.finditer(text, at):
            value = self._mapping.get(match[0])
            if value is not None:
                return Match(match.start(), match.end(), value)
        return None

    def undecided(self, text: str, at: int) -> int:
        last = text.rfind("[", at)
        return last if last >= 0 and _begins(self._names, text[last:]) else len(text)


class _Bracketed:
    """Placeholders in the brackets, the case and the markup that models give them."""

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self._mapping = mapping
        loose: dict[str, set[str]] = {}
        for name in mapping:
            loose.setdefault(_skeleton(name), set()).add(name)
        # Where two names differ in nothing but signs, signs must tell them apart.
        self._loose = {key: names.pop() for key, names in loose.items() if len(names) == 1}
        self._keys = sorted(_skeleton(name) for name in mapping)

    def search(self, text: str, at: int) -> Match | None:
        while (match := _BRACKETED.search(text, at)) is not None:
            body = match["body"]
            exact = f"[{re.sub(r'&#95;|[^A-Za-z0-9]+', '_', body).strip('_').upper()}]"
            name = exact if exact in self._mapping else self._loose.get(_skeleton(body))
            if name is not None:
                return Match(match.start(), match.end(), self._mapping[name])
            at = match.start() + 1
        return None

    def undecided(self, text: str, at: int) -> int:
        at = max(at, len(text) - _LONGEST_WRITING)
        while (match := _BRACKETED_BEGINS.search(text, at)) is not None:
            if _begins(self._keys, _skeleton(match["body"] or ""), whole=True):
                return match.start()
            at = match.start() + 1
        return len(text)


class _Bare:
    """Placeholders without brackets, in our own spelling alone."""

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self._mapping = mapping
        self._names = sorted(mapping)

    def search(self, text: str, at: int) -> Match | None:
        for match in _BARE.finditer(text, at):
            value = self._mapping.get(_bracketed(match["body"]) + "]")
            if value is not None:
                return Match(match.start(), match.end(), value)
        return None

    def undecided(self, text: str, at: int) -> int:
        # "PERSON_1" may become "PERSON_12", or a letter may follow that breaks it.
        match = _BARE_BEGINS.search(text, max(at, len(text) - _LONGEST_WRITING))
        if match is not None and _begins(self._names, _bracketed(match["body"])):
            return match.start()
        return len(text)


class _Words:
    """Stand-ins of any text of two characters and more, no letter or digit beside them.

    A table rather than a pattern: sessions grow with every turn, and compiling takes longer than
    reading.
    """

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self._mapping = mapping
        self._names = sorted(mapping)
        self._longest = max(map(len, self._names))
        lengths: dict[str, set[int]] = {}
        for name in mapping:
            lengths.setdefault(name[:2], set()).add(len(name))
        self._lengths = {start: sorted(each, reverse=True) for start, each in lengths.items()}

    def search(self, text: str, at: int) -> Match | None:
        for begin in _WORD_BEGINS.finditer(text, at):
            start = begin.start()
            for length in self._lengths.get(text[start : start + 2], ()):
                end = start + length
                value = self._mapping.get(text[start:end])
                if value is not None and end <= len(text) and not _is_inside(text, end):
                    return Match(start, end, value)
        return None

    def undecided(self, text: str, at: int) -> int:
        for begin in _WORD_BEGINS.finditer(text, max(at, len(text) - self._longest)):
            if _begins(self._names, text[begin.start() :], whole=True):
                return begin.start()
        return len(text)


class _Tokens:
    """Values that stand in the text themselves, encrypted."""

    def __init__(self, decrypt: Callable[[str], str | None]) -> None:
        self._decrypt = decrypt

    def search(self, text: str, at: int) -> Match | None:
        for match in TOKEN.finditer(text, at):
            value = self._decrypt(match[0])
            if value is not None:
                return Match(match.start(), match.end(), value)
        return None

    def undecided(self, text: str, at: int) -> int:
        match = _TOKEN_BEGINS.search(text, max(at, len(text) - LONGEST_TOKEN))
        return len(text) if match is None else match.start()


def _is_inside(text: str, at: int) -> bool:
    """Whether a letter, a digit or `_` stands there."""
    return at < len(text) and (text[at].isalnum() or text[at] == "_")


def _begins(names: list[str], tail: str, *, whole: bool = False) -> bool:
    """Whether a tail is the beginning of one of the sorted names; a whole one too if `whole`."""
    at = bisect_left(names, tail)
    if at < len(names) and names[at] == tail and not whole:
        at += 1
    return at < len(names) and names[at].startswith(tail)


def _bracketed(body: str) -> str:
    return "[" + body.replace("\\", "")


def _skeleton(body: str) -> str:
    return _SEPARATORS.sub("", body).upper()


def _as_models_write(others: Mapping[str, str], parts: Mapping[str, str]) -> dict[str, str]:
    """Stand-ins and parts of surrogates, each also in capitals and in small letters."""
    written = dict(others)
    for stand_in, value in others.items():
        for change in (str.upper, str.lower, str.title):
            if any(map(str.isalpha, stand_in)):
                written.setdefault(change(stand_in), _changed(value, stand_in, change))
    for word, value in parts.items():
        name = word[:1].upper() + word[1:]
        written.setdefault(name, value[:1].upper() + value[1:])
        written.setdefault(word.upper(), value.upper())
        written.setdefault(word, value.lower())
    return written


def _changed(value: str, stand_in: str, change: Callable[[str], str]) -> str:
    return value if change(stand_in) == stand_in else change(value)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
