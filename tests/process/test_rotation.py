"""The master key is changed while a server works: nobody notices, and no value is lost."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import httpx2
import pytest

from tests.process.servers import client, make_key, run_cli, serving

pytestmark = pytest.mark.process
TEXT = "I am jane.{n}@example.com, card 4111 1111 1111 1111"


class Traffic(threading.Thread):
    """Hides and restores until it is told to stop; every fault is kept."""

    def __init__(self, http: httpx2.Client, number: int) -> None:
        super().__init__(daemon=True)
        self._http = http
        self._number = number
        self.ending = threading.Event()
        self.done = 0
        self.faults: list[str] = []
        self.sessions: list[tuple[str, str, str]] = []

    def run(self) -> None:
        while not self.ending.is_set():
            text = TEXT.format(n=f"{self._number}.{self.done}")
            hidden = self._http.post("/v1/privacy/anonymizations", json={"texts": [text]})
            if hidden.status_code != 200:
                self.faults.append(hidden.text)
                continue
            body = hidden.json()
            safe = body["results"][0]["text"]
            self.sessions.append((body["session_id"], safe, text))
            # A session of before the rotation, and the newest one.
            for session, kept, said in (self.sessions[0], self.sessions[-1]):
                back = self._http.post(
                    "/v1/privacy/restorations", json={"session_id": session, "texts": [kept]}
                )
                if back.status_code != 200 or back.json()["results"][0]["text"] != said:
                    self.faults.append(back.text)
            self.done += 1


def rotate(folder: Path, *arguments: str) -> str:
    done = run_cli("master-key", *arguments, "--data", str(folder))
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def working(http: httpx2.Client, during: object, *, seconds: float = 2.0) -> list[Traffic]:
    """Traffic beside a piece of work; gives what was done."""
    threads = [Traffic(http, number) for number in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    assert callable(during)
    during()
    time.sleep(seconds)
    for thread in threads:
        thread.ending.set()
        thread.join(60)
    return threads


def test_the_master_key_is_changed_while_values_are_hidden_and_restored(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serving(folder) as server:
        key = make_key(folder)
        with client(server, key) as http:
            before = working(http, lambda: rotate(folder, "begin"), seconds=1.0)
    told = [line for line in rotate(folder, "status").splitlines() if line.startswith("also known")]
    (next_key,) = [line.split()[-1] for line in told]
    rotate(folder, "switch", next_key)
    rounds = []
    with serving(folder) as server, client(server, key) as http:
        rounds = working(http, lambda: rotate(folder, "rewrap"))
        for thread in before:
            session, safe, said = thread.sessions[0]
            back = http.post(
                "/v1/privacy/restorations", json={"session_id": session, "texts": [safe]}
            )
            assert back.json()["results"][0]["text"] == said
    rotate(folder, "rewrap")
    rotate(folder, "finish")
    with serving(folder) as server, client(server, key) as http:
        for thread in (*before, *rounds):
            for session, safe, said in (thread.sessions[0], thread.sessions[-1]):
                back = http.post(
                    "/v1/privacy/restorations", json={"session_id": session, "texts": [safe]}
                )
                assert back.json()["results"][0]["text"] == said, "also by the new key alone"
    assert [thread.faults for thread in (*before, *rounds)] == [[]] * 6
    assert all(thread.done > 3 for thread in rounds), [thread.done for thread in rounds]
