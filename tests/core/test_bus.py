"""The bus inside the process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import pytest

from customerai.core.bus import MemoryBus
from customerai.core.events import Envelope


def an_envelope(name: str, number: int) -> Envelope:
    return Envelope(f"evt_{number}", name, {"tenant": "main"})


def into(seen: list[str]) -> Callable[[Sequence[Envelope]], Awaitable[None]]:
    async def deliver(envelopes: Sequence[Envelope]) -> None:
        seen.extend(envelope.id for envelope in envelopes)

    return deliver


async def test_each_handler_of_a_name_gets_its_events_in_order() -> None:
    bus, one, two, other = MemoryBus(), [], [], []  # type: ignore[var-annotated]  # of ids
    bus.subscribe("a.v1", "one", into(one))
    bus.subscribe("a.v1", "two", into(two))
    bus.subscribe("b.v1", "other", into(other))
    await bus.publish([an_envelope("ab"[n % 2] + ".v1", n) for n in range(6)])
    assert one == two == ["evt_0", "evt_2", "evt_4"]
    assert other == ["evt_1", "evt_3", "evt_5"]


async def test_an_event_for_one_handler_reaches_no_other() -> None:
    bus, one, two = MemoryBus(), [], []  # type: ignore[var-annotated]  # of ids
    bus.subscribe("a.v1", "one", into(one))
    bus.subscribe("a.v1", "two", into(two))
    await bus.publish([an_envelope("a.v1", 1)], only="two")
    await bus.publish([an_envelope("a.v1", 2)], only="nobody")
    assert (one, two) == ([], ["evt_1"])


async def test_publish_fails_when_a_delivery_was_neither_handled_nor_parked() -> None:
    async def deliver(_envelopes: Sequence[Envelope]) -> None:
        raise ConnectionError

    bus = MemoryBus()
    bus.subscribe("a.v1", "one", deliver)
    with pytest.raises(ConnectionError):
        await bus.publish([an_envelope("a.v1", 1)])


async def test_events_that_nobody_wants_are_no_fault() -> None:
    await MemoryBus().publish([an_envelope("a.v1", 1)])
    await MemoryBus().publish([])
