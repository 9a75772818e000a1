"""Rows of files as messages: every row is read or refused with its reason, the same each time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from customerai.contracts.responder import ImportedMessage, Role
from customerai.integrations.rows import (
    FileFormat,
    FileUnreadable,
    Mapped,
    MessageReader,
    Refused,
    columns_of,
    guess,
    read,
    text_lines,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
NINE = datetime(2026, 1, 31, 9, 0, tzinfo=timezone.utc)
SECRET = "jane.roe@example.com"


def lines(data: bytes | str, size: int = 7) -> Iterator[str]:
    """A file in pieces of a few bytes."""
    raw = data.encode() if isinstance(data, str) else data
    return text_lines(raw[start : start + size] for start in range(0, len(raw), size))


def rows_of(data: bytes | str, file_format: FileFormat = "csv") -> list[Any]:
    return list(read(lines(data), file_format))


def codes(found: Sequence[object]) -> list[object]:
    return [one.code if isinstance(one, Refused) else one for one in found]


def messages_of(rows: Sequence[dict[str, Any]], **mapping: Any) -> list[ImportedMessage | Refused]:
    reader = MessageReader(Mapped(**{"text": "text", **mapping}), default_at=NOW)
    return [reader.message(row) for row in rows]


def one_message(**row: Any) -> ImportedMessage | Refused:
    named = {
        "conversation": "conversation_id", "message": "message_id", "role": "role", "at": "at",
        "customer": "customer_id", "channel": "channel",
    }  # fmt: skip
    mapping = {field: column for field, column in named.items() if column in row}
    (found,) = messages_of([{"text": "hello", **row}], **mapping)
    return found


# --- files as rows ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("text,id\nhello,1\n", [{"text": "hello", "id": "1"}]),
        ("text,id\r\nhello,1\r\n", [{"text": "hello", "id": "1"}]),
        ("text,id\nhello,1", [{"text": "hello", "id": "1"}]),
        ("\ufefftext,id\nhello,1\n", [{"text": "hello", "id": "1"}]),
        ('"text","id"\n"a, ""b""\nc",1\n', [{"text": 'a, "b"\nc', "id": "1"}]),
        ("text,id\n\nhello,1\n\n\n", [{"text": "hello", "id": "1"}]),
        ("text,id\n,\n", [{"text": "", "id": ""}]),
        (
            "text,id\nhello\nhello,1,2\nhello,1\n",
            ["ragged_row", "ragged_row", {"text": "hello", "id": "1"}],
        ),
        ("text,id\n\u2028é😀,1\n", [{"text": "\u2028é😀", "id": "1"}]),
        ('text,id\n"never closed,1\nhello,2\n', ["ragged_row"]),
        ("text,id\n", []),
        ("", []),
    ],
)
def test_csv_is_read_as_it_is_quoted(data: str, expected: list[object]) -> None:
    assert codes(rows_of(data)) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ('{"a": 1}\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
        ('\ufeff{"a": 1}\r\n\n  \n{"a": 2}', [{"a": 1}, {"a": 2}]),
        ('{"a": "x\u2028y"}\n', [{"a": "x\u2028y"}]),
        ('{"a": 1\n{"a": 2}\n', ["invalid_json", {"a": 2}]),
        ('[1]\n"x"\nnull\n{"a": 1}\n', ["not_an_object"] * 3 + [{"a": 1}]),
        ("[" * 100_000 + "\n", ["invalid_json"]),
        ('{"a": ' + "9" * 10_000 + "}\n", ["invalid_json"]),
        (SECRET, ["invalid_json"]),
    ],
)
def test_json_lines_are_read_one_by_one(data: str, expected: list[object]) -> None:
    found = list(read(text_lines([data.encode()]), "jsonl"))
    assert codes(found) == expected
    assert SECRET not in str([one for one in found if isinstance(one, Refused)])


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)


@given(rows=st.lists(st.tuples(CELLS, CELLS), max_size=8), size=st.integers(1, 9))
def test_what_a_csv_writer_wrote_is_read_back_however_it_is_cut(
    rows: list[tuple[str, str]], size: int
) -> None:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["text", "id"])
    writer.writerows(rows)
    found = list(read(lines(out.getvalue(), size), "csv"))
    assert found == [{"text": text, "id": other} for text, other in rows]


@given(
    rows=st.lists(
        st.dictionaries(CELLS, CELLS | st.integers() | st.none(), max_size=3), max_size=6
    ),
    size=st.integers(1, 9),
    ascii_only=st.booleans(),
)
def test_what_a_json_writer_wrote_is_read_back_however_it_is_cut(
    rows: list[dict[str, object]], size: int, ascii_only: bool
) -> None:
    data = "".join(json.dumps(row, ensure_ascii=ascii_only) + "\n" for row in rows)
    assert list(read(lines(data, size), "jsonl")) == rows


@given(data=st.binary(max_size=60), size=st.integers(1, 9))
def test_any_bytes_are_text_or_refused(data: bytes, size: int) -> None:
    assume(data not in (b"\xef", b"\xef\xbb"))  # half of a byte order mark is read as nothing
    try:
        expected = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        with pytest.raises(FileUnreadable):
            list(lines(data, size))
        return
    found = list(lines(data, size))
    assert "".join(found) == expected
    assert all(line.count("\n") <= 1 for line in found)
    for file_format in ("csv", "jsonl"):
        list(read(found, file_format))  # type: ignore[arg-type]  # one of the two


@pytest.mark.parametrize("data", [b"text\n\xff\n", "text\né".encode("latin-1"), b"\xff\xfet\x00"])
def test_a_file_that_is_not_utf8_is_refused_without_an_echo(data: bytes) -> None:
    with pytest.raises(FileUnreadable) as refused:
        list(lines(data))
    assert str(refused.value) == "The file is not UTF-8 text."


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory() -> None:
    read_so_far = 0

    def endless() -> Iterator[bytes]:
        nonlocal read_so_far
        while True:
            read_so_far += 1
            yield b"x" * 1_000_000

    with pytest.raises(FileUnreadable):
        list(text_lines(endless()))
    assert read_so_far < 20


def test_a_long_cell_is_read_though_a_file_that_was_begun_before_has_ended() -> None:
    long = "x" * 200_000
    before = read(iter(["text\n", "y\n"]), "csv")
    assert next(before) == {"text": "y"}
    after = read(iter(["text\n", "short\n", long + "\n"]), "csv")
    assert next(after) == {"text": "short"}
    assert list(before) == []
    assert list(after) == [{"text": long}]


def test_a_cell_over_the_limit_is_one_refused_row() -> None:
    found = read(iter(["text\n", "x" * 4_000_001 + "\n", "y\n"]), "csv")
    assert codes(list(found)) == ["broken_row", {"text": "y"}]


@pytest.mark.parametrize(
    ("data", "file_format", "expected"),
    [
        ("Text,id\nx,1\n", "csv", ["Text", "id"]),
        ('{"b": 1, "a": 2}\n', "jsonl", ["b", "a"]),
        ('\n\n{"b": 1}\n', "jsonl", ["b"]),
    ],
)
def test_columns_are_named_by_the_beginning(
    data: str, file_format: FileFormat, expected: list[str]
) -> None:
    assert columns_of(lines(data), file_format) == expected


@pytest.mark.parametrize(
    ("data", "file_format"),
    [("", "csv"), ("\n", "csv"), (" , \nx,y\n", "csv"), ("a,b,a\n", "csv"), ("", "jsonl"),
     ("[1]\n", "jsonl"), (SECRET, "jsonl")],
)  # fmt: skip
def test_a_file_without_columns_is_refused(data: str, file_format: FileFormat) -> None:
    with pytest.raises(FileUnreadable) as refused:
        columns_of(lines(data), file_format)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            ["Ticket_ID", " Body ", "created_at", "Author", "subject"],
            {"conversation": "Ticket_ID", "text": " Body ", "at": "created_at", "role": "Author"},
        ),
        (["message", "text", "message_id"], {"text": "text", "message": "message_id"}),
        (["a", "b"], {}),
    ],
)
def test_columns_are_guessed_by_their_names(columns: list[str], expected: dict[str, str]) -> None:
    assert guess(columns) == expected


# --- rows as messages ------------------------------------------------------------------------


def test_a_row_with_everything() -> None:
    row = {
        "body": " hello ", "ticket": 12, "no": "7", "who": " Agent ", "when": "2026-01-31 09:00:00",
        "customer": "c-1", "via": "chat", "sex": "female", "age": "", "product": "shoes",
    }  # fmt: skip
    mapped = Mapped(
        text="body", conversation="ticket", message="no", role="who", at="when",
        customer="customer", channel="via", groups={"sex": "sex", "age": "age"},
        attributes={"item": "product"},
    )  # fmt: skip
    assert MessageReader(mapped, default_at=NOW).message(row) == ImportedMessage(
        conversation="12",
        message="7",
        role=Role.AGENT,
        text=" hello ",
        at=NINE,
        customer="c-1",
        channel="chat",
        groups={"sex": "female"},
        attributes={"item": "shoes"},
    )


def test_a_row_with_nothing_but_a_text() -> None:
    (found,) = messages_of([{"text": "hello"}])
    assert isinstance(found, ImportedMessage)
    assert (found.role, found.at, found.channel, found.customer) == (
        Role.CUSTOMER,
        NOW,
        "import",
        None,
    )
    assert found.conversation == found.message != ""


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"text": ""}, "empty_text"),
        ({"text": " \n"}, "empty_text"),
        ({"text": None}, "text_not_text"),
        ({"text": 5}, "text_not_text"),
        ({"text": [SECRET]}, "text_not_text"),
        ({"text": "x" * 1_000_001}, "text_too_long"),
        ({"text": "half \ud83d"}, "invalid_unicode"),
        ({"customer_id": "\udfff"}, "invalid_unicode"),
        ({"conversation_id": "x" * 201}, "id_too_long"),
        ({"message_id": "x" * 201}, "id_too_long"),
        ({"conversation_id": " "}, "missing_conversation"),
        ({"conversation_id": None}, "missing_conversation"),
        ({"conversation_id": {"id": SECRET}}, "missing_conversation"),
        ({"role": SECRET}, "unknown_role"),
        ({"role": None}, "unknown_role"),
        ({"at": SECRET}, "bad_time"),
        ({"at": None}, "bad_time"),
        ({"channel": "x" * 1001}, "label_too_long"),
    ],
)
def test_a_row_that_is_no_message_is_refused_without_an_echo(
    row: dict[str, Any], code: str
) -> None:
    found = one_message(**row)
    assert isinstance(found, Refused)
    assert found.code == code
    assert SECRET not in found.detail


def test_a_row_that_lacks_a_mapped_field_is_refused() -> None:
    found = messages_of([{"text": "x"}, {"id": "1"}, {"text": "x", "id": "1"}], message="id")
    assert [isinstance(one, Refused) and one.code for one in found] == [
        "missing_column",
        "missing_column",
        False,
    ]


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-31T09:00:00Z",
        "2026-01-31T09:00:00z",
        " 2026-01-31 09:00:00 ",
        "2026-01-31 09:00:00 UTC",
        "2026-01-31T09:00:00.000Z",
        "2026-01-31T10:00:00+01:00",
        "2026-01-31T04:00:00-05:00",
        "2026-01-31T09:00",
        1769850000,
        1769850000.0,
        "1769850000",
        1769850000000,
        "1769850000000",
        "1.76985e9",
    ],
)
def test_times_are_read_in_many_forms(value: object) -> None:
    found = one_message(at=value)
    assert isinstance(found, ImportedMessage)
    assert found.at == NINE
    assert found.at.tzinfo == timezone.utc


@pytest.mark.parametrize(
    "value",
    ["", "yesterday", "31/01/2026", "1989-12-31T23:59:59Z", "2100-01-01T00:00:00Z", 0, -1, 5e9,
     "nan", "inf", "-inf", 1e300, "1e400", True, [1769850000], "0001-01-01T00:00:00+10:00",
     "9999-12-31T23:59:59-10:00"],
)  # fmt: skip
def test_times_that_cannot_be_are_refused(value: object) -> None:
    found = one_message(at=value)
    assert isinstance(found, Refused)
    assert found.code == "bad_time"


@pytest.mark.parametrize(
    ("value", "role"),
    [
        ("customer", Role.CUSTOMER),
        ("End-User", Role.CUSTOMER),
        (" INBOUND ", Role.CUSTOMER),
        ("agent", Role.AGENT),
        ("Bot", Role.AGENT),
        ("outgoing", Role.AGENT),
        ("system", Role.SYSTEM),
    ],
)
def test_roles_are_read_in_the_words_of_many_systems(value: str, role: Role) -> None:
    found = one_message(role=value)
    assert isinstance(found, ImportedMessage)
    assert found.role is role


def test_labels_are_handed_on_whole_so_that_what_is_in_them_can_be_found() -> None:
    (found,) = messages_of(
        [{"text": "x", "subject": f"{'x' * 60} {SECRET}"}], attributes={"subject": "subject"}
    )
    assert isinstance(found, ImportedMessage)
    assert found.attributes["subject"].endswith(SECRET)


# --- ids -------------------------------------------------------------------------------------


def ids(found: Sequence[ImportedMessage | Refused]) -> list[tuple[str, str]]:
    return [(one.conversation, one.message) for one in found if isinstance(one, ImportedMessage)]


def test_repeated_rows_are_messages_of_their_own() -> None:
    found = ids(messages_of([{"text": "yes"}] * 3 + [{"text": "no"}]))
    assert len(set(found)) == 4


def test_the_same_words_by_others_elsewhere_or_later_are_other_messages() -> None:
    said: list[dict[str, Any]] = [
        {"text": "yes", "c": "1", "r": "customer", "t": "2026-01-31T09:00:00Z"},
        {"text": "yes", "c": "2", "r": "customer", "t": "2026-01-31T09:00:00Z"},
        {"text": "yes", "c": "1", "r": "agent", "t": "2026-01-31T09:00:00Z"},
        {"text": "yes", "c": "1", "r": "customer", "t": "2026-01-31T09:00:01Z"},
        {"text": "no", "c": "1", "r": "customer", "t": "2026-01-31T09:00:00Z"},
    ]
    found = ids(messages_of(said, conversation="c", role="r", at="t"))
    assert len(set(found)) == len(said)
    assert [conversation for conversation, _ in found] == ["1", "2", "1", "1", "1"]


def test_the_time_of_reading_is_no_part_of_an_id() -> None:
    mapped = Mapped(text="text")
    first = MessageReader(mapped, default_at=NOW).message({"text": "yes"})
    later = MessageReader(mapped, default_at=NINE).message({"text": "yes"})
    assert ids([first]) == ids([later])


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "text": st.sampled_from(["yes", "no", "", "hm"]),
            "c": st.sampled_from(["1", "2", ""]),
            "r": st.sampled_from(["agent", "customer", "nobody"]),
        }
    ),
    max_size=12,
)
MAPPINGS = st.fixed_dictionaries({}, optional={"conversation": st.just("c"), "role": st.just("r")})


@given(rows=ROWS, mapping=MAPPINGS, cut=st.integers(0, 12))
def test_reading_again_gives_the_same_messages(
    rows: list[dict[str, Any]], mapping: dict[str, str], cut: int
) -> None:
    first = messages_of(rows, **mapping)
    assert messages_of(rows, **mapping) == first
    assert messages_of(rows[:cut], **mapping) == first[:cut]
    assert len(set(ids(first))) == len(ids(first))


@given(rows=ROWS, data=st.data())
def test_the_order_of_rows_does_not_change_which_ids_there_are(
    rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(rows))
    assert sorted(ids(messages_of(rows))) == sorted(ids(messages_of(shuffled)))
