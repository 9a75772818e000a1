"""What stands for a session's values when a purpose's policy says how they are shown."""

from __future__ import annotations

from collections.abc import Sequence

from customerai.privacy import operators
from customerai.privacy.hiding import parse_operators
from customerai.privacy.operators.encrypting import TOKEN
from customerai.privacy.operators.scope import Scope
from customerai.privacy.placeholders import PlaceholderBook
from customerai.privacy.policies.evaluation import Effective, shows_plainly, stand_in
from customerai.privacy.policies.model import PLACEHOLDER, operator_of
from customerai.privacy.recognizers.spans import Span
from customerai.privacy.restoring import Restorer


def viewer(book: PlaceholderBook, rules: Effective, scope: Scope, *, tolerant: bool) -> Restorer:
    """What puts into texts of a session that which a purpose may see.

    A person's view shows a value as it is unless the policy names an operator; an export and
    analytics show it only where the policy names one. What is not shown stays a stand-in.
    """

    def decrypt(token: str) -> str | None:
        value, kind = operators.decrypted(token, scope), TOKEN.fullmatch(token)
        return None if value is None or kind is None else shown(kind[1], value, rules, scope)

    mapping = {
        entry.placeholder: seen
        for entry in book.entries()
        if not entry.is_reserved
        and (seen := shown(entry.type, entry.value, rules, scope)) is not None
    }
    return Restorer(mapping, tolerant=tolerant, decrypt=decrypt)


def shown(entity: str, value: str, rules: Effective, scope: Scope) -> str | None:
    """What a purpose sees of a value; None: the stand-in that is there."""
    config = stand_in(rules, entity)
    if config is None:
        return value if shows_plainly(rules, entity) else None
    kind = operator_of(config)
    if kind in (PLACEHOLDER, "keep"):
        return value if kind == "keep" else None
    operator = parse_operators({entity: config})[entity]
    try:
        whole = Span(entity, 0, len(value), 1.0, "policy")
        return operators.run(operator, whole, value, scope=scope)
    except operators.NoStandIn:
        return f"[{entity}]"


def let_go(
    text: str, spans: Sequence[Span], plain: Sequence[Span], rules: Effective
) -> list[tuple[Span, str]]:
    """The built-in findings that a policy leaves as they are, and by which rule."""
    found = []
    for one in plain:
        covered = any(span.start < one.end and one.start < span.end for span in spans)
        rule = None if covered else rules.let_go(text, one, 0.0)
        if rule is not None:
            found.append((one, rule))
    return found
