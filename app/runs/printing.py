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
from app.core.code import spell
from app.core.commitment import Label, contents_leaf, printed_root
from app.core.errors import UserError
from app.core.kit import Kit, Series
from app.core.manifest import manifest_digest
from app.core.merkle import tree
from app.core.plan import NO_PREVIOUS
from app.core.proof import SealedContent
from app.ledger import Run, SealedBox
from app.library import read_story
from app.press import proof
from app.press.cards import Card, print_cards
from app.press.design import Progress, print_pages
from app.press.slots import QR_SLOT
from app.runs import Station, find_run, require_state
from app.runs.life import plan_of, secret_labels
from app.runs.proving import prove_inserts
from app.sealing import open_row
from app.workspace import BaseUrlError, practice_address, printable_host

INSERT, PACKING_SHEET = "insert", "packing-sheet"


class LedgerIncompleteError(UserError):
    """The ledger or the catalogue no longer holds what was sealed."""


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
    practice = practice_url is not None
    folder = station.workspace.state / "out" / run_id
    prefix = "practice-" if practice else ""
    inserts, packing = folder / f"{prefix}inserts.pdf", folder / f"{prefix}packing-sheets.pdf"
    cards = _cards(run, boxes, base_url)
    cases = _case_values(station, run, series, boxes)
    whole = 2 * len(cards) + len(cases)
    made = print_cards(
        station.workspace, INSERT, _variants(station, run, series, base_url), cards,
        title=f"{run_id} inserts", practice=practice,
        progress=lambda done, _: progress(done, whole),
    )  # fmt: skip
    sheets = print_pages(
        station.workspace, PACKING_SHEET, cases,
        title=f"{run_id} packing sheets", practice=practice,
        progress=lambda done, _: progress(len(cards) + done, whole),
    )  # fmt: skip
    try:
        for path, content in ((inserts, made.pdf), (packing, sheets)):
            _write(_draft(path), content)
        prove_inserts(
            _draft(inserts), made, [box.content for box in boxes], cards, rows, run,
            progress=lambda done, _: progress(len(cards) + len(cases) + done, whole),
        )  # fmt: skip
        if not practice:
            with station.ledger.writing() as session:
                run = find_run(session, run_id)
                run.printed_at = run.printed_at or now
                session.add(run)
        for path in (inserts, packing):
            os.replace(_draft(path), path)
    finally:
        for path in (inserts, packing):
            _draft(path).unlink(missing_ok=True)
    return Printed(inserts, packing, len(cards), made.module_mm, made.turned_on, practice)


def _address(station: Station, run: Run, practice_url: str | None) -> str:
    if practice_url is not None:
        return practice_address(practice_url)
    printable_host(run.base_url)
    if station.workspace.base_url != run.base_url:
        raise BaseUrlError(
            f"{run.id} was committed for {run.base_url}; hopke.toml now says {station.workspace.base_url}",
            where="base_url",
            mend="Put the old address back: cards of one run never open at two places",
        )
    return run.base_url


def _packed(station: Station, run: Run, series: Series, rows: Mapping[bytes, bytes]) -> list[PackedBox]:
    """Open every sealed row with its code and hold it against the published root.

    Boxes are ordered as they are packed, by case and edition.
    """
    plan = plan_of(run, 1, NO_PREVIOUS)
    kits = {kit.id: kit for kit in series.kits}
    gone = [kit.id for kit in plan.kits if kit.id not in kits]
    if gone:
        raise LedgerIncompleteError(
            f"the kit {gone[0]} of {run.id} is no longer in the series {series.id}",
            where=str(station.workspace.kits),
            mend="Bring it back: a kit that is in sealed boxes is never renamed or removed",
        )
    digest = manifest_digest(run.manifest or "")
    boxes, leaves = [], []
    for label in secret_labels(station, run):
        if label.tag not in rows:
            raise LedgerIncompleteError(
                f"box No. {label.edition} of {run.id} is not in the ledger",
                mend="Restore the ledger from a backup",
            )
        content = open_row(label.code, run.id, rows[label.tag])
        leaves.append(contents_leaf(digest, label.slot, content.kit, content.salt, label.commitment))
        if content.kit < len(plan.kits):
            boxes.append(PackedBox(label, kits[plan.kits[content.kit].id], content))
    if tree(leaves).root != run.contents_root or len(boxes) != run.boxes:
        raise LedgerIncompleteError(
            f"the boxes of {run.id} in the ledger are not those of its published root",
            mend="Restore the ledger from a backup; nothing was printed",
        )
    return sorted(boxes, key=lambda box: (box.content.case, box.content.edition))


def _variants(station: Station, run: Run, series: Series, base_url: str) -> dict[str, dict[str, object]]:
    """Return what the card of each kit shows on every box."""
    workspace = station.workspace
    return {
        kit.id: {
            "kit": kit,
            "series": series,
            "stories": {
                language: read_story(workspace, kit.id, language).front for language in workspace.languages
            },
            "art": art_path(workspace, series.id, kit.id).as_uri(),
            "host": urlsplit(base_url).netloc,
            "run": run.id,
            "root": printed_root(run.contents_root or b""),
            "maker": workspace.maker_name,
        }
        for kit in series.kits
    }


def _cards(run: Run, boxes: Sequence[PackedBox], base_url: str) -> list[Card]:
    """Return what varies from card to card."""
    return [
        Card(
            box.kit.id,
            {
                QR_SLOT: box_address(base_url, box.label.code),
                "code": spell(box.label.code).replace(" ", "  "),
                "edition": f"Số {box.content.edition} / {run.boxes}",
            },
        )
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
            f"a file cannot be written ({error.strerror})",
            where=str(path.parent),
            mend="Free some space, then repeat",
        ) from error
