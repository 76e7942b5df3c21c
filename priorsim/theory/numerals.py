"""Numbers of any size as text: read exactly, written for readers, for JSON and for LaTeX."""

import re
import sys
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from priorsim.errors import TheoryError
from priorsim.reading import quoted
from priorsim.theory.form import DIGITS, Value

MAX_BITS = 1 << 21  # The largest number that can be given has about so many bits.
MAX_DIGITS = 1000  # Longer texts are refused: a number so long is written as a power.
BITS_OF_DIGIT = 4  # At most so many bits a decimal digit.
MAX_PLAIN = 10**15  # Smaller whole numbers are written whole.
_POWER = re.compile(r"([+-]?[0-9]+)\^([+-]?[0-9]+)")
_RATIO = re.compile(r"[+-]?[0-9]+/[0-9]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE]([+-]?[0-9]+))?")


def parse_number(text: str, name: str, most_bits: int = MAX_BITS) -> Fraction:
    """An exact number from text: 1000, 2.5, 1e6, 37/16, or a power such as 2^2000.

    Raises TheoryError, which calls it by the name, when it cannot be read, or its numerator or denominator has more
    bits than `most_bits`, which is no more than MAX_BITS.

    >>> parse_number("10^6", "bits_direct"), parse_number("2.5", "steps_search")
    (Fraction(1000000, 1), Fraction(5, 2))
    """
    plain = text.strip()
    if len(plain) > MAX_DIGITS:
        raise TheoryError(f"{name} {quoted(plain)} is too long: write such a number as a power, as 2^2000")
    try:
        number = _evaluate(plain)
    except (ValueError, ZeroDivisionError):
        raise TheoryError(
            f"{name} {quoted(plain)} cannot be read: write a number as 1000, 2.5, 37/16 or 2^2000"
        ) from None
    if number is None or max(number.numerator.bit_length(), number.denominator.bit_length()) > most_bits:
        raise TheoryError(
            f"{name} {quoted(plain)} is out of range: give a number whose numerator and denominator have at most "
            f"{most_bits} bits"
        )
    return number


def _evaluate(text: str) -> Fraction | None:
    """The number, or None where it is too large to be worked out; ValueError where it is none."""
    power, decimal = _POWER.fullmatch(text), _DECIMAL.fullmatch(text)
    if power:
        base, exponent = map(int, power.groups())
        size = abs(exponent) * (abs(base) - 1).bit_length()
        return Fraction(base) ** exponent if size <= MAX_BITS else None
    if decimal:
        size = abs(int(decimal[1] or 0)) * BITS_OF_DIGIT
        return Fraction(text) if size <= MAX_BITS else None
    if _RATIO.fullmatch(text):
        return Fraction(text)
    raise ValueError(text)


def exact_value(value: Value) -> Fraction:
    """A Fraction, itself or the one that an mpf stands for."""
    if isinstance(value, Fraction):
        return value
    mantissa, power = value.man_exp
    return Fraction(int(mantissa)) * Fraction(2) ** int(power)


def to_mpf(value: Value) -> Any:
    """A value as an mpf, rounded to DIGITS digits."""
    over, under = (value.numerator, value.denominator) if isinstance(value, Fraction) else (value, 1)
    with mpmath.workdps(DIGITS):
        return mpmath.mpf(over) / under


def json_value(value: Value | None) -> Any:
    """A value as JSON: a number where it is in the range of float64, otherwise its decimal digits as text.

    Whole numbers in that range are exact.

    >>> json_value(Fraction(1, 2)), json_value(Fraction(10) ** 400), json_value(float("-inf"))
    (0.5, '1.0e+400', '-inf')
    >>> json_value(Fraction(10**30 + 1))
    1000000000000000000000000000001
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Fraction) and value.denominator == 1 and abs(value) <= sys.float_info.max:
        return int(value)
    number = to_mpf(value)
    return float(number) if abs(number) <= sys.float_info.max else str(mpmath.nstr(number, 12)).removeprefix("+")


def format_value(value: Value | None) -> str:
    """A value for readers: whole numbers whole, others with four decimals, very large ones as powers of ten.

    >>> format_value(Fraction(3)), format_value(Fraction(1, 3)), format_value(Fraction(10) ** 400), format_value(True)
    ('3', '0.3333', '1.0e+400', 'yes')
    """
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    if _is_plain(value):
        return str(value)
    number = to_mpf(value)
    return f"{float(number):.4f}" if abs(number) < MAX_PLAIN else str(mpmath.nstr(number, 6)).removeprefix("+")


def _is_plain(value: Value) -> bool:
    return isinstance(value, Fraction) and value.denominator == 1 and abs(value) < MAX_PLAIN


def latex_value(value: Value) -> str:
    """The end of a line of mathematics: what the formula comes to."""
    if isinstance(value, bool):
        return rf"\iff \{'top' if value else 'bot'}"
    if _is_plain(value):
        return f"= {value}"
    return f"= {sympy.latex(sympy.Float(to_mpf(value), 6))}"
