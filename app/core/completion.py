"""How many boxes a complete series takes: box by box, in one finite run, and in packs (friends: friends.py).

Every function looks at the kits still wanted: pass the counts of all kits for a fresh start, leave the chase
out for a series without it, leave owned kits out for the rest.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from app.core.errors import UserError
from app.core.survival import (
    IndependentTerms,
    RunTerms,
    Terms,
    chance_done,
    first_reaching,
    mean,
    reaches,
    rough_chance,
    survival_weights,
    variance,
)


class OddsError(UserError):
    """Counts do not describe the kits of a run."""


class ChanceError(UserError):
    """A chance is not one that a number of boxes can be asked for."""


class OpenedError(UserError):
    """A number of boxes is not one that can be opened."""


class PackError(UserError):
    """Packs cannot be filled as described."""


@dataclass(frozen=True)
class Completion:
    """The number of boxes (or packs) it takes, as chance has it; made by the functions of this module.

    Attributes:
        fewest: no fewer can do.
        most: so many surely do; none where there is no such number.
        spare: how many kits may stay missing.
    """

    fewest: int
    most: int | None
    spare: int
    _terms: Terms = field(repr=False)
    _odds: tuple[float, ...] = field(repr=False)

    def mean(self) -> float:
        """Return the mean number of boxes.

        Source: Flajolet, Gardy, Thimonier 1992, section 4.
        """
        return float(mean(self._terms))

    def deviation(self) -> float:
        """Return the standard deviation of the number of boxes.

        Source: Flajolet, Gardy, Thimonier 1992: E[T²] = Σ (2t + 1)·P(not done in t).
        """
        return math.sqrt(variance(self._terms))

    def chance_done(self, opened: int) -> float:
        """Return the chance that some boxes are enough.

        Args:
            opened: boxes opened, at least 0; beyond `most` nothing more can happen.

        Returns:
            Chance, 0 to 1.

        Raises:
            OpenedError: fewer than 0 boxes.

        Source: Flajolet, Gardy, Thimonier 1992, section 4.
        """
        check_opened(opened)
        if opened < self.fewest:
            return 0.0
        if self.most is not None and opened >= self.most:
            return 1.0
        return chance_done(self._terms, opened)

    def boxes_for(self, chance: Fraction) -> int:
        """Return the smallest number of boxes that is enough with a given chance.

        Args:
            chance: above 0 and below 1; Fraction(1, 2) gives the median, Fraction(9, 10) the 90th percentile.

        Returns:
            Boxes, exactly: a tie counts as reached.

        Raises:
            ChanceError: the chance is not above 0 and below 1.

        Source: the distribution of `chance_done`.
        """
        check_chance(chance)
        return first_reaching(
            lambda opened: reaches(self._terms, opened, chance),
            self._rough,
            float(chance),
            self.fewest,
            self.most,
        )

    def _rough(self, opened: int) -> float:
        if self.most is None:
            return rough_chance([(1 - odds) ** opened for odds in self._odds], self.spare)
        # In a finite run each of a kit's boxes is still unopened with about the same chance.
        unopened = 1 - opened / self.most
        return rough_chance([unopened ** (odds * self.most) for odds in self._odds], self.spare)


def next_is_new(missing: Sequence[int], boxes: int) -> float:
    """Return the chance that the next box holds a kit still wanted, in a run's published counts.

    Args:
        missing: boxes of each kit still wanted, shape (wanted kits,).
        boxes: boxes in the run.

    Returns:
        Chance, 0 to 1.

    Raises:
        OddsError: a count below 1, or more wanted boxes than boxes.

    Source: the sum of the odds of the missing kits.
    """
    check_counts(missing, boxes)
    return sum(missing) / boxes


def box_by_box(missing: Sequence[int], boxes: int, *, spare: int = 0) -> Completion:
    """Describe boxes opened one by one, each with the run's odds whatever came before.

    What buying the last kits directly saves is the mean without `spare` minus the mean with it.

    Args:
        missing: boxes of each kit still wanted, shape (wanted kits,).
        boxes: boxes in the run. A sealed case is kinder than independent boxes.
        spare: how many kits may stay missing, for a collector who then buys those directly.

    Returns:
        The number of boxes it takes.

    Raises:
        OddsError: a count below 1, more wanted boxes than boxes, or spare below 0.

    Source: Flajolet, Gardy, Thimonier 1992, section 4; with spare von Schelling 1954.
    """
    check_counts(missing, boxes, spare)
    unit = math.gcd(boxes, *missing)
    return _box_by_box(tuple(count // unit for count in missing), boxes // unit, min(spare, len(missing)))


# A page asks for mean, median and percentile of one series in turn; the terms are worth keeping that long.
@lru_cache(maxsize=16)
def _box_by_box(missing: tuple[int, ...], boxes: int, spare: int) -> Completion:
    weights = survival_weights(missing, spare)
    sums = [total for total, weight in enumerate(weights) if weight]
    misses = tuple(boxes - total for total in sums)
    terms = IndependentTerms(tuple(weights[total] for total in sums), misses, boxes)
    odds = tuple(count / boxes for count in missing)
    return Completion(len(missing) - spare, None, spare, terms, odds)


def in_one_run(missing: Sequence[int], boxes: int, *, spare: int = 0) -> Completion:
    """Describe boxes opened one by one from a single run, from which none comes back.

    Args:
        missing: boxes of each kit still wanted, shape (wanted kits,).
        boxes: boxes in the run, all still unopened.
        spare: how many kits may stay missing.

    Returns:
        The number of boxes it takes, at most all of them.

    Raises:
        OddsError: a count below 1, more wanted boxes than boxes, or spare below 0.

    Source: Flajolet, Gardy, Thimonier 1992, with hypergeometric chances.
    """
    check_counts(missing, boxes, spare)
    return _in_one_run(tuple(missing), boxes, min(spare, len(missing)))


@lru_cache(maxsize=16)
def _in_one_run(missing: tuple[int, ...], boxes: int, spare: int) -> Completion:
    unit = math.gcd(*missing) or 1
    weights = survival_weights([count // unit for count in missing], spare)
    sums = tuple(total for total, weight in enumerate(weights) if weight)
    terms = RunTerms(tuple(weights[total] for total in sums), tuple(unit * total for total in sums), boxes)
    odds = tuple(count / boxes for count in missing)
    return Completion(len(missing) - spare, boxes, spare, terms, odds)


def in_packs(kits: int, pack_size: int, *, owned: int = 0) -> Completion:
    """Describe packs of different kits from a series in which all kits are equally frequent.

    Args:
        kits: kits in the series.
        pack_size: kits in a pack, all different.
        owned: kits owned already.

    Returns:
        The number of packs it takes.

    Raises:
        PackError: a pack empty or larger than the series, or more kits owned than there are.

    Source: Stadje 1990, "The collector's problem with group drawings".
    """
    if not (1 <= pack_size <= kits and 0 <= owned <= kits):
        raise PackError(
            f"Packs of {pack_size} different kits, {owned} owned, do not fit a series of {kits}",
            mend="Make the pack no larger than the series, and own no more than it has",
        )
    return _in_packs(kits, pack_size, owned)


@lru_cache(maxsize=16)
def _in_packs(kits: int, pack_size: int, owned: int) -> Completion:
    wanted = kits - owned
    weights = survival_weights((1,) * wanted, 0)[1:]
    misses = tuple(math.comb(kits - absent, pack_size) for absent in range(1, wanted + 1))
    terms = IndependentTerms(tuple(weights), misses, math.comb(kits, pack_size))
    return Completion(-(-wanted // pack_size), None, 0, terms, (pack_size / kits,) * wanted)


def check_counts(missing: Sequence[int], boxes: int, spare: int = 0) -> None:
    """Refuse counts that no run has.

    Args:
        missing: boxes of each kit still wanted, shape (wanted kits,).
        boxes: boxes in the run.
        spare: how many kits may stay missing.

    Raises:
        OddsError: a count below 1, more wanted boxes than boxes, or spare below 0.
    """
    if boxes < 1 or spare < 0 or sum(missing) > boxes or any(count < 1 for count in missing):
        raise OddsError(
            f"The counts of the {len(missing)} wanted kits do not fit a run of {boxes} boxes",
            where="counts",
            mend="Give every wanted kit at least one box, and together no more boxes than the run has",
        )


def check_chance(chance: Fraction) -> None:
    """Refuse a chance for which there is no number of boxes; raise ChanceError."""
    if not 0 < chance < 1:
        raise ChanceError(
            f"No number of boxes has a chance of exactly {chance} to ask for",
            where="chance",
            mend="Choose a chance above 0 and below 1",
        )


def check_opened(opened: int) -> None:
    """Refuse a number of boxes below 0; raise OpenedError."""
    if opened < 0:
        raise OpenedError("Fewer than no boxes cannot be opened", where="opened", mend="Count from 0")
