"""The use cases of tables: take one in, release it safely, ask private statistics of it."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any, Final

from customerai.core import audit, jobs
from customerai.core.clock import Clock
from customerai.core.crypto import KeyRing
from customerai.core.db import Database, Transaction
from customerai.core.guard import in_thread
from customerai.core.ids import new_id
from customerai.core.jobs import Job
from customerai.core.objects import ObjectStore
from customerai.core.principal import Principal
from customerai.core.telemetry import Metrics
from customerai.core.upload import Upload
from customerai.privacy import tabular_files as files
from customerai.privacy import tabular_store as store
from customerai.privacy.tabular import planning, reading, roles
from customerai.privacy.tabular.roles import Analyzer
from customerai.privacy.tabular_errors import (
    DatasetFixed,
    TableGone,
    TableInvalid,
    TableNotFound,
    TablePlanInvalid,
    TableProjectNotFound,
    TableReleaseNotFound,
    TableReleaseNotReady,
    TableTooLarge,
    UploadTwice,
)
from customerai.privacy.tabular_releases import KIND, TableReleases
from customerai.privacy.tabular_statistics import PrivateStatistics
from customerai.privacy.tabular_store import (
    Dataset,
    Project,
    StoredRelease,
    StoredTable,
)

RAW_TTL: Final = timedelta(hours=1)
RELEASE_TTL: Final = timedelta(days=7)
DEFAULT_BUDGET: Final = 1.0
LARGEST_BUDGET: Final = 100.0
_MOST_ROWS_PER_PERSON: Final = 100_000
_LONGEST_NAME: Final = 80
_AT_ONCE: Final = 2
"""Tables that are read at once; each may need several times its size."""


@dataclass(frozen=True)
class TableWanted:
    """A table of a release, and the configuration of its plan."""

    table_id: str
    config: Mapping[str, Any]


class TableService:
    """Uploaded tables, their releases and private statistics of them."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        keys: KeyRing,
        analyzer: Analyzer,
        objects: ObjectStore,
        metrics: Metrics,
        limits: reading.Limits | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._keys = keys
        self._analyzer = analyzer
        self._objects = objects
        self._limits = limits or reading.Limits()
        self._digests = keys.derive("privacy-table-digests")
        self._requests = keys.derive("privacy-table-idempotency")
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._releases = TableReleases(
            db=db,
            clock=clock,
            keys=keys,
            analyzer=analyzer,
            objects=objects,
            metrics=metrics,
            limits=self._limits,
            keep=RELEASE_TTL,
        )

        self.statistics = PrivateStatistics(
            db=db, clock=clock, keys=keys, objects=objects, limits=self._limits, turn=self._turn
        )

    async def run(self) -> None:
        """Work on releases and delete what is over, until cancelled."""
        await self._releases.run()

    async def expire(self) -> None:
        """Delete the files whose time is over."""
        await self._releases.expire()

    async def upload(
        self,
        who: Principal,
        content_type: str,
        body: AsyncIterator[bytes],
        *,
        idempotency_key: str | None = None,
    ) -> StoredTable:
        """Take a table in, sealed, and tell what its columns seem to hold.

        Fields beside the file: `format`, `project_id`, `dataset` (a name), `epsilon_budget`,
        `rows_per_person`. The same content, or the same name, is the same dataset. Sent again under
        the same key, the first table is given again.

        Raises:
            NotMultipart, MultipartBroken: the body cannot be read.
            TableTooLarge, TableInvalid: the file or a field.
            TableProjectNotFound: the project is not one of this tenant.
            DatasetFixed: the dataset has another budget.
            ObjectsUnavailable: the file cannot be stored.
        """
        request = self._hash("table", who, idempotency_key)
        if (first := await self._first_table(who, request)) is not None:
            async for _ in body:  # to its end, so that the answer is read
                pass
            return first
        table_id = new_id("tbl")
        async with self._turn:
            sent = Upload(content_type, body)
            data = await self._collect(sent)
            fields = sent.fields
            asked = _asked(fields)
            found, rows, file_format = await in_thread(self._look, data, asked.format)
            digest = await in_thread(hmac.digest, self._digests, data, "sha256")
            key, wrapped = self._keys.new_data_key()
            await files.write(self._objects, key, files.raw_name(table_id), data)
        now = self._clock.now()
        table = StoredTable(
            tenant=who.tenant,
            id=table_id,
            project_id=asked.project_id or new_id("tpr"),
            dataset_id="",
            request_hash=request,
            digest=digest,
            format=file_format,
            rows=rows,
            columns=[asdict(column) for column in found],
            wrapped_key=wrapped,
            created_at=now,
            expires_at=now + RAW_TTL,
        )
        kept: StoredTable | None = None
        try:
            kept = await self._db.write(
                lambda tx: self._keep(tx, who, table, asked), tenant=who.tenant
            )
        except UploadTwice:
            if await self._first_table(who, request) is None:
                raise  # the other one has not ended
        finally:
            if kept is None:
                await self._objects.delete(files.raw_name(table_id))
        return kept or await self._sent_first(who, request)

    def _hash(self, kind: str, who: Principal, key: str | None) -> bytes | None:
        """What the same caller's same idempotency key always gives."""
        if key is None:
            return None
        message = f"{kind}:{len(who.tenant)}:{who.tenant}{key}".encode()
        return hmac.digest(self._requests, message, "sha256")

    async def _first_table(self, who: Principal, request: bytes | None) -> StoredTable | None:
        if request is None:
            return None
        return await self._db.read(
            lambda tx: store.table_of_request(tx, who.tenant, request), tenant=who.tenant
        )

    async def _sent_first(self, who: Principal, request: bytes | None) -> StoredTable:
        first = await self._first_table(who, request)
        assert first is not None
        return first

    async def _first_release(self, who: Principal, request: bytes | None) -> StoredRelease | None:
        if request is None:
            return None
        return await self._db.read(
            lambda tx: store.release_of_request(tx, who.tenant, request), tenant=who.tenant
        )

    async def _collect(self, sent: Upload) -> bytes:
        data = bytearray()
        async for piece in sent.file():
            if len(data) + len(piece) > self._limits.file_bytes:
                raise TableTooLarge(f"A table may have {self._limits.file_bytes} bytes.")
            data += piece
        return bytes(data)

    def _look(
        self, data: bytes, file_format: reading.Format | None
    ) -> tuple[list[roles.FoundColumn], int, reading.Format]:
        try:
            table = reading.read(data, file_format, limits=self._limits)
        except reading.TableUnreadable as error:
            raise TableInvalid(str(error)) from None
        return roles.find_roles(table.frame, self._analyzer), table.frame.height, table.format

    def _keep(
        self, tx: Transaction, who: Principal, table: StoredTable, asked: _Asked
    ) -> StoredTable | None:
        """The table as it is kept; None when the same upload was first."""
        now = table.created_at
        if table.request_hash is not None and store.table_of_request(
            tx, who.tenant, table.request_hash
        ):
            return None
        if asked.project_id is None:
            _, wrapped = self._keys.new_data_key()
            store.add_project(tx, Project(who.tenant, table.project_id, wrapped, now))
        elif store.find_project(tx, who.tenant, asked.project_id) is None:
            raise TableProjectNotFound
        dataset = self._dataset(tx, who, table, asked)
        table = replace(table, dataset_id=dataset.id)
        if not store.add_table(tx, table):
            raise UploadTwice  # at the very same moment, in another process
        audit.record(
            tx,
            who,
            "privacy.table_uploaded",
            table=table.id,
            project=table.project_id,
            dataset=dataset.id,
            rows=table.rows,
        )
        return table

    def _dataset(
        self, tx: Transaction, who: Principal, table: StoredTable, asked: _Asked
    ) -> Dataset:
        known = store.dataset_of(tx, who.tenant, digest=table.digest, name=asked.dataset)
        if known is None:
            made_id = new_id("dst")
            made = Dataset(
                tenant=who.tenant,
                id=made_id,
                name=asked.dataset or made_id,
                epsilon_budget=asked.epsilon_budget or DEFAULT_BUDGET,
                rows_per_person=asked.rows_per_person or 1,
                created_at=table.created_at,
            )
            if store.add_dataset(tx, made):
                return made
            known = store.dataset_of(tx, who.tenant, digest=table.digest, name=asked.dataset)
            assert known is not None
        if asked.epsilon_budget not in (
            None,
            known.epsilon_budget,
        ) or asked.rows_per_person not in (
            None,
            known.rows_per_person,
        ):
            raise DatasetFixed
        return known

    async def tables(
        self, who: Principal, *, project_id: str | None, before: str | None, limit: int
    ) -> list[StoredTable]:
        """Tables, newest first."""
        return await self._db.read(
            lambda tx: store.list_tables(
                tx, who.tenant, project_id=project_id, before=before, limit=limit
            ),
            tenant=who.tenant,
        )

    async def table(self, who: Principal, table_id: str) -> StoredTable:
        """One table.

        Raises:
            TableNotFound: not one of this tenant.
        """
        found = await self._db.read(
            lambda tx: store.find_table(tx, who.tenant, table_id), tenant=who.tenant
        )
        if found is None:
            raise TableNotFound(table_id)
        return found

    async def drop_table(self, who: Principal, table_id: str) -> None:
        """Delete the file of a table now; its place in the ledger stays.

        Raises:
            TableNotFound: not one of this tenant.
        """
        table = await self.table(who, table_id)
        await self._objects.delete(files.raw_name(table.id))

        def work(tx: Transaction) -> None:
            store.forget_tables(tx, who.tenant, [table.id])
            audit.record(tx, who, "privacy.table_deleted", table=table.id)

        await self._db.write(work, tenant=who.tenant)

    async def release(
        self,
        who: Principal,
        wanted: Sequence[TableWanted],
        *,
        file_format: reading.Format | None = None,
        keep_tables: bool = False,
        idempotency_key: str | None = None,
    ) -> StoredRelease:
        """Queue the release of tables of one project; each needs a role for every column.

        Asked again under the same key, the first release is given again.

        Raises:
            TableNotFound, TableGone: a table.
            TablePlanInvalid: a plan does not fit its table, or the tables are of two projects.
        """
        request = self._hash("release", who, idempotency_key)
        if (first := await self._first_release(who, request)) is not None:
            return first
        tables = [await self.table(who, item.table_id) for item in wanted]
        plans: list[dict[str, Any]] = []
        for table, item in zip(tables, wanted, strict=True):
            if table.wrapped_key is None:
                raise TableGone(table.id)
            names = [column["name"] for column in table.columns]
            try:
                planning.plan_of(item.config, names)
            except planning.InvalidPlan as error:
                raise TablePlanInvalid(f"{error}.", table_id=table.id) from None
            plans.append({"table_id": table.id, **item.config})
        projects = {table.project_id for table in tables}
        if len(projects) != 1 or len({table.id for table in tables}) < len(tables):
            raise TablePlanInvalid("A release is of different tables of one project.")
        _, wrapped = self._keys.new_data_key()
        now = self._clock.now()
        release = StoredRelease(
            tenant=who.tenant,
            id=new_id("trl"),
            project_id=projects.pop(),
            job_id=new_id("job"),
            request_hash=request,
            plans=plans,
            files=None,
            wrapped_key=wrapped,
            created_at=now,
            expires_at=now + RELEASE_TTL,
        )
        job = Job(
            tenant=who.tenant,
            id=release.job_id,
            kind=KIND,
            actor=who.actor,
            status=jobs.QUEUED,
            done=0,
            total=sum(table.rows * len(table.columns) for table in tables),
            spec={"release": release.id, "format": file_format, "keep_tables": keep_tables},
            result=None,
            problem=None,
            created_at=now,
            started_at=None,
            resumed_at=None,
            resumed_done=0,
            finished_at=None,
        )

        def work(tx: Transaction) -> bool:
            if not store.add_release(tx, release):
                return False
            jobs.create(tx, job)
            audit.record(
                tx, who, "privacy.tables_release_asked", release=release.id, tables=len(tables)
            )
            return True

        if not await self._db.write(work, tenant=who.tenant):
            first = await self._first_release(who, request)
            assert first is not None
            return first
        self._releases.wake()
        return release

    async def releases(
        self, who: Principal, *, before: str | None, limit: int
    ) -> list[StoredRelease]:
        """Releases, newest first."""
        return await self._db.read(
            lambda tx: store.list_releases(tx, who.tenant, before=before, limit=limit),
            tenant=who.tenant,
        )

    async def find_release(self, who: Principal, release_id: str) -> StoredRelease:
        """One release.

        Raises:
            TableReleaseNotFound: not one of this tenant.
        """
        found = await self._db.read(
            lambda tx: store.find_release(tx, who.tenant, release_id), tenant=who.tenant
        )
        if found is None:
            raise TableReleaseNotFound
        return found

    async def released_file(
        self, who: Principal, release_id: str, table_id: str
    ) -> tuple[reading.Format, AsyncIterator[bytes]]:
        """The format and the bytes of a released table.

        Raises:
            TableReleaseNotFound: not one of this tenant.
            TableReleaseNotReady: it has no files.
            TableNotFound: the table is not part of it.
        """
        release = await self.find_release(who, release_id)
        if release.files is None or release.wrapped_key is None:
            raise TableReleaseNotReady
        told = next((item for item in release.files if item["table_id"] == table_id), None)
        if told is None:
            raise TableNotFound(table_id)
        key = self._keys.unwrap(release.wrapped_key)
        name = files.released_name(release.id, table_id)
        await self._db.write(
            lambda tx: audit.record(
                tx, who, "privacy.release_downloaded", release=release.id, table=table_id
            ),
            tenant=who.tenant,
        )
        return told["format"], files.reading(self._objects, key, name)

    async def drop_release(self, who: Principal, release_id: str) -> None:
        """Delete a release and its files; its job is cancelled.

        Raises:
            TableReleaseNotFound: not one of this tenant.
        """
        release = await self.find_release(who, release_id)

        def work(tx: Transaction) -> None:
            job = jobs.find(tx, who.tenant, release.job_id)
            if job.status in (jobs.QUEUED, jobs.RUNNING):
                jobs.cancel(tx, who.tenant, job.id, self._clock.now())
            store.drop_release(tx, who.tenant, release.id)
            audit.record(tx, who, "privacy.release_deleted", release=release.id)

        await self._db.write(work, tenant=who.tenant)
        for plan in release.plans:
            await self._objects.delete(files.released_name(release.id, plan["table_id"]))


@dataclass(frozen=True)
class _Asked:
    """The fields of an upload."""

    format: reading.Format | None
    project_id: str | None
    dataset: str | None
    epsilon_budget: float | None
    rows_per_person: int | None


def _asked(fields: Mapping[str, str]) -> _Asked:
    file_format = fields.get("format") or None
    if file_format is not None and file_format not in reading.FORMATS:
        raise TableInvalid(f"The field format is not one of {', '.join(reading.FORMATS)}.")
    name = fields.get("dataset") or None
    if name is not None and (len(name) > _LONGEST_NAME or not name.isprintable()):
        raise TableInvalid(f"The field dataset is no name of up to {_LONGEST_NAME} characters.")
    try:
        budget = float(fields["epsilon_budget"]) if fields.get("epsilon_budget") else None
        each = int(fields["rows_per_person"]) if fields.get("rows_per_person") else None
    except ValueError:
        raise TableInvalid("The fields epsilon_budget and rows_per_person are numbers.") from None
    if budget is not None and not 0 < budget <= LARGEST_BUDGET:
        raise TableInvalid(f"The field epsilon_budget is above 0 and at most {LARGEST_BUDGET:g}.")
    if each is not None and not 1 <= each <= _MOST_ROWS_PER_PERSON:
        raise TableInvalid(f"The field rows_per_person is in 1..{_MOST_ROWS_PER_PERSON}.")
    return _Asked(
        format=file_format,  # type: ignore[arg-type]  # checked above
        project_id=fields.get("project_id") or None,
        dataset=name,
        epsilon_budget=budget,
        rows_per_person=each,
    )
