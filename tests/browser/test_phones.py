"""A phone that is lent again is a phone with no past."""

from tests.browser.phones import BASE
from tests.browser.places import Place

LEFT = """async () => {
    const kept = await caches.keys();
    return {
        kept, cookies: document.cookie, local: localStorage.length, session: sessionStorage.length,
        workers: (await navigator.serviceWorker.getRegistrations()).length,
        width: screen.width, night: matchMedia("(prefers-color-scheme: dark)").matches,
    };
}"""
LEAVE = """async () => {
    localStorage.a = sessionStorage.a = "1";
    document.cookie = "a=1;secure;path=/";
    await caches.open("a");
}"""


def test_a_phone_that_is_lent_again_knows_nothing_of_its_last_visitor(place: Place) -> None:
    phone = place.street.lend()
    phone.page.goto(f"{BASE}/robots.txt")
    fresh = phone.page.evaluate(LEFT)
    place.add(phone, "flag-tower")
    phone.page.evaluate(LEAVE)
    phone.page.set_viewport_size({"width": 1280, "height": 740})
    phone.page.emulate_media(color_scheme="dark")
    phone.page.goto(f"{BASE}/no/such/page/at/all/here")
    assert phone.faults
    assert phone.page.evaluate(LEFT) != fresh
    place.street.empty()

    again = place.street.lend()
    assert again is phone
    assert again.context.cookies() == []
    assert again.faults == again.requests == []
    again.page.goto(f"{BASE}/robots.txt")
    assert again.page.evaluate(LEFT) == fresh
    again.page.goto(f"{BASE}/album")
    assert again.page.locator("form[action='/album/open'], a[href^='/album/open']").count() >= 1
    place.street.empty()
