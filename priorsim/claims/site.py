"""A site: worlds on one domain with the same training lanes, and all that fits them in one census.

A claim is about a function from a site to a number in every world, as an interval. What several claims need is
computed once and kept. Arrays over worlds have shape (worlds,).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, wraps

import numpy as np

from priorsim.census.atlas import U64, Rows
from priorsim.census.recurrence import least_taxed_bits
from priorsim.claims.claim import Worth
from priorsim.claims.rule import AMOUNT_BITS
from priorsim.measure.first_programs import LookedAt
from priorsim.measure.fitting import (
    ClassedRows,
    Fitting,
    OnSplit,
    averaged,
    by_behaviour,
    fitting,
    of_targets,
    on_cameras,
    on_split,
    places,
)
from priorsim.measure.histogram import CLASSES, I64
from priorsim.measure.mass import End
from priorsim.measure.mixture import Mixture, mixture_of
from priorsim.measure.values import Values, excess_mean, least_at_end, least_difference, log2_odds
from priorsim.measure.weighed import Split
from priorsim.priors import F64, Prior
from priorsim.worlds.proxy import Camera


@dataclass(frozen=True, eq=False)
class Site:
    """Worlds that share a census and training lanes.

    `programs` are the census, up to `max_bits` and by the cell's classes; `behaviours` what each world asks for, of
    `cameras` what the truths do. What needs a split is averaged over `splits`; `lessons` are training lanes in the
    order in which they are learnt, a rule or a lane at a time. A search node costs `tax` bits. Programs with data are
    counted up to `code_bits` of code, in `data_worlds` of the worlds, and the shortest of them sought in
    `table_worlds`. `look_at` gives what shortest programs of some worlds are like, where that is asked; `rows` are
    those of `programs`, with all by which one of them is found again, where that is done. `has_all` says that no
    program of the census is missing among `programs`.
    """

    programs: ClassedRows
    behaviours: U64
    train: tuple[int, ...]
    held_out: tuple[int, ...]
    splits: tuple[Split, ...]
    lessons: tuple[tuple[int, ...], ...]
    tax: int
    max_bits: int
    code_bits: int
    cameras: tuple[Camera, ...] = ()
    data_worlds: int = 3
    table_worlds: int = 0
    look_at: Callable[[], LookedAt] | None = None
    rows: Rows | None = None
    has_all: bool = True

    @property
    def by_form(self) -> bool:
        """Whether classes are by form, not by lesion."""
        return self.programs.class_by == "form"

    def narrowed(self, chosen: I64) -> "Site":
        """The site with these of its worlds alone."""
        return replace(self, behaviours=self.behaviours[chosen])

    @cached_property
    def settled(self) -> "Site":
        """The site with those of its worlds alone that are simple enough to ask for an amount; with all its cameras."""
        if self.worth is None:
            return self
        return self.narrowed(np.flatnonzero(self.worth.complexity <= self.known - AMOUNT_BITS))

    def prior(self, *, gamma: float = 0) -> Prior:
        """The prior of this price on time, with the site's search tax."""
        return Prior("grid", gamma=gamma, tax=self.tax)

    @cached_property
    def fitting(self) -> Fitting:
        """What fits on the training lanes."""
        return fitting(self.programs, self.behaviours, train=self.train, held_out=self.held_out)

    @cached_property
    def mixture(self) -> Mixture:
        """What fits on the training lanes, by how much of the held-out ones it is right on."""
        return mixture_of(self.fitting)

    @cached_property
    def weights(self) -> F64:
        """Weights of the fitting entries at no price on time."""
        return self.fitting.programs.weights(self.prior())

    @cached_property
    def masses(self) -> F64:
        """The masses of the fitting classes at no price on time, shape (worlds, classes)."""
        return self.fitting.sums(self.weights)

    @cached_property
    def all_masses(self) -> F64:
        """The masses of all programs at no price on time, shape (1, classes)."""
        weights = self.programs.weights(self.prior())
        return np.bincount(self.programs.kind, weights, len(CLASSES))[None].astype(np.float64)

    def masses_at(self, gamma: float) -> F64:
        """The masses of the fitting classes at this price on time, shape (worlds, classes)."""
        return self.fitting.sums(self.fitting.programs.weights(self.prior(gamma=gamma)))

    def excess_mean(self, feature: F64, end: End) -> F64:
        """E_direct[feature] - E_search[feature] at no price on time, of a feature of every entry."""
        return excess_mean(self.masses, self.fitting.sums(self.weights * feature), end)

    @cached_property
    def taxed_bits(self) -> F64:
        """l + tax s of the fitting entries."""
        programs = self.fitting.programs
        found: F64 = programs.bits.astype(np.float64) + self.tax * programs.searches.astype(np.float64)
        return found

    def odds_at(self, gamma: F64, end: End) -> F64:
        """The log-odds of each world at a price on time of its own, in bits; nan where a class is empty."""
        time = np.log2(self.fitting.programs.mean_steps)
        of_group = np.zeros(self.fitting.groups)
        of_group[self.fitting.target_group] = gamma
        weights = self.weights * np.exp2(-of_group[self.fitting.group] * time)
        return log2_odds(self.fitting.sums(weights), end)

    def least_difference(self, cost: F64, *, tax: int) -> Values:
        """Least cost of direct code less that of search, an interval where the bound may hide a cheaper program.

        Costs, shape (entries,), are at least a program's length and, for each search node, the tax in bits.
        """
        return self.difference_of(self.fitting.least(cost), tax=tax)

    def difference_of(self, least: F64, *, tax: int) -> Values:
        """The same of the least costs by class, shape (worlds, classes)."""
        return least_difference(least, max_bits=self.max_bits, taxed=self._taxed(tax), by_form=self.by_form)

    def _taxed(self, tax: int) -> float:
        """The least that a program with search nodes costs beyond the bound."""
        return least_taxed_bits(self.programs.header.language, self.max_bits, tax)

    @property
    def unseen(self) -> float:
        """The least that a program beyond the bound costs, with search nodes or without."""
        return min(self.max_bits + 1, self._taxed(self.tax))

    @property
    def known(self) -> int:
        """Up to so many bits of cost, taxes included, everything is counted."""
        return int(self.unseen) - 1

    def shortest(self, end: End) -> tuple[F64, F64]:
        """The least cost of direct code and of search in bits, taxes included; nan where none is up to `known`."""
        direct, search = (
            np.where(least <= self.known, least, np.nan)
            for least in least_at_end(self.fitting.least(self.taxed_bits), end)
        )
        return direct, search

    @cached_property
    def worth(self) -> Worth | None:
        """The complexity of each world, the least cost of what fits, and its mass at 2^-l, both by themselves.

        None of cameras, which ask for more than one behaviour.
        """
        if self.cameras:
            return None
        programs = self.fitting.programs
        mass = self.fitting.sums(programs.weights(Prior("simplicity")))
        return Worth(self.fitting.least(self.taxed_bits).min(axis=1), mass.sum(axis=1))

    @cached_property
    def census(self) -> Fitting:
        """All programs, behaviour by behaviour."""
        return by_behaviour(self.programs)

    @cached_property
    def _masses_by_behaviour(self) -> F64:
        return self.census.by_group(self.programs.weights(self.prior()))

    @cached_property
    def true_masses(self) -> F64:
        """The masses of what answers as each world, or the truth of a camera, on all lanes, shape (worlds, classes)."""
        return of_targets(self._masses_by_behaviour, places(self.census.target, self.behaviours), nothing=0.0)

    @cached_property
    def own(self) -> OnSplit:
        """The worlds on their own training lanes."""
        if self.cameras:
            return on_cameras(self.census, self._masses_by_behaviour, self.cameras)
        return self.on(Split("own", self.train, self.held_out))

    @cached_property
    def on_splits(self) -> tuple[OnSplit, ...]:
        """The worlds on each of the splits; on their own training lanes where there are none."""
        return tuple(self.on(split) for split in self.splits) or (self.own,)

    def on(self, split: Split) -> OnSplit:
        """The worlds on a split."""
        return on_split(self.census, self._masses_by_behaviour, self.behaviours, split)

    def average(self, value: Callable[[OnSplit], F64]) -> F64:
        """The average of a number over the splits in which it is defined."""
        return averaged([value(each) for each in self.on_splits])


def at_both_ends(measure: Callable[[Site, End], F64]) -> Callable[[Site], Values]:
    """A number that is known but for the side on which the disguised programs stand."""

    @wraps(measure)
    def values(site: Site) -> Values:
        return Values.at_ends(lambda end: measure(site, end))

    return values
