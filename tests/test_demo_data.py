"""The demo's data: as large and as well-formed as the demo says, with its notices."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timezone
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import httpx2
import pytest

from customerai import demo
from customerai.contracts.responder import ImportedMessage, Role
from customerai.demo import load
from customerai.integrations.rows import Mapped, MessageReader
from customerai.responder import parsing
from tests.conftest import ADDRESS

ENDS = datetime(2026, 11, 22, 12, 0, 30, tzinfo=timezone.utc)
ROOT = Path(__file__).parents[1]
QUESTIONS = resources.files(demo).joinpath("questions.jsonl")


@cache
def messages() -> list[ImportedMessage]:
    """Every row as the import reads it."""
    reader = MessageReader(Mapped(**load._MAPPING), default_at=ENDS)  # type: ignore[arg-type]
    found = [reader.message(row) for row in load.rows(ENDS)]
    assert all(isinstance(one, ImportedMessage) for one in found)
    return [one for one in found if isinstance(one, ImportedMessage)]


def test_there_are_as_many_conversations_and_messages_as_the_demo_says() -> None:
    found = messages()
    assert len(found) == 13_440
    assert len({one.conversation for one in found}) == 600
    assert len({(one.conversation, one.message) for one in found}) == len(found)


def test_every_conversation_can_be_answered_and_compared() -> None:
    found = messages()
    roles = {one.conversation: set[Role]() for one in found}
    for one in found:
        roles[one.conversation].add(one.role)
    assert all(Role.CUSTOMER in spoken for spoken in roles.values())
    assert Counter(frozenset(one.groups) for one in found) == {
        frozenset({"requests", "domain"}): len(found)
    }
    assert {one.groups["requests"] for one in found} == {"one", "several"}


def test_the_demo_ends_when_it_is_loaded_and_keeps_its_order() -> None:
    found = messages()
    latest = max(one.at for one in found)
    assert 0 <= (ENDS - latest).total_seconds() < 60
    later = list(load.rows(datetime(2027, 1, 1, tzinfo=timezone.utc)))
    gaps = {row["at"] - first["at"] for row, first in zip(later, load.rows(ENDS), strict=True)}
    assert len(gaps) == 1
    assert gaps.pop() % 60 == 0
    by_conversation: dict[str, list[datetime]] = {}
    for one in found:
        by_conversation.setdefault(one.conversation, []).append(one.at)
    assert all(times == sorted(times) for times in by_conversation.values())


def test_the_guidelines_are_documents_with_passages() -> None:
    found = list(load.guidelines())
    assert len({title for title, _ in found}) == len(found) > 5
    for title, content in found:
        assert 0 < len(title) <= 300
        assert parsing.parse(content, "json").passages


def test_questions_are_answered_by_a_guideline_or_by_none() -> None:
    guidelines = {title: json.loads(content)[title] for title, content in load.guidelines()}
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    assert len({one["question"] for one in found}) == len(found)
    answered = [one for one in found if one["flow"] is not None]
    assert len(answered) >= 20
    assert len(found) - len(answered) >= 20
    for one in answered:
        assert one["subflow"] in guidelines[one["flow"]]["subflows"]
    assert all(one["question"].strip() == one["question"] != "" for one in found)


@pytest.mark.parametrize("notice", ["Rasa Technologies", "arXiv:2010.11853", "ASAPP"])
def test_the_notices_of_the_data_are_told(notice: str) -> None:
    assert notice in (load.__doc__ or "")
    assert notice in (ROOT / "NOTICE").read_text(encoding="utf-8")


class Server:
    """Answers the demo's calls and remembers them; it keeps nothing else."""

    def __init__(self, *, status: str = "done") -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.rows = 0
        self.known = False
        self._status = status

    def client(self) -> httpx2.AsyncClient:
        transport = httpx2.MockTransport(self._answer)
        return httpx2.AsyncClient(transport=transport, base_url=ADDRESS)

    def posted(self, end: str) -> list[dict[str, Any]]:
        return [body for path, body in self.calls if path.endswith(end)]

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if request.method == "POST" and path == "/v1/imports":
            self.rows = request.content.count(b'"message_id": ')
            return httpx2.Response(202, json={"id": "j", "url": "/v1/jobs/j"})
        if request.method == "POST":
            self.calls.append((path, json.loads(request.content)))
            return httpx2.Response(
                201, json={"id": "made", "messages": int(self.known), "status": "answered"}
            )
        return httpx2.Response(200, json=self._found(path, request.url.params.get("cursor")))

    def _found(self, path: str, cursor: str | None) -> dict[str, Any]:
        if path == "/v1/jobs/j":
            progress = {"done": self.rows, "total": self.rows, "rate_per_s": None, "eta_s": None}
            stored = 0 if self.known else self.rows
            result = {"stored": stored, "repeated": self.rows - stored, "rejected": 0}
            return {
                "status": self._status,
                "progress": progress,
                "result": result,
                "problem": None,
            }
        if path.endswith("/messages"):
            said = [
                ("agent", "Hello, what can I do?"),
                ("customer", "hi"),
                ("customer", "hi hi hi hi"),
            ]
            found = [
                {"id": f"m{n}", "role": role, "text": text} for n, (role, text) in enumerate(said)
            ]
            return {"items": found[:1] if "/silent/" in path else found, "next": None}
        if path.endswith("/replies"):
            return {"items": [{"status": "abstained"}], "next": None}
        if cursor is None:
            return {"items": [{"id": "first"}, {"id": "silent"}], "next": "more"}
        return {"items": [{"id": "last"}], "next": None}


async def test_the_demo_is_loaded_over_http_and_loading_it_again_asks_nothing_twice() -> None:
    server, said = Server(), []
    async with server.client() as client:
        result = await load.load(client, said.append)
        assert (result.messages, server.rows) == (13_440, 13_440)
        documents = server.posted("/documents")
        assert result.documents == len(documents) == len(list(load.guidelines()))
        assert len({body["external_id"] for body in documents}) == len(documents)
        # Each conversation's first telling message is answered; one has no customer.
        openings = [body for body in server.posted("/replies") if body]
        assert openings == [{"message_id": "m2"}] * 2
        assert (result.conversations, result.replies) == (3, 2)
        assert len(said) >= 3
        server.calls.clear()
        server.known = True
        again = await load.load(client, said.append)
        assert (again.messages, again.replies) == (0, 0)
        assert server.posted("/replies") == []
        assert server.posted("/messages") == []


async def test_a_demo_whose_import_fails_says_so() -> None:
    async with Server(status="failed").client() as client:
        with pytest.raises(RuntimeError, match="failed"):
            await load.load(client, lambda _: None)
