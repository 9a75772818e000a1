"""A recognizer on a server of the tenant's: it is sent raw texts, so much is asked of it.

Only addresses that the operator has listed are called, never one that a tenant made up. Nothing
is followed (no redirect, no proxy), answers are small, every offset is checked, and whatever goes
wrong is a failure: the caller's request ends with 503 and not one byte goes on.
"""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Final
from urllib.parse import urlsplit

import orjson

from customerai.privacy.policies.model import Fault
from customerai.privacy.policies.own import PREFIX, RemoteSpec
from customerai.privacy.recognizers.spans import Reason, Span

_MOST_ANSWER_BYTES: Final = 8 << 20
_MOST_SENT_CHARS: Final = 2_000_000
_MOST_SPANS: Final = 100_000
_PIECE: Final = 64 << 10


class RemoteFailed(RuntimeError):
    """The server did not answer as agreed; the message holds nothing of the text or the answer."""


def address_faults(url: str, allowed: Sequence[str]) -> list[Fault]:
    """Why an address may not be called; none means that it may.

    Args:
        allowed: base addresses; an address below one of them, on the same host and port, may be.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return [Fault("url", "is no web address")]
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return [Fault("url", "is no web address (https, or http inside the own network)")]
    if parts.username or parts.password or parts.fragment or parts.query:
        return [Fault("url", "may hold no user, password, query or fragment")]
    segments = parts.path.split("/")
    if any(one in (".", "..") for one in segments) or "%" in parts.path or "\\" in url:
        return [Fault("url", "may hold no dots and no escapes in its path")]
    if any(char.isspace() or not char.isprintable() for char in url) or not url.isascii():
        return [Fault("url", "holds a sign that no address has")]
    for base in allowed:
        given = urlsplit(base)
        same = (parts.scheme, parts.hostname) == (given.scheme, given.hostname)
        if same and _port(parts.scheme, port) == _port(given.scheme, given.port):
            root = given.path.rstrip("/")
            if parts.path.rstrip("/") == root or parts.path.startswith(root + "/"):
                return []
    return [Fault("url", "is not below an address of the setting privacy.remote_recognizers")]


def _port(scheme: str, port: int | None) -> int:
    return port or (443 if scheme == "https" else 80)


class RemoteRecognizer:
    """Finds what a server says; to be called in a thread, outside any transaction.

    Args:
        allowed: base addresses of the operator; looked at again before each call.

    What was found is remembered for as long as `version` stays, so a server that has learned is
    asked again about a text when its recognizer is saved again, or after a restart.
    """

    def __init__(self, spec: RemoteSpec, version: int, allowed: Sequence[str]) -> None:
        self.name = PREFIX + spec.name
        self.entities = frozenset(spec.entities)
        self._spec = spec
        self._allowed = tuple(allowed)
        told = f"{version}\n{spec.model_dump_json()}"
        self.version = hashlib.sha256(told.encode()).hexdigest()[:16]

    def find(self, text: str) -> list[Span]:
        """The spans of one text."""
        return self.find_many([text])[0]

    def find_many(self, texts: Sequence[str]) -> list[list[Span]]:
        """The spans of each text.

        Raises:
            RemoteFailed: the address is not allowed, or the server failed.
        """
        if not any(texts):
            return [[] for _ in texts]
        if address_faults(self._spec.url, self._allowed):
            raise RemoteFailed("the address is not allowed any more")
        found: list[list[Span]] = []
        for some in _shares(texts):
            found += self._ask(some)
        return found

    def _ask(self, texts: Sequence[str]) -> list[list[Span]]:
        body = orjson.dumps({"texts": [_readable(text) for text in texts]})
        try:
            raw = _post(self._spec.url, body, self._spec.timeout_s)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise RemoteFailed(type(error).__name__) from None
        return self._read(raw, texts)

    def _read(self, raw: bytes, texts: Sequence[str]) -> list[list[Span]]:
        try:
            results = orjson.loads(raw)["results"]
            if not isinstance(results, list) or len(results) != len(texts):
                raise RemoteFailed("not one result a text")
            spans = [
                [self._span(item, text) for item in result["spans"]]
                for result, text in zip(results, texts, strict=True)
            ]
        except (orjson.JSONDecodeError, LookupError, TypeError) as error:
            raise RemoteFailed(type(error).__name__) from None
        if sum(map(len, spans)) > _MOST_SPANS:
            raise RemoteFailed("too many spans")
        return spans

    def _span(self, item: object, text: str) -> Span:
        if not isinstance(item, dict):
            raise RemoteFailed("a span is no object")
        entity, start, end = item.get("type"), item.get("start"), item.get("end")
        score = item.get("score", 0.85)
        if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
            raise RemoteFailed("an offset is outside the text")
        if not isinstance(entity, str) or entity not in self.entities:
            raise RemoteFailed("a type that was not agreed")
        if isinstance(score, bool) or not isinstance(score, (int, float)) or not 0 <= score <= 1:
            raise RemoteFailed("a score is not in 0..1")
        reason = Reason(f"{self.name}.remote", before=float(score))
        return Span(entity, start, end, float(score), self.name, reason)


def _shares(texts: Sequence[str]) -> list[list[str]]:
    """The texts in calls of bounded size, in order."""
    shares: list[list[str]] = [[]]
    size = 0
    for text in texts:
        if shares[-1] and size + len(text) > _MOST_SENT_CHARS:
            shares.append([])
            size = 0
        shares[-1].append(text)
        size += len(text)
    return shares


def _readable(text: str) -> str:
    """The text with halves of surrogate pairs, which no JSON can hold, in place by a mark."""
    return text.encode("utf-8", "replace").decode() if not text.isascii() else text


def _post(url: str, body: bytes, timeout_s: float) -> bytes:
    """What a server answers; 200 and nothing else counts.

    Raises:
        OSError, http.client.HTTPException, ValueError: it does not.
    """
    parts = urlsplit(url)
    until = time.monotonic() + timeout_s
    host, port = str(parts.hostname), _port(parts.scheme, parts.port)
    connection = http.client.HTTPConnection(host, port, timeout=timeout_s)
    with ExitStack() as closing:
        link = socket.create_connection(_reachable(host, port, parts.scheme), timeout=timeout_s)
        closing.callback(link.close)
        if parts.scheme == "https":
            link = ssl.create_default_context().wrap_socket(link, server_hostname=host)
            closing.callback(link.close)
        connection.sock = link
        closing.callback(connection.close)
        headers = {"content-type": "application/json", "accept": "application/json"}
        connection.request("POST", parts.path or "/", body, headers)
        answer = closing.enter_context(connection.getresponse())
        if answer.status != http.HTTPStatus.OK:
            raise ValueError("not 200")
        pieces: list[bytes] = []
        size = 0
        while True:
            left_s = until - time.monotonic()
            if left_s <= 0:
                raise TimeoutError
            link.settimeout(left_s)
            piece = answer.read1(_PIECE)
            if not piece:
                return b"".join(pieces)
            size += len(piece)
            if size > _MOST_ANSWER_BYTES:
                raise ValueError("too long")
            pieces.append(piece)


def _reachable(host: str, port: int, scheme: str) -> tuple[str, int]:
    """The first address of a host that may be called: never a link-local one, which is where
    clouds keep credentials, and unencrypted only inside the own network.

    Raises:
        OSError: there is none.
    """
    for _, _, _, _, found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        address = ipaddress.ip_address(str(found[0]).partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None)
        address = mapped or address
        shut = address.is_link_local or address.is_multicast or address.is_unspecified
        inside = address.is_private or address.is_loopback
        if not shut and (scheme == "https" or inside):
            return str(found[0]), port
    raise OSError("no address that may be called")
