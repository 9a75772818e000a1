"""Every query about requests, their parts and their files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, delete, exists, func, literal, or_, select, tuple_, update

from customerai.core.db import Transaction, insert_new, upsert
from customerai.core.outbox import dead_letter
from customerai.core.safe_text import SafeText
from customerai.privacy.rights.tables import export, part, request

WAITING, DONE, FAILED = "waiting", "done", "failed"
RUNNING, READY, EXPIRED, CANCELLED = "running", "ready", "expired", "cancelled"
"""States of parts and of requests; a waiting part that is late is shown as overdue."""

DATABASE: Final = "database"
"""The last part of an erasure: what was deleted leaves the files of the database, too."""


@dataclass(frozen=True)
class Request:
    """What a customer asked for.

    Attributes:
        kind: `erasure`, `export` or `retention`, which nobody asked for but the calendar.
        target: `customer`, `conversation`, `session`, `ledger` or `retention`.
        cutoff_at: what was said up to then is meant.
        pieces: of how many conversations' lists the parts were told.
        receipt: what was done, once it was.
    """

    tenant: str
    id: str
    kind: str
    target: str
    subject_id: str | None
    session_id: str | None
    reason: SafeText
    status: str
    actor: str
    created_at: datetime
    due_at: datetime
    cutoff_at: datetime
    done_at: datetime | None = None
    pieces: int = 0
    job_id: str | None = None
    receipt: dict[str, Any] | None = None


@dataclass(frozen=True)
class Part:
    """One service's part of a request.

    Attributes:
        steps: piece to how many of its steps were told and how many there are.
    """

    request_id: str
    service: str
    state: str
    asked_at: datetime
    reminded_at: datetime | None = None
    done_at: datetime | None = None
    counts: dict[str, int] = field(default_factory=dict)
    steps: dict[str, list[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Export:
    """The sealed file of an export."""

    tenant: str
    id: str
    wrapped_key: bytes
    size_bytes: int
    digest: str
    expires_at: datetime


def add_request(tx: Transaction, new: Request, services: Sequence[str]) -> bool:
    """Keep a request with its parts; False when one of that id is there."""
    if insert_new(tx, request, [vars(new)]) != 1:
        return False
    insert_new(
        tx,
        part,
        [
            {
                "tenant": new.tenant,
                "request_id": new.id,
                "service": service,
                "state": WAITING,
                "asked_at": new.created_at,
                "counts": {},
                "steps": {},
            }
            for service in services
        ],
    )
    return True


def find_request(tx: Transaction, tenant: str, request_id: str) -> Request | None:
    row = tx.execute(
        select(request).where(request.c.tenant == tenant, request.c.id == request_id)
    ).one_or_none()
    return None if row is None else Request(**row._mapping)


def list_requests(
    tx: Transaction,
    tenant: str,
    *,
    kind: str | None,
    status: str | None,
    before: tuple[datetime, str] | None,
    limit: int,
) -> list[Request]:
    """Requests, newest first."""
    statement = select(request).where(request.c.tenant == tenant)
    if kind is not None:
        statement = statement.where(request.c.kind == kind)
    if status is not None:
        statement = statement.where(request.c.status == status)
    if before is not None:
        bound = tuple_(literal(before[0], request.c.created_at.type), literal(before[1]))
        statement = statement.where(tuple_(request.c.created_at, request.c.id) < bound)
    rows = tx.execute(
        statement.order_by(request.c.created_at.desc(), request.c.id.desc()).limit(limit)
    )
    return [Request(**row._mapping) for row in rows]


def parts_of(tx: Transaction, tenant: str, request_ids: Collection[str]) -> dict[str, list[Part]]:
    """The parts of requests, by request, each in the order in which they are shown."""
    rows = tx.execute(
        select(part)
        .where(part.c.tenant == tenant, part.c.request_id.in_(sorted(request_ids)))
        .order_by(part.c.service)
    )
    found: dict[str, list[Part]] = {}
    for row in rows:
        values = {name: value for name, value in row._mapping.items() if name != "tenant"}
        found.setdefault(row.request_id, []).append(Part(**values))
    return found


def change_request(tx: Transaction, tenant: str, request_id: str, **values: Any) -> None:
    tx.execute(
        update(request)
        .where(request.c.tenant == tenant, request.c.id == request_id)
        .values(**values)
    )


def change_part(tx: Transaction, tenant: str, request_id: str, service: str, **values: Any) -> None:
    tx.execute(
        update(part)
        .where(part.c.tenant == tenant, part.c.request_id == request_id, part.c.service == service)
        .values(**values)
    )


def add_step(
    tx: Transaction,
    tenant: str,
    request_id: str,
    service: str,
    *,
    piece: tuple[int, int],
    step: tuple[int, int],
    counts: Mapping[str, int],
    now: datetime,
) -> bool:
    """Note what a part told; returns whether all others of the request are done by that, too.

    Only the very report that ends the last part is answered with True.

    Args:
        piece, step: which was told, and how many there are.
    """
    rows = tx.execute(
        select(part)
        .where(part.c.tenant == tenant, part.c.request_id == request_id)
        .order_by(part.c.service)
        .with_for_update()
    ).all()
    found = {row.service: row for row in rows}
    mine = found.get(service)
    if mine is None or mine.state == DONE:
        return False
    steps = dict(mine.steps)
    told = steps.get(str(piece[0]), [0, step[1]])[0]
    steps[str(piece[0])] = [told + 1, step[1]]
    summed = {
        name: mine.counts.get(name, 0) + counts.get(name, 0)
        for name in sorted({*mine.counts, *counts})
    }
    done = len(steps) == piece[1] and all(seen >= of for seen, of in steps.values())
    change_part(
        tx,
        tenant,
        request_id,
        service,
        state=DONE if done else WAITING,
        done_at=now if done else None,
        counts=summed,
        steps=steps,
    )
    others = (row for row in rows if row.service not in (service, DATABASE))
    return done and all(row.state == DONE for row in others)


def ready_to_end(tx: Transaction) -> list[Request]:
    """Erasures of all tenants of which the database's own part alone is left."""
    open_part = part.alias()
    others = exists().where(
        open_part.c.tenant == request.c.tenant,
        open_part.c.request_id == request.c.id,
        open_part.c.service != DATABASE,
        open_part.c.state != DONE,
    )
    own = and_(
        part.c.tenant == request.c.tenant,
        part.c.request_id == request.c.id,
        part.c.service == DATABASE,
        part.c.state != DONE,
    )
    rows = tx.execute(select(request).where(exists().where(own), ~others).order_by(request.c.id))
    return [Request(**row._mapping) for row in rows]


def late_parts(
    tx: Transaction, asked_before: datetime, reminded_before: datetime
) -> list[tuple[Request, Part]]:
    """Parts of other services that wait, and whom nobody has reminded since; of all tenants."""
    rows = tx.execute(
        select(part, request)
        .join(request, (request.c.tenant == part.c.tenant) & (request.c.id == part.c.request_id))
        .where(
            part.c.state == WAITING,
            part.c.service.not_in(["privacy", DATABASE]),
            part.c.asked_at < asked_before,
            request.c.pieces > 0,
            or_(part.c.reminded_at.is_(None), part.c.reminded_at < reminded_before),
        )
        .order_by(part.c.asked_at)
        .limit(200)
    ).all()
    return [
        (
            Request(**{column.name: row._mapping[column] for column in request.c}),
            Part(
                **{
                    column.name: row._mapping[column]
                    for column in part.c
                    if column is not part.c.tenant
                }
            ),
        )
        for row in rows
    ]


def oldest_open(tx: Transaction) -> dict[str, datetime]:
    """Since when the oldest part waits of each service, over all tenants."""
    rows = tx.execute(
        select(part.c.service, func.min(part.c.asked_at).label("at"))
        .where(part.c.state != DONE)
        .group_by(part.c.service)
    )
    return {row.service: row.at for row in rows}


def count_by_status(tx: Transaction) -> dict[tuple[str, str], int]:
    """How many requests there are of each kind and status, over all tenants."""
    rows = tx.execute(
        select(request.c.kind, request.c.status, func.count().label("n")).group_by(
            request.c.kind, request.c.status
        )
    )
    return {(row.kind, row.status): row.n for row in rows}


def open_exports(
    tx: Transaction, tenant: str, subject_ids: Collection[str], session_ids: Collection[str]
) -> list[str]:
    """Exports of these customers and sessions that run or can be fetched, by their request ids."""
    rows = tx.execute(
        select(request.c.id, request.c.subject_id, request.c.session_id).where(
            request.c.tenant == tenant,
            request.c.kind == "export",
            request.c.status.in_([RUNNING, READY]),
        )
    )
    subjects, sessions = set(subject_ids), set(session_ids)
    return [row.id for row in rows if row.subject_id in subjects or row.session_id in sessions]


def drop_dead_letters(tx: Transaction, tenant: str, conversation_ids: Collection[str]) -> int:
    """Forget parked events about conversations; returns how many."""
    wanted = set(conversation_ids)
    rows = tx.execute(
        select(dead_letter.c.handler, dead_letter.c.id, dead_letter.c.payload).where(
            dead_letter.c.tenant == tenant
        )
    ).all()
    gone = [row for row in rows if row.payload.get("conversation_id") in wanted]
    for row in gone:
        tx.execute(
            delete(dead_letter).where(
                dead_letter.c.tenant == tenant,
                dead_letter.c.handler == row.handler,
                dead_letter.c.id == row.id,
            )
        )
    return len(gone)


def put_export(tx: Transaction, new: Export) -> None:
    upsert(tx, export, [vars(new)])


def find_export(tx: Transaction, tenant: str, request_id: str) -> Export | None:
    row = tx.execute(
        select(export).where(export.c.tenant == tenant, export.c.id == request_id)
    ).one_or_none()
    return None if row is None else Export(**row._mapping)


def drop_export(tx: Transaction, tenant: str, request_id: str) -> None:
    tx.execute(delete(export).where(export.c.tenant == tenant, export.c.id == request_id))


def expired_exports(tx: Transaction, now: datetime) -> list[Export]:
    """Files whose time is over, of all tenants."""
    rows = tx.execute(select(export).where(export.c.expires_at < now).limit(200))
    return [Export(**row._mapping) for row in rows]
