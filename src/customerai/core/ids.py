"""Identifiers: UUID version 7 (RFC 9562) with a prefix that names the kind, such as `conv_…`."""

from __future__ import annotations

import re
from datetime import datetime

import uuid_utils

from customerai.core.clock import from_microseconds

_ID = re.compile(r"[a-z]{2,12}_[0-9a-f]{32}")


def new_id(prefix: str) -> str:
    """A new identifier; later ones sort after earlier ones."""
    return f"{prefix}_{uuid_utils.uuid7().hex}"


def made_at(text: str) -> datetime | None:
    """When an identifier was made, to the millisecond; None when it is none of ours."""
    if not is_id(text):
        return None
    return from_microseconds(int(text.rpartition("_")[2][:12], 16) * 1000)


def is_id(text: str) -> bool:
    """Whether a text has the form of what `new_id` gives."""
    return _ID.fullmatch(text) is not None
