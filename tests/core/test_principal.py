"""Who may do what, and how one service tells another who asks."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customerai.core.principal import (
    InternalTokenInvalid,
    InternalTokens,
    MissingScope,
    Principal,
    system_principal,
)

KEY = bytes(range(32))
NOW = 1_900_000_000.0
CLOCKS_APART_S = 300
WHO = Principal("main", "key_1", frozenset({"privacy:detect", "jobs:read"}))


@pytest.mark.parametrize(
    ("scopes", "wanted", "allowed"),
    [
        ({"privacy:detect"}, "privacy:detect", True),
        ({"privacy:detect"}, "privacy:anonymize", False),
        ({"privacy:*"}, "privacy:detect", True),
        ({"privacy:*"}, "insights:read", False),
        ({"privacy:*"}, "privacy:reveal", False),
        ({"*"}, "privacy:detect", True),
        ({"*"}, "anything:new", True),
        ({"*"}, "privacy:reveal", False),
        ({"*", "privacy:reveal"}, "privacy:reveal", True),
        ({"privacy:reveal"}, "privacy:reveal", True),
        ({"privacy:reveal"}, "privacy:detect", False),
        ({"privacy"}, "privacy:detect", False),
        ({"priv:*"}, "privacy:detect", False),
        (set(), "jobs:read", False),
        ({"jobs:read"}, "*", False),
    ],
)
def test_scopes_allow_what_they_name(scopes: set[str], wanted: str, allowed: bool) -> None:
    who = Principal("main", "key_1", frozenset(scopes))
    assert who.may(wanted) is allowed
    if allowed:
        who.require(wanted)
    else:
        with pytest.raises(MissingScope) as refused:
            who.require(wanted)
        assert refused.value.document("req")["scope"] == wanted


@settings(deadline=None)
@given(st.frozensets(st.text(max_size=12)))
def test_no_wildcard_ever_includes_reveal(scopes: frozenset[str]) -> None:
    who = Principal("main", "key_1", scopes | {"*", "privacy:*", "*:*", "privacy:rev*"})
    assert who.may("privacy:reveal") == ("privacy:reveal" in scopes)


def test_the_platform_itself_may_all_but_reveal() -> None:
    who = system_principal("main", "jobs")
    assert (who.tenant, who.actor) == ("main", "system:jobs")
    assert who.may("fairness:write")
    assert not who.may("privacy:reveal")


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def forged(key: bytes | None = KEY, algorithm: str = "HS256", **other: Any) -> str:
    """A token that someone else made, true but for what is given."""
    claims = {
        "aud": "customerai-internal",
        "exp": int(NOW) + 60,
        "ten": "main",
        "act": "key_1",
        "scp": ["*"],
        **other,
    }
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key, algorithm=algorithm)


@settings(deadline=None)
@given(st.text(max_size=20), st.text(max_size=20), st.frozensets(st.text(max_size=20)))
def test_a_verified_token_names_who_was_signed(
    tenant: str, actor: str, scopes: frozenset[str]
) -> None:
    who = Principal(tenant, actor, scopes)
    token = InternalTokens(KEY).sign(who)
    assert InternalTokens(KEY).verify(token) == who


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b.c",
        "ключ",
        "\x00",
        forged(key=bytes(32)),
        forged(aud="someone-else"),
        forged(aud=None),
        forged(exp=None),
        forged(exp=int(NOW) - CLOCKS_APART_S - 1),
        forged(exp=int(NOW) - CLOCKS_APART_S),
        forged(exp="soon"),
        forged(ten=None),
        forged(act=None),
        forged(scp=None),
        forged(scp="*"),
        forged(scp=7),
        forged(algorithm="HS512", key=KEY * 2),
        forged(algorithm="none", key=None),
    ],
)
def test_a_token_that_the_gateway_did_not_sign_is_refused(token: str) -> None:
    with pytest.raises(InternalTokenInvalid):
        InternalTokens(KEY, clock=Watch()).verify(token)


def test_claims_cannot_be_exchanged_under_a_signature() -> None:
    header, _, signature = InternalTokens(KEY).sign(WHO).split(".")
    claims = json.dumps({"aud": "customerai-internal", "exp": 2**40, "scp": ["*"]}).encode()
    body = base64.urlsafe_b64encode(claims).rstrip(b"=").decode()
    with pytest.raises(InternalTokenInvalid):
        InternalTokens(KEY).verify(f"{header}.{body}.{signature}")


def test_a_token_ends_after_its_time_also_where_it_was_seen_before() -> None:
    watch = Watch()
    tokens = InternalTokens(KEY, ttl_s=60, clock=watch)
    token = tokens.sign(WHO)
    assert tokens.verify(token) == WHO
    watch.now += 59 + CLOCKS_APART_S
    assert tokens.verify(token) == WHO
    watch.now += 2
    with pytest.raises(InternalTokenInvalid):
        tokens.verify(token)


def test_a_service_whose_clock_differs_by_minutes_understands_a_token() -> None:
    here, there = Watch(), Watch()
    there.now += CLOCKS_APART_S
    assert InternalTokens(KEY, clock=there).verify(InternalTokens(KEY, clock=here).sign(WHO)) == WHO
    assert InternalTokens(KEY, clock=here).verify(InternalTokens(KEY, clock=there).sign(WHO)) == WHO


def test_the_gateways_token_does_not_open_what_is_for_services_and_the_other_way_round() -> None:
    tokens = InternalTokens(KEY)
    for signed_for in (False, True):
        token = tokens.sign(WHO, service=signed_for)
        assert tokens.verify(token, service=signed_for) == WHO
        with pytest.raises(InternalTokenInvalid):
            tokens.verify(token, service=not signed_for)


def test_a_token_is_used_again_for_half_of_its_life() -> None:
    watch = Watch()
    tokens = InternalTokens(KEY, ttl_s=60, clock=watch)
    token = tokens.sign(WHO)
    watch.now += 29
    assert tokens.sign(WHO) == token
    watch.now += 2
    fresh = tokens.sign(WHO)
    assert fresh != token
    watch.now += 29
    assert tokens.verify(fresh) == WHO


def test_many_principals_do_not_mix() -> None:
    tokens = InternalTokens(KEY)
    everyone = [Principal("main", f"key_{n}", frozenset({"jobs:read"})) for n in range(5000)]
    signed = [tokens.sign(who) for who in everyone]
    assert [tokens.verify(token) for token in signed] == everyone
