"""What visitors do on our own catalogue's site until a phone shows the page that is to be looked at."""

from collections.abc import Callable
from dataclasses import dataclass

from app.core.album_key import words_of
from tests.browser.phones import BASE, Phone
from tests.browser.places import CHASE, STANDARD, Place
from tests.web.cast import ALBUM

Reach = Callable[[Phone, Place], None]
MISTYPED_WORDS = "babe " * 7 + "baba"


@dataclass(frozen=True)
class Scene:
    """A page in one state.

    Attributes:
        route: which route shows it, as `places.bare` writes it.
        reach: what a visitor does to see it.
    """

    route: str
    reach: Reach


def at(route: str, path: str) -> Scene:
    """Return the scene at a fixed address."""

    def go(phone: Phone, _: Place) -> None:
        phone.page.goto(BASE + path)

    return Scene(route, go)


def with_album(route: str, path: str, *kits: str) -> Scene:
    """Return the scene at a fixed address on a phone whose album has `kits`, else two, one of them twice."""

    def go(phone: Phone, place: Place) -> None:
        place.add(phone, *(kits or ("princess-pavilion", "doan-mon", "princess-pavilion")))
        phone.page.goto(BASE + path)

    return Scene(route, go)


def press(phone: Phone, button: str) -> None:
    """Press a button that leads to a page, even with fields left empty that must not be."""
    phone.page.evaluate("document.querySelectorAll('form').forEach(form => { form.noValidate = true })")
    with phone.page.expect_navigation():
        phone.page.locator(button).first.click()


def look(kit: str, more: str = "") -> Reach:
    """Scan a box in nobody's album."""

    def go(phone: Phone, place: Place) -> None:
        phone.page.goto(f"{BASE}/b/{place.look(kit)}{more}")

    return go


def taken(phone: Phone, place: Place) -> None:
    code = place.take("north-gate")
    place.claim(place.street.lend(), code)
    phone.page.goto(f"{BASE}/b/{code}")


def mine(phone: Phone, place: Place) -> None:
    code = place.take("princess-pavilion")
    place.claim(phone, code)
    phone.page.goto(f"{BASE}/b/{code}")


def claim_refused(phone: Phone, place: Place) -> None:
    code = place.take("north-gate")
    phone.page.goto(f"{BASE}/b/{code}")
    place.claim(place.street.lend(), code)
    press(phone, "form[action$='/claim'] button")


def voided(phone: Phone, place: Place) -> None:
    phone.page.goto(f"{BASE}/b/{place.voided}")


def box_forgotten(phone: Phone, place: Place) -> None:
    code, other = place.take("doan-mon"), place.street.lend()
    place.claim(other, code)
    forget(other)
    phone.page.goto(f"{BASE}/b/{code}")


def given_away(phone: Phone, place: Place) -> None:
    code = place.take("doan-mon")
    place.claim(phone, code)
    take_gift(place.street.lend(), offer(phone, "gift"))
    phone.page.goto(f"{BASE}/b/{code}")


def typed(code: str) -> Reach:
    """Type a code that is refused."""

    def go(phone: Phone, _: Place) -> None:
        phone.page.goto(f"{BASE}/b/")
        phone.page.locator("input[name=code]").fill(code)
        phone.page.locator("form[action='/b/'] button").click()
        phone.page.locator("[role=alert]").wait_for()

    return go


def album(phone: Phone, place: Place) -> None:
    place.add(phone, "flag-tower", "flag-tower", CHASE, "doan-mon")


def full_album(phone: Phone, place: Place) -> None:
    place.add(phone, *STANDARD)


def first_box(phone: Phone, place: Place) -> None:
    place.add(phone, "north-gate")


def words(phone: Phone) -> str:
    """Return the words of a phone's album key."""
    (key,) = (each["value"] for each in phone.context.cookies() if each["name"] == ALBUM)
    return " ".join(words_of(bytes.fromhex(key)))


def opened(phone: Phone, key_words: str) -> None:
    """Type an album's key."""
    phone.page.goto(f"{BASE}/album/open")
    phone.page.locator("#words").fill(key_words)
    press(phone, "form[action='/album/open'] button")


def key_mistyped(phone: Phone, _: Place) -> None:
    opened(phone, MISTYPED_WORDS)


def key_of_nobody(phone: Phone, _: Place) -> None:
    opened(phone, "babe " * 8)


def merge_asked(phone: Phone, place: Place) -> None:
    other = place.street.lend()
    place.add(other, "north-gate", "doan-mon")
    place.add(phone, "flag-tower", "flag-tower")
    opened(phone, words(other))


def forget(phone: Phone) -> None:
    phone.page.goto(f"{BASE}/album/forget")
    press(phone, "form[action='/album/forget'] button")


def album_lost(phone: Phone, place: Place) -> None:
    place.add(phone, "doan-mon")
    other = place.street.lend()
    opened(other, words(phone))
    forget(other)
    phone.page.goto(f"{BASE}/album")


def show(phone: Phone) -> str:
    """Let others look at a phone's album; return where."""
    phone.page.goto(f"{BASE}/album/show")
    press(phone, "form[action='/album/show'] button")
    return BASE + (phone.page.locator("main a[href^='/a/']").get_attribute("href") or "")


def showing(phone: Phone, place: Place) -> None:
    place.add(phone, "flag-tower", "doan-mon")
    show(phone)


def seen_by_stranger(phone: Phone, place: Place) -> None:
    other = place.street.lend()
    album(other, place)
    phone.page.goto(show(other))


def seen_by_friend(phone: Phone, place: Place) -> None:
    other = place.street.lend()
    album(other, place)
    place.add(phone, "north-gate", "north-gate", "doan-mon")
    phone.page.goto(show(other))


def seen_by_owner(phone: Phone, place: Place) -> None:
    place.add(phone, "flag-tower", "doan-mon")
    phone.page.goto(f"{show(phone)}?lang=en")


def offer(phone: Phone, kind: str) -> str:
    """Offer the first of a phone's boxes, as a "swap" or a "gift"; return where."""
    phone.page.goto(f"{BASE}/swap")
    phone.page.locator("input[name=box]").first.check()
    press(phone, f"button[value={kind}]")
    return phone.page.url


def answer(phone: Phone, address: str) -> None:
    """Give the first of a phone's boxes for what is offered."""
    phone.page.goto(address)
    phone.page.locator("input[name=box]").first.check()
    press(phone, "form[action$='/answer'] button")


def take_gift(phone: Phone, address: str) -> None:
    phone.page.goto(address)
    press(phone, "form[action$='/answer'] button")


def swap_typed(code: str) -> Reach:
    """Type a swap's code that is refused."""

    def go(phone: Phone, place: Place) -> None:
        place.add(phone, "doan-mon")
        phone.page.goto(f"{BASE}/swap")
        phone.page.locator("#code").fill(code)
        press(phone, "form[action='/swap/code'] button")

    return go


def nothing_offered(phone: Phone, place: Place) -> None:
    place.add(phone, "doan-mon")
    phone.page.goto(f"{BASE}/swap")
    press(phone, "button[value=swap]")


def to_show(kind: str, more: str = "") -> Reach:
    """Offer a box and hold the phone out."""

    def go(phone: Phone, place: Place) -> None:
        place.add(phone, "flag-tower", "flag-tower")
        phone.page.goto(offer(phone, kind) + more)

    return go


def offered(place: Place, kind: str = "swap") -> tuple[Phone, str]:
    """Let somebody offer a box; return whose phone and where."""
    other = place.street.lend()
    place.add(other, "north-gate", "north-gate")
    return other, offer(other, kind)


def to_answer(phone: Phone, place: Place) -> None:
    place.add(phone, "flag-tower", "flag-tower", "doan-mon")
    phone.page.goto(offered(place)[1])


def nothing_answered(phone: Phone, place: Place) -> None:
    to_answer(phone, place)
    press(phone, "form[action$='/answer'] button")


def without_album(phone: Phone, place: Place) -> None:
    phone.page.goto(offered(place)[1])


def waiting(phone: Phone, place: Place) -> None:
    place.add(phone, "flag-tower")
    answer(phone, offered(place)[1])


def to_confirm(phone: Phone, place: Place) -> None:
    place.add(phone, "flag-tower", "flag-tower")
    address = offer(phone, "swap")
    other = place.street.lend()
    place.add(other, "north-gate")
    answer(other, address)
    phone.page.goto(address)


def swap_taken(phone: Phone, place: Place) -> None:
    other, address = place.street.lend(), offered(place)[1]
    place.add(other, "flag-tower")
    answer(other, address)
    phone.page.goto(address)


def swapped(phone: Phone, place: Place) -> None:
    to_confirm(phone, place)
    press(phone, "form[action$='/confirm'] button")


def swap_ended(phone: Phone, place: Place) -> None:
    to_show("swap")(phone, place)
    press(phone, "form[action$='/end'] button")


def gift_to_take(phone: Phone, place: Place) -> None:
    phone.page.goto(offered(place, "gift")[1])


def gift_taken(phone: Phone, place: Place) -> None:
    take_gift(phone, offered(place, "gift")[1])


def gift_given(phone: Phone, place: Place) -> None:
    place.add(phone, "doan-mon")
    address = offer(phone, "gift")
    take_gift(place.street.lend(), address)
    phone.page.goto(address)


def report_refused(phone: Phone, _: Place) -> None:
    phone.page.goto(f"{BASE}/vi/help/report?kind=part&kit=flag-tower")
    press(phone, "form button")


def languages_open(path: str) -> Reach:
    """Open the header's menu."""

    def go(phone: Phone, _: Place) -> None:
        phone.page.goto(BASE + path)
        phone.page.locator("header summary").click()

    return go
