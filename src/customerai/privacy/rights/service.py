"""The rights of customers as one service: its use cases, and the work in its background."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final

import anyio
import structlog

from customerai.contracts.privacy import Privacy
from customerai.core import jobs
from customerai.core.backups.archive import ErasureLedger
from customerai.core.clock import Clock
from customerai.core.crypto import KeyRing
from customerai.core.db import EVERY_TENANT, Database, Transaction
from customerai.core.errors import ProblemError, Unavailable
from customerai.core.ids import new_id
from customerai.core.jobs import Job
from customerai.core.objects import ObjectStore
from customerai.core.settings import PrivacySettings
from customerai.core.telemetry import Metrics, frames_of
from customerai.privacy.rights import store
from customerai.privacy.rights.consents import ConsentService
from customerai.privacy.rights.erasing import Erasing, is_about
from customerai.privacy.rights.exporting import Exporting
from customerai.privacy.rights.requests import (
    ERASURE,
    EXPORT,
    SCRUB,
    Requests,
    Subjects,
    is_over,
)
from customerai.privacy.rights.retention import RetentionService
from customerai.privacy.rights.reveals import RevealService
from customerai.privacy.vault import Vault

log = structlog.get_logger(__name__)

DESTROY: Final = f"privacy-{ERASURE}"
GATHER: Final = f"privacy-{EXPORT}"
MAKE: Final = "privacy-export-file"
KINDS: Final = (DESTROY, GATHER, MAKE, SCRUB)
_POLL_S: Final = 5.0
_LEASE_S: Final = 60.0


class RightsService:
    """Erasure, export, retention, consent and reveals."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        keys: KeyRing,
        privacy: Privacy,
        objects: ObjectStore,
        ledger: ErasureLedger,
        settings: PrivacySettings,
        metrics: Metrics,
    ) -> None:
        self._db = db
        self._clock = clock
        self._metrics = metrics
        self._me = new_id("worker")
        self._wake = asyncio.Event()
        vault = Vault(keys, clock)
        subjects = Subjects(keys)
        self.requests = Requests(
            db=db,
            clock=clock,
            keys=keys,
            privacy=privacy,
            subjects=subjects,
            settings=settings,
        )
        self.erasing = Erasing(
            db=db,
            clock=clock,
            ledger=ledger,
            objects=objects,
            requests=self.requests,
            settings=settings,
        )
        self.exporting = Exporting(
            db=db,
            clock=clock,
            keys=keys,
            vault=vault,
            objects=objects,
            requests=self.requests,
            settings=settings,
        )
        self.retention = RetentionService(
            db=db,
            clock=clock,
            privacy=privacy,
            subjects=subjects,
            erasing=self.erasing,
            settings=settings,
        )
        self.consents = ConsentService(db=db, clock=clock, privacy=privacy, subjects=subjects)
        self.reveals = RevealService(
            db=db, clock=clock, privacy=privacy, vault=vault, settings=settings, metrics=metrics
        )

    async def run(self) -> None:
        """Work on requests, those first that a restart cut off, until cancelled."""
        self._db.on_commit(self._wake.set)
        ledger_read = False
        slow_at = 0.0
        while True:
            self._wake.clear()
            try:
                if not ledger_read:
                    await self.erasing.catch_up()
                    ledger_read = True
                await self.work()
                now = asyncio.get_running_loop().time()
                if now >= slow_at:
                    slow_at = now + _POLL_S
                    await self.erasing.remind()
                    await self.exporting.expire()
                    await self.retention.run_due()
            except Exception as error:  # noqa: BLE001 - the loop must outlive a fault
                log.error(
                    "privacy.rights_loop_failed",
                    error_type=type(error).__name__,
                    stack=frames_of(error),
                )
                await asyncio.sleep(_POLL_S)
            with anyio.move_on_after(_POLL_S):
                await self._wake.wait()

    async def work(self) -> int:
        """Do what waits now; returns how many pieces of work that was."""
        done = 0
        if not await self._db.read(_anything, tenant=EVERY_TENANT):
            return 0
        for kind in KINDS:
            while (job := await self._claim(kind)) is not None:
                await self._one(job)
                done += 1
        return done

    async def refresh_gauges(self) -> None:
        """Set the gauges of requests and of the parts that wait."""

        def look(tx: Transaction) -> tuple[dict[str, float], dict[tuple[str, str], int]]:
            now = self._clock.now()
            open_parts = {
                service: max(0.0, (now - at).total_seconds())
                for service, at in store.oldest_open(tx).items()
            }
            return open_parts, store.count_by_status(tx)

        ages, counts = await self._db.read(look, tenant=EVERY_TENANT)
        self._metrics.rights_oldest_part.clear()
        for service, age_s in ages.items():
            self._metrics.rights_oldest_part.labels(service=service).set(age_s)
        self._metrics.rights_requests.clear()
        for (kind, status), n in counts.items():
            self._metrics.rights_requests.labels(kind=kind, status=status).set(n)

    async def _claim(self, kind: str) -> Job | None:
        claim = partial(
            jobs.claim, kind=kind, worker=self._me, now=self._clock.now(), lease_s=_LEASE_S
        )
        return await self._db.write(claim, tenant=EVERY_TENANT)

    async def _one(self, job: Job) -> None:
        """Work on a job; what fails is tried again, for as long as it takes: a customer's right
        does not lapse because of a full disk. Parts that wait meanwhile raise the alarm."""
        begin = partial(
            jobs.advance, job=job, now=self._clock.now(), lease_s=_LEASE_S, status=jobs.RUNNING,
            started_at=job.started_at or self._clock.now(), resumed_at=self._clock.now(),
        )  # fmt: skip
        await self._db.write(begin, tenant=job.tenant)
        try:
            await self._do(job)
        except (asyncio.CancelledError, Unavailable):
            await self._db.write(lambda tx: jobs.release(tx, job), tenant=job.tenant)
            raise
        except ProblemError as error:
            await self._give_up(job, error)
            return
        except Exception as error:  # noqa: BLE001 - one request must not stop the others
            log.error(
                "privacy.request_stuck",
                job_id=job.id,
                error_type=type(error).__name__,
                stack=frames_of(error),
            )
            return  # the claim on it ends by itself; then it is tried again
        end = partial(
            jobs.advance, job=job, now=self._clock.now(), lease_s=_LEASE_S,
            status=jobs.DONE, finished_at=self._clock.now(),
        )  # fmt: skip
        await self._db.write(end, tenant=job.tenant)

    async def _do(self, job: Job) -> None:
        if job.kind == SCRUB:
            await self.erasing.scrub()
            return
        request = await self._db.read(
            lambda tx: store.find_request(tx, job.tenant, is_about(job)), tenant=job.tenant
        )
        if request is None or is_over(request):
            return
        if job.kind == DESTROY:
            await self.erasing.destroy(request)
        elif job.kind == GATHER:
            await self.exporting.gather(request)
        else:
            await self.exporting.make(request, job)

    async def _give_up(self, job: Job, error: ProblemError) -> None:
        """End a job that no repetition helps, such as a file that is larger than allowed."""
        log.error("privacy.request_failed", job_id=job.id, error_type=type(error).__name__)
        problem = error.document(job.id)

        def work(tx: Transaction) -> None:
            jobs.advance(
                tx, job, self._clock.now(), _LEASE_S,
                status=jobs.FAILED, finished_at=self._clock.now(), problem=problem,
            )  # fmt: skip
            found = store.find_request(tx, job.tenant, is_about(job))
            if found is not None and not is_over(found):
                store.change_request(tx, job.tenant, found.id, status=store.FAILED)

        await self._db.write(work, tenant=job.tenant)


def _anything(tx: Transaction) -> bool:
    return any(
        status in (jobs.QUEUED, jobs.RUNNING) and kind in KINDS for kind, status in jobs.counts(tx)
    )
