"""encrypt, pseudonym, date_shift and generalize."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customerai.privacy.operators import (
    DateShift,
    Encrypt,
    Generalize,
    InvalidOperator,
    NoStandIn,
    Pseudonym,
    Scope,
    catalogue,
    decrypted,
    parse_operator,
    run,
)
from customerai.privacy.operators.dates import read
from customerai.privacy.recognizers.spans import Span

ROOT = bytes(range(32))
HERE = Scope.of(ROOT, tenant="t1", session="s1", subject="cust_1")
ELSEWHERE = Scope.of(ROOT, tenant="t2", session="s1", subject="cust_1")


def a_span(entity: str) -> Span:
    return Span(entity, 0, 1, 1.0, "test")


# --- encrypt ---------------------------------------------------------------------------------


@settings(max_examples=300)
@given(st.text(max_size=200), st.booleans())
def test_what_was_encrypted_comes_back_for_its_tenant_alone(
    value: str, deterministic: bool
) -> None:
    token = run(Encrypt(deterministic), a_span("PERSON"), value, scope=HERE)
    assert decrypted(token, HERE) == value
    assert decrypted(token, ELSEWHERE) is None
    assert decrypted(token.replace(":PERSON:", ":LOCATION:"), HERE) is None


def test_only_the_deterministic_token_can_be_joined() -> None:
    def twice(*, deterministic: bool) -> set[str]:
        operator = Encrypt(deterministic=deterministic)
        return {run(operator, a_span("PERSON"), "Anna", scope=HERE) for _ in range(2)}

    assert len(twice(deterministic=True)) == 1
    assert len(twice(deterministic=False)) == 2


@pytest.mark.parametrize("at", range(17, 70, 7))
def test_a_changed_token_is_no_token(at: int) -> None:
    token = run(Encrypt(), a_span("PERSON"), "Anna Lee of Lima", scope=HERE)
    changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
    assert decrypted(changed, HERE) is None


@pytest.mark.parametrize(
    "token", ["", "x", "{{ENC:PERSON:" + "A" * 40 + "}}", "{{ENC:PERSON:AAAA}}"]
)
def test_what_is_no_token_is_left(token: str) -> None:
    assert decrypted(token, HERE) is None


def test_a_value_too_long_for_a_token_is_not_kept() -> None:
    assert run(Encrypt(), a_span("PERSON"), "x" * 7000, scope=HERE) == "[PERSON]"


# --- pseudonym -------------------------------------------------------------------------------


def test_a_pseudonym_is_the_same_person_in_every_session_of_a_tenant() -> None:
    def name(value: str, scope: Scope, operator: Pseudonym = Pseudonym()) -> str:  # noqa: B008
        return run(operator, a_span("PERSON"), value, scope=scope)

    other = Scope.of(ROOT, tenant="t1", session="s2")
    assert name("Ada Wong", HERE) == name("ADA  wong", other)
    assert name("Ada Wong", HERE) != name("Ada Wang", HERE)
    assert name("Ada Wong", HERE) != name("Ada Wong", ELSEWHERE)
    inside = Pseudonym(across="session")
    assert name("Ada Wong", HERE, inside) != name("Ada Wong", other, inside)
    assert name("Ada Wong", HERE).startswith("PERSON_")
    assert len(name("Ada", HERE, Pseudonym(length=6))) == len("PERSON_") + 6


# --- dates -----------------------------------------------------------------------------------

FORMS = [
    "2021-05-03", "2021/05/03", "2021-05-03T10:11:12Z", "03.05.2021", "3.5.2021", "05/03/2021",
    "5/3/21", "03 - 05 - 2021", "20210503", "May 3, 2021", "May 3rd, 2021", "3 May 2021",
    "the 3rd of May 2021", "3rd May, 2021", "MAY 3 2021", "may 3 2021", "Monday, May 3, 2021",
    "Mon 3 May 2021", "3. Mai 2021", "3 de mayo de 2021", "3 mai 2021", "3 maggio 2021",
    "3 de maio de 2021", "3-May-2021", "May 3 2021 at 10:30", "03.05.2021, 10:30",
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_dates_are_read_and_written_in_their_own_form(form: str) -> None:
    found = read(form)
    assert found is not None
    assert found.day == date(2021, 5, 3)
    assert found.written(found.day) == form
    assert read(found.written(date(2021, 5, 14)), day_first="/" not in form) is not None
    moved = run(DateShift(), a_span("DATE_TIME"), form, scope=HERE)
    assert moved != form


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("May 3rd, 2021", "June 11th, 2021"),
        ("Monday, May 3, 2021", "Friday, June 11, 2021"),
        ("MON 3 MAY 2021", "FRI 11 JUNE 2021"),
        ("05/03/21", "06/11/21"),
        ("3 de mayo de 2021", "11 de junio de 2021"),
        ("May 3", "June 11"),
        ("25/04/2021", "03/06/2021"),
    ],
)
def test_a_moved_date_keeps_words_widths_and_weekday(form: str, expected: str) -> None:
    found = read(form)
    assert found is not None
    assert found.written(found.day + timedelta(days=39)) == expected


@pytest.mark.parametrize(
    "value", ["tomorrow", "5pm", "31 February 2021", "13/13/2021", "", "1985", "May", "3 Foo 2021"]
)
def test_what_is_no_date_is_never_left_in_clear(value: str) -> None:
    for operator in (DateShift(), Generalize()):
        with pytest.raises(NoStandIn):
            run(operator, a_span("DATE_TIME"), value, scope=HERE)


@settings(max_examples=300)
@given(
    st.dates(date(1930, 1, 1), date(2090, 1, 1)),
    st.dates(date(1930, 1, 1), date(2090, 1, 1)),
    st.booleans(),
    st.integers(7, 3650),
    st.text(max_size=5),
)
def test_intervals_stay(one: date, other: date, weekday: bool, most: int, subject: str) -> None:
    scope = Scope.of(ROOT, tenant="t1", session="s1", subject=subject)
    operator = DateShift(max_days=most, keep_weekday=weekday)
    moved = [
        date.fromisoformat(run(operator, a_span("DATE_TIME"), day.isoformat(), scope=scope))
        for day in (one, other)
    ]
    assert moved[1] - moved[0] == other - one
    shift = (moved[0] - one).days
    assert 0 < abs(shift) <= most
    assert not weekday or moved[0].weekday() == one.weekday()


def test_subjects_move_differently() -> None:
    days = {DateShift().days(Scope.of(ROOT, tenant="t1", subject=f"cust_{at}")) for at in range(60)}
    assert len(days) > 40
    assert min(days) < 0 < max(days)


@pytest.mark.parametrize(
    ("operator", "entity", "value", "expected"),
    [
        (Generalize(), "AGE", "34 years old", "30-39"),
        (Generalize(age_band=5), "AGE", "34", "30-34"),
        (Generalize(), "AGE", "97", "90+"),
        (Generalize(age_band=7), "AGE", "88", "84-89"),
        (Generalize(), "DATE_TIME", "May 3rd, 2021", "2021-05"),
        (Generalize(date_to="quarter"), "DATE_TIME", "2021-05-03", "2021-Q2"),
        (Generalize(date_to="year"), "DATE_TIME", "3.5.2021", "2021"),
        (Generalize(), "IP_ADDRESS", "203.0.113.77", "203.0.113.0/24"),
        (Generalize(), "IP_ADDRESS", "2001:db8:1:2::3", "2001:db8:1::/48"),
        (Generalize(), "EMAIL_ADDRESS", "Anna@Example.org", "@example.org"),
        (Generalize(), "PHONE_NUMBER", "+44 20 7946 0123", "+44"),
        (Generalize(), "URL", "https://Example.org/u/anna?x=1", "example.org"),
        (Generalize(), "LOCATION", "lyon", "France"),
        (Generalize(), "LOCATION", "Austin, Texas", "United States"),
        (Generalize(), "ZIP_CODE", "94110", "941**"),
        (Generalize(), "SALARY", "53,200", "50"),
        (Generalize(), "SALARY", "53200", "50000"),
    ],
)
def test_general_forms(operator: Generalize, entity: str, value: str, expected: str) -> None:
    assert run(operator, a_span(entity), value) == expected


@pytest.mark.parametrize(
    ("entity", "value"),
    [("PERSON", "Anna"), ("AGE", "thirty"), ("LOCATION", "France"), ("LOCATION", "Nowhere"),
     ("PHONE_NUMBER", "0123"), ("IP_ADDRESS", "1.2.3"), ("CREDIT_CARD", "4111111111111111"),
     ("ACCOUNT_NUMBER", "123456"), ("EMAIL_ADDRESS", "x"), ("SALARY", "500")],
)  # fmt: skip
def test_what_has_no_general_form_is_refused(entity: str, value: str) -> None:
    with pytest.raises(NoStandIn):
        run(Generalize(), a_span(entity), value)


# --- configuration ---------------------------------------------------------------------------


def test_the_catalogue_lists_what_can_be_parsed() -> None:
    listed = {item["operator"]: item for item in catalogue()}
    assert set(listed) == {
        "replace", "redact", "mask", "hash", "keep", "encrypt", "fpe", "pseudonym", "surrogate",
        "date_shift", "generalize",
    }  # fmt: skip
    for name, item in listed.items():
        defaults = {
            field: schema["default"] for field, schema in item["parameters"]["properties"].items()
        }
        assert parse_operator({"operator": name, **defaults}) == parse_operator({"operator": name})
        assert parse_operator({"operator": name}).kind == name


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"operator": "fpe", "keep_first": 17}, "'keep_first' is not a whole number in 0..16"),
        ({"operator": "fpe", "keep_luhn": "SECRET"}, "'keep_luhn' is not true, false or null"),
        ({"operator": "encrypt", "deterministic": 1}, "'deterministic' is not true or false"),
        ({"operator": "pseudonym", "across": "SECRET"}, "'across' is not one of tenant, session"),
        ({"operator": "date_shift", "max_days": 6}, "'max_days' is not a whole number in 7..3650"),
        (
            {"operator": "generalize", "date_to": None},
            "'date_to' is not one of month, quarter, year",
        ),
        ({"operator": "surrogate", "SECRET": 1}, "given a field it does not have"),
    ],
)
def test_messages_say_what_is_wanted(config: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidOperator, match=message) as caught:
        parse_operator(config)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize("name", ["encrypt", "fpe", "pseudonym", "surrogate", "date_shift"])
def test_operators_with_keys_refuse_to_run_without(name: str) -> None:
    with pytest.raises(InvalidOperator, match="scope"):
        run(parse_operator({"operator": name}), a_span("PERSON"), "Anna")
    with pytest.raises(ValueError, match="16 bytes"):
        Scope.of(b"short", tenant="t1")
    assert repr(HERE).count("t1") == 1
    assert "\\x" not in repr(HERE)
