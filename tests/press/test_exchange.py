"""A file for a print shop says what it is, for which press, and when it was made; the bytes never differ."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import ImageCms

from app.press.exchange import mark_for_press
from app.press.inks import InksError
from tests.press import shop

XMP = "{http://ns.adobe.com/xap/1.0/}"
DOCUMENT_ID = "{http://ns.adobe.com/xap/1.0/mm/}DocumentID"


def marked(
    *, title: str = "TL-1 inserts", made_at: datetime = shop.MADE_AT, content: bytes = b"0 g 0 0 9 9 re f"
) -> bytes:
    """Return a page marked for the press."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(100, 100))
    page.obj.Contents = pdf.make_stream(content)
    page.obj.TrimBox = page.obj.BleedBox = Array([0, 0, 100, 100])
    pdf.docinfo["/Author"] = "somebody"
    mark_for_press(pdf, profile=shop.inks().profile, condition="FOGRA39", title=title, made_at=made_at)
    return shop.saved(pdf)


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


def document_id(content: bytes) -> str:
    with opened(content) as pdf, pdf.open_metadata() as xmp:
        return str(xmp[DOCUMENT_ID])


def test_the_output_intent_carries_the_profile_whole() -> None:
    with opened(marked()) as pdf:
        (intent,) = pdf.Root.OutputIntents
        assert intent.S == Name.GTS_PDFX
        assert str(intent.OutputConditionIdentifier) == "FOGRA39"
        assert str(intent.RegistryName) == "http://www.color.org"
        assert intent.DestOutputProfile.N == 4
        assert intent.DestOutputProfile.read_bytes() == shop.inks().profile


def test_the_metadata_says_x4_and_agrees_with_the_information() -> None:
    with opened(marked(title="TL-1 <thẻ> & phiếu")) as pdf, pdf.open_metadata() as xmp:
        assert xmp["{http://www.npes.org/pdfx/ns/id/}GTS_PDFXVersion"] == "PDF/X-4"
        assert xmp["{http://purl.org/dc/elements/1.1/}title"] == "TL-1 <thẻ> & phiếu"
        assert {xmp[f"{XMP}{key}"] for key in ("CreateDate", "ModifyDate", "MetadataDate")} == {
            "2026-11-21T09:30:00Z"
        }
        assert xmp["{http://ns.adobe.com/pdf/1.3/}Trapped"] == "False"
        assert xmp["{http://ns.adobe.com/pdf/1.3/}Producer"] == "Hop Ke"
        assert xmp[DOCUMENT_ID].startswith("uuid:")
        assert {key: str(value) for key, value in pdf.docinfo.items()} == {
            "/Title": "TL-1 <thẻ> & phiếu",
            "/Producer": "Hop Ke",
            "/Creator": "Hop Ke",
            "/CreationDate": "D:20261121093000Z",
            "/ModDate": "D:20261121093000Z",
            "/Trapped": "/False",
        }
        assert len(pdf.trailer.ID) == 2


def test_the_version_is_right_however_the_file_is_saved() -> None:
    with opened(marked()) as pdf:
        assert pdf.pdf_version >= "1.6"
        assert pdf.Root.Version == Name("/1.6")


def test_the_same_content_title_and_time_give_the_same_bytes() -> None:
    assert marked() == marked()
    assert marked(made_at=shop.MADE_AT.astimezone(timezone(timedelta(hours=7)))) == marked()


@pytest.mark.parametrize(
    "other",
    [
        lambda: marked(title="TL-2 inserts"),
        lambda: marked(made_at=shop.MADE_AT + timedelta(seconds=1)),
        lambda: marked(content=b"0 g 0 0 8 8 re f"),
    ],
    ids=["title", "time", "content"],
)
def test_another_document_has_another_name(other: Callable[[], bytes]) -> None:
    assert document_id(other()) != document_id(marked())


def test_a_time_without_a_zone_or_an_empty_title_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="time zone"):
        marked(made_at=datetime(2026, 11, 21, 9, 30))  # noqa: DTZ001
    with pytest.raises(ValueError, match="title"):
        marked(title=" ")


def test_a_profile_of_anything_but_a_press_is_refused() -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    screen = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    with pytest.raises(InksError, match="four inks"):
        mark_for_press(
            pdf, profile=screen, condition="FOGRA39", title="T", made_at=datetime(2026, 1, 1, tzinfo=UTC)
        )


def test_marking_again_replaces_what_was_there() -> None:
    with opened(marked()) as pdf:
        mark_for_press(
            pdf, profile=shop.inks().profile, condition="FOGRA51", title="Other", made_at=shop.MADE_AT
        )
        assert len(pdf.Root.OutputIntents) == 1
        assert str(pdf.Root.OutputIntents[0].OutputConditionIdentifier) == "FOGRA51"
        assert str(pdf.docinfo.Title) == "Other"


def test_a_page_of_several_contents_counts_whole() -> None:
    names = []
    for tail in (b"0 0 9 9 re f", b"0 0 8 8 re f"):
        pdf = pikepdf.new()
        page = pdf.add_blank_page(page_size=(100, 100))
        page.obj.Contents = Array([pdf.make_stream(b"0 g"), pdf.make_stream(tail)])
        page.obj.Resources = Dictionary()
        mark_for_press(pdf, profile=shop.inks().profile, condition="FOGRA39", title="T", made_at=shop.MADE_AT)
        names.append(document_id(shop.saved(pdf)))
    assert names[0] != names[1]
