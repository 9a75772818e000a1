"""Google Cloud: KMS and Storage; needs the extra `gcp`.

Credentials are Application Default Credentials, such as GKE's workload identity; the option
`anonymous=1` goes without any, for an emulator.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import google_crc32c
from google.api_core import exceptions, retry
from google.api_core.client_options import ClientOptions
from google.auth import exceptions as auth_exceptions
from google.auth.credentials import AnonymousCredentials, Credentials
from google.cloud import kms_v1
from google.cloud.storage import Client
from google.cloud.storage.fileio import BlobWriter
from requests import exceptions as requests_exceptions

from customerai.core.crypto import MasterKeyInvalid
from customerai.core.guard import in_thread
from customerai.core.kms import KmsAddress, KmsRefused, KmsUnavailable
from customerai.core.objects import (
    CHUNK,
    PART,
    ObjectInfo,
    ObjectMissing,
    ObjectsUnavailable,
    StoreAddress,
    in_parts,
)

_TIMEOUT_S: Final = 30.0
_KMS_TIMEOUT_S: Final = 10.0
_KMS_RETRY: Final = retry.Retry(predicate=retry.if_transient_error, timeout=_KMS_TIMEOUT_S)


def _credentials(options: Mapping[str, str]) -> Credentials | None:
    if options.get("anonymous") != "1":
        return None
    return AnonymousCredentials()  # type: ignore[no-untyped-call]  # not annotated there


class GoogleKms:
    """A symmetric key of Cloud KMS; the context is its additional authenticated data.

    Address: `gcpkms://projects/…/locations/…/keyRings/…/cryptoKeys/…`. With the option `endpoint`
    it is asked over REST at that address, otherwise over gRPC.
    """

    def __init__(self, address: KmsAddress) -> None:
        if not address.path.startswith("projects/") or "/cryptoKeys/" not in address.path:
            raise MasterKeyInvalid("keys.kms is gcpkms://projects/…/cryptoKeys/…")
        self._key = address.path
        endpoint = address.options.get("endpoint")
        try:
            self._client = _kms_client(endpoint, _credentials(address.options))
        except auth_exceptions.GoogleAuthError as error:
            raise KmsUnavailable("Google Cloud KMS", type(error).__name__) from error

    def wrap(self, plain: bytes, context: Mapping[str, str]) -> bytes:
        answer = self._call(
            self._client.encrypt,
            name=self._key,
            plaintext=plain,
            plaintext_crc32c=_crc(plain),
            additional_authenticated_data=_bound(context),
            additional_authenticated_data_crc32c=_crc(_bound(context)),
        )
        wrapped = bytes(answer.ciphertext)
        if not answer.verified_plaintext_crc32c or answer.ciphertext_crc32c != _crc(wrapped):
            raise KmsUnavailable("Google Cloud KMS", "checksum")
        return wrapped

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        answer = self._call(
            self._client.decrypt,
            name=self._key,
            ciphertext=wrapped,
            ciphertext_crc32c=_crc(wrapped),
            additional_authenticated_data=_bound(context),
            additional_authenticated_data_crc32c=_crc(_bound(context)),
        )
        plain = bytes(answer.plaintext)
        if answer.plaintext_crc32c != _crc(plain):
            raise KmsUnavailable("Google Cloud KMS", "checksum")
        return plain

    def _call(self, method: Any, **request: Any) -> Any:
        try:
            return method(request=request, timeout=_KMS_TIMEOUT_S, retry=_KMS_RETRY)
        except (
            exceptions.ServerError,
            exceptions.TooManyRequests,
            exceptions.RetryError,
            requests_exceptions.RequestException,
            auth_exceptions.GoogleAuthError,
        ) as error:
            raise KmsUnavailable("Google Cloud KMS", type(error).__name__) from error
        except exceptions.GoogleAPIError as error:
            raise KmsRefused("Google Cloud KMS", type(error).__name__) from error


def _kms_client(
    endpoint: str | None, credentials: Credentials | None
) -> kms_v1.KeyManagementServiceClient:
    if endpoint is None:
        return kms_v1.KeyManagementServiceClient(credentials=credentials)
    scheme, _, host = endpoint.rpartition("://")
    rest = kms_v1.KeyManagementServiceClient.get_transport_class("rest")
    return kms_v1.KeyManagementServiceClient(
        transport=rest(credentials=credentials, host=host, url_scheme=scheme or "https")
    )


def _bound(context: Mapping[str, str]) -> bytes:
    return json.dumps(dict(context), sort_keys=True, separators=(",", ":")).encode()


def _crc(data: bytes) -> int:
    value: int = google_crc32c.value(data)
    return value


class GoogleObjects:
    """A bucket of Cloud Storage."""

    def __init__(self, address: StoreAddress) -> None:
        options: Any = None
        if "endpoint" in address.options:
            options = ClientOptions(api_endpoint=address.options["endpoint"])
        try:
            self._client = Client(
                project=address.options.get("project", "none"),
                credentials=_credentials(address.options),
                client_options=options,
            )
        except auth_exceptions.GoogleAuthError as error:
            raise ObjectsUnavailable("Google Cloud gives no credentials.") from error
        self._bucket = self._client.bucket(address.host)
        self._prefix = address.named(address.path)
        self._retry = retry.Retry(predicate=retry.if_transient_error, timeout=_TIMEOUT_S)

    async def put(self, name: str, chunks: AsyncIterator[bytes]) -> int:
        blob = self._bucket.blob(self._prefix + name)
        # The writer sends a part when it holds more than one, and makes the object when closed.
        writer = BlobWriter(
            blob, chunk_size=PART, ignore_flush=True, checksum="crc32c", timeout=_TIMEOUT_S
        )
        size = 0
        try:
            async for part in in_parts(chunks):
                size += len(part)
                await self._in_thread(writer.write, part)
            await self._in_thread(writer.close)
        except BaseException:
            await in_thread(_abandon, writer)
            raise
        return size

    async def get(self, name: str) -> AsyncIterator[bytes]:
        blob = self._bucket.blob(self._prefix + name)

        def open_now() -> Any:
            # Bound to one generation, so that an overwritten object is not read half and half.
            blob.reload(timeout=_TIMEOUT_S, retry=self._retry)
            return blob.open("rb", chunk_size=PART, timeout=_TIMEOUT_S, retry=self._retry)

        reader = await self._in_thread(open_now)
        while chunk := await self._in_thread(reader.read, CHUNK):
            yield chunk

    async def delete(self, name: str) -> None:
        blob = self._bucket.blob(self._prefix + name)
        try:
            await self._in_thread(blob.delete, timeout=_TIMEOUT_S, retry=self._retry)
        except ObjectMissing:
            return

    async def list(self, prefix: str) -> AsyncIterator[ObjectInfo]:
        pages = self._client.list_blobs(
            self._bucket, prefix=self._prefix + prefix, timeout=_TIMEOUT_S, retry=self._retry
        ).pages
        while (page := await self._in_thread(next, pages, None)) is not None:
            for blob in page:
                yield ObjectInfo(
                    blob.name.removeprefix(self._prefix), int(blob.size or 0), blob.updated
                )

    async def exists(self, name: str) -> bool:
        blob = self._bucket.blob(self._prefix + name)
        return bool(await self._in_thread(blob.exists, timeout=_TIMEOUT_S, retry=self._retry))

    async def sweep(self, *, older_than_s: float) -> None:
        """Nothing: an upload that is not finished ends by itself after a week, unseen till then."""

    async def close(self) -> None:
        await in_thread(self._client.close)

    async def _in_thread(self, call: Any, *args: Any, **more: Any) -> Any:
        try:
            return await in_thread(call, *args, **more)
        except exceptions.NotFound as error:
            raise ObjectMissing from error
        except exceptions.GoogleAPIError as error:
            raise ObjectsUnavailable(
                f"Google Cloud Storage refused: {type(error).__name__}."
            ) from error
        except (requests_exceptions.RequestException, auth_exceptions.GoogleAuthError) as error:
            raise ObjectsUnavailable from error


def _abandon(writer: BlobWriter) -> None:
    try:
        writer.terminate()
    except (exceptions.GoogleAPIError, requests_exceptions.RequestException):
        writer._buffer.close()  # or the garbage collector would finish the upload
