"""The use cases of traffic: what left, what it had been, and what a second look found in it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, Protocol

import structlog

from customerai.contracts.privacy import AnonymizeRequest, AnonymizeResult
from customerai.core import audit, paging
from customerai.core.clock import Clock
from customerai.core.db import EVERY_TENANT, Database
from customerai.core.errors import InvalidRequest, NotFound
from customerai.core.intervals import Interval, wilson
from customerai.core.principal import Principal
from customerai.privacy.leak_watch import FLAGGED, TEXTS, LeakWatch, day_of
from customerai.privacy.traffic import store
from customerai.privacy.traffic.store import Passage

log = structlog.get_logger(__name__)

PURPOSES: Final = frozenset({"api", "model-call", "analysis", "presidio"})
"""What leaves for a model or a caller. Messages have a page of their own: their conversation's."""

MOST_DAYS: Final = 366
_TEXTS: Final = 20
_CHARS: Final = 4000
_FLUSH_S: Final = 5.0
_REASON: Final = (3, 200)


class TrafficNotFound(NotFound):
    """Nothing with that id left, or it was forgotten since."""

    def __init__(self, passage_id: str) -> None:
        super().__init__("Nothing with that id is kept.", passage_id=passage_id)


class ReasonInvalid(InvalidRequest):
    """A reason is missing, or too short or too long."""


class Restorer(Protocol):
    """Puts values back; `privacy.service.PrivacyService` is one."""

    async def restore(self, who: Principal, session_id: str, texts: Sequence[str]) -> list[str]: ...


@dataclass(frozen=True)
class LeakDay:
    """One day's second look.

    Attributes:
        texts: how many safe texts were looked at.
        flagged: in how many of them something looked personal.
        found: what it looked like, by type.
    """

    day: date
    texts: int
    flagged: int
    found: Mapping[str, int]


@dataclass(frozen=True)
class LeakReport:
    """The second look over some days.

    Attributes:
        rate: the share of texts that is looked at.
        share: flagged / texts; None where none was looked at.
        interval: Wilson's, 95 %.
    """

    rate: float
    days: tuple[LeakDay, ...]
    texts: int
    flagged: int
    share: float | None
    interval: Interval | None


def passages_of(
    who: Principal,
    requests: Sequence[AnonymizeRequest],
    subjects: Sequence[str],
    results: Sequence[AnonymizeResult],
) -> list[Passage]:
    """What of these calls is kept as traffic."""
    kept = []
    for request, subject, result in zip(requests, subjects, results, strict=True):
        if request.purpose not in PURPOSES:
            continue
        receipt = result.receipt
        kept.append(
            Passage(
                id=receipt.id,
                at=receipt.at,
                purpose=receipt.purpose,
                actor=who.actor,
                session_id=result.session_id,
                subject_id=subject,
                policy_version=receipt.policy_version,
                entities=receipt.entities,
                texts=tuple(str(item.text[:_CHARS]) for item in result.results[:_TEXTS]),
                n=receipt.texts,
                digest=receipt.digest,
            )
        )
    return kept


class TrafficService:
    """Shows what left and what the second look found.

    Args:
        days: for how long what left is kept.
    """

    def __init__(
        self, *, db: Database, clock: Clock, privacy: Restorer, watch: LeakWatch, days: int
    ) -> None:
        self._db = db
        self._clock = clock
        self._privacy = privacy
        self._watch = watch
        self._days = days

    async def page(
        self,
        who: Principal,
        *,
        cursor: str | None = None,
        purpose: str | None = None,
        session_id: str | None = None,
        limit: int = 25,
    ) -> tuple[list[Passage], str | None]:
        """What left, the newest first, and the cursor of the next page.

        Raises:
            CursorInvalid: the cursor is none of ours.
        """
        work = partial(
            store.page,
            tenant=who.tenant,
            before=paging.decode(cursor),
            purpose=purpose,
            session_id=session_id,
            limit=limit + 1,
        )
        found = await self._db.read(work, tenant=who.tenant)
        more = len(found) > limit
        items = found[:limit]
        return items, paging.encode(items[-1].at, items[-1].id) if more else None

    async def get(self, who: Principal, passage_id: str) -> Passage:
        """Raises TrafficNotFound."""
        work = partial(store.find, tenant=who.tenant, passage_id=passage_id)
        found = await self._db.read(work, tenant=who.tenant)
        if found is None:
            raise TrafficNotFound(passage_id)
        return found

    async def originals(self, who: Principal, passage_id: str, reason: str) -> list[str]:
        """The texts as they came, for one who may see them and says why.

        The reason's length is audited, not its words: they may be personal themselves.

        Raises:
            TrafficNotFound: nothing with that id is kept.
            ReasonInvalid: no reason.
        """
        least, most = _REASON
        if not least <= len(reason.strip()) <= most:
            raise ReasonInvalid(f"Say in {least} to {most} characters why you need to see this.")
        found = await self.get(who, passage_id)
        restored = await self._privacy.restore(who, found.session_id, found.texts)
        await self._db.write(
            lambda tx: audit.record(
                tx,
                who,
                "privacy.traffic_revealed",
                receipt=passage_id,
                texts=len(restored),
                reason_chars=len(reason.strip()),
            ),
            tenant=who.tenant,
        )
        return restored

    async def leaks(self, who: Principal, days: int) -> LeakReport:
        """The second look over the last days, today's included; a day without one is left out."""
        await self.keep_figures()
        first = day_of(self._clock.now() - timedelta(days=min(days, MOST_DAYS) - 1))
        work = partial(store.leak_days, tenant=who.tenant, first_day=first)
        by_day = await self._db.read(work, tenant=who.tenant)
        shown = tuple(_leak_day(day, counts) for day, counts in sorted(by_day.items()))
        texts = sum(day.texts for day in shown)
        flagged = sum(day.flagged for day in shown)
        return LeakReport(
            rate=self._watch.rate,
            days=shown,
            texts=texts,
            flagged=flagged,
            share=flagged / texts if texts else None,
            interval=wilson(flagged, texts),
        )

    async def run(self) -> None:
        """Keep the figures, and forget what left long ago, until cancelled."""
        try:
            while True:
                try:
                    await self.keep_figures()
                    await self.forget()
                except Exception as error:  # noqa: BLE001 - it must outlive a fault
                    log.error("privacy.traffic_upkeep_failed", error_type=type(error).__name__)
                await asyncio.sleep(_FLUSH_S)
        finally:
            await self.keep_figures()

    async def keep_figures(self) -> None:
        """Write what the second look counted since."""
        figures = self._watch.take_figures()
        if not figures:
            return
        try:
            await self._db.write(lambda tx: store.count_leaks(tx, figures), tenant=EVERY_TENANT)
        except BaseException:
            self._watch.give_back(figures)
            raise

    async def forget(self) -> None:
        """Drop a piece of what left before the last days."""
        before: datetime = self._clock.now() - timedelta(days=self._days)
        await self._db.write(lambda tx: store.drop_before(tx, before), tenant=EVERY_TENANT)


def _leak_day(day: int, counts: Mapping[str, int]) -> LeakDay:
    return LeakDay(
        day=date(day // 10_000, day // 100 % 100, day % 100),
        texts=counts.get(TEXTS, 0),
        flagged=counts.get(FLAGGED, 0),
        found={kind: n for kind, n in sorted(counts.items()) if kind not in {TEXTS, FLAGGED}},
    )
