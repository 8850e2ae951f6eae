"""Chromium as the tests start it: found on this machine, with its fonts, looking for nothing by itself."""

import os
import shutil

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def chromium() -> str:
    """Return where Chromium is; without it the browser tests fail, for `make test` installs it."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    assert found, f"none of {', '.join(NAMES)} is installed: run `make test`, or install Debian's {NAMES[0]}"
    return found


def launch(playwright: Playwright, *more: str) -> Browser:
    """Start Chromium with the machine's fonts.

    app.press takes every font of the machine away from its process and its children; a Chromium without any
    crashes while text is typed.
    """
    environment: dict[str, str | float | bool] = {
        name: text for name, text in os.environ.items() if name != "FONTCONFIG_FILE"
    }
    return playwright.chromium.launch(executable_path=chromium(), args=[*ARGUMENTS, *more], env=environment)
