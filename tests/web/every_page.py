"""Every page a visitor can meet, each in the state it is named for."""

from pathlib import Path

from flask import Flask
from werkzeug.test import TestResponse

from app.core.code import check_character
from tests.web.cast import Box, Phone, full_disk, spoil_run, void_box

LANGUAGES = ("vi", "en")
"""Those in which the stories are told."""

FOREIGN = ("fr", "ja", "ko", "zh")
"""Those that only the pages' own words are in; stories are told in English there."""

SPOKEN = (*LANGUAGES, *FOREIGN)
CANONICAL = (
    "home", "series", "list", "story", "story in steps", "chase story", "layer", "bonus", "bonus wrong",
    "bonus open", "bonus whole", "run", "run box", "run box voided",
)  # fmt: skip
PRIVATE = (
    "code entry", "code mistyped", "code by keyboard", "code unknown", "box of nobody", "box of mine",
    "box of another", "claim of another", "box voided", "box of mine voided", "claim voided", "album empty",
    "album in part", "album with chase only", "album after adding", "album full", "error 403",
    "error 404 behind a code", "error 405", "error 413", "error 429", "error 500", "error 503",
)  # fmt: skip
ERRORS = {
    "code mistyped": 400, "code by keyboard": 400, "code unknown": 404, "claim of another": 409,
    "claim voided": 409, "error 403": 403, "error 404": 404, "error 404 behind a code": 404,
    "error 405": 405, "error 413": 413, "error 429": 429, "error 500": 500, "error 503": 503,
}  # fmt: skip
PAGES = (*CANONICAL, *PRIVATE, "error 404")
BY_KEYBOARD = "ấấấấấấ"
MISTYPED = "0123456789ABCDEFGA"


def unknown_code(number: int) -> str:
    """Return a code that passes its check and opens no box."""
    body = f"{number:017d}"
    return body + check_character(body)


def visit_every_page(
    language: str, folder: Path, app: Flask, boxes: tuple[Box, ...]
) -> dict[str, TestResponse]:
    """Open every page in `language`; the site is broken afterwards."""
    lanterns, fish = ([box for box in boxes if box.kit == kit] for kit in ("lantern", "fish"))
    (bridge, *_), (first, second, *_) = [box for box in boxes if box.kit == "bridge"], lanterns
    bo, mai, cam = Phone(app, language, "192.0.2.1"), Phone(app, language, "192.0.2.2"), Phone(app, language)
    seen = {
        "home": bo.open(f"/{language}/"),
        "series": bo.open(f"/{language}/tiny"),
        "list": bo.open(f"/{language}/stories"),
        "story": bo.open(f"/{language}/tiny/lantern"),
        "story in steps": bo.open(f"/{language}/tiny/bridge"),
        "layer": bo.open(f"/{language}/tiny/bridge/easy"),
        "bonus": bo.open(f"/{language}/tiny/bonus"),
        "bonus wrong": bo.open(f"/{language}/tiny/bonus?digits=73"),
        "bonus open": bo.open(f"/{language}/tiny/bonus?digits=72"),
        "bonus whole": bo.open(f"/{language}/tiny/bonus?digits=7-2-9"),
        "chase story": bo.open(f"/{language}/tiny/fish"),
        "run": bo.open("/R/TY-1"),
        "run box": bo.open(f"/R/TY-1/{first.edition:03d}"),
        "code entry": bo.open("/b/"),
        "code mistyped": bo.type_code(MISTYPED),
        "code by keyboard": bo.type_code(BY_KEYBOARD),
        "code unknown": bo.type_code(unknown_code(0)),
        "box of nobody": bo.open(first.address),
        "album empty": bo.open("/album"),
        "error 403": bo.press_add(first, headers={"Sec-Fetch-Site": "cross-site"}),
        "error 404": bo.open("/no-such-page/at/all/here"),
        "error 404 behind a code": bo.open(first.address + "/more"),
        "error 405": bo.open(first.address, method="PUT"),
        "error 413": bo.open("/b/", method="POST", body=b"code=" + b"0" * 70_000),
    }
    cam.press_add(fish[0])
    seen["album with chase only"] = cam.open("/album")
    added = bo.press_add(first)
    seen["album after adding"] = bo.open(added.headers["Location"])
    seen["album in part"] = bo.open("/album")
    seen["box of mine"] = bo.open(first.address)
    seen["box of another"] = mai.open(first.address)
    seen["claim of another"] = mai.press_add(first)
    for box in (second, bridge, fish[1]):
        bo.press_add(box)
    seen["album full"] = bo.open("/album")
    void_box(folder, first)
    seen["run box voided"] = mai.open(f"/r/TY-1/{first.edition}")
    seen["box voided"] = mai.open(first.address)
    seen["claim voided"] = mai.press_add(first)
    seen["box of mine voided"] = bo.open(first.address)
    with full_disk():
        seen["error 503"] = mai.press_add(lanterns[2])
    for number in range(31):
        seen["error 429"] = cam.type_code(unknown_code(number))
    spoil_run(folder)
    seen["error 500"] = bo.open(bridge.address)
    assert set(seen) == set(PAGES)
    return seen
