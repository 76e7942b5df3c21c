"""Where S_Fast's weight comes from: the sum over the phases of the algorithm FAST.

Schmidhuber 2002, Definition 6.3: in phase i = 1, 2, ... FAST runs every program of l <= i bits for 2^(i - l) steps,
and S_Fast(x) is the sum over all phases of 2^-i times the sum of 2^-l over the programs that compute x in phase i.
"""

from functools import cache

import sympy

from priorsim.theory.form import ClosedForm, log2
from priorsim.theory.quantities import BITS, STEPS


@cache
def fast_weight() -> ClosedForm:
    """What a program of l bits that halts after t steps adds to S_Fast: 2 * 2^(-2l) * 2^(-ceil(log2 t)).

    It computes its word in phase i if and only if 2^(i - l) >= t, which is to say from phase
    l + ceil(log2 t) on, and adds 2^-i 2^-l in each: a geometric series, which sympy sums.

    Examples
    --------
    >>> fast_weight().value(bits=3, steps=5)  # from phase 3 + 3 on
    Fraction(1, 256)
    >>> float(sum(2.0**-i * 2**-3 for i in range(1, 60) if 2 ** (i - 3) >= 5) * 256)
    1.0
    """
    phase = sympy.Symbol("i", integer=True, positive=True)
    length, doublings = sympy.symbols("l k", integer=True, positive=True)
    total = sympy.summation(2**-phase * 2**-length, (phase, length + doublings, sympy.oo))
    factor = sympy.simplify(total * 2 ** (2 * length) * 2**doublings)
    return ClosedForm(
        "fast_weight",
        "what a program adds to S_Fast over all phases",
        r"\sum_{i \geq l + \lceil \log_2 t \rceil} 2^{-i}\, 2^{-l}",
        factor * 2 ** (-2 * BITS) * 2 ** -sympy.ceiling(log2(STEPS)),
        "Schmidhuber 2002, The Speed Prior, Definition 6.3",
    )


@cache
def fast_rounding() -> ClosedForm:
    """log2 of `fast_weight` over 2^(-2l) / t, in bits: what `schmidhuber` leaves out of S_Fast.

    The factor 2 is one bit and the rounding of t takes off less than one, so it lies in (0, 1]: log-odds of
    two classes under `schmidhuber` are those under S_Fast to within one bit.

    Examples
    --------
    >>> [float(fast_rounding().value(steps=steps)) for steps in (1, 4, 5)]  # doctest: +ELLIPSIS
    [1.0, 1.0, 0.3219...]
    """
    return ClosedForm(
        "fast_rounding",
        "log2 of S_Fast's weight over 2^(-2l) / t, in bits",
        r"\log_2 \frac{2 \cdot 2^{-2l}\, 2^{-\lceil \log_2 t \rceil}}{2^{-2l} / t}",
        1 + log2(STEPS) - sympy.ceiling(log2(STEPS)),
        "fast_weight over the prior schmidhuber",
    )
