"""The work behind releases of tables: a job that a killed process leaves to the next one."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any, Final

import anyio
import structlog

from customerai.core import audit, jobs
from customerai.core.clock import Clock
from customerai.core.crypto import KeyRing, SealBroken
from customerai.core.db import EVERY_TENANT, Database, DatabaseClosed, Transaction
from customerai.core.errors import InternalError, ProblemError, Unavailable
from customerai.core.guard import in_thread
from customerai.core.ids import new_id
from customerai.core.jobs import Job
from customerai.core.objects import ObjectStore, ObjectsUnavailable, age_s
from customerai.core.principal import system_principal
from customerai.core.telemetry import Metrics, frames_of
from customerai.privacy import tabular_files as files
from customerai.privacy import tabular_store as store
from customerai.privacy.tabular import planning, reading, releasing, writing
from customerai.privacy.tabular.roles import Analyzer
from customerai.privacy.tabular_errors import TableReleaseFailed
from customerai.privacy.tabular_store import StoredRelease, StoredTable

log = structlog.get_logger(__name__)

KIND: Final = "table-release"
_POLL_S: Final = 5.0
_LEASE_S: Final = 8.0
_ORPHAN_S: Final = 24 * 3600.0


class _Stopped(Exception):
    """The job was cancelled, or is another replica's by now."""


class _Watch:
    """How far the thread that works is, and whether it should go on."""

    def __init__(self) -> None:
        self.done = 0
        self.stop = threading.Event()

    def progress(self, cells: int) -> None:
        if self.stop.is_set():
            raise _Stopped
        self.done += cells


class TableReleases:
    """Makes queued releases, one at a time, and deletes files whose time is over."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        keys: KeyRing,
        analyzer: Analyzer,
        objects: ObjectStore,
        metrics: Metrics,
        limits: reading.Limits,
        keep: timedelta,
    ) -> None:
        self._db = db
        self._clock = clock
        self._keys = keys
        self._analyzer = analyzer
        self._objects = objects
        self._metrics = metrics
        self._limits = limits
        self._kept_for = keep
        self._me = new_id("worker")
        self._event = asyncio.Event()

    def wake(self) -> None:
        """Look for work now."""
        self._event.set()

    async def run(self) -> None:
        """Work on releases, those first that a restart cut off, until cancelled."""
        await self._sweep()
        while True:
            self._event.clear()
            try:
                await self.expire()
                while (job := await self._claim()) is not None:
                    await self._run_one(job)
            except Exception as error:  # noqa: BLE001 - the loop must outlive a fault
                log.error("privacy.release_loop_failed", error_type=type(error).__name__)
            with anyio.move_on_after(_POLL_S):
                await self._event.wait()

    async def expire(self) -> None:
        """Delete the files whose time is over, then forget their keys."""
        now = self._clock.now()
        for table in await self._db.read(
            lambda tx: store.expired_tables(tx, now), tenant=EVERY_TENANT
        ):
            await self._forget_table(table)
        for release in await self._db.read(
            lambda tx: store.expired_releases(tx, now), tenant=EVERY_TENANT
        ):
            for plan in release.plans:
                await self._objects.delete(files.released_name(release.id, plan["table_id"]))
            forget = partial(store.forget_release, tenant=release.tenant, release_id=release.id)
            await self._db.write(forget, tenant=release.tenant)

    async def _forget_table(self, table: StoredTable) -> None:
        await self._objects.delete(files.raw_name(table.id))
        forget = partial(store.forget_tables, tenant=table.tenant, ids=[table.id])
        await self._db.write(forget, tenant=table.tenant)

    async def _sweep(self) -> None:
        """Delete files without a row, which uploads left that the end of a process cut off."""
        try:
            found = {}
            for folder in (files.RAW, files.RELEASED):
                async for info in self._objects.list(folder):
                    owner = files.owner_of(info)
                    if owner is not None and age_s(info) > _ORPHAN_S:
                        found[info.name] = owner
            living = await self._db.read(
                lambda tx: store.living(tx, list(set(found.values()))), tenant=EVERY_TENANT
            )
            for name, owner in found.items():
                if owner not in living:
                    await self._objects.delete(name)
        except ObjectsUnavailable:
            log.warning("privacy.table_sweep_failed")  # the next process will

    async def _claim(self) -> Job | None:
        claim = partial(
            jobs.claim, kind=KIND, worker=self._me, now=self._clock.now(), lease_s=_LEASE_S
        )
        return await self._db.write(claim, tenant=EVERY_TENANT)

    async def _run_one(self, job: Job) -> None:
        """Work on a release for as long as the claim on it holds."""
        watch = _Watch()
        working = asyncio.create_task(self._end_with(job, watch))
        holding = asyncio.create_task(self._hold(job, watch))
        try:
            await asyncio.wait({working, holding}, return_when=asyncio.FIRST_COMPLETED)
            watch.stop.set()
            if not working.done():
                log.warning("privacy.release_claim_lost", job_id=job.id)
                await asyncio.gather(working, return_exceptions=True)
                return
            working.result()
        except (asyncio.CancelledError, Unavailable):
            watch.stop.set()
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            with suppress(Unavailable, DatabaseClosed):
                await self._db.write(lambda tx: jobs.release(tx, job), tenant=job.tenant)
            raise
        finally:
            for task in (working, holding):
                task.cancel()
            await asyncio.gather(working, holding, return_exceptions=True)

    async def _hold(self, job: Job, watch: _Watch) -> None:
        """Keep the claim up and note the progress; returns when the claim is lost, or may be."""
        held_until = time.monotonic() + _LEASE_S
        while time.monotonic() < held_until:
            await asyncio.sleep(_LEASE_S / 8)
            asked_at = time.monotonic()
            done = min(watch.done, job.total or 0)
            renew = partial(
                jobs.advance, job=job, now=self._clock.now(), lease_s=_LEASE_S, done=done
            )
            with suppress(Unavailable):
                if not await self._db.write(renew, tenant=job.tenant):
                    return
                held_until = asked_at + _LEASE_S

    async def _end_with(self, job: Job, watch: _Watch) -> None:
        try:
            await self._release(job, watch)
        except _Stopped:
            return
        except Unavailable:
            raise
        except ProblemError as error:
            await self._fail(job, error)
        except Exception as error:  # noqa: BLE001 - one job must not stop the others
            log.error(
                "privacy.release_failed",
                job_id=job.id,
                error_type=type(error).__name__,
                stack=frames_of(error),
            )
            await self._fail(job, InternalError("The release failed; the fault was logged."))

    async def _release(self, job: Job, watch: _Watch) -> None:
        now = self._clock.now()
        begin = partial(
            jobs.advance,
            job=job,
            now=now,
            lease_s=_LEASE_S,
            status=jobs.RUNNING,
            started_at=job.started_at or now,
            resumed_at=now,
            resumed_done=0,
            done=0,
        )
        if not await self._db.write(begin, tenant=job.tenant):
            return
        release, tables, project_key = await self._db.read(
            lambda tx: self._find(tx, job), tenant=job.tenant
        )
        if release.wrapped_key is None:
            raise TableReleaseFailed("The release was deleted.")
        release_key = self._keys.unwrap(release.wrapped_key)
        told: list[dict[str, Any]] = []
        for plan, table in zip(release.plans, tables, strict=True):
            data = await self._raw(table)
            made, report, file_format = await in_thread(
                self._make,
                data,
                table,
                plan,
                key=project_key,
                file_format=job.spec.get("format"),
                watch=watch,
            )
            name = files.released_name(release.id, table.id)
            await files.write(self._objects, release_key, name, made)
            told.append(
                {
                    "table_id": table.id,
                    "format": file_format,
                    "size_bytes": len(made),
                    "report": report,
                }
            )
        if not await self._finish(job, release, told):
            for item in told:  # cancelled meanwhile
                await self._objects.delete(files.released_name(release.id, item["table_id"]))
        elif not job.spec.get("keep_tables"):
            for table in tables:
                await self._objects.delete(files.raw_name(table.id))

    def _find(self, tx: Transaction, job: Job) -> tuple[StoredRelease, list[StoredTable], bytes]:
        release = store.find_release(tx, job.tenant, job.spec["release"])
        if release is None:
            raise _Stopped
        project = store.find_project(tx, job.tenant, release.project_id)
        tables = [store.find_table(tx, job.tenant, plan["table_id"]) for plan in release.plans]
        if project is None or any(table is None for table in tables):
            raise TableReleaseFailed("The project or a table of the release is gone.")
        found = [table for table in tables if table is not None]
        return release, found, self._keys.unwrap(project.wrapped_key)

    async def _raw(self, table: StoredTable) -> bytes:
        try:
            if table.wrapped_key is None:
                raise SealBroken("the key is forgotten")
            key = self._keys.unwrap(table.wrapped_key)
            return await files.read(self._objects, key, files.raw_name(table.id))
        except SealBroken as error:
            raise TableReleaseFailed("The file of a table is gone. Upload it again.") from error

    def _make(
        self,
        data: bytes,
        table: StoredTable,
        config: Mapping[str, Any],
        *,
        key: bytes,
        file_format: reading.Format | None,
        watch: _Watch,
    ) -> tuple[bytes, dict[str, Any], reading.Format]:
        read = reading.read(data, table.format, limits=self._limits)  # type: ignore[arg-type]
        asked = {name: value for name, value in config.items() if name != "table_id"}
        try:
            plan = planning.plan_of(asked, read.frame.columns)
            made = releasing.release(
                read.frame, plan, key=key, analyzer=self._analyzer, progress=watch.progress
            )
        except planning.InvalidPlan as error:
            raise TableReleaseFailed(f"{error}.") from None
        except releasing.CannotKeep as error:
            raise TableReleaseFailed(str(error)) from None
        chosen = file_format or read.format
        return writing.write(made.frame, chosen), made.report, chosen

    async def _finish(self, job: Job, release: StoredRelease, told: list[dict[str, Any]]) -> bool:
        now = self._clock.now()
        result = {
            "release": release.id,
            "tables": len(told),
            "rows": sum(item["report"]["after"]["rows"] for item in told),
            "suppressed": sum(item["report"]["utility"]["suppressed"] for item in told),
        }

        def work(tx: Transaction) -> bool:
            done = jobs.advance(
                tx,
                job,
                now,
                _LEASE_S,
                status=jobs.DONE,
                finished_at=now,
                done=job.total or 0,
                result=result,
            )
            if done:
                store.finish_release(
                    tx, job.tenant, release.id, files=told, expires_at=now + self._kept_for
                )
                if not job.spec.get("keep_tables"):
                    # Without their keys the files are noise, whenever they go.
                    store.forget_tables(tx, job.tenant, [item["table_id"] for item in told])
                audit.record(
                    tx, system_principal(job.tenant, KIND), "privacy.tables_released", **result
                )
            return done

        return await self._db.write(work, tenant=job.tenant)

    async def _fail(self, job: Job, error: ProblemError) -> None:
        now = self._clock.now()
        problem = error.document(job.id)
        await self._db.write(
            lambda tx: jobs.advance(
                tx, job, now, _LEASE_S, status=jobs.FAILED, finished_at=now, problem=problem
            ),
            tenant=job.tenant,
        )
