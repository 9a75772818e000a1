"""Backups: what is restored is what was there, or nothing is; a drill finds every fault."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from customerai.core import audit
from customerai.core.backups import archive
from customerai.core.backups.archive import BackupBroken, BackupMissing, Listed, to_keep
from customerai.core.backups.service import BackupGauges, Backups
from customerai.core.backups.sqlite import TargetNotEmpty
from customerai.core.clock import FixedClock
from customerai.core.crypto import KeyRing
from customerai.core.db import Transaction, open_database
from customerai.core.objects import LocalObjects
from customerai.core.principal import system_principal
from customerai.core.settings import BackupSettings, DatabaseSettings
from customerai.core.telemetry import Metrics
from customerai.operations import MigrationSchema
from customerai.privacy.tables import subject
from tests.conftest import NOW

POSTGRES = os.environ.get("CUSTOMERAI_TEST_POSTGRES")
ENGINES = [
    "sqlite",
    pytest.param(
        "postgresql",
        marks=[
            pytest.mark.process,
            pytest.mark.skipif(POSTGRES is None, reason="needs CUSTOMERAI_TEST_POSTGRES"),
        ],
    ),
]
MASTER = bytes(range(32))
SUBJECTS = 40


@dataclass
class Site:
    """An installation with rows in it."""

    folder: Path
    backups: Backups
    clock: FixedClock
    keys: KeyRing

    def empty(self) -> str:
        """The address of a database that does not exist yet."""
        return f"sqlite:///{self.folder / f'restored-{secrets.token_hex(4)}.db'}"

    async def fill(self, tenant: str = "main", begin: int = 0) -> None:
        db = open_database(self.backups.address, DatabaseSettings(url=self.backups.address))
        try:
            who = system_principal(tenant, "test")
            wrapped = [self.keys.new_data_key()[1] for _ in range(SUBJECTS)]

            def work(tx: Transaction) -> None:
                for number, key in enumerate(wrapped, start=begin):
                    row = {"tenant": tenant, "id": f"cust_{number}", "created_at": NOW}
                    tx.execute(insert(subject).values(wrapped_key=key, **row))
                    audit.record(tx, who, "test.done", number=number, text="a\tb\\n\n\x7f")

            await db.write(work)
            while await db.read(audit.waiting):
                await db.write(lambda tx: audit.sequence(NOW, tx))
        finally:
            await db.close()

    async def subjects(self, address: str) -> set[str]:
        db = open_database(address, DatabaseSettings(url=address))
        try:
            found = await db.read(
                lambda tx: tx.exec_driver_sql("SELECT tenant, id FROM privacy_subject").all()
            )
            return {f"{row[0]}/{row[1]}" for row in found}
        finally:
            await db.close()


def a_site(folder: Path, address: str, **changes: object) -> Site:
    clock, keys = FixedClock(NOW), KeyRing(MASTER)
    backups = Backups(
        address=address,
        objects=LocalObjects(folder / "objects"),
        keys=keys,
        separate=None,
        settings=BackupSettings(),
        clock=clock,
        schema=MigrationSchema(folder),
    )
    backups.schema.upgrade(address, "head")
    return Site(folder, replace(backups, **changes), clock, keys)  # type: ignore[arg-type]


@pytest.fixture(params=ENGINES)
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    if request.param == "sqlite":
        yield a_site(tmp_path, f"sqlite:///{tmp_path / 'live.db'}")
        return
    from sqlalchemy import make_url  # noqa: PLC0415

    from customerai.core.backups import postgres  # noqa: PLC0415 - extra `postgres`

    server = make_url(str(POSTGRES))
    made: list[str] = []

    async def create() -> str:
        made.append(f"cai_test_{secrets.token_hex(6)}")
        url = await postgres.create_database(server, made[-1])
        return url.render_as_string(hide_password=False)

    found = a_site(tmp_path, await create())
    ahead = [await create() for _ in range(2)]
    found.empty = ahead.pop  # type: ignore[method-assign]
    try:
        yield found
    finally:
        for name in made:
            await postgres.drop_database(server, name)


async def test_what_is_restored_is_what_was_there(site: Site) -> None:
    await site.fill()
    await site.fill("other", begin=1000)
    made = await site.backups.run()
    assert made.manifest.tables["privacy_subject"] == 2 * SUBJECTS
    assert made.manifest.tables["audit_entry"] == 2 * SUBJECTS
    assert {log.tenant: log.size for log in made.manifest.logs} == {
        "main": SUBJECTS,
        "other": SUBJECTS,
    }
    await site.fill(begin=500)  # what comes later is not in it
    into = site.empty()
    await site.backups.restore(None, into)
    restored = await site.subjects(into)
    assert len(restored) == 2 * SUBJECTS
    assert restored < await site.subjects(site.backups.address)
    # The database goes on where it was: numbers are not given out twice.
    again = replace(site.backups, address=into)
    await replace(site, backups=again).fill(begin=2000)
    assert (await again.drill((await again.run()).manifest.id)).good


async def test_a_drill_passes_and_leaves_nothing(site: Site) -> None:
    await site.fill()
    await site.backups.run()
    drill = await site.backups.drill(None)
    assert [check.name for check in drill.checks if not check.good] == []
    assert {"rows", "audit log", "schema", "row-level security", "data keys"} <= {
        check.name for check in drill.checks
    }
    assert (await archive.latest(site.backups.objects)).drilled_at == NOW.timestamp()


async def test_a_database_that_is_not_empty_is_left_alone(site: Site) -> None:
    await site.fill()
    await site.backups.run()
    before = await site.subjects(site.backups.address)
    with pytest.raises(TargetNotEmpty):
        await site.backups.restore(None, site.backups.address)
    assert await site.subjects(site.backups.address) == before


async def test_who_was_erased_since_stays_erased(site: Site) -> None:
    await site.fill()
    await site.backups.run()
    await site.backups.ledger.note("main", "cust_3")
    await site.backups.ledger.note("other", "cust_4")
    into = site.empty()
    await site.backups.restore(None, into)
    restored = await site.subjects(into)
    assert "main/cust_3" not in restored
    assert "main/cust_4" in restored, "it was erased in another tenant"
    assert len(restored) == SUBJECTS - 1


async def test_a_changed_part_is_found_and_nothing_restored(site: Site) -> None:
    await site.fill()
    made = await site.backups.run()
    folder = site.folder / "objects" / "backups" / made.manifest.id
    part = max(folder.iterdir(), key=lambda path: path.stat().st_size * (path.name != "manifest"))
    whole = part.read_bytes()
    middle = bytearray(whole)
    middle[len(whole) // 2] ^= 1
    into = site.empty()
    for changed in (bytes(middle), whole[:-1], whole[: len(whole) // 2], b"", whole + b"x"):
        part.write_bytes(changed)
        with pytest.raises(BackupBroken, match=part.name):
            await site.backups.restore(None, into)
        drill = await site.backups.drill(None)
        assert not drill.good
    part.unlink()
    with pytest.raises(BackupBroken):
        await site.backups.restore(None, into)
    part.write_bytes(whole)
    await site.backups.restore(None, into)  # it is still empty


# --- on SQLite ---------------------------------------------------------------------------------


@pytest.fixture
async def local(tmp_path: Path) -> Site:
    site = a_site(tmp_path, f"sqlite:///{tmp_path / 'live.db'}")
    await site.fill()
    return site


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = a_site(folder := tmp_path_factory.mktemp("small"), f"sqlite:///{folder / 'live.db'}")

    async def prepare() -> None:
        await site.fill()
        await site.backups.run()

    asyncio.run(prepare())
    return site


@settings(max_examples=60, deadline=None)
@example(place=0.15625, flip=41, manifest=True)  # a blank that became a tab
@given(place=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255), manifest=st.booleans())
def test_any_changed_byte_is_refused(small: Site, place: float, flip: int, manifest: bool) -> None:
    (found,) = asyncio.run(small.backups.list())
    name = "manifest" if manifest else "database"
    path = small.folder / "objects" / "backups" / found.id / name
    whole = path.read_bytes()
    changed = bytearray(whole)
    changed[int(place * len(whole))] ^= flip
    path.write_bytes(bytes(changed))
    try:
        into = small.empty()
        with pytest.raises(BackupBroken):
            asyncio.run(small.backups.restore(None, into))
        assert not Path(into.removeprefix("sqlite:///")).exists()
        assert list(small.folder.glob(".*restore*")) == []
    finally:
        path.write_bytes(whole)


async def test_parts_of_another_backup_do_not_fit(local: Site) -> None:
    first = (await local.backups.run()).manifest.id
    local.clock.advance(timedelta(hours=1))
    second = (await local.backups.run()).manifest.id
    folder = local.folder / "objects" / "backups"
    for name in ("database", "manifest"):
        kept = (folder / second / name).read_bytes()
        (folder / second / name).write_bytes((folder / first / name).read_bytes())
        with pytest.raises(BackupBroken):
            await local.backups.restore(second, local.empty())
        (folder / second / name).write_bytes(kept)
    await local.backups.restore(second, local.empty())


async def test_a_drill_finds_rows_and_logs_that_do_not_match(local: Site) -> None:
    """The backup is whole, but was made from a database that was tampered with."""
    with closing(sqlite3.connect(local.folder / "live.db")) as db:
        db.execute("UPDATE audit_entry SET canonical = replace(canonical, ':7', ':8') "
                   "WHERE seq = 7")  # fmt: skip
        db.execute("UPDATE privacy_subject SET wrapped_key = randomblob(40) WHERE id = 'cust_1'")
        db.commit()
    await local.backups.run()
    drill = await local.backups.drill(None)
    faults = {check.name: check.told for check in drill.checks if not check.good}
    assert set(faults) == {"audit log", "data keys"}
    assert "entry 7" in faults["audit log"]
    assert faults["data keys"] == "1 data keys do not open"
    assert (await archive.latest(local.backups.objects)).drilled_at == 0


async def test_nothing_in_the_store_tells_anything(local: Site) -> None:
    await local.backups.run()
    for path in (local.folder / "objects").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"privacy_subject" not in content, path
            assert b"cust_" not in content, path
            assert b"test.done" not in content, path
    record = json.loads((local.folder / "objects/backups/latest.json").read_bytes())
    assert set(record) == {
        "id", "finished_at", "seconds", "size_bytes", "failures", "drilled_at"
    }  # fmt: skip
    assert [path.name for path in local.folder.glob(".live*")] == [], "no copy is left"


async def test_another_key_opens_nothing(local: Site) -> None:
    await local.backups.run()
    stranger = replace(local.backups, keys=KeyRing(bytes(32)))
    with pytest.raises(BackupBroken, match="No key here"):
        await stranger.restore(None, local.empty())


async def test_a_backup_key_of_its_own(local: Site) -> None:
    separate = KeyRing(b"b" * 32)
    await replace(local.backups, separate=separate).run()
    with pytest.raises(BackupBroken, match=r"backup\.key"):
        await local.backups.restore(None, local.empty())
    await replace(local.backups, separate=separate).restore(None, local.empty())


async def test_there_may_be_none(local: Site) -> None:
    for backup_id in (None, "20260101T000000Z-00000000", "../x", "nonsense"):
        with pytest.raises(BackupMissing):
            await local.backups.restore(backup_id, local.empty())


async def test_a_failed_backup_is_counted_and_leaves_nothing(local: Site) -> None:
    broken = replace(local.backups, address=f"sqlite:///{local.folder / 'nowhere' / 'x.db'}")
    with pytest.raises((sqlite3.OperationalError, OSError)):
        await broken.run()
    assert (await archive.latest(local.backups.objects)).failures == 1
    assert await local.backups.list() == []
    await local.backups.run()
    state = await archive.latest(local.backups.objects)
    assert (state.failures, state.finished_at) == (1, NOW.timestamp())


async def test_metrics_show_the_last_run_wherever_it_ran(local: Site) -> None:
    metrics = Metrics()

    def value(name: str) -> float | None:
        return metrics.registry.get_sample_value(f"customerai_backup_{name}")

    made = await local.backups.run()
    await BackupGauges(local.backups.objects, metrics).refresh()
    assert value("last_success_timestamp_seconds") == NOW.timestamp()
    assert value("last_size_bytes") == made.manifest.stored_bytes
    assert value("failures_total") == 0


async def test_old_backups_are_removed_and_unfinished_ones(local: Site) -> None:
    backups = replace(
        local.backups, settings=BackupSettings(keep_daily=2, keep_weekly=0, keep_monthly=0)
    )
    made = []
    for _ in range(4):
        made.append((await backups.run()).manifest.id)
        local.clock.advance(timedelta(days=1))
    assert [item.id for item in await backups.list()] == [made[3], made[2]]
    unfinished = local.folder / "objects" / "backups" / "20200101T000000Z-00000000"
    unfinished.mkdir()
    (unfinished / "database").write_bytes(b"half")
    await backups.run()
    assert not (unfinished / "database").exists()
    folders = [
        path for path in (local.folder / "objects" / "backups").iterdir()
        if path.is_dir() and any(path.iterdir())
    ]  # fmt: skip
    assert len(folders) == 2


TIMES = st.lists(st.integers(0, 800 * 24), min_size=1, max_size=60, unique=True)


@given(hours=TIMES, daily=st.integers(1, 10), weekly=st.integers(0, 6), monthly=st.integers(0, 8))
def test_the_newest_is_kept_and_no_more_than_asked(
    hours: list[int], daily: int, weekly: int, monthly: int
) -> None:
    begin = datetime(2025, 1, 1, tzinfo=timezone.utc)
    found = [
        Listed(archive.new_id(begin + timedelta(hours=h)), begin + timedelta(hours=h))
        for h in hours
    ]
    kept = to_keep(found, daily=daily, weekly=weekly, monthly=monthly)
    newest = max(found, key=lambda item: item.created_at)
    assert newest.id in kept
    assert len(kept) <= daily + weekly + monthly
    days = {item.created_at.date() for item in found}
    assert len(kept) >= min(daily, len(days))
    # Keeping again keeps the same.
    again = [item for item in found if item.id in kept]
    assert to_keep(again, daily=daily, weekly=weekly, monthly=monthly) == kept
