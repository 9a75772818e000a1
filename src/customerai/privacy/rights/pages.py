"""What a customer gets to read: pages and tables, as pure functions of what is known."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem;
       color: #1b1b1f; background: #fff }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .3rem .6rem;
       border-bottom: 1px solid #ddd; vertical-align: top }
.message { border-left: 4px solid #5a67d8; padding: .2rem .8rem; margin: .8rem 0 }
.agent { border-color: #999 } .system { border-color: #ccc } .reply { border-color: #2f855a }
.meta { color: #555; font-size: .85rem } .text { white-space: pre-wrap }
@media (prefers-color-scheme: dark) { body { color: #e6e6ea; background: #17171b }
       td, th { border-color: #333 } .meta { color: #aaa } a { color: #9aa5ff } }
"""


def neutral(value: object) -> str:
    """A cell of a table that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def table(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as CSV (RFC 4180), formulas neutralized."""
    out = io.StringIO()
    csv.writer(out).writerows([neutral(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def page(title: str, body: str) -> bytes:
    """A page that stands alone: no script, nothing from elsewhere."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    ).encode()


def facts(rows: Iterable[tuple[str, object]]) -> str:
    """A table of two columns."""
    lines = [
        f"<tr><th scope=row>{escape(name)}</th><td>{escape(str(value))}</td></tr>"
        for name, value in rows
    ]
    return f"<table>{''.join(lines)}</table>"


def index(
    about: Sequence[tuple[str, object]],
    conversations: Sequence[Mapping[str, Any]],
    files: Sequence[tuple[str, str]],
) -> bytes:
    """The first page: what this is, each conversation, each table."""
    listed = "".join(
        f'<tr><td><a href="conversations/{escape(item["id"])}.html">'
        f"{escape(_day(item['started_at']))}</a></td><td>{escape(str(item['channel']))}</td>"
        f"<td>{item['messages']}</td></tr>"
        for item in conversations
    )
    tables = "".join(
        f'<li><a href="{escape(name)}">{escape(name)}</a>: {escape(told)}</li>'
        for name, told in files
    )
    return page(
        "What is known about you",
        "<h1>What is known about you</h1>"
        "<p>You asked what is kept about you. Here is all of it: what you wrote and were answered, "
        "what was computed of it, what was decided, what you agreed to, and for how long it is "
        "kept.</p>"
        f"{facts(about)}<h2>Your conversations</h2><table><tr><th>Began</th><th>Channel</th>"
        f"<th>Messages</th></tr>{listed}</table><h2>The same as tables</h2><ul>{tables}</ul>",
    )


def conversation_head(item: Mapping[str, Any]) -> bytes:
    """The beginning of a conversation's page; messages and `tail` follow."""
    whole = page(
        f"Conversation of {_day(item['started_at'])}",
        '<p><a href="../index.html">Back</a></p>'
        f"<h1>Conversation of {escape(_day(item['started_at']))}</h1>"
        + facts([("Channel", item["channel"]), ("State", item["status"])])
        + _CUT,
    )
    return whole.partition(_CUT.encode())[0]


_CUT: Final = "<!-- messages -->"


def message(item: Mapping[str, Any]) -> bytes:
    """One message."""
    role = escape(str(item["role"]))
    return (
        f'<div class="message {role}"><div class="meta">{role}, {escape(_time(item["at"]))}</div>'
        f'<div class="text">{escape(str(item["text"]))}</div></div>\n'
    ).encode()


def reply(item: Mapping[str, Any]) -> bytes:
    """One reply that was drafted or sent, with what it relied on."""
    quotes = "".join(f"<li>{escape(str(c.get('quote', '')))}</li>" for c in item["citations"])
    return (
        f'<div class="message reply"><div class="meta">automatic reply, '
        f"{escape(_time(item['at']))}, {escape(str(item['status']))}</div>"
        f'<div class="text">{escape(str(item["text"]))}</div><ul class="meta">{quotes}</ul>'
        "</div>\n"
    ).encode()


TAIL: Final = b"</main></body></html>\n"


def _day(at: str) -> str:
    return str(at)[:10]


def _time(at: str) -> str:
    return str(at)[:16].replace("T", " ") + " UTC"
