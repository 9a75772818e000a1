"""Numbers and codes that lead to a person without a form of their own."""

from __future__ import annotations

import re
from typing import Final

from customerai.privacy.recognizers.checksums import digits_of
from customerai.privacy.recognizers.context import ANY_DIGIT, is_amount
from customerai.privacy.recognizers.gate import hint_of
from customerai.privacy.recognizers.rules import Accept, Rule, RuleRecognizer, pattern_rule
from customerai.privacy.recognizers.spans import Reason, Span
from customerai.privacy.recognizers.words import is_common, word_set

_VERB: Final = r"\s*(?:(?:is|was|are|would be|will be|it's|its|=|:|#|-|as|of)\s*){0,3}"
_IS: Final = r"\s*(?:number|numbers|num|no\b\.?|nr\b\.?|nos|#|№|id|code|key)?" + _VERB
_NAMED: Final = r"\s*(?:number|numbers|num|no\b\.?|nr\b\.?|#|№|id|code|reference|ref)" + _VERB
# A code as typed, or spelled in pieces: "D45F68", "d 45 f 68", "AB-1234-56".
_CODE: Final = (
    r"(?P<value>(?!(?:cards?|for|at|on|of|to|in|is|no|my|by|via|with|from|and|the|was)\b)"
    r"(?=[^\d\n]{0,8}\d)(?:[A-Z]{1,5}(?=[ -]?\d)|\d+(?!\d))"
    r"(?:[ -]?(?:\d+(?!\d)|[A-Z]{1,3}(?=[ -]?\d|(?![^\W\d_]))))*)(?![^\W_])"
)


def _labelled(words: str, value: str = _CODE, *, link: str = _IS) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{words})(?![^\W\d_]){link}{value}", re.IGNORECASE)


_LABELLED: Final = (
    (
        "ACCOUNT_NUMBER",
        _labelled(r"acc?o[a-z]{1,4}nts?|acct|acc?|a/c|konto(?:nummer)?|cuenta|compte"),
        4,
    ),
    (
        "ORDER_NUMBER",
        _labelled(
            r"orders?|booking|reservation|confirmation|tracking|invoice|tickets?|case|purchase|"
            r"shipment|reference|ref|pnr|transaction|bestell(?:ung|nummer)?|pedido|commande|"
            r"receipt",
        ),
        4,
    ),
    (
        "ORDER_NUMBER",
        _labelled(
            r"orders?|booking|reservation|confirmation|tracking|invoice|tickets?|case|reference|"
            r"ref|"
            r"purchase|shipment|transaction",
            link=_NAMED,
        ),
        2,
    ),
    (
        "ID_NUMBER",
        _labelled(
            r"claim|policy|customer|member(?:ship)?|client|user|employee|student|patient|"
            r"subscri(?:ber|ption)|loyalty|insurance|serial|imei|device|registration|"
            r"licen[cs]e plate|"
            r"plate|vin|meter|contract|frequent flyer|matricul\w+|kunden\w*|cliente?|tax|"
            r"medical record|"
            r"mrn|group|verification|security|cvv|cvc|otp|id|identification",
        ),
        3,
    ),
)
_PIN: Final = re.compile(
    r"(?<![^\W_])(?:pin|p\.i\.n\.|passcode|pass\s?code|security code|cvv2?|cvc|otp)(?![^\W\d_])"
    r"(?:\s*(?:number|code|no\b\.?))?[^\d\n]{0,24}?(?<![\d$€£])(?P<value>\d(?:[ -]?\d){2,11})"
    r"(?![\w])",
    re.IGNORECASE,
)
_PASSWORD: Final = re.compile(
    r"(?<![^\W_])(?:pass\s?word|passwd|pwd|passphrase|contraseña|passwort|mot de passe)"
    r"\s*(?:(?:is|was|would be|=|:|-|it's|"
    r"its)\s*)+[\"'“]?(?P<value>[^\s\"'”]{3,64}(?:\s\d{1,8}\b)?)",
    re.IGNORECASE,
)
# Without "is", what follows holds a digit: "password suresh 123", "pwd 1 g 2 g".
_PASSWORD_CODE: Final = re.compile(
    r"(?<![^\W_])(?:pass\s?word|passwd|pwd|pass\s?code)\s+(?:(?:is|was|its|"
    r"it's)\s+)?(?P<value>(?=[^\d\n]{0,16}\d)"
    r"(?:[a-z]{1,16}\s)?[a-z]{0,12}\d+(?!\d)[a-z]{0,12}(?:\s(?:[a-z]{1,4}(?=\s?\d|\W*$)|"
    r"\d+(?!\d)[a-z]{0,3})){0,4})(?!\w)",
    re.IGNORECASE,
)
# "number is 8400", "james and 3123": any number of four digits or more that is called one.
_NUMBERED: Final = re.compile(
    r"(?<![^\W_])(?:number|num|no\.?|nr\.?|#|digits?|phrase)\s*(?:(?:is|are|was|should|read|be|"
    r"its|:|=|-)\s*){0,4}"
    r"(?P<value>\d(?:[ -]?\d){3,11})(?![\w])|"
    r"(?<![^\W_])(?:and|with)\s(?!(?:19|20)\d\d\W*$)(?P<last>\d{4,12})\W*$",
    re.IGNORECASE,
)
_USERNAME: Final = re.compile(
    r"(?<![^\W_])(?:user\s?name|user\s?id|login(?:\s?(?:name|id))?|screen\s?name|nick(?:name)?|"
    r"handle)"
    r"\s*(?:(?:is|was|=|:|-|it's|its)\s*)+[\"'“]?(?P<value>[^\s\"'”,;]{3,64}(?:\s\d{1,8}\b)?)",
    re.IGNORECASE,
)
_HANDLE: Final = re.compile(r"(?<![\w@.])@[A-Za-z_]\w{2,30}\b(?![@.]\w)")

_RUN: Final = re.compile(r"(?<![\w.,])[A-Za-z]{0,3}\d+(?:[ \-/_]{1,2}\d+)*(?![^\W\d_]{3})")
_LONG_DIGITS: Final = re.compile(r"\d{7,}")
_MIXED: Final = re.compile(
    r"(?<![\w./@-])(?=[A-Z-]{0,12}\d)(?=\d{0,12}-?[A-Z])[A-Z\d]+(?:-[A-Z\d]+){0,6}(?![\w@]|\.\w)",
    re.IGNORECASE,
)
_SPELLED: Final = re.compile(
    r"(?<![\w.])[a-z]{1,2} ?\d{1,6}(?: ?[a-z]{1,2} ?\d{1,6})+(?![\w])", re.IGNORECASE
)
_WHOLE: Final = re.compile(
    r"\W*(?:(?:(?:it'?s|its|it is|that'?s|that is|is|yes|sure|ok|okay|here|its the|the|number|my|"
    r"pin|code|and)\W+){0,5})(?P<value>\d(?:[ -]?\d){3,})\W*",
    re.IGNORECASE,
)
_TOKEN: Final = re.compile(r"\w+")
_FIGURE: Final = re.compile(
    r"\d[.,:/]\d|\d\s?[+*x=]\s?\d|\b40[13]\s?\(?[kb]\b|[$€£¥₹%]|\b(?:usd|eur|gbp|inr|rs|cc|gb|"
    r"mb)\b",
    re.I,
)
_MAX_REPLY: Final = 32
_MIN_RUN: Final = 7
_MIN_MIXED: Final = 6
_MIN_MIXED_DIGITS: Final = 3
_MAX_LETTERS: Final = 4
_ORDINAL_OR_UNIT: Final = re.compile(
    r"\d+(?:st|nd|rd|th|am|pm|k|m|gb|mb|tb|kb|mg|kg|km|cm|mm|ml|px|x|hz|ghz|mhz|mah|p|s|d)",
    re.IGNORECASE,
)
_CODES_WEAK: Final = 0.39  # a last guess (`spans.GUESS`): gives way to whatever else is there


_NOT_SECRET: Final = word_set(
    "not the wrong right correct incorrect valid invalid expired reset working being still "
    "also "
    "now too required needed never always saved forgotten locked very already that this what "
    "same and but was for required. working. wrong. wrong, correct. correct, blocked okay fine "
    "good "
    "only just safe unknown different something there here"
)


def _is_secret(value: str) -> bool:
    return value.casefold().strip(".,!?") not in _NOT_SECRET


def _is_code(token: str) -> bool:
    """Whether letters and digits mixed look like a code rather than "2nd", "10am" or "iPhone12"."""
    compact = token.replace("-", "")
    digits = len(digits_of(compact))
    if len(compact) < _MIN_MIXED or digits < _MIN_MIXED_DIGITS or digits == len(compact):
        return False
    if any(len(part) > _MAX_LETTERS and part.isalpha() for part in token.split("-")):
        return False  # "blink-182", "1693-Office"
    return not _ORDINAL_OR_UNIT.fullmatch(compact)


_REPLY: Final = Reason("id_number.short_reply", before=_CODES_WEAK)


def _reply(text: str) -> list[Span]:
    """A short reply of a code in pieces, perhaps after a name: "tu 4567", "raja f 66 s 89"."""
    if _FIGURE.search(text):
        return []
    words = list(_TOKEN.finditer(text))
    while words and is_common(words[0][0]):
        words.pop(0)
    if not words or any(
        is_common(word[0]) and len(word[0]) > 1 and word[0] != "and" for word in words
    ):
        return []
    first = next((at for at, word in enumerate(words) if ANY_DIGIT.search(word[0])), None)
    if first is None or sum(len(digits_of(word[0])) for word in words) < _MIN_MIXED_DIGITS:
        return []
    while first and len(words[first - 1][0]) < _MAX_LETTERS and words[first - 1][0] != "and":
        first -= 1
    spans = [
        Span("ID_NUMBER", words[first].start(), words[-1].end(), _CODES_WEAK, "id_number", _REPLY)
    ]
    for word in words[:first]:
        if word[0] != "and":
            spans.append(Span("PERSON", word.start(), word.end(), _CODES_WEAK, "id_number", _REPLY))
    return spans


def _not_amount(text: str, match: re.Match[str]) -> bool:
    return not is_amount(text, match.start(), match.end())


def _enough(least: int) -> Accept:
    """Accepts labelled numbers with so many digits that are no amount."""

    def accept(text: str, match: re.Match[str]) -> bool:
        return len(digits_of(match["value"])) >= least and not is_amount(text, *match.span("value"))

    return accept


def _numbered(text: str) -> list[Span]:
    spans: list[Span] = []
    for match in _NUMBERED.finditer(text):
        start, end = match.span(match.lastgroup or "value")
        if not is_amount(text, start, end):
            spans.append(Span("ID_NUMBER", start, end, 0.45, "labelled_number", _NUMBERED_REASON))
    return spans


_NUMBERED_REASON: Final = Reason("labelled_number.called_a_number", before=0.45)

LABELLED_NUMBER: Final = RuleRecognizer(
    "labelled_number",
    "2",
    [
        pattern_rule(
            "labelled_number.password",
            "PASSWORD",
            _PASSWORD,
            0.7,
            group="value",
            accept=lambda _, match: _is_secret(match["value"]),
        ),
        pattern_rule(
            "labelled_number.password_code", "PASSWORD", _PASSWORD_CODE, 0.65, group="value"
        ),
        pattern_rule(
            "labelled_number.username",
            "USERNAME",
            _USERNAME,
            0.7,
            group="value",
            accept=lambda _, match: _is_secret(match["value"]),
        ),
        pattern_rule("labelled_number.handle", "USERNAME", _HANDLE, 0.5),
        *(
            pattern_rule(
                f"labelled_number.{kind.lower()}",
                kind,
                pattern,
                0.7,
                group="value",
                accept=_enough(least),
            )
            for kind, pattern, least in _LABELLED
        ),
        Rule(
            "labelled_number.called_a_number",
            frozenset({"ID_NUMBER"}),
            hint_of(_NUMBERED),
            _numbered,
            needs_digit=True,
        ),
        pattern_rule("labelled_number.pin", "PIN", _PIN, 0.7, group="value"),
    ],
)
"""ACCOUNT_NUMBER, ORDER_NUMBER, PIN, PASSWORD, USERNAME and other ids beside their words."""

ID_NUMBER: Final = RuleRecognizer(
    "id_number",
    "2",
    [
        pattern_rule("id_number.long_digits", "ID_NUMBER", _LONG_DIGITS, 0.5, accept=_not_amount),
        pattern_rule(
            "id_number.run",
            "ID_NUMBER",
            _RUN,
            0.45,
            accept=lambda text, match: (
                len(digits_of(match[0])) >= _MIN_RUN and _not_amount(text, match)
            ),
            hint=r"\d(?:[ \-/_]{0,2}\d){6}",
        ),
        pattern_rule(
            "id_number.mixed",
            "ID_NUMBER",
            _MIXED,
            _CODES_WEAK,
            accept=lambda _, match: _is_code(match[0]),
            hint=r"(?i)[a-z]-?\d|\d-?[a-z]",
        ),
        pattern_rule(
            "id_number.spelled",
            "ID_NUMBER",
            _SPELLED,
            _CODES_WEAK,
            accept=lambda _, match: len(digits_of(match[0])) >= _MIN_MIXED_DIGITS,
        ),
        Rule(
            "id_number.short_reply",
            frozenset({"ID_NUMBER", "PERSON"}),
            "[0-9]",
            lambda text: _reply(text) if len(text) <= _MAX_REPLY else [],
            needs_digit=True,
        ),
        pattern_rule(
            "id_number.whole_text",
            "ID_NUMBER",
            _WHOLE,
            0.5,
            group="value",
            whole=200,
            hint="[0-9]",
        ),
    ],
)
"""ID_NUMBER: what no other recognizer named but would still lead to somebody.

Any run of seven digits or more, spaced or not, that is no amount; codes that mix letters and
digits; a message that is nothing but a number of four digits or more.
"""
