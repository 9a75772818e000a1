"""How one request is treated: by which policy, and what stands for values of which type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from customerai.contracts.privacy import AnonymizeRequest
from customerai.core.audit import Detail
from customerai.privacy.hiding import parse_operators
from customerai.privacy.operators import Operator
from customerai.privacy.policies.evaluation import Effective
from customerai.privacy.policies.model import ANY_TYPE, PLACEHOLDER, operator_of


@dataclass(frozen=True)
class Way:
    """A policy, and the operators of a request and of the policy together."""

    rules: Effective
    chosen: Mapping[str, Operator]

    def facts(self) -> dict[str, Detail]:
        """What the audit log says of types that are let through and of texts sent elsewhere."""
        facts: dict[str, Detail] = {}
        if self.rules.off:
            facts["off"] = sorted(self.rules.off)
        if self.rules.remote:
            facts["remote"] = list(self.rules.remote)
        return facts


def way_of(request: AnonymizeRequest, rules: Effective) -> Way:
    """The request's operators first; the policy's for the types of which it says nothing.

    Raises:
        OperatorInvalid: one is unknown, is set wrongly or would hide nothing.
    """
    if not rules.operators or ANY_TYPE in request.operators:
        return Way(rules, parse_operators(request.operators))
    own = {
        entity: config
        for entity, config in rules.operators.items()
        if operator_of(config) != PLACEHOLDER
    }
    return Way(rules, parse_operators({**own, **request.operators}))
