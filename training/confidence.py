"""Fit the confidence of extractive replies: the coefficients of `responder.extraction`.

    python training/confidence.py --data DIR

Everything it learns from may be shipped: the ABCD guidelines (MIT) with the questions of the
demo, and two small help centres written for this script, whose questions are the customers'
messages of Banking77 (CC BY 4.0) and CLINC150 (CC BY 3.0). A question is answerable when the
article of its intent is in the index; then also the same question with that document removed is
counted, as a near miss, and messages of other intents and subjects as far misses. Half of the
documents' questions are kept for choosing the threshold, never for fitting. Far misses of Banking77
are left out: its intents overlap, and the articles do answer many of them. So are answerable
questions whose best hit is another document: they would teach to doubt good evidence.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from customerai.core.safe_text import SafeText
from customerai.core.safe_text_issuer import issue
from customerai.ml.embedder import SentenceEmbedder
from customerai.responder import extraction, sentences
from customerai.responder.parsing import parse
from customerai.responder.retrieval import IndexedPassage, PassageIndex, texts_to_embed

SEED = 20261122
PER_INTENT = 12
FAR_MISSES = 400
ARTICLES = Path(__file__).with_name("confidence_articles.jsonl")
DEMO = Path(__file__).parents[1] / "src/customerai/demo/questions.jsonl"


@dataclass(frozen=True)
class Question:
    """A customer's message; `gold` is the document that answers it, None when nothing does."""

    text: str
    gold: str | None


@dataclass(frozen=True)
class Case:
    """One search: its features, whether its best hit was right, and whether that was possible.

    `near` marks a question whose answer was taken away; `fitted` the half that is learned from.
    """

    knowledge: str
    features: tuple[float, ...]
    right: bool
    answerable: bool
    near: bool
    fitted: bool


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--data", type=Path, required=True)
    data = arguments.parse_args().data
    embedder = SentenceEmbedder(threads=1)
    random.seed(SEED)
    cases: list[Case] = []
    for name, documents, questions in (
        ("abcd", *abcd(data)),
        ("banking77", *help_centre(data / "banking77/banking77.csv.gz", "banking77", {"train"})),
        (
            "clinc150",
            *help_centre(data / "clinc150/clinc150.csv.gz", "clinc150", {"train", "oos_train"}),
        ),
    ):
        print(f"{name}: {len(documents)} documents, {len(questions)} questions")
        cases += run(name, embedder, documents, questions)
    fit(cases)


def abcd(data: Path) -> tuple[dict[str, list[tuple[str, str]]], list[Question]]:
    """The guidelines, a document a subflow, and the demo's questions."""
    documents: dict[str, list[tuple[str, str]]] = {}
    parsed = parse((data / "abcd/guidelines.json").read_text("utf-8"), "json")
    for passage in parsed.passages:
        documents.setdefault(passage.heading, []).append((passage.heading, passage.text))
    questions = []
    for line in DEMO.read_text("utf-8").splitlines():
        row = json.loads(line)
        gold = f"{row['flow']} > {row['subflow']}" if row["flow"] else None
        questions.append(Question(row["question"], gold))
    return documents, questions


def help_centre(
    path: Path, source: str, splits: set[str]
) -> tuple[dict[str, list[tuple[str, str]]], list[Question]]:
    documents = {}
    for line in ARTICLES.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["source"] == source:
            documents[row["intent"]] = [(row["title"], row["text"])]
    messages: dict[str, list[str]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["split"] in splits:
                messages.setdefault(row["intent"], []).append(row["text"])
    questions = []
    for intent in documents:
        picked = random.sample(messages[intent], PER_INTENT)
        questions += [Question(text, intent) for text in picked]
    others = [
        text for intent, texts in messages.items() if intent not in documents for text in texts
    ]
    questions += [Question(text, None) for text in random.sample(others, FAR_MISSES)]
    return documents, questions


def indexed(
    embedder: SentenceEmbedder, documents: dict[str, list[tuple[str, str]]]
) -> tuple[PassageIndex, dict[str, list[IndexedPassage]]]:
    index = PassageIndex()
    kept = {}
    for document_id, parts in documents.items():
        passages = []
        for number, (heading, text) in enumerate(parts):
            spans = sentences.split(text)
            vectors = embedder.embed(texts_to_embed(issue(heading), issue(text), spans))
            passages.append(
                IndexedPassage(
                    f"{document_id}#{number}",
                    document_id,
                    issue(heading),
                    issue(text),
                    tuple(spans),
                    vectors,
                )
            )
        index.put(document_id, passages)
        kept[document_id] = passages
    return index, kept


def run(
    name: str,
    embedder: SentenceEmbedder,
    documents: dict[str, list[tuple[str, str]]],
    questions: Sequence[Question],
) -> Iterable[Case]:
    index, kept = indexed(embedder, documents)
    texts: list[SafeText] = [issue(question.text) for question in questions]
    vectors = embedder.embed(texts)
    for question, text, vector in zip(questions, texts, vectors, strict=True):
        key = question.gold or question.text
        fitted = hashlib.sha256(key.encode()).digest()[0] % 2 == 0
        hits = index.search(text, vector)
        right = hits[0].document_id == question.gold
        answerable = question.gold is not None
        yield Case(
            name,
            extraction.features(hits),
            right=right,
            answerable=answerable,
            near=False,
            fitted=fitted,
        )
        if question.gold is not None:
            index.remove(question.gold)
            hits = index.search(text, vector)
            yield Case(
                name,
                extraction.features(hits),
                right=False,
                answerable=False,
                near=True,
                fitted=fitted,
            )
            index.put(question.gold, kept[question.gold])


def matrix(cases: Sequence[Case]) -> NDArray[np.float64]:
    return np.array([case.features for case in cases])


def fit(cases: Sequence[Case]) -> None:
    clean = [
        case for case in cases if case.knowledge != "banking77" or case.answerable or case.near
    ]
    used = [case for case in clean if case.fitted and (case.right or not case.answerable)]
    # Each knowledge base weighs the same, and so do right answers and misses.
    sizes = Counter(case.knowledge for case in used)
    model = LogisticRegression(C=10.0, class_weight="balanced")
    model.fit(
        matrix(used),
        [case.right for case in used],
        sample_weight=[len(used) / sizes[case.knowledge] / len(sizes) for case in used],
    )
    for name, value in zip(extraction.FEATURES, model.coef_[0], strict=True):
        print(f'    "{name}": {value:.3f},')
    print(f"INTERCEPT = {model.intercept_[0]:.3f}")
    kept = [case for case in clean if not case.fitted]
    for name in (*sizes, "all"):
        report(name, model, [case for case in kept if name in (case.knowledge, "all")])


def report(name: str, model: LogisticRegression, cases: Sequence[Case]) -> None:
    scores = model.predict_proba(matrix(cases))[:, 1]
    right = np.array([case.right for case in cases])
    answerable = np.array([case.answerable for case in cases])
    near = np.array([case.near for case in cases])
    far = ~near & ~answerable
    print(
        f"{name}, kept half: {answerable.sum()} answerable, {near.sum()} near misses, "
        f"{far.sum()} far misses; AUROC {roc_auc_score(answerable, scores):.3f}"
    )
    print("  threshold  answered  of them right  near misses answered  far  all unanswerable")
    for threshold in np.arange(0.5, 0.95, 0.05):
        sent = scores >= threshold
        print(
            f"  {threshold:9.2f}  {sent[answerable].mean():8.3f}  "
            f"{right[answerable & sent].mean():13.3f}  {sent[near].mean():20.3f}  "
            f"{sent[far].mean() if far.any() else 0:.3f}  {sent[~answerable].mean():.3f}"
        )


if __name__ == "__main__":
    main()
