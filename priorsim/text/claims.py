"""The verdicts for readers: claims.md, claims.json, a table as CSV and as LaTeX, and what was found in short.

Nothing is measured here. A percentage is rounded to whole ones, medians to four digits; the JSON has all.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from priorsim.claims.answer import BesideAnswer, ClaimAnswer, Software, Thresholds, VerdictsAnswer
from priorsim.claims.claim import Claim, Judged
from priorsim.claims.rule import REFUTED_BELOW, SUPPORTED_ABOVE, Cell
from priorsim.formats import counted, format_csv, format_table, number, percent, rounded
from priorsim.keys import plain
from priorsim.provenance import software
from priorsim.text.templates import TRUE, condition, reach, render

AT_HOME = {"class_by": "lesion", "bound": "B", "tax": 0}
"""The setting of the grid that is shown first."""

NOT_ANSWERABLE = (
    "A toy cannot say whether a defection could be reasoned out when the program is run, and not coded; whether "
    "programs bargain with others that they only imagine; or whether any of it carries over to trained networks."
)

STEPS = (
    *("much-simpler", "many-against-one", "three-counts", "speed-disincentive", "speed-uncompetitive"),
    *("gamma-star", "well-tuned", "treacherous", "table-to-search", "reachable"),
)
FIGURES = ("delta-l", "phase-in-context-root-sum-w4", "walk-landscape-forward.w3-pronic-l8")
"""The claims that `found_markdown` shows, in the order of the argument, and its figures."""

_CSV_HEAD = (
    *("claim", "quantity", "population", "word_bits", "class_by", "bound", "tax", "queries", "radius"),
    *("max_bits", "worlds", "holds", "fails", "undefined", "support", "median", "decides"),
)


def verdicts_of(judged: Sequence[Judged], command: str) -> dict[str, Any]:
    """What claims.json holds: the code, the command, the rule, and the claims with all their cells."""
    found: dict[str, Any] = rounded(
        VerdictsAnswer(
            software=Software(**software()),
            command=command,
            rule=Thresholds(str(SUPPORTED_ABOVE), str(REFUTED_BELOW)),
            claims=tuple(map(_answer, judged)),
        ).to_json()
    )
    return found


def _answer(each: Judged) -> ClaimAnswer:
    claim = each.claim
    return ClaimAnswer(
        name=claim.name,
        source=claim.source,
        claim=claim.text,
        quantity=claim.quantity,
        unit=claim.number.unit,
        condition=claim.number.condition,
        verdict=str(each.ruling.verdict),
        depends_on=each.ruling.depends_on,
        identity=claim.identity,
        cells=tuple(cell.answer(claim.decides(cell)) for cell in each.cells),
        beside=tuple(
            BesideAnswer(
                other.text, other.unit, other.condition, tuple(cell.answer() for cell in cells), headline(cells)
            )
            for other, cells in each.beside
        ),
        figure=claim.figure,
        limits=claim.limits,
        headline=headline(each.deciding),
    )


def verdicts_csv(judged: Sequence[Judged]) -> str:
    """A line for each cell of each quantity."""
    rows: list[list[Any]] = []
    for each in judged:
        groups = [(each.claim.quantity, each.cells), *((other.text, cells) for other, cells in each.beside)]
        for quantity, cells in groups:
            for cell in cells:
                values, decides = plain(cell.answer()), cells is each.cells and each.claim.decides(cell)
                rows.append([each.claim.name, quantity, *map(values.get, _CSV_HEAD[2:-1]), int(decides)])
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
    parts = ", ".join(f"{population} {_reach(group)}" for population, group in populations.items())
    return f"{parts}. Over the grid {range_of(cells)}."


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
    said = ", ".join(f"{reason}: {number}" for reason, number in cell.reasons.items())
    why = f" ({said})" if said else ""
    if cell.support is None:
        return f"undefined in all {cell.undefined} worlds{why}"
    more = f", {cell.undefined} more undefined{why}" if cell.undefined else ""
    return f"{percent(cell.support, '.0f')} of {counted(cell.told, 'world')}{more}"


def range_of(cells: Sequence[Cell]) -> str:
    """The least and the greatest support over cells, in words."""
    told = sum(cell.support is not None for cell in cells)
    return f"support is {_reach(cells)} in {counted(told, 'cell')}" if told else "no world tells"


def _reach(cells: Sequence[Cell]) -> str:
    return reach([cell.support for cell in cells if cell.support is not None])


def verdicts_text(judged: Sequence[Judged]) -> str:
    """What `priorsim claims` prints: the verdicts, or all of a claim where only one is asked for."""
    if len(judged) == 1:
        return render("claim.md", each=judged[0], **_SHOWN).replace("**", "").removesuffix("\n")
    rows = [(each.claim.name, each.ruling.verdict, range_of(each.deciding), each.ruling.depends_on) for each in judged]
    return format_table(
        [[cell or "" for cell in row] for row in rows], head=("claim", "verdict", "found", "depends on")
    )


def world_verdicts_text(judged: Sequence[Judged]) -> str:
    """What `priorsim claims --world` prints: each claim's number in the world, and where in the grid it holds."""
    rows = []
    for each in judged:
        home = next(cell for cell in each.cells if is_at_home(cell))
        holds, told = (sum(getattr(cell, name) for cell in each.cells) for name in ("holds", "told"))
        where = f"{holds} of {told}" if told else "undefined in all"
        shown = number(home.median, ".4g", none="infinite" if home.told else "undefined")
        if each.claim.number.unit == TRUE and home.median is not None:
            shown = "true" if home.holds else "false"
        rows.append((each.claim.name, shown, _condition(each.claim), where))
    return format_table(rows, head=("claim", "number", "supports where", "holds in cells of the grid"))


def verdicts_markdown(judged: Sequence[Judged], command: str) -> str:
    """The page of verdicts: the rule, a table, and a section for each claim."""
    rule = {"supported_above": SUPPORTED_ABOVE, "refuted_below": REFUTED_BELOW, "not_answerable": NOT_ANSWERABLE}
    return render("claims.md", judged=judged, command=command, **rule, **_SHOWN)


def verdicts_latex(judged: Sequence[Judged], command: str) -> str:
    """The table of claims for a paper, with booktabs' rules; it may break over pages."""
    return render("claims.tex", judged=judged, command=command, **_SHOWN)


def found_markdown(verdicts: Mapping[str, Any], captions: Mapping[str, str], *, folder: str = "") -> str:
    """The verdicts on ten claims in a line each, with three figures, from what claims.json holds.

    Captions are those of the drawings, by file name without ending; their first two sentences are shown, and of those
    that are missing nothing. The folder is where the results are, seen from the text: empty, or ending in a slash.
    """
    claims = {claim["id"]: claim for claim in verdicts["claims"]}
    return render(
        "found.md",
        command=verdicts["command"],
        counts=Counter(claim["verdict"] for claim in claims.values()).most_common(),
        claims=claims,
        steps=[claims[name] for name in STEPS if name in claims],
        figures={name: captions[name].splitlines()[:2] for name in FIGURES if name in captions},
        folder=folder,
    )


def _condition(claim: Claim) -> str:
    return condition(claim.number.unit, claim.number.condition)


def _supports_by_setting(cells: Sequence[Cell]) -> list[list[str]]:
    """The support in every cell: names, then a line for each population at a bound B, a column for each setting."""
    supports: dict[tuple[str, str], dict[str, str]] = {}
    for cell in cells:
        setting = f"{cell.factors['class_by']}, {cell.factors['bound']}, tax {cell.factors['tax']}"
        # B, of which a cell's programs may end some bits below.
        below = int(str(cell.factors["bound"]).removeprefix("B").removeprefix("-") or 0)
        place = place_of(cell), "" if cell.max_bits is None else str(cell.max_bits + below)
        supports.setdefault(place, {})[setting] = "undefined" if cell.support is None else percent(cell.support, ".0f")
    settings = list(dict.fromkeys(setting for row in supports.values() for setting in row))
    rows = [[*place, *(row.get(setting, "") for setting in settings)] for place, row in supports.items()]
    return [["support by", "B", *settings], *rows]


_SHOWN_BY: tuple[Any, ...] = (_condition, is_at_home, place_of, support_of, range_of, _reach, _supports_by_setting)
_SHOWN = {each.__name__.strip("_"): each for each in _SHOWN_BY}
"""What the templates ask of claims and cells."""
