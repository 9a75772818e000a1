"""A service in another process, as an ASGI application that passes requests on, as they stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from starlette.types import Message, Receive, Scope, Send

from customerai.core.call import TIMEOUT_HEADER
from customerai.core.errors import Unavailable, UpstreamTimeout
from customerai.core.remote import Body, RemoteDown, RemoteTimeout
from customerai.gateway.routing import REPEATABLE

# Of one connection only (RFC 9110, section 7.6.1); lengths are told anew by the client library.
_HOP_BY_HOP: Final = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"host",
        b"expect",
        # The server that faces the client tells its own.
        b"date",
        b"server",
    }
)
_SMALL_BODY: Final = 256 * 1024


class ServiceUnavailable(Unavailable):
    """A service behind the gateway does not answer; whether a change was made is not known
    unless the request carried an `Idempotency-Key` and is sent again with it."""

    def __init__(self) -> None:
        super().__init__("A service that is needed does not answer. Try again.")


class Remote(Protocol):
    """What is needed of `core.remote.Remote`."""

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: list[tuple[str, str]],
        body: Body,
        timeout_s: float,
        repeatable: bool,
    ) -> AbstractAsyncContextManager[Answer]: ...


class Answer(Protocol):
    """What is needed of an answer."""

    status: int

    @property
    def raw_headers(self) -> tuple[tuple[bytes, bytes], ...]: ...

    @property
    def content(self) -> Chunks: ...


class Chunks(Protocol):
    def iter_any(self) -> AsyncIterator[bytes]: ...


class HttpUpstream:
    """Streams a request to a service and its answer back.

    Args:
        timeout_s: for the answer to begin; a file upload has `upload_timeout_s`.
    """

    def __init__(self, remote: Remote, *, timeout_s: float, upload_timeout_s: float) -> None:
        self._remote = remote
        self._timeout_s = timeout_s
        self._upload_timeout_s = upload_timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [
            (key.decode("latin-1"), value.decode("latin-1"))
            for key, value in scope["headers"]
            if key not in _HOP_BY_HOP
        ]
        sent = {key.decode("latin-1"): value for key, value in scope["headers"]}
        is_upload = sent.get("content-type", b"").startswith(b"multipart/")
        timeout_s = self._upload_timeout_s if is_upload else self._timeout_s
        if not is_upload:
            headers.append((TIMEOUT_HEADER, str(int(timeout_s * 1000))))
        body = await _body(sent, receive)
        path = scope.get("raw_path") or scope["path"].encode()
        query: bytes = scope.get("query_string", b"")
        target = path + (b"?" + query if query else b"")
        try:
            async with self._remote.request(
                scope["method"],
                target.decode("latin-1"),
                headers=headers,
                body=body,
                timeout_s=timeout_s,
                repeatable=bool(scope.get(REPEATABLE)),
            ) as answer:
                await _pass_on(answer, send)
        except RemoteDown as error:
            raise ServiceUnavailable from error
        except RemoteTimeout as error:
            raise UpstreamTimeout("The service took too long.") from error


async def _body(headers: Mapping[str, bytes], receive: Receive) -> Body:
    """The body: at hand where it is small, so that it can be sent again, else as it comes."""
    length = headers.get("content-length", b"")
    if "transfer-encoding" not in headers and (not length or length == b"0"):
        return None
    if length.isdigit() and len(length) < 9 and int(length) <= _SMALL_BODY:  # noqa: PLR2004
        return b"".join([chunk async for chunk in _chunks(receive)])
    return _chunks(receive)


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        if message.get("body"):
            yield message["body"]
        if not message.get("more_body", False):
            return


class ClientGone(ConnectionError):
    """Who asked has gone before the request was whole."""


async def _pass_on(answer: Answer, send: Send) -> None:
    headers = [
        (key.lower(), value) for key, value in answer.raw_headers if key.lower() not in _HOP_BY_HOP
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    async for chunk in answer.content.iter_any():
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
