"""A value that was found once in a session is hidden wherever it stands again."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from customerai.privacy.known import repetitions
from customerai.privacy.recognizers.spans import Span
from tests.conftest import Running


def _person(text: str, value: str) -> Span:
    start = text.index(value)
    return Span("PERSON", start, start + len(value), 0.9, "test")


def test_a_repetition_in_another_text_is_found() -> None:
    texts = ["My name is Adalind.", "ok Adalind, thanks", "Adalinda is another"]
    found = repetitions(texts, [[_person(texts[0], "Adalind")], [], []], [])
    assert [(s.start, s.end, s.type) for s in found[1]] == [(3, 10, "PERSON")]
    assert found[2] == []


def test_values_of_earlier_turns_are_known() -> None:
    found = repetitions(["is it 98431 still?"], [[]], [("98431", "PIN")])
    assert [(s.start, s.end, s.type) for s in found[0]] == [(6, 11, "PIN")]


def test_days_and_common_words_are_not_spread() -> None:
    texts = ["on Friday", "Friday or Hello"]
    day = Span("DATE_TIME", 3, 9, 0.9, "test")
    assert repetitions(texts, [[day], []], [("hello", "ORGANIZATION")])[1] == []


@given(st.lists(st.text(alphabet="abc 1.", max_size=12), min_size=1, max_size=5), st.data())
def test_what_was_found_stays_and_nothing_overlaps(texts: list[str], data: st.DataObject) -> None:
    found = []
    for text in texts:
        spans: list[Span] = []
        if text:
            start = data.draw(st.integers(0, len(text) - 1))
            end = data.draw(st.integers(start + 1, len(text)))
            spans.append(Span("PERSON", start, end, 0.8, "test"))
        found.append(spans)
    for text, before, after in zip(texts, found, repetitions(texts, found, []), strict=True):
        places = {(span.start, span.end) for span in after}
        assert {(span.start, span.end) for span in before} <= places
        assert after == sorted(after, key=lambda span: span.start)
        assert all(0 <= span.start < span.end <= len(text) for span in after)
        assert all(a.end <= b.start for a, b in pairwise(after))


async def test_an_agents_answer_hides_what_the_customer_said(running: Running) -> None:
    opened = (await running.client.post("/v1/responder/conversations", json={})).json()
    path = f"/v1/responder/conversations/{opened['id']}/messages"
    await running.client.post(path, json={"text": "my name is Zebulon Quill"})
    answer = await running.client.post(
        path, json={"text": "Welcome back Zebulon Quill!", "role": "agent"}
    )
    assert answer.json()["text"] == "Welcome back [PERSON_1]!"
