"""Pictures in stories: how a text places one, and what is told about it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.core.kit import Words

_STRICT = {"extra": "forbid"}

NAME = re.compile(r"(?=.{1,60}\Z)[a-z0-9]+(?:-[a-z0-9]+)*")
"""What a picture may be called: it stands in texts, file names and addresses."""

DECORATIVE = "decorative"
PLACED = re.compile(
    r"^ *!\[(?P<alt>[^\[\]\n]*)\]"
    r'\(images/(?P<name>[a-z0-9-]{1,60})(?P<decorative> "decorative")?\) *$',
    re.MULTILINE,
)
"""A picture's place, a line of its own: `![what is seen](images/old-gate)`."""

SHORTEST_ALT = 3

SOURCE = re.compile(r"https?://[^\s\"<>]+\Z")
"""Where a picture was found."""


@dataclass(frozen=True)
class Placement:
    """One picture in a text: its name, and what a reader who does not see it is told.

    A picture that only adorns is decorative, and its `alt` is "".
    """

    name: str
    alt: str
    decorative: bool


def placements(text: str) -> Iterator[Placement]:
    """Yield the pictures that a story's Markdown places, in order."""
    for found in PLACED.finditer(text):
        yield Placement(found["name"], found["alt"].strip(), found["decorative"] is not None)


def placement_line(placement: Placement) -> str:
    """Return the line that places a picture; signs that end what is written in brackets are left out."""
    if placement.decorative:
        return f'![](images/{placement.name} "{DECORATIVE}")'
    alt = " ".join(re.sub(r"[\[\]\\]", " ", placement.alt).split())
    return f"![{alt}](images/{placement.name})"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What stands about a picture beside its files.

    Attributes:
        credit: who made it, in each language.
        licence: on what terms it may be shown, such as "CC BY-SA 4.0".
        width: of the largest version in pixels.
        height: of the largest version in pixels.
        widths: of all versions in pixels, smallest first; each is there as AVIF and as JPEG.
        digest: the first twelve hexadecimal digits of SHA-256 over all versions but the square: part of their
            addresses.
        source: where it was found, an https or http address.
        focal: what must be seen when it is cut to a square: x and y from the upper left corner, 0 to 1.
    """

    __pydantic_config__ = _STRICT
    credit: Words
    licence: str
    width: int
    height: int
    widths: tuple[int, ...]
    digest: str
    source: str | None = None
    focal: tuple[float, float] = (0.5, 0.5)

    def __post_init__(self) -> None:
        if not self.credit or not all(text.strip() for text in self.credit.values()):
            raise ValueError("credit says in each language who made the picture")
        if not self.licence.strip():
            raise ValueError("licence says on what terms the picture may be shown")
        if self.source is not None and not SOURCE.match(self.source):
            raise ValueError("source is an address that begins with https:// or http://")
        if not all(0 <= part <= 1 for part in self.focal):
            raise ValueError("focal is two numbers from 0 to 1")
        if not self.widths or list(self.widths) != sorted(set(self.widths)) or self.widths[-1] != self.width:
            raise ValueError("widths go from the smallest to the picture's own width")
        if self.widths[0] < 1 or self.height < 1:
            raise ValueError("a picture is at least one pixel wide and high")
        if not re.fullmatch(r"[0-9a-f]{12}", self.digest):
            raise ValueError("digest is twelve hexadecimal digits")
