"""What walks say of each claim about walks, in one world at one radius: a quantity, and what belongs to it.

docs/walks.md defines every quantity. A finding is plain values; where a quantity is undefined it says why. The
conditions under which a quantity supports its claim stand with the claims.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from priorsim.errors import UnsolvedError
from priorsim.priors import F64
from priorsim.walks.chains import Dynamics, make_chain
from priorsim.walks.ends import Hit, can_meet, class_values, dependence, end_points, end_values, hitting_time
from priorsim.walks.graph import barriers, path_from, ways
from priorsim.walks.landscape import CLASSES, DIRECT, DISGUISED, SEARCH, Mask, conditional, inputs_needed
from priorsim.walks.study import WalkStudy

Detail = float | int | str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What walks say of a claim in a world at a radius.

    The quantity is infinite where it has no bound, -inf where nothing has the property that it measures, None where
    undefined; the reason says why in the last two cases. A detail, what else belongs to it, is None where undefined.
    """

    quantity: float | None
    details: Mapping[str, Detail] = field(default_factory=dict)
    reason: str = ""


UNSOLVED = "walks take too long for their chain to be solved"


def _ratio(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole and whole > 0 else None


def shallow_first(study: WalkStudy) -> Finding:
    """Share of the first accepted improvements of walks that do not fit yet that read fewer input bits than needed."""
    landscape, chain = study.landscape, study.chain(Dynamics.STEEPEST)
    begun = np.where(landscape.fits, 0.0, study.start)
    first = np.asarray(chain.moves.T @ begun)
    moved, needed = float(first.sum()), inputs_needed(study.world)
    details: dict[str, Detail] = {"needed": needed, "never_moves": float(begun[chain.stuck].sum())}
    if moved == 0:
        return Finding(None, details, "no walk improves")
    details["mean_bits_read"] = float(first @ landscape.inputs_read) / moved
    details["mean_height"] = float(first @ study.graph.heights) / moved
    details["right_at_once"] = float(first[landscape.right].sum()) / moved
    return Finding(float(first[landscape.inputs_read < needed].sum()) / moved, details)


def starvation(study: WalkStudy, present: Mask) -> dict[str, float | None]:
    """Means by the prior over programs with a feature, and those no better than a constant; None where there are none.

    The gain is the chance that an edit fits, times the loss that this saves; `ends` are the chances that steepest
    descent ends fitting; without, the feature is forbidden.
    """
    landscape = study.landscape
    fits = landscape.fits.astype(np.float64)
    absent = (landscape.loss >= landscape.constant_loss) & ~landscape.fits
    alone = make_chain(study.graph, landscape, Dynamics.STEEPEST, forbidden=present)
    gain: F64 = np.asarray(study.graph.matrix @ fits, np.float64) * landscape.loss
    return {
        "gain_with": study.mean(gain, present),
        "gain_without": study.mean(gain, absent),
        "ends_with": study.mean(end_values(study.chain(Dynamics.STEEPEST), fits), present),
        "ends_without": study.mean(end_values(alone, fits), absent),
    }


def crowding_out(study: WalkStudy) -> Finding:
    """Gain of the right programs from heuristics, over that from programs that have none; and chances to fit."""
    landscape = study.landscape
    if not landscape.heuristics.any():
        return Finding(None, reason="no program beats every constant without fitting")
    if not landscape.fits.any():
        return Finding(None, reason=f"no program fits up to {study.max_bits} bits")
    gain_with, gain_without, fits_with, fits_without = starvation(study, landscape.heuristics).values()
    details: dict[str, Detail] = {"gain_with": gain_with, "gain_without": gain_without}
    details |= {"fits_with": fits_with, "fits_without": fits_without, "fits_ratio": _ratio(fits_with, fits_without)}
    if not gain_without or gain_with is None:
        return Finding(None, details, "no edit of a program without heuristic fits")
    return Finding(gain_with / gain_without, details)


def no_pure_model(study: WalkStudy) -> Finding:
    """Share of end points that are direct and right on all lanes."""
    mass, landscape = study.ends().mass, study.landscape
    is_pure = landscape.right & (landscape.kind == DIRECT)
    details: dict[str, Detail] = {"residual": study.ends().residual}
    for name, parts in landscape.parts().items():
        details |= {f"{name}_{part}": float(mass[chosen].sum()) for part, chosen in parts.items()}
    chain = study.chain(_descent(study))
    # What settles whether a walk ends so, as parts of the variance.
    chance, *settled = dependence(chain, study.start, is_pure)
    for name, part in zip(("start", "first_step", "chance"), settled, strict=True):
        details[f"settled_by_{name}"] = _ratio(part, chance * (1 - chance))
    # The total variation between the classes of the ends from the study's start and from heuristics, as after an early
    # step that was forced.
    details["forced_to_heuristics"] = None
    if landscape.heuristics.any():
        forced = conditional(landscape.prior, landscape.heuristics)
        apart = [float(np.sum(study.start * v)) - float(np.sum(forced * v)) for v in class_values(chain, landscape)]
        details["forced_to_heuristics"] = sum(map(abs, apart)) / 2
    return Finding(float(mass[is_pure].sum()), details)


def _descent(study: WalkStudy) -> Dynamics:
    """The study's dynamics where these are a descent, else steepest."""
    return Dynamics.FIRST if study.dynamics is Dynamics.FIRST else Dynamics.STEEPEST


def precursor(study: WalkStudy) -> Finding:
    """Edits to the nearest fitting search, from heuristics less from fitting direct: means of those with a way."""
    landscape = study.landscape
    goal = landscape.fitting(SEARCH)
    if not goal.any():
        return Finding(None, reason=f"no search program fits up to {study.max_bits} bits")
    distance = ways(study.graph, goal)[0]
    reaches = np.isfinite(distance)
    starts = {"heuristics": landscape.heuristics, "direct": landscape.fitting(DIRECT)}
    near, far = (study.mean(distance, chosen & reaches) for chosen in starts.values())
    details: dict[str, Detail] = {"from_heuristics": near, "from_direct": far}
    for name, chosen in starts.items():
        mass = float(landscape.prior[chosen & reaches].sum())
        details[f"{name}_with_a_way"] = _ratio(mass, float(landscape.prior[chosen].sum()))
    if near is None or far is None:
        missing = "heuristic" if near is None else "fitting direct program"
        return Finding(None, details, f"no edits lead from any {missing} to a fitting search")
    return Finding(near - far, details)


def gradual(study: WalkStudy) -> Finding:
    """Share of heuristics, by the prior, with a path to a fitting search that never raises the loss."""
    landscape = study.landscape
    goal, some = landscape.fitting(SEARCH), landscape.heuristics
    if not some.any():
        return Finding(None, reason="no program beats every constant without fitting")
    if not goal.any():
        return Finding(None, reason=f"no search program fits up to {study.max_bits} bits")
    weights = conditional(landscape.prior, some)
    distance, onward = ways(study.graph, goal, landscape.loss)
    chosen = np.flatnonzero(some)
    shortest = int(chosen[np.argmin(distance[chosen])])
    path = path_from(shortest, onward) if np.isfinite(distance[shortest]) else None
    height = barriers(study.graph, goal, landscape.loss)
    least = float(height[some].min())
    details: dict[str, Detail] = {
        "shortest": len(path) - 1 if path else None,
        "neutral_steps": int(np.sum(np.diff(landscape.loss[path]) == 0)) if path else None,
        "from_program": landscape.text(path[0]) if path else None,
        "to_program": landscape.text(path[-1]) if path else None,
        "least_barrier": least if np.isfinite(least) else None,
        "mean_barrier": study.mean(height, some & np.isfinite(height)),
        "with_a_way": float(weights[np.isfinite(height)].sum()),
    }
    return Finding(float(weights[np.isfinite(distance)].sum()), details)


def reachable(study: WalkStudy) -> Finding:
    """Expected proposals until Metropolis meets a fitting search, over those to a fitting direct one.

    Over the starts from which direct code can be met; infinite where search cannot be met from all of these. 0 where no
    start can meet direct code, and one can meet search: a class that is not met is infinitely far.
    """
    chain = study.chain(Dynamics.METROPOLIS)
    goals = {kind: study.landscape.fitting(kind) for kind in (DIRECT, SEARCH)}
    meets = {kind: can_meet(chain, goal) for kind, goal in goals.items()}
    start = np.where(meets[DIRECT], study.start, 0.0)
    details = _costs(study, DIRECT) | _costs(study, SEARCH)
    if not start.any():
        if not study.start[meets[SEARCH]].any():
            return Finding(None, details, "walks meet neither a fitting search nor a fitting direct program")
        return Finding(0.0, details)
    hits: dict[int, Hit] = {}
    for kind, goal in goals.items():
        try:
            hits[kind] = hit = hitting_time(chain, start, goal)
        except UnsolvedError as error:
            return Finding(None, details | {"unsolved": str(error)}, UNSOLVED)
        name = CLASSES[kind]
        details |= {f"{name}_proposals": hit.proposals, f"{name}_chance": hit.chance, f"{name}_residual": hit.residual}
    if hits[DIRECT].proposals == 0:
        return Finding(None, details, "every start fits")
    is_always_met = bool(meets[SEARCH][start > 0].all())
    ratio = hits[SEARCH].proposals / hits[DIRECT].proposals if is_always_met else np.inf
    return Finding(ratio, details)


def _costs(study: WalkStudy, kind: int) -> dict[str, Detail]:
    """Of the fitting programs of a class Levin's cost, least l + log2 t, and log2 of their mass 2^-l."""
    goal, programs, lanes = study.landscape.fitting(kind), study.graph.programs, len(study.world.domain.lanes)
    least, mass = f"{CLASSES[kind]}_least_kt", f"{CLASSES[kind]}_log2_mass"
    if not goal.any():
        return {least: None, mass: None}
    cost = programs.bits[goal] + np.log2(programs.steps[goal] / lanes)
    weights = np.exp2(-programs.bits[goal].astype(np.float64))
    return {least: float(cost.min()), mass: float(np.log2(weights.sum()))}


def beeline_swerve(study: WalkStudy) -> Finding:
    """Of the end points in search, the share whose walk's first improvement was direct."""
    landscape, dynamics = study.landscape, _descent(study)
    chain = study.chain(dynamics)
    search = landscape.kind == SEARCH
    ends = study.ends(dynamics).mass
    details: dict[str, Detail] = {
        "ends_in_search": float(ends[search].sum()),
        "ends_in_fitting_search": float(ends[search & landscape.fits].sum()),
        "ends_disguised": float(ends[landscape.kind == DISGUISED].sum()),
    }
    if not ends[search].any():
        return Finding(None, details, "no walk ends in search")
    first = np.asarray(chain.moves.T @ study.start)
    direct_first = end_points(chain, landscape, np.where(landscape.kind == DIRECT, first, 0.0)).mass
    swerved = float(direct_first[search].sum()) / float(ends[search].sum())
    details["fitting_swerved"] = _ratio(
        float(direct_first[search & landscape.fits].sum()), float(ends[search & landscape.fits].sum())
    )
    return Finding(swerved, details)


def bounded_heuristics(study: WalkStudy) -> Finding:
    """The greatest cap on length under which walks end in fitting direct programs and in no fitting search."""
    details: dict[str, Detail] = {}
    best = -np.inf
    fitting = study.graph.programs.bits[study.landscape.fits]
    if not len(fitting):
        return Finding(None, reason=f"no program fits up to {study.max_bits} bits")
    for cap in range(int(fitting.min()), study.max_bits + 1):
        cut = study.capped(cap)
        ends = cut.ends().mass
        direct, search = (float(ends[cut.landscape.fitting(kind)].sum()) for kind in (DIRECT, SEARCH))
        details |= {f"direct_{cap}": direct, f"search_{cap}": search}
        if direct > 0 and search == 0:
            best = float(cap)
    return Finding(best, details, "no such cap" if best == -np.inf else "")


FINDINGS: Mapping[str, Callable[[WalkStudy], Finding]] = {
    measure.__name__.replace("_", "-"): measure
    for measure in (
        *(shallow_first, crowding_out, no_pure_model, precursor),
        *(gradual, reachable, beeline_swerve, bounded_heuristics),
    )
}
"""The claims about walks by name, each a function of a study."""


def find(study: WalkStudy, claim: str) -> Finding:
    """What walks say of the claim of this name; undefined where a chain that it takes cannot be solved."""
    try:
        return FINDINGS[claim](study)
    except UnsolvedError as error:
        return Finding(None, {"unsolved": str(error)}, UNSOLVED)
