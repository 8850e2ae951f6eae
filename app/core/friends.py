"""How many boxes friends need together who pool and swap until each of them has a complete series."""

import cmath
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.core.completion import check_chance, check_counts, check_opened
from app.core.errors import UserError
from app.core.survival import first_reaching, rough_chance

# Beyond this e^−x underflows before the sums of x^i/i! are through.
MOST_FRIENDS = 100
# What the quadratures may be off, so that a tie is not missed.
_CHANCE_PRECISION = 1e-11
_MEAN_PRECISION = 1e-13


class FriendsError(UserError):
    """The number of friends cannot be reckoned with."""


@dataclass(frozen=True)
class PooledCompletion:
    """The number of boxes, all friends' together, until every friend has one of every wanted kit."""

    odds: tuple[float, ...]
    friends: int

    def mean(self) -> float:
        """Return the mean number of boxes, to a relative 1e-13 or so.

        Source: Newman, Shepp 1960; the integral ∫ [1 − Π_k P(Poisson(p_k t) ≥ m)] dt by the double
            exponential rule of Takahasi and Mori 1974 for the half-line, t = exp(u − exp(−u)).
        """
        if not self.odds:
            return 0.0

        def integrand(position: float) -> float:
            squeeze = math.exp(-position)
            time = math.exp(position - squeeze)
            return self._still_wanting(time) * time * (1 + squeeze)

        # Left of −5 the substitution leaves less than 1e-60; right of the end the rarest kit's odds do.
        slowest = (60 + 8 * self.friends + math.log(len(self.odds))) / min(self.odds)
        left, right = -5.0, math.log(slowest)
        step = 0.5
        total = _trapezium(integrand, left, right, step, 0.0) * step
        while True:
            step /= 2
            finer = total / 2 + _trapezium(integrand, left, right, 2 * step, step) * step
            if abs(finer - total) <= _MEAN_PRECISION * finer or step < 1 / 256:
                return finer
            total = finer

    def chance_done(self, opened: int) -> float:
        """Return the chance that some boxes are enough for all friends, to about 1e-12.

        Args:
            opened: boxes of all friends together, at least 0.

        Returns:
            Chance, 0 to 1.

        Raises:
            OpenedError: fewer than 0 boxes.

        Source: the coefficient of z^t in Π_k (e^{p_k z} − Σ_{i<m} (p_k z)^i / i!), times t! (Newman, Shepp
            1960), by Cauchy's integral on the circle of radius t (Flajolet, Sedgewick 2009, chapter VIII).
        """
        check_opened(opened)
        if opened < self.friends * len(self.odds):
            return 0.0
        if opened == 0:
            return 1.0
        # The trapezium rule's error on a circle is e^(−points² / 2t) or so: less than rounding.
        points = 2 * math.ceil(4.5 * math.sqrt(opened) + 20)
        total = 0.0
        for index in range(points // 2 + 1):
            angle = 2 * math.pi * index / points
            turn = cmath.exp(-1j * math.fmod(opened * angle, 2 * math.pi))
            both_halves = 1 if index in (0, points // 2) else 2
            total += both_halves * (self._generating(opened * cmath.exp(1j * angle), opened) * turn).real
        return min(max(_factorial_over_power(opened) * total / points, 0.0), 1.0)

    def boxes_for(self, chance: Fraction) -> int:
        """Return the smallest number of boxes that is enough for all friends with a given chance.

        Args:
            chance: above 0 and below 1; Fraction(1, 2) gives the median.

        Returns:
            Boxes of all friends together.

        Raises:
            ChanceError: the chance is not above 0 and below 1.

        Source: the distribution of `chance_done`.
        """
        check_chance(chance)
        return first_reaching(
            lambda opened: self.chance_done(opened) >= chance - _CHANCE_PRECISION,
            lambda opened: 1 - self._still_wanting(opened),
            float(chance),
            self.friends * len(self.odds),
            None,
        )

    def _still_wanting(self, time: float) -> float:
        """Return the chance that some friend still wants a kit, when boxes come as a Poisson stream."""
        complete = rough_chance([_below(self.friends, odds * time) for odds in self.odds], 0)
        if complete < 0.5:
            return 1 - complete
        # Near 1 the difference would lose its digits.
        return -math.expm1(sum(math.log1p(-_below(self.friends, odds * time)) for odds in self.odds))

    def _generating(self, place: complex, radius: int) -> complex:
        """Return the generating function at a place on the circle, divided by e^radius against overflow."""
        product = cmath.exp((1 - math.fsum(self.odds)) * (place - radius))
        for odds in self.odds:
            term = complex(math.exp(-odds * radius))
            short = term
            for copies in range(1, self.friends):
                term *= odds * place / copies
                short += term
            product *= cmath.exp(odds * (place - radius)) - short
        return product


def pooled(missing: Sequence[int], boxes: int, friends: int) -> PooledCompletion:
    """Describe friends who pool all boxes and swap until each has one of every wanted kit.

    Args:
        missing: boxes of each wanted kit, shape (wanted kits,); nobody owns one yet.
        boxes: boxes in the run, whose odds every box has independently.
        friends: how many, 1 to 100.

    Returns:
        The number of boxes it takes, all friends' together; divide by the friends for each one's share.

    Raises:
        OddsError: a count below 1, or more wanted boxes than boxes.
        FriendsError: fewer than 1 or more than 100 friends.

    Source: Newman, Shepp 1960, "The double dixie cup problem".
    """
    check_counts(missing, boxes)
    if not 1 <= friends <= MOST_FRIENDS:
        raise FriendsError(
            f"{friends} friends cannot be reckoned with",
            where="friends",
            mend=f"Choose 1 to {MOST_FRIENDS} friends",
        )
    return PooledCompletion(tuple(count / boxes for count in missing), friends)


def _below(copies: int, mean: float) -> float:
    """Return the chance that a Poisson number of this mean is below `copies`."""
    term = total = math.exp(-mean)
    for count in range(1, copies):
        term *= mean / count
        total += term
    return min(total, 1.0)


def _factorial_over_power(count: int) -> float:
    """Return count!·e^count / count^count without overflow (Stirling's series, to 1e-14 from 16 on)."""
    if count < 16:
        return math.factorial(count) * math.exp(count) / math.pow(count, count)
    series = 1 / (12 * count) - 1 / (360 * count**3) + 1 / (1260 * count**5) - 1 / (1680 * count**7)
    return math.sqrt(2 * math.pi * count) * math.exp(series)


def _trapezium(
    integrand: Callable[[float], float], left: float, right: float, step: float, offset: float
) -> float:
    count = int((right - left - offset) / step) + 1
    return math.fsum(integrand(left + offset + index * step) for index in range(count))
