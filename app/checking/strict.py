"""What a series needs to be worth collecting: `hopke check --strict`."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from app.checking.problems import ContentError
from app.checking.wording import Told, read_told, wording_problems
from app.core.errors import UserError
from app.core.kit import Entry, Kit, Series
from app.core.story import CHASE, LAYERS, RIDDLES, Riddle, Story
from app.core.wording import contains, contains_any, words
from app.library import has_layer, read_story, story_path
from app.pictures import art_path, cover_path, icon_path, parse_svg, steps_drawn
from app.workspace import Workspace

STEPS = range(6, 11)
MOMENTS = range(4, 9)
FEWEST_ALT_WORDS = 6


def strict_problems(workspace: Workspace, catalogue: Mapping[str, Series]) -> Iterator[UserError]:
    """Yield what keeps a whole and sound workspace from being worth collecting.

    Args:
        workspace: one in which the plain check finds nothing.
        catalogue: its series.
    """
    told: dict[tuple[str, str, str], Told] = {}
    for series in catalogue.values():
        yield from _cover(workspace, series)
        for entry in series.entries:
            yield from _drawn(workspace, series, entry.kit)
            yield from _built(workspace, series, entry.kit)
            for language in workspace.languages:
                for layer in ("", *LAYERS):
                    if layer and not has_layer(workspace, entry.kit.id, language, layer):
                        yield _missing(workspace, entry.kit.id, f"{language}.{layer}")
                        continue
                    told[entry.kit.id, language, layer] = read_told(workspace, entry.kit.id, language, layer)
                yield from _riddles(told[entry.kit.id, language, ""], entry)
                yield from _collected(told[entry.kit.id, language, ""], entry.kit)
            yield from _same_places(workspace, entry.kit)
        yield from _bonus(workspace, series, told)
    yield from wording_problems(workspace, told)


def _missing(workspace: Workspace, kit_id: str, name: str) -> ContentError:
    return ContentError(
        "this layer is not written",
        where=str(story_path(workspace, kit_id, name)),
        mend="Write it: every landmark is told for children, in easy language, for adults and for a class",
    )


def _cover(workspace: Workspace, series: Series) -> Iterator[UserError]:
    path = cover_path(workspace, series.id)
    if not path.is_file():
        yield ContentError("the series has no cover", where=str(path), mend="Draw one")
    for language, alt in (series.cover or {}).items():
        yield from _alt(alt, f"{path.with_name('series.toml')}: cover.{language}")


def _alt(alt: str, where: str) -> Iterator[UserError]:
    if len(words(alt)) < FEWEST_ALT_WORDS:
        yield ContentError(
            f"“{alt}” does not tell what the picture shows",
            where=where,
            mend=f"Tell it in {FEWEST_ALT_WORDS} words or more",
        )


def _drawn(workspace: Workspace, series: Series, kit: Kit) -> Iterator[UserError]:
    where = workspace.kits / series.id / kit.id
    for language, alt in kit.art.alt.items():
        yield from _alt(alt, f"{where / 'kit.toml'}: art.alt.{language}")
    if not icon_path(workspace, series.id, kit.id).is_file():
        yield ContentError("the kit has no icon", where=str(where / "icon.svg"), mend="Draw one")
    missing = set(range(1, len(kit.steps) + 1)) - steps_drawn(
        parse_svg(art_path(workspace, series.id, kit.id))
    )
    for step in sorted(missing):
        yield ContentError(
            f"the picture has no group s{step}, so step {step} cannot be shown",
            where=str(art_path(workspace, series.id, kit.id)),
            mend=f'Put what the step adds into <g id="s{step}">',
        )


def _built(workspace: Workspace, series: Series, kit: Kit) -> Iterator[UserError]:
    where = str(workspace.kits / series.id / kit.id / "kit.toml")
    if len(kit.steps) not in STEPS:
        yield ContentError(
            f"the model is built in {len(kit.steps)} steps",
            where=where,
            mend=f"Tell it in {STEPS[0]} to {STEPS[-1]}",
        )
    codes = [part.code for group in kit.assembly for part in group.parts]
    placed = {code for step in kit.steps for code in step.parts}
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield ContentError(f"the part {code} is listed twice", where=where, mend="Give it another code")
    for code in sorted(set(codes) - placed):
        yield ContentError(f"no step places the part {code}", where=where, mend="Add it to a step's parts")
    for number, step in enumerate(kit.steps, start=1):
        for code in sorted(set(step.parts) - set(codes)):
            yield ContentError(
                f"step {number} places {code}, which is no part", where=where, mend="Mend the code"
            )
        for language in step.text:
            said = f"{step.title[language]}\n{step.text[language]}".casefold()
            names = [kit.parts[code].name[language].casefold() for code in step.parts if code in kit.parts]
            if not contains_any(said, names):
                yield ContentError(
                    f"in {language} step {number} names none of its parts: {', '.join(names) or 'none'}",
                    where=where,
                    mend="Use the name that stands in the list of parts",
                )


def _riddles(told: Told, entry: Entry) -> Iterator[UserError]:
    riddles = told.story.front.riddles if isinstance(told.story, Story) else ()
    missing = [kind for kind in RIDDLES if kind not in {riddle.kind for riddle in riddles}]
    if missing:
        yield ContentError(
            f"there is no riddle of the kind {missing[0]}", where=str(told.path), mend="Add one to riddles"
        )
    for riddle in riddles:
        where = f"{told.path}: the riddle “{riddle.question}”"
        yield from answerable(riddle, told.text, where)
        if riddle.kind == "set" and riddle.answer != entry.digit:
            yield ContentError(
                f"its answer is {riddle.answer}; the digit in series.toml is {entry.digit or 'missing'}",
                where=where,
                mend="Make them the same",
            )


def answerable(riddle: Riddle, text: str, where: str) -> Iterator[ContentError]:
    """Yield why nobody can find a riddle's answer; `text` is the story's prose."""
    if (riddle.in_drawing is None) == (riddle.in_text is None):
        yield ContentError(
            "nobody can tell where its answer is found",
            where=where,
            mend="Name either the detail of the picture, in_drawing, or the words of the story, in_text",
            key="riddle_nowhere",
            question=riddle.question,
        )
    elif riddle.in_text is not None and not contains(_flat(text), _flat(riddle.in_text)):
        yield ContentError(
            f"the words “{riddle.in_text}” do not stand in the story",
            where=where,
            mend="Copy them from the text, letter for letter",
            key="riddle_words",
            words=riddle.in_text,
            question=riddle.question,
        )


def _flat(text: str) -> str:
    return " ".join(text.split())


def _collected(told: Told, kit: Kit) -> Iterator[UserError]:
    """Yield what a child's story lacks beside its text: all details, and a timeline."""
    if not isinstance(told.story, Story):
        return
    front = told.story.front
    shown = [detail.of for detail in front.details]
    if sorted(shown) != sorted(kit.details) or not shown:
        yield ContentError(
            f"the story looks at {', '.join(shown) or 'nothing'}; the picture has {', '.join(kit.details)}",
            where=str(told.path),
            mend="Tell about every detail once",
        )
    if len(front.timeline) not in MOMENTS:
        yield ContentError(
            f"the timeline has {len(front.timeline)} moments",
            where=str(told.path),
            mend=f"Give {MOMENTS[0]} to {MOMENTS[-1]}",
        )


def _same_places(workspace: Workspace, kit: Kit) -> Iterator[UserError]:
    """Yield riddles whose answer stands at another place in another language: cards print both."""
    answers = {
        language: [
            (riddle.kind, riddle.choices.index(riddle.answer))
            for riddle in read_story(workspace, kit.id, language).front.riddles
        ]
        for language in workspace.languages
    }
    for one, other in pairwise(answers):
        if answers[one] != answers[other]:
            yield ContentError(
                f"the riddles' answers stand at other places in {other} than in {one}",
                where=str(story_path(workspace, kit.id, other)),
                mend="Put the choices into the same order",
            )


def _bonus(
    workspace: Workspace, series: Series, told: dict[tuple[str, str, str], Told]
) -> Iterator[UserError]:
    if series.bonus is None:
        return
    for language in workspace.languages:
        for layer in ("bonus", CHASE) if series.chase_digits else ("bonus",):
            name = language if layer == "bonus" else f"{language}.{layer}"
            if story_path(workspace, series.bonus, name).is_file():
                told[series.bonus, language, layer] = read_told(workspace, series.bonus, language, layer)
            else:
                yield _missing(workspace, series.bonus, name)
