"""Rows as arrays: pieces, shapes and one label a piece, for `train.py`.

python training/names/encode.py --rows rows.jsonl.gz --out rows.npz
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path

import numpy as np
from network import LABELS

from customerai.ml.word_shapes import pieces_of
from customerai.ml.wordpiece import load_tokenizer

LEFT_OUT = -1
LONGEST = 126


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    tokenizer = load_tokenizer(markers=False)
    numbers = {label: at for at, label in enumerate(LABELS)} | {"?": LEFT_OUT}
    ids: list[int] = []
    shapes: list[int] = []
    labels: list[int] = []
    counts: list[int] = []
    with gzip.open(args.rows, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    for at in range(0, len(rows), 1000):
        chunk = rows[at : at + 1000]
        for row, pieces in zip(
            chunk, pieces_of(tokenizer, [r["text"] for r in chunk]), strict=True
        ):
            marks = [0] * len(row["text"])
            for start, end, label in row["spans"]:
                marks[start:end] = [numbers[label]] * (end - start)
            count = min(len(pieces.ids), LONGEST)
            if not count:
                continue
            ids += pieces.ids[:count]
            shapes += pieces.shapes[:count]
            labels += [marks[start] for start, _ in pieces.offsets[:count]]
            counts.append(count)
    np.savez(
        args.out,
        ids=np.array(ids, dtype=np.int32),
        shapes=np.array(shapes, dtype=np.int16),
        labels=np.array(labels, dtype=np.int8),
        counts=np.array(counts, dtype=np.int32),
    )
    print(f"{len(counts)} rows, {len(ids)} pieces")


if __name__ == "__main__":
    main()
