"""Identifiers: UUID version 7 (RFC 9562) with a prefix that names the kind, such as `conv_…`."""

from __future__ import annotations

import re

import uuid_utils

_ID = re.compile(r"[a-z]{2,12}_[0-9a-f]{32}")


def new_id(prefix: str) -> str:
    """A new identifier; later ones sort after earlier ones."""
    return f"{prefix}_{uuid_utils.uuid7().hex}"


def is_id(text: str) -> bool:
    """Whether a text has the form of what `new_id` gives."""
    return _ID.fullmatch(text) is not None
