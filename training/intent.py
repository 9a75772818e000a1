"""Trains the contact reasons: `intent.py --data DIR --out FILE`. Prints the held-out figures."""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import corpora
import linear
import numpy as np
from corpora import Row
from sklearn.metrics import f1_score, roc_auc_score
from taxonomy import REASONS, SMALL_TALK, reason_of
from templates import (
    ANSWERS,
    EXAMPLES,
    NOT_A_REASON,
    NUMBER_WORDS,
    OPENERS,
    PRODUCTS,
    SERVICES,
    TIMES,
)

SEED = 20_250
TALK, OTHER = "~talk", "~other"
MAX_PER_CLASS = 1_500
MAX_TALK = 8_000
BARE_ANSWERS = 2_500
CALIBRATION_SHARE = 0.08
MARKED_SHARE = 0.35
OPENED_SHARE = 0.12

Example = tuple[str, str]

_MONTHS = "january february march april may june july august september october november december"
_DAYS = "monday tuesday wednesday thursday friday saturday sunday"
_NAMES = (
    "john mary alexis ben sarah katarina jane mark peter james anna david michael lisa tom emma "
    "robert linda susan karen daniel laura kevin amanda michelle nancy tina jimmy sam riley"
)
_PLACES = (
    "pittsburgh|chicago|boston|london|paris|new york|los angeles|san francisco|seattle|denver|"
    "miami|dallas|houston|austin|atlanta|berlin|tokyo|madrid|toronto|detroit|orlando|las vegas|"
    "philadelphia|phoenix|portland|mexico|france|germany|spain|canada|italy|japan"
)
PATTERNS = (
    ("EMAIL_ADDRESS", r"\b\S+@\S+\.\w+\b"),
    ("PHONE_NUMBER", r"\b\d{3}[- ]\d{3}[- ]\d{4}\b"),
    ("DATE_TIME", r"\b\d{1,2}(:\d\d)? ?[ap]\.?m\b\.?"),
    ("DATE_TIME", rf"\b(?:{'|'.join(_MONTHS.split())})(?: \d{{1,2}}(?:st|nd|rd|th)?)?\b"),
    ("DATE_TIME", rf"\b(?:(?:next|this|on) )?(?:{'|'.join(_DAYS.split())})s?\b"),
    ("DATE_TIME", r"\b(?:today|tomorrow|tonight|yesterday|next week|last week)\b"),
    ("PERSON", rf"\b(?:{'|'.join(_NAMES.split())})(?: [A-Z][a-z]+)?\b"),
    ("LOCATION", rf"\b(?:{_PLACES})\b"),
    ("US_BANK_NUMBER", r"\b\d{6,}\b"),
)  # fmt: skip
COMPILED = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in PATTERNS]


def anonymized(text: str) -> str:
    """The text as the privacy service might hand it over."""
    for kind, pattern in COMPILED:
        numbers = iter(range(1, 1000))
        text = pattern.sub(lambda _, kind=kind, n=numbers: f"[{kind}_{next(n)}]", text)  # type: ignore[misc]
    return text


def class_of(row: Row, reasons: dict[str, str]) -> str | None:
    """A reason, small talk, "other", or None for a row that is not used."""
    reason = reasons.get(f"{row.source}:{row.label}")
    if reason:
        return reason
    if row.label in SMALL_TALK.get(row.source, ()) or (row.source, row.label) == ("star", "answer"):
        return TALK
    if row.source == "clinc150" or row.label.startswith("spaceship_"):
        return OTHER
    return None


def from_templates(chance: random.Random) -> list[Example]:
    """Own examples, each a few times with other products, services and openers."""
    examples = []
    for reason, block in EXAMPLES.items():
        for line in block.strip().splitlines():
            for _ in range(8 if "{" in line else 4):
                filled = line.format(
                    product=chance.choice(PRODUCTS), service=chance.choice(SERVICES)
                )
                examples.append((chance.choice(OPENERS) + filled, reason))
    for line in NOT_A_REASON:
        examples += [(line, TALK), (line.capitalize() + chance.choice(".!"), TALK)]
    for _ in range(BARE_ANSWERS):
        number = chance.choice([chance.choice(NUMBER_WORDS), str(int(10 ** chance.uniform(0, 4)))])
        answer = chance.choice(ANSWERS).format(
            n=number,
            name=chance.choice([*_NAMES.split(), "[PERSON_1]"]),
            place=chance.choice([*_PLACES.split("|"), "[LOCATION_1]"]),
            time=chance.choice(TIMES),
        )
        examples.append((answer, TALK))
    return examples


def distinct(examples: Iterable[Example]) -> list[Example]:
    """Each text once, with the class it has most often; where two tie, the text is left out."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    spelling: dict[str, str] = {}
    for text, name in examples:
        key = " ".join(text.lower().split())
        votes[key][name] += 1
        spelling.setdefault(key, text)
    kept = []
    for key, counts in votes.items():
        top = counts.most_common(2)
        if len(top) == 1 or top[0][1] > top[1][1]:
            kept.append((spelling[key], top[0][0]))
    return kept


def capped(examples: Sequence[Example], chance: random.Random) -> list[Example]:
    """No more rows of a class than its cap, picked at random."""
    by_class: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_class[example[1]].append(example)
    kept = []
    for name in sorted(by_class):
        rows = by_class[name]
        cap = MAX_TALK if name == TALK else len(rows) if name == OTHER else MAX_PER_CLASS
        kept += chance.sample(rows, min(cap, len(rows)))
    return kept


def augmented(examples: Sequence[Example], chance: random.Random) -> list[Example]:
    """The examples, and copies of some with placeholders or with a greeting before them."""
    extra = []
    for text, name in examples:
        if chance.random() < MARKED_SHARE:
            marked = anonymized(text)
            if marked != text:
                extra.append((marked, name))
        if name not in {TALK, OTHER} and chance.random() < OPENED_SHARE:
            extra.append((chance.choice(OPENERS[3:]) + text, name))
    return [*examples, *extra]


def report(title: str, trained: linear.Trained, examples: list[Example], figures: Figures) -> None:
    """Print accuracy and macro-F1 within scope, and how well the rest is told apart."""
    classes = np.array(trained.classes)
    probabilities = figures.probabilities(trained.logits([text for text, _ in examples]))
    gold = np.array([name for _, name in examples])
    inside = ~np.isin(gold, [TALK, OTHER])
    reasons = len(classes) - 2
    best = probabilities[:, :reasons].max(axis=1)
    named = classes[probabilities[:, :reasons].argmax(axis=1)]
    outside = probabilities[:, reasons:].sum(axis=1)
    answered = (best >= figures.threshold) & (best >= outside)
    parts = [f"{title}: n={len(gold)}"]
    if inside.any():
        right = named[inside] == gold[inside]
        final = np.where(answered, named, "")
        parts.append(f"in scope n={inside.sum()} accuracy(forced)={right.mean():.3f}")
        parts.append(f"accuracy={np.mean(final[inside] == gold[inside]):.3f}")
        f1 = f1_score(gold[inside], final[inside], labels=np.unique(gold[inside]), average="macro")
        parts.append(f"macro-F1={f1:.3f}")
    for kind in (TALK, OTHER):
        rows = gold == kind
        if rows.any():
            parts.append(f"{kind} n={rows.sum()} recall={np.mean(~answered[rows]):.3f}")
    if inside.any() and not inside.all():
        parts.append(f"AUROC={roc_auc_score(inside, best - outside):.3f}")
    print("  ".join(parts), flush=True)


class Figures:
    """The calibration of one trained model."""

    def __init__(self, divisor: float, threshold: float) -> None:
        self.divisor = divisor
        self.threshold = threshold

    def probabilities(self, logits: linear.Floats) -> linear.Floats:
        scaled = logits / self.divisor
        exponentials = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


def calibrate(trained: linear.Trained, examples: list[Example]) -> Figures:
    """Temperature by likelihood; the threshold where accuracy and out-of-scope recall sum best."""
    position = {name: i for i, name in enumerate(trained.classes)}
    target = np.array([position[name] for _, name in examples])
    logits = trained.logits([text for text, _ in examples])
    divisor = linear.temperature(logits, target)
    probabilities = Figures(divisor, 0.0).probabilities(logits)
    reasons = len(trained.classes) - 2
    inside = target < reasons
    best = probabilities[:, :reasons].max(axis=1)
    right = probabilities[:, :reasons].argmax(axis=1) == target
    outside = probabilities[:, reasons:].sum(axis=1)

    def quality(threshold: float) -> float:
        answered = (best >= threshold) & (best >= outside)
        return float((answered & right)[inside].mean() + (~answered)[~inside].mean())

    thresholds = np.arange(0.10, 0.71, 0.02)
    return Figures(divisor, float(max(thresholds, key=quality)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--iterations", type=int, default=linear.Recipe.iterations)
    arguments = parser.parse_args()
    chance = random.Random(SEED)
    data = arguments.data
    reasons = reason_of()

    rows: list[tuple[Row, str]] = []
    for read in (
        corpora.banking77, corpora.clinc150, corpora.dstc11, corpora.multidogo, corpora.star,
    ):  # fmt: skip
        for row in read(data):
            name = class_of(row, reasons)
            if name is not None:
                rows.append((row, name))
    held_out = {
        " ".join(row.text.lower().split())
        for row, name in rows
        if row.part != "train" and name != TALK
    }
    pool = distinct(
        [(row.text, name) for row, name in rows if row.part == "train"] + from_templates(chance)
    )
    pool = [example for example in pool if " ".join(example[0].lower().split()) not in held_out]
    pool = capped(pool, chance)
    aside = [example for example in pool if corpora.share("aside" + example[0]) < CALIBRATION_SHARE]
    chosen = set(aside)
    fitted = augmented([example for example in pool if example not in chosen], chance)
    counts = Counter(name for _, name in fitted)
    print(f"{len(fitted)} rows to fit, {len(aside)} to calibrate, {len(REASONS)} reasons")
    print("fewest:", counts.most_common()[-12:], "most:", counts.most_common(4), flush=True)

    order = [*REASONS, TALK, OTHER]
    # Rare classes weigh more, by the cube root, so that they are found at all.
    weights = np.array([counts[name] ** (-1 / 3) for _, name in fitted], dtype=np.float32)
    trained = linear.train(
        [text for text, _ in fitted],
        [name for _, name in fitted],
        order=order,
        weights=weights / weights.mean(),
        recipe=linear.Recipe(iterations=arguments.iterations),
    )
    figures = calibrate(trained, aside)
    print(f"temperature {figures.divisor:.3f}, threshold {figures.threshold:.2f}")
    labels = {name: (reason.title, reason.area) for name, reason in REASONS.items()}
    linear.write(
        arguments.out, trained, labels=labels, divisor=figures.divisor, threshold=figures.threshold
    )
    print(f"{arguments.out.name}: {arguments.out.stat().st_size} bytes")

    for source in ("banking77", "clinc150", "dstc11", "multidogo", "star"):
        of_source = [
            (row.text, name) for row, name in rows if row.source == source and row.part == "dev"
        ]
        report(f"{source} dev", trained, distinct(of_source), figures)
        marked = [
            (anonymized(text), name)
            for text, name in distinct(of_source)
            if anonymized(text) != text
        ]
        report(f"{source} dev, rows with placeholders", trained, marked, figures)
    demo = [(row.text, name) for row, name in rows if row.part == "demo"]
    report("star demo conversations", trained, distinct(demo), figures)
    report(
        "star demo conversations anonymized",
        trained,
        [(anonymized(text), name) for text, name in distinct(demo)],
        figures,
    )
    every = distinct([(row.text, name) for row, name in rows if row.part == "dev"])
    report("all dev", trained, every, figures)


if __name__ == "__main__":
    main()
