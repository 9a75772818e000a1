"""What privacy does when other services have done their parts of a request."""

from __future__ import annotations

from collections.abc import Sequence

from customerai.contracts.rights import (
    ConversationsDue,
    FairnessErased,
    FairnessExported,
    InsightsErased,
    InsightsExported,
    IntegrationsErased,
    ResponderErased,
    ResponderExported,
    RetentionCounted,
)
from customerai.core.events import Effect, on
from customerai.privacy.rights.requests import SCRUB, Report
from customerai.privacy.rights.service import MAKE, RightsService

_Erased = ResponderErased | InsightsErased | FairnessErased | IntegrationsErased
_Exported = ResponderExported | InsightsExported | FairnessExported


@on(ResponderErased)
async def note_responder_erased(events: Sequence[ResponderErased], rights: RightsService) -> Effect:
    """Texts are gone."""
    return rights.requests.note_steps(_reports(events, "responder"), SCRUB)


@on(InsightsErased)
async def note_insights_erased(events: Sequence[InsightsErased], rights: RightsService) -> Effect:
    """Scores are gone."""
    return rights.requests.note_steps(_reports(events, "insights"), SCRUB)


@on(FairnessErased)
async def note_fairness_erased(events: Sequence[FairnessErased], rights: RightsService) -> Effect:
    """Links of decisions are gone."""
    return rights.requests.note_steps(_reports(events, "fairness"), SCRUB)


@on(IntegrationsErased)
async def note_integrations_erased(
    events: Sequence[IntegrationsErased], rights: RightsService
) -> Effect:
    """Uploaded files are gone."""
    return rights.requests.note_steps(_reports(events, "integrations"), SCRUB)


@on(ResponderExported)
async def note_responder_exported(
    events: Sequence[ResponderExported], rights: RightsService
) -> Effect:
    """Conversations were contributed to a file."""
    return rights.requests.note_steps(_reports(events, "responder"), MAKE)


@on(InsightsExported)
async def note_insights_exported(
    events: Sequence[InsightsExported], rights: RightsService
) -> Effect:
    """Scores were contributed to a file."""
    return rights.requests.note_steps(_reports(events, "insights"), MAKE)


@on(FairnessExported)
async def note_fairness_exported(
    events: Sequence[FairnessExported], rights: RightsService
) -> Effect:
    """Decisions were contributed to a file."""
    return rights.requests.note_steps(_reports(events, "fairness"), MAKE)


@on(RetentionCounted)
async def note_retention(events: Sequence[RetentionCounted], rights: RightsService) -> Effect:
    """What a service found that is older than it may be."""
    return rights.retention.note_counts(events)


@on(ConversationsDue, batch=4)
async def expire_conversations(events: Sequence[ConversationsDue], rights: RightsService) -> Effect:
    """Conversations whose time is over are erased."""
    return rights.retention.expire(events)


def _reports(events: Sequence[_Erased] | Sequence[_Exported], service: str) -> list[Report]:
    return [
        Report(
            tenant=event.tenant,
            request_id=event.request_id,
            service=service,
            piece=(event.piece, event.pieces),
            step=(event.step, event.steps),
            counts=dict(event.counts),
        )
        for event in events
    ]
