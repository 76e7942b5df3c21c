"""The shortest programs that fit, as programs: `Outlines` unfolded into the terms they stand for.

Every way to make a wanted outline gives terms, every choice of terms for its operands one. Of an outline only
the first terms in code order are kept; that loses none of the first programs. The number of programs of
each length is compared with the atlas's. Everything is exact.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from heapq import nsmallest
from itertools import chain, islice

import numpy as np

from priorsim.census.atlas import U64, AtlasHeader, Choice, Rows, counts_by_length
from priorsim.census.engine.class_kernels import SYMBOL, TWICE
from priorsim.census.engine.derivations import Derivation, Outlines
from priorsim.census.engine.packed import FORM_OF_SYMBOL
from priorsim.census.engine.quotient import check_exact
from priorsim.census.engine.term_witness import Coded, FirstTerms, applied, coded_leaf, leaf_of
from priorsim.errors import CensusError
from priorsim.mu.interpreter import Accounting
from priorsim.mu.syntax import Program


@dataclass(frozen=True, slots=True)
class Shortest:
    """The shortest programs that fit, each with its bits, by length and then by code; fewer than asked if fewer fit.

    `last_length` is how many programs of the last one's length fit, whether among these or not; 0 where none fits.
    """

    asked: int
    programs: tuple[tuple[int, Program], ...] = ()
    last_length: int = 0

    @property
    def last_taken(self) -> int:
        """How many of the programs are of the last one's length."""
        return sum(bits == self.programs[-1][0] for bits, _ in self.programs)

    def complete_bits(self, max_bits: int) -> int:
        """Up to how many bits every program that fits is among them, in a census up to `max_bits`."""
        if len(self.programs) < self.asked:
            return max_bits
        return self.programs[-1][0] - (self.last_taken < self.last_length)


def shortest_programs(header: AtlasHeader, fitting: Rows, fits: Choice, number: int, *, workers: int = 2) -> Shortest:
    """The shortest programs that fit, by length and code, whatever the number of threads.

    `fitting` are all rows of the census that fit; CensusError where they are not those of such a census.
    """
    counts = counts_by_length(fitting.bits, fitting.count)
    lengths = [bits for bits, count in enumerate(counts) if count and sum(counts[:bits]) < number]
    if not lengths:
        return Shortest(number)
    header = replace(header, max_bits=lengths[-1], accounting=Accounting.TOTAL)
    check_exact(header)
    found: list[tuple[int, Program]] = []
    unfolding = _Unfolding(header, fits, number, workers)
    unfolding.unfold()
    for bits in lengths:
        terms = unfolding.programs(bits - 1, fits)
        if len(terms) != min(counts[bits], number):
            raise CensusError(
                f"{len(terms)} programs of {bits} bits fit where the atlas has {counts[bits]}: make it again"
            )
        found += [(bits, Program(term)) for _, term in terms]
    return Shortest(number, tuple(found[:number]), counts[lengths[-1]])


def every_fitting(
    header: AtlasHeader,
    fits: Choice,
    *,
    most: int,
    workers: int = 2,
    tell: Callable[[int], None] = lambda _: None,
) -> U64:
    """The codes of all programs up to the header's bound that fit, as `Programs` has them, rising; shape (programs,).

    `tell` is called with a length of term each time one is looked through, twice each. CensusError where more than
    `most` programs fit, which is known before any is listed.
    """
    check_exact(header)
    unfolding = _Unfolding(header, fits, most, workers, tell)
    counts = [unfolding.outlines.programs(length) for length in range(header.max_bits)]
    if sum(counts) > most:
        bound = max(bits for bits in range(1, header.max_bits) if sum(counts[:bits]) <= most)
        raise CensusError(
            f"{sum(counts):,} programs up to {header.max_bits} bits fit where they are told apart, too many to list: "
            f"give --max-bits {bound} or less, or --yes to list them all the same"
        )
    unfolding.unfold()
    codes: list[int] = []
    for length, expected in enumerate(counts):
        found = unfolding.programs(length, fits)
        if len(found) != expected:
            raise CensusError(f"{len(found)} programs of {length + 1} bits are listed of {expected}: report a bug")
        codes += [int(f"10{code}", 2) for code, _ in found]
    return np.array(codes, dtype=np.uint64)


class _Unfolding:
    """The first terms of all wanted outlines, made from the inside outwards and from the shortest to the longest."""

    def __init__(
        self,
        header: AtlasHeader,
        fits: Choice,
        limit: int,
        workers: int,
        tell: Callable[[int], None] = lambda _: None,
    ) -> None:
        depths = range(header.language.depth + 1)
        nowhere = (0,) * len(depths)
        self.language = header.language
        self.limit = limit
        self.outlines = Outlines(header, fits, above=0, whole=nowhere, workers=workers, tell=tell, keeps_results=True)
        self.any_terms = FirstTerms(header, limit)
        # By binders, bits, and what a `Derivation` tells of its result.
        self.terms: dict[tuple[int, int, int], list[Coded]] = {}

    def unfold(self) -> None:
        """Make the terms; what comes before tells how many there are."""
        for depth in reversed(range(self.language.depth + 1)):
            for length in self.outlines.wanted_lengths(depth):
                self._unfold(depth, length)

    def programs(self, length: int, fits: Choice) -> list[Coded]:
        """The first terms of `length` bits outside binders that fit."""
        places = [place for place in self.terms if place[:2] == (0, length)]
        chosen = fits(np.array([behaviour for _, _, behaviour in places], dtype=np.int64).view(np.uint64))
        some = [self.terms[place] for place, is_fitting in zip(places, chosen, strict=True) if is_fitting]
        return nsmallest(self.limit, chain.from_iterable(some))

    def _unfold(self, depth: int, length: int) -> None:
        ways: dict[int, list[Iterator[Coded]]] = {}
        for derivation in self.outlines.derivations(depth, length):
            assert derivation.results is not None
            for way, result in enumerate(derivation.results.tolist()):
                ways.setdefault(result, []).extend(self._made(depth, length, derivation, way))
        for result, some in ways.items():
            first = (islice(each, self.limit) for each in some)
            self.terms[depth, length, result] = nsmallest(self.limit, chain.from_iterable(first))

    def _made(self, depth: int, length: int, derivation: Derivation, way: int) -> Iterator[Iterator[Coded]]:
        """What one way makes, each part of it in code order."""
        symbol, numbers = int(derivation.symbols[way]), derivation.operands[way].tolist()
        if not derivation.depths:
            yield iter([coded_leaf(leaf_of(symbol, numbers[0], depth, length, self.language), depth, self.language)])
            return
        form = FORM_OF_SYMBOL[symbol & SYMBOL]
        if derivation.no_rounds:
            # The body may be any that a row of `Scope.bodies` counts.
            bodies = self.outlines.census.scopes[depth + 1].bodies
            kind = bodies.length_of(numbers[1]), int(bodies.rows[numbers[1], -2]), False
            operands = [self._operand(depth, number) for number in (numbers[0], numbers[2])]
            children = [*operands, self.any_terms.of(depth + 1, kind)]
        else:
            children = [self._operand(*operand) for operand in zip(derivation.depths, numbers, strict=True)]
        yield applied(form, depth, self.language, children)
        if symbol & TWICE and numbers[0] != numbers[1]:
            yield applied(form, depth, self.language, children[::-1])

    def _operand(self, depth: int, number: int) -> list[Coded]:
        """The first terms of an outline by its number among those stored."""
        terms = self.outlines.terms(depth)
        result = int(terms.rows[number, 0].view(np.int64)) if depth == 0 else number
        return self.terms[depth, terms.length_of(number), result]
