"""The responder contract, held by the service itself and by its client over HTTP alike."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from customerai.clients.calling import Calling
from customerai.clients.responder import HttpResponder
from customerai.contracts.responder import ImportedMessage, Responder, Role
from customerai.core import hosting
from customerai.core.db import Database
from customerai.core.principal import InternalTokens
from customerai.core.safe_text import SafeText
from customerai.core.settings import LogSettings
from customerai.core.telemetry import AccessLog
from customerai.responder import internal_api, tables
from tests.conftest import NOW, Start, operator
from tests.contract.wire import connected, served

WHO = operator()


@dataclass
class Side:
    """The contract as one of its callers sees it, and what the service keeps."""

    responder: Responder
    db: Database

    async def ids(self) -> list[str]:
        statement = select(tables.message.c.id).order_by(tables.message.c.seq)
        return await self.db.read(lambda tx: list(tx.execute(statement).scalars()))


@pytest.fixture(params=["here", "over HTTP"])
async def side(request: pytest.FixtureRequest, start: Start, tmp_path: Path) -> AsyncIterator[Side]:
    async with AsyncExitStack() as stack:
        it = await stack.enter_async_context(start())
        service = it.application.process.responder
        assert service is not None
        if request.param == "here":
            yield Side(service, it.application.db)
            return
        tokens = InternalTokens(b"k" * 32)
        host = hosting.ServiceHost(
            {"internal/responder": ("responder", internal_api.build(service, tokens))},
            pages=hosting.pages([]),
            metrics=it.application.metrics,
            access=AccessLog(LogSettings(level="error")),
        )
        socket = tmp_path / "s"
        await stack.enter_async_context(served(host, socket))
        remote = await stack.enter_async_context(connected(socket, service="responder"))
        client = HttpResponder(Calling(remote, tokens, timeout_s=10))
        yield Side(client, it.application.db)


def a_message(number: int, text: str, role: Role = Role.CUSTOMER) -> ImportedMessage:
    return ImportedMessage(
        conversation="c1",
        message=f"m{number}",
        role=role,
        text=text,
        at=NOW + timedelta(seconds=number),
        customer="k1",
        channel="chat",
        groups={"region": "north"},
        attributes={"product": "shirt"},
    )


async def test_each_message_is_stored_once(side: Side) -> None:
    batch = [a_message(n, f"message {n}") for n in range(3)]
    first = await side.responder.import_messages(WHO, batch)
    assert (first.stored, first.repeated, first.conversations) == (3, 0, 1)
    again = await side.responder.import_messages(WHO, [*batch, a_message(9, "new")])
    assert (again.stored, again.repeated) == (1, 3)


async def test_messages_come_back_safe_and_in_the_order_asked(side: Side) -> None:
    await side.responder.import_messages(
        WHO, [a_message(0, "I am at jane@example.com"), a_message(1, "hello", Role.AGENT)]
    )
    ids = await side.ids()
    found = await side.responder.messages(WHO, [ids[1], "msg_unknown", ids[0]])
    assert [message.id for message in found] == [ids[1], ids[0]]
    second, first = found
    assert isinstance(first.text, SafeText)
    assert first.text == "I am at [EMAIL_ADDRESS_1]"
    assert (first.role, second.role) == (Role.CUSTOMER, Role.AGENT)
    assert first.at == NOW
    assert first.channel == "chat"
    openings = await side.responder.openings(WHO, [first.conversation_id, "conv_unknown"])
    assert dict(openings) == {first.conversation_id: "I am at [EMAIL_ADDRESS_1]"}
    assert all(isinstance(text, SafeText) for text in openings.values())


async def test_another_tenant_sees_nothing(side: Side) -> None:
    await side.responder.import_messages(WHO, [a_message(0, "hello")])
    assert await side.responder.messages(operator("other"), await side.ids()) == []
