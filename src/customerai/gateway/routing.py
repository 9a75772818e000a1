"""Which upstream answers a path, and what the caller needs for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.types import ASGIApp

# RFC 9110, section 9.2.2.
_IDEMPOTENT: Final = frozenset({"GET", "PUT", "DELETE"})
API_PREFIXES: Final = ("/v1/", "/compat/")
"""Where services answer; every other path is a page of the gateway's own."""
REPEATABLE: Final = "customerai.repeatable"
"""In a scope: whether an upstream may send the request twice."""


@dataclass(frozen=True)
class Route:
    """One operation.

    Attributes:
        template: the path with its parameters in braces, also the metrics' label.
        scope: what the caller must be allowed, or None where nobody need be known.
        upload: whether the body is a file, with the larger limit.
        repeatable: whether sent twice, with the caller's `Idempotency-Key`, it is done once.
    """

    method: str
    template: str
    upstream: ASGIApp
    scope: str | None
    upload: bool = False
    repeatable: bool = False


@dataclass
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    routes: dict[str, Route] = field(default_factory=dict)


class RouteTable:
    """Routes by path segment: a look-up costs as much as the path is deep."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = _Node()
        for route in routes:
            node = self._root
            for segment in route.template.split("/"):
                if segment.startswith("{"):
                    node.parameter = node.parameter or _Node()
                    node = node.parameter
                else:
                    node = node.children.setdefault(segment, _Node())
            node.routes[route.method] = route

    def find(self, path: str) -> Mapping[str, Route]:
        """The operations at a path by method; empty when there are none."""
        return _find(self._root, path.split("/"), 0)


def _find(node: _Node, segments: list[str], at: int) -> Mapping[str, Route]:
    """A word is preferred to a parameter; where it leads nowhere, the parameter is tried."""
    if at == len(segments):
        return node.routes
    segment = segments[at]
    child = node.children.get(segment)
    found = _find(child, segments, at + 1) if child is not None else {}
    if found or node.parameter is None or not segment:
        return found
    return _find(node.parameter, segments, at + 1)


def routes_of(document: Mapping[str, Any], upstream: ASGIApp) -> list[Route]:
    """The operations that an OpenAPI document describes; `x-scope` says what each needs."""
    found = []
    for template, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            headers = {p["name"].lower() for p in operation.get("parameters", [])}
            found.append(
                Route(
                    method=method.upper(),
                    template=template,
                    upstream=upstream,
                    scope=operation.get("x-scope"),
                    upload="multipart/form-data" in content,
                    repeatable=method.upper() in _IDEMPOTENT or "idempotency-key" in headers,
                )
            )
    return found
