"""One question at several sizes: how long search and direct code are, and where they cross, as worlds grow.

A question is an inverse world on all words of w bits, all of which train. What fits is counted up to B bits: from a
census where the domain is not wide, by filter and verify where it is. A class without a program up to B is censored:
its shortest program has more than B bits, and no more than one that is written by hand or, for direct code, than the
table of all answers. So every number is an interval; docs/measures.md says what it holds.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import inf, log2
from pathlib import Path
from typing import Annotated

import msgspec

from priorsim.census.atlas import Atlas, AtlasHeader
from priorsim.census.progress import Progress
from priorsim.census.take import make_header, take_census
from priorsim.census.witness import key_of
from priorsim.errors import WorldError
from priorsim.formats import format_csv
from priorsim.measure import keys
from priorsim.measure.data import table_bits
from priorsim.measure.histogram import CLASSES, DIRECT, SEARCH, Cells, Histogram, histogram, mean_steps
from priorsim.measure.mass import End, Interval, kt
from priorsim.measure.wide import count_wide
from priorsim.mu.code import length
from priorsim.mu.domain import Domain
from priorsim.mu.lesions import classify
from priorsim.mu.syntax import parse
from priorsim.reading import quoted
from priorsim.storage import begins_with
from priorsim.worlds import World, find_world

SIZES = (2, 3, 4, 5, 6, 8)
MAX_BITS = 34
DEPTH = 1
"""At every size the same, so that all sizes have one code; binders two deep are too much for 8 bits on all lanes."""
DIALECT = "arith"
_HEAD = (
    *("question", "word_bits", "lanes", "bound_bits", "programs", "table_bits"),
    *("written_direct_bits", "written_direct_steps", "written_search_bits", "written_search_steps"),
    *("l_min_direct", "l_min_disguised", "l_min_search", "kt_min_direct", "kt_min_disguised", "kt_min_search"),
    *("delta_l_low_from", "delta_l_low_to", "delta_l_high_from", "delta_l_high_to"),
    *("gamma_star_low_from", "gamma_star_low_to", "gamma_star_high_from", "gamma_star_high_to"),
)


# --- questions ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Question:
    """A name, the member of the family `inverse` that it is at each size, and direct code and search, by hand."""

    name: str
    member: str
    direct: Callable[[World], str]
    search: str | None = None

    def world(self, word_bits: int) -> World:
        """The question at a size, on all words, all of which train."""
        size = 2**word_bits
        return find_world(f"inverse.w{word_bits}-{self.member}-l{size}").trained_on(range(size))


def _answers(world: World) -> list[int]:
    return [min(words) for words in world.acceptable]


def _steps_up(world: World) -> str:
    """One comparison for each word at which the answer goes up by 1, added up."""
    answers = _answers(world)
    ups = [x for x in range(len(answers) - 1) if answers[x + 1] > answers[x]]
    text = f"(lt {ups[-1]} x)"
    for up in reversed(ups[:-1]):
        text = f"(add (lt {up} x) {text})"
    return text


def _cases(world: World) -> str:
    """One comparison for each word whose answer is not 0."""
    text = "0"
    for x, answer in reversed(list(enumerate(_answers(world)))):
        if answer:
            text = f"(if (eq x {x}) {answer} {text})"
    return text


def _power(world: World) -> str:
    """The least power that is 1 / x for every odd x, and 0 for every even one."""
    bits = world.domain.word_bits
    order = 2 ** max(1, bits - 2)
    exponent = next(e for e in range(bits, bits + order + 1) if (e + 1) % order == 0)
    return f"(iter {exponent - 1} x (s) (mul s x))"


QUESTIONS = (
    # x - c c is less than 2 c + 1 first where c is the root: up to there nothing overflows.
    Question("isqrt", "floor-square", _steps_up, "(find (c) (lt (sub x (mul c c)) (add c (add c 1))))"),
    Question("root", "least-square", _cases),
    Question("inverse", "quotient-one", _power),
    Question("log2", "floor-power2", _steps_up),
    Question("half", "floor-times2", lambda _: "(iter x x (s) (sub x (add s (lt s (sub x s)))))"),
)


def find_question(name: str) -> Question:
    """The question of that name; WorldError where there is none."""
    for question in QUESTIONS:
        if question.name == name:
            return question
    raise WorldError(f"unknown question {quoted(name)}: choose among {', '.join(each.name for each in QUESTIONS)}")


def parse_sizes(text: str) -> tuple[int, ...]:
    """Word sizes from a list such as ``2,3,8``; WorldError where it is none of SIZES.

    >>> parse_sizes("2, 8")
    (2, 8)
    """
    known = {str(bits): bits for bits in SIZES}
    parts = [part.strip() for part in text.split(",")]
    for part in parts:
        if part not in known:
            raise WorldError(f"--sizes {quoted(text)}: {quoted(part)} is not a size: choose among {', '.join(known)}")
    return tuple(known[part] for part in parts)


# --- answers --------------------------------------------------------------------------------------


class Written(msgspec.Struct, frozen=True):
    """A program written by hand."""

    program: str
    bits: int
    steps: float

    @property
    def line(self) -> "Line":
        """Its bits, and log2 of its steps."""
        return float(self.bits), log2(self.steps)


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """A question at one size; null is none up to the bound, and an open end of an interval."""

    question: str
    word_bits: keys.WordBits
    lanes: keys.Lanes
    bound_bits: keys.BoundBits
    programs: Annotated[int, keys.says("those that fit, within the bound")]
    table_bits: Annotated[int, keys.says("the length of the table of all answers")]
    written_direct: Annotated[
        Written | None,
        keys.says("direct code by hand, its length and its mean steps; null where it is none"),
    ]
    written_search: Annotated[Written | None, keys.says("search by hand")]
    l_min: Annotated[keys.ByClass[int | None], keys.says("the least l")]
    kt_min: Annotated[keys.ByClass[float | None], keys.says("the least l + log2 t within the bound, exact up to B + 1")]
    delta_l: Annotated[keys.Ends[Interval], keys.says("L_min(direct) - L_min(search)")]
    gamma_star: Annotated[
        keys.Ends[Interval],
        keys.says("search costs least up to the low end of the interval, direct code that is known from its high end"),
    ]


class Scaling(keys.Answer, frozen=True, kw_only=True):
    """What `priorsim scaling --json` prints."""

    dialect: keys.Dialect
    depth: Annotated[int, keys.says("how deep binders nest")]
    sizes: Annotated[tuple[Size, ...], keys.says("questions, each from its smallest size to its largest")]

    def to_csv(self) -> str:
        """A line for each question and size, with the names of `_HEAD`."""
        lines = []
        for each in self.sizes:
            numbers = (each.question, each.word_bits, each.lanes, each.bound_bits, each.programs, each.table_bits)
            ends = [end for ends in (each.delta_l, each.gamma_star) for span in ends for end in (span.low, span.high)]
            hands = (each.written_direct, each.written_search)
            written = [number for hand in hands for number in ((hand.bits, hand.steps) if hand else (None, None))]
            lines.append((*numbers, *written, *each.l_min, *each.kt_min, *ends))
        return format_csv(_HEAD, lines)


def is_scaling(path: Path) -> bool:
    """Whether a file is the CSV of a scaling table."""
    return begins_with(path, f"{','.join(_HEAD)}\n")


def scaling(
    questions: Sequence[Question] = QUESTIONS,
    sizes: Sequence[int] = SIZES,
    max_bits: int = MAX_BITS,
    *,
    workers: int = 2,
    progress: Callable[[Progress], None] | None = None,
) -> Scaling:
    """The scaling table; PriorsimError where a size or the bound is out of range."""
    for bits in sizes:
        if bits not in SIZES:
            raise WorldError(f"words of {bits} bits: choose sizes among {', '.join(map(str, SIZES))}")
    ordered = sorted(set(sizes))
    census = cache(lambda domain: _census(domain, max_bits, workers))
    found = []
    for place, (question, bits) in enumerate((question, bits) for question in questions for bits in ordered):
        world = question.world(bits)
        if world.domain.is_wide:
            cells = count_wide(world, max_bits, dialect=DIALECT, depth=DEPTH, workers=workers).histogram
        else:
            cells = histogram(census(world.domain), world)
        found.append(_size(question, world, cells))
        if progress is not None:
            progress(Progress(place + 1, len(questions) * len(ordered)))
    return Scaling(dialect=DIALECT, depth=DEPTH, sizes=tuple(found))


def _census(domain: Domain, max_bits: int, workers: int) -> Atlas:
    return take_census(make_header(DIALECT, max_bits, domain=domain, depth=DEPTH), workers=workers)


Line = tuple[float, float]
"""Of programs: their bits l, and log2 of their mean steps t; at a price gamma they cost l + gamma log2 t."""


def _size(question: Question, world: World, found: Histogram) -> Size:
    header = found.header
    table = table_bits(header.language, len(header.domain.lanes))
    direct = _written(question.direct(world), DIRECT, world, header)
    search = _written(question.search, SEARCH, world, header)
    # An entry is found in three steps: its own, and those of its index and its body.
    known = _Known(
        [(float(table), log2(3)), *(each.line for each in (direct,) if each)], [search.line] if search else []
    )
    return Size(
        question=question.name,
        word_bits=header.language.word_bits,
        lanes=len(header.domain.lanes),
        bound_bits=header.max_bits,
        programs=found.cells.programs,
        table_bits=table,
        written_direct=direct,
        written_search=search,
        l_min=keys.named(None if key is None else key.bits for key in found.shortest),
        kt_min=keys.named(None if key is None else kt(key, header) for key in found.least_kt),
        delta_l=keys.at_ends(lambda end: _delta_l(found, known, end)),
        gamma_star=keys.at_ends(lambda end: _gamma_star(found, known, end)),
    )


def _written(text: str | None, kind: int, world: World, header: AtlasHeader) -> Written | None:
    """A program written by hand; None where there is none, or it does not fit or is of another class at this size."""
    if text is None:
        return None
    program = parse(text, header.language, world.domain.columns)
    key = key_of(header, program)
    if key.behaviour != world.behaviour or classify(program, world.domain) is not CLASSES[kind]:
        return None
    return Written(text, length(program, header.language), key.steps / len(world.domain.lanes))


@dataclass(frozen=True, slots=True)
class _Known:
    """Programs that are known whatever the bound; there is direct code always."""

    direct: list[Line]
    search: list[Line]


def _delta_l(found: Histogram, known: _Known, end: End) -> Interval:
    """L_min(direct) - L_min(search)."""

    def least(kinds: Sequence[int], others: Sequence[Line]) -> tuple[float, float]:
        bits = [key.bits for kind in kinds if (key := found.shortest[kind]) is not None]
        return (min(bits), min(bits)) if bits else (found.max_bits + 1, min((each for each, _ in others), default=inf))

    direct, search = least(end.direct, known.direct), least(end.search, known.search)
    low, high = direct[0] - search[1], direct[1] - search[0]
    return Interval(None if low == -inf else low, high)


def _gamma_star(found: Histogram, known: _Known, end: End) -> Interval:
    """Up to where search costs least, and from where direct code that is known does; 0 is never, and at once.

    Direct code beyond the bound costs more than B, whatever the price of time: that is all that is known of it. Of
    search, what is within the bound or written by hand stands for all there is at the high end.
    """
    direct, search = (_lines(found, found.cells.of(kinds)) for kinds in (end.direct, end.search))
    stops = _first(search, [*direct, (float(found.max_bits + 1), 0.0)])
    if direct and not search:
        return Interval(stops, 0.0)
    search += known.search
    return Interval(stops, _first_from([*direct, *known.direct], search) if search else None)


def _lines(found: Histogram, cells: Cells) -> list[Line]:
    """Those of the cells' programs that cost least at some price."""
    steps = mean_steps(found.header, cells.steps).tolist()
    lines: list[Line] = []
    for bits, time in sorted({(float(bits), log2(t)) for bits, t in zip(cells.bits.tolist(), steps, strict=True)}):
        if not lines or time < lines[-1][1]:
            lines.append((bits, time))
    return lines


def _cost(lines: Sequence[Line], gamma: float) -> float:
    return min((bits + gamma * time for bits, time in lines), default=inf)


def _prices(lines: Sequence[Line]) -> Iterator[tuple[float, float, float]]:
    """The stretches of prices of time within which the order of these lines does not change, and a price in each."""
    met = {(a - b) / (s - t) for a, t in lines for b, s in lines if t != s}
    for low, high in pairwise([0.0, *sorted(gamma for gamma in met if gamma > 0), inf]):
        yield low, high, low + 1 if high == inf else (low + high) / 2


def _first(cheap: Sequence[Line], others: Sequence[Line]) -> float:
    """Up to which price the cheap ones cost less than all others."""
    stops = 0.0
    for _, high, within in _prices([*cheap, *others]):
        if _cost(cheap, within) >= _cost(others, within):
            break
        stops = high
    return stops


def _first_from(cheap: Sequence[Line], others: Sequence[Line]) -> float | None:
    """From which price on the cheap ones cost less than all others, at first."""
    return next(
        (low for low, _, within in _prices([*cheap, *others]) if _cost(cheap, within) < _cost(others, within)), None
    )
