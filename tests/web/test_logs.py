"""What the program writes about its visitors: never a code, never a key."""

import logging
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from app.web import create_app
from app.workspace import Workspace
from tests.web.cast import ALBUM, Box, Phone, break_ledger, full_disk, spoil_run
from tests.web.conftest import close
from tests.web.every_page import NOBODYS_SWAP, unknown_code
from tests.web.serving import ask, serve

NOBODYS = unknown_code(424242)


def spellings(code: str) -> list[str]:
    """Return a code as a visitor may have written it."""
    return [code, code.lower(), f"{code[:6]} {code[6:12]} {code[12:]}"]


def secrets_in(text: str, secrets: list[str]) -> list[str]:
    """Return which secrets stand in a text, however it is spaced or written."""
    plain = re.sub(r"%20|\W", "", text).upper()
    return [secret for secret in secrets if secret.upper() in plain]


def test_nothing_that_is_logged_holds_a_code_or_an_albums_key(
    workspace: Workspace, folder: Path, boxes: tuple[Box, ...], caplog: pytest.LogCaptureFixture
) -> None:
    for logger in ("", "sqlalchemy.engine", "sqlalchemy.pool", "hopke", "waitress"):
        caplog.set_level(logging.DEBUG, logger)
    site = create_app(workspace)
    bo, mai = Phone(site, "vi", "192.0.2.10"), Phone(site, "en", "192.0.2.20")
    keys: list[str] = []
    swaps: list[str] = [NOBODYS_SWAP]

    def everything() -> None:
        for box in boxes[:3]:
            for spelled in spellings(box.code):
                bo.open(f"/b/{quote(spelled)}")
                bo.type_code(spelled)
                bo.open(f"/b/{quote(spelled)}?lang=en")
                bo.open(f"/B/{quote(spelled)}/claim", method="POST")
                mai.open(f"/b/{quote(spelled)}/claim", method="POST")
                mai.open(f"/b/{quote(spelled)}/elsewhere")
                mai.open(f"/b/{quote(spelled)}", method="PUT")
            bo.open("/album")
            bo.open("/swap")
            for gift in (False, True):
                swap = bo.offer(boxes[0], gift=gift).headers.get("Location", f"/swap/{swaps[-1]}")
                swaps.append(swap.rpartition("/")[2])
                for spelled in (swap, swap.upper(), swap.lower(), f"{swap[:-4]}%20{swap[-4:]}"):
                    for phone in (bo, mai):
                        phone.open(spelled)
                        phone.open(f"{spelled}/state")
                        phone.open(f"{spelled}/elsewhere")
                        phone.open(f"{spelled.replace('SWAP', 'swap')}/confirm", method="POST")
                        phone.answer(spelled.replace("SWAP", "swap"), boxes[1])
                        phone.type_swap(spelled.rpartition("/")[2])
            keys.append(bo.cookie(ALBUM) or "")
        for _ in range(32):
            mai.type_code(NOBODYS)
            mai.open(f"/b/{NOBODYS}")
            mai.open(f"/swap/{NOBODYS_SWAP}")

    everything()
    with full_disk():
        mai.press_add(boxes[3])
    spoil_run(folder)
    everything()
    break_ledger(folder)
    everything()
    close(site)
    assert "LedgerError at /b/<code>/claim: the ledger cannot be used (disk I/O error)" in caplog.text
    assert "LedgerError at /b/<code>: the ledger cannot be used (no such table" in caplog.text
    assert "JSONDecodeError at /b/<code>" in caplog.text
    assert "LedgerError at /swap/<code>: the ledger cannot be used (no such table" in caplog.text
    assert len(set(swaps)) >= 3
    assert "SELECT sealed_box.tag" in caplog.text  # the engine's own words were captured
    secrets = [*(box.code for box in boxes[:4]), NOBODYS, *keys, *swaps]
    assert all(secrets)
    assert secrets_in(caplog.text, secrets) == []
    assert secrets_in(repr([vars(record) for record in caplog.records]), secrets) == []


def test_the_search_of_these_tests_finds_a_code() -> None:
    code = unknown_code(7)
    for text in (
        f"GET /b/{code}",
        f"at /b/{code.lower()} x",
        f"/b/{code[:6]}%20{code[6:]}",
        f"[{code[:6]} {code[6:]}]",
    ):
        assert secrets_in(text, [code]) == [code]
    assert secrets_in("GET /b/<code>", [code]) == []


def test_a_server_that_breaks_prints_where_and_never_for_whom(folder: Path, tmp_path: Path, box: Box) -> None:
    printed = tmp_path / "printed.txt"
    with serve(folder, printed) as served:
        assert ask(served, box.address)[0] == 200
        assert ask(served, box.claim, "POST")[0] == 303
        assert ask(served, f"/b/{NOBODYS}")[0] == 404
        spoil_run(folder)
        for spelled in spellings(box.code):
            status, page = ask(served, f"/b/{quote(spelled)}")
            assert status == 500
            assert "Something broke on our side" in page
            assert ask(served, f"/B/{quote(spelled)}/claim", "POST")[0] == 500
            assert ask(served, "/b/", "POST", f"code={quote(spelled)}".encode())[0] == 500
    said = printed.read_text()
    assert said.count("JSONDecodeError at /b/<code>\n") == 3
    assert said.count("JSONDecodeError at /B/<code>/claim\n") == 3
    assert "claiming.py" in said
    assert secrets_in(said, [box.code, NOBODYS]) == []
