"""Presidio's anonymizer: findings settled, operators with Presidio's own results; pure.

Where Presidio would repeat or show a piece of a text twice (findings of two types that overlap in
part) the earlier one ends here where the later one begins, so that nothing is said twice and what
was encrypted comes back as it was.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from customerai.core.errors import InvalidRequest

ANONYMIZERS: Final = ("encrypt", "hash", "keep", "mask", "redact", "replace")
DEANONYMIZERS: Final = ("decrypt", "deanonymize_keep")
_BLOCK_BITS: Final = 128
_IV_BYTES: Final = 16
_KEY_BYTES: Final = (16, 24, 32)
_LEAST_SALT: Final = 16


class PresidioRequestInvalid(InvalidRequest):
    """A request in Presidio's shape asks for what cannot be done; `error` says it again."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, error=detail)


@dataclass(frozen=True)
class Item:
    start: int
    end: int
    entity: str
    score: float | None


Operate = Callable[[str, str, Mapping[str, Any]], str]


def settled(text: str, items: list[Item]) -> list[Item]:
    """Disjoint findings by Presidio's rules: those of one type that meet become one, one inside
    another goes, and neighbours of one type with blanks between become one."""
    kept = _uncontained(_united(items))
    joined: list[Item] = []
    for one in kept:
        before = joined[-1] if joined else None
        if before is not None and before.entity == one.entity and before.end <= one.start:
            between = text[before.end : one.start]
            if between and not between.strip(" "):
                joined[-1] = replace(one, start=before.start)
                continue
        joined.append(one)
    return disjoint(joined)


def _united(items: list[Item]) -> list[Item]:
    """Findings of one type that overlap as one, in the place of the last of them."""
    united: dict[int, Item] = {}
    last: dict[str, int] = {}
    for at, one in enumerate(sorted(items, key=lambda each: (each.start, each.end))):
        before = united.get(last.get(one.entity, -1))
        if before is not None and one.start < min(before.end, one.end):
            del united[last[one.entity]]
            score = max(before.score or 0, one.score or 0)
            one = replace(before, end=max(before.end, one.end), score=score)  # noqa: PLW2901
        elif before is not None and one.start == one.end < before.end:
            continue
        united[at] = one
        last[one.entity] = at
    return list(united.values())


def _uncontained(items: list[Item]) -> list[Item]:
    """Findings that lie in no other; of two at one place the surer, then the later one."""
    kept: list[Item] = []
    order = sorted(
        enumerate(items), key=lambda one: (one[1].start, -one[1].end, -(one[1].score or 0), -one[0])
    )
    reached = -1
    for _, one in order:
        if one.end > reached:
            kept.append(one)
            reached = one.end
    return kept


def disjoint(items: list[Item]) -> list[Item]:
    """Findings in order; where two overlap, the earlier one ends where the later one begins."""
    ordered = sorted(items, key=lambda one: (one.start, one.end))
    found = []
    for at, one in enumerate(ordered):
        following = ordered[at + 1].start if at + 1 < len(ordered) else one.end
        cut = replace(one, end=min(one.end, following))
        if cut.start < cut.end or one.start == one.end:
            found.append(cut)
    return found


def operated(
    text: str, items: list[Item], configs: Mapping[str, Mapping[str, Any]], operate: Operate
) -> dict[str, Any]:
    """The text with each finding operated on, and where the results lie, last first."""
    pieces: list[str] = []
    told: list[dict[str, Any]] = []
    done = length = 0
    for item in items:
        if item.end > len(text):
            raise PresidioRequestInvalid(
                f"Invalid analyzer result, start: {item.start} and end: {item.end}, while text "
                f"length is only {len(text)}."
            )
        config = configs.get(item.entity) or configs.get("DEFAULT") or {}
        stand_in = operate(item.entity, text[item.start : item.end], config)
        pieces += (text[done : item.start], stand_in)
        start = length + item.start - done
        length = start + len(stand_in)
        done = item.end
        told.append(
            {
                "start": start,
                "end": length,
                "entity_type": item.entity,
                "text": stand_in,
                "operator": str(config.get("type", "replace")),
                "score": item.score,
            }
        )
    return {"text": "".join([*pieces, text[done:]]), "items": told[::-1]}


def anonymizer(key: bytes) -> Operate:
    def operate(entity: str, value: str, config: Mapping[str, Any]) -> str:
        kind = config.get("type", None if config else "replace")
        if kind == "replace":
            new = _field(config, "new_value", str, needed=False)
            return str(new) if new else f"<{entity}>"
        if kind == "redact":
            return ""
        if kind == "keep":
            return value
        if kind == "mask":
            return _masked(value, config)
        if kind == "hash":
            return _hashed(entity, value, config, key)
        if kind == "encrypt":
            return encrypted(_key(config), value)
        if kind is None:
            raise PresidioRequestInvalid(
                "Invalid input, operator config must contain operator_name"
            )
        raise PresidioRequestInvalid("Invalid operator class.")

    return operate


def deanonymized(entity: str, value: str, config: Mapping[str, Any]) -> str:
    del entity
    kind = config.get("type")
    if kind == "deanonymize_keep":
        return value
    if kind != "decrypt":
        raise PresidioRequestInvalid("Invalid input, a result has no deanonymizer")
    return decrypted(_key(config), value)


def _field(config: Mapping[str, Any], name: str, kind: type, *, needed: bool = True) -> Any:
    value = config.get(name)
    if value is None and needed:
        raise PresidioRequestInvalid(f"Expected parameter {name}")
    strange = isinstance(value, bool) and kind is not bool
    if value is not None and (strange or not isinstance(value, kind)):
        wanted = {str: "string", int: "number", bool: "boolean"}[kind]
        raise PresidioRequestInvalid(f"Invalid parameter value for {name}. Expecting '{wanted}'.")
    return value


def _masked(value: str, config: Mapping[str, Any]) -> str:
    char = str(_field(config, "masking_char", str))
    if len(char) > 1:
        raise PresidioRequestInvalid("Invalid input, masking_char must be a character")
    count = min(len(value), max(int(_field(config, "chars_to_mask", int)), 0))
    if _field(config, "from_end", bool, needed=False):
        return value[: len(value) - count] + char * count
    return char * count + value[count:]


def _hashed(entity: str, value: str, config: Mapping[str, Any], key: bytes) -> str:
    """As Presidio where a salt is given; without one keyed, so equal values stay equal."""
    kind = config.get("hash_type") or "sha256"
    if kind not in ("sha256", "sha512"):
        raise PresidioRequestInvalid(
            "Parameter hash_type is not in range of values ['sha256', 'sha512']"
        )
    data = value.encode("utf-8", "surrogatepass")
    salt = _field(config, "salt", str, needed=False)
    if salt is None:
        return hmac.digest(key, entity.encode() + b"\0" + data, str(kind)).hex()
    if len(salt.encode("utf-8", "surrogatepass")) < _LEAST_SALT:
        raise PresidioRequestInvalid("Salt must be at least 16 bytes (128 bits).")
    return hashlib.new(str(kind), data + salt.encode("utf-8", "surrogatepass")).hexdigest()


def _key(config: Mapping[str, Any]) -> bytes:
    key = str(_field(config, "key", str)).encode("utf-8", "surrogatepass")
    if len(key) not in _KEY_BYTES:
        raise PresidioRequestInvalid("Invalid input, key must be of length 128, 192 or 256 bits")
    return key


def encrypted(key: bytes, value: str) -> str:
    """AES-CBC with PKCS #7 under the caller's key, IV first, in URL-safe base64: Presidio's."""
    pad = padding.PKCS7(_BLOCK_BITS).padder()
    plain = pad.update(value.encode("utf-8", "surrogatepass")) + pad.finalize()
    start = os.urandom(_IV_BYTES)
    cipher = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    return base64.urlsafe_b64encode(start + cipher.update(plain) + cipher.finalize()).decode()


def decrypted(key: bytes, value: str) -> str:
    """What `encrypted`, here or at Presidio, hid under a key.

    Raises:
        PresidioRequestInvalid: it was not made so, or with another key.
    """
    try:
        # Presidio's own examples hold both alphabets of base64.
        raw = base64.b64decode(value.replace("-", "+").replace("_", "/"), validate=True)
        cipher = Cipher(algorithms.AES(key), modes.CBC(raw[:_IV_BYTES])).decryptor()
        pad = padding.PKCS7(_BLOCK_BITS).unpadder()
        plain = pad.update(cipher.update(raw[_IV_BYTES:]) + cipher.finalize()) + pad.finalize()
        return plain.decode()
    except (binascii.Error, ValueError):
        raise PresidioRequestInvalid(
            "Invalid input, a value cannot be decrypted with this key"
        ) from None
