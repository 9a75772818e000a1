"""The passages of one tenant, found by words and by meaning."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from customerai.core.safe_text import SafeText, compose, join, part
from customerai.responder import lexical

HISTORY_TURNS: Final = 2
"""Earlier customer turns that help to find passages; recall fell again with all of them."""
LAST_TURN_WEIGHT: Final = 2.0
SUBJECTS: Final = 3
"""Distinct subject words from which a turn stands alone."""
SUBJECTS_WITH_POINTER: Final = 5
"""The same for a turn with a word such as "it" or "that", which may point back."""
_POINTS: Final = frozenset({"it", "that", "this", "they", "them", "those", "these", "there", "one"})
_CONTINUES: Final = frozenset({"and", "also", "or", "but", "then", "so", "else", "otherwise"})
HEADING_WEIGHT: Final = 2
"""How often the words of a heading count beside those of the text."""
CANDIDATES: Final = 64
"""Passages from each of the two searches whose sentences are compared."""

# Chosen on the training split of training/confidence.py, by recall@1 and MRR.
LEXICAL_SHARE: Final = 0.2
SENTENCE_SHARE: Final = 0.6

Vector = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class IndexedPassage:
    """A passage with its vectors.

    Attributes:
        heading: the headings above it; may be empty.
        sentences: spans of its sentences in code points.
        vectors: shape (1 + number of sentences, d), length 1 each: the passage, then each sentence,
            made of `texts_to_embed`.
    """

    passage_id: str
    document_id: str
    heading: SafeText
    text: SafeText
    sentences: tuple[tuple[int, int], ...]
    vectors: NDArray[np.float16] | NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Hit:
    """A passage found, and why.

    Attributes:
        score: how well it fits, in [0, 1], comparable between queries.
        cosine: of the query and the passage.
        sentence_cosines: of the query and each sentence, shape (number of sentences,).
        coverage: share of the query's words, weighted by rarity, that the passage holds.
        bm25: over the square root of the number of query words.
        query_weights: the query's terms and how rare each is; the same for all hits of a search.
    """

    passage: IndexedPassage
    score: float
    cosine: float
    sentence_cosines: NDArray[np.float32]
    coverage: float
    bm25: float
    query_weights: Mapping[str, float]

    @property
    def document_id(self) -> str:
        return self.passage.document_id

    @property
    def passage_id(self) -> str:
        return self.passage.passage_id

    @property
    def text(self) -> SafeText:
        return self.passage.text


def texts_to_embed(
    heading: SafeText, text: SafeText, sentences: Sequence[tuple[int, int]]
) -> list[SafeText]:
    """What to embed for a passage: the whole, then each sentence, all under the heading.

    A sentence alone ("Press Send.") does not say what it is about.
    """
    pieces = [text, *(part(text, start, end) for start, end in sentences)]
    if not heading:
        return pieces
    return [compose("{heading}. {piece}", heading=heading, piece=piece) for piece in pieces]


def build_query(turns: Sequence[SafeText]) -> SafeText:
    """The text to embed for the last of a customer's turns.

    A turn that leans on what was said before counts twice, two earlier turns once; turns without
    a word that carries a subject ("hi", "thanks") are passed over. A turn that stands alone comes
    back as it is: the customer may have changed the subject.

    Args:
        turns: the customer's turns, oldest first; at least one.
    """
    last = turns[-1]
    earlier = _context(turns[:-1], last)
    if not earlier:
        return last
    return join(" ", [*earlier, last, last])


def stands_alone(turn: str) -> bool:
    """Whether a turn says by itself what it is about: enough subject words, nothing pointed at."""
    said = lexical.words(turn)
    if not said or said[0] in _CONTINUES:
        return False
    subjects = len(set(lexical.tokens(turn)))
    return subjects >= (SUBJECTS_WITH_POINTER if _POINTS.intersection(said) else SUBJECTS)


def _context(history: Sequence[SafeText], last: SafeText) -> list[SafeText]:
    """The earlier turns that the last one leans on, oldest first."""
    if stands_alone(last):
        return []
    found = [turn for turn in history if lexical.tokens(turn)]
    return found[-HISTORY_TURNS:]


class PassageIndex:
    """The passages of one tenant in memory, searched by BM25 and by vectors; safe between threads.

    Passage vectors lie in one matrix. Sentence vectors, several times as many, are compared only
    for the candidates, so a search of ten thousand passages takes milliseconds.
    """

    def __init__(self, *, dimension: int = 384) -> None:
        self._dimension = dimension
        self._lock = threading.Lock()
        self._words = lexical.Bm25Index()
        self._vectors: Vector = np.zeros((16, dimension), dtype=np.float32)
        self._passages: dict[int, IndexedPassage] = {}
        self._slots_of: dict[str, list[int]] = {}
        self._free: list[int] = []
        self._used = 0  # slots ever given out; the rows beyond are spare

    def __len__(self) -> int:
        return len(self._passages)

    def put(self, document_id: str, passages: Sequence[IndexedPassage]) -> None:
        """Set the passages of a document; those it had before are gone.

        Raises:
            ValueError: vectors of the wrong shape, or a passage of another document.
        """
        for passage in passages:
            if passage.vectors.shape != (1 + len(passage.sentences), self._dimension):
                raise ValueError(f"passage {passage.passage_id} has vectors of a wrong shape")
            if passage.document_id != document_id:
                raise ValueError(f"passage {passage.passage_id} is of another document")
        prepared = [
            lexical.tokens(passage.heading) * HEADING_WEIGHT + lexical.tokens(passage.text)
            for passage in passages
        ]
        with self._lock:
            self._remove(document_id)
            slots = [self._take_slot() for _ in passages]
            for slot, passage, terms in zip(slots, passages, prepared, strict=True):
                self._vectors[slot] = passage.vectors[0]
                self._passages[slot] = passage
                self._words.add(slot, terms)
            if slots:
                self._slots_of[document_id] = slots

    def remove(self, document_id: str) -> None:
        """Forget a document; one that is not there is no error."""
        with self._lock:
            self._remove(document_id)

    def search(
        self,
        query: SafeText,
        query_vector: NDArray[np.float32],
        *,
        history: Sequence[SafeText] = (),
        k: int = 8,
    ) -> list[Hit]:
        """The `k` passages that fit best, best first; none only when nothing is known.

        Args:
            query: the customer's last turn.
            query_vector: of `build_query([*history, query])`, shape (d,), length 1.
            history: the customer's turns before it, oldest first.
        """
        counts: dict[str, float] = dict.fromkeys(lexical.tokens(query), LAST_TURN_WEIGHT)
        for turn in _context(history, query):
            for term in lexical.tokens(turn):
                counts.setdefault(term, 1.0)
        with self._lock:
            return self._search(counts, query_vector, k)

    def _search(self, counts: Mapping[str, float], query_vector: Vector, k: int) -> list[Hit]:
        if not self._passages or k < 1:
            return []
        found = self._words.search(counts)
        bm25 = dict(zip(found.slots.tolist(), found.scores.tolist(), strict=True))
        coverage = dict(zip(found.slots.tolist(), found.coverage.tolist(), strict=True))
        cosines = self._vectors[: self._used] @ query_vector
        near = _top(cosines, CANDIDATES + len(self._free)).tolist()
        worded = found.slots[_top(found.scores, CANDIDATES)].tolist()
        slots = sorted({*near, *worded} & self._passages.keys())
        weights = {term: count * self._words.idf(term) for term, count in counts.items()}
        words = max(len(counts), 1)
        hits = []
        for slot, of_sentences in zip(
            slots, self._sentence_cosines(slots, query_vector), strict=True
        ):
            cosine = float(cosines[slot])
            best = float(of_sentences.max(initial=cosine))
            by_words = bm25.get(slot, 0.0)
            score = (
                (1 - LEXICAL_SHARE - SENTENCE_SHARE) * cosine
                + SENTENCE_SHARE * best
                + LEXICAL_SHARE * (by_words / found.limit if by_words else 0.0)
            )
            hits.append(
                Hit(
                    passage=self._passages[slot],
                    score=min(max(score, 0.0), 1.0),
                    cosine=cosine,
                    sentence_cosines=of_sentences,
                    coverage=coverage.get(slot, 0.0),
                    bm25=by_words / LAST_TURN_WEIGHT / words**0.5,
                    query_weights=weights,
                )
            )
        # Rounded, because a product's last digits depend on where the rows lie in memory.
        hits.sort(key=lambda hit: (-round(hit.score, 5), hit.document_id, hit.passage_id))
        return hits[:k]

    def _sentence_cosines(self, slots: Sequence[int], query_vector: Vector) -> list[Vector]:
        """The cosines of each passage's sentences, by one product over all of them."""
        rows = [self._passages[slot].vectors[1:] for slot in slots]
        together = np.concatenate(rows).astype(np.float32, copy=False) @ query_vector
        return np.split(together, np.cumsum([len(row) for row in rows])[:-1])

    def _remove(self, document_id: str) -> None:
        for slot in self._slots_of.pop(document_id, []):
            del self._passages[slot]
            self._words.remove(slot)
            self._vectors[slot] = 0
            self._free.append(slot)

    def _take_slot(self) -> int:
        if self._free:
            return self._free.pop()
        slot = self._used
        self._used += 1
        if slot >= len(self._vectors):
            grown = np.zeros((2 * len(self._vectors), self._dimension), dtype=np.float32)
            grown[: len(self._vectors)] = self._vectors
            self._vectors = grown
        return slot


def _top(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Positions of the highest scores, in no order."""
    if len(scores) <= count:
        return np.arange(len(scores))
    return np.argpartition(-scores, count)[:count]
