"""Every call of the database names its tenant, and every table could be placed by tenant."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Index,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    create_engine,
)

import customerai
from customerai.core import tenancy
from customerai.core.schema import metadata

ROOT = Path(customerai.__file__).parent
SERVICES = ("gateway", "privacy", "fairness", "responder", "insights", "integrations")


def calls_without_tenant(source: str) -> list[int]:
    """Lines on which a database is called without saying for whom."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr not in ("read", "write"):
            continue
        target = ast.unparse(node.func.value).rpartition(".")[2]
        if target in ("db", "_db") and not any(k.arg == "tenant" for k in node.keywords):
            found.append(node.lineno)
    return sorted(found)


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("await self._db.read(work)", [1]),
        ("await db.write(\n  work\n)", [1]),
        ("await self._db.read(work, tenant=who.tenant)", []),
        ("await self._db.read(work, tenant=EVERY_TENANT)", []),
        ("async def f():\n  return await self._db.write(lambda tx: g(tx, tenant='a'))", [2]),
        ("file.read()\nself._metrics.write(x)", []),
    ],
)
def test_a_call_that_names_no_tenant_is_found(source: str, lines: list[int]) -> None:
    assert calls_without_tenant(source) == lines


@pytest.mark.parametrize("service", SERVICES)
def test_services_say_for_whom_they_call_the_database(service: str) -> None:
    looked = 0
    for path in sorted((ROOT / service).rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        looked += "db.read(" in source or "db.write(" in source
        assert calls_without_tenant(source) == [], path.relative_to(ROOT)
    assert looked, "the look-out finds no call at all any more"


def test_every_table_could_be_placed_by_tenant() -> None:
    assert tenancy.undistributable(metadata) == []
    assert set(metadata.tables) > tenancy.REFERENCE_TABLES


def test_keys_that_do_not_lead_with_the_tenant_are_found() -> None:
    planted = MetaData()
    Table("no_tenant", planted, Column("id", String(8), primary_key=True))
    Table("own", planted, Column("tenant", String(8), primary_key=True))
    Table(
        "three",
        planted,
        Column("id", String(8), primary_key=True),
        Column("tenant", String(8), primary_key=True),
        Column("email", String(8)),
        UniqueConstraint("email"),
        ForeignKeyConstraint(["email"], ["own.tenant"]),
        Index("ix_three", "email", unique=True),
        Index("ix_plain", "email"),
    )
    assert tenancy.undistributable(planted) == [
        "no_tenant: no column tenant",
        "no_tenant: the primary key does not lead with tenant",
        "three: a key of email does not lead with tenant",
        "three: a key of email does not lead with tenant",
        "three: the primary key does not lead with tenant",
        "three: the unique index ix_three does not lead with tenant",
    ]


def test_only_names_of_tables_are_secured() -> None:
    with pytest.raises(ValueError, match="not the name"):
        tenancy._checked("job; DROP TABLE job")


def test_on_sqlite_there_is_nothing_to_find_fault_with() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        metadata.create_all(connection)
        tenancy.secure(connection, "job")
        assert tenancy.faults(metadata, connection) == []
    engine.dispose()
