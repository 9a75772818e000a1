"""Routes of integrations."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Header, Query, Request

from customerai.core.http import Caller, Reply, scope, service_app
from customerai.core.paging import MOST_ROWS
from customerai.core.principal import InternalTokens
from customerai.integrations.service import ImportService

IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key", max_length=200)]
_UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "format": {"type": "string", "enum": ["csv", "jsonl"]},
                        "mapping": {
                            "type": "string",
                            "description": (
                                "JSON object: text, conversation, message, role, at, customer, "
                                "channel name columns; groups and attributes are objects of "
                                "name to column. Without it columns are guessed by their names."
                            ),
                        },
                    },
                }
            }
        },
    }
}


class ImportReply(Reply):
    """An import that was accepted; follow it at `url`."""

    id: str
    url: str


class RejectReply(Reply):
    """A row that was refused; rows count from 1 without the header."""

    row: int
    code: str
    detail: str


class RejectsReply(Reply):
    """A page of refused rows."""

    items: list[RejectReply]
    next: str | None


def build(service: ImportService, tokens: InternalTokens) -> FastAPI:
    """The application that serves `/v1/imports`."""
    router = APIRouter(prefix="/v1/imports", tags=["imports"])

    @router.post("", status_code=202, openapi_extra={**scope("imports:write"), **_UPLOAD})
    async def create_import(
        request: Request, who: Caller, idempotency_key: IdempotencyKey = None
    ) -> ImportReply:
        """Import a CSV or JSON Lines file of messages; the file is sealed as it arrives.

        Sent again with the same `Idempotency-Key`, it gives the first job again.
        """
        job = await service.accept(
            who,
            request.headers.get("content-type", ""),
            request.stream(),
            idempotency_key=idempotency_key,
        )
        return ImportReply(id=job.id, url=f"/v1/jobs/{job.id}")

    @router.get("/{job_id}/rejects", openapi_extra=scope("imports:write"))
    async def list_rejects(
        job_id: str,
        who: Caller,
        cursor: Annotated[int, Query(ge=0, le=MOST_ROWS)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> RejectsReply:
        """Rows that were refused, and why."""
        found = await service.rejects(who, job_id, after=cursor, limit=limit)
        return RejectsReply(
            items=[RejectReply.model_validate(item) for item in found],
            next=str(found[-1].row) if len(found) == limit else None,
        )

    app = service_app("integrations", tokens)
    app.include_router(router)
    return app
