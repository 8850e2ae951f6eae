"""Pages on which a buyer, or anyone, recomputes what was promised."""

import re
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, make_response, render_template

from app.albums.proving import prove_box
from app.web.headers import hash_source
from app.web.languages import Tongue
from app.web.present import languages, shared, show, site, spoken

pages = Blueprint("checks", __name__)

SCRIPTS = ("check.js", "verify.js")
SAVED_AS = "hop-ke-verify.html"


@pages.get("/b/<code>/check")
@pages.get("/B/<code>/check")
def check_box(code: str) -> Response:
    """Show what was promised of a box, what to compare, and let the phone reckon the rest."""
    return show("check.html", spoken(), box=prove_box(site(), code), here="code")


@pages.get("/b/<code>/proof.bin")
@pages.get("/B/<code>/proof.bin")
def proof(code: str) -> Response:
    """Give the proof of a box to be kept."""
    answer = make_response(prove_box(site(), code).proof)
    answer.content_type = "application/octet-stream"
    answer.headers["Content-Disposition"] = "attachment; filename=proof.bin"
    return answer


@pages.get("/verify")
def verifier() -> Response:
    """Give the page that checks proofs and revealed runs, whole in one file: it works from a disk too."""
    language = spoken()
    script = _script()
    tongue = Tongue(language)
    switch = [{"tag": tag, "name": Tongue(tag).say("language.name")} for tag in languages()]
    # The script's place is filled after the template, for a template writes no code.
    page = render_template(
        "verify.html", language=language, t=tongue.say, languages=switch, saved_as=SAVED_AS
    ).replace("<script></script>", f"<script>{script}</script>")
    answer = make_response(page)
    styles = re.findall(r"<style>(.*?)</style>", page, re.S)
    answer.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src {hash_source(script)}; style-src {hash_source(styles[0])}; "
        "img-src data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    )
    answer.headers["Content-Language"] = language
    answer.headers["Vary"] = "Accept-Language, Cookie"
    return shared(answer)


@cache
def _script() -> str:
    static = Path(__file__).parent / "static"
    return "\n".join((static / name).read_text("utf-8") for name in SCRIPTS)
