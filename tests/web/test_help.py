"""The pages people look for: privacy as the code has it, access, odds, and the maker's contact."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import inspect
from werkzeug.test import TestResponse

from app.core.completion import box_by_box
from app.core.friends import pooled
from app.core.waiting import waits_by_size
from app.ledger import Album, Claim, Count, Report, Swap
from app.web import create_app
from app.web.languages import phrases
from app.workspace import find_workspace
from tests.conftest import REPOSITORY
from tests.web.cast import Box, Phone, ledger_of
from tests.web.conftest import close
from tests.web.every_page import LANGUAGES, PAGES
from tests.web.html import Page, read_html

HB1 = REPOSITORY / "app" / "core" / "HB1.md"
EveryPage = dict[tuple[str, str], TestResponse]
TOPICS = ("privacy", "access", "odds", "format", "contact", "report")
IN_THE_FOOTER = [topic for topic in TOPICS if topic != "format"]
TABLES = {"album": Album, "claim": Claim, "swap": Swap, "report": Report, "count": Count}
CONTACT = (
    '[contact]\nemail = "an@maker.example"\nshop = "https://maker.example/shop"\nplace = "At the gate"\n'
)


def opened(phone: Phone, path: str) -> Page:
    answer = phone.open(path)
    assert answer.status_code == 200, path
    return read_html(answer.text)


def figures(page: Page) -> list[str]:
    """Return what the cells of the page's tables say."""
    return [" ".join(cell.text.split()) for cell in page.all("td")]


@pytest.fixture
def with_contact(folder: Path, write: Callable[[str, str, str], Path]) -> Iterator[Flask]:
    """The site of a maker who says where to be found."""
    write("hopke.toml", 'languages = ["vi", "en"]', f'languages = ["vi", "en"]\n{CONTACT}')
    site = create_app(find_workspace(str(folder)))
    yield site
    close(site)


# Found from everywhere


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_leads_to_help_in_its_language(every_page: EveryPage, name: str, language: str) -> None:
    page = read_html(every_page[name, language].text)
    footer = [link.get("href") for link in page.all("a") if link.inside(tag="footer")]
    assert [f"/{language}/help/{topic}" for topic in IN_THE_FOOTER] == [
        way for way in footer if "/help/" in way
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", ["", *(f"/{topic}" for topic in TOPICS)])
def test_help_names_its_one_address_and_those_in_other_languages(
    reader: Phone, topic: str, language: str
) -> None:
    answer = reader.open(f"/{language}/help{topic}")
    links = {
        (link.get("rel"), link.get("hreflang")): link.get("href")
        for link in read_html(answer.text).all("link")
        if link.get("rel") in {"canonical", "alternate"}
    }
    assert links["canonical", ""] == f"https://h.example/{language}/help{topic}"
    assert links["alternate", "en"] == f"https://h.example/en/help{topic}"
    again = reader.open(f"/{language}/help{topic}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_help_lists_every_topic(reader: Phone) -> None:
    page = opened(reader, "/en/help")
    main = [link.get("href") for link in page.all("a") if link.inside(tag="main")]
    assert main == [*(f"/en/help/{topic}" for topic in TOPICS), "/runs/?lang=en", "/album/forget?lang=en"]


@pytest.mark.parametrize("path", ["/de/help", "/xx/help/privacy", "/vi/help/nothing", "/tiny/help/report"])
def test_there_is_no_help_elsewhere(reader: Phone, path: str) -> None:
    assert reader.open(path).status_code == 404


def test_help_gives_no_cookie_and_is_the_same_for_everyone(bo: Phone, box: Box) -> None:
    stranger = bo.open("/vi/help/privacy").text
    bo.press_add(box)
    answer = bo.open("/vi/help/privacy?lang=vi")
    assert "Set-Cookie" not in answer.headers
    assert answer.text == stranger


# Privacy


@pytest.mark.parametrize("language", LANGUAGES)
def test_privacy_lists_every_column_that_has_to_do_with_readers_and_no_other(
    every_page: EveryPage, language: str
) -> None:
    page = read_html(every_page["help privacy", language].text)
    told = [code.text for code in page.all("code") if code.inside(tag="dt")]
    columns = [f"{name}.{column.key}" for name, table in TABLES.items() for column in inspect(table).columns]
    assert sorted(told) == sorted(columns)
    assert all(len(words.text) > 3 for words in page.all("dd"))


def test_every_other_table_is_about_runs_printing_and_those_who_write_alone() -> None:
    others = {table.name for table in Album.metadata.sorted_tables} - set(TABLES)
    assert others == {
        "run", "tree_part", "revealed", "log_entry", "sealed_box", "print_mark",
        "staff", "invitation", "staff_session", "revision", "draft", "presence", "comment", "preview_link",
        "check_up", "translated_block",
    }  # fmt: skip


def test_privacy_names_every_cookie_that_the_site_gives(bo: Phone, box: Box, reader: Phone) -> None:
    given = bo.press_add(box).headers.getlist("Set-Cookie") + bo.open("/album?lang=en").headers.getlist(
        "Set-Cookie"
    )
    names = {cookie.partition("=")[0] for cookie in given}
    told = {code.text for code in opened(reader, "/vi/help/privacy").all("code") if code.inside(tag="li")}
    assert names == told == {"__Host-album", "lang"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_privacy_leads_to_forgetting(every_page: EveryPage, language: str) -> None:
    page = read_html(every_page["help privacy", language].text)
    assert f"/album/forget?lang={language}" in page.links


# Access


@pytest.mark.parametrize("language", LANGUAGES)
def test_access_tells_what_is_held_what_is_missing_and_whom_to_tell(
    every_page: EveryPage, language: str
) -> None:
    page = read_html(every_page["help access", language].text)
    text = page.one("main").text
    for words in ("WCAG 2.2", "7:1", "44", "320", "JavaScript"):
        assert words in text
    assert len(page.all("ul", "open")) == 1
    assert f"/{language}/help/report" in [
        link.get("href") for link in page.all("a") if link.inside(tag="main")
    ]


# Odds


def test_the_odds_are_those_of_the_home_page_to_the_letter(reader: Phone) -> None:
    assert opened(reader, "/en/").all("table")[0].text == opened(reader, "/en/help/odds").all("table")[0].text


def test_the_example_is_worked_out_with_the_newest_run(reader: Phone) -> None:
    page = opened(reader, "/en/help/odds")
    # Lanterns 6, bridges 8, carps 2 (the chase) of 16: 16/6 + 16/8 − 16/14 = 3.52...
    assert "Lantern is in 6 of 16 boxes. On average it takes 16 ÷ 6 = 2.7 boxes" in page.one("main").text
    assert figures(page)[3:6] == ["+ 4.7", "− 1.1", "3.5"]
    standard, every = (6, 8), (6, 8, 2)
    assert figures(page)[6:] == [
        f"{mean:.1f}"
        for mean in (
            box_by_box(standard, 16).mean(),
            pooled(standard, 16, 2).mean() / 2,
            box_by_box(every, 16).mean(),
            pooled(every, 16, 2).mean() / 2,
        )
    ]
    assert "/r/TY-1?lang=en" in page.links


def test_without_a_run_there_is_nothing_to_reckon(drawn_nothing: Path) -> None:
    site = create_app(find_workspace(str(drawn_nothing)))
    page = opened(Phone(site), "/en/help/odds")
    assert "No run has been published yet" in page.one("main").text
    assert page.all("table") == []
    close(site)


def test_a_run_of_the_chase_alone_is_not_worked_out(folder: Path) -> None:
    with ledger_of(folder) as ledger:
        ledger.execute("UPDATE run SET kits = ?", (json.dumps([{"id": "fish", "count": 16}]),))
    site = create_app(find_workspace(str(folder)))
    page = opened(Phone(site), "/en/help/odds")
    assert figures(page) == ["16 / 16"]
    close(site)


def test_the_odds_name_their_sources(reader: Phone) -> None:
    text = opened(reader, "/vi/help/odds").one("main").text
    assert "Flajolet, Gardy, Thimonier 1992" in text
    assert "Newman, Shepp 1960" in text


@pytest.mark.parametrize(
    ("counts", "boxes"), [((12, 12, 12, 10), 48), ((6, 8), 16), ((1,), 5), ((3, 3, 3, 2, 1, 1), 20)]
)
def test_the_sums_taken_by_turns_are_the_mean(counts: tuple[int, ...], boxes: int) -> None:
    waits = waits_by_size(counts, boxes)
    turns = sum(wait * (-1) ** place for place, wait in enumerate(waits))
    assert float(turns) == pytest.approx(box_by_box(counts, boxes).mean(), abs=1e-12)


# The format


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_formats_page_is_whole_in_english_and_says_so_in_the_readers_language(
    every_page: EveryPage, language: str
) -> None:
    answer = every_page["help format", language]
    page = read_html(answer.text)
    (rules,) = page.all("section", "rules")
    assert rules.get("lang") == ("" if language == "en" else "en")
    assert ("viết bằng tiếng Anh" in page.one("main").text) == (language == "vi")
    titles = re.findall(r"^## (.+)$", HB1.read_text("utf-8"), re.MULTILINE)
    heads = [head for head in page.all("h2") if head.inside(css_class="rules")]
    assert [head.text for head in heads] == titles
    anchors = [head.get("id") for head in heads]
    assert len(set(anchors)) == len(anchors)
    assert [link for link in page.links if link.startswith("#") and link != "#main"] == [
        f"#{anchor}" for anchor in anchors
    ]
    assert len(page.all("pre")) == HB1.read_text("utf-8").count("```") // 2
    assert len(page.all("table")) == HB1.read_text("utf-8").count("|---|---|\n") > 5


def test_every_value_of_the_example_reaches_the_page_to_the_letter(reader: Phone) -> None:
    codes = [code.text for code in opened(reader, "/en/help/format").all("code") if code.inside(tag="td")]
    values = re.findall(r"^\| [^|`]+ \| `(.*)` \|$", HB1.read_text("utf-8"), re.MULTILINE)
    assert len(values) > 50
    assert codes[-len(values) :] == values


def test_the_formats_page_is_found_and_kept_as_a_file(reader: Phone) -> None:
    for path in ("/vi/help", "/vi/help/odds", "/r/TY-1?lang=vi"):
        assert "/vi/help/format" in opened(reader, path).links, path
    assert "/help/HB1.md" in opened(reader, "/vi/help/format").links
    answer = reader.open("/help/HB1.md")
    assert answer.data == HB1.read_bytes()
    assert answer.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer.headers["Cache-Control"].startswith("public")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in answer.headers
    again = reader.open("/help/HB1.md", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


# Contact


def test_a_maker_who_gives_no_address_is_told_kindly(reader: Phone) -> None:
    page = opened(reader, "/en/help/contact")
    assert "Tiny Maker" in page.one("main").text
    assert "ask where you bought the box" in page.one("main").text


def test_contact_tells_all_that_the_maker_gives(with_contact: Flask) -> None:
    phone = Phone(with_contact)
    for path in ("/vi/help/contact", "/vi/help/access", "/vi/help/report/thanks?kind=part"):
        page = opened(phone, path)
        assert {"mailto:an@maker.example", "https://maker.example/shop"} <= set(page.links)
        assert "At the gate" in page.one("main").text
        assert "chưa để lại địa chỉ" not in page.one("main").text
    (shop,) = [link for link in opened(phone, "/vi/help/contact").all("a") if "shop" in link.get("href")]
    assert shop.get("rel") == "noreferrer"


def test_only_what_is_given_is_told(folder: Path, write: Callable[[str, str, str], Path]) -> None:
    write("hopke.toml", '"en"]', '"en"]\n[contact]\nplace = "At <b>the</b> gate"')
    site = create_app(find_workspace(str(folder)))
    answer = Phone(site).open("/vi/help/contact")
    page = read_html(answer.text)
    assert "At <b>the</b> gate" in page.one("main").text
    assert len([item for item in page.all("li") if item.inside(css_class="reach")]) == 1
    assert "mailto:" not in answer.text
    close(site)


# Words


def test_every_phrase_of_help_stands_in_both_languages_and_is_plain() -> None:
    words = [set(phrases(language)) for language in LANGUAGES]
    ours = ("help.", "privacy.", "access.", "reckon.", "contact.", "report.", "ways.")
    assert {key for key in words[0] if key.startswith(ours)} == {
        key for key in words[1] if key.startswith(ours)
    }
    for language in LANGUAGES:
        told = " ".join(str(phrase) for key, phrase in phrases(language).items() if key.startswith(ours))
        assert not re.search(r"\b(user|submit|click|invalid|hệ thống|người dùng)\b", told, re.IGNORECASE)
