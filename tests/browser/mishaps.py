"""What visitors do, and what befalls the site, until a phone shows the page of a failure."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.browser.phones import BASE, Phone
from tests.browser.places import Place
from tests.browser.visits import Reach
from tests.web.cast import ledger_of
from tests.web.every_page import unknown_code

FROM_NOWHERE = """([action, fields]) => {
    const form = document.body.appendChild(document.createElement("form"));
    form.method = "post";
    form.action = action;
    for (const [name, value] of Object.entries(fields)) {
        form.append(Object.assign(document.createElement("textarea"), {name, value}));
    }
    form.submit();
}"""
REPORT_OFTEN = """async ([action, fields, times]) => {
    for (let sent = 0; sent < times; sent++) {
        await fetch(action, {method: "POST", body: new URLSearchParams(fields), redirect: "manual"});
    }
}"""
REPORTED = {"kind": "part", "kit": "flag-tower", "place": "FT-A1", "fault": "missing"}
GUESSES, REPORTS = 30, 10
"""So many wrong codes and so many reports are taken from one address within a minute."""


def pressed_on(path: str, fields: dict[str, str] | None = None, status: int = 405) -> Reach:
    """Press a button that does nothing where it leads, or that sends what is refused."""

    def go(phone: Phone, _: Place) -> None:
        phone.page.goto(f"{BASE}/vi/")
        with phone.page.expect_navigation() as answered:
            phone.page.evaluate(FROM_NOWHERE, [path, fields or {}])
        assert answered.value.status == status

    return go


def pressed_elsewhere(phone: Phone, place: Place) -> None:
    """Press an add button that stands on somebody else's page."""
    action = f"{BASE}/b/{place.look('flag-tower')}/claim"
    phone.page.goto(f"data:text/html,<form method=post action='{action}'><button>win</button></form>")
    with phone.page.expect_navigation() as answered:
        phone.page.locator("button").click()
    assert answered.value.status == 403


def guessed(phone: Phone, place: Place) -> None:
    """Type wrong codes from one address until no more are taken; other visitors have another."""
    here = {"X-Forwarded-For": "203.0.113.66"}
    other = place.street.phone(javascript=False)
    for each in (other, phone):
        each.page.set_extra_http_headers(here)
    for number in range(GUESSES):
        other.page.goto(f"{BASE}/b/{unknown_code(number)}")
    see(phone, f"/b/{unknown_code(GUESSES)}", 429)


def reported_often(phone: Phone, _: Place) -> None:
    """Send reports from one address until no more are taken."""
    phone.page.set_extra_http_headers({"X-Forwarded-For": "203.0.113.67"})
    phone.page.goto(f"{BASE}/vi/help/report")
    phone.page.evaluate(REPORT_OFTEN, ["/vi/help/report", REPORTED, REPORTS])
    with phone.page.expect_navigation() as answered:
        phone.page.evaluate(FROM_NOWHERE, ["/vi/help/report", REPORTED])
    assert answered.value.status == 429


def see(phone: Phone, path: str, status: int) -> None:
    """Open an address that is answered with a failure."""
    answer = phone.page.goto(BASE + path)
    assert answer
    assert answer.status == status


@contextmanager
def without_claims(place: Place) -> Iterator[None]:
    """Take a table away from the ledger for a while: what reads or writes claims finds none."""

    def rename(old: str, new: str) -> None:
        with ledger_of(place.folder) as ledger:
            ledger.execute("PRAGMA legacy_alter_table=ON")  # what refers to the table stays as it is
            ledger.execute(f"ALTER TABLE {old} RENAME TO {new}")

    rename("claim", "claim_away")
    try:
        yield
    finally:
        rename("claim_away", "claim")


def not_written(phone: Phone, place: Place) -> None:
    """Press the add button while the ledger cannot be written."""
    phone.page.goto(f"{BASE}/b/{place.look('flag-tower')}")
    with without_claims(place), phone.page.expect_navigation() as answered:
        phone.page.locator("form[action$='/claim'] button").click()
    assert answered.value.status == 503


def not_read(phone: Phone, place: Place) -> None:
    """Scan a card while the ledger cannot be read."""
    with without_claims(place):
        see(phone, f"/b/{place.look('flag-tower')}?lang=en", 503)


def broken(phone: Phone, place: Place) -> None:
    """Scan a card while the run's row holds nonsense, which nobody has foreseen."""
    with ledger_of(place.folder) as ledger:
        (kits,) = ledger.execute("SELECT kits FROM run").fetchone()
        ledger.execute("UPDATE run SET kits = 'nonsense'")
    try:
        see(phone, f"/b/{place.look('flag-tower')}", 500)
    finally:
        with ledger_of(place.folder) as ledger:
            ledger.execute("UPDATE run SET kits = ?", (kits,))
