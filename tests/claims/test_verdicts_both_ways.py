"""Every claim in a world in which it must hold and in one in which it must not, both written by hand."""

import numpy as np
import pytest

from priorsim.claims import with_data
from priorsim.claims.claim import cell_of
from priorsim.claims.judge import SITE_CLAIMS, find_claims
from priorsim.claims.rule import LEAST_WORLDS, Tally, Verdict, rule
from priorsim.errors import PriorsimError
from priorsim.measure.data import DataCounts
from priorsim.measure.histogram import Cells
from tests.claims.hand import ALSO_WRONG, HEADER, TRUTH, WRONG, direct, search, site_of

CONSTANT = (0, 0, 0, 0)
BOTH = {
    # Half of what fits is wrong off the training lanes; nothing is.
    "proxy": ([direct(TRUTH, 10), direct(WRONG, 10)], [direct(TRUTH, 10), search(TRUTH, 12)]),
    "just-the-model": ([direct(TRUTH, 5), search(WRONG, 10)], [direct(WRONG, 5), direct(TRUTH, 10)]),
    # Nearly all that fits in training is search, hardly any of the truth is; half of either is search.
    "ask-directly": ([direct(TRUTH, 10), search(TRUTH, 20), search(WRONG, 8)], [direct(TRUTH, 10), search(TRUTH, 10)]),
    # Nearly all of search is wrong off the training lanes; half of it is, which is more than of direct code.
    "treacherous": (
        [direct(TRUTH, 9), search(WRONG, 9), search(TRUTH, 14)],
        [direct(TRUTH, 9), search(WRONG, 9), search(TRUTH, 9)],
    ),
    # Two functions against one, but less mass; fewer of everything.
    "three-counts": (
        [direct(TRUTH, 5), direct(TRUTH, 10, count=4), search(TRUTH, 10), search(WRONG, 10)],
        [direct(TRUTH, 10, count=4), direct(WRONG, 10), search(TRUTH, 10)],
    ),
    "argmin-safe": (
        [direct(TRUTH, 5, 8), search(WRONG, 10, 20)],
        [search(WRONG, 5, 40), direct(TRUTH, 10, 8)],
    ),
    # Search is right as soon as it fits; the shortest direct program is wrong until lane 1 is seen; and reversed.
    "faster-learner": (
        [search(TRUTH, 10), direct(CONSTANT, 5), direct(TRUTH, 12)],
        [direct(TRUTH, 10), search(CONSTANT, 5), search(TRUTH, 12)],
    ),
    "well-tuned": ([direct(TRUTH, 5), search(TRUTH, 10)], [direct(TRUTH, 5), search(WRONG, 5)]),
    # The faithful program is the shorter and the slower; the shorter and the faster.
    "speed-uncompetitive": (
        [direct(TRUTH, 10, 400), direct(WRONG, 12, 4)],
        [direct(TRUTH, 10, 4), direct(WRONG, 12, 400)],
    ),
    "much-simpler": ([search(TRUTH, 8), direct(TRUTH, 12)], [search(TRUTH, 12), direct(TRUTH, 8)]),
    # A million direct programs lie 18 bits beyond their shortest; the bound shows search 17 bits beyond its own.
    "many-against-one": (
        [search(TRUTH, 13, count=2), direct(TRUTH, 3), direct(TRUTH, 21, count=1 << 20)],
        [search(TRUTH, 10), direct(TRUTH, 10, count=4)],
    ),
    "complexity-incentive": ([search(TRUTH, 8), direct(TRUTH, 12)], [search(TRUTH, 12), direct(TRUTH, 8)]),
    "speed-disincentive": ([search(TRUTH, 8, 64), direct(TRUTH, 8)], [search(TRUTH, 8, 4), direct(TRUTH, 8)]),
    "amortised-exception": ([search(TRUTH, 8, 4), direct(TRUTH, 8)], [search(TRUTH, 8, 64), direct(TRUTH, 8)]),
    "bounded-heuristics": ([direct(TRUTH, 8), search(TRUTH, 9)], [direct(TRUTH, 9), search(TRUTH, 8)]),
    # Search is the shorter: no beta helps. Direct code is, and only the number of searches outweighs it.
    "naive-penalty": ([search(TRUTH, 8), direct(TRUTH, 10)], [search(TRUTH, 10, count=100), direct(TRUTH, 8)]),
    "bayes-net": ([search(TRUTH, 8), direct(TRUTH, 10)], [search(TRUTH, 10), direct(TRUTH, 8)]),
    # Half of the prior is search that expects another world; hardly any of it is.
    "malign-prior": (
        [direct(TRUTH, 8), search((3, 3, 3, 3), 8)],
        [direct(TRUTH, 8), search((3, 3, 3, 3), 16)],
    ),
    "simplest-member": ([search(TRUTH, 8), direct(TRUTH, 8)], [search(TRUTH, 8, count=8), direct(TRUTH, 8)]),
    # Two lone programs cross where they must; a thousand direct ones outweigh the search at once.
    "gamma-star": (
        [search(TRUTH, 10, 4096), direct(TRUTH, 20, 4)],
        [search(TRUTH, 10, 4096), direct(TRUTH, 20, 4, count=2048)],
    ),
    # The crossover is at 0.75 = 15 / 20; at 2.
    "two-speed-priors": (
        [search(TRUTH, 5, 4 << 20), direct(TRUTH, 20, 4)],
        [search(TRUTH, 5, 64), direct(TRUTH, 13, 4)],
    ),
    # Search loses its majority where time has a price; its share falls and it keeps the majority.
    "delegation": (
        [search(TRUTH, 8, 64), direct(TRUTH, 10, 4)],
        [search(TRUTH, 8, 64), direct(TRUTH, 20, 4)],
    ),
}


def verdict(claim, rows):
    """The verdict over as many such worlds as it takes to decide."""
    sample = claim.sample(claim.number, site_of(rows))
    cell = cell_of([sample] * LEAST_WORLDS, claim.number, {})
    assert cell.tally.worlds + cell.not_asked == LEAST_WORLDS
    return rule([cell], claim.quantifier).verdict


@pytest.mark.parametrize("name", BOTH)
def test_a_world_can_support_a_claim_and_another_refute_it(name):
    (claim,) = find_claims([name])
    supporting, refuting = BOTH[name]
    assert verdict(claim, supporting) is Verdict.SUPPORTED
    assert verdict(claim, refuting) is Verdict.REFUTED


def test_every_claim_is_tried_both_ways():
    assert {claim.name for claim in SITE_CLAIMS} == {*BOTH, "informed-search", "table-to-search"}


def test_where_nothing_fits_no_claim_is_decided():
    elsewhere = [direct((3, 3, 3, 3), 4), search((3, 3, 3, 3), 5)]
    for claim in find_claims(list(BOTH)):
        assert verdict(claim, elsewhere) is Verdict.NOT_ANSWERABLE, claim.name


def test_an_unknown_claim_is_refused_with_the_known_ones():
    with pytest.raises(PriorsimError, match=r"unknown claim 'x': choose among proxy, just-the-model"):
        find_claims(["x"])


def cells(*programs):
    """Cells of programs with data as (class number, bits, steps)."""
    kind, bits, steps = np.array(programs, dtype=np.int64).reshape(-1, 3).T
    unset = np.zeros(len(kind), dtype=np.bool_)
    return Cells(
        kind.astype(np.uint8), bits.astype(np.uint8), steps.astype(np.uint32), np.zeros(len(kind), np.uint8),
        unset, unset, unset, np.ones(len(kind), dtype=np.uint64),
    )  # fmt: skip


@pytest.fixture
def with_tables(monkeypatch):
    """Sets the programs with data that fit, whatever the lanes."""

    def put(*programs):
        counts = DataCounts(HEADER, None, cells(), cells(*programs), {})
        monkeypatch.setattr(with_data, "data_counts", lambda *_: counts)

    return put


def test_a_hybrid_on_the_hull_supports_informed_search_and_one_behind_it_does_not(with_tables):
    (claim,) = find_claims(["informed-search"])
    rows = [search(TRUTH, 10, 400), direct(TRUTH, 20, 4)]
    with_tables((2, 12, 8))
    assert verdict(claim, rows) is Verdict.SUPPORTED
    with_tables((2, 19, 399))
    assert verdict(claim, rows) is Verdict.REFUTED
    with_tables()
    assert verdict(claim, rows) is Verdict.NOT_ANSWERABLE


def test_a_table_is_not_first_where_code_beyond_the_bound_may_be_shorter(with_tables):
    (claim,) = find_claims(["table-to-search"])
    for bits, tally in ((HEADER.max_bits, Tally(0, 1, 0)), (HEADER.max_bits + 1, Tally(0, 0, 1))):
        with_tables((0, bits, 16))
        assert claim.sample(claim.number, site_of([direct((3, 3, 3, 3), 4)])).tally == tally


def test_one_turn_from_table_to_search_supports_table_to_search(with_tables):
    (claim,) = find_claims(["table-to-search"])
    # A table of 8 bits fits throughout here; a search that fits lane 0 alone is longer, one that is shorter never fits.
    with_tables((0, 8, 16))
    assert verdict(claim, [direct(TRUTH, 20), search(TRUTH, 10)]) is Verdict.REFUTED
    # What fits on lane 0 is a table; on lanes 0 and 1 search is shorter than any table.
    first, later = (DataCounts(HEADER, None, cells(), cells(each), {}) for each in ((0, 5, 16), (0, 15, 16)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            with_data, "data_counts", lambda language, domain, words, lanes, _: first if len(lanes) < 2 else later
        )
        assert verdict(claim, [direct(TRUTH, 20), search(ALSO_WRONG, 10)]) is Verdict.SUPPORTED
