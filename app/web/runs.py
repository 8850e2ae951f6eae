"""The pages of runs and their public files, which everyone may see: outer labels lead here."""

from datetime import UTC, date, datetime
from pathlib import Path

from flask import Blueprint, Response, request

from app.albums.record import (
    NotRevealedError,
    listed_runs,
    log_json,
    manifest_of,
    reveal_stream,
    run_json,
)
from app.albums.run_page import run_page
from app.web.headers import STORY_SECONDS
from app.web.present import languages, shared, show, site, spoken

pages = Blueprint("runs", __name__)

SCHEMA = Path(__file__).parent / "run.schema.json"
JSON = "application/json"


@pages.get("/r/<run>")
@pages.get("/R/<run>")
@pages.get("/r/<run>/<edition>")
@pages.get("/R/<run>/<edition>")
def published(run: str, edition: str | None = None) -> Response:
    """Show what is public of a run, and what to compare on the box whose label was scanned."""
    page = run_page(site(), run, edition, _today())
    return _spoken_page(show("run.html", spoken(), page=page, here="run"))


@pages.get("/runs/")
def every_run() -> Response:
    """List every run whose plan was ever published."""
    answer = show("runs.html", spoken(), written=languages(), runs=listed_runs(site()), here="run")
    return _spoken_page(answer)


@pages.get("/runs/<run>.json")
def record(run: str) -> Response:
    """Give what is public of a run to programs."""
    return _open(run_json(site(), run, _today()))


@pages.get("/runs/schema.json")
def schema() -> Response:
    """Describe the fields of a run's record (JSON Schema)."""
    return _open(SCHEMA.read_text("utf-8"), "application/schema+json")


@pages.get("/runs/log.json")
def log() -> Response:
    """Give the whole log."""
    return _open(log_json(site()))


@pages.get("/runs/<run>/manifest.json")
def manifest(run: str) -> Response:
    """Give the manifest, byte for byte."""
    return _open(manifest_of(site(), run))


@pages.get("/runs/<run>/reveal.json")
def reveal(run: str) -> Response:
    """Give the reveal of a run that is over; before, say in words that it is not."""
    try:
        found = reveal_stream(site(), run)
    except NotRevealedError as error:
        answer = Response(f"{error.what[0].upper()}{error.what[1:]}.\n", 404, mimetype="text/plain")
        answer.headers["Cache-Control"] = "no-store"
        return _to_anyone(answer)
    # Conditional by hand: a response that is asked for its length gathers all its parts in memory.
    kept = {tag.partition(":")[0] for tag in request.if_none_match.as_set()}
    fresh = found.version in kept
    parts = iter(()) if fresh else (part.encode() for part in found.parts)
    answer = Response(parts, 304 if fresh else 200, mimetype=JSON)
    answer.headers["Cache-Control"] = f"public, max-age={STORY_SECONDS}"
    answer.set_etag(found.version)
    return _to_anyone(answer)


def _today() -> date:
    return datetime.now(UTC).date()


def _spoken_page(page: Response) -> Response:
    answer = shared(page)
    answer.headers["Vary"] = "Accept-Language, Cookie"
    return answer


def _open(text: str, kind: str = JSON) -> Response:
    return _to_anyone(shared(Response(text.encode(), mimetype=kind)))


def _to_anyone(answer: Response) -> Response:
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
