"""What `priorsim walk` says, as JSON values: where walks end, exactly or sampled, or one walk.

The keys are listed in docs/walks.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from priorsim.census.atlas import AtlasHeader
from priorsim.census.compiled import I64
from priorsim.census.programs import Programs
from priorsim.census.progress import Progress
from priorsim.census.take import make_header
from priorsim.errors import PriorsimError, WalkError
from priorsim.mu.syntax import parse
from priorsim.priors import F64
from priorsim.walks.chains import Dynamics, Energy, default_energy
from priorsim.walks.ends import chance_to_meet, hitting_time, law_after, law_in_the_long_run
from priorsim.walks.finding import FINDINGS, Detail, Finding, find
from priorsim.walks.graph import edit_space, make_graph, number_of, vertices
from priorsim.walks.landscape import (
    CLASSES,
    DIRECT,
    LOSSES,
    SEARCH,
    STARTS,
    ClassBy,
    Landscape,
    LossBy,
    Mask,
    make_landscape,
    outcomes,
    start_of,
)
from priorsim.walks.sampled import Visit, sample_walks, share
from priorsim.walks.study import WalkStudy
from priorsim.worlds.world import World

Report = dict[str, Any]

SHOWN = 10  # End points that are listed.


@dataclass(frozen=True, slots=True)
class WalkQuestion:
    """What is asked of walks; the dialect is the world's own where None.

    The start is a name that `start_of` knows, or a program as S-expression; temperature and whether length counts are
    of Metropolis; `steps` are proposals after which walks that do not end are looked at.
    """

    world: World
    dynamics: str
    radius: int
    max_bits: int
    dialect: str | None = None
    start: str = "prior"
    loss_by: str = "lanes"
    class_by: ClassBy = "lesion"
    temperature: float | None = None
    with_prior: bool = True
    steps: int | None = None

    def header(self) -> AtlasHeader:
        """Language, lanes and bound; raises WalkError where dynamics or loss are unknown."""
        if self.dynamics not in list(Dynamics):
            raise WalkError(f"unknown dynamics '{self.dynamics}': choose one of {', '.join(Dynamics)}")
        if self.loss_by not in LOSSES:
            raise WalkError(f"unknown loss '{self.loss_by}': choose one of {', '.join(LOSSES)}")
        return make_header(self.dialect or self.world.dialect, self.max_bits, domain=self.world.domain)

    def energy(self, landscape: Landscape) -> Energy:
        """Of Metropolis."""
        usual = default_energy(landscape)
        return Energy(usual.temperature if self.temperature is None else self.temperature, self.with_prior)

    def begin(self, landscape: Landscape) -> F64:
        """Where walks start."""
        if self.start in STARTS:
            return start_of(landscape, self.start)
        header = landscape.programs.header
        try:
            program = parse(self.start, header.language, header.domain.columns)
        except PriorsimError as error:
            names = ", ".join(STARTS)
            raise WalkError(f"--from '{self.start}' is none of {names}, and no program: {error}") from None
        found = np.zeros(len(landscape))
        found[number_of(landscape.programs, program)] = 1.0
        return found

    def landscape(self, programs: Programs) -> Landscape:
        """The world over these programs."""
        loss_by: LossBy = "bits" if self.loss_by == "bits" else "lanes"
        return make_landscape(programs, self.world, loss_by=loss_by, class_by=self.class_by)

    def study(self, progress: Callable[[Progress], None] | None = None) -> WalkStudy:
        """The walks, with their edit graph."""
        graph = make_graph(self.header(), self.radius, progress=progress)
        landscape = self.landscape(graph.programs)
        return WalkStudy(graph, landscape, Dynamics(self.dynamics), self.begin(landscape), self.energy(landscape))


def exact_answer(asked: WalkQuestion, *, progress: Callable[[Progress], None] | None = None) -> Report:
    """The distribution of end points; of Metropolis the law after the steps asked for, or in the long run.

    Raises WalkError when something is out of range, or cannot be solved exactly: with the size it would take.
    """
    study = asked.study(progress)
    landscape, start, chain, residual = study.landscape, study.start, study.chain(), 0.0
    if asked.steps is not None:
        mass = law_after(chain, start, asked.steps)
    elif study.dynamics is Dynamics.METROPOLIS:
        mass = law_in_the_long_run(chain, start)
    else:
        mass, residual = study.ends()
    report = _head(asked, landscape) | {"edges": study.graph.matrix.nnz, "residual": residual}
    report |= _ends(landscape, lambda chosen: float(mass[chosen].sum()))
    compared = outcomes(landscape, mass)
    report["total_variation"] = None if compared is None else compared.total_variation
    goals = {str(CLASSES[kind]): landscape.fitting(kind) for kind in (DIRECT, SEARCH)}
    if study.dynamics is Dynamics.DRIFT:
        met = {name: chance_to_meet(chain, landscape, start, goal) for name, goal in goals.items()}
        report["meeting"] = {name: {"chance": chance, "residual": left} for name, (chance, left) in met.items()}
    if study.dynamics is Dynamics.METROPOLIS:
        report["temperature"] = study.energy.temperature
        hits = {name: hitting_time(chain, start, goal)._asdict() for name, goal in goals.items()}
        report["hitting"] = {name: hit if hit["chance"] else hit | {"proposals": None} for name, hit in hits.items()}
    report["most"] = _most(landscape, mass)
    return report


def findings_answer(
    asked: WalkQuestion,
    holds: Callable[[str, Finding], bool | None],
    *,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """What walks that end say to each claim about them, with details, and whether it `holds`; WalkError as above."""
    asked.header()
    if asked.dynamics == Dynamics.METROPOLIS or asked.steps is not None:
        raise WalkError("findings are of walks that end: give steepest, first or drift, and no --steps")
    study = asked.study(progress)
    where = {"world": study.world.name, "radius": study.radius, "max_bits": study.max_bits}
    findings = []
    for name in FINDINGS:
        found = find(study, name)
        quantity = None if found.quantity == -np.inf else _plain(found.quantity)
        told = {"claim": name, **where, "quantity": quantity, "holds": holds(name, found), "reason": found.reason}
        findings.append(told | {"details": {detail: _plain(value) for detail, value in found.details.items()}})
    return _head(asked, study.landscape) | {"edges": study.graph.matrix.nnz, "findings": findings}


def _plain(value: Detail) -> Detail:
    """The value as JSON."""
    return "inf" if isinstance(value, float) and np.isinf(value) else value


def sampled_answer(
    asked: WalkQuestion, *, walks: int, seed: int, progress: Callable[[Progress], None] | None = None
) -> Report:
    """End points of sampled walks, with intervals; the graph is not stored."""
    landscape, ends, _ = _sampled(asked, walks=walks, seed=seed, progress=progress)
    counts = np.bincount(ends, minlength=len(landscape.loss))
    report = _head(asked, landscape) | {"walks": walks, "seed": seed}
    report |= _ends(landscape, lambda chosen: share(int(counts[chosen].sum()), walks)._asdict())
    report["most"] = _most(landscape, counts / walks)
    return report


def traced_answer(asked: WalkQuestion, *, seed: int) -> Report:
    """One walk, program by program."""
    landscape, _, walk = _sampled(asked, seed=seed)
    visits = [{"step": visit.step, **_program(landscape, visit.number)} for visit in walk]
    return _head(asked, landscape) | {"seed": seed, "walk": visits}


def _sampled(asked: WalkQuestion, **options: Any) -> tuple[Landscape, I64, tuple[Visit, ...]]:
    programs = vertices(asked.header())
    space, landscape = edit_space(programs, asked.radius), asked.landscape(programs)
    options |= {"start": asked.begin(landscape), "energy": asked.energy(landscape), "steps": asked.steps}
    return landscape, *sample_walks(space, landscape, Dynamics(asked.dynamics), **options)


def _head(asked: WalkQuestion, landscape: Landscape) -> Report:
    header, world = landscape.programs.header, asked.world
    told: Report = {"world": world.name, "description": world.description, "dialect": header.language.dialect.name}
    told |= {"lanes": len(header.domain.lanes), "train": list(world.train)}
    options = ("dynamics", "radius", "max_bits", "start", "loss_by", "class_by", "steps")
    return told | {name: getattr(asked, name) for name in options} | {"programs": len(landscape)}


def _ends(landscape: Landscape, measure: Callable[[Mask], Any]) -> Report:
    """How many walks end in each part of each class, and how many end fitting."""
    ends = {name: {part: measure(its) for part, its in parts.items()} for name, parts in landscape.parts().items()}
    return {"ends": ends, "fitting": measure(landscape.fits)}


def _program(landscape: Landscape, number: int) -> Report:
    return {
        "program": landscape.text(number),
        "bits": int(landscape.programs.bits[number]),
        "loss": int(landscape.loss[number]),
        "class": str(CLASSES[landscape.kind[number]]),
    }


def _most(landscape: Landscape, mass: F64) -> list[Report]:
    """The likeliest end points; ties go to the program that comes first."""
    likeliest = np.lexsort((np.arange(len(mass)), -mass))[:SHOWN]
    return [{"chance": float(mass[n]), **_program(landscape, int(n))} for n in likeliest if mass[n] > 0]
