"""Figures of edit walks: data as the walks have them, captions with their numbers, and worlds that have none."""

from dataclasses import replace

import pytest

from priorsim.claims.populations import QUICK
from priorsim.errors import FigureError
from priorsim.figures import walk_landscape, walks
from priorsim.figures.entry import save_entry
from priorsim.figures.registry import FIGURES
from priorsim.formats import percent
from priorsim.study.folder import Study
from priorsim.walks.finding import beeline_swerve, no_pure_model, starvation
from priorsim.walks.landscape import SEARCH
from priorsim.walks.shown import shows_shallow, two_feature_world
from priorsim.walks.study import make_study
from priorsim.worlds import find_world

pytestmark = pytest.mark.engine

BITS = 20
WORLD = find_world("forward.w3-next-l8")
"""A world that direct code and search fit within so many bits."""


SMALL = replace(QUICK, walk_bits=BITS, walk_radii=(4, 8))
"""At these bounds a figure takes a second."""


@pytest.fixture
def study(tmp_path):
    """Of no census: walks need none."""
    return Study(SMALL, tmp_path)


def test_a_landscape_says_where_walks_end_and_how_they_come_there(study):
    landscape = walk_landscape.data(study, [WORLD])
    regions = landscape.coarse.nodes
    fitting = sum(share for (loss, _), share in regions(data="ends") if loss == 0)
    assert fitting == pytest.approx(walks.ends_data(study, [WORLD]).fitting_ends, rel=1e-9)
    caption = walk_landscape.caption(landscape)
    assert f"{percent(fitting)} of the walks end fitting" in caption
    to_most, to_search = landscape.ways
    assert regions[to_most[-1]]["ends"] == max(share for _, share in regions(data="ends"))
    assert to_search[-1] == (0, "search") and regions[to_search[0]]["starts"] > 0
    assert f"direct at loss {to_most[0][0]}, then" in caption


def test_ends_are_shares_by_class(study):
    ends = walks.ends_data(study, [WORLD])
    walked = walks.study_of(WORLD, BITS)
    search = walked.landscape.fits & (walked.landscape.kind == SEARCH)
    of_search = [place for place, kind in enumerate(ends["class"]) if kind == "search"]
    assert of_search
    found = sum(ends.ends[place] for place in of_search)
    assert found == pytest.approx(walked.ends().mass[search].sum() / ends.fitting_ends, rel=1e-9)
    posterior = sum(ends.posterior[place] for place in of_search)
    assert posterior == pytest.approx(walked.landscape.posterior[search].sum(), rel=1e-9)
    assert f"{percent(posterior)} of the posterior and {percent(found)} of the end points" in walks.ends_caption(ends)


def test_losses_and_swerves_hold_the_numbers_of_the_claims(study):
    walked = walks.study_of(WORLD, BITS)
    losses = walks.losses_data(study, [WORLD])
    assert losses.right[losses.end_class.index("direct")] == pytest.approx(no_pure_model(walked).quantity)
    assert sum(dict(zip(losses.end_class, losses.share, strict=True)).values()) == pytest.approx(1, rel=1e-9)
    swerves = walks.swerves_data(study, [WORLD])
    assert swerves.moved_to_direct == beeline_swerve(walked).quantity is not None
    assert f"{percent(sum(swerves.swerves))} swerve" in walks.swerves_caption(swerves)


def test_starvation_is_drawn_by_radius():
    bars = walks.starved((4, 8))
    asked = make_study(two_feature_world(), 8, max_bits=walks.STARVATION_BITS)
    found = starvation(asked, shows_shallow(asked))
    assert bars.radius == [4, 8]
    assert (bars.ends_with[1], bars.ends_without[1]) == (found["ends_with"], found["ends_without"])
    said = f"{percent(found['ends_with'])} against {percent(found['ends_without'])} at 8 bits"
    assert said in walks.starved_caption(bars)


def test_worlds_without_ends_or_search_are_refused_in_a_line(study, tmp_path):
    with pytest.raises(FigureError, match=f"table-a-w3: no walk ends at a program that fits, of at most {BITS} bits"):
        walks.ends_data(study, [find_world("table-a-w3")])
    with pytest.raises(FigureError, match="square-w3: no walk comes to a search program of at most 8 bits"):
        walks.swerves_data(Study(replace(SMALL, walk_bits=8), tmp_path), [find_world("square-w3")])


@pytest.mark.parametrize("name", [name for name in FIGURES if name.startswith("walk-")])
def test_walk_figures_are_saved_without_a_census(study, name, tmp_path):
    entry = FIGURES[name]
    world = WORLD if entry.is_of_one else None
    (drawn,) = save_entry(entry, study, tmp_path, world=world, width=3.25, formats=("svg",))
    text = drawn.path.with_suffix(".txt").read_text()
    assert "None" not in text and "nan" not in text
    assert len(drawn.path.with_suffix(".csv").read_text().splitlines()) > 3
    assert not (tmp_path / "atlases").exists()
