"""One OpenAPI document for all services, and a page that shows it without foreign scripts."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI

from customerai import __version__

_SECURITY: Mapping[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key, `cai_…`"},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}


def merge(apps: Iterable[FastAPI]) -> dict[str, Any]:
    """The documents of several applications as one.

    Raises:
        ValueError: two describe the same path, or a schema of one name differently.
    """
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for app in apps:
        document = app.openapi()
        for path, item in document["paths"].items():
            if path in paths:
                raise ValueError(f"two services serve {path}")
            for operation in item.values():
                if "x-scope" in operation:
                    operation["security"] = [{"bearer": []}, {"key": []}]
                    operation["description"] = (
                        f"{operation.get('description', '')}\n\nScope: `{operation['x-scope']}`"
                    ).strip()
                _as_problems(operation)
            paths[path] = item
        for name, schema in document.get("components", {}).get("schemas", {}).items():
            if schemas.setdefault(name, schema) != schema:
                raise ValueError(f"two services define {name} differently")
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "CustomerAI",
            "version": __version__,
            "description": (
                "Customer conversations turned into insight and grounded answers, "
                "provably private and measurably fair. Errors are problem documents (RFC 9457)."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": dict(_SECURITY),
        },
    }


def _as_problems(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    for status in ("4XX", "5XX"):
        responses[status] = {
            "description": "A problem document (RFC 9457)",
            "content": {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            },
        }


def page(document: Mapping[str, Any]) -> str:
    """The document as a plain page: every operation with its scope and schemas."""
    rows = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            rows.append(
                f"<tr id='{html.escape(operation['operationId'])}'>"
                f"<td><code>{method.upper()}</code></td><td><code>{html.escape(path)}</code></td>"
                f"<td>{html.escape(operation.get('description', '').split('Scope:')[0])}</td>"
                f"<td><code>{html.escape(operation.get('x-scope') or '–')}</code></td></tr>"
            )
    return document_page(
        "CustomerAI API",
        f"<p>Version {html.escape(document['info']['version'])}. The machine-readable document is "
        "<a href='/openapi.json'>/openapi.json</a>; errors are explained under "
        "<a href='/problems'>/problems</a>.</p>"
        "<table><thead><tr><th>Method</th><th>Path</th><th>What it does</th><th>Scope</th></tr>"
        f"</thead><tbody>{''.join(rows)}</tbody></table>",
    )


def document_page(title: str, body: str) -> str:
    """A page in our plain style."""
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width'>"
        f"<title>{html.escape(title)}</title><style>"
        "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;"
        "color-scheme:light dark}td,th{text-align:left;padding:.3rem .8rem .3rem 0;"
        "vertical-align:top;border-bottom:1px solid #8884}code{font-size:.9em}</style></head>"
        f"<body><h1>{html.escape(title)}</h1>{body}</body></html>"
    )
