"""Check my box: the phone reckons for itself, and the kept files are judged by a page from a disk."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from app.core.commitment import Secrets, make_labels
from app.core.reveal import reveal_text
from app.runs import open_station
from app.runs.life import show_run
from app.workspace import find_workspace
from tests.browser.cards import Card
from tests.browser.chromium import launch
from tests.browser.phones import BASE, Street
from tests.conftest import SECRET

TICKS = ".ticks li b"
CHANGE = """document.addEventListener("readystatechange", () => {
    const data = document.querySelector("[data-proof]").dataset, [name, at] = %s, value = data[name];
    data[name] = value.slice(0, at) + (value[at] === "0" ? "1" : "0") + value.slice(at + 1);
}, {once: true})"""
"""One sign of what stands on the page is another, before the page's own script reads it."""


def code_of(card: Card) -> str:
    return "".join(card.groups)


def other(sign: str) -> str:
    return "0" if sign != "0" else "1"


def test_a_phone_works_out_for_itself_that_its_box_was_fixed_before_sale(town: Street, card: Card) -> None:
    page = town.phone().page
    page.goto(card.address)
    page.get_by_role("link", name="Kiểm tra hộp của tôi").click()
    expect(page.locator(TICKS)).to_have_text(["Đúng"] * 5)
    expect(page.locator("#whole")).to_be_visible()
    expect(page.locator("#broken")).to_be_hidden()
    shown = page.locator("main").inner_text()
    assert f"hộp số {card.edition} / 48" in shown
    assert card.name in shown
    assert code_of(card) not in page.title()


def test_without_javascript_it_is_said_who_can_check(town: Street, card: Card) -> None:
    page = town.phone(javascript=False, language="en-GB").page
    page.goto(f"{card.address}/check?lang=en")
    expect(page.locator("#unchecked")).to_contain_text("Keep the proof")
    expect(page.locator("#whole")).to_be_hidden()


@pytest.mark.parametrize(
    ("changed", "fails"),
    [
        # What is changed on the way, and which ticks turn: a byte of the proof by its place, or of the plan.
        (("proof", 5), {"plan"}),
        (("proof", 45), {"numbers", "contents"}),
        (("proof", 64), {"numbers", "label", "contents"}),
        (("proof", 72), {"code", "label", "contents"}),
        (("proof", 110), {"contents"}),
        (("root", 3), {"contents"}),
        (("code", 2), {"code"}),
    ],
    ids=["plan", "kit", "edition", "tag", "path", "root", "code"],
)
def test_whatever_is_changed_on_the_way_is_seen(
    town: Street, card: Card, changed: tuple[str, int], fails: set[str]
) -> None:
    name, place = changed
    page = town.phone(language="en-GB").page

    page.add_init_script(CHANGE % json.dumps([name, 2 * place if name == "proof" else place]))
    page.goto(f"{card.address}/check?lang=en")
    expect(page.locator("#broken")).to_be_visible()
    expect(page.locator("#whole")).to_be_hidden()
    told = {each.get_attribute("data-check") for each in page.locator(".ticks .fails").all()}
    assert told == fails


@pytest.fixture(scope="module")
def kept(tiny_street: Street, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The verifier as a visitor saves it."""
    page = tiny_street.phone(language="en-GB").page
    page.goto(f"{BASE}/en/help")
    saved = tmp_path_factory.mktemp("kept") / "hop-ke-verify.html"
    saved.write_text(page.evaluate("fetch('/verify?lang=en').then(answer => answer.text())"), "utf-8")
    return saved


@pytest.fixture
def desk(playwright: Playwright, kept: Path) -> Iterator[Page]:
    """A browser without any network that opens the saved verifier."""
    browser = launch(playwright)
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(kept.as_uri())
    yield page
    browser.close()


def judge(page: Page, *files: Path, code: str = "", root: str = "") -> dict[str, str]:
    """Give the verifier files, and return what it says of each demand."""
    page.locator("#files").set_input_files(files)
    page.locator("#code").fill(code)
    page.locator("#root").fill(root)
    page.evaluate("for (const each of document.querySelectorAll('#whole, #broken')) each.hidden = true")
    page.locator("button").click()
    expect(page.locator("#whole:visible, #broken:visible")).to_have_count(1)
    shown = [each for each in page.locator("#found li").all() if each.is_visible()]
    return {each.get_attribute("data-check") or "": each.locator("b").inner_text() for each in shown}


def test_a_kept_proof_is_judged_without_a_network(
    town: Street, card: Card, desk: Page, tmp_path: Path
) -> None:
    page = town.phone(language="en-GB").page
    page.goto(f"{card.address}/check?lang=en")
    with page.expect_download() as given:
        page.get_by_role("link", name="Keep the proof").click()
    assert given.value.suggested_filename == "proof.bin"
    proof, manifest = tmp_path / "proof.bin", tmp_path / "manifest.json"
    given.value.save_as(proof)
    manifest.write_text(page.locator("#manifest").text_content() or "", "utf-8")
    root = " ".join(page.locator(".seal span").all_inner_texts())
    code = " ".join(card.groups).lower()
    assert code_of(card).encode() not in proof.read_bytes()
    assert set(judge(desk, proof, manifest, code=code, root=root).values()) == {"Yes"}
    expect(desk.locator("#facts")).to_contain_text(f"{card.edition} / 48")
    wrong = judge(desk, proof, manifest, code=other(code[0]) + code[1:], root=root)
    assert {name for name, said in wrong.items() if said == "No"} == {"code"}
    assert judge(desk, proof, manifest, code=code)["contents"] == "No"
    proof.write_bytes(proof.read_bytes() + b"0")
    assert judge(desk, proof, manifest, code=code, root=root) == {"read": "No"}


@pytest.fixture(scope="module")
def bundle(printed_folder: Path) -> str:
    """The reveal of the printed run."""
    station = open_station(find_workspace(str(printed_folder)))
    run = show_run(station, "TY-1")
    station.ledger.close()
    secrets = Secrets.from_run_secret(SECRET)
    commitments = [label.commitment for label in make_labels(secrets, run.boxes, run.case_size)]
    return reveal_text(
        run.manifest or "", run.beacon_value or "", secrets.seed, commitments, run.contents_root or b""
    )


def test_a_revealed_run_is_drawn_again_without_a_network(desk: Page, bundle: str, tmp_path: Path) -> None:
    path = tmp_path / "reveal.json"
    path.write_text(bundle, "utf-8")
    assert set(judge(desk, path).values()) == {"Yes"}
    expect(desk.locator("#facts")).to_contain_text("TY-1")


@pytest.mark.parametrize(
    ("field", "fails"),
    [
        ("seed", {"seed", "contents"}),
        ("beacon_value", {"contents"}),
        ("label_commitments", {"label", "contents"}),
        ("contents_root", {"contents"}),
        ("manifest", {"numbers"}),
    ],
)
def test_whatever_is_changed_in_a_reveal_is_seen(
    desk: Page, bundle: str, tmp_path: Path, field: str, fails: set[str]
) -> None:
    fields = json.loads(bundle)
    if field == "label_commitments":
        fields[field][3] = fields[field][3][:-1] + other(fields[field][3][-1])
    elif field == "manifest":
        fields[field] = fields[field].replace('"boxes":48', '"boxes":44')
    elif field == "beacon_value":
        fields[field] = ("2" if fields[field][0] == "1" else "1") + fields[field][1:]
    else:
        fields[field] = other(fields[field][0]) + fields[field][1:]
    path = tmp_path / "reveal.json"
    path.write_text(json.dumps(fields), "utf-8")
    said = judge(desk, path)
    assert {name for name, each in said.items() if each == "No"} >= fails
    expect(desk.locator("#broken")).to_be_visible()
