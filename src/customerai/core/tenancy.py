"""Keeping tenants apart in PostgreSQL: row-level security, and keys that lead with the tenant.

Each transaction says for which tenant it works (`core.db`); a row of another tenant can then
neither be read nor written, whatever a query asks for. A session that says nothing sees nothing.
System parts, which serve all tenants, say `EVERY_TENANT`.
"""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import Connection, ForeignKeyConstraint, MetaData, Table, UniqueConstraint, text

EVERY_TENANT: Final = "*"
SETTING: Final = "customerai.tenant"
POLICY: Final = "tenant_only"

REFERENCE_TABLES: Final = frozenset(
    {"gateway_api_key", "gateway_user", "gateway_session", "gateway_setup"}
)
"""Small tables that are looked up before the tenant is known; copied whole to every node."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_WITHOUT_TENANT: Final = frozenset({"alembic_version"})


def secure(tx: Connection, table: str) -> None:
    """Let a table's rows be seen and written only for their tenant; each new table needs it.

    `FORCE` binds the owner too, which is who the application signs in as. Nothing is done on
    other engines than PostgreSQL.
    """
    if tx.dialect.name != "postgresql":
        return
    name = _checked(table)
    _shut(tx, name)
    tx.execute(text(f"DROP POLICY IF EXISTS {POLICY} ON {name}"))
    tx.execute(
        text(
            f"CREATE POLICY {POLICY} ON {name} "
            f"USING (current_setting('{SETTING}', true) IN (tenant, '{EVERY_TENANT}')) "
            f"WITH CHECK (current_setting('{SETTING}', true) IN (tenant, '{EVERY_TENANT}'))"
        )
    )


def shut(tx: Connection, partition: str) -> None:
    """Let nobody into a partition but through its table, whose policy then holds."""
    _shut(tx, _checked(partition))


def _shut(tx: Connection, name: str) -> None:
    tx.execute(text(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"))
    tx.execute(text(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"))


def _checked(name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise ValueError("not the name of a table")
    return name


def see_every_tenant(tx: Connection) -> None:
    """Let a whole session see all rows, such as one that migrates or restores; not a pooled one."""
    if tx.dialect.name == "postgresql":
        tx.execute(text(f"SELECT set_config('{SETTING}', '{EVERY_TENANT}', false)"))


def undistributable(metadata: MetaData) -> list[str]:
    """Keys that hinder distribution by tenant, `table: key`; none means every table could be.

    A distributed engine such as Citus asks that each primary, unique and foreign key holds the
    column by which rows are placed. Ours lead with it, so that an index by it comes for free.
    """
    found = []
    for table in metadata.sorted_tables:
        if table.name in REFERENCE_TABLES:
            continue
        if "tenant" not in table.c:
            found.append(f"{table.name}: no column tenant")
        found.extend(
            f"{table.name}: {key} does not lead with tenant"
            for key, columns in _keys(table)
            if columns[:1] != ["tenant"]
        )
    return sorted(found)


def _keys(table: Table) -> list[tuple[str, list[str]]]:
    keys = [("the primary key", [column.name for column in table.primary_key])]
    for constraint in table.constraints:
        if isinstance(constraint, (UniqueConstraint, ForeignKeyConstraint)):
            names = [column.name for column in constraint.columns]
            keys.append((f"a key of {', '.join(names)}", names))
    keys.extend(
        (f"the unique index {index.name}", [column.name for column in index.columns])
        for index in table.indexes
        if index.unique
    )
    return keys


def unsecured(tx: Connection) -> list[str]:
    """Tables and partitions of a PostgreSQL database whose rows any session could read."""
    if tx.dialect.name != "postgresql":
        return []
    rows = tx.execute(
        text(
            "SELECT c.relname, c.relispartition, c.relrowsecurity AND c.relforcerowsecurity AS on, "
            "EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = :policy) "
            "AS has_policy FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind IN ('r', 'p') AND n.nspname = current_schema()"
        ),
        {"policy": POLICY},
    )
    return sorted(
        row.relname
        for row in rows
        if row.relname not in _WITHOUT_TENANT
        and not (row.on and (row.has_policy or row.relispartition))
    )


def bypassing(tx: Connection) -> bool:
    """Whether the role that we signed in as is above row-level security, as a superuser is."""
    if tx.dialect.name != "postgresql":
        return False
    return bool(
        tx.execute(
            text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        ).scalar_one()
    )


def faults(metadata: MetaData, tx: Connection) -> list[str]:
    """What is wrong with how this database keeps tenants apart, a line a fault; for `doctor`."""
    found = undistributable(metadata)
    found += [f"{name}: no row-level security" for name in unsecured(tx)]
    if bypassing(tx):
        found.append("the database role bypasses row-level security; use one that is no superuser")
    return found
