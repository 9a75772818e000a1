"""The tree of errors: each is a documented problem under a name of its own."""

from __future__ import annotations

import re
from collections import Counter

import pytest

import customerai.app  # noqa: F401 - so that every error of every service is there
from customerai.core.errors import (
    BadRequest,
    Conflict,
    ContentTooLarge,
    Forbidden,
    InternalError,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    ProblemError,
    RateLimited,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
    UpstreamTimeout,
    problem_classes,
)
from customerai.core.ids import new_id

EVERY = list(problem_classes())
SLUG = re.compile(r"[a-z][a-z0-9]+(-[a-z0-9]+)*")


@pytest.mark.parametrize(
    ("cls", "status"),
    [
        (BadRequest, 400),
        (Unauthenticated, 401),
        (Forbidden, 403),
        (NotFound, 404),
        (MethodNotAllowed, 405),
        (Conflict, 409),
        (ContentTooLarge, 413),
        (UnsupportedMediaType, 415),
        (InvalidRequest, 422),
        (RateLimited, 429),
        (InternalError, 500),
        (Unavailable, 503),
        (UpstreamTimeout, 504),
    ],
)
def test_each_branch_has_its_http_status(cls: type[ProblemError], status: int) -> None:
    assert cls.status == status


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.__name__)
def test_every_error_is_explained_and_has_a_kebab_case_name(cls: type[ProblemError]) -> None:
    assert cls.__doc__, "the page of the problem is made of it"
    assert cls.__doc__ != cls.__mro__[1].__doc__
    assert SLUG.fullmatch(cls.slug()), cls.slug()
    assert 400 <= cls.status <= 599


def test_no_two_errors_share_a_name() -> None:
    assert [slug for slug, count in Counter(c.slug() for c in EVERY).items() if count > 1] == []


def test_the_document_is_that_of_rfc_9457() -> None:
    assert Conflict("It is wet.", depth_m=30).document("req_1") == {
        "type": "/problems/conflict",
        "title": "Conflict",
        "status": 409,
        "detail": "It is wet.",
        "instance": "req_1",
        "depth_m": 30,
    }
    assert str(Conflict("It is wet.", depth_m=30)) == "It is wet."
    assert UnsupportedMediaType.title() == "Unsupported media type"


@pytest.mark.parametrize("name", ["type", "title", "status", "instance"])
def test_a_field_cannot_stand_in_for_a_member_of_the_document(name: str) -> None:
    error = Conflict("It is wet.")
    error.fields[name] = "else"
    assert error.document("req_1") == Conflict("It is wet.").document("req_1")


def test_an_id_is_told_when_it_may_be_ours_and_left_out_when_it_is_anything_else() -> None:
    ours = new_id("conv")
    assert NotFound("None.", conversation_id=ours).document("r")["conversation_id"] == ours
    for other in ("jane.roe@example.com", f"{ours} ", f"x {ours}", "conv_none", 4111111111111111):
        assert "conversation_id" not in NotFound("None.", conversation_id=other).document("r")


@pytest.mark.parametrize(
    ("error", "headers"),
    [
        (Unauthenticated("Who?"), {"www-authenticate": 'Bearer realm="customerai"'}),
        (RateLimited("Slow.", retry_after_s=7), {"retry-after": "7"}),
        (Unavailable("Away."), {"retry-after": "1"}),
        (MethodNotAllowed("No.", allow=["GET", "POST"]), {"allow": "GET, POST"}),
        (MethodNotAllowed("No."), {"allow": ""}),
        (NotFound("Gone."), {}),
    ],
)
def test_headers_that_http_asks_for_come_along(
    error: ProblemError, headers: dict[str, str]
) -> None:
    assert error.headers() == headers
