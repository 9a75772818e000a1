"""FF1: encryption of a row of numerals into another of the same length and radix.

NIST SP 800-38G (2016), algorithms 7 and 8, with the smallest domain of Revision 1's second public
draft (February 2025): a million. That draft withdraws FF3 and FF3-1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

MIN_DOMAIN: Final = 1_000_000
MAX_LENGTH: Final = 4096
_ROUNDS: Final = 10
_BLOCK: Final = 16
_KEY_BYTES: Final = (16, 24, 32)
_MIN_RADIX: Final = 2
_MAX_RADIX: Final = 1 << 16
_ZERO: Final = bytes(_BLOCK)


class DomainTooSmall(ValueError):
    """Fewer than a million rows of numerals are of this length: the cipher would be weak."""


class FF1:
    """The cipher under one key, for numerals below one radix.

    Raises:
        ValueError: the key has not 16, 24 or 32 bytes, or the radix is not in 2..65536.
    """

    def __init__(self, key: bytes, radix: int) -> None:
        if len(key) not in _KEY_BYTES:
            raise ValueError("an AES key has 16, 24 or 32 bytes")
        if not _MIN_RADIX <= radix <= _MAX_RADIX:
            raise ValueError("the radix is not in 2..65536")
        self._key = key
        self._radix = radix
        # In a block alone CBC from a zero vector is AES itself.
        self._aes = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305  # nosec B305

    def encrypt(self, numerals: Sequence[int], tweak: bytes = b"") -> list[int]:
        """Another row of the same length.

        Raises:
            DomainTooSmall: radix ** length is below a million.
            ValueError: a numeral is not below the radix, or there are more than 4,096.
        """
        a, b, modulus = self._halves(numerals)
        prf = self._prf(len(numerals), tweak)
        for turn in range(_ROUNDS):
            a, b = b, (a + prf(turn, b)) % modulus[turn % 2]
        return self._joined(a, b, len(numerals))

    def decrypt(self, numerals: Sequence[int], tweak: bytes = b"") -> list[int]:
        """The row that `encrypt` took; raises as `encrypt` does."""
        a, b, modulus = self._halves(numerals)
        prf = self._prf(len(numerals), tweak)
        for turn in reversed(range(_ROUNDS)):
            a, b = (b - prf(turn, a)) % modulus[turn % 2], a
        return self._joined(a, b, len(numerals))

    def _halves(self, numerals: Sequence[int]) -> tuple[int, int, tuple[int, int]]:
        length = len(numerals)
        if length > MAX_LENGTH or not all(0 <= numeral < self._radix for numeral in numerals):
            raise ValueError("the numerals are too many or not below the radix")
        if length < 2 or self._radix**length < MIN_DOMAIN:  # noqa: PLR2004 - two halves
            raise DomainTooSmall("fewer than a million values have this form")
        left = length // 2
        modulus = (self._radix**left, self._radix ** (length - left))
        return self._value(numerals[:left]), self._value(numerals[left:]), modulus

    def _prf(self, length: int, tweak: bytes) -> _Rounds:
        return _Rounds(self._aes, self._radix, length, tweak)

    def _value(self, numerals: Sequence[int]) -> int:
        value = 0
        for numeral in numerals:
            value = value * self._radix + numeral
        return value

    def _joined(self, a: int, b: int, length: int) -> list[int]:
        left = length // 2
        return self._numerals(a, left) + self._numerals(b, length - left)

    def _numerals(self, value: int, length: int) -> list[int]:
        numerals = [0] * length
        for at in reversed(range(length)):
            value, numerals[at] = divmod(value, self._radix)
        return numerals


class _Rounds:
    """The function of each round: steps 3 to 6 of the algorithms, with the standard's names."""

    def __init__(self, aes: Cipher[modes.ECB], radix: int, length: int, tweak: bytes) -> None:
        self._aes = aes.encryptor()
        right = length - length // 2
        self._b = ((radix**right - 1).bit_length() + 7) // 8
        self._d = 4 * ((self._b + 3) // 4) + 4
        p = (
            bytes((1, 2, 1))
            + radix.to_bytes(3, "big")
            + bytes((_ROUNDS, (length // 2) % 256))
            + length.to_bytes(4, "big")
            + len(tweak).to_bytes(4, "big")
        )
        self._q = tweak + bytes((-len(tweak) - self._b - 1) % _BLOCK)
        # P and the whole blocks of the tweak are the same in all rounds.
        self._start = self._cbc(_ZERO, p)

    def __call__(self, turn: int, numeral: int) -> int:
        q = self._q + bytes((turn,)) + numeral.to_bytes(self._b, "big")
        r = self._cbc(self._start, q)
        s = r
        for block in range(1, (self._d + _BLOCK - 1) // _BLOCK):
            s += self._aes.update(_xor(r, block.to_bytes(_BLOCK, "big")))
        return int.from_bytes(s[: self._d], "big")

    def _cbc(self, chain: bytes, data: bytes) -> bytes:
        for at in range(0, len(data), _BLOCK):
            chain = self._aes.update(_xor(chain, data[at : at + _BLOCK]))
        return chain


def _xor(one: bytes, other: bytes) -> bytes:
    mixed = int.from_bytes(one, "big") ^ int.from_bytes(other, "big")
    return mixed.to_bytes(_BLOCK, "big")
