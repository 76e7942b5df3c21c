"""Claims about edit walks: what local search does among the programs that the prior weighs (docs/walks.md)."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from priorsim.claims.claim import Beside, Claim, above, at_most, below, cell_of
from priorsim.claims.judged import Judged
from priorsim.claims.kept import Kept, each_part
from priorsim.claims.rule import Cell
from priorsim.measure.histogram import ClassBy
from priorsim.measure.values import Values
from priorsim.run_directory import RunDirectory
from priorsim.walks.finding import Detail, Finding, find
from priorsim.walks.population import MAX_BITS, RADII, studies

SETTINGS: tuple[tuple[ClassBy, int], ...] = (("lesion", 0), ("form", 0), ("lesion", 4))
"""How programs are classed, and how many bits below the bound they end."""
WALKS = ("walks",)
FIGURE = "walk-landscape"
LIMITS = "Edit walks are local search in program space, not gradient descent: they say nothing of how a network trains."

Details = Mapping[str, Detail]
Cells = dict[tuple[str, str], list[Cell]]
"""The cells of each quantity of each claim, by claim and words."""


@dataclass(frozen=True, slots=True)
class WalkBeside(Beside):
    """A number beside a claim's that is among the details of a finding; None where undefined."""

    of: Callable[[Details], float | None]


@dataclass(frozen=True, slots=True)
class WalkClaim(Claim):
    """A claim that is a finding of walks, with what else that tells."""

    beside: tuple[WalkBeside, ...] = ()

    def holds(self, finding: Finding) -> bool | None:
        """Whether a finding supports the claim; None where its quantity is undefined."""
        return None if finding.quantity is None else bool(self.condition.test(np.array(finding.quantity)))


def detail(name: str) -> Callable[[Details], float | None]:
    """The detail of this name."""

    def of(details: Details) -> float | None:
        value = details.get(name)
        return None if value is None else float(value)

    return of


def difference(more: str, less: str) -> Callable[[Details], float | None]:
    """One detail less another."""

    def of(details: Details) -> float | None:
        ends = detail(more)(details), detail(less)(details)
        return None if ends[0] is None or ends[1] is None else ends[0] - ends[1]

    return of


CLAIMS = (
    WalkClaim(
        "shallow-first",
        "essay",
        "Steepest descent finds shallow heuristics first.",
        "share of walks whose first accepted improvement reads fewer input bits than the world needs",
        "share",
        above(0.5),
        WALKS,
        LIMITS,
        FIGURE,
        beside=(
            WalkBeside(
                "mean input bits that the improvement reads, less what the world needs",
                "bits",
                below(0),
                difference("mean_bits_read", "needed"),
            ),
            WalkBeside("mean depth of the improvement's term", "levels", at_most(2), detail("mean_height")),
        ),
    ),
    WalkClaim(
        "crowding-out",
        "essay",
        "Early heuristics starve later, better ones.",
        "one-edit gain from heuristics over the gain from programs that are no better than a constant",
        "quotient",
        below(1),
        WALKS,
        f"{LIMITS} The gain is that of one edit; over the whole walk the quotient can lie on the other side.",
        "walk-starvation",
        beside=(
            WalkBeside(
                "chance that a walk ends fitting, from heuristics over from the others with heuristics forbidden",
                "quotient",
                below(1),
                detail("fits_ratio"),
            ),
        ),
    ),
    WalkClaim(
        "no-pure-model",
        "essay",
        "Either way we don't get a pure world-model.",
        "share of end points that are direct and right",
        "share",
        below(0.5),
        WALKS,
        LIMITS,
        "walk-loss",
        beside=(
            WalkBeside(
                "of the variance of where a walk ends, the share that the start settles",
                "share",
                above(0.5),
                detail("settled_by_start"),
            ),
            WalkBeside(
                "of that variance, the share that the first move settles, the start given",
                "share",
                above(0.5),
                detail("settled_by_first_step"),
            ),
            WalkBeside(
                "total variation between the classes of the ends from the prior and from its heuristics",
                "share",
                above(0.5),
                detail("forced_to_heuristics"),
            ),
        ),
    ),
    WalkClaim(
        "precursor",
        "essay",
        "Heuristics are the precursor of mesa-optimizers.",
        "mean edit distance to the nearest fitting search, from heuristics less from fitting direct programs",
        "edits",
        below(0),
        WALKS,
        LIMITS,
        FIGURE,
    ),
    WalkClaim(
        "gradual",
        "essay",
        "Heuristics can grow step by step into general search.",
        "share of heuristics with a path to a fitting search on which the loss never rises",
        "share",
        above(0),
        WALKS,
        LIMITS,
        FIGURE,
        beside=(
            WalkBeside("moves on the shortest such path", "moves", above(1), detail("shortest")),
            WalkBeside("moves on it that leave the loss as it is", "moves", above(0), detail("neutral_steps")),
            WalkBeside(
                "least rise of the loss on any path from a heuristic to a fitting search",
                "lanes",
                at_most(0),
                detail("least_barrier"),
            ),
        ),
    ),
    WalkClaim(
        "reachable",
        "essay",
        "The optimizer is harder to find than the model, for the outer process.",
        "expected proposals until a fitting search is met, over those until a fitting direct program is",
        "quotient",
        above(1),
        WALKS,
        f"{LIMITS} Infinite where no edit of the radius brings search in; such a world counts, and has no median.",
        "walk-ends",
        beside=(
            WalkBeside(
                "least l + log2 t of fitting search less that of fitting direct code",
                "bits",
                above(0),
                difference("search_least_kt", "direct_least_kt"),
            ),
            WalkBeside(
                "log2 mass of fitting search less that of fitting direct code",
                "bits",
                below(0),
                difference("search_log2_mass", "direct_log2_mass"),
            ),
        ),
    ),
    WalkClaim(
        "beeline-swerve",
        "essay",
        "Training first builds world-model, then swerves to search.",
        "of the walks that end in search, the share whose first move was to a direct program",
        "share",
        above(0.5),
        WALKS,
        LIMITS,
        "walk-swerves",
        beside=(
            WalkBeside("share of walks that end in search", "share", above(0.5), detail("ends_in_search")),
            WalkBeside(
                "the same share, of the walks that end in a fitting search",
                "share",
                above(0.5),
                detail("fitting_swerved"),
            ),
        ),
    ),
)
"""Every claim that is about walks alone."""

CAP = WalkClaim(
    "bounded-heuristics",
    "essay",
    "Bounding complexity might prevent it.",
    "the greatest cap on length under which walks end in fitting direct programs and in no fitting search",
    "bits",
    above(0),
    WALKS,
    LIMITS,
)
"""The dynamic side of a claim that is ruled on by lengths: shown beside it."""


def supports(finding: Finding) -> bool | None:
    """Whether a finding supports the claim that it is about; None where its quantity is undefined."""
    return next(claim for claim in (*CLAIMS, CAP) if claim.name == finding.claim).holds(finding)


def judge_walks(
    claims: Sequence[WalkClaim],
    *,
    workers: int = 1,
    done: Callable[[], None] = lambda: None,
    run: RunDirectory | None = None,
) -> list[Judged]:
    """Rule on some of CLAIMS, and CAP, in six worlds at every radius.

    The grid: classes by lesion and by form at the bound, and by lesion 4 bits below. There is no tax: walks go by
    loss alone.

    Parameters
    ----------
    claims : sequence of WalkClaim
    workers : int
        Processes; the result does not depend on it.
    done : callable, optional
        Called after each of the radii.
    run : RunDirectory, optional
        Where finished radii are kept.
    """
    found: dict[int, Cells] = {}
    kept = None if run is None else Kept(run, "radius", Cells)
    for number, cells in each_part(_cells_at, [(radius, SETTINGS) for radius in RADII], workers, kept):
        found[number] = cells
        done()

    def cells_of(claim: WalkClaim, quantity: str) -> tuple[Cell, ...]:
        return tuple(cell for number in range(len(RADII)) for cell in found[number][claim.name, quantity])

    return [
        Judged.of(
            claim,
            cells_of(claim, claim.quantity),
            [(beside, cells_of(claim, beside.text)) for beside in claim.beside],
        )
        for claim in claims
    ]


def _cells_at(task: tuple[int, tuple[tuple[ClassBy, int], ...]]) -> Cells:
    """The cells of each quantity of each claim at a radius, setting by setting."""
    radius, settings = task
    claims = (*CLAIMS, CAP)
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
        worlds: list[Mapping[str, Finding]] = []
        for study in studies(radii=(radius,), max_bits=MAX_BITS - below_bound, class_by=class_by):
            worlds.append({claim.name: find(study, claim.name) for claim in claims})
        for claim in claims:
            findings = [each[claim.name] for each in worlds]
            cells.setdefault((claim.name, claim.quantity), []).append(cell_of_findings(claim, findings, factors))
            for beside in claim.beside:
                numbers = np.array([beside.of(finding.details) for finding in findings], dtype=np.float64)
                cell = cell_of(Values(numbers, numbers), beside.condition, factors, MAX_BITS - below_bound)
                cells.setdefault((claim.name, beside.text), []).append(cell)
    return cells


def cell_of_findings(claim: WalkClaim, findings: list[Finding], factors: Mapping[str, str | int]) -> Cell:
    """What findings in several worlds come to: where the condition holds, and the finite quantities.

    Examples
    --------
    >>> told = [Finding("x", "w", 4, 24, 2.0), Finding("x", "v", 4, 24, None, "none fits")]
    >>> cell = cell_of_findings(CAP, told, {"radius": 4})
    >>> cell.holds, cell.fails, cell.undefined, cell.numbers, cell.reasons
    (1, 0, 1, (2.0,), {'none fits': 1})
    """
    holds = [claim.holds(finding) for finding in findings]
    reasons = Counter(finding.reason for finding in findings if finding.quantity is None)
    [max_bits] = {finding.max_bits for finding in findings}
    counts = holds.count(True), holds.count(False), holds.count(None)
    return Cell(factors, *counts, tuple(_finite(findings)), max_bits, dict(sorted(reasons.items())))


def _finite(findings: list[Finding]) -> Iterator[float]:
    yield from sorted(each.quantity for each in findings if each.quantity is not None and isfinite(each.quantity))
