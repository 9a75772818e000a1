"""The composition root: builds one process from the settings. Nothing else chooses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import structlog
from fastapi import FastAPI
from starlette.types import ASGIApp

from customerai.contracts.privacy import PrivacyUnavailable
from customerai.core import audit, outbox
from customerai.core.audit import Sequencer
from customerai.core.bus import MemoryBus
from customerai.core.cache import MemoryCache
from customerai.core.clock import Clock, SystemClock
from customerai.core.crypto import KeyRing, load_master_key
from customerai.core.db import Database, Transaction, open_database
from customerai.core.events import Subscription, subscribe
from customerai.core.ids import new_id
from customerai.core.outbox import Consumer, Relay
from customerai.core.principal import InternalTokens
from customerai.core.settings import Settings
from customerai.core.telemetry import AccessLog, Metrics, frames_of
from customerai.fairness import api as fairness_api
from customerai.fairness import handlers as fairness_handlers
from customerai.fairness.service import FairnessService
from customerai.gateway import api as gateway_api
from customerai.gateway import openapi, pages, pipeline
from customerai.gateway.routing import RouteTable, routes_of
from customerai.gateway.service import GatewayService
from customerai.insights import api as insights_api
from customerai.insights import handlers as insights_handlers
from customerai.insights.service import Classifier, InsightsService
from customerai.integrations import api as integrations_api
from customerai.integrations.service import ImportService
from customerai.migrations import migrate
from customerai.ml.chat import ChatModel, OpenAIChat
from customerai.ml.classifier import TextClassifier
from customerai.ml.embedder import SentenceEmbedder
from customerai.ml.language import LanguageIdentifier
from customerai.ml.registry import CARDS
from customerai.ml.static_embedder import StaticEmbedder
from customerai.ml.tagger import TokenTagger
from customerai.privacy import api as privacy_api
from customerai.privacy.analysis import Analyzer
from customerai.privacy.recognizers.registry import RecognizerRegistry, default_recognizers
from customerai.privacy.service import Languages, PrivacyService
from customerai.responder import api as responder_api
from customerai.responder.knowledge import Embedder, KnowledgeService
from customerai.responder.replying import ReplyService
from customerai.responder.service import ResponderService

log = structlog.get_logger(__name__)

TENANT: Final = "main"
CONSOLE: Final = Path(__file__).parent / "console"
_DRAIN_S: Final = 10.0


@dataclass(frozen=True)
class Parts:
    """What a process is built with in place of the defaults; None takes the default."""

    clock: Clock | None = None
    analyzer: Analyzer | None = None
    languages: Languages | None = None
    sentiment: Classifier | None = None
    intent: Classifier | None = None
    embedder: Embedder | None = None
    chat: ChatModel | None = None


@dataclass
class Application:
    """One process: its front door, its services and the work in its background."""

    settings: Settings
    db: Database
    asgi: ASGIApp
    document: dict[str, Any]
    gateway: GatewayService
    privacy: PrivacyService
    relay: Relay
    metrics: Metrics
    background: Sequence[Callable[[], Coroutine[Any, Any, None]]]
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        """Begin the work in the background."""
        for run in self.background:
            task = asyncio.create_task(run(), name=run.__qualname__)
            task.add_done_callback(_report_end)
            self.tasks.append(task)

    async def stop(self) -> None:
        """End the work in the background, tell what is left to tell, close the database."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        try:
            await asyncio.wait_for(self._drain(), _DRAIN_S)
        except asyncio.TimeoutError:
            log.warning("app.drain_cut_off")  # what is left stays in the outbox
        await self.db.close()

    async def settle(self) -> None:
        """Wait until every event was handled and every action is in the audit log."""
        while await self._unsettled():  # noqa: ASYNC110 - for tests and tools
            await asyncio.sleep(0.01)

    async def _unsettled(self) -> bool:
        def work(tx: Transaction) -> bool:
            return bool(outbox.depth(tx) or audit.waiting(tx))

        return await self.db.read(work)

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
async def running(settings: Settings, parts: Parts | None = None) -> AsyncIterator[Application]:
    """A process that runs, for as long as the block does."""
    application = build(settings, parts or Parts())
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
    keys = KeyRing(load_master_key(settings.keys.master_key, settings.data / "master.key"))
    migrate(database_address(settings), settings.data / "migrate.lock")
    return keys


def build(settings: Settings, parts: Parts) -> Application:
    """Everything of one process, wired; call it inside a running event loop."""
    keys = prepare(settings)
    parts = _with_defaults(settings, parts)
    clock, chat = parts.clock, parts.chat
    assert clock is not None
    db = open_database(database_address(settings), settings.database)
    metrics = Metrics()
    tokens = InternalTokens(keys.derive("internal-tokens"))
    assert parts.analyzer and parts.languages and parts.embedder  # noqa: PT018
    assert parts.sentiment and parts.intent  # noqa: PT018
    privacy = PrivacyService(
        db=db,
        clock=clock,
        keys=keys,
        analyzer=parts.analyzer,
        languages=parts.languages,
        settings=settings.privacy,
        metrics=metrics,
    )
    responder = ResponderService(db=db, clock=clock, keys=keys, privacy=privacy, metrics=metrics)
    knowledge = KnowledgeService(
        db=db,
        clock=clock,
        keys=keys,
        privacy=privacy,
        embedder=parts.embedder,
        settings=settings.responder,
    )
    replies = ReplyService(
        db=db,
        clock=clock,
        privacy=privacy,
        responder=responder,
        knowledge=knowledge,
        model=chat,
        settings=settings.responder,
        metrics=metrics,
    )
    insights = InsightsService(
        db=db,
        privacy=privacy,
        responder=responder,
        languages=parts.languages,
        sentiment=parts.sentiment,
        intent=parts.intent,
        metrics=metrics,
    )
    fairness = FairnessService(
        db=db, clock=clock, privacy=privacy, settings=settings.fairness, metrics=metrics
    )
    imports = ImportService(
        db=db,
        clock=clock,
        keys=keys,
        responder=responder,
        folder=settings.data / "imports",
        settings=settings.imports,
        metrics=metrics,
    )
    gateway = GatewayService(
        db=db,
        clock=clock,
        keys=keys,
        settings=settings.gateway,
        environment=settings.environment,
    )
    bus = MemoryBus()
    for subscription in (
        subscribe(insights_handlers.score_messages, insights),
        subscribe(insights_handlers.note_outcomes, insights),
        subscribe(fairness_handlers.count_decisions, fairness),
    ):
        _subscribe(bus, Consumer(db, clock, metrics, subscription), subscription)
    relay = Relay(db, bus)
    services = [
        gateway_api.build(gateway, db=db, clock=clock, tokens=tokens, settings=settings.gateway),
        privacy_api.build(privacy, tokens),
        responder_api.build(responder, knowledge, replies, tokens),
        insights_api.build(insights, tokens),
        fairness_api.build(fairness, clock, tokens),
        integrations_api.build(imports, tokens),
    ]
    document = openapi.merge(services)
    application = Application(
        settings=settings,
        db=db,
        asgi=_not_yet,
        document=document,
        gateway=gateway,
        privacy=privacy,
        relay=relay,
        metrics=metrics,
        background=[
            relay.run,
            Sequencer(db, clock).run,
            imports.run,
            gateway.keep_last_used,
        ],
    )
    application.asgi = _front_door(application, services, tokens)
    return application


def _front_door(
    application: Application, services: Sequence[FastAPI], tokens: InternalTokens
) -> ASGIApp:
    db, metrics, settings = application.db, application.metrics, application.settings
    table = RouteTable(
        route for service in services for route in routes_of(service.openapi(), service)
    )

    async def database_answers() -> bool:
        return (await db.read(outbox.depth)) >= 0

    async def privacy_answers() -> bool:
        # A text that was never seen, so that the answer does not come from memory.
        try:
            return len(await application.privacy.detect([new_id("ready")], language="en")) == 1
        except PrivacyUnavailable:
            return False

    async def background_runs() -> bool:
        return application.healthy()

    async def refresh() -> None:
        metrics.outbox_depth.set(await db.read(outbox.depth))
        metrics.dead_letters.set(await db.read(outbox.count_dead_letters))

    checks: dict[str, Callable[[], Awaitable[bool]]] = {
        "database": database_answers,
        "privacy": privacy_answers,
        "background": background_runs,
    }
    return pipeline.build(
        table,
        pages=pages.build(
            application.document,
            checks=checks,
            metrics=metrics,
            refresh=refresh,
            console=CONSOLE if (CONSOLE / "index.html").is_file() else None,
        ),
        service=application.gateway,
        cache=MemoryCache(),
        tokens=tokens,
        settings=settings.gateway,
        metrics=metrics,
        access=AccessLog(settings.log),
    )


async def _not_yet(scope: Any, receive: Any, send: Any) -> None:
    raise RuntimeError("the front door is not built yet")


def _subscribe(bus: MemoryBus, consumer: Consumer, subscription: Subscription) -> None:
    bus.subscribe(subscription.event.name, subscription.name, consumer.deliver)


def _with_defaults(settings: Settings, parts: Parts) -> Parts:
    threads = settings.models.threads
    shared = StaticEmbedder()
    analyzer = parts.analyzer
    if analyzer is None:
        tagger = None if settings.privacy.names_model == "none" else TokenTagger(threads=threads)
        analyzer = RecognizerRegistry(default_recognizers(tagger))
    chat = parts.chat
    if chat is None and settings.models.chat_url is not None:
        chat = OpenAIChat(
            settings.models.chat_url,
            settings.models.chat_model,
            key=settings.models.chat_key,
            timeout_s=settings.models.chat_timeout_s,
        )
    return replace(
        parts,
        clock=parts.clock or SystemClock(),
        analyzer=analyzer,
        languages=parts.languages or LanguageIdentifier(settings.insights.languages),
        sentiment=parts.sentiment or TextClassifier(CARDS["sentiment"], embedder=shared),
        intent=parts.intent or TextClassifier(CARDS["reasons"], embedder=shared),
        embedder=parts.embedder
        or SentenceEmbedder(threads=threads, override=settings.models.embedder_path),
        chat=chat,
    )
