"""Hostile Markdown and front matter run nothing in a real browser, with the site's policy and without any."""

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import markdown
import pytest
import yaml
from playwright.sync_api import Browser, Playwright

from app.library.children import ChildFailedError, render_texts
from app.library.figures import with_figures
from app.library.rendering import EXTENSIONS
from app.web import create_app
from app.workspace import Workspace, find_workspace
from tests.browser.chromium import launch
from tests.hostile.corpus import PATHOLOGICAL, inputs, payloads
from tests.hostile.trap import Caught, visit
from tests.web.cast import Phone
from tests.web.conftest import close
from tests.web.serving import ask, serve
from tests.workspaces import copy_tiny

SECONDS, BATCH = 2, 100
CONTROL_BATCH, MOST_CONTROL = 25, 500
"""Without cleaning one text that leads elsewhere takes its whole page along."""

STORY = re.compile(r'(<section class="story"[^>]*)>.*?</section>', re.DOTALL)
SHORT, LONG = 400, 6_000
"""So many texts in `make test`, and in `make test-all`."""


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    opened = launch(playwright)
    yield opened
    opened.close()


@pytest.fixture
def tiny(tmp_path: Path) -> Workspace:
    return find_workspace(str(copy_tiny(tmp_path / "tiny", designs=True)))


@pytest.fixture
def site(tiny: Workspace) -> Iterator[Phone]:
    opened = create_app(tiny)
    yield Phone(opened, "en")
    close(opened)


def rendered(tiny: Workspace, texts: list[str]) -> list[str]:
    """Return each text's HTML as a page gets it; each batch, so each text, keeps the bounds of one text."""
    pages: list[str] = []
    for batch in (texts[at : at + BATCH] for at in range(0, len(texts), BATCH)):
        pages += [
            with_figures(tiny, "fish", "en", parts[part]).text
            for parts in render_texts(batch, SECONDS)
            for part in ("body", "notes")
        ]
    return pages


def control(texts: list[str]) -> list[str]:
    """Return each text's HTML as it would be without cleaning."""
    return [markdown.markdown(text, extensions=EXTENSIONS) for text in texts]


def sheets(site: Phone, fragments: list[str], size: int, *, policy: bool) -> Iterator[tuple[str, str]]:
    """Yield real story pages, each with a batch of fragments for its story, and their policy or none."""
    real = site.open("/en/tiny/fish")
    allowed = real.headers["Content-Security-Policy"] if policy else ""
    for at in range(0, len(fragments), size):
        story = "".join(f"<div>{fragment}</div>" for fragment in fragments[at : at + size])
        start = STORY.search(real.text)
        assert start
        opening = f"{start[1]} data-hostile>{story}</section>"
        yield real.text[: start.start()] + opening + real.text[start.end() :], allowed


def tried(browser: Browser, site: Phone, fragments: list[str], size: int = BATCH, *, policy: bool) -> Caught:
    context = browser.new_context(service_workers="block")
    try:
        return visit(context, site, sheets(site, fragments, size, policy=policy))
    finally:
        context.close()


@pytest.mark.parametrize(
    "most", [pytest.param(SHORT, id="short"), pytest.param(LONG, id="long", marks=pytest.mark.long)]
)
def test_no_text_of_public_lists_runs_anything(
    browser: Browser, site: Phone, tiny: Workspace, count: Callable[[str], None], most: int
) -> None:
    texts = list(inputs(most))
    assert len(texts) >= (5_000 if most == LONG else 300)
    clean = rendered(tiny, texts)
    for policy in (True, False):
        caught = tried(browser, site, clean, policy=policy)
        assert (caught.ran[:5], caught.left[:5], caught.found[:5]) == ([], [], [])
    fired = tried(
        browser, site, control(texts[:: most // MOST_CONTROL or 1]), CONTROL_BATCH, policy=False
    ).fired
    assert fired > 0
    count(
        f"{len(texts)} hostile texts, each within {SECONDS} s and 512 MB: 0 executions with the policy and "
        f"without; the control without cleaning: {fired}"
    )


@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_a_text_made_to_be_slow_is_rendered_or_refused_within_its_bounds(name: str) -> None:
    before = os.times()
    with contextlib.suppress(ChildFailedError):
        render_texts([PATHOLOGICAL[name]], SECONDS)
    after = os.times()
    spent_s = after.children_user + after.children_system - before.children_user - before.children_system
    assert spent_s < SECONDS + 1.5  # and what Python takes to start


def front_of(strings: list[str]) -> dict[str, object]:
    """Return a story's front matter with a hostile string wherever one may stand."""
    at = iter(strings)
    riddle = [f"{number} {next(at)}" for number in range(4)]
    return {
        "title": next(at),
        "summary": next(at)[:140],
        "place": next(at),
        "facts": [{"value": next(at), "label": next(at), "source": "S2"} for _ in range(4)],
        "timeline": [{"when": next(at), "what": next(at), "source": next(at)}],
        "riddles": [
            {
                "question": next(at), "choices": riddle, "answer": riddle[0], "hint": next(at),
                "because": next(at), "kind": "story",
            }
        ],
        "uncertain": [next(at)],
    }  # fmt: skip


NEEDED = 22


def test_no_front_matter_runs_anything_on_the_real_page(
    browser: Browser, site: Phone, tiny: Workspace, count: Callable[[str], None]
) -> None:
    strings = [text for text in payloads() if text.isprintable()][::23]
    pages = []
    for at in range(0, len(strings) - NEEDED, NEEDED):
        front = yaml.safe_dump(front_of(strings[at : at + NEEDED]), allow_unicode=True)
        (tiny.stories / "fish" / "en.md").write_text(f"---\n{front}---\nWords.\n", "utf-8")
        answer = site.open("/en/tiny/fish")
        assert answer.status_code == 200, answer.text
        pages.append((answer.text, answer.headers["Content-Security-Policy"]))
    for policy in (True, False):
        context = browser.new_context(service_workers="block")
        caught = visit(context, site, [(html, allowed if policy else "") for html, allowed in pages])
        context.close()
        assert (caught.ran[:5], caught.left[:5]) == ([], [])
    count(f"{len(pages) * NEEDED} hostile strings in front matter on {len(pages)} real pages: 0 executions")


def test_the_site_answers_while_texts_that_spin_are_asked_for(tiny: Workspace, tmp_path: Path) -> None:
    with serve(tiny.root, tmp_path / "printed.txt") as served:
        for kit in ("fish", "lantern"):
            path = tiny.stories / kit / "en.md"
            path.write_text(path.read_text("utf-8") + "\n" + PATHOLOGICAL["brackets"] + "\n", "utf-8")
        with ThreadPoolExecutor(2) as pool:
            slow = [pool.submit(ask, served, f"/en/tiny/{kit}") for kit in ("fish", "lantern")]
            answered = 0
            while not all(each.done() for each in slow):
                assert ask(served, "/en/tiny/bridge")[0] == 200
                answered += 1
        assert answered > 1
        assert [each.result()[0] for each in slow] == [503, 503]
        assert ask(served, "/en/tiny/bridge")[0] == 200
