"""Delta L against the rule that it follows, case by case, and many worlds at once against each alone."""

import numpy as np
import pytest

from priorsim.measure.mass import Interval
from priorsim.measure.values import difference, least_difference, least_length, length_difference

BOUND = 20
LENGTHS = [None, 5, 12, 20]


def plain(direct, search):
    """The rule in words: a class without a program has one of at least a bit more than the bound, and no limit."""
    if direct is None and search is None:
        return Interval(None, None)
    if direct is None:
        return Interval(BOUND + 1 - search, None)
    if search is None:
        return Interval(None, direct - BOUND - 1)
    return Interval(direct - search, direct - search)


@pytest.mark.parametrize("direct", LENGTHS)
@pytest.mark.parametrize("search", LENGTHS)
def test_a_missing_class_leaves_one_end_or_both_unknown(direct, search):
    found = length_difference(direct, search, BOUND)
    assert found == plain(direct, search)
    assert all(end is None or type(end) is int for end in (found.low, found.high))


def test_lengths_that_are_uncertain_make_the_difference_as_uncertain_as_both_together():
    assert difference(Interval(10, 14), Interval(3, 5)) == Interval(5, 11)
    assert difference(Interval(10, None), Interval(3, 5)) == Interval(5, None)
    assert difference(least_length(14, 10), least_length(None, 8)) == Interval(None, 6)


@pytest.mark.parametrize("by_form", [False, True])
@pytest.mark.parametrize("taxed", [None, BOUND + 5, BOUND - 6, 9, np.inf])
def test_many_worlds_at_once_are_what_each_is_alone_wherever_the_disguised_stand(taxed, by_form):
    """What is search has a search node; a disguised program, and by a lesion a direct one, may have some or none."""
    worlds = [(d, g, s) for d in LENGTHS for g in ([None] if by_form else LENGTHS) for s in LENGTHS]
    least = np.array([[np.inf if each is None else each for each in world] for world in worlds])
    found = least_difference(least, max_bits=BOUND, taxed=taxed, by_form=by_form)
    without, searching = BOUND + 1, BOUND + 1 if taxed in (None, np.inf) else taxed
    for place, (direct, disguised, search) in enumerate(least.tolist()):
        ends = []
        for is_search in (False, True):
            of_direct = direct if is_search else min(direct, disguised)
            of_search = min(search, disguised) if is_search else search
            unseen_direct = without if by_form else min(without, searching)
            unseen_search = min(without, searching) if is_search and not by_form else searching
            ends.append((min(of_direct, unseen_direct) - of_search, of_direct - min(of_search, unseen_search)))
        assert found.low[place] == min(low for low, _ in ends)
        assert found.high[place] == max(high for _, high in ends)
