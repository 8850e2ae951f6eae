"""The public files of runs: what a stranger downloads, keeps and computes again."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.core.log import check_log_list
from app.core.reveal import check_reveal
from app.ledger import Claim
from app.runs import Station, open_station
from app.runs.life import commit_run, seal_run, secret_labels, show_run
from app.runs.marks import record_mark, spoil, void
from app.runs.planning import plan_run
from app.runs.public_life import reveal_run, sell_run, witness_run
from app.web import create_app
from app.workspace import find_workspace
from tests.conftest import CEREMONY, DICE, NOW, SECRET
from tests.web.cast import Box, Phone
from tests.web.conftest import close
from tests.web.html import read_html

FILES = ("/runs/TY-1.json", "/runs/TY-1/manifest.json", "/runs/log.json", "/runs/schema.json")
KITS = ("lantern", "bridge", "fish")


@dataclass
class Shop:
    """Mina's station, and the public site beside it as a stranger sees it."""

    station: Station
    site: Flask

    def open(self, path: str) -> str:
        answer = Phone(self.site, "en").open(path)
        assert answer.status_code == 200, path
        return answer.text

    def record(self, run: str = "TY-1") -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.open(f"/runs/{run}.json"))
        return found

    def seal(self) -> None:
        seal_run(self.station, "TY-1", beacon_value=DICE, now=NOW)

    def print_and_sell(self) -> None:
        with self.station.ledger.writing() as session:
            run = show_run(self.station, "TY-1")
            record_mark(session, run, "printed", range(1, 17), NOW)
            run.printed_at = NOW
            session.add(run)
        sell_run(self.station, "TY-1", NOW)

    def claim(self, slot: int, kit: str, on: date) -> None:
        label = secret_labels(self.station, show_run(self.station, "TY-1"))[slot]
        with self.station.ledger.writing() as session:
            session.add(Claim(tag=label.tag, run="TY-1", kit=kit, edition=label.edition, claimed_on=on))


@pytest.fixture
def shop(drawn_nothing: Path) -> Iterator[Shop]:
    """Mina after she committed TY-1."""
    station = open_station(find_workspace(str(drawn_nothing)))
    plan_run(station, "tiny", boxes=16, now=NOW, beacon=CEREMONY)
    commit_run(station, "TY-1", entropy=SECRET, now=NOW)
    site = create_app(station.workspace)
    yield Shop(station, site)
    close(site)
    station.ledger.close()


def complaints(found: Any, schema: dict[str, Any], where: str = "") -> Iterator[str]:
    """Yield what of a JSON value is not as a schema says, for the words of schema that ours uses."""
    known = {
        "$schema", "title", "description", "type", "properties", "required", "additionalProperties", "items",
        "pattern", "minimum", "enum", "const",
    }  # fmt: skip
    assert set(schema) <= known, where
    kinds = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "null": type(None),
        "boolean": bool,
    }
    allowed = schema.get("type", [])
    names = [allowed] if isinstance(allowed, str) else allowed
    if names and type(found) not in {kinds[name] for name in names}:
        yield f"{where} is no {names}"
        return
    if "enum" in schema and found not in schema["enum"]:
        yield f"{where} is not of {schema['enum']}"
    if "const" in schema and found != schema["const"]:
        yield f"{where} is not {schema['const']}"
    if isinstance(found, str) and not re.search(schema.get("pattern", ""), found):
        yield f"{where} does not fit {schema['pattern']}"
    if type(found) is int and found < schema.get("minimum", found):
        yield f"{where} is below {schema['minimum']}"
    if isinstance(found, dict):
        assert schema["additionalProperties"] is False
        assert set(schema["required"]) == set(schema["properties"])
        if found.keys() != schema["properties"].keys():
            yield f"{where} has other fields: {found.keys() ^ schema['properties'].keys()}"
        for name, part in found.items():
            yield from complaints(part, schema["properties"].get(name, {}), f"{where}.{name}")
    if isinstance(found, list):
        for part in found:
            yield from complaints(part, schema["items"], f"{where}[]")


def test_every_record_is_as_its_schema_says_in_every_state(shop: Shop) -> None:
    schema = json.loads(shop.open("/runs/schema.json"))
    seen = []

    def look() -> None:
        seen.append(shop.record())
        assert list(complaints(seen[-1], schema)) == []

    look()
    witness_run(shop.station, "TY-1", "manifest", "Notice board", NOW)
    shop.seal()
    look()
    shop.print_and_sell()
    shop.claim(0, "lantern", NOW.date())
    look()
    reveal_run(shop.station, "TY-1", "withdrawn", NOW)
    look()
    assert [each["state"] for each in seen] == ["committed", "sealed", "on sale", "revealed"]
    assert [each["ended"] for each in seen] == [None, None, None, "withdrawn"]
    assert [each["links"]["reveal"] for each in seen] == [None, None, None, "/runs/TY-1/reveal.json"]
    assert seen[1]["witnesses"][0] | {"at": ""} == {
        "what": "manifest", "where": "Notice board", "at": "", "early": True,
    }  # fmt: skip
    assert list(complaints(seen[0] | {"boxes": "16"}, schema)) == [".boxes is no ['integer']"]
    assert list(complaints(seen[0] | {"more": 1}, schema)) != []


def test_every_address_in_a_record_opens(shop: Shop) -> None:
    shop.seal()
    shop.print_and_sell()
    reveal_run(shop.station, "TY-1", "sold out", NOW)
    for address in shop.record()["links"].values():
        shop.open(address)


def test_the_manifest_is_given_byte_for_byte(shop: Shop) -> None:
    answer = Phone(shop.site).open("/runs/TY-1/manifest.json")
    assert hashlib.sha256(answer.data).hexdigest() == shop.record()["manifest_sha256"]


def test_the_log_is_whole_and_unbroken(shop: Shop) -> None:
    entries = check_log_list(shop.open("/runs/log.json"))
    assert [entry.did for entry in entries] == ["planned", "committed"]


def test_the_draw_is_closed_until_the_run_is_over_and_open_then(shop: Shop) -> None:
    shop.seal()
    shop.print_and_sell()
    closed = Phone(shop.site).open("/runs/TY-1/reveal.json")
    assert (closed.status_code, closed.headers["Cache-Control"]) == (404, "no-store")
    assert closed.text == "This run is not over yet; its draw is opened then.\n"
    assert "reveal.json" not in shop.open("/r/TY-1")
    reveal_run(shop.station, "TY-1", "sold out", NOW)
    again = check_reveal(shop.open("/runs/TY-1/reveal.json"))
    assert again.contents_root.hex() == shop.record()["contents_root"]
    page = shop.open("/r/TY-1")
    assert "/runs/TY-1/reveal.json" in read_html(page).links
    assert "Sold out, and the draw is open" in page


def test_the_reveal_is_sent_in_parts_and_not_again_to_who_has_it(shop: Shop) -> None:
    shop.seal()
    shop.print_and_sell()
    reveal_run(shop.station, "TY-1", "sold out", NOW)
    phone = Phone(shop.site)
    first = phone.open("/runs/TY-1/reveal.json")
    assert "Content-Length" not in first.headers  # it was not gathered in memory to be counted
    tag = first.headers["ETag"]
    for kept in (tag, tag.rstrip('"') + ':br"'):
        again = phone.open("/runs/TY-1/reveal.json", headers={"If-None-Match": kept})
        assert (again.status_code, again.data) == (304, b"")
    other = phone.open("/runs/TY-1/reveal.json", headers={"If-None-Match": '"else"'})
    assert other.data == first.data


@pytest.mark.parametrize("path", [*FILES, "/runs/TY-1/reveal.json"])
def test_any_web_page_may_fetch_and_anyone_may_keep_the_files(shop: Shop, path: str) -> None:
    shop.seal()
    shop.print_and_sell()
    reveal_run(shop.station, "TY-1", "sold out", NOW)
    answer = Phone(shop.site).open(path)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    asked = "max-age=300" if path.endswith("reveal.json") else "no-cache"  # a reveal never changes
    assert answer.headers["Cache-Control"] == f"public, {asked}"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Set-Cookie" not in answer.headers
    assert answer.mimetype in {"application/json", "application/schema+json"}
    assert json.loads(answer.text)


@pytest.mark.parametrize(
    "path", ["/runs/TY-9.json", "/runs/TY-9/manifest.json", "/runs/TY-9/reveal.json", "/runs/ty-1.json"]
)
def test_what_does_not_exist_is_not_found(reader: Phone, path: str) -> None:
    assert reader.open(path).status_code == 404


def test_a_plan_has_no_record_until_it_is_committed(shop: Shop) -> None:
    plan_run(shop.station, "tiny", boxes=16, now=NOW, run_id="TY-2", beacon=CEREMONY)
    for path in ("/runs/TY-2.json", "/runs/TY-2/manifest.json", "/runs/TY-2/reveal.json"):
        assert Phone(shop.site).open(path).status_code == 404
    assert "TY-2" not in shop.open("/runs/")


# Counted day by day


def test_boxes_in_albums_are_counted_up_to_yesterday_and_never_by_kit_before_the_reveal(shop: Shop) -> None:
    shop.seal()
    shop.print_and_sell()
    today = datetime.now(UTC).date()
    day = timedelta(days=1)
    shop.claim(0, "lantern", today - 2 * day)
    shop.claim(1, "lantern", today - 2 * day)
    shop.claim(2, "bridge", today - day)
    before, page = shop.record(), shop.open("/r/TY-1")
    shop.claim(3, "fish", today)
    assert shop.record() == before
    assert shop.open("/r/TY-1") == page
    assert before["claimed"] == {
        "until": (today - day).isoformat(),
        "boxes": 3,
        "days": [
            {"day": (today - 2 * day).isoformat(), "boxes": 2},
            {"day": (today - day).isoformat(), "boxes": 1},
        ],
        "kits": None,
    }
    assert "kit by kit" not in page
    reveal_run(shop.station, "TY-1", "sold out", NOW)
    opened = shop.record()["claimed"]["kits"]
    assert opened == [{"id": kit, "boxes": boxes} for kit, boxes in zip(KITS, (2, 1, 0), strict=True)]
    assert "kit by kit" in shop.open("/r/TY-1")


def test_which_kits_were_claimed_changes_nothing_that_is_public_before_the_reveal(shop: Shop) -> None:
    shop.seal()
    shop.print_and_sell()
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    paths = ("/r/TY-1", "/runs/", "/runs/TY-1.json", "/runs/log.json")
    seen = set()
    for kit in KITS:
        shop.claim(0, kit, yesterday)
        seen.add(tuple(shop.open(path) for path in paths))
        with shop.station.ledger.writing() as session:
            session.connection().exec_driver_sql("DELETE FROM claim")
    assert len(seen) == 1


def test_spoiled_cards_and_withdrawn_boxes_are_counted_and_not_named(shop: Shop) -> None:
    shop.seal()
    shop.print_and_sell()
    spoil(shop.station, "TY-1", "2,5,6", NOW)
    void(shop.station, "TY-1", "11", NOW)
    record = shop.record()
    assert (record["spoiled_cards"], record["voided_boxes"]) == (3, 1)
    cells = {
        head.text: cell.text
        for head, cell in zip(
            [each for each in read_html(shop.open("/r/TY-1")).all("th") if each.get("scope") == "row"],
            read_html(shop.open("/r/TY-1")).all("td"),
            strict=True,
        )
    }
    assert (cells["boxes withdrawn"], cells["cards spoiled"]) == ("1", "3")


# Told to people


def test_where_the_seals_were_posted_is_told_and_whether_it_was_in_time(shop: Shop) -> None:
    assert "named no place yet" in shop.open("/r/TY-1")
    shop.seal()
    witness_run(shop.station, "TY-1", "manifest", "<b>Newspaper</b>, page 12", NOW)
    witness_run(shop.station, "TY-1", "root", "Notice board", NOW)
    page = read_html(shop.open("/r/TY-1")).one("main").text
    assert "<b>Newspaper</b>, page 12" in page
    assert "Seal of the plan, November 21, 2026" in page
    assert page.count("Posted only after the draw.") == 1
    assert "Posted only after the sale" not in page


def test_the_form_of_the_announced_number_is_told_before_the_draw(shop: Shop) -> None:
    assert "Only a number of this form counts: [1-6]{6}" in read_html(shop.open("/r/TY-1")).one("main").text


def test_a_run_without_a_beacon_says_what_it_does_not_promise(shop: Shop) -> None:
    plan_run(shop.station, "tiny", boxes=16, now=NOW, run_id="TY-2")
    commit_run(shop.station, "TY-2", entropy=SECRET, now=NOW)
    assert "does not promise that nobody chose" in shop.open("/r/TY-2")
    assert "does not promise that nobody chose" not in shop.open("/r/TY-1")


def test_the_list_shows_every_committed_run_and_the_chain_of_their_seals(shop: Shop) -> None:
    for run in ("TY-2", "TY-3"):
        plan_run(shop.station, "tiny", boxes=16, now=NOW, run_id=run, beacon=CEREMONY)
        commit_run(shop.station, run, entropy=SECRET, now=NOW)
    shop.seal()
    page = read_html(shop.open("/runs/"))
    told = [each.text for each in page.all("a") if re.fullmatch(r"/r/TY-\d\?lang=en", each.get("href"))]
    assert [re.search(r"run (TY-\d)", each)[1] for each in told] == ["TY-3", "TY-2", "TY-1"]  # type: ignore[index]
    assert "Fixed, not drawn yet." in told[0]  # dropped after the plan was fixed: it stays in the row
    assert "It carries the seal of No. 2." in told[0]
    assert "Drawn, not printed yet." in told[2]
    assert "It is the first." in told[2]
    assert shop.record()["manifest_sha256"][:8] in told[2]


def test_a_run_taken_out_of_the_row_is_missed(shop: Shop) -> None:
    for run in ("TY-2", "TY-3"):
        plan_run(shop.station, "tiny", boxes=16, now=NOW, run_id=run, beacon=CEREMONY)
        commit_run(shop.station, run, entropy=SECRET, now=NOW)
    assert "does not carry the seal" not in shop.open("/runs/")
    with shop.station.ledger.writing() as session:
        connection = session.connection()
        connection.exec_driver_sql("DELETE FROM log_entry WHERE run = 'TY-2'")
        connection.exec_driver_sql("DELETE FROM run WHERE id = 'TY-2'")
    assert shop.open("/runs/").count("does not carry the seal") == 1


@pytest.mark.parametrize("way", ["/en/help", "/en/help/odds", "/r/TY-1", "/en/", "/en/tiny/lantern"])
def test_the_list_of_runs_is_found_from_everywhere(reader: Phone, way: str) -> None:
    links = read_html(reader.open(way, headers={"Accept-Language": "en"}).text).links
    assert "/runs/?lang=en" in links


def test_an_empty_list_says_so(drawn_nothing: Path) -> None:
    site = create_app(find_workspace(str(drawn_nothing)))
    assert "No run has been published yet" in Phone(site, "en").open("/runs/").text
    close(site)


def test_no_public_file_holds_a_code_or_a_tag(reader: Phone, boxes: tuple[Box, ...]) -> None:
    for path in (*FILES, "/runs/", "/r/TY-1"):
        text = reader.open(path).text.upper()
        assert not [box for box in boxes if box.code in text], path
