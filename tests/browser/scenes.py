"""Every page of our own catalogue as a phone meets it, each in the state it is named for.

Layout, axe and the picture of `make gallery` go through SCENES. A new route needs a scene here, or a line in
LEADS_ON that says why it shows no page of its own; test_axe.py fails until it has one.
"""

from collections.abc import Iterator
from typing import Literal

from playwright.sync_api import Page

from app.catalogue import read_catalogue
from app.workspace import find_workspace
from tests.browser import desks, mishaps, shelves, visits
from tests.browser.phones import Phone
from tests.browser.places import CHASE, Place
from tests.browser.visits import Scene, at, with_album
from tests.conftest import REPOSITORY
from tests.web.every_page import NOBODYS_SWAP, unknown_code

SERIES = read_catalogue(find_workspace(str(REPOSITORY)))["thang-long"]
STORY, LAYER, BOX, RUN_BOX = "/<>/<>/<>", "/<>/<>/<>/<>", "/b/<>", "/r/<>/<>"
BUILD, STEP, BONUS = "/<>/<>/<>/build", "/<>/<>/<>/build/<>", "/<>/<>/bonus"
DESK, PAST = "/studio/<>/<>", "/studio/<>/<>/history"
REPORT, SWAP, SHOWN = "/<>/help/report", "/swap/<>", "/a/<>"
FLAG_TOWER, NORTH_GATE, DOAN_MON = (f"thang-long/{kit}" for kit in ("flag-tower", "north-gate", "doan-mon"))
SCENES: dict[str, Scene] = {
    "home": at("/<>/", "/vi/"),
    "home in English": at("/<>/", "/en/"),
    "home in Japanese, languages open": Scene("/<>/", visits.languages_open("/ja/")),
    "series": at("/<>/<>", "/vi/thang-long"),
    "story of the flag tower": at(STORY, f"/vi/{FLAG_TOWER}"),
    "story of the north gate": at(STORY, f"/vi/{NORTH_GATE}"),
    "story of the pavilion": at(STORY, "/vi/thang-long/princess-pavilion"),
    "story of Doan Mon": at(STORY, f"/vi/{DOAN_MON}"),
    "story of the rare kit": at(STORY, f"/vi/thang-long/{CHASE}"),
    "story in English": at(STORY, f"/en/{FLAG_TOWER}"),
    "story in French, languages open": Scene(STORY, visits.languages_open(f"/fr/{FLAG_TOWER}")),
    "riddle right": at(STORY, f"/vi/{NORTH_GATE}?riddle=story&door=3#r-story"),
    "riddle wrong": at(STORY, f"/vi/{NORTH_GATE}?riddle=model&door=1#r-model"),
    "story in easy language": at(LAYER, f"/vi/{FLAG_TOWER}/easy"),
    "story for grown-ups": at(LAYER, f"/en/{NORTH_GATE}/adult"),
    "story for a class": at(LAYER, f"/vi/{DOAN_MON}/class"),
    "build": at(BUILD, f"/vi/{FLAG_TOWER}/build"),
    "build in English": at(BUILD, f"/en/{DOAN_MON}/build"),
    "building step": at(STEP, f"/vi/{FLAG_TOWER}/build/1"),
    "building step of the pavilion": at(STEP, "/vi/thang-long/princess-pavilion/build/4"),
    "built": at(STEP, f"/vi/{FLAG_TOWER}/build/9"),
    "bonus": at(BONUS, "/vi/thang-long/bonus"),
    "bonus wrong": at(BONUS, "/vi/thang-long/bonus?digits=0000"),
    "bonus open": at(BONUS, f"/en/thang-long/bonus?digits={SERIES.digits}"),
    "bonus whole": at(BONUS, f"/vi/thang-long/bonus?digits={SERIES.digits}{SERIES.chase_digits}"),
    "stories from A to Z": at("/<>/stories", "/vi/stories"),
    "stories in Japanese": at("/<>/stories", "/ja/stories"),
    "box": Scene(BOX, visits.look("flag-tower")),
    "box of the rare kit in English": Scene(BOX, visits.look(CHASE, "?lang=en")),
    "box taken": Scene(BOX, visits.taken),
    "box mine": Scene(BOX, visits.mine),
    "box forgotten": Scene(BOX, visits.box_forgotten),
    "box given away": Scene(BOX, visits.given_away),
    "box voided": Scene(BOX, visits.voided),
    "box checked": Scene("/b/<>/check", visits.look("flag-tower", "/check")),
    "box checked in English": Scene("/b/<>/check", visits.look(CHASE, "/check?lang=en")),
    "verifier": at("/verify", "/verify"),
    "verifier in English": at("/verify", "/verify?lang=en"),
    "claim refused": Scene("/b/<>/claim", visits.claim_refused),
    "code entry": at("/b/", "/b/"),
    "code entry in English": at("/b/", "/b/?lang=en"),
    "code mistyped": Scene("/b/", visits.typed("ABCDEF")),
    "code by keyboard": Scene("/b/", visits.typed("ấấấấấấ")),
    "code unknown": Scene("/b/", visits.typed(unknown_code(0))),
    "runs": at("/runs/", "/runs/"),
    "runs in Japanese": at("/runs/", "/runs/?lang=ja"),
    "run": at("/r/<>", "/R/TL-1"),
    "run revealed": at("/r/<>", "/r/TL-0"),
    "run revealed, in English": at("/r/<>", "/r/TL-0?lang=en"),
    "run, box voided": at(RUN_BOX, "/R/TL-1/07"),
    "run, box in English": at(RUN_BOX, "/r/TL-1/12?lang=en"),
    "empty album": at("/album", "/album"),
    "empty album in English": at("/album", "/album?lang=en"),
    "album after the first box": Scene("/album", visits.first_box),
    "album after adding": Scene("/album", visits.album),
    "album with duplicates": with_album("/album", "/album", *["flag-tower"] * 4, "doan-mon"),
    "album in English": with_album("/album", "/album?lang=en"),
    "album in Korean": with_album("/album", "/album?lang=ko", "north-gate"),
    "full album": Scene("/album", visits.full_album),
    "album lost": Scene("/album", visits.album_lost),
    "album key": with_album("/album/key", "/album/key"),
    "album key in English": with_album("/album/key", "/album/key?lang=en"),
    "album opened by its key": at("/album/open", "/album/open"),
    "album key mistyped": Scene("/album/open", visits.key_mistyped),
    "album key unknown": Scene("/album/open", visits.key_of_nobody),
    "albums to be merged": Scene("/album/open", visits.merge_asked),
    "album to get a new key": with_album("/album/rotate", "/album/rotate?lang=en"),
    "album to be forgotten": with_album("/album/forget", "/album/forget"),
    "album forgotten": at("/album/forget", "/album/forget"),
    "album to be shown": with_album("/album/show", "/album/show"),
    "album being shown": Scene("/album/show", visits.showing),
    "album seen by a stranger": Scene(SHOWN, visits.seen_by_stranger),
    "album seen by a friend": Scene(SHOWN, visits.seen_by_friend),
    "album seen by its owner in English": Scene(SHOWN, visits.seen_by_owner),
    "swap": with_album("/swap", "/swap"),
    "swap without album": at("/swap", "/swap"),
    "swap of nothing": Scene("/swap", visits.nothing_offered),
    "swap code mistyped": Scene("/swap/code", visits.swap_typed("ABCDEF")),
    "swap code unknown": Scene("/swap/code", visits.swap_typed(NOBODYS_SWAP)),
    "swap to show": Scene(SWAP, visits.to_show("swap")),
    "swap to show in French": Scene(SWAP, visits.to_show("swap", "?lang=fr")),
    "swap to answer": Scene(SWAP, visits.to_answer),
    "swap to answer without album": Scene(SWAP, visits.without_album),
    "swap answered with nothing": Scene("/swap/<>/<>", visits.nothing_answered),
    "swap waiting": Scene(SWAP, visits.waiting),
    "swap to confirm": Scene(SWAP, visits.to_confirm),
    "swap taken": Scene(SWAP, visits.swap_taken),
    "swap done": Scene(SWAP, visits.swapped),
    "swap ended": Scene(SWAP, visits.swap_ended),
    "gift to show": Scene(SWAP, visits.to_show("gift")),
    "gift to take": Scene(SWAP, visits.gift_to_take),
    "gift taken": Scene(SWAP, visits.gift_taken),
    "gift given": Scene(SWAP, visits.gift_given),
    "help": at("/<>/help", "/vi/help"),
    "help: privacy": at("/<>/help/privacy", "/vi/help/privacy"),
    "help: access": at("/<>/help/access", "/en/help/access"),
    "help: odds": at("/<>/help/odds", "/vi/help/odds"),
    "help: format": at("/<>/help/format", "/vi/help/format"),
    "help: format in English": at("/<>/help/format", "/en/help/format"),
    "help: contact": at("/<>/help/contact", "/vi/help/contact"),
    "report": at(REPORT, "/vi/help/report"),
    "report, which kit": at(REPORT, "/vi/help/report?kind=code"),
    "report, which part": at(REPORT, "/vi/help/report?kind=part&kit=flag-tower"),
    "report, which text": at(REPORT, "/en/help/report?kind=text&kit=doan-mon"),
    "report, box wrong": at(REPORT, "/vi/help/report?kind=code&kit=-&run=TL-1&edition=999"),
    "report refused": Scene(REPORT, visits.report_refused),
    "report thanked for": at(
        "/<>/help/report/thanks", "/vi/help/report/thanks?kind=part&kit=flag-tower&part=FT-A1"
    ),
    "offline": at("/<>/offline", "/vi/offline"),
    "error": at("", "/no/such/page/at/all/here"),
    "error in English": at("", "/no/such/page/at/all/here?lang=en"),
    "error below a kit": at(LAYER, f"/vi/{FLAG_TOWER}/no"),
    "error of a button": Scene("/<>/", mishaps.pressed_on("/vi/")),
    "error of another site's button": Scene("/b/<>/claim", mishaps.pressed_elsewhere),
    "error of too long a text": Scene("/b/", mishaps.pressed_on("/b/", {"code": "0" * 70_000}, 413)),
    "error of too many guesses": Scene(BOX, mishaps.guessed),
    "error of too many reports": Scene(REPORT, mishaps.reported_often),
    "error in writing": Scene("/b/<>/claim", mishaps.not_written),
    "error in reading, in English": Scene(BOX, mishaps.not_read),
    "error that nobody foresaw": Scene(BOX, mishaps.broken),
    "sign-in": at("/studio/sign-in", "/studio/sign-in"),
    "sign-in in Japanese": at("/studio/sign-in", "/studio/sign-in?lang=ja&next=/studio/me"),
    "error: sign-in refused": Scene("/studio/sign-in", desks.refused),
    "invitation": Scene("/studio/invitation/<>", desks.invited),
    "invitation, password refused": Scene("/studio/invitation/<>", desks.guessable),
    "invitation over": at("/studio/invitation/<>", "/studio/invitation/used?lang=en"),
    "studio": Scene("/studio/", desks.at_work("/studio/")),
    "pictures": Scene("/studio/pictures/<>", desks.at_work("/studio/pictures/doan-mon", "curator")),
    "pictures, one there": Scene("/studio/pictures/<>", shelves.with_picture("")),
    "pictures, to be looked at only": Scene(
        "/studio/pictures/<>", desks.at_work("/studio/pictures/one-line?lang=ko", "reviewer")
    ),
    "picture refused": Scene("/studio/pictures/<>", shelves.refused),
    "picture": Scene("/studio/pictures/<>/<>", shelves.with_picture("/gate")),
    "picture in French": Scene("/studio/pictures/<>/<>", shelves.with_picture("/gate?lang=fr")),
    "desk with pictures": Scene("/studio/<>/<>", shelves.desk),
    "studio with every language": Scene("/studio/", desks.at_work("/studio/?all=1&lang=ja", "curator")),
    "desk": Scene(DESK, desks.at_work("/studio/doan-mon/vi")),
    "desk of a layer, in English": Scene(DESK, desks.at_work("/studio/doan-mon/en.easy?lang=en", "curator")),
    "desk of a text nobody has begun": Scene(DESK, desks.at_work("/studio/doan-mon/fr?lang=fr", "curator")),
    "desk, the whole file": Scene(DESK, desks.at_work("/studio/one-line/vi?raw=1", "curator")),
    "desk, to be read only": Scene(DESK, desks.at_work("/studio/flag-tower/vi", "reviewer")),
    "desk, saved elsewhere meanwhile": Scene(DESK, desks.saved_elsewhere),
    "preview": Scene(f"{DESK}/preview", desks.at_work("/studio/flag-tower/vi/preview", "reviewer")),
    "translation beside its source": Scene("/studio/<>/<>/translate", desks.stale),
    "translation to be begun": Scene(
        "/studio/<>/<>/translate", desks.at_work("/studio/flag-tower/fr/translate?lang=en", "curator")
    ),
    "error: translation saved over": Scene("/studio/<>/<>/translate", desks.saved_over),
    "text with a remark": Scene("/studio/<>/<>/review", desks.remarked),
    "text lent to a guest": Scene("/studio/<>/<>/links", desks.lending),
    "draft as a guest sees it": Scene("/preview/<>", desks.guest),
    "guest's link over": at("/preview/<>", "/preview/nobody"),
    "numbers": Scene("/studio/numbers", desks.at_work("/studio/numbers")),
    "reports": Scene("/studio/reports", desks.reported),
    "draft": Scene(DESK, desks.at_draft("princess-pavilion/vi")),
    "draft handed in": Scene(DESK, desks.handed_in("flag-tower/en.easy")),
    "draft handed in by oneself": Scene(DESK, desks.handed_in("flag-tower/vi.easy", as_writer=True)),
    "draft approved": Scene(DESK, desks.approved("flag-tower/vi.adult")),
    "draft sent back": Scene(DESK, desks.sent_back("flag-tower/en.adult")),
    "draft that may not be published": Scene(DESK, desks.unpublishable("princess-pavilion/en")),
    "two drafts side by side": Scene(
        DESK + "/merge", desks.both_saved("dragon-steps/vi.easy", side_by_side=True)
    ),
    "history": Scene(PAST, desks.past_of("princess-pavilion/vi.adult")),
    "what changed": Scene(PAST + "/<>", desks.past_of("princess-pavilion/en.adult", change=True)),
    "studio, much is waiting": Scene("/studio/", desks.at_work("/studio/", "curator", "reviewer")),
    "error: for others to do": Scene(DESK + "/submit", desks.not_mine_to_write),
    "error: signed out while writing": Scene(DESK, desks.signed_out_while_writing),
    "me": Scene("/studio/me", desks.at_work("/studio/me")),
    "me in English, in two browsers": Scene("/studio/me", desks.in_two_browsers),
}
"""Name -> scene. "" is the route of an address that leads nowhere."""

LEADS_ON = {
    "/": "leads to the home page in the visitor's language",
    "/s/<>": "leads to a story in the visitor's language",
    "/album/merge": "answers a button and leads to the album",
    "/swap/<>/answer": "answers a button; what it refuses is shown as /swap/<>/<>",
    "/swap/<>/confirm": "answers a button and leads to the swap",
    "/swap/<>/end": "answers a button and leads to the swap",
    "/swap/<>/state": "tells a waiting page one word",
    "/count": "answers a script with nothing",
    "/studio/<>/<>/translate/agrees": "answers a button and leads to the translation",
    "/studio/<>/<>/comments": "answers a button and leads to the paragraph",
    "/studio/<>/<>/checked": "answers a button and leads to the text",
    "/studio/comments/<>/settle": "answers a button and leads to the paragraph",
    "/studio/comments/<>/remove": "answers a button and leads to the text",
    "/studio/links/<>/end": "answers a button and leads to the text",
    "/studio/numbers.csv": "is a file",
    "/studio/reports/<>/settle": "answers a button and leads to the reports",
    "/studio/sign-out": "answers a button and leads to the door",
    "/studio/sign-out-everywhere": "answers a button and leads to the door",
    "/stories/<>/images/<>": "sends a picture",
    "/studio/pictures/<>/<>/remove": "answers a button and leads to the pictures",
    **{
        f"/studio/<>/<>/{step}": "answers a button and leads to the desk"
        for step in ("withdraw", "approve", "return", "publish", "discard", "restore")
    },
    "/studio/<>/<>/here": "tells a desk who else is there",
    "/studio/me/sessions/<>/end": "answers a button and leads to one's own page",
}
"""Routes that show no page of their own, and why."""

WIDTHS = (320, 360, 1280)
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


def show(page: Page, scheme: Scheme, width: int) -> None:
    """Show a page by day or by night on a screen of a width in pixels."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 740})


def every_view(page: Page) -> Iterator[str]:
    """Show a page at every width by day, then by night, and yield each time how it is shown."""
    for scheme in SCHEMES:
        for width in WIDTHS:
            show(page, scheme, width)
            yield f"{width} px, {scheme}"


def is_page(route: str) -> bool:
    """Tell whether a route may show a page: a name with a dot in it is a file's."""
    return "." not in route.rpartition("/")[2] and not route.startswith("/static/")


def visit(place: Place, name: str, *, unfold: bool = True) -> Phone:
    """Return a phone that shows a scene; what is folded is unfolded, for it must be legible too."""
    scene = SCENES[name]
    phone = place.street.lend()
    scene.reach(phone, place)
    shown = place.route_of(phone.page.url)
    assert shown == scene.route, f"{name} is shown by {shown!r}"
    if unfold:
        phone.page.evaluate("document.querySelectorAll('main details').forEach(door => { door.open = true })")
    return phone
