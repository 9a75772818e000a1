"""What a database needs now and then, and what it says of itself."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError

from customerai.core import jobs, outbox, partitions
from customerai.core.clock import Clock
from customerai.core.db import EVERY_TENANT, Database, Transaction
from customerai.core.errors import Unavailable
from customerai.core.settings import DatabaseSettings
from customerai.core.telemetry import Metrics

log = structlog.get_logger(__name__)

# Not the process's own random numbers, which tests draw from.
_SPREAD: Final = random.SystemRandom()

_EVERY_S: Final = 3600.0
_PAUSE_S: Final = 0.1


class Upkeep:
    """Makes next month's partitions and forgets what was handled long ago.

    Every process may run it beside the others: each step is small, and harmless when repeated.
    """

    def __init__(self, db: Database, clock: Clock, settings: DatabaseSettings) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings

    async def run(self, *, every_s: float = _EVERY_S) -> None:
        """Keep house now and then, until cancelled."""
        while True:
            try:
                await self.once()
            except Exception as error:  # noqa: BLE001 - it must outlive a fault
                log.error("database.upkeep_failed", error_type=type(error).__name__)
            # Not all processes at the same moment.
            await asyncio.sleep(every_s * _SPREAD.uniform(0.8, 1.2))

    async def once(self) -> None:
        """Do what is due now."""
        missing = partial(partitions.missing, self._clock.now())
        for cut, month in await self._db.read(missing, tenant=EVERY_TENANT):
            try:
                await self._db.write(partial(partitions.attach, cut, month), tenant=EVERY_TENANT)
            except (DBAPIError, Unavailable) as error:
                # The rows go to the default partition until it can be made.
                log.warning(
                    "database.partition_not_made",
                    partition=cut.name(month),
                    error_type=type(error).__name__,
                )
        before = self._clock.now() - timedelta(days=self._settings.inbox_days)
        await self._db.write(partial(partitions.drop_old_inbox, before), tenant=EVERY_TENANT)
        while await self._db.write(  # noqa: ASYNC110 - a piece at a time, until nothing is left
            lambda tx: outbox.prune(tx, before), tenant=EVERY_TENANT
        ):
            await asyncio.sleep(_PAUSE_S)  # live traffic goes first


async def refresh_gauges(db: Database, clock: Clock, metrics: Metrics) -> None:
    """Set the gauges of the outbox, of the dead letters and of the jobs."""

    def work(tx: Transaction) -> tuple[int, int, float, dict[tuple[str, str], int]]:
        return (
            outbox.depth(tx),
            outbox.count_dead_letters(tx),
            outbox.oldest_s(tx, clock.now()),
            jobs.counts(tx),
        )

    depth, dead, oldest_s, counts = await db.read(work, tenant=EVERY_TENANT)
    metrics.outbox_depth.set(depth)
    metrics.dead_letters.set(dead)
    metrics.outbox_oldest.set(oldest_s)
    metrics.jobs.clear()
    for (kind, status), n in counts.items():
        metrics.jobs.labels(kind=kind, status=status).set(n)
