"""Numbers at the bound and at shorter ones in words: the digits that have settled, and what is unknown.

Nothing is computed here but the last rounding.
"""

import math
import re
from collections.abc import Sequence

from priorsim.formats import format_duration, no_program
from priorsim.measure.by_bound import DECIMALS, NUMBERS, AtBound, Settled, fixed
from priorsim.measure.crossover import Roots
from priorsim.measure.odds import OddsAnswer
from priorsim.mu.dialect import NO_SEARCH
from priorsim.terminal import format_table
from priorsim.text.templates import odds_text

_HEAD = ("bound", "log-odds", "gamma*", "break-even tax", "alpha", "essential share")


def settled_text(values: Sequence[float], settled: Settled | None) -> str:
    """The values with the digits that the last two bounds agree on; "about" one digit where they agree on none.

    >>> settled_text((1.2345,), Settled(2, "rising")), settled_text((0.047, 3.1), Settled(None, None))
    ('1.23, still rising', 'about 0.05, 3')
    """
    if settled is None or settled.decimals is None:
        said = "about " + ", ".join(f"{float(f'{value:.1g}'):g}" for value in values)
    else:
        said = ", ".join(fixed(value, settled.decimals) for value in values)
    return said if settled is None or settled.still is None else f"{said}, still {settled.still}"


def by_bound_text(bounds: Sequence[AtBound]) -> str:
    """A line for each bound, disguised programs as direct / as search; empty where no number is known at any."""
    rows = [(f"{at.bits}", _log_odds(at), *(_cell(at, name) for name in NUMBERS)) for at in bounds]
    is_known = any(re.search("[0-9]", cell) for row in rows for cell in row[1:])
    return format_table(rows, head=_HEAD) if is_known else ""


def _log_odds(at: AtBound) -> str:
    low, high = at.log_odds.low, at.log_odds.high
    return "unknown" if no_program(low, high) else odds_text(low, high)


def _cell(at: AtBound, name: str) -> str:
    low, high = (_said(at, name, end) for end in ("low", "high"))
    return low if low == high else f"{low} / {high}"


def _said(at: AtBound, name: str, end: str) -> str:
    values = at.values(name, end)
    if values:
        return ", ".join(fixed(value, DECIMALS) for value in values)
    # A search tax weighs on the programs that a price of time weighs on: both lack a root, or a side, in one way.
    roots: Roots = getattr(at.gamma_star, end)
    is_known = bool(roots.roots) or roots.sign is not None
    return "none" if is_known and name in ("gamma_star", "break_even_tax") else "unknown"


def within_text(found: OddsAnswer) -> str:
    """Among which programs a side has none: those up to the bound and, where the prior has one, within its cap."""
    return f"up to {found.bound_bits} bits{'' if found.prior.cap is None else ' and within the cap'}"


def verdict_text(found: OddsAnswer) -> str:
    """The log-odds and which side outweighs the other; unknown where a side has no program, at the end of which."""
    low, high = found.log_odds.low, found.log_odds.high
    if missing := no_program(low, high):
        return f"unknown: {missing} {within_text(found)}"
    assert low is not None and high is not None, "a side is missing otherwise"
    said = f"{odds_text(low, high)} bits: "
    if math.isinf(low) or math.isinf(high):
        return f"{said}the only {'search' if math.isinf(low) else 'direct code'} is disguised"
    if low > 0:
        return f"{said}search outweighs direct code"
    if high < 0:
        return f"{said}direct code outweighs search"
    return said + ("which outweighs depends on where disguised programs count" if high > low else "even")


def lacking_text(found: OddsAnswer) -> str:
    """What stands beside a class of which the bound holds no program, in lines; empty where all hold some."""
    lacking, lines = _lacking(found), [] if _has_search(found) else [f"No program searches, however long: {NO_SEARCH}."]
    if lacking:
        which = "" if all(each.l_min is None for each in found.classes) else f"{' or '.join(lacking)} "
        lines.append(f"No code-only {which}program up to {found.bound_bits} bits fits: longer ones are unknown.")
    return "\n".join([*lines, *(f"  {line}" for line in further_lines(found))])


def _lacking(found: OddsAnswer) -> list[str]:
    """Of direct code and search, what the bound holds no program of while longer ones may exist."""
    sides = ("direct", "search") if _has_search(found) else ("direct",)
    return [name for name, each in found.classes.items() if each.l_min is None and name in sides]


def _has_search(found: OddsAnswer) -> bool:
    """Whether the language has a search node: where it has none, the prior converges at every tax."""
    return found.least_tax > -math.inf


def further_lines(found: OddsAnswer) -> list[str]:
    """What to try next where the bound holds no program of a side, and where there is no direct code a table's length.

    No line where it holds some of both.
    """
    lacking, ahead, lines = _lacking(found), found.further, []
    if lacking and ahead.max_bits is not None and ahead.seconds is not None:
        time = "a second or less" if ahead.seconds < 1 else f"some {format_duration(ahead.seconds)}"
        lines.append(f"next to try: --max-bits {ahead.max_bits}, {time} on two cores")
    if "direct" in lacking and ahead.table_bits is not None:
        lines.append(f"a table of the answers, direct code with data, has {ahead.table_bits} bits")
    return lines
