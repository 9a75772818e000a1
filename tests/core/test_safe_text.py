"""Safe text: nothing becomes it by accident, and nothing made of it stays it by accident."""

from __future__ import annotations

import copy
import hashlib
import json
import pickle
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customerai.core.safe_text import SafeText, compose, digest_of, join, part
from customerai.core.safe_text_issuer import issue

TEXT = issue("Call [PERSON_1] at noon")


def test_issued_text_is_a_str_of_equal_characters() -> None:
    assert isinstance(TEXT, SafeText)
    assert TEXT == "Call [PERSON_1] at noon"
    assert hash(TEXT) == hash("Call [PERSON_1] at noon")
    assert json.dumps({"text": TEXT}) == '{"text": "Call [PERSON_1] at noon"}'


@pytest.mark.parametrize(
    "make",
    [
        lambda: SafeText("plain"),
        lambda: SafeText(TEXT),
        lambda: SafeText("plain", key=object()),
        lambda: SafeText("plain", key=None),
        lambda: SafeText("plain", key=True),
        lambda: type(TEXT)("plain"),
        lambda: copy.replace(TEXT) if hasattr(copy, "replace") else SafeText("plain"),
    ],
)
def test_only_the_issuer_makes_safe_text(make: Callable[[], object]) -> None:
    with pytest.raises(TypeError):
        make()


OPERATIONS: dict[str, Callable[[SafeText], object]] = {
    "str()": str,
    "slice": lambda text: text[2:5],
    "whole slice": lambda text: text[:],
    "index": lambda text: text[0],
    "iteration": lambda text: next(iter(text)),
    "+ text": lambda text: text + " and more",
    "+ nothing": lambda text: text + "",
    "nothing +": lambda text: "" + text,
    "+ itself": lambda text: text + text,
    "* 1": lambda text: text * 1,
    "* 2": lambda text: text * 2,
    "% nothing": lambda text: text % (),
    "into %": lambda text: "%s" % text,  # noqa: UP031 - this way too
    "into f-string": lambda text: f"{text}",
    "into format": "{}".format,
    "format": lambda text: text.format(),
    "format()": format,
    "join of one": lambda text: "".join([text]),
    "as separator": lambda text: text.join(["a"]),
    "strip": lambda text: text.strip(),
    "lower": lambda text: text.lower(),
    "casefold": lambda text: text.casefold(),
    "replace nothing": lambda text: text.replace("not there", "x"),
    "translate": lambda text: text.translate({}),
    "expandtabs": lambda text: text.expandtabs(),
    "ljust": lambda text: text.ljust(0),
    "center": lambda text: text.center(0),
    "zfill": lambda text: text.zfill(0),
    "removeprefix": lambda text: text.removeprefix("not there"),
    "removesuffix": lambda text: text.removesuffix("not there"),
    "split": lambda text: text.split("not there")[0],
    "rsplit": lambda text: text.rsplit("not there")[0],
    "partition": lambda text: text.partition("not there")[0],
    "splitlines": lambda text: text.splitlines()[0],
    "encode and decode": lambda text: text.encode().decode(),
    "JSON": lambda text: json.loads(json.dumps(text)),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_whatever_is_done_to_safe_text_gives_plain_text_or_itself(name: str) -> None:
    result = OPERATIONS[name](TEXT)
    assert type(result) is str or result is TEXT


@pytest.mark.parametrize(
    "result",
    [
        issue("{}").format("jane"),
        issue("%s") % "jane",
        issue("%(a)s") % {"a": "jane"},
        issue("") + "jane",
        "jane" + issue(""),
        issue("").join(["jane"]),
        issue("a").replace("a", "jane"),
        issue("a").translate({97: "jane"}),
        issue("jan").ljust(4, "e"),
        "{}{}".format(issue(""), "jane"),
    ],
)
def test_what_was_mixed_with_other_text_is_plain(result: str) -> None:
    assert result == "jane"
    assert type(result) is str


def test_copies_stay_safe() -> None:
    held = {"texts": [TEXT]}
    for again in (copy.copy(TEXT), copy.deepcopy(TEXT), copy.deepcopy(held)["texts"][0]):
        assert isinstance(again, SafeText)
        assert again == TEXT


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_safe_text_is_not_pickled(protocol: int) -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(TEXT, protocol)
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps({"nested": [TEXT]}, protocol)


def test_safe_text_takes_no_further_attributes() -> None:
    with pytest.raises(AttributeError):
        TEXT.checked = True  # type: ignore[attr-defined]  # it has no such place


@settings(deadline=None)
@given(st.text(max_size=20), st.integers(-25, 25), st.integers(-25, 25))
def test_a_part_of_safe_text_is_safe(text: str, start: int, end: int) -> None:
    cut = part(issue(text), start, end)
    assert isinstance(cut, SafeText)
    assert cut == text[start:end]


def test_compose_fills_a_template_with_safe_parts() -> None:
    filled = compose("Q: {question}\nA: {answer}", question=TEXT, answer=issue("{question}"))
    assert isinstance(filled, SafeText)
    assert filled == "Q: Call [PERSON_1] at noon\nA: {question}", "parts are not read as templates"


def test_join_puts_safe_parts_together() -> None:
    joined = join(", ", [TEXT, issue("b")])
    assert isinstance(joined, SafeText)
    assert joined == "Call [PERSON_1] at noon, b"
    assert isinstance(join(", ", []), SafeText)


@pytest.mark.parametrize(
    "make",
    [
        lambda: part("plain", 0, 3),  # type: ignore[arg-type]  # what mypy would refuse
        lambda: compose("{q}", q="plain"),  # type: ignore[arg-type]
        lambda: compose("{q} {r}", q=TEXT, r=TEXT[:3]),  # type: ignore[arg-type]
        lambda: join(" ", ["plain"]),  # type: ignore[list-item]
        lambda: join(" ", [TEXT, "plain"]),  # type: ignore[list-item]
    ],
)
def test_plain_text_is_not_worked_into_safe_text(make: Callable[[], object]) -> None:
    with pytest.raises(TypeError, match="SafeText"):
        make()


def test_the_digest_is_sha_256_over_texts_and_their_lengths() -> None:
    expected = hashlib.sha256(b"\0\0\0\0\0\0\0\x03\xc3\xa9a\0\0\0\0\0\0\0\0").hexdigest()
    assert digest_of(["éa", ""]) == expected
    assert digest_of([issue("éa"), issue("")]) == expected
    assert digest_of([]) == hashlib.sha256().hexdigest()


TEXTS = st.lists(st.text(max_size=4), max_size=4)


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_digests_are_equal_only_for_equal_texts(one: list[str], two: list[str]) -> None:
    assert (digest_of(one) == digest_of(two)) == (one == two)
