"""Tables over HTTP: nothing raw at rest, what is released is safe, budgets hold."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from customerai.core import jobs
from customerai.core.clock import FixedClock
from customerai.core.crypto import KeyRing
from customerai.core.db import Database, Transaction
from customerai.core.http import service_app
from customerai.core.objects import LocalObjects
from customerai.core.principal import INTERNAL_TOKEN_HEADER, InternalTokens, Principal
from customerai.core.telemetry import Metrics
from customerai.privacy.recognizers.registry import RecognizerRegistry, default_recognizers
from customerai.privacy.tabular.reading import Limits
from customerai.privacy.tabular_api import build_router
from customerai.privacy.tabular_service import TableService
from tests import engines
from tests.conftest import ADDRESS, NOW, Start

TOKENS = InternalTokens(bytes(32))
ANALYZER = RecognizerRegistry(default_recognizers(None))
PEOPLE = [
    (
        "cust-001",
        "ada@example.com",
        "31",
        "94110",
        "Oslo",
        "flu",
        "call me at ada@example.com please",
    ),
    (
        "cust-002",
        "bob@example.com",
        "33",
        "94112",
        "Oslo",
        "flu",
        "all good with the order, thanks",
    ),
    (
        "cust-003",
        "eve@example.com",
        "35",
        "94117",
        "Oslo",
        "asthma",
        "=cmd|' /C calc'!A0 is what I see",
    ),
    (
        "cust-004",
        "dan@example.com",
        "52",
        "10001",
        "Rome",
        "ulcer",
        "my number is 415-555-2671, thanks",
    ),
    (
        "cust-005",
        "kim@example.com",
        "55",
        "10002",
        "Rome",
        "flu",
        "nothing to say about the order here",
    ),
    (
        "cust-006",
        "lee@example.com",
        "58",
        "10003",
        "Rome",
        "asthma",
        "please write to lee@example.com",
    ),
]
HEADER = ("customer_id", "email", "age", "zip", "city", "diagnosis", "note")
ROLES: dict[str, dict[str, Any]] = {
    "customer_id": {"role": "direct", "entity": "ID"},
    "email": {"role": "direct", "operator": {"operator": "drop"}},
    "age": {"role": "quasi", "hierarchy": {"kind": "age"}},
    "zip": {"role": "quasi", "hierarchy": {"kind": "prefix"}},
    "city": {"role": "quasi"},
    "diagnosis": {"role": "sensitive", "l": 2},
    "note": {"role": "text"},
}


def a_csv(rows: Sequence[Sequence[str]] = PEOPLE, header: Sequence[str] = HEADER) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode()


def columns(**other: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, **role} for name, role in {**ROLES, **other}.items()]


@dataclass
class Served:
    """A service with its routes, its files in a folder and a clock that can be moved."""

    service: TableService
    client: httpx2.AsyncClient
    db: Database
    clock: FixedClock
    folder: Path

    async def upload(self, content: bytes, *, name: str = "people.csv", **fields: str) -> Any:
        answer = await self.client.post(
            "/v1/privacy/tables", files={"file": (name, content)}, data=fields
        )
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def released(self, *plans: dict[str, Any], **other: Any) -> Any:
        body = {"tables": list(plans), **other}
        answer = await self.client.post("/v1/privacy/table-releases", json=body)
        assert answer.status_code == 202, answer.text
        made = answer.json()
        job = await self.ended(made["job_id"])
        answer = await self.client.get(f"/v1/privacy/table-releases/{made['id']}")
        return answer.json() | {"job": job}

    async def ended(self, job_id: str) -> jobs.Job:
        running = asyncio.create_task(self.service.run())
        try:
            for _ in range(1000):
                job = await self.db.read(lambda tx: jobs.find(tx, "main", job_id))
                if job.status not in (jobs.QUEUED, jobs.RUNNING):
                    return job
                await asyncio.sleep(0.01)
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
        raise AssertionError("the job does not end")

    async def rows(self, url: str) -> list[dict[str, str]]:
        answer = await self.client.get(url)
        assert answer.status_code == 200, answer.text
        return list(csv.DictReader(io.StringIO(answer.text)))

    def stored(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())


@asynccontextmanager
async def serving(folder: Path, *, limits: Limits | None = None) -> AsyncIterator[Served]:
    clock = FixedClock(NOW)
    async with engines.a_database() as db:
        service = TableService(
            db=db,
            clock=clock,
            keys=KeyRing(bytes(32)),
            analyzer=ANALYZER,
            objects=LocalObjects(folder),
            metrics=Metrics(),
            limits=limits,
        )
        app = service_app("privacy", TOKENS)
        app.include_router(build_router(service))
        who = Principal("main", "key_1", frozenset({"privacy:anonymize"}))
        transport = httpx2.ASGITransport(app=app)
        headers = {INTERNAL_TOKEN_HEADER: TOKENS.sign(who)}
        async with httpx2.AsyncClient(
            transport=transport, base_url=ADDRESS, headers=headers
        ) as client:
            yield Served(service, client, db, clock, folder)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path / "objects") as it:
        yield it


async def test_an_upload_tells_what_each_column_seems_to_hold(served: Served) -> None:
    table = await served.upload(a_csv())
    found = {column["name"]: column for column in table["columns"]}
    assert table["rows"] == 6
    assert {name: found[name]["role"] for name in HEADER} == {
        "customer_id": "direct",
        "email": "direct",
        "age": "quasi",
        "zip": "quasi",
        "city": "quasi",
        "diagnosis": "sensitive",
        "note": "text",
    }
    assert found["email"]["entity"] == "EMAIL_ADDRESS"
    assert {"code": "values-recognized", "n": 6, "of": 6, "entity": "EMAIL_ADDRESS"} in found[
        "email"
    ]["reasons"]


async def test_a_release_keeps_what_was_asked_and_nothing_personal(served: Served) -> None:
    table = await served.upload(a_csv())
    release = await served.released(
        {"table_id": table["id"], "columns": columns(), "k": 3, "max_suppressed": 0}
    )
    assert release["job"].status == jobs.DONE, release["job"].problem
    (file,) = release["files"]
    assert file["report"]["before"]["k"] == 1
    assert file["report"]["after"]["k"] >= 3
    assert file["report"]["after"]["sensitive"]["diagnosis"]["distinct_l"] >= 2
    rows = await served.rows(file["url"])
    assert list(rows[0]) == ["customer_id", "age", "zip", "city", "diagnosis", "note"]
    told = json.dumps(rows)
    for secret in ("@example.com", "cust-001", "94110", "415-555-2671"):
        assert secret not in told
    assert rows[2]["note"].startswith("'=")
    assert [row["diagnosis"] for row in rows] == [person[5] for person in PEOPLE]


async def test_nothing_lies_in_the_clear_and_the_upload_is_deleted(served: Served) -> None:
    table = await served.upload(a_csv())
    assert served.stored()
    assert b"ada@example.com" not in served.stored()
    await served.released({"table_id": table["id"], "columns": columns(), "k": 2})
    assert b"Oslo" not in served.stored()
    answer = await served.client.get(f"/v1/privacy/tables/{table['id']}")
    assert answer.json()["available"] is False
    answer = await served.client.post(
        "/v1/privacy/table-releases",
        json={"tables": [{"table_id": table["id"], "columns": columns()}]},
    )
    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/table-gone"


async def test_an_upload_is_deleted_after_an_hour(served: Served) -> None:
    await served.upload(a_csv())
    served.clock.advance(timedelta(minutes=59))
    await served.service.expire()
    assert served.stored()
    served.clock.advance(timedelta(minutes=2))
    await served.service.expire()
    assert not served.stored()


async def test_released_files_expire_and_their_figures_stay(served: Served) -> None:
    table = await served.upload(a_csv())
    release = await served.released({"table_id": table["id"], "columns": columns(), "k": 2})
    served.clock.advance(timedelta(days=8))
    await served.service.expire()
    assert not served.stored()
    url = f"/v1/privacy/table-releases/{release['id']}"
    found = (await served.client.get(url)).json()
    assert found["available"] is False
    assert found["files"][0]["report"]["after"]["k"] >= 2
    answer = await served.client.get(found["files"][0]["url"])
    assert answer.json()["type"] == "/problems/table-release-not-ready"


async def test_one_value_has_one_stand_in_in_all_files_of_a_project(served: Served) -> None:
    people = await served.upload(a_csv())
    orders = await served.upload(
        (
            b'[{"customer": "cust-002", "sum": 7}, {"customer": "cust-001"},'
            b' {"customer": "cust-002", "sum": 1}]'
        ),
        name="orders.json",
        project_id=people["project_id"],
    )
    release = await served.released(
        {"table_id": people["id"], "columns": columns()},
        {
            "table_id": orders["id"],
            "columns": [
                {"name": "customer", "role": "direct", "entity": "ID"},
                {"name": "sum", "role": "none"},
            ],
        },
        format="csv",
    )
    assert release["job"].status == jobs.DONE, release["job"].problem
    first, second = [await served.rows(file["url"]) for file in release["files"]]
    assert second[1]["customer"] == first[0]["customer_id"]
    assert second[0]["customer"] == second[2]["customer"] == first[1]["customer_id"]
    other = await served.upload(a_csv())
    again = await served.released({"table_id": other["id"], "columns": columns()})
    third = await served.rows(again["files"][0]["url"])
    assert third[0]["customer_id"] != first[0]["customer_id"]


async def test_what_cannot_be_kept_fails_with_a_reason(served: Served) -> None:
    table = await served.upload(a_csv())
    release = await served.released(
        {"table_id": table["id"], "columns": columns(), "k": 7, "max_suppressed": 0}
    )
    assert release["job"].status == jobs.FAILED
    assert release["job"].problem["type"] == "/problems/table-release-failed"
    assert release["files"] is None


async def test_a_plan_without_every_column_is_refused_at_once(served: Served) -> None:
    table = await served.upload(a_csv())
    plan = {"table_id": table["id"], "columns": columns()[:-1]}
    answer = await served.client.post("/v1/privacy/table-releases", json={"tables": [plan]})
    assert answer.status_code == 422
    assert "1 columns of the table have no role" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("content", "fields", "status", "slug"),
    [
        (b"", {}, 422, "table-invalid"),
        (b"a,b\n1,2,3\n", {}, 422, "table-invalid"),
        (b"a,a\n1,2\n", {}, 422, "table-invalid"),
        (b"PAR1 nothing", {}, 422, "table-invalid"),
        (b"[1, 2]", {}, 422, "table-invalid"),
        (b"[" * 100_000, {}, 422, "table-invalid"),
        (b"a\n1\n", {"format": "xlsx"}, 422, "table-invalid"),
        (b"a\n1\n", {"epsilon_budget": "many"}, 422, "table-invalid"),
        (b"a\n1\n", {"epsilon_budget": "nan"}, 422, "table-invalid"),
        (b"a\n1\n", {"project_id": "tpr_none"}, 404, "table-project-not-found"),
    ],
)
async def test_what_is_no_table_is_refused_and_leaves_nothing(
    served: Served, content: bytes, fields: dict[str, str], status: int, slug: str
) -> None:
    answer = await served.client.post(
        "/v1/privacy/tables", files={"file": ("t", content)}, data=fields
    )
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")
    assert not served.stored()


async def test_a_table_over_the_limit_is_refused(tmp_path: Path) -> None:
    async with serving(tmp_path, limits=Limits(file_bytes=100)) as it:
        answer = await it.client.post("/v1/privacy/tables", files={"file": ("t", a_csv())})
        assert (answer.status_code, answer.json()["type"]) == (413, "/problems/table-too-large")


async def test_another_tenant_finds_nothing(served: Served) -> None:
    table = await served.upload(a_csv())
    other = Principal("other", "key_2", frozenset({"privacy:anonymize"}))
    headers = {INTERNAL_TOKEN_HEADER: TOKENS.sign(other)}
    for method, url in (
        ("GET", f"/v1/privacy/tables/{table['id']}"),
        ("DELETE", f"/v1/privacy/tables/{table['id']}"),
        ("GET", f"/v1/privacy/datasets/{table['dataset_id']}/ledger"),
    ):
        answer = await served.client.request(method, url, headers=headers)
        assert answer.status_code == 404
    assert served.stored()


async def ask(served: Served, table: Any, **query: Any) -> httpx2.Response:
    return await served.client.post(
        "/v1/privacy/statistics", json={"table_id": table["id"], **query}
    )


async def ledger(served: Served, table: Any) -> Any:
    answer = await served.client.get(f"/v1/privacy/datasets/{table['dataset_id']}/ledger")
    return answer.json()


async def test_statistics_spend_a_budget_that_cannot_be_overdrawn(served: Served) -> None:
    table = await served.upload(a_csv(), dataset="patients", epsilon_budget="1")
    first = await ask(served, table, statistic="count", epsilon=0.6)
    assert first.status_code == 201, first.text
    refused = await ask(served, table, statistic="count", epsilon=0.5)
    assert refused.status_code == 409
    assert refused.json()["type"] == "/problems/budget-spent"
    assert refused.json()["epsilon_left"] == pytest.approx(0.4)
    second = await ask(served, table, statistic="mean", column="age", bounds=[0, 100], epsilon=0.4)
    assert 0 <= second.json()["result"]["value"] <= 100
    found = await ledger(served, table)
    assert (found["epsilon_spent"], found["epsilon_left"]) == (pytest.approx(1.0), 0.0)
    assert [item["id"] for item in found["items"]] == [second.json()["id"], first.json()["id"]]


async def test_the_same_statistic_again_is_the_same_and_free(served: Served) -> None:
    table = await served.upload(a_csv())
    query = {"statistic": "sum", "column": "age", "bounds": [0, 100], "epsilon": 0.3}
    answers = [(await ask(served, table, **query)).json() for _ in range(3)]
    at_once = await asyncio.gather(*(ask(served, table, **query) for _ in range(5)))
    answers += [answer.json() for answer in at_once]
    assert all(answer == answers[0] for answer in answers)
    assert (await ledger(served, table))["epsilon_spent"] == pytest.approx(0.3)
    await served.client.delete(f"/v1/privacy/tables/{table['id']}")
    assert (await ask(served, table, **query)).json() == answers[0]
    gone = await ask(served, table, statistic="count", epsilon=0.1)
    assert gone.json()["type"] == "/problems/table-gone"


async def test_many_at_once_do_not_overdraw(served: Served) -> None:
    table = await served.upload(a_csv(), epsilon_budget="1")
    answers = await asyncio.gather(
        *(
            ask(served, table, statistic="count", epsilon=0.25, where={"city": f"town {at}"})
            for at in range(10)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201] * 4 + [409] * 6


async def test_the_same_content_or_name_is_the_same_dataset(served: Served) -> None:
    first = await served.upload(a_csv(), dataset="one")
    renamed = await served.upload(a_csv(), dataset="two")
    grown = await served.upload(a_csv([*PEOPLE, PEOPLE[0]]), dataset="one")
    other = await served.upload(a_csv(PEOPLE[:2]))
    assert first["dataset_id"] == renamed["dataset_id"] == grown["dataset_id"]
    assert other["dataset_id"] != first["dataset_id"]
    answer = await served.client.post(
        "/v1/privacy/tables",
        files={"file": ("t", a_csv())},
        data={"dataset": "one", "epsilon_budget": "9"},
    )
    assert answer.json()["type"] == "/problems/dataset-fixed"
    answer = await served.client.get("/v1/privacy/datasets")
    assert {item["name"] for item in answer.json()["items"]} >= {"one"}


@pytest.mark.parametrize(
    "query",
    [
        {"statistic": "sum", "column": "age"},
        {"statistic": "count", "column": "age"},
        {"statistic": "histogram", "column": "city"},
        {"statistic": "histogram", "column": "city", "keys": ["Oslo"], "edges": [1, 2]},
        {"statistic": "histogram", "column": "email", "keys": ["ada@example.com"]},
        {"statistic": "count", "where": {"note": "x"}},
        {"statistic": "count", "where": {"nothing": "x"}},
        {"statistic": "mean", "column": "age", "bounds": [5, 5]},
    ],
)
async def test_a_statistic_that_makes_no_sense_costs_nothing(
    served: Served, query: dict[str, Any]
) -> None:
    table = await served.upload(a_csv())
    answer = await ask(served, table, epsilon=0.1, **query)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/statistic-invalid")
    assert (await ledger(served, table))["epsilon_spent"] == 0


async def test_a_histogram_counts_the_keys_that_were_given(served: Served) -> None:
    table = await served.upload(a_csv(), epsilon_budget="10")
    query = {"statistic": "histogram", "column": "city", "keys": ["Oslo", "Bern"], "epsilon": 10}
    bins = (await ask(served, table, **query)).json()["result"]["bins"]
    assert [one["key"] for one in bins] == ["Oslo", "Bern", None]
    # At epsilon 10 noise of 3 or more has a probability under e**-29.
    assert [one["value"] for one in bins] == [pytest.approx(n, abs=3) for n in (3, 0, 3)]


async def test_a_cancelled_release_leaves_no_file(served: Served) -> None:
    table = await served.upload(a_csv())
    answer = await served.client.post(
        "/v1/privacy/table-releases",
        json={"tables": [{"table_id": table["id"], "columns": columns()}]},
    )
    url = f"/v1/privacy/table-releases/{answer.json()['id']}"
    assert (await served.client.delete(url)).status_code == 204
    job = await served.ended(answer.json()["job_id"])
    assert job.status == jobs.CANCELLED
    assert (await served.client.get(url)).status_code == 404
    assert not list((served.folder / "tables").glob("released/**/*.sealed"))


async def test_what_is_sent_twice_under_one_key_is_done_once(served: Served) -> None:
    headers = {"Idempotency-Key": "k1"}

    async def upload() -> Any:
        answer = await served.client.post(
            "/v1/privacy/tables", files={"file": ("t", a_csv())}, headers=headers
        )
        assert answer.status_code == 201, answer.text
        return answer.json()

    tables = [*await asyncio.gather(upload(), upload(), upload()), await upload()]
    assert all(table == tables[0] for table in tables)
    assert len(list((served.folder / "tables" / "raw").iterdir())) == 1
    body = {"tables": [{"table_id": tables[0]["id"], "columns": columns()}]}
    made = [
        (await served.client.post("/v1/privacy/table-releases", json=body, headers=headers)).json()
        for _ in range(2)
    ]
    assert made[0] == made[1]
    listed = (await served.client.get("/v1/privacy/table-releases")).json()
    assert [item["id"] for item in listed["items"]] == [made[0]["id"]]
    assert (await served.ended(made[0]["job_id"])).status == jobs.DONE


async def test_pages_go_from_the_newest_to_the_oldest(served: Served) -> None:
    made = []
    for at in range(3):
        served.clock.advance(timedelta(seconds=1))
        made.append((await served.upload(f"a\n{at}\n".encode()))["id"])
    seen, cursor = [], ""
    for _ in range(3):
        url = f"/v1/privacy/tables?limit=1{cursor}"
        page = (await served.client.get(url)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = f"&cursor={page['next']}"
    assert seen == made[::-1]


async def test_a_release_that_a_killed_process_left_is_finished(served: Served) -> None:
    table = await served.upload(a_csv())
    answer = await served.client.post(
        "/v1/privacy/table-releases",
        json={"tables": [{"table_id": table["id"], "columns": columns()}]},
    )
    job_id = answer.json()["job_id"]

    def cut_off(tx: Transaction) -> None:
        claimed = jobs.claim(tx, "table-release", "killed", served.clock.now(), -60.0)
        assert claimed is not None
        assert jobs.advance(tx, claimed, served.clock.now(), -60.0, status=jobs.RUNNING, done=5)

    await served.db.write(cut_off)
    assert (await served.ended(job_id)).status == jobs.DONE
    found = await served.client.get(f"/v1/privacy/table-releases/{answer.json()['id']}")
    assert found.json()["available"] is True


async def test_the_whole_way_through_the_gateway(start: Start) -> None:
    async with start() as it:
        answer = await it.client.post("/v1/privacy/tables", files={"file": ("t.csv", a_csv())})
        assert answer.status_code == 201, answer.text
        table = answer.json()
        answer = await it.client.post(
            "/v1/privacy/table-releases",
            json={"tables": [{"table_id": table["id"], "columns": columns(), "k": 2}]},
        )
        assert answer.status_code == 202, answer.text
        release = answer.json()
        for _ in range(1000):
            job = (await it.client.get(release["job_url"])).json()
            if job["status"] not in ("queued", "running"):
                break
            await asyncio.sleep(0.01)
        assert job["status"] == "done", job
        assert job["progress"]["done"] == job["progress"]["total"] == 42
        answer = await it.client.get(f"/v1/privacy/table-releases/{release['id']}")
        (file,) = answer.json()["files"]
        assert file["report"]["after"]["k"] >= 2
        answer = await it.client.get(file["url"])
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert len(answer.text.splitlines()) == 7 - file["report"]["utility"]["suppressed"]
        reader = await it.key_with("responder:read")
        async with it.client_with(reader) as other:
            assert (await other.get(file["url"])).status_code == 403
