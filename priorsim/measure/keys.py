"""Answers as JSON: records whose fields are the keys, each with a sentence on it.

`python -m tests.test_docs` writes the tables of keys in docs/ and the JSON Schemas in docs/schema/ from the fields.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, Generic, TypeVar

import msgspec

from priorsim import priors
from priorsim.census.atlas import AtlasHeader, RowKey
from priorsim.measure.histogram import CLASSES
from priorsim.measure.mass import ENDS, End, Interval, Mass
from priorsim.worlds import world as worlds

T = TypeVar("T")


def says(text: str) -> msgspec.Meta:
    """The sentence on a key."""
    return msgspec.Meta(description=text)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A record that is shown as JSON: `to_json` gives its values."""

    def to_json(self) -> dict[str, Any]:
        """One strictly valid JSON object; see `plain`."""
        values: dict[str, Any] = plain(self)
        return values


class Parts(msgspec.Struct, Generic[T], frozen=True):
    """Values of one kind, which are iterated over in the order of the fields."""

    def __iter__(self) -> Iterator[T]:
        return iter(msgspec.structs.astuple(self))


class Ends(Parts[T], frozen=True):
    """A value with the disguised programs counted as direct, and as search."""

    low: T
    high: T


class ByClass(Parts[T], frozen=True):
    """A value of each class."""

    direct: T
    disguised: T
    search: T

    def items(self) -> Iterator[tuple[str, T]]:
        """The classes' names, and their values."""
        return zip(map(str, CLASSES), self, strict=True)


def at_ends(value: Callable[[End], T]) -> Ends[T]:
    """A value at the low and at the high end."""
    return Ends(*map(value, ENDS))


def named(by_class: Iterable[T]) -> ByClass[T]:
    """Values of the classes, by their names."""
    return ByClass(*by_class)


class Prior(msgspec.Struct, frozen=True, rename={"lam": "lambda"}):
    """`name` is the named prior, followed by the values that depart from it: `levin (delta 4)`."""

    name: str
    beta: int | float
    gamma: int | float
    lam: int | float
    delta: int | float
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


World = Annotated[str, says("name of the world")]
Family = Annotated[str, says("the world's family")]
About = Annotated[str, says("what the world is")]
Train = Annotated[tuple[int, ...], says("training lanes")]
Lanes = Annotated[int, says("the number of all lanes")]
BoundBits = Annotated[int, says("B, the length up to which programs were counted")]
Dialect = Annotated[str, says("the language")]
WordBits = Annotated[int, says("bits of a word")]
ClassBy = Annotated[str, says("`lesion` or `form`")]
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


def plain(value: Any) -> Any:
    """JSON values of what was measured: records by their fields, fractions as floats.

    Infinite floats are the strings "-inf" and "inf", NaN is null; keys are strings.

    >>> from fractions import Fraction
    >>> plain({"odds": Interval(-math.inf, None), "share": Fraction(1, 4)})
    {'odds': {'low': '-inf', 'high': None}, 'share': 0.25}
    """
    return _finite(msgspec.to_builtins(value, enc_hook=float, str_keys=True))


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return list(map(_finite, value))
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return None if math.isnan(value) else "inf" if value > 0 else "-inf"
