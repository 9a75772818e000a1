"""All recognizers together: texts in, clean lists of spans out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from customerai.ml.tagger import TokenTagger
from customerai.privacy.recognizers.addresses import ADDRESS
from customerai.privacy.recognizers.context import ANY_DIGIT
from customerai.privacy.recognizers.cues import CueNameRecognizer
from customerai.privacy.recognizers.dates import AGE, DATE_TIME
from customerai.privacy.recognizers.gate import Gate, encoded
from customerai.privacy.recognizers.names import NameRecognizer
from customerai.privacy.recognizers.national import NATIONAL_ID
from customerai.privacy.recognizers.normal import normalized, placed
from customerai.privacy.recognizers.numbers import ID_NUMBER, LABELLED_NUMBER
from customerai.privacy.recognizers.organizations import CapitalRecognizer, OrganizationRecognizer
from customerai.privacy.recognizers.patterns import CRYPTO, EMAIL, IP, MAC, URL
from customerai.privacy.recognizers.payments import CREDIT_CARD, IBAN, US_BANK
from customerai.privacy.recognizers.phones import PHONE
from customerai.privacy.recognizers.places import PLACE
from customerai.privacy.recognizers.rules import HintedRecognizer, Rule, RuleRecognizer
from customerai.privacy.recognizers.spans import BatchRecognizer, Recognizer, Span
from customerai.privacy.recognizers.titles import TITLE
from customerai.privacy.recognizers.windows import in_windows
from customerai.privacy.recognizers.words import common_words
from customerai.privacy.resolver import resolve

_OWN_GATE: Final = 4  # rules of a recognizer from which they have a gate of their own
_RULES: Final = "2"  # raised when the resolver or the normalization gives other spans


class RecognizerRegistry:
    """Runs its recognizers over texts and resolves what they find.

    Rules of all recognizers are told apart in one pass over a text; only those that can match run.
    """

    def __init__(self, recognizers: Sequence[Recognizer]) -> None:
        self._recognizers = tuple(recognizers)
        rules: list[Rule] = []
        self._whole: list[Recognizer] = []
        for one in self._recognizers:
            if isinstance(one, RuleRecognizer):
                rules += one.rules
            elif isinstance(one, HintedRecognizer) and one.hint:
                rules.append(Rule(one.name, one.entities, one.hint, one.find))
            else:
                self._whole.append(one)
        self._gates = [
            (needed, Gate([rule.hint for rule in group]), group) for needed, group in _groups(rules)
        ]
        lines = sorted(f"{one.name} {one.version}" for one in self._recognizers)
        joined = "\n".join([_RULES, *lines, *sorted(common_words())])
        self._version = hashlib.sha256(joined.encode()).hexdigest()[:16]

    @property
    def version(self) -> str:
        """Sixteen hex digits that change with any recognizer's version and the list of words."""
        return self._version

    @property
    def entities(self) -> frozenset[str]:
        """Every entity type that may be found."""
        return frozenset().union(*(one.entities for one in self._recognizers))

    @property
    def recognizers(self) -> tuple[Recognizer, ...]:
        """The recognizers, in the order in which they were given."""
        return self._recognizers

    def analyze(
        self,
        texts: Sequence[str],
        *,
        language: str = "en",
        entities: frozenset[str] | None = None,
        min_score: float = 0.35,
        min_scores: Mapping[str, float] | None = None,
        extra: Sequence[Recognizer] = (),
    ) -> list[list[Span]]:
        """The personal data of each text: sorted, disjoint spans.

        Args:
            language: kept for recognizers that depend on it; today's read all languages alike.
            entities: only these types; None: all. Types of `extra` count like others.
            min_score: spans below are left out.
            min_scores: the same for single types, in place of `min_score`.
            extra: further recognizers for this call, such as a tenant's own; they see the text
                with plain digits and blanks and without invisible characters, as all do.
        """
        del language
        readable = [normalized(text) for text in texts]
        plain = [text for text, _ in readable]
        found = [in_windows(text, lambda part: self._by_rules(part, entities)) for text in plain]
        for one in (*self._whole, *extra):
            if entities is not None and not entities & one.entities:
                continue
            if isinstance(one, BatchRecognizer):
                for spans, more in zip(found, one.find_many(plain), strict=True):
                    spans.extend(more)
            else:
                for spans, text in zip(found, plain, strict=True):
                    spans.extend(in_windows(text, one.find))
        if entities is not None:
            found = [[span for span in spans if span.type in entities] for spans in found]
        if min_scores:
            found = [list(_above(spans, min_score, min_scores)) for spans in found]
            min_score = 0.0
        results: list[list[Span]] = []
        for (text, places), spans in zip(readable, found, strict=True):
            clean = resolve(text, spans, min_score=min_score) if spans else []
            results.append(clean if places is None else placed(clean, places))
        return results

    def _by_rules(self, text: str, entities: frozenset[str] | None) -> list[Span]:
        spans: list[Span] = []
        data = encoded(text)
        digits = ANY_DIGIT.search(text) is not None
        for needed, gate, rules in self._gates:
            if needed and not digits:
                continue
            for place in gate.open(data):
                rule = rules[place]
                if entities is None or rule.entities & entities:
                    spans += rule.find(text)
        return spans


def _groups(rules: Sequence[Rule]) -> Iterable[tuple[bool, list[Rule]]]:
    """Rules that share a gate, and whether all of them need a digit.

    A recognizer's rules are together, those that wait for a word apart; small groups share one.
    """
    groups: dict[tuple[bool, str, bool], list[Rule]] = {}
    for rule in rules:
        family = rule.name.partition(".")[0]
        groups.setdefault((rule.needs_digit, family, rule.beside_word), []).append(rule)
    small: dict[bool, list[Rule]] = {}
    for (needed, _, _), group in groups.items():
        if len(group) < _OWN_GATE:
            small.setdefault(needed, []).extend(group)
        else:
            yield needed, group
    yield from small.items()


def _above(
    spans: Iterable[Span], min_score: float, min_scores: Mapping[str, float]
) -> Iterable[Span]:
    return (span for span in spans if span.score >= min_scores.get(span.type, min_score))


def default_recognizers(tagger: TokenTagger | None) -> list[Recognizer]:
    """Every recognizer that needs no configuration.

    Args:
        tagger: the name model; None: patterns, lists and cue words only.
    """
    recognizers: list[Recognizer] = [
        EMAIL,
        URL,
        IP,
        MAC,
        CRYPTO,
        CREDIT_CARD,
        IBAN,
        US_BANK,
        NATIONAL_ID,
        PHONE,
        DATE_TIME,
        AGE,
        ADDRESS,
        PLACE,
        TITLE,
        LABELLED_NUMBER,
        ID_NUMBER,
    ]
    if tagger is None:
        recognizers += [OrganizationRecognizer(), CapitalRecognizer(), CueNameRecognizer()]
    else:
        recognizers += [CueNameRecognizer(sure_only=True), NameRecognizer(tagger)]
    return recognizers
