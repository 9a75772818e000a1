"""Identifiers: UUID version 7 (RFC 9562) with a prefix that names the kind, such as `conv_…`."""

from __future__ import annotations

import uuid_utils


def new_id(prefix: str) -> str:
    """A new identifier; later ones sort after earlier ones."""
    return f"{prefix}_{uuid_utils.uuid7().hex}"
