"""Many texts at once: each in its place, the same ones looked at once, none remembered in clear."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator, Mapping, Sequence

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import given
from hypothesis import strategies as st

from customerai.privacy.analysis import ParallelAnalysis
from customerai.privacy.recognizers.custom import PatternListRecognizer
from customerai.privacy.recognizers.spans import Recognizer, Span

MIN = 0.35


class Lengths:
    """Says how long a text is, as one span, so that a result shows whose it is."""

    version = "lengths-1"

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.threads: set[str] = set()
        self.fails = False
        self._lock = threading.Lock()

    def analyze(
        self,
        texts: Sequence[str],
        *,
        language: str = "en",
        entities: frozenset[str] | None = None,
        min_score: float = MIN,
        min_scores: Mapping[str, float] | None = None,
        extra: Sequence[Recognizer] = (),
    ) -> list[list[Span]]:
        with self._lock:
            self.batches.append(list(texts))
            self.threads.add(threading.current_thread().name)
        if self.fails:
            raise RuntimeError
        kind = "ANY" if entities is None else "+".join(sorted(entities)) or "NONE"
        kind += "".join(f" {one.name} {one.version}" for one in extra)
        kind += "".join(f" {entity}>{least}" for entity, least in (min_scores or {}).items())
        return [[Span(kind, 0, len(text), min_score, text)] for text in texts]

    @property
    def seen(self) -> list[str]:
        return [text for batch in self.batches for text in batch]


async def find(
    analysis: ParallelAnalysis,
    texts: Sequence[str],
    entities: frozenset[str] | None = None,
    min_score: float = MIN,
) -> list[list[Span]]:
    return await analysis.analyze(texts, entities=entities, min_score=min_score)


@pytest.fixture(scope="module")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as opened:
        yield opened


@given(
    texts=st.lists(st.text(alphabet="ab\ud800😀", max_size=5), max_size=80),
    workers=st.integers(1, 5),
)
def test_each_text_gets_its_own_spans_in_order(
    portal: BlockingPortal, texts: list[str], workers: int
) -> None:
    analysis = ParallelAnalysis(Lengths(), workers=workers)
    found = portal.call(find, analysis, texts)
    assert found == [[Span("ANY", 0, len(text), MIN, text)] for text in texts]
    assert portal.call(find, analysis, texts[::-1]) == found[::-1]


async def test_a_large_batch_is_dealt_out_by_length() -> None:
    analyzer = Lengths()
    texts = ["x" * (number * 7 % 64 + 1) for number in range(64)]
    await find(ParallelAnalysis(analyzer, workers=2), texts)
    assert [len(batch) for batch in analyzer.batches] == [32, 32]
    sizes = [sum(map(len, batch)) for batch in analyzer.batches]
    assert abs(sizes[0] - sizes[1]) <= 32


@pytest.mark.parametrize(("count", "hands"), [(1, 1), (31, 1), (32, 2), (48, 3), (200, 3)])
async def test_a_small_batch_is_not_spread_thin(count: int, hands: int) -> None:
    analyzer = Lengths()
    await find(ParallelAnalysis(analyzer, workers=3), [str(number) for number in range(count)])
    assert len(analyzer.batches) == hands


async def test_a_repeated_text_is_looked_at_once() -> None:
    analyzer = Lengths()
    analysis = ParallelAnalysis(analyzer)
    await find(analysis, ["yes", "no", "yes", "yes"])
    assert analyzer.seen == ["no", "yes"]
    assert [span.recognizer for (span,) in await find(analysis, ["yes", "new", "yes"])] == [
        "yes",
        "new",
        "yes",
    ]
    assert analyzer.seen == ["no", "yes", "new"]


async def test_what_was_found_under_other_settings_is_not_taken() -> None:
    analyzer = Lengths()
    analysis = ParallelAnalysis(analyzer)
    asked: list[tuple[frozenset[str] | None, float]] = [
        (None, MIN),
        (None, 0.9),
        (frozenset(), MIN),
        (frozenset({"B", "A"}), MIN),
        (frozenset({"AB"}), MIN),
    ]
    for entities, min_score in asked * 2:
        ((span,),) = await find(analysis, ["x"], entities, min_score)
        kind = "ANY" if entities is None else "+".join(sorted(entities)) or "NONE"
        assert (span.type, span.score) == (kind, min_score)
    assert len(analyzer.seen) == len(asked)


async def test_a_failure_is_told_and_not_remembered() -> None:
    analyzer = Lengths()
    analysis = ParallelAnalysis(analyzer)
    analyzer.fails = True
    with pytest.raises(RuntimeError):
        await find(analysis, ["x"])
    analyzer.fails = False
    assert await find(analysis, ["x"]) == [[Span("ANY", 0, 1, MIN, "x")]]


async def test_the_analyzer_runs_beside_the_event_loop() -> None:
    analyzer = Lengths()
    await find(ParallelAnalysis(analyzer), ["x"])
    assert threading.main_thread().name not in analyzer.threads


async def test_calls_at_once_each_get_their_own() -> None:
    analysis = ParallelAnalysis(Lengths())
    results = await asyncio.gather(
        *(find(analysis, ["same", f"own-{number}"]) for number in range(20))
    )
    assert [[span.recognizer for (span,) in found] for found in results] == [
        ["same", f"own-{number}"] for number in range(20)
    ]


class Nothing(Lengths):
    """Finds nothing, as in most texts; keeps no text itself."""

    def analyze(self, texts: Sequence[str], **_: object) -> list[list[Span]]:  # type: ignore[override]
        return [[] for _ in texts]


async def test_texts_are_remembered_by_digest_only() -> None:
    analysis = ParallelAnalysis(Nothing())
    await find(analysis, ["".join(["my secret ", "number"])])
    gc.collect()
    reachable: list[object] = [analysis]
    seen = set()
    while reachable:
        one = reachable.pop()
        if id(one) in seen or len(seen) > 20_000 or isinstance(one, (type, threading.Thread)):
            continue
        seen.add(id(one))
        assert not (isinstance(one, str) and "my secret" in one)
        if isinstance(one, (dict, list, tuple)):
            reachable += [*one.items()] if isinstance(one, dict) else list(one)
        else:
            reachable += [vars(one)] if hasattr(one, "__dict__") else []


async def test_memory_is_bounded() -> None:
    analyzer = Lengths()
    analysis = ParallelAnalysis(analyzer)
    await find(analysis, ["first"])
    for start in range(0, 20_000, 1000):
        await find(analysis, [f"{start + n}" for n in range(1000)])
    await find(analysis, ["19999"])
    before = len(analyzer.seen)
    await find(analysis, ["first"])
    assert len(analyzer.seen) == before + 1


async def test_own_recognizers_and_thresholds_are_told_apart() -> None:
    analyzer = Lengths()
    analysis = ParallelAnalysis(analyzer)
    old, new = (PatternListRecognizer("own", "OWN", [(word, 0.5)]) for word in ("a", "b"))
    kinds = []
    for extra, least in [((), None), ((old,), None), ((new,), None), ((new,), {"OWN": 0.9})] * 2:
        ((span,),) = await analysis.analyze(
            ["x"], entities=None, min_score=MIN, min_scores=least, extra=extra
        )
        kinds.append(span.type)
    assert len(set(kinds)) == 4
    assert kinds[:4] == kinds[4:]
    assert len(analyzer.seen) == 4
