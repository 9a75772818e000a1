"""One pass over a text that tells which patterns can occur in it.

Each pattern's hint is an RE2 expression that occurs wherever the pattern does, and seldom
elsewhere. The hints of one gate are one automaton, which reads a text once, whatever their number.
Its states are made as texts need them, one for each set of hints seen so far: so hints that often
occur should not share a gate with many others.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Sequence
from typing import Any, Final

import re2

if sys.version_info >= (3, 11):
    from re import _constants as tree
    from re import _parser as parser  # type: ignore[attr-defined]
else:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import sre_constants as tree
        import sre_parse as parser

_MEMORY_BYTES: Final = 8 << 20  # at most, of one gate, for states made as texts need them
_ASCII: Final = range(128)
_MOST_COPIES: Final = 12  # of a repeated piece in a hint
_ABROAD: Final = r"\x{80}-\x{10FFFF}"
_ANY: Final = r"(?s:.)"


class Gate:
    """Tells which of many hints occur in a text.

    Args:
        hints: RE2 expressions, read on texts as `normal.normalized` gives them.
    """

    def __init__(self, hints: Sequence[str]) -> None:
        options = re2.Options()
        options.max_mem = _MEMORY_BYTES
        options.log_errors = False
        options.never_capture = True
        self._set = re2.Set.SearchSet(options)
        for hint in hints:
            self._set.Add(hint)
        # Occurs in every text: where it is not reported, the automaton had no memory left.
        self._always = self._set.Add("")
        self._set.Compile()
        self._all = list(range(len(hints)))

    def open(self, text: bytes) -> list[int]:
        """Places of the hints that occur, in no order; all of them when it cannot be told.

        Args:
            text: in UTF-8, as `encoded` gives it.
        """
        found: list[int] = self._set.Match(text) or []
        if self._always not in found:
            return self._all
        found.remove(self._always)
        return found


_TURKISH: Final = {0x130: "i", 0x131: "i"}


def encoded(text: str) -> bytes:
    """A text as gates read it; half of a surrogate pair becomes a question mark.

    Python's patterns take the Turkish i's for an "i" where case is ignored and RE2's do not: a text
    with one of them is read a second time without.
    """
    if "\u0130" in text or "\u0131" in text:
        text = f"{text}\n{text.translate(_TURKISH)}"
    return text.encode("utf-8", "replace")


def needs_digit(pattern: re.Pattern[str]) -> bool:
    """Whether every match of a pattern holds a digit."""
    return _digit_in(parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE))


def _digit_in(items: Any) -> bool:
    for operator, argument in items:
        if operator is tree.IN:
            members, abroad = _members(argument)
            if members and not abroad and all(chr(code).isdecimal() for code in members):
                return True
        elif operator is tree.LITERAL:
            if chr(argument).isdecimal():
                return True
        elif operator is tree.BRANCH:
            if all(map(_digit_in, argument[1])):
                return True
        elif operator is tree.SUBPATTERN:
            if _digit_in(argument[3]):
                return True
        elif operator is tree.ASSERT:
            if _digit_in(argument[1]):
                return True
        elif (
            operator in {tree.MAX_REPEAT, tree.MIN_REPEAT}
            and argument[0]
            and _digit_in(argument[2])
        ):
            return True
    return False


def hint_of(pattern: re.Pattern[str]) -> str:
    """An RE2 expression that occurs in every text in which the pattern matches.

    What RE2 lacks (looks around, back references) is left out or replaced by what is weaker;
    every character beyond ASCII counts as a letter, a blank and a mark alike.
    """
    parsed = parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)
    items: list[Any] = [parsed[place] for place in range(len(parsed))]
    before = after = ""
    if items and (edge := _edge(items[0], behind=True)):
        before = rf"(?:\A|{edge})"
    if items and (edge := _edge(items[-1], behind=False)):
        after = rf"(?:\z|{edge})"
        items.pop()
    while items and _width(items[-1]) == 0:
        items.pop()
        after = ""
    flags = "(?is)" if pattern.flags & re.IGNORECASE else "(?s)"
    groups: dict[int, str] = {}
    return flags + before + "".join(_written(item, groups) for item in items) + after


def _width(item: Any) -> int:
    sub = parser.SubPattern(parser.State(), [item])
    return int(sub.getwidth()[0])


def _edge(item: Any, *, behind: bool) -> str:
    """What may stand where "not after/before this character" is asked; "" when it is not."""
    operator, argument = item
    if operator is not tree.ASSERT_NOT:
        return ""
    direction, inner = argument
    inner = list(inner)
    if direction != (-1 if behind else 1) or len(inner) != 1:
        return ""
    if inner[0][0] not in {tree.IN, tree.LITERAL}:
        return ""
    asked = inner[0][1] if inner[0][0] is tree.IN else [inner[0]]
    members = _members(asked)[0]
    return _class([code for code in _ASCII if code not in members], abroad=True)


def _written(item: Any, groups: dict[int, str]) -> str:
    operator, argument = item
    if operator is tree.LITERAL:
        return _class([argument] if argument in _ASCII else [], abroad=argument not in _ASCII)
    if operator is tree.NOT_LITERAL:
        return _class([code for code in _ASCII if code != argument], abroad=True)
    if operator is tree.IN:
        members, abroad = _members(argument)
        return _class(sorted(members), abroad=abroad)
    if operator is tree.ANY:
        return _ANY
    if operator is tree.BRANCH:
        return "(?:" + "|".join(_sequence(branch, groups) for branch in argument[1]) + ")"
    if operator is tree.SUBPATTERN:
        number, on, off, inner = argument
        written = _sequence(inner, groups)
        letters = ("i" if on & re.IGNORECASE else "") + ("-i" if off & re.IGNORECASE else "")
        written = f"(?{letters}:{written})"
        if number is not None:
            groups[number] = written
        return written
    if operator is tree.GROUPREF:
        return groups[argument]
    if operator in {tree.MAX_REPEAT, tree.MIN_REPEAT}:
        least, most, inner = argument
        return _repeated(_sequence(inner, groups), int(least), int(most))
    return ""  # edges and looks around


def _sequence(items: Any, groups: dict[int, str]) -> str:
    return "".join(_written(item, groups) for item in items)


def _repeated(piece: str, least: int, most: int) -> str:
    if not piece:
        return ""
    piece = f"(?:{piece})"
    if (least, most) == (0, 1):
        return piece + "?"
    copies = min(least, _MOST_COPIES if len(piece) < 60 else 1)  # noqa: PLR2004
    more = "" if most == copies else "*"
    return (f"{piece}{{{copies}}}" if copies else "") + (piece + more if more else "")


def _members(items: Any) -> tuple[set[int], bool]:
    """The ASCII codes of a class, and whether it may hold characters beyond."""
    members: set[int] = set()
    abroad = negated = False
    for operator, argument in items:
        if operator is tree.NEGATE:
            negated = True
        elif operator is tree.LITERAL:
            members.add(argument)
            abroad |= argument not in _ASCII
        elif operator is tree.RANGE:
            members.update(range(argument[0], min(argument[1], 127) + 1))
            abroad |= argument[1] not in _ASCII
        elif operator is tree.CATEGORY:
            members.update(code for code in _ASCII if _CATEGORIES[argument].match(chr(code)))
            abroad |= argument is not tree.CATEGORY_DIGIT
    members = {code for code in members if code in _ASCII}
    if negated:
        return set(_ASCII) - members, True
    return members, abroad


_CATEGORIES: Final = {
    tree.CATEGORY_DIGIT: re.compile(r"\d"),
    tree.CATEGORY_NOT_DIGIT: re.compile(r"\D"),
    tree.CATEGORY_SPACE: re.compile(r"\s"),
    tree.CATEGORY_NOT_SPACE: re.compile(r"\S"),
    tree.CATEGORY_WORD: re.compile(r"\w"),
    tree.CATEGORY_NOT_WORD: re.compile(r"\W"),
}


def _class(codes: Sequence[int], *, abroad: bool) -> str:
    if len(codes) == len(_ASCII) and abroad:
        return _ANY
    if len(codes) == 1 and not abroad:
        return re2.escape(chr(codes[0])) if chr(codes[0]).isprintable() else f"\\x{codes[0]:02x}"
    written = ""
    at = 0
    while at < len(codes):
        last = at
        while last + 1 < len(codes) and codes[last + 1] == codes[last] + 1:
            last += 1
        written += f"\\x{codes[at]:02x}"
        if last > at:
            written += f"-\\x{codes[last]:02x}"
        at = last + 1
    return f"[{written}{_ABROAD if abroad else ''}]"
