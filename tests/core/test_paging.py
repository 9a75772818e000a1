"""Cursors: each names one place exactly, and a foreign one is refused."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customerai.core.paging import CursorInvalid, decode, encode

TIMES = st.datetimes(datetime(1970, 1, 1), datetime(2286, 1, 1), timezones=st.just(timezone.utc))


@settings(deadline=None)
@given(TIMES, st.text(min_size=1, max_size=40))
def test_a_cursor_names_its_place_to_the_microsecond(at: datetime, row_id: str) -> None:
    assert decode(encode(at, row_id)) == (at, row_id)


def test_no_cursor_is_the_beginning() -> None:
    assert decode(None) is None


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        ".",
        "12",
        "12.",
        ".row",
        "-5.row",
        "1e5.row",
        "１２.row",
        "²².row",
        " 12.row",
        "99999999999999999.row",
        "jane.roe@example.com",
        "9" * 5000 + ".row",
    ],
)
def test_what_no_page_gave_is_refused_without_repeating_it(cursor: str) -> None:
    with pytest.raises(CursorInvalid) as refused:
        decode(cursor)
    assert refused.value.status == 422
    assert not cursor.strip(". ") or cursor not in str(refused.value.document("req"))
