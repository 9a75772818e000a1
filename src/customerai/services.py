"""Makes each service of a process from the settings, here or as the client of another process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from customerai.contracts.privacy import Privacy
from customerai.contracts.responder import Responder
from customerai.contracts.rights import Consents
from customerai.core.backups.archive import ErasureLedger
from customerai.core.certificates import Certificates
from customerai.core.clock import Clock, SystemClock
from customerai.core.crypto import KeyRing
from customerai.core.db import Database
from customerai.core.objects import backup_objects, objects_of
from customerai.core.principal import InternalTokens
from customerai.core.settings import Settings
from customerai.core.telemetry import Metrics
from customerai.fairness.service import FairnessService
from customerai.insights.service import Classifier, InsightsService
from customerai.integrations.service import ImportService
from customerai.ml.chat import ChatModel, OpenAIChat
from customerai.ml.classifier import TextClassifier
from customerai.ml.embedder import SentenceEmbedder
from customerai.ml.language import LanguageIdentifier
from customerai.ml.registry import CARDS
from customerai.ml.static_embedder import StaticEmbedder
from customerai.ml.tagger import TokenTagger
from customerai.privacy.analysis import Analyzer
from customerai.privacy.policies.service import PolicyService
from customerai.privacy.recognizers.registry import RecognizerRegistry, default_recognizers
from customerai.privacy.rights.service import RightsService
from customerai.privacy.service import Languages, PrivacyService
from customerai.privacy.tabular_service import TableService
from customerai.privacy.traffic.service import TrafficService
from customerai.responder.knowledge import Embedder, KnowledgeService
from customerai.responder.replying import ReplyService
from customerai.responder.service import ResponderService

if TYPE_CHECKING:
    from customerai.clients.calling import Calling
    from customerai.core.remote import Remote


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
class Process:
    """What the services of one process share, and the services that it runs itself.

    A service that another process runs is None here; `privacy_port` and `responder_port` are
    that service all the same, by its client.
    """

    settings: Settings
    parts: Parts
    names: frozenset[str]
    keys: KeyRing
    db: Database
    metrics: Metrics
    tokens: InternalTokens
    certificates: Certificates
    remotes: dict[str, Remote] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = self.parts.clock or SystemClock()
        self._shared_embedder: StaticEmbedder | None = None
        self._shared_languages: Languages | None = self.parts.languages
        self._shared_analyzer: Analyzer | None = self.parts.analyzer
        here = "privacy" in self.names
        self.policies = _policies(self) if here else None
        self.privacy = _privacy(self) if here else None
        self.traffic = _traffic(self) if here else None
        self.rights = _rights(self) if here else None
        self.consents_port = _consents(self)
        self.tables = _tables(self) if here else None
        self.privacy_port = self.privacy or _remote_privacy(self)
        self.responder = _responder(self) if "responder" in self.names else None
        self.responder_port = self.responder or _remote_responder(self)
        self.knowledge = _knowledge(self) if "responder" in self.names else None
        self.replies = _replies(self)
        self.insights = _insights(self) if "insights" in self.names else None
        self.fairness = _fairness(self) if "fairness" in self.names else None
        self.imports = _imports(self) if "integrations" in self.names else None

    def remote(self, service: str) -> Remote:
        """The connections to a service that another process runs."""
        from customerai.core.remote import Remote  # noqa: PLC0415 - extra `distributed`

        if service not in self.remotes:
            self.remotes[service] = Remote(
                service,
                getattr(self.settings.services, service),
                settings=self.settings.services,
                metrics=self.metrics,
                tls=self.certificates.client(),
            )
        return self.remotes[service]

    def calling(self, service: str) -> Calling:
        from customerai.clients.calling import Calling  # noqa: PLC0415 - extra `distributed`

        timeout_s = self.settings.services.timeout_s
        return Calling(self.remote(service), self.tokens, timeout_s=timeout_s)

    def classes_embedder(self) -> StaticEmbedder:
        """One for both classifiers: it is the larger part of each."""
        if self._shared_embedder is None:
            self._shared_embedder = StaticEmbedder()
        return self._shared_embedder

    def analyzer(self) -> Analyzer:
        """One for texts and tables: the name model is loaded once."""
        if self._shared_analyzer is None:
            named = self.settings.privacy.names_model != "none"
            tagger = TokenTagger(threads=self.settings.models.threads) if named else None
            self._shared_analyzer = RecognizerRegistry(default_recognizers(tagger))
        return self._shared_analyzer

    def languages(self) -> Languages:
        """One for all services: it is loaded once."""
        if self._shared_languages is None:
            self._shared_languages = LanguageIdentifier(self.settings.insights.languages)
        return self._shared_languages


class Nowhere:
    """Stands for a service that no part of this process calls."""


def _needs(process: Process, service: str, callers: set[str]) -> bool:
    return bool(callers & process.names) and service not in process.names


def _remote_privacy(process: Process) -> Privacy:
    if not _needs(process, "privacy", {"responder", "insights", "fairness"}):
        return Nowhere()  # type: ignore[return-value]  # nothing here calls it
    from customerai.clients.privacy import HttpPrivacy  # noqa: PLC0415 - extra `distributed`

    return HttpPrivacy(process.calling("privacy"))


def _remote_responder(process: Process) -> Responder:
    if not _needs(process, "responder", {"insights", "integrations"}):
        return Nowhere()  # type: ignore[return-value]  # nothing here calls it
    from customerai.clients.responder import HttpResponder  # noqa: PLC0415 - extra `distributed`

    return HttpResponder(process.calling("responder"))


def _policies(process: Process) -> PolicyService:
    return PolicyService(
        db=process.db,
        clock=process.clock,
        keys=process.keys,
        remote_recognizers=process.settings.privacy.remote_recognizers,
    )


def _privacy(process: Process) -> PrivacyService:
    return PrivacyService(
        db=process.db,
        clock=process.clock,
        keys=process.keys,
        analyzer=process.analyzer(),
        languages=process.languages(),
        settings=process.settings.privacy,
        metrics=process.metrics,
        policies=process.policies,
    )


def _traffic(process: Process) -> TrafficService:
    assert process.privacy is not None
    return TrafficService(
        db=process.db,
        clock=process.clock,
        privacy=process.privacy,
        watch=process.privacy.leak_watch,
        days=process.settings.privacy.traffic_days,
    )


def _rights(process: Process) -> RightsService:
    assert process.privacy is not None
    objects = objects_of(process.settings)
    return RightsService(
        db=process.db,
        clock=process.clock,
        keys=process.keys,
        privacy=process.privacy,
        objects=objects,
        ledger=ErasureLedger(backup_objects(process.settings)),
        settings=process.settings.privacy,
        metrics=process.metrics,
    )


def _consents(process: Process) -> Consents:
    if process.rights is not None:
        return process.rights.consents
    if not _needs(process, "privacy", {"responder", "insights"}):
        return Nowhere()  # type: ignore[return-value]  # nothing here calls it
    from customerai.clients.rights import HttpConsents  # noqa: PLC0415 - extra `distributed`

    return HttpConsents(process.calling("privacy"))


def _tables(process: Process) -> TableService:
    return TableService(
        db=process.db,
        clock=process.clock,
        keys=process.keys,
        analyzer=process.analyzer(),
        objects=objects_of(process.settings),
        metrics=process.metrics,
    )


def _responder(process: Process) -> ResponderService:
    return ResponderService(
        db=process.db,
        clock=process.clock,
        keys=process.keys,
        privacy=process.privacy_port,
        metrics=process.metrics,
    )


def _knowledge(process: Process) -> KnowledgeService:
    models = process.settings.models
    return KnowledgeService(
        db=process.db,
        clock=process.clock,
        keys=process.keys,
        privacy=process.privacy_port,
        embedder=process.parts.embedder
        or SentenceEmbedder(threads=models.threads, override=models.embedder_path),
        settings=process.settings.responder,
    )


def _replies(process: Process) -> ReplyService | None:
    if process.responder is None or process.knowledge is None:
        return None
    models, chat = process.settings.models, process.parts.chat
    if chat is None and models.chat_url is not None:
        chat = OpenAIChat(
            models.chat_url, models.chat_model, key=models.chat_key, timeout_s=models.chat_timeout_s
        )
    return ReplyService(
        db=process.db,
        clock=process.clock,
        consents=process.consents_port,
        privacy=process.privacy_port,
        responder=process.responder,
        knowledge=process.knowledge,
        model=chat,
        settings=process.settings.responder,
        metrics=process.metrics,
    )


def _classifier(process: Process, given: Classifier | None, card: str) -> Classifier:
    return given or TextClassifier(CARDS[card], embedder=process.classes_embedder())


def _insights(process: Process) -> InsightsService:
    return InsightsService(
        db=process.db,
        consents=process.consents_port,
        privacy=process.privacy_port,
        responder=process.responder_port,
        languages=process.languages(),
        sentiment=_classifier(process, process.parts.sentiment, "sentiment"),
        intent=_classifier(process, process.parts.intent, "reasons"),
        metrics=process.metrics,
    )


def _fairness(process: Process) -> FairnessService:
    return FairnessService(
        db=process.db,
        clock=process.clock,
        privacy=process.privacy_port,
        settings=process.settings.fairness,
        metrics=process.metrics,
    )


def _imports(process: Process) -> ImportService:
    return ImportService(
        db=process.db,
        clock=process.clock,
        keys=process.keys,
        responder=process.responder_port,
        objects=objects_of(process.settings),
        settings=process.settings.imports,
        metrics=process.metrics,
    )
