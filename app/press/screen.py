"""A QR symbol for a telephone's screen, as one path, and for a terminal, as lines; with its quiet zone."""

from dataclasses import dataclass

import qrcode

QUIET_MODULES = 4


@dataclass(frozen=True)
class ScreenSymbol:
    """A symbol to draw in black on white.

    Attributes:
        side: modules a side, with the quiet zone.
        path: the dark modules as SVG path data, one module a unit.
    """

    side: int
    path: str


def screen_symbol(text: str) -> ScreenSymbol:
    """Return the symbol of a text.

    Source: ISO/IEC 18004, section 5.3.8: a quiet zone of four modules; correction level M.
    """
    rows = _rows(text)
    return ScreenSymbol(len(rows), "".join(_runs(row, number) for number, row in enumerate(rows)))


def symbol_lines(text: str) -> tuple[str, ...]:
    """Return the symbol of a text as lines of half blocks, to be shown black on white.

    Args:
        text: up to some hundred signs.

    Returns:
        Lines of one length, each two modules high.

    Source: as `screen_symbol`.
    """
    rows = _rows(text)
    rows += [[False] * len(rows[0])] * (len(rows) % 2)
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return tuple("".join(_HALVES[above, below] for above, below in zip(*pair, strict=True)) for pair in pairs)


_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def _rows(text: str) -> list[list[bool]]:
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=QUIET_MODULES, box_size=1)
    code.add_data(text.encode())
    code.make()
    return [list(row) for row in code.get_matrix()]


def _runs(row: list[bool], number: int) -> str:
    """Return the dark runs of a row, each as a rectangle one module high."""
    path, start = "", None
    for place, dark in enumerate([*row, False]):
        if dark and start is None:
            start = place
        elif not dark and start is not None:
            path += f"M{start} {number}h{place - start}v1H{start}"
            start = None
    return path
