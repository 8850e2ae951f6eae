"""Who opens the pages: phones, the boxes they scan, and what they are shown."""

import re
import resource
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2
from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from app.staff import People
from app.staff.invitations import invite

HOST = "h.example"
BASE = f"https://{HOST}"
ALBUM = "__Host-album"
STAFF = "__Host-staff"
PASSWORD = "bốn chữ không ai đoán"


@dataclass(frozen=True)
class Box:
    """One sealed box as whoever opens it holds it in hand."""

    code: str
    kit: str
    edition: int

    @property
    def address(self) -> str:
        return f"/b/{self.code}"

    @property
    def claim(self) -> str:
        return f"/b/{self.code}/claim"

    @property
    def value(self) -> str:
        """What a form says for the box."""
        return f"TY-1/{self.edition}"


class Phone:
    """A phone with cookies of its own.

    Args:
        app: the site it visits.
        language: what its browser asks for.
        address: its network address.
        base: the address under which it knows the site.
    """

    def __init__(
        self, app: Flask, language: str = "vi", address: str = "192.0.2.10", base: str = BASE
    ) -> None:
        self.browser = app.test_client()
        self.language = language
        self.address = address
        self.base = base

    def open(
        self,
        path: str,
        *,
        method: str = "GET",
        form: dict[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> TestResponse:
        """Send a request, and do not follow where the answer leads."""
        sent = Headers({"Accept-Language": self.language})
        sent.update(headers or {})
        return self.browser.open(
            path,
            method=method,
            base_url=self.base,
            data=form if body is None else body,
            content_type="application/x-www-form-urlencoded" if body is not None else None,
            headers=sent,
            environ_base={"REMOTE_ADDR": self.address},
        )

    def press_add(self, box: Box, headers: Mapping[str, str] | None = None) -> TestResponse:
        """Press the add button of a box's page, and do not follow where it leads."""
        return self.open(box.claim, method="POST", headers=headers)

    def type_code(self, typed: str) -> TestResponse:
        """Send the code form, and do not follow where it leads."""
        return self.open("/b/", method="POST", form={"code": typed})

    def type_swap(self, typed: str) -> TestResponse:
        """Send the form for a swap's code, and do not follow where it leads."""
        return self.open("/swap/code", method="POST", form={"code": typed})

    def offer(self, box: Box | None, *, gift: bool = False) -> TestResponse:
        """Press one of the two buttons below one's boxes, and do not follow where it leads."""
        form = {"box": box.value} if box else {}
        return self.open("/swap", method="POST", form=form | {"kind": "gift" if gift else "swap"})

    def answer(self, swap: str, box: Box | None = None, **more: str) -> TestResponse:
        """Take a gift, or give a box for what is offered at the address `swap`."""
        form = {"box": box.value} if box else {}
        return self.open(f"{swap}/answer", method="POST", form=form | more)

    def cookie(self, name: str) -> str | None:
        """Return the value of one of the site's cookies."""
        found = self.browser.get_cookie(name, domain=HOST)
        return found.value if found else None

    def keep_cookie(self, name: str, text: str) -> None:
        """Put a cookie into the phone by hand."""
        self.browser.set_cookie(name, text, domain=HOST)


class Desk(Phone):
    """The browser of somebody who works here, or would like to."""

    name = ""

    @property
    def token(self) -> str:
        """Return the token that the studio's forms carry in this browser."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.open("/studio/sign-in").text)
        assert found
        return found[1]

    def press(
        self, path: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> TestResponse:
        """Press a button of a page of the studio, as its form does, and do not follow where it leads."""
        sent = {"csrf_token": self.token, **(form or {})}
        return self.open(
            path, method="POST", form=sent, headers={"Sec-Fetch-Site": "same-origin", **(headers or {})}
        )

    def choose_password(self, link: str, password: str = PASSWORD) -> TestResponse:
        """Use an invitation."""
        form = {"new_password": password, "again_password": password}
        return self.press(f"/studio/invitation/{link}", form)

    def sign_in(self, name: str, password: str = PASSWORD, **more: str) -> TestResponse:
        """Send the sign-in form."""
        return self.press("/studio/sign-in", {"name": name, "password": password, **more})


def people_of(app: Flask) -> People:
    """Return those who work at a site."""
    return People(app.extensions["hopke"].workspace, app.extensions["hopke"].ledger)


def invitation(app: Flask, name: str, *roles: str) -> str:
    """Invite somebody and return the last part of their link."""
    return invite(people_of(app), name, roles, key=secrets.token_bytes(32), now=datetime.now(UTC))


def signed_in(app: Flask, name: str, *roles: str, language: str = "en", address: str = "192.0.2.30") -> Desk:
    """Return the browser of somebody who was invited, chose a password, and is signed in."""
    desk = Desk(app, language, address)
    answer = desk.choose_password(invitation(app, name, *roles))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/studio/")
    desk.name = name
    return desk


@contextmanager
def ledger_of(folder: Path) -> Iterator[Any]:
    """Open the ledger beside the running site, as an operator or a thief would.

    With the site's own SQLite: two libraries in one process break each other's locks.
    """
    connection = pysqlite3.dbapi2.connect(str(folder / "var" / "ledger.sqlite3"))
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()


def rows(folder: Path, table: str) -> int:
    """Return how many rows a table has."""
    with ledger_of(folder) as ledger:
        return int(ledger.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


def everything_in(folder: Path) -> dict[str, list[Any]]:
    """Return every row of every table."""
    with ledger_of(folder) as ledger:
        names = [name for (name,) in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: ledger.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}  # noqa: S608


def break_ledger(folder: Path) -> None:
    """Take away the tables: whatever asks the ledger for a box now fails."""
    with ledger_of(folder) as ledger:
        ledger.execute("PRAGMA foreign_keys=OFF")
        for table in ("claim", "album", "sealed_box"):
            ledger.execute(f"DROP TABLE {table}")


def spoil_run(folder: Path) -> None:
    """Write nonsense into the run: whatever opens one of its boxes now breaks as no one has foreseen."""
    with ledger_of(folder) as ledger:
        ledger.execute("UPDATE run SET kits = 'nonsense'")


def void_box(folder: Path, box: Box) -> None:
    """Withdraw a box as its maker does at the print station."""
    with ledger_of(folder) as ledger:
        ledger.execute(
            "INSERT INTO print_mark (run, kind, thing, editions, at) VALUES "
            "('TY-1', 'voided', 'insert', ?, '2026-11-22 09:00:00')",
            (str(box.edition),),
        )


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file of this process grow: SQLite can read, and every write really fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
