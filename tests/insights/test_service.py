"""Scoring and counting: the counts hold what a recount from scratch would find."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import count as numbers
from itertools import pairwise
from typing import Any

import httpx2
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, Table, event, select

from customerai.contracts.events import DecisionMade, MessageReceived
from customerai.contracts.responder import Role, StoredMessage
from customerai.core import audit
from customerai.core.crypto import KeyRing
from customerai.core.db import Database
from customerai.core.events import Envelope, Event, subscribe
from customerai.core.outbox import Consumer
from customerai.core.safe_text import SafeText
from customerai.core.safe_text_issuer import issue
from customerai.core.settings import GatewaySettings, PrivacySettings
from customerai.core.telemetry import Metrics
from customerai.insights import handlers, tables
from customerai.insights.service import (
    ConversationNotScored,
    InsightsService,
    RangeInvalid,
)
from customerai.insights.store import Filter
from customerai.ml.classifier import LabelInfo, Prediction
from customerai.privacy import tables as privacy_tables
from customerai.privacy.service import PrivacyService
from tests import engines
from tests.conftest import NOW, FixedClock, Running, a_setting, operator, quick_parts, run

EMAIL = "jane.roe@example.com"
START = datetime(2026, 3, 1, tzinfo=timezone.utc)
_tenants = numbers()


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


class Reader:
    """Takes a text at its word: it feels and wants what one of its words says."""

    def __init__(self, labels: str, otherwise: str | None) -> None:
        self.labels: Mapping[str, LabelInfo] = {
            label: LabelInfo(label.title(), "area") for label in labels.split()
        }
        self._otherwise = otherwise
        self.seen: list[str] = []

    def predict(self, texts: Sequence[SafeText]) -> list[Prediction]:
        assert all(isinstance(text, SafeText) for text in texts)
        self.seen += texts
        found = [
            next((word for word in text.split() if word in self.labels), self._otherwise)
            for text in texts
        ]
        return [Prediction(label, 0.75, ()) for label in found]


class Tongues:
    def identify(self, texts: Sequence[SafeText]) -> list[tuple[str, float]]:
        assert all(isinstance(text, SafeText) for text in texts)
        return [("de" if "und" in text.split() else "en", 0.9) for text in texts]


def a_sentiment() -> Reader:
    return Reader("negative neutral positive", "neutral")


def an_intent() -> Reader:
    return Reader("refund parcel", None)


@dataclass
class Mailbox:
    """Stands for the responder: the messages that it would give."""

    kept: dict[str, StoredMessage] = field(default_factory=dict)

    async def messages(self, who: Any, ids: Sequence[str]) -> list[StoredMessage]:
        return [self.kept[wanted] for wanted in ids if wanted in self.kept]

    async def openings(self, who: Any, ids: Sequence[str]) -> Mapping[str, SafeText]:
        return {
            message.conversation_id: message.text
            for message in self.kept.values()
            if message.conversation_id in ids
        }

    async def import_messages(self, who: Any, messages: Any) -> Any:
        raise AssertionError("insights imports nothing")


@dataclass
class Office:
    """Insights on a database of its own."""

    db: Database
    mailbox: Mailbox
    intent: Reader
    service: InsightsService
    consumers: dict[str, Consumer]

    async def rows(self, table: Table, tenant: str = "main") -> list[Any]:
        return list(
            await self.db.read(
                lambda tx: tx.execute(select(table).where(table.c.tenant == tenant)).all()
            )
        )

    async def tell(self, *events: Event, ids: Sequence[str] = ()) -> None:
        """Deliver events as the bus does, all of a kind together."""
        envelopes = [
            Envelope(known, told.name, told.payload())
            for known, told in zip(
                ids or [f"e{next(_tenants)}" for _ in events], events, strict=True
            )
        ]
        for name, consumer in self.consumers.items():
            of_kind = [envelope for envelope in envelopes if envelope.name == name]
            if of_kind:
                await consumer.deliver(of_kind)

    def received(
        self,
        message_id: str,
        text: str,
        *,
        conversation: str = "c1",
        at: datetime = START,
        channel: str = "chat",
        role: Role = Role.CUSTOMER,
        tenant: str = "main",
    ) -> MessageReceived:
        self.mailbox.kept[message_id] = StoredMessage(
            message_id, conversation, role, issue(text), at, channel
        )
        return MessageReceived(
            tenant=tenant,
            conversation_id=conversation,
            message_id=message_id,
            role=role.value,
            channel=channel,
            at=at.isoformat(),
        )

    async def counts(self, tenant: str = "main") -> dict[tuple[int, str, str, str], int]:
        found = await self.rows(tables.rollup, tenant)
        assert all(row.n >= 0 for row in found)
        return {(row.hour, row.channel, row.measure, row.value): row.n for row in found if row.n}


def decided(
    outcome: str,
    *,
    conversation: str = "c1",
    at: datetime = START,
    kind: str = "reply",
    tenant: str = "main",
) -> DecisionMade:
    return DecisionMade(
        tenant=tenant,
        decision_id="rply_1",
        kind=kind,
        outcome=outcome,
        score=0.5,
        policy_version="p",
        conversation_id=conversation,
        channel="chat",
        groups={},
        at=at.isoformat(),
    )


@asynccontextmanager
async def an_office() -> AsyncIterator[Office]:
    async with engines.a_database() as db:
        clock, metrics, mailbox, intent = FixedClock(NOW), Metrics(), Mailbox(), an_intent()
        analyzer = quick_parts().analyzer
        assert analyzer is not None
        privacy = PrivacyService(
            db=db,
            clock=clock,
            keys=KeyRing(bytes(32)),
            analyzer=analyzer,
            languages=Tongues(),
            settings=PrivacySettings(),
            metrics=metrics,
        )
        service = InsightsService(
            db=db,
            privacy=privacy,
            responder=mailbox,
            languages=Tongues(),
            sentiment=a_sentiment(),
            intent=intent,
            metrics=metrics,
        )
        consumers = {}
        for handler in (handlers.score_messages, handlers.note_outcomes):
            subscription = subscribe(handler, service)
            consumers[subscription.event.name] = Consumer(db, clock, metrics, subscription)
        yield Office(db, mailbox, intent, service, consumers)


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with an_office() as made:
        yield made


@pytest.fixture(scope="module")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as opened:
        yield opened


@pytest.fixture(scope="module")
def loose(portal: BlockingPortal) -> Iterator[Office]:
    """An office for properties, whose examples are no coroutines."""
    with portal.wrap_async_context_manager(an_office()) as opened:
        yield opened


# --- the law of the counts -------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """A message of a made-up history."""

    conversation: str
    role: Role
    words: tuple[str, ...]
    hour: int


SAID = st.builds(
    Said,
    st.sampled_from(["c1", "c2", "c3"]),
    st.sampled_from([Role.CUSTOMER, Role.CUSTOMER, Role.AGENT]),
    st.tuples(
        st.sampled_from(["negative", "neutral", "positive"]),
        st.sampled_from(["refund", "parcel", "hm"]),
        st.sampled_from(["and", "und"]),
    ),
    st.integers(0, 60),
)
CHANNELS = {"c1": "chat", "c2": "phone", "c3": "chat"}


def recount(history: Sequence[Said], outcomes: Mapping[str, str]) -> Counter[tuple[Any, ...]]:
    """The counts from scratch, in a way of its own."""
    cells: Counter[tuple[Any, ...]] = Counter()
    first = int(START.timestamp()) // 3600
    for name in {said.conversation for said in history}:
        own = [said for said in history if said.conversation == name]
        hour, channel = first + min(said.hour for said in own), CHANNELS[name]
        felt: Counter[str] = Counter()
        wanted: Counter[str] = Counter()
        for said in own:
            if said.role is Role.CUSTOMER:
                feeling, want, glue = said.words
                felt[feeling] += 1
                if want != "hm":
                    wanted[want] += 1
                at = first + said.hour
                cells[at, channel, "customer_messages", ""] += 1
                cells[at, channel, "sentiment", feeling] += 1
                cells[at, channel, "language", "de" if glue == "und" else "en"] += 1
        reason = min(wanted, key=lambda label: (-wanted[label], label)) if wanted else "none"
        cells[hour, channel, "conversations", ""] += 1
        cells[hour, channel, "reason", reason] += 1
        if felt["negative"] > felt["positive"]:
            cells[hour, channel, "reason_negative", reason] += 1
        if name in outcomes:
            cells[hour, channel, "outcome", outcomes[name]] += 1
    return cells


@settings(max_examples=40)
@given(data=st.data(), history=st.lists(SAID, min_size=1, max_size=12))
def test_in_any_order_and_any_batches_the_counts_equal_a_recount(
    portal: BlockingPortal, loose: Office, data: st.DataObject, history: list[Said]
) -> None:
    tenant = f"t{next(_tenants)}"

    def name(conversation: str) -> str:
        return f"{tenant}-{conversation}"

    events: list[Event] = [
        loose.received(
            f"{tenant}-{number}",
            " ".join(said.words),
            conversation=name(said.conversation),
            at=START + timedelta(hours=said.hour, minutes=number),
            channel=CHANNELS[said.conversation],
            role=said.role,
            tenant=tenant,
        )
        for number, said in enumerate(history)
    ]
    # A reply is decided about a conversation at the time of one of its messages.
    for said in data.draw(st.lists(st.sampled_from(history), max_size=4)):
        outcome = data.draw(st.sampled_from(["answered", "abstained", "escalated", "small_talk"]))
        told = decided(
            outcome,
            conversation=name(said.conversation),
            at=START + timedelta(hours=said.hour, minutes=59),
            tenant=tenant,
        )
        events.append(DecisionMade(**{**told.payload(), "channel": CHANNELS[said.conversation]}))
    order = data.draw(st.permutations(events))
    outcomes: dict[str, str] = {}
    for told in order:
        if isinstance(told, DecisionMade) and told.outcome != "small_talk":
            outcomes[told.conversation_id.removeprefix(f"{tenant}-")] = told.outcome
    cuts = sorted(data.draw(st.sets(st.integers(0, len(order)))) | {0, len(order)})

    async def count() -> tuple[dict[Any, int], list[Any]]:
        for start, end in pairwise(cuts):
            # Outcomes among themselves keep their order; between the kinds it is free.
            await loose.tell(*order[start:end])
        return await loose.counts(tenant), await loose.rows(tables.message, tenant)

    counts, scores = portal.call(count)
    assert counts == recount(history, outcomes)
    assert len(scores) == sum(said.role is Role.CUSTOMER for said in history)


async def test_what_was_counted_is_not_counted_again(office: Office) -> None:
    events = [office.received(f"m{n}", "negative refund", conversation=f"c{n}") for n in range(3)]
    ids = [f"event-{n}" for n in range(3)]
    outcome = decided("answered", conversation="c0")
    await office.tell(*events, outcome, ids=[*ids, "event-o"])
    before = await office.counts()
    more = office.received("m3", "positive", conversation="c3")
    await office.tell(*events, outcome, ids=[*ids, "event-o"])
    await office.tell(events[1], more, events[2], ids=[ids[1], "event-3", ids[2]])
    after = await office.counts()
    assert sum(after.values()) - sum(before.values()) == 5
    assert len(await office.rows(tables.conversation)) == 4


async def test_a_message_that_is_gone_is_no_obstacle(office: Office) -> None:
    event = office.received("m1", "negative")
    office.mailbox.kept.clear()
    await office.tell(event)
    overview = await office.service.overview(operator())
    assert (overview.conversations, overview.customer_messages) == (1, 0)


async def test_scores_are_kept_and_the_work_is_in_the_log(office: Office) -> None:
    await office.tell(
        office.received("m1", "negative refund und"),
        office.received("m2", "hello", role=Role.AGENT),
        office.received("m3", "hm", at=START - timedelta(hours=1)),
    )
    row, scores = await office.service.conversation(operator(), "c1")
    assert (row.messages, row.reason, row.sentiment, row.outcome) == (3, "refund", "negative", None)
    assert row.started_at == START - timedelta(hours=1)
    told = [(one.message_id, one.language, one.sentiment, one.intent) for one in scores]
    assert told == [("m3", "en", "neutral", None), ("m1", "de", "negative", "refund")]
    assert [one.sentiment_score for one in scores] == [0.75, 0.75]
    assert office.intent.seen == ["negative refund und", "hm"]
    (entry,) = await office.rows(audit.audit_intake)
    assert entry.action == "insights.messages_scored"
    assert entry.data["messages"] == 2
    assert "refund" not in str(entry.data)


async def test_other_tenants_see_nothing(office: Office) -> None:
    await office.tell(office.received("m1", "negative"))
    rival = operator("rival")
    assert (await office.service.overview(rival)).conversations == 0
    assert await office.service.conversations(rival, Filter(), before=None, limit=9) == []
    for who, wanted in ((rival, "c1"), (operator(), "unknown")):
        with pytest.raises(ConversationNotScored):
            await office.service.conversation(who, wanted)


async def test_decisions_of_other_kinds_are_not_outcomes_of_replies(office: Office) -> None:
    await office.tell(decided("answered", kind="refund"), decided("denied"))
    assert await office.counts() == {}
    await office.tell(decided("escalated"))
    assert (await office.service.overview(operator())).outcomes == {
        "answered": 0,
        "abstained": 0,
        "escalated": 1,
    }


# --- ranges ----------------------------------------------------------------------------------


async def hourly(office: Office, hours: Sequence[int]) -> None:
    """One conversation with one message in each of these hours."""
    await office.tell(
        *(
            office.received(
                f"m{n}", "negative", conversation=f"c{n}", at=START + timedelta(hours=hour)
            )
            for n, hour in enumerate(hours)
        )
    )


async def test_a_short_range_is_shown_by_the_hour(office: Office) -> None:
    await hourly(office, [0, 0, 5, 71])
    overview = await office.service.overview(operator())
    assert (overview.bucket, len(overview.series)) == ("hour", 72)
    assert (overview.start, overview.end) == (START, START + timedelta(hours=72))
    counted = {point.at: point.conversations for point in overview.series if point.conversations}
    assert counted == {
        START: 2,
        START + timedelta(hours=5): 1,
        START + timedelta(hours=71): 1,
    }


async def test_a_long_range_is_shown_by_the_day_from_midnight(office: Office) -> None:
    await hourly(office, [5, 23, 24, 100])
    overview = await office.service.overview(operator())
    assert overview.bucket == "day"
    assert [(point.at, point.conversations) for point in overview.series] == [
        (START + timedelta(days=day), n) for day, n in enumerate([2, 1, 0, 0, 1])
    ]
    assert sum(point.negative for point in overview.series) == overview.sentiment["negative"] == 4


@pytest.mark.parametrize(("hours", "before"), [(10, 3), (96, 2), (100, 3)])
async def test_the_range_before_has_the_same_length(
    office: Office, hours: int, before: int
) -> None:
    """From 200 hours on; a long range begins at midnight, 8 hours earlier, and is that longer."""
    first = 200
    start = first if hours == 10 else first - first % 24
    length = first + hours - start
    inside = [start, first + hours - 1]
    previous = [start - length, start - 1, start - length // 2][:before]
    await hourly(office, [*inside, *previous, start - length - 1, first + hours])
    overview = await office.service.overview(
        operator(),
        start=START + timedelta(hours=first),
        end=START + timedelta(hours=first + hours),
    )
    assert overview.start == START + timedelta(hours=start)
    assert (overview.conversations, overview.conversations_previous) == (2, before)
    assert overview.customer_messages_previous == before


async def test_hours_that_are_cut_are_counted_whole(office: Office) -> None:
    await hourly(office, [0, 1, 2])
    overview = await office.service.overview(
        operator(),
        start=START + timedelta(minutes=30),
        end=START + timedelta(hours=1, minutes=1),
    )
    assert (overview.start, overview.end) == (START, START + timedelta(hours=2))
    assert overview.conversations == 2


async def test_a_range_is_never_longer_than_ten_years(office: Office) -> None:
    old, late = START.replace(year=1991), START.replace(year=2099)
    await office.tell(
        office.received("m1", "negative", conversation="c1", at=old),
        office.received("m2", "negative", conversation="c2"),
    )
    overview = await office.service.overview(operator())
    assert overview.conversations == 1
    assert len(overview.series) <= 3661
    assert (await office.service.overview(operator(), end=late)).conversations == 0
    assert (await office.service.overview(operator(), start=late)).series == []
    with pytest.raises(RangeInvalid):
        await office.service.overview(operator(), start=old)


async def test_nothing_counted_is_an_empty_overview(office: Office) -> None:
    later = START + timedelta(days=400)
    ranges: list[dict[str, datetime]] = [
        {},
        {"start": START},
        {"end": START},
        {"start": START, "end": later},
    ]
    for chosen in ranges:
        overview = await office.service.overview(operator(), **chosen)
        assert overview.conversations == 0
        assert overview.reasons == []
        assert sum(overview.sentiment.values()) == 0
        assert len(overview.series) <= 401


async def test_a_channel_can_be_looked_at_alone(office: Office) -> None:
    await office.tell(
        office.received("m1", "negative", conversation="c1"),
        office.received("m2", "positive", conversation="c2", channel="phone"),
    )
    overview = await office.service.overview(operator(), channel="phone")
    assert (overview.conversations, overview.sentiment["positive"]) == (1, 1)
    assert overview.sentiment["negative"] == 0


async def test_a_report_asks_the_same_of_the_database_at_any_volume(office: Office) -> None:
    statements: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "insights" in statement:
            statements.append(statement)

    async def asked() -> tuple[list[str], int]:
        statements.clear()
        event.listen(Engine, "before_cursor_execute", note)
        try:
            overview = await office.service.overview(operator())
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        return list(statements), overview.customer_messages

    await hourly(office, [0, 80])
    few, before = await asked()
    await office.tell(
        *(
            office.received(
                f"n{n}",
                "positive parcel",
                conversation=f"n{n % 50}",
                at=START + timedelta(hours=n % 80),
            )
            for n in range(400)
        )
    )
    many, after = await asked()
    assert after - before == 400
    assert many == few
    assert not any(name in text for text in many for name in ("insights_message", "insights_conv"))


# --- texts that are not kept -----------------------------------------------------------------


async def test_an_analysis_reads_safe_text_and_keeps_nothing(office: Office) -> None:
    found = await office.service.analyze(operator(), [f"negative refund {EMAIL}", ""])
    assert [one.sentiment.label for one in found] == ["negative", "neutral"]
    assert [one.intent.label for one in found] == ["refund", None]
    assert office.intent.seen == ["negative refund [EMAIL_ADDRESS]", ""]
    for table in (privacy_tables.session, privacy_tables.token, tables.message, tables.rollup):
        assert await office.rows(table) == []


# --- over HTTP -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    parts = quick_parts(languages=Tongues(), sentiment=a_sentiment(), intent=an_intent())
    gateway = GatewaySettings(burst=100_000, rate_per_minute=6_000_000)
    async with run(a_setting(tmp_path_factory.mktemp("served"), gateway=gateway), parts) as running:
        yield running


@pytest.fixture
async def client(served: Running) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a tenant of its own."""
    key = await served.key_with(tenant=f"tenant{next(_tenants)}")
    async with served.client_with(key) as opened:
        yield opened


async def everything(client: httpx2.AsyncClient, **query: object) -> list[dict[str, Any]]:
    """All pages of the conversations behind a number."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, object] = {}
    while True:
        answer = await client.get(
            "/v1/insights/conversations",
            params={"limit": 4, **query, **cursor},  # type: ignore[dict-item]
        )
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


async def test_every_number_leads_to_as_many_conversations(
    served: Running, client: httpx2.AsyncClient
) -> None:
    for number in range(18):
        opened = await client.post(
            "/v1/responder/conversations", json={"channel": ["chat", "phone"][number % 2]}
        )
        path = f"/v1/responder/conversations/{opened.json()['id']}"
        feeling = ["negative", "positive", "neutral"][number % 3]
        want = ["refund", "parcel", "hm", "refund"][number % 4]
        at = START + timedelta(hours=7 * number, minutes=number)
        await client.post(
            f"{path}/messages", json={"text": f"{feeling} {want} {EMAIL}", "at": at.isoformat()}
        )
        if number % 5 < 3:
            text = ["is it late", "let me talk to a human please", "thank you"][number % 5]
            await client.post(f"{path}/messages", json={"text": text, "at": at.isoformat()})
            assert (await client.post(f"{path}/replies", json={})).status_code == 201
    await served.application.settle()
    for chosen in (
        {},
        {"channel": "chat"},
        {"from": "2026-03-02T05:30:00Z", "to": "2026-03-04T09:00:00Z"},
    ):
        answer = await client.get("/v1/insights/overview", params=chosen)
        assert answer.status_code == 200, answer.text
        overview = answer.json()
        behind = {
            "from": overview["range"]["from"],
            "to": overview["range"]["to"],
            **({"channel": chosen["channel"]} if "channel" in chosen else {}),
        }
        listed = await everything(client, **behind)
        assert len(listed) == overview["conversations"]["value"] > 0
        assert len({item["conversation_id"] for item in listed}) == len(listed)
        assert [i["started_at"] for i in listed] == sorted(
            (i["started_at"] for i in listed), reverse=True
        )
        for reason in overview["reasons"]:
            ours = await everything(client, reason=reason["reason"], **behind)
            assert len(ours) == reason["conversations"]
            unhappy = await everything(
                client, reason=reason["reason"], sentiment="negative", **behind
            )
            assert len(unhappy) == round(reason["negative_share"] * reason["conversations"])
            low, high = reason["interval"]
            assert low <= reason["share"] <= high
        assert sum(r["conversations"] for r in overview["reasons"]) == len(listed)
        for outcome in ("answered", "abstained", "escalated"):
            assert (
                len(await everything(client, outcome=outcome, **behind))
                == (overview["decisions"][outcome])
            )
        assert sum(point["conversations"] for point in overview["series"]) == len(listed)
        assert sum(overview["languages"].values()) == overview["customer_messages"]["value"]
        assert overview["sentiment"]["n"] == overview["customer_messages"]["value"]
    assert all("[EMAIL_ADDRESS_1]" in item["preview"] for item in listed)


async def test_one_conversation_can_be_looked_into(
    served: Running, client: httpx2.AsyncClient
) -> None:
    opened = (await client.post("/v1/responder/conversations", json={})).json()["id"]
    await client.post(
        f"/v1/responder/conversations/{opened}/messages", json={"text": "negative refund"}
    )
    await served.application.settle()
    path = f"/v1/insights/conversations/{opened}"
    found = (await client.get(path)).json()
    assert (found["reason"], found["reason_title"], found["sentiment"]) == (
        "refund",
        "Refund",
        "negative",
    )
    assert [one["intent_title"] for one in found["messages"]] == ["Refund"]
    async with served.client_with(await served.key_with(tenant="rival")) as rival:
        assert (await rival.get(path)).status_code == 404
    assert (await client.get("/v1/insights/conversations/conv_x")).status_code == 404
    reasons = (await client.get("/v1/insights/reasons")).json()["items"]
    assert [item["reason"] for item in reasons] == ["refund", "parcel"]


@pytest.mark.parametrize("path", ["overview", "conversations"])
@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-01-01T00:00:00"},
        {"to": "2026-01-01"},
        {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
        {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
        {"from": "0001-01-01T00:00:00+10:00"},
        {"to": "9999-12-31T23:00:00-10:00"},
        {"from": "yesterday"},
    ],
)
async def test_a_range_that_makes_no_sense_is_refused(
    client: httpx2.AsyncClient, path: str, query: dict[str, str]
) -> None:
    assert (await client.get(f"/v1/insights/{path}", params=query)).status_code == 422


async def test_an_overview_over_more_than_ten_years_is_refused(client: httpx2.AsyncClient) -> None:
    query = {"from": "2000-01-01T00:00:00Z", "to": "2010-02-01T00:00:00Z"}
    answer = await client.get("/v1/insights/overview", params=query)
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/range-invalid"


@pytest.mark.parametrize(
    "query", [{"sentiment": "angry"}, {"outcome": "won"}, {"cursor": "x"}, {"limit": 0}]
)
async def test_a_filter_that_makes_no_sense_is_refused(
    client: httpx2.AsyncClient, query: dict[str, str]
) -> None:
    assert (await client.get("/v1/insights/conversations", params=query)).status_code == 422


async def test_analyses_over_http(client: httpx2.AsyncClient) -> None:
    path = "/v1/insights/analyses"
    found = (await client.post(path, json={"texts": ["negative refund und", "hm"]})).json()
    assert found["results"] == [
        {
            "language": {"label": "de", "score": 0.9},
            "sentiment": {"label": "negative", "score": 0.75},
            "intent": {"label": "refund", "title": "Refund", "score": 0.75},
        },
        {
            "language": {"label": "en", "score": 0.9},
            "sentiment": {"label": "neutral", "score": 0.75},
            "intent": {"label": None, "title": None, "score": 0.75},
        },
    ]
    headers = {"content-type": "application/json"}
    for content, status in (('{"texts": []}', 422), ('{"texts": ["\\ud83d"]}', 422), ("{", 400)):
        answer = await client.post(path, content=content, headers=headers)
        assert answer.status_code == status, content
    assert (await client.post(path, json={"texts": ["x"] * 1001})).status_code == 413
