"""The desk over TLS in a real browser: typing, tools, keeping, no network, the phone beside the text."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.desks import come_in, held
from tests.browser.phones import BASE, Phone, Street
from tests.browser.test_telex import compose, replace
from tests.browser.visits import press

SENTENCE = "HAF NOOJI COS NGUWOWFI KEER CHUYEENJ, DDAATS VAF NUWOWCS DDEEUF NGHE. "
SAVED = "Đã lưu lúc"
KEPT = """desk => Object.keys(localStorage).filter(name => name.startsWith(`desk /studio/${desk} `))
    .map(name => localStorage.getItem(name)).join("\\n")"""


def at_desk(
    town: Street, folder: Path, text: str = "bridge/en", *, width: int = 1280, script: bool = True
) -> Phone:
    """Return the browser of a new curator who has opened a text."""
    phone = town.phone(width=width, javascript=script)
    come_in(phone, folder, "curator")
    phone.page.goto(f"{BASE}/studio/{text}")
    return phone


def body(page: Page) -> str:
    return page.locator("#body").input_value()


def at_end(page: Page) -> None:
    """Put the cursor behind the text."""
    page.locator("#body").evaluate(
        "text => { text.focus(); text.setSelectionRange(text.value.length, text.value.length); }"
    )


def select(page: Page, words: str) -> None:
    page.locator("#body").evaluate(
        "(text, words) => { const at = text.value.indexOf(words); text.focus();"
        " text.setSelectionRange(at, at + words.length); }",
        words,
    )


def kept_words(page: Page, text: str = "bridge/en") -> str:
    """Return the whole file as the server has it by now."""
    page = page.context.new_page()
    page.goto(f"{BASE}/studio/{text}?raw=1")
    words = page.locator("#words").input_value()
    page.close()
    return words


def saved(page: Page) -> None:
    expect(page.locator("#status")).to_contain_text(SAVED)


@contextmanager
def saving(page: Page, text: str) -> Iterator[None]:
    """Wait at the end of the block until what was changed in it is saved."""
    saves = f"{BASE}/studio/{text}"
    with page.expect_response(lambda told: told.request.method == "POST" and told.url == saves) as answer:
        yield
    assert answer.value.ok


@pytest.mark.parametrize("way", [compose, replace])
def test_vietnamese_typed_by_telex_arrives_letter_for_letter_while_it_is_saved_and_shown(
    town: Street, printed_folder: Path, way: Callable[[Page, CDPSession, str], str]
) -> None:
    page = at_desk(town, printed_folder, "lantern/en").page
    keyboard = page.context.new_cdp_session(page)
    before = body(page).rstrip("\n")
    page.locator("#body").fill(before)
    at_end(page)
    shown = ""
    for _ in range(3):
        shown += way(page, keyboard, SENTENCE)
        saved(page)  # in the midst of it
        at_end(page)
    assert body(page) == before + shown
    saved(page)
    assert kept_words(page, "lantern/en").rstrip().endswith(shown.rstrip())


TOOLS = [
    ("Chữ đậm (Ctrl+B)", "**wood**"),
    ("Chữ nghiêng (Ctrl+I)", "*wood*"),
    ("Liên kết (Ctrl+K)", "[wood](https://)"),
    ("Danh sách", "- The wood is old."),
    ("Trích dẫn", "> The wood is old."),
    ("Tiêu đề", "## The wood is old."),
    ("Truyền thuyết", '!!! legend "It is told"\n    wood'),
]


@pytest.mark.parametrize(("tool", "made"), TOOLS, ids=[tool for tool, _ in TOOLS])
def test_every_tool_marks_what_is_chosen_and_can_be_undone(
    town: Street, printed_folder: Path, tool: str, made: str
) -> None:
    page = at_desk(town, printed_folder, "fish/en").page
    page.locator("#body").fill("Before.\n\nThe wood is old.\n\nAfter.\n")
    before = body(page)
    select(page, "wood")
    page.get_by_role("button", name=tool, exact=True).click()
    assert made in body(page)
    for _ in range(4):
        if body(page) == before:
            break
        page.keyboard.press("Control+z")
    assert body(page) == before


def test_a_box_begun_on_a_phone_takes_what_is_typed_next_and_is_undone_whole(
    town: Street, printed_folder: Path
) -> None:
    page = at_desk(town, printed_folder, "fish/en", width=360).page
    page.locator("#body").fill("Before. … After.\n")
    select(page, "After.")
    page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Truyền thuyết", exact=True).click()
    page.keyboard.insert_text("A turtle.")
    assert body(page) == 'Before. … \n\n!!! legend "It is told"\n    A turtle.\n\nAfter.\n'
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert body(page) == "Before. … After.\n"


def test_the_tools_are_reached_by_keys_and_left_by_escape(town: Street, printed_folder: Path) -> None:
    page = at_desk(town, printed_folder, "fish/en").page
    page.locator("#body").fill("The wood is old.")
    select(page, "wood")
    page.keyboard.press("Control+b")
    assert body(page) == "The **wood** is old."
    page.keyboard.press("Control+b")
    assert body(page) == "The wood is old."
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Tiêu đề")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Chữ đậm (Ctrl+B)")).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_role("toolbar").get_by_role("button", name="Hình ảnh")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#body")).to_be_focused()


def test_no_tool_disturbs_a_word_that_is_being_composed(town: Street, printed_folder: Path) -> None:
    page = at_desk(town, printed_folder, "fish/en").page
    page.locator("#body").fill("")
    page.locator("#body").focus()
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "việ", "selectionStart": 3, "selectionEnd": 3})
    page.locator("[data-tool=bold]").evaluate("button => button.click()")
    page.keyboard.press("Control+b")
    keyboard.send("Input.insertText", {"text": "việt"})
    assert body(page) == "việt"


def test_what_is_typed_is_saved_by_itself_and_nothing_is_left_behind(
    town: Street, printed_folder: Path
) -> None:
    page = at_desk(town, printed_folder).page
    at_end(page)
    page.keyboard.type("Written at noon.")
    expect(page.locator("#status")).to_have_text("Chưa lưu")
    assert "Written at noon." in page.evaluate(KEPT, "bridge/en")
    saved(page)
    assert "Written at noon." in kept_words(page)
    assert page.evaluate(KEPT, "bridge/en") == ""
    page.evaluate("self.setTimeout = () => 0")  # nothing is saved after a while any more
    page.locator("#title").fill("A bridge of wood")
    with saving(page, "bridge/en"):
        page.locator("#summary").focus()  # leaving a field saves at once
    assert "title: A bridge of wood" in kept_words(page)


def test_words_typed_without_network_are_kept_and_sent_when_it_is_back(
    town: Street, printed_folder: Path
) -> None:
    phone = at_desk(town, printed_folder)
    page = phone.page
    phone.context.set_offline(True)
    at_end(page)
    page.keyboard.type("Typed in the train.")
    expect(page.get_by_text("Không có mạng.")).to_be_visible()
    page.keyboard.type(" And on.")
    phone.context.set_offline(False)
    saved(page)
    expect(page.get_by_text("Không có mạng.")).to_have_count(0)
    assert "Typed in the train. And on." in kept_words(page)
    phone.faults.clear()


def test_words_typed_before_the_script_came_are_saved_too(town: Street, printed_folder: Path) -> None:
    page = at_desk(town, printed_folder).page
    with held(page, "desk.js"):
        page.goto(f"{BASE}/studio/bridge/en", wait_until="commit")
        at_end(page)
        page.keyboard.type("\n\nFaster than the line.")
    saved(page)
    assert "Faster than the line." in kept_words(page)
    expect(page.frame_locator("#phone").locator("#chuyen")).to_contain_text("Faster than the line.")


@pytest.mark.parametrize("down", [0, 300])
def test_the_line_one_writes_in_stays_in_its_place_when_the_first_save_brings_more_to_do(
    town: Street, printed_folder: Path, down: int
) -> None:
    page = at_desk(town, printed_folder, "fish/en.adult" if down else "fish/vi.adult").page
    place = "() => Math.round(document.getElementById('body').getBoundingClientRect().top)"
    page.evaluate("down => scrollTo(0, down)", down)
    page.locator("#body").evaluate("text => text.focus({preventScroll: true})")
    page.keyboard.type("One word more. ")
    before, height = page.evaluate(place), page.evaluate("document.documentElement.scrollHeight")
    expect(page.get_by_text("Bỏ bản nháp").first).to_be_attached()
    assert page.evaluate("document.documentElement.scrollHeight") > height
    page.wait_for_timeout(300)
    assert abs(page.evaluate(place) - before) <= 1


def leave_unsent(phone: Phone, words: str, text: str = "bridge/en") -> None:
    """Type without a network and close the window before it is back."""
    page = phone.context.new_page()
    page.goto(f"{BASE}/studio/{text}")
    phone.context.set_offline(True)
    at_end(page)
    page.keyboard.type(words)
    expect(page.get_by_text("Không có mạng.")).to_be_visible()
    # Nor is the last try, at closing: the network can be back before the page is gone
    page.evaluate(
        "() => { navigator.sendBeacon = () => false; self.fetch = () => Promise.reject(new TypeError()) }"
    )
    page.close()
    phone.context.set_offline(False)


def test_words_that_were_never_sent_are_offered_and_never_put_in_by_themselves(
    town: Street, printed_folder: Path
) -> None:
    phone = at_desk(town, printed_folder)
    before = body(phone.page)
    leave_unsent(phone, "Almost lost.")
    page = phone.page
    page.goto(f"{BASE}/studio/bridge/en")
    expect(page.get_by_text("chưa gửi đi")).to_be_visible()
    assert body(page) == before
    page.get_by_role("button", name="Xem cả hai").click()
    expect(page.get_by_label("Trong trình duyệt này")).to_have_value(before + "Almost lost.")
    assert body(page) == before
    page.get_by_role("button", name="Lấy chữ ấy").click()
    expect(page.locator("#body")).to_have_value(before + "Almost lost.")
    saved(page)
    assert "Almost lost." in kept_words(page)
    assert page.evaluate(KEPT, "bridge/en") == ""
    page.reload()
    expect(page.locator("#tools")).to_be_visible()  # the script has run
    expect(page.get_by_text("chưa gửi đi")).to_have_count(0)
    phone.faults.clear()


def test_words_that_were_never_sent_wait_until_somebody_chooses(town: Street, printed_folder: Path) -> None:
    phone = at_desk(town, printed_folder, "bridge/vi.easy")
    page, before = phone.page, body(phone.page)
    for words in ("Monday's.", "Tuesday's."):
        leave_unsent(phone, words, "bridge/vi.easy")
    page.goto(f"{BASE}/studio/bridge/vi.easy")
    expect(page.get_by_text("chưa gửi đi")).to_be_visible()
    at_end(page)
    page.keyboard.type("Wednesday's.")
    saved(page)
    expect(page.get_by_text("chưa gửi đi")).to_be_visible()  # writing on is no answer
    page.reload()
    here = page.get_by_label("Trong trình duyệt này")
    page.get_by_role("button", name="Xem cả hai").click()
    expect(here).to_have_value(before + "Tuesday's.")
    page.get_by_role("button", name="Bỏ đi").click()
    page.get_by_role("button", name="Xem cả hai").click()
    expect(here).to_have_value(before + "Monday's.")
    page.get_by_role("button", name="Lấy chữ ấy").click()
    expect(page.get_by_role("alert")).to_contain_text("Không mất gì cả")  # Wednesday's stand there by now
    expect(page.locator("#body")).to_have_value(before + "Monday's.")
    assert "Wednesday's." in kept_words(page, "bridge/vi.easy")
    phone.faults.clear()


def test_a_save_over_somebody_elses_is_told_and_carries_the_words_to_where_both_are_seen(
    town: Street, printed_folder: Path
) -> None:
    mine, theirs = at_desk(town, printed_folder), at_desk(town, printed_folder)
    at_end(theirs.page)
    theirs.page.keyboard.type("Theirs.")
    saved(theirs.page)
    at_end(mine.page)
    mine.page.keyboard.type("Mine.")
    notice = mine.page.get_by_role("alert")
    expect(notice).to_contain_text("Không mất gì cả")
    assert body(mine.page).endswith("Mine.")
    form = notice.locator("form")
    assert form.get_attribute("action") == "/studio/bridge/en/merge"
    carried = form.locator("[name=words]").input_value()
    assert "Mine." in carried
    assert "Theirs." not in carried
    assert "Theirs." in kept_words(theirs.page)
    assert "Mine." in mine.page.evaluate(KEPT, "bridge/en")
    mine.faults.clear()


def test_a_session_that_ends_while_one_writes_costs_no_word(town: Street, printed_folder: Path) -> None:
    phone = town.phone(width=1280)
    name = come_in(phone, printed_folder, "curator")
    page = phone.page
    page.goto(f"{BASE}/studio/bridge/en")
    other = phone.context.new_page()
    other.goto(f"{BASE}/studio/me")
    other.locator(".who button").click()
    other.wait_for_url(f"{BASE}/studio/sign-in")
    at_end(page)
    page.keyboard.type("After the session.")
    expect(page.get_by_text("Bạn đã đăng xuất.")).to_be_visible()
    assert body(page).endswith("After the session.")
    other.locator("#name").fill(name)
    other.locator("#password").fill("bốn chữ không ai đoán")
    other.locator("form.entry .btn").click()
    other.wait_for_url(f"{BASE}/studio/")
    saved(page)
    assert "After the session." in kept_words(page)
    phone.faults.clear()


def test_the_second_window_of_the_same_person_is_told(town: Street, printed_folder: Path) -> None:
    phone = at_desk(town, printed_folder)
    second = phone.context.new_page()
    second.goto(f"{BASE}/studio/bridge/en")
    at_end(phone.page)
    phone.page.keyboard.type("In the first window.")
    saved(phone.page)
    expect(second.get_by_text("lưu ở cửa sổ khác")).to_be_visible()


def test_who_else_is_here_is_shown(town: Street, printed_folder: Path) -> None:
    page = at_desk(town, printed_folder, "lantern/vi").page
    with page.expect_response("**/studio/lantern/vi/here"):
        page.reload()  # and the first of the two is known to be here
    second = at_desk(town, printed_folder, "lantern/vi")
    expect(second.page.locator("#others")).to_contain_text("Cũng đang ở đây: Nguyễn Thị Lan Anh")


def test_the_phone_beside_the_text_follows_and_stays_where_it_was_read(
    town: Street, printed_folder: Path
) -> None:
    page = at_desk(town, printed_folder, "bridge/vi").page
    phone = page.frame_locator("#phone")
    expect(phone.get_by_role("note").first).to_contain_text("xem thử")
    inside = "() => document.getElementById('phone').contentDocument.scrollingElement"
    page.evaluate(f"({inside})().scrollTo({{top: 900, behavior: 'instant'}})")
    at_end(page)
    page.keyboard.type("\n\nMột câu mới tinh.")
    expect(phone.locator("#chuyen")).to_contain_text("Một câu mới tinh.")
    assert page.evaluate(f"({inside})().scrollTop") == 900
    expect(page.locator("#measured")).to_contain_text("tiếng.")
    page.locator("#title").fill("Cầu đang viết")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Cầu đang viết")
    phone.locator("a.btn").first.click()  # leads within the page
    phone.locator("nav.bar a[href='/album?lang=vi']").click()  # leads nowhere
    assert page.evaluate("document.getElementById('phone').contentDocument.location.pathname") == (
        "/studio/bridge/vi/preview"
    )


def test_on_a_phone_the_preview_takes_the_place_of_the_text_and_gives_it_back(
    town: Street, printed_folder: Path
) -> None:
    page = at_desk(town, printed_folder, "bridge/vi", width=360).page
    expect(page.locator("#phone")).to_be_hidden()
    page.locator("#title").fill("Trên điện thoại")
    page.locator("#look").tap()
    expect(page.frame_locator("#phone").get_by_role("heading", level=1)).to_have_text("Trên điện thoại")
    expect(page.locator("#body")).to_be_hidden()
    page.get_by_role("button", name="Viết tiếp").tap()
    expect(page.locator("#body")).to_be_focused()


def test_sources_are_found_and_cited_and_a_new_one_is_written_below(
    town: Street, printed_folder: Path
) -> None:
    page = at_desk(town, printed_folder, "fish/vi").page
    page.locator("#body").fill("Một câu.")
    at_end(page)
    page.get_by_role("toolbar").get_by_role("button", name="Nguồn").click()
    expect(page.get_by_label("Tìm nguồn")).to_be_focused()
    shared = page.locator("[data-cite]").first
    label = shared.get_attribute("data-cite")
    shared.click()
    assert body(page) == f"Một câu.[^{label}]"
    page.keyboard.type(" Câu nữa.")
    page.get_by_label("Ai nói: tác giả, năm, tên bài").fill("Trần An, 2025, “Cá”")
    page.get_by_label("Địa chỉ trang").fill("https://example.org/ca")
    page.get_by_role("button", name="Thêm và dẫn nguồn").click()
    assert body(page) == (
        f"Một câu.[^{label}] Câu nữa.[^n1]\n\n[^n1]: Trần An, 2025, “Cá” <https://example.org/ca>\n"
    )


def test_rows_come_and_go_without_leaving_the_page(town: Street, printed_folder: Path) -> None:
    page = at_desk(town, printed_folder, "bridge/vi").page
    part = page.locator("details", has=page.locator("#rows-timeline"))
    part.locator("summary").click()
    rows = page.locator("#rows-timeline [data-row]")
    had = rows.count()
    page.get_by_role("button", name="Thêm: Mốc thời gian").click()
    expect(rows).to_have_count(had + 1)
    expect(page.locator("#rows-timeline input").nth(had * 2)).to_be_focused()
    page.keyboard.type("2001")
    saved(page)
    assert "2001" in kept_words(page, "bridge/vi")
    page.wait_for_function(f"({KEPT})('bridge/vi') === ''")  # nothing is under way
    with saving(page, "bridge/vi"):
        rows.last.get_by_role("button").click()
        expect(rows).to_have_count(had)
        page.keyboard.press("Control+s")
    assert "2001" not in kept_words(page, "bridge/vi")


def test_without_a_script_a_text_is_written_saved_and_looked_at(town: Street, printed_folder: Path) -> None:
    phone = at_desk(town, printed_folder, "bridge/en.easy", width=360, script=False)
    page = phone.page
    expect(page.get_by_role("toolbar")).to_have_count(0)
    page.locator("#title").fill("By form alone")
    press(phone, ".save .btn >> nth=0")
    expect(page.get_by_role("status").first).to_have_text("Đã lưu.")
    expect(page.locator("#title")).to_have_value("By form alone")
    page.goto(f"{BASE}/studio/bridge/en.easy/preview")
    expect(page.get_by_role("heading", level=1)).to_have_text("By form alone")


def test_a_text_is_handed_in_from_its_desk_with_what_was_typed_last(
    town: Street, printed_folder: Path
) -> None:
    page = at_desk(town, printed_folder, "tale/en").page
    at_end(page)
    page.keyboard.type("One more sentence.")
    saved(page)
    hand_in = page.locator("#steps form[action$='/submit'] button")
    expect(hand_in).to_be_visible()  # there was no draft when the page was opened
    expect(page.locator("#state")).to_have_text("bản nháp")
    at_end(page)
    page.keyboard.type("And the last.")
    alone = page.locator("#steps [name=alone_because]")
    if alone.count():
        alone.fill("x")
    hand_in.click()
    page.wait_for_url("**done=submit**")
    expect(page.locator("#state")).to_have_text("đang chờ duyệt")
    assert "And the last." in body(page)


def test_a_translation_is_saved_by_itself_and_kept_without_network(
    town: Street, printed_folder: Path
) -> None:
    phone = at_desk(town, printed_folder, "bridge/en.easy/translate", width=360)
    page = phone.page
    field = page.locator(".side textarea").last
    field.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(" One.")
    saved(page)
    expect(page.locator("#state")).to_have_text("bản nháp")
    page.keyboard.type("\n\nTwo.")
    page.locator(".side textarea").first.focus()  # leaving a field saves at once
    saved(page)
    page.wait_for_timeout(500)
    assert kept_words(page, "bridge/en.easy").count(" One.\n\nTwo.") == 1
    phone.context.set_offline(True)
    field.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Three.")
    expect(page.get_by_text("Không có mạng.")).to_be_visible()
    assert "Two. Three." in page.evaluate(KEPT, "bridge/en.easy/translate")
    phone.context.set_offline(False)
    expect(page.get_by_text("Không có mạng.")).to_have_count(0)
    assert kept_words(page, "bridge/en.easy").count("Two. Three.") == 1
    phone.faults.clear()
