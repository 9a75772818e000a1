"""Data frames as files; what a spreadsheet would run as a formula is made harmless in CSV."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from customerai.privacy.tabular.reading import Format

if TYPE_CHECKING:
    import polars as pl

_FORMULA: Final = r"^[=+\-@\t\r\n\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"
_NUMBER: Final = r"^[+\-]?\d+(?:[.,]\d+)?(?:[eE][+\-]?\d+)?$"
MEDIA_TYPES: Final[dict[Format, str]] = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
    "jsonl": "application/jsonl",
}


def write(frame: pl.DataFrame, file_format: Format) -> bytes:
    """The frame as a file.

    In CSV, a text that begins with `=`, `+`, `-`, `@`, a tab or a line end gets an apostrophe in
    front, unless it is a number: https://owasp.org/www-community/attacks/CSV_Injection.
    """
    out = io.BytesIO()
    if file_format == "csv":
        _harmless(frame).write_csv(out)
    elif file_format == "parquet":
        frame.write_parquet(out)
    elif file_format == "json":
        frame.write_json(out)
    else:
        frame.write_ndjson(out)
    return out.getvalue()


def _harmless(frame: pl.DataFrame) -> pl.DataFrame:
    import polars as pl  # noqa: PLC0415 - loaded when a table comes

    def guarded(text: pl.Expr) -> pl.Expr:
        risky = text.str.contains(_FORMULA) & ~text.str.contains(_NUMBER)
        return pl.when(risky).then(pl.concat_str(pl.lit("'"), text)).otherwise(text)

    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    safe = frame.with_columns([guarded(pl.col(name)).alias(name) for name in texts])
    names = pl.Series(frame.columns, dtype=pl.String).to_frame("name")
    safe.columns = names.select(guarded(pl.col("name"))).to_series().to_list()
    return safe
