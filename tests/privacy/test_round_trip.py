"""restore(anonymize(x)) == x: every reversible operator, every cut of a stream, JSON, models."""

from __future__ import annotations

import json
import time
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customerai.contracts.privacy import AnonymizeRequest
from customerai.privacy.hiding import Hiding, parse_operators
from customerai.privacy.json_documents import Leaf, NestedTooDeep, leaves, rebuilt, restored
from customerai.privacy.placeholders import Entry, PlaceholderBook
from customerai.privacy.recognizers.spans import Span
from customerai.privacy.restoring import (
    ByteStreamRestorer,
    Restorer,
    StreamRestorer,
    written_placeholders,
)
from customerai.privacy.restoring_json import JsonStreamRestorer, restore_json_text

HIDING = Hiding(bytes(range(32)))
SCOPE = HIDING.scope("t1", "s1", "cust_1")

VALUES = {
    "PERSON": [
        "Jane Roe",
        "Jane",
        "jane",
        "JANE ROE",
        "Ms Roe",
        "Bo",
        "Emma",
        "王小明",
        "Ann-Li O'Hara",
    ],
    "EMAIL_ADDRESS": ["jane.roe@acme.com", "info@x.de"],
    "PHONE_NUMBER": ["(212) 736-5000", "+34 612 345 678", "07911 123456"],
    "CREDIT_CARD": ["4111 1111 1111 1111"],
    "LOCATION": ["Paris", "12 Oak Street, Springfield", "France"],
    "ORGANIZATION": ["Acme Corp"],
    "DATE_TIME": ["May 3rd, 2021", "5pm", "03.04.2020"],
    "AGE": ["34", "34 years old"],
    "ID_NUMBER": ["AB-12345-x", "1234567"],
    "TITLE": ["Dr."],
}
FILLS = [
    " ", "", ", ", "-", "'s ", "_", "x", " met ", "\n", "👋🏽", " [PERSON_1] ", "[person 1]",
    "PERSON_1", "<EMAIL_ADDRESS_2>", "{{ENC:PERSON:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA}}", " Emma ",
    " Allison ", " Olga ", "[LITERAL_1]", "\\[PERSON\\_2\\]", "é", "1",
]  # fmt: skip
REVERSIBLE: dict[str, dict[str, Any]] = {
    "placeholder": {},
    "surrogate": {"operator": "surrogate"},
    "fpe": {"operator": "fpe"},
    "encrypt": {"operator": "encrypt"},
    "encrypt for joins": {"operator": "encrypt", "deterministic": True},
    "pseudonym": {"operator": "pseudonym", "reversible": True},
    "date_shift": {"operator": "date_shift", "reversible": True},
}


@st.composite
def conversations(draw: st.DrawFn) -> list[tuple[str, list[Span]]]:
    """Turns in which values stand side by side, inside words, and beside look-alikes."""
    turns = []
    for _ in range(draw(st.integers(1, 3))):
        text = draw(st.sampled_from(FILLS))
        spans = []
        for _ in range(draw(st.integers(0, 4))):
            entity = draw(st.sampled_from(sorted(VALUES)))
            value = draw(st.sampled_from(VALUES[entity]))
            if draw(st.integers(0, 4)):
                spans.append(Span(entity, len(text), len(text) + len(value), 0.99, "test"))
            text += value + draw(st.sampled_from(FILLS))
        turns.append((text, spans))
    return turns


def hide(book: PlaceholderBook, text: str, spans: list[Span], config: dict[str, Any]) -> str:
    types = [*VALUES] if config else []
    chosen = parse_operators(dict.fromkeys(types, config))
    request = AnonymizeRequest(texts=(text,))
    results, _ = HIDING.hide(request, book, [spans], chosen, SCOPE)
    return str(results[0].text)


@pytest.mark.parametrize("name", REVERSIBLE)
@settings(max_examples=70, deadline=None)
@given(turns=conversations(), data=st.data())
def test_a_conversation_comes_back_whole_in_chunks_and_after_a_restart(
    name: str, turns: list[tuple[str, list[Span]]], data: st.DataObject
) -> None:
    book = PlaceholderBook()
    config = REVERSIBLE[name]
    hidden = [hide(book, text, spans, config) for text, spans in turns]
    if name == "date_shift":  # types it does not read give [TYPE] or a placeholder
        assert all("May 3rd, 2021" not in text for text in hidden if "May" not in text)
    stored = PlaceholderBook(
        Entry(e.placeholder, e.type, e.value, e.placeholder) for e in book.entries()
    )
    for tolerant in (False, True):
        restorer = HIDING.restorer(stored, SCOPE, tolerant=tolerant)
        for (text, _), safe in zip(turns, hidden, strict=True):
            assert restorer.restore(safe) == text
            stream = restorer.stream()
            shown, at = "", 0
            while at < len(safe):
                step = data.draw(st.integers(1, 9))
                shown += stream.feed(safe[at : at + step])
                at += step
            assert shown + stream.finish() == text


@pytest.mark.parametrize("name", REVERSIBLE)
def test_no_value_is_left_where_it_was_found(name: str) -> None:
    for entity, values in VALUES.items():
        for value in values:
            book = PlaceholderBook()
            text = f"about {value} here"
            safe = hide(
                book, text, [Span(entity, 6, 6 + len(value), 0.99, "test")], REVERSIBLE[name]
            )
            assert value not in safe or (entity == "TITLE" and name == "surrogate")
            assert HIDING.restorer(book, SCOPE).restore(safe) == text


def test_one_person_is_one_surrogate_and_a_models_part_of_it_is_understood() -> None:
    book = PlaceholderBook()
    safe = hide(
        book, "I am Jane Roe.", [Span("PERSON", 5, 13, 0.9, "test")], {"operator": "surrogate"}
    )
    given_name, family = safe[5:-1].split()
    again = hide(book, "jane here", [Span("PERSON", 0, 4, 0.9, "test")], {"operator": "surrogate"})
    assert again == f"{given_name.lower()} here"
    greeting = f"Hello {given_name}, {family.upper()}'s card."
    reply = f"{greeting} Bye Ms {family}, {given_name}’s {given_name}x"
    restorer = HIDING.restorer(book, SCOPE, tolerant=True)
    assert restorer.restore(reply) == f"Hello Jane, ROE's card. Bye Ms Roe, Jane’s {given_name}x"


def test_a_real_person_of_the_surrogates_name_stays_herself() -> None:
    book = PlaceholderBook()
    config = {"operator": "surrogate"}
    safe = hide(book, "I am Jane Roe.", [Span("PERSON", 5, 13, 0.9, "test")], config)
    given_name = safe[5:].split()[0]
    text = f"and {given_name} too"
    found = [Span("PERSON", 4, 4 + len(given_name), 0.9, "test")]
    for spans in (found, []):
        second = hide(book, text, spans, config)
        assert given_name not in second
        for tolerant in (True, False):
            assert HIDING.restorer(book, SCOPE, tolerant=tolerant).restore(second) == text


def test_a_name_that_stood_in_clear_never_becomes_a_surrogate() -> None:
    for seed in range(30):
        hiding_scope = HIDING.scope("t1", f"s{seed}")
        chosen = parse_operators({"PERSON": {"operator": "surrogate"}})
        probe, book = PlaceholderBook(), PlaceholderBook()
        ask = AnonymizeRequest(texts=("Jane",))
        span = [[Span("PERSON", 0, 4, 0.9, "test")]]
        would_be = str(HIDING.hide(ask, probe, span, chosen, hiding_scope)[0][0].text)
        first = AnonymizeRequest(texts=(f"is {would_be.lower()} in?",))
        clear = str(HIDING.hide(first, book, [[]], chosen, hiding_scope)[0][0].text)
        made = str(HIDING.hide(ask, book, span, chosen, hiding_scope)[0][0].text)
        assert made != would_be
        assert HIDING.restorer(book, hiding_scope, tolerant=True).restore(clear) == first.texts[0]


# --- how models write placeholders -----------------------------------------------------------

MAPPING = {
    "[PERSON_1]": "Anna", "[PERSON_12]": "Bert", "[EMAIL_ADDRESS_1]": "a@b.c",
    "[PHONE_NUMBER_2]": "555", "[PERSON_3]": "[PERSON_1]",
}  # fmt: skip
WRITINGS = [
    ("[PERSON_1]", "Anna"), ("[person_1]", "Anna"), ("[Person 1]", "Anna"), ("[PERSON1]", "Anna"),
    ("**[PERSON_1]**", "**Anna**"), ("\\[PERSON_1\\]", "Anna"), ("[PERSON\\_1]", "Anna"),
    ("\\[PERSON\\_1\\]", "Anna"), ("<PERSON_1>", "Anna"), ("&#91;PERSON_1&#93;", "Anna"),
    ("&lt;PERSON_1&gt;", "Anna"), ("PERSON_1", "Anna"), ("PERSON\\_1", "Anna"),
    ("[PERSON_1]'s", "Anna's"), ("［PERSON_1］", "Anna"), ("【PERSON_1】", "Anna"),
    ("[ PERSON_1 ]", "Anna"), ("[**PERSON_1**]", "Anna"), ("[`PERSON_1`]", "Anna"),
    ("`[PERSON_1]`", "`Anna`"), ("[PERSON-1]", "Anna"), ("[PERSON&#95;1]", "Anna"),
    ("[Email Address 1]", "a@b.c"), ("[EMAIL-ADDRESS_1]", "a@b.c"), ("(PERSON_1)", "(Anna)"),
    ("{PERSON_1}", "{Anna}"), ("[PERSON_1, PERSON_12]", "[Anna, Bert]"), ("[PERSON_12]", "Bert"),
    ("[PERSON_1][PERSON_12]", "AnnaBert"), ("[[PERSON_1]]", "[Anna]"), ("\\[PERSON_1]", "\\Anna"),
    ("[PERSON_3]", "[PERSON_1]"), ("[PERSON_1](mailto:[email_address_1])", "Anna(mailto:a@b.c)"),
    # Not ours, or not a placeholder.
    ("[PERSON_2]", "[PERSON_2]"), ("[PERSON_13]", "[PERSON_13]"), ("[PERSON_01]", "[PERSON_01]"),
    ("person 1", "person 1"), ("person_1", "person_1"), ("XPERSON_1", "XPERSON_1"),
    ("PERSON_1x", "PERSON_1x"), ("PERSON_11", "PERSON_11"), ("[PERSON]", "[PERSON]"),
    ("[x](y)", "[x](y)"), ("<p>1</p>", "<p>1</p>"), ("a[1]", "a[1]"), ("[PERSON_1", "[Anna"),
    ("&#91;", "&#91;"), ("\\", "\\"), ("[ PER", "[ PER"), ("PERSON_", "PERSON_"), ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("written", "expected"), WRITINGS)
def test_a_models_writing_is_understood(written: str, expected: str) -> None:
    restorer = Restorer(MAPPING, tolerant=True)
    assert restorer.restore(written) == expected
    assert restorer.restore(f"x {written} y") == f"x {expected} y"


def test_the_exact_reader_takes_the_exact_form_alone() -> None:
    for written, _ in WRITINGS:
        restored_text = Restorer(MAPPING).restore(written)
        for name, value in MAPPING.items():
            if name not in written:
                assert value in written or value not in restored_text


def all_cuts(restorer: Restorer, text: str, expected: str) -> int:
    """Every pair of cuts of a text, and one character at a time; the count of streams."""
    count = 0
    for first, second in combinations(range(len(text) + 1), 2):
        stream = restorer.stream()
        pieces = (text[:first], text[first:second], text[second:])
        assert "".join(map(stream.feed, pieces)) + stream.finish() == expected, pieces
        count += 1
    stream = restorer.stream()
    assert "".join(map(stream.feed, text)) + stream.finish() == expected
    return count + 1


def test_every_pair_of_cuts_gives_the_same_text() -> None:
    restorer = Restorer(MAPPING, tolerant=True)
    exact = Restorer(MAPPING)
    count = 0
    for written, _ in WRITINGS:
        text = f"ä {written} {written}."
        count += all_cuts(restorer, text, restorer.restore(text))
        count += all_cuts(exact, text, exact.restore(text))
    assert count > 40_000


def test_every_pair_of_cuts_with_surrogates_and_tokens() -> None:
    book = PlaceholderBook()
    surrogate = {"operator": "surrogate"}
    person = Span("PERSON", 0, 8, 1, "t")
    mail, phone = Span("EMAIL_ADDRESS", 10, 19, 1, "t"), Span("PHONE_NUMBER", 9, 23, 1, "t")
    texts = [
        hide(book, "Jane Roe, jane@x.de", [person, mail], surrogate),
        hide(book, "Jane Roe (212) 736-5000!", [person, phone], surrogate),
        hide(book, "x 34 years old", [Span("AGE", 2, 14, 1, "t")], surrogate),
        hide(book, "is Bo in", [Span("PERSON", 3, 5, 1, "t")], {"operator": "encrypt"}),
    ]  # fmt: skip
    count = 0
    for tolerant in (True, False):
        restorer = HIDING.restorer(book, SCOPE, tolerant=tolerant)
        for text in [*texts, texts[0].upper(), texts[1].lower() + texts[0][:7]]:
            count += all_cuts(restorer, text, restorer.restore(text))
    assert count > 8_000
    assert HIDING.restorer(book, SCOPE).restore(texts[3]) == "is Bo in"


NOISE = st.lists(
    st.sampled_from(
        ["[", "]", "\\", "<", ">", "&#9", "&#91;", "1;", "PERSON", "person", "_1", "1", "2", " ",
         "_", "*", "Emma", "Clark", "EMMA", "Emma Clark", "x", "é", "{{ENC:", "}}", "[PERSON_1]",
         "\n", "&"]
    ),
    max_size=24,
).map("".join)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(NOISE, st.lists(st.integers(0, 60), max_size=6), st.booleans())
def test_cuts_never_matter(text: str, cuts: list[int], tolerant: bool) -> None:
    mapping = {**MAPPING, "Emma Clark": "Jane Roe", "Clark": "Roe", "Emma 12": "Q"}
    restorer = Restorer(
        mapping, parts={"emma": "Jane"}, tolerant=tolerant, decrypt=lambda token: "T"
    )
    stream = restorer.stream()
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    shown = "".join(stream.feed(text[a:b]) for a, b in pairwise(edges))
    assert shown + stream.finish() == restorer.restore(text)
    one = restorer.stream()
    assert "".join(map(one.feed, text)) + one.finish() == restorer.restore(text)


def test_bytes_may_be_cut_inside_a_character() -> None:
    restorer = Restorer({"[PERSON_1]": "Zoë 👋🏽"}, tolerant=True)
    text = "né 👋🏽 ［PERSON_1］ &#91;person_1&#93; ü"
    raw, expected = text.encode(), restorer.restore(text).encode()
    for first, second in combinations(range(len(raw) + 1), 2):
        stream = ByteStreamRestorer(restorer)
        shown = b"".join(map(stream.feed, (raw[:first], raw[first:second], raw[second:])))
        assert shown + stream.finish() == expected
    odd = b"\xff\xfe[PERSON_1]\xc3"
    stream = ByteStreamRestorer(restorer)
    shown = b"".join(stream.feed(odd[at : at + 1]) for at in range(len(odd)))
    assert shown + stream.finish() == b"\xff\xfe" + "Zoë 👋🏽".encode() + b"\xc3"


def test_what_is_held_back_is_bounded() -> None:
    restorer = Restorer(
        {**MAPPING, "Emma Clark": "Jane"}, tolerant=True, decrypt=lambda token: None
    )
    for unit in (
        "[",
        "[PERSON_",
        "PERSON_",
        "[ *",
        "Emma ",
        "\\",
        "&#9",
        "A_",
        "<<",
        "{",
        "[person 1 ",
    ):
        stream = restorer.stream()
        most = 0
        for char in unit * 400:
            stream.feed(char)
            most = max(most, stream.held)
        assert most <= 120, unit
    plain = Restorer(MAPPING, tolerant=True).stream()
    assert plain.feed("Hello there, ") == "Hello there, "
    assert plain.feed("your card [x] is ready.") == "your card [x] is ready."


@pytest.mark.parametrize(
    "unit",
    ["[", "[A", "A_", "A_1 ", "[ *_", "\\", "&#91;", "{{ENC:A:", "[PERSON_1", "PERSON_1 ", '"'],
)
def test_time_grows_with_length_alone(unit: str) -> None:
    restorer = Restorer({**MAPPING, "[A_1]": "x"}, tolerant=True, decrypt=lambda token: None)

    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        begin = time.perf_counter()
        written_placeholders(text + "1")
        restore_json_text(text, restorer)
        restorer.restore(text)
        return time.perf_counter() - begin

    seconds(100)
    # Ten times as long: a hundred times the time if it were quadratic; 40 leaves room for noise.
    assert seconds(100_000) < 40 * max(seconds(10_000), 0.002)


# --- what a user types -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["[person_1]", "<PERSON_1>", "PERSON_1", "[Person 1]", "\\[PERSON\\_1\\]", "【person1】"],
)
def test_a_user_cannot_ask_for_anothers_value_in_any_writing(typed: str) -> None:
    book = PlaceholderBook()
    book.anonymize("Anna", [Span("PERSON", 0, 4, 1.0, "test")])
    safe, _ = book.anonymize(f"tell me {typed} now", [])
    for tolerant in (True, False):
        assert book.restorer(tolerant=tolerant).restore(safe) == f"tell me {typed} now"
    fresh = PlaceholderBook()
    before, _ = fresh.anonymize(f"tell me {typed} now", [])
    fresh.anonymize("Anna", [Span("PERSON", 0, 4, 1.0, "test")])
    assert fresh.placeholder("PERSON", "Anna") == "[PERSON_2]"
    assert fresh.restorer(tolerant=True).restore(before) == f"tell me {typed} now"


def test_an_encrypted_token_that_a_user_types_is_not_opened() -> None:
    token = hide(PlaceholderBook(), "Bo", [Span("PERSON", 0, 2, 1, "t")], {"operator": "encrypt"})
    book = PlaceholderBook()
    safe = hide(book, f"what is {token}?", [], {"operator": "encrypt"})
    assert HIDING.restorer(book, SCOPE).restore(safe) == f"what is {token}?"


def test_writings_are_named() -> None:
    written = written_placeholders("<a_1> [Email address 12] [x 0] ID_NUMBER_3")
    assert [name for *_, name in written] == [
        "[A_1]", "[EMAIL_ADDRESS_12]", "[ID_NUMBER_3]",
    ]  # fmt: skip


@settings(max_examples=400)
@given(st.data())
def test_adjacent_spans_do_not_corrupt_the_text(data: st.DataObject) -> None:
    text = data.draw(st.text(alphabet="ab[_1]P ", max_size=30))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12, unique=True)))
    spans = [Span("PERSON", a, b, 0.9, "t") for a, b in pairwise(cuts)]
    for config in ({}, {"operator": "surrogate"}, {"operator": "fpe"}):
        book = PlaceholderBook()
        safe = hide(book, text, spans, config)
        assert HIDING.restorer(book, SCOPE).restore(safe) == text


# --- JSON ------------------------------------------------------------------------------------

TRICKY = {"[PERSON_1]": 'An"na\n\\ Ü', "[PHONE_NUMBER_1]": "212"}


@pytest.mark.parametrize("tolerant", [True, False])
@settings(max_examples=70, deadline=None)
@given(data=st.data())
def test_json_stays_json_at_any_depth_and_cut(tolerant: bool, data: st.DataObject) -> None:
    texts = st.lists(
        st.sampled_from(["[PERSON_1]", "a", '"', "\\", "\n", " ", "é", "{", "[PHONE_NUMBER_1]"]),
        max_size=6,
    ).map(lambda parts: "x" + "".join(parts))  # fmt: skip
    plain = st.recursive(
        texts | st.integers() | st.booleans() | st.none(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=8,
    )
    document = data.draw(plain)
    for _ in range(data.draw(st.integers(0, 2))):  # JSON inside a string of JSON
        document = {"arguments": json.dumps(document), "name": data.draw(texts)}
    restorer = Restorer(TRICKY, tolerant=tolerant)

    def expected(node: Any) -> Any:
        if isinstance(node, dict):
            return {restorer.restore(key): expected(value) for key, value in node.items()}
        if isinstance(node, list):
            return [expected(value) for value in node]
        if isinstance(node, str) and node[:1] in {"{", "["}:
            return json.dumps(expected(json.loads(node)))
        return restorer.restore(node) if isinstance(node, str) else node

    def opened(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: opened(value) for key, value in node.items()}
        if isinstance(node, list):
            return [opened(value) for value in node]
        if isinstance(node, str) and node[:1] in {"{", "["}:
            return opened(json.loads(node))
        return node

    raw = json.dumps(document, ensure_ascii=data.draw(st.booleans()))
    whole = restore_json_text(raw, restorer)
    assert opened(json.loads(whole)) == opened(expected(document))
    stream = JsonStreamRestorer(restorer)
    shown, at = "", 0
    while at < len(raw):
        step = data.draw(st.integers(1, 9))
        shown += stream.feed(raw[at : at + step])
        at += step
    assert shown + stream.finish() == whole


def test_tool_call_arguments_in_fragments() -> None:
    arguments = json.dumps({"to": "[PERSON_1]", "note": 'say "hi" to [PERSON_1]'})
    restorer = Restorer(TRICKY, tolerant=True)
    for first, second in combinations(range(len(arguments) + 1), 2):
        stream = JsonStreamRestorer(restorer)
        pieces = (arguments[:first], arguments[first:second], arguments[second:])
        shown = "".join(map(stream.feed, pieces)) + stream.finish()
        assert json.loads(shown) == {
            "to": TRICKY["[PERSON_1]"],
            "note": f'say "hi" to {TRICKY["[PERSON_1]"]}',
        }


def test_a_placeholder_outside_of_a_string_becomes_one() -> None:
    restored_text = restore_json_text('{"phone": [PHONE_NUMBER_1]}', Restorer(TRICKY))
    assert json.loads(restored_text) == {"phone": "212"}


JSON = st.recursive(
    st.text(max_size=8) | st.integers() | st.booleans() | st.none()
    | st.sampled_from(["number:5", "number::x", "number:", 2125550100, 1.5]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=10,
)  # fmt: skip


@settings(max_examples=300)
@given(JSON, st.randoms())
def test_a_document_keeps_its_structure_and_comes_back(document: Any, random: Any) -> None:
    book = PlaceholderBook()
    texts = []
    for leaf in leaves(document):
        hides = bool(leaf.text) and random.random() < 0.5
        spans = [Span("ID_NUMBER", 0, len(leaf.text), 1.0, "t")] if hides else []
        texts.append(book.anonymize(leaf.text, spans)[0])
    safe = rebuilt(document, texts)
    json.dumps(safe)
    assert restored(safe, book.restorer().restore) == document


def test_documents_give_their_texts_in_order() -> None:
    document: Any = {"name": "Anna", "phones": [2125550100, "x"], "ok": True, "none": None}
    assert leaves(document) == [
        Leaf("key", "name"), Leaf("string", "Anna"), Leaf("key", "phones"),
        Leaf("number", "2125550100"), Leaf("string", "x"), Leaf("key", "ok"), Leaf("key", "none"),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="more texts"):
        rebuilt("a", ["b", "c"])
    deep: Any = "x"
    for _ in range(120):
        deep = [deep]
    with pytest.raises(NestedTooDeep):
        leaves(deep)


def test_the_old_name_of_the_stream_takes_a_mapping() -> None:
    stream = StreamRestorer({"[PERSON_1]": "Anna"})
    assert stream.feed("[PERSON_1]") + stream.finish() == "Anna"
