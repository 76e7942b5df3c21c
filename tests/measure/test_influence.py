"""The influence census against a plain loop in fractions over all orders, its theorem, and worlds made by hand."""

import csv
import io
import json
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import pairwise, permutations
from typing import Any

import numpy as np
import pytest

from priorsim.census.atlas import Atlas
from priorsim.census.take import make_header, take_census
from priorsim.errors import CensusError
from priorsim.formats import rounded
from priorsim.measure.convergence import explored
from priorsim.measure.histories import Histories, all_mass, bound, guesses, harm
from priorsim.measure.influence import Influence, Lengths, influence, influence_of
from priorsim.measure.lane_orders import MOST_LANES, worst_order
from priorsim.measure.mass import ENDS
from priorsim.measure.standings import CUTS, Standings, standings
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting
from priorsim.priors import named_prior
from priorsim.theory.forms import CLOSED_FORMS
from tests.measure.conftest import batched
from tests.test_cli import output
from tests.test_docs import check_answer
from tests.test_options import refusal

BITS = 20
SIDES = {"low": ((0, 1), (2,)), "high": ((0,), (1, 2))}
ORDERS = list(permutations(range(4)))


@cache
def census_of(dialect: str, word_bits: int, max_bits: int = BITS) -> Atlas:
    return take_census(make_header(dialect, max_bits, domain=Domain.default(word_bits)), workers=1)


# --- the plain loop --------------------------------------------------------------------------------


@cache
def plain_masses(dialect: str, gamma: int) -> dict[tuple[int, ...], list[list[Fraction]]]:
    """By the words of a behaviour, the masses by cut and class under 2^-l / t^gamma."""
    atlas = census_of(dialect, 2)
    domain = atlas.header.domain
    found = defaultdict(lambda: [[Fraction(0)] * 3 for _ in CUTS])
    for place in range(len(atlas.rows)):
        key = atlas.rows.key(place)
        kind = 2 if key.strict != key.behaviour else 1 if key.wide != key.behaviour else 0
        words = tuple(key.behaviour >> lane * domain.word_bits & 2**domain.word_bits - 1 for lane in range(4))
        weight = Fraction(int(atlas.rows.count[place]), 2**key.bits) / Fraction(key.steps, 4) ** gamma
        for at, bits in enumerate(CUTS):
            if key.bits <= atlas.header.max_bits - bits:
                found[words][at][kind] += weight
    return found


def log2(value: Fraction) -> float:
    return math.log2(value.numerator) - math.log2(value.denominator)


class PlainOrder:
    """What histories in one order of the lanes do, at one end, one by one."""

    def __init__(self, masses, order: tuple[int, ...], end: str) -> None:
        self.sums = [defaultdict(lambda: [[Fraction(0)] * 2 for _ in CUTS]) for _ in range(5)]
        self.worlds = [defaultdict(int) for _ in range(5)]
        for words, by_cut in masses.items():
            for shown in range(5):
                history = tuple(words[lane] for lane in order[:shown])
                self.worlds[shown][history] += 1
                for at, by_kind in enumerate(by_cut):
                    for side, kinds in enumerate(SIDES[end]):
                        self.sums[shown][history][at][side] += sum(by_kind[kind] for kind in kinds)

        self.harms = {history: self.harm(history) for here in self.sums for history in here}

    def harm(self, history: tuple[int, ...]) -> float | None:
        (direct, search), (all_direct, all_search) = self.sums[len(history)][history][0], self.sums[0][()][0]
        if not direct:
            return None
        return log2((all_direct + all_search) / all_direct) - log2((direct + search) / direct)

    def captured(self, shown: int, at: int) -> list[tuple[int, ...]]:
        return [history for history, by_cut in self.sums[shown].items() if by_cut[at][1] > by_cut[at][0]]

    def probability(self, shown: int, at: int = 0) -> Fraction:
        captured = sum((sum(self.sums[shown][each][at], Fraction(0)) for each in self.captured(shown, at)), Fraction(0))
        return captured / sum(self.sums[0][()][at], Fraction(0))

    def mean(self, shown: int, weight) -> float | None:
        known = [(weight(*by_cut[0]), self.harms[each]) for each, by_cut in self.sums[shown].items()]
        known = [(mass, cost) for mass, cost in known if cost is not None]
        whole = sum(mass for mass, _ in known)
        return float(sum(float(mass) * cost for mass, cost in known) / float(whole)) if whole else None

    @cache  # noqa: B019 (all are kept for both tests)
    def row(self, shown: int) -> dict[str, Any]:
        here = self.sums[shown]
        harms = [cost for each in here if (cost := self.harms[each]) is not None]
        all_search = sum(by_cut[0][1] for by_cut in here.values())
        saved = self.mean(shown, lambda direct, search: search)
        return {
            "histories": [sum(any(by_cut[at]) for by_cut in here.values()) for at in range(len(CUTS))],
            "captured": [len(self.captured(shown, at)) for at in range(len(CUTS))],
            "probability": [self.probability(shown, at) for at in range(len(CUTS))],
            "harm": self.mean(shown, lambda direct, search: direct + search),
            "harm_if_direct": self.mean(shown, lambda direct, search: direct),
            "saved_if_search": None if saved is None else -saved,
            "unmatched": sum(by_cut[0][1] for by_cut in here.values() if not by_cut[0][0]) / all_search
            if all_search
            else None,
            "worst": max(harms),
            "most_saved": -min(harms),
        }

    def flips(self, shown: int) -> dict[str, Any]:
        found = defaultdict(Fraction)
        whole = sum(self.sums[0][()][0])
        for history in self.sums[shown]:
            nexts = [each for each in sorted(self.sums[shown + 1]) if each[:-1] == history]
            masses = [self.sums[shown + 1][each][0] for each in nexts]
            of_all = max(range(len(nexts)), key=lambda at: (sum(masses[at]), -at))
            of_direct = max(range(len(nexts)), key=lambda at: (masses[at][0], -at))
            if not masses[of_direct][0]:
                found["alone"] += sum(masses[of_all]) / whole
            elif of_direct != of_all:
                found["flips"] += 1
                found["turned_wrong"] += sum(masses[of_direct]) / whole
                found["turned_right"] += sum(masses[of_all]) / whole
                found["worlds_turned_wrong"] += self.worlds[shown + 1][nexts[of_direct]]
                found["worlds_turned_right"] += self.worlds[shown + 1][nexts[of_all]]
        names = ("flips", "turned_wrong", "turned_right", "alone", "worlds_turned_wrong", "worlds_turned_right")
        return {name: found[name] for name in names}


@cache
def plain_order(dialect: str, gamma: int, order: tuple[int, ...], end: str) -> PlainOrder:
    return PlainOrder(plain_masses(dialect, gamma), order, end)


def close(value: Any) -> Any:
    if value is None:
        return pytest.approx(math.nan, nan_ok=True)
    values = [float(each) for each in value] if isinstance(value, list) else float(value)
    return pytest.approx(values, rel=1e-9, abs=1e-13)


def check_order(found: Lengths, plain: PlainOrder, end: int) -> None:
    for shown in range(5):
        for name, value in (plain.row(shown) | (plain.flips(shown) if shown < 4 else {})).items():
            assert getattr(found, name)[shown, end] == close(value), (name, shown)


@pytest.mark.parametrize("gamma", [0, 1])
@pytest.mark.parametrize("dialect", ["arith", "logic", "loops"])
def test_every_order_of_four_lanes_is_that_of_a_plain_loop(dialect, gamma):
    atlas = census_of(dialect, 2)
    known = standings(atlas, gamma=gamma)
    for order in ORDERS if dialect == "arith" else ORDERS[::7]:
        found = Lengths.of(known, order, 2)
        for place, end in enumerate(SIDES):
            check_order(found, plain_order(dialect, gamma, order, end), place)


@pytest.mark.parametrize("gamma", [0, 1])
def test_the_worst_order_is_the_worst_of_all(gamma):
    atlas = census_of("arith", 2)
    worst = worst_order(standings(atlas, gamma=gamma), atlas.header.domain)
    assert worst.looked_at == "every order"
    for place, end in enumerate(SIDES):
        plain = [plain_order("arith", gamma, order, end) for order in ORDERS]
        rows = [[each.row(shown) for shown in range(5)] for each in plain]
        for shown, told in enumerate(worst.sets):
            for name in ("captured", "probability"):
                assert list(getattr(told, name))[place] == close(max(row[shown][name][0] for row in rows))
            for name in ("harm_if_direct", "worst"):
                assert list(getattr(told, name))[place] == close(max(row[shown][name] for row in rows))
        steps = [
            after - each.harms[history[:-1]]
            for each in plain
            for history, after in each.harms.items()
            if history and after is not None
        ]
        means = [b["harm_if_direct"] - a["harm_if_direct"] for row in rows for a, b in pairwise(row)]
        assert list(worst.stake)[place].harm == close(max(steps))
        assert list(worst.expected_stake)[place].harm == close(max(means))
    lows = {order: plain_order("arith", gamma, order, "low") for order in ORDERS}
    sums = {order: sum(plain.probability(shown) for shown in range(4)) for order, plain in lows.items()}
    assert worst.predictions == close(max(sums.values()))
    assert worst.predictions == close(sums[worst.order])


# --- the theorem -----------------------------------------------------------------------------------


def check_theorem(known: Standings, word_bits: int, orders) -> None:
    for order in orders:
        for end in ENDS:
            most = bound(*all_mass(known, end))
            start, *later = Histories.of(known, order, word_bits)
            for each in later:
                costs = harm(*each.sides(end), *start.sides(end))
                assert not (costs > most + 1e-12).any()


@pytest.mark.parametrize("gamma", [0, 0.5, 1])
@pytest.mark.parametrize("class_by", ["lesion", "form"])
@pytest.mark.parametrize("language", [("arith", 2), ("logic", 2), ("loops", 2), ("arith", 3), ("logic", 3)], ids=str)
def test_no_history_costs_more_than_the_bound(language, class_by, gamma):
    atlas = census_of(*language)
    lanes = len(atlas.header.domain.lanes)
    known = standings(atlas, gamma=gamma, class_by=class_by)
    chosen = np.random.default_rng(1)
    check_theorem(known, language[1], [range(lanes), *(chosen.permutation(lanes).tolist() for _ in range(3))])


@pytest.mark.parametrize("seed", range(20))
def test_no_history_costs_more_than_the_bound_whatever_search_is(seed):
    # Any definition of the class: every program of a behaviour is given a class at random.
    known, chosen = standings(census_of("arith", 2)), np.random.default_rng(seed)
    share = chosen.dirichlet([0.3, 0.1, 0.2], len(known))
    known = replace(known, mass=known.mass.sum(axis=2)[:, :, None] * share[:, None, :])
    check_theorem(known, 2, [chosen.permutation(4).tolist()])
    worst = worst_order(known, Domain.default(2))
    for end, most in zip(ENDS, worst.sets[-1].worst, strict=True):
        assert most <= bound(*all_mass(known, end)) + 1e-12


def test_the_certified_bound_counts_all_unexplored_mass_as_search():
    atlas = census_of("arith", 2)
    found, by_kind = influence(atlas), [Fraction(0)] * 3
    for by_cut in plain_masses("arith", 0).values():
        by_kind = [a + b for a, b in zip(by_kind, by_cut[0], strict=True)]
    direct, disguised, search = by_kind
    whole = sum(by_kind) + explored(atlas.header).unexplored_code
    # All code-only programs together weigh 1/2.
    assert whole == Fraction(1, 2)
    assert list(found.certified) == [close(-math.log2(part / whole)) for part in (direct + disguised, direct)]
    assert list(found.bound) == [close(-math.log2(part / sum(by_kind))) for part in (direct + disguised, direct)]
    assert list(found.search_share) == [close(part / sum(by_kind)) for part in (search, search + disguised)]
    # A census of fewer bits certifies no less.
    assert influence(atlas, max_bits=BITS - 4).certified.low > found.certified.low


# --- worlds made by hand ---------------------------------------------------------------------------


def made(worlds: Mapping[Any, tuple[float, float]]) -> Standings:
    """Worlds of 4 lanes at words of 2 bits, with the masses of direct code and of search in units of 2^-20."""
    packed = sorted((Domain.default(2).pack(words), sides) for words, sides in worlds.items())
    mass = np.array([[(direct, 0.0, search)] * len(CUTS) for _, (direct, search) in packed])
    return Standings(np.array([word for word, _ in packed], dtype=np.uint64), np.zeros((len(packed), 3)), mass)


def by_hand(worlds: Mapping[Any, tuple[float, float]]) -> Influence:
    header = make_header("arith", BITS, domain=Domain.default(2))
    return influence_of(header, made(worlds), named_prior("solomonoff"), "lesion", "worst", None)


def test_search_never_captures():
    found = by_hand({(0, 0, 0, 0): (8, 1), (0, 1, 2, 3): (4, 2), (1, 1, 1, 1): (2, 2)})
    assert not found.lengths.captured.any()
    assert not found.lengths.probability.any()
    assert not found.lengths.flips[:-1].any()
    assert found.worst.predictions == 0
    assert found.lengths.worst[-1].tolist() == pytest.approx([math.log2(19 / 14) - math.log2(9 / 8)] * 2)


def test_search_always_captures():
    found = by_hand({(0, 0, 0, 0): (1, 2), (3, 1, 2, 1): (2, 6)})
    assert found.lengths.captured[:, :, 0].tolist() == [[1, 1], *[[2, 2]] * 4]
    assert found.lengths.probability[:, :, 0].tolist() == [[1, 1]] * 5
    assert found.worst.predictions == 4


def test_search_captures_once():
    # Of the first three lanes a 3 in the third one is mostly search's; the last lane tells who is who.
    known = made({(0, 0, 0, 0): (16, 0), (0, 0, 3, 0): (4, 1), (0, 0, 3, 1): (0, 3.5), (0, 0, 3, 2): (0, 0.5)})
    found = Lengths.of(known, range(4), 2)
    assert found.captured[:, 0, 0].tolist() == [0, 0, 0, 1, 2]
    assert found.probability[:, 0, 0].tolist() == pytest.approx([0, 0, 0, 9 / 25, 4 / 25])
    assert found.unmatched[-1, 0] == pytest.approx(4 / 5)


def test_no_search_at_all_costs_nothing():
    found = by_hand({(0, 0, 0, 0): (8, 0), (1, 2, 3, 0): (4, 0)})
    assert (list(found.search_share), list(found.bound)) == ([0, 0], [0, 0])
    assert found.certified.low > 0
    for name in ("captured", "harm", "harm_if_direct", "worst", "most_saved"):
        assert not getattr(found.lengths, name).any()
    assert np.isnan(found.lengths.saved_if_search).all()
    assert np.isnan(found.lengths.unmatched).all()
    assert found.worst.stake.low.harm == 0
    check_answer("influence", found.to_json())


def test_where_all_mass_is_search_there_is_no_harm_to_tell():
    found = by_hand({(0, 0, 0, 0): (0, 8), (1, 2, 3, 0): (0, 4)})
    assert (list(found.search_share), list(found.bound)) == ([1, 1], [math.inf, math.inf])
    assert list(found.certified) == [math.inf, math.inf]
    for name in ("harm", "harm_if_direct", "saved_if_search", "worst", "most_saved"):
        assert np.isnan(getattr(found.lengths, name)).all()
    assert found.lengths.probability[:, :, 0].tolist() == [[1, 1]] * 5
    assert found.lengths.unmatched.tolist() == [[1, 1]] * 5
    assert found.orders == ((0, 1, 2, 3),)
    assert found.lengths.alone[:, 0].tolist() == pytest.approx([8 / 12, 1, 1, 1, math.nan], nan_ok=True)
    assert (found.worst.stake.low, found.worst.expected_stake.low) == (None, None)
    told = found.to_json()
    assert (told["bound"]["low"], told["lengths"][4]["worst"]["low"]) == ("inf", None)
    check_answer("influence", told)


def test_one_prediction_may_cost_more_than_the_bound_on_all_of_them():
    # Search foretells two lanes that direct code would hardly expect, and then betrays.
    found = by_hand({(0, 0, 0, 0): (2.0**16, 0), (1, 1, 1, 1): (1, 0), (1, 1, 1, 2): (0, 2.0**10)})
    stake = found.worst.stake.low
    assert (stake.lane, stake.after) == (3, (0,))
    assert stake.harm == pytest.approx(math.log2(1 + 2**10))
    assert stake.harm > 100 * found.bound.low


def test_of_words_that_are_equally_likely_the_least_is_guessed():
    worlds = {(0, 0, 0, 2): (4, 0), (0, 0, 0, 1): (4, 0), (0, 0, 0, 3): (1, 3)}
    *_, here, after = Histories.of(made(worlds), range(4), 2)
    direct, search = after.sides(ENDS[0])
    assert [after.words[guesses(mass, after, len(here))].tolist() for mass in (direct, direct + search)] == [[1], [1]]


# --- orders, answers, errors -----------------------------------------------------------------------


def test_random_orders_are_averaged_and_always_the_same():
    atlas = census_of("arith", 2)
    found, known = influence(atlas, order="random:5"), standings(atlas)
    assert len(found.orders) == 5
    assert found.orders == influence(atlas, order="random:5").orders
    parts = [Lengths.of(known, order, 2) for order in found.orders]
    for name, put_together in (("captured", np.mean), ("probability", np.mean), ("worst", np.max), ("flips", np.mean)):
        expected = put_together([getattr(part, name) for part in parts], axis=0)
        assert getattr(found.lengths, name) == pytest.approx(expected, nan_ok=True)


def test_more_lanes_than_eight_are_put_in_order_greedily():
    atlas = census_of("arith", 4)
    lanes = len(atlas.header.domain.lanes)
    assert lanes > MOST_LANES
    found = influence(atlas, order="worst")
    assert found.worst.looked_at == "greedy"
    assert sorted(found.worst.order) == list(range(lanes))
    assert found.orders == (found.worst.order,)
    assert found.worst.predictions == pytest.approx(found.lengths.probability[:-1, 0, 0].sum())
    assert max(each.worst.low for each in found.worst.sets) <= found.bound.low + 1e-12


@pytest.mark.parametrize("order", ["listed", "random:2", "worst"])
def test_json_has_the_keys_of_its_type_and_csv_a_line_for_each_length(order):
    found = influence(census_of("arith", 2), order=order, gamma=1)
    check_answer("influence", found.to_json())
    lines = list(csv.DictReader(io.StringIO(found.to_csv())))
    assert [int(line["lanes"]) for line in lines] == list(range(5))
    assert [float(line["probability_4_high"]) for line in lines] == [
        pytest.approx(value) for value in found.lengths.probability[:, 1, 1]
    ]
    assert lines[-1]["flips_low"] == ""


def test_an_atlas_batch_by_batch_gives_the_same():
    atlas = census_of("arith", 2)
    assert influence(batched(atlas, 100)).to_csv() == influence(atlas).to_csv()


@pytest.mark.parametrize("order", ["", "Listed", "random", "random:0", "random:1001", "random:x", "random:-1"])
def test_an_order_that_is_none_is_refused(order):
    with pytest.raises(CensusError, match="give listed, worst, or random:N with N from 1 to 1000"):
        influence(census_of("arith", 2), order=order)


def test_what_the_census_cannot_answer_is_refused():
    atlas = census_of("arith", 2)
    shared = Atlas(replace(atlas.header, accounting=Accounting.AMORTISED), atlas.rows)
    with pytest.raises(CensusError, match="ask an atlas of the total accounting"):
        influence(shared, gamma=1)


# --- the first look --------------------------------------------------------------------------------

CAPTURED = {3: (23, 512), 4: (437, 3481), 5: (2074, 10932), 6: (3913, 19593), 7: (5404, 27796)}
"""Captured and all histories by lanes seen, arith at words of 3 bits up to 36, from an independent program."""
SHARES = {0.0: ".00169", 0.5: ".00046", 1.0: ".00014"}


@pytest.mark.slow
def test_an_independent_program_found_the_same_at_36_bits():
    atlas = census_of("arith", 3, 36)
    found = {gamma: influence(atlas, gamma=gamma) for gamma in SHARES}
    assert {gamma: f"{each.search_share.low:.5f}"[1:] for gamma, each in found.items()} == SHARES
    free = found[0.0]
    assert (round(free.bound.low, 4), round(free.certified.low, 3)) == (0.0024, 0.041)
    lengths = free.lengths
    assert {
        shown: (int(lengths.captured[shown, 0, 0]), int(lengths.histories[shown, 0, 0])) for shown in CAPTURED
    } == CAPTURED
    shares = 100 * lengths.captured[7, 0] / lengths.histories[7, 0]
    assert np.round(shares[::-1], 1).tolist() == [6.2, 14.0, 19.4]
    assert f"{lengths.probability[8, 0, 0]:.1e}" == "1.8e-04"
    assert f"{found[1.0].lengths.probability[8, 0, 0]:.1e}" == "5.6e-06"
    assert round(influence(census_of("logic", 3, 36)).certified.low, 3) == 0.027


def test_the_bound_is_the_closed_form():
    found = influence(census_of("arith", 2))
    for share, most in zip(found.search_share, found.bound, strict=True):
        assert most == pytest.approx(float(CLOSED_FORMS["harm_bound"].value(search_share=share)))


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    path = tmp_path_factory.mktemp("atlas") / "arith.parquet"
    census_of("arith", 2).save(path)
    return path


def test_the_command_prints_each_order_and_writes_what_the_function_finds(stored, tmp_path):
    atlas = census_of("arith", 2)
    said = {
        order: output("influence", "--atlas", stored, "--order", order) for order in ("listed", "random:3", "worst")
    }
    assert "lanes as listed: 0, 1, 2, 3" in said["listed"]
    assert "means over 3 random orders of the lanes" in said["random:3"]
    assert "harm of one single prediction: at most" in said["worst"]
    assert "the most that it can cost on any world" in output("influence", "--atlas", stored, "--gamma", 0.5)
    told = json.loads(output("influence", "--atlas", stored, "--gamma", 1, "--order", "worst", "--json"))
    assert told == rounded(influence(atlas, gamma=1, order="worst").to_json())
    output("influence", "--atlas", stored, "--out", tmp_path / "found.csv")
    assert (tmp_path / "found.csv").read_text() == influence(atlas).to_csv()
    assert "give listed, worst, or random:N" in refusal("influence", "--atlas", stored, "--order", "best")
