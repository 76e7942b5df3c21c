"""Many languages: sets and comparisons against plain loops, and what is said of languages without search."""

import json
import re
from functools import cache
from math import isnan, log2

import numpy as np
import pytest

from priorsim.census.take import make_header, take_census
from priorsim.claims.judge import find_claims
from priorsim.claims.languages import BELOW, LanguagesAnswer, languages
from priorsim.claims.populations import QUICK
from priorsim.errors import CensusError
from priorsim.measure.growth import growth
from priorsim.measure.languages import (
    LEAST_OPERATORS,
    NAMED,
    SETS,
    Reached,
    compare,
    kappa,
    members,
    rank_correlations,
    reference,
    search_bits,
    together,
)
from priorsim.measure.mass import ENDS
from priorsim.measure.operator_definitions import Defined
from priorsim.measure.population import population
from priorsim.mu.domain import Domain
from tests.once import measured_once
from tests.test_cli import output, priorsim
from tests.test_docs import check_answer

pytestmark = pytest.mark.engine

BITS = 24


@cache
def census(name):
    return take_census(make_header(name, BITS, domain=Domain.default(3)), workers=1)


@pytest.fixture(scope="module")
def found() -> LanguagesAnswer:
    groups = {name: members(name, 3, 3, BITS) for name in SETS}
    return languages(groups, reference(3, BITS), take_census, find_claims(["three-counts"]), QUICK).answer


def plain(atlas):
    """By behaviour: the least bits, and the mass of each class at both ends, disguised as direct and as search."""
    known: dict[int, list] = {}
    rows = atlas.rows
    for bits, word, strict, wide, count in zip(
        *(getattr(rows, name).tolist() for name in ("bits", "behaviour", "strict", "wide", "count")), strict=True
    ):
        least, low, high = known.setdefault(word, [bits, [0, 0], [0, 0]])
        kind = 2 if strict != word else 1 if wide != word else 0
        if not atlas.header.language.has_search and kind:
            kind = 2
        known[word][0] = min(least, bits)
        low[kind == 2] += count * 2.0**-bits
        high[kind > 0] += count * 2.0**-bits
    return known


@pytest.mark.parametrize("name", ["arith", "loops", "arith@random:2"])
def test_reached_worlds_are_those_of_a_plain_loop(name):
    atlas = census(name)
    reached, known = Reached.of(atlas), plain(atlas)
    assert reached.words.tolist() == sorted(known)
    for place, word in enumerate(reached.words.tolist()):
        least, low, high = known[word]
        assert reached.complexity[place] == least
        assert reached.bits[place] == pytest.approx(-log2(sum(low)))
        for odds, (direct, search) in ((reached.low, low), (reached.high, high)):
            value = odds[place]
            assert isnan(value) if not (direct and search) else value == pytest.approx(log2(search / direct))
        signs = {log2(search / direct) > 0 for direct, search in (low, high) if direct and search and direct != search}
        is_known = len(signs) == 1 and all(d and s and d != s for d, s in (low, high))
        assert reached.signs[place] == ((1 if signs.pop() else -1) if is_known else 0)


def test_two_languages_are_compared_as_a_plain_loop_compares_them():
    one, other = Reached.of(census("compare")), Reached.of(census("arith"))
    signs = [dict(zip(each.words.tolist(), each.signs.tolist(), strict=True)) for each in (one, other)]
    both = [word for word in signs[0] if word in signs[1]]
    pairs = [(signs[0][word], signs[1][word]) for word in both if signs[0][word] and signs[1][word]]
    told = compare(one, other)
    assert (told.shared, told.signed) == (len(both), len(pairs))
    agreed = sum(a == b for a, b in pairs) / len(pairs)
    assert told.agreement == pytest.approx(agreed)
    up = [sum(side > 0 for side in sides) / len(pairs) for sides in zip(*pairs, strict=True)]
    chance = up[0] * up[1] + (1 - up[0]) * (1 - up[1])
    assert told.kappa == pytest.approx((agreed - chance) / (1 - chance))
    assert told.spearman == rank_correlations([one, other])[0][1]
    itself = compare(other, other)
    assert (itself.spearman, itself.agreement, itself.kappa, itself.complexity) == (1, 1, 1, (0, 0, 0, 0, 0))


def test_worlds_differ_where_two_languages_have_other_signs():
    some = [Reached.of(census(name)) for name in ("arith", "logic", "compare")]
    every = together(some, some[0])
    for place, word in enumerate(every.words.tolist()):
        own = [(each, int(np.searchsorted(each.words, word))) for each in some if word in each.words]
        signs = [int(each.signs[at]) for each, at in own if each.has_both[at]]
        assert len(signs) == every.languages[place] >= 2
        expected = 1 if {1, -1} <= set(signs) else -1 if 0 in signs else 0
        assert every.differs[place] == expected
        middles = [(each.low[at] + each.high[at]) / 2 for each, at in own if each.has_both[at]]
        assert every.span[place] == pytest.approx(max(middles) - min(middles))


def test_disguised_programs_are_the_search_of_a_language_without_search():
    loops = census("loops")
    both = [word for word, (_, low, _) in plain(loops).items() if low[0] and low[1]]
    found = population(loops)
    assert sorted(both) == found.members.words.tolist()
    assert len(both) > 5
    assert found.support(ENDS[0]) == found.support(ENDS[1])


def test_a_set_is_what_it_says():
    named, codes, subsets, knockouts = (members(name, 20, 3, BITS) for name in SETS)
    assert [header.language.dialect.name for header in named] == list(NAMED)
    assert [header.language.dialect.code for header in codes] == [f"random:{seed}" for seed in range(1, 21)]
    operators = [header.language.dialect.operators for header in subsets]
    assert len(set(operators)) == 20
    assert all(len(names) >= LEAST_OPERATORS and "apply" not in names for names in operators)
    assert members("subsets", 5, 3, BITS) == subsets[:5]
    assert [header.language.knocked_out for header in knockouts][-2:] == [("argmax",), ("find", "argmax")]
    assert {search_bits(header.language) for header in knockouts} == {6, None}
    for wrong in (lambda: members("all", 3, 3, BITS), lambda: members("codes", 0, 3, BITS)):
        with pytest.raises(CensusError, match=r"choose among named|1 to 1000"):
            wrong()


def test_kappa_is_of_judgements_that_differ():
    none, some = np.array([False, False]), np.array([True, False])
    assert kappa(none, some) is None and kappa(none[:0], none[:0]) is None
    assert kappa(some, some) == 1


def test_the_answer_adds_up(found):
    check_answer("languages", json.loads(json.dumps(found.to_json())))
    assert [each.set for each in found.sets] == list(SETS)
    for each in found.sets:
        own = [language for language in found.languages if language.measured.set == each.set]
        assert len(own) == each.languages
        assert sum(language.measured.search_bits is not None for language in own) == each.searching
        assert sum(each.trends.values()) == each.searching
        (claim,) = each.claims
        assert sum(claim.verdicts.values()) == claim.languages == sum(bool(one.claims[0].support) for one in own)
        assert claim.decided == sum(one.claims[0].decided > 0 for one in own)
        slopes = [sum(one.measured.slope) / 2 for one in own if one.measured.slope and one.measured.search_bits]
        assert each.slope == (
            pytest.approx(tuple(np.quantile(slopes, (0.25, 0.5, 0.75), method="inverted_cdf"))) if slopes else None
        )
        assert np.shape(found.ranks[each.set]) == (len(own), len(own))
    arith = found.languages[0].measured
    assert (arith.dialect, arith.compared.spearman, arith.compared.kappa) == ("arith", 1, 1)
    last, trend = growth(census("arith")).bins, growth(census("arith")).trend
    assert (arith.trend, *arith.slope) == (trend.direction, trend.low.slope, trend.high.slope)
    assert arith.last_bin.worlds == last.worlds[-1]
    assert tuple(arith.last_bin.search_first) == tuple(last.share(last.search_first)[-1])


def test_a_language_in_which_no_world_is_decided_has_no_part_in_the_quartiles_of_the_support():
    groups = {"named": members("named", 1, 3, 16)}
    answer = languages(groups, reference(3, 16), take_census, find_claims(["three-counts"]), QUICK).answer
    (across,) = answer.claims
    asked = [claim for each in answer.languages for claim in each.claims if claim.worlds]
    assert {claim.support for claim in asked if not claim.decided} == {(0, 1)}
    middles = [sum(claim.support) / 2 for claim in asked if claim.decided]
    assert (across.languages, across.decided) == (len(asked), len(middles))
    assert 0 < across.decided < across.languages
    assert across.support == tuple(np.quantile(middles, (0.25, 0.5, 0.75), method="inverted_cdf"))


def test_dependence_has_a_cell_for_each_set_and_bound(found):
    cells = found.dependence.cells
    assert [(cell.population, cell.max_bits) for cell in cells] == [(s, BITS - b) for s in SETS for b in BELOW]
    some = [Reached.of(take_census(header)) for header in members("named", 3, 3, BITS)]
    differs = together(some, some[0]).differs
    assert (cells[0].holds, cells[0].fails, cells[0].undecided) == tuple((differs == s).sum() for s in (1, 0, -1))


def test_definitions_are_of_the_operators_that_one_of_the_two_languages_lacks(found):
    by_name = {each.measured.dialect: each.measured for each in found.languages if not each.measured.without}
    assert set(by_name["kleene"].lacks.bits) == {"add", "sub", "mul", "lt"}
    assert set(by_name["kleene"].adds.bits) == {"succ", "pred"}
    assert by_name["arith"].lacks == by_name["arith"].adds == Defined({}, None, 0, ())
    for each in (each.measured for each in found.languages if each.measured.set == "knockouts"):
        assert {*each.lacks.bits, *each.lacks.binders} == set(each.without)


def test_the_command_says_it_as_text_json_and_csv(tmp_path, monkeypatch):
    measured_once(monkeypatch)
    monkeypatch.setenv("PRIORSIM_CACHE", str(tmp_path / "cache"))
    asked = ("languages", "--set", "named", "--max-bits", "18", "--claim", "three-counts", "--keep")
    answer = json.loads(output(*asked, "--json"))
    check_answer("languages", answer)
    assert len(list((tmp_path / "cache" / "atlases").glob("*.parquet"))) == len(NAMED)
    text = output(*asked)
    assert re.search(r"kleene +-?\d+ to \d+ +15 \(n = 2, 3 left out\) +9 \(n = 2, 0 left out\)", text)
    assert "machine-dependence" in text and "three-counts" in text and "kleene" in text
    output(*asked, "--out", str(tmp_path / "named.csv"))
    rows = (tmp_path / "named.csv").read_text().splitlines()
    assert len(rows) == 1 + len(NAMED) and rows[0].startswith("set,dialect,without,search_bits,")
    assert "Censuses: 7" in output(*asked[:5], "--dry-run")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--set", "all"], "unknown set 'all': choose among named, codes, subsets, knockouts"),
        (["--number", "0"], "0 random languages: give a number from 1 to 1000"),
        (["--claim", "malign"], "unknown claim 'malign'"),
        (["--max-bits", "50"], "give more memory"),
        (["--json", "--out", "a.csv"], "--json and --out exclude each other"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(args, words):
    code, out, err = priorsim("languages", *args)
    lines = [line for line in err.splitlines() if not line.startswith("Compiling the counting kernels")]
    assert (code, out, len(lines)) == (2, "", 1), err
    assert words in lines[0]
