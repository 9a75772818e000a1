"""A new master key: every data key is wrapped by it, and the count of those left proves it."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

import customerai.app
from customerai.core import jobs
from customerai.core.crypto import KeyMaterial, KeyRing, SealBroken
from customerai.core.db import Database, Transaction, open_database
from customerai.core.jobs import job_table
from customerai.core.rewrap import left, rewrap, tables_of_keys
from customerai.core.schema import metadata
from customerai.core.settings import DatabaseSettings
from customerai.migrations import migrate
from customerai.privacy.tables import subject
from tests.conftest import NOW

OLD = KeyRing(bytes(range(32)))
SUBJECTS = 1234


def ring(material: KeyMaterial) -> KeyRing:
    return KeyRing(material.master, previous=material.previous, root=material.root)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    address = f"sqlite:///{tmp_path / 'x.db'}"
    migrate(address, tmp_path / "lock")
    opened = open_database(address, DatabaseSettings(synchronous="normal"))
    yield opened
    await opened.close()


async def fill(db: Database, keys: KeyRing) -> dict[str, bytes]:
    """Subjects and imports; gives their data keys by id."""
    made = {f"cust_{number}": keys.new_data_key() for number in range(SUBJECTS)}
    imports = {
        f"job_{state}": (state, *keys.new_data_key()) for state in (jobs.QUEUED, jobs.RUNNING)
    }

    def work(tx: Transaction) -> None:
        tx.execute(
            insert(subject),
            [
                {"tenant": f"t{number % 3}", "id": name, "wrapped_key": w, "created_at": NOW}
                for number, (name, (_, w)) in enumerate(made.items())
            ],
        )
        for name, (state, _, wrapped) in imports.items():
            tx.execute(
                insert(job_table).values(
                    tenant="main", id=name, kind="import", actor="test", status=state, done=0,
                    resumed_done=0, created_at=NOW,
                    spec={"format": "csv", "key": base64.b64encode(wrapped).decode()},
                )
            )  # fmt: skip

    await db.write(work)
    return {name: key for name, (key, _) in made.items()} | {
        name: key for name, (_, key, _) in imports.items()
    }


async def opened(db: Database, keys: KeyRing) -> dict[str, bytes]:
    def work(tx: Transaction) -> dict[str, bytes]:
        found = {row.id: keys.unwrap(row.wrapped_key) for row in tx.execute(select(subject))}
        for row in tx.execute(select(job_table)):
            assert row.spec["format"] == "csv"
            found[row.id] = keys.unwrap(base64.b64decode(row.spec["key"]))
        return found

    return await db.read(work)


def test_every_wrapped_key_is_found_by_its_name() -> None:
    assert customerai.app is not None  # imports every table
    assert [table.name for table in tables_of_keys()] == [
        "privacy_export",
        "privacy_subject",
        "privacy_table",
        "privacy_table_project",
        "privacy_table_release",
    ]
    strays = [
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.c
        if "wrapped" in column.name and column.name != "wrapped_key"
    ]
    assert strays == []


async def test_every_data_key_is_wrapped_anew(db: Database) -> None:
    made = await fill(db, OLD)
    new = ring(OLD.rotated(bytes(32)))
    assert await left(db, new) == len(made)
    done = await rewrap(db, new)
    assert (done.changed, done.broken, done.left) == (len(made), 0, 0)
    alone = ring(new.retired())
    assert await opened(db, alone) == made
    with pytest.raises(SealBroken):
        await opened(db, OLD)
    again = await rewrap(db, new)
    assert (again.changed, again.left) == (0, 0)


async def test_a_run_that_was_cut_off_is_gone_on_with(db: Database) -> None:
    made = await fill(db, OLD)
    new = ring(OLD.rotated(bytes(32)))

    class Ends(KeyRing):
        calls = 0

        def rewrap(self, wrapped: bytes) -> bytes:
            Ends.calls += 1
            if Ends.calls > 700:
                raise KeyboardInterrupt
            return super().rewrap(wrapped)

    material = OLD.rotated(bytes(32))
    with pytest.raises(KeyboardInterrupt):
        await rewrap(db, Ends(material.master, previous=material.previous, root=material.root))
    assert await left(db, new) == len(made) - 500, "whole batches are kept"
    assert await opened(db, new) == made, "between, everything opens"
    assert (await rewrap(db, new)).left == 0


async def test_what_does_not_open_is_counted_and_stays(db: Database) -> None:
    made = await fill(db, OLD)
    await db.write(
        lambda tx: tx.execute(
            update(subject).where(subject.c.id == "cust_5").values(wrapped_key=b"x" * 40)
        )
    )
    new = ring(OLD.rotated(bytes(32)))
    done = await rewrap(db, new)
    assert (done.changed, done.broken, done.left) == (len(made) - 1, 1, 1)
