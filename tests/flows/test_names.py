"""No series and no kit is called as a page of the site is: one of the two could never be opened."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from app.checking import check_workspace
from app.checking.names import COMING_NAMES, OWN_NAMES
from app.core.story import LAYERS
from app.web import create_app
from app.web.languages import known_languages
from app.workspace import Workspace, find_workspace

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SERIES, KIT = "kits/tiny/series.toml", "kits/tiny/lantern"


def said_of(folder: Path) -> list[str]:
    return [str(problem) for problem in check_workspace(find_workspace(str(folder)), known_languages())]


def call_series(folder: Path, name: str) -> None:
    (folder / "kits" / "tiny").rename(folder / "kits" / name)


def call_kit(folder: Path, name: str) -> None:
    (folder / KIT).rename(folder / "kits" / "tiny" / name)
    (folder / "stories" / "lantern").rename(folder / "stories" / name)
    file = folder / SERIES
    file.write_text(file.read_text("utf-8").replace('"lantern"', f'"{name}"'), "utf-8")


CALLED: dict[str, Callable[[Path, str], None]] = {"series": call_series, "kit": call_kit}


@pytest.mark.parametrize("kind", CALLED)
@pytest.mark.parametrize("name", ["help", "bonus", "runs", "verify", "zh"])
def test_a_name_that_the_site_needs_itself_is_refused(read_before: Path, kind: str, name: str) -> None:
    CALLED[kind](read_before, name)
    (told,) = [problem for problem in said_of(read_before) if "cannot be called" in problem]
    assert f"a {kind} cannot be called {name}" in told
    assert f"kits/{name}" in told or f"kits/tiny/{name}" in told


@pytest.mark.parametrize("kind", CALLED)
def test_a_name_of_its_own_is_welcome(read_before: Path, kind: str) -> None:
    CALLED[kind](read_before, "helpers")
    assert not [problem for problem in said_of(read_before) if "cannot be" in problem]


def test_a_series_whose_folder_cannot_stand_in_an_address_is_refused(read_before: Path) -> None:
    call_series(read_before, "Tiny Things")
    assert any("'Tiny Things' cannot be a series's name" in problem for problem in said_of(read_before))


def own_names(workspace: Workspace) -> set[str]:
    """Return the names in the site's addresses that stand first, or where a series's or a kit's would."""
    site = create_app(workspace)
    site.extensions["hopke"].ledger.close()
    found = set()
    for rule in site.url_map.iter_rules():
        first, *more = rule.rule.lower().strip("/").split("/")
        # A file is named by what stands before its dot or its language; what begins with a dot is no name.
        found.add(re.split(r"\.|-<|<", first)[0])
        if first == "<language>":
            fixed = [part for part in more[:2] if not part.startswith("<")]
            found.update(fixed[:1])  # what follows below /<language>/help/ is below no series
        if first == "studio" and more:
            found.add(more[0].partition(".")[0])  # a kit stands there too
    return {name for name in found if NAME.fullmatch(name)}


def test_the_names_of_the_site_are_those_of_its_addresses(workspace: Workspace) -> None:
    assert own_names(workspace) - COMING_NAMES == OWN_NAMES


def test_a_kits_own_pages_are_named_apart_from_its_layers(workspace: Workspace) -> None:
    site = create_app(workspace)
    site.extensions["hopke"].ledger.close()
    page = "/<language>/<series>/<kit>/"
    below = {
        rule.rule.removeprefix(page).split("/")[0]
        for rule in site.url_map.iter_rules()
        if rule.rule.startswith(page)
    }
    assert "build" in below
    assert not below & set(LAYERS)
