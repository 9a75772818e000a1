from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customerai.core.safe_text import SafeText
from customerai.core.safe_text_issuer import issue
from customerai.ml.classifier import Prediction, TextClassifier
from customerai.ml.registry import CARDS, ModelFileInvalid
from customerai.ml.static_embedder import StaticEmbedder

pytestmark = pytest.mark.model

EMBEDDER = StaticEmbedder()
REASONS = TextClassifier(CARDS["reasons"], embedder=EMBEDDER)
SENTIMENT = TextClassifier(CARDS["sentiment"], embedder=EMBEDDER)


def only(classifier: TextClassifier, text: str) -> Prediction:
    return classifier.predict([issue(text)])[0]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I would like to book a table for two tonight", "restaurant_booking"),
        (
            "I need a hotel room in [LOCATION_1] from [DATE_TIME_1] to [DATE_TIME_2]",
            "hotel_booking",
        ),
        ("I want to book a flight to [LOCATION_1]", "flight_booking"),
        ("What is the balance of my account?", "account_balance"),
        ("I lost my credit card", "card_lost_or_stolen"),
        ("Hi, I am [PERSON_1] and I need to report fraud on my account", "fraud_report"),
        ("I forgot my password and cannot log in", "password_reset"),
        ("I want a refund", "refund"),
        ("Where is my package?", "order_status"),
        ("The app keeps crashing", "software_bug"),
        ("Can I change my seat?", "seat_assignment"),
        ("I want to file an insurance claim", "insurance_claim"),
        ("What will the weather be like in [LOCATION_1] tomorrow?", "weather"),
        ("I want to speak to a human", "human_agent"),
        ("Please cancel my subscription", "subscription_cancellation"),
    ],
)
def test_a_plain_request_gets_its_reason(text: str, label: str) -> None:
    assert only(REASONS, text).label == label


@pytest.mark.parametrize(
    "text",
    ["", "   ", "hello", "yes", "thank you", "11 am", "John", "[PERSON_1]", "[PHONE_NUMBER_1]",
     "no thanks, bye", "ok", "!!!", "\N{GRINNING FACE}"],
)  # fmt: skip
def test_small_talk_and_answers_are_out_of_scope(text: str) -> None:
    prediction = only(REASONS, text)
    assert prediction.label is None
    assert 0.0 <= prediction.score <= 1.0


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("This is the worst service ever", "negative"),
        ("I have been on hold for two hours and nobody helps me!", "negative"),
        ("I'm not happy with your service", "negative"),
        ("Thanks for nothing", "negative"),
        ("Thank you so much, you were great", "positive"),
        ("I love it", "positive"),
        ("I would like to book a table for four", "neutral"),
        ("What time do you open?", "neutral"),
        ("My name is [PERSON_1]", "neutral"),
        ("I need to change my address", "neutral"),
        ("", "neutral"),
    ],
)
def test_sentiment_of_plain_sentences(text: str, label: str) -> None:
    assert only(SENTIMENT, text).label == label


def test_sentiment_always_has_a_label() -> None:
    assert set(SENTIMENT.labels) == {"negative", "neutral", "positive"}
    assert only(SENTIMENT, "qwertz").label is not None


def test_labels_have_titles_and_areas() -> None:
    assert REASONS.labels["restaurant_booking"].title == "Restaurant booking"
    assert REASONS.labels["restaurant_booking"].area == "Restaurants"
    assert 50 <= len(REASONS.labels) <= 100
    assert all(info.title and info.area for info in REASONS.labels.values())


def test_the_number_of_a_placeholder_does_not_matter() -> None:
    first = only(REASONS, "My name is [PERSON_1], where is my order [ID_2]?")
    second = only(REASONS, "My name is [PERSON_17], where is my order [ID_9]?")
    assert first == second


def test_alternatives_come_best_first_and_begin_with_the_score() -> None:
    prediction = only(REASONS, "I was charged a fee for my card payment")
    scores = [score for _, score in prediction.alternatives]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
    assert prediction.score == scores[0]
    assert prediction.label == prediction.alternatives[0][0]


TEXTS = st.lists(st.text(max_size=60) | st.sampled_from(["hello", "I lost my card"]), max_size=8)


@settings(max_examples=40, deadline=None)
@given(texts=TEXTS, seed=st.integers(0, 1000))
def test_order_and_company_of_a_batch_do_not_matter(texts: list[str], seed: int) -> None:
    safe = [issue(text) for text in texts]
    together = REASONS.predict(safe)
    order = list(range(len(safe)))
    random.Random(seed).shuffle(order)
    shuffled = REASONS.predict([safe[row] for row in order])
    for place, row in enumerate(order):
        alone = REASONS.predict([safe[row]])[0]
        for other in (shuffled[place], alone):
            assert other.label == together[row].label
            assert other.score == pytest.approx(together[row].score, abs=1e-5)


def test_no_texts_give_no_predictions() -> None:
    assert REASONS.predict([]) == []


def test_a_megabyte_takes_bounded_time() -> None:
    long = issue("I want a refund for my order. " * 35_000)
    REASONS.predict([issue("warm")])
    began = time.perf_counter()
    prediction = REASONS.predict([long])[0]
    assert time.perf_counter() - began < 1.0
    assert prediction.label == "refund"


def test_a_plain_string_is_refused() -> None:
    with pytest.raises(TypeError, match="SafeText"):
        REASONS.predict(["I lost my card"])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="SafeText"):
        REASONS.predict([issue("fine"), str.__str__(SafeText.upper(issue("not")))])  # type: ignore[list-item]


def test_a_file_of_another_form_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"not a model")
    with pytest.raises(ModelFileInvalid):
        TextClassifier(CARDS["reasons"], override=broken, embedder=EMBEDDER).predict([issue("x")])
