"""Every page of the studio that those who work there can meet, each in the state it is named for."""

from pathlib import Path

from flask import Flask
from werkzeug.test import TestResponse

from tests.web.cast import Desk, invitation, signed_in
from tests.web.test_studio import form_of, send

TEXT, OTHER, MISSING = "/studio/bridge/vi", "/studio/lantern/en", "/studio/bridge/fr"


def visit_every_studio_page(language: str, folder: Path, app: Flask) -> dict[str, TestResponse]:
    """Open every page of the studio in `language`; name -> answer."""
    cai = signed_in(app, "Cải", "curator", language=language)
    lan = signed_in(app, "Lan", "maker", "curator", "reviewer", language=language, address="192.0.2.31")
    nobody = Desk(app, language, "192.0.2.32")
    seen = {
        "board": cai.open("/studio/"),
        "board, all": cai.open("/studio/?all=1"),
        "me": cai.open("/studio/me"),
        "sign-in": nobody.open("/studio/sign-in"),
        "sign-in refused": nobody.sign_in("Cải", "không phải mật khẩu này"),
        "invitation": nobody.open(f"/studio/invitation/{invitation(app, 'Mai', 'maker')}"),
        "invitation over": nobody.open("/studio/invitation/used"),
        "desk": cai.open(TEXT),
        "desk, whole file": cai.open(f"{TEXT}?raw=1"),
        "desk, nothing begun": cai.open(MISSING),
        "desk, layer": cai.open("/studio/bridge/vi.easy"),
        "desk, bonus": cai.open("/studio/tale/vi.chase"),
        "desk, reader": signed_in(app, "Mina", "maker", language=language, address="192.0.2.33").open(TEXT),
        "preview": cai.open(f"{TEXT}/preview"),
        "history, none": cai.open(f"{MISSING}/history"),
    }
    mine, theirs = form_of(cai.open(TEXT)), form_of(lan.open(TEXT))
    grown = send(cai, mine, title="Khác", do="add.timeline")
    send(lan, theirs, title="Của Lan", body="Năm 1010.[^khong]\n\n<b>!</b>")
    seen |= {"row added": grown, "stale": send(cai, mine, title="Của Cải", body="Khác hẳn.")}
    words = dict(form_of(cai.open(f"{TEXT}?raw=1")))["words"].replace("Của Lan", "Của Cải")
    version = dict(mine)["version"]
    seen["two saves"] = cai.press(f"{TEXT}/merge", {"words": words, "version": version})
    version = dict(form_of(cai.open(TEXT)))["version"]
    seen["draft, refused by the gate"] = cai.open(f"{TEXT}?refused=gate")
    cai.press(f"{TEXT}/submit", {"version": version})
    reviewer = signed_in(app, "Rev", "reviewer", language=language, address="192.0.2.34")
    seen["handed in, reviewer"], seen["handed in, writer"] = reviewer.open(TEXT), lan.open(TEXT)
    seen["board, full"] = reviewer.open("/studio/")
    reviewer.press(f"{TEXT}/approve", {"version": version})
    seen["approved"] = reviewer.open(TEXT)
    reviewer.press(f"{TEXT}/return", {"version": version, "why": "Thiếu nguồn."})
    seen["sent back"] = cai.open(f"{TEXT}?done=return")
    path = folder / "stories" / "bridge" / "vi.md"
    path.write_text(path.read_text("utf-8").replace("thử", "xem"), "utf-8")
    seen["file changed"], seen["merge"] = cai.open(TEXT), cai.open(f"{TEXT}/merge")
    seen["history"] = cai.open(f"{TEXT}/history")
    newest = seen["history"].text.partition(f"{TEXT}/history/")[2].partition('"')[0]
    seen["what changed"] = cai.open(f"{TEXT}/history/{newest}")
    path.write_bytes(b"---\ntitle: \xff\n---\n")
    seen["file broken"] = cai.open(TEXT)
    seen["403"] = reviewer.press(f"{OTHER}/submit", {"version": "1"})
    form = form_of(cai.open(OTHER))
    cai.press("/studio/sign-out")
    seen["signed out"] = send(cai, form, OTHER, title="Vẫn còn")
    return seen
