"""The wall: who has all that the public server has guesses unopened boxes no better than the odds allow.

The thief has the ledger (raw file and every table), the log of real requests, and every page. The server has
no key of its own to be stolen. Not tried: how long an answer takes; of an unopened box nobody can ask
anything without its code, whose 85 bits are not to be guessed.

False alarms: each test in which a thief finds nothing would fail for one honest program in 1,000, at other
secrets. The secrets are fixed.
"""

import base64
import re
import shutil
from collections.abc import Callable
from math import comb
from pathlib import Path

import numpy as np
import pysqlite3.dbapi2
import pytest

from app.core.code import ALPHABET
from tests.flows.stolen import BOXES, CASE, COUNTS, OPENED, RUNS, Secret, Server, run_server
from tests.flows.thief import (
    FALSE_ALARMS,
    UNKNOWN,
    WAYS,
    Kits,
    Loot,
    Outcome,
    View,
    steal,
    try_all,
    view_of_editions,
    view_of_rows,
)

Break = Callable[[Secret, dict[bytes, bytes]], dict[bytes, bytes]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Server:
    return run_server(tmp_path_factory.mktemp("wall") / "tiny")


@pytest.fixture(scope="module")
def loot(server: Server) -> Loot:
    return steal(server.ledger)


def guess(server: Server, loot: Loot) -> dict[str, Outcome]:
    """Let the thief guess from the rows of all runs."""
    views, truths = [], []
    for run, secret in server.vault.items():
        view = view_of_rows(loot, run, COUNTS, CASE)
        kits = {label.tag: kit for label, kit in zip(secret.labels, secret.kits, strict=True)}
        views.append(view)
        truths.append(unopened(view, [kits[tag] for _, tag, _ in loot.rows[run]]))
    return try_all(views, truths, seed=3)


def unopened(view: View, kits: list[int]) -> Kits:
    """Return the kits of the boxes that are not claimed."""
    truth: Kits = np.array(kits)
    known = view.kits != UNKNOWN
    assert (view.kits[known] == truth[known]).all()
    assert int(known.sum()) == OPENED
    hidden: Kits = truth[~known]
    return hidden


def too_many(outcome: Outcome) -> bool:
    """Tell whether hits beat the best constant guess by more than a binomial does once in FALSE_ALARMS."""
    boxes, rate = outcome.boxes, outcome.best / outcome.boxes
    beyond = sum(
        comb(boxes, hits) * rate**hits * (1 - rate) ** (boxes - hits)
        for hits in range(outcome.hits, boxes + 1)
    )
    return beyond * WAYS * FALSE_ALARMS <= 1


# What the thief finds out


def test_a_thief_of_the_ledger_guesses_unopened_boxes_no_better_than_the_counts_do(
    server: Server, loot: Loot
) -> None:
    outcomes = guess(server, loot)
    assert len(outcomes) == WAYS
    for name, outcome in outcomes.items():
        assert outcome.boxes == len(RUNS) * (BOXES - OPENED)
        assert not too_many(outcome), (name, outcome)
        assert not outcome.caught, (name, outcome)


def test_neither_the_number_outside_nor_the_page_that_its_label_opens_tells_more(
    server: Server, loot: Loot
) -> None:
    view = view_of_editions(loot, "TY-1", COUNTS, CASE, server.editions)
    for name, outcome in try_all([view], [unopened(view, by_edition(server))], seed=4).items():
        assert not too_many(outcome), (name, outcome)
        assert not outcome.caught, (name, outcome)
    assert len(set(server.editions[:, 2])) == 1, "the pages differ in their digits alone"


def test_a_thief_who_noted_the_cases_learns_what_balance_tells_and_no_more(
    server: Server, loot: Loot
) -> None:
    """The page of the format says so: who knows which editions came in a case knows what it has left."""
    secret = server.vault["TY-1"]
    view = view_of_editions(loot, "TY-1", COUNTS, CASE, server.editions)
    truth = np.array(by_edition(server))
    share = np.array(list(COUNTS.values())) * CASE / BOXES
    hits = most = 0
    for case in range(1, BOXES // CASE + 1):
        editions = np.array([label.edition - 1 for label in secret.labels if label.case == case])
        opened = view.kits[editions]
        rest = truth[editions[opened == UNKNOWN]]
        named = (share - np.bincount(opened[opened != UNKNOWN], minlength=len(COUNTS))).argmax()
        hits += int((rest == named).sum())
        most += int(np.bincount(rest, minlength=1).max()) if len(rest) else 0
    assert view.left.max() < hits <= most


def by_edition(server: Server) -> list[int]:
    """Return the kits of the first run by edition."""
    secret = server.vault["TY-1"]
    kits = {label.edition: int(kit) for label, kit in zip(secret.labels, secret.kits, strict=True)}
    return [kits[edition] for edition in range(1, BOXES + 1)]


# Walls that were broken on purpose


def in_order_of_slots(secret: Secret, rows: dict[bytes, bytes]) -> dict[bytes, bytes]:
    return {label.tag: rows[label.tag] for label in secret.labels}


def with_the_kit_as_length(secret: Secret, rows: dict[bytes, bytes]) -> dict[bytes, bytes]:
    kits = {label.tag: int(kit) for label, kit in zip(secret.labels, secret.kits, strict=True)}
    return {tag: sealed + bytes(kits[tag]) for tag, sealed in rows.items()}


def with_one_bit_of_the_kit(secret: Secret, rows: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """Let a nonce that was counted up tell in a byte whether the box holds a bridge."""
    kits = {label.tag: int(kit) for label, kit in zip(secret.labels, secret.kits, strict=True)}
    return {
        tag: sealed[:20] + bytes([sealed[20] & 0x7F | (kits[tag] == 1) << 7]) + sealed[21:]
        for tag, sealed in rows.items()
    }


@pytest.mark.parametrize("broken", [in_order_of_slots, with_the_kit_as_length, with_one_bit_of_the_kit])
def test_a_wall_that_is_broken_is_seen_through_by_the_same_thief(
    server: Server, tmp_path: Path, broken: Break
) -> None:
    ledger = Path(shutil.copy(server.ledger, tmp_path / "broken.sqlite3"))
    connection = pysqlite3.dbapi2.connect(str(ledger))
    for run, secret in server.vault.items():
        stored = "SELECT tag, sealed FROM sealed_box WHERE run = ? ORDER BY rowid"
        rows = broken(secret, dict(connection.execute(stored, (run,)).fetchall()))
        connection.execute("DELETE FROM sealed_box WHERE run = ?", (run,))
        connection.executemany(
            "INSERT INTO sealed_box (tag, run, sealed) VALUES (?, ?, ?)",
            [(tag, run, sealed) for tag, sealed in rows.items()],
        )
    connection.commit()
    connection.close()
    outcomes = guess(server, steal(ledger))
    assert any(outcome.caught and too_many(outcome) for outcome in outcomes.values()), outcomes


# What stands nowhere


def spelled(secret: bytes) -> list[bytes]:
    """Return a secret in the ways in which programs write bytes."""
    signs = "".join(ALPHABET[(int.from_bytes(secret) << 4) >> shift & 31] for shift in range(255, -1, -5))
    forms = [base64.b64encode(secret), base64.urlsafe_b64encode(secret), base64.b32encode(secret)]
    return [
        secret, secret.hex().encode(), secret.hex().upper().encode(), signs.encode(), repr(secret).encode(),
        *(form.rstrip(b"=") for form in forms),
    ]  # fmt: skip


def codes_in(text: bytes, codes: set[str]) -> set[str]:
    """Return which codes stand in a text, however they are spaced or written."""
    plain = re.sub(rb"%20|[^0-9A-Za-z]", b"", text).upper()
    starts = {code[:12].encode(): code for code in codes} | {code[6:].encode(): code for code in codes}
    return {starts[part] for place in range(len(plain)) if (part := plain[place : place + 12]) in starts}


def test_no_code_and_no_secret_stands_in_the_ledger_the_log_or_on_a_page(server: Server) -> None:
    secrets = [form for each in server.vault.values() for secret in each.secrets for form in spelled(secret)]
    codes = {label.code for each in server.vault.values() for label in each.labels}
    tag = server.vault["TY-1"].labels[0].tag
    assert tag in server.running, "what is stored can be found by looking for its bytes"
    assert "SELECT sealed_box.tag" in server.logged, "the engine's own words were kept"
    assert {"/vi/tiny/lantern", "/en/help/privacy", "/r/TY-3"} <= set(server.public)
    given = [server.running, server.ledger.read_bytes(), server.logged.encode()]
    given += server.public.values()
    for text in given:
        assert not [form for form in secrets if form in text]
        assert not codes_in(text, codes)
    for code, page in server.private:
        assert not [form for form in secrets if form in page]
        assert codes_in(page, codes) <= {code}


def test_the_search_of_these_tests_finds_codes_and_secrets(server: Server) -> None:
    secret = server.vault["TY-1"]
    code = secret.labels[5].code
    codes = {label.code for label in secret.labels}
    for text in (code, code.lower(), f"{code[:6]}-{code[6:12]} {code[12:]}", f"/b/{code[:6]}%20{code[6:]}"):
        assert codes_in(f"before {text} behind".encode(), codes) == {code}
    # The page of a holder names the code: what the search looks through is what was sent.
    assert any(codes_in(page, codes) == {own} for own, page in server.private)
    assert len(set(spelled(secret.secrets[0]))) >= 6
