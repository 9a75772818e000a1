"""Keys, users and sessions: who is let in, for how long, and what is kept of it."""

from __future__ import annotations

import asyncio
import string
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import anyio
import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import select

from customerai.core import audit
from customerai.core.clock import FixedClock
from customerai.core.crypto import KeyRing
from customerai.core.db import EVERY_TENANT, Database, Transaction, Work
from customerai.core.principal import Principal
from customerai.core.settings import GatewaySettings
from customerai.gateway import keyformat, tables
from customerai.gateway.service import (
    GatewayService,
    InvalidApiKey,
    KeyNotFound,
    PasswordTooShort,
    ScopeExceeded,
    SessionExpired,
    SetupLinkInvalid,
    SignIn,
    UnknownScope,
    UserExists,
    WrongCredentials,
)
from tests import engines

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
EMAIL = "jane.roe@example.com"
PASSWORD = "correct horse battery"
QUICK_PASSWORDS = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
OPERATOR = Principal("main", "system:test", frozenset({"*", "privacy:reveal"}))
STRANGER = Principal("other", "system:test", frozenset({"*", "privacy:reveal"}))


class Watched:
    """A database at whose doors a test can wait."""

    def __init__(self, inner: Database) -> None:
        self._inner = inner
        self.reads = 0
        self.after_read: Callable[[], Any] | None = None
        self.failures = 0

    async def read(self, work: Work[Any], *, tenant: str = EVERY_TENANT) -> Any:
        self.reads += 1
        result = await self._inner.read(work, tenant=tenant)
        if self.after_read is not None:
            then, self.after_read = self.after_read, None
            await then()
        return result

    async def write(self, work: Work[Any], *, tenant: str = EVERY_TENANT) -> Any:
        if self.failures:
            self.failures -= 1
            raise TimeoutError
        return await self._inner.write(work, tenant=tenant)

    def on_commit(self, listener: Callable[[], None]) -> None:
        self._inner.on_commit(listener)

    async def close(self) -> None:
        await self._inner.close()


@dataclass
class House:
    """A gateway's service with a clock and a database of its own."""

    db: Watched
    clock: FixedClock
    folder: Path
    service: GatewayService

    def another_process(self) -> GatewayService:
        return a_service(self.db, self.clock)

    async def user(self, email: str = EMAIL, tenant: str = "main") -> SignIn:
        token = await self.service.setup_token(tenant)
        assert token is not None
        return await self.service.set_up(token, name="Jane", email=email, password=PASSWORD)

    async def rows(self, table: Any) -> list[Any]:
        return list(await self.db.read(lambda tx: tx.execute(select(table)).all()))

    async def audited(self) -> list[str]:
        def work(tx: Transaction) -> list[str]:
            return list(tx.execute(select(audit.audit_intake.c.action)).scalars())

        return await self.db.read(work)  # type: ignore[no-any-return]

    async def bytes_kept(self) -> bytes:
        return await engines.bytes_of(self.db, self.folder)  # type: ignore[arg-type]


def a_service(
    db: Watched, clock: FixedClock, passwords: PasswordHasher = QUICK_PASSWORDS
) -> GatewayService:
    return GatewayService(
        db=db,
        clock=clock,
        keys=KeyRing(bytes(32)),
        settings=GatewaySettings(session_ttl_s=3600),
        environment="test",
        passwords=passwords,
    )


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with engines.a_database(tmp_path / "gateway.db") as opened:
        db, clock = Watched(opened), FixedClock(NOW)
        yield House(db, clock, tmp_path, a_service(db, clock))


# -- keys


async def test_a_new_key_lets_its_holder_in_with_its_scopes(house: House) -> None:
    key, text = await house.service.create_key(OPERATOR, "reports", ["jobs:read", "audit:read"])
    assert keyformat.key_id(text) == key.id
    assert text.startswith("cai_test_")
    who = await house.service.authenticate_key(text)
    assert who == Principal("main", key.id, frozenset({"jobs:read", "audit:read"}))
    assert await house.another_process().authenticate_key(text) == who
    assert await house.audited() == ["gateway.key_created"]


async def test_the_text_of_a_key_is_kept_nowhere(house: House) -> None:
    _, text = await house.service.create_key(OPERATOR, "reports", ["all"])
    await house.service.authenticate_key(text)
    secret = text.rsplit("_", 1)[1]
    (row,) = await house.rows(tables.api_key)
    assert len(row.hash) == 32
    on_disk = await house.bytes_kept()
    assert b"reports" in on_disk, "the search finds what is there"
    for trace in (text, secret, secret[:32], secret[-6:]):
        assert trace.encode() not in on_disk


def mistyped(text: str) -> str:
    return text[:-10] + ("a" if text[-10] != "a" else "b") + text[-9:]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda text: "",
        lambda text: "key",
        lambda text: text + " ",
        lambda text: text[:-1],
        mistyped,
        lambda text: keyformat.make("test").text,
        lambda text: "é" * 60,
        lambda text: "\x00",
    ],
)
async def test_any_other_text_is_refused(house: House, wrong: Callable[[str], str]) -> None:
    _, text = await house.service.create_key(OPERATOR, "reports", ["all"])
    with pytest.raises(InvalidApiKey):
        await house.service.authenticate_key(wrong(text))


def base_62(number: int) -> str:
    alphabet = string.digits + string.ascii_uppercase + string.ascii_lowercase
    return "".join(alphabet[number // 62**place % 62] for place in range(5, -1, -1))


async def test_a_true_id_with_another_secret_is_refused(house: House) -> None:
    _, text = await house.service.create_key(OPERATOR, "reports", ["all"])
    head, _, _ = text.rpartition("_")
    body = f"{head}_{'0' * 32}"
    forged = body + base_62(zlib.crc32(body.encode()))
    assert keyformat.key_id(forged) == keyformat.key_id(text)
    with pytest.raises(InvalidApiKey):
        await house.service.authenticate_key(forged)


async def test_a_mistyped_key_is_refused_without_a_look_up(house: House) -> None:
    _, text = await house.service.create_key(OPERATOR, "reports", ["all"])
    before = house.db.reads
    with pytest.raises(InvalidApiKey):
        await house.service.authenticate_key(mistyped(text))
    assert house.db.reads == before


async def test_a_key_is_not_looked_up_again_within_a_moment(house: House) -> None:
    _, text = await house.service.create_key(OPERATOR, "reports", ["all"])
    before = house.db.reads
    for _ in range(20):
        await house.service.authenticate_key(text)
    assert house.db.reads == before + 1


async def test_a_revoked_key_is_refused_at_once(house: House) -> None:
    key, text = await house.service.create_key(OPERATOR, "reports", ["all"])
    await house.service.authenticate_key(text)
    await house.service.revoke_key(OPERATOR, key.id)
    with pytest.raises(InvalidApiKey):
        await house.service.authenticate_key(text)
    (kept,) = await house.service.list_keys(OPERATOR, before=None, limit=10)
    assert kept.revoked_at == NOW
    assert await house.audited() == ["gateway.key_created", "gateway.key_revoked"]


async def test_a_key_revoked_while_it_was_looked_up_is_not_trusted(house: House) -> None:
    key, text = await house.service.create_key(OPERATOR, "reports", ["all"])
    house.db.after_read = lambda: house.service.revoke_key(OPERATOR, key.id)
    await house.service.authenticate_key(text)  # it held when it was read
    with pytest.raises(InvalidApiKey):
        await house.service.authenticate_key(text)


async def test_revoking_again_keeps_the_first_time(house: House) -> None:
    key, _ = await house.service.create_key(OPERATOR, "reports", ["all"])
    await house.service.revoke_key(OPERATOR, key.id)
    house.clock.advance(timedelta(days=1))
    await house.service.revoke_key(OPERATOR, key.id)
    (kept,) = await house.service.list_keys(OPERATOR, before=None, limit=10)
    assert kept.revoked_at == NOW


async def test_an_expired_key_is_refused_also_where_it_was_just_trusted(house: House) -> None:
    ends = NOW + timedelta(hours=1)
    _, text = await house.service.create_key(OPERATOR, "reports", ["all"], ends)
    await house.service.authenticate_key(text)
    house.clock.advance(timedelta(minutes=59, seconds=59))
    await house.service.authenticate_key(text)
    house.clock.advance(timedelta(seconds=1))
    with pytest.raises(InvalidApiKey):
        await house.service.authenticate_key(text)


async def test_another_tenant_neither_sees_nor_revokes_a_key(house: House) -> None:
    key, text = await house.service.create_key(OPERATOR, "reports", ["all"])
    assert await house.service.list_keys(STRANGER, before=None, limit=10) == []
    for key_id in (key.id, "key_nothing"):
        with pytest.raises(KeyNotFound):
            await house.service.revoke_key(STRANGER, key_id)
    assert (await house.service.authenticate_key(text)).tenant == "main"
    assert await house.audited() == ["gateway.key_created"]


@pytest.mark.parametrize(
    ("held", "wanted", "lacking"),
    [
        ({"keys:admin"}, ["jobs:read"], "jobs:read"),
        ({"keys:admin", "jobs:read"}, ["jobs:read", "keys:admin"], None),
        ({"*"}, ["*"], None),
        ({"*"}, ["audit:read"], None),
        ({"*"}, ["privacy:reveal"], "privacy:reveal"),
        ({"*"}, ["all"], "privacy:reveal"),
        ({"*", "privacy:reveal"}, ["all"], None),
        ({"keys:admin"}, ["*"], "*"),
        ({"keys:*"}, ["*"], "*"),
    ],
)
async def test_nobody_gives_more_than_they_have(
    house: House, held: set[str], wanted: list[str], lacking: str | None
) -> None:
    maker = Principal("main", "user_1", frozenset(held))
    if lacking is None:
        await house.service.create_key(maker, "x", wanted)
        return
    with pytest.raises(ScopeExceeded) as refused:
        await house.service.create_key(maker, "x", wanted)
    assert refused.value.fields == {"scope": lacking}
    assert await house.rows(tables.api_key) == []


async def test_an_unknown_scope_is_refused_and_not_repeated(house: House) -> None:
    with pytest.raises(UnknownScope) as refused:
        await house.service.create_key(OPERATOR, "x", ["jobs:read", EMAIL])
    assert EMAIL not in str(refused.value.document("req_1"))


async def test_keys_are_listed_newest_first_page_by_page(house: House) -> None:
    made = []
    for number in range(7):
        if number % 2:  # some share their time
            house.clock.advance(timedelta(seconds=1))
        made.append((await house.service.create_key(OPERATOR, f"k{number}", ["all"]))[0])
    made.sort(key=lambda key: (key.created_at, key.id), reverse=True)
    await house.service.create_key(STRANGER, "theirs", ["all"])
    pages, before = [], None
    while page := await house.service.list_keys(OPERATOR, before=before, limit=3):
        pages.extend(page)
        before = page[-1].id
    assert [key.id for key in pages] == [key.id for key in made]
    assert await house.service.list_keys(OPERATOR, before="key_nothing", limit=3) == []


async def test_the_last_use_of_a_key_is_written_down_and_survives_a_fault(house: House) -> None:
    key, text = await house.service.create_key(OPERATOR, "reports", ["all"])
    house.clock.advance(timedelta(hours=2))
    await house.service.authenticate_key(text)
    house.db.failures = 1
    keeping = asyncio.create_task(house.service.keep_last_used(every_s=0.005))
    with anyio.fail_after(5):
        while (await house.rows(tables.api_key))[0].last_used_at is None:  # noqa: ASYNC110
            await asyncio.sleep(0.002)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert house.db.failures == 0
    (kept,) = await house.service.list_keys(OPERATOR, before=None, limit=10)
    assert (kept.id, kept.last_used_at) == (key.id, NOW + timedelta(hours=2))


# -- users and sessions


async def test_the_set_up_link_makes_the_first_administrator_and_signs_in(house: House) -> None:
    begun = await house.user()
    assert (begun.profile.name, begun.profile.email, begun.profile.role) == ("Jane", EMAIL, "admin")
    assert begun.scopes == {"*"}
    who = await house.service.authenticate_session(begun.token)
    assert who == Principal("main", begun.profile.id, frozenset({"*"}))
    assert await house.audited() == ["gateway.user_created", "gateway.signed_in"]


async def test_the_set_up_link_works_once(house: House) -> None:
    token = await house.service.setup_token("main")
    assert token is not None
    await house.service.set_up(token, name="Jane", email=EMAIL, password=PASSWORD)
    with pytest.raises(SetupLinkInvalid):
        await house.service.set_up(token, name="Joe", email="joe@example.com", password=PASSWORD)
    assert len(await house.rows(tables.user)) == 1


async def test_a_second_administrator_is_not_made_by_an_older_link(house: House) -> None:
    older, newer = [await house.service.setup_token("main") for _ in range(2)]
    assert older is not None
    assert newer is not None
    both = await asyncio.gather(
        house.service.set_up(newer, name="Jane", email=EMAIL, password=PASSWORD),
        house.service.set_up(older, name="Joe", email="joe@example.com", password=PASSWORD),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in both) == ["SetupLinkInvalid", "SignIn"]
    assert await house.service.setup_token("main") is None
    assert len(await house.rows(tables.user)) == 1


async def test_the_set_up_link_ends_after_a_day(house: House) -> None:
    token = await house.service.setup_token("main")
    assert token is not None
    house.clock.advance(timedelta(days=1))
    with pytest.raises(SetupLinkInvalid):
        await house.service.set_up(token, name="Jane", email=EMAIL, password=PASSWORD)
    await house.user()  # a new link holds


@pytest.mark.parametrize("token", ["", "guess", "é"])
async def test_a_link_that_is_not_ours_is_refused(house: House, token: str) -> None:
    await house.service.setup_token("main")
    with pytest.raises(SetupLinkInvalid):
        await house.service.set_up(token, name="Jane", email=EMAIL, password=PASSWORD)


async def test_a_short_password_is_refused_and_the_link_kept(house: House) -> None:
    token = await house.service.setup_token("main")
    assert token is not None
    with pytest.raises(PasswordTooShort):
        await house.service.set_up(token, name="Jane", email=EMAIL, password="eleven char")
    begun = await house.service.set_up(token, name="Jane", email=EMAIL, password="twelve chars")
    assert begun.profile.role == "admin"


async def test_tenants_are_set_up_apart(house: House) -> None:
    await house.user()
    begun = await house.user("joe@example.com", tenant="other")
    assert (await house.service.authenticate_session(begun.token)).tenant == "other"


async def test_the_right_password_begins_a_session_of_its_own(house: House) -> None:
    first = await house.user()
    second = await house.service.sign_in(EMAIL, PASSWORD)
    shouted = await house.service.sign_in(f" {EMAIL.upper()} ", PASSWORD)
    assert len({first.token, second.token, shouted.token}) == 3
    assert first.profile == second.profile == shouted.profile


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (EMAIL, PASSWORD + "!"),
        (EMAIL, PASSWORD.upper()),
        (EMAIL, ""),
        ("joe@example.com", PASSWORD),
        ("", ""),
        ("\x00", "\x00"),
    ],
)
async def test_wrong_credentials_are_refused_alike(house: House, email: str, password: str) -> None:
    await house.user()
    with pytest.raises(WrongCredentials) as refused:
        await house.service.sign_in(email, password)
    assert refused.value.document("r") == WrongCredentials().document("r")
    assert len(await house.rows(tables.session)) == 1


class Counting(PasswordHasher):
    """Keeps account of the work that is done."""

    def __init__(self) -> None:
        super().__init__(time_cost=2, memory_cost=16, parallelism=1)
        self.work: list[object] = []

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.work.append("hash")
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002 - theirs
        self.work.append(extract_parameters(str(hash)))
        return super().verify(hash, password)


async def test_an_unknown_address_costs_the_same_work_as_a_known_one(house: House) -> None:
    passwords = Counting()
    house.service = a_service(house.db, house.clock, passwords)
    await house.user()
    work = []
    for email in (EMAIL, "joe@example.com"):
        passwords.work.clear()
        with pytest.raises(WrongCredentials):
            await house.service.sign_in(email, "not the password")
        work.append(list(passwords.work))
    assert work[0] == work[1]
    assert len(work[0]) == 1


async def test_an_address_has_one_user(house: House) -> None:
    await house.user()
    with pytest.raises(UserExists):
        await house.service.add_user(
            "main", name="Jane", email=EMAIL.upper(), role="viewer", password=PASSWORD
        )
    with pytest.raises(PasswordTooShort):
        await house.service.add_user(
            "main", name="Joe", email="joe@example.com", role="viewer", password="short"
        )
    profile = await house.service.add_user(
        "main", name="Joe", email="joe@example.com", role="viewer", password=PASSWORD
    )
    begun = await house.service.sign_in("joe@example.com", PASSWORD)
    assert begun.profile == profile
    assert begun.scopes == {"insights:read", "responder:read", "jobs:read"}


async def test_signing_out_ends_the_session_at_once_and_no_other(house: House) -> None:
    first = await house.user()
    second = await house.service.sign_in(EMAIL, PASSWORD)
    await house.service.authenticate_session(first.token)
    await house.service.sign_out(first.token)
    with pytest.raises(SessionExpired):
        await house.service.authenticate_session(first.token)
    with pytest.raises(SessionExpired):
        await house.service.current(first.token)
    await house.service.authenticate_session(second.token)
    await house.service.sign_out("never was")


async def test_a_session_ended_while_it_was_looked_up_is_not_trusted(house: House) -> None:
    begun = await house.user()
    house.db.after_read = lambda: house.service.sign_out(begun.token)
    await house.service.authenticate_session(begun.token)
    with pytest.raises(SessionExpired):
        await house.service.authenticate_session(begun.token)


async def test_a_session_ends_by_itself_also_where_it_was_just_trusted(house: House) -> None:
    begun = await house.user()
    house.clock.advance(timedelta(seconds=3599))
    assert (await house.service.current(begun.token))[0] == begun.profile
    await house.service.authenticate_session(begun.token)
    house.clock.advance(timedelta(seconds=1))
    with pytest.raises(SessionExpired):
        await house.service.authenticate_session(begun.token)
    with pytest.raises(SessionExpired):
        await house.service.current(begun.token)


async def test_a_key_is_no_session_and_a_session_no_key(house: House) -> None:
    begun = await house.user()
    _, text = await house.service.create_key(OPERATOR, "reports", ["all"])
    for _ in range(2):  # also once the other has been trusted
        with pytest.raises(InvalidApiKey):
            await house.service.authenticate_key(begun.token)
        with pytest.raises(SessionExpired):
            await house.service.authenticate_session(text)
        await house.service.authenticate_session(begun.token)
        await house.service.authenticate_key(text)


async def test_nothing_of_a_user_is_kept_in_the_clear(house: House) -> None:
    token = await house.service.setup_token("main")
    assert token is not None
    begun = await house.service.set_up(token, name="Jane Roe", email=EMAIL, password=PASSWORD)
    on_disk = await house.bytes_kept()
    for trace in (EMAIL, "jane", "Jane", PASSWORD, token, begun.token):
        assert trace.encode() not in on_disk
    (row,) = await house.rows(tables.user)
    assert row.password.startswith("$argon2id$")


async def test_expired_sessions_and_links_are_forgotten(house: House) -> None:
    await house.service.setup_token("other")
    await house.user()
    house.clock.advance(timedelta(days=2))
    await house.service.setup_token("main")
    assert await house.rows(tables.session) == []
    assert await house.rows(tables.setup) == []
