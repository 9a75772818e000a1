"""All figures of the name model with the recognizers around it, on what training never saw.

    python training/names/evaluate.py --data DIR --scorer pii_score.py --map pii_label_map.json
                                      [--model names.onnx] [--full]

Held back: a quarter of the Presidio templates, a fifth of the conversations of MultiDoGO and STAR
and of the rows of Restaurants8k, the dev split of Banking77, a fifth of CLINC150, all of StackFAQ.
`--full` adds the whole Presidio development set.
"""

from __future__ import annotations

import argparse
import collections
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rows import chat_held_back, part, read_csv, read_jsonl, template_held_back

from customerai.ml.tagger import TokenTagger
from customerai.privacy.recognizers.registry import RecognizerRegistry, default_recognizers
from customerai.privacy.recognizers.spans import Span

NAME_SLOTS = {"first_name", "last_name"}
TIME_SLOTS = {"date", "time"}


def analyze(registry: RecognizerRegistry, texts: Sequence[str]) -> list[list[Span]]:
    found: list[list[Span]] = []
    for at in range(0, len(texts), 256):
        found += registry.analyze(texts[at : at + 256])
    return found


def masked(text: str, gold: dict[str, Any], spans: Sequence[Span]) -> bool:
    covered = {at for span in spans for at in range(span.start, span.end)}
    return all(at in covered or not text[at].isalnum() for at in range(gold["start"], gold["end"]))


def synth(
    registry: RecognizerRegistry, rows: list[dict[str, Any]], args: argparse.Namespace, name: str
) -> None:
    found = analyze(registry, [row["text"] for row in rows])
    with tempfile.TemporaryDirectory() as folder:
        gold, predicted = Path(folder, "gold.jsonl"), Path(folder, "pred.jsonl")
        with gold.open("w") as one, predicted.open("w") as other:
            for row, spans in zip(rows, found, strict=True):
                one.write(json.dumps({**row, "group": row["template_id"]}) + "\n")
                shown = [
                    {"start": s.start, "end": s.end, "type": s.type, "score": s.score}
                    for s in spans
                ]
                other.write(json.dumps({"id": row["id"], "spans": shown}) + "\n")
        command = [sys.executable, str(args.scorer), str(gold), str(predicted), "--merge"]
        command += ["--per-type", "--map", str(args.map)]
        print(f"== Presidio synthetic, {name}", flush=True)
        subprocess.run(command, check=True)


def recall(registry: RecognizerRegistry, name: str, rows: list[dict[str, Any]], key: str) -> None:
    hit: collections.Counter[str] = collections.Counter()
    seen: collections.Counter[str] = collections.Counter()
    for row, spans in zip(rows, analyze(registry, [row["text"] for row in rows]), strict=True):
        for gold in row["spans"]:
            good = masked(row["text"], gold, spans)
            for label in ("all", gold[key]):
                seen[label] += 1
                hit[label] += good
    parts = [f"{label} {hit[label] / seen[label]:.3f} (n={seen[label]})" for label in sorted(seen)]
    print(f"{name}: masking recall " + "; ".join(parts), flush=True)


def alarms(registry: RecognizerRegistry, name: str, texts: list[str], *, show: int = 0) -> None:
    found = analyze(registry, texts)
    kinds = collections.Counter(span.type for spans in found for span in spans)
    makers = collections.Counter((s.type, s.recognizer) for spans in found for s in spans)
    total = sum(kinds.values())
    print(
        f"{name}: {1000 * total / len(texts):.1f} spans per 1,000 (n={len(texts)}); "
        f"{dict(kinds.most_common())}",
        flush=True,
    )
    if show:
        print("   ", dict(makers.most_common(12)))
        values = collections.Counter(
            (s.type, s.recognizer, text[s.start : s.end])
            for text, spans in zip(texts, found, strict=True)
            for s in spans
        )
        for (kind, maker, value), count in values.most_common(show):
            print(f"    {count} {kind} {maker} {value!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--scorer", type=Path, required=True)
    parser.add_argument("--map", type=Path, required=True)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--show", type=int, default=0, help="so many false alarms of each set")
    args = parser.parse_args()
    tagger = TokenTagger(files={"names": args.model} if args.model else None)
    measure(RecognizerRegistry(default_recognizers(tagger)), args)


def measure(registry: RecognizerRegistry, args: argparse.Namespace) -> None:
    data, began = args.data, time.time()
    rows = list(read_jsonl(data / "pii_presidio_synth" / "synth.jsonl.gz"))
    held = [row for row in rows if template_held_back(row["template_id"])]
    synth(registry, held, args, "held-back templates")
    if args.full:
        synth(registry, rows, args, "whole development set")
    star = read_jsonl(data / "star" / "pii_recall.jsonl.gz")
    recall(registry, "STAR", [r for r in star if chat_held_back(r["conversation_id"])], "type")
    rows = []
    for row in read_jsonl(data / "multidogo" / "pii_turns.jsonl.gz"):
        if chat_held_back(row["id"].split("/")[1]):
            row["spans"] = [span for span in row["spans"] if span["form"] == "ok"]
            rows.append(row)
    recall(registry, "MultiDoGO", [row for row in rows if row["spans"]], "type")
    rows = list(read_jsonl(data / "restaurants8k" / "restaurants8k.jsonl.gz"))
    rows = [row for row in rows if chat_held_back(row["text"])]
    for title, slots in (("names", NAME_SLOTS), ("dates and times", TIME_SLOTS)):
        chosen = [{**r, "spans": [s for s in r["spans"] if s["slot"] in slots]} for r in rows]
        recall(registry, f"Restaurants8k {title}", [r for r in chosen if r["spans"]], "slot")
    bank = read_csv(data / "banking77" / "banking77.csv.gz")
    alarms(
        registry, "Banking77 dev", [r["text"] for r in bank if r["split"] == "dev"], show=args.show
    )
    clinc = [row["text"] for row in read_csv(data / "clinc150" / "clinc150.csv.gz")]
    clinc = [text for text in clinc if part(f"clinc:{text}", 5)]
    alarms(registry, "CLINC150 held back", clinc, show=args.show)
    faq = [row["query"] for row in read_jsonl(data / "stackfaq" / "queries.jsonl.gz")]
    faq += [row["question"] for row in read_jsonl(data / "stackfaq" / "kb.jsonl.gz")]
    alarms(registry, "StackFAQ questions", faq, show=args.show)
    print(f"measured in {time.time() - began:.0f} s")


if __name__ == "__main__":
    main()
