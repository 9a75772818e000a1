"""Clocks, and times as numbers."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from customerai.core.clock import FixedClock, SystemClock, from_microseconds, to_microseconds


def test_the_system_clock_is_aware_and_in_utc() -> None:
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(0)
    assert SystemClock().now() >= now


def test_a_fixed_clock_moves_only_when_it_is_moved() -> None:
    begin = datetime(2026, 1, 1, tzinfo=timezone.utc)
    clock = FixedClock(begin)
    assert clock.now() == clock.now() == begin
    clock.advance(timedelta(seconds=3))
    assert clock.now() == begin + timedelta(seconds=3)


@settings(deadline=None)
@given(st.datetimes(timezones=st.just(timezone.utc)))
def test_a_time_survives_as_microseconds(at: datetime) -> None:
    assert from_microseconds(to_microseconds(at)) == at


def test_microseconds_count_from_1970() -> None:
    assert to_microseconds(datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=timezone.utc)) == 1_000_005
    east = datetime(1970, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    assert to_microseconds(east) == 0
