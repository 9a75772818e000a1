"""Knowledge: what is added is found at once, what is replaced or dropped is not, all of it safe."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count as numbers
from typing import Any

import httpx2
import numpy as np
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sqlalchemy import Table, select

from customerai.contracts.privacy import PrivacyUnavailable
from customerai.core import audit
from customerai.core.crypto import KeyRing
from customerai.core.db import Database
from customerai.core.safe_text import SafeText
from customerai.core.safe_text_issuer import issue
from customerai.core.schema import metadata
from customerai.core.settings import PrivacySettings, ResponderSettings
from customerai.core.telemetry import Metrics
from customerai.privacy.recognizers.spans import Span
from customerai.privacy.service import PrivacyService
from customerai.responder import tables
from customerai.responder.knowledge import (
    DocumentInvalid,
    DocumentNotFound,
    DocumentTooLong,
    KnowledgeService,
    NewDocument,
)
from customerai.responder.store import Document
from tests import engines
from tests.conftest import (
    NOW,
    FixedClock,
    HashedWords,
    Running,
    a_setting,
    operator,
    quick_parts,
    run,
)

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
        return PATTERNS.analyze(texts, **kwargs)


class English:
    def identify(self, texts: Sequence[SafeText]) -> list[tuple[str, float]]:
        return [("en", 1.0) for _ in texts]


class Recording(HashedWords):
    """Remembers what it was asked to embed."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def embed(self, texts: Sequence[SafeText]) -> NDArray[np.float32]:
        self.seen += [str(text) for text in texts]
        return super().embed(texts)


@dataclass
class Library:
    """Knowledge on a database of its own."""

    db: Database
    switch: Switch
    clock: FixedClock
    embedder: Recording
    privacy: PrivacyService
    service: KnowledgeService

    def another(self) -> KnowledgeService:
        """The same knowledge as a further process has it."""
        return KnowledgeService(
            db=self.db,
            clock=self.clock,
            keys=KeyRing(bytes(32)),
            privacy=self.privacy,
            embedder=self.embedder,
            settings=ResponderSettings(max_document_chars=500_000),
        )

    async def add(self, content: str, who: Any = HERE, **more: Any) -> Document:
        facts = {"title": "Title", "format": "text", **more}
        return await self.service.add_document(who, NewDocument(content=content, **facts))

    async def find(self, query: str, who: Any = HERE, k: int = 100) -> list[str]:
        return await found_by(self.service, query, who=who, k=k)

    async def rows(self, table: Table) -> list[Any]:
        return list(await self.db.read(lambda tx: tx.execute(select(table)).all()))


async def found_by(
    service: KnowledgeService, query: str, *, who: Any = HERE, k: int = 100
) -> list[str]:
    turns = await service.make_query_safe(who, [query])
    hits, _ = await service.search(who.tenant, turns, k=k)
    return [str(hit.text) for hit in hits]


@asynccontextmanager
async def a_library() -> AsyncIterator[Library]:
    async with engines.a_database() as db:
        clock, switch, embedder = FixedClock(NOW), Switch(), Recording()
        privacy = PrivacyService(
            db=db,
            clock=clock,
            keys=KeyRing(bytes(32)),
            analyzer=switch,
            languages=English(),
            settings=PrivacySettings(),
            metrics=Metrics(),
        )
        made = Library(db, switch, clock, embedder, privacy, None)  # type: ignore[arg-type]  # next line
        made.service = made.another()
        yield made


@pytest.fixture
async def library() -> AsyncIterator[Library]:
    async with a_library() as made:
        yield made


async def test_a_document_is_found_when_it_was_added(library: Library) -> None:
    added = await library.add("Shoes come back within thirty days.", audience="agent")
    assert (added.passages, added.audience, added.format) == (1, "agent", "text")
    assert await library.find("shoes back") == ["Shoes come back within thirty days."]
    found, passages = await library.service.document(HERE, added.id)
    assert found == added
    assert [str(passage.text) for passage in passages] == ["Shoes come back within thirty days."]


async def test_a_document_with_a_known_external_id_is_replaced(library: Library) -> None:
    first = await library.add("Shoes come back within thirty days.", external="returns")
    again = await library.add("Boots come back within sixty days.", external="returns")
    assert again.id == first.id
    assert again.version > first.version
    assert await library.find("come back days") == ["Boots come back within sixty days."]
    assert [item.id for item in await library.service.documents(HERE, after=None, limit=9)] == [
        first.id
    ]
    other = await library.add("Hats too.", who=ELSEWHERE, external="returns")
    assert other.id != first.id


async def test_a_dropped_document_is_not_found(library: Library) -> None:
    added = await library.add("Shoes come back within thirty days.")
    kept = await library.add("Shoes are cleaned with a brush.")
    assert len(await library.find("shoes")) == 2
    await library.service.drop_document(HERE, added.id)
    assert await library.find("shoes") == ["Shoes are cleaned with a brush."]
    with pytest.raises(DocumentNotFound):
        await library.service.drop_document(HERE, added.id)
    with pytest.raises(DocumentNotFound):
        await library.service.document(HERE, added.id)
    assert [row.document_id for row in await library.rows(tables.passage)] == [kept.id]


async def test_other_tenants_know_nothing_of_a_document(library: Library) -> None:
    added = await library.add("Shoes come back within thirty days.")
    assert await library.find("shoes", who=ELSEWHERE) == []
    assert await library.service.documents(ELSEWHERE, after=None, limit=9) == []
    with pytest.raises(DocumentNotFound):
        await library.service.document(ELSEWHERE, added.id)
    with pytest.raises(DocumentNotFound):
        await library.service.drop_document(ELSEWHERE, added.id)
    assert len(await library.find("shoes")) == 1


async def test_another_process_finds_what_this_one_adds_replaces_and_drops(
    library: Library,
) -> None:
    other = library.another()
    await library.add("Shoes come back.", external="a")
    added = await library.add("Shoes are cleaned.", external="b")
    assert sorted(await found_by(other, "shoes")) == ["Shoes are cleaned.", "Shoes come back."]
    await library.add("Shoes stay.", external="a")
    assert sorted(await found_by(other, "shoes")) == ["Shoes are cleaned.", "Shoes stay."]
    await library.service.drop_document(HERE, added.id)
    assert await found_by(other, "shoes") == ["Shoes stay."]


async def test_documents_added_at_once_are_all_found(library: Library) -> None:
    await asyncio.gather(*(library.add(f"Shoe number{n} fits.") for n in range(12)))
    assert len(await library.find("shoe fits")) == 12


@pytest.fixture(scope="module")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as opened:
        yield opened


@pytest.fixture(scope="module")
def loose(portal: BlockingPortal) -> Iterator[Library]:
    with portal.wrap_async_context_manager(a_library()) as opened:
        yield opened


STEPS = st.tuples(
    st.sampled_from(["put", "drop", "look"]), st.sampled_from("ab"), st.sampled_from("xyz")
)


@settings(max_examples=40)
@given(steps=st.lists(STEPS, max_size=8))
def test_a_search_finds_what_the_last_steps_left(
    portal: BlockingPortal, loose: Library, steps: list[tuple[str, str, str]]
) -> None:
    who = operator(f"t{next(_tenants)}")

    async def walk() -> tuple[list[str], dict[str, str]]:
        held: dict[str, tuple[str, str]] = {}
        for step, name, word in steps:
            if step == "put":
                added = await loose.add(f"Subject {name}{word} told.", who=who, external=name)
                held[name] = (added.id, f"Subject {name}{word} told.")
            elif step == "drop" and name in held:
                await loose.service.drop_document(who, held.pop(name)[0])
                loose.clock.advance(timedelta(seconds=1))  # versions are times
            elif step == "look":
                await loose.find("subject told", who=who)
        return await loose.find("subject told", who=who), {k: v for k, (_, v) in held.items()}

    found, held = portal.call(walk)
    assert sorted(found) == sorted(held.values())


async def test_personal_data_in_a_document_is_hidden(library: Library) -> None:
    added = await library.add(
        f"# Ask {EMAIL}\n\nWrite to {EMAIL} or bob@example.com.",
        format="markdown",
        title=f"Of {EMAIL}",
    )
    assert added.title == "Of [EMAIL_ADDRESS]"
    _, (passage,) = await library.service.document(HERE, added.id)
    assert passage.heading == "Ask [EMAIL_ADDRESS]"
    assert passage.text == "Write to [EMAIL_ADDRESS] or [EMAIL_ADDRESS]."
    assert not any("@" in text for text in library.embedder.seen)


async def test_headings_stay_with_their_texts_in_a_long_document(library: Library) -> None:
    sections = [f"# Part {n}\n\nAbout thing{n}, ask p{n % 7}@example.com." for n in range(130)]
    added = await library.add("\n\n".join(sections), format="markdown")
    _, passages = await library.service.document(HERE, added.id)
    assert [str(passage.heading) for passage in passages] == [f"Part {n}" for n in range(130)]
    for number, passage in enumerate(passages):
        assert passage.text.startswith(f"About thing{number}, ask [EMAIL_ADDRESS]")
        assert passage.text == passages[number % 7].text.replace(
            f"thing{number % 7},", f"thing{number},"
        )


async def test_a_question_is_safe_before_it_is_embedded_and_nothing_of_it_is_kept(
    library: Library,
) -> None:
    await library.add("Orders are found by mail.")
    before = {table.name: len(await library.rows(table)) for table in metadata.sorted_tables}
    library.embedder.seen.clear()
    await library.find(f"where are the orders of {EMAIL}")
    assert library.embedder.seen == ["where are the orders of [EMAIL_ADDRESS]"]
    after = {table.name: len(await library.rows(table)) for table in metadata.sorted_tables}
    assert {name for name in after if after[name] != before[name]} == {audit.audit_intake.name}


async def test_nothing_is_kept_and_nothing_embedded_while_privacy_is_down(library: Library) -> None:
    await library.add("Shoes come back.", external="a")
    library.embedder.seen.clear()
    library.switch.broken = True
    with pytest.raises(PrivacyUnavailable):
        await library.add(f"Shoes of {EMAIL}.", external="a")
    with pytest.raises(PrivacyUnavailable):
        await library.find(f"shoes of {EMAIL}")
    assert library.embedder.seen == []
    library.switch.broken = False
    assert await library.find("shoes") == ["Shoes come back."]


@pytest.mark.parametrize(
    ("file_format", "content"),
    [
        ("json", f'{{"mail": "{EMAIL}"'),
        ("json", "[" * 5000 + "]" * 5000),
        ("json", "null"),
        ("html", "<script>let mail = 'jane.roe@example.com'</script>"),
        ("html", "<div>" * 6000 + EMAIL),
        ("markdown", "\n\n  \n"),
        ("text", " \t\n"),
        ("text", "\x00\x01"),
    ],
)
async def test_a_document_that_cannot_be_read_is_refused_without_an_echo(
    library: Library, file_format: str, content: str
) -> None:
    with pytest.raises(DocumentInvalid) as refused:
        await library.add(content, format=file_format)
    assert refused.value.status == 422
    assert EMAIL not in json.dumps(refused.value.document("req"))
    assert await library.rows(tables.document) == []


@pytest.mark.parametrize(
    ("file_format", "content"),
    [
        ("html", "<p>Shoes <b>come back</p></b><table><tr><td"),
        ("html", "Shoes come back & <unknown>"),
        ("markdown", "# Shoes\n```\ncome back"),
        ("json", '{"Shoes": {"come back": ["yes", 1, null, true, 1e400]}}'),
        ("text", "Shoes\x00come\r\nback\ufeff"),
    ],
)
async def test_a_document_in_disorder_is_read_as_far_as_it_goes(
    library: Library, file_format: str, content: str
) -> None:
    added = await library.add(content, format=file_format)
    _, passages = await library.service.document(HERE, added.id)
    assert "shoes" in "".join(f"{item.heading} {item.text}" for item in passages).lower()


async def test_a_document_over_the_limit_is_refused(library: Library) -> None:
    with pytest.raises(DocumentTooLong) as refused:
        await library.add("x " * 250_001)
    assert refused.value.status == 413
    assert await library.rows(tables.document) == []


async def test_documents_are_in_the_log_by_id(library: Library) -> None:
    added = await library.add("Shoes come back.", title="Secret title")
    await library.service.drop_document(HERE, added.id)
    logged = {row.action: row.data for row in await library.rows(audit.audit_intake)}
    assert logged["responder.document_stored"] == {
        "document": added.id,
        "version": added.version,
        "passages": 1,
    }
    assert logged["responder.document_dropped"] == {"document": added.id}
    assert "Secret" not in json.dumps(logged)


# --- over HTTP -------------------------------------------------------------------------------

DOCUMENTS = "/v1/responder/documents"


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


def a_document(content: str = "Shoes come back.", **more: object) -> dict[str, object]:
    return {"title": "Returns", "format": "text", "content": content, **more}


async def test_documents_over_http(served: Running, client: httpx2.AsyncClient) -> None:
    made = await client.post(DOCUMENTS, json=a_document(external_id="a"))
    assert made.status_code == 201, made.text
    path = f"{DOCUMENTS}/{made.json()['id']}"
    await client.post(DOCUMENTS, json=a_document("Shoes stay."), headers={"idempotency-key": "b"})
    again = await client.post(
        DOCUMENTS, json=a_document("Shoes stay."), headers={"idempotency-key": "b"}
    )
    first = (await client.get(DOCUMENTS, params={"limit": 1})).json()
    second = (await client.get(DOCUMENTS, params={"limit": 1, "cursor": first["next"]})).json()
    assert {first["items"][0]["id"], second["items"][0]["id"]} == {
        made.json()["id"],
        again.json()["id"],
    }
    detail = (await client.get(path)).json()
    assert [item["text"] for item in detail["content"]] == ["Shoes come back."]
    search = {"query": "shoes come back", "history": ["hello"], "k": 1}
    (hit,) = (await client.post("/v1/responder/searches", json=search)).json()["items"]
    assert (hit["document_id"], hit["text"]) == (made.json()["id"], "Shoes come back.")
    assert 0 < hit["score"] <= 1
    async with served.client_with(await served.key_with(tenant="rival")) as rival:
        assert (await rival.get(path)).status_code == 404
        assert (await rival.delete(path)).status_code == 404
        assert (await rival.post("/v1/responder/searches", json=search)).json() == {"items": []}
    assert (await client.delete(path)).status_code == 204
    assert (await client.delete(path)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        a_document(""),
        a_document("   "),
        a_document(f"{{{EMAIL}", format="json"),
        a_document(format=EMAIL),
        a_document(title=""),
        a_document(title=EMAIL * 20),
        a_document(audience=EMAIL),
        a_document("half \ud800"),
    ],
)
async def test_what_is_no_document_is_refused_without_an_echo(
    client: httpx2.AsyncClient, body: dict[str, object]
) -> None:
    answer = await client.post(
        DOCUMENTS, content=json.dumps(body), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422
    assert EMAIL not in answer.text
    assert (await client.get(DOCUMENTS)).json()["items"] == []


@pytest.mark.parametrize("body", [{"query": ""}, {"query": "x", "k": 0}, {"query": "x", "k": 101}])
async def test_a_search_that_makes_no_sense_is_refused(
    client: httpx2.AsyncClient, body: dict[str, object]
) -> None:
    assert (await client.post("/v1/responder/searches", json=body)).status_code == 422


async def test_what_is_meant_for_agents_is_not_searched_for_customers(library: Library) -> None:
    await library.add("Refunds above fifty need a manager.", title="Inside", audience="agent")
    turns = [issue("who approves refunds above fifty")]
    every, _ = await library.service.search(HERE.tenant, turns, k=5)
    told, _ = await library.service.search(HERE.tenant, turns, k=5, audiences=("customer",))
    assert [hit.text for hit in every] == ["Refunds above fifty need a manager."]
    assert told == []
