"""The demo through the front door with every model on, and then: where is personal data?"""

from __future__ import annotations

import base64
import re
import sqlite3
import time
from collections import defaultdict
from pathlib import Path

import httpx2
import pytest

from customerai.core.crypto import KeyRing, row_identity, unseal
from customerai.privacy.recognizers.words import is_common
from tests.process.servers import Server, client, make_key, serving

pytestmark = [pytest.mark.process, pytest.mark.timeout(900)]

_PATIENCE_S = 800
# Types whose every value points at one person or account, wherever it stands.
_DIRECT = frozenset({
    "EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "ACCOUNT_NUMBER", "ID_NUMBER", "US_SSN",
    "PHONE_NUMBER", "US_BANK_NUMBER",
})  # fmt: skip
_LEAST_DIGITS = 7  # fewer digits stand by chance in times, scores and ids


def _wait_for_demo(server: Server) -> None:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        said = server.out.read_text()
        if "the demo is ready" in said:
            return
        assert "not loaded" not in server.err.read_text(), said
        assert server.process.poll() is None
        time.sleep(1)
    raise AssertionError("the demo does not end")


def _vault(folder: Path) -> dict[tuple[str, str], set[str]]:
    """Every value of the vault with its type, and the sessions that hold it."""
    keys = KeyRing(base64.b64decode((folder / "master.key").read_text()))
    rows = sqlite3.connect(folder / "customerai.db")
    wrapped = dict(rows.execute("select id, wrapped_key from privacy_subject"))
    subject = dict(rows.execute("select id, subject_id from privacy_session"))
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for tenant, session, placeholder, kind, sealed in rows.execute(
        "select tenant, session_id, placeholder, type, sealed from privacy_token"
    ):
        place = row_identity(tenant, "privacy_token", session, placeholder)
        value = unseal(keys.unwrap(wrapped[subject[session]]), sealed, where=place).decode()
        if value != placeholder:
            found[kind, value].add(session)
    rows.close()
    return found


def _standing(value: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text) is not None


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str, str]:
    """The folder of a server that loaded the demo and ended; its output, log and metrics."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    with serving(folder, "--demo", names="own") as server:
        _wait_for_demo(server)
        time.sleep(1)
        metrics = httpx2.get(server.address + "/metrics").text
        with client(server, make_key(folder)) as http:
            overview = http.get("/v1/insights/overview?channel=chat").json()
            assert overview["conversations"]["value"] == 600
            assert overview["customer_messages"]["value"] == 6720
            assert http.get("/v1/events/dead-letters").json()["items"] == []
        said = server.out.read_text()
        assert server.terminate() == 0
        return folder, said, server.err.read_text(), metrics


def test_the_demo_answers_with_citations_and_abstains_with_reasons(
    loaded: tuple[Path, str, str, str],
) -> None:
    rows = sqlite3.connect(loaded[0] / "customerai.db")
    replies = rows.execute(
        "select r.status, r.reason, r.citations "
        "from responder_reply r join responder_conversation c "
        "on c.tenant = r.tenant and c.id = r.conversation_id where c.channel = 'help centre'"
    ).fetchall()
    rows.close()
    assert len(replies) == 24
    answered = [reply for reply in replies if reply[0] == "answered"]
    assert len(answered) >= 5
    assert all(reply[2] != "[]" for reply in answered)
    assert all(reply[1] for reply in replies if reply[0] == "abstained")


def test_no_value_of_the_vault_stands_in_logs_events_metrics_or_tables_without_text(
    loaded: tuple[Path, str, str, str],
) -> None:
    folder, said, log, metrics = loaded
    values = [
        value
        for kind, value in _vault(folder)
        if len(value) >= 4 and not value.isdigit() and value.lower() not in _OWN_WORDS
    ] + [v for _, v in _vault(folder) if v.isdigit() and len(v) >= _LEAST_DIGITS]
    assert len(values) > 300, "the vault holds too little for this test to mean anything"
    rows = sqlite3.connect(folder / "customerai.db")
    tables = [name for (name,) in rows.execute("select name from sqlite_master where type='table'")]
    with_text = {"responder_message", "responder_passage", "responder_reply", "responder_document",
                 "privacy_token"}  # fmt: skip
    places = {"output": said, "log": log, "metrics": metrics}
    for table in tables:
        if table not in with_text:
            cells = (str(cell) for row in rows.execute(f"select * from {table}") for cell in row)
            places[table] = "\n".join(cells)
    rows.close()
    found = [(place, v) for place, text in places.items() for v in values if _standing(v, text)]
    assert found == []


def test_no_value_stands_in_a_text_of_its_own_conversation(
    loaded: tuple[Path, str, str, str], record_property: object
) -> None:
    folder = loaded[0]
    rows = sqlite3.connect(folder / "customerai.db")
    texts: dict[str, str] = defaultdict(str)
    for conversation, text in rows.execute(
        "select conversation_id, text from responder_message order by conversation_id, seq"
    ):
        texts[conversation] += f"\n{text}"
    everything = "\n".join(texts.values())
    rows.close()
    own, elsewhere = [], []
    for (kind, value), sessions in _vault(folder).items():
        digits = sum(char.isdigit() for char in value)
        if kind in _DIRECT and (digits >= _LEAST_DIGITS or "@" in value):
            if _standing(value, everything):
                elsewhere.append((kind, value))
        # An everyday word ("Hotel") is hidden where it is a name, not wherever it stands.
        elif kind in _SPREAD and len(value) >= 3 and not is_common(value):
            own += [
                (kind, value) for session in sessions if _standing(value, texts.get(session, ""))
            ]
    assert elsewhere == []
    # A value may have been said before it was first recognized, in an earlier batch.
    assert len(own) <= 20, own


def test_no_file_holds_a_direct_identifier_in_the_clear(
    loaded: tuple[Path, str, str, str],
) -> None:
    folder = loaded[0]
    data = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert len(data) >= 2
    checked = 0
    for kind, value in _vault(folder):
        digits = sum(char.isdigit() for char in value)
        if kind in _DIRECT and (digits >= _LEAST_DIGITS or "@" in value):
            checked += 1
            for path, content in data.items():
                assert value.encode() not in content, (kind, path.name)
    assert checked >= 5


_SPREAD = frozenset({"PERSON", "ORGANIZATION", "LOCATION", "PIN", "ACCOUNT_NUMBER", "ID_NUMBER"})
# Words of our own tables that a customer also said: a tenant, a channel, a label.
_OWN_WORDS = frozenset({"main", "chat", "import", "customer", "agent", "several", "hotel", "bank"})
