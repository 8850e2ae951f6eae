"""A kit's pictures in the studio, without a script: taken in, told about, looked at, and not lost."""

import http.client
import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from PIL import Image
from werkzeug.test import TestResponse

from app.core.picture import Picture
from app.editing import find_text
from app.editing.drafts import open_text, save
from app.editing.pictures import proposed_name
from app.library.pictures import find_picture
from app.web import create_app
from app.web.languages import Tongue, known_languages
from app.web.serve import LARGEST_PICTURE, LARGEST_REQUEST
from app.web.studio import studio
from app.web.studio_pictures import LARGEST_UPLOAD
from app.workspace import find_workspace
from tests.web.cast import HOST, PASSWORD, Desk, Phone, invitation, signed_in
from tests.web.conftest import close
from tests.web.serving import Served, serve
from tests.web.validators import html_validate

BRIDGE = "/studio/pictures/bridge"
TOLD = {"credit.vi": "Ảnh: Lan", "credit.en": "", "licence": "CC BY 4.0", "own": "", "source": ""}
SHOWN = "![A red gate](images/old-gate)"


def png(width: int = 80, height: int = 60) -> bytes:
    file = io.BytesIO()
    picture = Image.new("RGB", (width, height), "white")
    picture.paste("red", (0, 0, width // 2, height))
    picture.save(file, "PNG")
    return file.getvalue()


def upload(
    desk: Desk, content: bytes | None = None, called: str = "Old gate.PNG", path: str = BRIDGE, **form: str
) -> TestResponse:
    """Send the form that takes a picture in, and do not follow where it leads."""
    sent = TOLD | {"csrf_token": desk.token, "name": ""} | {key.replace("__", "."): form[key] for key in form}
    file = (io.BytesIO(png() if content is None else content), called)
    return desk.browser.post(
        path, base_url=desk.base, data=sent | {"file": file}, content_type="multipart/form-data",
        headers={"Accept-Language": desk.language, "Sec-Fetch-Site": "same-origin"},
    )  # fmt: skip


def green(square: Path) -> int:
    """Return how much green a picture has left of its middle: none in red, much in white."""
    with Image.open(square) as picture:
        return picture.convert("RGB").getchannel("G").tobytes()[120 * 240 + 60]


def kept(folder: Path, name: str = "old-gate", kit: str = "bridge") -> Picture | None:
    return find_picture(find_workspace(str(folder)), kit, name)


def write_draft(app: Flask, words: str, name: str = "vi") -> None:
    """Put words behind a draft of the bridge's text, as its desk does."""
    with app.test_request_context():
        text, now = find_text(studio(), "bridge", name), datetime.now(UTC)
        opened = open_text(studio(), text, 1, now)
        save(studio(), text, 1, opened.words + words, version=opened.version, now=now)


def test_a_picture_is_taken_in_and_named_after_its_file(folder: Path, cai: Desk) -> None:
    page = cai.open(BRIDGE).text
    assert "12 MB" in page
    answer = upload(cai)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{BRIDGE}/old-gate?done=taken")
    picture = kept(folder)
    assert picture
    assert (picture.credit, picture.licence) == ({"vi": "Ảnh: Lan", "en": "Ảnh: Lan"}, "CC BY 4.0")
    page = cai.open(f"{BRIDGE}/old-gate?done=taken").text
    assert "Hình đã vào kho" in page
    assert "Ảnh: Lan · CC BY 4.0" in cai.open(BRIDGE).text
    for address in re.findall(r'src="(/stories/[^"]+)"', page):
        assert Phone(cai.browser.application).open(address).content_type == "image/jpeg"


def test_a_bonus_page_has_a_library_too(folder: Path, cai: Desk) -> None:
    assert upload(cai, path="/studio/pictures/tale").status_code == 303
    assert kept(folder, kit="tale")
    assert cai.open("/studio/pictures/nothing").status_code == 404
    assert upload(cai, path="/studio/pictures/nothing").status_code == 404
    assert cai.open(f"{BRIDGE}/nothing").status_code == 404


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Cổng Đông cũ.JPG", "cong-dong-cu"), ("C:\\Ảnh\\IMG_0042.jpeg", "img-0042"), ("門.png", "picture"),
        ("a" * 90 + ".png", "a" * 50), ("../../etc/passwd", "passwd"), (".png", "png"),
        ("taken.png", "taken-2"),
    ],
)  # fmt: skip
def test_a_name_is_proposed_from_the_files(file: str, name: str) -> None:
    assert proposed_name(file, ["taken"]) == name


def test_own_words_for_a_licence_go_before_the_list(folder: Path, cai: Desk) -> None:
    assert upload(cai, own="Với phép của bảo tàng", source="https://example.org/1").status_code == 303
    picture = kept(folder)
    assert picture
    assert (picture.licence, picture.source) == ("Với phép của bảo tàng", "https://example.org/1")
    page = cai.open(f"{BRIDGE}/old-gate").text
    assert '<option value="" selected>' in page
    assert 'value="Với phép của bảo tàng"' in page


@pytest.mark.parametrize(
    ("reason", "status", "content", "form"),
    [
        ("kind", 422, b"<svg xmlns='http://www.w3.org/2000/svg'/>", {}),
        ("broken", 422, png()[:70], {}),
        ("pixels", 422, png(5000, 4000), {}),
        ("bytes", 413, b"\0" * (12 * 1024 * 1024 + 1), {}),
        ("words", 422, None, {"credit__vi": " "}),
        ("words", 422, None, {"licence": ""}),
        ("name", 422, None, {"name": "Cổng cũ"}),
        ("source", 422, None, {"source": "javascript:alert(1)"}),
    ],
)
def test_what_is_not_taken_is_told_in_plain_words_and_keeps_what_was_typed(
    folder: Path, cai: Desk, reason: str, status: int, content: bytes | None, form: dict[str, str]
) -> None:
    answer = upload(cai, content, **({"name": "my-gate"} | form))
    assert answer.status_code == status
    assert Tongue("vi").say(f"pictures.refused.{reason}") in answer.text
    assert f'value="{form.get("name", "my-gate")}"' in answer.text
    assert not (folder / "stories" / "bridge" / "images").exists()


def test_a_script_is_told_why_a_picture_is_not_taken(cai: Desk) -> None:
    answer = cai.press(BRIDGE, TOLD, {"X-Requested-With": "fetch"})
    said = Tongue("vi").say("pictures.refused.none")
    assert (answer.status_code, answer.json) == (422, {"error": "none", "said": said})


def test_a_picture_is_never_replaced_by_another_of_its_name(folder: Path, cai: Desk) -> None:
    upload(cai)
    before = kept(folder)
    answer = upload(cai, png(90, 90), name="old-gate")
    assert answer.status_code == 409
    assert "Đã có hình mang tên này" in answer.text
    assert kept(folder) == before
    assert upload(cai, png(90, 90)).headers["Location"] == f"{BRIDGE}/old-gate-2?done=taken"


def test_a_full_disk_is_told_and_keeps_nothing(
    folder: Path, cai: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.library.pictures.write_whole", full)
    assert upload(cai).status_code == 503
    assert kept(folder) is None


def test_what_must_be_seen_is_told_by_two_numbers_and_cuts_the_square_anew(folder: Path, cai: Desk) -> None:
    upload(cai, png(800, 300))
    square = folder / "stories/bridge/images/old-gate-thumb.jpg"
    assert green(square) < 60  # half red
    told = TOLD | {"left": "100", "top": "50", "credit.en": "Photo: Lan"}
    answer = cai.press(f"{BRIDGE}/old-gate", told)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{BRIDGE}/old-gate?done=saved")
    picture = kept(folder)
    assert picture
    assert (picture.focal, picture.credit["en"]) == ((1.0, 0.5), "Photo: Lan")
    assert green(square) > 200  # its white end
    page = cai.open(f"{BRIDGE}/old-gate").text
    assert 'd="M800.0 0V300M0 150.0H800"' in page
    assert f"?at={picture.digest}-1.0-0.5" in page  # no browser shows the old square
    for nonsense in ("-3", "101", "x", ""):
        assert cai.press(f"{BRIDGE}/old-gate", told | {"left": nonsense}).status_code == 303
    assert kept(folder) == picture


def test_changes_that_cannot_be_are_told_and_keep_what_was_typed(folder: Path, cai: Desk) -> None:
    upload(cai)
    before = kept(folder)
    told = TOLD | {"left": "10", "top": "20", "source": "nowhere", "credit.en": "Photo: Minh"}
    answer = cai.press(f"{BRIDGE}/old-gate", told)
    assert answer.status_code == 422
    assert "Đây không phải địa chỉ" in answer.text
    assert 'value="Photo: Minh"' in answer.text
    assert 'value="10"' in answer.text
    assert kept(folder) == before


def test_a_picture_stays_while_a_text_or_a_draft_shows_it(app: Flask, folder: Path, cai: Desk) -> None:
    upload(cai)
    with (folder / "stories/bridge/en.md").open("a", encoding="utf-8") as story:
        story.write(f"\n{SHOWN}\n")
    write_draft(app, f"\n{SHOWN}\n", "vi.easy")
    page = cai.open(BRIDGE).text
    assert 'href="/studio/bridge/en">' in page
    assert re.search(r'href="/studio/bridge/vi.easy">[^<]*\(bản nháp\)', page)
    refused = cai.press(f"{BRIDGE}/old-gate/remove")
    assert refused.status_code == 409
    assert "Hình vẫn ở lại" in refused.text
    told = refused.text.partition("Hình vẫn ở lại")[2].partition("</div>")[0]
    assert 'href="/studio/bridge/en"' in told
    assert 'href="/studio/bridge/vi.easy"' in told
    assert kept(folder)


def test_a_draft_alone_keeps_a_picture(app: Flask, folder: Path, cai: Desk) -> None:
    upload(cai)
    write_draft(app, f"\n{SHOWN}\n")
    assert cai.press(f"{BRIDGE}/old-gate/remove").status_code == 409
    assert kept(folder)


def test_a_picture_that_no_text_shows_is_removed(folder: Path, cai: Desk) -> None:
    upload(cai)
    answer = cai.press(f"{BRIDGE}/old-gate/remove")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{BRIDGE}?done=removed")
    assert "Đã bỏ hình" in cai.open(f"{BRIDGE}?done=removed").text
    assert list((folder / "stories/bridge/images").iterdir()) == []
    assert cai.press(f"{BRIDGE}/old-gate/remove").status_code == 404


def test_reviewers_look_and_find_no_button(rev: Desk, cai: Desk) -> None:
    upload(cai)
    for path in (BRIDGE, f"{BRIDGE}/old-gate"):
        page = rev.open(path)
        assert page.status_code == 200
        assert "Lan" in page.text
        assert f'action="{BRIDGE}' not in page.text


def test_a_library_that_cannot_be_read_is_told_and_texts_are_still_written(folder: Path, cai: Desk) -> None:
    upload(cai)
    (folder / "stories/bridge/images/old-gate.toml").write_text("credit = [", "utf-8")
    page = cai.open(BRIDGE)
    assert page.status_code == 200
    assert "Không đọc được kho hình" in page.text
    assert cai.open("/studio/bridge/vi").status_code == 200


def test_the_desk_and_the_board_lead_to_the_pictures_and_name_the_line_to_copy(cai: Desk) -> None:
    upload(cai)
    assert f'href="{BRIDGE}"' in cai.open("/studio/").text
    page = cai.open("/studio/bridge/vi").text
    assert f'href="{BRIDGE}"' in page
    assert "(images/old-gate)</code>" in page
    assert "Người không nhìn thấy hình sẽ thiếu điều gì?" in page
    names = re.findall(r'<(?:input|button|select)[^>]* id="pick[^>]*>', page)
    assert len(names) == 3
    assert all(" name=" not in field for field in names)  # nothing of it is sent with the text


@pytest.mark.parametrize("language", known_languages())
def test_the_pages_are_valid_in_every_language(app: Flask, language: str, tmp_path: Path) -> None:
    desk = signed_in(app, "Lan", "curator", language=language)
    upload(desk)
    write_draft(app, f"\n{SHOWN}\n")
    pages = {
        "library": desk.open(BRIDGE), "refused": upload(desk, b"x"),
        "picture": desk.open(f"{BRIDGE}/old-gate"),
        "in use": desk.press(f"{BRIDGE}/old-gate/remove"), "desk": desk.open("/studio/bridge/vi"),
    }  # fmt: skip
    found = html_validate({name: page.text for name, page in pages.items()}, tmp_path)
    assert [fault for fault in found if not fault.startswith("desk:") or "pick" in fault] == []


# The real server


@pytest.fixture
def served(folder: Path, tmp_path: Path) -> Iterator[tuple[Served, str]]:
    site = create_app(find_workspace(str(folder)))
    link = invitation(site, "Lan", "curator")
    close(site)
    with serve(folder, tmp_path / "printed.txt") as server:
        yield server, link


def request(
    served: Served, path: str, body: bytes | None = None, kind: str = "", cookie: str = ""
) -> tuple[int, str, str]:
    """Return status, text and cookie of an answer over a connection of its own."""
    with closing(http.client.HTTPConnection(served.host, served.port, timeout=30)) as connection:
        headers = {"Host": HOST, "Accept-Language": "en", "Cookie": cookie, "Content-Type": kind}
        with suppress(BrokenPipeError, ConnectionResetError):  # it may hang up before everything is sent
            connection.request("GET" if body is None else "POST", path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        return answer.status, text, (answer.getheader("Set-Cookie") or "").partition(";")[0]


def enter(served: Served, link: str) -> tuple[str, str]:
    """Use an invitation; return the cookie and the token of the session."""
    path, plain = f"/studio/invitation/{link}", "application/x-www-form-urlencoded"
    _, page, cookie = request(served, path)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    form = {"csrf_token": found[1], "new_password": PASSWORD, "again_password": PASSWORD}
    status, _, cookie = request(served, path, urlencode(form).encode(), plain, cookie)
    assert status == 303
    return cookie, found[1]


def multipart(size: int, token: str) -> tuple[bytes, str]:
    """Return a form with a file of so many bytes, and its kind."""
    fields = TOLD | {"csrf_token": token, "name": "big"}
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in fields.items()
    ]
    head = '--b\r\nContent-Disposition: form-data; name="file"; filename="big.png"\r\n\r\n'
    whole = "".join([*parts, head]).encode() + b"\0" * size + b"\r\n--b--\r\n"
    return whole, "multipart/form-data; boundary=b"


MB = 1024 * 1024


def test_the_real_server_takes_large_pictures_and_nothing_else_so_large(served: tuple[Served, str]) -> None:
    server, link = served
    cookie, token = enter(server, link)

    def send(path: str, size: int, *, cookie: str = cookie) -> tuple[int, str]:
        return request(server, path, *multipart(size, token), cookie)[:2]

    status, page = send(BRIDGE, 11 * MB)  # read whole: it is no picture
    assert (status, "This is no picture" in page) == (422, True)
    status, page = send(BRIDGE, 12 * MB + 1)
    assert (status, "larger than 12 MB" in page, 'value="big"' in page) == (413, True, True)
    assert LARGEST_UPLOAD < 14 * MB < LARGEST_PICTURE
    status, page = send(BRIDGE, 14 * MB)  # too large for its fields to be read, told on the page all the same
    assert (status, "larger than 12 MB" in page, 'id="take"' in page) == (413, True, True)
    status, page = send(BRIDGE, 17 * MB)
    assert (status, "<html" in page) == (413, False)
    for path in (f"{BRIDGE}/big", f"{BRIDGE}/big/remove", "/studio/me", "/b/", "/studio/sign-in"):
        status, page = send(path, 65 * 1024)
        assert (status, "That was too much" in page) == (413, True), path
    for path in (f"{BRIDGE}/big", "/studio/bridge/vi", "/b/", "/studio/sign-in"):
        status, page = send(path, LARGEST_REQUEST + 1)
        assert (status, "<html" in page) == (413, False), path


def test_a_stranger_sends_no_large_picture(served: tuple[Served, str]) -> None:
    server, _ = served
    body, kind = multipart(MB, "made-up")
    status, page, _ = request(server, BRIDGE, body, kind)
    assert (status, 'href="/studio/sign-in' in page) == (401, True)
    assert "big" not in page


def test_a_script_is_told_when_somebody_is_signed_out(cai: Desk) -> None:
    cai.press("/studio/sign-out")
    answer = cai.open(BRIDGE, method="POST", form=TOLD, headers={"X-Requested-With": "fetch"})
    assert (answer.status_code, json.loads(answer.text)["error"]) == (401, "signed-out")


def test_the_form_names_what_is_missing_before_anything_is_decoded(
    cai: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    decode: Callable[..., None] = never
    monkeypatch.setattr("app.library.pictures.take_in", decode)
    assert upload(cai, credit__vi="").status_code == 422
