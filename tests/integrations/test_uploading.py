"""The command's side of an import: it uploads, follows, and writes down what was refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import httpx2
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from customerai.core.safe_text import SafeText
from customerai.ml.classifier import LabelInfo, Prediction
from customerai.uploading import UploadFailed, upload
from tests.conftest import ADDRESS, Running, a_setting, quick_parts, run


class Plain:
    """No language and no label: nothing that would take time."""

    labels: ClassVar[dict[str, LabelInfo]] = {}

    def identify(self, texts: list[SafeText]) -> list[tuple[str, float]]:
        return [("en", 1.0) for _ in texts]

    def predict(self, texts: list[SafeText]) -> list[Prediction]:
        return [Prediction(None, 0.5, ()) for _ in texts]


class Through(httpx2.BaseTransport):
    """Reaches a process that runs on another thread's event loop."""

    def __init__(self, portal: BlockingPortal, running: Running) -> None:
        self._portal = portal
        self._running = running
        self.down = 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        content = request.read()
        if self.down and request.method == "GET":
            self.down -= 1
            raise httpx2.ConnectError("away")
        return self._portal.call(self._answer, request, content)

    async def _answer(self, request: httpx2.Request, content: bytes) -> httpx2.Response:
        kept = {k: v for k, v in request.headers.items() if k in ("authorization", "content-type")}
        async with self._running.client_with(None) as client:
            got = await client.request(request.method, request.url, content=content, headers=kept)
        return httpx2.Response(got.status_code, json=got.json())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Through]]:
    plain = Plain()
    parts = quick_parts(languages=plain, sentiment=plain, intent=plain)
    settings = a_setting(tmp_path_factory.mktemp("server"))
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(run(settings, parts)) as running,
    ):
        yield running, Through(portal, running)


def send(server: tuple[Running, Through], file: Path, **more: Any) -> dict[str, Any]:
    running, transport = server
    facts: dict[str, Any] = {"mapping": None, "key": running.key, "job_id": None, **more}
    mapping = facts.pop("mapping")
    return upload(file, mapping, url=ADDRESS, transport=transport, **facts)


def test_a_file_is_uploaded_and_its_refused_rows_written_down(
    server: tuple[Running, Through], tmp_path: Path
) -> None:
    file = tmp_path / "chats.csv"
    file.write_text("id,said\n1,hello\n2,\n3\n4,bye\n", encoding="utf-8")
    result = send(server, file, mapping={"text": "said", "message": "id"})
    target = tmp_path / "chats.csv.rejects.jsonl"
    assert {name: result[name] for name in ("stored", "repeated", "rejected", "rejects")} == {
        "stored": 2,
        "repeated": 0,
        "rejected": 2,
        "rejects": str(target),
    }
    written = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [(one["row"], one["code"], one["content"]) for one in written] == [
        (2, "empty_text", {"id": "2", "said": ""}),
        (3, "ragged_row", None),
    ]
    # The same job can be followed again; the same file changes nothing.
    assert send(server, file, job_id=result["job"])["stored"] == 2
    assert send(server, file, mapping={"text": "said", "message": "id"})["repeated"] == 2


def test_a_server_that_is_away_for_a_moment_is_waited_for(
    server: tuple[Running, Through], tmp_path: Path
) -> None:
    file = tmp_path / "chats.jsonl"
    file.write_text('{"text": "é"}\n', encoding="utf-8")
    server[1].down = 2
    result = send(server, file)
    assert (result["stored"], result["rejected"]) == (1, 0)
    assert not list(tmp_path.glob("*.rejects.jsonl"))


@pytest.mark.parametrize(
    ("content", "more", "says"),
    [
        ("a,b\n1,2\n", {}, "Mapping invalid: No column is plainly the text"),
        ("", {}, "File invalid"),
        ("text\nx\n", {"key": "cai_wrong"}, "Invalid api key"),
        ("text\nx\n", {"job_id": "job_unknown"}, "Job not found"),
    ],
)
def test_what_the_server_refuses_is_told(
    server: tuple[Running, Through], tmp_path: Path, content: str, more: dict[str, Any], says: str
) -> None:
    file = tmp_path / "chats.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(UploadFailed, match=says):
        send(server, file, **more)


def test_no_server_is_told(tmp_path: Path) -> None:
    class Nobody(httpx2.BaseTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            raise httpx2.ConnectError("refused")

    file = tmp_path / "chats.csv"
    file.write_text("text\nx\n", encoding="utf-8")
    with pytest.raises(UploadFailed, match="no server answers"):
        upload(file, None, url=ADDRESS, key="cai_x", job_id=None, transport=Nobody())


def test_an_answer_that_is_no_problem_document_is_told_by_its_status(tmp_path: Path) -> None:
    file = tmp_path / "chats.csv"
    file.write_text("text\nx\n", encoding="utf-8")
    proxy = httpx2.MockTransport(lambda _: httpx2.Response(502, text="<html>bad gateway"))
    with pytest.raises(UploadFailed, match="HTTP 502"):
        upload(file, None, url=ADDRESS, key="cai_x", job_id=None, transport=proxy)


def test_an_import_that_failed_is_told(tmp_path: Path) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            return httpx2.Response(202, json={"id": "job_1", "url": "/v1/jobs/job_1"})
        progress = {"done": 1, "total": None, "rate_per_s": None, "eta_s": None}
        problem = {"detail": "Out of luck."}
        body = {"status": "failed", "progress": progress, "problem": problem, "result": None}
        return httpx2.Response(200, json=body)

    file = tmp_path / "chats.csv"
    file.write_text("text\nx\n", encoding="utf-8")
    with pytest.raises(UploadFailed, match=r"job_1 ended as failed\. Out of luck"):
        upload(
            file, None, url=ADDRESS, key="k", job_id=None, transport=httpx2.MockTransport(answer)
        )
