"""The page that the digits of a series open."""

from dataclasses import dataclass, replace

from app.albums import Site
from app.albums.stories import PageMissingError
from app.albums.telling import languages_told, told_in
from app.core.kit import Entry, Series
from app.core.story import CHASE, CleanHtml, Layer, LayerFront
from app.library import Rendered, has_layer, read_layer, read_story, render


@dataclass(frozen=True)
class BonusPage:
    """What the digits of a series open.

    Attributes:
        series: the series.
        questions: each kit, the riddle that gives its digits, the riddle's language; in the digits' order.
        asked: how many digits open the page.
        typed: the digits that were typed.
        right: how many of them stand at their place.
        front: of the text that they open, None while they are not right.
        body: the text.
        notes: its footnotes.
        more: whether the chases' digits would add a passage.
        language: the language in which the text is told.
        languages: every language in which it is told.
    """

    series: Series
    questions: tuple[tuple[Entry, str, str], ...]
    asked: int
    typed: str
    right: int
    front: LayerFront | None
    body: CleanHtml
    notes: CleanHtml
    more: bool
    language: str
    languages: tuple[str, ...]


def bonus_page(site: Site, series_id: str, language: str, typed: str) -> BonusPage:
    """Return what `typed` opens of a series' bonus page; signs that are no digits are passed over.

    Raises:
        PageMissingError: there is no such series or language, or it has no bonus page.
        UserError: one of its files is broken.
    """
    series = site.catalogue.get(series_id)
    if series is None or series.bonus is None or language not in site.languages:
        raise PageMissingError("there is no such page")
    digits = "".join(sign for sign in typed if sign in "0123456789")[: 2 * len(series.entries)]
    everything = series.digits + series.chase_digits
    standard = [entry for entry in series.entries if not entry.chase]
    spoken, language = language, told_in(site, series.bonus, language)
    told = None
    if digits in {series.digits, everything}:
        told = bonus_story(site, series.bonus, language, with_chase=digits == everything)
    page = bonus_of(site, series, told, language)
    return replace(
        page,
        questions=tuple((entry, *_set_riddle(site, entry, spoken)) for entry in standard),
        typed=digits,
        right=sum(one == other for one, other in zip(digits, series.digits, strict=False)),
        more=digits != everything and has_layer(site.workspace, series.bonus, language, CHASE),
    )


def bonus_of(site: Site, series: Series, told: Layer | None, language: str) -> BonusPage:
    """Return a series' bonus page with what is told there, which may be a text that no file holds yet."""
    rendered = render(site.workspace, told) if told else Rendered(CleanHtml(""), CleanHtml(""))
    return BonusPage(
        series=series,
        questions=(),
        asked=len(series.digits),
        typed="",
        right=0,
        front=told.front if told else None,
        body=rendered.body,
        notes=rendered.notes,
        more=False,
        language=language,
        languages=languages_told(site, str(series.bonus)),
    )


def bonus_story(site: Site, story: str, language: str, *, with_chase: bool) -> Layer:
    """Return the bonus story, with the chases' passage at its end where there is one."""
    told = read_layer(site.workspace, story, language, "")
    if not (with_chase and has_layer(site.workspace, story, language, CHASE)):
        return told
    passage = read_layer(site.workspace, story, language, CHASE)
    return replace(
        told,
        text=f"{told.text.rstrip()}\n\n## {passage.front.title}\n\n{passage.text.lstrip()}",
        front=replace(told.front, uncertain=told.front.uncertain + passage.front.uncertain),
    )


def _set_riddle(site: Site, entry: Entry, language: str) -> tuple[str, str]:
    """Return the question of the riddle that gives a kit's digits, and the language it is asked in."""
    told = told_in(site, entry.kit.id, language)
    written = languages_told(site, entry.kit.id)
    for riddle in read_story(site.workspace, entry.kit.id, told).front.riddles if written else ():
        if riddle.kind == "set":
            return riddle.question, told
    kits = site.workspace.told(language)
    return entry.kit.name[kits], kits
