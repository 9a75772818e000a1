"""Reads a date as people write it, and writes another in the same way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

_MONTHS: Final[dict[str, str]] = {
    "en": "january february march april may june july august september october november december",
    "en short": "jan feb mar apr may jun jul aug sep oct nov dec",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
    "dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro "
    "dezembro",
}
_ALSO: Final = {"sept": ("en short", 9), "maerz": ("de", 3), "fevrier": ("fr", 2)}
_WEEKDAYS: Final[dict[str, str]] = {
    "en": "monday tuesday wednesday thursday friday saturday sunday",
    "en short": "mon tue wed thu fri sat sun",
    "de": "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
}
_TABLES: Final = {language: names.split() for language, names in _MONTHS.items()}
_DAYS: Final = {language: names.split() for language, names in _WEEKDAYS.items()}
# The first table wins where two languages share a word ("may", "april").
_MONTH_OF: Final = {
    name: (language, at + 1)
    for language, names in reversed(_TABLES.items())
    for at, name in enumerate(names)
} | _ALSO
_DAY_OF: Final = {
    name: (language, at)
    for language, names in reversed(_DAYS.items())
    for at, name in enumerate(names)
}

_CLOCK: Final = r"(?:(?:T|,?\s+(?:at\s+)?)\d{1,2}[:.]\d\d\b.{0,24})?"
_YEAR_FIRST: Final = re.compile(
    rf"(?P<year>\d{{4}})(?P<sep>[-/.])(?P<month>\d{{1,2}})(?P=sep)(?P<day>\d{{1,2}}){_CLOCK}",
    re.DOTALL,
)
_YEAR_LAST: Final = re.compile(
    r"(?P<a>\d{1,2})(?P<sep>\s?[-/.]\s?)(?P<b>\d{1,2})(?:(?P=sep)(?P<year>\d{4}|\d\d))?" + _CLOCK,
    re.DOTALL,
)
_COMPACT: Final = re.compile(r"(?P<year>(?:19|20)\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)")
_WORD: Final = r"[^\W\d_]+"
_DAY: Final = r"(?P<day>\d{1,2})(?:\s?(?P<ordinal>st|nd|rd|th|er|º|ª)\b|\.)?"
_WRITTEN_YEAR: Final = r"(?P<year>\d{4}|(?<=')\d\d)"
_WRITTEN: Final = [
    re.compile(
        rf"(?:(?!the\b)(?P<weekday>{_WORD})\.?,?\s+)?(?:the\s+)?{form}{_CLOCK}", re.I | re.DOTALL
    )
    for form in (
        rf"{_DAY}\s?(?:of\s+|de\s+|-)?(?P<month>{_WORD})\.?"
        rf"(?:,?(?:\s+(?:of\s+|de\s+)?|-)'?{_WRITTEN_YEAR})?",
        rf"(?P<month>{_WORD})\.?\s?(?:the\s+)?{_DAY}(?:\s*,?\s+'?{_WRITTEN_YEAR})?",
        rf"(?P<month>{_WORD})\.?,?\s+(?:of\s+|de\s+)?(?P<year>\d{{4}})",
    )
]
_WEEKDAY: Final = re.compile(rf"(?P<weekday>{_WORD})")
_NO_YEAR: Final = 2001  # a common year that begins on a Monday
_PIVOT: Final = 69  # POSIX: two digits from 69 on are of the last century
_MONTH_ALONE_DAY: Final = 15
_MOST_MONTHS: Final = 12


@dataclass(frozen=True)
class WrittenDate:
    """A date and the text it was read from.

    Attributes:
        day: what was read; without a year in the text the year is 2001, without a day it is 15.
        places: where each part stands in `text`: year, month, day, weekday, ordinal.
    """

    text: str
    day: date
    places: dict[str, tuple[int, int]]

    @property
    def has_year(self) -> bool:
        """Whether the text names the year."""
        return "year" in self.places

    @property
    def has_month(self) -> bool:
        """Whether the text names the month."""
        return "month" in self.places

    @property
    def has_day(self) -> bool:
        """Whether the text names the day of the month."""
        return "day" in self.places

    def written(self, new: date) -> str:
        """Another date in the same words, order, widths and case; times of day stay as they are.

        The weekday moves by as many days as the date does.
        """
        moved = (new - self.day).days
        text = self.text
        for part, (start, end) in sorted(self.places.items(), key=lambda item: -item[1][0]):
            text = text[:start] + _part(part, text[start:end], new, moved) + text[end:]
        return text


def read(text: str, *, day_first: bool | None = None) -> WrittenDate | None:
    """The one date that a text is, or None.

    Args:
        day_first: how 03/04/2020 is read; None: with slashes the month first, else the day.
    """
    for pattern, needs_names in (
        (_YEAR_FIRST, False),
        (_COMPACT, False),
        *((pattern, True) for pattern in _WRITTEN),
        (_WEEKDAY, True),
    ):
        match = pattern.fullmatch(text)
        if match is not None:
            found = _named(text, match) if needs_names else _numbered(text, match, None)
            if found is not None:
                return found
    match = _YEAR_LAST.fullmatch(text)
    return None if match is None else _numbered(text, match, day_first)


def _numbered(text: str, match: re.Match[str], day_first: bool | None) -> WrittenDate | None:  # noqa: FBT001 - a reading, not a switch
    parts = match.groupdict()
    places = {name: match.span(name) for name in ("year", "month", "day") if parts.get(name)}
    if "a" in parts:
        if day_first is None:
            day_first = "/" not in parts["sep"]
        if int(parts["a"]) > _MOST_MONTHS:
            day_first = True
        elif int(parts["b"]) > _MOST_MONTHS:
            day_first = False
        first, second = ("day", "month") if day_first else ("month", "day")
        places |= {first: match.span("a"), second: match.span("b")}
    return _dated(text, places, None)


def _named(text: str, match: re.Match[str]) -> WrittenDate | None:
    places = {name: match.span(name) for name, part in match.groupdict().items() if part}
    weekday, month = (_word(text, places.get(name)) for name in ("weekday", "month"))
    if weekday and weekday not in _DAY_OF:
        return None
    if not month:
        return WrittenDate(text, date(_NO_YEAR, 1, 1 + _DAY_OF[weekday][1]), places)
    known = _MONTH_OF.get(month)
    return None if known is None else _dated(text, places, known[1])


def _dated(text: str, places: dict[str, tuple[int, int]], month: int | None) -> WrittenDate | None:
    def figure(name: str, default: int) -> int:
        place = places.get(name)
        return default if place is None else int(text[place[0] : place[1]])

    year = figure("year", _NO_YEAR)
    if "year" in places and places["year"][1] - places["year"][0] == 2:  # noqa: PLR2004
        year += 2000 if year < _PIVOT else 1900
    try:
        day = date(
            year, figure("month", 1) if month is None else month, figure("day", _MONTH_ALONE_DAY)
        )
    except ValueError:
        return None
    return WrittenDate(text, day, places)


def _word(text: str, place: tuple[int, int] | None) -> str:
    return "" if place is None else text[place[0] : place[1]].casefold()


def _part(part: str, old: str, new: date, moved: int) -> str:
    if part == "year":
        return f"{new.year % 100:02d}" if len(old) == 2 else f"{new.year:04d}"  # noqa: PLR2004
    if part == "ordinal":
        return _cased(old, _ordinal(old, new.day))
    if part == "weekday":
        language, at = _DAY_OF[old.casefold()]
        return _cased(old, _DAYS[language][(at + moved) % 7])
    if part == "month" and not old.isdigit():
        language, _ = _MONTH_OF[old.casefold()]
        return _cased(old, _TABLES[language][new.month - 1])
    figure = new.month if part == "month" else new.day
    padded = len(old) == 2  # noqa: PLR2004 - "05", or "12", which does not tell
    return f"{figure:02d}" if padded else str(figure)


def _ordinal(old: str, day: int) -> str:
    if old.casefold() not in {"st", "nd", "rd", "th"}:
        return old
    if day in {11, 12, 13}:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _cased(like: str, word: str) -> str:
    if like.isupper():
        return word.upper()
    return word.capitalize() if like[:1].isupper() else word
