"""Routes of the events that were parked: seen, told again, discarded."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from customerai.core import dead_letters, paging
from customerai.core.db import Database
from customerai.core.dead_letters import Moved, Place, Wanted
from customerai.core.http import Body, Caller, Reply, scope

Limit = Annotated[int, Query(ge=1, le=100)]
Name = Annotated[str, Field(min_length=1, max_length=128)]
EventId = Annotated[str, Field(min_length=1, max_length=64)]
Cursor = Annotated[str, Field(max_length=256)]
# A ticket's number, such as OPS-1042: too narrow for a name or a telephone number.
Reference = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,9}-[0-9]{1,6}$")]


class DeadLetterReply(Reply):
    """An event that a handler kept refusing; of its payload the ids and codes."""

    id: str
    handler: str
    name: str
    attempts: int
    error: str
    parked_at: datetime
    ids: dict[str, str]
    codes: dict[str, str]


class DeadLettersReply(Reply):
    """A page of parked events, newest first."""

    items: list[DeadLetterReply]
    next: str | None


class DeadLetterGroupReply(Reply):
    """Parked events that failed alike."""

    handler: str
    name: str
    error: str
    count: int
    oldest_at: datetime
    newest_at: datetime


class DeadLetterSummaryReply(Reply):
    """Parked events by handler, event and error; `until` names the newest one."""

    total: int
    items: list[DeadLetterGroupReply]
    until: str | None


class LetterKey(Body):
    """One parked event: its id and the handler that refused it."""

    handler: Name
    event_id: EventId


class LetterFilter(Body):
    """Every parked event that fits; `until` of a summary leaves out what was parked since."""

    handler: Name | None = None
    name: Name | None = None
    error: Name | None = None
    until: Cursor | None = None


Letters = Annotated[list[LetterKey], Field(min_length=1, max_length=100)] | LetterFilter


class RedriveRequest(Body):
    """Which parked events shall be told again, each to the handler that refused it."""

    letters: Letters


class DiscardReason(str, Enum):
    """Why an event is given up; a code, as the audit log keeps nobody's own words."""

    DONE_OTHERWISE = "done-otherwise"
    NOT_NEEDED = "not-needed"
    CANNOT_BE_HANDLED = "cannot-be-handled"
    TEST_DATA = "test-data"


class DiscardRequest(Body):
    """Which parked events shall be forgotten, why, and the number of a ticket that says more."""

    letters: Letters
    reason: DiscardReason
    reference: Reference | None = None


class MovedReply(Reply):
    """How many events a call took; with `more`, call again: some may be left."""

    count: int
    more: bool


def router(db: Database) -> APIRouter:
    """The routes below /v1/events."""
    routes = APIRouter(prefix="/v1/events", tags=["events"])

    @routes.get("/dead-letters", openapi_extra=scope("events:read"))
    async def list_dead_letters(
        who: Caller,
        *,
        handler: str | None = None,
        name: str | None = None,
        error: str | None = None,
        cursor: str | None = None,
        limit: Limit = 50,
    ) -> DeadLettersReply:
        """Events that a handler kept refusing, newest first."""
        wanted, before = Wanted(handler=handler, name=name, error=error), _place(cursor)
        found = await db.read(
            lambda tx: dead_letters.find(tx, who.tenant, wanted, before=before, limit=limit),
            tenant=who.tenant,
        )
        return DeadLettersReply(
            items=[DeadLetterReply.model_validate(letter) for letter in found],
            next=_cursor(found[-1].place) if len(found) == limit else None,
        )

    @routes.get("/dead-letters/summary", openapi_extra=scope("events:read"))
    async def summarize_dead_letters(who: Caller) -> DeadLetterSummaryReply:
        """Parked events counted by handler, event and error, the most frequent first."""
        seen = await db.read(lambda tx: dead_letters.summary(tx, who.tenant), tenant=who.tenant)
        return DeadLetterSummaryReply(
            total=seen.total,
            items=[DeadLetterGroupReply.model_validate(group) for group in seen.groups],
            until=None if seen.newest is None else _cursor(seen.newest),
        )

    @routes.post("/redrives", status_code=202, openapi_extra=scope("events:admin"))
    async def create_redrive(body: RedriveRequest, who: Caller) -> MovedReply:
        """Tell parked events again, up to 500 a call, the oldest first."""
        wanted = _wanted(body.letters)
        moved = await db.write(lambda tx: dead_letters.redrive(tx, who, wanted), tenant=who.tenant)
        return _moved(moved)

    @routes.post("/discards", status_code=201, openapi_extra=scope("events:admin"))
    async def create_discard(body: DiscardRequest, who: Caller) -> MovedReply:
        """Forget parked events for good, up to 500 a call; their effect stays missing."""
        wanted, reason, reference = _wanted(body.letters), body.reason.value, body.reference
        moved = await db.write(
            lambda tx: dead_letters.discard(tx, who, wanted, reason=reason, reference=reference),
            tenant=who.tenant,
        )
        return _moved(moved)

    return routes


def _wanted(letters: list[LetterKey] | LetterFilter) -> Wanted:
    if isinstance(letters, LetterFilter):
        return Wanted(
            handler=letters.handler,
            name=letters.name,
            error=letters.error,
            until=_place(letters.until),
        )
    return Wanted(letters=[(letter.handler, letter.event_id) for letter in letters])


def _moved(moved: Moved) -> MovedReply:
    return MovedReply(count=moved.count, more=moved.more)


def _cursor(place: Place) -> str:
    at, event_id, handler = place
    return paging.encode(at, f"{event_id}.{handler}")


def _place(cursor: str | None) -> Place | None:
    decoded = paging.decode(cursor)
    if decoded is None:
        return None
    at, row_id = decoded
    event_id, _, handler = row_id.partition(".")
    if not (event_id and handler):
        raise paging.CursorInvalid
    return at, event_id, handler
