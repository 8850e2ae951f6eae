"""What those who work here do until a browser shows the page of the studio that is to be looked at."""

import secrets
from datetime import UTC, datetime
from pathlib import Path

from app.staff import open_people
from app.staff.invitations import invite
from app.workspace import find_workspace
from tests.browser.phones import BASE, Phone
from tests.browser.places import Place
from tests.browser.visits import Reach, press
from tests.web.cast import PASSWORD


def link_for(folder: Path, name: str, *roles: str) -> str:
    """Invite somebody to the site of a workspace, as its maker does at the command line; return the link."""
    people = open_people(find_workspace(str(folder)))
    try:
        link = invite(people, name, roles, key=secrets.token_bytes(32), now=datetime.now(UTC))
    finally:
        people.ledger.close()
    return f"{BASE}/studio/invitation/{link}"


def somebody() -> str:
    """Return a name that nobody has."""
    return f"Nguyễn Thị Lan Anh {secrets.token_hex(4)}"


def choose(phone: Phone, link: str, password: str = PASSWORD) -> None:
    """Use an invitation."""
    phone.page.goto(link)
    phone.page.locator("#new").fill(password)
    phone.page.locator("#again").fill(password)
    press(phone, "form.entry .btn")


def sign_in(phone: Phone, name: str, password: str = PASSWORD) -> None:
    """Send the sign-in form that is shown."""
    phone.page.locator("#name").fill(name)
    phone.page.locator("#password").fill(password)
    press(phone, "form.entry .btn")


def come_in(phone: Phone, folder: Path, *roles: str) -> str:
    """Sign in as somebody new with these roles; return their name."""
    name = somebody()
    choose(phone, link_for(folder, name, *roles))
    phone.page.wait_for_url(f"{BASE}/studio/")
    return name


def at_work(path: str, *roles: str) -> Reach:
    """Open a page of the studio as somebody who may, with every role if none are named."""

    def go(phone: Phone, place: Place) -> None:
        come_in(phone, place.folder, *(roles or ("maker", "curator", "reviewer")))
        phone.page.goto(BASE + path)

    return go


def refused(phone: Phone, _: Place) -> None:
    phone.page.goto(f"{BASE}/studio/sign-in")
    sign_in(phone, somebody())


def invited(phone: Phone, place: Place) -> None:
    phone.page.goto(link_for(place.folder, somebody(), "curator"))


def guessable(phone: Phone, place: Place) -> None:
    choose(phone, link_for(place.folder, somebody(), "reviewer"), "aaaaaaaaaaaaaaa")


def in_two_browsers(phone: Phone, place: Place) -> None:
    name = come_in(phone, place.folder, "curator")
    other = place.street.lend()
    other.page.goto(f"{BASE}/studio/me")
    sign_in(other, name)
    phone.page.goto(f"{BASE}/studio/me?lang=en")


def saved_elsewhere(phone: Phone, place: Place) -> None:
    come_in(phone, place.folder, "curator")
    phone.page.goto(f"{BASE}/studio/north-gate/en.adult")
    other = phone.context.new_page()
    other.goto(f"{BASE}/studio/north-gate/en.adult")
    for page, title in ((other, secrets.token_hex(4)), (phone.page, secrets.token_hex(4))):
        page.locator("#title").fill(title)
        page.keyboard.press("Control+s")
        page.wait_for_selector(
            "[data-notice=stale]" if page is phone.page else "#status:has-text('Đã lưu lúc')"
        )
    other.close()


def stale(phone: Phone, place: Place) -> None:
    come_in(phone, place.folder, "curator")
    phone.page.goto(f"{BASE}/studio/north-gate/en.class/translate")
    source = place.folder / "stories" / "north-gate" / "vi.class.md"
    words = source.read_text("utf-8")
    if "đúng một" not in words:
        source.write_text(
            words.replace("một", "đúng một", 1).replace(".\n\n", ". Một câu mới.\n\n", 1), "utf-8"
        )
    phone.page.reload()


def remarked(phone: Phone, place: Place) -> None:
    come_in(phone, place.folder, "curator", "reviewer")
    phone.page.goto(f"{BASE}/studio/doan-mon/vi.easy/review")
    phone.page.locator(".para .story").nth(1).locator("..").locator("summary").click()
    phone.page.locator("details[open] textarea").fill("Con số này lấy ở đâu?\nNên ghi rõ nguồn.")
    press(phone, "details[open] button")


def lending(phone: Phone, place: Place) -> None:
    come_in(phone, place.folder, "curator", "reviewer")
    phone.page.goto(f"{BASE}/studio/doan-mon/en.easy/review?lang=en")
    press(phone, "#links .btn")


def guest(phone: Phone, place: Place) -> None:
    lending(phone, place)
    phone.page.goto(str(phone.page.locator(".address a").get_attribute("href")))


def saved_over(phone: Phone, place: Place) -> None:
    come_in(phone, place.folder, "curator")
    address = f"{BASE}/studio/dragon-steps/en.easy/translate"
    phone.page.goto(address)
    phone.page.locator("textarea").first.fill(f"Mine {secrets.token_hex(4)}")
    other = place.street.lend()
    come_in(other, place.folder, "curator")
    other.page.goto(address)
    other.page.locator("textarea").first.fill(f"Theirs {secrets.token_hex(4)}")
    press(other, ".keep .btn")
    press(phone, ".keep .btn")


def reported(phone: Phone, place: Place) -> None:
    for kind, where in (("text", "@riddle"), ("part", None)):
        phone.page.goto(f"{BASE}/vi/help/report?kind={kind}&kit=flag-tower")
        chosen = f'[name=place][value="{where}"]' if where else "[name=place]"
        phone.page.locator(chosen).first.check()
        phone.page.locator("[name=fault]").first.check()
        press(phone, "form .btn")
    come_in(phone, place.folder, "maker")
    phone.page.goto(f"{BASE}/studio/reports")
