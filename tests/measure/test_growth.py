"""The curve over complexity against a plain loop in integers and fractions, and against published counts."""

import csv
import io
from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from priorsim.census.atlas import Atlas
from priorsim.census.stored import StoredAtlas
from priorsim.census.take import make_header, take_census
from priorsim.errors import CensusError, WorldError
from priorsim.measure.binning import LEAST_WORLDS
from priorsim.measure.growth import Growth, growth
from priorsim.measure.mass import HIGH, LOW
from priorsim.measure.standings import CUTS, standings
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting, run
from priorsim.mu.lesions import lesion
from priorsim.worlds import find_world
from tests.measure.conftest import batched, programs_by_code
from tests.test_docs import check_answer

BITS = 22
ENDS = {"low": ((0, 1), (2,)), "high": ((0,), (1, 2))}


@cache
def census_of(dialect: str, word_bits: int, max_bits: int = BITS) -> Atlas:
    return take_census(make_header(dialect, max_bits, domain=Domain.default(word_bits)), workers=1)


class PlainCurve:
    """The curve from programs one by one: (bits, words, kind, steps, number).

    A cost l + gamma log2(T / n), gamma in halves, stands as the integer 2^(2 l) T^(2 gamma), next to which n^(2 gamma)
    is one bit of nothing: costs are compared without a logarithm.
    """

    def __init__(self, programs, *, lanes: int, max_bits: int, gamma: Fraction, width: int) -> None:
        twice = int(2 * gamma)
        unit = lanes**twice

        def edge(bits: int) -> int:
            return int(4**bits * unit)

        costs = defaultdict(lambda: defaultdict(list))
        by_number = defaultdict(lambda: [0, 0, 0])
        edges = range(max_bits % width, max_bits + 1, width)

        def bin_of(cost: int) -> int | None:
            return next((at for at in edges if cost <= edge(at)), None)

        for bits, words, kind, steps, number in programs:
            cost = 4**bits * steps**twice
            costs[words][kind].append((cost, bits, number))
            place = bin_of(cost)
            if place is not None:
                by_number[place][kind] += number
        worlds = defaultdict(list)
        for words, kinds in costs.items():
            place = bin_of(min(cost for each in kinds.values() for cost, _, _ in each))
            if place is not None:
                worlds[place].append(words)
        self.bins, open_worlds, open_programs = [], [], [0, 0, 0]
        above = 0
        for place in edges:
            open_worlds += worlds[place]
            open_programs = [a + b for a, b in zip(open_programs, by_number[place], strict=True)]
            if len(open_worlds) >= LEAST_WORLDS or place == max_bits:
                if place == max_bits and len(open_worlds) < LEAST_WORLDS and self.bins:
                    above, _, before, programs_before = self.bins.pop()
                    open_worlds = before + open_worlds
                    open_programs = [a + b for a, b in zip(programs_before, open_programs, strict=True)]
                self.bins.append((above, place, open_worlds, open_programs))
                above, open_worlds, open_programs = place, [], [0, 0, 0]
        self.costs, self.max_bits, self.gamma, self.lanes = costs, max_bits, gamma, lanes

    def first(self, words: int, end: str) -> str:
        direct, search = (
            min((cost for kind in kinds for cost, _, _ in self.costs[words][kind]), default=None) for kinds in ENDS[end]
        )
        if search is None or (direct is not None and direct < search):
            return "direct"
        return "search" if direct is None or search < direct else "tied"

    def share(self, words: int, end: str, cut: int) -> float:
        masses = [
            sum(
                number / Fraction(2) ** bits
                if not self.gamma
                else number * (cost / self.lanes ** (2 * self.gamma)) ** -0.5
                for kind in kinds
                for cost, bits, number in self.costs[words][kind]
                if bits <= self.max_bits - cut
            )
            for kinds in ENDS[end]
        ]
        return float(masses[1] / sum(masses))


def check_curve(found: Growth, plain: PlainCurve) -> None:
    bins = found.bins
    assert list(zip(bins.above.tolist(), bins.up_to.tolist(), strict=True)) == [each[:2] for each in plain.bins]
    assert bins.worlds.tolist() == [len(worlds) for _, _, worlds, _ in plain.bins]
    assert bins.programs.tolist() == [programs for _, _, _, programs in plain.bins]
    for place, end in enumerate(ENDS):
        firsts = [[plain.first(words, end) for words in worlds] for _, _, worlds, _ in plain.bins]
        assert bins.search_first[:, place].tolist() == [each.count("search") for each in firsts]
        assert bins.direct_first[:, place].tolist() == [each.count("direct") for each in firsts]
        assert bins.tied[:, place].tolist() == [each.count("tied") for each in firsts]
        for at, cut in enumerate(CUTS):
            for row, (_, up_to, worlds, _) in enumerate(plain.bins):
                if up_to > plain.max_bits - cut:
                    assert np.isnan(bins.posterior[row, at, place])
                else:
                    mean = sum(plain.share(words, end, cut) for words in worlds) / len(worlds)
                    assert bins.posterior[row, at, place] == pytest.approx(mean, rel=1e-12)


def plain_programs(atlas: Atlas, class_by: str, mask: int):
    for place in range(len(atlas.rows)):
        key = atlas.rows.key(place)
        kind = 2 if key.strict != key.behaviour else 1 if key.wide != key.behaviour else 0
        if class_by == "form":
            kind = 2 if key.searches else 0
        yield key.bits, key.behaviour & mask, kind, key.steps, int(atlas.rows.count[place])


@pytest.mark.parametrize("gamma", [Fraction(0), Fraction(1, 2), Fraction(1)], ids=str)
@pytest.mark.parametrize("class_by", ["lesion", "form"])
@pytest.mark.parametrize("word_bits", [2, 3])
@pytest.mark.parametrize("dialect", ["arith", "logic", "loops"])
def test_the_curve_is_that_of_a_plain_loop(dialect, word_bits, class_by, gamma):
    atlas = census_of(dialect, word_bits)
    lanes, width = 2**word_bits, 1 if gamma == 0 else 2
    rows = plain_programs(atlas, class_by, (1 << word_bits * lanes) - 1)
    plain = PlainCurve(rows, lanes=lanes, max_bits=BITS, gamma=gamma, width=width)
    check_curve(growth(atlas, gamma=float(gamma), class_by=class_by), plain)


def test_worlds_of_some_lanes_have_the_least_cost_of_all_that_fits_them():
    atlas = census_of("arith", 3)
    plain = PlainCurve(plain_programs(atlas, "lesion", 0o777), lanes=8, max_bits=BITS, gamma=Fraction(1), width=3)
    check_curve(growth(atlas, gamma=1, train=(0, 1, 2), bin_bits=3), plain)


@pytest.mark.slow
@pytest.mark.parametrize("gamma", [Fraction(0), Fraction(1, 2), Fraction(1)], ids=str)
@pytest.mark.parametrize("word_bits", [2, 3])
@pytest.mark.parametrize("dialect", ["arith", "logic", "loops"])
def test_the_curve_is_that_of_programs_run_one_by_one(dialect, word_bits, gamma):
    header = make_header(dialect, BITS, domain=Domain.default(word_bits))

    def programs():
        for bits, program in programs_by_code(header.language, BITS):
            words = lesion(program, header.domain)
            kind = 2 if words.strict != words.actual else 1 if words.wide != words.actual else 0
            yield bits, header.domain.pack(words.actual), kind, run(program, header.domain).steps[Accounting.TOTAL], 1

    plain = PlainCurve(programs(), lanes=2**word_bits, max_bits=BITS, gamma=gamma, width=1 if gamma == 0 else 2)
    check_curve(growth(census_of(dialect, word_bits), gamma=float(gamma)), plain)


def test_a_stored_atlas_gives_the_same_curve_batch_by_batch(tmp_path):
    atlas = census_of("arith", 3)
    assert growth(batched(atlas, 1000)).to_csv() == growth(atlas).to_csv()
    atlas.save(tmp_path / "atlas.parquet")
    assert growth(StoredAtlas.open(tmp_path / "atlas.parquet")).to_csv() == growth(atlas).to_csv()


def test_a_smaller_bound_changes_no_bin_below_it():
    # The complexity of a world is known as soon as the bound has reached it.
    larger, smaller = (growth(census_of("arith", 3), max_bits=bits).bins for bits in (BITS, BITS - 2))
    shared = len(smaller) - 1
    for column in ("worlds", "search_first", "direct_first", "programs"):
        assert getattr(larger, column)[:shared].tolist() == getattr(smaller, column)[:shared].tolist()


def test_what_is_told_of_a_world_is_what_its_own_programs_say():
    atlas = census_of("arith", 3)
    square, camera = find_world("square-w3"), find_world("inverse-w3").trained_on((1, 3))
    unknown = replace(square, name="far", acceptable=tuple(frozenset({word}) for word in (5, 0, 3, 1, 7, 2, 2, 4)))
    found = growth(atlas, worlds=[square, camera, unknown]).placed
    shortest = [
        min(int(bits) for bits, behaviour in zip(atlas.rows.bits, atlas.rows.behaviour, strict=True) if fits(behaviour))
        for fits in (
            lambda behaviour: int(behaviour) == square.behaviour,
            lambda behaviour: (int(behaviour) ^ camera.behaviour) & atlas.header.domain.lane_mask((1, 3)) == 0,
        )
    ]
    assert [each.complexity for each in found] == [*shortest, None]
    assert found[0].first.low == found[0].first.high == "direct first"
    assert found[2].first.low is None
    with pytest.raises(WorldError, match="not on the atlas's domain"):
        growth(atlas, worlds=[find_world("square-w4")])


def test_json_has_the_keys_of_its_type_and_csv_a_line_for_each_bin():
    found = growth(census_of("loops", 2), gamma=1)
    check_answer("growth", found.to_json())
    lines = list(csv.DictReader(io.StringIO(found.to_csv())))
    assert [int(line["worlds"]) for line in lines] == found.bins.worlds.tolist()
    assert [float(line["search_first_high"]) for line in lines] == [
        pytest.approx(share) for share in found.bins.share(found.bins.search_first)[:, 1]
    ]


def test_a_price_of_time_is_refused_where_a_step_is_shared_by_lanes():
    atlas = census_of("loops", 2)
    shared = Atlas(replace(atlas.header, accounting=Accounting.AMORTISED), atlas.rows)
    with pytest.raises(CensusError, match="ask an atlas of the total accounting"):
        growth(shared, gamma=1)
    assert growth(shared).bins.worlds.sum() == growth(atlas).bins.worlds.sum()


def test_bins_without_width_are_refused():
    with pytest.raises(CensusError, match="give whole bits, 1 at least"):
        growth(census_of("loops", 2), bin_bits=0)


FIRST_LOOK = {20: (0.0, 0.0), 24: (14.6, 16.5), 28: (7.5, 8.7), 32: (15.0, 21.1), 36: (24.5, 33.5)}
FIRST_LOOK |= {38: (29.2, 39.3), 40: (30.2, 40.2), 42: (33.9, 45.7)}
"""Per cent of worlds that are search first by complexity, arith at words of 3 bits, from an independent program."""
OTHERS = {("arith", 4): (304713, 14.5, 26.2), ("logic", 3): (31718, 18.7, 30.1), ("loops", 3): (67999, 0.0, 13.9)}
"""The same of complexities of 39 and 40 bits, behind the number of worlds."""


def percents(share: np.ndarray) -> tuple[float, ...]:
    return tuple(np.round(100 * share, 1).tolist())


@pytest.mark.slow
def test_an_independent_program_found_the_same_curve_up_to_42_bits():
    atlas = census_of("arith", 3, 42)
    bins = growth(atlas, bin_bits=2).bins
    shares = dict(zip(bins.up_to.astype(int).tolist(), map(percents, bins.share(bins.search_first)), strict=True))
    assert {up_to: shares[up_to] for up_to in FIRST_LOOK} == FIRST_LOOK
    assert bins.worlds[-1] == 121855
    times = dict(zip(bins.up_to.astype(int).tolist(), bins.over_representation[:, 0], strict=True))
    assert (round(times[30], 1), round(times[42], 1)) == (8.4, 10.2)
    # With a price of time its last bin went from 40 to below 42 bits.
    timed = standings(atlas, gamma=1)
    inside = (timed.complexity >= 40) & (timed.complexity < 42)
    first = [timed.first(end)[0][inside].mean() for end in (LOW, HIGH)]
    assert inside.sum() == 26173
    assert (round(100 * first[0], 1), round(100 * first[1], 1)) == (12.4, 21.6)


@pytest.mark.slow
@pytest.mark.parametrize("language", OTHERS, ids=str)
def test_an_independent_program_found_the_same_in_other_languages(language):
    bins = growth(census_of(*language, 40), bin_bits=2).bins
    worlds, *first = OTHERS[language]
    assert (bins.worlds[-1], *percents(bins.share(bins.search_first)[-1])) == (worlds, *first)
