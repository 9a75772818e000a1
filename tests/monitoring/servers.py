"""Prometheus, Alertmanager and receivers on loopback, as Debian's packages bring them."""

from __future__ import annotations

import json
import random
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2


def free_port() -> int:
    """A port below the range that the kernel gives to outgoing connections."""
    while True:
        port = random.randint(22_000, 31_999)
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue


def wait_for(what: Callable[[], bool], *, timeout_s: float = 60.0, every_s: float = 0.1) -> float:
    """Seconds until something holds."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < timeout_s, f"waited {timeout_s} s in vain"
        time.sleep(every_s)
    return time.monotonic() - began


def answers(url: str) -> bool:
    """Whether an address answers 200."""
    try:
        return httpx2.get(url, timeout=2).status_code == 200
    except httpx2.TransportError:
        return False


@contextmanager
def process(arguments: Sequence[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process for as long as the block lasts."""
    with log.open("wb") as out:
        running = subprocess.Popen(arguments, stdout=out, stderr=out)
    try:
        yield running
    finally:
        if running.poll() is None:
            running.terminate()
            try:
                running.wait(15)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait(15)


@contextmanager
def prometheus(config: Path, folder: Path) -> Iterator[str]:
    """A Prometheus; gives its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with process(
        [
            "prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{port}", "--web.enable-lifecycle",
        ],
        folder / "prometheus.log",
    ):  # fmt: skip
        wait_for(lambda: answers(f"{address}/-/ready"))
        yield address


@contextmanager
def alertmanager(config: Path, folder: Path) -> Iterator[str]:
    """An Alertmanager; gives its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with process(
        [
            "prometheus-alertmanager", f"--config.file={config}",
            f"--storage.path={folder / 'alertmanager'}",
            f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=",
        ],
        folder / "alertmanager.log",
    ):  # fmt: skip
        wait_for(lambda: answers(f"{address}/-/ready"))
        yield address


@dataclass
class Received:
    """What a receiver was sent: path, credential and body, in order."""

    address: str
    posts: list[tuple[str, str, bytes]] = field(default_factory=list)

    def alerts(self, path: str) -> list[tuple[str, dict[str, Any]]]:
        """Status and content of each alert that came by a path."""
        return [
            (alert["status"], alert)
            for posted, _, body in list(self.posts)
            if posted == path
            for alert in json.loads(body)["alerts"]
        ]

    def names(self, path: str, status: str = "firing") -> set[str]:
        """Names of the alerts that came by a path."""
        return {
            alert["labels"]["alertname"] for state, alert in self.alerts(path) if state == status
        }


@contextmanager
def receiver(answer: bytes = b"{}") -> Iterator[Received]:
    """A server that takes every POST."""
    port = free_port()
    received = Received(f"http://127.0.0.1:{port}")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            received.posts.append((self.path, self.headers.get("authorization", ""), body))
            self.do_GET()

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield received
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
