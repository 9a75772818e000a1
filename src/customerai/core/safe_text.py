"""Text that may leave the privacy service.

Only the privacy service makes `SafeText` (through `core.safe_text_issuer`, whose importers an
import contract lists); model ports, stores of messages and the retrieval index accept nothing
else. It is a `str`, but every operation that changes it gives a plain `str`: what is built from
safe text must be asked for again, either from the privacy service or by `compose`.
"""

from __future__ import annotations

import hashlib
import string
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, final

if TYPE_CHECKING:
    from typing_extensions import LiteralString

_ISSUER_KEY: Final = object()


@final
class SafeText(str):
    """Text in which the privacy service found and hid the personal data."""

    __slots__ = ()

    def __new__(cls, text: str, *, key: object = None) -> SafeText:
        if key is not _ISSUER_KEY:
            raise TypeError("only the privacy service issues SafeText")
        return super().__new__(cls, text)

    def __copy__(self) -> SafeText:
        return self

    def __deepcopy__(self, memo: object) -> SafeText:
        return self

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("SafeText is not pickled: it would come back unchecked")


def part(text: SafeText, start: int, end: int) -> SafeText:
    """The characters `start` to `end` (code points, end exclusive) of a safe text, still safe.

    Raises:
        TypeError: the text is not `SafeText`.
    """
    if not isinstance(text, SafeText):
        raise TypeError("only a part of SafeText is safe")
    return SafeText(text[start:end], key=_ISSUER_KEY)


def compose(template: LiteralString, **parts: SafeText) -> SafeText:
    """A template of ours, written in the code, filled with safe parts: `compose("Q: {q}", q=text)`.

    Raises:
        TypeError: a part is not `SafeText`.
    """
    for name, value in parts.items():
        if not isinstance(value, SafeText):
            raise TypeError(f"part {name!r} is not SafeText")
    return SafeText(string.Formatter().vformat(template, (), parts), key=_ISSUER_KEY)


def join(separator: LiteralString, parts: list[SafeText]) -> SafeText:
    """Safe parts joined by a separator of ours.

    Raises:
        TypeError: a part is not `SafeText`.
    """
    if not all(isinstance(value, SafeText) for value in parts):
        raise TypeError("a part is not SafeText")
    return SafeText(separator.join(parts), key=_ISSUER_KEY)


def digest_of(texts: Sequence[str]) -> str:
    """SHA-256 in hex over the texts, each preceded by its length in bytes (8, big endian)."""
    digest = hashlib.sha256()
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()
