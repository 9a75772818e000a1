"""How a service speaks HTTP: identity in, problem documents out, nothing repeated."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from customerai.core.errors import Conflict, RateLimited
from customerai.core.http import Body, Caller, Reply, scope, service_app
from customerai.core.principal import INTERNAL_TOKEN_HEADER, InternalTokens, Principal

EMAIL = "jane.roe@example.com"
TOKENS = InternalTokens(bytes(32))
WHO = Principal("main", "key_1", frozenset({"jobs:read"}))


class Order(Body):
    """Something with parts."""

    name: Annotated[str, Field(max_length=5)]
    lines: tuple[dict[str, int], ...] = ()


class Greeting(Reply):
    """Who was seen."""

    tenant: str
    actor: str


def a_service() -> Any:
    router = APIRouter(prefix="/v1")

    @router.get("/who", openapi_extra=scope("jobs:read"))
    async def get_who(who: Caller) -> Greeting:
        return Greeting(tenant=who.tenant, actor=who.actor)

    @router.get("/secrets", openapi_extra=scope("privacy:reveal"))
    async def get_secrets(who: Caller) -> None:
        raise AssertionError

    @router.post("/orders")
    async def create_order(body: Order, n: Annotated[int, Query(le=3)] = 1) -> None: ...

    @router.get("/conflict")
    async def conflict() -> None:
        raise Conflict("It is taken.", place=3)

    @router.get("/limited")
    async def limited() -> None:
        raise RateLimited("Slow down.", retry_after_s=9)

    @router.get("/fault")
    async def fault() -> None:
        raise RuntimeError(f"cannot greet {EMAIL}")

    @router.get("/teapot")
    async def teapot() -> None:
        raise HTTPException(418, f"I am {EMAIL}")

    @router.get("/breaks-off")
    async def breaks_off() -> StreamingResponse:
        async def body() -> AsyncIterator[bytes]:
            yield b"begun"
            raise RuntimeError(f"cannot greet {EMAIL}")

        return StreamingResponse(body())

    app = service_app("test", TOKENS)
    app.include_router(router)
    return app


SERVICE = a_service()


async def ask(method: str, path: str, who: Principal | None = WHO, **send: Any) -> httpx2.Response:
    headers = {"x-request-id": "req_1", **send.pop("headers", {})}
    if who is not None:
        headers[INTERNAL_TOKEN_HEADER] = TOKENS.sign(who)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=SERVICE), base_url="http://inside"
    ) as client:
        return await client.request(method, path, headers=headers, **send)


def kind(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["instance"] == "req_1"
    assert problem["status"] == answer.status_code
    assert "jane" not in answer.text
    return answer.status_code, problem["type"].removeprefix("/problems/")


async def test_a_service_sees_who_the_gateway_signed() -> None:
    assert (await ask("GET", "/v1/who")).json() == {"tenant": "main", "actor": "key_1"}


async def test_a_service_answers_nobody_else() -> None:
    assert kind(await ask("GET", "/v1/who", None)) == (401, "internal-token-invalid")
    other = InternalTokens(b"\x01" * 32).sign(WHO)
    forged = await ask("GET", "/v1/who", None, headers={INTERNAL_TOKEN_HEADER: other})
    assert kind(forged) == (401, "internal-token-invalid")


async def test_a_service_checks_the_scope_again() -> None:
    nobody = Principal("main", "key_2", frozenset())
    assert kind(await ask("GET", "/v1/who", nobody)) == (403, "missing-scope")
    star = Principal("main", "key_3", frozenset({"*"}))
    assert kind(await ask("GET", "/v1/secrets", star)) == (403, "missing-scope")


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/v1/conflict", (409, "conflict")),
        ("GET", "/v1/limited", (429, "rate-limited")),
        ("GET", "/v1/fault", (500, "internal-error")),
        ("GET", "/v1/teapot", (400, "bad-request")),
        ("GET", "/v1/nothing", (404, "address-not-found")),
        ("GET", f"/v1/{EMAIL}", (404, "address-not-found")),
        ("PUT", "/v1/conflict", (405, "method-not-allowed")),
    ],
)
async def test_errors_leave_as_problem_documents(
    method: str, path: str, expected: tuple[int, str]
) -> None:
    assert kind(await ask(method, path)) == expected


async def test_errors_bring_their_fields_and_headers() -> None:
    assert (await ask("GET", "/v1/conflict")).json()["place"] == 3
    assert (await ask("GET", "/v1/limited")).headers["retry-after"] == "9"
    assert (await ask("PUT", "/v1/conflict")).headers["allow"] == "GET"


async def test_a_fault_is_logged_without_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    await ask("GET", "/v1/fault")
    written = capsys.readouterr()
    text = written.out + written.err
    assert "service.request_failed" in text
    assert "req_1" in text
    assert "RuntimeError" in text
    assert "test_http.py" in text
    assert "jane" not in text


async def test_an_answer_that_breaks_off_is_not_begun_twice() -> None:
    with pytest.raises(RuntimeError):
        await ask("GET", "/v1/breaks-off")


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("body.name", "missing")]),
        ({"name": 7}, [("body.name", "string_type")]),
        ({"name": EMAIL}, [("body.name", "string_too_long")]),
        ({"name": "a", EMAIL: 1}, [("body.…", "extra_forbidden")]),
        ({"name": "a", "4111 1111 1111 1111": 1}, [("body.…", "extra_forbidden")]),
        ({"name": "a", "lines": [{}, {EMAIL: "b"}]}, [("body.lines.1.…", "int_parsing")]),
        ([EMAIL], [("body", "model_attributes_type")]),
        (EMAIL, [("body", "model_attributes_type")]),
        (None, [("body", "missing")]),
    ],
)
async def test_a_broken_schema_is_told_by_place_and_rule(
    body: object, errors: list[tuple[str, str]]
) -> None:
    answer = await ask("POST", "/v1/orders", json=body)
    assert kind(answer) == (422, "invalid-request")
    told = [(error["place"], error["rule"]) for error in answer.json()["errors"]]
    assert [rule for _, rule in told] == [rule for _, rule in errors]
    assert told == errors


async def test_a_broken_query_is_told_by_place_and_rule() -> None:
    for text in ("many", "4", EMAIL):
        answer = await ask("POST", "/v1/orders", params={"n": text}, json={"name": "a"})
        assert kind(answer) == (422, "invalid-request")
        (error,) = answer.json()["errors"]
        assert error["place"] == "query.n"


@pytest.mark.parametrize(
    "content", [b"{", b"\xff\xfe", f'{{"{EMAIL}": '.encode(), b"[" * 100_000, b"", b"nope"]
)
async def test_a_body_that_is_no_json_is_a_bad_request(content: bytes) -> None:
    answer = await ask(
        "POST", "/v1/orders", content=content, headers={"content-type": "application/json"}
    )
    status, _ = kind(answer)
    assert status == (422 if content == b"" else 400)


async def test_many_faults_are_told_in_part() -> None:
    body = {"name": "a", "lines": [{"a": "b"} for _ in range(500)]}
    answer = await ask("POST", "/v1/orders", json=body)
    assert len(answer.json()["errors"]) == 20


def test_operations_are_named_for_their_service_and_tell_their_scope() -> None:
    document = SERVICE.openapi()
    operation = document["paths"]["/v1/who"]["get"]
    assert operation["operationId"] == "test_get_who"
    assert operation["x-scope"] == "jobs:read"
    assert "x-scope" not in document["paths"]["/v1/orders"]["post"]
    assert json.dumps(document)
