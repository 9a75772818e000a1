"""Outbox, relay, inbox and dead letters: an event is told if, and only if, its rows committed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

import anyio
import structlog
from sqlalchemy import Column, Index, Integer, String, Table, Text, delete, func, insert, select

from customerai.core.bus import Bus
from customerai.core.clock import Clock
from customerai.core.db import Database, Transaction, insert_new
from customerai.core.errors import NotFound
from customerai.core.events import Effect, Envelope, Event, Subscription
from customerai.core.ids import new_id
from customerai.core.schema import JsonColumn, Timestamp, metadata
from customerai.core.schema import Sequence as SequenceType
from customerai.core.telemetry import Metrics

log = structlog.get_logger(__name__)

outbox_event = Table(
    "outbox_event",
    metadata,
    Column("seq", SequenceType, primary_key=True, autoincrement=True),
    Column("tenant", String(64), nullable=False),
    Column("id", String(64), nullable=False),
    Column("name", String(128), nullable=False),
    Column("payload", JsonColumn, nullable=False),
    # An event that is told again to one handler, from the dead letters.
    Column("handler", String(128), nullable=True),
)

inbox_event = Table(
    "inbox_event",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("handler", String(128), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("handled_at", Timestamp, nullable=False),
    Index("ix_inbox_event_handled_at", "handled_at"),
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
)

_RELAY_BATCH = 512
_POLL_S = 1.0
_BACKOFF_S = (0.05, 0.25, 1.0)


class DeadLetterNotFound(NotFound):
    """No parked event with that id for that handler in this tenant."""

    def __init__(self) -> None:
        super().__init__("No such dead letter; it may have been told again already.")


def add(tx: Transaction, *events: Event) -> None:
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
                    "handler": None,
                }
                for event in events
            ],
        )


def depth(tx: Transaction) -> int:
    """Events that were not told yet."""
    return int(tx.execute(select(func.count()).select_from(outbox_event)).scalar_one())


def dead_letters(tx: Transaction, tenant: str, *, limit: int = 100) -> list[dict[str, Any]]:
    """The parked events of a tenant, newest first, without their payloads."""
    columns = [column for column in dead_letter.c if column.name not in ("tenant", "payload")]
    rows = tx.execute(
        select(*columns)
        .where(dead_letter.c.tenant == tenant)
        .order_by(dead_letter.c.parked_at.desc())
        .limit(limit)
    )
    return [dict(row._mapping) for row in rows]


def redrive(tx: Transaction, tenant: str, handler: str, event_id: str) -> None:
    """Tell a parked event again, to the handler that refused it.

    Raises:
        DeadLetterNotFound: nothing is parked under that id.
    """
    here = (
        (dead_letter.c.tenant == tenant)
        & (dead_letter.c.handler == handler)
        & (dead_letter.c.id == event_id)
    )
    row = tx.execute(select(dead_letter).where(here)).one_or_none()
    if row is None:
        raise DeadLetterNotFound
    tx.execute(delete(dead_letter).where(here))
    tx.execute(
        insert(outbox_event).values(
            tenant=tenant, id=row.id, name=row.name, payload=row.payload, handler=handler
        )
    )


class Relay:
    """Moves events from the outbox to the bus, in order, and forgets those that it took.

    Args:
        poll_s: the pause after a fault, and the longest one without a commit of this process.
    """

    def __init__(self, db: Database, bus: Bus, *, poll_s: float = _POLL_S) -> None:
        self._db = db
        self._bus = bus
        self._poll_s = poll_s
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
        """Publish what waits, one batch; returns its size."""
        rows = await self._db.read(
            lambda tx: tx.execute(
                select(outbox_event).order_by(outbox_event.c.seq).limit(_RELAY_BATCH)
            ).all()
        )
        if not rows:
            return 0
        for handler in dict.fromkeys(row.handler for row in rows):
            await self._bus.publish(
                [Envelope(r.id, r.name, r.payload) for r in rows if r.handler == handler],
                only=handler,
            )
        # SQLite numbers an emptied table from 1 again: a number alone may name a later event.
        taken = [row.seq for row in rows], [row.id for row in rows]

        def forget(tx: Transaction) -> None:
            tx.execute(
                delete(outbox_event).where(
                    outbox_event.c.seq.in_(taken[0]), outbox_event.c.id.in_(taken[1])
                )
            )

        await self._db.write(forget)
        return len(rows)


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
        except Exception:  # noqa: BLE001 - any fault of a handler ends in retry or dead letter
            for envelope in envelopes:
                await self._deliver_alone(envelope)

    async def _deliver_alone(self, envelope: Envelope) -> None:
        for attempt, pause_s in enumerate((0.0, *self._backoff_s), start=1):
            await asyncio.sleep(pause_s)
            try:
                await self._handle([envelope])
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
        await self._park(envelope, last)

    async def _handle(self, envelopes: Sequence[Envelope]) -> None:
        name = self.subscription.name
        by_tenant: dict[str, list[Envelope]] = {}
        for envelope in envelopes:
            by_tenant.setdefault(envelope.payload["tenant"], []).append(envelope)
        for tenant, group in by_tenant.items():
            ids = [envelope.id for envelope in group]
            seen = await self._db.read(partial(_seen, tenant, name, ids))
            fresh = [envelope for envelope in group if envelope.id not in seen]
            if not fresh:
                continue
            effect = await self.subscription.handle(
                [self.subscription.event(**envelope.payload) for envelope in fresh]
            )

            await self._db.write(partial(self._commit, tenant, fresh, self._clock.now(), effect))
            self._metrics.events_handled.labels(handler=name, outcome="done").inc(len(fresh))

    def _commit(
        self,
        tenant: str,
        envelopes: list[Envelope],
        now: datetime,
        effect: Effect,
        tx: Transaction,
    ) -> None:
        # A repeat that raced us breaks the key here, which undoes both.
        tx.execute(
            insert(inbox_event),
            [
                {"tenant": tenant, "handler": self.subscription.name, "id": e.id, "handled_at": now}
                for e in envelopes
            ],
        )
        effect(tx)

    async def _park(self, envelope: Envelope, error: str) -> None:
        row = {
            "tenant": envelope.payload["tenant"],
            "handler": self.subscription.name,
            "id": envelope.id,
            "name": envelope.name,
            "payload": envelope.payload,
            "attempts": len(self._backoff_s) + 1,
            "error": error,
            "parked_at": self._clock.now(),
        }
        await self._db.write(lambda tx: insert_new(tx, dead_letter, [row]))
        self._metrics.events_handled.labels(handler=self.subscription.name, outcome="parked").inc()
        log.error("outbox.event_parked", handler=self.subscription.name, event_id=envelope.id)


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
