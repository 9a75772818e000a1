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
from customerai.privacy.recognizers.context import ANY_DIGIT, ContextWords
from customerai.privacy.recognizers.spans import Span
from customerai.privacy.recognizers.words import word_set

# Blanks of all widths, dashes, dots and slashes that people put between the groups of a number.
SEPARATOR: Final = r"[ \t\u00a0\u2000-\u200b\u202f\u2060\u3000.\-\u2010-\u2015\u2212/_]"
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
_IBAN: Final = re.compile(
    r"(?<![^\W_])[A-Z]{2}[ -]?\d{2}(?:[ \u00a0-]?[A-Z0-9]){11,30}", re.IGNORECASE
)
_IBAN_HINT: Final = re.compile(r"[A-Za-z]{2}[ -]?\d{2}[ -]?\w")
_IBAN_WORDS: Final = ContextWords(r"iban|konto(?:nummer)?|cuenta|compte|bank account")

_ROUTING: Final = re.compile(r"(?<![\d-])\d{4}[- ]?\d{4}[- ]?\d(?![\d-])")
_ROUTING_WORDS: Final = ContextWords(r"routing|aba|rtn|transit")
_BANK: Final = re.compile(r"(?<![\w-])\d(?:[ -]?\d){5,16}(?![\w-])")
_BANK_WORDS: Final = ContextWords(
    r"bank\s?(?:account|acct)|checking|savings?(?:\s?account)?|iban|sort code|direct debit"
)
_BANK_LENGTHS: Final = range(6, 18)


class CreditCardRecognizer:
    """CREDIT_CARD: 12 to 19 digits of an issuer's range whose Luhn sum holds, however spaced.

    Without the sum, only near a word for cards or in four groups of four (typing errors).
    """

    name = "credit_card"
    version = "1"
    entities = frozenset({"CREDIT_CARD"})

    def find(self, text: str) -> list[Span]:
        """The card numbers of a text."""
        if not ANY_DIGIT.search(text):
            return []
        spans: list[Span] = []
        for run in _DIGIT_RUN.finditer(text):
            spans += self._in_run(text, run.start(), run.end())
        return spans

    def _in_run(self, text: str, start: int, end: int) -> Iterator[Span]:
        groups = [match.span() for match in _GROUP.finditer(text, start, end)]
        digits = [digits_of(text[a:b]) for a, b in groups]
        index = 0
        most = _MAX_GROUP if len(groups) <= _MAX_GROUP else _MAX_GROUPS
        while index < len(groups):
            found = _longest_card(digits, index, most)
            if found is None:
                index += 1
                continue
            last, score = found
            yield Span("CREDIT_CARD", groups[index][0], groups[last][1], score, self.name)
            index = last + 1
        length = sum(map(len, digits))
        if length in _CARD_LENGTHS and (
            _FOURS.fullmatch(text, start, end)
            or (length > 12 and _CARD_WORDS.near(text, start, end))  # noqa: PLR2004
        ):
            yield Span("CREDIT_CARD", start, end, _SHAPED_CARD, self.name)


def _longest_card(digits: list[str], first: int, most: int) -> tuple[int, float] | None:
    """The last of the groups that, from `first` on, make up a card number; the longest wins."""
    joined = ""
    best: tuple[int, float] | None = None
    for last in range(first, min(first + most, len(digits))):
        joined += digits[last]
        if len(joined) > _MAX_GROUP:
            break
        if len(joined) in _CARD_LENGTHS and luhn_valid(joined) and len(set(joined)) > 1:
            if _issuer_known(joined):
                best = (last, _PROVEN_CARD)
            elif len(joined) == 16 and best is None:  # noqa: PLR2004
                best = (last, _FOREIGN_CARD)
    return best


def _issuer_known(digits: str) -> bool:
    return any(
        low <= int(digits[: len(str(low))]) <= high and len(digits) in lengths
        for low, high, lengths in _ISSUERS
    )


class IbanRecognizer:
    """IBAN_CODE: the country's length and the checksum hold; spaced or not, in any case."""

    name = "iban"
    version = "1"
    entities = frozenset({"IBAN_CODE"})

    def find(self, text: str) -> list[Span]:
        """The IBANs of a text."""
        if not _IBAN_HINT.search(text):
            return []
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
                score = 1.0
            elif _IBAN_WORDS.near(text, match.start(), match.end()):
                score = 0.7
            else:
                continue
            spans.append(Span("IBAN_CODE", match.start(), match.start() + end, score, self.name))
        return spans


def _end_after(text: str, letters: int) -> int | None:
    """The offset after so many letters and digits, or None when there are fewer."""
    for offset, char in enumerate(text, 1):
        letters -= char.isalnum()
        if not letters:
            return offset
    return None


class UsBankRecognizer:
    """ABA_ROUTING_NUMBER and US_BANK_NUMBER, both only near their words."""

    name = "us_bank"
    version = "1"
    entities = frozenset({"ABA_ROUTING_NUMBER", "US_BANK_NUMBER"})

    def find(self, text: str) -> list[Span]:
        """The bank account and routing numbers of a text."""
        if not ANY_DIGIT.search(text):
            return []
        spans: list[Span] = []
        if _ROUTING_WORDS.within(text):
            spans += [
                Span("ABA_ROUTING_NUMBER", match.start(), match.end(), 1.0, self.name)
                for match in _ROUTING.finditer(text)
                if aba_valid(digits_of(match[0]))
                and _ROUTING_WORDS.near(text, match.start(), match.end())
            ]
        if _BANK_WORDS.within(text):
            spans += [
                Span("US_BANK_NUMBER", match.start(), match.end(), 0.75, self.name)
                for match in _BANK.finditer(text)
                if len(digits_of(match[0])) in _BANK_LENGTHS
                and _BANK_WORDS.near(text, match.start(), match.end())
            ]
        return spans
