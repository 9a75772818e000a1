"""What insights does when something happened elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from customerai.contracts.events import DecisionMade, MessageReceived
from customerai.contracts.rights import (
    ErasureRequested,
    ExportRequested,
    InsightsErased,
    InsightsExported,
)
from customerai.core import erased, outbox
from customerai.core.db import Transaction
from customerai.core.events import Effect, on
from customerai.insights import rights
from customerai.insights.service import InsightsService

_PART = "insights"


@on(MessageReceived, batch=128)
async def score_messages(events: Sequence[MessageReceived], insights: InsightsService) -> Effect:
    """Language, sentiment and intent of each customer message, and the counts."""
    return await _of_those_not_erased(events, insights, insights.score)


@on(DecisionMade, batch=128)
async def note_outcomes(events: Sequence[DecisionMade], insights: InsightsService) -> Effect:
    """How the automated reply to a conversation went."""
    return await _of_those_not_erased(events, insights, insights.note_outcomes)


async def _of_those_not_erased(
    events: Sequence[rights.E],
    insights: InsightsService,
    think: Callable[[Sequence[rights.E]], Awaitable[Effect]],
) -> Effect:
    """What follows from the events whose conversations were not erased since."""
    tenant = events[0].tenant
    kept = await insights.not_erased(events)
    if not kept:
        return _nothing
    then = await think(kept)

    def effect(tx: Transaction) -> None:
        rights.refuse_erased(tx, tenant, kept)
        then(tx)

    return effect


def _nothing(_tx: Transaction) -> None:
    pass


@on(ErasureRequested, batch=1)
async def erase_scores(events: Sequence[ErasureRequested], _service: object) -> Effect:
    """What was computed of the conversations goes."""

    def effect(tx: Transaction) -> None:
        for event in events:
            erased.wait_for_writers(tx, event.tenant)
            outbox.add(
                tx,
                InsightsErased(
                    tenant=event.tenant,
                    request_id=event.request_id,
                    counts=rights.erase(tx, event.tenant, event.conversation_ids),
                    piece=event.piece,
                    pieces=event.pieces,
                ),
            )

    return effect


@on(ExportRequested, batch=1)
async def contribute_scores(events: Sequence[ExportRequested], _service: object) -> Effect:
    """What was computed of the conversations, for an export."""

    def effect(tx: Transaction) -> None:
        for event in events:
            told = list(rights.contributions(tx, event.tenant, event.conversation_ids))
            contents = {seq: content for seq, (content, _) in enumerate(told)}
            erased.contribute(
                tx, event.tenant, event.request_id, _PART, piece=event.piece, contents=contents
            )
            outbox.add(
                tx,
                InsightsExported(
                    tenant=event.tenant,
                    request_id=event.request_id,
                    counts={"scores": sum(n for _, n in told)},
                    piece=event.piece,
                    pieces=event.pieces,
                ),
            )

    return effect
