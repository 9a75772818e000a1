"""Starts a server with the demo on a free port and drives the console through it in Chromium."""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"(http://\S+/setup\?token=\S+)")
DEMO_PATIENCE_S = 900
PARKED = 30


def main() -> int:
    """Run the walk; returns its exit status."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    out = Path(os.environ.get("OUT") or tempfile.mkdtemp(prefix="customerai-screens-"))
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        log = Path(data) / "server.log"
        with log.open("w", encoding="utf-8") as lines:
            server = subprocess.Popen(
                [sys.executable, "-m", "customerai", "serve", "--data", f"{data}/var",
                 "--port", str(port), "--demo"],
                stdout=lines, stderr=subprocess.DEVNULL, cwd=ROOT,
            )  # fmt: skip
        try:
            link = _wait_for(log, server)
            _park(Path(data) / "var" / "customerai.db")
            environment = {
                **os.environ,
                "BASE_URL": f"http://127.0.0.1:{port}",
                "SETUP_URL": link,
                "OUT": str(out),
                "PARKED": str(PARKED),
            }
            walk = ["node", str(ROOT / "tests" / "browser" / "console.mjs")]
            return subprocess.run(walk, env=environment, cwd=ROOT / "web", check=False).returncode
        finally:
            server.terminate()
            server.wait(30)


def _park(database: Path) -> None:
    """Park events that were handled already, so that telling them again changes no figure."""
    with closing(sqlite3.connect(database, timeout=30)) as db, db:
        handled = db.execute(
            "SELECT tenant, id FROM inbox_event WHERE handler = 'score_messages' LIMIT ?", (PARKED,)
        ).fetchall()
        conversations = db.execute(
            "SELECT id FROM responder_conversation LIMIT ?", (PARKED,)
        ).fetchall()
        now = time.time_ns() // 1000
        rows = [
            (tenant, "score_messages", event_id, "responder.message_received.v1",
             json.dumps({"tenant": tenant, "conversation_id": conversation_id, "message_id": "",
                         "role": "customer", "channel": "chat", "at": ""}),
             4, "LookupError", now - n * 60_000_000)
            for n, ((tenant, event_id), (conversation_id,)) in enumerate(
                zip(handled, conversations, strict=True)
            )
        ]  # fmt: skip
        if len(rows) != PARKED:
            raise SystemExit(f"only {len(rows)} events of the demo can be parked")
        db.executemany("INSERT INTO dead_letter VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _wait_for(log: Path, server: subprocess.Popen[bytes]) -> str:
    """The set-up link, once the demo is loaded."""
    link = ""
    until = time.monotonic() + DEMO_PATIENCE_S
    while time.monotonic() < until and server.poll() is None:
        text = log.read_text(encoding="utf-8")
        found = LINK.search(text)
        link = found.group(1) if found else link
        if link and "suggested replies" in text:
            urllib.request.urlopen(link.split("/setup")[0] + "/readyz", timeout=30).close()
            return link
        if "not loaded" in text:
            break
        time.sleep(1)
    raise SystemExit("the server did not load the demo:\n" + log.read_text(encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(main())
