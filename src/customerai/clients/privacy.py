"""The privacy service in another process. Implements contracts.privacy.Privacy.

What it answers is safe text because the privacy service says so; this is one of the two places
outside that service which may issue `SafeText` (see docs/decisions).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from customerai.clients.calling import Calling
from customerai.contracts.privacy import (
    AnonymizedText,
    AnonymizeRequest,
    AnonymizeResult,
    HiddenSpan,
    PrivacyUnavailable,
    Receipt,
)
from customerai.core.principal import Principal
from customerai.core.remote import RemoteDown, RemoteTimeout
from customerai.core.safe_text_issuer import issue


class HttpPrivacy:
    """Asks the privacy service over HTTP; fails closed."""

    def __init__(self, calling: Calling) -> None:
        self._calling = calling

    async def anonymize(
        self, who: Principal, requests: Sequence[AnonymizeRequest]
    ) -> list[AnonymizeResult]:
        answer = await self._post(
            who, "anonymizations", {"requests": [asdict(request) for request in requests]}
        )
        return [_result(item) for item in answer["results"]]

    async def restore(self, who: Principal, session_id: str, texts: Sequence[str]) -> list[str]:
        answer = await self._post(
            who, "restorations", {"session_id": session_id, "texts": list(texts)}
        )
        return [str(text) for text in answer["texts"]]

    async def _post(self, who: Principal, path: str, body: object) -> Any:
        try:
            return await self._calling.post(who, f"/internal/privacy/{path}", body)
        except (RemoteDown, RemoteTimeout) as error:
            raise PrivacyUnavailable from error


def _result(item: Mapping[str, Any]) -> AnonymizeResult:
    receipt = item["receipt"]
    return AnonymizeResult(
        session_id=item["session_id"],
        results=tuple(
            AnonymizedText(
                text=issue(text["text"]),
                spans=tuple(
                    HiddenSpan(
                        type=span["type"],
                        start=span["start"],
                        end=span["end"],
                        score=span["score"],
                        recognizer=span["recognizer"],
                        safe_start=span["safe_start"],
                        safe_end=span["safe_end"],
                    )
                    for span in text["spans"]
                ),
            )
            for text in item["results"]
        ),
        receipt=Receipt(
            id=receipt["id"],
            at=datetime.fromisoformat(receipt["at"]),
            purpose=receipt["purpose"],
            policy_version=receipt["policy_version"],
            recognizer_version=receipt["recognizer_version"],
            entities=receipt["entities"],
            texts=receipt["texts"],
            digest=receipt["digest"],
        ),
    )
