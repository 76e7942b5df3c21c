"""The verdicts for readers: claims.md, claims.json, and a table as CSV and as LaTeX.

Nothing is measured here. A percentage is rounded to whole ones, medians to four digits; the JSON has all.
"""

import re
from collections.abc import Sequence
from typing import Any

from priorsim.claims.claim import Claim
from priorsim.claims.judged import Judged
from priorsim.claims.rule import REFUTED_BELOW, SUPPORTED_ABOVE, Cell
from priorsim.formats import format_csv, format_json, markdown_table
from priorsim.provenance import software
from priorsim.text.listing import format_table

AT_HOME = {"class_by": "lesion", "bound": "B", "tax": 0}
"""The setting of the grid that is shown first."""

NOT_ANSWERABLE = (
    "A toy cannot say whether a defection could be reasoned out when the program is run, and not coded; whether "
    "programs bargain with others that they only imagine; or whether any of it carries over to trained networks."
)

_CSV_HEAD = (
    *("claim", "quantity", "population", "word_bits", "class_by", "bound", "tax", "queries", "radius"),
    *("max_bits", "worlds", "holds", "fails", "undefined", "support", "median", "decides"),
)


def verdicts_json(judged: Sequence[Judged], command: str) -> str:
    """Everything as one JSON object: the code, the command, the rule, and the claims with all their cells."""
    rule = {"supported_above": str(SUPPORTED_ABOVE), "refuted_below": str(REFUTED_BELOW)}
    claims = [_claim_json(each) for each in judged]
    return format_json({"software": software(), "command": command, "rule": rule, "claims": claims})


def _claim_json(judged: Judged) -> dict[str, Any]:
    values = judged.to_json()
    beside = [
        {**shown, "headline": headline(cells)}
        for shown, (_, cells) in zip(values["beside"], judged.beside, strict=True)
    ]
    return {**values, "headline": headline(judged.deciding), "beside": beside}


def verdicts_csv(judged: Sequence[Judged]) -> str:
    """A line for each cell of each quantity."""
    rows: list[list[Any]] = []
    for each in judged:
        groups = [
            (each.claim.quantity, each.cells, True),
            *((other.text, cells, False) for other, cells in each.beside),
        ]
        for quantity, cells, is_deciding in groups:
            for cell in cells:
                values = cell.to_json()
                decides = is_deciding and each.claim.decides(cell)
                rows.append([each.claim.name, quantity, *(values.get(name) for name in _CSV_HEAD[2:-1]), int(decides)])
    return format_csv(_CSV_HEAD, rows)


def headline(cells: Sequence[Cell]) -> str:
    """What was found in one sentence: the support in each population at home, and its range over the grid.

    >>> cell = Cell({"population": "all", "class_by": "lesion", "bound": "B", "tax": 0}, 1, 3, 0)
    >>> headline([cell])
    'all 25 %. Over the grid support is 25 % in 1 cell.'
    """
    populations: dict[str, list[Cell]] = {}
    for cell in cells:
        if is_at_home(cell):
            populations.setdefault(str(cell.factors["population"]), []).append(cell)
    parts = [f"{population} {_reach(group)}" for population, group in populations.items()]
    return f"{', '.join(parts)}. Over the grid {range_of(cells)}."


def is_at_home(cell: Cell) -> bool:
    """Whether a cell is at the setting that is shown first."""
    return all(cell.factors[factor] == level for factor, level in AT_HOME.items())


def place_of(cell: Cell) -> str:
    """Population and words of a cell."""
    more = "".join(f", {factor} {cell.factors[factor]}" for factor in ("queries", "radius") if factor in cell.factors)
    return f"{cell.factors['population']}, w = {cell.factors['word_bits']}{more}"


def support_of(cell: Cell) -> str:
    """Support and number of worlds in words.

    >>> support_of(Cell({}, 2, 1, 4))
    '67 % of 3 worlds, 4 more undefined'
    >>> support_of(Cell({}, 0, 0, 4, reasons={"none fits": 3, "none moves": 1}))
    'undefined in all 4 worlds (none fits: 3, none moves: 1)'
    """
    reasons = ", ".join(f"{reason}: {number}" for reason, number in cell.reasons.items())
    undefined = f" ({reasons})" if reasons else ""
    if cell.support is None:
        return f"undefined in all {cell.undefined} worlds{undefined}"
    undefined = f", {cell.undefined} more undefined{undefined}" if cell.undefined else ""
    return f"{_percent(cell)} of {cell.told} world{'s' * (cell.told != 1)}{undefined}"


def range_of(cells: Sequence[Cell]) -> str:
    """The least and the greatest support over cells, in words."""
    number = sum(cell.support is not None for cell in cells)
    return f"support is {_reach(cells)} in {number} cell{'s' * (number != 1)}" if number else "no world tells"


def _reach(cells: Sequence[Cell]) -> str:
    """The least and the greatest support."""
    told = [cell for cell in cells if cell.support is not None]
    if not told:
        return "undefined"
    low, high = (_percent(choose(told, key=lambda cell: cell.support or 0)) for choose in (min, max))
    return low if low == high else f"{low} to {high}"


def _percent(cell: Cell) -> str:
    assert cell.support is not None
    return f"{100 * float(cell.support):.0f} %"


# --- text -------------------------------------------------------------------------------------


def verdicts_text(judged: Sequence[Judged]) -> str:
    """What `priorsim claims` prints: the verdicts, or all of a claim where only one is asked for."""
    if len(judged) == 1:
        return "\n".join(line.replace("**", "") for line in _section(judged[0]))
    rows = [
        (each.claim.name, str(each.ruling.verdict), range_of(each.deciding), each.ruling.depends_on or "")
        for each in judged
    ]
    return format_table(rows, head=("claim", "verdict", "found", "depends on"))


def world_verdicts_text(judged: Sequence[Judged]) -> str:
    """What `priorsim claims --world` prints: each claim's number in the world, and where in the grid it holds."""
    rows = []
    for each in judged:
        home = next(cell for cell in each.cells if is_at_home(cell))
        holds, told = (sum(getattr(cell, name) for cell in each.cells) for name in ("holds", "told"))
        where = f"{holds} of {told}" if told else "undefined in all"
        rows.append((each.claim.name, _number(home, each.claim), _condition(each.claim), where))
    return format_table(rows, head=("claim", "number", "supports where", "holds in cells of the grid"))


def _number(cell: Cell, claim: Claim) -> str:
    """The number of a cell of one world."""
    if cell.median is None:
        return "infinite" if cell.told else "undefined"
    return ("true" if cell.holds else "false") if claim.unit == "0 or 1" else f"{cell.median:.4g}"


# --- Markdown ---------------------------------------------------------------------------------


def verdicts_markdown(judged: Sequence[Judged], command: str) -> str:
    """The page of verdicts: the rule, a table, and a section for each claim."""
    lines = [
        "# A verdict on every claim",
        "",
        f"Made by `{command}`.",
        "",
        "A claim is a condition on a number of one world; its *support* in a cell is the share of worlds in which the",
        "condition holds, of those in which it can be told. It cannot where a class is empty, the bound censors the",
        "number, or the disguised programs decide. Cells: every population named, by words; classes by lesion and by",
        "form; bounds B and B-4; a search tax of 0 and 4 bits.",
        f"Support above {SUPPORTED_ABOVE} in every cell: supported; below {REFUTED_BELOW} in every cell: refuted;",
        "otherwise it depends, and the factor is named that explains most of the variance between cells.",
        "The thresholds were fixed before the runs.",
        "",
        *markdown_table(("claim", "", "supports where", "verdict", "depends on"), [_row(each) for each in judged]),
    ]
    for each in judged:
        lines += ["", *_section(each)]
    return "\n".join([*lines, "", "## What is not answerable here", "", NOT_ANSWERABLE]) + "\n"


def _row(judged: Judged) -> tuple[str, ...]:
    claim = judged.claim
    link = f"[{claim.name}](#{claim.name})"
    return (link, claim.text, _condition(claim), f"**{judged.ruling.verdict}**", judged.ruling.depends_on or "")


def _condition(claim: Claim) -> str:
    return f"{claim.condition.text} {claim.unit}" if claim.unit != "0 or 1" else "true"


def _section(judged: Judged) -> list[str]:
    claim = judged.claim
    lines = [
        f"## {claim.name}",
        "",
        f"{claim.text} ({claim.source})",
        "",
        f"- quantity: {claim.quantity}; supports where {_condition(claim)}",
        f"- verdict: **{judged.ruling.verdict}**; {range_of(judged.deciding)}",
    ]
    if judged.ruling.depends_on:
        lines.append(f"- depends on: {judged.ruling.depends_on}")
    if claim.identity:
        lines.append(f"- identity: {claim.identity}")
    lines.append(f"- limits: {claim.limits}")
    if claim.figure:
        lines.append(f"- figure: {claim.figure}")
    lines += ["", *_home_table(judged.cells, claim.unit), "", *_grid_table(judged.cells)]
    for other, cells in judged.beside:
        lines += ["", f"Beside it: {other.text} {other.condition.text}", "", *_home_table(cells, other.unit)]
    return lines


def _home_table(cells: Sequence[Cell], unit: str) -> list[str]:
    """The cells at the setting that is shown first."""
    rows = [
        (
            place_of(cell),
            "" if cell.max_bits is None else str(cell.max_bits),
            support_of(cell),
            "" if cell.median is None else f"{cell.median:.4g}",
        )
        for cell in cells
        if is_at_home(cell)
    ]
    return markdown_table(("population", "B", "support", f"median, {unit}"), rows)


def _grid_table(cells: Sequence[Cell]) -> list[str]:
    """The support in every cell: a line for each population at a bound B, a column for each setting."""
    supports: dict[tuple[str, str], dict[str, str]] = {}
    for cell in cells:
        setting = f"{cell.factors['class_by']}, {cell.factors['bound']}, tax {cell.factors['tax']}"
        place = place_of(cell), "" if cell.max_bits is None else str(cell.max_bits + _below(cell))
        supports.setdefault(place, {})[setting] = "undefined" if cell.support is None else _percent(cell)
    settings = list(dict.fromkeys(setting for row in supports.values() for setting in row))
    rows = [(*place, *(row.get(setting, "") for setting in settings)) for place, row in supports.items()]
    return markdown_table(("support by", "B", *settings), rows)


def _below(cell: Cell) -> int:
    """How many bits below B a cell's programs end."""
    return int(str(cell.factors["bound"]).removeprefix("B").removeprefix("-") or 0)


# --- LaTeX ------------------------------------------------------------------------------------


def verdicts_latex(judged: Sequence[Judged], command: str) -> str:
    """The table of claims for a paper, with booktabs' rules; it may break over pages."""
    rows = []
    for each in judged:
        told = [cell for cell in each.deciding if cell.support is not None]
        cells = (each.claim.text, _condition(each.claim), _reach(told), str(len(told)), str(each.ruling.verdict))
        rows.append(" & ".join(map(_tex, cells)) + NEW_ROW)
    return "\n".join(
        [
            f"% Made by: {command}. Needs \\usepackage{{booktabs,longtable}}.",
            r"\begin{longtable}{p{0.42\linewidth}llrl}",
            r"\toprule",
            r"Claim & Supports where & Support & Cells & Verdict \\",
            r"\midrule",
            r"\endhead",
            r"\bottomrule",
            r"\endfoot",
            *rows,
            r"\end{longtable}",
            "",
        ]
    )


NEW_ROW = r" \\"
_TEX = {"%": r"\%", "_": r"\_", "&": r"\&", "#": r"\#", "^": r"\^{}", "<": "$<$", ">": "$>$"}
_TEX |= {">=": r"$\ge$", "<=": r"$\le$"}


def _tex(text: str) -> str:
    r"""The text with what LaTeX would read as commands escaped.

    >>> print(_tex("67 % of 3, x >= 1, a_b"))
    67 \% of 3, x $\ge$ 1, a\_b
    """
    return re.sub(r">=|<=|[%_&#^<>]", lambda found: _TEX[found[0]], text)
