"""Claims in single worlds at every setting of the grid, against loops over the programs themselves (plain.py)."""

import math
import statistics
from collections import Counter, defaultdict
from dataclasses import replace
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from priorsim.census.atlas import Atlas
from priorsim.census.engine.exhaustive import count_exhaustive
from priorsim.census.take import make_header
from priorsim.claims.claim import cell_of
from priorsim.claims.judge import ON_CAMERAS, SITE_CLAIMS, find_claims, judge_world
from priorsim.claims.populations import QUICK, Worlds
from priorsim.claims.rule import Tally
from priorsim.measure.data import count_with_data, join_counts
from priorsim.measure.first_programs import look_at
from priorsim.measure.histogram import histogram
from priorsim.measure.mass import ENDS
from priorsim.measure.values import difference
from priorsim.mu.domain import Domain
from priorsim.worlds import World, find_world
from priorsim.worlds.proxy import Camera
from tests.claims.plain import BESIDE, PLAIN, answered, asked, complexity, known, listed
from tests.measure.test_growth import census_of

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


def cell_in_words(cell):
    """What a cell of one world says: the state, the middle of the interval, and whether the margin is met."""
    tally = cell.tally
    assert tally.worlds + cell.not_asked == 1
    states = {"holds": tally.holds, "fails": tally.fails, "undecided": tally.undecided, "not asked": cell.not_asked}
    (state,) = [name for name, number in states.items() if number]
    middle = cell.median
    assert cell.quartiles is None or cell.quartiles == (middle,) * 3
    return state, middle, bool(cell.beyond)


BY_MASS = {"holds": (1.0, 1.0), "fails": (0.0, 0.0), "undecided": (0.0, 1.0)}


@pytest.mark.parametrize("name", WORLDS)
def test_a_claim_in_a_world_is_what_loops_over_programs_say(name):
    """The number of each claim and of what stands beside it, and what becomes of it in a cell of this one world."""
    world = WORLDS[name]
    atlas, programs = counted(world.dialect, world.domain)
    names = ON_CAMERAS if isinstance(world, Camera) else tuple(PLAIN)
    states = set()
    for place, site in Worlds(world.name, atlas.header, (world,)).sites(atlas, QUICK):
        mine = asked_at(site, programs, world)
        for claim in find_claims(names):
            beside = [(each, BESIDE[each.text]) for each in claim.beside if each.text in BESIDE]
            for number, twin in [(claim.number, PLAIN[claim.name]), *beside]:
                told = claim.name, number.text, place
                values, ends = number.measure(site), ends_of(twin, mine)
                assert (values.low[0], values.high[0]) == pytest.approx(ends, abs=1e-9, nan_ok=True), told
                cell, wanted = cell_of([claim.sample(number, site)], number, place), answered(twin, mine)
                state, middle, is_beyond = cell_in_words(cell)
                assert (state, is_beyond) == (wanted.state, wanted.is_beyond), told
                assert (cell.beyond is None) == (twin.by_margin is None), told
                assert middle == (None if wanted.middle is None else pytest.approx(wanted.middle, abs=1e-9)), told
                least, most = complexity(mine), known(mine)
                is_fitted = state != "not asked" and math.isfinite(least)
                up_to = most - (most - least) // 2 * 2 if is_fitted else None
                assert cell.levels == ({up_to: cell.tally} if is_fitted and least <= most else {}), told
                assert cell.by_mass == (BY_MASS[state] if is_fitted else None), told
                states.add(state)
    assert isinstance(world, Camera) or states == {"holds", "fails", "undecided", "not asked"}


def asked_at(site, programs, world):
    """The world among the programs of a site's setting, as loops take it."""
    runs = [pair[site.by_form] for pair in programs]
    language = site.programs.header.language
    return asked(
        runs, world, tax=site.tax, max_bits=site.max_bits, by_form=site.by_form, language=language, has_all=site.has_all
    )


def ends_of(twin, mine):
    """The number's ends; nan where it is not defined."""
    found = twin.value(mine)
    return (math.nan, math.nan) if found is None else found


def test_shortest_programs_are_looked_at_of_worlds_that_are_search_first_in_one_setting():
    """Of all such worlds, and of a sample: what is known of each is what the measure of the atlas says."""
    atlas = census_of("arith", 3)
    (claim,) = find_claims(["much-simpler"])
    (number,) = [each for each in claim.beside if "root" in each.text]
    seen = look_at(atlas, 10**4)
    every = dict(zip(seen.words.tolist(), seen.through_and_through.tolist(), strict=True))
    assert len(every) > 3
    for most in (10**4, 3):
        for place, site in Worlds("all", atlas.header).sites(atlas, replace(QUICK, first_worlds=most)):
            found, tally = number.measure(site).low, claim.sample(number, site).tally
            known = {int(site.behaviours[at]): bool(found[at]) for at in np.flatnonzero(~np.isnan(found))}
            assert known.items() <= every.items()
            assert tally == Tally([*known.values()].count(True), [*known.values()].count(False))
            assert bool(known) == ((place["class_by"], place["bound"], place["tax"]) == ("lesion", "B", 0))
            if known:
                assert len(known) == min(most, len(every))
                assert every.keys() == {*site.behaviours[claim.measure(site).low > 0].tolist()}


@pytest.mark.parametrize("most", [10**4, 3])
def test_programs_with_data_count_in_a_sample_of_the_worlds_in_one_setting(most):
    """Each world is compared with its own counts of code and of data, joined; the sample is even over complexity."""
    atlas, _ = counted("arith", Domain.default(2))
    (claim,) = find_claims(["much-simpler"])
    (number,) = [each for each in claim.beside if "hybrids" in each.text]
    states, preset = Counter(), replace(QUICK, table_worlds=most, table_code_bits=11)
    for place, site in Worlds("all", atlas.header).sites(atlas, preset):
        found = number.measure(site)
        known = np.flatnonzero(~np.isnan(found.low))
        is_asked = (place["class_by"], place["bound"], place["tax"]) == ("lesion", "B", 0)
        assert len(known) == (min(most, len(site.behaviours)) if is_asked else 0)
        for world in known.tolist():
            words = atlas.header.domain.unpack(int(site.behaviours[world]))
            ends = delta_with_data(atlas, world_of(words, (0, 1, 2, 3)))
            assert (found.low[world], found.high[world]) == ends, words
            states[
                "open" if ends[0] < ends[1] else "changed" if ends[0] != claim.measure(site).low[world] else "as is"
            ] += 1
        if is_asked:
            assert len(known) < most or set(site.worth.complexity[known]) >= set(
                np.quantile(site.worth.complexity, (0, 1))
            )
    assert most == 3 or len(states) == 3


def delta_with_data(atlas, world):
    """Delta L over all programs of a world, from one joined count of them, disguised ones on either side."""
    data = count_with_data(atlas.header.language, world, 11, workers=1)
    joined = join_counts(histogram(atlas, world), data)
    found = [difference(*joined.l_min_sides(end)) for end in ENDS]
    lows = [-math.inf if each.low is None else each.low for each in found]
    return min(lows), max(math.inf if each.high is None else each.high for each in found)


def test_judging_a_world_puts_its_cells_in_the_order_of_the_grid():
    world = WORLDS["negated"]
    atlas, _ = counted(world.dialect, world.domain)
    claims = find_claims(("much-simpler", "argmin-safe", "treacherous"))
    sites = list(Worlds(world.name, atlas.header, (world,)).sites(atlas, QUICK))
    for judged in judge_world(world, claims, atlas, QUICK):
        for number, cells in [(judged.claim.number, judged.cells), *judged.beside]:
            wanted = [
                cell_of([judged.claim.sample(number, site)], number, place, site.max_bits) for place, site in sites
            ]
            assert list(cells) == wanted


def test_the_population_of_a_census_has_every_behaviour_and_their_numbers():
    atlas, programs = counted("arith", Domain.default(2))
    names = ("proxy", "treacherous", "three-counts", "argmin-safe", "many-against-one", "much-simpler", "malign-prior")
    claims = [claim for claim in SITE_CLAIMS if claim.name in names]
    for setting, site in Worlds("all", atlas.header).sites(atlas, QUICK):
        runs = [pair[site.by_form] for pair in programs]
        seen = {run.words for run in runs if run.bits <= site.max_bits}
        every = [atlas.header.domain.pack(words) for words in sorted(seen)]
        worlds = {behaviour: world_of(atlas.header.domain.unpack(behaviour), (0, 1, 2, 3)) for behaviour in every}
        asked_of = {behaviour: asked_at(site, programs, world) for behaviour, world in worlds.items()}
        members = sorted(each for each, mine in asked_of.items() if complexity(mine) <= known(mine))
        assert site.behaviours.tolist() == members
        # Without a tax, or with one above 0 on what has others, none is left out.
        assert members == sorted(every) or site.tax
        searched = {atlas.header.domain.pack(run.words) for run in runs if run.kind == "search"}
        chosen = [place for place, member in enumerate(members) if place % 9 == 0 or member in searched]
        mine = [asked_of[members[place]] for place in chosen]
        assert site.worth.complexity[chosen].tolist() == [complexity(each) for each in mine]
        masses = [float(sum(Fraction(1, 2**run.bits) for run in each.on((0, 1, 2, 3)))) for each in mine]
        assert site.worth.mass[chosen].tolist() == masses
        for claim in claims:
            found = claim.measure(site)
            for place, each in zip(chosen, mine, strict=True):
                ends, wanted = (found.low[place], found.high[place]), ends_of(PLAIN[claim.name], each)
                assert ends == pytest.approx(wanted, abs=1e-9, nan_ok=True), (claim.name, setting, members[place])


@pytest.mark.parametrize("name", ["much-simpler", "treacherous", "naive-penalty"])
def test_a_cell_of_many_worlds_counts_and_weighs_what_each_of_them_says(name):
    """Every behaviour of words of 2 bits, one by one: tallies, bins of complexity, masses and quartiles."""
    atlas, programs = counted("arith", Domain.default(2))
    (claim,) = find_claims([name])
    for setting, site in Worlds("all", atlas.header).sites(atlas, replace(QUICK, below=(0,))):
        cell = cell_of([claim.sample(claim.number, site)], claim.number, setting)
        at, mass, levels, middles = Counter(), defaultdict(Fraction), {}, []
        for behaviour in site.behaviours.tolist():
            world = world_of(atlas.header.domain.unpack(behaviour), (0, 1, 2, 3))
            mine = asked_at(site, programs, world)
            found = answered(PLAIN[name], mine)
            at[found.state] += 1
            at["beyond"] += found.is_beyond
            if found.state != "not asked":
                mass[found.state] += sum(Fraction(1, 2**run.bits) for run in mine.on((0, 1, 2, 3)))
                # Bins end at the most that is known: where that is odd, so is the last length of each bin.
                up_to = complexity(mine) + (known(mine) - complexity(mine)) % 2
                levels.setdefault(up_to, Counter())[found.state] += 1
                middles += [] if found.middle is None else [found.middle]
        tally = Tally(at["holds"], at["fails"], at["undecided"])
        beyond = None if PLAIN[name].by_margin is None else at["beyond"]
        assert (cell.tally, cell.not_asked, cell.beyond) == (tally, at["not asked"], beyond), setting
        wanted = {up_to: Tally(n["holds"], n["fails"], n["undecided"]) for up_to, n in sorted(levels.items())}
        assert cell.levels == wanted and list(cell.levels) == list(wanted), setting
        whole = sum(mass.values())
        share = (mass["holds"] / whole, (mass["holds"] + mass["undecided"]) / whole) if whole else None
        assert cell.by_mass == (share and pytest.approx(tuple(map(float, share)), rel=1e-12)), setting
        if middles:
            quarters = statistics.quantiles(middles, method="inclusive") if len(middles) > 1 else middles * 3
            assert cell.quartiles == pytest.approx(tuple(quarters), abs=1e-9), setting
        else:
            assert cell.quartiles is None
