"""The audit of facts: what our stories claim was read somewhere, is cited, and doubted where sources differ.

Every number, date and proper name of a story stands in tests/content/claims/KIT.toml with the tags of the
sources it was read in. A passage in which it stands cites one of them.
"""

import tomllib
from pathlib import Path

import pytest

from tests.content.audit import (
    FREE,
    Audit,
    Claim,
    Passage,
    Telling,
    finder,
    known_names,
    read_audit,
    read_telling,
)

STORIES = Path(__file__).parent.parent.parent / "stories"
CLAIMS = Path(__file__).parent / "claims"
TELLINGS = [read_telling(path) for path in sorted(STORIES.glob("*/*.md"))]
AUDITS = {path.stem: read_audit(path) for path in sorted(CLAIMS.glob("*.toml"))}
NAMES = {language: known_names(TELLINGS, language) for language in ("vi", "en")}
SOURCES = set(tomllib.loads((STORIES / "sources.toml").read_text("utf-8")))

EVERY_TELLING = pytest.mark.parametrize(
    "telling", TELLINGS, ids=lambda telling: f"{telling.kit}/{telling.name}"
)
EVERY_KIT = pytest.mark.parametrize("kit", AUDITS)


def said(telling: Telling, passage: Passage, form: str) -> str:
    """Return where a form stands, for whoever mends it."""
    return f"{telling.kit}/{telling.name}: {form!r} in {passage.part}: {passage.words[:100]!r}"


# Our stories


def test_every_story_has_an_audit_and_every_audit_a_story() -> None:
    assert {telling.kit for telling in TELLINGS} == set(AUDITS)


@EVERY_TELLING
def test_every_number_date_and_name_stands_in_the_audit(telling: Telling) -> None:
    missing = [
        said(telling, passage, form)
        for passage in telling.passages
        for form in AUDITS[telling.kit].unclaimed(passage, telling.language, NAMES[telling.language])
    ]
    assert not missing, "\n".join(missing)


@EVERY_TELLING
def test_every_passage_cites_a_source_of_what_it_claims(telling: Telling) -> None:
    missing = [
        said(telling, passage, form)
        for passage in telling.passages
        for form in AUDITS[telling.kit].unsupported(passage, telling.language)
    ]
    assert not missing, "\n".join(missing)


@EVERY_TELLING
def test_what_sources_dispute_or_nobody_checked_is_told_as_uncertain(telling: Telling) -> None:
    assert AUDITS[telling.kit].undoubted(telling) == [], f"{telling.kit}/{telling.name}"


@EVERY_KIT
def test_every_form_of_the_audit_stands_in_a_story(kit: str) -> None:
    for language in ("vi", "en"):
        words = "\n".join(
            passage.words
            for telling in TELLINGS
            if (telling.kit, telling.language) == (kit, language)
            for passage in telling.passages
        )
        forms = [form for claim in AUDITS[kit].claims for form in claim.forms(language)]
        assert [form for form in forms if not finder(form).search(words)] == [], language


@EVERY_KIT
def test_every_claim_has_a_source_of_ours_or_says_that_it_needs_none(kit: str) -> None:
    for claim in AUDITS[kit].claims:
        unknown = {tag for tag in claim.tags - FREE - SOURCES if not tag.startswith("K-")}
        assert unknown == set(), claim.about
        assert claim.tags, claim.about
        assert not (claim.tags & FREE and claim.tags - FREE), f"{claim.about}: free, and not free"


def test_every_source_is_cited_and_every_cited_source_is_given() -> None:
    assert set().union(*(telling.cited for telling in TELLINGS)) == SOURCES


# The audit itself: what it would find


HEIGHT = Claim("height", vi=("8,71",), en=("8.71",), tags=frozenset({"S1"}))
CENTURY = Claim("century", vi=("thế kỷ 15",), en=("15",), tags=frozenset({"S2"}))
KING = Claim("king", vi=("Gia Long",), en=("Gia Long",), tags=frozenset({"S3"}))
CITY = Claim("city", vi=("Hà Nội",), en=("Hanoi",), tags=frozenset({"name"}))
SIDES = Claim("sides", vi=("tám mặt",), en=("eight sides",), tags=frozenset({"S4"}), disputed="sides")
OTHER_SIDES = Claim("other", vi=("sáu mặt",), en=("six sides",), tags=frozenset({"S5"}), disputed="sides")
UNCHECKED = Claim("owner", vi=("Bảo",), en=("Bảo",), tags=frozenset({"K-high"}))
SMALL = Audit((HEIGHT, CENTURY, KING, CITY, SIDES, OTHER_SIDES, UNCHECKED))


def passage(words: str, *cited: str, part: str = "text") -> Passage:
    return Passage(part, words, frozenset(cited))


@pytest.mark.parametrize(
    ("language", "words", "found"),
    [
        ("en", "It is 8.71 metres high.", []),
        ("en", "It is 8.7 metres high, not 18.71 or 8.712.", ["8.7", "18.71", "8.712"]),
        ("en", "It is 71 metres high.", ["71"]),
        ("en", "At 8:15 on the 15th; in the 16th.", ["8:15", "16th"]),
        ("en", "The gate has two roofs.", ["two"]),
        ("vi", "Năm 1805, cổng có hai mái.", ["1805", "hai"]),
        ("vi", "Cả hai nằm hai bên đường.", []),
        ("en", "Then Gia Long came to Hanoi. Then he left.", []),
        ("en", "Gia Long’s gate. Gia came. Long ago.", ["Gia"]),
        ("en", "Then Minh Mạng came.", ["Minh", "Mạng"]),
        ("en", "“Look,” I said. (Nobody did.) She said: “Stay!”", []),
        ("en", "Mạng came.", ["Mạng"]),
        ("vi", "Vua Gia Long xây cổng.", []),
        ("vi", "Vua Minh Mạng xây cổng.", ["Minh", "Mạng"]),
    ],
)
def test_what_no_claim_covers_is_found(language: str, words: str, found: list[str]) -> None:
    names = frozenset({"Gia", "Mạng"})
    assert sorted(SMALL.unclaimed(passage(words), language, names)) == sorted(found)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (passage("It is 8.71 metres high.", "S1", "S9"), []),
        (passage("It is 8.71 metres high.", "S9"), ["8.71"]),
        (passage("It is 8.71 metres high."), ["8.71"]),
        (passage("Gia Long came to Hanoi.", "S1"), ["Gia Long"]),
        (passage("Hanoi is old."), []),
        (passage("8.71\nmetres high", "S2", part="facts"), ["8.71"]),
        (passage("Is it 8.71 metres high?", part="riddles"), []),
        (passage("Perhaps 8.71 metres.", part="uncertain"), []),
    ],
)
def test_what_cites_none_of_its_sources_is_found(said: Passage, found: list[str]) -> None:
    assert SMALL.unsupported(said, "en") == found


@pytest.mark.parametrize(
    ("words", "doubt", "found"),
    [
        ("It has eight sides.", "Somebody counts six sides.", []),
        ("It has eight sides.", "Its year is not sure.", ["eight sides"]),
        ("It has eight sides.", "", ["eight sides"]),
        ("It is 8.71 metres high.", "", []),
        ("Bảo owned it.", "Nobody checked whether Bảo owned it.", []),
        ("Bảo owned it.", "Nobody checked who owned it.", ["Bảo"]),
    ],
)
def test_what_is_disputed_or_unchecked_and_told_as_sure_is_found(
    words: str, doubt: str, found: list[str]
) -> None:
    telling = Telling("gate", "en.md", (passage(words, "S1"), passage(doubt, part="uncertain")))
    assert SMALL.undoubted(telling) == found


def test_a_story_is_cut_into_passages_with_the_sources_of_each(tmp_path: Path) -> None:
    path = tmp_path / "gate" / "en.adult.md"
    path.parent.mkdir()
    path.write_text(
        "---\ntitle: Gate\nplace: Hanoi\nfacts:\n  - {value: '5', label: arches, source: S1}\n---\n"
        "## Its **five** arches\n\nOne [arch](/en/a/b).[^S1]\nStill it.[^S2]\n\n"
        '!!! legend "It is told"\n    A tale.[^S3]\n\n## Lists\n\n'
        "1. First.\n2. Second.[^S4]\n   More.\n3. Third.[^S5]\n\n"
        "| a | b |\n|---|---|\n| c | d[^S6] |\n\n[^S7]: A note.\n",
        "utf-8",
    )
    told = read_telling(path)
    assert (told.kit, told.name, told.language) == ("gate", "en.adult.md", "en")
    everything = {f"S{number}" for number in range(1, 7)}
    assert [(each.part, " ".join(each.words.split()), set(each.cited)) for each in told.passages] == [
        ("title", "Gate", everything),
        ("place", "Hanoi", everything),
        ("facts", "5 arches", {"S1"}),
        ("heading", "Its five arches", {"S1", "S2", "S3"}),
        ("text", "One arch. Still it.", {"S1", "S2"}),
        ("text", "It is told A tale.", {"S3"}),
        ("heading", "Lists", {"S4", "S5", "S6"}),
        ("text", "First.", {"S5"}),
        ("text", "Second. More.", {"S4"}),
        ("text", "Third.", {"S5"}),
        ("text", "a b", {"S6"}),
        ("text", "c d", {"S6"}),
    ]
