"""The addresses that searchers may know: every page that is the same for everyone, never one with a code."""

from collections.abc import Iterator

from sqlmodel import col, select

from app.albums import Site
from app.albums.stories import story_page
from app.ledger import Run


def public_places(site: Site) -> Iterator[str]:
    """Yield every address of the catalogue without its language: series, stories, layers, building, bonus."""
    told = site.workspace.languages[0]
    for series in site.catalogue.values():
        yield series.id
        if series.bonus:
            yield f"{series.id}/bonus"
        for kit in series.kits:
            story = f"{series.id}/{kit.id}"
            yield story
            yield from (f"{story}/{layer}" for layer in story_page(site, series.id, kit.id, told).layers)
            yield f"{story}/build"
            yield from (f"{story}/build/{number}" for number in range(1, len(kit.steps) + 2))


def published_runs(site: Site) -> list[str]:
    """Return the ids of the runs that have a public page, oldest first."""
    with site.ledger.reading() as session:
        published = select(Run.id).where(col(Run.committed_at).is_not(None))
        return list(session.exec(published.order_by(col(Run.committed_at))))
