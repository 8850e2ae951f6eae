"""What a printer makes of the pixels of a page: ink that spreads on paper, edges that blur.

Where nothing better is known, the figures are assumptions, chosen on the severe side of what was measured.
"""

from math import ceil

import numpy as np
from numpy.typing import NDArray

MM_PER_INCH = 25.4

PAPER, TONER = 0.85, 0.05
"""Reflectance of white office paper and of black toner: assumed, so that their contrast is 80 %."""

SPREAD_MM = 0.02
"""How far toner or ink creeps: assumed. With the round dot it makes 0.024 mm an edge at 1,200 dpi, where a
LaserJet 2100 has been seen to draw lines of one dot three to four dots wide: 0.021 to 0.032 mm an edge."""

BLUR_MM = 0.03
"""Standard deviation of ragged edges and of light's scatter in paper. Source: J. S. Arney found modulation in
paper to fall to a half at 3 to 7 lines a millimetre, which is a normal distribution of 0.03 to 0.07 mm."""

FINE_MM = 0.022

Reflectance = NDArray[np.float32]


def usual_gain_mm(dpi: int) -> float:
    """Return how far a printer of `dpi` dots an inch usually moves an edge outwards, in millimetres.

    A round dot that leaves no white between its neighbours reaches (√2 - 1) / 2 dot beyond its own square.
    """
    return (2**0.5 - 1) / 2 * MM_PER_INCH / dpi + SPREAD_MM


def print_simulated(
    pixels: NDArray[np.uint8],
    *,
    dpi: int,
    gain_mm: float,
    blur_mm: float = BLUR_MM,
    paper: float = PAPER,
    toner: float = TONER,
) -> Reflectance:
    """Return the reflectance of paper printed with `pixels`, each split until it is below 0.022 mm.

    Args:
        pixels: shape (height, width), 0 for black; grey is a part of a dot covered.
        dpi: pixels an inch.
        gain_mm: how far every dark edge moves outwards, whole or as a part of a fine pixel.
        blur_mm: standard deviation of the blur.
        paper: reflectance of what is white.
        toner: reflectance of what is black.
    """
    factor = ceil(MM_PER_INCH / dpi / FINE_MM)
    fine_mm = MM_PER_INCH / dpi / factor
    light = (toner + (paper - toner) / 255 * pixels).astype(np.float32)
    light = light.repeat(factor, 0).repeat(factor, 1)
    light = _grown(_grown(light, gain_mm / fine_mm).T, gain_mm / fine_mm)
    return _blurred(_blurred(light, blur_mm / fine_mm).T, blur_mm / fine_mm)


def _grown(light: Reflectance, reach: float) -> Reflectance:
    """Move every dark edge `reach` pixels along the first axis; a part of a pixel is covered in part."""
    whole, more = light, light
    for _ in range(ceil(reach)):
        padded = np.pad(more, ((1, 1), (0, 0)), mode="edge")
        whole, more = more, np.minimum(np.minimum(padded[:-2], padded[2:]), more)
    grown: Reflectance = whole + np.float32(reach - max(ceil(reach) - 1, 0)) * (more - whole)
    return grown


def _blurred(light: Reflectance, deviation: float) -> Reflectance:
    """Blur along the first axis by a normal distribution, in pixels."""
    reach = ceil(3 * deviation)
    if not reach:
        return light
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    padded = np.pad(light, ((reach, reach), (0, 0)), mode="edge")
    blurred = np.zeros_like(light)
    for start, weight in enumerate((weights / weights.sum()).astype(np.float32)):
        blurred += weight * padded[start : start + len(light)]
    return blurred
