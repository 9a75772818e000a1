"""All recognizers together: texts in, clean lists of spans out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from customerai.ml.tagger import TokenTagger
from customerai.privacy.recognizers.addresses import AddressRecognizer
from customerai.privacy.recognizers.cues import CueNameRecognizer
from customerai.privacy.recognizers.dates import AgeRecognizer, DateTimeRecognizer
from customerai.privacy.recognizers.names import NameRecognizer
from customerai.privacy.recognizers.national_ids import NationalIdRecognizer
from customerai.privacy.recognizers.numbers import IdNumberRecognizer, LabelledNumberRecognizer
from customerai.privacy.recognizers.organizations import CapitalRecognizer, OrganizationRecognizer
from customerai.privacy.recognizers.patterns import (
    CryptoRecognizer,
    EmailRecognizer,
    IpRecognizer,
    MacRecognizer,
    UrlRecognizer,
)
from customerai.privacy.recognizers.payments import (
    CreditCardRecognizer,
    IbanRecognizer,
    UsBankRecognizer,
)
from customerai.privacy.recognizers.phones import PhoneRecognizer
from customerai.privacy.recognizers.places import PlaceRecognizer
from customerai.privacy.recognizers.spans import BatchRecognizer, Recognizer, Span
from customerai.privacy.recognizers.words import common_words
from customerai.privacy.resolver import resolve

_RULES: Final = "1"  # raised when the resolver gives other spans


class RecognizerRegistry:
    """Runs its recognizers over texts and resolves what they find."""

    def __init__(self, recognizers: Sequence[Recognizer]) -> None:
        self._recognizers = tuple(recognizers)
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

    def analyze(
        self,
        texts: Sequence[str],
        *,
        language: str = "en",
        entities: frozenset[str] | None = None,
        min_score: float = 0.35,
    ) -> list[list[Span]]:
        """The personal data of each text: sorted, disjoint spans.

        Args:
            language: kept for recognizers that depend on it; today's read all languages alike.
            entities: only these types; None: all.
            min_score: spans below are left out.
        """
        del language
        found: list[list[Span]] = [[] for _ in texts]
        for one in self._recognizers:
            if entities is not None and not entities & one.entities:
                continue
            if isinstance(one, BatchRecognizer):
                for spans, more in zip(found, one.find_many(texts), strict=True):
                    spans.extend(more)
            else:
                for spans, text in zip(found, texts, strict=True):
                    spans.extend(one.find(text))
        if entities is not None:
            found = [[span for span in spans if span.type in entities] for spans in found]
        return [
            resolve(text, spans, min_score=min_score) if spans else []
            for text, spans in zip(texts, found, strict=True)
        ]


def default_recognizers(tagger: TokenTagger | None) -> list[Recognizer]:
    """Every recognizer that needs no configuration.

    Args:
        tagger: the name model; None: patterns, lists and cue words only.
    """
    recognizers: list[Recognizer] = [
        EmailRecognizer(),
        UrlRecognizer(),
        IpRecognizer(),
        MacRecognizer(),
        CryptoRecognizer(),
        CreditCardRecognizer(),
        IbanRecognizer(),
        UsBankRecognizer(),
        NationalIdRecognizer(),
        PhoneRecognizer(),
        DateTimeRecognizer(),
        AgeRecognizer(),
        AddressRecognizer(),
        PlaceRecognizer(),
        OrganizationRecognizer(),
        CapitalRecognizer(),
        CueNameRecognizer(),
        LabelledNumberRecognizer(),
        IdNumberRecognizer(),
    ]
    if tagger is not None:
        recognizers.append(NameRecognizer(tagger))
    return recognizers
