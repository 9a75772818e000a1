"""The routes of policies, own recognizers, explanations and the test box."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select

from customerai.core.principal import Principal
from customerai.core.schema import metadata
from tests.privacy.policies.parts import House, a_house

EMAIL = "jane.roe@example.com"
CARD = "4111 1111 1111 1111"
STAFF = {
    "name": "staff", "kind": "pattern", "entity": "STAFF_ID", "context": ["badge"],
    "patterns": [{"regex": r"\bS-\d{4}\b", "score": 0.3}],
}  # fmt: skip
TOWNS = {"name": "towns", "kind": "list", "entity": "SITE", "words": ["North Yard"]}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as made:
        yield made


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    async with house.client() as made:
        yield made


async def ok(answer: httpx2.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


async def put(client: httpx2.AsyncClient, purpose: str, policy: Any, **other: Any) -> Any:
    path = f"/v1/privacy/policies/{purpose}"
    return await ok(await client.put(path, json={"policy": policy, **other}))


async def rows(house: House) -> dict[str, int]:
    def work(tx: Any) -> dict[str, int]:
        return {
            table.name: tx.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }

    return await house.db.read(work)


async def test_a_policy_is_saved_read_compared_and_rolled_back(client: httpx2.AsyncClient) -> None:
    items = (await ok(await client.get("/v1/privacy/policies")))["items"]
    assert [(one["purpose"], one["version"]) for one in items] == [
        ("default", 0), ("model_call", 0), ("analytics", 0), ("export", 0), ("support_view", 0),
    ]  # fmt: skip
    first = await put(
        client, "export", {"entities": {"URL": {"enabled": False}}}, note="links stay"
    )
    assert (first["version"], first["note"], first["author"]) == (1, "links stay", "key_admin")
    await put(client, "export", {"allow": {"values": ["Acme"]}}, based_on=1)
    moved = await client.put("/v1/privacy/policies/export", json={"policy": {}, "based_on": 1})
    assert (moved.status_code, moved.json()["type"]) == (409, "/problems/policy-moved")
    page = await ok(await client.get("/v1/privacy/policies/export/versions?limit=1"))
    assert ([one["version"] for one in page["items"]], page["next"]) == ([2], "2")
    rest = await ok(await client.get("/v1/privacy/policies/export/versions?limit=1&cursor=2"))
    assert ([one["version"] for one in rest["items"]], rest["next"]) == ([1], None)
    path = "/v1/privacy/policies/export/differences?before=1&after=2"
    told = (await ok(await client.get(path)))["items"]
    assert [one["place"] for one in told] == ["allow", "entities"]
    back = await ok(await client.post("/v1/privacy/policies/export/rollbacks", json={"version": 1}))
    assert (back["version"], back["policy"]["entities"]["URL"]["enabled"]) == (3, False)
    assert (await ok(await client.get("/v1/privacy/policies/export")))["version"] == 3
    missing = await client.get("/v1/privacy/policies/export/versions/9")
    assert (missing.status_code, missing.json()["type"]) == (
        404,
        "/problems/policy-version-not-found",
    )


async def test_faults_come_all_at_once_with_their_places(client: httpx2.AsyncClient) -> None:
    policy = {
        "entities": {"CREDIT_CARD": {"enabled": False}, "URL": {"operator": {"operator": "keep"}}},
        "allow": {"patterns": ["("]},
        "recognizers": ["nobody"],
    }
    answer = await client.put("/v1/privacy/policies/default", json={"policy": policy})
    assert answer.status_code == 422
    assert {one["place"] for one in answer.json()["errors"]} == {
        "entities.CREDIT_CARD.enabled", "entities.URL.operator", "allow.patterns.0",
        "recognizers.0",
    }  # fmt: skip
    shape = await client.put(
        "/v1/privacy/policies/default", json={"policy": {"entities": {"URL": {"threshold": 7}}}}
    )
    assert shape.json()["errors"] == [
        {"place": "body.policy.entities.URL.threshold", "rule": "less_than_equal"}
    ]


async def test_the_policy_that_held_is_told_with_what_it_lets_through(
    client: httpx2.AsyncClient,
) -> None:
    await put(client, "default", {"entities": {"EMAIL_ADDRESS": {"enabled": False}}})
    await put(client, "export", {"entities": {"EMAIL_ADDRESS": {"enabled": True}}})
    body = {"texts": [EMAIL]}
    for path in ("detections", "anonymizations"):
        answer = await ok(await client.post(f"/v1/privacy/{path}", json=body))
        assert answer["policy"] == {
            "version": "model_call-0.default-1.r2", "off": ["EMAIL_ADDRESS"],
        }  # fmt: skip
        other = await ok(
            await client.post(f"/v1/privacy/{path}", json={**body, "purpose": "export"})
        )
        assert other["policy"]["off"] == []
        assert other["results"][0]["spans"][0]["type"] == "EMAIL_ADDRESS"


async def test_a_view_shows_what_its_policy_says(client: httpx2.AsyncClient) -> None:
    hidden = await ok(await client.post("/v1/privacy/anonymizations", json={"texts": [CARD]}))
    body = {"session_id": hidden["session_id"], "texts": ["Card [CREDIT_CARD_1]"]}
    await put(
        client, "support_view", {"entities": {"CREDIT_CARD": {"operator": {"operator": "mask"}}}}
    )
    whole = await ok(await client.post("/v1/privacy/restorations", json=body))
    assert whole["results"] == [{"text": f"Card {CARD}"}]
    seen = await client.post("/v1/privacy/restorations", json={**body, "purpose": "support_view"})
    assert (await ok(seen))["results"] == [{"text": "Card **** **** **** 1111"}]


async def test_a_span_is_explained_only_where_that_is_asked_for(client: httpx2.AsyncClient) -> None:
    await ok(await client.post("/v1/privacy/recognizers", json=STAFF), 201)
    await put(
        client, "default",
        {"deny": [{"entity": "PROJECT", "words": ["heron"]}],
         "entities": {"URL": {"threshold": 0.5}}},
    )  # fmt: skip
    body = {"texts": ["heron: badge S-1234 at www.example.com"], "language": "en"}
    plain = await ok(await client.post("/v1/privacy/detections", json=body))
    assert all("explanation" not in one for one in plain["results"][0]["spans"])
    told = await ok(await client.post("/v1/privacy/detections", json={**body, "explain": True}))
    why = {one["type"]: one["explanation"] for one in told["results"][0]["spans"]}
    assert why["STAFF_ID"] == {
        "recognizer": "own.staff", "pattern": "own.staff.1", "context": "badge", "checksum": None,
        "score_before": 0.3, "rule": "recognizers.staff",
    }  # fmt: skip
    assert why["PROJECT"]["rule"] == "deny.0"
    assert why["URL"]["rule"] == "entities.URL.threshold"


async def test_a_policy_is_tried_beside_the_one_that_stands_and_nothing_is_kept(
    house: House, client: httpx2.AsyncClient
) -> None:
    before = await rows(house)
    draft = {
        "entities": {"EMAIL_ADDRESS": {"enabled": False},
                     "CREDIT_CARD": {"operator": {"operator": "mask"}}},
        "deny": [{"entity": "PROJECT", "words": ["heron"]}],
    }  # fmt: skip
    body = {"texts": [f"{EMAIL} paid heron with {CARD}"], "policy": draft}
    answer = await ok(await client.post("/v1/privacy/policy-tests", json=body))
    (tried,) = answer["results"]
    assert tried["text"] == f"{EMAIL} paid [PROJECT_1] with **** **** **** 1111"
    assert tried["live_text"] == "[EMAIL_ADDRESS_1] paid heron with [CREDIT_CARD_1]"
    assert tried["differences"] == [
        {"change": "removed", "type": "EMAIL_ADDRESS", "start": 0, "end": 20},
        {"change": "added", "type": "PROJECT", "start": 26, "end": 31},
    ]
    assert [(one["type"], one["rule"]) for one in tried["let_go"]] == [
        ("EMAIL_ADDRESS", "entities.EMAIL_ADDRESS.enabled")
    ]
    assert {one["type"]: one["explanation"]["rule"] for one in tried["spans"]} == {
        "PROJECT": "deny.0", "CREDIT_CARD": "built-in",
    }  # fmt: skip
    assert answer["policy"] == {"version": "draft", "off": ["EMAIL_ADDRESS"]}
    assert answer["live"] == {"version": "default-1", "off": []}
    assert await rows(house) == before
    live = await ok(await client.post("/v1/privacy/policy-tests", json={"texts": [EMAIL]}))
    assert (live["results"][0]["text"], live["results"][0]["differences"]) == (
        "[EMAIL_ADDRESS_1]",
        [],
    )
    bad = {"texts": ["x"], "policy": {"entities": {"US_SSN": {"enabled": False}}}}
    assert (await client.post("/v1/privacy/policy-tests", json=bad)).status_code == 422


async def test_own_recognizers_are_made_changed_and_removed(client: httpx2.AsyncClient) -> None:
    made = await ok(await client.post("/v1/privacy/recognizers", json=TOWNS), 201)
    assert (made["version"], made["size"], made["spec"]["words"]) == (1, 1, ["North Yard"])
    again = await client.post("/v1/privacy/recognizers", json=TOWNS)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/recognizer-exists")
    text = {"texts": ["Meet at north yard or pier 9"]}

    async def safe() -> str:
        answer = await ok(await client.post("/v1/privacy/anonymizations", json=text))
        return str(answer["results"][0]["text"])

    assert await safe() == "Meet at [SITE_1] or pier 9"
    changed = {**TOWNS, "words": ["Pier 9"]}
    assert (await ok(await client.put("/v1/privacy/recognizers/towns", json=changed)))[
        "version"
    ] == 2
    assert await safe() == "Meet at north yard or [SITE_1]"
    await put(client, "export", {"recognizers": ["towns"]})
    used = await client.delete("/v1/privacy/recognizers/towns")
    assert (used.status_code, used.json()["purposes"]) == (409, ["export"])
    await put(client, "export", {})
    await ok(await client.delete("/v1/privacy/recognizers/towns"), 204)
    assert await safe() == "Meet at north yard or pier 9"
    assert (await client.get("/v1/privacy/recognizers/towns")).status_code == 404
    assert (await client.put("/v1/privacy/recognizers/towns", json=TOWNS)).status_code == 404
    renamed = await client.put("/v1/privacy/recognizers/other", json=TOWNS)
    assert renamed.json()["errors"][0]["place"] == "name"


async def test_thousands_of_words_are_uploaded_as_lines(client: httpx2.AsyncClient) -> None:
    await ok(await client.post("/v1/privacy/recognizers", json=TOWNS), 201)
    words = "\ufeff" + "\r\n".join(f"Depot {number}" for number in range(20_000)) + "\n\nDepot 7\n"
    path = "/v1/privacy/recognizers/towns/words"
    headers = {"content-type": "text/plain"}
    added = await ok(await client.post(path, content=words.encode(), headers=headers))
    assert (added["size"], added["version"]) == (20_001, 2)
    body = {"texts": ["from depot 19999 to North Yard"]}
    found = await ok(await client.post("/v1/privacy/detections", json=body))
    assert [one["type"] for one in found["results"][0]["spans"]] == ["SITE", "SITE"]
    replaced = await ok(
        await client.post(path + "?mode=replace", content=b"Kay\n", headers=headers)
    )
    assert replaced["size"] == 1
    for refused in (b"", b"\xff\xfe", b"x" * 300, "\n".join(map(str, range(50_001))).encode()):
        answer = await client.post(path + "?mode=replace", content=refused, headers=headers)
        assert answer.status_code == 422, refused[:9]
    listed = (await ok(await client.get("/v1/privacy/recognizers")))["items"]
    assert [(one["name"], one["kind"], one["size"]) for one in listed] == [("towns", "list", 1)]
    await ok(await client.post("/v1/privacy/recognizers", json=STAFF), 201)
    other = await client.post("/v1/privacy/recognizers/staff/words", content=b"x", headers=headers)
    assert other.json()["errors"] == [{"place": "kind", "rule": "is no list"}]


@pytest.mark.parametrize(
    ("spec", "place"),
    [
        ({**STAFF, "patterns": [{"regex": "ok"}, {"regex": "(?<=a)b"}]}, "patterns.1.regex"),
        ({**STAFF, "patterns": [{"regex": "a*"}]}, "patterns.0.regex"),
        ({**STAFF, "entity": "DEFAULT"}, "entity"),
        ({**TOWNS, "words": [" "]}, "words"),
        (
            {"name": "r", "kind": "remote", "url": "https://pii.example.com", "entities": ["A"]},
            "url",
        ),
    ],
)
async def test_a_recognizer_that_cannot_run_is_refused(
    client: httpx2.AsyncClient, spec: dict[str, Any], place: str
) -> None:
    answer = await client.post("/v1/privacy/recognizers", json=spec)
    assert answer.status_code == 422
    assert [one["place"] for one in answer.json()["errors"]] == [place]
    assert (await ok(await client.get("/v1/privacy/recognizers")))["items"] == []


async def test_types_and_operators_are_listed(client: httpx2.AsyncClient) -> None:
    await ok(await client.post("/v1/privacy/recognizers", json=STAFF), 201)
    items = {
        one["type"]: one for one in (await ok(await client.get("/v1/privacy/entities")))["items"]
    }
    assert items["CREDIT_CARD"] == {
        "type": "CREDIT_CARD", "description": "Payment card number", "default_on": True,
        "country": None, "checksum": "Luhn", "protected": True, "recognizers": [],
    }  # fmt: skip
    assert (items["UK_NHS"]["country"], items["DE_TAX_ID"]["country"]) == ("GB", "DE")
    assert (items["STAFF_ID"]["default_on"], items["STAFF_ID"]["recognizers"]) == (False, ["staff"])
    operators = (await ok(await client.get("/v1/privacy/operators")))["items"]
    assert {"mask", "replace", "redact", "hash"} <= {one["operator"] for one in operators}


async def test_only_who_administers_privacy_may_look_at_or_change_policies(house: House) -> None:
    everything_else = frozenset(
        {"privacy:detect", "privacy:anonymize", "privacy:reveal", "keys:admin", "audit:read"}
    )
    async with house.client(Principal("main", "key_x", everything_else)) as client:
        for method, path in (
            ("GET", "policies"), ("GET", "policies/default"), ("PUT", "policies/default"),
            ("GET", "policies/default/versions"), ("POST", "policies/default/rollbacks"),
            ("GET", "recognizers"), ("POST", "recognizers"), ("PUT", "recognizers/x"),
            ("DELETE", "recognizers/x"), ("POST", "recognizers/x/words"), ("POST", "policy-tests"),
        ):  # fmt: skip
            answer = await client.request(method, f"/v1/privacy/{path}", json={})
            assert answer.status_code == 403, (method, path)
            assert json.loads(answer.text)["scope"] == "privacy:admin"
        assert (await client.get("/v1/privacy/entities")).status_code == 200
