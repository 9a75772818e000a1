"""Where the sentences of a text begin and end."""

from __future__ import annotations

import re
from typing import Final

_BREAK: Final = re.compile(
    r"""
    (?P<line>\n\s*)
    | (?P<wide>[。！？]+[」』”）]*)
    | (?P<stop>[.!?…]+)(?P<close>["'”’)\]]*)(?=(?P<space>\s)|\Z)
    """,
    re.VERBOSE,
)
_LAST_WORD: Final = re.compile(r"[\w.'’-]{1,30}\Z")
_LIST_MARK: Final = re.compile(r"(?:\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,4})[.)]|[-*•–])\Z")
_OPENERS: Final = "\"'“‘([¿¡"

_ABBREVIATIONS: Final = frozenset(
    """
    mr mrs ms dr prof sr jr st mt rev gen col capt lt hon messrs e.g i.e eg ie vs cf viz
    approx appt dept est inc ltd co corp llc plc bros no nos vol art sec fig figs pp p para
    ch ed eds al jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur
    thurs fri ave blvd rd hwy ext tel min max avg qty a.m p.m u.s u.k e.u u.n ph.d b.sc m.sc
    d.c
    """.split()  # noqa: SIM905 a list of words reads better so
)
_ENDS_A_SENTENCE_TOO: Final = frozenset(
    {
        "inc",
        "ltd",
        "co",
        "corp",
        "llc",
        "a.m",
        "p.m",
        "u.s",
        "u.k",
        "e.u",
        "d.c",
        "no",
        "ph.d",
        "min",
        "max",
        "ext",
    }
)
_LOOKBACK: Final = 32


def split(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences in code points, in order, disjoint; only whitespace lies between.

    A line break ends a sentence. A full stop does not after an abbreviation, an initial, inside
    a number or an address of the web, or after a list mark ("1. Open the box.").
    """
    spans: list[tuple[int, int]] = []
    start = _skip_space(text, 0)
    for match in _BREAK.finditer(text):
        if match.end() <= start:
            continue
        if match.group("line") is not None:
            end = _last_told(text, start, match.start())
        elif match.group("wide") is not None or _ends_here(text, start, match):
            end = match.end()
        else:
            continue
        if end > start:
            spans.append((start, end))
        start = _skip_space(text, match.end())
    end = len(text.rstrip())
    if end > start:
        spans.append((start, end))
    return spans


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _last_told(text: str, start: int, position: int) -> int:
    while position > start and text[position - 1].isspace():
        position -= 1
    return position


def _ends_here(text: str, start: int, match: re.Match[str]) -> bool:
    if match.group("space") is None:
        return True
    follows = _skip_space(text, match.end())
    if follows == len(text):
        return True
    if _LIST_MARK.fullmatch(text, start, match.end()):
        return False
    stop = match.group("stop")
    opener = text[follows]
    first = opener
    if opener in _OPENERS and follows + 1 < len(text):
        first = text[follows + 1]
    if stop != ".":
        # "Yahoo! is": the next word goes on; an ellipsis may or may not end the sentence.
        return not first.islower() or "?" in stop
    if first.islower():
        return False
    word = _LAST_WORD.search(text, max(start, match.start() - _LOOKBACK), match.start())
    if word is None:
        return True
    bare = word.group().casefold().strip("'’-")
    if len(bare) == 1 and bare.isalpha():
        return bare != "i" and not word.group().isupper()
    if bare not in _ABBREVIATIONS:
        return True
    return bare in _ENDS_A_SENTENCE_TOO and first.isupper()
