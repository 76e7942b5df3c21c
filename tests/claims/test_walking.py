"""Claims about walks, each held up by walks among programs of up to 16 bits and turned down by others."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from priorsim.claims import walking
from priorsim.claims.populations import QUICK, WALKED
from priorsim.claims.rule import Verdict, rule
from priorsim.claims.walking import cell_of_findings, judge_walks, supports
from priorsim.mu.domain import Domain
from priorsim.text.claims import support_of
from priorsim.walks.chains import LEAST_TEMPERATURE, Energy
from priorsim.walks.finding import FINDINGS, find
from priorsim.walks.landscape import SEARCH, ClassBy
from priorsim.walks.study import make_study, studies
from priorsim.worlds import World
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
    assert rule([cell_of_findings(claim, [supporting], {})]).verdict is Verdict.SUPPORTED
    assert rule([cell_of_findings(claim, [refuting], {})]).verdict is Verdict.REFUTED
    both = cell_of_findings(claim, [supporting, refuting, supporting], {})
    assert (both.holds, both.fails, both.undefined) == (2, 1, 0)


def test_every_claim_about_walks_is_tried_both_ways():
    assert [claim.name for claim in walking.CLAIMS] == list(BOTH)


def test_where_nothing_fits_a_world_is_undefined_or_shows_how_walks_fall_short():
    asked = study(**NOTHING)
    assert not asked.landscape.fits.any()
    for name in ("crowding-out", "precursor", "gradual", "reachable"):
        claim = next(each for each in walking.CLAIMS if each.name == name)
        cell = cell_of_findings(claim, [FINDINGS[name](asked)], {})
        assert (cell.undefined, cell.numbers) == (1, ()), name
        assert rule([cell]).verdict is Verdict.NOT_ANSWERABLE
    assert FINDINGS["no-pure-model"](asked).quantity == 0


SETTINGS: tuple[tuple[ClassBy, int], ...] = (("lesion", 10), ("form", 10), ("lesion", 12))
"""Programs of up to 14 and 12 bits."""
SMALL = replace(QUICK, walk_settings=SETTINGS)
MAX_BITS, RADII = SMALL.walk_bits, SMALL.walk_radii


@pytest.fixture(scope="module")
def judged_alone():
    """All claims about walks, and how often it was said that a part is done."""
    done = []
    return judge_walks(SMALL, walking.CLAIMS, done=lambda: done.append(1)), len(done)


def test_claims_about_walks_have_a_cell_for_each_setting_and_radius(judged_alone):
    judged, done = judged_alone
    assert done == len(RADII)
    assert [each.claim for each in judged] == list(walking.CLAIMS)
    places = [(by, f"B-{below}", radius) for radius in RADII for by, below in SETTINGS]
    for each in judged:
        assert [tuple(cell.factors[of] for of in ("class_by", "bound", "radius")) for cell in each.cells] == places
        assert all(cell.holds + cell.fails + cell.undefined == len(WALKED) for cell in each.cells)
    (pure,) = [each for each in judged if each.claim.name == "no-pure-model"]
    assert all(len(cell.numbers) == len(WALKED) for cell in pure.cells)


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
            assert [cell.max_bits for cell in cells] == [MAX_BITS - below for _ in RADII for _, below in SETTINGS]
            assert [cell.max_bits for cell in each.cells] == [cell.max_bits for cell in cells]


def at(place, cells):
    """The one cell at a place of the grid."""
    [cell] = [cell for cell in cells if place.items() <= cell.factors.items()]
    return cell


def test_cells_are_counted_from_the_findings_of_the_studies_at_their_setting(judged_alone):
    """At one radius, against the findings themselves."""
    radius = RADII[2]
    for by, below in SETTINGS:
        found = list(studies(WALKED, radius, max_bits=MAX_BITS - below, class_by=by))
        place = {"class_by": by, "bound": f"B-{below}", "radius": radius}
        for each in judged_alone[0]:
            findings = [find(study_of, each.claim.name) for study_of in found]
            cell = at(place, each.cells)
            assert (cell.holds, cell.fails) == tuple(
                sum(supports(each.claim.name, f) is yes for f in findings) for yes in (True, False)
            )
            assert sum(cell.reasons.values()) == cell.undefined == len(WALKED) - cell.holds - cell.fails
            assert set(cell.reasons) == {finding.reason for finding in findings if finding.reason}
            for beside, cells in each.beside:
                numbers = [beside.measure(finding) for finding in findings]
                finite = sorted(round(n, 12) for n in numbers if n is not None and np.isfinite(n))
                assert at(place, cells).numbers == pytest.approx(finite, abs=1e-11)
                assert at(place, cells).told == sum(number is not None for number in numbers)


def test_a_world_whose_chain_is_not_solved_is_left_out_and_counted(monkeypatch):
    """It stops no population: its reason stands in the cell, and what else is known of it beside the claim."""
    solved = study(**BOTH["reachable"][0])
    hopeless = replace(study(IDENTITY), energy=Energy(LEAST_TEMPERATURE))
    preset = replace(QUICK, walk_radii=(8,), walk_settings=(("lesion", MAX_BITS - 16),))
    monkeypatch.setattr(walking, "studies", lambda *_, **__: [solved, hopeless, study(**NOTHING), hopeless])
    reached, pure = judge_walks(preset, [walk_claim("reachable"), walk_claim("no-pure-model")])
    [cell] = reached.cells
    assert (cell.holds, cell.fails, cell.undefined) == (1, 0, 3)
    assert cell.reasons == {
        "no direct program fits up to 16 bits": 1,
        "walks take too long for their chain to be solved": 2,
    }
    assert support_of(cell) == (
        "100 % of 1 world, 3 more undefined (no direct program fits up to 16 bits: 1, "
        "walks take too long for their chain to be solved: 2)"
    )
    # What is told of it needs no chain.
    assert [cells[0].told for _, cells in reached.beside] == [3, 3]
    assert pure.cells[0].told == 4


def test_what_settles_an_end_are_the_parts_of_its_variance():
    details: Any = FINDINGS["no-pure-model"](study(**BOTH["no-pure-model"][1])).details
    parts = [details[f"settled_by_{name}"] for name in ("start", "first_step", "chance")]
    assert sum(parts) == pytest.approx(1) and min(parts) >= 0
    assert 0 < details["forced_to_heuristics"] < 1


def test_what_walks_say_does_not_depend_on_the_number_of_workers(judged_alone):
    assert judge_walks(SMALL, walking.CLAIMS, workers=2) == judged_alone[0]
