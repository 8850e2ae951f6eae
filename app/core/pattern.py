"""The small language of a beacon's pattern, which means the same in every programming language.

ASCII characters stand for themselves; `[...]` is one of some characters and ranges; `{n}` repeats what stands
before it n times; `|` separates alternatives and `( )` groups them. There is nothing else.
"""

from dataclasses import dataclass

from app.core.errors import UserError

# A pattern is for dice and hexadecimal digits; these bounds keep the work of any pattern small.
LONGEST_PATTERN = 256
MOST_PLACES = 4096
DEEPEST_GROUP = 16

_PRINTABLE = frozenset(map(chr, range(0x20, 0x7F)))
_NEVER_LITERAL = frozenset("\\.^$*+?{}[]()|")
_NEVER_IN_BRACKETS = frozenset("\\^[]")


class PatternError(UserError):
    """A pattern is not in the small language, or is too large."""


@dataclass(frozen=True)
class _OneOf:
    characters: frozenset[str]
    places: int = 1

    def ends(self, value: str, starts: frozenset[int]) -> frozenset[int]:
        return frozenset(at + 1 for at in starts if at < len(value) and value[at] in self.characters)


@dataclass(frozen=True)
class _Repeat:
    part: "_Part"
    times: int

    @property
    def places(self) -> int:
        return self.part.places * self.times

    def ends(self, value: str, starts: frozenset[int]) -> frozenset[int]:
        for _ in range(self.times):
            if not starts:
                break
            starts = self.part.ends(value, starts)
        return starts


@dataclass(frozen=True)
class _Sequence:
    parts: "tuple[_Part, ...]"

    @property
    def places(self) -> int:
        return sum(part.places for part in self.parts)

    def ends(self, value: str, starts: frozenset[int]) -> frozenset[int]:
        for part in self.parts:
            starts = part.ends(value, starts)
        return starts


@dataclass(frozen=True)
class _Choice:
    branches: "tuple[_Part, ...]"

    @property
    def places(self) -> int:
        return sum(branch.places for branch in self.branches)

    def ends(self, value: str, starts: frozenset[int]) -> frozenset[int]:
        return frozenset().union(*(branch.ends(value, starts) for branch in self.branches))


_Part = _OneOf | _Repeat | _Sequence | _Choice


@dataclass(frozen=True)
class Pattern:
    """A pattern that has been read and bounded."""

    text: str
    _whole: _Part

    def allows(self, value: str) -> bool:
        """Tell whether a value matches the pattern as a whole.

        Args:
            value: any text, from anyone.

        Returns:
            True if every character is accounted for. The work is at most 4,096 places times their number.
        """
        # Every place matches one character, so that a longer value need not be read at all.
        if len(value) > self._whole.places:
            return False
        return len(value) in self._whole.ends(value, frozenset([0]))


def parse_pattern(text: str) -> Pattern:
    """Read a pattern.

    Args:
        text: the pattern, at most 256 characters.

    Returns:
        The pattern, ready to match.

    Raises:
        PatternError: anything outside the small language, an empty alternative, more than 4,096 places after
            repetition, or groups deeper than 16.

    Source: HB1, "Manifest".
    """
    if len(text) > LONGEST_PATTERN:
        raise _refusal(f"The pattern has more than {LONGEST_PATTERN} characters", "Shorten it")
    reader = _Reader(text)
    whole = reader.choice(0)
    if reader.at < len(text):
        raise _refusal("A closing parenthesis has no opening one", "Write ( ) in pairs")
    return Pattern(text, whole)


class _Reader:
    """Reads a pattern from left to right, one method for each rule of the grammar."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def next(self) -> str:
        return self.text[self.at : self.at + 1]

    def choice(self, depth: int) -> _Part:
        if depth > DEEPEST_GROUP:
            raise _refusal(f"Groups stand in one another more than {DEEPEST_GROUP} deep", "Flatten them")
        branches = [self.sequence(depth)]
        while self.next() == "|":
            self.at += 1
            branches.append(self.sequence(depth))
        return branches[0] if len(branches) == 1 else _bounded(_Choice(tuple(branches)))

    def sequence(self, depth: int) -> _Part:
        parts: list[_Part] = []
        while self.next() not in ("", "|", ")"):
            parts.append(self.repeated(depth))
        if not parts:
            raise _refusal("The pattern or one of its alternatives is empty", "Write what the value may be")
        return _bounded(_Sequence(tuple(parts)))

    def repeated(self, depth: int) -> _Part:
        part = self.single(depth)
        if self.next() != "{":
            return part
        end = self.text.find("}", self.at)
        digits = self.text[self.at + 1 : end] if end > 0 else ""
        if not (digits.isascii() and digits.isdigit()) or digits[0] == "0" or len(digits) > len("4096"):
            raise _refusal("A repetition is not one plain number", "Write for example {30}")
        self.at = end + 1
        return _bounded(_Repeat(part, int(digits)))

    def single(self, depth: int) -> _Part:
        sign = self.next()
        self.at += 1
        if sign == "(":
            inner = self.choice(depth + 1)
            if self.next() != ")":
                raise _refusal("An opening parenthesis has no closing one", "Write ( ) in pairs")
            self.at += 1
            return inner
        if sign == "[":
            return self.brackets()
        if sign in _NEVER_LITERAL or sign not in _PRINTABLE:
            raise _refusal(
                f"The sign {sign!r} means different things in different languages, or nothing here",
                "Use plain characters, [ ], {n}, | and ( )",
            )
        return _OneOf(frozenset(sign))

    def brackets(self) -> _Part:
        end = self.text.find("]", self.at)
        inside = self.text[self.at : end] if end > 0 else ""
        if not inside or any(sign in _NEVER_IN_BRACKETS or sign not in _PRINTABLE for sign in inside):
            raise _refusal(
                "Square brackets hold nothing, or a sign that means different things in different languages",
                "Write characters and ranges, for example [0-9a-f]",
            )
        characters: set[str] = set()
        index = 0
        while index < len(inside):
            first = last = inside[index]
            if inside[index + 1 : index + 2] == "-" and index + 2 < len(inside):
                last = inside[index + 2]
                index += 2
            # Some languages read [0--9], [a&&b] and their like as operations on sets.
            if "-" in (first, last) or last < first or (not first.isalnum() and first in characters):
                raise _refusal(
                    "A range runs backwards, or a hyphen or doubled sign stands in square brackets",
                    "Write ranges upwards and a hyphen outside the brackets",
                )
            characters |= set(map(chr, range(ord(first), ord(last) + 1)))
            index += 1
        self.at = end + 1
        return _OneOf(frozenset(characters))


def _bounded(part: _Part) -> _Part:
    if part.places > MOST_PLACES:
        raise _refusal(f"The pattern allows values longer than {MOST_PLACES} characters", "Repeat less")
    return part


def _refusal(what: str, mend: str) -> PatternError:
    return PatternError(what, where="beacon.pattern", mend=mend)
