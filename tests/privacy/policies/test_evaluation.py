"""Which spans a policy lets go, by which rule, and what it can never let go."""

from __future__ import annotations

from typing import Any

import pytest

from customerai.privacy.policies import own
from customerai.privacy.policies.evaluation import Effective, effective
from customerai.privacy.policies.finding import PolicyAnalysis
from customerai.privacy.policies.model import Policy
from customerai.privacy.policies.types import type_facts
from customerai.privacy.recognizers.registry import RecognizerRegistry, default_recognizers
from customerai.privacy.recognizers.spans import Span

REGISTRY = RecognizerRegistry(default_recognizers(None))
CARD = "4111 1111 1111 1111"
EMAIL = "jane.roe@example.com"


def rules(*specs: dict[str, Any], use: str = "model_call", **said: Any) -> Effective:
    made = [own.PatternSpec.model_validate(one) if one["kind"] == "pattern"
            else own.ListSpec.model_validate(one) for one in specs]  # fmt: skip
    recognizers = {one.name: own.made(one) for one in made}
    return effective(use, Policy.model_validate(said), recognizers, version="test")


async def found(text: str, how: Effective, **asked: Any) -> list[tuple[str, str]]:
    (spans,) = await PolicyAnalysis(REGISTRY, 0.35).find([text], how, **asked)
    return [(span.type, text[span.start : span.end]) for span in spans]


async def test_a_type_that_is_off_is_left_and_asked_for_is_found() -> None:
    how = rules(entities={"EMAIL_ADDRESS": {"enabled": False}})
    text = f"{EMAIL} paid with {CARD}"
    assert await found(text, how) == [("CREDIT_CARD", CARD)]
    asked = await found(text, how, entities=frozenset({"EMAIL_ADDRESS"}))
    assert asked == [("EMAIL_ADDRESS", EMAIL)]


async def test_a_type_that_is_off_covers_nothing_else() -> None:
    """A wide pattern of a harmless type, switched off, must not carry a card away with it."""
    wide = {
        "name": "wide", "kind": "pattern", "entity": "NOTHING",
        "patterns": [{"regex": r"paid with [\d ]+ today", "score": 1.0}],
    }  # fmt: skip
    how = rules(wide, entities={"NOTHING": {"enabled": False}})
    assert await found(f"paid with {CARD} today", how) == [("CREDIT_CARD", CARD)]


async def test_thresholds_hold_by_type_and_for_all_others() -> None:
    text = "Write to www.example.com or example.com"
    plain = await found(text, rules())
    assert [kind for kind, _ in plain] == ["URL", "URL"]
    assert await found(text, rules(entities={"URL": {"threshold": 0.9}})) == plain[:1]
    assert await found(text, rules(entities={"DEFAULT": {"threshold": 0.9}})) == plain[:1]
    lenient = rules(entities={"DEFAULT": {"threshold": 0.9}, "URL": {"threshold": 0.1}})
    assert await found(text, lenient) == plain
    assert await found(text, rules(entities={"URL": {"threshold": 0.9}}), min_score=0.5) == plain


def test_a_general_threshold_stops_at_half_for_protected_types() -> None:
    how = rules(entities={"DEFAULT": {"threshold": 0.95}})
    assert how.threshold("PERSON", 0.35) == 0.95
    assert how.threshold("US_SSN", 0.35) == 0.5
    assert rules().threshold("US_SSN", 0.35) == 0.35


async def test_what_is_allowed_is_left_but_no_pattern_frees_a_protected_type() -> None:
    text = f"Ask {EMAIL}, card {CARD}."
    assert await found(text, rules(allow={"values": [EMAIL.upper()]})) == [("CREDIT_CARD", CARD)]
    assert await found(text, rules(allow={"patterns": [".+"]})) == [("CREDIT_CARD", CARD)]
    assert await found(text, rules(allow={"values": [CARD], "patterns": [".+"]})) == []
    partly = await found(text, rules(allow={"patterns": ["example"], "whole": True}))
    assert ("EMAIL_ADDRESS", EMAIL) in partly
    anywhere = await found(text, rules(allow={"patterns": ["example"], "whole": False}))
    assert anywhere == [("CREDIT_CARD", CARD)]


async def test_denied_words_and_own_recognizers_are_found_with_their_rule() -> None:
    staff = {
        "name": "staff", "kind": "pattern", "entity": "STAFF_ID", "context": ["badge"],
        "patterns": [{"regex": r"\bS-\d{4}\b", "score": 0.3}],
    }  # fmt: skip
    towns = {"name": "towns", "kind": "list", "entity": "SITE", "words": ["North Yard", "Pier 9"]}
    how = rules(staff, towns, deny=[{"entity": "PROJECT", "words": ["blue heron"]}])
    text = "Blue Heron: badge S-1234 at north yard; then, far from any word that tells, S-9999."
    (spans,) = await PolicyAnalysis(REGISTRY, 0.35).find([text], how)
    told = {(one.type, text[one.start : one.end]): one for one in spans}
    assert told.keys() >= {
        ("PROJECT", "Blue Heron"), ("STAFF_ID", "S-1234"), ("SITE", "north yard"),
    }  # fmt: skip
    assert ("STAFF_ID", "S-9999") not in told, "0.3 without its context word is too little"
    assert how.rule_of(told["PROJECT", "Blue Heron"]) == "deny.0"
    assert how.rule_of(told["SITE", "north yard"]) == "recognizers.towns"
    badge = told["STAFF_ID", "S-1234"]
    assert how.rule_of(badge) == "recognizers.staff"
    assert badge.reason is not None
    assert (badge.reason.context, badge.reason.before) == ("badge", 0.3)


async def test_a_purpose_runs_only_the_recognizers_that_it_names() -> None:
    one = {"name": "one", "kind": "list", "entity": "A", "words": ["quux"]}
    other = {"name": "other", "kind": "list", "entity": "B", "words": ["blorp"]}
    text = "they said quux and then blorp to us"
    assert await found(text, rules(one, other)) == [("A", "quux"), ("B", "blorp")]
    assert await found(text, rules(one, other, recognizers=["other"])) == [("B", "blorp")]
    assert await found(text, rules(one, other, recognizers=[])) == []


async def test_what_was_found_under_one_policy_is_not_remembered_for_another() -> None:
    analysis = PolicyAnalysis(REGISTRY, 0.35)
    text = f"mail {EMAIL} to quux"
    word = {"name": "w", "kind": "list", "entity": "A", "words": ["quux"]}
    ways = [
        rules(),
        rules(entities={"EMAIL_ADDRESS": {"enabled": False}}),
        rules(word),
        rules({**word, "entity": "B"}),
        rules({**word, "words": ["mail"]}),
        rules(entities={"EMAIL_ADDRESS": {"threshold": 0.2}}),
    ]
    first = [(await analysis.find([text], how))[0] for how in ways]
    again = [(await analysis.find([text], how))[0] for how in ways]
    assert first == again
    told = [[(one.type, one.start) for one in spans] for spans in first]
    assert told == [
        [("EMAIL_ADDRESS", 5)], [], [("EMAIL_ADDRESS", 5), ("A", 29)],
        [("EMAIL_ADDRESS", 5), ("B", 29)], [("A", 0), ("EMAIL_ADDRESS", 5)], [("EMAIL_ADDRESS", 5)],
    ]  # fmt: skip


def test_why_a_span_is_let_go_is_said() -> None:
    how = rules(
        entities={
            "URL": {"enabled": False}, "PERSON": {"threshold": 0.8}, "DEFAULT": {"threshold": 0.6},
        },
        allow={"values": ["Acme"]},
    )  # fmt: skip
    text = "Acme"

    def why(kind: str, score: float) -> str | None:
        return how.let_go(text, Span(kind, 0, 4, score, "x"), 0.35)

    assert why("URL", 1.0) == "entities.URL.enabled"
    assert why("PERSON", 0.7) == "entities.PERSON.threshold"
    assert why("AGE", 0.5) == "entities.DEFAULT.threshold"
    assert why("ORGANIZATION", 0.9) == "allow"
    assert rules().let_go(text, Span("URL", 0, 4, 0.4, "x"), 0.35) is None


@pytest.mark.parametrize("entity", sorted(REGISTRY.entities))
def test_every_type_is_described(entity: str) -> None:
    facts = type_facts(entity)
    assert facts["description"]
    begins = entity.split("_", maxsplit=1)[0]
    if len(begins) == 2 and begins not in {"ID", "IP"}:
        assert facts["country"] == {"UK": "GB"}.get(begins, begins)
