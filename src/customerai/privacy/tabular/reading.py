"""Files as data frames, in bounded memory: CSV of any dialect, Parquet, JSON, JSON Lines."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import orjson

if TYPE_CHECKING:
    import polars as pl

Format = Literal["csv", "parquet", "json", "jsonl"]
FORMATS: Final = ("csv", "parquet", "json", "jsonl")

_DELIMITERS: Final = (",", ";", "\t", "|")
_SAMPLE_CHARS: Final = 65_536
_SAMPLE_ROWS: Final = 50
_SLICE_ROWS: Final = 50_000
_QUOTED: Final = {
    quote: re.compile(rf"(?:^|[,;\t|]){quote}[^{quote}\n]*{quote}(?=[,;\t|\r\n]|$)", re.MULTILINE)
    for quote in ('"', "'")
}
_WIDE: Final = 1 << 53


class TableUnreadable(ValueError):
    """A file is not a table that can be read; the message says why and holds no value."""


@dataclass(frozen=True)
class Limits:
    """How large a table may be.

    Attributes:
        frame_bytes: of the table in memory; a release needs about eight times as much.
    """

    file_bytes: int = 128 * 1024**2
    rows: int = 2_000_000
    columns: int = 500
    cells: int = 40_000_000
    frame_bytes: int = 256 * 1024**2


@dataclass(frozen=True)
class Table:
    """A file that was read.

    Attributes:
        frame: CSV columns are texts, as they were written; other formats keep numbers.
        encoding: of a CSV file.
        delimiter: of a CSV file.
    """

    frame: pl.DataFrame
    format: Format
    encoding: str | None = None
    delimiter: str | None = None


def format_of(data: bytes) -> Format:
    """The format that the first bytes tell of."""
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if data[:4] == b"PAR1":
        return "parquet"
    if start[:1] == b"[":
        return "json"
    return "jsonl" if start[:1] == b"{" else "csv"


def read(data: bytes, file_format: Format | None = None, *, limits: Limits | None = None) -> Table:
    """The table in a file; the first row of CSV names the columns.

    Values inside a JSON value become JSON texts.

    Raises:
        TableUnreadable: it is not of that format, has no rows, or is larger than the limits.
    """
    limits = limits or Limits()
    if len(data) > limits.file_bytes:
        raise TableUnreadable(f"The file is larger than {limits.file_bytes} bytes.")
    chosen = file_format or format_of(data)
    if chosen == "csv":
        table = _read_csv(data, limits)
    elif chosen == "parquet":
        table = Table(_read_parquet(data, limits), "parquet")
    else:
        records = _json_array(data) if chosen == "json" else _json_lines(data)
        table = Table(_from_records(records, limits), chosen)
    _check(table.frame, limits)
    return table


def _check(frame: pl.DataFrame, limits: Limits) -> None:
    if not frame.width or not frame.height:
        raise TableUnreadable("The file holds no rows.")
    if frame.width > limits.columns:
        raise TableUnreadable(f"The table has more than {limits.columns} columns.")
    if frame.height > limits.rows:
        raise TableUnreadable(f"The table has more than {limits.rows} rows.")
    if frame.width * frame.height > limits.cells:
        raise TableUnreadable(f"The table has more than {limits.cells} cells.")
    if frame.estimated_size() > limits.frame_bytes:
        raise TableUnreadable(f"The table needs more than {limits.frame_bytes} bytes of memory.")


def _read_csv(data: bytes, limits: Limits) -> Table:
    import polars as pl  # noqa: PLC0415 - loaded when a table comes

    text, encoding = _decode(data)
    del data
    if "\r" in text and "\n" not in text:
        text = text.replace("\r", "\n")
    text = text.lstrip("\n")
    delimiter, quote = _dialect(text[:_SAMPLE_CHARS])
    header = next(csv.reader(io.StringIO(text), delimiter=delimiter, quotechar=quote), [])
    _check_names(header, limits)
    try:
        frame = pl.read_csv(
            text.encode(),
            separator=delimiter,
            quote_char=quote,
            infer_schema=False,
            n_rows=limits.rows + 1,
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, csv.Error):
        raise TableUnreadable(
            "The CSV cannot be read: a row has more fields than the header, or a quote is open."
        ) from None
    frame.columns = header
    return Table(frame, "csv", encoding, delimiter)


def _decode(data: bytes) -> tuple[str, str]:
    """Text and the name of its encoding: a byte order mark's, UTF-8, else Windows-1252."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError:
                raise TableUnreadable("The file breaks the encoding that it begins with.") from None
    try:
        text, encoding = data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        # Latin-1 never fails, and takes what Windows-1252 leaves undefined.
        try:
            text, encoding = data.decode("cp1252"), "cp1252"
        except UnicodeDecodeError:
            text, encoding = data.decode("latin-1"), "latin-1"
    if "\0" in text:
        raise TableUnreadable("The file holds zero bytes; it is no text.")
    return text, encoding


def _dialect(sample: str) -> tuple[str, str]:
    """The delimiter that cuts the first rows into the most equal fields, and the quote."""
    quote = "'" if len(_QUOTED["'"].findall(sample)) > len(_QUOTED['"'].findall(sample)) else '"'
    best, most = ",", 1
    for delimiter in _DELIMITERS:
        rows = []
        try:
            for row in csv.reader(io.StringIO(sample), delimiter=delimiter, quotechar=quote):
                if row:
                    rows.append(len(row))
                if len(rows) > _SAMPLE_ROWS:
                    break
        except csv.Error:
            continue
        whole = rows[:-1] if len(rows) > 2 else rows  # noqa: PLR2004 - the last one may be cut
        if not whole:
            continue
        width, agree = Counter(whole).most_common(1)[0]
        if agree / len(whole) > 0.9 and width > most:  # noqa: PLR2004
            best, most = delimiter, width
    return best, quote


def _check_names(names: Sequence[str], limits: Limits) -> None:
    if len(names) > limits.columns:
        raise TableUnreadable(f"The table has more than {limits.columns} columns.")
    for place, name in enumerate(names, start=1):
        if not name.strip() or len(name) > 200:  # noqa: PLR2004
            raise TableUnreadable(f"Column {place} has no name, or one over 200 characters.")
    if len(set(names)) < len(names):
        raise TableUnreadable("Two columns have the same name.")


def _read_parquet(data: bytes, limits: Limits) -> pl.DataFrame:
    """Read slice by slice, so that a small file that unpacks to much is refused in time."""
    import polars as pl  # noqa: PLC0415 - loaded when a table comes

    try:
        scan = pl.scan_parquet(io.BytesIO(data))
        schema = scan.collect_schema()
        _check_names(list(schema.names()), limits)
        if any(kind.is_nested() or kind in (pl.Binary, pl.Object) for kind in schema.dtypes()):
            raise TableUnreadable("A column holds lists, structures or bytes; flatten it first.")
        rows = int(scan.select(pl.len()).collect().item())
        if rows > limits.rows or rows * len(schema) > limits.cells:
            raise TableUnreadable("The table has more rows or cells than the limit.")
        parts, size = [], 0
        for start in range(0, rows, _SLICE_ROWS):
            part = scan.slice(start, _SLICE_ROWS).collect()
            size += int(part.estimated_size())
            if size > limits.frame_bytes:
                raise TableUnreadable(
                    f"The table needs more than {limits.frame_bytes} bytes of memory."
                )
            parts.append(part)
        if not parts:
            raise TableUnreadable("The file holds no rows.")
        frame = pl.concat(parts)
        plain = [pl.col(n).cast(pl.String) for n, k in schema.items() if _is_odd(k)]
        return frame.with_columns(plain)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        raise TableUnreadable("The Parquet file cannot be read.") from None


def _is_odd(kind: Any) -> bool:
    import polars as pl  # noqa: PLC0415

    return isinstance(kind, (pl.Categorical, pl.Enum, pl.Decimal))


def _json_array(data: bytes) -> Iterator[Any]:
    try:
        found = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        raise TableUnreadable("The JSON is invalid.") from None
    if not isinstance(found, list):
        raise TableUnreadable("The JSON is not a list of objects.")
    yield from found


def _json_lines(data: bytes) -> Iterator[Any]:
    for number, line in enumerate(io.BytesIO(data.removeprefix(b"\xef\xbb\xbf")), start=1):
        if line.strip():
            try:
                yield orjson.loads(line)
            except orjson.JSONDecodeError:
                raise TableUnreadable(f"Line {number} is not valid JSON.") from None


def _from_records(records: Iterator[Any], limits: Limits) -> pl.DataFrame:
    import polars as pl  # noqa: PLC0415 - loaded when a table comes

    columns: dict[str, list[Any]] = {}
    for row, record in enumerate(records):
        if not isinstance(record, dict):
            raise TableUnreadable("The JSON is not a list of objects.")
        if row >= limits.rows or row * len(columns) > limits.cells:
            raise TableUnreadable("The table has more rows or cells than the limit.")
        for name, value in record.items():
            column = columns.get(name)
            if column is None:
                if len(columns) >= limits.columns:
                    raise TableUnreadable(f"The table has more than {limits.columns} columns.")
                column = columns[name] = [None] * row
            nested = isinstance(value, (list, dict))
            column.append(orjson.dumps(value).decode() if nested else value)
        for column in columns.values():
            if len(column) == row:
                column.append(None)
    _check_names(list(columns), limits)
    return pl.DataFrame([_series(pl, name, values) for name, values in columns.items()])


def _series(pl: Any, name: str, values: list[Any]) -> Any:
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pl.Series(name, values, dtype=pl.Boolean)
    if kinds == {int} and all(value is None or abs(value) <= _WIDE for value in values):
        return pl.Series(name, values, dtype=pl.Int64)
    if kinds and kinds <= {int, float} and float in kinds:
        return pl.Series(name, [None if v is None else float(v) for v in values], dtype=pl.Float64)
    told = {True: "true", False: "false"}
    texts = [
        None
        if v is None
        else told[v]
        if isinstance(v, bool)
        else v
        if isinstance(v, str)
        else str(v)
        for v in values
    ]
    return pl.Series(name, texts, dtype=pl.String)
