"""Writes the reference pages from the code: settings, problems, events, metrics."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

import customerai.app
import customerai.clients.calling
import customerai.gateway.upstream
from customerai.core.errors import problem_classes
from customerai.core.events import Event
from customerai.core.settings import Settings
from customerai.core.telemetry import Metrics

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"


def _default(value: Any) -> str:
    if isinstance(value, SecretStr):
        return "secret"
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return f"`{json.dumps(list(value))}`"
    return f"`{value}`"


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def settings() -> str:
    """A row for each setting."""
    lines = [
        "# Settings",
        "",
        "Each is an environment variable. Lists and tables are written as JSON.",
        "",
        "| variable | default | what it does |",
        "| --- | --- | --- |",
    ]
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, BaseModel):
            for inner, inner_field in type(field.default).model_fields.items():
                lines.append(
                    f"| `CUSTOMERAI_{name.upper()}__{inner.upper()}` "
                    f"| {_default(inner_field.default)} | {_one_line(inner_field.description)} |"
                )
        else:
            lines.append(
                f"| `CUSTOMERAI_{name.upper()}` | {_default(field.default)} "
                f"| {_one_line(field.description)} |"
            )
    return "\n".join(lines) + "\n"


def problems() -> str:
    """A row for each type of problem document."""
    # These import every error; the last two only where services run apart.
    assert all((customerai.app, customerai.clients.calling, customerai.gateway.upstream))
    lines = [
        "# Problem types",
        "",
        "Errors are problem documents (RFC 9457). `type` is `/problems/<name>`, a page that the",
        "gateway serves; `instance` is the request id, which finds the request in the log.",
        "",
        "| name | status | when |",
        "| --- | --- | --- |",
    ]
    classes = sorted(problem_classes(), key=lambda cls: cls.slug())
    lines += [
        f"| `{cls.slug()}` | {cls.status} | {_one_line(inspect.getdoc(cls))} |" for cls in classes
    ]
    return "\n".join(lines) + "\n"


def events() -> str:
    """A row for each event."""
    lines = [
        "# Events",
        "",
        "Told at least once, through the outbox; they carry ids, counts and codes, never text.",
        "",
        "| event | fields | when |",
        "| --- | --- | --- |",
    ]
    for cls in sorted(Event.__subclasses__(), key=lambda cls: cls.name):
        fields = ", ".join(f"`{name}`" for name in cls.__dataclass_fields__)
        lines.append(
            f"| `{cls.name}` | {fields} | {_one_line((cls.__doc__ or '').splitlines()[0])} |"
        )
    return "\n".join(lines) + "\n"


def metrics() -> str:
    """A row for each metric."""
    lines = [
        "# Metrics",
        "",
        "Served at `/metrics` for Prometheus; labels are of bounded sets.",
        "",
        "| metric | kind | labels | what it counts |",
        "| --- | --- | --- | --- |",
    ]
    found = Metrics()
    own = [part for part in vars(found).values() if hasattr(part, "_documentation")]
    for part in sorted(own, key=lambda part: str(part._name)):
        name = part._name + ("_total" if part._type == "counter" else "")
        labels = ", ".join(f"`{label}`" for label in part._labelnames) or "–"
        lines.append(f"| `{name}` | {part._type} | {labels} | {_one_line(part._documentation)} |")
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings,
    "problems.md": problems,
    "events.md": events,
    "metrics.md": metrics,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
        print(f"wrote docs/reference/{name}")
