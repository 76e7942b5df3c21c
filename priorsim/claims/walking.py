"""Claims about edit walks: what local search does among the programs that the prior weighs (docs/walks.md)."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from operator import attrgetter
from typing import Any

import numpy as np

from priorsim.census.take import make_header, take_census
from priorsim.claims.claim import Claim, Judged, Number, Sample, cell_of
from priorsim.claims.kept import each_part
from priorsim.claims.populations import Preset, factors_at
from priorsim.claims.rule import Cell, Quantifier
from priorsim.measure.histogram import SEARCH, kinds_of
from priorsim.measure.values import Values
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.walks.finding import Finding, find
from priorsim.walks.study import studies
from priorsim.worlds.world import World, world_of_words

LIMITS = "Edit walks are local search in program space, not gradient descent: they say nothing of how a network trains."

Cells = dict[tuple[str, str], list[Cell]]
"""The cells of each quantity of each claim, by claim and words."""
Findings = dict[tuple[str, int, str], list[dict[str, Finding]]]
"""What walks say of each claim, world by world: by the way of classing, the bits below the bound, and the start."""
SHARES = 4
"""Worlds are dealt out in turn to so many parts, so that no process is left with the last radius alone."""


@dataclass(frozen=True, slots=True)
class Share:
    """The findings in a share of the worlds, and how many worlds are not asked, whatever the share."""

    found: Findings
    not_asked: int


def detail(name: str, less: str | None = None) -> Callable[[Finding], float | None]:
    """The detail of this name in a finding, less another one where that is given; None where undefined."""

    def of(finding: Finding) -> float | None:
        ends = [finding.details.get(each) for each in (name, less) if each is not None]
        known = [float(end) for end in ends if end is not None]
        if len(known) < len(ends):
            return None
        return known[0] - known[1] if less else known[0]

    return of


def _claim(
    name: str,
    text: str,
    quantity: str,
    holds: str,
    *beside: Number,
    figure: str | None = "walk-landscape",
    limits: str = "",
    quantifier: Quantifier = Quantifier.MOSTLY,
    premise: str | None = None,
) -> Claim:
    """A claim of the essay's about the quantity of a finding, with numbers beside it that are among its details."""
    of_walks = attrgetter("quantity"), ("walks",), f"{LIMITS} {limits}".strip()
    claim = Claim(name, "essay", text, quantity, holds, *of_walks, figure, beside=beside)
    return replace(claim, quantifier=quantifier, premise=premise)


CLAIMS = (
    _claim(
        "shallow-first",
        "Steepest descent finds shallow heuristics first.",
        "share of walks whose first accepted improvement reads fewer input bits than the world needs",
        "> 0.5 share",
        Number(
            "mean input bits that the improvement reads, less what the world needs",
            "< 0 bits",
            detail("mean_bits_read", less="needed"),
        ),
        Number("mean depth of the improvement's term", "<= 2 levels", detail("mean_height")),
    ),
    _claim(
        "crowding-out",
        "Early heuristics starve later, better ones.",
        "one-edit gain from heuristics over the gain from programs that are no better than a constant",
        "< 1 quotient",
        Number(
            "chance that a walk ends fitting, from heuristics over from the others with heuristics forbidden",
            "< 1 quotient",
            detail("fits_ratio"),
        ),
        figure="walk-starvation",
        limits="The gain is that of one edit; over the whole walk the quotient can lie on the other side.",
    ),
    _claim(
        "no-pure-model",
        "Either way we don't get a pure world-model.",
        "share of end points that are direct and right",
        "< 0.5 share",
        Number(
            "of the variance of where a walk ends, the share that the start settles",
            "> 0.5 share",
            detail("settled_by_start"),
        ),
        Number(
            "of that variance, the share that the first move settles, the start given",
            "> 0.5 share",
            detail("settled_by_first_step"),
        ),
        Number(
            "total variation between the classes of the ends from the prior and from its heuristics",
            "> 0.5 share",
            detail("forced_to_heuristics"),
        ),
        figure="walk-loss",
    ),
    _claim(
        "precursor",
        "Heuristics are the precursor of mesa-optimizers.",
        "mean edit distance to the nearest fitting search, from heuristics less from fitting direct programs",
        "< 0 edits",
    ),
    _claim(
        "gradual",
        "Heuristics can grow step by step into general search.",
        "share of heuristics with a path to a fitting search on which the loss never rises",
        "> 0 share",
        Number("moves on the shortest such path", "> 1 moves", detail("shortest")),
        Number("moves on it that leave the loss as it is", "> 0 moves", detail("neutral_steps")),
        Number(
            "least rise of the loss on any path from a heuristic to a fitting search",
            "<= 0 lanes",
            detail("least_barrier"),
        ),
        quantifier=Quantifier.SOMEWHERE,
    ),
    _claim(
        "reachable",
        "The optimizer is harder to find than the model, for the outer process.",
        "expected proposals until a fitting search is met, over those until a fitting direct program is",
        "> 1 quotient",
        Number(
            "least l + log2 t of fitting search less that of fitting direct code",
            "> 0 bits",
            detail("search_least_kt", less="direct_least_kt"),
        ),
        Number(
            "log2 mass of fitting search less that of fitting direct code",
            "< 0 bits",
            detail("search_log2_mass", less="direct_log2_mass"),
        ),
        figure="walk-ends",
        limits="Infinite where no edit of the radius brings search in, and 0 where walks meet search and never direct "
        "code, as where none fits up to the bound; such worlds count.",
    ),
    _claim(
        "beeline-swerve",
        "Training first builds world-model, then swerves to search.",
        "of the walks that end in search, the share whose first move was to a direct program",
        "> 0.5 share",
        Number("share of walks that end in search", "> 0.5 share", detail("ends_in_search")),
        Number("the same share, of the walks that end in a fitting search", "> 0.5 share", detail("fitting_swerved")),
        figure="walk-swerves",
        premise="a walk ends in search",
    ),
)
"""Every claim that is about walks alone."""

CAP = _claim(
    "bounded-heuristics",
    "Bounding complexity might prevent it.",
    "the greatest cap on length under which walks end in fitting direct programs and in no fitting search",
    "> 0 bits",
    figure=None,
)
"""The dynamic side of a claim that is ruled on by lengths: shown beside it."""


def supports(name: str, finding: Finding) -> bool | None:
    """Whether a finding supports the claim of this name; None where its quantity is undefined."""
    if finding.quantity is None:
        return None
    claim = next(claim for claim in (*CLAIMS, CAP) if claim.name == name)
    return bool(claim.number.supports(np.array(finding.quantity)))


def judge_walks(preset: Preset, claims: Sequence[Claim], **how: Any) -> list[Judged]:
    """Rule on some of CLAIMS, and CAP, in the preset's walks; `how` their parts are made and kept is as of `each_part`.

    There is no tax: walks go by loss alone.
    """
    tasks = [(*part, preset) for part in parts(preset)]
    found = dict(zip(parts(preset), each_part(_findings_in, tasks, "walks", Share, _told, **how), strict=True))
    cells: Cells = {}
    for setting in _settings(preset):
        _add_cells(cells, preset, setting, [found[*setting, share] for share in range(SHARES)])

    def cells_of(claim: Claim) -> Callable[[Number], list[Cell]]:
        return lambda number: cells[claim.name, number.text]

    return [Judged.of(claim, cells_of(claim)) for claim in claims]


def _settings(preset: Preset) -> list[tuple[int, int]]:
    """Word size and radius of walks on one edit graph."""
    return [(word_bits, radius) for word_bits in preset.walk_settings for radius in preset.walk_radii]


def parts(preset: Preset) -> list[tuple[int, int, int]]:
    """Word size, radius and share of the worlds of the walks that are taken together, what takes longest first."""
    longest_first = sorted(_settings(preset), key=lambda setting: (-setting[1], -setting[0]))
    return [(*setting, share) for setting in longest_first for share in range(SHARES)]


def _told(task: tuple[int, int, int, Preset]) -> dict[str, Any]:
    """What decides what walks say in a share of the worlds."""
    *part, preset = task
    return {"walks": part, "shares": SHARES, "preset": asdict(preset)}


def _findings_in(task: tuple[int, int, int, Preset]) -> Share:
    """What walks at a word size and radius say of each claim in a share of the worlds.

    A world whose shortest program is no longer than the radius, so that one edit could write it whole, is not asked.
    Chains are made once for each bound.
    """
    word_bits, radius, share, preset = task
    every = walked(preset, word_bits)
    asked = [world for world, least in every.items() if least > radius]
    settings = preset.walk_settings[word_bits]
    found: Findings = {(*setting, start): [] for setting in settings for start in preset.walk_starts}
    for below_bound in dict.fromkeys(below for _, below in settings):
        ways = [class_by for class_by, below in settings if below == below_bound]
        for study in studies(asked[share::SHARES], radius, max_bits=preset.walk_bits - below_bound):
            for start in preset.walk_starts:
                starting = study.starting(start)
                for class_by in ways:
                    walks = starting.classed(class_by)
                    said = {claim.name: find(walks, claim.name) for claim in (*CLAIMS, CAP)}
                    found[class_by, below_bound, start].append(said)
    return Share(found, len(every) - len(asked))


def _add_cells(cells: Cells, preset: Preset, setting: tuple[int, int], shares: Sequence[Share]) -> None:
    """Add the cells of each quantity of each claim at a word size and radius, from all shares of the worlds."""
    word_bits, radius = setting

    def add(claim: Claim, number: Number, cell: Cell) -> None:
        whole = replace(cell, not_asked=cell.not_asked + shares[0].not_asked)
        cells.setdefault((claim.name, number.text), []).append(whole)

    for class_by, below_bound in preset.walk_settings[word_bits]:
        max_bits = preset.walk_bits - below_bound
        for start in preset.walk_starts:
            of_worlds = _in_turn([share.found[class_by, below_bound, start] for share in shares])
            factors = factors_at("walks", Language.named("arith", word_bits), class_by, below_bound, tax=0)
            factors |= {"radius": radius, "start": start}
            for claim in (*CLAIMS, CAP):
                findings = [each[claim.name] for each in of_worlds]
                add(claim, claim.number, cell_of_findings(claim, findings, factors, max_bits))
                for beside in claim.beside:
                    numbers = np.array([beside.measure(finding) for finding in findings], dtype=np.float64)
                    sample = Sample.of(Values(numbers, numbers).or_unknown(), beside)
                    add(claim, beside, cell_of([sample], beside, factors, max_bits))


def _in_turn(shares: Sequence[Sequence[dict[str, Finding]]]) -> list[dict[str, Finding]]:
    """The items of shares that were dealt out in turn, in their order before that."""
    found: list[dict[str, Finding]] = [{}] * sum(map(len, shares))
    for number, share in enumerate(shares):
        found[number::SHARES] = share
    return found


def walked(preset: Preset, word_bits: int) -> dict[World, int]:
    """The worlds that walks are taken in, with the length of their shortest program in bits.

    They are behaviours with a search program of up to `walk_bits` bits: no more than `walk_worlds` of them, evenly over
    their order by complexity and behaviour.
    """
    domain = Domain.default(word_bits)
    rows = take_census(make_header("arith", preset.walk_bits, domain=domain), workers=1).rows
    behaviours, place = np.unique(rows.behaviour, return_inverse=True)
    least = np.full(len(behaviours), preset.walk_bits + 1)
    np.minimum.at(least, place, rows.bits)
    has_search = np.isin(behaviours, rows.behaviour[kinds_of(rows, "lesion") == SEARCH])
    order = np.flatnonzero(has_search)[np.argsort(least[has_search], kind="stable")]
    chosen = order[
        np.unique(np.linspace(0, len(order) - 1, min(len(order), preset.walk_worlds)).round().astype(np.int64))
    ]
    every_lane = range(len(domain.lanes))
    return {
        world_of_words(f"{behaviour:x}", domain, domain.unpack(behaviour), family="walks", train=every_lane): bits
        for behaviour, bits in zip(behaviours[chosen].tolist(), least[chosen].tolist(), strict=True)
    }


def cell_of_findings(
    claim: Claim, findings: list[Finding], factors: Mapping[str, str | int], max_bits: int | None = None
) -> Cell:
    """What findings in several worlds come to: where the condition holds, and the finite quantities.

    >>> cell = cell_of_findings(CAP, [Finding(2.0), Finding(None, reason="none fits")], {"radius": 4})
    >>> cell.tally, cell.median, cell.reasons
    (Tally(holds=1, fails=0, undecided=1), 2.0, {'none fits': 1})
    """
    numbers = np.array([finding.quantity for finding in findings], dtype=np.float64)
    values = Values(numbers, numbers)
    sample = Sample.of(values.or_unknown() if claim.premise is None else values, claim.number)
    reasons = Counter(finding.reason for finding in findings if finding.quantity is None)
    return cell_of([replace(sample, reasons=dict(reasons))], claim.number, factors, max_bits)
