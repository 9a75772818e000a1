"""Cursors of pages that are ordered by time."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from customerai.core.clock import from_microseconds, to_microseconds
from customerai.core.errors import InvalidRequest

_MOST_DIGITS = 16  # microseconds up to the year 2286


MOST_ROWS: Final = 2**53 - 1
"""The largest row number that a cursor may name; beyond it JSON readers lose digits."""


class CursorInvalid(InvalidRequest):
    """A page's cursor is not one that an earlier page gave."""

    def __init__(self) -> None:
        super().__init__("The cursor is not one that an earlier page gave.")


def encode(at: datetime, row_id: str) -> str:
    """The place after a row, as text."""
    return f"{to_microseconds(at)}.{row_id}"


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
    return from_microseconds(int(at)), row_id
