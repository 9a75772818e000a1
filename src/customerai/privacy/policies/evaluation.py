"""A policy made ready to run: which spans count, what stands for them, and why; pure.

Made once for a version of a tenant's policies, then read by every call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from customerai.privacy.policies import own
from customerai.privacy.policies.model import (
    ANY_TYPE,
    DEFAULT,
    SUPPORT_VIEW,
    SURE_ENOUGH,
    USES,
    EntityRule,
    Policy,
    is_protected,
    merged,
    switched_off,
)
from customerai.privacy.recognizers.custom import AllowList, DenyListRecognizer
from customerai.privacy.recognizers.spans import Recognizer, Span

BUILT_IN: Final = "default-1"
"""Version of a tenant's policy that has none of its own: the product's."""


_DENY: Final = "deny."
_NEVER: Final = 2.0  # above every score


@dataclass(frozen=True)
class Effective:
    """What holds for one purpose.

    Attributes:
        version: stands in receipts; changes with every policy or recognizer that takes part.
        off: types that are left as they are.
        thresholds: least score by type, `DEFAULT` for all others.
        operators: settings of operators by type, `DEFAULT` for all others.
        named: the values of `allowed` alone: of protected types no pattern lets one through.
        extra: recognizers besides the built-in ones.
        remote: names of those among them that send texts elsewhere.
    """

    purpose: str
    version: str = BUILT_IN
    off: frozenset[str] = frozenset()
    thresholds: Mapping[str, float] = field(default_factory=dict)
    operators: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    allowed: AllowList | None = None
    named: AllowList | None = None
    extra: tuple[Recognizer, ...] = ()
    remote: tuple[str, ...] = ()

    @property
    def plain(self) -> bool:
        """Whether spans are found as without a policy."""
        return not (self.off or self.thresholds or self.allowed or self.extra)

    def threshold(self, entity: str, otherwise: float) -> float:
        """The least score that a span of a type needs."""
        own_one = self.thresholds.get(entity)
        if own_one is not None:
            return own_one
        general = self.thresholds.get(ANY_TYPE)
        if general is None:
            return otherwise
        return min(general, SURE_ENOUGH) if is_protected(entity) else general

    def min_scores(self, entities: Iterable[str], otherwise: float) -> dict[str, float]:
        """The least score of each type that is not `otherwise`; none reaches that of one off."""
        named = {*entities, *self.thresholds, *self.off} - {ANY_TYPE}
        found = {
            entity: _NEVER if entity in self.off else self.threshold(entity, otherwise)
            for entity in named
        }
        return {entity: score for entity, score in found.items() if score != otherwise}

    def wanted(self, text: str, spans: Sequence[Span], otherwise: float) -> list[Span]:
        """The spans that the policy does not let go."""
        return [span for span in spans if self.let_go(text, span, otherwise) is None]

    def let_go(self, text: str, span: Span, otherwise: float) -> str | None:
        """The rule by which a span is left as it is; None: it is hidden."""
        if span.type in self.off:
            return f"entities.{span.type}.enabled"
        if span.score < self.threshold(span.type, otherwise):
            place = span.type if span.type in self.thresholds else ANY_TYPE
            return f"entities.{place}.threshold"
        allowed = self.named if is_protected(span.type) else self.allowed
        if allowed is not None and allowed.allows(text[span.start : span.end]):
            return "allow"
        return None

    def rule_of(self, span: Span) -> str:
        """The rule of the policy that made a span count: a list, a recognizer or a threshold."""
        if span.recognizer.startswith(_DENY):
            return span.recognizer
        if span.recognizer.startswith(own.PREFIX):
            return f"recognizers.{span.recognizer[len(own.PREFIX) :]}"
        if span.type in self.thresholds:
            return f"entities.{span.type}.threshold"
        return f"entities.{ANY_TYPE}.threshold" if ANY_TYPE in self.thresholds else "built-in"


@dataclass(frozen=True)
class Rules:
    """Everything of one tenant, ready to run.

    Attributes:
        versions: the version of each purpose's policy that has one.
    """

    revision: int
    policies: Mapping[str, Policy]
    versions: Mapping[str, int]
    uses: Mapping[str, Effective]

    def of(self, use: str) -> Effective:
        return self.uses[use]


def rules_of(
    revision: int,
    policies: Mapping[str, Policy],
    versions: Mapping[str, int],
    recognizers: Mapping[str, Recognizer],
    remote: Iterable[str] = (),
) -> Rules:
    """A tenant's policies made ready; takes tens of milliseconds for long lists.

    Args:
        recognizers: by the name that the tenant gave.
        remote: names of those that send texts elsewhere.

    Raises:
        BadPattern: a list or pattern cannot be used; what was saved was checked.
    """
    made = {
        use: effective(
            use,
            merged(policies.get(DEFAULT), policies.get(use)),
            recognizers,
            version=f"{use}-{versions.get(use, 0)}.default-{versions.get(DEFAULT, 0)}.r{revision}",
            remote=remote,
        )
        for use in USES
    }
    return Rules(revision, policies, versions, made)


def effective(
    use: str,
    policy: Policy,
    recognizers: Mapping[str, Recognizer],
    *,
    version: str,
    remote: Iterable[str] = (),
) -> Effective:
    """One purpose's policy, already merged, made ready.

    Raises:
        BadPattern: a list or pattern cannot be used.
    """
    chosen = sorted(recognizers) if policy.recognizers is None else policy.recognizers
    denied = [
        DenyListRecognizer(
            f"{_DENY}{index}",
            deny.entity,
            deny.words,
            whole_words=deny.whole_words,
            ignore_case=deny.ignore_case,
            score=1.0,
        )
        for index, deny in enumerate(policy.deny or ())
    ]
    allow, allowed = policy.allow, None
    if allow is not None and (allow.values or allow.patterns):
        allowed = AllowList(
            frozenset(allow.values), tuple(allow.patterns), allow.ignore_case, allow.whole
        )
    running = [name for name in dict.fromkeys(chosen) if name in recognizers]
    return Effective(
        purpose=use,
        version=version,
        off=switched_off(policy),
        thresholds=_said(policy.entities, "threshold"),
        operators=_said(policy.entities, "operator"),
        allowed=allowed,
        named=None if allowed is None else AllowList(allowed.values, (), allowed.ignore_case),
        extra=(*denied, *(recognizers[name] for name in running)),
        remote=tuple(sorted(set(running) & set(remote))),
    )


def _said(entities: Mapping[str, EntityRule], name: str) -> dict[str, Any]:
    return {
        entity: value
        for entity, rule in entities.items()
        if (value := getattr(rule, name)) is not None
    }


def stand_in(effective_one: Effective, entity: str) -> Mapping[str, Any] | None:
    """The operator that a purpose puts in the place of a type's values, if it names one."""
    found = effective_one.operators.get(entity)
    return effective_one.operators.get(ANY_TYPE) if found is None else found


def shows_plainly(effective_one: Effective, entity: str) -> bool:
    """Whether a value behind a placeholder comes back as it is where no operator is named."""
    return effective_one.purpose == SUPPORT_VIEW or entity in effective_one.off
