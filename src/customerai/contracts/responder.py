"""The responder as others see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol

from customerai.core.errors import Unavailable
from customerai.core.principal import Principal
from customerai.core.safe_text import SafeText


class ResponderUnavailable(Unavailable):
    """Conversations cannot be read or stored right now; nothing was lost."""

    def __init__(self) -> None:
        super().__init__("The responder does not answer. Try again.")


class Role(str, Enum):
    """Who speaks in a message."""

    CUSTOMER = "customer"
    AGENT = "agent"
    SYSTEM = "system"


@dataclass(frozen=True)
class ImportedMessage:
    """A message from another system, still raw.

    Attributes:
        conversation: that system's id of the conversation.
        message: that system's id of the message, unique in the conversation.
        customer: that system's id of the customer, if known.
        groups: sensitive features of the customer, for fairness.
        attributes: further facts of the conversation, such as a product.
    """

    conversation: str
    message: str
    role: Role
    text: str
    at: datetime
    customer: str | None = None
    channel: str = "import"
    groups: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ImportOutcome:
    """What became of a batch; a message that was there already counts as repeated."""

    stored: int
    repeated: int
    conversations: int


@dataclass(frozen=True)
class StoredMessage:
    """A message as it is kept: safe."""

    id: str
    conversation_id: str
    role: Role
    text: SafeText
    at: datetime
    channel: str


class Responder(Protocol):
    """Keeps conversations and answers from knowledge."""

    async def import_messages(
        self, who: Principal, messages: Sequence[ImportedMessage]
    ) -> ImportOutcome:
        """Store messages, each once however often it is handed in.

        Raises:
            PrivacyUnavailable: nothing was stored.
        """
        ...

    async def messages(self, who: Principal, ids: Sequence[str]) -> list[StoredMessage]:
        """The messages with these ids, in the order asked; unknown ones are left out."""
        ...

    async def openings(
        self, who: Principal, conversation_ids: Sequence[str]
    ) -> Mapping[str, SafeText]:
        """How each conversation began: the first longer thing its customer wrote."""
        ...
