"""Every claim over its populations and the whole grid: cells, rulings, and what is shown beside them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from priorsim.census.atlas import AtlasHeader
from priorsim.census.progress import Progress
from priorsim.census.stored import Counted
from priorsim.claims import elsewhere, tuning, walking, weight, with_data
from priorsim.claims.claim import Beside, Claim, Condition, SiteClaim, cell_of
from priorsim.claims.judged import Judged
from priorsim.claims.kept import Kept, each_part
from priorsim.claims.populations import AMORTISED, Bound, Setting, Worlds, populations
from priorsim.claims.rule import Cell, Factors
from priorsim.errors import PriorsimError
from priorsim.measure.histogram import check_world
from priorsim.measure.values import Values
from priorsim.mu.interpreter import Accounting
from priorsim.run_directory import RunDirectory
from priorsim.walks.study import RADII
from priorsim.worlds import World
from priorsim.worlds.proxy import Camera

SITE_CLAIMS: tuple[SiteClaim, ...] = (*elsewhere.CLAIMS, *tuning.CLAIMS, *weight.CLAIMS, *with_data.CLAIMS)
CLAIMS: tuple[Claim, ...] = (*SITE_CLAIMS, *walking.CLAIMS)
"""Every claim: those that are measured on sites, and those about walks."""

ON_CAMERAS = tuple(claim.name for claim in elsewhere.CLAIMS)
"""Claims that can be asked of a camera, those about what is off the training lanes."""


def find_claims(names: Sequence[str]) -> tuple[Claim, ...]:
    """The claims of these names, all where none is given.

    Raises
    ------
    PriorsimError
        When there is no such claim.
    """
    known = {claim.name: claim for claim in CLAIMS}
    for name in names:
        if name not in known:
            raise PriorsimError(f"unknown claim '{name}': choose among {', '.join(known)}")
    return tuple(known[name] for name in names) if names else CLAIMS


Place = tuple[tuple[tuple[str, str | int], ...], int]
"""Where in the grid a cell is: its factors, and the bits up to which programs were counted there."""
Measured = dict[tuple[str, str], dict[Place, list[Values]]]
"""The numbers of each quantity, by claim and words, at each place, site by site."""


def judge(
    preset: str,
    claims: Sequence[Claim],
    bound: Bound,
    open_atlas: Callable[[AtlasHeader], Counted],
    *,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
    run: RunDirectory | None = None,
) -> list[Judged]:
    """Measure claims in their populations and rule on them.

    Parameters
    ----------
    preset : str
        One of LANES: how many worlds are measured.
    claims : sequence of Claim
    bound : callable
        From a domain to the bound of its census.
    open_atlas : callable
        From a header to its census; with several workers it is called in them.
    workers : int
        Processes; the result does not depend on it.
    progress : callable, optional
        Called with how many censuses, and radii of walks, are done.
    run : RunDirectory, optional
        Of these claims (`claims_run`), to keep what is done and to go on from there after a mishap.
    """
    on_sites = [claim for claim in claims if isinstance(claim, SiteClaim)]
    about_walks = [claim for claim in claims if isinstance(claim, walking.WalkClaim)]
    is_capped = any(claim.name == walking.CAP.name for claim in claims)
    on_walks = [*about_walks, *[walking.CAP] * is_capped]
    groups = by_census(preset, on_sites, bound)
    parts = len(groups) + len(RADII) * bool(on_walks)
    finished = 0

    def done() -> None:
        nonlocal finished
        finished += 1
        if progress is not None:
            progress(Progress(finished, parts, "parts of the claims"))

    judged = _judge_on_sites(on_sites, groups, open_atlas, workers, done, run)
    if on_walks:
        walked = walking.judge_walks(on_walks, workers=workers, done=done, run=run)
        if is_capped:
            judged = _with_beside(judged, walked.pop())
        judged += walked
    return sorted(judged, key=lambda each: claims.index(each.claim))


def _with_beside(judged: Sequence[Judged], other: Judged) -> list[Judged]:
    """Add what was ruled on the claim of the same name to what is shown beside it."""
    shown = Beside(other.claim.quantity, other.claim.unit, other.claim.condition), other.cells
    return [
        replace(each, beside=(*each.beside, shown)) if each.claim.name == other.claim.name else each for each in judged
    ]


def _judge_on_sites(
    claims: Sequence[SiteClaim],
    groups: Sequence[tuple[Worlds, ...]],
    open_atlas: Callable[[AtlasHeader], Counted],
    workers: int,
    done: Callable[[], None],
    run: RunDirectory | None,
) -> list[Judged]:
    names = tuple(claim.name for claim in claims)
    tasks = [_Task(group, names, open_atlas) for group in groups]
    found: dict[int, Measured] = {}
    kept = None if run is None else Kept(run, "census", Measured)
    for number, measured in each_part(_measured, tasks, workers, kept):
        found[number] = measured
        done()
    together: Measured = {}
    for number in range(len(tasks)):
        for quantity, places in found[number].items():
            for place, parts in places.items():
                together.setdefault(quantity, {}).setdefault(place, []).extend(parts)
    return [_judged(together, claim) for claim in claims]


@dataclass(frozen=True, slots=True)
class _Task:
    """Worlds of one census, and the claims to measure in them, by name: measures need not be picklable."""

    group: tuple[Worlds, ...]
    claims: tuple[str, ...]
    open_atlas: Callable[[AtlasHeader], Counted]


def by_census(preset: str, claims: Sequence[SiteClaim], bound: Bound) -> list[tuple[Worlds, ...]]:
    """The worlds of the claims' populations, those on one census together."""
    wanted = {population for claim in claims for population in claim.populations}
    groups: dict[AtlasHeader, list[Worlds]] = {}
    for worlds in populations(preset, bound):
        if worlds.population in wanted:
            groups.setdefault(worlds.header, []).append(worlds)
    return [tuple(group) for group in groups.values()]


def _measured(task: _Task) -> Measured:
    measured: Measured = {}
    atlas = task.open_atlas(task.group[0].header)
    claims = [claim for claim in SITE_CLAIMS if claim.name in task.claims]
    for worlds in task.group:
        _measure(measured, [claim for claim in claims if worlds.population in claim.populations], worlds, atlas)
    return measured


def claims_for(world: World, header: AtlasHeader) -> tuple[SiteClaim, ...]:
    """The claims that can be asked of a world: all but those that another accounting or family is about.

    Of a camera ON_CAMERAS alone: the others are about what fits the words of one world.
    """
    asked = {"bayes": world.family == "bayes", AMORTISED: header.accounting is Accounting.AMORTISED}
    claims = elsewhere.CLAIMS if isinstance(world, Camera) else SITE_CLAIMS
    return tuple(claim for claim in claims if any(asked.get(each, True) for each in claim.populations))


def judge_world(world: World, claims: Sequence[Claim], atlas: Counted) -> list[Judged]:
    """Measure claims in one world over the grid, whatever their populations.

    Parameters
    ----------
    world : World
        On the atlas's domain, with one acceptable word in each lane.
    claims : sequence of Claim
    atlas : Atlas or StoredAtlas

    Raises
    ------
    WorldError
        When the world is on another domain, or accepts several words in a lane.
    PriorsimError
        When a claim is about walks, or cannot be asked of a camera.
    """
    check_world(atlas.header, world)
    measured: Measured = {}
    open_claims = [replace(claim, deciding={}) for claim in claims if isinstance(claim, SiteClaim)]
    if len(open_claims) < len(claims):
        names = ", ".join(claim.name for claim in walking.CLAIMS)
        raise PriorsimError(
            f"claims about walks are not measured in a world: leave {names}, and see 'priorsim walk --findings'"
        )
    refused = [claim.name for claim in open_claims if claim.name not in ON_CAMERAS and isinstance(world, Camera)]
    if refused:
        raise PriorsimError(
            f"world {world.name} is a camera, on which {', '.join(refused)} cannot be measured: "
            f"choose among {', '.join(ON_CAMERAS)}"
        )
    _measure(measured, open_claims, Worlds(world.name, atlas.header, (world,)), atlas)
    return [_judged(measured, claim) for claim in open_claims]


def _judged(measured: Measured, claim: SiteClaim) -> Judged:
    cells = _cells(measured, claim, claim.quantity, claim.condition)
    beside = [(each, _cells(measured, claim, each.text, each.condition)) for each in claim.beside]
    return Judged.of(claim, cells, beside)


def _measure(measured: Measured, claims: Sequence[SiteClaim], worlds: Worlds, atlas: Counted) -> None:
    """Add the numbers of worlds to what was measured, at every setting of the grid."""
    for setting, site in worlds.sites(atlas):
        place = tuple(_factors(worlds, setting).items()), site.max_bits
        for claim in claims:
            beside = ((each.text, each.measure) for each in claim.beside)
            for name, measure in ((claim.quantity, claim.measure), *beside):
                places = measured.setdefault((claim.name, name), {})
                places.setdefault(place, []).append(measure(site))


def _factors(worlds: Worlds, setting: Setting) -> Factors:
    found: dict[str, str | int] = {
        "population": worlds.population,
        "word_bits": worlds.header.language.word_bits,
        "class_by": setting.class_by,
        "bound": "B" if not setting.below else f"B-{setting.below}",
        "tax": setting.tax,
    }
    return found if worlds.queries is None else {**found, "queries": worlds.queries}


def _cells(measured: Measured, claim: Claim, name: str, condition: Condition) -> tuple[Cell, ...]:
    """The cells of a quantity of a claim, in the order in which they were measured."""
    places = measured.get((claim.name, name), {})
    return tuple(
        cell_of(Values.joined(parts), condition, dict(factors), max_bits)
        for (factors, max_bits), parts in places.items()
    )
