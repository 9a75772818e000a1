"""Erasure: the key first, then everything that services keep, then the files of the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from customerai.contracts.rights import PIECE, ErasureReminded, ErasureRequested
from customerai.core import audit, erased, jobs, outbox
from customerai.core.backups.archive import ErasureLedger
from customerai.core.clock import Clock
from customerai.core.db import EVERY_TENANT, Database, Transaction
from customerai.core.guard import in_thread
from customerai.core.ids import new_id
from customerai.core.jobs import Job
from customerai.core.objects import ObjectStore
from customerai.core.principal import system_principal
from customerai.core.safe_text import SafeText, compose, digest_of
from customerai.core.settings import PrivacySettings
from customerai.privacy import store as vault
from customerai.privacy.rights import consents_store, exporting, scrub, store
from customerai.privacy.rights.requests import (
    ERASURE,
    PARTS,
    RETENTION,
    Requests,
    job_of,
)
from customerai.privacy.rights.store import DONE, Request
from customerai.privacy.store import Destroyed
from customerai.privacy.traffic import store as traffic_store

log = structlog.get_logger(__name__)

LEDGER: Final = "ledger"
"""Target of an erasure that a restored backup had forgotten."""
SESSION: Final = "session:"
"""Begins the ledger's name of a session whose key lives on, for its customer's other ones."""
_OWN: Final = "own:"
_REPLAYED: Final = compose("Restored from a backup that was made before the erasure.")
_EXPIRED: Final = compose("Kept for as long as the retention policy says.")


@dataclass(frozen=True)
class _Plan:
    """What an erasure will destroy.

    Attributes:
        subject_id: the customer that it is about, or None for a session.
        lives: keys that go.
        sessions: sessions that go while their key stays.
    """

    subject_id: str | None
    lives: tuple[str, ...]
    sessions: tuple[str, ...]

    def names(self) -> list[str]:
        """What the ledger remembers, so that a restored backup forgets it again."""
        return [*self.lives, *(f"{SESSION}{name}" for name in self.sessions)]


class PlanMoved(RuntimeError):
    """What is to be destroyed changed since it was looked at; look again."""


class Erasing:
    """Does privacy's own parts of an erasure."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        ledger: ErasureLedger,
        objects: ObjectStore,
        requests: Requests,
        settings: PrivacySettings,
    ) -> None:
        self._db = db
        self._clock = clock
        self._ledger = ledger
        self._objects = objects
        self._requests = requests
        self._settings = settings

    async def destroy(self, request: Request) -> None:
        """Destroy the key and the values, and ask the other services; once, however often called.

        Raises:
            ObjectsUnavailable: the ledger cannot be written, so nothing was destroyed.
        """
        plan = await self._db.read(partial(_plan, request), tenant=request.tenant)
        for name in plan.names():  # before the key goes, so that no backup brings it back
            await self._ledger.note(request.tenant, name)
        now = self._clock.now()
        least = await self._lives_ended(request, plan)
        gone_exports = await self._db.write(
            partial(_destroy, request, plan, now, least), tenant=request.tenant
        )
        for export_id in gone_exports:
            await self._objects.delete(exporting.name_of(export_id))

    async def _lives_ended(self, request: Request, plan: _Plan) -> int:
        """How many lives of the customer have ended, as far as the ledger knows."""
        if request.target != LEDGER:
            return 0
        told = [vault.life_of(name) for tenant, name in await self._ledger.entries()
                if tenant == request.tenant]  # fmt: skip
        return max((number for base, number in told if base == plan.subject_id), default=0)

    async def scrub(self) -> int:
        """Clean the database's files of all erasures that wait for it alone; returns how many."""
        waiting = await self._db.read(store.ready_to_end, tenant=EVERY_TENANT)
        if not waiting:
            return 0
        path = await self._db.read(scrub.file_of, tenant=EVERY_TENANT)
        counts = {"rewritten": 0}
        if path is not None:
            limit = self._settings.vacuum_max_bytes
            done = await in_thread(scrub.scrub, path, vacuum_max_bytes=limit)
            counts = {
                "rewritten": int(done.rewritten),
                "size_bytes_before": done.before_bytes,
                "size_bytes_after": done.after_bytes,
                "ms": round(done.seconds * 1000),
            }
        for request in waiting:
            await self._db.write(partial(self._end, request, counts), tenant=request.tenant)
        if path is not None:  # what ended them lies in the log now, and old pages with it
            await in_thread(scrub.scrub, path, vacuum_max_bytes=0)
        return len(waiting)

    def _end(self, request: Request, counts: dict[str, int], tx: Transaction) -> None:
        now = self._clock.now()
        store.change_part(
            tx, request.tenant, request.id, store.DATABASE, state=DONE, done_at=now, counts=counts
        )
        parts = store.parts_of(tx, request.tenant, [request.id])[request.id]
        receipt = self._requests.signed(
            {
                "request": request.id,
                "kind": request.kind,
                "target": request.target,
                "subject": request.subject_id or request.session_id,
                "actor": request.actor,
                "asked_at": request.created_at.isoformat(),
                "erased_up_to": request.cutoff_at.isoformat(),
                "done_at": now.isoformat(),
                "parts": [
                    {
                        "service": part.service,
                        "done_at": part.done_at.isoformat() if part.done_at else None,
                        "counts": dict(sorted(part.counts.items())),
                    }
                    for part in parts
                ],
            }
        )
        store.change_request(
            tx, request.tenant, request.id, status=DONE, done_at=now, receipt=receipt
        )
        who = system_principal(request.tenant, "rights")
        audit.record(
            tx, who, f"privacy.{request.kind}_done", request=request.id,
            digest=str(receipt["digest"]),
        )  # fmt: skip

    async def remind(self) -> int:
        """Ask those parts again that were not told yet; returns how many."""
        now = self._clock.now()
        late = await self._db.read(
            lambda tx: store.late_parts(tx, now - _REMIND_AFTER, now - _REMIND_EVERY),
            tenant=EVERY_TENANT,
        )
        for request, part in late:
            event = ErasureReminded(
                tenant=request.tenant,
                request_id=request.id,
                service=part.service,
                at=request.cutoff_at.isoformat(),
                pieces=request.pieces,
            )

            def work(
                tx: Transaction, request: Request = request, event: ErasureReminded = event
            ) -> None:
                store.change_part(tx, request.tenant, request.id, event.service, reminded_at=now)
                if request.kind == ERASURE:
                    outbox.add(tx, event)

            await self._db.write(work, tenant=request.tenant)
        return len(late)

    async def catch_up(self) -> int:
        """After a backup was restored: erase again whom the ledger knows and the database does not.

        Returns how many requests were made for that.
        """
        by_tenant: dict[str, list[str]] = {}
        for tenant, name in await self._ledger.entries():
            by_tenant.setdefault(tenant, []).append(name)
        made = 0
        for tenant, names in by_tenant.items():
            new = await self._db.write(partial(self._replay, tenant, names), tenant=tenant)
            made += new
        if made:
            log.warning("privacy.erasures_replayed", requests=made)
        return made

    def _replay(self, tenant: str, names: Sequence[str], tx: Transaction) -> int:
        now = self._clock.now()
        wanted = [vault.life_of(name.removeprefix(SESSION)) for name in names]
        known = erased.times_of(tx, tenant, {base for base, _ in wanted})
        made = 0
        for name, (base, number) in zip(names, wanted, strict=True):
            if known.get(base, 0) >= number:
                continue
            own = base.removeprefix(_OWN) if base.startswith(_OWN) else None
            session = base if name.startswith(SESSION) else own
            new = a_request(
                tenant,
                ERASURE,
                LEDGER,
                _REPLAYED,
                now,
                subject_id=None if session is not None else base,
                session_id=session,
            )
            if self._is_asked(tx, new):
                continue
            store.add_request(tx, new, PARTS[ERASURE])
            jobs.create(tx, job_of(new, f"privacy-{ERASURE}", now))
            made += 1
        return made

    def _is_asked(self, tx: Transaction, new: Request) -> bool:
        """Whether the same is being done already, after a start that was cut off."""
        running = store.list_requests(
            tx, new.tenant, kind=ERASURE, status=store.RUNNING, before=None, limit=1000
        )
        return any(
            (item.subject_id, item.session_id) == (new.subject_id, new.session_id)
            for item in running
        )

    def expire(self, tx: Transaction, tenant: str, conversation_ids: Sequence[str]) -> str:
        """Erase conversations whose time is over; the ledger is not told: a restored backup
        is older still, and the next look at the calendar finds them again."""
        now = self._clock.now()
        new = a_request(tenant, RETENTION, RETENTION, _EXPIRED, now)
        store.add_request(tx, new, PARTS[RETENTION])
        gone = vault.drop_sessions(tx, tenant, conversation_ids)
        left = traffic_store.drop(tx, tenant, session_ids=conversation_ids)
        _tell(tx, replace(new, cutoff_at=now), conversation_ids, gone, {"traffic": left})
        return new.id


_REMIND_AFTER: Final = timedelta(seconds=5)
_REMIND_EVERY: Final = timedelta(seconds=30)


def a_request(
    tenant: str,
    kind: str,
    target: str,
    reason: SafeText,
    now: datetime,
    *,
    subject_id: str | None = None,
    session_id: str | None = None,
) -> Request:
    """A request that the platform makes itself."""
    return Request(
        tenant=tenant,
        id=new_id("prq"),
        kind=kind,
        target=target,
        subject_id=subject_id,
        session_id=session_id,
        reason=reason,
        status=store.RUNNING,
        actor=system_principal(tenant, "rights").actor,
        created_at=now,
        due_at=now,
        cutoff_at=now,
        job_id=new_id("job"),
    )


def _plan(request: Request, tx: Transaction) -> _Plan:
    if request.subject_id is not None:
        life = vault.find_lives(tx, request.tenant, [request.subject_id])[request.subject_id]
        return _Plan(request.subject_id, (life.id,), ())
    assert request.session_id is not None
    own = f"{_OWN}{request.session_id}"
    lives = vault.lives_of_sessions(tx, request.tenant, [request.session_id])
    sealed_by = lives.get(request.session_id)
    if sealed_by is None or vault.life_of(sealed_by)[0] == own:
        life = vault.find_lives(tx, request.tenant, [own])[own]
        return _Plan(own, (life.id,), ())
    return _Plan(None, (), (request.session_id,))


def _destroy(
    request: Request, plan: _Plan, now: datetime, least: int, tx: Transaction
) -> list[str]:
    """Privacy's part in one transaction; returns the exports whose files go.

    Args:
        least: lives of the customer that have ended at least.
    """
    found = store.find_request(tx, request.tenant, request.id)
    if found is None or found.pieces:
        return []  # done before, by a process that ended in between
    erased.wait_for_writers(tx, request.tenant)
    if _plan(request, tx) != plan:
        raise PlanMoved
    if plan.lives:
        gone = vault.destroy_keys(tx, request.tenant, plan.lives)
        assert plan.subject_id is not None
        erased.end_life(
            tx,
            request.tenant,
            plan.subject_id,
            times=max(least, *(vault.life_of(life)[1] for life in plan.lives)),
            at=now,
        )
    else:
        gone = vault.drop_sessions(tx, request.tenant, plan.sessions)
    conversations = set(gone.sessions)
    if request.session_id is not None:
        conversations.add(request.session_id)
    erased.note(tx, request.tenant, conversations, now)
    subjects = [] if request.subject_id is None else [request.subject_id]
    exports = store.open_exports(tx, request.tenant, subjects, conversations)
    for export_id in exports:
        store.change_request(tx, request.tenant, export_id, status=store.CANCELLED, done_at=now)
        store.drop_export(tx, request.tenant, export_id)
    erased.drop_contributions(tx, request.tenant, exports)
    more = {
        "consents": sum(consents_store.forget(tx, request.tenant, name) for name in subjects),
        "dead_letters": store.drop_dead_letters(tx, request.tenant, conversations),
        "exports": len(exports),
        "traffic": traffic_store.drop(
            tx, request.tenant, subject_ids=plan.lives, session_ids=plan.sessions
        ),
    }
    _tell(tx, replace(request, cutoff_at=now), sorted(conversations), gone, more)
    return exports


def _tell(
    tx: Transaction,
    request: Request,
    conversation_ids: Sequence[str],
    gone: Destroyed,
    more: dict[str, int],
) -> None:
    """End privacy's own part and ask the others."""
    pieces = list(erased.in_batches(sorted(conversation_ids), PIECE)) or [[]]
    counts = {"keys": gone.keys, "sessions": len(gone.sessions), "values": gone.tokens, **more}
    store.change_part(
        tx,
        request.tenant,
        request.id,
        "privacy",
        state=DONE,
        done_at=request.cutoff_at,
        counts=counts,
    )
    store.change_request(
        tx, request.tenant, request.id, pieces=len(pieces), cutoff_at=request.cutoff_at
    )
    outbox.add(
        tx,
        *(
            ErasureRequested(
                tenant=request.tenant,
                request_id=request.id,
                cause=RETENTION if request.kind == RETENTION else "request",
                subject_id=request.subject_id,
                conversation_ids=piece,
                at=request.cutoff_at.isoformat(),
                piece=number,
                pieces=len(pieces),
            )
            for number, piece in enumerate(pieces)
        ),
    )
    audit.record(
        tx,
        system_principal(request.tenant, "rights"),
        "privacy.keys_destroyed" if gone.keys else "privacy.values_destroyed",
        request=request.id,
        keys=gone.keys,
        sessions=len(gone.sessions),
        values=gone.tokens,
        digest=digest_of(gone.sessions),
    )


def is_about(job: Job) -> str:
    """The request that a job works on."""
    return str(job.spec["request"])
