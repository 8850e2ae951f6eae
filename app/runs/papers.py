"""Papers beside the cards: leaflets, classroom sheets, certificates, run sheets, a calibration page.

Each design of print/ gets its values from one function here; the words stand in the design.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app import pictures
from app.catalogue import read_series
from app.core.commitment import printed_root
from app.core.errors import UserError
from app.core.kit import Kit, Series
from app.core.manifest import manifest_digest, parse_manifest
from app.core.story import CleanHtml, Fact
from app.ledger import Run
from app.library import Rendered, read_story, render
from app.pictures import art_path, parse_svg, read_silhouette, step_picture, steps_drawn
from app.runs import Station
from app.runs.planning import outlook
from app.workspace import Workspace

LEAST_WIDTH_MM, LEAST_HEIGHT_MM = 148.0, 210.0
"""The calibration page's rulers, its 100 mm bars and its words fit into this and everything larger."""

_BACK_LINK = re.compile(r'(?:\s|&nbsp;)*<a [^>]*class="footnote-backref"[^>]*>.*?</a>')
_LINK = re.compile(r"</?a\b[^>]*>")
_ID = re.compile(r' id="[^"]*"')
_FIGURE = re.compile(r'<figure class="placed">.*?</figure>', re.DOTALL)

Values = dict[str, object]


class PaperTooSmallError(UserError):
    """A sheet is too small for what must be measured on it."""


@dataclass(frozen=True)
class KitOdds:
    """One line of the odds: a kit's names, its boxes in the run, and whether it is a chase."""

    name: Mapping[str, str]
    count: int
    chase: bool


def leaflet_values(workspace: Workspace, series: Series) -> list[Values]:
    """Return what the assembly leaflet of each kit shows.

    Raises:
        UserError: a silhouette is missing or broken.
    """
    return [
        {
            "series": series,
            "kit": kit,
            "maker": workspace.maker_name,
            "art": art_path(workspace, series.id, kit.id).as_uri(),
            "silhouette": read_silhouette(workspace, series.id, kit.id),
            "drawn": _steps_drawn(workspace, series, kit),
        }
        for kit in series.kits
    ]


def _steps_drawn(workspace: Workspace, series: Series, kit: Kit) -> dict[int, str]:
    """Return the pictures of the building steps that the kit's picture has, as addresses that hold them."""
    numbers = steps_drawn(parse_svg(art_path(workspace, series.id, kit.id)))
    pictures = {number: step_picture(workspace, series.id, kit.id, number) for number in sorted(numbers)}
    return {
        number: f"data:image/svg+xml;base64,{base64.b64encode(picture).decode()}"
        for number, picture in pictures.items()
    }


def classroom_values(workspace: Workspace, series: Series) -> list[Values]:
    """Return what the classroom sheet of each kit shows in each language, kit by kit.

    Raises:
        UserError: a story is missing or broken, or cannot be rendered.
    """
    return [
        _classroom_sheet(workspace, series, kit, language)
        for kit in series.kits
        for language in workspace.languages
    ]


def certificate_values(workspace: Workspace, series: Series) -> list[Values]:
    """Return what the certificate of a complete series shows: one page, never a name.

    Raises:
        UserError: a silhouette is missing or broken.
    """
    return [pictures.certificate_values(workspace, series)]


def run_sheet_values(station: Station, run: Run) -> list[Values]:
    """Return what the record of a run shows: only what is public, neither a code nor a box's content.

    Raises:
        UserError: the run's series cannot be read.
    """
    series = read_series(station.workspace, run.series)
    seen = outlook(station, run)
    return [
        {
            "run": run,
            "series": series,
            "maker": station.workspace.maker_name,
            "cases": run.boxes // run.case_size,
            "odds": _odds(series, seen.counts),
            "standard": seen.standard,
            "everything": seen.everything,
            "manifest": parse_manifest(run.manifest) if run.manifest else None,
            "digest": manifest_digest(run.manifest).hex() if run.manifest else None,
            "root": printed_root(run.contents_root) if run.contents_root else None,
        }
    ]


def calibration_values(width_mm: float, height_mm: float) -> list[Values]:
    """Return the values of a calibration sheet, front and back, for paper of a size in millimetres.

    Raises:
        PaperTooSmallError: the rulers would not fit.
    """
    if width_mm < LEAST_WIDTH_MM or height_mm < LEAST_HEIGHT_MM:
        raise PaperTooSmallError(
            f"a calibration page of {width_mm:g} × {height_mm:g} mm has no room for its rulers",
            mend=f"Use paper of at least {LEAST_WIDTH_MM:g} × {LEAST_HEIGHT_MM:g} mm, that is A5",
        )
    return [{"width_mm": width_mm, "height_mm": height_mm}]


def _classroom_sheet(workspace: Workspace, series: Series, kit: Kit, language: str) -> Values:
    story = read_story(workspace, kit.id, language)
    rendered = render(workspace, story)
    return {
        "series": series,
        "kit": kit,
        "language": language,
        "maker": workspace.maker_name,
        "art": art_path(workspace, series.id, kit.id).as_uri(),
        "front": story.front,
        "facts": _noted(story.front.facts, rendered),
        "body": _on_paper(rendered.body),
        "notes": _on_paper(rendered.notes),
    }


def _noted(facts: Sequence[Fact], rendered: Rendered) -> list[tuple[Fact, int | None]]:
    """Return each fact with the number of the note it comes from, if the text has that note."""
    return [(fact, rendered.numbers.get(fact.source)) for fact in facts]


def _on_paper(html: CleanHtml) -> CleanHtml:
    """Return the markup without pictures and links: nobody follows one on paper, and two stories share ids.

    Notes that stand together become one, with commas: 3 and 5 must not read as 35.
    """
    plain = _ID.sub("", _LINK.sub("", _BACK_LINK.sub("", _FIGURE.sub("", html.text))))
    return CleanHtml(plain.replace("</sup><sup>", ","))


def _odds(series: Series, counts: Sequence[tuple[str, int]]) -> list[KitOdds]:
    known = {entry.kit.id: entry for entry in series.entries}
    return [
        KitOdds(known[kit_id].kit.name, count, known[kit_id].chase)
        if kit_id in known
        else KitOdds({"vi": kit_id, "en": kit_id}, count, chase=False)
        for kit_id, count in counts
    ]
