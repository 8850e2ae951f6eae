"""Every page a visitor can meet, each in the state it is named for."""

from pathlib import Path

from flask import Flask
from werkzeug.test import TestResponse

from app.albums.showing import address_of
from app.core.album_key import words_of
from app.core.code import check_character
from app.core.swap_code import make_swap_code
from tests.web.cast import ALBUM, Box, Phone, full_disk, ledger_of, spoil_run, void_box

LANGUAGES = ("vi", "en")
"""Those in which the stories are told."""

FOREIGN = ("fr", "ja", "ko", "zh")
"""Those that only the pages' own words are in; stories are told in English there."""

SPOKEN = (*LANGUAGES, *FOREIGN)
CANONICAL = (
    "home", "series", "story", "story in steps", "chase story", "layer", "bonus", "bonus wrong", "bonus open",
    "bonus whole", "runs", "run", "run box", "run box voided", "help", "help privacy", "help access",
    "help odds", "help format", "help contact", "report", "report kit", "report part", "report code",
    "report text",
    "report box wrong", "report thanks", "riddle right", "riddle wrong", "riddle none", "build",
    "build step", "build done", "offline", "list",
)  # fmt: skip
UNLISTED = {"run box", "run box voided", "report box wrong", "report thanks", "offline"}
"""Those among them that searchers are asked not to list."""

PRIVATE = (
    "code entry", "code mistyped", "code by keyboard", "code unknown", "box of nobody", "box of mine",
    "box of another", "claim of another", "box voided", "box of mine voided", "claim voided", "album empty",
    "album in part", "album with chase only", "album after adding", "album full", "album with duplicates",
    "album lost", "album key", "album open", "album open mistyped", "album open unknown", "album merge",
    "album rotate", "album forget", "album forgotten", "album show", "album show on", "album shown",
    "album shown to a friend", "album shown empty", "box of forgotten", "error 403",
    "error 404 behind a code", "error 405", "error 413", "error 429", "error 500", "error 503",
    "box with riddle", "box check",
    "swap empty", "swap start", "swap mistyped", "swap by keyboard", "swap unknown", "swap of nothing",
    "swap to show", "swap of one's own", "swap to answer", "swap answered with nothing", "swap without album",
    "swap to wait for", "swap to confirm", "swap taken", "swap answered too late", "swap done",
    "swap done too", "swap ended", "gift to show", "gift to take", "gift taken", "gift given",
    "box passed on", "box given away", "box of mine by a swap", "box of mine as a gift",
)  # fmt: skip
ERRORS = {
    "album open mistyped": 400, "album open unknown": 404,
    "code mistyped": 400, "code by keyboard": 400, "code unknown": 404, "claim of another": 409,
    "claim voided": 409, "error 403": 403, "error 404": 404, "error 404 behind a code": 404,
    "swap mistyped": 400, "swap by keyboard": 400, "swap unknown": 404, "swap of nothing": 409,
    "swap of one's own": 409, "swap answered with nothing": 409, "swap answered too late": 409,
    "error 405": 405, "error 413": 413, "error 429": 429, "error 500": 500, "error 503": 503,
    "report refused": 400, "report too often": 429,
}  # fmt: skip
PAGES = (*CANONICAL, *PRIVATE, "error 404", "report refused", "report too often")
BY_KEYBOARD = "ấấấấấấ"
MISTYPED = "0123456789ABCDEFGA"
NOBODYS_SWAP = make_swap_code(b"nobod")


def unknown_code(number: int) -> str:
    """Return a code that passes its check and opens no box."""
    body = f"{number:017d}"
    return body + check_character(body)


def visit_every_page(
    language: str, folder: Path, app: Flask, boxes: tuple[Box, ...]
) -> dict[str, TestResponse]:
    """Open every page in `language`; the site is broken afterwards."""
    lanterns, fish = ([box for box in boxes if box.kit == kit] for kit in ("lantern", "fish"))
    bridges, (first, second, *_) = [box for box in boxes if box.kit == "bridge"], lanterns
    bridge = bridges[0]
    bo, mai, cam = Phone(app, language, "192.0.2.1"), Phone(app, language, "192.0.2.2"), Phone(app, language)
    seen = {
        "home": bo.open(f"/{language}/"),
        "series": bo.open(f"/{language}/tiny"),
        "list": bo.open(f"/{language}/stories"),
        "story": bo.open(f"/{language}/tiny/lantern"),
        "story in steps": bo.open(f"/{language}/tiny/bridge"),
        "riddle right": bo.open(f"/{language}/tiny/bridge?riddle=model&door=2"),
        "riddle wrong": bo.open(f"/{language}/tiny/bridge?riddle=set&door=1"),
        "riddle none": bo.open(f"/{language}/tiny/lantern?riddle=story"),
        "build": bo.open(f"/{language}/tiny/bridge/build"),
        "build step": bo.open(f"/{language}/tiny/bridge/build/2"),
        "build done": bo.open(f"/{language}/tiny/lantern/build/2"),
        "layer": bo.open(f"/{language}/tiny/bridge/easy"),
        "bonus": bo.open(f"/{language}/tiny/bonus"),
        "bonus wrong": bo.open(f"/{language}/tiny/bonus?digits=73"),
        "bonus open": bo.open(f"/{language}/tiny/bonus?digits=72"),
        "bonus whole": bo.open(f"/{language}/tiny/bonus?digits=7-2-9"),
        "chase story": bo.open(f"/{language}/tiny/fish"),
        "help": bo.open(f"/{language}/help"),
        "runs": bo.open("/runs/"),
        "run": bo.open("/R/TY-1"),
        "run box": bo.open(f"/R/TY-1/{first.edition:03d}"),
        "offline": bo.open(f"/{language}/offline"),
        "code entry": bo.open("/b/"),
        "code mistyped": bo.type_code(MISTYPED),
        "code by keyboard": bo.type_code(BY_KEYBOARD),
        "code unknown": bo.type_code(unknown_code(0)),
        "box of nobody": bo.open(first.address),
        "box check": bo.open(f"{first.address}/check"),
        "box with riddle": bo.open(f"{first.address}?lang={language}&riddle=story&door=1"),
        "album empty": bo.open("/album"),
        "error 403": bo.press_add(first, headers={"Sec-Fetch-Site": "cross-site"}),
        "error 404": bo.open("/no-such-page/at/all/here"),
        "error 404 behind a code": bo.open(first.address + "/more"),
        "error 405": bo.open(first.address, method="PUT"),
        "error 413": bo.open("/b/", method="POST", body=b"code=" + b"0" * 70_000),
    }
    for topic in ("privacy", "access", "odds", "format", "contact"):
        seen[f"help {topic}"] = bo.open(f"/{language}/help/{topic}")
    seen |= visit_reports(language, app)
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
    seen |= visit_album_pages(language, app, cam, (lanterns[3:5], lanterns[5], bridges[1:]))
    seen |= visit_swaps(bo, cam, Phone(app, language), mai, second, fish[0])
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


def visit_reports(language: str, app: Flask) -> dict[str, TestResponse]:
    """Open every page of a report in `language`, to the end of what one address may send in a minute."""
    dao, here = Phone(app, language, "192.0.2.3"), f"/{language}/help/report"
    told = {"kind": "part", "kit": "bridge", "place": "B1", "fault": "missing"}
    seen = {
        "report": dao.open(here),
        "report kit": dao.open(f"{here}?kind=code"),
        "report part": dao.open(f"{here}?kind=part&kit=bridge&run=TY-1&edition=3"),
        "report code": dao.open(f"{here}?kind=code&kit=-"),
        "report text": dao.open(f"{here}?kind=text&kit=bridge"),
        "report box wrong": dao.open(f"{here}?kind=part&kit=bridge&run=TY-1&edition=99"),
        "report refused": dao.open(here, method="POST", form=told | {"place": ""}),
    }
    sent = dao.open(here, method="POST", form=told)
    seen["report thanks"] = dao.open(sent.headers["Location"])
    for _ in range(10):
        seen["report too often"] = dao.open(here, method="POST", form=told)
    return seen


def visit_album_pages(
    language: str, app: Flask, cam: Phone, free: tuple[list[Box], Box, list[Box]]
) -> dict[str, TestResponse]:
    """Open the pages of keys and of albums that are shown; Cam keeps her album."""
    lanterns, one, bridges = free
    dan, eve, fay = (Phone(app, language, f"192.0.2.{number}") for number in (4, 5, 6))
    for box in (*bridges[:4], *lanterns):
        dan.press_add(box)
    eve.press_add(one)
    eve.open("/album/show", method="POST", form={"shown": "yes"})
    shown = "/a/" + address_of(bytes.fromhex(eve.cookie(ALBUM) or ""))
    words = " ".join(words_of(bytes.fromhex(cam.cookie(ALBUM) or "")))
    seen = {
        "album with duplicates": dan.open("/album"),
        "album key": dan.open("/album/key"),
        "album open": dan.open("/album/open"),
        "album open mistyped": dan.open("/album/open", method="POST", form={"words": "babe " * 7 + "baba"}),
        "album open unknown": dan.open("/album/open", method="POST", form={"words": "babe " * 8}),
        "album merge": dan.open("/album/open", method="POST", form={"words": words}),
        "album rotate": dan.open("/album/rotate"),
        "album forget": dan.open("/album/forget"),
        "album forgotten": fay.open("/album/forget"),
        "album show": dan.open("/album/show"),
        "album show on": eve.open("/album/show"),
        "album shown": fay.open(shown),
        "album shown to a friend": dan.open(shown),
    }
    old = eve.cookie(ALBUM)
    eve.open("/album/forget", method="POST")
    seen["box of forgotten"] = fay.open(one.address)
    fay.keep_cookie(ALBUM, old or "")
    seen["album lost"] = fay.open("/album")
    eve.press_add(bridges[4])
    eve.open("/album/show", method="POST", form={"shown": "yes"})
    with ledger_of(Path(app.extensions["hopke"].workspace.root)) as ledger:  # as after giving a kit away
        ledger.execute("UPDATE claim SET album = NULL WHERE edition = ?", (bridges[4].edition,))
    seen["album shown empty"] = fay.open("/a/" + address_of(bytes.fromhex(eve.cookie(ALBUM) or "")))
    return seen


def visit_swaps(
    bo: Phone, cam: Phone, guest: Phone, third: Phone, lantern: Box, fish: Box
) -> dict[str, TestResponse]:
    """Open every page of a swap between Bo's lantern and Cam's fish, and of the fish as a gift to a guest."""
    seen = {
        "swap empty": guest.open("/swap"),
        "swap start": bo.open("/swap"),
        "swap mistyped": bo.type_swap(MISTYPED),
        "swap by keyboard": bo.type_swap(BY_KEYBOARD),
        "swap unknown": bo.type_swap(NOBODYS_SWAP),
        "swap of nothing": bo.offer(None),
    }
    code = bo.offer(lantern).headers["Location"]
    seen["swap to show"] = bo.open(code)
    seen["swap of one's own"] = bo.answer(code, lantern)
    seen["swap to answer"] = cam.open(code)
    seen["swap answered with nothing"] = cam.answer(code)
    seen["swap without album"] = guest.open(code)
    cam.answer(code, fish)
    seen["swap to wait for"] = cam.open(code)
    seen["swap to confirm"] = bo.open(code)
    seen["swap taken"] = third.open(code)
    seen["swap answered too late"] = third.answer(code, lantern)
    bo.open(f"{code}/confirm", method="POST")
    seen["swap done"], seen["swap done too"] = bo.open(code), cam.open(code)
    seen["box passed on"], seen["box of mine by a swap"] = bo.open(lantern.address), bo.open(fish.address)
    given = bo.offer(fish, gift=True).headers["Location"]
    seen["gift to show"], seen["gift to take"] = bo.open(given), guest.open(given)
    guest.answer(given)
    seen["gift taken"], seen["gift given"] = guest.open(given), bo.open(given)
    seen["box given away"], seen["box of mine as a gift"] = bo.open(fish.address), guest.open(fish.address)
    ended = cam.offer(lantern).headers["Location"]
    cam.open(f"{ended}/end", method="POST")
    seen["swap ended"] = cam.open(ended)
    return seen
