"""What the responder keeps of customers: erased, contributed to exports, looked through by age."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import delete, select

from customerai.contracts.rights import PIECE
from customerai.core import erased
from customerai.core.db import Transaction
from customerai.core.partitions import month_of
from customerai.responder.tables import conversation, message, reply

_CHUNK: Final = 2000  # messages that one contribution holds


@dataclass(frozen=True)
class Gone:
    """What an erasure took away.

    Attributes:
        replies: their ids, under which decisions are known elsewhere.
    """

    conversations: int
    messages: int
    replies: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        return {
            "conversations": self.conversations,
            "messages": self.messages,
            "replies": len(self.replies),
        }


def conversations_of(
    tx: Transaction, tenant: str, subject_id: str | None, conversation_ids: Collection[str]
) -> list[str]:
    """A customer's conversations and those that are named, as far as they exist."""
    found: set[str] = set()
    if subject_id is not None:
        found |= set(
            tx.execute(
                select(conversation.c.id).where(
                    conversation.c.tenant == tenant, conversation.c.subject == subject_id
                )
            ).scalars()
        )
    for some in erased.in_batches(sorted(conversation_ids)):
        found |= set(
            tx.execute(
                select(conversation.c.id).where(
                    conversation.c.tenant == tenant, conversation.c.id.in_(some)
                )
            ).scalars()
        )
    return sorted(found)


def erase(tx: Transaction, tenant: str, conversation_ids: Sequence[str]) -> Gone:
    """Delete conversations with their messages, replies and drafts, and the quotes in them."""
    conversations = messages = 0
    replies: list[str] = []
    for some in erased.in_batches(sorted(conversation_ids)):
        conversations += tx.execute(
            delete(conversation).where(conversation.c.tenant == tenant, conversation.c.id.in_(some))
        ).rowcount
        messages += tx.execute(
            delete(message).where(message.c.tenant == tenant, message.c.conversation_id.in_(some))
        ).rowcount
        replies += tx.execute(
            delete(reply)
            .where(reply.c.tenant == tenant, reply.c.conversation_id.in_(some))
            .returning(reply.c.id)
        ).scalars()
    return Gone(conversations, messages, tuple(sorted(replies)))


def contributions(
    tx: Transaction, tenant: str, conversation_ids: Sequence[str]
) -> Iterator[tuple[bytes, dict[str, int], list[str]]]:
    """What is known of conversations: records as JSON, how many of each kind, ids of replies.

    A contribution holds whole conversations, or goes on with the last one of that before it.
    """
    held: dict[str, list[dict[str, Any]]] = _empty()
    for conversation_id in sorted(conversation_ids):
        row = tx.execute(
            select(conversation).where(
                conversation.c.tenant == tenant, conversation.c.id == conversation_id
            )
        ).one_or_none()
        if row is None:
            continue
        head = _head(row)
        held["conversations"].append({**head, "continued": False})
        held["replies"] += _replies(tx, tenant, conversation_id)
        after = -1
        while rows := _messages(tx, tenant, conversation_id, after):
            after = rows[-1].seq
            held["messages"] += [_message(item) for item in rows]
            if len(held["messages"]) >= _CHUNK:
                yield _told(held)
                held = _empty()
                held["conversations"].append({**head, "continued": True})
    yield _told(held)


def _empty() -> dict[str, list[dict[str, Any]]]:
    return {"conversations": [], "messages": [], "replies": []}


def _told(
    held: Mapping[str, Sequence[Mapping[str, Any]]],
) -> tuple[bytes, dict[str, int], list[str]]:
    counts = {
        "conversations": sum(not item["continued"] for item in held["conversations"]),
        "messages": len(held["messages"]),
        "replies": len(held["replies"]),
    }
    return orjson.dumps(held), counts, [str(item["id"]) for item in held["replies"]]


def _head(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "channel": str(row.channel),
        "status": row.status,
        "groups": row.groups,
        "attributes": row.attributes,
        "messages": row.messages,
        "started_at": row.started_at.isoformat(),
        "last_at": row.last_at.isoformat(),
    }


def _messages(tx: Transaction, tenant: str, conversation_id: str, after: int) -> Sequence[Any]:
    return tx.execute(
        select(message)
        .where(
            message.c.tenant == tenant,
            message.c.conversation_id == conversation_id,
            message.c.seq > after,
        )
        .order_by(message.c.seq)
        .limit(_CHUNK)
    ).all()


def _message(row: Any) -> dict[str, Any]:
    return {
        "conversation_id": row.conversation_id,
        "id": row.id,
        "role": row.role,
        "text": str(row.text),
        "at": row.at.isoformat(),
    }


def _replies(tx: Transaction, tenant: str, conversation_id: str) -> list[dict[str, Any]]:
    rows = tx.execute(
        select(reply)
        .where(reply.c.tenant == tenant, reply.c.conversation_id == conversation_id)
        .order_by(reply.c.at, reply.c.id)
    )
    return [
        {
            "conversation_id": row.conversation_id,
            "id": row.id,
            "message_id": row.message_id,
            "at": row.at.isoformat(),
            "status": row.status,
            "reason": row.reason,
            "text": str(row.text),
            "citations": row.citations,
            "confidence": row.confidence,
            "model": row.model,
        }
        for row in rows
    ]


@dataclass(frozen=True)
class Aged:
    """Conversations whose last message is older than a time.

    Attributes:
        months: by the month of their last message, such as `2026-11`.
        held: how many stay since their customer is held.
    """

    ids: tuple[str, ...]
    months: dict[str, int]
    oldest: datetime | None
    held: int

    def pieces(self) -> Iterator[list[str]]:
        return erased.in_batches(self.ids, PIECE)


def aged(tx: Transaction, tenant: str, before: datetime, held: Collection[str]) -> Aged:
    """Conversations whose last message is older than `before`."""
    rows = tx.execute(
        select(conversation.c.id, conversation.c.subject, conversation.c.last_at)
        .where(conversation.c.tenant == tenant, conversation.c.last_at < before)
        .order_by(conversation.c.last_at)
    ).all()
    stays = set(held)
    going = [row for row in rows if row.subject not in stays]
    months: dict[str, int] = {}
    for row in going:
        number = month_of(row.last_at)
        name = f"{number // 100}-{number % 100:02d}"
        months[name] = months.get(name, 0) + 1
    return Aged(
        tuple(row.id for row in going),
        months,
        going[0].last_at if going else None,
        len(rows) - len(going),
    )
