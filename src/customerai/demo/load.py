"""Loads the demo like any client would: over HTTP, with an API key.

Contains conversations from STAR (c) 2020 Rasa Technologies GmbH, MIT licence, Mosig, Mehri,
Kober 2020, arXiv:2010.11853, and agent guidelines from ABCD (c) 2021 ASAPP, MIT licence.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from importlib import resources
from typing import Any, Final

import httpx2

Say = Callable[[str], None]

_POLL_S: Final = 0.25
_REPLIES_AT_ONCE: Final = 4
_QUESTIONS_OF_EACH: Final = 12
HELP_CHANNEL: Final = "help centre"
_MAPPING: Final = {
    "text": "text",
    "conversation": "conversation_id",
    "message": "message_id",
    "role": "speaker",
    "at": "at",
    "channel": "channel",
    "groups": {"requests": "requests", "domain": "domain"},
}


@dataclass(frozen=True)
class DemoResult:
    """What was loaded and how long it took."""

    documents: int
    conversations: int
    messages: int
    import_s: float
    replies: int
    replies_s: float
    questions: int
    answered: int


def conversations() -> Iterator[dict[str, Any]]:
    """The conversations, each with `turns` of `speaker`, `text` and `t` (seconds)."""
    data = resources.files(__package__).joinpath("conversations.jsonl.gz").read_bytes()
    for line in gzip.decompress(data).splitlines():
        yield json.loads(line)


def rows(ends_at: datetime) -> Iterator[dict[str, Any]]:
    """The messages as rows, shifted by whole minutes so that the last one ends at `ends_at`."""
    found = list(conversations())
    last = max(turn["t"] for item in found for turn in item["turns"])
    shift_s = int((ends_at.timestamp() - last) // 60 * 60)
    for item in found:
        for number, turn in enumerate(item["turns"]):
            yield {
                "conversation_id": item["id"],
                "message_id": f"{item['id']}-{number}",
                "speaker": turn["speaker"],
                "text": turn["text"],
                "at": turn["t"] + shift_s,
                "channel": "chat",
                "requests": "several" if item["multi_task"] else "one",
                "domain": item["domains"][0],
            }


def questions() -> list[tuple[str, bool]]:
    """Questions that we wrote to the help centre, and whether its guidelines answer them.

    The conversations are about banks, flights and hotels, the guidelines are a clothing shop's:
    without these a newcomer would see only abstentions.
    """
    data = resources.files(__package__).joinpath("questions.jsonl").read_text(encoding="utf-8")
    found = [json.loads(line) for line in data.splitlines() if line]
    covered = [(item["question"], True) for item in found if item["flow"] is not None]
    others = [(item["question"], False) for item in found if item["flow"] is None]
    step = max(1, len(covered) // _QUESTIONS_OF_EACH)
    return covered[::step][:_QUESTIONS_OF_EACH] + others[:_QUESTIONS_OF_EACH]


def guidelines() -> Iterator[tuple[str, str]]:
    """The help centre: a title and JSON content for each area."""
    data = resources.files(__package__).joinpath("guidelines.json").read_bytes()
    for title, content in json.loads(data).items():
        yield title, json.dumps({title: content})


async def load(client: httpx2.AsyncClient, say: Say) -> DemoResult:
    """Load documents and conversations and ask for a reply to each; repeating changes nothing.

    Args:
        client: speaks to a gateway, with a key that may import, write and read.
        say: is told, in a line each, what happens.

    Raises:
        httpx2.HTTPStatusError: the gateway refused something.
        RuntimeError: the import failed.
    """
    began = time.perf_counter()
    url = await _start_import(client)
    (job, ended), documents = await asyncio.gather(
        _follow(client, url, say), _add_documents(client, say)
    )
    import_s = ended - began
    done = job["result"]
    say(
        f"{done['stored']} messages stored, {done['repeated']} known already, "
        f"in {import_s:.1f} s ({job['progress']['done'] / import_s:.0f} messages/s)"
    )
    began = time.perf_counter()
    asked, replies = await _replies(client) if done["stored"] else (0, 0)
    replies_s = time.perf_counter() - began
    asked_questions, answered = await _ask_questions(client)
    say(
        f"{asked_questions} questions of ours to the help centre: {answered} answered with "
        f"citations, {asked_questions - answered} handed over"
    )
    say(f"{replies} suggested replies in {replies_s:.1f} s; the demo is ready")
    return DemoResult(
        documents=documents,
        conversations=asked,
        messages=done["stored"],
        import_s=round(import_s, 2),
        replies=replies,
        replies_s=round(replies_s, 2),
        questions=asked_questions,
        answered=answered,
    )


async def _add_documents(client: httpx2.AsyncClient, say: Say) -> int:
    documents = 0
    for title, content in guidelines():
        await _post(
            client,
            "/v1/responder/documents",
            {
                "title": title,
                "format": "json",
                "content": content,
                "external_id": f"abcd-{title}",
            },
        )
        documents += 1
    say(f"{documents} knowledge documents are searchable")
    return documents


async def _start_import(client: httpx2.AsyncClient) -> str:
    """Upload the conversations; returns where to follow the job."""
    ends_at = datetime.now(timezone.utc) - timedelta(minutes=1)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows(ends_at))
    response = await client.post(
        "/v1/imports",
        files={"file": ("conversations.jsonl", lines.encode(), "application/jsonl")},
        data={"mapping": json.dumps(_MAPPING)},
    )
    response.raise_for_status()
    return str(response.json()["url"])


async def _follow(client: httpx2.AsyncClient, url: str, say: Say) -> tuple[dict[str, Any], float]:
    """The job once it has ended, and when that was."""
    told = 0.0
    while True:
        job: dict[str, Any] = (await _get(client, url)).json()
        if job["status"] in ("done", "failed", "cancelled"):
            break
        progress = job["progress"]
        if time.monotonic() - told > 2 and progress["rate_per_s"]:  # noqa: PLR2004 - seconds
            told = time.monotonic()
            say(
                f"{progress['done']} of {progress['total']} messages, "
                f"{progress['rate_per_s']:.0f}/s, {progress['eta_s']:.0f} s to go"
            )
        await asyncio.sleep(_POLL_S)
    if job["status"] != "done":
        raise RuntimeError(f"the import ended as {job['status']}: {job['problem']}")
    return job, time.perf_counter()


async def _replies(client: httpx2.AsyncClient) -> tuple[int, int]:
    """Ask for a reply to the opening of each conversation."""
    ids: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": "100", **({"cursor": cursor} if cursor else {})}
        page = (await _get(client, "/v1/responder/conversations", query)).json()
        ids += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    gate = asyncio.Semaphore(_REPLIES_AT_ONCE)

    async def ask(conversation_id: str) -> int:
        async with gate:
            path = f"/v1/responder/conversations/{conversation_id}"
            messages = (await _get(client, f"{path}/messages")).json()["items"]
            opening = _opening(messages)
            if opening is None:
                return 0
            await _post(client, f"{path}/replies", {"message_id": opening})
            return 1

    return len(ids), sum(await asyncio.gather(*(ask(item) for item in ids)))


async def _ask_questions(client: httpx2.AsyncClient) -> tuple[int, int]:
    """Ask each question in a conversation of its own; returns how many, and how many answered."""
    answered = 0
    for number, (question, _) in enumerate(questions()):
        opened = await _post(
            client,
            "/v1/responder/conversations",
            {
                "external_id": f"demo-question-{number}",
                "channel": HELP_CHANNEL,
                "groups": {"requests": "one", "domain": "shop"},
            },
        )
        path = f"/v1/responder/conversations/{opened['id']}"
        if not opened["messages"]:
            await _post(client, f"{path}/messages", {"text": question, "external_id": "question"})
            reply = await _post(client, f"{path}/replies", {})
        else:
            made = (await _get(client, f"{path}/replies")).json()["items"]
            reply = made[-1] if made else await _post(client, f"{path}/replies", {})
        answered += reply["status"] == "answered"
    return len(questions()), answered


def _opening(messages: list[dict[str, Any]]) -> str | None:
    """The first customer message that says more than a greeting."""
    of_customer = [message for message in messages if message["role"] == "customer"]
    telling = [m for m in of_customer if len(m["text"].split()) >= 4]  # noqa: PLR2004 - words
    found = (telling or of_customer)[:1]
    return found[0]["id"] if found else None


async def _get(
    client: httpx2.AsyncClient, path: str, query: dict[str, str] | None = None
) -> httpx2.Response:
    response = await client.get(path, params=query)
    response.raise_for_status()
    return response


async def _post(client: httpx2.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    response = await client.post(path, json=body)
    response.raise_for_status()
    answer: dict[str, Any] = response.json()
    return answer
