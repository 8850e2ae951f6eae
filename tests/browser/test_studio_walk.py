"""The studio's whole ways over TLS: from nothing to a phone that reads it, and with whom it may go on."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from app.editing.front import fields
from tests.browser.keyboards import Way, compose, replace
from tests.browser.phones import BASE, Street
from tests.browser.walks import (
    AFTER,
    BEFORE,
    LEGEND,
    PUBLISHED,
    SUMMARY,
    TITLE,
    Desk,
    approve,
    body_of,
    desk,
    file_of,
    hand_in,
)


def own_text_is_refused(both: Desk) -> None:
    """See no button to approve, and forge the press of one: nothing is approved."""
    expect(both.page.get_by_text("người khác phải duyệt")).to_be_visible()
    expect(both.page.get_by_role("button", name="Duyệt", exact=True)).to_have_count(0)
    with both.page.expect_navigation():
        both.page.locator("#steps form").first.evaluate(
            "form => { form.action = form.action.replace(/[a-z]+$/, 'approve'); form.submit(); }"
        )
    expect(both.page.get_by_role("alert")).to_contain_text("người khác phải duyệt")
    expect(both.page.locator("#state")).to_have_text("đang chờ duyệt")


def fill_the_form(cai: Desk, way: Way) -> None:
    """Fill in what stands before the text: typed as one types, sources by their labels."""
    page, keyboard = cai.page, cai.page.context.new_cdp_session(cai.page)
    page.get_by_label("Tên bài", exact=True).focus()
    way(page, keyboard, TITLE)
    page.get_by_label("Tóm trong một hơi", exact=True).focus()
    way(page, keyboard, SUMMARY)
    part = cai.unfold("Nơi chốn và bốn con số")
    part.get_by_label("Nó ở đâu", exact=True).fill("Hà Nội")
    for at, (value, label) in enumerate(
        [("1900", "năm dựng"), ("12", "thanh tre"), ("3", "nắng phơi"), ("1", "ngọn nến")]
    ):
        row = part.get_by_role("group").nth(at)
        row.get_by_label("Con số", exact=True).fill(value)
        row.get_by_label("Nó nói gì", exact=True).fill(label)
        row.get_by_label("Nguồn", exact=True).fill("S2")
    part.locator("summary").click()
    part = cai.unfold("Tìm trong câu chuyện")
    part.get_by_label("Câu hỏi", exact=True).fill("Khung đèn làm bằng gì?")
    for at, choice in enumerate(["Tre", "Sắt", "Gỗ lim", "Đá"], start=1):
        part.get_by_label(f"Lựa chọn {at}", exact=True).fill(choice)
    part.get_by_label("Lựa chọn 1 là đúng", exact=True).check()
    part.get_by_label("Gợi ý", exact=True).fill("Nó mọc thành bụi sau làng.")
    part.get_by_label("Kể sau câu trả lời", exact=True).fill("Tre nhẹ và dẻo.")
    part.get_by_label("Lời trong truyện cho biết", exact=True).fill("chọn cây tre già")


def write_the_story(cai: Desk, way: Way) -> str:
    """Write the text with headings, a note and a legend by the tools above it; return what stands there."""
    page, keyboard = cai.page, cai.page.context.new_cdp_session(cai.page)
    cai.text.focus()
    cai.tool("Tiêu đề")
    way(page, keyboard, BEFORE)
    cai.tool("Nguồn")
    page.get_by_role("button", name="Dẫn nguồn S2").click()
    first, heading, rest = AFTER.partition("Cách làm chiếc đèn")
    way(page, keyboard, first)
    cai.tool("Tiêu đề")
    way(page, keyboard, heading + rest + LEGEND)
    page.keyboard.press("Shift+Home")
    cai.tool("Truyền thuyết")
    return f"## {BEFORE}[^S2]{first}## {heading}{rest}" + f'!!! legend "Tương truyền"\n    {LEGEND}'


@pytest.mark.parametrize(("text", "way"), [("lantern/vi", compose), ("fish/vi", replace)])
def test_a_story_is_written_by_telex_from_nothing_reviewed_published_and_read_on_a_phone_at_once(
    walk_town: Street, walk_folder: Path, text: str, way: Way
) -> None:
    kit = text.partition("/")[0]
    buyer = walk_town.phone()
    buyer.page.goto(f"{BASE}/vi/tiny/{kit}")
    expect(buyer.page.locator("html")).not_to_contain_text("Ngọn đèn đầu làng")

    cai = desk(walk_town, walk_folder, "curator")
    cai.page.get_by_role("table").locator(f"a[href='/studio/{text}']").click()
    fill_the_form(cai, way)
    written = write_the_story(cai, way)
    assert cai.words.rstrip() == written  # letter for letter
    cai.saved()
    expect(cai.page.locator("#steps")).to_contain_text("Không còn gì cản bài được đăng.")
    assert cai.problems() == []
    hand_in(cai)

    rev = desk(walk_town, walk_folder, "reviewer")
    rev.page.locator(f".waits a[href='/studio/{text}']").click()
    phone = rev.page.frame_locator("#phone")
    expect(phone.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(phone.locator("#chuyen")).to_contain_text(LEGEND)
    rev.page.get_by_label("Cần sửa gì?", exact=True).fill("Câu cuối nói quá. Xin bớt lời.")
    rev.step("Trả lại người viết", "Đã trả bài lại.")

    cai.open("")
    waits = cai.page.get_by_role("listitem").filter(has_text="Được gửi trả lại")
    expect(waits).to_contain_text("Câu cuối nói quá. Xin bớt lời.")
    waits.get_by_role("link").click()
    cai.change("Chiếc đèn ấy sáng suốt đêm, và người", "Người")
    written = written.replace("Chiếc đèn ấy sáng suốt đêm, và người", "Người")
    hand_in(cai)  # not saved yet: the step waits for the words

    rev.open(text)
    approve(rev)
    rev.step("Đăng bài", PUBLISHED)
    buyer.page.reload()
    expect(buyer.page.get_by_role("heading", level=1)).to_have_text(TITLE)
    story = buyer.page.locator("#chuyen")
    expect(story.get_by_role("heading", name="Cách làm chiếc đèn")).to_be_visible()
    expect(story).to_contain_text("Người dán nó nhớ mãi mùi giấy mới.")
    expect(buyer.page.locator(".sources")).to_contain_text("duyệt")
    published = file_of(walk_folder, text).read_text("utf-8")
    assert body_of(published).rstrip() == written  # letter for letter, also in the file
    front = fields(published).texts
    assert (front["title"], front["summary"]) == (TITLE, SUMMARY)


def test_nobody_approves_what_she_wrote_neither_by_the_page_nor_by_a_forged_button_nor_by_a_restore(
    walk_town: Street, walk_folder: Path
) -> None:
    both, other = desk(walk_town, walk_folder, "curator", "reviewer"), desk(walk_town, walk_folder, "curator")
    both.open("lantern/en").write("\n\nHer own words.\n")
    hand_in(both)
    own_text_is_refused(both)
    both.step("Lấy lại để viết tiếp", "Bài lại là bản nháp.")
    other.open("lantern/en").change("Her own words.", "Other words.")
    other.press_save()
    other.page.get_by_role("link", name="Lịch sử bài").click()
    other.page.locator(".states a", has_text="Đã lưu").filter(has_text=both.name).last.click()
    other.step("Lấy lại bản này", "Bản cũ đã thành bản nháp.")
    assert "Her own words." in other.words
    hand_in(other)
    own_text_is_refused(both.open("lantern/en"))


def test_the_whole_way_is_gone_without_a_script_and_by_keys_alone(
    walk_town: Street, walk_folder: Path
) -> None:
    cai, rev = (desk(walk_town, walk_folder, role, script=False) for role in ("curator", "reviewer"))
    text = "bridge/vi.class"
    cai.by_keys(f".texts a[href='/studio/{text}']")
    cai.tab_to("#title")
    cai.page.keyboard.type("Nhip cau")
    cai.tab_to("#summary")
    cai.page.keyboard.type("Mot bai ngan cho lop hoc.")
    cai.tab_to("#body")
    cai.page.keyboard.type("Mot nhip cau ngan.")
    cai.by_keys(".save .btn")
    expect(cai.page.get_by_role("status").first).to_have_text("Đã lưu.")
    cai.tab_to("#alone")
    cai.page.keyboard.type("Lop hoc o day noi tieng Viet.")
    cai.by_keys("#steps form[action$=submit] button")
    expect(cai.page.locator("#state")).to_have_text("đang chờ duyệt")
    rev.page.reload()
    rev.by_keys(f".waits a[href='/studio/{text}']")
    rev.by_keys("#steps form[action$=approve] button", "Space")
    rev.by_keys("#steps form[action$=publish] button")
    expect(rev.page.locator("#steps").get_by_role("status")).to_have_text(PUBLISHED)
    rev.page.goto(f"{BASE}/vi/tiny/bridge/class")
    expect(rev.page.get_by_role("heading", level=1)).to_have_text("Nhip cau")
    expect(rev.page.locator("main")).to_contain_text("Mot nhip cau ngan.")


def test_a_text_is_written_looked_at_and_handed_in_on_a_phone(walk_town: Street, walk_folder: Path) -> None:
    cai = desk(walk_town, walk_folder, "curator", width=360)
    page = cai.page
    page.get_by_role("table").locator("a[href='/studio/bridge/vi.easy']").tap()
    cai.text.tap()
    cai.at_end()
    compose(page, page.context.new_cdp_session(page), "Cây cầu nhỏ bắc qua rạch.")
    assert cai.words.endswith("Cây cầu nhỏ bắc qua rạch.")
    expect(page.locator("#tools")).to_be_visible()  # without its script the button opens another window
    page.get_by_role("button", name="Xem như trên điện thoại").tap()
    expect(page.frame_locator("#phone").locator("main")).to_contain_text("Cây cầu nhỏ bắc qua rạch.")
    page.get_by_role("button", name="Viết tiếp").tap()
    expect(cai.text).to_be_focused()
    cai.saved()
    with page.expect_navigation():
        page.get_by_role("button", name="Nộp để người khác duyệt").tap()
    expect(page.locator("#state")).to_have_text("đang chờ duyệt")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
