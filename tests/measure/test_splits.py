"""Worlds measured together against the same worlds one by one, and against plain loops over rows."""

import math

import numpy as np
import pytest

from priorsim.measure.fitting import averaged, by_behaviour, fitting, on_cameras, on_split
from priorsim.measure.histogram import DIRECT, SEARCH, acceptable, kinds_of
from priorsim.measure.mass import ENDS
from priorsim.measure.mixture import mixture_of
from priorsim.measure.off_training import learning
from priorsim.measure.values import at_end
from priorsim.measure.weighed import Split, held_out, stated_splits, weigh
from priorsim.priors import Prior
from priorsim.worlds.proxy import Camera
from priorsim.worlds.world import World
from tests.measure.conftest import oracle_atlas, programs_of

TRAIN, HELD_OUT = (0, 1, 2, 4, 5), (3, 6, 7)
PRIORS = [Prior("plain"), Prior("taxed", tax=4), Prior("timed", gamma=1)]


@pytest.fixture(scope="module")
def atlas():
    return oracle_atlas("logic-w3-23")


@pytest.fixture(scope="module")
def targets(atlas):
    """Behaviours with both classes, one without search, and one that no program has."""
    programs = programs_of(atlas)
    direct, search = (programs.behaviour[programs.kind == kind] for kind in (DIRECT, SEARCH))
    both, direct_only = np.intersect1d(direct, search), np.setdiff1d(direct, search)
    missing = np.setdiff1d(np.arange(1, 5000, 37, dtype=np.uint64), programs.behaviour)
    return np.array([*both[:: max(1, len(both) // 6)], direct_only[3], missing[0]], dtype=np.uint64)


def world_of(atlas, behaviour):
    domain = atlas.header.domain
    words = tuple(frozenset({word}) for word in domain.unpack(int(behaviour)))
    return World("one", domain, words, TRAIN, "", "logic", "")


def same(found, wanted):
    return (wanted is None and math.isnan(found)) or found == pytest.approx(float(wanted), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: prior.name)
def test_all_worlds_at_once_are_what_each_is_alone(atlas, targets, prior):
    census = by_behaviour(programs_of(atlas))
    masses, weighed = census.by_group(census.programs.weights(prior)), weigh(atlas, prior)
    own = Split("own", TRAIN, HELD_OUT)
    for split in (own, *stated_splits(world_of(atlas, targets[0]))[:4]):
        found = on_split(census, masses, targets, split)
        accuracy = found.right(targets, split.held_out)
        for place, behaviour in enumerate(targets):
            alone = held_out(weighed, world_of(atlas, behaviour), split)
            assert same(found.entropy[place], alone.entropy)
            assert found.fitting[place] == pytest.approx([mass.value for mass in alone.masses], rel=1e-12)
            assert found.faithful[place] == pytest.approx([mass.value for mass in alone.faithful], rel=1e-12)
            for end in ENDS:
                direct, search = found.defection(end)
                assert same(direct[place], alone.defection(end.direct))
                assert same(search[place], alone.defection(end.search))
            if split is own:
                last = learning(weighed, world_of(atlas, behaviour)).listed[-1]
                pairs = zip(list(last.accuracy)[1:], alone.masses, strict=True)
                right = [float(share or 0) * mass.value * len(HELD_OUT) for share, mass in pairs]
                assert accuracy[place] == pytest.approx(right, rel=1e-12)


def test_counts_of_functions_and_programs_are_those_of_plain_loops(atlas, targets):
    census = by_behaviour(programs_of(atlas))
    split = Split("own", TRAIN, HELD_OUT)
    found = on_split(census, census.by_group(census.programs.weights(PRIORS[0])), targets, split)
    kind = kinds_of(atlas.rows, "lesion")
    for place, behaviour in enumerate(targets):
        fits = acceptable(atlas.rows.behaviour, world_of(atlas, behaviour), TRAIN)
        for end in ENDS:
            sides = [fits & np.isin(kind, side) for side in (end.direct, end.search)]
            functions = [len(set(atlas.rows.behaviour[side].tolist())) for side in sides]
            lengths = [set(atlas.rows.bits[side].tolist()) for side in sides]
            both = sorted(lengths[0] & lengths[1])
            programs = [int(atlas.rows.count[side & np.isin(atlas.rows.bits, both)].sum()) for side in sides]
            assert [each[place] for each in found.functions(end)] == functions
            assert [each[place] for each in found.programs(end)] == programs


@pytest.mark.parametrize("cost", ["bits", "steps", "drawn"])
def test_the_lightest_program_defects_where_plain_loops_say_so(atlas, targets, cost):
    """By length, by steps, and by costs that are drawn: with these search leads now and then, and often ties."""
    programs = programs_of(atlas)
    census = by_behaviour(programs)
    draw, size = np.random.default_rng(1), len(programs.bits)
    drawn = draw.integers(0, 8, size) + 8 * (programs.kind == DIRECT) * (draw.random(size) < 0.99)
    costs = (drawn if cost == "drawn" else getattr(programs, cost)).astype(np.float64)
    seen = set()
    least = census.least(costs)
    masses, every = census.by_group(census.programs.weights(PRIORS[0])), Split("every lane", tuple(range(8)), ())
    for split in (*stated_splits(world_of(atlas, targets[0])), every):
        found = on_split(census, masses, targets, split)
        one_by_one = [on_split(census, masses, target, split) for target in targets[:, None]]
        for end in ENDS:
            alone = [each.lightest_defects(least, end) for each in one_by_one]
            all_do, some_do = found.lightest_defects(least, end)
            for place, behaviour in enumerate(targets):
                fits = acceptable(programs.behaviour, world_of(atlas, behaviour), split.train)
                is_faithful = fits & (programs.behaviour == behaviour)
                if not is_faithful.any():
                    assert math.isnan(all_do[place])
                    continue
                lightest = fits & (costs == costs[fits].min())
                defects = np.isin(programs.kind, end.search) & (programs.behaviour != behaviour)
                assert bool(all_do[place]) == bool(defects[lightest].all())
                assert bool(some_do[place]) == bool(defects[lightest].any())
                assert [each[0] for each in alone[place]] == [all_do[place], some_do[place]]
                for unseen in costs[fits].min() + np.array([-1, 0, 1]):
                    # What was not counted may do anything.
                    bounded = [each[place] for each in found.lightest_defects(least, end, unseen)]
                    hides = costs[fits].min() >= unseen
                    assert bounded == ([0, 1] if hides else [all_do[place], some_do[place]])
                seen.add((place, bool(all_do[place]), bool(some_do[place])))
    if cost == "drawn":
        assert len({place for place, _, some_do in seen if some_do}) > 3
        assert len({place for place, all_do, _ in seen if all_do}) > 1


def test_what_fits_each_world_is_summed_as_plain_loops_do(atlas, targets):
    doubled = np.concatenate([targets, targets[:2]])
    programs = programs_of(atlas)
    programs = programs.take(programs.bits <= 20)
    found = fitting(programs, doubled, train=TRAIN, held_out=HELD_OUT)
    weights, kept = programs.weights(PRIORS[1]), found.programs.weights(PRIORS[1])
    mixed = mixture_of(found)
    points = mixed.points(PRIORS[1])
    assert len(mixed) < len(found.pairs[0])
    domain = atlas.header.domain
    assert found.programs.bits.max() <= 20
    for place, behaviour in enumerate(doubled):
        fits = acceptable(programs.behaviour, world_of(atlas, behaviour), TRAIN)
        words = domain.unpack(int(behaviour))
        wrong = [
            sum(answered[lane] != words[lane] for lane in HELD_OUT)
            for answered in map(domain.unpack, programs.behaviour[fits].tolist())
        ]
        whole = weights[fits].sum()
        loss = float((weights[fits] * wrong).sum()) / (whole * len(HELD_OUT)) if whole else math.nan
        assert points.loss[place] == pytest.approx(loss, rel=1e-12, nan_ok=True)
        for kind in (DIRECT, SEARCH):
            mine = fits & (programs.kind == kind)
            defecting = weights[mine & (programs.behaviour != behaviour)].sum() / whole if whole else math.nan
            assert found.sums(kept)[place][kind] == pytest.approx(weights[mine].sum(), rel=1e-12)
            assert points.defecting[place][kind] == pytest.approx(defecting, rel=1e-12, nan_ok=True)
            least = found.least(found.programs.bits)[place][kind]
            assert least == (programs.bits[mine].min() if mine.any() else np.inf)


def test_cameras_are_groups_of_what_they_accept(atlas, targets):
    prior = PRIORS[0]
    census = by_behaviour(programs_of(atlas))
    masses, weighed = census.by_group(census.programs.weights(prior)), weigh(atlas, prior)
    cameras = []
    for behaviour in targets:
        truth = world_of(atlas, behaviour)
        seen = tuple(frozenset({word, word ^ 1}) for words in truth.acceptable for word in words)
        cameras.append(Camera("camera", truth.domain, seen, TRAIN, "", "logic", "", truth=truth))
    found = on_cameras(census, masses, cameras)
    least, merged = census.least(census.programs.bits), 0
    for place, camera in enumerate(cameras):
        alone = held_out(weighed, camera, Split("own", camera.train, camera.held_out))
        assert same(found.entropy[place], alone.entropy)
        assert found.fitting[place] == pytest.approx([mass.value for mass in alone.masses], rel=1e-12)
        fits = acceptable(census.target, camera, camera.train)
        faithful = fits & acceptable(census.target, camera.truth, camera.held_out)
        # A coarse camera accepts what the truth does not; what is off the training lanes hangs on the others alone.
        merged += int((faithful & ~acceptable(census.target, camera.truth, range(8))).sum())
        assert found.faithful[place] == pytest.approx(masses[faithful].sum(axis=0), rel=1e-12)
        for end in ENDS:
            direct, search = (least[:, list(side)].min(axis=1) for side in (end.direct, end.search))
            lightest = fits & (np.minimum(direct, search) == least[fits].min(initial=np.inf))
            some_do = (search == np.minimum(direct, search)) & ~faithful
            all_do = some_do & (direct > search)
            wanted = [float(each[lightest].all()) for each in (all_do, ~some_do)] if faithful.any() else [math.nan] * 2
            found_all, found_some = (each[place] for each in found.lightest_defects(least, end))
            assert [found_all, 1 - found_some] == pytest.approx(wanted, nan_ok=True)
    assert merged > 0


@pytest.mark.parametrize("name", ["logic-w3-23", "loops-w4-24"])
def test_masses_of_behaviours_are_sums_over_their_rows_class_by_class(name):
    """Also where no program of the last class is there."""
    programs = programs_of(oracle_atlas(name))
    census, weights = by_behaviour(programs), programs.weights(PRIORS[0])
    masses = census.by_group(census.programs.weights(PRIORS[0]))
    assert masses.shape == (len(np.unique(programs.behaviour)), 3)
    for place in range(0, len(masses), 97):
        for kind in range(3):
            mine = (programs.behaviour == census.target[place]) & (programs.kind == kind)
            assert masses[place, kind] == pytest.approx(weights[mine].sum(), rel=1e-12)


def test_an_average_is_over_the_splits_in_which_a_number_is_defined():
    mean = averaged([np.array([1.0, math.nan, math.nan]), np.array([2.0, 3.0, math.nan])])
    assert mean[:2].tolist() == [1.5, 3.0]
    assert math.isnan(mean[2])


def test_sides_of_an_end_hold_all_classes():
    by_class = np.array([[1.0, 2.0, 4.0]])
    assert [[side[0] for side in at_end(by_class, end)] for end in ENDS] == [[3.0, 4.0], [1.0, 6.0]]
