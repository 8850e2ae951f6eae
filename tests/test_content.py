"""Our own catalogue and phrases, as far as a machine can tell: whole, in both languages, and honest."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
import pytest
from babel import Locale
from jinja2 import nodes

from app.catalogue import read_catalogue
from app.checking import check_workspace
from app.core.story import LAYERS, RIDDLES
from app.library import read_layer, read_story
from app.web.failures import TOLD
from app.web.languages import Tongue, known_languages, phrases
from app.workspace import Workspace, printable_host
from tests.workspaces import copy_own

REPOSITORY = Path(__file__).parent.parent
WEB = REPOSITORY / "app" / "web"
BEACONS = ("none", "ceremony", "drand")
TEXTS = [
    (path.parent.name, path.stem.partition(".")[0], path.stem.partition(".")[2])
    for path in sorted((REPOSITORY / "stories").glob("*/*.md"))
]
"""Folder, language and layer of everything that is told; a story's and a bonus page's layer is ""."""
STORIES = [text for text in TEXTS if text[2] == "" and text[0] != "one-line"]
EVERY_TEXT = pytest.mark.parametrize("text", TEXTS, ids=lambda text: "-".join(text).rstrip("-"))


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy of the repository as a workspace, so that testing leaves nothing behind in it."""
    return copy_own(tmp_path_factory.mktemp("ours"))


# The catalogue


def test_our_own_workspace_is_ready(ours: Workspace) -> None:
    assert [str(problem) for problem in check_workspace(ours, known_languages())] == []
    assert printable_host(ours.base_url)


def test_every_kit_is_told_in_every_language_and_layer_and_no_story_is_a_stray(ours: Workspace) -> None:
    catalogue = read_catalogue(ours).values()
    kits = {kit.id for series in catalogue for kit in series.kits}
    bonuses = {series.bonus for series in catalogue if series.bonus}
    assert (len(kits), bonuses) == (5, {"one-line"})
    assert sorted(TEXTS) == sorted(
        [(kit, language, layer) for kit in kits for language in ours.languages for layer in ("", *LAYERS)]
        + [
            (bonus, language, layer)
            for bonus in bonuses
            for language in ours.languages
            for layer in ("", "chase")
        ]
    )


@EVERY_TEXT
def test_every_story_says_what_is_uncertain_and_none_claims_a_review_that_never_was(
    ours: Workspace, text: tuple[str, str, str]
) -> None:
    kit, language, layer = text
    told = read_story(ours, kit, language) if text in STORIES else read_layer(ours, kit, language, layer)
    assert told.front.uncertain or text not in STORIES
    assert all(len(doubt.split()) > 3 for doubt in told.front.uncertain)
    assert told.front.reviewed is None


def test_the_answers_of_riddles_stand_at_the_same_places_in_every_language(ours: Workspace) -> None:
    for kit in {kit for kit, _, _ in STORIES}:
        riddles = [read_story(ours, kit, language).front.riddles for language in ours.languages]
        places = {tuple(riddle.choices.index(riddle.answer) for riddle in told) for told in riddles}
        assert len(places) == 1, kit
        assert len(places.pop()) == len(RIDDLES), kit


def test_a_run_of_all_shares_fills_whole_cases(ours: Workspace) -> None:
    for series in read_catalogue(ours).values():
        assert sum(entry.share for entry in series.entries) % series.case_size == 0
        assert len(series.standard_kits) >= 2


# The phrases


def places_in(phrase: str | dict[str, str]) -> set[str]:
    """Return the names of a phrase's places, those of all its plural forms together."""
    forms = phrase.values() if isinstance(phrase, dict) else [phrase]
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name is not None}


def calls() -> Iterator[tuple[Path, nodes.Call]]:
    """Yield every call of t() in the templates."""
    environment = jinja2.Environment(autoescape=True)
    for path in sorted((WEB / "templates").glob("*.html")):
        for call in environment.parse(path.read_text("utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t":
                yield path, call


def texts_in_code() -> set[str]:
    """Return every text that stands in the Python of the pages."""
    return {
        node.value
        for path in WEB.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def texts_in_templates() -> set[str]:
    """Return every text that stands in an expression of a template."""
    environment = jinja2.Environment(autoescape=True)
    trees = (environment.parse(path.read_text("utf-8")) for path in (WEB / "templates").glob("*.html"))
    return {
        each.value for tree in trees for each in tree.find_all(nodes.Const) if isinstance(each.value, str)
    }


def messages() -> set[str]:
    """Return the phrases of every status for which app/web/failures.py shows a message."""
    tree = ast.parse((WEB / "failures.py").read_text("utf-8"))
    shown = {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "_message"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, int | str)
    }
    assert {404, 429, 500, 503} <= shown
    return {f"error.{status}.{part}" for status in shown | TOLD for part in ("title", "text")}


def keys_of(asked: nodes.Expr) -> set[str]:
    """Return the phrases that the first argument of t() may name.

    A part of a key that is known only when the page is made stands for whatever fits. A name alone was given
    its key elsewhere, where `texts_in_code` or `texts_in_templates` finds it; a message is one of `messages`.
    """
    match asked:
        case nodes.Const(value=str(key)):
            return {key}
        case nodes.CondExpr(expr1=one, expr2=other) if other is not None:
            return keys_of(one) | keys_of(other)
        case nodes.Concat(nodes=[nodes.Name(name="message"), *_]) | nodes.Name():
            return set()
        case nodes.Concat(nodes=parts):
            each = (
                re.escape(part.value) if isinstance(part, nodes.Const) else "[a-z0-9_.]+" for part in parts
            )
            pattern = re.compile("".join(each))
            found = {key for key in phrases("en") if pattern.fullmatch(key)}
            assert found, f"nothing fits {pattern.pattern}"
            return found
    pytest.fail(f"a phrase is asked for in a way that this test does not know: {asked}")


def used() -> dict[str, set[str] | None]:
    """Return every phrase that the pages use, with the values it is given (None: not known)."""
    found: dict[str, set[str] | None] = dict.fromkeys(messages())
    found |= dict.fromkeys((texts_in_code() | texts_in_templates()) & set(phrases("en")))
    for _, call in sorted(calls(), key=lambda each: isinstance(each[1].args[0], nodes.Const)):
        found |= {key: {pair.key for pair in call.kwargs} for key in keys_of(call.args[0])}
    return found


def test_the_interface_speaks_six_languages() -> None:
    assert known_languages() == ("en", "fr", "ja", "ko", "vi", "zh")


@pytest.mark.parametrize("language", known_languages())
def test_every_language_has_the_same_phrases_with_the_same_places(language: str) -> None:
    own, english = phrases(language), phrases("en")
    assert list(own) == list(english)
    different = [key for key in english if places_in(own[key]) != places_in(english[key])]
    assert different == []
    assert [key for key in english if isinstance(own[key], dict) != isinstance(english[key], dict)] == []


@pytest.mark.parametrize("language", known_languages())
def test_no_phrase_is_empty_and_every_counted_one_has_the_forms_its_language_needs(language: str) -> None:
    forms_needed = {"other", *Locale.parse(language).plural_form.tags}
    for key, phrase in phrases(language).items():
        forms = phrase if isinstance(phrase, dict) else {"other": phrase}
        assert all(form.strip() == form and form for form in forms.values()), key
        if isinstance(phrase, dict):
            assert set(phrase) == forms_needed, key
            assert "n" in places_in(phrase), key
            values: dict[str, Any] = dict.fromkeys(places_in(phrase), "x")
            for count in (0, 1, 2, 5, 21):
                assert str(count) in Tongue(language).say(key, **values | {"n": count})


@pytest.mark.parametrize("language", known_languages())
def test_every_phrase_that_a_page_uses_is_there_and_is_given_what_it_needs(language: str) -> None:
    known = phrases(language)
    for key, given in used().items():
        assert key in known, key
        if given is not None:
            assert places_in(known[key]) <= given, key


def test_no_phrase_is_left_over() -> None:
    assert set(phrases("en")) - set(used()) == set()
