"""Which times are taken from outside: the others are slips, and some cannot change their zone."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Final

EARLIEST: Final = datetime(1990, 1, 1, tzinfo=timezone.utc)
LATEST: Final = datetime(2100, 1, 1, tzinfo=timezone.utc)


def is_plausible(at: datetime) -> bool:
    """Whether a time names its zone and lies between `EARLIEST` and `LATEST`, that left out."""
    return at.tzinfo is not None and EARLIEST <= at < LATEST
