"""What anyone may know of a published run. Nothing here knows which kit is in which box."""

from dataclasses import dataclass
from datetime import date

from app.albums import Site
from app.albums.claiming import is_voided
from app.albums.pages import Odds, odds_of
from app.albums.record import Record, record_of
from app.albums.stories import PageMissingError
from app.core.commitment import printed_root
from app.core.digest_words import words_of_digest
from app.core.editions import EditionsError, parse_edition
from app.core.kit import Kit, Series
from app.core.manifest import manifest_digest
from app.ledger import Run

MOST_DAYS = 14
"""How many days the page lists; the machine-readable record has all."""


@dataclass(frozen=True)
class RunPage:
    """A published run, and the box whose outer label was scanned, if one was.

    Attributes:
        series: the run's series.
        run: its id.
        state: the last step done: committed, sealed, printed, on sale or revealed.
        case_size: boxes in a case.
        odds: boxes in all and of each kit.
        committed_on: the day on which the manifest was fixed.
        sealed_on: the day on which the boxes were drawn; None before.
        on_sale_on: the day on which it went on sale; None before.
        revealed_on: the day on which its draw was opened; None before.
        beacon_pattern: what the number had to look like, as it was announced.
        beacon_value: the number they were drawn with; empty before, or without a beacon.
        manifest_sha256: lower-case hex, 64 digits.
        root: the contents root as every card shows it, 32 characters; empty before the boxes are drawn.
        edition: the scanned box's number, None without one.
        voided: whether the maker has withdrawn that box.
        record: what else is public of the run.
    """

    series: Series
    run: str
    state: str
    case_size: int
    odds: Odds
    committed_on: date
    sealed_on: date | None
    on_sale_on: date | None
    revealed_on: date | None
    beacon_pattern: str
    beacon_value: str
    manifest_sha256: str
    root: str
    edition: int | None
    voided: bool
    record: Record

    @property
    def manifest_words(self) -> tuple[str, ...]:
        """Return the manifest's hash as 24 words."""
        return words_of_digest(bytes.fromhex(self.manifest_sha256))

    @property
    def newest_days(self) -> tuple[tuple[date, int], ...]:
        """Return the last days on which boxes were put into albums, the newest first."""
        return self.record.claims.days[::-1][:MOST_DAYS]

    @property
    def claimed_kits(self) -> tuple[tuple[Kit, int], ...]:
        """Return the boxes in albums kit by kit, of a run that is revealed; nothing before."""
        counted = self.record.claims.kits
        return tuple((kit, counted.get(kit.id, 0)) for kit, _ in self.odds.counts) if counted else ()


def run_page(site: Site, run_id: str, edition: str | None, today: date) -> RunPage:
    """Return what is public of a run.

    Args:
        site: the public site.
        run_id: its id, in capitals or not.
        edition: a box's number as its outer label shows it, zeros before it or not; None for the run alone.
        today: the day that is not counted yet, UTC.

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
            on_sale_on=run.on_sale_at.date() if run.on_sale_at else None,
            revealed_on=run.revealed_at.date() if run.revealed_at else None,
            beacon_pattern=run.beacon_pattern,
            beacon_value=run.beacon_value or "",
            manifest_sha256=manifest_digest(run.manifest).hex(),
            root=printed_root(run.contents_root) if run.contents_root else "",
            edition=number,
            voided=number is not None and is_voided(session, run.id, number),
            record=record_of(session, run, today),
        )


def _edition(text: str, run: Run) -> int:
    try:
        return parse_edition(text, run.boxes)
    except EditionsError as refusal:
        raise PageMissingError("the run has no such box") from refusal
