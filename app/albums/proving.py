"""The proof of one box, built once its code has opened its row."""

import json
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select, tuple_

from app.albums import Site
from app.albums.claiming import kit_of, open_box
from app.core.code import code_tag, parse_code
from app.core.commitment import printed_root
from app.core.kit import Kit, Series
from app.core.manifest import manifest_digest
from app.core.merkle import HASH_BYTES, PART_HASHES, siblings
from app.core.proof import Proof
from app.ledger import Run, TreePart

TREES = ("contents", "labels")


@dataclass(frozen=True)
class ProvenBox:
    """A box with what shows that its content was fixed before sale.

    Attributes:
        code: the code proper.
        series: the kit's series.
        kit: what is inside.
        run: its run's id.
        edition: the number on the box.
        boxes: boxes in the run.
        committed_on: the day on which the manifest was fixed.
        beacon_kind: where the chance came from.
        manifest: as published, byte for byte.
        contents_root: as published, 32 bytes.
        proof: HB1's bytes; they hold no code.
    """

    code: str
    series: Series
    kit: Kit
    run: str
    edition: int
    boxes: int
    committed_on: date
    beacon_kind: str
    manifest: str
    contents_root: bytes
    proof: bytes

    @property
    def printed_root(self) -> str:
        """Return the contents root as the card shows it, 32 signs."""
        return printed_root(self.contents_root)


def prove_box(site: Site, typed: str) -> ProvenBox:
    """Open a box's row with its code and build its proof.

    Raises:
        MistypedCodeError, KeyboardCodeError: the code cannot be right; the ledger was not asked.
        UnknownCodeError: no box has this code.
    """
    code = parse_code(typed)
    with site.ledger.reading() as session:
        run, content = open_box(session, code)
        if not (run.manifest and run.committed_at and run.contents_root):
            raise RuntimeError(f"boxes of {run.id} are stored, and it is not sealed")
        contents_path, labels_path = _paths(session, run, content.slot)
        proof = Proof(
            manifest_digest=manifest_digest(run.manifest),
            boxes=run.boxes,
            slot=content.slot,
            kit=content.kit,
            salt=content.salt,
            edition=content.edition,
            case=content.case,
            tag=code_tag(code),
            lsalt=content.lsalt,
            contents_path=contents_path,
            labels_path=labels_path,
        )
    series, kit = kit_of(site, json.loads(run.kits)[content.kit]["id"])
    return ProvenBox(
        code=code,
        series=series,
        kit=kit,
        run=run.id,
        edition=content.edition,
        boxes=run.boxes,
        committed_on=run.committed_at.date(),
        beacon_kind=run.beacon_kind,
        manifest=run.manifest,
        contents_root=run.contents_root,
        proof=proof.to_bytes(),
    )


def _paths(session: Session, run: Run, slot: int) -> list[tuple[bytes, ...]]:
    """Return the path of a slot in the contents and in the labels, from the parts they pass through."""
    places = [(level, *divmod(place, PART_HASHES)) for level, place in siblings(slot, run.boxes)]
    of_part = tuple_(col(TreePart.level), col(TreePart.part))
    kept = select(TreePart.tree, TreePart.level, TreePart.part, TreePart.hashes).where(
        TreePart.run == run.id,
        col(TreePart.tree).in_(TREES),
        of_part.in_([(level, part) for level, part, _ in places]),
    )
    parts = {(tree, level, part): hashes for tree, level, part, hashes in session.exec(kept)}
    return [
        tuple(
            parts[tree, level, part][place * HASH_BYTES : (place + 1) * HASH_BYTES]
            for level, part, place in places
        )
        for tree in TREES
    ]
