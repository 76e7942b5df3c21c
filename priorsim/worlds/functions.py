"""The functions that one-column worlds ask for: one input word in, one output word out.

Each takes the word `x` and the word size `bits`, and may return any integer: worlds reduce it modulo
2^w. Where no word qualifies the answer is 0, the word a fruitless `find` gives. Everything is exact.
"""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from itertools import count
from math import gcd, isqrt

WordFunction = Callable[[int, int], int]


def least(bits: int, holds: Callable[[int], bool]) -> int:
    """The least word that qualifies, 0 where none does.

    >>> least(4, lambda c: c * c > 10)
    4
    """
    return next((word for word in range(2**bits) if holds(word)), 0)


# --- forward ----------------------------------------------------------------------------------


def identity(x: int, bits: int) -> int:
    """The word itself."""
    return x


def square(x: int, bits: int) -> int:
    """The square of x."""
    return x * x


def cube(x: int, bits: int) -> int:
    """The third power of x."""
    return x**3


def affine(x: int, bits: int) -> int:
    """5 x + 3."""
    return 5 * x + 3


def hump(x: int, bits: int) -> int:
    """The product of x and m - x, m the greatest word."""
    return x * int(2**bits - 1 - x)


def minimum(x: int, bits: int) -> int:
    """The lesser of x and its complement m - x, m the greatest word."""
    return min(x, int(2**bits - 1 - x))


def power_of_three(x: int, bits: int) -> int:
    """3 to the x."""
    return int(pow(3, x, 2**bits))


def self_power(x: int, bits: int) -> int:
    """The x-th power of x, with 0 to the 0 = 1."""
    return int(pow(x, x, 2**bits))


def congruential(x: int, bits: int) -> int:
    """The state after x steps of s -> 5 s + 3 from 0."""
    state = 0
    for _ in range(x):
        state = 5 * state + 3
    return state


def square_recurrence(x: int, bits: int) -> int:
    """The state after x steps of s -> s s + x from 0."""
    state = 0
    for _ in range(x):
        state = (state * state + x) % 2**bits
    return state


def fibonacci(x: int, bits: int) -> int:
    """The x-th Fibonacci number, the 0-th being 0.

    >>> [fibonacci(x, 4) for x in range(8)]
    [0, 1, 1, 2, 3, 5, 8, 13]
    """
    this, following = 0, 1
    for _ in range(x):
        this, following = following, this + following
    return this


def triangular(x: int, bits: int) -> int:
    """1 + 2 + ... + x."""
    return x * (x + 1) // 2


# --- inverse ----------------------------------------------------------------------------------


def integer_root(x: int, bits: int) -> int:
    """The greatest c with c c <= x."""
    return isqrt(x)


def modular_root(x: int, bits: int) -> int:
    """The least c with c c = x modulo 2^w, 0 where there is none."""
    return least(bits, lambda c: c * c % 2**bits == x)


def modular_cube_root(x: int, bits: int) -> int:
    """The least c with c c c = x modulo 2^w, 0 where there is none."""
    return least(bits, lambda c: c**3 % 2**bits == x)


def half(x: int, bits: int) -> int:
    """Half of x, rounded down."""
    return x // 2


def third(x: int, bits: int) -> int:
    """A third of x, rounded down."""
    return x // 3


def logarithm(x: int, bits: int) -> int:
    """The greatest c with 2^c <= x, and 0 for 0."""
    return max(0, x.bit_length() - 1)


def discrete_logarithm(x: int, bits: int) -> int:
    """The least c with 3^c = x modulo 2^w, 0 where there is none."""
    return least(bits, lambda c: pow(3, c, 2**bits) == x)


def modular_inverse(x: int, bits: int) -> int:
    """The c with c x = 1 modulo 2^w for odd x, 0 for even x."""
    return pow(x, -1, 2**bits) if x % 2 else 0


def triangular_root(x: int, bits: int) -> int:
    """The greatest c with 1 + 2 + ... + c <= x."""
    return (isqrt(8 * x + 1) - 1) // 2


# --- number theory ----------------------------------------------------------------------------


def remainder_by_three(x: int, bits: int) -> int:
    """The remainder of x by 3."""
    return x % 3


def remainder_by_five(x: int, bits: int) -> int:
    """The remainder of x by 5."""
    return x % 5


def smallest_factor(x: int, bits: int) -> int:
    """The least d >= 2 that divides x; x itself where x is 0 or 1.

    >>> [smallest_factor(x, 4) for x in range(10)]
    [0, 1, 2, 3, 2, 5, 2, 7, 2, 3]
    """
    return next(d for d in count(2) if x % d == 0) if x > 1 else x


def is_prime(x: int, bits: int) -> int:
    """1 where x is a prime, else 0."""
    return int(x > 1 and smallest_factor(x, bits) == x)


def divisor_shared_with_twelve(x: int, bits: int) -> int:
    """The greatest common divisor of x and 12."""
    return gcd(x, 12)


def two_squares(x: int, bits: int) -> int:
    """The least a for which x - a a is a square other than 0 modulo 2^w, 0 where there is none."""
    squares = {b * b % 2**bits for b in range(2**bits)} - {0}
    return least(bits, lambda a: (x - a * a) % 2**bits in squares)


# --- bits and cells ---------------------------------------------------------------------------


def parity(x: int, bits: int) -> int:
    """1 where an odd number of bits are 1."""
    return x.bit_count() % 2


def population_count(x: int, bits: int) -> int:
    """The number of bits that are 1."""
    return x.bit_count()


def reversal(x: int, bits: int) -> int:
    """The bits in the opposite order.

    >>> reversal(0b0010, 4)
    4
    """
    return int(format(x, f"0{bits}b")[::-1], 2)


def gray(x: int, bits: int) -> int:
    """The Gray code of x: neighbours differ in one bit."""
    return x ^ (x >> 1)


def gray_inverse(x: int, bits: int) -> int:
    """The word whose Gray code is x."""
    return least(bits, lambda c: gray(c, bits) == x)


def lowest_bit(x: int, bits: int) -> int:
    """The lowest 1 bit of x alone, 0 for 0."""
    return x & -x


def next_row(rule: int) -> WordFunction:
    """One step of an elementary cellular automaton, cells beyond the two edges being 0.

    Parameters
    ----------
    rule : int
        Wolfram's number: bit 4 l + 2 c + r is the next state of a cell whose left neighbour, itself
        and right neighbour are l, c and r. The most significant bit of a word is the leftmost cell.

    Examples
    --------
    >>> format(next_row(90)(0b0100, 4), "04b")
    '1010'
    """

    def step(x: int, bits: int) -> int:
        """One step of the automaton."""
        padded = x << 1
        return sum((rule >> (padded >> cell & 0b111) & 1) << cell for cell in range(bits))

    return step


# --- tables -----------------------------------------------------------------------------------


def seeded_table(seed: str) -> WordFunction:
    """A table of words without a rule, the same on every machine.

    Word x is byte x of the SHA-256 digest of the seed, modulo 2^w; so w is at most 8 and x below 32.
    """

    @cache
    def digest() -> bytes:
        return sha256(seed.encode()).digest()

    def look_up(x: int, bits: int) -> int:
        """Word x of the table."""
        return digest()[x]

    return look_up
