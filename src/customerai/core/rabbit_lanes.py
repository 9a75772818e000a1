"""The consumers of RabbitMQ: one for each queue, which settle what was committed."""

from __future__ import annotations

import asyncio
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

import anyio
import orjson
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import AMQPError, ChannelInvalidStateError

from customerai.core.bus import Deliver, Park
from customerai.core.errors import Unavailable
from customerai.core.events import Envelope
from customerai.core.settings import BusSettings
from customerai.core.telemetry import Metrics

log = structlog.get_logger(__name__)

FIRST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 5.0
_GATHER_S: Final = 0.003
"""How long a consumer waits for a fuller batch: less than a commit takes."""
_YIELD_S: Final = 0.1
"""How long work in bulk stands back for live work; not longer, so that it never starves."""
_LOOK_S: Final = 15.0
"""How often a quiet consumer makes sure that the broker still knows it."""
_RESIZE_S: Final = 0.2
LIVE, BULK = "live", "bulk"


@dataclass(frozen=True)
class Names:
    prefix: str

    @property
    def events(self) -> str:
        return f"{self.prefix}.events"

    @property
    def dead(self) -> str:
        return f"{self.prefix}.dead"

    def queue(self, handler: str, kind: str) -> str:
        return f"{self.prefix}.{handler}" + (f".{BULK}" if kind == BULK else "")

    def handler_of(self, queue: str) -> str:
        return queue.removeprefix(f"{self.prefix}.").removesuffix(f".{BULK}")


@dataclass
class Handler:
    deliver: dict[str, Deliver] = field(default_factory=dict)
    batch: int = 64


def _decode(message: AbstractIncomingMessage) -> Envelope:
    """Raises ValueError, KeyError or TypeError for what is no event of ours."""
    body = orjson.loads(message.body)
    if not isinstance(body["payload"], dict):
        raise TypeError
    return Envelope(
        id=str(body["id"]),
        name=str(body["name"]),
        payload=body["payload"],
        priority=int(body.get("priority", 1)),
    )


class Quiet:
    """Says when nobody works."""

    def __init__(self) -> None:
        self._at_work = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    def __enter__(self) -> None:
        self._at_work += 1
        self._quiet.clear()

    def __exit__(self, *_: object) -> None:
        self._at_work -= 1
        if not self._at_work:
            self._quiet.set()

    async def wait(self, longest_s: float) -> None:
        if not self._quiet.is_set():
            with anyio.move_on_after(longest_s):
                await self._quiet.wait()


class Lane(ABC):
    """One queue's consumer, on a channel of its own."""

    def __init__(self, queue_name: str) -> None:
        self.queue_name = queue_name
        self._arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        self._unsettled = 0
        self._of_subscription = 0
        self._stopping = asyncio.Event()
        self._prefetch = 0
        self._tag: str | None = None
        self._is_open = False
        self._channel: AbstractChannel
        self._queue: AbstractQueue

    async def open(self, connection: AbstractConnection) -> None:
        self._channel = await connection.channel(publisher_confirms=False)
        self._queue = await self._channel.get_queue(self.queue_name, ensure=False)
        self._is_open = True
        await self._fetch(1)

    def stop(self) -> None:
        """Take nothing more; `run` returns once what is in hand is settled."""
        self._stopping.set()

    async def run(self) -> None:
        try:
            while (message := await self._next()) is not None:
                await self._take(message)
        finally:
            self._stopping.set()

    async def pending(self) -> int:
        if not self._is_open:
            return 1  # nobody knows yet
        ready = await self._ready()
        if not ready:
            # Asked twice, on the consumer's own channel: an event that had left the queue before
            # the first answer has been sent here before the second.
            ready = await self._ready()
            for _ in range(5):  # the steps from the socket to our inbox
                await asyncio.sleep(0)
        return ready + self._unsettled

    async def _ready(self) -> int:
        try:
            queue = await self._channel.declare_queue(self.queue_name, passive=True)
        except (AMQPError, ChannelInvalidStateError):
            return 1  # between two connections; nobody knows
        return queue.declaration_result.message_count or 0

    @abstractmethod
    async def _take(self, message: AbstractIncomingMessage) -> None:
        """Handle one message, or put it with those that are handled together."""

    async def _next(self) -> AbstractIncomingMessage | None:
        """The next event, or None once the lane has stopped and nothing is left in hand."""
        if self._stopping.is_set():
            await self._cancel()
        while self._arrived.empty():
            if self._stopping.is_set():
                return None
            arrival = asyncio.ensure_future(self._arrived.get())
            stop = asyncio.ensure_future(self._stopping.wait())
            await asyncio.wait(
                (arrival, stop), timeout=_LOOK_S, return_when=asyncio.FIRST_COMPLETED
            )
            stop.cancel()
            if arrival.done():
                return arrival.result()
            arrival.cancel()
            if self._stopping.is_set():
                await self._cancel()
            else:
                await self._look()
        return self._arrived.get_nowait()

    async def _look(self) -> None:
        """Make sure that the broker still sends: it may have cancelled when the queue moved."""
        consumers: Any = getattr(await self._channel.get_underlay_channel(), "consumers", {})
        if self._channel.is_closed or self._tag not in consumers:
            raise ConnectionError

    async def _fetch(self, count: int) -> None:
        """Let the broker send so many ahead; a limit holds from the next subscription on."""
        await self._cancel()
        await self._channel.set_qos(prefetch_count=count)
        # A name of our own: the library would draw one from the random numbers of the process.
        self._tag, self._of_subscription = uuid.uuid4().hex, 0
        await self._queue.consume(self._arrive, consumer_tag=self._tag)
        self._prefetch = count

    async def _cancel(self) -> None:
        if self._tag is not None:
            tag, self._tag = self._tag, None
            await self._queue.cancel(tag)

    async def _arrive(self, message: AbstractIncomingMessage) -> None:
        self._unsettled += 1
        self._of_subscription += message.consumer_tag == self._tag
        self._arrived.put_nowait(message)

    async def _ack(self, messages: Sequence[AbstractIncomingMessage]) -> None:
        for message in messages:
            await message.ack()
            self._settled(message)

    async def _return(self, message: AbstractIncomingMessage, *, requeue: bool) -> None:
        await message.nack(requeue=requeue)
        self._settled(message)

    def _settled(self, message: AbstractIncomingMessage) -> None:
        self._unsettled -= 1
        self._of_subscription -= message.consumer_tag == self._tag


def _came_back(message: AbstractIncomingMessage) -> bool:
    return bool(message.headers.get("x-delivery-count"))


class HandlerLane(Lane):
    """Feeds one handler with events of one class.

    It begins with one event in hand, and goes back to one whenever an event was here before: an
    event that kills the process then kills it alone, and the count that leads to the dead letters
    rises for no other. Otherwise it fetches ahead as much work as the settings say.
    """

    def __init__(
        self,
        settings: BusSettings,
        metrics: Metrics,
        queue_name: str,
        name: str,
        handler: Handler,
        *,
        live: Quiet,
        bulk: bool,
    ) -> None:
        super().__init__(queue_name)
        self._settings = settings
        self._outcomes = {
            outcome: metrics.bus_delivered.labels(handler=name, outcome=outcome)
            for outcome in ("done", "returned", "unreadable")
        }
        self._name = name
        self._handler = handler
        self._live = live
        self._bulk = bulk
        self._resized_at = 0.0
        self._put_back: AbstractIncomingMessage | None = None

    async def _next(self) -> AbstractIncomingMessage | None:
        if self._put_back is not None:
            message, self._put_back = self._put_back, None
            return message
        return await super()._next()

    async def _take(self, message: AbstractIncomingMessage) -> None:
        suspect = _came_back(message)
        if suspect:
            batch = [message]
            if self._prefetch > 1 and not self._stopping.is_set():
                await self._fetch(1)
        else:
            batch = await self._gather(message)
        if self._bulk:
            await self._live.wait(_YIELD_S)
            await self._work(batch)
        else:
            with self._live:
                await self._work(batch)

    async def _gather(self, first: AbstractIncomingMessage) -> list[AbstractIncomingMessage]:
        batch = [first]
        waited = self._prefetch <= 1
        while len(batch) < self._handler.batch:
            if self._arrived.empty():
                if waited:
                    break
                waited = True
                await asyncio.sleep(_GATHER_S)
                continue
            message = self._arrived.get_nowait()
            if _came_back(message):
                self._put_back = message
                break
            batch.append(message)
        return batch

    async def _work(self, messages: list[AbstractIncomingMessage]) -> None:
        began = time.perf_counter()
        readable = []
        for message in messages:
            try:
                readable.append((message, _decode(message)))
            except (ValueError, KeyError, TypeError):
                self._outcomes["unreadable"].inc()
                await self._return(message, requeue=False)
        if not readable:
            return
        try:
            await self._deliver([envelope for _, envelope in readable])
        except Exception as error:  # noqa: BLE001 - whatever it was, the events stay in the queue
            log.warning("bus.delivery_failed", handler=self._name, error_type=type(error).__name__)
            await self._work_apart(readable)
            return
        spent_s = time.perf_counter() - began
        if not _came_back(messages[0]) and not self._stopping.is_set():
            await self._resize(spent_s, len(readable))
        await self._ack([message for message, _ in readable])
        self._outcomes["done"].inc(len(readable))

    async def _deliver(self, envelopes: list[Envelope]) -> None:
        for name, group in groupby(envelopes, key=lambda envelope: envelope.name):
            deliver = self._handler.deliver.get(name)
            if deliver is not None:  # else of a subscription that ended; the queue keeps its bind
                await deliver(list(group))

    async def _work_apart(self, left: list[tuple[AbstractIncomingMessage, Envelope]]) -> None:
        """Tell a fault of one event from an outage of what all of them need.

        An event that fails by itself goes back to the queue, counted. While the database or
        another service is away and nothing succeeds, events are held and tried again, so that
        an outage does not make dead letters of what waited for its end.
        """
        began, pause_s = time.monotonic(), FIRST_PAUSE_S
        while True:
            failed, away = [], False
            for message, envelope in left:
                try:
                    await self._deliver([envelope])
                except Unavailable:
                    failed.append((message, envelope))
                    away = True
                except Exception:  # noqa: BLE001 - see above
                    failed.append((message, envelope))
                else:
                    await self._ack([message])
                    self._outcomes["done"].inc()
            if not failed:
                return
            hold = away and len(failed) == len(left) and not self._stopping.is_set()
            if not hold or time.monotonic() - began >= self._settings.hold_s:
                for message, _ in failed:
                    await self._return(message, requeue=True)
                    self._outcomes["returned"].inc()
                return
            if self._prefetch <= 1:
                await self._fetch(2)  # a second event shall show whether the first is at fault
            with anyio.move_on_after(pause_s):
                await self._stopping.wait()
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
            left = failed
            if len(left) < self._handler.batch and not self._arrived.empty():
                message = self._arrived.get_nowait()
                try:
                    left.append((message, _decode(message)))
                except (ValueError, KeyError, TypeError):
                    self._outcomes["unreadable"].inc()
                    await self._return(message, requeue=False)

    async def _resize(self, spent_s: float, handled: int) -> None:
        """Fetch ahead as much work as the settings say, by the time that the last batch took.

        Doubled while a batch takes less, and halved when it takes twice as much: a commit costs
        the same for one event as for many, so the time of one, taken times many, would keep
        every batch small.

        Before the acknowledgement and with as much in hand as was asked for, so that no event is
        on its way: one that meets the end of a subscription goes back, and is counted.
        """
        if self._of_subscription < self._prefetch:
            return
        share = self._settings.bulk_share if self._bulk else 1.0
        most = max(1, int(self._settings.max_prefetch * share))
        wanted, now = self._prefetch, time.monotonic()
        if spent_s <= self._settings.work_in_hand_s and 2 * handled >= min(
            self._prefetch, self._handler.batch
        ):
            wanted = min(most, 2 * self._prefetch)
        elif spent_s > 2 * self._settings.work_in_hand_s:
            wanted = max(1, self._prefetch // 2)
        small = self._prefetch < self._handler.batch
        if wanted != self._prefetch and (small or now - self._resized_at >= _RESIZE_S):
            self._resized_at = now
            await self._fetch(wanted)


class DeadLane(Lane):
    """Moves what came back too often from the broker into the table that people see."""

    def __init__(self, metrics: Metrics, names: Names, park: Park) -> None:
        super().__init__(names.dead)
        self._metrics = metrics
        self._names = names
        self._park = park

    async def _take(self, message: AbstractIncomingMessage) -> None:
        queue, reason = _death_of(message)
        handler = self._names.handler_of(queue)
        try:
            envelope = _decode(message)
        except (ValueError, KeyError, TypeError):
            # Not ours, so there is no tenant who could look at it.
            log.error("bus.unreadable_dropped", handler=handler, size_bytes=len(message.body))
            await self._ack([message])
            return
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                await self._park(handler, envelope, reason)
                break
            except Exception as error:  # noqa: BLE001 - it stays in the queue until it is parked
                log.warning("bus.park_failed", error_type=type(error).__name__)
                if self._stopping.is_set():
                    await self._return(message, requeue=True)
                    return
                with anyio.move_on_after(pause_s):
                    await self._stopping.wait()
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        await self._ack([message])
        self._metrics.bus_delivered.labels(handler=handler, outcome="dead").inc()
        log.error("bus.event_parked", handler=handler, event_id=envelope.id)


def _death_of(message: AbstractIncomingMessage) -> tuple[str, str]:
    """The queue in which an event died, and of what, by the broker's own note."""
    deaths: Any = message.headers.get("x-death")
    if isinstance(deaths, list) and deaths and isinstance(deaths[0], dict):
        return str(deaths[0].get("queue", "")), str(deaths[0].get("reason", "unknown"))
    return "", "unknown"
