"""What the closed forms are about: each quantity with its symbol, meaning, unit and range.

c and L, t_s and t_d are the bits and the mean steps a lane of a program that searches and of direct code.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import sympy

from priorsim.errors import TheoryError


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that closed forms take.

    Parameters
    ----------
    name : str
        As keyword and, with hyphens, as option.
    symbol : sympy symbol
    meaning : str
        With its unit.
    least : int or None
        The least value allowed; None where any number is.
    is_whole : bool
        True where only integers make sense.
    """

    name: str
    symbol: Any
    meaning: str
    least: int | None = None
    is_whole: bool = False

    @property
    def shown_name(self) -> str:
        """The name that users see; in Python `lambda` is spelled `lam`."""
        return "lambda" if self.name == "lam" else self.name

    def check(self, number: int | float | Fraction) -> Fraction:
        """The number, exactly.

        Raises
        ------
        TheoryError
            When it is not finite, not whole where it should be, or below the least value.

        Examples
        --------
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


def _symbol(latex: str, **assumptions: bool) -> Any:
    return sympy.Symbol(latex, real=True, **assumptions)


C, L = _symbol("c", positive=True), _symbol("L", positive=True)
T_S, T_D = _symbol("t_s", positive=True), _symbol("t_d", positive=True)
N_S, N_D = _symbol("N_s", positive=True), _symbol("N_d", positive=True)
BETA, GAMMA, LAM, ALPHA = (_symbol(name) for name in ("beta", "gamma", "lambda", "alpha"))
CAP = _symbol("tau")
BITS, STEPS = _symbol("l", positive=True), _symbol("t", positive=True)
B_S, B_D, KRAFT = _symbol("B_s"), _symbol("B_d"), _symbol("K", positive=True)
W, OVERHEAD = _symbol("w", positive=True), _symbol("a")
ONCE_S, ONCE_D, EACH_S, EACH_D = (_symbol(name) for name in ("S_s", "S_d", "q_s", "q_d"))
ODDS, MOVE = _symbol("Lambda"), _symbol("h")
MEAN_S, MEAN_D, VARIANCE_S, VARIANCE_D = (_symbol(name) for name in ("E_s", "E_d", "V_s", "V_d"))

QUANTITIES: Mapping[str, Quantity] = MappingProxyType(
    {
        quantity.name: quantity
        for quantity in (
            Quantity("bits_search", C, "c, bits of the program that searches", 1, is_whole=True),
            Quantity("steps_search", T_S, "t_s, its mean steps a lane", 1),
            Quantity("count_search", N_S, "N_s, how many such programs there are", 1, is_whole=True),
            Quantity("bits_direct", L, "L, bits of direct code", 1, is_whole=True),
            Quantity("steps_direct", T_D, "t_d, its mean steps a lane", 1),
            Quantity("count_direct", N_D, "N_d, how many such programs there are", 1, is_whole=True),
            Quantity("alpha", ALPHA, "log2(t_s / t_d) / L, doublings of the time for a bit of direct code"),
            Quantity("beta", BETA, "the prior's penalty for a bit of length, in bits", 0),
            Quantity("gamma", GAMMA, "the prior's penalty for a doubling of the mean steps, in bits", 0),
            Quantity("lam", LAM, "the prior's penalty for a mean step (lambda), in bits", 0),
            Quantity("cap", CAP, "most mean steps with which a program still counts", 1),
            Quantity("bits", BITS, "l, bits of a program", 1, is_whole=True),
            Quantity("steps", STEPS, "t, steps of a program", 1),
            Quantity("bonus_search", B_S, "B of the search class, L_min + log2(sum of 2^-l), in bits", 0),
            Quantity("bonus_direct", B_D, "B of the direct class, in bits", 0),
            Quantity("kraft_mass", KRAFT, "K, the sum of 2^-l over all programs no shorter than the class's shortest"),
            Quantity("word_bits", W, "w, bits of a table's word", 1, is_whole=True),
            Quantity("table_overhead", OVERHEAD, "a, bits of a table program beside its words", 0, is_whole=True),
            Quantity("once_search", ONCE_S, "steps that the program that searches pays once a context", 0),
            Quantity("each_search", EACH_S, "steps that it pays for each query", 0),
            Quantity("once_direct", ONCE_D, "steps that the other program pays once a context", 0),
            Quantity("each_direct", EACH_D, "steps that the other program pays for each query", 0),
            Quantity("log_odds", ODDS, "log2(M_search / M_direct) before the move, in bits"),
            Quantity("move", MOVE, "h, by how much the penalty is raised"),
            Quantity("mean_search", MEAN_S, "mean of the penalty's feature over the search class, by weight"),
            Quantity("mean_direct", MEAN_D, "mean of the penalty's feature over the direct class, by weight"),
            Quantity("variance_search", VARIANCE_S, "variance of the feature over the search class, by weight", 0),
            Quantity("variance_direct", VARIANCE_D, "variance of the feature over the direct class, by weight", 0),
        )
    }
)
"""Every quantity by its name."""
