"""A thief who has everything that the public server has, and guesses what is in unopened boxes.

The thief learns from the boxes that were claimed, of which the ledger tells the kit, and tries some ways of
learning on everything in which two rows, or two boxes outside, can differ.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pysqlite3.dbapi2
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Kits = NDArray[np.int64]

RESIDUES = range(2, 13)
NEAREST = 15
ORDERS = 9_999
FALSE_ALARMS = 1_000
"""Of so many thieves of an honest ledger, one looks by chance as if the ledger had told something."""

WAYS = 5
UNKNOWN = -1
SEALED_BYTES, HASH_BYTES = 62, 32


@dataclass(frozen=True)
class View:
    """What the thief sees of one run: a line of numbers a box, and the kits of those that were claimed.

    Attributes:
        numbers: what may tell, shape (boxes, features).
        places: how many of the first features are about order; the others are about bytes.
        kits: the kit index of each box, UNKNOWN if it was not claimed; shape (boxes,).
        left: boxes of each kit that are not claimed yet: counts are public. Shape (kits,).
        owed: of each kit, what a case's share is above what of it was claimed in so many boxes on end, if
            the order were that of the cases. Shape (boxes, kits).
    """

    numbers: Numbers
    places: int
    kits: Kits
    left: Kits
    owed: Numbers


@dataclass(frozen=True)
class Loot:
    """A stolen ledger: its rows by run in the order in which they lie, and the rest of what is known."""

    rows: Mapping[str, list[tuple[int, bytes, bytes]]]
    claims: Mapping[bytes, tuple[str, int]]
    leaves: Mapping[tuple[str, str], bytes]
    file: bytes


def steal(path: Path) -> Loot:
    """Read a ledger's file, tables and raw bytes."""
    connection = pysqlite3.dbapi2.connect(str(path))
    try:
        rows: dict[str, list[tuple[int, bytes, bytes]]] = {}
        for run, *row in connection.execute("SELECT run, rowid, tag, sealed FROM sealed_box ORDER BY rowid"):
            rows.setdefault(run, []).append(tuple(row))
        claims = {
            tag: (kit, edition)
            for tag, kit, edition in connection.execute("SELECT tag, kit, edition FROM claim")
        }
        leaves: dict[tuple[str, str], bytes] = {}
        for run, tree, hashes in connection.execute(
            "SELECT run, tree, hashes FROM tree_part WHERE level = 0 ORDER BY part"
        ):
            leaves[run, tree] = leaves.get((run, tree), b"") + hashes
    finally:
        connection.close()
    return Loot(rows, claims, leaves, path.read_bytes())


def view_of_rows(loot: Loot, run: str, counts: Mapping[str, int], case_size: int) -> View:
    """Return everything in which the stored rows of a run differ."""
    rows = loot.rows[run]
    index = {kit: number for number, kit in enumerate(counts)}
    kits = np.array([index[loot.claims[tag][0]] if tag in loot.claims else UNKNOWN for _, tag, _ in rows])
    ids = np.array([float(number) for number, _, _ in rows])
    offsets = np.array([float(loot.file.find(sealed)) for _, _, sealed in rows])
    by_tag = np.argsort(np.argsort([tag for _, tag, _ in rows])).astype(float)
    order = _order(np.arange(len(rows)), kits, len(index), case_size)
    lengths = np.array([[len(sealed), len(tag)] for _, tag, sealed in rows], dtype=float)
    trees = [loot.leaves[run, tree] for tree in ("contents", "labels")]
    width = SEALED_BYTES + 16 + len(trees) * HASH_BYTES
    joined = b"".join(
        sealed[:SEALED_BYTES].ljust(SEALED_BYTES) + tag
        + b"".join(tree[place * HASH_BYTES :][:HASH_BYTES] for tree in trees)
        for place, (_, tag, sealed) in enumerate(rows)
    )  # fmt: skip
    content = np.frombuffer(joined, dtype=np.uint8).reshape(-1, width).astype(float)
    numbers = np.column_stack([ids, offsets, by_tag, order, lengths, content])
    return View(numbers, 3 + order.shape[1], kits, _left(kits, counts), _owed(kits, counts, case_size))


def view_of_editions(loot: Loot, run: str, counts: Mapping[str, int], case_size: int, pages: Numbers) -> View:
    """Return everything in which the boxes of a run differ outside, each box's public page with it.

    Args:
        loot: the ledger.
        run: the run.
        counts: boxes of each kit.
        case_size: boxes in a case.
        pages: measures of each box's page, shape (boxes, measures).
    """
    index = {kit: number for number, kit in enumerate(counts)}
    kits = np.full(len(loot.rows[run]), UNKNOWN)
    for _, tag, _ in loot.rows[run]:
        if tag in loot.claims:
            kit, edition = loot.claims[tag]
            kits[edition - 1] = index[kit]
    order = _order(np.arange(len(kits)), kits, len(index), case_size)
    return View(
        np.column_stack([order, pages]),
        order.shape[1],
        kits,
        _left(kits, counts),
        _owed(kits, counts, case_size),
    )


def _left(kits: Kits, counts: Mapping[str, int]) -> Kits:
    return np.array(list(counts.values())) - np.bincount(kits[kits != UNKNOWN], minlength=len(counts))


def _owed(kits: Kits, counts: Mapping[str, int], case_size: int) -> Numbers:
    case = np.arange(len(kits)) // case_size
    claimed = np.zeros((case.max() + 1, len(counts)))
    known = kits != UNKNOWN
    np.add.at(claimed, (case[known], kits[known]), 1)
    owed: Numbers = np.array(list(counts.values())) * case_size / len(kits) - claimed[case]
    return owed


def _order(places: Kits, kits: Kits, known: int, case_size: int) -> Numbers:
    """Return what the place in an order may tell: where, its remainders, and which kits lie beside it."""
    hot = np.stack([kits == kit for kit in range(known)], axis=1).astype(float)
    case = places // case_size
    beside = np.zeros((case.max() + 1, known))
    np.add.at(beside, case, hot)
    columns = [places.astype(float), *(places % size for size in RESIDUES)]
    columns += [*(beside[case] - hot).T]
    for reach in (1, 2, case_size // 2):
        padded = np.pad(hot, ((reach, reach), (0, 0)))
        around = np.stack([padded[step : step + len(hot)] for step in range(2 * reach + 1)]).sum(axis=0)
        columns += [*(around - hot).T]
    return np.column_stack(columns)


# Learning


@dataclass(frozen=True)
class Outcome:
    """How often one way of learning was right.

    Attributes:
        hits: boxes guessed rightly, of `boxes`.
        best: right guesses of whoever always names the kit of which most are left.
        chance: how likely so many right guesses are if the numbers tell nothing.
        caught: too unlikely to be chance.
    """

    hits: int
    boxes: int
    best: int
    chance: float
    caught: bool


def try_all(views: list[View], truths: list[Kits], seed: int) -> dict[str, Outcome]:
    """Guess every unclaimed box of some runs in WAYS ways.

    If what is seen tells nothing, the kits left lie on the unclaimed boxes of a run in any order, all equally
    likely: the chance of so many hits is counted over `ORDERS` such orders, and is exact.

    Args:
        views: one for each run.
        truths: the kits of the unclaimed boxes of each run, in the view's order; only for counting hits.
        seed: for the orders.

    Returns:
        What came of each way, by its name.

    Source: Monte Carlo test: Dwass 1957.
    """
    ways: dict[str, Callable[[View], Kits]] = {
        "balance": lambda view: _most(view.owed[view.kits == UNKNOWN]),
        "nearest by order": lambda view: _nearest(*_split(view, view.places)),
        "logistic by order": lambda view: _logistic(*_split(view, view.places)),
        "logistic": lambda view: _logistic(*_split(view)),
        "bayes": lambda view: _bayes(*_split(view)),
    }
    outcomes = {}
    for name, learn in ways.items():
        rng = np.random.default_rng(seed)
        hits, by_chance = 0, np.zeros(ORDERS, dtype=int)
        for view, truth in zip(views, truths, strict=True):
            guesses = learn(view)
            hits += int((guesses == truth).sum())
            by_chance += (rng.permuted(np.tile(truth, (ORDERS, 1)), axis=1) == guesses).sum(axis=1)
        chance = (1 + int((by_chance >= hits).sum())) / (1 + ORDERS)
        outcomes[name] = Outcome(
            hits=hits,
            boxes=sum(map(len, truths)),
            best=sum(int(view.left.max()) for view in views),
            chance=chance,
            caught=chance * WAYS * FALSE_ALARMS <= 1,
        )
    return outcomes


def _split(view: View, features: int | None = None) -> tuple[Numbers, Kits, Numbers, int]:
    """Return numbers and kits of claimed boxes, numbers of the others, and how many kits there are."""
    numbers = view.numbers[:, :features]
    numbers = numbers[:, numbers.std(axis=0) > 0]
    numbers = (numbers - numbers.mean(axis=0)) / numbers.std(axis=0)
    known = view.kits != UNKNOWN
    return numbers[known], view.kits[known], numbers[~known], len(view.left)


def _most(scores: Numbers) -> Kits:
    most: Kits = scores.argmax(axis=1)
    return most


def _nearest(seen: Numbers, kits: Kits, asked: Numbers, known: int) -> Kits:
    """Guess the commonest kit among the nearest claimed boxes."""
    apart = (asked**2).sum(axis=1)[:, None] - 2 * asked @ seen.T + (seen**2).sum(axis=1)
    near = kits[np.argsort(apart, axis=1, kind="stable")[:, :NEAREST]]
    return _most(np.stack([(near == kit).sum(axis=1) for kit in range(known)], axis=1))


def _logistic(seen: Numbers, kits: Kits, asked: Numbers, known: int) -> Kits:
    """Guess by logistic regression with a penalty, fitted by accelerated steps downhill."""
    seen, asked = (np.column_stack([each, np.ones(len(each))]) for each in (seen, asked))
    wanted, penalty = np.eye(known)[kits], 0.02
    step = 1 / (0.5 * np.linalg.norm(seen, 2) ** 2 / len(seen) + penalty)
    weights = ahead = np.zeros((seen.shape[1], known))
    for turn in range(200):
        odds = np.exp(seen @ ahead - (seen @ ahead).max(axis=1, keepdims=True))
        slope = seen.T @ (odds / odds.sum(axis=1, keepdims=True) - wanted) / len(seen) + penalty * ahead
        before, weights = weights, ahead - step * slope
        ahead = weights + turn / (turn + 3) * (weights - before)
    return _most(asked @ weights)


def _bayes(seen: Numbers, kits: Kits, asked: Numbers, known: int) -> Kits:
    """Guess as if every feature, cut into eight steps, told of the kit by itself."""
    score = np.tile(np.log(np.bincount(kits, minlength=known) + 1.0), (len(asked), 1))
    for column, other in zip(seen.T, asked.T, strict=True):
        edges = np.unique(np.quantile(column, np.arange(1, 8) / 8))
        table = np.ones((len(edges) + 1, known))
        np.add.at(table, (np.searchsorted(edges, column), kits), 1)
        score += np.log(table / table.sum(axis=0))[np.searchsorted(edges, other)]
    return _most(score)
