"""Routes of tables: upload, roles, releases, risk, downloads, private statistics and ledgers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import Field, StringConstraints

from customerai.core.http import Body, Caller, Reply, scope
from customerai.privacy.tabular import statistics, writing
from customerai.privacy.tabular_errors import StatisticInvalid
from customerai.privacy.tabular_service import TableService, TableWanted
from customerai.privacy.tabular_statistics import Ledger
from customerai.privacy.tabular_store import Dataset, Statistic, StoredRelease, StoredTable
from customerai.privacy.techniques.differential_privacy import InvalidQuery

TABLES: Final = "privacy:anonymize"
STATISTICS: Final = "privacy:anonymize"

Limit = Annotated[int, Query(ge=1, le=100)]
IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key", max_length=200)]
Id = Annotated[str, Field(min_length=1, max_length=64)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Format = Literal["csv", "parquet", "json", "jsonl"]
Role = Literal["direct", "quasi", "sensitive", "text", "none"]
Number = Annotated[float, Field(allow_inf_nan=False)]

_UPLOAD: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "format": {"type": "string", "enum": ["csv", "parquet", "json", "jsonl"]},
                        "project_id": {
                            "type": "string",
                            "description": "Tables of one project share their stand-ins.",
                        },
                        "dataset": {
                            "type": "string",
                            "maxLength": 80,
                            "description": "Name under which the privacy budget is kept.",
                        },
                        "epsilon_budget": {
                            "type": "string",
                            "description": "A number above 0; 1 by default. It never changes.",
                        },
                        "rows_per_person": {
                            "type": "string",
                            "description": "Most rows that one person has; 1 by default.",
                        },
                    },
                }
            }
        },
    }
}
_DOWNLOAD: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file.",
        "content": {kind: {} for kind in sorted(set(writing.MEDIA_TYPES.values()))},
    }
}


class ColumnReasonReply(Reply):
    """Why a role is proposed; `n` of `of` values say so."""

    code: str
    n: int | None = None
    of: int | None = None
    entity: str | None = None


class TableColumnReply(Reply):
    """What a column seems to hold; `role` is a proposal to be confirmed."""

    name: str
    kind: str
    n: int
    missing: int
    distinct: int
    role: Role
    entity: str | None
    reasons: list[ColumnReasonReply]


class TableReply(Reply):
    """An uploaded table; `available` until its file is deleted."""

    id: str
    project_id: str
    dataset_id: str
    format: str
    rows: int
    columns: list[TableColumnReply]
    available: bool
    created_at: datetime
    expires_at: datetime


class TablesReply(Reply):
    """A page of tables, newest first."""

    items: list[TableReply]
    next: str | None


class HierarchyBody(Body):
    """How a quasi-identifier is generalized; fields belong to their kind."""

    kind: Literal["numeric", "age", "date", "prefix", "tree", "top", "suppress"]
    widths: Annotated[list[Number], Field(max_length=20)] | None = None
    origin: Number | None = None
    top_from: Number | None = None
    keep: Annotated[list[int], Field(max_length=20)] | None = None
    parents: dict[str, list[str]] | None = None


class ColumnBody(Body):
    """A column's confirmed role, with the fields of that role."""

    name: Name
    role: Role
    entity: Annotated[str, Field(max_length=64)] | None = None
    operator: dict[str, Any] | None = None
    operators: dict[str, dict[str, Any]] | None = None
    hierarchy: HierarchyBody | None = None
    level: Annotated[int, Field(ge=0, le=100)] | None = None
    l: Number | None = None  # noqa: E741 - the letter of l-diversity
    l_kind: Literal["distinct", "entropy"] | None = None
    t: Number | None = None
    distance: Literal["ordered", "equal"] | None = None


class TablePlanBody(Body):
    """What becomes of one table: every column's role, and what the release must keep to."""

    table_id: Id
    columns: Annotated[list[ColumnBody], Field(min_length=1, max_length=500)]
    k: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    max_suppressed: Annotated[Number, Field(ge=0, le=1)] | None = None
    subject: Name | None = None


class TableReleaseRequest(Body):
    """Tables of one project to be released."""

    tables: Annotated[list[TablePlanBody], Field(min_length=1, max_length=20)]
    format: Format | None = None
    keep_tables: bool = False


class ReleasedFileReply(Reply):
    """A released table and the report of its risk and cost, plain figures without any value."""

    table_id: str
    format: str
    size_bytes: int
    url: str
    report: dict[str, Any]


class TableReleaseReply(Reply):
    """A release; its files are there once its job is done, and until they expire."""

    id: str
    project_id: str
    job_id: str
    job_url: str
    available: bool
    files: list[ReleasedFileReply] | None
    created_at: datetime
    expires_at: datetime


class TableReleasesReply(Reply):
    """A page of releases, newest first."""

    items: list[TableReleaseReply]
    next: str | None


class StatisticRequest(Body):
    """A private statistic; bounds, keys and edges are the caller's, never the data's."""

    table_id: Id
    statistic: Literal["count", "sum", "mean", "histogram"]
    epsilon: Annotated[Number, Field(gt=0, le=statistics.MOST_EPSILON)]
    column: Name | None = None
    bounds: Annotated[list[Number], Field(min_length=2, max_length=2)] | None = None
    step: Annotated[Number, Field(gt=0)] = 1.0
    keys: (
        Annotated[
            list[Annotated[str, Field(max_length=200)]], Field(min_length=1, max_length=10_000)
        ]
        | None
    ) = None
    edges: Annotated[list[Number], Field(min_length=2, max_length=1001)] | None = None
    where: Annotated[dict[Name, Annotated[str, Field(max_length=200)]], Field(max_length=5)] = (
        Field(default_factory=dict)
    )


class StatisticReply(Reply):
    """A line of the ledger: what was asked, what it cost, what was told."""

    id: str
    dataset_id: str
    query: dict[str, Any]
    epsilon: float
    result: dict[str, Any] | None
    created_at: datetime


class DatasetReply(Reply):
    """A dataset and its privacy budget."""

    id: str
    name: str
    epsilon_budget: float
    epsilon_spent: float
    epsilon_left: float
    rows_per_person: int
    created_at: datetime


class DatasetsReply(Reply):
    """A page of datasets."""

    items: list[DatasetReply]
    next: str | None


class LedgerReply(DatasetReply):
    """A dataset with what was asked of it, newest first."""

    items: list[StatisticReply]
    next: str | None


def build_router(service: TableService) -> APIRouter:
    """The routes of tables, below `/v1/privacy`."""
    router = APIRouter(prefix="/v1/privacy", tags=["tables"])
    _tables(router, service)
    _releases(router, service)
    _statistics(router, service)
    return router


def _tables(router: APIRouter, service: TableService) -> None:
    @router.post("/tables", status_code=201, openapi_extra={**scope(TABLES), **_UPLOAD})
    async def create_table(
        request: Request, who: Caller, idempotency_key: IdempotencyKey = None
    ) -> TableReply:
        """Upload a table; it is sealed, looked through and deleted after an hour.

        Sent again with the same `Idempotency-Key`, it gives the first table again.
        """
        kind = request.headers.get("content-type", "")
        table = await service.upload(who, kind, request.stream(), idempotency_key=idempotency_key)
        return _table(table)

    @router.get("/tables", openapi_extra=scope(TABLES))
    async def list_tables(
        who: Caller,
        project_id: str | None = None,
        cursor: str | None = None,
        limit: Limit = 50,
    ) -> TablesReply:
        """Uploaded tables, newest first."""
        found = await service.tables(who, project_id=project_id, before=cursor, limit=limit)
        return TablesReply(
            items=[_table(item) for item in found],
            next=_next(found, limit),
        )

    @router.get("/tables/{table_id}", openapi_extra=scope(TABLES))
    async def get_table(table_id: str, who: Caller) -> TableReply:
        """One table and what its columns seem to hold."""
        return _table(await service.table(who, table_id))

    @router.delete("/tables/{table_id}", status_code=204, openapi_extra=scope(TABLES))
    async def delete_table(table_id: str, who: Caller) -> None:
        """Delete the file of a table now."""
        await service.drop_table(who, table_id)


def _releases(router: APIRouter, service: TableService) -> None:
    @router.post("/table-releases", status_code=202, openapi_extra=scope(TABLES))
    async def create_table_release(
        body: TableReleaseRequest, who: Caller, idempotency_key: IdempotencyKey = None
    ) -> TableReleaseReply:
        """Release tables with confirmed roles; follow the job at `job_url`.

        The same `Idempotency-Key` gives the first release again.
        """
        wanted = [
            TableWanted(plan.table_id, plan.model_dump(exclude_none=True, exclude={"table_id"}))
            for plan in body.tables
        ]
        made = await service.release(
            who,
            wanted,
            file_format=body.format,
            keep_tables=body.keep_tables,
            idempotency_key=idempotency_key,
        )
        return _release(made)

    @router.get("/table-releases", openapi_extra=scope(TABLES))
    async def list_table_releases(
        who: Caller, cursor: str | None = None, limit: Limit = 50
    ) -> TableReleasesReply:
        """Releases, newest first."""
        found = await service.releases(who, before=cursor, limit=limit)
        return TableReleasesReply(
            items=[_release(item) for item in found],
            next=_next(found, limit),
        )

    @router.get("/table-releases/{release_id}", openapi_extra=scope(TABLES))
    async def get_table_release(release_id: str, who: Caller) -> TableReleaseReply:
        """One release, with the risk before and after and what it cost."""
        return _release(await service.find_release(who, release_id))

    @router.get(
        "/table-releases/{release_id}/files/{table_id}",
        openapi_extra=scope(TABLES),
        response_class=StreamingResponse,
        responses=_DOWNLOAD,
    )
    async def get_released_file(release_id: str, table_id: str, who: Caller) -> StreamingResponse:
        """A released table."""
        file_format, pieces = await service.released_file(who, release_id, table_id)
        return StreamingResponse(
            pieces,
            media_type=writing.MEDIA_TYPES[file_format],
            headers={
                "content-disposition": f'attachment; filename="released.{file_format}"',
                "cache-control": "no-store",
            },
        )

    @router.delete("/table-releases/{release_id}", status_code=204, openapi_extra=scope(TABLES))
    async def delete_table_release(release_id: str, who: Caller) -> None:
        """Delete a release and its files; a job that has not ended is cancelled."""
        await service.drop_release(who, release_id)


def _statistics(router: APIRouter, service: TableService) -> None:
    @router.post("/statistics", status_code=201, openapi_extra=scope(STATISTICS))
    async def create_statistic(body: StatisticRequest, who: Caller) -> StatisticReply:
        """A private statistic; the same one again of the same content costs nothing."""
        found = await service.statistics.ask(who, body.table_id, _query(body))
        return _statistic(found)

    @router.get("/datasets", openapi_extra=scope(STATISTICS))
    async def list_datasets(
        who: Caller, cursor: str | None = None, limit: Limit = 50
    ) -> DatasetsReply:
        """Datasets and their budgets."""
        found = await service.statistics.datasets(who, after=cursor, limit=limit)
        return DatasetsReply(
            items=[DatasetReply(**_dataset(item, spent)) for item, spent in found],
            next=found[-1][0].id if len(found) == limit else None,
        )

    @router.get("/datasets/{dataset_id}/ledger", openapi_extra=scope(STATISTICS))
    async def get_ledger(
        dataset_id: str, who: Caller, cursor: str | None = None, limit: Limit = 50
    ) -> LedgerReply:
        """What was asked of a dataset and what it cost, newest first."""
        return _ledger(
            await service.statistics.ledger(who, dataset_id, before=cursor, limit=limit), limit
        )


def _query(body: StatisticRequest) -> statistics.Query:
    try:
        return statistics.Query(
            statistic=body.statistic,
            epsilon=body.epsilon,
            column=body.column,
            bounds=None if body.bounds is None else (body.bounds[0], body.bounds[1]),
            step=body.step,
            keys=None if body.keys is None else tuple(body.keys),
            edges=None if body.edges is None else tuple(body.edges),
            where=tuple(sorted(body.where.items())),
        )
    except InvalidQuery as error:
        raise StatisticInvalid(f"{error}.") from None


def _next(found: Sequence[StoredTable | StoredRelease], limit: int) -> str | None:
    return found[-1].id if len(found) == limit else None


def _table(table: StoredTable) -> TableReply:
    return TableReply(
        id=table.id,
        project_id=table.project_id,
        dataset_id=table.dataset_id,
        format=table.format,
        rows=table.rows,
        columns=[TableColumnReply.model_validate(column) for column in table.columns],
        available=table.wrapped_key is not None,
        created_at=table.created_at,
        expires_at=table.expires_at,
    )


def _release(release: StoredRelease) -> TableReleaseReply:
    def file_reply(item: dict[str, Any]) -> ReleasedFileReply:
        url = f"/v1/privacy/table-releases/{release.id}/files/{item['table_id']}"
        return ReleasedFileReply(url=url, **item)

    return TableReleaseReply(
        id=release.id,
        project_id=release.project_id,
        job_id=release.job_id,
        job_url=f"/v1/jobs/{release.job_id}",
        available=release.files is not None and release.wrapped_key is not None,
        files=None if release.files is None else [file_reply(item) for item in release.files],
        created_at=release.created_at,
        expires_at=release.expires_at,
    )


def _statistic(found: Statistic) -> StatisticReply:
    return StatisticReply(
        id=found.id,
        dataset_id=found.dataset_id,
        query={name: value for name, value in found.query.items() if value not in (None, [], ())},
        epsilon=found.epsilon,
        result=found.result,
        created_at=found.created_at,
    )


def _dataset(dataset: Dataset, spent: float) -> dict[str, Any]:
    return {
        "id": dataset.id,
        "name": dataset.name,
        "epsilon_budget": dataset.epsilon_budget,
        "epsilon_spent": spent,
        "epsilon_left": max(0.0, dataset.epsilon_budget - spent),
        "rows_per_person": dataset.rows_per_person,
        "created_at": dataset.created_at,
    }


def _ledger(ledger: Ledger, limit: int) -> LedgerReply:
    return LedgerReply(
        **_dataset(ledger.dataset, ledger.spent),
        items=[_statistic(item) for item in ledger.items],
        next=ledger.items[-1].id if len(ledger.items) == limit else None,
    )
