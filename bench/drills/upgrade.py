"""A rolling upgrade under load: from an earlier commit to the working tree, no request failed.

    python -m bench.drills.upgrade --since HEAD~1

The fleet starts on the earlier commit's code and schema. Under load the schema is migrated, then
every process is asked to end and started again on the new code, one by one; both versions work
side by side meanwhile. Exit status 1 when one request failed or something was lost.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench.drills.__main__ import audit_verifies, interrupt, settle, verify
from bench.drills.fleet import Fleet, fleet
from bench.drills.load import Load

ROOT = Path(__file__).resolve().parent.parent.parent


def use(made: Fleet, tree: Path) -> None:
    """From now on, start processes on the code of a tree."""
    made.settings["PYTHONPATH"] = str(tree / "src")
    for process in made.processes.values():
        process.environment["PYTHONPATH"] = str(tree / "src")


def revision(made: Fleet) -> str:
    return made.sql("select version_num from alembic_version")[0][0]


async def upgrade(made: Fleet, options: argparse.Namespace) -> int:
    load = Load(made.address, made.key(), workers=options.workers, pause_s=options.pause)
    await load.start()
    await asyncio.sleep(options.seconds)
    before = revision(made)
    use(made, ROOT)
    began = time.monotonic()
    await asyncio.to_thread(made.migrate)
    print(f"migrated {before} -> {revision(made)} in {time.monotonic() - began:.1f} s", flush=True)
    await asyncio.sleep(options.seconds)  # the earlier version on the later schema
    for name, process in made.processes.items():
        began = time.monotonic()
        status = await asyncio.to_thread(process.terminate)
        ended = time.monotonic() - began
        started = await asyncio.to_thread(process.start)
        refused = len(load.ledger.refused)
        print(
            f"{name}: ended in {ended:.1f} s with status {status}, ready after {started:.1f} s; "
            f"refused so far {refused}",
            flush=True,
        )
    await asyncio.sleep(options.seconds)
    await load.stop()
    await asyncio.to_thread(settle, made)
    ledger = load.ledger
    bad = len(ledger.refused) + len(ledger.faults) + ledger.given_up
    print(f"\nrequests {sum(ledger.answered.values())}, failed {len(ledger.refused)}")
    for kind, n in Counter(f"{r.what} {r.status} {r.kind}" for r in ledger.refused).items():
        print(f"  {kind} × {n}")
    for fault in ledger.faults[:10]:
        print(f"FAULT {fault}")
    for name, expected, seen in await asyncio.to_thread(verify, made, ledger):
        bad += expected != seen
        print(f"{'WRONG ' if expected != seen else 'ok    '} {name}: {expected}, seen {seen}")
    print("audit:", await asyncio.to_thread(audit_verifies, made))
    return int(bool(bad))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--since", default="HEAD", help="the commit that is upgraded from")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--workers", type=int, default=6)
    parser.add_argument("--pause", type=float, default=0.3)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, interrupt)
    folder = Path(tempfile.mkdtemp(prefix="customerai-upgrade-"))
    tree = folder / "earlier"
    (folder / "data").mkdir()
    subprocess.run(
        ["git", "-C", str(ROOT), "worktree", "add", "--detach", str(tree), options.since],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.chmod(folder, 0o755)
    try:
        settings = {
            "PYTHONPATH": str(tree / "src"),
            "CUSTOMERAI_OBJECTS__URL": f"file://{folder / 'data'}",
        }
        with fleet(folder, settings=settings) as made:
            return asyncio.run(upgrade(made, options))
    finally:
        subprocess.run(
            ["git", "-C", str(ROOT), "worktree", "remove", "--force", str(tree)], check=False
        )
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
