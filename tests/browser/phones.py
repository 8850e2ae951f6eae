"""Phones with a real browser that note everything that goes wrong while they are used."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request, Response

from tests.browser.chromium import launch
from tests.browser.tls import tls_before
from tests.web.cast import HOST
from tests.web.serving import serve

BASE = f"https://{HOST}"


@dataclass
class Phone:
    """One phone: cookies of its own, one page, and what went wrong.

    Attributes:
        context: its cookies.
        page: what it shows.
        faults: console errors and warnings, failed requests, and requests to any other host.
        requests: every address that was asked for.
    """

    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("requestfailed", self._miss)
        self.page.on("request", self._ask)
        self.page.on("response", self._answer)

    def wipe(self) -> None:
        """Forget cookies, whatever pages have kept, what was shown and what went wrong."""
        self.page.goto("about:blank")
        self.page.set_viewport_size({"width": 360, "height": 740})
        self.page.emulate_media(color_scheme="light")
        devtools = self.context.new_cdp_session(self.page)
        devtools.send("Storage.clearDataForOrigin", {"origin": BASE, "storageTypes": "all"})
        devtools.detach()
        self.context.clear_cookies()
        self.faults.clear()
        self.requests.clear()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"console: {message.text}")

    def _ask(self, request: Request) -> None:
        self.requests.append(request.url)
        if not request.url.startswith("data:") and urlsplit(request.url).hostname != HOST:
            self.faults.append(f"foreign: {request.url}")

    def _miss(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the page was left while its icon was under way
            self.faults.append(f"failed: {request.url} {request.failure}")

    def _answer(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"{response.status}: {response.url}")


@dataclass
class Street:
    """A site over TLS and the phones that visit it.

    Attributes:
        browser: in which only this site exists.
        printed: what the server says.
        rules: how Chromium is told so.
        phones: who is there.
        lent: which of them are lent.
        idle: phones that were lent and can be lent again.
    """

    browser: Browser
    printed: Path
    rules: str
    phones: list[Phone] = field(default_factory=list)
    lent: list[Phone] = field(default_factory=list)
    idle: list[Phone] = field(default_factory=list)

    def phone(
        self,
        *,
        language: str = "vi-VN",
        javascript: bool = True,
        width: int = 360,
        height: int = 740,
        scheme: Literal["light", "dark"] = "light",
        workers: bool = True,
    ) -> Phone:
        """Open a phone with no past; without `workers` it keeps nothing for when there is no signal."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            is_mobile=width < 1000,
            has_touch=width < 1000,
            java_script_enabled=javascript,
            locale=language,
            color_scheme=scheme,
            service_workers="allow" if workers else "block",
        )
        phone = Phone(context, context.new_page())
        phone.watch()
        self.phones.append(phone)
        return phone

    def lend(self) -> Phone:
        """Return a phone without workers whose past is wiped.

        Chromium opens a window of its own for every new phone, which takes longer than showing it a page.
        """
        phone = self.idle.pop() if self.idle else self.phone(workers=False)
        if phone not in self.phones:
            phone.wipe()
            self.phones.append(phone)
        self.lent.append(phone)
        return phone

    def empty(self) -> None:
        """Send everyone home; lent phones stay to be lent again."""
        for phone in self.phones:
            if phone not in self.lent:
                phone.context.close()
        self.idle += self.lent
        self.lent.clear()
        self.phones.clear()


@contextmanager
def street(playwright: Playwright, folder: Path, scratch: Path) -> Iterator[Street]:
    """Serve a workspace over TLS and start a browser in which only h.example exists."""
    with (
        serve(folder, scratch / "printed.txt") as served,
        tls_before(served.host, served.port, scratch) as (port, fingerprint),
    ):
        rules = f"--host-resolver-rules=MAP {HOST} 127.0.0.1:{port}, MAP * ~NOTFOUND"
        browser = launch(playwright, f"--ignore-certificate-errors-spki-list={fingerprint}", rules)
        yield Street(browser, served.printed, rules)
        browser.close()
