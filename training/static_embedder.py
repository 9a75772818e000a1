"""Distils the static embedder from MiniLM: `static_embedder.py --data DIR --out FILE`.

First model2vec's method: every token of the vocabulary goes through the transformer alone, the
principal components of the results are kept, and each vector is weighted by its token's rarity,
ln(1 + rank), for which the order of the vocabulary stands (it is roughly that of frequency).
Then the vectors are refined so that the sums over sentences of the shippable corpora point where
the transformer's own vectors of these sentences point, held near the first result by a penalty.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import corpora
import numpy as np
import onnxruntime
import scipy.sparse
from numpy.typing import NDArray

from customerai.core.safe_text_issuer import issue
from customerai.ml.embedder import SentenceEmbedder
from customerai.ml.registry import CARDS, locate
from customerai.ml.wordpiece import MARKERS, VOCABULARY_SIZE, load_tokenizer, tokenize

Floats = NDArray[np.float32]

SEED = 20_252
START, END = 101, 102  # [CLS] and [SEP] of the uncased BERT vocabulary
BATCH = 256
SPECIAL_BELOW = 999  # [PAD], [UNK], [CLS], … and the unused entries
EXEMPLARS = {
    "[PERSON]": "john mary smith james anna david",
    "[PLACE]": "london chicago street city avenue",
    "[TIME]": "monday tomorrow june morning pm",
    "[PHONE]": "phone",
    "[EMAIL]": "email",
    "[CARD]": "card account",
    "[NUMBER]": "number",
    "[ORGANIZATION]": "company",
}
STEPS = 80
STEP_SIZES = ((50, 0.02), (70, 0.006), (STEPS, 0.002))  # until which step, how large
PENALTY = 1.0
HELD_OUT = 0.03


@dataclass(frozen=True)
class Basis:
    """The directions that are kept of the transformer's space."""

    mean: Floats
    directions: Floats


def through_transformer() -> Floats:
    """The mean-pooled output of [CLS] token [SEP] for every token."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(locate(CARDS["minilm"])), options, providers=["CPUExecutionProvider"]
    )
    outputs = []
    for start in range(0, VOCABULARY_SIZE, BATCH):
        tokens = np.arange(start, min(start + BATCH, VOCABULARY_SIZE))
        ids = np.stack([np.full_like(tokens, START), tokens, np.full_like(tokens, END)], axis=1)
        inputs = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        outputs.append(session.run(["last_hidden_state"], inputs)[0].mean(axis=1))
    return np.concatenate(outputs).astype(np.float32)


def principal_basis(vectors: Floats, dimension: int) -> Basis:
    """The `dimension` directions in which the vectors vary most."""
    mean = vectors.mean(axis=0)
    centred = vectors - mean
    values, basis = np.linalg.eigh(centred.T @ centred)
    kept = basis[:, np.argsort(values)[::-1][:dimension]]
    # An eigenvector's sign is arbitrary; fixing it makes the file reproducible.
    kept = kept * np.sign(kept[np.abs(kept).argmax(axis=0), np.arange(dimension)])
    return Basis(mean, kept.astype(np.float32))


def distilled(dimension: int) -> tuple[Floats, Basis]:
    """One vector for each token of the vocabulary and each marker, of mean length 1."""
    outputs = through_transformer()
    basis = principal_basis(outputs, dimension)
    vectors = (outputs - basis.mean) @ basis.directions
    vectors *= np.log(1.0 + np.arange(1, VOCABULARY_SIZE + 1, dtype=np.float32))[:, None]
    vectors[:SPECIAL_BELOW] = 0.0
    tokenizer = load_tokenizer(markers=False)
    marked = [
        vectors[tokenizer.encode(EXEMPLARS[marker], add_special_tokens=False).ids].mean(axis=0)
        for marker in MARKERS
    ]
    table = np.concatenate([vectors, np.stack(marked)]).astype(np.float32)
    return table / np.linalg.norm(table, axis=1).mean(), basis


def sentences(data: Path) -> list[str]:
    """Distinct texts of the shippable corpora, without demo conversations and held-out parts."""
    found: dict[str, str] = {}

    def add(text: str) -> None:
        if text.strip():
            found.setdefault(" ".join(text.lower().split()), text)

    for read in (corpora.banking77, corpora.clinc150, corpora.dstc11):
        for row in read(data):
            if row.part == "train":
                add(row.text)
    for turn in corpora.read_jsonl(data / "multidogo" / "customer_turns.jsonl.gz"):
        if (
            turn["official_split"] == "train"
            and len(turn["text"].split()) >= corpora.MIN_REQUEST_WORDS
        ):
            add(turn["text"])
    for text in corpora.star_texts(data):
        add(text)
    for review in corpora.read_csv(data / "sentiment_uci" / "sentences.csv.gz"):
        add(review["text"])
    for name in ("restaurants8k/restaurants8k.jsonl.gz", "pii_presidio_synth/synth.jsonl.gz"):
        for entry in corpora.read_jsonl(data / name):
            add(entry["text"])
    return [text for _, text in sorted(found.items())]


def refined(table: Floats, basis: Basis, texts: list[str]) -> Floats:
    """The table after Adam (Kingma and Ba, 2015) on 1 - cosine to the transformer's vectors."""
    vectors = SentenceEmbedder().embed([issue(text) for text in texts])
    targets = (vectors - vectors.mean(axis=0)) @ basis.directions
    targets /= np.linalg.norm(targets, axis=1, keepdims=True)
    tokens = tokenize(load_tokenizer(markers=True), texts)
    rows = np.repeat(np.arange(len(texts)), tokens.counts)
    counts = scipy.sparse.csr_matrix(
        (np.ones(len(rows), dtype=np.float32), (rows, tokens.ids)), shape=(len(texts), len(table))
    )
    held = (np.random.default_rng(SEED).random(len(texts)) < HELD_OUT) & (tokens.counts > 0)
    fitted = ~held & (tokens.counts > 0)
    print(f"cosine to MiniLM on held-out sentences: {cosine(table, counts[held], targets[held])}")

    seen = np.unique(tokens.ids)
    result = table.copy()
    result[seen] = descend(table[seen], counts[fitted][:, seen].tocsr(), targets[fitted])
    print(f"after refinement: {cosine(result, counts[held], targets[held])}")
    return result


def descend(start: Floats, counts: Any, targets: Floats) -> Floats:
    """Full-batch Adam from `start`."""
    back = counts.T.tocsr()
    vectors = start.copy()
    first, second = np.zeros_like(start), np.zeros_like(start)
    for step in range(1, STEPS + 1):
        sums = counts @ vectors
        lengths = np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
        units = sums / lengths
        outer = (units * (units * targets).sum(axis=1, keepdims=True) - targets) / lengths
        gradient = back @ outer + PENALTY * (vectors - start)
        first = 0.9 * first + 0.1 * gradient
        second = 0.99 * second + 0.01 * gradient**2
        size = next(size for until, size in STEP_SIZES if step <= until)
        moved = first / (1.0 - 0.9**step)
        vectors -= size * moved / (np.sqrt(second / (1.0 - 0.99**step)) + 1e-8)
    return vectors


def cosine(table: Floats, counts: Any, targets: Floats) -> str:
    """The mean cosine between summed token vectors and the targets."""
    sums = counts @ table
    lengths = np.maximum(np.linalg.norm(sums, axis=1), 1e-9)
    return f"{((sums * targets).sum(axis=1) / lengths).mean():.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--dimension", type=int, default=256)
    arguments = parser.parse_args()

    table, basis = distilled(arguments.dimension)
    texts = sentences(arguments.data)
    print(f"{len(texts)} sentences", flush=True)
    table = refined(table, basis, texts)
    scale = np.maximum(np.abs(table).max(axis=1), 1e-12) / 127.0
    quantised = np.round(table / scale[:, None]).astype(np.int8)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(arguments.out, vectors=quantised, scale=scale.astype(np.float32))
    size_bytes = arguments.out.stat().st_size
    print(f"{len(table)} tokens, {arguments.dimension} dimensions, {size_bytes} bytes")


if __name__ == "__main__":
    main()
