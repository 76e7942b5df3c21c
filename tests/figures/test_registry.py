"""The registry: data as the measures have them, captions with their numbers, and a study that keeps its censuses."""

import math
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from priorsim.census.stored import StoredAtlas
from priorsim.claims.judge import CLAIMS
from priorsim.claims.populations import QUICK
from priorsim.errors import FigureError, PriorsimError
from priorsim.figures import (
    against_length,
    by_world,
    cloud,
    diversity,
    finite_size,
    growth,
    held_out,
    influence,
    knockouts,
    log_odds,
    witness_sheet,
)
from priorsim.figures.entry import save_entry
from priorsim.figures.growth import LANGUAGES
from priorsim.figures.registry import FIGURES as ENTRIES
from priorsim.figures.registry import find_figure
from priorsim.formats import number, percent
from priorsim.measure.by_bound import earlier_odds, keeps_sign
from priorsim.measure.decomposition import essential_share
from priorsim.measure.histogram import histogram
from priorsim.measure.influence import influence as influence_measured
from priorsim.measure.knockouts import knockouts as knockouts_measured
from priorsim.measure.mass import ENDS, LOW, log_odds_of
from priorsim.measure.objectives import objectives
from priorsim.mu.dialect import Language
from priorsim.mu.syntax import parse
from priorsim.priors import Prior, named_prior
from priorsim.study.folder import Study
from priorsim.text.claims import FIGURES
from priorsim.text.sheet import TEXTS
from priorsim.worlds import constant_world, find_world
from tests.figures.drawing import check_widths

pytestmark = pytest.mark.engine

NAMES = ("identity-w3", "square-w3", "inverse-w3", "third-w3", "table-a-w3", "constant-greatest-square-w12")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A study with bounds that take a second."""
    preset = replace(QUICK, bounds={3: 24, 12: 22}, growth_bounds={}, worlds=NAMES, member_lanes=(4, 5))
    preset = replace(preset, task_rules={3: (4, 8)}, task_observations=("skew",))
    return Study(preset, tmp_path_factory.mktemp("results"))


def test_histograms_read_together_are_those_read_one_by_one(small):
    worlds = [find_world(name) for name in NAMES[:5]] + [find_world("inverse-w3").trained_on([0, 1])]
    for world, counted in zip(worlds, small.histograms(worlds), strict=True):
        alone = histogram(small.atlas(world), world)
        assert counted.functions == alone.functions and counted.shortest == alone.shortest
        for column in ("kind", "bits", "steps", "faithful", "essential_low", "count"):
            assert getattr(counted.cells, column).tolist() == getattr(alone.cells, column).tolist()


def test_a_census_is_made_once_and_found_again(small):
    world = find_world("square-w3")
    made_now = small.atlas(world)
    assert isinstance(made_now, StoredAtlas)
    path = made_now.path
    made = path.stat().st_mtime_ns
    again = Study(small.preset, small.folder)
    found = again.atlas(world)
    assert isinstance(found, StoredAtlas) and found.path == path and path.stat().st_mtime_ns == made
    content = path.read_bytes()
    path.unlink()  # The study that is still asked keeps the whole file open.
    path.write_bytes(content[:100])
    assert Study(small.preset, small.folder).atlas(world).header == again.header(world)


def test_the_page_on_figures_and_the_claims_name_those_of_the_registry():
    page = (Path(__file__).parents[2] / "docs" / "figures.md").read_text()
    rows = re.findall(r"^\| `([a-z-]+)` \|.*\| (yes)? ?\|$", page, re.MULTILINE)
    assert [(name, bool(of_one)) for name, of_one in rows] == [(e.name, e.is_of_one) for e in ENTRIES.values()]
    assert {claim.figure for claim in CLAIMS} - {None} <= set(ENTRIES)
    assert set(FIGURES) <= {stem for entry in ENTRIES.values() for stem, _ in entry.shown()}


def test_unknown_names_and_word_sizes_are_refused(small):
    with pytest.raises(FigureError, match="did you mean delta-l"):
        find_figure("delta")
    with pytest.raises(PriorsimError, match="no bound for words of 13 bits"):
        small.preset.bound(constant_world("w", 13, 1).domain)


def test_phases_say_who_holds_more_mass_and_the_caption_counts_them(small):
    world = find_world("inverse-w3")
    diagram = held_out.phase_of(small, [world])
    counted = small.histogram(world)
    for gamma in (0.0, 1.0):
        odds = log_odds_of(counted, Prior("p", gamma=gamma))
        expected = "search" if odds.low > 0 else "direct" if odds.high < 0 else "open"
        assert [row[2] for row in diagram.rows if row[:2] == (1.0, gamma)] == [expected]
    share = 100 * diagram.holds_the_mass.count("direct") / 41**2
    assert f"direct code at {number(share)} %" in held_out.phase_caption(diagram)
    texts: list[Any] = list(held_out.draw_phase(diagram)[0].texts)
    marked = {text.get_text(): text.xy for text in texts}
    assert marked == {"solomonoff": (1, 0), "kind-of-speed": (1, 0.5), "levin": (1, 1), "schmidhuber": (2, 1)}
    with pytest.raises(FigureError, match="no program up to 24 bits fits"):
        held_out.phase_of(small, [find_world("table-a-w3")])


def test_delta_l_is_open_where_a_side_is_empty_and_empty_worlds_are_left_out(small):
    table = by_world.lengths_data(small, [])
    ends = {world: (low, high) for _, world, low, high in table.rows}
    assert "table-a-w3" not in ends
    assert ends["inverse-w3"] == (14 - 24, 14 - 23)
    assert ends["identity-w3"][0] == 2 - 16
    # No search up to 24 bits: Delta L is at most that of one of 25.
    assert ends["third-w3"] == (14 - 23, 14 - 23)
    assert any(name.startswith("inverse.w3-least-square-l4") for name in ends)
    open_ended = sum(None in each for each in ends.values())
    assert f"not drawn: {open_ended} of them" in by_world.lengths_caption(table)


def test_terms_add_up_to_the_log_odds_and_counts_end_in_them(small):
    terms = by_world.parts_data(small, [])
    counts = by_world.counts_data(small, [])
    mass = dict(zip(counts.world, zip(counts.log2_mass_low, counts.log2_mass_high, strict=True), strict=True))
    assert set(terms.world) == set(mass)
    assert "inverse-w3" in mass
    for world, delta, bonus, _, total in terms.rows:
        counted = small.histogram(find_world(world))
        assert total == pytest.approx(log_odds_of(counted, named_prior("levin")).low)
        simple = log_odds_of(counted, named_prior("solomonoff"))
        assert mass[world] == (simple.low, simple.high)
        assert delta + bonus == pytest.approx(simple.low)


def test_knock_outs_are_those_of_a_census_without_each_operator(small):
    found = knockouts.data(small, [])
    assert list(dict.fromkeys(found.without)) == list(found.courses)
    header = found.header
    mul = [(row[3], row[4]) for row in found.rows if row[0] == "mul"]
    (without_mul,) = (of for of in knockouts_measured(header, bin_bits=2, workers=1).operators if of.name == "mul")
    assert [needed for _, needed in mul] == without_mul.needed.tolist()
    assert f"mul {percent(mul[-1][1] / mul[-1][0])}" in knockouts.caption(found)
    check_widths(knockouts.draw, found)


def test_shares_by_complexity_have_their_worlds_printed_and_all_texts_apart(tmp_path):
    study = Study(replace(QUICK, bounds={3: 26, 4: 24}, growth_bounds={}), tmp_path)
    for entry in growth.FIGURES[:2]:
        found = entry.data(study, [])
        check_widths(entry.draw, found)
        axes = entry.draw(found)
        assert isinstance(axes, tuple)
        printed = [label.get_text() for top in axes[0].child_axes for label in top.get_xticklabels()]
        of_first = [row for row in found.rows if row[:3] == (*growth.LANGUAGES[0], growth.GAMMAS[0])]
        assert printed == [str(row[found.names.index("worlds")]) for row in of_first] != []


def test_slopes_by_language_are_those_of_each_language_alone(tmp_path):
    preset = replace(QUICK, bounds={3: 20, 4: 18}, growth_bounds={}, knockout_bits=20, knockout_language_bits=20)
    study = Study(preset, tmp_path)
    found, alone = knockouts.languages_data(study, []), knockouts.data(study, [])
    (last,) = {row[3] for row in alone.rows if row[2] == alone.rows[-1][2]}
    for name in alone.courses:
        (own,) = (row for row in found.rows if row[:3] == ("arith", 3, name))
        assert own[3:] == next(row[3:4] + row[5:6] + row[9:] for row in reversed(alone.rows) if row[0] == name)
        assert own[3] == last
    assert {row[:2] for row in found.rows} == set(LANGUAGES)
    said = knockouts.languages_caption(found)
    assert re.match(r"The need of find\+argmax rises faster .* in \d of \d languages\.", said)
    assert "loops, words of 3 bits, up to 20 bits" in said and said.count("find+argmax") >= 2
    check_widths(knockouts.draw_languages, found)


def test_finite_sizes_are_those_of_the_study_and_the_caption_says_what_the_rule_does(small):
    measured = small.finite_size()
    assert small.finite_size() is measured
    found = finite_size.data(small, [])
    (first,) = (each for each in measured.sizes if (each.series, each.size) == ("constant", 10))
    rows = [row for row in found.rows if row[:2] == ("constant", 10)]
    columns = [found.names.index(name) for name in ("gamma", "residual_median", "distance", "outweighs_high")]
    assert [tuple(row[at] for at in columns) for row in rows] == [
        (price.gamma, price.residual.low[1], price.distance.low, price.outweighs.high) for price in first.prices
    ]
    said = finite_size.caption(found)
    assert "All constants: at gamma 0 the distance goes from 0.241 at L = 15 to 0.219 at 17, exponent -0.78" in said
    assert "extrapolation is forbidden. In no world of it does search outweigh at gamma 1." in said
    assert "Inverse worlds on all words: 0 sizes of it count, too few for a ruling." in said
    check_widths(finite_size.draw, found)


def test_diversity_is_that_of_the_study_and_the_caption_says_where_it_is_few(small):
    measured = small.diversity()
    found = diversity.data(small, [])
    assert [row[:5] for row in found.rows] == [
        (size.word_bits, size.rules, size.queries, size.worlds, at.examples)
        for size in measured.sizes
        for at in size.leaders
    ]
    for size in measured.sizes:
        at = next(row for row in found.rows if row[1] == size.rules)
        assert at[5:] == tuple(getattr(size.leaders[0], name) for name in ("table", "code", "search", "nothing"))
    (law,) = (each for each in measured.laws if (each.before, each.after) == ("code", "table"))
    worlds = ", ".join(map(str, law.worlds))
    assert f"at 4, 8 rules, in {worlds} of 12 worlds: too few numbers of rules for a law." in diversity.caption(found)
    check_widths(diversity.draw, found)


def test_influence_is_that_of_the_census_and_its_caption_tells_the_bound(small):
    found = influence.data(small, [])
    measured = influence_measured(small.census(*influence.LANGUAGE))
    rows = [row for row in found.rows if row[:2] == (0.0, 0)]
    assert [row[4] for row in rows] == measured.lengths.captured[:, 0, 0].tolist()
    assert f"at most {number(measured.certified.low, '.2g')}" in influence.caption(found)
    check_widths(influence.draw, found)


def test_tips_are_the_slope_between_the_two_shortest(small):
    world = find_world("constant-greatest-square-w12")
    found = cloud.data(small, [world])
    (low, high) = found.tips
    (l_direct, t_direct), (l_search, t_search) = low.direct, low.search
    assert low.predicted == pytest.approx((l_direct - l_search) / (t_search - t_direct))
    assert (l_direct, l_search) == (17, 16) and len(low.measured) == 1
    assert high.side == "search"
    assert f"predict gamma* {number(low.predicted)}" in cloud.caption(found)


def test_the_last_lesson_has_the_odds_of_the_world(small):
    world = find_world("inverse-w3")
    odds = log_odds.odds_data(small, [world])
    whole = log_odds_of(small.histogram(world), named_prior("solomonoff"))
    assert odds.lanes == list(range(1, 7)) and odds.unit == "lane"
    assert odds.rows[-1][1:3] == pytest.approx((whole.low, whole.high))
    earlier = earlier_odds(small.histogram(world), named_prior("solomonoff"))
    assert odds.rows[-1][5:7] == pytest.approx((earlier.low, earlier.high))
    assert odds.settled[-1] == keeps_sign(whole, earlier)
    curves = log_odds.accuracy_data(small, [world])
    assert curves.accuracy_direct_listed[-1] > curves.accuracy_direct_listed[0]
    assert "accuracy of direct programs comes to 90 %" in log_odds.accuracy_caption(curves)
    with pytest.raises(FigureError, match="holds no lane out"):
        log_odds.accuracy_data(small, [find_world("constant-greatest-square-w12")])


def test_objectives_grow_to_their_number(small):
    world = find_world("inverse-w3")
    each = against_length.objectives_data(small, [world])
    (found,) = objectives(small.header(world), [world])
    assert each.objectives[-1] == sum(found.tables) > 0 and each.programs[-1] == sum(found.programs)
    assert all(a <= b for a, b in pairwise(each.objectives))
    with pytest.raises(FigureError, match="nothing to draw"):
        against_length.objectives_data(small, [find_world("table-a-w3")])


def test_crossings_of_constants_are_roots_of_the_log_odds(small):
    table = cloud.crossings_data(small, [])
    assert "constant.w12-181" in table.world
    # Below 0 there is no prior to hold them against.
    priced = [(world, measured) for world, _, measured in table.rows if measured >= 0]
    assert priced
    for name, measured in priced:
        counted = small.histogram(find_world(name))
        odds = log_odds_of(counted, Prior("p", gamma=measured))
        assert odds.low == pytest.approx(0, abs=1e-6)
    assert f"by at most 0.05 they agree: in {cloud.agreeing(table)} of" in cloud.crossings_caption(table)


def test_no_program_is_shorter_or_faster_than_the_sheet_says(small):
    world = find_world("inverse-w3")
    found = witness_sheet.data(small, [world])
    counted = small.histogram(world)
    assert found.essential[world.name] == [essential_share(counted, Prior("p"), end) for end in ENDS]
    cells = counted.cells
    for kind, name in enumerate(("direct", "disguised", "search")):
        mine = cells.of([kind])
        rows = [row for row in found.rows if row[1] == name]
        assert min(row[3] for row in rows) == mine.bits.min()
        assert min(row[4] for row in rows) == mine.steps.min() / 8
    assert ("direct", "(mul x (mul x x))") in zip(found["class"], found.program, strict=True)


@pytest.mark.parametrize(
    ("world", "program", "padding"),
    [
        ("constant-greatest-square-w12", "(mul (find (c) c) 181)", True),
        ("constant-greatest-square-w12", "(argmax (c) (mul c c))", False),
        ("isqrt-w3", "(argmax (c) (sub (mul c c) (add x 1)))", False),
        ("isqrt-w3", "(add (find (c) (eq c x)) (find (c) (lt x (mul c c))))", False),
        ("isqrt-w3", "(iter x 0 (s) (find (c) c))", False),
    ],
)
def test_a_search_is_padding_where_a_leaf_says_what_it_finds_in_fewer_bits(world, program, padding):
    asked = find_world(world)
    language = Language.named(asked.dialect, asked.domain.word_bits)
    assert witness_sheet.is_padding(parse(program, language), language, asked.domain) == padding


def test_every_entry_of_one_world_draws_any_world_and_no_other_takes_one(small, tmp_path):
    world = find_world("inverse-w3")
    for name, entry in ENTRIES.items():
        if not entry.is_of_one:
            with pytest.raises(FigureError, match="leave out --world"):
                next(entry.shown(world))
            continue
        (drawn,) = save_entry(entry, small, tmp_path, world=world, width=3.25, formats=("svg",))
        assert drawn.path.name == f"{drawn.name}.svg" == f"{name}-inverse-w3.svg"
        text = drawn.path.with_suffix(".txt").read_text()
        assert text == f"{drawn.caption}\n" and drawn.title.endswith(": `inverse-w3`")
        assert "inverse-w3" in text and "None" not in text and "nan" not in text


def test_entries_of_many_worlds_are_saved_with_caption_numbers_and_texts(small, tmp_path):
    for name in ("three-counts", "constant-crossovers", "witness-sheet"):
        entry = replace(ENTRIES[name], worlds=("inverse-w3", "square-w3") if ENTRIES[name].worlds else ())
        (drawn,) = save_entry(entry, small, tmp_path, formats=("svg",), texts=TEXTS.get(name, {}))
        assert not drawn.title.endswith("`") and drawn.path == tmp_path / f"{name}.svg"
        assert len((tmp_path / f"{name}.csv").read_text().splitlines()) > 2
    for ending in TEXTS["witness-sheet"]:
        assert "the least c with " in (tmp_path / f"witness-sheet.{ending}").read_text()


def test_windows_of_a_caption_are_those_of_the_data(small):
    found = held_out.tuned_data(small, [find_world("inverse-w3")])
    assert held_out.most_loss(found) == pytest.approx(0.01 + min(found.held_out_loss))
    ends = (*found.defecting_search_low, *found.defecting_search_high)
    assert len(ends) == 2 * len(found.gamma) and all(0 <= end <= 1 for end in ends)
    (first, last) = held_out.windows(found, 0)[-1]
    assert f"{first:g} to {last:g} with the disguised counted as direct code" in held_out.tuned_caption(found)
    assert math.isclose(found.excess_defection_low[0], grids_excess(small), rel_tol=1e-9)


def grids_excess(small):
    return small.mixture(find_world("inverse-w3")).points(Prior("p")).excess(LOW)[0]
