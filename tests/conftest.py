"""Parts that tests share: a whole process in memory, with quick models and a clock of its own."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path

import httpx2
import hypothesis
import numpy as np
import pytest
from numpy.typing import NDArray

from customerai import app
from customerai.app import Application, Parts
from customerai.core.clock import FixedClock
from customerai.core.principal import Principal
from customerai.core.safe_text import SafeText
from customerai.core.settings import GatewaySettings, InsightsSettings, Settings
from customerai.ml.classifier import TextClassifier
from customerai.ml.language import LanguageIdentifier
from customerai.ml.registry import CARDS
from customerai.ml.static_embedder import StaticEmbedder
from customerai.privacy.recognizers.registry import RecognizerRegistry, default_recognizers
from tests import engines

# How long an example takes tells of the machine's load, not of the code.
hypothesis.settings.register_profile("ours", deadline=None)
hypothesis.settings.load_profile("ours")

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
ADDRESS = "http://customerai.test"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "services: needs PostgreSQL, Redis and RabbitMQ")
    config.addinivalue_line("markers", "sqlite: tests SQLite itself, whatever the others run on")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Loopback is open to tests on real servers only; without servers theirs are left out."""
    if engines.ON_SERVICES:
        for item in items:
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1"]))
        return
    left_out = [item for item in items if item.get_closest_marker("services")]
    items[:] = [item for item in items if not item.get_closest_marker("services")]
    config.hook.pytest_deselected(items=left_out)


def pytest_sessionfinish() -> None:
    engines.finish()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class HashedWords:
    """A quick stand-in for the sentence embedder: equal words make near vectors."""

    def embed(self, texts: Sequence[SafeText]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), 384), dtype=np.float32)
        for row, text in enumerate(texts):
            assert isinstance(text, SafeText)
            for word in text.lower().split():
                digest = hashlib.sha256(word.strip(".,?!").encode()).digest()
                vectors[row, int.from_bytes(digest[:2], "big") % 384] += 1.0
            vectors[row, 0] += 1e-3
        normalised: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return normalised


_PATTERNS = RecognizerRegistry(default_recognizers(None))
_ALL = frozenset({"*", "privacy:reveal"})


@lru_cache
def _learned() -> dict[str, object]:
    """The small models, which keep no state, once for all tests: FastAPI remembers the routes of
    every application, and with them whatever their services hold."""
    shared = StaticEmbedder()
    return {
        "languages": LanguageIdentifier(InsightsSettings().languages),
        "sentiment": TextClassifier(CARDS["sentiment"], embedder=shared),
        "intent": TextClassifier(CARDS["reasons"], embedder=shared),
    }


def quick_parts(**other: object) -> Parts:
    """Patterns without the name model, hashed words in place of the embedder, a fixed clock."""
    parts = Parts(clock=FixedClock(NOW), analyzer=_PATTERNS, embedder=HashedWords())
    return replace(parts, **{**_learned(), **other})  # type: ignore[arg-type]  # fields of Parts


def a_setting(folder: Path, **other: object) -> Settings:
    """Settings for a process that keeps everything in `folder`, or in servers for that folder."""
    sections = {**engines.settings_for(folder), **other}
    return Settings(data=folder, **sections)


def operator(tenant: str = "main") -> Principal:
    """Someone who may do everything."""
    return Principal(tenant, "system:test", _ALL)


@dataclass
class Running:
    """A process and a client that holds a key with every scope."""

    application: Application
    client: httpx2.AsyncClient
    key: str

    async def key_with(self, *scopes: str, tenant: str = "main") -> str:
        """A further key."""
        _, text = await self.application.gateway.create_key(
            operator(tenant), "test", list(scopes) or ["all"]
        )
        return text

    def client_with(self, key: str | None) -> httpx2.AsyncClient:
        """A client with another key, or with none."""
        return _client(self.application, key)


def _client(application: Application, key: str | None) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=application.asgi, client=("127.0.0.1", 50000)),
        base_url=ADDRESS,
        headers={} if key is None else {"authorization": f"Bearer {key}"},
    )


@asynccontextmanager
async def run(settings: Settings, parts: Parts | None = None) -> AsyncIterator[Running]:
    """Run a process for as long as the block lasts."""
    async with app.running(settings, parts or quick_parts()) as application:
        _, key = await application.gateway.create_key(operator(), "test", ["all"])
        async with _client(application, key) as client:
            yield Running(application, client, key)


Start = Callable[..., AbstractAsyncContextManager[Running]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts processes on this test's folder: `async with start(gateway=..., parts=...) as it`."""

    def begin(
        parts: Parts | None = None, **sections: object
    ) -> AbstractAsyncContextManager[Running]:
        return run(a_setting(tmp_path / "data", **sections), parts)

    yield begin
    engines.release(tmp_path)


@pytest.fixture
async def running(start: Start) -> AsyncIterator[Running]:
    """One process with the default settings and a high rate limit."""
    async with start(gateway=GatewaySettings(burst=100_000, rate_per_minute=6_000_000)) as it:
        yield it
