"""The real server, run as its maker runs it: `hopke serve`, in a process of its own."""

import http.client
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.conftest import REPOSITORY
from tests.web.cast import HOST

COMMAND = (sys.executable, "-c", "from app.cli import main; main()")


@dataclass(frozen=True)
class Served:
    """Where the server listens, and the file that holds everything it printed."""

    host: str
    port: int
    printed: Path


@contextmanager
def serve(folder: Path, printed: Path, *words: str, before: str = "") -> Iterator[Served]:
    """Serve a workspace on a free port until the block ends.

    Args:
        folder: the workspace.
        printed: takes what the server says.
        words: more of the command.
        before: Python that the server's process runs first.
    """
    with printed.open("w") as errors:
        server = subprocess.Popen(
            [*COMMAND[:2], before + COMMAND[2], "--workspace", str(folder), "serve", "--port", "0", *words],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        assert server.stdout
        line = server.stdout.readline()
        assert "http://" in line, f"the server did not open: {printed.read_text()}"
        (address,) = [word for word in line.split() if word.startswith("http://")]
        parts = urlsplit(address.rstrip("."))
        assert parts.hostname
        assert parts.port
        yield Served(parts.hostname, parts.port, printed)
    finally:
        server.terminate()
        said, _ = server.communicate(timeout=20)
        with printed.open("a") as file:
            file.write(said)


def ask(
    served: Served,
    path: str,
    method: str = "GET",
    body: bytes | None = None,
    language: str = "en",
    more: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    """Return status and text of what the server answers, over a connection of its own.

    Args:
        served: the server.
        path: what is asked for.
        method: how.
        body: a form's fields.
        language: what the browser asks for.
        more: other headers.
    """
    with closing(http.client.HTTPConnection(served.host, served.port, timeout=20)) as connection:
        headers = {
            "Host": HOST,
            "Accept-Language": language,
            "Content-Type": "application/x-www-form-urlencoded",
            **(more or {}),
        }
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
