"""Checks the wording of stories: length, reading level, sources, the glossary, sentences of somebody else's.

Reading level: English by the Automated Readability Index, at most 6 for a child's story; Vietnamese, for
which we could check no formula, by sentences: at most 15 syllables on average and 30 in any. Easy layers: at
most 10 words (English) or 12 syllables (Vietnamese) a sentence on average.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from pathlib import Path

from app.checking.problems import ContentError
from app.core.errors import UserError
from app.core.story import CHASE, Layer, Story
from app.core.wording import (
    FINGERPRINT_BYTES,
    Glossary,
    Term,
    contains,
    contains_any,
    fingerprints,
    longest_sentence,
    mean_sentence,
    paragraphs,
    prose,
    readability_index,
    words,
)
from app.library import read_layer, read_story, story_path
from app.press.document import write_file
from app.reading import read_toml
from app.workspace import Workspace

LENGTHS = {
    "": (400, 700),
    "easy": (120, 250),
    "adult": (500, 900),
    "class": (300, 600),
    "bonus": (250, 600),
    CHASE: (60, 200),
}
"""Words of a layer, fewest and most; in Vietnamese syllables."""
HARDEST_INDEX = 6.0
LONGEST_MEAN = {("vi", ""): 15.0, ("vi", "easy"): 12.0, ("en", "easy"): 10.0}
LONGEST_SENTENCE = {("vi", ""): 30, ("vi", "easy"): 20, ("en", "easy"): 18}
FIGURE = re.compile(r"\d\d|\d[.,]\d")
"""A year or a measure; a single digit is something that a child counts."""

FEWEST_OF_A_NAME, NAME = 4, "Ω"
GLOSSARY_FILE, FINGERPRINTS_FILE = "glossary.toml", "sources.fingerprints"


@dataclass(frozen=True)
class Told:
    """A story or a layer with where it stands.

    Attributes:
        story: it.
        layer: "", "easy", "adult", "class", or "bonus" and "chase" of a bonus page.
        path: its file.
        text: its prose.
        everything: what readers read of its front matter, then its prose.
    """

    story: Story | Layer
    layer: str
    path: Path
    text: str
    everything: str


ToldBy = Mapping[tuple[str, str, str], Told]
"""Stories by kit, language and layer."""


def read_told(workspace: Workspace, kit_id: str, language: str, layer: str) -> Told:
    """Return a story or a layer with its words.

    Raises:
        UserError: its file is missing or broken.
    """
    story: Story | Layer
    if layer == "":
        story = read_story(workspace, kit_id, language)
    else:
        story = read_layer(workspace, kit_id, language, layer.replace("bonus", ""))
    return as_told(workspace, story, layer)


def as_told(workspace: Workspace, story: Story | Layer, layer: str) -> Told:
    """Return a text, which may be one that no file holds yet, with its words; `layer` as in `Told`."""
    text = prose(story.text)
    everything = "\n".join([*_texts(story.front), text])
    return Told(story, layer, story_path(workspace, story.kit, story.name), text, everything)


def wording_problems(workspace: Workspace, told: ToldBy) -> Iterator[UserError]:
    """Yield what is wrong with the wording of all stories together."""
    for each in told.values():
        yield from _level(each)
        yield from unsourced(each.story, each.path)
    yield from _glossary(workspace, told)
    yield from _shared(workspace, told)


def own_wording(workspace: Workspace, each: Told, others: ToldBy) -> Iterator[UserError]:
    """Yield what the house would word otherwise in one text.

    Args:
        workspace: the workspace; what it lacks, a glossary or fingerprints, is not looked for.
        each: the text.
        others: the same text in other languages.
    """
    yield from _level(each)
    own = {(each.story.kit, each.story.language, each.layer): each}
    found = (*_glossary(workspace, {**others, **own}), *_shared(workspace, own))
    yield from (problem for problem in found if problem.where == str(each.path))


def keep_fingerprints(workspace: Workspace, folder: Path) -> tuple[Path, int]:
    """Keep fingerprints of the wording of source texts, not the texts; return their file and number of texts.

    Args:
        workspace: whose stories are compared with them.
        folder: of the sources' texts, .txt and .md, in any language.

    Raises:
        ContentError: there is no text in the folder.
        OutputError: the file cannot be written.
    """
    texts = sorted(path for path in folder.rglob("*") if path.suffix in {".txt", ".md"})
    if not texts:
        raise ContentError(
            "there is no text in the folder", where=str(folder), mend="Put the sources there as .txt or .md"
        )
    found = {mark for path in texts for mark in fingerprints(path.read_text("utf-8", errors="replace"))}
    path = workspace.stories / FINGERPRINTS_FILE
    write_file(path, b"".join(sorted(found)))
    return path, len(texts)


def _texts(value: object) -> Iterator[str]:
    """Yield what readers read of a front matter."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _texts(part)
    elif is_dataclass(value):
        for field in fields(value):
            if field.name not in {"source", "of", "kind", "in_drawing", "in_text", "reviewed"}:
                yield from _texts(getattr(value, field.name))


def _level(told: Told) -> Iterator[UserError]:
    language, where = told.story.language, str(told.path)
    count = len(words(told.text))
    fewest, most = LENGTHS[told.layer]
    if not fewest <= count <= most:
        yield ContentError(
            f"the text has {count} words",
            where=where,
            mend=f"Tell it in {fewest} to {most}",
            key="length",
            n=count,
            fewest=fewest,
            most=most,
        )
    if told.layer == "" and language == "en" and readability_index(told.text) > HARDEST_INDEX:
        yield ContentError(
            f"its Automated Readability Index is {readability_index(told.text):.1f}; a child of ten reads"
            f" up to {HARDEST_INDEX:g}",
            where=where,
            mend="Use shorter sentences and words",
            key="level",
            index=f"{readability_index(told.text):.1f}",
            most=f"{HARDEST_INDEX:g}",
        )
    mean = LONGEST_MEAN.get((language, told.layer))
    if mean is not None and mean_sentence(told.text) > mean:
        yield ContentError(
            f"its sentences have {mean_sentence(told.text):.1f} words on average",
            where=where,
            mend=f"Bring them to {mean:g} or fewer",
            key="mean",
            mean=f"{mean_sentence(told.text):.1f}",
            most=f"{mean:g}",
        )
    longest = longest_sentence(told.text)
    if len(words(longest)) > LONGEST_SENTENCE.get((language, told.layer), 60):
        yield ContentError(
            f"a sentence has {len(words(longest))} words: “{longest[:60]}…”",
            where=where,
            mend="Divide it",
            key="sentence",
            quote=longest,
            n=len(words(longest)),
        )


def unsourced(story: Story | Layer, path: Path) -> Iterator[ContentError]:
    """Yield paragraphs with a year or a measure and no note; a class' page counts minutes and answers too."""
    if isinstance(story, Layer) and story.layer == "class":
        return
    for paragraph in paragraphs(story.text):
        if FIGURE.search(prose(paragraph)) and "[^" not in paragraph:
            yield ContentError(
                f"a paragraph gives a figure and no source: “{paragraph[:60]}…”",
                where=str(path),
                mend="Add the note of its source, [^…]",
                key="unsourced",
                quote=paragraph,
            )


def _glossary(workspace: Workspace, told: ToldBy) -> Iterator[UserError]:
    path = workspace.stories / GLOSSARY_FILE
    if not path.is_file():
        yield ContentError("there is no glossary", where=str(path), mend="List the terms that must not vary")
        return
    for term in _terms(path, path.stat().st_mtime_ns):
        forms = {"vi": term.vi, "en": (*term.en, *term.vi)}
        for (kit_id, language, layer), each in told.items():
            for form in term.avoid_vi if language == "vi" else term.avoid_en if language == "en" else ():
                if contains(each.everything, form):
                    yield ContentError(
                        f"“{form}” stands for “{(term.vi if language == 'vi' else term.en)[0]}”",
                        where=str(each.path),
                        mend="Use the glossary's word",
                        key="glossary",
                        quote=form,
                        word=form,
                        instead=(term.vi if language == "vi" else term.en)[0],
                    )
            other = told.get((kit_id, "en" if language == "vi" else "vi", layer))
            if (
                term.paired
                and other is not None
                and contains_any(each.everything, forms.get(language, ()))
                and not contains_any(other.everything, forms.get(other.story.language, ()))
            ):
                yield ContentError(
                    f"“{term.vi[0]} / {term.en[0]}” stands in {each.path.name} and not here",
                    where=str(other.path),
                    mend=f"Use one of: {', '.join(forms[other.story.language])}",
                    key="paired",
                    words=", ".join(forms[other.story.language]),
                )


def _shared(workspace: Workspace, told: ToldBy) -> Iterator[UserError]:
    path = workspace.stories / FINGERPRINTS_FILE
    if not path.is_file():
        yield ContentError(
            "nothing tells the wording of the sources, so copied sentences cannot be found",
            where=str(path),
            mend="Run hopke fingerprint FOLDER with the texts of the sources",
        )
        return
    known = _fingerprints(path, path.stat().st_mtime_ns)
    names = _names(workspace)
    for each in told.values():
        own = each.everything
        for name in names:  # a name is nobody's sentence, however long
            own = own.replace(name, NAME)
        shared = [run for mark, run in fingerprints(own).items() if mark in known]
        if shared:
            yield ContentError(
                f"it shares words with a source: “{shared[0]}”",
                where=str(each.path),
                mend="Say it in words of your own; long names belong into the glossary",
                key="shared",
                words=shared[0],
            )


# A desk asks for both each time that it is opened.
@lru_cache(maxsize=4)
def _terms(path: Path, _changed_ns: int) -> tuple[Term, ...]:
    return read_toml(path, Glossary).term


@lru_cache(maxsize=4)
def _fingerprints(path: Path, _changed_ns: int) -> frozenset[bytes]:
    marks = path.read_bytes()
    return frozenset(marks[at : at + FINGERPRINT_BYTES] for at in range(0, len(marks), FINGERPRINT_BYTES))


def _names(workspace: Workspace) -> list[str]:
    """Return the glossary's names, the longest first."""
    path = workspace.stories / GLOSSARY_FILE
    terms = _terms(path, path.stat().st_mtime_ns) if path.is_file() else ()
    forms = {form for term in terms for form in (*term.vi, *term.en) if len(words(form)) > FEWEST_OF_A_NAME}
    return sorted((form for form in forms if form[0].isupper()), key=len, reverse=True)
