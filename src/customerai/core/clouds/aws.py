"""Amazon Web Services: KMS and S3; needs the extra `aws`.

Credentials are found as AWS' own tools find them: the pod's or machine's role, or the environment.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Final, TypeAlias

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from customerai.core.errors import ProblemError
from customerai.core.guard import in_thread
from customerai.core.kms import KmsAddress, KmsRefused, KmsUnavailable
from customerai.core.objects import (
    CHUNK,
    ObjectInfo,
    ObjectMissing,
    ObjectsUnavailable,
    StoreAddress,
    in_parts,
)

_CONFIG: Final = Config(
    connect_timeout=5, read_timeout=30, retries={"mode": "standard", "max_attempts": 3}
)
_GONE: Final = frozenset({"NoSuchKey", "404", "NotFound", "NoSuchUpload"})
# What KMS answers when it was reached and will never say yes to this request.
_REFUSED: Final = frozenset(
    {
        "AccessDeniedException",
        "DisabledException",
        "IncorrectKeyException",
        "InvalidArnException",
        "InvalidCiphertextException",
        "InvalidKeyUsageException",
        "KMSInvalidStateException",
        "NotFoundException",
        "ValidationException",
    }
)


Parts: TypeAlias = "list[dict[str, Any]]"  # outside of S3Objects, where `list` is a method


class AwsKms:
    """A symmetric key of AWS KMS; the context is its encryption context."""

    def __init__(self, address: KmsAddress) -> None:
        self._key = address.path
        self._client = boto3.client(
            "kms",
            region_name=address.options.get("region") or _region_of(address.path),
            endpoint_url=address.options.get("endpoint"),
            config=_CONFIG,
        )

    def wrap(self, plain: bytes, context: Mapping[str, str]) -> bytes:
        answer = self._call("encrypt", Plaintext=plain, EncryptionContext=dict(context))
        return bytes(answer["CiphertextBlob"])

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        answer = self._call("decrypt", CiphertextBlob=wrapped, EncryptionContext=dict(context))
        return bytes(answer["Plaintext"])

    def _call(self, name: str, **values: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self._client, name)(KeyId=self._key, **values)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _REFUSED:
                raise KmsRefused("AWS KMS", code) from error
            raise KmsUnavailable("AWS KMS", code) from error
        except BotoCoreError as error:
            raise KmsUnavailable("AWS KMS", type(error).__name__) from error
        return answer


def _region_of(key: str) -> str | None:
    parts = key.split(":")  # arn:aws:kms:<region>:<account>:key/<id>
    return parts[3] if len(parts) > 5 and parts[0] == "arn" else None  # noqa: PLR2004


class S3Objects:
    """A bucket of S3, or of anything that speaks as S3."""

    def __init__(self, address: StoreAddress) -> None:
        self._bucket = address.host
        self._prefix = address.named(address.path)
        self._client = boto3.client(
            "s3",
            region_name=address.options.get("region"),
            endpoint_url=address.options.get("endpoint"),
            config=_CONFIG.merge(
                Config(s3={"addressing_style": "path"} if "endpoint" in address.options else {})
            ),
        )

    async def put(self, name: str, chunks: AsyncIterator[bytes]) -> int:
        parts = in_parts(chunks)
        first = await anext_of(parts)
        second = await anext_of(parts)
        key = self._prefix + name
        if second is None:
            body = first or b""
            await self._call("put_object", Key=key, Body=body)
            return len(body)
        upload = (await self._call("create_multipart_upload", Key=key))["UploadId"]
        try:
            return await self._upload(key, upload, [first or b"", second], parts)
        except BaseException:
            await self._call("abort_multipart_upload", Key=key, UploadId=upload)
            raise

    async def _upload(
        self, key: str, upload: str, begun: list[bytes], parts: AsyncIterator[bytes]
    ) -> int:
        size = 0
        done: Parts = []

        async def send(part: bytes) -> None:
            number = len(done) + 1
            answer = await self._call(
                "upload_part", Key=key, UploadId=upload, PartNumber=number, Body=part
            )
            done.append({"PartNumber": number, "ETag": answer["ETag"]})

        for part in begun:
            await send(part)
            size += len(part)
        begun.clear()
        async for part in parts:
            await send(part)
            size += len(part)
        await self._call(
            "complete_multipart_upload", Key=key, UploadId=upload, MultipartUpload={"Parts": done}
        )
        return size

    async def get(self, name: str) -> AsyncIterator[bytes]:
        answer = await self._call("get_object", Key=self._prefix + name)
        body = answer["Body"]
        try:
            while chunk := await self._in_thread(body.read, CHUNK):
                yield chunk
        finally:
            body.close()

    async def delete(self, name: str) -> None:
        await self._call("delete_object", Key=self._prefix + name)

    async def list(self, prefix: str) -> AsyncIterator[ObjectInfo]:
        more: dict[str, str] = {}
        while True:
            page = await self._call("list_objects_v2", Prefix=self._prefix + prefix, **more)
            for item in page.get("Contents", ()):
                yield ObjectInfo(
                    item["Key"].removeprefix(self._prefix), item["Size"], item["LastModified"]
                )
            if not page.get("IsTruncated"):
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}

    async def exists(self, name: str) -> bool:
        try:
            await self._call("head_object", Key=self._prefix + name)
        except ObjectMissing:
            return False
        return True

    async def sweep(self, *, older_than_s: float) -> None:
        before = datetime.now(timezone.utc) - timedelta(seconds=older_than_s)
        page = await self._call("list_multipart_uploads", Prefix=self._prefix)
        for upload in page.get("Uploads", ()):
            if upload["Initiated"] < before:
                await self._call(
                    "abort_multipart_upload", Key=upload["Key"], UploadId=upload["UploadId"]
                )

    async def close(self) -> None:
        await in_thread(self._client.close)

    async def _call(self, name: str, **values: Any) -> dict[str, Any]:
        def call() -> dict[str, Any]:
            answer: dict[str, Any] = getattr(self._client, name)(Bucket=self._bucket, **values)
            return answer

        answer: dict[str, Any] = await self._in_thread(call)
        return answer

    async def _in_thread(self, call: Any, *args: Any) -> Any:
        try:
            return await in_thread(call, *args)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _GONE:
                raise ObjectMissing from error
            raise ObjectsUnavailable(f"S3 refused: {code}.") from error
        except ProblemError:
            raise
        except Exception as error:  # botocore passes on errors of what it is built on
            raise ObjectsUnavailable from error


async def anext_of(parts: AsyncIterator[bytes]) -> bytes | None:
    """The next part, or None at the end."""
    async for part in parts:
        return part
    return None
