"""How a knowledge document comes in: as JSON or as a file, at one address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Message, Scope

from customerai.core.errors import ContentTooLarge, InvalidRequest
from customerai.core.guard import in_thread
from customerai.core.upload import Upload
from customerai.responder import document_files
from customerai.responder.document_files import MAX_FILE_BYTES, FileText, FileUnreadable

FILE: Final[dict[str, Any]] = {
    "requestBody": {
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "PDF, DOCX, Markdown, HTML, text or JSON.",
                        },
                        "title": {"type": "string", "maxLength": 300},
                        "external_id": {"type": "string", "maxLength": 200},
                        "audience": {"type": "string", "enum": ["customer", "agent"]},
                    },
                }
            }
        }
    }
}
_MOST_JSON_BYTES: Final = 16 * 1024**2
_LONGEST_TITLE: Final = 300


class DocumentFileTooLarge(ContentTooLarge):
    """A document, as a file or as JSON, has more bytes than the limit."""

    def __init__(self, most: int) -> None:
        super().__init__(f"A document may have {most} bytes.")


class DocumentFileUnreadable(InvalidRequest):
    """No text can be taken from a file; `reason` says why, such as `encrypted` or `no-text`."""

    def __init__(self, error: FileUnreadable) -> None:
        super().__init__(str(error), reason=error.reason)


class OfJson(APIRoute):
    """A route for JSON beside one for files: a body is held in memory, so it has a limit."""

    def get_route_handler(self) -> Any:
        handle = super().get_route_handler()

        async def bounded(request: Request) -> Response:
            body = bytearray()
            async for chunk in request.stream():
                body += chunk
                if len(body) > _MOST_JSON_BYTES:
                    raise DocumentFileTooLarge(_MOST_JSON_BYTES)

            async def receive() -> Message:
                return {"type": "http.request", "body": bytes(body), "more_body": False}

            response: Response = await handle(Request(request.scope, receive))
            return response

        return bounded


class OfFiles(APIRoute):
    """A route for files alone, beside one of the same path for JSON."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        kinds = (value for name, value in scope.get("headers", ()) if name == b"content-type")
        if not next(kinds, b"").lower().startswith(b"multipart/"):
            return Match.NONE, {}
        return super().matches(scope)


@dataclass(frozen=True)
class SentFile:
    """A file that was read, the name that it came under, and the fields beside it."""

    found: FileText
    title: str
    fields: Mapping[str, str]


async def file_of(request: Request) -> SentFile:
    """The text of the file in a multipart body; the file is held in memory alone.

    Raises:
        NotMultipart, MultipartBroken: the body cannot be read.
        DocumentFileTooLarge, DocumentFileUnreadable: the file.
    """
    sent = Upload(request.headers.get("content-type", ""), request.stream())
    data = bytearray()
    async for piece in sent.file():
        data += piece
        if len(data) > MAX_FILE_BYTES:
            raise DocumentFileTooLarge(MAX_FILE_BYTES)
    try:
        found = await in_thread(document_files.text_of, bytes(data), sent.name)
    except FileUnreadable as error:
        raise DocumentFileUnreadable(error) from None
    title = PurePosixPath(sent.name.replace("\\", "/")).stem[:_LONGEST_TITLE]
    fields = {name: value for name, value in sent.fields.items() if value}
    return SentFile(found, title or "Document", fields)
