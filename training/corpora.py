"""The public data sets that the default models learn from, read from the folder `--data` names."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MIN_REQUEST_WORDS = 3
MAX_ANSWER_WORDS = 4
STAR_DEV_SHARE = 0.1


@dataclass(frozen=True)
class Row:
    """One text with its source's own label; `part` is train, dev or demo."""

    source: str
    label: str
    text: str
    part: str


def read_csv(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a gzipped CSV file with a header."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a gzipped JSON Lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def share(key: str) -> float:
    """A number in [0, 1) that depends on the key alone, for splits that never move."""
    return int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) / 2**32


def banking77(data: Path) -> Iterator[Row]:
    """Official few-shot validation rows are the development part."""
    for row in read_csv(data / "banking77" / "banking77.csv.gz"):
        yield Row("banking77", row["intent"], row["text"], row["split"])


def clinc150(data: Path) -> Iterator[Row]:
    """Official validation rows are the development part; `oos` is a label."""
    for row in read_csv(data / "clinc150" / "clinc150.csv.gz"):
        part = "train" if row["split"] in {"train", "oos_train"} else "dev"
        yield Row("clinc150", row["intent"], row["text"], part)


def dstc11(data: Path) -> Iterator[Row]:
    """Insurance utterances; a fifth, by the hash of the text, is the development part."""
    for row in read_csv(data / "dstc11_natcs" / "utterances.csv.gz"):
        text = row["utterance"]
        yield Row("dstc11", row["intent"], text, "dev" if share(text.lower()) < 0.2 else "train")


def multidogo(data: Path) -> Iterator[Row]:
    """Customer turns with exactly one intent; the domain stands before an answer's label."""
    for row in read_jsonl(data / "multidogo" / "customer_turns.jsonl.gz"):
        if len(row["intents"]) != 1 or not row["intents"][0] or not row["text"].strip():
            continue
        label = row["intents"][0]
        words = len(row["text"].split())
        if label == "contentonly":
            # Orders and plans are given as bare items too, so those answers would contradict.
            if row["domain"] in {"fastfood", "media"} or words > 2 * MAX_ANSWER_WORDS:
                continue
        elif label not in {
            "confirmation", "rejection", "openinggreeting", "closinggreeting", "thankyou",
        } and words < MIN_REQUEST_WORDS:  # fmt: skip
            continue
        yield Row("multidogo", label, row["text"], row["official_split"])


def star_texts(data: Path) -> Iterator[str]:
    """All turns of the conversations that are neither for the demo nor held out."""
    demo = _demo_ids(data)
    for conversation in read_jsonl(data / "star" / "conversations.jsonl.gz"):
        if conversation["id"] not in demo and share(conversation["id"]) >= STAR_DEV_SHARE:
            yield from (turn["text"] for turn in conversation["turns"])


def _demo_ids(data: Path) -> set[str]:
    return set((data / "star" / "demo_ids.txt").read_text(encoding="utf-8").split())


def star(data: Path) -> Iterator[Row]:
    """Requests, labelled by the task they begin, and short answers, labelled `answer`.

    A request is a customer's turn after which the agent first acts in a domain of the
    conversation's tasks. Demo conversations are a part of their own; a tenth of the others, by the
    hash of the conversation's id, is the development part.
    """
    demo = _demo_ids(data)
    for conversation in read_jsonl(data / "star" / "conversations.jsonl.gz"):
        name = conversation["id"]
        part = "demo" if name in demo else "dev" if share(name) < STAR_DEV_SHARE else "train"
        for label, text in _star_turns(conversation):
            yield Row("star", label, text, part)


def _star_turns(conversation: dict[str, Any]) -> Iterator[tuple[str, str]]:
    turns = conversation["turns"]
    tasks: dict[str, list[str]] = {}
    for task in conversation["tasks"]:
        tasks.setdefault(task.split("_")[0], []).append(task)
    begun: set[str] = set()
    asked = False
    for turn, following in zip(turns, [*turns[1:], {}], strict=True):
        action = following.get("action") or ""
        domain = action.split("_")[0]
        words = len(turn["text"].split())
        if turn["speaker"] == "agent":
            asked = "_ask" in (turn.get("action") or "") or turn.get("action") == "ask_name"
            continue
        if following.get("speaker") == "agent" and domain in tasks and domain not in begun:
            begun.add(domain)
            if words >= MIN_REQUEST_WORDS and len(tasks[domain]) == 1 and not asked:
                yield tasks[domain][0], turn["text"]
        elif (
            action == "ask_name"
            and len(conversation["tasks"]) == 1
            and not begun
            and words >= 2 * MIN_REQUEST_WORDS
        ):
            begun |= set(tasks)
            yield conversation["tasks"][0], turn["text"]
        elif asked and words <= MAX_ANSWER_WORDS:
            yield "answer", turn["text"]
