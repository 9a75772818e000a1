"""Numbers that move money: cards, IBANs, United States bank and routing numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from customerai.privacy.recognizers.checksums import (
    aba_valid,
    digits_of,
    luhn_valid,
    mod97_valid,
)
from customerai.privacy.recognizers.context import ContextWords
from customerai.privacy.recognizers.gate import hint_of
from customerai.privacy.recognizers.rules import Found, Rule, RuleRecognizer, pattern_rule
from customerai.privacy.recognizers.spans import Reason, Span
from customerai.privacy.recognizers.words import word_set

# What people put between the groups of a number.
SEPARATOR: Final = r"[ \t.\-/_]"
_DIGIT_RUN: Final = re.compile(rf"(?<![\d])\d(?:{SEPARATOR}{{0,3}}\d){{11,}}")
_GROUP: Final = re.compile(r"\d+")
_CARD_LENGTHS: Final = range(12, 20)
_MAX_GROUP: Final = 19
_MAX_GROUPS: Final = 7  # groups in a card inside a longer run; digits spelled singly: whole runs
_CARD_WORDS: Final = ContextWords(
    r"(?:credit|debit|bank)?\s?cards?(?:\s?(?:number|no|num))?|visa|master\s?card|amex|"
    r"american express|discover|diners|maestro|tarjeta|karte|kreditkarte|carte|cc"
)
# ISO/IEC 7812 issuer ranges, as the networks publish them: prefix range and lengths.
_ISSUERS: Final = (
    (4, 4, frozenset({13, 16, 19})),  # Visa
    (51, 55, frozenset({16})),  # Mastercard
    (2221, 2720, frozenset({16})),  # Mastercard, 2-series
    (34, 34, frozenset({15})),  # American Express
    (37, 37, frozenset({15})),
    (6011, 6011, frozenset({16, 19})),  # Discover
    (644, 649, frozenset({16, 19})),
    (65, 65, frozenset({16, 19})),
    (300, 305, frozenset({14, 16})),  # Diners Club
    (36, 36, frozenset({14, 16, 19})),
    (38, 39, frozenset({14, 16, 19})),
    (3528, 3589, frozenset({16, 19})),  # JCB
    (1800, 1800, frozenset({15})),  # JCB, older
    (2131, 2131, frozenset({15})),
    (62, 62, frozenset({16, 17, 18, 19})),  # UnionPay
    (81, 82, frozenset({16, 18, 19})),  # RuPay
    (60, 60, frozenset({16})),
    (50, 50, frozenset(range(12, 20))),  # Maestro
    (56, 69, frozenset(range(12, 20))),
    (2200, 2204, frozenset({16, 17, 18, 19})),  # Mir
    (9792, 9792, frozenset({16})),  # Troy
)
_PROVEN_CARD: Final = 1.0
_FOREIGN_CARD: Final = 0.6  # the checksum holds by chance for one number in ten
_SHAPED_CARD: Final = 0.6
_SHORT_CARD: Final = 12  # digits that are a card by their sum only
_FOURS: Final = re.compile(rf"\d{{4}}({SEPARATOR})\d{{4}}\1\d{{4}}\1\d{{4}}")

# SWIFT IBAN registry, release 99: total length by country.
_IBAN_TABLE: Final = word_set(
    "15NO 16BE 18DKFIFOGLNLSD 19MKSI 20ATBAEEKZLTLUXK 21CHHRLILV "
    "22BGBHCRDEGBGEIEMERSVA 23AEGIILIQOMSOTL 24ADCZESMDPKROSASESKTNVG "
    "25LYPTST 26ISTR 27BIDJFRGRITMCMRSM 28ALAZBYCYDOGTHULBNIPLSV 29BREGPSQAUA "
    "30JOKWMU 31MTSC 32LC 33RU"
)
_IBAN_LENGTHS: Final = {
    country: int(entry[:2])
    for entry in _IBAN_TABLE
    for country in re.findall("[A-Z]{2}", entry[2:])
}
_IBAN: Final = re.compile(r"(?<![^\W_])[A-Z]{2}[ -]?\d{2}(?:[ -]?[A-Z0-9]){11,30}", re.IGNORECASE)
_IBAN_WORDS: Final = ContextWords(r"iban|konto(?:nummer)?|cuenta|compte|bank account")

_ROUTING: Final = re.compile(r"(?<![\d-])\d{4}[- ]?\d{4}[- ]?\d(?![\d-])")
_ROUTING_WORDS: Final = ContextWords(r"routing|aba|rtn|transit")
_BANK: Final = re.compile(r"(?<![\w-])\d(?:[ -]?\d){5,16}(?![\w-])")
_BANK_WORDS: Final = ContextWords(
    r"bank\s?(?:account|acct)|checking|savings?(?:\s?account)?|iban|sort code|direct debit"
)
_BANK_LENGTHS: Final = range(6, 18)


_LUHN: Final = Reason("credit_card.issuer", checksum="luhn", before=0.3)
_FOREIGN: Final = Reason("credit_card.unknown_issuer", checksum="luhn", before=0.3)
_FOURS_REASON: Final = Reason("credit_card.four_groups_of_four", before=_SHAPED_CARD)


def _cards(text: str) -> list[Span]:
    spans: list[Span] = []
    for run in _DIGIT_RUN.finditer(text):
        spans += _cards_in_run(text, run.start(), run.end())
    return spans


def _cards_in_run(text: str, start: int, end: int) -> Iterator[Span]:
    groups = [match.span() for match in _GROUP.finditer(text, start, end)]
    digits = [text[a:b] for a, b in groups]
    index = 0
    most = _MAX_GROUP if len(groups) <= _MAX_GROUP else _MAX_GROUPS
    while index < len(groups):
        found = _longest_card(digits, index, most)
        if found is None:
            index += 1
            continue
        last, known = found
        place = groups[index][0], groups[last][1]
        if known:
            yield Span("CREDIT_CARD", *place, _PROVEN_CARD, "credit_card", _LUHN)
        elif last > index or _CARD_WORDS.near(text, *place):
            # One number in ten has the sum; unbroken and without a word it may be a time stamp.
            yield Span("CREDIT_CARD", *place, _FOREIGN_CARD, "credit_card", _FOREIGN)
        index = last + 1
    if sum(map(len, digits)) in _CARD_LENGTHS:
        word = _CARD_WORDS.word_near(text, start, end) if end - start > _SHORT_CARD else ""
        if word or _FOURS.fullmatch(text, start, end):
            reason = Reason("credit_card.beside_word", word, before=0.0) if word else _FOURS_REASON
            yield Span("CREDIT_CARD", start, end, _SHAPED_CARD, "credit_card", reason)


def _longest_card(digits: list[str], first: int, most: int) -> tuple[int, bool] | None:
    """The last of the groups that, from `first` on, make up a card number; the longest wins.

    Also whether an issuer has numbers like it.
    """
    joined = ""
    best: tuple[int, bool] | None = None
    for last in range(first, min(first + most, len(digits))):
        joined += digits[last]
        if len(joined) > _MAX_GROUP:
            break
        if len(joined) in _CARD_LENGTHS and luhn_valid(joined) and len(set(joined)) > 1:
            if _issuer_known(joined):
                best = (last, True)
            elif len(joined) == 16 and best is None:  # noqa: PLR2004
                best = (last, False)
    return best


def _issuer_known(digits: str) -> bool:
    return any(
        low <= int(digits[: len(str(low))]) <= high and len(digits) in lengths
        for low, high, lengths in _ISSUERS
    )


def _iban(text: str) -> list[Span]:
    spans: list[Span] = []
    for match in _IBAN.finditer(text):
        length = _IBAN_LENGTHS.get(match[0][:2].upper())
        if length is None:
            continue
        end = _end_after(match[0], length)
        if end is None or text[match.start() + end : match.start() + end + 1].isalnum():
            continue
        compact = re.sub(r"[\W_]", "", match[0][:end]).upper()
        if mod97_valid(compact):
            score, reason = 1.0, _MOD97
        elif word := _IBAN_WORDS.word_near(text, match.start(), match.end()):
            score, reason = 0.7, Reason("iban.beside_word", word)
        else:
            continue
        start = match.start()
        spans.append(Span("IBAN_CODE", start, start + end, score, "iban", reason))
    return spans


_MOD97: Final = Reason("iban.length_of_country", checksum="mod97", before=0.3)


def _end_after(text: str, letters: int) -> int | None:
    """The offset after so many letters and digits, or None when there are fewer."""
    for offset, char in enumerate(text, 1):
        letters -= char.isalnum()
        if not letters:
            return offset
    return None


def _routing(text: str, match: re.Match[str]) -> Found | None:
    if not aba_valid(digits_of(match[0])):
        return None
    word = _ROUTING_WORDS.word_near(text, *match.span())
    return (1.0, Reason("us_bank.routing", word, "aba")) if word else None


def _account(text: str, match: re.Match[str]) -> Found | None:
    if len(digits_of(match[0])) not in _BANK_LENGTHS:
        return None
    word = _BANK_WORDS.word_near(text, *match.span())
    return (0.75, Reason("us_bank.account", word)) if word else None


CREDIT_CARD: Final = RuleRecognizer(
    "credit_card",
    "2",
    [
        Rule(
            "credit_card.number",
            frozenset({"CREDIT_CARD"}),
            hint_of(_DIGIT_RUN),
            _cards,
            needs_digit=True,
        )
    ],
)
"""CREDIT_CARD: 12 to 19 digits of an issuer's range whose Luhn sum holds, however spaced.

Without the sum, only near a word for cards or in four groups of four (typing errors).
"""

IBAN: Final = RuleRecognizer(
    "iban",
    "2",
    [Rule("iban.code", frozenset({"IBAN_CODE"}), hint_of(_IBAN), _iban, needs_digit=True)],
)
"""IBAN_CODE: the country's length and the checksum hold; spaced or not, in any case."""

US_BANK: Final = RuleRecognizer(
    "us_bank",
    "2",
    [
        pattern_rule("us_bank.routing", "ABA_ROUTING_NUMBER", _ROUTING, 1.0, judge=_routing),
        pattern_rule("us_bank.account", "US_BANK_NUMBER", _BANK, 0.75, judge=_account),
    ],
)
"""ABA_ROUTING_NUMBER and US_BANK_NUMBER, both only near their words."""
