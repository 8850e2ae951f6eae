"""A story's front matter: what is told beside its text."""

from dataclasses import dataclass

_STRICT = {"extra": "forbid"}


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
class Riddle:
    """A riddle with four choices; `because` is told after the answer."""

    __pydantic_config__ = _STRICT
    question: str
    choices: tuple[str, str, str, str]
    answer: str
    hint: str
    because: str

    def __post_init__(self) -> None:
        if self.answer not in self.choices:
            raise ValueError("the answer is not one of the choices, letter for letter")
        if len(set(self.choices)) != len(self.choices):
            raise ValueError("two choices are the same")


@dataclass(frozen=True, kw_only=True)
class FrontMatter:
    """What stands between the two `---` lines of a story file."""

    __pydantic_config__ = _STRICT
    title: str
    summary: str
    place: str
    facts: tuple[Fact, Fact, Fact, Fact]
    riddle: Riddle
    uncertain: tuple[str, ...]
    reviewed: str | None = None

    def __post_init__(self) -> None:
        if len(self.summary) > 140:
            raise ValueError(f"the summary has {len(self.summary)} characters; phones show 140")


@dataclass(frozen=True, kw_only=True)
class Story:
    """One story file in one language: front matter and Markdown text."""

    kit: str
    language: str
    front: FrontMatter
    text: str
