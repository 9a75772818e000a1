"""Placeholders: stable numbers, and a way back that is exact."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customerai.privacy.placeholders import (
    Entry,
    InvalidEntityType,
    PlaceholderBook,
    StreamRestorer,
    normalized,
    restore,
)
from customerai.privacy.recognizers.spans import Span


def test_same_type_and_text_have_the_same_number() -> None:
    book = PlaceholderBook()
    assert book.placeholder("PERSON", "Anna") == "[PERSON_1]"
    assert book.placeholder("PERSON", "Bert") == "[PERSON_2]"
    assert book.placeholder("LOCATION", "Anna") == "[LOCATION_1]"
    assert book.placeholder("PERSON", "Anna") == "[PERSON_1]"


def test_numbers_go_on_after_earlier_turns() -> None:
    first = PlaceholderBook()
    first.placeholder("PERSON", "Anna")
    second = PlaceholderBook(first.entries())
    assert second.placeholder("PERSON", "Bert") == "[PERSON_2]"
    assert second.placeholder("PERSON", "Anna") == "[PERSON_1]"
    assert [entry.value for entry in second.new_entries()] == ["Bert"]
    assert [entry.value for entry in second.entries()] == ["Anna", "Bert"]


@pytest.mark.parametrize(
    ("entity", "one", "other", "same"),
    [
        ("PERSON", "John Smith", "JOHN  smith", True),
        ("PERSON", "John", "Jon", False),
        ("PHONE_NUMBER", "(212) 555-0100", "212 555 0100", True),
        ("CREDIT_CARD", "4111 1111 1111 1111", "4111-1111-1111-1111", True),
        ("PHONE_NUMBER", "212 555 0100", "212 555 0101", False),
        ("PHONE_NUMBER", "()", "--", False),
    ],
)
def test_writings_of_one_value_share_an_identity_but_not_a_number(
    entity: str, one: str, other: str, same: bool
) -> None:
    book = PlaceholderBook()
    first, second = book.placeholder(entity, one), book.placeholder(entity, other)
    assert first != second
    assert book.same_entity(first, second) is same
    assert (normalized(entity, one) == normalized(entity, other)) is same
    assert not book.same_entity(first, "[X_1]")


def test_identity_survives_seeding() -> None:
    first = PlaceholderBook()
    first.placeholder("PERSON", "John")
    second = PlaceholderBook(first.entries())
    assert second.same_entity("[PERSON_1]", second.placeholder("PERSON", "JOHN"))


def test_what_a_user_typed_is_not_restored_to_anothers_data() -> None:
    book = PlaceholderBook()
    book.anonymize("Anna", [Span("PERSON", 0, 4, 1.0, "test")])
    text = "show me [PERSON_1] and [PERSON_2] and [PERSON_01]"
    hidden, _ = book.anonymize(text, [])
    assert hidden == "show me [LITERAL_1] and [PERSON_2] and [PERSON_01]"
    assert restore(hidden, book.mapping()) == text
    # The free number stays the user's for good.
    assert book.placeholder("PERSON", "Bert") == "[PERSON_3]"
    assert restore(hidden, book.mapping()) == text


def test_values_are_not_restored_twice() -> None:
    mapping = {"[PERSON_1]": "[PERSON_2]", "[PERSON_2]": "Bert"}
    assert restore("[PERSON_1] [PERSON_2] [PERSON_3]", mapping) == "[PERSON_2] Bert [PERSON_3]"


@pytest.mark.parametrize("entity", ["person", "", "A B", "A]", "A" * 99])
def test_types_that_cannot_stand_in_brackets_are_refused(entity: str) -> None:
    with pytest.raises(InvalidEntityType):
        PlaceholderBook().placeholder(entity, "Anna")


def test_entries_of_another_form_are_refused() -> None:
    with pytest.raises(InvalidEntityType):
        PlaceholderBook([Entry("PERSON_1", "PERSON", "Anna", "PERSON_1")])


PIECES = st.sampled_from(
    [
        *"aB1 [_]",
        "[PERSON_",
        "[PERSON_1]",
        "[PERSON_2]",
        "[LITERAL_1]",
        "PERSON_1]",
        "Anna",
        "ANNA",
        "é",
        "👋🏽",
        "\n",
    ]
)


@st.composite
def turns(draw: st.DrawFn) -> list[tuple[str, list[Span]]]:
    result = []
    for _ in range(draw(st.integers(1, 4))):
        text = "".join(draw(st.lists(PIECES, max_size=12)))
        cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8, unique=True)))
        spans = [
            Span(draw(st.sampled_from(["PERSON", "LITERAL", "LOCATION"])), a, b, 0.9, "test")
            for a, b in zip(cuts[::2], cuts[1::2], strict=False)
        ]
        result.append((text, spans))
    return result


@given(turns(), st.data())
def test_restoring_an_anonymized_text_gives_it_back_whole_or_in_chunks(
    conversation: list[tuple[str, list[Span]]], data: st.DataObject
) -> None:
    book = PlaceholderBook()
    hidden = [book.anonymize(text, spans)[0] for text, spans in conversation]
    mapping = PlaceholderBook(book.entries()).mapping()
    for (text, _), safe in zip(conversation, hidden, strict=True):
        assert restore(safe, mapping) == text
        stream = StreamRestorer(mapping)
        shown, at = "", 0
        while at < len(safe):
            step = data.draw(st.integers(1, 7))
            shown += stream.feed(safe[at : at + step])
            at += step
        assert shown + stream.finish() == text


@given(st.text(), st.lists(st.integers(0, 50), max_size=6))
def test_any_text_survives(text: str, cuts: list[int]) -> None:
    edges = sorted({min(cut, len(text)) for cut in cuts})
    spans = [
        Span("PERSON", a, b, 0.9, "test") for a, b in zip(edges[::2], edges[1::2], strict=False)
    ]
    book = PlaceholderBook()
    assert restore(book.anonymize(text, spans)[0], book.mapping()) == text


def test_stream_holds_back_only_what_could_begin_a_placeholder() -> None:
    stream = StreamRestorer({"[PERSON_1]": "Anna"})
    assert stream.feed("Hi [") == "Hi "
    assert stream.feed("PER") == ""
    assert stream.feed("SON_1") == ""
    assert stream.feed("], bye [x") == "Anna, bye [x"
    assert stream.feed("[[PERSON_2") == "[[PERSON_2"
    assert stream.feed(" [PERSON") == " "
    assert stream.finish() == "[PERSON"
    assert stream.finish() == ""


def test_stream_without_placeholders_holds_nothing() -> None:
    stream = StreamRestorer({})
    assert stream.feed("a [PERSON_1") == "a [PERSON_1"
