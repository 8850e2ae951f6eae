"""A character that no font of a design has is refused, wherever it stands; it is never printed as a box."""

import io
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from app.press.design import font_bytes
from app.press.job import Job
from app.press.pages import print_pages
from app.press.typeface import GlyphMissingError
from app.runs import Station
from app.runs.life import show_run
from app.workspace import Workspace
from tests.conftest import NOW
from tests.press import paper
from tests.press.ordered import files_in, folder_of, order_of, quiet

Write = Callable[[str, str, str], Path]
HAN = "燈"
FACES = """
@font-face { font-family: Body; src: url("font:BeVietnamPro-Regular.ttf") }
@font-face { font-family: Han; src: url("font:Han.ttf") }
body { font-family: Body, Han }
"""


@pytest.fixture
def set_page(workspace: Workspace) -> Callable[..., Path]:
    """Set one page of a design that is written here."""
    folder = workspace.designs / "try"
    folder.mkdir()
    (folder / "design.toml").write_text('sides = ["page.html"]\n')

    def set_it(
        body: str, style: str = FACES.replace('@font-face { font-family: Han; src: url("font:Han.ttf") }', "")
    ) -> Path:
        (folder / "page.html").write_text(body, "utf-8")
        (folder / "style.css").write_text(style, "utf-8")
        path = workspace.state / "try.pdf"
        print_pages(workspace, "try", [{}], Job(title="Try", made_at=NOW), path, progress=quiet)
        return path

    return set_it


def test_a_kits_name_in_signs_that_no_font_has_is_refused_and_nothing_is_released(
    sealed: Station, write: Write
) -> None:
    path = write("kits/tiny/lantern/kit.toml", 'en = "Lantern"\n\n', f'en = "Lantern {HAN}"\n\n')
    for _ in range(2):
        with pytest.raises(GlyphMissingError, match=rf"has a glyph for {HAN} \(U\+71C8\)") as refused:
            order_of(sealed, "label", "insert")
        assert str(sealed.workspace.designs / "insert") in str(refused.value)
        assert "print/fonts" in str(refused.value)
    assert files_in(folder_of(sealed)) == {}
    assert show_run(sealed, "TY-1").state == "sealed"
    with pytest.raises(GlyphMissingError, match=HAN):
        order_of(sealed, "leaflet", processes=2)
    path.write_text(path.read_text("utf-8").replace(f" {HAN}", ""), "utf-8")
    assert order_of(sealed, "insert").boxes == 16


@pytest.mark.parametrize(
    "body",
    [
        f"<p>{HAN}</p>",
        f'<p style="font-weight: 700; text-transform: uppercase">đèn {HAN}</p>',
        f'<svg width="90" height="90"><text x="9" y="50">{HAN}</text></svg>',
        f'<p class="before">x</p><style>.before::before {{ content: "{HAN}" }}</style>',
        f"<style>@page {{ @bottom-center {{ content: '{HAN}' }} }}</style><p>x</p>",
        f"<ul style='list-style-type: \"{HAN}\"'><li>x</li></ul>",
    ],
    ids=["a text", "in capitals", "a drawing", "before it", "the margin", "a list"],
)
def test_a_sign_without_a_glyph_is_refused_wherever_it_stands(
    set_page: Callable[..., Path], workspace: Workspace, body: str
) -> None:
    with pytest.raises(GlyphMissingError, match=HAN) as refused:
        set_page(body)
    assert str(workspace.designs / "try") in str(refused.value)


def test_every_sign_that_is_missing_is_named_once(set_page: Callable[..., Path]) -> None:
    with pytest.raises(GlyphMissingError, match=r"for 昇 \(U\+6607\), 燈 \(U\+71C8\), 龍 \(U\+9F8D\)\."):
        set_page("<p>昇龍 燈 昇龍</p><p>龍</p>")


def test_a_sign_that_a_font_of_the_workspace_has_is_printed(
    set_page: Callable[..., Path], workspace: Workspace
) -> None:
    font = TTFont(io.BytesIO(font_bytes(workspace, "BeVietnamPro-Regular.ttf")))
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[ord(HAN)] = font.getBestCmap()[ord("A")]
    font.save(workspace.designs / "fonts" / "Han.ttf")
    assert HAN in paper.text(set_page(f"<p>đèn {HAN}</p>", FACES))


def test_vietnamese_is_set_composed_or_not_and_what_is_invisible_needs_no_glyph(
    set_page: Callable[..., Path],
) -> None:
    words = "Đường Hoàng Diệu, nghìn năm văn hiến ở Thăng Long – Hà Nội"
    loose = unicodedata.normalize("NFD", words)
    assert loose != words
    path = set_page(f"<p>{words}</p><p>{loose}</p><p>a&nbsp;b&shy;c&#8203;d&#8239;e</p>")
    assert unicodedata.normalize("NFC", paper.text(path)).count("".join(words.split())) == 2
