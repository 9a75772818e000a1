"""Surrogates: of the same kind, consistent in a session, never real."""

from __future__ import annotations

import re
from itertools import combinations, pairwise

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iban, luhn

from customerai.privacy.operators import NoStandIn, Scope, Surrogate, Surrogates, run
from customerai.privacy.operators.surrogates import listed_names, parts
from customerai.privacy.operators.surrogates.cultures import best_culture, culture, roles_of
from customerai.privacy.recognizers.spans import Span

ROOT = bytes(range(32))


def a_session(name: str = "s1", avoid: tuple[str, ...] = ()) -> Surrogates:
    return Surrogates(Scope.of(ROOT, tenant="t1", session=name), avoid=avoid)


def test_parts_of_a_name_have_the_parts_of_its_surrogate() -> None:
    session = a_session()
    given_name, family = session.make("PERSON", "Jane Roe").split()
    assert session.make("PERSON", "Jane") == given_name
    assert session.make("PERSON", "Ms Roe") == f"Ms {family}"
    assert session.make("PERSON", "jane") == given_name.lower()
    assert session.make("PERSON", "JANE ROE") == f"{given_name} {family}".upper()
    assert session.make("EMAIL_ADDRESS", "jane.roe@gmail.com").startswith(
        f"{given_name}.{family}@example.".lower()
    )
    assert session.make("PERSON", "Roe, Jane") == f"{family}, {given_name}"


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("Dr. Smith", r"Dr\. [A-Z]\w+"),
        ("smith", r"[^\W\d_A-Z]+"),
        ("J. Smith", r"[A-Z]\. [A-Z]\w+"),
        ("Anna de la Cruz", r"[A-Z]\w+ de la [A-Z]\w+"),
        ("Klaus-Peter Müller", r"[A-Z]\w+-[A-Z]\w+ [A-Z]\w+"),
        ("John Smith Jr.", r"[A-Z]\w+ [A-Z]\w+ Jr\."),
        ("王小明", r"[\u4e00-\u9fff]{2,4}"),
        ("Иван Петров", r"[А-ЯЁ][а-яё]+ [А-ЯЁ][а-яё]+"),
        ("محمد علي", r"[\u0600-\u06ff]+ [\u0600-\u06ff]+"),
    ],
)
def test_a_name_keeps_its_form(value: str, form: str) -> None:
    made = a_session().make("PERSON", value)
    assert re.fullmatch(form, made)
    assert not set(re.findall(r"\w{3,}", made)) & set(re.findall(r"\w{3,}", value)) - {"Smith"}


NAMES = {
    "en_US": ("Jennifer Johnson", "Michael Williams"),
    "de_DE": ("Hannelore Ackermann", "Siegfried Ackermann"),
    "es_ES": ("Adela Abascal", "Gonzalo Abascal"),
    "it_IT": ("Adelasia Abbagnale", "Giampaolo Abbagnale"),
    "en_IN": ("Aadhya Agarwal", "Aarav Agarwal"),
    "tr_TR": ("Abiye Yıldırım", "Mustafa Yıldırım"),
    "fi_FI": ("Aada Aaltonen", "Aapo Aaltonen"),
    "yo_NG": ("Abebi Adegbite", "Abayomi Adegbite"),
}


@pytest.mark.parametrize("locale", NAMES)
def test_gender_and_culture_are_kept(locale: str) -> None:
    for role, value in zip(("female", "male"), NAMES[locale], strict=True):
        assert best_culture(value.split()) == locale
        made = [a_session(str(at)).make("PERSON", value).split()[0] for at in range(20)]
        assert all(name in culture(locale).pool(role) for name in made)  # type: ignore[arg-type]
        assert len(set(made)) > 5


def test_a_title_tells_the_gender() -> None:
    for title, role in (("Mrs", "female"), ("Mr", "male")):
        made = [a_session(str(at)).make("PERSON", f"{title} Xyqua Zzo").split() for at in range(9)]
        assert all(name[0] == title for name in made)
        assert all(role in roles_of(name[1], "en_US") for name in made)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "Anna",
                "Bert",
                "Carla",
                "Jane",
                "Roe",
                "Poe",
                "Smith",
                "Müller",
                "Wong",
                "Xyz",
                "Olga",
            ]
        ),
        min_size=2,
        max_size=30,
    ),
    st.integers(0, 5),
)
def test_no_two_people_share_a_surrogate_and_none_is_real(words: list[str], name: int) -> None:
    values = [" ".join(pair) for pair in pairwise(words)] + words
    session = a_session(str(name), avoid=("\n".join(values),))
    made = {value: session.make("PERSON", value) for value in dict.fromkeys(values)}
    assert len(set(made.values())) == len(made)
    real = {word.casefold() for word in words}
    assert not real & {word.casefold() for stand in made.values() for word in stand.split()}
    for one, other in combinations(made, 2):  # equal parts have equal parts
        if one.split()[0] == other.split()[0]:
            assert made[one].split()[0] == made[other].split()[0]


def test_a_session_goes_on_where_it_stopped() -> None:
    first = a_session()
    known = [("PERSON", "Jane Roe", first.make("PERSON", "Jane Roe"))]
    scope = Scope.of(ROOT, tenant="t1", session="s1")
    later = Surrogates(scope, known=known)
    assert later.make("PERSON", "Jane") == known[0][2].split()[0]
    assert Surrogates(scope, known=known).make("PERSON", "Bo Poe") != known[0][2]
    assert parts(known) == {
        word.lower(): real for word, real in zip(known[0][2].split(), ("Jane", "Roe"), strict=True)
    }


def test_surrogates_differ_between_sessions_and_tenants() -> None:
    made = {
        Surrogates(Scope.of(ROOT, tenant=tenant, session=str(at))).make("PERSON", "Jane Roe")
        for tenant in ("t1", "t2")
        for at in range(10)
    }
    assert len(made) > 15


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("(212) 736-5000", r"\(\d{3}\) 555-01\d\d"),
        ("+1 212 736 5000", r"\+1 \d{3} 555 01\d\d"),
        ("212.736.5000", r"\d{3}\.555\.01\d\d"),
        ("07911 123456", r"07700 900\d{3}"),
        ("+44 20 7123 1234", r"\+44 20 7946 0\d{3}"),
        ("06 12 34 56 78", r"06 39 98 \d\d \d\d"),
        ("+33 1 42 68 53 00", r"\+33 1 99 00 \d\d \d\d"),
        ("+49 30 901820", r"\+49 30 23125\d{3}"),
        ("+61 412 345 678", r"\+61 491 570 \d{3}"),
        ("+353 1 679 0000", r"\+353 .*"),
    ],
)
def test_phones_are_of_the_ranges_kept_for_fiction(value: str, form: str) -> None:
    assert re.fullmatch(form, a_session().make("PHONE_NUMBER", value))


@pytest.mark.parametrize("value", ["+34 612 345 678", "+91 98765 43210", "+55 11 91234-5678"])
def test_other_phones_are_in_no_numbering_plan(value: str) -> None:
    made = a_session().make("PHONE_NUMBER", value)
    assert re.sub(r"\d", "0", made) == re.sub(r"\d", "0", value)
    parsed = phonenumbers.parse(made)
    assert not phonenumbers.is_valid_number(parsed)
    assert parsed.country_code == phonenumbers.parse(value).country_code


@pytest.mark.parametrize("value", ["4111 1111 1111 1111", "5500-0055-5555-5559", "378282246310005"])
def test_cards_are_valid_and_of_a_test_range(value: str) -> None:
    made = a_session().make("CREDIT_CARD", value)
    assert luhn.is_valid(re.sub(r"\D", "", made))
    assert re.sub(r"\D", "", made).startswith(("400000", "555555", "371449"))
    assert re.sub(r"\d", "0", made) == re.sub(r"\d", "0", value)


@pytest.mark.parametrize(
    "value", ["DE89 3704 0044 0532 0130 00", "NL91ABNA0417164300", "FI21 1234 5600 0007 85"]
)
def test_accounts_keep_country_and_check_digits(value: str) -> None:
    made = a_session().make("IBAN_CODE", value)
    assert made[:2] == value[:2]
    assert iban.is_valid(made, check_country=False)


@pytest.mark.parametrize(
    ("entity", "value", "form"),
    [
        ("US_SSN", "123-45-6789", r"666-\d\d-\d{4}"),
        ("IP_ADDRESS", "8.8.8.8", r"(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+"),
        ("IP_ADDRESS", "2a00::1", r"2001:db8:.*"),
        ("MAC_ADDRESS", "00:1a:2b:3c:4d:5e", r"02(:[0-9a-f]{2}){5}"),
        ("URL", "https://acme.com/jane", r"https://www\.example\.com/[0-9a-f]+"),
        ("EMAIL_ADDRESS", "info77@acme.de", r"[a-z]+\d\d@example\.(com|org|net)"),
        ("AGE", "34 years old", r"3[0-3] years old"),
        ("DATE_TIME", "May 3rd, 2021", r"[A-Z][a-z]+ \d+(st|nd|rd|th), 202[01]"),
        ("LOCATION", "Texas", r"[A-Z][a-z]+( [A-Z][a-z]+)?"),
        ("LOCATION", "12 Oak Street, Springfield, IL 62704",
         r"[1-9]\d \w+ Street, \w+, [A-Z]{2} [1-9]\d{4}"),
        ("LOCATION", "Hauptstraße 5, 10115 Berlin", r"\w+straße \d, \d{5} [\w ]+"),
        ("LOCATION", "221B Baker Street, London NW1 6XE",
         r"\d{3}[A-Z] \w+ Street, \w+ [A-Z]{2}\d \d[A-Z]{2}"),
        ("ORGANIZATION", "Acme Corp", r"\w+ Corp"),
        ("ORGANIZATION", "University of Oxford", r"University of \w+"),
        ("ID_NUMBER", "AB-12345-xy", r"[A-Z]{2}-\d{5}-[a-z]{2}"),
    ],
)  # fmt: skip
def test_other_kinds_keep_kind_and_form(entity: str, value: str, form: str) -> None:
    for at in range(10):
        made = a_session(str(at)).make(entity, value)
        assert re.fullmatch(form, made), made
        assert made != value


@pytest.mark.parametrize(
    ("entity", "value"),
    [("TITLE", "Dr."), ("NRP", "Catholic"), ("PERSON", "Mr."), ("PIN", "12"), ("DATE_TIME", "5pm"),
     ("IBAN_CODE", "XX"), ("ORGANIZATION", "Bank of the"), ("EMAIL_ADDRESS", "x")],
)  # fmt: skip
def test_what_has_no_surrogate_is_left_to_placeholders(entity: str, value: str) -> None:
    with pytest.raises(NoStandIn):
        run(Surrogate(), Span(entity, 0, 1, 1.0, "test"), value, scope=Scope.of(ROOT, tenant="t"))


def test_a_used_up_list_is_said() -> None:
    session = a_session()

    def make_many() -> None:
        for at in range(1000):
            session.make("PERSON", f"Mr. {'z' * (2 + at // 26)}{chr(97 + at % 26)}q Иванов")

    with pytest.raises(NoStandIn, match="used up"):
        make_many()


def test_names_in_clear_are_noticed() -> None:
    assert listed_names("ask Jennifer in Lyon about THE invoice") == ["jennifer", "lyon"]
