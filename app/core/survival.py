"""Whole-number sums behind completion.py: the chance of not being done, and the first number to reach one.

P(not done in t) is a sum of weights times chances that t draws miss some boxes. The weights alternate and are
huge, so floats would cancel to nothing. Here terms are collected by count sum (at most one per box of the
run, where subsets would be 2^kits) and summed in fixed point with guard bits and a proven bound on what
rounding leaves; whatever the bound cannot decide is decided by exact fractions.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

# More than the 53 bits of a float, so that results are right to the last digit.
_GUARD_BITS = 80


class Terms(Protocol):
    """A waiting time, given by Σ weights·P(a term's boxes are all missed)."""

    @property
    def weights(self) -> tuple[int, ...]:
        """Return the weight of each term, shape (terms,)."""

    def means(self, shift: int) -> list[int]:
        """Return each term's mean waiting time times 2^shift, rounded down, shape (terms,)."""

    def mean_squares(self, shift: int) -> list[int]:
        """Return the same of the squared waiting times, shape (terms,)."""

    def missing(self, opened: int, bits: int) -> tuple[list[int], int]:
        """Return each term's chance of a miss times 2^bits, and by how many units it may be too small."""

    def missing_exactly(self, opened: int) -> list[Fraction]:
        """Return each term's chance that `opened` draws miss its boxes, shape (terms,)."""


@dataclass(frozen=True)
class IndependentTerms:
    """Draws with replacement: one draw misses a term's boxes in misses of whole ways."""

    weights: tuple[int, ...]
    misses: tuple[int, ...]
    whole: int

    def means(self, shift: int) -> list[int]:
        """Return the means of geometric waiting times; see `Terms`."""
        top = self.whole << shift
        return [top // (self.whole - miss) for miss in self.misses]

    def mean_squares(self, shift: int) -> list[int]:
        """Return the mean squares of geometric waiting times; see `Terms`."""
        whole = self.whole
        return [(whole * (whole + miss) << shift) // (whole - miss) ** 2 for miss in self.misses]

    def missing(self, opened: int, bits: int) -> tuple[list[int], int]:
        """Return powers of the miss chances; see `Terms`.

        Each step of repeated squaring rounds down. Squaring at most doubles what a power is short of and adds
        1, another factor adds 2, so that the end is at most 4·opened short.
        """
        whole = self.whole
        # A power below one unit is left out, being short by less than one; misses fall along the terms.
        halvings = (bits + 2) / opened if opened else math.inf
        faintest = whole * int(2.0 ** (64 - halvings)) >> 64
        ratios = [(miss << bits) // whole for miss in self.misses if miss > faintest]
        powers = [1 << bits] * len(ratios)
        for digit in bin(opened)[2:]:
            powers = [power * power >> bits for power in powers]
            if digit == "1":
                powers = [power * ratio >> bits for power, ratio in zip(powers, ratios, strict=True)]
        return powers + [0] * (len(self.misses) - len(powers)), 4 * opened + 1

    def missing_exactly(self, opened: int) -> list[Fraction]:
        """Return exact powers of the miss chances; see `Terms`."""
        return [Fraction(miss, self.whole) ** opened for miss in self.misses]


@dataclass(frozen=True)
class RunTerms:
    """Draws without replacement from a run: a term is some number of its boxes, ascending."""

    weights: tuple[int, ...]
    sums: tuple[int, ...]
    boxes: int

    def means(self, shift: int) -> list[int]:
        """Return the mean places of the first of some boxes; see `Terms`."""
        top = self.boxes + 1 << shift
        return [top // (total + 1) for total in self.sums]

    def mean_squares(self, shift: int) -> list[int]:
        """Return the mean squares of those places; see `Terms`."""
        rising = 2 * (self.boxes + 1) * (self.boxes + 2) << shift
        firsts = zip(self.sums, self.means(shift), strict=True)
        return [rising // ((total + 1) * (total + 2)) - first for total, first in firsts]

    def missing(self, opened: int, bits: int) -> tuple[list[int], int]:
        """Return hypergeometric chances, each from the one before by one division; see `Terms`."""
        chances: list[int] = []
        chance, left = 1 << bits, self.boxes
        for total in self.sums:
            while chance and left > self.boxes - total:
                chance = chance * max(left - opened, 0) // left
                left -= 1
            chances.append(chance)
        return chances, self.boxes

    def missing_exactly(self, opened: int) -> list[Fraction]:
        """Return C(boxes − total, opened) / C(boxes, opened); see `Terms`."""
        every = math.comb(self.boxes, opened)
        return [Fraction(math.comb(self.boxes - total, opened), every) for total in self.sums]


def survival_weights(missing: Sequence[int], spare: int) -> list[int]:
    """Return the weights that make chances of a miss into the chance of not being done.

    P(more than `spare` kits missing) = Σ_s weight_s · P(a certain s boxes are all missed), from the
    coefficients of 1 − Σ_{j ≤ spare} [z^j] Π_k (1 − x^{n_k} + z·x^{n_k}).

    Args:
        missing: boxes of each kit still wanted, shape (wanted kits,).
        spare: how many kits may stay missing, at least 0.

    Returns:
        Weights by count sum, shape (sum of missing + 1,).

    Source: Flajolet, Gardy, Thimonier 1992, collected by count sum. A polynomial is one long integer with a
        slot of bytes per coefficient (Kronecker's substitution): a factor costs a shift and a subtraction.
    """
    # The absolute values of all coefficients sum to at most 3^kits, and half a slot holds either sign.
    slot_bytes = (math.ceil(len(missing) * math.log2(3)) + 2) // 8 + 1
    exactly = [1] + [0] * spare
    for count in missing:
        shift = 8 * slot_bytes * count
        for absent in range(spare, 0, -1):
            exactly[absent] += (exactly[absent - 1] - exactly[absent]) << shift
        exactly[0] -= exactly[0] << shift
    size = sum(missing) + 1
    half = 1 << (8 * slot_bytes - 1)
    halves = int.from_bytes(half.to_bytes(slot_bytes, "little") * size, "little")
    packed = (halves + 1 - sum(exactly)).to_bytes(slot_bytes * size, "little")
    read = int.from_bytes
    return [read(packed[at : at + slot_bytes], "little") - half for at in range(0, len(packed), slot_bytes)]


def mean(terms: Terms) -> Fraction:
    """Return the mean of a waiting time, within 2^−80 of a draw.

    Args:
        terms: the waiting time.

    Returns:
        Draws.

    Source: the inclusion and exclusion of maxima and minima (Flajolet, Gardy, Thimonier 1992).
    """
    shift = _weight_bits(terms) + _GUARD_BITS
    return Fraction(_dot(terms.weights, terms.means(shift)), 1 << shift)


def variance(terms: Terms) -> Fraction:
    """Return the variance of a waiting time.

    Args:
        terms: the waiting time.

    Returns:
        Draws squared.

    Source: as for `mean`; inclusion and exclusion holds for every moment.
    """
    shift = _weight_bits(terms) + _GUARD_BITS
    square = Fraction(_dot(terms.weights, terms.mean_squares(shift)), 1 << shift)
    return max(square - mean(terms) ** 2, Fraction(0))


def chance_done(terms: Terms, opened: int) -> float:
    """Return the chance of being done after some draws, right to the last digit.

    Args:
        terms: the waiting time.
        opened: draws, at least the fewest that can do.

    Returns:
        Chance, 0 to 1.
    """
    done, off, bits = _done(terms, opened)
    # A very small chance would have too few right digits; it needs few draws, for which exactness is cheap.
    if done < off << 56:
        return float(_done_exactly(terms, opened))
    return done / (1 << bits)


def reaches(terms: Terms, opened: int, chance: Fraction) -> bool:
    """Tell whether the chance of being done after some draws is at least a given one, a tie included.

    Args:
        terms: the waiting time.
        opened: draws.
        chance: the chance to reach.

    Returns:
        True or False, never by rounding.
    """
    done, off, bits = _done(terms, opened)
    surplus = done * chance.denominator - (chance.numerator << bits)
    if abs(surplus) > off * chance.denominator:
        return surplus > 0
    return _done_exactly(terms, opened) >= chance


def rough_chance(misses: Sequence[float], spare: int) -> float:
    """Return the chance of at most `spare` kits missing as if kits were independent: a first guess.

    Args:
        misses: chance that each kit is missing, shape (wanted kits,).
        spare: how many kits may stay missing.

    Returns:
        Chance, 0 to 1.
    """
    exactly = [1.0] + [0.0] * spare
    for miss in misses:
        for absent in range(spare, 0, -1):
            exactly[absent] = exactly[absent] * (1 - miss) + exactly[absent - 1] * miss
        exactly[0] *= 1 - miss
    return sum(exactly)


def first_reaching(
    reached: Callable[[int], bool],
    rough: Callable[[int], float],
    chance: float,
    fewest: int,
    most: int | None,
) -> int:
    """Return the smallest number of draws that reaches a chance, with few costly questions.

    Args:
        reached: the exact answer for a number of draws; false below some number, true from there on.
        rough: a cheap estimate of the chance after a number of draws.
        chance: what `rough` is compared with.
        fewest: no fewer draws can do.
        most: so many draws surely do; none if there is no such number.

    Returns:
        Draws.
    """
    guess = _gallop(lambda opened: rough(opened) >= chance, fewest, fewest, most)
    return _gallop(reached, guess, fewest, most)


def _gallop(holds: Callable[[int], bool], start: int, fewest: int, most: int | None) -> int:
    """Return the smallest number, from fewest to most, for which a monotone question holds."""
    too_few, enough, step, at = fewest - 1, most, 1, start
    while enough is None or enough - too_few > 1:
        if holds(at):
            enough, at = at, at - step
        else:
            too_few, at = at, at + step
        step *= 2
        if enough is not None and not too_few < at < enough:
            at = (too_few + enough) // 2
    return enough


def _done(terms: Terms, opened: int) -> tuple[int, int, int]:
    """Return P(done) in fixed point: the number, by how many units it can be off, and the bits."""
    bits = _weight_bits(terms) + opened.bit_length() + _GUARD_BITS
    chances, short = terms.missing(opened, bits)
    return (1 << bits) - _dot(terms.weights, chances), short << _weight_bits(terms), bits


def _done_exactly(terms: Terms, opened: int) -> Fraction:
    chances = terms.missing_exactly(opened)
    return 1 - sum(
        (weight * chance for weight, chance in zip(terms.weights, chances, strict=True)), Fraction()
    )


def _weight_bits(terms: Terms) -> int:
    return sum(map(abs, terms.weights)).bit_length()


def _dot(weights: Sequence[int], values: Sequence[int]) -> int:
    return sum(weight * value for weight, value in zip(weights, values, strict=True))
