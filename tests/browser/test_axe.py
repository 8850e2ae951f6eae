"""axe finds nothing on any page, on a phone and on a large screen, by day or by night.

By day every rule judges every scene, on the narrowest phone and on the large screen. The night changes
colours alone, which are judged again. A phone of 360 px is shown what one of 320 px is: no style tells them
apart. What could differ even so, contrast and the size of targets, is measured at every width by day and by
night by test_layout.py, against bounds that are stricter than axe's.
"""

import re

from playwright.sync_api import Page

from tests.browser.places import Place
from tests.browser.scenes import LEADS_ON, SCENES, WIDTHS, Scheme, is_page, show, visit
from tests.conftest import REPOSITORY

AXE = REPOSITORY / "tests" / "tools" / "node_modules" / "axe-core" / "axe.min.js"
RULES = """([tag, off]) => axe.getRules(tag ? [tag] : undefined).map(rule => rule.ruleId)
    .filter(id => !off.includes(id))"""
JUDGE = """(rules) => axe.run(document, {runOnly: {type: "rule", values: rules}, resultTypes: ["violations"]})
    .then(told => told.violations.flatMap(rule => rule.nodes.map(node =>
        `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`)))"""
OFF = {
    "hidden-content": "tells only that something is hidden: the states that show it are scenes of their own"
}
"""Rules that are off, and why. All others are on, those of WCAG AAA and the experimental ones too."""
COLOURS = "cat.color"
LEAST_RULES = {"": 90, COLOURS: 3}
JUDGED: tuple[tuple[Scheme, int, str], ...] = (
    ("light", 320, ""),
    ("light", 1280, ""),
    ("dark", 1280, COLOURS),
)
"""How each scene is shown, and which rules judge it; "" is every one that is on."""
CONDITION = re.compile(r"(?:@media|@container|media=\"|matchMedia)[^{;>]*")


def judge(page: Page, tag: str = "") -> list[str]:
    """Return what axe finds on a page as it is shown now, with all rules that are on, or those of a tag."""
    if not page.evaluate("typeof axe === 'object'"):
        assert AXE.is_file(), "axe-core is not there: run `make test`, which brings it"
        page.evaluate(AXE.read_text("utf-8"))
    rules = page.evaluate(RULES, [tag, list(OFF)])
    assert len(rules) >= LEAST_RULES[tag]
    found: list[str] = page.evaluate(JUDGE, rules)
    return found


def test_axe_finds_nothing_on_a_phone_or_a_large_screen_by_day_or_by_night(scene: Page) -> None:
    found = {}
    for scheme, width, tag in JUDGED:
        show(scene, scheme, width)
        found[width, scheme] = judge(scene, tag)
    assert {shown: faults for shown, faults in found.items() if faults} == {}


def test_no_style_tells_the_two_narrow_phones_apart() -> None:
    pages = (REPOSITORY / "app" / "web").rglob("*")
    texts = [path.read_text("utf-8") for path in pages if path.suffix in {".css", ".html", ".js", ".svg"}]
    widths = [
        float(number) * {"px": 1, "rem": 16, "em": 16}[unit]
        for text in texts
        for condition in CONDITION.findall(text)
        for number, unit in re.findall(r"([\d.]+)(px|rem|em)", condition)
    ]
    assert len(widths) >= 5
    assert [width for width in widths if WIDTHS[0] <= width <= WIDTHS[1]] == []


def test_axe_sees_by_night_what_is_wrong_by_night_alone(place: Place) -> None:
    page = visit(place, "home").page
    page.evaluate(
        "document.styleSheets[0].insertRule("
        "'@media(prefers-color-scheme:dark){footer p{color:#333!important}}')"
    )
    for scheme, width, tag in JUDGED:
        show(page, scheme, width)
        told = {fault.partition(":")[0] for fault in judge(page, tag)}
        assert told == ({"color-contrast"} if scheme == "dark" else set())
    place.street.empty()


SLIPS = {
    "color-contrast-enhanced": "document.querySelector('footer p').style.color = '#dcdcdc'",
    "page-has-heading-one": "document.querySelector('h1').remove()",
    "html-has-lang": "document.documentElement.lang = ''",
    "image-alt": "document.querySelector('main').append(new Image())",
    "target-size": "document.querySelector('.bar a').style = 'height:9px;width:9px;min-height:0;flex:none'",
}
"""Rule -> what makes a page break it."""


def test_axe_sees_what_is_wrong(place: Place) -> None:
    page = visit(place, "home").page
    for slip in SLIPS.values():
        page.evaluate(slip)
    assert set(SLIPS) <= {fault.partition(":")[0] for fault in judge(page)}
    place.street.empty()


def test_every_route_that_shows_a_page_has_a_scene(place: Place) -> None:
    shown = {scene.route for scene in SCENES.values()}
    assert {route for route in place.routes if is_page(route)} - shown - set(LEADS_ON) == set()
    assert shown - place.routes == {""}
    assert set(LEADS_ON) <= place.routes
