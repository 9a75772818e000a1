"""Text of files for the knowledge base: PDF and Word (.docx), read in a process of their own.

Such files come from anywhere and their readers are large, so each is read by a child with bounds
on memory, CPU time and output; whatever the file does, only that child ends. Bytes go in and text
comes out by pipes: nothing is written to disk. The child runs this very file as a script, with the
standard library and pypdf alone.

Headings, lists and tables of Word files are kept; of a PDF, the text of each page. Pictures are
not read: a scan without a text layer is refused. Hidden and deleted text of Word files is left out.
"""

from __future__ import annotations

import html
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal
from xml.parsers import expat

Kind = Literal["pdf", "docx", "markdown", "html", "text", "json"]

MAX_FILE_BYTES: Final = 20 * 1024**2
MAX_PAGES: Final = 1000
MAX_CHARACTERS: Final = 4_000_000
MAX_UNPACKED_BYTES: Final = 64 * 1024**2
MAX_ZIP_ENTRIES: Final = 5000
MAX_NESTING: Final = 500
TIMEOUT_S: Final = 30.0
_CHILD_MEMORY_BYTES: Final = 1024**3
_LEAST_CHARACTERS_A_PAGE: Final = 8
"""Letters and digits; a scan has none, or a stamp."""

_ENDINGS: Final[Mapping[str, Kind]] = {
    ".pdf": "pdf",
    ".docx": "docx",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".txt": "text",
    ".text": "text",
    ".json": "json",
}
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

REASONS: Final[Mapping[str, str]] = {
    "encrypted": "The file is protected by a password. Save it without one.",
    "old-format": "This is an old or a protected Office file. Save it as .docx without a password.",
    "no-text": "The file holds no text, as a scan does. Run text recognition on it first.",
    "too-many-pages": f"The file has more than {MAX_PAGES} pages. Split it.",
    "too-long": f"The file holds more than {MAX_CHARACTERS} characters. Split it.",
    "unpacks-to-too-much": "The file unpacks to more than is read.",
    "took-too-long": "The file took too long, or too much memory, to read. Split it.",
    "broken": "The file is broken, or is not of the kind that it seems to be.",
    "unknown-kind": "The file is none of PDF, DOCX, Markdown, HTML, text and JSON.",
    "not-utf8": "The file is not UTF-8 text.",
}


class FileUnreadable(ValueError):
    """No text can be taken from a file; `reason` is one of `REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(REASONS[reason])
        self.reason = reason


@dataclass(frozen=True)
class FileText:
    """What a file says.

    Attributes:
        kind: of the file.
        format: how the text is marked up.
    """

    kind: Kind
    format: Literal["markdown", "html", "text", "json"]
    text: str


def kind_of(data: bytes, name: str) -> Kind:
    """The kind of a file by its first bytes, else by its name's ending.

    Raises:
        FileUnreadable: it is none that is read.
    """
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return "docx"
    if data.startswith(_OLD_OFFICE):
        raise FileUnreadable("old-format")
    found = _ENDINGS.get(PurePosixPath(name.replace("\\", "/")).suffix.lower())
    if found is None:
        raise FileUnreadable("unknown-kind")
    if found in ("pdf", "docx"):
        raise FileUnreadable("broken")
    return found


def text_of(data: bytes, name: str, *, timeout_s: float = TIMEOUT_S) -> FileText:
    """The text of a file; takes a second or so for PDF and Word files, so not on the event loop.

    Raises:
        FileUnreadable: says why there is none.
    """
    kind = kind_of(data, name)
    if kind in {"pdf", "docx"}:
        return _from_child(data, kind, timeout_s)
    try:
        return FileText(kind, kind, data.decode("utf-8-sig"))  # type: ignore[arg-type]  # a format
    except UnicodeDecodeError:
        raise FileUnreadable("not-utf8") from None


def _from_child(data: bytes, kind: Kind, timeout_s: float) -> FileText:
    command = [sys.executable, "-I", str(Path(__file__)), kind, str(round(timeout_s) + 1)]
    try:
        child = subprocess.run(  # noqa: S603 - our own interpreter and our own file
            command, input=data, capture_output=True, timeout=timeout_s, check=False, env={}
        )
    except subprocess.TimeoutExpired:
        raise FileUnreadable("took-too-long") from None
    try:
        told = json.loads(child.stdout)
    except ValueError:  # it was ended for its memory or its time
        raise FileUnreadable("took-too-long") from None
    if "reason" in told:
        raise FileUnreadable(str(told["reason"]))
    return FileText(kind, told["format"], told["text"])


# --- in the child -----------------------------------------------------------------------------


def extract(data: bytes, kind: str, *, most_pages: int = MAX_PAGES) -> tuple[str, str]:
    """The format and the text of a PDF or Word file, in this process.

    Raises:
        FileUnreadable: says why there is none.
    """
    found = ("text", _pdf(data, most_pages)) if kind == "pdf" else ("html", _docx(data))
    if not any(char.isalnum() for char in found[1]):
        raise FileUnreadable("no-text")
    return found


def _pdf(data: bytes, most_pages: int) -> str:
    from pypdf import PdfReader  # noqa: PLC0415 - in the child only

    try:
        reader = PdfReader(io.BytesIO(data))
        # Many files are sealed against changes only and open with an empty password.
        if reader.is_encrypted and not reader.decrypt(""):
            raise FileUnreadable("encrypted")
        if len(reader.pages) > most_pages:
            raise FileUnreadable("too-many-pages")
        pages, length = [], 0
        for page in reader.pages:
            text = "\n".join(line.rstrip() for line in page.extract_text().split("\n"))
            length += len(text)
            if length > MAX_CHARACTERS:
                raise FileUnreadable("too-long")
            pages.append(text.strip())
    except (FileUnreadable, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - a broken file fails in many ways
        raise FileUnreadable("broken") from None
    readable = sum(char.isalnum() for page in pages for char in page)
    if readable < _LEAST_CHARACTERS_A_PAGE * max(len(pages), 1):
        raise FileUnreadable("no-text")
    return "\n\n".join(page for page in pages if page)


def _docx(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if len(archive.infolist()) > MAX_ZIP_ENTRIES:
                raise FileUnreadable("unpacks-to-too-much")
            names = set(archive.namelist())
            if "word/document.xml" not in names:
                raise FileUnreadable("broken")
            styles = _Styles()
            if "word/styles.xml" in names:
                _parse(_unpacked(archive, "word/styles.xml"), styles.start, styles.end, None)
            body = _Body(styles)
            _parse(_unpacked(archive, "word/document.xml"), body.start, body.end, body.text)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, OSError, EOFError):
        raise FileUnreadable("broken") from None
    except RuntimeError:  # a member that needs a password
        raise FileUnreadable("encrypted") from None
    except (expat.ExpatError, UnicodeDecodeError):
        raise FileUnreadable("broken") from None
    return body.html()


def _unpacked(archive: zipfile.ZipFile, name: str) -> bytes:
    """A member, never more of it than is read: its header may lie about its size."""
    import zlib  # noqa: PLC0415

    try:
        with archive.open(name) as member:
            found = member.read(MAX_UNPACKED_BYTES + 1)
    except zlib.error:
        raise FileUnreadable("broken") from None
    if len(found) > MAX_UNPACKED_BYTES:
        raise FileUnreadable("unpacks-to-too-much")
    return found


def _parse(
    data: bytes,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None] | None,
) -> None:
    """Read XML piece by piece; a document type, and with it any entity, is refused."""
    parser = expat.ParserCreate(namespace_separator=" ")
    depth = 0

    def opened(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_NESTING:
            raise FileUnreadable("broken")
        start(_local(name), {_local(key): value for key, value in attributes.items()})

    def closed(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(_local(name))

    def refuse(*_: Any) -> None:
        raise FileUnreadable("broken")

    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.StartDoctypeDeclHandler = refuse
    if text is not None:
        parser.CharacterDataHandler = text
    parser.Parse(data, True)  # noqa: FBT003 - expat takes it by place


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


_OFF: Final = ("0", "false", "off")
_HEADING_LEVELS: Final = 6


class _Styles:
    """Which paragraph styles are headings and lists: their names are English in every language."""

    def __init__(self) -> None:
        self.levels: dict[str, int] = {}
        self.lists: set[str] = set()
        self._style = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "style":
            self._style = attributes.get("styleId", "")
        elif name == "name" and self._style:
            told = attributes.get("val", "").lower()
            if told.startswith("list "):
                self.lists.add(self._style)
            elif told == "title":
                self.levels[self._style] = 1
            elif told.startswith("heading ") and told[8:].isdigit():
                self.levels[self._style] = min(int(told[8:]), _HEADING_LEVELS)
        elif name == "outlineLvl" and self._style:
            _note_level(self.levels, self._style, attributes)

    def end(self, name: str) -> None:
        if name == "style":
            self._style = ""


def _note_level(levels: dict[str, int], style: str, attributes: dict[str, str]) -> None:
    value = attributes.get("val", "")
    if value.isdigit() and int(value) < _HEADING_LEVELS:
        levels.setdefault(style, int(value) + 1)


@dataclass
class _Table:
    """A table that is being read."""

    rows: list[tuple[bool, list[str]]] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    cell: list[str] = field(default_factory=list)
    header: bool = False
    first_is_header: bool = False


class _Body:
    """The paragraphs and tables of a document, in order, as HTML."""

    def __init__(self, styles: _Styles) -> None:
        self._styles = styles
        self._blocks: list[str] = []
        self._tables: list[_Table] = []
        self._words: list[str] = []
        self._level = 0
        self._in_list = False
        # Paragraphs around: one stands in another where there is a text box.
        self._around: list[tuple[list[str], int, bool]] = []
        self._hidden = False
        self._in_text = False
        self._skipped = 0
        self._length = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        # A picture's text stands twice, the second time for old programs.
        if name == "Fallback" or self._skipped:
            self._skipped += 1
        elif name == "p":
            self._around.append((self._words, self._level, self._in_list))
            self._words, self._level, self._in_list = [], 0, False
        elif name == "pStyle":
            style = attributes.get("val", "")
            self._level = self._styles.levels.get(style, 0)
            self._in_list = style in self._styles.lists
        elif name == "outlineLvl":
            value = attributes.get("val", "")
            if value.isdigit() and int(value) < _HEADING_LEVELS:
                self._level = int(value) + 1
        elif name == "numPr":
            self._in_list = True
        elif name == "r":
            self._hidden = False
        elif name == "vanish":
            self._hidden = attributes.get("val", "1") not in _OFF
        elif name == "t":
            self._in_text = not self._hidden
        elif name in ("tab", "br", "cr"):
            self._words.append(" ")
        elif name == "tbl":
            self._tables.append(_Table())
        elif self._tables:
            self._in_table(name, attributes)

    def _in_table(self, name: str, attributes: dict[str, str]) -> None:
        table = self._tables[-1]
        if name == "tr":
            table.cells, table.header = [], False
        elif name == "tc":
            table.cell = []
        elif name == "tblHeader":
            table.header = attributes.get("val", "1") not in _OFF
        elif name == "tblLook":
            table.first_is_header = attributes.get("firstRow", "0") not in _OFF

    def end(self, name: str) -> None:
        if self._skipped:
            self._skipped -= 1
        elif name == "t":
            self._in_text = False
        elif name == "p":
            self._paragraph("".join(self._words).strip())
            self._words, self._level, self._in_list = self._around.pop()
        elif not self._tables:
            return
        elif name == "tc":
            self._tables[-1].cells.append(" ".join(self._tables[-1].cell))
        elif name == "tr":
            table = self._tables[-1]
            table.rows.append((table.header, table.cells))
        elif name == "tbl":
            self._table(self._tables.pop())

    def text(self, data: str) -> None:
        if self._in_text and not self._skipped:
            self._length += len(data)
            if self._length > MAX_CHARACTERS:
                raise FileUnreadable("too-long")
            self._words.append(data)

    def _paragraph(self, text: str) -> None:
        if not text:
            return
        if self._tables:
            self._tables[-1].cell.append(text)
        elif self._level:
            self._blocks.append(f"<h{self._level}>{html.escape(text)}</h{self._level}>")
        elif self._in_list:
            self._blocks.append(f"<li>{html.escape(text)}</li>")
        else:
            self._blocks.append(f"<p>{html.escape(text)}</p>")

    def _table(self, table: _Table) -> None:
        if self._tables:  # a table in a cell is read as the words of that cell
            self._tables[-1].cell.extend(" ".join(cells) for _, cells in table.rows)
            return
        rows = []
        for place, (header, cells) in enumerate(table.rows):
            is_header = header or (place == 0 and table.first_is_header and len(table.rows) > 1)
            tag = "th" if is_header else "td"
            rows.append("".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells))
        self._blocks.append(f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>")

    def html(self) -> str:
        """The whole document; list items that follow one another share a list."""
        out: list[str] = []
        in_list = False
        for block in self._blocks:
            item = block.startswith("<li>")
            if item != in_list:
                out.append("<ul>" if item else "</ul>")
            in_list = item
            out.append(block)
        return "\n".join([*out, "</ul>"] if in_list else out)


def _bound(cpu_s: int) -> None:
    import resource  # noqa: PLC0415 - in the child only

    for what, most in (
        (resource.RLIMIT_AS, _CHILD_MEMORY_BYTES),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def main(kind: str, cpu_s: int) -> None:
    """Read a file from standard input, write what it says as JSON to standard output."""
    import logging  # noqa: PLC0415 - in the child only

    logging.disable(logging.CRITICAL)  # what a reader says of a file may quote the file
    _bound(cpu_s)
    try:
        form, text = extract(sys.stdin.buffer.read(MAX_FILE_BYTES + 1), kind)
        told = {"format": form, "text": text}
    except FileUnreadable as error:
        told = {"reason": error.reason}
    except (MemoryError, RecursionError):
        told = {"reason": "took-too-long"}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
