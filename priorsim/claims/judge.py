"""Every claim over its populations and the whole grid: cells, rulings, and what is shown beside them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from itertools import count
from typing import Any

from priorsim.census.atlas import AtlasHeader
from priorsim.census.progress import Progress
from priorsim.census.segments.terms import check_language, refusal
from priorsim.census.stored import Counted
from priorsim.census.summability import converges
from priorsim.census.wide import wide_header
from priorsim.claims import elsewhere, predicting, tuning, walking, weight, with_data
from priorsim.claims.claim import Claim, Judged, Number, Sample, cell_of
from priorsim.claims.kept import each_part
from priorsim.claims.populations import AMORTISED, EVERY, Preset, Worlds, populations
from priorsim.claims.rule import Cell
from priorsim.claims.site import Site
from priorsim.claims.wide_site import wide_sites
from priorsim.errors import PriorsimError
from priorsim.measure.histogram import check_world
from priorsim.mu.dialect import Language
from priorsim.mu.interpreter import Accounting
from priorsim.processes import Workers
from priorsim.reading import did_you_mean, quoted
from priorsim.run_directory import RunDirectory
from priorsim.shards import Shards
from priorsim.worlds import World
from priorsim.worlds.proxy import Camera

SITE_CLAIMS: tuple[Claim, ...] = (
    *elsewhere.CLAIMS,
    *tuning.CLAIMS,
    *weight.CLAIMS,
    *predicting.CLAIMS,
    *with_data.CLAIMS,
)
CLAIMS: tuple[Claim, ...] = (*SITE_CLAIMS, *walking.CLAIMS)
"""Every claim: those that are measured on sites, and those about walks."""

STEPS = (
    *("much-simpler", "many-against-one", "three-counts", "speed-disincentive", "speed-uncompetitive"),
    *("gamma-star", "well-tuned", "treacherous", "table-to-search", "reachable"),
)
"""The claims that are shown first, in the order of the argument."""

NOT_ON_WIDE = ("faster-learner", *(claim.name for claim in with_data.CLAIMS))
"""Claims that cannot be asked of a wide world: about few training lanes, which most programs fit, or tables."""

ON_CAMERAS = tuple(claim.name for claim in elsewhere.CLAIMS)
"""Claims that can be asked of a camera, those about what is off the training lanes."""


def find_claims(names: Sequence[str]) -> tuple[Claim, ...]:
    """The claims of these names, all where none is given; PriorsimError where there is no such claim."""
    known = {claim.name: claim for claim in CLAIMS}
    for name in names:
        if name not in known:
            raise PriorsimError(
                f"unknown claim {quoted(name)}: {did_you_mean(name, known)}choose among {', '.join(known)}"
            )
    return tuple(known[name] for name in names) if names else CLAIMS


Sites = Iterable[tuple[dict[str, str | int], Site]]
"""Worlds at each setting of the grid, with the factors that are set."""
Place = tuple[tuple[tuple[str, str | int], ...], int]
"""Where in the grid a cell is: its factors, and the bits up to which programs were counted there."""
Measured = dict[tuple[str, str], dict[Place, list[Sample]]]
"""What each quantity comes to, by claim and words, at each place, site by site."""
Task = tuple[list[Worlds], list[str], Callable[[AtlasHeader], Counted], Preset]
"""Worlds of one census, the claims that are asked of them by name, what opens the census, and the grid."""


def judge(
    preset: Preset,
    claims: Sequence[Claim],
    open_atlas: Callable[[AtlasHeader], Counted],
    *,
    workers: Workers = 1,
    progress: Callable[[Progress], None] | None = None,
    run: RunDirectory | None = None,
    shards: Shards | None = None,
) -> list[Judged]:
    """Measure claims in their populations and rule on them, in so many processes or on an executor.

    Censuses are opened by their headers, in the workers.
    `progress` is called with how many censuses, and parts of the walks, are done; these are kept as shards, where
    there are some, or in the run of these claims (`claims_run`), to go on from there after a mishap.
    """
    on_sites = [claim for claim in claims if claim in SITE_CLAIMS]
    about_walks = [claim for claim in claims if claim not in SITE_CLAIMS]
    capped = [walking.CAP for claim in claims if claim.name == walking.CAP.name]
    groups = by_census(preset, on_sites)
    parts = len(groups) + len(walking.parts(preset)) * bool(about_walks or capped)
    finished = count(1)

    def done() -> None:
        if progress is not None:
            progress(Progress(next(finished), parts, "parts of the claims"))

    how: dict[str, Any] = {"workers": workers, "done": done, "run": run, "shards": shards}
    names = [claim.name for claim in on_sites]
    tasks = [(group, names, open_atlas, preset) for group in groups]
    together: Measured = {}
    for measured in each_part(_measured, tasks, "census", Measured, _told, **how):
        for quantity, places in measured.items():
            for place, values in places.items():
                together.setdefault(quantity, {}).setdefault(place, []).extend(values)
    judged = [_judged(together, claim) for claim in on_sites]
    if about_walks or capped:
        walks = walking.judge_walks(preset, [*about_walks, *capped], **how)
        walked = {each.claim.name: each for each in walks}
        for at, each in enumerate(judged):
            cap = walked.pop(each.claim.name, None)
            if cap is not None:
                judged[at] = replace(each, beside=(*each.beside, (cap.claim.number, cap.cells)))
        judged += walked.values()
    return sorted(judged, key=lambda each: claims.index(each.claim))


def by_census(preset: Preset, claims: Sequence[Claim]) -> list[list[Worlds]]:
    """The worlds of the claims' populations, those on one census together."""
    wanted = {population for claim in claims for population in claim.populations}
    groups: dict[AtlasHeader, list[Worlds]] = {}
    for worlds in populations(preset):
        if worlds.population in wanted:
            groups.setdefault(worlds.header, []).append(worlds)
    return list(groups.values())


def _told(task: Task) -> dict[str, Any]:
    """What decides what claims come to in worlds of one census; worlds follow from the preset and the claims."""
    group, names, _, preset = task
    return {"worlds_of": group[0].header.to_json(), "claims": names, "preset": asdict(preset)}


def _measured(task: Task) -> Measured:
    """What claims come to in worlds of one census; claims go to a worker by name, as measures need not be picklable."""
    group, names, open_atlas, preset = task
    measured: Measured = {}
    atlas = open_atlas(group[0].header)
    for worlds in group:
        claims = [claim for claim in SITE_CLAIMS if claim.name in names and worlds.population in claim.populations]
        _measure(measured, claims, worlds.sites(atlas, preset))
    return measured


def claims_for(world: World, accounting: Accounting = Accounting.TOTAL) -> tuple[Claim, ...]:
    """The claims that can be asked of a world: all but those that another accounting or family is about.

    Of a camera ON_CAMERAS alone: the others are about what fits the words of one world. None of NOT_ON_WIDE of a wide
    world.
    """
    claims = elsewhere.CLAIMS if isinstance(world, Camera) else SITE_CLAIMS
    if world.domain.is_wide:
        claims = tuple(claim for claim in claims if claim.name not in NOT_ON_WIDE)
    asked = {"bayes": world.family == "bayes", AMORTISED: accounting is Accounting.AMORTISED}
    return tuple(claim for claim in claims if any(asked.get(each, True) for each in claim.populations))


def not_countable(claims: Sequence[Claim], language: Language) -> list[Claim]:
    """Those of the claims that are about programs with data, in a language where these are not counted."""
    return [] if refusal(language) is None else [claim for claim in claims if claim in with_data.CLAIMS]


def judge_world(world: World, claims: Sequence[Claim], atlas: Counted, preset: Preset) -> list[Judged]:
    """Measure claims in one world, whatever their populations, over the preset's grid.

    Search taxes at which the masses of the language diverge are left out. WorldError where the world is on another
    domain than the atlas's, or accepts several words in a lane; PriorsimError where a claim is about walks, or
    cannot be asked of a camera; CensusError where it is `not_countable`.
    """
    check_world(atlas.header, world)
    _check_asked(world, claims)
    language = atlas.header.language
    if not_countable(claims, language):
        check_language(language)
    grid = replace(preset, taxes=tuple(tax for tax in preset.taxes if converges(language, 1.0, tax)))
    return _judged_on(claims, Worlds(world.name, atlas.header, (world,)).sites(atlas, grid))


def judge_every(claims: Sequence[Claim], atlas: Counted, preset: Preset) -> list[Judged]:
    """Measure claims over every behaviour of one census, as far as the preset's grid goes."""
    return _judged_on(claims, Worlds(EVERY, atlas.header).sites(atlas, preset))


def judge_wide_world(world: World, claims: Sequence[Claim], max_bits: int, preset: Preset, **how: Any) -> list[Judged]:
    """Measure claims in one wide world, without an atlas; `how` it is counted is as of `wide_sites`.

    WorldError where the world accepts several words in a lane; PriorsimError where a claim is about walks, or cannot
    be asked of a wide world; CensusError as of `wide_sites`.
    """
    _check_asked(world, claims)
    header = wide_header(world.dialect, max_bits, world.domain)
    return _judged_on(claims, wide_sites(world, header, preset, **how))


def _check_asked(world: World, claims: Sequence[Claim]) -> None:
    """Raise PriorsimError where one of the claims cannot be asked of a world."""
    if any(claim not in SITE_CLAIMS for claim in claims):
        names = ", ".join(claim.name for claim in walking.CLAIMS)
        raise PriorsimError(
            f"claims about walks are not measured in a world: leave out {names}, and see 'priorsim walk --findings'"
        )
    kinds = {"a camera": (isinstance(world, Camera), ON_CAMERAS)}
    kinds["wide"] = world.domain.is_wide, tuple(claim.name for claim in SITE_CLAIMS if claim.name not in NOT_ON_WIDE)
    for kind, (is_it, choice) in kinds.items():
        refused = [claim.name for claim in claims if claim.name not in choice]
        if is_it and refused:
            raise PriorsimError(
                f"world {world.name} is {kind}, on which {', '.join(refused)} cannot be measured: "
                f"choose among {', '.join(choice)}"
            )


def _judged_on(claims: Sequence[Claim], sites: Sites) -> list[Judged]:
    """The claims' numbers on these sites; no cell decides more than another."""
    measured: Measured = {}
    open_claims = [replace(claim, deciding={}) for claim in claims]
    _measure(measured, open_claims, sites)
    return [_judged(measured, claim) for claim in open_claims]


def _judged(measured: Measured, claim: Claim) -> Judged:
    def cells(number: Number) -> list[Cell]:
        """The cells of a number, in the order in which they were measured."""
        places = measured.get((claim.name, number.text), {}).items()
        return [cell_of(samples, number, dict(factors), bits) for (factors, bits), samples in places]

    return Judged.of(claim, cells)


def _measure(measured: Measured, claims: Sequence[Claim], sites: Sites) -> None:
    """Add the numbers of worlds to what was measured, at every setting of the grid."""
    for factors, site in sites:
        place = tuple(factors.items()), site.max_bits
        for claim in claims:
            for number in (claim.number, *claim.beside):
                places = measured.setdefault((claim.name, number.text), {})
                places.setdefault(place, []).append(claim.sample(number, site))
