"""A site: worlds on one domain with the same training lanes, and all that fits them in one census.

A claim is a function from a site to a number in every world, as an interval. What several claims need is computed
once and kept. Arrays over worlds have shape (worlds,).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from priorsim.measure.crossover import excess_mean
from priorsim.measure.fitting import Fitting, Programs, fitting
from priorsim.measure.held_out import Split
from priorsim.measure.histogram import I64, U64
from priorsim.measure.lengths import least_difference
from priorsim.measure.mass import End
from priorsim.measure.mixture import Mixture, mixture_of
from priorsim.measure.sides import log2_odds
from priorsim.measure.splits import ByBehaviour, OnSplit, averaged, on_cameras, on_split
from priorsim.measure.values import Values
from priorsim.priors import F64, Prior
from priorsim.worlds.proxy import Camera


@dataclass(frozen=True, eq=False)
class Site:
    """Worlds that share a census and training lanes.

    Attributes
    ----------
    programs : Programs
        The census, up to the cell's bound and by the cell's classes.
    behaviours : array of uint64
        What each world asks for.
    train, held_out : tuple of int
    splits : tuple of Split
        Over which what needs a split is averaged.
    lessons : tuple of tuple of int
        Training lanes in the order in which they are learnt, a rule or a lane at a time.
    tax : int
        Bits for each search node.
    max_bits : int
        The bound up to which programs were counted.
    cameras : tuple of Camera
        Where the worlds are cameras, these; the behaviours are then those of the truths.
    """

    programs: Programs
    behaviours: U64
    train: tuple[int, ...]
    held_out: tuple[int, ...]
    splits: tuple[Split, ...]
    lessons: tuple[tuple[int, ...], ...]
    tax: int
    max_bits: int
    cameras: tuple[Camera, ...] = ()

    @property
    def by_form(self) -> bool:
        """Whether classes are by form, not by lesion."""
        return self.programs.class_by == "form"

    def narrowed(self, chosen: I64) -> "Site":
        """The site with these of its worlds alone."""
        return replace(self, behaviours=self.behaviours[chosen])

    def prior(self, *, beta: float = 1, gamma: float = 0) -> Prior:
        """The prior of these prices, with the site's search tax."""
        return Prior("grid", beta=beta, gamma=gamma, delta=self.tax)

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

    def masses_at(self, *, beta: float = 1, gamma: float = 0) -> F64:
        """The masses of the fitting classes at these prices, shape (worlds, classes)."""
        return self.fitting.sums(self.fitting.programs.weights(self.prior(beta=beta, gamma=gamma)))

    def log_odds_at(self, end: End, *, beta: float = 1, gamma: float = 0) -> F64:
        """The log-odds at these prices at one end; nan where a side is empty."""
        return log2_odds(self.masses_at(beta=beta, gamma=gamma), end)

    def excess_mean(self, feature: F64, end: End) -> F64:
        """E_direct[feature] - E_search[feature] at no price on time, of a feature of every entry."""
        return excess_mean(self.masses, self.fitting.sums(self.weights * feature), end)

    @cached_property
    def taxed_bits(self) -> F64:
        """l + tax s of the fitting entries."""
        programs = self.fitting.programs
        found: F64 = programs.bits.astype(np.float64) + self.tax * programs.searches.astype(np.float64)
        return found

    def least_difference(self, cost: F64, *, tax: int) -> Values:
        """Least cost of direct code less that of search, an interval where the bound may hide a cheaper program.

        Parameters
        ----------
        cost : array of float64, shape (entries,)
            At least a program's length and, for each search node, the tax.
        tax : int
            Bits that a search node costs.
        """
        return least_difference(self.fitting.least(cost), max_bits=self.max_bits, tax=tax, by_form=self.by_form)

    @cached_property
    def delta_l(self) -> Values:
        """L_min(direct) - L_min(search), taxes included."""
        return self.least_difference(self.taxed_bits, tax=self.tax)

    @cached_property
    def _census(self) -> ByBehaviour:
        return ByBehaviour(self.programs)

    @cached_property
    def _masses_by_behaviour(self) -> F64:
        return self._census.masses(self.prior())

    @cached_property
    def own(self) -> OnSplit:
        """The worlds on their own training lanes."""
        if self.cameras:
            return on_cameras(self._census, self._masses_by_behaviour, self.cameras)
        return self.on(Split("own", self.train, self.held_out))

    @cached_property
    def on_splits(self) -> tuple[OnSplit, ...]:
        """The worlds on each of the splits; on their own training lanes where there are none."""
        return tuple(self.on(split) for split in self.splits) or (self.own,)

    def on(self, split: Split) -> OnSplit:
        """The worlds on a split."""
        return on_split(self._census, self._masses_by_behaviour, self.behaviours, split)

    def least_by_behaviour(self, cost: F64) -> F64:
        """The least cost of every behaviour of the census by class, from costs of its rows."""
        return self._census.least(cost)

    def average(self, value: Callable[[OnSplit], F64]) -> F64:
        """The average of a number over the splits in which it is defined."""
        return averaged([value(each) for each in self.on_splits])
