"""Checks a whole workspace and says what is wrong in sentences."""

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from sqlmodel import col, select

from app.catalogue import (
    art_path,
    parse_svg,
    read_catalogue,
    read_series,
    read_silhouette,
    series_ids,
    series_problems,
    silhouette_path,
)
from app.core.errors import UserError
from app.core.imposition import PAPERS
from app.core.kit import Kit, Series
from app.core.story import Story
from app.ledger import Ledger, Run
from app.library import read_story, render, story_path
from app.press.design import check_design
from app.press.inks import INKS_FILE, read_inks
from app.press.job import read_stock
from app.workspace import Workspace, printable_host

FEWEST_WORDS = 200
LARGEST_ART, LARGEST_SILHOUETTE = 8192, 2048
NOTE_USED = re.compile(r"\[\^([A-Za-z0-9-]+)\](?!:)")
NOTE_GIVEN = re.compile(r"^\[\^([A-Za-z0-9-]+)\]:", re.MULTILINE)
RAW_HTML = re.compile(r"<(?!https?://|mailto:)[a-zA-Z/!]")
REMOTE_PICTURE = re.compile(r"!\[[^\]]*\]\(")
LINK = re.compile(r"(?<!!)\[[^\]^]+\]\(([^)\s]+)\)")
FORBIDDEN_IN_ART = {
    "script",
    "foreignObject",
    "image",
    "linearGradient",
    "radialGradient",
    "pattern",
    "filter",
}


class ContentError(UserError):
    """Something in the workspace is well-formed and still not right."""


def check_workspace(workspace: Workspace, interface_languages: tuple[str, ...]) -> list[UserError]:
    """Return everything that is wrong in a workspace; an empty list if it is ready.

    Args:
        workspace: the workspace.
        interface_languages: the languages that the pages speak.
    """
    found: list[UserError] = list(_settings(workspace, interface_languages))
    if not series_ids(workspace):
        found.append(
            ContentError(
                "there is no series yet", where=str(workspace.kits), mend="Add kits/NAME/series.toml"
            )
        )
    broken = {series_id: series_problems(workspace, series_id) for series_id in series_ids(workspace)}
    found += [problem for problems in broken.values() for problem in problems]
    if not any(broken.values()):
        found += _told(partial(read_catalogue, workspace))
    catalogue = {
        series_id: read_series(workspace, series_id) for series_id in broken if not broken[series_id]
    }
    for series in catalogue.values():
        for kit in series.kits:
            found += _pictures(workspace, series, kit)
    for kit_id, language in _expected_stories(workspace, catalogue):
        found += _story(workspace, kit_id, language, catalogue)
    if not any(broken.values()):
        found += _strays(workspace, catalogue)
    found += _sold(workspace, {kit.id for series in catalogue.values() for kit in series.kits}, broken)
    found += _print_designs(workspace)
    return found


def notes(workspace: Workspace) -> list[str]:
    """Return what is allowed but worth knowing before a sale."""
    said = []
    for series in read_catalogue(workspace).values():
        for kit in series.kits:
            if not kit.sale.certificate:
                said.append(f"{kit.id} has no toy-safety certificate number yet.")
            for language in workspace.languages:
                if read_story(workspace, kit.id, language).front.reviewed is None:
                    said.append(f"{kit.id} in {language} has not been reviewed yet; its page says so.")
    return said


def _settings(workspace: Workspace, interface_languages: tuple[str, ...]) -> Iterator[UserError]:
    where = str(workspace.root / "hopke.toml")
    yield from _told(lambda: printable_host(workspace.base_url))
    for language in workspace.languages:
        if language not in interface_languages:
            yield ContentError(
                f"the pages do not speak {language}",
                where=f"{where}: languages",
                mend=f"Use some of {', '.join(interface_languages)}, or add phrases for {language}",
            )


def _print_designs(workspace: Workspace) -> Iterator[UserError]:
    """Check every design that is there, the card of the settings whether it is or not, sheets and inks."""
    designs = {path.parent.name for path in workspace.designs.glob("*/design.toml")}
    for design in sorted(designs | {workspace.paper.insert, "packing-sheet"}):
        yield from _told(partial(check_design, workspace, design))
    sheets = {path.stem for path in (workspace.designs / "sheets").glob("*.toml")}
    for sheet in sorted((sheets | {workspace.paper.sheet}) - PAPERS.keys()):
        yield from _told(partial(read_stock, workspace, sheet))
    if (workspace.designs / INKS_FILE).is_file():
        yield from _told(partial(read_inks, workspace))


def _told(check: Callable[[], object]) -> list[UserError]:
    try:
        check()
    except UserError as error:
        return [error]
    return []


def _pictures(workspace: Workspace, series: Series, kit: Kit) -> Iterator[UserError]:
    for path, largest in (
        (art_path(workspace, series.id, kit.id), LARGEST_ART),
        (silhouette_path(workspace, series.id, kit.id), LARGEST_SILHOUETTE),
    ):
        try:
            root = parse_svg(path)
        except UserError as error:
            yield error
            continue
        size = path.stat().st_size
        if size > largest:
            yield ContentError(
                f"the picture has {size} bytes; phones on a weak signal get {largest}",
                where=str(path),
                mend="Simplify it",
            )
        for element in root.iter():
            name = element.tag.rpartition("}")[2]
            links = [value for key, value in element.attrib.items() if key.endswith("href")]
            handlers = [key for key in element.attrib if key.lower().startswith("on")]
            if name in FORBIDDEN_IN_ART or handlers or any(not link.startswith("#") for link in links):
                yield ContentError(
                    f"the picture holds {handlers[0] if handlers else name}, which pages or press cannot use",
                    where=str(path),
                    mend="Draw with plain shapes in flat colours",
                )
    yield from _told(lambda: read_silhouette(workspace, series.id, kit.id))


def _expected_stories(workspace: Workspace, catalogue: dict[str, Series]) -> list[tuple[str, str]]:
    """Return kit and language of every story that must be there or is there, also of a kit that is broken."""
    owed = {
        (kit.id, language)
        for series in catalogue.values()
        for kit in series.kits
        for language in workspace.languages
    }
    there = {(path.parent.name, path.stem) for path in workspace.stories.glob("*/*.md")}
    return sorted(
        owed | {(kit_id, language) for kit_id, language in there if language in workspace.languages}
    )


def _story(
    workspace: Workspace, kit_id: str, language: str, catalogue: dict[str, Series]
) -> Iterator[UserError]:
    path = story_path(workspace, kit_id, language)
    try:
        story = read_story(workspace, kit_id, language)
        render(workspace, story)
    except UserError as error:
        yield error
        return
    yield from _text(story, path)
    yield from _notes(story, path)
    for target in LINK.findall(story.text):
        if not _link_holds(target, workspace, catalogue):
            yield ContentError(f"the link {target} leads nowhere", where=str(path), mend="Mend or remove it")


def _text(story: Story, path: Path) -> Iterator[UserError]:
    body = "\n".join(line for line in story.text.splitlines() if not NOTE_GIVEN.match(line))
    words = len(body.split())
    if words < FEWEST_WORDS:
        yield ContentError(
            f"the story has {words} words; a visitor gets at least {FEWEST_WORDS}",
            where=str(path),
            mend="Tell more",
        )
    if RAW_HTML.search(story.text):
        yield ContentError("the text holds HTML", where=str(path), mend="Write Markdown only")
    if REMOTE_PICTURE.search(story.text):
        yield ContentError(
            "the text holds a picture", where=str(path), mend="Pictures are not supported yet: remove it"
        )
    if re.search(r"^# ", story.text, re.MULTILINE):
        yield ContentError(
            "a heading has one #, but the page's title is the only one of that size",
            where=str(path),
            mend="Use ##",
        )


def _notes(story: Story, path: Path) -> Iterator[UserError]:
    used, given = set(NOTE_USED.findall(story.text)), NOTE_GIVEN.findall(story.text)
    for name in sorted(used - set(given)):
        yield ContentError(
            f"the note [^{name}] is used but not given", where=str(path), mend=f"Add [^{name}]: …"
        )
    for name in sorted(set(given) - used):
        yield ContentError(
            f"the note [^{name}] is given but never used", where=str(path), mend="Use or remove it"
        )
    if len(given) != len(set(given)):
        yield ContentError("a note is given twice", where=str(path), mend="Give every note once")
    for fact in story.front.facts:
        if fact.source not in given:
            yield ContentError(
                f"the fact “{fact.value} {fact.label}” names {fact.source}, which is not a note of the story",
                where=str(path),
                mend=f"Add [^{fact.source}]: … and use it",
            )


def _link_holds(target: str, workspace: Workspace, catalogue: dict[str, Series]) -> bool:
    if target.startswith(("https://", "http://", "mailto:", "tel:", "geo:", "#")):
        return True
    parts = target.strip("/").split("/")
    return (
        len(parts) == 3
        and parts[0] in workspace.languages
        and parts[1] in catalogue
        and parts[2] in {kit.id for kit in catalogue[parts[1]].kits}
    )


def _sold(workspace: Workspace, known: set[str], broken: dict[str, list[UserError]]) -> Iterator[UserError]:
    """Refuse to lose a kit that stands in a published manifest: its boxes would open nothing."""
    path = workspace.ledger
    if any(broken.values()) or not path.is_file():
        return
    with contextlib.closing(Ledger(path)) as ledger, ledger.reading() as session:
        runs = session.exec(select(Run).where(col(Run.committed_at).is_not(None))).all()
    for run in runs:
        for kit in json.loads(run.kits):
            if kit["id"] not in known:
                yield ContentError(
                    f"the kit {kit['id']} of the run {run.id} is gone, and its boxes would open nothing",
                    where=str(workspace.kits),
                    mend="Bring it back under its old name",
                )


def _strays(workspace: Workspace, catalogue: dict[str, Series]) -> Iterator[UserError]:
    known = {kit.id for series in catalogue.values() for kit in series.kits}
    for folder in sorted(path for path in workspace.stories.glob("*") if path.is_dir()):
        if folder.name not in known:
            yield ContentError(
                "this story belongs to no kit", where=str(folder), mend="Name it after a kit, or remove it"
            )
            continue
        for path in sorted(folder.glob("*.md")):
            if path.stem not in workspace.languages:
                yield ContentError(
                    f"the language {path.stem} is not one of {', '.join(workspace.languages)}",
                    where=str(path),
                    mend="Add it to languages in hopke.toml, or rename the file",
                )
