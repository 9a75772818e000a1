"""The main job through the front door: text in, safe text, insight, a cited answer."""

from __future__ import annotations

from tests.conftest import Running

CARD = "4111 1111 1111 1111"
EMAIL = "jane.roe@example.com"


async def test_anonymize_then_restore_gives_the_text_back(running: Running) -> None:
    text = f"Charge {CARD} and write to {EMAIL}, card {CARD} again"
    hidden = await running.client.post("/v1/privacy/anonymizations", json={"texts": [text]})
    assert hidden.status_code == 200, hidden.text
    body = hidden.json()
    safe = body["results"][0]["text"]
    assert CARD not in safe
    assert EMAIL not in safe
    assert safe.count("[CREDIT_CARD_1]") == 2
    assert body["receipt"]["entities"] == {"CREDIT_CARD": 2, "EMAIL_ADDRESS": 1}
    back = await running.client.post(
        "/v1/privacy/restorations", json={"session_id": body["session_id"], "texts": [safe]}
    )
    assert back.json() == {"results": [{"text": text}]}


async def test_a_message_is_scored_and_counted(running: Running) -> None:
    conversation = (await running.client.post("/v1/responder/conversations", json={})).json()
    path = f"/v1/responder/conversations/{conversation['id']}/messages"
    sent = await running.client.post(
        path, json={"text": f"I am furious, my card {CARD} was stolen and nobody helps!"}
    )
    assert sent.status_code == 201, sent.text
    assert CARD not in sent.text
    await running.application.settle()
    overview = (await running.client.get("/v1/insights/overview")).json()
    assert overview["conversations"]["value"] == 1
    assert overview["customer_messages"]["value"] == 1
    assert overview["sentiment"]["negative"] == 1
    listed = (await running.client.get("/v1/insights/conversations?sentiment=negative")).json()
    assert [item["conversation_id"] for item in listed["items"]] == [conversation["id"]]
    assert "[CREDIT_CARD_1]" in listed["items"][0]["preview"]


async def test_what_the_knowledge_says_is_answered_and_the_rest_handed_over(
    running: Running,
) -> None:
    document = await running.client.post(
        "/v1/responder/documents",
        json={
            "title": "Returns",
            "format": "markdown",
            "content": "# Returns\n\nYou can return shoes within 30 days of purchase. "
            "Refunds for returned shoes arrive within five days on the card that paid.",
        },
    )
    assert document.status_code == 201, document.text
    answered = await _ask(running, "Can I return shoes within 30 days of purchase?")
    assert answered["status"] == "answered", answered
    for citation in answered["citations"]:
        quoted = answered["text"][citation["start"] : citation["end"]]
        assert quoted == citation["quote"]
        assert citation["document_id"] == document.json()["id"]
    refused = await _ask(running, "Who won the football world cup in Spain?")
    assert (refused["status"], refused["action"]) == ("abstained", "handoff")
    assert refused["reason"] in ("no_evidence", "low_confidence")
    assert refused["text"]
    await running.application.settle()
    report = (await running.client.get("/v1/fairness/reports?kind=reply")).json()
    assert report["overall"]["n"] == 2
    assert report["overall"]["successes"] == 1


async def _ask(running: Running, question: str) -> dict:  # type: ignore[type-arg]
    conversation = (await running.client.post("/v1/responder/conversations", json={})).json()["id"]
    path = f"/v1/responder/conversations/{conversation}"
    await running.client.post(f"{path}/messages", json={"text": question})
    reply = await running.client.post(f"{path}/replies", json={})
    assert reply.status_code == 201, reply.text
    return reply.json()  # type: ignore[no-any-return]
