"""In-context worlds: a hidden rule shows in observations, and answers queries.

A rule r is seen through observations o = g(r), one or two columns of them, and asked about a query q:
the output is f(r, q). Lanes are all (rule, query) pairs; the last rules are held out, all their lanes
with them. Observation columns are context columns.

Rules are chosen by what is observed: for a fixed scene of observations, the least rule behind each. So
worlds with different g, and one census, share a domain.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from priorsim.errors import WorldError
from priorsim.mu.domain import MAX_PACKED_BITS, Domain
from priorsim.worlds.family import Family, Knob, Setting
from priorsim.worlds.functions import gray, parity
from priorsim.worlds.world import World

Observe = Callable[[int], tuple[int, ...]]
"""g: the observation words of a rule, modulo 2^w still to be taken."""
Answer = Callable[[int, int], int]
"""f: from rule and query to output."""


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
    trained = training_rules(name, rules, held_out_rules)
    return World(
        name=name,
        domain=Domain(word_bits, tuple((*observed[r], q) for r, q in pairs), (*context, "q"), context),
        acceptable=tuple(frozenset({answer(r, q) % size}) for r, q in pairs),
        train=tuple(lane for lane, (rule, _) in enumerate(pairs) if rule in trained),
        family="in-context",
        dialect=dialect,
        description=description,
        rules=lanes_by_rule([rule for rule, _ in pairs], rules),
    )


def lanes_by_rule(rule_of_lane: Sequence[int], rules: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """The lanes of each of these rules, in their order."""
    return tuple(tuple(lane for lane, behind in enumerate(rule_of_lane) if behind == rule) for rule in rules)


def training_rules(name: str, rules: Sequence[int], held_out: int) -> frozenset[int]:
    """The rules but for the last ones, which are held out; WorldError where none is left."""
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
    least_rule = _least_rules(observe, word_bits)
    missing = [observed for observed in observations if observed not in least_rule]
    if missing:
        raise WorldError(f"no rule of {word_bits} bits gives the observation {missing[0]}: choose another set")
    return tuple(least_rule[observed] for observed in observations)


def _least_rules(observe: Observe, word_bits: int) -> dict[tuple[int, ...], int]:
    """Every observation that some rule gives, with the least such rule."""
    size = 2**word_bits
    return {tuple(word % size for word in observe(rule)): rule for rule in reversed(range(size))}


# --- what is seen, and what is asked -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scene:
    """What in-context worlds of one domain share: word size, dialect, observations and queries.

    A world has the first few observations and the first few queries.
    """

    word_bits: int
    dialect: str
    observations: tuple[tuple[int, ...], ...]
    queries: tuple[int, ...]


def _one_view(*words: int) -> tuple[tuple[int, ...], ...]:
    return tuple((word,) for word in words)


EIGHT_WORDS = (0, 1, 2, 3, 4, 5, 6, 7)

SCENES = {
    (2, "words"): Scene(2, "arith", _one_view(0, 1, 2, 3), (0, 1, 2, 3)),
    (3, "words"): Scene(3, "arith", _one_view(*EIGHT_WORDS), EIGHT_WORDS),
    (3, "squares"): Scene(3, "arith", _one_view(0, 1, 4), EIGHT_WORDS),
    (3, "evens"): Scene(3, "arith", _one_view(0, 2, 4, 6), EIGHT_WORDS),
    (3, "odds"): Scene(3, "arith", _one_view(1, 3, 5, 7), EIGHT_WORDS),
    (3, "views"): Scene(3, "arith", ((0, 0), (1, 1), (4, 0), (1, 3)), EIGHT_WORDS),
    (3, "patterns"): Scene(3, "logic", _one_view(3, 5, 6, 1), (3, 5, 6, 7)),
    (3, "halves"): Scene(3, "logic", ((1, 0), (1, 1), (2, 0), (2, 1)), (3, 5, 6, 7)),
    (4, "words"): Scene(4, "arith", _one_view(*EIGHT_WORDS), EIGHT_WORDS),
    (4, "squares"): Scene(4, "arith", _one_view(0, 1, 4, 9), EIGHT_WORDS),
    (4, "evens"): Scene(4, "arith", _one_view(0, 2, 4, 6, 8, 10, 12, 14), EIGHT_WORDS),
    (4, "odds"): Scene(4, "arith", _one_view(1, 3, 9, 11, 5, 7, 13, 15), EIGHT_WORDS),
    (4, "views"): Scene(4, "arith", ((1, 3), (9, 3), (9, 11), (1, 11)), EIGHT_WORDS),
    (4, "patterns"): Scene(4, "logic", _one_view(3, 5, 9, 14, 6, 10, 12, 7), (3, 5, 10, 15, 6, 9, 12, 1)),
    (4, "halves"): Scene(4, "logic", ((1, 0), (1, 1), (2, 0), (2, 1)), (3, 5, 10, 15)),
}
"""Scenes by word size and name. The first four odds of 4 bits are the powers of 3; in `views` and
`halves` there are two observations, and neither tells all four rules alone."""


@dataclass(frozen=True, slots=True)
class Observation:
    """A function g: what is seen of a rule, the dialects with the operators for it, and its price.

    `is_dear` says that code that calculates the rule from what is seen is long, or unknown.
    """

    observe: Observe
    dialects: tuple[str, ...]
    is_dear: bool
    text: str


ARITH, LOGIC = ("arith",), ("logic",)
BOTH = ("arith", "logic")

OBSERVATIONS = {
    "itself": Observation(lambda r: (r,), BOTH, False, "o = r"),
    "next": Observation(lambda r: (r + 1,), ARITH, False, "o = r + 1"),
    "negated": Observation(lambda r: (-r,), ARITH, False, "o = -r"),
    "complement": Observation(lambda r: (~r,), BOTH, False, "o = r complemented"),
    "times3": Observation(lambda r: (3 * r,), ARITH, False, "o = 3 r"),
    "times5": Observation(lambda r: (5 * r,), ARITH, False, "o = 5 r"),
    "square": Observation(lambda r: (r * r,), ARITH, True, "o = r r"),
    "pronic": Observation(lambda r: (r * (r + 1),), ARITH, True, "o = r (r + 1)"),
    "skew": Observation(lambda r: (r * (2 * r + 1),), ARITH, True, "o = r (2 r + 1)"),
    "cube": Observation(lambda r: (r**3,), ARITH, True, "o = r r r"),
    "power3": Observation(lambda r: (3**r,), ARITH, True, "o = 3 to the r"),
    "gray": Observation(lambda r: (gray(r, 0),), BOTH, True, "o = the Gray code of r"),
    "smear": Observation(lambda r: (r ^ r << 1,), LOGIC, True, "o = r xor 2 r"),
    "squarecube": Observation(lambda r: (r * r, r**3), ARITH, True, "o1 = r r and o2 = r r r"),
    "squarepower": Observation(lambda r: (r * r, 3**r), ARITH, True, "o1 = r r and o2 = 3 to the r"),
    "halves": Observation(lambda r: (r >> 1, r & 1), LOGIC, False, "o1 = half of r and o2 = its last bit"),
}
"""g by name; a g stands in a scene where its dialect is at home and rules reach what is observed."""


@dataclass(frozen=True, slots=True)
class Question:
    """A function f: what is answered, the dialect it is at home in, and whether it takes a loop or a search."""

    answer: Answer
    dialect: str
    is_dear: bool
    text: str


def _squaring_steps(r: int, q: int) -> int:
    state = 0
    for _ in range(q):
        state = state * state + r
    return state


QUESTIONS = {
    "product": Question(lambda r, q: r * q, "arith", False, "r q"),
    "sum": Question(lambda r, q: r + q, "arith", False, "r + q"),
    "difference": Question(lambda r, q: q - r, "arith", False, "q - r"),
    "affine": Question(lambda r, q: r * q + r, "arith", False, "r q + r"),
    "quadratic": Question(lambda r, q: q * q + r, "arith", False, "q q + r"),
    "sumsquare": Question(lambda r, q: (r + q) ** 2, "arith", False, "the square of r + q"),
    "less": Question(lambda r, q: int(r < q), "arith", False, "1 where r < q"),
    "maximum": Question(max, "arith", False, "the greater of r and q"),
    "power": Question(lambda r, q: int(q**r), "arith", True, "q to the r"),
    "rulepower": Question(lambda r, q: int(r**q), "arith", True, "r to the q"),
    "steps": Question(_squaring_steps, "arith", True, "q steps of s -> s s + r from 0"),
    "quotient": Question(lambda r, q: r // (q + 1), "arith", True, "r divided by q + 1, rounded down"),
    "both": Question(lambda r, q: r & q, "logic", False, "r and q"),
    "either": Question(lambda r, q: r ^ q, "logic", False, "r xor q"),
    "shifted": Question(lambda r, q: r ^ q << 1, "logic", False, "r xor 2 q"),
    "equal": Question(lambda r, q: int(r == q), "logic", False, "1 where r = q"),
    "dot": Question(lambda r, q: parity(r & q, 0), "logic", True, "the parity of r and q"),
}
"""f by name."""


# --- the family ----------------------------------------------------------------------------------

RULES = (2, 3, 4, 6, 8)
QUERIES = (2, 4, 8)


def _scene(setting: Setting) -> Scene:
    return SCENES[int(setting["word_bits"]), str(setting["seen"])]


@cache
def _reached(scene: Scene, observation: Observation) -> int:
    """How many of the scene's observations, in order, have a rule behind them."""
    rules = _least_rules(observation.observe, scene.word_bits)
    missing = (place for place, observed in enumerate(scene.observations) if observed not in rules)
    return next(missing, len(scene.observations))


def _observations(setting: Setting) -> Sequence[str]:
    scene = _scene(setting)
    return [
        name
        for name, observation in OBSERVATIONS.items()
        if scene.dialect in observation.dialects and _reached(scene, observation) >= RULES[0]
    ]


def _questions(setting: Setting) -> Sequence[str]:
    return [name for name, question in QUESTIONS.items() if question.dialect == _scene(setting).dialect]


def _rules(setting: Setting) -> Sequence[int]:
    scene = _scene(setting)
    most = min(
        _reached(scene, OBSERVATIONS[str(setting["observe"])]), MAX_PACKED_BITS // (scene.word_bits * QUERIES[0])
    )
    return [rules for rules in RULES if rules <= most]


def _queries(setting: Setting) -> Sequence[int]:
    scene = _scene(setting)
    most = min(len(scene.queries), MAX_PACKED_BITS // (scene.word_bits * int(setting["rules"])))
    return [queries for queries in QUERIES if queries <= most]


def _member(name: str, setting: Setting) -> World:
    scene = _scene(setting)
    observation, question = OBSERVATIONS[str(setting["observe"])], QUESTIONS[str(setting["answer"])]
    rules = int(setting["rules"])
    return in_context_world(
        name,
        scene.word_bits,
        rules=rules_observed_as(scene.observations[:rules], observation.observe, scene.word_bits),
        queries=scene.queries[: int(setting["queries"])],
        observe=observation.observe,
        answer=question.answer,
        held_out_rules=held_out_rules(rules),
        dialect=scene.dialect,
        description=f"{observation.text} ({'dear' if observation.is_dear else 'cheap'} to invert), "
        f"answer {question.text}{' (dear)' if question.is_dear else ''}",
    )


def held_out_rules(rules: int) -> int:
    """A quarter of the rules, at least one: the default of families with a hidden rule."""
    return max(1, rules // 4)


IN_CONTEXT = Family(
    name="in-context",
    description="a rule r hides behind observations o = g(r); asked a query q, it answers f(r, q)",
    knobs=(
        Knob("word_bits", "bits of a word, 2 to 4", lambda _: (2, 3, 4), "w"),
        Knob(
            "seen",
            "which words are observed, and so how many columns of them",
            lambda setting: [seen for bits, seen in SCENES if bits == setting["word_bits"]],
        ),
        Knob("observe", "g, one-to-one on the rules used", _observations),
        Knob("answer", "f", _questions),
        Knob("rules", "2 to 8, as many as are observed and fit; the last quarter held out", _rules, "r"),
        Knob("queries", "2, 4 or 8, as many as fit", _queries, "q"),
    ),
    build=_member,
)


# --- the catalogue's -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InContext:
    """A row of the table: a scene, how a rule is observed (g) and what it answers (f)."""

    name: str
    scene: Scene
    observe: str
    answer: str
    description: str


SQUARES = SCENES[4, "squares"]
EVERY_PAIR = SCENES[2, "words"]
BIT_PATTERNS = SCENES[4, "patterns"]
TWO_VIEWS = SCENES[3, "views"]

ROWS = (
    InContext("root", SQUARES, "square", "product", "o = r r (dear to invert), answer r q"),
    InContext("root-sum", SQUARES, "square", "sum", "o = r r (dear to invert), answer r + q"),
    InContext("root-power", SQUARES, "square", "power", "o = r r (dear to invert), answer q to the r (dear)"),
    InContext("next", SQUARES, "next", "product", "o = r + 1 (cheap to invert), answer r q"),
    InContext("next-power", SQUARES, "next", "power", "o = r + 1 (cheap to invert), answer q to the r (dear)"),
    InContext("times5", SQUARES, "times5", "product", "o = 5 r (inverted by a product), answer r q"),
    InContext("negated", EVERY_PAIR, "negated", "product", "o = -r (cheap to invert), answer r q"),
    InContext("next", EVERY_PAIR, "next", "product", "o = r + 1 (cheap to invert), answer r q"),
    InContext("gray", EVERY_PAIR, "gray", "product", "o = the Gray code of r (dear in arith), answer r q"),
    InContext("gray", BIT_PATTERNS, "gray", "either", "o = the Gray code of r (dear to invert), answer r xor q"),
    InContext("gray-mask", BIT_PATTERNS, "gray", "both", "o = the Gray code of r (dear to invert), answer r and q"),
    InContext("complement", BIT_PATTERNS, "complement", "both", "o = r complemented (cheap), answer r and q"),
    InContext("two-views", TWO_VIEWS, "squarecube", "product", "o1 = r r and o2 = r r r, answer r q"),
    InContext("two-views-sum", TWO_VIEWS, "squarecube", "sum", "o1 = r r and o2 = r r r, answer r + q"),
)
ROW_RULES = ROW_QUERIES = 4
"""Rules and queries of every row."""


def in_context_worlds() -> Iterator[World]:
    """The catalogue's in-context worlds."""
    for row in ROWS:
        scene, observe = row.scene, OBSERVATIONS[row.observe].observe
        yield in_context_world(
            f"in-context-{row.name}-w{scene.word_bits}",
            scene.word_bits,
            rules=rules_observed_as(scene.observations[:ROW_RULES], observe, scene.word_bits),
            queries=scene.queries[:ROW_QUERIES],
            observe=observe,
            answer=QUESTIONS[row.answer].answer,
            dialect=scene.dialect,
            description=row.description,
        )
