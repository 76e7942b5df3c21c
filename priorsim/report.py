"""Text for readers out of measured numbers: the odds of a world, an atlas's description.

Nothing is computed here but the last rounding; a number that is not known says so in words.
"""

import math
from fractions import Fraction

from priorsim.census.atlas import AtlasHeader
from priorsim.census.recurrence import kraft_sum, program_counts
from priorsim.census.stored import Counted
from priorsim.listing import format_lanes, format_table
from priorsim.measure.amortisation import AmortisationFlip
from priorsim.measure.convergence import Unconditional
from priorsim.measure.crossover import Roots
from priorsim.measure.mass import Interval
from priorsim.measure.odds import ClassOdds, Odds
from priorsim.measure.tradeoff import Alpha
from priorsim.mu.interpreter import Accounting


def format_bits(value: float | None) -> str:
    """A number of bits with two decimals; one-sided odds and unknown numbers in words.

    >>> format_bits(1.5), format_bits(None), format_bits(float("-inf"))
    ('1.50', 'unknown', '-inf')
    """
    if value is None:
        return "unknown"
    return f"{value:.2f}" if math.isfinite(value) else f"{value}"


def format_interval(interval: Interval) -> str:
    """An interval, or its one value where both ends agree.

    >>> format_interval(Interval(1.0, 1.0)), format_interval(Interval(1.0, 2.0))
    ('1.00', '[1.00, 2.00]')
    """
    low, high = format_bits(interval.low), format_bits(interval.high)
    return low if low == high else f"[{low}, {high}]"


def format_roots(roots: Roots) -> str:
    """The crossovers in words: every root, or none with the sign of the log-odds."""
    if roots.values:
        return ", ".join(f"{root:.4f}" for root in roots.values)
    if roots.sign is None:
        return "none: both classes are empty"
    course = {1: "positive", 0: "zero", -1: "negative"}[roots.sign]
    return f"none in [{roots.low:g}, {roots.high:g}], the log-odds stay {course}"


def odds_text(odds: Odds) -> str:
    """What `priorsim odds` prints: who wins, by how many bits, and where it tips."""
    header, world = odds.histogram.header, odds.histogram.world
    bound = header.max_bits
    lines = [
        f"world {world.name}: {world.description or 'no description'}",
        f"trained on lanes {format_lanes(world.train)} of {len(world.domain.lanes)}; "
        f"prior {odds.prior.name}: {format_prior(odds)}; every code-only program up to {bound} bits; "
        f"classes by {odds.histogram.class_by}{_accounting(header)}",
        "",
        format_table(
            [_class_row(each, bound) for each in odds.classes],
            head=("class", "log2 mass", "share", "programs", "L_min", "Kt_min", "bonus"),
        ),
        "",
        f"log-odds search : direct  {format_interval(odds.log_odds)} bits: {_verdict(odds.log_odds, bound)}",
        f"log-odds by bound         {_bounds(odds)}",
        f"extrapolated              {format_interval(odds.convergence.log_odds)}",
        f"unexplored code mass      {float(odds.explored.unexplored_code):.6f} of 0.5",
        "",
        format_table(_end_rows(odds), head=("disguised programs count", "as direct", "as search")),
    ]
    witnesses = [each for each in odds.classes if each.witness is not None]
    if witnesses:
        lines += ["", "shortest programs"]
        lines += [f"  {each.name:<9}  {each.l_min} bits  {each.witness}" for each in witnesses]
        lines += ["least l + log2 t"]
        lines += [f"  {each.name:<9}  {format_bits(each.kt_min)} bits  {each.kt_witness}" for each in witnesses]
    return "\n".join(lines)


def _accounting(header: AtlasHeader) -> str:
    return "" if header.accounting is Accounting.TOTAL else f"; {header.accounting} accounting"


def _end_rows(odds: Odds) -> list[list[str]]:
    """What depends on the side of the disguised programs: a name, and its text at either end."""
    ends = (odds.low, odds.high)
    rows = [
        ["crossover gamma*", *(format_roots(end.gamma_star) for end in ends)],
        ["break-even search tax", *(_tax(end.break_even_tax) for end in ends)],
        ["Delta L", *(format_interval(end.delta_l) for end in ends)],
    ]
    terms = [end.decomposition for end in ends]
    for name, field in (("  + bonuses", "bonus_difference"), ("  + penalty", "penalty"), ("  = log-odds", "log_odds")):
        rows.append([name, *("undefined" if each is None else format_bits(getattr(each, field)) for each in terms)])
    rows += [
        ["essential share of search", *(_share(end.essential_share) for end in ends)],
        [
            "alpha of the shortest pair",
            *("undefined" if end.alpha is None else f"{end.alpha.alpha:.4f}" for end in ends),
        ],
        ["  its predicted gamma*", *(_predicted(end.alpha) for end in ends)],
    ]
    if odds.histogram.world.domain.context:
        rows.append(["n*, queries a context", *(_queries(end.amortisation) for end in ends)])
    return rows


def _class_row(each: ClassOdds, bound: int) -> list[str]:
    if each.l_min is None:
        return [each.name, f"none up to {bound} bits", "", "0", "", "", ""]
    share = "" if each.share is None else f"{each.share:.4f}"
    numbers = [str(each.programs), str(each.l_min), format_bits(each.kt_min), format_bits(each.bonus)]
    return [each.name, format_bits(each.mass.log2), share, *numbers]


def _verdict(log_odds: Interval, bound: int) -> str:
    if log_odds.low is None or log_odds.high is None:
        return f"no program that fits has up to {bound} bits"
    if log_odds.low == log_odds.high == math.inf:
        return f"one-sided, no direct program has up to {bound} bits"
    if log_odds.low == log_odds.high == -math.inf:
        return f"one-sided, no search program has up to {bound} bits"
    if log_odds.low > 0:
        return "search outweighs direct code"
    if log_odds.high < 0:
        return "direct code outweighs search"
    return "which outweighs depends on where disguised programs count" if log_odds.high > log_odds.low else "even"


def _tax(tax: float | None) -> str:
    return "none within 64 bits" if tax is None else f"{tax:.4f}"


def _share(share: float | None) -> str:
    return "unknown" if share is None else f"{share:.4f}"


def _predicted(found: Alpha | None) -> str:
    if found is None or found.predicted is None:
        return "undefined"
    return f"{found.predicted:.4f}"


def _queries(found: AmortisationFlip | None) -> str:
    if found is None:
        return "unknown"
    return "never" if found.queries is None else str(found.queries)


def _bounds(odds: Odds) -> str:
    return "  ".join(f"{at.max_bits}: {format_interval(at.log_odds)}" for at in odds.convergence.bounds)


def format_prior(odds: Odds) -> str:
    """The prior's weight as a formula of l, t and s."""
    prior = odds.prior
    parts = ["2^-l" if prior.beta == 1 else f"2^(-{prior.beta:g} l)"]
    parts += [f"t^(-{prior.gamma:g})"] if prior.gamma else []
    parts += [f"2^(-{prior.lam:g} t)"] if prior.lam else []
    parts += [f"2^(-{prior.delta:g} s)"] if prior.delta else []
    parts += [f"[t <= {prior.cap:g}]"] if prior.cap is not None else []
    return " ".join(parts)


def atlas_text(atlas: Counted, whole: Unconditional) -> str:
    """What `priorsim info` prints of an atlas."""
    header, language = atlas.header, atlas.header.language
    counts = program_counts(language, header.max_bits)
    explored = kraft_sum(counts)
    return "\n".join(
        [
            f"dialect     {language.dialect.name}, words of {language.word_bits} bits, depth {language.depth}",
            f"domain      {len(header.domain.lanes)} lanes of columns {', '.join(header.domain.columns)}",
            f"accounting  {header.accounting}",
            f"bound       {header.max_bits} bits",
            f"programs    {sum(counts)}, at every length as many as the recurrence says",
            f"rows        {len(atlas)}",
            f"explored    {float(explored):.6f} of the code-only mass 0.5, exactly {explored}",
            f"unexplored  {float(Fraction(1, 2) - explored):.6f}",
            f"log-odds    {format_interval(whole.log_odds)} bits over all of them under 2^-l, search : direct",
            f"certified   {format_interval(whole.certified)} bits, whatever the unexplored programs are",
        ]
    )
