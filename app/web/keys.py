"""The album's key: in the phone's cookie, in the forms that make one, and as a link to open."""

import re
import secrets

from flask import Request
from werkzeug.wrappers import Response

from app.core.album_key import ALBUM_KEY_BYTES
from app.workspace import is_private_host

YEAR_SECONDS = 366 * 86_400
_FIELD = re.compile(f"[0-9a-f]{{{2 * ALBUM_KEY_BYTES}}}")


def album_key(request: Request) -> bytes | None:
    """Return the key that the phone holds, None without one."""
    try:
        key = bytes.fromhex(request.cookies.get(_cookie(request)[0], ""))
    except ValueError:
        return None
    return key if len(key) == ALBUM_KEY_BYTES else None


def keep_album_key(request: Request, answer: Response, key: bytes) -> None:
    """Let the phone remember a key."""
    name, secure = _cookie(request)
    answer.set_cookie(
        name, key.hex(), max_age=10 * YEAR_SECONDS, secure=secure, httponly=True, samesite="Lax"
    )


def drop_album_key(request: Request, answer: Response) -> None:
    """Let the phone forget its key."""
    name, secure = _cookie(request)
    answer.delete_cookie(name, secure=secure, httponly=True, samesite="Lax")


def fresh_key() -> str:
    """Return a key as the hidden field of a form that may make one: sent again, it is the same one."""
    return secrets.token_hex(ALBUM_KEY_BYTES)


def offered_key(request: Request) -> bytes:
    """Return the key in a form's hidden field, a fresh one where none is that could be one."""
    field = request.form.get("key", "")
    return bytes.fromhex(field if _FIELD.fullmatch(field) else fresh_key())


def site_address(request: Request, base_url: str) -> str:
    """Return the address under which another phone finds the site: its own, or at home the bare one."""
    return request.host_url.rstrip("/") if at_home(request) else base_url.rstrip("/")


def at_home(request: Request) -> bool:
    """Tell whether the site is tried at a bare address without TLS, where no cookie may demand it."""
    host = request.host.rpartition(":")[0] if ":" in request.host.rpartition("]")[2] else request.host
    return is_private_host(host) and not request.is_secure


def _cookie(request: Request) -> tuple[str, bool]:
    """Return the album cookie's name and whether it is for TLS alone.

    Only a bare address (trying at home, with --practice) may do without TLS; there the __Host- prefix,
    which demands it, would make the phone forget the album.
    """
    return ("album", False) if at_home(request) else ("__Host-album", True)
