"""Claims about edit walks: what local search does among the programs that the prior weighs (docs/walks.md)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import isfinite

from priorsim.claims.claim import Claim, above, below
from priorsim.claims.judged import Judged
from priorsim.claims.rule import Cell
from priorsim.measure.histogram import ClassBy
from priorsim.processes import end_if_stopped, run_tasks
from priorsim.walks.finding import FINDINGS, Finding
from priorsim.walks.population import MAX_BITS, RADII, studies

SETTINGS: tuple[tuple[ClassBy, int], ...] = (("lesion", 0), ("form", 0), ("lesion", 4))
"""How programs are classed, and how many bits below the bound they end."""
WALKS = ("walks",)
FIGURE = "walk-landscape"
LIMITS = "Edit walks are local search in program space, not gradient descent: they say nothing of how a network trains."

CLAIMS = (
    Claim(
        "shallow-first",
        "essay",
        "Steepest descent finds shallow heuristics first.",
        "share of walks whose first accepted improvement reads fewer input bits than the world needs",
        "share",
        above(0.5),
        WALKS,
        LIMITS,
        FIGURE,
    ),
    Claim(
        "crowding-out",
        "essay",
        "Early heuristics starve later, better ones.",
        "one-edit gain from heuristics over the gain from programs that are no better than a constant",
        "quotient",
        below(1),
        WALKS,
        f"{LIMITS} The gain is that of one edit; over the whole walk the quotient can lie on the other side.",
        "walk-starvation",
    ),
    Claim(
        "no-pure-model",
        "essay",
        "Either way we don't get a pure world-model.",
        "share of end points that are direct and right",
        "share",
        below(0.5),
        WALKS,
        LIMITS,
        "walk-loss",
    ),
    Claim(
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
    Claim(
        "gradual",
        "essay",
        "Heuristics can grow step by step into general search.",
        "share of heuristics with a path to a fitting search on which the loss never rises",
        "share",
        above(0),
        WALKS,
        LIMITS,
        FIGURE,
    ),
    Claim(
        "reachable",
        "essay",
        "The optimizer is harder to find than the model, for the outer process.",
        "expected proposals until a fitting search is met, over those until a fitting direct program is",
        "quotient",
        above(1),
        WALKS,
        f"{LIMITS} Infinite where no edit of the radius brings search in; such a world counts, and has no median.",
        "walk-ends",
    ),
    Claim(
        "beeline-swerve",
        "essay",
        "Training first builds world-model, then swerves to search.",
        "of the walks that end in search, the share whose first move was to a direct program",
        "share",
        above(0.5),
        WALKS,
        LIMITS,
        "walk-swerves",
    ),
)
"""Every claim about walks; `bounded-heuristics` has a finding too, which is shown by `priorsim walk` alone."""


def judge_walks(claims: Sequence[Claim], *, workers: int = 1, done: Callable[[], None] = lambda: None) -> list[Judged]:
    """Rule on some of CLAIMS, in six worlds at every radius.

    The grid: classes by lesion and by form at the bound, and by lesion 4 bits below. There is no tax: walks go by
    loss alone.

    Parameters
    ----------
    claims : sequence of Claim
    workers : int
        Processes; the result does not depend on it.
    done : callable, optional
        Called after each of the radii.
    """
    found: dict[int, dict[str, list[Cell]]] = {}
    for number, cells in run_tasks(_cells_at, [(radius, SETTINGS) for radius in RADII], workers):
        found[number] = cells
        done()
    return [
        Judged.of(claim, [cell for number in range(len(RADII)) for cell in found[number][claim.name]], ())
        for claim in claims
    ]


def _cells_at(task: tuple[int, tuple[tuple[ClassBy, int], ...]]) -> dict[str, list[Cell]]:
    """The cells of each claim at a radius, setting by setting."""
    radius, settings = task
    cells: dict[str, list[Cell]] = {claim.name: [] for claim in CLAIMS}
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
            end_if_stopped()
            worlds.append({claim.name: FINDINGS[claim.name](study) for claim in CLAIMS})
        for claim in CLAIMS:
            cells[claim.name].append(cell_of_findings([each[claim.name] for each in worlds], factors))
    return cells


def cell_of_findings(findings: list[Finding], factors: Mapping[str, str | int]) -> Cell:
    """What findings in several worlds come to: where the condition holds, and the finite quantities.

    Examples
    --------
    >>> told = [Finding("x", "w", 4, 24, 2.0, True), Finding("x", "v", 4, 24, None, None, "none fits")]
    >>> cell = cell_of_findings(told, {"radius": 4})
    >>> cell.holds, cell.fails, cell.undefined, cell.numbers
    (1, 0, 1, (2.0,))
    """
    holds = [finding.holds for finding in findings]
    return Cell(factors, holds.count(True), holds.count(False), holds.count(None), tuple(_finite(findings)))


def _finite(findings: list[Finding]) -> Iterator[float]:
    yield from sorted(each.quantity for each in findings if each.quantity is not None and isfinite(each.quantity))
