"""The interpreter of the Dockerfile reads what an engine reads, and skips nothing unseen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from scripts import image_root
from scripts.check_deploy import release_faults
from scripts.image_root import (
    Builder,
    BuildFailed,
    Instruction,
    Stage,
    context_files,
    ignore_rules,
    parse,
    substitute,
)

DOCKERFILE = image_root.DOCKERFILE.read_text(encoding="utf-8")


def test_continued_lines_are_one_instruction_and_comments_none() -> None:
    found = parse("# a\nFROM x AS y\nRUN a \\\n # in between\n && b\n\nUSER 1:1\n")
    assert found == [
        Instruction(2, "FROM", "x AS y"),
        Instruction(3, "RUN", "a  && b"),
        Instruction(7, "USER", "1:1"),
    ]


def test_unended_instruction_is_refused() -> None:
    with pytest.raises(BuildFailed):
        parse("RUN a \\\n")


def test_name_without_a_value_is_refused() -> None:
    assert substitute("${A}-$B", {"A": "1", "B": "2"}) == "1-2"
    with pytest.raises(BuildFailed):
        substitute("${C}", {"A": "1"})


@pytest.mark.parametrize("line", ["ONBUILD RUN x", "ADD x /", "RUN --mount=type=cache,target=/x y"])
def test_instruction_that_is_not_known_ends_the_build(line: str, tmp_path: Path) -> None:
    stage = Stage("test", tmp_path, {})
    with pytest.raises(BuildFailed):
        Builder(tmp_path, {})._step(stage, parse(line)[0])


def test_context_holds_what_the_ignore_file_lets_in(tmp_path: Path) -> None:
    for name in (
        "src/a.py",
        "src/__pycache__/a.pyc",
        "web/x.ts",
        "web/dist/x.js",
        "secret",
        "n.lock",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    rules = ignore_rules("*\n!src\n!web\n!*.lock\nweb/dist\n**/__pycache__\n# no\n")
    assert context_files(tmp_path, rules) == ["n.lock", "src/a.py", "web/x.ts"]


def test_context_of_ours_holds_no_secret_and_no_data() -> None:
    text = Path(f"{image_root.DOCKERFILE}.dockerignore").read_text(encoding="utf-8")
    files = context_files(image_root.HERE, ignore_rules(text))
    assert "src/customerai/cli.py" in files
    assert "web/package-lock.json" in files
    tops = {name.split("/")[0] for name in files}
    assert tops <= {"src", "web", "deploy", "LICENSE", "NOTICE", "requirements.lock",
                    "requirements-distributed.lock"}  # fmt: skip
    assert not [name for name in files if "secrets" in name or "node_modules" in name]


def test_image_runs_as_a_number_with_tini_first_and_checks_its_health() -> None:
    steps = {step.name: step for step in parse(DOCKERFILE)}
    assert steps["USER"].text == "10001:10001"
    assert steps["ENTRYPOINT"].words() == ["/usr/bin/tini", "--", "customerai"]
    assert steps["CMD"].words() == ["serve", "--host", "0.0.0.0", "--port", "8080"]
    assert "healthcheck" in steps["HEALTHCHECK"].text
    assert "--require-hashes" in DOCKERFILE


def test_release_needs_bases_by_digest() -> None:
    digest = "@sha256:" + "0" * 64
    good = {"PYTHON_IMAGE": f"python:3.11{digest}", "NODE_IMAGE": f"node:20{digest}"}
    assert release_faults(good) == []
    assert release_faults({**good, "NODE_IMAGE": "node:20"}) == ["NODE_IMAGE names no digest"]
    assert len(release_faults({})) == 2


def test_healthcheck_says_when_nothing_answers() -> None:
    script = image_root.HERE / "deploy/docker/healthcheck.py"
    done = subprocess.run(
        [sys.executable, "-IS", str(script), "/livez"],
        capture_output=True, text=True, check=False, timeout=30, env={"HEALTHCHECK_PORT": "1"},
    )  # fmt: skip
    assert done.returncode == 1
    assert "ConnectionRefusedError" in done.stderr
