"""What is wrong with a policy, beyond its shape; pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from customerai.privacy.hiding import OperatorInvalid, parse_operators
from customerai.privacy.policies import model
from customerai.privacy.policies.model import Fault, Policy
from customerai.privacy.recognizers.custom import AllowList, BadPattern, DenyListRecognizer

_KEEPS: Final = "hides nothing; switch the type off instead"


def faults(
    purpose: str, policies: Mapping[str, Policy], recognizers: Collection[str]
) -> list[Fault]:
    """What hinders one purpose's policy, seen together with the others that would hold with it.

    Args:
        recognizers: the names that a policy may use.
    """
    policy = policies[purpose]
    found = [*model.shape_faults(policy), *_operator_faults(policy, purpose)]
    found += [
        Fault(f"recognizers.{index}", "there is no recognizer of that name")
        for index, name in enumerate(policy.recognizers or ())
        if name not in recognizers
    ]
    found += _list_faults(policy)
    default = policies.get(model.DEFAULT)
    for use in model.USES if purpose == model.DEFAULT else (purpose,):
        whole = model.merged(default, policies.get(use))
        risky = [*model.risks(whole, use), *model.clashes(whole)]
        found += [one for one in risky if one not in found]
    return found


def _operator_faults(policy: Policy, purpose: str) -> list[Fault]:
    """Operators that cannot be used; only a person's view may show values as they are."""
    found = []
    for entity, rule in policy.entities.items():
        if rule.operator is None:
            continue
        place = f"entities.{entity}.operator"
        kind = model.operator_of(rule.operator)
        if kind == "keep" and purpose != model.SUPPORT_VIEW:
            found.append(Fault(place, _KEEPS))
        if kind in (model.PLACEHOLDER, "keep"):
            if set(rule.operator) - {"operator", "type"}:
                found.append(Fault(place, "was given a field it does not have"))
            continue
        try:
            parse_operators({entity: rule.operator})
        except OperatorInvalid as error:
            found.append(Fault(place, error.detail.rstrip(".")))
    return found


def _list_faults(policy: Policy) -> list[Fault]:
    found = []
    if policy.allow is not None:
        for index, pattern in enumerate(policy.allow.patterns):
            try:
                AllowList(patterns=(pattern,))
            except BadPattern as error:
                found.append(Fault(f"allow.patterns.{index}", error.reason))
    for index, deny in enumerate(policy.deny or ()):
        try:
            DenyListRecognizer("deny", deny.entity, deny.words, whole_words=deny.whole_words)
        except BadPattern as error:
            found.append(Fault(f"deny.{index}.words", error.reason))
    return found
