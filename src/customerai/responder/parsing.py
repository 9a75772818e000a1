"""Documents of the knowledge base cut into passages along their own structure."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token
from selectolax.lexbor import LexborHTMLParser, LexborNode

from customerai.responder import sentences

Format = Literal["markdown", "html", "text", "json"]

MAX_CHARACTERS: Final = 4_000_000
MAX_DEPTH: Final = 64
"""Levels of nesting that a JSON document may have."""
MAX_HTML_DEPTH: Final = 5_000
"""Tags left open at once; far beyond any page that people read."""
MIN_WORDS: Final = 40
MAX_WORDS: Final = 160
CHARACTERS_OF_A_WORD: Final = 7
"""With its space; a little more than English has on average."""
MAX_INLINE_CHARACTERS: Final = 20_000
"""A longer block is taken as it stands: parsing its emphasis could take quadratic time."""
MAX_HEADING_CHARACTERS: Final = 300
MAX_TITLE_WORDS: Final = 14
SEPARATOR: Final = " > "

_SPACE: Final = re.compile(r"\s+")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_FRONT_MATTER: Final = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


class DocumentUnreadable(ValueError):
    """The content is not what its format says; the message never repeats the content."""


@dataclass(frozen=True)
class RawPassage:
    """A piece of a document that can be read by itself.

    Attributes:
        heading: the headings above it, outermost first, joined by " > "; "" without any.
        text: its words; a line for each paragraph, list item or table row.
    """

    heading: str
    text: str


@dataclass(frozen=True)
class ParsedDocument:
    """A document as passages in their order.

    Attributes:
        title: what the document calls itself, if it does.
    """

    title: str | None
    passages: tuple[RawPassage, ...]


@dataclass
class _Outline:
    """Blocks of text under the headings in force, gathered while a document is walked."""

    title: str | None = None
    path: list[tuple[int, str]] = field(default_factory=list)
    sections: list[tuple[str, list[str]]] = field(default_factory=list)

    def heading(self, level: int, text: str) -> None:
        text = _tidy(text)[:MAX_HEADING_CHARACTERS].strip()
        while self.path and self.path[-1][0] >= level:
            self.path.pop()
        if text:
            self.path.append((level, text))
            if self.title is None:
                self.title = text

    def block(self, text: str) -> None:
        text = _tidy(text)
        if not text:
            return
        heading = SEPARATOR.join(name for _, name in self.path)
        if not self.sections or self.sections[-1][0] != heading:
            self.sections.append((heading, []))
        self.sections[-1][1].append(text)

    def document(self, title: str | None = None) -> ParsedDocument:
        passages = [
            RawPassage(heading, text)
            for heading, blocks in self.sections
            for text in _chunks(blocks)
        ]
        known = title or self.title
        if not passages and known:
            passages = [RawPassage("", known)]
        return ParsedDocument(known, tuple(passages))


def parse(content: str, format: Format) -> ParsedDocument:  # noqa: A002 the name is the API's
    """The passages of a document, each of about 40 to 160 words, with the headings above it.

    Markdown and HTML are cut along headings, lists and tables; plain text along paragraphs; JSON
    along its objects, whose names become headings. A shorter section stays a passage by itself.

    Raises:
        DocumentUnreadable: invalid JSON, or too long or too deeply nested a document.
    """
    if len(content) > MAX_CHARACTERS:
        raise DocumentUnreadable(f"The document is longer than {MAX_CHARACTERS} characters.")
    clean = _CONTROL.sub(" ", content.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff"))
    if format == "markdown":
        return _markdown(clean)
    if format == "html":
        return _html(clean)
    if format == "json":
        return _json(clean)
    return _plain(clean)


def _tidy(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _as_sentence(text: str) -> str:
    """A list item or cell that ends like a sentence, so that it can be read in running text."""
    text = _tidy(text)
    return f"{text}." if text and (text[-1].isalnum() or text[-1] in ")]}\"'’”%") else text


def _count(text: str) -> int:
    """Words, or what the text would have at an English word's length: not all scripts space."""
    return max(len(text.split()), len(text) // CHARACTERS_OF_A_WORD)


def _chunks(blocks: Sequence[str]) -> list[str]:
    """Blocks of one section packed into texts of at most `MAX_WORDS`, evenly filled."""
    pieces = [piece for block in blocks for piece in _bounded(block)]
    total = sum(map(_count, pieces))
    if total <= MAX_WORDS:
        return ["\n".join(pieces)] if pieces else []
    target = total / -(-total // MAX_WORDS)
    chunks: list[list[str]] = [[]]
    size = 0
    for index, piece in enumerate(pieces):
        words = _count(piece)
        # A line that introduces a list goes with the list.
        introduces = piece.endswith(":") and index + 1 < len(pieces)
        full = size + words > MAX_WORDS or (size + words / 2 > target and size >= MIN_WORDS)
        if chunks[-1] and (full or (introduces and size + words > target)):
            carried = (
                [chunks[-1].pop()] if len(chunks[-1]) > 1 and chunks[-1][-1][-1] == ":" else []
            )
            chunks.append(carried)
            size = sum(map(_count, carried))
        chunks[-1].append(piece)
        size += words
    if len(chunks) > 1 and size < MIN_WORDS:
        last = chunks.pop()
        chunks[-1].extend(last)  # a little over the limit reads better than a scrap
    return ["\n".join(chunk) for chunk in chunks]


def _bounded(block: str) -> Iterator[str]:
    """The block itself, or its sentences packed into pieces when it is too long."""
    if _count(block) <= MAX_WORDS:
        yield block
        return
    held = ""
    for start, end in sentences.split(block):
        for piece in _cut(block[start:end]):
            joined = f"{held} {piece}" if held else piece
            if held and _count(joined) > MAX_WORDS * 3 // 4:
                yield held
                joined = piece
            held = joined
    if held:
        yield held


def _cut(sentence: str) -> Iterator[str]:
    """A sentence in pieces, at spaces where there are any, when it is longer than a passage."""
    if _count(sentence) <= MAX_WORDS:
        yield sentence
        return
    width = 2 * MAX_WORDS  # characters, so that words of one letter fit too
    start = 0
    while start < len(sentence):
        space = sentence.rfind(" ", start + width // 2, start + width)
        end = space if space > 0 and start + width < len(sentence) else start + width
        if piece := sentence[start:end].strip():
            yield piece
        start = end


# --- plain text -------------------------------------------------------------------------------

_BULLET: Final = re.compile(r"\s*(?:[-*•–]|\(?\d{1,3}[.)])\s+\S")


def _plain(content: str) -> ParsedDocument:
    outline = _Outline()
    for number, paragraph in enumerate(re.split(r"\n[ \t]*\n", content.strip("\n"))):
        lines = [line for line in paragraph.split("\n") if line.strip()]
        if number == 0 and len(lines) == 1 and _looks_like_title(lines[0]):
            outline.heading(1, lines[0])
            continue
        held: list[str] = []
        for line in lines:
            if _BULLET.match(line) and held:
                outline.block(" ".join(held))
                held = []
            held.append(line)
        outline.block(" ".join(held))
    return outline.document()


def _looks_like_title(line: str) -> bool:
    line = line.strip()
    return len(line.split()) <= MAX_TITLE_WORDS and not line.endswith((".", "!", ":", ";", ","))


# --- Markdown ---------------------------------------------------------------------------------


def _markdown(content: str) -> ParsedDocument:
    reader = MarkdownIt("commonmark").enable("table")
    # Inline text is parsed here, block by block, so that a huge one can be left as it is.
    reader.core.ruler.enableOnly(["normalize", "block"])
    outline = _Outline()
    environment: dict[str, Any] = {}
    around: list[str] = []
    numbers: list[int | None] = []  # the next number of each list around; None for bullets
    mark = ""
    level = 1
    header: list[str] = []
    row: list[str] = []
    for token in reader.parse(_FRONT_MATTER.sub("", content), environment):
        name = token.type.removesuffix("_open").removesuffix("_close")
        if token.nesting == 1:
            around.append(name)
            if name in ("bullet_list", "ordered_list"):
                numbers.append(int(token.attrs.get("start", 1)) if name[0] == "o" else None)
            elif name == "heading":
                level = int(token.tag[1])
            elif name == "list_item":
                number = numbers[-1]
                mark = f"{number}. " if number is not None else ""
                numbers[-1] = number + 1 if number is not None else None
            elif name == "tr":
                row = []
        elif token.nesting == -1:
            around.pop()
            if name in ("bullet_list", "ordered_list"):
                numbers.pop()
            elif name == "thead":
                header = row
            elif name == "tr" and "tbody" in around:
                outline.block(_row(header, row))
        elif name == "inline":
            text = _inline(reader, token.content, environment)
            if around[-1] == "heading":
                outline.heading(level, text)
            elif around[-1] in ("th", "td"):
                row.append(_tidy(text))
            elif numbers:
                outline.block(mark + _as_sentence(text))
                mark = ""
            else:
                outline.block(text)
        elif name in ("fence", "code_block"):
            outline.block(token.content)
        elif name == "html_block":
            _walk(token.content, outline)
    return outline.document()


def _inline(reader: MarkdownIt, content: str, environment: dict[str, Any]) -> str:
    if len(content) > MAX_INLINE_CHARACTERS:
        return content
    found: list[Token] = []
    reader.inline.parse(content, reader, environment, found)
    words = []
    for token in found:
        if token.type in ("text", "code_inline", "text_special"):
            words.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            words.append(" ")
        elif token.type == "image":
            words.append(token.content)
    return "".join(words)


def _row(header: Sequence[str], cells: Sequence[str]) -> str:
    """A table row as a sentence: "Silver. Returns: 6 months; Fee: none."."""
    named = []
    for column, cell in enumerate(cells):
        name = header[column] if column < len(header) else ""
        if cell:
            named.append(f"{name}: {cell}" if name and name != cell else cell)
    return _as_sentence("; ".join(named))


# --- HTML -------------------------------------------------------------------------------------

_DROPPED: Final = frozenset(
    """
    script style noscript template nav footer aside svg iframe object canvas button select
    head input textarea dialog audio video
    """.split()  # noqa: SIM905 a list of words reads better so
)
_BLOCKS: Final = frozenset(
    """
    address article blockquote body center dd details div dl dt fieldset figcaption figure
    form h1 h2 h3 h4 h5 h6 header hr html legend li main ol p pre section summary table tr
    ul
    """.split()  # noqa: SIM905 a list of words reads better so
)
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
_CLOSED_BY_THEMSELVES: Final = frozenset(
    """
    p li dt dd tr td th tbody thead tfoot caption colgroup option optgroup area base br col
    embed hr img input link meta source track wbr html head body
    """.split()  # noqa: SIM905 a list of words reads better so
)


def _refuse_deep(content: str) -> None:
    """The tree builder takes time that grows with the square of the depth."""
    opened: Counter[str] = Counter()
    depth = 0
    for closing, name in _TAG.findall(content):
        tag = name.lower()
        if tag in _CLOSED_BY_THEMSELVES or (closing and not opened[tag]):
            continue
        change = -1 if closing else 1
        opened[tag] += change
        depth += change
        if depth > MAX_HTML_DEPTH:
            raise DocumentUnreadable(f"The HTML is nested deeper than {MAX_HTML_DEPTH} levels.")


def _html(content: str) -> ParsedDocument:
    outline = _Outline()
    return outline.document(_walk(content, outline))


def _walk(content: str, outline: _Outline) -> str | None:
    """Feed the readable blocks of a page to the outline; its <title>, if it has one."""
    _refuse_deep(content)
    tree = LexborHTMLParser(content)
    titled = tree.css_first("head > title")
    root = tree.css_first("main") or tree.css_first("article") or tree.body
    if root is not None:
        _Page(outline).read(root)
    return (_tidy(titled.text()) if titled is not None else "") or None


class _Page:
    """Reads a page in its order; the words since the last block boundary are held."""

    def __init__(self, outline: _Outline) -> None:
        self._outline = outline
        self._words: list[str] = []
        self._lists: list[tuple[str, int]] = []  # the lists around: the tag and the next number
        self._header: list[str] = []
        self._mark = ""

    def read(self, root: LexborNode) -> None:
        # Nodes to enter and tags to leave: the depth of a page is not ours to trust.
        stack: list[LexborNode | str] = [root]
        while stack:
            node = stack.pop()
            if isinstance(node, str):
                self._leave(node)
                continue
            if node is not root and node.next is not None:
                stack.append(node.next)
            if self._enter(node):
                if node.tag in _BLOCKS:
                    stack.append(node.tag)
                if node.child is not None:
                    stack.append(node.child)
        self._flush("")

    def _enter(self, node: LexborNode) -> bool:
        """Whether what is inside is read too."""
        tag = node.tag or ""
        if tag == "-text":
            self._words.append(node.text_content or "")
            return False
        if tag in _DROPPED or tag.startswith("-") or "hidden" in node.attributes:
            return False
        if tag in _BLOCKS:
            self._flush("")
        if tag == "br":
            self._words.append(" ")
        elif tag == "img":
            self._words.append(node.attributes.get("alt") or "")
        elif tag == "table":
            self._header = []
        elif tag == "tr":
            self._table_row(node)
            return False
        elif tag in ("ul", "ol"):
            self._lists.append((tag, 1))
        elif tag == "li" and self._lists:
            kind, number = self._lists[-1]
            self._lists[-1] = kind, number + 1
            self._mark = f"{number}. " if kind == "ol" else ""
        return True

    def _leave(self, tag: str) -> None:
        self._flush(tag)
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()

    def _flush(self, tag: str) -> None:
        text = _tidy("".join(self._words))
        self._words.clear()
        if text and tag in _HEADINGS:
            self._outline.heading(int(tag[1]), text)
        elif text:
            self._outline.block(self._mark + _as_sentence(text) if self._lists else text)
            self._mark = ""

    def _table_row(self, row: LexborNode) -> None:
        cells = []
        cell = row.child
        while cell is not None:
            if cell.tag in ("td", "th"):
                cells.append((cell.tag, _tidy(cell.text())))
            cell = cell.next
        texts = [text for _, text in cells]
        if cells and all(kind == "th" for kind, _ in cells):
            self._header = texts
        else:
            self._outline.block(_row(self._header, texts))


# --- JSON -------------------------------------------------------------------------------------

_TITLES: Final = ("title", "heading", "question", "name", "subject")
_LABELS: Final = ("label", "button", "step")
_BODIES: Final = ("description", "summary", "instructions", "text", "answer", "body", "content")
_UNSPOKEN: Final = frozenset(
    {*_BODIES, "subtext", "items", "steps", "notes", "details", "bullets", "paragraphs", "points"}
)
"""Names of fields that only say where a text stands; other names are said before the value."""
_MACHINE: Final = frozenset(
    """
    id uuid type kind slug key url href locale lang language version status tags created_at
    updated_at created updated author position order icon image
    """.split()  # noqa: SIM905 a list of words reads better so
)
_IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*|[a-z]+(?:[A-Z][a-z0-9]*)+")
_BUTTON: Final = re.compile(r"\[(?![A-Z_]+(?:_\d+)?\])([A-Z][^\[\]\n]{0,60})\]")
_ARROW_AFTER_STOP: Final = re.compile(r"(?<=[:;,.?!]) > (?=\S)")
_ARROW: Final = re.compile(r"(?<=['\"’”a-z)]) > (?=\S)")
_NOTHING: Final = frozenset({"", "n/a", "none", "null", "x", "-", "."})
_SHORT_WORDS: Final = 5


def _json(content: str) -> ParsedDocument:
    try:
        value: Any = json.loads(content)
    except RecursionError:
        raise DocumentUnreadable("The JSON is nested too deeply.") from None
    except json.JSONDecodeError as error:
        # The decoder keeps the whole document in its error, so the chain is cut.
        raise DocumentUnreadable(
            f"The JSON is invalid at line {error.lineno}, column {error.colno}."
        ) from None
    except ValueError:
        raise DocumentUnreadable("The JSON holds a number that is too long.") from None
    outline = _Outline()
    title = _first(value, _TITLES) if isinstance(value, dict) else None
    _flatten(value, outline, 1)
    if title is None:
        outline.title = None  # the first heading names a part, not the document
    return outline.document(title)


def _flatten(value: Any, outline: _Outline, depth: int) -> None:
    """An object's own words first, then its parts under their names."""
    if depth > MAX_DEPTH:
        raise DocumentUnreadable(f"The JSON is nested deeper than {MAX_DEPTH} levels.")
    if _is_plain(value):
        for line in _listed("", value):
            outline.block(line)
    elif isinstance(value, list):
        for item in value:
            title = _first(item, _TITLES) if isinstance(item, dict) else None
            _flatten_under(title, item, outline, depth)
    else:
        for line in _own_words(value):
            outline.block(line)
        for key, item in value.items():
            if not _is_plain(item):
                _flatten_under(None if _is_container(key, item) else key, item, outline, depth)


def _flatten_under(name: str | None, value: Any, outline: _Outline, depth: int) -> None:
    outer = list(outline.path)
    if name is not None:
        outline.heading(depth, _spoken(name))
    _flatten(value, outline, depth + 1)
    outline.path = outer


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return not any(isinstance(item, (dict, list)) for item in value)
    return not isinstance(value, dict)


def _is_container(key: str, value: Any) -> bool:
    """Whether a key such as "subflows" only groups objects that have names of their own."""
    parts = value if isinstance(value, list) else value.values()
    return _IDENTIFIER.fullmatch(key) is not None and all(
        isinstance(part, (dict, list)) for part in parts
    )


def _first(value: dict[str, Any], keys: Iterable[str]) -> str | None:
    for key in keys:
        found = value.get(key)
        if isinstance(found, str) and _tidy(found).casefold() not in _NOTHING:
            return _tidy(found)
    return None


def _own_words(value: dict[str, Any]) -> list[str]:
    plain = {key: item for key, item in value.items() if _is_plain(item)}
    keys: list[str] = [key for key in _BODIES if key in plain]
    keys += [key for key in plain if key not in keys and key not in (*_TITLES, *_LABELS)]
    lines: list[str] = []
    introduces = False
    previous = ""
    for key in keys:
        if key.casefold() in _MACHINE:
            continue
        spoken = "" if key.casefold() in _UNSPOKEN else _spoken(key)
        is_list = isinstance(plain[key], list)
        if introduces and is_list and not spoken:
            said = _listed("", plain[key])
            lead = lines.pop()
            if said and lead[:-1] == _scalar(plain[previous]):
                lead = lead[:-1] + ":"  # it had no end of its own: the list goes on with it
            lines += _listed("", plain[key], lead=lead)
        else:
            lines += _listed(spoken, plain[key])
        introduces, previous = bool(lines) and not is_list, key
    label = _first(value, _LABELS)
    if label and lines and label.casefold() not in " ".join(lines).casefold():
        lines[0] = f"{label}: {lines[0]}"
    return lines


def _listed(name: str, value: Any, *, lead: str = "") -> list[str]:
    """The lines that say a scalar or a list of scalars; short items share one line."""
    values = value if isinstance(value, list) else [value]
    items = [text for item in values if (text := _scalar(item)).casefold() not in _NOTHING]
    if not items:
        return [lead] if lead else []
    prefix = lead or (f"{name}:" if name else "")
    if all(_count(item) < _SHORT_WORDS for item in items):
        said = ", ".join(item.rstrip(".,;") for item in items) if len(items) > 1 else items[0]
        return [_as_sentence(f"{prefix} {said}")]
    lines = [_as_sentence(item) for item in items]
    if lead:
        return [lead, *lines]
    return [f"{prefix} {lines[0]}".strip(), *lines[1:]]


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return ""
    text = _BUTTON.sub(r"\1", _tidy(str(value))).replace("<or>", "or")
    # Some guides write a list inside a line as "Gold members: > first > second".
    return _tidy(_ARROW.sub("; ", _ARROW_AFTER_STOP.sub(" ", text)))


def _spoken(key: str) -> str:
    """A key as words: "return_policy" and "returnPolicy" become "Return policy"."""
    if _IDENTIFIER.fullmatch(key) is None:
        return key
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", re.sub(r"[_-]", " ", key)).lower()
    return apart[:1].upper() + apart[1:]
