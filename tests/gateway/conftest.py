"""Parts that the tests of the gateway share: one whole process for all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from customerai.core.settings import GatewaySettings
from tests.conftest import Running, a_setting, run


@pytest.fixture(scope="package")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="package")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """One process for all tests of the gateway; each that writes does so in a tenant of its own."""
    settings = a_setting(
        tmp_path_factory.mktemp("shared") / "data",
        gateway=GatewaySettings(
            burst=100_000, rate_per_minute=6_000_000, signin_rate_per_minute=100_000
        ),
    )
    async with run(settings) as it:
        yield it
