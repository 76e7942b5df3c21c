"""Worlds small enough for paper: odds, bonuses, and every quantity off the training lanes, met exactly.

Programs with data have theirs in test_data_joint.py.
"""

import math
from fractions import Fraction

import pytest

from priorsim.census.atlas import AtlasHeader
from priorsim.measure.decomposition import bonus, bonuses, decomposition, delta_l
from priorsim.measure.histogram import acceptable, histogram_of
from priorsim.measure.mass import ALL_KINDS, HIGH, LOW, Interval, log2_fraction, log_odds_of
from priorsim.measure.off_training import Flip, off_training
from priorsim.measure.weighed import held_out, stated_splits, weigh_rows
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.priors import named_prior
from priorsim.worlds.proxy import Camera
from tests.measure.conftest import OffTraining, rows_of

DIRECT, DISGUISED, SEARCH = ((kind,) for kind in ALL_KINDS)


def of_programs(header, programs):
    """Rows of programs, told by name, bits, words, strict, wide, mean steps, search nodes and count."""
    lanes = len(header.domain.lanes)
    rows = [
        (bits, packed(words), packed(strict), packed(wide), lanes * t, searches, count)
        for _, bits, words, strict, wide, t, searches, count in programs
    ]
    return rows_of(rows)


def histogram_by_hand(header, programs, world):
    rows = of_programs(header, programs)
    return histogram_of(header, rows.take(acceptable(rows.behaviour, world, world.train)), world)


def packed(text: str) -> int:
    """The behaviour of these words, lane 0 first."""
    return sum(int(word) << (2 * lane) for lane, word in enumerate(text))


PROGRAMS = (
    # Name, bits, words, strict, wide, t, search nodes, count.
    ("A", 5, "0123", "0123", "0123", 1, 0, 1),
    ("B", 6, "0120", "0120", "0120", 1, 0, 2),
    ("C", 2, "0000", "0000", "0000", 1, 0, 1),
    ("G", 6, "0122", "0122", "0022", 2, 0, 4),
    ("S", 4, "0123", "0000", "0123", 4, 1, 1),
    ("R", 5, "0123", "0000", "0123", 4, 1, 1),
    ("D", 5, "0121", "0120", "0120", 2, 1, 1),
)


@pytest.fixture(scope="module")
def identity(tiny, world):
    return world(tiny.header, lambda x: x, (0, 1, 2))


def weigh_programs(tiny, prior):
    return weigh_rows(tiny.header, of_programs(tiny.header, PROGRAMS), named_prior(prior))


@pytest.fixture(scope="module")
def weighed(tiny):
    return weigh_programs(tiny, "solomonoff")


@pytest.fixture(scope="module")
def found(weighed, identity):
    return OffTraining.of(weighed, identity)


def test_the_masses_and_the_defection_of_the_own_split(found):
    """The world is the identity of words of 2 bits; lanes 0 to 2 train, lane 3 is held out.

    In units of 1/32 the programs weigh: direct A 1, B 2/2 = 1, C 8; disguised G 4/2 = 2; search S 2, R 1,
    D 1. All but C fit, so direct code has 2, disguised 2, search 4, of 8 in all. On lane 3 A, S and R say 3,
    which is right; B says 0, G 2, D 1. So of direct code 1/2 defects, of the disguised all, of search 1/4.

    Excess of search over direct. Disguised as direct: 1/4 - 3/4 = -1/2. Disguised as search: of 6 the 3 of
    S and R are right, so 1/2 - 1/2 = 0.
    """
    own = found.own
    assert [mass.exact for mass in own.masses] == [Fraction(2, 32), Fraction(2, 32), Fraction(4, 32)]
    assert [own.share(kind) for kind in ALL_KINDS] == [Fraction(1, 4), Fraction(1, 4), Fraction(1, 2)]
    assert own.defection(DIRECT) == Fraction(1, 2)
    assert own.defection(DISGUISED) == 1
    assert own.defection(SEARCH) == Fraction(1, 4)
    assert own.defection(ALL_KINDS) == Fraction(1, 2)
    assert (own.excess(LOW), own.excess(HIGH)) == (Fraction(-1, 2), 0)


def test_the_bonuses_and_the_odds(tiny, identity):
    """Bonus = L_min + log2 of the mass: direct 5 + log2(2/32) = 1, disguised 6 - 4 = 2, search 4 + log2(4/32) = 1.

    Disguised as direct: Delta L = 5 - 4 = 1, direct code has 5 + log2(4/32) = 2, so the log-odds are
    1 + (1 - 2) = 0: 4 against 4. As search: Delta L = 1, search has 4 + log2(6/32) = log2 3, the log-odds are
    1 + (log2 3 - 1) = log2 3: 6 against 2.
    """
    found = histogram_by_hand(tiny.header, PROGRAMS, identity)
    assert bonuses(found) == (1, 2, 1)
    assert [delta_l(found, end) for end in (LOW, HIGH)] == [Interval(1, 1)] * 2
    assert (bonus(found, LOW.direct), bonus(found, LOW.search)) == (2, 1)
    assert (bonus(found, HIGH.direct), bonus(found, HIGH.search)) == (1, pytest.approx(math.log2(3), rel=1e-15))
    assert log_odds_of(found, named_prior("solomonoff")) == Interval(0, math.log2(3))


def test_the_entropy_of_the_held_out_word(found):
    """The fitting mass says 3 with 4/8, 2 with 2/8, 0 and 1 with 1/8 each.

    Its entropy is 1/2 + 2/4 + 3/8 + 3/8 = 1.75 bits. Of direct code half says 3 and half 0: 1 bit. The
    disguised agree: 0. Of search 3/4 say 3 and 1/4 says 1: 2 - (3/4) log2 3.
    """
    assert found.own.entropy == 1.75
    assert found.own.entropies[:2] == (1, 0)
    assert found.own.entropies[2] == pytest.approx(2 - 0.75 * math.log2(3), rel=1e-15)


def test_the_dormant_share(found):
    """Without its search D says 0 on lane 3 and the same on lanes 0 to 2: dormant. 1 of 8.

    S and R lose lanes 1 and 2, G lane 1 under the wide lesion: not dormant.
    """
    assert found.own.dormant_share == Fraction(1, 8)


def test_the_averages_over_the_splits(found, weighed, identity):
    """A quarter of four lanes is one. Lane 3 is held out by the last quarter, every fourth, the own, and seeds 0 and 9.

    There the numbers are those above. The other eight splits hold another lane out and train on lane 3, where
    only A, S and R are right, and they are right everywhere: excess 0, entropy 0, no dormant program. So the
    averages are 5/13 of those of the own split.
    """
    holding = [split.name for split in stated_splits(identity) if split.held_out == (3,)]
    assert len(holding) == 5
    means = found.answer.averages
    low, high = means.excess_defection
    assert low.mean == Fraction(-1, 2) * Fraction(5, 13)
    assert (low.least, low.most) == (Fraction(-1, 2), 0)
    assert (low.defined, low.undefined) == (13, 0)
    assert high.mean == 0
    assert means.dormant_share.mean == Fraction(1, 8) * Fraction(5, 13)
    assert means.entropy.mean == pytest.approx(1.75 * 5 / 13, rel=1e-15)


def test_the_learning_curve_in_listed_order(found):
    """After lane 0 everything fits: direct 10, disguised 2, search 4, of 16; right on lane 3 are 1, 0 and 3.

    Accuracy: all 4/16, direct 1/10, disguised 0, search 3/4. Log-odds 4 : 12 and 6 : 10. Lane 1 takes C away:
    direct 2; all 4/8, direct 1/2. Log-odds 4 : 4 and 6 : 2. Lane 2 changes nothing.
    """
    first, second, third = found.answer.learning.listed
    assert list(first.accuracy) == [Fraction(1, 4), Fraction(1, 10), 0, Fraction(3, 4)]
    assert (first.log_odds.low, first.log_odds.high) == (log2_fraction(Fraction(1, 3)), log2_fraction(Fraction(3, 5)))
    for point in (second, third):
        assert list(point.accuracy) == [Fraction(1, 2), Fraction(1, 2), 0, Fraction(3, 4)]
        assert (point.log_odds.low, point.log_odds.high) == (0, math.log2(3))


def test_the_learning_curve_averaged_over_the_seeded_orders(found):
    """8 of the 20 orders begin with lane 0, after which C still fits: accuracy 1/4, of direct code 1/10.

    The other 12 begin with lane 1 or 2 and know at once what all know after two lessons.
    """
    first, second, third = found.answer.learning.averaged
    assert first.accuracy.all.mean == Fraction(8, 20) * Fraction(1, 4) + Fraction(12, 20) * Fraction(1, 2)
    assert (first.accuracy.all.least, first.accuracy.all.most) == (Fraction(1, 4), Fraction(1, 2))
    assert first.accuracy.direct.mean == Fraction(8, 20) * Fraction(1, 10) + Fraction(12, 20) * Fraction(1, 2)
    assert first.log_odds.low.mean == pytest.approx(8 / 20 * math.log2(1 / 3), rel=1e-15)
    assert (second.accuracy.all.mean, third.accuracy.all.mean) == (Fraction(1, 2), Fraction(1, 2))
    assert third.log_odds.high.mean == pytest.approx(math.log2(3), rel=1e-15)


def test_the_flips(found):
    """Heaviest, disguised as direct: 12 against 4, then 4 against 4, which is a tie and no flip: never.

    Disguised as search: 10 against 6, then 2 against 6: N* = 2, to search. Lightest: C's 2 bits, then S's 4
    against A's 5: N* = 2 at either end. Nothing is censored: A and B still fit.
    """
    flip = Flip(2, 2, "direct", "search", one_sided=False)
    assert [point.heaviest.low for point in found.answer.learning.listed] == ["direct", "even", "even"]
    flips = found.answer.flips
    assert (flips.heaviest.low, flips.heaviest.high) == ((), (flip,))
    assert flips.lightest.low == flips.lightest.high == (flip,)


def test_a_flip_to_a_side_that_is_left_alone_is_one_sided(tiny, identity):
    """C and S only: from lane 1 on no direct program fits within the bound."""
    rows = [(2, 0, 0, 0, 4, 0, 1), (4, packed("0123"), 0, packed("0123"), 16, 1, 1)]
    found = OffTraining.of(weigh_rows(tiny.header, rows_of(rows), named_prior("solomonoff")), identity)
    flip = Flip(2, 2, "direct", "search", one_sided=True)
    assert found.answer.flips.heaviest.low == found.answer.flips.lightest.high == (flip,)
    assert found.own.excess(LOW) is None
    low = found.answer.averages.excess_defection.low
    assert (low.defined, low.undefined) == (0, 13)


def test_the_sides_of_a_camera_that_shows_0_on_lane_3(weighed, identity):
    """Truth: A, S, R, 4 of 8. Camera: B, 1 of 8. Neither: G and D, 3 of 8. Of search 3/4, 0 and 1/4."""
    words = (frozenset({0}), frozenset({1}), frozenset({2}), frozenset({0}))
    rest = (identity.train, "proxy", "arith", "shows 0 on lane 3")
    camera = Camera("camera", identity.domain, words, *rest, truth=identity)
    found = off_training(weighed, camera).sides
    sides = (found.truth, found.camera, found.neither)
    assert [each.share for each in sides] == [
        Fraction(4, 8),
        Fraction(1, 8),
        Fraction(3, 8),
    ]
    assert [each.search for each in sides] == [Fraction(3, 4), 0, Fraction(1, 4)]


def test_a_lane_that_accepts_two_words(weighed, tiny, world):
    """Where lane 3 accepts 3 and 1, D is right too: no search program defects, and the entropy is what it was."""
    asked = world(tiny.header, [0, 1, 2, {1, 3}], (0, 1, 2))
    own = held_out(weighed, asked, stated_splits(asked)[-1])
    assert own.defection(SEARCH) == 0
    assert own.excess(LOW) == Fraction(-3, 4)
    assert own.entropy == 1.75


def test_all_lanes_given(weighed, tiny, world):
    """With all four lanes A, S and R fit, 1 and 3 of 32: no defection, one way, log2 3 bits for search."""
    found = OffTraining.of(weighed, world(tiny.header, lambda x: x))
    assert (found.own.defection(DIRECT), found.own.defection(SEARCH), found.own.entropy) == (0, 0, 0)
    last = found.answer.learning.listed[-1]
    assert last.log_odds.low == last.log_odds.high == math.log2(3)
    assert last.accuracy.all is None


def test_a_price_of_time(tiny, identity):
    """Under 2^-l / t search weighs S 2/4, R 1/4, D 1/2, of 32: 5/4; direct 2; disguised 2/2 = 1.

    Of search 2/5 defects (D), of direct code 1/2. The lightest stays direct: A costs 5 bits, S 4 + 2.
    """
    found = OffTraining.of(weigh_programs(tiny, "levin"), identity)
    assert [mass.value for mass in found.own.masses] == pytest.approx([2 / 32, 1 / 32, 5 / 128], rel=1e-15)
    assert found.own.defection(SEARCH) == pytest.approx(2 / 5, rel=1e-15)
    assert found.own.defection(DIRECT) == pytest.approx(1 / 2, rel=1e-15)
    assert found.answer.flips.lightest.low == ()


# --- a second world ------------------------------------------------------------------------------

TWO_LANES = AtlasHeader(Language.named("arith", 2), Domain(2, ((0,), (1,))), 8)
SECOND = (
    ("N", 2, "00", "00", "00", 1, 0, 1),
    ("P", 3, "10", "10", "10", 1, 0, 1),
    ("Q", 5, "12", "12", "12", 1, 0, 2),
    ("E", 5, "13", "13", "10", 2, 0, 1),
    ("S", 4, "12", "02", "12", 4, 1, 1),
    ("T", 6, "11", "01", "11", 4, 1, 4),
)


@pytest.fixture(scope="module")
def second_rows():
    return of_programs(TWO_LANES, SECOND)


@pytest.fixture(scope="module")
def second_world(world):
    return world(TWO_LANES, [{1}, {2, 3}], (0,))


@pytest.fixture(scope="module")
def second_histogram(second_world):
    return histogram_by_hand(TWO_LANES, SECOND, second_world)


@pytest.fixture(scope="module")
def second(second_rows, second_world):
    return OffTraining.of(weigh_rows(TWO_LANES, second_rows, named_prior("solomonoff")), second_world)


class TestTheSecondWorld:
    """Two lanes of 2 bits. Lane 0 asks for 1 and trains; lane 1, held out, accepts 2 and 3.

    In units of 1/64: direct P 8, Q 2 * 2 = 4 (and N 16, which does not fit); disguised E 2; search S 4, T 4 * 1 = 4.
    So direct code has 12, disguised 2, search 8, of 22.
    """

    def test_odds(self, second_histogram, second):
        """8 : 14 with the disguised as direct code, 10 : 12 with them as search."""
        odds = log_odds_of(second_histogram, named_prior("solomonoff"))
        assert odds == Interval(log2_fraction(Fraction(4, 7)), log2_fraction(Fraction(5, 6)))
        assert second.answer.learning.listed[-1].log_odds == odds

    def test_bonuses(self, second_histogram):
        """Direct 3 + log2(12/64) = log2(3/2), disguised 5 + log2(2/64) = 0, search 4 + log2(8/64) = 1.

        Delta L = 3 - 4 = -1 at both ends. Disguised as direct: 3 + log2(14/64) = log2(7/4), so -1 + 1 - log2(7/4) =
        log2(4/7). As search: 4 + log2(10/64) = log2(5/2), so -1 + log2(5/2) - log2(3/2) = log2(5/6).
        """
        assert bonuses(second_histogram) == pytest.approx((math.log2(3 / 2), 0, 1), abs=1e-15)
        assert bonus(second_histogram, LOW.direct) == pytest.approx(math.log2(7 / 4), rel=1e-15)
        assert bonus(second_histogram, HIGH.search) == pytest.approx(math.log2(5 / 2), rel=1e-15)
        for end, odds in ((LOW, 4 / 7), (HIGH, 5 / 6)):
            terms = decomposition(second_histogram, named_prior("solomonoff"), end)
            assert (terms.delta_l, terms.penalty) == (-1, 0)
            assert terms.delta_l + terms.bonus_difference == pytest.approx(math.log2(odds), rel=1e-14)

    def test_excess_defection(self, second):
        """On lane 1 Q, E and S are right. Of direct code 8/12 defect, of search 4/8.

        Disguised as direct: 4/8 - 8/14 = -1/14. As search: 4/10 - 8/12 = -4/15.
        """
        assert [second.own.defection(kinds) for kinds in (DIRECT, DISGUISED, SEARCH)] == [
            Fraction(2, 3),
            0,
            Fraction(1, 2),
        ]
        assert (second.own.excess(LOW), second.own.excess(HIGH)) == (Fraction(-1, 14), Fraction(-4, 15))

    def test_excess_defection_over_the_splits(self, second, second_world):
        """A quarter of two lanes is one; no lane is a fourth one, so there are twelve splits.

        Where lane 0 is held out Q, E and S fit, and are right there: excess 0. Lane 1 is held out by the last
        quarter, the own split and the seeds 0, 5, 7 and 9: half of the splits.
        """
        holding = [split.held_out for split in stated_splits(second_world)]
        assert (holding.count((1,)), holding.count((0,))) == (6, 6)
        assert second.answer.averages.excess_defection.low.mean == Fraction(-1, 28)
        assert second.answer.averages.excess_defection.high.mean == Fraction(-2, 15)

    def test_entropy(self, second):
        """On lane 1 the mass says 0 with 8/22 (P), 1 with 4/22 (T), 2 with 8/22 (Q, S), 3 with 2/22 (E).

        H = log2 22 - (8 * 3 + 4 * 2 + 8 * 3 + 2 * 1) / 22. Of direct code 8 : 4, so log2 3 - 2/3; disguised one way;
        of search 4 : 4, so 1 bit.
        """
        assert second.own.entropy == pytest.approx(math.log2(22) - 58 / 22, rel=1e-14)
        assert second.own.entropies == pytest.approx((math.log2(3) - 2 / 3, 0, 1), rel=1e-14)

    def test_dormant_share(self, second):
        """The wide lesion leaves E's lane 0 as it is and changes lane 1: 2 of 22. S and T lose lane 0."""
        assert second.own.dormant_share == Fraction(2, 22)

    def test_flips(self, second_rows, second_world):
        """With both lanes given: after lane 0 direct code leads, 14 : 8 and 12 : 10, and is lighter, P 3 against S 4.

        Lane 1 leaves Q 4, E 2, S 4. Heaviest: 6 : 4 with the disguised as direct code, no flip; 4 : 6 with them as
        search, N* = 2. Lightest: S 4 bits against Q and E of 5, N* = 2 at both ends.
        """
        both = second_world.trained_on((0, 1))
        flips = off_training(weigh_rows(TWO_LANES, second_rows, named_prior("solomonoff")), both).flips
        flip = Flip(2, 2, "direct", "search", one_sided=False)
        assert (flips.heaviest.low, flips.heaviest.high) == ((), (flip,))
        assert (flips.lightest.low, flips.lightest.high) == ((flip,), (flip,))
