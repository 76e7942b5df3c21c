"""Whether the shortest programs of worlds that are search first are searches through and through (docs/measures.md).

A lesion tells that a search somewhere in a program matters, which could come to mean ever less as programs grow. So one
shortest program each of a sample of such worlds, evenly over their complexity, is found again and run: whether its root
searches, and what part of its steps goes into candidates that are not chosen.
"""

from dataclasses import dataclass
from typing import Annotated

import msgspec
import numpy as np

from priorsim.census.atlas import U64, RowKey
from priorsim.census.stored import Counted
from priorsim.census.witness import find_programs
from priorsim.keys import says
from priorsim.measure.histogram import SEARCH, ClassBy, Mask, kinds_of
from priorsim.measure.mass import LOW
from priorsim.measure.program import effort, run_lanes
from priorsim.measure.standings import Standings, standings
from priorsim.mu.dialect import FORMS
from priorsim.mu.syntax import Apply, Program
from priorsim.priors import F64

BIN_BITS = 4
QUARTERS = (0.25, 0.5, 0.75)
MOST_EFFORT = 0.5
"""A program searches by effort where more of its steps go into candidates that are not chosen."""


class FirstPrograms(msgspec.Struct, frozen=True):
    """Worlds that are search first, with more than `above` and up to `up_to` bits, and one shortest program each."""

    above: int
    up_to: int
    worlds: Annotated[int, says("all that are search first, with disguised programs as direct code")]
    programs: Annotated[int, says("how many of them were looked at")]
    root: Annotated[float, says("the share in which the root or one of its operands is the search")]
    effort: Annotated[float, says("the share that spends more than half of its steps on candidates not chosen")]
    effort_quartiles: Annotated[tuple[float, float, float], says("of that part of the steps")]


@dataclass(frozen=True, slots=True, eq=False)
class LookedAt:
    """What one shortest program each of worlds that are search first is like; every array has shape (worlds,).

    `words`, the worlds' packed words, ascend. `at_root` says whether the root or one of its operands searches, `effort`
    what part of the steps goes into candidates that are not chosen.
    """

    words: U64
    complexity: F64
    at_root: Mask
    effort: F64

    @property
    def by_effort(self) -> Mask:
        """Whether a program searches by effort."""
        return self.effort > MOST_EFFORT

    @property
    def through_and_through(self) -> Mask:
        """Whether a program is a search at its root or by effort."""
        return self.at_root | self.by_effort


def look_at(atlas: Counted, number: int, *, class_by: ClassBy = "lesion") -> LookedAt:
    """One shortest program each of so many worlds that are search first, at equal distances in order of complexity."""
    return _looked_at(atlas, _search_first(atlas, class_by), number, class_by)


def first_programs(atlas: Counted, number: int, *, class_by: ClassBy = "lesion") -> tuple[FirstPrograms, ...]:
    """What `number` shortest programs are like at most, in bins of BIN_BITS bits that end at the bound."""
    found = _search_first(atlas, class_by)
    seen = _looked_at(atlas, found, number, class_by)
    bins = []
    for up_to in range(atlas.header.max_bits % BIN_BITS or BIN_BITS, atlas.header.max_bits + 1, BIN_BITS):
        every, here = ((up_to - BIN_BITS < bits) & (bits <= up_to) for bits in (found.complexity, seen.complexity))
        if here.any():
            quartiles = np.quantile(seen.effort[here], QUARTERS).tolist()
            shares = float(seen.at_root[here].mean()), float(seen.by_effort[here].mean())
            bins.append(FirstPrograms(up_to - BIN_BITS, up_to, int(every.sum()), int(here.sum()), *shares, quartiles))
    return tuple(bins)


def _search_first(atlas: Counted, class_by: ClassBy) -> Standings:
    """The worlds that are search first, with disguised programs as direct code."""
    found = standings(atlas, class_by=class_by)
    return found.take(found.first(LOW)[0])


def _looked_at(atlas: Counted, found: Standings, number: int, class_by: ClassBy) -> LookedAt:
    order = np.argsort(found.complexity, kind="stable")
    places = np.unique(np.linspace(0, len(order) - 1, min(number, len(order))).round().astype(np.int64))
    chosen = found.take(np.sort(order[places]))
    keys = _shortest(atlas, chosen.words, chosen.complexity, class_by)
    programs = find_programs(atlas.header, keys)
    spent = [float(effort(run_lanes(programs[key], atlas.header.domain))) for key in keys]
    at_root = [searches_at_root(programs[key]) for key in keys]
    return LookedAt(chosen.words, chosen.complexity, np.array(at_root, dtype=np.bool_), np.array(spent))


def _shortest(atlas: Counted, words: U64, complexity: F64, class_by: ClassBy) -> list[RowKey]:
    """The first row of least length and of class search of each of these behaviours, which ascend."""
    rows = atlas.select(lambda behaviour: np.isin(behaviour, words))
    is_first = (kinds_of(rows, class_by) == SEARCH) & (rows.bits == complexity[np.searchsorted(words, rows.behaviour)])
    rows = rows.take(is_first)
    _, places = np.unique(rows.behaviour, return_index=True)
    return [rows.key(place) for place in places.tolist()]


def searches_at_root(program: Program) -> bool:
    """Whether the root of a program, or one of its operands, is a find or an argmax.

    >>> from priorsim.mu.dialect import Language
    >>> from priorsim.mu.syntax import parse
    >>> arith = Language.named("arith", 3)
    >>> [searches_at_root(parse(text, arith)) for text in ("(add x (find (c) (eq c x)))", "(add 1 (mul x x))")]
    [True, False]
    """
    root = program.term
    around = (root, *root.args) if isinstance(root, Apply) else (root,)
    return any(isinstance(each, Apply) and FORMS[each.form].is_search for each in around)
