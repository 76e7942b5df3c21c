"""A closed form: a formula in sympy with its source, its LaTeX, and its value at given numbers; and what it is about.

c and L, t_s and t_d are the bits and the mean steps a lane of a program that searches and of direct code. Numbers go
in exactly (a float counts as the dyadic rational it is) and rational results come out exactly. All else is evaluated
by mpmath to DIGITS digits, with exponents of any size: nothing over- or underflows.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from types import MappingProxyType
from typing import Any, TypeAlias

import mpmath
import sympy
from sympy.codegen import cfunctions

from priorsim.errors import TheoryError

DIGITS = 20  # Significant digits of a value that is not rational.
GUARD_BITS = 10  # Binary digits beyond the ones asked for that a logarithm is taken with.
Number: TypeAlias = int | float | Fraction
Value: TypeAlias = Any
"""A Fraction where the value is rational, a bool where the form is a statement, else an mpmath.mpf."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that closed forms take, named as keyword and, with hyphens, as option; None where none is `least`."""

    name: str
    symbol: Any
    meaning: str
    least: int | None = None
    is_whole: bool = False

    @property
    def shown_name(self) -> str:
        """The name that users see; in Python `lambda` is spelled `lam`."""
        return "lambda" if self.name == "lam" else self.name

    def check(self, number: Number) -> Fraction:
        """The number, exactly; raises TheoryError unless it is finite, whole where it should be, and large enough.

        >>> QUANTITIES["gamma"].check(0.5)
        Fraction(1, 2)
        >>> QUANTITIES["bits_search"].check(0)
        Traceback (most recent call last):
        ...
        priorsim.errors.TheoryError: bits_search is 0: give a whole number of at least 1
        """
        if isinstance(number, float) and not math.isfinite(number):
            raise TheoryError(f"{self.shown_name} is {number}: give a finite number")
        exact = Fraction(number)
        is_below = self.least is not None and exact < self.least
        if is_below or (self.is_whole and exact.denominator > 1):
            floor = "" if self.least is None else f" of at least {self.least}"
            size = max(exact.numerator.bit_length(), exact.denominator.bit_length())
            shown = number if size <= 64 else f"a {'negative ' * (exact < 0)}number of {size} bits"
            raise TheoryError(f"{self.shown_name} is {shown}: give a {'whole ' * self.is_whole}number{floor}")
        return exact


_real = partial(sympy.Symbol, real=True)
_positive = partial(sympy.Symbol, real=True, positive=True)

QUANTITIES: Mapping[str, Quantity] = MappingProxyType(
    {
        quantity.name: quantity
        for quantity in (
            Quantity("bits_search", _positive("c"), "c, bits of the program that searches", 1, is_whole=True),
            Quantity("steps_search", _positive("t_s"), "t_s, its mean steps a lane", 1),
            Quantity("count_search", _positive("N_s"), "N_s, how many such programs there are", 1, is_whole=True),
            Quantity("bits_direct", _positive("L"), "L, bits of direct code", 1, is_whole=True),
            Quantity("steps_direct", _positive("t_d"), "t_d, its mean steps a lane", 1),
            Quantity("count_direct", _positive("N_d"), "N_d, how many such programs there are", 1, is_whole=True),
            Quantity("alpha", _real("alpha"), "log2(t_s / t_d) / L, doublings of the time for a bit of direct code"),
            Quantity("beta", _real("beta"), "the prior's penalty for a bit of length, in bits", 0),
            Quantity("gamma", _real("gamma"), "the prior's penalty for a doubling of the mean steps, in bits", 0),
            Quantity("lam", _real("lambda"), "the prior's penalty for a mean step (lambda), in bits", 0),
            Quantity("cap", _real("tau"), "most mean steps with which a program still counts", 1),
            Quantity("bits", _positive("l"), "l, bits of a program", 1, is_whole=True),
            Quantity("steps", _positive("t"), "t, steps of a program", 1),
            Quantity("bonus_search", _real("B_s"), "B of the search class, L_min + log2(sum of 2^-l), in bits", 0),
            Quantity("bonus_direct", _real("B_d"), "B of the direct class, in bits", 0),
            Quantity(
                "kraft_mass",
                _positive("K"),
                "K, the sum of 2^-l over all programs no shorter than the class's shortest",
            ),
            Quantity("word_bits", _positive("w"), "w, bits of a table's word", 1, is_whole=True),
            Quantity("table_overhead", _real("a"), "a, bits of a table program beside its words", 0, is_whole=True),
            Quantity("once_search", _real("S_s"), "steps that the program that searches pays once a context", 0),
            Quantity("each_search", _real("q_s"), "steps that it pays for each query", 0),
            Quantity("once_direct", _real("S_d"), "steps that the other program pays once a context", 0),
            Quantity("each_direct", _real("q_d"), "steps that the other program pays for each query", 0),
            Quantity("search_share", _real("pi_S"), "pi_S, search's share of the mass of the whole prior", 0),
            Quantity("log_odds", _real("Lambda"), "log2(M_search / M_direct) before the move, in bits"),
            Quantity("move", _real("h"), "h, by how much the penalty is raised"),
            Quantity("mean_search", _real("E_s"), "mean of the penalty's feature over the search class, by weight"),
            Quantity("mean_direct", _real("E_d"), "mean of the penalty's feature over the direct class, by weight"),
            Quantity("variance_search", _real("V_s"), "variance of the feature over the search class, by weight", 0),
            Quantity("variance_direct", _real("V_d"), "variance of the feature over the direct class, by weight", 0),
        )
    }
)


class log2(cfunctions.log2):  # type: ignore[misc]  # noqa: N801
    """Binary logarithm; exact at powers of two, and quick at integers of a million bits.

    sympy's own looks for factors of its argument, which takes minutes at such sizes.

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
    r"""A formula that says `statement`, with its unit, and is defined where the conditions hold.

    `left` is LaTeX of what the expression equals; expression and conditions are in the symbols of QUANTITIES.

    >>> c, length, alpha = (QUANTITIES[name].symbol for name in ("bits_search", "bits_direct", "alpha"))
    >>> form = ClosedForm("size", "a size", "x", alpha * (length - c), "", (length > c,))
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

        TheoryError says that a number is none of the form's, is out of its range, or breaks a condition.
        """
        wanted = {quantity.name: quantity for quantity in self.quantities}
        for name in numbers.keys() - wanted.keys():
            raise TheoryError(f"{self.name} has no {name}: it takes {', '.join(wanted)}")
        checked = {wanted[name].symbol: wanted[name].check(number) for name, number in numbers.items()}
        exact = {symbol: sympy.Rational(number.numerator, number.denominator) for symbol, number in checked.items()}
        conditions = tuple(condition.xreplace(exact) for condition in self.conditions)
        for condition, there in zip(self.conditions, conditions, strict=True):
            if there == sympy.false:
                named = condition.xreplace({each.symbol: sympy.Symbol(each.name) for each in wanted.values()})
                raise TheoryError(f"{self.name} is defined only where {named}")
        return replace(self, expression=self.expression.xreplace(exact), conditions=conditions)

    def value(self, **numbers: Number) -> Value:
        """The value at these numbers, one for each of `quantities`, by name; raises as `at`, and where one is missing.

        Exact where it is rational, else to DIGITS significant digits; a statement is True or False.
        """
        for quantity in self.quantities:
            if quantity.name not in numbers:
                raise TheoryError(f"{self.name} needs a value for {quantity.name}: {quantity.meaning}")
        result = self.at(**numbers).expression
        if result in (sympy.true, sympy.false):
            return bool(result)
        if result.is_Rational:
            return Fraction(int(result.p), int(result.q))
        with mpmath.workdps(DIGITS):
            return mpmath.mpf(result.evalf(DIGITS))

    def latex(self) -> str:
        """The formula as LaTeX, for a line of displayed mathematics."""
        relation = r"\iff" if self.expression.is_Boolean else "="
        return f"{self.left} {relation} {sympy.latex(self.expression, ln_notation=True)}"
