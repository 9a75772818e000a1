"""Keys: one master key wraps a data key per customer; data keys seal values (AES-256-GCM).

The row that a sealed value belongs to is its associated data, so a value copied to another row
does not open. Wrapping is AES key wrap (RFC 3394); keys for signing and hashing are derived
from the master key by HKDF-SHA-256 (RFC 5869), each for one purpose.
"""

from __future__ import annotations

import base64
import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap,
    aes_key_wrap,
)
from pydantic import SecretStr

KEY_BYTES = 32
_NONCE_BYTES = 12


class SealBroken(RuntimeError):
    """A sealed value was changed, moved to another row, or sealed with another key."""


class MasterKeyInvalid(RuntimeError):
    """The configured master key is not 32 bytes in base64."""


def _decode_master(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError as error:
        raise MasterKeyInvalid("the master key is not base64") from error
    if len(key) != KEY_BYTES:
        raise MasterKeyInvalid(f"the master key has {len(key)} bytes, {KEY_BYTES} are needed")
    return key


def load_master_key(configured: SecretStr | None, path: Path) -> bytes:
    """The master key from the settings, else from its file, which is made when missing (0600).

    Raises:
        MasterKeyInvalid: what is there is not 32 bytes in base64.
    """
    if configured is not None:
        return _decode_master(configured.get_secret_value())
    if not path.exists():
        _make_master_key(path)
    return _decode_master(path.read_text(encoding="latin-1"))


def _make_master_key(path: Path) -> None:
    """Put a whole key in place, or leave the one that another process put there first."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def row_identity(*parts: str) -> bytes:
    """Associated data that names a place: tenant, table, column, row; unambiguous by lengths."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


class KeyRing:
    """Everything that is done with the master key."""

    def __init__(self, master: bytes) -> None:
        self._master = master

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose."""
        return HKDF(
            algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()
        ).derive(self._master)

    def new_data_key(self) -> tuple[bytes, bytes]:
        """A fresh data key: the key itself, and the same wrapped for storage."""
        key = AESGCM.generate_key(bit_length=KEY_BYTES * 8)
        return key, aes_key_wrap(self._master, key)

    def unwrap(self, wrapped: bytes) -> bytes:
        """The data key inside its wrapping.

        Raises:
            SealBroken: it was wrapped by another master key, or changed.
        """
        try:
            return aes_key_unwrap(self._master, wrapped)
        except (InvalidUnwrap, ValueError) as error:
            raise SealBroken("a wrapped data key does not open") from error


def seal(key: bytes, plain: bytes, *, where: bytes) -> bytes:
    """Encrypt a value for one place: nonce, ciphertext and tag."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, where)


def unseal(key: bytes, sealed: bytes, *, where: bytes) -> bytes:
    """What `seal` encrypted for the same place.

    Raises:
        SealBroken: the bytes, the place or the key differ.
    """
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], where)
    except (InvalidTag, ValueError) as error:
        raise SealBroken("a sealed value does not open") from error
