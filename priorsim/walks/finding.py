"""What walks say of each claim about walks, in one world at one radius: a quantity, and what belongs to it.

docs/walks.md defines every quantity. A finding is plain values; where a quantity is undefined it says why. The
conditions under which a quantity supports its claim stand with the claims.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from priorsim.errors import UnsolvedError
from priorsim.walks.chains import Dynamics, make_chain
from priorsim.walks.course import dependence, forced_start
from priorsim.walks.ends import Hit, can_meet, end_points, end_values, hitting_time
from priorsim.walks.landscape import CLASSES, DIRECT, DISGUISED, SEARCH, Mask, conditional, inputs_needed
from priorsim.walks.paths import barriers, descents, edit_distance
from priorsim.walks.study import Study

Detail = float | int | str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What walks say of a claim in a world at a radius.

    Attributes
    ----------
    claim : str
        Its name.
    world : str
    radius, max_bits : int
        Bits of an edit, and the bound on programs.
    quantity : float or None
        None where undefined; infinite where it has no bound, -inf where nothing has the property that it measures.
    reason : str
        Why it is undefined or -inf; else empty.
    details : mapping of str to number, text or None
        What else belongs to it; None where undefined there.
    """

    claim: str
    world: str
    radius: int
    max_bits: int
    quantity: float | None
    reason: str = ""
    details: Mapping[str, Detail] = field(default_factory=dict)

    def to_json(self, *, holds: bool | None) -> dict[str, object]:
        """The finding as JSON values, with whether its claim's condition holds; infinite numbers as the text 'inf'."""

        def plain(value: Detail) -> Detail:
            return "inf" if isinstance(value, float) and np.isinf(value) else value

        return {
            "claim": self.claim,
            "world": self.world,
            "radius": self.radius,
            "max_bits": self.max_bits,
            "quantity": None if self.quantity == -np.inf else plain(self.quantity),
            "holds": holds,
            "reason": self.reason,
            "details": {name: plain(value) for name, value in self.details.items()},
        }


def _found(study: Study, claim: str, quantity: float, **details: Detail) -> Finding:
    return Finding(claim, study.world.name, study.radius, study.max_bits, float(quantity), details=details)


def _undefined(study: Study, claim: str, reason: str, **details: Detail) -> Finding:
    return Finding(claim, study.world.name, study.radius, study.max_bits, None, reason, details)


def _unsolved(study: Study, claim: str, error: UnsolvedError, **details: Detail) -> Finding:
    return _undefined(study, claim, "walks take too long for their chain to be solved", **details, unsolved=str(error))


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


def shallow_first(study: Study) -> Finding:
    """Share of first accepted improvements that read fewer input bits than the world needs.

    Of walks from the study's start that do not fit yet and move at all.
    """
    landscape, chain = study.landscape, study.chain(Dynamics.STEEPEST)
    begun = np.where(landscape.fits, 0.0, study.start)
    first = np.asarray(chain.moves.T @ begun)
    moved, needed = float(first.sum()), inputs_needed(study.world)
    details: dict[str, Detail] = {"needed": needed, "never_moves": float(begun[chain.stuck].sum())}
    if moved == 0:
        return _undefined(study, "shallow-first", "no walk improves", **details)
    share = float(first[landscape.inputs_read < needed].sum()) / moved
    details |= {
        "mean_bits_read": float(first @ landscape.inputs_read) / moved,
        "mean_height": float(first @ study.graph.heights) / moved,
        "right_at_once": float(first[landscape.right].sum()) / moved,
    }
    return _found(study, "shallow-first", share, **details)


def crowding_out(study: Study) -> Finding:
    """Gain of the right programs from heuristics, over that from programs that have none.

    The gain of a program is the chance that an edit of it fits, times the loss that this saves; means by
    the prior. Beside it the chances that walks end fitting: from heuristics, and from the others with every
    heuristic forbidden.
    """
    landscape = study.landscape
    present = landscape.heuristics
    absent = (landscape.loss >= landscape.constant_loss) & ~landscape.fits
    if not present.any():
        return _undefined(study, "crowding-out", "no program beats every constant without fitting")
    if not landscape.fits.any():
        return _undefined(study, "crowding-out", f"no program fits up to {study.max_bits} bits")
    gain = np.asarray(study.graph.matrix @ landscape.fits.astype(np.float64)) * landscape.loss
    with_it, without = study.mean(gain, present), study.mean(gain, absent)
    ends = _chances_to_fit(study, present, absent)
    details: dict[str, Detail] = {"gain_with": with_it, "gain_without": without, **ends}
    if not without or with_it is None:
        return _undefined(study, "crowding-out", "no edit of a program without heuristic fits", **details)
    return _found(study, "crowding-out", with_it / without, **details)


def _chances_to_fit(study: Study, present: Mask, absent: Mask) -> dict[str, Detail]:
    """Chances that a walk ends fitting, from heuristics and without any."""
    fits = study.landscape.fits.astype(np.float64)
    values = end_values(study.chain(Dynamics.STEEPEST), fits)
    alone = make_chain(study.graph, study.landscape, Dynamics.STEEPEST, forbidden=present)
    with_it, without = study.mean(values, present), study.mean(end_values(alone, fits), absent)
    ratio = _ratio(with_it, without) if with_it is not None and without is not None else None
    return {"fits_with": with_it, "fits_without": without, "fits_ratio": ratio}


def no_pure_model(study: Study) -> Finding:
    """Share of end points that are direct and right on all lanes."""
    mass, landscape = study.ends().mass, study.landscape
    pure = float(mass[landscape.right & (landscape.kind == DIRECT)].sum())
    details: dict[str, Detail] = {"residual": study.ends().residual}
    for kind, name in enumerate(CLASSES):
        of_class = landscape.kind == kind
        details |= {
            f"{name}_fits": float(mass[of_class & landscape.fits].sum()),
            f"{name}_right": float(mass[of_class & landscape.right].sum()),
            f"{name}_short": float(mass[of_class & ~landscape.fits].sum()),
        }
    details |= _path_dependence(study, landscape.right & (landscape.kind == DIRECT))
    return _found(study, "no-pure-model", pure, **details)


def _descent(study: Study) -> Dynamics:
    """The study's dynamics where these are a descent, else steepest."""
    return Dynamics.FIRST if study.dynamics is Dynamics.FIRST else Dynamics.STEEPEST


def _path_dependence(study: Study, ends: Mask) -> dict[str, Detail]:
    """What settles whether a walk ends in `ends`, as parts of its variance; and how much the end's class moves.

    `forced_to_heuristics` is the total variation between the classes of the ends from the study's start and
    from heuristics, as after an early step that was forced.
    """
    chain, landscape = study.chain(_descent(study)), study.landscape
    hangs = dependence(chain, study.start, ends)
    parts = {"start": hangs.by_start, "first_step": hangs.by_first_step, "chance": hangs.by_chance}
    found: dict[str, Detail] = {f"settled_by_{name}": _ratio(part, hangs.variance) for name, part in parts.items()}
    found["forced_to_heuristics"] = None
    if landscape.heuristics.any():
        forced = conditional(landscape.prior, landscape.heuristics)
        found["forced_to_heuristics"] = forced_start(chain, landscape, study.start, forced=forced).distance
    return found


def precursor(study: Study) -> Finding:
    """Edits to the nearest fitting search program, from heuristics less from fitting direct programs.

    Means by the prior over those from which there is a way.
    """
    goal, landscape = study.fitting(SEARCH), study.landscape
    if not goal.any():
        return _undefined(study, "precursor", f"no search program fits up to {study.max_bits} bits")
    distance = edit_distance(study.graph, goal)
    reaches = np.isfinite(distance)
    models = study.fitting(DIRECT)
    near, far = study.mean(distance, landscape.heuristics & reaches), study.mean(distance, models & reaches)
    details: dict[str, Detail] = {"from_heuristics": near, "from_direct": far}
    for name, chosen in (("heuristics", landscape.heuristics), ("direct", models)):
        share = _ratio(float(landscape.prior[chosen & reaches].sum()), float(landscape.prior[chosen].sum()))
        details[f"{name}_with_a_way"] = share
    if near is None or far is None:
        missing = "heuristic" if near is None else "fitting direct program"
        return _undefined(study, "precursor", f"no edits lead from any {missing} to a fitting search", **details)
    return _found(study, "precursor", near - far, **details)


def gradual(study: Study) -> Finding:
    """Share of heuristics, by the prior, with a path to a fitting search that never raises the loss."""
    goal, landscape = study.fitting(SEARCH), study.landscape
    some = landscape.heuristics
    if not some.any():
        return _undefined(study, "gradual", "no program beats every constant without fitting")
    if not goal.any():
        return _undefined(study, "gradual", f"no search program fits up to {study.max_bits} bits")
    weights = conditional(landscape.prior, some)
    found = descents(study.graph, landscape, goal)
    chosen = np.flatnonzero(some)
    shortest = chosen[int(np.argmin(found.distance[chosen]))]
    path = found.path(int(shortest), landscape)
    height = barriers(study.graph, landscape, goal)
    least = float(height[some].min())
    details: dict[str, Detail] = {
        "shortest": len(path.programs) - 1 if path else None,
        "neutral_steps": path.neutral if path else None,
        "from_program": study.text(path.programs[0]) if path else None,
        "to_program": study.text(path.programs[-1]) if path else None,
        "least_barrier": least if np.isfinite(least) else None,
        "mean_barrier": study.mean(height, some & np.isfinite(height)),
        "with_a_way": float(weights[np.isfinite(height)].sum()),
    }
    share = float(weights[np.isfinite(found.distance)].sum())
    return _found(study, "gradual", share, **details)


def reachable(study: Study) -> Finding:
    """Expected proposals until Metropolis meets a fitting search, over those to a fitting direct one.

    Over the starts from which direct code can be met; infinite where search cannot be met from all of these.
    """
    chain = study.chain(Dynamics.METROPOLIS)
    start = np.where(can_meet(chain, study.fitting(DIRECT)), study.start, 0.0)
    details: dict[str, Detail] = {}
    hits: dict[int, Hit] = {}
    for kind in (DIRECT, SEARCH):
        goal, name = study.fitting(kind), CLASSES[kind]
        details |= _costs(study, kind)
        if not goal.any():
            reason = f"no {name} program fits up to {study.max_bits} bits"
            return _undefined(study, "reachable", reason, **details)
        try:
            hits[kind] = hit = hitting_time(chain, start, goal)
        except UnsolvedError as error:
            return _unsolved(study, "reachable", error, **details | _costs(study, SEARCH))
        details |= {f"{name}_proposals": hit.proposals, f"{name}_chance": hit.chance, f"{name}_residual": hit.residual}
    if not 0 < hits[DIRECT].proposals < np.inf:
        reason = "walks never meet a fitting direct program" if hits[DIRECT].proposals else "every start fits"
        return _undefined(study, "reachable", reason, **details)
    is_always_met = bool(np.all(can_meet(chain, study.fitting(SEARCH))[start > 0]))
    ratio = hits[SEARCH].proposals / hits[DIRECT].proposals if is_always_met else np.inf
    return _found(study, "reachable", ratio, **details)


def _costs(study: Study, kind: int) -> dict[str, Detail]:
    """Of the fitting programs of a class Levin's cost, least l + log2 t, and log2 of their mass 2^-l."""
    goal, programs, lanes = study.fitting(kind), study.graph.programs, len(study.world.domain.lanes)
    least, mass = f"{CLASSES[kind]}_least_kt", f"{CLASSES[kind]}_log2_mass"
    if not goal.any():
        return {least: None, mass: None}
    cost = programs.bits[goal] + np.log2(programs.steps[goal] / lanes)
    weights = np.exp2(-programs.bits[goal].astype(np.float64))
    return {least: float(cost.min()), mass: float(np.log2(weights.sum()))}


def beeline_swerve(study: Study) -> Finding:
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
        return _undefined(study, "beeline-swerve", "no walk ends in search", **details)
    first = np.asarray(chain.moves.T @ study.start)
    direct_first = end_points(chain, landscape, np.where(landscape.kind == DIRECT, first, 0.0)).mass
    swerved = float(direct_first[search].sum()) / float(ends[search].sum())
    details["fitting_swerved"] = _ratio(
        float(direct_first[search & landscape.fits].sum()), float(ends[search & landscape.fits].sum())
    )
    return _found(study, "beeline-swerve", swerved, **details)


def bounded_heuristics(study: Study) -> Finding:
    """The greatest cap on length under which walks end in fitting direct programs and in no fitting search."""
    details: dict[str, Detail] = {}
    best: int | None = None
    fitting = study.graph.programs.bits[study.landscape.fits]
    if not len(fitting):
        return _undefined(study, "bounded-heuristics", f"no program fits up to {study.max_bits} bits")
    for cap in range(int(fitting.min()), study.max_bits + 1):
        cut = study.capped(cap)
        ends = cut.ends().mass
        direct, search = (float(ends[cut.fitting(kind)].sum()) for kind in (DIRECT, SEARCH))
        details |= {f"direct_{cap}": direct, f"search_{cap}": search}
        if direct > 0 and search == 0:
            best = cap
    if best is None:
        where = study.world.name, study.radius, study.max_bits
        return Finding("bounded-heuristics", *where, -np.inf, "no such cap", details)
    return _found(study, "bounded-heuristics", best, **details)


Measure = Callable[[Study], Finding]

FINDINGS: Mapping[str, Measure] = MappingProxyType(
    {
        "shallow-first": shallow_first,
        "crowding-out": crowding_out,
        "no-pure-model": no_pure_model,
        "precursor": precursor,
        "gradual": gradual,
        "reachable": reachable,
        "beeline-swerve": beeline_swerve,
        "bounded-heuristics": bounded_heuristics,
    }
)
"""The claims about walks by name, each a function of a study."""


def find(study: Study, claim: str) -> Finding:
    """What walks say of the claim of this name; undefined where a chain that it takes cannot be solved."""
    try:
        return FINDINGS[claim](study)
    except UnsolvedError as error:
        return _unsolved(study, claim, error)


def all_findings(study: Study) -> tuple[Finding, ...]:
    """Every claim about walks, in the order of `FINDINGS`."""
    return tuple(find(study, claim) for claim in FINDINGS)
