"""Presidio's REST interface: its own examples, and the results of its own package.

What is expected here of operators was given by presidio-anonymizer 2.2.366 for the same requests.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customerai.core import audit
from customerai.core.principal import Principal
from customerai.privacy import presidio
from customerai.privacy.policies.model import Policy
from customerai.privacy.presidio import Item, anonymizer, deanonymized, operated, settled
from tests.conftest import NOW
from tests.privacy.policies.parts import ADMIN, House, a_house

TEXT = "hello world, my name is Jane Doe. My number is: 034453334"
RESULTS = [
    {"start": 24, "end": 32, "score": 0.8, "entity_type": "NAME"},
    {"start": 24, "end": 28, "score": 0.8, "entity_type": "FIRST_NAME"},
    {"start": 29, "end": 32, "score": 0.6, "entity_type": "LAST_NAME"},
    {"start": 48, "end": 57, "score": 0.95, "entity_type": "PHONE_NUMBER"},
]
KEY = "0123456789abcdef"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as made:
        yield made


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    async with house.client() as made:
        yield made


async def ask(client: httpx2.AsyncClient, path: str, body: Any) -> Any:
    answer = await client.post(f"/compat/presidio/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def item(start: int, end: int, entity: str, text: str, operator: str, score: float | None) -> Any:
    return {
        "start": start, "end": end, "entity_type": entity, "text": text, "operator": operator,
        "score": score,
    }  # fmt: skip


PHONE, NAME = "PHONE_NUMBER", "NAME"
SALTED = {"type": "hash", "hash_type": "sha512", "salt": KEY}
SAID = [
    (
        {"DEFAULT": {"type": "replace", "new_value": "ANONYMIZED"},
         PHONE: {"type": "mask", "masking_char": "*", "chars_to_mask": 4, "from_end": True}},
        "hello world, my name is ANONYMIZED. My number is: 03445****",
        [item(50, 59, PHONE, "03445****", "mask", 0.95),
         item(24, 34, NAME, "ANONYMIZED", "replace", 0.8)],
    ),
    (
        None,
        "hello world, my name is <NAME>. My number is: <PHONE_NUMBER>",
        [item(46, 60, PHONE, "<PHONE_NUMBER>", "replace", 0.95),
         item(24, 30, NAME, "<NAME>", "replace", 0.8)],
    ),
    (
        {"NAME": {"type": "redact"}},
        "hello world, my name is . My number is: <PHONE_NUMBER>",
        [item(40, 54, PHONE, "<PHONE_NUMBER>", "replace", 0.95),
         item(24, 24, NAME, "", "redact", 0.8)],
    ),
    (
        {"DEFAULT": {"type": "replace", "new_value": ""}},
        "hello world, my name is <NAME>. My number is: <PHONE_NUMBER>",
        [item(46, 60, PHONE, "<PHONE_NUMBER>", "replace", 0.95),
         item(24, 30, NAME, "<NAME>", "replace", 0.8)],
    ),
    (
        {"NAME": {"type": "keep"}, PHONE: {"type": "replace"}},
        "hello world, my name is Jane Doe. My number is: <PHONE_NUMBER>",
        [item(48, 62, PHONE, "<PHONE_NUMBER>", "replace", 0.95),
         item(24, 32, NAME, "Jane Doe", "keep", 0.8)],
    ),
    (
        {NAME: {"type": "mask", "masking_char": "#", "chars_to_mask": 99, "from_end": False},
         PHONE: {"type": "mask", "masking_char": "*", "chars_to_mask": -1, "from_end": False}},
        "hello world, my name is ########. My number is: 034453334",
        [item(48, 57, PHONE, "034453334", "mask", 0.95),
         item(24, 32, NAME, "########", "mask", 0.8)],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("anonymizers", "text", "items"), SAID)
async def test_operators_give_what_presidios_give(
    client: httpx2.AsyncClient, anonymizers: Any, text: str, items: list[Any]
) -> None:
    body = {"text": TEXT, "analyzer_results": RESULTS}
    if anonymizers is not None:
        body["anonymizers"] = anonymizers
    assert await ask(client, "anonymize", body) == {"text": text, "items": items}


async def test_a_salted_hash_is_presidios(client: httpx2.AsyncClient) -> None:
    body = {"text": TEXT, "analyzer_results": RESULTS, "anonymizers": {"DEFAULT": SALTED}}
    (phone, name) = (await ask(client, "anonymize", body))["items"]
    assert name["text"].startswith("eab802784ce6a81ea3aa7388954060dfd3e1eb09dd107840e195a07972c7")
    assert phone["text"].startswith("955c0118e75377aef2cb29e9da92a10c6d171a5a4a0167f88206d2909cf9")


async def test_a_hash_without_salt_is_stable_keyed_and_each_tenants_own(house: House) -> None:
    body = {"text": "Ada", "analyzer_results": [{**RESULTS[0], "start": 0, "end": 3}],
            "anonymizers": {"DEFAULT": {"type": "hash"}}}  # fmt: skip
    rival = Principal("rival", "key_r", ADMIN.scopes)
    async with house.client() as mine, house.client(rival) as theirs:
        first, again = [(await ask(mine, "anonymize", body))["text"] for _ in range(2)]
        other = (await ask(theirs, "anonymize", body))["text"]
    assert first == again != other
    assert len(first) == 64
    assert first != hashlib.sha256(b"Ada").hexdigest()


@pytest.mark.parametrize(
    ("text", "results", "anonymizers", "expected"),
    [
        ("My name is Inigo Montoya, yes", [(11, 16, "NAME"), (17, 24, "NAME")], {},
         "My name is <NAME>, yes"),
        ("I'm George Washington Square Park", [(4, 21, "NAME"), (11, 33, "LOCATION")], {},
         "I'm <NAME><LOCATION>"),
        ("I'm George Washington Square Park", [(4, 21, "NAME"), (11, 33, "LOCATION")],
         {"NAME": {"type": "replace"}, "LOCATION": {"type": "keep"}},
         "I'm <NAME>Washington Square Park"),
        ("a b c", [(2, 2, "A")], {}, "a <A>b c"),
        ("", [], {}, ""),
        ("hello world! nice to meet you!", [], {}, "hello world! nice to meet you!"),
    ],
)  # fmt: skip
async def test_findings_that_meet_become_what_presidio_makes_of_them(
    client: httpx2.AsyncClient, text: str, results: Any, anonymizers: Any, expected: str
) -> None:
    rows = [{"start": s, "end": e, "entity_type": t, "score": 0.8} for s, e, t in results]
    body = {"text": text, "analyzer_results": rows, "anonymizers": anonymizers}
    assert (await ask(client, "anonymize", body))["text"] == expected


async def test_of_two_findings_at_one_place_the_surer_stands(client: httpx2.AsyncClient) -> None:
    rows = [
        {"start": 1, "end": 3, "entity_type": t, "score": s} for t, s in (("A", 0.5), ("B", 0.7))
    ]
    assert (await ask(client, "anonymize", {"text": "aXXb", "analyzer_results": rows}))[
        "text"
    ] == "a<B>b"


async def test_what_presidio_says_twice_is_said_once(client: httpx2.AsyncClient) -> None:
    """Presidio gives "I'm George WashingtonWashington Square Park" for the same request."""
    rows = [{"start": 4, "end": 21, "entity_type": "NAME", "score": 0.8},
            {"start": 11, "end": 33, "entity_type": "LOCATION", "score": 0.8}]  # fmt: skip
    text = "I'm George Washington Square Park"
    body = {"text": text, "analyzer_results": rows, "anonymizers": {"DEFAULT": {"type": "keep"}}}
    assert (await ask(client, "anonymize", body))["text"] == text


ITEMS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 12), st.sampled_from("ABC"), st.floats(0, 1)),
    max_size=8,
)


@given(st.text(min_size=1, max_size=40), ITEMS)
def test_what_was_encrypted_comes_back_whatever_overlapped(text: str, rows: Any) -> None:
    text = text.encode("utf-8", "replace").decode()
    items = [
        Item(start, min(start + length, len(text)), kind, score)
        for start, length, kind, score in rows
        if start < len(text)
    ]
    key = {"key": KEY}
    hidden = operated(
        text, settled(text, items), {"DEFAULT": {"type": "encrypt", **key}}, anonymizer(b"k" * 32)
    )
    back = [Item(one["start"], one["end"], one["entity_type"], None) for one in hidden["items"]]
    shown = operated(
        hidden["text"], back[::-1], {"DEFAULT": {"type": "decrypt", **key}}, deanonymized
    )
    assert shown["text"] == text
    covered = {at for one in items for at in range(one.start, one.end)}
    kept = operated(text, settled(text, items), {"DEFAULT": {"type": "redact"}}, anonymizer(b""))
    free = "".join(char for at, char in enumerate(text) if at not in covered)
    # Blanks between two neighbours of one type go with them; nothing else does, and nothing stays.
    assert kept["text"].replace(" ", "") == free.replace(" ", "")


@pytest.mark.parametrize(
    ("token", "key", "value"),
    [
        # Made by presidio-anonymizer 2.2.366.
        ("p90bPKDa9lyL7tIyc2fiXj0di-IQkV0DuFrv7pp9WcI=", KEY, "Zoë Ng"),
        ("F8CKZnipgu4ggL-VXpCs36uWQ_csGklB3AO1_juz1Uw=", KEY * 2, "42"),
        # Of its own documentation and tests.
        ("e6HnOMnIxbd4a8Qea44LshQDnjvxwzBIaAz+YqHNnMW2mC5r3AWoay8Spsoajyyy", "1" * 16,
         "text_for_encryption"),
        ("S184CMt9Drj7QaKQ21JTrpYzghnboTF9pn/neN8JME0=", "WmZq4t7w!z%C&F)J", "Chloë"),
    ],
)  # fmt: skip
async def test_what_presidio_encrypted_decrypts_here(
    house: House, client: httpx2.AsyncClient, token: str, key: str, value: str
) -> None:
    text = f"My name is {token}!"
    rows = [{"start": 11, "end": 11 + len(token), "entity_type": "PERSON"}]
    body = {"text": text, "anonymizer_results": rows,
            "deanonymizers": {"PERSON": {"type": "decrypt", "key": key}}}  # fmt: skip
    assert await ask(client, "deanonymize", body) == {
        "text": f"My name is {value}!",
        "items": [item(11, 11 + len(value), "PERSON", value, "decrypt", None)],
    }
    await house.db.write(lambda tx: audit.sequence(NOW, tx))
    (entry,) = await house.db.read(lambda tx: audit.entries(tx, "main"))
    told = json.loads(entry)
    assert (told["action"], told["data"]) == ("privacy.decrypted", {"texts": 1, "values": 1})


def test_what_is_encrypted_here_has_presidios_form() -> None:
    one, other = presidio.encrypted(KEY.encode(), "Zoë"), presidio.encrypted(KEY.encode(), "Zoë")
    assert one != other, "each with an IV of its own"
    assert len(base64.urlsafe_b64decode(one)) == 32
    assert presidio.decrypted(KEY.encode(), one) == "Zoë"


async def test_lists_of_texts_take_lists_of_results(client: httpx2.AsyncClient) -> None:
    rows = [[{**RESULTS[0], "start": 0, "end": 3}], []]
    done = await ask(client, "anonymize", {"text": ["Ada", "x"], "analyzer_results": rows})
    assert [one["text"] for one in done] == ["<NAME>", "x"]
    body = {"text": ["Ada", "x"], "anonymizer_results": rows,
            "deanonymizers": {"DEFAULT": {"type": "deanonymize_keep"}}}  # fmt: skip
    assert [one["text"] for one in await ask(client, "deanonymize", body)] == ["Ada", "x"]


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("anonymize", {}, 400, "Invalid request json"),
        ("anonymize", {"text": TEXT}, 422, "Invalid input, request must contain analyzer results"),
        ("anonymize", {"text": "x", "analyzer_results": RESULTS[:1]}, 422,
         "Invalid analyzer result, start: 24 and end: 32, while text length is only 1."),
        ("anonymize", {"text": "x", "analyzer_results": [{"start": 5, "end": 3, "score": 1,
         "entity_type": "A"}]}, 422,
         "Invalid input, start index '5' must be smaller than end index '3'"),
        ("anonymize", {"text": "x", "analyzer_results": [{"start": -1, "end": 1, "score": 1,
         "entity_type": "A"}]}, 422, "Invalid input, result start and end must be positive"),
        ("anonymize", {"text": "x", "analyzer_results": [{"start": 0, "end": 1,
         "entity_type": "A"}]}, 422, "Invalid input, analyzer result must contain score"),
        ("anonymize", {"text": "x", "analyzer_results": [{"start": 0, "end": 1, "score": 1}]}, 422,
         "Invalid input, result must contain entity_type"),
        ("anonymize", {"text": TEXT, "analyzer_results": RESULTS,
         "anonymizers": {"DEFAULT": {"type": "custom", "new_value": "lambda x: x"}}}, 400,
         "Custom type anonymizer is not supported"),
        ("anonymize", {"text": TEXT, "analyzer_results": RESULTS,
         "anonymizers": {"DEFAULT": {"type": "mask"}}}, 422, "Expected parameter masking_char"),
        ("anonymize", {"text": TEXT, "analyzer_results": RESULTS, "anonymizers": {"DEFAULT": {
         "type": "mask", "masking_char": "**", "chars_to_mask": 4, "from_end": True}}}, 422,
         "Invalid input, masking_char must be a character"),
        ("anonymize", {"text": TEXT, "analyzer_results": RESULTS,
         "anonymizers": {"DEFAULT": {"new_value": "x"}}}, 422,
         "Invalid input, operator config must contain operator_name"),
        ("anonymize", {"text": TEXT, "analyzer_results": RESULTS,
         "anonymizers": {"DEFAULT": {"type": "encrypt", "key": "short"}}}, 422,
         "Invalid input, key must be of length 128, 192 or 256 bits"),
        ("deanonymize", {}, 400, "Invalid request json"),
        ("analyze", {}, 422, "No text provided"),
        ("analyze", {"language": "en"}, 422, "No text provided"),
        ("analyze", {"text": TEXT}, 422, "No language provided"),
        ("analyze", {"text": TEXT, "language": "zz"}, 422,
         "No matching recognizers were found to serve the request."),
    ],
)  # fmt: skip
async def test_errors_are_problems_that_say_presidios_words(
    client: httpx2.AsyncClient, path: str, body: Any, status: int, error: str
) -> None:
    answer = await client.post(f"/compat/presidio/{path}", json=body)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == error


@pytest.mark.parametrize("path", ["analyze", "anonymize", "deanonymize"])
@pytest.mark.parametrize(
    "content", [b'{"text": "Nightingale",}', b'{"text": 7}', b'["Nightingale"]', b"", b"null",
                b'{"text": "Nightingale", "anonymizers": {"Nightingale": "x"}, "entities": [7],'
                b' "deanonymizers": 3}'],
)  # fmt: skip
async def test_what_is_no_request_is_refused_without_an_echo(
    client: httpx2.AsyncClient, path: str, content: bytes
) -> None:
    answer = await client.post(
        f"/compat/presidio/{path}", content=content, headers={"content-type": "application/json"}
    )
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["error"]
    assert "ightingale" not in answer.text


@pytest.mark.parametrize("key", ["2" * 16, KEY])
async def test_a_wrong_key_is_refused_and_shows_nothing(
    client: httpx2.AsyncClient, key: str
) -> None:
    token = "e6HnOMnIxbd4a8Qea44LshQDnjvxwzBIaAz+YqHNnMW2mC5r3AWoay8Spsoajyyy"
    body = {"text": token, "deanonymizers": {"DEFAULT": {"type": "decrypt", "key": key}},
            "anonymizer_results": [{"start": 0, "end": 64, "entity_type": "N"}]}  # fmt: skip
    assert len(token) == 64
    answer = await client.post("/compat/presidio/deanonymize", json=body)
    assert answer.status_code == 422
    assert answer.json()["error"] == "Invalid input, a value cannot be decrypted with this key"


# --- analyze ---------------------------------------------------------------------------------

ZIP = {"name": "Zip code Recognizer", "supported_language": "en", "supported_entity": "ZIP",
       "patterns": [{"name": "zip code (weak)", "regex": r"(\b\d{5}(?:\-\d{4})?\b)",
                     "score": 0.01}]}  # fmt: skip
LICENSE = "John Smith drivers license is AC432223"
MAIL = "email: admin@github.com"


async def analyze(client: httpx2.AsyncClient, text: Any, **other: Any) -> Any:
    return await ask(client, "analyze", {"text": text, "language": "en", **other})


async def test_an_analysis_has_presidios_shape(client: httpx2.AsyncClient) -> None:
    found = await analyze(client, MAIL, correlation_id="123", trace="1", unknown=7)
    assert found == [
        {"analysis_explanation": None, "end": 23, "entity_type": "EMAIL_ADDRESS", "score": 1.0,
         "start": 7}
    ]  # fmt: skip
    assert await analyze(client, [MAIL, "x"]) == [found, []]


async def test_entities_and_thresholds_narrow_an_analysis(client: httpx2.AsyncClient) -> None:
    text = f"{LICENSE}, {MAIL}"
    types = [one["entity_type"] for one in await analyze(client, text)]
    assert "EMAIL_ADDRESS" in types
    assert "US_DRIVER_LICENSE" in types
    only = await analyze(client, text, entities=["EMAIL_ADDRESS", "NO_SUCH_TYPE"])
    assert [one["entity_type"] for one in only] == ["EMAIL_ADDRESS"]
    sure = await analyze(client, text, score_threshold=0.99)
    assert all(one["score"] >= 0.99 for one in sure)
    assert [one["entity_type"] for one in sure] == ["EMAIL_ADDRESS"]


async def test_ad_hoc_recognizers_run_for_one_request(client: httpx2.AsyncClient) -> None:
    text = f"{LICENSE}. Zip code: 10023"
    plain = await analyze(client, text, ad_hoc_recognizers=[ZIP], entities=["ZIP"])
    assert [(one["start"], one["end"], one["score"]) for one in plain] == [(56 - 6, 55, 0.01)]
    raised = await analyze(
        client, text, ad_hoc_recognizers=[{**ZIP, "context": ["zip", "code"]}], entities=["ZIP"]
    )
    assert [one["score"] for one in raised] == [0.4], "as Presidio raises it"
    assert await analyze(client, text, ad_hoc_recognizers=[ZIP], score_threshold=0.5,
                         entities=["ZIP"]) == []  # fmt: skip
    assert "ZIP" not in [one["entity_type"] for one in await analyze(client, text)]
    names = [
        {"name": "Mr. Recognizer", "deny_list": ["Mr.", "Mister"], "supported_entity": "MR_TITLE"}
    ]
    found = await analyze(client, "Mr. John Smith's drivers license is AC432223",
                          ad_hoc_recognizers=names, entities=["MR_TITLE"])  # fmt: skip
    assert [(one["start"], one["end"], one["score"]) for one in found] == [(0, 3, 1.0)]


async def test_allowed_values_are_not_found(client: httpx2.AsyncClient) -> None:
    assert await analyze(client, MAIL, allow_list=["admin@github.com"]) == []
    assert await analyze(client, MAIL, allow_list=[".*@github.com"], allow_list_match="regex") == []
    assert len(await analyze(client, MAIL, allow_list=[".*@github.com"])) == 1
    other = {"allow_list": [".*@github.com"], "allow_list_match": "regex"}
    loud = "email: admin@GitHub.com"
    assert await analyze(client, loud, **other) == []
    assert len(await analyze(client, loud, **other, regex_flags=0)) == 1


async def test_the_decision_process_is_explained(client: httpx2.AsyncClient) -> None:
    text = "Zip code: 10023"
    (found,) = await analyze(
        client, text, ad_hoc_recognizers=[{**ZIP, "context": ["zip"]}], entities=["ZIP"],
        return_decision_process=True,
    )  # fmt: skip
    why = found["analysis_explanation"]
    assert why["recognizer"] == "Zip code Recognizer"
    assert (why["original_score"], why["score"]) == (0.01, 0.4)
    assert why["score_context_improvement"] == pytest.approx(0.39)
    assert why["supportive_context_word"] == "zip"
    assert why.keys() == {
        "recognizer", "pattern_name", "pattern", "original_score", "score", "textual_explanation",
        "score_context_improvement", "supportive_context_word", "validation_result", "regex_flags",
    }  # fmt: skip


@pytest.mark.parametrize(
    "recognizer",
    [
        {**ZIP, "patterns": [{"type": "zip", "bebex": "x", "confidence": 0.01}]},
        {**ZIP, "patterns": [{"name": "n", "regex": "(?=a)b", "score": 0.5}]},
        {**ZIP, "patterns": [{"name": "n", "regex": "(", "score": 0.5}]},
        {**ZIP, "patterns": []},
        {**ZIP, "supported_entity": "no entity"},
    ],
)
async def test_ad_hoc_recognizers_that_cannot_run_are_refused(
    client: httpx2.AsyncClient, recognizer: Any
) -> None:
    body = {"text": "x", "language": "en", "ad_hoc_recognizers": [recognizer]}
    answer = await client.post("/compat/presidio/analyze", json=body)
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("Invalid input")


async def test_the_tenants_policy_holds_here_too(house: House, client: httpx2.AsyncClient) -> None:
    policy = Policy.model_validate(
        {"entities": {"EMAIL_ADDRESS": {"enabled": False}},
         "deny": [{"entity": "PROJECT", "words": ["heron"]}]}
    )  # fmt: skip
    await house.policies.save(ADMIN, "model_call", policy, note="")
    found = await analyze(client, f"{MAIL} of heron")
    assert [one["entity_type"] for one in found] == ["PROJECT"]
    entities = (await client.get("/compat/presidio/supportedentities?language=en")).json()
    assert "PROJECT" in entities
    assert "EMAIL_ADDRESS" not in entities


async def test_the_lists_are_lists_of_names(client: httpx2.AsyncClient) -> None:
    async def names(path: str) -> list[str]:
        answer = await client.get(f"/compat/presidio/{path}")
        assert answer.status_code == 200
        found: list[str] = answer.json()
        assert found == sorted(found)
        return found

    assert {"PERSON", "CREDIT_CARD", "EMAIL_ADDRESS"} <= set(await names("supportedentities"))
    assert {"hash", "mask", "redact", "replace", "encrypt"} <= set(await names("anonymizers"))
    assert "decrypt" in (await client.get("/compat/presidio/deanonymizers")).json()
    assert "email" in await names("recognizers?language=en")
    refused = await client.get("/compat/presidio/supportedentities?language=he")
    assert "No matching recognizers" in refused.json()["error"]


async def test_health_is_told_to_anybody(house: House) -> None:
    async with house.client() as client:
        client.headers.clear()
        answer = await client.get("/compat/presidio/health")
        assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (
            200,
            "text/plain",
        )
        assert (await client.post("/compat/presidio/analyze", json={})).status_code == 401


@pytest.mark.parametrize(
    ("path", "scope"),
    [("analyze", "privacy:detect"), ("anonymize", "privacy:anonymize"),
     ("deanonymize", "privacy:reveal")],
)  # fmt: skip
async def test_each_path_needs_its_scope(house: House, path: str, scope: str) -> None:
    body = {"text": "x", "language": "en", "analyzer_results": []}
    every = {"privacy:detect", "privacy:anonymize", "privacy:reveal"}
    for scopes, allowed in (({scope}, True), (every - {scope}, False)):
        async with house.client(Principal("main", "key_x", frozenset(scopes))) as client:
            answer = await client.post(f"/compat/presidio/{path}", json=body)
            assert answer.status_code == (200 if allowed else 403)
            assert allowed or answer.json()["error"]
