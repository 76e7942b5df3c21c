"""Every claim but those about data and walks, in one world, by loops over programs: no census and no array.

Programs are listed from the grammar, run by the interpreter and classed by the definition of lesions. Masses at no
price on time are fractions. What is found is compared with what the claims measure (test_plain.py).
"""

import math
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from statistics import fmean

from priorsim.mu.code import length
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting, run
from priorsim.mu.lesions import classify
from priorsim.mu.syntax import Program, count_searches
from priorsim.worlds import World
from priorsim.worlds.proxy import Camera
from tests.plain_terms import terms_up_to

Interval = tuple[float, float] | None
"""From low to high; None where undefined."""
INFINITE = math.inf

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
    by_form : bool
        Whether classes are by form.
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


def asked(programs: Sequence[Run], world: World, *, tax: int, max_bits: int, by_form: bool) -> Asked:
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


def proxy(world: Asked) -> Interval:
    def ways(train: Sequence[int], held_out: Sequence[int]) -> float | None:
        masses: Counter[tuple[int, ...]] = Counter()
        for p in world.on(train):
            masses[tuple(p.words[lane] for lane in held_out)] += world.weight(p)  # type: ignore[assignment]
        whole = sum(masses.values())
        shares = [Fraction(mass, whole) for mass in masses.values()]
        return 2 ** -math.fsum(float(share) * log2(share) for share in shares) if shares else None

    found = mean([ways(*split) for split in world.splits])
    return None if found is None else (float(found), float(found))


def just_the_model(world: Asked) -> Interval:
    def value(end):
        found = []
        for train, _ in world.splits:
            fits = world.on(train)
            direct = sides(fits, end)[0]
            pure = [p for p in direct if world.is_right(p, range(len(world.truth)))]
            found.append(world.mass(pure) / world.mass(fits) if direct else None)
        return mean(found)

    return at_ends(value)


def ask_directly(world: Asked) -> Interval:
    def share(programs, end):
        direct, search = (world.mass(side) for side in sides(programs, end))
        return search / (direct + search) if direct and search else None

    def value(end):
        fits = world.on(world.train)
        true = share([p for p in fits if p.words == world.truth], end)
        shown = share(fits, end)
        return true / shown if true is not None and shown is not None else None

    return at_ends(value)


def defection(world: Asked, programs: Sequence[Run]) -> Fraction | None:
    wrong = [p for p in programs if p.words != world.truth]
    return world.mass(wrong) / world.mass(programs) if programs else None


def treacherous(world: Asked) -> Interval:
    def value(end):
        found = []
        for train, _ in world.splits:
            direct, search = (defection(world, side) for side in sides(world.on(train), end))
            found.append(None if direct is None or search is None else search - direct)
        return mean(found)

    return at_ends(value)


def defection_of_search(world: Asked) -> Interval:
    return at_ends(lambda end: mean([defection(world, sides(world.on(train), end)[1]) for train, _ in world.splits]))


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


def _lightest(world: Asked, cost: Callable[[Run], int]) -> Interval:
    """The share of splits on which all, and on which some, of the programs of least cost defect and are search."""

    def shares(end):
        all_do, some_do = [], []
        for train, _ in world.splits:
            fits = world.on(train)
            if any(p.words == world.truth for p in fits):
                least = min(map(cost, fits))
                harmful = [p.kind in end[1] and p.words != world.truth for p in fits if cost(p) == least]
                all_do.append(all(harmful))
                some_do.append(any(harmful))
        return (fmean(all_do), fmean(some_do)) if all_do else None

    found = [shares(end) for end in ENDS]
    return None if None in found else (min(low for low, _ in found), max(high for _, high in found))


def shortest_defects(world: Asked) -> Interval:
    return _lightest(world, world.cost)


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


def well_tuned(world: Asked) -> Interval:
    gammas = [step / 4 for step in range(33)]
    fits = world.on(world.train)
    losses = [held_out_loss(world, gamma) for gamma in gammas]

    def value(end):
        search = sides(fits, end)[1]
        if not search or None in losses:
            return None
        harmful = [p for p in search if p.words != world.truth]
        good = [
            loss <= 1.1 * min(losses) and world.priced(harmful, gamma) < 0.01 * world.priced(fits, gamma)
            for gamma, loss in zip(gammas, losses, strict=True)
        ]
        return fmean(good)

    return at_ends(value)


def speed_uncompetitive(world: Asked) -> Interval:
    fast, plain = held_out_loss(world, 2), held_out_loss(world, 0)
    return None if fast is None or plain is None else (fast - plain, fast - plain)


# --- weight -----------------------------------------------------------------------------------


def _difference(world: Asked, cost: Callable[[Run], float], *, tax: bool = True) -> Interval:
    """Least cost of direct code less that of search; what is beyond the bound may cost as little as there it can."""
    found, beyond = [], world.max_bits + 1
    for end in ENDS:
        direct, search = ([cost(p) for p in side] for side in sides(world.on(world.train), end))
        # A disguised program has no search node, so it pays no tax; by form there is none.
        unseen = beyond + (world.tax if tax and (world.by_form or "disguised" not in end[1]) else 0)
        least, least_search = min([*direct, INFINITE]), min([*search, INFINITE])
        found.append((min(least, beyond) - least_search, least - min(least_search, unseen)))
    return min(low for low, _ in found), max(high for _, high in found)


def much_simpler(world: Asked) -> Interval:
    return _difference(world, world.cost)


def least_kt(world: Asked) -> Interval:
    return _difference(world, lambda p: world.cost(p) + math.log2(p.steps / len(world.truth)))


def bounded_heuristics(world: Asked) -> Interval:
    low, high = _difference(world, lambda p: p.bits, tax=False)
    return -high, -low


def _of_sides(world: Asked, value: Callable[[list[Run], list[Run]], float | None]) -> Interval:
    """A number of the direct and of the search programs that fit, where there are both."""

    def of(end):
        direct, search = sides(world.on(world.train), end)
        return value(direct, search) if direct and search else None

    return at_ends(of)


def _bonus(world: Asked, side: list[Run]) -> float:
    return min(map(world.cost, side)) + log2(world.mass(side))


def many_against_one(world: Asked) -> Interval:
    return _of_sides(world, lambda direct, search: _bonus(world, search) - _bonus(world, direct))


def programs_at_bound(world: Asked) -> Interval:
    """log2 of search over direct programs of exactly B bits."""

    def value(end):
        direct, search = (sum(p.bits == world.max_bits for p in side) for side in sides(world.on(world.train), end))
        return log2(Fraction(search, direct)) if direct and search else None

    return at_ends(value)


def simplest_member(world: Asked) -> Interval:
    return _of_sides(world, lambda direct, search: max(_bonus(world, direct), _bonus(world, search)))


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
    def value(direct, search):
        if odds(world, direct, search) <= 0:
            return None
        return min(odds(world, direct, search, beta=1 + step / 32) for step in range(1, 97))

    return _of_sides(world, value)


def delegation(world: Asked) -> Interval:
    def share(direct, search, gamma):
        return world.priced(search, gamma) / world.priced(direct + search, gamma)

    return _of_sides(world, lambda direct, search: share(direct, search, 0) - share(direct, search, 1))


def two_speed_priors(world: Asked) -> Interval:
    return _of_sides(
        world, lambda direct, search: float(odds(world, direct, search, 0.5) * odds(world, direct, search, 1) < 0)
    )


def length_quotient(world: Asked) -> Interval:
    return _of_sides(world, lambda direct, search: min(map(world.cost, direct)) / min(map(world.cost, search)))


def gamma_star(world: Asked) -> Interval:
    """How far the first gamma at which search stops to lead is from that of the two shortest programs."""

    def value(direct, search):
        fast, slow = (min(side, key=lambda p: (world.cost(p), p.steps)) for side in (direct, search))
        shorter, dearer = world.cost(fast) - world.cost(slow), math.log2(slow.steps / fast.steps)
        if shorter <= 0 or dearer <= 0:
            return None
        for step in range(128):
            low, high = step / 16, (step + 1) / 16
            if odds(world, direct, search, low) > 0 >= odds(world, direct, search, high):
                for _ in range(40):
                    middle = (low + high) / 2
                    low, high = (middle, high) if odds(world, direct, search, middle) > 0 else (low, middle)
                return abs(low - shorter / dearer)
        return INFINITE

    return _of_sides(world, value)


PLAIN: dict[str, tuple[Callable[[Asked], Interval], Callable[[float], bool]]] = {
    "proxy": (proxy, lambda n: n >= 2),
    "just-the-model": (just_the_model, lambda n: n > 0.5),
    "ask-directly": (ask_directly, lambda n: n <= 0.5),
    "treacherous": (treacherous, lambda n: n > 0),
    "three-counts": (three_counts, lambda n: n >= 2),
    "argmin-safe": (argmin_safe, lambda n: n <= 0),
    "faster-learner": (faster_learner, lambda n: n < 0),
    "well-tuned": (well_tuned, lambda n: n > 0),
    "speed-uncompetitive": (speed_uncompetitive, lambda n: n > 0),
    "much-simpler": (much_simpler, lambda n: n > 0),
    "many-against-one": (many_against_one, lambda n: n > 0),
    "complexity-incentive": (complexity_incentive, lambda n: n > 0),
    "speed-disincentive": (speed_disincentive, lambda n: n < 0),
    "bounded-heuristics": (bounded_heuristics, lambda n: n > 0),
    "naive-penalty": (naive_penalty, lambda n: n >= 0),
    "bayes-net": (log_odds, lambda n: n > 0),
    "simplest-member": (simplest_member, lambda n: n < 1),
    "gamma-star": (gamma_star, lambda n: n <= 0.05),
    "two-speed-priors": (two_speed_priors, lambda n: n > 0.5),
    "delegation": (delegation, lambda n: n > 0),
}
"""The quantity of each claim, and where it supports it."""

BESIDE: dict[str, tuple[Callable[[Asked], Interval], Callable[[float], bool]]] = {
    "defection of search alone": (defection_of_search, lambda n: n > 0.95),
    "the shortest alone": (shortest_defects, lambda n: n <= 0),
    "the fastest alone": (fastest_defects, lambda n: n <= 0),
    "Kt_min(direct) - Kt_min(search)": (least_kt, lambda n: n > 0),
    "L_min(direct) / L_min(search)": (length_quotient, lambda n: n > 2),
    "log2 search / direct programs of exactly B bits": (programs_at_bound, lambda n: n > 0),
}
"""What is shown beside claims, but for what is about data."""
