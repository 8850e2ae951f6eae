"""The studio's whole ways over TLS: from nothing to a phone that reads it; and what befalls on the way."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser.desks import sign_in
from tests.browser.keyboards import Way, compose, replace
from tests.browser.phones import BASE, Street, street
from tests.browser.walks import (
    AFTER,
    BEFORE,
    LEGEND,
    SUMMARY,
    TITLE,
    Desk,
    body_of,
    desk,
    edit_file,
    file_of,
)
from tests.conftest import REPOSITORY

MISSING = ("lantern/vi", "fish/vi")
"""Texts that nobody has begun."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny workspace without two of its texts; their kits are told in English alone."""
    made = tmp_path_factory.mktemp("walk") / "tiny"
    shutil.copytree(REPOSITORY / "tests" / "workspaces" / "tiny", made, ignore=shutil.ignore_patterns("var"))
    for text in MISSING:
        file_of(made, text).unlink()
    return made


@pytest.fixture(scope="module")
def tiny_street(
    playwright: Playwright, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Street]:
    with street(playwright, folder, tmp_path_factory.mktemp("street")) as opened:
        yield opened


PUBLISHED = "Đã đăng. Ai quét mã cũng đọc được ngay."


def hand_in(cai: Desk) -> None:
    cai.step("Nộp để người khác duyệt", "Đã nộp. Một người khác sẽ đọc và duyệt.")


def approve(rev: Desk) -> None:
    rev.step("Duyệt", "Đã duyệt. Giờ có thể đăng.")


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


def forgive(person: Desk, *faults: str) -> None:
    """Forget what went wrong because the test wanted it to; anything else still fails it."""
    person.phone.faults[:] = [
        fault for fault in person.phone.faults if not fault.startswith((*faults, "console: Failed to load"))
    ]


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
    town: Street, folder: Path, text: str, way: Way
) -> None:
    kit = text.partition("/")[0]
    buyer = town.phone()
    buyer.page.goto(f"{BASE}/vi/tiny/{kit}")
    expect(buyer.page.locator("html")).not_to_contain_text("Ngọn đèn đầu làng")

    cai = desk(town, folder, "curator")
    cai.page.get_by_role("table").locator(f"a[href='/studio/{text}']").click()
    fill_the_form(cai, way)
    written = write_the_story(cai, way)
    assert cai.words.rstrip() == written  # letter for letter
    cai.saved()
    expect(cai.page.locator("#steps")).to_contain_text("Không còn gì cản bài được đăng.")
    assert cai.problems() == []
    hand_in(cai)

    rev = desk(town, folder, "reviewer")
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
    published = file_of(folder, text).read_text("utf-8")
    assert body_of(published).rstrip() == written  # letter for letter, also in the file
    assert f"title: {TITLE}\nsummary: {SUMMARY}\n" in published


def test_two_save_at_once_the_second_sees_both_side_by_side_and_nothing_is_lost(
    town: Street, folder: Path
) -> None:
    first, second = desk(town, folder, "curator"), desk(town, folder, "curator")
    for each in (first, second):
        each.open("bridge/en")
    first.write("\n\nThe first hand wrote this.\n")
    second.at_end()
    second.page.keyboard.insert_text("\n\nThe second hand wrote that.\n")
    expect(second.page.get_by_role("alert")).to_contain_text("Không mất gì cả")
    assert second.words.endswith("The second hand wrote that.\n")
    second.press("Xem cả hai")
    expect(second.page.get_by_role("heading", level=1)).to_have_text("Hai bản cạnh nhau")
    for label, words in (("Của bạn", "The second hand"), ("Đã lưu trước", "The first hand")):
        side = second.page.locator(".sides-two > div", has=second.page.get_by_text(label, exact=True))
        expect(side.locator("ins")).to_contain_text(words)
    second.page.get_by_label("Giữ cả hai, nối nhau", exact=True).check()
    second.step("Lưu bài đã ghép", "Đã ghép và lưu.")
    assert "The first hand wrote this." in second.words
    assert "The second hand wrote that." in second.words
    second.page.get_by_role("link", name="Lịch sử bài").click()
    steps = second.page.locator(".states li")
    expect(steps.filter(has_text="Ghép hai bản").filter(has_text=second.name)).to_have_count(1)
    expect(steps.filter(has_text="Đến muộn, giữ riêng").filter(has_text=second.name)).to_have_count(1)
    expect(steps.filter(has_text="Đã lưu").filter(has_text=first.name)).to_have_count(1)
    forgive(second, "409")


def test_words_typed_without_network_by_somebody_whose_session_ended_are_kept_told_and_sent(
    town: Street, folder: Path
) -> None:
    cai = desk(town, folder, "curator").open("bridge/en.easy")
    before = cai.words
    cai.phone.context.set_offline(True)
    cai.at_end()
    cai.page.keyboard.insert_text("In the train. ")
    expect(cai.page.get_by_text("Không có mạng.")).to_be_visible()
    cai.phone.context.clear_cookies()  # signed out meanwhile, on the other end of the line
    cai.phone.context.set_offline(False)
    expect(cai.page.get_by_text("Bạn đã đăng xuất.")).to_be_visible()
    cai.page.keyboard.insert_text("At the station. ")
    with cai.phone.context.expect_page() as opened:
        cai.page.get_by_role("link", name="Đăng nhập ở cửa sổ mới").click()
    door = Desk(type(cai.phone)(cai.phone.context, opened.value), cai.name)
    sign_in(door.phone, cai.name)
    cai.page.bring_to_front()
    cai.saved()
    expect(cai.page.get_by_text("Bạn đã đăng xuất.")).to_have_count(0)
    assert cai.words == before + "In the train. At the station. "
    door.open("bridge/en.easy")
    assert door.words.rstrip() == cai.words.rstrip()  # a file ends with one empty line

    cai.phone.context.set_offline(True)
    cai.at_end()
    cai.page.keyboard.insert_text("Never sent.")
    expect(cai.page.get_by_text("Không có mạng.")).to_be_visible()
    saved = door.words
    # What the tab still tries while it is closed is lost too.
    cai.page.evaluate("self.fetch = () => new Promise(() => {}); navigator.sendBeacon = () => false")
    cai.page.close()
    cai.phone.context.set_offline(False)
    door.open("bridge/en.easy")
    expect(door.page.get_by_text("chưa gửi đi")).to_be_visible()
    assert door.words == saved  # offered, not put in
    door.page.get_by_role("button", name="Lấy chữ ấy").click()
    expect(door.text).to_have_value(re.compile(r"Never sent\.\s*$"))
    door.saved()
    forgive(cai, "400", "401", "failed")
    forgive(door, "400", "401", "failed")


def test_a_foreign_edit_is_told_at_once_and_nothing_is_published_until_it_is_merged_and_approved(
    town: Street, folder: Path
) -> None:
    cai, rev = desk(town, folder, "curator"), desk(town, folder, "reviewer")
    cai.open("fish/en").change("A short sentence told to try this page 0.", "The fish was new.")
    hand_in(cai)
    approve(rev.open("fish/en"))
    edit_file(folder, "fish/en", "try this page 9.", "try this page, said Git.")

    cai.open("")
    expect(cai.page.locator(".texts td", has=cai.page.locator("[href='/studio/fish/en']"))).to_contain_text(
        "đã đổi ở ngoài phòng viết"
    )
    rev.refused("Đăng bài", "Chưa đăng: bài trên trang đã bị sửa nơi khác. Hãy xem cả hai bản.")
    cai.open("fish/en")
    expect(cai.page.get_by_text("bị người khác sửa")).to_be_visible()
    cai.page.get_by_role("link", name="Xem cả hai").click()
    expect(cai.page.locator("ins").filter(has_text="said Git")).to_be_visible()
    for choice in cai.page.get_by_label("Giữ cả hai, nối nhau", exact=True).all():
        choice.check()
    cai.step("Lưu bài đã ghép", "Đã ghép và lưu.")
    assert "The fish was new." in cai.words
    assert "said Git." in cai.words
    rev.open("fish/en")
    expect(rev.page.get_by_role("button", name="Đăng bài")).to_have_count(0)
    hand_in(cai)
    approve(rev.open("fish/en"))
    rev.step("Đăng bài", PUBLISHED)
    published = file_of(folder, "fish/en").read_text("utf-8")
    assert "The fish was new." in published
    assert "said Git." in published


def test_nobody_approves_what_she_wrote_neither_by_the_page_nor_by_a_forged_button_nor_by_a_restore(
    town: Street, folder: Path
) -> None:
    both, other = desk(town, folder, "curator", "reviewer"), desk(town, folder, "curator")
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


def test_an_old_state_is_looked_at_word_by_word_and_brought_back(town: Street, folder: Path) -> None:
    cai = desk(town, folder, "curator").open("bridge/vi")
    old = cai.words
    cai.change("thử trang này 0.", "xem trang này 0.")
    cai.press_save()
    cai.page.get_by_role("link", name="Lịch sử bài").click()
    cai.page.locator(".states a", has_text=cai.name).click()
    expect(cai.page.locator(".diff ins")).to_have_text("xem")
    expect(cai.page.locator(".diff del")).to_have_text("thử")
    cai.page.go_back()
    cai.page.locator(".states a", has_text="Sửa ngoài phòng viết").last.click()
    cai.step("Lấy lại bản này", "Bản cũ đã thành bản nháp.")
    assert cai.words == old


def test_the_whole_way_is_gone_without_a_script_and_by_keys_alone(town: Street, folder: Path) -> None:
    cai, rev = (desk(town, folder, role, script=False) for role in ("curator", "reviewer"))
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


def test_a_text_is_written_looked_at_and_handed_in_on_a_phone(town: Street, folder: Path) -> None:
    cai = desk(town, folder, "curator", width=360)
    page = cai.page
    page.get_by_role("table").locator("a[href='/studio/bridge/vi.easy']").tap()
    cai.text.tap()
    cai.at_end()
    compose(page, page.context.new_cdp_session(page), "Cây cầu nhỏ bắc qua rạch.")
    assert cai.words.endswith("Cây cầu nhỏ bắc qua rạch.")
    page.get_by_role("button", name="Xem như trên điện thoại").tap()
    expect(page.frame_locator("#phone").locator("main")).to_contain_text("Cây cầu nhỏ bắc qua rạch.")
    page.get_by_role("button", name="Viết tiếp").tap()
    expect(cai.text).to_be_focused()
    cai.saved()
    with page.expect_navigation():
        page.get_by_role("button", name="Nộp để người khác duyệt").tap()
    expect(page.locator("#state")).to_have_text("đang chờ duyệt")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
