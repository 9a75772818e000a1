"""Bad input is refused with the right problem, and nothing half-written stays."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from tests.conftest import Running

CONVERSATIONS = "/v1/responder/conversations"


async def _problem(running: Running, method: str, path: str, **send: object) -> dict:  # type: ignore[type-arg]
    if "content" in send:
        send = {**send, "headers": {"content-type": "application/json"}}
    answer = await running.client.request(method, path, **send)  # type: ignore[arg-type]
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["instance"] == answer.headers["x-request-id"]
    assert problem["detail"]
    page = await running.client.get(problem["type"])
    assert page.status_code == 200, f"{problem['type']} has no page"
    return problem  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("method", "path", "send", "status", "kind"),
    [
        ("POST", CONVERSATIONS, {"content": b'{"channel": '}, 400, "bad-request"),
        ("POST", CONVERSATIONS, {"content": b"\xff\xfe{}"}, 400, "bad-request"),
        ("POST", CONVERSATIONS, {"content": b"[" * 100_000}, 400, "bad-request"),
        ("POST", CONVERSATIONS, {"json": {"channel": 7}}, 422, "invalid-request"),
        ("POST", CONVERSATIONS, {"json": {"chanel": "chat"}}, 422, "invalid-request"),
        ("POST", CONVERSATIONS, {"json": []}, 422, "invalid-request"),
        ("POST", CONVERSATIONS, {"json": {"channel": "x" * 65}}, 422, "invalid-request"),
        ("GET", f"{CONVERSATIONS}/conv_none", {}, 404, "conversation-not-found"),
        ("POST", f"{CONVERSATIONS}/conv_none/messages", {"json": {"text": "hello"}}, 404,
         "conversation-not-found"),
        ("POST", f"{CONVERSATIONS}/conv_none/replies", {"json": {}}, 404,
         "conversation-not-found"),
        ("GET", f"{CONVERSATIONS}?cursor=nonsense", {}, 422, "cursor-invalid"),
        ("GET", f"{CONVERSATIONS}?limit=100000", {}, 422, "invalid-request"),
        ("PUT", CONVERSATIONS, {"json": {}}, 405, "method-not-allowed"),
        ("GET", "/v1/nothing/here", {}, 404, "address-not-found"),
        ("POST", "/v1/privacy/detections", {"json": {"texts": []}}, 422, "invalid-request"),
        ("POST", "/v1/privacy/detections", {"json": {"texts": ["x"] * 1001}}, 413,
         "text-too-long"),
        ("POST", "/v1/privacy/detections", {"json": {"texts": ["x" * 1_000_001]}}, 413,
         "text-too-long"),
        ("POST", "/v1/privacy/detections", {"content": b'{"texts": ["\\ud800"]}'}, 422,
         "invalid-request"),
        ("POST", "/v1/privacy/anonymizations",
         {"json": {"texts": ["a"], "operators": {"PERSON": {"operator": "explode"}}}}, 422,
         "operator-invalid"),
        ("POST", "/v1/privacy/restorations", {"json": {"session_id": "none", "texts": ["a"]}},
         404, "session-not-found"),
        ("GET", "/v1/insights/overview?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", {},
         422, "range-invalid"),
        ("GET", "/v1/insights/overview?from=yesterday", {}, 422, "invalid-request"),
        ("GET", "/v1/jobs/job_none", {}, 404, "job-not-found"),
        ("POST", "/v1/imports", {"json": {}}, 415, "not-multipart"),
        ("POST", "/v1/imports", {"files": {"other": ("a.csv", b"text\nhello\n")}}, 400,
         "multipart-broken"),
        ("POST", "/v1/imports", {"files": {"file": ("a.csv", b"")}}, 422, "file-invalid"),
        ("POST", "/v1/imports", {"files": {"file": ("a.xlsx", b"text\nhello\n")}}, 422,
         "file-invalid"),
        ("POST", "/v1/imports", {"files": {"file": ("a.csv", b"text\nh\xe9llo\n")}}, 422,
         "file-invalid"),
        ("POST", "/v1/imports", {"files": {"file": ("a.csv", b"one,two\n1,2\n")}}, 422,
         "mapping-invalid"),
        ("POST", "/v1/imports", {"files": {"file": ("a.csv", b"one,two\n1,2\n")},
                                 "data": {"mapping": '{"text": "three"}'}}, 422,
         "mapping-invalid"),
        ("POST", "/v1/imports", {"files": {"file": ("a.csv", b"one,two\n1,2\n")},
                                 "data": {"mapping": "not json"}}, 422, "mapping-invalid"),
    ],
)  # fmt: skip
async def test_refused(
    running: Running, method: str, path: str, send: dict[str, object], status: int, kind: str
) -> None:
    problem = await _problem(running, method, path, **send)
    assert (problem["status"], problem["type"]) == (status, f"/problems/{kind}")


async def test_a_hundred_megabytes_are_refused_before_they_are_read(running: Running) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b"x" * 1_000_000

    answer = await running.client.post("/v1/privacy/detections", content=body())
    assert answer.status_code == 413
    assert answer.json()["type"] == "/problems/body-too-large"
    declared = await running.client.post(
        "/v1/privacy/detections", content=b"{}", headers={"content-length": str(10**8)}
    )
    assert declared.status_code == 413


async def test_an_empty_message_is_refused_and_a_megabyte_taken(running: Running) -> None:
    conversation = (await running.client.post(CONVERSATIONS, json={})).json()["id"]
    path = f"{CONVERSATIONS}/{conversation}/messages"
    assert (await running.client.post(path, json={"text": ""})).status_code == 422
    long = "my card is 4111 1111 1111 1111. " * 31_250
    assert len(long) == 1_000_000
    taken = await running.client.post(path, json={"text": long})
    assert taken.status_code == 201, taken.text[:500]
    assert "4111" not in taken.text
    too_long = await running.client.post(path, json={"text": long + "x"})
    assert too_long.status_code == 413
    messages = (await running.client.get(path)).json()["items"]
    assert len(messages) == 1


async def test_ragged_and_broken_rows_are_listed_and_the_rest_is_imported(
    running: Running,
) -> None:
    file = (
        "conversation_id,text,created_at\r\n"
        'c1,"good, with a comma",2026-11-01T10:00:00Z\r\n'
        "c1,too,many,cells\r\n"
        "c2,,2026-11-01T10:00:00Z\r\n"
        "c3,good too,yesterday\r\n"
        'c4,"two\nlines",2026-11-01 11:00:00\r\n'
        "c5,short\r\n"
    )
    accepted = await running.client.post("/v1/imports", files={"file": ("rows.csv", file.encode())})
    assert accepted.status_code == 202, accepted.text
    job = {}
    for _ in range(200):
        job = (await running.client.get(accepted.json()["url"])).json()
        if job["status"] in ("done", "failed"):
            break
        await asyncio.sleep(0.02)
    assert job["status"] == "done", job
    assert job["result"] == {"stored": 2, "repeated": 0, "rejected": 4}
    rejects = (await running.client.get(f"/v1/imports/{job['id']}/rejects")).json()["items"]
    assert [(item["row"], item["code"]) for item in rejects] == [
        (2, "ragged_row"), (3, "empty_text"), (4, "bad_time"), (6, "ragged_row"),
    ]  # fmt: skip


async def test_a_revoked_key_is_refused_at_once(running: Running) -> None:
    made = (
        await running.client.post("/v1/keys", json={"name": "x", "scopes": ["jobs:read"]})
    ).json()
    async with running.client_with(made["key"]) as client:
        assert (await client.get("/v1/jobs")).status_code == 200
        assert (await running.client.delete(f"/v1/keys/{made['id']}")).status_code == 204
        refused = await client.get("/v1/jobs")
        assert refused.status_code == 401
        assert refused.json()["type"] == "/problems/invalid-api-key"
        assert refused.headers["www-authenticate"].startswith("Bearer")


async def test_another_tenants_key_finds_nothing(running: Running) -> None:
    conversation = (await running.client.post(CONVERSATIONS, json={})).json()["id"]
    hidden = (
        await running.client.post("/v1/privacy/anonymizations", json={"texts": ["a@example.com"]})
    ).json()
    other = await running.key_with("all", tenant="other")
    async with running.client_with(other) as client:
        for method, path, send in (
            ("GET", f"{CONVERSATIONS}/{conversation}", None),
            ("POST", f"{CONVERSATIONS}/{conversation}/messages", {"text": "hello"}),
            ("POST", f"{CONVERSATIONS}/{conversation}/replies", {}),
            ("POST", "/v1/privacy/restorations",
             {"session_id": hidden["session_id"], "texts": ["[EMAIL_ADDRESS_1]"]}),
        ):  # fmt: skip
            answer = await client.request(method, path, json=send)
            assert answer.status_code == 404, (path, answer.text)
            assert "example.com" not in answer.text
        assert (await client.get(CONVERSATIONS)).json()["items"] == []
        assert (await client.get("/v1/insights/overview")).json()["conversations"]["value"] == 0


async def test_errors_never_echo_what_was_sent(running: Running) -> None:
    secret = "jane.roe@example.com"
    for path, body in (
        ("/v1/privacy/detections", {"texts": secret}),
        ("/v1/privacy/detections", {secret: 1}),
        ("/v1/privacy/anonymizations", {"texts": ["a"], "operators": {secret: {}}}),
        (CONVERSATIONS, {"groups": {secret: [secret]}}),
        ("/v1/keys", {"name": secret * 20, "scopes": [secret]}),
        ("/v1/fairness/decisions", {"kind": "x", "outcome": secret, "groups": {"a": secret}}),
        (f"{CONVERSATIONS}/{secret}/messages", {"text": 1}),
    ):
        answer = await running.client.post(path, content=json.dumps(body))
        assert 400 <= answer.status_code < 500, (path, answer.text)
        assert "jane.roe" not in answer.text, answer.text
