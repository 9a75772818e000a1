"""A process that is killed in the middle of an import loses nothing and doubles nothing."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path

import httpx2
import pytest

from tests.process.servers import Server, client, make_key, serving

pytestmark = pytest.mark.process

CONVERSATIONS, TURNS = 400, 20
ROWS = CONVERSATIONS * TURNS


def _file() -> bytes:
    rows = [
        {
            "conversation_id": f"c{number}",
            "message_id": f"m{turn}",
            "role": "customer" if turn % 2 == 0 else "agent",
            "text": f"Message {turn} of {number}: write to user{number}.{turn}@example.com please",
            "created_at": f"2026-11-{1 + number % 20:02d}T10:{turn:02d}:00Z",
        }
        for number in range(CONVERSATIONS)
        for turn in range(TURNS)
    ]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def _upload(http: httpx2.Client) -> str:
    response = http.post("/v1/imports", files={"file": ("rows.jsonl", _file())})
    assert response.status_code == 202, response.text
    return str(response.json()["id"])


def _wait(http: httpx2.Client, job_id: str, done: int | None = None) -> dict:  # type: ignore[type-arg]
    until = time.monotonic() + 120
    while time.monotonic() < until:
        job = http.get(f"/v1/jobs/{job_id}").json()
        if job["status"] not in ("queued", "running"):
            return job  # type: ignore[no-any-return]
        if done is not None and job["progress"]["done"] >= done:
            return job  # type: ignore[no-any-return]
        time.sleep(0.02)
    raise AssertionError("the import does not end")


def _settle(server: Server) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        metrics = httpx2.get(server.address + "/metrics").text
        if "customerai_events_outbox_depth 0.0" in metrics:
            return
        time.sleep(0.1)
    raise AssertionError("the outbox does not empty")


def test_kill_during_an_import_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    kills = 0
    with serving(folder) as server:
        key = make_key(folder)
        with client(server, key) as http:
            job_id = _upload(http)
            job = _wait(http, job_id, done=800)
        assert job["status"] == "running", "the import was too quick to be killed"
        server.kill()
        kills += 1
    for share in (0.4, 0.7):
        with serving(folder) as server:
            with client(server, key) as http:
                job = _wait(http, job_id, done=int(ROWS * share))
            if job["status"] == "running":
                server.kill()
                kills += 1
    assert kills >= 2
    with serving(folder) as server, client(server, key) as http:
        job = _wait(http, job_id)
        assert job["status"] == "done", job
        assert job["progress"]["done"] == ROWS
        assert job["result"]["rejected"] == 0
        _settle(server)
        overview = http.get("/v1/insights/overview").json()
        assert overview["conversations"]["value"] == CONVERSATIONS
        assert overview["customer_messages"]["value"] == ROWS // 2
        assert http.get("/v1/events/dead-letters").json()["items"] == []
        server.terminate()
    assert list((folder / "imports").iterdir()) == []
    rows = sqlite3.connect(folder / "customerai.db")
    count = rows.execute(
        "select count(*), count(distinct id), count(distinct conversation_id) "
        "from responder_message"
    ).fetchone()
    assert count == (ROWS, ROWS, CONVERSATIONS)
    orders = rows.execute(
        "select count(*) from (select conversation_id from responder_message "
        "group by conversation_id having max(seq) != count(*) - 1)"
    ).fetchone()
    assert orders == (0,)
    assert rows.execute("select sum(n) from insights_rollup where measure = 'sentiment'"
                        ).fetchone() == (ROWS // 2,)  # fmt: skip
    rows.close()
