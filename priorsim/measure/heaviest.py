"""The heaviest programs that fit a world, as programs: what weighs most under a prior, one by one.

An atlas keeps how many programs share a row, not the programs. The rows that weigh most are taken from it, and every
program with a behaviour of theirs is derived (census/shortest.py) and told by its own row; where these are too many,
one program is found for each row, and the answer says so. Exact where the prior is dyadic.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np

from priorsim.census.atlas import AtlasHeader, RowKey, Rows
from priorsim.census.beyond import TargetedAtlas
from priorsim.census.shortest import every_fitting
from priorsim.census.stored import Selectable
from priorsim.census.witness import find_programs, key_of
from priorsim.errors import WorldError
from priorsim.formats import format_csv
from priorsim.measure import keys
from priorsim.measure.histogram import (
    CLASSES,
    acceptable,
    census_cells,
    check_world,
    kinds_of,
    lanes_summed,
    mean_steps,
)
from priorsim.measure.mass import Share, check_convergence, mass, share_of
from priorsim.mu.code import decode
from priorsim.mu.interpreter import Accounting
from priorsim.mu.syntax import Program, count_searches, format_program
from priorsim.priors import F64, Prior, named_prior
from priorsim.reading import quoted
from priorsim.storage import begins_with
from priorsim.worlds.world import World

MOST_PROGRAMS = 10_000
MOST_DERIVED = 100_000
"""So many programs are derived at most, to find those of the rows that weigh most; a minute at most."""
DIGITS = 9
"""Weights, in bits, that agree to so many decimals are equal when programs are put in order."""
ANY = "any"
NAMES = (*map(str, CLASSES), ANY)


class ListedProgram(msgspec.Struct, frozen=True, kw_only=True):
    """A program."""

    program: str
    kind: Annotated[str, keys.says("its class by lesion, on all lanes")] = msgspec.field(name="class")
    bits: int
    steps: Annotated[int, keys.says("T under the atlas's accounting")]
    mean_steps: Annotated[float, keys.says("t, steps a lane")]
    searches: Annotated[int, keys.says("how many find and argmax nodes it has")]
    log2_weight: Annotated[float, keys.says("of this one program")]
    right: Annotated[int, keys.says("how many held-out lanes it is right on")]
    wrong: Annotated[int, keys.says("how many it is wrong on")]
    row_programs: Annotated[int, keys.says("how many programs the census has of its row, it among them")]


_HEAD = ListedProgram.__struct_encode_fields__


class ProgramsAnswer(keys.UnderPrior, frozen=True, kw_only=True):
    """What `priorsim programs --json` prints."""

    kind: Annotated[str, keys.says("`direct`, `disguised`, `search` or `any`")] = msgspec.field(name="class")
    asked: Annotated[int, keys.says("how many programs were asked for")]
    programs: Annotated[int, keys.says("how many of the class fit within the bound")]
    log2_mass: keys.Log2Mass
    listed_share: Annotated[
        Share | None, keys.says("share of the class's fitting mass that the listed programs have, or the listed rows")
    ]
    one_a_row: Annotated[
        bool, keys.says("whether the list has one program for each row, since there are too many to list all")
    ]
    list: Annotated[tuple[ListedProgram, ...], keys.says("the programs, the heaviest first")]

    def to_csv(self) -> str:
        """A line for each program."""
        return format_csv(_HEAD, [msgspec.structs.astuple(each) for each in self.list])


def is_programs(path: Path) -> bool:
    """Whether a file is the CSV of such a list."""
    return begins_with(path, f"{','.join(_HEAD)}\n")


def programs(
    atlas: Selectable,
    world: World,
    cls: str = "search",
    most: int = 50,
    *,
    prior: Prior | None = None,
    most_derived: int | None = MOST_DERIVED,
    workers: int = 2,
) -> ProgramsAnswer:
    """The fitting programs of a class, at most so many, the heaviest first; by default under 2^-l.

    `cls` is direct, disguised, search or any. Of equal weight, those of fewer bits, steps and search nodes come first,
    then those of lesser behaviours (actual, strict, wide), then by code. Where more than `most_derived` programs would
    have to be derived to find them, the list has one program for each of the heaviest rows, and `one_a_row` is set.
    WorldError where the world's domain is not the atlas's, there is no such class, or the number is out of range;
    PriorError where the sum over all programs diverges.

    >>> import priorsim
    >>> header = priorsim.make_header("arith", 20, domain=priorsim.Domain.default(3))
    >>> atlas = priorsim.take_census(header)
    >>> found = programs(atlas, priorsim.world("identity-w3"), "search", 2)
    >>> found.programs, [each.program for each in found.list]
    (4, ['(find (c) (eq c x))', '(find (c) (eq x c))'])
    """
    header, weight = atlas.header, named_prior("solomonoff") if prior is None else prior
    _check(header, world, cls, most)
    check_convergence(header.language, weight)
    fitting = atlas.select(partial(acceptable, world=world, lanes=world.train))
    mine = fitting if cls == ANY else fitting.take(kinds_of(fitting, "lesion") == NAMES.index(cls))
    first = _heaviest(mine, header, weight, most)
    number = sum(_to_derive(fitting, first).count.tolist())
    one_a_row = most_derived is not None and number > most_derived
    if one_a_row:
        finder = atlas.find_terms if isinstance(atlas, TargetedAtlas) else None
        found = {
            key: [each] for key, each in find_programs(header, _keys(first), workers=workers, finder=finder).items()
        }
    else:
        found = _derived(header, first, most, number, workers)
    told = first if one_a_row else replace(first, count=np.array([len(some) for some in found.values()], np.uint64))
    listed = census_cells(told), census_cells(mine)
    return ProgramsAnswer(
        **keys.asked(world, weight, header),
        kind=cls,
        asked=most,
        programs=sum(mine.count.tolist()),
        log2_mass=keys.log2_mass(mass(listed[1], header, weight)),
        listed_share=share_of(*(mass(cells, header, weight) for cells in listed)),
        one_a_row=one_a_row,
        list=tuple(_listed(first, found, header, world, weight)),
    )


def _check(header: AtlasHeader, world: World, cls: str, most: int) -> None:
    check_world(header, world)
    if cls not in NAMES:
        raise WorldError(f"there are no programs of class {quoted(cls)}: choose {', '.join(NAMES[:-1])} or {ANY}")
    if not 1 <= most <= MOST_PROGRAMS:
        raise WorldError(f"{most} programs cannot be listed: choose 1 to {MOST_PROGRAMS}")


# --- rows -------------------------------------------------------------------------------------


def _log2_weights(rows: Rows, header: AtlasHeader, prior: Prior) -> F64:
    """log2 of the weight of one program of each row, in bits."""
    return prior.log2_weight(rows.bits, mean_steps(header, rows.steps), rows.searches)


def _heaviest(rows: Rows, header: AtlasHeader, prior: Prior, most: int) -> Rows:
    """As many of the rows of greatest weight as have so many programs together, in the order of the list."""
    rows = rows.take(prior.within_cap(mean_steps(header, rows.steps)))
    ties = (rows.wide, rows.strict, rows.behaviour, rows.searches, rows.steps, rows.bits)
    rows = rows.take(np.lexsort((*ties, -_log2_weights(rows, header, prior).round(DIGITS))))
    before = np.cumsum(np.minimum(rows.count, most)) - np.minimum(rows.count, most)
    return rows.take(before < most)


def _to_derive(fitting: Rows, wanted: Rows) -> Rows:
    """The rows of all programs with a behaviour of the wanted rows, up to the longest of these."""
    return fitting.take(np.isin(fitting.behaviour, wanted.behaviour) & (fitting.bits <= wanted.bits.max(initial=0)))


def _keys(rows: Rows) -> list[RowKey]:
    return [rows.key(row) for row in range(len(rows))]


# --- programs ---------------------------------------------------------------------------------


def _derived(header: AtlasHeader, wanted: Rows, most: int, number: int, workers: int) -> dict[RowKey, list[Program]]:
    """The programs of these rows, `most` together at most, each row's in code order.

    So many as `number` have a behaviour of these rows and are not longer.
    """
    found: dict[RowKey, list[Program]] = {key: [] for key in _keys(wanted)}
    if not found:
        return found
    shorter = replace(header, max_bits=int(wanted.bits.max()), accounting=Accounting.TOTAL)
    behaviours, told = np.unique(wanted.behaviour), {(key.bits, key.searches) for key in found}
    codes = every_fitting(shorter, lambda each: np.isin(each, behaviours), most=number, workers=workers)
    for code in codes.tolist():
        program = decode(f"{code:b}"[1:], header.language)[0]
        # Only what may be of such a row is run.
        if (code.bit_length() - 1, count_searches(program)) in told:
            found.get(key_of(header, program), []).append(program)
    left = most
    for key, some in found.items():
        found[key] = some[:left]
        left -= len(found[key])
    return found


def _listed(
    rows: Rows, found: Mapping[RowKey, Sequence[Program]], header: AtlasHeader, world: World, prior: Prior
) -> Iterator[ListedProgram]:
    columns = rows.count.tolist(), kinds_of(rows, "lesion").tolist(), _log2_weights(rows, header, prior).tolist()
    for (key, some), count, kind, weight in zip(found.items(), *columns, strict=True):
        words = header.domain.unpack(key.behaviour)
        right = sum(words[lane] in world.acceptable[lane] for lane in world.held_out)
        for program in some:
            yield ListedProgram(
                program=format_program(program, header.domain.columns),
                kind=str(CLASSES[kind]),
                bits=key.bits,
                steps=key.steps,
                mean_steps=key.steps / lanes_summed(header),
                searches=key.searches,
                log2_weight=weight,
                right=right,
                wrong=len(world.held_out) - right,
                row_programs=count,
            )
