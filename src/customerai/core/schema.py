"""The one metadata of all tables, and column types that keep promises."""

from __future__ import annotations

from datetime import datetime, timezone

import orjson
from sqlalchemy import BigInteger, Connection, Integer, MetaData, Text, event
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from customerai.core import partitions, tenancy
from customerai.core.clock import from_microseconds, to_microseconds
from customerai.core.safe_text import SafeText
from customerai.core.safe_text_issuer import issue

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


@event.listens_for(metadata, "after_create")
def _complete(target: MetaData, connection: Connection, **_: object) -> None:
    """What a schema that was made at once, not by migrations, needs besides its tables."""
    if connection.dialect.name != "postgresql":
        return
    for cut in partitions.PARTITIONED:
        if cut.table in target.tables:
            partitions.make(connection, cut, datetime.now(timezone.utc))
    for name in target.tables:
        tenancy.secure(connection, name)


# SQLite numbers rows by itself only in a column declared INTEGER.
Sequence = BigInteger().with_variant(Integer(), "sqlite")


class Timestamp(TypeDecorator[datetime]):
    """An aware UTC time, kept as whole microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone is not stored")
        # In UTC first: at the ends of the calendar a zone may reach a year that cannot be read.
        return to_microseconds(value.astimezone(timezone.utc))

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_microseconds(value)


class SafeTextColumn(TypeDecorator[SafeText]):
    """Text that only `SafeText` can be written to, and that reads back as `SafeText`.

    U+0000 is kept as U+FFFD, on every engine alike: PostgreSQL knows no such text. HTML and
    CommonMark put that character in its place too; it is as long, so that offsets hold.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: SafeText | None, dialect: Dialect) -> str | None:
        if value is not None and not isinstance(value, SafeText):
            raise TypeError("only SafeText is stored in this column")
        return None if value is None else value.replace("\0", "\ufffd")

    def process_result_value(self, value: str | None, dialect: Dialect) -> SafeText | None:
        return None if value is None else issue(value)


class JsonColumn(TypeDecorator[object]):
    """A JSON value, kept as text that every database can store."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:
        return (
            None if value is None else orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
        )

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:
        return None if value is None else orjson.loads(value)
