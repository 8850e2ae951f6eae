"""Print designs: Jinja2 and CSS in print/, set by WeasyPrint without the network or the machine's fonts."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import jinja2
import pikepdf
import weasyprint
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from app.core.errors import UserError
from app.core.imposition import Sheet, impose
from app.reading import read_toml
from app.workspace import Workspace

PAPERS = {"A4": (210.0, 297.0)}
SHEETS_AT_ONCE = 4
FONT_PACKAGE = "fontpkg_be_vietnam_pro"
MIN_MODULE_MM, WARN_MODULE_MM = 0.30, 0.35

VIEW_BOX = re.compile(r'viewBox="[-0-9. ]+"')

Values = Mapping[str, object]
Progress = Callable[[int, int], None]


class DesignError(UserError):
    """A print design cannot be set."""


class ModuleTooSmallError(UserError):
    """A QR module would be too small to scan."""


@dataclass(frozen=True, kw_only=True)
class Design:
    """A folder of print/: a piece's size in millimetres, its sides, and the side length of its QR, if any.

    A design without a size fills whole pages.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012
    folder: Path
    sides: tuple[str, ...]
    width_mm: float | None = None
    height_mm: float | None = None
    qr_mm: float | None = None


@dataclass(frozen=True)
class PrintedSide:
    """One page of cards: the side's file, and (left, top, width, height in mm, card number) for each cell."""

    side: str
    cells: tuple[tuple[float, float, float, float, int], ...]


def read_design(workspace: Workspace, name: str) -> Design:
    """Return the design `name`.

    Raises:
        UserError: its design.toml is absent or wrong, or a side's file is missing.
    """
    folder = workspace.designs / name
    design = read_toml(folder / "design.toml", Design, folder=folder)
    for side in (*design.sides, "style.css"):
        if not (folder / side).is_file():
            raise DesignError(
                f"{side} is missing", where=str(folder), mend="Add the file, or mend design.toml"
            )
    return design


def sheet_of(workspace: Workspace, design: Design) -> Sheet:
    """Return how a card design lies on the workspace's paper."""
    if design.width_mm is None or design.height_mm is None:
        raise DesignError("a card needs width_mm and height_mm", where=str(design.folder / "design.toml"))
    card = (design.width_mm, design.height_mm)
    return impose(card, PAPERS[workspace.paper.sheet], workspace.paper.bleed_mm)


def check_module(design: Design, size: int) -> float:
    """Return the side of one QR module in millimetres; `size` is modules a side with the quiet zone.

    Raises:
        ModuleTooSmallError: it is below 0.30 mm.
    """
    module = (design.qr_mm or 0) / size
    if module < MIN_MODULE_MM:
        raise ModuleTooSmallError(
            f"a QR module would be {module:.2f} mm; phones need {MIN_MODULE_MM:.2f} mm",
            where=str(design.folder / "design.toml"),
            mend="Raise qr_mm, or use a shorter base_url",
        )
    return module


def print_cards(
    workspace: Workspace,
    name: str,
    cards: Sequence[Values],
    *,
    title: str,
    practice: bool,
    progress: Progress,
) -> tuple[bytes, list[PrintedSide]]:
    """Return a PDF of cards n-up with crop marks, and what lies on each of its pages.

    Fronts and backs alternate; backs are mirrored so that they lie behind their fronts.

    Args:
        workspace: whose designs and paper are used.
        name: the design's folder.
        cards: the values of each card, in printing order.
        title: the document's title; never a code.
        practice: watermark every card.
        progress: told cards done and cards in all.

    Raises:
        DesignError: the design cannot be set.
    """
    design = read_design(workspace, name)
    sheet = sheet_of(workspace, design)
    size = (design.width_mm or 0.0, design.height_mm or 0.0)
    each = len(sheet.cells)
    groups = [range(start, min(start + each, len(cards))) for start in range(0, len(cards), each)]
    pages: list[PrintedSide] = []
    parts: list[bytes] = []
    for first in range(0, len(groups), SHEETS_AT_ONCE):
        sides = []
        for group in groups[first : first + SHEETS_AT_ONCE]:
            for number, side in enumerate(design.sides):
                corners = sheet.back if number else sheet.cells
                placed = list(zip(corners, group, strict=False))
                pages.append(PrintedSide(side, tuple((*corner, *size, card) for corner, card in placed)))
                cells = [(corner, cards[card]) for corner, card in placed]
                sides.append({"side": f"design/{name}/{side}", "cells": cells})
        parts.append(
            _set(
                workspace,
                design,
                "press/sheet.html",
                {"sheet": sheet, "design": design, "bleed": workspace.paper.bleed_mm, "pages": sides,
                 "title": title, "practice": practice},
            )
        )  # fmt: skip
        progress(groups[min(first + SHEETS_AT_ONCE, len(groups)) - 1].stop, len(cards))
    return _joined(parts, title), pages


def print_pages(
    workspace: Workspace, name: str, pages: Sequence[Values], *, title: str, practice: bool
) -> bytes:
    """Return a PDF of whole pages, one or more for each of the values.

    Raises:
        DesignError: the design cannot be set.
    """
    design = read_design(workspace, name)
    side = f"design/{name}/{design.sides[0]}"
    return _set(
        workspace,
        design,
        "press/pages.html",
        {"side": side, "pages": pages, "title": title, "practice": practice},
    )


def check_design(workspace: Workspace, name: str) -> None:
    """Parse every template of a design.

    Raises:
        UserError: a file is missing or is not a Jinja2 template.
    """
    design = read_design(workspace, name)
    for side in design.sides:
        with _told(design):
            _templates(workspace).get_template(f"design/{name}/{side}")


class _told:  # noqa: N801
    """Tells template and fetching failures as design errors."""

    def __init__(self, design: Design) -> None:
        self.design = design

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, jinja2.TemplateError):
            line = getattr(error, "lineno", None)
            where = f"{self.design.folder}{f', line {line}' if line else ''}"
            raise DesignError(
                f"the design asks for something that is not there: {error}", where=where
            ) from error
        if isinstance(error, FatalURLFetchingError):
            raise DesignError(
                str(error), where=str(self.design.folder), mend="Put the file into the design"
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


def _set(workspace: Workspace, design: Design, template: str, values: Values) -> bytes:
    with _told(design):
        html = _templates(workspace).get_template(template).render(values)
        document = weasyprint.HTML(
            string=html, base_url=design.folder.as_uri() + "/", url_fetcher=_WorkspaceFiles(workspace)
        )
        pdf: bytes = document.write_pdf()
    return pdf


def _joined(parts: Sequence[bytes], title: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as whole:
        for part in parts:
            with pikepdf.open(io.BytesIO(part)) as pages:
                whole.pages.extend(pages.pages)
        whole.docinfo["/Title"] = title
        whole.save(out, deterministic_id=True)
    return out.getvalue()


class _WorkspaceFiles(URLFetcher):  # type: ignore[misc]
    """Serves files of kits/ and print/ and the body font, and refuses everything else."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(allowed_protocols=("file", "font"))
        self._folders = (workspace.kits.resolve(), workspace.designs.resolve())

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        parts = urlsplit(url)
        if parts.scheme == "font":
            return URLFetcherResponse(url, _font(parts.path), {"Content-Type": "font/ttf"})
        path = Path(unquote(parts.path)).resolve()
        if parts.scheme != "file" or not any(path.is_relative_to(folder) for folder in self._folders):
            raise FatalURLFetchingError(f"the design asks for {url}, which is not a file of this workspace")
        if not path.is_file():
            raise FatalURLFetchingError(f"the design asks for {path}, which is not there")
        frame = parse_qs(parts.query).get("viewBox")
        if frame:  # a card shows more of a drawing than its own frame does
            drawing = VIEW_BOX.sub(f'viewBox="{frame[0]}"', path.read_text("utf-8"), count=1)
            return URLFetcherResponse(url, drawing, {"Content-Type": "image/svg+xml"})
        return super().fetch(path.as_uri(), headers)


def _font(name: str) -> bytes:
    font = files(FONT_PACKAGE) / "files" / name
    if "/" in name or not font.is_file():
        raise FatalURLFetchingError(f"there is no font {name}")
    return font.read_bytes()
