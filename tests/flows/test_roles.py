"""Two machines: the public server needs no vault and opens none; the station has it and talks to no other."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.runs import Station
from app.runs.roles import RoleError, take_role
from tests.conftest import SECRET
from tests.web.serving import Served, ask, serve

WATCH = """
import sys
def hook(event, args):
    if event == "open" and "vault" in str(args[0]).split("/"):
        print("OPENED", args[0], file=sys.stderr, flush=True)
sys.addaudithook(hook)
"""
"""Makes a process tell of every file below a vault that it opens."""


def buy(served: Served, code: str) -> None:
    """Read the run's page, scan a box, look at its proof, and put it into an album."""
    assert ask(served, "/r/TY-1")[0] == 200
    assert ask(served, f"/b/{code}")[0] == 200
    assert ask(served, f"/b/{code}/check")[0] == 200
    assert ask(served, f"/b/{code}/claim", "POST")[0] == 303


def test_a_public_server_says_that_a_vault_is_out_of_place_and_opens_none_of_it(
    read_before: Path, sealed: Station, codes: list[str], tmp_path: Path
) -> None:
    sealed.ledger.close()
    printed = tmp_path / "printed.txt"
    with serve(read_before, printed, "--role", "public", before=WATCH) as served:
        buy(served, codes[0])
    said = printed.read_text()
    assert f"{read_before}/var/vault holds run secrets: a public server needs none" in said
    assert SECRET.hex() not in said
    assert "OPENED" not in said


def test_the_watch_of_these_tests_sees_a_vault_that_is_opened(sealed: Station) -> None:
    opened = "from pathlib import Path; from app.vault import Vault; "
    opened += f"Vault(Path({str(sealed.vault.folder)!r})).open('TY-1')"
    run = subprocess.run([sys.executable, "-c", WATCH + opened], capture_output=True, text=True, check=True)
    assert run.stderr == f"OPENED {sealed.vault.folder / 'TY-1.secret'}\n"


@pytest.mark.parametrize("vault", ["absent", "unreadable"])
def test_a_public_server_serves_without_a_vault_and_with_one_that_is_not_its_own(
    read_before: Path, sealed: Station, codes: list[str], tmp_path: Path, vault: str
) -> None:
    sealed.ledger.close()
    if vault == "absent":
        shutil.rmtree(sealed.vault.folder)
    else:
        sealed.vault.folder.chmod(0)
    printed = tmp_path / "printed.txt"
    with serve(read_before, printed, "--role", "public") as served:
        buy(served, codes[0])
    if vault == "unreadable":
        sealed.vault.folder.chmod(0o700)
    assert "Traceback" not in printed.read_text()


def test_a_public_server_warns_of_printed_cards_and_of_nothing_where_there_is_nothing(
    sealed: Station,
) -> None:
    cards = sealed.workspace.state / "out" / "TY-1" / "insert.pdf"
    cards.parent.mkdir(parents=True)
    shutil.rmtree(sealed.vault.folder)
    assert take_role(sealed.workspace, "public", "0.0.0.0") == []  # noqa: S104
    cards.write_bytes(b"%PDF")
    (warning,) = take_role(sealed.workspace, "public", "0.0.0.0")  # noqa: S104
    assert warning.startswith(f"{cards.parent.parent} holds what was printed, codes and all")
    assert take_role(sealed.workspace, "both", "0.0.0.0") == []  # noqa: S104


@pytest.mark.parametrize("host", ["0.0.0.0", "", "::", "192.168.1.20", "h.example", "localhost.h.example"])  # noqa: S104
def test_a_station_is_refused_where_other_machines_could_reach_it(sealed: Station, host: str) -> None:
    with pytest.raises(RoleError, match=r"beside the vault.*--role public") as refused:
        take_role(sealed.workspace, "station", host)
    assert "--host" in str(refused.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_a_station_serves_its_own_machine(sealed: Station, host: str) -> None:
    assert take_role(sealed.workspace, "station", host) == []


def test_a_station_serves_the_same_pages(
    read_before: Path, sealed: Station, codes: list[str], tmp_path: Path
) -> None:
    sealed.ledger.close()
    with serve(read_before, tmp_path / "printed.txt", "--role", "station") as served:
        buy(served, codes[0])


def test_a_station_without_its_vault_is_refused_with_where_it_should_be(station: Station) -> None:
    with pytest.raises(RoleError, match="no run secret") as refused:
        take_role(station.workspace, "station", "127.0.0.1")
    assert str(station.vault.folder) in str(refused.value)
