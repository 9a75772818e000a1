"""One call to another service: identity and deadline out, problems back as what they were."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import aiohttp
import orjson

from customerai.core import call
from customerai.core.errors import (
    BadRequest,
    Conflict,
    ContentTooLarge,
    Forbidden,
    InternalError,
    InvalidRequest,
    NotFound,
    ProblemError,
    RateLimited,
    Unauthenticated,
    Unavailable,
    UpstreamTimeout,
    problem_classes,
)
from customerai.core.principal import INTERNAL_TOKEN_HEADER, InternalTokens, Principal
from customerai.core.remote import Remote, RemoteDown, RemoteTimeout

_OK = 200
_BY_STATUS: Mapping[int, type[ProblemError]] = {
    cls.status: cls
    for cls in (
        BadRequest,
        Unauthenticated,
        Forbidden,
        NotFound,
        Conflict,
        ContentTooLarge,
        InvalidRequest,
        Unavailable,
        UpstreamTimeout,
    )
}
_MEMBERS = frozenset({"type", "title", "status", "detail", "instance"})


class Calling:
    """Calls of one service by signed, bounded and repeatable requests.

    Every call of a contract may be made twice: what it stores, it stores under the caller's ids.

    Args:
        timeout_s: the most that a call may take; less when the caller's own time is shorter.
    """

    def __init__(self, remote: Remote, tokens: InternalTokens, *, timeout_s: float) -> None:
        self._remote = remote
        self._tokens = tokens
        self._timeout_s = timeout_s

    async def post(self, who: Principal, path: str, body: object) -> Any:
        """The decoded answer.

        Raises:
            RemoteDown, RemoteTimeout: there is none.
            ProblemError: as the service raised it.
        """
        current = call.current()
        timeout_s = current.remaining_s(self._timeout_s)
        if timeout_s <= 0:
            raise RemoteTimeout("no time is left")
        until = time.monotonic() + timeout_s
        headers = {
            **call.headers_of(current, timeout_s),
            "content-type": "application/json",
            INTERNAL_TOKEN_HEADER: self._tokens.sign(who, service=True),
        }
        async with self._remote.request(
            "POST",
            path,
            headers=headers,
            body=orjson.dumps(body),
            timeout_s=timeout_s,
            repeatable=True,
        ) as answer:
            try:
                content = await asyncio.wait_for(answer.read(), until - time.monotonic())
            except asyncio.TimeoutError as error:
                raise RemoteTimeout("the answer took too long") from error
            except (aiohttp.ClientError, OSError) as error:
                raise RemoteDown(self._remote.service, sent=True) from error
            if answer.status != _OK:
                raise problem_of(answer.status, content)
        return orjson.loads(content)


def problem_of(status: int, content: bytes) -> ProblemError:
    """The problem that a document describes, as an instance of the class that it was."""
    try:
        document = orjson.loads(content)
        slug = str(document["type"]).rsplit("/", 1)[-1]
        detail = str(document["detail"])
    except (orjson.JSONDecodeError, LookupError, TypeError):
        return _BY_STATUS.get(status, InternalError)("Another service failed.")
    known = {cls.slug(): cls for cls in problem_classes()}
    cls = known.get(slug) or _BY_STATUS.get(status, InternalError)
    fields = {name: value for name, value in document.items() if name not in _MEMBERS}
    if issubclass(cls, RateLimited):
        return RateLimited(detail, retry_after_s=int(fields.get("retry_after_s", 1)))
    problem = cls.__new__(cls)
    ProblemError.__init__(problem, detail, **fields)
    return problem
