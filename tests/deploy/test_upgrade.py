"""upgrade.sh applies the ground, then the schema, then what runs; a failed migration ends it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.deploy.rendered import ROOT

# Writes down what it was asked and answers as a cluster whose migration ends in $MIGRATION.
KUBECTL = """#!/bin/bash
echo "$*" >> "$CALLS"
case "$*" in
  *"get job migrate"*) echo "$MIGRATION" ;;
  *"get statefulset"*) echo statefulset.apps/postgres ;;
esac
"""


def _upgrade(folder: Path, migration: str) -> tuple[int, list[str]]:
    shim = folder / "kubectl"
    shim.write_text(KUBECTL, encoding="utf-8")
    shim.chmod(0o755)
    calls = folder / "calls"
    done = subprocess.run(
        ["bash", str(ROOT / "deploy/kubernetes/upgrade.sh"), "overlay", "2"],
        capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "CALLS": str(calls),
             "MIGRATION": migration},
    )  # fmt: skip
    return done.returncode, calls.read_text(encoding="utf-8").splitlines()


def _phases(calls: list[str]) -> list[str]:
    return [call.rpartition("phase=")[2] for call in calls if call.startswith("apply")]


@pytest.mark.parametrize("ending", ["Complete", "SuccessCriteriaMet Complete"])
def test_phases_follow_each_other(ending: str, tmp_path: Path) -> None:
    status, calls = _upgrade(tmp_path, ending)
    assert status == 0, calls
    assert _phases(calls) == ["ground", "migrate", "rollout"]
    deleted = next(i for i, call in enumerate(calls) if "delete job migrate" in call)
    applied = next(i for i, call in enumerate(calls) if call.endswith("phase=migrate"))
    engine = next(i for i, call in enumerate(calls) if "status statefulset.apps/postgres" in call)
    assert engine < deleted < applied
    rolled = [
        call.split("deployment/")[1].split()[0] for call in calls if "status deployment/" in call
    ]
    assert rolled[0] == "privacy"
    assert len(rolled) == 6


@pytest.mark.parametrize("ending", ["Failed", "FailureTarget Failed", ""])
def test_failed_or_endless_migration_changes_no_process(ending: str, tmp_path: Path) -> None:
    status, calls = _upgrade(tmp_path, ending)
    assert status == 1
    assert _phases(calls) == ["ground", "migrate"]
