"""What a drawing would lay on each plate of a press, read from its operators: the faults in it."""

from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name

from app.press.drawings import Drawing
from app.press.inks import MOST_INK
from app.press.job import Target

Fault = tuple[str, str]
"""What is wrong, and what to do about it."""

SYMBOL_RECTANGLES = 40
"""A fill of more rectangles than this is a QR symbol; no border or tick box has as many."""

_SPACES = {"rg": "/DeviceRGB", "k": "/DeviceCMYK", "g": "/DeviceGray"}
_FILLS = {"f", "F", "f*", "B", "B*", "b", "b*"}
_ENDS = _FILLS | {"S", "s", "n"}
_READ = " ".join(["rg RG k K g G cs CS sc SC scn SCN q Q re BI ID EI", *sorted(_ENDS)])
_ROUNDING = 0.05
"""Percent that three decimals of four inks may add."""

_TO_INKS = "Convert the design to inks"
_PICTURE = (
    "it has a raster picture, whose inks and sharpness are not known here",
    "Draw it as SVG",
)

Paint = tuple[str, tuple[float, ...]]
"""A colour space and the values in it."""

_BLACK: Paint = ("/DeviceGray", (0.0,))


def faults_of_colours(drawing: Drawing, target: Target) -> Iterator[Fault]:
    """Yield what is wrong with the colours that a drawing's operators set.

    Args:
        drawing: a page or a form.
        target: for an office only QR symbols are looked at: black as DeviceGray prints solid everywhere.
    """
    # What a page begins with (ISO 32000-1, table 52).
    paint: dict[str, Paint] = {"fill": _BLACK, "stroke": _BLACK}
    saved: list[dict[str, Paint]] = []
    rectangles = 0
    for instruction in pikepdf.parse_content_stream(drawing.content, _READ):
        operator = str(instruction.operator)
        if operator == "re":
            rectangles += 1
        elif operator in _ENDS:
            if operator in _FILLS and rectangles > SYMBOL_RECTANGLES and paint["fill"] != _BLACK:
                yield "a QR symbol is not in black alone", "Stamp it in DeviceGray, 0 g"
            rectangles = 0
        elif operator == "q":
            saved.append(dict(paint))
        elif operator == "Q":
            paint = saved.pop() if saved else paint
        elif operator == "INLINE IMAGE":
            if target == "press":
                yield _PICTURE
        else:
            kind = "stroke" if operator.isupper() else "fill"
            paint[kind] = _painted(operator.lower(), list(instruction.operands), paint[kind][0])
            if target == "press":
                yield from _faults_of_paint(*paint[kind])


def faults_of_resources(resources: pikepdf.Object) -> Iterator[Fault]:
    """Yield what is wrong for a press with what a drawing calls by name: colour spaces, pictures, masks."""
    for space in resources.get("/ColorSpace", Dictionary()).values():
        yield from _faults_of_space(space)
    shadings = list(resources.get("/Shading", Dictionary()).values())
    for pattern in resources.get("/Pattern", Dictionary()).values():
        if "/Shading" in pattern:
            shadings.append(pattern.Shading)
    for shading in shadings:
        yield from _faults_of_space(shading.get("/ColorSpace", Name.DeviceRGB))
    for drawn in resources.get("/XObject", Dictionary()).values():
        if drawn.get("/Subtype") == Name.Image:
            yield from _faults_of_picture(drawn)
    for state in resources.get("/ExtGState", Dictionary()).values():
        if isinstance(state.get("/SMask"), Dictionary):
            yield (
                "it has a soft mask, which PDF/X-4 allows and which comes out differently at every shop",
                "Draw the shape itself",
            )
        if state.get("/BM", Name.Normal) not in (Name.Normal, Name.Compatible):
            yield (
                "it has a blend mode, which PDF/X-4 allows and which may lay more ink than dries",
                "Draw the mixed colour itself",
            )


def _painted(operator: str, operands: list[pikepdf.Object], space: str) -> Paint:
    """Return the space and the values that a colour operator leaves."""
    if operator == "cs":
        space = str(operands[0])
        return space, (0.0,) if space == "/DeviceGray" else ()
    values = tuple(float(value) for value in operands if not isinstance(value, Name))
    return _SPACES.get(operator, space), values


def _faults_of_paint(space: str, values: tuple[float, ...]) -> Iterator[Fault]:
    if space == "/DeviceRGB":
        yield "it has colours in RGB", _TO_INKS
    if space == "/DeviceCMYK" and 100 * sum(values) > MOST_INK + _ROUNDING:
        yield (
            f"a colour lays {100 * sum(values):.0f} percent of ink; no more than {MOST_INK:.0f} dries",
            "Take away cyan, magenta and yellow alike, and keep the black",
        )


def _faults_of_space(space: pikepdf.Object) -> Iterator[Fault]:
    """Yield the fault of a colour space that is neither gray, nor four inks, nor all plates at once."""
    parts = list(space) if isinstance(space, Array) else [space]
    kind = parts[0]
    if kind in (Name.DeviceGray, Name.DeviceCMYK, Name.Pattern):
        return
    if kind == Name.Separation and parts[1] == Name.All:
        return
    if kind in (Name.Separation, Name.DeviceN):
        yield "it asks for a spot ink", "Use the four inks of the press"
    elif kind in (Name.DeviceRGB, Name.CalRGB):
        yield "it has colours in RGB", _TO_INKS
    else:
        yield f"it has colours in {str(kind).lstrip('/')}", _TO_INKS


def _faults_of_picture(picture: pikepdf.Object) -> Iterator[Fault]:
    if "/SMask" in picture or "/SMaskInData" in picture:
        yield "it has a picture with transparent places", "Draw it as SVG"
    if not picture.get("/ImageMask", False):
        yield _PICTURE
