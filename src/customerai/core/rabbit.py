"""Events through RabbitMQ, at least once; needs the extra `rabbitmq`. See docs/decisions/0007.

What is where, behind the prefix of the settings:

- `<prefix>.events`, a topic exchange: `live.<event name>` and `bulk.<event name>`;
- `<prefix>.<handler>` and `<prefix>.<handler>.bulk`, a quorum queue each: quorum queues know no
  priorities, so each class of work has its own, and its own consumer with its share of prefetch;
- `<prefix>.dead`, exchange and quorum queue: what came back too often, on its way to the table.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterable, Sequence
from typing import Any, Final

import aio_pika
import anyio
import orjson
import structlog
from aio_pika.abc import (
    AbstractChannel,
    AbstractConnection,
    AbstractExchange,
    AbstractQueue,
)
from aio_pika.exceptions import (
    AMQPError,
    ChannelInvalidStateError,
    ChannelPreconditionFailed,
    DeliveryError,
    PublishError,
)
from yarl import URL

from customerai.core.bus import BusUnavailable, Deliver, Park
from customerai.core.events import Envelope
from customerai.core.rabbit_lanes import (
    BULK,
    FIRST_PAUSE_S,
    LIVE,
    LONGEST_PAUSE_S,
    DeadLane,
    Handler,
    HandlerLane,
    Lane,
    Names,
    Quiet,
)
from customerai.core.settings import BusSettings
from customerai.core.telemetry import Metrics

log = structlog.get_logger(__name__)

_FAULTS: Final = (AMQPError, ChannelInvalidStateError, OSError, TimeoutError, asyncio.TimeoutError)
_CLOSE_S: Final = 2.0
_CHANCE: Final = random.SystemRandom()
_DRAIN_S: Final = 8.0


class RabbitBus:
    """Hands events to RabbitMQ with confirms, and takes them with acknowledgement after commit."""

    def __init__(
        self,
        settings: BusSettings,
        metrics: Metrics,
        *,
        known: Iterable[tuple[str, str]],
        park: Park,
    ) -> None:
        assert settings.url is not None
        address = URL(settings.url.get_secret_value())
        self._address = address.update_query(
            {"heartbeat": str(settings.heartbeat_s), **dict(address.query)}
        )
        self._settings = settings
        self._metrics = metrics
        self._park = park
        self._names = Names(settings.prefix)
        self._known: dict[str, list[str]] = {}
        for event_name, handler in known:
            self._note_known(event_name, handler)
        self._handlers: dict[str, Handler] = {}
        self._publisher: _Publisher | None = None
        self._opening: asyncio.Task[_Publisher] | None = None
        self._lanes: list[Lane] = []
        self._links: dict[str, bool] = {}
        self._ending = asyncio.Event()
        self._live_lanes_at_work = Quiet()

    def subscribe(
        self, event_name: str, handler: str, deliver: Deliver, *, batch: int = 64
    ) -> None:
        self._note_known(event_name, handler)
        entry = self._handlers.setdefault(handler, Handler())
        entry.deliver[event_name] = deliver
        entry.batch = batch

    def _note_known(self, event_name: str, handler: str) -> None:
        handlers = self._known.setdefault(event_name, [])
        if handler not in handlers:
            handlers.append(handler)

    # -- telling

    async def publish(self, envelopes: Sequence[Envelope], *, only: str | None = None) -> None:
        if not envelopes:
            return
        try:
            with anyio.fail_after(self._settings.publish_timeout_s):
                publisher = await self._open_publisher()
                # All are on their way before the first confirm is awaited.
                results = await asyncio.gather(
                    *(publisher.send(envelope, only) for envelope in envelopes),
                    return_exceptions=True,
                )
        except _FAULTS as error:
            await self._give_up_publisher(error, len(envelopes))
            raise BusUnavailable from error
        faults = [result for result in results if isinstance(result, BaseException)]
        confirmed = len(results) - len(faults)
        self._metrics.bus_published.labels(outcome="confirmed").inc(confirmed)
        if faults:
            await self._give_up_publisher(faults[0], len(faults))
            raise BusUnavailable from faults[0]

    async def _open_publisher(self) -> _Publisher:
        if self._publisher is not None and not self._publisher.is_closed:
            return self._publisher
        if self._opening is None or self._opening.done():
            # A task of its own, for the reason that `run` gives.
            self._opening = asyncio.create_task(self._make_publisher(), name="bus.open")
            self._opening.add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(self._opening)

    async def _make_publisher(self) -> _Publisher:
        with anyio.fail_after(self._settings.publish_timeout_s):
            connection = await self._connect("publish")
            try:
                await self._declare(connection)
                publisher = await _Publisher.open(connection, self._names, self._known)
            except BaseException:
                await _close(connection)
                raise
        self._publisher = publisher
        self._note_up("publish")
        return publisher

    async def _give_up_publisher(self, error: BaseException, count: int) -> None:
        # Also when the events could merely not be routed: the next attempt declares all queues.
        outcome = (
            "unroutable"
            if isinstance(error, PublishError)
            else "refused"
            if isinstance(error, DeliveryError)
            else "failed"
        )
        self._metrics.bus_published.labels(outcome=outcome).inc(count)
        log.warning("bus.publish_failed", error_type=type(error).__name__, events=count)
        publisher, self._publisher = self._publisher, None
        self._note_down("publish")
        if publisher is not None:
            await _close(publisher.connection)

    # -- being told

    async def run(self) -> None:
        # In a task of its own, which is asked to end: a cancellation that reaches the client
        # library while it connects may be lost there.
        self._ending.clear()
        consuming = asyncio.create_task(self._keep_consuming(), name="bus.consume")
        try:
            await asyncio.wait({consuming})
            await consuming
        finally:
            self._ending.set()
            with anyio.CancelScope(shield=True):
                await asyncio.wait({consuming}, timeout=_DRAIN_S + _CLOSE_S)
                if not consuming.done():
                    consuming.cancel()
                    await asyncio.wait({consuming}, timeout=_CLOSE_S)

    async def _keep_consuming(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._ending.is_set():
            began = time.monotonic()
            try:
                await self._consume()
            except _FAULTS as error:
                if not self._ending.is_set():
                    log.warning("bus.consumer_lost", error_type=type(error).__name__)
            if time.monotonic() - began > LONGEST_PAUSE_S:
                pause_s = FIRST_PAUSE_S
            with anyio.move_on_after(pause_s * _CHANCE.uniform(0.8, 1.2)):
                await self._ending.wait()
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def _consume(self) -> None:
        """Consume until the connection or one of the consumers ends, or the bus shall."""
        self._note_down("consume")
        with anyio.fail_after(self._settings.connect_timeout_s * 2):
            connection = await self._connect("consume")
        lanes: list[Lane] = []
        working: list[asyncio.Future[Any]] = []
        watching = [
            asyncio.ensure_future(connection.closed()),
            asyncio.ensure_future(self._ending.wait()),
        ]
        try:
            with anyio.fail_after(self._settings.publish_timeout_s):
                await self._declare(connection)
                lanes = await self._open_lanes(connection)
            working = [asyncio.ensure_future(lane.run()) for lane in lanes]
            self._note_up("consume")
            log.info("bus.consuming", queues=len(lanes))
            await asyncio.wait([*working, *watching], return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._note_down("consume")
            for lane in lanes:
                lane.stop()
            # What is in hand is finished and acknowledged, also when this is a cancellation.
            with anyio.move_on_after(_DRAIN_S, shield=True):
                if working:
                    await asyncio.wait(working)
            for task in (*working, *watching):
                task.cancel()
            ended = await asyncio.gather(*working, *watching, return_exceptions=True)
            self._lanes = []
            await _close(connection)
        for end in ended:
            if isinstance(end, Exception):
                raise end
        if not self._ending.is_set():
            raise ConnectionError  # the broker said goodbye

    async def _open_lanes(self, connection: AbstractConnection) -> list[Lane]:
        lanes: list[Lane] = []
        for name, handler in self._handlers.items():
            for kind in (LIVE, BULK):
                lanes.append(
                    HandlerLane(
                        self._settings,
                        self._metrics,
                        self._names.queue(name, kind),
                        name,
                        handler,
                        live=self._live_lanes_at_work,
                        bulk=kind == BULK,
                    )
                )
        lanes.append(DeadLane(self._metrics, self._names, self._park))
        # Counted from now on: a lane takes events as soon as it is open, before the others are.
        self._lanes = lanes
        await asyncio.gather(*(lane.open(connection) for lane in lanes))
        return lanes

    async def pending(self) -> int:
        """Events that wait in the queues, and those that are in hand here.

        What another process has in hand is not seen.
        """
        count = 0
        seen = set()
        for lane in self._lanes:
            seen.add(lane.queue_name)
            count += await lane.pending()
        left = [name for name in (*self._queues(), self._names.dead) if name not in seen]
        if left:
            publisher = await self._open_publisher()
            for name in left:
                count += await publisher.ready(name)
        return count

    async def close(self) -> None:
        if self._opening is not None:
            await asyncio.wait({self._opening}, timeout=_CLOSE_S)
        publisher, self._publisher = self._publisher, None
        if publisher is not None:
            await _close(publisher.connection)
        self._links.clear()
        self._metrics.bus_connected.set(0)

    # -- the broker

    async def _connect(self, purpose: str) -> AbstractConnection:
        # One connection tells and one is told: a broker that is out of disk or memory stops
        # reading from connections that publish, and acknowledgements must still reach it.
        return await aio_pika.connect(
            self._address.update_query({"name": f"customerai {purpose}"}),
            timeout=self._settings.connect_timeout_s,
        )

    def _queues(self) -> list[str]:
        handlers = dict.fromkeys(name for names in self._known.values() for name in names)
        return [self._names.queue(name, kind) for name in handlers for kind in (LIVE, BULK)]

    async def _declare(self, connection: AbstractConnection) -> None:
        """Make every exchange and queue of the installation that is not there yet."""
        channel = await connection.channel()
        events = await channel.declare_exchange(
            self._names.events, aio_pika.ExchangeType.TOPIC, durable=True
        )
        dead = await channel.declare_exchange(
            self._names.dead, aio_pika.ExchangeType.FANOUT, durable=True
        )
        parked = await _declare_queue(connection, self._names.dead, {})
        await parked.bind(dead)
        arguments = {
            "x-delivery-limit": self._settings.delivery_limit,
            "x-dead-letter-exchange": self._names.dead,
            # The broker forgets an event here only when the other queue has it on disk; that
            # asks for this way to overflow, although the queue has no bound.
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        }
        queues = {
            name: await _declare_queue(connection, name, arguments) for name in self._queues()
        }
        for event_name, handlers in self._known.items():
            for handler in handlers:
                for kind in (LIVE, BULK):
                    queue = queues[self._names.queue(handler, kind)]
                    await queue.bind(events, f"{kind}.{event_name}")
        await channel.close()
        for queue in (parked, *queues.values()):
            if not queue.channel.is_closed:
                await queue.channel.close()

    def _note_up(self, purpose: str) -> None:
        self._links[purpose] = True
        self._metrics.bus_connected.set(all(self._links.values()))

    def _note_down(self, purpose: str) -> None:
        self._links[purpose] = False
        self._metrics.bus_connected.set(0)


async def _declare_queue(
    connection: AbstractConnection, name: str, arguments: dict[str, Any]
) -> AbstractQueue:
    channel = await connection.channel()
    try:
        queue: AbstractQueue = await channel.declare_queue(
            name, durable=True, arguments={"x-queue-type": "quorum", **arguments}
        )
    except ChannelPreconditionFailed:
        # It was made with other settings, which a queue keeps for life.
        log.warning("bus.queue_kept_its_arguments", queue=name)
        channel = await connection.channel()
        queue = await channel.declare_queue(name, durable=True, passive=True)
    return queue


async def _close(connection: AbstractConnection) -> None:
    with anyio.move_on_after(_CLOSE_S, shield=True):
        try:
            await connection.close()
        except _FAULTS as error:
            log.debug("bus.close_failed", error_type=type(error).__name__)


def _kind_of(envelope: Envelope) -> str:
    return LIVE if envelope.priority > 0 else BULK


def _encode(envelope: Envelope) -> aio_pika.Message:
    return aio_pika.Message(
        orjson.dumps(
            {
                "id": envelope.id,
                "name": envelope.name,
                "payload": envelope.payload,
                "priority": envelope.priority,
            }
        ),
        message_id=envelope.id,
        type=envelope.name,
        content_type="application/json",
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )


class _Publisher:
    """A connection that tells."""

    def __init__(
        self,
        connection: AbstractConnection,
        channel: AbstractChannel,
        events: AbstractExchange,
        names: Names,
        known: dict[str, list[str]],
    ) -> None:
        self.connection = connection
        self._channel = channel
        self._events = events
        self._names = names
        self._known = known

    @classmethod
    async def open(
        cls, connection: AbstractConnection, names: Names, known: dict[str, list[str]]
    ) -> _Publisher:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        events = await channel.get_exchange(names.events, ensure=False)
        return cls(connection, channel, events, names, known)

    @property
    def is_closed(self) -> bool:
        return self.connection.is_closed or self._channel.is_closed

    async def send(self, envelope: Envelope, only: str | None) -> None:
        """Tell one event; returns when the broker has it on disk in every queue that wants it."""
        kind = _kind_of(envelope)
        if only is not None:
            if not any(only in handlers for handlers in self._known.values()):
                return  # a handler that no version knows any more
            exchange, key = self._channel.default_exchange, self._names.queue(only, kind)
        else:
            exchange, key = self._events, f"{kind}.{envelope.name}"
        # An event that nobody handles is no fault; one whose queue is missing is.
        wanted = only is not None or bool(self._known.get(envelope.name))
        await exchange.publish(_encode(envelope), key, mandatory=wanted)

    async def ready(self, queue_name: str) -> int:
        """Events that wait in a queue."""
        queue = await self._channel.declare_queue(queue_name, passive=True)
        return queue.declaration_result.message_count or 0
