"""Every claim over its populations and the whole grid: cells, rulings, and what is shown beside them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from priorsim.census.atlas import AtlasHeader
from priorsim.census.stored import Counted
from priorsim.claims import elsewhere, tuning, weight, with_data
from priorsim.claims.claim import Beside, Claim, Condition, SiteClaim, cell_of
from priorsim.claims.populations import Bound, Setting, Worlds, populations
from priorsim.claims.rule import Cell, Factors, Ruling, rule
from priorsim.claims.site import Values
from priorsim.errors import PriorsimError
from priorsim.measure.histogram import check_world
from priorsim.worlds import World

CLAIMS: tuple[SiteClaim, ...] = (*elsewhere.CLAIMS, *tuning.CLAIMS, *weight.CLAIMS, *with_data.CLAIMS)
"""Every claim that is measured on sites."""


def find_claims(names: Sequence[str]) -> tuple[SiteClaim, ...]:
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


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim with its cells and the verdict over those that decide.

    Attributes
    ----------
    claim : Claim
    cells : tuple of Cell
    ruling : Ruling
    beside : tuple of (Beside, tuple of Cell)
        Numbers on which no verdict hangs.
    """

    claim: Claim
    cells: tuple[Cell, ...]
    ruling: Ruling
    beside: tuple[tuple[Beside, tuple[Cell, ...]], ...]

    @classmethod
    def of(cls, claim: Claim, cells: Sequence[Cell], beside: Sequence[tuple[Beside, tuple[Cell, ...]]]) -> "Judged":
        """The verdict over the cells that decide."""
        return cls(claim, tuple(cells), rule([cell for cell in cells if claim.decides(cell)]), tuple(beside))

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON values."""
        claim = self.claim
        return {
            "id": claim.name,
            "source": claim.source,
            "claim": claim.text,
            "quantity": claim.quantity,
            "unit": claim.unit,
            "condition": claim.condition.text,
            "verdict": str(self.ruling.verdict),
            "depends_on": self.ruling.depends_on,
            "identity": claim.identity,
            "cells": [{**cell.to_json(), "decides": claim.decides(cell)} for cell in self.cells],
            "beside": [
                {
                    "quantity": each.text,
                    "unit": each.unit,
                    "condition": each.condition.text,
                    "cells": [cell.to_json() for cell in cells],
                }
                for each, cells in self.beside
            ],
            "figure": claim.figure,
            "limits": claim.limits,
        }


Measured = dict[tuple[str, str], dict[tuple[tuple[str, str | int], ...], list[Values]]]
"""The numbers of each quantity, by claim and words, at each place in the grid, site by site."""


def judge(
    preset: str,
    claims: Sequence[SiteClaim],
    bound: Bound,
    open_atlas: Callable[[AtlasHeader], Counted],
    *,
    told: Callable[[str], None] = lambda line: None,
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
        From a header to its census.
    told : callable, optional
        Called with a line for each census that is done.
    """
    measured: Measured = {}
    wanted = {population for claim in claims for population in claim.populations}
    chosen = [worlds for worlds in populations(preset, bound) if worlds.population in wanted]

    def header_of(worlds: Worlds) -> str:
        return repr(worlds.header)

    for _, group in groupby(sorted(chosen, key=header_of), key=header_of):
        members = list(group)
        atlas = open_atlas(members[0].header)
        for worlds in members:
            _measure(measured, [claim for claim in claims if worlds.population in claim.populations], worlds, atlas)
        told(f"{members[0].header.domain.columns}: {', '.join(dict.fromkeys(each.population for each in members))}")
    return [_judged(measured, claim) for claim in claims]


def judge_world(world: World, claims: Sequence[SiteClaim], atlas: Counted) -> list[Judged]:
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
    """
    check_world(atlas.header, world)
    measured: Measured = {}
    open_claims = [replace(claim, deciding={}) for claim in claims]
    _measure(measured, open_claims, Worlds(world.name, atlas.header, (world,)), atlas)
    return [_judged(measured, claim) for claim in open_claims]


def _judged(measured: Measured, claim: SiteClaim) -> Judged:
    cells = _cells(measured, claim, claim.quantity, claim.condition)
    beside = [(each, _cells(measured, claim, each.text, each.condition)) for each in claim.beside]
    return Judged.of(claim, cells, beside)


def _measure(measured: Measured, claims: Sequence[SiteClaim], worlds: Worlds, atlas: Counted) -> None:
    """Add the numbers of worlds to what was measured, at every setting of the grid."""
    for setting, site in worlds.sites(atlas):
        factors = tuple(_factors(worlds, setting).items())
        for claim in claims:
            beside = ((each.text, each.measure) for each in claim.beside)
            for name, measure in ((claim.quantity, claim.measure), *beside):
                places = measured.setdefault((claim.name, name), {})
                places.setdefault(factors, []).append(measure(site))


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
    return tuple(cell_of(Values.joined(parts), condition, dict(factors)) for factors, parts in places.items())
