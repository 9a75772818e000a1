"""Runs the drills: mixed load on a whole fleet, one fault after the other, and a table at the end.

    python -m bench.drills                         10 minutes of load, then every fault
    python -m bench.drills --minutes 1 --only kill insights-1

Needs root (network namespaces, small file systems) and Debian's packages postgresql-15,
redis-server, rabbitmq-server, nginx-light, socat, faketime, iproute2. Exit status 1 when
something that was accepted was not seen exactly once, or an answer was no problem document.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench.drills.fleet import Fleet, Meter, fleet
from bench.drills.load import Ledger, Load

_AFTER_S = 12.0
_SETTLE_S = 120.0
_DRAIN_S = 30.0
_ISOLATED = "privacy-2"
_SKEWED = "responder-2"
_SMALL_DISK_MB = 24


@dataclass
class Fault:
    """Something that goes wrong, and how it is put right."""

    name: str
    strike: Callable[[], Awaitable[None]]
    mend: Callable[[], Awaitable[None]]
    lasts_s: float = 8.0


@dataclass
class Outcome:
    """What a fault did."""

    name: str
    requests: int
    refused: int
    kinds: Counter[str] = field(default_factory=Counter)
    unclean: int = 0
    last_refusal_s: float | None = None
    after_mending_s: float | None = None
    slowest_s: float = 0.0
    drained_s: float | None = None


async def nothing() -> None:
    """What is there to do where a fault was there all along."""


def faults_of(made: Fleet) -> list[Fault]:
    """Every drill, in order."""
    found = [killed(made, name) for name in made.processes]
    engines = ("postgres", "redis", "rabbitmq")
    found += [engine_ended(made, name, f"{name} stopped 10 s", None, 10) for name in engines]
    found += [engine_ended(made, name, f"{name} kill -9", signal.SIGKILL, 3) for name in engines]
    if _ISOLATED in made.isolated:
        found.append(
            Fault(
                f"network of {_ISOLATED} cut 20 s (namespace)",
                in_thread(made.cut),
                in_thread(made.mend),
                lasts_s=20,
            )
        )
    disk = made.folder / "data" / "small"
    found.append(
        Fault(
            "disk of integrations full 15 s",
            in_thread(fill_disk, disk),
            in_thread((disk / "filler").unlink),
            lasts_s=15,
        )
    )
    limit = made.engines.rabbitmqctl
    found.append(
        Fault(
            "rabbitmq disk alarm 15 s",
            in_thread(limit, "set_disk_free_limit", "100000000000000"),
            in_thread(limit, "set_disk_free_limit", "50000000"),
            lasts_s=15,
        )
    )
    found += [paused(made, "insights-1", 30), paused(made, "fairness-2", 10)]
    if _SKEWED in made.skewed:
        name = f"clock of {_SKEWED} {made.skewed[_SKEWED]} (all along)"
        found.append(Fault(name, nothing, nothing))
    found.append(
        Fault(
            "every process restarted in turn (SIGTERM)",
            in_thread(restart_all, made),
            nothing,
            lasts_s=0,
        )
    )
    return found


def in_thread(work: Callable[..., object], *arguments: object) -> Callable[[], Awaitable[None]]:
    """Work that waits, as something to be awaited."""

    async def run() -> None:
        await asyncio.to_thread(work, *arguments)

    return run


def killed(made: Fleet, name: str) -> Fault:
    process = made.processes[name]
    return Fault(f"kill -9 {name}", in_thread(process.kill), in_thread(process.start), lasts_s=5)


def paused(made: Fleet, name: str, seconds: float) -> Fault:
    process = made.processes[name]
    return Fault(
        f"consumer {name} paused {seconds:.0f} s",
        in_thread(process.signal, signal.SIGSTOP),
        in_thread(process.signal, signal.SIGCONT),
        lasts_s=seconds,
    )


def engine_ended(
    made: Fleet, name: str, title: str, number: signal.Signals | None, seconds: float
) -> Fault:
    return Fault(
        title,
        in_thread(stop_engine, made, name, number),
        in_thread(made.engines.start, name),
        lasts_s=seconds,
    )


def restart_all(made: Fleet) -> None:
    for process in made.processes.values():
        process.terminate()
        process.start()


def stop_engine(made: Fleet, name: str, number: signal.Signals | None = None) -> None:
    """End one engine; in an orderly way unless told otherwise."""
    pid = made.engines.running(name)
    assert pid is not None
    orderly = {"postgres": signal.SIGINT, "redis": signal.SIGTERM, "rabbitmq": signal.SIGTERM}
    processes = made.engines.tree(name)
    for one in processes if number is signal.SIGKILL else [pid]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, number or orderly[name])
    made.engines.wait_gone(name, processes)


def fill_disk(folder: Path) -> None:
    """Write until there is no room left."""
    try:
        with (folder / "filler").open("wb") as out:
            while True:
                out.write(b"x" * 65536)
                out.flush()
    except OSError:
        pass


async def run_fault(made: Fleet, load: Load, fault: Fault) -> Outcome:
    """Strike, wait, mend, wait; say what clients saw."""
    ledger = load.ledger
    began = ledger.now()
    await fault.strike()
    await asyncio.sleep(fault.lasts_s)
    mended = ledger.now()
    await fault.mend()
    await asyncio.sleep(_AFTER_S)
    end = ledger.now()
    drained = await drain(made)
    refused = ledger.between(began, end)
    times = [seconds for at, _, seconds in ledger.seconds if began <= at < end]
    outcome = Outcome(
        name=fault.name,
        requests=len(times),
        refused=len(refused),
        kinds=Counter(f"{item.status} {item.kind.rsplit('/', 1)[-1]}" for item in refused),
        unclean=sum(not item.kind.startswith("/problems/") for item in refused),
        slowest_s=max(times, default=0.0),
        drained_s=drained,
    )
    if refused:
        outcome.last_refusal_s = refused[-1].at - began
        outcome.after_mending_s = max(0.0, refused[-1].at - mended)
    return outcome


_LAG = (
    "select count(*) from outbox_event union all "
    "select (select count(*) from responder_message) - (select count(*) from insights_message)"
)


async def drain(made: Fleet, *, below: int = 40) -> float | None:
    """Seconds until few events and messages wait, while the load goes on; None: not in time."""
    began = time.monotonic()
    while time.monotonic() - began < _DRAIN_S:
        with contextlib.suppress(subprocess.CalledProcessError, ValueError):
            waiting = [int(row[0]) for row in await asyncio.to_thread(made.sql, _LAG)]
            if max(waiting) <= below:
                return time.monotonic() - began
        await asyncio.sleep(0.5)
    return None


def settle(made: Fleet) -> None:
    """Wait until nothing is on its way any more."""
    until = time.monotonic() + _SETTLE_S
    quiet = 0
    while quiet < 3 and time.monotonic() < until:
        waiting = (
            made.one("select count(*) from outbox_event")
            + made.one("select count(*) from audit_intake")
            + made.queued()
        )
        quiet = quiet + 1 if waiting == 0 else 0
        time.sleep(0.5)


def verify(made: Fleet, ledger: Ledger) -> list[tuple[str, int, int]]:
    """What was accepted against what is there: name, expected, seen."""
    messages = len(ledger.messages) + ledger.imported
    customer = len(ledger.customer_messages) + ledger.imported
    return [
        ("messages stored", messages, made.one("select count(*) from responder_message")),
        (
            "messages stored under distinct ids",
            messages,
            made.one("select count(distinct (conversation_id, id)) from responder_message"),
        ),
        ("customer messages scored", customer, made.one("select count(*) from insights_message")),
        (
            "customer messages in the counts by the hour",
            customer,
            made.one("select sum(n) from insights_rollup where measure = 'customer_messages'"),
        ),
        (
            "customer messages in the states of conversations",
            customer,
            made.one("select sum(messages) from insights_conversation"),
        ),
        ("replies kept", len(ledger.replies), made.one("select count(*) from responder_reply")),
        (
            "decisions kept",
            len(ledger.decisions) + len(ledger.replies),
            made.one("select count(*) from fairness_decision"),
        ),
        (
            "decisions in the count tensor",
            len(ledger.decisions) + len(ledger.replies),
            made.one("select sum(n) from fairness_cell"),
        ),
        (
            "gaps in the numbering of messages",
            0,
            made.one(
                "select count(*) from (select max(seq) + 1 - count(*) as gap from "
                "responder_message group by tenant, conversation_id) as g where gap <> 0"
            ),
        ),
        ("dead letters", 0, made.one("select count(*) from dead_letter")),
    ]


def audit_verifies(made: Fleet) -> str:
    """Export the audit log and check it, as an outsider would."""
    file = made.folder / "audit.jsonl"
    made.command("audit", "export", str(file))
    return made.command("audit", "verify", str(file)).strip()


def table(outcomes: list[Outcome]) -> str:
    lines = [
        "| fault | requests | refused | answers | not clean | last refusal after s (after mending) "
        "| slowest s | events drained s |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for item in outcomes:
        kinds = ", ".join(f"{kind} × {n}" for kind, n in item.kinds.most_common(4)) or "–"
        last = "–"
        if item.last_refusal_s is not None:
            last = f"{item.last_refusal_s:.1f} ({item.after_mending_s:.1f})"
        drained = "not in time" if item.drained_s is None else f"{item.drained_s:.1f}"
        lines.append(
            f"| {item.name} | {item.requests} | {item.refused} | {kinds} | {item.unclean} | {last} "
            f"| {item.slowest_s:.1f} | {drained} |"
        )
    return "\n".join(lines)


def latencies(ledger: Ledger, end: float) -> str:
    """Percentiles by kind of request, before the first fault."""
    lines = []
    for what in sorted({what for _, what, _ in ledger.seconds}):
        times = sorted(s for at, kind, s in ledger.seconds if kind == what and at < end)
        if times:
            half, most = times[len(times) // 2], times[int(len(times) * 0.99)]
            lines.append(f"{what} n={len(times)} p50={half * 1000:.0f} p99={most * 1000:.0f} ms")
    return "\n".join(lines)


async def drill(made: Fleet, options: argparse.Namespace) -> int:
    key = made.key()
    load = Load(made.address, key, workers=options.workers, pause_s=options.pause)
    meter = Meter(made)
    await load.start()
    print(f"load for {options.minutes:g} min", flush=True)
    await asyncio.sleep(options.minutes * 60)
    steady = load.ledger.now()
    calm = load.ledger.between(0, steady)
    done = sum(load.ledger.answered.values())
    print(
        f"{done} answered in {steady:.0f} s, {len(calm)} refused\n{latencies(load.ledger, steady)}"
    )
    print("cpu s:", {name: round(s, 1) for name, s in meter.used().items()}, flush=True)
    outcomes = []
    for fault in faults_of(made):
        if options.only and not any(word in fault.name for word in options.only):
            continue
        outcome = await run_fault(made, load, fault)
        outcomes.append(outcome)
        print(table([outcome]).splitlines()[-1], flush=True)
    await load.stop()
    ledger = load.ledger
    await asyncio.to_thread(settle, made)
    print()
    print(table(outcomes))
    print(
        f"\nanswered {dict(ledger.answered)}\nimports {ledger.imports}, given up {ledger.given_up}"
    )
    bad = 0
    for name, expected, seen in await asyncio.to_thread(verify, made, ledger):
        wrong = expected != seen
        bad += wrong
        print(f"{'WRONG ' if wrong else 'ok    '} {name}: accepted {expected}, seen {seen}")
    print("audit:", await asyncio.to_thread(audit_verifies, made))
    unclean = Counter(f"{r.what} {r.status} {r.kind}" for r in ledger.unclean())
    print("answers that were no problem documents:", dict(unclean))
    for fault_seen, n in Counter(ledger.faults).most_common(20):
        print(f"FAULT × {n}: {fault_seen}")
    return int(bool(bad or unclean or ledger.faults or ledger.given_up))


def _wanted(options: argparse.Namespace, fault: str) -> bool:
    return not options.only or any(word in fault or fault in word for word in options.only)


def interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--replicas", type=int, default=2)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--pause", type=float, default=0.3)
    parser.add_argument("--only", nargs="*", help="words in the names of faults")
    parser.add_argument("--keep", action="store_true", help="leave the folder with the logs")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, interrupt)  # so that nothing is left running
    folder = Path(tempfile.mkdtemp(prefix="customerai-drills-"))
    small = folder / "data" / "small"
    small.mkdir(parents=True)
    disk = _wanted(options, "disk of integrations")
    if disk:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={_SMALL_DISK_MB}m", "tmpfs", str(small)],
            check=True,
        )
    apart = options.replicas > 1 and _wanted(options, "network")
    skewed = options.replicas > 1 and _wanted(options, "clock")
    try:
        with fleet(
            folder,
            replicas=options.replicas,
            isolated=frozenset({_ISOLATED}) if apart else frozenset(),
            skewed={_SKEWED: "+120s"} if skewed else {},
            settings={"CUSTOMERAI_OBJECTS__URL": f"file://{small}"},
        ) as made:
            print(json.dumps({n: round(p.rss_mb()) for n, p in made.processes.items()}), flush=True)
            return asyncio.run(drill(made, options))
    finally:
        if disk:
            subprocess.run(["umount", str(small)], check=False)
        if options.keep:
            print(f"logs in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
