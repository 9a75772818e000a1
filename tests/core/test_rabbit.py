"""Events through a real broker: nothing lost, effects once, poison put aside."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from scripts.services import Services, free_ports
from sqlalchemy import Column, Integer, MetaData, String, Table, func, insert, select

from customerai.contracts.events import MessageReceived
from customerai.core.bus import BusUnavailable, MemoryBus, open_bus
from customerai.core.clock import SystemClock
from customerai.core.db import Database, Transaction
from customerai.core.errors import Unavailable
from customerai.core.events import Effect, Envelope, Subscription
from customerai.core.outbox import Consumer
from customerai.core.rabbit import RabbitBus
from customerai.core.settings import BusSettings
from customerai.core.telemetry import Metrics
from tests import engines

pytestmark = [pytest.mark.services, pytest.mark.timeout(180)]
NAME = MessageReceived.name


def noted(n: int, *, priority: int = 1) -> Envelope:
    payload = {
        "tenant": "main", "conversation_id": "c", "message_id": f"m{n}",
        "role": "customer", "channel": "chat", "at": "-",
    }  # fmt: skip
    return Envelope(f"evt_{n:08d}", NAME, payload, priority)


@dataclass
class Desk:
    """What handlers and the dead letters of a test saw."""

    seen: list[str] = field(default_factory=list)
    parked: list[tuple[str, str, str]] = field(default_factory=list)
    metrics: Metrics = field(default_factory=Metrics)

    async def deliver(self, envelopes: Sequence[Envelope]) -> None:
        self.seen += [envelope.id for envelope in envelopes]

    async def park(self, handler: str, envelope: Envelope, reason: str) -> None:
        self.parked.append((handler, envelope.id, reason))

    def told(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(f"customerai_bus_{name}", labels) or 0.0


class Buses:
    """Buses on one prefix of one broker, as many processes of one installation."""

    def __init__(self, address: str, **settings: Any) -> None:
        # Thousands are told at once here, on whatever machine this is.
        chosen = {"publish_timeout_s": 60.0, **settings}
        self.settings = BusSettings(
            url=SecretStr(address), prefix=f"t{uuid.uuid4().hex[:12]}", **chosen
        )
        self._running: dict[RabbitBus, asyncio.Task[None]] = {}
        self._all: list[RabbitBus] = []

    def open(self, desk: Desk, *handlers: str, **other: Any) -> RabbitBus:
        bus = RabbitBus(
            self.settings.model_copy(update=other),
            desk.metrics,
            known=[(NAME, handler) for handler in handlers],
            park=desk.park,
        )
        self._all.append(bus)
        return bus

    async def run(self, bus: RabbitBus) -> None:
        """Let it consume; returns when it does."""
        self._running[bus] = asyncio.create_task(bus.run())
        await until(lambda: bus._links.get("consume", False))

    async def stop(self, bus: RabbitBus) -> None:
        task = self._running.pop(bus)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def remove(self) -> None:
        import aio_pika  # noqa: PLC0415 - extra `rabbitmq`

        for bus in list(self._running):
            await self.stop(bus)
        connection = await aio_pika.connect(self.settings.url.get_secret_value())  # type: ignore[union-attr]
        channel = await connection.channel()
        names = {name for bus in self._all for name in bus._queues()}
        for name in (*names, f"{self.settings.prefix}.dead"):
            await channel.queue_delete(name)
        for name in ("events", "dead"):
            await channel.exchange_delete(f"{self.settings.prefix}.{name}")
        await connection.close()
        for bus in self._all:
            await bus.close()


async def until(ready: Callable[[], Any], *, longest_s: float = 60) -> None:
    end = time.monotonic() + longest_s
    while True:
        found = ready()
        if isinstance(found, Awaitable):
            found = await found
        if found:
            return
        assert time.monotonic() < end, "it did not come to pass"
        await asyncio.sleep(0.02)


async def all_handled(bus: RabbitBus) -> None:
    async def nothing_left() -> bool:
        return await bus.pending() == 0

    await until(nothing_left)


@pytest.fixture
async def buses() -> AsyncIterator[Buses]:
    opened = Buses(str(engines.RABBITMQ))
    yield opened
    await opened.remove()


# -- telling and being told


async def test_without_an_address_events_stay_in_the_process() -> None:
    desk = Desk()
    assert isinstance(open_bus(BusSettings(), desk.metrics, known=[], park=desk.park), MemoryBus)


async def test_events_of_one_publisher_arrive_in_order_at_each_handler(buses: Buses) -> None:
    desk, one, two = Desk(), [], []  # type: ignore[var-annotated]  # of ids
    bus = buses.open(desk)

    def into(seen: list[str]) -> Callable[[Sequence[Envelope]], Awaitable[None]]:
        async def deliver(envelopes: Sequence[Envelope]) -> None:
            seen.extend(envelope.id for envelope in envelopes)

        return deliver

    bus.subscribe(NAME, "one", into(one), batch=7)
    bus.subscribe(NAME, "two", into(two))
    bus.subscribe("other.v1", "three", into([]))
    await buses.run(bus)
    events = [noted(n) for n in range(1000)]
    for start in range(0, 1000, 250):
        await bus.publish(events[start : start + 250])
    await all_handled(bus)
    assert one == two == [event.id for event in events]
    assert desk.told("published_total", outcome="confirmed") == 1000
    assert desk.told("delivered_total", handler="one", outcome="done") == 1000
    assert desk.told("connected") == 1
    assert desk.parked == []


async def test_an_event_arrives_as_it_was_sent(buses: Buses) -> None:
    got: list[Envelope] = []

    async def deliver(envelopes: Sequence[Envelope]) -> None:
        got.extend(envelopes)

    bus = buses.open(Desk())
    bus.subscribe(NAME, "one", deliver)
    await buses.run(bus)
    sent = [noted(1), noted(2, priority=0), Envelope("é", NAME, {"tenant": "x", "n": [1, None]})]
    await bus.publish(sent)
    await all_handled(bus)
    assert sorted(got, key=lambda e: e.id) == sorted(sent, key=lambda e: e.id)


async def test_an_event_for_one_handler_reaches_no_other(buses: Buses) -> None:
    one, two = Desk(), Desk()
    bus = buses.open(one)
    bus.subscribe(NAME, "one", one.deliver)
    bus.subscribe(NAME, "two", two.deliver)
    await buses.run(bus)
    await bus.publish([noted(1)], only="two")
    await bus.publish([noted(2)], only="nobody")
    await bus.publish([])
    await all_handled(bus)
    assert (one.seen, two.seen) == ([], [noted(1).id])


async def test_events_wait_for_a_handler_that_another_process_will_run(buses: Buses) -> None:
    teller, worker = Desk(), Desk()
    telling = buses.open(teller, "later")
    await telling.publish([noted(1), noted(2, priority=0)])
    assert await telling.pending() == 2
    working = buses.open(worker)
    working.subscribe(NAME, "later", worker.deliver)
    await buses.run(working)
    await all_handled(telling)
    await all_handled(working)
    assert sorted(worker.seen) == [noted(1).id, noted(2).id]


async def test_an_event_that_nobody_handles_is_no_fault(buses: Buses) -> None:
    desk = Desk()
    bus = buses.open(desk)
    await bus.publish([Envelope("evt_1", "unheard.v1", {"tenant": "main"})])
    assert desk.told("published_total", outcome="confirmed") == 1


async def test_an_event_whose_queue_is_gone_is_not_taken_for_told(buses: Buses) -> None:
    desk = Desk()
    bus = buses.open(desk, "one")
    await bus.publish([noted(1)])
    assert bus._publisher is not None
    await bus._publisher._channel.queue_delete(f"{buses.settings.prefix}.one")  # type: ignore[attr-defined]
    with pytest.raises(BusUnavailable):
        await bus.publish([noted(2)])
    assert desk.told("published_total", outcome="unroutable") == 1
    await bus.publish([noted(3)])  # it has made the queue again
    assert await bus.pending() == 1


async def test_processes_share_the_events_of_a_handler(buses: Buses) -> None:
    desks = [Desk(), Desk()]
    for desk in desks:
        bus = buses.open(desk)
        bus.subscribe(NAME, "one", desk.deliver, batch=4)
        await buses.run(bus)
    await bus.publish([noted(n) for n in range(400)])
    await until(lambda: len(desks[0].seen) + len(desks[1].seen) >= 400)
    assert Counter(desks[0].seen + desks[1].seen) == Counter(noted(n).id for n in range(400))
    assert all(desk.seen for desk in desks)


# -- faults


async def test_what_a_dying_consumer_had_in_hand_goes_to_the_next(buses: Buses) -> None:
    stuck, desk = asyncio.Event(), Desk()

    async def hang(_envelopes: Sequence[Envelope]) -> None:
        stuck.set()
        await asyncio.Event().wait()

    dying = buses.open(Desk())
    dying.subscribe(NAME, "one", hang)
    await buses.run(dying)
    await dying.publish([noted(n) for n in range(3)])
    await asyncio.wait_for(stuck.wait(), 10)
    lane = next(lane for lane in dying._lanes if lane.queue_name.endswith(".one"))
    surviving = buses.open(desk)
    surviving.subscribe(NAME, "one", desk.deliver)
    await buses.run(surviving)
    await lane._channel.close()
    await until(lambda: len(desk.seen) == 3)
    assert sorted(desk.seen) == [noted(n).id for n in range(3)]
    hanging = buses._running.pop(dying)
    hanging.cancel()
    # It hangs for good, so that ending gives up on it, in time.
    began = time.monotonic()
    await asyncio.gather(hanging, return_exceptions=True)
    assert time.monotonic() - began < 12


async def test_an_event_that_always_fails_is_parked_after_the_limit_and_the_others_are_handled(
    buses: Buses,
) -> None:
    desk, tries = Desk(), Counter[str]()
    bad = noted(5).id

    async def deliver(envelopes: Sequence[Envelope]) -> None:
        tries.update(envelope.id for envelope in envelopes)
        if any(envelope.id == bad for envelope in envelopes):
            raise RuntimeError("poison")
        await desk.deliver(envelopes)

    bus = buses.open(desk, delivery_limit=3)
    bus.subscribe(NAME, "one", deliver)
    await buses.run(bus)
    await bus.publish([noted(n) for n in range(200)])
    await until(lambda: desk.parked)
    await all_handled(bus)
    assert desk.parked == [("one", bad, "delivery_limit")]
    assert sorted(desk.seen) == [noted(n).id for n in range(200) if n != 5]
    # Twice a delivery, in the batch and alone, and 1 + 3 deliveries.
    assert 4 <= tries[bad] <= 8
    assert desk.told("delivered_total", handler="one", outcome="dead") == 1
    assert desk.told("delivered_total", handler="one", outcome="returned") == 4


MORTAL = """
import asyncio, os, signal, sys
from pydantic import SecretStr
from customerai.core.rabbit import RabbitBus
from customerai.core.settings import BusSettings
from customerai.core.telemetry import Metrics

prefix, bad, event_name, out = sys.argv[1:]

async def deliver(envelopes):
    if any(envelope.id == bad for envelope in envelopes):
        os.kill(os.getpid(), signal.SIGKILL)
    with open(out, "a") as seen:
        seen.writelines(envelope.id + "\\n" for envelope in envelopes)

async def park(handler, envelope, reason):
    with open(out, "a") as seen:
        seen.write(f"parked {handler} {envelope.id} {reason}\\n")

settings = BusSettings(
    url=SecretStr(os.environ["CUSTOMERAI_TEST_RABBITMQ"]), prefix=prefix, delivery_limit=3
)
bus = RabbitBus(settings, Metrics(), known=[], park=park)
bus.subscribe(event_name, "one", deliver, batch=8)
asyncio.run(bus.run())
"""


async def test_an_event_that_kills_the_process_is_parked_and_takes_no_other_with_it(
    buses: Buses, tmp_path: Path
) -> None:
    """Each process dies with everything that it has in hand; the next begins carefully."""
    desk, bad, out = Desk(), noted(30).id, tmp_path / "seen"
    telling = buses.open(desk, "one", delivery_limit=3)
    await telling.publish([noted(n) for n in range(100)])
    deaths = 0
    while True:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", MORTAL, buses.settings.prefix, bad, NAME, str(out)
        )
        ended = asyncio.create_task(process.wait())
        empty = asyncio.create_task(until(lambda: _all_seen(out), longest_s=30))
        await asyncio.wait({ended, empty}, return_when=asyncio.FIRST_COMPLETED)
        if empty.done():
            process.kill()
            await ended
            break
        empty.cancel()
        assert process.returncode == -signal.SIGKILL
        deaths += 1
        assert deaths < 10
    seen = out.read_text().splitlines()
    assert [line for line in seen if line.startswith("parked")] == [
        f"parked one {bad} delivery_limit"
    ]
    assert {line for line in seen if line.startswith("evt")} == {
        noted(n).id for n in range(100) if n != 30
    }
    assert deaths == 4, "1 + 3 deliveries"


def _all_seen(out: Path) -> bool:
    return out.exists() and len(set(out.read_text().splitlines())) == 100


async def test_an_outage_of_the_database_makes_no_dead_letters(buses: Buses) -> None:
    desk, away, tries = Desk(), True, 0

    async def deliver(envelopes: Sequence[Envelope]) -> None:
        nonlocal tries
        tries += 1
        if away:
            raise Unavailable("the database is away")
        await desk.deliver(envelopes)

    bus = buses.open(desk, delivery_limit=1)
    bus.subscribe(NAME, "one", deliver)
    await buses.run(bus)
    await bus.publish([noted(n) for n in range(20)])
    await until(lambda: tries > 6)
    assert (desk.seen, desk.parked) == ([], [])
    away = False
    await all_handled(bus)
    assert sorted(set(desk.seen)) == [noted(n).id for n in range(20)]
    assert desk.parked == []
    assert desk.told("delivered_total", handler="one", outcome="returned") == 0


async def test_parking_is_tried_until_it_is_done(buses: Buses) -> None:
    desk, tries = Desk(), 0

    async def park(handler: str, envelope: Envelope, reason: str) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise Unavailable("the database is away")
        await desk.park(handler, envelope, reason)

    async def deliver(_envelopes: Sequence[Envelope]) -> None:
        raise RuntimeError

    bus = buses.open(desk, delivery_limit=1)
    bus._park = park
    bus.subscribe(NAME, "one", deliver)
    await buses.run(bus)
    await bus.publish([noted(1)])
    await until(lambda: desk.parked)
    assert tries == 3


async def test_what_is_no_event_is_put_aside_and_stops_nothing(buses: Buses) -> None:
    import aio_pika  # noqa: PLC0415 - extra `rabbitmq`

    desk = Desk()
    bus = buses.open(desk)
    bus.subscribe(NAME, "one", desk.deliver)
    await buses.run(bus)
    await bus.publish([noted(1)])
    assert bus._publisher is not None
    for body in (b"", b"{", b"[]", b'{"id": "x"}', b'{"id":"x","name":"y","payload":[]}'):
        await bus._publisher._channel.default_exchange.publish(
            aio_pika.Message(body), f"{buses.settings.prefix}.one"
        )
    await bus.publish([noted(2)])
    await all_handled(bus)
    assert desk.seen == [noted(1).id, noted(2).id]
    assert desk.told("delivered_total", handler="one", outcome="unreadable") == 5
    assert desk.parked == []


async def test_ending_finishes_what_is_in_hand_and_leaves_the_rest_uncounted(
    buses: Buses,
) -> None:
    desk = Desk()

    async def slowly(envelopes: Sequence[Envelope]) -> None:
        await asyncio.sleep(0.02)
        await desk.deliver(envelopes)

    bus = buses.open(desk)
    bus.subscribe(NAME, "one", slowly, batch=1)
    await buses.run(bus)
    await bus.publish([noted(n) for n in range(500)])
    await until(lambda: len(desk.seen) > 20)
    began = time.monotonic()
    await buses.stop(bus)
    assert time.monotonic() - began < 8
    done = len(desk.seen)
    assert done < 500
    await asyncio.sleep(0.1)
    assert len(desk.seen) == done
    assert await bus.pending() == 500 - done, "each one in hand was finished and acknowledged"
    after = Desk()
    again = buses.open(after)
    again.subscribe(NAME, "one", after.deliver)
    await buses.run(again)
    await all_handled(again)
    assert desk.seen + after.seen == [noted(n).id for n in range(500)]


async def test_ending_is_heard_at_every_moment_of_the_beginning(buses: Buses) -> None:
    for n in range(30):
        bus = buses.open(Desk())
        bus.subscribe(NAME, "one", Desk().deliver)
        running = asyncio.create_task(bus.run())
        telling = asyncio.create_task(bus.publish([noted(n)]))
        await asyncio.sleep(n * 0.005)
        running.cancel()
        telling.cancel()
        await asyncio.wait({running, telling}, timeout=15)
        assert running.done()
        assert telling.done()
        await bus.close()


async def test_work_in_bulk_does_not_hold_up_live_work(buses: Buses) -> None:
    live_s: list[float] = []
    sent: dict[str, float] = {}
    bulk = 0

    async def deliver(envelopes: Sequence[Envelope]) -> None:
        nonlocal bulk
        await asyncio.sleep(0.004 * len(envelopes))  # as a handler that asks a model
        for envelope in envelopes:
            if envelope.priority:
                live_s.append(time.monotonic() - sent[envelope.id])
            else:
                bulk += 1

    bus = buses.open(Desk())
    bus.subscribe(NAME, "one", deliver, batch=16)
    await buses.run(bus)
    await bus.publish([noted(n, priority=0) for n in range(3000)])  # 12 s of work
    for n in range(3000, 3060):
        sent[noted(n).id] = time.monotonic()
        await bus.publish([noted(n)])
        await asyncio.sleep(0.02)
    await until(lambda: len(live_s) == 60)
    live_s.sort()
    assert bulk < 2000, "the import was still under way"
    assert bulk > 50, "and went on"
    assert live_s[57] < 0.5
    assert live_s[30] < 0.15


async def test_prefetch_follows_the_time_that_events_take(buses: Buses) -> None:
    pause_s = 0.05

    async def deliver(envelopes: Sequence[Envelope]) -> None:
        await asyncio.sleep(pause_s * len(envelopes))

    bus = buses.open(Desk(), work_in_hand_s=0.5, max_prefetch=100)
    bus.subscribe(NAME, "one", deliver, batch=4)
    await buses.run(bus)
    await bus.publish([noted(n) for n in range(60)])
    lane = next(lane for lane in bus._lanes if lane.queue_name.endswith(".one"))
    await until(lambda: lane._prefetch > 1)
    await asyncio.sleep(0.5)
    assert 2 <= lane._prefetch <= 10  # half a second of work, less where the machine is busy
    pause_s = 0.0001
    await bus.publish([noted(n) for n in range(60, 6060)])
    await until(lambda: lane._prefetch >= 40)
    await all_handled(bus)


# -- exactly once, with the inbox


effect = Table(
    "bus_effect",
    MetaData(),
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("what", String(20), nullable=False),
)


def a_consumer(db: Database, metrics: Metrics) -> Consumer:
    async def handle(events: Sequence[Any]) -> Effect:
        def write(tx: Transaction) -> None:
            tx.execute(insert(effect), [{"what": event.message_id} for event in events])

        return write

    subscription = Subscription("one", MessageReceived, handle, 16)
    return Consumer(db, SystemClock(), metrics, subscription)


async def effects(db: Database) -> Counter[str]:
    return Counter(await db.read(lambda tx: list(tx.execute(select(effect.c.what)).scalars())))


@asynccontextmanager
async def a_table(path: Path) -> AsyncIterator[Database]:
    async with engines.a_database(path) as db:
        await db.write(effect.create)
        yield db


async def test_consumers_that_lose_their_channel_in_the_middle_have_each_effect_once(
    buses: Buses, tmp_path: Path
) -> None:
    desk = Desk()
    async with a_table(tmp_path / "e.db") as db:
        for _ in range(2):
            bus = buses.open(desk, delivery_limit=100)
            bus.subscribe(NAME, "one", a_consumer(db, desk.metrics).deliver, batch=16)
            await buses.run(bus)

        async def cut() -> None:
            for n in range(6):
                await asyncio.sleep(0.15)
                victim = buses._all[n % 2]
                for lane in victim._lanes:
                    if lane.queue_name.endswith(".one") and not lane._channel.is_closed:
                        await lane._channel.close()

        cutting = asyncio.create_task(cut())
        for start in range(0, 2000, 100):
            await bus.publish([noted(n) for n in range(start, start + 100)])
        await bus.publish([noted(n) for n in range(100)])  # told twice, too
        await cutting
        await until(lambda: _count(db, 2000))
        await all_handled(bus)
        assert await effects(db) == Counter(f"m{n}" for n in range(2000))
        assert desk.parked == []


async def _count(db: Database, wanted: int) -> bool:
    return (
        await db.read(lambda tx: tx.execute(select(func.count()).select_from(effect)).scalar_one())
        >= wanted
    )


# -- a broker that these tests stop and fill


class Broker:
    """A RabbitMQ of a test's own."""

    def __init__(self, folder: Path) -> None:
        first = free_ports(3)
        self.services = Services(folder, {"postgres": 1, "redis": 1, "rabbitmq": first})

    def start(self) -> None:
        self.services.start("rabbitmq")

    @property
    def address(self) -> str:
        return self.services.environment()["CUSTOMERAI_BUS__URL"]


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    opened = Broker(tmp_path_factory.mktemp("broker"))
    try:
        opened.start()
        yield opened
    finally:
        opened.services.stop()


async def test_a_restart_of_the_broker_in_mid_traffic_loses_nothing(
    broker: Broker, tmp_path: Path
) -> None:
    desk = Desk()
    own = Buses(broker.address, publish_timeout_s=3.0, delivery_limit=50)
    async with AsyncExitStack() as stack:
        db = await stack.enter_async_context(a_table(tmp_path / "e.db"))
        stack.push_async_callback(own.remove)
        bus = own.open(desk)
        bus.subscribe(NAME, "one", a_consumer(db, desk.metrics).deliver, batch=16)
        await own.run(bus)
        refused = 0

        async def tell() -> None:
            nonlocal refused
            for start in range(0, 6000, 50):
                batch = [noted(n) for n in range(start, start + 50)]
                while True:
                    try:
                        await bus.publish(batch)
                        break
                    except BusUnavailable:  # as the relay: the rows stay, and are told again
                        refused += 1
                        await asyncio.sleep(0.1)
                await asyncio.sleep(0.02)

        telling = asyncio.create_task(tell())
        await asyncio.sleep(0.7)
        await asyncio.to_thread(broker.services.stop)
        assert desk.told("connected") == 0
        await asyncio.to_thread(broker.start)
        assert not telling.done(), "it was in the middle"
        await until(lambda: desk.told("connected") == 1, longest_s=15)
        await asyncio.wait_for(telling, 90)
        await until(lambda: _count(db, 6000))
        await all_handled(bus)
        assert refused
        assert await effects(db) == Counter(f"m{n}" for n in range(6000))
        assert desk.parked == []


async def test_a_broker_without_room_is_noticed_and_waited_for(broker: Broker) -> None:
    """Out of disk it stops reading from who publishes; nothing may hang for it."""
    desk = Desk()
    own = Buses(broker.address, publish_timeout_s=1.0)
    try:
        bus = own.open(desk)
        bus.subscribe(NAME, "one", desk.deliver)
        await own.run(bus)
        await bus.publish([noted(1)])
        ctl = broker.services.rabbitmqctl
        await asyncio.to_thread(ctl, "set_vm_memory_high_watermark", "absolute", "1MB")
        try:
            await asyncio.sleep(1.5)
            for n in (2, 3):
                began = time.monotonic()
                with pytest.raises(BusUnavailable):
                    await bus.publish([noted(n)])
                assert time.monotonic() - began < 6
            assert desk.told("published_total", outcome="failed") == 2
        finally:
            await asyncio.to_thread(ctl, "set_vm_memory_high_watermark", "0.4")

        async def told() -> bool:
            try:
                await bus.publish([noted(4)])
            except BusUnavailable:
                return False
            return True

        await until(told)
        await until(lambda: noted(4).id in desk.seen)
    finally:
        await own.remove()
