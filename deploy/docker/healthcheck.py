"""Asks the process in this container one of its own pages; ends with 0 when it answers 200.

Speaks TLS as the process does: with `CUSTOMERAI_TLS__CERT_FILE` set it connects by TLS and shows
that certificate, so that it also passes where client certificates are asked for. The name in the
certificate is a service's, not 127.0.0.1: the signature is checked, the name is not.
"""

import http.client
import os
import ssl
import sys

TIMEOUT_S = 4.0
PORT = int(os.environ.get("HEALTHCHECK_PORT", "8080"))


def connect() -> http.client.HTTPConnection:
    """A connection to this container's own port, by TLS when the process serves TLS."""
    certificate = os.environ.get("CUSTOMERAI_TLS__CERT_FILE")
    if not certificate:
        return http.client.HTTPConnection("127.0.0.1", PORT, timeout=TIMEOUT_S)
    context = ssl.create_default_context(cafile=os.environ.get("CUSTOMERAI_TLS__CA_FILE"))
    context.check_hostname = False
    context.load_cert_chain(certificate, os.environ.get("CUSTOMERAI_TLS__KEY_FILE"))
    return http.client.HTTPSConnection("127.0.0.1", PORT, timeout=TIMEOUT_S, context=context)


def main() -> int:
    """Returns the exit status."""
    path = sys.argv[1] if len(sys.argv) > 1 else "/livez"
    try:
        connection = connect()
        connection.request("GET", path)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        sys.stderr.write(f"{path}: {type(error).__name__}\n")
        return 1
    sys.stdout.write(f"{path}: {status}\n")
    return 0 if status == http.HTTPStatus.OK else 1


sys.exit(main())
