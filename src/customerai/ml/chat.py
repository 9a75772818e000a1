"""Language models that word a reply; they are given safe text only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import httpx2
from pydantic import SecretStr

from customerai.core.errors import Unavailable
from customerai.core.guard import assert_no_transaction
from customerai.core.safe_text import SafeText


class ModelUnavailable(Unavailable):
    """The configured language model does not answer."""

    def __init__(self) -> None:
        super().__init__("The language model does not answer; nothing was sent.")


@dataclass(frozen=True)
class ChatMessage:
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    content: SafeText

    def __post_init__(self) -> None:
        if not isinstance(self.content, SafeText):
            raise TypeError("a prompt is made of SafeText")


class ChatModel(Protocol):
    """Completes a prompt."""

    @property
    def name(self) -> str: ...

    async def complete(self, messages: Sequence[ChatMessage]) -> str:
        """The model's answer, which has still to be checked.

        Raises:
            ModelUnavailable: it does not answer in time, or refuses.
        """
        ...


class OpenAIChat:
    """Any server that speaks OpenAI's `POST <base>/chat/completions`."""

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        key: SecretStr | None,
        timeout_s: float,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        headers = {} if key is None else {"authorization": f"Bearer {key.get_secret_value()}"}
        self.name = model
        self._client = httpx2.AsyncClient(
            base_url=base_url.rstrip("/") + "/",
            headers=headers,
            timeout=timeout_s,
            transport=transport,
        )

    async def complete(self, messages: Sequence[ChatMessage]) -> str:
        assert_no_transaction("a model call")
        body = {
            "model": self.name,
            "temperature": 0,
            "messages": [{"role": m.role, "content": str(m.content)} for m in messages],
        }
        try:
            response = await self._client.post("chat/completions", json=body)
            response.raise_for_status()
            return str(response.json()["choices"][0]["message"]["content"])
        except (httpx2.HTTPError, ValueError, LookupError, TypeError) as error:
            raise ModelUnavailable from error

    async def close(self) -> None:
        await self._client.aclose()


class FakeModel:
    """A model that answers what it was given and remembers what it was asked; for tests."""

    def __init__(self, answer: str = "") -> None:
        self.name = "fake"
        self.answer = answer
        self.prompts: list[list[ChatMessage]] = []

    async def complete(self, messages: Sequence[ChatMessage]) -> str:
        assert_no_transaction("a model call")
        self.prompts.append(list(messages))
        return self.answer
