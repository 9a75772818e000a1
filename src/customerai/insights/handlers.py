"""What insights does when something happened elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from customerai.contracts.events import DecisionMade, MessageReceived
from customerai.core.events import Effect, on
from customerai.insights.service import InsightsService


@on(MessageReceived, batch=128)
async def score_messages(events: Sequence[MessageReceived], insights: InsightsService) -> Effect:
    """Language, sentiment and intent of each customer message, and the counts."""
    return await insights.score(events)


@on(DecisionMade, batch=128)
async def note_outcomes(events: Sequence[DecisionMade], insights: InsightsService) -> Effect:
    """How the automated reply to a conversation went."""
    return await insights.note_outcomes(events)
