"""Questions beyond an atlas: the rows of the full census, at every bound that both reach."""

from functools import cache

import numpy as np
import pytest

from priorsim.census.atlas import Atlas
from priorsim.census.beyond import TargetedAtlas
from priorsim.census.engine import derivations as quotient_derivations
from priorsim.census.engine import fitting as quotient_fitting
from priorsim.census.engine import jobs as quotient_jobs
from priorsim.census.engine import levels as quotient_levels
from priorsim.census.engine.derivations import ranges
from priorsim.census.engine.exhaustive import key_of
from priorsim.census.engine.fitting import FittingCensus
from priorsim.census.engine.quotient import count_quotient
from priorsim.census.take import make_header, take_census
from priorsim.census.witness import find_programs
from priorsim.errors import CensusError
from priorsim.measure.histogram import acceptable, histogram
from priorsim.mu.domain import Domain
from priorsim.mu.syntax import Program, parse
from priorsim.worlds import catalogue
from tests.census import oracle

pytestmark = pytest.mark.engine

W4 = Domain.default(4)
PAIRS = Domain(3, tuple((a, b) for a in (1, 4, 6) for b in (0, 3, 5, 7)), ("a", "b"))
ONE_LANE = Domain(12, ((0,),))


def same(left, right):
    return all(np.array_equal(getattr(left, name), getattr(right, name)) for name in left.__dataclass_fields__)


full_census = cache(count_quotient)


def check(header, fits, above, workers=2):
    """The rows beyond `above` that fit are those of the full census; returns them."""
    whole = full_census(header)
    rows = FittingCensus(header, fits, above=above, workers=workers).rows
    assert same(rows, whole.take((whole.bits > above) & fits(whole.behaviour)))
    return rows


def agreeing_with(behaviour, domain, lanes):
    """What fits: the words of a behaviour on these lanes."""
    mask = np.uint64(domain.lane_mask(lanes))
    return lambda behaviours: (behaviours & mask) == (np.uint64(behaviour) & mask)


WORLDS = [
    ("identity-w3", 26, 10),
    ("identity-w4", 30, 8),
    ("isqrt-w3", 33, 26),
    ("half-w4", 33, 30),
    ("minimum-w3", 33, 30),
    ("power3-w3", 30, 22),
    ("parity-w3", 30, 20),
    ("fibonacci-w3", 32, 24),
    ("in-context-negated-w2", 29, 22),
    ("constant-sqrt17-w12", 26, 20),
]


@pytest.mark.parametrize(("name", "max_bits", "above"), WORLDS)
def test_the_rows_of_a_world_are_those_of_the_full_census(name, max_bits, above):
    world = catalogue()[name]
    header = make_header(world.dialect, max_bits, domain=world.domain)
    assert len(check(header, lambda behaviours: acceptable(behaviours, world, world.train), above))


DOMAINS = [
    ("arith", Domain.default(2), 2, 28),
    ("arith", PAIRS, 2, 26),
    ("arith", ONE_LANE, 1, 27),
    ("logic", Domain.default(3), 2, 28),
    ("logic", W4, 1, 28),
    ("loops", W4, 2, 26),
]


@pytest.mark.parametrize(("dialect", "domain", "depth", "max_bits"), DOMAINS)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_rows_of_any_behaviour_are_those_of_the_full_census(dialect, domain, depth, max_bits, seed):
    header = oracle.make_header(dialect, domain, depth, max_bits)
    whole = full_census(header)
    behaviour = np.random.default_rng(seed).choice(whole.behaviour[whole.bits <= 18])
    lanes = range(-(-3 * len(domain.lanes) // 4))
    check(header, agreeing_with(behaviour, domain, lanes), max_bits - 6)


def test_any_word_may_fit_and_none_may():
    header = oracle.make_header("arith", Domain.default(3), 2, 22)
    assert len(check(header, lambda behaviours: np.ones(len(behaviours), dtype=bool), 12))
    assert not len(check(header, lambda behaviours: np.zeros(len(behaviours), dtype=bool), 12))


@pytest.mark.parametrize("max_bits", range(3, 13))
def test_small_bounds_are_counted_too(max_bits):
    header = oracle.make_header("arith", W4, 2, max_bits)
    check(header, agreeing_with(W4.pack(range(16)), W4, range(12)), 2)


@pytest.mark.parametrize("looked_into", [4, 8, 15, 20])
def test_the_rows_do_not_depend_on_where_the_looking_into_begins(looked_into, monkeypatch):
    monkeypatch.setattr(quotient_fitting, "LOOKED_INTO", looked_into)
    header = oracle.make_header("arith", Domain.default(3), 2, 27)
    check(header, agreeing_with(Domain.default(3).pack(range(8)), Domain.default(3), range(6)), 20)


@pytest.mark.parametrize("closed_at_once", [0, 10_000])
def test_the_rows_do_not_depend_on_how_long_bodies_are_closed(closed_at_once, monkeypatch):
    monkeypatch.setattr(quotient_derivations, "CLOSED_AT_ONCE", closed_at_once)
    # Many small batches, in which a body comes again and again.
    monkeypatch.setattr(quotient_levels, "GATHERED_CANDIDATES", 1 << 8)
    monkeypatch.setattr(quotient_levels, "GATHERED_BYTES", 1 << 10)
    world = catalogue()["isqrt-w3"]
    header = make_header("arith", 32, domain=world.domain)
    assert len(check(header, lambda behaviours: acceptable(behaviours, world, world.train), 26))


def test_the_rows_do_not_depend_on_the_number_of_workers():
    world = catalogue()["half-w4"]
    header = make_header("arith", 33, domain=world.domain)
    for workers in (1, 3):
        check(header, lambda behaviours: acceptable(behaviours, world, world.train), 30, workers)


def test_a_count_that_the_outlines_contradict_is_reported(monkeypatch):
    programs = quotient_derivations.Outlines.programs
    monkeypatch.setattr(quotient_derivations.Outlines, "programs", lambda self, length: 1 + programs(self, length))
    header = oracle.make_header("arith", Domain.default(3), 2, 20)
    with pytest.raises(CensusError, match="report a bug"):
        FittingCensus(header, lambda behaviours: behaviours == 0, above=10)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["isqrt-w4", "half-w4", "inverse-w4", "parity-w4", "root-w4"])
def test_the_rows_of_a_world_are_those_of_the_full_census_at_40_bits(name):
    world = catalogue()[name]
    header = make_header(world.dialect, 40, domain=world.domain)
    check(header, lambda behaviours: acceptable(behaviours, world, world.train), 36)


# --- atlases continued ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def short_atlas():
    return take_census(make_header("arith", 26, domain=Domain.default(3)))


def test_the_histogram_of_an_atlas_continued_is_that_of_the_longer_atlas(short_atlas):
    world = catalogue()["isqrt-w3"]
    header = make_header("arith", 33, domain=world.domain)
    longer = Atlas(header, full_census(header))
    continued = TargetedAtlas(short_atlas, 33)
    found, expected = histogram(continued, world), histogram(longer, world)
    assert found.header == expected.header
    assert found.functions == expected.functions
    assert (found.shortest, found.least_kt) == (expected.shortest, expected.least_kt)
    assert same(found.cells, expected.cells)


@pytest.mark.parametrize(("name", "max_bits", "some"), [("isqrt-w3", 33, 60), ("identity-w3", 28, 150)])
def test_rows_beyond_the_atlas_have_witnesses(short_atlas, name, max_bits, some):
    world = catalogue()[name]
    continued = TargetedAtlas(short_atlas, max_bits)
    rows = continued.select(lambda behaviours: acceptable(behaviours, world, world.train))
    keys = [rows.key(row) for row in np.linspace(0, len(rows) - 1, some).astype(int)]
    for key, program in find_programs(continued.header, keys, finder=continued.find_terms).items():
        assert key_of(continued.header, program) == key


def test_witnesses_beyond_the_atlas_do_not_depend_on_which_piece_is_done_first(short_atlas, monkeypatch):
    """Threads take pieces in order and end them in any; here the last one ends first."""
    world = catalogue()["isqrt-w3"]

    def witnesses(workers):
        continued = TargetedAtlas(short_atlas, 31, workers=workers)
        rows = continued.select(lambda behaviours: acceptable(behaviours, world, world.train))
        return find_programs(continued.header, map(rows.key, range(len(rows))), finder=continued.find_terms)

    in_order = witnesses(1)
    monkeypatch.setattr(quotient_jobs, "iter", reversed, raising=False)
    assert witnesses(1) == in_order
    monkeypatch.undo()
    assert witnesses(3) == in_order


@pytest.mark.parametrize("text", ["(find (c) (iter 0 x (s) 0))", "(argmax (c) (iter 0 c (s) 0))"])
def test_a_loop_of_no_rounds_within_a_search_is_found_again(text):
    header = oracle.make_header("arith", Domain.default(2), 2, 22)
    key = key_of(header, parse(text, header.language))
    census = FittingCensus(header, lambda behaviours: behaviours == np.uint64(key.behaviour), above=20)
    assert key_of(header, Program(census.find_terms([key])[key])) == key


def test_progress_rises_to_its_total(short_atlas):
    seen = []
    TargetedAtlas(short_atlas, 30, progress=seen.append).select(lambda behaviours: behaviours == 0)
    assert [step.programs for step in seen] == sorted(step.programs for step in seen)
    assert seen[-1].programs == seen[-1].total
    assert len({step.total for step in seen}) == 1


@pytest.mark.parametrize(
    ("max_bits", "message"),
    [(26, "up to 26 bits already"), (60, r"would take about .*: give --yes .* or --max-bits \d+"), (200, "overflow")],
)
def test_bounds_that_make_no_sense_are_refused(short_atlas, max_bits, message):
    with pytest.raises(CensusError, match=message):
        TargetedAtlas(short_atlas, max_bits)


def test_ranges_are_joined():
    assert ranges(np.array([4, 9, 2]), np.array([6, 9, 5])).tolist() == [4, 5, 2, 3, 4]
