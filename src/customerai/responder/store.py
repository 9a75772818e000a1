"""Every query of the responder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import and_, bindparam, delete, func, insert, literal, select, tuple_, update

from customerai.contracts.responder import Role, StoredMessage
from customerai.core.db import Transaction, insert_new, upsert
from customerai.core.safe_text import SafeText
from customerai.responder.tables import conversation, document, message, passage, reply

_FIRST_WORTH_CHARS = 20


@dataclass(frozen=True)
class Conversation:
    """A conversation without its messages."""

    tenant: str
    id: str
    subject: str
    channel: SafeText
    status: str
    groups: dict[str, str]
    attributes: dict[str, str]
    messages: int
    started_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class Message:
    """A message as it is kept."""

    id: str
    conversation_id: str
    seq: int
    role: Role
    text: SafeText
    at: datetime


@dataclass(frozen=True)
class NewMessage:
    """A message to be kept."""

    id: str
    role: Role
    text: SafeText
    at: datetime
    receipt_id: str


@dataclass(frozen=True)
class Document:
    """A knowledge document without its passages."""

    tenant: str
    id: str
    title: SafeText
    format: str
    audience: str
    digest: str
    passages: int
    version: int
    updated_at: datetime


@dataclass(frozen=True)
class Passage:
    """A piece of a document."""

    id: str
    document_id: str
    heading: SafeText
    text: SafeText
    sentences: list[tuple[int, int]]
    vectors: NDArray[np.float16]


@dataclass(frozen=True)
class StoredReply:
    """A reply as it was made."""

    tenant: str
    conversation_id: str
    id: str
    message_id: str
    status: str
    action: str
    reason: str | None
    text: SafeText
    citations: list[dict[str, Any]]
    confidence: float
    model: str
    receipt_id: str
    at: datetime


_CONVERSATION = [column for column in conversation.c if column.name != "month"]


def add_conversations(tx: Transaction, new: Iterable[Conversation]) -> int:
    """Keep conversations, each once; returns how many were new."""
    return insert_new(tx, conversation, [vars(item) for item in new])


def find_conversation(tx: Transaction, tenant: str, conversation_id: str) -> Conversation | None:
    return find_conversations(tx, tenant, [conversation_id]).get(conversation_id)


def find_conversations(tx: Transaction, tenant: str, ids: Sequence[str]) -> dict[str, Conversation]:
    """The conversations of a tenant that exist among these ids."""
    rows = tx.execute(
        select(*_CONVERSATION).where(conversation.c.tenant == tenant, conversation.c.id.in_(ids))
    )
    return {row.id: Conversation(**row._mapping) for row in rows}


def list_conversations(
    tx: Transaction, tenant: str, *, before: tuple[datetime, str] | None, limit: int
) -> list[Conversation]:
    """Conversations of a tenant, the one with the newest message first."""
    statement = select(*_CONVERSATION).where(conversation.c.tenant == tenant)
    if before is not None:
        statement = statement.where(
            tuple_(conversation.c.last_at, conversation.c.id) < tuple_(*_bound(before))
        )
    rows = tx.execute(
        statement.order_by(conversation.c.last_at.desc(), conversation.c.id.desc()).limit(limit)
    )
    return [Conversation(**row._mapping) for row in rows]


def _bound(cursor: tuple[datetime, str]) -> tuple[Any, Any]:
    return literal(cursor[0], conversation.c.last_at.type), literal(cursor[1])


def existing_messages(tx: Transaction, tenant: str, ids: Sequence[str]) -> set[str]:
    """Those of the ids that are kept already."""
    return set(
        tx.execute(
            select(message.c.id).where(message.c.tenant == tenant, message.c.id.in_(list(ids)))
        ).scalars()
    )


def add_messages(
    tx: Transaction, tenant: str, new: Mapping[str, Sequence[NewMessage]]
) -> dict[str, list[Message]]:
    """Append messages, by conversation; those that are kept already are left out of what returns.

    Conversations are locked while their messages are numbered, always in one order.
    """
    if not new:
        return {}
    here = and_(conversation.c.tenant == tenant, conversation.c.id.in_(sorted(new)))
    owners = tx.execute(
        select(
            conversation.c.id,
            conversation.c.month,
            conversation.c.messages,
            conversation.c.started_at,
            conversation.c.last_at,
        )
        .where(here)
        .order_by(conversation.c.id)
        .with_for_update()
    ).all()
    lasts, kept = _numbers(tx, tenant, new)
    rows, changes = [], []
    added: dict[str, list[Message]] = {}
    for owner in owners:
        seq = lasts.get(owner.id, -1) + 1
        fresh = {item.id: item for item in reversed(new[owner.id]) if item.id not in kept}
        messages = added[owner.id] = []
        for item in new[owner.id]:
            if fresh.pop(item.id, None) is None:
                continue
            messages.append(Message(item.id, owner.id, seq, item.role, item.text, item.at))
            rows.append(
                {
                    "tenant": tenant,
                    "conversation_id": owner.id,
                    "id": item.id,
                    "month": owner.month,
                    "seq": seq,
                    "role": item.role.value,
                    "text": item.text,
                    "at": item.at,
                    "receipt_id": item.receipt_id,
                }
            )
            seq += 1
        if messages:
            changes.append(
                {
                    "in_tenant": tenant,
                    "with_id": owner.id,
                    "messages": owner.messages + len(messages),
                    "started_at": min(owner.started_at, *(m.at for m in messages)),
                    "last_at": max(owner.last_at, *(m.at for m in messages)),
                }
            )
    if rows:
        tx.execute(insert(message), rows)
        tx.execute(_COUNT_MESSAGES, changes)
    return added


_COUNT_MESSAGES = (
    update(conversation)
    .where(
        conversation.c.tenant == bindparam("in_tenant"), conversation.c.id == bindparam("with_id")
    )
    .values(
        messages=bindparam("messages"),
        started_at=bindparam("started_at"),
        last_at=bindparam("last_at"),
    )
)


def _numbers(
    tx: Transaction, tenant: str, new: Mapping[str, Sequence[NewMessage]]
) -> tuple[dict[str, int], set[str]]:
    """The last number in each conversation, and which of the messages are kept already."""
    lasts = {
        row.conversation_id: row.last
        for row in tx.execute(
            select(message.c.conversation_id, func.max(message.c.seq).label("last"))
            .where(message.c.tenant == tenant, message.c.conversation_id.in_(sorted(new)))
            .group_by(message.c.conversation_id)
        )
    }
    # Ids tell the conversation that they belong to, so one is kept in no other.
    ids = [item.id for items in new.values() for item in items]
    return lasts, existing_messages(tx, tenant, ids) if lasts else set()


def list_messages(
    tx: Transaction, tenant: str, conversation_id: str, *, after: int = -1, limit: int = 500
) -> list[Message]:
    """Messages of a conversation in the order in which they were kept."""
    rows = tx.execute(
        select(message)
        .where(
            message.c.tenant == tenant,
            message.c.conversation_id == conversation_id,
            message.c.seq > after,
        )
        .order_by(message.c.seq)
        .limit(limit)
    )
    return [_message(row) for row in rows]


def find_message(tx: Transaction, tenant: str, conversation_id: str, message_id: str) -> Message:
    """A message that is known to be kept."""
    return _message(
        tx.execute(
            select(message).where(
                message.c.tenant == tenant,
                message.c.conversation_id == conversation_id,
                message.c.id == message_id,
            )
        ).one()
    )


def last_messages(
    tx: Transaction, tenant: str, conversation_id: str, *, until: str | None, limit: int
) -> list[Message]:
    """The newest messages of a conversation up to the one with the id `until`, oldest first."""
    here = and_(message.c.tenant == tenant, message.c.conversation_id == conversation_id)
    statement = select(message).where(here)
    if until is not None:
        last = select(message.c.seq).where(here, message.c.id == until).scalar_subquery()
        statement = statement.where(message.c.seq <= last)
    rows = tx.execute(statement.order_by(message.c.seq.desc()).limit(limit)).all()
    return [_message(row) for row in reversed(rows)]


def _message(row: Any) -> Message:
    return Message(row.id, row.conversation_id, row.seq, Role(row.role), row.text, row.at)


def find_messages(tx: Transaction, tenant: str, ids: Sequence[str]) -> list[StoredMessage]:
    """Messages by their ids, in the order asked."""
    rows = tx.execute(
        select(message, conversation.c.channel)
        .join(
            conversation,
            (conversation.c.tenant == message.c.tenant)
            & (conversation.c.id == message.c.conversation_id),
        )
        .where(message.c.tenant == tenant, message.c.id.in_(list(ids)))
    )
    found = {
        row.id: StoredMessage(
            row.id, row.conversation_id, Role(row.role), row.text, row.at, row.channel
        )
        for row in rows
    }
    return [found[wanted] for wanted in ids if wanted in found]


def openings(tx: Transaction, tenant: str, conversation_ids: Sequence[str]) -> dict[str, SafeText]:
    """The first customer message of some length of each conversation, else its first one."""
    rows = tx.execute(
        select(message.c.conversation_id, message.c.text)
        .where(
            message.c.tenant == tenant,
            message.c.conversation_id.in_(list(conversation_ids)),
            message.c.role == Role.CUSTOMER.value,
        )
        .order_by(message.c.conversation_id, message.c.seq)
    )
    found: dict[str, SafeText] = {}
    for row in rows:
        if len(found.get(row.conversation_id, "")) < _FIRST_WORTH_CHARS and (
            row.conversation_id not in found or len(row.text) >= _FIRST_WORTH_CHARS
        ):
            found[row.conversation_id] = row.text
    return found


def put_document(tx: Transaction, new: Document, passages: Sequence[Passage]) -> Document:
    """Keep a document and its passages in place of any earlier version, which is lower."""
    earlier = find_document(tx, new.tenant, new.id, locked=True)
    if earlier is not None and earlier.version >= new.version:
        new = replace(new, version=earlier.version + 1)
    upsert(tx, document, [vars(new)])
    tx.execute(
        delete(passage).where(passage.c.tenant == new.tenant, passage.c.document_id == new.id)
    )
    if passages:
        tx.execute(
            insert(passage),
            [
                {
                    "tenant": new.tenant,
                    "document_id": new.id,
                    "id": item.id,
                    "seq": seq,
                    "heading": item.heading,
                    "text": item.text,
                    "sentences": [list(span) for span in item.sentences],
                    "vectors": item.vectors.astype("<f2").tobytes(),
                }
                for seq, item in enumerate(passages)
            ],
        )
    return new


def drop_document(tx: Transaction, tenant: str, document_id: str) -> bool:
    """Whether there was such a document."""
    tx.execute(
        delete(passage).where(passage.c.tenant == tenant, passage.c.document_id == document_id)
    )
    done = tx.execute(
        delete(document).where(document.c.tenant == tenant, document.c.id == document_id)
    )
    return done.rowcount == 1


def document_versions(tx: Transaction, tenant: str) -> dict[str, tuple[int, str]]:
    """Which documents there are: the version and the audience of each."""
    rows = tx.execute(
        select(document.c.id, document.c.version, document.c.audience).where(
            document.c.tenant == tenant
        )
    )
    return {row.id: (row.version, row.audience) for row in rows}


def find_document(
    tx: Transaction, tenant: str, document_id: str, *, locked: bool = False
) -> Document | None:
    """A document.

    Args:
        locked: nobody else changes it until the transaction ends.
    """
    statement = select(document).where(document.c.tenant == tenant, document.c.id == document_id)
    row = tx.execute(statement.with_for_update() if locked else statement).one_or_none()
    return None if row is None else Document(**row._mapping)


def list_documents(
    tx: Transaction, tenant: str, *, after: str | None, limit: int
) -> list[Document]:
    """Documents of a tenant by id."""
    statement = select(document).where(document.c.tenant == tenant)
    if after is not None:
        statement = statement.where(document.c.id > after)
    rows = tx.execute(statement.order_by(document.c.id).limit(limit))
    return [Document(**row._mapping) for row in rows]


def passages_of(
    tx: Transaction, tenant: str, document_ids: Iterable[str], dimensions: int
) -> Mapping[str, list[Passage]]:
    """Passages in order, by document; `dimensions` is the length of a vector."""
    rows = tx.execute(
        select(passage)
        .where(passage.c.tenant == tenant, passage.c.document_id.in_(list(document_ids)))
        .order_by(passage.c.document_id, passage.c.seq)
    )
    found: dict[str, list[Passage]] = {}
    for row in rows:
        found.setdefault(row.document_id, []).append(
            Passage(
                row.id,
                row.document_id,
                row.heading,
                row.text,
                [(start, end) for start, end in row.sentences],
                np.frombuffer(row.vectors, dtype="<f2").reshape(-1, dimensions),
            )
        )
    return found


def add_reply(tx: Transaction, new: StoredReply) -> bool:
    """Keep a reply; False when one of that id is there."""
    return insert_new(tx, reply, [vars(new)]) == 1


def find_reply(
    tx: Transaction, tenant: str, conversation_id: str, reply_id: str
) -> StoredReply | None:
    row = tx.execute(
        select(reply).where(
            reply.c.tenant == tenant,
            reply.c.conversation_id == conversation_id,
            reply.c.id == reply_id,
        )
    ).one_or_none()
    return None if row is None else StoredReply(**row._mapping)


def list_replies(
    tx: Transaction, tenant: str, conversation_id: str, *, limit: int
) -> list[StoredReply]:
    """Replies that were made for a conversation, newest first."""
    rows = tx.execute(
        select(reply)
        .where(reply.c.tenant == tenant, reply.c.conversation_id == conversation_id)
        .order_by(reply.c.at.desc(), reply.c.id.desc())
        .limit(limit)
    )
    return [StoredReply(**row._mapping) for row in rows]
