"""The one metadata of all tables, and column types that keep promises."""

from __future__ import annotations

from datetime import datetime, timezone

import orjson
from sqlalchemy import BigInteger, Integer, MetaData, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

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
    """Text that only `SafeText` can be written to, and that reads back as `SafeText`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: SafeText | None, dialect: Dialect) -> str | None:
        if value is not None and not isinstance(value, SafeText):
            raise TypeError("only SafeText is stored in this column")
        return None if value is None else str(value)

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
