"""How well and how fast personal data is found, on the development data.

    python bench/pii.py --data DIR [--scorer pii_score.py --map pii_label_map.json]
                        [--only SET ...] [--patterns-only] [--seed 7]

DIR holds the sets `pii_presidio_synth`, `star`, `multidogo`, `restaurants8k`, `banking77` and
`clinc150`. The scorer is run on the first; the others are measured here: "masking recall" is the
share of gold spans whose every letter and digit is covered; "false alarms" counts spans per 1,000
messages that hold no personal data. One thread.
"""

from __future__ import annotations

import argparse
import collections
import csv
import gzip
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from customerai.ml.tagger import TokenTagger
from customerai.privacy.recognizers.registry import RecognizerRegistry, default_recognizers
from customerai.privacy.recognizers.spans import Span

CHUNK = 512
SETS = ("synth", "star", "multidogo", "restaurants8k", "banking77", "clinc150", "speed")
NAME_SLOTS = {"first_name", "last_name"}


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a compressed JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def analyze(registry: RecognizerRegistry, texts: Sequence[str]) -> list[list[Span]]:
    """The spans of many texts, in chunks."""
    found: list[list[Span]] = []
    for at in range(0, len(texts), CHUNK):
        found += registry.analyze(texts[at : at + CHUNK])
    return found


def masked(text: str, gold: Mapping[str, Any], spans: Iterable[Span]) -> bool:
    """Whether every letter and digit of a gold span is covered."""
    covered = {at for span in spans for at in range(span.start, span.end)}
    return all(at in covered or not text[at].isalnum() for at in range(gold["start"], gold["end"]))


def synth(
    registry: RecognizerRegistry, data: Path, scorer: Path | None, table: Path | None
) -> None:
    """Score against the Presidio synthetic set with the given scorer."""
    if scorer is None:
        print("synth: no --scorer given, left out")
        return
    rows = list(read_jsonl(data / "pii_presidio_synth" / "synth.jsonl.gz"))
    found = analyze(registry, [row["text"] for row in rows])
    with tempfile.TemporaryDirectory() as folder:
        gold, predicted = Path(folder, "gold.jsonl"), Path(folder, "pred.jsonl")
        with gold.open("w", encoding="utf-8") as file:
            for row in rows:
                row["group"] = row["template_id"]
                file.write(json.dumps(row) + "\n")
        with predicted.open("w", encoding="utf-8") as file:
            for row, spans in zip(rows, found, strict=True):
                shown = [
                    {"start": s.start, "end": s.end, "type": s.type, "score": s.score}
                    for s in spans
                ]
                file.write(json.dumps({"id": row["id"], "spans": shown}) + "\n")
        command = [sys.executable, str(scorer), str(gold), str(predicted), "--merge", "--per-type"]
        if table is not None:
            command += ["--map", str(table)]
        subprocess.run(command, check=True)


def recall(
    registry: RecognizerRegistry, name: str, rows: Sequence[Mapping[str, Any]], key: str
) -> None:
    """Masking recall by type."""
    hit: collections.Counter[str] = collections.Counter()
    seen: collections.Counter[str] = collections.Counter()
    found = analyze(registry, [row["text"] for row in rows])
    for row, spans in zip(rows, found, strict=True):
        for gold in row["spans"]:
            good = masked(row["text"], gold, spans)
            for label in ("all", gold[key]):
                seen[label] += 1
                hit[label] += good
    parts = [f"{label} {hit[label] / seen[label]:.3f} (n={seen[label]})" for label in sorted(seen)]
    print(f"{name}: masking recall " + "; ".join(parts))


def alarms(registry: RecognizerRegistry, name: str, data: Path, seed: int) -> None:
    """False alarms on messages without personal data."""
    with gzip.open(data / name / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    texts = random.Random(seed).sample(texts, 2000)
    found = analyze(registry, texts)
    kinds = collections.Counter(span.type for spans in found for span in spans)
    flagged = sum(bool(spans) for spans in found)
    total = sum(kinds.values())
    print(
        f"{name}: {1000 * total / len(texts):.1f} spans and {1000 * flagged / len(texts):.1f} "
        f"flagged messages per 1,000; by type {dict(kinds.most_common())}"
    )


def speed(registry: RecognizerRegistry, label: str, data: Path, seed: int) -> None:
    """Messages a second over short chat messages, half of them with personal data."""
    rows = [row["text"] for row in read_jsonl(data / "multidogo" / "pii_turns.jsonl.gz")]
    texts = random.Random(seed).sample(rows, 2000)
    registry.analyze(texts[:64])
    start, cpu_start = time.perf_counter(), time.process_time()
    analyze(registry, texts)
    cpu = time.process_time() - cpu_start
    spent = time.perf_counter() - start
    length = sum(map(len, texts)) / len(texts)
    print(
        f"speed, {label}: {len(texts) / cpu:.0f} messages/s of CPU, {len(texts) / spent:.0f} "
        f"by the clock (mean {length:.0f} characters)"
    )


def main() -> None:
    """Run the chosen sets and print one line of figures each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--scorer", type=Path)
    parser.add_argument("--map", type=Path)
    parser.add_argument("--only", nargs="*", choices=SETS, default=list(SETS))
    parser.add_argument("--patterns-only", action="store_true")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    patterns = RecognizerRegistry(default_recognizers(None))
    full = (
        patterns if args.patterns_only else RecognizerRegistry(default_recognizers(TokenTagger()))
    )
    print(f"recognizers {full.version}")
    if "synth" in args.only:
        synth(full, args.data, args.scorer, args.map)
    if "star" in args.only:
        rows = list(read_jsonl(args.data / "star" / "pii_recall.jsonl.gz"))
        recall(full, "star", rows, "type")
    if "multidogo" in args.only:
        rows = list(read_jsonl(args.data / "multidogo" / "pii_turns.jsonl.gz"))
        rows = random.Random(args.seed).sample(rows, 8000)
        for row in rows:
            row["spans"] = [span for span in row["spans"] if span["form"] == "ok"]
        rows = [row for row in rows if row["spans"]]
        recall(full, "multidogo", rows, "type")
    if "restaurants8k" in args.only:
        rows = list(read_jsonl(args.data / "restaurants8k" / "restaurants8k.jsonl.gz"))
        for row in rows:
            row["spans"] = [span for span in row["spans"] if span["slot"] in NAME_SLOTS]
        recall(full, "restaurants8k", [row for row in rows if row["spans"]], "slot")
    for name in ("banking77", "clinc150"):
        if name in args.only:
            alarms(full, name, args.data, args.seed)
    if "speed" in args.only:
        speed(patterns, "patterns only", args.data, args.seed)
        if not args.patterns_only:
            speed(full, "names on", args.data, args.seed)


if __name__ == "__main__":
    main()
