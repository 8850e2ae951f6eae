"""A public server that had three runs, real requests and buyers; and all that can be taken from it."""

import hashlib
import logging
import re
import shutil
import zlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from flask import Flask

from app.albums import open_site
from app.albums.claiming import claim
from app.core.album_key import ALBUM_KEY_BYTES
from app.core.allocation import allocate
from app.core.commitment import Label, Secrets, beacon_digest, shuffle_key
from app.core.manifest import manifest_digest
from app.runs import open_station
from app.runs.life import commit_run, seal_run, secret_labels, show_run
from app.runs.planning import plan_run
from app.web import create_app
from app.workspace import find_workspace
from tests.conftest import CEREMONY, DICE, NOW
from tests.flows.thief import Kits, Numbers
from tests.web.cast import Phone
from tests.web.every_page import MISTYPED, unknown_code
from tests.web.html import read_html
from tests.workspaces import copy_tiny

BOXES, CASE = 480, 12
COUNTS = {"lantern": 180, "bridge": 240, "fish": 60}
RUNS = ("TY-1", "TY-2", "TY-3")
OPENED = 320
SCANNED = 24
"""So many boxes of the first run go through the real site, one by one."""

PUBLIC = (
    "/", "/vi/", "/en/", "/runs/", "/runs/log.json", "/verify", "/robots.txt", "/sitemap.xml", "/help/HB1.md",
    *(f"/r/{run}" for run in RUNS),
    *(f"/runs/{run}{file}" for run in RUNS for file in (".json", "/manifest.json", "/reveal.json")),
)  # fmt: skip


@dataclass(frozen=True)
class Secret:
    """What only the maker's vault knows of a run: its secrets, and labels and kits by slot."""

    secrets: tuple[bytes, ...]
    labels: tuple[Label, ...]
    kits: Kits


@dataclass(frozen=True)
class Server:
    """All that the public server ever had.

    Attributes:
        ledger: the ledger's file, put to rest.
        running: the bytes of all the ledger's files while the server ran.
        logged: everything that was logged at the finest grain.
        public: pages that anyone may open, address -> headers and text.
        private: pages of box holders, with the code that each asked with.
        editions: measures of each box's page of the first run, by edition.
        vault: what it never had, by run.
    """

    ledger: Path
    running: bytes
    logged: str
    public: dict[str, bytes]
    private: list[tuple[str, bytes]]
    editions: Numbers
    vault: dict[str, Secret]


class Kept(logging.Handler):
    """Keeps every line, as a log file would."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record) + repr(vars(record)))


def run_server(folder: Path) -> Server:
    """Draw the runs in a workspace made at `folder`, take the vault away, serve it, and return all of it."""
    copy_tiny(folder)
    vault = fill(folder)
    shutil.rmtree(folder / "var" / "vault")
    opened = open_most(folder, vault)
    kept, root = Kept(), logging.getLogger()
    loggers = [root, *map(logging.getLogger, ("hopke", "sqlalchemy.engine", "waitress"))]
    levels = [each.level for each in loggers]
    root.addHandler(kept)
    for each in loggers:
        each.setLevel(logging.DEBUG)
    try:
        app = create_app(find_workspace(str(folder)))
        private = visit(app, opened)
        public = crawl(app)
        editions = np.array([measures(app, edition) for edition in range(1, BOXES + 1)], dtype=float)
        running = b"".join(file.read_bytes() for file in sorted((folder / "var").glob("ledger.sqlite3*")))
        app.extensions["hopke"].ledger.close()
    finally:
        root.removeHandler(kept)
        for each, level in zip(loggers, levels, strict=True):
            each.setLevel(level)
    ledger = folder / "var" / "ledger.sqlite3"
    return Server(ledger, running, "\n".join(kept.lines), public, private, editions, vault)


def fill(folder: Path) -> dict[str, Secret]:
    """Draw the runs, and return what their vault knows."""
    station = open_station(find_workspace(str(folder)))
    vault = {}
    for run_id in RUNS:
        plan_run(station, "tiny", boxes=BOXES, now=NOW, beacon=CEREMONY, run_id=run_id, case_size=CASE)
        secret = hashlib.sha256(run_id.encode()).digest()
        commit_run(station, run_id, entropy=secret, now=NOW)
        run = seal_run(station, run_id, beacon_value=DICE, now=NOW)
        secrets = Secrets.from_run_secret(secret)
        key = shuffle_key(beacon_digest("ceremony", DICE), secrets.seed, manifest_digest(run.manifest or ""))
        kits = np.array(allocate(key, tuple(COUNTS.values()), CASE))
        labels = tuple(secret_labels(station, show_run(station, run_id)))
        kept = (secret, secrets.seed, secrets.label_key, secrets.code_key, key)
        vault[run_id] = Secret(kept, labels, kits)
    station.ledger.close()
    return vault


def open_most(folder: Path, vault: dict[str, Secret]) -> list[str]:
    """Let buyers claim two thirds of the runs' boxes, and return the codes that are left for `visit`."""
    site, left = open_site(find_workspace(str(folder))), []
    for number, secret in enumerate(vault.values()):
        chosen = np.random.default_rng([11, number]).permutation(BOXES)[:OPENED]
        codes = [secret.labels[slot].code for slot in chosen]
        if not number:
            left, codes = codes[:SCANNED], codes[SCANNED:]
        for place, code in enumerate(codes):
            key = f"{number}-{place // 5}".encode().ljust(ALBUM_KEY_BYTES)
            claim(site, code, key, entropy=key, today=NOW.date())
    site.ledger.close()
    return left


def visit(app: Flask, codes: list[str]) -> list[tuple[str, bytes]]:
    """Scan, check and claim boxes as buyers do; return what the site answered, with the codes."""
    seen, bo = [], Phone(app, "en", "192.0.2.10")
    for code in codes:
        for address in (f"/b/{code}", f"/B/{code}?lang=vi", f"/b/{code}/check", f"/b/{code}/proof.bin"):
            answer = bo.open(address)
            assert answer.status_code == 200
            seen.append((code, f"{answer.headers}".encode() + answer.get_data()))
        assert bo.open(f"/b/{code}/claim", method="POST").status_code == 303
        seen.append((code, bo.open("/album").get_data()))
    for typed in (unknown_code(7), MISTYPED):
        assert bo.type_code(typed).status_code in {400, 404}
    assert bo.open(f"/b/{unknown_code(8)}/more").status_code == 404
    return seen


def crawl(app: Flask) -> dict[str, bytes]:
    """Open every public page that links lead to, and what programs read."""
    phone, found, waiting = Phone(app, "en", "192.0.2.30"), dict[str, bytes](), list(PUBLIC)
    while waiting:
        address = waiting.pop()
        if address in found or address.startswith(("/static/", "/b/", "/B/")):
            continue
        answer = phone.open(address)
        found[address] = f"{answer.status_code} {answer.headers}".encode() + answer.get_data()
        if answer.mimetype == "text/html":
            links = [urlsplit(link) for link in read_html(answer.text).links]
            waiting += [
                link._replace(fragment="").geturl() for link in links if not link.netloc and link.path
            ]
    return found


def measures(app: Flask, edition: int) -> list[int]:
    """Return what may differ between the public pages of two boxes: length, digits, and all other signs."""
    text = Phone(app, "en", "192.0.2.40").open(f"/r/TY-1/{edition}").text
    others, digits = re.subn(r"[0-9]", "", text)
    return [len(text), digits, zlib.crc32(others.encode())]
