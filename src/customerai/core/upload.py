"""A multipart upload read as it arrives, so that no file is ever spooled in the clear."""

from __future__ import annotations

from collections.abc import AsyncIterator
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

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.filename: str | None = None
        self.ended = False
        self.file = bytearray()
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
            self.file += data[start:end]
            return
        self._data += data[start:end]
        if len(self._data) > _MOST_FIELD_BYTES or len(self.fields) > _MOST_FIELDS:
            raise MultipartBroken

    def on_part_end(self) -> None:
        if self._name != "file":
            self.fields[self._name] = self._data.decode("utf-8", "replace")

    def on_end(self) -> None:
        self.ended = True


class Upload:
    """A multipart body with a file in it.

    Raises:
        NotMultipart: the body is of another kind.
    """

    def __init__(self, content_type: str, chunks: AsyncIterator[bytes]) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise NotMultipart
        self._chunks = chunks
        self._parts = parts = _Parts()
        self._parser = MultipartParser(
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

    async def file(self) -> AsyncIterator[bytes]:
        """The bytes of the part named `file` as they arrive; to be read once, to the end.

        Raises:
            MultipartBroken: the body breaks the format or has no part named `file`.
        """
        try:
            async for chunk in self._chunks:
                self._parser.write(chunk)
                if self._parts.file:
                    yield bytes(self._parts.file)
                    self._parts.file.clear()
            self._parser.finalize()
        except MultipartParseError as error:
            raise MultipartBroken from error
        if self._parts.filename is None or not self._parts.ended:
            raise MultipartBroken

    @property
    def name(self) -> str:
        """The file's name, once the file was read."""
        return self._parts.filename or ""

    @property
    def fields(self) -> dict[str, str]:
        """The other parts, once the file was read."""
        return self._parts.fields
