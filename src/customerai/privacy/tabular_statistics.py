"""Private statistics of uploaded tables, and the ledger of what they cost."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from customerai.core import audit
from customerai.core.clock import Clock
from customerai.core.crypto import KeyRing, SealBroken
from customerai.core.db import Database, Transaction
from customerai.core.guard import in_thread
from customerai.core.ids import new_id
from customerai.core.objects import ObjectStore
from customerai.core.principal import Principal
from customerai.privacy import tabular_files as files
from customerai.privacy import tabular_store as store
from customerai.privacy.tabular import reading, statistics
from customerai.privacy.tabular_errors import (
    BudgetSpent,
    DatasetNotFound,
    StatisticInvalid,
    TableGone,
    TableNotFound,
)
from customerai.privacy.tabular_store import Dataset, Statistic, StoredTable
from customerai.privacy.techniques.differential_privacy import InvalidQuery

_ROUNDING: Final = 1e-9
"""Costs are floats: ten tenths must fit into a budget of one."""


@dataclass(frozen=True)
class Ledger:
    """What a dataset's statistics have cost; costs add up (sequential composition)."""

    dataset: Dataset
    spent: float
    items: Sequence[Statistic]

    @property
    def left(self) -> float:
        return max(0.0, self.dataset.epsilon_budget - self.spent)


class PrivateStatistics:
    """Answers with noise, each booked in its dataset's ledger before the noise is drawn.

    Args:
        turn: how many tables are read at once.
    """

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        keys: KeyRing,
        objects: ObjectStore,
        limits: reading.Limits,
        turn: asyncio.Semaphore,
    ) -> None:
        self._db = db
        self._clock = clock
        self._keys = keys
        self._objects = objects
        self._limits = limits
        self._turn = turn
        self._query_hashes = keys.derive("privacy-statistic-queries")

    async def ask(self, who: Principal, table_id: str, query: statistics.Query) -> Statistic:
        """A private statistic; asked again of the same content it is given again, for nothing.

        The cost is booked before the noise is drawn, so that no failure gives anything for free.

        Raises:
            TableNotFound, TableGone: the table.
            BudgetSpent: not enough is left; no noise was drawn.
            StatisticInvalid: a column is not in the table, identifies people or is free text.
        """
        table = await self._db.read(
            lambda tx: store.find_table(tx, who.tenant, table_id), tenant=who.tenant
        )
        if table is None:
            raise TableNotFound(table_id)
        self._check(table, query)
        message = table.digest + query.canonical()
        query_hash = hmac.digest(self._query_hashes, message, "sha256")
        booked, dataset = await self._db.write(
            lambda tx: self._book(tx, who, table, query, query_hash), tenant=who.tenant
        )
        if booked.result is not None:
            return booked
        result = await self._draw(table, query, dataset)

        def settle(tx: Transaction) -> Statistic:
            store.settle_statistic(tx, booked, result)
            found = store.find_statistic(tx, who.tenant, table.dataset_id, query_hash)
            assert found is not None
            return found

        return await self._db.write(settle, tenant=who.tenant)

    def _check(self, table: StoredTable, query: statistics.Query) -> None:
        kinds = {column["name"]: column["role"] for column in table.columns}
        for name in query.columns():
            if name not in kinds:
                raise StatisticInvalid("A column of the query is not in the table.")
            if kinds[name] in ("direct", "text"):
                raise StatisticInvalid(
                    "A column of the query identifies people or is free text: no statistic is "
                    "made of it."
                )

    def _book(
        self,
        tx: Transaction,
        who: Principal,
        table: StoredTable,
        query: statistics.Query,
        query_hash: bytes,
    ) -> tuple[Statistic, Dataset]:
        dataset = store.lock_dataset(tx, who.tenant, table.dataset_id)
        assert dataset is not None
        before = store.find_statistic(tx, who.tenant, dataset.id, query_hash)
        if before is not None and before.result is not None:
            return before, dataset
        if table.wrapped_key is None:
            raise TableGone(table.id)
        if before is not None:  # it was booked, and what was drawn has told nobody anything
            return before, dataset
        left = dataset.epsilon_budget - store.spent(tx, who.tenant, dataset.id)
        if query.epsilon > left + _ROUNDING:
            raise BudgetSpent(asked=query.epsilon, left=max(left, 0.0))
        made = Statistic(
            tenant=who.tenant,
            dataset_id=dataset.id,
            query_hash=query_hash,
            id=new_id("sta"),
            actor=who.actor,
            query=asdict(query),
            epsilon=query.epsilon,
            result=None,
            created_at=self._clock.now(),
        )
        store.add_statistic(tx, made)
        audit.record(
            tx,
            who,
            "privacy.budget_spent",
            dataset=dataset.id,
            statistic=made.id,
            kind=query.statistic,
            epsilon=query.epsilon,
        )
        return made, dataset

    async def _draw(
        self, table: StoredTable, query: statistics.Query, dataset: Dataset
    ) -> dict[str, Any]:
        assert table.wrapped_key is not None
        async with self._turn:
            try:
                data = await files.read(
                    self._objects, self._keys.unwrap(table.wrapped_key), files.raw_name(table.id)
                )
            except SealBroken as error:
                raise TableGone(table.id) from error

            def work() -> dict[str, Any]:
                frame = reading.read(data, table.format, limits=self._limits).frame  # type: ignore[arg-type]
                return statistics.answer(frame, query, rows_per_person=dataset.rows_per_person)

            try:
                return await in_thread(work)
            except InvalidQuery as error:
                raise StatisticInvalid(f"{error}.") from None

    async def datasets(
        self, who: Principal, *, after: str | None, limit: int
    ) -> list[tuple[Dataset, float]]:
        """Datasets by id, each with what it has spent."""
        return await self._db.read(
            lambda tx: store.list_datasets(tx, who.tenant, after=after, limit=limit),
            tenant=who.tenant,
        )

    async def ledger(
        self, who: Principal, dataset_id: str, *, before: str | None, limit: int
    ) -> Ledger:
        """What was asked of a dataset and what it cost, newest first.

        Raises:
            DatasetNotFound: not one of this tenant.
        """

        def work(tx: Transaction) -> Ledger:
            dataset = store.find_dataset(tx, who.tenant, dataset_id)
            if dataset is None:
                raise DatasetNotFound
            items = store.list_statistics(tx, who.tenant, dataset_id, before=before, limit=limit)
            return Ledger(dataset, store.spent(tx, who.tenant, dataset_id), items)

        return await self._db.read(work, tenant=who.tenant)
