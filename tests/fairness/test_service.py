"""Recording and reporting decisions: each counted once, by group names and never by people."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import count as numbers
from typing import Any

import httpx2
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from customerai.contracts.events import DecisionMade
from customerai.core import audit
from customerai.core.crypto import KeyRing
from customerai.core.db import Database
from customerai.core.events import Envelope, subscribe
from customerai.core.outbox import Consumer
from customerai.core.safe_text import SafeText
from customerai.core.settings import (
    FairnessSettings,
    GatewaySettings,
    PrivacySettings,
)
from customerai.core.telemetry import Metrics
from customerai.fairness import handlers, store, tensor
from customerai.fairness.service import DecisionNotFound, FairnessService, PersonalGroupLabel
from customerai.fairness.tensor import Decision
from customerai.privacy.service import PrivacyService
from tests import engines
from tests.conftest import NOW, FixedClock, Running, a_setting, operator, quick_parts, run

EMAIL = "jane.roe@example.com"
CARD = "4111 1111 1111 1111"
_tenants = numbers()


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


class English:
    def identify(self, texts: Sequence[SafeText]) -> list[tuple[str, float]]:
        return [("en", 1.0) for _ in texts]


@dataclass
class Bench:
    """Fairness on a database of its own."""

    db: Database
    service: FairnessService
    consumer: Consumer

    async def cells(self, tenant: str = "main", kind: str = "loan") -> dict[tensor.Cell, int]:
        found = await self.db.read(
            lambda tx: store.find_cells(tx, tenant, kind, first_day=0, last_day=10**6)
        )
        assert all(n > 0 for _, n in found)
        return dict(found)


@asynccontextmanager
async def a_bench() -> AsyncIterator[Bench]:
    async with engines.a_database() as db:
        clock, metrics, analyzer = FixedClock(NOW), Metrics(), quick_parts().analyzer
        assert analyzer is not None
        privacy = PrivacyService(
            db=db,
            clock=clock,
            keys=KeyRing(bytes(32)),
            analyzer=analyzer,
            languages=English(),
            settings=PrivacySettings(),
            metrics=metrics,
        )
        service = FairnessService(
            db=db,
            clock=clock,
            privacy=privacy,
            settings=FairnessSettings(min_cell=2),
            metrics=metrics,
        )
        subscription = subscribe(handlers.count_decisions, service)
        yield Bench(db, service, Consumer(db, clock, metrics, subscription))


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with a_bench() as made:
        yield made


def a_decision(number: int = 1, **facts: Any) -> Decision:
    plain: dict[str, Any] = {
        "id": f"d{number}",
        "kind": "loan",
        "outcome": "granted",
        "score": 0.5,
        "label": None,
        "groups": {"sex": "female"},
        "policy_version": "v1",
        "at": NOW,
    }
    return Decision(**{**plain, **facts})


async def test_a_decision_is_counted_once_by_its_id(bench: Bench) -> None:
    who = operator()
    both = [a_decision(1), a_decision(1, outcome="denied"), a_decision(2)]
    assert await bench.service.record(who, both) == 2
    assert await bench.service.record(who, both) == 0
    recorded = await asyncio.gather(*(bench.service.record(who, [a_decision(3)]) for _ in range(8)))
    assert sorted(recorded) == [0] * 7 + [1]
    assert await bench.cells() == {tensor.cell_of(a_decision()): 3}
    assert await bench.service.record(operator("other"), [a_decision(1)]) == 1


async def test_a_label_moves_the_decision_to_another_cell(bench: Bench) -> None:
    who = operator()
    await bench.service.record(who, [a_decision(1), a_decision(2)])
    for label in ("paid", "paid", "late"):
        assert (await bench.service.add_label(who, "d1", label)).label == label
    assert await bench.cells() == {
        tensor.cell_of(a_decision(2)): 1,
        tensor.cell_of(a_decision(1, label="late")): 1,
    }
    for stranger, wanted in ((operator("other"), "d1"), (who, "d9")):
        with pytest.raises(DecisionNotFound):
            await bench.service.add_label(stranger, wanted, "paid")


async def test_an_event_told_twice_is_counted_once(bench: Bench) -> None:
    told = DecisionMade(
        tenant="main",
        decision_id="rply_1",
        kind="reply",
        outcome="answered",
        score=0.75,
        policy_version="reply-1",
        conversation_id="c1",
        channel="chat",
        groups={"plan": "gold"},
        at=NOW.isoformat(),
    )
    for event_id in ("e1", "e1", "e2"):
        await bench.consumer.deliver([Envelope(event_id, told.name, told.payload())])
    ((cell, n),) = (await bench.cells(kind="reply")).items()
    assert (cell.groups, cell.outcome, cell.score_bin, n) == ('{"plan":"gold"}', "answered", 7, 1)


@pytest.fixture(scope="module")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as opened:
        yield opened


@pytest.fixture(scope="module")
def loose(portal: BlockingPortal) -> Iterator[Bench]:
    with portal.wrap_async_context_manager(a_bench()) as opened:
        yield opened


DECISIONS = st.builds(
    a_decision,
    st.integers(0, 6),
    outcome=st.sampled_from(["granted", "denied"]),
    label=st.sampled_from([None, "paid"]),
    score=st.sampled_from([None, 0.1, 1.0]),
    groups=st.dictionaries(st.sampled_from(["sex", "age"]), st.sampled_from(["x", "y"])),
)
LABELS = st.tuples(st.integers(0, 6), st.sampled_from(["paid", "late"]))


@settings(max_examples=40)
@given(steps=st.lists(st.one_of(st.lists(DECISIONS, max_size=4), LABELS), max_size=8))
def test_the_tensor_always_equals_a_recount(
    portal: BlockingPortal, loose: Bench, steps: list[list[Decision] | tuple[int, str]]
) -> None:
    who = operator(f"t{next(_tenants)}")
    held: dict[str, Decision] = {}

    async def walk() -> dict[tensor.Cell, int]:
        for step in steps:
            if isinstance(step, list):
                for decision in step:
                    held.setdefault(decision.id, decision)
                await loose.service.record(who, step)
            elif f"d{step[0]}" in held:
                held[f"d{step[0]}"] = await loose.service.add_label(who, f"d{step[0]}", step[1])
        return await loose.cells(who.tenant)

    assert portal.call(walk) == Counter(map(tensor.cell_of, held.values()))


@pytest.mark.parametrize(
    "facts",
    [
        {"groups": {EMAIL: "x"}},
        {"groups": {"who": EMAIL}},
        {"groups": {"card": CARD}},
        {"kind": EMAIL},
        {"outcome": EMAIL},
        {"label": EMAIL},
        {"policy_version": EMAIL},
    ],
)
async def test_a_label_that_names_a_person_is_refused(bench: Bench, facts: dict[str, Any]) -> None:
    with pytest.raises(PersonalGroupLabel) as refused:
        await bench.service.record(operator(), [a_decision(1), a_decision(2, **facts)])
    assert EMAIL not in str(refused.value.document("req"))
    assert await bench.cells() == {}
    await bench.service.record(operator(), [a_decision(1)])
    with pytest.raises(PersonalGroupLabel):
        await bench.service.add_label(operator(), "d1", EMAIL)
    assert await bench.cells() == {tensor.cell_of(a_decision(1)): 1}


async def test_labels_that_name_groups_are_taken(bench: Bench) -> None:
    names = [
        *("female", "male", "non-binary", "White", "African-American", "Paris", "Berlin", "gold"),
        *("30-39", "65+", "<26", "A91", "A92/A95", "tier-1", "10115", "90210", "2026-Q1", "en-US"),
    ]
    decisions = [a_decision(n, groups={"group": name}) for n, name in enumerate(names)]
    versions = [
        a_decision(100 + n, policy_version=version)
        for n, version in enumerate(
            ["v1.2.3", "2026-11-22", "a1b2c3d4e5f60718293a4b5c6d7e8f900112"]
        )
    ]
    recorded = await bench.service.record(operator(), [*decisions, *versions])
    assert recorded == len(names) + 3


async def test_more_names_than_a_call_takes_texts_are_looked_through(bench: Bench) -> None:
    decisions = [a_decision(n, groups={f"feature {n}": f"value {n}"}) for n in range(700)]
    assert await bench.service.record(operator(), decisions) == 700
    named = a_decision(701, groups={"who": EMAIL})
    with pytest.raises(PersonalGroupLabel):
        await bench.service.record(operator(), [*decisions, named])


async def test_the_log_counts_decisions_and_names_nobody(bench: Bench) -> None:
    await bench.service.record(operator(), [a_decision(1), a_decision(2)])
    await bench.service.add_label(operator(), "d1", "paid")
    rows = await bench.db.read(lambda tx: tx.execute(select(audit.audit_intake)).all())
    logged = [(row.action, row.data) for row in rows if row.action.startswith("fairness")]
    assert logged == [
        ("fairness.decisions_recorded", {"decisions": 2}),
        ("fairness.label_added", {"decision": "d1"}),
    ]


async def test_a_report_covers_whole_days_up_to_its_end(bench: Bench) -> None:
    midnight = datetime(2026, 3, 2, tzinfo=timezone.utc)
    times = [midnight - timedelta(hours=30), midnight - timedelta(hours=1), midnight]
    await bench.service.record(operator(), [a_decision(n, at=at) for n, at in enumerate(times)])

    async def n(**chosen: datetime) -> int:
        report = await bench.service.report(operator(), "loan", favourable="granted", **chosen)
        return report.overall.n

    assert await n() == 3
    assert await n(start=midnight) == 1
    assert await n(end=midnight) == 2
    assert await n(start=midnight - timedelta(days=1), end=midnight) == 1
    assert await n(start=midnight - timedelta(hours=1), end=midnight + timedelta(hours=1)) == 2
    assert await n(end=midnight - timedelta(days=9)) == 0


# --- over HTTP -------------------------------------------------------------------------------

DECISIONS_PATH = "/v1/fairness/decisions"
REPORTS = "/v1/fairness/reports"


@pytest.fixture(scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    gateway = GatewaySettings(burst=100_000, rate_per_minute=6_000_000)
    async with run(
        a_setting(tmp_path_factory.mktemp("served"), gateway=gateway),
        quick_parts(languages=English()),
    ) as running:
        yield running


@pytest.fixture
async def client(served: Running) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a tenant of its own."""
    key = await served.key_with(tenant=f"tenant{next(_tenants)}")
    async with served.client_with(key) as opened:
        yield opened


def loans(outcome: str, count: int, **groups: str) -> list[dict[str, object]]:
    return [{"kind": "loan", "outcome": outcome, "groups": groups} for _ in range(count)]


async def post(client: httpx2.AsyncClient, body: object) -> dict[str, Any]:
    answer = await client.post(DECISIONS_PATH, json=body)
    assert answer.status_code == 202, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def report(client: httpx2.AsyncClient, **query: object) -> dict[str, Any]:
    answer = await client.get(REPORTS, params={"kind": "loan", "favourable": "granted", **query})  # type: ignore[dict-item]
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_report_by_hand(client: httpx2.AsyncClient) -> None:
    body = [
        *loans("granted", 6, sex="female", age="young"),
        *loans("denied", 4, sex="female", age="old"),
        *loans("granted", 15, sex="male", age="old"),
        *loans("denied", 5, sex="male", age="young"),
        *loans("granted", 3, sex="other", age="old"),
    ]
    made = await post(client, body)
    assert made["recorded"] == len(set(made["ids"])) == 33
    found = await report(client, feature="sex")
    assert found["available_features"] == ["age", "sex"]
    assert found["outcomes"] == ["denied", "granted"]
    assert (found["overall"]["successes"], found["overall"]["n"]) == (24, 33)
    rates = {item["group"]: (item["value"], item["n"], item["reason"]) for item in found["groups"]}
    assert rates == {
        "female": (0.6, 10, None),
        "male": (0.75, 20, None),
        "other": (None, 3, "fewer than 10 decisions"),
    }
    comparison = found["comparison"]
    assert (comparison["highest"], comparison["lowest"]) == ("male", "female")
    assert comparison["difference_between_groups"] == pytest.approx(0.15)
    assert comparison["ratio_between_groups"] == pytest.approx(0.8)
    assert (comparison["four_fifths"], comparison["verdict"]) == (True, "not shown")
    crossed = await report(client, feature=["sex", "age"])
    assert {item["group"]: item["n"] for item in crossed["groups"]} == {
        "female|old": 4,
        "female|young": 6,
        "male|old": 15,
        "male|young": 5,
        "other|old": 3,
    }
    assert crossed["comparison"]["reason"] == "fewer than two groups are large enough"
    assert crossed["comparison"]["difference_between_groups"] is None
    denied = await report(client, feature="sex", favourable="denied")
    assert denied["overall"]["successes"] == 9
    assert (await report(client))["sensitive_features"] == ["age"]
    kinds = (await client.get("/v1/fairness/decision-kinds")).json()
    assert kinds == {"items": [{"kind": "loan", "decisions": 33}]}


async def test_a_kind_without_decisions_is_an_empty_report(client: httpx2.AsyncClient) -> None:
    found = await report(client, kind="nothing")
    assert found["overall"]["value"] is None
    assert found["overall"]["reason"] == "no decisions"
    assert found["groups"] == []
    assert found["comparison"]["verdict"] is None


async def test_labels_over_http(served: Running, client: httpx2.AsyncClient) -> None:
    at = "2026-03-01T10:00:00+02:00"
    made = await post(
        client, {"id": "app-1", "kind": "loan", "outcome": "granted", "score": 0.9, "at": at}
    )
    assert made == {"ids": ["app-1"], "recorded": 1}
    assert (await post(client, {"id": "app-1", "kind": "loan", "outcome": "x"}))["recorded"] == 0
    path = f"{DECISIONS_PATH}/app-1"
    labelled = await client.patch(path, json={"label": "paid"})
    assert labelled.json() == {
        "id": "app-1",
        "kind": "loan",
        "outcome": "granted",
        "score": 0.9,
        "label": "paid",
        "groups": {},
        "policy_version": "unknown",
        "at": "2026-03-01T08:00:00Z",
    }
    assert (await client.patch(path, json={"label": ""})).status_code == 422
    refused = await client.patch(path, json={"label": EMAIL})
    assert refused.status_code == 422
    assert EMAIL not in refused.text
    async with served.client_with(await served.key_with(tenant="rival")) as rival:
        assert (await rival.patch(path, json={"label": "paid"})).status_code == 404
        assert (await report(rival))["overall"]["n"] == 0
        assert (await rival.get("/v1/fairness/decision-kinds")).json() == {"items": []}


@pytest.mark.parametrize(
    "facts",
    [
        {"groups": {"who": EMAIL}},
        {"outcome": EMAIL},
        {"label": EMAIL},
        {"id": EMAIL},
        {"score": 1.01},
        {"score": -0.01},
        {"score": EMAIL},
        {"at": "2026-03-01T10:00:00"},
        {"at": "0001-01-01T00:00:00+10:00"},
        {"at": "9999-12-31T23:59:59-10:00"},
        {"groups": {"x": ""}},
        {"groups": {f"g{n}": "x" for n in range(11)}},
        {EMAIL: 1},
        {"kind": ""},
    ],
)
async def test_what_is_no_decision_is_refused_without_an_echo(
    client: httpx2.AsyncClient, facts: dict[str, object]
) -> None:
    decision = {"kind": "loan", "outcome": "granted", **facts}
    for body in (decision, [{"kind": "loan", "outcome": "granted"}, decision]):
        answer = await client.post(DECISIONS_PATH, json=body)
        assert answer.status_code == 422, answer.text
        assert EMAIL not in answer.text
    assert (await report(client))["overall"]["n"] == 0


async def test_lists_of_decisions_have_a_limit(client: httpx2.AsyncClient) -> None:
    assert await post(client, []) == {"ids": [], "recorded": 0}
    assert (await post(client, loans("granted", 1000)))["recorded"] == 1000
    answer = await client.post(DECISIONS_PATH, json=loans("granted", 1001))
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-01-01T00:00:00"},
        {"to": "9999-12-31T23:00:00-10:00"},
        {"feature": ["a", "b", "c", "d", "e"]},
        {"feature": ""},
        {"kind": ""},
    ],
)
async def test_a_report_that_makes_no_sense_is_refused(
    client: httpx2.AsyncClient, query: dict[str, Any]
) -> None:
    assert (await client.get(REPORTS, params=query)).status_code == 422
