#!/usr/bin/env python3
"""PostgreSQL, Redis and RabbitMQ on loopback, in one folder, for development and tests.

    services.py            start all three, print how to reach them, end them on Ctrl-C
    services.py start      start them and return; the lines printed can be given to `eval`
    services.py env        print those lines again
    services.py status     say which of them run
    services.py stop       end exactly what `start` began; the data stays in the folder
    services.py test -- COMMAND   start fresh ones on free ports, run a command with the
                           environment of the test suite, end them and remove their data

Needs only Python and, on Debian, the packages postgresql-15 (or another version),
redis-server and rabbitmq-server: as root they are installed when they are missing. Nothing
listens on another address than 127.0.0.1. Ports: SERVICES_POSTGRES_PORT (21432),
SERVICES_REDIS_PORT (21379), SERVICES_RABBITMQ_PORT (21672; the two after it are used too).
The passwords in the lines are drawn at the first start and kept in the folder (0600).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pwd
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PORTS = {"postgres": 21432, "redis": 21379, "rabbitmq": 21672}
RABBIT_BIN = Path("/usr/lib/rabbitmq/bin")
PATIENCE_S = 60.0


class Trouble(Exception):
    """Something that the person at the keyboard has to put right."""


def postgres_bin() -> Path | None:
    """The newest PostgreSQL of Debian, or the one on the path."""
    versions = sorted(
        (path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()),
        key=lambda path: float(path.parent.name),
    )
    found = shutil.which("initdb")
    return versions[-1] if versions else Path(found).parent if found else None


def install() -> None:
    """Install what is missing, where that is allowed."""
    missing = [
        package
        for package, there in (
            ("postgresql-15", postgres_bin() is not None),
            ("redis-server", shutil.which("redis-server") is not None),
            ("rabbitmq-server", (RABBIT_BIN / "rabbitmq-server").exists()),
        )
        if not there
    ]
    if not missing:
        return
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise Trouble(f"missing: {', '.join(missing)}; as root: {' '.join(command)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(f"installing {', '.join(missing)}", file=sys.stderr)
    # Debian starts services when it installs them; ours are started here, by hand.
    policy = Path("/usr/sbin/policy-rc.d")
    ours = not policy.exists()
    if ours:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    try:
        subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=True, stdout=sys.stderr)
        subprocess.run(command, env=quiet, check=True, stdout=sys.stderr)
    finally:
        if ours:
            policy.unlink()


def free(port: int) -> bool:
    """Whether nothing listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> int:
    """The first of so many free ports in a row, below the range for outgoing connections."""
    for _ in range(200):
        first = 20_000 + secrets.randbelow(12_000)
        if all(free(first + n) for n in range(count)):
            return first
    raise Trouble("no free ports below 32768")


def wait_for(what: str, ready: Callable[[], bool], log: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if ready():
            return
        time.sleep(0.05)
    tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
    raise Trouble(f"{what} is not ready after {PATIENCE_S:.0f} s\n{tail}")


def answers(port: int, send: bytes, expect: bytes) -> bool:
    """Whether a server says what it should."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as link:
            link.sendall(send)
            return link.recv(64).startswith(expect)
    except OSError:
        return False


def started_at(pid: int) -> str | None:
    """When a process began, by the kernel's count: tells it from a later one of that number."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except (OSError, IndexError):
        return None


class Services:
    """The three servers of one folder.

    Args:
        durable: whether PostgreSQL waits for the disk; the tests have no use for that.
    """

    def __init__(self, folder: Path, ports: dict[str, int], *, durable: bool = True) -> None:
        self.folder = folder
        self.ports = ports
        self.durable = durable
        self.state_file = folder / "state.json"
        self.state: dict[str, object] = {}
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        if self.state_file.exists():
            self.state = json.loads(self.state_file.read_text())

    # -- what is kept

    def _save(self) -> None:
        self.state_file.touch(mode=0o600)
        self.state_file.write_text(json.dumps(self.state, indent=1))

    def _pids(self) -> dict[str, list[str]]:
        return self.state.setdefault("pids", {})  # type: ignore[return-value]  # our own JSON

    def _keep_pid(self, name: str, pid: int) -> None:
        self._pids()[name] = [str(pid), started_at(pid) or ""]
        self._save()

    def running(self, name: str) -> int | None:
        """The process id of a server that still runs."""
        kept = self._pids().get(name)
        if kept is None or started_at(int(kept[0])) != kept[1]:
            return None
        return int(kept[0])

    def password(self) -> str:
        """The password of all three."""
        if "password" not in self.state:
            self.state["password"] = secrets.token_hex(12)
            self._save()
        return str(self.state["password"])

    # -- all

    def start(self, *chosen: str) -> None:
        """Start what does not run yet: all three, or the chosen ones."""
        install()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o755)
        if any(self.running(name) for name in ("postgres", "redis", "rabbitmq")):
            self.ports = self.state["ports"]  # type: ignore[assignment]  # our own JSON
        self.state["ports"] = self.ports
        self.password()
        self._save()
        begin = {"rabbitmq": self._rabbitmq, "redis": self._redis, "postgres": self._postgres}
        names = [name for name in begin if name in chosen or not chosen]
        waits = [begin[name]() for name in names if self.running(name) is None]
        for wait in waits:
            wait()

    def rabbitmqctl(self, *arguments: str) -> str:
        """Ask the broker's own command line."""
        done = subprocess.run(
            [str(RABBIT_BIN / "rabbitmqctl"), "-q", *arguments],
            env=self.rabbit_environment(), check=True, capture_output=True, text=True, cwd="/",
        )  # fmt: skip
        return done.stdout

    def stop(self) -> None:
        """End what was started, and nothing else."""
        for name, order in (
            ("redis", signal.SIGTERM),
            ("postgres", signal.SIGINT),  # its fast mode
            ("rabbitmq", signal.SIGTERM),
            ("epmd", signal.SIGTERM),
        ):
            pid = self.running(name)
            if pid is not None:
                _end(pid, order)
            child = self._children.pop(name, None)
            if child is not None:
                child.wait()
            self._pids().pop(name, None)
        if self.state_file.exists():
            self._save()

    def _check_port(self, *ports: int) -> None:
        for port in ports:
            if not free(port):
                raise Trouble(
                    f"port {port} is taken; choose others by SERVICES_POSTGRES_PORT, "
                    "SERVICES_REDIS_PORT and SERVICES_RABBITMQ_PORT"
                )

    # -- PostgreSQL

    def _postgres(self) -> Callable[[], None]:
        """Start PostgreSQL, which refuses to run as root, as its own user."""
        port = self.ports["postgres"]
        self._check_port(port)
        found = postgres_bin()
        assert found is not None
        as_user: list[str] = []
        if os.geteuid() == 0:
            try:
                user = pwd.getpwnam("postgres")
            except KeyError:
                raise Trouble("there is no user `postgres` to run PostgreSQL as") from None
            as_user = ["runuser", "-u", "postgres", "--"]
        home = Path(str(self.state.get("postgres_home") or self.folder / "postgres"))
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if as_user:
            os.chown(home, user.pw_uid, user.pw_gid)
            passable = subprocess.run([*as_user, "test", "-w", str(home)], check=False)
            if passable.returncode != 0:
                home = Path(tempfile.mkdtemp(prefix="customerai-postgres-"))
                os.chown(home, user.pw_uid, user.pw_gid)
                print(f"user postgres cannot enter {self.folder}: using {home}", file=sys.stderr)
        self.state["postgres_home"] = str(home)
        self._save()
        data, log = home / "data", home / "server.log"
        if not (data / "PG_VERSION").exists():
            secret = home / "password"
            secret.touch(mode=0o600)
            secret.write_text(self.password())
            if as_user:
                os.chown(secret, user.pw_uid, user.pw_gid)
            subprocess.run(
                [*as_user, str(found / "initdb"), "-D", str(data), "-A", "scram-sha-256",
                 "-U", "postgres", f"--pwfile={secret}", "-E", "UTF8", "--locale=C.UTF-8"],
                check=True, stdout=subprocess.DEVNULL, cwd="/",
            )  # fmt: skip
            secret.unlink()
        options = [
            "-p", str(port), "-c", "listen_addresses=127.0.0.1",
            "-c", f"unix_socket_directories={home}", "-c", "max_connections=300",
        ]  # fmt: skip
        if not self.durable:
            options += ["-c", "fsync=off", "-c", "full_page_writes=off",
                        "-c", "synchronous_commit=off", "-c", "max_wal_size=4GB",
                        # Its workers keep a test's database from being dropped.
                        "-c", "autovacuum=off"]  # fmt: skip
        subprocess.run(
            [*as_user, str(found / "pg_ctl"), "-D", str(data), "-l", str(log), "-w",
             "-o", shlex.join(options), "start"],
            check=True, stdout=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip
        self._keep_pid("postgres", int((data / "postmaster.pid").read_text().split()[0]))
        return lambda: self._make_role(found, port)

    def _make_role(self, found: Path, port: int) -> None:
        def sql(statement: str) -> str:
            done = subprocess.run(
                [str(found / "psql"), "-h", "127.0.0.1", "-p", str(port), "-U", "postgres",
                 "-v", "ON_ERROR_STOP=1", "-At", "-c", statement],
                env={**os.environ, "PGPASSWORD": self.password()},
                check=True, capture_output=True, text=True, cwd="/",
            )  # fmt: skip
            return done.stdout.strip()

        # Not a superuser: row-level security holds for it as it will in production.
        if not sql("select 1 from pg_roles where rolname = 'customerai'"):
            sql(f"create role customerai login createdb password '{self.password()}'")
        if not sql("select 1 from pg_database where datname = 'customerai'"):
            sql("create database customerai owner customerai")

    # -- Redis

    def _redis(self) -> Callable[[], None]:
        port = self.ports["redis"]
        self._check_port(port)
        home = self.folder / "redis"
        home.mkdir(exist_ok=True, mode=0o700)
        configuration, log = home / "redis.conf", home / "log"
        configuration.touch(mode=0o600)
        configuration.write_text(
            f"bind 127.0.0.1\nport {port}\ndir {home}\nlogfile {log}\n"
            f'save ""\nappendonly no\nrequirepass {self.password()}\n'
        )
        process = _spawn(["redis-server", str(configuration)], log)
        self._children["redis"] = process
        self._keep_pid("redis", process.pid)
        hello = f"AUTH {self.password()}\r\n".encode()
        return lambda: wait_for("Redis", lambda: answers(port, hello, b"+OK"), log)

    # -- RabbitMQ

    def rabbit_environment(self) -> dict[str, str]:
        """The environment of the node and of its command line tools."""
        home, port = self.folder / "rabbitmq", self.ports["rabbitmq"]
        return {
            **os.environ,
            "HOME": str(home),  # the Erlang cookie lies there
            "RABBITMQ_NODENAME": f"customerai{port}@localhost",
            "RABBITMQ_DIST_PORT": str(port + 1),
            "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq"),
            "RABBITMQ_PID_FILE": str(home / "pid"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(home / "generated"),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(port + 2),  # a name server of our own, to be ended with the node
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ("-kernel inet_dist_use_interface {127,0,0,1}"),
        }

    def _rabbitmq(self) -> Callable[[], None]:
        port = self.ports["rabbitmq"]
        self._check_port(port, port + 1)
        home = self.folder / "rabbitmq"
        (home / "log").mkdir(parents=True, exist_ok=True, mode=0o700)
        configuration = home / "rabbitmq.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(
            f"listeners.tcp.local = 127.0.0.1:{port}\nloopback_users = none\n"
            f"default_user = customerai\ndefault_pass = {self.password()}\n"
            # Sized for a laptop; a quorum queue's log is kept in files of this size.
            "raft.wal_max_size_bytes = 16777216\n"
            f"disk_free_limit.absolute = {os.environ.get('SERVICES_DISK_LIMIT', '50MB')}\n"
        )
        (home / "enabled_plugins").write_text("[].\n")
        environment, log = self.rabbit_environment(), home / "out.log"
        if self.running("epmd") is None:
            self._check_port(port + 2)
            names = _spawn(
                ["epmd", "-port", str(port + 2), "-address", "127.0.0.1"], log, environment
            )
            self._children["epmd"] = names
            self._keep_pid("epmd", names.pid)
            wait_for("epmd", lambda: not free(port + 2), log)
        process = _spawn([str(RABBIT_BIN / "rabbitmq-server")], log, environment)
        self._children["rabbitmq"] = process
        self._keep_pid("rabbitmq", process.pid)

        def ready() -> bool:
            if process.poll() is not None:
                raise Trouble(f"RabbitMQ ended\n{log.read_text(errors='replace')[-2000:]}")
            return answers(port, b"AMQP\x00\x00\x09\x01", b"\x01\x00\x00")

        return lambda: wait_for("RabbitMQ", ready, log)

    # -- what others need to know

    def environment(self) -> dict[str, str]:
        """The variables by which the product and its tests find the servers."""
        word, ports = self.password(), self.ports
        postgres = f"customerai:{word}@127.0.0.1:{ports['postgres']}/customerai"
        redis = f"redis://:{word}@127.0.0.1:{ports['redis']}/0"
        rabbitmq = f"amqp://customerai:{word}@127.0.0.1:{ports['rabbitmq']}/"
        return {
            "CUSTOMERAI_DATABASE__URL": f"postgresql+asyncpg://{postgres}",
            "CUSTOMERAI_CACHE__URL": redis,
            "CUSTOMERAI_BUS__URL": rabbitmq,
            "CUSTOMERAI_TEST_POSTGRES": f"postgresql://{postgres}",
            "CUSTOMERAI_TEST_REDIS": redis,
            "CUSTOMERAI_TEST_RABBITMQ": rabbitmq,
        }


def _spawn(
    command: list[str], log: Path, environment: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C in the terminal reaches this script only.
    with log.open("ab") as out:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            env=environment, start_new_session=True, cwd="/",
        )  # fmt: skip


def _end(pid: int, order: signal.Signals) -> None:
    began = started_at(pid)
    os.kill(pid, order)
    until = time.monotonic() + PATIENCE_S
    while started_at(pid) == began:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)  # a child of ours is only gone once it was waited for
        if time.monotonic() > until:
            os.kill(pid, signal.SIGKILL)
            until = time.monotonic() + PATIENCE_S
        time.sleep(0.02)


def _print_lines(services: Services) -> None:
    for name, value in services.environment().items():
        print(f"export {name}={shlex.quote(value)}")


def _wait_for_interrupt() -> None:
    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        while True:
            signal.pause()
    except KeyboardInterrupt:
        pass


def _test(command: list[str]) -> int:
    """Run a command on servers that exist for it alone."""
    folder = Path(tempfile.mkdtemp(prefix="customerai-services-"))
    folder.chmod(0o755)
    first = free_ports(5)
    ports = {"postgres": first, "redis": first + 1, "rabbitmq": first + 2}
    services = Services(folder, ports, durable=False)

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    done = False
    try:
        began = time.monotonic()
        services.start()
        print(f"services: ready in {time.monotonic() - began:.1f} s", file=sys.stderr)
        tests = {k: v for k, v in services.environment().items() if "_TEST_" in k}
        status = subprocess.run(command, env={**os.environ, **tests}, check=False).returncode
        done = status == 0
        return status
    finally:
        services.stop()
        if done:
            home = str(services.state.get("postgres_home", ""))
            shutil.rmtree(folder)
            if home and Path(home).exists():
                shutil.rmtree(home)
        else:
            print(f"services: their logs are kept in {folder}", file=sys.stderr)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "command",
        nargs="?",
        default="run",
        choices=["run", "start", "stop", "env", "status", "test"],
    )
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "services")
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.command == "test":
        return _test([part for part in chosen.rest if part != "--"])
    ports = {
        name: int(os.environ.get(f"SERVICES_{name.upper()}_PORT", port))
        for name, port in PORTS.items()
    }
    services = Services(chosen.folder.resolve(), ports)
    if chosen.command == "stop":
        services.stop()
    elif chosen.command == "status":
        for name in ("postgres", "redis", "rabbitmq"):
            print(f"{name}: {'runs' if services.running(name) else 'does not run'}")
    elif chosen.command == "env":
        if not services.state:
            raise Trouble("nothing was started in this folder")
        services.ports = services.state["ports"]  # type: ignore[assignment]  # our own JSON
        _print_lines(services)
    elif chosen.command == "start":
        try:
            services.start()
        except BaseException:
            services.stop()
            raise
        _print_lines(services)
    else:
        try:
            services.start()
            _print_lines(services)
            print("# Ctrl-C ends them", flush=True)
            _wait_for_interrupt()
        finally:
            services.stop()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Trouble as trouble:
        print(f"services: {trouble}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
