"""The use cases of integrations: take a file in, store its conversations, survive a crash."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import anyio
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from customerai.contracts.responder import ImportedMessage, Responder
from customerai.core import audit, jobs
from customerai.core.clock import Clock
from customerai.core.crypto import KeyRing, SealBroken
from customerai.core.db import Database, Transaction
from customerai.core.errors import InternalError, InvalidRequest, ProblemError, Unavailable
from customerai.core.guard import in_thread
from customerai.core.ids import new_id
from customerai.core.jobs import Job
from customerai.core.principal import Principal, system_principal
from customerai.core.settings import ImportSettings
from customerai.core.telemetry import Metrics, frames_of
from customerai.integrations import spool, store, upload
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
        folder: Path,
        settings: ImportSettings,
        metrics: Metrics,
    ) -> None:
        self._db = db
        self._clock = clock
        self._keys = keys
        self._responder = responder
        self._folder = folder
        self._settings = settings
        self._metrics = metrics
        self._wake = asyncio.Event()

    async def accept(self, who: Principal, content_type: str, body: AsyncIterator[bytes]) -> Job:
        """Take an upload in, sealed, and queue its import.

        Raises:
            NotMultipart, MultipartBroken: the body cannot be read.
            FileInvalid: not UTF-8, empty, or of no known format.
            MappingInvalid: not a mapping, or it names a column that the file lacks.
        """
        job_id = new_id("job")
        key, wrapped = self._keys.new_data_key()
        path = self._path(job_id)
        writer = spool.SpoolWriter(path, key, job_id)
        try:
            name, fields = await upload.receive(content_type, body, writer.write)
            writer.close()
            spec = await in_thread(self._spec, path, key, job_id, name, fields)
        except BaseException:
            writer.abandon()
            path.unlink(missing_ok=True)
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

        def work(tx: Transaction) -> None:
            jobs.create(tx, job)
            audit.record(tx, who, "integrations.import_accepted", job=job.id)

        await self._db.write(work)
        self._wake.set()
        return job

    async def rejects(self, who: Principal, job_id: str, *, after: int, limit: int) -> list[Reject]:
        """Rows of an import that were refused.

        Raises:
            JobNotFound: not an import of this tenant.
        """

        def work(tx: Transaction) -> list[Reject]:
            jobs.find(tx, who.tenant, job_id)
            return store.list_rejects(tx, who.tenant, job_id, after=after, limit=limit)

        return await self._db.read(work)

    async def run(self) -> None:
        """Work on imports, those first that a restart cut off, until cancelled."""
        await self._tidy(also_unknown=True)  # no upload has begun yet
        while True:
            self._wake.clear()
            try:
                for job in await self._db.read(lambda tx: jobs.unfinished(tx, KIND)):
                    await self._run_one(job)
                await self._tidy()
            except Exception as error:  # noqa: BLE001 - the loop must outlive a fault
                log.error("integrations.loop_failed", error_type=type(error).__name__)
            with anyio.move_on_after(_POLL_S):
                await self._wake.wait()

    async def _tidy(self, *, also_unknown: bool = False) -> None:
        """Remove the files of imports that ended, such as by being cancelled while they waited.

        Args:
            also_unknown: remove files, too, whose upload was cut off by the end of a process.
        """
        paths = {path.stem: path for path in self._folder.glob("*.sealed")}
        states = await self._db.read(lambda tx: store.states_of_imports(tx, list(paths)))
        for job_id, path in paths.items():
            state = states.get(job_id)
            if also_unknown if state is None else state not in (jobs.QUEUED, jobs.RUNNING):
                path.unlink(missing_ok=True)

    async def _run_one(self, job: Job) -> None:
        try:
            await self._import(job)
        except ProblemError as error:
            await self._fail(job, error)
        except Exception as error:  # noqa: BLE001 - one job must not stop the others
            log.error(
                "integrations.import_failed",
                job_id=job.id,
                error_type=type(error).__name__,
                stack=frames_of(error),
            )
            await self._fail(job, InternalError("The import failed; the fault was logged."))
        self._path(job.id).unlink(missing_ok=True)

    async def _import(self, job: Job) -> None:
        key = self._keys.unwrap(base64.b64decode(job.spec["key"]))
        path = self._path(job.id)
        now = self._clock.now()
        total = await in_thread(_count_rows, path, key, job)
        job = replace(
            job,
            status=jobs.RUNNING,
            total=total,
            started_at=job.started_at or now,
            resumed_at=now,
            resumed_done=job.done,
        )

        def begin(tx: Transaction) -> bool:
            return _change_unless_ended(
                tx,
                job,
                status=job.status,
                total=total,
                started_at=job.started_at,
                resumed_at=now,
                resumed_done=job.done,
            )

        if not await self._db.write(begin):
            return
        who = system_principal(job.tenant, "import")
        progress = dict(job.result or {"stored": 0, "repeated": 0, "rejected": 0})
        batches = _Batches(path, key, job, self._settings.batch_rows)
        while True:
            tally = await in_thread(batches.next)
            if tally is None:
                break
            outcome = await self._store(who, tally.messages)
            progress["stored"] += outcome[0]
            progress["repeated"] += outcome[1]
            progress["rejected"] += len(tally.rejects)
            if not await self._checkpoint(job, batches.done, tally.rejects, progress):
                return
        await self._finish(job, progress)

    async def _store(self, who: Principal, messages: list[ImportedMessage]) -> tuple[int, int]:
        """Store a batch; an unavailable privacy service is waited for, not skipped."""
        for pause_s in (*_PATIENCE_S, None):
            try:
                outcome = await self._responder.import_messages(who, messages)
            except Unavailable:
                if pause_s is None:
                    raise
                await asyncio.sleep(pause_s)
            else:
                return outcome.stored, outcome.repeated
        raise AssertionError("unreachable")

    async def _checkpoint(
        self, job: Job, done: int, rejects: list[Reject], progress: dict[str, int]
    ) -> bool:
        """Note how far a job is; False when it was cancelled meanwhile."""

        def work(tx: Transaction) -> bool:
            if not _change_unless_ended(tx, job, done=done, result=progress):
                return False
            room = self._settings.max_rejects - store.count_rejects(tx, job.tenant, job.id)
            store.add_rejects(tx, job.tenant, job.id, rejects[: max(room, 0)])
            return True

        self._metrics.import_rows.labels(outcome="rejected").inc(len(rejects))
        return await self._db.write(work)

    async def _finish(self, job: Job, progress: dict[str, int]) -> None:
        now = self._clock.now()

        def work(tx: Transaction) -> bool:
            if not _change_unless_ended(
                tx, job, status=jobs.DONE, finished_at=now, result=progress
            ):
                return False
            audit.record(
                tx, system_principal(job.tenant, "import"), "integrations.import_done",
                job=job.id, **progress,
            )  # fmt: skip
            return True

        if await self._db.write(work):
            log.info("integrations.import_done", job_id=job.id, **progress)

    async def _fail(self, job: Job, error: ProblemError) -> None:
        now = self._clock.now()
        problem = error.document(job.id)
        await self._db.write(
            lambda tx: _change_unless_ended(
                tx, job, status=jobs.FAILED, finished_at=now, problem=problem
            )
        )

    def _spec(
        self, path: Path, key: bytes, job_id: str, name: str, fields: dict[str, str]
    ) -> dict[str, Any]:
        """What the job needs to know of its file, after a look at every byte of it."""
        file_format = fields.get("format") or _FORMATS.get(Path(name).suffix.lower())
        if file_format not in ("csv", "jsonl"):
            raise FileInvalid("The file is neither .csv nor .jsonl; name its format.")
        try:
            columns = columns_of(_lines(path, key, job_id), file_format)  # type: ignore[arg-type]
            for _ in _lines(path, key, job_id):  # all of it must be UTF-8
                pass
        except FileUnreadable as error:
            raise FileInvalid(str(error)) from error
        mapped = _mapped(fields.get("mapping"), columns, every_row=file_format == "csv")
        return {"format": file_format, "mapping": asdict(mapped)}

    def _path(self, job_id: str) -> Path:
        return self._folder / f"{job_id}.sealed"


class _Batches:
    """The rows of a job from its last checkpoint on, in batches."""

    def __init__(self, path: Path, key: bytes, job: Job, size: int) -> None:
        self._rows = enumerate(read(_lines(path, key, job.id), job.spec["format"]), start=1)
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


def _change_unless_ended(tx: Transaction, job: Job, **values: Any) -> bool:
    """Set columns of a job; False, and nothing is set, when it was cancelled meanwhile."""
    if jobs.find(tx, job.tenant, job.id).status not in (jobs.QUEUED, jobs.RUNNING):
        return False
    jobs.change(tx, job, **values)
    return True


def _lines(path: Path, key: bytes, job_id: str) -> Iterator[str]:
    return text_lines(spool.read(path, key, job_id))


def _count_rows(path: Path, key: bytes, job: Job) -> int:
    try:
        return sum(1 for _ in read(_lines(path, key, job.id), job.spec["format"]))
    except (SealBroken, OSError) as error:
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
