"""Puts something safe in the place of what was found, as each request asks; issues safe text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from customerai.contracts.privacy import AnonymizedText, AnonymizeRequest, HiddenSpan
from customerai.core.errors import InvalidRequest
from customerai.core.safe_text_issuer import issue
from customerai.privacy import operators
from customerai.privacy.known import repetitions
from customerai.privacy.placeholders import PlaceholderBook
from customerai.privacy.recognizers.spans import Span


class OperatorInvalid(InvalidRequest):
    """The settings of an operator cannot be used; the detail names the field."""


class Hiding:
    """Applies operators and placeholders; knows the key of keyed hashes."""

    def __init__(self, hash_key: bytes) -> None:
        self._hash_key = hash_key

    def hide(
        self,
        request: AnonymizeRequest,
        book: PlaceholderBook,
        found: Sequence[Sequence[Span]],
        chosen: Mapping[str, operators.Operator],
    ) -> tuple[tuple[AnonymizedText, ...], Counter[str]]:
        """The texts of one request made safe, and how many values of each type were hidden.

        Args:
            book: the placeholders of the session; new ones are added to it.
            found: the spans of each text, sorted and disjoint.
            chosen: entity type to operator; others get a placeholder.
        """
        results = []
        counts: Counter[str] = Counter()
        known = [(entry.value, entry.type) for entry in book.entries() if not request.labels]
        everywhere = repetitions(request.texts, found, known)
        for text, spans in zip(request.texts, everywhere, strict=True):
            safe, applied = self._hide_one(text, spans, book, chosen)
            results.append(
                AnonymizedText(
                    text=issue(safe),
                    spans=tuple(
                        HiddenSpan(
                            type=span.type,
                            start=span.start,
                            end=span.end,
                            score=round(span.score, 4),
                            recognizer=span.recognizer,
                            safe_start=span.new_start,
                            safe_end=span.new_end,
                        )
                        for span in applied
                    ),
                )
            )
            counts.update(span.type for span in applied)
        return tuple(results), counts

    def _hide_one(
        self,
        text: str,
        spans: Sequence[Span],
        book: PlaceholderBook,
        chosen: Mapping[str, operators.Operator],
    ) -> tuple[str, list[operators.AppliedSpan]]:
        default = chosen.get("DEFAULT")
        if default is None:

            def choose(span: Span, value: str) -> str | None:
                operator = chosen.get(span.type)
                return None if operator is None else self._run(operator, span, value)

            return book.anonymize(text, spans, choose)
        return operators.apply(
            text,
            spans,
            lambda span, value: self._run(chosen.get(span.type, default), span, value),
        )

    def _run(self, operator: operators.Operator, span: Span, value: str) -> str:
        return operators.run(operator, span, value, key=self._hash_key)


def parse_operators(
    configured: Mapping[str, Mapping[str, object]],
) -> dict[str, operators.Operator]:
    """The operators of a request.

    Raises:
        OperatorInvalid: one is unknown, is set wrongly or would hide nothing.
    """
    parsed = {}
    for entity, config in configured.items():
        if not all(_encodable(value) for value in config.values()):
            raise OperatorInvalid("A field of an operator holds half of a surrogate pair.")
        try:
            parsed[entity] = operators.parse_operator(config)
        except operators.InvalidOperator as error:
            raise OperatorInvalid(str(error)) from error
        if _lets_through(parsed[entity]):
            raise OperatorInvalid("An operator that hides nothing would let personal data through.")
    return parsed


def _lets_through(operator: operators.Operator) -> bool:
    if isinstance(operator, operators.Mask):
        return operator.chars_to_mask == 0
    return isinstance(operator, operators.Keep)


def _encodable(value: object) -> bool:
    """Whether a setting can be written as UTF-8, as all that is sent or kept must be."""
    try:
        str(value).encode()
    except UnicodeEncodeError:
        return False
    return True
