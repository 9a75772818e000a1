"""The reference documents say what the code says."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from customerai.app import Parts, build
from tests.conftest import a_setting

ROOT = Path(__file__).parent.parent
_spec = importlib.util.spec_from_file_location("reference", ROOT / "scripts" / "reference.py")
assert _spec is not None
assert _spec.loader is not None
reference = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reference)


@pytest.mark.parametrize("name", ["settings.md", "problems.md", "events.md", "metrics.md"])
def test_the_reference_is_up_to_date(name: str) -> None:
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == reference.PAGES[name](), "run `make reference`"


async def test_the_openapi_file_is_up_to_date(tmp_path: Path) -> None:
    application = build(a_setting(tmp_path), Parts())
    await application.db.close()
    written = json.loads((ROOT / "docs/reference/openapi.json").read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(application.document)), "run `make openapi`"


async def test_operation_ids_are_stable_and_unique(tmp_path: Path) -> None:
    application = build(a_setting(tmp_path), Parts())
    await application.db.close()
    operations = [op for item in application.document["paths"].values() for op in item.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids)
    for operation in operations:
        assert operation["description"], operation["operationId"]
