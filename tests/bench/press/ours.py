"""Hộp Kể: each kit's card is set once and stamped."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.press.cards import PrintedCards, print_cards
from app.press.job import Job
from app.press.slots import QR_SLOT
from app.press.stamping import Card as Stamped
from app.workspace import Workspace, find_workspace
from tests.bench.press.card import ROOT_LINES, WORKSPACE, Card, arguments

MADE_AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class _Cards(Sequence[Stamped]):
    """Cards as the press wants them, each made when it is asked for."""

    def __init__(self, cards: Sequence[Card]) -> None:
        self._cards = cards

    def __len__(self) -> int:
        return len(self._cards)

    def __getitem__(self, number: Any) -> Any:
        card = self._cards[number]
        return Stamped(card.kit, {QR_SLOT: card.address, **card.lines, **ROOT_LINES})


def printed(
    workspace: Workspace,
    design: str,
    values: Mapping[str, dict[str, Any]],
    cards: Sequence[Card],
    out: Path,
) -> PrintedCards:
    """Print cards into a file."""
    job = Job(title="Cards", made_at=MADE_AT, sheet="A4")
    return print_cards(workspace, design, values, _Cards(cards), job, out, progress=lambda *_: None)


def main() -> None:
    """Print JOB CARDS OUT.pdf."""
    job, cards, out = arguments()
    printed(find_workspace(str(WORKSPACE)), job.design, job.values, cards, Path(out))


if __name__ == "__main__":
    main()
