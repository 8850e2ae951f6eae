"""What anyone may know of a published run. Nothing here knows which kit is in which box."""

from dataclasses import dataclass
from datetime import date

from app.albums import Site
from app.albums.claiming import is_voided
from app.albums.pages import Odds, odds_of
from app.albums.stories import PageMissingError
from app.core.commitment import printed_root
from app.core.editions import EditionsError, parse_edition
from app.core.kit import Series
from app.core.manifest import manifest_digest
from app.ledger import Run


@dataclass(frozen=True)
class RunPage:
    """A published run, and the box whose outer label was scanned, if one was.

    Attributes:
        series: the run's series.
        run: its id.
        state: the last step done: committed, sealed or printed.
        case_size: boxes in a case.
        odds: boxes in all and of each kit.
        committed_on: the day on which the manifest was fixed.
        sealed_on: the day on which the boxes were drawn; None before.
        beacon_value: the number they were drawn with; empty before, or without a beacon.
        manifest_sha256: lower-case hex, 64 digits.
        root: the contents root as every card shows it, 32 characters; empty before the boxes are drawn.
        edition: the scanned box's number, None without one.
        voided: whether the maker has withdrawn that box.
    """

    series: Series
    run: str
    state: str
    case_size: int
    odds: Odds
    committed_on: date
    sealed_on: date | None
    beacon_value: str
    manifest_sha256: str
    root: str
    edition: int | None
    voided: bool


def run_page(site: Site, run_id: str, edition: str | None) -> RunPage:
    """Return what is public of a run.

    Args:
        site: the public site.
        run_id: its id, in capitals or not.
        edition: a box's number as its outer label shows it, zeros before it or not; None for the run alone.

    Raises:
        PageMissingError: there is no such run, it is not committed yet, or it has no such box.
    """
    with site.ledger.reading() as session:
        run = session.get(Run, run_id.upper())
        series = site.catalogue.get(run.series) if run else None
        if run is None or series is None or run.manifest is None or run.committed_at is None:
            raise PageMissingError("there is no such run")
        number = _edition(edition, run) if edition is not None else None
        return RunPage(
            series=series,
            run=run.id,
            state=run.state,
            case_size=run.case_size,
            odds=odds_of(series, run),
            committed_on=run.committed_at.date(),
            sealed_on=run.sealed_at.date() if run.sealed_at else None,
            beacon_value=run.beacon_value or "",
            manifest_sha256=manifest_digest(run.manifest).hex(),
            root=printed_root(run.contents_root) if run.contents_root else "",
            edition=number,
            voided=number is not None and is_voided(session, run.id, number),
        )


def _edition(text: str, run: Run) -> int:
    try:
        return parse_edition(text, run.boxes)
    except EditionsError as refusal:
        raise PageMissingError("the run has no such box") from refusal
