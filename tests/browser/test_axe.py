"""axe finds nothing on any page at any width by day or night: what screen readers, eyes and fingers meet.

Nothing is left to an argument about which rule a width or the night could break: every rule judges every
scene six times over, at the three widths that layout is measured at, by day and by night.
"""

from playwright.sync_api import Page

from tests.browser.places import Place
from tests.browser.scenes import LEADS_ON, SCENES, every_view, is_page, visit
from tests.conftest import REPOSITORY

AXE = REPOSITORY / "tests" / "tools" / "node_modules" / "axe-core" / "axe.min.js"
RULES = "off => axe.getRules().map(rule => rule.ruleId).filter(id => !off.includes(id))"
JUDGE = """(rules) => axe.run(document, {runOnly: {type: "rule", values: rules}, resultTypes: ["violations"]})
    .then(told => told.violations.flatMap(rule => rule.nodes.map(node =>
        `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`)))"""
OFF = {
    "hidden-content": "tells only that something is hidden: the states that show it are scenes of their own"
}
"""Rules that are off, and why. All others are on, those of WCAG AAA and the experimental ones too."""


def judge(page: Page) -> list[str]:
    """Return what axe finds with all rules that are on, on a page as it is shown now."""
    if not page.evaluate("typeof axe === 'object'"):
        assert AXE.is_file(), "axe-core is not there: run `make test`, which brings it"
        page.evaluate(AXE.read_text("utf-8"))
    rules = page.evaluate(RULES, list(OFF))
    assert len(rules) > 90
    found: list[str] = page.evaluate(JUDGE, rules)
    return found


def test_axe_finds_nothing_at_any_width_by_day_or_by_night(scene: Page) -> None:
    found = {shown: judge(scene) for shown in every_view(scene)}
    assert len(found) == 6
    assert {shown: faults for shown, faults in found.items() if faults} == {}


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
