"""The command line: serve, import, demo, keys, users, audit, migrate, doctor."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import httpx2
import typer
import uvicorn
from pydantic import ValidationError
from pydantic_settings import SettingsError

from customerai import __version__, app, topology
from customerai.core import audit, tenancy
from customerai.core.certificates import CertificateInvalid
from customerai.core.clock import SystemClock
from customerai.core.crypto import MasterKeyInvalid
from customerai.core.db import open_database
from customerai.core.errors import ProblemError
from customerai.core.hosting import Draining
from customerai.core.memory import give_back_large_blocks
from customerai.core.objects import backup_objects
from customerai.core.principal import Principal
from customerai.core.schema import metadata
from customerai.core.settings import Settings
from customerai.core.telemetry import configure_logging
from customerai.demo import load as demo
from customerai.gateway.scopes import ROLES
from customerai.gateway.service import GatewayService
from customerai.operations import backup_cli, backups_of, master_key_cli
from customerai.uploading import UploadFailed, upload

T = TypeVar("T")

main = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)
keys_cli = typer.Typer(no_args_is_help=True, help="API keys.")
users_cli = typer.Typer(no_args_is_help=True, help="Console users.")
audit_cli = typer.Typer(no_args_is_help=True, help="The audit log.")
main.add_typer(keys_cli, name="keys")
main.add_typer(users_cli, name="users")
main.add_typer(audit_cli, name="audit")
main.add_typer(backup_cli, name="backup")
main.add_typer(master_key_cli, name="master-key")

Data = Annotated[
    Path | None, typer.Option("--data", help="Folder that holds everything; default: var.")
]
Url = Annotated[str, typer.Option(help="Address of the gateway.")]
Key = Annotated[
    str | None, typer.Option(envvar="CUSTOMERAI_KEY", help="API key; default: a short-lived one.")
]
_LOCAL: Final = "http://127.0.0.1:8080"
_OPERATOR_SCOPES: Final = frozenset({"*", "privacy:reveal"})
_SHUTDOWN_S: Final = 20
# Longer than clients of ours keep an idle connection (core/remote.py).
_KEEP_ALIVE_S: Final = 75


def _settings(data: Path | None) -> Settings:
    try:
        settings = Settings()
    except SettingsError as error:
        raise _fail(str(error)) from None
    except ValidationError as error:
        for fault in error.errors():
            place = "__".join(str(part) for part in fault["loc"]).upper()
            typer.echo(f"CUSTOMERAI_{place}: {fault['msg']}", err=True)
        raise typer.Exit(2) from None
    return settings if data is None else settings.model_copy(update={"data": data})


def _fail(message: str) -> typer.Exit:
    typer.echo(f"customerai: {message}", err=True)
    return typer.Exit(1)


def _with_gateway(settings: Settings, work: Callable[[GatewayService], Awaitable[T]]) -> T:
    """Run a use case of the gateway on the data folder, also beside a running server."""

    async def run() -> T:
        keys = app.prepare(settings)
        db = open_database(app.database_address(settings), settings.database)
        try:
            return await work(
                GatewayService(
                    db=db,
                    clock=SystemClock(),
                    keys=keys,
                    settings=settings.gateway,
                    environment=settings.environment,
                )
            )
        finally:
            await db.close()

    try:
        return asyncio.run(run())
    except (ProblemError, MasterKeyInvalid) as error:
        raise _fail(str(error)) from None


def _operator() -> Principal:
    return Principal(app.TENANT, "system:command-line", _OPERATOR_SCOPES)


@main.command()
def serve(
    data: Data = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8080,
    with_demo: Annotated[bool, typer.Option("--demo", help="Load the demo while serving.")] = False,
    services: Annotated[
        str | None,
        typer.Option(help=f"Only these, by commas: {', '.join(topology.SERVICES)}; default: all."),
    ] = None,
) -> None:
    """Run everything in one process with its files in the data folder, or some of the services."""
    settings = _settings(data)
    give_back_large_blocks()
    try:
        names = topology.chosen(services.split(",") if services else [])
        topology.check(settings, names)
    except topology.SplitInvalid as error:
        raise _fail(str(error)) from None
    configure_logging(settings.log, service=topology.label(names))
    with contextlib.suppress(ImportError):
        import uvloop  # noqa: PLC0415 - not there on every platform

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    try:
        asyncio.run(_serve(settings, host, port, services=names, with_demo=with_demo))
    except (MasterKeyInvalid, CertificateInvalid) as error:
        raise _fail(str(error)) from None


class _Server(uvicorn.Server):
    """Ends by our signal handlers: uvicorn's own would raise the signal again at the end.

    Asked to end, it serves on for a while, not ready and closing each connection after its
    answer, so that balancers and callers turn elsewhere before anything is refused.
    """

    def __init__(self, config: uvicorn.Config, draining: Draining, drain_s: float) -> None:
        super().__init__(config)
        self._draining = draining
        self._drain_s = drain_s

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end)
        yield

    def _end(self) -> None:
        if self._draining.began:  # asked twice: do not wait for open requests
            self.force_exit = self.should_exit
            self.should_exit = True
            return
        self._draining.began = True
        asyncio.get_running_loop().call_later(self._drain_s, self._stop)

    def _stop(self) -> None:
        self.should_exit = True


async def _serve(
    settings: Settings, host: str, port: int, *, services: frozenset[str], with_demo: bool
) -> None:
    try:
        listening = socket.create_server((host, port), backlog=2048)
    except OSError as error:
        raise _fail(f"cannot listen on {host}:{port}: {error.strerror}") from None
    is_gateway = "gateway" in services
    async with app.running(settings, services=services) as application:
        config = uvicorn.Config(
            application.asgi,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            # The gateway alone decides whose X-Forwarded-For is believed.
            proxy_headers=False,
            date_header=True,
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=_SHUTDOWN_S,
        )
        config.load()
        config.ssl = application.certificates.server(mutual=not is_gateway)
        server = _Server(config, application.draining, settings.services.drain_s)
        address = f"{'https' if config.ssl else 'http'}://{host}:{port}"
        if is_gateway:
            await _greet(application, address)
        else:
            typer.echo(f"CustomerAI {__version__} {','.join(sorted(services))}: {address}")
        sys.stdout.flush()
        beside = [_load_demo(application, address)] if with_demo else []
        if settings.backup.every_hours and is_gateway:
            objects = backup_objects(settings)
            beside.append(backups_of(settings, application.process.keys, objects).run_every())
        tasks = [asyncio.create_task(work) for work in beside]
        await server.serve(sockets=[listening])
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _greet(application: app.Application, address: str) -> None:
    typer.echo(f"CustomerAI {__version__} listens on {address}")
    token = await application.gateway.setup_token(app.TENANT)
    if token is not None:
        typer.echo(f"Make your account (valid 24 hours): {address}/setup?token={token}")


async def _load_demo(application: app.Application, address: str) -> None:
    key, text = await application.gateway.create_key(_operator(), "demo loader", ["all"])
    try:
        await _demo(address, text)
    except (httpx2.HTTPError, RuntimeError) as error:
        typer.echo(f"demo: not loaded: {type(error).__name__}", err=True)
    finally:
        await application.gateway.revoke_key(_operator(), key.id)


async def _demo(address: str, key: str) -> demo.DemoResult:
    async with httpx2.AsyncClient(
        base_url=address, headers={"authorization": f"Bearer {key}"}, timeout=120
    ) as client:
        return await demo.load(client, lambda line: typer.echo(f"demo: {line}"))


@main.command("demo")
def load_demo(url: Url = _LOCAL, key: Key = None, data: Data = None) -> None:
    """Load 600 conversations and a help centre into a running server, through its front door."""
    with _key(key, data) as text:
        try:
            result = asyncio.run(_demo(url, text))
        except httpx2.HTTPError as error:
            raise _fail(f"the server at {url} refused or is not there: {error}") from None
    typer.echo(json.dumps(vars(result)))


@main.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A .csv or .jsonl file, a message a row.")],
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            help="FIELD=COLUMN; fields: text, conversation, message, role, at, customer, channel, "
            "group.NAME, attribute.NAME. Without any, columns are guessed.",
        ),
    ] = None,
    url: Url = _LOCAL,
    key: Key = None,
    data: Data = None,
    job: Annotated[
        str | None, typer.Option(help="Follow this job instead of uploading again.")
    ] = None,
) -> None:
    """Import conversations into a running server; refused rows go to FILE.rejects.jsonl."""
    if not file.is_file():
        raise _fail(f"there is no file {file}")
    with _key(key, data) as text:
        try:
            result = upload(file, _mapping(mapping), url=url, key=text, job_id=job)
        except UploadFailed as error:
            raise _fail(str(error)) from None
    typer.echo(json.dumps(result))


def _mapping(pairs: list[str] | None) -> dict[str, Any] | None:
    if not pairs:
        return None
    found: dict[str, Any] = {}
    for pair in pairs:
        name, separator, column = pair.partition("=")
        if not separator or not column:
            raise _fail(f"--map {pair}: write FIELD=COLUMN")
        kind, _, label = name.partition(".")
        if kind in ("group", "attribute") and label:
            found.setdefault(f"{kind}s", {})[label] = column
        else:
            found[name] = column
    return found


@contextlib.contextmanager
def _key(given: str | None, data: Path | None) -> Any:
    """The key that was given, or one of our own that ends with the command."""
    if given is not None:
        yield given
        return
    settings = _settings(data)
    if not (settings.data / "customerai.db").exists() and settings.database.url is None:
        raise _fail(f"give --key, or --data with the server's folder ({settings.data} has none)")
    key, text = _with_gateway(
        settings, lambda service: service.create_key(_operator(), "command line", ["all"])
    )
    try:
        yield text
    finally:
        _with_gateway(settings, lambda service: service.revoke_key(_operator(), key.id))


@keys_cli.command("create")
def create_key(
    name: Annotated[str, typer.Option(help="What the key is for.")],
    scopes: Annotated[str, typer.Option(help="Comma-separated scopes, or all.")] = "all",
    data: Data = None,
) -> None:
    """Make an API key; it is printed once, alone on the last line."""
    key, text = _with_gateway(
        _settings(data),
        lambda service: service.create_key(_operator(), name, scopes.split(",")),
    )
    typer.echo(f"{key.id} ({', '.join(key.scopes)}); keep it, it is not shown again:", err=True)
    typer.echo(text)


@keys_cli.command("list")
def list_keys(data: Data = None) -> None:
    """Show the API keys."""
    found = _with_gateway(
        _settings(data), lambda service: service.list_keys(_operator(), before=None, limit=100)
    )
    for key in found:
        state = "revoked" if key.revoked_at else "active"
        typer.echo(f"{key.id}  {state:8}  {','.join(key.scopes)}  {key.name}")


@keys_cli.command("revoke")
def revoke_key(key_id: str, data: Data = None) -> None:
    """End an API key."""
    _with_gateway(_settings(data), lambda service: service.revoke_key(_operator(), key_id))


@users_cli.command("setup-link")
def setup_link(data: Data = None, url: Url = _LOCAL) -> None:
    """Print a link by which the first administrator is made."""
    token = _with_gateway(_settings(data), lambda service: service.setup_token(app.TENANT))
    if token is None:
        raise _fail("there is an administrator already")
    typer.echo(f"{url}/setup?token={token}")


@users_cli.command("add")
def add_user(
    email: Annotated[str, typer.Option()],
    name: Annotated[str, typer.Option()],
    role: Annotated[str, typer.Option(help=", ".join(ROLES))] = "viewer",
    data: Data = None,
) -> None:
    """Make a console user; the password is asked for, or read from standard input."""
    if role not in ROLES:
        raise _fail(f"there is no role {role}; roles are {', '.join(ROLES)}")
    password = (
        typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        if sys.stdin.isatty()
        else sys.stdin.readline().rstrip("\n")
    )
    profile = _with_gateway(
        _settings(data),
        lambda service: service.add_user(
            app.TENANT, name=name, email=email, role=role, password=password
        ),
    )
    typer.echo(profile.id)


@audit_cli.command("export")
def export_audit(
    file: Annotated[Path, typer.Argument(help="Where to write, a JSON entry a line.")],
    data: Data = None,
) -> None:
    """Write the audit log and its checkpoint to a file that `audit verify` reads anywhere."""
    settings = _settings(data)

    async def run() -> audit.Checkpoint:
        app.prepare(settings)
        db = open_database(app.database_address(settings), settings.database)
        try:
            state = await db.read(lambda tx: audit.checkpoint(tx, app.TENANT))
            with file.open("w", encoding="utf-8") as out:
                after = -1
                while after + 1 < state.size:
                    page = await db.read(
                        lambda tx, after=after: audit.entries(  # type: ignore[misc]
                            tx, app.TENANT, after=after, limit=min(1000, state.size - after - 1)
                        )
                    )
                    out.writelines(f"{entry}\n" for entry in page)
                    after += len(page)
                end = {"checkpoint": {"size": state.size, "head": state.head.hex()}}
                out.write(json.dumps(end) + "\n")
            return state
        finally:
            await db.close()

    state = asyncio.run(run())
    typer.echo(f"{state.size} entries, head {state.head.hex()}")


@audit_cli.command("verify")
def verify_audit(
    file: Annotated[Path, typer.Argument(help="A file that `audit export` wrote.")],
    head: Annotated[
        str | None, typer.Option(help="The head that you noted earlier, in hex.")
    ] = None,
) -> None:
    """Check a whole log, with no server and no key; exit 1 when a byte was changed."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        end = json.loads(lines.pop())["checkpoint"]
        expected = audit.Checkpoint("", end["size"], bytes.fromhex(head or end["head"]))
        state = audit.verify(lines, expected)
    except audit.AuditBroken as error:
        raise _fail(f"the log was changed: {error}") from None
    except (ValueError, LookupError, TypeError, OSError):
        raise _fail("the file cannot be read as an exported log") from None
    typer.echo(f"ok: {state.size} entries, head {state.head.hex()}")


@main.command()
def migrate(data: Data = None) -> None:
    """Bring the schema up to date."""
    app.prepare(_settings(data))
    typer.echo("the schema is up to date")


@main.command()
def openapi(
    file: Annotated[Path | None, typer.Argument(help="Default: standard output.")] = None,
) -> None:
    """Write the OpenAPI document of all services."""
    import tempfile  # noqa: PLC0415 - a throw-away data folder

    async def run() -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as folder:
            application = app.build(
                Settings().model_copy(update={"data": Path(folder)}), app.Parts()
            )
            await application.db.close()
            return application.document

    text = json.dumps(asyncio.run(run()), indent=1, ensure_ascii=False) + "\n"
    if file is None:
        typer.echo(text, nl=False)
    else:
        file.write_text(text, encoding="utf-8")


@main.command()
def doctor(data: Data = None) -> None:
    """Check what this process would need: settings, keys, schema, models."""
    settings = _settings(data)

    async def run() -> dict[str, bool]:
        async with app.running(settings) as application:
            assert application.privacy is not None  # all services are built
            found = await application.privacy.detect(["My card is 4111 1111 1111 1111."])
            faults = await application.db.read(partial(tenancy.faults, metadata))
            for fault in faults:
                typer.echo(fault, err=True)
            return {
                "settings": True,
                "database": await application.db.read(lambda tx: tx is not None),
                "privacy": any(span.type == "CREDIT_CARD" for span in found[0].spans),
                "console": (app.CONSOLE / "index.html").is_file(),
                "tables by tenant": not faults,
            }

    results = asyncio.run(run())
    for name, good in results.items():
        typer.echo(f"{'ok     ' if good else 'MISSING'} {name}")
    if not all(results.values()):
        raise typer.Exit(1)


@main.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)
