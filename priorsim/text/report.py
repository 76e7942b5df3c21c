"""Text for readers out of measured numbers: the odds of a world, an atlas's description.

Nothing is computed here but the last rounding; a number that is not known says so in words.
"""

import math
from fractions import Fraction

from priorsim.census.atlas import AtlasHeader
from priorsim.census.recurrence import kraft_sum, program_counts
from priorsim.census.stored import StoredAtlas
from priorsim.measure.amortisation import AmortisationFlip
from priorsim.measure.convergence import Unconditional
from priorsim.measure.crossover import Roots
from priorsim.measure.histogram import CLASSES
from priorsim.measure.learning import AveragePoint, CurvePoint, Flip
from priorsim.measure.mass import ENDS, Interval
from priorsim.measure.odds import ClassOdds, EndOdds, Odds
from priorsim.measure.off_training import OffTraining, ways
from priorsim.measure.population import Population
from priorsim.measure.shares import Average, Share
from priorsim.measure.weighed import ALL_KINDS
from priorsim.mu.interpreter import Accounting
from priorsim.priors import Prior
from priorsim.provenance import SHORT
from priorsim.text.listing import format_lanes, format_table
from priorsim.worlds.proxy import Side


def format_bits(value: float | None) -> str:
    """A number of bits with two decimals; one-sided odds and unknown numbers in words.

    >>> format_bits(1.5), format_bits(None), format_bits(float("-inf"))
    ('1.50', 'unknown', '-inf')
    """
    if value is None:
        return "unknown"
    return f"{value:.2f}" if math.isfinite(value) else f"{value}"


def format_interval(interval: Interval) -> str:
    """An interval, its one value where both ends agree, or the bound that is known.

    >>> format_interval(Interval(1.0, 1.0)), format_interval(Interval(1.0, 2.0)), format_interval(Interval(None, 2.0))
    ('1.00', '[1.00, 2.00]', 'at most 2.00')
    """
    low, high = format_bits(interval.low), format_bits(interval.high)
    if interval.low is None and interval.high is not None:
        return f"at most {high}"
    if interval.high is None and interval.low is not None:
        return f"at least {low}"
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
    dialect = header.language.dialect.name
    home = f"; the world is at home in {world.dialect}" if world.dialect != dialect else ""
    lines = [
        f"world {world.name}: {world.description or 'no description'}",
        f"every code-only program up to {bound} bits; dialect {dialect}, words of {header.language.word_bits} bits, "
        f"depth {header.language.depth}{home}",
        f"trained on lanes {format_lanes(world.train)} of {len(world.domain.lanes)}; "
        f"prior {odds.prior.name}: {format_prior(odds.prior)}; "
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
        ["break-even search tax", *(_tax(end.break_even_tax, odds.least_tax) for end in ends)],
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
        ["  its predicted gamma*", *(_predicted(odds, end) for end in ends)],
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
        return f"one-sided, no direct program up to {bound} bits has weight"
    if log_odds.low == log_odds.high == -math.inf:
        return f"one-sided, no search program up to {bound} bits has weight"
    if log_odds.low > 0:
        return "search outweighs direct code"
    if log_odds.high < 0:
        return "direct code outweighs search"
    return "which outweighs depends on where disguised programs count" if log_odds.high > log_odds.low else "even"


def _tax(tax: float | None, least: float) -> str:
    if tax is None:
        return "none within 64 bits"
    return f"{tax:.4f}" if tax >= least else f"{tax:.4f}, outside the convergent range, above {least:.2f}"


def _share(share: Share | None) -> str:
    return "unknown" if share is None else f"{float(share):.4f}"


def _predicted(odds: Odds, end: EndOdds) -> str:
    found = odds.predicted(end)
    if found is None:
        return "undefined" if odds.prior.is_length_and_time else "only for l + gamma log2 t"
    return f"{found:.4f}"


def _queries(found: AmortisationFlip | None) -> str:
    if found is None:
        return "unknown"
    return "never" if found.queries is None else str(found.queries)


def _bounds(odds: Odds) -> str:
    return "  ".join(f"{at.max_bits}: {format_interval(at.log_odds)}" for at in odds.convergence.bounds)


def format_prior(prior: Prior) -> str:
    """The prior's weight as a formula of l, t and s."""
    parts = ["2^-l" if prior.beta == 1 else f"2^(-{prior.beta:g} l)"]
    parts += [f"t^(-{prior.gamma:g})"] if prior.gamma else []
    parts += [f"2^(-{prior.lam:g} t)"] if prior.lam else []
    parts += [f"2^({-prior.delta:g} s)"] if prior.delta else []
    parts += [f"[t <= {prior.cap:g}]"] if prior.cap is not None else []
    return " ".join(parts)


def atlas_text(atlas: StoredAtlas, whole: Unconditional) -> str:
    """What `priorsim info` prints of an atlas."""
    header, language, told = atlas.header, atlas.header.language, atlas.file.description
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
            f"counted by  priorsim {told.code_version}, code {told.code[:SHORT]}",
            f"explored    {float(explored):.6f} of the code-only mass 0.5, exactly {explored}",
            f"unexplored  {float(Fraction(1, 2) - explored):.6f}",
            f"log-odds    {format_interval(whole.log_odds)} bits over all of them under 2^-l, search : direct",
            f"certified   {format_interval(whole.certified)} bits, whatever the unexplored programs are",
        ]
    )


# --- off the training lanes ----------------------------------------------------------------------


def off_training_text(found: OffTraining) -> str:
    """What `priorsim heldout` prints: what fits, what it does elsewhere, and how it gets there."""
    world, weighed, prior, own = found.world, found.weighed, found.weighed.prior, found.own
    lines = [
        f"world {world.name}: {world.description or 'no description'}",
        f"trained on lanes {format_lanes(world.train)} of {len(world.domain.lanes)}; "
        f"held out {format_lanes(world.held_out) or 'none'}; prior {prior.name}: {format_prior(prior)}; every "
        f"code-only program up to {weighed.header.max_bits} bits; classes by {weighed.class_by}",
        "",
        format_table(_held_out_rows(found), head=("class", "share", "faithful", "defecting", "entropy", "ways")),
        f"dormant share  {_share(own.dormant_share)}",
        "",
        format_table(_average_rows(found), head=("over the splits", "mean", "least", "most", "splits", "undefined")),
    ]
    if found.sides is not None:
        head = ("side", "share", *map(str, CLASSES))
        lines += ["", format_table(_side_rows(found), head=head)]
    unit = found.learning.unit
    head = (f"{unit}s", "accuracy", *map(str, CLASSES), "log-odds", "mean accuracy", "mean log-odds")
    curve = zip(found.learning.listed, found.learning.averaged, strict=True)
    lines += ["", format_table([_curve_row(point, average) for point, average in curve], head=head), ""]
    return "\n".join([*lines, *_flip_lines(found)])


def _held_out_rows(found: OffTraining) -> list[list[str]]:
    """The fitting mass on the world's own split, in all and by class."""
    own = found.own
    rows = [("all", ALL_KINDS, own.entropy)]
    rows += [(str(CLASSES[kind]), (kind,), own.entropies[kind]) for kind in ALL_KINDS]
    table = []
    for name, kinds, entropy in rows:
        defection = own.defection(kinds)
        if defection is None:
            table.append([name, f"none up to {found.weighed.header.max_bits} bits", "", "", "", ""])
            continue
        share = None if kinds == ALL_KINDS else own.share(kinds[0])
        shares = ["" if share is None else _share(share), _share(1 - defection), _share(defection)]
        table.append([name, *shares, format_bits(entropy), format_bits(ways(entropy))])
    return table


def _average_rows(found: OffTraining) -> list[list[str]]:
    averages = [
        *((f"excess defection, disguised as {side}", found.excess_defection(end)) for end, side in _NAMED_ENDS),
        ("entropy", found.average(lambda each: each.entropy)),
        ("dormant share", found.average(lambda each: each.dormant_share)),
    ]
    return [
        [name, *map(_share, (each.mean, each.least, each.most)), str(each.defined), str(each.undefined)]
        for name, each in averages
    ]


_NAMED_ENDS = tuple(zip(ENDS, ("direct", "search"), strict=True))


def _side_rows(found: OffTraining) -> list[list[str]]:
    sides = found.sides
    assert sides is not None
    return [
        [str(side), _share(sides.share(side)), *(_share(sides.share(side, (kind,))) for kind in ALL_KINDS)]
        for side in Side
    ]


def _curve_row(point: CurvePoint, average: AveragePoint) -> list[str]:
    accuracies = [_share(point.accuracy(kinds)) for kinds in (ALL_KINDS, *((kind,) for kind in ALL_KINDS))]
    mean_odds = format_interval(Interval(*(_float(each) for each in average.log_odds)))
    odds = format_interval(point.log_odds)
    return [str(point.lessons), *accuracies, odds, _share(average.accuracy.mean), mean_odds]


def _float(average: Average) -> float | None:
    return None if average.mean is None else float(average.mean)


def _flip_lines(found: OffTraining) -> list[str]:
    """Every N*, at both ends where they differ."""
    curves, lines = found.learning, []
    for what, flips in (("heaviest side", curves.heaviest_flips), ("lightest side", curves.lightest_flips)):
        texts = [_flips(flips(end), curves.unit, found.weighed.header.max_bits) for end in ENDS]
        shown = texts[0] if texts[0] == texts[1] else f"{texts[0]} (disguised as search: {texts[1]})"
        lines.append(f"{what} flips  {shown}")
    return lines


def _flips(flips: tuple[Flip, ...], unit: str, bound: int) -> str:
    if not flips:
        return "never"
    return ", ".join(
        f"after {flip.lessons} {unit}s from {flip.before} to {flip.after}"
        + (f", {flip.before} having none up to {bound} bits" if flip.one_sided else "")
        for flip in flips
    )


def population_text(found: Population) -> str:
    """What `priorsim population` prints: how many behaviours there are, and where conditions hold."""
    values = found.to_json()
    counts = values["behaviours"]
    lines = [
        f"every behaviour of the code-only programs up to {found.max_bits} bits: {counts['all']}",
        f"with a direct program {counts['with_direct']}, with a search program {counts['with_search']}, "
        f"with both {counts['population']}: the population, each counted once, under 2^-l",
        "",
    ]
    supports = [values["support"][end.name] for end in ENDS]
    rows = [
        (text, *(_share(support[name]) for support in supports))
        for name, text in (
            ("delta_l", "Delta L > 0"),
            ("bonus_difference", "B_search > B_direct"),
            ("log_odds", "log-odds > 0"),
        )
    ]
    spreads = [values["log_odds"][end.name] for end in ENDS]
    for name in ("least", "median", "most"):
        rows.append((f"log-odds, {name}", *(format_bits(spread and spread[name]) for spread in spreads)))
    lines.append(format_table(rows, head=("disguised programs count", "as direct", "as search")))
    return "\n".join(lines)
