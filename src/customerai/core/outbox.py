"""Outbox, relay, inbox and parking: an event is told if, and only if, its rows committed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timezone
from functools import partial
from typing import Any

import anyio
import structlog
from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Integer,
    Row,
    SmallInteger,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from customerai.core.bus import Bus
from customerai.core.clock import Clock
from customerai.core.db import Database, Transaction, engine_now, insert_new, is_shared
from customerai.core.errors import Unavailable
from customerai.core.events import Effect, Envelope, Event, Subscription
from customerai.core.ids import made_at, new_id
from customerai.core.schema import JsonColumn, Timestamp, metadata
from customerai.core.telemetry import Metrics

log = structlog.get_logger(__name__)

outbox_event = Table(
    "outbox_event",
    metadata,
    Column("tenant", String(64), primary_key=True),
    # In order of time: ids of one process rise, those of several follow their clocks.
    Column("id", String(64), primary_key=True),
    # The one handler to which an event is told again, from the dead letters; empty: all.
    Column("handler", String(128), primary_key=True),
    Column("name", String(128), nullable=False),
    Column("payload", JsonColumn, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("claimed_by", String(64), nullable=True),
    Column("claimed_until", Timestamp, nullable=True),
    Index("ix_outbox_event_next", "priority", "id"),
)

inbox_event = Table(
    "inbox_event",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("handler", String(128), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("handled_at", Timestamp, nullable=False),
    Index("ix_inbox_event_handled_at", "handled_at"),
    postgresql_partition_by="RANGE (id)",
)

dead_letter = Table(
    "dead_letter",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("handler", String(128), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("name", String(128), nullable=False),
    Column("payload", JsonColumn, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("parked_at", Timestamp, nullable=False),
    Index("ix_dead_letter_parked", "tenant", "parked_at", "id", "handler"),
    Index("ix_dead_letter_kind", "tenant", "handler", "name", "error", "parked_at"),
)

_RELAY_BATCH = 512
_POLL_S = 1.0
_LEASE_S = 6.0  # after which what a dead relay had claimed is told by another
_RENEW_S = 2.0
_MOST_OVERTAKEN = 5  # times that a handler may find its events handled by another meanwhile
_PRUNED_AT_ONCE = 5000
BULK, NORMAL = 0, 1
"""Priorities: what is imported waits while live traffic is told."""

_ALL = ""
_NEVER = datetime(1970, 1, 1, tzinfo=timezone.utc)  # the server's clock counts
_ORDER = (outbox_event.c.priority.desc(), outbox_event.c.id)
_BACKOFF_S = (0.05, 0.25, 1.0)


class _Overtaken(Exception):
    """Another delivery has handled one of the events meanwhile; this one is undone."""


def add(tx: Transaction, *events: Event, priority: int = NORMAL) -> None:
    """Tell these events once the transaction has committed."""
    if events:
        tx.execute(
            insert(outbox_event),
            [
                {
                    "tenant": event.tenant,
                    "id": new_id("evt"),
                    "name": event.name,
                    "payload": event.payload(),
                    "handler": _ALL,
                    "priority": priority,
                }
                for event in events
            ],
        )


def depth(tx: Transaction) -> int:
    """Events that were not told yet."""
    return int(tx.execute(select(func.count()).select_from(outbox_event)).scalar_one())


def oldest_s(tx: Transaction, now: datetime) -> float:
    """For how many seconds the oldest event has waited to be told; 0 when none waits."""
    oldest = [
        tx.execute(
            select(outbox_event.c.id)
            .where(outbox_event.c.priority == priority, outbox_event.c.handler == _ALL)
            .order_by(outbox_event.c.id)
            .limit(1)
        ).scalar()
        for priority in (BULK, NORMAL)
    ]
    made = [at for at in (made_at(event_id) for event_id in oldest if event_id) if at is not None]
    return max((now - min(made)).total_seconds(), 0.0) if made else 0.0


def prune(tx: Transaction, before: datetime) -> int:
    """Forget some events that were handled before a time; returns how many."""
    old = tx.execute(
        select(inbox_event.c.tenant, inbox_event.c.handler, inbox_event.c.id)
        .where(inbox_event.c.handled_at < before)
        .limit(_PRUNED_AT_ONCE)
    ).all()
    by_handler: dict[tuple[str, str], list[str]] = {}
    for row in old:
        by_handler.setdefault((row.tenant, row.handler), []).append(row.id)
    for (tenant, handler), ids in by_handler.items():
        tx.execute(
            delete(inbox_event).where(
                inbox_event.c.tenant == tenant,
                inbox_event.c.handler == handler,
                inbox_event.c.id.in_(ids),
            )
        )
    return len(old)


class Relay:
    """Moves events from the outbox to the bus, in order, and forgets those that it took.

    Args:
        poll_s: the pause after a fault, and the longest one without a commit of this process.
    """

    def __init__(self, db: Database, bus: Bus, *, poll_s: float = _POLL_S) -> None:
        self._db = db
        self._bus = bus
        self._poll_s = poll_s
        self._me = new_id("relay")
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Relay until cancelled."""
        self._db.on_commit(self._wake.set)
        while True:
            self._wake.clear()
            try:
                if not await self.relay_once():
                    with anyio.move_on_after(self._poll_s):
                        await self._wake.wait()
            except Exception as error:  # noqa: BLE001 - a relay loop must outlive a fault
                log.error("outbox.relay_failed", error_type=type(error).__name__)
                await asyncio.sleep(self._poll_s)

    async def relay_once(self) -> int:
        """Publish what waits, one batch; returns its size.

        Where several processes share a database the batch is claimed first, so that no two tell
        the same events; the claim is kept up while they are told, and ends soon after a relay
        that was killed.
        """
        rows = await self._next()
        if not rows:
            return 0
        if rows[0].claimed_by is None:
            await self._publish(rows)
        else:
            await self._publish_claimed(rows)
        await self._db.write(partial(_forget, rows))
        return len(rows)

    async def _next(self) -> Sequence[Row[Any]]:
        waiting, must_be_claimed = await self._db.read(_peek)
        if not (waiting and must_be_claimed):
            return waiting
        return await self._db.write(partial(_claim, self._me))

    async def _publish_claimed(self, rows: Sequence[Row[Any]]) -> None:
        keeping = asyncio.create_task(self._keep_claim())
        try:
            await self._publish(rows)
        except BaseException:
            with anyio.CancelScope(shield=True), suppress(Unavailable):
                await self._db.write(partial(_unclaim, self._me))
            raise
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    async def _keep_claim(self) -> None:
        while True:
            await asyncio.sleep(_RENEW_S)
            with suppress(Unavailable):
                await self._db.write(partial(_renew, self._me))

    async def _publish(self, rows: Sequence[Row[Any]]) -> None:
        for handler in dict.fromkeys(row.handler for row in rows):
            await self._bus.publish(
                [
                    Envelope(row.id, row.name, row.payload, row.priority)
                    for row in rows
                    if row.handler == handler
                ],
                only=handler or None,
            )


def _peek(tx: Transaction) -> tuple[Sequence[Row[Any]], bool]:
    """What waits, and whether it must be claimed; on SQLite this process alone tells it."""
    first = select(outbox_event).order_by(*_ORDER)
    if not is_shared(tx):
        return tx.execute(first.limit(_RELAY_BATCH)).all(), False
    return tx.execute(first.where(_unclaimed(tx)).limit(1)).all(), True


def _unclaimed(tx: Transaction) -> ColumnElement[bool]:
    until = outbox_event.c.claimed_until
    return or_(until.is_(None), until < engine_now(tx, _NEVER))


def _claim(worker: str, tx: Transaction) -> Sequence[Row[Any]]:
    free = (
        select(*outbox_event.primary_key)
        .where(_unclaimed(tx))
        .order_by(*_ORDER)
        .limit(_RELAY_BATCH)
        .with_for_update(skip_locked=True)
    )
    rows = tx.execute(
        update(outbox_event)
        .where(tuple_(*outbox_event.primary_key).in_(free))
        .values(claimed_by=worker, claimed_until=engine_now(tx, _NEVER, after_s=_LEASE_S))
        .returning(*outbox_event.c)
    )
    return sorted(rows, key=lambda row: (-row.priority, row.id))


def _renew(worker: str, tx: Transaction) -> None:
    tx.execute(
        update(outbox_event)
        .where(outbox_event.c.claimed_by == worker)
        .values(claimed_until=engine_now(tx, _NEVER, after_s=_LEASE_S))
    )


def _unclaim(worker: str, tx: Transaction) -> None:
    tx.execute(
        update(outbox_event)
        .where(outbox_event.c.claimed_by == worker)
        .values(claimed_by=None, claimed_until=None)
    )


def _forget(rows: Sequence[Row[Any]], tx: Transaction) -> None:
    """Drop events that were told, unless another relay has claimed them meanwhile."""
    by_place: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        by_place.setdefault((row.tenant, row.handler), []).append(row.id)
    for (tenant, handler), ids in by_place.items():
        tx.execute(
            delete(outbox_event).where(
                outbox_event.c.tenant == tenant,
                outbox_event.c.handler == handler,
                outbox_event.c.id.in_(ids),
                outbox_event.c.claimed_by.is_not_distinct_from(rows[0].claimed_by),
            )
        )


class Consumer:
    """Feeds one handler: skips what it handled, retries what fails, parks what keeps failing.

    Args:
        backoff_s: the pauses before a failing event is tried again; then it is parked.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        metrics: Metrics,
        subscription: Subscription,
        *,
        backoff_s: Sequence[float] = _BACKOFF_S,
    ) -> None:
        self._db = db
        self._clock = clock
        self._metrics = metrics
        self._backoff_s = tuple(backoff_s)
        self.subscription = subscription

    async def deliver(self, envelopes: Sequence[Envelope]) -> None:
        """Handle a list of events of the subscribed kind; returns when each is done or parked."""
        size = self.subscription.batch
        for start in range(0, len(envelopes), size):
            await self._deliver(envelopes[start : start + size])

    async def _deliver(self, envelopes: Sequence[Envelope]) -> None:
        try:
            await self._handle(envelopes)
        except Unavailable:
            raise  # it is not the events' fault, and would not be cured by parking them
        except Exception:  # noqa: BLE001 - any fault of a handler ends in retry or dead letter
            for envelope in envelopes:
                await self._deliver_alone(envelope)

    async def _deliver_alone(self, envelope: Envelope) -> None:
        for attempt, pause_s in enumerate((0.0, *self._backoff_s), start=1):
            await asyncio.sleep(pause_s)
            try:
                await self._handle([envelope])
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001 - see above
                log.warning(
                    "outbox.handler_failed",
                    handler=self.subscription.name,
                    event_id=envelope.id,
                    attempt=attempt,
                    error_type=type(error).__name__,
                )
                last = type(error).__name__
            else:
                return
        await park(
            self._db,
            self._clock,
            self._metrics,
            handler=self.subscription.name,
            envelope=envelope,
            error=last,
            attempts=len(self._backoff_s) + 1,
        )

    async def _handle(self, envelopes: Sequence[Envelope]) -> None:
        by_tenant: dict[str, dict[str, Envelope]] = {}
        for envelope in envelopes:
            by_tenant.setdefault(envelope.payload["tenant"], {})[envelope.id] = envelope
        for tenant, group in by_tenant.items():
            await self._handle_of(tenant, list(group.values()))

    async def _handle_of(self, tenant: str, group: Sequence[Envelope]) -> None:
        """Handle a tenant's events; what another delivery handles meanwhile is left out."""
        name = self.subscription.name
        ids = [envelope.id for envelope in group]
        for _ in range(_MOST_OVERTAKEN):
            seen = await self._db.read(partial(_seen, tenant, name, ids), tenant=tenant)
            fresh = [envelope for envelope in group if envelope.id not in seen]
            if not fresh:
                return
            effect = await self.subscription.handle(
                [self.subscription.event.of(envelope.payload) for envelope in fresh]
            )
            commit = partial(self._commit, tenant, fresh, self._clock.now(), effect)
            try:
                await self._db.write(commit, tenant=tenant)
            except _Overtaken:
                continue
            self._metrics.events_handled.labels(handler=name, outcome="done").inc(len(fresh))
            return
        raise _Overtaken

    def _commit(
        self,
        tenant: str,
        envelopes: Sequence[Envelope],
        now: datetime,
        effect: Effect,
        tx: Transaction,
    ) -> None:
        name = self.subscription.name
        rows = [
            {"tenant": tenant, "handler": name, "id": envelope.id, "handled_at": now}
            for envelope in envelopes
        ]
        # Waits for another delivery that has noted one of them and not committed yet.
        if insert_new(tx, inbox_event, rows) != len(rows):
            raise _Overtaken
        effect(tx)


async def park(
    db: Database,
    clock: Clock,
    metrics: Metrics,
    *,
    handler: str,
    envelope: Envelope,
    error: str,
    attempts: int = 0,
) -> None:
    """Put an event aside that a handler cannot take; people see it and may tell it again.

    Args:
        error: an error's class or a code of ours, never its message.
    """
    row = {
        "tenant": envelope.payload["tenant"],
        "handler": handler,
        "id": envelope.id,
        "name": envelope.name,
        "payload": envelope.payload,
        "attempts": attempts,
        "error": error,
        "parked_at": clock.now(),
    }
    await db.write(lambda tx: insert_new(tx, dead_letter, [row]))
    metrics.events_handled.labels(handler=handler, outcome="parked").inc()
    log.error("outbox.event_parked", handler=handler, event_id=envelope.id)


def _seen(tenant: str, handler: str, ids: list[str], tx: Transaction) -> set[str]:
    return set(
        tx.execute(
            select(inbox_event.c.id).where(
                inbox_event.c.tenant == tenant,
                inbox_event.c.handler == handler,
                inbox_event.c.id.in_(ids),
            )
        ).scalars()
    )


def count_dead_letters(tx: Transaction) -> int:
    """Events that are parked, of all tenants."""
    return int(tx.execute(select(func.count()).select_from(dead_letter)).scalar_one())
