"""A multipart upload read as it arrives, so that no file is ever spooled in the clear."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Final

from python_multipart import MultipartParser
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import parse_options_header

from customerai.core.errors import BadRequest, UnsupportedMediaType

_MOST_FIELD_BYTES: Final = 64 * 1024
_MOST_FIELDS: Final = 20


class NotMultipart(UnsupportedMediaType):
    """A file is uploaded as multipart/form-data with a part named `file`."""

    def __init__(self) -> None:
        super().__init__("Send the file as multipart/form-data with a part named file.")


class MultipartBroken(BadRequest):
    """The multipart body ends early, lacks the part `file`, or breaks the format."""

    def __init__(self) -> None:
        super().__init__("The multipart body is broken, or lacks a part named file.")


class _Parts:
    """What the parser has met: small fields are kept, the file is passed on."""

    def __init__(self, on_file: Callable[[bytes], None]) -> None:
        self.fields: dict[str, str] = {}
        self.filename: str | None = None
        self.ended = False
        self._on_file = on_file
        self._header_name = b""
        self._header_value = b""
        self._disposition = b""
        self._name = ""
        self._data = bytearray()

    def on_part_begin(self) -> None:
        self._disposition, self._name = b"", ""
        self._data.clear()

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def on_header_end(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            self._disposition = self._header_value
        self._header_name = self._header_value = b""

    def on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        if self._name == "file":
            if self.filename is not None:
                raise MultipartBroken
            self.filename = options.get(b"filename", b"").decode("utf-8", "replace")

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._name == "file":
            self._on_file(data[start:end])
            return
        self._data += data[start:end]
        if len(self._data) > _MOST_FIELD_BYTES or len(self.fields) > _MOST_FIELDS:
            raise MultipartBroken

    def on_part_end(self) -> None:
        if self._name != "file":
            self.fields[self._name] = self._data.decode("utf-8", "replace")

    def on_end(self) -> None:
        self.ended = True


async def receive(
    content_type: str, chunks: AsyncIterator[bytes], on_file: Callable[[bytes], None]
) -> tuple[str, dict[str, str]]:
    """Read a whole upload; returns the file's name and the other fields.

    Args:
        on_file: is given the bytes of the part named `file`, piece by piece.

    Raises:
        NotMultipart: the body is of another kind.
        MultipartBroken: it breaks the format or has no part named `file`.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise NotMultipart
    parts = _Parts(on_file)
    parser = MultipartParser(
        boundary,
        callbacks={
            "on_part_begin": parts.on_part_begin,
            "on_part_data": parts.on_part_data,
            "on_part_end": parts.on_part_end,
            "on_header_field": parts.on_header_field,
            "on_header_value": parts.on_header_value,
            "on_header_end": parts.on_header_end,
            "on_headers_finished": parts.on_headers_finished,
            "on_end": parts.on_end,
        },
    )
    try:
        async for chunk in chunks:
            parser.write(chunk)
        parser.finalize()
    except MultipartParseError as error:
        raise MultipartBroken from error
    if parts.filename is None or not parts.ended:
        raise MultipartBroken
    return parts.filename, parts.fields
