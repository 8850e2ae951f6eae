"""Colours become inks: what lies on which plate, how much of it, and what cannot be printed on a press."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageCms

from app.core.errors import UserError
from app.press.inks import MOST_INK, Inks, InksError, NotForPressError, limited, read_inks
from app.reading import FileBrokenError, FileMissingError, KeyWrongError
from app.workspace import Workspace
from tests.conftest import REPOSITORY
from tests.press import shop

TEXT_INKS = {"#2a1a14", "#5a4335"}
NIGHT = re.compile(r"@media\(prefers-color-scheme:dark\)\{(?:[^{}]*\{[^{}]*\})*\}")
COLOUR = re.compile(r"#[0-9a-f]{6}\b")


def difference(colour: str, ink: tuple[float, ...]) -> float:
    """Return how far an ink on the profile's paper looks from a colour on a screen (CIE 1976)."""
    intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
    flags = ImageCms.Flags.BLACKPOINTCOMPENSATION
    press, eye = ImageCms.ImageCmsProfile(io.BytesIO(shop.inks().profile)), ImageCms.createProfile("LAB")
    screen = ImageCms.createProfile("sRGB")
    seen = []
    for source, mode, value in (
        (screen, "RGB", tuple(bytes.fromhex(colour[1:]))),
        (press, "CMYK", tuple(round(2.55 * part) for part in ink)),
    ):
        pixel = ImageCms.applyTransform(
            Image.new(mode, (1, 1), value),
            ImageCms.buildTransform(source, eye, mode, "LAB", intent, flags),
        )
        assert pixel is not None
        lightness, a, b = pixel.tobytes()
        seen.append(np.array([lightness / 2.55, (a ^ 128) - 128, (b ^ 128) - 128]))
    return float(np.linalg.norm(seen[0] - seen[1]))


def one_page(content: bytes, **resources: pikepdf.Object) -> pikepdf.Pdf:
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(100, 100))
    page.obj.Contents = pdf.make_stream(content)
    page.obj.Resources = Dictionary({f"/{kind}": entries for kind, entries in resources.items()})
    return pdf


def operators(pdf: pikepdf.Pdf) -> str:
    return pdf.pages[0].obj.Contents.read_bytes().decode()


# The insert of the five kits


def test_no_rgb_is_left_in_the_insert() -> None:
    with pikepdf.open(io.BytesIO(shop.insert_in_rgb())) as before:
        assert all(shop.COLOURS_IN_RGB.search(stream) for stream in shop.streams(before))
        assert b"/Lab" in shop.plain(before)
    with shop.insert_in_inks() as after:
        assert not [stream for stream in shop.streams(after) if shop.COLOURS_IN_RGB.search(stream)]
        assert b"/Lab" not in shop.plain(after)


def test_no_place_of_the_insert_is_inked_more_than_dries(tmp_path: Path) -> None:
    with shop.insert_in_inks() as pdf:
        pages = list(shop.separated(pdf, tmp_path))
    assert len(pages) == 10
    for plates in pages:
        assert set(plates) == set(shop.PLATES)
        total = sum(plates[plate] for plate in shop.PLATES)
        assert 200 < np.max(total) <= MOST_INK + 1


def test_every_letter_of_the_back_but_the_headings_keeps_off_cyan_and_magenta(tmp_path: Path) -> None:
    with shop.insert_in_inks() as pdf:
        del pdf.pages[2:]
        back = list(shop.separated(pdf, tmp_path, dpi=200))[1]
    paper = shop.inks().ink("#f7eeda")
    assert np.max(back["Cyan"]) == pytest.approx(paper[0], abs=0.5)
    assert np.max(back["Black"]) == 100
    mm = 200 / 25.4
    # The foot, at 6.2 points: below the riddle, above the lower edge.
    foot = {name: plate[round(137 * mm) :, :] for name, plate in back.items()}
    assert np.max(foot["Black"]) == pytest.approx(85, abs=0.5)
    assert np.max(foot["Yellow"]) == pytest.approx(40, abs=0.5)
    assert np.max(foot["Magenta"]) == pytest.approx(paper[1], abs=0.5)


def test_the_same_design_gives_the_same_bytes() -> None:
    with shop.insert_in_inks() as first, shop.insert_in_inks() as second:
        assert shop.saved(first) == shop.saved(second)


# The table


def test_the_table_holds_every_colour_that_the_designs_and_the_kits_show_by_day() -> None:
    drawn = [*(REPOSITORY / "kits").glob("*/*/art.svg"), *(REPOSITORY / "print" / "insert").iterdir()]
    by_day = {path: NIGHT.sub("", path.read_text("utf-8")) for path in drawn}
    shown = {colour for text in by_day.values() for colour in COLOUR.findall(text.lower())}
    assert len(shown) > 20
    table = COLOUR.findall((REPOSITORY / "print" / "inks.toml").read_text("utf-8"))
    assert shown - set(table) == set()


def test_every_ink_chosen_by_hand_looks_like_its_colour() -> None:
    lines = (REPOSITORY / "print" / "inks.toml").read_text("utf-8").splitlines()
    table = {found[0] for line in lines if (found := COLOUR.findall(line))}
    far = {colour: difference(colour, shop.inks().ink(colour)) for colour in sorted(table - TEXT_INKS)}
    assert len(far) > 25
    assert max(far.values()) < 6, far


def test_small_letters_have_at_most_two_inks_and_only_yellow_beside_black() -> None:
    assert shop.inks().ink("#2a1a14") == (0, 0, 0, 100)
    cyan, magenta, yellow, black = shop.inks().ink("#5a4335")
    assert (cyan, magenta) == (0, 0)
    assert yellow < black


# Other colours


@pytest.mark.parametrize("step", [15, 51])
def test_no_colour_at_all_lays_more_ink_than_dries(step: int) -> None:
    levels = range(0, 256, step) if step == 51 else range(0, 4 * step, step)
    made = Inks(shop.inks().profile, {})
    colours = {f"#{r:02x}{g:02x}{b:02x}" for r in levels for g in levels for b in levels}
    assert max(sum(made.ink(colour)) for colour in colours) <= MOST_INK


def test_too_much_ink_is_taken_from_the_colours_and_never_from_black() -> None:
    assert limited((90, 80, 70, 95), 300) == (76.8, 68.3, 59.7, 95)
    assert limited((90, 80, 70, 60), 300) == (90, 80, 70, 60)


def test_a_colour_that_nobody_chose_goes_through_the_profile() -> None:
    assert "#884422" not in (REPOSITORY / "print" / "inks.toml").read_text("utf-8")
    cyan, magenta, yellow, black = shop.inks().ink("#884422")
    assert magenta > 50 < yellow
    assert cyan < 30
    assert 0 < black < 60
    assert difference("#884422", (cyan, magenta, yellow, black)) < 6


def test_greys_are_black_ink_alone_and_as_light_as_they_look() -> None:
    greys = [shop.inks().ink(f"#{level:02x}{level:02x}{level:02x}") for level in range(0, 256, 15)]
    assert {ink[:3] for ink in greys} == {(0, 0, 0)}
    assert greys[0][3] == 100
    assert greys[-1][3] == 0
    assert [ink[3] for ink in greys] == sorted((ink[3] for ink in greys), reverse=True)
    assert difference("#777777", shop.inks().ink("#777777")) < 2
    assert shop.inks().ink("#777879")[:3] == (0, 0, 0)


# What operators become


def test_black_alone_is_set_as_gray_like_the_codes_beside_it() -> None:
    pdf = one_page(b"0.164706 0.101961 0.078431 rg 0 0 0 RG 0 0 9 9 re B")
    shop.inks().convert(pdf)
    assert operators(pdf).split() == ["0", "g", "0", "G", "0", "0", "9", "9", "re", "B"]


def test_a_space_set_by_name_is_kept_through_saving_and_restoring() -> None:
    pdf = one_page(
        b"/DeviceRGB cs 0.619608 0.105882 0.105882 sc q /DeviceGray cs 0.5 sc Q "
        b"0.141176 0.207843 0.419608 scn "
        b"/DeviceRGB CS 1 1 1 SCN"
    )
    shop.inks().convert(pdf)
    assert " ".join(operators(pdf).split()) == "0 1 0.9 0.39 k q 0.5 g Q 0.92 0.75 0 0.42 k 1 G"


def test_a_form_that_two_pages_share_is_converted_once() -> None:
    pdf = one_page(b"/A Do")
    form = pdf.make_stream(b"0.619608 0.105882 0.105882 rg 0 0 9 9 re f")
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 9, 9])
    pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(A=form))
    pdf.pages.append(pdf.pages[0])
    shop.inks().convert(pdf)
    assert form.read_bytes().split() == b"0 1 0.9 0.39 k 0 0 9 9 re f".split()


def test_inks_that_a_design_asks_for_itself_are_kept_and_bounded(workspace: Workspace) -> None:
    body = (
        '<p style="color:device-cmyk(1 0 0 0)">Cyan</p><p style="color:device-cmyk(1 1 1 0.5)">Too much</p>'
    )
    pdf = shop.set_page(workspace, body)
    shop.inks().convert(pdf)
    assert "1 0 0 0 k" in operators(pdf)
    assert "0.833 0.833 0.833 0.5 k" in operators(pdf)


def test_what_is_half_transparent_is_mixed_as_inks(workspace: Workspace, tmp_path: Path) -> None:
    body = (
        '<div style="background:#24356b;position:absolute;inset:0"></div>'
        '<svg style="position:absolute;left:0;top:0" width="60mm" height="40mm"><g opacity=".5">'
        '<rect width="999" height="999" fill="#9e1b1b"/></g></svg>'
    )
    pdf = shop.set_page(workspace, body)
    assert b"/DeviceRGB" in shop.plain(pdf)
    shop.inks().convert(pdf)
    assert b"/DeviceRGB" not in shop.plain(pdf)
    (plates,) = shop.separated(pdf, tmp_path / "mixed")
    mixed = [float(np.median(plates[plate])) for plate in shop.PLATES]
    lower, upper = shop.inks().ink("#24356b"), shop.inks().ink("#9e1b1b")
    assert mixed == pytest.approx([(a + b) / 2 for a, b in zip(lower, upper, strict=True)], abs=1)


def test_a_tile_is_converted_too(workspace: Workspace) -> None:
    body = (
        '<svg width="99" height="99"><pattern id="p" width="9" height="9" patternUnits="userSpaceOnUse">'
        '<rect width="4" height="4" fill="#9e1b1b"/></pattern>'
        '<rect width="99" height="99" fill="url(#p)"/></svg>'
    )
    pdf = shop.set_page(workspace, body)
    shop.inks().convert(pdf)
    content = list(shop.streams(pdf))
    assert not [stream for stream in content if shop.COLOURS_IN_RGB.search(stream)]
    assert any(b"0 1 0.9 0.39 k" in stream for stream in content)


# Refused


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('<img src="dot.png" alt="">', "raster picture"),
        ('<div style="height:9mm;background:linear-gradient(red, blue)">x</div>', "gradient"),
        ('<svg width="9" height="9"><linearGradient id="g"><stop stop-color="red"/>'
         '<stop offset="1" stop-color="blue"/></linearGradient>'
         '<rect width="9" height="9" fill="url(#g)"/></svg>',
         "gradient"),
        ('<svg width="9" height="9"><mask id="m"><rect width="5" height="5" fill="white"/></mask>'
         '<rect width="9" height="9" fill="red" mask="url(#m)"/></svg>', "soft mask"),
        ('<p style="box-shadow: 1px 1px 3px #000">x</p>', "shadow"),
        ('<p style="color: oklch(.6 .2 30)">x</p>', "#rrggbb"),
        ('<p style="color: lab(50 40 30)">x</p>', "#rrggbb"),
    ],
    ids=["picture", "gradient", "gradient in a drawing", "mask", "shadow", "oklch", "lab"],
)  # fmt: skip
def test_a_design_that_no_press_prints_alike_is_refused_with_page_and_mend(
    workspace: Workspace, body: str, told: str
) -> None:
    (workspace.designs / "try").mkdir()
    Image.new("RGB", (4, 4), "red").save(workspace.designs / "try" / "dot.png")
    pdf = shop.set_page(workspace, body)
    with pytest.raises(NotForPressError) as refusal:
        shop.inks().convert(pdf, where="print/try")
    assert told in str(refusal.value)
    assert str(refusal.value).startswith("print/try, page 1")
    assert "print it at the office" in str(refusal.value)


@pytest.mark.parametrize(
    ("pdf", "told"),
    [
        (lambda: one_page(b"/G gs", ExtGState=Dictionary(G=Dictionary(BM=Name.Multiply))), "blend mode"),
        (
            lambda: one_page(b"", Pattern=Dictionary(P=Dictionary(PatternType=2, Shading=Dictionary()))),
            "gradient",
        ),
        (lambda: one_page(b"BI /W 1 /H 1 /CS /RGB /BPC 8 ID abc EI"), "raster picture"),
        (lambda: one_page(b"/X cs 1 sc", ColorSpace=Dictionary(X=Name.DeviceGray)), "#rrggbb"),
    ],
    ids=["blend mode", "shading pattern", "inline picture", "named space"],
)
def test_what_weasyprint_does_not_make_today_is_refused_too(
    pdf: Callable[[], pikepdf.Pdf], told: str
) -> None:
    with pytest.raises(NotForPressError, match=told):
        shop.inks().convert(pdf())


# The file


def test_without_a_file_of_inks_everything_goes_through_the_profile(workspace: Workspace) -> None:
    (workspace.designs / "inks.toml").unlink()
    made = read_inks(workspace)
    assert made.condition == "FOGRA39"
    assert made.ink("#2a1a14") != (0, 0, 0, 100)
    assert sum(made.ink("#9e1b1b")) <= MOST_INK


@pytest.mark.parametrize(
    ("old", "new", "kind", "told"),
    [
        ("[inks]", "[inks", FileBrokenError, "not TOML"),
        ("[inks]", "[ink]", KeyWrongError, "ink"),
        ('profile = "fogra39-free"', 'profile = "../../secret"', KeyWrongError, "profile"),
        ('profile = "fogra39-free"', 'profile = "swop"', FileMissingError, "swop.icc"),
        ("[0, 0, 0, 100] ", "[0, 0, 100] ", KeyWrongError, "#2a1a14"),
        ("[0, 0, 0, 100] ", '[0, 0, 0, "much"] ', KeyWrongError, "much"),
        ("[0, 0, 0, 100] ", "[0, 0, 0, 101] ", InksError, "between 0 and 100"),
        ("[0, 0, 0, 100] ", "[0, 0, 0, nan] ", InksError, "between 0 and 100"),
        ("[0, 0, 0, 100] ", "[80, 70, 60, 100] ", InksError, "310 percent"),
        ('"#2a1a14"', '"ink"', InksError, "'ink' is not a colour"),
        ('"#2a1a14"', '"#2A1A14"', InksError, "small letters"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_the_file_and_a_mend(
    workspace: Workspace, write: Callable[[str, str, str], Path], old: str, new: str, kind: type[UserError],
    told: str,
) -> None:  # fmt: skip
    write("print/inks.toml", old, new)
    with pytest.raises(kind) as refusal:
        read_inks(workspace)
    assert told in str(refusal.value)
    assert "print/" in refusal.value.where
    assert refusal.value.mend


@pytest.mark.parametrize(
    "profile", [b"", b"%PDF-1.7", ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()]
)
def test_a_profile_of_anything_but_a_press_is_refused(workspace: Workspace, profile: bytes) -> None:
    (workspace.designs / "profiles" / "fogra39-free.icc").write_bytes(profile)
    with pytest.raises(InksError, match=r"fogra39-free\.icc.*four inks"):
        read_inks(workspace)


def test_the_profile_stands_beside_its_licence() -> None:
    licence = (REPOSITORY / "print" / "profiles" / "fogra39-free-LICENCE.txt").read_text("utf-8")
    assert "zlib/libpng License" in licence
    assert "FOGRA39L" in licence
    assert "Kai-Uwe Behrmann" in licence
    assert "altered" in licence
