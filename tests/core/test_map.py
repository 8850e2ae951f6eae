"""The map of landmarks: true distances and directions, round scales, names that do not lie on each other."""

import math
import re
from itertools import combinations
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.map import HEIGHT, WIDTH, Spot, draw_map, offset_m, round_length_m, way_to

HERE = Spot(name="Cột cờ Hà Nội", latitude=21.0325, longitude=105.8397, within_m=50)
HUE = Spot(name="Ngọ Môn", latitude=16.4677, longitude=107.5790, within_m=100)
SVG = "{http://www.w3.org/2000/svg}"


def spot(name: str, east_m: float, north_m: float, within_m: int = 50) -> Spot:
    degree = math.pi * 6_371_008.8 / 180
    return Spot(
        name=name,
        latitude=HERE.latitude + north_m / degree,
        longitude=HERE.longitude + east_m / degree / math.cos(math.radians(HERE.latitude)),
        within_m=within_m,
    )


def drawn(spots: list[Spot], here: int = 0) -> Element:
    return fromstring(draw_map(spots, here, north="B"))  # noqa: S314  (ours)


def words(picture: Element) -> list[str]:
    return [text.text or "" for text in picture.iter(SVG + "text")]


def room(text: Element) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of a text as narrow fonts draw it."""
    wide = 0.5 * 15.5 * len(text.text or "")
    x, y = float(text.get("x", "")), float(text.get("y", ""))
    left = x - wide * {"end": 1.0, "middle": 0.5}.get(text.get("text-anchor", ""), 0.0)
    return left, y - 12, left + wide, y + 3


@pytest.mark.parametrize(
    ("east", "north", "direction"),
    [
        (0, 900, 0),
        (700, 700, 1),
        (500, 0, 2),
        (300, -300, 3),
        (0, -50, 4),
        (-9, -9, 5),
        (-80, 1, 6),
        (-70, 70, 7),
    ],
)
def test_distance_and_direction_are_those_of_the_ground(east: float, north: float, direction: int) -> None:
    metres, found = way_to(HERE, spot("there", east, north))
    assert metres == pytest.approx(math.hypot(east, north), rel=1e-3)
    assert found == direction


def test_hue_lies_540_km_south_of_hanoi() -> None:
    metres, direction = way_to(HERE, HUE)
    assert metres == pytest.approx(540_700, rel=0.01)
    assert direction == 4


def test_the_date_line_is_no_wall() -> None:
    west = Spot(name="a", latitude=0, longitude=179.999, within_m=1)
    assert offset_m(west, Spot(name="b", latitude=0, longitude=-179.999, within_m=1))[0] == pytest.approx(
        222.4, 0.01
    )


@pytest.mark.parametrize(
    ("most", "length"),
    [(0.2, 1), (1, 1), (1.9, 1), (2, 2), (7, 5), (99, 50), (240, 200), (1_400_000, 1_000_000)],
)
def test_a_scale_has_a_round_length(most: float, length: int) -> None:
    assert round_length_m(most) == length


def test_every_landmark_has_a_dot_and_a_name_and_this_one_its_circle_of_doubt() -> None:
    picture = drawn([spot("Một", 0, 0, within_m=100), spot("Hai", 0, 400), spot("Ba", 30, 800)], here=0)
    assert {"Một", "Hai", "Ba", "B", "200 m"} <= set(words(picture))
    (circle,) = [each for each in picture.iter(SVG + "circle") if each.get("class") == "c"]
    dots = [each for each in picture.iter(SVG + "circle") if each.get("class") == "d"]
    assert len(dots) == 2
    lower, upper = sorted(float(dot.get("cy", "")) for dot in dots)
    unit_m = 400 / (upper - lower)
    assert float(circle.get("r", "")) * unit_m == pytest.approx(100, rel=0.02)
    scale = next(each.get("d", "") for each in picture.iter(SVG + "path") if each.get("class") == "l")
    start, end = re.findall(r"M([\d.]+) .*H([\d.]+)", scale)[0]
    assert (float(end) - float(start)) * unit_m == pytest.approx(200, rel=0.02)


def test_a_series_of_one_kit_is_drawn_in_the_middle() -> None:
    picture = drawn([HERE])
    (circle,) = [each for each in picture.iter(SVG + "circle") if each.get("class") == "c"]
    assert (float(circle.get("cx", "")), float(circle.get("cy", ""))) == (WIDTH / 2, HEIGHT / 2)
    assert {"Cột cờ Hà", "Nội"} <= set(words(picture))


def test_a_country_is_measured_in_kilometres() -> None:
    assert "100 km" in words(drawn([HERE, HUE], here=1))


def test_landmarks_at_one_place_keep_their_names_apart() -> None:
    picture = drawn([spot(name, 0, 0) for name in ("Lantern", "Wooden Bridge", "Carp")])
    assert {"Lantern", "Wooden", "Bridge", "Carp"} <= set(words(picture))


def test_a_name_cannot_write_into_the_picture() -> None:
    picture = drawn([spot("<b>&", 0, 0)])
    assert "<b>&" in words(picture)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(-900, 900), st.integers(-900, 900)), min_size=1, max_size=8))
def test_names_stay_inside_and_apart_wherever_landmarks_stand(places: list[tuple[int, int]]) -> None:
    picture = drawn([spot(f"Đền {number}", *place) for number, place in enumerate(places)])
    rooms = [room(text) for text in picture.iter(SVG + "text")]
    for left, top, right, bottom in rooms:
        assert left >= 0
        assert right <= WIDTH
        assert top >= 0
        assert bottom <= HEIGHT
    for one, other in combinations(rooms, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
