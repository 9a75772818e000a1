"""What fairness does when something was decided elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from customerai.contracts.events import DecisionMade
from customerai.core.events import Effect, on
from customerai.fairness.service import FairnessService


@on(DecisionMade, batch=256)
async def count_decisions(events: Sequence[DecisionMade], fairness: FairnessService) -> Effect:
    """Each automated decision, counted by the customer's groups."""
    return await fairness.count(events)
