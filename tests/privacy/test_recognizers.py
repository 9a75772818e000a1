"""What is found by patterns, checksums, lists and cue words, and what is left alone.

Numbers and addresses here are reserved examples: test cards, 555-01xx, example.com, and the
sample values that the issuing bodies publish.
"""

from __future__ import annotations

import random
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customerai.privacy.recognizers.registry import RecognizerRegistry, default_recognizers
from customerai.privacy.recognizers.spans import Recognizer, Span

REGISTRY = RecognizerRegistry(default_recognizers(None))


def found(text: str) -> list[tuple[str, str]]:
    return [(span.type, text[span.start : span.end]) for span in REGISTRY.analyze([text])[0]]


def types(text: str) -> set[str]:
    return {kind for kind, _ in found(text)}


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        # The net.
        (
            "write to ann.lee+shop@mail.example.co.uk.",
            "EMAIL_ADDRESS",
            "ann.lee+shop@mail.example.co.uk",
        ),
        ("<ANN@EXAMPLE.COM>", "EMAIL_ADDRESS", "ANN@EXAMPLE.COM"),
        ("ann @example.com is me", "EMAIL_ADDRESS", "ann @example.com"),
        ("it is ann at example dot com", "EMAIL_ADDRESS", "ann at example dot com"),
        ("josé@bücher.example", "EMAIL_ADDRESS", "josé@bücher.example"),
        ("see https://example.com/a?b=1.", "URL", "https://example.com/a?b=1"),
        ("go to www.example.org!", "URL", "www.example.org"),
        ("shop.example.com is down", "URL", "shop.example.com"),
        ("from 192.0.2.17 today", "IP_ADDRESS", "192.0.2.17"),
        ("host 2001:db8::ff00:42:8329 up", "IP_ADDRESS", "2001:db8::ff00:42:8329"),
        ("mac 00:00:5E:00:53:01 ok", "MAC_ADDRESS", "00:00:5E:00:53:01"),
        # The first block's address, and BIP 173's sample.
        ("to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "CRYPTO", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
        (
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "CRYPTO",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        ),
        # Payment.
        ("card 4111111111111111 ok", "CREDIT_CARD", "4111111111111111"),
        ("4111 1111 1111 1111", "CREDIT_CARD", "4111 1111 1111 1111"),
        ("4111-1111-1111-1111", "CREDIT_CARD", "4111-1111-1111-1111"),
        ("4111\u00a01111\u00a01111\u00a01111", "CREDIT_CARD", "4111\u00a01111\u00a01111\u00a01111"),
        ("3782 822463 10005", "CREDIT_CARD", "3782 822463 10005"),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "CREDIT_CARD", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"),
        ("exp 12/30 5555 5555 5555 4444 123", "CREDIT_CARD", "5555 5555 5555 4444"),
        ("my card number is 4111111111111112", "CREDIT_CARD", "4111111111111112"),
        ("４１１１１１１１１１１１１１１１", "CREDIT_CARD", "４１１１１１１１１１１１１１１１"),
        ("pay GB82 WEST 1234 5698 7654 32 please", "IBAN_CODE", "GB82 WEST 1234 5698 7654 32"),
        ("de89370400440532013000", "IBAN_CODE", "de89370400440532013000"),
        ("routing number 021000021", "ABA_ROUTING_NUMBER", "021000021"),
        ("my bank account 000123456789", "US_BANK_NUMBER", "000123456789"),
        # States.
        ("ssn 219-09-9999", "US_SSN", "219-09-9999"),
        ("my social is 219099999", "US_SSN", "219099999"),
        ("last four of my ssn is 9999", "US_SSN", "9999"),
        ("itin 912-70-1234", "US_ITIN", "912-70-1234"),
        ("passport number 123456789", "US_PASSPORT", "123456789"),
        ("my driver's license is D1234567", "US_DRIVER_LICENSE", "D1234567"),
        ("nhs number 943 476 5919", "UK_NHS", "943 476 5919"),
        ("NI number QQ 12 34 56 C? it is AB 12 34 56 C", "UK_NINO", "AB 12 34 56 C"),
        ("dni 12345678Z", "ES_NIF", "12345678Z"),
        ("nie X1234567L", "ES_NIE", "X1234567L"),
        ("numéro 2 55 08 14 168 025 38", "FR_NIR", "2 55 08 14 168 025 38"),
        ("Steuer-ID 36 574 261 809", "DE_TAX_ID", "36 574 261 809"),
        ("cf RCCMNL83S18D969H", "IT_FISCAL_CODE", "RCCMNL83S18D969H"),
        ("aadhaar 2341 2341 2346", "IN_AADHAAR", "2341 2341 2346"),
        ("my PAN is ABCPE1234F", "IN_PAN", "ABCPE1234F"),
        ("pesel 44051401359", "PL_PESEL", "44051401359"),
        ("cpf 390.533.447-05", "BR_CPF", "390.533.447-05"),
        # Telephones.
        ("call (212) 555-0100 now", "PHONE_NUMBER", "(212) 555-0100"),
        ("212-555-0100", "PHONE_NUMBER", "212-555-0100"),
        ("+44 20 7946 0958", "PHONE_NUMBER", "+44 20 7946 0958"),
        ("my phone is 2125550100", "PHONE_NUMBER", "2125550100"),
        ("ring 020 7946 0958 x12", "PHONE_NUMBER", "020 7946 0958 x12"),
        ("Tel. 030 23125 042", "PHONE_NUMBER", "030 23125 042"),
        # Time.
        ("born on 03/14/1985", "DATE_TIME", "03/14/1985"),
        ("dob 1985-03-14", "DATE_TIME", "1985-03-14"),
        ("on March 14th, 1985 i", "DATE_TIME", "March 14th, 1985"),
        ("am 14. März 1985", "DATE_TIME", "14. März 1985"),
        ("el 14 de marzo de 1985", "DATE_TIME", "14 de marzo de 1985"),
        ("come at 3:30 pm", "DATE_TIME", "3:30 pm"),
        ("come at 3pm", "DATE_TIME", "3pm"),
        ("2026-03-14T15:09:26Z", "DATE_TIME", "2026-03-14T15:09:26Z"),
        ("i am 34 years old", "AGE", "34"),
        ("she is 34-year-old", "AGE", "34"),
        ("I'm 34.", "AGE", "34"),
        # Places.
        ("at 123 Main Street, Apt 4B please", "LOCATION", "123 Main Street, Apt 4B"),
        ("123 main st", "LOCATION", "123 main st"),
        ("12 Elm Ave, Springfield, IL 62704", "LOCATION", "12 Elm Ave, Springfield, IL 62704"),
        ("PO Box 123", "LOCATION", "PO Box 123"),
        ("Hauptstraße 12, 10115 Berlin", "LOCATION", "Hauptstraße 12, 10115 Berlin"),
        ("12 rue de Rivoli, 75001 Paris", "LOCATION", "12 rue de Rivoli, 75001 Paris"),
        ("Calle Mayor 5", "LOCATION", "Calle Mayor 5"),
        ("SW1A 1AA", "LOCATION", "SW1A 1AA"),
        ("zip code is 62704", "LOCATION", "62704"),
        ("i live in new york city", "LOCATION", "new york city"),
        ("I am in Germany.", "LOCATION", "Germany"),
        ("I am Swedish", "NRP", "Swedish"),
        ("she works for Acme Widgets Ltd", "ORGANIZATION", "Acme Widgets Ltd"),
        # People.
        ("my name is john smith", "PERSON", "john smith"),
        ("My name is May and I", "PERSON", "May"),
        ("this is Priya", "PERSON", "Priya"),
        ("this is priya", "PERSON", "priya"),
        ("name: anna lee", "PERSON", "anna lee"),
        ("I'm Anna", "PERSON", "Anna"),
        ("Dear Ms. O'Neill,", "PERSON", "O'Neill"),
        ("Dear Ms. O'Neill,", "TITLE", "Ms."),
        ("mein Name ist Jürgen Müller", "PERSON", "Jürgen Müller"),
        ("Katarina", "PERSON", "Katarina"),
        ("thanks, Zoltan", "PERSON", "Zoltan"),
        # Numbers by their words, and without.
        ("my account number is 95381901", "ACCOUNT_NUMBER", "95381901"),
        ("booking number d 45 f 68", "ORDER_NUMBER", "d 45 f 68"),
        ("order #12345", "ORDER_NUMBER", "12345"),
        ("my pin is 4821", "PIN", "4821"),
        ("password is hunter2", "PASSWORD", "hunter2"),
        ("username: ann_lee", "USERNAME", "ann_lee"),
        ("reference 7712-3345-99", "ORDER_NUMBER", "7712-3345-99"),
        ("it was 123456789012345678901234567890", "ID_NUMBER", "123456789012345678901234567890"),
        ("code AB12CD34 came", "ID_NUMBER", "AB12CD34"),
        ("8400", "ID_NUMBER", "8400"),
    ],
)
def test_finds(text: str, entity: str, value: str) -> None:
    assert (entity, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "table for 3 people",
        "i paid $1,234,567.89 for it",
        "it costs 1000000 dollars",
        "EUR 2500000",
        "24/7 support",
        "version 1.2.3",
        "it took 1/2 an hour",
        "the ratio is 16:9",
        "10% off",
        "may i ask a question",
        "will you help me",
        "May we see it?",
        "good morning",
        "hello there",
        "thanks a lot",
        "hi team",
        "i'm looking for a refund",
        "this is ridiculous",
        "it's not working",
        "my card is not working",
        "my father retired",
        "i forgot my password",
        "my password is not working",
        "the chinese food was cold",
        "top up by google pay",
        "i have an iphone 12",
        "come tomorrow",
        "see you next week",
        "meet @ noon",
        "a@b",
        "what is an IBAN code?",
        "order 2 pizzas",
        "bill me later",
        "a turkey sandwich",
        "during 30 days",
        "i need 2 people on it",
        "::",
        "yes",
        "ok",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("1700000000000", "CREDIT_CARD"),  # a time stamp in milliseconds
        ("1700000000", "PHONE_NUMBER"),  # in seconds
        ("4111111111111112", "CREDIT_CARD"),  # the sum does not hold and no word stands by
        ("0000 0000 0000 0000", "IBAN_CODE"),
        ("GB82 WEST 1234 5698 7654 33", "IBAN_CODE"),
        ("ABCPE1234F", "IN_PAN"),  # needs its word
        ("943 476 5919", "UK_NHS"),  # as likely a telephone
        ("000-12-3456", "US_SSN"),
        ("666-12-3456", "US_SSN"),
        ("12345678A", "ES_NIF"),
        ("QQ 12 34 56 Z", "UK_NINO"),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "CRYPTO"),
        ("999.999.999.999", "IP_ADDRESS"),
        ("12:30:45", "IP_ADDRESS"),
        ("$2,125,550,100", "PHONE_NUMBER"),
        ("2020-2021", "PHONE_NUMBER"),
        ("31/02 of them", "DATE_TIME"),
        ("13/13/2020", "DATE_TIME"),
        ("call 911", "PHONE_NUMBER"),
        ("he is 34 minutes late", "AGE"),
    ],
)
def test_is_not(text: str, entity: str) -> None:
    assert entity not in types(text)


def test_random_characters_are_no_identity_number() -> None:
    rng = random.Random(7)
    for _ in range(500):
        token = "".join(rng.choices(string.ascii_uppercase + string.digits, k=10))
        assert types(token) <= {"ID_NUMBER", "PERSON", "PHONE_NUMBER", "LOCATION"}


def test_every_long_run_of_digits_is_hidden() -> None:
    rng = random.Random(7)
    for length in range(7, 40):
        digits = "".join(rng.choices(string.digits, k=length))
        text = f"it says {digits} here"
        hidden = {at for span in REGISTRY.analyze([text])[0] for at in range(span.start, span.end)}
        assert set(range(8, 8 + length)) <= hidden


def test_offsets_are_code_points() -> None:
    text = "👋🏽 e\u0301 Zoë: ann@example.com 👩‍👩‍👧 +44 20 7946 0958"
    assert ("EMAIL_ADDRESS", "ann@example.com") in found(text)
    assert ("PHONE_NUMBER", "+44 20 7946 0958") in found(text)


def test_card_in_a_link_is_a_card() -> None:
    assert ("CREDIT_CARD", "4111111111111111") in [
        pair
        for one in default_recognizers(None)
        for pair in (
            (span.type, "https://example.com/?c=4111111111111111"[span.start : span.end])
            for span in one.find("https://example.com/?c=4111111111111111")
        )
    ]
    text = "https://example.com/?c=4111111111111111"
    hidden = {at for span in REGISTRY.analyze([text])[0] for at in range(span.start, span.end)}
    assert hidden == set(range(len(text)))


def test_registry_keeps_to_the_entities_and_score_asked_for() -> None:
    text = "my name is john smith, ann@example.com, from germany"
    spans = REGISTRY.analyze([text], entities=frozenset({"EMAIL_ADDRESS"}))[0]
    assert [span.type for span in spans] == ["EMAIL_ADDRESS"]
    spans = REGISTRY.analyze([text], min_score=0.95)[0]
    assert [span.type for span in spans] == ["EMAIL_ADDRESS"]


def test_registry_version_tells_its_recognizers_apart() -> None:
    again = RecognizerRegistry(list(reversed(default_recognizers(None))))
    fewer = RecognizerRegistry(default_recognizers(None)[1:])
    assert REGISTRY.version == again.version != fewer.version
    assert len(REGISTRY.version) == 16
    assert {"EMAIL_ADDRESS", "PERSON", "ID_NUMBER"} <= REGISTRY.entities


@pytest.mark.parametrize("one", default_recognizers(None), ids=lambda one: one.name)
def test_recognizers_give_only_the_entities_they_announce(one: Recognizer) -> None:
    text = (
        "My name is Dr. Ann Lee, born 1985-03-14, 34 years old, Swedish, at Acme Ltd, 12 Main St, "
        "Berlin. Call 212-555-0100 or ann@example.com, pin 4821, account 95381901, order #12345, "
        "4111 1111 1111 1111, GB82 WEST 1234 5698 7654 32, ssn 219-09-9999, 192.0.2.1, "
        "password hunter22, routing 021000021, code AB12CD34"
    )
    for span in one.find(text):
        assert span.type in one.entities
        assert span.recognizer == one.name


@given(st.text(max_size=200))
def test_any_text_is_read_without_a_crash(text: str) -> None:
    done = 0
    for span in REGISTRY.analyze([text])[0]:
        assert done <= span.start < span.end <= len(text)
        done = span.end


FRAGMENTS = st.sampled_from(
    [
        *" 0123456789.,:/-+()@#$'\n",
        "ab",
        "Ab",
        "my name is ",
        "account ",
        "card ",
        "ssn ",
        "may ",
        " street ",
        "12:30",
        "555-0100",
        "4111 1111",
        "DE89",
        "p.o. box ",
        "rue de ",
        "Mr. ",
        "٣",
        "é",
        "👋🏽",
        "\u200b",
    ]
)


@given(st.lists(FRAGMENTS, max_size=40).map("".join))
def test_texts_of_awkward_pieces_are_read_without_a_crash(text: str) -> None:
    done = 0
    for span in REGISTRY.analyze([text])[0]:
        assert done <= span.start < span.end <= len(text)
        done = span.end


LONG = 200_000


@pytest.mark.parametrize(
    "unit",
    ["1", "a", "A", "@", " ", "1 ", "a1", "a@", "a.", "1.", "1-", "1/", "Ab ", ":", "12:", "(",
     "account 1 ", "my name is ", "Mr. ", "12 Main ", "password a", ".", "+", "DE12", "may 1 "],
)  # fmt: skip
def test_long_lines_take_linear_time(unit: str) -> None:
    line = unit * (LONG // len(unit))
    for one in default_recognizers(None):
        start = time.process_time()
        spans: list[Span] = one.find(line)
        spent = time.process_time() - start
        # A fifth of the megabyte that must take less than two seconds; slack for busy machines.
        assert spent < 1.5, f"{one.name} took {spent:.1f} s and found {len(spans)}"
