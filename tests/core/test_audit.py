"""The audit log: in order, apart by tenant, and any change of it is found."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlalchemy.pool import StaticPool

from customerai.core import audit
from customerai.core.audit import AuditBroken, Checkpoint, Sequencer
from customerai.core.clock import FixedClock
from customerai.core.db import Database, Transaction, open_database
from customerai.core.principal import Principal
from customerai.core.schema import metadata
from customerai.core.settings import DatabaseSettings

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)


def someone(tenant: str = "main", actor: str = "key_1") -> Principal:
    return Principal(tenant, actor, frozenset())


@pytest.fixture
def tx() -> Iterator[Transaction]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        metadata.create_all(connection)
        yield connection
    engine.dispose()


OF = ["é", "b"]


def a_log(count: int, tenant: str = "main") -> tuple[list[str], Checkpoint]:
    """A log of some entries and its checkpoint."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        metadata.create_all(connection)
        for number in range(count):
            audit.record(
                connection, someone(tenant), f"test.done_{number}", n=number, of=["é", "b"]
            )
        audit.sequence(NOW, connection)
        log = audit.entries(connection, tenant), audit.checkpoint(connection, tenant)
    engine.dispose()
    return log


ENTRIES, HEAD = a_log(6)
OTHERS, _ = a_log(6, tenant="other")


def test_a_log_verifies_to_its_checkpoint() -> None:
    assert audit.verify(ENTRIES, HEAD) == HEAD
    assert (HEAD.tenant, HEAD.size) == ("main", 6)


def test_an_empty_log_verifies_to_the_beginning(tx: Transaction) -> None:
    empty = audit.checkpoint(tx, "main")
    assert (empty.size, empty.head) == (0, audit.GENESIS)
    assert audit.verify([], empty) == empty


def test_leaf_hash_is_that_of_rfc_9162() -> None:
    # The leaf hash of the empty entry, as the test vectors of Certificate Transparency give it.
    assert audit.leaf_hash(b"").hex() == (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )


def test_the_chain_can_be_followed_with_nothing_but_json_and_sha_256() -> None:
    previous = hashlib.sha256(b"customerai-audit/1 genesis").hexdigest()
    for number, text in enumerate(ENTRIES):
        entry = json.loads(text)
        assert entry == {
            "format": "customerai-audit/1",
            "tenant": "main",
            "seq": number,
            "at": "2026-11-22T12:00:00.000000+00:00",
            "actor": "key_1",
            "action": f"test.done_{number}",
            "data": {"n": number, "of": OF},
            "previous": previous,
        }
        plain = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert text == plain, "canonical JSON"
        previous = hashlib.sha256(b"\x00" + text.encode()).hexdigest()
    assert previous == HEAD.head.hex()


@settings(deadline=None)
@given(st.data())
def test_any_changed_character_is_found(data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(ENTRIES) - 1))
    place = data.draw(st.integers(0, len(ENTRIES[number]) - 1))
    old = ENTRIES[number][place]
    new = data.draw(st.one_of(st.sampled_from('0123456789abcdef{}[]",:'), st.characters()))
    if new == old:
        return
    changed = ENTRIES[number][:place] + new + ENTRIES[number][place + 1 :]
    with pytest.raises(AuditBroken):
        audit.verify([*ENTRIES[:number], changed, *ENTRIES[number + 1 :]], HEAD)


@settings(deadline=None)
@given(st.permutations(range(len(ENTRIES))))
def test_any_other_order_is_found(order: list[int]) -> None:
    if order != sorted(order):
        with pytest.raises(AuditBroken):
            audit.verify([ENTRIES[i] for i in order], HEAD)


@settings(deadline=None)
@given(st.sets(st.integers(0, len(ENTRIES) - 1), min_size=1))
def test_any_dropped_entries_are_found(dropped: set[int]) -> None:
    with pytest.raises(AuditBroken):
        audit.verify([text for i, text in enumerate(ENTRIES) if i not in dropped], HEAD)


@settings(deadline=None)
@given(st.integers(0, len(ENTRIES)), st.sampled_from([*ENTRIES, *OTHERS]))
def test_any_inserted_entry_is_found(place: int, text: str) -> None:
    with pytest.raises(AuditBroken):
        audit.verify([*ENTRIES[:place], text, *ENTRIES[place:]], HEAD)


def _entry(**other: object) -> str:
    entry = {**json.loads(ENTRIES[1]), **other}
    return json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "7",
        "null",
        "{}",
        "{",
        '{"seq":1}',
        "NaN",
        '{"a":NaN}',
        '{"a":9007199254740993}',
        '"\\ud800"',
        '{"a":"\\ud800"}',
        "[" * 100_000,
        ENTRIES[1].replace('"seq":1', '"seq":1.0'),
        ENTRIES[1].replace('"seq":1', '"seq":true'),
        ENTRIES[1] + " ",
        _entry(tenant="other"),
        _entry(format="customerai-audit/2"),
        _entry(previous=None),
    ],
)
def test_what_is_no_entry_of_this_log_is_found_without_a_checkpoint(text: str) -> None:
    with pytest.raises(AuditBroken) as found:
        audit.verify([ENTRIES[0], text])
    assert found.value.seq == 1


def test_a_log_that_stops_early_is_found_by_the_checkpoint() -> None:
    shorter = audit.verify(ENTRIES[:4])
    assert shorter.size == 4
    with pytest.raises(AuditBroken, match="does not end at the checkpoint"):
        audit.verify(ENTRIES[:4], HEAD)
    with pytest.raises(AuditBroken):
        audit.verify(ENTRIES, shorter)


def test_a_log_is_not_taken_for_that_of_another_tenant() -> None:
    with pytest.raises(AuditBroken):
        audit.verify(ENTRIES, replace(HEAD, tenant="other"))
    with pytest.raises(AuditBroken):
        audit.verify([], Checkpoint("main", 3, HEAD.head))


def test_the_log_keeps_the_order_in_which_actions_were_noted(tx: Transaction) -> None:
    for round_number in range(3):
        for number in range(5):
            audit.record(tx, someone(), f"test.r{round_number}_{number}")
        assert audit.waiting(tx) == 5
        assert audit.sequence(NOW + timedelta(minutes=round_number), tx) == 5
        assert audit.waiting(tx) == 0
    actions = [json.loads(text)["action"] for text in audit.entries(tx, "main")]
    assert actions == [f"test.r{r}_{n}" for r in range(3) for n in range(5)]
    assert audit.verify(audit.entries(tx, "main")) == audit.checkpoint(tx, "main")
    assert audit.sequence(NOW, tx) == 0


def test_more_than_one_batch_is_sequenced_in_turns(tx: Transaction) -> None:
    for number in range(600):
        audit.record(tx, someone(), "test.done", n=number)
    turns = []
    while made := audit.sequence(NOW, tx):
        turns.append(made)
    assert sum(turns) == 600
    assert len(turns) > 1
    log = audit.entries(tx, "main", limit=1000)
    assert [json.loads(text)["data"]["n"] for text in log] == list(range(600))
    audit.verify(log, audit.checkpoint(tx, "main"))


def test_tenants_have_logs_of_their_own(tx: Transaction) -> None:
    for number in range(9):
        audit.record(tx, someone("north" if number % 3 else "south"), "test.done", n=number)
    audit.sequence(NOW, tx)
    for tenant, numbers in {"north": [1, 2, 4, 5, 7, 8], "south": [0, 3, 6], "east": []}.items():
        log = audit.entries(tx, tenant)
        assert [json.loads(text)["data"]["n"] for text in log] == numbers
        assert audit.verify(log, audit.checkpoint(tx, tenant)).size == len(numbers)


def test_pages_of_entries_join_to_the_whole(tx: Transaction) -> None:
    for _ in range(7):
        audit.record(tx, someone(), "test.done")
    audit.sequence(NOW, tx)
    pages: list[str] = []
    while page := audit.entries(tx, "main", after=len(pages) - 1, limit=3):
        pages += page
    assert pages == audit.entries(tx, "main")
    assert len(pages) == 7


def test_the_table_keeps_the_hash_of_each_entry(tx: Transaction) -> None:
    audit.record(tx, someone(), "test.done")
    audit.sequence(NOW, tx)
    row = tx.execute(select(audit.audit_entry)).one()
    assert row.hash == hashlib.sha256(b"\x00" + row.canonical.encode()).digest()
    assert (row.at, row.action) == (NOW, "test.done")


@pytest.mark.parametrize("value", [2**53 + 1, 2**80, float("nan"), float("inf"), "\ud800", NOW])
def test_an_action_that_has_no_canonical_form_fails_where_it_is_noted(
    tx: Transaction, value: object
) -> None:
    with pytest.raises((ValueError, TypeError)):
        audit.record(tx, someone(), "test.done", bad=value)  # type: ignore[arg-type]
    assert audit.waiting(tx) == 0


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = open_database(
        f"sqlite:///{tmp_path / 'audit.db'}", DatabaseSettings(synchronous="normal")
    )
    await database.write(metadata.create_all)
    yield database
    await database.close()


async def _until(db: Database, done: Callable[[Transaction], bool]) -> None:
    with anyio.fail_after(5):
        while not await db.read(done):  # noqa: ASYNC110 - until another task has done it
            await asyncio.sleep(0.002)


async def test_the_sequencer_follows_every_commit(db: Database) -> None:
    clock = FixedClock(NOW)
    task = asyncio.create_task(Sequencer(db, clock).run())
    for number in range(3):
        await db.write(partial(_record, number))
        await _until(db, lambda tx, size=number + 1: audit.checkpoint(tx, "main").size == size)
        clock.advance(timedelta(hours=1))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    entries = [json.loads(text) for text in await db.read(lambda tx: audit.entries(tx, "main"))]
    assert [entry["at"][11:13] for entry in entries] == ["12", "13", "14"]


def _record(number: int, tx: Transaction) -> None:
    audit.record(tx, someone(), "test.done", n=number)


class FailsOnce:
    """A database that is locked when it is first asked."""

    def __init__(self, inner: Database) -> None:
        self._inner = inner
        self.failed = False
        self.on_commit = inner.on_commit
        self.write = inner.write
        self.close = inner.close

    async def read(self, work: Callable[[Transaction], object]) -> object:
        if not self.failed:
            self.failed = True
            raise TimeoutError
        return await self._inner.read(work)


async def test_the_sequencer_outlives_a_fault(db: Database) -> None:
    flaky = FailsOnce(db)
    task = asyncio.create_task(
        Sequencer(flaky, FixedClock(NOW), poll_s=0.01).run()  # type: ignore[arg-type]
    )
    await db.write(partial(_record, 1))
    await _until(db, lambda tx: audit.checkpoint(tx, "main").size == 1)
    assert flaky.failed
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


class Held:
    """A database whose log another process is at: each try commits, and nothing is made."""

    def __init__(self) -> None:
        self.tries = 0
        self._listeners: list[Any] = []

    async def read(self, work: Any, **_: Any) -> bool:
        return True

    async def write(self, work: Any, **_: Any) -> int:
        self.tries += 1
        for listener in self._listeners:
            listener()
        await asyncio.sleep(0)
        return 0

    def on_commit(self, listener: Any) -> None:
        self._listeners.append(listener)


async def test_a_sequencer_does_not_ask_without_end_while_another_is_at_work() -> None:
    held = Held()
    task = asyncio.create_task(Sequencer(held, FixedClock(NOW), poll_s=0.05).run())  # type: ignore[arg-type]  # what it uses of one
    await asyncio.sleep(0.3)
    task.cancel()
    assert 1 <= held.tries <= 10
