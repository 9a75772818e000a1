"""Every route is fuzzed from the OpenAPI document: never a 5xx, always a problem document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from customerai.core.settings import GatewaySettings
from tests.conftest import Running, a_setting, run

DOCUMENT = json.loads(
    (Path(__file__).parents[2] / "docs" / "reference" / "openapi.json").read_text(encoding="utf-8")
)
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = {
    operation.ok().definition.raw["operationId"]: operation.ok()
    for operation in SCHEMA.get_all_operations()
}
# What ends a sign-in or counts attempts by address would only show its own limit.
_LIMITED = {"gateway_create_setup", "gateway_create_session"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[BlockingPortal, Running]]:
    chosen = a_setting(
        tmp_path_factory.mktemp("fuzz") / "data",
        gateway=GatewaySettings(
            burst=1_000_000, rate_per_minute=60_000_000, signin_rate_per_minute=1_000_000
        ),
    )
    with (
        start_blocking_portal("asyncio") as portal,
        portal.wrap_async_context_manager(run(chosen)) as running,
    ):
        yield portal, running


def _part(name: str, value: Any) -> tuple[str, tuple[str, bytes]]:
    """A part of a form as the client takes it: a file name and bytes."""
    filename, content = (value[0] or name, value[1]) if isinstance(value, tuple) else (name, value)
    return name, (str(filename), content if isinstance(content, bytes) else str(content).encode())


@pytest.mark.parametrize("operation_id", sorted(OPERATIONS))
def test_no_input_makes_a_route_fail(
    served: tuple[BlockingPortal, Running], operation_id: str
) -> None:
    portal, running = served
    strategy: st.SearchStrategy[Any] = OPERATIONS[operation_id].as_strategy()

    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def send(case: Any) -> None:
        sent = case.as_transport_kwargs(base_url="http://customerai.test")
        headers = {
            name: value
            for name, value in dict(sent["headers"]).items()
            if value.isascii() and value.isprintable()
        }
        arguments = {
            name: sent[name]
            for name in ("params", "json", "data", "files", "content")
            if sent.get(name) is not None
        }
        if "files" in arguments:
            arguments["files"] = [_part(*part) for part in arguments["files"]]
        if isinstance(arguments.get("data"), bytes):
            arguments["content"] = arguments.pop("data")

        async def call() -> Any:
            return await running.client.request(
                sent["method"], sent["url"], headers=headers, **arguments
            )

        answer = portal.call(call)
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json", answer.text
            problem = answer.json()
            assert problem["type"].startswith("/problems/")
            assert problem["status"] == answer.status_code
        elif operation_id not in _LIMITED:
            declared = OPERATIONS[operation_id].definition.raw["responses"]
            assert str(answer.status_code) in declared, answer.status_code

    send()
