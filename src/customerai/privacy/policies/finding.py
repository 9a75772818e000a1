"""Finds personal data as a policy says: its thresholds, its lists, its own recognizers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from customerai.privacy.analysis import Analyzer, ParallelAnalysis
from customerai.privacy.policies.evaluation import Effective
from customerai.privacy.recognizers.spans import Recognizer, Span


class PolicyAnalysis:
    """The built-in recognizers and those that a policy adds, over many texts.

    Args:
        min_score: the least score of a span where nothing else is said.
    """

    def __init__(self, analyzer: Analyzer, min_score: float) -> None:
        self._analysis = ParallelAnalysis(analyzer)
        self._entities: frozenset[str] = getattr(analyzer, "entities", frozenset())
        built_in: Sequence[Recognizer] = getattr(analyzer, "recognizers", ())
        self._names = tuple(one.name for one in built_in)
        self._min_score = min_score

    @property
    def version(self) -> str:
        return self._analysis.version

    @property
    def entities(self) -> frozenset[str]:
        """The types of the built-in recognizers."""
        return self._entities

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the built-in recognizers."""
        return self._names

    async def find(
        self,
        texts: Sequence[str],
        rules: Effective,
        *,
        entities: frozenset[str] | None = None,
        min_score: float | None = None,
        extra: Sequence[Recognizer] = (),
    ) -> list[list[Span]]:
        """The spans of each text, sorted and disjoint.

        Args:
            entities: only these types, also such as the policy has switched off.
            min_score: the least score, in the place of the policy's thresholds.
            extra: further recognizers, whose spans count whatever their score.
        """
        least = self._min_score if min_score is None else min_score
        if rules.plain and not extra:
            return await self._analysis.analyze(texts, entities=entities, min_score=least)
        if min_score is not None:
            rules = replace(rules, thresholds={})
        if entities is not None:
            rules = replace(rules, off=frozenset())
        own = (*rules.extra, *extra)
        types = self._entities.union(*(one.entities for one in own))
        min_scores = rules.min_scores(types, least)
        for one in extra:
            min_scores.update(dict.fromkeys(one.entities, 0.0))
        found = await self._analysis.analyze(
            texts,
            entities=entities,
            min_score=min([least, *min_scores.values()]),
            extra=own,
            min_scores={**dict.fromkeys(types, least), **min_scores},
        )
        free = frozenset().union(*(one.entities for one in extra))
        return [
            [span for span in spans if span.type in free or rules.let_go(text, span, least) is None]
            for text, spans in zip(texts, found, strict=True)
        ]
