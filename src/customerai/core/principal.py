"""Who is asking, and the signed token by which one service tells another."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import jwt

from customerai.core.errors import Forbidden, Unauthenticated

K = TypeVar("K")
V = TypeVar("V")

INTERNAL_TOKEN_HEADER = "x-customerai-identity"  # noqa: S105 - a header's name
_ALGORITHM = "HS256"
_AUDIENCE = "customerai-internal"
_SERVICE_AUDIENCE = "customerai-service"
# How far the clocks of two machines may lie apart.
_LEEWAY_S = 300
_CACHE_SIZE = 4096


class MissingScope(Forbidden):
    """The key or the user lacks the scope that this address asks for; `scope` names it."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"This needs the scope {scope}.", scope=scope)


class InternalTokenInvalid(Unauthenticated):
    """A service was called without the gateway's signed identity, or with a stale one."""

    def __init__(self) -> None:
        super().__init__("Services answer the gateway only.")


@dataclass(frozen=True)
class Principal:
    """Someone who was authenticated.

    Attributes:
        actor: the id of the key, the user or the system part that acts.
        scopes: what it may do, such as `privacy:detect`; `*` is everything but `privacy:reveal`.
    """

    tenant: str
    actor: str
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        if scope in self.scopes:
            return True
        if scope == "privacy:reveal":
            return False
        return "*" in self.scopes or scope.split(":", 1)[0] + ":*" in self.scopes

    def require(self, scope: str) -> None:
        """Raise `MissingScope` unless the principal has the scope."""
        if not self.may(scope):
            raise MissingScope(scope)


def system_principal(tenant: str, part: str) -> Principal:
    """The platform itself acting for a tenant: a handler, a job."""
    return Principal(tenant=tenant, actor=f"system:{part}", scopes=frozenset({"*"}))


class InternalTokens:
    """Signs and verifies identities between services: JWT, HS256, valid for about a minute.

    A minute by the clock of whoever signs: a verifier's clock may differ by five minutes more.
    """

    def __init__(
        self, key: bytes, *, ttl_s: int = 60, clock: Callable[[], float] = time.time
    ) -> None:
        self._key = key
        self._ttl_s = ttl_s
        self._clock = clock
        self._signed: OrderedDict[tuple[Principal, str], tuple[float, str]] = OrderedDict()
        self._verified: OrderedDict[tuple[str, str], tuple[float, Principal]] = OrderedDict()

    def sign(self, principal: Principal, *, service: bool = False) -> str:
        """A token for this principal, reused for half of its life.

        Args:
            service: one of our services asks on the principal's behalf, not the gateway.
        """
        now = self._clock()
        audience = _SERVICE_AUDIENCE if service else _AUDIENCE
        cached = self._signed.get((principal, audience))
        if cached is not None and cached[0] > now:
            return cached[1]
        token = jwt.encode(
            {
                "aud": audience,
                "exp": int(now) + self._ttl_s,
                "ten": principal.tenant,
                "act": principal.actor,
                "scp": sorted(principal.scopes),
            },
            self._key,
            algorithm=_ALGORITHM,
        )
        self._remember(self._signed, (principal, audience), (now + self._ttl_s / 2, token))
        return token

    def verify(self, token: str, *, service: bool = False) -> Principal:
        """The principal that a token names.

        Args:
            service: only one of our services may ask.

        Raises:
            InternalTokenInvalid: the token is forged, expired or not for us.
        """
        now = self._clock()
        audience = _SERVICE_AUDIENCE if service else _AUDIENCE
        cached = self._verified.get((token, audience))
        if cached is not None and cached[0] > now:
            return cached[1]
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                audience=audience,
                # The expiry is checked below, by the clock that we were handed.
                options={"require": ["exp", "aud", "ten", "act", "scp"], "verify_exp": False},
            )
        except jwt.InvalidTokenError as error:
            raise InternalTokenInvalid from error
        expires, scopes = claims["exp"], claims["scp"]
        if not isinstance(expires, int) or not isinstance(scopes, list):
            raise InternalTokenInvalid
        expires += _LEEWAY_S
        if expires <= now:
            raise InternalTokenInvalid
        principal = Principal(
            tenant=str(claims["ten"]),
            actor=str(claims["act"]),
            scopes=frozenset(str(scope) for scope in scopes),
        )
        self._remember(self._verified, (token, audience), (expires, principal))
        return principal

    @staticmethod
    def _remember(cache: OrderedDict[K, V], key: K, value: V) -> None:
        cache[key] = value
        if len(cache) > _CACHE_SIZE:
            cache.popitem(last=False)
