"""The verdicts for readers: claims.md, claims.json, a table as CSV and as LaTeX, and what was found in short.

Nothing is measured here. A percentage is rounded to whole ones, medians to four digits; the JSON has all.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from priorsim.claims.answer import BesideAnswer, ClaimAnswer, RuleAnswer, Software, Thresholds, VerdictsAnswer
from priorsim.claims.claim import Claim, Judged, Kind
from priorsim.claims.first_edition import FIRST_EDITION
from priorsim.claims.judge import STEPS
from priorsim.claims.languages import ClaimAcross
from priorsim.claims.rule import (
    AMOUNT_BITS,
    LEAST_WORLDS,
    LEVEL_BITS,
    MARGINS,
    THRESHOLDS,
    TOP_BITS,
    Cell,
    Tally,
    place_of,
    total,
)
from priorsim.formats import counted, format_csv, number, percent, rounded, span
from priorsim.keys import plain
from priorsim.provenance import software
from priorsim.terminal import fitted, format_table, painter
from priorsim.text.templates import TRUE, condition, reach, render, whole_percent

NOT_ANSWERABLE = (
    "A toy cannot say whether a defection could be reasoned out when the program is run, and not coded; whether "
    "programs bargain with others that they only imagine; or whether any of it carries over to trained networks."
)

FIGURES = ("growth", "scaling", "verdicts")
"""The figures that `found_markdown` shows."""
_ROWS = re.compile(r"(^\|.*\|\n)+", re.MULTILINE)
_BOLD = re.compile(r"\*\*(.*?)\*\*", re.DOTALL)

_CSV_HEAD = (
    *("claim", "quantity", "population", "dialect", "word_bits", "class_by", "bound", "tax", "queries", "rules"),
    *("radius", "start", "max_bits", "worlds", "holds", "fails", "undecided", "not_asked", "support_low"),
    *("support_high", "support_by_mass_low", "support_by_mass_high", "quartile_1", "median", "quartile_3"),
    *("percentile_5", "percentile_95", "beyond_margin", "decides", "few"),
)
RULE = RuleAnswer(
    LEAST_WORLDS,
    LEVEL_BITS,
    TOP_BITS,
    AMOUNT_BITS,
    dict(MARGINS),
    {str(quantifier): Thresholds(*map(str, ends)) for quantifier, ends in THRESHOLDS.items()},
)
"""The rule's numbers, as claims.json has them."""


def verdicts_of(judged: Sequence[Judged], command: str) -> dict[str, Any]:
    """What claims.json holds: the code, the command, the rule, and the claims with all their cells."""
    found: dict[str, Any] = rounded(
        VerdictsAnswer(
            software=Software(**software()), command=command, rule=RULE, claims=tuple(map(_answer, judged))
        ).to_json()
    )
    return found


def _answer(each: Judged) -> ClaimAnswer:
    claim = each.claim
    return ClaimAnswer(
        name=claim.name,
        source=claim.source,
        claim=claim.text,
        kind=str(claim.kind),
        quantity=claim.quantity,
        unit=claim.number.unit,
        condition=claim.number.condition,
        quantifier=str(claim.quantifier),
        premise=claim.premise,
        amount=claim.amount,
        verdict=str(each.ruling.verdict),
        verdict_in_words=each.ruling.in_words,
        depends_on=each.ruling.depends_on,
        identity=claim.identity,
        cells=tuple(cell.answer(claim.decides(cell)) for cell in each.cells),
        beside=tuple(
            BesideAnswer(
                *(other.text, other.unit, other.condition, other.premise),
                tuple(cell.answer() for cell in cells),
                headline(cells),
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
                decides = cells is each.cells and each.claim.decides(cell)
                rows.append([each.claim.name, quantity, *_csv_row(cell), int(decides), int(cell.tally.is_few)])
    return format_csv(_CSV_HEAD, rows)


def _csv_row(cell: Cell) -> list[Any]:
    told = plain(cell.answer())
    support, by_mass, spread = (
        [(told[key] or {}).get(end) for end in ("low", "high")] for key in ("support", "support_by_mass", "spread")
    )
    before = map(told.get, _CSV_HEAD[2 : _CSV_HEAD.index("support_low")])
    return [*before, *support, *by_mass, *(told["quartiles"] or (None,) * 3), *spread, told["beyond_margin"]]


def headline(cells: Sequence[Cell]) -> str:
    """What was found: the support in each population at home, where it has cells there, and its range over the grid.

    >>> cell = Cell({"population": "all", "class_by": "lesion", "bound": "B", "tax": 0}, Tally(10, 29, 1))
    >>> headline([cell])
    'all 25 % to 28 %. Over the grid support is 25 % to 28 % in 1 cell.'
    >>> headline([])
    'Over the grid too few worlds are decided.'
    """
    populations: dict[str, list[Cell]] = {}
    for cell in cells:
        if cell.is_at_home:
            populations.setdefault(str(cell.factors["population"]), []).append(cell)
    parts = ", ".join(f"{population} {_reach(group)}" for population, group in populations.items())
    return f"{parts}{'. ' if parts else ''}Over the grid {range_of(cells)}."


def support_of(cell: Cell) -> str:
    """Support and number of worlds in words.

    >>> support_of(Cell({}, Tally(60, 20, 20)))
    '60 % to 80 % of 100 worlds, 20 of them undecided'
    >>> support_of(Cell({}, Tally(2, 1), not_asked=4))
    '67 % of 3 worlds, 4 more not asked; few, decides nothing'
    >>> support_of(Cell({}, Tally(0, 0, 4), reasons={"none fits": 3, "none moves": 1}))
    '0 % to 100 % of 4 worlds, 4 of them undecided (none fits: 3, none moves: 1); few, decides nothing'
    """
    tally = cell.tally
    if cell.support is None:
        return f"none of {counted(cell.not_asked, 'world')} is asked"
    said = ", ".join(f"{reason}: {number}" for reason, number in cell.reasons.items())
    parts = [f"{supported(tally)} of {counted(tally.worlds, 'world')}"]
    if tally.undecided:
        parts.append(f"{tally.undecided} of them undecided{f' ({said})' if said else ''}")
    if cell.not_asked:
        parts.append(f"{cell.not_asked} more not asked")
    return ", ".join(parts) + ("; few, decides nothing" if tally.is_few else "")


def supported(tally: Tally) -> str:
    """The support of worlds in words.

    >>> supported(Tally(1, 3)), supported(Tally(1, 2, 1)), supported(Tally())
    ('25 %', '25 % to 50 %', 'none')
    """
    return "none" if tally.support is None else span(*tally.support, whole_percent)


def trend_of(cell: Cell) -> str:
    """What support does as worlds get more complex, with the slope at the low and at the high end."""
    found = cell.trend
    if found is None:
        return ""
    slopes = span(found.low.slope, found.high.slope, lambda slope: f"{slope:.2f}")
    return f"{found.direction}, {slopes} a bit over {found.bins} bins"


def effect_of(cell: Cell) -> str:
    """The quartiles of the number and its spread, and in how many worlds the condition holds by the margin.

    >>> effect_of(Cell({}, Tally(2, 1), quartiles=(0.5, 1, 2), beyond=1, spread=(0.25, 3)))
    '0.5, 1, 2 (0.25 to 3); by the margin in 1'
    """
    if cell.quartiles is None or cell.spread is None:
        return ""
    quartiles = ", ".join(number(quartile, ".4g") for quartile in cell.quartiles)
    found = f"{quartiles} ({span(*cell.spread, lambda end: number(end, '.4g'))})"
    return found if cell.beyond is None else f"{found}; by the margin in {cell.beyond}"


def by_mass_of(cell: Cell) -> str:
    """The support by the worlds' prior mass in words."""
    return "" if cell.by_mass is None else span(*cell.by_mass, percent)


def range_of(cells: Sequence[Cell]) -> str:
    """The least and the greatest support over the cells with enough decided worlds, in words."""
    deciding = sum(cell.has_enough for cell in cells)
    return f"support is {_reach(cells)} in {counted(deciding, 'cell')}" if deciding else "too few worlds are decided"


def _reach(cells: Sequence[Cell]) -> str:
    supports = [cell.support for cell in cells if cell.support is not None and cell.has_enough]
    ends = [float(end) for support in supports for end in support]
    return reach(ends)


def verdicts_text(judged: Sequence[Judged]) -> str:
    """What `priorsim claims` prints: the verdicts, or all of a claim where only one is asked for."""
    if len(judged) == 1:
        return _claim_text(judged[0])
    rows = [(each.claim.name, said(each), range_of(each.deciding), each.ruling.depends_on) for each in judged]
    return format_table(
        [[cell or "" for cell in row] for row in rows], head=("claim", "verdict", "found", "depends on")
    )


def _claim_text(each: Judged) -> str:
    """All of a claim: its section of the page of verdicts, with tables and the verdict as a terminal shows them."""
    text = fitted(_ROWS.sub(_as_table, render("claim.md", each=each, **_SHOWN)).rstrip())
    return _BOLD.sub(lambda found: painter(found[1], "verdict")(found[1]), text)


def _as_table(lines: re.Match[str]) -> str:
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split(" |")] for line in lines[0].splitlines())
    return format_table(rows, head=head) + "\n"


def said(each: Judged) -> str:
    """The verdict of a finding; what is an identity or a question is called so."""
    return each.ruling.in_words if each.claim.kind is Kind.FINDING else f"{each.claim.kind}, {each.ruling.in_words}"


def findings(judged: Sequence[Judged]) -> dict[str, list[Judged]]:
    """The findings, those that read the same number together."""
    found: dict[str, list[Judged]] = {}
    for each in judged:
        if each.claim.kind is Kind.FINDING:
            found.setdefault(each.claim.quantity, []).append(each)
    return found


def world_verdicts_text(judged: Sequence[Judged]) -> str:
    """What `priorsim claims --world` prints: each claim's number in the world, and where in the grid it holds."""
    rows = []
    for each in judged:
        home = next(cell for cell in each.cells if cell.is_at_home)
        tally = total(cell.tally for cell in each.cells)
        where = f"{tally.holds} of {tally.decided}" if tally.decided else "undecided in all"
        shown = number(home.median, ".4g", none="infinite" if home.tally.decided else "undefined")
        if each.claim.number.unit == TRUE and home.median is not None:
            shown = "true" if home.tally.holds else "false"
        rows.append((each.claim.name, shown, _condition(each.claim), where))
    return format_table(rows, head=("claim", "number", "supports where", "holds in cells of the grid"))


def verdicts_markdown(judged: Sequence[Judged], command: str, across: Sequence[ClaimAcross] = ()) -> str:
    """The page of verdicts: the rule, a table, and a section for each claim; with the verdicts across languages."""
    shown = {"not_answerable": NOT_ANSWERABLE, "findings": findings(judged), **_SHOWN}
    shown["across"] = {each.claim: each for each in across}
    return render("claims.md", judged=judged, command=command, **shown)


def verdicts_latex(judged: Sequence[Judged], command: str) -> str:
    """The table of claims for a paper, with booktabs' rules; it may break over pages."""
    return render("claims.tex", judged=judged, command=command, **_SHOWN)


def found_markdown(
    verdicts: Mapping[str, Any],
    curves: Sequence[Mapping[str, Any]],
    captions: Mapping[str, str],
    *,
    influences: Sequence[Mapping[str, Any]] = (),
    languages: Mapping[str, Any] | None = None,
    folder: str = "",
) -> str:
    """What was found as an abstract, the verdicts in a line each, and three figures, from the JSON of the results.

    `curves` are those of growth.json, `influences` those of influence.json, `languages` is
    languages.json. Captions are those of the drawings, by file name without ending; their first two sentences are
    shown, and of those that are missing nothing. The folder is where the results are, seen from the text: empty, or
    ending in a slash.
    """
    claims = {claim["id"]: claim for claim in verdicts["claims"]}
    return render(
        "found.md",
        command=verdicts["command"],
        counts=Counter(claim["verdict"] for claim in claims.values() if claim["kind"] == Kind.FINDING).most_common(),
        claims=claims,
        steps=[claims[name] for name in STEPS if name in claims],
        abstract=abstract_markdown(curves, languages),
        influences=influences,
        between=_between,
        figures={name: captions[name].splitlines()[:2] for name in FIGURES if name in captions},
        folder=folder,
    )


def abstract_markdown(curves: Sequence[Mapping[str, Any]], languages: Mapping[str, Any] | None = None) -> str:
    """What was found in a few short points, from the curves of growth.json and from languages.json."""
    shown = {"between": _between, "first": search_first, "n": _worlds, "odds_a_bit": _odds_a_bit}
    return render("abstract.md", growth=_by_language(curves), languages=languages, **shown).strip()


def answer_markdown(curves: Sequence[Mapping[str, Any]]) -> str:
    """The answer in three sentences, from the curves of growth.json: those of the first language, at gamma 0 and 1."""
    at = next(iter(_by_language(curves).values()))
    return render("answer.md", at=at, first=search_first, odds_a_bit=_odds_a_bit).strip()


def _by_language(curves: Sequence[Mapping[str, Any]]) -> dict[str, dict[float, Mapping[str, Any]]]:
    """The curves by language and price of time."""
    found: dict[str, dict[float, Mapping[str, Any]]] = {}
    for curve in curves:
        language = curve["language"]
        name = f"{language['dialect']} at words of {language['word_bits']} bits"
        found.setdefault(name, {})[curve["prior"]["gamma"]] = curve
    return found


def _between(ends: Mapping[str, Any], share: bool = False) -> str:
    """A number at both ends, to two digits; a share in per cent."""
    return span(ends["low"], ends["high"], percent if share else lambda value: number(value, ".2g"))


def search_first(bins: Sequence[Mapping[str, Any]]) -> str:
    """What share of the worlds of these bins is search first."""
    worlds = sum(each["worlds"] for each in bins)
    low, high = (sum(each["worlds"] * each["search_first"][end] for each in bins) / worlds for end in ("low", "high"))
    return span(low, high, whole_percent)


def _worlds(bins: Sequence[Mapping[str, Any]]) -> str:
    """How many worlds these bins have."""
    return f"{sum(each['worlds'] for each in bins):,}"


def _odds_a_bit(fits: Sequence[Mapping[str, Any]]) -> str:
    """By how much of themselves odds grow a bit, from slopes in log-odds."""
    rises = [math.expm1(fit["slope"]) for fit in fits]
    return span(min(rises), max(rises), whole_percent)


def editions_markdown(verdicts: Mapping[str, Any]) -> str:
    """The verdicts of both editions side by side, from what claims.json holds, with what moved each."""
    claims = {claim["id"]: claim for claim in verdicts["claims"]}
    return render("editions.md", claims=claims, first=FIRST_EDITION, command=verdicts["command"])


def _condition(claim: Claim) -> str:
    return condition(claim.number.unit, claim.number.condition)


def _supports_by_setting(cells: Sequence[Cell]) -> list[list[str]]:
    """The support in every cell: names, then a line for each population at a bound B, a column for each setting."""
    supports: dict[tuple[str, str], dict[str, str]] = {}
    for cell in cells:
        setting = f"{cell.factors['class_by']}, {cell.factors['bound']}, tax {cell.factors['tax']}"
        # B, of which a cell's programs may end some bits below.
        below = int(str(cell.factors["bound"]).removeprefix("B").removeprefix("-") or 0)
        place = place_of(cell.factors), "" if cell.max_bits is None else str(cell.max_bits + below)
        few = f" (few: n = {cell.tally.decided})" if cell.tally.is_few else ""
        supports.setdefault(place, {})[setting] = supported(cell.tally) + few
    settings = list(dict.fromkeys(setting for row in supports.values() for setting in row))
    rows = [[*place, *(row.get(setting, "") for setting in settings)] for place, row in supports.items()]
    return [["support by", "B", *settings], *rows]


_SHOWN_BY: tuple[Any, ...] = (
    *(_condition, place_of, support_of, range_of, _reach, _supports_by_setting),
    *(supported, trend_of, effect_of, by_mass_of, said),
)
_SHOWN = {"rule": RULE, **{each.__name__.strip("_"): each for each in _SHOWN_BY}}
"""What the templates ask of claims and cells."""
