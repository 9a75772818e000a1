"""The use cases of insights: score messages, count them, show what they say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final, Protocol

from customerai.contracts.events import DecisionMade, MessageReceived
from customerai.contracts.privacy import AnonymizeRequest, Privacy
from customerai.contracts.responder import Responder, StoredMessage
from customerai.contracts.rights import Consents, Purpose
from customerai.core import audit
from customerai.core.db import Database, Transaction
from customerai.core.errors import InvalidRequest, NotFound
from customerai.core.events import Effect
from customerai.core.guard import in_thread
from customerai.core.ids import new_id
from customerai.core.intervals import Interval, wilson
from customerai.core.principal import Principal, system_principal
from customerai.core.safe_text import SafeText, digest_of
from customerai.core.telemetry import Metrics
from customerai.insights import rights, rollups, store
from customerai.insights.rollups import (
    NO_REASON,
    OUTCOMES,
    SECONDS_AN_HOUR,
    SENTIMENTS,
    ConversationState,
    ScoredMessage,
)
from customerai.insights.store import ConversationRow, Filter
from customerai.ml.classifier import LabelInfo, Prediction

_HOURLY_UP_TO: Final = 72  # hours shown one by one; longer ranges are shown by the day
_HOURS_A_DAY: Final = 24
MOST_HOURS: Final = 3660 * _HOURS_A_DAY
"""Longest range of a report: ten years."""


class Classifier(Protocol):
    """Labels safe texts; implemented by `ml.classifier.TextClassifier`."""

    @property
    def labels(self) -> Mapping[str, LabelInfo]: ...

    def predict(self, texts: Sequence[SafeText]) -> list[Prediction]: ...


class Languages(Protocol):
    """Tells languages; implemented by `ml.language.LanguageIdentifier`."""

    def identify(self, texts: Sequence[SafeText]) -> list[tuple[str, float]]: ...


class RangeInvalid(InvalidRequest):
    """A range of time ends before it begins, spans over ten years, or names no time zone."""

    def __init__(self) -> None:
        super().__init__(
            "from and to need a time zone, from must come first, and ten years are the most."
        )


class ConversationNotScored(NotFound):
    """No scores are known of a conversation with that id; they follow its messages in seconds."""

    def __init__(self, conversation_id: str) -> None:
        super().__init__("No scores of such a conversation.", conversation_id=conversation_id)


@dataclass(frozen=True)
class Analysis:
    """What one text says."""

    language: tuple[str, float]
    sentiment: Prediction
    intent: Prediction


@dataclass(frozen=True)
class Reason:
    """Why customers wrote, and how often."""

    reason: str
    title: str
    area: str
    conversations: int
    share: float
    interval: Interval
    negative_share: float


@dataclass(frozen=True)
class Point:
    """Counts of one hour or day."""

    at: datetime
    conversations: int
    customer_messages: int
    negative: int
    neutral: int
    positive: int
    answered: int
    abstained: int
    escalated: int


@dataclass(frozen=True)
class Overview:
    """A range of time at a glance; `previous` counts the range of the same length before it."""

    start: datetime
    end: datetime
    bucket: str
    conversations: int
    conversations_previous: int
    customer_messages: int
    customer_messages_previous: int
    sentiment: Mapping[str, int]
    outcomes: Mapping[str, int]
    languages: Mapping[str, int]
    reasons: Sequence[Reason]
    series: Sequence[Point]


@dataclass(frozen=True)
class ListedConversation:
    """A conversation in a list, with how it began."""

    row: ConversationRow
    preview: SafeText | None


class InsightsService:
    """Scores and counts customer messages."""

    def __init__(
        self,
        *,
        db: Database,
        privacy: Privacy,
        responder: Responder,
        languages: Languages,
        sentiment: Classifier,
        intent: Classifier,
        metrics: Metrics,
        consents: Consents | None = None,
    ) -> None:
        self._db = db
        self._privacy = privacy
        self._responder = responder
        self._languages = languages
        self._sentiment = sentiment
        self._intent = intent
        self._metrics = metrics
        self._consents = consents

    async def analyze(self, who: Principal, texts: Sequence[str]) -> list[Analysis]:
        """Language, sentiment and intent of texts that are not kept.

        Raises:
            PrivacyUnavailable: no model saw anything.
        """
        (result,) = await self._privacy.anonymize(
            who,
            [
                AnonymizeRequest(
                    texts=tuple(texts),
                    purpose="analysis",
                    operators={"DEFAULT": {"operator": "replace"}},
                )
            ],
        )
        return await in_thread(self._analyze, [item.text for item in result.results])

    def _analyze(self, texts: Sequence[SafeText]) -> list[Analysis]:
        return [
            Analysis(language, sentiment, intent)
            for language, sentiment, intent in zip(
                self._languages.identify(texts),
                self._sentiment.predict(texts),
                self._intent.predict(texts),
                strict=True,
            )
        ]

    async def score(self, events: Sequence[MessageReceived]) -> Effect:
        """Score messages that arrived; returns the writes that follow."""
        tenant = events[0].tenant
        who = system_principal(tenant, "insights")
        asked = [event.message_id for event in events if event.role == "customer"]
        messages = await self._consented(who, await self._responder.messages(who, asked))
        analyses = await in_thread(self._analyze, [message.text for message in messages])
        scored = {
            message.id: ScoredMessage(
                conversation_id=message.conversation_id,
                message_id=message.id,
                channel=message.channel,
                at=message.at,
                language=analysis.language[0],
                sentiment=analysis.sentiment.label or "neutral",
                sentiment_score=round(analysis.sentiment.score, 4),
                intent=analysis.intent.label,
                intent_score=round(analysis.intent.score, 4),
            )
            for message, analysis in zip(messages, analyses, strict=True)
        }
        self._metrics.messages_scored.inc(len(scored))

        def effect(tx: Transaction) -> None:
            opened = _opened(events)
            before = store.lock_states(tx, tenant, opened)
            states = {**opened, **before}
            for event in events:
                states[event.conversation_id] = rollups.with_message(
                    states[event.conversation_id],
                    datetime.fromisoformat(event.at),
                    scored.get(event.message_id),
                )
            cells = rollups.of_messages(list(scored.values()))
            _put(tx, tenant, before, states, cells)
            store.add_scores(tx, tenant, list(scored.values()))
            if scored:
                audit.record(
                    tx,
                    who,
                    "insights.messages_scored",
                    receipt=new_id("rcpt"),
                    messages=len(scored),
                    models=["language", "sentiment", "reasons"],
                    purpose="insights",
                    digest=digest_of([message.text for message in messages]),
                )
            # Last, since many conversations are counted in one row, which is locked from here on.
            store.add_counts(tx, tenant, cells)

        return effect

    async def not_erased(self, events: Sequence[rights.E]) -> list[rights.E]:
        """The events of conversations that were not erased since."""
        tenant = events[0].tenant
        return await self._db.read(lambda tx: rights.not_erased(tx, tenant, events), tenant=tenant)

    async def _consented(
        self, who: Principal, messages: Sequence[StoredMessage]
    ) -> list[StoredMessage]:
        """The messages whose customers let them be analysed; the others are not looked at.

        Raises:
            PrivacyUnavailable: nobody knows.
        """
        if self._consents is None:
            return list(messages)
        ids = [message.conversation_id for message in messages]
        allowed = await self._consents.allowed(who, Purpose.ANALYTICS, ids)
        return [message for message, may in zip(messages, allowed, strict=True) if may]

    async def note_outcomes(self, events: Sequence[DecisionMade]) -> Effect:
        """Note how replies went; returns the writes that follow."""
        tenant = events[0].tenant
        counted = [e for e in events if e.kind == "reply" and e.outcome in OUTCOMES]

        def effect(tx: Transaction) -> None:
            opened = _opened(counted)
            before = store.lock_states(tx, tenant, opened)
            states = {**opened, **before}
            for event in counted:
                states[event.conversation_id] = rollups.with_outcome(
                    states[event.conversation_id], event.outcome
                )
            cells: Counter[rollups.Cell] = Counter()
            _put(tx, tenant, before, states, cells)
            store.add_counts(tx, tenant, cells)

        return effect

    async def overview(
        self,
        who: Principal,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        channel: str | None = None,
    ) -> Overview:
        """Counts of a range, by default of the last ten years; costs the same at any volume.

        Raises:
            RangeInvalid: it spans over ten years.
        """

        def work(tx: Transaction) -> Overview:
            first, last = _range(store.span_of_hours(tx, who.tenant), start, end)
            daily = last - first > _HOURLY_UP_TO
            if daily:
                first -= first % _HOURS_A_DAY
            length = last - first
            now = store.totals(tx, who.tenant, start=first, end=last, channel=channel)
            past = store.totals(tx, who.tenant, start=first - length, end=first, channel=channel)
            points = store.series(
                tx, who.tenant, start=first, end=last, channel=channel, daily=daily
            )
            step = _HOURS_A_DAY if daily else 1
            conversations = now.get(("conversations", ""), 0)
            return Overview(
                start=_time(first),
                end=_time(last),
                bucket="day" if daily else "hour",
                conversations=conversations,
                conversations_previous=past.get(("conversations", ""), 0),
                customer_messages=now.get(("customer_messages", ""), 0),
                customer_messages_previous=past.get(("customer_messages", ""), 0),
                sentiment={label: now.get(("sentiment", label), 0) for label in SENTIMENTS},
                outcomes={label: now.get(("outcome", label), 0) for label in OUTCOMES},
                languages={v: n for (m, v), n in sorted(now.items()) if m == "language" and n},
                reasons=self._reasons(now, conversations),
                series=[_point(at, points.get(at, {})) for at in range(first, last, step)],
            )

        return await self._db.read(work, tenant=who.tenant)

    async def conversations(
        self,
        who: Principal,
        wanted: Filter,
        *,
        before: tuple[datetime, str] | None,
        limit: int,
    ) -> list[ListedConversation]:
        """The conversations behind a number, newest first."""
        rows = await self._db.read(
            lambda tx: store.list_conversations(tx, who.tenant, wanted, before=before, limit=limit),
            tenant=who.tenant,
        )
        previews = await self._responder.openings(who, [row.conversation_id for row in rows])
        return [ListedConversation(row, previews.get(row.conversation_id)) for row in rows]

    async def conversation(
        self, who: Principal, conversation_id: str
    ) -> tuple[ConversationRow, list[ScoredMessage]]:
        """One conversation's scores, message by message.

        Raises:
            ConversationNotScored: none are known.
        """

        def work(tx: Transaction) -> tuple[ConversationRow, list[ScoredMessage]]:
            row = store.find_conversation(tx, who.tenant, conversation_id)
            if row is None:
                raise ConversationNotScored(conversation_id)
            return row, store.scores_of(tx, who.tenant, conversation_id)

        return await self._db.read(work, tenant=who.tenant)

    def title_of(self, reason: str) -> str:
        """How a reason is called in the console."""
        info = self._intent.labels.get(reason)
        return info.title if info is not None else reason

    def labels(self) -> Mapping[str, LabelInfo]:
        """Every reason that the classifier can tell."""
        return self._intent.labels

    def _reasons(self, now: Mapping[tuple[str, str], int], conversations: int) -> list[Reason]:
        found = []
        for (measure, label), n in now.items():
            interval = wilson(n, conversations) if measure == "reason" and n else None
            if interval is None:
                continue
            info = self._intent.labels.get(label)
            found.append(
                Reason(
                    reason=label,
                    title=self.title_of(label) if label != NO_REASON else "No clear reason",
                    area=info.area if info else "",
                    conversations=n,
                    share=n / conversations,
                    interval=interval,
                    negative_share=now.get(("reason_negative", label), 0) / n,
                )
            )
        return sorted(found, key=lambda reason: (-reason.conversations, reason.reason))


def _opened(
    events: Sequence[MessageReceived] | Sequence[DecisionMade],
) -> dict[str, ConversationState]:
    """What each event's conversation is while nothing is known of it."""
    found: dict[str, ConversationState] = {}
    for event in events:
        if event.conversation_id not in found:
            found[event.conversation_id] = rollups.opened(
                event.conversation_id, event.channel, datetime.fromisoformat(event.at)
            )
    return found


def _put(
    tx: Transaction,
    tenant: str,
    before: Mapping[str, ConversationState],
    after: Mapping[str, ConversationState],
    cells: Counter[rollups.Cell],
) -> None:
    for conversation_id, state in after.items():
        cells.update(rollups.change(before.get(conversation_id), state))
    store.put_states(tx, tenant, after.values())


def _range(
    known: tuple[int, int] | None, start: datetime | None, end: datetime | None
) -> tuple[int, int]:
    """The first hour and the one after the last; of what is not said, all that is known."""
    last = None if end is None else -(-int(end.timestamp()) // SECONDS_AN_HOUR)
    first = None if start is None else rollups.hour_of(start)
    if known is None:
        nowhere = first if last is None else last
        known = (nowhere or 0, nowhere or 0)
    if last is None:
        last = known[1] + 1
    if first is None:
        first = min(max(known[0], last - MOST_HOURS), last)
    if last - first > MOST_HOURS:
        raise RangeInvalid
    return first, max(first, last)


def _time(hour: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(hours=hour)


def _point(hour: int, counts: Mapping[tuple[str, str], int]) -> Point:
    return Point(
        at=_time(hour),
        conversations=counts.get(("conversations", ""), 0),
        customer_messages=counts.get(("customer_messages", ""), 0),
        **{label: counts.get(("sentiment", label), 0) for label in SENTIMENTS},
        **{label: counts.get(("outcome", label), 0) for label in OUTCOMES},
    )
