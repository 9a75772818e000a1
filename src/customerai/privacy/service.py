"""The use cases of privacy: detect, anonymize, restore."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

import structlog

from customerai.contracts.privacy import (
    AnonymizeRequest,
    AnonymizeResult,
    PrivacyUnavailable,
    Receipt,
    SessionNotFound,
)
from customerai.core import audit
from customerai.core.clock import Clock
from customerai.core.crypto import KeyRing
from customerai.core.db import Database, Transaction
from customerai.core.errors import ContentTooLarge
from customerai.core.guard import in_thread
from customerai.core.ids import new_id
from customerai.core.principal import Principal
from customerai.core.safe_text import SafeText, digest_of
from customerai.core.safe_text_issuer import issue
from customerai.core.settings import PrivacySettings
from customerai.core.telemetry import Metrics, frames_of
from customerai.privacy import operators, store
from customerai.privacy.analysis import Analyzer, ParallelAnalysis
from customerai.privacy.hiding import Hiding, parse_operators
from customerai.privacy.leak_watch import LeakWatch
from customerai.privacy.placeholders import restore
from customerai.privacy.recognizers.spans import Span
from customerai.privacy.store import SessionMoved, StoredSession
from customerai.privacy.traffic import store as traffic_store
from customerai.privacy.traffic.service import passages_of
from customerai.privacy.vault import Known, OpenSession, Vault

log = structlog.get_logger(__name__)

POLICY_VERSION: Final = "default-1"
_GROUP_TYPES: Final = frozenset({"LOCATION", "AGE", "NRP", "DATE_TIME", "ORGANIZATION"})
_LABEL_MIN_SCORE: Final = 0.6
_ATTEMPTS: Final = 8
_FEW_VALUES: Final = 200
_FEW_CHARS: Final = 100_000


class TextTooLong(ContentTooLarge):
    """A text has more characters than are taken in one piece, or a call has too many texts."""


class Languages(Protocol):
    """Tells languages; implemented by `ml.language.LanguageIdentifier`."""

    def identify(self, texts: Sequence[SafeText]) -> list[tuple[str, float]]: ...


@dataclass(frozen=True)
class Detection:
    """What was found in one text."""

    language: str
    spans: tuple[Span, ...]


class PrivacyService:
    """Finds and hides personal data. Implements contracts.privacy.Privacy."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        keys: KeyRing,
        analyzer: Analyzer,
        languages: Languages,
        settings: PrivacySettings,
        metrics: Metrics,
    ) -> None:
        self._db = db
        self._clock = clock
        self._vault = Vault(keys, clock)
        self._hiding = Hiding(keys.derive("privacy-keyed-hash"))
        self._analysis = ParallelAnalysis(analyzer)
        self._languages = languages
        self._settings = settings
        self._metrics = metrics
        self.leak_watch = LeakWatch(settings.leak_watch_rate, metrics, clock)

    async def detect(
        self,
        texts: Sequence[str],
        *,
        language: str | None = None,
        entities: frozenset[str] | None = None,
        min_score: float | None = None,
    ) -> list[Detection]:
        """The personal data in each text; nothing is kept.

        Raises:
            TextTooLong: a text or the number of texts is over the limit.
            PrivacyUnavailable: the recognizers fail.
        """
        found = await self._analyze(texts, entities=entities, min_score=min_score)
        if language is not None:
            return [Detection(language, tuple(spans)) for spans in found]
        safe = [_without(text, spans) for text, spans in zip(texts, found, strict=True)]
        labels = await in_thread(self._languages.identify, safe)
        return [
            Detection(label, tuple(spans)) for (label, _), spans in zip(labels, found, strict=True)
        ]

    async def anonymize(
        self, who: Principal, requests: Sequence[AnonymizeRequest]
    ) -> list[AnonymizeResult]:
        chosen = [parse_operators(request.operators) for request in requests]
        texts = [text for request in requests for text in request.texts]
        remaining = iter(await self._analyze(texts))
        spans = [
            [_wanted(text, next(remaining), request) for text in request.texts]
            for request in requests
        ]
        ids = [request.session_id or new_id("psn") for request in requests]
        find = partial(self._vault.find, who, requests, ids)

        def hide(known: Known) -> tuple[list[OpenSession], list[AnonymizeResult]]:
            sessions = self._vault.open(who, requests, ids, known)
            rows = zip(requests, sessions, spans, chosen, strict=True)
            return sessions, [self._hide(*row) for row in rows]

        def hide_alone(tx: Transaction) -> list[AnonymizeResult]:
            sessions, results = hide(find(tx, locked=True))
            self._keep(who, requests, sessions, results, tx)
            return results

        try:
            known = await self._db.read(find, tenant=who.tenant)
            quick = _is_quick(known, texts)
            sessions, results = hide(known) if quick else await in_thread(hide, known)
            await self._db.write(
                partial(self._keep, who, requests, sessions, results), tenant=who.tenant
            )
        except SessionMoved:
            results = await self._repeat(who, hide_alone)
        self._count(results)
        self._watch(who, requests, results)
        return results

    async def _repeat(
        self, who: Principal, hide_alone: Callable[[Transaction], list[AnonymizeResult]]
    ) -> list[AnonymizeResult]:
        """Where others add to the same sessions: read, hide and keep in one transaction.

        On SQLite one attempt does, and elsewhere too for sessions that exist, which are locked.
        """
        for _ in range(_ATTEMPTS):
            try:
                return await self._db.write(hide_alone, tenant=who.tenant)
            except SessionMoved:
                continue
        raise PrivacyUnavailable

    async def restore(self, who: Principal, session_id: str, texts: Sequence[str]) -> list[str]:
        def work(tx: Transaction) -> dict[str, StoredSession]:
            return store.find_sessions(tx, who.tenant, [session_id])

        stored = (await self._db.read(work, tenant=who.tenant)).get(session_id)
        if stored is None:
            raise SessionNotFound(session_id)
        restored = await in_thread(self._restore, who.tenant, stored, texts)
        await self._db.write(
            lambda tx: audit.record(
                tx, who, "privacy.restored", session=session_id, texts=len(restored)
            ),
            tenant=who.tenant,
        )
        return restored

    def _restore(self, tenant: str, stored: StoredSession, texts: Sequence[str]) -> list[str]:
        mapping = self._vault.session(tenant, stored).book.mapping()
        return [restore(text, mapping) for text in texts]

    async def _analyze(
        self,
        texts: Sequence[str],
        *,
        entities: frozenset[str] | None = None,
        min_score: float | None = None,
    ) -> list[list[Span]]:
        if len(texts) > self._settings.max_texts:
            raise TextTooLong(f"A call takes at most {self._settings.max_texts} texts.")
        if any(len(text) > self._settings.max_text_chars for text in texts):
            raise TextTooLong(f"A text may have {self._settings.max_text_chars} characters.")
        if not any(texts):
            return [[] for _ in texts]
        try:
            return await self._analysis.analyze(
                texts,
                entities=entities,
                min_score=self._settings.min_score if min_score is None else min_score,
            )
        except Exception as error:
            # Whatever went wrong in a recognizer: fail closed, and say nothing of the text.
            self._metrics.privacy_failures.inc()
            log.error(
                "privacy.analysis_failed",
                error_type=type(error).__name__,
                stack=frames_of(error),
            )
            raise PrivacyUnavailable from error

    def _hide(
        self,
        request: AnonymizeRequest,
        session: OpenSession,
        found: Sequence[Sequence[Span]],
        chosen: Mapping[str, operators.Operator],
    ) -> AnonymizeResult:
        results, counts = self._hiding.hide(request, session.book, found, chosen)
        receipt = Receipt(
            id=new_id("rcpt"),
            at=self._clock.now(),
            purpose=request.purpose,
            policy_version=POLICY_VERSION,
            recognizer_version=self._analysis.version,
            entities=dict(sorted(counts.items())),
            texts=len(results),
            digest=digest_of([result.text for result in results]),
        )
        return AnonymizeResult(session.id, results, receipt)

    def _keep(
        self,
        who: Principal,
        requests: Sequence[AnonymizeRequest],
        sessions: Sequence[OpenSession],
        results: Sequence[AnonymizeResult],
        tx: Transaction,
    ) -> None:
        self._vault.keep(who, sessions, tx)
        if self._settings.traffic_days:
            subjects = [session.subject_id for session in sessions]
            left = passages_of(who, requests, subjects, results)
            traffic_store.add(tx, who.tenant, left)
        audit.record_all(
            tx, who, "privacy.anonymized", [receipt_facts(result.receipt) for result in results]
        )

    def _count(self, results: Sequence[AnonymizeResult]) -> None:
        for result in results:
            self._metrics.texts.inc(result.receipt.texts)
            for entity, count in result.receipt.entities.items():
                self._metrics.entities.labels(type=entity).inc(count)

    def _watch(
        self,
        who: Principal,
        requests: Sequence[AnonymizeRequest],
        results: Sequence[AnonymizeResult],
    ) -> None:
        for request, result in zip(requests, results, strict=True):
            for item in result.results:
                # What an operator wrote may look personal on purpose; a placeholder never does.
                ranges = [(span.safe_start, span.safe_end) for span in item.spans]
                self.leak_watch.offer(who.tenant, item.text, ranges if request.operators else ())


def receipt_facts(receipt: Receipt) -> dict[str, audit.Detail]:
    """A receipt as the audit log keeps it."""
    return {
        "receipt": receipt.id,
        "purpose": receipt.purpose,
        "policy_version": receipt.policy_version,
        "recognizer_version": receipt.recognizer_version,
        "entities": dict(receipt.entities),
        "texts": receipt.texts,
        "digest": receipt.digest,
    }


def _is_quick(known: Known, texts: Sequence[str]) -> bool:
    """Whether to hide takes less than a few milliseconds, so that no thread is worth it."""
    values = sum(len(stored.tokens) for stored in known[0].values())
    return values <= _FEW_VALUES and sum(map(len, texts)) <= _FEW_CHARS


def _wanted(text: str, spans: Sequence[Span], request: AnonymizeRequest) -> list[Span]:
    return [
        span
        for span in spans
        if span.score >= request.min_score and not (request.labels and _names_a_group(text, span))
    ]


def _names_a_group(label: str, span: Span) -> bool:
    """Whether a finding in a label is what labels are: `Paris`, `30-39`, `Christian`.

    A label stands without a sentence, so a model's word for a single name counts little; a full
    name, a name among other words, a number or an address is still one person's.
    """
    if span.type in _GROUP_TYPES or span.score < _LABEL_MIN_SCORE:
        return True
    whole = label[span.start : span.end] == label.strip()
    return span.type == "PERSON" and whole and " " not in label.strip()


def _without(text: str, spans: Sequence[Span]) -> SafeText:
    hidden, _ = operators.apply(text, spans, lambda _span, _value: " ")
    return issue(hidden)
