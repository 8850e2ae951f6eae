"""What those who work here do until a browser shows the page of the studio that is to be looked at."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page, Route

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


@contextmanager
def held(page: Page, script: str) -> Iterator[None]:
    """Keep a script under way until the block ends, as a slow line does."""
    path, waiting = f"{BASE}/static/{script}", list[Route]()

    def wait(route: Route) -> None:
        waiting.append(route)

    page.route(path, wait)
    yield
    for route in waiting:
        route.continue_()
    page.unroute(path)
    assert waiting


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


def said(phone: Phone, form: str, **typed: str) -> None:
    """Fill in fields of a form by their names and send it; the last page of a text's way is shown."""
    for name, words in typed.items():
        phone.page.locator(f"{form} [name={name}]").fill(words)
    press(phone, f"{form} button >> nth=-1")


STEP = "#steps form[action$={}]"


def drafted(phone: Phone, text: str, words: str = "") -> None:
    """Begin the draft of a text, or go on with it: give it a paragraph of its own."""
    phone.page.goto(f"{BASE}/studio/{text}")
    body = phone.page.locator("#body")
    body.fill(body.input_value().rstrip() + f"\n\n{words or secrets.token_hex(4)}\n")
    phone.page.keyboard.press("Control+s")
    phone.page.wait_for_selector("#status:has-text('Đã lưu lúc')")
    phone.page.goto(f"{BASE}/studio/{text}")


def at_draft(text: str) -> Reach:
    def go(phone: Phone, place: Place) -> None:
        come_in(phone, place.folder, "maker", "curator", "reviewer")
        drafted(phone, text)

    return go


def handed_in(text: str, *, as_writer: bool = False) -> Reach:
    """Show a text that waits for a reviewer, to one who may approve it or to who wrote it."""

    def go(phone: Phone, place: Place) -> None:
        writer = phone if as_writer else place.street.lend()
        come_in(writer, place.folder, "curator", "reviewer")
        drafted(writer, text)
        said(writer, STEP.format("submit"))
        if not as_writer:
            come_in(phone, place.folder, "curator", "reviewer")
            phone.page.goto(f"{BASE}/studio/{text}")

    return go


def approved(text: str) -> Reach:
    def go(phone: Phone, place: Place) -> None:
        handed_in(text)(phone, place)
        said(phone, STEP.format("approve"))

    return go


def sent_back(text: str) -> Reach:
    def go(phone: Phone, place: Place) -> None:
        handed_in(text)(phone, place)
        said(phone, STEP.format("return"), why="Đoạn hai thiếu nguồn. Xin thêm.")

    return go


def unpublishable(text: str) -> Reach:
    """Be refused to publish what the gate does not let through."""

    def go(phone: Phone, place: Place) -> None:
        writer = place.street.lend()
        come_in(writer, place.folder, "curator")
        drafted(writer, text, "Năm 1010 có điều gì đó.[^khong-co] <b>!</b>")
        said(writer, STEP.format("submit"))
        come_in(phone, place.folder, "curator", "reviewer")
        phone.page.goto(f"{BASE}/studio/{text}")
        said(phone, STEP.format("approve"))
        said(phone, STEP.format("publish"))

    return go


def past_of(text: str, *, change: bool = False) -> Reach:
    """Show a text's history, or its newest change."""

    def go(phone: Phone, place: Place) -> None:
        at_draft(text)(phone, place)
        phone.page.goto(f"{BASE}/studio/{text}/history")
        if change:
            phone.page.locator(".states a").first.click()
            phone.page.wait_for_url("**/history/*")

    return go


def both_saved(text: str, *, side_by_side: bool = False) -> Reach:
    """Save what somebody else has saved meanwhile; go on to both texts side by side."""

    def go(phone: Phone, place: Place) -> None:
        come_in(phone, place.folder, "curator")
        phone.page.goto(f"{BASE}/studio/{text}")
        other = place.street.lend()
        come_in(other, place.folder, "curator")
        drafted(other, text)
        body = phone.page.locator("#body")
        body.fill(body.input_value().rstrip() + "\n\nNgười thứ hai viết.\n")
        phone.page.keyboard.press("Control+s")
        phone.page.get_by_role("alert").wait_for()
        if side_by_side:
            press(phone, "#told form button")

    return go


def not_mine_to_write(phone: Phone, place: Place) -> None:
    """Press a button that is for others."""
    come_in(phone, place.folder, "maker")
    phone.page.goto(f"{BASE}/studio/me")
    with phone.page.expect_navigation():
        phone.page.evaluate(
            "() => { const form = document.querySelector('.who form');"
            " form.action = '/studio/flag-tower/vi/submit'; form.submit(); }"
        )


def signed_out_while_writing(phone: Phone, place: Place) -> None:
    """Send a text without a script after the session is over: the words are shown, not lost."""
    come_in(phone, place.folder, "curator")
    phone.page.goto(f"{BASE}/studio/flag-tower/vi.class")
    phone.context.clear_cookies()
    with phone.page.expect_navigation():
        phone.page.evaluate("document.getElementById('desk').submit()")


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
    phone.page.goto(f"{BASE}/studio/dragon-steps/en.easy/translate")
    other = phone.context.new_page()
    other.goto(phone.page.url)
    other.locator("textarea").first.fill(f"Theirs {secrets.token_hex(4)}")
    other.locator(".keep .btn").click()
    other.wait_for_selector("#status:has-text('Đã lưu lúc')")
    other.close()
    with phone.page.expect_navigation():  # as a phone sends it that runs no script
        phone.page.evaluate(
            "() => { const desk = document.getElementById('desk');"
            " desk.querySelector('textarea').value = 'Mine'; desk.submit() }"
        )


def reported(phone: Phone, place: Place) -> None:
    for kind, where in (("text", "@riddle"), ("part", None)):
        phone.page.goto(f"{BASE}/vi/help/report?kind={kind}&kit=flag-tower")
        chosen = f'[name=place][value="{where}"]' if where else "[name=place]"
        phone.page.locator(chosen).first.check()
        phone.page.locator("[name=fault]").first.check()
        press(phone, "form .btn")
    come_in(phone, place.folder, "maker")
    phone.page.goto(f"{BASE}/studio/reports")
