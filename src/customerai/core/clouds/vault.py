"""The transit engine of Vault or OpenBao, over its HTTP API.

Signs in with a token from a file (`?token_file=`), or with the pod's service account
(`?role=`, the Kubernetes method).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx2

from customerai.core.crypto import MasterKeyInvalid
from customerai.core.kms import KmsAddress, KmsRefused, KmsUnavailable

_TIMEOUT_S: Final = 10.0
_SERVICE_ACCOUNT: Final = "/var/run/secrets/kubernetes.io/serviceaccount/token"
_PREFIX: Final = b"vault:v"
_SERVER_FAULT: Final = 500
_TOO_MANY: Final = 429


class VaultTransit:
    """A key of the transit engine; the context is its associated data.

    Address: `vault://<host:port>/<mount>/<key>`, with the options `token_file`; or `role`,
    `auth` (the method's mount, `kubernetes`) and `jwt_file`; `namespace`; `ca_file`; and
    `scheme=http` for a server on loopback.
    """

    def __init__(self, address: KmsAddress) -> None:
        host, _, place = address.path.partition("/")
        mount, _, key = place.rpartition("/")
        if not (host and mount and key):
            raise MasterKeyInvalid("keys.kms is vault://<host:port>/<mount>/<key>")
        self._options = address.options
        self._mount, self._key = mount, key
        self._base = f"{address.options.get('scheme', 'https')}://{host}/v1/"

    def wrap(self, plain: bytes, context: Mapping[str, str]) -> bytes:
        answer = self._call("encrypt", {"plaintext": _text(plain), **_bound(context)})
        return str(answer["ciphertext"]).encode()

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        if not wrapped.startswith(_PREFIX):
            raise KmsRefused("Vault", "not a ciphertext of its own")
        ciphertext = wrapped.decode("latin-1")
        answer = self._call("decrypt", {"ciphertext": ciphertext, **_bound(context)})
        return base64.b64decode(str(answer["plaintext"]))

    def _call(self, action: str, body: dict[str, str]) -> Mapping[str, Any]:
        verify: Any = self._options.get("ca_file", True)
        headers = {"x-vault-request": "true"}
        if "namespace" in self._options:
            headers["x-vault-namespace"] = self._options["namespace"]
        with httpx2.Client(
            base_url=self._base, headers=headers, verify=verify, timeout=_TIMEOUT_S, trust_env=False
        ) as client:
            client.headers["x-vault-token"] = self._token(client)
            data: Mapping[str, Any] = _post(client, f"{self._mount}/{action}/{self._key}", body)[
                "data"
            ]
            return data

    def _token(self, client: httpx2.Client) -> str:
        if "token_file" in self._options:
            return _file(self._options["token_file"])
        role = self._options.get("role")
        if role is None:
            raise MasterKeyInvalid("keys.kms for Vault needs ?token_file= or ?role=")
        jwt = _file(self._options.get("jwt_file", _SERVICE_ACCOUNT))
        method = self._options.get("auth", "kubernetes")
        answer = _post(client, f"auth/{method}/login", {"role": role, "jwt": jwt})
        return str(answer["auth"]["client_token"])


def _post(client: httpx2.Client, path: str, body: dict[str, str]) -> Mapping[str, Any]:
    try:
        answer = client.post(path, json=body)
        found: Mapping[str, Any] = answer.json()
    except (httpx2.HTTPError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise KmsUnavailable("Vault", type(error).__name__) from error
    if answer.is_success:
        return found
    code = f"HTTP {answer.status_code}"
    if answer.status_code >= _SERVER_FAULT or answer.status_code == _TOO_MANY:
        raise KmsUnavailable("Vault", code)
    raise KmsRefused("Vault", code)


def _bound(context: Mapping[str, str]) -> dict[str, str]:
    canonical = json.dumps(dict(context), sort_keys=True, separators=(",", ":"))
    return {"associated_data": _text(canonical.encode())}


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise MasterKeyInvalid("the file with Vault's token cannot be read") from error
