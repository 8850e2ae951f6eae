"""A predicted grade: what each bound of ISO/IEC 15415 catches, and that ink which spreads lowers it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pytest
import qrcode
import zxingcpp
from numpy.typing import NDArray
from PIL import Image
from qrcode import util

from app.core.code import ALPHABET, CODE_LENGTH
from app.press.anatomy import anatomy, correction_blocks
from app.press.grading import Corners, Grade, predict_grade
from app.press.ink import BLUR_MM, MM_PER_INCH, print_simulated, usual_gain_mm
from app.press.symbols import Family

QUIET = 4
MARGIN = 3
"""Modules of white around the quiet zone, so that a symbol is found as on a page."""

SYMBOL = Family("HTTPS://H.EXAMPLE/B/", CODE_LENGTH, ALPHABET).symbol("0123456789ABCDEFGH")
MODULES = len(SYMBOL)
FIRST_CODEWORDS = [(24, 24), (20, 24), (16, 24), (12, 24), (9, 22), (13, 22), (17, 22), (21, 22)]
"""The most significant modules (row, column) of the first eight codewords of version 2, up and down again."""


def dark_modules(rows: Iterable[int]) -> NDArray[np.bool_]:
    """Return a symbol's modules, True for dark."""
    rows = [*rows]
    return np.array([[row >> x & 1 for x in range(len(rows))] for row in rows], bool)


@dataclass(frozen=True)
class Drawn:
    """A symbol drawn in whole dots, with modules of symbol and quiet zone turned over as a fault of printing.

    Attributes:
        dots: width and height of a module in pixels.
        faults: (row, column) of wrong modules, from the top left of the symbol.
        grey: of the dark modules, 0 for black.
    """

    dots: tuple[int, int] = (10, 10)
    faults: list[tuple[int, int]] = field(default_factory=list)
    grey: int = 0

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """Return the page."""
        dark = np.pad(dark_modules(SYMBOL), QUIET + MARGIN)
        for row, column in self.faults:
            dark[row + QUIET + MARGIN, column + QUIET + MARGIN] ^= True
        wide, high = self.dots
        return np.where(dark, self.grey, 255).astype(np.uint8).repeat(high, 0).repeat(wide, 1)

    @property
    def corners(self) -> Corners:
        """Return where the symbol is."""
        (left, top), (wide, high) = [(QUIET + MARGIN) * side for side in self.dots], self.dots
        right, bottom = left + MODULES * wide, top + MODULES * high
        return [(left, top), (right, top), (right, bottom), (left, bottom)]

    def grade(self, *, dpi: int = 600, gain_mm: float | None = None, toner: float = 0.05) -> Grade:
        """Predict the grade."""
        return predict_grade(self.pixels, self.corners, SYMBOL, dpi=dpi, gain_mm=gain_mm, toner=toner)


def found(pixels: NDArray[np.uint8]) -> list[zxingcpp.Barcode]:
    """Return the symbols that zxing-cpp reads."""
    return list(zxingcpp.read_barcodes(pixels, formats=zxingcpp.barcode_formats_from_str("QRCode")))


def corners_of(symbol: zxingcpp.Barcode) -> Corners:
    """Return the place of a symbol as zxing-cpp tells it."""
    place = symbol.position
    return [(at.x, at.y) for at in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)]


# What is good


@pytest.mark.parametrize(("dots", "dpi"), [(10, 600), (12, 600), (5, 300), (20, 1200)])
def test_a_crisp_symbol_of_modules_from_0_42_mm_is_the_best_with_usual_ink(dots: int, dpi: int) -> None:
    grade = Drawn((dots, dots)).grade(dpi=dpi)
    assert grade.parameters == dict.fromkeys(grade.parameters, 4)
    assert grade.overall == 4


def test_the_usual_gain_is_the_overreach_of_round_dots_and_a_fixed_spread() -> None:
    assert usual_gain_mm(600) == pytest.approx(0.0288, abs=1e-4)
    assert usual_gain_mm(300) == pytest.approx(0.0375, abs=1e-4)


@pytest.mark.parametrize("turn", [0, 7, 45, 90, 180, 270])
def test_a_symbol_is_graded_where_zxing_finds_it_however_it_is_turned(turn: int) -> None:
    page = Image.fromarray(Drawn().pixels).rotate(turn, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    pixels = np.asarray(page)
    (symbol,) = found(pixels)
    grade = predict_grade(pixels, corners_of(symbol), SYMBOL, dpi=600)
    assert grade.overall == 4


@pytest.mark.parametrize("shift", [(4, 0), (0, -4), (-4, -4), (3, -3)])
def test_corners_that_are_off_by_less_than_half_a_module_change_nothing(shift: tuple[int, int]) -> None:
    drawn = Drawn()
    moved = [(x + shift[0], y + shift[1]) for x, y in drawn.corners]
    assert predict_grade(drawn.pixels, moved, SYMBOL, dpi=600) == drawn.grade()


def test_another_symbol_than_the_true_one_fails() -> None:
    drawn = Drawn()
    other = Family("HTTPS://H.EXAMPLE/B/", CODE_LENGTH, ALPHABET).symbol("0123456789ABCDEFGJ")
    assert predict_grade(drawn.pixels, drawn.corners, other, dpi=600).unused_correction < 2


# Ink that spreads


@pytest.mark.parametrize(("dots", "dpi"), [(10, 600), (7, 600), (5, 300), (3, 300)])
def test_the_grade_never_rises_while_ink_spreads_further_and_falls_from_4_to_0(dots: int, dpi: int) -> None:
    module_mm = dots * MM_PER_INCH / dpi
    grades = [Drawn((dots, dots)).grade(dpi=dpi, gain_mm=step * 0.03 * module_mm) for step in range(11)]
    overall = [grade.overall for grade in grades]
    assert overall == sorted(overall, reverse=True)
    assert (overall[0], overall[-1]) == (4, 0)
    assert grades[-1].worst == "modulation"


@pytest.mark.parametrize(("gain_mm", "dpi", "dots"), [(0.0, 600, 10), (0.02, 600, 10), (0.05, 300, 5)])
def test_print_growth_is_what_both_edges_of_a_bar_have_gained(gain_mm: float, dpi: int, dots: int) -> None:
    module_mm = dots * MM_PER_INCH / dpi
    assert Drawn((dots, dots)).grade(dpi=dpi, gain_mm=gain_mm).print_growth == pytest.approx(
        2 * gain_mm / module_mm, abs=0.003
    )


def test_modules_of_a_fifth_of_a_millimetre_at_300_dpi_are_not_good() -> None:
    drawn = Drawn()
    page = Image.fromarray(drawn.pixels)
    scale = 0.2 / (drawn.dots[0] * MM_PER_INCH / 300)
    small = page.resize((round(page.width * scale), round(page.height * scale)), Image.Resampling.BOX)
    corners = [(x * scale, y * scale) for x, y in drawn.corners]
    assert predict_grade(np.asarray(small), corners, SYMBOL, dpi=300).overall < 3
    assert Drawn((2, 2)).grade(dpi=300).overall < 3


def test_a_printed_edge_lies_where_the_gain_has_moved_it_and_is_as_soft_as_the_blur() -> None:
    pixels = np.full((60, 60), 255, np.uint8)
    pixels[20:40, 20:40] = 0
    for gain_mm in (0.0, 0.013, 0.05):
        printed = print_simulated(pixels, dpi=600, gain_mm=gain_mm, blur_mm=BLUR_MM)
        middle = len(printed) // 2
        for profile in (printed[middle], printed[:, middle]):
            dark_mm = float((0.85 - profile).mean()) / 0.8 * 60 * MM_PER_INCH / 600
            assert dark_mm == pytest.approx(20 * MM_PER_INCH / 600 + 2 * gain_mm, abs=1e-3)
    sharp = print_simulated(pixels, dpi=600, gain_mm=0, blur_mm=0)
    assert set(np.unique(sharp).round(3)) == {np.float32(0.05), np.float32(0.85)}


# The bounds of each parameter


@pytest.mark.parametrize(
    ("contrast", "expected"),
    [(0.8, 4), (0.7, 4), (0.69, 3), (0.55, 3), (0.54, 2), (0.4, 2), (0.39, 1), (0.2, 1), (0.19, 0)],
)
def test_contrast_is_bounded_at_70_55_40_and_20_per_cent(contrast: float, expected: int) -> None:
    grade = Drawn().grade(toner=0.85 - contrast)
    assert grade.contrast == expected
    assert grade.overall == expected
    assert grade.worst == "contrast"
    assert grade.modulation == 4


def test_a_symbol_drawn_in_grey_has_less_contrast() -> None:
    assert Drawn(grey=96).grade().contrast == 2


@pytest.mark.parametrize(("wrong", "expected"), [(0, 4), (1, 4), (3, 4), (4, 3), (5, 2), (6, 1), (7, 0)])
def test_each_wrong_codeword_uses_two_of_sixteen_that_correct_version_2_m(wrong: int, expected: int) -> None:
    grade = Drawn(faults=FIRST_CODEWORDS[:wrong]).grade()
    assert grade.unused_correction == expected
    assert grade.fixed_pattern == 4


def test_wrong_modules_of_one_codeword_count_once() -> None:
    first = [(row, column) for row in (24, 23, 22, 21) for column in (24, 23)]
    assert Drawn(faults=first).grade().unused_correction == 4


@pytest.mark.parametrize(
    ("dots", "expected"),
    [((20, 21), 4), ((15, 14), 3), ((10, 11), 2), ((19, 17), 1), ((10, 12), 0), ((12, 10), 0)],
)
def test_a_stretched_symbol_is_graded_by_the_difference_over_the_mean(
    dots: tuple[int, int], expected: int
) -> None:
    grade = Drawn(dots).grade()
    assert grade.axial_non_uniformity == expected
    assert grade.unused_correction == 4


@pytest.mark.parametrize("corner", [(0, 0), (0, MODULES - 7), (MODULES - 7, 0)])
@pytest.mark.parametrize("wrong", [1, 2, 3, 4])
def test_each_damaged_module_of_a_finder_costs_a_grade(corner: tuple[int, int], wrong: int) -> None:
    places = [(0, 0), (6, 6), (0, 6), (6, 0)][:wrong]
    grade = Drawn(faults=[(corner[0] + y, corner[1] + x) for y, x in places]).grade()
    assert grade.fixed_pattern == 4 - wrong
    assert grade.worst == "fixed_pattern"
    assert grade.unused_correction == 4


def test_a_spot_in_each_corner_is_not_counted_together() -> None:
    assert Drawn(faults=[(0, 0), (0, MODULES - 1), (MODULES - 1, 0)]).grade().fixed_pattern == 3


@pytest.mark.parametrize(
    "place",
    [(-3, 5), (5, -3), (-4, -4), (MODULES + 2, 3), (3, MODULES + 3), (MODULES + 1, MODULES + 1), (-1, 12)],
)
def test_a_spot_in_the_quiet_zone_costs_a_grade_on_every_side(place: tuple[int, int]) -> None:
    assert Drawn(faults=[place]).grade().fixed_pattern == 3


def test_a_frame_through_the_quiet_zone_fails() -> None:
    frame = [(-2, x) for x in range(-2, MODULES + 2)] + [(y, -2) for y in range(-1, MODULES + 2)]
    grade = Drawn(faults=frame).grade()
    assert grade.fixed_pattern == 0
    assert grade.unused_correction == 4


def test_a_frame_outside_the_quiet_zone_is_nobodys_concern() -> None:
    frame = [(-6, x) for x in range(-6, MODULES + 6)] + [(y, -6) for y in range(-5, MODULES + 6)]
    assert Drawn(faults=frame).grade().overall == 4


@pytest.mark.parametrize(
    ("side", "expected"), [(np.s_[30:, :], 4), (np.s_[50:, :], 0), (np.s_[:, :-30], 4), (np.s_[:, :-50], 0)]
)
def test_a_quiet_zone_that_the_papers_edge_cuts_off_fails(side: tuple[slice, slice], expected: int) -> None:
    drawn = Drawn()
    corners = [(x, y - (side[0].start or 0)) for x, y in drawn.corners]
    grade = predict_grade(drawn.pixels[side], corners, SYMBOL, dpi=600)
    assert grade.fixed_pattern == expected


@pytest.mark.parametrize(
    ("places", "expected"),
    [([(6, 8)], 3), ([(6, 8), (12, 6)], 1), ([(6, 8), (10, 6), (6, 12)], 0), ([(18, 18)], 3)],
    ids=["1 of 18 of timing", "2 of 18 of timing", "3 of 18 of timing", "1 of 25 of alignment"],
)
def test_damage_to_timing_and_alignment_is_a_share(places: list[tuple[int, int]], expected: int) -> None:
    assert Drawn(faults=places).grade().fixed_pattern == expected


def test_format_information_may_be_lost_once_but_not_twice() -> None:
    first = [(8, 0), (8, 1), (8, 2), (8, 3)]
    second = [(24, 8), (23, 8), (22, 8), (21, 8)]
    assert Drawn(faults=first).grade().format_information == 4
    assert Drawn(faults=[*first, *second[:2]]).grade().format_information == 2
    assert Drawn(faults=[*first, *second]).grade().format_information == 0


@pytest.mark.parametrize(
    ("modulation", "expected"), [(0.51, 4), (0.49, 3), (0.41, 3), (0.39, 2), (0.29, 1), (0.21, 1), (0.19, 0)]
)
def test_pale_modules_are_graded_by_their_distance_from_the_threshold(
    modulation: float, expected: int
) -> None:
    drawn, dark = Drawn(), dark_modules(SYMBOL)
    for places, parameter in (
        (FIRST_CODEWORDS, "modulation"),
        ([(0, 0), (0, 6), (6, 0), (6, 6)], "fixed_pattern"),
    ):
        pixels = drawn.pixels
        for row, column in places:
            top, left = ((place + QUIET + MARGIN) * 10 for place in (row, column))
            side = -1 if dark[row, column] else 1
            pixels[top : top + 10, left : left + 10] = round(127.5 * (1 + side * modulation))
        grade = predict_grade(pixels, drawn.corners, SYMBOL, dpi=600, gain_mm=0, blur_mm=0)
        assert grade.parameters[parameter] == expected
        assert grade.unused_correction == 4


# Where a symbol's parts are


@pytest.mark.parametrize("version", [1, 2, 3, 5, 6, 7, 9, 11])
@pytest.mark.parametrize("level", [qrcode.ERROR_CORRECT_L, qrcode.ERROR_CORRECT_M, qrcode.ERROR_CORRECT_H])
def test_the_codewords_are_where_qrcode_has_put_them(version: int, level: int) -> None:
    made = qrcode.QRCode(version, level, border=0, mask_pattern=3)
    made.add_data("VN 42", optimize=0)
    made.make(fit=False)
    dark = np.array(made.get_matrix(), bool)
    parts = anatomy(len(dark))
    rows, columns = parts.codewords
    hidden = (rows + columns) % 3 == 0
    words = np.packbits(dark[rows, columns] ^ hidden, axis=1)[:, 0]
    assert words.tolist() == list(util.create_data(version, level, made.data_list))
    blocks = correction_blocks(dark)
    assert sorted(place for places, _ in blocks for place in places) == [*range(len(words))]


def test_the_blocks_of_version_5_q_are_interleaved_as_the_standard_says() -> None:
    made = qrcode.QRCode(5, qrcode.ERROR_CORRECT_Q, border=0)
    made.add_data("VN 42")
    made.make(fit=False)
    blocks = correction_blocks(np.array(made.get_matrix(), bool))
    assert [spare for _, spare in blocks] == [18, 18, 18, 18]
    assert [len(places) for places, _ in blocks] == [33, 33, 34, 34]
    assert blocks[0][0] == [*range(0, 60, 4), *range(62, 134, 4)]
    assert blocks[3][0] == [*range(3, 60, 4), 61, *range(65, 134, 4)]


@pytest.mark.parametrize(
    ("version", "level", "spare"),
    [
        (1, qrcode.ERROR_CORRECT_L, 4),
        (1, qrcode.ERROR_CORRECT_M, 8),
        (1, qrcode.ERROR_CORRECT_H, 16),
        (2, qrcode.ERROR_CORRECT_L, 8),
        (2, qrcode.ERROR_CORRECT_Q, 22),
        (3, qrcode.ERROR_CORRECT_L, 14),
    ],
)
def test_small_symbols_keep_some_codewords_for_detecting_errors(version: int, level: int, spare: int) -> None:
    made = qrcode.QRCode(version, level, border=0)
    made.add_data("VN 42")
    made.make(fit=False)
    ((_, correcting),) = correction_blocks(np.array(made.get_matrix(), bool))
    assert correcting == spare


# Whether it means anything


def test_a_phones_reader_gives_up_only_where_the_grade_is_1_or_0() -> None:
    lost = []
    for dots, dpi in ((7, 600), (5, 600), (4, 300), (3, 300)):
        for step in range(9):
            gain_mm = step * 0.053 * dots * MM_PER_INCH / dpi
            drawn = Drawn((dots, dots))
            printed = print_simulated(drawn.pixels, dpi=dpi, gain_mm=gain_mm)
            if not found(np.ascontiguousarray((printed * 255).astype(np.uint8))):
                lost.append(drawn.grade(dpi=dpi, gain_mm=gain_mm).overall)
    assert lost
    assert max(lost) <= 1
