"""Checks a riddle's answer. Nothing is kept: who asks twice may answer twice."""

from dataclasses import dataclass
from typing import Literal

from app.core.story import FrontMatter


@dataclass(frozen=True)
class Checked:
    """A riddle that was answered.

    Attributes:
        kind: which of the story's riddles it is.
        door: the chosen one, from 1; 0 for none.
        verdict: what the page says to it.
    """

    kind: str
    door: int
    verdict: Literal["right", "wrong", "none"]


def check_riddle(front: FrontMatter, kind: str, door: str) -> Checked | None:
    """Return the verdict on a choice, None if the story has no riddle of this kind.

    Args:
        front: the story's front matter.
        kind: which riddle.
        door: the number of the chosen door as an address has it; anything else counts as none.
    """
    for riddle in front.riddles:
        if riddle.kind == kind:
            number = int(door) if door in {"1", "2", "3", "4"} else 0
            right = number and riddle.choices[number - 1] == riddle.answer
            return Checked(kind, number, "right" if right else "wrong" if number else "none")
    return None
