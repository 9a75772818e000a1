"""What travels with a request from service to service: its id and the time that it has left."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

REQUEST_ID_HEADER: Final = "x-request-id"
# Time that is left, not a time of day: the clocks of two machines may differ.
TIMEOUT_HEADER: Final = "x-customerai-timeout-ms"
TRACE_HEADER: Final = "traceparent"
# https://www.w3.org/TR/trace-context/#traceparent-header
_PARTS: Final = 4
_TRACE_ID_CHARS: Final = 32
_HEX: Final = frozenset("0123456789abcdef")


@dataclass(frozen=True)
class Call:
    """The request that the running code works for.

    Attributes:
        until: when its answer is no longer waited for, on the monotonic clock in seconds.
        trace: the W3C trace context that it came with.
    """

    request_id: str
    until: float | None
    trace: str | None = None

    def remaining_s(self, most: float) -> float:
        """Seconds that may still be spent, `most` at most; may be negative."""
        return most if self.until is None else min(most, self.until - time.monotonic())


_IN_BACKGROUND: Final = Call("", None)
_current: ContextVar[Call | None] = ContextVar("customerai_call", default=None)


def current() -> Call:
    """The request that is worked on; an empty one in the background."""
    return _current.get() or _IN_BACKGROUND


@contextmanager
def serving(call: Call) -> Iterator[None]:
    """Marks the running code as working for a request."""
    token = _current.set(call)
    try:
        yield
    finally:
        _current.reset(token)


def trace_id(traceparent: str | None) -> str | None:
    """The trace id of a W3C trace context (version 00), or None where it is none."""
    parts = (traceparent or "").split("-")
    fits = len(parts) >= _PARTS and len(parts[1]) == _TRACE_ID_CHARS
    return parts[1] if fits and set(parts[1]) <= _HEX and set(parts[1]) != {"0"} else None


def headers_of(call: Call, timeout_s: float) -> dict[str, str]:
    """The headers by which a request tells the next service of itself."""
    headers = {TIMEOUT_HEADER: str(max(1, int(timeout_s * 1000)))}
    if call.request_id:
        headers[REQUEST_ID_HEADER] = call.request_id
    if call.trace:
        headers[TRACE_HEADER] = call.trace
    return headers


def call_of(headers: Mapping[str, str]) -> Call:
    """The call that a request's headers (lower-case names) describe."""
    told = headers.get(TIMEOUT_HEADER, "")
    until = time.monotonic() + int(told) / 1000 if told.isdigit() and len(told) < 12 else None  # noqa: PLR2004
    return Call(headers.get(REQUEST_ID_HEADER, ""), until, headers.get(TRACE_HEADER))
