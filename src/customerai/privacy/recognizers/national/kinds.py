"""The shape of one kind of number that a state gives, and the rule that finds it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from customerai.privacy.recognizers.context import ContextWords
from customerai.privacy.recognizers.gate import hint_of
from customerai.privacy.recognizers.rules import Found, Rule, pattern_rule
from customerai.privacy.recognizers.spans import Reason


@dataclass(frozen=True)
class NationalId:
    """One kind of number.

    Attributes:
        type: the entity; Presidio's name where Presidio has one.
        form: which of the ways of writing it, in a word.
        pattern: its written form; edges are added. Letters match in any case.
        words: what people call it, as alternatives without open ends.
        valid: its checksum or numbering rule; None: it has none.
        checksum: the name of that rule; "": there is none.
        alone: score without such a word near; 0: it is not looked for then.
        beside: score with a word near.
        unproven: score beside a word when `valid` says no (typing errors); 0: none.
        country: ISO 3166 code.
    """

    country: str
    type: str
    form: str
    pattern: str
    words: str
    valid: Callable[[str], bool] | None = None
    checksum: str = ""
    alone: float = 0.0
    beside: float = 0.9
    unproven: float = 0.0

    @property
    def on_by_default(self) -> str:
        """When it is looked for: `always` or `beside a word`."""
        return "always" if self.alone else "beside a word"


def rule_of(kind: NationalId) -> Rule:
    """The rule that finds a kind of number."""
    pattern = re.compile(rf"(?<![\w+#/-])(?:{kind.pattern})(?![^\W_]|-\d)", re.IGNORECASE)
    words = ContextWords(kind.words)
    name = f"national_id.{kind.type.lower()}.{kind.form}"
    alone = Reason(name, checksum=kind.checksum, before=kind.alone)

    def judge(text: str, match: re.Match[str]) -> Found | None:
        word = words.word_near(text, match.start(), match.end())
        if not word and not kind.alone:
            return None
        if kind.valid is None or kind.valid(match[0]):
            if word:
                return kind.beside, Reason(name, word, kind.checksum, kind.alone)
            return kind.alone, alone
        if word and kind.unproven:
            return kind.unproven, Reason(name, word, before=0.0)
        return None

    # A word that must stand near is rarer than nine digits.
    hint = hint_of(pattern if kind.alone else words.pattern)
    rule = pattern_rule(name, kind.type, pattern, kind.beside, judge=judge, hint=hint)
    return replace(rule, beside_word=not kind.alone, needs_digit=True)
