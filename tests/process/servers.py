"""Real processes on loopback, as an operator starts them."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

_PATIENCE_S = 60.0
_LINK = re.compile(r"/setup\?token=\S+")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A `customerai serve` that runs."""

    process: subprocess.Popen[bytes]
    folder: Path
    address: str
    out: Path
    err: Path

    def kill(self) -> None:
        """End it as the kernel would: at once."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def terminate(self) -> int:
        """Ask it to end; returns its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def setup_link(self) -> str | None:
        found = _LINK.search(self.out.read_text())
        return found.group(0) if found else None


@contextmanager
def serving(folder: Path, *arguments: str, names: str = "none") -> Iterator[Server]:
    """Start a server on a folder and wait until it is ready."""
    port = free_port()
    logs = folder.parent
    out, err = logs / f"{port}.out", logs / f"{port}.err"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "customerai", "serve", "--data", str(folder),
             "--port", str(port), *arguments],
            stdout=stdout, stderr=stderr,
            env={**os.environ, "CUSTOMERAI_PRIVACY__NAMES_MODEL": names},
        )  # fmt: skip
    server = Server(process, folder, f"http://127.0.0.1:{port}", out, err)
    try:
        _wait(server)
        yield server
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(30)


def _wait(server: Server) -> None:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        assert server.process.poll() is None, server.err.read_text()
        try:
            if httpx2.get(f"{server.address}/readyz", timeout=5).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("the server is not ready: " + server.err.read_text())


def run_cli(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the command line to its end."""
    return subprocess.run(
        [sys.executable, "-m", "customerai", *arguments],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def make_key(folder: Path, scopes: str = "all") -> str:
    """A key, made beside whatever runs."""
    done = run_cli("keys", "create", "--data", str(folder), "--name", "test", "--scopes", scopes)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def client(server: Server, key: str) -> httpx2.Client:
    return httpx2.Client(
        base_url=server.address, headers={"authorization": f"Bearer {key}"}, timeout=60
    )
