"""The grid end to end on small censuses, against the population and the histograms measured one by one."""

import csv
import io
import json
import re
from collections import Counter, defaultdict
from dataclasses import replace
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from priorsim.census.recurrence import least_taxed_bits
from priorsim.census.take import take_census
from priorsim.claims.judge import find_claims, judge
from priorsim.claims.languages import ClaimAcross
from priorsim.claims.populations import QUICK, populations
from priorsim.claims.rule import Tally
from priorsim.formats import format_json
from priorsim.measure.decomposition import delta_l
from priorsim.measure.histogram import CLASS_BY, histogram
from priorsim.measure.mass import ENDS, log_odds_of
from priorsim.measure.values import length_difference
from priorsim.priors import Prior
from priorsim.text.claims import verdicts_csv, verdicts_latex, verdicts_markdown, verdicts_of

pytestmark = pytest.mark.engine

PRESET = replace(QUICK, bounds={3: 22, 4: 20, 12: 18, 14: 17, 16: 18}, given={}, table_worlds=3, table_code_bits=14)
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


def is_of(language, dialect, word_bits):
    return (language.dialect.name, language.word_bits) == (dialect, word_bits)


@pytest.mark.parametrize("class_by", ["lesion", "form"])
@pytest.mark.parametrize("below", [0, 4])
@pytest.mark.parametrize("dialect", ["arith", "logic"])
def test_the_population_of_a_census_are_all_its_behaviours(judged, class_by, below, dialect):
    """None is left out for lack of a class: those without one count by what the bound says of it."""
    headers = [each.header for each in populations(PRESET) if each.population == "all"]
    header = next(each for each in headers if is_of(each.language, dialect, 3))
    rows, bound = census(header).rows, header.max_bits - below
    least, mass = defaultdict(lambda: [None] * 3), defaultdict(Fraction)
    for at in np.flatnonzero(rows.bits <= bound).tolist():
        key = rows.key(at)
        by_lesion = 2 if key.strict != key.behaviour else 1 if key.wide != key.behaviour else 0
        kind = by_lesion if class_by == "lesion" else 2 * (key.searches > 0)
        known = least[key.behaviour]
        known[kind] = key.bits if known[kind] is None else min(known[kind], key.bits)
        mass[key.behaviour] += Fraction(int(rows.count[at]), 2**key.bits)
    by_state, by_mass, levels = Counter(), Counter(), {}
    for behaviour, (direct, between, search) in least.items():
        sides = [(_least(direct, between), search), (direct, _least(between, search))]
        differences = [length_difference(*side, bound) for side in sides]
        at_most = [each.high is not None and each.high <= 0 for each in differences]
        more = [each.low is not None and each.low > 0 for each in differences]
        state = "holds" if all(more) else "fails" if all(at_most) else "undecided"
        shortest = min(each for each in (direct, between, search) if each is not None)
        by_state[state] += 1
        by_mass[state] += mass[behaviour]
        levels.setdefault(bound - (bound - shortest) // 2 * 2, Counter())[state] += 1
    place = {"word_bits": 3, "class_by": class_by, "bound": f"B-{below}" if below else "B", "tax": 0}
    found = cell(judged, "much-simpler", population="all", dialect=dialect, **place)
    assert found.tally == _tally(by_state)
    assert found.levels == {level: _tally(levels[level]) for level in sorted(levels)}
    whole = sum(by_mass.values())
    shares = float(by_mass["holds"] / whole), float((by_mass["holds"] + by_mass["undecided"]) / whole)
    assert found.by_mass == pytest.approx(shares, rel=1e-12)
    assert (found.not_asked, found.max_bits) == (0, bound)
    # Worlds that have one class alone are among them, and some are decided by that.
    alone = [each for each in least.values() if each.count(None) == 2]
    assert alone and found.tally.decided > sum(each.count(None) < 2 for each in least.values())


def _least(*lengths):
    return min((each for each in lengths if each is not None), default=None)


def _tally(states):
    return Tally(states["holds"], states["fails"], states["undecided"])


def test_listed_worlds_have_the_numbers_of_their_own_histograms(judged):
    """Asked of those of complexity up to 8 bits below what a program beyond the bound may cost."""
    groups = [each for each in populations(PRESET) if each.population == "bayes"]
    three = [each for each in groups if is_of(each.header.language, "arith", 3)]
    for tax in PRESET.taxes:
        prior, asked = Prior("taxed", tax=tax), []
        for group in three:
            for world in group.worlds:
                counted = histogram(census(group.header), world)
                bound, cells = group.header.max_bits, counted.cells
                unseen = min(bound + 1, least_taxed_bits(group.header.language, bound, tax))
                least = (cells.bits.astype(int) + tax * cells.searches.astype(int)).min(initial=99)
                if least < unseen - 8:
                    odds = log_odds_of(counted, prior)
                    is_known = None not in (odds.low, odds.high) and np.isfinite([odds.low, odds.high]).all()
                    asked.append((odds.low, odds.high) if is_known else (-np.inf, np.inf))
        found = cell(judged, "bayes-net", dialect="arith", word_bits=3, class_by="lesion", bound="B", tax=tax)
        states = Counter("holds" if low > 0 else "fails" if high <= 0 else "undecided" for low, high in asked)
        assert found.tally == _tally(states) and asked
        assert found.not_asked == sum(len(group.worlds) for group in three) - len(asked)
        middles = [(low + high) / 2 for low, high in asked if np.isfinite(high)]
        quartiles = tuple(np.quantile(middles, (0.25, 0.5, 0.75))) if middles else None
        assert found.quartiles == (quartiles and pytest.approx(quartiles, abs=1e-9))


def test_in_context_lengths_are_those_of_the_histograms(judged):
    """The worlds of several sites of a dialect, which have different training lanes, in one cell."""
    lengths = []
    groups = [each for each in populations(PRESET) if each.population == "in-context"]
    three = [each for each in groups if is_of(each.header.language, "arith", 3)]
    for group in three:
        for world in group.worlds:
            counted = histogram(census(group.header), world)
            parts = [delta_l(counted, end) for end in ENDS]
            lengths.append((min(_low(each) for each in parts), max(_high(each) for each in parts)))
    home = {"dialect": "arith", "word_bits": 3, "class_by": "lesion", "bound": "B", "tax": 0}
    states = Counter("holds" if low > 0 else "fails" if high <= 0 else "undecided" for low, high in lengths)
    found = cell(judged, "much-simpler", population="in-context", **home)
    assert found.tally == _tally(states)
    assert sum(tally.worlds for tally in found.levels.values()) <= found.tally.worlds == len(lengths)


def _low(interval):
    return -np.inf if interval.low is None else interval.low


def _high(interval):
    return np.inf if interval.high is None else interval.high


def test_every_cell_of_the_grid_is_there(judged):
    grid = len(CLASS_BY) * len(PRESET.below) * len(PRESET.taxes)
    assert PRESET.taxes == (0, -2, 4)
    # Every behaviour, and worlds in context, are of two dialects; others are of arith alone.
    assert len(judged["proxy"].cells) == (2 * 2 + 1) * 2 * grid
    assert len(judged["much-simpler"].cells) == ((2 * 2 + 2) * 2 + 3) * grid
    assert len({tuple(each.factors.items()) for each in judged["proxy"].cells}) == len(judged["proxy"].cells)


def test_the_outputs_agree_with_one_another(judged):
    everything = list(judged.values())
    loaded = json.loads(format_json(verdicts_of(everything, "a command")))
    assert [claim["id"] for claim in loaded["claims"]] == list(judged)
    rows = list(csv.DictReader(io.StringIO(verdicts_csv(everything))))
    assert len(rows) == sum(
        len(claim["cells"]) + sum(len(each["cells"]) for each in claim["beside"]) for claim in loaded["claims"]
    )
    across = ClaimAcross("proxy", 7, 5, (0.25, 0.5, 0.75), {"few worlds": 7})
    page = verdicts_markdown(everything, "a command", [across])
    assert "few worlds 7, of 7; support 0.25, 0.50, 0.75 (n = 5)" in page
    latex = verdicts_latex(everything, "a command")
    for claim in loaded["claims"]:
        is_finding = claim["kind"] == "finding"
        said_of = claim["verdict_in_words"] if is_finding else f"{claim['kind']}, not ruled on"
        assert f"**{said_of}**" in page
        assert f"\n## {claim['id']}\n" in page
        assert said_of in latex
    assert not re.search(r"(?<!\\)%(?! Made)", latex)
