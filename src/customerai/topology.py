"""Which parts an installation has, which handlers each runs, and what a part needs of others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from customerai.core.events import HandlerFunction
from customerai.core.settings import Settings
from customerai.core.telemetry import EMBEDDED
from customerai.fairness import handlers as fairness_handlers
from customerai.insights import handlers as insights_handlers
from customerai.integrations import handlers as integrations_handlers
from customerai.privacy import handlers as privacy_handlers
from customerai.responder import handlers as responder_handlers

SERVICES: Final = ("gateway", "privacy", "responder", "insights", "fairness", "integrations")

HANDLERS: Final[Mapping[str, tuple[HandlerFunction, ...]]] = {
    "privacy": (
        privacy_handlers.note_responder_erased,
        privacy_handlers.note_insights_erased,
        privacy_handlers.note_fairness_erased,
        privacy_handlers.note_integrations_erased,
        privacy_handlers.note_responder_exported,
        privacy_handlers.note_insights_exported,
        privacy_handlers.note_fairness_exported,
        privacy_handlers.note_retention,
        privacy_handlers.expire_conversations,
    ),
    "responder": (
        responder_handlers.erase_conversations,
        responder_handlers.contribute_conversations,
        responder_handlers.find_old_conversations,
    ),
    "insights": (
        insights_handlers.score_messages,
        insights_handlers.note_outcomes,
        insights_handlers.erase_scores,
        insights_handlers.contribute_scores,
    ),
    "fairness": (
        fairness_handlers.count_decisions,
        fairness_handlers.erase_decisions,
        fairness_handlers.contribute_decisions,
        fairness_handlers.expire_decisions,
    ),
    "integrations": (
        integrations_handlers.look_for_files,
        integrations_handlers.look_for_files_again,
        integrations_handlers.expire_imports,
    ),
}

CALLS: Final[Mapping[str, tuple[str, ...]]] = {
    "gateway": ("privacy", "responder", "insights", "fairness", "integrations"),
    "privacy": (),
    "responder": ("privacy",),
    "insights": ("privacy", "responder"),
    "fairness": ("privacy",),
    "integrations": ("responder",),
}
"""Which services a service calls over the network when they are not in its own process."""


class SplitInvalid(Exception):
    """The settings do not fit a process that runs only some of the services."""


def chosen(names: Iterable[str]) -> frozenset[str]:
    """The services that these names mean; none means all.

    Raises:
        SplitInvalid: there is no such service.
    """
    wanted = frozenset(names)
    unknown = sorted(wanted - set(SERVICES))
    if unknown:
        raise SplitInvalid(f"there is no service {unknown[0]}; services are {', '.join(SERVICES)}")
    return wanted or frozenset(SERVICES)


def is_split(services: frozenset[str]) -> bool:
    """Whether other processes run the rest."""
    return services != frozenset(SERVICES)


def label(services: frozenset[str]) -> str:
    """What a process is called in logs: its services, or the product when it runs all."""
    if not is_split(services):
        return EMBEDDED
    return ",".join(name for name in SERVICES if name in services)


def check(settings: Settings, services: frozenset[str]) -> None:
    """Refuse a split process that would keep to itself what all must share.

    Raises:
        SplitInvalid: names every setting that is missing, or the services that cannot go together.
    """
    if not is_split(services):
        return
    if "gateway" in services and services != {"gateway"}:
        # What it ran besides would have no address of its own for the others.
        raise SplitInvalid("a gateway runs alone, or with every service; split the rest off")
    missing = []
    if not (settings.database.url or "").startswith("postgresql"):
        missing.append("CUSTOMERAI_DATABASE__URL (postgresql+asyncpg://…)")
    if settings.bus.url is None:
        missing.append("CUSTOMERAI_BUS__URL (amqp://…)")
    if "gateway" in services and settings.cache.url is None:
        missing.append("CUSTOMERAI_CACHE__URL (redis://…)")
    if settings.keys.master_key is None and settings.keys.wrapped_master_key is None:
        missing.append("CUSTOMERAI_KEYS__MASTER_KEY or CUSTOMERAI_KEYS__WRAPPED_MASTER_KEY")
    for name in sorted({called for service in services for called in CALLS[service]} - services):
        if not getattr(settings.services, name):
            missing.append(f"CUSTOMERAI_SERVICES__{name.upper()} (http://…)")
    if missing:
        raise SplitInvalid(
            "a process that runs only some services shares the rest; set " + ", ".join(missing)
        )
