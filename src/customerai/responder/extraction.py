"""Replies made of the knowledge's own sentences, each with the place it comes from."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from customerai.core.safe_text import SafeText, join, part
from customerai.responder import lexical
from customerai.responder.retrieval import Hit

Reason = Literal["no_knowledge", "no_evidence", "low_confidence"]

FEATURES: Final = ("cosine", "coverage", "margin")
# Fitted by training/confidence.py, which says on what; printed by it, nothing set by hand.
COEFFICIENTS: Final = {
    "cosine": 9.139,
    "coverage": 1.522,
    "margin": 12.887,
}
INTERCEPT: Final = -5.963
DEFAULT_MIN_CONFIDENCE: Final = 0.8
"""Where 3.8 % of the unanswerable questions kept by training/confidence.py get an answer."""

MAX_MARGIN: Final = 0.1
"""A larger lead says nothing more: it only shows that the knowledge is thin."""
SAME_CONTENT: Final = 0.9
"""Cosine from which two passages say the same, so that neither casts doubt on the other."""
NO_EVIDENCE_COSINE: Final = 0.3
"""Below it, and without half of the query's words, a passage is of another subject."""
NO_EVIDENCE_COVERAGE: Final = 0.5

WORDS_SHARE: Final = 0.4
"""What the query's words count in the choice of sentences; the rest is for vectors."""
SECOND_SOURCE: Final = 0.97
"""A second document adds a sentence only when it fits nearly as well as the first."""
JOINS: Final = 0.45
"""How far a neighbour must lie between the passage's worst sentence (0) and its best (1)."""
JOINS_ON_ITS_LINE: Final = 0.2
"""The same for a neighbour in the same paragraph or list item."""
QUESTION_PENALTY: Final = 0.2
"""A question in the passage is near the query, but its answer is what follows it."""
_STEP: Final = re.compile(r"\(?\d{1,2}[.)]\s")
_BETWEEN: Final = "\n\n"


@dataclass(frozen=True)
class Citation:
    """Where a span of the reply comes from.

    Attributes:
        start: of the span in the reply, in code points.
        end: exclusive.
        quote: the passage's own words; the reply holds exactly them from `start` to `end`.
    """

    start: int
    end: int
    document_id: str
    passage_id: str
    quote: SafeText


@dataclass(frozen=True)
class Draft:
    """A reply that may be sent, or why there is none.

    Attributes:
        text: "" when abstained.
        confidence: the chance that the cited document answers the question, in [0, 1].
        reason: why it abstained; None when answered.
    """

    status: Literal["answered", "abstained"]
    text: SafeText
    citations: tuple[Citation, ...]
    confidence: float
    reason: Reason | None


@dataclass(frozen=True)
class _Run:
    """Neighbouring sentences of one passage, `first` to `last`, both in."""

    hit: Hit
    first: int
    last: int


def compose_reply(
    query: SafeText,
    query_vector: NDArray[np.float32],
    hits: Sequence[Hit],
    *,
    max_sentences: int = 4,
    min_confidence: float = DEFAULT_MIN_CONFIDENCE,
) -> Draft:
    """The sentences of the best hits that answer the query, or an abstention with its reason.

    Neighbouring sentences stay together and in order, so the steps of a procedure do; every
    sentence of the reply lies in the span of one citation, and no two spans overlap.

    Args:
        query_vector: the vector that the hits were searched with.
        hits: best first, as `PassageIndex.search` gives them.
    """
    nothing = part(query, 0, 0)
    if not hits:
        return Draft("abstained", nothing, (), 0.0, "no_knowledge")
    certain = confidence(hits)
    best = hits[0]
    if _best_cosine(best) < NO_EVIDENCE_COSINE and best.coverage < NO_EVIDENCE_COVERAGE:
        return Draft("abstained", nothing, (), certain, "no_evidence")
    if certain < min_confidence:
        return Draft("abstained", nothing, (), certain, "low_confidence")
    runs = _choose(hits, max(max_sentences, 1))
    if not runs:
        return Draft("abstained", nothing, (), certain, "no_evidence")
    text, citations = _write(runs)
    return Draft("answered", text, citations, certain, None)


def confidence(hits: Sequence[Hit]) -> float:
    """The chance that the best hit answers the query: a logistic function of `features`."""
    total = INTERCEPT + sum(
        COEFFICIENTS[name] * value for name, value in zip(FEATURES, features(hits), strict=True)
    )
    return 1 / (1 + math.exp(-total))


def features(hits: Sequence[Hit]) -> tuple[float, ...]:
    """What speaks for the best hit, in the order of `FEATURES`.

    cosine: of the query and the passage or its best sentence; coverage: the share of the query's
    words in it, weighted by rarity; margin: its score beyond the best one of a document that says
    something else, at most `MAX_MARGIN`.
    """
    best = hits[0]
    direction = best.passage.vectors[0].astype(np.float32)
    rival = 0.0
    for hit in hits[1:]:
        if hit.document_id == best.document_id:
            continue
        if float(hit.passage.vectors[0].astype(np.float32) @ direction) < SAME_CONTENT:
            rival = hit.score
            break
    return (_best_cosine(best), best.coverage, min(best.score - rival, MAX_MARGIN))


def _best_cosine(hit: Hit) -> float:
    """The higher of the passage's and its sentences' cosines."""
    return float(hit.sentence_cosines.max(initial=hit.cosine))


def _sentence_scores(hit: Hit) -> list[float]:
    """How well each sentence answers, in about [0, 1]."""
    available = sum(hit.query_weights.values())
    scores = []
    for (start, end), cosine in zip(hit.passage.sentences, hit.sentence_cosines, strict=True):
        held = set(lexical.tokens(hit.text[start:end]))
        covered = sum(weight for term, weight in hit.query_weights.items() if term in held)
        share = covered / available if available else 0.0
        scores.append((1 - WORDS_SHARE) * float(cosine) + WORDS_SHARE * share)
    return scores


def _choose(hits: Sequence[Hit], budget: int) -> list[_Run]:
    best = hits[0]
    first = _best_run(best, budget)
    if first is None:
        return []
    runs = [first]
    left = budget - (first.last - first.first + 1)
    for hit in hits[1:]:
        if left < 1 or hit.score < SECOND_SOURCE * best.score:
            break
        run = _best_run(hit, left)
        if run is None or any(_text(run) == _text(other) for other in runs):
            continue
        runs.append(run)
        left -= run.last - run.first + 1
    # A document is read in its own order.
    order = {hit.document_id: rank for rank, hit in reversed(list(enumerate(hits)))}
    return sorted(runs, key=lambda run: order[run.hit.document_id])


def _best_run(hit: Hit, budget: int) -> _Run | None:
    """The best sentence and the neighbours that belong to it, at most `budget` sentences."""
    spans = hit.passage.sentences
    if not spans:
        return None
    if len(spans) <= budget:
        return _Run(hit, 0, len(spans) - 1)
    scores = _sentence_scores(hit)
    texts = [hit.text[start:end] for start, end in spans]
    anchors = [
        score - QUESTION_PENALTY if text.endswith("?") else score
        for score, text in zip(scores, texts, strict=True)
    ]
    anchor = int(np.argmax(anchors))
    lowest = min(scores)
    reach = scores[anchor] - lowest
    first = last = anchor

    def joins(neighbour: int, beside: int) -> bool:
        left, right = min(neighbour, beside), max(neighbour, beside)
        together = "\n" not in hit.text[spans[left][1] : spans[right][0]]
        needed = JOINS_ON_ITS_LINE if together else JOINS
        return scores[neighbour] - lowest >= needed * reach

    while last - first + 1 < budget:
        before = first > 0
        after = last + 1 < len(spans)
        # What is introduced comes along; and an introduction comes with it.
        if after and texts[last].endswith((":", "?")):
            last += 1
        elif before and _STEP.match(texts[first]) and _leads_to_step(texts[first - 1]):
            first -= 1
        elif after and _STEP.match(texts[last + 1]):
            last += 1
        elif before and texts[first - 1].endswith(":"):
            first -= 1
        elif after and joins(last + 1, last):
            last += 1
        elif before and joins(first - 1, first):
            first -= 1
        else:
            break
    while last > anchor and texts[last].endswith(":"):
        last -= 1  # what it introduces did not fit
    return _Run(hit, first, last)


def _leads_to_step(text: str) -> bool:
    return text.endswith(":") or _STEP.match(text) is not None


def _text(run: _Run) -> SafeText:
    spans = run.hit.passage.sentences
    return part(run.hit.text, spans[run.first][0], spans[run.last][1])


def _write(runs: Sequence[_Run]) -> tuple[SafeText, tuple[Citation, ...]]:
    citations = []
    texts = [_text(run) for run in runs]
    start = 0
    for run, text in zip(runs, texts, strict=True):
        end = start + len(text)
        citations.append(Citation(start, end, run.hit.document_id, run.hit.passage_id, text))
        start = end + len(_BETWEEN)
    return join(_BETWEEN, texts), tuple(citations)
