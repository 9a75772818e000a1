"""The tree of errors; each class carries the HTTP status under which it leaves.

A problem's `type` is `/problems/<class-name-in-kebab-case>`, a page that the gateway serves from
the class's docstring (RFC 9457). Details never echo what the caller sent: it may be personal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from customerai.core.ids import is_id


class ProblemError(Exception):
    """Something that a caller can be told.

    Args:
        fields: further members of the document. One named `…_id` is left out when its value
            cannot be an id of ours: the caller may have put anything in its place.
    """

    status: ClassVar[int] = 500

    def __init__(self, detail: str, **fields: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = {name: value for name, value in fields.items() if _may_be_told(name, value)}

    @classmethod
    def slug(cls) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    @classmethod
    def title(cls) -> str:
        return cls.slug().replace("-", " ").capitalize()

    def headers(self) -> dict[str, str]:
        return {}

    def document(self, instance: str) -> dict[str, object]:
        """The problem document; `instance` is the request id."""
        return {
            **self.fields,
            "type": f"/problems/{self.slug()}",
            "title": self.title(),
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
        }


def _may_be_told(name: str, value: object) -> bool:
    return not name.endswith("_id") or (isinstance(value, str) and is_id(value))


class BadRequest(ProblemError):
    """The request cannot be read as what it claims to be."""

    status = 400


class Unauthenticated(ProblemError):
    """Nobody is known behind this request."""

    status = 401

    def headers(self) -> dict[str, str]:
        return {"www-authenticate": 'Bearer realm="customerai"'}


class Forbidden(ProblemError):
    """The caller is known and may not do this."""

    status = 403


class NotFound(ProblemError):
    """There is nothing at this address for this tenant."""

    status = 404


class MethodNotAllowed(ProblemError):
    """The address exists, the method does not; `Allow` names those that do."""

    status = 405

    def __init__(self, detail: str, *, allow: Iterable[str] = ()) -> None:
        super().__init__(detail)
        self.allow = tuple(allow)

    def headers(self) -> dict[str, str]:
        return {"allow": ", ".join(self.allow)}


class Conflict(ProblemError):
    """A rule of the business refuses the request as things stand."""

    status = 409


class ContentTooLarge(ProblemError):
    """The body, a file or a text is larger than the limit that the detail names."""

    status = 413


class UnsupportedMediaType(ProblemError):
    """The body is of a kind that this address does not read."""

    status = 415


class InvalidRequest(ProblemError):
    """The request is well-formed but breaks the schema; `errors` names each place and rule."""

    status = 422


class RateLimited(ProblemError):
    """More requests than this caller may make; `Retry-After` says when to come back."""

    status = 429

    def __init__(self, detail: str, *, retry_after_s: int) -> None:
        super().__init__(detail, retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s

    def headers(self) -> dict[str, str]:
        return {"retry-after": str(self.retry_after_s)}


class InternalError(ProblemError):
    """A fault of ours; the request id finds it in the log."""


class Unavailable(ProblemError):
    """A part that is needed does not answer; nothing was done, try again later."""

    status = 503

    def headers(self) -> dict[str, str]:
        return {"retry-after": "1"}


class UpstreamTimeout(ProblemError):
    """A service took longer than the limit."""

    status = 504


def problem_classes(root: type[ProblemError] = ProblemError) -> Iterator[type[ProblemError]]:
    """Every class of the tree that has been imported, the root itself left out."""
    for cls in sorted(root.__subclasses__(), key=lambda c: c.__name__):
        yield cls
        yield from problem_classes(cls)
