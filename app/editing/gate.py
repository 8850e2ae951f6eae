"""What keeps a text from being published, each with its place and its mend; and what the house advises."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from app.checking.problems import ContentError
from app.checking.stories import text_problems
from app.checking.strict import answerable
from app.checking.wording import as_told, own_wording, read_told, unsourced
from app.core.errors import UserError
from app.core.story import FrontError, Layer, LayerFront, Story
from app.core.wording import mean_sentence, prose, readability_index
from app.core.wording import words as words_of
from app.editing import Studio, Text
from app.editing.files import path_of
from app.editing.front import fields
from app.ledger import Draft
from app.library import is_told, parse_layer, parse_story
from app.reading import FileBrokenError, KeyWrongError

QUOTED = 60
"""So many signs of a paragraph show which one it is."""
MUST_SAY = ("title", "summary", "place")
FRONT_END = "\n---\n"


@dataclass(frozen=True)
class Problem:
    """One thing that is not right with a text.

    Attributes:
        key: by which name pages know it: phrase "gate." and this, or "advice." and this.
        what: what is wrong, in English, for the command line.
        mend: what to do about it, in English.
        front: the key of the front matter that it is about, with the numbers of lists from 1, as
            "riddles.2.answer"; "" if it is about the text.
        line: of the whole file, from 1; 0 if it is about no line.
        text_line: of the text below the front matter, from 1; 0 if it is about no line there.
        quote: how the paragraph begins, "" if it is about none.
        values: what stands in the phrase.
    """

    key: str
    what: str
    mend: str
    front: str = ""
    line: int = 0
    text_line: int = 0
    quote: str = ""
    values: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return it as sentences: where, what, how to mend."""
        place = f"line {self.line}: " if self.line else f"{self.front}: " if self.front else ""
        quote = f" (“{self.quote}”)" if self.quote and self.quote not in self.what else ""
        return f"{place}{self.what}{quote}. {self.mend}."


@dataclass(frozen=True)
class Reading:
    """How long a text is and how hard it reads.

    Attributes:
        words: how many; in Vietnamese these are syllables.
        sentence: words of a sentence on average.
        index: the Automated Readability Index, about the school year that reads it; None but in English.
    """

    words: int
    sentence: float
    index: float | None


@dataclass(frozen=True)
class Advice:
    """What the house would do otherwise; nothing of it keeps a text from being published."""

    reading: Reading
    problems: tuple[Problem, ...]


def parse(studio: Studio, text: Text, words: str) -> Story | Layer:
    """Return a whole file's words as what they will be when they are published.

    Raises:
        FileBrokenError, KeyWrongError: the front matter is not right.
    """
    where = str(path_of(studio, text))
    if text.layer or text.bonus:
        return parse_layer(words, text.kit, text.language, text.layer, where=where)
    return parse_story(words, text.kit, text.language, where=where)


def gate(studio: Studio, text: Text, words: str, *, alone_because: str = "") -> tuple[Problem, ...]:
    """Return everything that keeps words from being published as this text; nothing if they may be.

    Args:
        studio: the studio.
        text: the text.
        words: the whole file.
        alone_because: why it is published before the workspace's other languages have it.
    """
    return tuple(_placed(problem, words) for problem in _problems(studio, text, words, alone_because))


def advice(studio: Studio, text: Text, words: str) -> Advice:
    """Return how long a text is and how hard it reads, and what the house would word otherwise.

    Args:
        studio: the studio.
        text: the text.
        words: the whole file; of one whose front matter is not right only the measures are told.
    """
    try:
        story = parse(studio, text, words)
    except UserError:
        return Advice(_reading(text, words.rpartition(FRONT_END)[2]), ())
    layer = text.layer or ("bonus" if text.bonus else "")
    others = {}
    for language in studio.workspace.languages:
        if language != text.language and is_told(studio.workspace, text.kit, language, text.layer):
            try:
                others[text.kit, language, layer] = read_told(studio.workspace, text.kit, language, layer)
            except UserError:
                continue  # it has its own problems
    found = own_wording(studio.workspace, as_told(studio.workspace, story, layer), others)
    return Advice(_reading(text, story.text), tuple(_placed(_named(error), words) for error in found))


def _reading(text: Text, body: str) -> Reading:
    plain = prose(body)
    count = len(words_of(plain))
    index = readability_index(plain) if text.language == "en" and count else None
    return Reading(count, mean_sentence(plain), index)


def _problems(studio: Studio, text: Text, words: str, alone_because: str) -> Iterator[Problem]:
    story: Story | Layer
    try:
        story = parse(studio, text, words)
    except KeyWrongError as error:
        yield from _faults(error)
        story = _body_of(text, words)
    except FileBrokenError as error:
        key = "front_broken" if error.line else "front_missing"
        yield Problem(key, error.what, error.mend, line=error.line)
        story = _body_of(text, words)
    else:
        yield from _empty(story)
    yield from map(_named, text_problems(studio.workspace, story, studio.catalogue))
    yield from map(_named, unsourced(story, path_of(studio, text)))
    if isinstance(story, Story):
        for number, riddle in enumerate(story.front.riddles, start=1):
            for found in answerable(riddle, prose(story.text), ""):
                yield replace(_named(found), front=f"riddles.{number}")
    yield from _alone(studio, text, alone_because)


def _body_of(text: Text, words: str) -> Layer:
    """Return what stands below a front matter that is not right, so that all is told at once."""
    front = LayerFront(title="", summary="")
    body = fields(words).body
    return Layer(kit=text.kit, language=text.language, layer=text.layer, front=front, text=body)


def _faults(error: KeyWrongError) -> Iterator[Problem]:
    for fault in error.faults:
        top, _, rest = fault.key.partition(".")
        number = rest.partition(".")[0]
        values: dict[str, str | int] = {"part": top, "number": number if number.isdigit() else ""}
        key = f"field_{fault.kind}"
        if isinstance(fault.why, FrontError):
            key, values = fault.why.key, {**values, **fault.why.values}
        yield Problem(key, fault.said, fault.mend, front=fault.key, values=values)


def _empty(story: Story | Layer) -> Iterator[Problem]:
    """Yield what has a key and no words."""
    for key in _wordless(story):
        top, _, rest = key.partition(".")
        values = {"part": top, "number": rest.partition(".")[0]}
        yield Problem("field_missing", f"{key} is empty", "Write it", front=key, values=values)
    if not prose(story.text).strip():
        yield Problem("text_missing", "there is no text", "Write it")


def _wordless(story: Story | Layer) -> Iterator[str]:
    front = story.front
    yield from (key for key in MUST_SAY if hasattr(front, key) and not getattr(front, key).strip())
    for name, parts in (
        ("facts", ("value", "label", "source")),
        ("timeline", ("when", "what", "source")),
        ("details", ("title", "text", "source")),
        ("riddles", ("question", "answer", "hint", "because")),
    ):
        for number, each in enumerate(getattr(front, name, ()), start=1):
            yield from (f"{name}.{number}.{part}" for part in parts if not getattr(each, part).strip())
    for number, riddle in enumerate(getattr(front, "riddles", ()), start=1):
        yield from (f"riddles.{number}.choices" for choice in riddle.choices if not choice.strip())


def _alone(studio: Studio, text: Text, because: str) -> Iterator[Problem]:
    """Yield the workspace's languages in which the text neither stands nor is approved."""
    if because.strip():
        return
    for language in studio.workspace.languages:
        if language == text.language or is_told(studio.workspace, text.kit, language, text.layer):
            continue
        name = f"{language}.{text.layer}" if text.layer else language
        with studio.ledger.reading() as session:
            draft = session.get(Draft, (text.kit, name))
        if draft is None or draft.state != "approved":
            yield Problem(
                "alone",
                f"the text does not stand in {language} yet",
                f"Write and approve {text.kit}/{name} too, or hand this one in with a reason to go first",
                values={"language": language},
            )


def _named(error: UserError) -> Problem:
    if isinstance(error, ContentError) and error.key:
        return Problem(error.key, error.what, error.mend, quote=error.quote, values=error.values)
    return Problem("other", error.what, error.mend, values={"what": error.what, "mend": error.mend})


def _placed(problem: Problem, words: str) -> Problem:
    """Return a problem with the line where it stands and a quote that is short."""
    head, ends, body = words.partition(FRONT_END)
    above = (head + ends).count("\n") if ends else 0
    if problem.front:
        found = re.search(rf"^{re.escape(problem.front.partition('.')[0])}:", head, re.MULTILINE)
        return replace(problem, line=head[: found.start()].count("\n") + 1) if found else problem
    if not problem.quote:
        return problem
    at = _found(body, problem.quote)
    paragraph = " ".join(_paragraph(body, at).split()) if at >= 0 else problem.quote
    line = body[:at].count("\n") + 1 if at >= 0 else 0
    short = paragraph[:QUOTED] + ("…" if len(paragraph) > QUOTED else "")
    return replace(problem, line=above + line if line else 0, text_line=line, quote=short)


def _found(body: str, quote: str) -> int:
    """Return where words stand in a text, however its lines are broken; -1 if they do not."""
    at = body.find(quote)
    if at >= 0:
        return at
    pattern = r"\W+".join(map(re.escape, words_of(quote)[:12]))
    found = re.search(pattern, body, re.IGNORECASE) if pattern else None
    return found.start() if found else -1


def _paragraph(body: str, at: int) -> str:
    start = body.rfind("\n\n", 0, at)
    return body[start + 2 if start >= 0 else 0 :].lstrip("\n").partition("\n\n")[0]
