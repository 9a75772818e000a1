"""What a conversation adds to the counts, worked out by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from customerai.insights import rollups
from customerai.insights.rollups import ConversationState, ScoredMessage

NINE = datetime(2026, 3, 1, 9, 15, tzinfo=timezone.utc)
HOUR = int(NINE.timestamp()) // 3600


def a_message(
    sentiment: str = "neutral", intent: str | None = None, score: float = 0.5, hours: int = 0
) -> ScoredMessage:
    return ScoredMessage(
        conversation_id="c1",
        message_id="m1",
        channel="chat",
        at=NINE + timedelta(hours=hours),
        language="en",
        sentiment=sentiment,
        sentiment_score=0.9,
        intent=intent,
        intent_score=score,
    )


def a_state(*messages: ScoredMessage | None, at: datetime = NINE) -> ConversationState:
    state = rollups.opened("c1", "chat", at)
    for message in messages:
        state = rollups.with_message(state, at if message is None else message.at, message)
    return state


def test_a_conversation_is_counted_in_the_hour_of_its_first_message() -> None:
    state = a_state(a_message(), a_message(hours=-3), a_message(hours=5))
    assert state.started_at == NINE - timedelta(hours=3)
    assert {cell[0] for cell in rollups.of_conversation(state)} == {HOUR - 3}


def test_an_agents_message_counts_as_a_message_and_says_nothing_else() -> None:
    state = a_state(None, None)
    assert (state.messages, state.reason, state.sentiment) == (2, None, "neutral")
    assert rollups.of_conversation(state) == {
        (HOUR, "chat", "conversations", ""): 1,
        (HOUR, "chat", "reason", "none"): 1,
    }


def test_the_reason_is_the_intent_with_the_highest_sum() -> None:
    messages = [
        a_message(intent="refund", score=0.9),
        a_message(intent="parcel", score=0.5),
        a_message(intent="parcel", score=0.5),
        a_message(),
    ]
    for order in permutations(messages):
        assert a_state(*order).reason == "parcel"


def test_of_equal_intents_the_first_by_name_counts_in_any_order() -> None:
    messages = [a_message(intent=name, score=0.3) for name in ("b", "a", "b", "a")]
    for order in permutations(messages):
        assert a_state(*order).reason == "a"


def test_the_side_with_more_messages_decides_the_sentiment() -> None:
    negative, positive, neutral = map(a_message, ("negative", "positive", "neutral"))
    table = [
        ([negative], "negative"),
        ([negative, positive], "neutral"),
        ([negative, negative, positive], "negative"),
        ([positive, neutral, neutral], "positive"),
        ([neutral], "neutral"),
        ([], "neutral"),
    ]
    for messages, expected in table:
        assert a_state(*messages).sentiment == expected


def test_an_unhappy_conversation_is_counted_under_its_reason() -> None:
    state = rollups.with_outcome(a_state(a_message("negative", "refund")), "abstained")
    assert rollups.of_conversation(rollups.with_outcome(state, "answered")) == {
        (HOUR, "chat", "conversations", ""): 1,
        (HOUR, "chat", "reason", "refund"): 1,
        (HOUR, "chat", "reason_negative", "refund"): 1,
        (HOUR, "chat", "outcome", "answered"): 1,
    }


def test_messages_are_counted_in_their_own_hours() -> None:
    messages = [a_message("negative"), a_message("negative"), a_message("positive", hours=1)]
    assert rollups.of_messages(messages) == {
        (HOUR, "chat", "customer_messages", ""): 2,
        (HOUR, "chat", "sentiment", "negative"): 2,
        (HOUR, "chat", "language", "en"): 2,
        (HOUR + 1, "chat", "customer_messages", ""): 1,
        (HOUR + 1, "chat", "sentiment", "positive"): 1,
        (HOUR + 1, "chat", "language", "en"): 1,
    }


def test_what_a_conversation_added_before_is_taken_back() -> None:
    before = a_state(a_message("negative", "refund"))
    after = rollups.with_message(before, NINE, a_message("positive", "parcel", score=0.9))
    assert rollups.change(before, after) == {
        (HOUR, "chat", "reason", "refund"): -1,
        (HOUR, "chat", "reason_negative", "refund"): -1,
        (HOUR, "chat", "reason", "parcel"): 1,
    }
    assert rollups.change(None, before) == rollups.of_conversation(before)
    assert rollups.change(before, before) == Counter()
    assert rollups.change(before, None) == Counter(
        {cell: -n for cell, n in rollups.of_conversation(before).items()}
    )


STATES = st.builds(
    replace,
    st.builds(a_state),
    messages=st.integers(0, 5),
    negative=st.integers(0, 3),
    positive=st.integers(0, 3),
    intents=st.dictionaries(st.sampled_from("ab"), st.floats(0, 1)),
    outcome=st.sampled_from([None, "answered", "abstained"]),
    started_at=st.integers(0, 3).map(lambda hours: NINE + timedelta(hours=hours)),
)


@given(path=st.lists(STATES, min_size=1, max_size=6))
def test_changes_along_any_path_add_up_to_the_last_state(path: list[ConversationState]) -> None:
    counts: Counter[rollups.Cell] = Counter()
    before: ConversationState | None = None
    for state in path:
        counts.update(rollups.change(before, state))
        before = state
    assert {cell: n for cell, n in counts.items() if n} == rollups.of_conversation(path[-1])
