"""Rows of CSV and JSON Lines files as messages, or the reason why a row is none; pure."""

from __future__ import annotations

import codecs
import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Final, Literal

from customerai.contracts.responder import ImportedMessage, Role
from customerai.core.times import EARLIEST, LATEST, is_plausible

FileFormat = Literal["csv", "jsonl"]
Row = Mapping[str, Any]

_MOST_TEXT_CHARS: Final = 1_000_000
_MOST_LABEL_CHARS: Final = 1000
_MOST_CELL_CHARS: Final = 4 * _MOST_TEXT_CHARS
_MOST_LINE_CHARS: Final = 16 * _MOST_TEXT_CHARS
_MOST_ID_CHARS: Final = 200

# Column names of common exports, most telling first.
_GUESSES: Final[Mapping[str, tuple[str, ...]]] = {
    "text": ("text", "body", "message", "content", "comment", "description", "utterance"),
    "conversation": ("conversation_id", "ticket_id", "thread_id", "case_id", "conversation"),
    "message": ("message_id", "comment_id", "event_id"),
    "role": ("role", "speaker", "author_type", "sender_type", "from_type", "author", "direction"),
    "at": ("created_at", "timestamp", "sent_at", "date", "time", "at"),
    "customer": ("customer_id", "requester_id", "contact_id", "user_id", "customer"),
    "channel": ("channel", "source", "via", "inbox"),
}
_ROLES: Final[Mapping[str, Role]] = {
    "customer": Role.CUSTOMER, "user": Role.CUSTOMER, "end-user": Role.CUSTOMER,
    "end_user": Role.CUSTOMER, "contact": Role.CUSTOMER, "requester": Role.CUSTOMER,
    "visitor": Role.CUSTOMER, "client": Role.CUSTOMER, "incoming": Role.CUSTOMER,
    "inbound": Role.CUSTOMER, "in": Role.CUSTOMER,
    "agent": Role.AGENT, "assistant": Role.AGENT, "admin": Role.AGENT, "staff": Role.AGENT,
    "support": Role.AGENT, "operator": Role.AGENT, "bot": Role.AGENT, "outgoing": Role.AGENT,
    "outbound": Role.AGENT, "out": Role.AGENT,
    "system": Role.SYSTEM,
}  # fmt: skip


class FileUnreadable(ValueError):
    """A file is not what its format says; the message never repeats its content."""


@dataclass(frozen=True)
class Mapped:
    """Which column holds what; only `text` is needed.

    Attributes:
        groups: sensitive feature to column.
        attributes: further fact to column.
    """

    text: str
    conversation: str | None = None
    message: str | None = None
    role: str | None = None
    at: str | None = None
    customer: str | None = None
    channel: str | None = None
    groups: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)

    def columns(self) -> list[str]:
        """Every column that is named."""
        single = (
            self.text, self.conversation, self.message, self.role, self.at, self.customer,
            self.channel,
        )  # fmt: skip
        named = [column for column in single if column is not None]
        return [*named, *self.groups.values(), *self.attributes.values()]

    def labels(self) -> list[str]:
        """The columns of channels, groups and attributes."""
        channel = [] if self.channel is None else [self.channel]
        return [*channel, *self.groups.values(), *self.attributes.values()]


@dataclass(frozen=True)
class Refused:
    """Why a row is no message; `detail` names columns and rules, never content."""

    code: str
    detail: str


def guess(columns: Iterable[str]) -> dict[str, str]:
    """Which column probably holds what, by its name."""
    lowered = {column.strip().lower(): column for column in columns}
    return {
        name: next(lowered[candidate] for candidate in candidates if candidate in lowered)
        for name, candidates in _GUESSES.items()
        if any(candidate in lowered for candidate in candidates)
    }


def columns_of(lines: Iterable[str], file_format: FileFormat) -> list[str]:
    """The columns of a file: the header of CSV, the fields of the first JSON object.

    Raises:
        FileUnreadable: there is no such beginning.
    """
    if file_format == "csv":
        header = next(_csv(lines), None)
        if header is None or not any(cell.strip() for cell in header):
            raise FileUnreadable("The file is empty or its first line names no columns.")
        if len(set(header)) != len(header):
            raise FileUnreadable("Two columns have the same name.")
        return header
    for row in read(lines, "jsonl"):
        if isinstance(row, Refused):
            break
        return list(row)
    raise FileUnreadable("The first line is not a JSON object.")


def read(lines: Iterable[str], file_format: FileFormat) -> Iterator[Row | Refused]:
    """The rows of a file, one by one, in bounded memory."""
    if file_format == "jsonl":
        yield from (_json_row(line) for line in lines if line.strip())
        return
    rows = _csv(lines)
    header = next(rows, None) or []
    for cells in rows:
        if cells is None:
            yield Refused("broken_row", "the row cannot be read as CSV")
        elif len(cells) != len(header) and cells:
            yield Refused("ragged_row", f"{len(cells)} cells, the header has {len(header)}")
        elif cells:
            yield dict(zip(header, cells, strict=True))


def _csv(lines: Iterable[str]) -> Iterator[list[str] | None]:
    """Rows of cells; None stands for one that breaks the format."""
    # One limit for the process and never put back: files are read at the same time.
    csv.field_size_limit(_MOST_CELL_CHARS)
    reader = csv.reader(lines)
    while True:
        try:
            yield next(reader)
        except csv.Error:
            yield None
        except StopIteration:
            return


def _json_row(line: str) -> Row | Refused:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return Refused("invalid_json", "the line is not valid JSON")
    if not isinstance(row, dict):
        return Refused("not_an_object", "the line is no JSON object")
    return row


class MessageReader:
    """Turns rows into messages; remembers what it must to give repeated rows their own ids."""

    def __init__(self, mapped: Mapped, *, default_at: datetime) -> None:
        self._mapped = mapped
        self._default_at = default_at
        self._seen: Counter[bytes] = Counter()

    def message(self, row: Row) -> ImportedMessage | Refused:
        """One row as a message, or why it is none."""
        mapped = self._mapped
        missing = [column for column in mapped.columns() if column not in row]
        if missing:
            return Refused("missing_column", f"{len(missing)} mapped fields are missing")
        text = row[mapped.text]
        if not isinstance(text, str):
            return Refused("text_not_text", f"{mapped.text} holds no text")
        if not text.strip():
            return Refused("empty_text", f"{mapped.text} is empty")
        if len(text) > _MOST_TEXT_CHARS:
            return Refused("text_too_long", f"{mapped.text} has over {_MOST_TEXT_CHARS} characters")
        if not _encodable(row, mapped):
            return Refused("invalid_unicode", "a field holds half of a surrogate pair")
        at = self._default_at if mapped.at is None else _time(row[mapped.at])
        if at is None:
            return Refused("bad_time", f"{mapped.at} is neither ISO 8601 nor seconds since 1970")
        role = Role.CUSTOMER if mapped.role is None else _role(row[mapped.role])
        if role is None:
            return Refused("unknown_role", f"{mapped.role} says neither customer nor agent")
        if any(len(_id(row, c)) > _MOST_ID_CHARS for c in (mapped.conversation, mapped.message)):
            return Refused("id_too_long", f"an id has over {_MOST_ID_CHARS} characters")
        if any(len(_id(row, c)) > _MOST_LABEL_CHARS for c in mapped.labels()):
            return Refused("label_too_long", f"a label has over {_MOST_LABEL_CHARS} characters")
        if mapped.conversation is not None and not _id(row, mapped.conversation):
            return Refused("missing_conversation", f"{mapped.conversation} is empty")
        # A row without ids is known by what it says; the same again is a further message.
        said_at = "" if mapped.at is None else at.isoformat()
        digest = _digest(_id(row, mapped.conversation), role.value, said_at, text)
        self._seen[digest] += 1
        own = f"{digest.hex()}-{self._seen[digest]}"
        return ImportedMessage(
            conversation=_id(row, mapped.conversation) or own,
            message=_id(row, mapped.message) or own,
            role=role,
            text=text,
            at=at,
            customer=_id(row, mapped.customer) or None,
            channel=_id(row, mapped.channel) or "import",
            groups=_labels(row, mapped.groups),
            attributes=_labels(row, mapped.attributes),
        )


def _encodable(row: Row, mapped: Mapped) -> bool:
    try:
        for column in mapped.columns():
            str(row[column]).encode()
    except UnicodeEncodeError:
        return False
    return True


def _id(row: Row, column: str | None) -> str:
    value = None if column is None else row[column]
    return "" if value is None or isinstance(value, (dict, list)) else str(value).strip()


def _labels(row: Row, columns: Mapping[str, str]) -> dict[str, str]:
    found = {name: _id(row, column) for name, column in columns.items()}
    return {name: label for name, label in found.items() if label}


def _role(value: object) -> Role | None:
    return _ROLES.get(str(value).strip().lower())


_MILLISECONDS_FROM: Final = 1e11  # a number this large counts milliseconds


def _time(value: object) -> datetime | None:
    """A time; without a zone it is taken as UTC."""
    try:
        number = float(str(value))
    except ValueError:
        pass
    else:
        seconds = number / 1000 if abs(number) >= _MILLISECONDS_FROM else number
        if not EARLIEST.timestamp() <= seconds < LATEST.timestamp():
            return None
        return datetime.fromtimestamp(seconds, tz=timezone.utc)
    text = str(value).strip().replace(" UTC", "+00:00")
    if text.endswith(("Z", "z")):
        text = text[:-1] + "+00:00"
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    at = parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=timezone.utc)
    return at.astimezone(timezone.utc) if is_plausible(at) else None


def _digest(*parts: str) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()[:16]


def text_lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Lines of a UTF-8 file that comes in pieces, line ends kept, a byte order mark dropped.

    Raises:
        FileUnreadable: the bytes are not UTF-8, or a line has no end in sight.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")("strict")
    rest = ""
    try:
        for chunk in chunks:
            rest += decoder.decode(chunk)
            *lines, rest = rest.split("\n")
            yield from (line + "\n" for line in lines)
            if len(rest) > _MOST_LINE_CHARS:
                raise FileUnreadable(f"A line has over {_MOST_LINE_CHARS} characters.")
        rest += decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise FileUnreadable("The file is not UTF-8 text.") from error
    if rest:
        yield rest
