"""What the gateway's pipeline costs over the bare call, measured with wrk in one run.

    python bench/gateway.py [--seconds 5] [--nginx]

Four servers, one after the other on loopback, each one uvicorn process on one core:
  bare ASGI        a trivial upstream that answers 200 "ok"
  pipeline + ASGI  the same behind every stage (key, limits, scope, log line, metrics)
  bare service     the privacy service's own application, `GET` of a FastAPI route
  pipeline + svc   the same behind every stage
With --nginx also nginx serving a two-byte file (Debian's nginx-light), one worker.
Budget (design.md section 7): pipeline + ASGI >= 0.30 x nginx per CPU second.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

from customerai import app
from customerai.core.cache import MemoryCache
from customerai.core.crypto import KeyRing
from customerai.core.http import Caller, scope, service_app
from customerai.core.principal import INTERNAL_TOKEN_HEADER, InternalTokens, Principal
from customerai.core.settings import GatewaySettings, LogSettings, Settings
from customerai.core.telemetry import AccessLog, Metrics, configure_logging
from customerai.gateway import pages, pipeline
from customerai.gateway.routing import Route, RouteTable, routes_of

PATH = "/v1/bench/things"
WHO = Principal("main", "system:bench", frozenset({"*"}))


async def trivial(scope_: Any, receive: Any, send: Any) -> None:
    """The smallest upstream."""
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


def service(tokens: InternalTokens) -> Any:
    """A FastAPI service with one route, as every service of ours is built."""
    bench = service_app("bench", tokens)

    @bench.get(PATH, openapi_extra=scope("jobs:read"))
    async def list_things(who: Caller) -> dict[str, str]:
        return {"tenant": who.tenant}

    return bench


async def serve(kind: str, port: int, folder: Path) -> None:
    """Run one of the servers until it is killed; prints the header that a client sends."""
    settings = Settings(data=folder, gateway=GatewaySettings(rate_per_minute=10**9, burst=10**8))
    configure_logging(LogSettings())
    keys: KeyRing = app.prepare(settings)
    tokens = InternalTokens(keys.derive("bench"), ttl_s=3600)
    upstream: Any = trivial if kind.endswith("asgi") else service(tokens)
    header = f"{INTERNAL_TOKEN_HEADER}: {tokens.sign(WHO)}"
    if kind.startswith("pipeline"):
        application = app.build(settings, app.Parts())
        _, key = await application.gateway.create_key(app_operator(), "bench", ["all"])
        header = f"authorization: Bearer {key}"
        routes = (
            [Route("GET", PATH, upstream, "jobs:read")]
            if kind.endswith("asgi")
            else routes_of(upstream.openapi(), upstream)
        )
        metrics = Metrics()
        upstream = pipeline.build(
            RouteTable(routes),
            pages=pages.build({"paths": {}, "info": {"version": ""}}, checks={}, metrics=metrics,
                              refresh=_nothing, console=None),
            service=application.gateway, cache=MemoryCache(), tokens=tokens,
            settings=settings.gateway, metrics=metrics,
            access=AccessLog(settings.log),
        )  # fmt: skip
    print(header, flush=True)
    config = uvicorn.Config(upstream, host="127.0.0.1", port=port, lifespan="off",
                            log_config=None, access_log=False, server_header=False)  # fmt: skip
    await uvicorn.Server(config).serve()


def app_operator() -> Principal:
    return Principal("main", "system:bench", frozenset({"*", "privacy:reveal"}))


async def _nothing() -> None:
    return None


def wrk(port: int, header: str, connections: int, seconds: int) -> tuple[float, str, str, str]:
    """Requests a second, p50, p99 and errors."""
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-H", header,
         f"http://127.0.0.1:{port}{PATH}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    text = done.stdout

    def find(pattern: str) -> str:
        found = re.search(pattern, text)
        return found.group(1) if found else "–"

    errors = find(r"(Non-2xx[^\n]*|Socket errors[^\n]*)")
    return (
        float(find(r"Requests/sec:\s+([\d.]+)")),
        find(r"\n\s+50%\s+([\d.]+\w+)"),
        find(r"\n\s+99%\s+([\d.]+\w+)"),
        errors,
    )


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(name: str, pid: int, port: int, header: str, seconds: int) -> float:
    """Print a line for 1 and for 32 clients; returns requests a CPU second with 32."""
    wrk(port, header, 8, 1)  # warm
    per_cpu = 0.0
    for connections in (1, 32):
        before = cpu_s(pid)
        rate, p50, p99, errors = wrk(port, header, connections, seconds)
        spent = cpu_s(pid) - before
        per_cpu = rate * seconds / spent if spent else 0.0
        print(f"{name:16} {connections:3} clients {rate:9.0f} req/s  p50 {p50:>8}  p99 {p99:>8}"
              f"  {per_cpu:9.0f} req/CPU-s  {errors}")  # fmt: skip
    return per_cpu


def run_server(kind: str, port: int, folder: Path, seconds: int) -> float:
    with subprocess.Popen(
        [sys.executable, __file__, "--serve", kind, "--port", str(port), "--folder", str(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            header = process.stdout.readline().strip()
            time.sleep(1)
            return measure(kind, process.pid, port, header, seconds)
        finally:
            process.kill()


def run_nginx(port: int, folder: Path, seconds: int) -> float:
    root = folder / "www" / PATH.lstrip("/")
    root.parent.mkdir(parents=True, exist_ok=True)
    root.write_text("ok")
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log stderr crit;\n"
        "events { worker_connections 1024; }\n"
        f"http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;"
        f" fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;"
        f" server {{ listen 127.0.0.1:{port}; root {folder}/www; keepalive_requests 10000000; }} }}"
    )
    folder.chmod(0o755)
    with subprocess.Popen(["nginx", "-c", str(config)], stderr=subprocess.DEVNULL) as process:
        try:
            time.sleep(1)
            return measure("nginx file", process.pid, port, "x: y", seconds)
        finally:
            process.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--nginx", action="store_true")
    parser.add_argument("--serve")
    parser.add_argument("--port", type=int, default=18080)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.serve:
        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
        asyncio.run(serve(options.serve, options.port, options.folder))
        return
    if shutil.which("wrk") is None:
        sys.exit("install wrk first (Debian: apt-get install wrk)")
    rates = {}
    with tempfile.TemporaryDirectory() as temporary:
        for number, kind in enumerate(
            ("bare asgi", "pipeline asgi", "bare service", "pipeline service")
        ):
            folder = Path(temporary) / str(number)
            rates[kind] = run_server(kind, options.port + number, folder, options.seconds)
        if options.nginx:
            folder = Path(temporary) / "nginx"
            folder.mkdir()
            rates["nginx"] = run_nginx(options.port + 9, folder, options.seconds)
    print(f"pipeline / bare, trivial upstream: {rates['pipeline asgi'] / rates['bare asgi']:.2f} x")
    print(f"pipeline / bare, FastAPI service:  "
          f"{rates['pipeline service'] / rates['bare service']:.2f} x")  # fmt: skip
    cost_us = 1e6 / rates["pipeline asgi"] - 1e6 / rates["bare asgi"]
    print(f"cost of the pipeline: {cost_us:.0f} µs of CPU a request")
    if options.nginx:
        print(f"pipeline / nginx, per CPU second: {rates['pipeline asgi'] / rates['nginx']:.2f} x "
              f"(budget 0.30)")  # fmt: skip


if __name__ == "__main__":
    main()
