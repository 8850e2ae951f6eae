"""Checks a whole workspace and says what is wrong in sentences."""

import contextlib
import json
from collections.abc import Iterator
from functools import partial

from sqlmodel import col, select

from app.catalogue import read_catalogue, read_series, series_ids, series_problems
from app.checking.drawn import cover_problems, picture_problems
from app.checking.names import name_problems
from app.checking.pictures import library_problems
from app.checking.problems import ContentError, told
from app.checking.sound import sound_problems
from app.checking.stories import story_problems, stray_problems, written_layers
from app.checking.strict import strict_problems
from app.core.errors import UserError
from app.core.imposition import PAPERS
from app.core.story import Layer, Story
from app.ledger import Ledger, Run
from app.library import read_layer, read_story
from app.press.design import check_design
from app.press.inks import INKS_FILE, read_inks
from app.press.job import read_stock
from app.workspace import Workspace, printable_host


def check_workspace(
    workspace: Workspace, interface_languages: tuple[str, ...], *, strict: bool = False
) -> list[UserError]:
    """Return everything that is wrong in a workspace; an empty list if it is ready.

    Args:
        workspace: the workspace.
        interface_languages: the languages that the pages speak.
        strict: when nothing is wrong, whether it is worth collecting too.
    """
    found: list[UserError] = list(_settings(workspace, interface_languages))
    if not series_ids(workspace):
        found.append(
            ContentError(
                "there is no series yet", where=str(workspace.kits), mend="Add kits/NAME/series.toml"
            )
        )
    broken = {series_id: series_problems(workspace, series_id) for series_id in series_ids(workspace)}
    found += [problem for problems in broken.values() for problem in problems]
    if not any(broken.values()):
        found += told(partial(read_catalogue, workspace))
    catalogue = {
        series_id: read_series(workspace, series_id) for series_id in broken if not broken[series_id]
    }
    found += name_problems(workspace, catalogue, interface_languages)
    for series in catalogue.values():
        found += cover_problems(workspace, series)
        for kit in series.kits:
            found += picture_problems(workspace, series, kit)
    found += story_problems(workspace, catalogue, interface_languages)
    found += library_problems(workspace)
    if not any(broken.values()):
        found += stray_problems(workspace, catalogue, interface_languages)
        found += sound_problems(workspace, catalogue)
    found += _sold(workspace, {kit.id for series in catalogue.values() for kit in series.kits}, broken)
    found += _print_designs(workspace)
    if strict and not found:
        found += strict_problems(workspace, catalogue)
    return found


def notes(workspace: Workspace, interface_languages: tuple[str, ...] = ()) -> list[str]:
    """Return what is allowed but worth knowing before a sale."""
    said = []
    for series in read_catalogue(workspace).values():
        for kit in series.kits:
            if not kit.sale.certificate:
                said.append(f"{kit.id} has no toy-safety certificate number yet.")
            for language in workspace.languages:
                if not is_reviewed(read_story(workspace, kit.id, language)):
                    said.append(f"{kit.id} in {language} has not been reviewed yet; its page says so.")
    layers = sorted(written_layers(workspace, interface_languages))
    waiting = [each for each in layers if not is_reviewed(read_layer(workspace, *each))]
    if waiting:
        said.append(f"{len(waiting)} of {len(layers)} layers have not been reviewed yet; their pages say so.")
    return said


def is_reviewed(told: Story | Layer) -> bool:
    """Tell whether somebody else than its writer has approved a text as it stands."""
    return told.front.reviewed is not None or told.front.approved is not None


def _settings(workspace: Workspace, interface_languages: tuple[str, ...]) -> Iterator[UserError]:
    where = str(workspace.root / "hopke.toml")
    yield from told(lambda: printable_host(workspace.base_url))
    for language in workspace.languages:
        if language not in interface_languages:
            yield ContentError(
                f"the pages do not speak {language}",
                where=f"{where}: languages",
                mend=f"Use some of {', '.join(interface_languages)}, or add phrases for {language}",
            )


def _print_designs(workspace: Workspace) -> Iterator[UserError]:
    """Check every design that is there, the card of the settings whether it is or not, sheets and inks."""
    designs = {path.parent.name for path in workspace.designs.glob("*/design.toml")}
    for design in sorted(designs | {workspace.paper.insert, "packing-sheet"}):
        yield from told(partial(check_design, workspace, design))
    sheets = {path.stem for path in (workspace.designs / "sheets").glob("*.toml")}
    for sheet in sorted((sheets | {workspace.paper.sheet}) - PAPERS.keys()):
        yield from told(partial(read_stock, workspace, sheet))
    if (workspace.designs / INKS_FILE).is_file():
        yield from told(partial(read_inks, workspace))


def _sold(workspace: Workspace, known: set[str], broken: dict[str, list[UserError]]) -> Iterator[UserError]:
    """Refuse to lose a kit that stands in a published manifest: its boxes would open nothing."""
    path = workspace.ledger
    if any(broken.values()) or not path.is_file():
        return
    with contextlib.closing(Ledger(path)) as ledger, ledger.reading() as session:
        runs = session.exec(select(Run).where(col(Run.committed_at).is_not(None))).all()
    for run in runs:
        for kit in json.loads(run.kits):
            if kit["id"] not in known:
                yield ContentError(
                    f"the kit {kit['id']} of the run {run.id} is gone, and its boxes would open nothing",
                    where=str(workspace.kits),
                    mend="Bring it back under its old name",
                )
