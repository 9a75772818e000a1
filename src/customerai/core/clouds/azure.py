"""Azure: Key Vault and Blob Storage; needs the extra `azure`.

Credentials are the workload's own (workload identity, managed identity, environment).
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
)
from azure.identity import DefaultAzureCredential
from azure.keyvault.keys import KeyClient
from azure.keyvault.keys.crypto import CryptographyClient, KeyWrapAlgorithm
from azure.storage.blob import BlobBlock, ContainerClient, ExponentialRetry
from pydantic import SecretStr

from customerai.core.crypto import KEY_BYTES, MasterKeyInvalid, SealBroken, seal, unseal
from customerai.core.guard import in_thread
from customerai.core.kms import KmsAddress, KmsRefused, KmsUnavailable
from customerai.core.objects import (
    ObjectInfo,
    ObjectMissing,
    ObjectsUnavailable,
    ObjectUrlInvalid,
    StoreAddress,
    in_parts,
)

_TIMEOUT_S: Final = 30
_KMS_TIMEOUT_S: Final = 10
_SERVER_FAULT: Final = 500
_TOO_MANY: Final = 429
_RETRIES: Final = 2


class AzureKms:
    """An RSA key of Key Vault or Managed HSM, by RSA-OAEP-256.

    Key Vault binds nothing to what it wraps, so it wraps a key of ours that seals the master key
    with the context as associated data.

    Address: `azurekms://<vault-host>/keys/<name>[/<version>]`. Without a version the newest one
    wraps; what was wrapped names the version that opens it.
    """

    def __init__(self, address: KmsAddress, *, credential: Any = None, **options: Any) -> None:
        parts = address.path.split("/")
        if len(parts) not in (3, 4) or parts[1] != "keys":
            raise MasterKeyInvalid("keys.kms is azurekms://<vault-host>/keys/<name>[/<version>]")
        self._vault, self._name = f"https://{parts[0]}", parts[2]
        self._version = parts[3] if len(parts) > 3 else None  # noqa: PLR2004
        self._credential = credential or DefaultAzureCredential()
        self._options = options

    def wrap(self, plain: bytes, context: Mapping[str, str]) -> bytes:
        inner = secrets.token_bytes(KEY_BYTES)
        version = self._version or self._newest()
        result = self._call(version, "wrap_key", inner)
        return json.dumps(
            {
                "version": version,
                "key": base64.b64encode(result.encrypted_key).decode(),
                "sealed": base64.b64encode(seal(inner, plain, where=_bound(context))).decode(),
            }
        ).encode()

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        try:
            found = json.loads(wrapped)
            version, key = str(found["version"]), base64.b64decode(found["key"])
            sealed = base64.b64decode(found["sealed"])
        except (ValueError, LookupError, TypeError) as error:
            raise KmsRefused("Azure Key Vault", "not a ciphertext of ours") from error
        if not version.isalnum():
            raise KmsRefused("Azure Key Vault", "not a ciphertext of ours")
        inner = self._call(version, "unwrap_key", key).key
        try:
            return unseal(inner, sealed, where=_bound(context))
        except SealBroken as error:
            raise KmsRefused("Azure Key Vault", "wrapped for another installation") from error

    def _newest(self) -> str:
        """The version that wraps now; needs the right to get the key, which unwrapping does not."""
        with self._told(), KeyClient(self._vault, self._credential, **self._more()) as client:
            return str(client.get_key(self._name).properties.version)

    def _call(self, version: str, action: str, value: bytes) -> Any:
        key = f"{self._vault}/keys/{self._name}/{version}"
        with self._told(), CryptographyClient(key, self._credential, **self._more()) as client:
            return getattr(client, action)(KeyWrapAlgorithm.rsa_oaep_256, value)

    def _more(self) -> dict[str, Any]:
        limits = {"connection_timeout": _KMS_TIMEOUT_S, "read_timeout": _KMS_TIMEOUT_S}
        return {**limits, "retry_total": _RETRIES, **self._options}

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except ClientAuthenticationError as error:
            raise KmsRefused("Azure Key Vault", type(error).__name__) from error
        except HttpResponseError as error:
            status = error.status_code or _SERVER_FAULT
            if status >= _SERVER_FAULT or status == _TOO_MANY:
                raise KmsUnavailable("Azure Key Vault", f"HTTP {status}") from error
            raise KmsRefused("Azure Key Vault", f"HTTP {status}") from error
        except AzureError as error:
            raise KmsUnavailable("Azure Key Vault", type(error).__name__) from error
        except ValueError as error:  # a wrapped key of another length
            raise KmsRefused("Azure Key Vault", "not a ciphertext of its own") from error


def _bound(context: Mapping[str, str]) -> bytes:
    return json.dumps(dict(context), sort_keys=True, separators=(",", ":")).encode()


class AzureObjects:
    """A container of Blob Storage."""

    def __init__(self, address: StoreAddress, key: SecretStr | None) -> None:
        container, _, prefix = address.path.strip("/").partition("/")
        if not container:
            raise ObjectUrlInvalid("objects.url is azure://<account-host>/container/prefix")
        account = address.options.get("endpoint") or f"https://{address.host}"
        credential: Any = DefaultAzureCredential()
        if key is not None:
            name = address.host.split(".")[0]
            credential = {"account_name": name, "account_key": key.get_secret_value()}
        self._container = ContainerClient(
            account,
            container,
            credential,
            connection_timeout=5,
            read_timeout=_TIMEOUT_S,
            retry_policy=ExponentialRetry(initial_backoff=1, increment_base=2, retry_total=2),
        )
        self._prefix = address.named(prefix)

    async def put(self, name: str, chunks: AsyncIterator[bytes]) -> int:
        blob = self._container.get_blob_client(self._prefix + name)
        blocks: list[BlobBlock] = []
        size = 0
        async for part in in_parts(chunks):
            # Blocks are no blob until they are committed; what is left is removed after a week.
            block = f"{len(blocks):010d}"
            if part:
                await self._in_thread(blob.stage_block, block, part, length=len(part))
                blocks.append(BlobBlock(block_id=block))
            size += len(part)
        await self._in_thread(blob.commit_block_list, blocks)
        return size

    async def get(self, name: str) -> AsyncIterator[bytes]:
        blob = self._container.get_blob_client(self._prefix + name)
        download = await self._in_thread(blob.download_blob, max_concurrency=1)
        pieces = download.chunks()
        while (chunk := await self._in_thread(next, pieces, None)) is not None:
            yield chunk

    async def delete(self, name: str) -> None:
        blob = self._container.get_blob_client(self._prefix + name)
        with suppress(ObjectMissing):
            await self._in_thread(blob.delete_blob)

    async def list(self, prefix: str) -> AsyncIterator[ObjectInfo]:
        pages = self._container.list_blobs(name_starts_with=self._prefix + prefix).by_page()
        while (page := await self._in_thread(next, pages, None)) is not None:
            for blob in list(page):
                yield ObjectInfo(
                    blob.name.removeprefix(self._prefix), blob.size, blob.last_modified
                )

    async def exists(self, name: str) -> bool:
        blob = self._container.get_blob_client(self._prefix + name)
        return bool(await self._in_thread(blob.exists))

    async def sweep(self, *, older_than_s: float) -> None:
        """Nothing: blocks that are not committed are removed after a week, unseen till then."""

    async def close(self) -> None:
        await in_thread(self._container.close)

    async def _in_thread(self, call: Any, *args: Any, **more: Any) -> Any:
        try:
            return await in_thread(call, *args, **more)
        except ResourceNotFoundError as error:
            raise ObjectMissing from error
        except HttpResponseError as error:
            raise ObjectsUnavailable(f"Blob Storage refused: HTTP {error.status_code}.") from error
        except AzureError as error:
            raise ObjectsUnavailable from error
