"""The routing table: each path finds the operations of its template, and nothing else does."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customerai.gateway.routing import Route, RouteTable, routes_of
from tests.conftest import Running


async def upstream(scope: Any, receive: Any, send: Any) -> None:
    """An upstream that nobody calls."""


def a_route(template: str, method: str = "GET") -> Route:
    return Route(method, template, upstream, scope=None)


WORDS = ["a", "b", "keys", "current"]
SEGMENTS = st.sampled_from([*WORDS, "{id}", "{name}"])
TEMPLATES = st.lists(SEGMENTS, min_size=1, max_size=4).map(lambda parts: "/" + "/".join(parts))


def shape(template: str) -> tuple[str, ...]:
    """A template without the names of its parameters."""
    return tuple("{}" if part.startswith("{") else part for part in template.split("/"))


TABLES = st.lists(TEMPLATES, min_size=1, max_size=12, unique_by=shape)
PATHS = st.lists(
    st.sampled_from([*WORDS, "c", "conv_1", "", "{id}", "ä", " "]), min_size=1, max_size=5
).map(lambda parts: "/" + "/".join(parts))


def matches(template: str, path: str) -> bool:
    """A second way to see whether a path is of a template: by a regular expression."""
    pattern = re.sub(r"\{[a-z]+\}", "[^/]+", template)
    return re.fullmatch(pattern, path) is not None


@settings(deadline=None)
@given(TABLES, PATHS)
def test_a_path_is_found_exactly_when_a_template_matches_it(
    templates: list[str], path: str
) -> None:
    table = RouteTable(a_route(template) for template in templates)
    found = table.find(path)
    fitting = [template for template in templates if matches(template, path)]
    assert bool(found) == bool(fitting)
    if found:
        assert found["GET"].template in fitting


@settings(deadline=None)
@given(TABLES, st.data())
def test_every_template_is_reached_by_paths_made_from_it(
    templates: list[str], data: st.DataObject
) -> None:
    table = RouteTable(a_route(template) for template in templates)
    template = data.draw(st.sampled_from(templates))
    path = re.sub(r"\{[a-z]+\}", "x_1", template)
    assert table.find(path)["GET"].template == template


@settings(deadline=None)
@given(TABLES, st.permutations(range(12)), PATHS)
def test_the_order_of_routes_does_not_matter(
    templates: list[str], order: list[int], path: str
) -> None:
    one = RouteTable(a_route(template) for template in templates)
    shuffled = [templates[i] for i in order if i < len(templates)]
    two = RouteTable(a_route(template) for template in shuffled)
    assert {m: r.template for m, r in one.find(path).items()} == {
        m: r.template for m, r in two.find(path).items()
    }


def test_methods_of_one_path_are_found_together() -> None:
    table = RouteTable([a_route("/v1/keys"), a_route("/v1/keys", "POST")])
    assert set(table.find("/v1/keys")) == {"GET", "POST"}
    assert table.find("/v1/key") == {}
    assert table.find("/v1") == {}


def test_a_word_is_preferred_to_a_parameter() -> None:
    table = RouteTable([a_route("/v1/sessions/{id}"), a_route("/v1/sessions/current")])
    assert table.find("/v1/sessions/current")["GET"].template == "/v1/sessions/current"
    assert table.find("/v1/sessions/s_1")["GET"].template == "/v1/sessions/{id}"


@pytest.mark.parametrize(
    "path",
    ["/v1/keys/", "//v1/keys", "/v1//keys", "/v1/keys//", "v1/keys/", "/V1/keys", "/v1/keys/%20/x"],
)
def test_a_path_that_is_only_alike_is_another_path(path: str) -> None:
    table = RouteTable([a_route("/v1/keys"), a_route("/v1/keys/{id}")])
    assert table.find(path) == {}


def test_routes_come_from_the_openapi_document_with_scope_and_kind_of_body() -> None:
    document = {
        "paths": {
            "/v1/keys": {"get": {"x-scope": "keys:admin"}, "post": {"requestBody": {}}},
            "/v1/things": {"post": {"parameters": [{"name": "Idempotency-Key"}]}},
            "/v1/imports": {
                "post": {
                    "x-scope": "imports:write",
                    "requestBody": {"content": {"multipart/form-data": {}}},
                }
            },
        }
    }
    assert routes_of(document, upstream) == [
        Route("GET", "/v1/keys", upstream, "keys:admin", repeatable=True),
        Route("POST", "/v1/keys", upstream, None),
        Route("POST", "/v1/things", upstream, None, repeatable=True),
        Route("POST", "/v1/imports", upstream, "imports:write", upload=True),
    ]


async def test_every_documented_operation_needs_a_scope_but_those_of_signing_in(
    shared: Running,
) -> None:
    open_to_all = {
        (method.upper(), path)
        for path, item in shared.application.document["paths"].items()
        for method, operation in item.items()
        if "x-scope" not in operation
    }
    assert open_to_all == {
        ("GET", "/compat/presidio/health"),
        ("POST", "/v1/setups"),
        ("POST", "/v1/sessions"),
        ("GET", "/v1/sessions/current"),
        ("DELETE", "/v1/sessions/current"),
    }


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("analyze", "privacy:detect"),
        ("anonymize", "privacy:anonymize"),
        ("deanonymize", "privacy:reveal"),
    ],
)
async def test_presidios_paths_are_operations_and_no_pages(
    shared: Running, path: str, scope: str
) -> None:
    operation = shared.application.document["paths"][f"/compat/presidio/{path}"]["post"]
    assert operation["x-scope"] == scope
    async with shared.client_with(None) as client:
        answer = await client.post(f"/compat/presidio/{path}", json={})
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/credentials-missing")
