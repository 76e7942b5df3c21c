"""Worlds with one input column `x` on the default lanes: a table of functions and where they are at home.

A row gives a world for each of its word sizes; its name is the row's name and the word size, as in
`isqrt-w4`. The first three quarters of the lanes train.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from priorsim.mu.domain import Domain
from priorsim.worlds import decisions, functions
from priorsim.worlds.functions import WordFunction
from priorsim.worlds.world import World, default_train


@dataclass(frozen=True, slots=True)
class OneColumn:
    """A row of the table: a function, its home dialect and the word sizes it is shown at."""

    name: str
    family: str
    dialect: str
    widths: tuple[int, ...]
    function: WordFunction
    description: str


def one_column_world(row: OneColumn, word_bits: int) -> World:
    """The world of a row at one word size.

    >>> one_column_world(OneColumn("double", "forward", "arith", (2,), lambda x, bits: 2 * x, ""), 2).acceptable[3]
    frozenset({2})
    """
    domain = Domain.default(word_bits)
    words = (row.function(x, word_bits) % 2**word_bits for (x,) in domain.lanes)
    return World(
        name=f"{row.name}-w{word_bits}",
        domain=domain,
        acceptable=tuple(frozenset({word}) for word in words),
        train=default_train(len(domain.lanes)),
        family=row.family,
        dialect=row.dialect,
        description=row.description,
    )


BOTH = (3, 4)
W3 = (3,)
W4 = (4,)

ROWS = (
    OneColumn("identity", "forward", "arith", BOTH, functions.identity, "the word itself"),
    OneColumn("square", "forward", "arith", BOTH, functions.square, "x x"),
    OneColumn("cube", "forward", "arith", W4, functions.cube, "x x x"),
    OneColumn("affine", "forward", "arith", BOTH, functions.affine, "5 x + 3"),
    OneColumn("hump", "forward", "arith", W4, functions.hump, "x (m - x), m the greatest word"),
    OneColumn("minimum", "forward", "arith", BOTH, functions.minimum, "the lesser of x and m - x"),
    OneColumn("self-power", "forward", "arith", W4, functions.self_power, "x to the x"),
    OneColumn("power3", "forward", "loops", BOTH, functions.power_of_three, "3 to the x"),
    OneColumn("congruential", "forward", "loops", W4, functions.congruential, "x steps of s -> 5 s + 3 from 0"),
    OneColumn("recurrence", "forward", "loops", W4, functions.square_recurrence, "x steps of s -> s s + x from 0"),
    OneColumn("fibonacci", "forward", "loops", BOTH, functions.fibonacci, "the x-th Fibonacci number"),
    OneColumn("triangular", "forward", "loops", W4, functions.triangular, "1 + 2 + ... + x"),
    OneColumn("isqrt", "inverse", "arith", BOTH, functions.integer_root, "the greatest c with c c <= x"),
    OneColumn("isqrt-loops", "inverse", "loops", W4, functions.integer_root, "isqrt without a word for search"),
    OneColumn("root", "inverse", "arith", BOTH, functions.modular_root, "the least c with c c = x modulo 2^w, or 0"),
    OneColumn("cube-root", "inverse", "arith", W4, functions.modular_cube_root, "the least c with c c c = x, or 0"),
    OneColumn("half", "inverse", "arith", BOTH, functions.half, "x divided by 2, rounded down"),
    OneColumn("third", "inverse", "arith", BOTH, functions.third, "x divided by 3, rounded down"),
    OneColumn("third-loops", "inverse", "loops", W4, functions.third, "third without a word for search"),
    OneColumn("log2", "inverse", "arith", W4, functions.logarithm, "the greatest c with 2^c <= x, 0 for 0"),
    OneColumn("log3", "inverse", "arith", W4, functions.discrete_logarithm, "the least c with 3^c = x, or 0"),
    OneColumn("inverse", "inverse", "arith", BOTH, functions.modular_inverse, "1 / x modulo 2^w, 0 for even x"),
    OneColumn(
        "triangular-root", "inverse", "arith", W4, functions.triangular_root, "the greatest c with 1 + ... + c <= x"
    ),
    OneColumn("remainder3", "number", "loops", BOTH, functions.remainder_by_three, "x modulo 3"),
    OneColumn("remainder5", "number", "loops", W4, functions.remainder_by_five, "x modulo 5"),
    OneColumn("gcd12", "number", "loops", W4, functions.divisor_shared_with_twelve, "the divisor shared with 12"),
    OneColumn("smallest-factor", "number", "arith", W4, functions.smallest_factor, "the least divisor from 2 on"),
    OneColumn("prime", "number", "arith", BOTH, functions.is_prime, "1 where x is prime"),
    OneColumn("two-squares", "number", "arith", W4, functions.two_squares, "the least a with x - a a a square not 0"),
    OneColumn("parity", "bits", "logic", BOTH, functions.parity, "1 where an odd number of bits are 1"),
    OneColumn("popcount", "bits", "logic", BOTH, functions.population_count, "the number of 1 bits"),
    OneColumn("reversal", "bits", "logic", BOTH, functions.reversal, "the bits in the opposite order"),
    OneColumn("gray", "bits", "logic", W4, functions.gray, "the Gray code of x"),
    OneColumn("gray-inverse", "bits", "logic", BOTH, functions.gray_inverse, "the word whose Gray code is x"),
    OneColumn("lowest-bit", "bits", "logic", W4, functions.lowest_bit, "the lowest 1 bit alone"),
    OneColumn("rule90", "automaton", "logic", W4, functions.next_row(90), "the next row of rule 90, 0 outside"),
    OneColumn("rule30", "automaton", "logic", W4, functions.next_row(30), "the next row of rule 30, 0 outside"),
    OneColumn("rule110", "automaton", "logic", W4, functions.next_row(110), "the next row of rule 110, 0 outside"),
    OneColumn("ring", "planner", "arith", BOTH, decisions.first_move, "the first move to the goal on a walled ring"),
    OneColumn("best-action", "planner", "arith", BOTH, decisions.best_action, "the c whose payoff c (x - c) is most"),
    OneColumn("diagnosis", "bayes", "arith", BOTH, decisions.diagnosis, "the most probable cause of the symptoms"),
    OneColumn("sensor", "bayes", "arith", W4, decisions.noisy_sensor, "the likeliest c behind a noisy reading of c c"),
    OneColumn("channel", "bayes", "logic", BOTH, decisions.channel, "the likelier bit behind w noisy copies"),
    OneColumn("table-a", "table", "arith", BOTH, functions.seeded_table("table a"), "words without a rule, seed a"),
    OneColumn("table-b", "table", "arith", BOTH, functions.seeded_table("table b"), "words without a rule, seed b"),
    OneColumn("table-logic", "table", "logic", W3, functions.seeded_table("table c"), "words without a rule, seed c"),
    OneColumn("table-loops", "table", "loops", W3, functions.seeded_table("table d"), "words without a rule, seed d"),
)


def one_column_worlds() -> Iterator[World]:
    """Every row at every one of its word sizes."""
    for row in ROWS:
        for word_bits in row.widths:
            yield one_column_world(row, word_bits)
