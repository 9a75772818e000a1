"""A whole installation on one machine: the engines, every service twice, nginx in front.

Everything listens on loopback, and on the near ends of the virtual links of replicas that live
in a network namespace of their own (an address of this machine alone).
"""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scripts.services import Services, free_ports, started_at

SERVICES = ("gateway", "privacy", "responder", "insights", "fairness", "integrations")
_READY_S = 60.0
_NEAR, _FAR = "10.77.0.1", "10.77.0.2"
_SPACE = "caidrill"


class Engines(Services):
    """The engines, which can also be ended one by one and in unkind ways."""

    def tree(self, name: str) -> list[int]:
        """The processes of an engine, the first one first."""
        pid = self.running(name)
        found = [] if pid is None else [pid]
        for parent in found:
            for tasks in Path(f"/proc/{parent}/task").glob("*/children"):
                with contextlib.suppress(OSError):
                    found.extend(int(child) for child in tasks.read_text().split())
        return found

    def wait_gone(self, name: str, processes: Sequence[int]) -> None:
        """Wait until all of them have ended."""
        began = {pid: started_at(pid) for pid in processes}
        until = time.monotonic() + 60
        while any(at and started_at(pid) == at for pid, at in began.items()):
            for pid in processes:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
            if time.monotonic() > until:
                raise RuntimeError(f"{name} does not end")
            time.sleep(0.05)
        self._pids().pop(name, None)
        self._save()


@dataclass
class Process:
    """One process of the product.

    Attributes:
        wrapper: what it is started by, such as a network namespace or another clock.
    """

    name: str
    service: str
    port: int
    environment: dict[str, str]
    log: Path
    host: str = "127.0.0.1"
    wrapper: Sequence[str] = ()
    python: str = sys.executable
    cwd: Path | None = None
    running: subprocess.Popen[bytes] | None = None
    starts: int = 0

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}"

    def start(self, *, wait: bool = True) -> float:
        """Start it; returns the seconds until it was ready."""
        began = time.monotonic()
        self.starts += 1
        with self.log.open("ab") as out:
            self.running = subprocess.Popen(
                [*self.wrapper, self.python, "-m", "customerai", "serve", "--services",
                 self.service, "--host", self.host, "--port", str(self.port)],
                stdout=out, stderr=out, env=self.environment, start_new_session=True,
                cwd=self.cwd,
            )  # fmt: skip
        if wait:
            self.wait_ready()
        return time.monotonic() - began

    def wait_ready(self) -> None:
        until = time.monotonic() + _READY_S
        while not self.ready():
            assert self.running is not None
            if self.running.poll() is not None or time.monotonic() > until:
                tail = self.log.read_text(errors="replace")[-3000:]
                raise RuntimeError(f"{self.name} is not ready\n{tail}")
            time.sleep(0.1)

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(self.address + "/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def metric(self, line: str) -> float:
        """The value of one metric, written as it is shown, labels and all."""
        with urllib.request.urlopen(self.address + "/metrics", timeout=5) as answer:
            for found in answer.read().decode().splitlines():
                if found.startswith(line + " "):
                    return float(found.rsplit(" ", 1)[1])
        return 0.0

    def pids(self) -> list[int]:
        """The process and what it was wrapped in."""
        if self.running is None:
            return []
        found = [self.running.pid]
        for parent in found:
            with contextlib.suppress(OSError):
                children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
                found.extend(int(child) for child in children)
        return found

    def signal(self, number: signal.Signals) -> None:
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self) -> None:
        """End it as the kernel would: at once."""
        self.signal(signal.SIGKILL)
        if self.running is not None:
            self.running.wait(30)

    def terminate(self) -> int:
        """Ask it to end; returns its exit status."""
        assert self.running is not None
        self.signal(signal.SIGTERM)
        return self.running.wait(60)

    def cpu_s(self) -> float:
        """Processor seconds that it has used."""
        ticks = 0
        for pid in self.pids():
            with contextlib.suppress(OSError, IndexError):
                fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def rss_mb(self) -> float:
        """Resident memory."""
        total = 0
        for pid in self.pids():
            with contextlib.suppress(OSError):
                for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                    if line.startswith("VmRSS:"):
                        total += int(line.split()[1])
        return total / 1024


@dataclass
class Fleet:
    """An installation.

    Args:
        replicas: processes of each service.
        settings: further environment of every process.
        isolated: names of processes that live in a network namespace of their own.
        skewed: names of processes to how far their clock is off, such as `+200s`.
    """

    folder: Path
    replicas: int = 2
    settings: dict[str, str] = field(default_factory=dict)
    isolated: frozenset[str] = frozenset()
    skewed: dict[str, str] = field(default_factory=dict)
    python: str = sys.executable
    cwd: Path | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        os.chmod(self.folder, 0o755)
        first = free_ports(8)
        ports = {"postgres": first, "redis": first + 1, "rabbitmq": first + 2}
        self.engines = Engines(self.folder / "engines", ports)
        self.nginx: subprocess.Popen[bytes] | None = None
        self.front = first + 6
        self.processes: dict[str, Process] = {}
        self._forwarders: list[subprocess.Popen[bytes]] = []
        self.master_key = base64.b64encode(secrets.token_bytes(32)).decode()

    # -- start and stop

    def start(self) -> None:
        """Start everything and wait until it is ready."""
        self.engines.start()
        self.migrate()
        if self.isolated:
            self._make_space()
        ports = free_ports(len(SERVICES) * self.replicas)
        for service in SERVICES:
            for number in range(1, self.replicas + 1):
                name = f"{service}-{number}"
                self.processes[name] = self._process(name, service, ports)
                ports += 1
        addresses = {
            service: ",".join(p.address for p in self.processes.values() if p.service == service)
            for service in SERVICES
        }
        for process in self.processes.values():
            for service in SERVICES[1:]:
                process.environment[f"CUSTOMERAI_SERVICES__{service.upper()}"] = addresses[service]
        for process in self.processes.values():
            process.start(wait=False)
        for process in self.processes.values():
            process.wait_ready()
        self._start_nginx()

    def stop(self) -> None:
        """End everything that was started."""
        if self.nginx is not None:
            self.nginx.terminate()
            self.nginx.wait(10)
        for process in self.processes.values():
            process.signal(signal.SIGCONT)
            process.kill()
        for forwarder in self._forwarders:
            forwarder.kill()
            forwarder.wait(10)
        if self.isolated:
            subprocess.run(["ip", "netns", "del", _SPACE], check=False)
            subprocess.run(
                ["ip", "link", "del", "caidrill0"], check=False, stderr=subprocess.DEVNULL
            )
        self.engines.stop()
        home = self.engines.state.get("postgres_home")
        if home and str(home).startswith("/tmp/"):
            shutil.rmtree(str(home), ignore_errors=True)

    def environment(self, *, engines_at: str = "127.0.0.1") -> dict[str, str]:
        """What every process is told."""
        told = {
            name: value.replace("@127.0.0.1:", f"@{engines_at}:")
            for name, value in self.engines.environment().items()
            if name.startswith("CUSTOMERAI_") and "TEST" not in name
        }
        return {
            **{k: v for k, v in os.environ.items() if not k.startswith("CUSTOMERAI_")},
            **told,
            "CUSTOMERAI_DATA": str(self.folder / "data"),
            "CUSTOMERAI_KEYS__MASTER_KEY": self.master_key,
            "CUSTOMERAI_GATEWAY__TRUSTED_PROXIES": "127.0.0.1/32",
            "CUSTOMERAI_GATEWAY__RATE_PER_MINUTE": "1000000",
            "CUSTOMERAI_GATEWAY__BURST": "100000",
            "CUSTOMERAI_SERVICES__DRAIN_S": "4",
            "CUSTOMERAI_PRIVACY__NAMES_MODEL": "none",
            **self.settings,
        }

    def command(self, *arguments: str) -> str:
        """Run the command line on this installation."""
        done = subprocess.run(
            [self.python, "-m", "customerai", *arguments],
            env=self.environment(), capture_output=True, text=True, check=False, cwd=self.cwd,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"customerai {' '.join(arguments)}: {done.stderr[-2000:]}")
        return done.stdout

    def migrate(self) -> None:
        self.command("migrate")

    def key(self) -> str:
        """An API key with every scope."""
        lines = self.command("keys", "create", "--name", "drill", "--scopes", "all,privacy:reveal")
        return lines.strip().splitlines()[-1]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.front}"

    def sql(self, statement: str) -> list[tuple[str, ...]]:
        """Ask PostgreSQL as its superuser, whom row-level security does not hold."""
        port, word = self.engines.ports["postgres"], self.engines.password()
        done = subprocess.run(
            ["psql", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-d", "customerai",
             "-v", "ON_ERROR_STOP=1", "-At", "-F", "\t", "-c", statement],
            env={**os.environ, "PGPASSWORD": word}, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return [tuple(line.split("\t")) for line in done.stdout.splitlines() if line]

    def one(self, statement: str) -> int:
        return int(self.sql(statement)[0][0] or 0)

    def queued(self) -> int:
        """Messages in the broker, also those that a consumer holds."""
        lines = self.engines.rabbitmqctl("list_queues", "messages").split()
        return sum(int(line) for line in lines if line.isdigit())

    # -- parts

    def _process(self, name: str, service: str, port: int) -> Process:
        wrapper: list[str] = []
        apart = name in self.isolated
        if apart:
            wrapper = ["ip", "netns", "exec", _SPACE]
        if name in self.skewed:
            wrapper = [*wrapper, "faketime", "-f", self.skewed[name]]
        return Process(
            name=name,
            service=service,
            port=port,
            environment=self.environment(engines_at=_NEAR if apart else "127.0.0.1"),
            log=self.folder / f"{name}.log",
            host=_FAR if apart else "127.0.0.1",
            wrapper=wrapper,
            python=self.python,
            cwd=self.cwd,
        )

    def _start_nginx(self) -> None:
        gateways = "\n".join(
            f"    server {p.host}:{p.port} max_fails=2 fail_timeout=2s;"
            for p in self.processes.values()
            if p.service == "gateway"
        )
        home = self.folder / "nginx"
        home.mkdir(exist_ok=True)
        configuration = home / "nginx.conf"
        configuration.write_text(_NGINX.format(home=home, port=self.front, gateways=gateways))
        self.nginx = subprocess.Popen(
            ["nginx", "-c", str(configuration), "-e", str(home / "error.log"), "-g", "daemon off;"],
            start_new_session=True,
        )

    def _make_space(self) -> None:
        """A namespace with one virtual link to here, and the engines at its near end."""
        subprocess.run(["ip", "netns", "del", _SPACE], check=False, stderr=subprocess.DEVNULL)
        for command in (
            f"ip netns add {_SPACE}",
            f"ip link add caidrill0 type veth peer name caidrill1 netns {_SPACE}",
            f"ip addr add {_NEAR}/24 dev caidrill0",
            "ip link set caidrill0 up",
            f"ip netns exec {_SPACE} ip addr add {_FAR}/24 dev caidrill1",
            f"ip netns exec {_SPACE} ip link set caidrill1 up",
            f"ip netns exec {_SPACE} ip link set lo up",
        ):
            subprocess.run(command.split(), check=True)
        for port in self.engines.ports.values():
            self._forwarders.append(
                subprocess.Popen(
                    [
                        "socat",
                        f"TCP-LISTEN:{port},bind={_NEAR},fork,reuseaddr",
                        f"TCP:127.0.0.1:{port}",
                    ],
                    stderr=subprocess.DEVNULL,
                )
            )

    def cut(self) -> None:
        """Cut the link of the namespace: whatever leaves it is lost, nobody is told."""
        self._route("add")

    def mend(self) -> None:
        self._route("del")

    def _route(self, change: str) -> None:
        # Taking the link down would send its traffic by this machine's default route instead.
        command = f"ip netns exec {_SPACE} ip route {change} blackhole {_NEAR}/32"
        subprocess.run(command.split(), check=True)


_NGINX = """
worker_processes 1;
pid {home}/pid;
error_log {home}/error.log;
events {{ worker_connections 2048; }}
http {{
  access_log off;
  client_body_temp_path {home}/body; proxy_temp_path {home}/proxy;
  fastcgi_temp_path {home}/f; uwsgi_temp_path {home}/u; scgi_temp_path {home}/s;
  client_max_body_size 100m;
  upstream gateways {{
{gateways}
    keepalive 32;
    keepalive_timeout 2s;
  }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://gateways;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header Host $host;
      proxy_connect_timeout 1s;
      proxy_read_timeout 75s;
      proxy_request_buffering off;
      # A request that a gateway may have taken is not sent to another by itself.
      proxy_next_upstream error timeout;
      error_page 502 504 = @away;
    }}
    location @away {{
      default_type application/problem+json;
      return 503 '{{"type": "/problems/gateway-unavailable", "title": "Gateway unavailable",
 "status": 503, "detail": "No gateway answered. Try again.", "instance": "$request_id"}}';
    }}
  }}
}}
"""


@contextlib.contextmanager
def fleet(folder: Path, **options: object) -> Iterator[Fleet]:
    """A fleet that runs for as long as the block lasts."""
    made = Fleet(folder, **options)  # type: ignore[arg-type]  # fields by name
    try:
        made.start()
        yield made
    finally:
        made.stop()


class Meter:
    """Counts the processor time of each process from its making on."""

    def __init__(self, made: Fleet) -> None:
        self._fleet = made
        self.began = {name: process.cpu_s() for name, process in made.processes.items()}

    def used(self) -> dict[str, float]:
        """Processor seconds of each process since the beginning."""
        return {
            name: process.cpu_s() - self.began.get(name, 0.0)
            for name, process in self._fleet.processes.items()
        }
