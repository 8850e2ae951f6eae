"""QR symbols for the screen: one path of an SVG."""

import qrcode

from app.press.symbols import runs_of_one

QUIET_MODULES = 4
"""ISO/IEC 18004: light modules around a symbol."""


def screen_symbol(text: str) -> tuple[int, str]:
    """Return a QR symbol of level M as an SVG path.

    Args:
        text: what the symbol says; in capitals, digits and :/.- it takes the least room.

    Returns:
        Modules a side with the quiet zone on both sides, the side of the viewBox; and the path's `d`.
    """
    made = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M)
    made.add_data(text)
    made.make()
    rows = [sum(dark << x for x, dark in enumerate(row)) for row in made.modules]
    at = QUIET_MODULES
    path = "".join(f"M{x + at} {y + at}h{width}v1h-{width}z" for x, y, width in runs_of_one(rows))
    return len(rows) + 2 * at, path
