"""What commands print that ask a census: templates of assets/, filled with what was measured.

Nothing is computed here but the last rounding; a number that is not known says so in words.
"""

from fractions import Fraction

from priorsim.census.recurrence import kraft_sum, program_counts
from priorsim.census.stored import StoredAtlas
from priorsim.measure.convergence import Unconditional
from priorsim.measure.histogram import CLASSES
from priorsim.measure.mass import ALL_KINDS, ENDS
from priorsim.measure.off_training import Flip, OffTraining, ways
from priorsim.provenance import SHORT
from priorsim.text.templates import render
from priorsim.worlds.proxy import Side


def atlas_text(atlas: StoredAtlas, whole: Unconditional) -> str:
    """What `priorsim info` prints of an atlas."""
    counts = program_counts(atlas.header.language, atlas.header.max_bits)
    explored = kraft_sum(counts)
    return render(
        "atlas.txt",
        atlas=atlas,
        whole=whole,
        programs=sum(counts),
        code=atlas.description.code[:SHORT],
        explored=explored,
        unexplored=Fraction(1, 2) - explored,
    )


def off_training_text(found: OffTraining) -> str:
    """What `priorsim heldout` prints: what fits, what it does elsewhere, and how it gets there."""
    own, curves, bound = found.own, found.learning, found.weighed.header.max_bits
    classes = [(str(CLASSES[kind]), (kind,), own.share(kind), own.entropies[kind]) for kind in ALL_KINDS]
    excess = zip(ENDS, ("direct", "search"), strict=True)
    averages = {f"excess defection, disguised as {side}": found.excess_defection(end) for end, side in excess}
    averages["entropy"] = found.average(lambda each: each.entropy)
    averages["dormant share"] = found.average(lambda each: each.dormant_share)
    flips = {}
    for side, course in (("heaviest", curves.heaviest_flips), ("lightest", curves.lightest_flips)):
        as_direct, as_search = (_flips(course(end), curves.unit, bound) for end in ENDS)
        flips[side] = as_direct if as_direct == as_search else f"{as_direct} (disguised as search: {as_search})"
    return render(
        "heldout.txt",
        found=found,
        masses=[("all", ALL_KINDS, None, own.entropy), *classes],
        ways=ways,
        averages=averages,
        sides=list(Side),
        classes=list(map(str, CLASSES)),
        all_kinds=ALL_KINDS,
        curve=list(zip(curves.listed, curves.averaged, strict=True)),
        flips=flips,
    )


def _flips(flips: tuple[Flip, ...], unit: str, bound: int) -> str:
    said = []
    for flip in flips:
        said.append(f"after {flip.lessons} {unit}s from {flip.before} to {flip.after}")
        said += [f"{flip.before} having none up to {bound} bits"] if flip.one_sided else []
    return ", ".join(said) or "never"
