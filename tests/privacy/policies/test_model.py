"""What a policy may say, how purposes inherit, and what is told of a change."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customerai.privacy.policies import checking, model
from customerai.privacy.policies.model import Policy

SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "enabled": st.booleans(),
        "threshold": st.floats(0, 1),
        "operator": st.sampled_from([{"operator": "mask"}, {"operator": "redact"}]),
        "accept_risk": st.just(True),
        "reason": st.just("agreed with the auditor"),
    },
)
TYPES = st.sampled_from(["PERSON", "URL", "CREDIT_CARD", "US_SSN", "DATE_TIME"])
POLICIES = st.builds(
    lambda entities: Policy.model_validate({"entities": entities}),
    st.dictionaries(TYPES, SETTINGS, max_size=5),
)


def a_policy(**said: Any) -> Policy:
    return Policy.model_validate(said)


def faults(purpose: str, default: Policy | None = None, **said: Any) -> list[tuple[str, str]]:
    policies = {} if default is None else {"default": default}
    policies[purpose] = a_policy(**said)
    return [(one.place, one.rule) for one in checking.faults(purpose, policies, {"staff"})]


@given(POLICIES, POLICIES)
def test_a_purpose_says_its_own_and_inherits_the_rest(default: Policy, own: Policy) -> None:
    whole = model.merged(default, own)
    for entity in {*default.entities, *own.entities}:
        for field in ("enabled", "threshold", "operator"):
            said = [
                value
                for policy in (own, default)
                if (rule := policy.entities.get(entity)) is not None
                and (value := getattr(rule, field)) is not None
            ]
            assert getattr(whole.entities[entity], field) == (said[0] if said else None)


@given(POLICIES, POLICIES)
def test_no_protected_type_is_let_go_unsaid(default: Policy, own: Policy) -> None:
    """Whatever is merged with whatever: who lets a protected type go has accepted it."""
    for use in ("model_call", "analytics", "export"):
        whole = model.merged(default, own)
        if model.risks(whole, use):
            continue
        for entity in model.switched_off(whole):
            rule = whole.entities[entity]
            assert not model.is_protected(entity) or (rule.accept_risk and rule.reason)


@given(POLICIES, POLICIES)
def test_differences_are_none_exactly_between_equals(one: Policy, other: Policy) -> None:
    documents = one.model_dump(exclude_defaults=True), other.model_dump(exclude_defaults=True)
    assert bool(model.differences(*documents)) == (documents[0] != documents[1])
    assert model.differences(documents[0], documents[0]) == []


def test_differences_of_lists_tell_what_came_and_went() -> None:
    before = {"allow": {"values": ["Acme", "Beta"]}, "entities": {"URL": {"enabled": False}}}
    after = {"allow": {"values": ["Beta", "Gamma"]}, "entities": {"URL": {"threshold": 0.9}}}
    told = {one.place: one for one in model.differences(before, after)}
    assert told["allow.values"].added == ("Gamma",)
    assert told["allow.values"].removed == ("Acme",)
    assert (told["entities.URL.enabled"].before, told["entities.URL.enabled"].after) == (
        False,
        None,
    )
    assert (told["entities.URL.threshold"].before, told["entities.URL.threshold"].after) == (
        None,
        0.9,
    )


@pytest.mark.parametrize(
    ("entity", "protected"),
    [
        ("CREDIT_CARD", True), ("US_SSN", True), ("PASSWORD", True), ("IBAN_CODE", True),
        ("UK_NHS", True), ("ZZ_NEW_ID", True), ("PERSON", False), ("URL", False),
        ("IP_ADDRESS", False),
    ],
)  # fmt: skip
def test_money_secrets_and_national_numbers_are_protected(entity: str, protected: bool) -> None:
    assert model.is_protected(entity) is protected
    off = {entity: {"enabled": False}}
    for purpose in ("default", "model_call", "analytics", "export"):
        assert bool(faults(purpose, entities=off)) is protected, purpose
        risk = {entity: {"enabled": False, "accept_risk": True, "reason": "test data only"}}
        assert faults(purpose, entities=risk) == []
    assert faults("support_view", entities=off) == []


@pytest.mark.parametrize(
    ("purpose", "said", "place"),
    [
        ("model_call", {"entities": {"US_SSN": {"threshold": 0.6}}}, "entities.US_SSN.threshold"),
        ("default", {"entities": {"US_SSN": {"enabled": False, "accept_risk": True}}},
         "entities.US_SSN.reason"),
        ("default", {"entities": {"DEFAULT": {"enabled": False}}}, "entities.DEFAULT.enabled"),
        ("default", {"entities": {"LITERAL": {"threshold": 0.5}}}, "entities.LITERAL"),
        ("default", {"entities": {"PERSON": {"operator": {"operator": "keep"}}}},
         "entities.PERSON.operator"),
        ("export", {"entities": {"PERSON": {"operator": {"operator": "mask", "chars_to_mask": 0}}}},
         "entities.PERSON.operator"),
        ("default", {"entities": {"PERSON": {"operator": {"operator": "shred"}}}},
         "entities.PERSON.operator"),
        ("support_view", {"entities": {"PERSON": {"operator": {"operator": "keep", "x": 1}}}},
         "entities.PERSON.operator"),
        ("default", {"entities": {"DEFAULT": {"operator": {"operator": "mask"}},
                                  "URL": {"operator": {"operator": "placeholder"}}}},
         "entities.URL.operator"),
        ("default", {"allow": {"patterns": ["ok", "a(b"]}}, "allow.patterns.1"),
        ("default", {"allow": {"patterns": ["(?=x)y"]}}, "allow.patterns.0"),
        ("default", {"allow": {"patterns": ["x*"]}}, "allow.patterns.0"),
        ("default", {"deny": [{"entity": "DEFAULT", "words": ["x"]}]}, "deny.0.entity"),
        ("default", {"deny": [{"entity": "PROJECT", "words": [" "]}]}, "deny.0.words"),
        ("default", {"recognizers": ["staff", "nobody"]}, "recognizers.1"),
    ],
)  # fmt: skip
def test_a_fault_names_its_place(purpose: str, said: dict[str, Any], place: str) -> None:
    told = [found for found, _ in faults(purpose, **said)]
    assert told[0] == place
    assert len(told) == 1 or said["entities"]["US_SSN"]["accept_risk"]


def test_a_default_is_held_to_what_inherits_it() -> None:
    default = a_policy(entities={"CREDIT_CARD": {"threshold": 0.4}})
    assert faults("default", entities=default.model_dump()["entities"]) == []
    # What the purpose says alone is harmless, and what it inherits is not accepted with it.
    risky = a_policy(
        entities={"CREDIT_CARD": {"enabled": False, "accept_risk": True, "reason": "in the lab"}}
    )
    assert (
        faults("export", risky, entities={"CREDIT_CARD": {"operator": {"operator": "mask"}}}) == []
    )
    assert [
        place for place, _ in faults("export", risky, entities={"CREDIT_CARD": {"enabled": False}})
    ] == ["entities.CREDIT_CARD.enabled"]


def test_a_value_that_was_written_never_comes_back_in_a_fault() -> None:
    secret = "Nightingale"
    told = faults(
        "default",
        entities={"PERSON": {"operator": {"operator": secret}}, "URL": {"operator": {secret: 1}}},
        allow={"patterns": [f"({secret}"]},
        recognizers=["nightingale"],
    )
    assert len(told) == 4
    assert "ightingale" not in repr(told)
