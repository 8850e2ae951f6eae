"""The addresses that searchers may know: every page that is the same for everyone, never one with a code."""

from collections.abc import Iterator

from sqlmodel import col, select

from app.albums import Site
from app.albums.telling import languages_told
from app.core.story import LAYERS
from app.ledger import Run


def public_places(site: Site) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield every address of the catalogue without its language, and the languages in which it is told.

    They are the addresses of series, stories, layers, building steps and bonus pages.
    """
    kits = site.workspace.languages
    for series in site.catalogue.values():
        yield series.id, kits
        if series.bonus:
            yield f"{series.id}/bonus", languages_told(site, series.bonus)
        for kit in series.kits:
            if not languages_told(site, kit.id):
                continue
            story = f"{series.id}/{kit.id}"
            yield story, languages_told(site, kit.id)
            layers = {layer: languages_told(site, kit.id, layer) for layer in LAYERS}
            yield from ((f"{story}/{layer}", told) for layer, told in layers.items() if told)
            yield f"{story}/build", kits
            yield from ((f"{story}/build/{number}", kits) for number in range(1, len(kit.steps) + 2))


def published_runs(site: Site) -> list[str]:
    """Return the ids of the runs that have a public page, oldest first."""
    with site.ledger.reading() as session:
        published = select(Run.id).where(col(Run.committed_at).is_not(None))
        return list(session.exec(published.order_by(col(Run.committed_at))))
