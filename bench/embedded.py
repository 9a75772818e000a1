"""The embedded mode beside itself: two trees in turn, start time, memory and demo time.

    git worktree add ../before COMMIT
    python -m bench.embedded ../before . --rounds 2

Each round starts each tree's process on an empty folder, waits until it is ready, reads its
resident memory, loads the demo through its front door, and reads the memory again.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

_PATIENCE_S = 300.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def rss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def measure(tree: Path) -> dict[str, float]:
    """One start and one demo of a tree."""
    folder = Path(tempfile.mkdtemp(prefix="customerai-embedded-"))
    environment = {**os.environ, "PYTHONPATH": str(tree / "src")}
    port = free_port()
    began = time.monotonic()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "customerai", "serve", "--data", str(folder / "data"),
             "--port", str(port)],
            env=environment, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        while not answers(f"http://127.0.0.1:{port}/livez"):
            if process.poll() is not None or time.monotonic() - began > _PATIENCE_S:
                raise RuntimeError((folder / "log").read_text()[-2000:])
            time.sleep(0.02)
        start_s = time.monotonic() - began
        time.sleep(1)
        idle_mb = rss_mb(process.pid)
        loading = time.monotonic()
        subprocess.run(
            [sys.executable, "-m", "customerai", "demo", "--url", f"http://127.0.0.1:{port}",
             "--data", str(folder / "data")],
            env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        demo_s = time.monotonic() - loading
        used_mb = rss_mb(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)
    return {"start_s": start_s, "idle_mb": idle_mb, "demo_s": demo_s, "after_demo_mb": used_mb}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trees", type=Path, nargs="+")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    seen: dict[str, list[dict[str, float]]] = {str(tree): [] for tree in options.trees}
    for _ in range(options.rounds):
        for tree in options.trees:
            found = measure(tree.resolve())
            seen[str(tree)].append(found)
            print(tree, json.dumps({k: round(v, 2) for k, v in found.items()}), flush=True)
    for tree, rounds in seen.items():
        middle = {k: round(statistics.median(r[k] for r in rounds), 2) for k in rounds[0]}
        print("median", tree, json.dumps(middle))
    return 0


if __name__ == "__main__":
    sys.exit(main())
