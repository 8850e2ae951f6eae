"""Pictures over TLS in a real browser: sent, pointed at, put into the text with words, seen as on a phone."""

import re
from pathlib import Path

from playwright.sync_api import FilePayload, expect

from app.library.pictures import find_picture
from app.workspace import find_workspace
from tests.browser.desks import come_in, held, link_for, somebody
from tests.browser.phones import BASE, Street
from tests.browser.shelves import painted
from tests.web.cast import PASSWORD

FILE: FilePayload = {"name": "Cổng cũ.PNG", "mimeType": "image/png", "buffer": painted()}
SENTENCE = "Cổng đỏ lúc chiều [nắng]"


def test_a_picture_goes_from_a_file_to_the_phone_beside_the_text(town: Street, printed_folder: Path) -> None:
    phone = town.phone(width=1280)
    page = phone.page
    come_in(phone, printed_folder, "curator")
    page.goto(f"{BASE}/studio/bridge/en")
    page.locator("#pictures > summary").click()
    with page.expect_popup() as opened:
        page.locator("#pictures a").click()
    library = opened.value
    library.locator("#file").set_input_files(FILE)
    expect(library.locator("#name")).to_have_value("cong-cu")
    library.locator("#credit-vi").fill("Lan")
    library.locator("#licence").select_option("CC BY 4.0")
    library.get_by_role("button", name="Thêm hình này").click()
    library.wait_for_url(f"{BASE}/studio/pictures/bridge/cong-cu?done=taken")

    picture = library.locator("#aim img")
    box = picture.bounding_box()
    assert box
    picture.click(position={"x": box["width"] * 0.72, "y": box["height"] * 0.6})
    expect(library.locator("#left")).to_have_value("72")
    expect(library.locator("#top")).to_have_value("60")
    assert library.locator("#cross").get_attribute("d") == "M777.6 0V720M0 432H1080"
    library.locator("#top").focus()
    library.keyboard.press("ArrowUp")
    assert library.locator("#cross").get_attribute("d") == "M777.6 0V720M0 439.2H1080"
    assert (
        library.evaluate("getComputedStyle(document.querySelector('#cut img')).objectPosition") == "72% 61%"
    )
    library.get_by_role("button", name="Lưu", exact=True).click()
    library.wait_for_url("**/cong-cu?done=saved")
    kept = find_picture(find_workspace(str(printed_folder)), "bridge", "cong-cu")
    assert kept
    assert kept.focal == (0.72, 0.61)
    library.close()

    page.evaluate("dispatchEvent(new Event('focus'))")  # a headless window is never in front
    page.locator("[data-pick=cong-cu]").click()
    body = page.locator("#body")
    body.evaluate("text => { text.focus(); text.setSelectionRange(0, 0); }")
    before = body.input_value()
    page.locator("#pick-insert").click()
    expect(page.locator("#pick-missing")).to_be_visible()
    assert body.input_value() == before
    page.locator("#pick-alt").fill(SENTENCE)
    page.keyboard.press("Enter")
    line = "![Cổng đỏ lúc chiều nắng](images/cong-cu)"
    first, rest = before.split("\n\n", 1)
    assert body.input_value() == f"{first}\n\n{line}\n\n{rest}"
    shown = page.frame_locator("#phone").locator("main figure img")
    expect(shown).to_have_attribute("alt", "Cổng đỏ lúc chiều nắng")
    shown.scroll_into_view_if_needed()
    expect(shown).to_have_js_property("complete", True)
    assert shown.evaluate("image => image.naturalWidth") >= 320
    page.keyboard.press("Control+z")
    assert body.input_value() == before

    page.locator("[data-pick=cong-cu]").click()
    page.locator("#pick-adorns").check()
    page.locator("#pick-insert").click()
    assert '![](images/cong-cu "decorative")' in body.input_value()


def test_a_picture_chosen_before_the_script_came_is_named_too(town: Street, printed_folder: Path) -> None:
    phone = town.phone()
    page = phone.page
    come_in(phone, printed_folder, "curator")
    with held(page, "studio-upload.js"):
        page.goto(f"{BASE}/studio/pictures/fish", wait_until="commit")
        page.locator("#file").set_input_files(FILE)
        expect(page.locator("#name")).to_have_value("")
    expect(page.locator("#name")).to_have_value("cong-cu")


def test_a_picture_that_is_too_large_or_none_is_refused_and_nothing_typed_is_lost(
    town: Street, printed_folder: Path
) -> None:
    phone = town.phone()
    page = phone.page
    come_in(phone, printed_folder, "curator")
    page.goto(f"{BASE}/studio/pictures/fish")
    page.locator("#credit-vi").fill("Lan")
    page.locator("#licence").select_option("CC0 1.0")
    page.evaluate(
        """() => { const chosen = new DataTransfer();
        chosen.items.add(new File([new Uint8Array(12 * 1024 * 1024 + 1)], "big.png", {type: "image/png"}));
        const file = document.getElementById("file"); file.files = chosen.files;
        file.dispatchEvent(new Event("change", {bubbles: true})); }"""
    )
    expect(page.locator("#wrong")).to_contain_text("12 MB")
    page.locator("#file").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": b"no picture"})
    page.get_by_role("button", name="Thêm hình này").click()
    expect(page.locator("#wrong")).to_contain_text("không phải hình xem được")
    expect(page.locator("#credit-vi")).to_have_value("Lan")
    assert page.locator("#file").evaluate("file => file.files.length") == 1
    assert page.url == f"{BASE}/studio/pictures/fish"
    refusal = [fault for fault in phone.faults if not re.match("422:|console: Failed to load", fault)]
    phone.faults[:] = refusal


def test_without_a_script_the_forms_do_the_same(town: Street, printed_folder: Path) -> None:
    phone = town.phone(javascript=False)
    page = phone.page
    page.goto(link_for(printed_folder, somebody(), "curator"))
    page.locator("#new").fill(PASSWORD)
    page.locator("#again").fill(PASSWORD)
    page.locator("form.entry .btn").click()
    page.wait_for_url(f"{BASE}/studio/")
    page.goto(f"{BASE}/studio/pictures/lantern")
    page.locator("#file").set_input_files(FILE)
    page.locator("#credit-vi").fill("Lan")
    page.locator("#own").fill("Lan cho phép")
    page.get_by_role("button", name="Thêm hình này").click()
    page.wait_for_url(f"{BASE}/studio/pictures/lantern/cong-cu?done=taken")
    page.locator("#left").fill("10")
    page.get_by_role("button", name="Lưu", exact=True).click()
    page.wait_for_url("**/cong-cu?done=saved")
    expect(page.locator("#left")).to_have_value("10")
    page.goto(f"{BASE}/studio/lantern/vi")
    page.locator("#pictures > summary").click()
    expect(page.locator("#pictures code")).to_have_text("![điều nhìn thấy](images/cong-cu)")
