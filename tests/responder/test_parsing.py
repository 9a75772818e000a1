from __future__ import annotations

import json
import time
from typing import Literal, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customerai.responder import parsing
from customerai.responder.parsing import DocumentUnreadable, RawPassage, parse

GUIDE = {
    "Product Defect": {
        "description": "refunds and returns",
        "subflows": {
            "Return Item": {
                "actions": [
                    {
                        "type": "interaction",
                        "button": "Pull up Account",
                        "text": "Get the full name for [Pull up Account].",
                        "subtext": [],
                    },
                    {
                        "type": "kb query",
                        "button": "Check Order",
                        "text": "Gather details",
                        "subtext": ["Email Address", "Order ID"],
                    },
                    {
                        "type": "faq/policy",
                        "button": "Membership Privileges",
                        "text": "x",
                        "subtext": [
                            "Gold members: > They get unlimited returns, always",
                            "Ask for the receipt <or> the packaging of the item",
                        ],
                    },
                ],
                "instructions": ["Ask for the reason."],
            }
        },
    }
}


def test_json_guide_becomes_a_passage_for_each_subflow() -> None:
    document = parse(json.dumps(GUIDE), "json")
    assert document.title is None
    assert document.passages == (
        RawPassage("Product Defect", "refunds and returns."),
        RawPassage(
            "Product Defect > Return Item",
            "Ask for the reason.\n"
            "Get the full name for Pull up Account.\n"
            "Check Order: Gather details: Email Address, Order ID.\n"
            "Membership Privileges: Gold members: They get unlimited returns, always.\n"
            "Ask for the receipt or the packaging of the item.",
        ),
    )


def test_json_questions_become_headings_and_keys_are_spoken() -> None:
    document = parse(
        '{"title": "Shop", "faqs": [{"question": "Can I return?", "answer": "Yes.", "id": 7}],'
        ' "shipping": {"price": "$5", "freeOver": 50, "same_day": false}}',
        "json",
    )
    assert document.title == "Shop"
    assert document.passages == (
        RawPassage("Can I return?", "Yes."),
        RawPassage("Shipping", "Price: $5.\nFree over: 50.\nSame day: no."),
    )


def test_json_placeholders_keep_their_brackets() -> None:
    (passage,) = parse('["Ask [PERSON_1] to press [Send Now]"]', "json").passages
    assert passage.text == "Ask [PERSON_1] to press Send Now."


def test_markdown_is_cut_along_its_headings() -> None:
    document = parse(
        "---\nlayout: x\n---\n# Help\nHello *there*,\nfriend.\n\n## Returns\n"
        "| Level | Days |\n|---|---|\n| Gold | 30 |\n\n1. Open `Settings`\n"
        "2. Press [Delete](https://x.example)\n   - with care\n\n<script>bad()</script>\n",
        "markdown",
    )
    assert document.title == "Help"
    assert document.passages == (
        RawPassage("Help", "Hello there, friend."),
        RawPassage(
            "Help > Returns",
            "Level: Gold; Days: 30.\n1. Open Settings.\n2. Press Delete.\nwith care.",
        ),
    )


def test_html_keeps_what_a_reader_reads() -> None:
    document = parse(
        "<title>Shop help</title><style>x{}</style><nav>menu</nav><h1>Returns</h1>"
        "<p>You can <b>return</b> it.<br>Soon.</p><ol><li>Pack it<li>Send it</ol>"
        "<table><tr><th>Level<th>Days<tr><td>Gold<td>30</table><p hidden>no</p>"
        "<script>bad()</script><h2>Fees</h2>None<div>at all</div>",
        "html",
    )
    assert document.title == "Shop help"
    assert document.passages == (
        RawPassage(
            "Returns", "You can return it. Soon.\n1. Pack it.\n2. Send it.\nLevel: Gold; Days: 30."
        ),
        RawPassage("Returns > Fees", "None\nat all"),
    )


def test_plain_text_joins_wrapped_lines_and_keeps_list_items() -> None:
    document = parse("Shop rules\n\nWe open\nat nine.\n- one\n- two\n\nBye.", "text")
    assert document.title == "Shop rules"
    assert document.passages == (RawPassage("Shop rules", "We open at nine.\n- one\n- two\nBye."),)


def test_long_sections_are_cut_evenly_and_lose_no_word() -> None:
    text = "\n\n".join(f"Sentence number {n} says a little more about it." for n in range(120))
    passages = parse(text, "text").passages
    sizes = [len(passage.text.split()) for passage in passages]
    assert min(sizes) >= parsing.MIN_WORDS
    assert max(sizes) < parsing.MAX_WORDS + parsing.MIN_WORDS
    assert " ".join(passage.text for passage in passages).split() == text.split()


@pytest.mark.parametrize(
    "content", ["{", '{"a": secret}', "[" * 100_000, "[" * 70 + "]" * 70, "9" * 5000]
)
def test_unreadable_json_is_refused_without_repeating_it(content: str) -> None:
    with pytest.raises(DocumentUnreadable) as refused:
        parse(content, "json")
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_document_too_long_is_refused() -> None:
    with pytest.raises(DocumentUnreadable):
        parse("a" * (parsing.MAX_CHARACTERS + 1), "text")


@pytest.mark.parametrize("content", ["<div>" * 10_000, "<div></span>" * 10_000])
@pytest.mark.parametrize("format", ["html", "markdown"])
def test_html_nested_without_end_is_refused(
    content: str,
    format: Literal["html", "markdown"],  # noqa: A002
) -> None:
    with pytest.raises(DocumentUnreadable):
        parse(content, format)


def test_document_of_a_heading_only_is_that_heading() -> None:
    assert parse("# Opening hours", "markdown").passages == (RawPassage("", "Opening hours"),)


@pytest.mark.parametrize(
    ("content", "format"),
    [
        ("[" * 50_000, "markdown"),
        ("*a " * 50_000, "markdown"),
        ("> " * 20_000 + "x", "markdown"),
        ("<p>" * 50_000, "html"),
        ("<table><tr><td>" * 4_900, "html"),
        ("a. " * 50_000, "text"),
        ("word " * 100_000, "text"),
        ("x" * 1_000_000, "text"),
        ("請" * 100_000, "markdown"),
    ],
)
def test_hostile_documents_take_bounded_time(
    content: str,
    format: Literal["markdown", "html", "text"],  # noqa: A002
) -> None:
    began = time.process_time()
    passages = parse(content, format).passages
    assert time.process_time() - began < 5
    assert all(len(passage.text) < 4_000 for passage in passages)


MARKUP = st.text(st.sampled_from("ab.# \n-1|*[]()<>/phliultrd\"'`&;:{}\\"), max_size=120)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=100) | MARKUP, st.sampled_from(get_args(parsing.Format)))
def test_any_content_is_parsed_or_refused(content: str, format: parsing.Format) -> None:  # noqa: A002
    try:
        document = parse(content, format)
    except DocumentUnreadable:
        assert format == "json"
        return
    for passage in document.passages:
        assert passage.text.strip()
        assert len(passage.text.split()) <= 2 * parsing.MAX_WORDS
        passage.text.encode()
    assert document == parse(content, format)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(VALUES)
def test_any_json_is_parsed(value: object) -> None:
    parse(json.dumps(value), "json")
