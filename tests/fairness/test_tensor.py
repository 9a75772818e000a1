"""The count tensor: every decision in one cell, every question a sum of cells."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customerai.fairness import tensor
from customerai.fairness.tensor import Cell, Decision

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


def a_decision(**facts: object) -> Decision:
    plain = Decision(
        id="d1",
        kind="loan",
        outcome="granted",
        score=None,
        label=None,
        groups={"sex": "female", "age": "30-39"},
        policy_version="v1",
        at=NOON,
    )
    return replace(plain, **facts)  # type: ignore[arg-type]  # fields by name


def cells_of(*decisions: Decision) -> list[tuple[Cell, int]]:
    return list(Counter(map(tensor.cell_of, decisions)).items())


def test_a_cell_names_the_groups_in_one_way() -> None:
    cell = tensor.cell_of(a_decision())
    assert cell.groups == '{"age":"30-39","sex":"female"}'
    assert (cell.label, cell.score_bin) == ("", -1)
    assert cell == tensor.cell_of(a_decision(groups={"age": "30-39", "sex": "female"}, id="d2"))


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("1970-01-01T00:00:00+00:00", 0),
        ("1970-01-01T23:59:59.999999+00:00", 0),
        ("2026-03-01T00:00:00+00:00", 20513),
        ("2026-03-01T00:30:00+01:00", 20512),
    ],
)
def test_a_day_is_a_day_in_utc(at: str, day: int) -> None:
    assert tensor.day_of(datetime.fromisoformat(at)) == day


@pytest.mark.parametrize(
    ("score", "place"),
    [(None, -1), (0.0, 0), (0.0999, 0), (0.1, 1), (0.5, 5), (0.7, 7), (0.9999, 9), (1.0, 9)],
)
def test_scores_fall_into_ten_bins(score: float | None, place: int) -> None:
    assert tensor.score_bin(score) == place


def test_groups_of_a_feature_and_of_two_together() -> None:
    cells = cells_of(
        a_decision(),
        a_decision(outcome="denied"),
        a_decision(groups={"sex": "male", "age": "30-39"}),
        a_decision(groups={"sex": "male"}, outcome="denied"),
    )
    assert tensor.outcomes_by_group(cells, ("sex",)) == {
        "female": {"granted": 1, "denied": 1},
        "male": {"granted": 1, "denied": 1},
    }
    assert tensor.outcomes_by_group(cells, ("sex", "age")) == {
        "female|30-39": {"granted": 1, "denied": 1},
        "male|30-39": {"granted": 1},
        "male|unknown": {"denied": 1},
    }
    assert tensor.outcomes_by_group(cells, ()) == {"": {"granted": 2, "denied": 2}}
    assert tensor.features_in(cells) == ["age", "sex"]


def test_groups_whose_names_hold_the_joiner_are_not_mixed_up() -> None:
    pairs = [("x|y", "z"), ("x", "y|z"), ("x\\", "|y"), ("x\\|", "y"), ("x", "y")]
    cells = cells_of(*(a_decision(groups={"a": a, "b": b}) for a, b in pairs))
    found = tensor.outcomes_by_group(cells, ("a", "b"))
    assert len(found) == len(pairs)
    assert found["x|y"] == {"granted": 1}
    assert tensor.outcomes_by_group(cells, ("a",))["x|y"] == {"granted": 1}


def test_a_group_without_decisions_is_no_group() -> None:
    cell = tensor.cell_of(a_decision())
    taken_back = [(cell, 1), (tensor.cell_of(a_decision(label="paid")), -1)]
    assert tensor.outcomes_by_group(taken_back, ("sex",)) == {}


DECISIONS = st.builds(
    a_decision,
    outcome=st.sampled_from(["granted", "denied"]),
    label=st.sampled_from([None, "paid", "late"]),
    score=st.one_of(st.none(), st.floats(0, 1)),
    groups=st.dictionaries(st.sampled_from(["sex", "age"]), st.sampled_from(["a", "b|", "|c"])),
    at=st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 5), timezones=st.just(timezone.utc)),
)


@given(decisions=st.lists(DECISIONS, max_size=20))
def test_every_view_of_the_tensor_holds_every_decision_once(decisions: list[Decision]) -> None:
    cells = cells_of(*decisions)
    for features in [(), ("sex",), ("age",), ("sex", "age"), ("age", "sex", "other")]:
        view = tensor.outcomes_by_group(cells, features)
        total = sum(view.values(), Counter[str]())
        assert total == Counter(decision.outcome for decision in decisions)
        named = {
            tuple(decision.groups.get(feature, "unknown") for feature in features)
            for decision in decisions
        }
        assert len(view) == len(named)
