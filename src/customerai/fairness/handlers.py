"""What fairness does when something was decided elsewhere, or a customer's rights are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from customerai.contracts.events import DecisionMade
from customerai.contracts.rights import (
    FairnessErased,
    FairnessExported,
    ResponderErased,
    ResponderExported,
    RetentionCounted,
    RetentionDue,
)
from customerai.core import audit, erased, outbox
from customerai.core.db import Transaction
from customerai.core.events import Effect, on
from customerai.core.principal import system_principal
from customerai.fairness import rights
from customerai.fairness.service import FairnessService

_PART = "fairness"


@on(DecisionMade, batch=256)
async def count_decisions(events: Sequence[DecisionMade], fairness: FairnessService) -> Effect:
    """Each automated decision, counted by the customer's groups."""
    count = await fairness.count(events)

    def effect(tx: Transaction) -> None:
        erased.hold_off(tx, events[0].tenant)
        count(tx)
        rights.erase_late(tx, events[0].tenant, events)

    return effect


@on(ResponderErased, batch=1)
async def erase_decisions(events: Sequence[ResponderErased], _service: object) -> Effect:
    """Single decisions about the customer go; their counts stay."""

    def effect(tx: Transaction) -> None:
        for event in events:
            erased.wait_for_writers(tx, event.tenant)
            gone = rights.erase(tx, event.tenant, event.decision_ids)
            outbox.add(
                tx,
                FairnessErased(
                    tenant=event.tenant,
                    request_id=event.request_id,
                    counts={"decisions": gone},
                    piece=event.piece,
                    pieces=event.pieces,
                    step=event.step,
                    steps=event.steps,
                ),
            )

    return effect


@on(ResponderExported, batch=1)
async def contribute_decisions(events: Sequence[ResponderExported], _service: object) -> Effect:
    """Decisions about the customer, for an export."""

    def effect(tx: Transaction) -> None:
        for event in events:
            content, n = rights.contribution(tx, event.tenant, event.decision_ids)
            erased.contribute(
                tx,
                event.tenant,
                event.request_id,
                _PART,
                piece=event.piece,
                contents={event.step: content},
            )
            outbox.add(
                tx,
                FairnessExported(
                    tenant=event.tenant,
                    request_id=event.request_id,
                    counts={"decisions": n},
                    piece=event.piece,
                    pieces=event.pieces,
                    step=event.step,
                    steps=event.steps,
                ),
            )

    return effect


@on(RetentionDue, batch=1)
async def expire_decisions(events: Sequence[RetentionDue], _service: object) -> Effect:
    """Single decisions whose time is over are counted and, in earnest, deleted."""

    def effect(tx: Transaction) -> None:
        for event in events:
            cutoff = event.cutoffs.get("decisions")
            counted = RetentionCounted(event.tenant, event.run_id, _PART)
            if cutoff is not None:
                before = datetime.fromisoformat(cutoff)
                months, oldest = rights.aged(tx, event.tenant, before)
                counted = RetentionCounted(
                    tenant=event.tenant,
                    run_id=event.run_id,
                    service=_PART,
                    months={"decisions": months},
                    oldest={} if oldest is None else {"decisions": oldest.isoformat()},
                )
                if not event.dry_run:
                    gone = rights.erase_aged(tx, event.tenant, before)
                    audit.record(
                        tx, system_principal(event.tenant, _PART), "fairness.decisions_expired",
                        run=event.run_id, decisions=gone,
                    )  # fmt: skip
            outbox.add(tx, counted)

    return effect
