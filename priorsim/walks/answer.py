"""What `priorsim walk` says, as JSON values: where walks end, exactly or sampled, or one walk.

The types are the keys, which docs/walks.md lists.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import UNSET, UnsetType

from priorsim import keys
from priorsim.census.atlas import AtlasHeader
from priorsim.census.compiled import I64
from priorsim.census.programs import Programs
from priorsim.census.progress import Progress
from priorsim.census.take import make_header
from priorsim.errors import PriorsimError, WalkError
from priorsim.mu.syntax import Program, parse
from priorsim.priors import F64
from priorsim.walks.chains import Dynamics, Energy, default_energy
from priorsim.walks.ends import chance_to_meet, hitting_time, law_after, law_in_the_long_run
from priorsim.walks.finding import FINDINGS, Finding, find
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
    check_start,
    make_landscape,
    outcomes,
    start_of,
)
from priorsim.walks.sampled import Share, Visit, sample_walks, share
from priorsim.walks.study import WalkStudy
from priorsim.worlds.world import World

SHOWN = 10  # End points that are listed.


class Chances(keys.Parts[float | Share], frozen=True):
    """The chance to end at a program that fits, that is right on all lanes, that falls short."""

    fits: float | Share
    right: float | Share
    short: float | Share


class Met(msgspec.Struct, frozen=True, kw_only=True):
    """How fitting programs are met."""

    chance: Annotated[float, keys.says("the share of walks, of Metropolis of the starts, that meet one")]
    proposals: Annotated[
        float | UnsetType | None, keys.says("of Metropolis, expected from these starts; null where there are none")
    ] = UNSET
    residual: float


class OfFitting(keys.Parts[Met], frozen=True):
    """A value of the fitting programs of two classes."""

    direct: Met
    search: Met


class Shown(msgspec.Struct, frozen=True, kw_only=True, rename={"kind": "class"}):
    """A program, and the chance to end at it, or the step of a walk that comes to it."""

    chance: float | UnsetType = UNSET
    step: int | UnsetType = UNSET
    program: str
    bits: int
    loss: int
    kind: str


class FindingAnswer(msgspec.Struct, frozen=True):
    """What walks say to a claim."""

    claim: str
    world: str
    radius: int
    max_bits: int
    quantity: Annotated[float | None, keys.says("null where undefined, or where nothing has the property")]
    holds: bool | None
    reason: str
    details: Annotated[
        dict[str, float | int | str | None],
        keys.says("where a chain was not solved, `unsolved` is the message"),
    ]


class WalkAnswer(keys.Answer, frozen=True, kw_only=True):
    """What `priorsim walk` says; the options decide which of the later keys are there."""

    world: keys.World
    description: keys.About
    dialect: keys.Dialect
    lanes: keys.Lanes
    train: keys.Train
    dynamics: Annotated[str, keys.says("`steepest`, `first`, `drift` or `metropolis`")]
    radius: Annotated[int, keys.says("bits of an edit")]
    max_bits: Annotated[int, keys.says("bits of the longest programs")]
    start: Annotated[str, keys.says("where walks start, as it was asked for")]
    loss_by: Annotated[str, keys.says("`lanes` or `bits`")]
    class_by: keys.ClassBy
    steps: Annotated[int | None, keys.says("proposals after which walks were looked at; null where not asked for")]
    programs: Annotated[int, keys.says("vertices")]
    edges: Annotated[
        int | UnsetType,
        keys.says("pairs (x, y) with q(x -> y) > 0, x not y; as all below only where asked for"),
    ] = UNSET
    residual: Annotated[float | UnsetType, keys.says("mass not followed to its end")] = UNSET
    walks: Annotated[int | UnsetType, keys.says("with `--walks`, how many")] = UNSET
    seed: Annotated[int | UnsetType, keys.says("of what is sampled, with `--walks` and `--trace`")] = UNSET
    ends: Annotated[
        keys.ByClass[Chances] | UnsetType,
        keys.says(
            "by class, the chance to end at a program that fits, that is right on all lanes, that falls short; with "
            "`--walks` each as `{value, low, high}`"
        ),
    ] = UNSET
    fitting: Annotated[float | Share | UnsetType, keys.says("the chance to end fitting, as in `ends`")] = UNSET
    total_variation: Annotated[
        float | UnsetType | None,
        keys.says("between the end points that fit and the posterior, by behaviour; null where none fits"),
    ] = UNSET
    meeting: Annotated[
        OfFitting | UnsetType,
        keys.says("of drift, by class: whether a walk ever meets a fitting program, also where it drifts on from it"),
    ] = UNSET
    temperature: Annotated[float | UnsetType, keys.says("of Metropolis")] = UNSET
    hitting: Annotated[OfFitting | UnsetType, keys.says("of Metropolis, by class: when a fitting one is met")] = UNSET
    most: Annotated[tuple[Shown, ...] | UnsetType, keys.says("up to ten likeliest end points")] = UNSET
    findings: Annotated[tuple[FindingAnswer, ...] | UnsetType, keys.says("with `--findings`")] = UNSET
    walk: Annotated[tuple[Shown, ...] | UnsetType, keys.says("with `--trace`: each program come to")] = UNSET


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
        """Language, lanes and bound; raises WalkError where dynamics, loss or start are unknown."""
        if self.dynamics not in list(Dynamics):
            raise WalkError(f"unknown dynamics '{self.dynamics}': choose one of {', '.join(Dynamics)}")
        if self.loss_by not in LOSSES:
            raise WalkError(f"unknown loss '{self.loss_by}': choose one of {', '.join(LOSSES)}")
        header = make_header(self.dialect or self.world.dialect, self.max_bits, domain=self.world.domain)
        if self.start in STARTS:
            check_start(self.start, header.language)
        else:
            self._program(header)
        return header

    def energy(self, landscape: Landscape) -> Energy:
        """Of Metropolis."""
        usual = default_energy(landscape)
        return Energy(usual.temperature if self.temperature is None else self.temperature, self.with_prior)

    def begin(self, landscape: Landscape) -> F64:
        """Where walks start."""
        if self.start in STARTS:
            return start_of(landscape, self.start)
        found = np.zeros(len(landscape))
        found[number_of(landscape.programs, self._program(landscape.programs.header))] = 1.0
        return found

    def _program(self, header: AtlasHeader) -> Program:
        """The program that walks start from; WalkError where the start is none."""
        try:
            return parse(self.start, header.language, header.domain.columns)
        except PriorsimError as error:
            names = ", ".join(STARTS)
            raise WalkError(f"--from '{self.start}' is none of {names}, and no program: {error}") from None

    def landscape(self, programs: Programs) -> Landscape:
        """The world over these programs."""
        loss_by: LossBy = "bits" if self.loss_by == "bits" else "lanes"
        return make_landscape(programs, self.world, loss_by=loss_by, class_by=self.class_by)

    def study(self, progress: Callable[[Progress], None] | None = None) -> WalkStudy:
        """The walks, with their edit graph."""
        graph = make_graph(self.header(), self.radius, progress=progress)
        landscape = self.landscape(graph.programs)
        return WalkStudy(graph, landscape, Dynamics(self.dynamics), self.begin(landscape), self.energy(landscape))


def exact_answer(asked: WalkQuestion, *, progress: Callable[[Progress], None] | None = None) -> WalkAnswer:
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
    compared = outcomes(landscape, mass)
    told: dict[str, Any] = {}
    goals = [landscape.fitting(kind) for kind in (DIRECT, SEARCH)]
    if study.dynamics is Dynamics.DRIFT:
        met = [chance_to_meet(chain, landscape, start, goal) for goal in goals]
        told["meeting"] = OfFitting(*(Met(chance=chance, residual=left) for chance, left in met))
    if study.dynamics is Dynamics.METROPOLIS:
        hits = [hitting_time(chain, start, goal)._asdict() for goal in goals]
        told["hitting"] = OfFitting(*(Met(**hit if hit["chance"] else hit | {"proposals": None}) for hit in hits))
        told["temperature"] = study.energy.temperature
    return WalkAnswer(
        **_head(asked, landscape),
        **_ends(landscape, lambda chosen: float(mass[chosen].sum())),
        **told,
        edges=study.graph.matrix.nnz,
        residual=residual,
        total_variation=None if compared is None else compared.total_variation,
        most=_most(landscape, mass),
    )


def findings_answer(
    asked: WalkQuestion,
    holds: Callable[[str, Finding], bool | None],
    *,
    progress: Callable[[Progress], None] | None = None,
) -> WalkAnswer:
    """What walks that end say to each claim about them, with details, and whether it `holds`; WalkError as above."""
    asked.header()
    if asked.dynamics == Dynamics.METROPOLIS or asked.steps is not None:
        raise WalkError("findings are of walks that end: give steepest, first or drift, and no --steps")
    study = asked.study(progress)
    where = study.world.name, study.radius, study.max_bits
    findings = []
    for name in FINDINGS:
        found = find(study, name)
        quantity = None if found.quantity == -np.inf else found.quantity
        says = holds(name, found)
        findings.append(FindingAnswer(name, *where, quantity, says, found.reason, dict(found.details)))
    return WalkAnswer(**_head(asked, study.landscape), edges=study.graph.matrix.nnz, findings=tuple(findings))


def sampled_answer(
    asked: WalkQuestion, *, walks: int, seed: int, progress: Callable[[Progress], None] | None = None
) -> WalkAnswer:
    """End points of sampled walks, with intervals; the graph is not stored."""
    landscape, ends, _ = _sampled(asked, walks=walks, seed=seed, progress=progress)
    counts = np.bincount(ends, minlength=len(landscape.loss))
    told = _head(asked, landscape) | _ends(landscape, lambda chosen: share(int(counts[chosen].sum()), walks))
    return WalkAnswer(**told, walks=walks, seed=seed, most=_most(landscape, counts / walks))


def traced_answer(asked: WalkQuestion, *, seed: int) -> WalkAnswer:
    """One walk, program by program."""
    landscape, _, walk = _sampled(asked, seed=seed)
    visits = tuple(_shown(landscape, visit.number, step=visit.step) for visit in walk)
    return WalkAnswer(**_head(asked, landscape), seed=seed, walk=visits)


def _sampled(asked: WalkQuestion, **options: Any) -> tuple[Landscape, I64, tuple[Visit, ...]]:
    programs = vertices(asked.header())
    space, landscape = edit_space(programs, asked.radius), asked.landscape(programs)
    options |= {"start": asked.begin(landscape), "energy": asked.energy(landscape), "steps": asked.steps}
    return landscape, *sample_walks(space, landscape, Dynamics(asked.dynamics), **options)


def _head(asked: WalkQuestion, landscape: Landscape) -> dict[str, Any]:
    header, world = landscape.programs.header, asked.world
    told = {"world": world.name, "description": world.description, "dialect": header.language.dialect.name}
    options = ("dynamics", "radius", "max_bits", "start", "loss_by", "class_by", "steps")
    options_told = {name: getattr(asked, name) for name in options}
    lanes = len(header.domain.lanes)
    return {**told, **options_told, "lanes": lanes, "train": world.train, "programs": len(landscape)}


def _ends(landscape: Landscape, measure: Callable[[Mask], float | Share]) -> dict[str, Any]:
    """How many walks end in each part of each class, and how many end fitting."""
    ends = keys.named(Chances(*map(measure, parts.values())) for parts in landscape.parts().values())
    return {"ends": ends, "fitting": measure(landscape.fits)}


def _shown(landscape: Landscape, number: int, **told: Any) -> Shown:
    bits, loss = int(landscape.programs.bits[number]), int(landscape.loss[number])
    kind = str(CLASSES[landscape.kind[number]])
    return Shown(program=landscape.text(number), bits=bits, loss=loss, kind=kind, **told)


def _most(landscape: Landscape, mass: F64) -> tuple[Shown, ...]:
    """The likeliest end points; ties go to the program that comes first."""
    likeliest = np.lexsort((np.arange(len(mass)), -mass))[:SHOWN]
    return tuple(_shown(landscape, int(n), chance=float(mass[n])) for n in likeliest if mass[n] > 0)
