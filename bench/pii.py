"""How well and how fast personal data is found, on the development data.

    python bench/pii.py --data DIR [--scorer pii_score.py --map pii_label_map.json]
                        [--only SET ...] [--patterns-only] [--held-back] [--seed 7]
                        [--beside-presidio PYTHON]

DIR holds the sets `pii_presidio_synth`, `star`, `multidogo`, `restaurants8k`, `banking77`,
`clinc150` and `stackfaq`. The scorer is run on the first (precision, recall, F1, F2, exact and by
overlap, the leak, and each type); the others are measured here: "masking recall" is the share of
gold spans whose every letter and digit is covered; "false alarms" counts spans per 1,000 messages
that hold no personal data. One thread.

`--held-back` keeps to the rows that the name model's training never saw (`held_back`).
`--beside-presidio PYTHON` runs presidio-analyzer, installed with a spaCy model under that
interpreter, in the same run on the same texts: quality, messages/s on 100 and 2,000 characters at
batches of 1, 32 and 256, p50 and p99 of one message, cold start, memory.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import csv
import gzip
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from customerai.ml.tagger import TokenTagger
from customerai.privacy.analysis import ParallelAnalysis
from customerai.privacy.recognizers.registry import RecognizerRegistry, default_recognizers
from customerai.privacy.recognizers.spans import Span

CHUNK = 512
RECALL_SETS = ("star", "multidogo", "restaurants8k")
ALARM_SETS = ("banking77", "clinc150", "stackfaq")
SETS = ("synth", *RECALL_SETS, *ALARM_SETS, "speed", "loop")
ALARM_ROWS = 2000
RUNS = Path(__file__).with_name("detector_runs.py")

Find = Callable[[Sequence[str]], list[list[Span]]]


def held_back(name: str, row: Mapping[str, Any]) -> bool:
    """Whether the name model was never trained on a row; `training/names/rows.py` says the same.

    A quarter of the templates of the synthetic set, a fifth of the conversations and rows of the
    others. Nothing of StackFAQ was trained on, and only the training half of Banking77.
    """
    if name == "stackfaq" or (name == "banking77" and row["split"] == "dev"):
        return True
    if name == "banking77":
        return False
    key, parts = {
        "synth": lambda: (f"template:{row['template_id']}", 4),
        "star": lambda: (f"chat:{row['conversation_id']}", 5),
        "multidogo": lambda: (f"chat:{row['id'].split('/')[1]}", 5),
        "restaurants8k": lambda: (f"chat:{row['text']}", 5),
        "clinc150": lambda: (f"clinc:{row['text']}", 5),
    }[name]()
    return int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) % parts == 0


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a compressed JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def finder(registry: RecognizerRegistry) -> Find:
    """Finds the spans of many texts, in chunks."""

    def find(texts: Sequence[str]) -> list[list[Span]]:
        found: list[list[Span]] = []
        for at in range(0, len(texts), CHUNK):
            found += registry.analyze(texts[at : at + CHUNK])
        return found

    return find


def masked(text: str, gold: Mapping[str, Any], spans: Iterable[Span]) -> bool:
    """Whether every letter and digit of a gold span is covered."""
    covered = {at for span in spans for at in range(span.start, span.end)}
    return all(at in covered or not text[at].isalnum() for at in range(gold["start"], gold["end"]))


def rows_of(name: str, data: Path, seed: int, *, held: bool) -> list[dict[str, Any]]:
    """The rows of a set: `text`, and `spans` with `start`, `end` and `label` where there are."""
    rows: list[dict[str, Any]]
    files = {
        "synth": "pii_presidio_synth/synth",
        "star": "star/pii_recall",
        "multidogo": "multidogo/pii_turns",
        "restaurants8k": "restaurants8k/restaurants8k",
        "stackfaq": "stackfaq/queries",
    }
    if name in files:
        rows = list(read_jsonl(data / f"{files[name]}.jsonl.gz"))
    else:
        path = data / name / f"{name}.csv.gz"
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    rows = [row for row in rows if not held or held_back(name, row)]
    if name == "synth":
        return rows
    if name in ALARM_SETS:
        texts = [row["query"] if name == "stackfaq" else row["text"] for row in rows]
        texts = random.Random(seed).sample(texts, min(ALARM_ROWS, len(texts)))
        return [{"text": text} for text in texts]
    if name == "multidogo":
        rows = random.Random(seed).sample(rows, min(8000, len(rows)))
    for row in rows:
        row["spans"] = [
            {**span, "label": span.get("type") or span["slot"]}
            for span in row["spans"]
            if span.get("form", "ok") == "ok" and span.get("slot") != "people"
        ]
    return [row for row in rows if row["spans"]]


def score(
    rows: Sequence[Mapping[str, Any]],
    found: Sequence[Sequence[Span]],
    scorer: Path,
    table: Path | None,
) -> None:
    """Score against the Presidio synthetic set with the given scorer."""
    with tempfile.TemporaryDirectory() as folder:
        gold, predicted = Path(folder, "gold.jsonl"), Path(folder, "pred.jsonl")
        with gold.open("w", encoding="utf-8") as file:
            for row in rows:
                file.write(json.dumps({**row, "group": row["template_id"]}) + "\n")
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
        sys.stdout.flush()
        subprocess.run(command, check=True)


def recall(name: str, rows: Sequence[Mapping[str, Any]], found: Sequence[Sequence[Span]]) -> None:
    """Masking recall by label."""
    hit: collections.Counter[str] = collections.Counter()
    seen: collections.Counter[str] = collections.Counter()
    for row, spans in zip(rows, found, strict=True):
        for gold in row["spans"]:
            good = masked(row["text"], gold, spans)
            for label in ("all", gold["label"]):
                seen[label] += 1
                hit[label] += good
    parts = [f"{label} {hit[label] / seen[label]:.3f} (n={seen[label]})" for label in sorted(seen)]
    print(f"{name}: masking recall " + "; ".join(parts))


def alarms(name: str, found: Sequence[Sequence[Span]]) -> None:
    """False alarms on messages without personal data."""
    kinds = collections.Counter(span.type for spans in found for span in spans)
    flagged = sum(bool(spans) for spans in found)
    total = sum(kinds.values())
    print(
        f"{name}: {1000 * total / len(found):.1f} spans and {1000 * flagged / len(found):.1f} "
        f"flagged messages per 1,000; by type {dict(kinds.most_common())}"
    )


def quality(args: argparse.Namespace, find: Find) -> None:
    """Every chosen set, once."""
    chosen = [name for name in SETS if name in args.only and name not in {"speed", "loop"}]
    for name in chosen:
        rows = rows_of(name, args.data, args.seed, held=args.held_back)
        found = find([row["text"] for row in rows])
        if name == "synth":
            if args.scorer is None:
                print("synth: no --scorer given, left out")
            else:
                score(rows, found, args.scorer, args.map)
        elif name in ALARM_SETS:
            alarms(name, found)
        else:
            recall(name, rows, found)


def short_and_long(data: Path, seed: int) -> tuple[list[str], list[str]]:
    """512 messages of 80 to 120 characters, and 128 of 2,000, of the same customers' turns."""
    turns = [row["text"] for row in read_jsonl(data / "multidogo" / "pii_turns.jsonl.gz")]
    turns += [
        turn["text"]
        for row in read_jsonl(data / "star" / "conversations.jsonl.gz")
        for turn in row["turns"]
    ]
    turns += [row["text"] for row in read_jsonl(data / "pii_presidio_synth" / "synth.jsonl.gz")]
    rng = random.Random(seed)
    short = rng.sample([text for text in turns if 80 <= len(text) <= 120], 512)
    long = ["\n".join(rng.sample(turns, 60))[:2000] for _ in range(128)]
    return short, [text for text in long if len(text) > 1800]


def run_apart(python: str, engine: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """A detector's answer from a fresh process (see `bench/detector_runs.py`)."""
    environment = {**os.environ, "PYTHONPATH": "src"} if engine != "presidio" else None
    done = subprocess.run(
        [python, str(RUNS), engine],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    if done.returncode:
        sys.exit(f"{engine} failed:\n{done.stderr[-2000:]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def speed(args: argparse.Namespace) -> None:
    """Speed, memory and cold start, each detector alone in a fresh process."""
    short, long = short_and_long(args.data, args.seed)
    request = {"texts": [], "short": short, "long": long}
    engines = ["patterns"] if args.patterns_only else ["patterns", "names"]
    for engine in engines:
        show_speed(engine, run_apart(sys.executable, engine, request))


def show_speed(engine: str, answer: Mapping[str, Any]) -> None:
    """One line for each length of text."""
    print(f"{engine}: cold start {answer['cold_start_s']} s, memory {answer['memory_mb']} MB")
    for length, name in (("100", "short"), ("2,000", "long")):
        figures = answer[name]
        batches = ", ".join(
            f"batch {batch} {figures[f'batch_{batch}']} (per CPU second "
            f"{figures[f'batch_{batch}_per_cpu_s']})"
            for batch in (1, 32, 256)
        )
        print(
            f"{engine}, {length} characters: messages/s {batches}; one message p50 "
            f"{figures['p50_ms']} ms, p99 {figures['p99_ms']} ms"
        )


def beside_presidio(args: argparse.Namespace) -> None:
    """Presidio on the same texts: the same figures."""
    short, long = short_and_long(args.data, args.seed)
    chosen = [name for name in SETS if name in args.only and name not in {"speed", "loop"}]
    rows = {name: rows_of(name, args.data, args.seed, held=args.held_back) for name in chosen}
    texts = [row["text"] for name in chosen for row in rows[name]]
    answer = run_apart(
        args.beside_presidio, "presidio", {"texts": texts, "short": short, "long": long}
    )
    print("\nPresidio, same texts, same machine")
    show_speed("presidio", answer)
    found = [[Span(recognizer="presidio", **span) for span in spans] for spans in answer["spans"]]
    at = 0

    def find(texts: Sequence[str]) -> list[list[Span]]:
        nonlocal at
        at += len(texts)
        return found[at - len(texts) : at]

    quality(args, find)


async def _loop(registry: RecognizerRegistry, texts: Sequence[str], batch: int, hands: int) -> None:
    analysis = ParallelAnalysis(registry, workers=hands)
    gaps: list[float] = []
    done = asyncio.Event()

    async def watch() -> None:
        last = time.perf_counter()
        while not done.is_set():
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            gaps.append(now - last - 0.001)
            last = now

    watching = asyncio.create_task(watch())
    start = time.perf_counter()
    for at in range(0, len(texts), batch):
        await analysis.analyze(texts[at : at + batch], entities=None, min_score=0.35)
    spent = time.perf_counter() - start
    done.set()
    await watching
    gaps.sort()
    print(
        f"event loop beside 2,000-character texts, batch {batch}, workers {hands}: "
        f"{len(texts) / spent:.0f} texts/s, longest gap {1000 * gaps[-1]:.1f} ms, p99 "
        f"{1000 * gaps[int(0.99 * len(gaps))]:.1f} ms"
    )


def loop(registry: RecognizerRegistry, data: Path, seed: int) -> None:
    """How long the event loop waits while long texts are analyzed beside it."""
    _, long = short_and_long(data, seed)
    registry.analyze(long[:8])
    for batch in (1, 32, 128):
        for hands in (1, 2):
            asyncio.run(_loop(registry, long, batch, hands))


def main() -> None:
    """Run the chosen sets and print one line of figures each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--scorer", type=Path)
    parser.add_argument("--map", type=Path)
    parser.add_argument("--only", nargs="*", choices=SETS, default=list(SETS))
    parser.add_argument("--patterns-only", action="store_true")
    parser.add_argument("--held-back", action="store_true")
    parser.add_argument("--beside-presidio", metavar="PYTHON")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    tagger = None if args.patterns_only else TokenTagger()
    registry = RecognizerRegistry(default_recognizers(tagger))
    print(f"recognizers {registry.version}, {len(registry.entities)} entity types")
    quality(args, finder(registry))
    if "loop" in args.only:
        loop(registry, args.data, args.seed)
    if "speed" in args.only:
        speed(args)
    if args.beside_presidio:
        beside_presidio(args)


if __name__ == "__main__":
    main()
