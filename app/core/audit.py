"""The leak audit: whether anything that can be known outside a box goes together with the kit in it.

Every measure of the run is compared with the same measure of runs that chance filled by the true law of
allocation, balanced cases and all. Labels stay as they are; only the kits are drawn anew.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from statistics import NormalDist
from typing import TypeVar

import numpy as np

from app.core.allocation import allocate
from app.core.measures import Feature, Kits, Numbers, Ruler

Progress = Callable[[int, int], None]
Given = TypeVar("Given")

FALSE_ALARMS = 1000
"""One honest run in so many is flagged, whatever the number of measures."""

CELLS_AT_ONCE = 4_000_000
_TAIL = 10
_FAR = 100


@dataclass(frozen=True)
class Found:
    """What one feature tells.

    Attributes:
        name: the feature's.
        known: of how many boxes it is known.
        alike: it is the same for all boxes, and so tells nothing.
        pattern: where it looks most unlike chance, in words.
        as_strong: of `runs` equally likely runs, this one among them, how many look at least as unlike
            chance in this feature.
        as_strong_anywhere: and how many do in any feature.
        leaks: it predicts the kit.
    """

    name: str
    known: int
    alike: bool
    pattern: str
    as_strong: int
    as_strong_anywhere: int
    leaks: bool


@dataclass(frozen=True)
class Audit:
    """What an audit found: one line for each feature; `runs` compared, this one among them."""

    found: tuple[Found, ...]
    runs: int

    @property
    def leaks(self) -> tuple[Found, ...]:
        """Return the features that predict the kit, the clearest first."""
        return tuple(
            sorted((each for each in self.found if each.leaks), key=lambda each: each.as_strong_anywhere)
        )


def draws_for(boxes: int) -> int:
    """Return how many honest runs a run of so many boxes is compared with: fewer where each takes long."""
    return 1999 if boxes <= 2000 else 999


def draw_keys(entropy: bytes, draws: int) -> list[bytes]:
    """Return a shuffle key for each honest run; the same entropy gives the same keys."""
    return [hmac.digest(entropy, draw.to_bytes(8, "big"), hashlib.sha256) for draw in range(draws)]


def honest_run(key: bytes, counts: tuple[int, ...], case_size: int) -> Kits:
    """Return the kits by slot that chance puts into a run, by the law that fills real runs."""
    return np.array(allocate(key, counts, case_size), dtype=np.uint16)


def audit(
    kits: Kits,
    honest: Iterable[Kits],
    features: Sequence[Feature],
    counts: tuple[int, ...],
    *,
    case_size: int,
    chases: frozenset[int] = frozenset(),
    draws: int,
    progress: Progress = lambda _done, _of: None,
) -> Audit:
    """Compare a run with honest ones, feature by feature.

    Every measure is put on one scale by its rank among all runs (beyond the highest ten by its distance), and
    the highest measure of a run is compared with the highest of each other run. As all runs are equally
    likely if nothing leaks, this run is flagged with a chance of at most 1 in FALSE_ALARMS, exactly, however
    many measures there are and however they hang together.

    Args:
        kits: kit index by slot of the run, shape (boxes,).
        honest: the same of runs that `honest_run` drew.
        features: what can be known outside.
        counts: boxes of each kit, shape (kits,).
        case_size: boxes in a case.
        chases: kit indexes of chases, looked at on their own too.
        draws: how many honest runs there are, at least FALSE_ALARMS − 1.
        progress: told runs measured and runs in all.

    Returns:
        What each feature tells.

    Source: Monte Carlo test: Dwass 1957, Barnard 1963; highest of many: Westfall and Young 1993, 2.6.
    """
    rulers = {_key(feature): Ruler(feature, counts, case_size, chases) for feature in features}
    measured: dict[object, list[Numbers]] = {key: [] for key in rulers}
    done = 0
    for batch in _batches([kits], honest, max(1, CELLS_AT_ONCE // (len(kits) * len(counts)))):
        runs = np.stack(batch)
        holds = np.stack([runs == kit for kit in range(len(counts))]).astype(np.float32)
        for key, ruler in rulers.items():
            measured[key].append(ruler.measure(runs, holds))
        done += len(batch)
        progress(done, draws + 1)
    scores = {key: _scores(np.concatenate(parts)) for key, parts in measured.items()}
    highest = {key: each.max(axis=1) for key, each in scores.items() if each.shape[1]}
    anywhere = np.max([np.zeros(done), *highest.values()], axis=0)
    found = []
    for feature in features:
        key = _key(feature)
        known = int(np.isfinite(feature.values).sum())
        if key not in highest:
            found.append(Found(feature.name, known, True, "", done, done, leaks=False))
            continue
        mine = highest[key]
        stronger = int((anywhere >= mine[0]).sum())
        found.append(
            Found(
                name=feature.name,
                known=known,
                alike=False,
                pattern=rulers[key].names[int(scores[key][0].argmax())],
                as_strong=int((mine >= mine[0]).sum()),
                as_strong_anywhere=stronger,
                leaks=stronger * FALSE_ALARMS <= done,
            )
        )
    return Audit(tuple(found), done)


def _scores(measured: Numbers) -> Numbers:
    """Put measures on one scale, too high and too low alike; shape (runs, measures) in and out."""
    scores = [_score(np.round(column, 9)) for column in measured.T]
    return np.stack(scores, axis=1) if scores else measured


def _score(measure: Numbers) -> Numbers:
    away = np.abs(measure - np.median(measure))
    ascending = np.sort(away)
    runs = len(away)
    at_least = runs - np.searchsorted(ascending, away, side="left")
    as_much = at_least - (runs - np.searchsorted(ascending, away, side="right"))
    quantile = _quantiles(runs)
    scores = quantile[at_least]
    if ascending[0] == ascending[-1]:
        return np.zeros(runs)
    tail, far = ascending[-_TAIL], ascending[-_FAR]
    # A measure of few values may jump by a hair between far apart ranks; its spread is the least unit.
    spread = np.sqrt(np.mean(np.minimum(away, tail) ** 2)) or away.std()
    unit = max((tail - far) / (quantile[_TAIL] - quantile[_FAR]), spread)
    beyond = (at_least <= _TAIL) & (as_much == 1)
    scores[beyond] = quantile[_TAIL] + (away[beyond] - tail) / unit
    return scores


@lru_cache(maxsize=8)
def _quantiles(runs: int) -> Numbers:
    """Return the normal score of each count of runs that are at least as far away, shape (runs + 1,)."""
    normal = NormalDist()
    return np.array([0.0, *(-normal.inv_cdf(count / (runs + 1)) for count in range(1, runs + 1))])


def _key(feature: Feature) -> tuple[str, bytes, tuple[int, ...]]:
    """Return what features that are measured alike have in common."""
    return feature.kind, feature.values.tobytes(), feature.periods


def _batches(first: Iterable[Given], rest: Iterable[Given], size: int) -> Iterator[list[Given]]:
    yield list(first)
    several = iter(rest)
    while batch := list(islice(several, size)):
        yield batch
