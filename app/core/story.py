"""A story's front matter: what is told beside its text."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.core.kit import Words

_STRICT = {"extra": "forbid"}


class FrontError(ValueError):
    """A key of a front matter has a value of the right kind that is wrong all the same.

    Args:
        sentence: what is wrong.
        key: by which name pages know it.
        values: what stands in the sentence.
    """

    def __init__(self, sentence: str, key: str, **values: int) -> None:
        super().__init__(sentence)
        self.key = key
        self.values = values


@dataclass(frozen=True)
class CleanHtml:
    """Markup that was made of allowed parts alone: the only markup a template prints as it is."""

    text: str

    def __html__(self) -> str:
        return self.text


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One short figure about the landmark with the label of the footnote it comes from."""

    __pydantic_config__ = _STRICT
    value: str
    label: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One line of the timeline, with the label of the footnote it comes from."""

    __pydantic_config__ = _STRICT
    when: str
    what: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Detail:
    """Something to look at closely: `of` names a crop of the kit's picture."""

    __pydantic_config__ = _STRICT
    of: str
    title: str
    text: str
    source: str


RIDDLES = ("model", "story", "set")
"""Kinds of riddle, in the order of the page: on the model, in the story, across the set."""


@dataclass(frozen=True, kw_only=True)
class Riddle:
    """A riddle with four choices; `because` is told after the answer.

    `in_drawing` names the crop of the picture that gives the answer, `in_text` words of the story that do.
    """

    __pydantic_config__ = _STRICT
    question: str
    choices: tuple[str, str, str, str]
    answer: str
    hint: str
    because: str
    kind: Literal["model", "story", "set"] = "story"
    in_drawing: str | None = None
    in_text: str | None = None

    def __post_init__(self) -> None:
        if self.answer not in self.choices:
            raise FrontError("the answer is not one of the choices, letter for letter", "answer_no_choice")
        if len(set(self.choices)) != len(self.choices):
            raise FrontError("two choices are the same", "choices_same")


@dataclass(frozen=True, kw_only=True)
class Approval:
    """When somebody else than its writer approved a text, and by which hash the approved words are known."""

    __pydantic_config__ = _STRICT
    day: date
    of: str


LONGEST_SUMMARY = 140


def _short(summary: str) -> None:
    if len(summary) > LONGEST_SUMMARY:
        raise FrontError(
            f"the summary has {len(summary)} characters; phones show {LONGEST_SUMMARY}",
            "summary_long",
            n=len(summary),
            most=LONGEST_SUMMARY,
        )


@dataclass(frozen=True, kw_only=True)
class FrontMatter:
    """What stands between the two `---` lines of a story file."""

    __pydantic_config__ = _STRICT
    title: str
    summary: str
    place: str
    facts: tuple[Fact, Fact, Fact, Fact]
    riddles: tuple[Riddle, ...]
    uncertain: tuple[str, ...]
    timeline: tuple[Moment, ...] = ()
    details: tuple[Detail, ...] = ()
    reviewed: str | None = None
    approved: Approval | None = None

    def __post_init__(self) -> None:
        _short(self.summary)
        kinds = [riddle.kind for riddle in self.riddles]
        if kinds != [kind for kind in RIDDLES if kind in kinds] or "story" not in kinds:
            raise FrontError(
                f"riddles are at most one each of {', '.join(RIDDLES)}, in this order, one of them a story's",
                "riddles_order",
            )

    @property
    def riddle(self) -> Riddle:
        """Return the riddle that cards and sheets carry: the one that the story answers."""
        return next(riddle for riddle in self.riddles if riddle.kind == "story")

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the labels of the footnotes that the front matter names, each once."""
        named = [fact.source for fact in self.facts]
        named += [moment.source for moment in self.timeline]
        named += [detail.source for detail in self.details]
        return tuple(dict.fromkeys(named))


@dataclass(frozen=True, kw_only=True)
class Story:
    """One story file in one language: front matter and Markdown text."""

    kit: str
    language: str
    front: FrontMatter
    text: str

    @property
    def name(self) -> str:
        """Return its file's name without the ending."""
        return self.language


LAYERS = ("easy", "adult", "class")
"""The same landmark told otherwise: in easy language, for adults, for a class."""


CHASE = "chase"
"""The layer of a bonus page that the digits of the chases add."""


@dataclass(frozen=True, kw_only=True)
class LayerFront:
    """What stands between the two `---` lines of a layer, and of a bonus page."""

    __pydantic_config__ = _STRICT
    title: str
    summary: str
    uncertain: tuple[str, ...] = ()
    reviewed: str | None = None
    approved: Approval | None = None

    def __post_init__(self) -> None:
        _short(self.summary)

    @property
    def sources(self) -> tuple[str, ...]:
        """Return no labels: a layer's footnotes stand in its text alone."""
        return ()


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A layer of a story, or a bonus page (`layer` is "" then), in one language."""

    kit: str
    language: str
    layer: str
    front: LayerFront
    text: str

    @property
    def name(self) -> str:
        """Return its file's name without the ending."""
        return f"{self.language}.{self.layer}" if self.layer else self.language


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where something was read: who says it, and the address."""

    __pydantic_config__ = _STRICT
    text: Words
    url: str
