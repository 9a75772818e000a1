"""Parked events through the front door: seen, told again once, discarded, each in its tenant."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import httpx2
import pytest
from sqlalchemy import delete, insert, select

from customerai.core import dead_letters, outbox
from customerai.core.ids import new_id
from customerai.core.safe_text import SafeText
from customerai.ml.classifier import LabelInfo, Prediction
from tests.conftest import NOW, Running, Start, operator, quick_parts
from tests.gateway.test_api import kind

LETTERS = "/v1/events/dead-letters"
EMAIL = "jane.roe@example.com"
RECEIVED = "responder.message_received.v1"
_tenants = count()


@dataclass
class Moody:
    """A sentiment model that fails at some texts for as long as it is broken."""

    broken: bool = True
    judged: list[str] = field(default_factory=list)

    @property
    def labels(self) -> dict[str, LabelInfo]:
        return {label: LabelInfo(label, "area") for label in ("negative", "neutral", "positive")}

    def predict(self, texts: Sequence[SafeText]) -> list[Prediction]:
        if self.broken and any("poison" in text for text in texts):
            raise LookupError(EMAIL)
        self.judged += texts
        return [Prediction("negative", 0.9, ()) for _ in texts]


async def say(client: httpx2.AsyncClient, text: str) -> tuple[str, str]:
    """A conversation with one message of a customer; returns their ids."""
    made = (await client.post("/v1/responder/conversations", json={"channel": "chat"})).json()
    path = f"/v1/responder/conversations/{made['id']}/messages"
    answer = await client.post(path, json={"text": text})
    assert answer.status_code == 201, answer.text
    return made["id"], answer.json()["id"]


async def parked(client: httpx2.AsyncClient, **wanted: str) -> list[dict[str, Any]]:
    answer = await client.get(LETTERS, params=wanted)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def key_of(item: dict[str, Any]) -> dict[str, str]:
    return {"handler": item["handler"], "event_id": item["id"]}


async def actions(running: Running, client: httpx2.AsyncClient) -> list[dict[str, Any]]:
    """What the audit log of the client's tenant holds about events."""
    await running.application.settle()
    entries = (await client.get("/v1/audit/entries")).json()["items"]
    return [entry for entry in entries if entry["action"].startswith("events.")]


async def test_an_event_that_fails_is_parked_and_told_again_is_handled_once(
    start: Start,
) -> None:
    model = Moody()
    async with start(parts=quick_parts(sentiment=model)) as it:
        conversation_id, message_id = await say(it.client, "poison in my tea")
        await say(it.client, "all is well")
        await it.application.settle()
        listed = await it.client.get(LETTERS)
        (letter,) = listed.json()["items"]
        assert (letter["handler"], letter["name"]) == ("score_messages", RECEIVED)
        assert (letter["error"], letter["attempts"]) == ("LookupError", 4)
        assert letter["ids"] == {"conversation_id": conversation_id, "message_id": message_id}
        assert letter["codes"] == {"role": "customer"}
        assert EMAIL not in listed.text
        assert "poison" not in listed.text
        overview = (await it.client.get("/v1/insights/overview")).json()
        assert overview["customer_messages"]["value"] == 1

        model.broken = False
        again = {"letters": [key_of(letter)]}
        told = await it.client.post("/v1/events/redrives", json=again)
        assert (told.status_code, told.json()) == (202, {"count": 1, "more": False})
        await it.application.settle()
        assert await parked(it.client) == []
        assert kind(await it.client.post("/v1/events/redrives", json=again)) == (
            404,
            "dead-letter-not-found",
        )
        everything = await it.client.post("/v1/events/redrives", json={"letters": {}})
        assert everything.json() == {"count": 0, "more": False}
        await it.application.settle()
        assert sorted(model.judged) == ["all is well", "poison in my tea"]
        overview = (await it.client.get("/v1/insights/overview")).json()
        assert overview["customer_messages"]["value"] == 2
        (entry,) = await actions(it, it.client)
        assert entry["action"] == "events.redriven"
        assert entry["actor"].startswith("key_")
        assert entry["data"] == {"count": 1, "handlers": {"score_messages": 1}}


async def test_one_that_fails_again_is_parked_again(start: Start) -> None:
    model = Moody()
    async with start(parts=quick_parts(sentiment=model)) as it:
        await say(it.client, "poison in my tea")
        await it.application.settle()
        (letter,) = await parked(it.client)
        again = {"letters": {"handler": "score_messages"}}
        assert (await it.client.post("/v1/events/redrives", json=again)).json()["count"] == 1
        assert await parked(it.client) == []
        await it.application.settle()
        assert [key_of(item) for item in await parked(it.client)] == [key_of(letter)]


# -- many of them, put there at once


@dataclass
class Desk:
    """A client that may do everything in a tenant of its own, and the process."""

    running: Running
    client: httpx2.AsyncClient
    tenant: str

    async def park(self, *handlers: str, error: str = "KeyError", same_time: bool = False) -> None:
        """Park an event for each handler, each a second after the one before."""
        rows = [
            {
                "tenant": self.tenant, "handler": handler, "id": new_id("evt"),
                "name": "test.unheard.v1" if handler == "unheard" else RECEIVED,
                "payload": {"tenant": self.tenant, "secret": EMAIL, "note_id": EMAIL,
                            "message_id": new_id("msg"), "kind": EMAIL, "role": "customer"},
                "attempts": 4, "error": error,
                "parked_at": NOW + timedelta(seconds=0 if same_time else second),
            }
            for second, handler in enumerate(handlers)
        ]  # fmt: skip
        await self.running.application.db.write(
            lambda tx: tx.execute(insert(outbox.dead_letter), rows)
        )

    async def post(self, path: str, body: dict[str, Any]) -> httpx2.Response:
        return await self.client.post(f"/v1/events/{path}", json=body)


@pytest.fixture
async def desk(shared: Running) -> AsyncIterator[Desk]:
    name = f"letters{next(_tenants)}"
    async with shared.client_with(await shared.key_with("all", tenant=name)) as client:
        yield Desk(shared, client, name)
    await shared.application.db.write(
        lambda tx: tx.execute(delete(outbox.dead_letter).where(outbox.dead_letter.c.tenant == name))
    )
    await shared.application.settle()


@pytest.mark.parametrize("same_time", [False, True])
async def test_pages_show_each_letter_once_newest_first(desk: Desk, same_time: bool) -> None:
    await desk.park(*["one", "two"] * 4, "one", same_time=same_time)
    seen: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        asked: dict[str, str | int] = {"limit": 4} if cursor is None else {
            "limit": 4, "cursor": cursor,
        }  # fmt: skip
        page = (await desk.client.get(LETTERS, params=asked)).json()
        assert len(page["items"]) <= 4
        seen += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == 9
    order = [(item["parked_at"], item["id"], item["handler"]) for item in seen]
    assert order == sorted(order, reverse=True)
    assert len(set(order)) == 9


async def test_of_a_payload_only_ids_of_ours_and_codes_are_shown(desk: Desk) -> None:
    await desk.park("one")
    answer = await desk.client.get(LETTERS)
    (item,) = answer.json()["items"]
    assert EMAIL not in answer.text
    assert item["ids"].keys() == {"message_id"}
    assert item["codes"] == {"role": "customer"}


async def test_filters_narrow_the_list(desk: Desk) -> None:
    await desk.park("one", "two", "unheard")
    await desk.park("one", error="ValueError")
    assert [item["handler"] for item in await parked(desk.client, handler="one")] == ["one", "one"]
    assert [item["handler"] for item in await parked(desk.client, name="test.unheard.v1")] == [
        "unheard"
    ]
    assert len(await parked(desk.client, error="KeyError")) == 3
    assert len(await parked(desk.client, handler="one", error="ValueError")) == 1
    assert await parked(desk.client, handler="nobody") == []


@pytest.mark.parametrize("cursor", ["", "1.", "x.evt_1.one", "1.evt_1", "1.evt_1.", "1..one"])
async def test_a_cursor_that_no_page_gave_is_refused(desk: Desk, cursor: str) -> None:
    listed = await desk.client.get(LETTERS, params={"cursor": cursor})
    assert kind(listed) == (422, "cursor-invalid")
    told = await desk.post("redrives", {"letters": {"until": cursor}})
    assert kind(told) == (422, "cursor-invalid")


async def test_the_summary_counts_by_handler_event_and_error(desk: Desk) -> None:
    empty = (await desk.client.get(f"{LETTERS}/summary")).json()
    assert empty == {"total": 0, "items": [], "until": None}
    await desk.park("one", "two", "one")
    await desk.park("one", error="ValueError")
    found = (await desk.client.get(f"{LETTERS}/summary")).json()
    assert found["total"] == 4
    assert [(item["handler"], item["error"], item["count"]) for item in found["items"]] == [
        ("one", "KeyError", 2),
        ("one", "ValueError", 1),
        ("two", "KeyError", 1),
    ]
    first = found["items"][0]
    assert (first["oldest_at"], first["newest_at"]) == (
        "2026-11-22T12:00:00Z",
        "2026-11-22T12:00:02Z",
    )


async def test_redriving_by_filter_takes_those_only_and_says_how_many(desk: Desk) -> None:
    await desk.park("one", "two", "one")
    told = await desk.post("redrives", {"letters": {"handler": "one"}})
    assert told.json() == {"count": 2, "more": False}
    assert [item["handler"] for item in await parked(desk.client)] == ["two"]
    (entry,) = await actions(desk.running, desk.client)
    assert (entry["action"], entry["data"]) == (
        "events.redriven",
        {"count": 2, "handlers": {"one": 2}},
    )


async def test_what_is_parked_after_a_summary_is_not_taken_with_it(desk: Desk) -> None:
    await desk.park("one", "one")
    until = (await desk.client.get(f"{LETTERS}/summary")).json()["until"]
    seen = await parked(desk.client)
    await desk.park("one", "one", "one")
    (late,) = await parked(desk.client, limit="1")
    gone = await desk.post("discards", {"letters": {"until": until}, "reason": "test-data"})
    assert gone.json()["count"] >= 2
    left = await parked(desk.client)
    assert late in left
    assert not any(item in left for item in seen)


async def test_a_call_takes_so_many_and_says_that_there_are_more(desk: Desk) -> None:
    await desk.park(*["one"] * (dead_letters.MOST_AT_ONCE + 3))
    body = {"letters": {"handler": "one"}, "reason": "not-needed"}
    newest = (await parked(desk.client))[:3]
    first = await desk.post("discards", body)
    assert first.json() == {"count": dead_letters.MOST_AT_ONCE, "more": True}
    assert await parked(desk.client) == newest, "the oldest go first"
    assert (await desk.post("discards", body)).json() == {"count": 3, "more": False}


async def test_two_who_redrive_at_once_never_take_the_same_letter(desk: Desk) -> None:
    await desk.park(*["one"] * 60)
    answers = await asyncio.gather(
        *(desk.post("redrives", {"letters": {"handler": "one"}}) for _ in range(4))
    )
    assert {answer.status_code for answer in answers} == {202}
    assert sum(answer.json()["count"] for answer in answers) == 60


async def test_a_letter_that_is_still_being_told_waits(desk: Desk) -> None:
    """Else the relay, done with the first telling, would forget the second one too."""
    await desk.park("one")
    (item,) = await parked(desk.client)

    def still_there(tx: Any) -> None:
        row = tx.execute(
            select(outbox.dead_letter).where(outbox.dead_letter.c.tenant == desk.tenant)
        ).one()
        tx.execute(
            insert(outbox.outbox_event).values(
                tenant=row.tenant, id=row.id, handler=row.handler, name=row.name,
                payload=row.payload, priority=outbox.BULK,
            )
        )  # fmt: skip
        # In the transaction that put it there, so that no relay can be faster.
        named = dead_letters.Wanted(letters=[(item["handler"], item["id"])])
        with pytest.raises(dead_letters.DeadLetterOnItsWay):
            dead_letters.redrive(tx, operator(desk.tenant), named)
        assert dead_letters.redrive(
            tx, operator(desk.tenant), dead_letters.Wanted()
        ) == dead_letters.Moved(0, more=False)

    await desk.running.application.db.write(still_there, tenant=desk.tenant)
    assert await parked(desk.client) == [item]


# -- discarding


async def test_a_discarded_letter_is_gone_and_the_log_says_why(desk: Desk) -> None:
    await desk.park("one", "one", "two")
    chosen = (await parked(desk.client, handler="one"))[0]
    body = {"letters": [key_of(chosen)], "reason": "done-otherwise", "reference": "OPS-1042"}
    gone = await desk.post("discards", body)
    assert (gone.status_code, gone.json()) == (201, {"count": 1, "more": False})
    left = await parked(desk.client)
    assert [item["handler"] for item in left] == ["two", "one"]
    assert chosen not in left
    assert kind(await desk.post("discards", body)) == (404, "dead-letter-not-found")
    (entry,) = await actions(desk.running, desk.client)
    assert entry["action"] == "events.discarded"
    assert entry["actor"].startswith("key_")
    assert entry["data"] == {
        "count": 1,
        "handlers": {"one": 1},
        "events": [chosen["id"]],
        "reason": "done-otherwise",
        "reference": "OPS-1042",
    }


@pytest.mark.parametrize(
    "body",
    [
        {"letters": {}},
        {"letters": {}, "reason": ""},
        {"letters": {}, "reason": f"asked by {EMAIL}"},
        {"letters": {}, "reason": "test-data", "reference": "Jane Roe"},
        {"letters": {}, "reason": "test-data", "reference": EMAIL},
        {"letters": [], "reason": "test-data"},
        {"letters": {"handlers": "one"}, "reason": "test-data"},
        {"reason": "test-data"},
    ],
)
async def test_nothing_is_discarded_without_a_reason_and_a_choice(
    desk: Desk, body: dict[str, Any]
) -> None:
    await desk.park("one")
    assert kind(await desk.post("discards", body)) == (422, "invalid-request")
    assert len(await parked(desk.client)) == 1
    assert await actions(desk.running, desk.client) == []


# -- who may


async def test_another_tenant_sees_and_moves_nothing(desk: Desk, shared: Running) -> None:
    await desk.park("one")
    (item,) = await parked(desk.client)
    key = await shared.key_with("all", tenant=f"{desk.tenant}-other")
    async with shared.client_with(key) as other:
        assert await parked(other) == []
        assert (await other.get(f"{LETTERS}/summary")).json()["total"] == 0
        bodies: list[dict[str, Any]] = [{"letters": [key_of(item)]}, {"letters": {}}]
        for body in bodies:
            told = await other.post("/v1/events/redrives", json=body)
            gone = await other.post("/v1/events/discards", json={**body, "reason": "test-data"})
            for answer in (told, gone):
                if answer.status_code == 404:
                    assert kind(answer) == (404, "dead-letter-not-found")
                else:
                    assert answer.json() == {"count": 0, "more": False}
        assert await actions(shared, other) == []
    assert await parked(desk.client) == [item]


async def test_who_may_only_look_moves_nothing(desk: Desk, shared: Running) -> None:
    await desk.park("one")
    key = await shared.key_with("events:read", tenant=desk.tenant)
    async with shared.client_with(key) as reader:
        assert len(await parked(reader)) == 1
        told = await reader.post("/v1/events/redrives", json={"letters": {}})
        gone = await reader.post("/v1/events/discards", json={"letters": {}, "reason": "test-data"})
        for answer in (told, gone):
            assert kind(answer) == (403, "missing-scope")
            assert answer.json()["scope"] == "events:admin"
    assert len(await parked(desk.client)) == 1
