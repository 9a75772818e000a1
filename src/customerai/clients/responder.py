"""The responder in another process. Implements contracts.responder.Responder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from customerai.clients.calling import Calling
from customerai.contracts.responder import (
    ImportedMessage,
    ImportOutcome,
    ResponderUnavailable,
    Role,
    StoredMessage,
)
from customerai.core.principal import Principal
from customerai.core.remote import RemoteDown, RemoteTimeout
from customerai.core.safe_text import SafeText
from customerai.core.safe_text_issuer import issue


class HttpResponder:
    """Asks the responder over HTTP."""

    def __init__(self, calling: Calling) -> None:
        self._calling = calling

    async def import_messages(
        self, who: Principal, messages: Sequence[ImportedMessage]
    ) -> ImportOutcome:
        body = {
            "messages": [
                {**asdict(message), "role": message.role.value, "at": message.at.isoformat()}
                for message in messages
            ]
        }
        answer = await self._post(who, "imports", body)
        return ImportOutcome(
            stored=answer["stored"],
            repeated=answer["repeated"],
            conversations=answer["conversations"],
        )

    async def messages(self, who: Principal, ids: Sequence[str]) -> list[StoredMessage]:
        answer = await self._post(who, "messages", {"ids": list(ids)})
        return [
            StoredMessage(
                id=item["id"],
                conversation_id=item["conversation_id"],
                role=Role(item["role"]),
                text=issue(item["text"]),
                at=datetime.fromisoformat(item["at"]),
                channel=item["channel"],
            )
            for item in answer["messages"]
        ]

    async def openings(
        self, who: Principal, conversation_ids: Sequence[str]
    ) -> Mapping[str, SafeText]:
        answer = await self._post(who, "openings", {"conversation_ids": list(conversation_ids)})
        return {key: issue(text) for key, text in answer["openings"].items()}

    async def _post(self, who: Principal, path: str, body: object) -> Any:
        try:
            return await self._calling.post(who, f"/internal/responder/{path}", body)
        except (RemoteDown, RemoteTimeout) as error:
            raise ResponderUnavailable from error
