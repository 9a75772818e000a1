"""Uploads read as they arrive: the same however they are cut, refused when they are broken."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import assume, given
from hypothesis import strategies as st

from customerai.core.upload import MultipartBroken, NotMultipart, Upload

BOUNDARY = b"XyZ"
TYPE = "multipart/form-data; boundary=XyZ"


def a_part(name: str, content: bytes, *, filename: str | None = None) -> bytes:
    of_file = "" if filename is None else f'; filename="{filename}"'
    head = f'--XyZ\r\nContent-Disposition: form-data; name="{name}"{of_file}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def a_body(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--XyZ--\r\n"


async def take(
    body: bytes, *, cuts: Sequence[int] = (), kind: str = TYPE
) -> tuple[bytes, str, dict[str, str]]:
    """What an upload holds: the file, its name and the other fields."""

    async def chunks() -> AsyncIterator[bytes]:
        start = 0
        for end in [*sorted(cuts), len(body)]:
            yield body[start:end]
            start = max(start, end)

    sent = Upload(kind, chunks())
    file = b"".join([piece async for piece in sent.file()])
    return file, sent.name, sent.fields


async def test_a_file_and_its_fields() -> None:
    body = a_body(
        a_part("mapping", b'{"text": "body"}'),
        a_part("file", b"text\r\nhello\r\n", filename="tickets.CSV"),
        a_part("format", "é".encode()),
    )
    assert await take(body) == (
        b"text\r\nhello\r\n",
        "tickets.CSV",
        {"mapping": '{"text": "body"}', "format": "é"},
    )


@pytest.fixture(scope="module")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as opened:
        yield opened


CONTENT = st.lists(
    st.sampled_from(
        [b"\r\n", b"--XyZ", b"\r\n--Xy", b"--", b"\r", b"\n", b"a", b"\x00\xff", b"XyZ--"]
    )
).map(b"".join)


@given(file=CONTENT, field=CONTENT, data=st.data())
def test_an_upload_is_the_same_however_it_is_cut(
    portal: BlockingPortal, file: bytes, field: bytes, data: st.DataObject
) -> None:
    # What holds the boundary itself is two parts: no sender writes it.
    assume(not any(b"\r\n--XyZ" in b"\r\n" + content for content in (file, field)))
    body = a_body(a_part("field", field), a_part("file", file, filename="f"))
    cuts = data.draw(st.lists(st.integers(0, len(body)), max_size=12))

    async def taken() -> tuple[bytes, str, dict[str, str]]:
        return await take(body, cuts=cuts)

    assert portal.call(taken) == (file, "f", {"field": field.decode("utf-8", "replace")})


async def test_a_body_that_comes_byte_by_byte() -> None:
    body = a_body(a_part("file", b"\r\n-\r\n--X", filename="f.csv"))
    assert (await take(body, cuts=range(len(body))))[0] == b"\r\n-\r\n--X"


FILE = a_part("file", b"text\nhello\n", filename="f.csv")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"text\nhello\n",
        a_body(),
        a_body(a_part("other", b"x")),
        a_body(FILE, FILE),
        FILE,
        a_body(FILE)[:-5],
        FILE[:30],
        a_body(FILE).replace(b"XyZ", b"XyW"),
        a_body(a_part("mapping", b"x" * (64 * 1024 + 1)), FILE),
        a_body(*(a_part(f"f{n}", b"x") for n in range(30)), FILE),
        a_body(FILE.replace(b"\r\n\r\n", b"\r\nno colon here\r\n\r\n")),
        b"--XyZ\r\n" + b"x-header: " + b"y" * 100_000 + b"\r\n\r\nx\r\n--XyZ--\r\n",
    ],
)
async def test_a_broken_upload_is_refused(body: bytes) -> None:
    with pytest.raises(MultipartBroken) as refused:
        await take(body)
    assert refused.value.status == 400
    with pytest.raises(MultipartBroken):
        await take(body, cuts=range(0, len(body), 11))


@pytest.mark.parametrize(
    "kind",
    ["", "application/json", "text/csv", "multipart/form-data", "multipart/mixed; boundary=XyZ"],
)
async def test_another_kind_of_body_is_refused(kind: str) -> None:
    with pytest.raises(NotMultipart) as refused:
        await take(a_body(FILE), kind=kind)
    assert refused.value.status == 415


@given(body=st.binary(max_size=80), cut=st.integers(0, 80))
def test_any_bytes_are_an_upload_or_refused(portal: BlockingPortal, body: bytes, cut: int) -> None:
    async def taken() -> None:
        with pytest.raises(MultipartBroken):
            await take(b"--XyZ\r\n" + body, cuts=[cut])

    portal.call(taken)
