"""Identifiers: unique, in order, and named for what they stand for."""

from __future__ import annotations

import re
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from customerai.core.ids import is_id, new_id


def test_an_id_is_a_prefix_and_a_uuid_of_version_7() -> None:
    text = new_id("conv")
    assert re.fullmatch(r"conv_[0-9a-f]{32}", text)
    parsed = uuid.UUID(text.removeprefix("conv_"))
    assert parsed.version == 7
    assert parsed.variant == uuid.RFC_4122
    milliseconds = parsed.int >> 80
    assert abs(milliseconds / 1000 - time.time()) < 60


def test_later_ids_sort_after_earlier_ones_also_within_a_millisecond() -> None:
    made = [new_id("evt") for _ in range(20_000)]
    assert made == sorted(made)


def test_ids_of_several_threads_do_not_meet() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: [new_id("x") for _ in range(1000)], range(8)))
    flat = [text for part in made for text in part]
    assert len(set(flat)) == len(flat)


def test_ids_are_told_from_other_text() -> None:
    text = new_id("conv")
    assert is_id(text)
    others = ["", "conv_", text[:-1], text + "0", text.upper(), f"{text}\n", f"a-{text}", text[5:]]
    assert not any(is_id(other) for other in others)
