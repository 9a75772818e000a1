"""Short-lived shared state: rate limits now, sessions of a conversation later."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from customerai.core.settings import CacheSettings
from customerai.core.telemetry import Metrics


@dataclass(frozen=True)
class RateDecision:
    """What a rate limit says of one request.

    Attributes:
        remaining: further requests that would be allowed right now.
        reset_s: seconds until the whole burst is there again.
        retry_after_s: seconds until one request is allowed; 0 when this one was.
    """

    allowed: bool
    remaining: int
    reset_s: float
    retry_after_s: float


class Cache(Protocol):
    """Shared by all replicas of a process."""

    async def take(self, key: str, *, rate_per_s: float, burst: int) -> RateDecision:
        """Count one request against a limit, atomically."""
        ...

    async def close(self) -> None:
        """Let go of the server, where there is one."""
        ...


class MemoryCache:
    """A cache inside the process.

    Args:
        max_keys: keys that are remembered; of more, the one that was allowed longest ago goes.
        monotonic: seconds on a clock that is never set back.
    """

    def __init__(
        self, *, max_keys: int = 100_000, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._arrivals: OrderedDict[str, float] = OrderedDict()
        self._max_keys = max_keys
        self._monotonic = monotonic

    async def take(self, key: str, *, rate_per_s: float, burst: int) -> RateDecision:
        """Count one request by the generic cell rate algorithm (ITU-T I.371, virtual scheduling).

        One number a key, the theoretical arrival time; a refused request costs nothing.
        """
        now = self._monotonic()
        interval = 1.0 / rate_per_s
        tolerance = interval * burst
        arrival = max(self._arrivals.get(key, now), now)
        ahead = arrival + interval - now
        if ahead > tolerance + 1e-9:
            return RateDecision(
                allowed=False, remaining=0, reset_s=arrival - now, retry_after_s=ahead - tolerance
            )
        self._arrivals[key] = arrival + interval
        self._arrivals.move_to_end(key)
        if len(self._arrivals) > self._max_keys:
            self._arrivals.popitem(last=False)
        remaining = int((tolerance - ahead) / interval + 1e-9)
        return RateDecision(allowed=True, remaining=remaining, reset_s=ahead, retry_after_s=0.0)

    async def close(self) -> None:
        pass


def open_cache(settings: CacheSettings, metrics: Metrics) -> Cache:
    """The cache that the settings choose."""
    if settings.url is None:
        return MemoryCache()
    from customerai.core.redis_cache import RedisCache  # noqa: PLC0415 - extra `redis`

    return RedisCache(settings, metrics)
