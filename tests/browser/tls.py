"""TLS before the site, as a proxy adds it: over plain http the faults of Secure cookies hide."""

import base64
import contextlib
import hashlib
import select
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.web.cast import HOST

CHUNK_BYTES = 65_536


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate of the site's own, for two days; return it and its key."""
    made, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "2", "-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}",
            "-keyout", str(key), "-out", str(made),
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return made, key


def spki(made: Path) -> str:
    """Return the fingerprint by which Chromium is told to trust a certificate.

    What a site with a merely forgiven certificate answers (`--ignore-certificate-errors`) is never stored.
    """
    asked = ["openssl", "x509", "-in", str(made), "-pubkey", "-noout"]
    key = subprocess.run(asked, check=True, capture_output=True)
    asked = ["openssl", "pkey", "-pubin", "-outform", "DER"]
    der = subprocess.run(asked, input=key.stdout, check=True, capture_output=True)
    return base64.b64encode(hashlib.sha256(der.stdout).digest()).decode()


@contextlib.contextmanager
def tls_before(host: str, port: int, folder: Path) -> Iterator[tuple[int, str]]:
    """Yield a port on which TLS is spoken for the plain server at `host`:`port`, and its fingerprint."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made, key = certificate(folder)
    context.load_cert_chain(made, key)
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:

        def accept() -> None:
            while True:
                try:
                    raw, _ = listener.accept()
                except OSError:  # the listener was closed: the test is over
                    return
                threading.Thread(target=_carry, args=(context, raw, host, port), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1], spki(made)
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)  # wakes accept, which closing alone does not


def _carry(context: ssl.SSLContext, raw: socket.socket, host: str, port: int) -> None:
    """Carry one connection both ways in one thread: OpenSSL allows no reader beside a writer."""
    with (
        contextlib.suppress(OSError),
        raw,
        context.wrap_socket(raw, server_side=True) as outside,
        socket.create_connection((host, port)) as inside,
    ):
        while True:
            ready = [outside] if outside.pending() else select.select([outside, inside], [], [])[0]
            for source in ready:
                chunk = source.recv(CHUNK_BYTES)
                if not chunk:
                    return
                (inside if source is outside else outside).sendall(chunk)
