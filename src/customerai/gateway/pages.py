"""What is served beside the API: health, metrics, documents, problem types, the console."""

from __future__ import annotations

import html
import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from customerai.core.errors import InternalError, MethodNotAllowed, problem_classes
from customerai.core.http import AddressNotFound, problem_response, request_id_of
from customerai.gateway.openapi import document_page, page

_NO_CONSOLE = (
    "<p>The API runs; the console has not been built. <code>make run</code> builds it. "
    "See <a href='/docs'>/docs</a> for the API.</p>"
)
_FOREVER = {"cache-control": "public, max-age=31536000, immutable"}
_ALWAYS_ASK = {"cache-control": "no-cache"}


def build(
    document: Mapping[str, Any],
    *,
    health: Sequence[Route],
    console: Path | None,
) -> ASGIApp:
    """The pages.

    Args:
        health: what the process tells of itself.
        console: the folder of the built console, or None when there is none.
    """
    encoded = orjson.dumps(document)
    root = (console or Path()).resolve()
    docs = page(document)
    problems = {cls.slug(): cls for cls in problem_classes()}

    async def openapi(request: Request) -> Response:
        return Response(encoded, media_type="application/json")

    async def show_docs(request: Request) -> Response:
        return HTMLResponse(docs)

    async def list_problems(request: Request) -> Response:
        rows = "".join(
            f"<tr><td>{cls.status}</td><td><a href='/problems/{slug}'>{slug}</a></td>"
            f"<td>{html.escape(_explanation(cls))}</td></tr>"
            for slug, cls in sorted(problems.items())
        )
        return HTMLResponse(document_page("Problem types", f"<table>{rows}</table>"))

    async def show_problem(request: Request) -> Response:
        cls = problems.get(request.path_params["slug"])
        if cls is None:
            return _not_found(request)
        return HTMLResponse(
            document_page(
                cls.title(),
                f"<p>{html.escape(_explanation(cls))}</p><p>HTTP status {cls.status}. "
                "<code>instance</code> is the request id that finds the request in the log.</p>",
            )
        )

    async def show_console(request: Request) -> Response:
        if console is None:
            return HTMLResponse(document_page("CustomerAI", _NO_CONSOLE))
        path = request.path_params["path"]
        file = _file_in(root, path)
        if file is not None:
            hashed = file.is_relative_to(root / "assets")
            return FileResponse(file, headers=_FOREVER if hashed else _ALWAYS_ASK)
        if path.startswith("assets/"):
            return _not_found(request)
        return FileResponse(root / "index.html", headers=_ALWAYS_ASK)

    async def on_http_error(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException) and error.status_code == MethodNotAllowed.status:
            refused = MethodNotAllowed("Pages take GET and HEAD.", allow=["GET", "HEAD"])
            return problem_response(refused, request_id_of(request))
        return _not_found(request)

    async def on_fault(request: Request, error: Exception) -> Response:
        fault = InternalError("The fault is ours and was logged.")
        return problem_response(fault, request_id_of(request))  # the pipeline logs it

    return Starlette(
        routes=[
            *health,
            Route("/openapi.json", openapi),
            Route("/docs", show_docs),
            Route("/problems", list_problems),
            Route("/problems/{slug}", show_problem),
            Route("/{path:path}", show_console),
        ],
        exception_handlers={HTTPException: on_http_error, Exception: on_fault},
    )


def _explanation(cls: type) -> str:
    return " ".join((inspect.getdoc(cls) or "").split())


def _file_in(root: Path, path: str) -> Path | None:
    """The file of the console at a path; None when there is none, or none inside the folder."""
    try:
        file = (root / path).resolve()
        return file if file.is_relative_to(root) and file.is_file() else None
    except (OSError, ValueError):  # a name that no file can have
        return None


def _not_found(request: Request) -> Response:
    return problem_response(AddressNotFound(), request_id_of(request))
