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
    """

    browser: Browser
    printed: Path
    rules: str
    phones: list[Phone] = field(default_factory=list)

    def phone(
        self,
        *,
        language: str = "vi-VN",
        javascript: bool = True,
        width: int = 360,
        height: int = 740,
        scheme: Literal["light", "dark"] = "light",
    ) -> Phone:
        """Open a phone with no past."""
        context = self.browser.new_context(
            ignore_https_errors=True,
            viewport={"width": width, "height": height},
            is_mobile=width < 1000,
            has_touch=width < 1000,
            java_script_enabled=javascript,
            locale=language,
            color_scheme=scheme,
        )
        phone = Phone(context, context.new_page())
        phone.watch()
        self.phones.append(phone)
        return phone

    def empty(self) -> None:
        """Send everyone home."""
        for phone in self.phones:
            phone.context.close()
        self.phones.clear()


@contextmanager
def street(playwright: Playwright, folder: Path, scratch: Path) -> Iterator[Street]:
    """Serve a workspace over TLS and start a browser in which only h.example exists."""
    with (
        serve(folder, scratch / "printed.txt") as served,
        tls_before(served.host, served.port, scratch) as port,
    ):
        # A service worker is fetched outside every page's context, which alone would trust the certificate.
        rules = f"--host-resolver-rules=MAP {HOST} 127.0.0.1:{port}, MAP * ~NOTFOUND"
        browser = launch(playwright, "--ignore-certificate-errors", rules)
        yield Street(browser, served.printed, rules)
        browser.close()
