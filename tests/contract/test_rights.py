"""The contract of consents, held by privacy itself and by its client over HTTP alike."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from customerai.clients.calling import Calling
from customerai.clients.rights import HttpConsents
from customerai.contracts.privacy import AnonymizeRequest, PrivacyUnavailable
from customerai.contracts.rights import Consents, Purpose
from customerai.core import hosting
from customerai.core.principal import InternalTokens
from customerai.core.settings import LogSettings
from customerai.core.telemetry import AccessLog
from customerai.privacy import internal_api
from customerai.privacy.rights.consents import Rule
from customerai.privacy.rights.service import RightsService
from tests.conftest import Start, operator
from tests.contract.wire import connected, served

WHO = operator()
KEY = b"k" * 32


class Seconds:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Side:
    """The contract as one of its callers sees it."""

    consents: Consents
    rights: RightsService
    seconds: Seconds


@pytest.fixture(params=["here", "over HTTP"])
async def side(request: pytest.FixtureRequest, start: Start, tmp_path: Path) -> AsyncIterator[Side]:
    seconds = Seconds()
    async with AsyncExitStack() as stack:
        it = await stack.enter_async_context(start())
        rights, privacy = it.application.process.rights, it.application.process.privacy
        assert rights is not None
        assert privacy is not None
        subject = rights.requests._subjects.of("main", "c-1")
        await privacy.anonymize(
            WHO,
            [
                AnonymizeRequest(("hello",), session_id=name, open_session=True, subject=owner)
                for name, owner in (("conv_1", subject), ("conv_2", None))
            ],
        )
        if request.param == "here":
            yield Side(rights.consents, rights, seconds)
            return
        tokens = InternalTokens(KEY)
        internal = internal_api.build(privacy, tokens, rights.consents)
        host = hosting.ServiceHost(
            {"internal/privacy": ("privacy", internal)},
            pages=hosting.pages([]),
            metrics=it.application.metrics,
            access=AccessLog(LogSettings(level="error")),
        )
        socket = tmp_path / "s"
        await stack.enter_async_context(served(host, socket))
        remote = await stack.enter_async_context(connected(socket))
        calling = Calling(remote, tokens, timeout_s=10)
        yield Side(HttpConsents(calling, monotonic=seconds), rights, seconds)


async def say(side: Side, *, granted: bool) -> None:
    await side.rights.consents.put(
        WHO, "c-1", Purpose.ANALYTICS, granted=granted, source="app", at=None
    )
    side.seconds.now += 6


@pytest.mark.parametrize(
    ("rule", "silent", "granted", "refused"),
    [
        (Rule.ALLOWED, True, True, True),
        (Rule.OPT_OUT, True, True, False),
        (Rule.DEMANDED, False, True, False),
    ],
)
async def test_the_rule_says_what_silence_means(
    side: Side,
    rule: Rule,
    silent: bool,
    granted: bool,
    refused: bool,
) -> None:
    await side.rights.consents.put_rules(WHO, {Purpose.ANALYTICS: rule})
    asked = ["conv_1", "conv_2", "conv_9", "conv_1"]

    async def allowed() -> list[bool]:
        return await side.consents.allowed(WHO, Purpose.ANALYTICS, asked)

    assert await allowed() == [silent] * 4
    await say(side, granted=True)
    assert await allowed() == [granted, silent, silent, granted]
    assert await side.consents.allowed(WHO, Purpose.TRAINING, asked) == [True] * 4
    assert await side.consents.allowed(operator("other"), Purpose.ANALYTICS, asked) == [True] * 4


async def test_a_refusal_takes_the_consent_back(side: Side) -> None:
    await side.rights.consents.put_rules(WHO, {Purpose.ANALYTICS: Rule.OPT_OUT})
    await say(side, granted=False)
    assert await side.consents.allowed(WHO, Purpose.ANALYTICS, ["conv_1", "conv_2"]) == [
        False,
        True,
    ]


async def test_nobody_may_when_nobody_knows(tmp_path: Path) -> None:
    async with connected(tmp_path / "nobody") as remote:
        consents = HttpConsents(Calling(remote, InternalTokens(KEY), timeout_s=1))
        with pytest.raises(PrivacyUnavailable):
            await consents.allowed(WHO, Purpose.ANALYTICS, ["conv_1"])
