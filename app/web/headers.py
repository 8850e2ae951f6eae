"""What every answer carries, and which buttons are believed."""

import base64
import hashlib

from flask import Request, Response

STORY_SECONDS = 300
FILE_SECONDS = 86_400
STUDIO = ("/studio", "/preview")
"""What is for those who work here, and for the outside experts to whom they show an unpublished text."""

PRIVATE = ("/b/", "/B/", "/a/", "/album", "/swap", "/SWAP", *STUDIO)
POWERS_OFF = ", ".join(
    f"{power}=()"
    for power in (
        "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "geolocation",
        "gyroscope", "magnetometer", "microphone", "midi", "payment", "usb",
    )
)  # fmt: skip


def hash_source(text: str) -> str:
    """Return how a Content-Security-Policy names an inline style or script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def policy(*styles: str, frames: str = "", framed_by: str = "'none'") -> str:
    """Return the Content-Security-Policy of pages whose one inline style is one of `styles`.

    Args:
        styles: the inline styles.
        frames: from where a page may show another in a frame; "" for nowhere.
        framed_by: who may show the page in a frame.
    """
    shown = f"frame-src {frames}; " if frames else ""
    allowed = " ".join(map(hash_source, styles))
    return (
        "default-src 'none'; script-src 'self'; worker-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"style-src 'self' {allowed}; media-src 'self'; connect-src 'self'; manifest-src 'self'; "
        f"form-action 'self'; {shown}frame-ancestors {framed_by}; base-uri 'none'"
    )


PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""An SVG carries its own style; as a picture it runs nothing, opened by itself it still may not."""


def is_private(path: str) -> bool:
    """Tell whether an answer may carry a code or an album and so is never stored or referred to."""
    return path.startswith(PRIVATE)


def is_studio(path: str) -> bool:
    """Tell whether an answer is for those who work here."""
    return path.startswith(STUDIO)


def protect(response: Response, *, content_policy: str, private: bool, unlisted: bool = False) -> Response:
    """Return `response` with its security headers.

    Args:
        response: the answer.
        content_policy: its Content-Security-Policy, unless it has one of its own.
        private: whether it is never stored nor referred to.
        unlisted: whether searchers are told to leave it out, whatever kind of file it is.
    """
    headers = response.headers
    headers.setdefault("Content-Security-Policy", content_policy)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Permissions-Policy"] = POWERS_OFF
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Referrer-Policy"] = "no-referrer" if private else "same-origin"
    if private:
        headers["Cache-Control"] = "private, no-store"
    if unlisted:
        headers["X-Robots-Tag"] = "noindex"
    return response


def from_this_site(request: Request) -> bool:
    """Tell whether a POST came from a page of this site, or a browser too old to say (Fetch Metadata)."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") in {"same-origin", "none"}
