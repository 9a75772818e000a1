"""Training rows: texts with labelled spans, from templates, chats and messages without names.

    python training/names/rows.py --data DIR --out rows.jsonl.gz [--seed 11]

A row is {"text", "spans": [[start, end, label]]}; the label "?" leaves characters out of the loss.
What is held back for measuring: a quarter of the Presidio templates, a fifth of the conversations
of MultiDoGO and STAR and of the rows of Restaurants8k, the dev split of Banking77, a quarter of
the names of `lists/people.txt`, and every sixth template of ours in a language but English.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from fillers import HERE, Fillers, read_list
from grafts import about_products, about_things, framed, graft, signed

Row = tuple[str, list[tuple[int, int, str]]]
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
SLOT = re.compile(r"\{([A-Z]+)(?::(\w\w))?\}")
LANGUAGES = ("es", "fr", "de", "pt", "it")
PRESIDIO = {
    "PERSON": "PERSON",
    "STREET_ADDRESS": "LOCATION",
    "ADDRESS": "LOCATION",
    "GPE": "LOCATION",
    "LOCATION": "LOCATION",
    "ZIP_CODE": "LOCATION",
    "ORGANIZATION": "ORGANIZATION",
    "DATE_TIME": "DATE_TIME",
    "AGE": "AGE",
    "TITLE": "TITLE",
    "NRP": "NRP",
    "PHONE_NUMBER": "PHONE_NUMBER",
    "EMAIL_ADDRESS": "EMAIL_ADDRESS",
    "CREDIT_CARD": "ID_NUMBER",
    "IBAN_CODE": "ID_NUMBER",
    "US_SSN": "ID_NUMBER",
    "US_DRIVER_LICENSE": "ID_NUMBER",
    "IP_ADDRESS": "?",
}
CHAT = {
    "PERSON": "PERSON",
    "ADDRESS": "LOCATION",
    "CITY": "LOCATION",
    "ZIP_CODE": "LOCATION",
    "PHONE_NUMBER": "PHONE_NUMBER",
    "EMAIL_ADDRESS": "EMAIL_ADDRESS",
    "DATE_OF_BIRTH": "DATE_TIME",
    "SECURITY_ANSWER": "?",
    "first_name": "PERSON",
    "last_name": "PERSON",
    "date": "DATE_TIME",
    "time": "DATE_TIME",
    "people": "O",
}


def part(key: str, parts: int) -> bool:
    """Whether a key is held back: one of `parts`, by a fixed hash."""
    return int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) % parts == 0


def template_held_back(template_id: int) -> bool:
    return part(f"template:{template_id}", 4)


def chat_held_back(conversation: str) -> bool:
    return part(f"chat:{conversation}", 5)


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def read_csv(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Build:
    """A text that grows piece by piece, with its spans."""

    def __init__(self) -> None:
        self.text = ""
        self.spans: list[tuple[int, int, str]] = []

    def add(self, piece: str, label: str = "O") -> None:
        start = len(self.text)
        self.text += piece
        if label != "O" and piece.strip():
            self.spans.append((start, len(self.text), label))

    def row(self) -> Row:
        return self.text, self.spans


def fill(template: str, fillers: Fillers) -> Row:
    """A template with a value in each slot."""
    build = Build()
    at = 0
    for slot in SLOT.finditer(template):
        build.add(template[at : slot.start()])
        value, label = fillers.slot(slot[1], slot[2] or "")
        build.add(value, label)
        at = slot.end()
    build.add(template[at:])
    return build.row()


def refill(row: dict[str, Any], fillers: Fillers, rng: random.Random) -> Row:
    """A row of the Presidio set with other values; some keep the ones they have."""
    text = row["text"]
    keep = rng.random() < 0.1
    lower = text == text.lower()
    build = Build()
    at = 0
    for span in sorted(row["spans"], key=lambda one: one["start"]):
        if span["start"] < at:
            continue
        build.add(text[at : span["start"]])
        value, label = span["value"], PRESIDIO[span["type"]]
        if not keep:
            value = again(span["type"], value, fillers, rng)
            value = value.lower() if lower else value
        build.add(value, label)
        at = span["end"]
    build.add(text[at:])
    if row["source"] == "generated_large":  # ages, nationalities and titles bear no label there
        doubt = re.compile(
            r"\b(?:Mr|Mrs|Ms|Dr)\.|\b\d{1,2}[ -]year|(?<=\bI'm )\d+|\bThai\b", re.IGNORECASE
        )
        build.spans += [(found.start(), found.end(), "?") for found in doubt.finditer(build.text)]
    return build.row()


def again(kind: str, value: str, fillers: Fillers, rng: random.Random) -> str:
    """Another value of the form of the one given."""
    if kind == "PERSON":
        words = value.split()
        if words[0].rstrip(".") in {"Mr", "Mrs", "Ms", "Dr"}:
            return value
        person = fillers.person()
        if len(words) == 1:
            return fillers.first() if rng.random() < 0.5 else fillers.last()
        return person
    if kind in {"GPE", "LOCATION"}:
        return fillers.location()
    if kind in {"STREET_ADDRESS", "ADDRESS"}:
        if value.isdigit():
            return value
        if re.fullmatch(r"(?:apt|suite|unit|flat)\W+\S+", value, re.IGNORECASE):
            return fillers.secondary()
        if "corner" in value.lower():
            return f"the corner of {fillers.street()} and {fillers.street()}"
        return fillers.address() if "\n" in value or "," in value else fillers.street()
    draws: dict[str, Callable[[], str]] = {
        "ORGANIZATION": fillers.organization,
        "NRP": fillers.nrp,
        "AGE": fillers.age,
        "PHONE_NUMBER": fillers.phone,
        "EMAIL_ADDRESS": fillers.email,
        "ZIP_CODE": fillers.zip,
    }
    if kind == "TITLE":
        return fillers.title() if value.endswith(".") else fillers.job()
    if kind == "DATE_TIME":
        if value.isdigit():
            return fillers.year()
        return fillers.day() if value.isalpha() else fillers.date()
    return draws[kind]() if kind in draws else value


def doubtful(text: str, spans: list[tuple[int, int, str]], common: frozenset[str]) -> Row:
    """Leaves words out of the loss that may be names though nobody labelled them.

    Who writes capitals writes names with them: there, words in lower case are no names.
    """
    found = list(spans)
    careful = text[:1].isupper() and text != text.upper()
    for word in WORD.finditer(text):
        if any(start < word.end() and word.start() < end for start, end, _ in spans):
            continue
        everyday = word[0].lower().replace("’", "'").removesuffix("'s") in common
        capital = word[0][0].isupper() and word.start() > 0 and word[0] != "I"
        if (not everyday and not (careful and word[0].islower())) or (
            capital and text[word.start() - 2 : word.start() - 1] not in ".!?"
        ):
            found.append((word.start(), word.end(), "?"))
    return text, found


def swap_people(row: Row, fillers: Fillers, rng: random.Random, *, lower: bool) -> Row:
    """The row with other names; crowd workers drew theirs from a short list."""
    text, spans = row
    build = Build()
    at = 0
    for start, end, label in sorted(spans):
        if start < at:
            continue
        build.add(text[at:start])
        value = text[start:end]
        if label == "PERSON" and rng.random() < 0.6:
            value = fillers.person() if " " in value else fillers.first()
            value = value.lower() if lower else value
        build.add(value, label)
        at = end
    build.add(text[at:])
    return build.row()


def chats(data: Path, common: frozenset[str]) -> dict[str, list[Row]]:
    """The labelled rows of the three chat sets, without those held back."""
    sets: dict[str, list[Row]] = {"multidogo": [], "star": [], "restaurants8k": []}
    for row in read_jsonl(data / "multidogo" / "pii_turns.jsonl.gz"):
        if chat_held_back(row["id"].split("/")[1]):
            continue
        spans = [(s["start"], s["end"], CHAT.get(s["type"], "ID_NUMBER")) for s in row["spans"]]
        sets["multidogo"].append(doubtful(row["text"], spans, common))
    for row in read_jsonl(data / "star" / "pii_recall.jsonl.gz"):
        if not chat_held_back(row["conversation_id"]):
            spans = [(s["start"], s["end"], CHAT.get(s["type"], "ID_NUMBER")) for s in row["spans"]]
            sets["star"].append(doubtful(row["text"], spans, common))
    for row in read_jsonl(data / "restaurants8k" / "restaurants8k.jsonl.gz"):
        if not chat_held_back(row["text"]):
            spans = [(s["start"], s["end"], CHAT[s["slot"]]) for s in row["spans"]]
            spans = [span for span in spans if span[2] != "O"]
            sets["restaurants8k"].append(doubtful(row["text"], spans, common))
    return sets


def plain(data: Path, common: frozenset[str]) -> list[Row]:
    """Messages without labels: everyday words are no names, the others are left out."""
    rows: list[Row] = []
    for row in read_csv(data / "banking77" / "banking77.csv.gz"):
        if row["split"] == "train":
            rows.append((row["text"], []))
    for name in ("clinc150", "hwu64", "snips", "sentiment_uci"):
        file = next((data / name).glob("*.csv.gz"))
        for row in read_csv(file):
            if name != "clinc150" or not part(f"clinc:{row['text']}", 5):
                rows.append(doubtful(row["text"], [], common))
    for index, row in enumerate(read_jsonl(data / "multidogo" / "customer_turns.jsonl.gz")):
        if index % 8 == 0 and not row["slots"] and not chat_held_back(row["conversation_id"]):
            rows.append(doubtful(row["text"], [], common))
    for row in read_jsonl(data / "star" / "conversations.jsonl.gz"):
        if not chat_held_back(row["id"]):
            turns = [turn["text"] for turn in row["turns"][1:4]]
            rows += [doubtful(text, [], common) for text in turns if len(text) < 300]
    return rows


# Augmentation -------------------------------------------------------------------------------


def cased(row: Row, rng: random.Random) -> Row:
    """The row as careless people write: no capitals, capitals only, or one on every word."""
    text, spans = row
    draw = rng.random()
    if draw < 0.30:
        return _same_length(text, text.lower()), spans
    if draw < 0.335:
        return _same_length(text, text.upper()), spans
    if draw < 0.365:
        return _same_length(text, text.title()), spans
    if draw < 0.385:  # only some words lose their capital
        flipped = "".join(c.lower() if rng.random() < 0.3 else c for c in text)
        return _same_length(text, flipped), spans
    return row


def _same_length(text: str, other: str) -> str:
    return other if len(other) == len(text) else text


def noisy(row: Row, rng: random.Random) -> Row:
    """The row with marks dropped, letters swapped or fillers of speech, now and then."""
    text, spans = row
    draw = rng.random()
    if draw > 0.22:
        return row
    labels = ["O"] * len(text)
    for start, end, label in spans:
        labels[start:end] = [label] * (end - start)
    # Starts keep neighbouring spans of one label apart.
    starts = {start for start, _, _ in spans}
    marks = [(char, labels[at], at in starts) for at, char in enumerate(text)]
    if draw < 0.10:
        marks = [one for one in marks if one[0] not in ".,!?;:\"'" or one[1] not in ("O", "PERSON")]
    elif draw < 0.18:
        for _ in range(1 + len(text) // 60):
            at = rng.randrange(max(1, len(marks) - 1))
            if at + 1 >= len(marks) or not (marks[at][0] + marks[at + 1][0]).isalpha():
                continue
            if marks[at][1] != marks[at + 1][1]:
                continue
            one, other = marks[at], marks[at + 1]
            if rng.random() < 0.5:
                marks[at] = (other[0], one[1], one[2])
                marks[at + 1] = (one[0], other[1], other[2])
            else:
                del marks[at + 1]
    else:
        fresh: list[tuple[str, str, bool]] = []
        for one in marks:
            fresh.append(one)
            if one[0] == " " and one[1] == "O" and rng.random() < 0.06:
                fresh += [(char, "O", False) for char in rng.choice(("um ", "uh ", "so ", "like "))]
        marks = fresh
    build: list[tuple[int, int, str]] = []
    previous = "O"
    for at, (_, label, begins) in enumerate(marks):
        if label != "O":
            if label == previous and not begins and build:
                build[-1] = (build[-1][0], at + 1, label)
            else:
                build.append((at, at + 1, label))
        previous = label
    return "".join(one[0] for one in marks), build


def joined(first: Row, second: Row, rng: random.Random) -> Row:
    """Two rows one after the other."""
    glue = rng.choice((" ", "\n", "\n\n", " ", ". " if first[0][-1:].isalnum() else " "))
    shift = len(first[0]) + len(glue)
    spans = [*first[1], *((s + shift, e + shift, label) for s, e, label in second[1])]
    return first[0] + glue + second[0], spans


def templates(name: str) -> list[str]:
    lines = (HERE / "templates" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line.replace("\\n", "\n") for line in lines if line.strip()]


def build(data: Path, seed: int) -> list[Row]:
    """All rows, shuffled."""
    rng = random.Random(seed)
    fillers = Fillers(rng)
    common = frozenset(common_words())
    rows: list[Row] = []
    presidio = [
        row
        for row in read_jsonl(data / "pii_presidio_synth" / "synth.jsonl.gz")
        if not template_held_back(row["template_id"])
    ]
    by_template: dict[int, list[dict[str, Any]]] = {}
    for row in presidio:
        by_template.setdefault(row["template_id"], []).append(row)
    keys = sorted(by_template)
    rows += [refill(rng.choice(by_template[rng.choice(keys)]), fillers, rng) for _ in range(30_000)]
    english = templates("en")
    rows += [fill(rng.choice(english), fillers) for _ in range(50_000)]
    rows += [framed(fillers, rng) for _ in range(60_000)]
    rows += [about_things(fillers, rng) for _ in range(40_000)]
    rows += [about_products(fillers, rng) for _ in range(35_000)]
    rows += [signed(fillers, rng) for _ in range(10_000)]
    for language in LANGUAGES:
        own = [line for at, line in enumerate(templates(language)) if at % 6]
        rows += [fill(rng.choice(own), fillers) for _ in range(5_000)]
        none = templates(f"{language}-neg")
        rows += [fill(rng.choice(none), fillers) for _ in range(1_000)]
    for name, found in chats(data, common).items():
        times = {"multidogo": 1, "star": 2, "restaurants8k": 2}[name]
        for _ in range(times):
            lower = name == "multidogo"
            rows += [swap_people(row, fillers, rng, lower=lower) for row in found]
    negative = templates("en-neg")
    rows += [fill(rng.choice(negative), fillers) for _ in range(25_000)]
    unlabelled = plain(data, common)
    names = sorted((name for name in read_list("places") if len(name) > 4), key=len, reverse=True)
    places = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b", re.IGNORECASE)
    for row in unlabelled:
        other = graft(row, places, fillers, rng)
        if other is not None:
            rows += [other, graft(row, places, fillers, rng) or other]
    rows += unlabelled
    rng.shuffle(rows)
    made = [noisy(cased(row, rng), rng) for row in rows]
    pairs = [joined(rng.choice(made), rng.choice(made), rng) for _ in range(len(made) // 8)]
    made += [pair for pair in pairs if len(pair[0]) < 600]
    rng.shuffle(made)
    return made


def common_words() -> list[str]:
    """The everyday words that the product knows."""
    path = HERE.parents[1] / "src/customerai/privacy/recognizers/common_words.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=11)
    args = parser.parse_args()
    rows = build(args.data, args.seed)
    with gzip.open(args.out, "wt", encoding="utf-8", compresslevel=1) as file:
        for text, spans in rows:
            file.write(json.dumps({"text": text, "spans": spans}, ensure_ascii=False) + "\n")
    print(f"{len(rows)} rows")


if __name__ == "__main__":
    main()
