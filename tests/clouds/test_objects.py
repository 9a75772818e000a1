"""One promise for every object store: the folder always, the clouds on their emulators."""

from __future__ import annotations

import asyncio
import hashlib
import os
import resource
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timezone
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from customerai.core.objects import (
    PART,
    LocalObjects,
    ObjectMissing,
    ObjectStore,
    ObjectsUnavailable,
    ObjectUrlInvalid,
    open_objects,
    read_whole,
)
from tests.clouds import servers

CLOUDS = ["s3", "gcs", "azure"]
PLACES = ["folder", *(pytest.param(name, marks=pytest.mark.process) for name in CLOUDS)]
MB = 1024 * 1024


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with servers.moto(tmp_path_factory.mktemp("moto")) as address:
        os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")
        assert httpx2.put(f"{address}/cai", headers={"host": "s3.amazonaws.com"}).is_success
        yield f"s3://cai/some/prefix?region=us-east-1&endpoint={address}"


@pytest.fixture(scope="module")
def gcs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with servers.fake_gcs(tmp_path_factory.mktemp("gcs")) as address:
        made = httpx2.post(f"{address}/storage/v1/b?project=test", json={"name": "cai"})
        assert made.is_success
        yield f"gs://cai/some/prefix?anonymous=1&project=test&endpoint={address}"


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with servers.azurite(tmp_path_factory.mktemp("azurite")) as address:
        from azure.storage.blob import ContainerClient  # noqa: PLC0415 - extra `azure`

        credential = {
            "account_name": servers.AZURITE_ACCOUNT, "account_key": servers.AZURITE_KEY
        }  # fmt: skip
        with ContainerClient(address, "cai", credential) as container:
            container.create_container()
        host = f"{servers.AZURITE_ACCOUNT}.blob.example.test"
        yield f"azure://{host}/cai/some/prefix?endpoint={address}"


@pytest.fixture(params=PLACES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ObjectStore]:
    url = None if request.param == "folder" else str(request.getfixturevalue(request.param))
    opened = open_objects(url, tmp_path / "data", azure_key=SecretStr(servers.AZURITE_KEY))
    names = [info.name async for info in opened.list("")]
    for name in names:
        await opened.delete(name)
    yield opened
    await opened.close()


async def pieces(*given: bytes) -> AsyncIterator[bytes]:
    for piece in given:
        yield piece


async def content(store: ObjectStore, name: str) -> bytes:
    return b"".join([chunk async for chunk in store.get(name)])


async def listed(store: ObjectStore, prefix: str = "") -> list[tuple[str, int]]:
    return [(info.name, info.size_bytes) async for info in store.list(prefix)]


async def test_what_was_put_comes_back(store: ObjectStore) -> None:
    assert await store.put("a/one", pieces(b"first ", b"", b"second")) == 12
    assert await content(store, "a/one") == b"first second"
    assert await store.exists("a/one")
    assert await listed(store) == [("a/one", 12)]


async def test_an_empty_object_is_an_object(store: ObjectStore) -> None:
    assert await store.put("empty", pieces()) == 0
    assert await content(store, "empty") == b""
    assert await store.exists("empty")
    assert await listed(store) == [("empty", 0)]


async def test_a_second_put_takes_the_place_of_the_first(store: ObjectStore) -> None:
    await store.put("one", pieces(b"first and longer"))
    await store.put("one", pieces(b"second"))
    assert await content(store, "one") == b"second"
    assert await listed(store) == [("one", 6)]


@pytest.mark.parametrize("size", [PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 12_345])
async def test_objects_around_the_size_of_a_part(store: ObjectStore, size: int) -> None:
    digest = hashlib.sha256()

    async def large() -> AsyncIterator[bytes]:
        for start in range(0, size, 300_000):
            piece = start.to_bytes(4, "big") * 75_000
            piece = piece[: size - start]
            digest.update(piece)
            yield piece

    assert await store.put("large", large()) == size
    back = hashlib.sha256()
    async for chunk in store.get("large"):
        assert len(chunk) <= PART
        back.update(chunk)
    assert back.digest() == digest.digest()
    assert await listed(store) == [("large", size)]


async def test_what_is_not_there_is_said_so(store: ObjectStore) -> None:
    assert not await store.exists("nothing")
    with pytest.raises(ObjectMissing):
        await content(store, "nothing")
    await store.delete("nothing")
    await store.put("one", pieces(b"x"))
    await store.delete("one")
    assert not await store.exists("one")
    with pytest.raises(ObjectMissing):
        await content(store, "one")
    assert await listed(store) == []


async def test_a_listing_holds_what_begins_so_by_name(store: ObjectStore) -> None:
    for name in ("b/2", "a/1", "b/10", "bc/3", "b/sub/4"):
        await store.put(name, pieces(name.encode()))
    assert [name for name, _ in await listed(store, "b/")] == ["b/10", "b/2", "b/sub/4"]
    assert [name for name, _ in await listed(store, "b")] == ["b/10", "b/2", "b/sub/4", "bc/3"]
    assert await listed(store, "nothing/") == []


async def test_a_listing_tells_when(store: ObjectStore) -> None:
    await store.put("one", pieces(b"x"))
    (info,) = [info async for info in store.list("")]
    assert abs((datetime.now(timezone.utc) - info.modified_at).total_seconds()) < 60


@pytest.mark.parametrize("size", [100, 3 * PART])
async def test_a_put_that_is_cut_off_leaves_nothing(store: ObjectStore, size: int) -> None:
    await store.put("kept", pieces(b"as it was"))

    async def broken() -> AsyncIterator[bytes]:
        for _ in range(0, size, 100_000):
            yield b"x" * min(size, 100_000)
        raise ConnectionResetError("the sender went away")

    for name in ("kept", "new"):
        with pytest.raises(ConnectionResetError):
            await store.put(name, broken())
    assert await content(store, "kept") == b"as it was"
    assert await listed(store) == [("kept", 9)]


async def test_a_put_that_is_cancelled_leaves_nothing(store: ObjectStore) -> None:
    sent = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * PART
        sent.set()
        await asyncio.sleep(60)
        yield b"never"

    putting = asyncio.create_task(store.put("new", endless()))
    await sent.wait()
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert await listed(store) == []


async def test_many_at_once(store: ObjectStore) -> None:
    names = [f"many/{number:03}" for number in range(40)]
    await asyncio.gather(*(store.put(name, pieces(name.encode())) for name in names))
    assert [name for name, _ in await listed(store, "many/")] == names
    found = await asyncio.gather(*(content(store, name) for name in names))
    assert found == [name.encode() for name in names]


async def test_a_small_object_is_read_at_once_and_a_large_one_is_not(store: ObjectStore) -> None:
    await store.put("one", pieces(b"x" * 1000))
    assert await read_whole(store, "one", most_bytes=1000) == b"x" * 1000
    with pytest.raises(ObjectsUnavailable):
        await read_whole(store, "one", most_bytes=999)


async def test_a_sweep_harms_nothing(store: ObjectStore) -> None:
    await store.put("one", pieces(b"x"))
    await store.sweep(older_than_s=0)
    assert await content(store, "one") == b"x"


@pytest.mark.process
async def test_memory_does_not_grow_with_the_object(store: ObjectStore) -> None:
    async def large(parts: int) -> AsyncIterator[bytes]:
        for number in range(parts * 8):
            yield bytes([number % 256]) * MB

    async def there_and_back(parts: int) -> int:
        await store.put("large", large(parts))
        size = 0
        async for chunk in store.get("large"):
            size += len(chunk)
        assert size == parts * PART
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    first = await there_and_back(4)
    grown_mb = (await there_and_back(32) - first) / 1024
    assert grown_mb < 6 * PART / MB, f"{grown_mb:.0f} MB more for 224 MB more"


# --- the folder alone ------------------------------------------------------------------------


async def test_a_folder_is_its_owners_only(tmp_path: Path) -> None:
    store = LocalObjects(tmp_path / "data")
    await store.put("a/b/one", pieces(b"x"))
    for path in (tmp_path / "data").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../one", "a/../b", "a//b", ".hidden", "a/.b"])
async def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    store = LocalObjects(tmp_path / "data")
    with pytest.raises(ValueError, match="name"):
        await store.put(name, pieces(b"x"))


async def test_a_sweep_spares_what_is_being_written(tmp_path: Path) -> None:
    store, other = LocalObjects(tmp_path), LocalObjects(tmp_path)
    left = tmp_path / ".gone.0a0b.part"
    left.write_bytes(b"half")

    async def slow() -> AsyncIterator[bytes]:
        yield b"first "
        await other.sweep(older_than_s=0)
        yield b"second"

    await store.put("one", slow())
    assert await content(store, "one") == b"first second"
    assert not left.exists()


@pytest.mark.parametrize(
    "url", ["ftp://x/y", "s3://", "s3:///prefix", "gs://", "file://host/x", "nonsense", "file://"]
)
def test_an_address_of_no_store_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(ObjectUrlInvalid):
        open_objects(url, tmp_path, azure_key=None)


@pytest.mark.process
@pytest.mark.parametrize(
    "url",
    [
        "s3://cai?region=us-east-1&endpoint=http://127.0.0.1:9",
        "azure://account.blob.example.test/cai?endpoint=http://127.0.0.1:9/account",
    ],
)
async def test_a_store_that_is_away_is_said_so(url: str, tmp_path: Path) -> None:
    servers.needs("boto3")
    os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")
    store = open_objects(url, tmp_path, azure_key=SecretStr(servers.AZURITE_KEY))
    for call in (store.exists("x"), store.put("x", pieces(b"x")), store.delete("x")):
        with pytest.raises(ObjectsUnavailable) as refused:
            await asyncio.wait_for(call, 100)
        assert refused.value.status == 503
    await store.close()
