"""What left can be seen; as it came only by those who may, and who say why."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from customerai.core.settings import PrivacySettings
from tests.conftest import NOW, Running, a_setting, operator, quick_parts, run

pytestmark = pytest.mark.anyio

EMAIL = "jane.roe@example.com"


async def anonymize(it: Running, *texts: str) -> str:
    answer = await it.client.post("/v1/privacy/anonymizations", json={"texts": list(texts)})
    assert answer.status_code == 200
    return str(answer.json()["receipt"]["id"])


async def test_what_left_is_shown_safe_and_newest_first(tmp_path: Path) -> None:
    async with run(a_setting(tmp_path), quick_parts()) as it:
        first = await anonymize(it, f"write to {EMAIL}")
        second = await anonymize(it, "hello", "bye")
        one = (await it.client.get("/v1/privacy/traffic", params={"limit": 1})).json()
        two = (
            await it.client.get("/v1/privacy/traffic", params={"limit": 1, "cursor": one["next"]})
        ).json()
        assert [item["id"] for item in one["items"] + two["items"]] == [second, first]
        assert two["next"] is None
        assert two["items"][0]["texts"] == ["write to [EMAIL_ADDRESS_1]"]
        assert two["items"][0]["entities"] == {"EMAIL_ADDRESS": 1}
        assert one["items"][0]["n"] == 2
        for call in ("/v1/privacy/traffic?purpose=message", "/v1/privacy/traffic?session_id=psn"):
            assert (await it.client.get(call)).json()["items"] == []


async def test_what_came_is_for_those_who_may_see_it_and_say_why(tmp_path: Path) -> None:
    async with run(a_setting(tmp_path), quick_parts()) as it:
        passage = await anonymize(it, f"write to {EMAIL}")
        path = f"/v1/privacy/traffic/{passage}/originals"
        reader = it.client_with(await it.key_with("audit:read"))
        assert (await reader.post(path, json={"reason": "a complaint"})).status_code == 403
        refused = await it.client.post(path, json={"reason": " "})
        assert refused.status_code == 422
        assert refused.json()["type"] == "/problems/reason-invalid"
        shown = await it.client.post(path, json={"reason": "a complaint"})
        assert shown.json() == {"texts": [f"write to {EMAIL}"]}
        await it.application.settle()
        entries = (await it.client.get("/v1/audit/entries")).text
        assert "privacy.traffic_revealed" in entries
        assert "complaint" not in entries


async def test_another_tenant_sees_nothing(tmp_path: Path) -> None:
    async with run(a_setting(tmp_path), quick_parts()) as it:
        passage = await anonymize(it, f"write to {EMAIL}")
        other = it.client_with(await it.key_with("all", tenant="other"))
        assert (await other.get("/v1/privacy/traffic")).json()["items"] == []
        assert (await other.get(f"/v1/privacy/traffic/{passage}")).status_code == 404


async def test_nothing_is_kept_where_no_days_are_set(tmp_path: Path) -> None:
    settings = a_setting(tmp_path, privacy=PrivacySettings(traffic_days=0))
    async with run(settings, quick_parts()) as it:
        await anonymize(it, "hello")
        assert (await it.client.get("/v1/privacy/traffic")).json()["items"] == []


async def test_what_left_is_forgotten_after_its_days(tmp_path: Path) -> None:
    async with run(a_setting(tmp_path), quick_parts()) as it:
        await anonymize(it, "hello")
        traffic = it.application.process.traffic
        assert traffic is not None
        it.application.process.clock.advance(timedelta(days=6))  # type: ignore[attr-defined]
        await traffic.forget()
        assert len((await it.client.get("/v1/privacy/traffic")).json()["items"]) == 1
        it.application.process.clock.advance(timedelta(days=2))  # type: ignore[attr-defined]
        await traffic.forget()
        assert (await it.client.get("/v1/privacy/traffic")).json()["items"] == []


async def test_the_second_look_has_figures_by_day(tmp_path: Path) -> None:
    settings = a_setting(tmp_path, privacy=PrivacySettings(leak_watch_rate=1.0, min_score=1.0))
    async with run(settings, quick_parts()) as it:
        nothing = (await it.client.get("/v1/privacy/leaks")).json()
        assert nothing["days"] == []
        assert nothing["share"] is None
        await anonymize(it, "my name is Ada", "hello")
        assert it.application.privacy is not None
        it.application.privacy.leak_watch.wait()
        report = (await it.client.get("/v1/privacy/leaks", params={"days": 1})).json()
        assert report["days"] == [
            {"day": NOW.date().isoformat(), "texts": 2, "flagged": 1, "found": {"name": 1}}
        ]
        assert report["share"] == 0.5
        assert report["interval"]["low"] < 0.5 < report["interval"]["high"]
        assert operator("other").tenant not in str(report)
