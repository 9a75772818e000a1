"""After an erasure: no byte of what was deleted stays in the files of the database.

SQLite overwrites deleted rows (`secure_delete`), but the write-ahead log holds pages as they were,
and pages that were split long ago may hold stale copies of rows. So the log is written back and
cut to nothing, and the file is rewritten (`VACUUM`) unless it is too large for that.
PostgreSQL is left to its own vacuum; see docs/guide/rights.md.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from customerai.core.db import Transaction
from customerai.core.errors import Unavailable

_PATIENCE_S: Final = 20.0
_PAUSE_S: Final = 0.2
_IN_MEMORY_BYTES: Final = 64 * 1024 * 1024


class ScrubDelayed(Unavailable):
    """Readers kept the write-ahead log in use; the files are cleaned a little later."""

    def __init__(self) -> None:
        super().__init__("The database is in use; its files are cleaned a little later.")


@dataclass(frozen=True)
class Scrubbed:
    """What was done to the files.

    Attributes:
        rewritten: whether the whole file was written anew.
    """

    rewritten: bool
    before_bytes: int
    after_bytes: int
    seconds: float


def file_of(tx: Transaction) -> Path | None:
    """The database's file; None where it has none of ours, or lies in memory."""
    if tx.dialect.name != "sqlite":
        return None
    name = tx.engine.url.database
    return None if name in (None, "", ":memory:") else Path(str(name))


def scrub(path: Path, *, vacuum_max_bytes: int, patience_s: float = _PATIENCE_S) -> Scrubbed:
    """Clean the files of an SQLite database that is in use; live writers wait meanwhile.

    Args:
        vacuum_max_bytes: a larger file is not rewritten, since that holds up writers for long.
        patience_s: how long others may keep the log or the file in use.

    Raises:
        ScrubDelayed: the log could not be cut in time; nothing is lost, try again.
    """
    began = time.monotonic()
    before = path.stat().st_size
    with closing(sqlite3.connect(path, timeout=patience_s, isolation_level=None)) as db:
        db.execute("PRAGMA secure_delete = ON")
        if before <= _IN_MEMORY_BYTES:
            db.execute("PRAGMA temp_store = MEMORY")
        rewritten = before <= vacuum_max_bytes
        try:
            _cut_log(db, began + patience_s)
            if rewritten:
                db.execute("VACUUM")
                _cut_log(db, began + patience_s)
        except sqlite3.OperationalError as error:
            raise ScrubDelayed from error
    return Scrubbed(rewritten, before, path.stat().st_size, time.monotonic() - began)


def _cut_log(db: sqlite3.Connection, until: float) -> None:
    """Write the log back and cut it to nothing; the first answer is whether someone hindered it."""
    while db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        if time.monotonic() > until:
            raise ScrubDelayed
        time.sleep(_PAUSE_S)
