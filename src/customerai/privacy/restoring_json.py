"""Restores inside JSON text, whole or in fragments, so that it stays JSON.

A value is escaped as the string it lands in demands, also in JSON that is itself a string of JSON
(the arguments of a tool call often are); outside of a string it becomes one. A string counts as
JSON when it begins as an object or an array does.
"""

from __future__ import annotations

import json
import re
from typing import Final

from customerai.privacy.restoring import Restorer

_RUN: Final = re.compile(r'\\+"?|"|[^\\"]+')
_NESTED: Final = re.compile(
    r'\s*(?:\{\s*["\\}]|\[\s*(?:["\\{\[\]\d-]|(?:true|false|null)\s*[,\]\\]))'
)
_WORDS_BEGIN: Final = r"t(?:r(?:ue?)?)?|f(?:a(?:l(?:se?)?)?)?|n(?:u(?:ll?)?)?"
_OPEN_END: Final = re.compile(rf"\s*(?:\{{\s*|\[\s*(?:(?:{_WORDS_BEGIN})\s*)?)?")


class JsonStreamRestorer:
    """JSON text in fragments cut anywhere; the result does not depend on the cuts."""

    def __init__(self, restorer: Restorer) -> None:
        self._stream = restorer.stream()
        self._place = _Place()

    def feed(self, fragment: str) -> str:
        """What can be passed on now, stand-ins restored and values escaped."""
        return self._written(self._stream.pieces(fragment))

    def finish(self) -> str:
        """What was held back, now that nothing follows."""
        return self._written(self._stream.pieces("", whole=True))

    def _written(self, pieces: list[tuple[str, str | None]]) -> str:
        written = []
        for piece, stand_in in pieces:
            if stand_in is None:
                self._place.read(piece)
                written.append(piece)
            else:
                written.append(self._place.escaped(piece))
                self._place.read("x")
        return "".join(written)


def restore_json_text(text: str, restorer: Restorer) -> str:
    """A whole JSON text with its stand-ins restored."""
    stream = JsonStreamRestorer(restorer)
    return stream.feed(text) + stream.finish()


class _Place:
    """Inside how many strings, one within the other, a JSON text has come."""

    def __init__(self) -> None:
        self._begun: list[str | None] = []  # of each open string: its first signs, None: no JSON
        self._slashes = 0

    def read(self, text: str) -> None:
        """Go on over a piece of the text."""
        for run in _RUN.findall(text):
            if run[-1] == '"':
                self._quote(self._slashes + len(run) - 1)
                self._slashes = 0
            elif run[0] == "\\":
                self._slashes += len(run)
                self._note("\\")
            else:
                self._slashes = 0
                self._note(run)

    def escaped(self, value: str) -> str:
        """A value as it must be written here."""
        if not self._begun:
            return json.dumps(value, ensure_ascii=False)
        for _ in self._begun:
            value = json.dumps(value, ensure_ascii=False)[1:-1]
        return value

    def _quote(self, slashes: int) -> None:
        """A quotation mark: of n backslashes before it each level of strings takes half."""
        level = 1
        while slashes % 2:
            slashes //= 2
            level += 1
        if level <= len(self._begun):
            del self._begun[level - 1 :]
            self._note('"')
        elif level == len(self._begun) + 1 and self._is_json():
            self._note('"')
            self._begun.append("")
        else:
            self._note('"')

    def _is_json(self) -> bool:
        return not self._begun or bool(self._begun[-1])

    def _note(self, signs: str) -> None:
        """Watch how the innermost string begins, until that tells whether it is JSON."""
        if not self._begun:
            return
        first = self._begun[-1]
        if first is None or first == "{}":
            return
        first = (first + signs)[:64]
        if _OPEN_END.fullmatch(first):
            self._begun[-1] = first
        else:
            self._begun[-1] = "{}" if _NESTED.match(first) else None
