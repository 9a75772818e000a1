"""Addresses of the net and of blockchains: closed grammars that need no context."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from customerai.privacy.recognizers.checksums import base58check_valid, bech32_valid
from customerai.privacy.recognizers.gate import hint_of
from customerai.privacy.recognizers.rules import Rule, RuleRecognizer, pattern_rule
from customerai.privacy.recognizers.spans import Reason, Span

# Bounded parts (RFC 5321, 4.5.3.1) keep the search linear.
_LOCAL: Final = re.compile(r"[\w.+%'!#$&*/=?^`{|}~-]{1,64}\Z")
_DOMAIN: Final = re.compile(
    r"@\s?(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}(?:xn--[a-z0-9-]{2,59}|[^\W\d_]{2,24})(?![^\W_])",
    re.IGNORECASE,
)
_IP_DOMAIN: Final = re.compile(r"@\[?\d{1,3}(?:\.\d{1,3}){3}\]?")
_SPOKEN: Final = re.compile(
    r"(?<!\w)[\w.+-]{2,64}\s+(?:at|\(at\)|\[at\])\s+[\w-]{2,40}(?:\s*(?:\.|\bdot\b|\(dot\)|"
    r"\[dot\])\s*"
    r"(?:com|org|net|edu|gov|io|co|uk|de|es|fr|it|in|br|info|me)){1,2}(?!\w)",
    re.IGNORECASE,
)

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


_VERSION: Final = re.compile(
    r"(?:version|release|firmware|build|driver|software|update|ver|v)\.?\s?:?\s?$", re.IGNORECASE
)
_ADDRESS: Final = Reason("email.address", before=0.95)


def _emails(text: str) -> list[Span]:
    """Addresses with an "@": from each sign to both sides, so that the time is linear."""
    spans: list[Span] = []
    sign = text.find("@")
    while sign >= 0:
        domain = _DOMAIN.match(text, sign) or _IP_DOMAIN.match(text, sign)
        if domain is not None:
            low = max(0, sign - 64)
            window = text[low:sign].rstrip(" ")
            local = _LOCAL.search(window)
            blank = sign - low - len(window)
            # "meet @ example.com": two blanks make it a word
            if local is not None and not (blank and domain[0][1].isspace()):
                start = sign - len(local[0].lstrip("'!#$&*/=?^`{|}~.-")) - blank
                if start < sign - blank:
                    spans.append(Span("EMAIL_ADDRESS", start, domain.end(), 1.0, "email", _ADDRESS))
        sign = text.find("@", sign + 1)
    return spans


def _urls(name: str, pattern: re.Pattern[str], score: float) -> Rule:
    reason = Reason(name, before=score)

    def find(text: str) -> list[Span]:
        spans: list[Span] = []
        for match in pattern.finditer(text):
            url = match[0].rstrip(_URL_TAIL)
            if "." in url or "://" in url:
                end = match.start() + len(url)
                spans.append(Span("URL", match.start(), end, score, "url", reason))
        return spans

    return Rule(name, frozenset({"URL"}), hint_of(pattern), find)


def _ip_valid(text: str, match: re.Match[str]) -> bool:
    bare = match[0].split("/")[0].split("%")[0]
    if bare in {"::", ""}:
        return False
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        return False
    return not _VERSION.search(text, max(0, match.start() - 12), match.start())


EMAIL: Final = RuleRecognizer(
    "email",
    "2",
    [
        Rule(
            "email.address",
            frozenset({"EMAIL_ADDRESS"}),
            f"(?:{hint_of(_DOMAIN)})|(?:{hint_of(_IP_DOMAIN)})",
            _emails,
        ),
        pattern_rule("email.spoken", "EMAIL_ADDRESS", _SPOKEN, 0.8),
    ],
)
"""EMAIL_ADDRESS: with an "@", or spoken ("ann at example dot com")."""

URL: Final = RuleRecognizer(
    "url", "2", [_urls("url.link", _URL, 1.0), _urls("url.domain", _BARE_DOMAIN, 0.7)]
)
"""URL: with a scheme or "www.", or a bare domain of a known ending."""

IP: Final = RuleRecognizer(
    "ip",
    "2",
    [
        pattern_rule("ip.v4", "IP_ADDRESS", _IPV4, 1.0, accept=_ip_valid),
        pattern_rule("ip.v6", "IP_ADDRESS", _IPV6, 1.0, accept=_ip_valid),
    ],
)
"""IP_ADDRESS: version 4 and 6; not the number of a software version."""

MAC: Final = RuleRecognizer(
    "mac",
    "2",
    [
        pattern_rule(
            "mac.address",
            "MAC_ADDRESS",
            _MAC,
            1.0,
            accept=lambda _, match: any(char.isdigit() for char in match[0]),
        )
    ],
)
"""MAC_ADDRESS: six pairs, or three groups of four, of hex digits."""

CRYPTO: Final = RuleRecognizer(
    "crypto",
    "2",
    [
        pattern_rule(
            "crypto.base58",
            "CRYPTO",
            _CRYPTO_OLD,
            1.0,
            accept=lambda _, match: base58check_valid(match[0]),
            checksum="base58check",
        ),
        pattern_rule(
            "crypto.bech32",
            "CRYPTO",
            _CRYPTO_NEW,
            1.0,
            accept=lambda _, match: bech32_valid(match[0]),
            checksum="bech32",
        ),
        pattern_rule("crypto.ether", "CRYPTO", _CRYPTO_ETHER, 0.9),
    ],
)
"""CRYPTO: Bitcoin addresses whose checksum holds, and Ethereum's form."""
