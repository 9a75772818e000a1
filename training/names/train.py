"""Trains the name model.

    python training/names/train.py --rows rows.npz --out names.pt [--epochs 5] [--threads 2]

The vectors of the pieces begin as MiniLM's, reduced to 128 dimensions by principal components.
Seeds are fixed; on one kind of machine with as many threads the result is the same.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import onnx
import torch
from network import LABELS, UNKNOWN, Form, Network
from onnx import numpy_helper
from torch import Tensor, nn

from customerai.ml.registry import CARDS, locate

BATCH_PIECES = 6144
DROP_PIECE = 0.05  # a piece read as unknown
DROP_NAME = 0.15  # the same, for the pieces of labelled spans


def piece_vectors(dimensions: int) -> Tensor:
    """MiniLM's input vectors, shape (vocabulary, dimensions), scaled to unit variance."""
    graph = onnx.load(str(locate(CARDS["minilm"]))).graph
    found = {one.name: one for one in graph.initializer if "word_embeddings" in one.name}
    prefix = next(iter(found)).rsplit(".", 1)[0]
    weights = numpy_helper.to_array(found[f"{prefix}.weight_q"]).astype(np.float32)
    vectors = weights * numpy_helper.to_array(found[f"{prefix}.weight_scale"])
    vectors -= vectors.mean(axis=0)
    _, basis = np.linalg.eigh(vectors.T @ vectors)
    reduced = vectors @ basis[:, ::-1][:, :dimensions]
    return torch.tensor(reduced / reduced.std())


class Rows:
    """The encoded rows, given out in batches of like length."""

    def __init__(self, path: Path) -> None:
        stored = np.load(path)
        self._ids, self._shapes, self._labels = stored["ids"], stored["shapes"], stored["labels"]
        self._counts = stored["counts"]
        self._starts = np.concatenate(([0], np.cumsum(self._counts)[:-1]))

    def batches(self, rng: np.random.Generator) -> list[np.ndarray]:
        order = np.argsort(self._counts + rng.uniform(0, 4, len(self._counts)), kind="stable")
        lists, first = [], 0
        while first < len(order):
            width = int(self._counts[order[first]]) + 6
            size = max(16, BATCH_PIECES // width)
            lists.append(order[first : first + size])
            first += size
        rng.shuffle(lists)
        return lists

    def batch(self, rows: np.ndarray) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        counts = self._counts[rows]
        width = int(counts.max())
        place = np.arange(width)[None, :]
        mask = place < counts[:, None]
        index = np.where(mask, self._starts[rows][:, None] + place, 0)
        ids = np.where(mask, self._ids[index], 0)
        shapes = np.where(mask, self._shapes[index], 0)
        labels = np.where(mask, self._labels[index], -1)
        return (
            torch.tensor(ids, dtype=torch.long),
            torch.tensor(shapes, dtype=torch.long),
            torch.tensor(labels, dtype=torch.long),
            torch.tensor(mask, dtype=torch.float32),
        )


def starting_network(form: Form) -> Network:
    """A network of random layers whose piece vectors are MiniLM's, reduced."""
    network = Network(form)
    with torch.no_grad():
        network.pieces.weight.copy_(piece_vectors(form.piece))
    print(sum(p.numel() for p in network.parameters()), "parameters", flush=True)
    return network


def loss_of(network: Network, batch: tuple[Tensor, Tensor, Tensor, Tensor]) -> Tensor:
    """Mean loss of a batch, some of whose pieces are hidden."""
    ids, shapes, labels, mask = batch
    draw = torch.rand(ids.shape)
    ids[(draw < DROP_PIECE) | ((labels > 0) & (draw < DROP_NAME))] = UNKNOWN
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = network(ids, shapes, mask, drop=0.08)
    return nn.functional.cross_entropy(
        logits.float().view(-1, len(LABELS)),
        labels.view(-1),
        ignore_index=-1,
        label_smoothing=0.02,
    )


def follow(average: dict[str, Tensor], network: Network, done: int) -> None:
    """Moves the running mean of the weights, which is what ships, towards the weights."""
    keep = min(0.98, done / (done + 200))
    with torch.no_grad():
        for name, value in network.state_dict().items():
            average[name].lerp_(value, 1 - keep)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--rate", type=float, default=2.5e-3)
    parser.add_argument("--seed", type=int, default=11)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    rows = Rows(args.rows)
    network = starting_network(Form(width=args.width))
    decayed = [p for name, p in network.named_parameters() if p.dim() > 1 and "pieces" not in name]
    others = [p for name, p in network.named_parameters() if p.dim() <= 1 or "pieces" in name]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.02}, {"params": others, "weight_decay": 0.0}],
        lr=args.rate,
        betas=(0.9, 0.98),
        fused=True,
    )
    steps = args.epochs * len(rows.batches(np.random.default_rng(0)))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, args.rate, total_steps=steps + args.epochs * 4, pct_start=0.06
    )
    average = {name: value.detach().clone() for name, value in network.state_dict().items()}
    began = time.time()
    done = 0
    for epoch in range(args.epochs):
        network.train()
        for chosen in rows.batches(rng):
            loss = loss_of(network, rows.batch(chosen))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            done += 1
            if done % 20 == 0:
                follow(average, network, done)
            if done % 200 == 0:
                spent = time.time() - began
                print(f"step {done}/{steps} loss {loss.item():.4f} {spent:.0f} s", flush=True)
        print(f"epoch {epoch + 1}: {time.time() - began:.0f} s", flush=True)
        torch.save({"form": network.form.__dict__, "state": average}, args.out)


if __name__ == "__main__":
    main()
