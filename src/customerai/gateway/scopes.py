"""What can be allowed, and what each console role allows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

SCOPES: Final[dict[str, str]] = {
    "privacy:detect": "Find personal data in texts",
    "privacy:anonymize": "Hide personal data in texts",
    "privacy:reveal": "See values behind placeholders",
    "privacy:rights": "Erase and export customers' data; retention, holds, consents",
    "privacy:admin": "Change privacy policies and recognizers, and try them on texts",
    "insights:read": "See reports",
    "insights:analyze": "Analyse texts",
    "responder:read": "See conversations and knowledge, with personal data hidden",
    "responder:write": "Add conversations, messages and knowledge; ask for replies",
    "fairness:read": "See decisions by group",
    "fairness:write": "Record decisions",
    "imports:write": "Import files, and cancel imports",
    "jobs:read": "Follow long work",
    "audit:read": "Read the audit log",
    "keys:admin": "Make and revoke API keys",
    "events:read": "See events that were parked",
    "events:admin": "Repeat and discard events that were parked",
}

_READ = ("insights:read", "responder:read", "jobs:read")
_COMPLIANCE = frozenset(
    {*_READ, "audit:read", "fairness:read", "privacy:detect", "privacy:rights", "privacy:admin"}
)
ROLES: Final[dict[str, frozenset[str]]] = {
    "viewer": frozenset(_READ),
    "agent": frozenset({*_READ, "responder:write"}),
    "analyst": frozenset({*_READ, "insights:analyze", "fairness:read", "imports:write"}),
    "compliance": _COMPLIANCE,
    # The one role that may see values: for those who answer customers' requests for their data.
    "privacy-officer": _COMPLIANCE | {"privacy:anonymize", "privacy:reveal"},
    "developer": frozenset(
        {*_READ, "privacy:detect", "privacy:anonymize", "keys:admin", "events:read"}
    ),
    "admin": frozenset({"*"}),
}


def expand(names: Iterable[str]) -> frozenset[str]:
    """Scopes by their names; `all` is every one, `privacy:reveal` too.

    Raises:
        ValueError: a name is no scope; the message names it.
    """
    expanded: set[str] = set()
    for name in names:
        if name == "all":
            expanded |= {"*", "privacy:reveal"}
        elif name in SCOPES or name == "*":
            expanded.add(name)
        else:
            raise ValueError(f"there is no scope {name!r}")
    return frozenset(expanded)
