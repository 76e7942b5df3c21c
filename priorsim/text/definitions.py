"""Text for definitions of search side by side; nothing is computed but the last rounding."""

from collections.abc import Sequence

from priorsim.measure.definitions import Compared, Definitions, Judged
from priorsim.measure.shares import Share
from priorsim.text.listing import format_lanes, format_table
from priorsim.text.report import format_bits, format_interval, format_prior

SAID = {True: "search", False: "rest", None: "undefined"}


def definitions_text(found: Definitions) -> str:
    """What `priorsim definitions` prints of a world."""
    world, header = found.world, found.header
    lines = [
        f"world {world.name}: {world.description or 'no description'}",
        f"every code-only program up to {header.max_bits} bits; dialect {header.language.dialect.name}, "
        f"words of {header.language.word_bits} bits, depth {header.language.depth}",
        f"trained on lanes {format_lanes(world.train)} of {len(world.domain.lanes)}; "
        f"prior {found.prior.name}: {format_prior(found.prior)}",
        "",
    ]
    if not found.judged:
        return "\n".join([*lines, f"no program of up to {header.max_bits} bits fits: there is nothing to compare"])
    lines += ["all programs that fit", *_compared(found.every), "", _which(found), *_compared(found.few)]
    return "\n".join([*lines, "", _list(found.judged)])


def _which(found: Definitions) -> str:
    """The shortest programs in words: how many, up to where, and what they are retargeted to."""
    number, last = len(found.judged), found.judged[-1].key.bits
    goals = f"{len(found.goals)} other worlds to retarget to" if found.goals else "no other world to retarget to"
    if number < found.shortest.asked:
        return f"the {number} programs that fit, one by one; {goals}"
    return (
        f"the {number} shortest of them, with {found.shortest.last_taken} of the {found.shortest.last_length} "
        f"programs of {last} bits, the first in code order; their mass alone; {goals}"
    )


def _compared(found: Compared) -> list[str]:
    """Three tables: what is said together, who agrees with whom, and the odds under each."""
    groups = [
        (*(SAID[label] for label in group.labels), group.programs, format_bits(group.mass.log2), group.l_min)
        for group in found.groups
    ]
    agreement = [(name, *(_both(found.agreement(name, other)) for other in found.names)) for name in found.names]
    return [
        "",
        format_table(groups, head=(*found.names, "programs", "log2 mass", "L_min")),
        "",
        format_table(agreement, head=("agreement: programs, mass", *found.names)),
        "",
        format_table([_odds_row(found, name) for name in found.names], head=("search by", *_ODDS_HEAD)),
    ]


_ODDS_HEAD = ("search", "rest", "log2 mass search", "rest", "L_min search", "rest", "Delta L", "log-odds")


def _odds_row(found: Compared, name: str) -> list[object]:
    search, rest = found.side(name, True), found.side(name, False)
    least = ["none" if side.l_min is None else side.l_min for side in (search, rest)]
    masses = [format_bits(side.mass.log2) for side in (search, rest)]
    delta, odds = format_interval(found.delta_l(name)), format_bits(found.log_odds(name))
    return [name, search.programs, rest.programs, *masses, *least, delta, odds]


def _both(shares: Sequence[Share | None]) -> str:
    return ", ".join(map(_share, shares))


def _share(share: Share | None) -> str:
    return "undefined" if share is None else f"{float(share):.3f}"


def _list(judged: Sequence[Judged]) -> str:
    rows = [
        (
            each.key.bits,
            *(SAID[said] for said in each.labels[:3]),
            _share(each.retargeting),
            _share(each.effort),
            each.program,
        )
        for each in judged
    ]
    return format_table(rows, head=("bits", "form", "strict", "wide", "retargeted", "effort", "program"))
