"""The gateway's own routes, and what holds for every route, through the front door."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from http.cookies import SimpleCookie
from typing import Any

import httpx2
import pytest
from argon2 import PasswordHasher
from sqlalchemy import update

from customerai.core import audit, jobs
from customerai.core.audit import Checkpoint
from customerai.core.clock import FixedClock
from customerai.core.crypto import KeyRing
from customerai.core.jobs import Job
from customerai.core.principal import InternalTokens
from customerai.core.settings import GatewaySettings
from customerai.gateway import api, tables
from customerai.gateway.service import GatewayService
from tests import engines
from tests.conftest import NOW, Running

EMAIL = "jane.roe@example.com"
PASSWORD = "correct horse battery"
CONSOLE = {"x-requested-with": "customerai-console"}


def kind(answer: httpx2.Response) -> tuple[int, str]:
    """Status and type of a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["instance"] == answer.headers["x-request-id"]
    return answer.status_code, problem["type"].removeprefix("/problems/")


# -- every operation


def operations(running: Running) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method.upper(), path, operation)
        for path, item in running.application.document["paths"].items()
        for method, operation in item.items()
    ]


def filled(path: str, value: str) -> str:
    return "/".join(value if part.startswith("{") else part for part in path.split("/"))


async def test_no_operation_with_a_scope_answers_the_unknown(shared: Running) -> None:
    asked = 0
    async with shared.client_with(None) as client:
        for method, path, operation in operations(shared):
            if "x-scope" in operation:
                answer = await client.request(method, filled(path, "x"))
                assert kind(answer) == (401, "credentials-missing"), (method, path)
                asked += 1
    assert asked > 20


async def test_no_operation_answers_a_key_without_its_scope(shared: Running) -> None:
    scopes = {op["x-scope"] for _, _, op in operations(shared) if "x-scope" in op}
    other = {scope: await shared.key_with(*(scopes - {scope})) for scope in scopes}
    for method, path, operation in operations(shared):
        if "x-scope" in operation:
            async with shared.client_with(other[operation["x-scope"]]) as client:
                answer = await client.request(method, filled(path, "x"))
            assert kind(answer) == (403, "missing-scope"), (method, path)
            assert answer.json()["scope"] == operation["x-scope"]


async def test_a_service_checks_the_identity_itself(shared: Running) -> None:
    """Whoever gets past the gateway finds the door of the service closed too."""
    services = {}
    for method, path, operation in operations(shared):
        if "x-scope" in operation:
            services[operation["tags"][0]] = (method, path)
    app = shared.application.draining.app
    while not hasattr(app, "_table"):
        app = app._app  # type: ignore[attr-defined]
    for method, path in services.values():
        upstream = app._table.find(filled(path, "x"))[method].upstream
        transport = httpx2.ASGITransport(app=upstream)
        async with httpx2.AsyncClient(transport=transport, base_url="http://inside") as client:
            for headers in ({}, {"x-customerai-identity": "forged"}):
                answer = await client.request(method, filled(path, "x"), headers=headers, json={})
                assert answer.status_code == 401, (method, path)
                assert answer.json()["type"] == "/problems/internal-token-invalid"


WRONG: tuple[Any, ...] = (
    EMAIL,
    7,
    [EMAIL],
    {EMAIL: EMAIL},
    {"texts": EMAIL, "text": [EMAIL], "token": 1, "name": [EMAIL], EMAIL: 1},
    {"texts": [EMAIL], "language": EMAIL, "entities": [EMAIL], "operators": {EMAIL: EMAIL}},
    {"texts": [EMAIL], "operators": {"PERSON": {"operator": EMAIL, "with": EMAIL}}},
    {"session_id": EMAIL, "texts": [EMAIL]},
    {"name": EMAIL, "scopes": [EMAIL], "expires_at": EMAIL},
    {"name": EMAIL, "scopes": ["jobs:read"], "expires_at": f"2020-01-01T00:00:00Z{EMAIL}"},
    {"letters": [{"handler": EMAIL, "event_id": EMAIL}], "reason": EMAIL, "reference": EMAIL},
    {"letters": [{"handler": EMAIL, "event_id": EMAIL}], "reason": "test-data"},
    {"letters": {"handler": EMAIL, "until": EMAIL, EMAIL: EMAIL}},
    {"letters": {"until": EMAIL}},
    {"email": EMAIL, "password": EMAIL},
    {"token": EMAIL, "name": EMAIL, "email": EMAIL, "password": EMAIL},
    {"text": EMAIL, "role": EMAIL, "at": EMAIL},
    {"title": EMAIL, "format": EMAIL, "content": EMAIL},
    {"kind": EMAIL, "outcome": EMAIL, "groups": {EMAIL: EMAIL}, "decision_id": EMAIL},
)


async def test_no_refusal_of_any_operation_repeats_what_was_sent(shared: Running) -> None:
    refused, repeated, faults = set(), set(), set()
    for method, path, operation in operations(shared):
        query = {p["name"]: EMAIL for p in operation.get("parameters", []) if p["in"] == "query"}
        bodies: list[bytes] = [EMAIL.encode(), b'{"' + EMAIL.encode(), b"\xff" + EMAIL.encode()]
        if "requestBody" in operation:
            bodies += [json.dumps(body).encode() for body in WRONG]
        for content in bodies:
            for given in ({}, query):
                answer = await shared.client.request(
                    method,
                    filled(path, EMAIL),
                    params=given,
                    content=content,
                    headers={"content-type": "application/json"},
                )
                if answer.status_code >= 400:
                    refused.add((method, path))
                    problem = kind(answer)
                    if answer.status_code >= 500:
                        faults.add((method, path, content))
                    if "jane.roe" in (answer.text + str(answer.headers)).lower():
                        repeated.add((method, path, problem))
    assert len(refused) > 20
    assert (repeated, faults) == (set(), set())


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded"])
async def test_a_body_that_a_foreign_page_can_send_by_itself_is_not_read(
    shared: Running, content_type: str
) -> None:
    """What a form may post to another site is no JSON: nobody is signed in by it."""
    body = json.dumps({"email": EMAIL, "password": PASSWORD})
    async with shared.client_with(None) as client:
        answer = await client.post(
            "/v1/sessions", content=body, headers={"content-type": content_type}
        )
    assert kind(answer) == (422, "invalid-request")


# -- signing in


@asynccontextmanager
async def set_up(running: Running, tenant: str, email: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A console that has just made its first administrator; it keeps its cookie."""
    token = await running.application.gateway.setup_token(tenant)
    body = {"token": token, "name": "Jane Roe", "email": email, "password": PASSWORD}
    async with running.client_with(None) as client:
        answer = await client.post("/v1/setups", json=body)
        assert answer.status_code == 201, answer.text
        yield client


async def test_setting_up_signing_in_and_out(shared: Running) -> None:
    email = "one@example.com"
    async with set_up(shared, "one", email) as client:
        seen = (await client.get("/v1/sessions/current")).json()
        assert seen["user"]["email"] == email
        assert (seen["user"]["role"], seen["scopes"]) == ("admin", ["*"])
        assert (await client.get("/v1/keys")).status_code == 200

        assert kind(await client.post("/v1/keys", json={})) == (403, "forgery-refused")
        assert kind(await client.delete("/v1/sessions/current")) == (403, "forgery-refused")

        out = await client.delete("/v1/sessions/current", headers=CONSOLE)
        assert out.status_code == 204
        stale = SimpleCookie(out.headers["set-cookie"])["cai_session"]
        assert (stale.value, stale["max-age"]) == ("", "0")
        assert kind(await client.get("/v1/sessions/current")) == (401, "session-expired")
        assert kind(await client.get("/v1/keys")) == (401, "credentials-missing")

        wrong = await client.post("/v1/sessions", json={"email": email, "password": "not that"})
        assert kind(wrong) == (401, "wrong-credentials")
        assert "set-cookie" not in wrong.headers
        back = await client.post("/v1/sessions", json={"email": email, "password": PASSWORD})
        assert back.status_code == 201
        assert back.json() == seen
        assert PASSWORD not in back.text


async def test_an_old_cookie_is_worth_nothing_after_signing_out(shared: Running) -> None:
    async with set_up(shared, "two", "two@example.com") as client:
        cookie = client.cookies["cai_session"]
        await client.delete("/v1/sessions/current", headers=CONSOLE)
    async with shared.client_with(None) as thief:
        thief.cookies.set("cai_session", cookie)
        for path in ("/v1/sessions/current", "/v1/keys"):
            assert kind(await thief.get(path)) == (401, "session-expired")


@pytest.mark.parametrize("secure", [False, True])
async def test_the_cookie_is_for_our_pages_only(secure: bool) -> None:
    async with engines.a_database() as db:
        settings = GatewaySettings(secure_cookies=secure, session_ttl_s=600)
        service = GatewayService(
            db=db,
            clock=FixedClock(NOW),
            keys=KeyRing(bytes(32)),
            settings=settings,
            environment="test",
            passwords=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1),
        )
        asgi = api.build(
            service,
            db=db,
            clock=FixedClock(NOW),
            tokens=InternalTokens(bytes(32)),
            settings=settings,
        )
        token = await service.setup_token("main")
        body = {"token": token, "name": "Jane", "email": EMAIL, "password": PASSWORD}
        transport = httpx2.ASGITransport(app=asgi)
        async with httpx2.AsyncClient(transport=transport, base_url="http://inside") as client:
            answer = await client.post("/v1/setups", json=body)
    (line,) = answer.headers.get_list("set-cookie")
    cookie = SimpleCookie(line)["cai_session"]
    assert len(cookie.value) >= 40
    assert cookie["httponly"]
    assert cookie["samesite"] == "strict"
    assert cookie["path"] == "/"
    assert cookie["max-age"] == "600"
    assert cookie["domain"] == ""
    assert bool(cookie["secure"]) == secure
    assert cookie.value not in answer.text


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"token": "guess"}, (403, "setup-link-invalid")),
        ({"password": "too short"}, (422, "password-too-short")),
        ({"password": "x" * 1001}, (422, "invalid-request")),
        ({"email": "jane"}, (422, "invalid-request")),
        ({"email": "a b@example.com"}, (422, "invalid-request")),
        ({"email": "a@example.com\n"}, (422, "invalid-request")),
        ({"email": "a" * 250 + "@example.com"}, (422, "invalid-request")),
        ({"name": ""}, (422, "invalid-request")),
        ({"role": "admin"}, (422, "invalid-request")),
    ],
)
async def test_a_set_up_that_is_not_right_makes_nobody(
    shared: Running, change: dict[str, str], problem: tuple[int, str]
) -> None:
    token = await shared.application.gateway.setup_token("three")
    body = {"token": token, "name": "Jane", "email": EMAIL, "password": PASSWORD, **change}
    async with shared.client_with(None) as client:
        assert kind(await client.post("/v1/setups", json=body)) == problem
        assert "cai_session" not in client.cookies
    assert await shared.application.gateway.setup_token("three") is not None


# -- keys


@pytest.fixture
async def tenant(shared: Running, request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    """A client that may do everything in a tenant that no other test uses."""
    name = f"t{abs(hash(request.node.name)) % 10**12}"
    async with shared.client_with(await shared.key_with("all", tenant=name)) as client:
        client.headers["x-test-tenant"] = name
        yield client


def name_of(client: httpx2.AsyncClient) -> str:
    return str(client.headers["x-test-tenant"])


async def test_a_key_is_made_shown_once_listed_without_its_text_and_revoked(
    shared: Running, tenant: httpx2.AsyncClient
) -> None:
    made = await tenant.post(
        "/v1/keys",
        json={
            "name": "reports",
            "scopes": ["jobs:read"],
            "expires_at": "2027-01-01T00:00:00+01:00",
        },
    )
    assert made.status_code == 201
    body = made.json()
    assert body["key"].startswith("cai_live_")
    assert datetime.fromisoformat(body["expires_at"].replace("Z", "+00:00")) == datetime(
        2026, 12, 31, 23, tzinfo=timezone.utc
    )
    listed = await tenant.get("/v1/keys")
    assert body["key"] not in listed.text
    assert "hash" not in listed.text
    (item,) = [item for item in listed.json()["items"] if item["id"] == body["id"]]
    assert {**item, "key": body["key"]} == body
    async with shared.client_with(body["key"]) as client:
        assert (await client.get("/v1/jobs")).status_code == 200
        assert (await tenant.delete(f"/v1/keys/{body['id']}")).status_code == 204
        assert kind(await client.get("/v1/jobs")) == (401, "invalid-api-key")


@pytest.mark.parametrize(
    "ends",
    [
        "2020-01-01T00:00:00Z",
        NOW.isoformat(),
        "2027-01-01T00:00:00",
        "9999-12-31T23:59:59.999999Z",
        "9999-12-31T23:59:59-23:00",
        "0001-01-01T00:00:00+23:00",
        1e300,
        -1,
    ],
)
async def test_a_key_ends_in_a_future_that_can_be_reckoned_with(
    tenant: httpx2.AsyncClient, ends: object
) -> None:
    body = {"name": "x", "scopes": ["jobs:read"], "expires_at": ends}
    status, problem = kind(await tenant.post("/v1/keys", json=body))
    assert status == 422
    assert problem in ("expiry-passed", "invalid-request")
    assert (await tenant.get("/v1/keys")).status_code == 200


async def test_keys_come_in_pages(tenant: httpx2.AsyncClient) -> None:
    for number in range(4):
        body = {"name": f"k{number}", "scopes": ["jobs:read"]}
        assert (await tenant.post("/v1/keys", json=body)).status_code == 201
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await tenant.get("/v1/keys", params={"limit": 2, **cursor})).json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert len(seen) == len(set(seen)) == 5, "four and the one that asks"
    assert (await tenant.get("/v1/keys", params={"cursor": "nothing"})).json()["items"] == []


async def test_another_tenants_key_is_neither_seen_nor_revoked(
    shared: Running, tenant: httpx2.AsyncClient
) -> None:
    made = (await tenant.post("/v1/keys", json={"name": "x", "scopes": ["jobs:read"]})).json()
    assert made["id"] not in (await shared.client.get("/v1/keys?limit=100")).text
    refused = await shared.client.delete(f"/v1/keys/{made['id']}")
    assert kind(refused) == (404, "key-not-found")
    async with shared.client_with(made["key"]) as client:
        assert (await client.get("/v1/jobs")).status_code == 200


async def test_a_key_gives_no_more_than_it_has(shared: Running) -> None:
    async with shared.client_with(await shared.key_with("keys:admin")) as client:
        refused = await client.post("/v1/keys", json={"name": "x", "scopes": ["audit:read"]})
        assert kind(refused) == (403, "scope-exceeded")
        refused = await client.post("/v1/keys", json={"name": "x", "scopes": ["all"]})
        assert kind(refused) == (403, "scope-exceeded")
        unknown = await client.post("/v1/keys", json={"name": "x", "scopes": ["keys:*"]})
        assert kind(unknown) == (422, "unknown-scope")


async def test_scopes_are_listed_with_what_they_allow(shared: Running) -> None:
    items = (await shared.client.get("/v1/scopes")).json()["items"]
    assert {"scope": "privacy:reveal", "description": "See values behind placeholders"} in items


# -- jobs, audit, events


def a_job(tenant: str, **other: Any) -> Job:
    values: dict[str, Any] = {
        "tenant": tenant, "id": "job_1", "kind": "none", "actor": "key_1", "status": jobs.RUNNING,
        "done": 30, "total": 100, "spec": {"file": "secret name"}, "result": None,
        "problem": None, "created_at": NOW, "started_at": NOW,
        "resumed_at": NOW - timedelta(seconds=10), "resumed_done": 0, "finished_at": None,
    }  # fmt: skip
    return Job(**{**values, **other})


async def test_a_job_is_followed_and_cancelled_in_its_tenant_only(
    shared: Running, tenant: httpx2.AsyncClient
) -> None:
    job = a_job(name_of(tenant))
    await shared.application.db.write(lambda tx: jobs.create(tx, job))
    seen = (await tenant.get("/v1/jobs/job_1")).json()
    assert seen["progress"] == {"done": 30, "total": 100, "rate_per_s": 3.0, "eta_s": 23.3}
    assert "secret name" not in str(seen)
    assert [item["id"] for item in (await tenant.get("/v1/jobs")).json()["items"]] == ["job_1"]
    for method in ("GET", "DELETE"):
        foreign = await shared.client.request(method, "/v1/jobs/job_1")
        assert kind(foreign) == (404, "job-not-found")
    assert (await tenant.delete("/v1/jobs/job_1")).status_code == 204
    assert (await tenant.get("/v1/jobs/job_1")).json()["status"] == "cancelled"
    assert kind(await tenant.delete("/v1/jobs/job_1")) == (409, "job-finished")


async def test_the_audit_log_is_read_whole_and_verifies(
    shared: Running, tenant: httpx2.AsyncClient
) -> None:
    for _ in range(3):
        await tenant.post("/v1/keys", json={"name": EMAIL, "scopes": ["jobs:read"]})
    await shared.application.settle()
    texts: list[str] = []
    after = "-1"
    while True:
        page = (await tenant.get("/v1/audit/entries", params={"after": after, "limit": 2})).json()
        texts += [item["canonical"] for item in page["items"]]
        for item in page["items"]:
            assert item["hash"] == audit.leaf_hash(item["canonical"].encode()).hex()
            assert item["action"] == "gateway.key_created"
        if page["next"] is None:
            break
        after = page["next"]
    state = (await tenant.get("/v1/audit/checkpoints")).json()
    assert state["tenant"] == name_of(tenant)
    found = audit.verify(
        texts, Checkpoint(state["tenant"], state["size"], bytes.fromhex(state["head"]))
    )
    assert found.size == 4
    assert EMAIL not in str(texts), "the name of a key may be personal"


async def test_who_changes_their_role_is_known_by_it_at_once(shared: Running) -> None:
    async with set_up(shared, "roles", "roles@example.com") as client:
        await shared.application.db.write(
            lambda tx: tx.execute(
                update(tables.user).where(tables.user.c.tenant == "roles").values(role="viewer")
            )
        )
        seen = (await client.get("/v1/sessions/current")).json()
    assert seen["scopes"] == ["insights:read", "jobs:read", "responder:read"]
