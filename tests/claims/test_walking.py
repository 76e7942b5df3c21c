"""Claims about walks, each held up by walks among programs of up to 16 bits and turned down by others."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from priorsim.claims import walking
from priorsim.claims.populations import QUICK
from priorsim.claims.rule import LEAST_WORLDS, Tally, Verdict, rule
from priorsim.claims.walking import SHARES, cell_of_findings, judge_walks, supports, walked
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.text.claims import support_of
from priorsim.walks.chains import LEAST_TEMPERATURE, Energy
from priorsim.walks.finding import FINDINGS, Finding, find
from priorsim.walks.landscape import SEARCH, ClassBy
from priorsim.walks.study import make_study
from priorsim.worlds import World
from tests.claims.plain import listed
from tests.walks.test_dynamics import made

pytestmark = pytest.mark.engine

IDENTITY, NEGATED, EVEN, LAST = (0, 1, 2, 3), (0, 3, 2, 1), (1, 0, 1, 0), (0, 0, 0, 1)
BOTH: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "shallow-first": ({"words": LAST, "radius": 4}, {"words": IDENTITY}),
    "crowding-out": ({"words": IDENTITY}, {"words": EVEN}),
    "no-pure-model": ({"words": EVEN}, {"words": IDENTITY}),
    "precursor": ({"words": NEGATED, "class_by": "form"}, {"words": IDENTITY}),
    "gradual": ({"words": NEGATED, "class_by": "form"}, {"words": IDENTITY}),
    # Walks that begin at a fitting search have met it after no proposal.
    "reachable": ({"words": IDENTITY}, {"words": IDENTITY, "start": "a fitting search"}),
    "beeline-swerve": ({"words": (3, 1, 2, 3), "class_by": "form", "start": "direct"}, {"words": IDENTITY}),
}
"""Walks in which each claim's condition holds, and others in which it does not."""
NOTHING: dict[str, Any] = {"words": (0, 2, 1, 3)}
"""A world that no program of up to 16 bits fits."""


def study(words, radius=8, class_by="lesion", start="prior"):
    graph, _ = made(16, radius)
    lanes = (0, 1, 2, 3)
    world = World("world", Domain.default(2), tuple(frozenset({word}) for word in words), lanes, "test", "arith", "")
    if start != "a fitting search":
        return make_study(world, radius, max_bits=16, graph=graph, class_by=class_by, start=start)
    found = make_study(world, radius, max_bits=16, graph=graph, class_by=class_by)
    one = np.zeros(len(graph))
    one[np.flatnonzero(found.landscape.fitting(SEARCH))[0]] = 1
    return replace(found, start=one)


def walk_claim(name):
    [claim] = (claim for claim in walking.CLAIMS if claim.name == name)
    return claim


@pytest.mark.parametrize("name", BOTH)
def test_walks_can_support_a_claim_and_others_refute_it(name):
    claim = next(each for each in walking.CLAIMS if each.name == name)
    supporting, refuting = (FINDINGS[name](study(**walks)) for walks in BOTH[name])
    assert (supports(name, supporting), supports(name, refuting)) == (True, False)
    for found, verdict in ((supporting, Verdict.SUPPORTED), (refuting, Verdict.REFUTED)):
        assert rule([cell_of_findings(claim, [found] * LEAST_WORLDS, {})], claim.quantifier).verdict is verdict
    both = cell_of_findings(claim, [supporting, refuting, supporting], {})
    assert both.tally == Tally(2, 1, 0)
    assert rule([both], claim.quantifier).verdict is Verdict.FEW_WORLDS


def test_every_claim_about_walks_is_tried_both_ways():
    assert [claim.name for claim in walking.CLAIMS] == list(BOTH)


def test_where_nothing_fits_a_world_is_undecided_or_shows_how_walks_fall_short():
    asked = study(**NOTHING)
    assert not asked.landscape.fits.any()
    for name in ("crowding-out", "precursor", "gradual", "reachable"):
        claim = next(each for each in walking.CLAIMS if each.name == name)
        cell = cell_of_findings(claim, [FINDINGS[name](asked)] * LEAST_WORLDS, {})
        assert (cell.tally, cell.quartiles) == (Tally(0, 0, LEAST_WORLDS), None), name
        assert rule([cell], claim.quantifier).verdict is Verdict.NOT_ANSWERABLE
    assert FINDINGS["no-pure-model"](asked).quantity == 0


def test_a_world_in_which_no_walk_ends_in_search_is_not_asked_what_they_were_before():
    [swerve] = [claim for claim in walking.CLAIMS if claim.premise]
    assert swerve.name == "beeline-swerve"
    ended, none = Finding(0.75), Finding(None, reason="no walk ends in search")
    cell = cell_of_findings(swerve, [ended, none], {})
    assert (cell.tally, cell.not_asked, cell.quartiles) == (Tally(1), 1, (0.75,) * 3)


@pytest.mark.parametrize(("word_bits", "most"), [(2, 1000), (3, 4), (3, 1000)])
def test_walks_are_taken_in_behaviours_with_a_search_program_evenly_over_their_complexity(word_bits, most):
    """Against all programs one by one."""
    domain = Domain.default(word_bits)
    programs = [run for run, _ in listed(Language.named("arith", word_bits), domain, 17)]
    searched = {run.words for run in programs if run.kind == "search"}
    complexity = {words: min(run.bits for run in programs if run.words == words) for words in searched}
    order = sorted(searched, key=lambda words: (complexity[words], domain.pack(words)))
    found = walked(replace(QUICK, walk_bits=17, walk_worlds=most), word_bits)
    assert [world.train for world in found] == [tuple(range(2**word_bits))] * len(found)
    assert list(found.values()) == [complexity[domain.unpack(world.behaviour)] for world in found]
    chosen = [order.index(domain.unpack(world.behaviour)) for world in found]
    assert len(chosen) == min(most, len(order)) > 3
    # The first and the last are among them, with as many left out between any two but for one.
    gaps = {after - before for before, after in pairwise(chosen)}
    assert (chosen[0], chosen[-1]) == (0, len(order) - 1) and max(gaps) - min(gaps) <= 1


SETTINGS: tuple[tuple[ClassBy, int], ...] = (("lesion", 0), ("form", 0), ("lesion", 2))
"""Programs of up to 18 and 16 bits."""
SMALL = replace(
    QUICK,
    walk_settings={3: SETTINGS, 2: SETTINGS[:1]},
    walk_radii=(4, 8),
    walk_bits=18,
    walk_worlds=6,
    walk_starts=("prior", "empty"),
)
MAX_BITS, RADII, STARTS = SMALL.walk_bits, SMALL.walk_radii, SMALL.walk_starts
PLACES = [
    (word_bits, by, below, radius, start)
    for word_bits, settings in SMALL.walk_settings.items()
    for radius in RADII
    for by, below in settings
    for start in STARTS
]
"""Where cells are, in their order."""


@pytest.fixture(scope="module")
def judged_alone():
    """All claims about walks, and how often it was said that a part is done."""
    done = []
    return judge_walks(SMALL, walking.CLAIMS, done=lambda: done.append(1)), len(done)


def test_claims_about_walks_have_a_cell_for_each_setting_radius_and_start(judged_alone):
    judged, done = judged_alone
    assert done == 2 * len(RADII) * SHARES
    assert [each.claim for each in judged] == list(walking.CLAIMS)
    for each in judged:
        factors = ("word_bits", "class_by", "bound", "radius", "start")
        places = [(word_bits, by, bound_of(below), *of) for word_bits, by, below, *of in PLACES]
        assert [tuple(cell.factors[of] for of in factors) for cell in each.cells] == places
        assert all(cell.tally.worlds + cell.not_asked == 6 for cell in each.cells)
        told = any(cell.tally.decided for cell in each.cells)
        assert each.ruling.verdict is (Verdict.FEW_WORLDS if told else Verdict.NOT_ANSWERABLE)
    (pure,) = [each for each in judged if each.claim.name == "no-pure-model"]
    # What an edit of the radius could write whole is not asked.
    for cell in pure.cells:
        lengths = walked(SMALL, cell.factors["word_bits"]).values()
        assert cell.tally.decided == sum(least > cell.factors["radius"] for least in lengths) == 6 - cell.not_asked < 6
    reached = [cell.tally for each in judged if each.claim.name == "reachable" for cell in each.cells]
    assert sum(tally.decided for tally in reached) and sum(tally.undecided for tally in reached)


def test_beside_a_claim_stand_details_of_its_finding():
    found: Any = FINDINGS["reachable"](study(**BOTH["reachable"][0]))
    kt, mass = (beside.measure(found) for beside in walk_claim("reachable").beside)
    assert kt == found.details["search_least_kt"] - found.details["direct_least_kt"] > 0
    assert mass == found.details["search_log2_mass"] - found.details["direct_log2_mass"] < 0
    for name, pair in BOTH.items():
        told = [FINDINGS[name](study(**walks)) for walks in pair]
        nothing = FINDINGS[name](study(**NOTHING))
        for beside in walk_claim(name).beside:
            assert any(beside.measure(finding) is not None for finding in told), (name, beside.text)
            assert beside.measure(nothing) is None or np.isfinite(beside.measure(nothing))


def test_what_stands_beside_a_claim_has_the_claims_cells(judged_alone):
    for each in judged_alone[0]:
        assert len(each.beside) == len(each.claim.beside)
        for _, cells in each.beside:
            assert [cell.factors for cell in cells] == [cell.factors for cell in each.cells]
            bounds = [MAX_BITS - below for _, _, below, _, _ in PLACES]
            assert [cell.max_bits for cell in cells] == bounds
            assert [cell.max_bits for cell in each.cells] == [cell.max_bits for cell in cells]


def bound_of(below):
    return f"B-{below}" if below else "B"


def at(place, cells):
    """The one cell at a place of the grid."""
    [cell] = [cell for cell in cells if place.items() <= cell.factors.items()]
    return cell


def test_cells_are_counted_from_the_findings_of_the_studies_at_their_setting(judged_alone):
    """At one radius, against the findings themselves."""
    radius, every = RADII[1], walked(SMALL, 3)
    worlds = [world for world, least in every.items() if least > radius]
    for by, below in SETTINGS:
        for start in STARTS:
            made = [make_study(world, radius, max_bits=MAX_BITS - below, class_by=by, start=start) for world in worlds]
            place = {"word_bits": 3, "class_by": by, "bound": bound_of(below), "radius": radius, "start": start}
            for each in judged_alone[0]:
                findings = [find(study_of, each.claim.name) for study_of in made]
                cell = at(place, each.cells)
                told = [supports(each.claim.name, finding) for finding in findings]
                left = {"not_asked" if each.claim.premise else "undecided": told.count(None)}
                assert cell.tally == Tally(told.count(True), told.count(False), left.get("undecided", 0))
                assert cell.not_asked == left.get("not_asked", 0) + len(every) - len(worlds)
                assert sum(cell.reasons.values()) == told.count(None)
                assert set(cell.reasons) == {finding.reason for finding in findings if finding.quantity is None}
                for beside, cells in each.beside:
                    numbers = [beside.measure(finding) for finding in findings]
                    finite = [number for number in numbers if number is not None and np.isfinite(number)]
                    quartiles = tuple(np.quantile(finite, (0.25, 0.5, 0.75))) if finite else None
                    assert at(place, cells).quartiles == (quartiles and pytest.approx(quartiles, abs=1e-11))
                    assert at(place, cells).tally.decided == sum(number is not None for number in numbers)


def test_a_world_whose_chain_is_not_solved_is_left_out_and_counted(monkeypatch):
    """It stops no population: its reason stands in the cell, and what else is known of it beside the claim."""
    solved = study(**BOTH["reachable"][0])
    hopeless = replace(study(IDENTITY), energy=Energy(LEAST_TEMPERATURE))
    preset = replace(QUICK, walk_bits=16, walk_radii=(8,), walk_settings={3: (("lesion", 0),)})
    monkeypatch.setattr(walking, "SHARES", 1)
    monkeypatch.setattr(walking, "studies", lambda *_, **__: [solved, hopeless, study(**NOTHING), hopeless])
    monkeypatch.setattr(walking, "walked", lambda *_: {study(**NOTHING).world: 9})
    reached, pure = judge_walks(preset, [walk_claim("reachable"), walk_claim("no-pure-model")])
    [cell] = reached.cells
    assert cell.tally == Tally(1, 0, 3)
    assert cell.reasons == {
        "walks meet neither a fitting search nor a fitting direct program": 1,
        "walks take too long for their chain to be solved": 2,
    }
    assert support_of(cell) == (
        "25 % to 100 % of 4 worlds, 3 of them undecided (walks meet neither a fitting search nor a fitting direct "
        "program: 1, walks take too long for their chain to be solved: 2); few, decides nothing"
    )
    # What is told of it needs no chain.
    assert [cells[0].tally.decided for _, cells in reached.beside] == [3, 3]
    assert pure.cells[0].tally.decided == 4


def test_what_settles_an_end_are_the_parts_of_its_variance():
    details: Any = FINDINGS["no-pure-model"](study(**BOTH["no-pure-model"][1])).details
    parts = [details[f"settled_by_{name}"] for name in ("start", "first_step", "chance")]
    assert sum(parts) == pytest.approx(1) and min(parts) >= 0
    assert 0 < details["forced_to_heuristics"] < 1


@pytest.mark.parametrize("shares", [1, 5])
def test_what_walks_say_does_not_depend_on_the_number_of_parts(shares, judged_alone, monkeypatch):
    monkeypatch.setattr(walking, "SHARES", shares)
    assert judge_walks(SMALL, walking.CLAIMS) == judged_alone[0]


def test_what_walks_say_does_not_depend_on_the_number_of_workers(judged_alone):
    assert judge_walks(SMALL, walking.CLAIMS, workers=2) == judged_alone[0]
