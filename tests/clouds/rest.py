"""Servers written from two public REST references; NOT emulators.

No package holds an emulator of Google Cloud KMS or of Key Vault's keys. These answer in the
documented shapes, with real cryptography, so that the adapters' requests, checksums and errors are
exercised through the providers' own SDKs. What they cannot show is that a cloud answers so.

- Cloud KMS v1: `POST /v1/{name=projects/**}:encrypt` and `:decrypt`, errors as google.rpc.Status.
- Key Vault 7.x: `POST /keys/{name}/{version}/wrapkey` and `/unwrapkey`,
  `GET /keys/{name}[/{version}]`, after a 401 challenge.
"""

from __future__ import annotations

import base64
import json
import secrets
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import google_crc32c
from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def _body(self) -> dict[str, Any]:
        read = self.rfile.read(int(self.headers.get("content-length", 0)))
        found: dict[str, Any] = json.loads(read or b"{}")
        return found

    def _answer(self, status: int, body: dict[str, Any], **headers: str) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def certificate(folder: Path) -> Path:
    """A certificate for this machine, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@contextmanager
def _serving(handler: type[_Handler], tls: Path | None = None) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        port = server.server_address[1]
        yield f"http://127.0.0.1:{port}" if tls is None else f"https://localhost:{port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@contextmanager
def cloud_kms(key: str, *, down: threading.Event | None = None) -> Iterator[str]:
    """Cloud KMS with one key; answers 503 while `down` is set."""
    aes = AESGCM(AESGCM.generate_key(256))

    class Handler(_Handler):
        def do_POST(self) -> None:
            body = self._body()
            name, _, action = self.path.split("?")[0].removeprefix("/v1/").rpartition(":")
            if down is not None and down.is_set():
                self._fail(503, "UNAVAILABLE")
            elif name != key:
                self._fail(404, "NOT_FOUND")
            else:
                self._do(action, body)

        def _do(self, action: str, body: dict[str, Any]) -> None:
            aad = base64.b64decode(body["additionalAuthenticatedData"])
            assert int(body["additionalAuthenticatedDataCrc32c"]) == google_crc32c.value(aad)
            if action == "encrypt":
                plain = base64.b64decode(body["plaintext"])
                assert int(body["plaintextCrc32c"]) == google_crc32c.value(plain)
                nonce = secrets.token_bytes(12)
                wrapped = nonce + aes.encrypt(nonce, plain, aad)
                self._answer(
                    200,
                    {
                        "name": f"{key}/cryptoKeyVersions/1",
                        "ciphertext": base64.b64encode(wrapped).decode(),
                        "ciphertextCrc32c": str(google_crc32c.value(wrapped)),
                        "verifiedPlaintextCrc32c": True,
                        "verifiedAdditionalAuthenticatedDataCrc32c": True,
                        "protectionLevel": "SOFTWARE",
                    },
                )
                return
            wrapped = base64.b64decode(body["ciphertext"])
            try:
                plain = aes.decrypt(wrapped[:12], wrapped[12:], aad)
            except InvalidTag:
                self._fail(400, "INVALID_ARGUMENT")
                return
            self._answer(
                200,
                {
                    "plaintext": base64.b64encode(plain).decode(),
                    "plaintextCrc32c": str(google_crc32c.value(plain)),
                    "usedPrimary": True,
                },
            )

        def _fail(self, code: int, status: str) -> None:
            self._answer(code, {"error": {"code": code, "message": status, "status": status}})

    with _serving(Handler) as address:
        yield address


@contextmanager
def key_vault(tls: Path, *, down: threading.Event | None = None) -> Iterator[str]:
    """Key Vault with an RSA key `customerai` of two versions, `v1` and the newest `v2`."""
    keys = {version: rsa.generate_private_key(65537, 2048) for version in ("v1", "v2")}

    class Handler(_Handler):
        def do_GET(self) -> None:
            if not self._allowed():
                return
            if down is not None and down.is_set():
                self._fail(503, "ServiceUnavailable")
                return
            parts = self.path.split("?")[0].strip("/").split("/")
            version = parts[2] if len(parts) > 2 and parts[2] else "v2"
            if parts[1] != "customerai" or version not in keys:
                self._fail(404, "KeyNotFound")
                return
            public = keys[version].public_key().public_numbers()
            self._answer(
                200,
                {
                    "key": {
                        "kid": f"https://{self.headers['host']}/keys/customerai/{version}",
                        "kty": "RSA",
                        "key_ops": ["wrapKey", "unwrapKey"],
                        "n": _padded_off(public.n.to_bytes(256, "big")),
                        "e": _padded_off(public.e.to_bytes(3, "big")),
                    },
                    "attributes": {"enabled": True, "created": 1, "updated": 1},
                },
            )

        def do_POST(self) -> None:
            body = self._body()
            if not self._allowed():
                return
            if down is not None and down.is_set():
                self._fail(503, "ServiceUnavailable")
                return
            parts = self.path.split("?")[0].strip("/").split("/")
            name, action = parts[1], parts[-1]
            version = parts[2] if len(parts) > 3 and parts[2] else "v2"
            key = keys.get(version)
            if name != "customerai" or key is None:
                self._fail(404, "KeyNotFound")
                return
            assert body["alg"] == "RSA-OAEP-256"
            value = _unpadded(body["value"])
            try:
                result = (
                    key.public_key().encrypt(value, OAEP)
                    if action == "wrapkey"
                    else key.decrypt(value, OAEP)
                )
            except ValueError:
                self._fail(400, "BadParameter")
                return
            host = self.headers["host"]
            kid = f"https://{host}/keys/customerai/{version}"
            self._answer(200, {"kid": kid, "value": _padded_off(result)})

        def _allowed(self) -> bool:
            if self.headers.get("authorization") == "Bearer a-token":
                return True
            challenge = (
                'Bearer authorization="https://login.example.test/tenant", '
                'resource="https://vault.azure.net"'
            )
            self._answer(401, {"error": {"code": "Unauthorized"}}, www_authenticate=challenge)
            return False

        def _fail(self, status: int, code: str) -> None:
            self._answer(status, {"error": {"code": code, "message": code}})

    with _serving(Handler, tls) as address:
        yield address


def _unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _padded_off(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
