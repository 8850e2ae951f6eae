"""Cards that open a kit's public story, for kits that are sold or given open: no run, no code, no box."""

import os
from datetime import datetime

from app.catalogue import read_catalogue
from app.core.errors import UserError
from app.core.kit import Kit, Series
from app.press import raster
from app.press.design import Progress
from app.press.preflight import require_preflight
from app.runs.decks import story_card_deck
from app.runs.orders import Order, printable_address
from app.runs.printing import PrintedFile, Steps, deck_job, draft, drafting, print_deck
from app.workspace import Workspace


class KitMissingError(UserError):
    """There is no kit of that name."""


def print_story_cards(
    workspace: Workspace, kit_id: str, cards: int, order: Order, *, now: datetime, progress: Progress
) -> PrintedFile:
    """Print cards that open a kit's story, and read every one back.

    Args:
        workspace: whose kit it is.
        kit_id: the kit.
        cards: how many, at least one.
        order: how; a practice address goes before the workspace's own.
        now: aware.
        progress: told steps done and steps in all.

    Raises:
        KitMissingError: there is no such kit.
        BaseUrlError: the address must not be printed.
        PreflightError, ProofFailedError: the file is not as it should be; it is not released.
        PrintingError: another print is under way.
        UserError: the design, the story or the disk stands in the way.
    """
    raster.require_renderer()
    base_url = printable_address(workspace.base_url, order)
    series, kit = _find(workspace, kit_id)
    deck = story_card_deck(workspace, series, kit, cards, base_url)
    press = "-press" if order.target == "press" else ""
    path = workspace.state / "out" / f"{'practice-' if order.practice else ''}story-cards-{kit.id}{press}.pdf"
    steps = Steps(progress, 2 * cards)
    job = deck_job(workspace, order, f"{kit.id} story cards", made_at=now)
    with drafting(workspace, path.parent):
        file = print_deck(workspace, "story-card", deck, job, path, order, steps)
        require_preflight(draft(path), order.target)
        os.replace(draft(path), path)
    return file


def _find(workspace: Workspace, kit_id: str) -> tuple[Series, Kit]:
    known = {kit.id: (series, kit) for series in read_catalogue(workspace).values() for kit in series.kits}
    if kit_id not in known:
        raise KitMissingError(
            f"there is no kit {kit_id}", where=str(workspace.kits), mend=f"Known kits: {', '.join(known)}"
        )
    return known[kit_id]
