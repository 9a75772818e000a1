"""The port through which events travel, and the one that stays in the process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from customerai.core.events import Envelope

Deliver = Callable[[Sequence[Envelope]], Awaitable[None]]


class Bus(Protocol):
    """Takes responsibility for events when `publish` returns."""

    async def publish(self, envelopes: Sequence[Envelope], *, only: str | None = None) -> None:
        """Hand events over, in order; `only` names the one handler that shall see them."""
        ...

    def subscribe(self, event_name: str, handler: str, deliver: Deliver) -> None:
        """Deliver each event of a name to a handler."""
        ...


class MemoryBus:
    """Delivers inside the process.

    It keeps nothing, so `publish` returns only when every handler has committed or parked each
    event: until then the outbox row stays, and a killed process tells the event again.
    """

    def __init__(self) -> None:
        self._handlers: dict[str, dict[str, Deliver]] = {}

    def subscribe(self, event_name: str, handler: str, deliver: Deliver) -> None:
        self._handlers.setdefault(event_name, {})[handler] = deliver

    async def publish(self, envelopes: Sequence[Envelope], *, only: str | None = None) -> None:
        deliveries = []
        for name in dict.fromkeys(envelope.name for envelope in envelopes):
            named = [envelope for envelope in envelopes if envelope.name == name]
            for handler, deliver in self._handlers.get(name, {}).items():
                if only is None or only == handler:
                    deliveries.append(deliver(named))
        await asyncio.gather(*deliveries)
