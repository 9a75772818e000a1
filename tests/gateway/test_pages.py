"""What is served beside the API: health, metrics, documents, problems, the console's files."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx2
import pytest

from customerai.core import health
from customerai.core.errors import problem_classes
from customerai.core.telemetry import Metrics
from customerai.gateway import pages
from customerai.gateway.routing import API_PREFIXES
from tests.conftest import Running

SECRET = "s3cret of the machine"
ID = "req_1"


async def holds() -> bool:
    return True


async def does_not_hold() -> bool:
    return False


async def fails() -> bool:
    raise ConnectionError(f"no database at {SECRET}")


async def nothing_to_do() -> None:
    pass


@pytest.fixture
def console(tmp_path: Path) -> Path:
    """A built console, with things around it that are nobody's business."""
    folder = tmp_path / "console"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<title>the console</title>")
    (folder / "assets" / "app-1a2b.js").write_text("let a = 1")
    (folder / "icon.svg").write_text("<svg/>")
    (tmp_path / "master.key").write_text(SECRET)
    (tmp_path / "console-secret").mkdir()
    (tmp_path / "console-secret" / "key").write_text(SECRET)
    (folder / "link.html").symlink_to(tmp_path / "master.key")
    (folder / "assets" / "up").symlink_to(tmp_path)
    return folder


def client_of(
    console: Path | None = None,
    *,
    checks: Mapping[str, Callable[[], Awaitable[bool]]] | None = None,
    refresh: Callable[[], Awaitable[None]] = nothing_to_do,
    metrics: Metrics | None = None,
) -> httpx2.AsyncClient:
    asgi = pages.build(
        {"info": {"version": "1"}, "paths": {}},
        health=health.routes(
            checks=checks or {}, metrics=metrics or Metrics(), refresh=refresh, check_s=0.05
        ),
        console=console,
    )
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=asgi, raise_app_exceptions=False),
        base_url="http://customerai.test",
        headers={"x-request-id": ID},
    )


@dataclass
class Raw:
    """An answer as the server is told it."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""


async def get_raw(console: Path, path: str) -> Raw:
    """The answer for a path exactly as given: clients tidy `..` away."""
    asgi = client_of(console)._transport.app  # type: ignore[attr-defined]
    answer, asked = Raw(), False

    async def receive() -> dict[str, Any]:
        nonlocal asked
        if asked:
            await asyncio.Event().wait()  # the client stays
        asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        answer.status = message.get("status", answer.status)
        answer.headers.update(message.get("headers", []))
        answer.body += message.get("body", b"")

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "root_path": "",
        "query_string": b"",
        "headers": [],
    }
    await asgi(scope, receive, send)
    return answer


# -- health


async def test_livez_says_that_the_process_lives_whatever_it_depends_on() -> None:
    async with client_of(checks={"database": fails}) as client:
        answer = await client.get("/livez")
    assert (answer.status_code, answer.text) == (200, "ok")


async def hangs() -> bool:
    await asyncio.sleep(60)
    return True


@pytest.mark.parametrize(
    ("checks", "status", "states"),
    [
        ({}, 200, {}),
        ({"a": holds, "b": holds}, 200, {"a": True, "b": True}),
        ({"a": holds, "b": does_not_hold}, 503, {"a": True, "b": False}),
        ({"a": fails, "b": holds}, 503, {"a": False, "b": True}),
        ({"a": hangs, "b": holds}, 503, {"a": False, "b": True}),
    ],
)
async def test_readyz_tells_each_dependency_and_503_when_one_is_away(
    checks: dict[str, Callable[[], Awaitable[bool]]], status: int, states: dict[str, bool]
) -> None:
    async with client_of(checks=checks) as client:
        answer = await client.get("/readyz")
    assert answer.status_code == status
    assert answer.json() == {"ready": status == 200, "checks": states}
    assert SECRET not in answer.text


async def test_the_process_is_ready_once_it_runs(shared: Running) -> None:
    async with shared.client_with(None) as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["checks"] == {
        "database": True,
        "privacy": True,
        "background": True,
        "accepting": True,
    }


# -- metrics


async def test_metrics_are_refreshed_before_they_are_read() -> None:
    metrics = Metrics()

    async def refresh() -> None:
        metrics.outbox_depth.set(7)

    async with client_of(metrics=metrics, refresh=refresh) as client:
        answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "customerai_events_outbox_depth 7.0" in answer.text


async def test_metrics_are_shown_also_while_the_database_is_away() -> None:
    async def refresh() -> None:
        raise ConnectionError(f"no database at {SECRET}")

    async with client_of(refresh=refresh) as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert "customerai_privacy_failures_total 0.0" in answer.text
    assert SECRET not in answer.text


async def test_metrics_do_not_wait_for_a_database_that_hangs() -> None:
    async def refresh() -> None:
        await asyncio.sleep(60)

    async with client_of(refresh=refresh) as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200


async def test_a_fault_of_a_page_is_a_problem_document_without_its_words() -> None:
    class Broken(Metrics):
        def __init__(self) -> None:
            super().__init__()
            self.registry = None  # type: ignore[assignment]  # broken on purpose

    async with client_of(metrics=Broken()) as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/internal-error"
    assert answer.json()["instance"] == ID


async def test_a_fault_of_a_page_is_logged_once_through_the_front_door(shared: Running) -> None:
    async with shared.client_with(None) as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert "customerai_gateway_requests_total" in answer.text
    assert "tenant" not in answer.text


# -- documents


class Links(HTMLParser):
    """The addresses that a page refers to, and the scripts that it loads."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


@pytest.mark.parametrize("path", ["/docs", "/problems", "/problems/invalid-api-key", "/"])
async def test_pages_are_ours_alone_and_their_links_lead_somewhere(path: str) -> None:
    async with client_of() as client:
        answer = await client.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        found = Links()
        found.feed(answer.text)
        assert found.scripts == 0
        for link in found.links:
            assert link.startswith("/"), link
            assert (await client.get(link)).status_code == 200, link


async def test_the_document_lists_every_operation_and_the_page_shows_them(
    shared: Running,
) -> None:
    async with shared.client_with(None) as client:
        document = (await client.get("/openapi.json")).json()
        page = (await client.get("/docs")).text
    assert document["openapi"].startswith("3.1")
    assert len(document["paths"]) > 20
    for path, item in document["paths"].items():
        assert path.startswith(API_PREFIXES)
        assert f"<code>{path}</code>" in page
        for operation in item.values():
            assert operation["operationId"] in page
            assert "422" not in operation["responses"], "errors are problem documents"
            problem = operation["responses"]["4XX"]["content"]
            assert list(problem) == ["application/problem+json"]
            if "x-scope" in operation:
                assert operation["security"] == [{"bearer": []}, {"key": []}]
                assert f"Scope: `{operation['x-scope']}`" in operation["description"]


async def test_every_problem_has_a_page_and_the_list_names_all(shared: Running) -> None:
    async with shared.client_with(None) as client:
        listed = (await client.get("/problems")).text
        for cls in problem_classes():
            page = await client.get(f"/problems/{cls.slug()}")
            assert page.status_code == 200, cls.slug()
            assert f"HTTP status {cls.status}." in page.text
            assert f"<h1>{cls.title()}</h1>" in page.text
            assert f"href='/problems/{cls.slug()}'" in listed


@pytest.mark.parametrize("slug", ["nothing", "problem-error", "jane.roe@example.com", "<script>"])
async def test_an_unknown_problem_has_no_page(shared: Running, slug: str) -> None:
    async with shared.client_with(None) as client:
        answer = await client.get(f"/problems/{slug}", headers={"x-request-id": "mine"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["instance"] == answer.headers["x-request-id"] != "mine"
    assert slug not in answer.text or slug == "nothing"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_pages_are_read_only(console: Path, method: str) -> None:
    async with client_of(console) as client:
        for path in ("/livez", "/problems/nothing", "/", "/index.html"):
            answer = await client.request(method, path)
            assert answer.status_code == 405, path
            assert answer.headers["allow"] == "GET, HEAD"
            assert answer.json()["type"] == "/problems/method-not-allowed"


# -- the console


async def test_without_a_console_a_page_says_so() -> None:
    async with client_of() as client:
        answer = await client.get("/")
    assert "the console has not been built" in answer.text


async def test_files_of_the_console_are_served_hashed_ones_for_good(console: Path) -> None:
    async with client_of(console) as client:
        page = await client.get("/")
        assert page.text == "<title>the console</title>"
        assert page.headers["cache-control"] == "no-cache"
        script = await client.get("/assets/app-1a2b.js")
        assert script.text == "let a = 1"
        assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert script.headers["content-type"].startswith("text/javascript")
        icon = await client.get("/icon.svg")
        assert icon.headers["content-type"] == "image/svg+xml"
        assert icon.headers["cache-control"] == "no-cache"
        head = await client.head("/assets/app-1a2b.js")
        assert (head.headers["content-length"], head.content) == ("9", b"")


@pytest.mark.parametrize("path", ["/inbox", "/privacy/vault", "/setup", "/no-such.css", "/assets"])
async def test_a_page_of_the_console_is_found_by_its_own_router(console: Path, path: str) -> None:
    async with client_of(console) as client:
        answer = await client.get(path)
    assert (answer.status_code, answer.text) == (200, "<title>the console</title>")


async def test_a_missing_asset_is_missed_and_not_the_page_in_its_place(console: Path) -> None:
    async with client_of(console) as client:
        answer = await client.get("/assets/app-old.js")
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/address-not-found"


@pytest.mark.parametrize(
    "path",
    [
        "/../master.key",
        "/../../../../../../etc/passwd",
        "/assets/../../master.key",
        "/assets/up/master.key",
        "/assets/./../../master.key",
        "/link.html",
        "//etc/passwd",
        "///etc/passwd",
        "/assets//etc/passwd",
        "/..\\master.key",
        "/%2e%2e/master.key",
        "/../console-secret/key",
        "/../console/../master.key",
        "/~root/.bashrc",
        "/proc/self/environ",
        "/file:///etc/passwd",
        "/\x00",
        "/assets/\x00.js",
        "/master.key\x00.html",
        "/" + "a" * 300,
        "/assets/" + "a" * 5000,
        "/" + "a/" * 3000,
        "/\ud800",
    ],
)
async def test_nothing_outside_of_the_console_is_served(console: Path, path: str) -> None:
    answer = await get_raw(console, path)
    assert answer.status in (200, 404)
    assert SECRET.encode() not in answer.body
    assert b"root:" not in answer.body
    if answer.status == 200:
        assert answer.body == b"<title>the console</title>"


async def test_a_page_reached_through_the_assets_is_not_kept_for_good(console: Path) -> None:
    answer = await get_raw(console, "/assets/../index.html")
    assert answer.headers[b"cache-control"] == b"no-cache"
