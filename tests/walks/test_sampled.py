"""Sampled walks agree with the exact chains, and are the same for the same seed."""

from itertools import pairwise

import numpy as np
import pytest

from priorsim.errors import WalkError
from priorsim.walks.chains import Dynamics, make_chain
from priorsim.walks.ends import end_points, law_after
from priorsim.walks.landscape import make_landscape, start_of
from priorsim.walks.sampled import sample_walks, share
from tests.walks.test_dynamics import made, square

WALKS = 20_000
DEVIATIONS = 5
"""A share may be off by so many standard deviations: once in a million."""


@pytest.mark.engine
@pytest.mark.parametrize(
    ("dynamics", "steps"), [("steepest", None), ("first", None), ("drift", 200), ("metropolis", 200)]
)
def test_sampled_shares_are_those_of_the_chain(dynamics: str, steps: int | None) -> None:
    graph, _ = made(14, 8)
    landscape, which = make_landscape(graph.programs, square((0, 1, 2))), Dynamics(dynamics)
    chain, start = make_chain(graph, landscape, which), start_of(landscape, "direct")
    exact = law_after(chain, start, steps) if steps else end_points(chain, landscape, start).mass
    ends = sample_walks(graph.space, landscape, which, start=start, walks=WALKS, seed=1, steps=steps)[0]
    counts = np.bincount(ends, minlength=len(graph))
    spread = np.sqrt(WALKS * exact * (1 - exact))
    assert np.all(counts[exact < 1e-15] == 0)
    assert np.all(np.abs(counts - WALKS * exact) <= DEVIATIONS * spread + 3)
    fitting = float(exact[landscape.fits].sum())
    found = share(int(counts[landscape.fits].sum()), WALKS)
    assert abs(found.value - fitting) < DEVIATIONS / 1.96 * (found.high - found.low) / 2


@pytest.mark.engine
def test_the_same_seed_gives_the_same_walk_and_a_walk_keeps_the_rules() -> None:
    graph, _ = made(16, 8)
    landscape = make_landscape(graph.programs, square())
    for dynamics in Dynamics:
        asked = {"start": landscape.prior, "steps": 500}
        walk = sample_walks(graph.space, landscape, dynamics, seed=3, **asked)[1]  # type: ignore[arg-type]
        assert walk == sample_walks(graph.space, landscape, dynamics, seed=3, **asked)[1]  # type: ignore[arg-type]
        others = {sample_walks(graph.space, landscape, dynamics, seed=s, **asked)[1] for s in range(20)}  # type: ignore[arg-type]
        assert len(others) > 5
        for one in others:
            assert [visit.step for visit in one] == sorted({visit.step for visit in one})
            for before, after in pairwise(one):
                assert graph.matrix[before.number, after.number] > 0
                if dynamics is not Dynamics.METROPOLIS:
                    assert landscape.loss[after.number] <= landscape.loss[before.number]


@pytest.mark.engine
def test_numbers_out_of_range_are_refused() -> None:
    graph, _ = made(14, 8)
    landscape = make_landscape(graph.programs, square())
    with pytest.raises(WalkError, match="0 walks are too few"):
        sample_walks(graph.space, landscape, Dynamics.FIRST, start=landscape.prior, walks=0, seed=0)
    with pytest.raises(WalkError, match="seed -1 is out of range"):
        sample_walks(graph.space, landscape, Dynamics.FIRST, start=landscape.prior, seed=-1)
    with pytest.raises(WalkError, match="-1 steps are out of range"):
        sample_walks(graph.space, landscape, Dynamics.FIRST, start=landscape.prior, seed=0, steps=-1)
