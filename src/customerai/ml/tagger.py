"""Token classification: which words of a text are names, places and identifiers."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from customerai.core.guard import assert_no_transaction
from customerai.ml.registry import CARDS, ModelFileInvalid, locate
from customerai.ml.word_shapes import Pieces, pieces_of

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Tokenizer

# Long texts are read in windows; a piece is judged by at most 16 neighbours on either side.
_WINDOW_PIECES: Final = 256
_OVERLAP_PIECES: Final = 48
_BATCH_PIECES: Final = 1024
_OUTSIDE: Final = "O"

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TaggedSpan:
    """One word that the model holds for personal data.

    Attributes:
        label: the likeliest label other than "outside".
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


@dataclass(frozen=True, slots=True)
class _Window:
    """Pieces `start` to `end` of a text, of which those in `keep_from`..`keep_to` count."""

    text: int
    start: int
    end: int
    keep_from: int
    keep_to: int


class TokenTagger:
    """The name model: one label and score for each suspicious word.

    This is the one model that reads raw text: it runs inside the privacy service, and what it
    finds is what gets hidden. Its words go nowhere else; they are neither kept nor logged.

    Files are read and their digests checked at the first call; loading and tagging are safe from
    many threads. A text's result does not depend on the texts beside it.

    Args:
        threads: threads inside one call.
        threshold: words whose score is lower are left out.
        files: other files by card name (`names`), instead of the packaged ones.
    """

    def __init__(
        self,
        *,
        threads: int = 1,
        threshold: float = 0.04,
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
        return CARDS["names"].name

    @property
    def version(self) -> str:
        """Changes whenever the same text may be tagged otherwise."""
        replaced = ",".join(sorted(self._files))
        return f"{CARDS['names'].sha256[:12]}:{self._threshold}:{replaced}:3"

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
        pieces = pieces_of(model.tokenizer, texts)
        windows = [window for index, item in enumerate(pieces) for window in _windows(index, item)]
        windows.sort(key=lambda window: window.end - window.start)
        found: list[list[TaggedSpan]] = [[] for _ in texts]
        for batch in _batches(windows):
            scores = _run(model.session, pieces, batch)
            for row, window in enumerate(batch):
                found[window.text] += self._words(
                    model, pieces[window.text], window, scores[row, : window.end - window.start]
                )
        if len(windows) > len(texts):
            for spans in found:
                spans.sort(key=lambda span: span.start)
        return found

    def _words(
        self, model: _Loaded, pieces: Pieces, window: _Window, scores: FloatArray
    ) -> Iterator[TaggedSpan]:
        """Each word by the mean of its pieces' scores."""
        outside: list[float] = scores[:, 0].tolist()
        words, start = pieces.words, window.start
        most = 1.0 - self._threshold
        first = start
        while first < window.end:
            last = first + 1
            while last < window.end and words[last] == words[first]:
                last += 1
            mean = sum(outside[first - start : last - start]) / (last - first)
            if mean <= most and window.keep_from <= first < window.keep_to:
                votes = scores[first - start : last - start].sum(axis=0)
                yield TaggedSpan(
                    label=model.labels[int(votes[1:].argmax()) + 1],
                    start=pieces.offsets[first][0],
                    end=pieces.offsets[last - 1][1],
                    score=1.0 - mean,
                )
            first = last

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

        from customerai.ml.wordpiece import load_tokenizer  # noqa: PLC0415

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Otherwise the arena keeps the memory of the largest batch ever seen.
        options.enable_cpu_mem_arena = False
        path = locate(CARDS["names"], override=self._files.get("names"))
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        labels = tuple(session.get_modelmeta().custom_metadata_map.get("labels", "").split())
        if not labels or labels[0] != _OUTSIDE:
            raise ModelFileInvalid("model names: the file does not say its labels")
        return _Loaded(session, load_tokenizer(markers=False), labels)


def _windows(index: int, pieces: Pieces) -> Iterator[_Window]:
    """Overlapping windows that begin at a word."""
    count = len(pieces.ids)
    start = keep_from = 0
    while start < count:
        end = min(start + _WINDOW_PIECES, count)
        following = end
        if end < count:
            following = end - _OVERLAP_PIECES
            while following > start + 1 and pieces.words[following] == pieces.words[following - 1]:
                following -= 1
        keep_to = count if end == count else max(following, end - _OVERLAP_PIECES // 2)
        yield _Window(index, start, end, keep_from, keep_to)
        start, keep_from = following, keep_to


def _batches(windows: Sequence[_Window]) -> Iterator[Sequence[_Window]]:
    """Runs of windows of like length, each within the budget of pieces when padded."""
    first = 0
    while first < len(windows):
        last = first + 1
        while last < len(windows):
            if (windows[last].end - windows[last].start) * (last + 1 - first) > _BATCH_PIECES:
                break
            last += 1
        yield windows[first:last]
        first = last


def _run(
    session: onnxruntime.InferenceSession, pieces: Sequence[Pieces], batch: Sequence[_Window]
) -> FloatArray:
    """Probability of each label: shape (rows, longest row, labels), "outside" first."""
    width = max(window.end - window.start for window in batch)
    ids = np.zeros((len(batch), width), dtype=np.int64)
    shapes = np.zeros((len(batch), width), dtype=np.int64)
    mask = np.zeros((len(batch), width, 1), dtype=np.float32)
    for row, window in enumerate(batch):
        count = window.end - window.start
        of = pieces[window.text]
        ids[row, :count] = of.ids[window.start : window.end]
        shapes[row, :count] = of.shapes[window.start : window.end]
        mask[row, :count] = 1.0
    scores: FloatArray = session.run(None, {"ids": ids, "shapes": shapes, "mask": mask})[0]
    return scores
