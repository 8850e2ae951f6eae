"""The proof of one box, built once its code has opened its row."""

from sqlmodel import Session, and_, col, or_, select

from app.albums import Site
from app.albums.claiming import UnknownCodeError
from app.core.code import code_tag, parse_code
from app.core.manifest import manifest_digest
from app.core.merkle import HASH_BYTES, PART_HASHES, siblings
from app.core.proof import Proof
from app.ledger import Run, SealedBox, TreePart
from app.sealing import open_row


def prove_box(site: Site, typed: str) -> tuple[str, bytes]:
    """Return the run of a box, and the proof that its content was fixed before sale.

    Raises:
        MistypedCodeError, KeyboardCodeError: the code cannot be right; the ledger was not asked.
        UnknownCodeError: no box has this code.
    """
    code = parse_code(typed)
    tag = code_tag(code)
    with site.ledger.reading() as session:
        box = session.get(SealedBox, tag)
        run = session.get(Run, box.run) if box else None
        if box is None or run is None or run.manifest is None:
            raise UnknownCodeError("no box has this code", mend="Compare every letter with the card")
        content = open_row(code, run.id, box.sealed)
        proof = Proof(
            manifest_digest=manifest_digest(run.manifest),
            boxes=run.boxes,
            slot=content.slot,
            kit=content.kit,
            salt=content.salt,
            edition=content.edition,
            case=content.case,
            tag=tag,
            lsalt=content.lsalt,
            contents_path=_path(session, run, "contents", content.slot),
            labels_path=_path(session, run, "labels", content.slot),
        )
    return run.id, proof.to_bytes()


def _path(session: Session, run: Run, tree: str, slot: int) -> tuple[bytes, ...]:
    places = [(level, *divmod(place, PART_HASHES)) for level, place in siblings(slot, run.boxes)]
    wanted = [and_(col(TreePart.level) == level, col(TreePart.part) == part) for level, part, _ in places]
    kept = select(TreePart).where(TreePart.run == run.id, TreePart.tree == tree, or_(*wanted))
    parts = {(each.level, each.part): each.hashes for each in session.exec(kept)} if wanted else {}
    return tuple(
        parts[level, part][place * HASH_BYTES : (place + 1) * HASH_BYTES] for level, part, place in places
    )
