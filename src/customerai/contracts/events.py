"""Events that services tell each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from customerai.core.events import Event


@dataclass(frozen=True)
class MessageReceived(Event):
    """A message was stored.

    Attributes:
        at: when it was written, ISO 8601 in UTC.
    """

    name: ClassVar[str] = "responder.message_received.v1"

    conversation_id: str
    message_id: str
    role: str
    channel: str
    at: str


@dataclass(frozen=True)
class DecisionMade(Event):
    """Something was decided about a customer without a person.

    Attributes:
        kind: what was decided, such as `reply`.
        outcome: how, such as `answered`, `abstained` or `escalated`.
        groups: the customer's group labels, by sensitive feature.
        at: when the decision applied, ISO 8601 in UTC.
    """

    name: ClassVar[str] = "responder.decision_made.v1"

    decision_id: str
    kind: str
    outcome: str
    score: float
    policy_version: str
    conversation_id: str
    channel: str
    groups: Mapping[str, str]
    at: str
