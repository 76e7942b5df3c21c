"""Questions about all worlds of an atlas at once: the atlas first, everything else by name."""

from collections.abc import Sequence
from typing import Any

from priorsim.census.atlas import AtlasHeader
from priorsim.formats import counted
from priorsim.frame import Frame
from priorsim.measure import growth as growing
from priorsim.measure import influence as influencing
from priorsim.measure import knockouts as knocking
from priorsim.measure import population as populous
from priorsim.notebook import arguments
from priorsim.notebook.arguments import AnyAtlas, AnyWorld, ClassedBy, Lanes
from priorsim.notebook.result import Result
from priorsim.text.templates import render


def growth(
    atlas: AnyAtlas,
    *,
    gamma: float = 0,
    class_by: ClassedBy | None = None,
    max_bits: int | None = None,
    train: Lanes | None = None,
    bin_bits: int | None = None,
    worlds: Sequence[AnyWorld] = (),
    programs: int | None = None,
) -> Result:
    """In what share of worlds search is the cheapest, by complexity; the table has a row for each bin of complexity.

    The values are those of `priorsim growth`. CensusError where a number is out of its range, WorldError where one of
    `worlds` is on another domain.

    >>> import priorsim as ps
    >>> atlas = ps.take_census(ps.make_header("arith", 20, domain=ps.Domain.default(3)))
    >>> ps.growth(atlas, gamma=1)
    <growth in arith, words of 3 bits up to 20 bits: 1 bin>
    """
    census = arguments.up_to(atlas, max_bits)
    found = growing.growth(
        census,
        gamma=arguments.real_number("gamma", gamma),
        class_by=arguments.class_by_of(class_by),
        train=None if train is None else arguments.lanes_of(train, census.header.domain),
        bin_bits=arguments.whole_number("bin_bits", bin_bits),
        worlds=[arguments.world(each) for each in worlds],
        programs=arguments.whole_number("programs", programs),
    )
    return _result("growth", found, counted(len(found.bins), "bin"))


def influence(
    atlas: AnyAtlas,
    *,
    gamma: float = 0,
    class_by: ClassedBy | None = None,
    max_bits: int | None = None,
    order: str = "listed",
) -> Result:
    """How malign the prior is, in bits; the table has a row for each number of lanes seen.

    The values are those of `priorsim influence`. `order` is "listed", "random:N" or "worst"; CensusError where it is
    none of these, or a number is out of its range.

    >>> import priorsim as ps
    >>> atlas = ps.take_census(ps.make_header("arith", 18, domain=ps.Domain.default(3)))
    >>> ps.influence(atlas)
    <influence in arith, words of 3 bits up to 18 bits: lanes listed>
    """
    census, price = arguments.up_to(atlas, max_bits), arguments.real_number("gamma", gamma)
    found = influencing.influence(census, gamma=price, class_by=arguments.class_by_of(class_by), order=order)
    return _result("influence", found, f"lanes {order}")


def knockouts(
    header: AtlasHeader,
    *,
    gamma: float = 0,
    bin_bits: int | None = None,
    workers: int = 2,
    memory_bytes: int | None = None,
) -> Result:
    """Which operators the cheapest programs need; the table has a row for each operator and bin of complexity.

    The values are those of `priorsim knockouts`. CensusError where a number is out of its range, or the memory would
    not do.

    >>> import priorsim as ps
    >>> ps.knockouts(ps.make_header("arith", 12, domain=ps.Domain.default(2)))
    <knockouts in arith, words of 2 bits up to 12 bits: 10 knockouts>
    """
    options: dict[str, Any] = {"workers": workers, "memory_bytes": arguments.whole_number("memory_bytes", memory_bytes)}
    price, width = arguments.real_number("gamma", gamma), arguments.whole_number("bin_bits", bin_bits)
    found = knocking.knockouts(header, gamma=price, bin_bits=width, **options)
    return _result("knockouts", found, counted(len(found.operators), "knockout"))


def population(atlas: AnyAtlas, *, max_bits: int | None = None, class_by: ClassedBy | None = None) -> Result:
    """The behaviours that have both a direct and a search program; the table has a row for each.

    The values are those of `priorsim population`. CensusError where the bound is above the atlas's, or masses up to it
    are not exact.

    >>> import priorsim as ps
    >>> atlas = ps.take_census(ps.make_header("arith", 18, domain=ps.Domain.default(3)))
    >>> ps.population(atlas)
    <population in arith, words of 3 bits up to 18 bits: 8 behaviours>
    """
    found = populous.population(arguments.up_to(atlas, max_bits), class_by=arguments.class_by_of(class_by))
    return _result("population", found, counted(len(found.members), "behaviour"))


def _result(name: str, found: Any, told: str) -> Result:
    language, bound = found.header.language, found.header.max_bits
    line = f"{name} in {language.dialect.name}, words of {language.word_bits} bits up to {bound} bits: {told}"
    return Result(found, line, lambda: render(f"{name}.txt", **found.to_json()), lambda: Frame(*found.table()))
