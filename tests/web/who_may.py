"""The tables of who may open what. A new route needs a row here, or test_who_may.py fails."""

from dataclasses import dataclass, field

from tests.web.cast import PASSWORD

Route = tuple[str, str]
ROLES: dict[str, tuple[str, ...]] = {
    "maker": ("maker",),
    "curator": ("curator",),
    "reviewer": ("reviewer",),
    "curator+reviewer": ("curator", "reviewer"),
}
VISITORS = ("stranger", "buyer", *ROLES, "switched off")
MAY: dict[str, set[str]] = {
    "look": {"maker", "curator", "reviewer"},
    "write": {"curator"},
    "comment": {"curator", "reviewer"},
    "review": {"reviewer"},
    "publish": {"curator", "reviewer"},
    "settle": {"maker", "curator"},
}
"""Written down once more, so that a change in app/core/staff.py has to be meant."""


@dataclass(frozen=True)
class Row:
    """What a route of the studio answers.

    Attributes:
        deed: what somebody must be allowed to do; "" for a page without sign-in.
        own: the status for who may, with a thing of their own, or where the address names nobody's thing.
        others: the status for who may, with somebody else's thing.
        form: what the button sends.
    """

    deed: str
    own: int
    others: int
    form: dict[str, str] = field(default_factory=dict)


HERE = ("POST", "/studio/<kit>/<name>/here")
"""Notes who has a text open, and leads nowhere."""

NEW_PASSWORD = {"new_password": PASSWORD, "again_password": PASSWORD}
PICTURE = {"credit.vi": "Lan", "licence": "CC0 1.0"}
STUDIO: dict[Route, Row] = {
    # Signing in
    ("GET", "/studio/sign-in"): Row("", 200, 200),
    ("POST", "/studio/sign-in"): Row("", 403, 403, {"name": "Nobody", "password": "wrong"}),
    ("GET", "/studio/invitation/<token>"): Row("", 200, 404),
    ("POST", "/studio/invitation/<token>"): Row("", 303, 404, NEW_PASSWORD),
    ("POST", "/studio/sign-out"): Row("look", 303, 303),
    ("POST", "/studio/sign-out-everywhere"): Row("look", 303, 303),
    # Me
    ("GET", "/studio/me"): Row("look", 200, 200),
    ("POST", "/studio/me"): Row("look", 303, 303, {"old_password": PASSWORD} | NEW_PASSWORD),
    ("POST", "/studio/me/sessions/<int:number>/end"): Row("look", 303, 404),
    # Board, editor, workflow, comments, links, pictures, numbers, reports: one row for each route, and what
    # its address needs in World.values
    ("GET", "/studio/"): Row("look", 200, 200),
    ("GET", "/studio/<kit>/<name>"): Row("look", 200, 200),
    ("POST", "/studio/<kit>/<name>"): Row("write", 303, 303),
    HERE: Row("look", 200, 200),
    ("GET", "/studio/<kit>/<name>/preview"): Row("look", 200, 200),
    ("POST", "/studio/<kit>/<name>/preview"): Row("look", 200, 200),
    # Pictures: the kit's, not somebody's own
    ("GET", "/studio/pictures/<kit>"): Row("look", 200, 200),
    ("POST", "/studio/pictures/<kit>"): Row("write", 422, 422),  # no file; test_studio_pictures.py sends some
    ("GET", "/studio/pictures/<kit>/<picture>"): Row("look", 200, 200),
    ("POST", "/studio/pictures/<kit>/<picture>"): Row("write", 303, 303, PICTURE),
    ("POST", "/studio/pictures/<kit>/<picture>/remove"): Row("write", 303, 303),
    # A text's way; whose draft a step may be taken with stands in STEPS
    ("GET", "/studio/<kit>/<name>/history"): Row("look", 200, 200),
    ("GET", "/studio/<kit>/<name>/history/<int:revision>"): Row("look", 200, 200),
    ("GET", "/studio/<kit>/<name>/merge"): Row("look", 303, 303),
    ("POST", "/studio/<kit>/<name>/merge"): Row("write", 303, 303),
    ("POST", "/studio/<kit>/<name>/restore"): Row("write", 404, 404, {"revision": "999999"}),
    ("POST", "/studio/<kit>/<name>/submit"): Row("write", 303, 303),
    ("POST", "/studio/<kit>/<name>/withdraw"): Row("write", 303, 303),
    ("POST", "/studio/<kit>/<name>/approve"): Row("review", 303, 303),
    ("POST", "/studio/<kit>/<name>/return"): Row("review", 303, 303, {"why": "Which source?"}),
    ("POST", "/studio/<kit>/<name>/publish"): Row("publish", 303, 303),
    ("POST", "/studio/<kit>/<name>/discard"): Row("write", 303, 303),
    # Around a text
    ("GET", "/studio/<kit>/<name>/translate"): Row("look", 200, 200),
    ("POST", "/studio/<kit>/<name>/translate"): Row("write", 303, 303, {"version": "1"}),
    ("GET", "/studio/<kit>/<name>/translate/agrees"): Row("look", 303, 303),
    ("POST", "/studio/<kit>/<name>/translate/agrees"): Row("write", 303, 303, {"version": "1"}),
    ("GET", "/studio/<kit>/<name>/review"): Row("look", 200, 200),
    ("GET", "/studio/<kit>/<name>/comments"): Row("look", 303, 303),
    ("POST", "/studio/<kit>/<name>/comments"): Row("comment", 303, 303, {"remark": "Hm."}),
    ("POST", "/studio/comments/<int:number>/settle"): Row("comment", 303, 303),
    ("POST", "/studio/comments/<int:number>/remove"): Row("comment", 303, 403),
    ("GET", "/studio/<kit>/<name>/links"): Row("look", 303, 303),
    ("POST", "/studio/<kit>/<name>/links"): Row("write", 201, 201, {"days": "7"}),
    ("POST", "/studio/links/<int:number>/end"): Row("write", 303, 303),
    ("GET", "/studio/<kit>/<name>/checked"): Row("look", 303, 303),
    ("POST", "/studio/<kit>/<name>/checked"): Row("review", 303, 303),
    ("GET", "/studio/numbers"): Row("look", 200, 200),
    ("GET", "/studio/numbers.csv"): Row("look", 200, 200),
    ("GET", "/studio/reports"): Row("look", 200, 200),
    ("POST", "/studio/reports/<int:number>/settle"): Row("settle", 303, 303),
}

EVERYONE: dict[str, str] = {
    "/": "/",
    "/.well-known/security.txt": "",
    "/<language>/": "/vi/",
    "/<language>/<series>": "/vi/tiny",
    "/<language>/<series>/<kit>": "/vi/tiny/lantern",
    "/<language>/<series>/<kit>/<layer>": "/vi/tiny/bridge/easy",
    "/<language>/<series>/<kit>/build": "/vi/tiny/bridge/build",
    "/<language>/<series>/<kit>/build/<int(min=1):step>": "/vi/tiny/bridge/build/2",
    "/<language>/<series>/bonus": "/vi/tiny/bonus",
    "/<language>/help": "/vi/help",
    "/<language>/help/access": "/vi/help/access",
    "/<language>/help/contact": "/vi/help/contact",
    "/<language>/help/format": "/vi/help/format",
    "/<language>/help/odds": "/vi/help/odds",
    "/<language>/help/privacy": "/vi/help/privacy",
    "/<language>/help/report": "/vi/help/report",
    "POST /<language>/help/report": "/vi/help/report",
    "/<language>/help/report/thanks": "/vi/help/report/thanks",
    "/<language>/offline": "/vi/offline",
    "/<language>/stories": "/vi/stories",
    "/B/": "",
    "POST /B/": "/B/",
    "/B/<code>": "/B/{code}",
    "/B/<code>/check": "/B/{code}/check",
    "/B/<code>/claim": "/B/{code}/claim",
    "POST /B/<code>/claim": "/B/{nobodys}/claim",
    "/B/<code>/proof.bin": "/B/{code}/proof.bin",
    "/R/<run>": "/R/TY-1",
    "/R/<run>/<edition>": "/R/TY-1/3",
    "/S/<kit>": "/S/lantern",
    "/SWAP": "",
    "/SWAP/<code>": "/SWAP/{swap}",
    "/a/<address>": "/a/nobody",
    "/album": "",
    "/album/certificate/<series>.pdf": "/album/certificate/tiny.pdf",
    "/album/forget": "",
    "POST /album/forget": "/album/forget",
    "/album/key": "",
    "/album/merge": "",
    "POST /album/merge": "/album/merge",
    "/album/open": "",
    "POST /album/open": "/album/open",
    "/album/rotate": "",
    "POST /album/rotate": "/album/rotate",
    "/album/show": "",
    "POST /album/show": "/album/show",
    "/b/": "",
    "POST /b/": "/b/",
    "/b/<code>": "/b/{code}",
    "/b/<code>/check": "/b/{code}/check",
    "/b/<code>/claim": "/b/{code}/claim",
    "POST /b/<code>/claim": "/b/{nobodys}/claim",
    "/b/<code>/proof.bin": "/b/{code}/proof.bin",
    "/help/HB1.md": "",
    "POST /count": "/count",
    "/preview/<token>": "/preview/nobody",
    "/kits/<series>/<kit>/art.svg": "/kits/tiny/lantern/art.svg",
    "/kits/<series>/<kit>/icon.svg": "/kits/tiny/lantern/icon.svg",
    "/kits/<series>/<kit>/map-<language>.svg": "/kits/tiny/lantern/map-vi.svg",
    "/kits/<series>/<kit>/share-<language>.png": "/kits/tiny/lantern/share-vi.png",
    "/kits/<series>/<kit>/step-<int:step>.svg": "/kits/tiny/lantern/step-1.svg",
    "/kits/<series>/cover.svg": "/kits/tiny/cover.svg",
    "/kits/<series>/share-<language>.png": "/kits/tiny/share-vi.png",
    "/manifest-<language>.webmanifest": "/manifest-vi.webmanifest",
    "/r/<run>": "/r/TY-1",
    "/r/<run>/<edition>": "/r/TY-1/3",
    "/robots.txt": "",
    "/runs/": "",
    "/runs/<run>.json": "/runs/TY-1.json",
    "/runs/<run>/manifest.json": "/runs/TY-1/manifest.json",
    "/runs/<run>/reveal.json": "/runs/TY-1/reveal.json",
    "/runs/log.json": "",
    "/runs/schema.json": "",
    "/s/<kit>": "/s/lantern",
    "/sitemap.xml": "",
    "/static/<path:filename>": "/static/icon.svg",
    "/stories/<kit>/<language>.mp3": "/stories/lantern/vi.mp3",
    "/stories/<kit>/images/<file>": "/stories/bridge/images/none-360.jpg",
    "/sw.js": "",
    "/swap": "",
    "POST /swap": "/swap",
    "/swap/<code>": "/swap/{swap}",
    "/swap/<code>/<any(answer, confirm, end):_step>": "/swap/{swap}/answer",
    "POST /swap/<code>/answer": "/swap/{swap}/answer",
    "POST /swap/<code>/confirm": "/swap/{swap}/confirm",
    "POST /swap/<code>/end": "/swap/{swap}/end",
    "/swap/<code>/state": "/swap/{swap}/state",
    "POST /swap/code": "/swap/code",
    "/swap/code": "",
    "/verify": "",
}
"""What is everyone's: route (with POST before a button's) -> an address of it, "" for the route itself.

Whose album, box or swap it is, is known by the key in the cookie and the code in the address; test_albums.py,
test_claim.py and test_swaps.py try them with somebody else's.
"""

STEPS: dict[str, dict[tuple[str, str], str]] = {
    "submit": {
        ("curator", "own"): "done",
        ("curator", "others"): "done",
        ("curator+reviewer", "own"): "done",
        ("curator+reviewer", "others"): "done",
    },
    "withdraw": {
        ("curator", "own"): "done",
        ("curator", "others"): "done",
        ("curator+reviewer", "own"): "done",
        ("curator+reviewer", "others"): "done",
    },
    "approve": {
        ("reviewer", "others"): "done",
        ("curator+reviewer", "own"): "own",
        ("curator+reviewer", "others"): "done",
    },
    "return": {
        ("reviewer", "others"): "done",
        ("curator+reviewer", "own"): "done",
        ("curator+reviewer", "others"): "done",
    },
    "publish": {
        ("curator", "own"): "done",
        ("curator", "others"): "done",
        ("reviewer", "others"): "done",
        ("curator+reviewer", "own"): "done",
        ("curator+reviewer", "others"): "done",
    },
    "discard": {
        ("curator", "own"): "done",
        ("curator", "others"): "done",
        ("curator+reviewer", "own"): "done",
        ("curator+reviewer", "others"): "done",
    },
    "restore": {
        ("curator", "own"): "done",
        ("curator", "others"): "done",
        ("curator+reviewer", "own"): "done",
        ("curator+reviewer", "others"): "done",
    },
}
"""What a step with one's own draft or somebody else's comes to; others are refused (403)."""
