"""The use cases of fairness: record decisions, report by group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeAlias

from customerai.contracts.events import DecisionMade
from customerai.contracts.privacy import (
    AnonymizeRequest,
    Privacy,
)
from customerai.core import audit
from customerai.core.clock import Clock
from customerai.core.db import EVERY_TENANT, Database, Transaction
from customerai.core.errors import InvalidRequest, NotFound
from customerai.core.events import Effect
from customerai.core.guard import in_thread
from customerai.core.principal import Principal, system_principal
from customerai.core.settings import FairnessSettings
from customerai.core.telemetry import Metrics
from customerai.fairness import metrics as measures
from customerai.fairness import store, tensor
from customerai.fairness.metrics import Comparison, Rate
from customerai.fairness.tensor import Cell, Decision

_ALL_DAYS: Final = (0, 2_000_000)
_MOMENT: Final = timedelta(microseconds=1)
_WORDS_A_CALL: Final = 200
_WATCHED_DAYS: Final = 7
# Two groups of equal rates and this size lie 0.2 apart about once in 200 (z = 2.83 at 0.5).
_WATCHED_GROUP: Final = 100
_WATCH_EVERY: Final = timedelta(minutes=1)
_OTHER: Final = "other"
FAVOURABLE: Final[Mapping[str, str]] = {"reply": "answered"}


class DecisionNotFound(NotFound):
    """No decision with that id in this tenant."""

    def __init__(self) -> None:
        super().__init__("No decision with that id.")


class PersonalGroupLabel(InvalidRequest):
    """A group's, label's or outcome's name holds personal data; it names groups, not people."""

    def __init__(self) -> None:
        super().__init__(
            "A group, kind, outcome, label or version looks like personal data; use group names."
        )


@dataclass(frozen=True)
class Report:
    """The selection rates of one kind of decision over the groups of a feature."""

    kind: str
    favourable: str
    features: tuple[str, ...]
    available_features: Sequence[str]
    outcomes: Sequence[str]
    overall: Rate
    groups: Sequence[Rate]
    comparison: Comparison


class FairnessService:
    """Counts decisions by group."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        privacy: Privacy,
        settings: FairnessSettings,
        metrics: Metrics,
    ) -> None:
        self._db = db
        self._clock = clock
        self._privacy = privacy
        self._settings = settings
        self._metrics = metrics
        self._watched_at: datetime | None = None

    async def record(self, who: Principal, decisions: Sequence[Decision]) -> int:
        """Record decisions of the company's own systems, each once; returns how many were new.

        Raises:
            PersonalGroupLabel: a group's name holds personal data.
            PrivacyUnavailable: nothing was recorded.
        """
        await self._refuse_personal(who, [word for item in decisions for word in _words(item)])

        def work(tx: Transaction) -> int:
            new = self._count(tx, who.tenant, decisions)
            if new:
                audit.record(tx, who, "fairness.decisions_recorded", decisions=new)
            return new

        return await self._db.write(work, tenant=who.tenant)

    async def count(self, events: Sequence[DecisionMade]) -> Effect:
        """Count the platform's own decisions; returns the writes that follow."""
        tenant = events[0].tenant
        decisions = [
            Decision(
                id=event.decision_id,
                kind=event.kind,
                outcome=event.outcome,
                score=event.score,
                label=None,
                groups=event.groups,
                policy_version=event.policy_version,
                at=datetime.fromisoformat(event.at),
            )
            for event in events
        ]

        def effect(tx: Transaction) -> None:
            new = self._count(tx, tenant, decisions)
            audit.record(
                tx,
                system_principal(tenant, "fairness"),
                "fairness.decisions_counted",
                decisions=new,
            )

        return effect

    async def add_label(self, who: Principal, decision_id: str, label: str) -> Decision:
        """Say what turned out to be true of a decision; the counts follow.

        Raises:
            DecisionNotFound: not one of this tenant.
            PersonalGroupLabel: the label holds personal data.
            PrivacyUnavailable: nothing was changed.
        """
        await self._refuse_personal(who, [label])

        def work(tx: Transaction) -> Decision:
            before = store.find_decision(tx, who.tenant, decision_id, locked=True)
            if before is None:
                raise DecisionNotFound
            after = replace(before, label=label)
            moved: Counter[Cell] = Counter()
            moved[tensor.cell_of(after)] += 1
            moved[tensor.cell_of(before)] -= 1
            store.set_label(tx, who.tenant, decision_id, label)
            store.add_counts(tx, who.tenant, moved)
            audit.record(tx, who, "fairness.label_added", decision=decision_id)
            return after

        return await self._db.write(work, tenant=who.tenant)

    async def kinds(self, who: Principal) -> Mapping[str, int]:
        """Kinds of decisions and how many of each there are."""
        return await self._db.read(lambda tx: store.list_kinds(tx, who.tenant), tenant=who.tenant)

    async def report(
        self,
        who: Principal,
        kind: str,
        *,
        features: tuple[str, ...] = (),
        favourable: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> Report:
        """Selection rates by group; several features are crossed, none means the first one.

        Args:
            start, end: whole days are counted, from that of `start` to the last before `end`.
        """
        first = _ALL_DAYS[0] if start is None else tensor.day_of(start)
        last = _ALL_DAYS[1] if end is None else tensor.day_of(end - _MOMENT)
        cells = await self._db.read(
            lambda tx: store.find_cells(tx, who.tenant, kind, first_day=first, last_day=last),
            tenant=who.tenant,
        )
        available = tensor.features_in(cells)
        chosen = features or tuple(available[:1])
        outcomes = tensor.outcomes_by_group(cells, chosen)
        wanted = favourable or FAVOURABLE.get(kind, "positive")
        confidence = self._settings.confidence
        rates = measures.selection_rates(
            outcomes, wanted, min_cell=self._settings.min_cell, confidence=confidence
        )
        return Report(
            kind=kind,
            favourable=wanted,
            features=chosen,
            available_features=available,
            outcomes=sorted({outcome for counts in outcomes.values() for outcome in counts}),
            overall=measures.overall_rate(outcomes, wanted, confidence=confidence),
            groups=rates,
            comparison=measures.compare(rates, confidence=confidence),
        )

    async def refresh_gaps(self) -> None:
        """Set the gauge of the greatest gap of each kind of decision; at most once a minute.

        Over all tenants and features, in the last 7 days, between groups of 100 decisions or more.
        Where nothing can be compared the gauge is absent, for 0 would say that all are equal.
        """
        now = self._clock.now()
        if self._watched_at is not None and now - self._watched_at < _WATCH_EVERY:
            return
        self._watched_at = now
        first, last = tensor.day_of(now - timedelta(days=_WATCHED_DAYS - 1)), tensor.day_of(now)
        cells = await self._db.read(partial(_recent_cells, first, last), tenant=EVERY_TENANT)
        gaps = await in_thread(_gaps, cells)
        self._metrics.selection_rate_gap.clear()
        for kind, gap in gaps.items():
            self._metrics.selection_rate_gap.labels(kind=kind).set(gap)

    def _count(self, tx: Transaction, tenant: str, decisions: Sequence[Decision]) -> int:
        new = store.add_decisions(tx, tenant, decisions)
        store.add_counts(tx, tenant, Counter(tensor.cell_of(item) for item in new))
        for item in new:
            own = item.kind if item.kind in FAVOURABLE else "external"
            self._metrics.decisions.labels(kind=own).inc()
        return len(new)

    async def _refuse_personal(self, who: Principal, words: Sequence[str]) -> None:
        distinct = sorted(set(words))
        for start in range(0, len(distinct), _WORDS_A_CALL):
            (result,) = await self._privacy.anonymize(
                who,
                [
                    AnonymizeRequest(
                        texts=tuple(distinct[start : start + _WORDS_A_CALL]),
                        purpose="group-labels",
                        operators={"DEFAULT": {"operator": "replace"}},
                        labels=True,
                    )
                ],
            )
            if any(item.spans for item in result.results):
                raise PersonalGroupLabel


_CellsOfKind: TypeAlias = "tuple[str, list[tuple[Cell, int]]]"


def _recent_cells(first: int, last: int, tx: Transaction) -> list[_CellsOfKind]:
    return [
        (kind, store.find_cells(tx, tenant, kind, first_day=first, last_day=last))
        for tenant, kind in store.kinds_by_tenant(tx, first_day=first)
    ]


def _gaps(recent: Sequence[_CellsOfKind]) -> dict[str, float]:
    """The greatest gap by kind; kinds that companies name themselves are one, `other`."""
    found: dict[str, float] = {}
    for kind, cells in recent:
        named = kind if kind in FAVOURABLE else _OTHER
        wanted = FAVOURABLE.get(kind, "positive")
        for feature in tensor.features_in(cells):
            outcomes = tensor.outcomes_by_group(cells, (feature,))
            rates = measures.selection_rates(outcomes, wanted, min_cell=_WATCHED_GROUP)
            values = [rate.value for rate in rates if rate.value is not None]
            if len(values) > 1:
                found[named] = max(found.get(named, 0.0), max(values) - min(values))
    return found


def _words(decision: Decision) -> list[str]:
    """Everything about a decision that the caller names freely and that is counted by."""
    label = [] if decision.label is None else [decision.label]
    named = [decision.kind, decision.outcome, decision.policy_version, *label]
    return [*named, *decision.groups, *decision.groups.values()]
