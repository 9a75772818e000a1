"""Who opens the master key: on emulators where there are any, else on servers of our own.

AWS KMS is moto's, Vault is a real OpenBao; Google Cloud KMS and Key Vault are `rest.py`, which is
no emulator: it answers in the shapes of the providers' REST references.
"""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from customerai.core.crypto import MasterKeyInvalid
from customerai.core.kms import (
    CONTEXT_NAME,
    Kms,
    KmsRefused,
    KmsUnavailable,
    load_keyring,
    open_kms,
    parse_address,
    unwrap_key,
    wrap_key,
)
from customerai.core.settings import KeysSettings
from tests.clouds import servers

pytestmark = pytest.mark.process

KEY = bytes(range(32))
OURS, THEIRS = {CONTEXT_NAME: "ours"}, {CONTEXT_NAME: "theirs"}
GOOGLE_KEY = "projects/p/locations/l/keyRings/r/cryptoKeys/k"


class _Token:
    """A credential of Azure that needs no directory."""

    def get_token(self, *_: str, **__: Any) -> Any:
        from azure.core.credentials import AccessToken  # noqa: PLC0415 - extra `azure`

        return AccessToken("a-token", 4_000_000_000)


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Two keys of AWS KMS."""
    with servers.moto(tmp_path_factory.mktemp("moto")) as address:
        import boto3  # noqa: PLC0415 - extra `aws`

        os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")
        client = boto3.client("kms", region_name="eu-west-1", endpoint_url=address)
        arns = [client.create_key()["KeyMetadata"]["Arn"] for _ in range(2)]
        yield [f"awskms://{arn}?endpoint={address}" for arn in arns]


@pytest.fixture(scope="module")
def bao(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Bao]:
    with servers.openbao(tmp_path_factory.mktemp("bao")) as found:
        yield found


@pytest.fixture(scope="module")
def google() -> Iterator[str]:
    servers.needs("google.cloud.kms_v1")
    from tests.clouds import rest  # noqa: PLC0415 - extra `gcp`

    with rest.cloud_kms(GOOGLE_KEY) as address:
        yield f"gcpkms://{GOOGLE_KEY}?anonymous=1&endpoint={address}"


def _azure(served: tuple[str, Path], version: str = "") -> Kms:
    from customerai.core.clouds.azure import AzureKms  # noqa: PLC0415 - extra `azure`

    address, certificate = served
    return AzureKms(
        parse_address(f"azurekms://{address.removeprefix('https://')}/keys/customerai{version}"),
        credential=_Token(),
        verify_challenge_resource=False,
        connection_verify=str(certificate),
        retry_total=0,
    )


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    servers.needs("azure.keyvault.keys")
    from tests.clouds import rest  # noqa: PLC0415

    certificate = rest.certificate(tmp_path_factory.mktemp("tls"))
    with rest.key_vault(certificate) as address:
        yield address, certificate


@pytest.fixture(params=["aws", "bao", "google", "vault"])
def kms(request: pytest.FixtureRequest) -> Kms:
    found = request.getfixturevalue(request.param)
    if request.param == "aws":
        return open_kms(found[0])
    if request.param == "bao":
        url = f"vault://{found.host}/transit/customerai?scheme=http&token_file={found.weak_token}"
        return open_kms(url)
    return _azure(found) if request.param == "vault" else open_kms(found)


def test_what_was_wrapped_is_opened(kms: Kms) -> None:
    wrapped = kms.wrap(KEY, OURS)
    assert KEY not in wrapped
    assert kms.unwrap(wrapped, OURS) == KEY
    assert kms.wrap(KEY, OURS) != wrapped


def test_another_installation_does_not_open_it(kms: Kms) -> None:
    wrapped = kms.wrap(KEY, OURS)
    with pytest.raises(KmsRefused) as refused:
        kms.unwrap(wrapped, THEIRS)
    assert "404" not in str(refused.value), "the key itself was found"
    assert KEY.hex() not in str(refused.value)
    assert base64.b64encode(KEY).decode() not in str(refused.value)


@pytest.mark.parametrize("garbage", [b"", b"x", b"vault:v1:AAAA", b"{}", b"\x00" * 200])
def test_what_it_did_not_wrap_is_refused(kms: Kms, garbage: bytes) -> None:
    with pytest.raises(MasterKeyInvalid):
        kms.unwrap(garbage, OURS)


def test_a_changed_ciphertext_is_refused(kms: Kms) -> None:
    wrapped = kms.wrap(KEY, OURS)
    for place in (len(wrapped) // 2, len(wrapped) - 12):
        changed = bytearray(wrapped)
        changed[place] ^= 1
        try:
            opened = kms.unwrap(bytes(changed), OURS)
        except MasterKeyInvalid:
            continue
        pytest.fail(f"opened with byte {place} changed: {len(opened)} bytes")


def test_a_key_of_aws_that_is_not_there_is_refused(aws: list[str]) -> None:
    gone = aws[0].replace("key/", "key/0")
    with pytest.raises(KmsRefused):
        open_kms(gone).wrap(KEY, OURS)


def test_another_key_of_aws_does_not_open_it(aws: list[str]) -> None:
    wrapped = open_kms(aws[0]).wrap(KEY, OURS)
    with pytest.raises(MasterKeyInvalid):
        open_kms(aws[1]).unwrap(wrapped, OURS)


def test_a_token_without_the_right_is_refused_by_vault(bao: servers.Bao) -> None:
    url = f"vault://{bao.host}/transit/another?scheme=http&token_file="
    with pytest.raises(KmsRefused):
        open_kms(url + str(bao.weak_token)).wrap(KEY, OURS)
    assert open_kms(url + str(bao.token)).wrap(KEY, OURS).startswith(b"vault:v1:")


def test_vault_opens_what_an_older_version_of_its_key_wrapped(bao: servers.Bao) -> None:
    kms = open_kms(f"vault://{bao.host}/transit/customerai?scheme=http&token_file={bao.token}")
    wrapped = kms.wrap(KEY, OURS)
    bao.run("write", "-f", "transit/keys/customerai/rotate")
    assert kms.unwrap(wrapped, OURS) == KEY
    assert wrapped.split(b":")[1] != kms.wrap(KEY, OURS).split(b":")[1]


def test_key_vault_opens_what_an_older_version_of_its_key_wrapped(vault: tuple[str, Path]) -> None:
    wrapped = _azure(vault, "/v1").wrap(KEY, OURS)
    assert _azure(vault).unwrap(wrapped, OURS) == KEY


@pytest.mark.parametrize(
    "url",
    [
        "awskms://arn:aws:kms:eu-west-1:1:key/k?endpoint=http://127.0.0.1:9",
        "vault://127.0.0.1:9/transit/key?scheme=http&token_file={token}",
        f"gcpkms://{GOOGLE_KEY}?anonymous=1&endpoint=http://127.0.0.1:9",
    ],
)
def test_a_service_that_is_away_is_said_so(url: str, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("x")
    os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")
    with pytest.raises(KmsUnavailable):
        open_kms(url.format(token=token)).unwrap(b"vault:v1:AAAA", OURS)


def test_services_that_are_overloaded_are_not_taken_for_a_refusal(tmp_path: Path) -> None:
    servers.needs("google.cloud.kms_v1")
    from tests.clouds import rest  # noqa: PLC0415

    down = threading.Event()
    down.set()
    tls = rest.certificate(tmp_path)
    with rest.key_vault(tls, down=down) as address, pytest.raises(KmsUnavailable):
        _azure((address, tls)).wrap(KEY, OURS)
    with rest.cloud_kms(GOOGLE_KEY, down=down) as address, pytest.raises(KmsUnavailable):
        open_kms(f"gcpkms://{GOOGLE_KEY}?anonymous=1&endpoint={address}").wrap(KEY, OURS)


# --- the settings ----------------------------------------------------------------------------


def test_the_master_key_is_opened_at_start_and_lies_nowhere(aws: list[str], tmp_path: Path) -> None:
    wrapped = wrap_key(open_kms(aws[0]), KEY, "ours")
    settings = KeysSettings(kms=aws[0], wrapped_master_key=wrapped, installation="ours")
    ring = load_keyring(settings, tmp_path)
    key, sealed = ring.new_data_key()
    assert ring.unwrap(sealed) == key
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(KmsRefused):
        load_keyring(settings.model_copy(update={"installation": "theirs"}), tmp_path)


def test_another_service_can_take_the_key_over(
    aws: list[str], bao: servers.Bao, tmp_path: Path
) -> None:
    url = f"vault://{bao.host}/transit/customerai?scheme=http&token_file={bao.weak_token}"
    first = wrap_key(open_kms(aws[0]), KEY, "ours")
    second = wrap_key(open_kms(url), unwrap_key(open_kms(aws[0]), first, "ours"), "ours")
    rings = [
        load_keyring(
            KeysSettings(kms=kms, wrapped_master_key=wrapped, installation="ours"), tmp_path
        )
        for kms, wrapped in ((aws[0], first), (url, second))
    ]
    key, sealed = rings[0].new_data_key()
    assert rings[1].unwrap(sealed) == key
    assert rings[0].derive("x") == rings[1].derive("x")


def test_a_wrapped_key_of_another_length_is_refused(aws: list[str]) -> None:
    kms = open_kms(aws[0])
    short = base64.b64encode(kms.wrap(b"short", {CONTEXT_NAME: "ours"})).decode()
    for text in (short, "no base64!", ""):
        with pytest.raises(MasterKeyInvalid):
            unwrap_key(kms, text, "ours")
