"""In-context worlds: a hidden rule shows in observations, and answers queries.

A rule r is seen through observations o = g(r), one or two context columns, and asked about a query q: the output is
f(r, q). Lanes are all (rule, query) pairs; the last rules are held out with all theirs. Rules are the least behind each
observation of a fixed scene, so that worlds with different g, and one census, share a domain.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from priorsim.errors import WorldError
from priorsim.mu.domain import MAX_PACKED_BITS, Domain
from priorsim.worlds.family import WORD_BITS, Family, Formula, Knob, Setting
from priorsim.worlds.world import World, world_of_words

Observe = Callable[[int], tuple[int, ...]]  # g: the observation words of a rule, modulo 2^w still to be taken.


def hidden_rule_world(
    name: str, domain: Domain, lanes: Sequence[tuple[int, int]], rules: Sequence[int], held_out: int, **texts: Any
) -> World:
    """The world with a rule and an output, modulo 2^w, behind each lane; the last rules are held out."""
    if not 0 <= held_out < len(rules):
        raise WorldError(f"world {name}: {held_out} of {len(rules)} rules held out: choose 0 to {len(rules) - 1}")
    trained = set(rules[: len(rules) - held_out])
    train = [lane for lane, (rule, _) in enumerate(lanes) if rule in trained]
    lanes_by_rule = [tuple(lane for lane, (behind, _) in enumerate(lanes) if behind == rule) for rule in rules]
    return world_of_words(name, domain, [word for _, word in lanes], train=train, rules=lanes_by_rule, **texts)


def in_context_world(
    name: str,
    word_bits: int,
    *,
    rules: Sequence[int],
    queries: Sequence[int],
    observe: Observe,
    answer: Callable[[int, int], int],
    held_out_rules: int = 1,
    dialect: str = "arith",
    description: str = "",
) -> World:
    """The world in which a rule shows in its observations, `observe(r)`, and answers queries, `answer(r, q)`.

    Both are taken modulo 2^w; lanes come rule by rule. WorldError says that two rules look the same, or that no rule is
    left to train on.

    >>> world = in_context_world(
    ...     "demo", 2, rules=(1, 2), queries=(0, 3), observe=lambda r: (r + 1,), answer=lambda r, q: r * q
    ... )
    >>> world.domain.columns, world.domain.lanes, world.train
    (('o', 'q'), ((2, 0), (2, 3), (3, 0), (3, 3)), (0, 1))
    """
    observed = {rule: tuple(word % 2**word_bits for word in observe(rule)) for rule in rules}
    if len(set(observed.values())) != len(rules):
        raise WorldError(f"world {name}: two rules give the same observations: choose rules that g shows differently")
    views = len(observed[rules[0]])
    context = ("o",) if views == 1 else tuple(f"o{view + 1}" for view in range(views))
    pairs = [(rule, query) for rule in rules for query in queries]
    domain = Domain(word_bits, tuple((*observed[rule], query) for rule, query in pairs), (*context, "q"), context)
    lanes = [(rule, answer(rule, query)) for rule, query in pairs]
    return hidden_rule_world(
        name, domain, lanes, rules, held_out_rules, family="in-context", dialect=dialect, description=description
    )


def task_world(
    word_bits: int,
    observe: str,
    answer: str,
    rules: int,
    queries: int,
    *,
    first_query: int = 0,
    held_out_rules: int = 0,
) -> World:
    """The world of so many rules, seen as the first words there are, and of so many queries in a row.

    Every lane trains but those of the last rules, `held_out_rules`. WorldError where no rule is seen as one of these
    words, or there is no such g or f.
    """
    for name, known in ((observe, OBSERVATIONS), (answer, QUESTIONS)):
        if name not in known:
            raise WorldError(f"unknown formula {name} of a rule: choose among {', '.join(known)}")
    observation, question = OBSERVATIONS[observe], QUESTIONS[answer]
    return in_context_world(
        f"tasks.w{word_bits}-{observe}-{answer}-r{rules}-q{queries}{f'-from{first_query}' if first_query else ''}",
        word_bits,
        rules=rules_observed_as([(word,) for word in range(rules)], observation.function, word_bits),
        queries=range(first_query, first_query + queries),
        observe=observation.function,
        answer=question.function,
        held_out_rules=held_out_rules,
        description=f"{observation.text}, answer {question.text}",
    )


def rules_observed_as(observations: Sequence[tuple[int, ...]], observe: Observe, word_bits: int) -> tuple[int, ...]:
    """The least rule behind each observation; WorldError where no rule gives one of them.

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


class Scene(NamedTuple):
    """What in-context worlds of one domain share; a world has the first few observations and the first few queries."""

    dialect: str
    observations: tuple[tuple[int, ...], ...]
    queries: tuple[int, ...]


def _one_view(*words: int) -> tuple[tuple[int, ...], ...]:
    return tuple((word,) for word in words)


EIGHT_WORDS = (0, 1, 2, 3, 4, 5, 6, 7)

SCENES = {
    (2, "words"): Scene("arith", _one_view(0, 1, 2, 3), (0, 1, 2, 3)),
    (3, "words"): Scene("arith", _one_view(*EIGHT_WORDS), EIGHT_WORDS),
    (3, "squares"): Scene("arith", _one_view(0, 1, 4), EIGHT_WORDS),
    (3, "evens"): Scene("arith", _one_view(0, 2, 4, 6), EIGHT_WORDS),
    (3, "odds"): Scene("arith", _one_view(1, 3, 5, 7), EIGHT_WORDS),
    (3, "views"): Scene("arith", ((0, 0), (1, 1), (4, 0), (1, 3)), EIGHT_WORDS),
    (3, "patterns"): Scene("logic", _one_view(3, 5, 6, 1), (3, 5, 6, 7)),
    (3, "halves"): Scene("logic", ((1, 0), (1, 1), (2, 0), (2, 1)), (3, 5, 6, 7)),
    (4, "words"): Scene("arith", _one_view(*EIGHT_WORDS), EIGHT_WORDS),
    (4, "squares"): Scene("arith", _one_view(0, 1, 4, 9), EIGHT_WORDS),
    (4, "evens"): Scene("arith", _one_view(0, 2, 4, 6, 8, 10, 12, 14), EIGHT_WORDS),
    (4, "odds"): Scene("arith", _one_view(1, 3, 9, 11, 5, 7, 13, 15), EIGHT_WORDS),
    (4, "views"): Scene("arith", ((1, 3), (9, 3), (9, 11), (1, 11)), EIGHT_WORDS),
    (4, "patterns"): Scene("logic", _one_view(3, 5, 9, 14, 6, 10, 12, 7), (3, 5, 10, 15, 6, 9, 12, 1)),
    (4, "halves"): Scene("logic", ((1, 0), (1, 1), (2, 0), (2, 1)), (3, 5, 10, 15)),
}
"""Scenes by word size and name. The first four odds of 4 bits are the powers of 3; in `views` and
`halves` there are two observations, and neither tells all four rules alone."""

ARITH, LOGIC = ("arith",), ("logic",)
BOTH = ("arith", "logic")

OBSERVATIONS = {
    "itself": Formula(lambda r: (r,), "o = r", BOTH),
    "next": Formula(lambda r: (r + 1,), "o = r + 1", ARITH),
    "negated": Formula(lambda r: (-r,), "o = -r", ARITH),
    "complement": Formula(lambda r: (~r,), "o = r complemented", BOTH),
    "times3": Formula(lambda r: (3 * r,), "o = 3 r", ARITH),
    "times5": Formula(lambda r: (5 * r,), "o = 5 r", ARITH),
    "square": Formula(lambda r: (r * r,), "o = r r", ARITH, is_dear=True),
    "pronic": Formula(lambda r: (r * (r + 1),), "o = r (r + 1)", ARITH, is_dear=True),
    "skew": Formula(lambda r: (r * (2 * r + 1),), "o = r (2 r + 1)", ARITH, is_dear=True),
    "cube": Formula(lambda r: (r**3,), "o = r r r", ARITH, is_dear=True),
    "power3": Formula(lambda r: (3**r,), "o = 3 to the r", ARITH, is_dear=True),
    "gray": Formula(lambda r: (r ^ r >> 1,), "o = the Gray code of r", BOTH, is_dear=True),
    "smear": Formula(lambda r: (r ^ r << 1,), "o = r xor 2 r", LOGIC, is_dear=True),
    "squarecube": Formula(lambda r: (r * r, r**3), "o1 = r r and o2 = r r r", ARITH, is_dear=True),
    "squarepower": Formula(lambda r: (r * r, 3**r), "o1 = r r and o2 = 3 to the r", ARITH, is_dear=True),
    "halves": Formula(lambda r: (r >> 1, r & 1), "o1 = half of r and o2 = its last bit", LOGIC),
}
"""g by name; a g stands in a scene where its dialect is at home and rules reach what is observed."""


def _squaring_steps(r: int, q: int) -> int:
    state = 0
    for _ in range(q):
        state = state * state + r
    return state


QUESTIONS = {
    "product": Formula(lambda r, q: r * q, "r q", ARITH),
    "sum": Formula(lambda r, q: r + q, "r + q", ARITH),
    "difference": Formula(lambda r, q: q - r, "q - r", ARITH),
    "affine": Formula(lambda r, q: r * q + r, "r q + r", ARITH),
    "quadratic": Formula(lambda r, q: q * q + r, "q q + r", ARITH),
    "sumsquare": Formula(lambda r, q: (r + q) ** 2, "the square of r + q", ARITH),
    "less": Formula(lambda r, q: r < q, "1 where r < q", ARITH),
    "maximum": Formula(max, "the greater of r and q", ARITH),
    "power": Formula(lambda r, q: q**r, "q to the r", ARITH, is_dear=True),
    "rulepower": Formula(lambda r, q: r**q, "r to the q", ARITH, is_dear=True),
    "steps": Formula(_squaring_steps, "q steps of s -> s s + r from 0", ARITH, is_dear=True),
    "quotient": Formula(lambda r, q: r // (q + 1), "r divided by q + 1, rounded down", ARITH, is_dear=True),
    "both": Formula(lambda r, q: r & q, "r and q", LOGIC),
    "either": Formula(lambda r, q: r ^ q, "r xor q", LOGIC),
    "shifted": Formula(lambda r, q: r ^ q << 1, "r xor 2 q", LOGIC),
    "equal": Formula(lambda r, q: r == q, "1 where r = q", LOGIC),
    "dot": Formula(lambda r, q: (r & q).bit_count() % 2, "the parity of r and q", LOGIC, is_dear=True),
}
"""f by name."""


RULES = (2, 3, 4, 6, 8)
QUERIES = (2, 4, 8)


def fitting(counts: Sequence[int], most: int, word_bits: int, others: int) -> list[int]:
    """The counts that are no more than `most`, and with `others` for each leave all lanes room in a behaviour."""
    return [count for count in counts if count <= min(most, MAX_PACKED_BITS // (word_bits * others))]


@cache
def _reached(word_bits: int, seen: str, observe: str) -> int:
    """How many of the scene's observations, in order, have a rule behind them."""
    rules, observations = _least_rules(OBSERVATIONS[observe].function, word_bits), SCENES[word_bits, seen].observations
    missing = (place for place, observed in enumerate(observations) if observed not in rules)
    return next(missing, len(observations))


def _at_home(formulas: dict[str, Formula], setting: Setting) -> list[str]:
    dialect = SCENES[setting["word_bits"], setting["seen"]].dialect
    return [name for name, formula in formulas.items() if dialect in formula.dialects]


def _observations(setting: Setting) -> list[str]:
    return [name for name in _at_home(OBSERVATIONS, setting) if _reached(**setting, observe=name) >= RULES[0]]


def _rules(setting: Setting) -> list[int]:
    most = _reached(setting["word_bits"], setting["seen"], setting["observe"])
    return fitting(RULES, most, setting["word_bits"], QUERIES[0])


def _queries(setting: Setting) -> list[int]:
    most = len(SCENES[setting["word_bits"], setting["seen"]].queries)
    return fitting(QUERIES, most, setting["word_bits"], setting["rules"])


def held_out_rules(rules: int) -> int:
    """A quarter of the rules, at least one: the default of families with a hidden rule."""
    return max(1, rules // 4)


def _member(name: str, *, word_bits: int, seen: str, observe: str, answer: str, rules: int, queries: int) -> World:
    scene, observation, question = SCENES[word_bits, seen], OBSERVATIONS[observe], QUESTIONS[answer]
    return in_context_world(
        name,
        word_bits,
        rules=rules_observed_as(scene.observations[:rules], observation.function, word_bits),
        queries=scene.queries[:queries],
        observe=observation.function,
        answer=question.function,
        held_out_rules=held_out_rules(rules),
        dialect=scene.dialect,
        description=f"{observation.text} ({'dear' if observation.is_dear else 'cheap'} to invert), "
        f"answer {question.text}{' (dear)' if question.is_dear else ''}",
    )


def seen_knob(known: dict[tuple[int, str], Any], description: str) -> Knob:
    """The knob that says which words are seen, among those known by word size and name."""
    return Knob("seen", description, lambda setting: [seen for bits, seen in known if bits == setting["word_bits"]])


IN_CONTEXT = Family(
    "in-context",
    "a rule r hides behind observations o = g(r); asked a query q, it answers f(r, q)",
    (
        WORD_BITS,
        seen_knob(SCENES, "which words are observed, and so how many columns of them"),
        Knob("observe", "g, one-to-one on the rules used", _observations),
        Knob("answer", "f", lambda setting: _at_home(QUESTIONS, setting)),
        Knob("rules", "2 to 8, as many as are observed and fit; the last quarter held out", _rules, "r"),
        Knob("queries", "2, 4 or 8, as many as fit", _queries, "q"),
    ),
    _member,
)
