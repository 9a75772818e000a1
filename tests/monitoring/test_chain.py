"""From a process that dies to a page that arrives, on real Prometheus and Alertmanager."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from tests.monitoring.rule_files import (
    DEPLOY,
    RULES,
    expressions,
    known_metrics,
    metrics_in,
    own_metrics,
    runnable,
)
from tests.monitoring.servers import (
    alertmanager,
    answers,
    free_port,
    process,
    prometheus,
    receiver,
    wait_for,
)
from tests.process.servers import client, make_key, serving

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]


def _config(folder: Path, target: str, manager: str, *, waits: bool) -> Path:
    """The real configuration with targets of the test, and rules that may wait less."""
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    config["global"] = {
        "scrape_interval": "1s",
        "scrape_timeout": "1s",
        "evaluation_interval": "1s",
    }
    rules = folder / "rules"
    rules.mkdir()
    for path in RULES.glob("*.yml"):
        text = yaml.safe_load(path.read_text(encoding="utf-8"))
        for group in text["groups"]:
            group.pop("interval", None)
            for rule in group["rules"]:
                if not waits and "for" in rule:
                    rule["for"] = "2s"
        (rules / path.name).write_text(yaml.safe_dump(text))
    config["rule_files"] = [f"{rules}/*.yml"]
    config["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": [manager]}]}]}
    for job in config["scrape_configs"]:
        for discovery in ("dns_sd_configs", "file_sd_configs", "static_configs"):
            job.pop(discovery, None)
        job["static_configs"] = {
            "customerai": [{"targets": [target], "labels": {"component": "all"}}],
            "alertmanager": [{"targets": [manager]}],
            "prometheus": [],
        }.get(job["job_name"], [])
    path = folder / "prometheus.yml"
    path.write_text(yaml.safe_dump(config))
    return path


def _alerting(folder: Path, address: str) -> Path:
    config = yaml.safe_load(
        (DEPLOY / "alertmanager" / "alertmanager.yml").read_text(encoding="utf-8")
    )
    for item in config["receivers"]:
        (hook,) = item["webhook_configs"]
        token = folder / f"{item['name']}_token"
        token.write_text("secret")
        hook["url"] = f"{address}/{item['name']}"
        hook["http_config"]["authorization"]["credentials_file"] = str(token)
    for route in (config["route"], *config["route"]["routes"]):
        route["group_wait"] = route["group_interval"] = "1s"
    path = folder / "alertmanager.yml"
    path.write_text(yaml.safe_dump(config))
    return path


@contextmanager
def _serve(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    arguments = [
        sys.executable,
        "-m",
        "customerai",
        "serve",
        "--data",
        str(folder),
        "--port",
        str(port),
    ]
    with process(arguments, folder.parent / f"serve-{time.monotonic_ns()}.log") as running:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/readyz"))
        yield running


def test_a_dead_process_is_paged_and_its_return_resolves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    with receiver() as received:
        config = _alerting(tmp_path, received.address)
        with alertmanager(config, tmp_path) as manager:
            manager_target = manager.removeprefix("http://")
            rules = _config(tmp_path, f"127.0.0.1:{port}", manager_target, waits=False)
            with ExitStack() as first:
                server = first.enter_context(_serve(tmp_path / "data", port))
                with prometheus(rules, tmp_path) as address:
                    wait_for(lambda: _value(address, 'up{job="customerai"}') == 1.0)
                    wait_for(lambda: "Watchdog" in received.names("/watchdog"))
                    assert "ComponentDown" not in received.names("/page")
                    server.kill()
                    server.wait(30)
                    killed = time.monotonic()
                    wait_for(lambda: "ComponentDown" in received.names("/page"))
                    told_s = time.monotonic() - killed
                    first.enter_context(_serve(tmp_path / "data", port))
                    back = time.monotonic()
                    wait_for(lambda: "ComponentDown" in received.names("/page", "resolved"))
                    resolved_s = time.monotonic() - back
        (page,) = [
            alert
            for status, alert in received.alerts("/page")
            if status == "firing" and alert["labels"]["alertname"] == "ComponentDown"
        ][:1]
        assert page["labels"]["component"] == "all"
        assert page["annotations"]["summary"] == "No replica of all answers"
        assert page["annotations"]["runbook_url"].endswith("/docs/runbooks/ComponentDown.md")
        for _, alert in received.alerts("/page") + received.alerts("/ticket"):
            assert "<error" not in "".join(alert["annotations"].values())
        with capsys.disabled():
            sys.stdout.write(
                f"\nkilled, paged after {told_s:.1f} s; back, resolved after {resolved_s:.1f} s\n"
            )
        assert told_s < 30


def _result(address: str, expr: str) -> list[dict[str, Any]]:
    answer = httpx2.get(f"{address}/api/v1/query", params={"query": expr}, timeout=30).json()
    assert answer["status"] == "success", f"{expr}: {answer.get('error')}"
    found: list[dict[str, Any]] = answer["data"]["result"]
    return found


def _value(address: str, expr: str) -> float | None:
    found = _result(address, expr)
    return float(found[0]["value"][1]) if found else None


# What a process that has served a little always has; other panels stand empty until there is
# a broker, an exporter, a decision, a backup.
ALWAYS = (
    "Requests by route", "Answers by status", "Duration", "Slowest routes", "Processor", "Memory",
    "File descriptors", "Age", "Replicas that answer", "Outbox", "Processes up", "Alerts firing",
    "Texts made safe", "Values hidden", "Leak watch: texts looked at", "Sampled",
    "Suspected in an hour", "Messages stored", "Processor for each request", "Memory by component",
    "Busiest process by component", "Failing now", "Slow now", "Dead letters", "Events not told",
    "Refused in an hour",
)  # fmt: skip


def test_every_expression_runs_on_what_a_real_process_tells(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        receiver() as received,
        alertmanager(_alerting(tmp_path, received.address), tmp_path) as manager,
        serving(tmp_path / "data") as server,
    ):
        config = _config(
            tmp_path,
            server.address.removeprefix("http://"),
            manager.removeprefix("http://"),
            waits=True,
        )
        with prometheus(config, tmp_path) as address:
            text = config.read_text().replace(
                "job_name: prometheus\n  static_configs: []",
                "job_name: prometheus\n  static_configs:\n  - targets: ['"
                + address.removeprefix("http://") + "']",
            )  # fmt: skip
            config.write_text(text)
            httpx2.post(f"{address}/-/reload").raise_for_status()
            with client(server, make_key(tmp_path / "data")) as http:
                for turn in range(6):
                    for number in range(8):
                        _use(http, turn * 10 + number)
                    time.sleep(1.1)
            time.sleep(3)
            faults, data = [], {}
            for place, expr in expressions().items():
                try:
                    data[place] = _result(address, runnable(expr))
                except AssertionError as error:
                    faults.append(f"{place}: {error}")
            assert not faults, "\n".join(faults)
            empty = [
                place
                for place, found in data.items()
                if place.startswith("panel ")
                and place.split(": ", 1)[1].rsplit(" ", 1)[0] in ALWAYS
                and not _finite(found)
            ]
            assert not empty
            rules = httpx2.get(f"{address}/api/v1/rules").json()["data"]["groups"]
            failing = [
                rule["name"] for group in rules for rule in group["rules"] if rule.get("lastError")
            ]
            assert failing == []
            told = set(httpx2.get(f"{address}/api/v1/label/__name__/values").json()["data"])
    # What Prometheus and Alertmanager are declared to tell, they tell.
    declared = {
        name for name in known_metrics() if name.startswith(("prometheus_", "alertmanager_"))
    }
    assert declared <= told | {"alertmanager_notifications_failed_total"}
    unlabelled = {
        name for name in own_metrics() if name.startswith(("customerai_events", "process_"))
    }
    assert unlabelled - {"customerai_events_handled_total"} <= told
    named = set().union(*(metrics_in(expr) for expr in expressions().values()))
    with capsys.disabled():
        sys.stdout.write(
            f"\n{len(data)} expressions ran; {len(named & told)} of {len(named)} metrics had data\n"
        )


def _finite(found: list[dict[str, Any]]) -> bool:
    return any(math.isfinite(float(item["value"][1])) for item in found)


def _use(http: httpx2.Client, number: int) -> None:
    texts = [f"I am Jane {number}, mail jane{number}@example.com, call +1 212 555 0{100 + number}"]
    assert http.post("/v1/privacy/anonymizations", json={"texts": texts}).status_code == 200
    begun = http.post("/v1/responder/conversations", json={"channel": "chat"})
    assert begun.status_code in (200, 201), begun.text
    sent = http.post(
        f"/v1/responder/conversations/{begun.json()['id']}/messages",
        json={"role": "customer", "text": texts[0]},
    )
    assert sent.status_code in (200, 201), sent.text
    http.get("/v1/nothing")
