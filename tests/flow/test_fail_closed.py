"""With privacy stopped or failing, callers get 503 and not one byte goes on."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from customerai.ml.chat import FakeModel
from customerai.privacy.recognizers.spans import Span
from tests.conftest import Running, Start, quick_parts


class Breakable:
    """Recognizers that can be made to fail, as a crashed or stopped privacy service does."""

    version = "test"

    def __init__(self) -> None:
        self.broken = False
        self._working = quick_parts().analyzer

    def analyze(
        self,
        texts: Sequence[str],
        *,
        language: str = "en",
        entities: frozenset[str] | None = None,
        min_score: float = 0.35,
    ) -> list[list[Span]]:
        if self.broken:
            raise RuntimeError(f"cannot look at {texts[0]}")
        assert self._working is not None
        return self._working.analyze(texts, entities=entities, min_score=min_score)


SECRET = "4111 1111 1111 1111"
CALLS = [
    ("/v1/privacy/detections", {"texts": [SECRET]}),
    ("/v1/privacy/anonymizations", {"texts": [SECRET]}),
    ("/v1/insights/analyses", {"texts": [SECRET]}),
    ("/v1/responder/searches", {"query": SECRET}),
    ("/v1/responder/documents", {"title": SECRET, "format": "text", "content": SECRET}),
    ("/v1/responder/conversations", {"channel": "never seen", "attributes": {"card": SECRET}}),
    ("/v1/responder/conversations/{id}/messages", {"text": SECRET}),
    ("/v1/fairness/decisions", {"kind": "loan", "outcome": "yes", "groups": {"card": SECRET}}),
]


async def _open(running: Running) -> str:
    opened = await running.client.post("/v1/responder/conversations", json={})
    return str(opened.json()["id"])


async def _rows(running: Running) -> dict[str, int]:
    tables = ("responder_message", "responder_document", "responder_conversation",
              "privacy_token", "fairness_decision", "outbox_event", "responder_reply")  # fmt: skip

    def count(tx: object) -> dict[str, int]:
        return {
            table: tx.exec_driver_sql(f"select count(*) from {table}").scalar()  # type: ignore[attr-defined]
            for table in tables
        }

    return await running.application.db.read(count)


@pytest.mark.parametrize(("path", "body"), CALLS)
async def test_every_way_in_answers_503_and_stores_nothing(
    start: Start, path: str, body: dict[str, object], capfd: pytest.CaptureFixture[str]
) -> None:
    analyzer, model = Breakable(), FakeModel("All is well [1].")
    async with start(quick_parts(analyzer=analyzer, chat=model)) as running:
        conversation = await _open(running)
        await running.application.settle()
        before = await _rows(running)
        analyzer.broken = True
        answer = await running.client.post(path.format(id=conversation), json=body)
        assert answer.status_code == 503, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "/problems/privacy-unavailable"
        assert answer.headers["retry-after"]
        assert SECRET not in answer.text
        assert await _rows(running) == before
        assert model.prompts == []
        analyzer.broken = False
        again = await running.client.post(path.format(id=conversation), json=body)
        assert again.status_code in (200, 201, 202, 422), again.text
    said = capfd.readouterr()
    assert SECRET not in said.out + said.err


async def test_a_reply_is_refused_when_the_models_words_cannot_be_checked(start: Start) -> None:
    analyzer, model = Breakable(), FakeModel("Shoes can be returned within 30 days [1].")
    async with start(quick_parts(analyzer=analyzer, chat=model)) as running:
        await running.client.post(
            "/v1/responder/documents",
            json={"title": "Returns", "format": "text",
                  "content": "Shoes can be returned within 30 days of purchase."},
        )  # fmt: skip
        path = f"/v1/responder/conversations/{await _open(running)}"
        await running.client.post(
            f"{path}/messages", json={"text": "Can shoes be returned within 30 days of purchase?"}
        )
        worded = await running.client.post(f"{path}/replies", json={})
        assert worded.json()["model"] == "fake"
        assert len(model.prompts) == 1
        before = await _rows(running)
        # A text that was looked at before needs no second look; this one was not.
        model.answer = "Within 30 days of purchase, shoes can be returned [1]."
        analyzer.broken = True
        refused = await running.client.post(f"{path}/replies", json={})
        assert refused.status_code == 503
        assert (await _rows(running))["responder_reply"] == before["responder_reply"]


async def test_a_stored_message_does_not_reach_a_model_once_privacy_stopped(start: Start) -> None:
    analyzer, model = Breakable(), FakeModel("Shoes can be returned within 30 days [1].")
    async with start(quick_parts(analyzer=analyzer, chat=model)) as running:
        await running.client.post(
            "/v1/responder/documents",
            json={"title": "Returns", "format": "text",
                  "content": "Shoes can be returned within 30 days of purchase."},
        )  # fmt: skip
        path = f"/v1/responder/conversations/{await _open(running)}"
        await running.client.post(
            f"{path}/messages", json={"text": "Can shoes be returned within 30 days of purchase?"}
        )
        analyzer.broken = True
        refused = await running.client.post(f"{path}/replies", json={})
        assert refused.status_code == 503
        assert model.prompts == []
        analyzer.broken = False
        worded = await running.client.post(f"{path}/replies", json={})
        assert worded.json()["model"] == "fake"
        await running.application.settle()
        entries = (await running.client.get("/v1/audit/entries?limit=100")).json()["items"]
        called = [item for item in entries if item["action"] == "responder.model_called"]
        assert len(called) == len(model.prompts) == 1


async def test_not_ready_while_privacy_fails(start: Start) -> None:
    analyzer = Breakable()
    async with start(quick_parts(analyzer=analyzer)) as running:
        assert (await running.client.get("/readyz")).status_code == 200
        analyzer.broken = True
        unready = await running.client.get("/readyz")
        assert unready.status_code == 503
        assert unready.json()["checks"]["privacy"] is False
        assert (await running.client.get("/livez")).status_code == 200
