"""Claims about edit walks: what local search does among the programs that the prior weighs (docs/walks.md)."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from priorsim.claims.claim import Beside, Claim, Condition, above, at_most, below, cell_of
from priorsim.claims.judged import Judged
from priorsim.claims.kept import Kept, each_part
from priorsim.claims.rule import Cell
from priorsim.measure.histogram import ClassBy
from priorsim.measure.values import Values
from priorsim.run_directory import RunDirectory
from priorsim.walks.finding import Detail, Finding, find
from priorsim.walks.study import MAX_BITS, RADII, studies

SETTINGS: tuple[tuple[ClassBy, int], ...] = (("lesion", 0), ("form", 0), ("lesion", 4))
"""How programs are classed, and how many bits below the bound they end."""
FIGURE = "walk-landscape"
LIMITS = "Edit walks are local search in program space, not gradient descent: they say nothing of how a network trains."

Details = Mapping[str, Detail]
Cells = dict[tuple[str, str], list[Cell]]
"""The cells of each quantity of each claim, by claim and words."""


@dataclass(frozen=True, slots=True)
class WalkBeside(Beside):
    """A number beside a claim's: a detail of its finding, less another where one is named; None where undefined."""

    more: str
    less: str | None = None

    def of(self, details: Details) -> float | None:
        """The number."""
        more, less = details.get(self.more), details.get(self.less) if self.less else 0
        return None if more is None or less is None else float(more) - float(less)


@dataclass(frozen=True, slots=True)
class WalkClaim(Claim):
    """A claim that is a finding of walks, with what else that tells."""

    beside: tuple[WalkBeside, ...] = ()

    def holds(self, finding: Finding) -> bool | None:
        """Whether a finding supports the claim; None where its quantity is undefined."""
        return None if finding.quantity is None else bool(self.condition.test(np.array(finding.quantity)))


def _claim(
    name: str,
    text: str,
    quantity: str,
    unit: str,
    condition: Condition,
    figure: str | None = None,
    *beside: WalkBeside,
    limits: str = "",
) -> WalkClaim:
    limits = f"{LIMITS} {limits}".rstrip()
    return WalkClaim(name, "essay", text, quantity, unit, condition, ("walks",), limits, figure, beside=beside)


CLAIMS = (
    _claim(
        "shallow-first",
        "Steepest descent finds shallow heuristics first.",
        "share of walks whose first accepted improvement reads fewer input bits than the world needs",
        "share",
        above(0.5),
        FIGURE,
        WalkBeside(
            "mean input bits that the improvement reads, less what the world needs",
            "bits",
            below(0),
            "mean_bits_read",
            "needed",
        ),
        WalkBeside("mean depth of the improvement's term", "levels", at_most(2), "mean_height"),
    ),
    _claim(
        "crowding-out",
        "Early heuristics starve later, better ones.",
        "one-edit gain from heuristics over the gain from programs that are no better than a constant",
        "quotient",
        below(1),
        "walk-starvation",
        WalkBeside(
            "chance that a walk ends fitting, from heuristics over from the others with heuristics forbidden",
            "quotient",
            below(1),
            "fits_ratio",
        ),
        limits="The gain is that of one edit; over the whole walk the quotient can lie on the other side.",
    ),
    _claim(
        "no-pure-model",
        "Either way we don't get a pure world-model.",
        "share of end points that are direct and right",
        "share",
        below(0.5),
        "walk-loss",
        WalkBeside(
            "of the variance of where a walk ends, the share that the start settles",
            "share",
            above(0.5),
            "settled_by_start",
        ),
        WalkBeside(
            "of that variance, the share that the first move settles, the start given",
            "share",
            above(0.5),
            "settled_by_first_step",
        ),
        WalkBeside(
            "total variation between the classes of the ends from the prior and from its heuristics",
            "share",
            above(0.5),
            "forced_to_heuristics",
        ),
    ),
    _claim(
        "precursor",
        "Heuristics are the precursor of mesa-optimizers.",
        "mean edit distance to the nearest fitting search, from heuristics less from fitting direct programs",
        "edits",
        below(0),
        FIGURE,
    ),
    _claim(
        "gradual",
        "Heuristics can grow step by step into general search.",
        "share of heuristics with a path to a fitting search on which the loss never rises",
        "share",
        above(0),
        FIGURE,
        WalkBeside("moves on the shortest such path", "moves", above(1), "shortest"),
        WalkBeside("moves on it that leave the loss as it is", "moves", above(0), "neutral_steps"),
        WalkBeside(
            "least rise of the loss on any path from a heuristic to a fitting search",
            "lanes",
            at_most(0),
            "least_barrier",
        ),
    ),
    _claim(
        "reachable",
        "The optimizer is harder to find than the model, for the outer process.",
        "expected proposals until a fitting search is met, over those until a fitting direct program is",
        "quotient",
        above(1),
        "walk-ends",
        WalkBeside(
            "least l + log2 t of fitting search less that of fitting direct code",
            "bits",
            above(0),
            "search_least_kt",
            "direct_least_kt",
        ),
        WalkBeside(
            "log2 mass of fitting search less that of fitting direct code",
            "bits",
            below(0),
            "search_log2_mass",
            "direct_log2_mass",
        ),
        limits="Infinite where no edit of the radius brings search in; such a world counts, and has no median.",
    ),
    _claim(
        "beeline-swerve",
        "Training first builds world-model, then swerves to search.",
        "of the walks that end in search, the share whose first move was to a direct program",
        "share",
        above(0.5),
        "walk-swerves",
        WalkBeside("share of walks that end in search", "share", above(0.5), "ends_in_search"),
        WalkBeside("the same share, of the walks that end in a fitting search", "share", above(0.5), "fitting_swerved"),
    ),
)
"""Every claim that is about walks alone."""

CAP = _claim(
    "bounded-heuristics",
    "Bounding complexity might prevent it.",
    "the greatest cap on length under which walks end in fitting direct programs and in no fitting search",
    "bits",
    above(0),
)
"""The dynamic side of a claim that is ruled on by lengths: shown beside it."""


def supports(name: str, finding: Finding) -> bool | None:
    """Whether a finding supports the claim of this name; None where its quantity is undefined."""
    return next(claim for claim in (*CLAIMS, CAP) if claim.name == name).holds(finding)


def judge_walks(
    claims: Sequence[WalkClaim],
    *,
    workers: int = 1,
    done: Callable[[], None] = lambda: None,
    run: RunDirectory | None = None,
) -> list[Judged]:
    """Rule on some of CLAIMS, and CAP, in six worlds at every radius, in so many processes.

    The grid: classes by lesion and by form at the bound, and by lesion 4 bits below. There is no tax: walks go by
    loss alone. `done` is called after each of the radii; finished ones are kept in `run`.
    """
    found: dict[int, Cells] = {}
    kept = None if run is None else Kept(run, "radius", Cells)
    for number, cells in each_part(_cells_at, [(radius, SETTINGS) for radius in RADII], workers, kept):
        found[number] = cells
        done()

    def cells_of(claim: WalkClaim, quantity: str) -> tuple[Cell, ...]:
        return tuple(cell for number in range(len(RADII)) for cell in found[number][claim.name, quantity])

    return [
        Judged.of(claim, cells_of(claim, claim.quantity), [(each, cells_of(claim, each.text)) for each in claim.beside])
        for claim in claims
    ]


def _cells_at(task: tuple[int, tuple[tuple[ClassBy, int], ...]]) -> Cells:
    """The cells of each quantity of each claim at a radius, setting by setting."""
    radius, settings = task
    cells: Cells = {}
    for class_by, below_bound in settings:
        factors: dict[str, str | int] = {
            "population": "walks",
            "word_bits": 3,
            "class_by": class_by,
            "bound": f"B-{below_bound}" if below_bound else "B",
            "tax": 0,
            "radius": radius,
        }
        max_bits = MAX_BITS - below_bound
        found: list[list[Finding]] = []
        for study in studies(radii=(radius,), max_bits=max_bits, class_by=class_by):
            found.append([find(study, claim.name) for claim in (*CLAIMS, CAP)])
        for claim, findings in zip((*CLAIMS, CAP), zip(*found, strict=True), strict=True):
            cell = cell_of_findings(claim, findings, factors, max_bits)
            cells.setdefault((claim.name, claim.quantity), []).append(cell)
            for beside in claim.beside:
                numbers = np.array([beside.of(finding.details) for finding in findings], dtype=np.float64)
                cell = cell_of(Values(numbers, numbers), beside.condition, factors, max_bits)
                cells.setdefault((claim.name, beside.text), []).append(cell)
    return cells


def cell_of_findings(
    claim: WalkClaim, findings: Sequence[Finding], factors: Mapping[str, str | int], max_bits: int | None = None
) -> Cell:
    """What findings in several worlds come to: where the condition holds, and the finite quantities.

    >>> cell = cell_of_findings(CAP, [Finding(2.0), Finding(None, reason="none fits")], {"radius": 4})
    >>> cell.holds, cell.fails, cell.undefined, cell.numbers, cell.reasons
    (1, 0, 1, (2.0,), {'none fits': 1})
    """
    holds = [claim.holds(finding) for finding in findings]
    known = [finding.quantity for finding in findings if finding.quantity is not None]
    reasons = Counter(finding.reason for finding in findings if finding.quantity is None)
    counts = holds.count(True), holds.count(False), holds.count(None)
    return Cell(factors, *counts, tuple(sorted(filter(isfinite, known))), max_bits, dict(sorted(reasons.items())))
