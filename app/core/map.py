"""A small map of a series' landmarks, drawn from their coordinates alone: no tiles, no third party."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

WIDTH, HEIGHT = 280, 300
"""Units of the picture, one pixel each where a phone is narrowest: text is never smaller than TEXT pixels."""

TEXT, LINE = 15.5, 18
MARGIN = 34
LEAST_SPAN_M = 300
EARTH_M = 6_371_008.8
"""Mean radius of the Earth (IUGG 1980)."""

LONGEST_LINE = 11
STYLE = (
    "text{font:600 15.5px system-ui,Roboto,sans-serif;fill:#2a1a14}.p{fill:#fffaf0}.c{fill:#e9b13a;"
    "fill-opacity:.28;stroke:#8c1515;stroke-dasharray:4 4}.d{fill:#24356b}.h{fill:#9e1b1b}.d,.h{"
    "stroke:#2a1a14;stroke-width:2}.l{fill:none;stroke:#2a1a14;stroke-width:2}.t{fill:none;stroke:#5a4335}"
    "@media(prefers-color-scheme:dark){text{fill:#f7ebd2}.p{fill:#1d2547}.c{stroke:#ffd27a}.d{fill:#f7ebd2}"
    ".h{fill:#e9b13a}.l{stroke:#f7ebd2}.t{stroke:#d3c6a8}}"
)


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A landmark on the map; `within_m` is the radius of doubt of its coordinates in metres."""

    name: str
    latitude: float
    longitude: float
    within_m: int


@dataclass(frozen=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "_Box") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def nearest(self, x: float, y: float) -> tuple[float, float]:
        return min(max(x, self.left), self.right), min(max(y, self.top), self.bottom)


def offset_m(start: Spot, goal: Spot) -> tuple[float, float]:
    """Return how far east and how far north of `start` the other one lies, in metres.

    Equirectangular about their mean latitude: within a country its error is far below the coordinates' own.
    """
    middle = math.radians((start.latitude + goal.latitude) / 2)
    east = math.radians((goal.longitude - start.longitude + 540) % 360 - 180) * math.cos(middle) * EARTH_M
    return east, math.radians(goal.latitude - start.latitude) * EARTH_M


def way_to(start: Spot, goal: Spot) -> tuple[float, int]:
    """Return metres and direction from one landmark to another: 0 for north, 1 for north-east, … 7."""
    east, north = offset_m(start, goal)
    return math.hypot(east, north), round(math.degrees(math.atan2(east, north)) / 45) % 8


def round_length_m(most_m: float) -> int:
    """Return the greatest of 1, 2, 5, 10, 20, 50, … metres that is not above `most_m`, at least 1."""
    power = 1
    while power * 10 <= most_m:
        power *= 10
    return max(step * power for step in (1, 2, 5) if step * power <= max(most_m, 1))


def draw_map(spots: Sequence[Spot], here: int, *, north: str) -> bytes:
    """Return the map as SVG, for day and night.

    Args:
        spots: the landmarks, at least one.
        here: which of them is marked, with the circle of doubt around it.
        north: the letter at the arrow.
    """
    first = spots[here]
    # Measured from the marked one, so that a series of landmarks far apart still closes around it.
    places = [offset_m(first, spot) for spot in spots]
    doubt = first.within_m
    wests, easts = [-doubt, *(x for x, _ in places)], [doubt, *(x for x, _ in places)]
    souths, norths = [-doubt, *(y for _, y in places)], [doubt, *(y for _, y in places)]
    wide = max(max(easts) - min(wests), LEAST_SPAN_M)
    tall = max(max(norths) - min(souths), LEAST_SPAN_M)
    unit_m = max(wide / (WIDTH - 2 * MARGIN), tall / (HEIGHT - 2 * MARGIN))
    middle = (max(easts) + min(wests)) / 2, (max(norths) + min(souths)) / 2
    dots = [(WIDTH / 2 + (x - middle[0]) / unit_m, HEIGHT / 2 - (y - middle[1]) / unit_m) for x, y in places]

    svg = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {WIDTH} {HEIGHT}"})
    SubElement(svg, "style").text = STYLE
    SubElement(svg, "path", {"class": "p", "d": f"M0 0H{WIDTH}V{HEIGHT}H0z"})
    x, y = dots[here]
    SubElement(svg, "circle", {"class": "c", "cx": _n(x), "cy": _n(y), "r": _n(doubt / unit_m)})
    taken = [*_furniture(svg, unit_m, north)]
    order = [here, *(number for number in range(len(spots)) if number != here)]
    taken += [_around(*dot, 12 if number == here else 8) for number, dot in enumerate(dots)]
    for number in order:
        _label(svg, spots[number].name, dots[number], taken)
    for number in reversed(order):
        _dot(svg, *dots[number], here=number == here)
    return tostring(svg)


def _furniture(svg: Element, unit_m: float, north: str) -> Iterator[_Box]:
    """Draw scale and arrow; yield the room that they take."""
    metres = round_length_m(90 * unit_m)
    length, low = metres / unit_m, HEIGHT - 12
    SubElement(svg, "path", {"class": "l", "d": f"M12 {low - 6}V{low}H{_n(12 + length)}V{low - 6}"})
    told = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
    SubElement(svg, "text", {"x": "12", "y": str(low - 11)}).text = told
    yield _Box(4, low - 28, max(22 + length, 24 + _wide(told)), HEIGHT)
    right = WIDTH - 20
    SubElement(svg, "path", {"class": "l", "d": f"M{right} 52V28M{right - 6} 36 {right} 27 {right + 6} 36"})
    SubElement(svg, "text", {"x": str(right), "y": "20", "text-anchor": "middle"}).text = north
    yield _Box(right - 14, 0, WIDTH, 58)


def _dot(svg: Element, x: float, y: float, *, here: bool) -> None:
    if here:
        pin = f"M{_n(x)} {_n(y - 12)}l10 10-10 14-10-14z"
        SubElement(svg, "path", {"class": "h", "d": pin})
    else:
        SubElement(svg, "circle", {"class": "d", "cx": _n(x), "cy": _n(y), "r": "5"})


def _label(svg: Element, name: str, dot: tuple[float, float], taken: list[_Box]) -> None:
    """Write a name as near to its dot as room allows; where there is none, the dot stands without it."""
    lines = _lines(name)
    wide, tall = max(map(_wide, lines)), LINE * len(lines)
    rooms = [
        _Box(left, top, left + wide, top + tall)
        for top in range(6, HEIGHT - tall - 5, 4)
        for left in range(6, int(WIDTH - wide) - 5, 4)
    ]
    for room in sorted(rooms, key=lambda room: _distance(room, dot)):
        meeting = room.nearest(*dot)
        line = [_around(*_between(dot, meeting, part / 12), 1) for part in range(13)]
        if any(room.meets(other) for other in taken) or _crosses(line, taken, dot):
            continue
        if math.dist(dot, meeting) > 20:
            SubElement(
                svg,
                "path",
                {"class": "t", "d": f"M{_n(dot[0])} {_n(dot[1])} {_n(meeting[0])} {_n(meeting[1])}"},
            )
        for number, line_text in enumerate(lines):
            low = _n(room.top + LINE * number + 14)
            # The words keep to their dot's side, whatever font a phone has.
            left_of_dot = room.right <= dot[0]
            place = (
                {"x": _n(room.right), "y": low, "text-anchor": "end"}
                if left_of_dot
                else {"x": _n(room.left), "y": low}
            )
            SubElement(svg, "text", place).text = line_text
        taken.append(room)
        return


def _crosses(line: list[_Box], taken: list[_Box], dot: tuple[float, float]) -> bool:
    own = _around(*dot, 0.5)
    return any(step.meets(other) for other in taken if not own.meets(other) for step in line)


def _distance(room: _Box, dot: tuple[float, float]) -> float:
    """Return how far a room is from its dot; one beside the dot goes before one above or below it."""
    x, y = room.nearest(*dot)
    return math.hypot(dot[0] - x, dot[1] - y) + abs((room.top + room.bottom) / 2 - dot[1]) / 4


def _lines(name: str) -> list[str]:
    lines: list[str] = []
    for word in name.split():
        if lines and len(lines[-1]) + 1 + len(word) <= LONGEST_LINE:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    # Scripts without spaces are parted by their length.
    return [part for line in lines for part in (_parts(line) if _wide(line) > WIDTH / 2 + 20 else [line])]


def _parts(word: str) -> list[str]:
    return [word[at : at + 9] for at in range(0, len(word), 9)]


def _wide(text: str) -> float:
    """Return a width that `text` does not exceed in the phones' own fonts."""
    return sum(1.0 if sign >= "\u2e80" else 0.7 for sign in text) * TEXT


def _around(x: float, y: float, radius: float) -> _Box:
    return _Box(x - radius, y - radius, x + radius, y + radius)


def _between(start: tuple[float, float], goal: tuple[float, float], part: float) -> tuple[float, float]:
    return start[0] + (goal[0] - start[0]) * part, start[1] + (goal[1] - start[1]) * part


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
