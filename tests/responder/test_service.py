"""Conversations and messages: each kept once, in order, safe, and only for its tenant."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count as numbers
from pathlib import Path
from typing import Any

import httpx2
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, select

from customerai.contracts.privacy import PrivacyUnavailable
from customerai.contracts.responder import ImportedMessage, ImportOutcome, Role
from customerai.core import audit, outbox
from customerai.core.crypto import KeyRing
from customerai.core.db import Database
from customerai.core.safe_text import SafeText
from customerai.core.schema import metadata
from customerai.core.settings import PrivacySettings
from customerai.core.telemetry import Metrics
from customerai.privacy import tables as privacy_tables
from customerai.privacy.recognizers.spans import Span
from customerai.privacy.service import PrivacyService, TextTooLong
from customerai.responder import tables
from customerai.responder.service import ConversationNotFound, NewConversation, ResponderService
from tests import engines
from tests.conftest import NOW, FixedClock, Running, a_setting, operator, quick_parts, run

HERE = operator()
ELSEWHERE = operator("other")
EMAIL = "jane.roe@example.com"
PATTERNS = quick_parts().analyzer
_tenants = numbers()


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


class Switch:
    """The patterns, until they are broken."""

    def __init__(self) -> None:
        self.broken = False
        assert PATTERNS is not None
        self.version = PATTERNS.version

    def analyze(self, texts: Sequence[str], **kwargs: Any) -> list[list[Span]]:
        if self.broken:
            raise RuntimeError(str(texts))
        assert PATTERNS is not None
        # Kilobytes of filling are not worth the patterns' time here.
        return PATTERNS.analyze([text if len(text) < 9000 else "" for text in texts], **kwargs)


class English:
    def identify(self, texts: Sequence[SafeText]) -> list[tuple[str, float]]:
        return [("en", 1.0) for _ in texts]


@dataclass
class Desk:
    """A responder on a database of its own."""

    db: Database
    switch: Switch
    clock: FixedClock
    service: ResponderService

    async def rows(self, table: Table) -> list[Any]:
        return list(await self.db.read(lambda tx: tx.execute(select(table)).all()))

    async def texts(self, conversation_id: str) -> list[str]:
        found = await self.service.conversation_messages(
            HERE, conversation_id, after=-1, limit=1000
        )
        assert [message.seq for message in found] == list(range(len(found)))
        return [str(message.text) for message in found]

    async def say(self, conversation_id: str, text: str, **more: Any) -> str:
        more = {"role": Role.CUSTOMER, **more}
        return (await self.service.add_message(HERE, conversation_id, text=text, **more)).id

    async def opened(self, **facts: Any) -> str:
        return (await self.service.open_conversation(HERE, NewConversation(**facts))).id


@asynccontextmanager
async def a_desk(path: Path | None = None) -> AsyncIterator[Desk]:
    async with engines.a_database(path) as db:
        keys, clock, switch, metrics = KeyRing(bytes(32)), FixedClock(NOW), Switch(), Metrics()
        privacy = PrivacyService(
            db=db,
            clock=clock,
            keys=keys,
            analyzer=switch,
            languages=English(),
            settings=PrivacySettings(max_texts=20_000),
            metrics=metrics,
        )
        service = ResponderService(db=db, clock=clock, keys=keys, privacy=privacy, metrics=metrics)
        yield Desk(db, switch, clock, service)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with a_desk(tmp_path / "desk.db") as opened:
        yield opened


def an_import(message: str, text: str = "hello", **more: Any) -> ImportedMessage:
    facts: dict[str, Any] = {"conversation": "ticket-1", "role": Role.CUSTOMER, "at": NOW, **more}
    return ImportedMessage(message=message, text=text, **facts)


# --- conversations ---------------------------------------------------------------------------


async def test_opening_under_the_same_external_id_gives_the_same_conversation(desk: Desk) -> None:
    first = await desk.opened(external="ticket-1", channel="chat")
    assert await desk.opened(external="ticket-1", channel="phone") == first
    assert await desk.opened(external="ticket-2") != first
    assert await desk.opened() != await desk.opened()
    other = await desk.service.open_conversation(ELSEWHERE, NewConversation(external="ticket-1"))
    assert other.id != first
    assert (await desk.service.conversation(HERE, first)).channel == "chat"


async def test_opening_at_once_makes_one_conversation(desk: Desk) -> None:
    opened = await asyncio.gather(*(desk.opened(external="ticket-1") for _ in range(10)))
    assert len(set(opened)) == 1
    assert len(await desk.rows(tables.conversation)) == 1


async def test_a_known_conversation_is_found_while_privacy_is_down(desk: Desk) -> None:
    first = await desk.opened(external="ticket-1")
    desk.switch.broken = True
    assert await desk.opened(external="ticket-1", channel="not seen before") == first


async def test_external_ids_are_nowhere_in_the_database(desk: Desk, tmp_path: Path) -> None:
    conversation = await desk.opened(external="ext-conversation", customer="ext-customer")
    await desk.say(conversation, f"I am {EMAIL}", external="ext-message")
    await desk.service.import_messages(
        HERE, [an_import("ext-imported", conversation="ext-other", customer="ext-person")]
    )
    await desk.db.write(lambda tx: audit.sequence(NOW, tx))
    content = await engines.bytes_of(desk.db, tmp_path)
    assert b"[EMAIL_ADDRESS_1]" in content  # the bytes were looked at
    assert b"ext-" not in content
    assert EMAIL.encode() not in content


async def test_personal_data_in_labels_is_hidden_and_group_names_are_kept(desk: Desk) -> None:
    opened = await desk.service.open_conversation(
        HERE,
        NewConversation(
            channel=EMAIL,
            groups={"age": "30-39", "city": "Paris", "who": EMAIL},
            attributes={EMAIL: "x", "call": "+49 30 901820"},
        ),
    )
    assert opened.channel == "[EMAIL_ADDRESS_1]"
    assert opened.groups == {"age": "30-39", "city": "Paris", "who": "[EMAIL_ADDRESS_1]"}
    assert opened.attributes == {"[EMAIL_ADDRESS_1]": "x", "call": "[PHONE_NUMBER_1]"}
    # What was hidden for one conversation is hidden again for the next, with its own numbers.
    again = await desk.service.open_conversation(HERE, NewConversation(groups={"who": EMAIL}))
    assert again.groups == {"who": "[EMAIL_ADDRESS_1]"}


async def test_a_long_label_is_cut_once_it_is_safe(desk: Desk) -> None:
    opened = await desk.service.open_conversation(
        HERE, NewConversation(attributes={"subject": f"{'x' * 48} {EMAIL}"})
    )
    assert opened.attributes["subject"] == f"{'x' * 48} [EMAIL_ADDRESS_"


async def test_many_different_labels_do_not_push_out_those_in_use(desk: Desk) -> None:
    await desk.opened(channel="chat")
    await desk.opened(attributes={f"name {n}": "value" for n in range(9_997)})
    opened = await desk.service.open_conversation(
        HERE, NewConversation(channel="chat", groups={"plan": "gold"})
    )
    assert (opened.channel, opened.groups) == ("chat", {"plan": "gold"})


# --- messages --------------------------------------------------------------------------------


async def test_messages_keep_their_order_and_their_placeholders(desk: Desk) -> None:
    conversation = await desk.opened()
    for text in (f"I am {EMAIL}", "yes", f"again {EMAIL}", "yes", "bob@example.com"):
        await desk.say(conversation, text)
    assert await desk.texts(conversation) == [
        "I am [EMAIL_ADDRESS_1]",
        "yes",
        "again [EMAIL_ADDRESS_1]",
        "yes",
        "[EMAIL_ADDRESS_2]",
    ]
    found = await desk.service.conversation(HERE, conversation)
    assert found.messages == 5


async def test_a_message_is_kept_once_however_often_it_is_sent(desk: Desk) -> None:
    conversation, other = await desk.opened(), await desk.opened()
    ids = await asyncio.gather(*(desk.say(conversation, EMAIL, external="m1") for _ in range(12)))
    assert len(set(ids)) == 1
    desk.switch.broken = True  # a repeat needs no analysis
    assert await desk.say(conversation, "something else", external="m1") == ids[0]
    desk.switch.broken = False
    assert await desk.texts(conversation) == ["[EMAIL_ADDRESS_1]"]
    assert await desk.say(other, "hello", external="m1") != ids[0]
    assert len(await desk.rows(outbox.outbox_event)) == 2


async def test_messages_at_once_are_all_kept_and_numbered(desk: Desk) -> None:
    conversation = await desk.opened()
    await asyncio.gather(*(desk.say(conversation, f"p{n}@example.com") for n in range(20)))
    texts = await desk.texts(conversation)
    assert sorted(texts) == sorted(f"[EMAIL_ADDRESS_{n}]" for n in range(1, 21))


async def test_conversations_of_other_tenants_and_unknown_ones_are_not_found(desk: Desk) -> None:
    conversation = await desk.opened()
    message = await desk.say(conversation, "hello")
    for who, wanted in ((ELSEWHERE, conversation), (HERE, "conv_unknown")):
        with pytest.raises(ConversationNotFound):
            await desk.service.conversation(who, wanted)
        with pytest.raises(ConversationNotFound):
            await desk.service.add_message(who, wanted, role=Role.CUSTOMER, text="x")
        with pytest.raises(ConversationNotFound):
            await desk.service.conversation_messages(who, wanted, after=-1, limit=10)
    assert await desk.service.messages(ELSEWHERE, [message]) == []
    assert await desk.service.openings(ELSEWHERE, [conversation]) == {}
    assert await desk.service.conversations(ELSEWHERE, before=None, limit=10) == []


async def test_a_text_of_a_million_characters_is_kept_and_a_longer_one_leaves_nothing(
    desk: Desk,
) -> None:
    conversation = await desk.opened()
    await desk.say(conversation, "é" * 1_000_000)
    with pytest.raises(TextTooLong):
        await desk.say(conversation, "é" * 1_000_001, external="m1")
    with pytest.raises(TextTooLong):
        await desk.service.import_messages(
            HERE, [an_import("1", conversation="new"), an_import("2", text="x" * 1_000_001)]
        )
    assert [len(text) for text in await desk.texts(conversation)] == [1_000_000]
    assert len(await desk.rows(tables.conversation)) == 1
    assert len(await desk.rows(outbox.outbox_event)) == 1
    assert await desk.rows(privacy_tables.token) == []


async def test_nothing_is_kept_while_privacy_is_down(desk: Desk) -> None:
    conversation = await desk.opened(external="ticket-1")
    before = {table.name: len(await desk.rows(table)) for table in metadata.sorted_tables}
    desk.switch.broken = True
    with pytest.raises(PrivacyUnavailable):
        await desk.say(conversation, f"I am {EMAIL}", external="m1")
    with pytest.raises(PrivacyUnavailable):
        await desk.opened(channel=f"mail of {EMAIL}")
    with pytest.raises(PrivacyUnavailable):
        await desk.service.import_messages(
            HERE, [an_import("1"), an_import("2", conversation="ticket-2")]
        )
    after = {table.name: len(await desk.rows(table)) for table in metadata.sorted_tables}
    assert after == before
    desk.switch.broken = False
    await desk.say(conversation, f"I am {EMAIL}", external="m1")
    assert await desk.texts(conversation) == ["I am [EMAIL_ADDRESS_1]"]


async def test_what_is_told_and_logged_of_a_message_is_not_its_text(desk: Desk) -> None:
    conversation = await desk.opened(channel="chat")
    at = NOW - timedelta(hours=2)
    message = await desk.say(conversation, "parcel lost", at=at, role=Role.AGENT)
    (event,) = await desk.rows(outbox.outbox_event)
    assert event.payload == {
        "tenant": "main",
        "conversation_id": conversation,
        "message_id": message,
        "role": "agent",
        "channel": "chat",
        "at": at.isoformat(),
    }
    logged = await desk.rows(audit.audit_intake)
    stored = [row.data for row in logged if row.action == "responder.messages_stored"]
    assert stored == [{"messages": 1, "conversations": [conversation]}]
    assert "parcel" not in json.dumps([row.data for row in logged])


async def test_a_receipt_stands_behind_every_message(desk: Desk) -> None:
    conversation = await desk.opened()
    await desk.say(conversation, EMAIL)
    (message,) = await desk.rows(tables.message)
    receipts = [
        row.data["receipt"]
        for row in await desk.rows(audit.audit_intake)
        if row.action == "privacy.anonymized"
    ]
    assert message.receipt_id in receipts


async def test_messages_come_in_the_order_asked_and_openings_say_something(desk: Desk) -> None:
    first, second = await desk.opened(), await desk.opened()
    one = await desk.say(first, "hi")
    two = await desk.say(first, "my parcel has not come yet")
    three = await desk.say(second, "ok")
    await desk.say(second, "a long greeting by the agent here", role=Role.AGENT)
    found = await desk.service.messages(HERE, [three, "msg_unknown", one, two])
    assert [message.id for message in found] == [three, one, two]
    assert all(isinstance(message.text, SafeText) for message in found)
    openings = await desk.service.openings(HERE, [first, second, "conv_unknown"])
    assert openings == {first: "my parcel has not come yet", second: "ok"}


async def test_customers_of_several_conversations_have_one_key(desk: Desk) -> None:
    for number, customer in enumerate(["anna", "anna", "ben", None]):
        conversation = await desk.opened(customer=customer, external=f"t{number}")
        await desk.say(conversation, EMAIL)
    owners = [row.subject_id for row in await desk.rows(privacy_tables.session)]
    assert len(owners) == 4
    assert len(set(owners)) == 3


# --- imports ---------------------------------------------------------------------------------


async def test_an_import_is_kept_once_and_says_what_was_new(desk: Desk) -> None:
    messages = [
        an_import("1", f"I am {EMAIL}"),
        an_import("2", "hello", role=Role.AGENT),
        an_import("1", "hello", conversation="ticket-2"),
    ]
    assert await desk.service.import_messages(HERE, messages) == ImportOutcome(3, 0, 2)
    assert await desk.service.import_messages(HERE, messages) == ImportOutcome(0, 3, 0)
    more = [*messages, an_import("3", f"again {EMAIL}")]
    assert await desk.service.import_messages(HERE, more) == ImportOutcome(1, 3, 1)
    assert await desk.service.import_messages(HERE, []) == ImportOutcome(0, 0, 0)
    conversation = await desk.opened(external="ticket-1")
    assert await desk.texts(conversation) == [
        "I am [EMAIL_ADDRESS_1]",
        "hello",
        "again [EMAIL_ADDRESS_1]",
    ]
    assert len(await desk.rows(outbox.outbox_event)) == 4


async def test_an_import_and_an_api_call_share_a_message(desk: Desk) -> None:
    conversation = await desk.opened(external="ticket-1")
    await desk.say(conversation, "hello", external="m1")
    outcome = await desk.service.import_messages(HERE, [an_import("m1"), an_import("m2", "more")])
    assert (outcome.stored, outcome.repeated) == (1, 1)
    assert await desk.texts(conversation) == ["hello", "more"]


async def test_imports_at_once_keep_each_message_once(desk: Desk) -> None:
    messages = [an_import(str(n), f"p{n}@example.com") for n in range(10)]
    outcomes = await asyncio.gather(
        *(desk.service.import_messages(HERE, messages) for _ in range(4))
    )
    assert sum(outcome.stored for outcome in outcomes) == 10
    conversation = await desk.opened(external="ticket-1")
    assert len(await desk.texts(conversation)) == 10
    assert (await desk.service.conversation(HERE, conversation)).messages == 10


async def test_times_of_a_conversation_span_its_messages(desk: Desk) -> None:
    def at(hours: int) -> datetime:
        return NOW + timedelta(hours=hours)

    await desk.service.import_messages(HERE, [an_import("1", at=at(-5)), an_import("2", at=at(-3))])
    await desk.service.import_messages(HERE, [an_import("0", at=at(-9))])
    conversation = await desk.opened(external="ticket-1")
    found = await desk.service.conversation(HERE, conversation)
    assert (found.started_at, found.last_at) == (at(-9), at(-3))


async def test_an_import_into_a_known_conversation_keeps_its_channel_and_customer(
    desk: Desk,
) -> None:
    conversation = await desk.opened(external="ticket-1", channel="chat", customer="anna")
    await desk.service.import_messages(
        HERE, [an_import("1", EMAIL, channel="file", customer="someone else")]
    )
    (event,) = await desk.rows(outbox.outbox_event)
    assert event.payload["channel"] == "chat"
    (session,) = await desk.rows(privacy_tables.session)
    assert session.subject_id == (await desk.service.conversation(HERE, conversation)).subject


@pytest.fixture(scope="module")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as opened:
        yield opened


@pytest.fixture(scope="module")
def loose(portal: BlockingPortal) -> Iterator[Desk]:
    """A desk for properties, whose examples are no coroutines."""
    with portal.wrap_async_context_manager(a_desk()) as opened:
        yield opened


MESSAGES = st.builds(
    an_import,
    st.sampled_from("123"),
    st.sampled_from(["hello", "yes", EMAIL]),
    conversation=st.sampled_from("ab"),
    role=st.sampled_from(Role),
)


@settings(max_examples=40)
@given(batches=st.lists(st.lists(MESSAGES, max_size=5), max_size=4))
def test_however_an_import_is_cut_the_first_of_each_message_is_kept(
    portal: BlockingPortal, loose: Desk, batches: list[list[ImportedMessage]]
) -> None:
    who = operator(f"t{next(_tenants)}")

    async def keep() -> tuple[int, dict[str, list[tuple[Role, str]]]]:
        stored = 0
        for batch in batches:
            stored += (await loose.service.import_messages(who, batch)).stored
        kept = {}
        for name in {message.conversation for batch in batches for message in batch}:
            opened = await loose.service.open_conversation(who, NewConversation(external=name))
            found = await loose.service.conversation_messages(who, opened.id, after=-1, limit=99)
            kept[name] = [(message.role, str(message.text)) for message in found]
        return stored, kept

    expected: dict[str, dict[str, tuple[Role, str]]] = {}
    for message in (message for batch in batches for message in batch):
        text = message.text.replace(EMAIL, "[EMAIL_ADDRESS_1]")
        expected.setdefault(message.conversation, {}).setdefault(
            message.message, (message.role, text)
        )
    stored, kept = portal.call(keep)
    assert kept == {name: list(messages.values()) for name, messages in expected.items()}
    assert stored == sum(map(len, kept.values()))


# --- over HTTP -------------------------------------------------------------------------------

CONVERSATIONS = "/v1/responder/conversations"


@pytest.fixture(scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with run(
        a_setting(tmp_path_factory.mktemp("served")), quick_parts(languages=English())
    ) as running:
        yield running


@pytest.fixture
async def client(served: Running) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a tenant of its own."""
    key = await served.key_with(tenant=f"tenant{next(_tenants)}")
    async with served.client_with(key) as opened:
        yield opened


async def opened(client: httpx2.AsyncClient, **body: object) -> str:
    answer = await client.post(CONVERSATIONS, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_an_idempotency_key_finds_the_conversation_and_the_message_again(
    client: httpx2.AsyncClient,
) -> None:
    key = {"idempotency-key": "retry-1"}
    first = await client.post(CONVERSATIONS, json={"channel": "chat"}, headers=key)
    again = await client.post(CONVERSATIONS, json={"channel": "chat"}, headers=key)
    assert first.json() == again.json()
    path = f"{CONVERSATIONS}/{first.json()['id']}/messages"
    sent = await asyncio.gather(
        *(client.post(path, json={"text": f"I am {EMAIL}"}, headers=key) for _ in range(5))
    )
    assert {answer.status_code for answer in sent} == {201}
    assert len({answer.text for answer in sent}) == 1
    listed = (await client.get(path)).json()
    assert [item["text"] for item in listed["items"]] == ["I am [EMAIL_ADDRESS_1]"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": ""}, 422),
        ({}, 422),
        ({"text": 5}, 422),
        ({"text": EMAIL, "role": EMAIL}, 422),
        ({"text": EMAIL, EMAIL: 1}, 422),
        ({"text": EMAIL, "external_id": ""}, 422),
        ({"text": EMAIL, "external_id": "x" * 201}, 422),
        ({"text": EMAIL, "at": "2026-01-31T09:00:00"}, 422),
        ({"text": EMAIL, "at": "0001-01-01T00:00:00+10:00"}, 422),
        ({"text": EMAIL, "at": "9999-12-31T23:59:59-10:00"}, 422),
        ({"text": EMAIL, "at": "1960-01-01T00:00:00Z"}, 422),
        ({"text": "x" * 1_000_001}, 413),
    ],
)
async def test_what_is_no_message_is_refused_and_nothing_is_kept(
    client: httpx2.AsyncClient, body: dict[str, object], status: int
) -> None:
    path = f"{CONVERSATIONS}/{await opened(client)}/messages"
    answer = await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    assert EMAIL not in answer.text
    assert (await client.get(path)).json() == {"items": [], "next": None}


@pytest.mark.parametrize("field", ["text", "external_id"])
async def test_half_of_a_surrogate_pair_is_refused(client: httpx2.AsyncClient, field: str) -> None:
    path = f"{CONVERSATIONS}/{await opened(client)}/messages"
    body = json.dumps({"text": "x", field: "a\ud83d"})
    answer = await client.post(path, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422


async def test_other_tenants_get_404_on_every_route(
    served: Running, client: httpx2.AsyncClient
) -> None:
    conversation = await opened(client)
    async with served.client_with(await served.key_with(tenant="rival")) as rival:
        for method, path in (
            ("GET", ""),
            ("GET", "/messages"),
            ("POST", "/messages"),
            ("GET", "/replies"),
            ("POST", "/replies"),
        ):
            body = {"text": "x"} if path == "/messages" else {}
            answer = await rival.request(
                method, f"{CONVERSATIONS}/{conversation}{path}", json=body or None
            )
            assert answer.status_code == 404, (method, path)
        assert (await rival.get(CONVERSATIONS)).json()["items"] == []


async def test_pages_hold_each_conversation_and_message_once(client: httpx2.AsyncClient) -> None:
    ids = []
    for minute in (3, 1, 2, 2, 5):
        ids.append(await opened(client))
        await client.post(
            f"{CONVERSATIONS}/{ids[-1]}/messages",
            json={"text": "x", "at": f"2027-01-01T00:0{minute}:00.123457Z"},
        )
    seen, cursor = [], None
    while True:
        query = {"limit": 2, **({} if cursor is None else {"cursor": cursor})}
        page = (await client.get(CONVERSATIONS, params=query)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [ids[4], ids[0], max(ids[2:4]), min(ids[2:4]), ids[1]]
    path = f"{CONVERSATIONS}/{ids[0]}/messages"
    await client.post(path, json={"text": "y"})
    first = (await client.get(path, params={"limit": 1})).json()
    second = (await client.get(path, params={"limit": 1, "cursor": first["next"]})).json()
    assert [page["items"][0]["text"] for page in (first, second)] == ["x", "y"]


@pytest.mark.parametrize("cursor", ["", "x", "1", "1.", ".x", "-1.x", "9" * 17 + ".x", "٣.x"])
async def test_a_made_up_cursor_is_refused(client: httpx2.AsyncClient, cursor: str) -> None:
    answer = await client.get(CONVERSATIONS, params={"cursor": cursor})
    assert answer.status_code == 422
