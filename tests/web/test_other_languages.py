"""Visitors from abroad: the pages speak their language, and say in it when a story does not yet."""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.albums import open_site
from app.albums.telling import languages_told
from app.checking import check_workspace
from app.web import create_app, languages
from app.web.languages import Tongue, known_languages, phrases
from app.web.sharing import locale_of
from app.workspace import find_workspace
from tests.recordings import recording
from tests.web.cast import BASE, Box, Phone
from tests.web.conftest import close
from tests.web.every_page import CANONICAL, ERRORS, FOREIGN, LANGUAGES, PAGES, SPOKEN, UNLISTED
from tests.web.html import Page, read_html
from tests.web.test_pages import elsewhere

EveryPage = dict[tuple[str, str], TestResponse]
IN_EVERY_LANGUAGE = pytest.mark.parametrize("language", FOREIGN)
NOT_TOLD = {
    "fr": "Cette histoire n’a pas encore été racontée en français. La voici en anglais.",
    "ja": "このお話は、まだ日本語になっていません。いまは英語で読めます。",
    "ko": "이 이야기는 아직 한국어로 옮기지 못했어요. 지금은 영어로 읽을 수 있어요.",
    "zh": "这个故事还没有中文版，现在请你先读英语版。",
}
IN_VIETNAMESE = {
    "fr": "La lire en vietnamien", "ja": "ベトナム語で読む", "ko": "베트남어로 읽기", "zh": "读越南语版",
}  # fmt: skip
OTHER_LOCALES = "og:locale:alternate"
STORIES = ("story", "story in steps", "chase story", "layer", "bonus open", "bonus whole")
SCRIPTS = {
    "ja": r"[\u3040-\u30ff]",
    "ko": r"[\uac00-\ud7a3]",
    "zh": r"[\u4e00-\u9fff]",
    "fr": r"[éèàêç]|\b(?:le|la|les|un|une|de|des|et)\b",
}


@IN_EVERY_LANGUAGE
def test_every_page_opens_whole_and_speaks_the_language(every_page: EveryPage, language: str) -> None:
    for name in PAGES:
        answer = every_page[name, language]
        page = read_html(answer.text)
        assert answer.status_code == ERRORS.get(name, 200), name
        assert page.problems == [], name
        assert elsewhere(page) == [], name
        assert tuple(page.switch) == SPOKEN, name
        own = " ".join(words for tag, words in page.spoken if tag == language)
        assert len(re.findall(SCRIPTS[language], own)) > 5, name


@IN_EVERY_LANGUAGE
def test_whatever_is_told_in_another_language_says_so_and_nothing_else_does(
    every_page: EveryPage, language: str
) -> None:
    own = {phrase for phrase in phrases(language).values() if isinstance(phrase, str)}
    own |= {"Hộp Kể", "Tiny Maker", "__Host-album", "lang", *(tag.upper() for tag in SPOKEN)}
    # manifests, seals and certificates, columns of tables, places for codes, words of keys
    names = r'\{".*\}|[0-9a-f]{8}|[0-9A-Z]{4}|[A-Z]+-[0-9]+|[a-z]+[.][a-z_]+|[X ]+|(bab[ae] ?){8}'
    named = re.compile(f"{names}|([bghklmntvypc][aeiou]){{2}}")  # and of seals
    for name in PAGES:
        if name == "error 429":
            continue
        told = {words for _, words in read_html(every_page[name, "en"].text).spoken}
        spoken = read_html(every_page[name, language].text).spoken
        foreign = [piece for piece in spoken if not piece[1].endswith("| Hộp Kể")]  # the title is of both
        english = [words for tag, words in foreign if tag == "en"]  # there it may stand in a sentence
        assert [words for words in english if not any(words in piece for piece in told)] == [], name
        unmarked = {words for tag, words in foreign if tag == language and words in told} - own
        assert not [w for w in unmarked if re.search("[A-Za-z]{3}", w) and not named.fullmatch(w)], name


@IN_EVERY_LANGUAGE
@pytest.mark.parametrize("name", STORIES)
def test_a_story_that_is_not_told_in_a_language_says_so_before_its_title_and_leads_to_others(
    every_page: EveryPage, name: str, language: str
) -> None:
    answer = every_page[name, language]
    page = read_html(answer.text)
    assert NOT_TOLD[language] in page.one("main").text
    assert answer.text.index(NOT_TOLD[language]) < answer.text.index("<h1")
    assert page.one("h1").get("lang") == "en"
    assert page.one("section", "story").get("lang") == "en"
    (other,) = [link for link in page.all("a") if link.text == IN_VIETNAMESE[language]]
    assert other.get("hreflang") == "vi"
    assert other.get("href") == page.switch["vi"]


def test_where_the_story_is_told_nothing_is_said_about_it(every_page: EveryPage) -> None:
    for name in STORIES:
        for language in ("vi", "en"):
            page = read_html(every_page[name, language].text)
            assert phrases(language)["elsewhere.text"].partition("{")[0] not in page.one("main").text  # type: ignore[union-attr]
            assert not page.one("h1").get("lang")


@IN_EVERY_LANGUAGE
def test_a_scanned_box_says_it_too_and_its_code_stays_in_the_path(
    reader: Phone, box: Box, language: str
) -> None:
    page = read_html(reader.open(f"{box.address}?lang={language}").text)
    assert NOT_TOLD[language] in page.one("main").text
    (other,) = [link for link in page.all("a") if link.text == IN_VIETNAMESE[language]]
    assert other.get("href") == page.switch["vi"] == f"{box.address}?lang=vi"


def named(page: Page) -> tuple[str, dict[str, str]]:
    """Return the page's canonical address and its alternates by language."""
    links = page.all("link")
    (canonical,) = [link.get("href") for link in links if link.get("rel") == "canonical"]
    return canonical, {link.get("hreflang"): link.get("href") for link in links if link.get("hreflang")}


ONE_ADDRESS = ("run", "runs")
"""Pages whose one address is in whichever language is asked for."""

LISTED = [name for name in CANONICAL if name not in {*UNLISTED, *ONE_ADDRESS}]


@IN_EVERY_LANGUAGE
@pytest.mark.parametrize("name", LISTED)
def test_search_engines_are_led_to_the_languages_that_a_page_is_really_told_in(
    every_page: EveryPage, name: str, language: str
) -> None:
    canonical, alternates = named(read_html(every_page[name, language].text))
    own_words = name.startswith(("help", "report"))
    assert canonical.startswith(f"{BASE}/{language if own_words else 'en'}/")
    assert alternates == named(read_html(every_page[name, "en"].text))[1]
    assert list(alternates) == [*(SPOKEN if own_words else LANGUAGES), "x-default"]


@IN_EVERY_LANGUAGE
@pytest.mark.parametrize("name", [*LISTED, *ONE_ADDRESS])
def test_a_page_that_is_sent_on_names_the_language_that_it_is_really_told_in(
    every_page: EveryPage, name: str, language: str
) -> None:
    page = read_html(every_page[name, language].text)
    told = {each.get("property"): each.get("content") for each in page.all("meta")}
    canonical, alternates = named(page)
    assert told["og:url"] == canonical
    tag = {"run": "en", "runs": language}.get(name, canonical.removeprefix(f"{BASE}/")[:2])
    others = [each.get("content") for each in page.all("meta") if each.get("property") == OTHER_LOCALES]
    assert told["og:locale"] == locale_of(tag)
    assert others == [locale_of(other) for other in alternates if other not in {tag, "x-default"}]


@IN_EVERY_LANGUAGE
def test_a_story_names_to_machines_the_language_that_it_is_told_in(
    every_page: EveryPage, language: str
) -> None:
    graph = [
        next(each for each in read_html(every_page["story", tag].text).all("script") if not each.get("src"))
        for tag in (language, "en")
    ]
    assert graph[0].text == graph[1].text
    assert json.loads(graph[0].text)["@graph"][0]["inLanguage"] == "en"


def test_the_map_of_the_site_lists_a_text_only_where_it_is_written(with_french: Path) -> None:
    (with_french / "stories" / "bridge" / "vi.easy.md").unlink()
    site = create_app(find_workspace(str(with_french)))
    listed = Phone(site, "en").open("/sitemap.xml").text
    places = {
        place: re.findall(f"<loc>{BASE}/(..)/{place}</loc>", listed)
        for place in ("tiny/lantern", "tiny/fish", "tiny/bridge/easy", "tiny/lantern/build", "help/odds")
    }
    close(site)
    assert places == {
        "tiny/lantern": ["vi", "en", "fr"],
        "tiny/fish": ["vi", "en"],
        "tiny/bridge/easy": ["en"],
        "tiny/lantern/build": ["vi", "en"],
        "help/odds": list(SPOKEN),
    }


# A story in one language more: one file


@pytest.fixture
def with_french(folder: Path) -> Path:
    """The workspace with the lantern told in French too."""
    lantern = folder / "stories" / "lantern"
    told = (lantern / "en.md").read_text().replace("title: Lantern", "title: La lanterne", 1)
    assert "La lanterne" in told
    (lantern / "fr.md").write_text(told)
    return folder


@pytest.fixture
def french(with_french: Path) -> Iterator[Flask]:
    site = create_app(find_workspace(str(with_french)))
    yield site
    close(site)


def test_a_story_with_a_file_in_the_readers_language_is_told_in_it(french: Flask) -> None:
    phone = Phone(french, "fr")
    answer = phone.open("/fr/tiny/lantern")
    page = read_html(answer.text)
    assert page.one("h1").text == "La lanterne"
    assert not page.one("h1").get("lang")
    assert "pas encore été racontée" not in page.one("main").text
    canonical, alternates = named(page)
    assert canonical == f"{BASE}/fr/tiny/lantern"
    assert list(alternates) == ["vi", "en", "fr", "x-default"]
    assert named(read_html(phone.open("/vi/tiny/lantern").text))[1] == alternates
    assert answer.headers["Content-Language"] == "fr, en"  # its kit is still named in English
    assert "La lanterne" not in phone.open("/ja/tiny/lantern").text
    assert "pas encore été racontée" in phone.open("/fr/tiny/fish").text


def test_a_recording_is_served_in_every_language_in_which_a_page_points_to_one(
    with_french: Path, french: Flask
) -> None:
    for name in ("lantern/fr.mp3", "lantern/ja.mp3", "fish/fr.mp3"):
        (with_french / "stories" / name).write_bytes(recording(seconds=1))
    phone = Phone(french, "fr")
    (player,) = read_html(phone.open("/fr/tiny/lantern").text).all("audio")
    assert player.get("src") == "/stories/lantern/fr.mp3"
    assert phone.open(player.get("src")).content_type == "audio/mpeg"
    for untold in ("lantern/ja", "fish/fr"):  # nobody tells the story there: no page points to its recording
        assert f"/stories/{untold}.mp3" not in phone.open(f"/{untold[-2:]}/tiny/{untold[:-3]}").text
        assert phone.open(f"/stories/{untold}.mp3").status_code == 404


def test_a_report_names_the_places_of_the_story_as_its_reader_was_told_it(
    with_french: Path, french: Flask
) -> None:
    told = with_french / "stories/lantern/fr.md"
    told.write_text(told.read_text() + "\n\n## La nuit\n\nIl fait noir.\n")
    phone = Phone(french, "fr")
    form = read_html(phone.open("/fr/help/report?kind=text&kit=lantern").text)
    (choice,) = [each for each in form.all("span") if "La nuit" in each.text]
    assert not choice.get("lang")
    sent = {"kind": "text", "kit": "lantern", "place": "La nuit", "fault": "word"}
    assert phone.open("/fr/help/report", method="POST", form=sent).status_code == 303
    assert phone.open("/en/help/report", method="POST", form=sent).status_code == 400
    english = read_html(phone.open("/fr/help/report?kind=text&kit=bridge").text)
    assert [each.get("lang") for each in english.all("span") if "Wooden Bridge" in each.text] == ["en"]


def test_the_map_of_the_site_may_ask_where_a_story_really_is(with_french: Path) -> None:
    site = open_site(find_workspace(str(with_french)), known_languages())
    assert languages_told(site, "lantern") == ("vi", "en", "fr")
    assert languages_told(site, "fish") == ("vi", "en")
    assert languages_told(site, "bridge", "easy") == ("vi", "en")
    assert languages_told(site, "bridge", "adult") == ()
    site.ledger.close()


def problems(folder: Path) -> str:
    """Return what is wrong with the stories; the tiny workspace has no designs to print with."""
    found = map(str, check_workspace(find_workspace(str(folder)), known_languages()))
    return "\n".join(problem for problem in found if "/stories/" in problem)


def test_check_accepts_a_story_in_a_language_that_the_pages_speak_and_looks_at_it(with_french: Path) -> None:
    assert problems(with_french) == ""
    told = with_french / "stories" / "lantern" / "fr.md"
    whole = told.read_text()
    told.write_text(whole + "\n\nVoir [^nulle-part] et [ici](/fr/tiny/nowhere).\n")
    assert "nulle-part" in problems(with_french)
    assert "/fr/tiny/nowhere leads nowhere" in problems(with_french)
    told.write_text("no front matter")
    assert "the front matter is missing" in problems(with_french)
    told.rename(told.with_name("de.md"))
    assert "the language de is not one of vi, en, fr, ja, ko, zh" in problems(with_french)


def test_a_language_is_added_by_its_phrases_alone(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what it lacks is said in English."""
    spoken = Path(shutil.copytree(languages.PHRASES, tmp_path / "phrases"))
    (spoken / "de.toml").write_text(
        '"language.name" = "Deutsch"\n"home.title" = "Die Kiste, die erzählt"\n'
        '"album.missing" = { one = "{n} Schatten", other = "{n} Schatten" }\n'
    )
    monkeypatch.setattr(languages, "PHRASES", spoken)
    site = create_app(find_workspace(str(folder)))
    phone = Phone(site, "de-AT")
    assert phone.open("/").headers["Location"] == "/de/"
    page = read_html(phone.open("/de/").text)
    assert page.one("h1").text == "Die Kiste, die erzählt"
    assert "Type the code on a card" in page.one("main").text
    assert "Deutsch" in page.one("header").text
    for path in ("/de/tiny/lantern", "/de/stories", "/b/", "/album"):
        assert phone.open(path).status_code == 200
    assert Tongue("de").say("album.duplicates", n=1) == "1 to spare for a swap."
    phrases.cache_clear()
    close(site)


# Numbers, days and prices


@pytest.mark.parametrize(
    ("language", "number", "money", "day"),
    [
        ("vi", "1.234,5", "250.000 ₫", "22 tháng 11, 2026"),
        ("en", "1,234.5", "₫250,000", "November 22, 2026"),
        ("fr", "1 234,5", "250 000 ₫", "22 novembre 2026"),
        ("ja", "1,234.5", "₫250,000", "2026年11月22日"),
        ("ko", "1,234.5", "₫250,000", "2026년 11월 22일"),
        ("zh", "1,234.5", "₫250,000", "2026年11月22日"),
    ],
)
def test_numbers_prices_and_days_are_written_as_each_language_writes_them(
    language: str, number: str, money: str, day: str
) -> None:
    tongue = Tongue(language)
    said = (tongue.number(1234.5), tongue.money(250_000), tongue.day(date(2026, 11, 22)))
    assert tuple(re.sub(r"\s", " ", words) for words in said) == (number, money, day)
