"""encrypt: the value itself, sealed, in the text; restored by the tenant's key and no table."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from dataclasses import dataclass
from typing import ClassVar, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV

from customerai.privacy.operators.scope import Scope
from customerai.privacy.recognizers.spans import Span

TOKEN: Final = re.compile(r"\{\{ENC:([A-Z][A-Z0-9_]{0,63}):([A-Za-z0-9_-]{22,8192})\}\}")
"""A sealed value in a text: its type, and in URL-safe base 64 how and what was sealed."""

LONGEST_TOKEN: Final = len("{{ENC::}}") + 64 + 8192
_RANDOM: Final = b"\x01"  # AES-256-GCM: nonce of 12 bytes, ciphertext, tag of 16
_DETERMINISTIC: Final = b"\x02"  # AES-SIV with two keys of 256 bits (RFC 5297): tag, ciphertext
_NONCE_BYTES: Final = 12
_MOST_BYTES: Final = 6000


@dataclass(frozen=True, slots=True)
class Encrypt:
    """The value sealed under the tenant's key and bound to tenant and type.

    Attributes:
        deterministic: one value always gives one token, so that tables can be joined by it; who
            sees two tokens then knows whether their values are equal.
    """

    kind: ClassVar[str] = "encrypt"
    deterministic: bool = False

    def run(self, span: Span, value: str, scope: Scope) -> str:
        """The token for one value; one too long for a token gives `[TYPE]`, for good."""
        plain = value.encode("utf-8", "surrogatepass")
        if len(plain) > _MOST_BYTES:
            return f"[{span.type}]"
        bound = _bound(scope, span.type)
        if self.deterministic:
            sealed = _DETERMINISTIC + AESSIV(_siv_key(scope)).encrypt(plain, [bound])
        else:
            nonce = secrets.token_bytes(_NONCE_BYTES)
            key = scope.derived("encrypt", "gcm")
            sealed = _RANDOM + nonce + AESGCM(key).encrypt(nonce, plain, bound)
        return f"{{{{ENC:{span.type}:{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}}}}}"


def decrypted(token: str, scope: Scope) -> str | None:
    """The value behind a token; None where it is another tenant's, broken or no token at all."""
    match = TOKEN.fullmatch(token)
    if match is None:
        return None
    try:
        sealed = base64.urlsafe_b64decode(match[2] + "=" * (-len(match[2]) % 4))
        bound = _bound(scope, match[1])
        if sealed[:1] == _RANDOM:
            nonce, rest = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
            plain = AESGCM(scope.derived("encrypt", "gcm")).decrypt(nonce, rest, bound)
        elif sealed[:1] == _DETERMINISTIC:
            plain = AESSIV(_siv_key(scope)).decrypt(sealed[1:], [bound])
        else:
            return None
    except (binascii.Error, InvalidTag, ValueError):
        return None
    return plain.decode("utf-8", "surrogatepass")


def _siv_key(scope: Scope) -> bytes:
    return scope.derived("encrypt", "siv mac") + scope.derived("encrypt", "siv ctr")


def _bound(scope: Scope, entity: str) -> bytes:
    return f"{len(scope.tenant)}:{scope.tenant}:{entity}".encode()
