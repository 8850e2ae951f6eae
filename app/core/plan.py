"""What a maker promises before the draw: the plan of a run, and everything that is refused in one."""

import re
import unicodedata
from dataclasses import dataclass

from app.core.errors import UserError
from app.core.pattern import PatternError, parse_pattern

NO_PREVIOUS = "0" * 64
MOST_KITS = 65_536
MOST_BOXES = 2**32 - 1
# RFC 8785 writes numbers as JavaScript does; beyond this a reader in a browser would lose digits.
GREATEST_NUMBER = 2**53 - 1

DRAND_PATTERN = "[0-9a-f]{64}"
_DRAND_DESCRIPTION = re.compile(r"[0-9a-f]{64}/[1-9][0-9]{0,18}")
_RUN_ID = re.compile(r"[A-Z0-9-]{1,32}")
_HASH = re.compile(r"[0-9a-f]{64}")


class PlanError(UserError):
    """A plan cannot be committed; the subclasses say why."""


class CountsDoNotSumError(PlanError):
    """The counts of the kits are not the boxes of the run."""


class CaseSizeError(PlanError):
    """The boxes do not fill whole cases."""


class KitCountError(PlanError):
    """A kit has no box, or the run has none."""


class DuplicateKitError(PlanError):
    """A kit stands twice in a plan."""


class TooManyKitsError(PlanError):
    """A plan has more kits than two bytes can name."""


class TooManyBoxesError(PlanError):
    """A plan has more boxes than four bytes can number."""


class NotNfcError(PlanError):
    """A text is not in Unicode's composed form, so that two spellings of it would hash differently."""


class RunIdError(PlanError):
    """A run's name has characters that a label, an address and a log cannot all carry."""


class ChainError(PlanError):
    """A run's number and the hash of the manifest before it do not fit together."""


class BeaconError(PlanError):
    """A beacon's kind, description and pattern do not fit together."""


class BeaconValueError(UserError):
    """A beacon's value is not one its pattern allows."""


@dataclass(frozen=True)
class Beacon:
    """Where the chance comes from that nobody can foresee: kind, description and the pattern of its value."""

    kind: str
    description: str
    pattern: str


@dataclass(frozen=True)
class KitCount:
    """How many boxes of a run hold a kit."""

    id: str
    count: int


@dataclass(frozen=True)
class Plan:
    """A run as its maker plans it.

    Attributes:
        maker: who answers for the run.
        series: the series' id.
        run: the run's id, `[A-Z0-9-]{1,32}`.
        number: this maker's runs are numbered 1, 2, 3, ...
        previous: SHA-256 of the maker's previous manifest in lower-case hex, 64 zeros for the first.
        boxes: boxes in the run.
        case_size: boxes in a case.
        kits: how many boxes hold each kit; their order is the kit index.
        beacon: where the chance comes from.
    """

    maker: str
    series: str
    run: str
    number: int
    previous: str
    boxes: int
    case_size: int
    kits: tuple[KitCount, ...]
    beacon: Beacon

    @property
    def counts(self) -> tuple[int, ...]:
        """Return the boxes of each kit, shape (kits,)."""
        return tuple(kit.count for kit in self.kits)


def validate(plan: Plan) -> None:
    """Refuse a plan that could not be kept or checked.

    Args:
        plan: the plan; nothing about it is trusted.

    Raises:
        PlanError: one of its subclasses names what is wrong.

    Source: HB1, "Manifest" and "Allocation".
    """
    if not _RUN_ID.fullmatch(plan.run):
        raise RunIdError(
            "A run's name has only capital letters, digits and hyphens, at most 32",
            where="run",
            mend="Name it for example TL-2026-01",
        )
    texts = {"maker": plan.maker, "series": plan.series}
    texts |= {f"beacon.{key}": value for key, value in vars(plan.beacon).items()}
    texts |= {f"kits[{index}].id": kit.id for index, kit in enumerate(plan.kits)}
    for where, text in texts.items():
        if not unicodedata.is_normalized("NFC", text) or any("\ud800" <= sign <= "\udfff" for sign in text):
            raise NotNfcError(
                "This text is not in Unicode's composed form", where=where, mend="Save it as NFC"
            )
    _check_chain(plan)
    _check_counts(plan)
    _check_beacon(plan.beacon)


def _check_chain(plan: Plan) -> None:
    if not 1 <= plan.number <= GREATEST_NUMBER:
        raise ChainError(
            "Runs are numbered from 1", where="number", mend="Add 1 to the previous run's number"
        )
    if not _HASH.fullmatch(plan.previous):
        raise ChainError(
            "This is not a SHA-256 in lower-case hex",
            where="previous",
            mend="Write the 64 digits of the previous manifest's hash",
        )
    if (plan.number == 1) != (plan.previous == NO_PREVIOUS):
        raise ChainError(
            "Only a maker's first run has no manifest before it, and it is number 1",
            where="previous",
            mend="Write 64 zeros for run number 1, and the hash of the manifest before it for every other",
        )


def _check_counts(plan: Plan) -> None:
    if len(plan.kits) > MOST_KITS:
        raise TooManyKitsError(
            f"A run has at most {MOST_KITS} kits", where="kits", mend="Split the series into several runs"
        )
    seen: set[str] = set()
    for index, kit in enumerate(plan.kits):
        if kit.count < 1:
            raise KitCountError(
                f"{kit.id} has no box in this run",
                where=f"kits[{index}].count",
                mend="Give it at least one, or leave the kit out",
            )
        if kit.id in seen:
            raise DuplicateKitError(
                f"{kit.id} stands twice", where=f"kits[{index}].id", mend="Add its two counts together"
            )
        seen.add(kit.id)
    if plan.boxes < 1:
        raise KitCountError("A run needs at least one box", where="boxes", mend="Plan some boxes")
    if plan.boxes > MOST_BOXES:
        raise TooManyBoxesError(
            f"A run has at most {MOST_BOXES} boxes", where="boxes", mend="Split it into several runs"
        )
    if sum(plan.counts) != plan.boxes:
        raise CountsDoNotSumError(
            f"The counts of the kits sum to {sum(plan.counts)}, but the run has {plan.boxes} boxes",
            where="kits",
            mend="Change a count or the number of boxes",
        )
    if plan.case_size < 1 or plan.boxes % plan.case_size:
        raise CaseSizeError(
            f"{plan.boxes} boxes do not fill cases of {plan.case_size}",
            where="case_size",
            mend="Choose a case size that divides the number of boxes",
        )


def _check_beacon(beacon: Beacon) -> None:
    if beacon.kind == "none":
        if beacon.pattern:
            raise BeaconError(
                "A run without a beacon has no value to match",
                where="beacon.pattern",
                mend="Leave the pattern empty, or choose the kind ceremony",
            )
    elif beacon.kind == "drand":
        if beacon.pattern != DRAND_PATTERN:
            raise BeaconError(
                "drand's randomness is 64 hex digits", where="beacon.pattern", mend=f"Write {DRAND_PATTERN}"
            )
        if not _DRAND_DESCRIPTION.fullmatch(beacon.description):
            raise BeaconError(
                "This does not name one round of one drand chain",
                where="beacon.description",
                mend="Write the chain's hash in lower-case hex, a slash and the round, without spaces",
            )
    elif beacon.kind == "ceremony":
        try:
            parse_pattern(beacon.pattern)
        except PatternError as refusal:
            raise BeaconError(refusal.what, where=refusal.where, mend=refusal.mend) from refusal
    else:
        raise BeaconError(
            "There is no such kind of beacon", where="beacon.kind", mend="Choose none, ceremony or drand"
        )


def check_beacon_value(beacon: Beacon, value: str) -> None:
    """Refuse a beacon value that the committed pattern does not allow.

    Args:
        beacon: the beacon of the manifest.
        value: the value as it was announced.

    Raises:
        BeaconValueError: the value is off the pattern.
        BeaconError: the beacon itself is not one that could be committed.

    Source: HB1, "Manifest".
    """
    _check_beacon(beacon)
    allowed = not value if beacon.kind == "none" else parse_pattern(beacon.pattern).allows(value)
    if not allowed:
        raise BeaconValueError(
            f"This value does not match {beacon.pattern}" if beacon.pattern else "This run has no beacon",
            where="beacon value",
            mend="Write exactly what was announced, without spaces" if beacon.pattern else "Leave it empty",
        )
