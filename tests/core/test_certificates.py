"""TLS between processes: certificates are shown, asked for, and taken up when they change."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from customerai.core.certificates import CertificateInvalid, Certificates
from customerai.core.settings import TlsSettings
from customerai.core.telemetry import Metrics

NOW = dt.datetime.now(dt.timezone.utc)
PEM = serialization.Encoding.PEM


class Authority:
    """Signs certificates into a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = self._signed(self._name, self._key, authority=True)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(certificate.public_bytes(PEM))

    def issue(self, stem: str, *, days: int = 30) -> tuple[Path, Path]:
        """The files of a new certificate and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, stem)])
        certificate = self._signed(name, key, days=days)
        files = self._folder / f"{stem}.crt", self._folder / f"{stem}.key"
        files[0].write_bytes(certificate.public_bytes(PEM))
        private = serialization.PrivateFormat.PKCS8
        files[1].write_bytes(key.private_bytes(PEM, private, serialization.NoEncryption()))
        return files

    def _signed(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        *,
        days: int = 30,
        authority: bool = False,
    ) -> x509.Certificate:
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - dt.timedelta(days=1))
            .not_valid_after(NOW + dt.timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(names, critical=False)
            .sign(self._key, hashes.SHA256())
        )


@pytest.fixture
def ours(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "ours")


def certificates(authority: Authority, stem: str) -> Certificates:
    cert, key = authority.issue(stem)
    settings = TlsSettings(cert_file=cert, key_file=key, ca_file=authority.file)
    return Certificates(settings, Metrics())


def shake_hands(server: ssl.SSLContext, client: ssl.SSLContext) -> bytes | None:
    """What a client reads from a server after both have agreed; None when one refuses.

    With TLS 1.3 a client learns only from its first read that its certificate was refused.
    """
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        server.wrap_bio(to_server, to_client, server_side=True),
        client.wrap_bio(to_client, to_server, server_hostname="127.0.0.1"),
    )
    agreed = [False, False]
    try:
        for _ in range(8):
            for at, end in enumerate(ends):
                try:
                    end.do_handshake()
                    agreed[at] = True
                except ssl.SSLWantReadError:
                    continue
        assert all(agreed)
        ends[0].write(b"hello")
        return ends[1].read(16)
    except ssl.SSLError:
        return None


def context(found: ssl.SSLContext | None) -> ssl.SSLContext:
    assert found is not None
    return found


def test_both_sides_of_one_authority_agree(ours: Authority) -> None:
    server, client = certificates(ours, "server"), certificates(ours, "client")
    assert shake_hands(context(server.server(mutual=True)), context(client.client())) == b"hello"


def test_a_caller_without_a_certificate_is_refused(ours: Authority) -> None:
    server = certificates(ours, "server")
    bare = context(Certificates(TlsSettings(ca_file=ours.file), Metrics()).client())
    assert shake_hands(context(server.server(mutual=True)), bare) is None
    assert shake_hands(context(server.server(mutual=False)), bare) == b"hello"


def test_a_certificate_of_another_authority_is_refused(ours: Authority, tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    theirs = Authority(folder, "theirs")
    server = context(certificates(ours, "server").server(mutual=True))
    assert shake_hands(server, context(certificates(theirs, "client").client())) is None


def test_a_changed_certificate_is_taken_up(ours: Authority) -> None:
    cert, key = ours.issue("server", days=30)
    metrics = Metrics()
    held = Certificates(TlsSettings(cert_file=cert, key_file=key, ca_file=ours.file), metrics)
    server = context(held.server(mutual=False))
    before = metrics.certificate_expires.labels(certificate="process")._value.get()
    ours.issue("server", days=300)
    for file in (cert, key):
        os.utime(file, (1, 1))
    held.refresh()
    after = metrics.certificate_expires.labels(certificate="process")._value.get()
    assert after - before > 200 * 86_400
    client = context(certificates(ours, "client").client())
    assert shake_hands(server, client) == b"hello"


def test_a_key_that_does_not_fit_leaves_the_old_one_serving(ours: Authority) -> None:
    cert, key = ours.issue("server")
    held = Certificates(TlsSettings(cert_file=cert, key_file=key, ca_file=ours.file), Metrics())
    server = context(held.server(mutual=False))
    key.write_bytes(ours.issue("another")[1].read_bytes())
    os.utime(key, (1, 1))
    held.refresh()
    client = context(certificates(ours, "client").client())
    assert shake_hands(server, client) == b"hello"


def test_half_a_pair_is_refused(ours: Authority) -> None:
    cert, _ = ours.issue("server")
    with pytest.raises(CertificateInvalid, match="belong together"):
        Certificates(TlsSettings(cert_file=cert), Metrics())


def test_without_files_there_is_no_tls() -> None:
    held = Certificates(TlsSettings(), Metrics())
    assert held.server(mutual=True) is None
    assert held.client() is None
