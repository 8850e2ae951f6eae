"""What curators do with pictures until a browser shows the page that is to be looked at."""

import io

from PIL import Image, ImageDraw

from app.library.pictures import find_picture, take_picture
from app.workspace import find_workspace
from tests.browser.desks import come_in
from tests.browser.phones import BASE, Phone
from tests.browser.places import Place
from tests.browser.visits import Reach, press

KIT = "north-gate"


def painted(size: tuple[int, int] = (1200, 800)) -> bytes:
    """Return a picture of a gate in the evening, as PNG, so many pixels wide and high."""
    picture = Image.new("RGB", (1200, 800), "#f2b880")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 520, 1200, 800), fill="#6b7a3a")
    draw.rectangle((660, 260, 1080, 620), fill="#8c4a2f")
    draw.ellipse((800, 400, 940, 700), fill="#2a1a14")
    draw.polygon(((620, 260), (870, 120), (1120, 260)), fill="#5a1410")
    file = io.BytesIO()
    picture.resize(size).save(file, "PNG")
    return file.getvalue()


def hang(place: Place) -> None:
    """Put a picture into the library of a kit, once."""
    workspace = find_workspace(str(place.folder))
    if find_picture(workspace, KIT, "gate") is None:
        credit = {"vi": "Ảnh: Nguyễn Thị Lan Anh, 2024", "en": "Photo: Nguyễn Thị Lan Anh, 2024"}
        take_picture(
            workspace, KIT, "gate", painted(), credit=credit, licence="CC BY-SA 4.0", focal=(0.72, 0.6)
        )


def with_picture(more: str) -> Reach:
    """Open a page of a library that has a picture."""

    def go(phone: Phone, place: Place) -> None:
        hang(place)
        come_in(phone, place.folder, "curator")
        phone.page.goto(f"{BASE}/studio/pictures/{KIT}{more}")

    return go


def refused(phone: Phone, place: Place) -> None:
    with_picture("")(phone, place)
    phone.page.evaluate(
        "document.querySelector('#take').replaceWith(document.querySelector('#take').cloneNode(true))"
    )
    phone.page.locator("#file").set_input_files(
        {"name": "Cổng cũ.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}
    )
    phone.page.locator("#credit-vi").fill("Lan")
    phone.page.locator("#licence").select_option("CC0 1.0")
    press(phone, "#take .btn")


def desk(phone: Phone, place: Place) -> None:
    hang(place)
    come_in(phone, place.folder, "curator")
    phone.page.goto(f"{BASE}/studio/{KIT}/vi")
    phone.page.locator("#pictures > summary").click()
    phone.page.locator("[data-pick=gate]").click()
    phone.page.locator("#pick-insert").click()
