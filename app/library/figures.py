"""Pictures on the page: what the bounded child let through becomes a figure with its credit."""

import contextlib
import re
from html import escape, unescape

from app.core.errors import UserError
from app.core.story import CleanHtml
from app.library.pictures import FOLDER, find_picture
from app.workspace import Workspace

SIZES = "(max-width:672px) calc(100vw - 40px),632px"
FIGURES = re.compile(r'<p>((?:\s*<img(?: [a-z]+="[^"]*")*>)+)\s*</p>')
IMG = re.compile(r'<img((?: [a-z]+="[^"]*")*)>')
ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')


def with_figures(workspace: Workspace, kit_id: str, language: str, html: str) -> CleanHtml:
    """Return clean markup with each picture that stands alone as a figure, and without any other.

    Args:
        workspace: the workspace.
        kit_id: whose library the pictures are of.
        language: of the words below them, where they are told in it.
        html: what the bounded child made; a picture's `src` in it is `images/NAME` and nothing else.
    """
    parts = []
    for number, part in enumerate(FIGURES.split(html)):  # every second part is pictures alone
        if number % 2:
            found = (_figure(workspace, kit_id, language, each[1]) for each in IMG.finditer(part))
            parts.append("\n".join(found))
        else:
            parts.append(IMG.sub("", part))
    return CleanHtml("".join(parts))


def _figure(workspace: Workspace, kit_id: str, language: str, attributes: str) -> str:
    given = {key: unescape(text) for key, text in ATTRIBUTE.findall(attributes)}
    name = given.get("src", "").removeprefix(f"{FOLDER}/")
    picture = None
    with contextlib.suppress(UserError):  # a broken picture is told by the check; the page goes on without
        picture = find_picture(workspace, kit_id, name)
    if not picture:
        return ""
    told = language if language in picture.credit else workspace.told(language)
    credit = escape(picture.credit.get(told) or next(iter(picture.credit.values())))
    if picture.source:
        credit = f'<a href="{escape(picture.source)}">{credit}</a>'

    def address(width: int, kind: str) -> str:
        return f"/stories/{kit_id}/{FOLDER}/{name}-{width}.{kind}?v={picture.digest}"

    def choice(kind: str) -> str:
        return escape(", ".join(f"{address(width, kind)} {width}w" for width in picture.widths))

    plain = address(max([width for width in picture.widths if width <= 720] or picture.widths[:1]), "jpg")
    alt = escape(given.get("alt", ""))
    return (
        '<figure class="placed"><picture>'
        f'<source type="image/avif" srcset="{choice("avif")}" sizes="{SIZES}">'
        f'<img src="{escape(plain)}" srcset="{choice("jpg")}" sizes="{SIZES}" alt="{alt}" '
        f'width="{picture.width}" height="{picture.height}" loading="lazy" decoding="async"></picture>'
        f"<figcaption>{credit} · {escape(picture.licence)}</figcaption></figure>"
    )
