"""The mixture off the training lanes: as held_out and learning have it, under any prior, and by hand."""

import math
from fractions import Fraction

import numpy as np
import pytest

from priorsim.errors import PriorError, WorldError
from priorsim.measure.mass import ALL_KINDS, ENDS, HIGH, LOW
from priorsim.measure.mixture import MixturePoints, mixture
from priorsim.measure.off_training import learning
from priorsim.measure.weighed import held_out, stated_splits, weigh
from priorsim.priors import Prior

PRIORS = [Prior("a"), Prior("b", beta=2.0, gamma=1.5), Prior("c", gamma=8.0, tax=-2.0)]


@pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: prior.name)
@pytest.mark.parametrize("name", ["arith-w4-24", "logic-w3-23", "loops-w4-24"])
def test_it_agrees_with_what_is_measured_split_by_split(oracle, world, name, prior):
    atlas = oracle(name)
    where = world(atlas.header, lambda x: x * (x & 1), train=range(5))
    found = mixture(atlas, where).points(prior)
    weighed = weigh(atlas, prior)
    own = held_out(weighed, where, stated_splits(where)[-1])
    shares, defecting = found.shares[0], found.defecting[0]
    for kind in ALL_KINDS:
        assert shares[kind] == pytest.approx(float(own.share(kind)))
        defection = own.defection((kind,))
        expected = 0.0 if defection is None else float(own.share(kind)) * float(defection)
        assert defecting[kind] == pytest.approx(expected)
    for end in ENDS:
        excess = own.excess(end)
        assert found.excess(end) == pytest.approx(math.nan if excess is None else float(excess), nan_ok=True)
    accuracy = learning(weighed, where).listed[-1].accuracy.all
    assert found.loss == pytest.approx(1 - float(accuracy))


def test_loss_and_defection_by_hand(tiny, world):
    """Two programs of 2 bits fit x on lane 0 alone: `x`, right on all of 1, 2, 3; none other is so short.

    `0` and `1` take 4 and 5 bits or so; the census says which fit, and this counts them one by one.
    """
    where = world(tiny.header, lambda x: x, train=[0])
    rows = tiny.rows
    fits = (rows.behaviour & np.uint64(3)) == 0
    weight = wrong_lanes = wrong = Fraction(0)
    for bits, behaviour, count in zip(rows.bits[fits], rows.behaviour[fits], rows.count[fits], strict=True):
        words = [(int(behaviour) >> (2 * lane)) & 3 for lane in range(4)]
        misses = sum(words[lane] != lane for lane in (1, 2, 3))
        mass = Fraction(int(count), 2 ** int(bits))
        weight += mass
        wrong_lanes += mass * misses
        wrong += mass * (misses > 0)
    found = mixture(tiny, where).points(Prior("simple"))
    assert found.loss == pytest.approx(float(wrong_lanes / weight / 3))
    assert found.defecting.sum() == pytest.approx(float(wrong / weight))
    assert 0 < found.loss < 1


def test_every_fitting_program_is_counted_once(oracle, world):
    atlas = oracle("arith-w4-24")
    where = world(atlas.header, lambda x: x, train=range(8))
    found = mixture(atlas, where)
    mask = np.uint64(where.domain.lane_mask(where.train))
    fits = (atlas.rows.behaviour & mask) == np.uint64(where.behaviour & int(mask))
    assert int(found.count.sum()) == int(atlas.rows.count[fits].sum()) > 0
    assert len(found) < fits.sum()


def test_excess_depends_on_the_side_of_the_disguised():
    point = MixturePoints(
        np.array([[0.3, 0.3, 0.4], [1.0, 0, 0]]), np.array([[0.15, 0.3, 0.1], [0, 0, 0]]), np.zeros(2)
    )
    assert point.excess(LOW) == pytest.approx([0.25 - 0.75, math.nan], nan_ok=True)
    assert point.excess(HIGH) == pytest.approx([0.4 / 0.7 - 0.5, math.nan], nan_ok=True)


def test_edges(oracle, world):
    atlas = oracle("loops-w4-24")
    everything = world(atlas.header, lambda x: x)
    assert mixture(atlas, everything).points(Prior("a")).loss == pytest.approx([math.nan], nan_ok=True)
    unreached = world(atlas.header, [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3])
    assert mixture(atlas, unreached).points(Prior("a")).shares == pytest.approx(np.full((1, 3), math.nan), nan_ok=True)
    with pytest.raises(PriorError, match="does not converge"):
        mixture(atlas, everything).points(Prior("b", beta=0.5))
    with pytest.raises(WorldError, match="word bits are 4 where the atlas has 3"):
        mixture(oracle("logic-w3-23"), everything)
