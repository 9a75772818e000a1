"""Addresses of the net and of blockchains: closed grammars that need no context."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from customerai.privacy.recognizers.checksums import base58check_valid, bech32_valid
from customerai.privacy.recognizers.spans import Span

# Bounded parts (RFC 5321, 4.5.3.1) keep the search linear.
_AT_SIGN: Final = re.compile(r"@")
_LOCAL: Final = re.compile(r"[\w.+%'!#$&*/=?^`{|}~-]{1,64}\Z")
_DOMAIN: Final = re.compile(
    r"\s?(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}(?:xn--[a-z0-9-]{2,59}|[^\W\d_]{2,24})(?![^\W_])",
    re.IGNORECASE,
)
_IP_DOMAIN: Final = re.compile(r"\[?\d{1,3}(?:\.\d{1,3}){3}\]?")
_SPOKEN: Final = re.compile(
    r"(?<!\w)[\w.+-]{2,64}\s+(?:at|\(at\)|\[at\])\s+[\w-]{2,40}(?:\s*(?:\.|\bdot\b|\(dot\)|"
    r"\[dot\])\s*"
    r"(?:com|org|net|edu|gov|io|co|uk|de|es|fr|it|in|br|info|me)){1,2}(?!\w)",
    re.IGNORECASE,
)
_SPOKEN_HINT: Final = re.compile(r"\bat\b.{1,48}(?:\bdot\b|\.com)|[(\[]at[)\]]", re.IGNORECASE)

_TLD: Final = (
    r"(?:com|org|net|edu|gov|mil|int|info|biz|io|ai|app|dev|co|uk|us|ca|au|nz|ie|in|de|at|ch|fr|"
    r"be|nl|lu|es|pt|it|pl|cz|sk|hu|ro|bg|gr|se|no|dk|fi|is|ee|lv|lt|ru|ua|tr|il|br|mx|ar|cl|pe|"
    r"jp|cn|kr|hk|tw|sg|my|th|vn|ph|id|za|ng|ke|eu|tv|me|xyz|online|shop|store|site|tech|cloud|"
    r"example|test|invalid)"
)
_URL: Final = re.compile(
    r"(?<![\w@])(?:(?:https?|ftps?|wss?|file)://|www\.)[^\s<>\"'`{}|\\^]{1,2048}",
    re.IGNORECASE,
)
_BARE_DOMAIN: Final = re.compile(
    rf"(?<![\w@./-])(?:[a-z0-9](?:[a-z0-9-]{{0,62}})\.){{1,5}}{_TLD}(?![\w@-]|\.\w)"
    r"(?:[/?#][^\s<>\"'`{}|\\^]{0,2048})?",
    re.IGNORECASE,
)
_URL_TAIL: Final = ".,;:!?)]'\"*_"

_IPV4: Final = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?![\w]|\.\d)")
_IPV6: Final = re.compile(
    r"(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:\.\d{1,3}){0,3}(?:%\w{1,16})?(?:/\d{1,3})?"
    r"(?![\w:])",
    re.IGNORECASE,
)
_MAC: Final = re.compile(
    r"(?<![\w:.-])(?:[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|"
    r"[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})"
    r"(?![\w:-]|\.\w)",
    re.IGNORECASE,
)
_CRYPTO_OLD: Final = re.compile(r"(?<!\w)[13][1-9A-HJ-NP-Za-km-z]{25,34}(?!\w)")
_CRYPTO_NEW: Final = re.compile(r"(?<!\w)(?:bc1|tb1|ltc1)[02-9ac-hj-np-z]{11,71}(?!\w)", re.I)
_CRYPTO_ETHER: Final = re.compile(r"(?<!\w)0x[0-9a-f]{40}(?!\w)", re.IGNORECASE)
_CRYPTO_HINT: Final = re.compile(r"\w{26}")
_MIN_COLONS: Final = 2


class EmailRecognizer:
    """EMAIL_ADDRESS: with an "@", or spoken ("ann at example dot com")."""

    name = "email"
    version = "1"
    entities = frozenset({"EMAIL_ADDRESS"})

    def find(self, text: str) -> list[Span]:
        """The e-mail addresses of a text."""
        spans: list[Span] = []
        if "@" in text:
            for sign in _AT_SIGN.finditer(text):
                domain = _DOMAIN.match(text, sign.end()) or _IP_DOMAIN.match(text, sign.end())
                if domain is None:
                    continue
                # The window begins at most 64 characters before the sign, so the work is linear.
                low = max(0, sign.start() - 64)
                window = text[low : sign.start()].rstrip(" ")
                local = _LOCAL.search(window)
                if local is None:
                    continue
                blank = low + len(window) < sign.start()
                if blank and domain[0][0].isspace():
                    continue  # "meet @ example.com": two blanks make it a word
                start = low + len(window) - len(local[0])
                lead = len(local[0]) - len(local[0].lstrip("'!#$&*/=?^`{|}~.-"))
                if lead < len(local[0]):
                    spans.append(Span("EMAIL_ADDRESS", start + lead, domain.end(), 1.0, self.name))
        elif _SPOKEN_HINT.search(text):
            spans += [
                Span("EMAIL_ADDRESS", match.start(), match.end(), 0.8, self.name)
                for match in _SPOKEN.finditer(text)
            ]
        return spans


class UrlRecognizer:
    """URL: with a scheme or "www.", or a bare domain of a known ending."""

    name = "url"
    version = "1"
    entities = frozenset({"URL"})

    def find(self, text: str) -> list[Span]:
        """The web addresses of a text."""
        if "." not in text and "://" not in text:
            return []
        spans: list[Span] = []
        for pattern, score in ((_URL, 1.0), (_BARE_DOMAIN, 0.7)):
            for match in pattern.finditer(text):
                url = match[0].rstrip(_URL_TAIL)
                if "." in url or "://" in url:
                    spans.append(
                        Span("URL", match.start(), match.start() + len(url), score, self.name)
                    )
        return spans


class IpRecognizer:
    """IP_ADDRESS: version 4 and 6."""

    name = "ip"
    version = "1"
    entities = frozenset({"IP_ADDRESS"})

    def find(self, text: str) -> list[Span]:
        """The internet addresses of a text."""
        spans: list[Span] = []
        if text.count(".") > _MIN_COLONS:
            spans += self._valid(text, _IPV4)
        if text.count(":") >= _MIN_COLONS:
            spans += self._valid(text, _IPV6)
        return spans

    def _valid(self, text: str, pattern: re.Pattern[str]) -> list[Span]:
        spans: list[Span] = []
        for match in pattern.finditer(text):
            bare = match[0].split("/")[0].split("%")[0]
            if bare in {"::", ""}:
                continue
            try:
                ipaddress.ip_address(bare)
            except ValueError:
                continue
            spans.append(Span("IP_ADDRESS", match.start(), match.end(), 1.0, self.name))
        return spans


class MacRecognizer:
    """MAC_ADDRESS: six pairs, or three groups of four, of hex digits."""

    name = "mac"
    version = "1"
    entities = frozenset({"MAC_ADDRESS"})

    def find(self, text: str) -> list[Span]:
        """The hardware addresses of a text."""
        if ":" not in text and "-" not in text and "." not in text:
            return []
        return [
            Span("MAC_ADDRESS", match.start(), match.end(), 1.0, self.name)
            for match in _MAC.finditer(text)
            if any(char.isdigit() for char in match[0])
        ]


class CryptoRecognizer:
    """CRYPTO: Bitcoin addresses whose checksum holds, and Ethereum's form."""

    name = "crypto"
    version = "1"
    entities = frozenset({"CRYPTO"})

    def find(self, text: str) -> list[Span]:
        """The wallet addresses of a text."""
        if len(text) < 26 or not _CRYPTO_HINT.search(text):  # noqa: PLR2004 - shortest address
            return []
        spans = [
            Span("CRYPTO", match.start(), match.end(), 1.0, self.name)
            for pattern, valid in ((_CRYPTO_OLD, base58check_valid), (_CRYPTO_NEW, bech32_valid))
            for match in pattern.finditer(text)
            if valid(match[0])
        ]
        spans += [
            Span("CRYPTO", match.start(), match.end(), 0.9, self.name)
            for match in _CRYPTO_ETHER.finditer(text)
        ]
        return spans
