"""The gauge of the greatest gap: bounded kinds, enough decisions, at most once a minute."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from customerai.core.crypto import KeyRing
from customerai.core.safe_text import SafeText
from customerai.core.settings import FairnessSettings, PrivacySettings
from customerai.core.telemetry import Metrics
from customerai.fairness.service import FairnessService
from customerai.fairness.tensor import Decision
from customerai.privacy.service import PrivacyService
from tests import engines
from tests.conftest import NOW, FixedClock, operator, quick_parts

pytestmark = pytest.mark.anyio


class English:
    def identify(self, texts: Sequence[SafeText]) -> list[tuple[str, float]]:
        return [("en", 1.0) for _ in texts]


@dataclass
class Bench:
    """Fairness on a database of its own, with a clock that moves when told."""

    service: FairnessService
    metrics: Metrics
    clock: FixedClock
    numbers: int = 0

    async def decide(
        self,
        group: str,
        *,
        yes: int,
        no: int,
        kind: str = "reply",
        tenant: str = "main",
        feature: str = "language",
        at: datetime = NOW,
    ) -> None:
        good, bad = ("answered", "abstained") if kind == "reply" else ("positive", "negative")
        decisions = []
        for outcome, count in ((good, yes), (bad, no)):
            for _ in range(count):
                self.numbers += 1
                decisions.append(
                    Decision(
                        f"d{self.numbers}", kind, outcome, None, None, {feature: group}, "v1", at
                    )
                )
        assert await self.service.record(operator(tenant), decisions) == yes + no

    async def gaps(self) -> dict[str, float]:
        self.clock.advance(timedelta(minutes=2))
        await self.service.refresh_gaps()
        return self.shown()

    def shown(self) -> dict[str, float]:
        (family,) = self.metrics.selection_rate_gap.collect()
        return {sample.labels["kind"]: round(sample.value, 6) for sample in family.samples}


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with engines.a_database() as db:
        clock, metrics, analyzer = FixedClock(NOW), Metrics(), quick_parts().analyzer
        assert analyzer is not None
        privacy = PrivacyService(
            db=db,
            clock=clock,
            keys=KeyRing(bytes(32)),
            analyzer=analyzer,
            languages=English(),
            settings=PrivacySettings(),
            metrics=metrics,
        )
        service = FairnessService(
            db=db,
            clock=clock,
            privacy=privacy,
            settings=FairnessSettings(min_cell=2),
            metrics=metrics,
        )
        yield Bench(service, metrics, clock)


async def test_nothing_to_compare_shows_nothing_rather_than_zero(bench: Bench) -> None:
    assert await bench.gaps() == {}
    await bench.decide("en", yes=90, no=30)
    assert await bench.gaps() == {}
    await bench.decide("de", yes=1, no=98)  # one decision too few
    assert await bench.gaps() == {}


async def test_the_greatest_gap_over_features_and_tenants_is_shown(bench: Bench) -> None:
    await bench.decide("en", yes=90, no=10)
    await bench.decide("de", yes=60, no=40)
    await bench.decide("es", yes=75, no=25)
    assert await bench.gaps() == {"reply": 0.3}
    await bench.decide("gold", yes=100, no=0, feature="segment", tenant="other")
    await bench.decide("basic", yes=50, no=50, feature="segment", tenant="other")
    assert await bench.gaps() == {"reply": 0.5}


async def test_kinds_that_a_company_names_are_one(bench: Bench) -> None:
    for kind, yes in (("loan", 80), ("refund", 40)):
        await bench.decide("en", yes=100, no=0, kind=kind)
        await bench.decide("de", yes=yes, no=100 - yes, kind=kind)
    assert await bench.gaps() == {"other": 0.6}


async def test_what_is_older_than_a_week_leaves_the_gauge(bench: Bench) -> None:
    await bench.decide("en", yes=100, no=0)
    await bench.decide("de", yes=50, no=50)
    assert await bench.gaps() == {"reply": 0.5}
    bench.clock.advance(timedelta(days=6))
    assert await bench.gaps() == {"reply": 0.5}
    bench.clock.advance(timedelta(days=1))
    assert await bench.gaps() == {}


async def test_the_database_is_asked_at_most_once_a_minute(bench: Bench) -> None:
    assert await bench.gaps() == {}
    await bench.decide("en", yes=100, no=0)
    await bench.decide("de", yes=50, no=50)
    bench.clock.advance(timedelta(seconds=59))
    await bench.service.refresh_gaps()
    assert bench.shown() == {}
    bench.clock.advance(timedelta(seconds=1))
    await bench.service.refresh_gaps()
    assert bench.shown() == {"reply": 0.5}
