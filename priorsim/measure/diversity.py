"""Task diversity: after how many examples a rule is no longer looked up in a table, by the number of rules.

A world has R rules, each seen through one observation, and asks each rule some queries. Its examples are given one by
one, the first query of all rules first. After N of them, all programs that fit, code and programs with data, stand in
one posterior, and one of three *ways* is the heaviest: tables, direct code, and search with the hybrids. N* of a flip
from one way to another is the last N at which the heaviest turns so (docs/measures.md).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np

from priorsim.census.atlas import Atlas
from priorsim.census.progress import Progress
from priorsim.census.segments.terms import DataTerms
from priorsim.census.take import make_header, take_census
from priorsim.errors import WorldError
from priorsim.formats import format_csv
from priorsim.measure import keys
from priorsim.measure.collapse import quartiles
from priorsim.measure.data import DATA_CLASSES, DataCounts, Parts, check_affordable, count_fitting_data, join_counts
from priorsim.measure.extrapolation import course
from priorsim.measure.finite_size import LEAST_WORLDS
from priorsim.measure.histogram import histogram
from priorsim.measure.scaling import DEPTH, DIALECT
from priorsim.mu.domain import MAX_PACKED_BITS
from priorsim.priors import Prior, named_prior
from priorsim.reading import quoted
from priorsim.storage import begins_with
from priorsim.worlds import World
from priorsim.worlds.in_context import QUESTIONS, task_world

WAYS: Mapping[str, Parts] = {
    "table": DATA_CLASSES["table"],
    "code": DATA_CLASSES["direct"] + DATA_CLASSES["disguised"] + DATA_CLASSES["disguised-with-data"],
    "search": DATA_CLASSES["search"] + DATA_CLASSES["hybrid"],
}
"""Of equally heavy ways the first counts."""
NOTHING = "nothing"
EXAMPLES = (1, 2, 3, 4, 6, 8, 12, 16, 21)
"""The numbers of examples that are looked at, as far as a world has them."""
RULES = (2, 4, 8)
WORD_BITS = (3, 4)
EVERY_WORD = ("itself", "next", "negated", "complement", "times3", "times5", "skew", "gray")
"""Observations that every word is; so they are there whatever the number of rules."""
FEW = ("next", "skew")
MAX_BITS, CODE_BITS = 30, 16
QUESTIONS_ASKED = tuple(name for name, formula in QUESTIONS.items() if DIALECT in formula.dialects)
PUBLISHED = (
    ("task-diversity threshold of in-context learning, against task dimension", "about 1", "Raventos et al. 2023"),
    ("tasks memorised against context length", "1 / 0.7", "Nguyen and Reddy 2025"),
    ("time until memorisation, against the number of tasks", "above 1", "Wurgaft et al. 2025"),
)
"""Exponents of others: what of, how much, and whose. They are of networks under training, and none is our number."""


# --- answers --------------------------------------------------------------------------------------


class Leaders(msgspec.Struct, frozen=True):
    """In how many worlds each way is the heaviest after so many examples."""

    examples: int
    table: int
    code: int
    search: int
    nothing: Annotated[int, keys.says("no program within the bounds fits")]


class Flip(msgspec.Struct, frozen=True):
    """The worlds of a size in which the heaviest way turns from one to another."""

    before: str
    after: str
    worlds: int
    examples: Annotated[tuple[float, float, float], keys.says("quartiles of N*, values that worlds have")]


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """All worlds with so many rules."""

    word_bits: keys.WordBits
    rules: int
    queries: Annotated[int, keys.says("for each rule, as many as a behaviour has room for")]
    worlds: int
    settled: Annotated[
        float, keys.says("in what share of worlds and N no shorter program than the shortest is uncounted")
    ]
    leaders: Annotated[tuple[Leaders, ...], keys.says("by number of examples")]
    flips: Annotated[tuple[Flip, ...], keys.says("those that there are")]


class Law(msgspec.Struct, frozen=True, kw_only=True):
    """How N* of a flip goes with the number of rules."""

    word_bits: keys.WordBits
    before: str
    after: str
    rules: Annotated[tuple[int, ...], keys.says("the numbers of rules at which it is met")]
    worlds: Annotated[tuple[int, ...], keys.says("in how many worlds, at each")]
    few: Annotated[bool, keys.says("whether it is met in fewer than 30 worlds somewhere")]
    exponent: Annotated[
        float | None,
        keys.says("the slope of the log of the median N* over that of the rules; null below three numbers"),
    ]
    exponent_range: Annotated[
        tuple[float, float] | None, keys.says("its least and greatest when one number of rules is left out")
    ]


class Published(msgspec.Struct, frozen=True):
    """An exponent of others, of networks under training."""

    quantity: str
    exponent: str
    source: str


class Diversity(keys.Answer, frozen=True, kw_only=True):
    """What `priorsim diversity --json` prints."""

    dialect: keys.Dialect
    depth: Annotated[int, keys.says("how deep binders nest")]
    gamma: Annotated[float, keys.says("the price of time")]
    bound_bits: keys.BoundBits
    code_bits: Annotated[int, keys.says("C, the bound on header, index and body of programs with data")]
    sizes: Annotated[tuple[Size, ...], keys.says("by bits of a word and number of rules")]
    laws: Annotated[tuple[Law, ...], keys.says("of every flip that is met")]
    published: Annotated[tuple[Published, ...], keys.says("exponents that others published")] = tuple(
        Published(*row) for row in PUBLISHED
    )

    def to_csv(self) -> str:
        """A line for each size and flip, with the names of `_HEAD`."""
        lines = [
            (
                each.word_bits,
                each.rules,
                each.queries,
                each.worlds,
                flip.before,
                flip.after,
                flip.worlds,
                *flip.examples,
            )
            for each in self.sizes
            for flip in each.flips
        ]
        return format_csv(_HEAD, lines)


_HEAD = (
    *("word_bits", "rules", "queries", "worlds", "before", "after", "flips"),
    *("examples_lower", "examples_median", "examples_upper"),
)


def is_diversity(path: Path) -> bool:
    """Whether a file is the CSV of task diversity."""
    return begins_with(path, f"{','.join(_HEAD)}\n")


# --- one world ------------------------------------------------------------------------------------


def lessons(rules: int, queries: int) -> Iterator[tuple[int, ...]]:
    """The training lanes after each of EXAMPLES: the first query of all rules first.

    >>> list(lessons(2, 2))
    [(0,), (0, 2), (0, 1, 2), (0, 1, 2, 3)]
    """
    order = [rule * queries + query for query in range(queries) for rule in range(rules)]
    for number in EXAMPLES:
        if number <= len(order):
            yield tuple(sorted(order[:number]))


def heaviest(counts: DataCounts, prior: Prior) -> str:
    """The heaviest of WAYS among the programs that fit, or NOTHING."""
    found = {name: counts.mass(parts, prior).log2 for name, parts in WAYS.items()}
    best = max(found, key=lambda name: found[name])
    return best if found[best] > -np.inf else NOTHING


def is_settled(counts: DataCounts) -> bool:
    """Whether all programs that are no longer than the shortest are counted."""
    least = counts.l_min(tuple(part for parts in WAYS.values() for part in parts))
    return least.low == least.high


def flips(examples: Sequence[int], course_of: Sequence[str]) -> dict[tuple[str, str], int]:
    """The last number of examples at which the heaviest way turns from one to another.

    >>> flips([1, 2, 3, 4], ["code", "table", "table", "code"])
    {('code', 'table'): 2, ('table', 'code'): 4}
    """
    turns = {}
    for number, (before, after) in zip(examples[1:], pairwise(course_of), strict=True):
        if before != after and NOTHING not in (before, after):
            turns[before, after] = number
    return turns


# --- all worlds -----------------------------------------------------------------------------------


def diversity(
    rules: Sequence[int] = RULES,
    word_bits: int = 3,
    *,
    observations: Sequence[str] = FEW,
    max_bits: int = MAX_BITS,
    code_bits: int = CODE_BITS,
    gamma: float = 0,
    workers: int = 2,
    progress: Callable[[Progress], None] | None = None,
) -> Diversity:
    """The heaviest way by number of rules and examples, of all QUESTIONS_ASKED with each of these observations.

    PriorsimError where a number is out of its range.
    """
    check_rules(rules, word_bits)
    prior, found = named_prior("solomonoff", gamma=gamma), []
    for place, number in enumerate(rules):
        found.append(_size(word_bits, number, observations, (max_bits, code_bits), prior, workers))
        if progress is not None:
            progress(Progress(place + 1, len(rules)))
    return joined([found], max_bits=max_bits, code_bits=code_bits, gamma=gamma)


def joined(parts: Sequence[Sequence[Size]], *, max_bits: int, code_bits: int, gamma: float) -> Diversity:
    """Sizes of several words together, each with its laws."""
    return Diversity(
        dialect=DIALECT,
        depth=DEPTH,
        gamma=gamma,
        bound_bits=max_bits,
        code_bits=code_bits,
        sizes=tuple(size for part in parts for size in part),
        laws=tuple(law for part in parts for law in laws(part)),
    )


def check_rules(rules: Sequence[int], word_bits: int) -> None:
    """Raise WorldError where words are not of WORD_BITS, or rules are more than words."""
    if word_bits not in WORD_BITS:
        raise WorldError(f"words of {word_bits} bits: choose {' or '.join(map(str, WORD_BITS))}")
    for number in rules:
        if not 1 <= number <= 2**word_bits:
            raise WorldError(f"{number} rules: choose 1 to {2**word_bits}, the words of {word_bits} bits")


def parse_rules(text: str) -> tuple[int, ...]:
    """Numbers of rules from a list such as ``2,4,8``; WorldError where it is no such list.

    >>> parse_rules("4, 2")
    (2, 4)
    """
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() and len(part) < 3 for part in parts):
        raise WorldError(f"--rules {quoted(text)} cannot be read: write numbers of rules as 2,4,8")
    return tuple(sorted({int(part) for part in parts}))


def parse_observations(text: str) -> tuple[str, ...]:
    """Names from a list such as ``next,skew``, or all; WorldError where one is none of EVERY_WORD.

    >>> parse_observations("skew, next")
    ('skew', 'next')
    """
    if text.strip() == "all":
        return EVERY_WORD
    names = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
    for name in names:
        if name not in EVERY_WORD:
            raise WorldError(f"--observe {quoted(text)}: choose all, or some of {', '.join(EVERY_WORD)}")
    return names


def _size(
    word_bits: int, rules: int, observations: Sequence[str], bounds: tuple[int, int], prior: Prior, workers: int
) -> Size:
    queries = min(2**word_bits, MAX_PACKED_BITS // (word_bits * rules))
    worlds = [task_world(word_bits, seen, asked, rules, queries) for seen in observations for asked in QUESTIONS_ASKED]
    header = make_header(DIALECT, bounds[0], domain=worlds[0].domain, depth=DEPTH)
    check_affordable(header.language, bounds[1])
    atlas = take_census(header, workers=workers)
    terms = DataTerms(header.language, worlds[0].domain, bounds[1], workers=workers)
    examples = [len(lanes) for lanes in lessons(rules, queries)]
    courses, settled = [], 0
    for world in worlds:
        found = [(NOTHING, False)] * len(examples)
        for place, lanes in enumerate(lessons(rules, queries)):
            counted = _posterior(atlas, terms, world.trained_on(lanes))
            found[place] = heaviest(counted, prior), is_settled(counted)
            if found[place][0] == NOTHING:  # What fits nothing fits no more examples.
                break
        courses.append([way for way, _ in found])
        settled += sum(each for _, each in found)
    return Size(
        word_bits=word_bits,
        rules=rules,
        queries=queries,
        worlds=len(worlds),
        settled=settled / (len(worlds) * len(examples)),
        leaders=tuple(
            Leaders(number, *(Counter(at)[name] for name in (*WAYS, NOTHING)))
            for number, at in zip(examples, zip(*courses, strict=True), strict=True)
        ),
        flips=tuple(_flips(examples, courses)),
    )


def _posterior(atlas: Atlas, terms: DataTerms, world: World) -> DataCounts:
    """Code and programs with data that fit a world; there is too little to do for more than one thread."""
    return join_counts(histogram(atlas, world), count_fitting_data(terms, world, workers=1))


def _flips(examples: Sequence[int], courses: Sequence[Sequence[str]]) -> Iterator[Flip]:
    turns = [flips(examples, each) for each in courses]
    for before in WAYS:
        for after in WAYS:
            met: Any = [each[before, after] for each in turns if (before, after) in each]
            spread = quartiles(np.array(met, dtype=np.float64))
            if spread is not None:
                yield Flip(before, after, len(met), spread)


def laws(sizes: Sequence[Size]) -> Iterator[Law]:
    """How N* of each flip goes with the number of rules, in sizes of one word size."""
    for before in WAYS:
        for after in WAYS:
            met = [
                (size, flip) for size in sizes for flip in size.flips if (flip.before, flip.after) == (before, after)
            ]
            if not met:
                continue
            rules, worlds = tuple(size.rules for size, _ in met), tuple(flip.worlds for _, flip in met)
            found = course(rules, [flip.examples[1] for _, flip in met])
            yield Law(
                word_bits=met[0][0].word_bits,
                before=before,
                after=after,
                rules=rules,
                worlds=worlds,
                few=min(worlds) < LEAST_WORLDS,
                exponent=None if found is None else found.exponent,
                exponent_range=None if found is None else found.exponent_range,
            )
