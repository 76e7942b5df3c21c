"""Worlds with one input column `x` on the default lanes: a table of functions and where they are at home.

A row gives a world for each of its word sizes, as `isqrt-w4`. Where no word qualifies the answer is 0, as of a
fruitless `find`. Some functions decide: a planner's next move, the best action, the most probable cause; they are
computed from their definitions in integers, and ties go to the least word.
"""

from collections.abc import Iterator
from hashlib import sha256
from math import gcd, prod

from priorsim.worlds.forward_inverse import (
    FUNCTIONS,
    NUMERATORS,
    WordFunction,
    floor_root,
    function_world,
    least,
    least_root,
    quotient,
)
from priorsim.worlds.world import World


def smallest_factor(x: int, bits: int) -> int:
    """The least d >= 2 that divides x; x itself where x is 0 or 1.

    >>> [smallest_factor(x, 4) for x in range(10)]
    [0, 1, 2, 3, 2, 5, 2, 7, 2, 3]
    """
    return next(d for d in range(2, x + 1) if x % d == 0) if x > 1 else x


def is_prime(x: int, bits: int) -> int:
    """1 where x is a prime, else 0."""
    return int(x > 1 and smallest_factor(x, bits) == x)


def two_squares(x: int, bits: int) -> int:
    """The least a for which x - a a is a square other than 0 modulo 2^w, 0 where there is none."""
    squares = {b * b % 2**bits for b in range(2**bits)} - {0}
    return least(bits, lambda a: (x - a * a) % 2**bits in squares)


def gray(x: int, bits: int) -> int:
    """The Gray code of x: neighbours differ in one bit."""
    return x ^ (x >> 1)


def reversal(x: int, bits: int) -> int:
    """The bits in the opposite order."""
    return int(f"{x:0{bits}b}"[::-1], 2)


def next_row(rule: int) -> WordFunction:
    """One step of an elementary cellular automaton by Wolfram's number, cells beyond the two edges being 0.

    Bit 4 l + 2 c + r of the rule is the next state of a cell whose left neighbour, itself and right neighbour are
    l, c and r. The most significant bit of a word is the leftmost cell.

    >>> format(next_row(90)(0b0100, 4), "04b")
    '1010'
    """
    return lambda x, bits: sum((rule >> ((x << 1) >> cell & 0b111) & 1) << cell for cell in range(bits))


def seeded_table(seed: str) -> WordFunction:
    """A table of words without a rule: word x is byte x of the seed's SHA-256 digest, modulo 2^w, w at most 8."""
    return lambda x, bits: sha256(seed.encode()).digest()[x]


def ring_goal(bits: int) -> int:
    """The goal's cell on a ring of 2^w cells: 5 of 16, 2 of 8."""
    return int(5 * 2**bits // 16)


def ring_wall(bits: int) -> int:
    """The cell above which the wall stands: between 9 and 10 of 16, 4 and 5 of 8."""
    return int(9 * 2**bits // 16)


def first_move(x: int, bits: int) -> int:
    """The first move of a shortest way from cell x to the goal: 1 up, -1 down, 0 at the goal.

    >>> [first_move(x, 3) for x in range(8)]
    [1, 1, 0, -1, -1, 1, 1, 1]
    """
    # The ring, cut at the wall, is a line.
    here, goal = ((cell - ring_wall(bits) - 1) % 2**bits for cell in (x, ring_goal(bits)))
    return int(goal > here) - int(goal < here)


def best_action(x: int, bits: int) -> int:
    """The least action c whose payoff c (x - c) modulo 2^w is greatest."""
    return max(range(2**bits), key=lambda c: c * (x - c) % 2**bits)


DIAGNOSIS_PRIOR = (8, 4, 2, 2)  # Of 16: nothing, a cold, an allergy, the flu.
DIAGNOSIS_CHANCES = ((1, 1, 1, 1), (6, 5, 1, 2), (7, 1, 1, 5), (3, 6, 7, 6))
"""Of 8, for each cause: sneezing, cough, fever, headache (the lowest bit of the evidence first)."""


def diagnosis(x: int, bits: int) -> int:
    """The most probable of four causes, where bit i of x is symptom i; at w = 3 the last is not asked for."""

    def weight(cause: int) -> int:
        chances = enumerate(DIAGNOSIS_CHANCES[cause][:bits])
        return DIAGNOSIS_PRIOR[cause] * prod(chance if x >> i & 1 else 8 - chance for i, chance in chances)

    return max(range(4), key=weight)


def channel(x: int, bits: int) -> int:
    """The more probable hidden bit (0 at odds 3 : 2), sent w times over wires that flip it once in four.

    >>> [channel(x, 3) for x in (0b000, 0b010, 0b110, 0b111)]
    [0, 0, 1, 1]
    """
    ones = x.bit_count()
    return int(2 * 3**ones > 3 * 3 ** (bits - ones))


def noisy_sensor(x: int, bits: int) -> int:
    """The most probable c in 0..3, of prior weight 4 - c, behind a reading x of c c; a unit of error halves it."""
    return max(range(4), key=lambda c: (4 - c) << (2**bits - abs(x - c * c)))


BOTH = (3, 4)
W3 = (3,)
W4 = (4,)
F = {name: formula.function for name, formula in (FUNCTIONS | NUMERATORS).items()}
SQRT, THIRD = floor_root(F["square"]), floor_root(F["times3"])

ROWS: tuple[tuple[str, str, str, tuple[int, ...], WordFunction, str], ...] = (
    ("identity", "forward", "arith", BOTH, F["identity"], "the word itself"),
    ("square", "forward", "arith", BOTH, F["square"], "x x"),
    ("cube", "forward", "arith", W4, F["cube"], "x x x"),
    ("affine", "forward", "arith", BOTH, F["affine"], "5 x + 3"),
    ("hump", "forward", "arith", W4, F["hump"], "x (m - x), m the greatest word"),
    ("minimum", "forward", "arith", BOTH, F["minimum"], "the lesser of x and m - x"),
    ("self-power", "forward", "arith", W4, F["selfpower"], "x to the x"),
    ("power3", "forward", "loops", BOTH, F["power3"], "3 to the x"),
    ("congruential", "forward", "loops", W4, F["congruential"], "x steps of s -> 5 s + 3 from 0"),
    ("recurrence", "forward", "loops", W4, F["squaring"], "x steps of s -> s s + x from 0"),
    ("fibonacci", "forward", "loops", BOTH, F["fibonacci"], "the x-th Fibonacci number"),
    ("triangular", "forward", "loops", W4, F["triangular"], "1 + 2 + ... + x"),
    ("isqrt", "inverse", "arith", BOTH, SQRT, "the greatest c with c c <= x"),
    ("isqrt-loops", "inverse", "loops", W4, SQRT, "isqrt without a word for search"),
    ("root", "inverse", "arith", BOTH, least_root(F["square"]), "the least c with c c = x modulo 2^w, or 0"),
    ("cube-root", "inverse", "arith", W4, least_root(F["cube"]), "the least c with c c c = x, or 0"),
    ("half", "inverse", "arith", BOTH, floor_root(F["times2"]), "x divided by 2, rounded down"),
    ("third", "inverse", "arith", BOTH, THIRD, "x divided by 3, rounded down"),
    ("third-loops", "inverse", "loops", W4, THIRD, "third without a word for search"),
    ("log2", "inverse", "arith", W4, floor_root(F["power2"]), "the greatest c with 2^c <= x, 0 for 0"),
    ("log3", "inverse", "arith", W4, least_root(F["power3"]), "the least c with 3^c = x, or 0"),
    ("inverse", "inverse", "arith", BOTH, quotient(F["one"]), "1 / x modulo 2^w, 0 for even x"),
    ("triangular-root", "inverse", "arith", W4, floor_root(F["triangular"]), "the greatest c with 1 + ... + c <= x"),
    ("remainder3", "number", "loops", BOTH, lambda x, bits: x % 3, "x modulo 3"),
    ("remainder5", "number", "loops", W4, lambda x, bits: x % 5, "x modulo 5"),
    ("gcd12", "number", "loops", W4, lambda x, bits: gcd(x, 12), "the divisor shared with 12"),
    ("smallest-factor", "number", "arith", W4, smallest_factor, "the least divisor from 2 on"),
    ("prime", "number", "arith", BOTH, is_prime, "1 where x is prime"),
    ("two-squares", "number", "arith", W4, two_squares, "the least a with x - a a a square not 0"),
    ("parity", "bits", "logic", BOTH, lambda x, bits: x.bit_count() % 2, "1 where an odd number of bits are 1"),
    ("popcount", "bits", "logic", BOTH, lambda x, bits: x.bit_count(), "the number of 1 bits"),
    ("reversal", "bits", "logic", BOTH, reversal, "the bits in the opposite order"),
    ("gray", "bits", "logic", W4, gray, "the Gray code of x"),
    ("gray-inverse", "bits", "logic", BOTH, least_root(gray), "the word whose Gray code is x"),
    ("lowest-bit", "bits", "logic", W4, lambda x, bits: x & -x, "the lowest 1 bit alone"),
    ("rule90", "automaton", "logic", W4, next_row(90), "the next row of rule 90, 0 outside"),
    ("rule30", "automaton", "logic", W4, next_row(30), "the next row of rule 30, 0 outside"),
    ("rule110", "automaton", "logic", W4, next_row(110), "the next row of rule 110, 0 outside"),
    ("ring", "planner", "arith", BOTH, first_move, "the first move to the goal on a walled ring"),
    ("best-action", "planner", "arith", BOTH, best_action, "the c whose payoff c (x - c) is most"),
    ("diagnosis", "bayes", "arith", BOTH, diagnosis, "the most probable cause of the symptoms"),
    ("sensor", "bayes", "arith", W4, noisy_sensor, "the likeliest c behind a noisy reading of c c"),
    ("channel", "bayes", "logic", BOTH, channel, "the likelier bit behind w noisy copies"),
    ("table-a", "table", "arith", BOTH, seeded_table("table a"), "words without a rule, seed a"),
    ("table-b", "table", "arith", BOTH, seeded_table("table b"), "words without a rule, seed b"),
    ("table-logic", "table", "logic", W3, seeded_table("table c"), "words without a rule, seed c"),
    ("table-loops", "table", "loops", W3, seeded_table("table d"), "words without a rule, seed d"),
)
"""Name, family, home dialect, the word sizes it is shown at, function and description."""


def one_column_worlds() -> Iterator[World]:
    """Every row at every one of its word sizes."""
    for row, family, dialect, widths, function, text in ROWS:
        for bits in widths:
            name = f"{row}-w{bits}"
            yield function_world(name, bits, 2**bits, function, family=family, dialect=dialect, description=text)
