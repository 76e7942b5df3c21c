"""Mean time by length for a fixed behaviour against a plain loop over every program."""

import math
from collections import defaultdict
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from priorsim.census.programs import list_programs
from priorsim.census.take import make_header, take_census
from priorsim.errors import CensusError
from priorsim.measure.slowdown import slowdown
from priorsim.mu.domain import Domain
from tests.measure.conftest import batched

BITS, WINDOW, LANES = 21, 10, 8
NONE = np.iinfo(np.int64).max


@cache
def census(dialect: str):
    return take_census(make_header(dialect, BITS, domain=Domain.default(3)), workers=1)


@cache
def plain(dialect: str) -> dict[int, list[tuple[int, int]]]:
    """Length and T of every program by its behaviour, of those whose shortest is well below the bound."""
    listed, found = list_programs(census(dialect).header), defaultdict(list)
    for words, *told in zip(*(each.tolist() for each in (listed.behaviour, listed.bits, listed.steps)), strict=True):
        found[words].append(tuple(told))
    return {words: each for words, each in found.items() if min(each)[0] <= BITS - WINDOW}


@pytest.mark.engine
@pytest.mark.parametrize(("dialect", "batches"), [("arith", None), ("arith", 1000), ("logic", 7)])
def test_times_by_length_are_those_of_a_plain_loop(dialect, batches):
    atlas = census(dialect)
    found = slowdown(atlas if batches is None else batched(atlas, batches), window=WINDOW)
    expected = plain(dialect)
    assert found.words.tolist() == sorted(expected) and len(found) > 3 and found.lanes == LANES
    for place, programs in enumerate(expected[words] for words in sorted(expected)):
        least = min(bits for bits, _ in programs)
        assert found.least[place] == least
        times = [[steps for bits, steps in programs if bits == least + beyond] for beyond in range(WINDOW + 1)]
        assert found.programs[place].tolist() == list(map(len, times))
        assert found.steps[place].tolist() == list(map(sum, times))
        assert found.fastest[place].tolist() == [min(each, default=NONE) for each in times]
        first = Fraction(sum(times[0]), len(times[0]))
        for beyond, each in enumerate(times):
            mean = Fraction(sum(each), len(each)) if each else None
            said = found.mean[place, beyond], found.ratio[place, beyond]
            if mean is None:
                assert all(map(math.isnan, said))
            else:
                assert said == pytest.approx((float(mean / LANES), math.log2(mean / first)), abs=1e-12)
            shorter = [steps for bits, steps in programs if bits <= least + beyond]
            assert found.is_sped_up[place, beyond] == (min(shorter) < min(times[0]))


@pytest.mark.engine
def test_a_window_that_leaves_no_program_is_refused():
    assert len(slowdown(census("arith"), window=BITS - 2)) == 1
    with pytest.raises(CensusError, match=r"no program is 20 bits below the bound of 21 bits"):
        slowdown(census("arith"), window=BITS - 1)
    for window in (BITS, -1):
        with pytest.raises(CensusError, match="ask for 1 to 21"):
            slowdown(census("arith"), window=window)
