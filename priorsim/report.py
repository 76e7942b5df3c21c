"""Text for readers out of measured numbers: the odds of a world, an atlas's description.

Nothing is computed here but the last rounding; a number that is not known says so in words.
"""

import math
from fractions import Fraction

from priorsim.census.atlas import Atlas
from priorsim.census.recurrence import kraft_sum, program_counts
from priorsim.listing import format_lanes, format_table
from priorsim.measure.crossover import Roots
from priorsim.measure.mass import Interval
from priorsim.measure.odds import ClassOdds, Odds


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
        f"classes by {odds.histogram.class_by}",
        "",
        format_table(
            [_class_row(each, bound) for each in odds.classes],
            head=("class", "log2 mass", "share", "programs", "L_min", "Kt_min", "bonus"),
        ),
        "",
        f"log-odds search : direct   {format_interval(odds.log_odds)} bits  ({_verdict(odds.log_odds)})",
        f"crossover gamma*           {_ends(format_roots(odds.low.gamma_star), format_roots(odds.high.gamma_star))}",
        f"break-even search tax      {_ends(_tax(odds.low.break_even_tax), _tax(odds.high.break_even_tax))}",
        f"Delta L in bits            {_ends(format_interval(odds.low.delta_l), format_interval(odds.high.delta_l))}",
        f"decomposition              {_ends(_decomposition(odds, 'low'), _decomposition(odds, 'high'))}",
        f"essential share of search  {_ends(_share(odds.low.essential_share), _share(odds.high.essential_share))}",
        f"alpha, predicted gamma*    {_ends(_alpha(odds, 'low'), _alpha(odds, 'high'))}",
        f"log-odds by bound          {_bounds(odds)}",
        f"extrapolated               {format_interval(odds.convergence.log_odds)} bits",
        f"unexplored mass            {float(odds.explored.unexplored_code):.6f} of the code-only 0.5",
    ]
    witnesses = [each for each in odds.classes if each.witness is not None]
    if witnesses:
        lines += ["", "shortest programs"]
        lines += [f"  {each.name:<9}  {each.l_min} bits  {each.witness}" for each in witnesses]
        lines += ["least l + log2 t"]
        lines += [f"  {each.name:<9}  {format_bits(each.kt_min)} bits  {each.kt_witness}" for each in witnesses]
    return "\n".join(lines)


def _ends(low: str, high: str) -> str:
    """One text where both ends agree, else both, with what they are."""
    return low if low == high else f"{low} (disguised as direct); {high} (disguised as search)"


def _class_row(each: ClassOdds, bound: int) -> list[str]:
    if each.l_min is None:
        return [each.name, f"none up to {bound} bits", "", "0", "", "", ""]
    share = "" if each.share is None else f"{each.share:.4f}"
    numbers = [str(each.programs), str(each.l_min), format_bits(each.kt_min), format_bits(each.bonus)]
    return [each.name, format_bits(each.mass.log2), share, *numbers]


def _verdict(log_odds: Interval) -> str:
    if log_odds.low is None or log_odds.high is None:
        return "no program of either class within the bound"
    if log_odds.low > 0:
        return "search outweighs direct code"
    if log_odds.high < 0:
        return "direct code outweighs search"
    return "which one outweighs depends on the side of the disguised programs" if log_odds.high > 0 else "even"


def _tax(tax: float | None) -> str:
    return "none within 64 bits" if tax is None else f"{tax:.4f} bits a search node"


def _share(share: float | None) -> str:
    return "unknown" if share is None else f"{share:.4f}"


def _decomposition(odds: Odds, end: str) -> str:
    terms = getattr(odds, end).decomposition
    if terms is None:
        return "undefined: a class is empty"
    return (
        f"Delta L {format_bits(terms.delta_l)} + bonuses {format_bits(terms.bonus_difference)} "
        f"+ penalty {format_bits(terms.penalty)} = {format_bits(terms.log_odds)} bits"
    )


def _alpha(odds: Odds, end: str) -> str:
    found = getattr(odds, end).alpha
    if found is None:
        return "undefined: a class is empty"
    predicted = "none" if found.predicted is None else f"{found.predicted:.4f}"
    return f"{found.alpha:.4f}, {predicted}"


def _bounds(odds: Odds) -> str:
    return "  ".join(f"{at.max_bits}: {format_interval(at.log_odds)}" for at in odds.convergence.bounds)


def format_prior(odds: Odds) -> str:
    """The prior's weight as a formula of l, t and s."""
    prior = odds.prior
    parts = [f"2^(-{prior.beta:g} l)"]
    parts += [f"t^(-{prior.gamma:g})"] if prior.gamma else []
    parts += [f"2^(-{prior.lam:g} t)"] if prior.lam else []
    parts += [f"2^(-{prior.delta:g} s)"] if prior.delta else []
    parts += [f"[t <= {prior.cap:g}]"] if prior.cap is not None else []
    return " ".join(parts)


def atlas_text(atlas: Atlas) -> str:
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
            f"rows        {len(atlas.rows)}",
            f"explored    {float(explored):.6f} of the code-only mass 0.5, exactly {explored}",
            f"unexplored  {float(Fraction(1, 2) - explored):.6f}",
        ]
    )
