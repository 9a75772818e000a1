"""What the responder does when a customer's rights are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from customerai.contracts.rights import (
    ConversationsDue,
    ErasureRequested,
    ExportRequested,
    ResponderErased,
    ResponderExported,
    RetentionCounted,
    RetentionDue,
)
from customerai.core import audit, erased, outbox
from customerai.core.db import Transaction
from customerai.core.events import Effect, on
from customerai.core.principal import system_principal
from customerai.responder import rights

_PART = "responder"
_IDS_AT_ONCE = 1000


@on(ErasureRequested, batch=1)
async def erase_conversations(events: Sequence[ErasureRequested], _service: object) -> Effect:
    """Texts, replies and the state of the conversations go."""

    def effect(tx: Transaction) -> None:
        for event in events:
            _erase(tx, event)

    return effect


def _erase(tx: Transaction, event: ErasureRequested) -> None:
    erased.wait_for_writers(tx, event.tenant)
    subject = event.subject_id if event.piece == 0 else None
    ids = rights.conversations_of(tx, event.tenant, subject, event.conversation_ids)
    if event.cause != "retention":
        known = {*ids, *event.conversation_ids, *filter(None, [event.subject_id])}
        erased.note(tx, event.tenant, known, datetime.fromisoformat(event.at))
    gone = rights.erase(tx, event.tenant, ids)
    audit.record(
        tx, system_principal(event.tenant, _PART), "responder.conversations_erased",
        request=event.request_id, **gone.counts(),
    )  # fmt: skip
    steps = list(erased.in_batches(gone.replies, _IDS_AT_ONCE)) or [[]]
    outbox.add(
        tx,
        *(
            ResponderErased(
                tenant=event.tenant,
                request_id=event.request_id,
                counts=gone.counts() if number == 0 else {},
                decision_ids=some,
                piece=event.piece,
                pieces=event.pieces,
                step=number,
                steps=len(steps),
            )
            for number, some in enumerate(steps)
        ),
    )


@on(ExportRequested, batch=1)
async def contribute_conversations(events: Sequence[ExportRequested], _service: object) -> Effect:
    """Conversations, messages and replies as safe text; privacy puts the values back."""

    def effect(tx: Transaction) -> None:
        for event in events:
            _contribute(tx, event)

    return effect


def _contribute(tx: Transaction, event: ExportRequested) -> None:
    ids: list[str] = []
    if event.subject_id is None or event.piece == 0:  # a customer's are all told in one piece
        ids = rights.conversations_of(tx, event.tenant, event.subject_id, event.conversation_ids)
    told = list(rights.contributions(tx, event.tenant, ids))
    erased.contribute(
        tx,
        event.tenant,
        event.request_id,
        _PART,
        piece=event.piece,
        contents={seq: content for seq, (content, _, _) in enumerate(told)},
    )
    decisions = [name for _, _, names in told for name in names]
    counts = {name: sum(n[name] for _, n, _ in told) for name in told[0][1]}
    steps = list(erased.in_batches(decisions, _IDS_AT_ONCE)) or [[]]
    outbox.add(
        tx,
        *(
            ResponderExported(
                tenant=event.tenant,
                request_id=event.request_id,
                counts=counts if number == 0 else {},
                decision_ids=some,
                piece=event.piece,
                pieces=event.pieces,
                step=number,
                steps=len(steps),
            )
            for number, some in enumerate(steps)
        ),
    )


@on(RetentionDue, batch=1)
async def find_old_conversations(events: Sequence[RetentionDue], _service: object) -> Effect:
    """Conversations whose time is over are counted and, in earnest, named to privacy."""

    def effect(tx: Transaction) -> None:
        for event in events:
            _find_old(tx, event)

    return effect


def _find_old(tx: Transaction, event: RetentionDue) -> None:
    cutoff = event.cutoffs.get("conversations")
    if cutoff is None:
        outbox.add(tx, RetentionCounted(event.tenant, event.run_id, _PART))
        return
    found = rights.aged(tx, event.tenant, datetime.fromisoformat(cutoff), event.held)
    oldest = {} if found.oldest is None else {"conversations": found.oldest.isoformat()}
    outbox.add(
        tx,
        RetentionCounted(
            tenant=event.tenant,
            run_id=event.run_id,
            service=_PART,
            months={"conversations": found.months},
            oldest=oldest,
            held={"conversations": found.held},
        ),
    )
    if not event.dry_run:
        outbox.add(
            tx,
            *(ConversationsDue(event.tenant, event.run_id, piece) for piece in found.pieces()),
        )
