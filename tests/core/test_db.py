"""Units of work: grouped, apart from each other, and nothing after the end."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from customerai.core.db import (
    Database,
    DatabaseClosed,
    DatabaseUnavailable,
    Transaction,
    add_to_counts,
    insert_new,
    open_database,
    upsert,
)
from customerai.core.guard import CallInsideTransaction, in_thread
from customerai.core.settings import DatabaseSettings

thing = Table(
    "thing",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("n", Integer, nullable=False),
)
SETTINGS = DatabaseSettings(synchronous="normal", busy_timeout_s=0.1)


class Refused(Exception):
    """A unit of work that changed its mind."""


@pytest.fixture(params=["file", "memory"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return "sqlite://" if request.param == "memory" else f"sqlite:///{tmp_path / 'rows.db'}"


@pytest.fixture
async def db(address: str) -> AsyncIterator[Database]:
    database = open_database(address, SETTINGS)
    await database.write(thing.metadata.create_all)
    yield database
    await database.close()


@pytest.fixture
async def file_db(tmp_path: Path) -> AsyncIterator[Database]:
    database = open_database(f"sqlite:///{tmp_path / 'rows.db'}", SETTINGS)
    await database.write(thing.metadata.create_all)
    yield database
    await database.close()


def adding(row_id: int, *, then: Callable[[], None] = lambda: None) -> Callable[[Transaction], int]:
    """Work that adds one row, then does something."""

    def work(tx: Transaction) -> int:
        tx.execute(insert(thing).values(id=row_id, kind="a", n=0))
        then()
        return row_id

    return work


def refuse() -> None:
    raise Refused


def ids(tx: Transaction) -> list[int]:
    return list(tx.execute(select(thing.c.id).order_by(thing.c.id)).scalars())


class Held:
    """Keeps the writing thread busy, so that what comes meanwhile is grouped."""

    def __init__(self, db: Database) -> None:
        self._let_go = threading.Event()
        self._began = threading.Event()
        self._task = asyncio.create_task(db.write(self._work))

    def _work(self, _tx: Transaction) -> None:
        self._began.set()
        assert self._let_go.wait(10)

    async def begun(self) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self._began.wait, 10)

    async def let_go(self) -> None:
        self._let_go.set()
        await self._task


async def held(db: Database) -> Held:
    holding = Held(db)
    await holding.begun()
    return holding


async def test_write_returns_what_the_work_returns_and_a_read_then_sees_it(db: Database) -> None:
    assert await db.write(adding(7)) == 7
    assert await db.read(ids) == [7]


async def test_failing_work_rolls_back_alone_in_its_group(db: Database) -> None:
    commits = 0

    def count() -> None:
        nonlocal commits
        commits += 1

    holding = await held(db)
    db.on_commit(count)
    works = [adding(i, then=refuse if i % 3 == 0 else lambda: None) for i in range(12)]
    tasks = [asyncio.create_task(db.write(work)) for work in works]
    await asyncio.sleep(0)
    await holding.let_go()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    for number, result in enumerate(results):
        if number % 3 == 0:
            assert isinstance(result, Refused)
        else:
            assert result == number
    assert await db.read(ids) == [i for i in range(12) if i % 3]
    assert commits == 2, "the holder's, and one for all that waited"


async def test_a_broken_constraint_reaches_only_the_one_who_broke_it(db: Database) -> None:
    holding = await held(db)
    tasks = [asyncio.create_task(db.write(adding(i))) for i in (1, 1, 2)]
    await asyncio.sleep(0)
    await holding.let_go()
    first, second, third = await asyncio.gather(*tasks, return_exceptions=True)
    assert (first, third) == (1, 2)
    assert isinstance(second, IntegrityError)
    assert await db.read(ids) == [1, 2]


async def test_concurrent_units_of_work_lose_no_update(db: Database) -> None:
    await db.write(adding(1))

    def increase(tx: Transaction) -> None:
        n = tx.execute(select(thing.c.n)).scalar_one()
        tx.execute(update(thing).values(n=n + 1))

    await asyncio.gather(*(db.write(increase) for _ in range(300)))
    assert await db.read(lambda tx: tx.execute(select(thing.c.n)).scalar_one()) == 300


async def test_reads_go_on_while_a_write_is_open(file_db: Database) -> None:
    holding = await held(file_db)
    counts = await asyncio.gather(*(file_db.read(ids) for _ in range(20)))
    await holding.let_go()
    assert counts == [[]] * 20


async def test_one_read_sees_one_state_though_others_commit_meanwhile(file_db: Database) -> None:
    await file_db.write(adding(1))
    looked, committed = threading.Event(), threading.Event()

    def look_twice(tx: Transaction) -> tuple[list[int], list[int]]:
        before = ids(tx)
        looked.set()
        assert committed.wait(10)
        return before, ids(tx)

    reading = asyncio.create_task(file_db.read(look_twice))
    await asyncio.get_running_loop().run_in_executor(None, looked.wait, 10)
    await file_db.write(adding(2))
    committed.set()
    assert await reading == ([1], [1])
    assert await file_db.read(ids) == [1, 2]


async def test_what_a_read_writes_is_not_kept(db: Database) -> None:
    await db.read(adding(1))
    assert await db.read(ids) == []


async def test_a_write_that_was_cancelled_while_it_waited_does_not_run(db: Database) -> None:
    holding = await held(db)
    waiting = asyncio.create_task(db.write(adding(1)))
    other = asyncio.create_task(db.write(adding(2)))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.sleep(0)
    await holding.let_go()
    await other
    assert await db.read(ids) == [2]


async def test_a_lock_held_by_another_process_fails_the_work_and_not_the_database(
    file_db: Database, tmp_path: Path
) -> None:
    other = sqlite3.connect(tmp_path / "rows.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    patient = asyncio.create_task(file_db.write(adding(1)))
    hasty = asyncio.create_task(file_db.write(adding(2)))
    await asyncio.sleep(0.02)
    hasty.cancel()
    with pytest.raises(DatabaseUnavailable) as told:
        await patient
    assert (told.value.status, told.value.fields) == (503, {"reason": "locked"})
    other.execute("ROLLBACK")
    other.close()
    assert await file_db.write(adding(3)) == 3
    assert await file_db.read(ids) == [3]


async def test_a_full_disk_is_a_clean_refusal_of_what_does_not_fit_and_nothing_more(
    file_db: Database,
) -> None:
    def pages(most: int) -> Callable[[Transaction], object]:
        # As many pages as there are: what SQLite says then is what it says of a full disk.
        return lambda tx: tx.exec_driver_sql(f"PRAGMA max_page_count = {most}").scalar_one()

    def grow(tx: Transaction) -> None:
        tx.execute(insert(thing), [{"id": n, "kind": "a", "n": n} for n in range(10, 5000)])

    await file_db.write(adding(1))
    await file_db.write(pages(1))  # it takes no less than there are
    waiting = [asyncio.create_task(file_db.write(work)) for work in (grow, adding(2), grow)]
    results = await asyncio.gather(*waiting, return_exceptions=True)
    full = [result for result in results if isinstance(result, DatabaseUnavailable)]
    assert len(full) >= 2
    assert all(told.fields == {"reason": "disk_full"} for told in full)
    assert results[0] in full
    assert results[2] in full
    await file_db.write(pages(1_000_000))
    await file_db.write(grow)
    assert len(await file_db.read(ids)) == 4990 + 1 + (results[1] == 2)


async def test_closing_finishes_what_was_handed_in_and_refuses_what_comes_later(
    tmp_path: Path,
) -> None:
    path = f"sqlite:///{tmp_path / 'rows.db'}"
    database = open_database(path, SETTINGS)
    await database.write(thing.metadata.create_all)
    tasks = [asyncio.create_task(database.write(adding(i))) for i in range(20)]
    await asyncio.sleep(0)
    await database.close()
    assert await asyncio.gather(*tasks) == list(range(20))
    with pytest.raises(DatabaseClosed):
        await database.write(adding(99))
    with pytest.raises(DatabaseClosed):
        await database.read(ids)
    await database.close()
    again = open_database(path, SETTINGS)
    assert await again.read(ids) == list(range(20))
    await again.close()


async def _think(db: Database) -> None:
    await in_thread(sum, [1])


async def _write(db: Database) -> None:
    await db.write(ids)


async def _read(db: Database) -> None:
    await db.read(ids)


@pytest.mark.parametrize("call", [_think, _write, _read])
@pytest.mark.parametrize("access", ["write", "read"])
async def test_thinking_and_nesting_inside_a_transaction_are_refused(
    db: Database, access: str, call: Callable[..., object]
) -> None:
    def work(_tx: Transaction) -> None:
        coroutine = call(db)
        coroutine.send(None)  # type: ignore[attr-defined]  # runs to its first await

    with pytest.raises(CallInsideTransaction):
        await getattr(db, access)(work)
    await call(db)  # type: ignore[misc]  # outside it goes


async def test_listeners_hear_of_commits_of_writes_only(db: Database) -> None:
    heard = asyncio.Event()
    db.on_commit(heard.set)
    await db.read(ids)
    with pytest.raises(Refused):
        await db.write(adding(1, then=refuse))
    await asyncio.sleep(0.01)
    assert not heard.is_set()
    await db.write(adding(1))
    await asyncio.wait_for(heard.wait(), 5)


async def test_insert_new_counts_the_rows_that_were_new(db: Database) -> None:
    rows = [{"id": i, "kind": "a", "n": i} for i in (1, 2)]
    more = [{"id": i, "kind": "b", "n": 0} for i in (2, 3)]
    assert await db.write(lambda tx: insert_new(tx, thing, rows)) == 2
    assert await db.write(lambda tx: insert_new(tx, thing, more)) == 1
    assert await db.write(lambda tx: insert_new(tx, thing, [])) == 0
    kinds = await db.read(lambda tx: tx.execute(select(thing.c.kind).order_by(thing.c.id)).all())
    assert [row.kind for row in kinds] == ["a", "a", "b"], "the first one stays"


async def test_upsert_overwrites_and_add_to_counts_adds(db: Database) -> None:
    def state(tx: Transaction) -> list[tuple[int, str, int]]:
        return [tuple(row) for row in tx.execute(select(thing).order_by(thing.c.id))]

    await db.write(lambda tx: upsert(tx, thing, [{"id": 1, "kind": "a", "n": 1}]))
    await db.write(
        lambda tx: upsert(
            tx, thing, [{"id": 1, "kind": "b", "n": 5}, {"id": 2, "kind": "c", "n": 0}]
        )
    )
    assert await db.read(state) == [(1, "b", 5), (2, "c", 0)]
    counts = Table(
        "counts", MetaData(), Column("id", Integer, primary_key=True), Column("n", Integer)
    )
    await db.write(counts.metadata.create_all)
    await db.write(
        lambda tx: add_to_counts(
            tx, counts, [{"id": 1, "n": 2}, {"id": 1, "n": 3}, {"id": 2, "n": 1}]
        )
    )
    assert await db.read(lambda tx: [tuple(r) for r in tx.execute(select(counts))]) == [
        (1, 5),
        (2, 1),
    ]
    for nothing in (upsert, add_to_counts):
        await db.write(lambda tx, change=nothing: change(tx, thing, []))
    assert await db.read(lambda tx: tx.execute(select(func.count(thing.c.id))).scalar_one()) == 2
