"""The second look: finds what looks personal, knows stand-ins, slows nothing and keeps counts."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import generate_latest

from customerai.core.safe_text_issuer import issue
from customerai.core.settings import PrivacySettings
from customerai.core.telemetry import Metrics
from customerai.privacy.leak_watch import TYPES, LeakWatch, leaks_in
from customerai.privacy.recognizers.spans import Span
from tests.conftest import NOW, FixedClock, a_setting, quick_parts, run

TENANT = "default"


def a_watch(rate: float, metrics: Metrics | None = None) -> LeakWatch:
    return LeakWatch(rate, metrics or Metrics(), FixedClock(NOW))


LEAKS = {
    "write to jane.roe@example.com": "email",
    "write to jane.roe (at) example.com": "email",
    "jörg+news@bücher.example.de": "email",
    "card 4111 1111 1111 1111": "card",
    "card 4111-1111-1111-1111,": "card",
    "4111111111111111x": "card",
    "call +1 (555) 010-9999": "number",
    "call 0201/77 88 99 1": "number",
    "order 12345678": "number",
    "ssn 078 05 1120": "number",
    "pay to DE89 3704 0044 0532 0130 00": "iban",
    "pay to gb29nwbk60161331926819.": "iban",
    "from 203.0.113.77 today": "ip",
    "from 2001:db8::ff00:42:8329": "ip",
    "My name is Ada": "name",
    "Kind regards, Ada": "name",
    "ask for Mrs. Lovelace": "name",
    "I live at 12 St. James's street": "street",
    "it is 221b Baker Street": "street",
    "in der Hauptstraße 5": "street",
    "calle de Alcalá, 12": "street",
    "see https://jane:hunter2@example.com/x": "url",
    "see https://shop.example/cb?state=1&access_token=abcdef": "url",
}
HARMLESS = [
    "",
    "Hello [PERSON_1], your card [CREDIT_CARD_12] and [PHONE_NUMBER_123456789]",
    "Hello <PERSON>, at <EMAIL_ADDRESS>",
    "[PHONE_NUMBER_1][PHONE_NUMBER_2] 555 [CREDIT_CARD_1]010",
    "on 2026-11-22 at 12:30:05.123456, or 22.11.2026, or 11/22/26 08:15",
    "room 204, 3 nights, 120.50 EUR, flight LH 2041",
    "version 300.2.1.4 or 1.2.3",
    "what a great day, thank you all",
    "std::vector at 12:30:45",
    "my name is [PERSON_1], regards, [PERSON_2]",
    "the 2 main roads, a street and an avenue",
]


@pytest.mark.parametrize(("text", "kind"), LEAKS.items())
def test_what_looks_personal_counts_once_by_its_type(text: str, kind: str) -> None:
    assert leaks_in(text) == {kind: 1}


@pytest.mark.parametrize("text", HARMLESS)
def test_what_does_not_look_personal_counts_nothing(text: str) -> None:
    assert leaks_in(text) == {}


def test_what_an_operator_wrote_counts_nothing_and_its_neighbours_do() -> None:
    text = "id 49a7d8812345678f then 5550109999"
    assert leaks_in(text, [(3, 19)]) == {"number": 1}
    assert leaks_in(text, [(3, 19), (25, 35)]) == {}


_plain = st.text(
    st.characters(whitelist_categories=("Lu", "Ll", "Zs", "Po"), blacklist_characters="@"),
    max_size=40,
)


@settings(deadline=None)
@given(_plain, st.text("0123456789", min_size=7, max_size=12), _plain)
def test_a_long_number_is_found_in_any_sentence(before: str, digits: str, after: str) -> None:
    assert leaks_in(f"{before} {digits} {after}").total() >= 1


@settings(deadline=None)
@given(_plain, st.from_regex(r"[a-z]{1,9}\.[a-z]{1,9}@[a-z]{1,9}\.(com|org)", fullmatch=True))
def test_an_address_is_found_after_any_sentence(before: str, address: str) -> None:
    assert leaks_in(f"{before} {address}")["email"] == 1


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["PERSON", "PHONE_NUMBER", "IBAN_CODE"]), st.integers(1, 10**9 - 1)
        )
    )
)
def test_no_row_of_placeholders_counts(stand_ins: list[tuple[str, int]]) -> None:
    assert leaks_in(" ".join(f"[{name}_{number}]" for name, number in stand_ins)) == {}


@settings(deadline=None, max_examples=50)
@given(st.sampled_from(list("a1@.:/ -[(")), st.integers(1000, 20_000))
def test_no_text_takes_long(sign: str, length: int) -> None:
    began = time.thread_time()
    leaks_in((sign + "1") * length)
    leaks_in(sign * length)
    assert time.thread_time() - began < 2.0


def found(metrics: Metrics) -> dict[str, float]:
    values = {
        name: metrics.registry.get_sample_value(
            "customerai_privacy_leak_found_total", {"type": name}
        )
        for name in TYPES
    }
    return {name: value for name, value in values.items() if value}


def scanned(metrics: Metrics) -> float:
    return metrics.registry.get_sample_value("customerai_privacy_leak_scanned_total") or 0.0


def test_the_share_that_is_looked_at_is_the_rate_and_depends_on_the_text_alone() -> None:
    texts = [issue(f"text number {n} of many") for n in range(4000)]
    one, two = a_watch(0.05), a_watch(0.05)
    taken = []
    for text in texts:
        taken.append(one.offer(TENANT, text))
        one.wait()
    again = []
    for text in reversed(texts):
        again.append(two.offer(TENANT, text))
        two.wait()
    assert taken == again[::-1]
    assert 130 < sum(taken) < 280  # 200 expected; 5 standard deviations are 69
    assert not any(a_watch(0.0).offer(TENANT, text) for text in texts)


def test_findings_are_counted_by_type_and_no_text_is_in_the_metrics() -> None:
    metrics = Metrics()
    watch = a_watch(1.0, metrics)
    for text in [*LEAKS, *HARMLESS]:
        watch.offer(TENANT, issue(text))
    watch.wait()
    assert scanned(metrics) == len(LEAKS) + len(HARMLESS) - 1  # an empty one is no text
    expected = {kind: float(list(LEAKS.values()).count(kind)) for kind in TYPES}
    assert found(metrics) == expected
    assert b"jane" not in generate_latest(metrics.registry)


def test_a_full_queue_refuses_at_once_and_the_thread_ends() -> None:
    metrics = Metrics()
    watch = a_watch(1.0, metrics)
    text = issue("x" * 100_000)
    began = time.perf_counter()
    taken = sum(watch.offer(TENANT, issue(f"{n}{text}")) for n in range(300))
    assert time.perf_counter() - began < 5.0
    assert 0 < taken < 300
    watch.wait()
    assert scanned(metrics) == taken
    assert "leak-watch" not in [thread.name for thread in threading.enumerate()]


class Blind:
    """A recognizer that finds nothing, as a broken one does."""

    version = "blind-1"

    def analyze(
        self,
        texts: Sequence[str],
        *,
        language: str = "en",
        entities: frozenset[str] | None = None,
        min_score: float = 0.0,
    ) -> list[list[Span]]:
        return [[] for _ in texts]


@pytest.mark.anyio
async def test_blind_recognizers_are_found_out_through_the_front_door(tmp_path: Path) -> None:
    body = {"texts": ["I am at jane.roe@example.com", "call 555 010 9999"]}
    settings_ = a_setting(tmp_path, privacy=PrivacySettings(leak_watch_rate=1.0))
    async with run(settings_, quick_parts(analyzer=Blind())) as it:
        answer = await it.client.post("/v1/privacy/anonymizations", json=body)
        assert answer.status_code == 200
        it.application.privacy.leak_watch.wait()
        assert found(it.application.metrics) == {"email": 1.0, "number": 1.0}


@pytest.mark.anyio
@pytest.mark.parametrize(
    "operators", [{}, {"DEFAULT": {"operator": "hash"}}, {"DEFAULT": {"operator": "mask"}}]
)
async def test_seeing_recognizers_leave_nothing_to_find(
    tmp_path: Path, operators: dict[str, object]
) -> None:
    body = {
        "texts": ["I am at jane.roe@example.com, call +1 212 555 0199, card 4111 1111 1111 1111"],
        "operators": operators,
    }
    settings_ = a_setting(tmp_path, privacy=PrivacySettings(leak_watch_rate=1.0))
    async with run(settings_) as it:
        answer = await it.client.post("/v1/privacy/anonymizations", json=body)
        assert answer.status_code == 200, answer.text
        it.application.privacy.leak_watch.wait()
        assert scanned(it.application.metrics) == 1
        assert found(it.application.metrics) == {}
