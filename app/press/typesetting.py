"""HTML -> PDF by WeasyPrint, which may read the workspace's own designs, kits and fonts and nothing else."""

import logging
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from app.press.design import DesignError, fingerprint, font_bytes
from app.press.typeface import GlyphMissingError
from app.workspace import Workspace

VIEW_BOX = re.compile(r'viewBox="[-0-9. ]+"')

INLINE_DRAWING = "data:image/svg+xml;base64,"

BODY_FONT = (
    '@font-face { font-family: "Be Vietnam Pro"; font-weight: 700; src: url(font:BeVietnamPro-Bold.ttf) }'
    '@font-face { font-family: "Be Vietnam Pro"; font-weight: 400; src: url(font:BeVietnamPro-Regular.ttf) }'
)
"""Always there: Pango brings the program down when it is to set a text and finds no font at all."""


def set_html(workspace: Workspace, html: str, base_url: str, where: str) -> tuple[bytes, dict[str, str]]:
    """Return a document as PDF, and the SHA-256 of every file and font it was set from.

    Args:
        workspace: whose files may be used.
        html: the document.
        base_url: what its addresses are relative to.
        where: the design, for messages.

    Raises:
        DesignError: the document asks for a file that is not there, or not of the workspace.
        GlyphMissingError: none of the design's fonts has a character that it shows.
    """
    fetcher = _WorkspaceFiles(workspace)
    try:
        fonts = FontConfiguration()
        body_font = weasyprint.CSS(
            string=BODY_FONT, url_fetcher=fetcher, base_url=base_url, font_config=fonts
        )
        document = weasyprint.HTML(string=html, base_url=base_url, url_fetcher=fetcher)
        with _Unset() as unset:
            pdf: bytes = document.write_pdf(stylesheets=[body_font], font_config=fonts)
        if fetcher.refusals:  # WeasyPrint leaves a drawing out when something in it is refused
            raise FatalURLFetchingError(fetcher.refusals[0])
    except FatalURLFetchingError as error:
        raise DesignError(str(error), where=where, mend="Put the file into the design") from error
    if unset.characters:
        missing = ", ".join(f"{sign} (U+{ord(sign):04X})" for sign in sorted(unset.characters))
        raise GlyphMissingError(
            f"no font of the design has a glyph for {missing}",
            where=where,
            mend="Put a font that has it into print/fonts and name it in style.css, or write it otherwise",
        )
    return pdf, fetcher.used


class _Unset(logging.Handler):
    """Hears which characters no font has: WeasyPrint draws an empty box for them, warns, and goes on."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.characters: set[str] = set()

    def __enter__(self) -> "_Unset":
        weasyprint.LOGGER.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        weasyprint.LOGGER.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg.startswith(".notdef") and isinstance(record.args, tuple):
            self.characters.add(str(record.args[0]))


class _WorkspaceFiles(URLFetcher):  # type: ignore[misc]
    """Serves files of kits/ and print/, drawings that stand in the page and the body font, nothing else."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(allowed_protocols=("file", "font", "data"))
        self.refusals: list[str] = []
        self.used: dict[str, str] = {}
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
            self.used[f"font:{parts.path}"] = self._digest(f"font:{parts.path}")
            return URLFetcherResponse(url, self._font(parts.path), {"Content-Type": "font/ttf"})
        if url.startswith(INLINE_DRAWING):
            return super().fetch(url, headers)
        path = Path(unquote(parts.path)).resolve()
        if parts.scheme != "file" or not any(path.is_relative_to(folder) for folder in self._folders):
            raise FatalURLFetchingError(f"the design asks for {url}, which is not a file of this workspace")
        if not path.is_file():
            raise FatalURLFetchingError(f"the design asks for {path}, which is not there")
        self.used[str(path)] = self._digest(str(path))
        frame = parse_qs(parts.query).get("viewBox")
        if frame:  # a card shows more of a drawing than its own frame does
            drawing = VIEW_BOX.sub(f'viewBox="{frame[0]}"', path.read_text("utf-8"), count=1)
            return URLFetcherResponse(url, drawing, {"Content-Type": "image/svg+xml"})
        return super().fetch(path.as_uri(), headers)

    def _digest(self, name: str) -> str:
        try:
            return fingerprint(self._workspace, name)
        except (DesignError, OSError) as error:
            raise FatalURLFetchingError(str(error)) from error

    def _font(self, name: str) -> bytes:
        try:
            return font_bytes(self._workspace, name)
        except DesignError as error:
            raise FatalURLFetchingError(error.what) from error
