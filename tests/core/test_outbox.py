"""Events: told if and only if their rows committed, and never with a double effect."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import anyio
import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select

from customerai.contracts.events import DecisionMade, MessageReceived
from customerai.core import dead_letters, outbox
from customerai.core.bus import Bus, Deliver, MemoryBus
from customerai.core.clock import FixedClock
from customerai.core.db import Database, Transaction, open_database
from customerai.core.dead_letters import DeadLetter, DeadLetterNotFound, Wanted
from customerai.core.events import Effect, Envelope, Event, Subscription, on, subscribe
from customerai.core.outbox import Consumer, Relay
from customerai.core.schema import metadata
from customerai.core.settings import DatabaseSettings
from customerai.core.telemetry import Metrics
from tests.conftest import operator

NOW = datetime(2026, 11, 22, tzinfo=timezone.utc)

effect_table = Table(
    "effect",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("handler", String(20), nullable=False),
    Column("what", String(20), nullable=False),
)


def noted(what: str, tenant: str = "main") -> MessageReceived:
    """An event of ours; an event class of a test would appear among the documented ones."""
    return MessageReceived(
        tenant, conversation_id="c", message_id=what, role="customer", channel="chat", at="-"
    )


def decided(what: str) -> DecisionMade:
    """An event of another kind."""
    return DecisionMade(
        "main",
        decision_id=what,
        kind="reply",
        outcome="answered",
        score=1.0,
        policy_version="1",
        conversation_id="c",
        channel="chat",
        groups={},
        at="-",
    )


def what_of(event: Event) -> str:
    assert isinstance(event, (MessageReceived, DecisionMade))
    return event.message_id if isinstance(event, MessageReceived) else event.decision_id


class Refused(Exception):
    """A handler or a unit of work that will not."""


def no_thought(_events: Sequence[Event]) -> None:
    pass


@dataclass
class Station:
    """An outbox, a bus and handlers whose effects are rows."""

    db: Database
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    metrics: Metrics = field(default_factory=Metrics)
    bus: MemoryBus = field(default_factory=MemoryBus)

    @property
    def relay(self) -> Relay:
        return Relay(self.db, self.bus)

    def handler(
        self,
        name: str,
        *,
        think: Callable[[Sequence[Event]], object] = no_thought,
        batch: int = 64,
        event: type[Event] = MessageReceived,
    ) -> Consumer:
        """Subscribe a handler that first thinks, then writes a row an event."""

        async def handle(events: Sequence[Any]) -> Effect:
            thought = think(events)
            if isinstance(thought, Awaitable):
                await thought

            def write(tx: Transaction) -> None:
                rows = [{"handler": name, "what": what_of(event)} for event in events]
                tx.execute(insert(effect_table), rows)

            return write

        subscription = Subscription(name, event, handle, batch)
        consumer = Consumer(self.db, self.clock, self.metrics, subscription, backoff_s=(0.0, 0.001))
        self.bus.subscribe(event.name, name, consumer.deliver)
        return consumer

    async def tell(self, *whats: str, tenant: str = "main") -> None:
        events = [noted(what, tenant) for what in whats]
        await self.db.write(lambda tx: outbox.add(tx, *events))

    async def waiting(self) -> list[Envelope]:
        rows = await self.db.read(
            lambda tx: tx.execute(
                select(outbox.outbox_event).order_by(outbox.outbox_event.c.id)
            ).all()
        )
        return [Envelope(row.id, row.name, row.payload) for row in rows]

    async def effects(self, handler: str) -> list[str]:
        return await self.db.read(
            lambda tx: list(
                tx.execute(
                    select(effect_table.c.what)
                    .where(effect_table.c.handler == handler)
                    .order_by(effect_table.c.id)
                ).scalars()
            )
        )

    async def parked(self, tenant: str = "main") -> list[DeadLetter]:
        return await self.db.read(
            lambda tx: dead_letters.find(tx, tenant, Wanted(), before=None, limit=100)
        )

    async def redrive(self, handler: str, event_id: str, tenant: str = "main") -> None:
        wanted = Wanted(letters=[(handler, event_id)])
        await self.db.write(lambda tx: dead_letters.redrive(tx, operator(tenant), wanted))


@pytest.fixture
async def station(tmp_path: Path) -> AsyncIterator[Station]:
    settings = DatabaseSettings(synchronous="normal")
    db = open_database(f"sqlite:///{tmp_path / 'events.db'}", settings)
    await db.write(metadata.create_all)
    await db.write(effect_table.metadata.create_all)
    yield Station(db)
    await db.close()


def refusing(*whats: str) -> Callable[[Sequence[Event]], None]:
    """A thought that fails when one of the events is among `whats`."""

    def think(events: Sequence[Event]) -> None:
        if any(what_of(event) in whats for event in events):
            raise Refused

    return think


async def test_an_event_is_told_only_if_its_transaction_commits(station: Station) -> None:
    station.handler("keep")

    def regrets(tx: Transaction) -> None:
        outbox.add(tx, noted("never"))
        raise Refused

    with pytest.raises(Refused):
        await station.db.write(regrets)
    await station.tell("a", "b")
    assert await station.relay.relay_once() == 2
    assert await station.effects("keep") == ["a", "b"]
    assert await station.db.read(outbox.depth) == 0


async def test_adding_no_event_is_no_fault(station: Station) -> None:
    await station.tell()
    assert await station.relay.relay_once() == 0


async def test_each_handler_sees_its_kind_of_event_in_order(station: Station) -> None:
    station.handler("first")
    station.handler("second", batch=3)
    station.handler("other", event=DecisionMade)
    whats = [f"n{i}" for i in range(20)]
    await station.tell(*whats)
    await station.db.write(lambda tx: outbox.add(tx, decided("d")))
    await station.relay.relay_once()
    assert await station.effects("first") == whats
    assert await station.effects("second") == whats
    assert await station.effects("other") == ["d"]


async def test_an_event_that_nobody_handles_leaves_the_outbox(station: Station) -> None:
    await station.tell("a")
    assert await station.relay.relay_once() == 1
    assert await station.waiting() == []


async def test_a_repeated_delivery_has_no_second_effect(station: Station) -> None:
    consumer = station.handler("keep")
    await station.tell("a", "b")
    envelopes = await station.waiting()
    await consumer.deliver(envelopes)
    await consumer.deliver(envelopes)
    await consumer.deliver([envelopes[1], envelopes[1]])
    assert await station.effects("keep") == ["a", "b"]


async def test_two_deliveries_at_once_have_one_effect(station: Station) -> None:
    both_thought = asyncio.Event()
    thinking = 0

    async def think(_events: Sequence[Event]) -> None:
        nonlocal thinking
        thinking += 1
        if thinking == 2:
            both_thought.set()
        await asyncio.wait_for(both_thought.wait(), 5)

    consumer = station.handler("keep", think=think)
    await station.tell("a", "b", "c")
    envelopes = await station.waiting()
    await asyncio.gather(consumer.deliver(envelopes), consumer.deliver(envelopes))
    assert await station.effects("keep") == ["a", "b", "c"]
    assert await station.parked() == []


async def test_one_event_twice_in_a_delivery_has_one_effect(station: Station) -> None:
    consumer = station.handler("keep")
    await station.tell("a")
    (envelope,) = await station.waiting()
    await consumer.deliver([envelope, envelope])
    assert await station.effects("keep") == ["a"]
    assert await station.parked() == []


async def test_a_handler_that_fails_once_is_tried_again(station: Station) -> None:
    attempts = 0

    def think(_events: Sequence[Event]) -> None:
        nonlocal attempts
        attempts += 1
        if attempts < 3:
            raise Refused

    station.handler("keep", think=think)
    await station.tell("a")
    await station.relay.relay_once()
    assert await station.effects("keep") == ["a"]
    assert await station.parked() == []


async def test_what_keeps_failing_is_parked_and_the_rest_of_the_batch_is_handled(
    station: Station,
) -> None:
    station.handler("picky", think=refusing("bad"))
    station.handler("easy")
    await station.tell("a", "bad", "c")
    bad = (await station.waiting())[1]
    await station.relay.relay_once()
    assert await station.effects("picky") == ["a", "c"]
    assert await station.effects("easy") == ["a", "bad", "c"]
    (letter,) = await station.parked()
    assert letter == DeadLetter(
        handler="picky",
        id=bad.id,
        name="responder.message_received.v1",
        attempts=3,
        error="Refused",
        parked_at=NOW,
        ids=letter.ids,
        codes=letter.codes,
    )
    assert await station.waiting() == []
    assert await station.db.read(outbox.count_dead_letters) == 1
    told = station.metrics.registry.get_sample_value
    name = "customerai_events_handled_total"
    assert told(name, {"handler": "picky", "outcome": "done"}) == 2
    assert told(name, {"handler": "picky", "outcome": "parked"}) == 1


async def test_a_failing_effect_undoes_the_inbox_row_with_it(station: Station) -> None:
    fails = True

    async def handle(events: Sequence[Any]) -> Effect:
        def write(tx: Transaction) -> None:
            tx.execute(insert(effect_table).values(handler="half", what=what_of(events[0])))
            if fails:
                raise Refused

        return write

    subscription = Subscription("half", MessageReceived, handle, 1)
    consumer = Consumer(station.db, station.clock, station.metrics, subscription, backoff_s=())
    station.bus.subscribe(MessageReceived.name, "half", consumer.deliver)
    await station.tell("a")
    await station.relay.relay_once()
    assert await station.effects("half") == []
    assert len(await station.parked()) == 1
    fails = False
    (letter,) = await station.parked()
    await station.redrive("half", letter.id)
    await station.relay.relay_once()
    assert await station.effects("half") == ["a"]


async def test_redrive_tells_the_event_again_to_that_handler_only(station: Station) -> None:
    refused = {"bad"}

    def think(events: Sequence[Event]) -> None:
        if any(what_of(event) in refused for event in events):
            raise Refused

    station.handler("picky", think=think)
    station.handler("easy")
    station.handler("picky too", think=think)
    await station.tell("bad")
    await station.relay.relay_once()
    assert {letter.handler for letter in await station.parked()} == {"picky", "picky too"}
    refused.clear()
    letter = (await station.parked())[0]
    await station.redrive(letter.handler, letter.id)
    await station.relay.relay_once()
    assert await station.effects(letter.handler) == ["bad"]
    assert await station.effects("easy") == ["bad"]
    assert [left.handler for left in await station.parked()] == [
        ({"picky", "picky too"} - {letter.handler}).pop()
    ]


async def test_a_redriven_event_that_fails_again_is_parked_again(station: Station) -> None:
    station.handler("picky", think=refusing("bad"))
    await station.tell("bad")
    await station.relay.relay_once()
    (letter,) = await station.parked()
    station.clock.advance(timedelta(hours=1))
    await station.redrive("picky", letter.id)
    assert await station.parked() == []
    await station.relay.relay_once()
    (again,) = await station.parked()
    assert again == replace(letter, parked_at=NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("tenant", "handler"), [("other", "picky"), ("main", "easy"), ("main", "")]
)
async def test_redrive_finds_nothing_of_another_tenant_or_handler(
    station: Station, tenant: str, handler: str
) -> None:
    station.handler("picky", think=refusing("bad"))
    await station.tell("bad")
    await station.relay.relay_once()
    (letter,) = await station.parked()
    with pytest.raises(DeadLetterNotFound):
        await station.redrive(handler, letter.id, tenant)
    assert await station.parked() == [letter]
    assert await station.parked("other") == []


async def test_tenants_in_one_delivery_are_handled_apart(station: Station) -> None:
    tenants: list[set[str]] = []
    station.handler("keep", think=lambda events: tenants.append({e.tenant for e in events}))
    await station.tell("a", "b", tenant="north")
    await station.tell("c", tenant="south")
    await station.relay.relay_once()
    assert await station.effects("keep") == ["a", "b", "c"]
    assert tenants == [{"north"}, {"south"}]


class KilledAfterPublish:
    """A bus behind which the process dies before it can say that it took the events."""

    def __init__(self, inner: MemoryBus) -> None:
        self._inner = inner

    async def publish(self, envelopes: Sequence[Envelope], *, only: str | None = None) -> None:
        await self._inner.publish(envelopes, only=only)
        raise Refused

    def subscribe(self, event_name: str, handler: str, deliver: Deliver) -> None:
        self._inner.subscribe(event_name, handler, deliver)


async def test_a_process_killed_before_it_forgot_tells_again_without_double_effect(
    station: Station,
) -> None:
    station.handler("keep")
    await station.tell("a", "b")
    dying: Bus = KilledAfterPublish(station.bus)
    with pytest.raises(Refused):
        await Relay(station.db, dying).relay_once()
    assert len(await station.waiting()) == 2
    assert await station.relay.relay_once() == 2
    assert await station.effects("keep") == ["a", "b"]
    assert await station.waiting() == []


class Overtaken:
    """A bus during whose publishing another relay forgets the rows and new events arrive."""

    def __init__(self, station: Station) -> None:
        self._station = station

    async def publish(self, envelopes: Sequence[Envelope], *, only: str | None = None) -> None:
        await self._station.relay.relay_once()
        await self._station.tell("new 1", "new 2")

    def subscribe(self, event_name: str, handler: str, deliver: Deliver) -> None:
        raise AssertionError


async def test_a_relay_that_was_overtaken_forgets_no_event_that_it_did_not_tell(
    station: Station,
) -> None:
    station.handler("keep")
    await station.tell("old 1", "old 2")
    await Relay(station.db, Overtaken(station)).relay_once()
    assert [envelope.payload["message_id"] for envelope in await station.waiting()] == [
        "new 1",
        "new 2",
    ]
    await station.relay.relay_once()
    assert await station.effects("keep") == ["old 1", "old 2", "new 1", "new 2"]


class FailsOnce:
    """A bus that is away at first."""

    def __init__(self, inner: MemoryBus) -> None:
        self._inner = inner
        self.failed = False

    async def publish(self, envelopes: Sequence[Envelope], *, only: str | None = None) -> None:
        if not self.failed:
            self.failed = True
            raise Refused
        await self._inner.publish(envelopes, only=only)

    def subscribe(self, event_name: str, handler: str, deliver: Deliver) -> None:
        self._inner.subscribe(event_name, handler, deliver)


async def test_the_running_relay_tells_at_once_and_outlives_a_fault(station: Station) -> None:
    station.handler("keep")
    bus = FailsOnce(station.bus)
    relaying = asyncio.create_task(Relay(station.db, bus, poll_s=0.01).run())
    for what in ("a", "b"):
        await station.tell(what)
        with anyio.fail_after(5):
            while await station.db.read(outbox.depth):  # noqa: ASYNC110 - until it was told
                await asyncio.sleep(0.002)
    assert bus.failed
    assert await station.effects("keep") == ["a", "b"]
    relaying.cancel()
    await asyncio.gather(relaying, return_exceptions=True)


async def test_a_marked_function_becomes_a_handler_bound_to_its_service() -> None:
    @on(MessageReceived, batch=7)
    async def count_notes(events: Sequence[Event], service: list[str]) -> Effect:
        service.extend(what_of(event) for event in events)
        return lambda tx: None

    service: list[str] = []
    subscription = subscribe(count_notes, service)
    assert (subscription.name, subscription.event, subscription.batch) == (
        "count_notes",
        MessageReceived,
        7,
    )
    await subscription.handle([noted("a")])
    assert service == ["a"]
