"""What is said of the programs with data of a world, alone and weighed together with its code (docs/measures.md).

Two bounds stand behind every number: code-only programs are counted up to B bits, programs with data up to C bits of
header, index and body with a payload of any size. Lengths say how far both are complete; masses are exact as ever.
At the end, the shortest table and hybrid as programs.
"""

from collections.abc import Iterator
from functools import cache
from itertools import islice, product
from typing import Annotated

import msgspec

from priorsim.census.recurrence import CODE_ONLY_MASS
from priorsim.census.segments.terms import code_mass, segments
from priorsim.errors import CodeError
from priorsim.measure import keys
from priorsim.measure.convergence import explored
from priorsim.measure.data import DATA_CLASSES, JOINT_CLASSES, DataCounts, join_counts
from priorsim.measure.histogram import Histogram
from priorsim.measure.mass import Interval, Share, exact_mass, mass, share_of, shares
from priorsim.measure.values import difference
from priorsim.mu.code import decode, length, variable_code
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import run
from priorsim.mu.kinds import truncated_binary
from priorsim.mu.lesions import ProgramClass, classify
from priorsim.mu.syntax import Const, Program, Term, count_searches, format_program
from priorsim.priors import Prior
from priorsim.worlds.world import World


class DataClass(msgspec.Struct, frozen=True):
    """A class of programs with data."""

    programs: str
    log2_mass: keys.Log2Mass
    exact_mass: keys.ExactMass
    faithful_share: Annotated[Share | None, keys.says("of its mass, the share of programs that are right on all lanes")]
    l_min: Interval


class ByDataClass(msgspec.Struct, frozen=True, rename={"disguised_with_data": "disguised-with-data"}):
    """The classes, as in DATA_CLASSES."""

    direct: DataClass
    table: DataClass
    disguised: DataClass
    disguised_with_data: DataClass
    search: DataClass
    hybrid: DataClass


class Unclassed(msgspec.Struct, frozen=True):
    """Fitting programs without a class."""

    programs: str
    log2_mass: Annotated[float | None, keys.says("under 2^-l; null where there are none")]
    by_bits: dict[int, str]


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


class DataAnswer(keys.Answer, frozen=True, kw_only=True):
    """What `priorsim data --json` prints."""

    world: keys.World
    description: keys.About
    train: keys.Train
    lanes: keys.Lanes
    prior: keys.Prior
    dialect: keys.Dialect
    word_bits: keys.WordBits
    code_bits: Annotated[int, keys.says("C, the bound on header, index and body together")]
    classes: Annotated[ByDataClass, keys.says("the classes, distinguished by the use of the data")]
    log_odds: keys.LogOdds
    l_min_direct: Annotated[Interval, keys.says("tables with direct code")]
    l_min_search: Annotated[Interval, keys.says("hybrids with search")]
    unclassed: Unclassed
    explored: Annotated[
        keys.Explored,
        keys.says("of the 1/2 that all programs with data have at 2^-l, as text; what was not classed is unexplored"),
    ]
    unexplored: Annotated[Share, keys.says("the same as a number")]
    witnesses: Witnesses
    joint: Annotated[JointAnswer | None, keys.says("code and data together, below; null without `--atlas`")]


def data_answer(counts: DataCounts, code: Histogram | None, prior: Prior) -> DataAnswer:
    """All that is said of the programs with data of a world, together with its code where that is known.

    PriorError where the sum over all programs diverges; further errors as of `join_counts`.
    """
    language, world = counts.header.language, counts.world
    joint = None if code is None else joint_answer(join_counts(code, counts), prior)

    classes = []
    for name, whole in counts.masses(DATA_CLASSES, prior).items():
        cells, least = counts.of(name), counts.l_min(DATA_CLASSES[name])
        faithful = share_of(mass(cells.take(cells.faithful), counts.header, prior), whole)
        classes.append(DataClass(str(cells.programs), *keys.of_mass(whole), faithful, least))
    counted = code_mass(language, counts.code_bits) - counts.unclassed_mass
    return DataAnswer(
        world=world.name,
        description=world.description,
        train=world.train,
        lanes=len(world.domain.lanes),
        prior=keys.Prior.of(prior),
        dialect=language.dialect.name,
        word_bits=language.word_bits,
        code_bits=counts.code_bits,
        classes=ByDataClass(*classes),
        log_odds=counts.log_odds(prior),
        l_min_direct=counts.l_min(DATA_CLASSES["direct"] + DATA_CLASSES["table"]),
        l_min_search=counts.l_min(DATA_CLASSES["search"] + DATA_CLASSES["hybrid"]),
        unclassed=Unclassed(
            str(sum(counts.unclassed.values())),
            keys.log2_mass(exact_mass(counts.unclassed_mass)),
            {bits: str(count) for bits, count in sorted(counts.unclassed.items())},
        ),
        explored=keys.Explored(str(counted), str(CODE_ONLY_MASS - counted)),
        unexplored=CODE_ONLY_MASS - counted,
        witnesses=Witnesses(_shortest_text(counts, ProgramClass.TABLE), _shortest_text(counts, ProgramClass.HYBRID)),
        joint=joint,
    )


def joint_answer(counts: DataCounts, prior: Prior) -> JointAnswer:
    """All that is said of code and programs with data together; PriorError where the sum over all programs diverges."""
    assert counts.code is not None
    by_name = counts.masses(JOINT_CLASSES, prior)
    parts = shares(tuple(by_name.values())) or (None,) * len(by_name)
    code_and_data = explored(counts.code.header).explored + code_mass(counts.header.language, counts.code_bits)
    counted = code_and_data - counts.unclassed_mass
    classes = (
        JointClass(str(counts.programs(of)), *keys.of_mass(whole), share, counts.l_min(of))
        for of, whole, share in zip(JOINT_CLASSES.values(), by_name.values(), parts, strict=True)
    )
    direct, search = zip(*keys.at_ends(counts.l_min_sides), strict=True)
    return JointAnswer(
        bound_bits=counts.code.max_bits,
        classes=ByJointClass(*classes),
        log_odds=counts.log_odds(prior),
        log_odds_code=counts.log_odds(prior, [False]),
        log_odds_data=counts.log_odds(prior, [True]),
        l_min_direct=keys.Ends(*direct),
        l_min_search=keys.Ends(*search),
        delta_l=keys.Ends(*map(difference, direct, search)),
        explored=keys.Explored(str(counted), str(1 - counted)),
        unexplored=1 - counted,
    )


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


def _shortest_text(counts: DataCounts, wanted: ProgramClass) -> str | None:
    program = find_shortest(counts, wanted)
    return None if program is None else format_program(program, counts.world.domain.columns)


@cache
def _terms(language: Language, is_body: bool, bits: int) -> tuple[Term, ...]:
    """Every index, or body, of so many bits."""
    # A body stands behind the least data segment and the index `x`.
    segment = segments(language)[0]
    index = variable_code(0, 0, language)
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
