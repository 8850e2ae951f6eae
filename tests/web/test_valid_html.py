"""Every page is valid HTML: each state of the every-page list, and each page that our own site links to."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from app.web import create_app
from app.workspace import find_workspace
from tests.web.conftest import Drawn, close
from tests.web.every_studio_page import visit_every_studio_page
from tests.web.validators import html_validate, vnu
from tests.web.whole_site import follow_every_link

EveryPage = dict[tuple[str, str], TestResponse]
NOT_HEARD = "Section lacks heading"
"""vnu's advice on a <section> without a name. Such a one has no role and is not told by screen readers: it
gives a part of a page without a heading (a form, a note) the margins of the others."""

SLIPS = {
    "picture without words": ("</main>", "<img src=/x.svg></main>"),
    "button in a link": ("</main>", '<a href="/"><button type="button">a</button></a></main>'),
    "label of nothing": ("</main>", '<label for="nowhere">a</label></main>'),
    "paragraph in a list": ("</main>", "<ul><p>a</p></ul></main>"),
    "two titles": ("</title>", "</title><title>another</title>"),
}
"""What is wrong: what a sound page has, and what stands there instead."""


@pytest.fixture(scope="module")
def pages(every_page: EveryPage, drawn: Drawn, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every page that anyone meets, name or address -> HTML."""
    states = {
        f"{name} ({language})": answer.text
        for (name, language), answer in every_page.items()
        if answer.mimetype == "text/html"
    }
    linked = follow_every_link(tmp_path_factory.mktemp("whole"))
    assert len(states) >= 70
    assert len(linked) >= 50
    return states | linked | _studio(drawn, tmp_path_factory.mktemp("studio") / "tiny")


def _studio(drawn: Drawn, copy: Path) -> dict[str, str]:
    """Return every page of the studio in two languages."""
    found: dict[str, str] = {}
    for language in ("vi", "ja"):
        folder = Path(shutil.copytree(drawn.folder, copy.with_name(f"{copy.name}-{language}")))
        site = create_app(find_workspace(str(folder)))
        for name, answer in visit_every_studio_page(language, folder, site).items():
            assert answer.mimetype == "text/html", name
            found[f"studio: {name} ({language})"] = answer.text
        close(site)
    return found


def test_every_page_passes_html_validate(pages: dict[str, str], tmp_path: Path) -> None:
    assert html_validate(pages, tmp_path) == []


@pytest.mark.java
def test_every_page_passes_the_validator_of_the_standard(pages: dict[str, str], tmp_path: Path) -> None:
    assert [found for found in vnu(pages, tmp_path) if NOT_HEARD not in found] == []


@pytest.mark.parametrize("validate", [html_validate, pytest.param(vnu, marks=pytest.mark.java)])
def test_the_validator_sees_what_is_wrong(
    validate: Callable[[dict[str, str], Path], list[str]], every_page: EveryPage, tmp_path: Path
) -> None:
    page = every_page["home", "vi"].text
    assert all(sound in page for sound, _ in SLIPS.values())
    spoilt = {name: page.replace(sound, slip, 1) for name, (sound, slip) in SLIPS.items()}
    found = validate(spoilt, tmp_path)
    assert {line.partition(":")[0] for line in found if NOT_HEARD not in line} == set(SLIPS)
