"""What a worded reply claims beyond the passages it was given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Final

from customerai.responder import lexical, sentences

MIN_UNIGRAMS: Final = 0.6
"""Share of a sentence's telling words that the passages must hold."""
MIN_BIGRAMS: Final = 0.2
MIN_TELLING_WORDS: Final = 3
"""A sentence with fewer says too little to be measured by overlap ("I hope this helps")."""
SAME_STATEMENT: Final = 0.6
"""Overlap from which two sentences are taken to speak of the same thing."""
NEAR_BEST: Final = 0.1


class FindingKind(str, Enum):
    """What is not supported."""

    NUMBER = "number"
    AMOUNT = "amount"
    DATE = "date"
    URL = "url"
    EMAIL = "email"
    NAME = "name"
    NEGATION = "negation"
    OPPOSITE = "opposite"
    OVERLAP = "overlap"


@dataclass(frozen=True)
class Finding:
    """A span of the reply, in code points, that the passages do not support."""

    kind: FindingKind
    start: int
    end: int


_EMAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_URL: Final = re.compile(
    r"(?:https?://|www\.)[^\s<>\"')\]]+|\b(?:[a-z0-9-]{1,63}\.){1,8}(?:com|org|net|io|co|gov|edu|eu|de|uk|fr|es|"
    r"shop|app|dev|info|help|support)\b(?:/[^\s<>\"')\]]*)?",
    re.IGNORECASE,
)
_MONTHS: Final = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905 reads better
)
_DAYS: Final = "monday tuesday wednesday thursday friday saturday sunday".split()  # noqa: SIM905
_MONTH: Final = "|".join(
    f"{name[:3]}(?:{name[3:]})?" if name != "may" else "may" for name in _MONTHS
)
_DATE: Final = re.compile(
    rf"\b(?:(?P<day1>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month1>{_MONTH})\b\.?"
    rf"|(?P<month2>{_MONTH})\b\.?\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b)(?:,?\s+(?P<year>\d{{4}}))?"
    r"|\b(?P<iso>\d{4}-\d{2}-\d{2}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4})\b"
    rf"|\b(?P<weekday>{'|'.join(_DAYS)})s?\b"
    rf"|\b(?:in|by|until|since|before|after|of|during)\s+(?P<month3>{'|'.join(_MONTHS)})\b(?!\s+\d)",
    re.IGNORECASE,
)
_SMALL_NUMBERS: Final = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "  # noqa: SIM905
        "fifteen sixteen seventeen eighteen nineteen twenty".split()
    )
} | {
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "sixty": "60",
    "seventy": "70",
    "eighty": "80",
    "ninety": "90",
    "hundred": "100",
    "thousand": "1000",
    "once": "1",
    "twice": "2",
}
_CURRENCY: Final = {
    "$": "usd", "usd": "usd", "dollar": "usd", "buck": "usd",
    "€": "eur", "eur": "eur", "euro": "eur",
    "£": "gbp", "gbp": "gbp", "pound": "gbp", "¥": "jpy", "yen": "jpy", "₹": "inr", "rupee": "inr",
}  # fmt: skip
_UNITS: Final = {
    "%": "percent", "percent": "percent", "minute": "minute", "min": "minute", "hour": "hour",
    "hr": "hour", "day": "day", "week": "week", "month": "month", "year": "year",
    "second": "second",
    "kg": "kg", "km": "km", "mile": "mile", "cm": "cm", "lb": "lb", "gb": "gb", "mb": "mb",
    "cent": "cent", "am": "am", "pm": "pm",
}  # fmt: skip
_QUANTITY: Final = re.compile(
    r"(?P<sign>[$€£¥₹])?\s?(?P<number>\d+(?:[.,]\d+)*|\b(?:"
    + "|".join(_SMALL_NUMBERS)
    + r")\b)(?:st|nd|rd|th)?(?:\s?-?(?P<unit>%|[a-z]+\.?m?\.?))?"
    r"(?:\s+(?P<unit2>[a-z]+))?",
    re.IGNORECASE,
)
_NAME: Final = re.compile(r"\b[A-Z][\w’'-]*(?:\s+(?:(?:of|the|and|de|&)\s+)?[A-Z][\w’'-]*)*")
_NOT_NAMES: Final = frozenset(
    "i i'm i'd i'll i've ok id faq pin url please yes no hi hello thanks thank dear sorry".split()  # noqa: SIM905
)
_NEGATORS: Final = frozenset(
    """
    not no never none cannot cant without neither nor nobody nothing nowhere unable hardly wont
    dont doesnt didnt isnt arent wasnt werent shouldnt couldnt wouldnt hasnt havent hadnt mustnt
    neednt unless refuse refused impossible
    """.split()  # noqa: SIM905 a list of words reads better so
)
_OPPOSITES: Final = tuple(
    (frozenset(left.split()), frozenset(right.split()))
    for left, right in (
        ("before", "after"),
        ("more above over exceeds exceed", "less fewer below under"),
        ("minimum least", "maximum most"),
        ("always", "never"),
        ("included includes including include", "excluded excludes excluding exclude"),
        ("free waived", "charged"),
        ("enable enabled on", "disable disabled off"),
        ("allow allowed allows permitted", "forbid forbidden prohibited disallowed"),
        ("accept accepted accepts", "reject rejected rejects decline declined refused"),
        ("increase increases increased raise raised", "decrease decreases decreased reduce lower"),
        ("open opens opened", "close closes closed"),
        ("required mandatory must", "optional"),
        ("valid", "invalid"),
        ("earliest", "latest"),
        ("refundable", "nonrefundable"),
        ("eligible", "ineligible"),
        ("possible", "impossible"),
        ("start starts begins begin", "end ends stop stops"),
        ("online", "offline"),
        ("all every", "none"),
        ("debit", "credit"),
        ("earlier sooner", "later"),
        ("first", "last"),
    )
)


def unsupported(reply: str, passages: Sequence[str]) -> list[Finding]:
    """Spans of a reply that the passages do not support, in order; none means well grounded.

    Numbers, amounts, dates, addresses of the web and of mail, and names must stand in a passage;
    a sentence must not turn a statement into its opposite; and enough of its words and word pairs
    must come from the passages. It sees wording, not meaning: a false claim made only of the
    passages' own words, in other order, may pass.

    Args:
        passages: what the reply may rest on: the cited passages, and the customer's own words.
    """
    source = "\n".join(passages)
    facts = _Facts(source)
    found: list[Finding] = []
    for start, end in sentences.split(reply):
        sentence = reply[start:end]
        hard = list(facts.missing(sentence))
        hard += facts.contradicted(sentence)
        if not hard and facts.overlap_is_low(sentence):
            hard.append((FindingKind.OVERLAP, 0, len(sentence)))
        found += [Finding(kind, start + low, start + high) for kind, low, high in hard]
    return sorted(found, key=lambda finding: (finding.start, finding.end, finding.kind))


def containment(reply: str, passages: Sequence[str]) -> float:
    """Share of the reply's word pairs that occur in the passages, in [0, 1]; 1 for no pairs."""
    pairs = _pairs(lexical.words(reply))
    held = {pair for passage in passages for pair in _pairs(lexical.words(passage))}
    return sum(pair in held for pair in pairs) / len(pairs) if pairs else 1.0


_Hit = tuple[FindingKind, int, int]


class _Facts:
    """What the passages hold, looked up by the checks."""

    def __init__(self, source: str) -> None:
        self._folded = source.casefold()
        self._words = frozenset(lexical.words(source))
        self._stems = frozenset(map(lexical.stem, self._words))
        self._pairs = frozenset(_pairs([lexical.stem(word) for word in lexical.words(source)]))
        self._emails = {match.group().casefold() for match in _EMAIL.finditer(source)}
        self._urls = {_address(match.group()) for match in _URL.finditer(source)}
        dates = list(_dates(source))
        self._dates = {date for date, _, _ in dates}
        quantities = list(_quantities(source))
        self._numbers = {number for (number, _), _, _ in quantities}
        # The 5 of "May 5" supports no 5 dollars.
        days = {position for _, start, end in dates for position in range(start, end)}
        self._quantities = {said for said, start, _ in quantities if start not in days}
        self._sentences = [
            (frozenset(lexical.tokens(text)), frozenset(_bare(text)), _negative(text))
            for start, end in sentences.split(source)
            for text in [source[start:end]]
        ]

    def missing(self, sentence: str) -> Iterator[_Hit]:
        """Hard facts of a sentence that no passage holds."""
        taken: list[tuple[int, int]] = []

        def free(start: int, end: int) -> bool:
            return all(end <= low or start >= high for low, high in taken)

        for match in _EMAIL.finditer(sentence):
            taken.append(match.span())
            if match.group().casefold() not in self._emails:
                yield FindingKind.EMAIL, *match.span()
        for match in _URL.finditer(sentence):
            if free(*match.span()):
                taken.append(match.span())
                if _address(match.group()) not in self._urls:
                    yield FindingKind.URL, *match.span()
        for date, start, end in _dates(sentence):
            if free(start, end):
                taken.append((start, end))
                if date not in self._dates and not any(date < known for known in self._dates):
                    yield FindingKind.DATE, start, end
        for (number, unit), start, end in _quantities(sentence):
            if free(start, end) and not self._knows(
                number, unit, counted=sentence[start].isalpha()
            ):
                money = unit in _CURRENCY.values()
                yield FindingKind.AMOUNT if money else FindingKind.NUMBER, start, end
        for match in _NAME.finditer(sentence):
            if free(*match.span()) and self._is_unknown_name(
                match.group(), opens=match.start() == 0
            ):
                yield FindingKind.NAME, *match.span()

    def _knows(self, number: str, unit: str, *, counted: bool) -> bool:
        if number not in self._numbers:
            # "one of our agents" is no figure.
            return counted and number == "1"
        if not unit or (number, unit) in self._quantities:
            return True
        units = {known for value, known in self._quantities if value == number}
        return units == {""}

    def _is_unknown_name(self, name: str, *, opens: bool) -> bool:
        if name.casefold() in self._folded:
            return False
        words = [word for word in lexical.words(name) if word not in _NOT_NAMES]
        unknown = [
            word
            for word in words
            if word not in self._words
            and lexical.stem(word.removesuffix("'s")) not in self._stems
            and word not in lexical.STOP_WORDS
            and word not in ("of", "and", "de", "the")
        ]
        if opens and len(name.split()) == 1 and name[1:].islower():
            return False  # any word is capitalised there
        if opens and unknown and unknown[0] == words[0] and len(name.split()) > 1:
            unknown = unknown[1:]
        return bool(unknown)

    def contradicted(self, sentence: str) -> Iterator[_Hit]:
        """Whether the sentence denies, or turns round, the statement it is closest to."""
        told = frozenset(lexical.tokens(sentence))
        if not told or not self._sentences:
            return
        overlaps = [len(told & known) / len(told) for known, _, _ in self._sentences]
        best = max(overlaps)
        if best < SAME_STATEMENT:
            return
        close = [
            fact
            for fact, overlap in zip(self._sentences, overlaps, strict=True)
            if overlap >= best - NEAR_BEST
        ]
        negative = _negative(sentence)
        if all(known != negative for _, _, known in close):
            yield FindingKind.NEGATION, 0, len(sentence)
        said = frozenset(_bare(sentence))
        for left, right in _OPPOSITES:
            for mine, theirs in ((left, right), (right, left)):
                if (
                    said & mine
                    and not said & theirs
                    and all(words & theirs and not words & mine for _, words, _ in close)
                ):
                    yield FindingKind.OPPOSITE, 0, len(sentence)
                    return

    def overlap_is_low(self, sentence: str) -> bool:
        told = lexical.tokens(sentence)
        if len(set(told)) < MIN_TELLING_WORDS:
            return False
        held = sum(token in self._stems for token in told) / len(told)
        pairs = _pairs([lexical.stem(word) for word in lexical.words(sentence)])
        paired = sum(pair in self._pairs for pair in pairs) / max(len(pairs), 1)
        return held < MIN_UNIGRAMS or paired < MIN_BIGRAMS


def _pairs(words: Sequence[str]) -> list[tuple[str, str]]:
    return list(pairwise(words))


def _bare(text: str) -> list[str]:
    return [word.replace("'", "") for word in lexical.words(text)]


def _negative(text: str) -> bool:
    """Whether an odd number of negations stands in the text; "cannot … without" says yes."""
    return sum(word in _NEGATORS for word in _bare(text)) % 2 == 1


def _address(url: str) -> str:
    bare = re.sub(r"^(?:https?://)?(?:www\.)?", "", url.casefold())
    return bare.rstrip("/.,;:!?")


def _dates(text: str) -> Iterator[tuple[frozenset[str], int, int]]:
    """Dates as sets of their parts, so that "May 5" is part of "5 May 2024"."""
    for match in _DATE.finditer(text):
        parts = match.groupdict()
        said = set()
        for key, value in parts.items():
            if value is None:
                continue
            name = value.casefold()
            if key.startswith("month"):
                said.add(f"month:{name[:3]}")
            elif key.startswith("day"):
                said.add(f"day:{int(name)}")
            else:
                said.add(f"{key}:{name}")
        yield frozenset(said), *match.span()


def _quantities(text: str) -> Iterator[tuple[tuple[str, str], int, int]]:
    """Numbers in one form, "1,000" and "one thousand" alike, with the unit or currency."""
    for match in _QUANTITY.finditer(text):
        raw = match.group("number").casefold()
        number = _SMALL_NUMBERS.get(raw) or _canonical(raw)
        unit = ""
        if match.group("sign"):
            unit = _CURRENCY[match.group("sign")]
        for candidate in (match.group("unit"), match.group("unit2")):
            name = (candidate or "").casefold().replace(".", "")
            name = name if name in _UNITS or name in _CURRENCY else name.rstrip("s")
            unit = unit or _UNITS.get(name, "") or _CURRENCY.get(name, "")
        start, end = match.span("number")
        yield (number, unit), start, end


def _canonical(number: str) -> str:
    """Digits without separators of thousands and trailing zeros of a fraction."""
    plain = re.sub(r"[,.](?=\d{3}(?:\D|$))", "", number).replace(",", ".")
    whole, _, fraction = plain.partition(".")
    fraction = fraction.rstrip("0")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{fraction}" if fraction else whole
