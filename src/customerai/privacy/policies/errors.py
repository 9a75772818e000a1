"""Why a policy or a recognizer was not taken."""

from __future__ import annotations

from collections.abc import Sequence

from customerai.core.errors import Conflict, InvalidRequest, NotFound
from customerai.privacy.policies.model import Fault


class PolicyInvalid(InvalidRequest):
    """A policy breaks a rule; `errors` names each place and rule."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        first = faults[0]
        super().__init__(
            f"The policy cannot be used: {first.place}: {first.rule}.",
            errors=[{"place": one.place, "rule": one.rule} for one in faults[:50]],
        )


class RecognizerInvalid(InvalidRequest):
    """A recognizer breaks a rule; `errors` names each place and rule."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        first = faults[0]
        super().__init__(
            f"The recognizer cannot be used: {first.place}: {first.rule}.",
            errors=[{"place": one.place, "rule": one.rule} for one in faults[:50]],
        )


class PolicyMoved(Conflict):
    """Somebody else saved a newer version meanwhile; look at it and save again."""

    def __init__(self) -> None:
        super().__init__("There is a newer version than the one that this was made from.")


class PolicyVersionNotFound(NotFound):
    """No such version of this purpose's policy in this tenant."""

    def __init__(self) -> None:
        super().__init__("That purpose's policy has no such version.")


class RecognizerNotFound(NotFound):
    """No own recognizer of that name in this tenant."""

    def __init__(self) -> None:
        super().__init__("There is no recognizer of that name.")


class RecognizerExists(Conflict):
    """A recognizer of that name exists; `PUT` changes it."""

    def __init__(self) -> None:
        super().__init__("There is a recognizer of that name already.")


class RecognizerInUse(Conflict):
    """A policy names the recognizer; take it out there first."""

    def __init__(self, purposes: Sequence[str]) -> None:
        super().__init__("A policy names this recognizer.", purposes=list(purposes))
