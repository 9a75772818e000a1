"""What a request and a message cost, by stage, with 1, 2 and 4 replicas of every service.

    python -m bench.scaling --seconds 20 --replicas 1 2 4

On few cores the wall clock says little of replicas, so processor time is what counts: seconds of
each service and engine for each request or message, which must not grow with replicas.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
from bench.drills.__main__ import interrupt, settle
from bench.drills.fleet import Fleet, fleet

_EMPTY_BYTES = 9_200_000  # the schema alone
_TEXT = "Hello, I forgot my password. Please write to user{n}@example.com or call +1 212 555 0199."


class Stages:
    """Processor seconds by stage, from one moment to another."""

    def __init__(self, made: Fleet) -> None:
        self._fleet = made
        self._before = self._now()

    def _now(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for process in self._fleet.processes.values():
            found[process.service] = found.get(process.service, 0.0) + process.cpu_s()
        for name in ("postgres", "redis", "rabbitmq"):
            found[name] = sum(_cpu_s(pid) for pid in self._fleet.engines.tree(name))
        # A server's ended children count with it.
        return found

    def used(self) -> dict[str, float]:
        return {name: s - self._before.get(name, 0.0) for name, s in self._now().items()}


def _cpu_s(pid: int) -> float:
    with contextlib.suppress(OSError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")
    return 0.0


async def closed_loop(
    work: Callable[[int], Awaitable[None]], *, clients: int, seconds: float
) -> tuple[int, float]:
    """How often clients, each one after the other, got the work done; and in how many seconds."""
    done, until, began = 0, time.monotonic() + seconds, time.monotonic()

    async def client(number: int) -> None:
        nonlocal done
        turn = 0
        while time.monotonic() < until:
            await work(number * 1_000_000 + turn)
            turn += 1
            done += 1

    await asyncio.gather(*(client(number) for number in range(clients)))
    return done, time.monotonic() - began


async def measure(made: Fleet, options: argparse.Namespace) -> list[str]:
    run = random.randrange(10**9)
    headers = {"authorization": f"Bearer {made.key()}"}
    lines = []
    async with aiohttp.ClientSession(
        headers=headers, connector=aiohttp.TCPConnector(limit=0)
    ) as session:

        async def post(path: str, body: Any, key: str | None = None) -> Any:
            extra = {} if key is None else {"idempotency-key": key}
            async with session.post(made.address + path, json=body, headers=extra) as answer:
                assert answer.status < 300, await answer.text()
                return await answer.json()

        async def read(number: int) -> None:
            async with session.get(made.address + "/v1/responder/documents") as answer:
                assert answer.status == 200
                await answer.read()

        async def hide(number: int) -> None:
            await post(
                "/v1/privacy/anonymizations",
                {
                    "texts": [_TEXT.format(n=number)],
                    "operators": {"DEFAULT": {"operator": "replace"}},
                },
            )

        places: dict[int, str] = {}

        async def say(number: int) -> None:
            worker = number // 1_000_000
            if worker not in places:
                opened = await post(
                    "/v1/responder/conversations", {"channel": "chat"}, f"{run}-{worker}"
                )
                places[worker] = f"/v1/responder/conversations/{opened['id']}/messages"
            text = _TEXT.format(n=number % 50)
            await post(places[worker], {"role": "customer", "text": text}, f"{run}-{number}")

        async def import_rows() -> tuple[int, float]:
            rows = ["conversation,message,role,text,at"] + [
                f'{run}-{n // 8},{n},customer,"{_TEXT.format(n=n)}",2026-11-01T10:00:00Z'
                for n in range(options.rows)
            ]
            form = aiohttp.FormData()
            form.add_field("file", "\n".join(rows), filename="rows.csv", content_type="text/csv")
            began = time.monotonic()
            async with session.post(made.address + "/v1/imports", data=form) as answer:
                accepted = await answer.json()
            while True:
                async with session.get(made.address + accepted["url"]) as answer:
                    job = await answer.json()
                if job["status"] not in ("queued", "running"):
                    assert job["status"] == "done", job
                    return options.rows, time.monotonic() - began
                await asyncio.sleep(0.2)

        for name, work in (("read", read), ("anonymize", hide), ("message", say)):
            await closed_loop(work, clients=8, seconds=2)
            await asyncio.to_thread(settle, made)
            stages = Stages(made)
            done, spent = await closed_loop(work, clients=16, seconds=options.seconds)
            await asyncio.to_thread(settle, made)
            lines.append(_line(made.replicas, name, done, spent, stages.used()))
        stages = Stages(made)
        done, spent = await import_rows()
        await asyncio.to_thread(settle, made)
        lines.append(_line(made.replicas, "imported message", done, spent, stages.used()))
    return lines


def _line(replicas: int, name: str, done: int, spent: float, used: dict[str, float]) -> str:
    each = "  ".join(
        f"{stage} {1000 * seconds / done:.2f}"
        for stage, seconds in used.items()
        if 1000 * seconds / done >= 0.01
    )
    total = 1000 * sum(used.values()) / done
    return f"{replicas} | {name} | {done / spent:.0f}/s | {total:.2f} CPU ms each | {each}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicas", type=int, nargs="*", default=[1, 2, 4])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rows", type=int, default=4000)
    parser.add_argument("--names", default="own", help="the name model, or none")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, interrupt)
    for replicas in options.replicas:
        folder = Path(tempfile.mkdtemp(prefix="customerai-scaling-"))
        (folder / "data").mkdir()
        settings = {
            "CUSTOMERAI_PRIVACY__NAMES_MODEL": options.names,
            "CUSTOMERAI_OBJECTS__URL": f"file://{folder / 'data'}",
        }
        try:
            with fleet(folder, replicas=replicas, settings=settings) as made:
                for line in asyncio.run(measure(made, options)):
                    print(line, flush=True)
                kept = made.one("select count(*) from responder_message")
                size = made.one("select pg_database_size('customerai')") - _EMPTY_BYTES
                print(f"{replicas} | {kept} messages, {size / kept:.0f} bytes each in the database")
                memory = {n: round(p.rss_mb()) for n, p in made.processes.items()}
                print(f"{replicas} | MB resident: {memory}", flush=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
