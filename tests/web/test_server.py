"""The real server: what it adds to the pages, and what it must not."""

import http.client
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.web.cast import HOST, Box
from tests.web.every_page import unknown_code
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


def test_behind_a_proxy_of_the_makers_own_the_real_server_counts_each_visitor_apart(
    folder: Path, write: Callable[[str, str, str], Path], tmp_path: Path
) -> None:
    write("hopke.toml", 'languages = ["vi", "en"]', 'languages = ["vi", "en"]\n[site]\nproxies = 1')
    with serve(folder, tmp_path / "printed.txt") as served:

        def guess(number: int, visitor: str) -> int:
            return ask(served, f"/b/{unknown_code(number)}", more={"X-Forwarded-For": visitor})[0]

        statuses = [guess(number, "198.51.100.1, 203.0.113.66") for number in range(31)]
        assert statuses == [404] * 30 + [429]
        assert guess(31, "203.0.113.67") == 404


def test_without_a_proxy_nobody_escapes_the_count_by_naming_another_address(served: Served) -> None:
    statuses = [
        ask(served, f"/b/{unknown_code(number)}", more={"X-Forwarded-For": f"203.0.113.{number}"})[0]
        for number in range(31)
    ]
    assert statuses == [404] * 30 + [429]
