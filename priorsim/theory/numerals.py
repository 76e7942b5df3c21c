"""Numbers of any size as text: read exactly, written for readers, for JSON and for LaTeX."""

import sys
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from priorsim.errors import TheoryError
from priorsim.theory.form import DIGITS, Value

MAX_BITS = 1 << 21
"""The largest number that can be given has about so many bits."""
MAX_PLAIN = 10**15
"""Smaller whole numbers are written whole."""


def parse_number(text: str, name: str) -> Fraction:
    """An exact number from text: 1000, 2.5, 1e6, 37/16, or a power such as 2^2000.

    Raises
    ------
    TheoryError
        When it cannot be read, or has more than MAX_BITS bits.

    Examples
    --------
    >>> parse_number("10^6", "bits_direct"), parse_number("2.5", "steps_search")
    (Fraction(1000000, 1), Fraction(5, 2))
    """
    try:
        base, power, exponent_text = text.partition("^")
        if power:
            exponent_value = int(exponent_text)
            number = int(base)
            if abs(exponent_value) * (abs(number) - 1).bit_length() <= MAX_BITS:
                return Fraction(number) ** exponent_value
        elif "/" in text or abs(Decimal(text).adjusted()) * 4 <= MAX_BITS:
            return Fraction(text)
    except (ValueError, ZeroDivisionError, InvalidOperation):
        raise TheoryError(f"{name} '{text}' cannot be read: write a number as 1000, 2.5, 37/16 or 2^2000") from None
    raise TheoryError(f"{name} {text} is out of range: give a number of at most {MAX_BITS} bits")


def exact_value(value: Value) -> Fraction:
    """A Fraction, itself or the one that an mpf stands for."""
    if isinstance(value, Fraction):
        return value
    mantissa, power = value.man_exp
    return Fraction(int(mantissa)) * Fraction(2) ** int(power)


def to_mpf(value: Value) -> Any:
    """A value as an mpf, rounded to DIGITS digits."""
    with mpmath.workdps(DIGITS):
        if isinstance(value, Fraction):
            return mpmath.mpf(value.numerator) / value.denominator
        return mpmath.mpf(value)


def json_value(value: Value | None) -> Any:
    """A value as JSON: a number where it is in the range of float64, otherwise its decimal digits as text.

    Whole numbers in that range are exact.

    Examples
    --------
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

    Examples
    --------
    >>> format_value(Fraction(3)), format_value(Fraction(1, 3)), format_value(Fraction(10) ** 400), format_value(True)
    ('3', '0.3333', '1.0e+400', 'yes')
    """
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Fraction) and value.denominator == 1 and abs(value) < MAX_PLAIN:
        return str(value)
    number = to_mpf(value)
    return f"{float(number):.4f}" if abs(number) < MAX_PLAIN else str(mpmath.nstr(number, 6)).removeprefix("+")


def latex_value(value: Value) -> str:
    """The end of a line of mathematics: what the formula comes to."""
    if isinstance(value, bool):
        return rf"\iff \{'top' if value else 'bot'}"
    if isinstance(value, Fraction) and value.denominator == 1 and abs(value) < MAX_PLAIN:
        return f"= {value}"
    return f"= {sympy.latex(sympy.Float(to_mpf(value), 6))}"
