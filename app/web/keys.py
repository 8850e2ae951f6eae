"""The album's key in the phone's cookie."""

from flask import Request
from werkzeug.wrappers import Response

from app.albums.claiming import ALBUM_KEY_BYTES
from app.workspace import is_private_host

YEAR_SECONDS = 366 * 86_400


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


def _cookie(request: Request) -> tuple[str, bool]:
    """Return the album cookie's name and whether it is for TLS alone.

    Only a bare address (trying at home, with --practice) may do without TLS; there the __Host- prefix,
    which demands it, would make the phone forget the album.
    """
    host = request.host.rpartition(":")[0] if ":" in request.host.rpartition("]")[2] else request.host
    if is_private_host(host) and not request.is_secure:
        return "album", False
    return "__Host-album", True
