"""What is sent twice under one `Idempotency-Key` is done once."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from customerai.app import Application
from tests.conftest import Running


async def a_conversation(running: Running) -> str:
    opened = await running.client.post("/v1/responder/conversations", json={"channel": "chat"})
    place = f"/v1/responder/conversations/{opened.json()['id']}"
    await running.client.post(f"{place}/messages", json={"text": "I want to talk to a human"})
    return place


async def replies_counted(application: Application) -> float:
    await application.settle()
    return (
        application.metrics.registry.get_sample_value(
            "customerai_events_handled_total", {"handler": "note_outcomes", "outcome": "done"}
        )
        or 0.0
    )


async def test_a_reply_is_made_once(running: Running) -> None:
    place = await a_conversation(running)
    asked = [
        running.client.post(f"{place}/replies", headers={"idempotency-key": "r1"}) for _ in range(5)
    ]
    answers = await asyncio.gather(*asked)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    listed = (await running.client.get(f"{place}/replies")).json()["items"]
    assert len(listed) == 1
    assert await replies_counted(running.application) == 1
    other = await running.client.post(f"{place}/replies", headers={"idempotency-key": "r2"})
    assert other.json()["id"] != answers[0].json()["id"]


async def test_a_key_holds_for_its_conversation_only(running: Running) -> None:
    first, second = await a_conversation(running), await a_conversation(running)
    headers = {"idempotency-key": "same"}
    one = (await running.client.post(f"{first}/replies", headers=headers)).json()
    two = (await running.client.post(f"{second}/replies", headers=headers)).json()
    assert one["id"] != two["id"]
    assert one["conversation_id"] != two["conversation_id"]


async def test_decisions_without_ids_are_counted_once(running: Running) -> None:
    decisions = [{"kind": "refund", "outcome": "approved", "groups": {"region": "north"}}] * 3

    async def send(key: str) -> Any:
        answer = await running.client.post(
            "/v1/fairness/decisions", json=decisions, headers={"idempotency-key": key}
        )
        return answer.json()

    first, again, other = await send("a"), await send("a"), await send("b")
    assert first["ids"] == again["ids"]
    assert (first["recorded"], again["recorded"]) == (3, 0)
    assert not set(first["ids"]) & set(other["ids"])


ROWS = b"conversation,message,text\nc1,m1,hello\nc1,m2,my mail is jane@example.com\n"


async def upload(running: Running, key: str, rows: bytes = ROWS) -> httpx2.Response:
    return await running.client.post(
        "/v1/imports",
        files={"file": ("rows.csv", rows, "text/csv")},
        headers={"idempotency-key": key},
    )


async def test_a_file_is_imported_once(running: Running) -> None:
    first = await upload(running, "u1")
    again = await upload(running, "u1")
    assert first.status_code == again.status_code == 202
    assert first.json() == again.json()
    assert (await upload(running, "u2")).json()["id"] != first.json()["id"]
    jobs = (await running.client.get("/v1/jobs")).json()["items"]
    assert len(jobs) == 2


async def test_a_file_that_is_sent_twice_at_once_is_imported_once(running: Running) -> None:
    answers = await asyncio.gather(*(upload(running, "u1") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_a_refused_file_may_be_put_right_under_its_key(running: Running) -> None:
    refused = await upload(running, "u1", b"nothing,here\n1,2\n")
    assert refused.status_code == 422
    assert (await upload(running, "u1")).status_code == 202


@pytest.mark.parametrize("key", ["x" * 201])
async def test_a_key_has_a_length(running: Running, key: str) -> None:
    place = await a_conversation(running)
    answer = await running.client.post(f"{place}/replies", headers={"idempotency-key": key})
    assert answer.status_code == 422
