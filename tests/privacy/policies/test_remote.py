"""A recognizer on another server: called on a real socket, believed in nothing, failing closed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from customerai.contracts.privacy import AnonymizeRequest, PrivacyUnavailable
from customerai.core import audit
from customerai.privacy.policies.errors import RecognizerInvalid
from customerai.privacy.policies.own import RemoteSpec
from customerai.privacy.policies.remote import RemoteFailed, RemoteRecognizer, address_faults
from tests.conftest import NOW
from tests.privacy.policies.parts import ADMIN, House, a_house

sockets = pytest.mark.usefixtures("socket_enabled")


class Server:
    """A recognizer that takes every `ticket-…` for one, or answers whatever it is told to."""

    def __init__(self) -> None:
        self.seen: list[list[str]] = []
        self.answer: tuple[int, bytes] | None = None
        self.wait_s = 0.0
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                texts = json.loads(self.rfile.read(length))["texts"]
                server.seen.append(texts)
                time.sleep(server.wait_s)
                status, body = server.answer or (200, server.found(texts))
                self.send_response(status)
                if status in (301, 307):
                    self.send_header("location", server.url + "/elsewhere")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def found(self, texts: list[str]) -> bytes:
        spans = []
        for text in texts:
            at = text.find("ticket-")
            one = {"type": "TICKET", "start": at, "end": at + 9, "score": 0.8}
            spans.append({"spans": [] if at < 0 else [one]})
        return json.dumps({"results": spans}).encode()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server(socket_enabled: None) -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture
async def house(tmp_path: Path, server: Server) -> AsyncIterator[House]:
    async with a_house(tmp_path, remote=(server.url + "/v1",)) as made:
        yield made


def a_spec(server: Server, **other: Any) -> RemoteSpec:
    said = {
        "name": "tickets",
        "kind": "remote",
        "url": server.url + "/v1/find",
        "entities": ["TICKET"],
    }
    return RemoteSpec.model_validate({**said, "timeout_s": 1.0, **other})


async def hide(house: House, *texts: str) -> list[str]:
    (result,) = await house.privacy.anonymize(ADMIN, [AnonymizeRequest(texts=texts)])
    return [str(item.text) for item in result.results]


async def test_what_a_server_finds_is_hidden_and_the_log_says_that_texts_went_out(
    house: House, server: Server
) -> None:
    await house.policies.save_recognizer(ADMIN, a_spec(server), new=True)
    assert await hide(house, "😀 see ticket-42 now", "nothing") == [
        "😀 see [TICKET_1] now",
        "nothing",
    ]
    assert sorted(server.seen[0]) == ["nothing", "😀 see ticket-42 now"]
    assert len(server.seen) == 1
    await house.db.write(lambda tx: audit.sequence(NOW, tx))
    entries = [json.loads(one) for one in await house.db.read(lambda tx: audit.entries(tx, "main"))]
    assert entries[0]["action"] == "privacy.recognizer_saved"
    assert entries[0]["data"]["sends_texts_out"] is True
    assert entries[1]["data"]["remote"] == ["tickets"]


async def test_a_repeated_text_is_asked_once_until_the_recognizer_is_saved_again(
    house: House, server: Server
) -> None:
    await house.policies.save_recognizer(ADMIN, a_spec(server), new=True)
    for _ in range(3):
        await hide(house, "ticket-42")
    assert len(server.seen) == 1
    await house.policies.save_recognizer(ADMIN, a_spec(server), new=False)
    await hide(house, "ticket-42")
    assert len(server.seen) == 2


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"{}"),
        (301, b""),
        (307, b""),
        (200, b"no json"),
        (200, b"[]"),
        (200, b'{"results": []}'),
        (200, b'{"results": [{"spans": [{"type": "TICKET", "start": 0, "end": 99}]}]}'),
        (200, b'{"results": [{"spans": [{"type": "TICKET", "start": -1, "end": 2}]}]}'),
        (200, b'{"results": [{"spans": [{"type": "TICKET", "start": 2, "end": 2}]}]}'),
        (200, b'{"results": [{"spans": [{"type": "TICKET", "start": true, "end": 2}]}]}'),
        (200, b'{"results": [{"spans": [{"type": "TICKET", "start": 0.0, "end": 2}]}]}'),
        (200, b'{"results": [{"spans": [{"type": "PERSON", "start": 0, "end": 2}]}]}'),
        (200, b'{"results": [{"spans": [{"type": "TICKET", "start": 0, "end": 2, "score": 2}]}]}'),
        (200, b'{"results": [{"spans": [7]}]}'),
        (200, b'{"results": [{}]}'),
        (200, b'{"results": [{"spans": []}], "pad": "' + b"x" * (9 << 20) + b'"}'),
    ],
)
async def test_a_server_that_fails_lets_nothing_on(
    house: House, server: Server, status: int, body: bytes
) -> None:
    await house.policies.save_recognizer(ADMIN, a_spec(server), new=True)
    server.answer = (status, body)
    with pytest.raises(PrivacyUnavailable) as refused:
        await hide(house, "see ticket-42 of Nightingale")
    assert "ightingale" not in json.dumps(refused.value.document("req"))
    assert len(server.seen) == 1, "and no redirect was followed"
    server.answer = None
    assert await hide(house, "see ticket-42") == ["see [TICKET_1]"]


async def test_a_server_that_is_slow_or_gone_lets_nothing_on(house: House, server: Server) -> None:
    await house.policies.save_recognizer(ADMIN, a_spec(server, timeout_s=0.3), new=True)
    server.wait_s = 1.5
    began = time.monotonic()
    with pytest.raises(PrivacyUnavailable):
        await hide(house, "see ticket-42")
    assert time.monotonic() - began < 1.2
    server.close()
    with pytest.raises(PrivacyUnavailable):
        await hide(house, "see ticket-43")


@sockets
async def test_texts_go_nowhere_unless_the_operator_lists_the_address(
    tmp_path: Path, server: Server
) -> None:
    async with a_house(tmp_path) as house:
        with pytest.raises(RecognizerInvalid) as refused:
            await house.policies.save_recognizer(ADMIN, a_spec(server), new=True)
        assert '"place": "url"' in json.dumps(refused.value.document("req"))
    # An address that was taken off the list after the recognizer was saved.
    with pytest.raises(RemoteFailed):
        RemoteRecognizer(a_spec(server), 1, allowed=()).find("x")
    assert server.seen == []


ALLOWED = ("https://pii.example.com/v1", "http://127.0.0.1:9000")


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://pii.example.com/v1", True),
        ("https://pii.example.com/v1/find", True),
        ("https://pii.example.com:443/v1/find", True),
        ("http://127.0.0.1:9000/find", True),
        ("http://pii.example.com/v1/find", False),
        ("https://pii.example.com/v2", False),
        ("https://pii.example.com/v1beta", False),
        ("https://pii.example.com/v1/../admin", False),
        ("https://pii.example.com/v1/%2e%2e/admin", False),
        ("https://pii.example.com@evil.example/v1", False),
        ("https://user:pw@pii.example.com/v1", False),
        ("https://pii.example.com.evil.example/v1", False),
        ("https://pii.example.com/v1?to=evil", False),
        ("https://pii.example.com/v1#x", False),
        ("https://pii.example.com:99999/v1", False),
        ("http://127.0.0.1:9001/find", False),
        ("http://169.254.169.254/latest", False),
        ("http://localhost:9000/find", False),
        ("file:///etc/passwd", False),
        ("//pii.example.com/v1", False),
        ("https://pii.example.com/v1/\nhost: x", False),
    ],
)
def test_only_addresses_below_a_listed_one_are_called(url: str, may: bool) -> None:
    assert (address_faults(url, ALLOWED) == []) is may


@sockets
@pytest.mark.parametrize("host", ["169.254.169.254", "0.0.0.0", "8.8.8.8", "[fe80::1]"])
def test_even_a_listed_address_is_not_called_in_the_clear_outside_or_on_a_link(host: str) -> None:
    url = f"http://{host}:9"
    spec = RemoteSpec.model_validate(
        {"name": "x", "kind": "remote", "url": url, "entities": ["A"], "timeout_s": 0.2}
    )
    began = time.monotonic()
    with pytest.raises(RemoteFailed, match="OSError"):
        RemoteRecognizer(spec, 1, allowed=(url,)).find("x")
    assert time.monotonic() - began < 0.15, "refused before any connection"
