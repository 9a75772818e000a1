"""The use cases of integrations: take a file in, store its conversations, survive a crash."""

from __future__ import annotations

import asyncio
import base64
import hmac
import itertools
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import anyio
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from customerai.contracts.responder import ImportedMessage, Responder
from customerai.core import audit, jobs, upload
from customerai.core.clock import Clock
from customerai.core.crypto import KeyRing, SealBroken
from customerai.core.db import (
    EVERY_TENANT,
    Database,
    DatabaseClosed,
    DatabaseUnavailable,
    OutcomeUnknown,
    Transaction,
)
from customerai.core.errors import InternalError, InvalidRequest, ProblemError, Unavailable
from customerai.core.guard import in_thread
from customerai.core.ids import new_id
from customerai.core.jobs import Job
from customerai.core.objects import ObjectStore, ObjectsUnavailable, age_s
from customerai.core.principal import Principal, system_principal
from customerai.core.settings import ImportSettings
from customerai.core.telemetry import Metrics, frames_of
from customerai.integrations import spool, store
from customerai.integrations.rows import (
    FileFormat,
    FileUnreadable,
    Mapped,
    MessageReader,
    Refused,
    columns_of,
    guess,
    read,
    text_lines,
)
from customerai.integrations.store import Reject

log = structlog.get_logger(__name__)

KIND: Final = "import"
_POLL_S: Final = 5.0
_LEASE_S: Final = 8.0
"""After so long, and a poll, another replica goes on with an import whose worker was killed."""
_ORPHAN_S: Final = 24 * 3600.0
"""Longer than any upload takes: a file that is older and has no job was left behind."""
_PATIENCE_S: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
_FORMATS: Final[dict[str, FileFormat]] = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}


class FileInvalid(InvalidRequest):
    """An uploaded file is not UTF-8, has no rows, or is neither CSV nor JSON Lines."""


class MappingInvalid(InvalidRequest):
    """The mapping is no JSON object of column names, or names a column that the file lacks."""


class MappingRequest(BaseModel):
    """A mapping as it is sent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str | None = None
    conversation: str | None = None
    message: str | None = None
    role: str | None = None
    at: str | None = None
    customer: str | None = None
    channel: str | None = None
    groups: dict[str, str] = {}
    attributes: dict[str, str] = {}


class _NotStored(Exception):
    """A batch could not be stored for so long that the import is given up."""

    def __init__(self, problem: ProblemError) -> None:
        super().__init__(problem.slug())
        self.problem = problem


@dataclass
class _Tally:
    """What an import has come to."""

    stored: int = 0
    repeated: int = 0
    rejected: int = 0
    messages: list[ImportedMessage] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


class ImportService:
    """Imports files of conversations as jobs."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        keys: KeyRing,
        responder: Responder,
        objects: ObjectStore,
        settings: ImportSettings,
        metrics: Metrics,
    ) -> None:
        self._db = db
        self._clock = clock
        self._keys = keys
        self._responder = responder
        self._objects = objects
        self._settings = settings
        self._metrics = metrics
        self._me = new_id("worker")
        self._key_hashes = keys.derive("integrations-idempotency")
        self._wake = asyncio.Event()

    async def accept(
        self,
        who: Principal,
        content_type: str,
        body: AsyncIterator[bytes],
        *,
        idempotency_key: str | None = None,
    ) -> Job:
        """Take an upload in, sealed, and queue its import.

        Args:
            idempotency_key: sent again under the same key, the first job is given again.

        Raises:
            NotMultipart, MultipartBroken: the body cannot be read.
            FileInvalid: not UTF-8, empty, or of no known format.
            ObjectsUnavailable: the file cannot be stored.
            MappingInvalid: not a mapping, or it names a column that the file lacks.
        """
        key_hash = self._hash(who.tenant, idempotency_key)
        before = await self._job_of(who, key_hash)
        if before is not None:
            async for _ in body:  # to its end, so that the answer is read
                pass
            return before
        job_id = new_id("job")
        key, wrapped = self._keys.new_data_key()
        sent = upload.Upload(content_type, body)
        await spool.write(self._objects, key, job_id, sent.file())
        try:
            spec = await self._spec(key, job_id, sent)
        except BaseException:
            await self._objects.delete(spool.name_of(job_id))
            raise
        job = Job(
            tenant=who.tenant,
            id=job_id,
            kind=KIND,
            actor=who.actor,
            status=jobs.QUEUED,
            done=0,
            total=None,
            spec={**spec, "key": base64.b64encode(wrapped).decode()},
            result=None,
            problem=None,
            created_at=self._clock.now(),
            started_at=None,
            resumed_at=None,
            resumed_done=0,
            finished_at=None,
        )

        def work(tx: Transaction) -> bool:
            if key_hash and not store.note_upload(tx, who.tenant, key_hash, job.id):
                return False
            jobs.create(tx, job)
            audit.record(tx, who, "integrations.import_accepted", job=job.id)
            return True

        if not await self._db.write(work, tenant=who.tenant):
            await self._objects.delete(spool.name_of(job_id))
            first = await self._job_of(who, key_hash)
            assert first is not None
            return first
        self._wake.set()
        return job

    def _hash(self, tenant: str, key: str | None) -> bytes | None:
        if key is None:
            return None
        return hmac.digest(self._key_hashes, f"{len(tenant)}:{tenant}{key}".encode(), "sha256")

    async def _job_of(self, who: Principal, key_hash: bytes | None) -> Job | None:
        if key_hash is None:
            return None

        def work(tx: Transaction) -> Job | None:
            job_id = store.job_of_upload(tx, who.tenant, key_hash)
            return None if job_id is None else jobs.find(tx, who.tenant, job_id)

        return await self._db.read(work, tenant=who.tenant)

    async def rejects(self, who: Principal, job_id: str, *, after: int, limit: int) -> list[Reject]:
        """Rows of an import that were refused.

        Raises:
            JobNotFound: not an import of this tenant.
        """

        def work(tx: Transaction) -> list[Reject]:
            jobs.find(tx, who.tenant, job_id)
            return store.list_rejects(tx, who.tenant, job_id, after=after, limit=limit)

        return await self._db.read(work, tenant=who.tenant)

    async def run(self) -> None:
        """Work on imports, those first that a restart cut off, until cancelled."""
        await self._sweep()
        while True:
            self._wake.clear()
            try:
                await self._tidy()
                while (job := await self._claim()) is not None:
                    await self._run_one(job)
                    await self._tidy()
            except Exception as error:  # noqa: BLE001 - the loop must outlive a fault
                log.error("integrations.loop_failed", error_type=type(error).__name__)
            with anyio.move_on_after(_POLL_S):
                await self._wake.wait()

    async def _claim(self) -> Job | None:
        """The next import that no other replica is at."""
        claim = partial(
            jobs.claim, kind=KIND, worker=self._me, now=self._clock.now(), lease_s=_LEASE_S
        )
        return await self._db.write(claim, tenant=EVERY_TENANT)

    async def _sweep(self) -> None:
        """Remove what uploads left that the end of a process cut off."""
        try:
            await self._objects.sweep(older_than_s=_ORPHAN_S)
        except ObjectsUnavailable:
            log.warning("integrations.sweep_failed")  # the next process will

    async def _tidy(self) -> None:
        """Remove the files of imports that ended, such as by being cancelled while they waited.

        A file without a job may be that of an upload which another replica is about to accept; it
        is an orphan once it is old.
        """
        found = {}
        async for info in self._objects.list(spool.FOLDER):
            if (job_id := spool.job_of(info)) is not None:
                found[job_id] = info
        states = await self._db.read(
            lambda tx: store.states_of_imports(tx, list(found)), tenant=EVERY_TENANT
        )
        for job_id, info in found.items():
            state = states.get(job_id)
            ended = state not in (jobs.QUEUED, jobs.RUNNING)
            if ended if state is not None else age_s(info) > _ORPHAN_S:
                await self._objects.delete(info.name)

    async def _run_one(self, job: Job) -> None:
        """Work on an import for as long as the claim on it holds."""
        working = asyncio.create_task(self._end_with(job))
        holding = asyncio.create_task(self._hold(job))
        try:
            await asyncio.wait({working, holding}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                log.warning("integrations.claim_lost", job_id=job.id)
                return
            working.result()
        except (asyncio.CancelledError, Unavailable):
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            with suppress(Unavailable, DatabaseClosed):
                # Nothing is wrong with the import: this replica or the next one goes on with it.
                await self._db.write(lambda tx: jobs.release(tx, job), tenant=job.tenant)
            raise
        finally:
            for task in (working, holding):
                task.cancel()
            await asyncio.gather(working, holding, return_exceptions=True)

    async def _hold(self, job: Job) -> None:
        """Keep the claim on a job up; returns when it is lost, or may be."""
        held_until = time.monotonic() + _LEASE_S
        while time.monotonic() < held_until:
            await asyncio.sleep(_LEASE_S / 4)
            asked_at = time.monotonic()
            renew = partial(jobs.advance, job=job, now=self._clock.now(), lease_s=_LEASE_S)
            with suppress(Unavailable):
                if not await self._db.write(renew, tenant=job.tenant):
                    return
                held_until = asked_at + _LEASE_S

    async def _end_with(self, job: Job) -> None:
        """Work on an import until it has ended some way; then its file is not needed any more."""
        try:
            ended = await self._import(job)
        except _NotStored as error:
            ended = await self._fail(job, error.problem)
        except Unavailable:
            raise
        except ProblemError as error:
            ended = await self._fail(job, error)
        except Exception as error:  # noqa: BLE001 - one job must not stop the others
            log.error(
                "integrations.import_failed",
                job_id=job.id,
                error_type=type(error).__name__,
                stack=frames_of(error),
            )
            ended = await self._fail(job, InternalError("The import failed; the fault was logged."))
        if ended:  # or it was cancelled, or is another replica's by now
            await self._objects.delete(spool.name_of(job.id))

    async def _import(self, job: Job) -> bool:
        """Whether it was done; False when it was cancelled or is another replica's by now."""
        key = self._keys.unwrap(base64.b64decode(job.spec["key"]))
        now = self._clock.now()
        async with spool.reading(self._objects, key, job.id) as pieces:
            total = await in_thread(_count_rows, pieces, job)
        job = replace(
            job,
            status=jobs.RUNNING,
            total=total,
            started_at=job.started_at or now,
            resumed_at=now,
            resumed_done=job.done,
        )

        def begin(tx: Transaction) -> bool:
            return self._advance(
                tx,
                job,
                status=job.status,
                total=total,
                started_at=job.started_at,
                resumed_at=now,
                resumed_done=job.done,
            )

        if not await self._db.write(begin, tenant=job.tenant):
            return False
        who = system_principal(job.tenant, "import")
        progress = dict(job.result or {"stored": 0, "repeated": 0, "rejected": 0})
        async with spool.reading(self._objects, key, job.id) as pieces:
            batches = _Batches(pieces, job, self._settings.batch_rows)
            while (tally := await in_thread(batches.next)) is not None:
                outcome = await self._store(who, tally.messages)
                progress["stored"] += outcome[0]
                progress["repeated"] += outcome[1]
                progress["rejected"] += len(tally.rejects)
                if not await self._checkpoint(job, batches.done, tally.rejects, progress):
                    return False
        return await self._finish(job, progress)

    async def _store(self, who: Principal, messages: list[ImportedMessage]) -> tuple[int, int]:
        """Store a batch; an unavailable privacy service is waited for, not skipped."""
        for pause_s in (*_PATIENCE_S, None):
            try:
                outcome = await self._responder.import_messages(who, messages)
            except Unavailable as error:
                if pause_s is None and isinstance(error, (DatabaseUnavailable, OutcomeUnknown)):
                    raise
                if pause_s is None:
                    raise _NotStored(error) from error
                await asyncio.sleep(pause_s)
            else:
                return outcome.stored, outcome.repeated
        raise AssertionError("unreachable")

    async def _checkpoint(
        self, job: Job, done: int, rejects: list[Reject], progress: dict[str, int]
    ) -> bool:
        """Note how far a job is; False when it was cancelled or taken over meanwhile."""

        def work(tx: Transaction) -> bool:
            if not self._advance(tx, job, done=done, result=progress):
                return False
            room = self._settings.max_rejects - store.count_rejects(tx, job.tenant, job.id)
            store.add_rejects(tx, job.tenant, job.id, rejects[: max(room, 0)])
            return True

        self._metrics.import_rows.labels(outcome="rejected").inc(len(rejects))
        return await self._db.write(work, tenant=job.tenant)

    async def _finish(self, job: Job, progress: dict[str, int]) -> bool:
        now = self._clock.now()

        def work(tx: Transaction) -> bool:
            if not self._advance(tx, job, status=jobs.DONE, finished_at=now, result=progress):
                return False
            audit.record(
                tx, system_principal(job.tenant, "import"), "integrations.import_done",
                job=job.id, **progress,
            )  # fmt: skip
            return True

        done = await self._db.write(work, tenant=job.tenant)
        if done:
            log.info("integrations.import_done", job_id=job.id, **progress)
        return done

    async def _fail(self, job: Job, error: ProblemError) -> bool:
        now = self._clock.now()
        problem = error.document(job.id)
        return await self._db.write(
            lambda tx: self._advance(tx, job, status=jobs.FAILED, finished_at=now, problem=problem),
            tenant=job.tenant,
        )

    def _advance(self, tx: Transaction, job: Job, **values: Any) -> bool:
        return jobs.advance(tx, job, self._clock.now(), _LEASE_S, **values)

    async def _spec(self, key: bytes, job_id: str, sent: upload.Upload) -> dict[str, Any]:
        """What the job needs to know of its file, after a look at every byte of it."""
        fields = sent.fields
        file_format = fields.get("format") or _FORMATS.get(Path(sent.name).suffix.lower())
        if file_format not in ("csv", "jsonl"):
            raise FileInvalid("The file is neither .csv nor .jsonl; name its format.")
        async with spool.reading(self._objects, key, job_id) as pieces:
            columns = await in_thread(_columns, pieces, file_format)  # type: ignore[arg-type]
        mapped = _mapped(fields.get("mapping"), columns, every_row=file_format == "csv")
        return {"format": file_format, "mapping": asdict(mapped)}


class _Batches:
    """The rows of a job from its last checkpoint on, in batches."""

    def __init__(self, pieces: Iterator[bytes], job: Job, size: int) -> None:
        self._rows = enumerate(read(text_lines(pieces), job.spec["format"]), start=1)
        self._reader = MessageReader(Mapped(**job.spec["mapping"]), default_at=job.created_at)
        self._size = size
        self._skip = job.done
        self.done = job.done

    def next(self) -> _Tally | None:
        """The next batch, or None at the end."""
        tally = _Tally()
        for number, row in itertools.islice(self._rows, self._size + self._skip):
            found = row if isinstance(row, Refused) else self._reader.message(row)
            if number <= self._skip:  # read again only to count repeated rows alike
                continue
            self.done = number
            if isinstance(found, Refused):
                tally.rejects.append(Reject(number, found.code, found.detail))
            else:
                tally.messages.append(found)
        self._skip = 0
        return tally if tally.messages or tally.rejects else None


def _columns(pieces: Iterator[bytes], file_format: FileFormat) -> list[str]:
    """The columns of a file, all of which must be UTF-8."""
    lines = text_lines(pieces)
    try:
        columns = columns_of(lines, file_format)
        for _ in lines:
            pass
    except FileUnreadable as error:
        raise FileInvalid(str(error)) from error
    return columns


def _count_rows(pieces: Iterator[bytes], job: Job) -> int:
    try:
        return sum(1 for _ in read(text_lines(pieces), job.spec["format"]))
    except SealBroken as error:
        raise FileInvalid("The uploaded file is gone or was changed.") from error


def _mapped(text: str | None, columns: list[str], *, every_row: bool) -> Mapped:
    if text is None:
        guessed = guess(columns)
        if "text" not in guessed:
            raise MappingInvalid("No column is plainly the text; send a mapping.")
        return Mapped(
            text=guessed.pop("text"),
            groups={},
            attributes={},
            **guessed,
        )
    try:
        request = MappingRequest.model_validate(json.loads(text))
    except (ValueError, ValidationError, RecursionError) as error:
        raise MappingInvalid("The mapping is not a JSON object of column names.") from error
    if request.text is None:
        raise MappingInvalid("The mapping does not say which column holds the text.")
    mapped = Mapped(**request.model_dump())
    missing = [column for column in mapped.columns() if column not in columns]
    if every_row and missing:
        raise MappingInvalid(
            f"{len(missing)} of the mapped columns are not in the file.",
            missing_fields=[
                name
                for name, column in request.model_dump().items()
                if isinstance(column, str) and column in missing
            ],
        )
    return mapped
