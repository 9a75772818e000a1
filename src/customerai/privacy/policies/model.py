"""A policy as it is written: what is looked for, how surely, and what stands in its place; pure.

A tenant has one policy a purpose. What a purpose leaves unsaid it takes from `default`, field by
field; what `default` leaves unsaid is the product's own way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

DEFAULT: Final = "default"
MODEL_CALL: Final = "model_call"
SUPPORT_VIEW: Final = "support_view"
USES: Final = (MODEL_CALL, "analytics", "export", SUPPORT_VIEW)
PURPOSES: Final = (DEFAULT, *USES)
ANY_TYPE: Final = "DEFAULT"
"""In the place of an entity type: every type that has no rule of its own."""

PLACEHOLDER: Final = "placeholder"
"""As an operator of a policy: a numbered placeholder, whatever the default policy says."""

_PROTECTED: Final = frozenset(
    {"ABA_ROUTING_NUMBER", "CREDIT_CARD", "CRYPTO", "IBAN_CODE", "PASSWORD", "PIN", "USERNAME"}
)
_OF_A_COUNTRY: Final = re.compile(r"(?!ID_|IP_)([A-Z]{2})_[A-Z0-9_]+")

SURE_ENOUGH: Final = 0.5
"""The highest threshold that a protected type has without `accept_risk`."""

NEVER_ENTITIES: Final = frozenset({ANY_TYPE, "LITERAL"})

EntityType = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,63}$")]
RecognizerName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
Word = Annotated[str, Field(min_length=1, max_length=200)]
Pattern = Annotated[str, Field(min_length=1, max_length=1000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EntityRule(_Part):
    """What holds for one entity type; None is taken from the default policy.

    Attributes:
        enabled: False leaves values of this type as they are.
        threshold: spans with a lower score are left.
        operator: what stands for a value, as in a request, or `placeholder`.
        accept_risk: the tenant knows what letting a protected type through means.
        reason: why; needed with `accept_risk`.
    """

    enabled: bool | None = None
    threshold: Annotated[float, Field(ge=0, le=1)] | None = None
    operator: dict[str, Any] | None = None
    accept_risk: bool = False
    reason: Annotated[str, Field(min_length=3, max_length=500)] | None = None


class Allow(_Part):
    """What is never personal data: whole values, and patterns (RE2).

    A pattern lets no protected type through; a value that is named does pass.
    """

    values: Annotated[list[Word], Field(max_length=50_000)] = Field(default_factory=list)
    patterns: Annotated[list[Pattern], Field(max_length=64)] = Field(default_factory=list)
    ignore_case: bool = True
    whole: bool = True


class Deny(_Part):
    """Words that are always an entity of one type."""

    entity: EntityType
    words: Annotated[list[Word], Field(min_length=1, max_length=50_000)]
    whole_words: bool = True
    ignore_case: bool = True


class Policy(_Part):
    """One purpose's policy; None is taken from the default policy.

    Attributes:
        recognizers: names of the tenant's own recognizers that run; None: all of them.
    """

    entities: dict[EntityType, EntityRule] = Field(default_factory=dict)
    allow: Allow | None = None
    deny: Annotated[list[Deny], Field(max_length=64)] | None = None
    recognizers: Annotated[list[RecognizerName], Field(max_length=200)] | None = None


@dataclass(frozen=True)
class Fault:
    """What is wrong with a policy or recognizer: where, and which rule; never a value."""

    place: str
    rule: str


def is_protected(entity: str) -> bool:
    """Whether a type leaves the house only with `accept_risk` and a reason.

    Payment data (PCI DSS 4.0, 3.4), what signs somebody in, and the numbers that a country gives
    its people, whose types begin with the country (`US_SSN`; California Civil Code 1798.82(h)).
    """
    return entity in _PROTECTED or country_of(entity) is not None


def country_of(entity: str) -> str | None:
    """The two letters with which the type of a country's number begins."""
    found = _OF_A_COUNTRY.fullmatch(entity)
    return None if found is None else found[1]


def use_of(purpose: str) -> str:
    """The policy's purpose that a request's purpose falls under.

    Whatever is not for analytics, export or somebody's eyes is stored or shown to a model.
    """
    return purpose if purpose in USES else MODEL_CALL


def merged(default: Policy | None, own: Policy | None) -> Policy:
    """A purpose's policy with what it leaves unsaid taken from the default."""
    if default is None or own is None:
        return own or default or Policy()
    entities = dict(default.entities)
    for entity, rule in own.entities.items():
        before = entities.get(entity)
        entities[entity] = rule if before is None else _merged_rule(before, rule)
    return Policy(
        entities=entities,
        allow=default.allow if own.allow is None else own.allow,
        deny=default.deny if own.deny is None else own.deny,
        recognizers=default.recognizers if own.recognizers is None else own.recognizers,
    )


def _merged_rule(default: EntityRule, own: EntityRule) -> EntityRule:
    said = own.model_dump(exclude_none=True, exclude={"accept_risk", "reason"})
    # A risk is accepted together with what it is about: who says neither takes both over.
    risk = default if own.enabled is None and own.threshold is None else own
    told = {"accept_risk": risk.accept_risk, "reason": risk.reason}
    return default.model_copy(update={**said, **told})


def switched_off(policy: Policy) -> frozenset[str]:
    """The types that a policy, already merged, leaves as they are."""
    return frozenset(entity for entity, rule in policy.entities.items() if rule.enabled is False)


def risks(policy: Policy, purpose: str) -> list[Fault]:
    """Where a policy, already merged, lets a protected type go without having said so.

    What a person who may reveal sees is no risk of this kind: `support_view` is free.
    """
    if purpose == SUPPORT_VIEW:
        return []
    found = []
    for entity, rule in sorted(policy.entities.items()):
        accepted = rule.accept_risk and rule.reason is not None
        if accepted or not is_protected(entity):
            continue
        if rule.enabled is False:
            found.append(Fault(f"entities.{entity}.enabled", "needs accept_risk and a reason"))
        if rule.threshold is not None and rule.threshold > SURE_ENOUGH:
            found.append(
                Fault(
                    f"entities.{entity}.threshold",
                    f"above {SURE_ENOUGH} needs accept_risk and a reason",
                )
            )
    return found


def operator_of(config: Mapping[str, Any]) -> object:
    """The name of the operator in its settings; Presidio's spelling `type` is taken too."""
    return config.get("operator", config.get("type"))


def clashes(policy: Policy) -> list[Fault]:
    """What a policy, already merged, asks for that cannot be had together."""
    general = policy.entities.get(ANY_TYPE)
    if general is None or general.operator is None:
        return []
    return [
        Fault(f"entities.{entity}.operator", f"has no placeholder beside entities.{ANY_TYPE}")
        for entity, rule in sorted(policy.entities.items())
        if rule.operator is not None and operator_of(rule.operator) == PLACEHOLDER
    ]


def shape_faults(policy: Policy) -> list[Fault]:
    """What no schema says: rules that contradict themselves."""
    found = []
    general = policy.entities.get(ANY_TYPE)
    if general is not None and general.enabled is not None:
        found.append(Fault(f"entities.{ANY_TYPE}.enabled", "types are switched off one by one"))
    for entity, rule in policy.entities.items():
        if rule.accept_risk and rule.reason is None:
            found.append(Fault(f"entities.{entity}.reason", "accept_risk needs a reason"))
        if entity == "LITERAL":
            found.append(Fault("entities.LITERAL", "is no entity type"))
    for index, deny in enumerate(policy.deny or ()):
        if deny.entity in NEVER_ENTITIES:
            found.append(Fault(f"deny.{index}.entity", "is no entity type"))
    return found


@dataclass(frozen=True)
class Difference:
    """One place at which two policies differ.

    Attributes:
        before, after: the settings there; for lists None, and what came and went is told.
        added, removed: entries of a list, at most a hundred of each.
    """

    place: str
    before: object = None
    after: object = None
    added: tuple[object, ...] = ()
    removed: tuple[object, ...] = ()


_MOST_TOLD: Final = 100


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Where two documents of policies differ, by place, sorted."""
    return sorted(_differences("", before, after), key=lambda one: one.place)


def _differences(place: str, before: object, after: object) -> list[Difference]:
    if before == after:
        return []
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return [
            one
            for key in sorted({*before, *after})
            for one in _differences(
                f"{place}.{key}" if place else str(key), before.get(key), after.get(key)
            )
        ]
    if _is_list(before) and _is_list(after):
        return [_list_difference(place, before or (), after or ())]  # type: ignore[arg-type]
    return [Difference(place, before, after)]


def _is_list(value: object) -> bool:
    return isinstance(value, (list, tuple))


def _list_difference(place: str, before: Sequence[Any], after: Sequence[Any]) -> Difference:
    old, new = {repr(item): item for item in before}, {repr(item): item for item in after}
    return Difference(
        place,
        added=tuple(new[key] for key in new if key not in old)[:_MOST_TOLD],
        removed=tuple(old[key] for key in old if key not in new)[:_MOST_TOLD],
    )
