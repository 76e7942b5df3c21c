"""The odds of several worlds as one table, a row a world: as text, CSV, LaTeX or JSON.

Nothing is computed here but the last rounding. Where one side has no program up to the bound, its odds are unknown.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from priorsim.errors import PriorsimError
from priorsim.formats import format_csv, format_json, format_lanes, listed, no_program, rounded, span
from priorsim.measure.crossover import Roots
from priorsim.measure.histogram import CLASSES
from priorsim.measure.keys import Ends
from priorsim.measure.odds import OddsAnswer
from priorsim.provenance import software, stamped
from priorsim.storage import begins_with
from priorsim.terminal import fitted, format_table
from priorsim.text.by_bound import further_lines
from priorsim.text.templates import latex, odds_text

_OF_CLASS = ("share", "programs", "l_min", "kt_min")
_CSV_HEAD = (
    *("world", "family", "dialect", "word_bits", "train", "bound_bits", "prior", "class_by"),
    *("log_odds_low", "log_odds_high", "gamma_star_low", "gamma_star_high", "tax_low", "tax_high"),
    *(f"{what}_{name}" for what in _OF_CLASS for name in CLASSES),
)
_HEAD = ("world", "trained on", "direct bits", "search bits", "log-odds", "gamma*")
_LATEX_HEAD = ("world", "lanes trained on", "direct", "search", "log-odds", r"$\gamma^*$")
_COMMAND = "priorsim odds"
_LATEX_REMARK = f"% {_COMMAND}: "
_JSON = rf"\{{\n \"software\": \{{[^{{}}]*\}},\n \"command\": \"{_COMMAND}\","


def table_csv(found: Sequence[OddsAnswer]) -> str:
    """A line for each world; empty where a number is unknown, or nothing of a class fits up to the bound."""
    return stamped(format_csv(_CSV_HEAD, map(_csv_row, found)))


def _csv_row(odds: OddsAnswer) -> list[object]:
    language, ends = odds.language, (odds.log_odds.low, odds.log_odds.high)
    row: list[object] = [odds.world, odds.family, language.dialect, language.word_bits]
    row += [format_lanes(odds.train), odds.bound_bits, odds.prior.name, odds.class_by, *ends]
    row += [" ".join(map(str, rounded(each.roots))) for each in odds.gamma_star]
    row += odds.break_even_tax
    return row + [getattr(part, what) for what in _OF_CLASS for part in odds.classes]


def _row(odds: OddsAnswer) -> tuple[str, ...]:
    direct, search = odds.classes.direct, odds.classes.search
    shortest = (f"> {odds.bound_bits}" if each.l_min is None else f"{each.l_min}" for each in (direct, search))
    return (odds.world, format_lanes(odds.train), *shortest, _log_odds(odds), _crossover(odds.gamma_star))


def _log_odds(odds: OddsAnswer) -> str:
    """The log-odds in bits, and unknown where they are of one side only."""
    low, high = odds.log_odds.low, odds.log_odds.high
    return "unknown" if no_program(low, high) else odds_text(low, high)


def _crossover(found: Ends[Roots]) -> str:
    low, high = (
        listed(each.roots, ".4f") if each.roots else "none" if each.sign and not each.missing else "unknown"
        for each in found
    )
    return span(low, high, str)


def _said(found: Sequence[OddsAnswer]) -> str:
    """What all rows have in common."""
    bounds = sorted({odds.bound_bits for odds in found})
    most = f"{bounds[0]}" if len(bounds) == 1 else f"{bounds[0]} to {bounds[-1]}"
    first = found[0]
    return f"prior {first.prior.name}; classes by {first.class_by}; every code-only program up to {most} bits"


def table_text(found: Sequence[OddsAnswer]) -> str:
    """What `priorsim odds` prints of several worlds; below it what to try next for those of which a side is unknown."""
    table = f"{_said(found)}\n\n{format_table(map(_row, found), head=_HEAD)}\n"
    ahead = [fitted(f"of {odds.world}, {line}\n") for odds in found for line in further_lines(odds)]
    return table + "".join(["\n", *ahead] if ahead else [])


def table_latex(found: Sequence[OddsAnswer]) -> str:
    """A tabular in the rules of the package booktabs, with a remark on prior and bound above."""
    rows = (" & ".join(map(_latex_cell, _row(odds))) + r" \\" for odds in found)
    said = f"{_LATEX_REMARK}{_said(found)}\n% Needs \\usepackage{{booktabs}}. Lengths and log-odds are in bits."
    head = " & ".join(_LATEX_HEAD) + r" \\"
    lines = [said, r"\begin{tabular}{llrrrr}", r"\toprule", head, r"\midrule", *rows, r"\bottomrule", r"\end{tabular}"]
    return "\n".join(lines) + "\n"


def _latex_cell(text: str) -> str:
    return f"${text}$" if text[:1] in "[-" else latex(text)


def table_json(found: Sequence[OddsAnswer]) -> str:
    """The code, the command, and of each world what `priorsim odds --json` says."""
    return format_json({"software": software(), "command": _COMMAND, "worlds": [odds.to_json() for odds in found]})


FORMATS: dict[str, Callable[[Sequence[OddsAnswer]], str]] = {
    ".csv": table_csv,
    ".tex": table_latex,
    ".json": table_json,
}
"""What writes a table, by the ending of the file's name."""


def writer_of(out: Path | None, as_json: bool) -> Callable[[Sequence[OddsAnswer]], str]:
    """What writes the table to a file by its ending, CSV to -, else text or JSON; PriorsimError for other endings."""
    if out is None:
        return table_json if as_json else table_text
    ending = ".csv" if str(out) in ("-", "/dev/stdout") else out.suffix.lower()
    if ending not in FORMATS:
        raise PriorsimError(f"--out {out}: a table's name ends in {', '.join(FORMATS)}: choose one of them")
    return FORMATS[ending]


def is_worlds_odds(path: Path) -> bool:
    """Whether a file is a table of worlds that this module wrote."""
    own = map(re.escape, (",".join(_CSV_HEAD) + "\n", _LATEX_REMARK))
    return begins_with(path, "|".join([*own, _JSON]))
