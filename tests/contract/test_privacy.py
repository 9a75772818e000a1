"""The privacy contract, held by the service itself and by its client over HTTP alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from customerai.clients.calling import Calling
from customerai.clients.privacy import HttpPrivacy
from customerai.contracts.privacy import (
    AnonymizeRequest,
    Privacy,
    PrivacyUnavailable,
    SessionNotFound,
)
from customerai.core import hosting
from customerai.core.principal import InternalTokenInvalid, InternalTokens
from customerai.core.remote import Remote
from customerai.core.safe_text import SafeText, digest_of
from customerai.core.settings import LogSettings
from customerai.core.telemetry import AccessLog
from customerai.privacy import internal_api
from customerai.privacy.hiding import OperatorInvalid
from customerai.privacy.recognizers.spans import Span
from customerai.privacy.service import TextTooLong
from tests.conftest import Start, operator, quick_parts
from tests.contract.wire import connected, served

WHO = operator()
EMAIL = "jane.roe@example.com"
KEY = b"k" * 32


class Switch:
    """The patterns, until they are broken."""

    def __init__(self) -> None:
        self.broken = False
        self._patterns = quick_parts().analyzer
        assert self._patterns is not None
        self.version = self._patterns.version

    def analyze(self, texts: Sequence[str], **kwargs: Any) -> list[list[Span]]:
        if self.broken:
            raise RuntimeError(str(texts))
        assert self._patterns is not None
        return self._patterns.analyze(texts, **kwargs)


@dataclass
class Side:
    """The contract as one of its callers sees it."""

    privacy: Privacy
    switch: Switch
    remote: Remote | None


@pytest.fixture(params=["here", "over HTTP"])
async def side(request: pytest.FixtureRequest, start: Start, tmp_path: Path) -> AsyncIterator[Side]:
    switch = Switch()
    async with AsyncExitStack() as stack:
        it = await stack.enter_async_context(start(parts=quick_parts(analyzer=switch)))
        service = it.application.process.privacy
        assert service is not None
        if request.param == "here":
            yield Side(service, switch, None)
            return
        tokens = InternalTokens(KEY)
        host = hosting.ServiceHost(
            {"internal/privacy": ("privacy", internal_api.build(service, tokens))},
            pages=hosting.pages([]),
            metrics=it.application.metrics,
            access=AccessLog(LogSettings(level="error")),
        )
        socket = tmp_path / "s"
        await stack.enter_async_context(served(host, socket))
        remote = await stack.enter_async_context(connected(socket))
        yield Side(HttpPrivacy(Calling(remote, tokens, timeout_s=10)), switch, remote)


async def hide(side: Side, *texts: str, **other: Any) -> Any:
    (result,) = await side.privacy.anonymize(WHO, [AnonymizeRequest(texts=texts, **other)])
    return result


async def test_values_are_hidden_and_come_back(side: Side) -> None:
    texts = (f"I am at {EMAIL} 👋", "No value here", f"again {EMAIL}")
    result = await hide(side, *texts)
    safe = [item.text for item in result.results]
    assert all(isinstance(text, SafeText) for text in safe)
    assert not any(EMAIL in text for text in safe)
    assert safe[0].count("[EMAIL_ADDRESS_1]") == safe[2].count("[EMAIL_ADDRESS_1]") == 1
    assert await side.privacy.restore(WHO, result.session_id, safe) == list(texts)


async def test_spans_point_into_both_texts(side: Side) -> None:
    text = f"👋 write to {EMAIL}, please"
    (item,) = (await hide(side, text)).results
    (span,) = item.spans
    assert text[span.start : span.end] == EMAIL
    assert item.text[span.safe_start : span.safe_end] == "[EMAIL_ADDRESS_1]"
    assert span.type == "EMAIL_ADDRESS"
    assert 0 < span.score <= 1
    assert span.recognizer


async def test_the_receipt_covers_the_safe_texts(side: Side) -> None:
    result = await hide(side, f"at {EMAIL}", "nothing", purpose="message")
    receipt = result.receipt
    assert receipt.digest == digest_of([item.text for item in result.results])
    assert receipt.texts == 2
    assert dict(receipt.entities) == {"EMAIL_ADDRESS": 1}
    assert receipt.purpose == "message"
    assert receipt.at.tzinfo is not None
    assert receipt.policy_version
    assert receipt.recognizer_version


async def test_a_session_goes_on(side: Side) -> None:
    first = await hide(side, f"at {EMAIL}", session_id="psn_own", open_session=True)
    second = await hide(side, f"{EMAIL} or other@example.com", session_id=first.session_id)
    assert second.results[0].text == "[EMAIL_ADDRESS_1] or [EMAIL_ADDRESS_2]"


async def test_several_requests_are_answered_in_order(side: Side) -> None:
    results = await side.privacy.anonymize(
        WHO, [AnonymizeRequest(texts=(f"{n} {EMAIL}", "x")) for n in range(3)]
    )
    assert [item.results[0].text[0] for item in results] == ["0", "1", "2"]
    assert len({item.session_id for item in results}) == 3


async def test_operators_labels_and_scores_are_heard(side: Side) -> None:
    replaced = await hide(side, f"at {EMAIL}", operators={"DEFAULT": {"operator": "replace"}})
    assert replaced.results[0].text == "at [EMAIL_ADDRESS]"
    assert (await hide(side, "May", labels=True)).results[0].text == "May"
    assert (await hide(side, f"at {EMAIL}", min_score=1.01)).results[0].text == f"at {EMAIL}"


async def test_what_is_wrong_is_said_as_it_was(side: Side) -> None:
    with pytest.raises(SessionNotFound) as unknown:
        await hide(side, "text", session_id="psn_" + "0" * 32)
    assert unknown.value.status == 404
    with pytest.raises(SessionNotFound):
        await side.privacy.restore(WHO, "psn_" + "0" * 32, ["text"])
    with pytest.raises(OperatorInvalid):
        await hide(side, "text", operators={"DEFAULT": {"operator": "nonsense"}})
    with pytest.raises(TextTooLong):
        await hide(side, *(["text"] * 1001))


async def test_no_text_is_safe_while_recognizers_fail(side: Side) -> None:
    side.switch.broken = True
    with pytest.raises(PrivacyUnavailable):
        await hide(side, f"at {EMAIL} unseen")
    side.switch.broken = False
    assert (await hide(side, f"at {EMAIL} unseen")).results[0].text == "at [EMAIL_ADDRESS_1] unseen"


async def test_another_tenants_session_is_not_found(side: Side) -> None:
    mine = await hide(side, f"at {EMAIL}")
    with pytest.raises(SessionNotFound):
        await side.privacy.restore(operator("other"), mine.session_id, ["[EMAIL_ADDRESS_1]"])


async def test_nobody_gets_in_with_the_gateways_token(side: Side) -> None:
    if side.remote is None:
        return  # a local call has no token

    class Gateway(InternalTokens):
        def sign(self, principal: Any, *, service: bool = False) -> str:
            return super().sign(principal)

    calling = Calling(side.remote, Gateway(KEY), timeout_s=10)
    with pytest.raises(InternalTokenInvalid):
        await HttpPrivacy(calling).restore(WHO, "psn_1", ["x"])
