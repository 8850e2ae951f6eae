"""The pages of an album's key: seeing it, opening an album with it, changing it, forgetting everything."""

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from app.albums.keeping import KeyCard, forget, holding, key_card, merge, opened, rotate
from app.core.album_key import parse_words
from app.web.keys import album_key, drop_album_key, fresh_key, keep_album_key, offered_key, site_address
from app.web.present import show, site, spoken

pages = Blueprint("album_keys", __name__)


def card_of(key: bytes) -> KeyCard:
    """Return a key as this phone's page shows it."""
    return key_card(key, site_address(request, site().workspace.base_url))


@pages.get("/album/key")
def key() -> AnyResponse:
    """Show the album's key."""
    mine = album_key(request)
    if mine is None or holding(site(), mine) is None:
        return redirect(f"/album/open?lang={spoken()}", 303)
    return show("album_key.html", spoken(), card=card_of(mine), here="album")


@pages.get("/album/open")
def ask_key() -> Response:
    """Ask for the words of an album's key."""
    return show("album_open.html", spoken(), problem="", about={}, typed="", here="album")


@pages.post("/album/open")
def open_album() -> AnyResponse:
    """Open an album on this phone; one that this phone holds already is not lost unasked."""
    wanted = parse_words(request.form.get("words", ""))
    found, mine = opened(site(), wanted), album_key(request)
    held = holding(site(), mine)
    if mine and held and held.boxes and mine != wanted and "instead" not in request.form:
        words = request.form["words"]
        return show(
            "album_merge.html",
            spoken(),
            card=card_of(mine),
            held=held,
            found=found,
            words=words,
            here="album",
        )
    return _holder_of(wanted)


@pages.post("/album/merge")
def merge_albums() -> AnyResponse:
    """Move everything of this phone's album into another, and open that one."""
    wanted = parse_words(request.form.get("words", ""))
    merge(site(), album_key(request), wanted)
    return _holder_of(wanted)


@pages.get("/album/merge")
def merge_again() -> AnyResponse:
    """Lead back to the words when a phone opens the button's address again."""
    return redirect(f"/album/open?lang={spoken()}", 303)


@pages.get("/album/rotate")
def ask_rotate() -> AnyResponse:
    """Tell what a new key does."""
    if holding(site(), album_key(request)) is None:
        return redirect(f"/album?lang={spoken()}", 303)
    return show("album_rotate.html", spoken(), new_key=fresh_key(), here="album")


@pages.post("/album/rotate")
def rotate_key() -> AnyResponse:
    """Give the album a new key; the same form sent again gets the same answer."""
    new, mine = offered_key(request), album_key(request)
    if mine is None:  # no key was tried, so none is wrong
        return redirect(f"/album?lang={spoken()}", 303)
    rotate(site(), mine, new)
    answer = redirect("/album/key", 303)
    keep_album_key(request, answer, new)
    return answer


@pages.get("/album/forget")
def ask_forget() -> Response:
    """Tell what forgetting does; without an album, that there is nothing left to forget."""
    return show("album_forget.html", spoken(), held=holding(site(), album_key(request)), here="album")


@pages.post("/album/forget")
def forget_album() -> AnyResponse:
    """Forget the album."""
    forget(site(), album_key(request))
    answer = redirect("/album/forget", 303)
    drop_album_key(request, answer)
    return answer


def _holder_of(key: bytes) -> AnyResponse:
    answer = redirect("/album", 303)
    keep_album_key(request, answer, key)
    return answer
