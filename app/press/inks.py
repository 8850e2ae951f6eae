"""From the colours of a screen to the inks of a press: rewrites a design's RGB as Gray and CMYK."""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import pikepdf
from pikepdf import ContentStreamInlineImage, ContentStreamInstruction, Dictionary, Name, Operator
from PIL import Image, ImageCms

from app.core.errors import UserError
from app.press.drawings import Drawing, drawings
from app.reading import FileMissingError, read_toml
from app.workspace import Workspace

MOST_INK = 300.0
"""Percent of all four inks together; more does not dry on coated paper (ISO 12647-2:2004, section 4.2.4)."""

INKS_FILE = "inks.toml"
PROFILE, CONDITION = "fogra39-free", "FOGRA39"

Ink = tuple[float, float, float, float]
"""Cyan, magenta, yellow and black in percent."""

_HEX = re.compile(r"#[0-9a-f]{6}")
_PROFILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NEUTRAL = 2
"""Channels of a grey differ by no more: hsl() and mixing round by one step."""

_FILL_OF = {"rg": "fill", "k": "fill", "cs": "fill", "sc": "fill", "scn": "fill"}
_STROKE_OF = {operator.upper(): "stroke" for operator in _FILL_OF}
_PAINT_OF = {**_FILL_OF, **_STROKE_OF}
_DEVICE_SPACES = {"/DeviceGray", "/DeviceCMYK", "/Pattern"}

_INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC
_COMPENSATED = ImageCms.Flags.BLACKPOINTCOMPENSATION


class InksError(UserError):
    """The table of inks or its profile is not what a press needs."""


class NotForPressError(UserError):
    """A design uses something that cannot be turned into inks."""


@dataclass(frozen=True, kw_only=True)
class _InksFile:
    """What print/inks.toml holds."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012
    profile: str = PROFILE
    condition: str = CONDITION
    inks: Mapping[str, Ink] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _PROFILE_NAME.fullmatch(self.profile):
            raise ValueError("profile must be the name of a file in print/profiles/, without .icc")


class Inks:
    """What every colour of a design becomes on a press.

    Args:
        profile: an ICC profile of a CMYK press.
        table: inks chosen by hand, by colour as #rrggbb in small letters.
        condition: the printing condition's registered name, for the output intent.
        where: where the table stands, for messages.

    Raises:
        InksError: the profile is not one of a CMYK press, or an entry of the table cannot be printed.
    """

    def __init__(
        self,
        profile: bytes,
        table: Mapping[str, Ink],
        *,
        condition: str = CONDITION,
        where: str = f"print/{INKS_FILE}",
    ) -> None:
        require_cmyk_profile(profile, where=where)
        for colour, ink in table.items():
            _require_printable(colour, ink, where)
        self.profile, self.condition = profile, condition
        press = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        screen, eye = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        self._to_inks = ImageCms.buildTransform(screen, press, "RGB", "CMYK", _INTENT, _COMPENSATED)
        self._to_eye = ImageCms.buildTransform(screen, eye, "RGB", "LAB", _INTENT, _COMPENSATED)
        blacks = ImageCms.buildTransform(press, eye, "CMYK", "LAB", _INTENT, _COMPENSATED)
        # Lightness of 0 to 255 parts of black ink alone on this paper.
        self._blacks = [_through(blacks, "CMYK", (0, 0, 0, part))[0] for part in range(256)]
        self._known: dict[str, Ink] = dict(table)

    def ink(self, colour: str) -> Ink:
        """Return the inks of a colour: chosen by hand, black alone for a grey, else by the profile.

        Args:
            colour: #rrggbb in small letters, sRGB.

        Returns:
            Percent of each ink, together at most MOST_INK.

        Source: ICC.1:2010, relative colorimetric intent with black point compensation (ISO 18619).
        """
        if colour not in self._known:
            channels = tuple(bytes.fromhex(colour[1:]))
            if max(channels) - min(channels) <= _NEUTRAL:
                lightness = _through(self._to_eye, "RGB", channels)[0]
                part = min(range(256), key=lambda part: abs(self._blacks[part] - lightness))
                self._known[colour] = (0, 0, 0, round(part / 2.55, 1))
            else:
                cyan, magenta, yellow, black = _through(self._to_inks, "RGB", channels)
                self._known[colour] = limited(
                    (cyan / 2.55, magenta / 2.55, yellow / 2.55, black / 2.55), MOST_INK
                )
        return self._known[colour]

    def convert(self, pdf: pikepdf.Pdf, *, where: str = "the design") -> None:
        """Rewrite every colour of a PDF as inks, in place; each form is rewritten once.

        Args:
            pdf: set by WeasyPrint, not yet converted.
            where: what it is, for messages.

        Raises:
            NotForPressError: it has a raster picture, a gradient, a soft mask, a blend mode or a colour
                that is neither RGB, gray nor CMYK.
        """
        seen: set[tuple[int, int]] = set()
        for number, page in enumerate(pdf.pages, start=1):
            for drawing in drawings(page, f"{where}, page {number}", seen, masks=False):
                _require_drawn(drawing)
                content = pikepdf.unparse_content_stream(list(self._rewritten(drawing)))
                if isinstance(drawing.content, pikepdf.Stream):
                    drawing.content.write(content)
                else:
                    drawing.content.Contents = pdf.make_stream(content)
                if "/CS" in drawing.content.get("/Group", Dictionary()):
                    # What is half transparent must be mixed as inks, not as light.
                    drawing.content.Group.CS = Name.DeviceCMYK
                if "/ColorSpace" in drawing.resources:
                    # WeasyPrint offers Lab to every page; nothing calls it once this has passed.
                    del drawing.resources.ColorSpace

    def _rewritten(self, drawing: Drawing) -> Iterator[ContentStreamInstruction | ContentStreamInlineImage]:
        spaces = {"fill": "", "stroke": ""}
        saved: list[dict[str, str]] = []
        for instruction in pikepdf.parse_content_stream(drawing.content):
            operator, operands = str(instruction.operator), instruction.operands
            match operator:
                case "q":
                    saved.append(dict(spaces))
                case "Q" if saved:
                    spaces = saved.pop()
                case "INLINE IMAGE":
                    raise _refused(drawing, "a raster picture", "Draw it as SVG")
            paint = _PAINT_OF.get(operator)
            if paint is None:
                yield instruction
                continue
            if operator in {"cs", "CS"}:
                spaces[paint] = str(operands[0])
                if spaces[paint] not in _DEVICE_SPACES | {"/DeviceRGB"}:
                    raise _refused(drawing, "a colour of lab(), oklab() or its like", "Write it as #rrggbb")
                # The operator that follows names its own space.
                if spaces[paint] == "/Pattern":
                    yield instruction
                continue
            space = {"rg": "/DeviceRGB", "k": "/DeviceCMYK"}.get(operator.lower(), spaces[paint])
            yield self._painted(instruction, space, paint)

    def _painted(
        self, instruction: ContentStreamInstruction | ContentStreamInlineImage, space: str, paint: str
    ) -> ContentStreamInstruction | ContentStreamInlineImage:
        operands = [part for part in instruction.operands if not isinstance(part, Name)]
        values = [min(max(float(value), 0.0), 1.0) for value in operands]
        if space == "/DeviceRGB":
            return _instruction(self.ink("#" + bytes(round(255 * value) for value in values).hex()), paint)
        if space == "/DeviceCMYK":
            cyan, magenta, yellow, black = (100 * value for value in values)
            return _instruction(limited((cyan, magenta, yellow, black), MOST_INK), paint)
        if space == "/DeviceGray":
            return _instruction((0, 0, 0, 100 - 100 * values[0]), paint)
        return instruction


def read_inks(workspace: Workspace) -> Inks:
    """Return the inks of a workspace: print/inks.toml, if there is one, and the profile it names.

    Raises:
        UserError: the file is not TOML, a key of it is wrong, or the profile is missing or not a press's.
    """
    path = workspace.designs / INKS_FILE
    chosen = read_toml(path, _InksFile) if path.is_file() else _InksFile()
    profile = workspace.designs / "profiles" / f"{chosen.profile}.icc"
    try:
        content = profile.read_bytes()
    except OSError as error:
        raise FileMissingError(
            f"the press's profile cannot be read ({error.strerror})",
            where=str(profile),
            mend=f"Put the ICC profile that the print shop names there, or name another in {INKS_FILE}",
        ) from error
    require_cmyk_profile(content, where=str(profile))
    return Inks(content, chosen.inks, condition=chosen.condition, where=str(path))


def require_cmyk_profile(profile: bytes, *, where: str) -> None:
    """Refuse anything but an ICC output profile for four inks.

    Raises:
        InksError: it is something else.

    Source: ICC.1:2010, section 7.2, profile header; ISO 15930-7:2010, section 6.2.
    """
    if (profile[12:16], profile[16:20], profile[36:40]) != (b"prtr", b"CMYK", b"acsp"):
        raise InksError(
            "the profile is not one of a press with four inks",
            where=where,
            mend="Ask the print shop for its CMYK output profile",
        )


def limited(ink: Ink, most: float) -> Ink:
    """Return inks rounded to a tenth of a percent, with less colour where together they would exceed `most`.

    Black is kept: it carries the drawing, and the three others make only more of it in the dark.
    """
    *colours, black = ink
    total = sum(colours)
    if total + black > most:
        # Rounded down, so that the sum of what is written stays below.
        colours = [int(10 * part * (most - black) / total) / 10 for part in colours]
    cyan, magenta, yellow = (round(part, 1) for part in colours)
    return cyan, magenta, yellow, round(black, 1)


def _through(transform: ImageCms.ImageCmsTransform, mode: str, colour: Sequence[int]) -> tuple[int, ...]:
    """Return one colour after a transform, in parts of 255."""
    pixel = ImageCms.applyTransform(Image.new(mode, (1, 1), tuple(colour)), transform)
    if pixel is None:
        raise AssertionError("a transform into a new picture returns it")
    return tuple(pixel.tobytes())


def _instruction(ink: Ink, paint: str) -> ContentStreamInstruction:
    """Return the operator that sets an ink; black alone is gray, as the stamped codes are.

    `0 0 0 1 k` may be screened where `0 g` is solid, and must not differ from it beside it.
    """
    *colours, black = (Decimal(f"{part / 100:.3f}").normalize() for part in ink)
    if any(colours):
        operator, operands = "k", [*colours, black]
    else:
        operator, operands = "g", [(1 - black).normalize()]
    return ContentStreamInstruction(operands, Operator(operator.upper() if paint == "stroke" else operator))


def _require_printable(colour: str, ink: Ink, where: str) -> None:
    if not _HEX.fullmatch(colour):
        raise InksError(
            f"{colour!r} is not a colour", where=where, mend='Write it as "#9e1b1b", in small letters'
        )
    if not all(0 <= part <= 100 for part in ink):
        raise InksError(f"an ink of {colour} is not between 0 and 100 percent", where=where, mend="Mend it")
    if sum(ink) > MOST_INK:
        raise InksError(
            f"{colour} lays {sum(ink):.0f} percent of ink; no more than {MOST_INK:.0f} dries",
            where=where,
            mend="Take away cyan, magenta and yellow alike, and keep the black",
        )


def _require_drawn(drawing: Drawing) -> None:
    """Refuse what has no inks of its own: pictures, gradients, masks, mixing."""
    for found in drawing.resources.get("/XObject", Dictionary()).values():
        if found.get("/Subtype") == Name.Image and not found.get("/ImageMask", False):
            raise _refused(drawing, "a raster picture", "Draw it as SVG")
    shaded = [
        pattern
        for pattern in drawing.resources.get("/Pattern", Dictionary()).values()
        if not isinstance(pattern, pikepdf.Stream)
    ]
    if shaded or len(drawing.resources.get("/Shading", Dictionary())):
        raise _refused(drawing, "a gradient or the shadow of a box", "Use flat colours")
    for state in drawing.resources.get("/ExtGState", Dictionary()).values():
        if isinstance(state.get("/SMask"), Dictionary):
            raise _refused(drawing, "a soft mask", "Cut the drawing with clip-path, or draw its shape")
        if state.get("/BM", Name.Normal) not in (Name.Normal, Name.Compatible):
            raise _refused(drawing, "a blend mode", "Draw the mixed colour itself")


def _refused(drawing: Drawing, what: str, mend: str) -> NotForPressError:
    return NotForPressError(
        f"{what} cannot be turned into inks", where=drawing.where, mend=f"{mend}, or print it at the office"
    )
