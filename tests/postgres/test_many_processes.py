"""Two processes on one PostgreSQL: nothing is lost, nothing is done twice, tenants stay apart."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any

import anyio
import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from customerai.contracts.events import DecisionMade, MessageReceived
from customerai.contracts.responder import Role
from customerai.core import audit, jobs, outbox, partitions, tenancy
from customerai.core.audit import Sequencer
from customerai.core.bus import MemoryBus
from customerai.core.clock import FixedClock, SystemClock
from customerai.core.db import (
    EVERY_TENANT,
    Database,
    DatabaseUnavailable,
    Transaction,
    ValueNotStorable,
    add_to_counts,
    open_database,
)
from customerai.core.events import Effect, Envelope, Subscription
from customerai.core.ids import new_id
from customerai.core.jobs import Job
from customerai.core.outbox import Consumer, Relay
from customerai.core.principal import Principal
from customerai.core.safe_text_issuer import issue
from customerai.core.schema import JsonColumn, SafeTextColumn, Timestamp, metadata
from customerai.core.settings import DatabaseSettings
from customerai.core.telemetry import Metrics
from customerai.core.upkeep import Upkeep, refresh_gauges
from customerai.insights import rollups
from customerai.insights import store as insights
from customerai.insights.service import _opened, _put
from customerai.insights.tables import conversation as scored_conversation
from customerai.insights.tables import rollup
from customerai.responder import store as responder
from customerai.responder.store import Conversation, NewMessage
from customerai.responder.tables import message
from tests import engines

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(engines.POSTGRES is None, reason="needs PostgreSQL"),
]

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
TENANT = "main"


@asynccontextmanager
async def two_processes(**settings: Any) -> AsyncIterator[tuple[Database, Database]]:
    """Two pools that know nothing of each other, on one database."""
    with engines.a_database_address() as address:
        one, two = (open_database(address, DatabaseSettings(**settings)) for _ in range(2))
        try:
            yield one, two
        finally:
            await one.close()
            await two.close()


@pytest.fixture
async def two() -> AsyncIterator[tuple[Database, Database]]:
    async with two_processes(pool_wait_s=60) as pair:
        yield pair


def noted(what: str, tenant: str = TENANT, conversation: str = "c") -> MessageReceived:
    return MessageReceived(
        tenant,
        conversation_id=conversation,
        message_id=what,
        role="customer",
        channel="chat",
        at=NOW.isoformat(),
    )


# -- tenants


def set_tenant(tx: Transaction) -> str | None:
    return tx.execute(text("SELECT current_setting('customerai.tenant', true)")).scalar_one()


async def test_a_transaction_works_for_the_tenant_that_it_names(
    two: tuple[Database, Database],
) -> None:
    db = two[0]
    odd = "it's; DROP TABLE job; -- \\ é"
    for tenant in (TENANT, odd, EVERY_TENANT):
        assert await db.read(set_tenant, tenant=tenant) == tenant
        assert await db.write(set_tenant, tenant=tenant) == tenant
    assert await db.read(set_tenant) == EVERY_TENANT


def _value(column: Any, number: int) -> Any:
    if isinstance(column.type, Timestamp):
        return NOW
    if isinstance(column.type, SafeTextColumn):
        return issue("safe")
    if isinstance(column.type, JsonColumn):
        return {}
    kind = column.type.python_type
    if kind is bool:
        return True
    if kind is bytes:
        return bytes([number]) * 8
    if kind is int:
        return partitions.month_of(NOW) if column.name == "month" else number
    return 0.5 if kind is float else f"{column.name}_{number}"[: column.type.length or 20]


def a_row(table: Any, tenant: str, number: int) -> dict[str, Any]:
    return {
        column.name: tenant if column.name == "tenant" else _value(column, number)
        for column in table.c
    }


@pytest.mark.parametrize("name", sorted(metadata.tables))
async def test_no_row_of_another_tenant_is_seen_or_written_whatever_is_asked(name: str) -> None:
    table = metadata.tables[name]
    async with two_processes() as (db, _):
        for number, tenant in enumerate(("north", "south"), start=1):
            row = a_row(table, tenant, number)
            await db.write(lambda tx, row=row: tx.execute(insert(table), [row]), tenant=tenant)  # type: ignore[misc]

        def seen(tx: Transaction) -> list[str]:
            return sorted(tx.execute(text(f"SELECT tenant FROM {name}")).scalars())

        assert await db.read(seen, tenant="north") == ["north"]
        assert await db.read(seen, tenant="south") == ["south"]
        assert await db.read(seen, tenant="east") == []
        assert await db.read(seen, tenant="") == []
        assert await db.read(seen, tenant=EVERY_TENANT) == ["north", "south"]
        foreign = a_row(table, "south", 3)
        with pytest.raises(DBAPIError, match="row-level security"):
            await db.write(lambda tx: tx.execute(insert(table), [foreign]), tenant="north")
        # Neither deleting nor giving a row away reaches a row of the other.
        await db.write(lambda tx: tx.execute(delete(table)), tenant="north")
        assert await db.read(seen) == ["south"]
        with pytest.raises(DBAPIError, match="row-level security"):
            await db.write(
                lambda tx: tx.execute(update(table).values(tenant="north")), tenant="south"
            )


async def test_a_session_that_says_nothing_sees_nothing(two: tuple[Database, Database]) -> None:
    db = two[0]
    await db.write(lambda tx: outbox.add(tx, noted("a")), tenant=TENANT)

    def asked_plainly(tx: Transaction) -> int:
        tx.execute(text("RESET customerai.tenant"))
        return len(tx.execute(select(outbox.outbox_event)).all())

    assert await db.read(asked_plainly) == 0
    assert await db.read(outbox.depth) == 1


async def test_partitions_cannot_be_entered_by_their_own_names(
    two: tuple[Database, Database],
) -> None:
    db = two[0]
    row = a_row(message, "north", 1)
    await db.write(lambda tx: tx.execute(insert(message), [row]), tenant="north")
    names = await db.read(lambda tx: sorted(partitions.found(tx)))
    assert len(names) == 3 * len(partitions.PARTITIONED)
    for name in names:
        query = text(f"SELECT count(*) FROM {name}")
        for tenant in ("north", EVERY_TENANT):
            assert await db.read(lambda tx, q=query: tx.execute(q).scalar_one(), tenant=tenant) == 0  # type: ignore[misc]


async def test_the_schema_keeps_tenants_apart_and_a_table_without_it_is_found(
    two: tuple[Database, Database],
) -> None:
    db = two[0]
    assert await db.read(partial(tenancy.faults, metadata)) == []
    await db.write(lambda tx: tx.execute(text("CREATE TABLE stray (tenant text, id text)")))
    assert await db.read(tenancy.unsecured) == ["stray"]
    await db.write(lambda tx: tenancy.secure(tx, "stray"))
    assert await db.read(tenancy.unsecured) == []
    await db.write(lambda tx: tx.execute(text("ALTER TABLE job NO FORCE ROW LEVEL SECURITY")))
    assert await db.read(tenancy.unsecured) == ["job"]


# -- collisions


async def test_two_processes_that_count_the_same_lose_no_count(
    two: tuple[Database, Database],
) -> None:
    rng = random.Random(1)
    cells = [
        {"tenant": TENANT, "hour": hour, "channel": "c", "measure": "m", "value": "v"}
        for hour in range(8)
    ]

    async def count(db: Database) -> None:
        chosen = [{**cell, "n": 1} for cell in rng.sample(cells, 6)]
        await db.write(lambda tx: add_to_counts(tx, rollup, chosen), tenant=TENANT)

    await asyncio.gather(*(count(two[i % 2]) for i in range(200)))
    total = select(func.sum(rollup.c.n))
    assert await two[0].read(lambda tx: tx.execute(total).scalar_one(), tenant=TENANT) == 1200


async def test_transactions_that_wait_for_each_other_are_run_again(
    two: tuple[Database, Database],
) -> None:
    keys = [("main", "a"), ("main", "b")]
    for tenant, job_id in keys:
        job = a_job(tenant=tenant, id=job_id)
        await two[0].write(lambda tx, job=job: jobs.create(tx, job))  # type: ignore[misc]

    def both(order: Sequence[str], tx: Transaction) -> None:
        for job_id in order:
            tx.execute(
                update(jobs.job_table)
                .where(jobs.job_table.c.id == job_id)
                .values(done=jobs.job_table.c.done + 1)
            )
            tx.execute(text("SELECT pg_sleep(0.05)"))

    await asyncio.gather(
        *(two[i % 2].write(partial(both, "ab" if i % 2 else "ba")) for i in range(6))
    )
    done = await two[0].read(lambda tx: [jobs.find(tx, *key).done for key in keys])
    assert done == [6, 6]


async def test_one_conversation_fed_by_two_processes_is_numbered_without_gap(
    two: tuple[Database, Database],
) -> None:
    opened = [
        Conversation(
            tenant=TENANT, id=f"conv_{n}", subject="s", channel=issue("chat"), status="open",
            groups={}, attributes={}, messages=0, started_at=NOW, last_at=NOW,
        )
        for n in range(3)
    ]  # fmt: skip
    ids = [f"msg_{n}" for n in range(120)]

    def add(chosen: Sequence[str], order: Sequence[int], tx: Transaction) -> int:
        responder.add_conversations(tx, [opened[n] for n in order])
        new = {
            opened[n].id: [
                NewMessage(f"{m}_{n}", Role.CUSTOMER, issue("hello"), NOW, "rcpt") for m in chosen
            ]
            for n in order
        }
        return sum(map(len, responder.add_messages(tx, TENANT, new).values()))

    rng = random.Random(2)
    works = []
    for start in range(0, 120, 4):  # each message comes twice, by either process
        for i in range(2):
            order = rng.sample(range(3), 3)
            works.append(two[i].write(partial(add, ids[start : start + 4], order), tenant=TENANT))
    stored = await asyncio.gather(*works)
    assert sum(stored) == 360

    def numbers(tx: Transaction) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for row in tx.execute(select(message).order_by(message.c.seq)):
            found.setdefault(row.conversation_id, []).append(row.seq)
        return found

    assert await two[0].read(numbers) == {item.id: list(range(120)) for item in opened}
    kept = await two[1].read(lambda tx: responder.find_conversations(tx, TENANT, ["conv_0"]))
    assert kept["conv_0"].messages == 120


async def test_outcomes_noted_by_two_processes_keep_counts_true(
    two: tuple[Database, Database],
) -> None:
    def note(events: Sequence[DecisionMade], tx: Transaction) -> None:
        opened = _opened(events)
        before = insights.lock_states(tx, TENANT, opened)
        states = {**opened, **before}
        for event in events:
            states[event.conversation_id] = rollups.with_outcome(
                states[event.conversation_id], event.outcome
            )
        cells: Counter[rollups.Cell] = Counter()
        _put(tx, TENANT, before, states, cells)
        insights.add_counts(tx, TENANT, cells)

    rng = random.Random(3)
    works = []
    for n in range(120):
        events = [
            DecisionMade(
                TENANT, decision_id=f"{n}-{c}", kind="reply", score=1.0, policy_version="1",
                outcome=rng.choice(["answered", "abstained", "escalated"]),
                conversation_id=f"c{c}", channel="chat", groups={}, at=NOW.isoformat(),
            )
            for c in rng.sample(range(10), 4)
        ]  # fmt: skip
        works.append(two[n % 2].write(partial(note, events), tenant=TENANT))
    await asyncio.gather(*works)

    def recount(tx: Transaction) -> tuple[Counter[Any], Counter[Any]]:
        counted: Counter[Any] = Counter()
        for row in tx.execute(select(rollup)):
            counted[row.hour, row.channel, row.measure, row.value] += row.n
        ids = list(tx.execute(select(scored_conversation.c.conversation_id)).scalars())
        true: Counter[Any] = Counter()
        for state in insights.find_states(tx, TENANT, ids).values():
            true.update(rollups.of_conversation(state))
        return counted, true

    counted, true = await two[0].read(recount)
    assert +counted == true
    assert sum(n for (_, _, m, _), n in true.items() if m == "conversations") == 10


# -- events


effects = """
CREATE TABLE told (tenant text, handler text, what text)
"""


class Station:
    """A process with a relay and a handler that writes a row an event."""

    def __init__(self, db: Database, name: str = "keep", *, pause_s: float = 0.0) -> None:
        self.db = db
        self.bus = MemoryBus()
        self.handled: list[str] = []

        async def handle(events: Sequence[Any]) -> Effect:
            self.handled += [event.message_id for event in events]
            await asyncio.sleep(pause_s)

            def write(tx: Transaction) -> None:
                for event in events:
                    tx.execute(
                        text("INSERT INTO told VALUES (:tenant, :handler, :what)"),
                        {"tenant": event.tenant, "handler": name, "what": event.message_id},
                    )

            return write

        subscription = Subscription(name, MessageReceived, handle, 64)
        self.consumer = Consumer(db, SystemClock(), Metrics(), subscription, backoff_s=(0.01,))
        self.bus.subscribe(MessageReceived.name, name, self.consumer.deliver)
        self.relay = Relay(db, self.bus, poll_s=0.05)


def told(tx: Transaction) -> list[str]:
    return list(tx.execute(text("SELECT what FROM told ORDER BY what")).scalars())


async def prepare(db: Database) -> None:
    await db.write(lambda tx: tx.execute(text(effects)))


async def test_two_relays_tell_each_event_and_its_effect_is_there_once(
    two: tuple[Database, Database],
) -> None:
    await prepare(two[0])
    stations = [Station(db) for db in two]
    running = [asyncio.create_task(station.relay.run()) for station in stations]
    names = [f"m{n:04}" for n in range(2000)]
    for start in range(0, 2000, 50):
        some = [noted(name) for name in names[start : start + 50]]
        await two[start // 50 % 2].write(lambda tx, some=some: outbox.add(tx, *some))  # type: ignore[misc]
    with anyio.fail_after(60):
        while await two[0].read(outbox.depth):  # noqa: ASYNC110 - until others have done it
            await asyncio.sleep(0.05)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert await two[0].read(told) == names
    # Claimed apart: what either handled, the other did not even think about.
    assert sorted(stations[0].handled + stations[1].handled) == names


async def test_one_delivery_to_two_processes_at_once_has_one_effect(
    two: tuple[Database, Database],
) -> None:
    await prepare(two[0])
    stations = [Station(db, pause_s=0.02) for db in two]
    envelopes = [
        Envelope(new_id("evt"), MessageReceived.name, noted(f"m{n}").payload()) for n in range(40)
    ]
    for _ in range(3):
        rng = random.Random(4)
        parts = [rng.sample(envelopes, 30) for _ in range(8)]
        await asyncio.gather(
            *(stations[i % 2].consumer.deliver(part) for i, part in enumerate(parts))
        )
    assert await two[0].read(told) == sorted(f"m{n}" for n in range(40))
    assert await two[0].read(outbox.count_dead_letters) == 0


async def test_what_a_killed_relay_had_claimed_is_told_by_another_soon(
    two: tuple[Database, Database],
) -> None:
    await prepare(two[0])
    await two[0].write(lambda tx: outbox.add(tx, noted("a"), noted("b")))
    assert len(await two[0].write(partial(outbox._claim, "relay_killed"))) == 2
    station = Station(two[1])
    assert await station.relay.relay_once() == 0, "they are claimed"
    began = asyncio.get_running_loop().time()
    running = asyncio.create_task(station.relay.run())
    while await two[1].read(outbox.depth):  # noqa: ASYNC110 - until the lease has ended
        await asyncio.sleep(0.1)
    took_s = asyncio.get_running_loop().time() - began
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await two[1].read(told) == ["a", "b"]
    assert took_s < 10


async def test_live_events_overtake_those_of_an_import(two: tuple[Database, Database]) -> None:
    bulk = [noted(f"b{n}") for n in range(600)]
    await two[0].write(lambda tx: outbox.add(tx, *bulk, priority=outbox.BULK))
    await two[0].write(lambda tx: outbox.add(tx, noted("live")))
    rows = await two[1].write(partial(outbox._claim, "relay_1"))
    assert [row.payload["message_id"] for row in rows][:3] == ["live", "b0", "b1"]


# -- the audit log


async def test_sequencers_of_two_processes_make_one_log(two: tuple[Database, Database]) -> None:
    who = Principal(TENANT, "key_1", frozenset())
    running = [
        asyncio.create_task(Sequencer(db, SystemClock(), poll_s=0.02).run()) for db in (*two, *two)
    ]
    await asyncio.gather(
        *(
            two[n % 2].write(lambda tx, n=n: audit.record(tx, who, "test.done", n=n), tenant=TENANT)  # type: ignore[misc]
            for n in range(300)
        )
    )
    while await two[0].read(audit.waiting):  # noqa: ASYNC110 - until it was sequenced
        await asyncio.sleep(0.02)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    log = await two[0].read(lambda tx: audit.entries(tx, TENANT, limit=1000), tenant=TENANT)
    state = await two[1].read(lambda tx: audit.checkpoint(tx, TENANT), tenant=TENANT)
    assert audit.verify(log, state) == state
    assert sorted(json.loads(entry)["data"]["n"] for entry in log) == list(range(300))


async def test_a_log_does_not_fork_though_two_append_from_one_head(
    two: tuple[Database, Database],
) -> None:
    head = audit.Checkpoint(TENANT, 0, audit.GENESIS)
    ways = [audit.Checkpoint(TENANT, 1, bytes([n]) * 32) for n in (1, 2)]
    await two[0].write(lambda tx: audit._move(tx, head, ways[0]))
    for start in (head, ways[1]):
        with pytest.raises(audit.HeadMoved):
            await two[1].write(lambda tx, start=start: audit._move(tx, start, ways[1]))  # type: ignore[misc]
    assert await two[1].read(lambda tx: audit.checkpoint(tx, TENANT)) == ways[0]


# -- jobs


def a_job(**other: Any) -> Job:
    values: dict[str, Any] = {
        "tenant": TENANT, "id": new_id("job"), "kind": "import", "actor": "key_1",
        "status": jobs.QUEUED, "done": 0, "total": None, "spec": {}, "result": None,
        "problem": None, "created_at": NOW, "started_at": None, "resumed_at": None,
        "resumed_done": 0, "finished_at": None,
    }  # fmt: skip
    return Job(**{**values, **other})


async def test_a_job_is_claimed_once_and_taken_over_when_its_worker_is_gone(
    two: tuple[Database, Database],
) -> None:
    made = [a_job() for _ in range(20)]
    for job in made:
        await two[0].write(lambda tx, job=job: jobs.create(tx, job))  # type: ignore[misc]

    def claim(worker: str, lease_s: float = 60.0) -> Callable[[Transaction], Job | None]:
        # A clock that is an hour off changes nothing: the server's counts.
        now = NOW + timedelta(hours=1)
        return lambda tx: jobs.claim(tx, "import", worker, now, lease_s)

    claimed = await asyncio.gather(*(two[n % 2].write(claim(f"w{n}")) for n in range(40)))
    ids = [job.id for job in claimed if job is not None]
    assert sorted(ids) == sorted(job.id for job in made)
    assert await two[0].write(claim("late")) is None
    dead = next(job for job in claimed if job is not None)
    assert await two[0].write(lambda tx: jobs.advance(tx, dead, NOW, 0.2, done=5))
    await asyncio.sleep(0.3)
    heir = await two[1].write(claim("heir"))
    assert heir is not None
    assert (heir.id, heir.done, heir.claimed_by) == (dead.id, 5, "heir")
    assert not await two[0].write(lambda tx: jobs.advance(tx, dead, NOW, 60, done=9)), "fenced"
    assert (await two[0].read(lambda tx: jobs.find(tx, TENANT, dead.id))).done == 5
    await two[1].write(lambda tx: jobs.release(tx, heir))
    again = await two[0].write(claim("next"))
    assert again is not None
    assert again.id == dead.id


# -- faults


def ends_all(tx: Transaction) -> int:
    return len(
        tx.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        ).all()
    )


async def test_lost_connections_heal_by_themselves(two: tuple[Database, Database]) -> None:
    one, other = two
    await one.write(lambda tx: jobs.create(tx, a_job(id="j")))

    def raise_done(tx: Transaction) -> None:
        tx.execute(update(jobs.job_table).values(done=jobs.job_table.c.done + 1))

    unknown = 0
    for _ in range(10):
        works = [asyncio.create_task(one.write(raise_done)) for _ in range(20)]
        await asyncio.sleep(random.random() / 50)
        await other.write(ends_all)
        for result in await asyncio.gather(*works, return_exceptions=True):
            assert result is None or "OutcomeUnknown" in type(result).__name__, result
            unknown += result is not None
    done = (await one.read(lambda tx: jobs.find(tx, TENANT, "j"))).done
    assert 200 - unknown <= done <= 200


async def test_a_server_that_is_away_is_a_clean_refusal_after_bounded_patience() -> None:
    address = "postgresql+asyncpg://customerai:secret@127.0.0.1:1/none"
    db = open_database(address, DatabaseSettings(retry_s=0.3))
    began = asyncio.get_running_loop().time()
    with pytest.raises(DatabaseUnavailable) as told_so:
        await db.read(outbox.depth)
    assert asyncio.get_running_loop().time() - began < 3
    assert told_so.value.status == 503
    assert "secret" not in json.dumps(told_so.value.document("req_1"))
    await db.close()


async def test_slow_statements_locks_and_a_full_pool_are_clean_refusals() -> None:
    async with two_processes(statement_timeout_s=0.5) as (one, _):
        with pytest.raises(DatabaseUnavailable) as slow:
            await one.read(lambda tx: tx.execute(text("SELECT pg_sleep(5)")))
        assert slow.value.fields == {"reason": "took_too_long"}
    async with two_processes(busy_timeout_s=0.2, pool_size=1, pool_wait_s=0.1) as (one, other):
        holding = asyncio.create_task(one.write(_hold_jobs))
        while not await other.read(_jobs_are_held):  # noqa: ASYNC110 - until they are
            await asyncio.sleep(0.02)
        with pytest.raises(DatabaseUnavailable) as locked:
            await other.write(lambda tx: jobs.create(tx, a_job()))
        assert locked.value.fields == {"reason": "locked"}
        with pytest.raises(DatabaseUnavailable) as full:
            await one.read(outbox.depth)
        assert full.value.fields == {"reason": "no_free_connection"}
        await holding
        assert await one.read(outbox.depth) == 0


def _hold_jobs(tx: Transaction) -> None:
    tx.execute(text("LOCK TABLE job"))
    tx.execute(text("SELECT pg_sleep(2)"))


def _jobs_are_held(tx: Transaction) -> bool:
    held = text("SELECT count(*) FROM pg_locks WHERE relation = 'job'::regclass AND granted")
    return bool(tx.execute(held).scalar_one())


async def test_one_who_goes_away_leaves_no_transaction_behind() -> None:
    async with two_processes(pool_size=1) as (one, other):
        for _ in range(5):
            task = asyncio.create_task(one.write(_hold_jobs))
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await one.write(lambda tx: jobs.create(tx, a_job(id="j")))
        assert (await other.read(lambda tx: jobs.find(tx, TENANT, "j"))).id == "j"
        idle = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND state LIKE 'idle in transaction%'"
        )
        assert await other.read(lambda tx: tx.execute(idle).scalar_one()) == 0


@pytest.mark.parametrize(
    "job",
    [a_job(actor="a\0b"), a_job(actor="a" * 200), a_job(done=2**70), a_job(kind="\0")],
    ids=["NUL", "too long", "too large", "NUL alone"],
)
async def test_what_cannot_be_kept_is_refused_as_such(
    two: tuple[Database, Database], job: Job
) -> None:
    with pytest.raises(ValueNotStorable) as refused:
        await two[0].write(lambda tx: jobs.create(tx, job))
    assert refused.value.status == 422
    await two[0].write(lambda tx: jobs.create(tx, a_job()))


# -- months


async def test_rows_lie_in_their_month_and_what_fits_nowhere_is_not_refused(
    two: tuple[Database, Database],
) -> None:
    db = two[0]
    month = partitions.this_month()
    for number, at in enumerate((month, partitions.after(month), 190001)):
        row = {**a_row(message, TENANT, number), "month": at}
        await db.write(lambda tx, row=row: tx.execute(insert(message), [row]), tenant=TENANT)  # type: ignore[misc]

    def places(tx: Transaction) -> dict[int, str]:
        query = text("SELECT month, tableoid::regclass::text AS place FROM responder_message")
        return {row.month: row.place for row in tx.execute(query)}

    assert await db.read(places) == {
        month: f"responder_message_p{month}",
        partitions.after(month): f"responder_message_p{partitions.after(month)}",
        190001: "responder_message_rest",
    }


async def test_upkeep_makes_the_months_to_come_and_forgets_old_events() -> None:
    async with two_processes() as (db, other):
        now = datetime.now(timezone.utc)
        events = [(new_id("evt"), now), (new_id("evt"), now - timedelta(days=40))]
        for event_id, at in events:
            row = {"tenant": TENANT, "handler": "h", "id": event_id, "handled_at": at}
            await db.write(lambda tx, row=row: tx.execute(insert(outbox.inbox_event), [row]))  # type: ignore[misc]

        def kept(tx: Transaction) -> list[str]:
            return list(tx.execute(select(outbox.inbox_event.c.id)).scalars())

        settings = DatabaseSettings(inbox_days=30)
        clock = FixedClock(now)
        await Upkeep(db, clock, settings).once()
        assert await db.read(kept) == [events[0][0]]
        clock.advance(timedelta(days=62))
        # Others write meanwhile: a month is attached without locking them out.
        writing = asyncio.create_task(_write_on(other))
        await asyncio.gather(*(Upkeep(d, clock, settings).once() for d in (db, other)))
        await writing
        month = partitions.month_of(clock.now())
        names = await db.read(partitions.found)
        for cut in partitions.PARTITIONED:
            assert {cut.name(month), cut.name(partitions.after(month))} <= names
        assert await db.read(tenancy.unsecured) == []
        assert await db.read(kept) == []
        assert not any(n.startswith(f"inbox_event_p{partitions.month_of(now)}") for n in names)


async def _write_on(db: Database) -> None:
    for number in range(50):
        row = a_row(message, TENANT, number)
        await db.write(lambda tx, row=row: tx.execute(insert(message), [row]), tenant=TENANT)  # type: ignore[misc]


async def test_the_gauges_say_how_long_events_wait_and_how_jobs_are(
    two: tuple[Database, Database],
) -> None:
    db, metrics = two[0], Metrics()
    value = metrics.registry.get_sample_value
    await refresh_gauges(db, SystemClock(), metrics)
    assert value("customerai_events_outbox_oldest_seconds") == 0
    await db.write(lambda tx: outbox.add(tx, noted("a")))
    await db.write(lambda tx: jobs.create(tx, a_job()))
    later = FixedClock(datetime.now(timezone.utc) + timedelta(seconds=90))
    await refresh_gauges(db, later, metrics)
    waited = value("customerai_events_outbox_oldest_seconds")
    assert waited is not None
    assert 89 <= waited <= 95
    assert value("customerai_jobs", {"kind": "import", "status": "queued"}) == 1
