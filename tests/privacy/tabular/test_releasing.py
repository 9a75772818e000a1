"""Plans, roles and releases of data frames, as a notebook uses them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customerai.privacy.recognizers.registry import RecognizerRegistry, default_recognizers
from customerai.privacy.recognizers.spans import Span
from customerai.privacy.tabular import CannotKeep, InvalidPlan, find_roles, plan_of, release
from customerai.privacy.tabular import statistics as private
from customerai.privacy.techniques.differential_privacy import InvalidQuery

KEY = bytes(range(32))
ANALYZER = RecognizerRegistry(default_recognizers(None))


class Nothing:
    """An analyzer that finds nothing."""

    def analyze(self, texts: Sequence[str], **_: object) -> list[list[Span]]:
        return [[] for _ in texts]


def roles_of(**columns: list[Any]) -> dict[str, tuple[str, str | None]]:
    found = find_roles(pl.DataFrame(columns, strict=False), ANALYZER)
    return {column.name: (column.role, column.entity) for column in found}


def test_roles_are_found_from_names_values_and_how_often_they_recur() -> None:
    n = 40
    found = roles_of(
        mystery=[f"user{at}@example.com" for at in range(n)],
        phoneNumber=["+1 415 555 2671"] * n,
        **{
            "Birth Date": [f"19{50 + at}-03-04" for at in range(n)],
            "order": [f"X{at:05}-Q" for at in range(n)],
            "zip": ["01234"] * n,
            "salary": [1000 + at for at in range(n)],
            "weight": [50.5 + at for at in range(n)],
            "level": ["high", "low"] * (n // 2),
            "what happened": ["the parcel came late and I was not told why"] * n,
            "empty": [None] * n,
        },
    )
    assert found == {
        "mystery": ("direct", "EMAIL_ADDRESS"),
        "phoneNumber": ("direct", "PHONE_NUMBER"),
        "Birth Date": ("quasi", None),
        "order": ("direct", "ID"),
        "zip": ("quasi", None),
        "salary": ("sensitive", None),
        "weight": ("none", None),
        "level": ("none", None),
        "what happened": ("text", None),
        "empty": ("none", None),
    }


def test_short_texts_with_personal_data_in_some_cells_are_free_text() -> None:
    values = ["ok", "fine", "late"] * 10 + ["ask bob@example.com", "ring +1 415 555 2671"]
    (found,) = find_roles(pl.DataFrame({"misc": values}), ANALYZER)
    assert found.role == "text"
    assert found.reasons[-1].code == "text-with-personal-data"


@pytest.mark.parametrize(
    ("config", "match"),
    [
        ({}, "'columns'"),
        ({"columns": [{"name": "a", "role": "none"}]}, "1 columns of the table have no role"),
        ({"columns": [{"name": "a", "role": "none"}] * 2}, "twice"),
        ({"columns": [{"name": "c", "role": "none"}]}, "column 1 of the plan is not in"),
        ({"columns": [{"name": "a", "role": "secret"}]}, "'role'"),
        ({"columns": [{"name": "a", "role": "none", "k": 1}]}, "a field that it does not have"),
        ({"columns": [{"name": "a", "role": "direct", "operator": {"operator": "x"}}]}, "column 1"),
        ({"columns": [{"name": "a", "role": "quasi", "hierarchy": {"kind": "x"}}]}, "kind"),
        ({"columns": [{"name": "a", "role": "quasi", "hierarchy": {"kind": "top"}}]}, "keep"),
        ({"columns": [{"name": "a", "role": "sensitive", "t": 2}]}, "'t'"),
        ({"columns": [{"name": "a", "role": "sensitive", "l": True}]}, "'l'"),
        ({"columns": [], "k": 0}, "number 1"),
        ({"columns": [], "secret": 1}, "the plan was given"),
    ],
)
def test_plans_that_cannot_be_followed_name_the_place(config: Any, match: str) -> None:
    with pytest.raises(InvalidPlan, match=match):
        plan_of(config, ["a", "b"])


def test_k_without_a_quasi_identifier_is_refused() -> None:
    with pytest.raises(InvalidPlan, match="quasi-identifier"):
        plan_of({"columns": [{"name": "a", "role": "none"}], "k": 2}, ["a"])


frames = st.integers(1, 30).flatmap(
    lambda n: st.fixed_dictionaries(
        {
            "id": st.lists(st.text("abc", min_size=1, max_size=3), min_size=n, max_size=n),
            "age": st.lists(st.one_of(st.none(), st.integers(0, 99)), min_size=n, max_size=n),
            "town": st.lists(st.sampled_from(["A", "B", "C", None]), min_size=n, max_size=n),
            "ill": st.lists(st.sampled_from(["x", "y", "z"]), min_size=n, max_size=n),
        }
    )
)


@settings(max_examples=60)
@given(frames, st.integers(1, 4), st.sampled_from([0.0, 0.2]), st.sampled_from([None, 2]))
def test_a_release_keeps_to_its_plan_or_says_that_it_cannot(
    columns: dict[str, list[Any]], k: int, share: float, diverse: int | None
) -> None:
    frame = pl.DataFrame(columns, schema_overrides={"age": pl.Int64, "town": pl.String})
    plan = plan_of(
        {
            "k": k,
            "max_suppressed": share,
            "columns": [
                {"name": "id", "role": "direct"},
                {"name": "age", "role": "quasi", "hierarchy": {"kind": "age"}},
                {"name": "town", "role": "quasi"},
                {"name": "ill", "role": "sensitive", **({"l": diverse} if diverse else {})},
            ],
        },
        frame.columns,
    )
    try:
        made = release(frame, plan, key=KEY, analyzer=Nothing())
    except CannotKeep:
        assert frame.height < k or frame.get_column("ill").n_unique() < (diverse or 1)
        return
    sizes = made.frame.group_by("age", "town").agg(
        pl.len().alias("n"), pl.col("ill").n_unique().alias("l")
    )
    assert sizes.get_column("n").min() >= k  # type: ignore[operator]
    assert sizes.get_column("l").min() >= (diverse or 1)  # type: ignore[operator]
    assert made.frame.height >= (1 - share) * frame.height - 1e-9
    assert made.report["after"]["k"] == sizes.get_column("n").min()
    assert made.report["utility"]["suppressed"] == frame.height - made.frame.height
    assert not set(made.frame.get_column("id")) & set(columns["id"])


def test_one_key_gives_one_stand_in_for_numbers_and_texts_alike() -> None:
    plan = plan_of({"columns": [{"name": "a", "role": "direct", "entity": "ID"}]}, ["a"])
    numbers = release(pl.DataFrame({"a": [7, 8, 7, None]}), plan, key=KEY, analyzer=Nothing())
    texts = release(pl.DataFrame({"a": ["8", "7"]}), plan, key=KEY, analyzer=Nothing())
    other = release(pl.DataFrame({"a": ["8", "7"]}), plan, key=bytes(32), analyzer=Nothing())
    first = numbers.frame.get_column("a").to_list()
    assert first[0] == first[2] == texts.frame.get_column("a")[1]
    assert first[3] is None
    assert not set(other.frame.get_column("a")) & set(first)


def test_the_dates_of_one_person_move_together() -> None:
    frame = pl.DataFrame(
        {
            "who": ["a", "a", "b", "b"],
            "day": ["2020-01-01", "2020-01-11", "2020-01-01", "2020-01-11"],
        }
    )
    shift = {"operator": "date_shift", "max_days": 3000}
    config = {
        "subject": "who",
        "columns": [
            {"name": "who", "role": "direct"},
            {"name": "day", "role": "direct", "entity": "DATE_TIME", "operator": shift},
        ],
    }
    made = release(frame, plan_of(config, frame.columns), key=KEY, analyzer=Nothing()).frame
    days = made.get_column("day").str.to_date().to_list()
    assert (days[1] - days[0]).days == (days[3] - days[2]).days == 10
    assert days[0] != days[2]
    assert str(days[0]) != "2020-01-01"


def test_fixed_levels_are_kept_to_and_free_text_is_made_safe() -> None:
    frame = pl.DataFrame(
        {"age": [31, 35, 62, 66], "note": ["ask ada@example.com", "ok", None, "ok"]}
    )
    config = {
        "k": 2,
        "max_suppressed": 0,
        "columns": [
            {"name": "age", "role": "quasi", "hierarchy": {"kind": "age"}, "level": 2},
            {"name": "note", "role": "text", "operators": {"DEFAULT": {"operator": "redact"}}},
        ],
    }
    made = release(frame, plan_of(config, frame.columns), key=KEY, analyzer=ANALYZER)
    assert made.frame.rows() == [
        ("30-39", "ask "),
        ("30-39", "ok"),
        ("60-69", None),
        ("60-69", "ok"),
    ]
    assert made.report["columns"][0]["level_name"] == "width 10"


def test_without_quasi_identifiers_the_risk_is_undefined_and_says_so() -> None:
    plan = plan_of({"columns": [{"name": "a", "role": "none"}]}, ["a"])
    made = release(pl.DataFrame({"a": [1]}), plan, key=KEY, analyzer=Nothing())
    assert made.report["before"] == {"rows": 1, "k": None, "reason": "no-quasi-identifiers"}


def test_ordered_distance_needs_numbers() -> None:
    frame = pl.DataFrame({"q": ["a", "b"], "s": ["low", "high"]})
    columns = [
        {"name": "q", "role": "quasi"},
        {"name": "s", "role": "sensitive", "distance": "ordered", "t": 0.5},
    ]
    with pytest.raises(InvalidPlan, match="not all values are numbers"):
        release(frame, plan_of({"columns": columns}, ["q", "s"]), key=KEY, analyzer=Nothing())


def test_statistics_leave_out_what_is_no_number_and_filter_by_text() -> None:
    frame = pl.DataFrame({"n": ["1", "2,5", "x", None], "city": ["A", "A", "B", "A"]})
    query = private.Query("sum", 10.0, "n", bounds=(0, 10), step=0.5, where=(("city", "A"),))
    told = private.answer(frame, query, rows_per_person=1)
    assert told["scale"] == pytest.approx(1.0)
    assert told["value"] == pytest.approx(3.5, abs=25)
    assert private.query_of({**private.asdict(query)}) == query
    edges = private.Query("histogram", 10.0, "n", edges=(0, 2, 4))
    bins = private.answer(frame, edges, rows_per_person=1)["bins"]
    assert [one["key"] for one in bins] == ["[0, 2)", "[2, 4]", None]
    with pytest.raises(InvalidQuery, match="not in the table"):
        private.answer(frame, private.Query("count", 1.0, where=(("z", "1"),)), rows_per_person=1)


def test_queries_that_ask_the_same_are_the_same() -> None:
    one = private.Query("count", 1.0, where=(("a", "1"), ("b", "2")))
    two = private.Query("count", 1.0, where=(("b", "2"), ("a", "1")))
    assert one.canonical() == two.canonical()
    assert one.canonical() != private.Query("count", 0.5, where=one.where).canonical()
