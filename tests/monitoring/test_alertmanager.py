"""Who is told what: routes by amtool, credentials and inhibition on a real Alertmanager."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from tests.monitoring.rule_files import DEPLOY, alerts
from tests.monitoring.servers import Received, alertmanager, receiver, wait_for

pytestmark = pytest.mark.process

CONFIG = DEPLOY / "alertmanager" / "alertmanager.yml"


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert.name)
def test_every_alert_goes_where_its_severity_says(alert: Any) -> None:
    done = subprocess.run(
        ["amtool", "config", "routes", "test", f"--config.file={CONFIG}",
         f"alertname={alert.name}", f"severity={alert.severity}", "component=gateway"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    wanted = {"page": "page", "ticket": "ticket", "none": "watchdog"}[alert.severity]
    assert done.stdout.strip() == wanted


def test_inhibition_names_alerts_that_exist_and_never_the_watchdog() -> None:
    names = {alert.name for alert in alerts()}
    for rule in yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["inhibit_rules"]:
        for side in ("source_matchers", "target_matchers"):
            for matcher in rule[side]:
                label, operator, value = re.split(r"\s*(=~|=)\s*", matcher, maxsplit=1)
                if label != "alertname":
                    continue
                pattern = value.strip('"')
                if operator == "=":
                    assert pattern in names
                    continue
                for part in re.split(r"\|(?![^()]*\))", pattern):
                    assert any(re.fullmatch(part, name) for name in names), part
                assert not re.fullmatch(pattern, "Watchdog")


@dataclass
class Desk:
    """A running Alertmanager and what its receivers got."""

    address: str
    received: Received

    def tell(self, *told: dict[str, str]) -> None:
        now = datetime.now(timezone.utc).isoformat()
        body = [
            {"labels": labels, "annotations": {"summary": "x"}, "startsAt": now} for labels in told
        ]
        assert httpx2.post(f"{self.address}/api/v2/alerts", json=body).status_code == 200

    def inhibited(self) -> set[str]:
        found = httpx2.get(f"{self.address}/api/v2/alerts").json()
        return {item["labels"]["alertname"] for item in found if item["status"]["inhibitedBy"]}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The real configuration; only addresses, files of tokens and waiting times are the test's."""
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    with receiver() as received:
        for item in config["receivers"]:
            (hook,) = item["webhook_configs"]
            token = tmp_path / f"{item['name']}_token"
            token.write_text(f"token-of-{item['name']}")
            hook["url"] = f"{received.address}/{item['name']}"
            hook["http_config"]["authorization"]["credentials_file"] = str(token)
        for route in (config["route"], *config["route"]["routes"]):
            route["group_wait"] = "1s"
            route["group_interval"] = "1s"
        path = tmp_path / "alertmanager.yml"
        path.write_text(yaml.safe_dump(config))
        with alertmanager(path, tmp_path) as address:
            yield Desk(address, received)


def _alert(name: str, **labels: str) -> dict[str, str]:
    severity = {alert.name: alert.severity for alert in alerts()}[name]
    return {"alertname": name, "severity": severity, **labels}


def test_each_severity_reaches_its_receiver_with_the_token_of_its_file(desk: Desk) -> None:
    desk.tell(_alert("Watchdog"), _alert("PrivacyFailsClosed"), _alert("DeadLetters"))
    wanted = {"/page": "PrivacyFailsClosed", "/ticket": "DeadLetters", "/watchdog": "Watchdog"}
    wait_for(lambda: all(desk.received.names(path) == {name} for path, name in wanted.items()))
    for path, credential, _ in desk.received.posts:
        assert credential == f"Bearer token-of-{path[1:]}"


CASES = [
    ([_alert("ComponentDown", component="gateway")],
     [_alert("LatencyBurnsFast", slo="latency"), _alert("AvailabilityBurns", slo="availability")],
     [_alert("OutboxLags")]),
    ([_alert("ComponentDown", component="privacy")],
     [_alert("ReplicaDown", component="privacy"), _alert("BreakerOpen", component="gateway")],
     [_alert("ReplicaDown", component="insights"), _alert("AvailabilityBurnsFast", slo="a")]),
    ([_alert("DatabaseDown", instance="d:1")],
     [_alert("OutboxLags"), _alert("QueueDeep", queue="q"), _alert("ImportStuck")],
     [_alert("DiskAlmostFull", instance="d:1"), _alert("PersonalDataSuspected", type="email")]),
    ([_alert("BrokerDown", instance="m:1")],
     [_alert("OutboxGrows"), _alert("BusDisconnected", component="responder")],
     [_alert("PrivacyFailsClosed")]),
    ([_alert("AvailabilityBurnsFast", slo="availability")],
     [_alert("AvailabilityBurnsQuietly", slo="availability")],
     [_alert("LatencyBurnsQuietly", slo="latency")]),
    ([_alert("CertificateExpiresSoon", instance="a:1")],
     [_alert("CertificateExpires", instance="a:1")],
     [_alert("CertificateExpires", instance="b:1")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("causes", "silenced", "told"), CASES, ids=lambda part: part[0]["alertname"]
)
def test_a_consequence_is_not_told_while_its_cause_is(
    desk: Desk,
    causes: list[dict[str, str]],
    silenced: list[dict[str, str]],
    told: list[dict[str, str]],
) -> None:
    desk.tell(*causes, *silenced, *told)
    expected = {item["alertname"] for item in [*causes, *told]}

    def arrived() -> set[str]:
        return desk.received.names("/page") | desk.received.names("/ticket")

    wait_for(lambda: expected <= arrived())
    time.sleep(2)  # two further rounds: what is silenced would have come by now
    quiet = {item["alertname"] for item in silenced}
    assert quiet <= desk.inhibited()
    assert not (quiet - expected) & arrived()
