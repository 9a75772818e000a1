"""Every field that we write is mapped; lines arrive whole, and nothing personal is in any."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from customerai.core.telemetry import _ECS_NAMES, EMBEDDED, _origin
from tests.monitoring.log_calls import fields_in_code
from tests.monitoring.rule_files import DEPLOY
from tests.monitoring.servers import receiver, wait_for
from tests.process.servers import client, make_key, serving

TEMPLATE = json.loads((DEPLOY / "elk" / "index-template.json").read_text(encoding="utf-8"))
_PYTHON = {
    "keyword": str, "wildcard": str, "match_only_text": str, "constant_keyword": str, "date": str,
    "long": int, "double": (int, float), "boolean": bool,
}  # fmt: skip


def mapped(properties: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Dotted names of a mapping and their types."""
    found: dict[str, str] = {}
    for name, inner in properties.items():
        if "properties" in inner:
            found |= mapped(inner["properties"], f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = inner["type"]
    return found


MAPPED = mapped(TEMPLATE["template"]["mappings"]["properties"])


def faults_of(line: dict[str, Any]) -> list[str]:
    """What Elasticsearch would not index of a line as it is."""
    faults = []
    for name, value in line.items():
        kind = MAPPED.get(name)
        if kind is None:
            faults.append(f"{name} is not mapped")
            continue
        for item in value if isinstance(value, list) else [value]:
            if item is None:
                continue
            wrong = not isinstance(item, _PYTHON[kind])  # type: ignore[arg-type]  # types by name
            if wrong or (isinstance(item, bool) and kind != "boolean"):
                faults.append(f"{name}: {type(item).__name__} is no {kind}")
            elif kind == "date":
                datetime.fromisoformat(str(item).replace("Z", "+00:00"))
    return faults


def test_the_checker_finds_what_is_wrong() -> None:
    assert faults_of({"process.pid": 1, "message": "x", "@timestamp": "2026-11-22T10:00:00Z"}) == []
    assert len(faults_of({"process.pid": "1", "nothing": 1, "log.level": 3})) == 3
    with pytest.raises(ValueError, match="isoformat"):
        faults_of({"@timestamp": "yesterday"})


def test_every_field_of_our_code_is_mapped() -> None:
    special = {"duration_ms", "exc_info", "stack_info"}
    names = {name: _ECS_NAMES.get(name, f"customerai.{name}") for name in fields_in_code()}
    missing = {
        name: fields_in_code()[name]
        for name, mapped_name in names.items()
        if name not in special and mapped_name not in MAPPED
    }
    assert missing == {}
    assert set(_ECS_NAMES.values()) <= set(MAPPED)
    assert set(_origin("privacy", "customerai.app")) | {"event.duration"} <= set(MAPPED)
    assert "service.node.name" not in _origin(EMBEDDED, "customerai.app")


def test_the_template_grows_no_field_by_itself() -> None:
    assert TEMPLATE["template"]["mappings"]["dynamic"] is False
    assert TEMPLATE["index_patterns"] == ["logs-customerai-*"]
    assert TEMPLATE["priority"] > 200  # above the templates that Elasticsearch brings
    policy = TEMPLATE["template"]["settings"]["index.lifecycle.name"]
    lifecycle = json.loads((DEPLOY / "elk" / "ilm-policy.json").read_text())["policy"]["phases"]
    assert policy == "customerai-logs"
    assert "rollover" in lifecycle["hot"]["actions"]
    assert "delete" in lifecycle["delete"]["actions"]


def test_the_dashboard_asks_only_for_fields_that_are_there() -> None:
    lines = (DEPLOY / "elk" / "kibana.ndjson").read_text(encoding="utf-8").splitlines()
    objects = {(item["type"], item["id"]): item for item in map(json.loads, lines)}
    assert len(objects) == len(lines) == 9
    for item in objects.values():
        for reference in item["references"]:
            assert (reference["type"], reference["id"]) in objects
        for part in json.loads(item["attributes"].get("visState", '{"aggs": []}'))["aggs"]:
            assert MAPPED.get(part["params"].get("field", "@timestamp")) not in (
                None,
                "match_only_text",
            )


PERSONAL = (
    "Roswitha Quandt", "roswitha.quandt@example.com", "+49 170 5551234", "4111 1111 1111 1111",
    "DE89370400440532013000",
)  # fmt: skip
TRACES = (
    "Roswitha", "Quandt", "roswitha", "5551234", "4111", "1111 1111", "DE8937", "0532013000",
    "[PERSON_", "[EMAIL_",
)  # fmt: skip


def _misuse(http: httpx2.Client, address: str) -> int:
    """Personal values wherever a caller can put them; returns how many requests there were."""
    text = "I am {}, mail {}, call {}, card {}, account {}".format(*PERSONAL)
    sent = 0

    def ask(method: str, path: str, **other: Any) -> httpx2.Response:
        nonlocal sent
        sent += 1
        return http.request(method, path, **other)

    assert ask("POST", "/v1/privacy/anonymizations", json={"texts": [text]}).status_code == 200
    begun = ask("POST", "/v1/responder/conversations", json={"channel": "chat"}).json()["id"]
    messages = f"/v1/responder/conversations/{begun}/messages"
    assert ask("POST", messages, json={"role": "customer", "text": text}).status_code < 300
    assert ask("POST", f"/v1/responder/conversations/{begun}/replies", json={}).status_code < 500
    for value in PERSONAL:
        ask("GET", f"/v1/keys/{value}")
        ask("DELETE", f"/v1/keys/{value}")
        ask("GET", f"/v1/responder/conversations/{value}")
        ask("GET", "/v1/insights/overview", params={"channel": value, "from": value})
        ask("GET", f"/{value}")
        ask("POST", f"/v1/{value}", json={value: value})
        ask("POST", "/v1/privacy/anonymizations", json={"texts": value, value: value})
        ask("POST", "/v1/privacy/anonymizations", content=f'{{"texts": ["{value}"')
        ask("POST", "/v1/privacy/restorations", json={"session_id": value, "texts": [value]})
        ask("POST", messages, json={"role": value, "text": text})
        ask("POST", "/v1/fairness/decisions", json={"id": value, "kind": value, "outcome": value})
        ask("POST", "/v1/sessions", json={"email": value, "password": value})
        ask("GET", "/v1/keys", headers={"authorization": f"Bearer {value}"})
        ask("GET", "/v1/keys", headers={"x-request-id": value, "traceparent": value})
        ask("GET", "/v1/keys", headers={"user-agent": value, "referer": f"https://x/{value}"})
    rows = "conversation_id,role,text\n" + f"{PERSONAL[1]},customer,{text}\n" + f"{PERSONAL[0]}\n"
    ask("POST", "/v1/imports", files={"file": (f"{PERSONAL[0]}.csv", rows.encode(), "text/csv")})
    httpx2.get(f"{address}/readyz")
    return sent


@pytest.mark.process
def test_lines_of_a_real_process_are_shipped_whole_and_hold_nothing_personal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = b'{"took":1,"errors":false,"items":[{"index":{"status":201}}]}'
    with serving(tmp_path / "data") as server, receiver(answer) as received:
        with client(server, make_key(tmp_path / "data")) as http:
            sent = _misuse(http, server.address)
            time.sleep(2)
        assert server.terminate() == 0
        written = [line for line in server.err.read_text().splitlines() if line]
        assert len(written) >= sent
        lines = _ship(tmp_path, server.err, received, len(written))
    assert sorted(lines) == sorted(written)  # each once, whole
    faults = {fault for line in lines for fault in faults_of(json.loads(line))}
    assert faults == set()
    bodies = b"".join(body for _, _, body in received.posts).decode()
    out = server.out.read_text()
    assert [trace for trace in TRACES if trace in bodies or trace in out] == []
    routes = {json.loads(line).get("http.route") for line in lines}
    assert "/v1/privacy/anonymizations" in routes
    with capsys.disabled():
        print(f"\n{len(lines)} lines of {sent} requests shipped, mapped and clean")  # noqa: T201


def _ship(folder: Path, log: Path, received: Any, wanted: int) -> list[str]:
    """Hand a file of lines to the bulk endpoint by rsyslog, as a shipper would."""
    work = folder / "rsyslog"
    work.mkdir()
    port = received.address.rsplit(":", 1)[1]
    config = folder / "rsyslog.conf"
    config.write_text(
        f'global(workDirectory="{work}" maxMessageSize="64k")\n'
        'module(load="imfile")\nmodule(load="omelasticsearch")\n'
        'template(name="raw" type="string" string="%msg%")\n'
        f'input(type="imfile" File="{log}" Tag="cai" reopenOnTruncate="on")\n'
        f'action(type="omelasticsearch" server="127.0.0.1" serverport="{port}" template="raw"\n'
        ' searchIndex="logs-customerai-default" searchType="" bulkmode="on"\n'
        ' action.resumeretrycount="-1")\n'
    )
    subprocess.run(["rsyslogd", "-N1", "-f", str(config)], check=True, capture_output=True)
    pid = folder / "rsyslog.pid"
    process = subprocess.Popen(
        ["rsyslogd", "-n", "-f", str(config), "-i", str(pid)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def arrived() -> list[str]:
        rows = [
            row
            for path, _, body in list(received.posts)
            if "_bulk" in path
            for row in body.decode().split("\n")
            if row
        ]
        assert all(json.loads(row)["index"]["_index"] for row in rows[::2])
        return rows[1::2]

    try:
        wait_for(lambda: len(arrived()) >= wanted, timeout_s=60)
        time.sleep(1)
        return arrived()
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.wait(15)
