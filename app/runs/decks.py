"""The cards and labels of a run: what each shows, and what its proof must find."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from app.core.code import spell
from app.core.commitment import Label, contents_leaf, printed_root
from app.core.errors import UserError
from app.core.kit import Kit, Series
from app.core.manifest import manifest_digest
from app.core.merkle import tree
from app.core.plan import NO_PREVIOUS
from app.core.proof import SealedContent
from app.ledger import Run
from app.library import read_story
from app.pictures import art_path, silhouette_path
from app.press.proof import Due
from app.press.slots import QR_SLOT
from app.press.stamping import Card
from app.runs import Station
from app.runs.life import plan_of, secret_labels
from app.sealing import open_row
from app.workspace import Workspace

ALBUM_CARDS = 8
"""A sheet of A4 full."""

MOST_ROWS = 18
"""Boxes on one packing sheet."""

SAME = "all"
"""The one variant of what tells nothing of the content."""


class LedgerIncompleteError(UserError):
    """The ledger or the catalogue no longer holds what was sealed."""


@dataclass(frozen=True)
class PackedBox:
    """What goes into one box: its label, and what its sealed row says."""

    label: Label
    kit: Kit
    content: SealedContent


@dataclass(frozen=True)
class Deck:
    """Cards of one design: what varies by variant, the cards in printing order, and what each must show.

    `parts` is what the design's parts show, by the name that cards ask for.
    `editions` tells which box each card is for; it is empty where a card is for no box.
    """

    design: str
    variants: Mapping[str, Mapping[str, object]]
    cards: Sequence[Card]
    due: Sequence[Due]
    parts: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    editions: Sequence[int] = ()


def packed_boxes(station: Station, run: Run, series: Series, rows: Mapping[bytes, bytes]) -> list[PackedBox]:
    """Open every sealed row with its code and hold it against the published root.

    Args:
        station: where the vault is.
        run: a sealed run.
        series: of the run.
        rows: the ledger's sealed rows by tag.

    Returns:
        Boxes in packing order: by case and edition.

    Raises:
        LedgerIncompleteError: a row or a kit is missing, or the rows are not those of the published root.
        OpenError: a row does not open with its code.
    """
    plan = plan_of(run, 1, NO_PREVIOUS)
    kits = {kit.id: kit for kit in series.kits}
    gone = [kit.id for kit in plan.kits if kit.id not in kits]
    if gone:
        raise LedgerIncompleteError(
            f"the kit {gone[0]} of {run.id} is no longer in the series {series.id}",
            where=str(station.workspace.kits),
            mend="Bring it back: a kit that is in sealed boxes is never renamed or removed",
        )
    digest = manifest_digest(run.manifest or "")
    boxes, leaves = [], []
    for label in secret_labels(station, run):
        if label.tag not in rows:
            raise LedgerIncompleteError(
                f"box No. {label.edition} of {run.id} is not in the ledger",
                mend="Restore the ledger from a backup",
            )
        content = open_row(label.code, run.id, rows[label.tag])
        leaves.append(contents_leaf(digest, label.slot, content.kit, content.salt, label.commitment))
        if content.kit < len(plan.kits):
            boxes.append(PackedBox(label, kits[plan.kits[content.kit].id], content))
    if tree(leaves).root != run.contents_root or len(boxes) != run.boxes:
        raise LedgerIncompleteError(
            f"the boxes of {run.id} in the ledger are not those of its published root",
            mend="Restore the ledger from a backup; nothing was printed",
        )
    return sorted(boxes, key=lambda box: (box.content.case, box.content.edition))


def insert_deck(
    station: Station, run: Run, series: Series, boxes: Iterable[PackedBox], base_url: str
) -> Deck:
    """Return the cards that lie in the boxes, in packing order.

    The contents root is stamped as what varies from box to box is, although it does not: nothing that is
    typeset depends on it, so the trial before the draw has typeset the cards already.
    """
    workspace = station.workspace
    root = printed_root(run.contents_root or b"")
    root_lines = {"root-1": _in_fours(root[:16]), "root-2": _in_fours(root[16:])}
    variants: dict[str, Mapping[str, object]] = {
        kit.id: {**open_values(workspace, series, kit, base_url), "run": run.id} for kit in series.kits
    }
    cards, due, editions = [], [], []
    for box in boxes:
        code, edition = box.label.code, edition_words(run, box.content.edition)
        texts = {
            QR_SLOT: address(base_url, "b", code),
            "code": spell(code).replace(" ", "  "),
            "edition": edition,
            **root_lines,
        }
        cards.append(Card(box.kit.id, texts))
        names = tuple(box.kit.name[language] for language in workspace.languages)
        eyes = (code, root[:16], root[16:], *names)
        due.append(_due(f"card No. {box.content.edition}", cards[-1], eyes))
        editions.append(box.content.edition)
    return Deck(workspace.paper.insert, variants, cards, due, editions=editions)


def label_deck(
    design: str, station: Station, run: Run, series: Series, editions: Sequence[int], base_url: str
) -> Deck:
    """Return what is stuck on the boxes, by edition: labels with a QR of the run's page, or seals without.

    Neither depends on what is in a box: nothing of the seal is asked.
    """
    cards, due = [], []
    width = len(str(run.boxes))
    for edition in editions:
        texts = {"edition": edition_words(run, edition)}
        if design == "label":
            texts[QR_SLOT] = address(base_url, "r", f"{run.id}/{edition:0{width}}")
        cards.append(Card(SAME, texts))
        due.append(_due(f"{design} No. {edition}", cards[-1], (run.id,)))
    return Deck(design, {SAME: _outside(station, run, series, base_url)}, cards, due, editions=editions)


def case_label_deck(station: Station, run: Run, series: Series, base_url: str) -> Deck:
    """Return one label for each carton; it tells which, and nothing of what is in it."""
    cases = run.boxes // run.case_size
    page = address(base_url, "r", run.id)
    cards = [Card(SAME, {"case": case_words(run, case), QR_SLOT: page}) for case in range(1, cases + 1)]
    due = [_due(f"case label {case}", card, (run.id,)) for case, card in enumerate(cards, start=1)]
    return Deck("case-label", {SAME: _outside(station, run, series, base_url)}, cards, due)


def packing_deck(station: Station, run: Run, series: Series, boxes: Sequence[PackedBox]) -> Deck:
    """Return the sheets that say what goes into each case; a case of many boxes has several.

    Args:
        station: where the catalogue is.
        run: a sealed run.
        series: of the run.
        boxes: all of the run, in packing order.
    """
    rows = min(run.case_size, MOST_ROWS)
    cases = run.boxes // run.case_size
    parts = {
        kit.id: {"kit": kit, "silhouette": silhouette_path(station.workspace, series.id, kit.id).as_uri()}
        for kit in series.kits
    }
    cards, due = [], []
    for start in range(0, run.boxes, run.case_size):
        case = boxes[start : start + run.case_size]
        number = case[0].content.case
        counts = Counter(box.kit.id for box in case)
        sums = {f"count-{place}": f"× {counts[kit.id]}" for place, kit in enumerate(series.kits)}
        for first in range(0, run.case_size, rows):
            listed = case[first : first + rows]
            texts = {"case": f"{number} / {cases}", **sums, "page": ""}
            if rows < run.case_size:
                texts["page"] = f"{1 + first // rows} / {-(-run.case_size // rows)}"
            for row in range(rows):
                box = listed[row] if row < len(listed) else None
                texts[f"kit-{row}"] = box.kit.id if box else ""
                texts[f"place-{row}"] = f"{first + row + 1}." if box else ""
                texts[f"edition-{row}"] = str(box.content.edition) if box else ""
            cards.append(Card(SAME, texts))
            lines = tuple(text for slot, text in texts.items() if text and not slot.startswith("kit-"))
            beside = tuple(
                (box.kit.id, str(box.content.edition), tuple(box.kit.name.values())) for box in listed
            )
            name = f"the packing sheet of case {number}"
            due.append(Due(name, SAME, "", lines, (run.id,), beside))
    values = {**_outside(station, run, series, run.base_url), "rows": rows}
    return Deck("packing-sheet", {SAME: values}, cards, due, parts=parts)


def open_values(workspace: Workspace, series: Series, kit: Kit, base_url: str) -> dict[str, object]:
    """Return what a card of a kit shows, whether it lies in a sealed box or is given away open."""
    return {
        "kit": kit,
        "series": series,
        "stories": {
            language: read_story(workspace, kit.id, language).front for language in workspace.languages
        },
        "art": art_path(workspace, series.id, kit.id).as_uri(),
        "host": urlsplit(base_url).netloc,
        "maker": workspace.maker_name,
    }


def edition_words(run: Run, edition: int) -> str:
    """Return an edition number as it stands on label, seal and card alike."""
    return f"Số {edition} / {run.boxes}"


def case_words(run: Run, case: int) -> str:
    """Return a case number as it stands on its label."""
    return f"Thùng {case} / {run.boxes // run.case_size}"


def address(base_url: str, kind: str, rest: str) -> str:
    """Return what a QR says: capitals alone, so that the symbol stays small."""
    return f"{base_url.rstrip('/')}/{kind}/{rest}".upper()


def _in_fours(signs: str) -> str:
    return " ".join(signs[start : start + 4] for start in range(0, len(signs), 4))


def _outside(station: Station, run: Run, series: Series, base_url: str) -> dict[str, object]:
    """Return what stands outside: the same for every box."""
    return {
        "run": run.id,
        "series": series,
        "boxes": run.boxes,
        "case_size": run.case_size,
        "maker": station.workspace.maker_name,
        "host": urlsplit(base_url).netloc,
    }


def _due(name: str, card: Card, words: tuple[str, ...]) -> Due:
    lines = tuple(text for slot, text in card.texts.items() if slot != QR_SLOT)
    return Due(name, card.variant, card.texts.get(QR_SLOT, ""), lines, words)


def album_card_deck(station: Station, series: Series, base_url: str) -> Deck:
    """Return cards on which a buyer ticks kits off and copies the album's key by hand; all are alike."""
    workspace = station.workspace
    values = {
        "series": series,
        "kits": [
            {
                "kit": entry.kit,
                "chase": entry.chase,
                "silhouette": silhouette_path(workspace, series.id, entry.kit.id).as_uri(),
            }
            for entry in series.entries
        ],
        "maker": workspace.maker_name,
        "host": urlsplit(base_url).netloc,
    }
    cards = [Card(SAME, {})] * ALBUM_CARDS
    return Deck("album-card", {SAME: values}, cards, [_due("an album card", card, ()) for card in cards])


def story_card_deck(workspace: Workspace, series: Series, kit: Kit, cards: int, base_url: str) -> Deck:
    """Return cards that open a kit's story, for kits that are given or sold open."""
    opens = address(base_url, "s", kit.id)
    values = {
        **open_values(workspace, series, kit, base_url),
        "address": f"{urlsplit(base_url).netloc}/s/{kit.id}",
    }
    same = [Card(kit.id, {QR_SLOT: opens})] * cards
    names = tuple(kit.name[language] for language in workspace.languages)
    return Deck("story-card", {kit.id: values}, same, [_due("a story card", card, names) for card in same])
