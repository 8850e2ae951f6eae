"""Draws every picture of the catalogue on one contact sheet: `make art-gallery`.

The sheet is art-gallery.png beside this file: by day and by night, at the sizes at which pages show them.
Chromium draws it from the files that the site sends.
"""

import base64
import tempfile
from collections.abc import Iterator
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import sync_playwright

from app.catalogue import read_catalogue
from app.core.kit import Kit, Series
from app.pictures import art_path, cover_path, icon_path, silhouette_path, step_picture
from app.press.design import font_bytes
from app.workspace import Workspace, find_workspace
from tests.browser.chromium import launch

FONT, WIDTH = "BeVietnamPro-Medium.ttf", 1758
FLAT, EDGES = 30, 5
SIZES = (360, 160, 64)
Scheme = Literal["light", "dark"]
STYLE = """
*{box-sizing:border-box}
body,h1,h2,p,ul{margin:0;padding:0;font:400 13px/1.3 Body}
body{color:#2a1a14;background:#f7eeda}
img{display:block}
.row{display:flex;border-top:2px solid #2a1a14}
.row:first-child{border:0}
.panel{width:586px;padding:14px 20px 16px}
.dark{color:#f7ebd2;background:#131932;color-scheme:dark}
.light{color-scheme:light}
h2{font-size:17px}
p{margin-bottom:10px;opacity:.75}
.sizes{display:flex;gap:18px;align-items:flex-start}
.small{display:grid;gap:18px 12px;grid-template-columns:64px 1fr;align-items:end}
.small>:first-child{grid-column:1/3}
.icons{display:flex;gap:12px;align-items:end}
ul{display:flex;gap:22px;list-style:none}
.steps img{margin-bottom:4px}
.round{margin-left:auto}
.round li{text-align:center}
.round img{border-radius:50%;border:3px solid;background:#f7eeda;margin:0 auto 6px}
.strip .panel{width:100%;display:flex;gap:28px}
.words{display:flex;flex-direction:column;gap:18px;justify-content:center;font-size:19px}
"""


def main() -> None:
    """Draw the sheet of this workspace."""
    workspace = find_workspace()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        sheet = Path(folder) / "sheet.html"
        sheet.write_text(_page(workspace, Path(folder)), "utf-8")
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": WIDTH, "height": 900})
        page.goto(sheet.as_uri())
        page.evaluate("document.fonts.ready")
        drawn = Image.open(BytesIO(page.screenshot(full_page=True))).convert("RGB")
        browser.close()
    path = Path(__file__).parent / "art-gallery.png"
    _flattened(drawn).save(path, optimize=True)
    print(f"{drawn.width} × {drawn.height} pixels, {path.stat().st_size} bytes in {path}")


def _flattened(drawn: Image.Image) -> Image.Image:
    """Return the sheet in its own flat colours and a few more for their edges.

    Quantising alone would spend its colours on edges and give the lotus that of paper.
    """
    seen = sorted(drawn.getcolors(drawn.width * drawn.height) or [], reverse=True)[:FLAT]
    flat = [part for _, colour in seen if isinstance(colour, tuple) for part in colour]
    edges = drawn.quantize(EDGES, dither=Image.Dither.NONE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette(flat + edges)
    return drawn.quantize(palette=palette, dither=Image.Dither.NONE)


def _page(workspace: Workspace, scratch: Path) -> str:
    font = base64.b64encode(font_bytes(workspace, FONT)).decode()
    rows = "".join(
        row
        for series in read_catalogue(workspace).values()
        for row in (
            _cover(workspace, series),
            *(_kit(workspace, scratch, series, kit) for kit in series.kits),
        )
    )
    face = f"@font-face{{font-family:Body;src:url(data:font/ttf;base64,{font})}}"
    return f'<!doctype html><html lang="vi"><meta charset="utf-8"><style>{face}{STYLE}</style>{rows}'


def _cover(workspace: Workspace, series: Series) -> str:
    path = cover_path(workspace, series.id)
    if not path.is_file():
        return ""
    panels = "".join(
        f'<div class="panel {scheme}">{_title(series.name["vi"], time)}{_picture(path, 546, 364)}</div>'
        for scheme, time in _schemes()
    )
    icons = "".join(
        _picture(icon, 72, 72)
        for icon in (icon_path(workspace, series.id, kit.id) for kit in series.kits)
        if icon.is_file()
    )
    words = "".join(f"<div>{escape(series.summary[language])}</div>" for language in workspace.languages)
    panels += f'<div class="panel light words"><div class="icons">{icons}</div>{words}</div>'
    return f'<div class="row">{panels}</div>'


def _kit(workspace: Workspace, scratch: Path, series: Series, kit: Kit) -> str:
    art = art_path(workspace, series.id, kit.id)
    icon = icon_path(workspace, series.id, kit.id)
    icons = "".join(_picture(icon, side, side) for side in (48, 24)) if icon.is_file() else ""
    panels = "".join(
        f'<div class="panel {scheme}">{_title(kit.name["vi"], time)}{_sizes(art, icons)}</div>'
        for scheme, time in _schemes()
    )
    shadow = _sizes(silhouette_path(workspace, series.id, kit.id), "")
    panels += f'<div class="panel light">{_title("Bóng đen", "silhouette")}{shadow}</div>'
    strip = f'<ul class="steps">{_steps(workspace, scratch, series, kit)}</ul>'
    strip += f'<ul class="round">{_details(art, kit)}</ul>'
    return (
        f'<div class="row">{panels}</div><div class="row strip"><div class="panel light">{strip}</div></div>'
    )


def _schemes() -> Iterator[tuple[Scheme, str]]:
    yield "light", "ngày · day"
    yield "dark", "đêm · night"


def _title(name: str, time: str) -> str:
    return f"<h2>{escape(name)}</h2><p>{escape(time)}</p>"


def _sizes(path: Path, icons: str) -> str:
    large, middle, small = (_picture(path, width, width * 5 // 4) for width in SIZES)
    rest = f'{middle}{small}<div class="icons">{icons}</div>'
    return f'<div class="sizes">{large}<div class="small">{rest}</div></div>'


def _steps(workspace: Workspace, scratch: Path, series: Series, kit: Kit) -> str:
    items = []
    for number in range(1, len(kit.steps) + 1):
        path = scratch / f"{kit.id}-{number}.svg"
        path.write_bytes(step_picture(workspace, series.id, kit.id, number))
        items.append(f"<li>{_picture(path, 88, 110)}{number}</li>")
    return "".join(items)


def _details(art: Path, kit: Kit) -> str:
    items = []
    for name, (x, y, side) in kit.details.items():
        crop = _picture(art, 112, 112, f"#svgView(viewBox({x:g},{y:g},{side:g},{side:g}))")
        items.append(f"<li>{crop}{escape(name)}</li>")
    return "".join(items)


def _picture(path: Path, width: int, height: int, part: str = "") -> str:
    return f'<img src="file://{quote(str(path))}{part}" alt="" width="{width}" height="{height}">'


if __name__ == "__main__":
    main()
