"""Checks what series and kits are called: their names stand in addresses, beside those of the site itself."""

from collections.abc import Iterator, Mapping

from app.catalogue import SLUG
from app.checking.problems import ContentError
from app.core.kit import Series
from app.workspace import Workspace

OWN_NAMES = frozenset(
    {
        "a", "album", "b", "bonus", "comments", "count", "help", "invitation", "kits", "links",
        "manifest", "me", "numbers", "offline", "pictures", "preview", "r", "reports", "robots",
        "runs", "s", "sign-in", "sign-out", "sign-out-everywhere", "sitemap", "static", "stories",
        "studio", "sw", "swap",
    }
)  # fmt: skip
"""What the site's own addresses begin with, and what stands in them where a series or a kit does."""

COMING_NAMES = frozenset({"verify"})
"""Those that addresses to come will need."""


def name_problems(
    workspace: Workspace, catalogue: Mapping[str, Series], interface_languages: tuple[str, ...]
) -> Iterator[ContentError]:
    """Yield series and kits whose name is no name for an address, or leads to a page of the site's own.

    Args:
        workspace: the workspace.
        catalogue: its series.
        interface_languages: the languages that the pages speak: every address may begin with one.
    """
    taken = OWN_NAMES | COMING_NAMES | {*interface_languages, *workspace.languages}
    for series in catalogue.values():
        where = str(workspace.kits / series.id)
        if not SLUG.fullmatch(series.id):
            yield ContentError(
                f"{series.id!r} cannot be a series's name",
                where=where,
                mend="Use small letters, digits and single hyphens, as in thang-long",
            )
        for kind, name, place in [
            ("series", series.id, where),
            *(("kit", kit.id, f"{where}/{kit.id}") for kit in series.kits),
        ]:
            if name in taken:
                yield ContentError(
                    f"a {kind} cannot be called {name}: addresses with this name are the site's own",
                    where=place,
                    mend="Give its folder another name, as long as none of its boxes is sold",
                )
