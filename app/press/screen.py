"""A QR symbol for a telephone's screen: one path, with its quiet zone."""

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
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=QUIET_MODULES, box_size=1)
    code.add_data(text.encode())
    code.make()
    rows = code.get_matrix()
    return ScreenSymbol(len(rows), "".join(_runs(row, number) for number, row in enumerate(rows)))


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
