"""Policies that are kept, versioned, told in the log, and that hold from the next call on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from customerai.contracts.privacy import AnonymizeRequest, AnonymizeResult
from customerai.core import audit
from customerai.core.principal import Principal
from customerai.privacy.policies import tables
from customerai.privacy.policies.errors import PolicyInvalid, PolicyMoved, PolicyVersionNotFound
from customerai.privacy.policies.model import Policy
from tests.conftest import NOW
from tests.privacy.policies.parts import ADMIN, House, a_house

EMAIL = "jane.roe@example.com"
CARD = "4111 1111 1111 1111"
TEXT = f"{EMAIL} paid with {CARD}"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as made:
        yield made


async def save(house: House, purpose: str = "default", note: str = "", **said: Any) -> int:
    policy = Policy.model_validate(said)
    return (await house.policies.save(ADMIN, purpose, policy, note=note)).version


async def hide(house: House, *texts: str, **fields: Any) -> AnonymizeResult:
    (result,) = await house.privacy.anonymize(ADMIN, [AnonymizeRequest(texts=texts, **fields)])
    return result


async def log_of(house: House) -> list[dict[str, Any]]:
    await house.db.write(lambda tx: audit.sequence(NOW, tx))
    return [json.loads(one) for one in await house.db.read(lambda tx: audit.entries(tx, "main"))]


async def test_a_tenant_without_policies_has_the_products_own(house: House) -> None:
    result = await hide(house, TEXT)
    assert result.results[0].text == "[EMAIL_ADDRESS_1] paid with [CREDIT_CARD_1]"
    assert result.receipt.policy_version == "default-1"
    assert await house.policies.rules("main") is None
    assert [one.version for one in await house.policies.current("main")] == [0] * 5


async def test_a_policy_holds_from_the_next_call_on_and_stands_in_the_receipt(
    house: House,
) -> None:
    await save(house, entities={"EMAIL_ADDRESS": {"enabled": False}})
    result = await hide(house, TEXT, purpose="message")
    assert result.results[0].text == f"{EMAIL} paid with [CREDIT_CARD_1]"
    assert result.receipt.policy_version == "model_call-0.default-1.r1"
    entry = (await log_of(house))[-1]["data"]
    assert (entry["policy_version"], entry["off"]) == (
        "model_call-0.default-1.r1",
        ["EMAIL_ADDRESS"],
    )
    await save(house, "model_call", entities={"EMAIL_ADDRESS": {"enabled": True}})
    again = await hide(house, TEXT, purpose="message")
    assert again.results[0].text == "[EMAIL_ADDRESS_1] paid with [CREDIT_CARD_1]"
    assert again.receipt.policy_version == "model_call-1.default-1.r2"


async def test_another_process_follows_without_a_restart(house: House, tmp_path: Path) -> None:
    other = House(house.db)
    assert (await hide(other, TEXT)).receipt.policy_version == "default-1"
    await save(house, entities={"EMAIL_ADDRESS": {"operator": {"operator": "mask"}}})
    assert (await hide(other, "mail a@b.org")).results[0].text == "mail *@*.***"


async def test_tenants_do_not_share_policies(house: House) -> None:
    await save(house, entities={"EMAIL_ADDRESS": {"enabled": False}})
    rival = Principal("rival", "key_r", ADMIN.scopes)
    (result,) = await house.privacy.anonymize(rival, [AnonymizeRequest(texts=(TEXT,))])
    assert result.results[0].text == "[EMAIL_ADDRESS_1] paid with [CREDIT_CARD_1]"
    assert await house.policies.recognizers("rival") == []


async def test_requests_of_one_call_each_follow_their_purpose(house: House) -> None:
    await save(house, "export", entities={"EMAIL_ADDRESS": {"operator": {"operator": "redact"}}})
    await save(house, "analytics", entities={"EMAIL_ADDRESS": {"enabled": False}})
    requests = [
        AnonymizeRequest(texts=(EMAIL, "x"), purpose=purpose)
        for purpose in ("message", "export", "analytics", "model-call")
    ]
    results = await house.privacy.anonymize(ADMIN, requests)
    assert [[item.text for item in one.results] for one in results] == [
        ["[EMAIL_ADDRESS_1]", "x"], ["", "x"], [EMAIL, "x"], ["[EMAIL_ADDRESS_1]", "x"],
    ]  # fmt: skip


async def test_a_requests_own_operators_come_first(house: House) -> None:
    await save(
        house,
        entities={
            "EMAIL_ADDRESS": {"operator": {"operator": "redact"}},
            "CREDIT_CARD": {"operator": {"operator": "mask"}},
        },
    )
    own = await hide(house, TEXT, operators={"EMAIL_ADDRESS": {"operator": "replace"}})
    assert own.results[0].text == "[EMAIL_ADDRESS] paid with **** **** **** 1111"
    every = await hide(house, TEXT, operators={"DEFAULT": {"operator": "replace"}})
    assert every.results[0].text == "[EMAIL_ADDRESS] paid with [CREDIT_CARD]"


# --- how values are shown --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("purpose", "policy", "expected"),
    [
        (None, {"CREDIT_CARD": {"operator": {"operator": "redact"}}}, f"{EMAIL} {CARD}"),
        ("support_view", {}, f"{EMAIL} {CARD}"),
        ("support_view", {"CREDIT_CARD": {"operator": {"operator": "mask"}}},
         f"{EMAIL} **** **** **** 1111"),
        ("support_view", {"CREDIT_CARD": {"operator": {"operator": "placeholder"}}},
         f"{EMAIL} [CREDIT_CARD_1]"),
        ("support_view", {"DEFAULT": {"operator": {"operator": "replace"}},
                          "EMAIL_ADDRESS": {"operator": {"operator": "keep"}}},
         f"{EMAIL} [CREDIT_CARD]"),
        ("export", {}, "[EMAIL_ADDRESS_1] [CREDIT_CARD_1]"),
        ("export", {"EMAIL_ADDRESS": {"operator": {"operator": "generalize"}}},
         "@example.com [CREDIT_CARD_1]"),
        ("analytics", {"EMAIL_ADDRESS": {"enabled": False}}, f"{EMAIL} [CREDIT_CARD_1]"),
    ],
)  # fmt: skip
async def test_a_purpose_says_how_values_are_shown(
    house: House, purpose: str | None, policy: dict[str, Any], expected: str
) -> None:
    result = await hide(house, f"{EMAIL} {CARD}")
    await save(house, purpose or "support_view", entities=policy)
    texts = [result.results[0].text]
    shown = await house.privacy.restore(ADMIN, result.session_id, texts, purpose=purpose)
    assert shown == [expected]
    entry = (await log_of(house))[-1]
    assert entry["action"] == "privacy.restored"
    assert entry["data"].get("purpose") == purpose


async def test_encrypted_tokens_too_are_shown_as_the_purpose_says(house: House) -> None:
    result = await hide(house, EMAIL, operators={"EMAIL_ADDRESS": {"operator": "encrypt"}})
    texts = [result.results[0].text]
    assert EMAIL not in texts[0]
    await save(
        house, "support_view", entities={"EMAIL_ADDRESS": {"operator": {"operator": "mask"}}}
    )
    for purpose, expected in (
        (None, EMAIL),
        ("support_view", "****.***@*******.***"),
        ("export", texts[0]),
    ):
        shown = await house.privacy.restore(ADMIN, result.session_id, texts, purpose=purpose)
        assert shown == [expected]


# --- versions --------------------------------------------------------------------------------


async def test_every_save_is_a_version_with_its_author_and_note(house: House) -> None:
    for number in (1, 2, 3):
        threshold = number / 10
        saved = await save(
            house, "export", f"try {number}", entities={"URL": {"threshold": threshold}}
        )
        assert saved == number
    found = await house.policies.history("main", "export", before=None, limit=2)
    assert [(one.version, one.note, one.author) for one in found] == [
        (3, "try 3", "key_admin"), (2, "try 2", "key_admin"),
    ]  # fmt: skip
    rest = await house.policies.history("main", "export", before=2, limit=2)
    assert [one.version for one in rest] == [1]
    (told,) = await house.policies.differences("main", "export", 1, 3)
    assert (told.place, told.before, told.after) == ("entities.URL.threshold", 0.1, 0.3)
    back = await house.policies.roll_back(ADMIN, "export", 1, note="")
    assert (back.version, back.note) == (4, "Back to version 1.")
    assert await house.policies.differences("main", "export", 1, 4) == []
    built_in = await house.policies.roll_back(ADMIN, "export", 0, note="start again")
    assert built_in.policy == Policy()
    with pytest.raises(PolicyVersionNotFound):
        await house.policies.version("main", "export", 99)
    actions = [entry["action"] for entry in await log_of(house)]
    assert actions == ["privacy.policy_saved"] * 3 + ["privacy.policy_rolled_back"] * 2


async def test_two_who_save_at_once_do_not_undo_each_other(house: House) -> None:
    await save(house, entities={"URL": {"threshold": 0.5}})
    with pytest.raises(PolicyMoved):
        await house.policies.save(ADMIN, "default", Policy(), note="", based_on=0)
    drafts = [Policy.model_validate({"entities": {"URL": {"threshold": n / 10}}}) for n in range(4)]
    done = await asyncio.gather(
        *(house.policies.save(ADMIN, "default", draft, note="", based_on=1) for draft in drafts),
        return_exceptions=True,
    )
    kept = [one for one in done if not isinstance(one, BaseException)]
    assert len(kept) >= 1
    assert all(isinstance(one, PolicyMoved) for one in done if isinstance(one, BaseException))
    assert (await house.policies.history("main", "default", before=None, limit=9))[0].version == 2


async def test_a_refused_policy_changes_nothing(house: House) -> None:
    await save(house, entities={"URL": {"threshold": 0.5}})
    with pytest.raises(PolicyInvalid) as refused:
        await save(house, entities={"CREDIT_CARD": {"enabled": False}})
    assert refused.value.document("req")["errors"] == [
        {"place": "entities.CREDIT_CARD.enabled", "rule": "needs accept_risk and a reason"}
    ]
    assert (await hide(house, CARD)).results[0].text == "[CREDIT_CARD_1]"
    rules = await house.policies.rules("main")
    assert rules is not None
    assert rules.revision == 1


async def test_an_accepted_risk_is_in_the_log(house: House) -> None:
    risk = {"enabled": False, "accept_risk": True, "reason": "only test cards here"}
    await save(house, entities={"CREDIT_CARD": risk})
    # A card that is no card any more is still a long number.
    assert (await hide(house, CARD)).results[0].text == "[ID_NUMBER_1]"
    await save(house, entities={"CREDIT_CARD": risk, "ID_NUMBER": {"enabled": False}})
    assert (await hide(house, CARD)).results[0].text == CARD
    entries = [one for one in await log_of(house) if one["action"] == "privacy.policy_saved"]
    assert [one["data"]["accepted_risks"] for one in entries] == [["CREDIT_CARD"]] * 2
    assert [one["data"]["off"] for one in entries] == [
        ["CREDIT_CARD"],
        ["CREDIT_CARD", "ID_NUMBER"],
    ]


async def test_words_of_a_policy_rest_sealed_and_stay_out_of_the_log(house: House) -> None:
    await save(house, note="for Nightingale", deny=[{"entity": "VIP", "words": ["Nightingale"]}])
    rows = await house.db.read(lambda tx: tx.execute(tables.policy.select()).all())
    assert len(rows) == 1
    assert b"ightingale" not in b"".join(bytes(str(value), "utf-8") for value in rows[0])
    assert b"ightingale" not in rows[0].sealed
    assert "ightingale" not in json.dumps(await log_of(house))
    assert (await hide(house, "ask Nightingale")).results[0].text == "ask [VIP_1]"
