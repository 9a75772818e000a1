"""The text of a key: a slip of the finger is told from a wrong key without a look-up."""

from __future__ import annotations

import re
import string
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customerai.gateway import keyformat

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
ENVIRONMENTS = st.from_regex(r"[a-z]{1,12}", fullmatch=True)
QUICK = settings(deadline=None)


@QUICK
@given(ENVIRONMENTS)
def test_a_key_names_its_environment_and_its_id(environment: str) -> None:
    new = keyformat.make(environment)
    match = re.fullmatch(rf"cai_{environment}_([0-9A-Za-z]{{12}})_[0-9A-Za-z]{{38}}", new.text)
    assert match is not None
    assert new.id == f"key_{match.group(1)}"
    assert keyformat.key_id(new.text) == new.id


def test_the_check_is_crc_32_in_base_62() -> None:
    text = keyformat.make("live").text
    number = 0
    for digit in text[-6:]:
        number = number * 62 + ALPHABET.index(digit)
    assert number == zlib.crc32(text[:-6].encode())


def test_no_two_keys_are_alike() -> None:
    made = [keyformat.make("live") for _ in range(2000)]
    assert len({new.id for new in made}) == len({new.text for new in made}) == 2000


@QUICK
@given(ENVIRONMENTS, st.data())
def test_one_mistyped_character_is_always_detected(environment: str, data: st.DataObject) -> None:
    text = keyformat.make(environment).text
    place = data.draw(st.integers(0, len(text) - 1))
    typed = data.draw(st.sampled_from(ALPHABET + "_-. é") | st.characters())
    mistyped = text[:place] + typed + text[place + 1 :]
    assert (keyformat.key_id(mistyped) is None) == (typed != text[place])


@QUICK
@given(ENVIRONMENTS, st.data())
def test_swapped_neighbours_and_a_lost_or_doubled_character_are_detected(
    environment: str, data: st.DataObject
) -> None:
    text = keyformat.make(environment).text
    at = data.draw(st.integers(0, len(text) - 2))
    swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if swapped != text:
        assert keyformat.key_id(swapped) is None
    assert keyformat.key_id(text[:at] + text[at + 1 :]) is None
    assert keyformat.key_id(text[:at] + text[at] + text[at:]) is None


@pytest.mark.parametrize(
    "text",
    ["", "cai_", "key", "cai_live_x_y", "Bearer x", "\x00", "١" * 60, "cai_live_" + "0" * 51],
)
def test_what_is_no_key_has_no_id(text: str) -> None:
    assert keyformat.key_id(text) is None


def test_space_around_a_key_is_no_part_of_it() -> None:
    text = keyformat.make("live").text
    for typed in (f" {text}", f"{text} ", f"{text}\n", text.upper(), text.swapcase()):
        assert keyformat.key_id(typed) is None


@QUICK
@given(st.text(max_size=80))
def test_any_text_is_taken_without_a_fault(text: str) -> None:
    keyformat.key_id(text)
