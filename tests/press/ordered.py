"""A run of 16 boxes and what is ordered of it, printed once for many tests."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf

from app.runs import Station
from app.runs.life import commit_run, seal_run, secret_labels, show_run
from app.runs.orders import FILES, Order
from app.runs.planning import plan_run
from app.runs.printing import Printed, print_run
from app.workspace import Workspace, find_workspace
from tests.conftest import CEREMONY, NOW, SECRET
from tests.press import paper

OUTSIDE = ("label", "seal", "case-label")
NAMES = {
    "lantern": ("Đèn lồng", "Lantern"),
    "bridge": ("Cầu gỗ", "Wooden Bridge"),
    "fish": ("Cá chép", "Carp"),
}


def quiet(_done: int, _of: int) -> None:
    """Stand where a command shows its progress."""


def order_of(station: Station, *things: str, **how: Any) -> Printed:
    """Print some things of TY-1, or everything."""
    return print_order(station, Order(things=things, **how) if things else Order(**how))


def print_order(station: Station, order: Order) -> Printed:
    """Print what an order says of TY-1."""
    return print_run(station, "TY-1", order, now=NOW, progress=quiet)


def folder_of(station: Station) -> Path:
    """Return where the files of TY-1 lie."""
    return station.workspace.state / "out" / "TY-1"


def file_of(station: Station, thing: str) -> Path:
    """Return the file of a thing for the office."""
    return folder_of(station) / f"{FILES[thing]}.pdf"


def files_in(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder, hidden ones too."""
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


def committed(folder: Path, *, boxes: int = 16) -> Station:
    """Return a station that committed TY-1 with the same secret, whatever the folder."""
    station = paper.make_station(folder)
    plan_run(station, "tiny", boxes=boxes, now=NOW, beacon=CEREMONY)
    commit_run(station, "TY-1", entropy=SECRET, now=NOW)
    return station


def drawn(station: Station, beacon: str) -> Station:
    """Draw the run."""
    seal_run(station, "TY-1", beacon_value=beacon, now=NOW)
    return station


def codes_of(station: Station) -> dict[int, str]:
    """Return every code by edition."""
    return {label.edition: label.code for label in secret_labels(station, show_run(station, "TY-1"))}


def with_settings(station: Station, **settings: Any) -> Station:
    """Return the same station after its maker changed hopke.toml."""
    path = station.workspace.root / "hopke.toml"
    text = path.read_text("utf-8")
    for key, value in settings.items():
        text, found = re.subn(rf"(?m)^{key} = .*$", f'{key} = "{value}"', text)
        assert found == 1
    path.write_text(text, "utf-8")
    return Station(find_workspace(str(station.workspace.root)), station.ledger, station.vault)


@dataclass(frozen=True)
class Ordered:
    """Two stations with the same secret and another draw, and what stands outside printed before it."""

    station: Station
    other: Station
    printed: Printed
    before: dict[str, bytes]

    @property
    def workspace(self) -> Workspace:
        """Return the workspace in which everything is printed."""
        return self.station.workspace


def everything_of(pdf: Path) -> bytes:
    """Return every object of a file with its streams unpacked, and what the file says about itself."""
    with pikepdf.open(pdf) as opened:
        found = [each.read_bytes() if isinstance(each, pikepdf.Stream) else b"" for each in opened.objects]
        found += [repr(each).encode() for each in opened.objects]
        about = "\n".join(f"{key} {value}" for key, value in opened.docinfo.items())
    return b"\n".join([*found, about.encode()])


def scanned(pdf: Path, *, dpi: int = 200) -> list[tuple[int, paper.Scanned]]:
    """Return every symbol of a file with its page."""
    return [
        (page, symbol)
        for page in range(1, paper.count_pages(pdf) + 1)
        for symbol in paper.scan(paper.image(pdf, page, dpi), dpi)
    ]


def editions_in(station: Station, pdf: Path) -> Counter[int]:
    """Return which boxes' cards a file has, by the codes that a phone reads in it."""
    editions = {code: edition for edition, code in codes_of(station).items()}
    return Counter(editions[symbol.text.rpartition("/")[2]] for _, symbol in scanned(pdf))


@contextmanager
def tampered(path: Path) -> Iterator[Callable[[int, Callable[[bytes], bytes]], None]]:
    """Let a test redraw pages of a file, counted from 1, and put the file back afterwards."""
    whole = path.read_bytes()

    def redraw(page: int, change: Callable[[bytes], bytes]) -> None:
        with pikepdf.open(path, allow_overwriting_input=True) as pdf:
            contents = pdf.pages[page - 1].obj.Contents
            before = contents.read_bytes()
            after = change(before)
            assert after != before
            contents.write(after)
            pdf.save(path)

    try:
        yield redraw
    finally:
        path.write_bytes(whole)
