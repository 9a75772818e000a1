"""What insights keeps of single conversations: erased, contributed, never brought back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

import orjson
from sqlalchemy import delete, select

from customerai.contracts.events import DecisionMade, MessageReceived
from customerai.core import erased
from customerai.core.db import Transaction
from customerai.insights.tables import conversation, message

E = TypeVar("E", MessageReceived, DecisionMade)
_CHUNK: Final = 2000


class ErasedMeanwhile(RuntimeError):
    """A conversation was erased while its messages were scored; they are looked at again."""


def erase(tx: Transaction, tenant: str, conversation_ids: Collection[str]) -> dict[str, int]:
    """Delete scores and states of conversations; returns how many. Counts by the hour stay: they
    tell of nobody."""
    scores = states = 0
    for some in erased.in_batches(sorted(conversation_ids)):
        scores += tx.execute(
            delete(message).where(message.c.tenant == tenant, message.c.conversation_id.in_(some))
        ).rowcount
        states += tx.execute(
            delete(conversation).where(
                conversation.c.tenant == tenant, conversation.c.conversation_id.in_(some)
            )
        ).rowcount
    return {"scores": scores, "conversations": states}


def contributions(
    tx: Transaction, tenant: str, conversation_ids: Sequence[str]
) -> Iterator[tuple[bytes, int]]:
    """The scores of conversations' messages as JSON, and how many."""
    for some in erased.in_batches(sorted(conversation_ids)):
        rows = tx.execute(
            select(message)
            .where(message.c.tenant == tenant, message.c.conversation_id.in_(some))
            .order_by(message.c.conversation_id, message.c.at, message.c.message_id)
        )
        while part := rows.fetchmany(_CHUNK):
            yield orjson.dumps({"analysis": [_score(row) for row in part]}), len(part)


def _score(row: Any) -> dict[str, Any]:
    return {
        "conversation_id": row.conversation_id,
        "message_id": row.message_id,
        "at": row.at.isoformat(),
        "language": row.language,
        "sentiment": row.sentiment,
        "sentiment_score": row.sentiment_score,
        "intent": row.intent,
        "intent_score": row.intent_score,
    }


def not_erased(tx: Transaction, tenant: str, events: Sequence[E]) -> list[E]:
    """The events of conversations that were not erased since."""
    since = erased.since(tx, tenant, {event.conversation_id for event in events})
    return [
        event
        for event in events
        if event.conversation_id not in since
        or datetime.fromisoformat(event.at) > since[event.conversation_id]
    ]


def refuse_erased(tx: Transaction, tenant: str, events: Sequence[E]) -> None:
    """Hold erasures off, and make sure that none of the events was overtaken by one.

    Raises:
        ErasedMeanwhile: one was; whoever tells the events tells them again.
    """
    erased.hold_off(tx, tenant)
    if len(not_erased(tx, tenant, events)) != len(events):
        raise ErasedMeanwhile
