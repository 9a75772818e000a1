"""Imports: every row of a file is stored once or refused with its number, whatever happens."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import count as numbers
from pathlib import Path
from typing import Any

import httpx2
import pytest

from customerai.app import Parts
from customerai.core.safe_text import SafeText
from customerai.core.settings import GatewaySettings, ImportSettings
from customerai.ml.classifier import LabelInfo, Prediction
from customerai.privacy.recognizers.spans import Span
from tests import engines
from tests.conftest import Running, Start, a_setting, quick_parts, run

HEADER = ("ticket", "id", "who", "when", "body")
MAPPING = {"conversation": "ticket", "message": "id", "role": "who", "at": "when", "text": "body"}
GATEWAY = GatewaySettings(burst=100_000, rate_per_minute=6_000_000)
_tenants = numbers()


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


class Gate:
    """An analyzer that takes every `Name…` for a person, and fails once it was told to."""

    version = "gate-1"

    def __init__(self) -> None:
        self.left: int | None = None

    def analyze(self, texts: Sequence[str], **_: object) -> list[list[Span]]:
        if self.left is not None:
            if self.left <= 0:
                raise RuntimeError("not now")
            self.left -= 1
        return [
            [
                Span("PERSON", start, start + len(word), 0.9, "gate")
                for word in text.split()
                if word.startswith("Name")
                for start in [text.index(word)]
            ]
            for text in texts
        ]


class Plain:
    """No language and no label: nothing that would take time."""

    labels: Mapping[str, LabelInfo] = {}

    def identify(self, texts: Sequence[SafeText]) -> list[tuple[str, float]]:
        return [("en", 1.0) for _ in texts]

    def predict(self, texts: Sequence[SafeText]) -> list[Prediction]:
        return [Prediction(None, 0.5, ()) for _ in texts]


def parts(gate: Gate) -> Parts:
    plain = Plain()
    return quick_parts(analyzer=gate, languages=plain, sentiment=plain, intent=plain)


@pytest.fixture(scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    settings = a_setting(
        tmp_path_factory.mktemp("served"),
        gateway=GATEWAY,
        imports=ImportSettings(batch_rows=20, max_rejects=30),
    )
    async with run(settings, parts(Gate())) as running:
        yield running


@pytest.fixture
async def client(served: Running) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a tenant of its own."""
    key = await served.key_with(tenant=f"tenant{next(_tenants)}")
    async with served.client_with(key) as opened:
        yield opened


def a_row(number: int, text: str | None = None, *, ticket: int | None = None) -> list[str]:
    who = "agent" if number % 3 == 0 else "customer"
    said = f"Name{number} says {number}" if text is None else text
    at = f"2026-03-01T10:{number // 60 % 60:02}:{number % 60:02}Z"
    return [f"t{number // 4 if ticket is None else ticket}", f"m{number}", who, at, said]


def a_csv(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode()


async def send(
    client: httpx2.AsyncClient,
    content: bytes,
    *,
    name: str = "tickets.csv",
    mapping: object = MAPPING,
    **fields: str,
) -> httpx2.Response:
    if mapping is not None:
        fields["mapping"] = mapping if isinstance(mapping, str) else json.dumps(mapping)
    return await client.post("/v1/imports", files={"file": (name, content)}, data=fields)


async def accepted(client: httpx2.AsyncClient, content: bytes, **more: Any) -> str:
    answer = await send(client, content, **more)
    assert answer.status_code == 202, answer.text
    made = answer.json()
    assert made["url"] == f"/v1/jobs/{made['id']}"
    return str(made["id"])


async def job_of(client: httpx2.AsyncClient, job_id: str) -> dict[str, Any]:
    answer = await client.get(f"/v1/jobs/{job_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def ended(client: httpx2.AsyncClient, job_id: str) -> dict[str, Any]:
    for _ in range(2000):
        job = await job_of(client, job_id)
        if job["status"] not in ("queued", "running"):
            return job
        await asyncio.sleep(0.01)
    raise AssertionError("the import does not end")


async def imported(client: httpx2.AsyncClient, content: bytes, **more: Any) -> dict[str, Any]:
    job = await ended(client, await accepted(client, content, **more))
    assert job["status"] == "done", job
    return job


async def at_least(client: httpx2.AsyncClient, job_id: str, rows: int) -> None:
    while (await job_of(client, job_id))["progress"]["done"] < rows:  # noqa: ASYNC110 - polls HTTP
        await asyncio.sleep(0.01)


async def rejects(client: httpx2.AsyncClient, job_id: str) -> dict[int, str]:
    answer = await client.get(f"/v1/imports/{job_id}/rejects")
    assert answer.status_code == 200, answer.text
    return {item["row"]: item["code"] for item in answer.json()["items"]}


async def conversations(client: httpx2.AsyncClient) -> list[list[tuple[str, str]]]:
    """Role and text of every message, by conversation, those ordered by how they begin."""
    found, cursor = [], None
    while True:
        query = {"limit": 100, **({} if cursor is None else {"cursor": cursor})}
        page = (await client.get("/v1/responder/conversations", params=query)).json()
        for item in page["items"]:
            path = f"/v1/responder/conversations/{item['id']}/messages"
            messages = (await client.get(path)).json()["items"]
            assert len(messages) == item["messages"]
            found.append([(message["role"], message["text"]) for message in messages])
        cursor = page["next"]
        if cursor is None:
            return sorted(found)


def spooled(folder: Path) -> list[Path]:
    return list((folder / "imports").glob("*"))


async def none_spooled(folder: Path) -> None:
    """Fail unless the last file goes: a job has ended a moment before its file is removed."""
    for _ in range(500):
        if not spooled(folder):
            return
        await asyncio.sleep(0.01)
    assert spooled(folder) == []


def bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


# --- a whole import --------------------------------------------------------------------------


async def test_a_file_is_imported_and_followed(served: Running, client: httpx2.AsyncClient) -> None:
    rows = [a_row(number) for number in range(50)]
    job = await imported(client, a_csv(rows))
    assert job["result"] == {"stored": 50, "repeated": 0, "rejected": 0}
    assert (job["kind"], job["problem"]) == ("import", None)
    assert (job["progress"]["done"], job["progress"]["total"]) == (50, 50)
    assert await rejects(client, job["id"]) == {}
    found = await conversations(client)
    assert len(found) == 13
    assert found[0] == [
        ("agent", "[PERSON_1] says 0"),
        ("customer", "[PERSON_2] says 1"),
        ("customer", "[PERSON_3] says 2"),
        ("agent", "[PERSON_4] says 3"),
    ]
    await none_spooled(served.application.settings.data)
    await served.application.settle()
    overview = (await client.get("/v1/insights/overview")).json()
    assert overview["conversations"]["value"] == 13
    assert overview["customer_messages"]["value"] == sum(row[2] == "customer" for row in rows)


async def test_importing_again_repeats_nothing(client: httpx2.AsyncClient) -> None:
    rows = [a_row(number) for number in range(30)]
    await imported(client, a_csv(rows))
    before = await conversations(client)
    again = await imported(client, a_csv(rows))
    assert again["result"] == {"stored": 0, "repeated": 30, "rejected": 0}
    more = await imported(client, a_csv([*rows[:10], a_row(100), *rows[10:], a_row(101)]))
    assert more["result"] == {"stored": 2, "repeated": 30, "rejected": 0}
    found = await conversations(client)
    assert sum(map(len, found)) == sum(map(len, before)) + 2


@pytest.mark.parametrize("name", ["x.jsonl", "x.NDJSON"])
async def test_json_lines_are_imported(client: httpx2.AsyncClient, name: str) -> None:
    rows = [dict(zip(HEADER, a_row(number), strict=True)) for number in range(5)]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    lines[2:2] = ["{broken", "", '["a list"]', json.dumps({"body": "no other field"})]
    job = await imported(client, "\n".join(lines).encode(), name=name)
    assert job["result"] == {"stored": 5, "repeated": 0, "rejected": 3}
    assert await rejects(client, job["id"]) == {
        3: "invalid_json",
        4: "not_an_object",
        5: "missing_column",
    }


async def test_rows_without_ids_are_all_kept_and_not_repeated(client: httpx2.AsyncClient) -> None:
    content = a_csv([["hello"], ["hello"], ["bye"]], header=["text"])
    for stored in (3, 0):
        job = await imported(client, content, mapping=None)
        assert job["result"] == {"stored": stored, "repeated": 3 - stored, "rejected": 0}
    assert await conversations(client) == [
        [("customer", "bye")],
        [("customer", "hello")],
        [("customer", "hello")],
    ]


async def test_refused_rows_are_listed_by_their_number(client: httpx2.AsyncClient) -> None:
    rows = [a_row(number) for number in range(45)]
    rows[4][4] = ""
    rows[20][2] = "nobody"
    rows[21] = rows[21][:3]
    rows[44][3] = "yesterday"
    job = await imported(client, a_csv(rows))
    assert job["result"] == {"stored": 41, "repeated": 0, "rejected": 4}
    assert await rejects(client, job["id"]) == {
        5: "empty_text",
        21: "unknown_role",
        22: "ragged_row",
        45: "bad_time",
    }
    path = f"/v1/imports/{job['id']}/rejects"
    first = (await client.get(path, params={"limit": 3})).json()
    rest = (await client.get(path, params={"limit": 3, "cursor": first["next"]})).json()
    assert [item["row"] for item in first["items"] + rest["items"]] == [5, 21, 22, 45]
    assert rest["next"] is None
    details = json.dumps([first, rest])
    assert "nobody" not in details
    assert "yesterday" not in details


async def test_refused_rows_beyond_the_limit_are_counted(client: httpx2.AsyncClient) -> None:
    job = await imported(client, a_csv([a_row(number, "") for number in range(70)]))
    assert job["result"] == {"stored": 0, "repeated": 0, "rejected": 70}
    assert list(await rejects(client, job["id"])) == list(range(1, 31))


async def test_a_file_of_a_header_alone_is_done_at_once(client: httpx2.AsyncClient) -> None:
    job = await imported(client, a_csv([]))
    assert job["result"] == {"stored": 0, "repeated": 0, "rejected": 0}
    assert job["progress"]["total"] == 0


async def test_groups_channel_and_customer_come_along(
    served: Running, client: httpx2.AsyncClient
) -> None:
    header = ["text", "ticket_id", "via", "sex", "product", "requester_id"]
    content = a_csv([["hello", "1", "chat", "female", "shoes of NameA", "anna-1"]], header=header)
    mapping = {
        "text": "text",
        "conversation": "ticket_id",
        "channel": "via",
        "customer": "requester_id",
        "groups": {"gender": "sex"},
        "attributes": {"item": "product"},
    }
    await imported(client, content, mapping=mapping)
    (found,) = (await client.get("/v1/responder/conversations")).json()["items"]
    assert (found["channel"], found["groups"]) == ("chat", {"gender": "female"})
    assert found["attributes"] == {"item": "shoes of [PERSON_1]"}
    assert "anna" not in json.dumps(found)


async def test_other_tenants_see_neither_the_job_nor_its_rows(
    served: Running, client: httpx2.AsyncClient
) -> None:
    job = await imported(client, a_csv([a_row(1, "")]))
    async with served.client_with(await served.key_with(tenant="rival")) as rival:
        for method, path in (
            ("GET", f"/v1/jobs/{job['id']}"),
            ("DELETE", f"/v1/jobs/{job['id']}"),
            ("GET", f"/v1/imports/{job['id']}/rejects"),
        ):
            assert (await rival.request(method, path)).status_code == 404
        assert (await rival.get("/v1/jobs")).json()["items"] == []


# --- what is refused at the door -------------------------------------------------------------

GOOD = a_csv([a_row(1)])


@pytest.mark.parametrize(
    ("content", "more", "problem"),
    [
        (b"", {}, "file-invalid"),
        (b"\n", {}, "file-invalid"),
        (a_csv([a_row(1)], header=["a", "a", "b", "c", "d"]), {}, "file-invalid"),
        (GOOD + "é".encode("latin-1"), {}, "file-invalid"),
        (b"\xff\xfe" + GOOD, {}, "file-invalid"),
        (GOOD, {"name": "secret.xlsx"}, "file-invalid"),
        (GOOD, {"format": "xml"}, "file-invalid"),
        (GOOD, {"name": "x.jsonl"}, "file-invalid"),
        (GOOD, {"mapping": {**MAPPING, "customer": "secret"}}, "mapping-invalid"),
        (GOOD, {"mapping": {**MAPPING, "groups": {"a": "secret"}}}, "mapping-invalid"),
        (GOOD, {"mapping": {"conversation": "ticket"}}, "mapping-invalid"),
        (GOOD, {"mapping": {**MAPPING, "secret": "body"}}, "mapping-invalid"),
        (GOOD, {"mapping": {**MAPPING, "text": ["secret"]}}, "mapping-invalid"),
        (GOOD, {"mapping": "{secret"}, "mapping-invalid"),
        (GOOD, {"mapping": "[" * 50_000}, "mapping-invalid"),
        (GOOD, {"mapping": '{"text": "\\ud800"}'}, "mapping-invalid"),
        (a_csv([["secret"]], header=["note"]), {"mapping": None}, "mapping-invalid"),
    ],
    ids=lambda value: None if isinstance(value, str) else "-",
)
async def test_a_file_that_cannot_be_imported_is_refused_and_not_kept(
    served: Running,
    client: httpx2.AsyncClient,
    content: bytes,
    more: dict[str, Any],
    problem: str,
) -> None:
    answer = await send(client, content, **more)
    assert answer.status_code == 422, answer.text
    assert answer.json()["type"] == f"/problems/{problem}"
    assert "secret" not in answer.text
    await none_spooled(served.application.settings.data)
    assert (await client.get("/v1/jobs")).json()["items"] == []


async def test_a_format_can_be_named(client: httpx2.AsyncClient) -> None:
    job = await imported(client, GOOD, name="export", format="csv")
    assert job["result"]["stored"] == 1


async def test_missing_columns_are_named_by_their_field(client: httpx2.AsyncClient) -> None:
    mapping = {**MAPPING, "role": "speaker", "customer": "secret"}
    answer = await send(client, GOOD, mapping=mapping)
    assert sorted(answer.json()["missing_fields"]) == ["customer", "role"]


async def test_a_body_that_is_no_upload_is_refused(
    served: Running, client: httpx2.AsyncClient
) -> None:
    broken = "multipart/form-data; boundary=x"
    for kind, status in (("application/json", 415), ("text/csv", 415), (broken, 400)):
        answer = await client.post(
            "/v1/imports", content=b"--x\r\nsecret", headers={"content-type": kind}
        )
        assert answer.status_code == status
        assert "secret" not in answer.text
    await none_spooled(served.application.settings.data)


# --- when something happens meanwhile --------------------------------------------------------

# Rows of every kind, so that reading them again from the start must come out the same.
TROUBLED = a_csv(
    [
        row
        for number in range(200)
        for row in (
            [a_row(number)]
            + [["", "", "customer", "", "no ticket"]] * (number % 40 == 7)
            + [["t1"]] * (number % 50 == 9)
        )
    ]
)
REJECTED = 5 + 4


async def test_an_import_goes_on_where_the_process_ended(
    start: Start, tmp_path: Path, client: httpx2.AsyncClient
) -> None:
    whole = await imported(client, TROUBLED)
    assert whole["result"] == {"stored": 200, "repeated": 0, "rejected": REJECTED}
    expected, refused = await conversations(client), await rejects(client, whole["id"])
    sections: dict[str, Any] = {"gateway": GATEWAY, "imports": ImportSettings(batch_rows=20)}
    gate = Gate()
    gate.left = 5
    async with start(parts(gate), **sections) as first:
        key = first.key
        job_id = await accepted(first.client, TROUBLED)
        await at_least(first.client, job_id, 60)
        kept = await engines.bytes_of(first.application.db, tmp_path)
    (file,) = spooled(tmp_path / "data")
    assert file.name == f"{job_id}.sealed"
    # Neither the file nor anything else that is kept holds what was uploaded.
    assert b"] says 1" in kept
    assert b"Name1" not in kept
    assert b"Name1" not in bytes_in(tmp_path)
    gate.left = None
    async with start(parts(gate), **sections) as second, second.client_with(key) as again:
        job = await ended(again, job_id)
        assert job["status"] == "done"
        # A batch that was stored as the process ended, before that was noted, is read again: its
        # messages are found there and count as repeated.
        result = job["result"]
        assert result["stored"] + result["repeated"] == 200
        assert result["repeated"] <= 20
        assert result["rejected"] == REJECTED
        assert job["progress"]["done"] == 200 + REJECTED
        assert await rejects(again, job_id) == refused
        assert await conversations(again) == expected
        await second.application.settle()
        overview = (await again.get("/v1/insights/overview")).json()
        assert overview["conversations"]["value"] == len(expected)
        await none_spooled(tmp_path / "data")


async def test_privacy_that_is_away_for_a_while_is_waited_for(start: Start, tmp_path: Path) -> None:
    gate = Gate()
    gate.left = 3
    async with start(
        parts(gate), gateway=GATEWAY, imports=ImportSettings(batch_rows=20)
    ) as running:
        job_id = await accepted(running.client, TROUBLED)
        await at_least(running.client, job_id, 40)
        await asyncio.sleep(0.1)
        job = await job_of(running.client, job_id)
        assert job["status"] == "running"
        assert job["result"]["stored"] < 200
        gate.left = None
        job = await ended(running.client, job_id)
        assert job["result"] == {"stored": 200, "repeated": 0, "rejected": REJECTED}
        assert sum(map(len, await conversations(running.client))) == 200
        await none_spooled(tmp_path / "data")


async def test_imports_that_are_cancelled_stop_and_leave_no_file(
    start: Start, tmp_path: Path
) -> None:
    gate = Gate()
    gate.left = 3
    settings: dict[str, Any] = {"gateway": GATEWAY, "imports": ImportSettings(batch_rows=20)}
    async with start(parts(gate), **settings) as running:
        client, key = running.client, running.key
        at_work = await accepted(client, TROUBLED)
        waiting = await accepted(client, TROUBLED)
        await at_least(client, at_work, 40)
        for job_id in (waiting, at_work):
            assert (await client.delete(f"/v1/jobs/{job_id}")).status_code == 204
            assert (await client.delete(f"/v1/jobs/{job_id}")).status_code == 409
        gate.left = None
        after = await accepted(client, a_csv([a_row(500)]))
        assert (await ended(client, after))["result"]["stored"] == 1
        for job_id in (waiting, at_work):
            assert (await job_of(client, job_id))["status"] == "cancelled"
        await none_spooled(tmp_path / "data")
        kept = sum(map(len, await conversations(client)))
        assert 30 <= kept <= 61
        # Cancelled while it waits for a process that has ended, and an upload that was cut off.
        gate.left = 0
        stuck = await accepted(client, TROUBLED)
    cut_off, old, accepting = (
        tmp_path / "data" / "imports" / name
        for name in (".job_a.sealed.0a.part", "job_b.sealed", "job_c.sealed")
    )
    for path in (cut_off, old, accepting):
        path.write_bytes(b"half")
    two_days_ago = time.time() - 2 * 24 * 3600
    os.utime(old, (two_days_ago, two_days_ago))
    async with start(parts(gate), **settings) as second, second.client_with(key) as client:
        assert (await client.delete(f"/v1/jobs/{stuck}")).status_code == 204
        assert not cut_off.exists()
        gate.left = None
        await imported(client, a_csv([a_row(501)]))
        assert (await job_of(client, stuck))["status"] == "cancelled"
        while old.exists():  # noqa: ASYNC110 - the test's time limit ends it
            await asyncio.sleep(0.01)
        assert accepting.exists(), "it may be the upload of another replica"
        accepting.unlink()
        await none_spooled(tmp_path / "data")


async def test_a_file_that_was_changed_on_disk_fails_its_import(
    start: Start, tmp_path: Path
) -> None:
    gate = Gate()
    gate.left = 0
    async with start(parts(gate), gateway=GATEWAY) as first:
        key, job_id = first.key, await accepted(first.client, TROUBLED)
    (file,) = spooled(tmp_path / "data")
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    async with start(parts(Gate()), gateway=GATEWAY) as second, second.client_with(key) as client:
        job = await ended(client, job_id)
        assert (job["status"], job["problem"]["type"]) == ("failed", "/problems/file-invalid")
        assert await conversations(client) == []
        await none_spooled(tmp_path / "data")
