"""Which counts a message and a conversation add to, as pure functions.

A rollup holds counts by hour since 1970, channel, measure and value, so a report costs the same
at any number of messages. A conversation's contribution changes as it grows: what it added
before is taken back in the same transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

SECONDS_AN_HOUR: Final = 3600
NO_REASON: Final = "none"
SENTIMENTS: Final = ("negative", "neutral", "positive")
OUTCOMES: Final = ("answered", "abstained", "escalated")

Cell = tuple[int, str, str, str]
"""Hour, channel, measure, value."""


@dataclass(frozen=True)
class ScoredMessage:
    """What was computed for one customer message."""

    conversation_id: str
    message_id: str
    channel: str
    at: datetime
    language: str
    sentiment: str
    sentiment_score: float
    intent: str | None
    intent_score: float


@dataclass(frozen=True)
class ConversationState:
    """A conversation as far as its messages are scored.

    Attributes:
        messages: of customers and agents.
        negative, neutral, positive: customer messages by sentiment.
        intents: intent to the sum of its scores.
    """

    conversation_id: str
    channel: str
    started_at: datetime
    messages: int
    negative: int
    neutral: int
    positive: int
    intents: Mapping[str, float]
    outcome: str | None

    @property
    def reason(self) -> str | None:
        """Why the customer wrote: the intent with the highest sum; the first of equals."""
        if not self.intents:
            return None
        return min(self.intents, key=lambda label: (-self.intents[label], label))

    @property
    def sentiment(self) -> str:
        """The side on which more customer messages lie."""
        if self.negative > self.positive:
            return "negative"
        return "positive" if self.positive > self.negative else "neutral"


def hour_of(at: datetime) -> int:
    """Whole hours since 1970."""
    return int(at.timestamp()) // SECONDS_AN_HOUR


def opened(conversation_id: str, channel: str, at: datetime) -> ConversationState:
    """A conversation of which nothing is known yet."""
    return ConversationState(conversation_id, channel, at, 0, 0, 0, 0, {}, None)


def with_message(
    state: ConversationState, at: datetime, scored: ScoredMessage | None
) -> ConversationState:
    """The state after one more message; `scored` is None for an agent's."""
    state = replace(state, messages=state.messages + 1, started_at=min(state.started_at, at))
    if scored is None:
        return state
    state = replace(
        state,
        negative=state.negative + (scored.sentiment == "negative"),
        neutral=state.neutral + (scored.sentiment == "neutral"),
        positive=state.positive + (scored.sentiment == "positive"),
    )
    if scored.intent is None:
        return state
    total = state.intents.get(scored.intent, 0.0) + scored.intent_score
    return replace(state, intents={**state.intents, scored.intent: round(total, 6)})


def with_outcome(state: ConversationState, outcome: str) -> ConversationState:
    """The state after an automated reply went some way; the latest counts."""
    return replace(state, outcome=outcome)


def of_conversation(state: ConversationState | None) -> Counter[Cell]:
    """What a conversation adds to the counts."""
    if state is None:
        return Counter()
    hour, channel = hour_of(state.started_at), state.channel
    reason = state.reason or NO_REASON
    cells: Counter[Cell] = Counter(
        {(hour, channel, "conversations", ""): 1, (hour, channel, "reason", reason): 1}
    )
    if state.sentiment == "negative":
        cells[hour, channel, "reason_negative", reason] = 1
    if state.outcome is not None:
        cells[hour, channel, "outcome", state.outcome] = 1
    return cells


def of_messages(messages: Sequence[ScoredMessage]) -> Counter[Cell]:
    """What customer messages add to the counts."""
    cells: Counter[Cell] = Counter()
    for message in messages:
        hour, channel = hour_of(message.at), message.channel
        cells[hour, channel, "customer_messages", ""] += 1
        cells[hour, channel, "sentiment", message.sentiment] += 1
        cells[hour, channel, "language", message.language] += 1
    return cells


def change(before: ConversationState | None, after: ConversationState | None) -> Counter[Cell]:
    """What is to be added to the counts so that they hold `after` in place of `before`."""
    delta = of_conversation(after)
    delta.subtract(of_conversation(before))
    return Counter({cell: n for cell, n in delta.items() if n})
