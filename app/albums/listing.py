"""What the list of all landmarks shows, from A to Z."""

from dataclasses import dataclass
from itertools import groupby

from app.albums import Site
from app.albums.stories import PageMissingError
from app.albums.telling import languages_told
from app.core.collation import first_letter, sort_key
from app.core.kit import Kit, Series
from app.pictures import icon_path


@dataclass(frozen=True)
class Listed:
    """A landmark in the list; `picture` is the file of its icon, or of its whole drawing without one."""

    series: Series
    kit: Kit
    picture: str


@dataclass(frozen=True)
class Letter:
    """The landmarks under one letter, "" for those whose name has none."""

    letter: str
    landmarks: tuple[Listed, ...]


def landmarks(site: Site, language: str) -> list[Letter]:
    """Return every landmark that has a story, in the alphabetical order of the page's language.

    Raises:
        PageMissingError: there is no such language.
    """
    if language not in site.languages:
        raise PageMissingError("there is no such language")
    told = site.workspace.told(language)
    listed = [
        Listed(series, kit, "icon" if icon_path(site.workspace, series.id, kit.id).is_file() else "art")
        for series in site.catalogue.values()
        for kit in series.kits
        if languages_told(site, kit.id)
    ]
    listed.sort(key=lambda each: (sort_key(each.kit.name[told], language), each.series.id, each.kit.id))
    return [
        Letter(letter, tuple(group))
        for letter, group in groupby(listed, lambda each: first_letter(each.kit.name[told], language))
    ]
