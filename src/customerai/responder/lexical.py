"""Words of a text for search: tokens, stems, full-text expressions, and BM25 in memory."""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

K1: Final = 1.2  # Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), section 3.3
B: Final = 0.75  # as above
MAX_TOKENS: Final = 20_000
"""Tokens of one text that count; what a longer text says further on is not searched by words."""
MAX_TOKEN_CHARACTERS: Final = 40

_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_PLACEHOLDER: Final = re.compile(r"\[[A-Z][A-Z_]{1,40}?(?:_\d{1,6})?\]")

STOP_WORDS: Final = frozenset(
    """
    a about after again all also am an and any are as at be because been before being but by
    can cant could did didnt do does doesnt doing dont done for from get gets getting got
    had has have having hello help here hey hi how i id if im in into is isnt it its ive
    just know let like me my need no not of off ok on or our out over please re really
    should so some still such sure tell than thank thanks that thats the their them then
    there these they this those to too up us very want wanted wants was way we were what
    whats when where which while who why will with wont would yes you your youre able anyone
    someone something possible hi
    """.split()  # noqa: SIM905 a list of words reads better so
)
"""Words that carry no subject in a customer's question."""

_TF_BITS: Final = 12
_TF_MASK: Final = (1 << _TF_BITS) - 1
_MIN_STEM: Final = 3
_VOWELS: Final = frozenset("aeiouy")
_ENDINGS: Final = ("ation", "ment", "ing", "ed", "ly")
_KEPT_DOUBLES: Final = frozenset("lsz")


def words(text: str) -> list[str]:
    """Words in order, case folded, without punctuation and placeholders such as [PERSON_1]."""
    spaced = _PLACEHOLDER.sub(" ", text)
    found = []
    for match in _WORD.finditer(spaced):
        found.append(match.group().casefold().replace("’", "'")[:MAX_TOKEN_CHARACTERS])
        if len(found) >= MAX_TOKENS:
            break
    return found


def stem(word: str) -> str:
    """A shorter form shared by inflections: "cancelled", "cancellation" and "cancels" agree.

    A light suffix stripper for English; a word of another alphabet comes back unchanged.
    """
    if len(word) <= _MIN_STEM or not word.isascii() or not word.isalpha():
        return word
    if word.endswith("ies"):
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in _ENDINGS:
        root = word[: -len(ending)]
        if word.endswith(ending) and len(root) >= _MIN_STEM and _VOWELS & set(root):
            word = root
            break
    if len(word) > _MIN_STEM and word[-1] == word[-2] and word[-1] not in _VOWELS:
        word = word[:-1]
    if len(word) > _MIN_STEM and word.endswith("e"):
        word = word[:-1]
    if len(word) > _MIN_STEM and word.endswith("y"):
        word = word[:-1] + "i"
    return word


def tokens(text: str) -> list[str]:
    """Stems of the words that carry a subject, in order, repeats kept."""
    found = []
    for word in words(text):
        bare = word[:-2] if word.endswith("'s") else word
        bare = bare.replace("'", "")
        if bare not in STOP_WORDS and (len(bare) > 1 or bare.isdigit() or not bare.isascii()):
            found.append(stem(bare))
    return found


@dataclass(frozen=True, eq=False)
class Found:
    """What a search by words found, one row a text, by ascending number.

    Attributes:
        slots: the numbers of the texts.
        scores: their BM25 scores.
        coverage: the share of the query's terms that each holds, weighted by rarity, in [0, 1].
        limit: the score that no text can reach.
    """

    slots: NDArray[np.int64]
    scores: NDArray[np.float32]
    coverage: NDArray[np.float32]
    limit: float


class Bm25Index:
    """BM25 over numbered texts that come and go; a search touches only the query's words.

    Postings are packed into 8 bytes each, so ten thousand passages take a few megabytes.
    Not safe to change while another thread searches: the owner holds a lock.
    """

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._postings: list[array[int]] = []
        self._forward: dict[int, array[int]] = {}
        self._lengths: NDArray[np.float32] = np.zeros(16, dtype=np.float32)
        self._total = 0

    def __len__(self) -> int:
        return len(self._forward)

    def add(self, slot: int, terms: Iterable[str]) -> None:
        """Index the terms of a text under a number that is free.

        Raises:
            ValueError: the number is taken or negative.
        """
        if slot in self._forward or slot < 0:
            raise ValueError(f"slot {slot} is not free")
        counts = Counter(terms)
        forward = array("Q")
        for term, count in counts.items():
            term_id = self._ids.setdefault(term, len(self._postings))
            if term_id == len(self._postings):
                self._postings.append(array("Q"))
            packed = min(count, _TF_MASK)
            self._postings[term_id].append(slot << _TF_BITS | packed)
            forward.append(term_id << _TF_BITS | packed)
        if slot >= len(self._lengths):
            grown = np.zeros(max(slot + 1, 2 * len(self._lengths)), dtype=np.float32)
            grown[: len(self._lengths)] = self._lengths
            self._lengths = grown
        length = sum(counts.values())
        self._forward[slot] = forward
        self._lengths[slot] = length
        self._total += length

    def remove(self, slot: int) -> None:
        """Forget a text; a number that is not there is no error."""
        forward = self._forward.pop(slot, None)
        if forward is None:
            return
        for packed in forward:
            postings = self._postings[packed >> _TF_BITS]
            postings.remove(slot << _TF_BITS | packed & _TF_MASK)
        self._total -= int(self._lengths[slot])
        self._lengths[slot] = 0

    def idf(self, term: str) -> float:
        """How rare a term is: ln(1 + (N - n + 0.5) / (n + 0.5)), highest for an unknown one."""
        term_id = self._ids.get(term)
        found = len(self._postings[term_id]) if term_id is not None else 0
        return math.log1p((len(self._forward) - found + 0.5) / (found + 0.5))

    def search(self, weights: Mapping[str, float]) -> Found:
        """The texts with any of the terms.

        Args:
            weights: how much each query term counts (1 for a plain query).
        """
        scores = np.zeros(len(self._lengths), dtype=np.float32)
        covered = np.zeros(len(self._lengths), dtype=np.float32)
        mean = max(self._total / max(len(self._forward), 1), 1.0)
        available = 0.0
        for term, weight in weights.items():
            value = weight * self.idf(term)
            available += value
            term_id = self._ids.get(term)
            if term_id is None or not self._postings[term_id]:
                continue
            packed = np.array(self._postings[term_id], dtype=np.int64)
            slots = packed >> _TF_BITS
            count = (packed & _TF_MASK).astype(np.float32)
            norm = K1 * (1 - B + B * self._lengths[slots] / mean)
            scores[slots] += value * count * (K1 + 1) / (count + norm)
            covered[slots] += value
        found = np.flatnonzero(scores)
        shares = covered[found] / max(available, 1e-9)
        return Found(found, scores[found], shares, available * (K1 + 1))
