"""Commit a run whose cards can be printed; one whose cards cannot may still be planned anew."""

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from app.catalogue import read_series
from app.core.code import ALPHABET, CODE_LENGTH
from app.core.commitment import Label
from app.core.kit import Kit
from app.core.proof import SealedContent
from app.ledger import Run
from app.press.cards import print_cards
from app.press.design import Progress
from app.press.job import Job
from app.runs import Station, require_state
from app.runs.boxes import PART
from app.runs.decks import PackedBox, case_label_deck, insert_deck, label_deck
from app.runs.life import commit_run, show_run

_ANY_CODES = (ALPHABET[:CODE_LENGTH], ALPHABET[-CODE_LENGTH:])
"""Together they have every sign."""

WIDE_ROOT = bytes.fromhex("e739ce73908421084210e739ce73908421084210") + bytes(12)
"""Printed as WWWW WWWG GGGG GGGG twice, which is wider than all but one root in a billion."""


def commit_printable(
    station: Station, run_id: str, *, entropy: bytes, now: datetime, progress: Progress
) -> Run:
    """Try a run's cards and labels, then fix the run for good.

    Args:
        station: where the vault is.
        run_id: a planned run.
        entropy: as for `commit_run`.
        now: aware.
        progress: told steps done and steps in all: one for every design, one for some thousands of labels.

    Raises:
        UserError: a card or a label cannot be printed, or the run cannot be committed; nothing was fixed.
    """
    run = show_run(station, run_id)
    batches = -(-run.boxes // PART)
    designs = _try_cards(station, run_id, now, lambda tried, of: progress(tried, of + batches))

    def labelled(done: int, _whole: int) -> None:
        progress(designs + -(-done // PART), designs + batches)

    return commit_run(station, run_id, entropy=entropy, now=now, progress=labelled)


def _try_cards(station: Station, run_id: str, now: datetime, progress: Progress) -> int:
    """Print what bears a number as the run will show it, for nobody: any codes, wide root, last edition.

    Returns how many designs were tried.

    What is typeset and which fonts are reduced is remembered, and the print asks for just that.
    """
    run = show_run(station, run_id)
    require_state(run, "committed", "planned")
    workspace, series = station.workspace, read_series(station.workspace, run.series)
    base_url = workspace.base_url
    run.contents_root = WIDE_ROOT  # of this copy alone: it belongs to no session, and is never stored
    boxes = [_box(kit, code, run.boxes) for kit in series.kits for code in _ANY_CODES]
    outside = (
        label_deck("label", station, run, series, (run.boxes,), base_url),
        label_deck("seal", station, run, series, (run.boxes,), base_url),
        case_label_deck(station, run, series, base_url),
    )
    decks = [insert_deck(station, run, series, boxes, base_url)]
    # Who sells without seals, say, may have thrown their design away.
    decks += [deck for deck in outside if (workspace.designs / deck.design).is_dir()]
    job = Job(title="Trial", made_at=now)
    with TemporaryDirectory() as folder:
        for tried, deck in enumerate(decks, start=1):
            path = Path(folder) / f"{deck.design}.pdf"
            print_cards(
                workspace, deck.design, deck.variants, deck.cards, job, path, progress=lambda _done, _of: None
            )
            progress(tried, len(decks))
    return len(decks)


def _box(kit: Kit, code: str, edition: int) -> PackedBox:
    label = Label(slot=0, edition=edition, case=1, code=code, tag=b"", lsalt=b"", commitment=b"")
    content = SealedContent(slot=0, kit=0, salt=b"", edition=edition, case=1, lsalt=b"")
    return PackedBox(label, kit, content)
