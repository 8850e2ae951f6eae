"""What is sold: series, kits and their parts. Facts about a kit live here once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Words = Mapping[str, str]
"""One text in several languages: language tag -> text."""

_STRICT = {"extra": "forbid"}


def _require(holds: bool, sentence: str) -> None:
    if not holds:
        raise ValueError(sentence)


@dataclass(frozen=True, kw_only=True)
class Landmark:
    """The building a kit is a model of; `within_m` is the radius of doubt of its coordinates in metres."""

    __pydantic_config__ = _STRICT
    name: Words
    dates: Words
    place: Words
    latitude: float
    longitude: float
    within_m: int
    coordinates_note: Words

    def __post_init__(self) -> None:
        _require(-90 <= self.latitude <= 90, "latitude must lie between -90 and 90")
        _require(-180 <= self.longitude <= 180, "longitude must lie between -180 and 180")
        _require(self.within_m > 0, "within_m must be a positive number of metres")


@dataclass(frozen=True, kw_only=True)
class Model:
    """The cut model: scale as "1:250" (none while no measured drawing exists) and weight in grams."""

    __pydantic_config__ = _STRICT
    weight_g: int
    scale: str | None = None

    def __post_init__(self) -> None:
        _require(self.weight_g > 0, "weight_g must be a positive number of grams")
        _require(
            self.scale is None or (self.scale.startswith("1:") and self.scale[2:].isdecimal()),
            'scale must look like "1:250"',
        )


@dataclass(frozen=True, kw_only=True)
class Part:
    """Equal pieces of the cut model: the code inside their tabs, their name, and how many there are."""

    __pydantic_config__ = _STRICT
    code: str
    name: Words
    pieces: int

    def __post_init__(self) -> None:
        _require(self.pieces > 0, "pieces must be a positive number")


@dataclass(frozen=True, kw_only=True)
class Assembly:
    """A group of parts that is built together."""

    __pydantic_config__ = _STRICT
    name: Words
    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        _require(bool(self.parts), "a group of the assembly has no parts")

    @property
    def pieces(self) -> int:
        """Return the number of separate cut pieces."""
        return sum(part.pieces for part in self.parts)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the assembly, in building order, with the codes of the parts it takes up."""

    __pydantic_config__ = _STRICT
    title: Words
    text: Words
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Sale:
    """Price in đồng, age mark in years, certificate number ("" while there is none), GTIN if any.

    `sold_open` tells that the maker also sells the kit outside a blind box, at the same price.
    """

    __pydantic_config__ = _STRICT
    price_vnd: int
    age_from: int
    certificate: str
    gtin: str | None = None
    sold_open: bool = False

    def __post_init__(self) -> None:
        _require(self.price_vnd >= 0, "price_vnd must not be negative")
        _require(0 <= self.age_from <= 99, "age_from must lie between 0 and 99 years")
        _require(
            self.gtin is None or _gtin_holds(self.gtin),
            "gtin is not 8, 12, 13 or 14 digits with a right check digit",
        )


@dataclass(frozen=True, kw_only=True)
class Art:
    """The picture: what it shows, the hint under its empty silhouette, who drew it, on what terms."""

    __pydantic_config__ = _STRICT
    alt: Words
    hint: Words
    credit: Words
    licence: str


Crop = tuple[float, float, float]
"""A square of a picture to look at closely: left, top and side in units of its viewBox."""


@dataclass(frozen=True, kw_only=True)
class Kit:
    """One landmark model; `details` are the named crops of its picture."""

    __pydantic_config__ = _STRICT
    id: str
    name: Words
    landmark: Landmark
    model: Model
    assembly: tuple[Assembly, ...]
    steps: tuple[Step, ...]
    sale: Sale
    art: Art
    details: Mapping[str, Crop] = field(default_factory=dict)

    @property
    def parts(self) -> dict[str, Part]:
        """Return every part by its code."""
        return {part.code: part for group in self.assembly for part in group.parts}

    @property
    def pieces(self) -> int:
        """Return the number of separate cut pieces."""
        return sum(group.pieces for group in self.assembly)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A kit's place in a series: `share` boxes of it among the sum of all shares.

    `digit` is what its riddle of the set gives towards the series' bonus page; "" without one.
    """

    kit: Kit
    share: int
    chase: bool
    digit: str = ""


@dataclass(frozen=True, kw_only=True)
class Series:
    """A set of kits collected together, in the order in which they are shown.

    `bonus` names the story that the digits of all standard kits open; `cover` tells what its picture shows.
    """

    id: str
    name: Words
    summary: Words
    prefix: str
    case_size: int
    entries: tuple[Entry, ...]
    bonus: str | None = None
    cover: Words | None = None

    @property
    def kits(self) -> tuple[Kit, ...]:
        """Return the kits in series order."""
        return tuple(entry.kit for entry in self.entries)

    @property
    def standard_kits(self) -> tuple[Kit, ...]:
        """Return the kits that count towards completeness."""
        return tuple(entry.kit for entry in self.entries if not entry.chase)

    @property
    def digits(self) -> str:
        """Return the digits that open the bonus page: nobody needs a chase for it."""
        return "".join(entry.digit for entry in self.entries if not entry.chase)

    @property
    def chase_digits(self) -> str:
        """Return the digits that add the chases' passage when they follow the others."""
        return "".join(entry.digit for entry in self.entries if entry.chase)


def find_by_id(catalogue: Iterable[Series], kit_id: str) -> tuple[Series, Kit] | None:
    """Return a kit and its series by the kit's id, None if no series has it."""
    for series in catalogue:
        for kit in series.kits:
            if kit.id == kit_id:
                return series, kit
    return None


def _gtin_holds(gtin: str) -> bool:
    """Tell whether the check digit is right (GS1 General Specifications, section 7.9)."""
    if not (gtin.isascii() and gtin.isdecimal() and len(gtin) in {8, 12, 13, 14}):
        return False
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(gtin)))
    return weighted % 10 == 0
