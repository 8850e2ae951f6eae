"""What befalls a text on its way through the studio: two hands at once, no network, an edit from outside."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.desks import sign_in
from tests.browser.phones import Street
from tests.browser.walks import (
    PUBLISHED,
    Desk,
    approve,
    desk,
    edit_file,
    file_of,
    forgive,
    hand_in,
)


def test_two_save_at_once_the_second_sees_both_side_by_side_and_nothing_is_lost(
    walk_town: Street, walk_folder: Path
) -> None:
    first, second = desk(walk_town, walk_folder, "curator"), desk(walk_town, walk_folder, "curator")
    for each in (first, second):
        each.open("fish/en")
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
    walk_town: Street, walk_folder: Path
) -> None:
    cai = desk(walk_town, walk_folder, "curator").open("bridge/en.easy")
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
    walk_town: Street, walk_folder: Path
) -> None:
    cai, rev = desk(walk_town, walk_folder, "curator"), desk(walk_town, walk_folder, "reviewer")
    cai.open("bridge/en").change("A short sentence told to try this page 0.", "The fish was new.")
    hand_in(cai)
    approve(rev.open("bridge/en"))
    edit_file(walk_folder, "bridge/en", "try this page 9.", "try this page, said Git.")

    cai.open("")
    expect(cai.page.locator(".texts td", has=cai.page.locator("[href='/studio/bridge/en']"))).to_contain_text(
        "đã đổi ở ngoài phòng viết"
    )
    rev.refused("Đăng bài", "Chưa đăng: bài trên trang đã bị sửa nơi khác. Hãy xem cả hai bản.")
    cai.open("bridge/en")
    expect(cai.page.get_by_text("bị người khác sửa")).to_be_visible()
    cai.page.get_by_role("link", name="Xem cả hai").click()
    expect(cai.page.locator("ins").filter(has_text="said Git")).to_be_visible()
    for choice in cai.page.get_by_label("Giữ cả hai, nối nhau", exact=True).all():
        choice.check()
    cai.step("Lưu bài đã ghép", "Đã ghép và lưu.")
    assert "The fish was new." in cai.words
    assert "said Git." in cai.words
    rev.open("bridge/en")
    expect(rev.page.get_by_role("button", name="Đăng bài")).to_have_count(0)
    hand_in(cai)
    approve(rev.open("bridge/en"))
    rev.step("Đăng bài", PUBLISHED)
    published = file_of(walk_folder, "bridge/en").read_text("utf-8")
    assert "The fish was new." in published
    assert "said Git." in published


def test_an_old_state_is_looked_at_word_by_word_and_brought_back(
    walk_town: Street, walk_folder: Path
) -> None:
    cai = desk(walk_town, walk_folder, "curator").open("bridge/vi")
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
