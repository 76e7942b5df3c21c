"""Which inner programs searches over programs choose, and at what price of time they would be chosen without a search.

An outer search over programs is one of the dialect `nested` (docs/language.md section 7): of class search, with a find
or argmax whose bound variable is what an apply runs. Every one of them up to a bound is listed, and the table of
every such body is run, so that for each lane it is known which inner program was chosen, and which would have done as
well. All that is exact; weighing is in floats. docs/measures.md defines the numbers.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import inf
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import AtlasHeader
from priorsim.census.programs import Programs, list_programs
from priorsim.census.recurrence import program_counts
from priorsim.census.take import make_header, unchecked_header
from priorsim.census.wide import run_codes
from priorsim.errors import CensusError
from priorsim.formats import format_csv
from priorsim.measure import keys
from priorsim.measure.histogram import mean_steps
from priorsim.mu.code import encode, length
from priorsim.mu.dialect import FORMS, NESTED
from priorsim.mu.domain import Domain
from priorsim.mu.inner import INNER, INNER_WORD_BITS, inner_programs
from priorsim.mu.interpreter import Accounting, run
from priorsim.mu.lesions import ProgramClass, classify
from priorsim.mu.syntax import Apply, Program, Term, Var, format_program, subterms
from priorsim.priors import Prior
from priorsim.storage import begins_with
from priorsim.table import groups

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Mask = NDArray[np.bool_]

WORD_BITS, MAX_BITS = 8, 28
GAMMAS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
FORM_NAMES = ("find", "argmax", "both")
LEADING = 8
"""So many of the inner programs that are chosen most are told by name."""
MOST_PROGRAMS = 10_000_000
"""Programs that are listed at most; a million takes some 100 MB."""
STEEPEST = 512.0
"""An inner gamma beyond it counts as infinite."""
_HEAD = (
    *("form", "gamma", "inner_gamma", "bits_chosen", "bits_alike", "bits_prior"),
    *("log2_steps_chosen", "log2_steps_alike", "log2_steps_prior", "search_chosen", "search_alike", "search_prior"),
)


# --- the choices ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Inner:
    """The inner programs that have a number: bits, mean steps, which are of class search; shape (numbers,)."""

    bits: F64
    steps: F64
    searches: Mask

    @property
    def times(self) -> F64:
        """log2 of the mean steps."""
        return np.log2(self.steps)

    @classmethod
    def of(cls, word_bits: int) -> "Inner":
        """Those that words of so many bits reach."""
        domain, programs = Domain.default(INNER_WORD_BITS), inner_programs()[: 2**word_bits]
        steps = [run(program, domain).steps[Accounting.TOTAL] / len(domain.lanes) for program in programs]
        searches = [classify(program, domain) is ProgramClass.SEARCH for program in programs]
        bits = np.array([length(program, INNER) for program in programs], dtype=np.float64)
        return cls(bits, np.array(steps), np.array(searches))


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """What outer searches choose: a choice for each of their nodes and each lane where the node finds anything.

    `program`, `is_find`, `chosen` and `alike`, shape (choices,), have the number of the outer program, whether the node
    is a find, the inner program chosen, and the row of `sets`, shape (sets, numbers), of those that do as well: the
    hits of a find, the greatest of an argmax. A program shares its weight evenly among its choices.
    """

    programs: Programs
    inner: Inner
    program: I64
    is_find: Mask
    chosen: I64
    alike: I64
    sets: Mask

    @classmethod
    def of(cls, programs: Programs) -> "Choices":
        """All choices of a list of programs of the dialect `nested`."""
        searching = np.flatnonzero(programs.strict != programs.behaviour)
        nodes: dict[tuple[str, Term], int] = {}
        sites = [
            (number, nodes.setdefault(node, len(nodes)))
            for number in searching.tolist()
            for node in searches_over_programs(programs.program(number).term)
        ]
        owner, which = np.array(sites, dtype=np.int64).reshape(-1, 2).T
        takes = _takes(programs, list(nodes))
        site, lane = np.nonzero(np.logical_or.reduce(takes, axis=1)[which])
        found = takes[which[site], :, lane]
        first, alike = groups(*np.packbits(found, axis=1).T) if len(found) else (site, site)
        is_find = _are_find(nodes)[which[site]]
        inner = Inner.of(programs.header.language.word_bits)
        return cls(programs, inner, owner[site], is_find, found.argmax(axis=1), alike, found[first])

    def of_form(self, form: str) -> Mask:
        """The choices of find, of argmax, or of both."""
        both = np.ones(len(self.program), dtype=np.bool_)
        return both if form == "both" else self.is_find if form == "find" else ~self.is_find

    def weights(self, gamma: float, chosen: Mask) -> F64:
        """The weights of these choices under 2^-l t^-gamma of their programs, adding up to 1; shape (chosen,)."""
        numbers, places = np.unique(self.program, return_inverse=True)
        rows = self.programs.take(numbers)
        log2 = Prior("choices", gamma=gamma).log2_weight(
            rows.bits, mean_steps(rows.header, rows.steps), np.zeros(len(rows))
        )
        own = log2[places[chosen]]
        shares = np.exp2(own - own.max(initial=-inf)) / np.bincount(places)[places[chosen]]
        weights: F64 = shares / shares.sum()
        return weights


def searches_over_programs(term: Term) -> Iterator[tuple[str, Term]]:
    """The form and the body of every find and argmax whose variable is what an apply in its body runs."""
    for node in subterms(term):
        if isinstance(node, Apply) and FORMS[node.form].is_search:
            (body,) = node.args
            if any(
                isinstance(each, Apply) and each.form == "apply" and each.args[0] == Var(0) for each in subterms(body)
            ):
                yield node.form, body


def _takes(programs: Programs, nodes: Sequence[tuple[str, Term]]) -> Mask:
    """Which inner programs each node would take, where it had no order: shape (nodes, numbers, lanes).

    A body is run as a program of one more column, its bound variable, in a lane for each setting.
    """
    domain, size = programs.header.domain, 2**programs.header.language.word_bits
    lanes = tuple((number, *lane) for number in range(size) for lane in domain.lanes)
    settings = Domain(domain.word_bits, lanes, ("c", *domain.columns))
    header = unchecked_header(NESTED.name, 2, domain=settings)
    codes = [encode(Program(body), header.language) for _, body in nodes]
    longest = max(map(len, codes), default=2)
    header = unchecked_header(NESTED.name, longest, domain=settings)
    words = run_codes(header, np.array([int(f"1{code}", 2) for code in codes], dtype=np.uint64))
    table = words.reshape(len(nodes), size, len(domain.lanes))
    greatest = table == table.max(axis=1, keepdims=True, initial=0)
    taken: Mask = np.where(_are_find(nodes)[:, None, None], table != 0, greatest)
    return taken


def _are_find(nodes: Iterable[tuple[str, Term]]) -> Mask:
    """Which of these nodes are a find."""
    return np.array([form == "find" for form, _ in nodes], dtype=np.bool_)


# --- weighing -------------------------------------------------------------------------------------


def plain_weights(inner: Inner, sets: Mask, gamma: float) -> F64:
    """The weights 2^-l t^-gamma of the inner programs in each set, adding up to 1; shape of `sets`."""
    log2 = np.where(sets, -(inner.bits + gamma * inner.times), -inf)
    weights = np.exp2(log2 - log2.max(axis=1, keepdims=True))
    found: F64 = weights / weights.sum(axis=1, keepdims=True)
    return found


def inner_gamma(inner: Inner, sets: Mask, weights: F64, chosen: I64, alike: I64) -> float | None:
    """The gamma' at which plain weights give the mean log2 t of what was chosen; None where all do the same.

    `inf` where every choice takes the fastest of those that do as well, `-inf` where every choice takes the slowest.
    """
    from scipy.optimize import brentq

    fastest = np.where(sets, inner.times, inf).min(axis=1)
    slowest = np.where(sets, inner.times, -inf).max(axis=1)
    above = inner.times[chosen] - fastest[alike]
    if not above.any():
        return None if np.array_equal(fastest[alike], slowest[alike]) else inf
    if np.array_equal(inner.times[chosen], slowest[alike]):
        return -inf
    by_set = np.bincount(alike, weights, len(sets))
    excess, goal = np.where(sets, inner.times - fastest[:, None], 0.0), np.log(weights @ above)

    def too_slow(gamma: float) -> float:
        """Falls as gamma rises; what is left of both logarithms is well above rounding."""
        plain = (plain_weights(inner, sets, gamma) * excess).sum(axis=1)
        return float(np.log(by_set @ plain) - goal)

    low, high = -1.0, 1.0
    while too_slow(low) < 0:
        low *= 2
        if low < -STEEPEST:
            return -inf
    while too_slow(high) > 0:
        high *= 2
        if high > STEEPEST:
            return inf
    return float(brentq(too_slow, low, high, xtol=1e-9))


class Means(msgspec.Struct, frozen=True):
    """Means over what was chosen, over plain weights of what does as well, and over the whole inner prior."""

    chosen: float
    alike: float
    prior: float


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one form of search chooses at one price of time."""

    form: Annotated[str, keys.says("the form of the node: `find`, `argmax` or `both`")]
    gamma: Annotated[float, keys.says("the price of time of the outer prior 2^-l t^-gamma")]
    inner_gamma: Annotated[
        float | None,
        keys.says(
            "the price of time of a plain prior with the mean log2 t of what is chosen; `inf` where always the fastest "
            "that does as well is chosen, null where all that do as well take equally long"
        ),
    ]
    bits: Annotated[Means, keys.says("length of the inner programs")]
    log2_steps: Annotated[Means, keys.says("log2 of their mean steps")]
    search: Annotated[Means, keys.says("share of them that is of class search")]


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """An inner program that is chosen."""

    number: int
    program: str
    bits: int
    steps: Annotated[float, keys.says("mean steps")]
    searches: Annotated[bool, keys.says("whether it is of class search")]
    shares: Annotated[tuple[float, ...], keys.says("its share of the choices at each gamma")]


class Nested(keys.Answer, frozen=True, kw_only=True):
    """What `priorsim nested --json` prints."""

    word_bits: keys.WordBits
    bound_bits: keys.BoundBits
    inner_programs: Annotated[int, keys.says("inner programs that have a number")]
    inner_searches: Annotated[int, keys.says("those of class search")]
    searches: Annotated[int, keys.says("outer searches over programs within the bound")]
    worlds: Annotated[int, keys.says("how many distinct behaviours they have")]
    choices: Annotated[int, keys.says("their nodes and lanes in which an inner program is found")]
    chosen_programs: Annotated[int, keys.says("distinct inner programs that are chosen")]
    gammas: Annotated[tuple[float, ...], keys.says("the prices of time that were asked about")]
    outcomes: Annotated[tuple[Outcome, ...], keys.says("by form, and by gamma as listed; no form without a choice")]
    leading: Annotated[tuple[Chosen, ...], keys.says("those chosen most at any of these gammas")]

    def of(self, form: str) -> tuple[Outcome, ...]:
        """The outcomes of one form, by gamma."""
        return tuple(each for each in self.outcomes if each.form == form)

    def to_csv(self) -> str:
        """A line for each form and gamma, with the names of `_HEAD`."""
        return format_csv(
            _HEAD,
            [
                (each.form, each.gamma, each.inner_gamma, *(number for means in _means(each) for number in means))
                for each in self.outcomes
            ],
        )


def _means(outcome: Outcome) -> Iterator[tuple[float, ...]]:
    return (msgspec.structs.astuple(each) for each in (outcome.bits, outcome.log2_steps, outcome.search))


def is_nested(path: Path) -> bool:
    """Whether a file is the CSV of what `nested` finds."""
    return begins_with(path, f"{','.join(_HEAD)}\n")


def nested(word_bits: int = WORD_BITS, max_bits: int = MAX_BITS, gammas: Sequence[float] = GAMMAS) -> Nested:
    """What outer searches over programs choose, a lane for each input of an inner program.

    PriorsimError where a number is out of range.
    """
    domain = Domain(word_bits, tuple((word,) for word in range(2**INNER_WORD_BITS)))
    header = make_header(NESTED.name, max_bits, domain=domain)
    _check_number(header)
    return nested_of(Choices.of(list_programs(header)), gammas)


def _check_number(header: AtlasHeader) -> None:
    """Raise CensusError where there are too many programs to list."""
    counts = list(accumulate(program_counts(header.language, header.max_bits)))
    if counts[-1] > MOST_PROGRAMS:
        raise CensusError(
            f"{counts[-1]:,} programs up to {header.max_bits} bits are too many to list: "
            f"give --max-bits {sum(count <= MOST_PROGRAMS for count in counts) - 1} or less"
        )


def nested_of(found: Choices, gammas: Sequence[float]) -> Nested:
    """What these choices are at each price of time."""
    programs, inner = found.programs, found.inner
    searches = np.unique(found.program)
    forms = [form for form in FORM_NAMES if found.of_form(form).any()]
    return Nested(
        word_bits=programs.header.language.word_bits,
        bound_bits=programs.header.max_bits,
        inner_programs=len(inner.bits),
        inner_searches=int(inner.searches.sum()),
        searches=len(searches),
        worlds=len(np.unique(programs.behaviour[searches])),
        choices=len(found.program),
        chosen_programs=len(np.unique(found.chosen)),
        gammas=tuple(map(float, gammas)),
        outcomes=tuple(_outcome(found, form, float(gamma)) for form in forms for gamma in gammas),
        leading=_leading(found, gammas),
    )


def _outcome(found: Choices, form: str, gamma: float) -> Outcome:
    which, inner = found.of_form(form), found.inner
    weights, chosen, alike = found.weights(gamma, which), found.chosen[which], found.alike[which]
    by_set = np.bincount(alike, weights, len(found.sets))
    plain = by_set @ plain_weights(inner, found.sets, gamma)
    prior = plain_weights(inner, np.full((1, len(inner.bits)), True), gamma)[0]

    def means(values: NDArray[Any]) -> Means:
        return Means(float(weights @ values[chosen]), float(plain @ values), float(prior @ values))

    return Outcome(
        form=form,
        gamma=gamma,
        inner_gamma=inner_gamma(inner, found.sets, weights, chosen, alike),
        bits=means(inner.bits),
        log2_steps=means(inner.times),
        search=means(inner.searches.astype(np.float64)),
    )


def _leading(found: Choices, gammas: Sequence[float]) -> tuple[Chosen, ...]:
    """The inner programs with the largest share of the choices at any price, those first that are met first."""
    every, size = found.of_form("both"), len(found.inner.bits)
    if not len(every):
        return ()
    shares = np.array([np.bincount(found.chosen, found.weights(gamma, every), size) for gamma in gammas])
    order = np.argsort(-shares.max(axis=0), kind="stable")[:LEADING]
    return tuple(
        Chosen(
            number=number,
            program=format_program(inner_programs()[number]),
            bits=int(found.inner.bits[number]),
            steps=float(found.inner.steps[number]),
            searches=bool(found.inner.searches[number]),
            shares=tuple(shares[:, number].tolist()),
        )
        for number in order.tolist()
        if shares[:, number].any()
    )
