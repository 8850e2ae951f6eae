"""Pictures of stories as the site sends them: only what is listed, and for a long time."""

import io

import pytest
from PIL import Image

from app.core.picture import Picture
from app.library.pictures import take_picture
from app.web import create_app
from app.workspace import Workspace
from tests.web.cast import Phone
from tests.web.conftest import close


@pytest.fixture
def gate(workspace: Workspace) -> Picture:
    file = io.BytesIO()
    Image.new("RGB", (800, 600), "red").save(file, "PNG")
    picture = take_picture(
        workspace, "fish", "gate", file.getvalue(), credit={"vi": "Lan", "en": "Lan"}, licence="CC0"
    )
    with (workspace.stories / "fish" / "en.md").open("a", encoding="utf-8") as story:
        story.write("\n![The gate of the pond](images/gate)\n")
    return picture


def test_a_story_shows_its_picture_and_phones_keep_it_for_ever(workspace: Workspace, gate: Picture) -> None:
    site = create_app(workspace)
    phone = Phone(site)
    text = phone.open("/en/tiny/fish").text
    assert 'alt="The gate of the pond"' in text
    address = f"/stories/fish/images/gate-720.jpg?v={gate.digest}"
    assert f'src="{address}"' in text
    answer = phone.open(address)
    assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert phone.open(address.replace(".jpg", ".avif")).content_type == "image/avif"
    assert "immutable" not in phone.open("/stories/fish/images/gate-720.jpg?v=old").headers["Cache-Control"]
    close(site)


@pytest.mark.usefixtures("gate")
@pytest.mark.parametrize(
    "place",
    [
        "fish/images/gate.toml", "fish/images/gate-1080.jpg", "fish/images/gate-0.jpg",
        "bridge/images/gate-720.jpg",
        "nothing/images/gate-720.jpg", "fish/images/..%2fen.md", "../stories/fish/images/gate-720.jpg%00",
    ],
)  # fmt: skip
def test_nothing_but_a_listed_version_is_sent(workspace: Workspace, place: str) -> None:
    site = create_app(workspace)
    assert Phone(site).open(f"/stories/{place}").status_code == 404
    close(site)
