"""No byte of what was deleted stays in SQLite's files, beside readers and writers."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from customerai.privacy.rights import scrub

pytestmark = pytest.mark.sqlite
SECRET = "zebra umbrella"


def a_database(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)")
    db.executemany("INSERT INTO t (text) VALUES (?)", [(f"{SECRET} {n}",) for n in range(3000)])
    db.execute("DELETE FROM t WHERE id % 3")
    db.execute("UPDATE t SET text = 'harmless'")
    return db


def left(path: Path) -> int:
    files = [path, path.with_name(path.name + "-wal")]
    return sum(file.read_bytes().count(SECRET.encode()) for file in files if file.exists())


def test_deleted_rows_leave_the_files(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with closing(a_database(path)):  # a server that runs on
        assert left(path) > 1000, "the test must see what is to be cleaned"
        done = scrub.scrub(path, vacuum_max_bytes=10**9)
        assert done.rewritten
        assert done.after_bytes < done.before_bytes or done.before_bytes == 0
        assert left(path) == 0


def test_a_large_file_is_not_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with closing(a_database(path)):
        assert not scrub.scrub(path, vacuum_max_bytes=0).rewritten
        assert path.with_name(path.name + "-wal").stat().st_size == 0


def test_a_reader_that_stays_delays_it(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with closing(a_database(path)) as db, closing(sqlite3.connect(path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM t").fetchone()
        db.execute("INSERT INTO t (text) VALUES ('more')")
        with pytest.raises(scrub.ScrubDelayed):
            scrub.scrub(path, vacuum_max_bytes=10**9, patience_s=0.3)
