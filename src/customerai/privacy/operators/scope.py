"""Whose keys an operator works with."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Final

_MIN_KEY_BYTES: Final = 16


@dataclass(frozen=True)
class Scope:
    """The tenant, the conversation and the customer a value belongs to, and the tenant's key.

    Attributes:
        key: 32 bytes, the tenant's own; every operator derives its keys from it.
        tenant: whose data it is; bound into what is encrypted.
        session: surrogates and dates keep their meaning inside one; "": across all sessions.
        subject: whose dates move together; "": those of the session.
    """

    key: bytes = field(repr=False)
    tenant: str = ""
    session: str = ""
    subject: str = ""

    @classmethod
    def of(cls, root: bytes, *, tenant: str, session: str = "", subject: str = "") -> Scope:
        """The scope of one session; the tenant's key is HMAC-SHA-256 of its name under `root`.

        Raises:
            ValueError: `root` has fewer than 16 bytes.
        """
        if len(root) < _MIN_KEY_BYTES:
            raise ValueError(f"the key has fewer than {_MIN_KEY_BYTES} bytes")
        return cls(digest(root, "tenant", tenant), tenant, session, subject)

    def derived(self, *purpose: str) -> bytes:
        """A 32-byte key for one purpose."""
        return digest(self.key, *purpose)


def digest(key: bytes, *parts: str) -> bytes:
    """HMAC-SHA-256 over texts, each preceded by its length, so that no two lists read the same."""
    message = bytearray()
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        message += len(encoded).to_bytes(4, "big") + encoded
    return hmac.new(key, message, hashlib.sha256).digest()


def number(key: bytes, *parts: str) -> int:
    """A number in [0, 2**128) that only the key's owner can foretell."""
    return int.from_bytes(digest(key, *parts)[:16], "big")
