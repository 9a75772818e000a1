"""Puts something safe in the place of what was found, as each request asks; issues safe text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from customerai.contracts.privacy import AnonymizedText, AnonymizeRequest, HiddenSpan
from customerai.core.errors import InvalidRequest
from customerai.core.safe_text_issuer import issue
from customerai.privacy import operators
from customerai.privacy.known import repetitions
from customerai.privacy.operators.scope import Scope
from customerai.privacy.operators.surrogates import listed_names
from customerai.privacy.placeholders import PlaceholderBook
from customerai.privacy.recognizers.spans import Span
from customerai.privacy.restoring import Restorer


class OperatorInvalid(InvalidRequest):
    """The settings of an operator cannot be used; the detail names the field."""


class Hiding:
    """Applies operators and placeholders; knows the key from which each tenant's is made.

    Args:
        root: at least 16 bytes; every tenant's operator key is derived from it.
    """

    def __init__(self, root: bytes) -> None:
        self._root = root

    def scope(self, tenant: str, session: str = "", subject: str = "") -> Scope:
        """The keys that the operators of one session work with."""
        return Scope.of(self._root, tenant=tenant, session=session, subject=subject)

    def restorer(self, book: PlaceholderBook, scope: Scope, *, tolerant: bool = False) -> Restorer:
        """What puts back the values of a session and of the tenant's encrypted tokens.

        Args:
            tolerant: the texts are a model's, who may have changed case, brackets and markup.
        """
        return book.restorer(
            tolerant=tolerant, decrypt=lambda token: operators.decrypted(token, scope)
        )

    def hide(
        self,
        request: AnonymizeRequest,
        book: PlaceholderBook,
        found: Sequence[Sequence[Span]],
        chosen: Mapping[str, operators.Operator],
        scope: Scope | None = None,
    ) -> tuple[tuple[AnonymizedText, ...], Counter[str]]:
        """The texts of one request made safe, and how many values of each type were hidden.

        Args:
            book: the stand-ins of the session; new ones are added to it.
            found: the spans of each text, sorted and disjoint.
            chosen: entity type to operator; others get a placeholder.
            scope: whose keys the operators use; hashes alone do without.

        Raises:
            OperatorInvalid: an operator needs a scope and there is none.
        """
        results = []
        counts: Counter[str] = Counter()
        known = [
            (entry.value, entry.type)
            for entry in book.entries()
            if not (request.labels or entry.is_reserved)
        ]
        everywhere = repetitions(request.texts, found, known)
        turn = _Turn(request, book, chosen, self._root, scope)
        for text, spans in zip(request.texts, everywhere, strict=True):
            safe, applied = turn.hide(text, spans)
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


class _Turn:
    """The operators of one request at work on one session."""

    def __init__(
        self,
        request: AnonymizeRequest,
        book: PlaceholderBook,
        chosen: Mapping[str, operators.Operator],
        hash_key: bytes,
        scope: Scope | None,
    ) -> None:
        self._book = book
        self._chosen = chosen
        self._default = chosen.get("DEFAULT")
        self._hash_key = hash_key if scope is None else scope.derived("hash")
        self._scope = scope
        self._surrogates: operators.Surrogates | None = None
        if any(isinstance(operator, operators.Surrogate) for operator in chosen.values()):
            if scope is None:
                raise OperatorInvalid("operator 'surrogate' needs a scope")
            self._surrogates = operators.Surrogates(
                scope,
                known=book.pairs(),
                avoid=[*request.texts, *(entry.value for entry in book.entries())],
            )

    def hide(self, text: str, spans: Sequence[Span]) -> tuple[str, list[operators.AppliedSpan]]:
        """One text made safe."""
        if self._surrogates is not None:
            self._reserve_names(text, spans)
        if self._default is not None and not remembers(self._chosen):
            return operators.apply(text, spans, self._forgotten)
        return self._book.anonymize(text, spans, self._stand_in)

    def _forgotten(self, span: Span, value: str) -> str:
        """What stands for a value of which nothing is kept."""
        operator = self._chosen.get(span.type, self._default)
        return f"[{span.type}]" if operator is None else self._run(operator, span, value)

    def _stand_in(self, span: Span, value: str) -> str | None:
        operator = self._chosen.get(span.type, self._default)
        if operator is None:
            return None
        if not operators.is_remembered(operator):
            return self._run(operator, span, value)
        if isinstance(operator, operators.Surrogate) and span.type == "TITLE":
            return value  # "Dr." says nothing of whom, and the surrogate's name follows it
        try:
            return self._book.stand_in(span.type, value, lambda: self._made(operator, span, value))
        except operators.NoStandIn:
            return None

    def _made(self, operator: operators.Operator, span: Span, value: str) -> str:
        if isinstance(operator, operators.Surrogate) and self._surrogates is not None:
            return self._surrogates.make(span.type, value)
        try:
            return operators.run(operator, span, value, key=self._hash_key, scope=self._scope)
        except operators.InvalidOperator as error:
            raise OperatorInvalid(str(error)) from error

    def _run(self, operator: operators.Operator, span: Span, value: str) -> str:
        try:
            return self._made(operator, span, value)
        except operators.NoStandIn:
            return f"[{span.type}]"

    def _reserve_names(self, text: str, spans: Sequence[Span]) -> None:
        """Names that no recognizer found are left in the text: they must not become surrogates."""
        ends = [0, *(span.end for span in spans)]
        starts = [*(span.start for span in spans), len(text)]
        for end, start in zip(ends, starts, strict=True):
            for word in listed_names(text[end:start]):
                self._book.reserve(word)
                if self._surrogates is not None:
                    self._surrogates.avoid(word)


def is_slow(chosen: Mapping[str, operators.Operator]) -> bool:
    """Whether to hide may take longer than an event loop should wait: lists of names are read."""
    return any(isinstance(operator, operators.Surrogate) for operator in chosen.values())


def remembers(chosen: Mapping[str, operators.Operator]) -> bool:
    """Whether one of the operators needs the session to restore what it hid."""
    return any(operators.is_remembered(operator) for operator in chosen.values())


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
