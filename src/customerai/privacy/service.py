"""The use cases of privacy: detect, anonymize, restore."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol, TypeAlias

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
from customerai.privacy.analysis import Analyzer
from customerai.privacy.hiding import Hiding, is_slow, remembers
from customerai.privacy.leak_watch import LeakWatch
from customerai.privacy.placeholders import PlaceholderBook
from customerai.privacy.policies.evaluation import Effective
from customerai.privacy.policies.finding import PolicyAnalysis
from customerai.privacy.policies.model import USES, use_of
from customerai.privacy.policies.service import PolicyService
from customerai.privacy.policies.showing import let_go, viewer
from customerai.privacy.policies.ways import Way, way_of
from customerai.privacy.recognizers.spans import Recognizer, Span
from customerai.privacy.store import SessionMoved, StoredSession
from customerai.privacy.traffic import store as traffic_store
from customerai.privacy.traffic.service import passages_of
from customerai.privacy.vault import Known, OpenSession, Vault

log = structlog.get_logger(__name__)

_GROUP_TYPES: Final = frozenset({"LOCATION", "AGE", "NRP", "DATE_TIME", "ORGANIZATION"})
_LABEL_MIN_SCORE: Final = 0.6
_ATTEMPTS: Final = 8
_FEW_VALUES: Final = 200
_FEW_CHARS: Final = 100_000
_BUILT_IN: Final = {use: Effective(use) for use in USES}


_Hidden: TypeAlias = "tuple[OpenSession, AnonymizeResult]"


class TextTooLong(ContentTooLarge):
    """A text has more characters than are taken in one piece, or a call has too many texts."""


class Languages(Protocol):
    """Tells languages; implemented by `ml.language.LanguageIdentifier`."""

    def identify(self, texts: Sequence[SafeText]) -> list[tuple[str, float]]: ...


@dataclass(frozen=True)
class Detection:
    """What was found in one text, and by which policy."""

    language: str
    spans: tuple[Span, ...]
    rules: Effective


@dataclass(frozen=True)
class Rehearsal:
    """What a policy would make of one text.

    Attributes:
        let_go: spans that it leaves as they are, each with the rule that says so.
    """

    text: SafeText
    spans: tuple[Span, ...]
    let_go: tuple[tuple[Span, str], ...]


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
        policies: PolicyService | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._vault = Vault(keys, clock)
        self._hiding = Hiding(keys.derive("privacy-keyed-hash"))
        self._analysis = PolicyAnalysis(analyzer, settings.min_score)
        self._policies = policies
        self._languages = languages
        self._settings = settings
        self._metrics = metrics
        self.leak_watch = LeakWatch(settings.leak_watch_rate, metrics, clock)

    @property
    def entities(self) -> frozenset[str]:
        """The types that are found without anybody's doing."""
        return self._analysis.entities

    @property
    def recognizers(self) -> tuple[str, ...]:
        """The names of the recognizers that are there without anybody's doing."""
        return self._analysis.names

    async def rules(self, tenant: str, purpose: str) -> Effective:
        """What holds for a tenant and a purpose now."""
        own = None if self._policies is None else await self._policies.rules(tenant)
        use = use_of(purpose)
        return _BUILT_IN[use] if own is None else own.of(use)

    async def detect(
        self,
        texts: Sequence[str],
        *,
        language: str | None = None,
        entities: frozenset[str] | None = None,
        min_score: float | None = None,
        rules: Effective | None = None,
        extra: Sequence[Recognizer] = (),
    ) -> list[Detection]:
        """The personal data in each text; nothing is kept.

        Args:
            rules: the policy that holds; None: the product's own way.
            extra: recognizers for this call alone.

        Raises:
            TextTooLong: a text or the number of texts is over the limit.
            PrivacyUnavailable: the recognizers fail.
        """
        rules = rules or _BUILT_IN[use_of("")]
        found = await self._analyze(
            texts, rules, entities=entities, min_score=min_score, extra=extra
        )
        if language is not None:
            return [Detection(language, tuple(spans), rules) for spans in found]
        safe = [_without(text, spans) for text, spans in zip(texts, found, strict=True)]
        labels = await in_thread(self._languages.identify, safe)
        return [
            Detection(label, tuple(spans), rules)
            for (label, _), spans in zip(labels, found, strict=True)
        ]

    async def rehearse(
        self, tenant: str, texts: Sequence[str], rules: Effective
    ) -> list[Rehearsal]:
        """What a policy would make of texts; nothing is kept, counted or looked at again.

        Raises:
            TextTooLong: a text or the number of texts is over the limit.
            PrivacyUnavailable: the recognizers fail.
        """
        found = await self._analyze(texts, rules)
        plain = await self._analyze(texts, _BUILT_IN[rules.purpose])
        request = AnonymizeRequest(texts=tuple(texts), purpose=rules.purpose)
        chosen = way_of(request, rules).chosen
        scope = self._hiding.scope(tenant)
        results, _ = await in_thread(
            self._hiding.hide, request, PlaceholderBook(), found, chosen, scope
        )
        return [
            Rehearsal(result.text, tuple(spans), tuple(let_go(text, spans, others, rules)))
            for text, result, spans, others in zip(texts, results, found, plain, strict=True)
        ]

    async def anonymize(
        self, who: Principal, requests: Sequence[AnonymizeRequest]
    ) -> list[AnonymizeResult]:
        ways = await self._ways(who.tenant, requests)
        texts = [text for request in requests for text in request.texts]
        spans = [
            [_wanted(text, one, request) for text, one in zip(request.texts, found, strict=True)]
            for request, found in zip(
                requests, await self._analyze_each(requests, ways), strict=True
            )
        ]
        ids = [request.session_id or new_id("psn") for request in requests]
        find = partial(self._vault.find, who, requests, ids)

        def hide(known: Known) -> list[_Hidden]:
            sessions = self._vault.open(who, requests, ids, known)
            for session, way in zip(sessions, ways, strict=True):
                session.keeps_nothing &= not remembers(way.chosen)
            rows = zip(requests, sessions, spans, ways, strict=True)
            return [(row[1], self._hide(who.tenant, *row)) for row in rows]

        def hide_alone(tx: Transaction) -> list[AnonymizeResult]:
            hidden = hide(find(tx, locked=True))
            self._keep(who, requests, hidden, ways, tx)
            return [result for _, result in hidden]

        try:
            known = await self._db.read(find, tenant=who.tenant)
            quick = _is_quick(known, texts) and not any(is_slow(way.chosen) for way in ways)
            hidden = hide(known) if quick else await in_thread(hide, known)
            results = [result for _, result in hidden]
            await self._db.write(
                partial(self._keep, who, requests, hidden, ways), tenant=who.tenant
            )
        except SessionMoved:
            results = await self._repeat(who, hide_alone)
        self._count(results)
        self._watch(who, results, ways)
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

    async def restore(
        self,
        who: Principal,
        session_id: str,
        texts: Sequence[str],
        *,
        purpose: str | None = None,
        tolerant: bool = False,
    ) -> list[str]:
        """As `contracts.privacy.Privacy.restore`; a purpose's policy says how values are shown.

        Args:
            purpose: None: each value exactly as it was.
            tolerant: the texts are a model's, which may have changed how stand-ins are written.
        """

        def work(tx: Transaction) -> dict[str, StoredSession]:
            return store.find_sessions(tx, who.tenant, [session_id])

        rules = None if purpose is None else await self.rules(who.tenant, purpose)
        stored = (await self._db.read(work, tenant=who.tenant)).get(session_id)
        if stored is None:
            raise SessionNotFound(session_id)
        restored = await in_thread(
            self._restore, who.tenant, stored, texts, rules, tolerant=tolerant
        )
        facts: dict[str, audit.Detail] = {"session": session_id, "texts": len(restored)}
        if rules is not None:
            facts |= {"purpose": rules.purpose, "policy_version": rules.version}
        await self._db.write(
            lambda tx: audit.record(tx, who, "privacy.restored", **facts), tenant=who.tenant
        )
        return restored

    async def decrypted(self, who: Principal, *, texts: int, values: int) -> None:
        """Note that somebody had values decrypted with a key of their own."""
        await self._db.write(
            lambda tx: audit.record(tx, who, "privacy.decrypted", texts=texts, values=values),
            tenant=who.tenant,
        )

    def _restore(
        self,
        tenant: str,
        stored: StoredSession,
        texts: Sequence[str],
        rules: Effective | None,
        *,
        tolerant: bool,
    ) -> list[str]:
        session = self._vault.session(tenant, stored)
        scope = self._hiding.scope(tenant, session.id, session.subject_id)
        if rules is None:
            restorer = self._hiding.restorer(session.book, scope, tolerant=tolerant)
        else:
            restorer = viewer(session.book, rules, scope, tolerant=tolerant)
        return [restorer.restore(text) for text in texts]

    async def _ways(self, tenant: str, requests: Sequence[AnonymizeRequest]) -> list[Way]:
        own = None if self._policies is None else await self._policies.rules(tenant)
        ways = []
        for request in requests:
            use = use_of(request.purpose)
            rules = _BUILT_IN[use] if own is None else own.of(use)
            ways.append(way_of(request, rules))
        return ways

    async def _analyze_each(
        self, requests: Sequence[AnonymizeRequest], ways: Sequence[Way]
    ) -> list[list[list[Span]]]:
        """The spans of each text of each request; those of one policy are looked at together."""
        together: dict[int, list[int]] = {}
        for at, way in enumerate(ways):
            together.setdefault(id(way.rules), []).append(at)
        found: list[list[list[Span]]] = [[] for _ in requests]
        for places in together.values():
            texts = [text for at in places for text in requests[at].texts]
            spans = iter(await self._analyze(texts, ways[places[0]].rules))
            for at in places:
                found[at] = [next(spans) for _ in requests[at].texts]
        return found

    async def _analyze(
        self,
        texts: Sequence[str],
        rules: Effective,
        *,
        entities: frozenset[str] | None = None,
        min_score: float | None = None,
        extra: Sequence[Recognizer] = (),
    ) -> list[list[Span]]:
        if len(texts) > self._settings.max_texts:
            raise TextTooLong(f"A call takes at most {self._settings.max_texts} texts.")
        if any(len(text) > self._settings.max_text_chars for text in texts):
            raise TextTooLong(f"A text may have {self._settings.max_text_chars} characters.")
        if not any(texts):
            return [[] for _ in texts]
        try:
            return await self._analysis.find(
                texts, rules, entities=entities, min_score=min_score, extra=extra
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
        tenant: str,
        request: AnonymizeRequest,
        session: OpenSession,
        found: Sequence[Sequence[Span]],
        way: Way,
    ) -> AnonymizeResult:
        scope = self._hiding.scope(tenant, session.id, session.subject_id)
        results, counts = self._hiding.hide(request, session.book, found, way.chosen, scope)
        receipt = Receipt(
            id=new_id("rcpt"),
            at=self._clock.now(),
            purpose=request.purpose,
            policy_version=way.rules.version,
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
        hidden: Sequence[_Hidden],
        ways: Sequence[Way],
        tx: Transaction,
    ) -> None:
        sessions, results = [one[0] for one in hidden], [one[1] for one in hidden]
        self._vault.keep(who, sessions, tx)
        if self._settings.traffic_days:
            subjects = [session.subject_id for session in sessions]
            left = passages_of(who, requests, subjects, results)
            traffic_store.add(tx, who.tenant, left)
        facts = [
            receipt_facts(result.receipt) | way.facts()
            for result, way in zip(results, ways, strict=True)
        ]
        audit.record_all(tx, who, "privacy.anonymized", facts)

    def _count(self, results: Sequence[AnonymizeResult]) -> None:
        for result in results:
            self._metrics.texts.inc(result.receipt.texts)
            for entity, count in result.receipt.entities.items():
                self._metrics.entities.labels(type=entity).inc(count)

    def _watch(
        self,
        who: Principal,
        results: Sequence[AnonymizeResult],
        ways: Sequence[Way],
    ) -> None:
        for result, way in zip(results, ways, strict=True):
            for item in result.results:
                # What an operator wrote may look personal on purpose; a placeholder never does.
                ranges = [(span.safe_start, span.safe_end) for span in item.spans]
                self.leak_watch.offer(who.tenant, item.text, ranges if way.chosen else ())


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
