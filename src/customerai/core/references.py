"""Ids that stand for other systems' ids: always the same for the same, and telling nothing."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

EXTERNAL: Final = "responder-external-references"
"""The purpose of the key for ids of conversations, messages and customers."""


def reference(key: bytes, prefix: str, *parts: str) -> str:
    """A keyed hash (HMAC-SHA-256, 128 bits) of the parts, each preceded by its length."""
    digest = hmac.new(key, digestmod=hashlib.sha256)
    for item in (prefix, *parts):
        data = item.encode()
        digest.update(len(data).to_bytes(4, "big") + data)
    return f"{prefix}_{digest.hexdigest()[:32]}"
