"""A study: the censuses of a preset in a results folder, and what is counted from them.

An atlas is opened where this code made it and it is whole, and made where not. What one question has counted, the
next one finds: a study is asked by the main job and by every figure.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from priorsim.census.atlas import AtlasHeader, RowKey
from priorsim.census.stored import Counted, StoredAtlas, cut
from priorsim.census.take import make_header, take_census
from priorsim.census.witness import print_witnesses
from priorsim.claims.judge import find_claims
from priorsim.claims.languages import HEADLINES, Languages, languages
from priorsim.claims.populations import Preset, fits_any
from priorsim.errors import FigureError
from priorsim.measure.diversity import CODE_BITS, MAX_BITS, Diversity, diversity, joined
from priorsim.measure.finite_size import MOST_BITS, FiniteSize, finite_size
from priorsim.measure.growth import Growth, growth
from priorsim.measure.histogram import ClassBy, Histogram, acceptable, check_world, histogram_of
from priorsim.measure.influence import Influence, influence
from priorsim.measure.knockouts import Knockouts, knockouts_of
from priorsim.measure.languages import SETS, members, reference
from priorsim.measure.mixture import Mixture, mixture
from priorsim.measure.nested import Nested, nested
from priorsim.measure.weighed import Weighed, weigh
from priorsim.mu.domain import Domain
from priorsim.priors import Prior
from priorsim.shards import Shards
from priorsim.study.atlases import Told, open_census
from priorsim.worlds import World

Found = TypeVar("Found")
LEAST_NESTED_BITS, MOST_NESTED_BITS, NESTED_BELOW = 24, 30, 8
"""Searches over programs are listed up to so many bits below the bound of words of 3 bits, between these."""


@dataclass(slots=True, eq=False)
class Study:
    """The censuses of a preset in a results folder, and what has been counted from them.

    `progress` is called with the Progress of each census that has to be made. Where `own` is given, that census stands
    in place of those of the folder. Figures that ask for a prior and a grid of penalties take `prior` and `grid`, by
    penalty, where they are given; programs that fit one world are classed by `class_by`. `sweep` is a file of
    `priorsim sweep`, for the figure that draws one. Claims and languages are tasks of the executor that is
    `there`, if any, and their results are kept as shards, where there are some.
    """

    preset: Preset
    folder: Path
    workers: int = 2
    progress: Told | None = None
    own: Counted | None = None
    prior: Prior | None = None
    grid: Mapping[str, Sequence[float]] | None = None
    class_by: ClassBy = "lesion"
    sweep: Path | None = None
    there: Executor | None = None
    shards: Shards | None = None
    _atlases: dict[AtlasHeader, StoredAtlas] = field(default_factory=dict)
    _histograms: dict[World, Histogram] = field(default_factory=dict)
    _witnesses: dict[AtlasHeader, dict[RowKey, str]] = field(default_factory=dict)
    _found: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def header(self, world: World) -> AtlasHeader:
        """What the census that a world is measured in counts; WorldError where it is not on the own one's domain."""
        if self.own is not None:
            check_world(self.own.header, world)
            return self.own.header
        return make_header(world.dialect, self.preset.bound(world.domain), domain=world.domain)

    def atlas(self, world: World) -> Counted:
        """The census that a world is measured in, made where there is none, which may raise StorageError."""
        header = self.header(world)
        return self._open(header) if self.own is None else self.own

    def census(self, dialect: str, word_bits: int) -> StoredAtlas:
        """The census of a dialect on its default domain that curves over complexity are of; made as by `atlas`."""
        return self._open(self.header_of(dialect, word_bits))

    def header_of(self, dialect: str, word_bits: int) -> AtlasHeader:
        """What that census counts."""
        domain, bounds = Domain.default(word_bits), self.preset.growth_bounds
        bound = bounds[word_bits] if word_bits in bounds else self.preset.bound(domain)
        return make_header(dialect, bound, domain=domain)

    def growth(self, dialect: str, word_bits: int, gamma: float) -> Growth:
        """What comes first in such a census as worlds get more complex, in bins of 2 bits."""

        def measured() -> Growth:
            return growth(self.census(dialect, word_bits), gamma=gamma, bin_bits=2)

        return self._once(("growth", dialect, word_bits, gamma), measured)

    def influence(self, dialect: str, word_bits: int, gamma: float, order: str) -> Influence:
        """What search in the prior of such a census does to predictions, as far as the preset goes."""

        def measured() -> Influence:
            whole = self.census(dialect, word_bits)
            known = cut(whole, min(whole.header.max_bits, self.preset.influence_bits))
            return influence(known, gamma=gamma, order=order)

        return self._once(("influence", dialect, word_bits, gamma, order), measured)

    def nested(self) -> Nested:
        """What searches over programs choose, at words of 8 bits."""
        bound = self.preset.bound(Domain.default(3)) - NESTED_BELOW
        max_bits = min(MOST_NESTED_BITS, max(LEAST_NESTED_BITS, bound))
        return self._once(("nested",), lambda: nested(max_bits=max_bits))

    def verdicts(self) -> dict[str, Any]:
        """The verdicts in the folder, as claims.json has them; FigureError where there are none."""
        path = self.folder / "claims.json"
        if not path.exists():
            raise FigureError(f"{path} is not there, of which this figure is drawn: run 'priorsim paper' first")
        found: dict[str, Any] = json.loads(path.read_text())
        return found

    def knockouts(self, dialect: str, word_bits: int, max_bits: int) -> Knockouts:
        """Which operators worlds need in such a census, up to so many bits or as far as it goes, in bins of 2 bits."""
        whole = self.census(dialect, word_bits)
        header = replace(whole.header, max_bits=min(whole.header.max_bits, max_bits))

        def census(each: AtlasHeader) -> Counted:
            return self._open(each) if each.language.without else cut(whole, each.max_bits)

        return knockouts_of(header, census, bin_bits=2)

    def languages(self) -> Languages:
        """The same question in the preset's languages; no atlas is kept."""

        def measured() -> Languages:
            number, bound = self.preset.languages, self.preset.language_bits
            groups = {name: members(name, number, 3, bound) for name in SETS}
            counted = partial(take_census, workers=1 if self.there else self.workers)
            first, asked = reference(3, bound), find_claims(HEADLINES)
            return languages(groups, first, counted, asked, self.preset, workers=self.there or 1, shards=self.shards)

        return self._once(("languages",), measured)

    def finite_size(self) -> FiniteSize:
        """Whether gamma* is met better as worlds grow, at the preset's sizes."""
        bound = min(MOST_BITS, self.preset.bound(Domain.default(3)))
        return self._once(("finite size",), lambda: finite_size(self.preset.finite_sizes, bound, workers=self.workers))

    def diversity(self) -> Diversity:
        """Tables, code and search by number of rules and examples, at the preset's word sizes."""

        def measured() -> Diversity:
            options: dict[str, Any] = {"observations": self.preset.task_observations, "workers": self.workers}
            found = [diversity(rules, bits, **options).sizes for bits, rules in self.preset.task_rules.items()]
            return joined(found, max_bits=MAX_BITS, code_bits=CODE_BITS, gamma=0)

        return self._once(("diversity",), measured)

    def _once(self, asked: tuple[Any, ...], measure: Callable[[], Found]) -> Found:
        """What was measured before, or is now."""
        if asked not in self._found:
            self._found[asked] = measure()
        found: Found = self._found[asked]
        return found

    def _open(self, header: AtlasHeader) -> StoredAtlas:
        if header not in self._atlases:
            options: dict[str, Any] = {"workers": self.workers, "progress": self.progress}
            self._atlases[header] = open_census(header, folder=self.folder, **options)
        return self._atlases[header]

    def histogram(self, world: World) -> Histogram:
        """What fits a world."""
        return self.histograms([world])[0]

    def histograms(self, worlds: Sequence[World]) -> list[Histogram]:
        """What fits each of these worlds; a census is read once for all worlds on it."""
        missing: dict[AtlasHeader, list[World]] = {}
        for world in worlds:
            if world not in self._histograms:
                missing.setdefault(self.header(world), []).append(world)
        for header, group in missing.items():
            rows = self.atlas(group[0]).select(partial(fits_any, group))
            for world in group:
                fitting = rows.take(acceptable(rows.behaviour, world, world.train))
                self._histograms[world] = histogram_of(header, fitting, world, class_by=self.class_by)
        return [self._histograms[world] for world in worlds]

    def mixture(self, world: World) -> Mixture:
        """What fits a world, with what it is right on off the training lanes."""
        return mixture(self.atlas(world), world, class_by=self.class_by)

    def weighed(self, world: World, prior: Prior, max_bits: int | None = None) -> Weighed:
        """The census of a world under a prior: the whole, or up to a smaller bound."""
        return weigh(self.atlas(world), prior, max_bits=max_bits, class_by=self.class_by)

    def witnesses(self, header: AtlasHeader, keys: Iterable[RowKey]) -> dict[RowKey, str]:
        """A program of each of these rows, as S-expression; those not known yet are sought together."""
        wanted, known = list(dict.fromkeys(keys)), self._witnesses.setdefault(header, {})
        missing = [key for key in wanted if key not in known]
        if missing:
            known |= print_witnesses(header, missing)
        return {key: known[key] for key in wanted}
