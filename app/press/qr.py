"""QR symbols of box addresses, made by the qrcode package."""

from dataclasses import dataclass

import qrcode
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_M, ERROR_CORRECT_Q

QUIET_MODULES = 4
"""ISO/IEC 18004, section 9.1: four modules of quiet zone on every side."""

_LEVELS = {"H": ERROR_CORRECT_H, "Q": ERROR_CORRECT_Q, "M": ERROR_CORRECT_M}


@dataclass(frozen=True)
class Symbol:
    """A QR symbol.

    Attributes:
        modules: modules a side, without the quiet zone.
        size: modules a side, with it.
        level: error-correction level, M, Q or H.
        path: SVG path of the dark modules, one unit a module, quiet zone included.
    """

    modules: int
    size: int
    level: str
    path: str


def symbol(text: str) -> Symbol:
    """Return the smallest symbol of level M or better for `text`, at the best level that its size allows."""
    smallest = _make(text, "M")
    for level in ("H", "Q"):
        better = _make(text, level)
        if better.version <= smallest.version:
            return _drawn(better, level)
    return _drawn(smallest, "M")


def _make(text: str, level: str) -> qrcode.QRCode:
    made = qrcode.QRCode(error_correction=_LEVELS[level], border=QUIET_MODULES)
    made.add_data(text, optimize=0)
    made.make(fit=True)
    return made


def _drawn(made: qrcode.QRCode, level: str) -> Symbol:
    rows = made.get_matrix()
    runs: list[str] = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            if not row[x]:
                x += 1
                continue
            end = row.index(False, x)  # the quiet zone ends every row
            runs.append(f"M{x} {y}h{end - x}v1h-{end - x}z")
            x = end
    return Symbol(made.modules_count, len(rows), level, "".join(runs))
