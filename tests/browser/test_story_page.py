"""What a phone does with a story: riddles, building, listening, text size; with JavaScript and without."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cards import Card
from tests.browser.phones import BASE, Street

STORY = f"{BASE}/en/tiny/bridge"
WITH_AND_WITHOUT_JAVASCRIPT = pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])
VOICES = """
// A headless browser has no voices, so this one is lent two, which only note what they are told.
window.said = [];
class Said { constructor(text) { this.text = text; } }
const voices = [{ lang: "vi-VN", localService: true }, { lang: "en-US", localService: LOCAL }];
Object.defineProperty(window, "SpeechSynthesisUtterance", { value: Said });
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => voices, addEventListener() {}, cancel() { window.said.push("stop"); },
  speak(said) { window.said.push(said.text); this.now = said; },
} });
"""


def answer(page: Page, kind: str, door: int) -> None:
    form = page.locator(f"form:has(#r-{kind})")
    if door:
        form.locator("label").nth(door - 1).click()
    form.get_by_role("button").click()


def told(page: Page, kind: str) -> str:
    return page.locator(f"form:has(#r-{kind}) [role=status]").inner_text()


@WITH_AND_WITHOUT_JAVASCRIPT
def test_a_riddle_is_answered_where_it_stands(town: Street, *, javascript: bool) -> None:
    page = town.phone(javascript=javascript, language="en-GB").page
    page.goto(STORY)
    opened = page.evaluate("performance.timeOrigin")
    assert told(page, "story") == ""

    answer(page, "story", 0)
    expect(page.locator("form:has(#r-story) [role=status]")).to_have_text("Choose a door first.")
    answer(page, "story", 2)
    expect(page.locator("form:has(#r-story) [role=status]")).to_contain_text("Not this door.")
    assert "Look at the picture." in told(page, "story")
    assert "The picture shows it." not in told(page, "story")
    assert page.locator("form:has(#r-story) :checked").get_attribute("value") == "2"
    answer(page, "story", 1)
    expect(page.locator("form:has(#r-story) [role=status]")).to_have_text(
        "That is right! The picture shows it."
    )
    expect(page.locator("#r-story")).to_be_in_viewport()
    if javascript:
        assert page.evaluate("performance.timeOrigin") == opened
        assert page.url == STORY
    else:
        assert page.url == f"{STORY}?riddle=story&door=1#r-story"


@WITH_AND_WITHOUT_JAVASCRIPT
def test_a_riddle_that_was_folded_is_open_when_it_is_answered(town: Street, *, javascript: bool) -> None:
    page = town.phone(javascript=javascript, language="en-GB").page
    page.goto(STORY)
    page.get_by_text("Find it on the model").click()
    answer(page, "model", 2)
    expect(page.locator("form:has(#r-model) [role=status]")).to_contain_text("That is right!")
    expect(page.locator("#r-model")).to_be_in_viewport()


def test_the_doors_are_chosen_with_the_keyboard(town: Street) -> None:
    page = town.phone(language="en-GB", width=1280).page
    page.goto(STORY)
    first = page.locator("#r-story input").first
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#r-story input").nth(1)).to_be_checked()
    ring = page.locator("#r-story span").nth(1).evaluate("door => getComputedStyle(door).outlineStyle")
    assert ring == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("form:has(#r-story) [role=status]")).to_contain_text("Not this door.")


@WITH_AND_WITHOUT_JAVASCRIPT
def test_a_scanned_box_answers_its_riddle_without_losing_its_language(
    town: Street, card: Card, *, javascript: bool
) -> None:
    page = town.phone(javascript=javascript).page
    page.goto(f"{card.address}?lang=en")
    answer(page, "story", 1)
    expect(page.locator("form:has(#r-story) [role=status]")).to_contain_text("That is right!")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.url.upper().startswith(card.address)


@WITH_AND_WITHOUT_JAVASCRIPT
def test_a_model_is_built_step_by_step_and_the_phone_remembers(town: Street, *, javascript: bool) -> None:
    page = town.phone(javascript=javascript, language="en-GB").page
    page.goto(STORY)
    page.get_by_role("link", name="Build it step by step").click()
    page.get_by_role("link", name="Begin with step 1").click()
    expect(page.locator("h1")).to_have_text("Body")
    expect(page.locator(".needed")).to_contain_text("A1")
    assert page.locator(".one img").evaluate("image => image.complete && image.naturalWidth") > 0
    page.get_by_role("link", name="Done, to step 2").click()
    expect(page.locator("progress")).to_have_attribute("value", "1")

    page.goto(STORY)
    if not javascript:
        expect(page.locator("#go")).to_have_attribute("href", "/en/tiny/bridge/build")
        return
    page.reload()
    page.get_by_role("link", name="Go on at step 2").click()
    assert page.url == f"{STORY}/build/2"
    page.get_by_role("link", name="All steps").click()
    expect(page.locator(".steps .done")).to_have_count(1)
    expect(page.locator(".steps .done")).to_contain_text("done")
    page.goto(f"{BASE}/en/tiny/lantern/build")
    expect(page.locator("#go")).to_have_text("Begin with step 1")
    page.goto(f"{STORY}/build/3")
    page.get_by_role("link", name="Build it again").click()
    page.goto(STORY)
    expect(page.locator("#go")).to_have_text("Build it step by step")


def test_nothing_offers_to_read_aloud_where_the_phone_has_no_voice(town: Street) -> None:
    page = town.phone(language="en-GB").page
    page.goto(STORY)
    assert page.evaluate("speechSynthesis.getVoices().length") == 0
    expect(page.locator(".aa")).to_be_visible()  # the script has run
    expect(page.get_by_role("button", name="Listen")).to_have_count(0)


def test_a_voice_that_sends_the_words_away_is_not_used(town: Street) -> None:
    page = town.phone(language="en-GB").page
    page.add_init_script(VOICES.replace("LOCAL", "false"))
    page.goto(STORY)
    expect(page.locator(".aa")).to_be_visible()
    expect(page.get_by_role("button", name="Listen")).to_have_count(0)


def test_the_phones_voice_reads_the_story_paragraph_by_paragraph(town: Street) -> None:
    page = town.phone(language="en-GB").page
    page.add_init_script(VOICES.replace("LOCAL", "true"))
    page.goto(STORY)
    listen = page.get_by_role("button", name="Listen")
    expect(listen).to_be_in_viewport()
    listen.click()
    assert page.evaluate("said.at(-1)") == "Wooden Bridge"
    expect(page.locator("#chuyen .read")).to_have_text("Wooden Bridge")
    page.evaluate("speechSynthesis.now.onend()")
    assert page.evaluate("said.at(-1)").endswith("Nguồn.")  # the footnote's number is not read
    page.get_by_role("button", name="Pause").click()
    assert page.evaluate("said.at(-1)") == "stop"
    page.get_by_role("button", name="Go on").click()
    assert page.evaluate("said.at(-1)").endswith("Nguồn.")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".read")).to_have_count(0)
    expect(page.get_by_role("button", name="Listen")).to_be_visible()
    page.goto(f"{BASE}/vi/tiny/bridge")
    expect(page.get_by_role("button", name="Nghe")).to_be_visible()


def test_the_text_size_is_remembered_on_every_story(town: Street) -> None:
    page = town.phone(language="en-GB").page
    page.goto(STORY)
    size = "parseFloat(getComputedStyle(document.querySelector('#chuyen p')).fontSize)"
    usual = page.evaluate(size)
    page.get_by_role("button", name="Largest text").click()
    page.get_by_role("button", name="More room between lines").click()
    largest = page.evaluate(size)
    assert largest > usual * 1.3
    page.goto(f"{BASE}/vi/tiny/bridge/easy")
    assert page.evaluate(size) == largest
    expect(page.locator("html")).to_have_class(re.compile("wide"))
    page.get_by_role("button", name="Chữ vừa").click()
    page.reload()
    assert page.evaluate(size) == usual


def test_without_javascript_no_button_stands_there_that_does_nothing(town: Street) -> None:
    page = town.phone(language="en-GB", javascript=False).page
    page.goto(STORY)
    expect(page.locator(".aa")).to_be_hidden()
    expect(page.locator(".ear")).to_be_hidden()


def test_a_footnote_opens_the_closed_list_of_sources(town: Street) -> None:
    page = town.phone(language="en-GB").page
    page.goto(STORY)
    page.locator("#chuyen sup a").first.click()
    expect(page.locator(".sources ol li").first).to_be_in_viewport()


def test_the_map_is_drawn_and_no_name_lies_on_another(town: Street) -> None:
    page = town.phone(language="en-GB").page
    page.goto(f"{BASE}/kits/tiny/bridge/map-en.svg")
    boxes = page.evaluate(
        "[...document.querySelectorAll('text')].map(text => text.getBoundingClientRect().toJSON())"
    )
    assert len(boxes) >= 5
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            apart = (
                one["right"] <= other["left"]
                or other["right"] <= one["left"]
                or one["bottom"] - 3 <= other["top"]
                or other["bottom"] - 3 <= one["top"]
            )
            assert apart, (one, other)


def test_a_printed_story_has_its_text_and_sources_and_no_bars(town: Street) -> None:
    page = town.phone(language="en-GB").page
    page.goto(STORY)
    page.emulate_media(media="print")
    expect(page.locator("#chuyen")).to_be_visible()
    expect(page.locator(".sources ol li").first).to_be_visible()
    for gone in (".bar", ".ear", ".aa", ".lead .btn", "footer"):
        expect(page.locator(gone).first).to_be_hidden()
    assert page.locator(".lead").evaluate("lead => getComputedStyle(lead).color") == "rgb(0, 0, 0)"
