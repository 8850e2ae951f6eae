"""What the building pages show: one step of the assembly a page."""

from dataclasses import dataclass

from app.albums import Site
from app.albums.stories import PageMissingError, find_told
from app.core.kit import Kit, Part, Series, Step
from app.pictures import art_path, parse_svg, steps_drawn


@dataclass(frozen=True)
class BuildPage:
    """One of a kit's building pages.

    Attributes:
        series: the kit's series.
        kit: the kit.
        number: the step, from 1; 0 for the page of all steps, and behind the last step the finished model.
        drawn: the steps that have a picture.
    """

    series: Series
    kit: Kit
    number: int
    drawn: frozenset[int]

    @property
    def step(self) -> Step | None:
        """Return the page's step; None on the first and on the last page."""
        return self.kit.steps[self.number - 1] if 1 <= self.number <= len(self.kit.steps) else None

    @property
    def needed(self) -> list[tuple[Part, bool]]:
        """Return the parts that the step takes up, each with whether other steps take up some of it too."""
        if self.step is None:
            return []
        taken = [code for step in self.kit.steps for code in step.parts]
        return [(self.kit.parts[code], taken.count(code) > 1) for code in self.step.parts]


def build_page(site: Site, series_id: str, kit_id: str, language: str, number: int) -> BuildPage:
    """Return one of a kit's building pages.

    Raises:
        PageMissingError: there is no such series, kit, language or step.
    """
    series, entry = find_told(site, series_id, kit_id, language)
    if not 0 <= number <= len(entry.kit.steps) + 1:
        raise PageMissingError("there is no such step")
    drawn = steps_drawn(parse_svg(art_path(site.workspace, series_id, kit_id)))
    return BuildPage(series, entry.kit, number, drawn)
