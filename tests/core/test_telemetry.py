"""Log lines and metrics: Elastic Common Schema, bounded labels, nothing personal."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import generate_latest
from structlog.typing import FilteringBoundLogger

from customerai.core.safe_text_issuer import issue
from customerai.core.settings import LogSettings
from customerai.core.telemetry import AccessLog, Metrics, configure_logging, redact
from customerai.gateway import keyformat

EMAIL = "jane.roe@example.com"
KEY = keyformat.make("live").text


@dataclass
class Written:
    """What the process has written so far."""

    stream: io.StringIO

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


Configure = Callable[..., Written]


@pytest.fixture
def configure() -> Iterator[Configure]:
    root = logging.getLogger()
    before = (root.handlers, root.level)

    def begin(service: str = "customerai", **settings: Any) -> Written:
        stream = io.StringIO()
        configure_logging(LogSettings(**settings), stream, service=service)
        return Written(stream)

    yield begin
    structlog.reset_defaults()
    root.handlers, root.level = before[0], before[1]
    root.setLevel(before[1])


def logger() -> FilteringBoundLogger:
    return structlog.get_logger("customerai.test")  # type: ignore[no-any-return]


def test_a_line_is_json_in_elastic_common_schema(configure: Configure) -> None:
    written = configure()
    logger().info(
        "gateway.request_served", request_id="req_1", method="GET", status=200, duration_ms=1.5, n=3
    )
    (line,) = written.lines()
    assert datetime.fromisoformat(line.pop("@timestamp").replace("Z", "+00:00")).tzinfo
    assert line == {
        "message": "gateway.request_served",
        "log.level": "info",
        "http.request.id": "req_1",
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "event.duration": 1_500_000,
        "event.dataset": "customerai.app",
        "customerai.n": 3,
        "ecs.version": "8.11",
        "process.pid": os.getpid(),
        "service.name": "customerai",
    }


def test_a_line_of_one_service_names_it_and_its_replica(configure: Configure) -> None:
    written = configure(service="privacy")
    logger().info("privacy.thing_happened", trace_id="4bf92f3577b34da6a3ce929d0e0e4736")
    (line,) = written.lines()
    assert line["service.name"] == "privacy"
    assert line["service.node.name"] == socket.gethostname()
    assert line["trace.id"] == "4bf92f3577b34da6a3ce929d0e0e4736"


def test_the_line_of_a_request_says_the_same_of_its_origin(
    capsys: pytest.CaptureFixture[str],
) -> None:
    access = AccessLog(LogSettings(), service="gateway")
    for trace_id in ("4bf92f3577b34da6a3ce929d0e0e4736", None):
        access.write(
            request_id="req_1", method="GET", route="/v1/keys", status=200, duration_ms=1.5,
            actor=None, problem=None, trace_id=trace_id,
        )  # fmt: skip
    traced, plain = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert traced["service.name"] == "gateway"
    assert traced["service.node.name"] == socket.gethostname()
    assert traced["event.dataset"] == "customerai.access"
    assert traced["event.duration"] == 1_500_000
    assert traced["trace.id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert "trace.id" not in plain


def test_lines_below_the_level_are_not_written(configure: Configure) -> None:
    written = configure(level="warning")
    logger().info("quiet.fact")
    logger().warning("loud.fact")
    assert [line["message"] for line in written.lines()] == ["loud.fact"]


SECRETS = {
    "e-mail": (EMAIL, "[address]"),
    "e-mail in a sentence": (f"wrote to <{EMAIL}>, twice", None),
    "card": ("4111 1111 1111 1111", "[number]"),
    "card with dashes": ("4111-1111-1111-1111", "[number]"),
    "card without spaces": ("4111111111111111", "[number]"),
    "card after letters": ("card4111111111111111", "card[number]"),
    "card before letters": ("4111111111111111x", "[number]x"),
    "card after an underscore": ("card_4111111111111111", "card_[number]"),
    "very long number": ("4" * 64, "[number]"),
    "phone": ("+1 (555) 010-9999", "[number]"),
    "API key": (KEY, "[key]"),
    "API key in a header": (f"Bearer {KEY}", "Bearer [key]"),
    "safe text": (issue("Hello [PERSON_1], how are you"), "[text]"),
    "safe text in a list": ([issue("Hello [PERSON_1]")], ["[text]"]),
    "deep in fields": ({"a": [{"b": EMAIL}]}, {"a": [{"b": "[address]"}]}),
    "as a name of a field": ({EMAIL: 1}, {"[address]": 1}),
    "in a tuple": ((EMAIL, KEY), ["[address]", "[key]"]),
    "an error": (ValueError(f"no user {EMAIL}"), "ValueError"),
    "bytes": (EMAIL.encode(), "bytes"),
    "another object": (Written(io.StringIO(EMAIL)), "Written"),
}
# Safe text is a plain `str` once it was formatted into a message.
PLAIN_SECRETS = [name for name, (secret, _) in SECRETS.items() if type(secret) is str]
TRACES = (
    EMAIL, KEY, "Hello", "PERSON", "010-9999", "4111 1111", "4111-1111", "41111111", "44444444",
)  # fmt: skip


@pytest.mark.parametrize("output", ["json", "text"])
@pytest.mark.parametrize("name", SECRETS)
def test_nothing_personal_leaves_in_a_line(configure: Configure, name: str, output: str) -> None:
    secret, shown = SECRETS[name]
    written = configure(format=output)
    logger().warning("test.happened", field=secret)
    if isinstance(secret, str):
        logger().warning(secret)
    assert not any(trace in written.text for trace in TRACES), written.text
    if output == "json" and shown is not None:
        assert written.lines()[0]["customerai.field"] == shown


@pytest.mark.parametrize("output", ["json", "text"])
@pytest.mark.parametrize("name", PLAIN_SECRETS)
def test_nothing_personal_leaves_through_the_standard_library(
    configure: Configure, name: str, output: str
) -> None:
    secret, _ = SECRETS[name]
    written = configure(format=output)
    foreign = logging.getLogger("some.library")
    foreign.error("failed for %s", secret)
    try:
        raise ValueError(f"no user {secret}")
    except ValueError:
        foreign.exception("gave up on %s", secret)
        foreign.error("once more", exc_info=True, stack_info=True, extra={"who": secret})
    assert not any(trace in written.text for trace in TRACES), written.text
    if output == "json":
        assert [line["log.level"] for line in written.lines()] == ["error"] * 3


def test_an_exception_leaves_its_type_and_frames_and_not_its_message(
    configure: Configure,
) -> None:
    written = configure()

    def fails() -> None:
        raise KeyError(EMAIL)

    try:
        fails()
    except KeyError as error:
        logger().error("a", exc_info=error)
        logger().error("b", exc_info=True)
        logger().exception("c")
        logging.getLogger("some.library").exception("d")
    for line in written.lines():
        assert line["error.type"] == "KeyError", line
        assert re.match(
            r"test_telemetry\.py:\d+ fails < test_telemetry\.py", line["error.stack_trace"]
        )
    assert "jane" not in written.text
    assert len(written.lines()) == 4


@pytest.mark.parametrize(
    "value",
    [
        "req_01a20330f5d9777690b655fc2989fa65",
        "key_0123456789AB",
        "/v1/jobs/{job_id}",
        "pipeline.py:388 __call__ < db.py:171 _read_one",
        "0123456789abcdef" * 4,
        123456789,
        12.3456789,
        True,
        None,
        "127.0.0.1:8080",
        "200 OK",
    ],
)
def test_what_is_ours_stays_readable(configure: Configure, value: object) -> None:
    written = configure()
    logger().info("test.happened", field=value)
    assert written.lines()[0]["customerai.field"] == value


def test_the_time_of_a_line_is_never_cut(configure: Configure) -> None:
    written = configure()
    for _ in range(20):
        logger().info("test.happened")
    for line in written.lines():
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", line["@timestamp"])


@settings(deadline=None)
@given(
    st.text(max_size=30),
    st.from_regex(r"[a-z]{1,9}\.[a-z]{1,9}@[a-z]{1,9}\.(com|org)", fullmatch=True),
    st.text(max_size=30),
)
def test_an_address_is_cut_out_of_any_sentence(before: str, address: str, after: str) -> None:
    cut = redact(None, "info", {"event": f"{before} {address} {after}"})["event"]
    assert address not in cut


def test_quiet_libraries_stay_quiet_and_their_warnings_come(configure: Configure) -> None:
    written = configure(level="debug")
    logging.getLogger("some.library").info("chatter")
    logging.getLogger("some.library").warning("trouble")
    assert [line["message"] for line in written.lines()] == ["trouble"]


ALLOWED_LABELS = {
    "method", "route", "status", "problem", "type", "role", "reason", "kind", "outcome", "handler",
    "le", "service", "certificate",
    "key",  # the name of one of our own master keys, never an API key
}  # fmt: skip


def test_metrics_are_named_by_the_house_and_labelled_by_bounded_sets() -> None:
    metrics = Metrics()
    for metric in metrics.registry.collect():
        if metric.name.startswith("process_"):
            continue
        assert re.fullmatch(r"customerai_[a-z_]+", metric.name)
        assert metric.documentation
    labels = {
        label
        for collector in vars(metrics).values()
        for label in getattr(collector, "_labelnames", ())
    }
    assert labels <= ALLOWED_LABELS
    assert not labels & {"tenant", "key_id", "actor", "path", "text", "user"}
    assert [
        name for name, part in vars(metrics).items() if "key" in getattr(part, "_labelnames", ())
    ] == ["keys_created"]


def test_two_processes_in_one_have_metrics_apart() -> None:
    one, two = Metrics(), Metrics()
    one.texts.inc(3)
    assert b"customerai_privacy_texts_total 3.0" in generate_latest(one.registry)
    assert b"customerai_privacy_texts_total 0.0" in generate_latest(two.registry)
