"""What answers of measures have in common beside the ground of `priorsim.keys`: priors, languages, rows and masses."""

import math
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import msgspec

from priorsim import priors
from priorsim.census.atlas import AtlasHeader, RowKey
from priorsim.keys import *  # noqa: F403 (a measure finds all that its answers are stated by here)
from priorsim.keys import Answer, BoundBits, Family, Parts, T, Train, World, says
from priorsim.measure.mass import ENDS, End, Interval, Mass
from priorsim.worlds import world as worlds

Lines = tuple[Sequence[str], Sequence[Sequence[Any]]]
"""A table of an answer: the columns' names, and its lines."""


class Ends(Parts[T], frozen=True):
    """A value with the disguised programs counted as direct, and as search."""

    low: T
    high: T


def at_ends(value: Callable[[End], T]) -> Ends[T]:
    """A value at the low and at the high end."""
    return Ends(*map(value, ENDS))


class Prior(msgspec.Struct, frozen=True, rename={"lam": "lambda"}):
    """`name` is the named prior, followed by the values that depart from it: `levin (tax 4)`."""

    name: str
    beta: int | float
    gamma: int | float
    lam: int | float
    tax: int | float
    cap: int | float | None

    @classmethod
    def of(cls, prior: priors.Prior) -> "Prior":
        """The prior's values; whole numbers are written without a point."""
        return msgspec.convert(prior.to_json(), cls)


class Language(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was counted, with the number of lanes; `without` is left out where no operator is knocked out."""

    dialect: str
    word_bits: int
    depth: int
    columns: tuple[str, ...]
    lanes: int
    accounting: str
    without: tuple[str, ...] = ()

    @classmethod
    def of(cls, header: AtlasHeader) -> "Language":
        """The language and the domain of a census."""
        language, domain = header.language, header.domain
        counted = (language.dialect.name, language.word_bits, language.depth, domain.columns, len(domain.lanes))
        return cls(*counted, str(header.accounting), language.knocked_out)


class Row(msgspec.Struct, frozen=True):
    """What the programs of a row of the atlas share; packed words are hexadecimal."""

    bits: int
    behaviour: str
    strict: str
    wide: str
    steps: int
    searches: int

    @classmethod
    def of(cls, key: RowKey | None) -> "Row | None":
        """The row's values; None of None."""
        if key is None:
            return None
        return cls(key.bits, f"{key.behaviour:x}", f"{key.strict:x}", f"{key.wide:x}", key.steps, key.searches)


class Explored(msgspec.Struct, frozen=True):
    """Exact rationals as text."""

    explored: str
    unexplored: str


Log2Mass = Annotated[float | None, says("null where nothing weighs anything")]
ExactMass = Annotated[
    str | None,
    says("a rational; null, too, where there is a price on time or exponents span more than 8192 bits"),
]
LogOdds = Annotated[Interval, says("log2(M_search / M_direct)")]


class UnderPrior(Answer, frozen=True, kw_only=True):
    """What is said of a world under a prior begins with these; `asked` gives their values."""

    world: World
    family: Family
    train: Train
    prior: Prior
    bound_bits: BoundBits
    language: Language


def asked(world: worlds.World, prior: priors.Prior, header: AtlasHeader) -> dict[str, Any]:
    """The values of the keys of `UnderPrior`."""
    told = {"world": world.name, "family": world.family, "train": world.train, "prior": Prior.of(prior)}
    return {**told, "bound_bits": header.max_bits, "language": Language.of(header)}


def log2_mass(mass: Mass) -> float | None:
    """log2 of a mass in bits; None where nothing weighs anything."""
    return None if mass.log2 == -math.inf else mass.log2


def of_mass(mass: Mass) -> tuple[float | None, str | None]:
    """log2 of a mass and its exact value as text; None where nothing weighs anything, and where it is not exact."""
    return log2_mass(mass), str(mass.exact) if mass.exact else None
