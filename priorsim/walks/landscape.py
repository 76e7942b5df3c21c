"""A world laid over the programs of an edit graph: loss, class, and what a program reads of its input.

Loss is counted on the training lanes, the class is taken on all lanes (docs/language.md section 5).
Everything here is exact.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from priorsim.census.compiled import I64, U64, U
from priorsim.census.programs import Programs
from priorsim.errors import WalkError
from priorsim.mu.code import encode
from priorsim.mu.dialect import NO_SEARCH, Language
from priorsim.mu.lesions import ProgramClass
from priorsim.mu.syntax import Const, Program, format_program
from priorsim.priors import F64
from priorsim.table import Table
from priorsim.worlds.world import World

DIRECT, DISGUISED, SEARCH = 0, 1, 2
CLASSES = (ProgramClass.DIRECT, ProgramClass.DISGUISED, ProgramClass.SEARCH)
"""The classes in the order of their numbers."""
STARTS = ("prior", "empty", *map(str, CLASSES))  # Where walks can start, by name.
LossBy = Literal["lanes", "bits"]
LOSSES: tuple[LossBy, ...] = ("lanes", "bits")
ClassBy = Literal["lesion", "form"]

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Landscape(Table):
    """Programs in a world; every array has shape (programs,).

    The loss is wrong training lanes, or wrong bits there: those in which the word differs from the nearest right one.
    `kind` is the class number; by form a program with a search node is search. What is `right` is so on every lane,
    held-out ones too.
    """

    programs: Programs
    world: World
    loss_by: LossBy
    class_by: ClassBy
    loss: I64
    kind: NDArray[np.uint8]
    right: Mask

    @property
    def fits(self) -> Mask:
        """Right on every training lane."""
        return np.asarray(self.loss == 0)

    def text(self, number: int) -> str:
        """The S-expression of a program."""
        return format_program(self.programs.program(number), self.world.domain.columns)

    def fitting(self, kind: int) -> Mask:
        """The fitting programs of a class."""
        return np.asarray(self.fits & (self.kind == kind))

    def parts(self) -> dict[str, dict[str, Mask]]:
        """The programs of each class: those that fit, those right on all lanes too, and those that fall short."""
        by_class = {str(name): self.kind == kind for kind, name in enumerate(CLASSES)}
        chosen = {"fits": self.fits, "right": self.right, "short": ~self.fits}
        return {name: {part: its & here for part, its in chosen.items()} for name, here in by_class.items()}

    @cached_property
    def prior(self) -> F64:
        """2^-l of each program over the sum of all within the bound."""
        weights = np.exp2(-self.programs.bits.astype(np.float64))
        return np.asarray(weights / weights.sum())

    @cached_property
    def posterior(self) -> F64:
        """The prior of what fits, over its sum; all 0 where nothing fits."""
        return conditional(self.prior, self.fits)

    @cached_property
    def heuristics(self) -> Mask:
        """Direct programs, without any search node, right on more training lanes than any constant, not on all."""
        is_code = (self.kind == DIRECT) & (self.programs.searches == 0)
        return np.asarray(is_code & (self.loss < self.constant_loss) & ~self.fits)

    @cached_property
    def constant_loss(self) -> int:
        """The least loss of a constant."""
        words = range(2**self.world.domain.word_bits)
        packed = [self.world.domain.pack([word] * len(self.world.domain.lanes)) for word in words]
        losses, _ = _judge(np.array(packed, np.uint64), self.world, self.loss_by)
        return int(losses.min())

    @cached_property
    def inputs_read(self) -> I64:
        """Input bits each program's behaviour depends on: the least number that determines it on all lanes."""
        behaviours, place = np.unique(self.programs.behaviour, return_inverse=True)
        bits, lanes = self.world.domain.word_bits, len(self.world.domain.lanes)
        words = np.stack([_words(behaviours, lane, bits) for lane in range(lanes)])
        least = np.full(len(behaviours), -1, np.int64)
        for size, groups in _groupings(self.world):
            open_yet = np.flatnonzero(least < 0)
            same = np.ones(len(open_yet), np.bool_)
            for group in groups:
                same &= np.all(words[group][:, open_yet] == words[group[0], open_yet], axis=0)
            least[open_yet[same]] = size
        return least[place]


def conditional(weights: F64, chosen: Mask) -> F64:
    """The weights of the chosen over their sum; all 0 where that is 0."""
    kept = np.where(chosen, weights, 0.0)
    total = kept.sum()
    return kept / total if total > 0 else kept


class Outcome(NamedTuple):
    """The programs of one fitting behaviour and one class: their share of the posterior, and of the fitting ends."""

    behaviour: int
    kind: str
    posterior: float
    ends: float


class Outcomes(NamedTuple):
    """All that fits, by falling posterior, the prior 2^-l of what fits, renormalised.

    The total variation is half the sum of |ends - posterior| over behaviours on all lanes, all classes together;
    `fitting_ends` is the share of walks that end fitting.
    """

    rows: tuple[Outcome, ...]
    total_variation: float
    fitting_ends: float


def outcomes(landscape: Landscape, ends: F64) -> Outcomes | None:
    """End points that fit, the chance to end at each program, against the posterior; None where there are none."""
    fits = np.flatnonzero(landscape.fits)
    fitting_ends = float(ends[fits].sum())
    if not len(fits) or fitting_ends == 0:
        return None
    behaviours, place = np.unique(landscape.programs.behaviour[fits], return_inverse=True)
    shape = len(behaviours), len(CLASSES)
    cell = place * len(CLASSES) + landscape.kind[fits]
    both = landscape.posterior, conditional(ends, landscape.fits)
    posterior, found = (np.bincount(cell, shares[fits], minlength=shape[0] * shape[1]) for shares in both)
    order = np.argsort(-posterior, kind="stable")
    order = order[posterior[order] > 0]
    kinds = [str(CLASSES[kind]) for kind in order % len(CLASSES)]
    columns = behaviours[order // len(CLASSES)].tolist(), kinds, posterior[order].tolist(), found[order].tolist()
    apart = np.abs((posterior - found).reshape(shape).sum(axis=1))
    return Outcomes(tuple(map(Outcome, *columns)), float(apart.sum()) / 2, fitting_ends)


def make_landscape(
    programs: Programs, world: World, *, loss_by: LossBy = "lanes", class_by: ClassBy = "lesion"
) -> Landscape:
    """Judge every program in a world; raises WalkError when they were listed on other lanes than the world's."""
    if programs.header.domain != world.domain:
        raise WalkError(f"world {world.name}: the programs were listed on other lanes: list them on the world's")
    behaviours, place = np.unique(programs.behaviour, return_inverse=True)
    losses, right = _judge(behaviours, world, loss_by)
    if class_by == "form":
        kind = np.where(programs.searches > 0, SEARCH, DIRECT)
    else:
        searches, disguised = programs.strict != programs.behaviour, programs.wide != programs.behaviour
        kind = np.where(searches, SEARCH, np.where(disguised, DISGUISED, DIRECT))
    return Landscape(programs, world, loss_by, class_by, losses[place], kind.astype(np.uint8), right[place])


def _judge(behaviours: U64, world: World, loss_by: LossBy) -> tuple[I64, Mask]:
    """Loss of each behaviour on the training lanes, and whether it is right on all lanes."""
    bits = world.domain.word_bits
    losses, wrong = np.zeros(len(behaviours), np.int64), np.zeros(len(behaviours), np.int64)
    for lane, acceptable in enumerate(world.acceptable):
        apart = [min((word ^ good).bit_count() for good in acceptable) for word in range(2**bits)]
        distance = np.array(apart, np.int64)[_words(behaviours, lane, bits)]
        wrong += distance
        if lane in world.train:
            losses += distance if loss_by == "bits" else distance > 0
    return losses, wrong == 0


def _words(behaviours: U64, lane: int, word_bits: int) -> I64:
    """The words of a lane."""
    return ((behaviours >> U(lane * word_bits)) & U(2**word_bits - 1)).astype(np.int64)


def inputs_needed(world: World) -> int:
    """The least number of input bits that determine a right word in every lane of the world.

    >>> from priorsim.worlds import find_world
    >>> inputs_needed(find_world("isqrt-w3")), inputs_needed(find_world("half-w3"))
    (3, 2)
    """

    def has_answer(group: list[int]) -> bool:
        return bool(frozenset.intersection(*(world.acceptable[lane] for lane in group)))

    return next(size for size, groups in _groupings(world) if all(map(has_answer, groups)))


def _groupings(world: World) -> Iterable[tuple[int, list[list[int]]]]:
    """For every set of input bits, by rising size: its size, and the lanes that agree in these bits."""
    bits = world.domain.word_bits
    joined = [sum(word << (bits * column) for column, word in enumerate(lane)) for lane in world.domain.lanes]
    places = range(bits * len(world.domain.columns))
    for size in range(len(places) + 1):
        for chosen in combinations(places, size):
            mask = sum(1 << place for place in chosen)
            groups: dict[int, list[int]] = {}
            for lane, inputs in enumerate(joined):
                groups.setdefault(inputs & mask, []).append(lane)
            yield size, list(groups.values())


def check_start(name: str, language: Language) -> None:
    """Raise WalkError unless a name is one of STARTS, of which programs of the language may be."""
    if name not in STARTS:
        raise WalkError(f"walks cannot start from '{name}': choose {', '.join(STARTS)}, or give a program")
    if name == ProgramClass.SEARCH and not language.has_search:
        raise WalkError(f"walks cannot start from 'search': {NO_SEARCH}")


def start_of(landscape: Landscape, name: str) -> F64:
    """Where walks start, by one of STARTS, as chances of shape (programs,); WalkError where there is no such program.

    By the prior from all programs, or those of a class; or from the empty one, the constant 0.
    """
    check_start(name, landscape.programs.header.language)
    if name == "prior":
        return landscape.prior
    empty = encode(Program(Const(0, literal=False)), landscape.programs.header.language)
    is_empty = landscape.programs.code == U(int(f"1{empty}", 2))
    chosen = is_empty if name == "empty" else landscape.kind == CLASSES.index(ProgramClass(name))
    if not chosen.any():
        raise WalkError(
            f"no program to start from: up to {landscape.programs.header.max_bits} bits none is '{name}': raise it"
        )
    return conditional(landscape.prior, chosen)
