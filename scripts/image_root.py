"""Runs the instructions of deploy/docker/Dockerfile in clean roots, and then what they made.

Started by scripts/image_root.sh in a mount namespace of its own. Standard library only.
An instruction that is not known here ends the run: nothing of the Dockerfile is skipped unseen.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
DOCKERFILE = HERE / "deploy/docker/Dockerfile"
DEBIAN = "bookworm"
# What the official images have and a minimal Debian lacks.
PACKAGES = {"python": ("python3", "python3-venv", "ca-certificates"), "node": ("ca-certificates",)}
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "PIP_CERT", "NODE_EXTRA_CA_CERTS")
START_S = 90.0
MEGABYTE = 1e6


class BuildFailed(Exception):
    """An instruction failed or is not known."""


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Dockerfile."""

    line: int
    name: str
    text: str

    def words(self) -> list[str]:
        """Its arguments: the JSON form, or split as a shell would."""
        if self.text.startswith("["):
            return [str(word) for word in json.loads(self.text)]
        return shlex.split(self.text)


def parse(text: str) -> list[Instruction]:
    """The instructions of a Dockerfile; continued lines are joined, comments dropped."""
    found: list[Instruction] = []
    began, pending = 0, ""
    for number, raw in enumerate(text.splitlines(), 1):
        if raw.lstrip().startswith("#") or not (pending or raw.strip()):
            continue
        began = began if pending else number
        if raw.rstrip().endswith("\\"):
            pending += raw.rstrip()[:-1]
            continue
        whole = (pending + raw).strip()
        pending = ""
        name, _, rest = whole.partition(" ")
        found.append(Instruction(began, name.upper(), rest.strip()))
    if pending:
        raise BuildFailed(f"line {began}: the last instruction is not ended")
    return found


def substitute(text: str, values: Mapping[str, str]) -> str:
    """`$NAME` and `${NAME}` replaced; an unknown name is an error rather than nothing."""

    def one(match: re.Match[str]) -> str:
        name = match.group(1) or match.group(2)
        if name not in values:
            raise BuildFailed(f"${name} has no value")
        return values[name]

    return re.sub(r"\$(?:\{(\w+)\}|(\w+))", one, text)


def ignore_rules(text: str) -> list[tuple[bool, re.Pattern[str]]]:
    """The lines of a .dockerignore as (kept, pattern); the last that matches decides."""
    rules = []
    for line in (raw.strip() for raw in text.splitlines()):
        if not line or line.startswith("#"):
            continue
        kept = line.startswith("!")
        pattern = re.escape(line.lstrip("!").strip("/"))
        pattern = (
            pattern.replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
        )
        rules.append((kept, re.compile(f"{pattern}(?:/.*)?")))
    return rules


def context_files(root: Path, rules: list[tuple[bool, re.Pattern[str]]]) -> list[str]:
    """The files of the build context, below `root`, that the rules leave."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in {".git", "node_modules", ".venv"}]
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), root)
            kept = True
            for keeps, pattern in rules:
                if pattern.fullmatch(path):
                    kept = keeps
            if kept:
                found.append(path)
    return sorted(found)


@dataclass
class Stage:
    """One stage: its root and the state that its instructions have."""

    name: str
    root: Path
    env: dict[str, str]
    args: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = "0:0"
    entrypoint: list[str] = field(default_factory=list)
    cmd: list[str] = field(default_factory=list)
    healthcheck: list[str] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)

    def path(self, inside: str) -> Path:
        """A path inside the stage, seen from here."""
        return self.root / os.path.normpath(os.path.join(self.workdir, inside)).lstrip("/")


def size_of(root: Path) -> int:
    """Bytes that the files below `root` take, mounts left out."""
    done = run("du", "-sxb", str(root), capture=True)
    return int(done.split()[0])


def run(*command: str, capture: bool = False, env: Mapping[str, str] | None = None) -> str:
    """Run a command to its end; what it printed. Fails with the end of its output."""
    done = subprocess.run(
        command, text=True, check=False, env=None if env is None else dict(env),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE if capture else subprocess.STDOUT,
    )  # fmt: skip
    if done.returncode != 0:
        tail = "\n".join((done.stdout + (done.stderr or "")).splitlines()[-15:])
        raise BuildFailed(f"{command[0]} ended with {done.returncode}:\n{tail}")
    return done.stdout


class Builder:
    """Runs the stages of one Dockerfile."""

    def __init__(self, work: Path, build_args: Mapping[str, str]) -> None:
        self._work = work
        self._build_args = dict(build_args)
        self._stages: dict[str, Stage] = {}
        rules = ignore_rules(Path(f"{DOCKERFILE}.dockerignore").read_text(encoding="utf-8"))
        self._context = context_files(HERE, rules)

    def build(self) -> Stage:
        """Run every instruction; the last stage."""
        given: dict[str, str] = {}
        stage: Stage | None = None
        for step in parse(DOCKERFILE.read_text(encoding="utf-8")):
            began = time.monotonic()
            try:
                if step.name == "FROM":
                    stage = self._from(step, given)
                elif stage is None:
                    if step.name != "ARG":
                        raise BuildFailed("only ARG may stand before FROM")
                    self._arg(step, given)
                else:
                    self._step(stage, step)
            except BuildFailed as error:
                raise BuildFailed(f"Dockerfile line {step.line}, {step.name}: {error}") from None
            if stage and step.name in {"FROM", "RUN", "COPY"}:
                size = size_of(stage.root) / MEGABYTE
                first = " ".join(step.text.split())[:64]
                took = time.monotonic() - began
                print(
                    f"{stage.name:12} {step.name:5} {first:64} {size:8.1f} MB {took:6.1f} s",
                    flush=True,
                )
        if stage is None:
            raise BuildFailed("the Dockerfile has no stage")
        return stage

    def _arg(self, step: Instruction, values: dict[str, str]) -> None:
        name, has_default, default = step.text.partition("=")
        if name in self._build_args:
            values[name] = self._build_args[name]
        elif has_default:
            values[name] = substitute(default.strip('"'), values)

    def _from(self, step: Instruction, given: Mapping[str, str]) -> Stage:
        match = re.fullmatch(r"(\S+)(?:\s+AS\s+(\S+))?", step.text, re.I)
        if match is None:
            raise BuildFailed(f"not understood: {step.text}")
        image = substitute(match.group(1), given)
        name = match.group(2) or f"stage-{len(self._stages)}"
        root = self._work / name
        if image in self._stages:
            run("cp", "-a", str(self._stages[image].root), str(root))
        else:
            run("cp", "-a", str(self._base(image)), str(root))
        stage = Stage(
            name, root, {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        )
        self._stages[name] = stage
        return stage

    def _base(self, image: str) -> Path:
        """A root that stands in for a base image, by the image's name."""
        kind = image.partition("@")[0].rsplit("/", 1)[-1].partition(":")[0]
        if kind not in PACKAGES:
            raise BuildFailed(f"no stand-in is known for the base image {image}")
        if DEBIAN not in image:
            raise BuildFailed(f"{image} is not made of Debian {DEBIAN}, which the stand-in is")
        root = self._work / f"base-{kind}"
        if not root.exists():
            run(
                "debootstrap",
                "--variant=minbase",
                f"--include={','.join(PACKAGES[kind])}",
                DEBIAN,
                str(root),
            )
            run("chroot", str(root), "apt-get", "clean")
            if kind == "node":
                shutil.copy2(str(shutil.which("node")), root / "usr/local/bin/node")
                npm = Path(str(shutil.which("npm"))).resolve().parent.parent
                shutil.copytree(npm, root / "usr/local/lib/node_modules/npm", symlinks=True)
                (root / "usr/local/bin/npm").symlink_to("../lib/node_modules/npm/bin/npm-cli.js")
        return root

    def _step(self, stage: Stage, step: Instruction) -> None:
        known = {**stage.args, **stage.env}
        if step.name == "ARG":
            self._arg(step, stage.args)
        elif step.name == "ENV":
            for pair in shlex.split(substitute(step.text, known)):
                name, _, value = pair.partition("=")
                stage.env[name] = value
        elif step.name == "WORKDIR":
            stage.workdir = os.path.join(stage.workdir, substitute(step.text, known))
            stage.path(".").mkdir(parents=True, exist_ok=True)
        elif step.name == "RUN":
            self._run(stage, step)
        elif step.name == "COPY":
            self._copy(stage, step)
        elif step.name == "USER":
            stage.user = step.text
        elif step.name == "HEALTHCHECK":
            _, found, command = step.text.partition("CMD")
            if not found:
                raise BuildFailed("HEALTHCHECK without CMD")
            stage.healthcheck = [str(word) for word in json.loads(command.strip())]
        elif step.name in {"ENTRYPOINT", "CMD", "VOLUME"}:
            words = [str(word) for word in json.loads(step.text)]
            setattr(stage, {"VOLUME": "volumes"}.get(step.name, step.name.lower()), words)
        elif step.name == "LABEL":
            substitute(step.text, known)
        elif step.name not in {"EXPOSE", "STOPSIGNAL"}:
            raise BuildFailed("this instruction is not known here")

    def _copy(self, stage: Stage, step: Instruction) -> None:
        words = step.words()
        options = [word for word in words if word.startswith("--")]
        *sources, target = [word for word in words if not word.startswith("--")]
        into_folder = target.endswith("/") or len(sources) > 1 or any("*" in one for one in sources)
        place = stage.path(target)
        for option in options:
            if not option.startswith("--from="):
                raise BuildFailed(f"{option} is not known here")
        if options:
            origin = self._stages[options[0].removeprefix("--from=")]
            for source in sources:
                found = origin.path("/" + source)
                if not found.exists():
                    raise BuildFailed(f"{source} is not in stage {origin.name}")
                place.parent.mkdir(parents=True, exist_ok=True)
                run("cp", "-aT", str(found), str(place / found.name if into_folder else place))
            return
        for source in sources:
            rule = re.compile(
                re.escape(source.removeprefix("./")).replace(r"\*", "[^/]*") + "(/.*)?"
            )
            matches = [path for path in self._context if rule.fullmatch(path)]
            if not matches:
                raise BuildFailed(f"{source} is not in the context (see Dockerfile.dockerignore)")
            folder = (HERE / source).is_dir()
            for path in matches:
                if folder:
                    to = place / os.path.relpath(path, source)
                else:
                    single = not into_folder and not place.is_dir()
                    to = place if single else place / Path(path).name
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(HERE / path, to)
                os.chown(to, 0, 0)

    def _run(self, stage: Stage, step: Instruction) -> None:
        if step.text.startswith("--"):
            raise BuildFailed("options of RUN are not known here")
        with machine_settings(stage.root) as outer:
            env = {"HOME": "/root", **outer, **stage.env, **stage.args}
            command = f"cd {shlex.quote(stage.workdir)} && {step.text}"
            run("chroot", str(stage.root), "/usr/bin/env", "-i",
                *(f"{name}={value}" for name, value in env.items()),
                "/bin/sh", "-euc", command)  # fmt: skip


@contextlib.contextmanager
def machine_settings(root: Path) -> Iterator[dict[str, str]]:
    """What a build needs of this machine: /proc, /dev, names, package mirrors, certificates.

    Mounted for one instruction, read-only where they are files of the machine, never copied.
    """
    env = {
        name: value
        for name, value in os.environ.items()
        if name in CERTIFICATES or name.lower().startswith(("pip_", "npm_config_"))
        or name.lower() in {"http_proxy", "https_proxy", "no_proxy"}
    }  # fmt: skip
    files = ["/etc/resolv.conf", "/etc/ssl/certs"]
    files += [
        "/etc/pip.conf",
        os.path.expanduser("~/.config/pip/pip.conf"),
        os.path.expanduser("~/.pip/pip.conf"),
    ]
    files += [value for value in env.values() if value.startswith("/")]
    with contextlib.suppress(OSError, BuildFailed):
        for line in run("python3", "-m", "pip", "config", "list", capture=True).splitlines():
            files += re.findall(r"'(/[^']+)'", line.partition("=")[2])
        files += [
            value
            for name in ("userconfig", "globalconfig", "cafile")
            if (value := run("npm", "config", "get", name, capture=True).strip()).startswith("/")
        ]
    mounted: list[Path] = []
    made: list[Path] = []
    for name, place in (
        ("npm_config_userconfig", "userconfig"),
        ("npm_config_globalconfig", "globalconfig"),
    ):
        with contextlib.suppress(BuildFailed):
            value = run("npm", "config", "get", place, capture=True).strip()
            if os.path.isfile(value):
                env[name] = value
    try:
        for kind, place in (("proc", "proc"), ("tmpfs", "run")):
            run("mount", "-t", kind, kind, str(root / place))
            mounted.append(root / place)
        run("mount", "--rbind", "/dev", str(root / "dev"))
        mounted.append(root / "dev")
        for name in dict.fromkeys(files):
            real, inside = Path(name), root / name.lstrip("/")
            if not real.exists() or inside.is_mount():
                continue
            if not inside.exists():
                for parent in reversed([inside, *inside.parents]):
                    if parent.is_relative_to(root) and not parent.exists():
                        made.append(parent)
                        if parent == inside and real.is_file():
                            parent.touch()
                        else:
                            parent.mkdir()
            run("mount", "--bind", "-o", "ro", str(real), str(inside))
            mounted.append(inside)
        yield env
    finally:
        for place in reversed(mounted):
            run("umount", "-R", "-l", str(place))
        for place in reversed(made):
            with contextlib.suppress(OSError):
                place.unlink() if place.is_file() else place.rmdir()


# --- what was built ------------------------------------------------------------------------


def inspect(stage: Stage) -> list[str]:
    """What must not be in the final root: compilers, pip, caches, set-user-id bits, loose files."""
    faults = []
    root = stage.root
    for name in (
        "gcc",
        "cc",
        "g++",
        "make",
        "ld",
        "as",
        "pip",
        "pip3",
        "npm",
        "node",
        "git",
        "curl",
        "wget",
    ):
        for folder in ("usr/bin", "usr/local/bin", "opt/customerai/venv/bin", "opt/customerai/bin"):
            if (root / folder / name).exists():
                faults.append(f"{folder}/{name} is there")
    for folder in ("var/lib/apt/lists", "var/cache/apt/archives", "root/.cache", "tmp"):
        if (root / folder).is_dir() and any((root / folder).iterdir()):
            faults.append(f"{folder} is not empty")
    for pattern in ("pip", "ensurepip"):
        for parent in ("usr/lib", "usr/local/lib", "opt/customerai"):
            if list((root / parent).glob(f"**/python3*/**/{pattern}/__init__.py")):
                faults.append(f"{pattern} is below {parent}")
    loose = ["(", "-perm", "/6000", "-o", "-perm", "-o+w", "-o", "-uid", "+0", ")"]
    found = run("find", str(root), "-xdev", "-type", "f", *loose, "-print")
    faults += [f"{line} may be changed or raises rights" for line in found.splitlines()]
    sources = list((root / "opt/customerai/src").glob("**/*.py"))
    compiled = list((root / "opt/customerai/src").glob("**/__pycache__/*.pyc"))
    if len(compiled) < len(sources):
        faults.append(f"bytecode for {len(compiled)} of {len(sources)} sources")
    if not (root / "opt/customerai/src/customerai/console/index.html").is_file():
        faults.append("the console is not there")
    return faults


class Container:
    """The final root as a container: own processes and network, read-only, no rights."""

    def __init__(self, stage: Stage, work: Path) -> None:
        self._stage = stage
        self._mount = work / "run"
        self._mount.mkdir()
        run("mount", "--bind", str(stage.root), str(self._mount))
        run("mount", "-o", "remount,ro,bind", str(self._mount))
        run(
            "mount",
            "-t",
            "tmpfs",
            "-o",
            "mode=1777,nosuid,nodev,noexec,size=256m",
            "tmpfs",
            str(self._mount / "tmp"),
        )
        run(
            "mount",
            "-t",
            "tmpfs",
            "-o",
            "mode=755,nosuid,noexec",
            "tmpfs",
            str(self._mount / "dev"),
        )
        for device in ("null", "zero", "random", "urandom"):
            (self._mount / "dev" / device).touch()
            run("mount", "--bind", f"/dev/{device}", str(self._mount / "dev" / device))
        self.data = work / "data"
        self.data.mkdir(mode=0o750)
        owner, group = (int(number) for number in stage.user.split(":"))
        os.chown(self.data, owner, group)
        run("mount", "--bind", str(self.data), str(self._mount / "data"))
        self._owner = stage.user.split(":")

    def command(self, words: list[str], env: Mapping[str, str]) -> list[str]:
        """The command line that starts `words` in the root without any right."""
        return [
            "chroot", str(self._mount), "/usr/bin/env", "-i",
            *(f"{name}={value}" for name, value in {**self._stage.env, **env}.items()),
            "/usr/bin/setpriv", f"--reuid={self._owner[0]}", f"--regid={self._owner[1]}",
            "--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", *words,
        ]  # fmt: skip

    def start(self, words: list[str], log: Path, **env: str) -> subprocess.Popen[bytes]:
        """Start the entry point as process 1 of its own process and network namespace."""
        inner = f"ip link set lo up && mount -t proc proc {self._mount}/proc && exec " + shlex.join(
            self.command([*self._stage.entrypoint, *words], env)
        )
        with log.open("wb") as out:
            return subprocess.Popen(
                ["unshare", "--mount", "--pid", "--net", "--fork", "--kill-child",
                 "sh", "-c", inner],
                stdout=out, stderr=out,
            )  # fmt: skip

    def inside(
        self, process: subprocess.Popen[bytes], words: list[str], **env: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command beside a started process, as `docker exec` does."""
        child = first_child(process.pid)
        return subprocess.run(
            ["nsenter", "--target", str(child), "--mount", "--pid", "--net",
             *self.command(words, env)],
            text=True, capture_output=True, check=False, timeout=60,
        )  # fmt: skip


def first_child(pid: int) -> int:
    """The process that `unshare` forked: process 1 of the new namespace."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        if found:
            return int(found[0])
        time.sleep(0.01)
    raise BuildFailed("the namespace did not start")


REQUEST = """
import json, sys, urllib.request
request = urllib.request.Request("http://127.0.0.1:8080/v1/privacy/anonymizations",
    json.dumps({"texts": ["My card is 4111 1111 1111 1111."]}).encode(),
    {"authorization": "Bearer " + sys.argv[1], "content-type": "application/json"})
print(json.load(urllib.request.urlopen(request, timeout=20))["results"][0]["text"])
"""


def _wait(container: Container, process: subprocess.Popen[bytes], log: Path) -> float:
    began = time.monotonic()
    while time.monotonic() - began < START_S:
        if process.poll() is not None:
            raise BuildFailed(f"it ended with {process.returncode}: {log.read_text()[-2000:]}")
        if container.inside(process, ["healthcheck", "/readyz"]).returncode == 0:
            return time.monotonic() - began
        time.sleep(0.2)
    raise BuildFailed(f"not ready in {START_S} s: {log.read_text()[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> tuple[int, float]:
    began = time.monotonic()
    os.kill(first_child(process.pid), 15)
    return process.wait(60), time.monotonic() - began


def _expect(what: str, seen: object, *, good: bool = True) -> None:
    print(f"{'ok  ' if good else 'FAIL'} {what}: {seen}", flush=True)
    if not good:
        raise BuildFailed(f"{what}: {seen}")


PLACES = ("/opt/customerai/x", "/etc/x", "/usr/x")
PROMPT_S = 5.0


def prove(stage: Stage, work: Path) -> None:
    """Start the image's default command and check what is promised of it."""
    faults = inspect(stage)
    _expect("nothing that must not be there", "; ".join(faults) or "clean", good=not faults)
    container = Container(stage, work)
    log = work / "server.log"
    process = container.start(stage.cmd, log)
    try:
        _expect("ready after", f"{_wait(container, process, log):.1f} s")
        _prove_confined(container, process)
        _prove_serving(container, process, stage)
        status, took = _stop(process)
        _expect("SIGTERM to process 1", f"exit {status} in {took:.2f} s", good=status == 0)
        kept = [path.name for path in container.data.rglob("*")]
        _expect("kept in /data", f"{len(kept)} files", good="customerai.db" in kept)

        # Before Python has its handlers: process 1 without tini would not even see it.
        process = container.start(stage.cmd, log)
        first_child(process.pid)
        time.sleep(0.3)
        status, took = _stop(process)
        prompt = took < PROMPT_S and status in {0, 143}
        _expect("SIGTERM in the first moment", f"exit {status} in {took:.2f} s", good=prompt)
    finally:
        if process.poll() is None:
            process.kill()


def _prove_confined(container: Container, process: subprocess.Popen[bytes]) -> None:
    def shell(command: str) -> subprocess.CompletedProcess[str]:
        return container.inside(process, ["/bin/sh", "-c", command])

    user, first, *_, rights = shell(
        "id -u; cat /proc/1/comm; grep -h CapEff /proc/1/status"
    ).stdout.split()
    confined = user == "10001" and first == "tini" and int(rights, 16) == 0
    _expect("user, process 1, capabilities", f"{user} {first} {rights}", good=confined)
    tried = shell(f"touch {' '.join(PLACES)} 2>&1; touch /data/x /tmp/x && rm /data/x /tmp/x")
    refused = tried.stdout.count("Read-only file system")
    good = tried.returncode == 0 and refused == len(PLACES)
    _expect("only /data and /tmp are written", f"{refused} of {len(PLACES)} refused", good=good)
    pages = int(shell("cat /proc/[0-9]*/statm | cut -d' ' -f2 | sort -n | tail -1").stdout)
    _expect("resident memory", f"{pages * os.sysconf('SC_PAGE_SIZE') / MEGABYTE:.0f} MB")


def _prove_serving(container: Container, process: subprocess.Popen[bytes], stage: Stage) -> None:
    check = container.inside(process, stage.healthcheck)
    _expect("HEALTHCHECK", (check.stdout or check.stderr).strip(), good=check.returncode == 0)
    wrong = container.inside(process, ["healthcheck", "/livez"], HEALTHCHECK_PORT="8081")
    _expect("HEALTHCHECK of nothing", wrong.stderr.strip(), good=wrong.returncode == 1)
    made = container.inside(process, ["customerai", "keys", "create", "--name", "probe"])
    key = (made.stdout.split() or ["none"])[-1]
    answer = container.inside(process, ["python", "-c", REQUEST, key])
    seen = answer.stdout.strip() or (made.stderr + answer.stderr)[-600:]
    _expect("a request", seen, good="[CREDIT_CARD_1]" in answer.stdout)


def main() -> int:
    """Returns the exit status."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument(
        "--work", type=Path, help="keep the roots here; bases found here are used again"
    )
    options.add_argument("--build-arg", action="append", default=[], metavar="NAME=VALUE")
    options.add_argument("--no-run", action="store_true", help="build only")
    chosen = options.parse_args()
    work = chosen.work or Path(tempfile.mkdtemp(prefix="customerai-image-"))
    work.mkdir(parents=True, exist_ok=True)
    for old in ("console", "environment", "runtime", "run", "data"):
        shutil.rmtree(work / old, ignore_errors=True)  # mounts of an earlier run ended with it
    began = time.monotonic()
    try:
        stage = Builder(work, dict(pair.partition("=")[::2] for pair in chosen.build_arg)).build()
        size, took = size_of(stage.root) / MEGABYTE, time.monotonic() - began
        print(f"{'':84} {size:8.1f} MB in all, built in {took:.0f} s")
        if not chosen.no_run:
            prove(stage, work)
    except BuildFailed as error:
        print(f"image root: {error}", file=sys.stderr)
        return 1
    finally:
        if chosen.work is None:
            subprocess.run(
                ["umount", "-R", "-l", str(work / "run")], check=False, capture_output=True
            )
            if str(work) not in Path("/proc/self/mounts").read_text(encoding="utf-8"):
                shutil.rmtree(work, ignore_errors=True)  # never through a mount that is left
    print("image root: ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
