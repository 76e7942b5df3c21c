"""The grid end to end on small censuses, against the population and the histograms measured one by one."""

import csv
import io
import json
import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from priorsim.census.take import take_census
from priorsim.claims.judge import find_claims, judge
from priorsim.claims.populations import QUICK, populations
from priorsim.claims.rule import Cell, Verdict, rule
from priorsim.formats import format_json
from priorsim.measure.decomposition import bonus, delta_l
from priorsim.measure.histogram import histogram
from priorsim.measure.mass import ENDS, log_odds_of
from priorsim.measure.population import population
from priorsim.priors import Prior
from priorsim.text.claims import verdicts_csv, verdicts_latex, verdicts_markdown, verdicts_of

pytestmark = pytest.mark.engine

PRESET = replace(QUICK, bounds={3: 22, 4: 20, 12: 18, 14: 17, 16: 18})
NAMES = ("much-simpler", "many-against-one", "bayes-net", "complexity-incentive", "proxy")


@cache
def census(header):
    return take_census(header, workers=1)


@pytest.fixture(scope="module")
def judged():
    found = judge(PRESET, find_claims(NAMES), census)
    return {each.claim.name: each for each in found}


def cell(judged, name, **factors):
    (found,) = [each for each in judged[name].cells if all(each.factors.get(f) == v for f, v in factors.items())]
    return found


@pytest.mark.parametrize("class_by", ["lesion", "form"])
@pytest.mark.parametrize("below", [0, 4])
def test_the_population_of_a_census_has_the_same_supports(judged, class_by, below):
    header = next(each.header for each in populations(PRESET) if each.population == "all")
    members = population(census(header), max_bits=header.max_bits - below, class_by=class_by)
    place = {
        "population": "all",
        "word_bits": 3,
        "class_by": class_by,
        "bound": f"B-{below}" if below else "B",
        "tax": 0,
    }
    for name, condition in (("much-simpler", "delta_l"), ("many-against-one", "bonus_difference")):
        low, high = (members.conditions(end)[condition] for end in ENDS)
        found = cell(judged, name, **place)
        assert found.holds == int((low & high).sum())
        assert found.fails == int((~low & ~high).sum())
        assert found.holds + found.fails + found.undefined == len(members)


def test_listed_worlds_have_the_numbers_of_their_own_histograms(judged):
    groups = [each for each in populations(PRESET) if each.population == "bayes"]
    three = [each for each in groups if each.header.language.word_bits == 3]
    for tax in (0, 4):
        prior = Prior("taxed", delta=tax)
        counted = [histogram(census(each.header), world) for each in three for world in each.worlds]
        odds = [(each.low, each.high) for each in (log_odds_of(each, prior) for each in counted)]
        told = [(low, high) for low, high in odds if low is not None and np.isfinite(low) and np.isfinite(high)]
        found = cell(judged, "bayes-net", word_bits=3, class_by="lesion", bound="B", tax=tax)
        assert found.holds == sum(low > 0 and high > 0 for low, high in told)
        assert found.fails == sum(low <= 0 and high <= 0 for low, high in told)
        assert found.numbers == pytest.approx(sorted((low + high) / 2 for low, high in told), abs=1e-9)


def test_in_context_lengths_and_bonuses_are_those_of_the_histograms(judged):
    lengths, bonuses = [], []
    for group in populations(PRESET):
        if group.population == "in-context" and group.header.language.word_bits == 3:
            for world in group.worlds:
                counted = histogram(census(group.header), world)
                parts = [delta_l(counted, end) for end in ENDS]
                lengths.append((min(_low(each) for each in parts), max(_high(each) for each in parts)))
                pairs = [(bonus(counted, end.direct), bonus(counted, end.search)) for end in ENDS]
                if all(part is not None for pair in pairs for part in pair):
                    bonuses.append([search - direct for direct, search in pairs])
    place = {"population": "in-context", "word_bits": 3, "class_by": "lesion", "bound": "B", "tax": 0}
    simpler, many = cell(judged, "much-simpler", **place), cell(judged, "many-against-one", **place)
    assert (simpler.holds, simpler.fails) == (sum(low > 0 for low, _ in lengths), sum(high <= 0 for _, high in lengths))
    assert many.holds == sum(all(each > 1e-12 for each in both) for both in bonuses)
    assert many.fails == sum(all(each <= 1e-12 for each in both) for both in bonuses)


def _low(interval):
    return -np.inf if interval.low is None else interval.low


def _high(interval):
    return np.inf if interval.high is None else interval.high


def test_every_cell_of_the_grid_is_there(judged):
    assert len(judged["proxy"].cells) == 3 * 2 * 2 * 2 * 2
    assert len(judged["much-simpler"].cells) == (4 * 2 + 3) * 2 * 2 * 2
    assert len({tuple(each.factors.items()) for each in judged["proxy"].cells}) == len(judged["proxy"].cells)


def test_the_outputs_agree_with_one_another(judged):
    everything = list(judged.values())
    loaded = json.loads(format_json(verdicts_of(everything, "a command")))
    assert [claim["id"] for claim in loaded["claims"]] == list(judged)
    rows = list(csv.DictReader(io.StringIO(verdicts_csv(everything))))
    assert len(rows) == sum(
        len(claim["cells"]) + sum(len(each["cells"]) for each in claim["beside"]) for claim in loaded["claims"]
    )
    page = verdicts_markdown(everything, "a command")
    latex = verdicts_latex(everything, "a command")
    for claim in loaded["claims"]:
        assert f"**{claim['verdict']}**" in page
        assert f"\n## {claim['id']}\n" in page
        assert claim["verdict"] in latex
    assert not re.search(r"(?<!\\)%(?! Made)", latex)


def test_a_verdict_names_the_factor_that_separates_the_cells():
    cells = [
        Cell({"population": population, "tax": tax}, *((9, 1) if population == "all" else (1 + tax, 9 - tax)), 0)
        for population in ("all", "constant")
        for tax in (0, 4)
    ]
    found = rule(cells)
    assert found.verdict is Verdict.DEPENDS
    assert found.factor == "population"
    assert found.depends_on == "population (all: 90 %, constant: 30 %)"


def test_thresholds_themselves_neither_support_nor_refute():
    assert rule([Cell({}, 2, 1, 0)]).verdict is Verdict.DEPENDS
    assert rule([Cell({}, 1, 2, 0)]).verdict is Verdict.DEPENDS
    assert rule([Cell({}, 0, 0, 5)]).verdict is Verdict.NOT_ANSWERABLE
