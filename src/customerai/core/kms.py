"""Key management services: who opens the wrapped master key at start.

A service is asked for 32 bytes at most a few times in a process' life, so the port is synchronous.
What is wrapped is bound to the installation: by the service where it takes such a context, by our
own seal around the key where it does not (Azure Key Vault).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from customerai.core.crypto import (
    KEY_BYTES,
    KeyMaterial,
    KeyRing,
    MasterKeyInvalid,
    SealBroken,
    decode_key,
    load_key_file,
)
from customerai.core.settings import KeysSettings

CONTEXT_NAME = "customerai-installation"


class KmsRefused(MasterKeyInvalid):
    """The key management service was reached and does not open or wrap the key."""

    def __init__(self, service: str, code: str) -> None:
        super().__init__(f"{service} refused: {code}")


class KmsUnavailable(MasterKeyInvalid):
    """The key management service does not answer."""

    def __init__(self, service: str, code: str) -> None:
        super().__init__(f"{service} does not answer: {code}")


class Kms(Protocol):
    """A key that never leaves its service, and wraps ours."""

    def wrap(self, plain: bytes, context: Mapping[str, str]) -> bytes:
        """Encrypt a key.

        Raises:
            KmsRefused, KmsUnavailable: it cannot be done.
        """
        ...

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        """What `wrap` encrypted with the same context.

        Raises:
            KmsRefused, KmsUnavailable: it cannot be done.
        """
        ...


@dataclass(frozen=True)
class KmsAddress:
    """The address of a key, taken apart: `kind://path?option=…`."""

    kind: str
    path: str
    options: dict[str, str]


def parse_address(url: str) -> KmsAddress:
    kind, _, rest = url.partition("://")
    # The path is taken as it stands: an ARN has colons that a URL's host could not have.
    path, _, query = rest.partition("?")
    return KmsAddress(kind, path, dict(parse_qsl(urlsplit(f"//x?{query}").query)))


def open_kms(url: str) -> Kms:
    """The key at an address.

    Raises:
        MasterKeyInvalid: the address is of no known kind, or lacks a part.
        ModuleNotFoundError: the extra of that service is not installed.
    """
    address = parse_address(url)
    if not address.path:
        raise MasterKeyInvalid("the address of the key management service names no key")
    # Each is an extra that takes a moment to import.
    if address.kind == "awskms":
        from customerai.core.clouds.aws import AwsKms  # noqa: PLC0415

        return AwsKms(address)
    if address.kind == "gcpkms":
        from customerai.core.clouds.gcp import GoogleKms  # noqa: PLC0415

        return GoogleKms(address)
    if address.kind == "azurekms":
        from customerai.core.clouds.azure import AzureKms  # noqa: PLC0415

        return AzureKms(address)
    if address.kind == "vault":
        from customerai.core.clouds.vault import VaultTransit  # noqa: PLC0415

        return VaultTransit(address)
    raise MasterKeyInvalid("keys.kms begins with awskms, gcpkms, azurekms or vault")


def wrap_key(kms: Kms, key: bytes, installation: str) -> str:
    """A key as the settings take it: wrapped, in base64."""
    return base64.b64encode(kms.wrap(key, {CONTEXT_NAME: installation})).decode()


def unwrap_key(kms: Kms, text: str, installation: str) -> bytes:
    """What `wrap_key` wrapped for the same installation.

    Raises:
        MasterKeyInvalid: it is not a key that this service wrapped for this installation.
    """
    try:
        wrapped = base64.b64decode(text.strip(), validate=True)
    except ValueError as error:
        raise MasterKeyInvalid("a wrapped master key is not base64") from error
    key = kms.unwrap(wrapped, {CONTEXT_NAME: installation})
    if len(key) != KEY_BYTES:
        raise MasterKeyInvalid(f"a wrapped master key holds {len(key)} bytes")
    return key


def load_keys(settings: KeysSettings, data: Path) -> KeyMaterial:
    """The keys of this installation: from the KMS, the settings, or `<data>/master.key`.

    Raises:
        MasterKeyInvalid: what is there is no key, or the KMS does not open it.
    """
    previous = [decode_key(key.get_secret_value()) for key in settings.previous_master_keys]
    wrapped = settings.wrapped_master_key
    if wrapped is not None or settings.previous_wrapped_master_keys:
        if settings.kms is None:
            raise MasterKeyInvalid("keys.wrapped_master_key needs keys.kms")
        if wrapped is not None and settings.master_key is not None:
            raise MasterKeyInvalid("keys.master_key and keys.wrapped_master_key are both set")
        kms = open_kms(settings.kms)
        previous += [
            unwrap_key(kms, text, settings.installation)
            for text in settings.previous_wrapped_master_keys
        ]
    if wrapped is not None:
        master = unwrap_key(kms, wrapped, settings.installation)
    elif settings.master_key is not None:
        master = decode_key(settings.master_key.get_secret_value())
    elif settings.kms is not None:
        raise MasterKeyInvalid("keys.kms is set, and no keys.wrapped_master_key")
    else:
        filed = load_key_file(data / "master.key")
        return KeyMaterial(filed.master, (*filed.previous, *previous), filed.root)
    root = None if settings.root_key is None else _decoded(settings.root_key)
    return KeyMaterial(master, tuple(previous), root)


def _decoded(root: str) -> bytes:
    try:
        return base64.b64decode(root.strip(), validate=True)
    except ValueError as error:
        raise MasterKeyInvalid("keys.root_key is not base64") from error


def load_keyring(settings: KeysSettings, data: Path) -> KeyRing:
    """The key ring of this installation.

    Raises:
        MasterKeyInvalid: what is there is no key, or the KMS does not open it.
    """
    return ring_of(load_keys(settings, data))


def ring_of(material: KeyMaterial) -> KeyRing:
    """A ring of these keys.

    Raises:
        MasterKeyInvalid: none of them opens the root key.
    """
    try:
        return KeyRing(material.master, previous=material.previous, root=material.root)
    except SealBroken as error:
        raise MasterKeyInvalid("no master key here opens the root key") from error
