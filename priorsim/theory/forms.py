"""What the argument says on paper: every closed form, for the census's numbers to be held against.

A derivation is carried out by sympy or stands above its form. In all of them
weight(p) = 2^(-beta l) t^(-gamma) 2^(-lambda t); a tax takes that many bits off for each search node more, and a
cap leaves the odds as they are or removes a program.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import sympy

from priorsim.priors import PRIORS
from priorsim.theory.form import QUANTITIES, ClosedForm, log2


def _symbols(names: str) -> Iterator[Any]:
    return (QUANTITIES[name].symbol for name in names.split())


C, T_S, N_S, L, T_D, N_D = _symbols("bits_search steps_search count_search bits_direct steps_direct count_direct")
ALPHA, BETA, GAMMA, LAM, BITS, STEPS = _symbols("alpha beta gamma lam bits steps")
B_S, B_D, KRAFT, W, OVERHEAD = _symbols("bonus_search bonus_direct kraft_mass word_bits table_overhead")
(SHARE,) = _symbols("search_share")
ONCE_S, EACH_S, ONCE_D, EACH_D = _symbols("once_search each_search once_direct each_direct")
ODDS, MOVE, MEAN_S, MEAN_D = _symbols("log_odds move mean_search mean_direct")
VARIANCE_S, VARIANCE_D = _symbols("variance_search variance_direct")

# One program that searches against one of direct code: odds under each prior, and where they tip.

# The difference of the log2 weights, and log2 of how many there are.
LOG_ODDS = ClosedForm(
    "log_odds",
    "log-odds of search against direct code, in bits",
    r"\Lambda",
    BETA * (L - C) + log2(N_S / N_D) - GAMMA * log2(T_S / T_D) - LAM * (T_S - T_D),
    "The prior's definition (priorsim.priors)",
    (BETA > 0,),
)


def _under(name: str, latex_name: str) -> ClosedForm:
    """The log-odds under a named prior that needs no further value."""
    return ClosedForm(
        name,
        f"log-odds of search against direct code under {name}, in bits",
        rf"\Lambda_{{\mathrm{{{latex_name}}}}}",
        LOG_ODDS.at(**{"beta": 1, "gamma": 0, **PRIORS[name].values}, lam=0).expression,
        PRIORS[name].description,
    )


# S_Kt: Levin; Filan, Leike and Hutter 2016. S_Fast: the order of Schmidhuber 2002, see `fast_weight`. Kind of speed:
# Christiano; half of S_Fast's, for single programs.
UNDER_PRIORS = (
    _under("solomonoff", "solomonoff"),
    _under("levin", "S_{Kt}"),
    _under("schmidhuber", "S_{Fast}"),
    _under("kind-of-speed", "kind\\ of\\ speed"),
)

# With t_s > t_d search wins below it, direct code above; in bits for a doubling of the time.
CROSSOVER = ClosedForm(
    "crossover",
    "gamma at which the two weigh the same",
    r"\gamma_{\times}",
    sympy.solve(LOG_ODDS.expression, GAMMA)[0],
    "The root of log_odds in gamma",
    (BETA > 0, sympy.Ne(T_S, T_D)),
)

# How many doublings of the time each bit of direct code saves; 1 for brute force over all of it.
EXPONENT = ClosedForm(
    "exponent",
    "doublings of the time for a bit of direct code",
    r"\alpha",
    log2(T_S / T_D) / L,
    "Definition: t_s = t_d 2^(alpha L)",
)

# gamma* = (1 - c/L) / alpha, `crossover` of one program a side at beta = 1, lambda = 0, with t_s = t_d 2^(alpha L).
# Where alpha > 0, search wins at cost l + gamma log2 t if and only if gamma < gamma*.
_ROOT = CROSSOVER.expression.subs({BETA: 1, LAM: 0, N_S: 1, N_D: 1}).subs(log2(T_S / T_D), ALPHA * L)
GAMMA_STAR = ClosedForm(
    "gamma_star",
    "gamma below which brute-force search wins",
    r"\gamma^*",
    sympy.expand(_ROOT * ALPHA) / ALPHA,
    "Christiano (short form); Demski, Exorcizing the Speed Prior?",
    (sympy.Ne(ALPHA, 0),),
)

# L* = c / (1 - alpha gamma). Under a prior of beta other than 1, gamma stands for gamma / beta. Where
# alpha gamma >= 1 search never wins, however long the direct code.
CRITICAL_SIZE = ClosedForm(
    "critical_size",
    "bits of direct code above which brute-force search wins",
    "L^*",
    C / sympy.expand(C / sympy.solve(GAMMA_STAR.expression - GAMMA, L)[0]),
    "gamma_star solved for L",
    (ALPHA * GAMMA < 1,),
)

# The signs of `schmidhuber` and `levin` for one program a side, t_s = t_d 2^(alpha L), alpha > 0; the other way round
# is then impossible. For brute force, alpha = 1, the first inequality always holds, and what is left is L > 2c.
OPPOSITE_SIDES = ClosedForm(
    "opposite_sides",
    "S_Fast's order is for search, S_Kt for direct code",
    r"\Lambda_{\mathrm{S_{Kt}}} < 0 < \Lambda_{\mathrm{S_{Fast}}}",
    sympy.And(L - C < ALPHA * L, ALPHA * L < 2 * (L - C)),
    "Schmidhuber 2002; Filan, Leike and Hutter 2016; from the definitions",
    (ALPHA > 0,),
)

# Where S_Fast's weight comes from. Schmidhuber 2002, Definition 6.3: in phase i = 1, 2, ... FAST runs every program of
# l <= i bits for 2^(i - l) steps, and S_Fast(x) is the sum over all phases of 2^-i times the sum of 2^-l over the
# programs that compute x in phase i. A program of l bits that halts after t steps computes its word in phase i if and
# only if 2^(i - l) >= t, which is to say from phase l + ceil(log2 t) on, and adds 2^-i 2^-l in each: a geometric
# series, which sympy sums to 2 * 2^(-2l) * 2^(-ceil(log2 t)).
_PHASE, _LENGTH, _DOUBLINGS = sympy.symbols("i l k", integer=True, positive=True)
_TOTAL = sympy.summation(2**-_PHASE * 2**-_LENGTH, (_PHASE, _LENGTH + _DOUBLINGS, sympy.oo))
FAST_WEIGHT = ClosedForm(
    "fast_weight",
    "what a program adds to S_Fast over all phases",
    r"\sum_{i \geq l + \lceil \log_2 t \rceil} 2^{-i}\, 2^{-l}",
    sympy.simplify(_TOTAL * 2 ** (2 * _LENGTH) * 2**_DOUBLINGS) * 2 ** (-2 * BITS) * 2 ** -sympy.ceiling(log2(STEPS)),
    "Schmidhuber 2002, The Speed Prior, Definition 6.3",
)

# What `schmidhuber` leaves out of S_Fast. The factor 2 is one bit and the rounding of t takes off less than one, so it
# lies in (0, 1]: log-odds of two classes under `schmidhuber` are those under S_Fast to within one bit.
FAST_ROUNDING = ClosedForm(
    "fast_rounding",
    "log2 of S_Fast's weight over 2^(-2l) / t, in bits",
    r"\log_2 \frac{2 \cdot 2^{-2l}\, 2^{-\lceil \log_2 t \rceil}}{2^{-2l} / t}",
    1 + log2(STEPS) - sympy.ceiling(log2(STEPS)),
    "fast_weight over the prior schmidhuber",
)

# What it is worth that there are many programs of a class, and the most that can be.
# B_C = L_min + log2(sum over C of 2^-l) is the bonus in bits of a class C over its shortest program alone.

# By the definition of B, log2 M_C = B_C - L_min(C); c and L are the L_min of search and of direct code.
DECOMPOSITION = ClosedForm(
    "decomposition",
    "log-odds under 2^-l from shortest programs and bonuses, in bits",
    r"\Lambda",
    (L - C) + (B_S - B_D),
    "Definition of the bonus",
)

# Let every program of the class have at least c = L_min bits and one of them have exactly c. A code that is
# prefix-free obeys Kraft's inequality: over all its programs the sum of 2^-l is at most 1. Let K be the sum of 2^-l
# over all its programs of at least c bits, which is 1 (1/2 for Mu's code-only programs) less that of the shorter ones.
# The class is a part of those programs and terms are positive, so its sum M lies in [2^-c, K], and B = c + log2 M in
# [0, c + log2 K]. The class of *all* programs of at least c bits has M = K: no smaller bound holds for every class.
# With nothing known but Kraft's inequality K = 1: B <= c; for code-only programs K = 1/2: B <= c - 1.
BONUS_BOUND = ClosedForm(
    "bonus_bound",
    "most bits that the number of search programs can be worth",
    r"\max B_s",
    C + log2(KRAFT),
    "Kraft 1949",
    (KRAFT <= 1,),
)

# `decomposition` with the largest bonus for search, c + log2 K, and the least for direct code, 0: c drops out. Search
# and direct code exchanged, the same bounds the log-odds from below by -(c + log2 K).
ODDS_BOUND = ClosedForm(
    "odds_bound",
    "most that the log-odds under 2^-l can be, in bits",
    r"\max \Lambda",
    DECOMPOSITION.expression.subs({B_S: BONUS_BOUND.expression, B_D: 0}),
    "Kraft 1949, by decomposition",
    (KRAFT <= 1,),
)

# What search among the programs can cost predictions.

# Let M = M_direct + M_search be the masses of the programs that agree with what was seen, and M(0) those before
# anything was. Predicting x word by word costs loss_M(x) = -log2(M(x) / M(0)) bits, with direct code alone
# loss_direct(x) = -log2(M_direct(x) / M_direct(0)).
# 1. loss_M(x) - loss_direct(x) = log2(M(0) / M_direct(0)) - log2(M(x) / M_direct(x)).
# 2. M(x) >= M_direct(x), so that the last term is at least 0, and M_direct(0) / M(0) = 1 - pi_S.
# Nothing else of the classes is used: it holds of any two parts of a prior, and grows with pi_S, so that mass which
# nothing is known of may be counted as search.
HARM_BOUND = ClosedForm(
    "harm_bound",
    "most bits that search in the prior can cost predictions, on any sequence",
    r"\max \left(\mathrm{loss}_M - \mathrm{loss}_{\mathrm{direct}}\right)",
    -log2(1 - SHARE),
    "M >= M_direct; as for any mixture, Solomonoff 1978",
    (SHARE < 1,),
)

# Where growth tips the balance: tables that get longer than a searcher, queries that share one search.

# a + w N > c if and only if N > (c - a) / w.
TABLE_FLIP = ClosedForm(
    "table_flip",
    "words at which a table gets longer than the searcher",
    "N^*",
    sympy.Max(1, sympy.floor((C - OVERHEAD) / W) + 1),
    "a + w N > c",
)

# N lanes with words of their own need 2^ceil(log2 N) words. The longest table that is no longer than c bits has
# 2^floor(log2((c - a) / w)) words, and one lane more does not fit.
TABLE_FLIP_LANES = ClosedForm(
    "table_flip_lanes",
    "lanes at which a table of 2^k words gets longer than the searcher",
    "N^*_{2^k}",
    2 ** sympy.floor(log2((C - OVERHEAD) / W)) + 1,
    "a + w 2^ceil(log2 N) > c; docs/language.md, section 3",
    ((C - OVERHEAD) / W >= 1,),
)

# S is paid once a context and q for each query: n > (S_s - S_d) / (q_d - q_s). Where q_d <= q_s more queries never
# help the program that searches once.
AMORTISATION_FLIP = ClosedForm(
    "amortisation_flip",
    "queries a context from which searching once takes fewer steps",
    "n^*",
    sympy.Max(1, sympy.floor((ONCE_S - ONCE_D) / (EACH_D - EACH_S)) + 1),
    "S_s + n q_s < S_d + n q_d",
    (EACH_D > EACH_S,),
)

# How the log-odds move with a penalty. A class of programs with features phi, what the penalty multiplies (beta: l,
# gamma: log2 t, lambda: t, tax: search nodes), and weights n 2^(-theta phi) has the mass
# Z(theta) = sum of n 2^(-theta phi), and log-odds are log2 Z_s - log2 Z_d.


def log2_mass_derivative(order: int, mean: Any, variance: Any) -> Any:
    """d^order log2 Z / d theta^order of any class, order 1 or 2, by its mean and variance of phi.

    sympy differentiates the sum over m programs; sums of phi w and phi^2 w, w the weights, are then mean and
    second moment times Z.

    >>> mean, variance = sympy.symbols("E V")
    >>> log2_mass_derivative(1, mean, variance), log2_mass_derivative(2, mean, variance)
    (-E, V*log(2))
    """
    theta = sympy.Symbol("theta", real=True)
    program, programs = sympy.symbols("i m", integer=True, positive=True)
    phi, other = sympy.IndexedBase("phi"), sympy.IndexedBase("n")
    weight = other[program] * 2 ** (-theta * phi[program])
    mass, first, second = (sympy.Sum(phi[program] ** power * weight, (program, 1, programs)) for power in range(3))
    derivative = log2(mass).diff(theta, order).replace(lambda each: isinstance(each, sympy.Sum), sympy.factor_terms)
    moments = {first: mean * mass, second: (variance + mean**2) * mass}
    return sympy.simplify(derivative.subs(moments))


_SLOPE, _BEND = (
    log2_mass_derivative(order, MEAN_S, VARIANCE_S) - log2_mass_derivative(order, MEAN_D, VARIANCE_D)
    for order in (1, 2)
)

# E_direct[phi] - E_search[phi], means by weight.
PENALTY_SLOPE = ClosedForm(
    "penalty_slope",
    "change of the log-odds with a penalty, bits a unit",
    r"\frac{d \Lambda}{d \theta}",
    _SLOPE,
    "Derivative of a log partition function",
)

# The error is at most h^3 (ln 2)^2 / 6 times the largest third central moment of a class on the way, both classes
# added.
SECOND_ORDER = ClosedForm(
    "second_order",
    "log-odds after a penalty is raised, to second order, in bits",
    r"\Lambda(\theta + h)",
    ODDS + MOVE * _SLOPE + MOVE**2 / 2 * sympy.factor(_BEND),
    "Cumulants of a log partition function",
)

CLOSED_FORMS: Mapping[str, ClosedForm] = MappingProxyType(
    {
        form.name: form
        for form in (
            *(LOG_ODDS, *UNDER_PRIORS, CROSSOVER, EXPONENT, GAMMA_STAR, CRITICAL_SIZE, OPPOSITE_SIDES),
            *(FAST_WEIGHT, FAST_ROUNDING, DECOMPOSITION, BONUS_BOUND, ODDS_BOUND, HARM_BOUND),
            *(TABLE_FLIP, TABLE_FLIP_LANES, AMORTISATION_FLIP, PENALTY_SLOPE, SECOND_ORDER),
        )
    }
)
"""Every closed form by its name, in the order it is listed."""
