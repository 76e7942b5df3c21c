"""The odds of several worlds as one table, a row a world.

Nothing is computed here but the last rounding. Where one side has no program up to the bound, its odds are unknown.
"""

from priorsim.formats import no_program, rounded
from priorsim.measure.by_bound import Settled
from priorsim.measure.crossover import Roots
from priorsim.measure.histogram import CLASSES
from priorsim.measure.odds import OddsAnswer
from priorsim.text.by_bound import further_lines, settled_text
from priorsim.text.templates import odds_text
from priorsim.text.worlds_table import WorldsTable

_OF_CLASS = ("share", "programs", "l_min", "kt_min")
_CSV_HEAD = (
    *("log_odds_low", "log_odds_high", "gamma_star_low", "gamma_star_high", "tax_low", "tax_high"),
    *(f"{what}_{name}" for what in _OF_CLASS for name in CLASSES),
    *(f"{what}_decimals_{end}" for what in ("gamma_star", "tax") for end in ("low", "high")),
)
_HEAD = {"direct bits": "direct", "search bits": "search", "log-odds": "log-odds", "gamma*": r"$\gamma^*$"}


def _of_csv(odds: OddsAnswer) -> list[list[object]]:
    row: list[object] = [odds.log_odds.low, odds.log_odds.high]
    row += [" ".join(map(str, rounded(each.roots))) for each in odds.gamma_star]
    row += odds.break_even_tax
    row += [getattr(part, what) for what in _OF_CLASS for part in odds.classes]
    settled = odds.convergence.settled
    return [row + [each and each.decimals for each in (*settled.gamma_star, *settled.break_even_tax)]]


def _of_text(odds: OddsAnswer) -> list[list[str]]:
    sides = (odds.classes.direct, odds.classes.search)
    shortest = (f"> {odds.bound_bits}" if each.l_min is None else f"{each.l_min}" for each in sides)
    return [[*shortest, _log_odds(odds), _crossovers(odds)]]


def _log_odds(odds: OddsAnswer) -> str:
    """The log-odds in bits, and unknown where they are of one side only."""
    low, high = odds.log_odds.low, odds.log_odds.high
    return "unknown" if no_program(low, high) else odds_text(low, high)


def _crossovers(odds: OddsAnswer) -> str:
    """The crossovers with the digits that have settled, disguised programs as direct / as search."""
    low, high = map(_crossover, odds.gamma_star, odds.convergence.settled.gamma_star)
    return low if low == high else f"{low} / {high}"


def _crossover(found: Roots, settled: Settled | None) -> str:
    if found.roots:
        return settled_text(found.roots, settled)
    return "none" if found.sign and not found.missing else "unknown"


TABLE = WorldsTable(
    command="priorsim odds", csv_head=_CSV_HEAD, of_csv=_of_csv, head=_HEAD, of_text=_of_text, lines=further_lines
)
"""What `priorsim odds` writes of several worlds; below the text stands what to try next where a side is unknown."""
