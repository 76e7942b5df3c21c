"""The report as one page: claims, figures, and an explorer that weighs the histograms as it is used.

One HTML file that asks the network for nothing, the same bytes for the same results. The explorer's worlds, the cells
of the claims and the figures are in it as compressed JSON, which a script unpacks. Figures are shown as data URIs, so
that no figure's ids or styles reach the page. The explorer takes every world's cells, merged where they differ
only in whether they are essential, and counts as whole numbers of any size: a browser reads each as the float64
nearest to it, as numpy does when masses are taken, so its odds are this package's to float64 rounding.
"""

import json
import re
import zlib
from base64 import b85encode
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from importlib import resources
from itertools import groupby, pairwise
from typing import Any, NamedTuple
from urllib.parse import quote

from priorsim.census.recurrence import tokens
from priorsim.claims.rule import Verdict
from priorsim.errors import PriorsimError
from priorsim.figures.entry import Drawing
from priorsim.formats import share_of_one
from priorsim.measure import crossover
from priorsim.measure.by_bound import BOUND_STEPS, DECIMALS, MOVING_BOUNDS, earlier_odds, keeps_sign
from priorsim.measure.histogram import CLASSES, Cells, Histogram, lanes_summed
from priorsim.measure.mass import log_odds_of, programs
from priorsim.mu.dialect import Language
from priorsim.priors import PARAMETERS, PRIORS, named_prior
from priorsim.text.gloss import gloss
from priorsim.text.guide import ClaimRow, Curve, guide
from priorsim.text.templates import render

SCRIPTS = ("measure.js", "converge.js", "claims.js", "results.js", "growth.js", "phase.js", "explorer.js")
"""In the order in which the page runs them."""
MAX_PAGE_BYTES = 2_000_000
"""Worlds with the most cells are left out of the explorer, and named on the page, where it would be larger."""
SCREEN = 1.75
"""A figure's width on a screen, in CSS points a point: journal figures have small print."""
IN_URI = " !$*+,-./:;=?@[]^_`{|}~"
"""What stands for itself in the data URI of the first figure, which is shown without a script, too."""
WIDE = 400
"""A figure of more points than this takes the page's whole width."""
COLUMNS = (
    *("population", "dialect", "word_bits", "class_by", "bound", "max_bits", "tax", "queries", "rules", "radius"),
    *("start", "worlds", "holds", "fails", "undecided", "not_asked"),
)
"""The columns of the table of cells before the support, by their keys; those that a claim's cells lack are left out."""
SLIDERS = {"beta": [None, 4.0], "gamma": list(crossover.GAMMA_RANGE), "lambda": [0.0, 1.0], "tax": [-8.0, 16.0]}
"""The ends of the sliders; that of beta starts where the prior converges."""
STARTS = {"beta": 1.5, "lambda": 0.01, "cap": 64}
"""Where a slider is put by a prior that leaves its value open."""


class MenuWorld(NamedTuple):
    """A world of the explorer's menu.

    The witnesses are a shortest program of each class, as S-expression, None where none is shown. `lacking` says what
    to look at where a class has no program.
    """

    histogram: Histogram
    witnesses: tuple[str | None, ...] = (None,) * len(CLASSES)
    lacking: str = ""


class Page(NamedTuple):
    """What the page shows: an answer in a paragraph, claims, figures, and the explorer's worlds in their order.

    The `rule` is that of claims.json; the first figure is shown below the answer. The curves are those that growth.json
    has of its first language. `made_from` has a name and a text of each thing that the page was made from.
    """

    answer: str
    claims: Sequence[ClaimRow]
    rule: Mapping[str, Any]
    figures: Sequence[Drawing]
    worlds: Sequence[MenuWorld]
    curves: Sequence[Curve]
    made_from: Sequence[tuple[str, str]]


def page_html(page: Page, *, max_bytes: int = MAX_PAGE_BYTES) -> str:
    """The page's HTML, at most `max_bytes` of UTF-8; PriorsimError when nothing is left for the explorer."""
    verdicts = Counter(claim["verdict"] for claim in page.claims)
    claims = sorted(map(_claim, page.claims), key=lambda claim: (claim["rank"], -claim["decided"]))
    files = {picture.name: _files(picture) for picture in page.figures}
    parts = {
        **page._asdict(),
        **{name: float(Fraction(text)) for name, text in page.rule["thresholds"]["mostly"].items()},
        "style": _asset("page.css"),
        "script": "".join(map(_asset, SCRIPTS)),
        "verdicts": [(verdict, verdicts[verdict]) for verdict in Verdict if verdicts[verdict]],
        "claims": claims,
        "steps": guide(page.figures, claims, page.curves),
        "share": share_of_one,
        "titles": {picture.name: picture.title for picture in page.figures},
        "figures": [_figure(picture, files[picture.name]["svg"]) for picture in page.figures],
        "first": {picture.name: quote(files[picture.name].pop("svg"), safe=IN_URI) for picture in page.figures[:1]},
        "data": _script_json(explorer_json()),
    }
    beside = {
        "curves": [curve_json(curve) for curve in sorted(page.curves, key=lambda curve: curve["prior"]["gamma"])],
        "figures": files,
        "cells": {claim["id"]: render("cells.html", **parts, claim=claim) for claim in claims},
    }
    data = [world_json(world) for world in page.worlds]
    opens_on = next((world.histogram.world.name for world in page.worlds if _tips(world.histogram)), None)
    shown = sorted(range(len(data)), key=lambda place: (len(_packed(data[place])), -place))
    while True:
        worlds = [each for place, each in enumerate(data) if place in shown]
        packed_parts = _packed({"worlds": worlds, "opens_on": opens_on, **beside})
        left_out = [each["name"] for place, each in enumerate(data) if place not in shown]
        html = render("report.html", **parts, left_out=left_out, packed=packed_parts)
        if len(html.encode()) <= max_bytes:
            return html
        if len(shown) <= 1:
            raise PriorsimError("the report has no room for the explorer's worlds: give fewer or smaller figures")
        shown.pop()


def _claim(claim: ClaimRow) -> ClaimRow:
    """A claim as the template takes it: with its rank, the supports that decide, and the columns of its cells.

    `decided` is the greatest number of decided worlds in one cell.
    """
    decided = max((cell["holds"] + cell["fails"] for cell in claim["cells"]), default=0)
    supports = [end for cell in claim["cells"] if cell["decides"] for end in cell["support"].values()]
    columns = [key for key in COLUMNS if any(key in cell for cell in claim["cells"])]
    rank = list(Verdict).index(claim["verdict"])
    return {**claim, "rank": rank, "decided": decided, "supports": supports, "columns": columns}


def _figure(picture: Drawing, svg: str) -> dict[str, Any]:
    """A figure as the template takes it."""
    points = re.search(r'<svg\b[^>]*\bwidth="([0-9.]+)pt"', svg)
    assert points is not None, "matplotlib gives an SVG its width in points"
    width = float(points[1])
    return {**picture._asdict(), "width": f"{SCREEN * width:g}", "is_wide": width > WIDE}


def _files(picture: Drawing) -> dict[str, str]:
    """A figure's drawing, and its numbers where they are beside it."""
    paths = {"svg": picture.path, "csv": picture.path.with_suffix(".csv")}
    return {ending: path.read_text(encoding="utf-8") for ending, path in paths.items() if path.exists()}


def curve_json(curve: Curve) -> dict[str, Any]:
    """A curve as growth.js draws it; of a bin what it goes up to, its worlds, their share and the control."""
    bins = []
    for each in curve["bins"]:
        ends = [each[what][end] for what in ("search_first", "programs_search") for end in ("low", "high")]
        bins.append([each["up_to"], each["worlds"], *(float(f"{end:.5g}") for end in ends)])
    return {"gamma": curve["prior"]["gamma"], "bins": bins}


def _tips(histogram: Histogram) -> bool:
    """Whether search outweighs direct code under the simplicity prior, which has settled, and no longer at gamma 1."""
    free, levin = named_prior("solomonoff"), named_prior("levin")
    now, high = log_odds_of(histogram, free), log_odds_of(histogram, levin).high
    is_search = now.low is not None and now.low > 0 and keeps_sign(now, earlier_odds(histogram, free))
    return is_search and high is not None and high < 0


def _packed(values: Any) -> str:
    """Compact JSON, compressed as zlib does, in Python's base 85, with a comma for the <, which HTML would read."""
    text = json.dumps(values, separators=(",", ":"), allow_nan=False)
    return b85encode(zlib.compress(text.encode(), 9)).decode().replace("<", ",")


def _asset(name: str) -> str:
    return resources.files("priorsim.text").joinpath("assets", name).read_text(encoding="utf-8")


def _script_json(values: Any) -> str:
    """Compact JSON that cannot end the script element it stands in."""
    return json.dumps(values, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def explorer_json() -> dict[str, Any]:
    """The object that explorer.js reads besides the worlds; every key is used by a script."""
    return {
        "classes": [str(name) for name in CLASSES],
        "priors": [_prior_json(name) for name in PRIORS],
        "sliders": SLIDERS,
        "by_bound": {"steps": BOUND_STEPS[1:MOVING_BOUNDS], "decimals": DECIMALS},
        "roots": {
            "range": SLIDERS["gamma"],
            "resolution": crossover.RESOLUTION,
            "noise": crossover.NOISE,
            "rounding": crossover.ROUNDING,
            "intervals": crossover.MAX_INTERVALS,
        },
    }


def _prior_json(name: str) -> dict[str, Any]:
    member = PRIORS[name]
    values: dict[str, float | None] = {"beta": 1, "gamma": 0, "lambda": 0, "tax": 0, "cap": None, **member.values}
    return {
        "name": name,
        "description": member.description,
        "values": {parameter: values[parameter] for parameter in PARAMETERS},
        "starts": {parameter: STARTS[parameter] for parameter in member.needs},
    }


def world_json(world: MenuWorld) -> dict[str, Any]:
    """The entry of a world in the menu."""
    histogram, task, header = world.histogram, world.histogram.world, world.histogram.header
    language, lanes = header.language, len(header.domain.lanes)
    return {
        "name": task.name,
        "family": task.family,
        "description": task.description,
        "dialect": language.dialect.name,
        "word_bits": language.word_bits,
        "lanes": lanes,
        "held_out": len(task.held_out),
        "class_by": histogram.class_by,
        "bound": histogram.max_bits,
        "per": lanes_summed(header),
        "symbols": symbols(language),
        "programs": list(programs(histogram)),
        "lacking": world.lacking,
        "shortest": [key.bits if key else None for key in histogram.shortest],
        "witnesses": list(world.witnesses),
        "glosses": [each and gloss(each, language, header.domain.columns) for each in world.witnesses],
        "cells": packed(histogram.cells),
    }


def symbols(language: Language) -> list[list[list[int]]]:
    """What tells where a prior converges, by the number of binders around: the symbols that a term can start with.

    Of each [bits, how many, children under the same binders, children under one more, whether it is a search node].
    """
    return [
        [[each.bits, each.choices, each.binds.count(0), each.binds.count(1), int(each.is_search)] for each in starting]
        for starting in (tokens(language, bound) for bound in range(language.depth + 1))
    ]


def packed(cells: Cells) -> list[list[Any]]:
    """Groups [class, searches, faithful, bits, steps, counts]; steps: the least, then each one's excess over the last.

    >>> import numpy as np
    >>> from priorsim.measure.histogram import Cells
    >>> flags = [np.zeros(2, dtype=bool)] * 3
    >>> columns = [np.array(numbers) for numbers in ([0, 0], [9, 9], [16, 20], [0, 0])]
    >>> packed(Cells(*columns, *flags, np.array([5, 2**60 + 1])))
    [[0, 0, 0, 9, [16, 4], [5, 1152921504606846977]]]
    """
    merged: Counter[tuple[int, ...]] = Counter()
    columns = (cells.kind, cells.searches, cells.faithful, cells.bits, cells.steps, cells.count)
    for *key, count in zip(*(column.tolist() for column in columns), strict=True):
        merged[tuple(map(int, key))] += count
    groups = []
    for shared, members in groupby(sorted(merged), key=lambda at: at[:-1]):
        found = list(members)
        steps = [at[-1] for at in found]
        excess = [steps[0], *(later - earlier for earlier, later in pairwise(steps))]
        groups.append([*shared, excess, [merged[at] for at in found]])
    return groups
