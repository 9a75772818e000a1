"""Conversations and their messages: kept safe, each once."""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final

from customerai.contracts.events import MessageReceived
from customerai.contracts.privacy import (
    AnonymizeRequest,
    AnonymizeResult,
    Privacy,
)
from customerai.contracts.responder import ImportedMessage, ImportOutcome, Role, StoredMessage
from customerai.core import audit, erased, outbox
from customerai.core.clock import Clock
from customerai.core.crypto import KeyRing
from customerai.core.db import Database, Transaction
from customerai.core.errors import Conflict, NotFound
from customerai.core.ids import new_id
from customerai.core.principal import Principal
from customerai.core.safe_text import SafeText, part
from customerai.core.telemetry import Metrics
from customerai.responder import store
from customerai.responder.store import Conversation, Message, NewMessage

_MOST_LABELS: Final = 10_000
_MOST_LABEL_CHARS: Final = 64


class ConversationNotFound(NotFound):
    """No conversation with that id in this tenant."""

    def __init__(self, conversation_id: str) -> None:
        super().__init__("No conversation with that id.", conversation_id=conversation_id)


class MessageErased(Conflict):
    """The message was said before its customer or conversation was erased; it stays erased."""

    def __init__(self) -> None:
        super().__init__("What was said before the erasure stays erased; send what came after.")


@dataclass(frozen=True)
class NewConversation:
    """A conversation to be opened.

    Attributes:
        external: another system's id for it; opening it again gives the same conversation.
        customer: another system's id of the customer.
    """

    external: str | None = None
    customer: str | None = None
    channel: str = "api"
    groups: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass
class _Batch:
    """The messages of one conversation in an import, and what became of them."""

    conversation: Conversation
    messages: list[tuple[str, ImportedMessage]]
    safe: list[NewMessage] = field(default_factory=list)


class _Labels:
    """Channel names, group labels and the like that privacy has found nothing in."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, SafeText] = OrderedDict()

    def learn(self, labels: Sequence[str], result: AnonymizeResult) -> dict[str, SafeText]:
        """The safe form of labels; only those without personal data are remembered."""
        safe = {}
        for label, anonymized in zip(labels, result.results, strict=True):
            safe[label] = anonymized.text
            if not anonymized.spans:
                self._known[label] = anonymized.text
                if len(self._known) > _MOST_LABELS:
                    self._known.popitem(last=False)
        return safe

    def known(self, labels: Sequence[str]) -> dict[str, SafeText]:
        return {label: self._known[label] for label in labels if label in self._known}


class ResponderService:
    """Keeps conversations. Implements contracts.responder.Responder."""

    def __init__(
        self, *, db: Database, clock: Clock, keys: KeyRing, privacy: Privacy, metrics: Metrics
    ) -> None:
        self._db = db
        self._clock = clock
        self._privacy = privacy
        self._metrics = metrics
        self._reference_key = keys.derive("responder-external-references")
        self._labels = _Labels()

    async def open_conversation(self, who: Principal, new: NewConversation) -> Conversation:
        """Open a conversation, or find the one that was opened under the same external id.

        Raises:
            PrivacyUnavailable: nothing was stored.
        """
        if new.external is not None:
            known_id = self._reference("conv", who.tenant, new.external)
            known = await self._db.read(
                lambda tx: store.find_conversation(tx, who.tenant, known_id),
                tenant=who.tenant,
            )
            if known is not None:
                return known
        conversation = await self._conversation(who, new, at=self._clock.now())

        def work(tx: Transaction) -> Conversation:
            if store.add_conversations(tx, [conversation]):
                audit.record(tx, who, "responder.conversation_opened", conversation=conversation.id)
                return conversation
            found = store.find_conversation(tx, who.tenant, conversation.id)
            assert found is not None
            return found

        return await self._db.write(work, tenant=who.tenant)

    async def add_message(
        self,
        who: Principal,
        conversation_id: str,
        *,
        role: Role,
        text: str,
        external: str | None = None,
        at: datetime | None = None,
    ) -> Message:
        """Append a message; the same external id gives the message that is there already.

        Raises:
            ConversationNotFound: not a conversation of this tenant.
            MessageErased: it is older than an erasure of the conversation or its customer.
            PrivacyUnavailable: nothing was stored.
        """
        conversation = await self.conversation(who, conversation_id)
        message_id = (
            new_id("msg")
            if external is None
            else self._reference("msg", who.tenant, conversation_id, external)
        )
        known = await self._db.read(
            lambda tx: store.existing_messages(tx, who.tenant, [message_id]),
            tenant=who.tenant,
        )
        if not known:
            (result,) = await self._privacy.anonymize(who, [self._request(conversation, [text])])
            new = NewMessage(
                id=message_id,
                role=role,
                text=result.results[0].text,
                at=at or self._clock.now(),
                receipt_id=result.receipt.id,
            )
            batch = _Batch(conversation, [], [new])
            stored = await self._db.write(partial(self._store, who, [batch]), tenant=who.tenant)
            if not stored and not await self._db.read(
                lambda tx: store.existing_messages(tx, who.tenant, [message_id]),
                tenant=who.tenant,
            ):
                raise MessageErased
        return await self._db.read(
            lambda tx: store.find_message(tx, who.tenant, conversation_id, message_id),
            tenant=who.tenant,
        )

    async def import_messages(
        self, who: Principal, messages: Sequence[ImportedMessage]
    ) -> ImportOutcome:
        ids = [
            self._reference(
                "msg",
                who.tenant,
                self._reference("conv", who.tenant, message.conversation),
                message.message,
            )
            for message in messages
        ]
        known = await self._db.read(
            lambda tx: store.existing_messages(tx, who.tenant, ids), tenant=who.tenant
        )
        fresh: dict[str, ImportedMessage] = {}
        for message_id, message in zip(ids, messages, strict=True):
            if message_id not in known:
                fresh.setdefault(message_id, message)  # the first counts, as between batches
        batches = await self._batches(who, await self._not_erased(who, fresh))
        results = await self._privacy.anonymize(
            who,
            [
                self._request(batch.conversation, [message.text for _, message in batch.messages])
                for batch in batches
            ],
        )
        for batch, result in zip(batches, results, strict=True):
            batch.safe = [
                NewMessage(message_id, message.role, safe.text, message.at, result.receipt.id)
                for (message_id, message), safe in zip(batch.messages, result.results, strict=True)
            ]
        stored = await self._db.write(
            partial(self._store, who, batches, priority=outbox.BULK), tenant=who.tenant
        )
        return ImportOutcome(
            stored=stored, repeated=len(messages) - stored, conversations=len(batches)
        )

    async def conversation(self, who: Principal, conversation_id: str) -> Conversation:
        """One conversation.

        Raises:
            ConversationNotFound: not one of this tenant.
        """
        found = await self._db.read(
            lambda tx: store.find_conversation(tx, who.tenant, conversation_id),
            tenant=who.tenant,
        )
        if found is None:
            raise ConversationNotFound(conversation_id)
        return found

    async def conversations(
        self, who: Principal, *, before: tuple[datetime, str] | None, limit: int
    ) -> list[Conversation]:
        """Conversations, the one with the newest message first."""
        return await self._db.read(
            lambda tx: store.list_conversations(tx, who.tenant, before=before, limit=limit),
            tenant=who.tenant,
        )

    async def conversation_messages(
        self, who: Principal, conversation_id: str, *, after: int, limit: int
    ) -> list[Message]:
        """A page of a conversation.

        Raises:
            ConversationNotFound: not one of this tenant.
        """
        await self.conversation(who, conversation_id)
        return await self._db.read(
            lambda tx: store.list_messages(
                tx, who.tenant, conversation_id, after=after, limit=limit
            ),
            tenant=who.tenant,
        )

    async def messages(self, who: Principal, ids: Sequence[str]) -> list[StoredMessage]:
        return await self._db.read(
            lambda tx: store.find_messages(tx, who.tenant, ids), tenant=who.tenant
        )

    async def openings(
        self, who: Principal, conversation_ids: Sequence[str]
    ) -> Mapping[str, SafeText]:
        return await self._db.read(
            lambda tx: store.openings(tx, who.tenant, conversation_ids), tenant=who.tenant
        )

    async def _not_erased(
        self, who: Principal, fresh: Mapping[str, ImportedMessage]
    ) -> Mapping[str, ImportedMessage]:
        """The messages without those that are older than an erasure; they count as repeated.

        Looked at before they are made safe, since that would seal their values anew.
        """
        about = {
            message_id: [
                self._reference("conv", who.tenant, message.conversation),
                *(
                    []
                    if message.customer is None
                    else [self._reference("cust", who.tenant, message.customer)]
                ),
            ]
            for message_id, message in fresh.items()
        }
        since = await self._db.read(
            lambda tx: erased.since(tx, who.tenant, {i for ids in about.values() for i in ids}),
            tenant=who.tenant,
        )
        if not since:
            return fresh
        return {
            message_id: message
            for message_id, message in fresh.items()
            if not any(name in since and message.at <= since[name] for name in about[message_id])
        }

    async def _batches(self, who: Principal, fresh: Mapping[str, ImportedMessage]) -> list[_Batch]:
        by_conversation: dict[str, list[tuple[str, ImportedMessage]]] = {}
        for message_id, message in fresh.items():
            by_conversation.setdefault(message.conversation, []).append((message_id, message))
        ids = {
            external: self._reference("conv", who.tenant, external) for external in by_conversation
        }
        known = await self._db.read(
            lambda tx: store.find_conversations(tx, who.tenant, list(ids.values())),
            tenant=who.tenant,
        )
        batches = []
        for external, items in by_conversation.items():
            first = items[0][1]
            conversation = known.get(ids[external]) or await self._conversation(
                who,
                NewConversation(
                    external=external,
                    customer=first.customer,
                    channel=first.channel,
                    groups=first.groups,
                    attributes=first.attributes,
                ),
                at=min(message.at for _, message in items),
            )
            batches.append(_Batch(conversation, items))
        return batches

    async def _conversation(
        self, who: Principal, new: NewConversation, *, at: datetime
    ) -> Conversation:
        conversation_id = (
            new_id("conv")
            if new.external is None
            else self._reference("conv", who.tenant, new.external)
        )
        subject = (
            f"own:{conversation_id}"
            if new.customer is None
            else self._reference("cust", who.tenant, new.customer)
        )
        safe = await self._safe_labels(who, conversation_id, subject, new)
        return Conversation(
            tenant=who.tenant,
            id=conversation_id,
            subject=subject,
            channel=_cut(safe[new.channel]),
            status="open",
            groups={_cut(safe[name]): _cut(safe[value]) for name, value in new.groups.items()},
            attributes={
                _cut(safe[name]): _cut(safe[value]) for name, value in new.attributes.items()
            },
            messages=0,
            started_at=at,
            last_at=at,
        )

    async def _safe_labels(
        self, who: Principal, conversation_id: str, subject: str, new: NewConversation
    ) -> dict[str, SafeText]:
        labels = [
            new.channel,
            *new.groups,
            *new.groups.values(),
            *new.attributes,
            *new.attributes.values(),
        ]
        safe = self._labels.known(labels)
        missing = [label for label in dict.fromkeys(labels) if label not in safe]
        if missing:
            (result,) = await self._privacy.anonymize(
                who,
                [
                    AnonymizeRequest(
                        texts=tuple(missing),
                        session_id=conversation_id,
                        open_session=True,
                        subject=subject,
                        purpose="labels",
                        labels=True,
                    )
                ],
            )
            safe.update(self._labels.learn(missing, result))
        return safe

    def _request(self, conversation: Conversation, texts: Sequence[str]) -> AnonymizeRequest:
        return AnonymizeRequest(
            texts=tuple(texts),
            session_id=conversation.id,
            open_session=True,
            subject=conversation.subject,
            purpose="message",
        )

    def _store(
        self,
        who: Principal,
        batches: Sequence[_Batch],
        tx: Transaction,
        *,
        priority: int = outbox.NORMAL,
    ) -> int:
        batches = _without_erased(tx, who.tenant, batches)
        store.add_conversations(tx, [batch.conversation for batch in batches])
        added = store.add_messages(
            tx, who.tenant, {batch.conversation.id: batch.safe for batch in batches}
        )
        told = [
            (batch.conversation, message)
            for batch in batches
            for message in added[batch.conversation.id]
        ]
        outbox.add(
            tx,
            *(
                MessageReceived(
                    tenant=who.tenant,
                    conversation_id=conversation.id,
                    message_id=message.id,
                    role=message.role.value,
                    channel=str(conversation.channel),
                    at=message.at.isoformat(),
                )
                for conversation, message in told
            ),
            priority=priority,
        )
        for _, message in told:
            self._metrics.messages.labels(role=message.role.value).inc()
        if told:
            audit.record(
                tx,
                who,
                "responder.messages_stored",
                messages=len(told),
                conversations=[batch.conversation.id for batch in batches],
            )
        return len(told)

    def reply_id(self, who: Principal, conversation_id: str, key: str) -> str:
        """The id of the reply that a caller asked for under an idempotency key."""
        return self._reference("rply", who.tenant, conversation_id, key)

    def _reference(self, prefix: str, *parts: str) -> str:
        """An id that is always the same for the same external ids and tells nothing of them."""
        digest = hmac.new(self._reference_key, digestmod=hashlib.sha256)
        for item in (prefix, *parts):
            data = item.encode()
            digest.update(len(data).to_bytes(4, "big") + data)
        return f"{prefix}_{digest.hexdigest()[:32]}"


def _without_erased(tx: Transaction, tenant: str, batches: Sequence[_Batch]) -> list[_Batch]:
    """The batches without what was erased while they were made safe; erasures wait from now on."""
    erased.hold_off(tx, tenant)
    names = {i for batch in batches for i in (batch.conversation.id, batch.conversation.subject)}
    since = erased.since(tx, tenant, names)
    if not since:
        return list(batches)
    kept = []
    for batch in batches:
        ends = [
            since[name]
            for name in (batch.conversation.id, batch.conversation.subject)
            if name in since
        ]
        batch.safe = [item for item in batch.safe if all(item.at > end for end in ends)]
        if batch.safe:
            kept.append(batch)
    return kept


def _cut(label: SafeText) -> SafeText:
    """A label's beginning; cut once it is safe, since half of a value is not recognized."""
    return part(label, 0, _MOST_LABEL_CHARS)
