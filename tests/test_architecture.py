"""The walls: import contracts kept, planted violations caught, tables and texts as promised."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

import customerai.app
from customerai.core.schema import metadata
from customerai.migrations import migrate

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "src" / "customerai"

PLANTED = {
    "Imports point down": ("core/ids.py", "import customerai.contracts.events"),
    "services are strangers": ("privacy/service.py", "import customerai.insights.rollups"),
    "Inside a service": ("responder/store.py", "import customerai.responder.service"),
    "Algorithms are pure": ("fairness/metrics.py", "import sqlalchemy"),
    "Only stores, tables and core touch SQL": ("insights/service.py", "import sqlalchemy"),
    "Only api, gateway and core.http speak web": ("responder/store.py", "import fastapi"),
    "Only privacy issues safe text": (
        "responder/service.py",
        "import customerai.core.safe_text_issuer",
    ),
}
CONTRACT_OF = {"services are strangers": "Imports point down"}


def _lint(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c",
         "import sys; sys.path.insert(0, 'src'); from importlinter.cli import lint_imports; "
         "sys.exit(lint_imports(config_filename='pyproject.toml', cache_dir=None))"],
        cwd=folder, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(folder / "src"), "PATH": "/usr/bin:/bin", "COLUMNS": "200"},
    )  # fmt: skip
    return re.sub(r"\s+", " ", done.stdout + done.stderr)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planted")
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(
        SOURCES,
        folder / "src" / "customerai",
        ignore=shutil.ignore_patterns("console", "models", "__pycache__", "*.gz", "*.json"),
    )
    return folder


def test_every_contract_is_kept(copy: Path) -> None:
    assert "Contracts: 6 kept, 0 broken." in _lint(copy)


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_violation_is_caught(copy: Path, name: str) -> None:
    file, line = PLANTED[name]
    path = copy / "src" / "customerai" / file
    original = path.read_text(encoding="utf-8")
    path.write_text(f"{original}\n{line}\n", encoding="utf-8")
    try:
        said = _lint(copy)
    finally:
        path.write_text(original, encoding="utf-8")
    contract = CONTRACT_OF.get(name, name)
    assert re.search(rf"{re.escape(contract)}[^.]* BROKEN", said), said[-2000:]


def test_every_table_leads_with_the_tenant_or_is_a_queue() -> None:
    # The two queues are read across tenants, in one order, by one reader.
    queues = {"outbox_event", "audit_intake"}
    assert customerai.app is not None  # imports every table
    for name, table in metadata.tables.items():
        assert "tenant" in table.c, name
        if name not in queues:
            assert next(iter(table.primary_key.columns)).name == "tenant", name
        assert not table.foreign_keys, name


@pytest.mark.sqlite
def test_migrations_lead_to_the_tables_of_the_code(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'migrated.db'}"
    migrate(address, tmp_path / "lock")
    migrate(address, tmp_path / "lock")  # nothing left to do, and no harm
    engine = create_engine(address)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def _tracked() -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [ROOT / line for line in done.stdout.splitlines() if (ROOT / line).is_file()]


def test_no_file_names_a_registry_or_a_machine() -> None:
    registry = re.compile(
        rb"pypi\.org|pythonhosted|registry\.(?:npmjs|yarnpkg)|^--(?:extra-)?index-url", re.M
    )
    for path in _tracked():
        if path.name == Path(__file__).name:
            continue
        data = path.read_bytes()
        assert not registry.search(data), path
        assert path.name != "package-lock.json" or b'"resolved":' not in data, path


def test_locks_have_a_hash_for_each_package() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        packages = re.findall(r"^[a-z0-9][^\n]*(?:\n {4}[^\n]*)*", text, re.M)
        assert len(packages) > 50
        for package in packages:
            assert "==" in package, package
            assert "--hash=sha256:" in package, package
