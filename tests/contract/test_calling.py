"""A problem of another service comes back as the class that it was there."""

from __future__ import annotations

import orjson
import pytest

pytest.importorskip("aiohttp")

from customerai.clients.calling import problem_of
from customerai.contracts.privacy import PrivacyUnavailable, SessionNotFound
from customerai.core.errors import (
    InternalError,
    NotFound,
    RateLimited,
    Unavailable,
)
from customerai.core.ids import new_id

SESSION = new_id("psn")


def document(slug: str, **members: object) -> bytes:
    return orjson.dumps({"type": f"/problems/{slug}", "detail": "Why.", **members})


def test_a_known_type_is_its_own_class_with_its_fields() -> None:
    problem = problem_of(404, document(SessionNotFound.slug(), session_id=SESSION, status=404))
    assert type(problem) is SessionNotFound
    assert problem.detail == "Why."
    assert problem.fields == {"session_id": SESSION}


def test_a_class_without_arguments_is_made_all_the_same() -> None:
    assert type(problem_of(503, document(PrivacyUnavailable.slug()))) is PrivacyUnavailable


def test_a_type_of_the_next_version_falls_back_to_its_status() -> None:
    assert type(problem_of(404, document("recipe-not-found"))) is NotFound
    assert type(problem_of(418, document("teapot"))) is InternalError


def test_a_limit_keeps_its_time() -> None:
    problem = problem_of(429, document(RateLimited.slug(), retry_after_s=7))
    assert isinstance(problem, RateLimited)
    assert problem.retry_after_s == 7


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b"{}", b'{"type": "x"}', b"null"])
def test_what_is_no_document_is_told_by_its_status(content: bytes) -> None:
    assert type(problem_of(503, content)) is Unavailable
