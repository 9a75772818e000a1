"""Exports: what the services contributed as safe text, restored and sealed in one ZIP file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Final

from customerai.contracts.rights import PIECE, ExportRequested
from customerai.core import audit, erased, jobs, outbox
from customerai.core.clock import Clock
from customerai.core.crypto import KeyRing
from customerai.core.db import EVERY_TENANT, Database, Transaction
from customerai.core.errors import Conflict
from customerai.core.jobs import Job
from customerai.core.objects import ObjectStore
from customerai.core.principal import Principal, system_principal
from customerai.core.sealed import Opener, Sealer, open_stream, seal_stream
from customerai.core.settings import PrivacySettings
from customerai.privacy import store as vault_store
from customerai.privacy.rights import store
from customerai.privacy.rights.export_file import ExportFile, Sink
from customerai.privacy.rights.requests import RequestNotFound, Requests
from customerai.privacy.rights.store import DONE, Export, Request
from customerai.privacy.vault import Vault

FOLDER: Final = "exports/"
_LEASE_S: Final = 60.0


class ExportNotReady(Conflict):
    """The file is not made yet, or was removed since its time was over; ask for a new one."""

    def __init__(self) -> None:
        super().__init__("There is no file to fetch: it is not ready yet, or its time is over.")


def name_of(request_id: str) -> str:
    """The object that holds an export's file."""
    return f"{FOLDER}{request_id}.sealed"


class Exporting:
    """Makes, hands out and removes the files of exports."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        keys: KeyRing,
        vault: Vault,
        objects: ObjectStore,
        requests: Requests,
        settings: PrivacySettings,
    ) -> None:
        self._db = db
        self._clock = clock
        self._keys = keys
        self._vault = vault
        self._objects = objects
        self._requests = requests
        self._settings = settings

    async def gather(self, request: Request) -> None:
        """Ask the services for what they know; once, however often called."""

        def work(tx: Transaction) -> None:
            found = store.find_request(tx, request.tenant, request.id)
            if found is None or found.pieces:
                return
            sessions = _sessions(tx, request)
            pieces = list(erased.in_batches(sessions, PIECE)) or [[]]
            store.change_request(tx, request.tenant, request.id, pieces=len(pieces))
            store.change_part(
                tx, request.tenant, request.id, "privacy",
                state=DONE, done_at=self._clock.now(), counts={"sessions": len(sessions)},
            )  # fmt: skip
            outbox.add(
                tx,
                *(
                    ExportRequested(
                        tenant=request.tenant,
                        request_id=request.id,
                        subject_id=request.subject_id,
                        conversation_ids=piece,
                        piece=number,
                        pieces=len(pieces),
                    )
                    for number, piece in enumerate(pieces)
                ),
            )

        await self._db.write(work, tenant=request.tenant)

    async def make(self, request: Request, job: Job) -> bool:
        """Make the file; False when the request was cancelled or another process has it by now.

        Raises:
            ExportTooLarge: it would be larger than allowed.
        """
        key, wrapped = self._keys.new_data_key()
        sink = Sink(self._settings.export_max_bytes)
        file = ExportFile(request, sink, db=self._db, clock=self._clock, vault=self._vault)
        content = file.content(partial(self._progress, job))
        sealed = seal_stream(Sealer(key, "export", request.id), content)
        await self._objects.put(name_of(request.id), sealed)
        now = self._clock.now()
        made = Export(
            tenant=request.tenant,
            id=request.id,
            wrapped_key=wrapped,
            size_bytes=sink.size,
            digest=sink.digest,
            expires_at=now + timedelta(days=self._settings.export_days),
        )

        def work(tx: Transaction) -> bool:
            found = store.find_request(tx, request.tenant, request.id)
            if found is None or found.status != store.RUNNING:
                return False
            store.put_export(tx, made)
            erased.drop_contributions(tx, request.tenant, [request.id])
            parts = store.parts_of(tx, request.tenant, [request.id])[request.id]
            receipt = self._requests.signed(
                {
                    "request": request.id,
                    "kind": request.kind,
                    "subject": request.subject_id or request.session_id,
                    "actor": request.actor,
                    "asked_at": request.created_at.isoformat(),
                    "done_at": now.isoformat(),
                    "size_bytes": made.size_bytes,
                    "sha256": made.digest,
                    "parts": [
                        {"service": part.service, "counts": dict(sorted(part.counts.items()))}
                        for part in parts
                    ],
                }
            )
            store.change_request(
                tx, request.tenant, request.id,
                status=store.READY, done_at=now, receipt=receipt,
            )  # fmt: skip
            audit.record(
                tx, system_principal(request.tenant, "rights"), "privacy.export_done",
                request=request.id, digest=str(receipt["digest"]),
            )  # fmt: skip
            return True

        kept = await self._db.write(work, tenant=request.tenant)
        if not kept:
            await self._objects.delete(name_of(request.id))
        return kept

    async def file(self, who: Principal, request_id: str) -> tuple[Export, AsyncIterator[bytes]]:
        """The file of an export as it is opened, piece by piece; each fetch stands in the log.

        Raises:
            RequestNotFound: none of this tenant.
            ExportNotReady: it is not made, or was removed.
        """

        def work(tx: Transaction) -> Export:
            if store.find_request(tx, who.tenant, request_id) is None:
                raise RequestNotFound
            found = store.find_export(tx, who.tenant, request_id)
            if found is None or found.expires_at <= self._clock.now():
                raise ExportNotReady
            audit.record(tx, who, "privacy.export_fetched", request=request_id)
            return found

        found = await self._db.write(work, tenant=who.tenant)
        key = self._keys.unwrap(found.wrapped_key)
        frames = self._objects.get(name_of(request_id))
        return found, open_stream(Opener(key, "export", request_id), frames)

    async def expire(self) -> int:
        """Remove the files whose time is over; returns how many."""
        old = await self._db.read(
            lambda tx: store.expired_exports(tx, self._clock.now()), tenant=EVERY_TENANT
        )
        for item in old:
            await self._objects.delete(name_of(item.id))

            def work(tx: Transaction, item: Export = item) -> None:
                store.drop_export(tx, item.tenant, item.id)
                store.change_request(tx, item.tenant, item.id, status=store.EXPIRED)

            await self._db.write(work, tenant=item.tenant)
        return len(old)

    async def _progress(self, job: Job, done: int, total: int) -> None:
        advance = partial(
            jobs.advance, job=job, now=self._clock.now(), lease_s=_LEASE_S, done=done, total=total,
        )  # fmt: skip
        if not await self._db.write(advance, tenant=job.tenant):
            raise ExportNotReady


def _sessions(tx: Transaction, request: Request) -> list[str]:
    if request.subject_id is None:
        return [request.session_id] if request.session_id else []
    lives = vault_store.find_lives(tx, request.tenant, [request.subject_id])
    return vault_store.sessions_of(tx, request.tenant, lives[request.subject_id].id)
