"""Print designs: folders of Jinja2 and CSS in print/, and what they may ask for."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from urllib.parse import parse_qs, unquote, urlsplit

import jinja2
import pikepdf
import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from app.core.errors import UserError
from app.core.imposition import Sheet, impose
from app.reading import read_toml
from app.workspace import Workspace

PAPERS = {"A4": (210.0, 297.0)}
FONT_PACKAGE = "fontpkg_be_vietnam_pro"
VIEW_BOX = re.compile(r'viewBox="[-0-9. ]+"')

PAGES_AT_ONCE = 10

BODY_FONT = (
    '@font-face { font-family: "Be Vietnam Pro"; font-weight: 700; src: url(font:BeVietnamPro-Bold.ttf) }'
    '@font-face { font-family: "Be Vietnam Pro"; font-weight: 400; src: url(font:BeVietnamPro-Regular.ttf) }'
)
"""Always there: Pango brings the program down when it is to set a text and finds no font at all."""

Values = Mapping[str, object]
Progress = Callable[[int, int], None]


class DesignError(UserError):
    """A print design cannot be set."""


@dataclass(frozen=True, kw_only=True)
class Design:
    """A folder of print/: its sides, and a card's size in millimetres.

    A design without a size fills whole pages.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012
    folder: Path
    sides: tuple[str, ...]
    width_mm: float | None = None
    height_mm: float | None = None

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
    for side in (*design.sides, "style.css"):
        if not (folder / side).is_file():
            raise DesignError(
                f"{side} is missing", where=str(folder), mend="Add the file, or mend design.toml"
            )
    return design


def sheet_of(workspace: Workspace, design: Design) -> Sheet:
    """Return how a card design lies on the workspace's paper.

    Raises:
        DesignError: the design has no size.
        CardTooLargeError: not one card fits.
    """
    return impose(design.card_mm, PAPERS[workspace.paper.sheet], workspace.paper.bleed_mm)


def check_design(workspace: Workspace, name: str) -> None:
    """Parse every template of a design.

    Raises:
        UserError: a file is missing or is not a Jinja2 template.
    """
    design = read_design(workspace, name)
    for side in design.sides:
        with _Told(design):
            _templates(workspace).get_template(f"design/{name}/{side}")


def typeset(workspace: Workspace, design: Design, template: str, values: Values) -> bytes:
    """Return a template of the press, filled and set as PDF; nothing outside the workspace is read.

    Args:
        workspace: whose files the design may use.
        design: whose sides and style are used.
        template: a file of app/press.
        values: what the template shows.

    Raises:
        DesignError: the design asks for a value or a file that is not there.
    """
    with _Told(design):
        html = _templates(workspace).get_template(f"press/{template}").render(values)
        fetcher = _WorkspaceFiles(workspace)
        base_url = design.folder.as_uri() + "/"
        fonts = FontConfiguration()
        body_font = weasyprint.CSS(
            string=BODY_FONT, url_fetcher=fetcher, base_url=base_url, font_config=fonts
        )
        document = weasyprint.HTML(string=html, base_url=base_url, url_fetcher=fetcher)
        pdf: bytes = document.write_pdf(stylesheets=[body_font], font_config=fonts)
        if fetcher.refusals:  # WeasyPrint leaves a drawing out when something in it is refused
            raise FatalURLFetchingError(fetcher.refusals[0])
    return pdf


def print_pages(
    workspace: Workspace,
    name: str,
    pages: Sequence[Values],
    *,
    title: str,
    practice: bool,
    progress: Progress,
) -> bytes:
    """Return a PDF of whole pages, one or more for each of the values.

    Args:
        workspace: whose designs are used.
        name: the design's folder.
        pages: the values of each.
        title: the document's title; never a code.
        practice: watermark every page.
        progress: told values done and values in all.

    Raises:
        DesignError: the design cannot be set.
    """
    design = read_design(workspace, name)
    side = f"design/{name}/{design.sides[0]}"
    with pikepdf.new() as whole:
        for start in range(0, len(pages), PAGES_AT_ONCE):
            some = pages[start : start + PAGES_AT_ONCE]
            values = {"side": side, "pages": some, "title": title, "practice": practice}
            with pikepdf.open(io.BytesIO(typeset(workspace, design, "pages.html", values))) as part:
                whole.pages.extend(part.pages)
            progress(start + len(some), len(pages))
        whole.docinfo["/Title"] = title
        saved = io.BytesIO()
        whole.save(saved, deterministic_id=True)
    return saved.getvalue()


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


class _WorkspaceFiles(URLFetcher):  # type: ignore[misc]
    """Serves files of kits/ and print/ and the body font, and refuses everything else."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(allowed_protocols=("file", "font"))
        self.refusals: list[str] = []
        self._workspace = workspace
        self._folders = (workspace.kits.resolve(), workspace.designs.resolve())

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        try:
            return self._own(url, headers)
        except FatalURLFetchingError as refusal:
            self.refusals.append(str(refusal))
            raise

    def _own(self, url: str, headers: Mapping[str, str] | None) -> URLFetcherResponse:
        parts = urlsplit(url)
        if parts.scheme == "font":
            return URLFetcherResponse(url, self._font(parts.path), {"Content-Type": "font/ttf"})
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

    def _font(self, name: str) -> bytes:
        try:
            return font_bytes(self._workspace, name)
        except DesignError as error:
            raise FatalURLFetchingError(error.what) from error
