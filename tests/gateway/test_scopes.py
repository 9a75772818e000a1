"""Scopes: what can be asked for, and what each role is given."""

from __future__ import annotations

import pytest

from customerai.core.principal import Principal
from customerai.gateway.scopes import ROLES, SCOPES, expand
from tests.conftest import Running


def test_all_is_everything_reveal_too_and_the_star_is_not() -> None:
    everything = Principal("main", "key_1", expand(["all"]))
    star = Principal("main", "key_1", expand(["*"]))
    for scope in SCOPES:
        assert everything.may(scope)
        assert star.may(scope) == (scope != "privacy:reveal")


def test_names_are_taken_as_they_are() -> None:
    assert expand(["jobs:read", "jobs:read", "audit:read"]) == {"jobs:read", "audit:read"}
    assert expand([]) == frozenset()


@pytest.mark.parametrize("name", ["privacy:*", "jobs", "", "ALL", "jobs:read ", "privacy:detect*"])
def test_a_name_that_is_no_scope_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="there is no scope"):
        expand(["jobs:read", name])


def test_every_role_is_made_of_scopes_that_exist() -> None:
    for role, scopes in ROLES.items():
        assert scopes <= SCOPES.keys() | {"*"}, role
        if role != "privacy-officer":
            assert "privacy:reveal" not in scopes, "reveal is a privilege of its own"


def test_only_some_roles_administrate() -> None:
    def who_may(scope: str) -> set[str]:
        return {role for role, given in ROLES.items() if Principal("t", "u", given).may(scope)}

    assert who_may("keys:admin") == {"developer", "admin"}
    assert who_may("audit:read") == {"compliance", "privacy-officer", "admin"}
    assert who_may("events:read") == {"developer", "admin"}
    assert who_may("events:admin") == {"admin"}
    assert who_may("privacy:reveal") == {"privacy-officer"}
    assert who_may("privacy:admin") == {"compliance", "privacy-officer", "admin"}


async def test_every_scope_that_a_route_asks_for_can_be_given(shared: Running) -> None:
    asked = {
        operation["x-scope"]
        for item in shared.application.document["paths"].values()
        for operation in item.values()
        if "x-scope" in operation
    }
    assert asked == SCOPES.keys(), "and every scope opens something"
