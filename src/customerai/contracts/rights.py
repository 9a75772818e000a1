"""Erasure, export, retention and consent, as the services tell each other of them.

Every part of a request answers each piece that it was asked for, in one or more steps: it is done
when all steps of all pieces were told. Ids are ours; they tell nothing of anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar, Final, Protocol

from customerai.core.events import Event
from customerai.core.principal import Principal

PIECE: Final = 500
"""Most conversations that one event names."""


class Purpose(str, Enum):
    """What a customer's texts may be used for."""

    MODEL_CALL = "model_call"
    ANALYTICS = "analytics"
    EXPORT = "export"
    TRAINING = "training"


class Consents(Protocol):
    """Knows what customers have agreed to."""

    async def allowed(
        self, who: Principal, purpose: Purpose, conversation_ids: Sequence[str]
    ) -> list[bool]:
        """Whether the texts of each conversation may be used so, by the tenant's rules.

        Raises:
            PrivacyUnavailable: nobody knows, so nothing may be used.
        """
        ...


@dataclass(frozen=True)
class ErasureRequested(Event):
    """Everything of these conversations goes, and of the customer, where one is named.

    Attributes:
        cause: `request` when a person asked; `retention` when their time is over.
        subject_id: the customer, whose other conversations go, too; they belong to piece 0.
        at: what was said up to then goes, whenever it arrives; ISO 8601 in UTC.
        piece, pieces: this event's place among those of the request, from 0.
    """

    name: ClassVar[str] = "privacy.erasure_requested.v1"

    request_id: str
    cause: str
    subject_id: str | None
    conversation_ids: Sequence[str]
    at: str
    piece: int = 0
    pieces: int = 1


@dataclass(frozen=True)
class ErasureReminded(Event):
    """A part of an erasure was not told yet; whoever can say so now says it."""

    name: ClassVar[str] = "privacy.erasure_reminded.v1"

    request_id: str
    service: str
    at: str
    pieces: int = 1


@dataclass(frozen=True)
class ResponderErased(Event):
    """Texts, replies and the state of conversations are gone.

    Attributes:
        decision_ids: the replies' decisions, whose links go next.
    """

    name: ClassVar[str] = "responder.erased.v1"

    request_id: str
    counts: Mapping[str, int]
    decision_ids: Sequence[str] = ()
    piece: int = 0
    pieces: int = 1
    step: int = 0
    steps: int = 1


@dataclass(frozen=True)
class InsightsErased(Event):
    """Scores of messages and conversations are gone; the counts by the hour stay."""

    name: ClassVar[str] = "insights.erased.v1"

    request_id: str
    counts: Mapping[str, int]
    piece: int = 0
    pieces: int = 1
    step: int = 0
    steps: int = 1


@dataclass(frozen=True)
class FairnessErased(Event):
    """Single decisions are gone; the counts by group stay."""

    name: ClassVar[str] = "fairness.erased.v1"

    request_id: str
    counts: Mapping[str, int]
    piece: int = 0
    pieces: int = 1
    step: int = 0
    steps: int = 1


@dataclass(frozen=True)
class IntegrationsErased(Event):
    """No uploaded file is left that was there when the erasure was asked for."""

    name: ClassVar[str] = "integrations.erased.v1"

    request_id: str
    counts: Mapping[str, int]
    piece: int = 0
    pieces: int = 1
    step: int = 0
    steps: int = 1


@dataclass(frozen=True)
class ExportRequested(Event):
    """A customer asked what is known; fields as those of `privacy.erasure_requested.v1`."""

    name: ClassVar[str] = "privacy.export_requested.v1"

    request_id: str
    subject_id: str | None
    conversation_ids: Sequence[str]
    piece: int = 0
    pieces: int = 1


@dataclass(frozen=True)
class ResponderExported(Event):
    """Conversations, messages and replies were contributed, as safe text."""

    name: ClassVar[str] = "responder.exported.v1"

    request_id: str
    counts: Mapping[str, int]
    decision_ids: Sequence[str] = ()
    piece: int = 0
    pieces: int = 1
    step: int = 0
    steps: int = 1


@dataclass(frozen=True)
class InsightsExported(Event):
    """What was computed of the messages was contributed."""

    name: ClassVar[str] = "insights.exported.v1"

    request_id: str
    counts: Mapping[str, int]
    piece: int = 0
    pieces: int = 1
    step: int = 0
    steps: int = 1


@dataclass(frozen=True)
class FairnessExported(Event):
    """Decisions about the customer were contributed."""

    name: ClassVar[str] = "fairness.exported.v1"

    request_id: str
    counts: Mapping[str, int]
    piece: int = 0
    pieces: int = 1
    step: int = 0
    steps: int = 1


@dataclass(frozen=True)
class RetentionDue(Event):
    """Time to look at what is older than it may be.

    Attributes:
        cutoffs: class of data to the time before which it goes, ISO 8601 in UTC.
        held: customers whose data stay, by their subject ids.
        dry_run: count only.
    """

    name: ClassVar[str] = "privacy.retention_due.v1"

    run_id: str
    cutoffs: Mapping[str, str]
    held: Sequence[str] = ()
    dry_run: bool = True


@dataclass(frozen=True)
class RetentionCounted(Event):
    """What a service found that is older than it may be.

    Attributes:
        months: class of data to month (`2026-11`) to how many.
        oldest: class of data to the oldest time, ISO 8601 in UTC.
        held: class of data to how many stay since their customer is held.
    """

    name: ClassVar[str] = "retention.counted.v1"

    run_id: str
    service: str
    months: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    oldest: Mapping[str, str] = field(default_factory=dict)
    held: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ConversationsDue(Event):
    """Conversations whose time is over; privacy has them erased."""

    name: ClassVar[str] = "responder.conversations_due.v1"

    run_id: str
    conversation_ids: Sequence[str]
