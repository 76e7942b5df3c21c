"""Code and programs with data of one world, weighed together (docs/measures.md, "Code and data together").

Two bounds stand behind every number: code-only programs are counted up to B bits, programs with data up to C bits of
header, index and body with a payload of any size. Lengths say how far both are complete; masses are exact as ever.
At the end, the shortest table and hybrid as programs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import islice, product
from typing import Annotated

import msgspec

from priorsim.census.segments.terms import code_mass, segments
from priorsim.errors import CensusError, CodeError, WorldError
from priorsim.measure import keys
from priorsim.measure.convergence import explored
from priorsim.measure.data import CountsAnswer, DataCounts
from priorsim.measure.histogram import DIRECT, DISGUISED, SEARCH, Cells, Histogram
from priorsim.measure.mass import (
    ALL_KINDS,
    End,
    Interval,
    Mass,
    Share,
    check_convergence,
    exact_mass,
    log_odds,
    mass,
    shares,
)
from priorsim.measure.values import difference, least_length
from priorsim.mu.code import decode, length, truncated_binary
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting, run
from priorsim.mu.lesions import ProgramClass, classify
from priorsim.mu.syntax import Const, Program, Term, count_searches, format_program
from priorsim.priors import Prior
from priorsim.worlds.world import World

Part = tuple[int, bool]
"""A class by lesion, and whether its programs use a data segment; what does not use its data counts as code."""

JOINT_CLASSES: Mapping[str, tuple[Part, ...]] = {
    "direct": ((DIRECT, False),),
    "table": ((DIRECT, True),),
    "disguised": ((DISGUISED, False), (DISGUISED, True)),
    "search": ((SEARCH, False),),
    "hybrid": ((SEARCH, True),),
}
"""The classes of the definition: a table is direct and a hybrid searches; a disguised program stays disguised."""

CODE, DATA = (False,), (True,)
"""Programs that do without a data segment, and those that use one."""


@dataclass(frozen=True, slots=True)
class JointCounts:
    """The code-only programs, up to B bits and by lesion, and those with data, up to C code bits, that fit a world."""

    code: Histogram
    data: DataCounts

    def _cells(self, parts: tuple[Part, ...]) -> list[tuple[Cells, Histogram | DataCounts]]:
        """The cells of these parts, each with what it is counted in."""
        found: list[tuple[Cells, Histogram | DataCounts]] = []
        for kind, uses_data in parts:
            found.append((self.data.cells(uses_data=uses_data).of([kind]), self.data))
            if not uses_data:
                found.append((self.code.cells.of([kind]), self.code))
        return found

    def mass(self, parts: tuple[Part, ...], prior: Prior) -> Mass:
        """What these parts weigh together."""
        return sum((mass(cells, of.header, prior) for cells, of in self._cells(parts)), exact_mass(Fraction(0)))

    def programs(self, parts: tuple[Part, ...]) -> int:
        """How many programs these parts have."""
        return sum(cells.programs for cells, _ in self._cells(parts))

    def log_odds(self, prior: Prior, uses: tuple[bool, ...] = (False, True)) -> Interval:
        """log2(M_search / M_direct) in bits, the disguised programs on either side.

        Of all programs: then tables stand with direct code and hybrids with search; or of `CODE` or `DATA` alone.
        """
        return log_odds(tuple(self.mass(tuple((kind, each) for each in uses), prior) for kind in ALL_KINDS))

    def exhausted(self, parts: tuple[Part, ...]) -> int:
        """The length up to which every program of these parts is counted and classed, in bits.

        A program with data that was not counted has more than C code bits and the least payload, at least.
        """
        bounds = [self.data.code_bits + segments(self.data.header.language)[0].payload]
        bounds += [bits - 1 for bits in self.data.unclassed]
        if any(not uses_data for _, uses_data in parts):
            bounds.append(self.code.max_bits)
        return min(bounds)

    def l_min(self, parts: tuple[Part, ...]) -> Interval:
        """The least length of these parts together, in bits.

        Known up to where all of them are exhausted; beyond, the interval from there on to the shortest program that
        was found, None where none was.
        """
        found = min((int(cells.bits.min()) for cells, _ in self._cells(parts) if len(cells)), default=None)
        return least_length(found, self.exhausted(parts) + 1)

    def l_min_sides(self, end: End) -> tuple[Interval, Interval]:
        """L_min of the direct and of the search side at one end, with and without data."""
        direct, search = (
            self.l_min(tuple((kind, uses) for kind in kinds for uses in (False, True)))
            for kinds in (end.direct, end.search)
        )
        return direct, search

    def delta_l(self, end: End) -> Interval:
        """L_min(direct) - L_min(search) at one end, in bits: as wide as both lengths are uncertain."""
        return difference(*self.l_min_sides(end))

    def answer(self, prior: Prior) -> "JointAnswer":
        """Everything under a prior; PriorError where the sum over all programs diverges."""
        language, code_bits = self.data.header.language, self.data.code_bits
        check_convergence(language, prior)
        by_name = {name: self.mass(parts, prior) for name, parts in JOINT_CLASSES.items()}
        parts = shares(tuple(by_name.values())) or (None,) * len(by_name)
        counted = explored(self.code.header).explored + code_mass(language, code_bits) - self.data.unclassed_mass
        classes = (
            JointClass(str(self.programs(of)), *keys.of_mass(whole), share, self.l_min(of))
            for of, whole, share in zip(JOINT_CLASSES.values(), by_name.values(), parts, strict=True)
        )
        return JointAnswer(
            bound_bits=self.code.max_bits,
            classes=ByJointClass(*classes),
            log_odds=self.log_odds(prior),
            log_odds_code=self.log_odds(prior, CODE),
            log_odds_data=self.log_odds(prior, DATA),
            l_min_direct=keys.at_ends(lambda end: self.l_min_sides(end)[0]),
            l_min_search=keys.at_ends(lambda end: self.l_min_sides(end)[1]),
            delta_l=keys.at_ends(self.delta_l),
            explored=keys.Explored(str(counted), str(1 - counted)),
            unexplored=1 - counted,
        )


class JointClass(msgspec.Struct, frozen=True):
    """A class of code and programs with data."""

    programs: str
    log2_mass: keys.Log2Mass
    exact_mass: keys.ExactMass
    share: float | None
    l_min: Annotated[Interval, keys.says("of the class alone, by what is exhausted of it")]


class ByJointClass(msgspec.Struct, frozen=True):
    """The classes, as in JOINT_CLASSES."""

    direct: JointClass
    table: JointClass
    disguised: JointClass
    search: JointClass
    hybrid: JointClass


class JointAnswer(keys.Answer, frozen=True, kw_only=True):
    """Code and data together."""

    bound_bits: keys.BoundBits
    classes: Annotated[ByJointClass, keys.says("each alone")]
    log_odds: keys.LogOdds
    log_odds_code: Annotated[Interval, keys.says("without the programs that use data")]
    log_odds_data: Annotated[Interval, keys.says("of the programs that use data alone")]
    l_min_direct: Annotated[keys.Ends[Interval], keys.says("tables with direct code")]
    l_min_search: Annotated[keys.Ends[Interval], keys.says("hybrids with search")]
    delta_l: Annotated[keys.Ends[Interval], keys.says("L_min(direct) - L_min(search)")]
    explored: Annotated[keys.Explored, keys.says("of all programs, code and data, exact rationals as text")]
    unexplored: Annotated[Share, keys.says("the same as a number")]


class Witnesses(msgspec.Struct, frozen=True):
    """A program of the least length; null where there is none, or its index and body are too long to be tried."""

    table: str | None
    hybrid: str | None


class DataAnswer(CountsAnswer, frozen=True, kw_only=True):
    """What `priorsim data --json` prints."""

    witnesses: Witnesses
    joint: Annotated[JointAnswer | None, keys.says("code and data together, below; null without `--atlas`")]


def data_answer(counts: DataCounts, code: Histogram | None, prior: Prior) -> DataAnswer:
    """All that is said of the programs with data of a world, together with its code where that is known."""
    joint = None if code is None else join_counts(code, counts).answer(prior)
    own = msgspec.structs.asdict(counts.answer(prior))
    return DataAnswer(**own, witnesses=Witnesses(**print_shortest(counts)), joint=joint)


def join_counts(code: Histogram, data: DataCounts) -> JointCounts:
    """The code-only programs and the programs with data of one world together.

    WorldError where they are of different worlds, CensusError where of different languages, accountings or ways to
    class.
    """
    check_joinable(code)
    if code.world.task != data.world.task:
        raise WorldError(f"code was counted for {code.world.name}, programs with data for {data.world.name}: take one")
    if code.header.language != data.header.language:
        raise CensusError("the atlas and the programs with data are of two languages: count both in one")
    return JointCounts(code, data)


def check_joinable(code: Histogram) -> None:
    """Raise CensusError unless code is counted as programs with data are: all steps of all lanes, classes by lesion."""
    if code.header.accounting is not Accounting.TOTAL:
        raise CensusError(
            f"the atlas counts steps as '{code.header.accounting}', programs with data as 'total': make an atlas with "
            "--accounting total"
        )
    if code.class_by != "lesion":
        raise CensusError(f"code is classed by {code.class_by}, programs with data by lesion: class both by lesion")


# --- the shortest table and hybrid: an index, a body, and entries that fit ---------------------

# Indices and bodies of few bits are tried one by one with the interpreter. Where the shortest program of a class has
# longer ones, or its class hangs on a rare choice of entries, none is found.

MAX_TERM_BITS = 16
"""Index and body together: beyond, there are too many to try in a second or two."""
TRIES = 16
"""Choices of entries that are tried for an index and a body."""

Right = tuple[frozenset[int], ...]
"""For each training lane the words of the datum that make a body right there."""


def find_shortest(counts: DataCounts, wanted: ProgramClass) -> Program | None:
    """A TABLE or HYBRID as long as the shortest that was counted; None where none was found.

    That the program fits and is of this class is what the interpreter says, not the counts.
    """
    language, world = counts.header.language, counts.world
    least = min(counts.of(str(wanted)).bits.tolist(), default=0)
    for segment in segments(language):
        left = least - segment.header - segment.payload
        for index_bits in range(1, left if left <= MAX_TERM_BITS else 1):
            for index in _terms(language, False, index_bits):
                words = run(Program(index), world.domain).words
                read = [words[lane] % 2**segment.exponent for lane in world.train]
                for body in _terms(language, True, left - index_bits):
                    if wanted is ProgramClass.HYBRID and not count_searches(Program(body, (0, 0), index)):
                        continue
                    for entries in _entries(read, _right(body, world), 2**segment.exponent, world.domain):
                        program = Program(body, entries, index)
                        if classify(program, world.domain) is wanted:
                            assert length(program, language) == least
                            return program
    return None


def print_shortest(counts: DataCounts) -> dict[str, str | None]:
    """The shortest table and hybrid that are found, as S-expressions by the name of the class."""
    found = {str(wanted): find_shortest(counts, wanted) for wanted in (ProgramClass.TABLE, ProgramClass.HYBRID)}
    columns = counts.world.domain.columns
    return {name: None if program is None else format_program(program, columns) for name, program in found.items()}


@cache
def _terms(language: Language, is_body: bool, bits: int) -> tuple[Term, ...]:
    """Every index, or body, of so many bits."""
    # A body stands behind the least data segment and the index `x`.
    segment = segments(language)[0]
    index = "0" + truncated_binary(0, language.columns)
    head = "1" + truncated_binary(0, language.word_bits) + "0" * segment.payload + index if is_body else "0"
    found, prefixes = [], [head]
    while prefixes:
        code = prefixes.pop()
        try:
            program, _ = decode(code, language)
        except CodeError:
            if len(code) < len(head) + bits:
                prefixes += [code + "1", code + "0"]
        else:
            if len(code) == len(head) + bits:
                found.append(program.term)
    return tuple(found)


@cache
def _right(body: Term, world: World) -> Right:
    words = range(2**world.domain.word_bits)
    # With entries of one word throughout, a program is its body at that word.
    outputs = [run(Program(body, (word, word), Const(0, False)), world.domain).words for word in words]
    return tuple(frozenset(w for w in words if outputs[w][lane] in world.acceptable[lane]) for lane in world.train)


def _entries(read: list[int], right: Right, size: int, domain: Domain) -> Iterator[tuple[int, ...]]:
    """Entries that make a program fit, some of them; the words that nothing reads are 0."""
    choices = [set(range(2**domain.word_bits)) for _ in range(size)]
    for entry, words in zip(read, right, strict=True):
        choices[entry] &= words
    used = [sorted(words) if entry in read else [0] for entry, words in enumerate(choices)]
    return islice(product(*used), TRIES)
