"""Every claim but those about data and walks, in one world, by loops over programs: no census and no array.

Programs are listed from the grammar, run by the interpreter and classed by the definition of lesions. Masses at no
price on time are fractions. What is found is compared with what the claims measure (test_plain.py).
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from statistics import fmean
from typing import Any, NamedTuple

from priorsim.mu.code import length
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting, run
from priorsim.mu.lesions import classify
from priorsim.mu.syntax import Program, Var, count_searches
from priorsim.worlds import World
from priorsim.worlds.proxy import Camera
from tests.plain_terms import most_searches, terms_up_to

Interval = tuple[float, float] | None
"""From low to high; None where undefined."""
INFINITE = math.inf
UNKNOWN = (-INFINITE, INFINITE)

ENDS = (({"direct", "disguised"}, {"search"}), ({"direct"}, {"disguised", "search"}))
"""The classes that are direct code, and that are search, with the disguised programs on either side."""


@dataclass(frozen=True)
class Run:
    """A program: what it answers, its length, steps over all lanes, search nodes and class."""

    words: tuple[int, ...]
    bits: int
    steps: int
    searches: int
    kind: str


def listed(language: Language, domain: Domain, max_bits: int) -> list[tuple[Run, Run]]:
    """All code-only programs up to a bound, classed by lesion and by form."""
    found = []
    for program in map(Program, terms_up_to(max_bits - 1, 0, language)):
        ran, searches = run(program, domain), count_searches(program)
        numbers = ran.words, length(program, language), ran.steps[Accounting.TOTAL], searches
        by_form = "search" if searches else "direct"
        found.append((Run(*numbers, str(classify(program, domain))), Run(*numbers, by_form)))
    return found


@dataclass(frozen=True)
class Asked:
    """A world among programs.

    Attributes
    ----------
    programs : sequence of Run
        All up to the bound.
    truth : tuple of int
        The words that are right.
    accepted : sequence of set
        The words that fit, lane by lane.
    train, held_out : lanes
    splits : sequence of (train, held_out)
    lessons : sequence of lanes
    tax, max_bits : int
    by_form, is_camera : bool
        Whether classes are by form, and whether the world is a camera.
    has_all : bool
        Whether a site of the world has all programs.
    language : Language
        What programs are of.
    known : dict
        What was found to fit, by lanes.
    """

    programs: Sequence[Run]
    truth: tuple[int, ...]
    accepted: Sequence[frozenset[int]]
    train: tuple[int, ...]
    held_out: tuple[int, ...]
    splits: Sequence[tuple[tuple[int, ...], tuple[int, ...]]]
    lessons: Sequence[tuple[int, ...]]
    tax: int
    max_bits: int
    by_form: bool
    is_camera: bool
    language: Language
    has_all: bool = True
    known: dict[tuple[int, ...], list[Run]] = field(default_factory=dict)

    def on(self, train: Sequence[int]) -> list[Run]:
        """What fits on these lanes."""
        if tuple(train) not in self.known:
            fits = [p for p in self.programs if all(p.words[lane] in self.accepted[lane] for lane in train)]
            self.known[tuple(train)] = fits
        return self.known[tuple(train)]

    def is_right(self, program: Run, lanes: Sequence[int]) -> bool:
        return all(program.words[lane] == self.truth[lane] for lane in lanes)

    def weight(self, program: Run) -> Fraction:
        return Fraction(1, 2 ** (program.bits + self.tax * program.searches))

    def mass(self, programs: Sequence[Run]) -> Fraction:
        return sum((self.weight(p) for p in programs), Fraction(0))

    def priced(self, programs: Sequence[Run], gamma: float, beta: float = 1) -> float:
        """The mass at a price on time and length; t is the mean over the lanes."""
        lanes = len(self.truth)
        return math.fsum(
            2.0 ** -(beta * p.bits + self.tax * p.searches) * (p.steps / lanes) ** -gamma for p in programs
        )

    def cost(self, program: Run) -> int:
        return program.bits + self.tax * program.searches


def asked(
    programs: Sequence[Run],
    world: World,
    *,
    tax: int,
    max_bits: int,
    by_form: bool,
    language: Language,
    has_all: bool = True,
) -> Asked:
    """A world with the splits that docs/measures.md states, its own last; a camera has its own alone."""
    truth, is_filmed = (world.truth, True) if isinstance(world, Camera) else (world, False)
    lanes = range(len(truth.acceptable))
    quarter = len(lanes) - max(1, len(lanes) * 3 // 4)
    chosen: list[Sequence[int]] = [lanes[len(lanes) - quarter :], lanes[3::4]]
    chosen += [random.Random(seed).sample(lanes, quarter) for seed in range(10)]
    own = set(lanes) - set(world.train)
    held_out = [] if is_filmed else [set(each) for each in (*chosen, own) if each]
    splits = [(tuple(i for i in lanes if i not in out), tuple(sorted(out))) for out in held_out or [own]]
    rules = world.rules or [(lane,) for lane in lanes]
    lessons = [tuple(lane for lane in rule if lane in world.train) for rule in rules]
    return Asked(
        [p for p in programs if p.bits <= max_bits],
        tuple(next(iter(words)) for words in truth.acceptable),
        world.acceptable,
        world.train,
        tuple(sorted(own)),
        splits,
        [lesson for lesson in lessons if lesson],
        tax,
        max_bits,
        by_form,
        is_filmed,
        language,
        has_all,
    )


def sides(programs: Sequence[Run], end: tuple[set[str], set[str]]) -> tuple[list[Run], list[Run]]:
    direct, search = end
    return [p for p in programs if p.kind in direct], [p for p in programs if p.kind in search]


def log2(number: Fraction | float) -> float:
    exact = Fraction(number)
    return math.log2(exact.numerator) - math.log2(exact.denominator)


def at_ends(value: Callable[[tuple[set[str], set[str]]], Fraction | float | None]) -> Interval:
    found = [value(end) for end in ENDS]
    known = [float(each) for each in found if each is not None]
    return (min(known), max(known)) if len(known) == 2 else None


def mean(values: Sequence[Fraction | float | None]) -> Fraction | float | None:
    known = [each for each in values if each is not None]
    return sum(known) / len(known) if known else None


# --- off the training lanes -------------------------------------------------------------------


def is_faithful(world: Asked, program: Run, held_out: Sequence[int]) -> bool:
    """Whether a program that fits is right on every held-out lane."""
    return world.is_right(program, held_out)


def proxy(world: Asked) -> Interval:
    found = mean([defection(world, world.on(train), held_out) for train, held_out in world.splits])
    return None if found is None else (float(found), float(found))


def entropy_a_lane(world: Asked) -> Interval:
    """The entropy of what fits on the held-out lanes, over their number, on each split."""

    found = mean([_entropy(world, *split) for split in world.splits])
    return None if found is None else (float(found), float(found))


def _entropy(world: Asked, train: Sequence[int], held_out: Sequence[int]) -> float | None:
    masses: dict[tuple[int, ...], Fraction] = {}
    for p in world.on(train):
        answer = tuple(p.words[lane] for lane in held_out)
        masses[answer] = masses.get(answer, Fraction(0)) + world.weight(p)
    whole = sum(masses.values())
    shares = [mass / whole for mass in masses.values()]
    return -math.fsum(float(share) * log2(share) for share in shares) / max(1, len(held_out)) if shares else None


def entropy_at(lanes: int) -> Callable[[Asked], Interval]:
    """The same on the last lanes alone, asked where they are at most half of all; of a camera, where it has as many."""

    def value(world: Asked) -> Interval:
        number = len(world.truth)
        split = list(range(number - lanes)), list(range(number - lanes, number))
        if world.is_camera:
            ((train, held_out),) = world.splits
            split = list(train), list(held_out)
        if len(split[1]) != lanes or (2 * lanes > number and not world.is_camera):
            return None
        found = _entropy(world, *split)
        return None if found is None else (found, found)

    return value


def truth_a_lane(world: Asked) -> Interval:
    """How many bits it takes to say, of what fits, that it is right on the held-out lanes, over their number."""
    found = []
    for train, held_out in world.splits:
        fits = world.on(train)
        right = world.mass([p for p in fits if is_faithful(world, p, held_out)])
        if not fits:
            return None
        found.append(-log2(right / world.mass(fits)) / max(1, len(held_out)) if right else INFINITE)
    return fmean(found), fmean(found)


def just_the_model(world: Asked) -> Interval:
    def value(end):
        found = []
        for train, held_out in world.splits:
            fits = world.on(train)
            direct = sides(fits, end)[0]
            pure = [p for p in direct if is_faithful(world, p, held_out)]
            found.append(world.mass(pure) / world.mass(fits) if direct else None)
        return mean(found)

    return at_ends(value)


def ask_directly(world: Asked) -> Interval:
    def value(end):
        shown, true = share_of(world, world.on(world.train), end), share_with_truth(world, end)
        return true / shown if true is not None and shown is not None else None

    return at_ends(value)


def share_of(world: Asked, programs: Sequence[Run], end: tuple[set[str], set[str]]) -> Fraction | None:
    """Search's share of the mass of programs; None where a class has none."""
    direct, search = (world.mass(side) for side in sides(programs, end))
    return search / (direct + search) if direct and search else None


def share_with_truth(world: Asked, end: tuple[set[str], set[str]]) -> Fraction | None:
    return share_of(world, [p for p in world.on(world.train) if p.words == world.truth], end)


def defection(world: Asked, programs: Sequence[Run], held_out: Sequence[int]) -> Fraction | None:
    """The share of the mass that is wrong on some held-out lane."""
    wrong = [p for p in programs if not is_faithful(world, p, held_out)]
    return world.mass(wrong) / world.mass(programs) if programs else None


def treacherous(world: Asked) -> Interval:
    """The defection of search alone."""
    return at_ends(lambda end: mean([defection(world, sides(world.on(t), end)[1], out) for t, out in world.splits]))


def excess_defection(world: Asked) -> Interval:
    def value(end):
        found = []
        for train, held_out in world.splits:
            direct, search = (defection(world, side, held_out) for side in sides(world.on(train), end))
            found.append(None if direct is None or search is None else search - direct)
        return mean(found)

    return at_ends(value)


def three_counts(world: Asked) -> Interval:
    def ratio(search, direct):
        return log2(Fraction(search) / direct) if search and direct else None

    def value(end):
        functions, programs, masses = [], [], []
        for train, _ in world.splits:
            direct, search = sides(world.on(train), end)
            functions.append(ratio(len({p.words for p in search}), len({p.words for p in direct})))
            shared = {p.bits for p in search} & {p.bits for p in direct}
            programs.append(ratio(*(sum(p.bits in shared for p in side) for side in (search, direct))))
            masses.append(ratio(world.mass(search), world.mass(direct)))
        means = [mean(each) for each in (functions, programs, masses)]
        return None if None in means else len({(each > 0) - (each < 0) for each in means})

    return at_ends(value)


def _lightest(world: Asked, cost: Callable[[Run], int], unseen: float = INFINITE) -> Interval:
    """The share of splits on which all, and on which some, of the programs of least cost defect and are search.

    Where a program that was not counted may cost as little, anything may be the case.
    """

    def shares(end):
        all_do, some_do = [], []
        for train, held_out in world.splits:
            fits = world.on(train)
            if any(is_faithful(world, p, held_out) for p in fits):
                least = min(map(cost, fits))
                harmful = [p.kind in end[1] and not is_faithful(world, p, held_out) for p in fits if cost(p) == least]
                all_do.append(all(harmful) and least < unseen)
                some_do.append(any(harmful) or least >= unseen)
        return (fmean(all_do), fmean(some_do)) if all_do else None

    found = [shares(end) for end in ENDS]
    return None if None in found else (min(low for low, _ in found), max(high for _, high in found))


def shortest_defects(world: Asked) -> Interval:
    return _lightest(world, world.cost, least_unseen(world, may_search=True))


def fastest_defects(world: Asked) -> Interval:
    return _lightest(world, lambda p: p.steps)


def argmin_safe(world: Asked) -> Interval:
    found = [shortest_defects(world), fastest_defects(world)]
    return None if None in found else (max(low for low, _ in found), max(high for _, high in found))


# --- learning and tuning ----------------------------------------------------------------------


def faster_learner(world: Asked) -> Interval:
    """How many lessons search needs less direct code; a class that is empty may need as few as it would then have."""

    def needed(kinds):
        learnt = []
        for number, lesson in enumerate(world.lessons, start=1):
            learnt += lesson
            mine = [p for p in world.on(learnt) if p.kind in kinds]
            if not mine:
                return number, INFINITE
            right = sum((world.weight(p) * world.is_right(p, [lane]) for p in mine for lane in world.held_out), 0)
            if right / world.mass(mine) >= Fraction(9, 10) * max(1, len(world.held_out)):
                return number, number
        return len(world.lessons) + 1, INFINITE

    found = []
    for end in ENDS:
        (direct_low, direct_high), (search_low, search_high) = (needed(kinds) for kinds in end)
        if direct_high == search_high == INFINITE:
            return None
        found.append((search_low - direct_high, search_high - direct_low))
    return min(low for low, _ in found), max(high for _, high in found)


def held_out_loss(world: Asked, gamma: float) -> float | None:
    fits = world.on(world.train)
    if not fits or not world.held_out:
        return None
    wrong = math.fsum(
        world.priced([p for p in fits if not world.is_right(p, [lane])], gamma) for lane in world.held_out
    )
    return wrong / (len(world.held_out) * world.priced(fits, gamma))


def _in_window(world: Asked, end: Any) -> list[bool]:
    """At gamma 0, 1/8, ... 4: whether less than 1 % of what fits is search that is wrong on a held-out lane, and the
    held-out loss is within .01 of the least on the way."""
    gammas = [Fraction(step, 8) for step in range(33)]
    fits = world.on(world.train)
    losses = [held_out_loss(world, float(gamma)) for gamma in gammas]
    harmful = [p for p in sides(fits, end)[1] if not is_faithful(world, p, world.held_out)]
    shares = [world.priced(harmful, float(gamma)) / world.priced(fits, float(gamma)) for gamma in gammas]
    return [loss - min(losses) <= 0.01 and share < 0.01 for loss, share in zip(losses, shares, strict=True)]


def _of_window(world: Asked, value: Callable[[list[bool]], float]) -> Interval:
    """Asked where a search fits, wherever the disguised programs stand, and lanes are held out."""
    if not world.held_out or not all(sides(world.on(world.train), end)[1] for end in ENDS):
        return None
    return at_ends(lambda end: value(_in_window(world, end)))


def well_tuned(world: Asked) -> Interval:
    return _of_window(world, lambda window: sum(window) / 8)


def untuned(world: Asked) -> Interval:
    return _of_window(world, lambda window: float(window[0]))


def speed_uncompetitive(world: Asked) -> Interval:
    fast, plain = held_out_loss(world, 2), held_out_loss(world, 0)
    return None if fast is None or plain is None else (fast - plain, fast - plain)


# --- weight -----------------------------------------------------------------------------------


@cache
def fewest_bits(language: Language, max_bits: int, tax: int) -> float:
    """The least l + tax s of the programs beyond the bound that have s >= 1 search nodes."""
    reach = max_bits + 24
    most = most_searches(language, reach)
    costs = [bits + tax * (most[bits] if tax < 0 else 1) for bits in range(max_bits + 1, reach) if most[bits] > 0]
    return min(costs, default=INFINITE)


def least_unseen(world: Asked, *, may_search: bool, must_search: bool = False, tax: bool = True) -> float:
    """The least cost that a program beyond the bound can have, with a search node or without."""
    without = world.max_bits + 1
    searching = fewest_bits(world.language, world.max_bits, world.tax if tax else 0) if may_search else INFINITE
    return searching if must_search else min(without, searching)


def _difference(world: Asked, cost: Callable[[Run], float], *, tax: bool = True) -> Interval:
    """Least cost of direct code less that of search; what is beyond the bound may cost as little as there it can.

    By form direct code has no search node. By a lesion it may have idle ones, as a disguised program may; a program
    that is search has one in either case.
    """
    found = []
    for end in ENDS:
        direct, search = ([cost(p) for p in side] for side in sides(world.on(world.train), end))
        of_direct = least_unseen(world, may_search=not world.by_form, tax=tax)
        must_search = world.by_form or "disguised" not in end[1]
        of_search = least_unseen(world, may_search=True, must_search=must_search, tax=tax)
        least, least_search = min([*direct, INFINITE]), min([*search, INFINITE])
        found.append((min(least, of_direct) - least_search, least - min(least_search, of_search)))
    return min(low for low, _ in found), max(high for _, high in found)


def much_simpler(world: Asked) -> Interval:
    return _difference(world, world.cost)


def kt(world: Asked, program: Run) -> float:
    return world.cost(program) + math.log2(program.steps / len(world.truth))


def least_kt(world: Asked) -> Interval:
    """Asked where the least l + log2 t of what fits, taxes aside, is no greater than the bound."""
    fits = world.on(world.train)
    if not any(kt(world, p) - world.tax * p.searches <= world.max_bits for p in fits):
        return None
    return _difference(world, lambda p: kt(world, p))


def with_tables(world: Asked) -> Interval:
    """Where a table of all lanes, (data (y0 y1 ..) x (m) m), is direct code: of 2^k words of w bits, with its header.

    Asked of worlds on all words of one column that are trained on all of them. Bits (docs/language.md section 3): one
    that says that there are data, which k of 1 to w, the words, the variable x, and the reading of the table.
    """
    lanes, words = len(world.truth), world.language.word_bits
    if world.language.columns > 1 or lanes != 2**words or set(world.train) != set(range(lanes)):
        return None
    table = length(Program(Var(0), (0,) * lanes, Var(0)), world.language)
    row = Run(world.truth, table, 0, 0, "direct")
    return much_simpler(replace(world, programs=[*world.programs, row], known={}))


def bounded_heuristics(world: Asked) -> Interval:
    return _difference(world, lambda p: p.bits, tax=False)


def are_known(world: Asked, *programs: Sequence[Run]) -> bool:
    """Whether the shortest of each are known to be the shortest: no program beyond the bound can cost as little."""
    return all(side and min(map(world.cost, side)) <= known(world) for side in programs)


def _of_shortest(world: Asked, value: Callable[[list[Run], list[Run]], float | None]) -> Interval:
    """A number of the direct and of the search programs that fit, where the shortest of both are known."""
    return _of_sides(world, lambda *both: value(*both) if are_known(world, *both) else None)


def _of_sides(world: Asked, value: Callable[[list[Run], list[Run]], float | None]) -> Interval:
    """A number of the direct and of the search programs that fit, where there are both."""

    def of(end):
        direct, search = sides(world.on(world.train), end)
        return value(direct, search) if direct and search else None

    return at_ends(of)


def _bonus(world: Asked, side: list[Run]) -> float:
    return min(map(world.cost, side)) + log2(world.mass(side))


def many_against_one(world: Asked) -> Interval:
    """Over equally many costs: of the class whose shortest is the longer one all up to the last cost of which every
    program is counted, of the other one what costs no more beyond its shortest."""

    def value(direct, search):
        costs = known(world) - max(min(map(world.cost, side)) for side in (direct, search))
        within = [[p for p in side if world.cost(p) <= min(map(world.cost, side)) + costs] for side in (direct, search)]
        return _bonus(world, within[1]) - _bonus(world, within[0])

    return _of_shortest(world, value)


def programs_at_bound(world: Asked) -> Interval:
    """log2 of search over direct programs of exactly B bits."""

    def value(end):
        direct, search = (sum(p.bits == world.max_bits for p in side) for side in sides(world.on(world.train), end))
        return log2(Fraction(search, direct)) if direct and search else None

    return at_ends(value)


def simplest_member(world: Asked) -> Interval:
    return _of_shortest(world, lambda direct, search: max(_bonus(world, direct), _bonus(world, search)))


def _mean_of(world: Asked, side: list[Run], feature: Callable[[Run], float]) -> float:
    whole = world.mass(side)
    return math.fsum(float(world.weight(p) / whole) * feature(p) for p in side)


def complexity_incentive(world: Asked) -> Interval:
    """E_direct[l] - E_search[l]."""
    return _of_sides(world, lambda *both: -_rise(*(_mean_of(world, side, lambda p: p.bits) for side in both)))


def speed_disincentive(world: Asked) -> Interval:
    lanes = len(world.truth)
    return _of_sides(
        world, lambda *both: -_rise(*(_mean_of(world, side, lambda p: math.log2(p.steps / lanes)) for side in both))
    )


def _rise(direct: float, search: float) -> float:
    return search - direct


def odds(world: Asked, direct: list[Run], search: list[Run], gamma: float = 0, beta: float = 1) -> float:
    if gamma == 0 and beta == 1:
        return log2(world.mass(search) / world.mass(direct))
    return math.log2(world.priced(search, gamma, beta)) - math.log2(world.priced(direct, gamma, beta))


def log_odds(world: Asked) -> Interval:
    return _of_sides(world, lambda direct, search: odds(world, direct, search))


def naive_penalty(world: Asked) -> Interval:
    """The least log-odds over beta 1 1/32, 1 2/32, ... 4, asked where search outweighs direct code at beta = 1.

    Where it does so on one side alone of where the disguised programs may stand, and where a class is empty, so that
    this is not known, nothing is known.
    """
    least = []
    for end in ENDS:
        direct, search = sides(world.on(world.train), end)
        if not direct or not search:
            return UNKNOWN
        least.append(
            min(odds(world, direct, search, beta=1 + step / 32) for step in range(1, 97))
            if world.mass(search) > world.mass(direct)
            else None
        )
    known = [each for each in least if each is not None]
    if not known:
        return None
    return (min(known), max(known)) if len(known) == len(ENDS) else UNKNOWN


def share_of_search(world: Asked, direct: list[Run], search: list[Run], gamma: float) -> float:
    if gamma == 0:
        return float(world.mass(search) / world.mass([*direct, *search]))
    return world.priced(search, gamma) / world.priced([*direct, *search], gamma)


def delegation(world: Asked) -> Interval:
    """Whether search has the majority of what fits where time is free and has it no more at gamma = 1."""

    def taken(direct: list[Run], search: list[Run]) -> float:
        free, dear = (share_of_search(world, direct, search, gamma) for gamma in (0, 1))
        return float(free > 0.5 >= dear)

    return _of_sides(world, taken)


def delegated_share(world: Asked) -> Interval:
    return _of_sides(
        world,
        lambda direct, search: share_of_search(world, direct, search, 0) - share_of_search(world, direct, search, 1),
    )


def two_speed_priors(world: Asked) -> Interval:
    """Asked where L > 2 c wherever the disguised programs stand."""
    for end in ENDS:
        direct, search = sides(world.on(world.train), end)
        if not are_known(world, direct, search) or min(map(world.cost, direct)) <= 2 * min(map(world.cost, search)):
            return None
    return _of_sides(
        world, lambda direct, search: float(odds(world, direct, search, 0.5) * odds(world, direct, search, 1) < 0)
    )


def length_quotient(world: Asked) -> Interval:
    return _of_shortest(world, lambda direct, search: min(map(world.cost, direct)) / min(map(world.cost, search)))


def predicted(world: Asked, direct: list[Run], search: list[Run]) -> float | None:
    """(L - c) over the doublings of the time, of the two shortest programs; None unless known and in (0, 4]."""
    if not are_known(world, direct, search):
        return None
    fast, slow = (min(side, key=lambda p: (world.cost(p), p.steps)) for side in (direct, search))
    shorter, dearer = world.cost(fast) - world.cost(slow), math.log2(slow.steps / fast.steps)
    return shorter / dearer if shorter > 0 and dearer > 0 and shorter / dearer <= 4 else None


def gamma_star(world: Asked) -> Interval:
    """Whether search outweighs direct code at half of the predicted crossover and is outweighed at twice of it."""

    def value(direct, search):
        gamma = predicted(world, direct, search)
        if gamma is None:
            return None
        before, after = (odds(world, direct, search, gamma * factor) for factor in (0.5, 2))
        return float(before > 0 > after)

    return _of_sides(world, value)


def crossover_error(world: Asked) -> Interval:
    """How far the first gamma at which search stops to lead is from the predicted one; infinite if not met to 8."""

    def value(direct, search):
        gamma = predicted(world, direct, search)
        if gamma is None:
            return None
        for step in range(128):
            low, high = step / 16, (step + 1) / 16
            if odds(world, direct, search, low) > 0 >= odds(world, direct, search, high):
                for _ in range(40):
                    middle = (low + high) / 2
                    low, high = (middle, high) if odds(world, direct, search, middle) > 0 else (low, middle)
                return abs(low - gamma)
        return INFINITE

    return _of_sides(world, value)


def malign_prior(world: Asked) -> Interval:
    """What search costs predictions of the training lanes; at most the bound where it alone fits."""
    found = []
    for end in ENDS:
        direct, search = (world.mass(side) for side in sides(world.on(world.train), end))
        all_direct, all_search = (world.mass(side) for side in sides(world.programs, end))
        if not world.has_all or not direct + search:
            return None
        most = log2((all_direct + all_search) / all_direct) if all_direct else INFINITE
        cost = most - log2((direct + search) / direct) if direct else None
        found.append((-INFINITE, most) if cost is None else (cost, cost))
    return min(low for low, _ in found), max(high for _, high in found)


# --- the tables of all claims ------------------------------------------------------------------


class Twin(NamedTuple):
    """A number anew, and where it supports its claim.

    Of worlds that lack the `premise` it is None and they are not asked; without one None is that nothing is known. An
    `amount` is asked of worlds of complexity up to 8 bits below what is known. The condition holds by a `margin` where
    that is given: a world's number has to be so far on the right side of the bound.
    """

    value: Callable[[Asked], Interval]
    is_true: Callable[[float], bool]
    by_margin: Callable[[float], bool] | None = None
    premise: bool = False
    amount: bool = False


PLAIN: dict[str, Twin] = {
    "proxy": Twin(proxy, lambda n: n > 0.05, lambda n: n >= 0.1, amount=True),
    "just-the-model": Twin(just_the_model, lambda n: n > 0.95, amount=True),
    "ask-directly": Twin(ask_directly, lambda n: n <= 0.5, amount=True),
    "treacherous": Twin(treacherous, lambda n: n > 0.95, amount=True),
    "three-counts": Twin(three_counts, lambda n: n >= 2, amount=True),
    "argmin-safe": Twin(argmin_safe, lambda n: n <= 0),
    "faster-learner": Twin(faster_learner, lambda n: n < 0),
    "well-tuned": Twin(well_tuned, lambda n: n > 0, premise=True),
    "speed-uncompetitive": Twin(speed_uncompetitive, lambda n: n > 0, lambda n: n >= 0.01, amount=True),
    "much-simpler": Twin(much_simpler, lambda n: n > 0, lambda n: n >= 1),
    "many-against-one": Twin(many_against_one, lambda n: n > 0, lambda n: n >= 1, amount=True),
    "complexity-incentive": Twin(complexity_incentive, lambda n: n > 0, lambda n: n >= 1, amount=True),
    "speed-disincentive": Twin(speed_disincentive, lambda n: n < 0, lambda n: n <= -1, amount=True),
    "bounded-heuristics": Twin(bounded_heuristics, lambda n: n < 0, lambda n: n <= -1),
    "naive-penalty": Twin(naive_penalty, lambda n: n >= 0, lambda n: n >= 1, premise=True, amount=True),
    "bayes-net": Twin(log_odds, lambda n: n > 0, lambda n: n >= 1, amount=True),
    "malign-prior": Twin(malign_prior, lambda n: n > 0.05, lambda n: n >= 1.05, premise=True, amount=True),
    "simplest-member": Twin(simplest_member, lambda n: n < 1, lambda n: n <= 0, amount=True),
    "gamma-star": Twin(gamma_star, lambda n: n > 0.5, premise=True),
    "two-speed-priors": Twin(two_speed_priors, lambda n: n > 0.5, premise=True),
    "delegation": Twin(delegation, lambda n: n > 0.5, amount=True),
}
"""The number of each claim."""

BESIDE: dict[str, Twin] = {
    "entropy of the held-out behaviours, a held-out lane": Twin(entropy_a_lane, lambda n: n > 0.05, amount=True),
    "-log2 of the share of the fitting mass that is right on all held-out lanes, a held-out lane": Twin(
        truth_a_lane, lambda n: n > 0.05, amount=True
    ),
    **{
        f"entropy of the held-out behaviours, a held-out lane, where the last {lanes} are held out": Twin(
            entropy_at(lanes), lambda n: n > 0.05, premise=True, amount=True
        )
        for lanes in (1, 2, 4, 8)
    },
    "search's share of the mass with all lanes of the truth given": Twin(
        lambda world: at_ends(lambda end: share_with_truth(world, end)),
        lambda n: n > 0.5,
        lambda n: n >= 0.55,
        amount=True,
    ),
    "excess defection: that of search less that of direct code": Twin(
        excess_defection, lambda n: n > 0, lambda n: n >= 0.05, amount=True
    ),
    "the shortest alone": Twin(shortest_defects, lambda n: n <= 0),
    "the fastest alone": Twin(fastest_defects, lambda n: n <= 0),
    "the opposite: direct code needs fewer": Twin(faster_learner, lambda n: n > 0),
    "whether gamma = 0 is in the window": Twin(untuned, lambda n: n > 0.5, premise=True),
    "Kt_min(direct) - Kt_min(search)": Twin(least_kt, lambda n: n > 0, lambda n: n >= 1, premise=True),
    "Delta L where a table of all lanes counts as direct code": Twin(
        with_tables, lambda n: n > 0, lambda n: n >= 1, premise=True
    ),
    "log2 search / direct programs of exactly B bits": Twin(
        programs_at_bound, lambda n: n > 0, lambda n: n >= 1, amount=True
    ),
    "distance of the whole masses' first crossover from the predicted one": Twin(
        crossover_error, lambda n: n <= 0.05, premise=True
    ),
    "L_min(direct) / L_min(search)": Twin(length_quotient, lambda n: n > 2),
    "search's share at gamma = 0 less that at gamma = 1": Twin(
        delegated_share, lambda n: n > 0, lambda n: n >= 0.05, amount=True
    ),
}
"""What is shown beside claims, but for what is about data."""


class Answer(NamedTuple):
    """What one world says: whether the condition holds, fails or cannot be told, or that it is not asked."""

    state: str
    middle: float | None = None
    is_beyond: bool = False


def answered(twin: Twin, world: Asked) -> Answer:
    if twin.amount and complexity(world) > known(world) - 8:
        return Answer("not asked")
    found = twin.value(world)
    if found is None and twin.premise:
        return Answer("not asked")
    ends = [round(end, 12) if math.isfinite(end) else end for end in found or UNKNOWN]
    middle = sum(ends) / 2 if all(map(math.isfinite, ends)) else None
    at = [twin.is_true(end) for end in ends]
    if all(at):
        is_beyond = twin.by_margin is not None and all(map(twin.by_margin, ends))
        return Answer("holds", middle, is_beyond)
    return Answer("undecided" if any(at) else "fails", middle)


def complexity(world: Asked) -> float:
    """The least cost of what fits, taxes included; of a camera, which asks for several behaviours, none is taken."""
    if world.is_camera:
        return -INFINITE
    return min(map(world.cost, world.on(world.train)), default=INFINITE)


def known(world: Asked) -> float:
    """The greatest cost up to which every program is counted: a bit less than what is beyond the bound can cost."""
    return least_unseen(world, may_search=True) - 1
