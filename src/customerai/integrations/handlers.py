"""What integrations does when a customer's rights are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from customerai.contracts.rights import (
    ErasureReminded,
    ErasureRequested,
    IntegrationsErased,
    RetentionCounted,
    RetentionDue,
)
from customerai.core import audit, outbox
from customerai.core.db import Transaction
from customerai.core.events import Effect, on
from customerai.core.principal import system_principal
from customerai.integrations import rights

_PART = "integrations"


@on(ErasureRequested, batch=8)
async def look_for_files(events: Sequence[ErasureRequested], _service: object) -> Effect:
    """Uploaded files go when their import ends; until none is left this part waits.

    What such a file still holds of the customer is refused on its way: see core/erased.py.
    """

    def effect(tx: Transaction) -> None:
        for event in events:
            if event.piece == 0 and event.cause != "retention":
                _tell(tx, event.tenant, event.request_id, event.at, event.pieces)

    return effect


@on(ErasureReminded, batch=8)
async def look_for_files_again(events: Sequence[ErasureReminded], _service: object) -> Effect:
    """Whether the files are gone by now."""

    def effect(tx: Transaction) -> None:
        for event in events:
            if event.service == _PART:
                _tell(tx, event.tenant, event.request_id, event.at, event.pieces)

    return effect


def _tell(tx: Transaction, tenant: str, request_id: str, at: str, pieces: int) -> None:
    if rights.unfinished(tx, tenant, datetime.fromisoformat(at)):
        return
    outbox.add(
        tx,
        *(
            IntegrationsErased(
                tenant=tenant,
                request_id=request_id,
                counts={"files_left": 0},
                piece=piece,
                pieces=pieces,
            )
            for piece in range(pieces)
        ),
    )


@on(RetentionDue, batch=1)
async def expire_imports(events: Sequence[RetentionDue], _service: object) -> Effect:
    """Records of imports whose time is over are counted and, in earnest, deleted."""

    def effect(tx: Transaction) -> None:
        for event in events:
            cutoff = event.cutoffs.get("imports")
            counted = RetentionCounted(event.tenant, event.run_id, _PART)
            if cutoff is not None:
                ids, months, oldest = rights.aged(tx, event.tenant, datetime.fromisoformat(cutoff))
                counted = RetentionCounted(
                    tenant=event.tenant,
                    run_id=event.run_id,
                    service=_PART,
                    months={"imports": months},
                    oldest={} if oldest is None else {"imports": oldest.isoformat()},
                )
                if not event.dry_run:
                    rights.erase(tx, event.tenant, ids)
                    audit.record(
                        tx, system_principal(event.tenant, _PART), "integrations.imports_expired",
                        run=event.run_id, imports=len(ids),
                    )  # fmt: skip
            outbox.add(tx, counted)

    return effect
