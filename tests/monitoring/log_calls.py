"""The fields that our own code puts in log lines, read from the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "src" / "customerai"
_LEVELS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})


def fields_in_code() -> dict[str, str]:
    """Each keyword of a log call, and a place where it is used."""
    found: dict[str, str] = {}
    for path in sorted(SOURCES.rglob("*.py")):
        for call in _calls(path):
            for keyword in call.keywords:
                if keyword.arg is not None:
                    found[keyword.arg] = f"{path.relative_to(SOURCES)}:{call.lineno}"
    return found


def _calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _LEVELS
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in ("log", "logger", "_log")
        ):
            yield node
