"""The composition root: builds one process from the settings. Nothing else chooses."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import structlog
from fastapi import FastAPI
from starlette.types import ASGIApp

from customerai import topology
from customerai.contracts.privacy import PrivacyUnavailable
from customerai.core import audit, health, hosting, outbox
from customerai.core.audit import Sequencer
from customerai.core.backups.service import BackupGauges
from customerai.core.bus import Bus, open_bus
from customerai.core.cache import Cache, open_cache
from customerai.core.certificates import Certificates
from customerai.core.crypto import KeyRing
from customerai.core.db import Database, Transaction, open_database
from customerai.core.events import Envelope, subscribe
from customerai.core.ids import new_id
from customerai.core.kms import load_keyring
from customerai.core.objects import backup_objects
from customerai.core.outbox import Consumer, Relay
from customerai.core.principal import InternalTokens
from customerai.core.settings import Settings
from customerai.core.telemetry import AccessLog, Metrics, frames_of
from customerai.core.upkeep import Upkeep, refresh_gauges
from customerai.fairness import api as fairness_api
from customerai.gateway import api as gateway_api
from customerai.gateway import openapi, pages, pipeline
from customerai.gateway.routing import RouteTable, routes_of
from customerai.gateway.service import GatewayService
from customerai.insights import api as insights_api
from customerai.integrations import api as integrations_api
from customerai.migrations import migrate
from customerai.privacy import api as privacy_api
from customerai.privacy import internal_api as privacy_internal_api
from customerai.privacy import policies_api, presidio_api, rights_api, tabular_api, traffic_api
from customerai.privacy.service import PrivacyService
from customerai.responder import api as responder_api
from customerai.responder import internal_api as responder_internal_api
from customerai.services import Parts, Process

__all__ = ["Application", "Parts", "build", "prepare", "running"]

log = structlog.get_logger(__name__)

TENANT: Final = "main"
CONSOLE: Final = Path(__file__).parent / "console"
_SWITCH_S: Final = 0.001
_DRAIN_S: Final = 10.0
_UPLOAD_S: Final = 3600.0


@dataclass
class Application:
    """One process: its front door, its services and the work in its background."""

    settings: Settings
    services: frozenset[str]
    process: Process
    db: Database
    bus: Bus
    cache: Cache
    gateway: GatewayService
    relay: Relay
    metrics: Metrics
    certificates: Certificates
    asgi: ASGIApp
    draining: hosting.Draining
    document: dict[str, Any]
    privacy: PrivacyService | None
    background: Sequence[Callable[[], Coroutine[Any, Any, None]]]
    closing: Sequence[Callable[[], Coroutine[Any, Any, None]]]
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        """Begin the work in the background."""
        for run in self.background:
            task = asyncio.create_task(run(), name=getattr(run, "__qualname__", "background"))
            task.add_done_callback(_report_end)
            self.tasks.append(task)

    async def stop(self) -> None:
        """End the work in the background, tell what is left to tell, close every connection."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        try:
            await asyncio.wait_for(self._drain(), _DRAIN_S)
        except Exception as error:  # noqa: BLE001 - what is left stays in the outbox
            log.warning("app.drain_cut_off", error_type=type(error).__name__)
        for close in self.closing:
            try:
                await asyncio.wait_for(close(), _DRAIN_S)
            except Exception as error:  # noqa: BLE001 - the others are closed all the same
                log.warning("app.close_failed", error_type=type(error).__name__)
        await self.db.close()

    async def settle(self) -> None:
        """Wait until every event was handled and every action is in the audit log."""
        while await self._unsettled():  # noqa: ASYNC110 - for tests and tools
            await asyncio.sleep(0.01)

    async def _unsettled(self) -> bool:
        def work(tx: Transaction) -> bool:
            return bool(outbox.depth(tx) or audit.waiting(tx))

        # Asked twice, one after the other: a handler may tell a further event between the two.
        for _ in range(2):
            if await self.db.read(work) or await self.bus.pending():
                return True
        return False

    def healthy(self) -> bool:
        """Whether all of the background runs."""
        return bool(self.tasks) and not any(task.done() for task in self.tasks)

    async def _drain(self) -> None:
        while await self.relay.relay_once():
            pass


def _report_end(task: asyncio.Task[None]) -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None:
        log.error(
            "app.background_ended",
            task=task.get_name(),
            error_type=type(error).__name__,
            stack=frames_of(error),
        )


@asynccontextmanager
async def running(
    settings: Settings, parts: Parts | None = None, services: Iterable[str] = ()
) -> AsyncIterator[Application]:
    """A process that runs these services, or all, for as long as the block does."""
    application = build(settings, parts or Parts(), topology.chosen(services))
    application.start()
    try:
        yield application
    finally:
        await application.stop()


def database_address(settings: Settings) -> str:
    """Where the database is; by default SQLite in the data folder."""
    return settings.database.url or f"sqlite:///{settings.data / 'customerai.db'}"


def prepare(settings: Settings) -> KeyRing:
    """Make the data folder, the master key and the schema, where they are missing."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = load_keyring(settings.keys, settings.data)
    migrate(database_address(settings), settings.data / "migrate.lock")
    return keys


def build(
    settings: Settings,
    parts: Parts,
    services: frozenset[str] = frozenset(topology.SERVICES),
) -> Application:
    """Everything of one process, wired; call it inside a running event loop.

    Raises:
        SplitInvalid: the settings keep to this process what others must share.
    """
    topology.check(settings, services)
    # A thread that looks through a long text holds the interpreter for no longer than this.
    sys.setswitchinterval(_SWITCH_S)
    if topology.is_split(services):  # the schema is changed by a step of its own
        keys = load_keyring(settings.keys, settings.data)
    else:
        keys = prepare(settings)
    metrics = Metrics()
    process = Process(
        settings=settings,
        parts=parts,
        names=services,
        keys=keys,
        db=open_database(database_address(settings), settings.database),
        metrics=metrics,
        tokens=InternalTokens(keys.derive("internal-tokens")),
        certificates=Certificates(settings.tls, metrics),
    )
    gateway = GatewayService(
        db=process.db,
        clock=process.clock,
        keys=keys,
        settings=settings.gateway,
        environment=settings.environment,
    )
    cache = open_cache(settings.cache, metrics)
    bus = _bus(process)
    relay = Relay(process.db, bus)
    background = [
        relay.run,
        Sequencer(process.db, process.clock).run,
        bus.run,
        process.certificates.watch,
        Upkeep(process.db, process.clock, settings.database).run,
    ]
    workers = (process.traffic, process.rights, process.tables, process.imports)
    background += [worker.run for worker in workers if worker is not None]
    apps = _apps(process, gateway)
    document: dict[str, Any] = {}
    if "gateway" in services:
        background.append(gateway.keep_last_used)
        document = openapi.merge(apps.values())
    draining = hosting.Draining(_not_yet)
    application = Application(
        settings=settings,
        services=services,
        process=process,
        db=process.db,
        bus=bus,
        cache=cache,
        gateway=gateway,
        relay=relay,
        metrics=metrics,
        certificates=process.certificates,
        asgi=draining,
        draining=draining,
        document=document,
        privacy=process.privacy,
        background=background,
        closing=[bus.close, cache.close],
    )
    if "gateway" in services:
        draining.app = _front_door(application, process, apps)
    else:
        draining.app = _service_host(application, process, apps)
    application.closing = [
        *application.closing,
        *(remote.close for remote in process.remotes.values()),
    ]
    return application


def _bus(process: Process) -> Bus:
    """The bus, with the handlers of the services that this process runs."""
    running_here: dict[str, object] = {
        "privacy": process.rights,
        "responder": process.responder,
        "insights": process.insights,
        "fairness": process.fairness,
        "integrations": process.imports,
    }

    async def park(handler: str, envelope: Envelope, reason: str) -> None:
        await outbox.park(
            process.db,
            process.clock,
            process.metrics,
            handler=handler,
            envelope=envelope,
            error=reason,
        )

    known = [
        (handler.__customerai_event__.name, handler.__name__)
        for handlers in topology.HANDLERS.values()
        for handler in handlers
    ]
    bus = open_bus(process.settings.bus, process.metrics, known=known, park=park)
    for name, handlers in topology.HANDLERS.items():
        service = running_here[name]
        if service is None:
            continue
        for handler in handlers:
            subscription = subscribe(handler, service)
            consumer = Consumer(process.db, process.clock, process.metrics, subscription)
            bus.subscribe(
                subscription.event.name,
                subscription.name,
                consumer.deliver,
                batch=subscription.batch,
            )
    return bus


def _apps(process: Process, gateway: GatewayService) -> dict[str, FastAPI]:
    """The applications of the services; a gateway has all: its routes and document are theirs."""
    settings, tokens, clock = process.settings, process.tokens, process.clock
    missing: Any = None  # an application that only describes its routes

    def gateway_app() -> FastAPI:
        return gateway_api.build(
            gateway, db=process.db, clock=clock, tokens=tokens, settings=settings.gateway
        )

    def privacy_app() -> FastAPI:
        privacy = process.privacy or missing
        more = [
            policies_api.build_router(privacy, process.policies or missing),
            rights_api.build_router(process.rights or missing),
            tabular_api.build_router(process.tables or missing),
            traffic_api.build_router(process.traffic or missing),
            presidio_api.build_router(privacy, hash_key=process.keys.derive("presidio-hash")),
        ]
        return privacy_api.build(privacy, tokens, more)

    def responder_app() -> FastAPI:
        return responder_api.build(
            process.responder or missing,
            process.knowledge or missing,
            process.replies or missing,
            tokens,
        )

    made: dict[str, Callable[[], FastAPI]] = {
        "gateway": gateway_app,
        "privacy": privacy_app,
        "responder": responder_app,
        "insights": lambda: insights_api.build(process.insights or missing, tokens),
        "fairness": lambda: fairness_api.build(process.fairness or missing, clock, tokens),
        "integrations": lambda: integrations_api.build(process.imports or missing, tokens),
    }
    every = "gateway" in process.names
    return {name: make() for name, make in made.items() if every or name in process.names}


def _health(application: Application) -> list[Any]:
    db, metrics = application.db, application.metrics

    async def database_answers() -> bool:
        return (await db.read(outbox.depth)) >= 0

    async def privacy_answers() -> bool:
        # A text that was never seen, so that the answer does not come from memory.
        assert application.privacy is not None
        try:
            return len(await application.privacy.detect([new_id("ready")], language="en")) == 1
        except PrivacyUnavailable:
            return False

    async def background_runs() -> bool:
        return application.healthy()

    async def accepting() -> bool:
        return not application.draining.began

    backups = BackupGauges(backup_objects(application.settings), metrics)

    async def refresh() -> None:
        await backups.refresh()
        await refresh_gauges(db, application.process.clock, metrics)
        if application.process.fairness is not None:
            await application.process.fairness.refresh_gaps()
        if application.process.rights is not None:
            await application.process.rights.refresh_gauges()

    checks: dict[str, health.Check] = {
        "database": database_answers,
        "background": background_runs,
        "accepting": accepting,
    }
    if application.privacy is not None:
        checks["privacy"] = privacy_answers
    return health.routes(checks=checks, metrics=metrics, refresh=refresh)


def _front_door(application: Application, process: Process, apps: Mapping[str, FastAPI]) -> ASGIApp:
    settings = application.settings

    def upstream(name: str) -> ASGIApp:
        if name in process.names:
            return apps[name]
        from customerai.gateway.upstream import HttpUpstream  # noqa: PLC0415 - extra `distributed`

        return HttpUpstream(
            process.remote(name),
            timeout_s=settings.gateway.timeout_s,
            upload_timeout_s=_UPLOAD_S,
        )

    table = RouteTable(
        route for name, app in apps.items() for route in routes_of(app.openapi(), upstream(name))
    )
    return pipeline.build(
        table,
        pages=pages.build(
            application.document,
            health=_health(application),
            console=CONSOLE if (CONSOLE / "index.html").is_file() else None,
        ),
        service=application.gateway,
        cache=application.cache,
        tokens=process.tokens,
        settings=settings.gateway,
        metrics=application.metrics,
        access=AccessLog(settings.log, service=topology.label(application.services)),
    )


def _service_host(
    application: Application, process: Process, apps: Mapping[str, FastAPI]
) -> ASGIApp:
    """The front of a process without a gateway: routes of its services and between services."""
    found: dict[str, tuple[str, ASGIApp]] = {}
    for name, app in apps.items():
        for template in app.openapi()["paths"]:
            found["/".join(template.split("/", 3)[1:3])] = (name, app)
    if process.privacy is not None:
        internal = privacy_internal_api.build(
            process.privacy, process.tokens, process.consents_port
        )
        found["internal/privacy"] = ("privacy", internal)
    if process.responder is not None:
        internal = responder_internal_api.build(process.responder, process.tokens)
        found["internal/responder"] = ("responder", internal)
    return hosting.ServiceHost(
        found,
        pages=hosting.pages(_health(application)),
        metrics=application.metrics,
        access=AccessLog(application.settings.log, service=topology.label(application.services)),
    )


async def _not_yet(scope: Any, receive: Any, send: Any) -> None:
    raise RuntimeError("the front door is not built yet")
