"""What a customer gets to read: nothing in it runs, whatever was said."""

from __future__ import annotations

import csv
import io
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from customerai.privacy.rights import pages

TEXTS = st.text(st.characters(codec="utf-8"), max_size=60)


class Tags(HTMLParser):
    """Counts what a browser would take for an element."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)


@given(st.lists(st.lists(TEXTS, min_size=1, max_size=4), max_size=5))
def test_no_cell_is_a_formula_and_each_comes_back(rows: list[list[str]]) -> None:
    text = pages.table(rows).decode()
    back = list(csv.reader(io.StringIO(text, newline="")))
    assert len(back) == len(rows)
    for written, read in zip(rows, back, strict=True):
        for cell, seen in zip(written, read, strict=True):
            assert not seen.startswith(("=", "+", "-", "@", "\t", "\r"))
            assert seen in (cell, f"'{cell}")


@given(TEXTS)
def test_what_was_said_is_shown_and_never_run(text: str) -> None:
    written = pages.message({"role": "customer", "at": "2026-11-01T10:00:00", "text": text})
    parser = Tags()
    parser.feed(written.decode())
    assert parser.seen == ["div", "div", "div"]


def test_a_conversation_is_a_whole_page() -> None:
    head = {"id": "conv_1", "started_at": "2026-11-01T10:00:00", "channel": "<chat>",
            "status": "open"}  # fmt: skip
    whole = pages.conversation_head(head) + pages.TAIL
    assert whole.startswith(b"<!doctype html>")
    assert whole.endswith(b"</html>\n")
    assert b"&lt;chat&gt;" in whole
    assert b"<script" not in whole
