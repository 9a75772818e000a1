"""Dashboards are as the code writes them and as Grafana can show them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.monitoring.rule_files import DASHBOARDS, DEPLOY, dashboards

BOARDS = dashboards()
ROOT = Path(__file__).parents[2]
# Every unit that we use is one of Grafana's.
UNITS = {"short", "none", "percentunit", "s", "bytes", "cps", "reqps", "ops"}
_COLUMNS = 24


def _shown(board: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def test_the_files_are_as_the_script_writes_them() -> None:
    pytest.importorskip("grafana_foundation_sdk.builders.dashboard", exc_type=ImportError)
    done = subprocess.run(
        [sys.executable, "scripts/dashboards.py", "--check"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_seven_dashboards_are_there_under_names_of_their_own() -> None:
    assert set(BOARDS) == {
        f"{name}.json"
        for name in ("overview", "services", "events", "privacy", "fairness", "jobs", "capacity")
    }
    assert len({board["uid"] for board in BOARDS.values()}) == len(BOARDS)
    assert len({board["title"] for board in BOARDS.values()}) == len(BOARDS)


@pytest.mark.parametrize("name", BOARDS)
def test_every_panel_is_placed_asked_and_explained(name: str) -> None:
    board = BOARDS[name]
    assert board["schemaVersion"] >= 36
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= _COLUMNS
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
    for panel in _shown(board):
        assert panel["type"] in ("timeseries", "stat")
        assert panel["title"]
        assert panel["description"]
        assert panel["fieldConfig"]["defaults"]["unit"] in UNITS, panel["title"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert panel["targets"]
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
        for target in panel["targets"]:
            assert target["datasource"] == panel["datasource"]
            assert target["legendFormat"]
            assert target["expr"]
        if panel["type"] == "timeseries":
            assert panel["options"]["legend"]["showLegend"]
            assert panel["fieldConfig"]["defaults"]["min"] == 0


@pytest.mark.parametrize("name", BOARDS)
def test_the_data_source_is_a_variable_and_every_variable_is_there(name: str) -> None:
    board = BOARDS[name]
    variables = {item["name"]: item for item in board["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource"
    assert variables["datasource"]["query"] == "prometheus"
    assert variables["component"]["allValue"] == ".*"
    text = (DASHBOARDS / name).read_text(encoding="utf-8")
    for unknown in ("${DS_", "$job", "$instance"):
        assert unknown not in text


def test_grafana_finds_them_by_its_provisioning() -> None:
    folder = DEPLOY / "grafana" / "provisioning"
    (provider,) = yaml.safe_load((folder / "dashboards" / "customerai.yml").read_text())[
        "providers"
    ]
    assert provider["options"]["path"] == "/var/lib/grafana/dashboards"
    (source,) = yaml.safe_load((folder / "datasources" / "prometheus.yml").read_text())[
        "datasources"
    ]
    assert source["type"] == "prometheus"
    assert source["isDefault"]
