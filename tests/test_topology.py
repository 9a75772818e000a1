"""Which processes an installation may be split into."""

from __future__ import annotations

import pytest

from customerai import topology
from customerai.core.settings import Settings
from customerai.topology import SplitInvalid

SHARED = {
    "database": {"url": "postgresql+asyncpg://db/app"},
    "bus": {"url": "amqp://bus/"},
    "cache": {"url": "redis://cache/0"},
    "keys": {"master_key": "A" * 43 + "="},
}
ADDRESSES = {name: (f"http://{name}:8080",) for name in topology.SERVICES if name != "gateway"}


def shared(**services: tuple[str, ...]) -> Settings:
    return Settings.model_validate({**SHARED, "services": services})


def test_no_name_means_every_service() -> None:
    assert topology.chosen(()) == frozenset(topology.SERVICES)
    assert not topology.is_split(topology.chosen(()))


def test_an_unknown_service_is_named() -> None:
    with pytest.raises(SplitInvalid, match="there is no service privcy"):
        topology.chosen(["privcy"])


def test_every_service_may_run_alone() -> None:
    for name in topology.SERVICES:
        topology.check(shared(**ADDRESSES), frozenset({name}))


def test_all_in_one_process_needs_nothing() -> None:
    topology.check(Settings(), frozenset(topology.SERVICES))


def test_a_gateway_beside_some_services_is_refused() -> None:
    with pytest.raises(SplitInvalid, match="a gateway runs alone"):
        topology.check(shared(**ADDRESSES), frozenset({"gateway", "privacy"}))


def test_all_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(SplitInvalid) as refused:
        topology.check(Settings(), frozenset({"insights"}))
    for name in ("DATABASE__URL", "BUS__URL", "KEYS__MASTER_KEY", "SERVICES__PRIVACY"):
        assert f"CUSTOMERAI_{name}" in str(refused.value)
    assert "CACHE__URL" not in str(refused.value)  # only a gateway counts requests


def test_the_label_keeps_the_order_of_services() -> None:
    assert topology.label(frozenset({"insights", "privacy"})) == "privacy,insights"
