"""The figures of edit walks in a world, from a study, and the findings of many studies as a table."""

from collections.abc import Iterable, Mapping, Sequence

from matplotlib.axes import Axes

from priorsim.figures import (
    EndsAgainstMass,
    LossByEnd,
    Place,
    StarvationBars,
    SwerveTimes,
    WalkLandscape,
    ends_against_mass,
    loss_by_end,
    starvation_bars,
    swerve_times,
    walk_landscape,
)
from priorsim.figures.page import Columns
from priorsim.formats import format_csv
from priorsim.walks.course import classes_along, courses
from priorsim.walks.finding import Finding
from priorsim.walks.outcome import coarse_landscape, outcomes
from priorsim.walks.starvation import starvation, two_feature_world
from priorsim.walks.study import Study, make_study

Drawing = tuple[Axes, Columns]
"""A figure's axes and the numbers plotted, as `figures.save` takes them."""

STARVATION_BITS = 22
UNITS = {"lanes": "wrong training lanes", "bits": "wrong bits on the training lanes"}


def walk_drawings(study: Study) -> Mapping[str, Drawing]:
    """The figures of a study's descents, by name; no ends against mass where no walk ends fitting."""
    chain, landscape, start = study.chain(), study.landscape, study.start
    where = study.world.name, str(study.dynamics), study.radius
    unit = UNITS[landscape.loss_by]
    coarse = coarse_landscape(chain, landscape, start, radius=study.radius)
    places = [Place(each.loss, each.kind, each.passed, each.ends) for each in coarse.regions]
    flows = [(flow.source, flow.target, flow.chance) for flow in coarse.flows]
    ground = WalkLandscape(*where, unit, places, flows)
    by_end = courses(chain, landscape, start)
    losses = LossByEnd(
        *where, unit, [each.kind for each in by_end], [each.share for each in by_end], [each.loss for each in by_end]
    )
    along = classes_along(chain, landscape, start)
    swerves = SwerveTimes(*where, along.first_search, along.swerves)
    drawings: dict[str, Drawing] = {
        "walk-landscape": (walk_landscape(ground), ground.columns()),
        "walk-loss": (loss_by_end(losses), losses.columns()),
        "walk-swerves": (swerve_times(swerves), swerves.columns()),
    }
    found = outcomes(landscape, study.ends().mass)
    if found is not None:
        rows = found.behaviours
        ends = EndsAgainstMass(
            *where,
            [row.kind for row in rows],
            [row.posterior for row in rows],
            [row.ends for row in rows],
            found.total_variation,
        )
        drawings["walk-ends"] = (ends_against_mass(ends), ends.columns())
    return drawings


def starvation_drawing(radii: Sequence[int]) -> Drawing:
    """Starvation in the world of two features, by radius; about a second."""
    found = [starvation(make_study(two_feature_world(), radius, max_bits=STARVATION_BITS)) for radius in radii]
    bars = StarvationBars(
        radii,
        [each.ends_with for each in found],
        [each.ends_without for each in found],
        [each.gain_with for each in found],
        [each.gain_without for each in found],
    )
    return starvation_bars(bars), bars.columns()


def findings_csv(findings: Iterable[Finding]) -> str:
    """A line for each finding: world, radius, quantity, whether the condition holds, or why it is undefined."""
    head = ("claim", "world", "radius", "max_bits", "quantity", "holds", "reason")
    rows = [
        (each.claim, each.world, each.radius, each.max_bits, each.quantity, each.holds, each.reason)
        for each in findings
    ]
    return format_csv(head, rows)
