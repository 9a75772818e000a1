"""Checksums of identifiers: arithmetic only, no format and no context."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Final

_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58_VALUE: Final = {char: value for value, char in enumerate(_BASE58)}
_ADDRESS_BYTES: Final = 25  # version, 20 bytes of hash, 4 of checksum
_BECH32: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_VALUE: Final = {char: value for value, char in enumerate(_BECH32)}
_BECH32_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_CONSTANTS: Final = frozenset({1, 0x2BC830A3})  # BIP 173 and BIP 350 (bech32m)
_MAX_ABA_PREFIX: Final = 80
_LUHN_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def digits_of(text: str) -> str:
    """The decimal digits of a text, of any script, as ASCII."""
    if text.isascii():
        return "".join(filter(str.isdigit, text))
    return "".join(
        str(value) for char in text if (value := unicodedata.decimal(char, None)) is not None
    )


def luhn_valid(digits: str) -> bool:
    """Whether ASCII digits satisfy the Luhn formula (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = ord(char) - 48
        total += _LUHN_DOUBLED[value] if place % 2 else value
    return total % 10 == 0


def mod97_valid(compact: str) -> bool:
    """Whether an IBAN without blanks leaves 1 modulo 97 (ISO 13616-1, ISO 7064 MOD 97-10)."""
    turned = compact[4:] + compact[:4]
    try:
        return int("".join(str(int(char, 36)) for char in turned)) % 97 == 1
    except ValueError:
        return False


def aba_valid(digits: str) -> bool:
    """Whether nine digits are an ABA routing number: 3-7-1 weights, a Federal Reserve prefix."""
    if len(digits) != 9:  # noqa: PLR2004 - the length of a routing number
        return False
    prefix = int(digits[:2])
    if not (prefix <= 12 or 21 <= prefix <= 32 or 61 <= prefix <= 72 or prefix == _MAX_ABA_PREFIX):  # noqa: PLR2004
        return False
    weights = (3, 7, 1) * 3
    return sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 10 == 0


def base58check_valid(address: str) -> bool:
    """Whether a Bitcoin address of the old kind ends in its double SHA-256 checksum."""
    number = 0
    for char in address:
        value = _BASE58_VALUE.get(char)
        if value is None:
            return False
        number = number * 58 + value
    try:
        raw = number.to_bytes(_ADDRESS_BYTES, "big")
    except OverflowError:
        return False
    return hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()[:4] == raw[-4:]


def bech32_valid(address: str) -> bool:
    """Whether an address satisfies BIP 173 or BIP 350; all upper or all lower case."""
    if address != address.lower() and address != address.upper():
        return False
    prefix, mark, data = address.lower().rpartition("1")
    if not mark or not prefix or any(char not in _BECH32_VALUE for char in data):
        return False
    values = [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]
    checksum = 1
    for value in values + [_BECH32_VALUE[char] for char in data]:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_BECH32_GENERATOR):
            checksum ^= generator if top >> bit & 1 else 0
    return checksum in _BECH32_CONSTANTS
