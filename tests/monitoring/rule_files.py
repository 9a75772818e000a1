"""Rules, their tests and dashboards as data; and the metrics that an expression names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from customerai.core.telemetry import Metrics

DEPLOY = Path(__file__).parents[2] / "deploy"
RUNBOOKS = Path(__file__).parents[2] / "docs" / "runbooks"
RULES = DEPLOY / "prometheus" / "rules"
RULE_TESTS = DEPLOY / "prometheus" / "tests"
DASHBOARDS = DEPLOY / "grafana" / "dashboards"

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')
_SELECTOR = re.compile(r"\{[^{}]*\}|\[[^\[\]]*\]")
_LABELS = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)")
_WORD = re.compile(r"(?<![\w:.$])([a-zA-Z_:][\w:]*)(?!\w|\s*\()")
_KEYWORDS = frozenset({"and", "or", "unless", "bool", "offset", "inf", "nan", "by", "without"})
_OF_PROMETHEUS = frozenset({"up", "ALERTS"})


@dataclass(frozen=True)
class Alert:
    """One alerting rule."""

    name: str
    expr: str
    severity: str
    annotations: dict[str, str]
    file: str


@cache
def _groups() -> list[tuple[str, dict[str, Any]]]:
    return [
        (path.stem, rule)
        for path in sorted(RULES.glob("*.yml"))
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
        for rule in group["rules"]
    ]


def alerts() -> list[Alert]:
    """Every alert."""
    return [
        Alert(rule["alert"], rule["expr"], rule["labels"]["severity"], rule["annotations"], file)
        for file, rule in _groups()
        if "alert" in rule
    ]


def recordings() -> dict[str, str]:
    """Every recorded series and its expression."""
    return {rule["record"]: rule["expr"] for _, rule in _groups() if "record" in rule}


def rule_tests() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every test of an alert, with the file that it stands in."""
    for path in sorted(RULE_TESTS.glob("*_test.yml")):
        for test in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]:
            yield path.name, test


def dashboards() -> dict[str, dict[str, Any]]:
    """Every dashboard by the name of its file."""
    return {
        path.name: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(DASHBOARDS.glob("*.json"))
    }


def panels() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every panel that asks something."""
    for name, board in dashboards().items():
        for panel in board["panels"]:
            if panel["type"] != "row":
                yield f"{name}: {panel['title']}", panel


def expressions() -> dict[str, str]:
    """Every expression of rules and panels, by where it stands."""
    found = {f"alert {alert.name}": alert.expr for alert in alerts()}
    found |= {f"record {name}": expr for name, expr in recordings().items()}
    for place, panel in panels():
        for target in panel["targets"]:
            found[f"panel {place} {target['refId']}"] = target["expr"]
    return found


def runnable(expr: str) -> str:
    """An expression without Grafana's variables."""
    return expr.replace("$__rate_interval", "1m").replace("$component", ".*")


def metrics_in(expr: str) -> set[str]:
    """The metrics that an expression names."""
    bare = _STRING.sub('""', expr)
    bare = _LABELS.sub(" ", _SELECTOR.sub(" ", bare))
    return {word for word in _WORD.findall(bare) if word.lower() not in _KEYWORDS}


def own_metrics() -> set[str]:
    """The series that a process of ours tells."""
    found: set[str] = set()
    for family in Metrics().registry.collect():
        if family.type == "histogram":
            found |= {f"{family.name}_{part}" for part in ("bucket", "count", "sum")}
        else:
            found.add(f"{family.name}_total" if family.type == "counter" else family.name)
    return found


def known_metrics() -> set[str]:
    """Ours, the declared ones of others, and what rules record."""
    text = (DEPLOY / "prometheus" / "exporter-metrics.txt").read_text(encoding="utf-8")
    others = {line.split()[0] for line in text.splitlines() if line and line[0] != "#"}
    return own_metrics() | others | set(recordings()) | _OF_PROMETHEUS
