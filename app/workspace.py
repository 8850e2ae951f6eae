"""Finds hopke.toml and gives every setting as one frozen value."""

import ipaddress
import os
import re
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import UserError
from app.reading import read_toml

_STRICT = {"extra": "forbid"}
SETTINGS_FILE = "hopke.toml"

_ADDRESS = re.compile(r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+)(:(?P<port>[0-9]{1,5}))?/?")
_PUBLIC_NAME = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?")


class WorkspaceMissingError(UserError):
    """There is no hopke.toml here or above."""


class BaseUrlError(UserError):
    """A base URL that must not be printed."""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """The sheet that cards are printed on; bleed in millimetres, 0 for cards cut edge to edge.

    `gutter_mm` between cards is twice the bleed without it; `insert` is the design of the card in the box.
    """

    __pydantic_config__ = _STRICT
    sheet: str = "A4"
    bleed_mm: int = 3
    gutter_mm: float | None = None
    insert: str = "insert"

    def __post_init__(self) -> None:
        if not 0 <= (self.gutter_mm or 0) <= 50:
            raise ValueError("gutter_mm must lie between 0 and 50 millimetres")
        if not 0 <= self.bleed_mm <= 5:
            raise ValueError("bleed_mm must lie between 0 and 5 millimetres")


@dataclass(frozen=True, kw_only=True)
class Site:
    """The server: how many proxies of the maker's own add X-Forwarded-For."""

    __pydantic_config__ = _STRICT
    proxies: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.proxies <= 5:
            raise ValueError("proxies must lie between 0 and 5")


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Where buyers reach the maker: an e-mail address, a shop's https page, a place in words; "" for none."""

    __pydantic_config__ = _STRICT
    email: str = ""
    shop: str = ""
    place: str = ""

    def __post_init__(self) -> None:
        if self.email and not re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+", self.email):
            raise ValueError("email must be an address such as shop@example.org")
        if self.shop and not re.fullmatch(r"https://[^\s<>\"]+", self.shop):
            raise ValueError("shop must be an https address")


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """A maker's folder and its settings. `root` is given by where hopke.toml was found."""

    __pydantic_config__ = _STRICT
    root: Path
    maker: str
    maker_name: str
    base_url: str
    languages: tuple[str, ...]
    paper: Paper = Paper()
    site: Site = Site()
    contact: Contact = Contact()

    def __post_init__(self) -> None:
        if not self.maker.strip():
            raise ValueError("maker must not be empty")
        if not self.languages or any(not re.fullmatch(r"[a-z]{2}", language) for language in self.languages):
            raise ValueError('languages must be a list of two-letter tags such as ["vi", "en"]')

    def told(self, language: str) -> str:
        """Return the language that kits and stories speak on a page whose own words are in `language`.

        Visitors from abroad read English rather than the first language, where there is English.
        """
        if language in self.languages:
            return language
        return "en" if "en" in self.languages else self.languages[0]

    @property
    def kits(self) -> Path:
        """Return the folder of what is sold."""
        return self.root / "kits"

    @property
    def stories(self) -> Path:
        """Return the folder of what is told."""
        return self.root / "stories"

    @property
    def designs(self) -> Path:
        """Return the folder of print designs."""
        return self.root / "print"

    @property
    def state(self) -> Path:
        """Return the folder of everything that is not in Git: ledger, vault, PDFs, caches."""
        return self.root / "var"

    @property
    def printer(self) -> Path:
        """Return the file with this station's printer's offset."""
        return self.state / "printer.toml"

    @property
    def ledger(self) -> Path:
        """Return the ledger's file."""
        return self.state / "ledger.sqlite3"


def find_workspace(given: str | None = None) -> Workspace:
    """Return the workspace at `given`, or at the nearest hopke.toml here or above.

    Raises:
        WorkspaceMissingError: no hopke.toml was found.
        UserError: hopke.toml is broken.
    """
    start = Path(given or os.getcwd()).resolve()
    folders = [start] if given else [start, *start.parents]
    for folder in folders:
        if (folder / SETTINGS_FILE).is_file():
            return read_toml(folder / SETTINGS_FILE, Workspace, root=folder)
    raise WorkspaceMissingError(
        f"there is no {SETTINGS_FILE} {'in' if given else 'in or above'} {start}",
        mend="Go to the workspace's folder or name it with --workspace",
    )


def printable_host(base_url: str) -> str:
    """Return the host of a base URL that may be printed on cards that are sold.

    Raises:
        BaseUrlError: not https, not a public host name, or something behind the host.
    """
    address = _ADDRESS.fullmatch(base_url)
    if address is not None and address["scheme"] != "https":
        raise BaseUrlError(
            f"{base_url} is not an https address", where="base_url", mend="Use https://your-host"
        )
    if address is None or address["port"]:
        raise BaseUrlError(
            f"{base_url!r} is not https:// and a host alone",
            where="base_url",
            mend="Use https://your-host and nothing behind it",
        )
    host = address["host"].lower()
    if is_private_host(host) or not _PUBLIC_NAME.fullmatch(host):
        raise BaseUrlError(
            f"{base_url} opens on no phone but your own",
            where="base_url",
            mend="Use the public host of your site, or try at home with --practice",
        )
    return host


def practice_address(url: str) -> str:
    """Return an address that practice cards may open at: http or https, a host, perhaps a port.

    Raises:
        BaseUrlError: it is anything else.
    """
    address = _ADDRESS.fullmatch(url)
    if address is None or int(address["port"] or 1) not in range(1, 65_536):
        raise BaseUrlError(
            f"{url!r} is not an address a phone can open",
            where="--practice",
            mend="Give it as http://192.168.1.20:8000",
        )
    return url.rstrip("/")


def is_private_host(host: str) -> bool:
    """Tell whether `host` is this machine or a bare network address rather than a public name."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host in {"", "localhost"} or host.endswith((".localhost", ".local"))
    return True
