"""The large tables by month, on PostgreSQL; elsewhere they are plain tables.

A month's rows lie together, so that old months can be dropped, moved or compressed as files, and
indexes of the current one stay small. A key must hold the column by which its table is cut:
`month` is fixed when a conversation (or session) is first seen and copied to its rows, so the key
is as strong as without it. Each table has a default partition, so nothing is ever refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final

from sqlalchemy import Connection, text

from customerai.core import tenancy
from customerai.core.clock import to_microseconds

_MONTHS_A_YEAR: Final = 12


def month_of(at: datetime) -> int:
    """A month as a number that sorts, such as 202611."""
    in_utc = at.astimezone(timezone.utc)
    return in_utc.year * 100 + in_utc.month


def this_month() -> int:
    """The month in which a row is first kept: where it lies, not when what it tells happened."""
    return month_of(datetime.now(timezone.utc))


def start_of(month: int) -> datetime:
    return datetime(month // 100, month % 100, 1, tzinfo=timezone.utc)


def after(month: int) -> int:
    """The month that follows."""
    year, number = divmod(month, 100)
    return month + 1 if number < _MONTHS_A_YEAR else (year + 1) * 100 + 1


def _event_id(month: int) -> str:
    """The least id of an event of a month: ids are UUIDv7, which begin with milliseconds."""
    return f"evt_{to_microseconds(start_of(month)) // 1000:012x}"


@dataclass(frozen=True)
class Partitioned:
    """A table that is cut by month.

    Attributes:
        column: by which it is cut.
        bound: the least value of the column in a month.
    """

    table: str
    column: str
    bound: Callable[[int], str | int]

    def name(self, month: int) -> str:
        return f"{self.table}_p{month}"

    @property
    def default(self) -> str:
        return f"{self.table}_rest"


PARTITIONED: Final = (
    Partitioned("inbox_event", "id", _event_id),
    Partitioned("audit_entry", "at", lambda month: to_microseconds(start_of(month))),
    Partitioned("responder_message", "month", lambda month: month),
    Partitioned("insights_message", "month", lambda month: month),
    Partitioned("privacy_token", "month", lambda month: month),
)


def _range(cut: Partitioned, month: int) -> str:
    low, high = (_literal(cut.bound(m)) for m in (month, after(month)))
    return f"FROM ({low}) TO ({high})"


def _literal(value: str | int) -> str:
    return str(value) if isinstance(value, int) else f"'{value}'"


def found(tx: Connection) -> set[str]:
    """Names of the partitions that exist."""
    return set(
        tx.execute(
            text(
                "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE c.relispartition AND c.relkind = 'r' AND n.nspname = current_schema()"
            )
        ).scalars()
    )


def months_ahead(now: datetime) -> tuple[int, int]:
    """The current month and the next."""
    month = month_of(now)
    return month, after(month)


def make(tx: Connection, cut: Partitioned, now: datetime) -> None:
    """The default partition of a new, empty table, and those of this month and the next."""
    if tx.dialect.name != "postgresql":
        return
    there = found(tx)
    if cut.default not in there:
        tx.execute(text(f"CREATE TABLE {cut.default} PARTITION OF {cut.table} DEFAULT"))
        tenancy.shut(tx, cut.default)
    for month in months_ahead(now):
        name = cut.name(month)
        if name not in there:
            tx.execute(
                text(
                    f"CREATE TABLE {name} PARTITION OF {cut.table} FOR VALUES {_range(cut, month)}"
                )
            )
            tenancy.shut(tx, name)


def missing(now: datetime, tx: Connection) -> list[tuple[Partitioned, int]]:
    """Partitions of this month and the next that do not exist yet."""
    if tx.dialect.name != "postgresql":
        return []
    there = found(tx)
    return [
        (cut, month)
        for cut in PARTITIONED
        for month in months_ahead(now)
        if cut.name(month) not in there
    ]


def attach(cut: Partitioned, month: int, tx: Connection) -> None:
    """Make a month's partition of a table that is in use.

    A table is made apart and then attached: that locks out nobody who reads or writes the other
    months. Only the default partition is looked through, and that is all but empty. When it holds
    rows of this month already (nobody kept house for over a month) they stay there.
    """
    name = cut.name(month)
    tx.execute(text("SELECT pg_advisory_xact_lock(hashtext('customerai partitions'))"))
    if name in found(tx):
        return
    tx.execute(text(f"CREATE TABLE {name} (LIKE {cut.table} INCLUDING ALL)"))
    tenancy.shut(tx, name)
    tx.execute(
        text(f"ALTER TABLE {cut.table} ATTACH PARTITION {name} FOR VALUES {_range(cut, month)}")
    )


def drop_old_inbox(before: datetime, tx: Connection) -> int:
    """Drop months of the inbox in which nothing was handled since; returns how many."""
    if tx.dialect.name != "postgresql":
        return 0
    cut = PARTITIONED[0]
    last = month_of(before - timedelta(days=1))
    dropped = 0
    for name in sorted(found(tx)):
        number = name.removeprefix(f"{cut.table}_p")
        if number == name or not number.isdigit() or after(int(number)) > last:
            continue
        # Through the parent: nothing of a partition is visible by its own name.
        low, high = cut.bound(int(number)), cut.bound(after(int(number)))
        newest = tx.execute(
            text("SELECT max(handled_at) FROM inbox_event WHERE id >= :low AND id < :high"),
            {"low": low, "high": high},
        ).scalar_one()
        # An old event that was told again from the dead letters lies in its own old month.
        if newest is None or newest < to_microseconds(before):
            tx.execute(text(f"DROP TABLE {name}"))
            dropped += 1
    return dropped
