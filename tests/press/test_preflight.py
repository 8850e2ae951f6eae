"""What a printer would send back is found before it is sent: each fault has a file that shows it."""

import io
import math
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import ImageCms

from app.press.exchange import mark_for_press
from app.press.job import Target
from app.press.preflight import PreflightError, preflight, require_preflight, spread
from app.press.raster import RendererMissingError
from app.runs import Station
from tests.press import paper, shop
from tests.press.paper import Prints as Printed

Change = Callable[[pikepdf.Pdf], None]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The insert of one kit, fit for the press."""
    pdf = shop.insert_for_press()
    del pdf.pages[2:]
    return shop.save(pdf, tmp_path_factory.mktemp("shop") / "good.pdf")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Printed]:
    """A run of two boxes as an office prints it."""
    station: Station = paper.make_station(tmp_path_factory.mktemp("office") / "tiny")
    paper.seal(station, {"lantern": 1, "bridge": 1}, case_size=1)
    yield paper.print_it(station)
    station.ledger.close()


def changed(good: Path, change: Change, path: Path) -> Path:
    """Return a copy of a file with one thing changed."""
    with pikepdf.open(good) as pdf:
        change(pdf)
        pdf.save(path, min_version="1.6", deterministic_id=True)
    return path


def drawn(before: bytes = b"", **resources: pikepdf.Object) -> Change:
    """Draw something below the second page."""

    def change(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[1].obj
        page.Contents = pdf.make_stream(before + b"\n" + page.Contents.read_bytes())
        for kind, entries in resources.items():
            if f"/{kind}" not in page.Resources:
                page.Resources[f"/{kind}"] = Dictionary()
            for name, value in entries.items():
                page.Resources[f"/{kind}"][name] = value

    return change


def picture(**entries: pikepdf.Object | int) -> Change:
    """Draw a picture of one dot below the second page."""

    def change(pdf: pikepdf.Pdf) -> None:
        dot = pdf.make_stream(b"\0\0\0\0")
        dot.Type, dot.Subtype, dot.Width, dot.Height, dot.BitsPerComponent = Name.XObject, Name.Image, 1, 1, 8
        for key, value in entries.items():
            dot[f"/{key}"] = value
        if "SMask" in entries:
            dot.SMask = pdf.make_stream(b"\0", Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1,
                                        ColorSpace=Name.DeviceGray, BitsPerComponent=8)  # fmt: skip
        drawn(b"q 9 0 0 9 0 0 cm /Dot Do Q", XObject=Dictionary(Dot=dot))(pdf)

    return change


def tint_of(kind: Name, names: pikepdf.Object) -> Array:
    function = Dictionary(
        FunctionType=2, Domain=Array([0, 1]), C0=Array([0, 0, 0, 0]), C1=Array([1, 1, 1, 1]), N=1
    )
    return Array([kind, names, Name.DeviceCMYK, function])


def put(holder: Callable[[pikepdf.Pdf], pikepdf.Object], key: str, value: object) -> Change:
    """Set a key, or take it away with None."""

    def change(pdf: pikepdf.Pdf) -> None:
        if value is None:
            del holder(pdf)[key]
        else:
            holder(pdf)[key] = value

    return change


def root(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return pdf.Root


def second(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return pdf.pages[1].obj


def intent(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return pdf.Root.OutputIntents[0]


def information(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return pdf.docinfo


def soft_mask(pdf: pikepdf.Pdf) -> None:
    shape = pdf.make_stream(
        b"1 g 0 0 9 9 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9])
    )
    mask = Dictionary(Type=Name.Mask, S=Name.Luminosity, G=shape)
    drawn(b"q /Soft gs Q", ExtGState=Dictionary(Soft=Dictionary(SMask=mask)))(pdf)


def rgb_in_a_form(pdf: pikepdf.Pdf) -> None:
    form = pdf.make_stream(b"1 0 0 RG 0 0 m 9 9 l S")
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 9, 9])
    outer = pdf.make_stream(b"/In Do")
    outer.Type, outer.Subtype, outer.BBox = Name.XObject, Name.Form, Array([0, 0, 9, 9])
    outer.Resources = Dictionary(XObject=Dictionary(In=form))
    drawn(b"/Out Do", XObject=Dictionary(Out=outer))(pdf)


def rgb_group(pdf: pikepdf.Pdf) -> None:
    second(pdf).Group = Dictionary(S=Name.Transparency, CS=Name.DeviceRGB)


def screen_profile(pdf: pikepdf.Pdf) -> None:
    screen = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    intent(pdf).DestOutputProfile = pdf.make_stream(screen, N=3)


def xmp_without(words: bytes, instead: bytes = b"") -> Change:
    def change(pdf: pikepdf.Pdf) -> None:
        content = pdf.Root.Metadata.read_bytes()
        assert words in content
        pdf.Root.Metadata = pdf.make_stream(
            content.replace(words, instead), Type=Name.Metadata, Subtype=Name.XML
        )

    return change


def font_cut_off(pdf: pikepdf.Pdf) -> None:
    (font, *_) = second(pdf).Resources.Font.values()
    descriptor = font.DescendantFonts[0].FontDescriptor
    for key in ("/FontFile2", "/FontFile3"):
        if key in descriptor:
            del descriptor[key]


def link(pdf: pikepdf.Pdf) -> None:
    second(pdf).Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]))])


def script(pdf: pikepdf.Pdf) -> None:
    code = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("x"), code])))


def shrunk(margin: float) -> Change:
    """Let the ground of the first front end `margin` millimetres before the bleed's end, on every side."""

    def change(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0].obj
        x1, y1, x2, y2 = (float(edge) for edge in page.MediaBox)
        room = margin * shop.POINTS_PER_MM
        clip = b"q %.3f %.3f %.3f %.3f re W n\n" % (
            x1 + room,
            y1 + room,
            x2 - x1 - 2 * room,
            y2 - y1 - 2 * room,
        )
        page.Contents = pdf.make_stream(clip + page.Contents.read_bytes() + b"\nQ")

    return change


# Fit


def test_the_insert_of_the_five_kits_is_fit_for_the_press(tmp_path: Path) -> None:
    path = shop.save(shop.insert_for_press(), tmp_path / "five.pdf")
    assert preflight(path, "press") == ()
    require_preflight(path, "press")


def test_what_an_office_prints_today_is_fit_for_the_office(office: Printed) -> None:
    assert preflight(office.inserts, "office") == ()
    assert preflight(office.packing_sheets, "office") == ()


def test_what_is_set_for_an_office_is_not_fit_for_the_press(office: Printed) -> None:
    told = " ".join(preflight(office.inserts, "press"))
    for words in ("output intent", "RGB", "trapped", "PDF/X-4", "ModDate"):
        assert words in told


@pytest.mark.parametrize(
    "change",
    [
        drawn(b"/All cs 1 scn 0 0 9 9 re f", ColorSpace=Dictionary(All=tint_of(Name.Separation, Name.All))),
        drawn(b"q 0 g 0 0 9 9 re f Q"),
        drawn(b"q 0 1 0 0 k Q " + b"1 1 9 9 re " * 99 + b"f"),
        drawn(b"q 1 1 0.9 0.1 k 0 0 9 9 re f Q"),
        drawn(b"q /Half gs 0 1 0 0 k 0 0 9 9 re f Q", ExtGState=Dictionary(Half=Dictionary(ca=0.5))),
    ],
    ids=["marks on every plate", "black", "black again", "300 percent", "half transparent"],
)
def test_what_a_press_takes_is_not_complained_of(good: Path, tmp_path: Path, change: Change) -> None:
    assert preflight(changed(good, change, tmp_path / "x.pdf"), "press") == ()


# Sent back by a print shop


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (drawn(b"q 1 0 0 rg 0 0 9 9 re f Q"), "RGB"),
        (drawn(b"q /DeviceRGB cs 1 0 0 sc 0 0 9 9 re f Q"), "RGB"),
        (rgb_in_a_form, "RGB"),
        (drawn(b"/S sh", Shading=Dictionary(S=Dictionary(ShadingType=2, ColorSpace=Name.DeviceRGB))), "RGB"),
        (drawn(b"", Pattern=Dictionary(P=Dictionary(PatternType=2, Shading=Dictionary(
            ShadingType=2, ColorSpace=Name.DeviceRGB)))), "RGB"),
        (drawn(b"/C cs", ColorSpace=Dictionary(C=Array([Name.CalRGB, Dictionary()]))), "RGB"),
        (drawn(b"/C cs", ColorSpace=Dictionary(C=Array([Name.Lab, Dictionary()]))), "colours in Lab"),
        (rgb_group, "transparent colours as RGB"),
        (drawn(b"/C cs", ColorSpace=Dictionary(C=tint_of(Name.Separation, Name("/Gold")))), "spot ink"),
        (drawn(b"/C cs", ColorSpace=Dictionary(C=tint_of(Name.DeviceN, Array([Name("/Gold")])))), "spot ink"),
        (drawn(b"q 0.9 0.8 0.7 0.7 k 0 0 9 9 re f Q"), "310 percent"),
        (drawn(b"q /DeviceCMYK cs 0.9 0.8 0.7 0.7 scn Q"), "310 percent"),
        (picture(ColorSpace=Name.DeviceRGB), "raster picture"),
        (picture(ColorSpace=Name.DeviceCMYK), "raster picture"),
        (picture(ColorSpace=Name.DeviceGray, SMask=1), "transparent places"),
        (drawn(b"BI /W 1 /H 1 /CS /G /BPC 8 ID a EI"), "raster picture"),
        (soft_mask, "soft mask"),
        (drawn(b"q /M gs Q", ExtGState=Dictionary(M=Dictionary(BM=Name.Multiply))), "blend mode"),
        (drawn(b"q /M gs Q", ExtGState=Dictionary(M=Dictionary(BM=Array([Name.Darken])))), "blend mode"),
        (put(root, "/OutputIntents", None), "output intent"),
        (put(intent, "/DestOutputProfile", None), "no profile"),
        (put(intent, "/OutputConditionIdentifier", None), "printing condition"),
        (screen_profile, "no profile of a press"),
        (put(root, "/Metadata", None), "GTS_PDFXVersion"),
        (xmp_without(b"PDF/X-4", b"PDF/X-1a"), "GTS_PDFXVersion as PDF/X-4"),
        (xmp_without(b"xmpMM:DocumentID", b"xmpMM:Other"), "DocumentID"),
        (xmp_without(b">False<", b">True<"), "trapped"),
        (put(information, "/Trapped", None), "trapped"),
        (put(information, "/Title", None), "lacks Title"),
        (put(information, "/Title", "Other"), "two titles"),
        (put(information, "/ModDate", None), "lacks ModDate"),
        (font_cut_off, "is not embedded"),
        (link, "links or notes"),
        (script, "JavaScript"),
        (put(root, "/AcroForm", Dictionary()), "a form"),
        (put(root, "/OpenAction", Array([])), "opening"),
        (put(second, "/AA", Dictionary()), "actions"),
        (put(second, "/TrimBox", None), "where it is cut"),
        (put(second, "/BleedBox", None), "where it is cut"),
        (put(second, "/ArtBox", Array([0, 0, 9, 9])), "ArtBox"),
        (put(second, "/TrimBox", Array([-5, 0, 300, 400])), "TrimBox reaches beyond its BleedBox"),
        (put(second, "/BleedBox", Array([-5, -5, 400, 500])), "BleedBox reaches beyond its sheet"),
        (shrunk(3.0), "does not fill the bleed"),
        (shrunk(1.2), "does not fill the bleed"),
    ],
    ids=[
        "rg", "DeviceRGB", "RG in a form of a form", "shading", "pattern", "CalRGB", "Lab", "group", "spot",
        "DeviceN", "too much ink", "too much ink by name", "RGB picture", "CMYK picture", "alpha",
        "inline picture", "soft mask", "blend mode", "blend modes", "no intent", "no profile", "no condition",
        "screen profile", "no metadata", "PDF/X-1a", "no document id", "trapped or not", "not trapped",
        "no title", "two titles", "no date", "font", "link", "JavaScript", "form", "action", "page action",
        "no TrimBox", "no BleedBox", "ArtBox", "TrimBox too large", "BleedBox too large", "no bleed",
        "a short bleed",
    ],
)  # fmt: skip
def test_what_a_print_shop_would_send_back_is_told_with_a_mend(
    good: Path, tmp_path: Path, change: Change, told: str
) -> None:
    bad = changed(good, change, tmp_path / "bad.pdf")
    problems = preflight(bad, "press")
    assert any(told in problem for problem in problems), problems
    assert all(re.fullmatch(r"[A-Z].*: .+\. [A-Z].+\.", problem) for problem in problems), problems
    with pytest.raises(PreflightError) as refusal:
        require_preflight(bad, "press")
    assert told in str(refusal.value)
    assert refusal.value.where == "bad.pdf"


def test_a_fault_names_its_page(good: Path, tmp_path: Path) -> None:
    (problem,) = preflight(changed(good, drawn(b"1 0 0 rg"), tmp_path / "x.pdf"), "press")
    assert problem == "Page 2: it has colours in RGB. Convert the design to inks."


def test_an_older_version_a_file_without_id_a_locked_and_a_broken_file_are_told(
    good: Path, tmp_path: Path
) -> None:
    old = tmp_path / "old.pdf"
    with pikepdf.open(good) as pdf:
        del pdf.Root.Version
        pdf.save(old, force_version="1.4", object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert "before 1.6" in " ".join(preflight(old, "press"))

    nameless = tmp_path / "nameless.pdf"
    with pikepdf.open(good) as pdf:
        pdf.save(nameless, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    content = re.sub(rb"/ID ?\[ ?<[0-9a-f]+> ?<[0-9a-f]+> ?\]", b"", nameless.read_bytes())
    nameless.write_bytes(content)
    assert "no /ID" in " ".join(preflight(nameless, "press"))

    for password, words in (("", "encrypted"), ("secret", "encrypted")):
        locked = tmp_path / f"locked{password}.pdf"
        with pikepdf.open(good) as pdf:
            pdf.save(locked, encryption=pikepdf.Encryption(owner="owner", user=password))
        assert words in " ".join(preflight(locked, "press"))

    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.6\nnothing")
    assert "not a whole PDF" in " ".join(preflight(broken, "press"))


# Bleed on a sheet of cards


def sheet(path: Path, *, margin: float = 0.0) -> Path:
    """Save two pages of two cards each, the second card clipped by `margin` millimetres on its right."""
    leaves = shop.insert_in_inks()
    del leaves.pages[4:]
    if margin:
        leaf = leaves.pages[2].obj
        _, _, width, height = (float(edge) for edge in leaf.MediaBox)
        clip = b"q 0 0 %.3f %.3f re W n\n" % (width - margin * shop.POINTS_PER_MM, height)
        leaf.Contents = leaves.make_stream(clip + leaf.Contents.read_bytes() + b"\nQ")
    made = shop.many_pages(leaves, 2, lambda _number: b"")
    mark(made)
    return shop.save(made, path)


def mark(pdf: pikepdf.Pdf) -> None:
    profile, condition = shop.inks().profile, shop.inks().condition
    mark_for_press(pdf, profile=profile, condition=condition, title="T", made_at=shop.MADE_AT)


def test_each_card_of_a_sheet_is_looked_at_by_itself(tmp_path: Path) -> None:
    assert preflight(sheet(tmp_path / "whole.pdf"), "press") == ()
    (problem,) = preflight(sheet(tmp_path / "short.pdf", margin=2.0), "press")
    assert problem.startswith("Page 1, card 2, right edge: the colour at the cut does not fill the bleed.")


def test_white_paper_at_the_cut_needs_no_bleed(good: Path, tmp_path: Path) -> None:
    def emptied(pdf: pikepdf.Pdf) -> None:
        for page in pdf.pages:
            page.obj.Contents = pdf.make_stream(b"0 g 100 100 50 50 re f")

    assert preflight(changed(good, emptied, tmp_path / "white.pdf"), "press") == ()


def test_without_poppler_the_bleed_is_not_taken_on_trust(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RendererMissingError, match="poppler"):
        preflight(good, "press")


# Large files


def test_of_a_large_file_shared_drawings_are_read_once_and_every_page_is_looked_at(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    leaves = shop.insert_in_inks()
    del leaves.pages[4:]
    made = shop.many_pages(leaves, 2000, lambda number: b"q 0 g %d 9 9 9 re f Q" % (number % 90))
    mark(made)
    made.pages[1233].obj.Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.Link)])
    path = shop.save(made, tmp_path / "large.pdf")
    read: list[bool] = []
    parse = pikepdf.parse_content_stream

    def counted(*given: object) -> object:
        read.append(True)
        return parse(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(pikepdf, "parse_content_stream", counted)
    (problem,) = preflight(path, "press")
    assert problem.startswith("Page 1234: it has links or notes.")
    assert len(read) < 70


@pytest.mark.parametrize("whole", [1, 2, 50, 51, 101, 9_601, 10_000, 10_007])
def test_the_pages_that_are_read_are_spread_over_the_file(whole: int) -> None:
    pages = spread(whole, 50)
    assert len(pages) == len(set(pages)) <= 50
    assert pages == sorted(pages)
    assert set(pages) >= {0, min(1, whole - 1), whole - 1} & set(range(whole))
    assert max((later - earlier for earlier, later in pairwise(pages)), default=1) <= math.ceil(whole / 24)
    fronts = [page for page in pages if page % 2 == 0]
    assert len(fronts) >= len(pages) // 3
    assert len(pages) - len(fronts) >= len(pages) // 3


# Sent back by an office printer


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (link, "links or notes"),
        (font_cut_off, "is not embedded"),
        (put(second, "/MediaBox", Array([0, 0, 297.6, 419.5])), "another size than page 1"),
        (drawn(b"q 0 0 0 rg " + b"1 1 9 9 re " * 99 + b"f Q"), "QR symbol is not in black alone"),
        (drawn(b"q 0 0 0 1 k " + b"1 1 9 9 re " * 99 + b"f Q"), "QR symbol is not in black alone"),
        (drawn(b"q 0.2 g " + b"1 1 9 9 re " * 99 + b"f Q"), "QR symbol is not in black alone"),
        (script, "JavaScript"),
    ],
    ids=["link", "font", "another size", "QR in RGB", "QR in CMYK", "QR in grey", "JavaScript"],
)
def test_what_an_office_printer_would_spoil_is_told(
    office: Printed, tmp_path: Path, change: Change, told: str
) -> None:
    problems = preflight(changed(office.inserts, change, tmp_path / "bad.pdf"), "office")
    assert any(told in problem for problem in problems), problems


@pytest.mark.parametrize("target", ["office", "press"])
def test_a_file_without_pages_is_told(tmp_path: Path, target: Target) -> None:
    saved = io.BytesIO()
    pikepdf.new().save(saved)
    (tmp_path / "empty.pdf").write_bytes(saved.getvalue())
    assert "no page" in " ".join(preflight(tmp_path / "empty.pdf", target))
