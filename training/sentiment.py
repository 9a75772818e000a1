"""Trains the sentiment of one message: `sentiment.py --data DIR --out FILE`. Prints figures.

Nothing that may not ship is learned from: `sentiment_airline` and `sentiment_umsab` are read only
after the artifact was written, to measure it.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from pathlib import Path

import corpora
import linear
import numpy as np
from feelings import (
    DENIED_FRAMES,
    NEGATED_FRAMES,
    NEGATIVE,
    NEUTRAL,
    POSITIVE,
    THINGS,
    TIMES,
    WORD_FRAMES,
)
from feelings_abroad import SENTENCES
from intent import anonymized, distinct
from sklearn.metrics import confusion_matrix, f1_score, roc_auc_score

SEED = 20_251
LABELS = {
    "negative": ("Negative", "Sentiment"),
    "neutral": ("Neutral", "Sentiment"),
    "positive": ("Positive", "Sentiment"),
}
LEXICON = Path(__file__).parent / "third_party" / "vader" / "lexicon.tsv"
STRONG = 1.3  # mean rating of a word on VADER's scale from -4 to 4
NEUTRAL_ROWS = 7_000
# Ordinary requests seldom hold words as strong as these; where they do, no weak label is given.
NEUTRAL_LIMIT = 1.6

Example = tuple[str, str]


def lexicon() -> dict[str, float]:
    """Word or emoticon to its mean valence, -4 to 4 (Hutto and Gilbert, 2014; MIT licence)."""
    lines = LEXICON.read_text(encoding="utf-8").splitlines()
    return {word: float(value) for word, value in (line.split("\t") for line in lines)}


def fill(frame: str, chance: random.Random, word: str = "") -> str:
    return frame.format(word=word, thing=chance.choice(THINGS), time=chance.choice(TIMES))


def from_lexicon(words: dict[str, float], chance: random.Random) -> list[Example]:
    """Each strong word in a few frames; a negated good word is negative."""
    examples = []
    for word, valence in sorted(words.items()):
        if abs(valence) < STRONG:
            continue
        name = "positive" if valence > 0 else "negative"
        frames = ("{word}",) if not word.isalpha() else chance.sample(WORD_FRAMES, 3)
        examples += [(fill(frame, chance, word), name) for frame in frames]
        if word.isalpha() and valence > 0 and chance.random() < 0.5:
            examples.append((fill(chance.choice(NEGATED_FRAMES), chance, word), "negative"))
        if word.isalpha() and valence < 0 and chance.random() < 0.05:
            examples.append((fill(chance.choice(DENIED_FRAMES), chance, word), "neutral"))
    return examples


def from_templates(chance: random.Random) -> list[Example]:
    """Own sentences, and pairs of them, since real messages hold more than one."""
    blocks = (("negative", NEGATIVE), ("neutral", NEUTRAL), ("positive", POSITIVE))
    examples = []
    for name, lines in blocks:
        for line in lines:
            examples += [(fill(line, chance), name) for _ in range(6 if "{" in line else 3)]
        for _ in range(900):
            first, second = fill(chance.choice(lines), chance), fill(chance.choice(lines), chance)
            examples.append((f"{first}{chance.choice(['. ', ', ', '! ', ' '])}{second}", name))
        if name != "neutral":
            for _ in range(900):
                pair = [fill(chance.choice(lines), chance), fill(chance.choice(NEUTRAL), chance)]
                chance.shuffle(pair)
                examples.append((". ".join(pair), name))
    return examples


def abroad(chance: random.Random) -> list[Example]:
    """Own sentences in other languages, alone and in pairs of one language."""
    examples = []
    for by_sentiment in SENTENCES.values():
        for name, block in by_sentiment.items():
            lines = block.split("|")
            examples += [(line, name) for line in lines for _ in range(2)]
            examples += [(". ".join(chance.sample(lines, 2)), name) for _ in range(60)]
    return examples


def requests(data: Path, words: dict[str, float], chance: random.Random) -> list[Example]:
    """Weakly neutral: requests and answers of the intent sets without a strong word."""
    texts = [
        row.text
        for read in (corpora.banking77, corpora.clinc150, corpora.dstc11, corpora.multidogo)
        for row in read(data)
        if row.part == "train" and row.label not in {"thankyou", "thank_you", "closinggreeting"}
    ]
    calm = [
        text
        for text, _ in distinct((text, "neutral") for text in texts)
        if all(
            abs(words.get(word.strip(".,!?"), 0.0)) < NEUTRAL_LIMIT for word in text.lower().split()
        )
    ]
    chosen = chance.sample(calm, NEUTRAL_ROWS)
    marked = [anonymized(text) for text in chosen[: NEUTRAL_ROWS // 4]]
    return [(text, "neutral") for text in [*chosen, *marked]]


def reviews(data: Path) -> list[Example]:
    """Sentences of product, restaurant and film reviews (UCI, CC BY 4.0)."""
    rows = corpora.read_csv(data / "sentiment_uci" / "sentences.csv.gz")
    return [(row["text"], row["sentiment"]) for row in rows]


def report(title: str, trained: linear.Trained, rows: list[Example]) -> None:
    """Print accuracy, macro-F1 and the confusion of one data set."""
    logits = trained.logits([text for text, _ in rows])
    gold = np.array([name for _, name in rows])
    named = np.array(trained.classes)[logits.argmax(axis=1)]
    present = [name for name in trained.classes if name in set(gold)]
    f1 = f1_score(gold, named, labels=present, average="macro", zero_division=0)
    print(f"{title}: n={len(gold)} accuracy={(gold == named).mean():.3f} macro-F1={f1:.3f}")
    if len(present) > 1:
        polar = np.isin(gold, ["negative", "positive"])
        margin = logits[:, 2] - logits[:, 0]
        auroc = roc_auc_score(gold[polar] == "positive", margin[polar])
        print(f"  positive against negative AUROC={auroc:.3f}")
        print(" ", confusion_matrix(gold, named, labels=list(LABELS)).tolist(), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    chance = random.Random(SEED)
    words = lexicon()
    reviewed = reviews(arguments.data)
    held = [row for row in reviewed if corpora.share("aside" + row[0]) < 0.2]
    learned = [row for row in reviewed if corpora.share("aside" + row[0]) >= 0.2]
    calm = requests(arguments.data, words, chance)
    held_calm = [row for row in calm if corpora.share("aside" + row[0]) < 0.05]
    calm = [row for row in calm if corpora.share("aside" + row[0]) >= 0.05]

    sources = (
        (learned, 3.0),
        (calm, 0.4),
        (from_templates(chance), 1.0),
        (abroad(chance), 1.0),
        (from_lexicon(words, chance), 0.2),
    )
    texts = [text for rows, _ in sources for text, _ in rows]
    names = [name for rows, _ in sources for _, name in rows]
    weights = np.array([weight for rows, weight in sources for _ in rows], dtype=np.float32)
    print(len(texts), Counter(names))
    recipe = linear.Recipe(
        max_words=30_000, max_characters=50_000, gram_strength=4.0, static_strength=30.0,
        static_share=0.5, iterations=100,
    )  # fmt: skip
    trained = linear.train(texts, names, order=list(LABELS), weights=weights, recipe=recipe)
    aside = [*held, *held_calm]
    target = np.array([list(LABELS).index(name) for _, name in aside])
    divisor = linear.temperature(trained.logits([text for text, _ in aside]), target)
    print(f"temperature {divisor:.3f}")
    linear.write(arguments.out, trained, labels=LABELS, divisor=divisor, threshold=0.0)
    print(f"{arguments.out.name}: {arguments.out.stat().st_size} bytes")

    report("uci held-out fifth", trained, held)
    report("calm requests held out", trained, held_calm)
    evaluate(arguments.data, trained)


def evaluate(data: Path, trained: linear.Trained) -> None:
    """The figures on data that may be measured with but not learned from or shipped."""
    airline = corpora.read_csv(data / "sentiment_airline" / "tweets.csv.gz")
    report("airline", trained, [(row["text"], row["sentiment"]) for row in airline])
    tweets = corpora.read_csv(data / "sentiment_umsab" / "umsab.csv.gz")
    by_language: dict[str, list[Example]] = {}
    for row in tweets:
        by_language.setdefault(row["lang"], []).append((row["text"], row["sentiment"]))
    for language, rows in by_language.items():
        report(f"umsab {language}", trained, rows)


if __name__ == "__main__":
    main()
