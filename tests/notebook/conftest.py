"""A small census for the questions of notebooks."""

from functools import cache

import priorsim as ps

BITS = 26


@cache
def small_atlas() -> ps.Atlas:
    return ps.take_census(ps.make_header("arith", BITS, domain=ps.Domain.default(3)))
