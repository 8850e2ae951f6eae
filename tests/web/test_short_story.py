"""The short address on cards that everyone may read: it leads to the story in the visitor's language."""

from collections.abc import Callable

import pytest

from tests.web.cast import Phone

KITS = ("lantern", "bridge", "fish")


@pytest.mark.parametrize("kit", KITS)
@pytest.mark.parametrize("spelled", ["/s/{}", "/S/{}"])
@pytest.mark.parametrize("case", [str.lower, str.upper, str.title])
def test_a_short_address_leads_to_its_story_however_it_is_spelled(
    reader: Phone, kit: str, spelled: str, case: Callable[[str], str]
) -> None:
    answer = reader.open(spelled.format(case(kit)))
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/vi/tiny/{kit}")
    assert reader.open(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("path", "asked", "language"),
    [
        ("/S/LANTERN", "en-GB,en;q=0.9", "en"),
        ("/S/LANTERN", "vi", "vi"),
        ("/S/LANTERN", "de", "vi"),
        ("/S/LANTERN", "ko", "ko"),
        ("/S/LANTERN?lang=en", "vi", "en"),
        ("/S/LANTERN?lang=de", "en", "en"),
        ("/S/LANTERN?lang=fr", "en", "fr"),
    ],
)
def test_the_language_is_the_visitors_and_caches_are_told_so(
    reader: Phone, path: str, asked: str, language: str
) -> None:
    for method in ("GET", "HEAD"):
        answer = reader.open(path, method=method, headers={"Accept-Language": asked})
        assert answer.headers["Location"] == f"/{language}/tiny/lantern"
        assert {"Accept-Language", "Cookie"} <= set(answer.headers["Vary"].split(", "))
        assert "Set-Cookie" not in answer.headers


def test_a_language_chosen_before_is_kept(reader: Phone) -> None:
    reader.keep_cookie("lang", "en")
    assert reader.open("/S/FISH").headers["Location"] == "/en/tiny/fish"


@pytest.mark.parametrize(
    "kit", ["nothing", "tiny", "lantern2", "LANTERN%20", "..", "%2e%2e", "lantern/x", ""]
)
def test_a_kit_that_there_is_not_is_not_found(reader: Phone, kit: str) -> None:
    for prefix in ("/s/", "/S/"):
        assert reader.open(prefix + kit).status_code == 404
