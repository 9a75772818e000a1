"""Column types: what goes in comes out, and what must not go in does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, Integer, MetaData, Table, create_engine, insert, select
from sqlalchemy.exc import StatementError
from sqlalchemy.pool import StaticPool

from customerai.core.safe_text import SafeText
from customerai.core.safe_text_issuer import issue
from customerai.core.schema import JsonColumn, SafeTextColumn, Timestamp

kept = Table(
    "kept",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("at", Timestamp),
    Column("safe", SafeTextColumn),
    Column("data", JsonColumn),
)
QUICK = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def tx() -> Iterator[Connection]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        kept.metadata.create_all(connection)
        yield connection
    engine.dispose()


def through(tx: Connection, **values: object) -> dict[str, object]:
    """What comes out of a row of these values."""
    key = tx.execute(insert(kept).values(**values)).inserted_primary_key
    assert key is not None
    return dict(tx.execute(select(kept).where(kept.c.id == key[0])).one()._mapping)


ZONES = st.integers(-23 * 60, 23 * 60).map(lambda m: timezone(timedelta(minutes=m)))


@QUICK
@given(st.datetimes(datetime(2, 1, 1), datetime(9999, 12, 30), timezones=ZONES))
def test_a_time_comes_back_exactly_and_in_utc(tx: Connection, at: datetime) -> None:
    back = through(tx, at=at)["at"]
    assert back == at
    assert isinstance(back, datetime)
    assert back.tzinfo == timezone.utc


def test_the_last_microsecond_of_the_calendar_comes_back(tx: Connection) -> None:
    end = datetime.max.replace(tzinfo=timezone.utc)
    assert through(tx, at=end)["at"] == end


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 1, 1),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-1))),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=1))),
    ],
    ids=["no zone", "after the last year", "before the first"],
)
def test_a_time_that_could_not_be_read_back_is_not_stored(tx: Connection, at: datetime) -> None:
    with pytest.raises((StatementError, OverflowError)):
        through(tx, at=at)


def test_order_in_the_database_is_order_in_time(tx: Connection) -> None:
    base = datetime(2026, 1, 1, tzinfo=timezone.utc)
    times = [base + timedelta(microseconds=n) for n in (3, 1, 2)]
    ids = [through(tx, at=at)["id"] for at in times]
    found = tx.execute(select(kept.c.at).where(kept.c.id.in_(ids)).order_by(kept.c.at)).scalars()
    assert list(found) == sorted(times)


@QUICK
@given(st.text())
def test_safe_text_comes_back_as_safe_text(tx: Connection, text: str) -> None:
    back = through(tx, safe=issue(text))["safe"]
    assert isinstance(back, SafeText)
    assert back == text.replace("\0", "\ufffd"), "as long, so that offsets hold"


def test_a_character_that_not_every_engine_can_keep_is_kept_as_another_one(tx: Connection) -> None:
    assert through(tx, safe=issue("a\0b"))["safe"] == "a\ufffdb"


def test_plain_text_is_not_stored_and_not_compared_as_safe(tx: Connection) -> None:
    with pytest.raises(StatementError, match="only SafeText"):
        through(tx, safe="jane.roe@example.com")
    with pytest.raises(StatementError, match="only SafeText"):
        tx.execute(select(kept).where(kept.c.safe == "plain"))


JSON = st.recursive(
    st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@QUICK
@given(JSON)
def test_json_comes_back_as_it_was(tx: Connection, value: object) -> None:
    assert through(tx, data=value)["data"] == value


def test_json_is_kept_as_text_that_anything_reads(tx: Connection) -> None:
    row = through(tx, data={"é": [1, None]})
    text = tx.exec_driver_sql("SELECT data FROM kept WHERE id = ?", (row["id"],)).scalar_one()
    assert json.loads(text) == {"é": [1, None]}


def test_nothing_stays_nothing(tx: Connection) -> None:
    row = through(tx, at=None, safe=None, data=None)
    assert (row["at"], row["safe"], row["data"]) == (None, None, None)
