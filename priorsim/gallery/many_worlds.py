"""Figures with many worlds: odds side by side, Delta L against table bits, decomposition, three counts."""

from collections.abc import Iterator, Sequence

from scipy.stats import theilslopes

from priorsim import figures
from priorsim.figures.page import Ends
from priorsim.gallery.words import CLASSES, counted, number, sentences
from priorsim.measure.decomposition import decomposition, delta_l, three_counts
from priorsim.measure.histogram import DIRECT, SEARCH, Histogram
from priorsim.measure.mass import ENDS, LOW, Interval, log_odds_of
from priorsim.prior import Prior, named_prior
from priorsim.study import Study
from priorsim.worlds import World, catalogue, family

GAMMAS = (0.0, 0.5, 1.0)
MEMBERS = ("inverse", "forward")
MEMBER_BITS, MEMBER_LANES = 3, range(4, 9)
"""Members of these families, at this word size and with so many lanes, stand beside the catalogue."""


def named_worlds(study: Study) -> list[Histogram]:
    """The histograms of the catalogue, in its order."""
    return study.histograms(list(catalogue().values()))


def members() -> Iterator[World]:
    """The generated worlds that are shown beside the catalogue's, domain by domain."""
    for lanes in MEMBER_LANES:
        for name in MEMBERS:
            yield from family(name).members(word_bits=MEMBER_BITS, lanes=lanes)


def world_table(study: Study, _: Sequence[World]) -> figures.WorldTable:
    """The log-odds of every named world at GAMMAS."""
    prior = named_prior("solomonoff")
    rows = []
    for each in named_worlds(study):
        at = [log_odds_of(each, prior.with_values({"gamma": gamma})) for gamma in GAMMAS]
        ends = [(odds.low, odds.high) for odds in at]
        rows.append(figures.WorldOdds(each.world.name, each.world.family, each.max_bits, ends))
    return figures.WorldTable(rows, GAMMAS, prior)


def world_caption(table: figures.WorldTable) -> str:
    """What `world_table` shows."""
    said = []
    for place, gamma in enumerate(table.gammas):
        ends = [each.log_odds[place] for each in table.worlds]
        known = [(low, high) for low, high in ends if low is not None and high is not None]
        search, direct = sum(low > 0 for low, _ in known), sum(high < 0 for _, high in known)
        said.append(
            f"At gamma {gamma:g} search outweighs direct code in {counted(search, 'world')} and direct code search in "
            f"{direct}, wherever the disguised programs count; in {len(known) - search - direct} that decides."
        )
    nothing = sum(None in each.log_odds[0] for each in table.worlds)
    return sentences(
        f"Log-odds of search against direct code in every named world, {len(table.worlds)} of them, at three prices "
        "of time.",
        *said,
        f"In {counted(nothing, 'world')} nothing fits up to the bound B, given at the right of each row.",
        CLASSES,
    )


def length_table(study: Study, _: Sequence[World]) -> figures.LengthTable:
    """Delta L of the catalogue, and of the members of families, against the words asked for."""
    worlds = [*catalogue().values(), *members()]
    rows = []
    for each in study.histograms(worlds):
        ends = _both_ends([delta_l(each, end) for end in ENDS])
        if ends != (None, None):
            bits = len(each.world.train) * each.world.domain.word_bits
            rows.append(figures.WorldLength(each.world.name, each.world.family, bits, ends))
    return figures.LengthTable(rows)


def _both_ends(intervals: Sequence[Interval]) -> Ends:
    """The interval that holds those with the disguised programs on either side."""
    lows, highs = [each.low for each in intervals], [each.high for each in intervals]
    low = None if None in lows else min(end for end in lows if end is not None)
    high = None if None in highs else max(end for end in highs if end is not None)
    return low, high


def length_caption(table: figures.LengthTable) -> str:
    """What `length_table` shows."""
    positive = sum(each.ends[0] is not None and each.ends[0] > 0 for each in table.worlds)
    negative = sum(each.ends[1] is not None and each.ends[1] < 0 for each in table.worlds)
    open_ended = sum(None in each.ends for each in table.worlds)
    return sentences(
        "Delta L is L_min(direct) - L_min(search): the bits by which the shortest fitting search program is shorter "
        "than "
        "the shortest fitting direct one.",
        f"It is above 0 in {positive} of {counted(len(table.worlds), 'world')} and below 0 in {negative}, wherever the "
        "disguised programs count; in the others that decides, it is 0, or the bound leaves the sign open.",
        f"In {counted(open_ended, 'world')} one side has no program up to the bound: an arrow points to where Delta "
        "L may be.",
        _slope(table),
        "Across stands what a table would have to hold: number of training lanes times bits of a word. Worlds with "
        "as large "
        "a table stand beside each other.",
        f"Shown are the named worlds and all members of the families {' and '.join(MEMBERS)} with words of "
        f"{MEMBER_BITS} "
        f"bits and {MEMBER_LANES[0]} to {MEMBER_LANES[-1]} lanes, but for those that nothing fits.",
        CLASSES,
    )


def _slope(table: figures.LengthTable) -> str:
    """How Delta L goes with the size of the table, where it is known."""
    known = [
        (each.table_bits, (low + high) / 2)
        for each in table.worlds
        for low, high in [each.ends]
        if low is not None and high is not None
    ]
    bits, delta = [size for size, _ in known], [middle for _, middle in known]
    if len(set(bits)) < 2:
        return ""
    slope = theilslopes(delta, bits).slope
    return (
        f"Over the {len(known)} worlds in which it is known it goes by {number(slope)} bits with each bit of the table "
        "(the median of the slopes between any two)."
    )


def _with_both(study: Study) -> list[Histogram]:
    """The named worlds that both direct code and search fit."""
    return [each for each in named_worlds(study) if all(len(each.cells.of([kind])) for kind in (DIRECT, SEARCH))]


def term_table(study: Study, _: Sequence[World]) -> figures.TermTable:
    """The terms of the log-odds under `levin`, the disguised programs counted as direct code."""
    rows = []
    for each in _with_both(study):
        terms = decomposition(each, named_prior("levin"), LOW)
        assert terms is not None, "both sides have programs"
        rows.append(figures.WorldTerms(each.world.name, terms.delta_l, terms.bonus_difference, terms.penalty))
    return figures.TermTable(rows)


def term_caption(table: figures.TermTable) -> str:
    """What `term_table` shows."""
    names = {"delta_l": "length", "bonus": "multiplicity", "speed": "speed"}
    said = [
        f"{text} is for search in {sum(getattr(each, name) > 0 for each in table.worlds)}"
        for name, text in names.items()
    ]
    return sentences(
        f"Log-odds of search against direct code in parts, for the {counted(len(table.worlds), 'named world')} that "
        "both fit: "
        "Delta L = L_min(direct) - L_min(search); multiplicity B_search - B_direct, with B the bits that there being "
        "many "
        "programs of a class is worth; and what a price of one bit for a doubling of the time adds.",
        f"Of these worlds, {'; '.join(said)}.",
        f"The sum, the log-odds under 2^-l / t, is above 0 in {sum(each.log_odds > 0 for each in table.worlds)}.",
        "Disguised programs, which owe their answer to a loop that ran until something held, are counted as direct "
        "code.",
    )


def count_table(study: Study, _: Sequence[World]) -> figures.CountTable:
    """log2 of search over direct by functions, programs and mass, at both ends."""
    simplicity = Prior("solomonoff")
    rows = []
    for each in _with_both(study):
        low, high = (three_counts(each, simplicity, end) for end in ENDS)
        rows.append(
            figures.WorldCounts(
                each.world.name,
                (low.functions_log2, high.functions_log2),
                (low.programs_log2, high.programs_log2),
                (low.mass, high.mass),
            )
        )
    return figures.CountTable(rows)


def count_caption(table: figures.CountTable) -> str:
    """What `count_table` shows."""
    differ = [each for each in table.worlds if each.disagrees]
    most = max(table.worlds, key=lambda each: (each.functions[0] or 0) - (each.mass[0] or 0), default=None)
    example = (
        f"Farthest apart are functions and mass in {most.world}: {number(most.functions[0])} against "
        f"{number(most.mass[0])} "
        "bits, the disguised counted as direct code."
        if most
        else ""
    )
    return sentences(
        "Search against direct code counted three ways, log2 of the ratio, in the "
        f"{counted(len(table.worlds), 'named world')} "
        "that both fit: distinct functions that fit (one with programs of both counts for both), programs of the "
        "lengths that "
        "both sides reach, and mass under 2^-l.",
        f"The signs differ in {len(differ)} of them, marked by a star.",
        example,
        "A line joins the two ends where the disguised programs decide.",
        CLASSES,
    )
