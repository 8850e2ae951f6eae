"""Checks stories and their layers: words, notes, links, details."""

import contextlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from app.checking.pictures import placement_problems
from app.checking.problems import ContentError
from app.core.errors import UserError
from app.core.kit import Kit, Series, find_by_id
from app.core.story import CHASE, LAYERS, Layer, Story
from app.library import (
    NOTE_GIVEN,
    NOTE_USED,
    SOURCES_FILE,
    read_layer,
    read_sources,
    read_story,
    render,
    render_ahead,
    story_path,
)
from app.workspace import Workspace

FEWEST_WORDS = 200
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
RAW_HTML = re.compile(r"<(?!https?://|mailto:)[a-zA-Z/!]")
LINK = re.compile(r"(?<!!)\[[^\]^]+\]\(([^)\s]+)\)")

Catalogue = Mapping[str, Series]


def story_problems(
    workspace: Workspace, catalogue: Catalogue, languages: tuple[str, ...] = ()
) -> Iterator[UserError]:
    """Yield what is wrong with the stories that are owed and with those that are there.

    Args:
        workspace: the workspace.
        catalogue: its series.
        languages: those in which a story may be told beside the workspace's, in which each must be.
    """
    try:
        read_sources(workspace)
    except UserError as error:
        yield error
        return
    render_ahead(workspace, list(_readable(workspace, catalogue, languages)))
    for kit_id, language in _expected(workspace, catalogue, languages):
        yield from _story(workspace, kit_id, language, catalogue)
    for kit_id, language, layer in sorted(written_layers(workspace, languages)):
        yield from _layer(workspace, kit_id, language, layer, catalogue)
    for series in catalogue.values():
        for language in dict.fromkeys((*workspace.languages, *languages)) if series.bonus else ():
            path = story_path(workspace, str(series.bonus), language)
            if language in workspace.languages or path.is_file():
                yield from _layer(workspace, str(series.bonus), language, "", catalogue)


def _readable(
    workspace: Workspace, catalogue: Catalogue, languages: tuple[str, ...]
) -> Iterator[Story | Layer]:
    """Yield the stories and layers that can be read; the others are told about one by one."""
    for kit_id, language in _expected(workspace, catalogue, languages):
        with contextlib.suppress(UserError):
            yield read_story(workspace, kit_id, language)
    for kit_id, language, layer in sorted(written_layers(workspace, languages)):
        with contextlib.suppress(UserError):
            yield read_layer(workspace, kit_id, language, layer)


def stray_problems(
    workspace: Workspace, catalogue: Catalogue, languages: tuple[str, ...] = ()
) -> Iterator[UserError]:
    """Yield files of stories/ that belong to nothing or are in a language that no page speaks."""
    spoken = tuple(dict.fromkeys((*workspace.languages, *languages)))
    bonus = {series.bonus for series in catalogue.values()}
    known = {kit.id for series in catalogue.values() for kit in series.kits} | bonus
    for folder in sorted(path for path in workspace.stories.glob("*") if path.is_dir()):
        if folder.name not in known:
            yield ContentError(
                "this story belongs to no kit", where=str(folder), mend="Name it after a kit, or remove it"
            )
            continue
        layers = (CHASE,) if folder.name in bonus else LAYERS
        for path in sorted(folder.glob("*.md")):
            language, _, layer = path.stem.partition(".")
            if language not in spoken:
                yield ContentError(
                    f"the language {language} is not one of {', '.join(spoken)}",
                    where=str(path),
                    mend="Add it to languages in hopke.toml, or rename the file",
                )
            elif layer and layer not in layers:
                yield ContentError(
                    f"{layer} is no layer that this story can have",
                    where=str(path),
                    mend=f"Rename the file: {language}.md, or {language}. and {', '.join(layers)}",
                )


def written_layers(workspace: Workspace, languages: tuple[str, ...] = ()) -> set[tuple[str, str, str]]:
    """Return story, language and layer of all that is written in the workspace's and these languages."""
    found = set()
    for path in workspace.stories.glob("*/*.*.md"):
        language, _, layer = path.stem.partition(".")
        if language in {*workspace.languages, *languages} and layer in {*LAYERS, CHASE}:
            found.add((path.parent.name, language, layer))
    return found


def _expected(
    workspace: Workspace, catalogue: Catalogue, languages: tuple[str, ...]
) -> list[tuple[str, str]]:
    """Return kit and language of every story that must be there or is there, also of a kit that is broken."""
    owed = {
        (kit.id, language)
        for series in catalogue.values()
        for kit in series.kits
        for language in workspace.languages
    }
    bonus = {series.bonus for series in catalogue.values()}
    there = {(path.parent.name, path.stem) for path in workspace.stories.glob("*/*.md")}
    return sorted(
        owed
        | {
            (kit_id, language)
            for kit_id, language in there
            if language in {*workspace.languages, *languages} and kit_id not in bonus
        }
    )


def _story(workspace: Workspace, kit_id: str, language: str, catalogue: Catalogue) -> Iterator[UserError]:
    try:
        story = read_story(workspace, kit_id, language)
    except UserError as error:
        yield error
        return
    yield from text_problems(workspace, story, catalogue)


def text_problems(workspace: Workspace, story: Story | Layer, catalogue: Catalogue) -> Iterator[UserError]:
    """Yield what is wrong with one text, which may be one that no file holds yet."""
    path = story_path(workspace, story.kit, story.name)
    try:
        render(workspace, story)
    except UserError as error:
        yield error
        return
    if isinstance(story, Story):
        yield from _story_alone(workspace, story, path, catalogue)
    yield from _text(workspace, story, path, catalogue)


def _story_alone(workspace: Workspace, story: Story, path: Path, catalogue: Catalogue) -> Iterator[UserError]:
    words = _length(NOTE_LINE.sub("", story.text))
    if words < FEWEST_WORDS:
        yield ContentError(
            f"the story has {words} words; a visitor gets at least {FEWEST_WORDS}",
            where=str(path),
            mend="Tell more",
            key="short",
            n=words,
            fewest=FEWEST_WORDS,
        )
    for source in story.front.sources:
        if source not in {*NOTE_GIVEN.findall(story.text), *read_sources(workspace)}:
            yield ContentError(
                f"a fact, a moment or a detail names {source}, which is not a note of the story",
                where=str(path),
                mend=f"Add {source} to stories/{SOURCES_FILE}, or [^{source}]: … to the story",
                key="source_unknown",
                name=source,
            )
    found = find_by_id(catalogue.values(), story.kit)
    yield from _details(story, found[1], path) if found else ()


def _length(text: str) -> int:
    """Return how many words a text has; Chinese and Japanese leave no spaces: one word in two signs."""
    return len(UNSPACED.sub(" ", text).split()) + len(UNSPACED.findall(text)) // 2


def _details(story: Story, kit: Kit, path: Path) -> Iterator[UserError]:
    named = [detail.of for detail in story.front.details]
    named += [riddle.in_drawing for riddle in story.front.riddles if riddle.in_drawing]
    for name in dict.fromkeys(named):
        if name not in kit.details:
            yield ContentError(
                f"the story looks closely at {name}, which is no detail of the picture",
                where=str(path),
                mend=f"Add {name} to [details] in the kit's kit.toml, or name one of it",
                key="detail_unknown",
                name=name,
            )


def _layer(
    workspace: Workspace, kit_id: str, language: str, layer: str, catalogue: Catalogue
) -> Iterator[UserError]:
    try:
        told = read_layer(workspace, kit_id, language, layer)
    except UserError as error:
        yield error
        return
    yield from text_problems(workspace, told, catalogue)


NOTE_LINE = re.compile(r"^\[\^[A-Za-z0-9-]+\]:.*$", re.MULTILINE)


def _text(
    workspace: Workspace, story: Story | Layer, path: Path, catalogue: Catalogue
) -> Iterator[UserError]:
    html = RAW_HTML.search(story.text)
    if html:
        quote = story.text[html.start() :].partition("\n")[0]
        yield ContentError(
            "the text holds HTML", where=str(path), mend="Write Markdown only", key="html", quote=quote
        )
    yield from placement_problems(workspace, story.kit, story.text, str(path))
    large = re.search(r"^# .*", story.text, re.MULTILINE)
    if large:
        yield ContentError(
            "a heading has one #, but the page's title is the only one of that size",
            where=str(path),
            mend="Use ##",
            key="heading",
            quote=large[0],
        )
    yield from _notes(workspace, story, path)
    for target in LINK.findall(story.text):
        if not _link_holds(target, {*workspace.languages, story.language}, catalogue):
            yield ContentError(
                f"the link {target} leads nowhere",
                where=str(path),
                mend="Mend or remove it",
                key="link",
                quote=f"]({target})",
                target=target,
            )


def _notes(workspace: Workspace, story: Story | Layer, path: Path) -> Iterator[UserError]:
    used, given = set(NOTE_USED.findall(story.text)), NOTE_GIVEN.findall(story.text)
    for name in sorted(used - set(given) - set(read_sources(workspace))):
        yield ContentError(
            f"the note [^{name}] is used but not given",
            where=str(path),
            mend=f"Add {name} to stories/{SOURCES_FILE}, or [^{name}]: … to the story",
            key="note_unknown",
            quote=f"[^{name}]",
            name=name,
        )
    for name in sorted(set(given) - used):
        yield ContentError(
            f"the note [^{name}] is given but never used",
            where=str(path),
            mend="Use or remove it",
            key="note_unused",
            quote=f"[^{name}]:",
            name=name,
        )
    for name in sorted({name for name in given if given.count(name) > 1}):
        yield ContentError(
            f"the note [^{name}] is given twice",
            where=str(path),
            mend="Give every note once",
            key="note_twice",
            quote=f"[^{name}]:",
            name=name,
        )


def _link_holds(target: str, languages: set[str], catalogue: Catalogue) -> bool:
    if target.startswith(("https://", "http://", "mailto:", "tel:", "geo:", "#")):
        return True
    parts = target.strip("/").split("/")
    return (
        len(parts) in {3, 4}
        and parts[0] in languages
        and parts[1] in catalogue
        and parts[2] in {kit.id for kit in catalogue[parts[1]].kits}
    )
