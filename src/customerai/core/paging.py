"""Cursors of pages that are ordered by time."""

from __future__ import annotations

from datetime import datetime, timezone

from customerai.core.errors import InvalidRequest

_MICROSECONDS = 1_000_000
_MOST_DIGITS = 16  # microseconds up to the year 2286


class CursorInvalid(InvalidRequest):
    """A page's cursor is not one that an earlier page gave."""

    def __init__(self) -> None:
        super().__init__("The cursor is not one that an earlier page gave.")


def encode(at: datetime, row_id: str) -> str:
    """The place after a row, as text."""
    return f"{round(at.timestamp() * _MICROSECONDS)}.{row_id}"


def decode(cursor: str | None) -> tuple[datetime, str] | None:
    """The place that a cursor names; None stays None.

    Raises:
        CursorInvalid: it was not made by `encode`.
    """
    if cursor is None:
        return None
    at, _, row_id = cursor.partition(".")
    if not (at.isascii() and at.isdigit()) or len(at) > _MOST_DIGITS or not row_id:
        raise CursorInvalid
    return datetime.fromtimestamp(int(at) / _MICROSECONDS, tz=timezone.utc), row_id
