"""Clients of Presidio's REST interface come over by their address: through the whole gateway.

What is sent here is, to the byte that matters, what two clients send: curl as Presidio's
documentation shows it, and the Presidio guardrail of LiteLLM 1.106, which sends no credentials of
its own, so that a proxy on loopback adds the key (docs/guide/presidio.md).
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx2
import pytest

from tests.conftest import ADDRESS, Running, Start

BASE = f"{ADDRESS}/compat/presidio/"
SAID = "Hi, write to jane.roe@example.com; card 4111 1111 1111 1111."


@pytest.fixture
async def running(start: Start) -> AsyncIterator[Running]:
    async with start() as process:
        yield process


class Guardrail:
    """What LiteLLM's guardrail does with a prompt, request by request.

    Args:
        added: the headers that a proxy in front adds.
    """

    def __init__(self, running: Running, added: Mapping[str, str]) -> None:
        self._client = running.client_with(None)
        self._headers = {"accept": "application/json", **added}

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        answer = await self._client.post(BASE + path, json=body, headers=self._headers)
        if answer.status_code >= 400:
            raise RuntimeError(f"HTTP {answer.status_code}")
        assert "application/json" in answer.headers["content-type"]
        return answer.json()

    async def analyze(self, text: str, **configured: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.post(
            "analyze", {"text": text, "language": "en", **configured}
        )
        assert isinstance(found, list)
        for one in found:
            assert one.keys() >= {"start", "end", "score", "entity_type"}
        return found

    async def mask(self, text: str) -> str:
        found = await self.analyze(text)
        done = await self.post("anonymize", {"text": text, "analyzer_results": found})
        for item in done["items"]:
            assert done["text"][item["start"] : item["end"]] == item["text"]
        return str(done["text"])

    async def tokens(self, text: str, entities: list[str]) -> tuple[str, dict[str, str]]:
        """Numbered tokens at the analyzer's places, and the way back."""
        found = sorted(await self.analyze(text, entities=entities), key=lambda one: one["start"])
        tokens = {}
        for number, one in reversed(list(enumerate(found, start=1))):
            token = f"<{one['entity_type']}_{number}>"
            tokens[token] = text[one["start"] : one["end"]]
            text = text[: one["start"]] + token + text[one["end"] :]
        return text, tokens


async def test_a_guardrail_masks_and_gives_back(running: Running) -> None:
    rail = Guardrail(running, {"x-api-key": running.key})
    assert await rail.mask(SAID) == "Hi, write to <EMAIL_ADDRESS>; card <CREDIT_CARD>."
    text, tokens = await rail.tokens(SAID, ["EMAIL_ADDRESS", "CREDIT_CARD"])
    assert text == "Hi, write to <EMAIL_ADDRESS_1>; card <CREDIT_CARD_2>."
    for token, value in tokens.items():
        text = text.replace(token, value)
    assert text == SAID
    assert await rail.mask("Nothing to see.") == "Nothing to see."


async def test_a_guardrail_without_a_key_gets_nothing(running: Running) -> None:
    with pytest.raises(RuntimeError, match="401"):
        await Guardrail(running, {}).mask(SAID)


async def test_keys_of_other_scopes_get_nothing(running: Running) -> None:
    key = await running.key_with("privacy:detect")
    rail = Guardrail(running, {"authorization": f"Bearer {key}"})
    assert len(await rail.analyze(SAID)) == 2
    with pytest.raises(RuntimeError, match="403"):
        await rail.mask(SAID)


async def test_the_examples_of_presidios_documentation_run(running: Running) -> None:
    client = running.client
    headers = {"content-type": "application/json"}
    analyze = json.dumps({"text": "John Smith drivers license is AC432223", "language": "en"})
    found = (await client.post(BASE + "analyze", content=analyze, headers=headers)).json()
    (number,) = [one for one in found if one["entity_type"] == "US_DRIVER_LICENSE"]
    assert (number["start"], number["end"], number["analysis_explanation"]) == (30, 38, None)
    body = {
        "text": "hello world, my name is Jane Doe. My number is: 034453334",
        "anonymizers": {
            "PERSON": {"type": "redact"},
            "PHONE_NUMBER": {"type": "replace", "new_value": "ANONYMIZED"},
        },
        "analyzer_results": [
            {"start": 24, "end": 32, "score": 0.8, "entity_type": "PERSON"},
            {"start": 48, "end": 57, "score": 0.95, "entity_type": "PHONE_NUMBER"},
        ],
    }
    done = await client.post(BASE + "anonymize", content=json.dumps(body), headers=headers)
    assert done.json()["text"] == "hello world, my name is . My number is: ANONYMIZED"
    text = "My name is S184CMt9Drj7QaKQ21JTrpYzghnboTF9pn/neN8JME0="
    hidden = {
        "text": text,
        "deanonymizers": {"PERSON": {"type": "decrypt", "key": "WmZq4t7w!z%C&F)J"}},
        "anonymizer_results": [{"start": 11, "end": 55, "entity_type": "PERSON"}],
    }
    shown = await client.post(BASE + "deanonymize", content=json.dumps(hidden), headers=headers)
    assert shown.json()["text"] == "My name is Chloë"
    for path in ("anonymizers", "deanonymizers", "recognizers", "supportedentities"):
        listed = await client.get(f"{BASE}{path}?language=en")
        assert listed.status_code == 200
        assert all(isinstance(one, str) for one in listed.json())
    health = await running.client_with(None).get(BASE + "health")
    assert (health.status_code, "is up" in health.text) == (200, True)


@pytest.mark.parametrize("path", ["nothing", "analyze/more", ""])
async def test_what_presidio_does_not_serve_is_not_served(running: Running, path: str) -> None:
    answer = await running.client.get(BASE + path)
    assert answer.status_code in (404, 405)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_that_is_too_large_is_refused_as_everywhere(running: Running) -> None:
    limit = running.application.settings.gateway.max_body_bytes
    answer: httpx2.Response = await running.client.post(
        BASE + "analyze", content=b" " * (limit + 1), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 413
