"""Dead letters as people handle them: seen, told again, or discarded with a reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    select,
    tuple_,
)

from customerai.core import audit
from customerai.core.db import Transaction
from customerai.core.errors import Conflict, NotFound
from customerai.core.ids import is_id
from customerai.core.outbox import BULK, dead_letter, outbox_event
from customerai.core.principal import Principal

MOST_AT_ONCE: Final = 500
"""Letters that one call moves at most; an audit entry names the discarded ones."""

_MOST_GROUPS: Final = 200
_CODES: Final = ("role", "kind", "outcome")
_CODE: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_ORDER: Final = (dead_letter.c.parked_at, dead_letter.c.id, dead_letter.c.handler)

Place = tuple[datetime, str, str]
"""Where a letter stands in the list: when it was parked, its id, its handler."""


class DeadLetterNotFound(NotFound):
    """No parked event with that id for that handler in this tenant."""

    def __init__(self) -> None:
        super().__init__("No such dead letter; it may have been told again already.")


class DeadLetterOnItsWay(Conflict):
    """The event was parked anew while it is still being told again; try again in a while."""

    def __init__(self) -> None:
        super().__init__("The event is still being told again; try again in a while.")


@dataclass(frozen=True)
class DeadLetter:
    """An event that a handler kept refusing.

    Attributes:
        error: the class of the last error, or a code of ours.
        ids: the ids of ours in its payload, by member.
        codes: the codes in its payload, such as a message's role.
    """

    id: str
    handler: str
    name: str
    attempts: int
    error: str
    parked_at: datetime
    ids: Mapping[str, str]
    codes: Mapping[str, str]

    @property
    def place(self) -> Place:
        return self.parked_at, self.id, self.handler


@dataclass(frozen=True)
class Wanted:
    """Which letters; nothing set means every one.

    Attributes:
        letters: handler and id of each.
        until: the place of the newest one; what was parked since is left alone.
    """

    letters: Collection[tuple[str, str]] | None = None
    handler: str | None = None
    name: str | None = None
    error: str | None = None
    until: Place | None = None


@dataclass(frozen=True)
class Group:
    """Letters that failed alike."""

    handler: str
    name: str
    error: str
    count: int
    oldest_at: datetime
    newest_at: datetime


@dataclass(frozen=True)
class Summary:
    """How many letters there are, and of which kinds, the most frequent first.

    Attributes:
        newest: the place of the newest letter; None when there is none.
    """

    total: int
    groups: Sequence[Group]
    newest: Place | None


@dataclass(frozen=True)
class Moved:
    """What a call did.

    Attributes:
        more: whether it took as many as it may, so that some can be left.
    """

    count: int
    more: bool


def find(
    tx: Transaction, tenant: str, wanted: Wanted, *, before: Place | None, limit: int
) -> list[DeadLetter]:
    """The letters of a tenant, newest first, from those that stand after `before`."""
    condition = _where(tenant, wanted)
    if before is not None:
        condition = and_(condition, tuple_(*_ORDER) < _bound(before))
    rows = tx.execute(
        select(dead_letter)
        .where(condition)
        .order_by(*(column.desc() for column in _ORDER))
        .limit(limit)
    )
    return [_letter(row) for row in rows]


def summary(tx: Transaction, tenant: str) -> Summary:
    """The letters of a tenant, counted by handler, event and error."""
    kinds = (dead_letter.c.handler, dead_letter.c.name, dead_letter.c.error)
    mine = dead_letter.c.tenant == tenant
    count = func.count()
    groups = tx.execute(
        select(
            *kinds,
            count.label("count"),
            func.min(dead_letter.c.parked_at).label("oldest_at"),
            func.max(dead_letter.c.parked_at).label("newest_at"),
        )
        .where(mine)
        .group_by(*kinds)
        .order_by(count.desc(), *kinds)
        .limit(_MOST_GROUPS)
    )
    newest = tx.execute(
        select(*_ORDER).where(mine).order_by(*(column.desc() for column in _ORDER)).limit(1)
    ).one_or_none()
    found = [Group(**row._mapping) for row in groups]
    total = sum(group.count for group in found)
    if len(found) == _MOST_GROUPS:  # and maybe more of them, each of few letters
        total = tx.execute(select(count).select_from(dead_letter).where(mine)).scalar_one()
    return Summary(
        total=total,
        groups=found,
        newest=None if newest is None else (newest.parked_at, newest.id, newest.handler),
    )


def redrive(tx: Transaction, who: Principal, wanted: Wanted) -> Moved:
    """Tell letters again, each to the handler that refused it; the oldest first.

    They wait for live traffic: those that fail again would hold it up. One that is still being
    told from an earlier call is left where it is.

    Raises:
        DeadLetterNotFound: letters were named and none of them is parked.
        DeadLetterOnItsWay: letters were named and those that are parked are still being told.
    """
    waiting = exists().where(
        outbox_event.c.tenant == dead_letter.c.tenant,
        outbox_event.c.id == dead_letter.c.id,
        outbox_event.c.handler == dead_letter.c.handler,
    )
    rows = _take(tx, and_(_where(who.tenant, wanted), not_(waiting)))
    if not rows and wanted.letters is not None:
        if find(tx, who.tenant, wanted, before=None, limit=1):
            raise DeadLetterOnItsWay
        raise DeadLetterNotFound
    if rows:
        tx.execute(
            insert(outbox_event),
            [
                {
                    "tenant": row.tenant,
                    "id": row.id,
                    "name": row.name,
                    "payload": row.payload,
                    "handler": row.handler,
                    "priority": BULK,
                }
                for row in rows
            ],
        )
        audit.record(tx, who, "events.redriven", count=len(rows), handlers=_by_handler(rows))
    return Moved(len(rows), more=len(rows) == MOST_AT_ONCE)


def discard(
    tx: Transaction, who: Principal, wanted: Wanted, *, reason: str, reference: str | None
) -> Moved:
    """Forget letters for good; the audit log keeps which, by whom and why.

    Args:
        reason: a code; a person's own words could hold personal data, which the log never loses.
        reference: the number of a ticket that says more.

    Raises:
        DeadLetterNotFound: letters were named and none of them is parked.
    """
    rows = _take(tx, _where(who.tenant, wanted))
    if not rows and wanted.letters is not None:
        raise DeadLetterNotFound
    if rows:
        audit.record(
            tx,
            who,
            "events.discarded",
            count=len(rows),
            handlers=_by_handler(rows),
            events=[row.id for row in rows],
            reason=reason,
            reference=reference,
        )
    return Moved(len(rows), more=len(rows) == MOST_AT_ONCE)


def _take(tx: Transaction, condition: ColumnElement[bool]) -> list[Row[Any]]:
    """Remove the oldest letters that fit and return them; two callers never get the same one."""
    key = dead_letter.primary_key
    oldest = (
        select(*key)
        .where(condition)
        .order_by(*_ORDER)
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True, of=dead_letter)
    )
    taken = tx.execute(
        delete(dead_letter).where(tuple_(*key).in_(oldest)).returning(*dead_letter.c)
    )
    return sorted(taken, key=lambda row: (row.parked_at, row.id, row.handler))


def _where(tenant: str, wanted: Wanted) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = dead_letter.c.tenant == tenant
    for column, value in (
        (dead_letter.c.handler, wanted.handler),
        (dead_letter.c.name, wanted.name),
        (dead_letter.c.error, wanted.error),
    ):
        if value is not None:
            condition = and_(condition, column == value)
    if wanted.letters is not None:
        named = tuple_(dead_letter.c.handler, dead_letter.c.id).in_(list(wanted.letters))
        condition = and_(condition, named)
    if wanted.until is not None:
        condition = and_(condition, tuple_(*_ORDER) <= _bound(wanted.until))
    return condition


def _bound(place: Place) -> ColumnElement[Any]:
    at, event_id, handler = place
    return tuple_(literal(at, dead_letter.c.parked_at.type), literal(event_id), literal(handler))


def _by_handler(rows: Sequence[Row[Any]]) -> dict[str, int]:
    return dict(sorted(Counter(row.handler for row in rows).items()))


def _letter(row: Row[Any]) -> DeadLetter:
    payload: Mapping[str, object] = row.payload
    return DeadLetter(
        id=row.id,
        handler=row.handler,
        name=row.name,
        attempts=row.attempts,
        error=row.error,
        parked_at=row.parked_at,
        ids={
            member: value
            for member, value in payload.items()
            if member.endswith("_id") and isinstance(value, str) and is_id(value)
        },
        codes={
            member: value
            for member in _CODES
            if isinstance(value := payload.get(member), str) and _CODE.fullmatch(value)
        },
    )
