"""Runs one operator on one value."""

from __future__ import annotations

from customerai.privacy.operators.configuring import Operator
from customerai.privacy.operators.date_shift import DateShift
from customerai.privacy.operators.encrypting import Encrypt
from customerai.privacy.operators.errors import InvalidOperator
from customerai.privacy.operators.fpe import FormatPreserving
from customerai.privacy.operators.generalizing import Generalize
from customerai.privacy.operators.pseudonym import Pseudonym
from customerai.privacy.operators.scope import Scope
from customerai.privacy.operators.simple import KeyedHash
from customerai.privacy.operators.surrogates import Surrogate
from customerai.privacy.recognizers.spans import Span


def run(
    operator: Operator,
    span: Span,
    value: str,
    *,
    key: bytes | None = None,
    scope: Scope | None = None,
) -> str:
    """What one operator puts in the place of one value.

    Args:
        key: what `KeyedHash` uses; a key derived from the scope where it is None.
        scope: needed by encrypt, fpe, pseudonym, surrogate and date_shift.

    Raises:
        InvalidOperator: the operator needs a key or a scope and has none.
        NoStandIn: it has nothing for this value, so a placeholder is to stand there.
    """
    if isinstance(operator, KeyedHash):
        if key is None and scope is not None:
            key = scope.derived("hash")
        if key is None:
            raise InvalidOperator("operator 'hash' needs a key")
        return operator.run_keyed(span, value, key)
    if isinstance(operator, Encrypt | FormatPreserving | Pseudonym | Surrogate | DateShift):
        if scope is None:
            raise InvalidOperator(f"operator '{operator.kind}' needs a scope")
        return operator.run(span, value, scope)
    if isinstance(operator, Generalize):
        return operator.run(span, value)
    return operator.run(span, value)


def is_remembered(operator: Operator) -> bool:
    """Whether the session must remember the value, so that it can be restored."""
    if isinstance(operator, Pseudonym | DateShift):
        return operator.reversible
    return isinstance(operator, FormatPreserving | Surrogate)
