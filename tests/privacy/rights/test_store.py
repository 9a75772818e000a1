"""Lives of a customer's key, what is destroyed with it, and parts that are told step by step."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customerai.contracts.privacy import AnonymizeRequest
from customerai.core import erased
from customerai.core.clock import FixedClock
from customerai.core.crypto import KeyRing
from customerai.core.db import Database, Transaction
from customerai.core.references import EXTERNAL
from customerai.core.safe_text import compose
from customerai.privacy import store as vault_store
from customerai.privacy.rights import store
from customerai.privacy.rights.requests import PARTS, Subjects
from customerai.privacy.rights.store import Request
from customerai.privacy.vault import Vault
from customerai.responder.service import ResponderService
from tests import engines
from tests.conftest import NOW, operator

KEYS = KeyRing(bytes(range(32)))
HERE = operator()


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    async with engines.a_database(tmp_path / "x.db") as opened:
        yield opened


@given(st.text(min_size=1, max_size=30), st.integers(1, 10**6))
def test_a_life_tells_its_customer_and_number(name: str, number: int) -> None:
    base = f"cust_{name.replace('~', '')}"
    assert vault_store.life_of(vault_store.life_id(base, number)) == (base, number)


def test_privacy_and_the_responder_know_a_customer_by_the_same_id() -> None:
    service = ResponderService(
        db=None,
        clock=FixedClock(NOW),
        keys=KEYS,
        privacy=None,
        metrics=None,  # type: ignore[arg-type]
    )
    theirs = service._reference("cust", "main", "crm-7")
    assert Subjects(KEYS).of("main", "crm-7") == theirs
    assert EXTERNAL == "responder-external-references"


def a_session(session_id: str, subject: str | None) -> AnonymizeRequest:
    return AnonymizeRequest(texts=("x",), session_id=session_id, open_session=True, subject=subject)


def keep(vault: Vault, request: AnonymizeRequest, tx: Transaction) -> str:
    """Put one value into a session; gives the id under which its key lives."""
    ids = [request.session_id or ""]
    (opened,) = vault.open(HERE, [request], ids, vault.find(HERE, [request], ids, tx))
    opened.book.placeholder("PERSON", "Jane Roe")
    vault.keep(HERE, [opened], tx)
    return opened.subject_id


async def test_each_erasure_begins_a_new_life(db: Database) -> None:
    vault = Vault(KEYS, FixedClock(NOW))

    def work(tx: Transaction) -> list[str]:
        lives = []
        for number in range(1, 4):
            life = keep(vault, a_session(f"conv_{number}", "cust_1"), tx)
            lives.append(life)
            gone = vault_store.destroy_keys(tx, "main", [life])
            assert (gone.keys, gone.tokens, gone.sessions) == (1, 1, (f"conv_{number}",))
            erased.end_life(tx, "main", "cust_1", times=number, at=NOW)
        return lives

    assert await db.write(work) == ["cust_1", "cust_1~2", "cust_1~3"]


async def test_what_was_opened_before_an_erasure_is_not_kept_after_it(db: Database) -> None:
    """A session that was begun with a key which is destroyed meanwhile must be begun anew."""
    vault = Vault(KEYS, FixedClock(NOW))
    late = a_session("conv_2", "cust_1")
    await db.write(lambda tx: keep(vault, a_session("conv_1", "cust_1"), tx))
    known = await db.read(lambda tx: vault.find(HERE, [late], ["conv_2"], tx))
    (opened,) = vault.open(HERE, [late], ["conv_2"], known)
    opened.book.placeholder("PERSON", "Jane Roe")
    await db.write(lambda tx: vault_store.destroy_keys(tx, "main", ["cust_1"]))
    with pytest.raises(vault_store.SessionMoved):
        await db.write(lambda tx: vault.keep(HERE, [opened], tx))


async def test_a_key_goes_with_the_last_of_its_sessions(db: Database) -> None:
    vault = Vault(KEYS, FixedClock(NOW))

    def work(tx: Transaction) -> tuple[int, int]:
        for name in ("conv_1", "conv_2"):
            keep(vault, a_session(name, "cust_1"), tx)
        first = vault_store.drop_sessions(tx, "main", ["conv_1", "conv_9"])
        second = vault_store.drop_sessions(tx, "main", ["conv_2"])
        return first.keys, second.keys

    assert await db.write(work) == (0, 1)


async def test_what_was_erased_is_remembered_once(db: Database) -> None:
    def work(tx: Transaction) -> None:
        erased.note(tx, "main", ["conv_1"], NOW)
        erased.note(tx, "main", ["conv_1", "conv_2"], NOW - timedelta(days=1))

    await db.write(work)
    found = await db.read(lambda tx: erased.since(tx, "main", ["conv_1", "conv_2", "conv_3"]))
    assert found == {"conv_1": NOW, "conv_2": NOW - timedelta(days=1)}
    assert await db.read(lambda tx: erased.since(tx, "other", ["conv_1"])) == {}
    assert await db.read(lambda tx: erased.times_of(tx, "main", ["conv_1"])) == {"conv_1": 1}


def a_request(kind: str = "erasure", **other: object) -> Request:
    values: dict[str, object] = {
        "tenant": "main", "id": "prq_1", "kind": kind, "target": "customer",
        "subject_id": "cust_1", "session_id": None, "reason": compose("asked"),
        "status": store.RUNNING, "actor": "key_1", "created_at": NOW, "due_at": NOW,
        "cutoff_at": NOW, "pieces": 2, **other,
    }  # fmt: skip
    return Request(**values)  # type: ignore[arg-type]  # fields of Request


async def test_a_part_is_done_when_all_steps_of_all_pieces_were_told(db: Database) -> None:
    """The one report that ends the last part is told so, and no other."""
    told = [
        ("responder", 0, 0, 2), ("responder", 1, 0, 1), ("responder", 0, 1, 2),
        ("insights", 0, 0, 1), ("insights", 1, 0, 1), ("integrations", 0, 0, 1),
        ("integrations", 1, 0, 1), ("fairness", 0, 0, 2), ("fairness", 1, 0, 1),
        ("fairness", 0, 1, 2), ("fairness", 0, 1, 2),
    ]  # fmt: skip

    def work(tx: Transaction) -> list[bool]:
        assert store.add_request(tx, a_request(), PARTS["erasure"])
        assert not store.add_request(tx, a_request(), PARTS["erasure"])
        store.change_part(tx, "main", "prq_1", "privacy", state=store.DONE)
        return [
            store.add_step(
                tx, "main", "prq_1", service, piece=(piece, 2), step=(step, steps),
                counts={"rows": 3}, now=NOW,
            )
            for service, piece, step, steps in told
        ]  # fmt: skip

    assert await db.write(work) == [False] * 9 + [True, False]
    parts = await db.read(lambda tx: store.parts_of(tx, "main", ["prq_1"]))
    by_name = {part.service: part for part in parts["prq_1"]}
    assert by_name["responder"].counts == {"rows": 9}
    assert by_name["fairness"].counts == {"rows": 9}, "a repeat is not counted"
    assert [r.id for r in await db.read(store.ready_to_end)] == ["prq_1"]
