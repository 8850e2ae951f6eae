"""A draft as the page that it will be, however unfinished: what is blank is shown as three dots."""

from collections.abc import Iterator

from app.core.errors import UserError
from app.core.story import (
    LONGEST_SUMMARY,
    RIDDLES,
    Detail,
    Fact,
    FrontMatter,
    Layer,
    LayerFront,
    Moment,
    Riddle,
    Story,
)
from app.editing import Studio, Text
from app.editing.front import CHOICES, FACTS, Fields, Row, fields, tidy
from app.editing.gate import parse

BLANK = "…"


def lenient_story(studio: Studio, text: Text, words: str) -> Story | Layer:
    """Return a whole file's words as a story or a layer, also while they are not finished."""
    try:
        return parse(studio, text, words)
    except UserError:
        return _story(text, tidy(fields(words)))


def _story(text: Text, typed: Fields) -> Story | Layer:
    title, summary = typed.texts["title"].strip() or BLANK, _summary(typed.texts["summary"])
    uncertain = tuple(row["text"] for row in typed.rows["uncertain"])
    if text.layer or text.bonus:
        short = LayerFront(title=title, summary=summary, uncertain=uncertain)
        return Layer(kit=text.kit, language=text.language, layer=text.layer, front=short, text=typed.body)
    first, second, third, fourth, *_ = _facts(typed)
    front = FrontMatter(
        title=title,
        summary=summary,
        place=typed.texts["place"].strip() or BLANK,
        facts=(first, second, third, fourth),
        riddles=tuple(_riddles(typed)),
        uncertain=uncertain,
        timeline=tuple(Moment(**_dotted(row)) for row in typed.rows["timeline"]),
        details=tuple(Detail(**_dotted(row)) for row in typed.rows["details"]),
    )
    return Story(kit=text.kit, language=text.language, front=front, text=typed.body)


def _summary(typed: str) -> str:
    if len(typed) > LONGEST_SUMMARY:
        return typed[: LONGEST_SUMMARY - 1] + BLANK
    return typed.strip() or BLANK


def _facts(typed: Fields) -> list[Fact]:
    facts = [Fact(**_dotted(row)) for row in typed.rows["facts"]]
    return [*facts, *(Fact(value=BLANK, label=BLANK, source="") for _ in range(FACTS - len(facts)))]


def _dotted(row: Row) -> dict[str, str]:
    """Return a row whose blanks are dots; the label of no source is none."""
    return {column: text.strip() or ("" if column == "source" else BLANK) for column, text in row.items()}


def _riddles(typed: Fields) -> Iterator[Riddle]:
    for kind in RIDDLES:
        row = typed.riddles[kind]
        if kind != "story" and not any(text.strip() for text in row.values()):
            continue
        one, two, three, four = _choices(row)
        right = int(row["right"]) if row["right"] in {"0", "1", "2", "3"} else 0
        yield Riddle(
            question=row["question"].strip() or BLANK,
            choices=(one, two, three, four),
            answer=(one, two, three, four)[right],
            hint=row["hint"].strip() or BLANK,
            because=row["because"].strip() or BLANK,
            kind=kind,  # type: ignore[arg-type]  # one of RIDDLES
            in_drawing=row["in_drawing"] or None,
            in_text=row["in_text"] or None,
        )


def _choices(row: Row) -> list[str]:
    """Return four choices of which no two are the same."""
    choices: list[str] = []
    for name in CHOICES:
        choice = row[name].strip() or BLANK
        while choice in choices:
            choice += BLANK
        choices.append(choice)
    return choices
