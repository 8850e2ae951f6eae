"""The real server: what it adds to the pages, and what it must not."""

import http.client
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.web.cast import HOST, Box
from tests.web.html import read_html
from tests.web.serving import Served, ask, serve


@pytest.fixture
def served(folder: Path, tmp_path: Path) -> Iterator[Served]:
    with serve(folder, tmp_path / "printed.txt") as server:
        yield server


def test_the_real_server_names_neither_itself_nor_its_version(served: Served) -> None:
    with closing(http.client.HTTPConnection(served.host, served.port, timeout=20)) as connection:
        connection.request("GET", "/vi/", headers={"Host": HOST})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
        assert answer.getheader("Server") is None


def test_too_much_is_refused_by_the_real_server_with_a_page(served: Served) -> None:
    status, text = ask(served, "/b/", "POST", b"code=" + b"0" * 70_000)
    assert status == 413
    assert "That was too much" in text
    assert "/b/" in read_html(text).paths


def test_slashes_before_an_address_lead_to_this_site_alone(served: Served, box: Box) -> None:
    for path in ("//evil.example/x/y/z", "/%5Cevil.example/x/y/z", "///evil.example/"):
        status, text = ask(served, path)
        assert status in {308, 404}
        assert not re.search(r"href=\"(//|/\\)", text)
    assert ask(served, "/" + box.address)[0] in {200, 308}
