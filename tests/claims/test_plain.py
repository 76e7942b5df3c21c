"""Claims in single worlds at every setting of the grid, against loops over the programs themselves (plain.py)."""

import math
from functools import cache

import numpy as np
import pytest

from priorsim.census.atlas import Atlas
from priorsim.census.engine.exhaustive import count_exhaustive
from priorsim.census.take import make_header
from priorsim.claims.judge import ON_CAMERAS, SITE_CLAIMS, find_claims, judge_world
from priorsim.claims.populations import QUICK, Worlds
from priorsim.mu.domain import Domain
from priorsim.worlds import World, find_world
from priorsim.worlds.proxy import Camera
from tests.claims.plain import BESIDE, PLAIN, asked, listed

pytestmark = pytest.mark.engine
BITS = {2: 17, 3: 16}


@cache
def counted(dialect, domain):
    """A census, counted one by one, and the same programs as a list."""
    header = make_header(dialect, BITS[domain.word_bits], domain=domain)
    return Atlas(header, count_exhaustive(header)), listed(header.language, domain, header.max_bits)


def world_of(words, train, truth=None):
    """A world of words of 2 or 3 bits; where a truth is given, the camera that accepts what is listed lane by lane."""
    domain = Domain.default(2 if len(words) == 4 else 3)
    accepted = tuple(frozenset({each} if isinstance(each, int) else each) for each in words)
    if truth is None:
        return World("world", domain, accepted, train, "test", "arith", "")
    return Camera("camera", domain, accepted, train, "proxy", "arith", "", truth=world_of(truth, train))


WORLDS = {
    "identity": world_of((0, 1, 2, 3), (0, 1, 2)),
    "negated": world_of((0, 3, 2, 1), (0, 1, 2)),
    "half": world_of((0, 0, 1, 1), (0, 2)),
    "trained on all lanes": world_of((0, 1, 0, 1), (0, 1, 2, 3)),
    "words of 3 bits": world_of((0, 1, 0, 1, 0, 1, 0, 1), (0, 1, 3)),
    "rules": find_world("in-context.w2-words-itself-product-r3-q4"),
    "camera": world_of((0, 1, 2, 0), (0, 1, 2), truth=(0, 1, 2, 3)),
    "coarse camera": world_of(({0, 1}, {0, 1}, {2, 3}, {0, 1}), (0, 1, 2), truth=(0, 1, 2, 3)),
}


def told(interval, is_true):
    """(holds, fails, undefined), and the middle of the interval where it is known."""
    if interval is None:
        return (0, 0, 1), []
    low, high = (round(end, 12) if math.isfinite(end) else end for end in interval)
    at = is_true(low), is_true(high)
    middle = [(low + high) / 2] if math.isfinite(high - low) else []
    return (int(all(at)), int(not any(at)), int(any(at) and not all(at))), middle


@pytest.mark.parametrize("name", WORLDS)
def test_a_claim_in_a_world_is_what_loops_over_programs_say(name):
    world = WORLDS[name]
    atlas, programs = counted(world.dialect, world.domain)
    names = ON_CAMERAS if isinstance(world, Camera) else tuple(PLAIN)
    for judged in judge_world(world, find_claims(names), atlas, QUICK):
        beside = [(other.text, cells, BESIDE[other.text]) for other, cells in judged.beside if other.text in BESIDE]
        for quantity, cells, (plain, is_true) in [(judged.claim.name, judged.cells, PLAIN[judged.claim.name]), *beside]:
            for cell in cells:
                place, by_form = cell.factors, cell.factors["class_by"] == "form"
                bound = atlas.header.max_bits - 4 * (place["bound"] == "B-4")
                runs = [pair[by_form] for pair in programs]
                mine = asked(runs, world, tax=int(place["tax"]), max_bits=bound, by_form=by_form)
                counts, numbers = told(plain(mine), is_true)
                assert (cell.holds, cell.fails, cell.undefined) == counts, (quantity, place)
                assert cell.numbers == pytest.approx(numbers, abs=1e-9), (quantity, place)


def test_the_population_of_a_census_has_the_behaviours_with_both_classes_and_their_numbers():
    atlas, programs = counted("arith", Domain.default(2))
    names = ("proxy", "treacherous", "three-counts", "argmin-safe", "many-against-one", "much-simpler")
    claims = [claim for claim in SITE_CLAIMS if claim.name in names]
    for setting, site in Worlds("all", atlas.header).sites(atlas, QUICK):
        bound, by_form = site.max_bits, site.by_form
        runs = [pair[by_form] for pair in programs if pair[by_form].bits <= bound]
        has = [{run.words for run in runs if run.kind == kind} for kind in ("direct", "search")]
        members = sorted(atlas.header.domain.pack(words) for words in has[0] & has[1])
        assert site.behaviours.tolist() == members
        for claim in claims:
            found = claim.measure(site)
            for place in range(0, len(members), 5):
                world = world_of(atlas.header.domain.unpack(members[place]), (0, 1, 2, 3))
                plain = PLAIN[claim.name][0](asked(runs, world, tax=site.tax, max_bits=bound, by_form=by_form))
                low, high = (np.nan, np.nan) if plain is None else plain
                ends = found.low[place], found.high[place]
                assert ends == pytest.approx((low, high), abs=1e-9, nan_ok=True), (claim.name, setting, members[place])
