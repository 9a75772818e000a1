"""Words that are not names, however a model or a capital letter may take them."""

from __future__ import annotations

from functools import cache
from importlib import resources


def word_set(words: str) -> frozenset[str]:
    """The words of a text that is written as a table."""
    return frozenset(words.split())


@cache
def common_words() -> frozenset[str]:
    """Lower-case words of everyday customer messages; read once from `common_words.txt`."""
    lines = resources.files(__package__).joinpath("common_words.txt").read_text(encoding="utf-8")
    return frozenset(line for line in lines.splitlines() if line and not line.startswith("#"))


def is_common(word: str) -> bool:
    """Whether a word, whatever its case and with or without "'s", is an everyday one."""
    folded = word.casefold().replace("’", "'").removesuffix("'s")
    return folded in common_words()
