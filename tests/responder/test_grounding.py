from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customerai.responder import grounding, sentences
from customerai.responder.grounding import FindingKind, unsupported

PASSAGE = (
    "Returns\nYou can return an item within 30 days of delivery. A refund takes up to 7 working "
    "days. Standard shipping costs $8.00. Write to help@acme.example or see "
    "https://acme.example/returns. Gold members get free returns. Sale items cannot be returned. "
    "Contact Jane Doe by May 5, 2024. Orders over 1,000 dollars ship free."
)


def kinds(reply: str) -> list[tuple[str, str]]:
    return [(f.kind.value, reply[f.start : f.end]) for f in unsupported(reply, [PASSAGE])]


@pytest.mark.parametrize(
    "reply",
    [
        "You can return an item within 30 days of delivery.",
        "You can return items within thirty days.",
        "Standard shipping costs 8 dollars.",
        "Orders over $1000 ship free.",
        "See www.acme.example/returns/ for more.",
        "Contact Jane by 5 May 2024.",
        "I'm sorry to hear that! I hope this helps.",
        "Refunds take up to seven working days, and Gold members get free returns.",
        "Write to one of our people at HELP@acme.example.",
        "",
    ],
)
def test_reworded_facts_are_supported(reply: str) -> None:
    assert kinds(reply) == []


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("You can return an item within 60 days of delivery.", ("number", "60")),
        ("You can return an item within 30 weeks of delivery.", ("number", "30")),
        ("Standard shipping costs $9.", ("amount", "9")),
        ("Standard shipping costs €8.", ("amount", "8")),
        ("Contact Jane Doe by May 6.", ("date", "May 6")),
        ("Contact Jane Doe on Friday.", ("date", "Friday")),
        ("Write to help@acme.test.", ("email", "help@acme.test")),
        ("See https://acme.example/refunds for more.", ("url", "https://acme.example/refunds")),
        ("Please contact John about it.", ("name", "John")),
        ("You cannot return an item within 30 days of delivery.", ("negation", "")),
        ("Sale items can be returned.", ("negation", "")),
        ("You can't return an item within 30 days of delivery.", ("negation", "")),
        ("Orders under $1000 ship free.", ("opposite", "")),
        ("Our cheerful robots wrap each present in golden paper.", ("overlap", "")),
    ],
)
def test_changed_facts_are_found(reply: str, expected: tuple[str, str]) -> None:
    kind, words = expected
    assert (kind, words or reply) in kinds(reply)


def test_findings_point_into_the_reply() -> None:
    reply = "You can return an item within 30 days of delivery. It costs $5 to return."
    (finding,) = unsupported(reply, [PASSAGE])
    assert (finding.kind, reply[finding.start : finding.end]) == (FindingKind.AMOUNT, "5")


def test_containment_is_the_share_of_word_pairs() -> None:
    assert grounding.containment("gold members get gifts", [PASSAGE]) == pytest.approx(2 / 3)
    assert grounding.containment("gold members get free returns", [PASSAGE]) == 1
    assert grounding.containment("", [PASSAGE]) == 1


@given(st.integers(0, len(sentences.split(PASSAGE)) - 1))
def test_sentences_of_the_passage_are_supported_and_their_denials_are_not(number: int) -> None:
    start, end = sentences.split(PASSAGE)[number]
    sentence = PASSAGE[start:end]
    assert kinds(sentence) == []
    if len(sentence.split()) > 2:
        assert kinds(f"It is not true that {sentence[0].lower()}{sentence[1:]}")


@given(st.text(max_size=120), st.lists(st.text(max_size=60), max_size=3))
def test_any_texts_can_be_compared(reply: str, passages: list[str]) -> None:
    for finding in unsupported(reply, passages):
        assert 0 <= finding.start < finding.end <= len(reply)


@given(st.text(st.characters(codec="ascii"), max_size=120))
def test_copied_figures_and_addresses_are_supported(text: str) -> None:
    hard = {
        FindingKind.NUMBER,
        FindingKind.AMOUNT,
        FindingKind.DATE,
        FindingKind.URL,
        FindingKind.EMAIL,
        FindingKind.NAME,
    }
    assert not [finding for finding in unsupported(text, [text]) if finding.kind in hard]
