"""The port through which events travel, and the one that stays in the process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Protocol

from customerai.core.errors import Unavailable
from customerai.core.events import Envelope
from customerai.core.settings import BusSettings
from customerai.core.telemetry import Metrics

Deliver = Callable[[Sequence[Envelope]], Awaitable[None]]
Park = Callable[[str, Envelope, str], Awaitable[None]]
"""Puts an event among the dead letters of a handler, with a reason; it may come twice."""


class BusUnavailable(Unavailable):
    """The broker took no responsibility for the events; whoever told them must tell them again."""

    def __init__(self) -> None:
        super().__init__("Events cannot be told at the moment.")


class Bus(Protocol):
    """Takes responsibility for events when `publish` returns."""

    async def publish(self, envelopes: Sequence[Envelope], *, only: str | None = None) -> None:
        """Hand events over, in order; `only` names the one handler that shall see them.

        Raises:
            BusUnavailable: the broker is away; some of the events may have been told.
        """
        ...

    def subscribe(
        self, event_name: str, handler: str, deliver: Deliver, *, batch: int = 64
    ) -> None:
        """Deliver each event of a name to a handler; call it before `run`.

        Args:
            batch: most events that are worth handing over at once.
        """
        ...

    async def run(self) -> None:
        """Consume until cancelled; then what is in hand is finished first."""
        ...

    async def pending(self) -> int:
        """Events that were published and not handled yet, as far as this process can know."""
        ...

    async def close(self) -> None:
        """Let go of the broker."""
        ...


class MemoryBus:
    """Delivers inside the process.

    It keeps nothing, so `publish` returns only when every handler has committed or parked each
    event: until then the outbox row stays, and a killed process tells the event again.
    """

    def __init__(self) -> None:
        self._handlers: dict[str, dict[str, Deliver]] = {}

    def subscribe(
        self,
        event_name: str,
        handler: str,
        deliver: Deliver,
        *,
        batch: int = 64,
    ) -> None:
        self._handlers.setdefault(event_name, {})[handler] = deliver

    async def publish(self, envelopes: Sequence[Envelope], *, only: str | None = None) -> None:
        deliveries = []
        for name in dict.fromkeys(envelope.name for envelope in envelopes):
            named = [envelope for envelope in envelopes if envelope.name == name]
            for handler, deliver in self._handlers.get(name, {}).items():
                if only is None or only == handler:
                    deliveries.append(deliver(named))
        await asyncio.gather(*deliveries)

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def pending(self) -> int:
        return 0

    async def close(self) -> None:
        pass


def open_bus(
    settings: BusSettings, metrics: Metrics, *, known: Iterable[tuple[str, str]], park: Park
) -> Bus:
    """The bus that the settings choose.

    Args:
        known: event name and handler of every subscription of the installation, also of those
            that other processes run: events wait for them in their queues.
        park: where events go that came back too often.
    """
    if settings.url is None:
        return MemoryBus()
    from customerai.core.rabbit import RabbitBus  # noqa: PLC0415 - extra `rabbitmq`

    return RabbitBus(settings, metrics, known=known, park=park)
