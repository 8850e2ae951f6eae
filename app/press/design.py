"""Print designs: folders of Jinja2 and CSS in print/, and what they may ask for."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from types import TracebackType

import jinja2

from app.core.errors import UserError
from app.press.remembering import place_of, recall, remember
from app.reading import read_toml
from app.workspace import Workspace

FONT_PACKAGE = "fontpkg_be_vietnam_pro"
_SETTER = f"WeasyPrint {version('weasyprint')}, 2"
"""What sets a design; what it set otherwise is not remembered."""

Values = Mapping[str, object]
Progress = Callable[[int, int], None]


class DesignError(UserError):
    """A print design cannot be set."""


@dataclass(frozen=True, kw_only=True)
class Design:
    """A folder of print/: its sides, and a card's size in millimetres.

    A design without a size fills whole pages. `sheet` and `bleed_mm` go before the workspace's own. `parts`
    are drawings of their own, by template with width and height in millimetres, that its slots may ask for.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012
    folder: Path
    sides: tuple[str, ...]
    width_mm: float | None = None
    height_mm: float | None = None
    sheet: str | None = None
    bleed_mm: int | None = None
    parts: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= (self.bleed_mm or 0) <= 5:
            raise ValueError("bleed_mm must lie between 0 and 5 millimetres")

    @property
    def card_mm(self) -> tuple[float, float]:
        """Return width and height of a trimmed card.

        Raises:
            DesignError: the design has no size.
        """
        if self.width_mm is None or self.height_mm is None:
            raise DesignError(
                "a card needs width_mm and height_mm", where=str(self.folder / "design.toml"), mend="Add both"
            )
        return self.width_mm, self.height_mm


def read_design(workspace: Workspace, name: str) -> Design:
    """Return the design `name`.

    Raises:
        UserError: its design.toml is absent or wrong, or a side's file is missing.
    """
    folder = workspace.designs / name
    design = read_toml(folder / "design.toml", Design, folder=folder)
    for side in (*design.sides, *design.parts, "style.css"):
        if not (folder / side).is_file():
            raise DesignError(
                f"{side} is missing", where=str(folder), mend="Add the file, or mend design.toml"
            )
    return design


def check_design(workspace: Workspace, name: str) -> None:
    """Parse every template of a design.

    Raises:
        UserError: a file is missing or is not a Jinja2 template.
    """
    design = read_design(workspace, name)
    parts = {path.name for path in design.folder.glob("*.html")}  # what a side includes too
    for part in sorted(parts.union(design.sides)):
        with _Told(design):
            _templates(workspace).get_template(f"design/{name}/{part}")


def typeset(workspace: Workspace, design: Design, template: str, values: Values) -> bytes:
    """Return a template of the press, filled and set as PDF; nothing outside the workspace is read.

    What was set before from the same text and the same files comes from the cache.

    Args:
        workspace: whose files the design may use.
        design: whose sides and style are used.
        template: a file of app/press.
        values: what the template shows.

    Raises:
        DesignError: the design asks for a value or a file that is not there.
        GlyphMissingError: none of the design's fonts has a character that it shows.
    """
    with _Told(design):
        html = _templates(workspace).get_template(f"press/{template}").render(values)
    base_url = design.folder.as_uri() + "/"
    place = place_of(workspace, _SETTER, base_url, html)
    remembered = recall(place)
    if remembered and _still(workspace, remembered[0]):
        return remembered[1]
    from app.press.typesetting import set_html  # noqa: PLC0415  (loading WeasyPrint takes 0.7 s)

    pdf, used = set_html(workspace, html, base_url, str(design.folder))
    remember(place, used, pdf)
    return pdf


def font_bytes(workspace: Workspace, name: str) -> bytes:
    """Return a font file of the workspace's print/fonts/, or of the body font's package.

    Raises:
        DesignError: there is none of that name.
    """
    own = workspace.designs / "fonts" / name
    packaged = files(FONT_PACKAGE) / "files" / name
    if "/" not in name and own.is_file():
        return own.read_bytes()
    if "/" not in name and packaged.is_file():
        return packaged.read_bytes()
    raise DesignError(f"there is no font {name}", where=str(own.parent), mend="Put the font's file there")


class _Told:
    """Tells template and fetching failures as design errors."""

    def __init__(self, design: Design) -> None:
        self.design = design

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if isinstance(error, jinja2.TemplateError):
            line = getattr(error, "lineno", None)
            where = f"{self.design.folder}{f', line {line}' if line else ''}"
            raise DesignError(
                f"the design asks for something that is not there: {error}", where=where
            ) from error


def _templates(workspace: Workspace) -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PrefixLoader(
            {
                "design": jinja2.FileSystemLoader(workspace.designs),
                "press": jinja2.PackageLoader("app.press", "."),
            }
        ),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _still(workspace: Workspace, used: Mapping[str, str]) -> bool:
    """Tell whether every file that something was set from is still the same."""
    try:
        return all(fingerprint(workspace, name) == digest for name, digest in used.items())
    except (OSError, DesignError):
        return False


def fingerprint(workspace: Workspace, name: str) -> str:
    """Return the SHA-256 of a file, or of a font given as font:NAME.

    Raises:
        OSError, DesignError: it is not there any more.
    """
    scheme, _, font = name.partition(":")
    content = font_bytes(workspace, font) if scheme == "font" else Path(name).read_bytes()
    return hashlib.sha256(content).hexdigest()
