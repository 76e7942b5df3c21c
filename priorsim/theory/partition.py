"""How the log-odds move with a penalty: derivatives of a log partition function.

A class of programs with features phi (beta: l, gamma: log2 t, lambda: t, delta: s) and weights n 2^(-theta phi) has
the mass Z(theta) = sum of n 2^(-theta phi), and log-odds are log2 Z_s - log2 Z_d.
"""

from functools import cache
from typing import Any

import sympy

from priorsim.theory.form import ClosedForm, log2
from priorsim.theory.quantities import MEAN_D, MEAN_S, MOVE, ODDS, VARIANCE_D, VARIANCE_S

THETA = sympy.Symbol("theta", real=True)


def log2_mass_derivative(order: int, mean: Any, variance: Any) -> Any:
    """d^order log2 Z / d theta^order of any class, order 1 or 2, by its mean and variance of phi.

    sympy differentiates the sum over m programs; sums of phi w and phi^2 w, w the weights, are then mean and
    second moment times Z.

    Examples
    --------
    >>> mean, variance = sympy.symbols("E V")
    >>> log2_mass_derivative(1, mean, variance), log2_mass_derivative(2, mean, variance)
    (-E, V*log(2))
    """
    program, programs = sympy.symbols("i m", integer=True, positive=True)
    phi, other = sympy.IndexedBase("phi"), sympy.IndexedBase("n")
    weight = other[program] * 2 ** (-THETA * phi[program])
    mass, first, second = (sympy.Sum(phi[program] ** power * weight, (program, 1, programs)) for power in range(3))
    derivative = log2(mass).diff(THETA, order).replace(lambda each: isinstance(each, sympy.Sum), sympy.factor_terms)
    moments = {first: mean * mass, second: (variance + mean**2) * mass}
    return sympy.simplify(derivative.subs(moments))


@cache
def penalty_slope() -> ClosedForm:
    """d log-odds / d penalty = E_direct[phi] - E_search[phi], means by weight; bits a unit of the penalty.

    phi is what the penalty multiplies: l for beta, log2 t for gamma, t for lambda, search nodes for delta.

    Examples
    --------
    >>> penalty_slope().value(mean_search=9.5, mean_direct=4)
    Fraction(-11, 2)
    """
    return ClosedForm(
        "penalty_slope",
        "change of the log-odds with a penalty, bits a unit",
        r"\frac{d \Lambda}{d \theta}",
        log2_mass_derivative(1, MEAN_S, VARIANCE_S) - log2_mass_derivative(1, MEAN_D, VARIANCE_D),
        "Derivative of a log partition function",
    )


@cache
def second_order() -> ClosedForm:
    """Log-odds after a penalty is raised by h, in bits, to second order: by class means and variances of phi.

    The error is at most h^3 (ln 2)^2 / 6 times the largest third central moment of a class on the way, both
    classes added.

    Examples
    --------
    >>> at = dict(mean_search=9.5, mean_direct=4, variance_search=0, variance_direct=0)
    >>> second_order().value(log_odds=3, move=0.5, **at)
    Fraction(1, 4)
    """
    slope = penalty_slope().expression
    bend = log2_mass_derivative(2, MEAN_S, VARIANCE_S) - log2_mass_derivative(2, MEAN_D, VARIANCE_D)
    return ClosedForm(
        "second_order",
        "log-odds after a penalty is raised, to second order, in bits",
        r"\Lambda(\theta + h)",
        ODDS + MOVE * slope + MOVE**2 / 2 * sympy.factor(bend),
        "Cumulants of a log partition function",
    )
