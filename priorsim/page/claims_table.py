"""The claims as a table of the page: a row each, that opens to the cells its verdict was made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from typing import NotRequired, TypedDict

from priorsim.errors import PriorsimError
from priorsim.page.markup import identifier, prose

VERDICTS = ("supported", "depends", "refuted", "not answerable here")
"""In the order in which the table sorts them."""


class CellRow(TypedDict):
    """The support of a claim in one cell of the grid, as claims.json has it."""

    population: str
    word_bits: int
    class_by: str
    bound: str
    tax: int
    queries: NotRequired[int]
    radius: NotRequired[int]
    worlds: int
    holds: int
    fails: int
    undefined: int
    max_bits: int | None
    support: float | None
    median: float | None
    decides: bool


class BesideRow(TypedDict):
    """A number on which no verdict hangs, as claims.json has it."""

    quantity: str
    unit: str
    condition: str
    headline: str


class ClaimRow(TypedDict):
    """A claim with its verdict, as claims.json has it."""

    id: str
    source: str
    claim: str
    quantity: str
    unit: str
    condition: str
    verdict: str
    depends_on: str | None
    headline: str
    identity: str | None
    cells: Sequence[CellRow]
    beside: Sequence[BesideRow]
    figure: str | None
    limits: str


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Between which supports of a claim its verdict is neither of the plain ones."""

    refuted_below: Fraction
    supported_above: Fraction


_CELL_HEAD = {
    **{
        "population": "population",
        "word_bits": "word bits",
        "class_by": "class by",
        "bound": "bound",
        "max_bits": "bits",
    },
    "tax": "tax",
    **{"queries": "queries", "radius": "radius", "worlds": "worlds", "holds": "holds", "fails": "fails"},
    **{"undefined": "undefined", "median": "median"},
}
"""The columns of the table of cells before the support, by their keys; those that a claim's cells lack are left out."""


def claims_html(claims: Sequence[ClaimRow], thresholds: Thresholds, figures: Mapping[str, str]) -> str:
    """A tbody for each claim, in order.

    Parameters
    ----------
    claims : sequence of ClaimRow
    thresholds : Thresholds
    figures : mapping of str to str
        Titles of the figures on the page, by name.

    Raises
    ------
    PriorsimError
        When a verdict is not known, a claim is there twice, or its figure is not on the page.
    """
    seen = set()
    for claim in claims:
        where = f"claim {claim['id']}"
        if claim["verdict"] not in VERDICTS:
            raise PriorsimError(f"{where}: unknown verdict '{claim['verdict']}': choose one of {', '.join(VERDICTS)}")
        if claim["id"] in seen:
            raise PriorsimError(f"{where} is there twice: give each once")
        if claim["figure"] is not None and claim["figure"] not in figures:
            raise PriorsimError(f"{where}: its figure '{claim['figure']}' is not on the page: add it to the figures")
        seen.add(claim["id"])
    return "\n".join(_claim_html(place, claim, thresholds, figures) for place, claim in enumerate(claims))


def verdict_filters(claims: Sequence[ClaimRow]) -> str:
    """A checkbox for each verdict, with how many claims have it."""
    counts = {verdict: sum(claim["verdict"] == verdict for claim in claims) for verdict in VERDICTS}
    return "\n".join(
        f'<label class="chip"><input type="checkbox" name="verdict" value="{verdict}" checked> '
        f'<span class="verdict {identifier(verdict)}">{verdict}</span> {count}</label>'
        for verdict, count in counts.items()
        if count
    )


def _claim_html(place: int, claim: ClaimRow, thresholds: Thresholds, figures: Mapping[str, str]) -> str:
    name, verdict = identifier(claim["id"]), claim["verdict"]
    keys = {"order": place, "id": claim["id"], "source": claim["source"], "verdict": VERDICTS.index(verdict)}
    data = " ".join(f'data-{key}="{escape(str(value))}"' for key, value in keys.items())
    headline = prose(claim["headline"])
    if claim["depends_on"]:
        headline += f' <span class="quiet">Depends on {prose(claim["depends_on"])}.</span>'
    return (
        f'<tbody class="claim" id="claim-{name}" data-value="{verdict}" {data}>'
        f'<tr class="row"><td class="what"><button type="button" class="opens" aria-expanded="true" '
        f'aria-controls="cells-{name}">{escape(claim["id"])}</button><span class="text">{prose(claim["claim"])}</span>'
        f'</td><td class="source">{prose(claim["source"])}</td>'
        f'<td class="is"><span class="verdict {identifier(verdict)}">{verdict}</span>'
        f"{_support_strip(claim['cells'], thresholds)}</td>"
        f'<td class="headline">{headline}</td></tr>'
        f'<tr class="detail" id="cells-{name}"><td colspan="4">{_detail_html(claim, thresholds, figures)}</td></tr>'
        "</tbody>"
    )


def _support_strip(cells: Sequence[CellRow], thresholds: Thresholds) -> str:
    """The supports of all cells as marks between 0 and 1, the thresholds as lines; nothing where there are none."""
    supports = [cell["support"] for cell in cells if cell["support"] is not None and cell["decides"]]
    if not supports:
        return ""
    marks = "".join(f'<circle cx="{_along(support)}" cy="8" r="3.5"/>' for support in sorted(set(supports)))
    lines = "".join(
        f'<path d="M{_along(float(line))} 1V15"/>' for line in (thresholds.refuted_below, thresholds.supported_above)
    )
    low, high = _share(min(supports)), _share(max(supports))
    reach = low if low == high else f"{low} to {high}"
    return (
        f'<span class="support"><svg class="strip" viewBox="0 0 100 16" role="img" aria-label="support in '
        f'{len(supports)} cells: {reach}"><path class="axis" d="M4 8H96"/>{lines}{marks}</svg>'
        f'<span class="reach">{reach}</span></span>'
    )


def _along(share: float) -> str:
    return f"{4 + 92 * share:.1f}"


def _share(value: float | None) -> str:
    """A share with three digits; an exact 0 or 1 in one, so that nothing is rounded to certainty.

    >>> _share(1.0), _share(0.99999), _share(0.5), _share(None)
    ('1', '> 0.999', '0.500', 'none')
    """
    if value is None:
        return "none"
    if value in (0, 1):
        return f"{value:.0f}"
    if not 0.0005 <= value < 0.9995:
        return "< 0.001" if value < 0.5 else "> 0.999"
    return f"{value:.3f}"


def _detail_html(claim: ClaimRow, thresholds: Thresholds, figures: Mapping[str, str]) -> str:
    facts = [("Quantity", prose(claim["quantity"])), ("Supports when", _condition(claim))]
    if claim["identity"] is not None:
        facts.append(("Identity", prose(claim["identity"])))
    facts += [
        ("Beside it", f"{prose(each['quantity'])} {_condition(each)}. {prose(each['headline'])}")
        for each in claim["beside"]
    ]
    figure = claim["figure"]
    if figure is not None:
        facts.append(("Figure", f'<a href="#figure-{identifier(figure)}">{prose(figures[figure])}</a>'))
    if claim["limits"]:
        facts.append(("Limits", prose(claim["limits"])))
    facts.append(("Link", f'<a href="#claim-{identifier(claim["id"])}">#claim-{escape(claim["id"])}</a>'))
    listed = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts)
    return f'<dl class="facts">{listed}</dl>{_cells_html(claim, thresholds)}'


def _condition(row: ClaimRow | BesideRow) -> str:
    return prose("true" if row["unit"] == "0 or 1" else f"{row['condition']} {row['unit']}")


def _cells_html(claim: ClaimRow, thresholds: Thresholds) -> str:
    cells = claim["cells"]
    if not cells:
        return ""
    keys = [key for key in _CELL_HEAD if any(key in cell for cell in cells)]
    head = "".join(f'<th scope="col">{name}</th>' for name in (*(_CELL_HEAD[key] for key in keys), "support"))
    rows = "".join(_cell_html(cell, keys, thresholds) for cell in cells)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="cells of {escape(claim["id"])}">'
        f'<table class="cells"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _cell_html(cell: CellRow, keys: Sequence[str], thresholds: Thresholds) -> str:
    columns = "".join(f"<td>{escape(_plain(cell.get(key)))}</td>" for key in keys)
    support = cell["support"]
    side = "between"
    if support is None:
        side = "unknown"
    elif support > thresholds.supported_above:
        side = "above"
    elif support < thresholds.refuted_below:
        side = "below"
    aside = "" if cell["decides"] else ' class="aside"'
    return f'<tr{aside}>{columns}<td class="{side}">{_share(support)}</td></tr>'


def _plain(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
