"""The schema's history: nothing is lost on the way, and old processes run beside new ones."""

from __future__ import annotations

import ast
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine

from customerai import migrations
from customerai.core import audit, outbox
from customerai.core.clock import SystemClock
from customerai.core.db import open_database
from customerai.core.settings import DatabaseSettings
from customerai.migrations import migrate
from tests import engines

VERSIONS = Path(migrations.__file__).parent / "versions"
MEANT = "contract phase:"
"""What a migration says, with its reason, that takes away what no running version uses."""

_TAKES_AWAY = frozenset({"drop_column", "drop_table", "drop_constraint", "drop_index"})
_CHANGES = frozenset({"alter_column", "rename_table", "batch_alter_table"})
_LOCKS = frozenset({"create_index", "create_unique_constraint", "create_foreign_key"})


def faults(source: str) -> list[str]:
    """What in a migration would break the version before it, or stop its writers."""
    meant = MEANT in (ast.get_docstring(ast.parse(source)) or "")
    tree = ast.parse(source)
    new = {
        call.args[0].value
        for call in _calls(tree)
        if _name(call) == "create_table" and isinstance(call.args[0], ast.Constant)
    }
    found = []
    for call in _calls(tree):
        name = _name(call)
        on_op = isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "op"
        told = f"line {call.lineno}: {name}"
        if name in _TAKES_AWAY | _CHANGES and not meant:
            found.append(f"{told} may break processes of the version before")
        if on_op and name in _LOCKS and _table(call) not in new:
            found.append(f"{told} locks out writers; use migrations.create_index")
        if name == "add_column" and _is_required(call):
            found.append(f"{told}: not null without a server default breaks older writers")
        if name == "create_table" and "secure(" not in source:
            found.append(f"{told} without tenancy.secure")
        if name == "execute" and not meant and _rewrites(ast.unparse(call)):
            found.append(f"{told} may break processes of the version before")
    return found


def _calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _table(call: ast.Call) -> object:
    second = call.args[1] if len(call.args) > 1 else None
    return second.value if isinstance(second, ast.Constant) else None


def _is_required(call: ast.Call) -> bool:
    column = ast.unparse(call)
    return "nullable=False" in column and "server_default" not in column


def _rewrites(statement: str) -> bool:
    said = statement.upper()
    return any(w in said for w in ("DROP COLUMN", "RENAME", "DROP TABLE", " TYPE ", "SET NOT NULL"))


@pytest.mark.parametrize(
    "body",
    [
        "op.drop_column('job', 'done')",
        "op.drop_table('job')",
        "op.rename_table('job', 'work')",
        "op.alter_column('job', 'done', type_=sa.Text())",
        "op.execute('ALTER TABLE job RENAME COLUMN done TO n')",
        "op.create_index('ix', 'job', ['done'])",
        "op.create_unique_constraint('uq', 'job', ['tenant', 'done'])",
        "op.add_column('job', sa.Column('x', sa.Text(), nullable=False))",
        "op.create_table('new', sa.Column('tenant', sa.Text()))",
        "with op.batch_alter_table('job') as b:\n    b.drop_column('done')",
    ],
)
def test_a_migration_that_would_break_running_processes_is_found(body: str) -> None:
    assert faults(f'"""Add a thing."""\nimport sqlalchemy as sa\n{body}\n')


@pytest.mark.parametrize(
    "body",
    [
        "op.add_column('job', sa.Column('x', sa.Text(), nullable=True))",
        "op.add_column('job', sa.Column('x', sa.Text(), nullable=False, server_default=''))",
        "migrations.create_index('ix', 'job', ['done'])",
        "op.create_table('new', sa.Column('tenant', sa.Text()))\n"
        "op.create_index('ix', 'new', ['tenant'])\ntenancy.secure(op.get_bind(), 'new')",
    ],
)
def test_a_migration_that_only_adds_is_fine(body: str) -> None:
    assert faults(f'"""Add a thing."""\n{body}\n') == []


def test_what_is_meant_to_be_taken_away_says_so() -> None:
    source = '"""Drop it.\n\ncontract phase: unused since 1.4.\n"""\nop.drop_column("job", "x")\n'
    assert faults(source) == []


def test_every_migration_from_the_third_on_leaves_running_processes_alone() -> None:
    files = sorted(VERSIONS.glob("[0-9]*.py"))
    assert [path.name[:4] for path in files[:2]] == ["0001", "0002"]
    for path in files[2:]:
        assert faults(path.read_text(encoding="utf-8")) == [], path.name


def _at_0001(address: str) -> Engine:
    """A database as the first version left it, with work that was not finished."""
    engine = create_engine(address.replace("+asyncpg", "+psycopg"))
    with engine.connect() as connection:
        config = migrations._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.commit()
        for number in range(30):
            payload = {"tenant": "main", "message_id": f"m{number}"}
            connection.execute(
                text("INSERT INTO outbox_event (tenant, id, name, payload, handler) "
                     "VALUES ('main', :id, 'responder.message_received.v1', :payload, :handler)"),
                {"id": f"evt_{number:032x}", "payload": json.dumps(payload),
                 "handler": "picky" if number == 3 else None},
            )  # fmt: skip
            connection.execute(
                text("INSERT INTO audit_intake (tenant, actor, action, data) "
                     "VALUES ('main', 'key_1', 'test.done', :data)"),
                {"data": json.dumps({"n": number})},
            )  # fmt: skip
        connection.execute(
            text("INSERT INTO audit_entry (tenant, seq, at, action, canonical, hash) "
                 "VALUES ('main', 0, 5, 'test.done', :canonical, :hash)"),
            {"canonical": "{}", "hash": hashlib.sha256(b"\x00{}").digest()},
        )  # fmt: skip
        connection.execute(
            text("INSERT INTO fairness_cell (tenant, kind, day, policy_version, groups, label, "
                 "outcome, score_bin, n) VALUES ('main', 'reply', 1, '1', '{\"a\":\"b\"}', '', "
                 "'answered', 3, 7)")
        )  # fmt: skip
        connection.execute(
            text("INSERT INTO responder_conversation (tenant, id, subject, channel, status, groups,"
                 " attributes, messages, started_at, last_at) VALUES ('main', 'c', 's', 'chat', "
                 "'open', '{}', '{}', 1, 5, 5)")
        )  # fmt: skip
        connection.execute(
            text("INSERT INTO responder_message (tenant, conversation_id, id, seq, role, text, at, "
                 "receipt_id) VALUES ('main', 'c', 'm', 0, 'customer', 'hello', 5, 'r')")
        )  # fmt: skip
        connection.commit()
    return engine


async def test_a_database_of_the_first_version_comes_over_whole(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'old.db'}"
    await _comes_over_whole(address, tmp_path)


@pytest.mark.services
@pytest.mark.skipif(engines.POSTGRES is None, reason="needs PostgreSQL")
async def test_one_on_postgresql_does_so_too(tmp_path: Path) -> None:
    with engines.a_database_address() as address:
        engine = create_engine(address.replace("+asyncpg", "+psycopg"))
        with engine.begin() as connection:  # the harness hands out a migrated one
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()
        await _comes_over_whole(address, tmp_path)


async def _comes_over_whole(address: str, folder: Path) -> None:
    _at_0001(address).dispose()
    migrate(address, folder / "lock")
    db = open_database(address, DatabaseSettings())
    try:
        waiting = await db.read(
            lambda tx: tx.execute(
                text("SELECT id, handler, payload FROM outbox_event ORDER BY priority, id")
            ).all()
        )
        assert [json.loads(row.payload)["message_id"] for row in waiting] == [
            f"m{n}" for n in range(30)
        ]
        assert [row.handler for row in waiting if row.handler] == ["picky"]
        assert await db.read(outbox.depth) == 30
        state = await db.read(lambda tx: audit.checkpoint(tx, "main"))
        assert (state.size, state.head) == (1, hashlib.sha256(b"\x00{}").digest())
        assert await db.write(lambda tx: audit.sequence(SystemClock().now(), tx)) == 30
        log = await db.read(lambda tx: audit.entries(tx, "main"))
        assert [json.loads(entry)["data"]["n"] for entry in log[1:]] == list(range(30))
        assert json.loads(log[1])["previous"] == state.head.hex()
        cell = await db.read(lambda tx: tx.execute(text("SELECT * FROM fairness_cell")).one())
        assert cell.groups_digest == hashlib.sha256(cell.groups.encode()).digest()
        assert cell.n == 7
        months = await db.read(
            lambda tx: tx.execute(
                text("SELECT m.month AS own, c.month AS owner, m.text FROM responder_message m "
                     "JOIN responder_conversation c ON c.id = m.conversation_id")
            ).one()
        )  # fmt: skip
        assert months.own == months.owner > 202600
        assert months.text == "hello"
    finally:
        await db.close()


def test_a_schema_that_is_newer_than_the_code_is_left_as_it_is(tmp_path: Path) -> None:
    with engines.a_database_address(tmp_path / "new.db") as address:
        migrate(address, tmp_path / "lock")
        engine = create_engine(address.replace("+asyncpg", "+psycopg"))
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        migrate(address, tmp_path / "lock")
        with engine.connect() as connection:
            assert migrations.is_newer(connection)
            version = connection.execute(text("SELECT version_num FROM alembic_version"))
            assert version.scalar_one() == "9999"
        engine.dispose()


def test_processes_that_start_together_migrate_once(tmp_path: Path) -> None:
    with engines.a_database_address(tmp_path / "new.db") as address:
        if engines.POSTGRES is not None:
            engine = create_engine(address.replace("+asyncpg", "+psycopg"))
            with engine.begin() as connection:
                connection.execute(text("DROP SCHEMA public CASCADE"))
                connection.execute(text("CREATE SCHEMA public"))
            engine.dispose()
        code = (
            "import sys; from pathlib import Path; from customerai.migrations import migrate; "
            "migrate(sys.argv[1], Path(sys.argv[2]))"
        )
        lock = str(tmp_path / "lock")
        started = [subprocess.Popen([sys.executable, "-c", code, address, lock]) for _ in range(3)]
        assert [process.wait(60) for process in started] == [0, 0, 0]


def test_a_migration_that_was_cut_off_leaves_nothing_half_done(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'old.db'}"
    engine = _at_0001(address)
    with engine.begin() as connection:  # a table in its way, late in the migration
        connection.execute(text("CREATE TABLE audit_head (x integer)"))
    with pytest.raises(Exception, match="audit_head"):
        migrate(address, tmp_path / "lock")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(seq) FROM outbox_event")).scalar_one() == 30
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        assert version == "0001"
    engine.dispose()
