"""One program that searches against one of direct code: odds under each prior, and where they tip.

weight(p) = 2^(-beta l) t^(-gamma) 2^(-lambda t). A search tax takes delta bits off for each search node more;
a cap leaves the odds as they are or removes a program.
"""

from functools import cache

import sympy

from priorsim.priors import PRIORS
from priorsim.theory.form import ClosedForm, log2
from priorsim.theory.quantities import ALPHA, BETA, GAMMA, LAM, N_D, N_S, T_D, T_S, C, L


@cache
def log_odds() -> ClosedForm:
    """Log-odds of N_s searchers of c bits and t_s steps against N_d direct programs of L bits and t_d steps.

    In bits: the difference of the log2 weights, and log2 of how many there are.

    Examples
    --------
    >>> two = dict(bits_search=10, steps_search=64, count_search=1, bits_direct=15, steps_direct=4, count_direct=1)
    >>> log_odds().value(**two, beta=1, gamma=0.5, lam=0)  # 15 - 10 bits shorter, 16 times as slow
    Fraction(3, 1)
    """
    return ClosedForm(
        "log_odds",
        "log-odds of search against direct code, in bits",
        r"\Lambda",
        BETA * (L - C) + log2(N_S / N_D) - GAMMA * log2(T_S / T_D) - LAM * (T_S - T_D),
        "The prior's definition (priorsim.priors)",
        (BETA > 0,),
    )


def _under(name: str, latex_name: str) -> ClosedForm:
    """The log-odds under a named prior that needs no further value."""
    prices = {"beta": 1, "gamma": 0, **PRIORS[name].values}
    under = log_odds().at(**prices, lam=0)
    return ClosedForm(
        name,
        f"log-odds of search against direct code under {name}, in bits",
        rf"\Lambda_{{\mathrm{{{latex_name}}}}}",
        under.expression,
        PRIORS[name].description,
    )


@cache
def solomonoff() -> ClosedForm:
    """Log-odds under 2^-l, in bits: the shorter program wins, whatever its time.

    Examples
    --------
    >>> solomonoff().value(bits_search=500, count_search=1, bits_direct=10**6, count_direct=1)
    Fraction(999500, 1)
    """
    return _under("solomonoff", "solomonoff")


@cache
def levin() -> ClosedForm:
    """Log-odds under S_Kt, 2^-l / t, in bits (Levin; Filan, Leike and Hutter 2016).

    Examples
    --------
    >>> two = dict(bits_search=500, count_search=1, bits_direct=2000, count_direct=1)
    >>> levin().value(**two, steps_search=2**2000, steps_direct=1)
    Fraction(-500, 1)
    """
    return _under("levin", "S_{Kt}")


@cache
def schmidhuber() -> ClosedForm:
    """Log-odds under the order of S_Fast, 2^(-2l) / t, in bits (Schmidhuber 2002; see `fast_weight`).

    Examples
    --------
    >>> two = dict(bits_search=500, count_search=1, bits_direct=2000, count_direct=1)
    >>> schmidhuber().value(**two, steps_search=2**2000, steps_direct=1)
    Fraction(1000, 1)
    """
    return _under("schmidhuber", "S_{Fast}")


@cache
def kind_of_speed() -> ClosedForm:
    """Log-odds under 2^-l t^(-1/2), in bits (Christiano): half of S_Fast's, for single programs.

    Examples
    --------
    >>> two = dict(bits_search=500, count_search=1, bits_direct=2000, count_direct=1)
    >>> kind_of_speed().value(**two, steps_search=2**2000, steps_direct=1)
    Fraction(500, 1)
    """
    return _under("kind-of-speed", "kind\\ of\\ speed")


@cache
def crossover() -> ClosedForm:
    """The gamma at which the two weigh the same; with t_s > t_d search wins below it, direct code above.

    The root of `log_odds` in gamma, the other penalties kept. In bits for a doubling of the time.

    Examples
    --------
    >>> two = dict(bits_search=10, steps_search=64, count_search=1, bits_direct=15, steps_direct=4, count_direct=1)
    >>> crossover().value(**two, beta=1, lam=0)
    Fraction(5, 4)
    """
    (root,) = sympy.solve(log_odds().expression, GAMMA)
    return ClosedForm(
        "crossover",
        "gamma at which the two weigh the same",
        r"\gamma_{\times}",
        root,
        "The root of log_odds in gamma",
        (BETA > 0, sympy.Ne(T_S, T_D)),
    )


@cache
def exponent() -> ClosedForm:
    """alpha: how many doublings of the time each bit of direct code saves; 1 for brute force over all of it.

    Examples
    --------
    >>> exponent().value(steps_search=2**2000, bits_direct=2000, steps_direct=1)
    Fraction(1, 1)
    """
    return ClosedForm(
        "exponent",
        "doublings of the time for a bit of direct code",
        r"\alpha",
        log2(T_S / T_D) / L,
        "Definition: t_s = t_d 2^(alpha L)",
    )


@cache
def gamma_star() -> ClosedForm:
    """gamma* = (1 - c/L) / alpha: search wins at cost l + gamma log2 t if and only if gamma < gamma*.

    `crossover` of one program a side at beta = 1, lambda = 0, with t_s = t_d 2^(alpha L) and alpha > 0.

    Examples
    --------
    >>> gamma_star().value(bits_search=500, bits_direct=2000, alpha=1)
    Fraction(3, 4)
    """
    root = crossover().expression.subs({BETA: 1, LAM: 0, N_S: 1, N_D: 1}).subs(log2(T_S / T_D), ALPHA * L)
    return ClosedForm(
        "gamma_star",
        "gamma below which brute-force search wins",
        r"\gamma^*",
        sympy.expand(root * ALPHA) / ALPHA,
        "Christiano (short form); Demski, Exorcizing the Speed Prior?",
        (sympy.Ne(ALPHA, 0),),
    )


@cache
def critical_size() -> ClosedForm:
    """L* = c / (1 - alpha gamma): the bits of direct code above which search wins at a given gamma.

    `gamma_star` solved for L. Under a prior of beta other than 1, gamma stands for gamma / beta. Where
    alpha gamma >= 1 search never wins, however long the direct code.

    Examples
    --------
    >>> critical_size().value(bits_search=500, alpha=1, gamma=0.5)
    Fraction(1000, 1)
    """
    (size,) = sympy.solve(gamma_star().expression - GAMMA, L)
    return ClosedForm(
        "critical_size",
        "bits of direct code above which brute-force search wins",
        "L^*",
        C / sympy.expand(C / size),
        "gamma_star solved for L",
        (ALPHA * GAMMA < 1,),
    )


@cache
def opposite_sides() -> ClosedForm:
    """True where S_Fast's order is for search and S_Kt for direct code: L - c < alpha L < 2 (L - c).

    The signs of `schmidhuber` and `levin` for one program a side, t_s = t_d 2^(alpha L), alpha > 0; the other
    way round is then impossible. For brute force, alpha = 1, the first inequality always holds, and what is
    left is L > 2c.

    Examples
    --------
    >>> [opposite_sides().value(bits_search=500, bits_direct=bits, alpha=1) for bits in (1000, 1001)]
    [False, True]
    """
    length, time = L - C, ALPHA * L
    return ClosedForm(
        "opposite_sides",
        "S_Fast's order is for search, S_Kt for direct code",
        r"\Lambda_{\mathrm{S_{Kt}}} < 0 < \Lambda_{\mathrm{S_{Fast}}}",
        sympy.And(length < time, time < 2 * length),
        "Schmidhuber 2002; Filan, Leike and Hutter 2016; from the definitions",
        (ALPHA > 0,),
    )
