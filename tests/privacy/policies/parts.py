"""A privacy service with policies, and an application that serves it without a gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from customerai.core.clock import FixedClock
from customerai.core.crypto import KeyRing
from customerai.core.db import Database
from customerai.core.principal import INTERNAL_TOKEN_HEADER, InternalTokens, Principal
from customerai.core.safe_text import SafeText
from customerai.core.settings import PrivacySettings
from customerai.core.telemetry import Metrics
from customerai.privacy import api, policies_api, presidio_api
from customerai.privacy.policies.service import PolicyService
from customerai.privacy.recognizers.registry import RecognizerRegistry, default_recognizers
from customerai.privacy.service import PrivacyService
from tests import engines
from tests.conftest import NOW

KEYS = KeyRing(bytes(range(32)))
REGISTRY = RecognizerRegistry(default_recognizers(None))
ADMIN = Principal("main", "key_admin", frozenset({"*", "privacy:reveal"}))
TOKENS = InternalTokens(b"0" * 32)


class English:
    def identify(self, texts: Sequence[SafeText]) -> list[tuple[str, float]]:
        return [("en", 1.0) for _ in texts]


@dataclass
class House:
    """The services over one database, and a client of their routes."""

    db: Database
    remote: tuple[str, ...] = ()
    who: Principal = ADMIN
    policies: PolicyService = field(init=False)
    privacy: PrivacyService = field(init=False)

    def __post_init__(self) -> None:
        self.policies = PolicyService(
            db=self.db,
            clock=FixedClock(NOW),
            keys=KEYS,
            remote_recognizers=self.remote,
            trust_s=0.0,
        )
        self.privacy = PrivacyService(
            db=self.db,
            clock=FixedClock(NOW),
            keys=KEYS,
            analyzer=REGISTRY,
            languages=English(),
            settings=PrivacySettings(leak_watch_rate=0),
            metrics=Metrics(),
            policies=self.policies,
        )

    def client(self, who: Principal | None = None) -> httpx2.AsyncClient:
        """A client whose every call comes from the gateway, as somebody."""
        app = api.build(
            self.privacy,
            TOKENS,
            [
                policies_api.build_router(self.privacy, self.policies),
                presidio_api.build_router(self.privacy, hash_key=b"1" * 32),
            ],
        )
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app),
            base_url="http://privacy.test",
            headers={INTERNAL_TOKEN_HEADER: TOKENS.sign(who or self.who)},
        )


@asynccontextmanager
async def a_house(folder: Path, **other: Any) -> AsyncIterator[House]:
    """The services over a database of their own."""
    async with engines.a_database(folder / "test.db") as database:
        yield House(database, **other)
