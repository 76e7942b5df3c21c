"""Questions about one world: the world comes first, the atlas second, everything else by name.

A world is a `World`, a name or a file; an atlas is one in memory, one that is open, or a file; a prior is a `Prior` or
a name, which takes the penalties beta, gamma, lam (bits a step), tax (bits a search node) and cap. Without an atlas the
census of the world is taken from the cache of atlases.
"""

import math
from functools import partial
from typing import Any

from priorsim.census.witness import TermFinder, print_witnesses
from priorsim.errors import PriorsimError
from priorsim.formats import span
from priorsim.frame import Frame
from priorsim.keys import plain
from priorsim.measure import definitions as defined
from priorsim.measure import histogram as counted
from priorsim.measure import odds as measured
from priorsim.measure import sweep as swept
from priorsim.measure.histogram import ClassBy, Histogram, OwnClasses, check_world
from priorsim.measure.mass import Interval
from priorsim.measure.off_training import HeldOutAnswer, off_training
from priorsim.measure.weighed import held_out, stated_splits, weigh
from priorsim.measure.wide import count_wide, find_terms
from priorsim.measure.wide_off_training import wide_off_training
from priorsim.notebook import arguments
from priorsim.notebook.arguments import AnyAtlas, AnyWorld, ClassedBy, Lanes, Penalty
from priorsim.notebook.documented import documented
from priorsim.notebook.result import Result
from priorsim.priors import Prior
from priorsim.reading import whole_numbers
from priorsim.text.answers import odds_text, off_training_text
from priorsim.text.templates import render
from priorsim.worlds import World

_CLASS_COLUMNS = tuple(name for name in measured.ClassOdds.__struct_fields__ if not name.endswith("_row"))
_SPLIT_COLUMNS = ("share", "faithful", "defection", "entropy", "ways")


@documented
def histogram(
    world: AnyWorld,
    atlas: AnyAtlas | None = None,
    *,
    train: Lanes | None = None,
    class_by: ClassedBy | None = None,
    max_bits: int | None = None,
) -> Histogram:
    """The counts of the programs that fit a world, to which any prior can be applied.

    Parameters
    ----------
    {world}
    {atlas}
    {train}
    {class_by}
    {max_bits_or_alone}

    Returns
    -------
    Histogram
        The counts by class, length, steps and search nodes. `odds` and `sweep` take it in place of world and atlas.

    Raises
    ------
    {WorldError}
    {AtlasError}

    Examples
    --------
    >>> import priorsim as ps
    >>> atlas = ps.take_census(ps.make_header("arith", 20, domain=ps.Domain.default(3)))
    >>> ps.histogram("inverse-w3", atlas)
    <histogram of inverse-w3 up to 20 bits: 3 programs>
    """
    return _counted(arguments.world(world, train=train), atlas, class_by, max_bits)[0]


def _counted(
    world: World, atlas: AnyAtlas | None, class_by: ClassedBy | None, max_bits: int | None
) -> tuple[Histogram, TermFinder | None]:
    """The world's histogram, and what finds its programs where that is no walk from an atlas's rows."""
    by, bound = arguments.class_by_of(class_by), arguments.whole_number("max_bits", max_bits)
    if atlas is None and world.domain.is_wide:
        found = count_wide(world, _bound_alone(world, bound, by), class_by=by)
        return found.histogram, found.counted.find_terms
    census = arguments.opened(atlas, world)
    check_world(census.header, world)
    reached = arguments.reaching(census, bound)
    return counted.histogram(reached, world, class_by=by), getattr(reached, "find_terms", None)


def _bound_alone(world: World, max_bits: int | None, class_by: ClassBy) -> int:
    """The bound up to which a wide world is counted without an atlas."""
    if max_bits is None:
        raise PriorsimError(f"world {world.name} is wide and no atlas holds it: give max_bits")
    if isinstance(class_by, OwnClasses):
        raise PriorsimError(f"world {world.name} is wide and has no rows of an atlas: class by lesion or form")
    return max_bits


def _cells(
    world: AnyWorld | Histogram,
    atlas: AnyAtlas | None,
    train: Lanes | None,
    class_by: ClassedBy | None,
    max_bits: int | None,
) -> tuple[Histogram, TermFinder | None]:
    """The histogram of a world, or the one given."""
    if not isinstance(world, Histogram):
        return _counted(arguments.world(world, train=train), atlas, class_by, max_bits)
    if any(given is not None for given in (atlas, train, class_by, max_bits)):
        raise PriorsimError(
            "a histogram holds a world with its lanes, classes and bound: leave out atlas, train, class_by and max_bits"
        )
    return world, partial(find_terms, world) if world.header.domain.is_wide else None


@documented
def odds(
    world: AnyWorld | Histogram,
    atlas: AnyAtlas | None = None,
    *,
    prior: Prior | str = "solomonoff",
    beta: float | None = None,
    gamma: float | None = None,
    lam: float | None = None,
    tax: float | None = None,
    cap: float | None = None,
    train: Lanes | None = None,
    class_by: ClassedBy | None = None,
    max_bits: int | None = None,
) -> Result:
    """Whether search or direct code outweighs the other in a world, by how many bits, and where the balance tips.

    Parameters
    ----------
    world : World, Histogram, str or path
        The world, its name, or a file that holds it (docs/worlds.md). A histogram holds a world with its lanes, classes
        and bound: leave out `atlas`, `train`, `class_by` and `max_bits` with it.
    {atlas}
    {prior}
    {penalties}
    {train}
    {class_by}
    {max_bits_or_alone}

    Returns
    -------
    Result
        Its attributes are the keys of `priorsim odds --json` (docs/measures.md), and its table has a row for each
        class. `log_odds.low` and `log_odds.high` are log2(M_search / M_direct) in bits, with the disguised programs
        counted as direct code and as search.

    Raises
    ------
    PriorError
        If there is no such prior, a parameter is out of its range, or the sum over all programs diverges.
    {WorldError}
    {AtlasError}

    Examples
    --------
    >>> import priorsim as ps
    >>> atlas = ps.take_census(ps.make_header("arith", 26, domain=ps.Domain.default(3)))
    >>> found = ps.odds("inverse-w3", atlas, prior="levin")
    >>> found
    <odds of inverse-w3 up to 26 bits under levin: [-11.10, -9.97] bits, search : direct>
    >>> found.classes.search.witness
    '(find (c) (eq 1 (mul c x)))'
    """
    weight = arguments.prior_of(prior, beta=beta, gamma=gamma, lam=lam, tax=tax, cap=cap)
    cells, finder = _cells(world, atlas, train, class_by, max_bits)
    witnesses = print_witnesses(cells.header, cells.least_rows, finder=finder)
    answer = measured.odds(cells, weight, witnesses=witnesses)
    line = f"odds of {cells.world.name} up to {cells.max_bits} bits under {weight.name}: {_odds(answer.log_odds)}"
    return Result(answer, line, lambda: odds_text(answer, cells, weight), lambda: _by_class(answer))


def _odds(found: Interval) -> str:
    """The log-odds in a few words; unknown where a class has no program within the bound."""
    ends = (found.low, found.high)
    if any(end is None or not math.isfinite(end) for end in ends):
        return "unknown"
    return f"{span(*ends, '{:.2f}'.format, in_brackets=True)} bits, search : direct"


def _by_class(answer: measured.OddsAnswer) -> Frame:
    rows = [(name, *(getattr(each, column) for column in _CLASS_COLUMNS)) for name, each in answer.classes.items()]
    return Frame(("class", *_CLASS_COLUMNS), rows)


@documented
def sweep(
    world: AnyWorld | Histogram,
    atlas: AnyAtlas | None = None,
    *,
    prior: Prior | str = "solomonoff",
    beta: Penalty = None,
    gamma: Penalty = None,
    lam: Penalty = None,
    tax: Penalty = None,
    cap: Penalty = None,
    train: Lanes | None = None,
    class_by: ClassedBy | None = None,
    max_bits: int | None = None,
) -> Frame:
    """The log-odds, and each class's share of the mass, at every point of a grid over one or two parameters of a prior.

    Parameters
    ----------
    world : World, Histogram, str or path
        The world, its name, or a file that holds it (docs/worlds.md). A histogram holds a world with its lanes, classes
        and bound: leave out `atlas`, `train`, `class_by` and `max_bits` with it.
    {atlas}
    {prior}
    beta, gamma, lam, tax, cap : float or sequence of float, optional
        Parameters of a prior that is given by its name, in place of its own: bits for each bit of length, bits for each
        doubling of the mean steps a lane, bits for each step, bits for each search node, and the most mean steps a
        lane. Those with several values, one or two of them, are swept.
    {train}
    {class_by}
    {max_bits_or_alone}

    Returns
    -------
    Frame
        A row for each point of the grid; the last swept parameter, in the order of the signature, varies fastest.
        Log-odds are in bits.

    Raises
    ------
    PriorError
        If no parameter is swept or more than two are, the grid has more than 1,000,000 points, there is no such prior,
        a parameter is out of its range, or the sum over all programs diverges.
    {WorldError}
    {AtlasError}

    Examples
    --------
    >>> import priorsim as ps
    >>> atlas = ps.take_census(ps.make_header("arith", 26, domain=ps.Domain.default(3)))
    >>> ps.sweep("inverse-w3", atlas, gamma=[0, 1], tax=[-2, 0])
    gamma  tax  log_odds_low  log_odds_high  share_direct
        0   -2      -6.35645       -6.18432      0.986436
        0    0      -8.34983       -7.76266      0.995416
        1   -2      -9.09841       -8.72205      0.997637
        1    0      -11.0965       -9.96517      0.999001
    <BLANKLINE>
    gamma  tax  share_disguised  share_search
        0   -2       0.00150716     0.0120573
        0    0       0.00152788    0.00305577
        1   -2      0.000541496    0.00182102
        1    0      0.000542949   0.000456477
    """
    grid, fixed = arguments.swept(beta=beta, gamma=gamma, lam=lam, tax=tax, cap=cap)
    weight, by_parameter = arguments.prior_over(prior, grid, fixed), arguments.by_parameter(grid)
    cells, _ = _cells(world, atlas, train, class_by, max_bits)
    return Frame(*swept.sweep_table(swept.sweep(cells, weight, by_parameter), list(grid)))


@documented
def heldout(
    world: AnyWorld,
    atlas: AnyAtlas | None = None,
    *,
    prior: Prior | str = "solomonoff",
    beta: float | None = None,
    gamma: float | None = None,
    lam: float | None = None,
    tax: float | None = None,
    cap: float | None = None,
    train: Lanes | None = None,
    class_by: ClassedBy | None = None,
    max_bits: int | None = None,
) -> Result:
    """What the programs that fit a world do on the lanes on which they were not trained.

    Parameters
    ----------
    {world}
    {atlas}
    {prior}
    {penalties}
    {train}
    {class_by}
    max_bits : int, optional
        A bound in bits that is smaller than that of the atlas, which is the default. A wide world needs `max_bits`, and
        takes no atlas.

    Returns
    -------
    Result
        Its attributes are the keys of `priorsim heldout --json` (docs/measures.md), and its table has a row for each
        split and class.

    Raises
    ------
    PriorError
        If there is no such prior, a parameter is out of its range, or the sum over all programs diverges.
    {WorldError}
    {AtlasError}
    CensusError
        If `max_bits` is above the bound of the atlas.

    Examples
    --------
    >>> import priorsim as ps
    >>> atlas = ps.take_census(ps.make_header("arith", 22, domain=ps.Domain.default(3)))
    >>> ps.heldout("isqrt-w3", atlas, train=range(4))
    <held-out behaviour in isqrt-w3 up to 22 bits under solomonoff: trained on 4 of 8 lanes>
    """
    weight = arguments.prior_of(prior, beta=beta, gamma=gamma, lam=lam, tax=tax, cap=cap)
    where, by = arguments.world(world, train=train), arguments.class_by_of(class_by)
    if atlas is None and where.domain.is_wide:
        alone = wide_off_training(where, weight, _bound_alone(where, max_bits, by), class_by=by)
        answer, own = alone.answer, alone.own
    else:
        census = arguments.up_to(arguments.opened(atlas, where), max_bits)
        check_world(census.header, where)
        weighed = weigh(census, weight, class_by=by)
        answer, own = off_training(weighed, where), held_out(weighed, where, stated_splits(where)[-1])
    line = (
        f"held-out behaviour in {where.name} up to {answer.bound_bits} bits under {weight.name}: "
        f"trained on {len(where.train)} of {len(where.domain.lanes)} lanes"
    )
    return Result(answer, line, lambda: off_training_text(answer, own, where, weight), lambda: _by_split(answer))


def _by_split(answer: HeldOutAnswer) -> Frame:
    rows = [
        (split.name, name, *(_as_float(getattr(each, column)) for column in _SPLIT_COLUMNS))
        for split in answer.splits
        for name, each in split.classes.items()
    ]
    return Frame(("split", "class", *_SPLIT_COLUMNS), rows)


def _as_float(value: Any) -> float | None:
    return None if value is None else float(value)


@documented
def definitions(
    world: AnyWorld,
    atlas: AnyAtlas | None = None,
    *,
    prior: Prior | str = "solomonoff",
    beta: float | None = None,
    gamma: float | None = None,
    lam: float | None = None,
    tax: float | None = None,
    cap: float | None = None,
    train: Lanes | None = None,
    programs: int = 100,
) -> Result:
    """Five definitions of search, compared on the programs that fit a world.

    Parameters
    ----------
    {world}
    {atlas}
    {prior}
    {penalties}
    {train}
    programs : int, default 100
        How many of the shortest fitting programs are run one by one, 1 to 10,000.

    Returns
    -------
    Result
        Its attributes are the keys of `priorsim definitions --json` (docs/measures.md), and its table has a row for
        each of these programs.

    Raises
    ------
    PriorError
        If there is no such prior, a parameter is out of its range, or the sum over all programs diverges.
    WorldError
        If there is no such world or lane, the world is on another domain than the atlas, or `programs` is out of its
        range.
    {AtlasError}

    Examples
    --------
    >>> import priorsim as ps
    >>> atlas = ps.take_census(ps.make_header("arith", 18, domain=ps.Domain.default(3)))
    >>> ps.definitions("inverse-w3", atlas, programs=3)
    <definitions of search in inverse-w3 up to 18 bits under solomonoff: 2 programs looked at>
    """
    weight = arguments.prior_of(prior, beta=beta, gamma=gamma, lam=lam, tax=tax, cap=cap)
    where = arguments.world(world, train=train)
    census = arguments.opened(atlas, where)
    number = whole_numbers([programs], "programs")[0]
    answer = defined.definitions(census, where, weight, number=number)
    shortest = answer.shortest.list
    line = (
        f"definitions of search in {where.name} up to {answer.bound_bits} bits under {weight.name}: "
        f"{len(shortest)} programs looked at"
    )
    values = {"found": answer, "world": where, "header": census.header, "prior": weight}
    head = defined.LabelledAnswer.__struct_fields__

    def frame() -> Frame:
        return Frame(head, [tuple(plain(each).values()) for each in shortest])

    return Result(answer, line, lambda: render("definitions.txt", **values), frame)
