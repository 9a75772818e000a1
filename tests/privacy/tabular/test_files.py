"""Tables in and out: any dialect is read as it was meant, no formula leaves, no bomb goes off."""

from __future__ import annotations

import csv
import io
import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customerai.privacy.tabular import Limits, TableUnreadable, read, write
from customerai.privacy.tabular.reading import FORMATS, Format

ROWS = [["id", "name", "note"], ["007", "Zoë", 'said "hi", left'], ["8", "Ann", "two\nlines"]]


def written(delimiter: str = ",", quote: str = '"') -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quotechar=quote, quoting=csv.QUOTE_ALL).writerows(ROWS)
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_dialect_and_encoding_gives_the_same_table(
    delimiter: str, quote: str, encoding: str
) -> None:
    table = read(written(delimiter, quote).encode(encoding))
    assert table.delimiter == delimiter
    assert [table.frame.columns, *map(list, table.frame.rows())] == ROWS


def test_leading_zeros_and_missing_cells_of_csv_stay() -> None:
    frame = read(b"a,b\n007,\n1.50,x\n").frame
    assert frame.rows() == [("007", None), ("1.50", "x")]


def test_a_table_of_one_column_and_old_line_ends_are_read() -> None:
    assert read(b"city\rOslo\rRome").frame.rows() == [("Oslo",), ("Rome",)]


def test_json_keeps_numbers_and_makes_texts_of_what_is_nested() -> None:
    records = [{"a": 1, "b": "x", "d": True}, {"a": 2.5, "b": {"c": [1]}}, {"e": 3, "b": 4}]
    for data in (json.dumps(records), "\n".join(map(json.dumps, records))):
        frame = read(data.encode()).frame
        assert frame.columns == ["a", "b", "d", "e"]
        assert frame.rows() == [
            (1.0, "x", True, None),
            (2.5, '{"c":[1]}', None, None),
            (None, "4", None, 3),
        ]


def test_parquet_keeps_its_types_and_nested_columns_are_refused() -> None:
    out = io.BytesIO()
    pl.DataFrame({"n": [1, 2], "kind": ["a", "b"]}).cast({"kind": pl.Categorical}).write_parquet(
        out
    )
    frame = read(out.getvalue()).frame
    assert frame.schema == {"n": pl.Int64, "kind": pl.String}
    nested = io.BytesIO()
    pl.DataFrame({"n": [[1], [2]]}).write_parquet(nested)
    with pytest.raises(TableUnreadable, match="flatten"):
        read(nested.getvalue())


def test_a_small_file_that_unpacks_to_much_is_refused_in_time() -> None:
    out = io.BytesIO()
    values = pl.Series("a", ["x" * 1000]).new_from_index(0, 200_000)
    pl.DataFrame({"a": values}).with_row_index().with_columns(
        pl.concat_str("a", "index").alias("a")
    ).write_parquet(out, compression="zstd")
    data = out.getvalue()
    assert len(data) < 20_000_000
    with pytest.raises(TableUnreadable, match="memory"):
        read(data, limits=Limits(frame_bytes=100_000_000))


@pytest.mark.parametrize(
    ("limits", "match"),
    [
        (Limits(file_bytes=5), "bytes"),
        (Limits(rows=1), "rows"),
        (Limits(columns=1), "columns"),
        (Limits(cells=3), "cells"),
        (Limits(frame_bytes=1), "memory"),
    ],
)
def test_limits_hold(limits: Limits, match: str) -> None:
    with pytest.raises(TableUnreadable, match=match):
        read(b"a,b\n1,2\n3,4\n", limits=limits)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a,b\n",
        b"a,\n1,2\n",
        b'a,b\n"1,2\n3,4\n',
        b"a,b\n1,2\n1,2,3\n",
        b"a\n\x00\n",
        b"PAR1" + bytes(100),
        b'{"a": 1}\n{"a": ',
        b'[{"a": 1}, 2]',
        b'{"": 1}',
        b"\xff\xfea",
    ],
)
def test_what_is_no_table_is_refused_without_its_values(data: bytes) -> None:
    with pytest.raises(TableUnreadable) as caught:
        read(data)
    assert caught.value.__cause__ is None


@given(st.binary(max_size=300), st.sampled_from(FORMATS))
def test_no_bytes_make_reading_fail_otherwise(data: bytes, file_format: Format) -> None:
    try:
        table = read(data, file_format)
    except TableUnreadable:
        return
    assert table.frame.height


def test_formulas_in_cells_and_names_are_made_harmless_and_numbers_stay() -> None:
    values = ["=1+1", "+cmd", "@x", "-2", "+3,5", "-1e5", "\tx", "a=b", "", None, "-a", "＝1"]
    frame = pl.DataFrame({"=name": values, "n": range(len(values))})
    rows = list(csv.reader(io.StringIO(write(frame, "csv").decode())))
    assert rows[0] == ["'=name", "n"]
    told = ["'=1+1", "'+cmd", "'@x", "-2", "+3,5", "-1e5", "'\tx", "a=b", "", "", "'-a", "'＝1"]
    assert [row[0] for row in rows[1:]] == told


@pytest.mark.parametrize("file_format", FORMATS)
def test_what_is_written_is_read_again(file_format: Format) -> None:
    frame = pl.DataFrame({"a": ["x", "y,z", None], "n": ["1", "2", "3"]})
    assert read(write(frame, file_format), file_format).frame.equals(frame)
