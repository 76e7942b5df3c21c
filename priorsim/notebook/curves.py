"""Questions about all worlds of an atlas at once: the atlas first, everything else by name."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from priorsim.census.atlas import AtlasHeader
from priorsim.census.take import take_census
from priorsim.claims.judge import find_claims
from priorsim.claims.languages import HEADLINES
from priorsim.claims.languages import languages as across_languages
from priorsim.claims.populations import QUICK
from priorsim.formats import counted
from priorsim.frame import Frame
from priorsim.measure import growth as growing
from priorsim.measure import influence as influencing
from priorsim.measure import knockouts as knocking
from priorsim.measure import population as populous
from priorsim.measure.languages import SETS, members, reference
from priorsim.notebook import arguments
from priorsim.notebook.arguments import AnyAtlas, AnyWorld, ClassedBy, Lanes
from priorsim.notebook.documented import documented
from priorsim.notebook.result import Result
from priorsim.reading import whole_numbers
from priorsim.text.templates import render


@documented
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
    """In what share of worlds search is the cheapest, by the complexity of the worlds.

    Parameters
    ----------
    {needed_atlas}
    {gamma}
    {class_by}
    {smaller_max_bits}
    train : iterable of int or str, optional
        Lanes by their numbers, from 0, or as a text such as "0-3,8". Worlds that agree on these lanes count as one. By
        default all lanes.
    bin_bits : int, optional
        The width in bits of a bin of complexity; by default 1 where `gamma` is 0 and 2 elsewhere.
    worlds : sequence of World, str or path, default ()
        Worlds whose place on the curve is given.
    programs : int, optional
        How many shortest programs of search first worlds are run to see how they search, 1 to 10,000. By default none.

    Returns
    -------
    Result
        Its table has a row for each bin of complexity. `bins` has arrays of shape (bins,), or (bins, 2) for the low and
        the high end; `trend` is None over fewer than three bins; `placed` has the place of each of `worlds`.
        `to_json()` has the keys of `priorsim growth --json` (docs/measures.md).

    Raises
    ------
    {AtlasError}
    CensusError
        If a number is out of its range.
    WorldError
        If there is no such lane, or one of `worlds` is not there or is on another domain.

    Examples
    --------
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


@documented
def influence(
    atlas: AnyAtlas,
    *,
    gamma: float = 0,
    class_by: ClassedBy | None = None,
    max_bits: int | None = None,
    order: str = "listed",
) -> Result:
    """How malign a prior is: how many bits search in the prior costs its predictions.

    Parameters
    ----------
    {needed_atlas}
    {gamma}
    {class_by}
    {smaller_max_bits}
    order : str, default "listed"
        The order in which lanes are seen: "listed", "random:N" for the mean over N random orders, or "worst".

    Returns
    -------
    Result
        Its table has a row for each number of lanes seen. `bound` and `certified` are the most bits that search can
        cost on any world, from low to high. `to_json()` has the keys of `priorsim influence --json` (docs/measures.md).

    Raises
    ------
    {AtlasError}
    CensusError
        If there is no such order, or a number is out of its range.

    Examples
    --------
    >>> import priorsim as ps
    >>> atlas = ps.take_census(ps.make_header("arith", 18, domain=ps.Domain.default(3)))
    >>> ps.influence(atlas)
    <influence in arith, words of 3 bits up to 18 bits: lanes listed>
    """
    census, price = arguments.up_to(atlas, max_bits), arguments.real_number("gamma", gamma)
    found = influencing.influence(census, gamma=price, class_by=arguments.class_by_of(class_by), order=order)
    return _result("influence", found, f"lanes {order}")


@documented
def knockouts(
    header: AtlasHeader,
    *,
    gamma: float = 0,
    bin_bits: int | None = None,
    workers: int = 2,
    memory_bytes: int | None = None,
) -> Result:
    """Which operators the cheapest programs need, by the complexity of the worlds.

    Parameters
    ----------
    header : AtlasHeader
        What is counted, with and without each operator (`make_header`).
    {gamma}
    bin_bits : int, optional
        The width in bits of a bin of complexity; by default 1 where `gamma` is 0 and 2 elsewhere.
    workers : int, default 2
        The number of threads. It changes no number of the answer.
    memory_bytes : int, optional
        The memory that a census may take, by default 8 GiB.

    Returns
    -------
    Result
        Its table has a row for each operator and bin of complexity. `to_json()` has the keys of
        `priorsim knockouts --json` (docs/measures.md).

    Raises
    ------
    CensusError
        If a number is out of its range, or a census would not fit into the memory.

    Examples
    --------
    >>> import priorsim as ps
    >>> ps.knockouts(ps.make_header("arith", 12, domain=ps.Domain.default(2)))
    <knockouts in arith, words of 2 bits up to 12 bits: 10 knockouts>
    """
    options: dict[str, Any] = {"workers": workers, "memory_bytes": arguments.whole_number("memory_bytes", memory_bytes)}
    price, width = arguments.real_number("gamma", gamma), arguments.whole_number("bin_bits", bin_bits)
    found = knocking.knockouts(header, gamma=price, bin_bits=width, **options)
    return _result("knockouts", found, counted(len(found.operators), "knockout"))


@documented
def population(atlas: AnyAtlas, *, max_bits: int | None = None, class_by: ClassedBy | None = None) -> Result:
    """The behaviours of a census that have both a direct and a search program.

    Parameters
    ----------
    {needed_atlas}
    {smaller_max_bits}
    {class_by}

    Returns
    -------
    Result
        Its table has a row for each behaviour, at a weight of 2^-length. `to_json()` has the keys of
        `priorsim population --json` (docs/measures.md).

    Raises
    ------
    {AtlasError}
    CensusError
        If the bound is above that of the atlas, or masses up to the bound are not exact.

    Examples
    --------
    >>> import priorsim as ps
    >>> atlas = ps.take_census(ps.make_header("arith", 18, domain=ps.Domain.default(3)))
    >>> ps.population(atlas)
    <population in arith, words of 3 bits up to 18 bits: 8 behaviours>
    """
    found = populous.population(arguments.up_to(atlas, max_bits), class_by=arguments.class_by_of(class_by))
    return _result("population", found, counted(len(found.members), "behaviour"))


def languages(
    sets: Sequence[str] | str = SETS,
    *,
    number: int = 16,
    word_bits: int = 3,
    max_bits: int = 30,
    claims: Sequence[str] = HEADLINES,
    workers: int = 2,
    memory_bytes: int | None = None,
) -> Result:
    """Say how much of the answer depends on the reference machine; the table has a row for each language.

    The values of the answer are those of `priorsim languages --json`.

    Parameters
    ----------
    sets : str or sequence of str, optional
        The sets of languages: "named", "codes", "subsets" or "knockouts" (docs/languages.md). By default all four.
    number : int, default 16
        How many random codes, and random subsets of operators, there are: 1 to 1000.
    word_bits : int, default 3
        Bits of a word.
    max_bits : int, default 30
        The bound in bits to which each language is counted.
    claims : sequence of str, optional
        The claims that are judged in every language, by name. By default five.
    workers : int, default 2
        How many threads count.
    memory_bytes : int, optional
        The memory in bytes that a census may take. By default 8 GiB.

    Returns
    -------
    Result

    Raises
    ------
    CensusError
        If there is no such set, a number is out of its range, or a census would not fit into memory.
    PriorsimError
        If there is no such claim.

    Examples
    --------
    >>> import priorsim as ps
    >>> ps.languages("named", max_bits=14, claims=["three-counts"])
    <languages at words of 3 bits up to 14 bits: 7 languages>
    """
    asked = find_claims(list(claims)) if claims else ()
    numbers = {"number": number, "word_bits": word_bits, "max_bits": max_bits}
    checked = {name: whole_numbers([value], name)[0] for name, value in numbers.items()}
    groups = {name: members(name, *checked.values()) for name in ([sets] if isinstance(sets, str) else sets)}
    counted_by = partial(
        take_census, workers=workers, memory_bytes=arguments.whole_number("memory_bytes", memory_bytes)
    )
    first = reference(checked["word_bits"], checked["max_bits"])
    found = across_languages(groups, first, counted_by, asked, QUICK).answer
    line = f"languages at words of {word_bits} bits up to {max_bits} bits: {counted(len(found.languages), 'language')}"
    return Result(found, line, lambda: render("languages.txt", **found.to_json()), lambda: Frame(*found.table()))


def _result(name: str, found: Any, told: str) -> Result:
    language, bound = found.header.language, found.header.max_bits
    line = f"{name} in {language.dialect.name}, words of {language.word_bits} bits up to {bound} bits: {told}"
    return Result(found, line, lambda: render(f"{name}.txt", **found.to_json()), lambda: Frame(*found.table()))
