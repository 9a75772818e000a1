"""The rate limit: the burst, then the rate, for any pattern of arrivals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customerai.core.cache import MemoryCache, RateDecision


class Stopwatch:
    """Time that passes only when told to."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@dataclass
class Limit:
    """One key's limit in a cache of its own."""

    rate_per_s: float
    burst: int

    def __post_init__(self) -> None:
        self.watch = Stopwatch()
        self.cache = MemoryCache(monotonic=self.watch)

    def take(self, at: float, key: str = "k") -> RateDecision:
        self.watch.now = at
        return _result(self.cache.take(key, rate_per_s=self.rate_per_s, burst=self.burst))


def _result(coroutine: object) -> RateDecision:
    # The in-process cache decides without waiting for anything.
    try:
        coroutine.send(None)  # type: ignore[attr-defined]
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    raise AssertionError("the cache waited")


# Exact in binary, so that two ways to reckon cannot differ by rounding.
RATES = st.sampled_from([0.25, 0.5, 1.0, 2.0, 8.0, 64.0])
BURSTS = st.integers(1, 20)
GAPS = st.lists(st.integers(0, 400).map(lambda n: n / 128), max_size=60)


def moments(gaps: Sequence[float]) -> list[float]:
    at, times = 0.0, []
    for gap in gaps:
        at += gap
        times.append(at)
    return times


@settings(deadline=None)
@given(
    st.floats(0.01, 1000),
    BURSTS,
    st.lists(st.floats(0, 10) | st.just(0.0), max_size=60),
    st.floats(0, 1e6),
)
def test_no_window_of_time_admits_more_than_the_burst_and_the_rate(
    rate: float, burst: int, gaps: list[float], begin: float
) -> None:
    limit = Limit(rate, burst)
    times = [begin + at for at in moments(gaps)]
    admitted = [at for at in times if limit.take(at).allowed]
    for first in range(len(admitted)):
        for last in range(first, len(admitted)):
            window_s = admitted[last] - admitted[first]
            assert last - first + 1 <= burst + rate * window_s + 1e-3


@settings(deadline=None)
@given(RATES, BURSTS, GAPS)
def test_decisions_are_those_of_a_token_bucket(rate: float, burst: int, gaps: list[float]) -> None:
    limit = Limit(rate, burst)
    tokens, before = Fraction(burst), Fraction(0)
    for at in moments(gaps):
        now = Fraction(at)
        tokens = min(Fraction(burst), tokens + (now - before) * Fraction(rate))
        before = now
        decision = limit.take(at)
        assert decision.allowed == (tokens >= 1)
        if decision.allowed:
            tokens -= 1
        assert decision.remaining == int(tokens)
        assert decision.reset_s == pytest.approx(float((burst - tokens) / Fraction(rate)))


@settings(deadline=None)
@given(RATES, BURSTS, GAPS)
def test_who_waits_as_long_as_told_is_admitted_and_not_before(
    rate: float, burst: int, gaps: list[float]
) -> None:
    limit = Limit(rate, burst)
    for at in moments(gaps):
        decision = limit.take(at)
        assert (decision.retry_after_s == 0) == decision.allowed
        if not decision.allowed:
            assert not limit.take(at + decision.retry_after_s * 0.99).allowed
            assert limit.take(at + decision.retry_after_s).allowed
            return


def test_a_burst_is_admitted_at_once_and_the_next_refused() -> None:
    limit = Limit(rate_per_s=1, burst=3)
    assert [limit.take(0).remaining for _ in range(3)] == [2, 1, 0]
    refused = limit.take(0)
    assert refused == RateDecision(allowed=False, remaining=0, reset_s=3.0, retry_after_s=1.0)


def test_a_refused_request_costs_nothing() -> None:
    limit = Limit(rate_per_s=1, burst=1)
    assert limit.take(0).allowed
    assert not any(limit.take(0.5).allowed for _ in range(100))
    assert limit.take(1).allowed


def test_keys_are_limited_apart() -> None:
    limit = Limit(rate_per_s=1, burst=1)
    assert limit.take(0, "a").allowed
    assert limit.take(0, "b").allowed
    assert not limit.take(0, "a").allowed


def test_the_key_that_was_allowed_longest_ago_is_forgotten_first() -> None:
    cache = MemoryCache(max_keys=2, monotonic=Stopwatch())

    def allowed(key: str) -> bool:
        return _result(cache.take(key, rate_per_s=1, burst=2)).allowed

    assert [allowed(key) for key in "abaca"] == [True, True, True, True, False]
    assert allowed("b"), "forgotten, so it has its burst again"
