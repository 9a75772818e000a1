"""A customer's rights through the front door: erased everywhere, exported whole, held, revealed."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from customerai.core.clock import FixedClock
from customerai.core.db import Transaction, open_database
from customerai.core.objects import backup_objects
from customerai.core.settings import DatabaseSettings, GatewaySettings, PrivacySettings
from customerai.operations import backups_of
from tests import engines
from tests.conftest import NOW, Running, Start, operator, quick_parts

EMAIL = "jane.roe@example.com"
CARD = "4111 1111 1111 1111"
OTHER = "john.doe@example.org"
QUICK = GatewaySettings(burst=100_000, rate_per_minute=6_000_000)
_PATIENCE = 400


async def a_conversation(
    running: Running, customer: str | None, *texts: str, external: str | None = None
) -> str:
    body = {"customer_id": customer, "external_id": external, "groups": {"region": "north"}}
    opened = await running.client.post("/v1/responder/conversations", json=body)
    assert opened.status_code == 201, opened.text
    place = f"/v1/responder/conversations/{opened.json()['id']}"
    for text in texts:
        sent = await running.client.post(f"{place}/messages", json={"text": text})
        assert sent.status_code == 201, sent.text
    return str(opened.json()["id"])


async def ask(running: Running, kind: str, **target: Any) -> dict[str, Any]:
    answer = await running.client.post(
        "/v1/privacy/requests", json={"kind": kind, "reason": "asked by letter", **target}
    )
    assert answer.status_code == 202, answer.text
    return answer.json()  # type: ignore[no-any-return]


async def ended(running: Running, request_id: str) -> dict[str, Any]:
    """The request once it is done."""
    for _ in range(_PATIENCE):
        found = (await running.client.get(f"/v1/privacy/requests/{request_id}")).json()
        if found["status"] != "running":
            return found  # type: ignore[no-any-return]
        await asyncio.sleep(0.02)
    raise AssertionError(f"the request does not end: {found}")


async def erase(running: Running, **target: Any) -> dict[str, Any]:
    asked = await ask(running, "erasure", **target)
    done = await ended(running, asked["id"])
    assert done["status"] == "done"
    clock = running.application.process.clock
    assert isinstance(clock, FixedClock)
    clock.advance(timedelta(seconds=1))  # what comes now comes later
    return done


def parts(request: dict[str, Any]) -> dict[str, dict[str, int]]:
    assert {part["state"] for part in request["parts"]} == {"done"}
    return {part["service"]: part["counts"] for part in request["parts"]}


async def everything(running: Running, folder: Path) -> bytes:
    return await engines.bytes_of(running.application.db, folder)


async def test_nothing_of_an_erased_customer_is_left(start: Start, tmp_path: Path) -> None:
    words = "the zebra umbrella never opened"
    async with start(gateway=QUICK) as running:
        mine = await a_conversation(running, "c-1", f"I am {EMAIL}: {words}", "a human please")
        other = await a_conversation(running, "c-2", f"I am {OTHER}: the kettle leaks")
        reply = await running.client.post(f"/v1/responder/conversations/{mine}/replies", json={})
        assert reply.status_code == 201
        await running.application.settle()
        assert words.encode() in await everything(running, tmp_path)
        done = await erase(running, customer="c-1")
        counts = parts(done)
        assert counts["privacy"]["keys"] == 1
        assert counts["privacy"]["values"] == 1
        assert counts["responder"] == {"conversations": 1, "messages": 2, "replies": 1}
        assert counts["insights"] == {"scores": 2, "conversations": 1}
        assert counts["fairness"] == {"decisions": 1}
        await running.application.settle()
        left = await everything(running, tmp_path)
        for gone in (words, EMAIL, "a human please"):
            assert gone.encode() not in left
        assert b"the kettle leaks" in left
        assert (await running.client.get(f"/v1/responder/conversations/{mine}")).status_code == 404
        assert (await running.client.get(f"/v1/responder/conversations/{other}")).status_code == 200
        overview = (await running.client.get("/v1/insights/overview")).json()
        assert overview["conversations"]["value"] == 2, "counts tell of nobody, and stay"
        listed = (await running.client.get("/v1/insights/conversations")).json()["items"]
        assert [item["conversation_id"] for item in listed] == [other]
        report = (await running.client.get("/v1/fairness/reports?kind=reply")).json()
        assert report["overall"]["n"] == 1
        shown = await reveal(running, mine)
        assert shown.status_code == 404, shown.text
        assert (await reveal(running, other)).json()["values"][0]["value"] == OTHER


async def reveal(running: Running, conversation_id: str) -> httpx2.Response:
    return await running.client.post(
        "/v1/privacy/reveals",
        json={
            "conversation_id": conversation_id,
            "reason": {"code": "support", "text": "ticket 12"},
        },
    )


async def test_the_receipt_is_signed_told_in_the_log_and_names_nobody(running: Running) -> None:
    conversation = await a_conversation(running, "c-1", f"I am {EMAIL}")
    done = await erase(running, customer="c-1")
    receipt = (await running.client.get(f"/v1/privacy/requests/{done['id']}/receipt")).json()
    assert receipt["genuine"]
    told = json.dumps(receipt)
    assert EMAIL not in told
    assert "c-1" not in told
    assert {part["service"] for part in receipt["facts"]["parts"]} == set(parts(done))
    await running.application.settle()
    entries = (await running.client.get("/v1/audit/entries?limit=100")).text
    assert receipt["digest"] in entries
    assert "privacy.keys_destroyed" in entries
    rights = running.application.process.rights
    assert rights is not None
    forged = {**receipt["facts"], **{k: receipt[k] for k in ("request", "kind")}}
    assert rights.requests.is_genuine({**forged, "signature": receipt["signature"]})
    forged["actor"] = "somebody else"
    assert not rights.requests.is_genuine({**forged, "signature": receipt["signature"]})
    assert conversation not in told


async def test_an_erased_customer_who_comes_back_lives_anew(running: Running) -> None:
    await a_conversation(running, "c-1", f"I am {EMAIL}", external="thread")
    await erase(running, customer="c-1")
    for _ in range(2):
        again = await a_conversation(running, "c-1", f"{EMAIL} again", external="thread")
        (value,) = (await reveal(running, again)).json()["values"]
        assert value["value"] == EMAIL
        assert parts(await erase(running, customer="c-1"))["privacy"]["keys"] == 1
        assert (await reveal(running, again)).status_code == 404


async def test_what_was_said_before_stays_erased_whenever_it_arrives(running: Running) -> None:
    def rows(*messages: tuple[str, str, str]) -> bytes:
        return "".join(
            json.dumps({"conversation_id": c, "message_id": m, "customer_id": "c-1",
                        "text": f"{m} {EMAIL}", "created_at": at, "role": "customer"}) + "\n"
            for c, m, at in messages
        ).encode()  # fmt: skip

    old = rows(("t1", "m1", "2026-11-01T10:00:00Z"), ("t2", "m2", "2026-11-02T10:00:00Z"))
    assert (await imported(running, old))["stored"] == 2
    await erase(running, customer="c-1")
    later = rows(("t1", "m1", "2026-11-01T10:00:00Z"), ("t3", "m3", "2026-11-03T10:00:00Z"))
    assert (await imported(running, later)) == {"stored": 0, "repeated": 2, "rejected": 0}
    new = rows(("t1", "m9", "2026-11-23T10:00:00Z"))
    assert (await imported(running, new))["stored"] == 1
    listed = (await running.client.get("/v1/responder/conversations")).json()["items"]
    assert [item["messages"] for item in listed] == [1]
    place = f"/v1/responder/conversations/{listed[0]['id']}/messages"
    late = {"text": "what I said last year", "at": "2025-11-03T10:00:00Z"}
    refused = await running.client.post(place, json=late)
    assert refused.status_code == 409
    assert refused.json()["type"] == "/problems/message-erased"


async def imported(running: Running, content: bytes) -> dict[str, int]:
    sent = await running.client.post("/v1/imports", files={"file": ("rows.jsonl", content)})
    assert sent.status_code == 202, sent.text
    for _ in range(_PATIENCE):
        job = (await running.client.get(sent.json()["url"])).json()
        if job["status"] not in ("queued", "running"):
            assert job["status"] == "done", job
            return job["result"]  # type: ignore[no-any-return]
        await asyncio.sleep(0.02)
    raise AssertionError("the import does not end")


async def test_scores_that_were_on_their_way_do_not_bring_it_back(running: Running) -> None:
    """Events of messages that are erased before they are scored leave nothing behind."""
    conversation = await a_conversation(running, "c-1", *["I am angry"] * 5)
    asked = await ask(running, "erasure", customer="c-1")
    await ended(running, asked["id"])
    await running.application.settle()
    answer = await running.client.get(f"/v1/insights/conversations/{conversation}")
    assert answer.status_code == 404


async def test_one_conversation_or_session_goes_and_the_others_stay(running: Running) -> None:
    one = await a_conversation(running, "c-1", f"I am {EMAIL}")
    two = await a_conversation(running, "c-1", f"still {EMAIL}")
    alone = await a_conversation(running, None, f"still {EMAIL}")
    done = await erase(running, conversation_id=one)
    assert parts(done)["privacy"]["keys"] == 0
    assert (await reveal(running, one)).status_code == 404
    assert (await reveal(running, two)).status_code == 201
    assert parts(await erase(running, conversation_id=alone))["privacy"]["keys"] == 1
    hidden = await running.client.post("/v1/privacy/anonymizations", json={"texts": [EMAIL]})
    session = hidden.json()["session_id"]
    assert parts(await erase(running, session_id=session))["privacy"]["values"] == 1
    texts = {"session_id": session, "texts": ["[EMAIL_ADDRESS_1]"]}
    assert (await running.client.post("/v1/privacy/restorations", json=texts)).status_code == 404


async def test_a_request_is_made_once_under_its_key(running: Running) -> None:
    body = {"kind": "erasure", "customer": "c-1", "reason": f"letter of {EMAIL}"}
    headers = {"idempotency-key": "k1"}
    asked = [
        running.client.post("/v1/privacy/requests", json=body, headers=headers) for _ in range(4)
    ]
    answers = [answer.json() for answer in await asyncio.gather(*asked)]
    assert len({answer["id"] for answer in answers}) == 1
    assert answers[0]["reason"] == "letter of [EMAIL_ADDRESS]"
    assert EMAIL not in json.dumps(answers)
    await ended(running, answers[0]["id"])
    page = (await running.client.get("/v1/privacy/requests?kind=erasure&limit=1")).json()
    assert [item["id"] for item in page["items"]] == [answers[0]["id"]]
    rest = await running.client.get(f"/v1/privacy/requests?limit=1&cursor={page['next']}")
    assert rest.json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    "target", [{}, {"customer": "a", "session_id": "b"}, {"customer": "", "kind": "erasure"}]
)
async def test_a_request_names_one_thing(running: Running, target: dict[str, str]) -> None:
    body = {"kind": "erasure", "reason": "x", **target}
    answer = await running.client.post("/v1/privacy/requests", json=body)
    assert answer.status_code == 422


async def test_a_backup_that_is_restored_can_not_reveal(start: Start, tmp_path: Path) -> None:
    """The key is gone at once; at the next start the texts go, too, and nothing else."""
    if engines.POSTGRES is not None:
        pytest.skip("restores into a file")
    async with start(gateway=QUICK) as running:
        await a_conversation(running, "c-1", f"I am {EMAIL}: the zebra umbrella")
        kept = await a_conversation(running, "c-2", f"I am {OTHER}")
        settings = running.application.settings
        backups = backups_of(settings, running.application.process.keys, backup_objects(settings))
        await running.application.settle()
        await backups.run()
        await erase(running, customer="c-1")
    restored = tmp_path / "data" / "restored.db"
    await backups.restore(None, f"sqlite:///{restored}")
    db = open_database(f"sqlite:///{restored}", DatabaseSettings())

    def subjects(tx: Transaction) -> int:
        return len(tx.exec_driver_sql("SELECT id FROM privacy_subject").all())

    assert await db.read(subjects) == 1, "the erased customer's key is not there"
    await db.close()
    assert b"the zebra umbrella" in restored.read_bytes()
    database = DatabaseSettings(url=f"sqlite:///{restored}", synchronous="normal")
    async with start(gateway=QUICK, database=database) as running:
        for _ in range(_PATIENCE):
            found = (await running.client.get("/v1/privacy/requests?status=done")).json()["items"]
            if found:
                break
            await asyncio.sleep(0.02)
        assert [item["target"] for item in found] == ["ledger"]
        await running.application.settle()
        assert (await reveal(running, kept)).json()["values"][0]["value"] == OTHER
        listed = (await running.client.get("/v1/responder/conversations")).json()["items"]
        assert [item["id"] for item in listed] == [kept]
        clock = running.application.process.clock
        assert isinstance(clock, FixedClock)
        clock.advance(timedelta(minutes=1))
        again = await a_conversation(running, "c-1", f"I am {EMAIL}")
        assert (await reveal(running, again)).status_code == 201
    for name in ("restored.db", "restored.db-wal"):
        path = tmp_path / "data" / name
        assert not path.exists() or b"the zebra umbrella" not in path.read_bytes()


async def test_an_export_holds_what_was_said_with_its_values(running: Running) -> None:
    texts = [f"I am {EMAIL} <b>", "=cmd|' /C calc'!A0", "I want to talk to a human"]
    mine = await a_conversation(running, "c-1", *texts)
    await a_conversation(running, "c-2", f"I am {OTHER}")
    await running.client.post(f"/v1/responder/conversations/{mine}/replies", json={})
    await running.application.settle()
    said = {"customer": "c-1", "purpose": "training", "granted": True, "source": "web form"}
    assert (await running.client.put("/v1/privacy/consents", json=said)).status_code == 200
    asked = await ask(running, "export", customer="c-1")
    done = await ended(running, asked["id"])
    assert done["status"] == "ready", done
    assert parts(done)["responder"] == {"conversations": 1, "messages": 3, "replies": 1}
    fetched = await running.client.get(f"/v1/privacy/requests/{asked['id']}/file")
    assert fetched.status_code == 200
    assert fetched.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(fetched.content))
    assert archive.testzip() is None
    page = archive.read(f"conversations/{mine}.html").decode()
    assert f"I am {EMAIL} &lt;b&gt;" in page
    assert page.count("</html>") == 1
    rows = list(csv.reader(io.StringIO(archive.read("data/messages.csv").decode())))
    assert [row[-1] for row in rows[1:]] == [texts[0], "'" + texts[1], texts[2]]
    records = json.loads(archive.read("data/conversations.json"))
    assert [item["text"] for item in records if item["kind"] == "messages"] == texts
    assert len(archive.read("data/analysis.csv").decode().splitlines()) == 4
    assert "escalated" in archive.read("data/decisions.csv").decode()
    assert "training,True" in archive.read("data/consents.csv").decode()
    assert mine in archive.read("index.html").decode()
    whole = b"".join(archive.read(name) for name in archive.namelist())
    assert OTHER.encode() not in whole
    assert b"[EMAIL_ADDRESS" not in whole


async def test_an_export_is_sealed_and_goes_with_its_customer(start: Start, tmp_path: Path) -> None:
    async with start(gateway=QUICK) as running:
        await a_conversation(running, "c-1", f"I am {EMAIL}")
        asked = await ask(running, "export", customer="c-1")
        assert (await ended(running, asked["id"]))["status"] == "ready"
        file = tmp_path / "data" / "exports" / f"{asked['id']}.sealed"
        assert EMAIL.encode() not in file.read_bytes()
        poor = running.client_with(await running.key_with("privacy:rights"))
        async with poor:
            place = f"/v1/privacy/requests/{asked['id']}"
            assert (await poor.get(place)).status_code == 200
            assert (await poor.get(f"{place}/file")).status_code == 403, "it shows values"
        await erase(running, customer="c-1")
        assert not file.exists()
        gone = await running.client.get(f"{place}/file")
        assert gone.json()["type"] == "/problems/export-not-ready"


async def test_the_file_of_an_export_expires(start: Start, tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    async with start(parts=quick_parts(clock=clock), gateway=QUICK) as running:
        await a_conversation(running, "c-1", f"I am {EMAIL}")
        asked = await ask(running, "export", customer="c-1")
        await ended(running, asked["id"])
        clock.advance(timedelta(days=8))
        rights = running.application.process.rights
        assert rights is not None
        await rights.exporting.expire()
        assert (await ended(running, asked["id"]))["status"] == "expired"
        assert not list((tmp_path / "data" / "exports").glob("*.sealed"))


async def test_an_export_that_is_too_large_fails_and_says_so(start: Start) -> None:
    async with start(gateway=QUICK, privacy=PrivacySettings(export_max_bytes=2048)) as running:
        words = " ".join(f"w{n * 7919 % 100_003}" for n in range(3000))
        await a_conversation(running, "c-1", words)
        asked = await ask(running, "export", customer="c-1")
        assert (await ended(running, asked["id"]))["status"] == "failed"


async def test_a_reveal_needs_a_reason_and_leaves_a_trace(running: Running) -> None:
    conversation = await a_conversation(running, "c-1", f"I am {EMAIL}, card {CARD}")
    body: dict[str, Any] = {"conversation_id": conversation, "placeholders": ["[CREDIT_CARD_1]"]}
    bare = await running.client.post("/v1/privacy/reveals", json=body)
    assert bare.status_code == 422
    body["reason"] = {"code": "fraud", "text": f"chargeback of {EMAIL}"}
    shown = await running.client.post("/v1/privacy/reveals", json=body)
    assert [item["value"] for item in shown.json()["values"]] == [CARD]
    page = (await running.client.get("/v1/privacy/reveals")).json()
    (entry,) = page["items"]
    assert entry["id"] == shown.json()["id"]
    assert entry["types"] == {"CREDIT_CARD": 1}
    assert (entry["reason"], entry["values"]) == ("fraud", 1)
    assert CARD not in json.dumps(page)
    assert EMAIL not in json.dumps(page)
    body["placeholders"] = ["[CREDIT_CARD_9]"]
    unknown = await running.client.post("/v1/privacy/reveals", json=body)
    assert unknown.json()["type"] == "/problems/placeholder-unknown"
    async with running.client_with(await running.key_with("*")) as poor:
        assert (await poor.post("/v1/privacy/reveals", json=body)).status_code == 403


async def test_reveals_are_bounded(start: Start) -> None:
    clock = FixedClock(NOW)
    parts_ = quick_parts(clock=clock)
    async with start(parts=parts_, gateway=QUICK, privacy=PrivacySettings(reveals_per_hour=2)) as r:
        conversation = await a_conversation(r, "c-1", f"I am {EMAIL}")
        assert [(await reveal(r, conversation)).status_code for _ in range(3)] == [201, 201, 429]
        clock.advance(timedelta(minutes=61))
        assert (await reveal(r, conversation)).status_code == 201


async def test_a_hold_keeps_data_and_is_counted(start: Start) -> None:
    clock = FixedClock(NOW)
    async with start(parts=quick_parts(clock=clock), gateway=QUICK) as running:
        held = await a_conversation(running, "c-1", f"I am {EMAIL}")
        other = await a_conversation(running, "c-2", f"I am {OTHER}")
        await running.application.settle()
        hold = {"customer": "c-1", "reason": "court order"}
        assert (await running.client.put("/v1/privacy/holds", json=hold)).status_code == 200
        for target in ({"customer": "c-1"}, {"conversation_id": held}):
            body = {"kind": "erasure", "reason": "asked", **target}
            refused = await running.client.post("/v1/privacy/requests", json=body)
            assert refused.json()["type"] == "/problems/customer-held"
        days = {"conversations": 30, "sessions": 30, "decisions": 30, "imports": 30}
        assert (await running.client.put("/v1/privacy/retention", json=days)).json() == days
        clock.advance(timedelta(days=31))
        counted = await looked(running, dry_run=True)
        assert counted["conversations"]["total"] == 1
        assert counted["conversations"]["held"] == 1
        assert counted["conversations"]["months"] == {"2026-11": 1}
        assert counted["conversations"]["oldest"] == "2026-11-22T12:00:00Z"
        assert await statuses(running, held, other) == [200, 200], "nothing went"
        await looked(running, dry_run=False)
        assert await statuses(running, held, other) == [200, 404]
        assert (await reveal(running, other)).status_code == 404
        assert (await reveal(running, held)).status_code == 201
        lifted = await running.client.post("/v1/privacy/holds/lifted", json={"customer": "c-1"})
        assert lifted.status_code == 204
        await looked(running, dry_run=False)
        assert await statuses(running, held) == [404]


async def statuses(running: Running, *ids: str) -> list[int]:
    place = "/v1/responder/conversations"
    return [(await running.client.get(f"{place}/{name}")).status_code for name in ids]


async def looked(running: Running, *, dry_run: bool) -> dict[str, dict[str, Any]]:
    """What a look at the calendar found, by class, once what it began has ended."""
    begun = await running.client.post("/v1/privacy/retention/runs", json={"dry_run": dry_run})
    assert begun.status_code == 202, begun.text
    place = f"/v1/privacy/retention/runs/{begun.json()['id']}"
    for _ in range(_PATIENCE):
        run = (await running.client.get(place)).json()
        open_ = (await running.client.get("/v1/privacy/requests?status=running")).json()["items"]
        if run["status"] == "done" and not open_:
            await running.application.settle()
            break
        await asyncio.sleep(0.02)
    assert run["status"] == "done", run
    return {item["data_class"]: item for item in run["classes"]}


async def test_no_consent_no_analysis(running: Running) -> None:
    rules = {"analytics": "demanded"}
    put = await running.client.put("/v1/privacy/purposes", json=rules)
    assert put.json()["analytics"] == "demanded"
    assert put.json()["model_call"] == "allowed"
    said = {"customer": "c-1", "purpose": "analytics", "granted": True, "source": "app"}
    assert (await running.client.put("/v1/privacy/consents", json=said)).status_code == 200
    agreed = await a_conversation(running, "c-1", "I am furious, this is awful!")
    silent = await a_conversation(running, "c-2", "I am furious, this is awful!")
    await running.application.settle()
    overview = (await running.client.get("/v1/insights/overview")).json()
    assert overview["customer_messages"]["value"] == 1
    for name, scores in ((agreed, 1), (silent, 0)):
        found = (await running.client.get(f"/v1/insights/conversations/{name}")).json()
        assert len(found["messages"]) == scores


async def test_an_erased_refusal_is_still_heeded(running: Running) -> None:
    await running.client.put("/v1/privacy/purposes", json={"analytics": "opt_out"})
    for customer, granted in (("c-1", False), ("c-1", True), ("c-2", True)):
        said = {"customer": customer, "purpose": "training" if granted else "analytics",
                "granted": granted, "source": "app"}  # fmt: skip
        assert (await running.client.put("/v1/privacy/consents", json=said)).status_code == 200
    await a_conversation(running, "c-1", f"I am {EMAIL}")
    assert parts(await erase(running, customer="c-1"))["privacy"]["consents"] == 1
    left = (await running.client.get("/v1/privacy/consents?customer=c-1")).json()["items"]
    assert [(item["purpose"], item["granted"]) for item in left] == [("analytics", False)]
    for customer in ("c-1", "c-2"):
        await a_conversation(running, customer, "I am furious, this is awful!")
    await running.application.settle()
    overview = (await running.client.get("/v1/insights/overview")).json()
    assert overview["customer_messages"]["value"] == 1, "the other one's"


class Wordsmith:
    """A model that repeats its first passage, and counts how often it was asked."""

    name = "wordsmith"

    def __init__(self) -> None:
        self.asked = 0

    async def complete(self, messages: Any) -> str:
        self.asked += 1
        passage = str(messages[-1].content).split("[1] ", 1)[1].split("\n\n")[0]
        return passage.split(". ")[0].strip(". ") + " [1]."


async def test_no_consent_no_model(start: Start) -> None:
    model = Wordsmith()
    async with start(parts=quick_parts(chat=model), gateway=QUICK) as running:
        document = {"title": "Returns", "format": "markdown", "content":
                    "# Returns\n\nYou can return shoes within 30 days of purchase."}  # fmt: skip
        await running.client.post("/v1/responder/documents", json=document)
        question = "Can I return shoes within 30 days of purchase?"
        one = await a_conversation(running, "c-1", question)
        two = await a_conversation(running, "c-2", question)
        place = "/v1/responder/conversations"
        said = {"customer": "c-2", "purpose": "model_call", "granted": True, "source": "app"}
        await running.client.put("/v1/privacy/consents", json=said)
        await running.client.put("/v1/privacy/purposes", json={"model_call": "demanded"})
        refused = (await running.client.post(f"{place}/{one}/replies", json={})).json()
        assert (refused["status"], refused["reason"]) == ("abstained", "no_consent")
        assert refused["action"] == "handoff"
        assert model.asked == 0
        answered = (await running.client.post(f"{place}/{two}/replies", json={})).json()
        assert answered["status"] == "answered"
        assert model.asked == 1


async def states_of(running: Running, request_id: str) -> dict[str, str]:
    found = (await running.client.get(f"/v1/privacy/requests/{request_id}")).json()
    return {part["service"]: part["state"] for part in found["parts"]}


async def test_an_import_that_still_runs_keeps_its_part_open_and_shows(start: Start) -> None:
    clock = FixedClock(NOW)
    async with start(parts=quick_parts(clock=clock), gateway=QUICK) as running:
        await a_conversation(running, "c-1", f"I am {EMAIL}")
        process = running.application.process
        assert process.rights is not None

        def queue(tx: Transaction) -> None:
            # An import whose worker is another process.
            tx.exec_driver_sql(
                "INSERT INTO job (tenant, id, kind, actor, status, done, spec, created_at, "
                "resumed_done, claimed_by, claimed_until) VALUES ('main', 'job_x', 'import', "
                "'key_1', 'running', 0, '{}', 0, 0, 'other', 9000000000000000)"
            )

        if engines.POSTGRES is None:
            for task in running.application.tasks:  # it would take the import over
                if "ImportService" in task.get_name():
                    task.cancel()
        await process.db.write(queue)
        asked = await ask(running, "erasure", customer="c-1")
        others = {"privacy", "responder", "insights", "fairness"}
        for _ in range(_PATIENCE):
            states = await states_of(running, asked["id"])
            if {states[name] for name in others} == {"done"}:
                break
            await asyncio.sleep(0.02)
        assert states["integrations"] == "waiting"
        clock.advance(timedelta(hours=25))
        states = await states_of(running, asked["id"])
        assert states["integrations"] == "overdue"
        assert {states[name] for name in others} == {"done"}
        metrics = (await running.client.get("/metrics")).text
        name = 'customerai_privacy_rights_oldest_part_seconds{service="integrations"}'
        assert f"{name} 90000.0" in metrics
        await process.db.write(
            lambda tx: tx.exec_driver_sql("UPDATE job SET status = 'done' WHERE id = 'job_x'")
        )
        await process.rights.erasing.remind()
        assert (await ended(running, asked["id"]))["status"] == "done"


async def test_a_part_that_is_done_twice_is_done_once(running: Running) -> None:
    """As after a process that was killed between its work and the end of its job."""
    await a_conversation(running, "c-1", f"I am {EMAIL}")
    done = await erase(running, customer="c-1")
    await a_conversation(running, "c-1", f"I am {EMAIL}")
    process = running.application.process
    assert process.rights is not None
    request = (await process.rights.requests.find(operator(), done["id"])).request
    await process.rights.erasing.destroy(request)
    await running.application.settle()
    listed = (await running.client.get("/v1/responder/conversations")).json()["items"]
    assert len(listed) == 1, "the new life is not touched"
    assert (await reveal(running, listed[0]["id"])).status_code == 201
