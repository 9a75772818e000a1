"""TLS of a process: contexts that take up a certificate that was changed on disk."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog
from cryptography import x509

from customerai.core.settings import TlsSettings
from customerai.core.telemetry import Metrics

log = structlog.get_logger(__name__)

_LOOK_EVERY_S: Final = 30.0


class CertificateInvalid(Exception):
    """The files of `tls` do not make a certificate with its key."""


class Certificates:
    """The certificate of this process, for serving and for calling other services."""

    def __init__(self, settings: TlsSettings, metrics: Metrics) -> None:
        if (settings.cert_file is None) != (settings.key_file is None):
            raise CertificateInvalid("tls: cert_file and key_file belong together")
        self._settings = settings
        self._metrics = metrics
        self._contexts: list[ssl.SSLContext] = []
        self._seen: tuple[float, ...] = ()
        if settings.cert_file is not None:
            self._seen = self._stamps()
            self._show()

    def server(self, *, mutual: bool) -> ssl.SSLContext | None:
        """The context to serve with, or None for plain HTTP.

        Args:
            mutual: callers must show a certificate of `ca_file`.
        """
        if self._settings.cert_file is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if mutual and self._settings.ca_file is not None:
            context.load_verify_locations(self._settings.ca_file)
            context.verify_mode = ssl.CERT_REQUIRED
        return self._with_certificate(context)

    def client(self) -> ssl.SSLContext | None:
        """The context to call services with, or None for the system's authorities."""
        if self._settings.ca_file is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=self._settings.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self._settings.cert_file is None:
            return context
        return self._with_certificate(context)

    async def watch(self, *, every_s: float = _LOOK_EVERY_S) -> None:
        """Take up files that changed, until cancelled; open connections go on as they are."""
        while True:
            await asyncio.sleep(every_s)
            self.refresh()

    def refresh(self) -> None:
        """Load the files again if they changed; ones that do not fit are left for the next look."""
        if self._settings.cert_file is None:
            return
        try:
            stamps = self._stamps()
            if stamps == self._seen:
                return
            for context in self._contexts:
                self._load(context)
            self._show()
            self._seen = stamps
        except (OSError, ValueError, CertificateInvalid) as error:
            log.error("tls.certificate_not_loaded", error_type=type(error).__name__)
        else:
            log.info("tls.certificate_loaded")

    def _with_certificate(self, context: ssl.SSLContext) -> ssl.SSLContext:
        self._load(context)
        self._contexts.append(context)
        return context

    def _load(self, context: ssl.SSLContext) -> None:
        assert self._settings.cert_file is not None
        try:
            context.load_cert_chain(self._settings.cert_file, self._settings.key_file)
        except (OSError, ssl.SSLError) as error:
            raise CertificateInvalid("tls: the certificate or its key cannot be read") from error

    def _files(self) -> Sequence[Path]:
        return [f for f in (self._settings.cert_file, self._settings.key_file) if f is not None]

    def _stamps(self) -> tuple[float, ...]:
        return tuple(file.stat().st_mtime for file in self._files())

    def _show(self) -> None:
        assert self._settings.cert_file is not None
        certificate = x509.load_pem_x509_certificate(self._settings.cert_file.read_bytes())
        expires = certificate.not_valid_after_utc.timestamp()
        self._metrics.certificate_expires.labels(certificate="process").set(expires)
