"""Runs recognizers over many texts: repeated texts once, large batches on several threads."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, Protocol

from customerai.core.guard import in_thread
from customerai.privacy.recognizers.spans import Recognizer, Span

_MOST_REMEMBERED: Final = 20_000
_LEAST_SHARE: Final = 16  # texts below which another thread costs more than it brings


class Analyzer(Protocol):
    """Finds spans; implemented by `recognizers.registry.RecognizerRegistry`."""

    @property
    def version(self) -> str: ...

    def analyze(
        self,
        texts: Sequence[str],
        *,
        language: str = "en",
        entities: frozenset[str] | None = None,
        min_score: float = 0.35,
        min_scores: Mapping[str, float] | None = None,
        extra: Sequence[Recognizer] = (),
    ) -> list[list[Span]]: ...


class ParallelAnalysis:
    """An analyzer that remembers what it found, by a keyed digest of the text, never the text.

    Agents answer from templates and customers say "yes": in the demo corpus four of ten messages
    were seen before.

    Args:
        workers: threads for one large batch; a learned model runs outside the interpreter lock.
    """

    def __init__(self, analyzer: Analyzer, *, workers: int | None = None) -> None:
        self._analyzer = analyzer
        self._workers = workers or min(4, os.cpu_count() or 1)
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, list[Span]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def version(self) -> str:
        return self._analyzer.version

    async def analyze(
        self,
        texts: Sequence[str],
        *,
        entities: frozenset[str] | None,
        min_score: float,
        min_scores: Mapping[str, float] | None = None,
        extra: Sequence[Recognizer] = (),
    ) -> list[list[Span]]:
        """The spans of each text, in order; what was found by other settings is not remembered."""
        settings = repr(
            (
                None if entities is None else sorted(entities),
                min_score,
                sorted((min_scores or {}).items()),
                [(one.name, one.version) for one in extra],
            )
        ).encode()
        find = partial(self._analyzer.analyze, entities=entities, min_score=min_score)
        if min_scores or extra:  # one that knows no policies is asked as it always was
            find = partial(find, min_scores=min_scores, extra=extra)
        salt = hashlib.blake2b(settings, digest_size=16).digest()
        digests = [self._digest(salt, text) for text in texts]
        found = self._recall(digests)
        fresh = {
            digest: text for digest, text in zip(digests, texts, strict=True) if digest not in found
        }
        if fresh:
            spans = await self._find(list(fresh.values()), find)
            new = dict(zip(fresh, spans, strict=True))
            self._remember(new)
            found.update(new)
        return [found[digest] for digest in digests]

    async def _find(
        self, texts: Sequence[str], find: Callable[[Sequence[str]], list[list[Span]]]
    ) -> list[list[Span]]:
        shares = max(1, min(self._workers, len(texts) // _LEAST_SHARE))
        # Dealt out by length, so that no thread waits for another's long texts.
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        hands = [order[start::shares] for start in range(shares)]
        results = await asyncio.gather(
            *(in_thread(find, [texts[at] for at in hand]) for hand in hands)
        )
        found: list[list[Span]] = [[] for _ in texts]
        for hand, result in zip(hands, results, strict=True):
            for at, spans in zip(hand, result, strict=True):
                found[at] = spans
        return found

    def _recall(self, digests: Sequence[bytes]) -> dict[bytes, list[Span]]:
        with self._lock:
            found = {digest: self._known[digest] for digest in digests if digest in self._known}
            for digest in found:
                self._known.move_to_end(digest)
            return found

    def _remember(self, new: dict[bytes, list[Span]]) -> None:
        with self._lock:
            self._known.update(new)
            while len(self._known) > _MOST_REMEMBERED:
                self._known.popitem(last=False)

    def _digest(self, salt: bytes, text: str) -> bytes:
        data = text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, key=self._key, salt=salt, digest_size=16).digest()
