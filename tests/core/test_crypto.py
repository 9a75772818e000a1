"""Keys and seals: what was sealed opens in its own place, with its own key, unchanged, or not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from customerai.core.crypto import (
    KEY_BYTES,
    KeyMaterial,
    KeyRing,
    MasterKeyInvalid,
    SealBroken,
    key_id,
    load_key_file,
    load_master_key,
    row_identity,
    save_key_file,
    seal,
    unseal,
)
from customerai.core.kms import load_keyring
from customerai.core.settings import KeysSettings

KEY = bytes(range(32))
PLACE = row_identity("main", "vault", "value", "row 1")


@settings(deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.binary(max_size=50))
def test_what_was_sealed_opens_again(key: bytes, plain: bytes, place: bytes) -> None:
    assert unseal(key, seal(key, plain, where=place), where=place) == plain


@settings(deadline=None)
@given(st.binary(max_size=60), st.integers(min_value=0), st.integers(1, 255))
def test_a_changed_byte_breaks_the_seal(plain: bytes, place: int, flip: int) -> None:
    sealed = bytearray(seal(KEY, plain, where=PLACE))
    sealed[place % len(sealed)] ^= flip
    with pytest.raises(SealBroken):
        unseal(KEY, bytes(sealed), where=PLACE)


@settings(deadline=None)
@given(st.binary(max_size=60), st.data())
def test_a_shortened_value_breaks_the_seal(plain: bytes, data: st.DataObject) -> None:
    sealed = seal(KEY, plain, where=PLACE)
    kept = data.draw(st.integers(0, len(sealed) - 1))
    for cut in (sealed[:kept], sealed[-kept:] if kept else b""):
        with pytest.raises(SealBroken):
            unseal(KEY, cut, where=PLACE)


@settings(deadline=None)
@given(st.binary(max_size=60), st.binary(max_size=60), st.binary(min_size=32, max_size=32))
def test_another_place_or_another_key_breaks_the_seal(
    plain: bytes, place: bytes, key: bytes
) -> None:
    assume(place != PLACE and key != KEY)
    sealed = seal(KEY, plain, where=PLACE)
    with pytest.raises(SealBroken):
        unseal(KEY, sealed, where=place)
    with pytest.raises(SealBroken):
        unseal(key, sealed, where=PLACE)


def test_the_same_value_is_never_sealed_to_the_same_bytes() -> None:
    assert len({seal(KEY, b"value", where=PLACE) for _ in range(100)}) == 100


PARTS = st.lists(st.text(max_size=5), max_size=5)


@settings(deadline=None)
@given(PARTS, PARTS)
def test_row_identities_are_equal_only_for_equal_parts(one: list[str], two: list[str]) -> None:
    assert (row_identity(*one) == row_identity(*two)) == (one == two)


def test_parts_that_run_together_name_different_rows() -> None:
    assert row_identity("ab", "c") != row_identity("a", "bc") != row_identity("abc")


def test_a_data_key_unwraps_by_the_same_master_key_only() -> None:
    keys = KeyRing(KEY)
    key, wrapped = keys.new_data_key()
    assert len(key) == KEY_BYTES
    assert key not in wrapped
    assert keys.unwrap(wrapped) == key
    assert keys.new_data_key()[0] != key
    with pytest.raises(SealBroken):
        KeyRing(bytes(32)).unwrap(wrapped)


@settings(deadline=None)
@given(st.integers(0, 39), st.integers(1, 255))
def test_a_changed_wrapping_does_not_open(place: int, flip: int) -> None:
    _, wrapped = KeyRing(KEY).new_data_key()
    changed = bytearray(wrapped)
    changed[place] ^= flip
    with pytest.raises(SealBroken):
        KeyRing(KEY).unwrap(bytes(changed))


@pytest.mark.parametrize("wrapped", [b"", b"short", b"x" * 39, b"x" * 48])
def test_what_is_no_wrapping_does_not_open(wrapped: bytes) -> None:
    with pytest.raises(SealBroken):
        KeyRing(KEY).unwrap(wrapped)


def test_wrapping_is_that_of_rfc_3394() -> None:
    # Section 4.6: wrap 256 bits of key data with a 256-bit key.
    wrapped = "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21"
    data = "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F"
    assert KeyRing(KEY).unwrap(bytes.fromhex(wrapped)) == bytes.fromhex(data)


def test_derivation_is_hkdf_of_rfc_5869_and_differs_by_purpose() -> None:
    extracted = hmac.new(bytes(32), KEY, hashlib.sha256).digest()
    expanded = hmac.new(extracted, b"tokens\x01", hashlib.sha256).digest()
    assert KeyRing(KEY).derive("tokens") == expanded
    assert KeyRing(KEY).derive("hashes") != expanded
    assert KeyRing(bytes(32)).derive("tokens") != expanded


def test_the_master_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    key = load_master_key(None, path)
    assert len(key) == KEY_BYTES
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_master_key(None, path) == key
    assert load_master_key(None, tmp_path / "other.key") != key
    assert {file.name for file in tmp_path.iterdir()} == {"master.key", "other.key"}


def test_a_configured_master_key_is_taken_and_no_file_made(tmp_path: Path) -> None:
    configured = SecretStr(base64.b64encode(KEY).decode() + "\n")
    assert load_master_key(configured, tmp_path / "master.key") == KEY
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no base64!",
        "AAAA",
        base64.b64encode(bytes(31)).decode(),
        base64.b64encode(bytes(33)).decode(),
        base64.b64encode(bytes(32)).decode()[:-1],
        "ключ",
        base64.urlsafe_b64encode(b"\xff" * 32).decode(),
    ],
)
def test_a_malformed_master_key_is_refused_and_not_repeated(text: str, tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    path.write_text(text, encoding="utf-8")
    for configured in (SecretStr(text), None):
        with pytest.raises(MasterKeyInvalid) as refused:
            load_master_key(configured, path)
        assert not text or text not in str(refused.value)
    assert path.read_text(encoding="utf-8") == text, "a wrong key is never overwritten"


def test_processes_that_start_at_once_agree_on_one_master_key(tmp_path: Path) -> None:
    starters = 8
    with ThreadPoolExecutor(starters) as pool:
        for number in range(40):
            path, line = tmp_path / f"{number}.key", threading.Barrier(starters)

            def start(path: Path = path, line: threading.Barrier = line) -> bytes:
                line.wait(10)
                return load_master_key(None, path)

            keys = {future.result() for future in [pool.submit(start) for _ in range(starters)]}
            assert len(keys) == 1
    assert len(list(tmp_path.iterdir())) == 40


# --- another master key ----------------------------------------------------------------------

NEXT = bytes(range(1, 33))


def ring(material: KeyMaterial) -> KeyRing:
    return KeyRing(material.master, previous=material.previous, root=material.root)


def test_what_was_wrapped_and_derived_before_a_rotation_is_the_same_after_it() -> None:
    before = KeyRing(KEY)
    key, wrapped = before.new_data_key()
    assert len(wrapped) == 40, "without a rotation the version before reads what is written"
    after = ring(before.rotated(NEXT))
    assert after.unwrap(wrapped) == key
    assert after.derive("tokens") == before.derive("tokens")
    new = after.rewrap(wrapped)
    assert new.startswith(after.mark)
    assert after.unwrap(new) == key
    assert after.rewrap(new) == new
    # A process that only knows the next key so far reads what those with the new order write.
    known = KeyRing(KEY, previous=[NEXT])
    assert known.unwrap(new) == key
    assert known.derive("tokens") == before.derive("tokens")
    assert after.unwrap(known.new_data_key()[1])


def test_a_retired_key_opens_nothing_any_more_and_derived_keys_stay() -> None:
    before = KeyRing(KEY)
    key, wrapped = before.new_data_key()
    between = ring(before.rotated(NEXT))
    after = ring(between.retired())
    assert after.unwrap(between.rewrap(wrapped)) == key
    assert after.derive("tokens") == before.derive("tokens")
    with pytest.raises(SealBroken):
        after.unwrap(wrapped)
    with pytest.raises(SealBroken):
        KeyRing(KEY).unwrap(between.rewrap(wrapped))
    # And once more.
    third = ring(ring(after.rotated(bytes(32))).retired())
    assert third.derive("tokens") == before.derive("tokens")
    assert third.ids != after.ids


@settings(deadline=None)
@given(st.integers(0, 48), st.integers(1, 255))
def test_a_changed_wrapping_that_names_its_key_does_not_open(place: int, flip: int) -> None:
    rotated = ring(KeyRing(KEY).rotated(NEXT))
    changed = bytearray(rotated.new_data_key()[1])
    assert len(changed) == 49
    changed[place] ^= flip
    with pytest.raises(SealBroken):
        rotated.unwrap(bytes(changed))


def test_a_root_key_that_no_key_opens_is_refused() -> None:
    material = KeyRing(KEY).rotated(NEXT)
    with pytest.raises(SealBroken):
        KeyRing(KEY, root=material.root)


def test_the_id_of_a_key_tells_nothing_of_it() -> None:
    assert key_id(KEY) != key_id(NEXT)
    assert key_id(KEY) not in KEY
    assert KeyRing(KEY).derive("customerai-key-id") != KEY


def test_a_key_file_holds_what_was_saved(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    made = load_key_file(path)
    assert made == KeyMaterial(made.master)
    rotated = KeyRing(made.master).rotated(NEXT)
    save_key_file(path, rotated)
    assert load_key_file(path) == rotated
    assert load_master_key(None, path) == NEXT
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
    path.write_text(path.read_text() + "something else\n")
    with pytest.raises(MasterKeyInvalid):
        load_key_file(path)


def test_the_settings_may_hold_a_key_in_one_place_only(tmp_path: Path) -> None:
    text = base64.b64encode(KEY).decode()
    for wrong in (
        KeysSettings(wrapped_master_key=text),
        KeysSettings(kms="vault://h/m/k"),
        KeysSettings(kms="ftp://x", wrapped_master_key=text),
        KeysSettings(kms="vault://h/m/k", wrapped_master_key=text, master_key=SecretStr(text)),
        KeysSettings(master_key=SecretStr(text), root_key="no base64!"),
        KeysSettings(kms="vault://", wrapped_master_key=text),
    ):
        with pytest.raises(MasterKeyInvalid):
            load_keyring(wrong, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_previous_keys_of_the_settings_open_what_they_wrapped(tmp_path: Path) -> None:
    before = KeyRing(KEY)
    key, wrapped = before.new_data_key()
    material = before.rotated(NEXT)
    assert material.root is not None
    after = load_keyring(
        KeysSettings(
            master_key=SecretStr(base64.b64encode(NEXT).decode()),
            previous_master_keys=(SecretStr(base64.b64encode(KEY).decode()),),
            root_key=base64.b64encode(material.root).decode(),
        ),
        tmp_path,
    )
    assert after.unwrap(wrapped) == key
    assert after.derive("tokens") == before.derive("tokens")
