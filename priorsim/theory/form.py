"""A closed form: a formula in sympy with its meaning and source, its LaTeX, and its value at given numbers.

Numbers go in exactly (a float counts as the dyadic rational it is) and rational results come out exactly. All
else is evaluated by mpmath to DIGITS digits, with exponents of any size: nothing over- or underflows.
"""

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeAlias

import mpmath
import sympy
from sympy.codegen import cfunctions

from priorsim.errors import TheoryError
from priorsim.theory.quantities import QUANTITIES, Quantity

DIGITS = 20
"""Significant digits of a value that is not rational."""
GUARD_BITS = 10
"""Binary digits beyond the ones asked for that a logarithm is taken with."""

Number: TypeAlias = int | float | Fraction
Value: TypeAlias = Any
"""A Fraction where the value is rational, a bool where the form is a statement, else an mpmath.mpf."""


class log2(cfunctions.log2):  # type: ignore[misc]  # noqa: N801
    """Binary logarithm; exact at powers of two, and quick at integers of a million bits.

    sympy's own looks for factors of its argument, which takes minutes at such sizes.

    Examples
    --------
    >>> log2(sympy.Integer(2) ** 2000), log2(sympy.Integer(3))
    (2000, log2(3))
    """

    @classmethod
    def eval(cls, argument: Any) -> Any:
        """Integers for powers of two; everything else stays as it is."""
        if argument.is_Rational and argument.is_positive:
            over, under = int(argument.p), int(argument.q)
            if over & (over - 1) == 0 and under & (under - 1) == 0:
                return sympy.Integer(over.bit_length() - under.bit_length())
        elif argument.is_Pow and argument.base == 2:
            return argument.exp
        return None

    def _eval_evalf(self, prec: int) -> Any:
        argument = self.args[0]
        if not argument.is_Rational:
            return super()._eval_evalf(prec)
        over, under = int(argument.p), int(argument.q)
        with mpmath.workprec(prec + GUARD_BITS):
            if 2 * abs(over - under) < under:
                # Near 1 the logarithm is that of the small difference, to full precision.
                value = mpmath.log1p(mpmath.mpf(over - under) / under) / mpmath.log(2)
            else:
                # The leading bits are enough, and all that mpmath takes quickly.
                shifts = [max(0, number.bit_length() - prec - GUARD_BITS) for number in (over, under)]
                quotient = mpmath.mpf(over >> shifts[0]) / (under >> shifts[1])
                value = mpmath.log(quotient, 2) + shifts[0] - shifts[1]
        return sympy.Float(value, precision=prec)

    def _latex(self, printer: Any) -> str:
        return rf"\log_{{2}} {printer.parenthesize(self.args[0], math.inf)}"


@dataclass(frozen=True, slots=True)
class ClosedForm:
    r"""A formula with what it says and where it comes from.

    Parameters
    ----------
    name : str
    statement : str
        What it is, in words, with its unit.
    left : str
        LaTeX of what the formula equals.
    expression : sympy expression
        In the symbols of `priorsim.theory.quantities`.
    source : str
    conditions : tuple of sympy relations
        What must hold of the numbers for the formula to mean anything.

    Examples
    --------
    >>> from priorsim.theory.quantities import ALPHA, C, L
    >>> form = ClosedForm("size", "a size", "x", ALPHA * (L - C), "", (L > C,))
    >>> form.value(alpha=0.5, bits_search=10, bits_direct=13)
    Fraction(3, 2)
    >>> form.latex()
    'x = \\alpha \\left(L - c\\right)'
    >>> form.value(alpha=1, bits_search=2, bits_direct=2)
    Traceback (most recent call last):
    ...
    priorsim.errors.TheoryError: size is defined only where bits_direct > bits_search
    """

    name: str
    statement: str
    left: str
    expression: Any
    source: str
    conditions: tuple[Any, ...] = ()

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """What has to be given for a value, in the order of the table of quantities."""
        symbols = set(self.expression.free_symbols).union(*(each.free_symbols for each in self.conditions))
        return tuple(quantity for quantity in QUANTITIES.values() if quantity.symbol in symbols)

    def at(self, **numbers: Number) -> "ClosedForm":
        """The same form with some numbers put in; what they cancel need not be given any more.

        Raises
        ------
        TheoryError
            When a number is none of the form's, is out of its range, or breaks a condition.
        """
        wanted = {quantity.name: quantity for quantity in self.quantities}
        for name in numbers.keys() - wanted.keys():
            raise TheoryError(f"{self.name} has no {name}: it takes {', '.join(wanted)}")
        exact = {wanted[name].symbol: _rational(wanted[name].check(number)) for name, number in numbers.items()}
        conditions = tuple(condition.xreplace(exact) for condition in self.conditions)
        for condition, there in zip(self.conditions, conditions, strict=True):
            if there == sympy.false:
                named = condition.xreplace({each.symbol: sympy.Symbol(each.name) for each in wanted.values()})
                raise TheoryError(f"{self.name} is defined only where {named}")
        return replace(self, expression=self.expression.xreplace(exact), conditions=conditions)

    def value(self, **numbers: Number) -> Value:
        """The value at these numbers, one for each of `quantities`, by name.

        Returns
        -------
        Fraction, mpmath.mpf or bool
            Exact where it is rational, else to DIGITS significant digits; a statement is True or False.

        Raises
        ------
        TheoryError
            When a number is missing, is none of the form's or is out of its range, or a condition fails.
        """
        for quantity in self.quantities:
            if quantity.name not in numbers:
                raise TheoryError(f"{self.name} needs a value for {quantity.name}: {quantity.meaning}")
        return _value(self.at(**numbers).expression)

    def latex(self) -> str:
        """The formula as LaTeX, for a line of displayed mathematics."""
        relation = r"\iff" if self.expression.is_Boolean else "="
        return f"{self.left} {relation} {sympy.latex(self.expression, ln_notation=True)}"

    def to_json(self) -> dict[str, object]:
        """Name, statement, LaTeX, what to give, and source."""
        return {
            "name": self.name,
            "statement": self.statement,
            "latex": self.latex(),
            "needs": {each.name: each.meaning for each in self.quantities},
            "holds_where": [sympy.latex(each) for each in self.conditions],
            "source": self.source,
        }


def _rational(number: Fraction) -> Any:
    return sympy.Rational(number.numerator, number.denominator)


def _value(result: Any) -> Value:
    if result in (sympy.true, sympy.false):
        return bool(result)
    if result.is_Rational:
        return Fraction(int(result.p), int(result.q))
    with mpmath.workdps(DIGITS):
        return mpmath.mpf(result.evalf(DIGITS))
