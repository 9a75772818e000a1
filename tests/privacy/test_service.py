"""What the privacy service promises: stable placeholders, sealed values, receipts, fail closed."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, func, select

from customerai.contracts.privacy import (
    AnonymizeRequest,
    AnonymizeResult,
    PrivacyUnavailable,
    SessionNotFound,
)
from customerai.core import audit
from customerai.core.crypto import KeyRing, SealBroken, row_identity, unseal
from customerai.core.db import Database
from customerai.core.principal import Principal
from customerai.core.safe_text import SafeText
from customerai.core.schema import metadata
from customerai.core.settings import PrivacySettings
from customerai.core.telemetry import Metrics
from customerai.privacy import tables
from customerai.privacy.hiding import OperatorInvalid
from customerai.privacy.recognizers.spans import Span
from customerai.privacy.service import PrivacyService, TextTooLong
from tests import engines
from tests.conftest import NOW, FixedClock, Running, a_setting, operator, quick_parts, run

KEYS = KeyRing(bytes(range(32)))
HERE = operator()
ELSEWHERE = operator("other")
CARD = "4111 1111 1111 1111"
EMAIL = "jane.roe@example.com"


class Names:
    """Takes every `Name…` for a person and every `card…` for a card; a quick analyzer."""

    version = "names-1"
    _words = re.compile(r"(Name\w*)|(card\d+)")

    def __init__(self) -> None:
        self.seen: list[str] = []

    def analyze(
        self,
        texts: Sequence[str],
        *,
        language: str = "en",
        entities: frozenset[str] | None = None,
        min_score: float = 0.35,
    ) -> list[list[Span]]:
        self.seen += texts
        return [
            [
                Span("PERSON" if m[1] else "CREDIT_CARD", m.start(), m.end(), 0.9, "names")
                for m in self._words.finditer(text)
            ]
            for text in texts
        ]


class Broken(Names):
    """Fails the way a model does: with a message that repeats its input."""

    def analyze(self, texts: Sequence[str], **_: object) -> list[list[Span]]:  # type: ignore[override]
        raise RuntimeError(f"cannot read {texts}")


class Forgetful(Names):
    """Gives fewer results than there are texts."""

    def analyze(self, texts: Sequence[str], **_: object) -> list[list[Span]]:  # type: ignore[override]
        return [[] for _ in texts][1:]


class English:
    def identify(self, texts: Sequence[SafeText]) -> list[tuple[str, float]]:
        assert all(isinstance(text, SafeText) for text in texts)
        return [("en", 1.0) for _ in texts]


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    """A database with a reader beside its writer, so that calls can meet."""
    async with engines.a_database(tmp_path / "test.db") as database:
        yield database


def a_service(
    db: Database, analyzer: Names | None = None, *, keys: KeyRing = KEYS, **settings: int
) -> PrivacyService:
    return PrivacyService(
        db=db,
        clock=FixedClock(NOW),
        keys=keys,
        analyzer=analyzer or Names(),
        languages=English(),
        settings=PrivacySettings(**settings),  # type: ignore[arg-type]  # fields by name
        metrics=Metrics(),
    )


async def hide(
    service: PrivacyService, *texts: str, who: Principal = HERE, **request: Any
) -> AnonymizeResult:
    (result,) = await service.anonymize(who, [AnonymizeRequest(texts=texts, **request)])
    return result


def texts_of(result: AnonymizeResult) -> list[str]:
    return [str(item.text) for item in result.results]


async def rows(db: Database, table: Table) -> list[Any]:
    return list(await db.read(lambda tx: tx.execute(select(table)).all()))


async def count(db: Database, table: Table) -> int:
    return int(
        await db.read(lambda tx: tx.execute(select(func.count()).select_from(table)).scalar_one())
    )


# --- sessions --------------------------------------------------------------------------------


async def test_a_value_keeps_its_placeholder_over_the_calls_of_a_session(db: Database) -> None:
    service = a_service(db)
    first = await hide(service, "NameA and NameB")
    again = await hide(service, "NameB, NameC, card1", session_id=first.session_id)
    assert texts_of(first) == ["[PERSON_1] and [PERSON_2]"]
    assert texts_of(again) == ["[PERSON_2], [PERSON_3], [CREDIT_CARD_1]"]
    assert again.session_id == first.session_id
    elsewhere = await hide(service, "NameC")
    assert texts_of(elsewhere) == ["[PERSON_1]"]
    assert elsewhere.session_id != first.session_id


async def test_calls_at_once_on_one_session_give_out_different_numbers(db: Database) -> None:
    service = a_service(db)
    session_id = (await hide(service, "NameFirst")).session_id
    wanted = [f"Name{number} and NameFirst" for number in range(20)]
    results = await asyncio.gather(*(hide(service, text, session_id=session_id) for text in wanted))
    safe = [texts_of(result)[0] for result in results]
    assert len({text.split(" ")[0] for text in safe}) == len(wanted)
    assert all(text.endswith(" and [PERSON_1]") for text in safe)
    assert await service.restore(HERE, session_id, safe) == wanted


async def test_calls_at_once_open_a_session_and_a_subject_once(db: Database) -> None:
    service = a_service(db)

    async def say(session: str, text: str) -> str:
        request: dict[str, Any] = {"open_session": True, "subject": "cust_1"}
        return texts_of(await hide(service, text, session_id=session, **request))[0]

    sessions = [f"conv_{number % 3}" for number in range(12)]
    wanted = [f"Name{number}" for number in range(12)]
    safe = await asyncio.gather(*(say(s, text) for s, text in zip(sessions, wanted, strict=True)))
    assert await count(db, tables.subject) == 1
    assert await count(db, tables.session) == 3
    assert [
        (await service.restore(HERE, session, [text]))[0]
        for session, text in zip(sessions, safe, strict=True)
    ] == wanted


async def test_a_session_of_another_tenant_does_not_exist(db: Database) -> None:
    service = a_service(db)
    session_id = (await hide(service, "NameA")).session_id
    with pytest.raises(SessionNotFound):
        await hide(service, "NameA", who=ELSEWHERE, session_id=session_id)
    with pytest.raises(SessionNotFound):
        await service.restore(ELSEWHERE, session_id, ["[PERSON_1]"])
    with pytest.raises(SessionNotFound):
        await hide(service, "NameA", session_id="psn_unknown")
    # The same id in two tenants is two sessions.
    ours = await hide(service, "NameB", who=ELSEWHERE, session_id=session_id, open_session=True)
    assert await service.restore(ELSEWHERE, ours.session_id, ["[PERSON_1]"]) == ["NameB"]
    assert await service.restore(HERE, session_id, ["[PERSON_1]"]) == ["NameA"]


class WatchedKeys(KeyRing):
    """Notes on which threads keys are unwrapped, as a session is opened."""

    def __init__(self) -> None:
        super().__init__(bytes(range(32)))
        self.threads: list[threading.Thread] = []

    def unwrap(self, wrapped: bytes) -> bytes:
        self.threads.append(threading.current_thread())
        return super().unwrap(wrapped)


async def test_a_session_of_many_values_does_not_hold_up_the_event_loop(db: Database) -> None:
    keys = WatchedKeys()
    service = a_service(db, keys=keys)
    names = " ".join(f"Name{number}" for number in range(300))
    session_id = (await hide(service, names)).session_id
    again = await hide(service, "Name299 and NameNew", session_id=session_id)
    restored = await service.restore(HERE, session_id, texts_of(again))
    assert texts_of(again) == ["[PERSON_300] and [PERSON_301]"]
    assert restored == ["Name299 and NameNew"]
    assert len(keys.threads) == 2
    assert threading.main_thread() not in keys.threads


async def test_requests_of_one_call_share_sessions_and_subjects(db: Database) -> None:
    service = a_service(db)
    requests = [
        AnonymizeRequest(
            texts=("NameA",),
            subject="cust_1",
            operators={"DEFAULT": {"operator": "replace"}},
        ),
        AnonymizeRequest(texts=("NameB",), session_id="s", open_session=True, subject="cust_1"),
        AnonymizeRequest(texts=("NameC", "NameB"), session_id="s", open_session=True),
    ]
    nothing, first, second = await service.anonymize(HERE, requests)
    assert texts_of(nothing) == ["[PERSON]"]
    assert texts_of(first) == ["[PERSON_1]"]
    assert texts_of(second) == ["[PERSON_2]", "[PERSON_1]"]
    assert await service.restore(HERE, "s", ["[PERSON_1] [PERSON_2]"]) == ["NameB NameC"]


@pytest.fixture(scope="module")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as opened:
        yield opened


@pytest.fixture(scope="module")
def loose(portal: BlockingPortal) -> Iterator[PrivacyService]:
    """A service for properties, whose examples are no coroutines."""

    with portal.wrap_async_context_manager(engines.a_database()) as database:
        yield a_service(database)


PIECES = st.sampled_from(
    [
        *("NameA", "Nameb", "card12", "[PERSON_1]", "[PERSON_2]", "[CREDIT_CARD_1]", "[LITERAL_1]"),
        *(" ", "[", "]", "_1", "é", "😀", "\x00", "plain"),
    ]
)


@settings(max_examples=40)
@given(
    calls=st.lists(
        st.lists(st.lists(PIECES, max_size=8).map("".join), min_size=1, max_size=3),
        min_size=1,
        max_size=3,
    )
)
def test_restoring_gives_back_what_was_written_whatever_it_was(
    portal: BlockingPortal, loose: PrivacyService, calls: list[list[str]]
) -> None:
    async def round_trip() -> tuple[list[str], list[str]]:
        session_id, safe = None, []
        for texts in calls:
            result = await hide(loose, *texts, session_id=session_id)
            session_id = result.session_id
            safe += texts_of(result)
        return safe, await loose.restore(HERE, session_id or "", safe)

    safe, restored = portal.call(round_trip)
    assert restored == [text for texts in calls for text in texts]
    assert not any("Name" in text for text in safe)


async def test_spans_say_where_a_value_stood_and_where_its_stand_in_stands(db: Database) -> None:
    text = "😀 NameA, card7!"
    result = await hide(a_service(db), text)
    safe = texts_of(result)[0]
    found = [
        (span.type, text[span.start : span.end], safe[span.safe_start : span.safe_end])
        for span in result.results[0].spans
    ]
    assert found == [
        ("PERSON", "NameA", "[PERSON_1]"),
        ("CREDIT_CARD", "card7", "[CREDIT_CARD_1]"),
    ]


# --- the vault -------------------------------------------------------------------------------


async def test_no_value_is_readable_in_the_database(db: Database, tmp_path: Path) -> None:
    service = a_service(db)
    result = await hide(service, "NameVerySecret and NameOther", "card55512345")
    await service.restore(HERE, result.session_id, texts_of(result))
    stored = await rows(db, tables.token)
    assert [row.placeholder for row in stored] == ["[PERSON_1]", "[PERSON_2]", "[CREDIT_CARD_1]"]
    files = await engines.bytes_of(db, tmp_path)
    assert b"[PERSON_1]" in files  # the bytes were looked at
    assert not any(value in files for value in (b"NameVerySecret", b"NameOther", b"card55512345"))


async def test_values_are_sealed_by_the_subjects_key_for_their_own_row(db: Database) -> None:
    service = a_service(db)
    for session, subject in (("s1", "cust_1"), ("s2", "cust_1"), ("s3", "cust_2")):
        await hide(
            service, f"Name{session}", session_id=session, open_session=True, subject=subject
        )
    keys = {row.id: KEYS.unwrap(row.wrapped_key) for row in await rows(db, tables.subject)}
    assert sorted(keys) == ["cust_1", "cust_2"]
    assert keys["cust_1"] != keys["cust_2"]
    owner = {row.id: row.subject_id for row in await rows(db, tables.session)}
    sealed = {row.session_id: row.sealed for row in await rows(db, tables.token)}

    def opened(session: str, *, key: bytes, tenant: str = "main", place: str = "") -> bytes:
        where = row_identity(tenant, "privacy_token", place or session, "[PERSON_1]")
        return unseal(key, sealed[session], where=where)

    for session, subject in owner.items():
        assert opened(session, key=keys[subject]) == f"Name{session}".encode()
    with pytest.raises(SealBroken):
        opened("s1", key=keys["cust_2"])
    with pytest.raises(SealBroken):
        opened("s1", key=keys["cust_1"], place="s2")
    with pytest.raises(SealBroken):
        opened("s1", key=keys["cust_1"], tenant="other")


# --- operators -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operators", "expected"),
    [
        ({}, "[PERSON_1] [CREDIT_CARD_1]"),
        ({"PERSON": {"operator": "replace"}}, "[PERSON] [CREDIT_CARD_1]"),
        ({"PERSON": {"operator": "replace", "new_value": "you"}}, "you [CREDIT_CARD_1]"),
        ({"CREDIT_CARD": {"operator": "redact"}}, "[PERSON_1] "),
        ({"DEFAULT": {"operator": "mask"}}, "***** *********9876"),
        (
            {"DEFAULT": {"operator": "redact"}, "PERSON": {"operator": "mask", "chars_to_mask": 3}},
            "***eA ",
        ),
    ],
)
async def test_operators_stand_in_for_placeholders(
    db: Database, operators: dict[str, dict[str, object]], expected: str
) -> None:
    result = await hide(a_service(db), "NameA card123459876", operators=operators)
    assert texts_of(result) == [expected]


async def test_a_hash_is_the_same_for_the_same_value_and_needs_our_key(db: Database) -> None:
    service = a_service(db)
    hashed: dict[str, Any] = {"operators": {"DEFAULT": {"operator": "hash"}}}
    one, other, again = [
        texts_of(await hide(service, text, **hashed))[0] for text in ("NameA", "NameB", "NameA")
    ]
    assert one == again
    assert one != other
    assert re.fullmatch(r"[0-9a-f]{32}", one)
    assert one != hashlib.sha256(b"NameA").hexdigest()[:32]


@pytest.mark.parametrize(
    "config",
    [
        {"operator": "keep"},
        {"operator": "mask", "chars_to_mask": 0},
        {"operator": "mask", "chars_to_mask": 0, "masking_char": "#", "from_end": True},
        {"operator": "NameSecret"},
        {"operator": "mask", "NameSecret": 1},
        {"operator": "replace", "new_value": "NameSecret" * 100},
        {"operator": "replace", "new_value": "\ud800"},
        {"operator": "mask", "masking_char": "\udfff"},
        {"operator": ["NameSecret"]},
        {},
    ],
)
async def test_operators_that_let_values_through_or_make_no_sense_are_refused(
    db: Database, config: dict[str, object]
) -> None:
    analyzer = Names()
    with pytest.raises(OperatorInvalid) as refused:
        await hide(a_service(db, analyzer), "NameA", operators={"PERSON": config})
    assert "Secret" not in json.dumps(refused.value.document("req"))
    assert refused.value.status == 422
    assert analyzer.seen == []


async def test_a_typed_placeholder_beside_operators_restores_to_itself(db: Database) -> None:
    service = a_service(db)
    result = await hide(
        service, "[PERSON_1] card1 NameA", operators={"CREDIT_CARD": {"operator": "redact"}}
    )
    assert await service.restore(HERE, result.session_id, texts_of(result)) == ["[PERSON_1]  NameA"]


async def test_labels_keep_group_names_and_low_scores_are_left(db: Database) -> None:
    service = a_service(db)
    mixed = await hide(service, "NameA card1", labels=True)
    assert texts_of(mixed) == ["[PERSON_1] [CREDIT_CARD_1]"]
    single = await hide(service, "NameA", labels=True)
    assert texts_of(single) == ["NameA"]
    unsure = await hide(service, "NameA card1", min_score=0.91)
    assert texts_of(unsure) == ["NameA card1"]


async def test_texts_that_are_only_looked_at_leave_no_session(db: Database) -> None:
    service = a_service(db)
    result = await hide(
        service,
        "NameA asks",
        "[PERSON_1] asks",
        purpose="search",
        operators={"DEFAULT": {"operator": "replace"}},
    )
    assert texts_of(result) == ["[PERSON] asks", "[PERSON_1] asks"]
    for table in (tables.session, tables.subject, tables.token):
        assert await count(db, table) == 0
    assert await count(db, audit.audit_intake) == 1
    with pytest.raises(SessionNotFound):
        await service.restore(HERE, result.session_id, ["[PERSON_1]"])


# --- limits and failures ---------------------------------------------------------------------


@pytest.mark.parametrize("texts", [["a" * 11], ["a"] * 4, ["ok", "é" * 11]])
async def test_too_long_and_too_many_texts_are_refused(db: Database, texts: list[str]) -> None:
    service = a_service(db, max_text_chars=10, max_texts=3)
    with pytest.raises(TextTooLong) as refused:
        await hide(service, *texts)
    assert refused.value.status == 413
    with pytest.raises(TextTooLong):
        await service.detect(texts)
    for table in metadata.sorted_tables:
        assert await count(db, table) == 0


@pytest.mark.parametrize("analyzer", [Broken(), Forgetful()])
async def test_a_failing_analyzer_lets_nothing_on(db: Database, analyzer: Names) -> None:
    service = a_service(db, analyzer)
    with pytest.raises(PrivacyUnavailable) as refused:
        await hide(service, "NameA and NameB", "NameC")
    assert refused.value.status == 503
    assert "Name" not in json.dumps(refused.value.document("req"))
    with pytest.raises(PrivacyUnavailable):
        await service.detect(["NameA", "NameB"])
    for table in metadata.sorted_tables:
        assert await count(db, table) == 0


async def test_texts_without_a_character_need_no_analyzer(db: Database) -> None:
    assert texts_of(await hide(a_service(db, Broken()), "", "")) == ["", ""]


# --- receipts --------------------------------------------------------------------------------


async def test_a_receipt_can_be_checked_against_the_texts_and_the_log(db: Database) -> None:
    service = a_service(db)
    result = await hide(service, "NameA 😀", "", "card1 NameA", purpose="message")
    receipt = result.receipt
    assert (receipt.texts, receipt.at, receipt.purpose) == (3, NOW, "message")
    assert receipt.entities == {"CREDIT_CARD": 1, "PERSON": 2}
    assert receipt.recognizer_version == "names-1"
    joined = b"".join(
        len(text.encode()).to_bytes(8, "big") + text.encode() for text in texts_of(result)
    )
    assert receipt.digest == hashlib.sha256(joined).hexdigest()
    await db.write(lambda tx: audit.sequence(NOW, tx))
    (entry,) = await db.read(lambda tx: audit.entries(tx, "main"))
    facts = json.loads(entry)
    assert facts["action"] == "privacy.anonymized"
    assert facts["actor"] == HERE.actor
    assert facts["data"] == {
        "receipt": receipt.id,
        "purpose": "message",
        "policy_version": receipt.policy_version,
        "recognizer_version": "names-1",
        "entities": {"CREDIT_CARD": 1, "PERSON": 2},
        "texts": 3,
        "digest": receipt.digest,
    }
    assert "Name" not in entry
    assert "😀" not in entry


async def test_a_restoration_is_in_the_log(db: Database) -> None:
    service = a_service(db)
    result = await hide(service, "NameA")
    await service.restore(HERE, result.session_id, ["[PERSON_1]", "x"])
    await db.write(lambda tx: audit.sequence(NOW, tx))
    entry = json.loads((await db.read(lambda tx: audit.entries(tx, "main")))[-1])
    assert entry["action"] == "privacy.restored"
    assert entry["data"] == {"session": result.session_id, "texts": 2}


async def test_the_texts_boundaries_are_part_of_the_digest(db: Database) -> None:
    service = a_service(db)
    whole, cut = await hide(service, "ab", "c"), await hide(service, "a", "bc")
    assert whole.receipt.digest != cut.receipt.digest


# --- over HTTP -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


class Switch:
    """The patterns, until they are broken."""

    def __init__(self) -> None:
        self.broken = False
        self._patterns = quick_parts().analyzer
        assert self._patterns is not None
        self.version = self._patterns.version

    def analyze(self, texts: Sequence[str], **kwargs: Any) -> list[list[Span]]:
        if self.broken:
            raise RuntimeError(str(texts))
        assert self._patterns is not None
        return self._patterns.analyze(texts, **kwargs)


@pytest.fixture(scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Running, Switch]]:
    switch = Switch()
    settings = a_setting(tmp_path_factory.mktemp("served"))
    async with run(settings, quick_parts(analyzer=switch, languages=English())) as running:
        yield running, switch


@pytest.fixture
def client(served: tuple[Running, Switch]) -> httpx2.AsyncClient:
    return served[0].client


async def test_detections_count_code_points_and_keep_nothing(
    served: tuple[Running, Switch], client: httpx2.AsyncClient
) -> None:
    text = f"😀😀 {EMAIL} paid with {CARD}"
    await served[0].application.settle()
    before = await count(served[0].application.db, audit.audit_intake)
    found = await client.post("/v1/privacy/detections", json={"texts": [text, "hello"]})
    assert found.status_code == 200
    first, second = found.json()["results"]
    assert {s["type"]: text[s["start"] : s["end"]] for s in first["spans"]} == {
        "EMAIL_ADDRESS": EMAIL,
        "CREDIT_CARD": CARD,
    }
    assert second == {"language": "en", "spans": []}
    assert await count(served[0].application.db, audit.audit_intake) == before


@pytest.mark.parametrize(
    ("asked", "types"),
    [
        ({}, {"EMAIL_ADDRESS", "CREDIT_CARD"}),
        ({"entities": ["CREDIT_CARD"]}, {"CREDIT_CARD"}),
        ({"entities": []}, set()),
        ({"min_score": 1.0, "language": "de"}, {"EMAIL_ADDRESS", "CREDIT_CARD"}),
    ],
)
async def test_detections_can_be_narrowed(
    client: httpx2.AsyncClient, asked: dict[str, object], types: set[str]
) -> None:
    body = {"texts": [f"{EMAIL} {CARD}"], **asked}
    (found,) = (await client.post("/v1/privacy/detections", json=body)).json()["results"]
    assert {span["type"] for span in found["spans"]} == types
    assert found["language"] == asked.get("language", "en")


@pytest.mark.parametrize("path", ["detections", "anonymizations", "restorations"])
@pytest.mark.parametrize(
    "texts", ['["half \\ud83d"]', "[]", "[1]", f'"{EMAIL}"', f'[["{EMAIL}"]]', "null"]
)
async def test_what_is_no_list_of_texts_is_refused_without_an_echo(
    client: httpx2.AsyncClient, path: str, texts: str
) -> None:
    extra = '"session_id": "psn_x", ' if path == "restorations" else ""
    answer = await client.post(
        f"/v1/privacy/{path}",
        content=f'{{{extra}"texts": {texts}}}',
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert EMAIL not in answer.text


@pytest.mark.parametrize(
    "operators",
    [
        {"EMAIL_ADDRESS": {"operator": EMAIL}},
        {"EMAIL_ADDRESS": {"operator": "mask", EMAIL: 1}},
        {"EMAIL_ADDRESS": {"operator": "keep"}},
        {EMAIL: {"operator": "mask"}},
        {"EMAIL_ADDRESS": EMAIL},
        [EMAIL],
    ],
)
async def test_a_bad_operator_is_refused_without_an_echo(
    client: httpx2.AsyncClient, operators: object
) -> None:
    body = {"texts": [EMAIL], "operators": operators}
    answer = await client.post("/v1/privacy/anonymizations", json=body)
    assert answer.status_code == 422
    assert EMAIL not in answer.text


async def test_another_tenants_session_is_not_found_over_http(
    served: tuple[Running, Switch], client: httpx2.AsyncClient
) -> None:
    running, _ = served
    hidden = (await client.post("/v1/privacy/anonymizations", json={"texts": [EMAIL]})).json()
    body = {"session_id": hidden["session_id"], "texts": [hidden["results"][0]["text"]]}
    async with running.client_with(await running.key_with(tenant="rival")) as rival:
        for path in ("anonymizations", "restorations"):
            answer = await rival.post(f"/v1/privacy/{path}", json=body)
            assert answer.status_code == 404
            assert answer.json()["type"] == "/problems/session-not-found"
    assert (await client.post("/v1/privacy/restorations", json=body)).json() == {
        "results": [{"text": EMAIL}]
    }


async def test_only_a_key_that_may_reveal_restores(
    served: tuple[Running, Switch], client: httpx2.AsyncClient
) -> None:
    running, _ = served
    hidden = (await client.post("/v1/privacy/anonymizations", json={"texts": [EMAIL]})).json()
    body = {"session_id": hidden["session_id"], "texts": [hidden["results"][0]["text"]]}
    async with running.client_with(await running.key_with("privacy:anonymize")) as clerk:
        assert (await clerk.post("/v1/privacy/restorations", json=body)).status_code == 403


async def test_when_privacy_is_down_the_caller_gets_503_and_nothing_is_kept(
    served: tuple[Running, Switch], client: httpx2.AsyncClient
) -> None:
    running, switch = served
    await running.application.settle()
    before = {
        table.name: await count(running.application.db, table)
        for table in metadata.sorted_tables
        if table.name.startswith(
            ("privacy", "responder", "insights", "fairness", "outbox", "audit")
        )
    }
    unseen = "not.seen.before@example.com"
    calls: list[tuple[str, dict[str, object]]] = [
        ("/v1/privacy/detections", {"texts": [unseen]}),
        ("/v1/privacy/anonymizations", {"texts": [unseen]}),
        ("/v1/responder/conversations", {"channel": unseen, "groups": {"a": "b"}}),
        ("/v1/responder/searches", {"query": unseen}),
        ("/v1/responder/documents", {"title": "t", "format": "text", "content": unseen}),
        ("/v1/insights/analyses", {"texts": [unseen]}),
        ("/v1/fairness/decisions", {"kind": "k", "outcome": "o", "groups": {"sex": "x"}}),
    ]
    switch.broken = True
    try:
        for path, body in calls:
            answer = await client.post(path, json=body)
            assert answer.status_code == 503, path
            assert answer.json()["type"] == "/problems/privacy-unavailable"
            assert answer.headers["retry-after"] == "1"
            assert unseen not in answer.text
    finally:
        switch.broken = False
    await running.application.settle()
    assert {
        name: await count(running.application.db, metadata.tables[name]) for name in before
    } == before
    metrics = (await client.get("/metrics")).text
    failures = re.search(r"^customerai_privacy_failures_total (\S+)$", metrics, re.MULTILINE)
    assert failures is not None
    assert float(failures[1]) == len(calls)
