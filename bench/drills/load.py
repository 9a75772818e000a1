"""Mixed load, as customers of the API would make it, with a ledger of what was accepted.

Every change carries an `Idempotency-Key` (or an id of its own) and is sent again until it is
accepted, as a careful client does. What was accepted must be seen exactly once.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

_PATIENCE_S = 120.0
_FIRST_PAUSE_S = 0.1
_CLEAN = {429, 500, 502, 503, 504}
_ASKED = (
    "I forgot my password, how do I reset it?",
    "Where is my order? It should have come on Monday.",
    "The promo code does not work at the checkout.",
    "I want to talk to a human please",
    "Thanks, that is great!",
    "I am really angry, this is the third time the parcel is late.",
)
_REGIONS = ("north", "south", "east", "west")


@dataclass
class Refused:
    """An answer that was no success."""

    at: float
    what: str
    status: int
    kind: str


@dataclass
class Ledger:
    """What was asked and what came of it."""

    began: float = field(default_factory=time.monotonic)
    conversations: set[str] = field(default_factory=set)
    messages: set[str] = field(default_factory=set)
    customer_messages: set[str] = field(default_factory=set)
    replies: set[str] = field(default_factory=set)
    decisions: set[str] = field(default_factory=set)
    imported: int = 0
    imports: int = 0
    answered: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seconds: list[tuple[float, str, float]] = field(default_factory=list)
    given_up: int = 0

    def now(self) -> float:
        return time.monotonic() - self.began

    def unclean(self) -> list[Refused]:
        """Answers that a client could not make sense of."""
        return [item for item in self.refused if not item.kind.startswith("/problems/")]

    def between(self, start: float, end: float) -> list[Refused]:
        return [item for item in self.refused if start <= item.at < end]


class Load:
    """Workers that go on until they are stopped.

    Args:
        pause_s: what each worker rests between two things that it does.
    """

    def __init__(
        self, address: str, key: str, *, workers: int = 8, pause_s: float = 0.2, seed: int = 1
    ) -> None:
        self.ledger = Ledger()
        self._address = address
        self._headers = {"authorization": f"Bearer {key}"}
        self._workers = workers
        self._pause_s = pause_s
        self._seed = seed
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._session: aiohttp.ClientSession | None = None
        self._number = 0

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=80),
            connector=aiohttp.TCPConnector(limit=0),
        )
        self._tasks = [asyncio.create_task(self._work(n)) for n in range(self._workers)]

    async def stop(self) -> None:
        """Let each worker end what it is at."""
        self._stopping.set()
        results = await asyncio.gather(*self._tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                self.ledger.faults.append(f"worker ended: {result!r}")
        if self._session is not None:
            await self._session.close()

    async def _work(self, number: int) -> None:
        rng = random.Random(self._seed * 1000 + number)
        doings: list[tuple[float, Callable[[random.Random], Awaitable[None]]]] = [
            (0.45, self._talk),
            (0.2, self._decide),
            (0.2, self._hide),
            (0.1, self._look),
            (0.05, self._import),
        ]
        weights = [weight for weight, _ in doings]
        while not self._stopping.is_set():
            (chosen,) = rng.choices([do for _, do in doings], weights)
            try:
                await chosen(rng)
            except GivenUp:
                self.ledger.given_up += 1
            except Exception as error:  # noqa: BLE001 - noted, and judged at the end
                self.ledger.faults.append(f"{chosen.__name__}: {error!r}"[:300])
            await asyncio.sleep(self._pause_s * rng.uniform(0.5, 1.5))

    # -- what a client does

    async def _talk(self, rng: random.Random) -> None:
        mark = self._mark(rng)
        opened = await self._send(
            "POST", "/v1/responder/conversations", "conversation", key=f"c-{mark}",
            body={
                "customer_id": f"k-{mark}", "channel": "chat",
                "groups": {"region": rng.choice(_REGIONS)},
            },
        )  # fmt: skip
        place = f"/v1/responder/conversations/{opened['id']}"
        self.ledger.conversations.add(opened["id"])
        stored = []
        for turn in range(rng.randint(1, 3)):
            text = f"{rng.choice(_ASKED)} I am at user{mark}@example.com, ref {turn}"
            message = await self._send(
                "POST", f"{place}/messages", "message", key=f"m-{mark}-{turn}",
                body={"role": "customer", "text": text},
            )  # fmt: skip
            if "@example.com" in message["text"]:
                self.ledger.faults.append("a value was stored in the clear")
            stored.append(message["id"])
            self.ledger.messages.add(message["id"])
            self.ledger.customer_messages.add(message["id"])
        reply = await self._send("POST", f"{place}/replies", "reply", key=f"r-{mark}", body={})
        self.ledger.replies.add(reply["id"])
        seen = await self._send("GET", f"{place}/messages", "read")
        found = [item["id"] for item in seen["items"]]
        if [item for item in found if item in stored] != stored:
            self.ledger.faults.append("messages are missing, doubled or out of order")

    async def _decide(self, rng: random.Random) -> None:
        mark = self._mark(rng)
        decisions = [
            {
                "id": f"d-{mark}-{n}", "kind": "refund",
                "outcome": rng.choice(["approved", "denied"]), "score": 0.5,
                "groups": {"region": rng.choice(_REGIONS)}, "policy_version": "1",
            }
            for n in range(5)
        ]  # fmt: skip
        await self._send("POST", "/v1/fairness/decisions", "decisions", key=mark, body=decisions)
        self.ledger.decisions.update(item["id"] for item in decisions)

    async def _hide(self, rng: random.Random) -> None:
        texts = [
            f"Write to user{self._mark(rng)}@example.com or call +1 212 555 01{n:02d}"
            for n in range(4)
        ]
        hidden = await self._send(
            "POST", "/v1/privacy/anonymizations", "anonymize", body={"texts": texts}
        )
        safe = [item["text"] for item in hidden["results"]]
        if any("@example.com" in text for text in safe):
            self.ledger.faults.append("a value was not hidden")
        back = await self._send(
            "POST", "/v1/privacy/restorations", "restore",
            body={"session_id": hidden["session_id"], "texts": safe},
        )  # fmt: skip
        if [item["text"] for item in back["results"]] != texts:
            self.ledger.faults.append("restoring did not give the texts back")

    async def _look(self, rng: random.Random) -> None:
        await self._send("GET", "/v1/insights/overview", "overview")
        await self._send("GET", "/v1/insights/conversations?limit=20", "list")

    async def _import(self, rng: random.Random) -> None:
        mark, rows = self._mark(rng), 60
        lines = ["conversation,message,role,text,at"]
        for n in range(rows):
            text = f"{rng.choice(_ASKED)} Mail user{n}-{mark}@example.com"
            lines.append(
                f'{mark}-{n // 6},{n},customer,"{text}",2026-11-{1 + n % 20:02d}T10:00:00Z'
            )
        data = "\n".join(lines)

        def form() -> aiohttp.FormData:
            made = aiohttp.FormData()
            made.add_field("file", data, filename="rows.csv", content_type="text/csv")
            return made

        accepted = await self._send("POST", "/v1/imports", "import", key=f"i-{mark}", form=form)
        until = time.monotonic() + 2 * _PATIENCE_S
        while time.monotonic() < until:
            job = await self._send("GET", accepted["url"], "job")
            if job["status"] == "done":
                self.ledger.imported += rows
                self.ledger.imports += 1
                if job["result"]["stored"] + job["result"]["repeated"] != rows:
                    self.ledger.faults.append(f"an import lost rows: {job['result']}")
                return
            if job["status"] in ("failed", "cancelled"):
                self.ledger.faults.append(f"an import failed: {job.get('problem')}")
                return
            await asyncio.sleep(0.5)
        self.ledger.faults.append("an import did not end")

    def _mark(self, rng: random.Random) -> str:
        self._number += 1
        return f"{self._seed}{self._number:06d}{rng.randrange(10**6):06d}"

    # -- one request, until it is accepted

    async def _send(
        self,
        method: str,
        path: str,
        what: str,
        *,
        key: str | None = None,
        body: Any = None,
        form: Callable[[], aiohttp.FormData] | None = None,
    ) -> Any:
        assert self._session is not None
        headers = dict(self._headers)
        if key is not None:
            headers["idempotency-key"] = key
        pause, until = _FIRST_PAUSE_S, time.monotonic() + _PATIENCE_S
        while True:
            began = time.monotonic()
            try:
                async with self._session.request(
                    method, self._address + path, headers=headers, json=body,
                    data=form() if form else None,
                ) as answer:  # fmt: skip
                    content = await answer.read()
                    status, kind = answer.status, answer.content_type
            except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
                status, kind, content = 0, f"connection: {type(error).__name__}", b""
            self.ledger.seconds.append((self.ledger.now(), what, time.monotonic() - began))
            if 200 <= status < 300:
                self.ledger.answered[what] += 1
                return json.loads(content)
            if kind == "application/problem+json":
                kind = json.loads(content)["type"]
            self.ledger.refused.append(Refused(self.ledger.now(), what, status, kind))
            if status not in _CLEAN and status != 0:
                raise Unexpected(f"{what}: {status} {kind}")
            if time.monotonic() > until:
                raise GivenUp
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(2.0, pause * 2)


class GivenUp(Exception):
    """A request was not accepted in two minutes."""


class Unexpected(Exception):
    """An answer that says that the request is wrong, which it is not."""
