"""Keys: one master key wraps a data key per customer; data keys seal values (AES-256-GCM).

The row that a sealed value belongs to is its associated data, so a value copied to another row
does not open. Wrapping is AES key wrap (RFC 3394); keys for signing and hashing are derived
from the root key by HKDF-SHA-256 (RFC 5869), each for one purpose. The root key is the master key
itself until that is rotated, and stays the same from then on; see docs/decisions/0008-keys.md.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

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
# A wrapping that says by which key: this byte, the key's id, then the 40 bytes of RFC 3394.
_TAGGED: Final = b"\x01"
_ID_BYTES: Final = 8
_WRAPPED_BYTES: Final = KEY_BYTES + 8


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


@dataclass(frozen=True, repr=False)
class KeyMaterial:
    """The keys of an installation, as they are read at start.

    Attributes:
        master: wraps data keys.
        previous: master keys used before, newest first; they open what they wrapped.
        root: what other keys are derived from, wrapped by `master`; None while it is `master`.
    """

    master: bytes
    previous: tuple[bytes, ...] = ()
    root: bytes | None = None


def decode_key(text: str) -> bytes:
    """32 bytes from base64.

    Raises:
        MasterKeyInvalid: it is something else.
    """
    return _decode_master(text)


def encode_key(key: bytes) -> str:
    return base64.b64encode(key).decode()


def load_master_key(configured: SecretStr | None, path: Path) -> bytes:
    """The master key from the settings, else from its file, which is made when missing (0600).

    Raises:
        MasterKeyInvalid: what is there is not 32 bytes in base64.
    """
    if configured is not None:
        return _decode_master(configured.get_secret_value())
    return load_key_file(path).master


def load_key_file(path: Path) -> KeyMaterial:
    """The keys in a file, which is made when missing (0600).

    The first line is the master key; after a rotation lines `previous <key>` and `root <wrapped>`
    follow.

    Raises:
        MasterKeyInvalid: what is there is something else.
    """
    if not path.exists():
        _make_master_key(path)
    first, *more = path.read_text(encoding="latin-1").splitlines() or [""]
    previous: list[bytes] = []
    root: bytes | None = None
    for line in more:
        kind, _, value = line.partition(" ")
        if kind == "previous":
            previous.append(_decode_master(value))
        elif kind == "root":
            root = _decode_root(value)
        elif line.strip():
            raise MasterKeyInvalid("the key file holds a line that is no key")
    return KeyMaterial(_decode_master(first), tuple(previous), root)


def save_key_file(path: Path, material: KeyMaterial) -> None:
    """Put other keys in place of those in a file, all at once."""
    lines = [encode_key(material.master)]
    lines += [f"previous {encode_key(key)}" for key in material.previous]
    if material.root is not None:
        lines.append(f"root {encode_key(material.root)}")
    draft = _draft_of(path, ("\n".join(lines) + "\n").encode())
    try:
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _decode_root(text: str) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except ValueError as error:
        raise MasterKeyInvalid("the root key is not base64") from error


def _make_master_key(path: Path) -> None:
    """Put a whole key in place, or leave the one that another process put there first."""
    draft = _draft_of(path, base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
    try:
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def _draft_of(path: Path, content: bytes) -> Path:
    """A file beside `path`, written through to the disk, that only its owner can read."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft


def row_identity(*parts: str) -> bytes:
    """Associated data that names a place: tenant, table, column, row; unambiguous by lengths."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


class KeyRing:
    """Everything that is done with the master key.

    Args:
        previous: master keys used before, which open what they wrapped.
        root: what other keys are derived from, as `wrap` wrapped it; by default `master`.

    Raises:
        SealBroken: none of the keys opens `root`.
    """

    def __init__(
        self, master: bytes, *, previous: Sequence[bytes] = (), root: bytes | None = None
    ) -> None:
        self._keys = {key_id(key): key for key in (master, *previous)}
        self._master = master
        # An installation that never rotated writes what the version before this one can read.
        self._tags = bool(previous) or root is not None
        self.current_id = key_id(master)
        self._root = master if root is None else self.unwrap(root)

    @property
    def ids(self) -> tuple[str, ...]:
        """What names the master keys that are known, in hex, the current one first."""
        return tuple(name.hex() for name in self._keys)

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose; a new master key does not change it."""
        return derive_key(self._root, purpose)

    def new_data_key(self) -> tuple[bytes, bytes]:
        """A fresh data key: the key itself, and the same wrapped for storage."""
        key = AESGCM.generate_key(bit_length=KEY_BYTES * 8)
        return key, self.wrap(key)

    def wrap(self, key: bytes) -> bytes:
        """A 32-byte key wrapped by the current master key."""
        wrapped = aes_key_wrap(self._master, key)
        return self.mark + wrapped if self._tags else wrapped

    @property
    def mark(self) -> bytes:
        """How a wrapping begins that the current master key made, once there was a rotation."""
        return _TAGGED + self.current_id

    def unwrap(self, wrapped: bytes) -> bytes:
        """The data key inside its wrapping.

        Raises:
            SealBroken: it was wrapped by another master key, or changed.
        """
        if len(wrapped) == len(self.mark) + _WRAPPED_BYTES and wrapped[:1] == _TAGGED:
            by = self._keys.get(wrapped[1 : len(self.mark)])
            found = None if by is None else _opened(by, wrapped[len(self.mark) :])
        else:
            tried = (_opened(key, wrapped) for key in self._keys.values())
            found = next((key for key in tried if key is not None), None)
        if found is None:
            raise SealBroken("a wrapped data key does not open")
        return found

    def rewrap(self, wrapped: bytes) -> bytes:
        """The same data key wrapped by the current master key.

        Raises:
            SealBroken: it was wrapped by a master key that is not here, or changed.
        """
        return wrapped if wrapped.startswith(self.mark) else self.wrap(self.unwrap(wrapped))

    def rotated(self, new: bytes) -> KeyMaterial:
        """The keys after a rotation to a new master key; derived keys stay the same."""
        root = KeyRing(new, previous=[self._master]).wrap(self._root)
        return KeyMaterial(new, tuple(self._keys.values()), root)

    def retired(self) -> KeyMaterial:
        """The keys without the previous ones, for when nothing is left that they wrapped."""
        root = self.wrap(self._root) if self._tags else None
        return KeyMaterial(self._master, (), root)


def key_id(key: bytes) -> bytes:
    """What names a master key in a wrapping and tells nothing of it."""
    return derive_key(key, "customerai-key-id")[:_ID_BYTES]


def derive_key(secret: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose, by HKDF-SHA-256."""
    return HKDF(
        algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()
    ).derive(secret)


def _opened(by: bytes, wrapped: bytes) -> bytes | None:
    try:
        return aes_key_unwrap(by, wrapped)
    except (InvalidUnwrap, ValueError):
        return None


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
