"""Every alert is told well, leads to a runbook, and is tested both ways on metrics that exist."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.monitoring.rule_files import (
    RUNBOOKS,
    Alert,
    alerts,
    expressions,
    known_metrics,
    metrics_in,
    panels,
    recordings,
    rule_tests,
)

ALERTS = alerts()
SECTIONS = ("Meaning", "Impact", "First look", "Causes", "Mending", "What not to do")


def test_names_are_unique() -> None:
    names = [alert.name for alert in ALERTS]
    assert len(names) == len(set(names)) > 40


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_an_alert_has_a_severity_words_and_a_runbook(alert: Alert) -> None:
    assert alert.severity in ("page", "ticket") or alert.name == "Watchdog"
    assert set(alert.annotations) == {"summary", "description", "runbook_url"}
    assert all(len(text) > 10 for text in alert.annotations.values())
    assert alert.annotations["runbook_url"].endswith(f"/docs/runbooks/{alert.name}.md")
    page = (RUNBOOKS / f"{alert.name}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {alert.name}\n")
    for section in SECTIONS:
        _, _, rest = page.partition(f"\n## {section}\n")
        assert len(rest.split("\n## ")[0].strip()) > 5, section
    assert alert.expr.strip() in page  # the page shows the rule as it is


def test_no_runbook_is_left_behind() -> None:
    assert {path.stem for path in RUNBOOKS.glob("*.md")} - {"README"} == {
        alert.name for alert in ALERTS
    }


def test_every_alert_is_tested_firing_and_silent() -> None:
    fires: dict[str, int] = defaultdict(int)
    silent: dict[str, int] = defaultdict(int)
    for file, test in rule_tests():
        for item in test["alert_rule_test"]:
            told = item["exp_alerts"]
            (fires if told else silent)[item["alertname"]] += 1
            assert test["name"].startswith(f"{item['alertname']} "), file
            assert bool(told) == test["name"].endswith("fires")
            for expected in told:
                assert expected["exp_annotations"]["summary"]
                assert "<" not in expected["exp_annotations"]["summary"]  # a template that failed
    names = {alert.name for alert in ALERTS}
    assert set(fires) == names
    assert set(silent) == names - {"Watchdog"}  # which is never silent


@pytest.mark.parametrize("place", expressions())
def test_an_expression_names_metrics_that_exist(place: str) -> None:
    named = metrics_in(expressions()[place])
    assert named or place == "alert Watchdog"
    assert named <= known_metrics(), named - known_metrics()


def test_what_is_recorded_is_used() -> None:
    used = set().union(*(metrics_in(expr) for expr in expressions().values()))
    pages = " ".join(path.read_text(encoding="utf-8") for path in RUNBOOKS.glob("*.md"))
    assert {name for name in recordings() if name not in used and name not in pages} == set()


def test_a_metric_is_found_in_an_expression() -> None:
    expr = (
        'sum by (route, le) (rate(a_total{status=~"5..",x="y_total"}[5m]))'
        " / on (i) group_left () b:c:d > 2e3"
    )
    assert metrics_in(expr) == {"a_total", "b:c:d"}
    assert metrics_in("absent(up{job='x'}) or vector(1)") == {"up"}


def test_panels_exist() -> None:
    assert len(list(panels())) > 50
