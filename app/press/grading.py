"""Predicts how well a QR symbol will be printed, from the pixels of its page, after ISO/IEC 15415:2011.

It is a prediction, not a verifier's grade. A verifier looks at paper; this looks at a page as a renderer
draws it, spreads and blurs its ink as a printer would, and grades the rest by the standard. Simplified:

- one image instead of five turned by 72°; whole grades (the edition of 2024 has decimals, and grades growth);
- a grid through the finders' centres: the raster of a page is flat, so grid non-uniformity is left out;
- contrast from the samples at module centres, and ink that is even: no voids, no spots, no banding;
- modulation is graded as reflectance margin, which is the stricter (a module on the wrong side counts 0);
- the quiet zone is looked at all round, which is more than annex G of ISO/IEC 18004 asks for;
- damage to fixed patterns, format and version is bounded as in that annex, without its special cases.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import ceil, hypot
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.press.anatomy import QUIET_MODULES, anatomy, correction_blocks
from app.press.ink import BLUR_MM, PAPER, TONER, Reflectance, print_simulated, usual_gain_mm

CONTRAST = (0.70, 0.55, 0.40, 0.20)
MODULATION = (0.50, 0.40, 0.30, 0.20)
UNUSED_CORRECTION = (0.62, 0.50, 0.37, 0.25)
NON_UNIFORMITY = (0.06, 0.08, 0.10, 0.12)
"""Bounds of the grades 4, 3, 2 and 1. Source: ISO/IEC 15415:2011, section 7.8."""

COUNTED_DAMAGE = (0, 1, 2, 3)
TIMING_DAMAGE = (0.0, 0.07, 0.11, 0.14)
ALIGNMENT_DAMAGE = (0.0, 0.10, 0.20, 0.30)
"""Bounds of wrong modules: a number, or a share of timing and alignment. Source: ISO/IEC 18004, annex G."""

APERTURE_MODULES = 0.8
"""Diameter of the measuring spot. Source: the usual choice where no application standard names another."""

SPOTS = 11
NOTHING = 1e-9
ROUNDING = 1e-6

Corners = Sequence[tuple[float, float]]
Truth = NDArray[np.bool_]


@dataclass(frozen=True)
class Grade:
    """A predicted grade: 4 is best ("A"), 0 fails.

    Attributes:
        contrast: between paper and ink.
        modulation: how far the modules of codewords are from the threshold, as error correction allows.
        axial_non_uniformity: how alike width and height of a module are.
        unused_correction: what error correction has left.
        fixed_pattern: finders, timing, alignment and quiet zone.
        format_information: which tells a reader mask, level and version.
        print_growth: by how many modules a dark module is wider than a light one should be; not graded.
    """

    contrast: int
    modulation: int
    axial_non_uniformity: int
    unused_correction: int
    fixed_pattern: int
    format_information: int
    print_growth: float

    @property
    def parameters(self) -> dict[str, int]:
        """Return what is graded, by name."""
        return {name: grade for name, grade in vars(self).items() if name != "print_growth"}

    @property
    def overall(self) -> int:
        """Return the least of all parameters."""
        return min(self.parameters.values())

    @property
    def worst(self) -> str:
        """Return the name of the parameter that limits the grade, the first of several."""
        return min(self.parameters, key=self.parameters.__getitem__)


def predict_grade(
    pixels: NDArray[np.uint8],
    corners: Corners,
    rows: Sequence[int],
    *,
    dpi: int,
    gain_mm: float | None = None,
    blur_mm: float = BLUR_MM,
    paper: float = PAPER,
    toner: float = TONER,
) -> Grade:
    """Predict the grade of one symbol as a printer of `dpi` dots an inch would print it.

    Args:
        pixels: the page as it is drawn at `dpi`, shape (height, width), 0 for black. Beyond its edges is no
            paper: a quiet zone that is cut off is damaged.
        corners: (x, y) in pixels of the symbol's top left, top right, bottom right and bottom left, to half a
            module, as zxing-cpp tells them.
        rows: the true symbol, top to bottom, bit x for the module in column x, as from `Family.symbol`.
        dpi: 300 or more.
        gain_mm: how far the ink of every edge spreads; without it `usual_gain_mm`.
        blur_mm: standard deviation of the blur of edges.
        paper: reflectance of what is white.
        toner: reflectance of what is black.
    """
    dark = np.array([[row >> x & 1 for x in range(len(rows))] for row in rows], bool)
    across = np.hypot(*np.subtract(corners[1], corners[0])) / len(rows)
    page, grid = _cut_out(pixels, corners, len(rows), ceil((QUIET_MODULES + 1) * across))
    grid = _through_finders(page, grid, len(rows))
    gain_mm = usual_gain_mm(dpi) if gain_mm is None else gain_mm
    printed = print_simulated(page, dpi=dpi, gain_mm=gain_mm, blur_mm=blur_mm, paper=paper, toner=toner)
    return _Measured(printed, grid.finer(printed.shape[0] // page.shape[0]), dark).grade()


class _Grid(NamedTuple):
    """Where modules are, as x + iy: the top left corner, and the steps of a module across and down."""

    origin: complex
    across: complex
    down: complex

    def finer(self, factor: int) -> "_Grid":
        return _Grid(*(factor * place for place in self))

    def read(self, image: NDArray[Any], columns: NDArray[Any], rows: NDArray[Any]) -> NDArray[Any]:
        """Return the pixels under places given in modules."""
        places = self.origin + columns * self.across + rows * self.down
        y, x = (np.floor(part).astype(int) for part in (places.imag, places.real))
        seen: NDArray[Any] = image[y.clip(0, image.shape[0] - 1), x.clip(0, image.shape[1] - 1)]
        return seen


class _Measured:
    """A printed symbol under the measuring spot, at every module of symbol and quiet zone."""

    def __init__(self, printed: Reflectance, grid: _Grid, dark: Truth) -> None:
        self.printed, self.grid, self.dark = printed, grid, dark
        self.anatomy, self.blocks = anatomy(len(dark)), correction_blocks(dark)
        expected = np.pad(dark, QUIET_MODULES)
        centres = np.arange(len(expected)) - QUIET_MODULES + 0.5
        steps = ((np.arange(SPOTS) + 0.5) / SPOTS - 0.5) * APERTURE_MODULES
        spot = np.array([at for at in product(steps, repeat=2) if hypot(*at) <= APERTURE_MODULES / 2])
        columns, rows = np.meshgrid(centres, centres)
        seen = grid.read(printed, columns[..., None] + spot[:, 0], rows[..., None] + spot[:, 1])
        reflectance = seen.mean(axis=-1)
        self.lightest, darkest = float(reflectance.max()), float(reflectance.min())
        self.contrast = self.lightest - darkest
        margin = ((self.lightest + darkest) / 2 - reflectance) * np.where(expected, 1, -1)
        self.wrong: Truth = margin <= 0
        modulation = 2 * margin / max(self.contrast, NOTHING)
        self.levels = (modulation >= np.reshape(MODULATION, (-1, 1, 1)) - ROUNDING).sum(axis=0)

    def grade(self) -> Grade:
        """Return what has been measured in the standard's grades."""
        wide, high = abs(self.grid.across), abs(self.grid.down)
        return Grade(
            contrast=_at_least(self.contrast, CONTRAST),
            modulation=self._overlaid(self._unused_correction),
            axial_non_uniformity=_at_most(2 * abs(wide - high) / (wide + high), NON_UNIFORMITY),
            unused_correction=self._unused_correction(self.wrong),
            fixed_pattern=self._overlaid(self._fixed_pattern),
            format_information=self._overlaid(self._format_information),
            print_growth=self._growth(),
        )

    def _overlaid(self, graded: Callable[[Truth], int]) -> int:
        """Return the best level at which all modules below it, taken as wrong, leave a grade of that level.

        Source: ISO/IEC 15415:2011, section 7.8.4.
        """
        return max(min(level, graded(self.levels < level)) for level in range(5))

    def _unused_correction(self, wrong: Truth) -> int:
        errors = _inner(wrong)[tuple(self.anatomy.codewords)].any(axis=1)
        return _at_least(
            min(1 - 2 * int(errors[places].sum()) / spare for places, spare in self.blocks), UNUSED_CORRECTION
        )

    def _fixed_pattern(self, wrong: Truth) -> int:
        parts, inner = self.anatomy, _inner(wrong)
        corners = [_at_most(int(wrong[corner].sum()), COUNTED_DAMAGE) for corner in parts.corners]
        timing = _at_most(float(inner[parts.timing].mean()), TIMING_DAMAGE)
        wrong_of_alignment = inner[parts.alignment].sum() / max(int(parts.alignment.sum()), 1)
        return min(*corners, timing, _at_most(float(wrong_of_alignment), ALIGNMENT_DAMAGE))

    def _format_information(self, wrong: Truth) -> int:
        """Return the grade of the better copy, of format and of version: a reader needs one of each."""
        inner = _inner(wrong)
        return min(
            max(_at_most(sum(bool(inner[place]) for place in copy), COUNTED_DAMAGE) for copy in pair)
            for pair in self.anatomy.copies
        )

    def _growth(self) -> float:
        """Return how much wider than drawn the three dark bars across each finder are, on average."""
        along, beside = np.meshgrid((np.arange(800) + 0.5) / 100 - 0.5, np.linspace(2.6, 4.4, 19))
        far = len(self.dark) - 7
        widths = []
        for (left, top), (x, y) in product(((0, 0), (far, 0), (0, far)), ((along, beside), (beside, along))):
            seen = self.grid.read(self.printed, left + x, top + y)
            widths.append(8 * (self.lightest - float(seen.mean())) / max(self.contrast, NOTHING))
        return (sum(widths) / len(widths) - 5) / 3


def _cut_out(
    pixels: NDArray[np.uint8], corners: Corners, modules: int, margin: int
) -> tuple[NDArray[np.uint8], _Grid]:
    """Return the symbol with `margin` pixels around it, black beyond the page, and its rough grid."""
    places = [complex(x, y) for x, y in corners]
    left, top = (int(min(side)) - margin for side in zip(*corners, strict=True))
    right, bottom = (ceil(max(side)) + margin for side in zip(*corners, strict=True))
    height, width = pixels.shape
    part = pixels[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    beyond = ((max(-top, 0), max(bottom - height, 0)), (max(-left, 0), max(right - width, 0)))
    across, down = ((places[end] - places[0]) / modules for end in (1, 3))
    return np.pad(part, beyond), _Grid(places[0] - complex(left, top), across, down)


def _through_finders(page: NDArray[np.uint8], grid: _Grid, modules: int) -> _Grid:
    """Return the grid through the finders' centres of mass, which no growth moves."""
    steps = np.linspace(-1.975, 1.975, 80)
    columns, rows = np.meshgrid(steps, steps)
    far = modules - 3.5
    for _ in range(3):
        found = []
        for column, row in ((3.5, 3.5), (far, 3.5), (3.5, far)):
            seen = grid.read(page, column + columns, row + rows)
            mass = float(seen.max()) - seen
            total = max(float(mass.sum()), NOTHING)
            x, y = float((mass * columns).sum()) / total, float((mass * rows).sum()) / total
            found.append(grid.origin + (column + x) * grid.across + (row + y) * grid.down)
        across, down = ((found[end] - found[0]) / (modules - 7) for end in (1, 2))
        grid = _Grid(found[0] - 3.5 * (across + down), across, down)
    return grid


def _inner(of_whole: Truth) -> Truth:
    """Return the symbol without its quiet zone."""
    return of_whole[QUIET_MODULES:-QUIET_MODULES, QUIET_MODULES:-QUIET_MODULES]


def _at_least(value: float, bounds: Sequence[float]) -> int:
    return sum(value >= bound - ROUNDING for bound in bounds)


def _at_most(value: float, bounds: Sequence[float]) -> int:
    return sum(value <= bound + ROUNDING for bound in bounds)
