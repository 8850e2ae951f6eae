"""The pages of swaps and gifts. Both phones open one address: the QR is a link for the phone's own camera."""

import secrets
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from app.albums.swap_pages import goods_to_give, swap_page, swap_state, swap_symbol
from app.albums.swapping import (
    EndedSwapError,
    NoAlbumError,
    NotForSwapError,
    OwnSwapError,
    TakenSwapError,
    UnknownSwapError,
    answer,
    confirm,
    end,
    offer,
)
from app.core.code import KeyboardCodeError, MistypedCodeError
from app.core.errors import UserError
from app.core.swap_code import SWAP_ENTROPY_BYTES, parse_swap_code, spell_swap_code
from app.web.failures import refuse_guesses
from app.web.keys import album_key, fresh_key, keep_album_key, offered_key, site_address
from app.web.present import show, site, spoken

pages = Blueprint("swaps", __name__)

PROBLEMS = {
    MistypedCodeError: ("swap.mistyped", 400),
    KeyboardCodeError: ("code.keyboard", 400),
    UnknownSwapError: ("swap.unknown", 404),
    NoAlbumError: ("swap.no_album", 409),
    NotForSwapError: ("swap.choose", 409),
}
"""Which phrase tells what, at the field or list that it is about, and with which status."""


@pages.get("/swap")
@pages.get("/SWAP")
def start() -> Response:
    """Ask for the other phone's code, or for what to give."""
    return _start()


@pages.post("/swap")
def make_offer() -> AnyResponse:
    """Offer a box, as a swap or a gift."""
    code = offer(
        site(),
        album_key(request),
        request.form.get("box", ""),
        gift=request.form.get("kind") == "gift",
        entropy=secrets.token_bytes(SWAP_ENTROPY_BYTES),
        now=datetime.now(UTC),
    )
    return redirect(f"/swap/{code}", 303)


@pages.post("/swap/code")
def enter_code() -> AnyResponse:
    """Lead from a typed code to its swap."""
    shown = swap_page(site(), request.form.get("code", ""), album_key(request), datetime.now(UTC))
    return redirect(f"/swap/{shown.code}", 303)


@pages.get("/swap/code")
def enter_again() -> AnyResponse:
    """Lead back to the field when a phone opens the form's address again."""
    return redirect("/swap", 303)


@pages.get("/swap/<code>")
@pages.get("/SWAP/<code>")
def swap(code: str) -> Response:
    """Show a swap as this phone sees it. Nothing is agreed to, for phones fetch links ahead."""
    return _opened(code)


@pages.get("/swap/<code>/state")
def state(code: str) -> Response:
    """Say in one word where a swap stands, for a page that waits."""
    return Response(swap_state(site(), code, datetime.now(UTC)), content_type="text/plain; charset=utf-8")


@pages.post("/swap/<code>/answer")
def accept(code: str) -> AnyResponse:
    """Accept a gift, or say what is given in return."""
    entropy, box = offered_key(request), request.form.get("box", "")
    try:
        new_key = answer(site(), code, album_key(request), box, entropy=entropy, now=datetime.now(UTC))
    except (EndedSwapError, NoAlbumError, NotForSwapError, OwnSwapError, TakenSwapError) as error:
        return _opened(code, 409, error)
    return _back(code, new_key)


@pages.post("/swap/<code>/confirm")
def agree(code: str) -> AnyResponse:
    """Let both boxes change albums."""
    try:
        confirm(site(), code, album_key(request), now=datetime.now(UTC))
    except (EndedSwapError, TakenSwapError):
        return _opened(code, 409)
    return _back(code)


@pages.post("/swap/<code>/end")
def give_up(code: str) -> AnyResponse:
    """End a swap before it is done."""
    try:
        end(site(), code, album_key(request), now=datetime.now(UTC))
    except TakenSwapError:
        return _opened(code, 409)
    return _back(code)


@pages.get("/swap/<code>/<any(answer, confirm, end):_step>")
def step_again(code: str, _step: str) -> AnyResponse:
    """Lead back to the swap when a phone opens a button's address again."""
    return redirect(f"/swap/{quote(code)}", 303)


@pages.errorhandler(MistypedCodeError)
@pages.errorhandler(KeyboardCodeError)
@pages.errorhandler(UnknownSwapError)
@pages.errorhandler(NoAlbumError)
@pages.errorhandler(NotForSwapError)
def tell(error: UserError) -> Response:
    """Tell on the first page what was wrong with a code or a choice."""
    refused = refuse_guesses() if isinstance(error, UnknownSwapError) else None
    return refused or _start(error)


def _start(error: UserError | None = None) -> Response:
    problem, status = PROBLEMS[type(error)] if error else ("", 200)
    typed = request.form.get("code") or (request.view_args or {}).get("code", "")
    goods = goods_to_give(site(), album_key(request))
    about = "choice" if isinstance(error, NoAlbumError | NotForSwapError) else "code"
    return show(
        "swap.html", spoken(), status, goods=goods, problem=problem, about=about, typed=typed, here="swap"
    )


def _opened(code: str, status: int = 200, error: UserError | None = None) -> Response:
    shown = swap_page(site(), code, album_key(request), datetime.now(UTC))
    here = site_address(request, site().workspace.base_url)
    address = f"{here}/swap/{shown.code}".upper()
    return show(
        "swap_open.html",
        spoken(),
        status,
        swap=shown,
        problem=PROBLEMS[NotForSwapError][0] if isinstance(error, NotForSwapError) else "",
        own=isinstance(error, OwnSwapError),
        spelled=spell_swap_code(shown.code),
        symbol=swap_symbol(address) if (shown.side, shown.state) == ("giver", "offered") else None,
        place=f"{urlsplit(here).netloc}/swap",
        new_key=fresh_key(),
        here="swap",
    )


def _back(code: str, new_key: bytes | None = None) -> AnyResponse:
    back = redirect(f"/swap/{parse_swap_code(code)}", 303)
    if new_key is not None:
        keep_album_key(request, back, new_key)
    return back
