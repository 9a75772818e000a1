"""Every query of insights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, insert, literal, select, tuple_

from customerai.core.db import Transaction, add_to_counts, insert_missing, is_shared, upsert
from customerai.insights.rollups import Cell, ConversationState, ScoredMessage
from customerai.insights.tables import conversation, message, rollup

_HOURS_A_DAY = 24


@dataclass(frozen=True)
class ConversationRow:
    """A conversation as lists show it."""

    conversation_id: str
    channel: str
    started_at: datetime
    messages: int
    reason: str | None
    sentiment: str
    outcome: str | None


@dataclass(frozen=True)
class Filter:
    """Which conversations are meant; None means any.

    Attributes:
        start, end: when they began, `end` excluded.
        reason: a label, or `none` for those without.
    """

    start: datetime | None = None
    end: datetime | None = None
    reason: str | None = None
    sentiment: str | None = None
    outcome: str | None = None
    channel: str | None = None


def find_states(tx: Transaction, tenant: str, ids: Iterable[str]) -> dict[str, ConversationState]:
    """The states of conversations that are known."""
    return _states(tx, tenant, ids)


def lock_states(
    tx: Transaction, tenant: str, opened: Mapping[str, ConversationState]
) -> dict[str, ConversationState]:
    """The states of those of these conversations that are known; nobody else changes any of them
    until the transaction ends.

    Args:
        opened: what each is while nothing is known of it. Where several processes write, those
            that are new are kept so at once, lest two of them believe to have met them first;
            the caller must put their states in this same transaction.
    """
    if not is_shared(tx):
        return _states(tx, tenant, opened)
    made = insert_missing(tx, conversation, [_values(tenant, state) for state in opened.values()])
    new = {conversation_id for _, conversation_id in made}
    return _states(tx, tenant, opened.keys() - new, locked=True)


def _states(
    tx: Transaction, tenant: str, ids: Iterable[str], *, locked: bool = False
) -> dict[str, ConversationState]:
    statement = (
        select(conversation)
        .where(
            conversation.c.tenant == tenant, conversation.c.conversation_id.in_(sorted(set(ids)))
        )
        .order_by(conversation.c.conversation_id)
    )
    rows = tx.execute(statement.with_for_update() if locked else statement)
    return {
        row.conversation_id: ConversationState(
            row.conversation_id,
            row.channel,
            row.started_at,
            row.messages,
            row.negative,
            row.neutral,
            row.positive,
            row.intents,
            row.outcome,
        )
        for row in rows
    }


def put_states(tx: Transaction, tenant: str, states: Iterable[ConversationState]) -> None:
    """Keep states in place of earlier ones."""
    upsert(
        tx,
        conversation,
        [
            _values(tenant, state)
            for state in sorted(states, key=lambda state: state.conversation_id)
        ],
    )


def _values(tenant: str, state: ConversationState) -> dict[str, object]:
    return {
        "tenant": tenant,
        "conversation_id": state.conversation_id,
        "channel": state.channel,
        "started_at": state.started_at,
        "messages": state.messages,
        "negative": state.negative,
        "neutral": state.neutral,
        "positive": state.positive,
        "intents": dict(state.intents),
        "reason": state.reason,
        "sentiment": state.sentiment,
        "outcome": state.outcome,
    }


def add_scores(tx: Transaction, tenant: str, messages: Sequence[ScoredMessage]) -> None:
    """Keep the scores of messages of conversations whose states are kept."""
    if messages:
        ids = sorted({item.conversation_id for item in messages})
        months = {
            row.conversation_id: row.month
            for row in tx.execute(
                select(conversation.c.conversation_id, conversation.c.month).where(
                    conversation.c.tenant == tenant, conversation.c.conversation_id.in_(ids)
                )
            )
        }
        tx.execute(
            insert(message),
            [
                {
                    "tenant": tenant,
                    "month": months[item.conversation_id],
                    **{name: value for name, value in vars(item).items() if name != "channel"},
                }
                for item in messages
            ],
        )


def add_counts(tx: Transaction, tenant: str, cells: Counter[Cell]) -> None:
    """Add to the counts by the hour."""
    add_to_counts(
        tx,
        rollup,
        [
            {
                "tenant": tenant,
                "hour": hour,
                "channel": channel,
                "measure": measure,
                "value": value,
                "n": n,
            }
            for (hour, channel, measure, value), n in sorted(cells.items())
            if n
        ],
    )


def span_of_hours(tx: Transaction, tenant: str) -> tuple[int, int] | None:
    """The first and the last hour with a count."""
    row = tx.execute(
        select(func.min(rollup.c.hour).label("low"), func.max(rollup.c.hour).label("high")).where(
            rollup.c.tenant == tenant
        )
    ).one()
    return None if row.low is None else (row.low, row.high)


def totals(
    tx: Transaction, tenant: str, *, start: int, end: int, channel: str | None
) -> dict[tuple[str, str], int]:
    """Sums by measure and value over hours, `end` excluded."""
    rows = tx.execute(
        select(rollup.c.measure, rollup.c.value, func.sum(rollup.c.n).label("n"))
        .where(_hours(tenant, start, end, channel))
        .group_by(rollup.c.measure, rollup.c.value)
    )
    return {(row.measure, row.value): int(row.n) for row in rows}


def series(
    tx: Transaction, tenant: str, *, start: int, end: int, channel: str | None, daily: bool
) -> dict[int, dict[tuple[str, str], int]]:
    """Sums by bucket (its first hour), measure and value."""
    step = _HOURS_A_DAY if daily else 1
    bucket = rollup.c.hour - rollup.c.hour % step
    rows = tx.execute(
        select(
            bucket.label("bucket"),
            rollup.c.measure,
            rollup.c.value,
            func.sum(rollup.c.n).label("n"),
        )
        .where(
            _hours(tenant, start, end, channel),
            rollup.c.measure.in_(["conversations", "customer_messages", "sentiment", "outcome"]),
        )
        .group_by(bucket, rollup.c.measure, rollup.c.value)
    )
    found: dict[int, dict[tuple[str, str], int]] = {}
    for row in rows:
        found.setdefault(row.bucket, {})[row.measure, row.value] = int(row.n)
    return found


def _hours(tenant: str, start: int, end: int, channel: str | None) -> ColumnElement[bool]:
    condition = and_(rollup.c.tenant == tenant, rollup.c.hour >= start, rollup.c.hour < end)
    return condition if channel is None else and_(condition, rollup.c.channel == channel)


def list_conversations(
    tx: Transaction,
    tenant: str,
    wanted: Filter,
    *,
    before: tuple[datetime, str] | None,
    limit: int,
) -> list[ConversationRow]:
    """Conversations that fit a filter, newest first."""
    statement = _where(select(conversation).where(conversation.c.tenant == tenant), wanted)
    if before is not None:
        at, last_id = before
        statement = statement.where(
            tuple_(conversation.c.started_at, conversation.c.conversation_id)
            < tuple_(literal(at, conversation.c.started_at.type), literal(last_id))
        )
    rows = tx.execute(
        statement.order_by(
            conversation.c.started_at.desc(), conversation.c.conversation_id.desc()
        ).limit(limit)
    )
    return [_row(row) for row in rows]


def _where(statement: Select[tuple[object, ...]], wanted: Filter) -> Select[tuple[object, ...]]:
    if wanted.start is not None:
        statement = statement.where(conversation.c.started_at >= wanted.start)
    if wanted.end is not None:
        statement = statement.where(conversation.c.started_at < wanted.end)
    if wanted.reason == "none":
        statement = statement.where(conversation.c.reason.is_(None))
    elif wanted.reason is not None:
        statement = statement.where(conversation.c.reason == wanted.reason)
    for column, value in (
        (conversation.c.sentiment, wanted.sentiment),
        (conversation.c.outcome, wanted.outcome),
        (conversation.c.channel, wanted.channel),
    ):
        if value is not None:
            statement = statement.where(column == value)
    return statement


def find_conversation(tx: Transaction, tenant: str, conversation_id: str) -> ConversationRow | None:
    row = tx.execute(
        select(conversation).where(
            conversation.c.tenant == tenant, conversation.c.conversation_id == conversation_id
        )
    ).one_or_none()
    return None if row is None else _row(row)


def _row(row: object) -> ConversationRow:
    fields = ConversationRow.__dataclass_fields__
    return ConversationRow(**{name: getattr(row, name) for name in fields})


def scores_of(tx: Transaction, tenant: str, conversation_id: str) -> list[ScoredMessage]:
    """The scored messages of a conversation, oldest first."""
    rows = tx.execute(
        select(message)
        .where(message.c.tenant == tenant, message.c.conversation_id == conversation_id)
        .order_by(message.c.at, message.c.message_id)
    )
    return [
        ScoredMessage(
            channel="",
            **{
                name: value
                for name, value in row._mapping.items()
                if name not in ("tenant", "month")
            },
        )
        for row in rows
    ]
