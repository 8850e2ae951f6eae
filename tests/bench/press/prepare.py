"""Lay the designs of print/ out, so that every program draws the same card: writes var/bench.

WeasyPrint's boxes are read because no other interface of it tells where a line of text lies.
"""

import json
import random
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes
from typing import Any
from urllib.parse import unquote, urlsplit

from fontpkg_be_vietnam_pro import __file__ as font_package

from app.catalogue import read_series
from app.core.code import ALPHABET, CODE_LENGTH, check_character
from app.core.imposition import impose
from app.library import read_story
from app.pictures import art_path
from app.press.design import read_design
from app.press.slots import QR_SLOT
from app.press.typesetting import VIEW_BOX
from app.runs import open_station
from app.runs.committing import commit_printable
from app.runs.planning import plan_run
from app.workspace import Workspace, find_workspace
from tests.bench.press.boxes import FONTS, Page, laid_out, rise
from tests.bench.press.card import CARDS_FILE, COMMITTED, PREPARED, WORKSPACE, Card
from tests.bench.press.markup import ART, source
from tests.bench.press.ours import printed
from tests.bench.press.plan import RUNS

SERIES = "thang-long"
PAPER = (210.0, 297.0)
DESIGNS = {"small": "insert-small", "insert": "insert"}
BOXES = 24
"""Of the runs that are committed; nothing that is typeset depends on it."""

MOST_CARDS = 100_000
MODULES = 25


def main() -> None:
    """Write everything that card.py reads."""
    shutil.rmtree(PREPARED, ignore_errors=True)
    workspace = _workspace()
    _commit(workspace)
    _write_cards(workspace)
    for name, design in DESIGNS.items():
        _write_job(workspace, name, design, _values(workspace, RUNS[name]))


def _workspace() -> Workspace:
    """Copy the workspace, without bleed."""
    source = find_workspace().root
    WORKSPACE.mkdir(parents=True)
    for folder in ("kits", "print"):
        shutil.copytree(source / folder, WORKSPACE / folder)
    (WORKSPACE / "stories").symlink_to(source / "stories")
    settings = (source / "hopke.toml").read_text("utf-8")
    (WORKSPACE / "hopke.toml").write_text(settings.replace("bleed_mm = 3", "bleed_mm = 0"), "utf-8")
    fonts = Path(font_package).parent / "files"
    (PREPARED / "fonts").mkdir()
    for font in FONTS.values():
        own = source / "print" / "fonts" / font
        shutil.copy(own if own.is_file() else fonts / font, PREPARED / "fonts" / font)
    return find_workspace(str(WORKSPACE))


def _commit(workspace: Workspace) -> None:
    """Commit a run of each design, as a maker does, and keep what Hộp Kể remembers of it."""
    now = datetime.now(UTC)
    for name, design in DESIGNS.items():
        station = open_station(replace(workspace, paper=replace(workspace.paper, insert=design)))
        plan_run(station, SERIES, boxes=BOXES, now=now, run_id=RUNS[name])
        commit_printable(station, RUNS[name], entropy=token_bytes(32), now=now, progress=lambda *_: None)
        station.ledger.close()
    shutil.copytree(workspace.state / "cache", COMMITTED)


def _values(workspace: Workspace, run: str) -> dict[str, dict[str, Any]]:
    """Return what a template shows on each kit's card, as plain values."""
    series = read_series(workspace, SERIES)
    return {
        kit.id: {
            "kit": {**asdict(kit), "pieces": kit.pieces},
            "series": {"id": series.id, "name": dict(series.name), "summary": dict(series.summary)},
            "stories": {language: _front(workspace, kit.id, language) for language in workspace.languages},
            "art": art_path(workspace, SERIES, kit.id).as_uri(),
            "host": "h.example",
            "run": run,
            "maker": workspace.maker_name,
        }
        for kit in series.kits
    }


def _write_cards(workspace: Workspace) -> None:
    """Write kit and code of each card: the kits in their shares, shuffled, as a run's ledger would say."""
    shares = [entry.kit.id for entry in read_series(workspace, SERIES).entries for _ in range(entry.share)]
    chance = random.Random(55)
    with CARDS_FILE.open("w") as file:
        for _ in range(MOST_CARDS):
            body = "".join(chance.choices(ALPHABET, k=CODE_LENGTH - 1))
            file.write(f"{chance.choice(shares)} {body}{check_character(body)}\n")


def _front(workspace: Workspace, kit: str, language: str) -> dict[str, object]:
    front = read_story(workspace, kit, language).front
    return {**asdict(front), "riddle": asdict(front.riddle)}


def _write_job(workspace: Workspace, name: str, design: str, values: Mapping[str, dict[str, Any]]) -> None:
    """Write a job: the module as on a card that Hộp Kể prints, all else as the design is laid out."""
    made = read_design(workspace, design)
    one = Card(next(iter(values)), "0" * CODE_LENGTH, 1, 1)
    symbol_mm = printed(workspace, design, values, [one], PREPARED / "one.pdf").module_mm * MODULES
    sheet = impose(made.card_mm, PAPER, 0)
    frames = {frame for side in made.sides for frame in ART.findall(source(design, side))}
    values = {kit: {**shown, "framed": _framed(kit, shown["art"], frames)} for kit, shown in values.items()}
    sides: dict[str, list[dict[str, Any]]] = {}
    for kit, shown in values.items():
        sides[kit] = []
        for number, template in enumerate(made.sides):
            page = laid_out(design, template, made.card_mm, shown, f"{name}-{kit}-{number}")
            sides[kit].append(_side(page, symbol_mm))
    job = {
        "name": name,
        "design": design,
        "templates": made.sides,
        "card": made.card_mm,
        "sheet": PAPER,
        "cells": [sheet.cells, sheet.behind(0, 0)][: len(made.sides)],
        "marks": [(line.x1, line.y1, line.x2, line.y2) for line in sheet.marks],
        "symbol_mm": symbol_mm,
        "fonts": {font: str(PREPARED / "fonts" / file) for font, file in FONTS.items()},
        "rises": {font: rise(file) for font, file in FONTS.items()},
        "values": values,
        "sides": sides,
    }
    (PREPARED / f"{name}.json").write_text(json.dumps(job, ensure_ascii=False), "utf-8")


def _framed(kit: str, art: str, frames: Iterable[str]) -> dict[str, str]:
    """Write a kit's art in other frames, as the press reads it; return the files' addresses by frame."""
    folder = PREPARED / "framed"
    folder.mkdir(exist_ok=True)
    svg = Path(unquote(urlsplit(art).path)).read_text("utf-8")
    made = {frame: folder / f"{kit} {frame}.svg" for frame in frames}
    for frame, file in made.items():
        file.write_text(VIEW_BOX.sub(f'viewBox="{frame}"', svg, count=1), "utf-8")
    return {frame: file.as_uri() for frame, file in made.items()}


def _side(page: Page, symbol_mm: float) -> dict[str, Any]:
    symbol = None
    if slot := page.slots.get(QR_SLOT):
        left, top, width, height = slot
        symbol = (left + (width - symbol_mm) / 2, top + (height - symbol_mm) / 2)
    return {
        "items": [{"kind": type(item).__name__, **asdict(item)} for item in page.items],
        "symbol": symbol,
        "lines": {slot: asdict(line) for slot, line in page.lines.items()},
        "slots": {slot: frame[:2] for slot, frame in page.slots.items()},
    }


if __name__ == "__main__":
    main()
