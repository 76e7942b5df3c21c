"""Closed forms: what the argument says on paper, in sympy, for the census's numbers to be held against.

Each is a function that gives a `ClosedForm`: its derivation is in the docstring or carried out by sympy in the
body, `.value(...)` evaluates it exactly or to twenty digits at any size, `.latex()` prints it. They are all
listed in CLOSED_FORMS.
"""

from collections.abc import Callable

from priorsim.theory.fast import fast_rounding, fast_weight
from priorsim.theory.flips import amortisation_flip, table_flip, table_flip_lanes
from priorsim.theory.form import ClosedForm
from priorsim.theory.multiplicity import bonus_bound, decomposition, odds_bound
from priorsim.theory.partition import penalty_slope, second_order
from priorsim.theory.two_programs import (
    critical_size,
    crossover,
    exponent,
    gamma_star,
    kind_of_speed,
    levin,
    log_odds,
    opposite_sides,
    schmidhuber,
    solomonoff,
)

CLOSED_FORMS: tuple[Callable[[], ClosedForm], ...] = (
    log_odds,
    solomonoff,
    levin,
    schmidhuber,
    kind_of_speed,
    crossover,
    exponent,
    gamma_star,
    critical_size,
    opposite_sides,
    fast_weight,
    fast_rounding,
    decomposition,
    bonus_bound,
    odds_bound,
    table_flip,
    table_flip_lanes,
    amortisation_flip,
    penalty_slope,
    second_order,
)
"""Every closed form, in the order it is listed."""


def closed_forms() -> dict[str, ClosedForm]:
    r"""Every closed form by its name.

    >>> closed_forms()["critical_size"].latex()
    'L^* = \\frac{c}{- \\alpha \\gamma + 1}'
    """
    return {form.name: form for form in (build() for build in CLOSED_FORMS)}
