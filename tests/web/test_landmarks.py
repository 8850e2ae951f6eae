"""The list of all landmarks from A to Z."""

from pathlib import Path

import pytest
from flask import Flask

from app.web import create_app
from app.workspace import find_workspace
from tests.web.cast import Phone
from tests.web.conftest import close
from tests.web.every_page import SPOKEN
from tests.web.html import Page, read_html


def listed(page: Page) -> list[tuple[str, str]]:
    """Return letters and names in order, as ("h2" or "b", text)."""
    return [
        (element.tag, element.text)
        for element in page.elements
        if element.tag in {"h2", "b"} and element.inside(tag="main")
    ]


@pytest.mark.parametrize(
    ("language", "order"),
    [
        ("vi", [("h2", "C"), ("b", "Cá chép"), ("b", "Cầu gỗ"), ("h2", "Đ"), ("b", "Đèn lồng")]),
        (
            "en",
            [("h2", "C"), ("b", "Carp"), ("h2", "L"), ("b", "Lantern"), ("h2", "W"), ("b", "Wooden Bridge")],
        ),
    ],
)
def test_landmarks_stand_under_their_letters_with_series_link_and_picture(
    reader: Phone, language: str, order: list[tuple[str, str]]
) -> None:
    page = read_html(reader.open(f"/{language}/stories").text)
    assert listed(page) == order
    assert {link for link in page.links if link.startswith(f"/{language}/tiny/")} == {
        f"/{language}/tiny/{kit}" for kit in ("lantern", "bridge", "fish")
    }


def test_d_with_a_stroke_is_a_letter_of_its_own_for_vietnamese_readers_alone(folder: Path) -> None:
    for kit, name in (("lantern", "Đèn"), ("bridge", "Dinh"), ("fish", "Ổ cá")):
        file = folder / "kits" / "tiny" / kit / "kit.toml"
        rest = file.read_text().partition("[landmark]")[2]
        file.write_text(f'[name]\nvi = "{name}"\nen = "{name}"\n\n[landmark]{rest}')
    site = create_app(find_workspace(str(folder)))
    phone = Phone(site)
    vietnamese, english, french = (
        [words for tag, words in listed(read_html(phone.open(f"/{language}/stories").text)) if tag == "h2"]
        for language in ("vi", "en", "fr")
    )
    assert vietnamese == ["D", "Đ", "Ô"]
    assert english == french == ["D", "O"]
    close(site)


@pytest.mark.parametrize("language", SPOKEN)
def test_every_picture_of_the_list_is_there_and_the_letters_lead_to_their_place(
    reader: Phone, language: str
) -> None:
    page = read_html(reader.open(f"/{language}/stories").text)
    assert all(reader.open(image.get("src")).status_code == 200 for image in page.all("img"))
    letters = [link for link in page.all("a", "d") if link.inside(tag="nav")]
    assert [page.by_id(link.get("href")[1:]).text for link in letters] == [link.text for link in letters]
    assert len(letters) >= 2


@pytest.mark.parametrize("language", SPOKEN)
def test_the_home_page_and_a_missing_page_lead_to_the_list(reader: Phone, language: str) -> None:
    assert f"/{language}/stories" in read_html(reader.open(f"/{language}/").text).links
    assert f"/{language}/stories" in read_html(reader.open(f"/{language}/nothing").text).links


def test_the_list_of_a_language_that_no_page_speaks_is_not_there(library: Flask) -> None:
    assert Phone(library).open("/de/stories").status_code == 404
