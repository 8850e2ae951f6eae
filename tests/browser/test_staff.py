"""Signing in over TLS in real browsers: from the link to the board, and a session that is ended elsewhere."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.desks import choose, link_for, sign_in, somebody
from tests.browser.phones import BASE, Phone, Street
from tests.browser.visits import press
from tests.web.cast import PASSWORD, STAFF

WITH_AND_WITHOUT_JAVASCRIPT = pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])


def is_in(phone: Phone) -> bool:
    """Tell whether somebody is signed in in a browser."""
    phone.page.goto(f"{BASE}/studio/")
    return phone.page.url == f"{BASE}/studio/"


@WITH_AND_WITHOUT_JAVASCRIPT
def test_from_the_link_to_the_board_out_and_in_again_and_the_other_browsers_session_ends(
    town: Street, printed_folder: Path, *, javascript: bool
) -> None:
    name = somebody()
    desk, laptop = town.phone(javascript=javascript), town.phone(javascript=javascript, width=1280)
    desk.page.goto(link_for(printed_folder, name, "curator", "reviewer"))
    desk.page.get_by_label("Mật khẩu mới", exact=True).fill(PASSWORD)
    desk.page.get_by_label("Gõ lại mật khẩu mới").fill(PASSWORD)
    desk.page.get_by_role("button", name="Giữ mật khẩu và vào").tap()
    desk.page.wait_for_url(f"{BASE}/studio/")
    expect(desk.page.get_by_text(f"Đang đăng nhập: {name}")).to_be_visible()
    (cookie,) = [each for each in desk.context.cookies() if each["name"] == STAFF]
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (
        True,
        True,
        "Lax",
        "/",
    )

    desk.page.get_by_role("button", name="Đăng xuất").tap()
    desk.page.wait_for_url(f"{BASE}/studio/sign-in")
    assert not is_in(desk)
    sign_in(desk, name.upper())
    desk.page.wait_for_url(f"{BASE}/studio/")

    laptop.page.goto(f"{BASE}/studio/me")
    sign_in(laptop, name)
    laptop.page.wait_for_url(f"{BASE}/studio/me")  # the page that was asked for
    desk.page.get_by_role("link", name="Của tôi").last.tap()
    expect(desk.page.get_by_text("Trình duyệt này")).to_have_count(1)
    expect(desk.page.get_by_text("Trình duyệt khác")).to_have_count(1)
    desk.page.get_by_role("button", name="Đăng xuất ở đó").tap()
    expect(desk.page.get_by_text("Trình duyệt khác")).to_have_count(0)
    assert not is_in(laptop)
    assert is_in(desk)


def test_a_password_can_be_looked_at_and_is_hidden_again_when_it_is_sent(
    town: Street, printed_folder: Path
) -> None:
    desk = town.phone()
    desk.page.goto(link_for(printed_folder, somebody(), "maker"))
    field = desk.page.locator("#new")
    desk.page.get_by_role("button", name="Hiện mật khẩu").tap()
    expect(field).to_have_attribute("type", "text")
    desk.page.get_by_role("button", name="Ẩn mật khẩu").tap()
    expect(field).to_have_attribute("type", "password")


def test_the_door_is_passed_by_keyboard_alone(town: Street, printed_folder: Path) -> None:
    name, desk = somebody(), town.phone(width=1280)
    choose(desk, link_for(printed_folder, name, "reviewer"))
    press(desk, ".who button")
    desk.page.wait_for_url(f"{BASE}/studio/sign-in")
    field = desk.page.locator("#name")
    field.focus()
    desk.page.keyboard.type(name)
    desk.page.keyboard.press("Tab")
    desk.page.keyboard.type(PASSWORD)
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url(f"{BASE}/studio/")


def test_buyers_pages_show_nothing_of_who_is_signed_in(town: Street, printed_folder: Path) -> None:
    desk = town.phone()
    choose(desk, link_for(printed_folder, somebody(), "curator"))
    answer = desk.page.goto(f"{BASE}/vi/tiny/lantern")
    assert answer
    headers = answer.all_headers()
    assert headers["cache-control"] == "public, no-cache"
    assert "cookie" not in headers["vary"].lower()
    assert "set-cookie" not in headers
    assert "studio" not in desk.page.content()
