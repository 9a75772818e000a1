"""Events: what happened, told to other services at least once, through the outbox."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

from customerai.core.db import Transaction

Effect = Callable[[Transaction], None]
E = TypeVar("E", bound="Event")


@dataclass(frozen=True)
class Event:
    """Something that happened; ids, counts and codes only, never conversation text.

    Attributes:
        name: the event on the wire, `<service>.<what_happened>.v<n>`.
    """

    name: ClassVar[str] = ""

    tenant: str

    def payload(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def of(cls: type[E], payload: Mapping[str, Any]) -> E:
        """The event of a payload; what a later version has added to it is left aside."""
        names = {item.name for item in dataclasses.fields(cls)}
        return cls(**{name: value for name, value in payload.items() if name in names})


@dataclass(frozen=True)
class Envelope:
    """An event on its way.

    Attributes:
        priority: 0 for work in bulk, such as an import; 1 for live traffic, which overtakes it.
    """

    id: str
    name: str
    payload: dict[str, Any]
    priority: int = 1


class HandlerFunction(Protocol):
    """Thinks about events that were not handled yet, and returns the writes that follow."""

    __customerai_event__: type[Event]
    __customerai_batch__: int
    __name__: str

    def __call__(self, events: Sequence[Any], service: Any) -> Awaitable[Effect]: ...


def on(
    event: type[E], *, batch: int = 64
) -> Callable[[Callable[[Sequence[E], Any], Awaitable[Effect]]], HandlerFunction]:
    """Mark a function as handler of an event; `app` subscribes it.

    The handler reads and thinks outside any transaction and returns its writes as one function,
    which the consumer runs in the same transaction as the inbox rows: a repeat changes nothing.
    """

    def mark(function: Callable[[Sequence[E], Any], Awaitable[Effect]]) -> HandlerFunction:
        function.__customerai_event__ = event  # type: ignore[attr-defined]  # read by app only
        function.__customerai_batch__ = batch  # type: ignore[attr-defined]  # read by app only
        return function  # type: ignore[return-value]  # it has the attributes now

    return mark


@dataclass(frozen=True)
class Subscription:
    """A handler bound to the service that it needs."""

    name: str
    event: type[Event]
    handle: Callable[[Sequence[Any]], Awaitable[Effect]]
    batch: int


def subscribe(handler: HandlerFunction, service: object) -> Subscription:
    """Bind a handler that was marked by `on`."""

    async def handle(events: Sequence[Any]) -> Effect:
        return await handler(events, service)

    return Subscription(
        name=handler.__name__,
        event=handler.__customerai_event__,
        handle=handle,
        batch=handler.__customerai_batch__,
    )
