"""Print a sealed run: cards and packing sheets, read back before anything is called printed."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlmodel import select

from app.catalogue import art_path, read_series, silhouette_path
from app.core.code import code_tag, parse_code, spell
from app.core.commitment import Label, printed_root
from app.core.errors import UserError
from app.core.kit import Kit, Series
from app.core.plan import NO_PREVIOUS
from app.core.proof import SealedContent
from app.ledger import Run, SealedBox
from app.library import read_story
from app.press import proof, qr
from app.press.design import (
    PrintedSide,
    Progress,
    check_module,
    print_cards,
    print_pages,
    read_design,
    sheet_of,
)
from app.runs import Station, find_run, require_state
from app.runs.life import plan_of, secret_labels
from app.sealing import open_row
from app.workspace import BaseUrlError, printable_host

INSERT, PACKING_SHEET = "insert", "packing-sheet"


class ProofFailedError(UserError):
    """A printed card does not show what the ledger holds; nothing is released."""


class LedgerIncompleteError(UserError):
    """A box of the run is not in the ledger."""


class OutputError(UserError):
    """A printed file cannot be written."""


@dataclass(frozen=True)
class PackedBox:
    """What goes into one box: its label, and what its sealed row says."""

    label: Label
    kit: Kit
    content: SealedContent


@dataclass(frozen=True)
class Printed:
    """What a print made: files, cards read back, QR module in millimetres, and the edge sheets turn on."""

    inserts: Path
    packing_sheets: Path
    cards: int
    module_mm: float
    turned_on: str
    practice: bool


def print_run(
    station: Station, run_id: str, *, practice_url: str | None, now: datetime, progress: Progress
) -> Printed:
    """Print a sealed run and read every code back before it counts as printed.

    Args:
        station: where the vault is.
        run_id: a sealed or printed run.
        practice_url: print watermarked cards that open at this address; they never count as printed.
        now: aware.
        progress: told steps done and steps in all.

    Raises:
        WrongStateError, RunMissingError: the run is not sealed.
        BaseUrlError: the address must not be printed, or is not the committed one.
        ProofFailedError: a card read back is not what the ledger holds; no file is released.
        UserError: a design, a story, the vault or the disk stands in the way.
    """
    proof.require_renderer()
    with station.ledger.reading() as session:
        run = find_run(session, run_id)
        require_state(run, "printed", "sealed", "printed")
        rows = {box.tag: box.sealed for box in session.exec(select(SealedBox).where(SealedBox.run == run_id))}
    base_url = _address(station, run, practice_url)
    series = read_series(station.workspace, run.series)
    boxes = _packed(station, run, series, rows)
    cards = _card_values(station, run, series, boxes, base_url)
    design = read_design(station.workspace, INSERT)
    module_mm = check_module(design, max(card["qr"].size for card in cards))  # type: ignore[attr-defined]
    practice = practice_url is not None
    pdf, sides = print_cards(
        station.workspace, INSERT, cards, title=f"{run_id} inserts", practice=practice,
        progress=lambda done, _: progress(done, 2 * len(cards)),
    )  # fmt: skip
    sheets = print_pages(
        station.workspace, PACKING_SHEET, _case_values(station, run, series, boxes),
        title=f"{run_id} packing sheets", practice=practice,
    )  # fmt: skip
    folder = station.workspace.state / "out" / run_id
    prefix = "practice-" if practice else ""
    printed = Printed(
        folder / f"{prefix}inserts.pdf", folder / f"{prefix}packing-sheets.pdf", len(cards), module_mm,
        sheet_of(station.workspace, design).turned_on, practice,
    )  # fmt: skip
    drafts = {printed.inserts: pdf, printed.packing_sheets: sheets}
    try:
        for path, content in drafts.items():
            _write(_draft(path), content)
        backs = [
            (number, side) for number, side in enumerate(sides, start=1) if side.side == design.sides[-1]
        ]
        for number, side in backs:
            _prove(_draft(printed.inserts), number, side, boxes, cards, rows, run)
            progress(len(cards) + 1 + max(cell[4] for cell in side.cells), 2 * len(cards))
        for path in drafts:
            os.replace(_draft(path), path)
    finally:
        for path in drafts:
            _draft(path).unlink(missing_ok=True)
    if not practice:
        with station.ledger.writing() as session:
            run = find_run(session, run_id)
            run.printed_at = run.printed_at or now
            session.add(run)
    return printed


def _address(station: Station, run: Run, practice_url: str | None) -> str:
    if practice_url is not None:
        parts = urlsplit(practice_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
            raise BaseUrlError(
                f"{practice_url} is not an address a phone can open",
                mend="Give it as http://192.168.1.20:8000",
            )
        return practice_url.rstrip("/")
    printable_host(run.base_url)
    if station.workspace.base_url != run.base_url:
        raise BaseUrlError(
            f"{run.id} was committed for {run.base_url}; hopke.toml now says {station.workspace.base_url}",
            where="base_url",
            mend="Put the old address back: cards of one run never open at two places",
        )
    return run.base_url


def _packed(station: Station, run: Run, series: Series, rows: Mapping[bytes, bytes]) -> list[PackedBox]:
    """Open every sealed row with its code; boxes are ordered as they are packed, by case and edition."""
    kits = {kit.id: kit for kit in series.kits}
    by_index = [kits[kit.id] for kit in plan_of(run, 1, NO_PREVIOUS).kits]
    boxes = []
    for label in secret_labels(station, run):
        if label.tag not in rows:
            raise LedgerIncompleteError(
                f"box No. {label.edition} of {run.id} is not in the ledger",
                mend="Restore the ledger from a backup",
            )
        content = open_row(label.code, run.id, rows[label.tag])
        boxes.append(PackedBox(label, by_index[content.kit], content))
    return sorted(boxes, key=lambda box: (box.content.case, box.content.edition))


def _card_values(
    station: Station, run: Run, series: Series, boxes: Sequence[PackedBox], base_url: str
) -> list[dict[str, object]]:
    workspace = station.workspace
    stories = {
        kit.id: {language: read_story(workspace, kit.id, language).front for language in workspace.languages}
        for kit in series.kits
    }
    return [
        {
            "kit": box.kit,
            "series": series,
            "stories": stories[box.kit.id],
            "art": art_path(workspace, series.id, box.kit.id).as_uri(),
            "qr": qr.symbol(box_address(base_url, box.label.code)),
            "code": spell(box.label.code),
            "host": urlsplit(base_url).netloc,
            "edition": box.content.edition,
            "boxes": run.boxes,
            "run": run.id,
            "root": printed_root(run.contents_root or b""),
            "maker": workspace.maker_name,
        }
        for box in boxes
    ]


def box_address(base_url: str, code: str) -> str:
    """Return what a box's QR says: capitals alone, so that the symbol stays small."""
    return f"{base_url.rstrip('/')}/b/{code}".upper()


def _case_values(
    station: Station, run: Run, series: Series, boxes: Sequence[PackedBox]
) -> list[dict[str, object]]:
    cases: dict[int, list[PackedBox]] = {}
    for box in boxes:
        cases.setdefault(box.content.case, []).append(box)
    return [
        {
            "run": run.id,
            "series": series,
            "maker": station.workspace.maker_name,
            "case": case,
            "cases": len(cases),
            "contents": [
                {
                    "edition": box.content.edition,
                    "kit": box.kit,
                    "silhouette": silhouette_path(station.workspace, series.id, box.kit.id).as_uri(),
                }
                for box in contents
            ],
            "sums": _sums(series, contents),
        }
        for case, contents in sorted(cases.items())
    ]


def _sums(series: Series, contents: Sequence[PackedBox]) -> list[tuple[Kit, int]]:
    counted = Counter(box.kit.id for box in contents)
    return [(kit, counted[kit.id]) for kit in series.kits if counted[kit.id]]


def _prove(
    pdf: Path,
    page: int,
    side: PrintedSide,
    boxes: Sequence[PackedBox],
    cards: Sequence[Mapping[str, object]],
    rows: Mapping[bytes, bytes],
    run: Run,
) -> None:
    """Compare one page of backs, read as a phone and an eye read it, with the ledger."""
    found = proof.decode_cells(pdf, page, [cell[:4] for cell in side.cells])
    for texts, cell in zip(found, side.cells, strict=True):
        box, card = boxes[cell[4]], cards[cell[4]]
        name = f"card No. {box.content.edition} on page {page}"
        if len(texts) != 1:
            raise _unproven(run, f"{name} shows {len(texts)} readable QR codes instead of one")
        code = parse_code(texts[0].rpartition("/")[2])
        sealed = rows.get(code_tag(code))
        if sealed is None or open_row(code, run.id, sealed) != box.content:
            raise _unproven(run, f"the QR of {name} opens another box, or none")
        if texts[0] != box_address(texts[0].rpartition("/B/")[0], box.label.code):
            raise _unproven(run, f"the QR of {name} is not the address it should be")
        words = proof.text_of_cell(pdf, page, cell[:4])
        for shown in (box.label.code, f"Số{box.content.edition}/{run.boxes}", str(card["root"])[:16]):
            if shown not in words:
                raise _unproven(run, f"{name} does not show the words it should")


def _unproven(run: Run, what: str) -> ProofFailedError:
    return ProofFailedError(
        f"{what}; no file of {run.id} was released", mend="Look at the design, then print again"
    )


def _draft(path: Path) -> Path:
    return path.with_name(f".{path.name}.draft")


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OutputError(
            f"the file cannot be written ({error.strerror})",
            where=str(path.parent),
            mend="Free some space, then repeat",
        ) from error
