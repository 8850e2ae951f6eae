"""Those who write, review and read, each in a browser of their own; what they do in the studio."""

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.desks import come_in
from tests.browser.phones import BASE, Phone, Street

SAVED = "Đã lưu lúc"
PUBLISHED = "Đã đăng. Ai quét mã cũng đọc được ngay."
UNBEGUN = ("lantern/vi", "fish/vi")
"""Texts that nobody has begun."""
TITLE, SUMMARY = "Đèn lồng làng Giếng", "Một chiếc đèn giấy, mười hai thanh tre, và cả xóm cùng thắp."
LEGEND = "Tương truyền rằng ai thắp đèn đầu tiên sẽ được mưa thuận."
CITED = "Người làng dựng chiếc đèn lớn đầu tiên vào năm 1900."
BEFORE = f"""Ngọn đèn đầu làng

{CITED}"""
AFTER = """ Thợ vót tre thật mỏng, uốn thành vòng, rồi buộc bằng sợi gai. Giấy dó phết hồ, dán \
từng lớp, phơi qua ba nắng cho khô. Khi trời tối, đèn sáng như quả hồng chín.

Trẻ con đi theo đèn quanh giếng, hát những câu cũ. Người già ngồi ở sân đình, kể chuyện quê mình cho khách \
nghe. Gió thổi qua, đèn khẽ lắc, bóng tre chạy dài trên tường vôi. Ai cũng giữ ngọn nến cho khỏi tắt, vì nến \
tắt thì phải về nhà sớm.

Cách làm chiếc đèn

Trước hết phải chọn cây tre già, thẳng, không bị mọt. Chẻ tre làm sáu thanh dài và sáu thanh ngắn, vót cho \
nhẵn để khỏi đứt tay. Buộc các thanh thành khung, giữa khung để một chỗ đặt nến. Giấy cắt rộng hơn khung một \
chút, gấp mép vào trong, dán thật khít. Vẽ hoa sen hay con cá lên giấy, rồi để khô qua một đêm.

Ngày nay làng vẫn làm đèn. Mỗi nhà giữ một kiểu riêng, không nhà nào giống nhà nào. Xuân về, hàng trăm ngọn \
đèn treo dọc bờ sông, soi xuống nước lung linh. Khách phương xa đến, được mời ngồi, được tự tay dán một mảnh \
giấy nhỏ. Chiếc đèn ấy sáng suốt đêm, và người dán nó nhớ mãi mùi giấy mới.

"""


@dataclass
class Desk:
    """One person at one text.

    Attributes:
        phone: their browser.
        name: under which they sign in.
    """

    phone: Phone
    name: str

    @property
    def page(self) -> Page:
        return self.phone.page

    @property
    def text(self) -> Locator:
        return self.page.get_by_label("Bài viết", exact=True)

    @property
    def words(self) -> str:
        return self.text.input_value()

    def open(self, text: str) -> "Desk":
        """Open a text as a link of the board does."""
        self.page.goto(f"{BASE}/studio/{text}")
        return self

    def press(self, button: str) -> None:
        """Press a button that leads to a page."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=button, exact=True).first.click()

    def tab_to(self, selector: str) -> None:
        """Go to a part of the page by the Tab key alone."""
        wanted = self.page.locator(selector).first
        for _ in range(120):
            self.page.keyboard.press("Tab")
            if wanted.evaluate("each => each === document.activeElement", timeout=5_000):
                return
        raise AssertionError(f"the Tab key does not lead to {selector}")

    def by_keys(self, selector: str, key: str = "Enter") -> None:
        """Go to a link or a button by the Tab key and follow it by another."""
        self.tab_to(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def step(self, button: str, told: str) -> None:
        """Take a step of a text's way and read what the page says of it."""
        self.press(button)
        expect(self.page.locator("#steps").get_by_role("status")).to_have_text(told)

    def refused(self, button: str, told: str) -> None:
        """Press a button of the way and read why nothing was done."""
        self.press(button)
        expect(self.page.locator("#steps").get_by_role("alert")).to_have_text(told)

    def at_end(self) -> None:
        self.text.focus()
        self.page.keyboard.press("Control+End")

    def write(self, words: str) -> None:
        """Write at the end of the text and wait until it is saved."""
        self.at_end()
        self.page.keyboard.insert_text(words)
        self.page.keyboard.press("Control+s")
        self.saved()

    def change(self, old: str, new: str) -> None:
        """Mark words of the text and write others in their place."""
        assert old in self.words
        self.text.evaluate(
            "(text, old) => { text.focus(); const at = text.value.indexOf(old);"
            " text.setSelectionRange(at, at + old.length); }",
            old,
        )
        self.page.keyboard.insert_text(new)

    def press_save(self) -> None:
        self.page.get_by_role("button", name="Lưu", exact=True).last.click()
        self.saved()

    def saved(self) -> None:
        expect(self.page.locator("#status")).to_contain_text(SAVED)

    def tool(self, name: str) -> None:
        self.page.get_by_role("toolbar").get_by_role("button", name=name, exact=True).click()

    def unfold(self, part: str) -> Locator:
        """Open one of the folded parts of the form."""
        fold = self.page.locator("#desk details", has=self.page.locator("summary", has_text=part)).first
        if fold.get_attribute("open") is None:
            fold.locator("summary").click()
        return fold

    def problems(self) -> list[str]:
        """Read what keeps the text from being published."""
        return self.page.locator("#steps ol.problems li").all_inner_texts()


def desk(street: Street, folder: Path, *roles: str, width: int = 1280, script: bool = True) -> Desk:
    """Return a new person with these roles, signed in, in a browser of their own."""
    phone = street.phone(width=width, javascript=script)
    return Desk(phone, come_in(phone, folder, *roles))


def file_of(folder: Path, text: str) -> Path:
    kit, _, name = text.partition("/")
    return folder / "stories" / kit / f"{name}.md"


def edit_file(folder: Path, text: str, old: str, new: str) -> None:
    """Change a published file as Git or a text editor does."""
    path = file_of(folder, text)
    words = path.read_text("utf-8")
    assert old in words
    path.write_text(words.replace(old, new), "utf-8")


def body_of(words: str) -> str:
    """Return what stands below a file's front matter."""
    return re.sub(r"\A---\n.*?\n---\n", "", words, flags=re.DOTALL)


def hand_in(cai: Desk) -> None:
    cai.step("Nộp để người khác duyệt", "Đã nộp. Một người khác sẽ đọc và duyệt.")


def approve(rev: Desk) -> None:
    rev.step("Duyệt", "Đã duyệt. Giờ có thể đăng.")


def forgive(person: Desk, *faults: str) -> None:
    """Forget what went wrong because the test wanted it to; anything else still fails it."""
    person.phone.faults[:] = [
        fault for fault in person.phone.faults if not fault.startswith((*faults, "console: Failed to load"))
    ]
