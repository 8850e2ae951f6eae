"""What a print shop or an office printer would send back, found before it is sent."""

from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name

from app.core.errors import UserError
from app.press.bleed import box_of, white_edges
from app.press.drawings import Drawing, drawings, inherited
from app.press.inks import InksError, require_cmyk_profile
from app.press.job import Target
from app.press.plates import faults_of_colours, faults_of_resources

SAMPLE = 50
"""So many pages have their operators read; what they share is read once and whole."""

DRAWN = 4
"""So many pages are drawn to look at their bleed."""

_SCRIPTS = {"/OpenAction": "an action on opening", "/AA": "actions", "/AcroForm": "a form", "/XFA": "a form"}
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_XMP_OF = {
    "{http://www.npes.org/pdfx/ns/id/}GTS_PDFXVersion": "PDF/X-4",
    "{http://ns.adobe.com/xap/1.0/}CreateDate": None,
    "{http://ns.adobe.com/xap/1.0/}ModifyDate": None,
    "{http://ns.adobe.com/xap/1.0/}MetadataDate": None,
    "{http://ns.adobe.com/xap/1.0/mm/}DocumentID": None,
    _TITLE: None,
}
_TRAPPED = "{http://ns.adobe.com/pdf/1.3/}Trapped"


class PreflightError(UserError):
    """A printed file has faults for which a printer would send it back."""


def require_preflight(path: Path, target: Target) -> None:
    """Refuse a file that `preflight` finds fault with.

    Raises:
        PreflightError: with every fault.
    """
    problems = preflight(path, target)
    if problems:
        raise PreflightError(
            f"the file is not fit for the {target}: {' '.join(problems)}".rstrip("."),
            where=path.name,
            mend="Mend the design or the settings and print again; nothing was released",
        )


def preflight(path: Path, target: Target) -> tuple[str, ...]:
    """Return what is wrong with a printed file, in sentences; nothing if it may go out.

    It checks what it knows and is no validator: none for PDF/X is free.

    Args:
        path: a PDF.
        target: `office` for a plain PDF in RGB, `press` for PDF/X-4.

    Raises:
        ProofReadingError: poppler cannot draw a page of it.

    Source: ISO 15930-7:2010, section 6; Ghent Workgroup 2022 specification for sheet-fed offset.
    """
    try:
        with pikepdf.open(path) as pdf:
            return _Examination(path, pdf, target).problems()
    except pikepdf.PasswordError:
        return ("The file is encrypted. Print it without a password.",)
    except pikepdf.PdfError:
        return ("The file is not a whole PDF. Print it again.",)


class _Examination:
    """One look at one file: every fault once, with the first place it was seen at."""

    def __init__(self, path: Path, pdf: pikepdf.Pdf, target: Target) -> None:
        self.path, self.pdf, self.target = path, pdf, target
        self.pages = list(pdf.pages)
        self._found: dict[str, list[str]] = {}
        self._fonts: set[tuple[int, int]] = set()

    def problems(self) -> tuple[str, ...]:
        self._document()
        if self.target == "press":
            self._exchange()
        for number, page in enumerate(self.pages, start=1):
            self._page(number, page)
        self._operators()
        if self.target == "press":
            self._bleed()
        return tuple(_sentence(what, places) for what, places in self._found.items())

    def _fault(self, what: str, mend: str, where: str = "the file") -> None:
        self._found.setdefault(f"{what}. {mend}.", []).append(where)

    def _document(self) -> None:
        if not self.pages:
            self._fault("there is no page", "Print again")
        if self.pdf.is_encrypted:
            self._fault("it is encrypted", "Print it without a password")
        root = self.pdf.Root
        for key, what in _SCRIPTS.items():
            if key in root:
                self._fault(f"it has {what}", "Print it again without")
        for key in ("/JavaScript", "/EmbeddedFiles"):
            if key in root.get("/Names", Dictionary()):
                self._fault(f"it carries {key.lstrip('/')}", "Print it again without")

    def _exchange(self) -> None:
        """Look for what makes a file PDF/X-4 (ISO 15930-7:2010, sections 6.1 to 6.3 and 6.16)."""
        root, again = self.pdf.Root, "Mark it with mark_for_press"
        if max(self.pdf.pdf_version, str(root.get("/Version", "/1.0")).lstrip("/")) < "1.6":
            self._fault("its version is before 1.6", "Save it with min_version 1.6")
        intents = [one for one in root.get("/OutputIntents", Array()) if one.get("/S") == Name.GTS_PDFX]
        if len(intents) != 1:
            self._fault("it does not say for which press it is (output intent)", again)
        for intent in intents:
            self._intent(intent, again)
        if len(self.pdf.trailer.get("/ID", Array())) != 2:
            self._fault("it has no /ID", "Save it with deterministic_id")
        # Without `with`, which would write what the metadata lacks into the file at hand.
        xmp = self.pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False)
        for key, value in _XMP_OF.items():
            if not xmp.get(key) or value not in (None, xmp.get(key)):
                name = key.rpartition("}")[2]
                self._fault(f"its metadata does not give {name}{f' as {value}' if value else ''}", again)
        trapped = str(self.pdf.docinfo.get("/Trapped", "")).lstrip("/")
        if trapped not in {"True", "False"} or xmp.get(_TRAPPED) != trapped:
            self._fault("it does not say whether it is trapped", again)
        if str(self.pdf.docinfo.get("/Title", "")) != (xmp.get(_TITLE) or ""):
            self._fault("its information and its metadata give two titles", again)
        for key in ("/Title", "/CreationDate", "/ModDate"):
            if key not in self.pdf.docinfo:
                self._fault(f"its information lacks {key.lstrip('/')}", again)

    def _intent(self, intent: pikepdf.Object, again: str) -> None:
        profile = intent.get("/DestOutputProfile")
        try:
            require_cmyk_profile(profile.read_bytes() if profile is not None else b"", where="")
        except InksError:
            self._fault("its output intent has no profile of a press with four inks", again)
        if profile is not None and profile.get("/N") != 4:
            self._fault("its output intent does not count four inks", again)
        if not str(intent.get("/OutputConditionIdentifier", "")):
            self._fault("its output intent does not name the printing condition", again)

    def _page(self, number: int, page: pikepdf.Page) -> None:
        where = f"page {number}"
        if len(page.obj.get("/Annots", Array())):
            self._fault("it has links or notes", "Leave annotations out of the print", where)
        if "/AA" in page.obj:
            self._fault("it has actions", "Print it again without", where)
        media = box_of(inherited(page, "/MediaBox"))
        if self.target == "office":
            self._size(where, media)
            return
        if "/TrimBox" not in page.obj or "/BleedBox" not in page.obj:
            self._fault("it does not say where it is cut", "Give every page /TrimBox and /BleedBox", where)
            return
        if "/ArtBox" in page.obj:
            self._fault("it has an ArtBox beside its TrimBox", "Keep the TrimBox", where)
        trim, bleed = box_of(page.obj.TrimBox), box_of(page.obj.BleedBox)
        for name, inner, outer in (("TrimBox", trim, bleed), ("BleedBox", bleed, media)):
            if any(a < b - 0.01 for a, b in zip(inner[:2], outer[:2], strict=True)) or any(
                a > b + 0.01 for a, b in zip(inner[2:], outer[2:], strict=True)
            ):
                beyond = "BleedBox" if name == "TrimBox" else "sheet"
                self._fault(f"its {name} reaches beyond its {beyond}", "Set its boxes one in another", where)

    def _size(self, where: str, media: tuple[float, float, float, float]) -> None:
        first = box_of(inherited(self.pages[0], "/MediaBox"))
        if [first[2] - first[0], first[3] - first[1]] != [media[2] - media[0], media[3] - media[1]]:
            self._fault("it has another size than page 1", "Print each size into its own file", where)

    def _operators(self) -> None:
        seen: set[tuple[int, int]] = set()
        for index in spread(len(self.pages), SAMPLE):
            for drawing in drawings(self.pages[index], f"page {index + 1}", seen):
                self._fonts_embedded(drawing)
                if self.target == "press":
                    self._resources(drawing)
                for what, mend in faults_of_colours(drawing, self.target):
                    self._fault(what, mend, drawing.where)

    def _fonts_embedded(self, drawing: Drawing) -> None:
        for font in drawing.resources.get("/Font", Dictionary()).values():
            if font.get("/Subtype") == Name.Type3 or (font.is_indirect and font.objgen in self._fonts):
                continue
            self._fonts.add(font.objgen)
            for part in font.get("/DescendantFonts", Array([font])):
                descriptor = part.get("/FontDescriptor", Dictionary())
                if not any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
                    self._fault(
                        f"its font {str(font.get('/BaseFont', '')).lstrip('/')} is not embedded",
                        "Use a font file of print/fonts",
                        drawing.where,
                    )

    def _resources(self, drawing: Drawing) -> None:
        for what, mend in faults_of_resources(drawing.resources):
            self._fault(what, mend, drawing.where)
        if drawing.content.get("/Group", Dictionary()).get("/CS", Name.DeviceCMYK) != Name.DeviceCMYK:
            self._fault("it mixes transparent colours as RGB", "Convert the design to inks", drawing.where)

    def _bleed(self) -> None:
        for index in spread(len(self.pages), DRAWN):
            page = self.pages[index]
            if "/TrimBox" not in page.obj or "/BleedBox" not in page.obj:
                continue
            for card, side in white_edges(self.path, index + 1, page):
                self._fault(
                    "the colour at the cut does not fill the bleed",
                    "Let the design's ground and pictures reach past the card by the whole bleed",
                    f"page {index + 1}, card {card}, {side} edge",
                )


def spread(whole: int, most: int) -> list[int]:
    """Return up to `most` numbers below `whole`, in pairs evenly spread: fronts and backs alternate."""
    if whole <= most:
        return list(range(whole))
    pairs = most // 2
    first = {round(pair * (whole - 2) / (pairs - 1)) for pair in range(pairs)}
    return sorted(first | {number + 1 for number in first})


def _sentence(what: str, places: list[str]) -> str:
    """Return a fault with the first place it is at."""
    more = len(set(places)) - 1
    also = f" and {more} more" if more else ""
    return f"{places[0][0].upper()}{places[0][1:]}{also}: {what}"
