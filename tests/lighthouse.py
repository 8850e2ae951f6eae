"""Measures pages as a phone at slow 4G meets them, with Lighthouse: `make lighthouse`.

A copy of our own catalogue with a sealed run is served over TLS, as behind a proxy that speaks it. Each page
is measured three times; the table shows medians. Bytes, requests, layout shifts, and the three scores that
depend on the page alone must hold: one that does not ends the command with 1. Timing depends on the machine
and only warns.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser.chromium import ARGUMENTS, chromium
from tests.browser.phones import BASE
from tests.browser.places import Place, own_place
from tests.conftest import REPOSITORY

LIGHTHOUSE = REPOSITORY / "tests/tools/lighthouse/node_modules/lighthouse/cli/index.js"
RUNS = 3
MOST_BYTES, MOST_REQUESTS = 40_960, 8
LEAST_PERFORMANCE, LONGEST_LCP_MS = 95, 1_500
BELOW = """() => {
    const waits = image => image.loading === "lazy" && image.getBoundingClientRect().top > innerHeight;
    const files = wanted => [...document.images].filter(wanted).map(image => image.src.split("#")[0]);
    const seen = files(image => !waits(image));
    return files(waits).filter(file => !seen.includes(file));
}"""
UNSEEN = ("/sw.js", "/count")
"""What a page fetches that shows nothing: the keeper of pages, and the count of one opened from a card."""

HARD = ("accessibility", "best-practices", "seo")


@dataclass(frozen=True)
class Shown:
    """A page to measure.

    Attributes:
        name: what the table calls it.
        address: where it is.
        cookie: the album it is opened with.
        exempt: scores it need not have.
    """

    name: str
    address: str
    cookie: str = ""
    exempt: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Figures:
    """What Lighthouse measured on a page, the median of its runs.

    Attributes:
        scores: category -> 0 to 100.
        lcp_ms: when the largest part was painted, simulated at slow 4G.
        cls: how much the layout moved.
        weight: bytes of all answers of the first view as they were sent.
        requests: how many there were.
        ahead: requests for lazy pictures below the screen, which Chromium makes before anyone scrolls, and
            for `UNSEEN`.
        lost: what took points off the scores that must be 100.
    """

    scores: dict[str, float]
    lcp_ms: float
    cls: float
    weight: float
    requests: float
    ahead: float
    lost: frozenset[str]


def main() -> int:
    """Measure story, scanned box, album and home; return 1 if a bound that must hold does not."""
    broken = False
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as scratch,
        sync_playwright() as playwright,
        own_place(playwright, Path(folder), Path(scratch)) as place,
    ):
        print(f"{'page':12}{'perf':>6}{'a11y':>6}{'best':>6}{'SEO':>6}{'LCP ms':>8}{'CLS':>6}", end="")
        print(f"{'bytes':>8}{'requests':>10}{'ahead':>7}")
        for shown in _pages(place):
            found = measure(place, shown, Path(scratch))
            print(row(shown, found), flush=True)
            for fault in sorted(found.lost):
                print(f"  {fault}")
            for fault in faults(shown, found):
                broken = True
                print(f"  must hold: {fault}")
            for wish in wishes(found):
                print(f"  wished: {wish}")
    return int(broken)


def _pages(place: Place) -> Iterator[Shown]:
    yield Shown("story", f"{BASE}/vi/thang-long/flag-tower")
    # What carries a code or an album is noindex on purpose, which costs points for search engines.
    private = frozenset({"seo"})
    yield Shown("box", f"{BASE}/b/{place.look('flag-tower')}?lang=vi", exempt=private)
    phone = place.street.phone()
    place.add(phone, "flag-tower", "north-gate", "flag-tower")
    cookie = "; ".join(f"{crumb.get('name')}={crumb.get('value')}" for crumb in phone.context.cookies())
    place.street.empty()
    yield Shown("album", f"{BASE}/album?lang=vi", cookie, exempt=private)
    yield Shown("home", f"{BASE}/vi/")


def measure(place: Place, shown: Shown, scratch: Path) -> Figures:
    """Return the medians of three runs of Lighthouse on a page."""
    runs = [_run(place, shown, scratch) for _ in range(RUNS)]
    audits = [run["audits"] for run in runs]

    def middle(audit: str) -> float:
        return float(median(found[audit]["numericValue"] for found in audits))

    below = _below_the_screen(place, shown)
    listed = [found["network-requests"]["details"]["items"] for found in audits]
    asked = [[item for item in items if not item["url"].startswith("data:")] for items in listed]
    first = [
        [item for item in items if item["url"] not in below and not item["url"].endswith(UNSEEN)]
        for items in asked
    ]
    return Figures(
        scores={
            name: 100 * median(run["categories"][name]["score"] for run in runs)
            for name in ("performance", *HARD)
        },
        lcp_ms=middle("largest-contentful-paint"),
        cls=middle("cumulative-layout-shift"),
        weight=median(sum(item["transferSize"] for item in items) for items in first),
        requests=median(len(items) for items in first),
        ahead=median(len(items) for items in asked) - median(len(items) for items in first),
        lost=frozenset(_lost(runs[0], shown)),
    )


def _below_the_screen(place: Place, shown: Shown) -> set[str]:
    """Return the addresses of lazy pictures that nobody sees before scrolling, on Lighthouse's own screen."""
    phone = place.street.phone(width=412, height=823)
    if shown.cookie:
        phone.context.set_extra_http_headers({"Cookie": shown.cookie})
    phone.page.goto(shown.address)
    below: list[str] = phone.page.evaluate(BELOW)
    place.street.empty()
    return set(below)


def _run(place: Place, shown: Shown, scratch: Path) -> dict[str, Any]:
    report = scratch / "report.json"
    name, _, rules = place.street.rules.partition("=")
    flags = ["--headless=new", *ARGUMENTS, f'{name}="{rules}"', "--ignore-certificate-errors"]
    flags.append(f"--user-data-dir={tempfile.mkdtemp(dir=scratch)}")
    command = [
        "node", str(LIGHTHOUSE), shown.address, "--quiet", "--output=json", f"--output-path={report}",
        "--form-factor=mobile", "--throttling.cpuSlowdownMultiplier=1", "--no-enable-error-reporting",
        "--only-categories=performance,accessibility,best-practices,seo",
        f"--chrome-flags={' '.join(flags)}",
    ]  # fmt: skip
    if shown.cookie:
        command.append("--extra-headers=" + json.dumps({"Cookie": shown.cookie}))
    environment = {name: text for name, text in os.environ.items() if name != "FONTCONFIG_FILE"}
    subprocess.run(command, check=True, env={**environment, "CHROME_PATH": chromium()}, timeout=300)
    found: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return found


def _lost(run: dict[str, Any], shown: Shown) -> Iterator[str]:
    """Yield every audit that took points off a score that must be 100."""
    for name in HARD:
        for audit in run["categories"][name]["auditRefs"] if name not in shown.exempt else ():
            told = run["audits"][audit["id"]]
            if audit["weight"] and told["score"] is not None and told["score"] < 1:
                yield f"{name}: {told['title']}"


def faults(shown: Shown, found: Figures) -> list[str]:
    """Return the bounds that must hold on every machine and do not."""
    missed = [
        f"{name} is {found.scores[name]:.0f}, not 100"
        for name in HARD
        if name not in shown.exempt and found.scores[name] < 100
    ]
    if round(found.cls, 3):
        missed.append(f"the layout moves by {found.cls:.3f}")
    if found.weight > MOST_BYTES:
        missed.append(f"{found.weight:.0f} bytes are more than {MOST_BYTES}")
    if found.requests > MOST_REQUESTS:
        missed.append(f"{found.requests:.0f} requests are more than {MOST_REQUESTS}")
    return missed


def wishes(found: Figures) -> list[str]:
    """Return the bounds that depend on this machine and do not hold."""
    missed = []
    if found.scores["performance"] < LEAST_PERFORMANCE:
        missed.append(f"performance is {found.scores['performance']:.0f}, not {LEAST_PERFORMANCE} or more")
    if found.lcp_ms > LONGEST_LCP_MS:
        missed.append(f"the largest part is painted after {found.lcp_ms:.0f} ms, not {LONGEST_LCP_MS}")
    return missed


def row(shown: Shown, found: Figures) -> str:
    """Return a page's line of the table."""
    scores = ("-" if name in shown.exempt else f"{found.scores[name]:.0f}" for name in ("performance", *HARD))
    return (
        f"{shown.name:12}{''.join(f'{score:>6}' for score in scores)}{found.lcp_ms:>8.0f}{found.cls:>6.3f}"
        f"{found.weight:>8.0f}{found.requests:>10.0f}{found.ahead:>7.0f}"
    )


if __name__ == "__main__":
    sys.exit(main())
