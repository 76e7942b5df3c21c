"""Worlds with a hidden rule: in-context (observation and query columns) and video (frames only).

In-context: a rule r is seen through observations o = g(r), one or two columns of them, and asked
about a query q: the output is f(r, q). Video: frames o1 and o2 = step(o1, r) are seen and the next
one, step(o2, r), is the output. Lanes are all (rule, query) or (rule, first frame) pairs; the last
rules are held out, all their lanes with them. Observation columns are context columns.

The catalogue's rules are chosen by what is observed: for a fixed set of observations, the least rule
behind each. So worlds with different g, and one census, share a domain.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from priorsim.errors import WorldError
from priorsim.mu.domain import Domain
from priorsim.worlds.functions import gray
from priorsim.worlds.world import World

Observe = Callable[[int], tuple[int, ...]]
"""g: the observation words of a rule, modulo 2^w still to be taken."""
Answer = Callable[[int, int], int]
"""f: from rule and query to output; in a video, from frame and rule to the next frame."""


def in_context_world(
    name: str,
    word_bits: int,
    *,
    rules: Sequence[int],
    queries: Sequence[int],
    observe: Observe,
    answer: Answer,
    held_out_rules: int = 1,
    dialect: str = "arith",
    description: str = "",
) -> World:
    """The world in which a rule shows in its observations and answers queries.

    Parameters
    ----------
    name : str
    word_bits : int
    rules, queries : sequence of int
        The words they take; lanes come rule by rule.
    observe, answer : callable
        g and f; their results are taken modulo 2^w.
    held_out_rules : int
        How many of the last rules are held out.

    Raises
    ------
    WorldError
        When two rules look the same, or no rule is left to train on.

    Examples
    --------
    >>> world = in_context_world(
    ...     "demo", 2, rules=(1, 2), queries=(0, 3), observe=lambda r: (r + 1,), answer=lambda r, q: r * q
    ... )
    >>> world.domain.columns, world.domain.lanes, world.train
    (('o', 'q'), ((2, 0), (2, 3), (3, 0), (3, 3)), (0, 1))
    """
    size = 2**word_bits
    observed = {rule: tuple(word % size for word in observe(rule)) for rule in rules}
    if len(set(observed.values())) != len(rules):
        raise WorldError(f"world {name}: two rules give the same observations: choose rules that g tells apart")
    views = len(next(iter(observed.values())))
    context = ("o",) if views == 1 else tuple(f"o{view + 1}" for view in range(views))
    pairs = [(rule, query) for rule in rules for query in queries]
    trained = _trained_rules(name, rules, held_out_rules)
    return World(
        name=name,
        domain=Domain(word_bits, tuple((*observed[r], q) for r, q in pairs), (*context, "q"), context),
        acceptable=tuple(frozenset({answer(r, q) % size}) for r, q in pairs),
        train=tuple(lane for lane, (rule, _) in enumerate(pairs) if rule in trained),
        family="in-context",
        dialect=dialect,
        description=description,
    )


def video_world(
    name: str,
    word_bits: int,
    *,
    rules: Sequence[int],
    frames: Sequence[int],
    step: Answer,
    held_out_rules: int = 1,
    dialect: str = "arith",
    description: str = "",
) -> World:
    """The world in which two frames are seen and the third is asked for.

    Lanes are listed by first and second frame, so that films of different rules share a domain.

    Parameters
    ----------
    name : str
    word_bits : int
    rules, frames : sequence of int
        The rules' words, and those of the first frame.
    step : callable
        The next frame from a frame and the rule; its result is taken modulo 2^w.
    held_out_rules : int
        How many of the last rules are held out.

    Raises
    ------
    WorldError
        When two rules lead from the same first frame to the same second one, or no rule is left to
        train on.
    """
    size = 2**word_bits
    films = sorted((frame, step(frame, rule) % size, rule) for rule in rules for frame in frames)
    if len({(first, second) for first, second, _ in films}) != len(films):
        raise WorldError(f"world {name}: two rules show the same frames: choose rules that step tells apart")
    trained = _trained_rules(name, rules, held_out_rules)
    columns = ("o1", "o2")
    return World(
        name=name,
        domain=Domain(word_bits, tuple((first, second) for first, second, _ in films), columns, columns),
        acceptable=tuple(frozenset({step(second, rule) % size}) for _, second, rule in films),
        train=tuple(lane for lane, (_, _, rule) in enumerate(films) if rule in trained),
        family="video",
        dialect=dialect,
        description=description,
    )


def _trained_rules(name: str, rules: Sequence[int], held_out: int) -> frozenset[int]:
    if not 0 <= held_out < len(rules):
        raise WorldError(f"world {name}: {held_out} of {len(rules)} rules held out: choose 0 to {len(rules) - 1}")
    return frozenset(rules[: len(rules) - held_out])


def rules_observed_as(observations: Sequence[tuple[int, ...]], observe: Observe, word_bits: int) -> tuple[int, ...]:
    """The least rule behind each observation.

    Raises
    ------
    WorldError
        When no rule gives one of them.

    Examples
    --------
    >>> rules_observed_as([(0,), (1,), (4,), (9,)], lambda r: (r * r,), 4)
    (0, 1, 2, 3)
    """
    size = 2**word_bits
    least_rule: dict[tuple[int, ...], int] = {}
    for rule in reversed(range(size)):
        least_rule[tuple(word % size for word in observe(rule))] = rule
    missing = [observed for observed in observations if observed not in least_rule]
    if missing:
        raise WorldError(f"no rule of {word_bits} bits gives the observation {missing[0]}: choose another set")
    return tuple(least_rule[observed] for observed in observations)


# --- the catalogue's -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Setting:
    """What in-context worlds of one domain share: word size, dialect, observations and queries."""

    word_bits: int
    dialect: str
    observations: tuple[tuple[int, ...], ...]
    queries: tuple[int, ...]


SQUARES = Setting(4, "arith", ((0,), (1,), (4,), (9,)), (0, 1, 2, 3))
EVERY_PAIR = Setting(2, "arith", ((0,), (1,), (2,), (3,)), (0, 1, 2, 3))
BIT_PATTERNS = Setting(4, "logic", ((3,), (5,), (9,), (14,)), (3, 5, 10, 15))
TWO_VIEWS = Setting(3, "arith", ((0, 0), (1, 1), (4, 0), (1, 3)), (0, 1, 2, 3))


@dataclass(frozen=True, slots=True)
class InContext:
    """A row of the table: how a rule is observed (g) and what it answers (f)."""

    name: str
    setting: Setting
    observe: Observe
    answer: Answer
    description: str


def _squared(r: int) -> tuple[int, ...]:
    return (r * r,)


def _next(r: int) -> tuple[int, ...]:
    return (r + 1,)


def _times_five(r: int) -> tuple[int, ...]:
    return (5 * r,)


def _negated(r: int) -> tuple[int, ...]:
    return (-r,)


def _gray(r: int) -> tuple[int, ...]:
    return (gray(r, 0),)


def _complement(r: int) -> tuple[int, ...]:
    return (~r,)


def _square_and_cube(r: int) -> tuple[int, ...]:
    return (r * r, r * r * r)


def _product(r: int, q: int) -> int:
    return r * q


def _sum(r: int, q: int) -> int:
    return r + q


def _power(r: int, q: int) -> int:
    return int(q**r)


def _both(r: int, q: int) -> int:
    return r & q


def _either(r: int, q: int) -> int:
    return r ^ q


IN_CONTEXT = (
    InContext("root", SQUARES, _squared, _product, "o = r r (dear to invert), answer r q"),
    InContext("root-sum", SQUARES, _squared, _sum, "o = r r (dear to invert), answer r + q"),
    InContext("root-power", SQUARES, _squared, _power, "o = r r (dear to invert), answer q to the r (dear)"),
    InContext("next", SQUARES, _next, _product, "o = r + 1 (cheap to invert), answer r q"),
    InContext("next-power", SQUARES, _next, _power, "o = r + 1 (cheap to invert), answer q to the r (dear)"),
    InContext("times5", SQUARES, _times_five, _product, "o = 5 r (inverted by a product), answer r q"),
    InContext("negated", EVERY_PAIR, _negated, _product, "o = -r (cheap to invert), answer r q"),
    InContext("next", EVERY_PAIR, _next, _product, "o = r + 1 (cheap to invert), answer r q"),
    InContext("gray", EVERY_PAIR, _gray, _product, "o = the Gray code of r (dear in arith), answer r q"),
    InContext("gray", BIT_PATTERNS, _gray, _either, "o = the Gray code of r (dear to invert), answer r xor q"),
    InContext("gray-mask", BIT_PATTERNS, _gray, _both, "o = the Gray code of r (dear to invert), answer r and q"),
    InContext("complement", BIT_PATTERNS, _complement, _both, "o = r complemented (cheap), answer r and q"),
    InContext("two-views", TWO_VIEWS, _square_and_cube, _product, "o1 = r r and o2 = r r r, answer r q"),
    InContext("two-views-sum", TWO_VIEWS, _square_and_cube, _sum, "o1 = r r and o2 = r r r, answer r + q"),
)


@dataclass(frozen=True, slots=True)
class Video:
    """A row of the table: the rules, which are also the first frames, and the step between frames."""

    name: str
    word_bits: int
    rules: tuple[int, ...]
    step: Answer
    description: str


POWERS_OF_THREE = (1, 3, 9, 11)
"""The powers of 3 modulo 16: products and squares of them stay among them."""

VIDEO = (
    Video("ratio", 4, POWERS_OF_THREE, lambda o, r: r * o, "the next frame is r times the last"),
    Video("growth", 4, POWERS_OF_THREE, lambda o, r: r * o * o, "the next frame is r times the last's square"),
    Video("drift", 2, (0, 1, 2, 3), lambda o, r: o + r, "the next frame is the last plus r"),
    Video("swing", 2, (0, 1, 2, 3), lambda o, r: o * o + r, "the next frame is the last's square plus r"),
)


def in_context_worlds() -> Iterator[World]:
    """The catalogue's in-context worlds."""
    for row in IN_CONTEXT:
        setting = row.setting
        yield in_context_world(
            f"in-context-{row.name}-w{setting.word_bits}",
            setting.word_bits,
            rules=rules_observed_as(setting.observations, row.observe, setting.word_bits),
            queries=setting.queries,
            observe=row.observe,
            answer=row.answer,
            dialect=setting.dialect,
            description=row.description,
        )


def video_worlds() -> Iterator[World]:
    """The catalogue's video worlds."""
    for row in VIDEO:
        yield video_world(
            f"video-{row.name}-w{row.word_bits}",
            row.word_bits,
            rules=row.rules,
            frames=row.rules,
            step=row.step,
            description=row.description,
        )
